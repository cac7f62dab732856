# %% [markdown]
# # 5 · Concordance and dispersion · 索引行与分布
#
# **A word is frequent. What is said with it, and where in the texts does it stand?**
# 一个词很常见：它究竟用在什么话里？分布在文本的什么地方？

# %%
import textkit as tk

corpus = tk.load("townhall")
words = tk.tokenize(corpus)

# %% [markdown]
# ## Key word in context
#
# Each hit is a row with its place in the text; `show_concordance` lines the hits up, counting Chinese characters as
# two columns.

# %%
lines = tk.concordance(words, "安全", width=12)
tk.show_concordance(lines.head(10))

# %% [markdown]
# Sorted by what follows, patterns stand together:

# %%
tk.show_concordance(tk.concordance(words, "安全", width=12, sort="right").head(12))

# %% [markdown]
# ## The segmenter can hide a hit
#
# `安全生产` may be one token, and then the token `安全` is not there. Searching the characters finds every one.

# %%
as_word = tk.concordance(words, "安全", match="word")
as_text = tk.concordance(words, "安全", match="text")
print(len(as_word), "as a word,", len(as_text), "as characters")

# %% [markdown]
# One word, four companies: which town speaks of which safety?

# %%
import re

phrases = tk.concordance(words, re.compile("安全生产|安全度汛|食品安全|行车安全"), match="text")
town = corpus.docs["town"]
phrases.groupby([phrases["node"], phrases["doc"].map(town)]).size().unstack(fill_value=0)

# %% [markdown]
# ## Where in the texts?
#
# An x-ray: one line a document, one stroke a hit. A word that stands throughout a report is a theme; one that stands
# in a single place is an episode.

# %%
towns = words.merge("town")
places = tk.occurrences(towns, ["茶园", "防汛", "园区", "食堂"])
ax = tk.plot_dispersion(places)
tk.save_figure(ax, "05_dispersion", folder="../figures")

# %% [markdown]
# ## And when?
#
# Rates per million words with a 95 % interval. The counts are small; the intervals say how small.

# %%
dtm = tk.count(words.keep(tk.is_word))
course = tk.trend(dtm, ["网格", "招商", "疫情", "脱贫"], by="year")
ax = tk.plot_trend(course)
tk.save_figure(ax, "05_trend", folder="../figures")

# %%
course[course["term"] == "疫情"]

# %% [markdown]
# ## Exercises · 练习
#
# 1. Find all hits of `"必须"`, `"务必"` and `"坚决"`. Which town's reports command, which tell?
# 2. 用正则表达式 `一是|二是|三是` 检索。哪位镇长喜欢排比列举？从哪一年起不再使用？
# 3. 脱贫 gives way to 乡村振兴. Draw both and name the year.
# 4. Search for a phrase of two words, `"网格 员"`. Why does `match="word"` need the blank?
