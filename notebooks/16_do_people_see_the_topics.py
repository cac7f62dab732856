# %% [markdown]
# # 16 · Do people see the topics? · 人能看出这些主题吗？
#
# **The model has found twelve topics. Would anybody else find them in its word lists, or are we reading tea leaves?**
# 模型给出十二个主题。别人看这些词表，能看出同样的东西吗，还是我们在自说自话？
#
# Coherence scores (lesson 6) ask the counts. Chang et al. (2009) asked people, and in a way in which one cannot be polite: a
# word that does not belong is smuggled into the list. Whoever sees the topic finds the intruder; whoever does not has to
# guess.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import textkit as tk

# %%
jieba = tk.Jieba(words=["网格员", "老年食堂", "乡村振兴", "河长制"])
words = tk.tokenize(tk.load("townhall"), jieba).keep(tk.is_word).drop(tk.is_number).drop(tk.stopwords("textkit"))
pieces = words.split("paragraph")
dtm = tk.count(pieces)
dtm = dtm[dtm.lengths >= 10].trim(min_count=2)
model = tk.fit_topics(dtm, 12, tk.GibbsLDA(n_iterations=600), random_state=16)
model

# %% [markdown]
# **Do not look at the topics now.** Whoever has seen them is no judge any more.
#
# ## Word intrusion: your turn
#
# Five words of a topic and one that is frequent elsewhere but not here, in random order. Which one does not belong? Decide
# quickly; guess if you see nothing.

# %%
task = tk.intrusion_task(model, random_state=16)
print(task.questions())

# %% [markdown]
# Write your answers into the next cell: `{1: 3, 2: "人", …}`, item and number of the option (or the word), and run it. What
# you leave out does not count.

# %%
mine = {}

sheets = [task.answer(mine, coder="me")] if mine else []

# %% [markdown]
# Here are the answers of a reader who had seen neither the model nor the key. The score: **model precision**, the share of
# answers that name the intruder; guessing gives one in six.

# %%
reader = {1: 5, 2: 5, 3: 1, 4: 2, 5: 5, 6: 2, 7: 3, 8: 2, 9: 5, 10: 2, 11: 2, 12: 4}
sheets.append(task.answer(reader, coder="a reader"))
scores = tk.score_intrusion(pd.concat(sheets), task)
scores.loc[scores["unit"] == "all", ["n_items", "n_answers", "n_correct", "precision", "ci_low", "ci_high", "chance"]]

# %% [markdown]
# Twelve of twelve. Does that show that the topics are good? Now look:

# %%
lists = tk.topic_terms(model, 8, by="probability").groupby("topic")["term"].agg(" ".join)
lists.loc[[4, 8, 9]].to_frame()

# %% [markdown]
# Topic 8 is investment **and** the epidemic, topic 9 poverty relief **and** a mayor's 一是, 二是, 三是. The intruder was found
# all the same: it belonged to neither. In topic 4 (年, 走, 今年, 月, 人) 改造 was found because it is the only word with a
# content. A perfect precision says that the words have *something* in common against the intruder, not that they have *one* thing
# in common.
#
# ## Topic intrusion: do people see the topics in the texts?
#
# The second task shows a passage and four topics: the three with the largest shares in it and one with hardly any. Which
# one does not belong?

# %%
texts_task = tk.intrusion_task(model, kind="topics", corpus=pieces, n_docs=10, random_state=16)
print(texts_task.questions([1, 8, 9]))

# %%
reader = {1: 4, 2: 3, 3: 4, 4: 4, 5: 2, 6: 4, 7: 1, 8: 2, 9: 4, 10: 4}
scores = tk.score_intrusion(texts_task.answer(reader, coder="a reader"), texts_task)
scores.head(1)[["n_items", "n_correct", "precision", "ci_low", "ci_high", "chance", "log_odds"]].round(2)

# %% [markdown]
# The same reader, the same model, five of ten. Look into the key, now that the answers are given:

# %%
opened = texts_task.key.assign(chosen=list(reader.values()))
opened["shares"] = [" ".join(f"{share:.3f}" for share in shares) for shares in opened["shares"]]
opened[["item", "unit", "topics", "shares", "intruder", "chosen"]]

# %% [markdown]
# Two kinds of mistakes. In item 1 the passage belongs to one topic with 83 %; the second and third have hardly more than the
# intruder: there was nothing to see, and `log_odds` is forgiving (ln .011 − ln .019 = −0.5). In item 9, on safety at work,
# the reader rejected 公里 座 防汛 水位, which the model gives 13 % of the passage (ln .005 − ln .131 = −3.3): there the model
# sees something that the reader does not. `log_odds` is 0 if everybody is right, and the lower, the larger the share of what
# was rejected.
#
# With short passages the first kind is frequent. Ask about documents in which the model sees several topics, or report the
# log odds beside the precision.
#
# ## Sheets and a sealed key
#
# For a class or a team: a sheet for each coder, to be filled in with any spreadsheet, and a key to be locked away. On every
# row of the sheet stands a **seal**, a hash of the key. It is public; the key is not, and neither are the model and the
# seed, from which it could be made again. (In a lesson everything is open: so cheat, or do not.)

# %%
folder = Path(tempfile.mkdtemp())
sheet, key = task.save(folder, "townhall")
print(sheet.name, key.name)
print(sheet.read_text(encoding="utf-8-sig").splitlines()[:3])

# %%
filled = pd.read_csv(sheet, dtype=str, keep_default_na=False, encoding="utf-8-sig")
filled["answer"] = [str(option) for option in task.key["intruder"]]
filled.loc[2, "answer"] = ""  # a coder skips an item
filled.to_csv(folder / "coder_A.csv", index=False, encoding="utf-8-sig")
tk.score_intrusion({"A": folder / "coder_A.csv"}, key).head(1)[["n_answers", "n_correct", "precision"]]

# %% [markdown]
# What if somebody improves the key after the answers are in?

# %%
changed = key.read_text(encoding="utf-8").replace('"intruder": 4', '"intruder": 2')
(folder / "improved_key.json").write_text(changed, encoding="utf-8")
try:
    tk.score_intrusion({"A": folder / "coder_A.csv"}, folder / "improved_key.json")
except tk.TextkitError as error:
    print(str(error).replace(str(folder), "…"))

# %% [markdown]
# ## Can the score be trusted? Raters whose quality we know
#
# Let us invent raters. Each sees the intruder with a known probability and guesses otherwise, so that we know what should
# come out: $s + (1 - s)/6$. (Only a simulation may look into the key.)


# %%
def invented(task, sees, seed):
    """Answer as a rater would who sees each intruder with the chance ``sees`` and guesses otherwise."""
    rng = np.random.default_rng(seed)
    knows = rng.random(len(task.key)) < sees
    guesses = rng.integers(1, 1 + task.key["options"].str.len())
    answers = np.where(knows, task.key["intruder"], guesses)
    return task.answer(dict(zip(task.key["item"], answers, strict=True)), coder=f"r{seed}")


# %%
columns = ["n_answers", "n_correct", "precision", "ci_low", "ci_high"]
rows = []
for name, sees in {"random": 0.0, "so-so": 0.5, "good": 0.9}.items():
    for n_raters in (1, 8):
        group = pd.concat([invented(task, sees, seed) for seed in range(n_raters)])
        score = tk.score_intrusion(group, task).iloc[0]
        rows.append({"rater": name, "n_raters": n_raters, "expected": sees + (1 - sees) / 6, **score[columns]})
raters = pd.DataFrame(rows)
raters.astype({"precision": float, "ci_low": float, "ci_high": float}).round(2)

# %%
figure, ax = plt.subplots(figsize=(6.3, 2.6), layout="constrained")
for row in raters.itertuples():
    colour = "#0072B2" if row.n_raters == 8 else "#888888"
    ax.plot([row.ci_low, row.ci_high], [row.Index] * 2, color=colour)
    ax.plot(row.precision, row.Index, "o", color=colour)
    ax.plot(row.expected, row.Index, "|", color="#D55E00", markersize=14, markeredgewidth=2)
ax.axvline(1 / 6, color="black", linestyle="--", linewidth=0.8)
ax.set_yticks(
    range(len(raters)), [f"{row.rater}, {row.n_raters} rater{'s' * (row.n_raters > 1)}" for row in raters.itertuples()]
)
ax.set(xlim=(0, 1), xlabel="model precision, 95 % interval (dashed: chance; bar: truth)")
ax.invert_yaxis()
ax.spines[["top", "right"]].set_visible(False)
tk.save_figure(ax, "16_invented_raters", table=raters, folder="../figures")

# %% [markdown]
# One rater and twelve items: the interval of the so-so rater reaches from far below to far above. Twelve items from one
# person cannot tell a fair model from a good one. Eight raters can.
#
# ## But eight answers to one item are not eight items
#
# All raters see the good topics and no one sees the bad ones. So their answers are alike, and Wilson's interval, which takes
# every answer for a new one, is too short. `ci="bootstrap"` draws items, each with all its answers. An experiment: topics
# whose visibility is drawn anew each time, half of them near 1, half near 0; eight raters; how often does the interval
# hold the precision of *all topics that could have been drawn*?

# %%
rng = np.random.default_rng(16)
hits = {"wilson": [], "bootstrap": []}
for _ in range(60):
    visible = rng.beta(0.5, 0.5, size=len(task.key))  # mean one half
    group = pd.concat([invented(task, visible, int(seed)) for seed in rng.integers(1 << 30, size=8)])
    for ci, held in hits.items():
        score = tk.score_intrusion(group, task, ci=ci, n_replicates=400).iloc[0]
        held.append(score["ci_low"] <= 0.5 + 0.5 / 6 <= score["ci_high"])
{ci: f"{np.mean(held):.0%} of intervals hold the truth" for ci, held in hits.items()}

# %% [markdown]
# Promised were 95 %. With twelve items the bootstrap falls a little short too; only more *items* help, not more raters. Make
# several tasks from one model (other seeds, other intruders), and give each rater another one.
#
# ## Agreement is not truth
#
# `alpha` says whether the raters choose the same option. Compare three groups of four: all see well; all guess; all fall
# for the same wrong word.

# %%
wrong = {item: 1 + intruder % 6 for item, intruder in zip(task.key["item"], task.key["intruder"], strict=True)}
groups = {
    "see well": pd.concat([invented(task, 0.9, seed) for seed in range(4)]),
    "guess": pd.concat([invented(task, 0.0, seed) for seed in range(4)]),
    "fall for the same": pd.concat([task.answer(wrong, coder=f"r{seed}") for seed in range(4)]),
}
every = {name: tk.score_intrusion(group, task).iloc[0] for name, group in groups.items()}
pd.DataFrame(every).T[["precision", "ci_low", "ci_high", "alpha", "agreement"]].astype(float).round(2)

# %% [markdown]
# The third group agrees perfectly and is always wrong: there is a pattern in the list, and it is not the model's. Print
# precision **and** alpha. Low precision with a high alpha is the interesting case: read those items.
#
# ## Which topics?
#
# By topic, with all raters. Here raters who see topics 1 to 8 and no others:

# %%
sees = np.where(task.key["unit"] <= 8, 0.9, 0.1)
group = pd.concat([invented(task, sees, seed) for seed in range(8)])
table = tk.score_intrusion(group, task)
table.query("unit != 'all'")[["unit", "n_answers", "precision", "ci_low", "ci_high"]].round(2).T

# %% [markdown]
# Eight answers a topic: an interval that lies above one sixth is the least that a topic should have before it carries an
# argument.
#
# ## A machine for a rater?
#
# It is tempting to let the computer answer: choose the word that stands least often in the same paragraphs as the others
# (after Lau, Newman & Baldwin 2014). Two models, one of them with far too many topics:


# %%
def counted(task, dtm):
    """Choose the option that occurs least with the others: cosine of their paragraphs."""
    choices = {}
    for item, options in zip(task.key["item"], task.key["options"], strict=True):
        there = (dtm.matrix[:, dtm.vocabulary.ids(options)].toarray() > 0) * 1.0
        there /= np.sqrt(there.sum(axis=0))
        choices[item] = int((there.T @ there).sum(axis=0).argmin()) + 1
    return task.answer(choices, coder="counts")


for n_topics in (12, 40):
    other = tk.fit_topics(dtm, n_topics, tk.GibbsLDA(n_iterations=600), random_state=16)
    their = tk.intrusion_task(other, random_state=16)
    row = tk.score_intrusion(counted(their, dtm), their).iloc[0]
    print(f"{n_topics} topics: {row['n_correct']} of {row['n_answers']}, [{row['ci_low']:.2f}, {row['ci_high']:.2f}]")

# %% [markdown]
# It finds nearly all, even in a model with 40 topics for 218 paragraphs: it asks the very counts from which the topics were
# made. That measures coherence once more; whether *people* see them it cannot say.
#
# ## What one may write · 论文里可以怎么写
#
# | You have | You may write | You may not write |
# |---|---|---|
# | word intrusion, several raters | "Raters who had not seen the model found the intruder in … of … answers (95 % bootstrap interval over topics …, chance .17; α = …)." | "The topics are valid." |
# | topic intrusion as well | "In passages they rejected the intruding topic in … of … cases (log odds …)." | only the better of the two |
# | three topics near chance | "Topics …, … and … were not recognised and carry no interpretation." | their names, as if nothing had happened |
# | your own answers, after reading the topics | – | any of it |
#
# ## Exercises · 练习
#
# 1. Answer the sheet yourself in the cell `mine`, without help, and have two others do it. Precision, interval, alpha?
# 2. 用 NMF（`method="nmf"`）再拟合一个模型，为它做同样的任务。两个模型的精确率区间重叠吗？还需要多少题？
# 3. Make the word task with `n=3` and with `n=8`. Which is harder? Why must their precisions not be compared?
# 4. 请三位同学完成十段文字的主题入侵任务；对每个答错的题，判断是“看不出来”还是“模型错了”。
# 5. Change `visible` in the experiment so that all topics are equally visible (one half each). Is Wilson's interval right now?
