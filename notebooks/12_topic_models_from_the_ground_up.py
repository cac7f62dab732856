# %% [markdown]
# # 12 · Topic models from the ground up · 从头理解主题模型
#
# **If we knew the topics, would the model find them? And what does it find where there are none?**
# 如果答案事先知道，模型找得到吗？如果根本没有主题，它又会找出什么？
#
# With real texts nobody knows the true topics, so a model can never be seen to be wrong. Therefore we begin with texts
# that we make ourselves: there the truth is on the table. Only then come the five speeches.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import textkit as tk

# %% [markdown]
# ## What the model believes
#
# Latent Dirichlet allocation (LDA) tells a story of how a text comes about. A topic is a bag of words, some in it many
# times. For every word of a paragraph the writer throws a die to choose a bag, and draws a word from it. Each paragraph
# has its own die: its **shares**.

# %%
bags = {"信访": ["群众", "诉求", "接访", "调解"], "茶旅": ["茶园", "游客", "民宿", "古道"]}
shares = {"信访": 0.75, "茶旅": 0.25}
rng = np.random.default_rng(12)
topics = rng.choice(list(shares), size=10, p=list(shares.values()))
paragraph = pd.DataFrame({"topic": topics, "word": [rng.choice(bags[topic]) for topic in topics]})
paragraph.T

# %% [markdown]
# The reader gets the second line only; the first must be guessed. No grammar, no order, no author: that is all the
# model believes. 模型相信的只有这些：没有语法，没有词序，没有作者。
#
# ## A world whose truth is known
#
# `simulate_corpus` plays the same game on a larger board: here 300 documents of about 60 words, five topics over 200
# words. Besides the counts it hands out what they were drawn from.

# %%
drawn = tk.simulate_corpus(300, 200, 5, model="lda", length=60, alpha=0.2, random_state=12)
print(drawn, drawn.dtm, sep="\n")
pd.DataFrame(drawn.doc_topic[:3].round(2), index=drawn.dtm.names[:3], columns=[f"topic {k}" for k in range(1, 6)])


# %%
truth = drawn.truth  # in the form of a model, so that it can be compared with models

# %% [markdown]
# Four ways to guess the first line: variational LDA, LDA by Gibbs sampling, the structural topic model (STM) without
# any covariates, and NMF, which knows nothing of dice and takes the matrix apart. (300 sweeps instead of the usual
# 1,000, so that the lesson runs in seconds.) Numbers of topics mean nothing: topic 1 of one model may be topic 4 of
# another. `align_topics` matches them so that the sum of the similarities (cosine of the word lists, 1 = the same) is
# largest.

# %%
quick = tk.GibbsLDA(n_iterations=300)
methods = {"lda": tk.LDA(), "gibbs": quick, "stm": tk.STM(), "nmf": tk.NMF()}
aligned = {
    name: tk.align_topics(truth, tk.fit_topics(drawn.dtm, 5, method, random_state=0))
    for name, method in methods.items()
}
pd.DataFrame({name: table["similarity"] for name, table in aligned.items()}).set_axis(range(1, 6)).round(3)

# %% [markdown]
# Three find all five. The STM has lost one, and no warning says so. It begins at a place worked out from the counts,
# the same every time, and climbs from there to the nearest top; here the nearest is not the highest. From the model
# alone one cannot see that. From another start one can: `trace` is the height that was reached (compare it only between
# fits of one method to the same counts).

# %%
for start in ("spectral", "spectral_exact", "lda"):
    model = tk.fit_topics(drawn.dtm, 5, tk.STM(init=start), random_state=0)
    found = tk.align_topics(truth, model)
    print(f"{start:14}  height {model.trace['value'].max():,.0f}   similarity {found['similarity'].round(2).tolist()}")

# %% [markdown]
# **First rule: never one fit.** 第一条规矩：不要只拟合一次。Several starts, and keep the highest.
#
# The shares of the documents come back with the topics (correlation with the true shares):

# %%
pd.DataFrame({name: table["share_correlation"] for name, table in aligned.items()}).set_axis(range(1, 6)).round(3)

# %% [markdown]
# So the method works, *where its story is true, the topics are unlike, and there is enough text*. Each of the three
# will fail below.
#
# ## A sampler by hand
#
# How can the first line be guessed? Begin with any topics at all. Then go from token to token and ask again: how much
# is topic k spoken of in this document, and how often does topic k say this word? Both counts come from the guesses for
# all *other* tokens:
#
# $$p(k) \;\propto\; (n_{dk} + \alpha)\,\cdot\,\frac{n_{kw} + \eta}{n_k + V\eta}$$
#
# Draw a new topic with these chances, go on to the next token, and round again. This is Gibbs sampling, and it is ten
# lines long.


# %%
def sweep(doc, word, topic, k, rng, alpha=0.3, eta=0.1):
    """Ask every token once for its topic, given those of all others; changes ``topic``."""
    in_doc, in_word = np.zeros((doc.max() + 1, k)), np.zeros((word.max() + 1, k))
    np.add.at(in_doc, (doc, topic), 1)
    np.add.at(in_word, (word, topic), 1)
    in_all = in_word.sum(axis=0)
    for i, (d, w) in enumerate(zip(doc, word, strict=True)):
        for change in (-1, 1):
            in_doc[d, topic[i]] += change
            in_word[w, topic[i]] += change
            in_all[topic[i]] += change
            if change == -1:  # the token is out: draw its new topic
                chance = (in_doc[d] + alpha) * (in_word[w] + eta) / (in_all + len(in_word) * eta)
                topic[i] = np.searchsorted(chance.cumsum(), rng.random() * chance.sum())


# %% [markdown]
# To *see* it learn, we take topics that can be seen (after Griffiths & Steyvers 2004). There are sixteen words, laid
# out as a square of four by four. Eight topics: each row of the square, each column. A document is a mixture of a few
# of them.

# %%
square = np.eye(4)[:, :, None] * np.ones(4) / 4  # four pictures, each with one row
bars = np.concatenate([square, square.transpose(0, 2, 1)]).reshape(8, 16)
rng = np.random.default_rng(12)
mixtures = rng.dirichlet(np.full(8, 0.3), size=100)
counts = np.array([rng.multinomial(40, chance) for chance in mixtures @ bars])
pictures = tk.DocumentTermMatrix(counts, [f"row {i} column {j}" for i in range(1, 5) for j in range(1, 5)])
pictures


# %%
def known(topic_term, doc_topic, dtm):
    """Dress anything as a model, so that it can be compared with models."""
    path = pd.DataFrame({"iteration": [0], "value": [0.0]})
    return tk.TopicModel(topic_term, doc_topic, dtm.vocabulary, dtm.docs, dtm.term_counts, dtm.lengths, path)


# %%
def estimate(doc, word, topic, k):
    """What the guesses say: the words of each topic, the shares of each document."""
    terms = np.full((k, word.max() + 1), 0.1)
    shares = np.full((doc.max() + 1, k), 0.3)
    np.add.at(terms, (topic, word), 1)
    np.add.at(shares, (doc, topic), 1)
    return known(terms / terms.sum(axis=1)[:, None], shares / shares.sum(axis=1)[:, None], pictures)


rows, columns = np.nonzero(counts)
doc, word = np.repeat(rows, counts[rows, columns]), np.repeat(columns, counts[rows, columns])
rng = np.random.default_rng(1)
topic, states = rng.integers(8, size=len(doc)), {}

# %%
for step in range(31):
    if step in (0, 3, 10, 30):
        states[step] = estimate(doc, word, topic, 8)
    sweep(doc, word, topic, 8, rng)
target = known(bars, mixtures, pictures)
matches = {step: tk.align_topics(target, state) for step, state in states.items()}
for step, match in matches.items():
    print(f"after {step:2} sweeps: mean similarity with the truth {match['similarity'].mean():.2f}")

# %%
figure, axes = plt.subplots(5, 8, figsize=(6.3, 4), layout="constrained", subplot_kw={"xticks": [], "yticks": []})
for row, (name, state) in zip(axes, {"truth": target, **states}.items(), strict=True):
    order = range(1, 9) if state is target else matches[name]["topic_b"]
    row[0].set_ylabel(name, rotation=0, ha="right", va="center")
    for ax, k in zip(row, order, strict=True):
        ax.imshow(state.topic_term[k - 1].reshape(4, 4), cmap="Greys", vmin=0, vmax=0.25)
        ax.set_box_aspect(1)
pixels = [
    pd.DataFrame(state.topic_term, columns=pictures.vocabulary.terms).assign(sweeps=name, topic=range(1, 9))
    for name, state in {"truth": target, **states}.items()
]
tk.save_figure(figure, "12_bars", table=pd.concat(pixels, ignore_index=True), folder="../figures")

# %% [markdown]
# The first line is the truth, the others are what the sampler believes after 0, 3, 10 and 30 sweeps. Grey noise, then
# bars, and nobody ever told it what a bar is. 从一片灰到八条线，没有人告诉过它什么是“线”。 `GibbsLDA` is the same sampler with a compiled
# loop; it also learns $\alpha$ and takes the mean over many sweeps:

# %%
ready = tk.fit_topics(pictures, 8, tk.GibbsLDA(alpha=0.3, eta=0.1), random_state=0)
for name, model in {"by hand": states[30], "GibbsLDA": ready}.items():
    print(f"{name:8}: mean similarity with the truth {tk.align_topics(target, model)['similarity'].mean():.3f}")

# %% [markdown]
# ## Too little to learn from
#
# The same kind of corpus, but fewer documents and shorter ones. What counts: the mean similarity with the truth, over
# the topics of three different corpora, each time from the better of two fits.


# %%
def recovery(n_docs, length, **settings):
    """Mean similarity of found and true topics, over three simulated corpora."""
    found = []
    for seed in range(3):
        world = tk.simulate_corpus(n_docs, 500, 5, model="lda", length=length, random_state=seed, **settings)
        fits = tk.many_topics(world.dtm, 5, tk.GibbsLDA(n_iterations=200), seeds=2, n_jobs=1)
        best = max(fits, key=lambda fit: fit.trace["value"].max())
        found.append(tk.align_topics(world.truth, best)["similarity"].mean())
    return np.mean(found)


sizes = [(n_docs, length) for n_docs in (20, 60, 180) for length in (5, 15, 50)]
found = pd.DataFrame([(*size, recovery(*size)) for size in sizes], columns=["documents", "words", "similarity"])
found.pivot(index="documents", columns="words", values="similarity").round(2)

# %% [markdown]
# Very short texts (posts, headlines, survey answers) are hard because there is hardly anything *in the same document*
# to learn from. Now leave the size alone and make the topics more alike: `eta` says how many words a topic is spread
# over.

# %%
for eta in (0.05, 0.2, 1.0):
    print(f"eta = {eta:4}: 60 documents of 50 words, similarity {recovery(60, 50, eta=eta):.2f}")

# %% [markdown]
# It is not size alone. How much text is enough depends on how different the topics are, and that is just what we do not
# know of a real corpus.
#
# ## Where there is nothing to find
#
# With `alpha=1000` all documents have (nearly) the same shares: every one is half and half of two bags, and no theme is
# anywhere stronger than elsewhere. We ask for five topics.

# %%
nothing = tk.simulate_corpus(300, 200, 2, model="lda", length=60, alpha=1000, random_state=12)
rows = []
for name, dtm in {"five topics": drawn.dtm, "none": nothing.dtm}.items():
    fits = tk.many_topics(dtm, 5, quick, seeds=3, n_jobs=1)
    stability, quality = tk.topic_stability(fits), tk.topic_quality(fits[0], dtm)
    means = [stability["similarity"], stability["share_correlation"], quality["coherence"], quality["exclusivity"]]
    rows.append([name, *(column.mean() for column in means)])
names = ["truth", "similarity over seeds", "correlation of shares", "coherence (NPMI)", "exclusivity"]
pd.DataFrame(rows, columns=names).round(2)

# %% [markdown]
# It delivers five lists all the same, and no error message. What gives them away: their words do not meet in documents
# more often than by chance (NPMI 0), and with another seed the *documents* are shared out differently. What does not:
# the lists are exclusive (9 of 10), and the word lists of two seeds are fairly similar, only because all of them hold
# the commonest words. **A topic model always answers. Ask it whether it had anything to say.**
#
# ## The five speeches, by paragraph
#
# Five Chinese local-government speeches on petitions and public order, as counts by paragraph. Five documents are
# nothing; 75 paragraphs are little, as we now know. We leave out words of fewer than three paragraphs and of more than
# a quarter of them.

# %%
whole = tk.load_matrix("speeches").keep(tk.is_word).drop(tk.is_number).drop(tk.stopwords("textkit"))
facts = whole.docs.rename(columns={"doc": "speech"})
paragraphs = tk.DocumentTermMatrix(whole.matrix, whole.vocabulary, facts).trim(min_count=4, min_docs=3, max_docs=0.25)
print(paragraphs, f"median length {np.median(paragraphs.lengths):.0f} words")

# %%
rows = []
for name, method in methods.items():
    model, *others = tk.many_topics(paragraphs, 5, method, seeds=3, n_jobs=1)
    redrawn = tk.many_topics(paragraphs, 5, method, seeds=2, resample=True, n_jobs=1)
    quality = tk.topic_quality(model, paragraphs)
    likeness = [np.mean([tk.align_topics(model, x)["similarity"].mean() for x in fits]) for fits in (others, redrawn)]
    rows.append([name, quality["coherence"].mean(), quality["exclusivity"].mean(), *likeness])
pd.DataFrame(rows, columns=["method", "NPMI", "exclusivity", "other seeds", "paragraphs redrawn"]).round(2)

# %% [markdown]
# NMF has the most coherent lists; and for STM and NMF other seeds give the same again. That is no merit of the topics,
# for these two throw no dice. Draw the *paragraphs* again, with replacement, and all four are in the same boat, between
# 0.5 and 0.65. **Other seeds test the algorithm; other paragraphs test the data.** 换种子检验的是算法，换段落检验的才是材料。
#
# ## If every word of the model were true
#
# Is the model wrong for these texts, or is there too little of them? Let us take it at its word: the best of five fits
# throws its own dice and writes 75 paragraphs of the same lengths. These we fit again. Now the truth is known, and it
# is one that looks like our speeches.

# %%
fits = tk.many_topics(paragraphs, 5, tk.GibbsLDA(), seeds=5, n_jobs=1)
model = max(fits, key=lambda fit: fit.trace["value"].max())
rng = np.random.default_rng(12)
chances = model.doc_topic @ model.topic_term
words = np.array([rng.multinomial(n, p / p.sum()) for n, p in zip(paragraphs.lengths, chances, strict=True)])
twin = tk.DocumentTermMatrix(words, paragraphs.vocabulary, paragraphs.docs)
again = tk.many_topics(twin, 5, tk.GibbsLDA(), seeds=4, n_jobs=1)
compared = tk.topic_stability(fits, reference=model)[["topic", "terms", "similarity"]]
compared.assign(if_it_were_true=tk.topic_stability(again, reference=model)["similarity"]).round(2)

# %% [markdown]
# `similarity`: the other fits of the real paragraphs against the best one. `if_it_were_true`: fits of the twin against
# the truth that it was drawn from. The columns are much alike. The seeds disagree about as much as they would if the
# model were true in every word: 75 paragraphs are too few to pin down topics that share so many words. (Which does not
# show that the model is right. It shows that we could not notice.)
#
# Topic 3 (services, neighbourhoods, grids) is safe either way, and topic 2 is the weakest either way: it gets no name
# and no sentence in our paper.

# %%
axes = tk.plot_topic_terms(tk.topic_terms(model, 10), n=10, title="五篇讲话（按段落）：五个主题")
tk.save_figure(axes, "12_topic_terms", folder="../figures")

# %% [markdown]
# ## Five ways to list a topic

# %%
ways = ("probability", "frex", "lift", "score", "relevance")
lists = {way: tk.topic_terms(model, 10, by=way).query("topic == 4").set_index("rank")["term"] for way in ways}
pd.DataFrame(lists)

# %% [markdown]
# `probability`: what the topic is made of, words of all topics (做, 不断) included. `lift`: what is said hardly anywhere
# else, however rarely (抓住). The other three lie between: `frex` weighs ranks of both, `relevance` logarithms of both,
# `score` takes off what the other topics say. **State which list you print**, and never choose it topic by topic.
#
# ## Read the paragraphs
#
# A list of words is not a meaning. Which paragraphs belong to a topic? (The repository has the counts only. If you have
# the texts, `tk.topic_passages(model, tokens)` shows the passages.)

# %%
place = paragraphs.docs[["label_zh", "section", "paragraph"]]
tk.topic_docs(model, 3).join(place, on="doc").query("topic in (3, 4, 5)").round(2)

# %%
table = (
    tk.topic_shares(model, by="doc").set_index("group").loc[paragraphs.names].reset_index()
)  # back into reading order
ax = tk.plot_topic_heatmap(table, order="table", title="75 个段落的主题占比（依讲话顺序）")
facts = paragraphs.docs.reset_index()
first = facts.groupby("label_zh", sort=False)["paragraph"].idxmin()
ax.set_ylabel("")
ax.set_yticks(first, first.index, fontproperties=ax.xaxis.label.get_fontproperties())
ax.hlines(first[1:] - 0.5, *ax.get_xlim(), color="black", linewidth=1)
tk.save_figure(ax, "12_paragraphs", folder="../figures")

# %%
last = facts.groupby("label_zh", sort=False)["paragraph"].idxmax()
edge = facts.index.isin([*first, *last])
opening = model.doc_topic[:, 0]
print(f"topic 1: {opening[edge].mean():.0%} of first and last paragraphs, {opening[~edge].mean():.0%} of the others")

# %% [markdown]
# Topic 1 (同志, 重要, 任务, 部署) is where a speech begins and ends: not a theme but a genre. A model that knows nothing of
# order has found it, because it is there. It is also the largest topic: had we read the shares only, we should have
# reported "importance of tasks" as the main theme.
#
# ## How far apart are the topics?

# %%
table = tk.topic_map(model)
ax = tk.plot_topic_map(table, n=4, title="主题之间的距离")
tk.save_figure(ax, "12_map", folder="../figures")
tk.save_topic_map(model, "../build/12_topic_map.html", title="五篇讲话（按段落）").name

# %% [markdown]
# The page that the last line writes can be opened by itself in a browser, offline: point at a circle and see its words,
# move the slider from frequent to exclusive. Read the small print below the map: of five distances in a plane only a
# part is kept, so that two circles that touch need not be alike.
#
# ## Which topics keep company?

# %%
shares = tk.topic_correlation(model, ci="bootstrap", random_state=12)
ratios = tk.topic_correlation(model, measure="log_ratios", ci="bootstrap", random_state=12)
both = shares.merge(ratios, on=["topic_a", "topic_b"], suffixes=("", "_log"))
both.drop(columns=["edge", "edge_log"]).round(2)

# %% [markdown]
# Shares of a paragraph sum to one: more of one topic is less of the others. With five topics, unrelated ones have a
# correlation of $-1/(5-1) = -0.25$ on average, and this is so for the log ratios too. Measure from there, not from
# zero. From there, topics 1 and 5 avoid each other (who opens a meeting does not yet settle disputes), and 2 and 5 keep
# company; but topic 2 is the one that we struck off. The intervals say what other paragraphs would do to *these*
# topics; other fits have other topics.

# %%
names = tk.topic_terms(model, 2, by="frex").groupby("topic")["term"].agg(" ".join)
ax = tk.plot_topic_correlation(ratios, min_apart=0.3, labels=names, title="主题的同现与回避（对数比）")
tk.save_figure(ax, "12_correlation", folder="../figures")

# %% [markdown]
# ## What one may write · 论文里可以怎么写
#
# | You have | You may write | You may not write |
# |---|---|---|
# | one fit | "One reading of the paragraphs, by LDA with K = 5 (seed, priors, trimming in the appendix)." | "The speeches contain five topics." |
# | a topic that comes back with other seeds and other paragraphs | "A group of words around 服务, 基层, 社区 recurs (similarity …)." | a name that stands on its first three words |
# | one that does not | nothing about it; its share goes to "other" | an interpretation |
# | shares by speech, five speeches | "In this speech the topic takes … % of its 18 paragraphs." | "Petition speeches speak more of …": that is one speech a kind |
# | a map, a network | "drawn from this fit; the plane keeps … of the distances" | anything about the positions alone |
#
# **Checklist · 核对清单**
#
# 1. What is a document here, and how long is it? 建模单位是什么，多长？
# 2. What was trimmed, and would another trimming change the topics? 删了哪些词？
# 3. Which method, priors, number of sweeps; did the trace stop rising? 方法、先验、迭代次数？
# 4. How many fits, and by what was one chosen? 拟合了几次，凭什么选这一次？
# 5. Does each interpreted topic come back, with other seeds *and* with other documents? 每个主题都能重现吗？
# 6. Which word list is printed? Were the documents read? 用的哪种词表？原文读了吗？
# 7. What would the method have given if there were nothing to find? 如果没有主题，会得到什么？

# %% [markdown]
# ## Exercises · 练习
#
# 1. In `recovery`, take 2,000 documents of 5 words. Does number make up for shortness? And for `eta=1.0`?
# 2. 让手写的采样器用另外几个种子。30 遍之后总能看到八条线吗？看不到的时候，卡在了哪里？再多走 100 遍呢？
# 3. Write a world in which LDA's story is false: the second half of each document copies a sentence of the first. What
#    becomes of the topics?
# 4. 把 `trim` 的 `max_docs` 改为 0.5，再改为 0.1。“套话”那个主题还在吗？其余主题变了多少（`tk.compare_topics`）？
# 5. Repeat "if every word of the model were true" with NMF instead of Gibbs as the second method. May one do that?
# 6. 换成 `tk.load("townhall")`，按段落建模，用 `tk.topic_passages` 读每个主题的原文，再与 `data/townhall/README.md` 中埋设的主题比较。
