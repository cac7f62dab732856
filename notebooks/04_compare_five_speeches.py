# %% [markdown]
# # 4 · Compare five speeches · 比较五篇讲话
#
# **What sets one speech apart from the other four, and how sure can we be with five documents?**
# 一篇讲话与其余四篇有何不同？只有五篇文本，结论有多可靠？
#
# The corpus: five Chinese local-government speeches on petitions, public security and social management. Their texts
# may not be redistributed, so the package ships the counts of each paragraph; that is enough for everything here.

# %%
import textkit as tk

paragraphs = tk.load_matrix("speeches")
paragraphs

# %%
speeches = paragraphs.merge("doc")
speeches.docs.assign(words=speeches.lengths)[["label_zh", "label_en", "words"]]

# %%
dtm = speeches.keep(tk.is_word).drop(tk.is_number).drop(tk.stopwords("textkit"))
labels = speeches.docs["label_zh"]
dtm

# %% [markdown]
# ## Which words do they share?

# %%
shared = (dtm.doc_counts == len(dtm)).sum()
only_one = (dtm.doc_counts == 1).sum()
print(f"{len(dtm.vocabulary):,} words: {shared} in all five speeches, {only_one} in one only")

# %%
ax = tk.plot_frequency(tk.frequency(dtm), n=20, title="五篇讲话中最常见的词")
tk.save_figure(ax, "04_frequency", folder="../figures")

# %% [markdown]
# ## Keyness: one speech against the rest
#
# For each word a 2×2 table: how often here, how often elsewhere, out of how many words. $G^2$ says how surprising the
# difference is; the log ratio says how large it is. Both stand in the table, with an interval.

# %%
table = tk.keyness(dtm, "district_petitions", measure="g2")
table[["term", "n_target", "n_reference", "score", "effect", "ci_low", "ci_high", "q_value", "flag"]].head(8)

# %%
ax = tk.plot_keyness(table, n=12, labels=labels)
tk.save_figure(ax, "04_keyness_district_petitions", folder="../figures")

# %% [markdown]
# **How sure?** The p-values treat every word as drawn independently. Words are not: a speaker repeats himself. With
# five documents they describe these texts and prove nothing about others. The document-level test says so:

# %%
try:
    tk.keyness(dtm, "district_petitions", measure="robust")
except tk.TextkitError as error:
    print(error)

# %% [markdown]
# The paragraphs give a better idea of the spread: is a word used throughout a speech, or in one paragraph?

# %%
content = paragraphs.keep(tk.is_word).drop(tk.is_number).drop(tk.stopwords("textkit"))
robust = tk.keyness(content, "district_petitions", by="doc", measure="robust")
robust[["term", "n_target", "n_reference", "range_target", "effect", "ci_low", "q_value", "flag"]].head(8)

# %% [markdown]
# ## Every speech in one picture

# %%
axes = tk.plot_tfidf(tk.top_terms(tk.tfidf(dtm, "ntc"), 8), labels=labels)
tk.save_figure(axes, "04_tfidf", folder="../figures")

# %% [markdown]
# ## Which speeches are alike?

# %%
matrix = tk.similarity_matrix(dtm)
ax = tk.plot_similarity(matrix, labels=labels)
tk.save_figure(ax, "04_similarity", folder="../figures")

# %%
tk.similarity(dtm, measure="jensen_shannon").head(3)

# %% [markdown]
# The order of the pairs depends on what is compared: all words, content words, or weighted words. If a finding holds
# only under one choice, say which.

# %%
choices = {"all words": speeches, "content words": dtm, "tf-idf": tk.tfidf(dtm, "ntc")}
for name, weights in choices.items():
    first = tk.similarity(weights).iloc[0]
    print(f"{name:13} closest: {labels[first['doc_a']]} – {labels[first['doc_b']]} ({first['value']:.2f})")

# %% [markdown]
# ## Exercises · 练习
#
# 1. Make the keyness chart of another speech. Which of its words would a reader have guessed from the title?
# 2. 用 `measure="fightin_words"` 再算一次。排名靠前的词有什么变化？为什么低频词后退了？
# 3. Swap target and reference. What happens to score, effect and interval?
# 4. Which word has the largest log ratio, and why is it not at the top of the list?
