# %% [markdown]
# # 14 · Topics and covariates · 主题与协变量
#
# **柳河镇 speaks of dykes, 青石镇 of the elderly, and every year there is more about grids. How much more, and how sure can
# we be, when the topics themselves are only estimates?** 哪个镇多谈什么，逐年怎样变化，差别有多大？主题本身也是估计出来的，结论还有多可靠？
#
# The structural topic model (STM; Roberts, Stewart & Airoldi 2016) lets facts about the documents take part. **Prevalence**:
# how much a document speaks of a topic depends on its town and year. **Content**: in which words it does so depends on who
# speaks.

# %%
import json
import warnings

import numpy as np
import pandas as pd

import textkit as tk

# %% [markdown]
# ## First a truth that we know
#
# Before we believe the method about towns, let it find what we have put there. In a simulated corpus half of the 400
# documents were "treated", which moves the shares of four topics by known amounts.


# %%
def planted(seed):
    """Draw a corpus; return its counts, and the truth in the form of a model."""
    drawn = tk.simulate_corpus(400, 300, 4, length=60, random_state=seed)
    return drawn.dtm, drawn.truth


def effects(model, **how):
    table = tk.estimate_effect(model, "~ treatment", **how)
    return table[table["term"] == "treatment"].set_index("topic")


# %%
dtm, truth = planted(16)
model = tk.fit_topics(dtm, 4, tk.STM(prevalence="~ treatment"))
pairs = tk.align_topics(model, truth)
found = effects(model)[["estimate", "ci_low", "ci_high"]]
true = effects(truth, uncertainty="none")["estimate"]
found.assign(truth=true[pairs["topic_b"]].to_numpy(), similarity=pairs["similarity"].to_numpy()).round(3)

# %% [markdown]
# The four topics are found (similarity with the true word lists near 1), and so are the two effects that are there: one
# topic gains 13 percentage points, another loses 12. For the two that hardly change, the intervals hold zero, and the
# truth. (`align_topics` says which of our topics is which of the true ones.)
#
# One success proves little. Three corpora, twelve effects: how often does the 95 % interval hold the truth? Two kinds of
# intervals; what they are is explained below.

# %%
inside = {"global": [], "refit": []}
for seed in (14, 15, 16):
    dtm, truth = planted(seed)
    model = tk.fit_topics(dtm, 4, tk.STM(prevalence="~ treatment"))
    true = effects(truth, uncertainty="none")["estimate"][tk.align_topics(model, truth)["topic_b"]].to_numpy()
    refits = tk.refit_topics(model, dtm, 8, n_jobs=1)
    for how, more in {"global": {}, "refit": {"refits": refits}}.items():
        table = effects(model, uncertainty=how, **more)
        inside[how] += list((table["ci_low"] <= true) & (true <= table["ci_high"]))
{how: f"{sum(held)} of {len(held)}" for how, held in inside.items()}

# %% [markdown]
# The usual interval (`"global"`) misses four of twelve where less than one was promised. It takes the topics for given. Keep
# that in mind when you read such intervals, here and elsewhere.
#
# ## townhall
#
# Paragraphs with the facts of their report. `theme`, from the answer key, is for checking; the model does not look at it.

# %%
corpus = tk.load("townhall")
jieba = tk.Jieba(words=["网格员", "老年食堂", "乡村振兴", "河长制"])
words = tk.tokenize(corpus, jieba).keep(tk.is_word).drop(tk.is_number).drop(tk.stopwords("textkit"))
dtm = tk.count(words.split("paragraph"))
dtm = dtm[dtm.lengths >= 5].trim(min_count=2)
key = json.loads((tk.data_folder("townhall") / "answer_key.json").read_text(encoding="utf-8"))
theme_at = {(doc, start): theme for doc, facts in key["documents"].items() for theme, start, _ in facts["paragraphs"]}
themes = [theme_at[row.parent, row.start] for row in dtm.docs.itertuples()]
late = np.where(dtm.docs["year"] > 2020, "2021–23", "2018–20")
dtm = dtm.with_docs(theme=themes, late=late)
dtm

# %% [markdown]
# `prevalence` is a formula: town is a category, year a number. The default start (`"spectral"`) is made for large corpora;
# for 254 short paragraphs we start from six seeds and keep the fit with the best bound, which is a rule that does not look
# at the result. (`tol=1e-4` is quick; the default is ten times stricter.)

# %%
method = tk.STM(prevalence="~ town + year", init="lda", tol=1e-4)
runs = tk.many_topics(dtm, 13, method, seeds=range(1, 7), n_jobs=1)
bounds = [run.trace["value"].max() for run in runs]
model = runs[int(np.argmax(bounds))]
print([f"{bound:,.0f}" for bound in bounds], model, sep="\n")

# %%
paths = {f"seed {seed}": run.trace for seed, run in enumerate(runs, start=1)}
axes = tk.plot_convergence(paths, skip=5, title="六个起点的界值")
tk.save_figure(axes, "14_convergence", folder="../figures")

# %%
terms = tk.topic_terms(model, 9, by="frex").groupby("topic")["term"].agg(" ".join)
terms.to_frame()

# %% [markdown]
# Names come from reading the words **and** the paragraphs (`tk.topic_docs`), and a name is always too clean: topic 1 is
# poverty relief *and* the headings (报告, 政府, 镇); 4, 10 and 11 are ways of speaking more than themes.

# %%
heard = ["脱贫", "收入", "园区", "走访", "招商", "茶旅", "防汛"]
heard += ["台账网格", "养老", "短板", "柳河杂事", "疫情", "老年食堂"]
names = dict(enumerate(heard, start=1))

# %%
by_theme = tk.topic_shares(model, by="theme")
first = by_theme.loc[by_theme.groupby("group")["share"].idxmax()].assign(name=lambda t: t["topic"].map(names))
first.sort_values("share", ascending=False).head(12)[["group", "name", "share", "n_docs"]].round(2)

# %% [markdown]
# ## Effects
#
# `estimate_effect` regresses the shares on the facts. A share is not observed but estimated, so it is drawn 25 times from
# what the model knows about each document, and the regressions are pooled (the method of composition).
#
# 254 paragraphs come from 24 reports, and paragraphs of one report are not independent: `cluster="parent"`.

# %%
table = tk.estimate_effect(model, "~ town + year", cluster="parent")
print(table.attrs["textkit"]["note"])
table[table["term"] == "year"].assign(name=names.values()).set_index("name").drop(columns=["topic", "term"]).round(4)

# %% [markdown]
# `year` is the change of the share a year *within* towns: −0.02 is two percentage points. The sentence above the table
# belongs to every number in it; the picture carries it too.

# %%
themes_only = [1, 3, 5, 6, 7, 8, 9, 12, 13]
axes = tk.plot_effects(
    table,
    topics=themes_only,
    terms=["year"],
    labels=names,
    term_labels={"year": "每过一年"},
    title="镇不变，逐年的变化",
)
tk.save_figure(axes, "14_effects_year", folder="../figures")

# %% [markdown]
# Was that planted? The key has a theme for every paragraph: the same regression on the true shares.

# %%
is_theme = pd.get_dummies(dtm.docs["theme"]).astype(float)
columns = np.column_stack([pd.get_dummies(dtm.docs["town"]).astype(float), dtm.docs["year"] - 2018])
slopes = pd.Series(np.linalg.lstsq(columns, is_theme, rcond=None)[0][-1], is_theme.columns)
slopes[["脱贫", "振兴", "招商", "数字", "网格", "疫情", "养老", "防汛", "茶旅", "园区"]].round(3).to_frame("a year").T

# %% [markdown]
# 脱贫 and 招商 fall, as planted, by nearly the right amount. 台账网格 holds both 网格 and 数字, which rise. The rise of 振兴 is
# missing: that theme has no topic of its own in this model, it is spread (look above). **What has no topic can have no
# effect.**
#
# ## Between towns
#
# A category is compared pair by pair; by default every pair.

# %%
contrasts = tk.effect_contrasts(model, "~ town + year", "town", against="青石镇", cluster="parent")
axes = tk.plot_effect_contrasts(contrasts, topics=themes_only, labels=names, title="各镇与青石镇之差")
tk.save_figure(axes, "14_contrasts", folder="../figures")

# %% [markdown]
# Each town has its own theme, by 20 to 40 percentage points. No test is needed for that; the intervals say how large it is.
# But all six reports of a town (云岭镇 excepted) have one writer: the difference is one between these towns *or these
# mayors*.
#
# ## A line that may bend
#
# The epidemic came in 2020 and was over in 2023. A straight line cannot show that; `s(year)`, a spline, can.
# `effect_predictions` draws the expected share along one fact, the others held at a typical value.

# %%
bent = tk.effect_predictions(
    model, "~ town + s(year, df=4)", "year", values=range(2018, 2024), topics=[1, 5, 12], cluster="parent"
)
axes = tk.plot_effect_predictions(bent, labels=names, panels="topic", title="逐年的预期占比")
tk.save_figure(axes, "14_predictions", folder="../figures")

# %%
counted = pd.crosstab(dtm.docs["theme"], dtm.docs["year"], normalize="columns").loc[["脱贫", "招商", "网格", "疫情"]]
counted.round(2)

# %% [markdown]
# The curve of 疫情 rises to 2021 and falls again, as in the key, but look at the band: twelve paragraphs. And the curve of
# 招商 dips below zero, which no share can: a regression on shares does not know their limits. A spline has the freedom to
# follow chance; ask for it when you have a reason, not to find one.
#
# ## How sure? Five answers to one question
#
# The effect of a year on three topics, with all that one may allow for:
#
# - `"none"`: the shares as if they had been observed;
# - `"global"`: shares drawn with the mean covariance of all documents (the default); `"local"`: each with its own;
# - with `cluster`: paragraphs of a report belong together;
# - `"refit"`: **the topics are found anew** in eight samples of reports (drawn with replacement) and matched to ours.

# %%
refits = tk.refit_topics(model, dtm, 8, cluster="parent", n_jobs=1)
ways = {
    "none": {"uncertainty": "none"},
    "local": {"uncertainty": "local", "dtm": dtm},
    "global": {},
    "global, clusters": {"cluster": "parent"},
    "refit, clusters": {"uncertainty": "refit", "refits": refits, "cluster": "parent"},
}
tables = {way: tk.estimate_effect(model, "~ town + year", topics=[1, 5, 8], **more) for way, more in ways.items()}
years = {way: table[table["term"] == "year"].set_index("topic") for way, table in tables.items()}
pd.concat({way: table[["estimate", "se"]] for way, table in years.items()}).rename(names).unstack().round(4)

# %% [markdown]
# All but the last are **conditional on the estimated topics**. With refits the errors grow, and the estimates shrink. Why
# the estimates? Because in another sample of 24 reports the topic next to ours is another one:

# %%
back = tk.topic_stability([model, *refits], reference=model).set_index("topic")
back[["similarity", "jaccard", "share_above"]].assign(name=names).loc[themes_only].round(2)

# %% [markdown]
# `share_above`: in how many samples the topic comes back with a similarity above .7. Only 园区 and 招商 do so in most. The
# honest sentence is: *this corpus is too small to be sure of its topics*. Effects on stable topics may be reported; on the
# others they are effects on a name. (Eight refits, to be quick. Take 50 or more.)
#
# ## Could it be chance? A permutation test
#
# A model that is told the period looks for topics that differ between periods. Does it find as much when the periods are
# **shuffled**? Fit again, with early and late reports changing places within each town, 39 times.

# %%
periods = tk.fit_topics(dtm, 13, tk.STM(prevalence="~ town + late", init=model.topic_term, tol=1e-4))
design = {"formula": "~ town + late", "within": "town", "cluster": "parent"}
tested = tk.permutation_test(periods, dtm, "late", **design, n_permutations=39, n_jobs=1)

# %%
same = tk.align_topics(periods, model).set_index("topic_a")["topic_b"]
shown = tested.assign(name=tested["topic"].map(same).map(names)).set_index("name").sort_values("p_value").head(7)
shown[["estimate", "null_low", "null_high", "p_value", "q_value"]].round(3)

# %%
ax = tk.plot_permutation(tested, labels=same.map(names), title="后三年减前三年，与打乱后的比较")
tk.save_figure(ax, "14_permutation", folder="../figures")

# %% [markdown]
# With 39 permutations the smallest possible p is 1/40 = .025; three topics are there. Corrected for thirteen topics, that is
# not enough: decide the number of permutations *before*, from the p that you need (999 for a paper; it takes minutes).
#
# Test and refits answer different questions. The test keeps to the topics of this solution and asks whether *their* relation
# to time is chance. The refits ask whether these *are* the topics.
#
# Some questions the design cannot answer, however many permutations: does 东浦镇 differ because it is industrial? There are
# four towns, hence four ways to choose the industrial one; no p below .25 is possible.

# %%
industry = dtm.docs.assign(industrial=(dtm.docs["town"] == "东浦镇") * 1)
known = tk.DocumentTermMatrix(dtm.matrix, dtm.vocabulary, industry)
asked = tk.fit_topics(known, 13, tk.STM(prevalence="~ industrial", init=model.topic_term, tol=1e-3))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    tk.permutation_test(asked, known, "industrial", cluster="town", n_permutations=3, n_jobs=1)
print(*(warning.message for warning in caught), sep="\n")

# %% [markdown]
# ## In whose words? Content
#
# 云岭镇 changed its mayor in 2021: the same town, the same tea, another voice. With `content="~ mayor"` the two may use
# different words for the same topics. Style lives in the words that we usually drop, so the stop words stay.

# %%
yunling = tk.tokenize(corpus[corpus.docs["town"] == "云岭镇"], jieba).keep(tk.is_word).drop(tk.is_number)
own = tk.count(yunling.split("paragraph"))
own = own[own.lengths >= 8].trim(min_count=2)
method = tk.STM(prevalence="~ mayor", content="~ mayor", interactions=False, init="lda", tol=1e-4)
voices = max(tk.many_topics(own, 3, method, seeds=range(1, 7), n_jobs=1), key=lambda run: run.trace["value"].max())
tk.topic_content_terms(voices, 8).query("part == 'group'")[["group", "rank", "term", "kappa", "count"]].round(2)

# %%
tea = 1 + int(voices.topic_term[:, voices.vocabulary.id("民宿")].argmax())
side = tk.perspectives(voices, "丙", "丁", topic=tea, by="mayor", dtm=own, n=15)
ax = tk.plot_perspectives(side, title="云岭镇的茶与旅游：两任镇长的用词")
tk.save_figure(ax, "14_perspectives", folder="../figures")

# %% [markdown]
# 丙 enumerates (一是, 二是, 三是) and counts (万元, 全年), 丁 says 我们 and tells stories: what was planted. What changed together with the mayor,
# the year, cannot be told apart from him; and a table of words is a description, not a test (for that, `tk.keyness`).
#
# ## What one may write · 论文里可以怎么写
#
# | You have | You may write | You may not write |
# |---|---|---|
# | `estimate_effect`, clusters | "Within towns the share of 脱贫 falls by 2.1 points a year (95 % interval …, 24 reports as clusters), **conditional on the estimated topics**." | the same without the last five words |
# | refits | "With topics found anew in samples of reports: −1.2 (…)." | only the narrower of the two |
# | a permutation test | "p = .025 (39 permutations within towns, the smallest possible)" | "p < .05, hence causal" |
# | a treatment that was assigned | topics found in one half, effect estimated in the other (Egami et al. 2022) | topics and effect from the same texts |
# | a content model | "丙 uses 一是 …; 丁 …" | "the mayor changed the meaning of the topic" |
#
# ## Exercises · 练习
#
# 1. Fit with 8 and with 18 topics. Which effects of a year survive, and which only change their names?
# 2. 把 `prevalence` 改成 `"~ town * year"`：哪个镇、哪个主题的逐年变化与别的镇不同？区间够窄吗？
# 3. Shuffle `town` (`numpy.random.default_rng(1).permutation`) before fitting and look at the contrasts. What do you expect?
# 4. 用整篇报告（`dtm.merge("parent")`）而不是段落来估计效应，结果有何不同？哪一个更接近你的问题？
# 5. In `planted`, pass `gamma=[[0, 0, 0], [0, 0, 0]]`: no effect at all. How many intervals miss zero in ten corpora?
