# %% [markdown]
# # 11 · Uncertainty: what five documents can and cannot say · 不确定性：五篇文本能说什么、不能说什么
#
# **Twenty-one words differ "significantly" between one speech and four others. What has been shown?**
# 一篇讲话与另外四篇之间有 21 个词“显著”不同。这到底证明了什么？
#
# A p-value answers one question: how often would chance alone give a difference like this one, *if we drew the sample
# again*? Everything hangs on what would be drawn again: other words of the same speaker, other paragraphs, or other
# speeches.

# %%
import json
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import textkit as tk

paragraphs = tk.load_matrix("speeches").keep(tk.is_word).drop(tk.is_number).drop(tk.stopwords("textkit"))
speeches = paragraphs.merge("doc")
names = speeches.docs["label_zh"]
speeches.docs.assign(words=speeches.lengths)[["label_zh", "n_docs", "words"]].rename(columns={"n_docs": "paragraphs"})

# %% [markdown]
# ## Two answers to one question
#
# The log-likelihood ratio $G^2$ takes every **token** for a draw of its own:

# %%
tokens = tk.keyness(speeches, "district_petitions", measure="g2")
print(
    f"{len(tokens):,} words tested, {(tokens['q_value'] < 0.05).sum()} with q < 0.05; p is per {tokens.attrs['textkit']['unit']}"
)
tokens[["term", "n_target", "n_reference", "score", "effect", "p_value", "q_value"]].head(6)

# %% [markdown]
# The default measure takes **documents** as what was sampled, if there are enough of them. Here there are not, and it says
# so before it falls back:

# %%
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    tk.keyness(speeches, "district_petitions")
print(caught[0].message)

# %% [markdown]
# Asked for a test over documents, it refuses: one document has no spread.

# %%
try:
    tk.keyness(speeches, "district_petitions", measure="robust")
except tk.TextkitError as error:
    print(error)

# %% [markdown]
# ## Why tokens are not draws: an experiment
#
# Let us build corpora in which **nothing differs**: two groups of eight texts, all words with the same mean rate in both.
# Only one thing is as in real texts: a word is at home in some texts and not in others. Each text has a rate of its own
# for each word, spread around the mean (a gamma distribution; the smaller its `shape`, the burstier the words).


# %%
def null_corpus(shape, n_docs=16, n_pieces=1, n_words=2000, length=3000, seed=11):
    """Texts of two groups that differ in nothing; ``shape=None``: no bursts."""
    rng = np.random.default_rng(seed)
    mean = np.arange(1, n_words + 1) ** -0.5
    rate = np.tile(mean / mean.sum(), (n_docs, 1))
    if shape is not None:
        rate = rate * rng.gamma(shape, size=rate.shape) / shape
    counts = rng.poisson(np.repeat(rate, n_pieces, axis=0) * length / n_pieces)
    sides = pd.DataFrame({"side": np.repeat(["A", "B"], n_docs * n_pieces // 2)})
    return tk.DocumentTermMatrix(counts, [f"w{i}" for i in range(1, n_words + 1)], sides)


# %%
def false_alarms(dtm, measure):
    """Return the share of p < 0.05 and the number of q < 0.05 where there is nothing to find."""
    table = tk.keyness(dtm, "A", by="side", measure=measure, min_count=10, min_range=3)
    return (table["p_value"] < 0.05).mean(), (table["q_value"] < 0.05).sum(), len(table)


for shape, how in ((None, "no bursts"), (2.0, "mild bursts"), (0.5, "strong bursts")):
    for measure in ("g2", "robust"):
        share, discoveries, n = false_alarms(null_corpus(shape), measure)
        print(f"{how:13}  {measure:6}  p < 0.05: {share:5.1%}   q < 0.05: {discoveries:3} of {n} words")

# %% [markdown]
# At the 5 % level, 5 % of false alarms are what was promised. Without bursts $G^2$ keeps its promise, more or less. With
# bursts it raises the alarm for every seventh word, for every third, and **the correction for multiple testing does not
# help**: it allows for the number of tests, not for what each one assumes. The test over documents stays below its level
# (it is careful, and misses some true differences for that).

# %%
dtm = null_corpus(0.5)
figure, axes = plt.subplots(1, 2, figsize=(6.3, 3.2), layout="constrained")
for ax, measure, title in zip(axes, ("g2", "robust"), ("以词次为样本（G²）", "以文本为样本（robust）"), strict=True):
    table = tk.keyness(dtm, "A", "B", by="side", measure=measure, min_count=10, min_range=3)
    ax.spines[["top", "right"]].set_visible(False)
    tk.plot_keyness_volcano(table, n=3, ax=ax, labels={"A": "A 组", "B": "B 组"}, title=title)
tk.save_figure(figure, "11_null_volcano", folder="../figures")

# %% [markdown]
# Every named word on the left is a "discovery" in a corpus made of nothing.
#
# ## Can we not cut the texts up?
#
# Five speeches have 75 paragraphs, and 75 is a sample. So:

# %%
pieces = tk.keyness(paragraphs, "district_petitions", by="doc", measure="robust")
print(
    f"{len(pieces)} words tested, {(pieces['q_value'] < 0.05).sum()} with q < 0.05; p is per {pieces.attrs['textkit']['unit']}"
)
pieces[["term", "n_target", "n_reference", "range_target", "effect", "ci_low", "ci_high", "p_value", "q_value"]].head(6)

# %% [markdown]
# Two words instead of twenty-one, and 信访, the first before, is not among them. The population is another one now: "if this speaker had gone on, at this occasion, for
# more paragraphs". That is not "speeches on petitions". Paragraphs of one text share its author, its occasion and its
# topic; what they share looks like a difference between groups. The same experiment, ten texts of 15 paragraphs each,
# nothing differs:

# %%
share, discoveries, n = false_alarms(null_corpus(1.0, n_docs=10, n_pieces=15), "robust")
print(f"paragraphs for documents: p < 0.05: {share:.1%}, q < 0.05: {discoveries} of {n}")
share, discoveries, n = false_alarms(null_corpus(1.0, n_docs=10), "robust")
print(f"the documents themselves: p < 0.05: {share:.1%}, q < 0.05: {discoveries} of {n}")

# %% [markdown]
# Cutting texts up does not make more texts. A test over paragraphs is right about paragraphs: it protects against a word
# that stands in one of them only. It says nothing about the next speech.
#
# ## Dispersion: where a count comes from
#
# A word that is frequent because one paragraph repeats it, and one that runs through everything, can have the same count.
# The deviation of proportions DP is 0 for a word spread like the text itself, near 1 for one in a single corner.

# %%
spread = tk.dispersion(paragraphs, min_count=20, ci="bootstrap", random_state=11)
spread[["term", "count", "range", "dp", "ci_low", "ci_high"]].iloc[[0, 1, 2, -3, -2, -1]].round(2)

# %%
ax = tk.plot_dispersion_scores(tk.dispersion(paragraphs, min_count=5), title="五篇讲话：词频与分布（以段落为单位）")
tk.save_figure(ax, "11_dispersion", folder="../figures")

# %% [markdown]
# ## Intervals, and what is drawn for them
#
# The bootstrap draws units with replacement, as many as there are, and computes the number again; the middle 95 % of
# 2,000 such numbers are the interval. The unit is a decision about the world, not about computing. With 24 reports of four
# towns (invented, full texts) all units can be had. How much more does 东浦镇 speak of 企业 than the others, how much less
# of 我们?

# %%
reports = tk.load("townhall")
words = tk.tokenize(reports).keep(tk.is_word)

# %%
rows = []
for unit in ("sentence", "paragraph", "document"):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", tk.TextkitWarning)  # "6 documents are too few": see below
        settings = {"by": "town", "measure": "robust", "unit": unit, "ci": "bootstrap", "min_range": 1}
        table = tk.keyness(words, "东浦镇", random_state=11, **settings)
    rows.append(table[table["term"].isin(["企业", "我们"])].assign(unit=unit))
pd.concat(rows).sort_values("term", kind="stable")[["term", "unit", "effect", "ci_low", "ci_high", "p_value"]].round(4)

# %% [markdown]
# Read 我们. By sentences the difference is beyond doubt, by reports it is gone ($p > 0.1$). No contradiction: more than
# half of the 41 cases elsewhere are those of one mayor, 丁, in three of eighteen reports. Take other sentences from these
# reports, and you find it again; take other reports, and you may not. **Which of the two did you want to know?**
#
# With six reports on one side even the bootstrap over reports is too bold: six can be drawn in few ways, its interval is
# too short, and the function warns (we silenced it above). The interval that belongs to `measure="robust"` allows for
# that, and holds zero:

# %%
own = tk.keyness(tk.count(words), "东浦镇", by="town", measure="robust", min_range=1).set_index("term")
own.loc[["企业", "我们"], ["effect", "ci_low", "ci_high", "p_value"]].round(4)

# %% [markdown]
# How many replicates, and does the seed matter?

# %%
for n_replicates in (100, 1000, 10_000):
    lows = [
        tk.keyness(
            paragraphs, "district_petitions", by="doc", measure="robust", ci="bootstrap",
            n_replicates=n_replicates, random_state=seed,
        ).set_index("term").at["信访", "ci_low"]
        for seed in range(5)
    ]  # fmt: skip
    print(f"{n_replicates:6,} replicates: lower end of 信访 from {min(lows):.2f} to {max(lows):.2f} over five seeds")

# %% [markdown]
# The seed moves an end of the interval by what is left of the chance in drawing; 2,000 replicates, the default, give about
# two digits. Write the seed down (it is in `table.attrs`), and print no third digit. More replicates make the interval
# *steadier*, never *shorter*: only more documents do that.
#
# ## How large, not only how sure
#
# A score mixes how large a difference is with how much text there is. 信访 has the highest score and the smallest difference
# of these three. There are a dozen measures of size; they disagree where counts are small.

# %%
sizes = tk.effect_sizes(speeches, "district_petitions", min_count=5).set_index("term")
sizes.loc[
    ["信访", "法治", "件"], ["n_target", "n_reference", "log_ratio", "ci_low", "ci_high", "pct_diff", "bic", "flag"]
].round(2)

# %%
sizes.sort_values("log_ratio", ascending=False)[["n_target", "n_reference", "log_ratio", "ci_low", "ci_high"]].head(
    5
).round(2)

# %% [markdown]
# Ranked by size alone, the top is words that the other speeches happen not to have: half an occurrence was put in their
# place, and the interval says how little that is. A size without an interval is half a sentence.
#
# ## Thousands of tests

# %%
print(f"{len(pieces)} tests: if nothing differed, about {0.05 * len(pieces):.0f} would have p < 0.05")
for adjust in ("none", "bh", "by", "holm", "bonferroni"):
    q = tk.keyness(paragraphs, "district_petitions", by="doc", measure="robust", adjust=adjust)["q_value"]
    print(f"{adjust:10} below 0.05: {(q < 0.05).sum():2}")

# %% [markdown]
# `bh` (the default) bounds the share of false discoveries among what is reported, `holm` and `bonferroni` the chance of a
# single one. Choose before you look; and look at the volcano: size to the sides, certainty upwards.

# %%
ax = tk.plot_keyness_volcano(pieces, n=8, labels=names, title="以段落为样本的关键词")
tk.save_figure(ax, "11_volcano", folder="../figures")

# %% [markdown]
# ## "No difference" must be shown too
#
# A large p is no proof of sameness; rare words never differ significantly. A **lockword** is one whose whole interval lies
# inside a margin chosen beforehand, here half a bit (a factor of 1.41).

# %%
locked = tk.lockwords(paragraphs, "district_petitions", by="doc", margin=0.5)
not_different = (pieces["p_value"] > 0.05).sum()
print(f"p > 0.05 for {not_different} of {len(pieces)} words; shown to be alike: {locked['locked'].sum()}")
locked[["term", "n_target", "n_reference", "effect", "ci_low", "ci_high", "locked"]].head(4).round(2)

# %% [markdown]
# Hundreds of words are neither shown to differ nor shown to be alike. That is what five speeches have to say about them.
#
# ## A description needs no test
#
# Rank-turbulence divergence asks which words make two frequency lists differ. It has no p and pretends none; for five
# texts that is honest.

# %%
ranks = tk.rank_turbulence(speeches, "district_petitions")
ranks.head(4)

# %%
ax = tk.plot_rank_turbulence(ranks, n=10, labels=names, title="词频名次差异最大的词")
tk.save_figure(ax, "11_rank_turbulence", folder="../figures")

# %% [markdown]
# ## With 24 documents
#
# Six reports of each town, compared with the 18 others: enough for a test that takes reports as the sample. Here the truth
# is known (`data/townhall/answer_key.json`). Does the careful test find what was planted?

# %%
dtm = tk.count(words)
found = tk.keyness_groups(dtm, by="town")
print(
    f"measure: {found.attrs['textkit']['settings']['measure']}; {len(found):,} tests, {(found['q_value'] < 0.05).sum()} with q < 0.05"
)
themes = json.loads((tk.data_folder("townhall") / "answer_key.json").read_text(encoding="utf-8"))["themes"]
planted = pd.DataFrame(
    [(town, term) for town, theme in themes.items() for term in theme["occurrences"]], columns=["group", "term"]
)
check = planted.merge(found, on=["group", "term"], how="left")
check[["group", "term", "n_target", "n_reference", "range_target", "effect", "ci_low", "q_value"]].round(3)

# %%
print(f"{(check['q_value'] < 0.05).sum()} of {len(check)} planted words have q < 0.05")
positive = found[(found["q_value"] < 0.05) & (found["effect"] > 0)]
positive.groupby("group")["term"].agg(lambda terms: " ".join(terms.head(12)))

# %%
ax = tk.plot_keyness(found[found["group"] == "东浦镇"], n=10, title="东浦镇与其余三镇：以报告为样本")
tk.save_figure(ax, "11_keyness_dongpu", folder="../figures")

# %% [markdown]
# Most of it is found, and what else stands in the list belongs to the places and to the mayors' planted habits (必须, 务必,
# 坚决). 床位 and 护理 just miss: few cases in few reports. 河长 and 厂房 have no row (`NaN`): the segmenter hid them in longer
# words (lesson 2). Note what is *not* shown: six reports of one
# town share one writer, so the finding is about these towns (or these mayors, who can tell?), not about "industrial towns".
#
# ## Two causes at once
#
# Town and year both move words. One regression a word tells them apart: `year` is the change from year to year *within*
# towns.

# %%
regression = tk.keyness_regression(dtm, "town + year")
yearly = regression[(regression["coefficient"] == "year") & (regression["q_value"] < 0.05)]
yearly[["term", "count", "docs", "estimate", "ci_low", "ci_high", "q_value"]].head(8).round(3)

# %%
ax = tk.plot_keyness_regression(
    regression, coefficient="year", n=10, labels={"year": "每过一年"}, title="镇不变，逐年的变化"
)
tk.save_figure(ax, "11_regression_year", folder="../figures")

# %% [markdown]
# 网格, 网格化 and 数字化 rise, 招商 and 脱贫 fall: planted, all of them. 0.33 bits a year for 网格 is a factor of 1.26 a year, and
# of three from 2018 to 2023. 2023 rises too. Of course: look before you interpret.
#
# ## What one may write · 论文里可以怎么写
#
# | You have | You may write | You may not write |
# |---|---|---|
# | one text against a few, `g2` | "In this speech 信访 is three times as frequent as in the other four (70 of 2,361 words against 68 of 6,919)." | "significantly more frequent (p < .001)" |
# | paragraphs as units | "The difference is spread over the speech (16 of its 18 paragraphs; interval over paragraphs …)." | "Speeches on petitions use …" |
# | 8 and more documents a side, `robust` | "In reports of 东浦镇 企业 is at least … times as frequent (95 % interval, documents resampled, q = …)." | "Industrial towns use …", if all are one town |
# | p > 0.05 | "A difference was not shown; the interval reaches from … to …." | "There is no difference." |
# | a lockword | "The rates differ by less than a factor of 1.41 (interval …, margin fixed beforehand)." | "used identically" |
# | thousands of words | "of N words tested, k at q < 0.05 (Benjamini-Hochberg)" | the three best, without N |
#
# **Checklist · 核对清单**
#
# 1. What was sampled: tokens, paragraphs, documents, authors? 样本单位是什么？
# 2. How many of them on each side? Below three there is no test, below ten no bootstrap to believe. 每一边有几个？
# 3. Measure, smallest count and range, correction, number of tests: all in `table.attrs["textkit"]`. 参数写全了吗？
# 4. An interval beside every size. 每个效应量都有区间吗？
# 5. Seed and number of replicates. 随机种子和重抽样次数？
# 6. Where does the word stand? Dispersion, and at least ten lines of concordance read. 分布看了吗？原文读了吗？
# 7. What else differs between the groups: author, year, length, genre, template? 还有什么可以解释这个差异？
# 8. Would I have reported the opposite result? 相反的结果，我也会写吗？

# %% [markdown]
# ## Exercises · 练习
#
# 1. In the experiment, make the texts ten times as long (`length=30_000`). Do the false alarms of $G^2$ become fewer? Why
#    not?
# 2. 把实验中的文本数改为 4 篇对 4 篇、20 篇对 20 篇。`robust` 的误报率怎样变化？再让 A 组的 20 个词频率翻倍，它能找回几个？
# 3. Compare `measure="welch"` and `"rank_sum"` with `"robust"` on the reports. Which planted words does each miss?
# 4. 用 `cluster="mayor"` 做回归（`tk.keyness_regression(..., cluster="mayor")`）。只有五位镇长，区间变成什么样？程序怎么说？
# 5. Take a paper of your field with keywords in it. Fill in the checklist for it.
