# %% [markdown]
# # 6 · Topics · 主题模型
#
# **Which themes run through the reports, and would another run of the model tell the same story?**
# 报告里有哪些主题？换一个随机种子再算一遍，故事还一样吗？
#
# A topic model explains each paragraph as a mixture of a few word lists. It always finds something. So we ask three
# questions: are the lists coherent, are they different from each other, and do they come back with another seed?

# %%
import numpy as np

import textkit as tk

corpus = tk.load("townhall")
words = tk.tokenize(corpus, tk.Jieba()).keep(tk.is_word).drop(tk.is_number).drop(tk.stopwords("textkit"))
paragraphs = tk.count(words.split("paragraph")).trim(min_count=4, min_docs=4, max_docs=0.12)
paragraphs

# %% [markdown]
# ## Fit
#
# The unit is the paragraph: a whole report is about everything. `trim` left out words of fewer than four paragraphs and
# of more than 12 % of them, which belong to no theme. `random_state` makes the result repeatable.

# %%
model = tk.fit_topics(paragraphs, n_topics=8, method="lda", random_state=7)
model

# %%
terms = tk.topic_terms(model, 8, by="frex")
terms.pivot(index="rank", columns="topic", values="term")

# %% [markdown]
# `by="frex"` balances how frequent a word is in a topic and how exclusive to it; `by="probability"` would fill every
# list with the same common words.

# %%
axes = tk.plot_topic_terms(tk.topic_terms(model, 8, by="probability"))
tk.save_figure(axes, "06_topic_terms", folder="../figures")

# %% [markdown]
# ## Read the paragraphs, not only the words

# %%
best = tk.topic_docs(model, 2)
pieces = words.split("paragraph").corpus
for row in best[best["topic"].isin([1, 6, 8])].itertuples():
    print(f"topic {row.topic}  {row.share:.2f}  {row.doc}  {pieces.text(row.doc)[:48]}…")

# %% [markdown]
# ## Who speaks of what?

# %%
shares = tk.topic_shares(model, by="town")
ax = tk.plot_topic_shares(shares)
tk.save_figure(ax, "06_topic_shares", folder="../figures")

# %% [markdown]
# ## How good are they?

# %%
quality = tk.topic_coherence(model, paragraphs, measure="npmi", n=8)
quality.merge(tk.topic_exclusivity(model, n=8), on="topic")

# %% [markdown]
# ## Again, with other seeds
#
# LDA starts at random. How alike are the topics of two seeds? For each topic of our model we take its best match in
# another run (cosine of the word lists).


# %%
def best_match(a: tk.TopicModel, b: tk.TopicModel) -> np.ndarray:
    x = a.topic_term / np.linalg.norm(a.topic_term, axis=1, keepdims=True)
    y = b.topic_term / np.linalg.norm(b.topic_term, axis=1, keepdims=True)
    return (x @ y.T).max(axis=1).round(2)


for seed in (1, 2, 3):
    print(best_match(model, tk.fit_topics(paragraphs, n_topics=8, method="lda", random_state=seed)))

# %% [markdown]
# A topic that finds no match above about 0.5 is an accident of the seed: do not interpret it. With 299 paragraphs
# several are; that is a finding about the method, not about the towns.
#
# Another method asks a little differently: NMF on TF-IDF gives more coherent lists on small data.

# %%
nmf = tk.fit_topics(paragraphs, n_topics=8, method="nmf", random_state=7)
for name, fitted in {"LDA": model, "NMF": nmf}.items():
    npmi = tk.topic_coherence(fitted, paragraphs, measure="npmi", n=8)["coherence"].mean()
    print(f"{name}: mean NPMI {npmi:.3f}")

# %% [markdown]
# ## Exercises · 练习
#
# 1. Fit 3, 6 and 12 topics. How do coherence and exclusivity move? Is there a best number?
# 2. 以整篇报告（而不是段落）为单位建模，结果有什么不同？为什么？
# 3. Save the model (`model.save("model.parquet")`), load it again, and check that the tables are equal.
# 4. Name the eight topics. The towns' themes are planted: which topics found them (see `data/townhall/README.md`)? Show the words to a colleague without the names: would they name them alike?
