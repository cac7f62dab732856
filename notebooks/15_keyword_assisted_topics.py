# %% [markdown]
# # 15 · Keyword-assisted topics · 关键词辅助主题模型
#
# **We know what we are looking for: care of the elderly, flood control, grid governance … How do we tell the model,
# without telling it the answer?** 我们知道要找哪些主题：怎样告诉模型，又不替它回答？
#
# A plain topic model gives its own topics and leaves the naming to us (lesson 6). A dictionary counts our words and nothing
# else (lesson 10). keyATM (Eshima, Imai & Sasaki 2024) stands between them: for some topics we name a few words
# beforehand; which other words belong to them is learned from the texts.

# %%
import json
import warnings

import numpy as np
import pandas as pd

import textkit as tk

corpus = tk.load("townhall")
jieba = tk.Jieba(words=["网格员", "老年食堂", "乡村振兴", "河长制"])
words = tk.tokenize(corpus, jieba).keep(tk.is_word).drop(tk.is_number).drop(tk.stopwords("textkit"))
pieces = words.split("paragraph")
dtm = tk.count(pieces)
dtm = dtm[dtm.lengths >= 5]  # salutations and short headings have no topic
dtm

# %% [markdown]
# ## Before any fit: can the corpus bear these keywords?
#
# Write the keywords down before you look at any result; with the date, if the study is preregistered.

# %%
first_draft = {
    "养老": ["养老", "老人", "老年食堂", "养老金"],
    "防汛": ["防汛", "堤防", "泵站", "水位"],
    "茶旅": ["茶", "茶叶", "民宿", "游客"],
    "园区": ["园区", "企业", "职工"],
    "网格": ["网格", "网格员", "网格化", "纠纷"],
    "疫情": ["疫情防控", "核酸"],
    "脱贫": ["脱贫", "贫困户"],
}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    report = tk.keyword_report(dtm, first_draft)
print(*(warning.message for warning in caught), sep="\n\n")

# %%
report.sort_values("count").head(8).round(4)

# %% [markdown]
# Three of the words never occur as a token. Why? Ask the vocabulary:

# %%
for part in ("养老金", "纠纷", "疫情", "防控"):
    print(part, "→", [term for term in dtm.vocabulary.terms if part in term])

# %% [markdown]
# Nobody wrote 养老金; 纠纷 is hidden in two longer words; 疫情防控 was cut into two tokens (lesson 2). The report tells apart
# what the *texts* do not have and what the *segmentation* does not have; the first is a finding, the second a repair.
#
# 核酸 stands there once: it will not guide anything. And a topic whose words never occur is refused:

# %%
try:
    tk.keyword_report(dtm, {**first_draft, "廉政": ["廉洁", "纪委"]})
except tk.TextkitError as error:
    print(error)

# %%
keywords = first_draft | {
    "养老": ["养老", "老人", "老年食堂", "护理", "床位"],
    "网格": ["网格", "网格员", "网格化"],
    "疫情": ["疫情", "防控"],
}
with warnings.catch_warnings():
    warnings.simplefilter("ignore", tk.TextkitWarning)  # two words are below 0.1 %: we keep them with open eyes
    kept = tk.keyword_report(dtm, keywords)
kept.groupby("name", sort=False)[["count", "share"]].sum().join(kept.groupby("name")["keyword"].agg(" ".join)).round(4)

# %% [markdown]
# ## Fit
#
# Fourteen topics: seven with keywords, seven without, for all that we did not foresee. The keyword topics come first, in
# our order, whatever the seed. (800 sweeps, to be quick; the default is 1,500, and a paper should take that.)
#
# The corpus is invented, and the answer key knows what every paragraph was written about. We carry that along as a fact,
# `theme`; the model does not look at it.
#
# A word of topic $k$ is, with probability $\pi_k$, drawn from the keywords alone, otherwise from a list of all words. So
# $\pi_k$ says how much of the topic the keywords carry. `weighting="none"`: every token counts once. (By default rare
# words count for more; why not here, see the experiment below.)

# %%
key = json.loads((tk.data_folder("townhall") / "answer_key.json").read_text(encoding="utf-8"))
theme_at = {(doc, start): theme for doc, facts in key["documents"].items() for theme, start, _ in facts["paragraphs"]}
themes = np.array([theme_at[row.parent, row.start] for row in dtm.docs.itertuples()])
known = dtm.with_docs(theme=themes).trim(min_count=2)

settings = {"keywords": keywords, "weighting": "none", "n_iterations": 800}
model = tk.fit_topics(known, 14, tk.KeyATM(**settings), random_state=1)
model

# %%
terms = tk.keyword_terms(model, n=8)
marked = terms["term"] + terms["keyword"].map({"own": " ✓", "other": " ✗", "": ""})
terms.assign(term=marked).query("topic <= 7").pivot(index="rank", columns="name", values="term")[list(keywords)]

# %% [markdown]
# ✓ is a keyword of this topic, ✗ would be one of another topic. Unmarked words are what the model has learned: 人次 (meals
# served) with care of the elderly, 公里 and 加固 with the dykes, 聚集 and 排查 with the epidemic, 采茶 with the tea.

# %%
names = dict(enumerate(keywords, start=1))
axes = tk.plot_topic_terms(
    tk.topic_terms(model, 8, by="probability").query("topic <= 9"), labels=names, title="七个关键词主题，两个自由主题"
)
tk.save_figure(axes, "15_keyword_topics", folder="../figures")

# %%
pd.Series(model.parameters["pi"][:7], index=list(keywords), name="pi").round(2)

# %% [markdown]
# An eighth to a fifth of each topic are its keywords; four fifths and more were learned. That is what a dictionary does
# not have.
#
# ## Is it right? The answer key
#
# In your study a sample coded by hand takes the place of the key (lesson 10).

# %%
shares = tk.topic_shares(model, by="theme")
order = [*keywords, "招商", "数字", "振兴", "概况", "问题", "打算"]
ranked = shares[shares["group"].isin(order)].sort_values("group", key=lambda g: g.map(order.index), kind="stable")
ax = tk.plot_topic_shares(ranked, kind="heat", topic_labels=names, title="各类段落（列）里各主题（行）的占比")
tk.save_figure(ax, "15_answer_key", folder="../figures")

# %% [markdown]
# The diagonal: paragraphs about 养老 belong to the topic 养老 and hardly to another keyword topic. The columns on the right
# are themes that we gave no words for: some have found topics of their own below (概况, 招商, 数字), others are spread, such
# as the plans (打算), which speak of everything.
#
# ## More than the dictionary
#
# Simply take every paragraph with a keyword. What does the model do better?


# %%
def found(chosen, theme):
    """Return how many paragraphs are chosen, and how many of them, and of all, are about the theme."""
    about = themes == theme
    return chosen.sum(), (chosen & about).sum() / chosen.sum(), (chosen & about).sum() / about.sum()


rows = []
for k, (theme, listed) in enumerate(keywords.items()):
    has = known.matrix[:, known.vocabulary.ids(listed)].sum(axis=1) > 0
    rows.append((theme, *found(has, theme), *found(model.doc_topic.argmax(axis=1) == k, theme)))
columns = pd.MultiIndex.from_product([["dictionary", "keyATM"], ["chosen", "precision", "recall"]])
pd.DataFrame([row[1:] for row in rows], [row[0] for row in rows], columns).round(2)

# %% [markdown]
# A paragraph is chosen if it has a keyword, or if the topic is its largest. The dictionary finds nearly everything and a
# lot besides: 老人 and 企业 turn up everywhere. The model asks for the company of the word and is right more often in six of
# seven; 园区 it pays for with half of the paragraphs. Where a theme has its words to itself (网格), counting would have done.
#
# ## Has a topic drifted?
#
# Keywords pull; they do not force. Six seeds:


# %%
def key_topics(seed):
    return tk.fit_topics(known, 14, tk.KeyATM(**settings), random_state=seed)


runs = {1: model} | {seed: key_topics(seed) for seed in range(2, 7)}
pd.DataFrame({seed: run.parameters["pi"][:7] for seed, run in runs.items()}, list(keywords)).T.round(2)

# %%
for seed, name in ((1, "茶旅"), (6, "茶旅"), (1, "疫情"), (4, "疫情")):
    listed = tk.keyword_terms(runs[seed], n=7).query("name == @name")
    print(f"{name}, seed {seed}:", *(listed["term"] + listed["keyword"].map({"own": "✓", "other": "✗", "": ""})))

# %% [markdown]
# A $\pi$ near zero (茶旅 with seed 6) means that the topic has left its keywords and has only the name in common with them.
# But read the words as well: 疫情 with seed 4 keeps a $\pi$ of .09 and has half gone over to other things. So: several
# seeds, the $\pi$ of each, the words of each, and a sentence in the paper on what came back how often.
#
# ## And without keywords?
#
# The same six seeds, the same number of topics, no keywords. A theme is *found* if one topic has over 40 % of its
# paragraphs' words and is the first topic of no other theme.


# %%
def themes_found(run):
    """Return for each theme its first topic, and how many themes have one of their own."""
    found = tk.topic_shares(run, by="theme").pivot(index="group", columns="topic", values="share").loc[list(keywords)]
    first = found.idxmax(axis=1)
    own = (found.max(axis=1) > 0.4) & ~first.duplicated(keep=False)
    return {**first, "found": own.sum()}


plain = {seed: tk.fit_topics(known, 14, tk.GibbsLDA(n_iterations=400), random_state=seed) for seed in range(1, 7)}
with_and_without = {"keyATM": runs, "LDA": plain}
rows = {(name, seed): themes_found(run) for name, group in with_and_without.items() for seed, run in group.items()}
pd.DataFrame(rows).T

# %% [markdown]
# Plain LDA finds four to seven of the seven, keyATM five to seven: these texts are clear, and keywords do not make a model
# much wiser. What they buy is that 养老 is topic 1 in every run. LDA's numbers are others each time, somebody has to match
# and to name them, and it decides what is one topic (seed 4: 疫情 and 脱贫 are both topic 11).

# %%
side = tk.compare_topics(model, plain[4], n=8)
side.query("topic_a <= 7").assign(name=list(keywords))[["name", "topic_b", "similarity", "both", "only_a", "only_b"]]

# %% [markdown]
# What makes a topic drift? Words that do not belong together, or a word that is hardly there:

# %%
for extra in ({"大杂烩": ["游客", "水位", "职工"]}, {"独木": ["厂房"]}):
    (name, listed), *_ = extra.items()
    strange = tk.fit_topics(known, 15, tk.KeyATM(**settings | {"keywords": keywords | extra}), random_state=1)
    top = tk.keyword_terms(strange, n=8).query("topic == 8")
    print(name, listed, f"pi = {strange.parameters['pi'][7]:.2f}:", " ".join(top["term"]))

# %% [markdown]
# ## Who speaks of it, and when? Covariates
#
# `covariates` lets the expected shares depend on facts about the documents: `expected_shares` gives every document one
# value in turn, all else as it is. The intervals come from the draws of the chain.

# %%
method = tk.KeyATM(**settings, covariates="~ town + year", evaluate_every=5)
explained = tk.fit_topics(known, 14, method, random_state=1)
expected = tk.expected_shares(explained, "town", reference="青石镇")
expected.query("topic <= 4").assign(name=lambda t: t["topic"].map(names)).round(3)

# %%
yearly = tk.expected_shares(explained, "year").query("group == 2023 and topic <= 7")
planted = pd.crosstab(themes, known.docs["year"].to_numpy(), normalize="columns")
change = (planted[2023] - planted[2018]).reindex(list(keywords))
table = yearly[["difference", "difference_low", "difference_high"]].set_axis(list(keywords)).assign(planted=change)
table.round(3)

# %% [markdown]
# Each town has its theme, far beyond its interval, as planted. The years are another matter. 网格 rises by five points, as
# planted. And the epidemic rises by nine, with an interval well above zero; but in truth it came in 2020 and was gone
# again in 2023. What has happened? Look at the topic **of this very model**:

# %%
tk.keyword_terms(explained, n=10).query("topic == 6")[["term", "keyword", "probability"]].round(3).T

# %%
tk.topic_docs(explained, 40).query("topic == 6").merge(known.docs["theme"], left_on="doc", right_index=True)[
    "theme"
].value_counts().head(5)

# %% [markdown]
# It has drifted, and what rises is the rest. The interval was computed for whatever the topic has become: precise, about
# something else. **A name is not a topic; before any effect, read.**
#
# Even a good interval holds only for this model, its keywords and its number of topics. It does not know that another seed
# gives somewhat other topics, nor that 254 paragraphs come from 24 reports.
#
# ## A line that may bend: time
#
# `time="year"` gives up the straight line: the years pass through a few *states*, each with its own shares, and the model
# decides when one state ends. When did the reports change?

# %%
for seed in (1, 2):
    moved = tk.fit_topics(known, 14, tk.KeyATM(**settings, time="year", n_states=2), random_state=seed)
    second = pd.Series(moved.parameters["states"][:, 1], index=moved.parameters["times"].astype(int))
    print(f"seed {seed:2}: chance of the second state", second.round(2).to_dict())

# %% [markdown]
# The seeds do not agree, each being quite sure of itself. That is the answer: **no change of all topics at once has been
# shown**. (There is none: 招商 falls all the time, 疫情 comes in 2020, 脱贫 goes in 2021.) One run would have made a fine
# figure.
#
# ## A planted truth
#
# Would it find a change if there was one? We draw a corpus in which topic 1 grows in 2019, take three words of each of
# three topics as keywords (not the most frequent ones), and fit.

# %%
facts = pd.DataFrame({"year": np.repeat(np.arange(2012, 2024), 40)}).assign(late=lambda t: (t["year"] >= 2019) * 1)
gamma = [[-0.5, 0, 0, 0], [1.2, 0, 0, 0]]
drawn = tk.simulate_corpus(480, 400, 5, docs=facts, prevalence="~ late", gamma=gamma, length=50, random_state=15)
own = drawn.topic_term / drawn.topic_term.sum(axis=0) > 0.9  # words that nearly all belong to one topic
best = np.argsort(-drawn.topic_term, axis=1)
hints = {f"主题{k + 1}": [drawn.dtm.vocabulary[i] for i in best[k, 3:] if own[k, i]][:3] for k in range(3)}
hints

# %%
dynamic = tk.KeyATM(keywords=hints, weighting="none", time="year", n_states=2, n_iterations=400, evaluate_every=5)
moved = tk.fit_topics(drawn.dtm, 5, dynamic, random_state=15)
print(dict(zip(range(2012, 2024), moved.parameters["states"][:, 1].round(2).tolist(), strict=True)))
first = tk.expected_shares(moved).query("topic == 1 and group in (2018, 2019)")
truth = pd.Series(drawn.doc_topic[:, 0]).groupby(facts["late"]).mean()
first[["group", "share", "ci_low", "ci_high"]].assign(truth=truth.to_numpy()).round(3)

# %% [markdown]
# The year is found without any doubt, and the level before and after. So the silence above was not the method's fault.
#
# And the weights? The default counts a token by its information, about eight bits a word here, so that the sampler believes
# the corpus to be eight times as long and hardly leaves the place where it began. `normalise=True` takes that back.

# %%
for how in ({}, {"normalise": True}, {"weighting": "none"}):
    fitted = tk.fit_topics(drawn.dtm, 5, tk.KeyATM(keywords=hints, n_iterations=300, **how), random_state=1)
    matched = np.corrcoef(fitted.doc_topic.T, drawn.doc_topic.T)[:5, 5:].max(axis=0).round(2)
    print(f"{how or 'default'!s:24} best match of each true topic: {matched.tolist()}")

# %% [markdown]
# Weights are for texts full of common words. Where stop words are gone, `"none"` or `normalise=True` is the better start;
# whichever you choose, choose it before you see the result, and say so.
#
# ## What one may write · 论文里可以怎么写
#
# | You have | You may write | You may not write |
# |---|---|---|
# | keywords, fixed beforehand | "The keywords were fixed on …; three of 23 did not occur and were replaced." | the last of ten lists, as if it were the first |
# | the topics of one seed | "Topic 养老 (keywords …) came back in six of six runs, 疫情 in five." | "The model found …" |
# | a coded sample | "Of 25 paragraphs whose largest topic was 养老, 15 were about care of the elderly." | "The topic measures care of the elderly." |
# | expected shares | "The expected share in 青石镇 is … (95 % interval …), conditional on the topics." | "significantly" without that condition |
#
# ## Exercises · 练习
#
# 1. Take 养老 and 老人 away from the topic 养老, so that only 老年食堂, 护理 and 床位 are left. What happens to $\pi$, and to the
#    answer key?
# 2. 为“数字”（数字化、手机、平台……）加一个关键词主题：先用 `keyword_report` 检查，再拟合，最后与答案比较。
# 3. Put 服务 into two topics. What does `keyword_report` say in `n_topics`, and which topic gets the word?
# 4. 把主题数改为 7（没有“其他”主题）或 25：各关键词主题的 $\pi$ 与精确率怎样变化？为什么需要不带关键词的主题？
# 5. `tk.GibbsLDA(seed_words=keywords)` is the simpler relative. Fit it, and compare it with `tk.compare_topics`.
