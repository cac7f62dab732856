# %% [markdown]
# # 3 · Counts, TF-IDF and word clouds · 词频、TF-IDF 与词云
#
# **What is each town's report about? And is the biggest word the most telling one?**
# 每个镇的报告在讲什么？出现最多的词，就是最有代表性的词吗？

# %%
import textkit as tk

corpus = tk.load("townhall")
words = tk.tokenize(corpus).keep(tk.is_word).drop(tk.is_number).drop(tk.stopwords("textkit"))
dtm = tk.count(words)
dtm

# %% [markdown]
# ## Term frequencies
#
# Counts are shown with rates per million words and the number of documents: a word can be frequent because one
# document repeats it.

# %%
frequencies = tk.frequency(dtm)
frequencies.head(10)

# %%
ax = tk.plot_frequency(frequencies, n=20, title="24 份报告中最常见的词")
tk.save_figure(ax, "03_frequency", folder="../figures")

# %% [markdown]
# ## By town
#
# `merge` adds up the rows of the matrix; nothing is segmented again.

# %%
towns = dtm.merge("town")
towns

# %%
by_town = tk.frequency(dtm, by="town")
by_town[by_town["rank"] <= 3]

# %% [markdown]
# The commonest words are the same everywhere. That is what TF-IDF is for: it weighs a word down if every document
# has it, $w = \mathrm{tf} \cdot \ln(N / \mathrm{df})$.

# %%
weighted = tk.tfidf(towns, "ntc")
top = tk.top_terms(weighted, 10)
top.head(10)

# %%
axes = tk.plot_tfidf(top)
tk.save_figure(axes, "03_tfidf_by_town", folder="../figures")

# %% [markdown]
# A word that stands in all four towns has $\ln(4/4) = 0$: TF-IDF cannot see a difference of degree. Keyness (lesson 4)
# can. Which variant you use changes the list: scikit-learn's is smoothed and never gives zero.

# %%
smooth = tk.top_terms(tk.tfidf(towns, "sklearn"), 5)
plain = tk.top_terms(weighted, 5)
plain[["doc", "rank", "term"]].assign(sklearn=smooth["term"].to_numpy())

# %% [markdown]
# ## Word clouds, honestly
#
# A cloud shows roughly what is there; it is poor for comparing. Ours never drops a word silently, never nests a small
# word inside a big one, and is the same picture each time.

# %%
ax = tk.plot_wordcloud(tk.frequency(dtm), n=100)
tk.save_figure(ax, "03_wordcloud", folder="../figures")

# %% [markdown]
# A comparison cloud puts each word with the town that uses it more than the others do.

# %%
ax = tk.plot_comparison_cloud(by_town, n=25)
tk.save_figure(ax, "03_comparison_cloud", folder="../figures")

# %% [markdown]
# ## Exercises · 练习
#
# 1. Which words of the comparison cloud would you have missed in the plain cloud?
# 2. 用 `dtm.merge("year")` 代替 `dtm.merge("town")`，重画 TF-IDF 图。哪些词属于某一年？
# 3. Compute the TF-IDF weight of one word by hand from `towns.to_frame()` and compare.
# 4. Replace `is_word` by nothing (keep punctuation). What happens to the clouds, and why?
