# %% [markdown]
# # 2 · Words and user words · 分词与自定义词
#
# **What is a word in a language written without spaces, and who decides?**
# 在不写空格的语言里，什么是“词”？由谁决定？
#
# Every count below rests on the segmenter. We look at its cuts, find where it is wrong for our texts, teach it a few
# words, and see how much the answer changes.

# %%
import textkit as tk

corpus = tk.load("townhall")
sentence = "镇综合执法队深入推进网格化管理，实现小事不出村、大事不出镇。"

# %% [markdown]
# ## The same sentence, four ways

# %%
for segmenter in ["jieba", "characters", tk.Jieba(hmm=False), tk.LongestMatch(["网格化管理", "综合执法队"])]:
    words = tk.tokenize(tk.Corpus([sentence]), segmenter)
    print(" / ".join(words.words(0)), "\n")

# %% [markdown]
# `jieba` finds the most probable cut with a dictionary and guesses unknown words with a hidden Markov model;
# `hmm=False` switches the guessing off. textkit uses a fast engine and the original one; both give the same cuts.

# %%
fast, reference = tk.Jieba(engine="rust"), tk.Jieba(engine="python")
one, two = tk.tokenize(corpus, fast), tk.tokenize(corpus, reference)
one.to_frame().equals(two.to_frame())

# %% [markdown]
# ## Tokens remember where they came from
#
# A token is a number and a place, never a loose string: characters `[start, stop)` of the text.

# %%
one.to_frame().iloc[100:108]

# %% [markdown]
# ## Where is it wrong for us?
#
# Look for runs of single characters: there the segmenter found no word.

# %%
grams = one.keep(tk.is_word).ngrams(2, separator="")
table = tk.frequency(tk.count(grams))
short = table[table["term"].str.len() == 3].head(12)
short[["term", "count", "docs"]]

# %% [markdown]
# ## Teach it
#
# User words belong to the segmenter object, not to the whole process: two analyses in one notebook cannot disturb
# each other.

# %%
mine = tk.Jieba(words=["网格化管理", "一网通办", "小事不出村", "大事不出镇", "民宿群"])
print(" / ".join(tk.tokenize(tk.Corpus([sentence]), mine).words(0)))
mine

# %% [markdown]
# A word list from elsewhere often has faults that silently switch words off. `check_lexicon` names them.

# %%
tk.check_lexicon([("网格化", "十"), "一网 通办", "，", "网格化", "养老\u200b服务"])

# %% [markdown]
# ## Does it matter?
#
# Share of tokens that differ once the words are taught:

# %%
before, after = tk.count(one), tk.count(tk.tokenize(corpus, mine))
aligned = after.align(before.vocabulary)
changed = abs(aligned.matrix - before.matrix).sum() / before.matrix.sum()
print(f"{changed:.2%} of the counts changed")

# %% [markdown]
# ## From tokens to words
#
# Punctuation, numbers and masks are tokens too. Filters work on the vocabulary, keep the original positions, and are
# said aloud in the code. A stop-word list always has a name, because lists differ.

# %%
content = one.keep(tk.is_word).drop(tk.is_number).drop(tk.stopwords("textkit"))
print(f"{len(one):,} tokens, {len(content):,} after filtering")
content

# %% [markdown]
# ## Exercises · 练习
#
# 1. Segment `"乒乓球拍卖完了"` with each segmenter. Which reading does each one choose?
# 2. 找出一个 jieba 切错的地名或机构名，把它加入 `words`，再看切分结果。
# 3. How many tokens change with `tk.Jieba(hmm=False)`? Which kind of word is affected most?
# 4. Write a class with one method `spans(text)` that cuts at every two characters, and pass an object of it to
#    `tk.tokenize`. What is its type-token ratio, compared with jieba's?
