# %% [markdown]
# # 10 · Dictionaries and agreement · 词典与编码一致性
#
# **How much do the reports speak of welfare, governing and development, and would two readers count alike?**
# 报告各用多少篇幅谈民生、治理与发展？换一位读者来数，结果还一样吗？
#
# A dictionary counts the words that we have decided to count. It is fast, it never tires, and it is wrong in ways that
# can be found. So we read before we count, and compare with people at the end.

# %%
import tempfile
from pathlib import Path

import pandas as pd

import textkit as tk

corpus = tk.load("townhall")
tokens = tk.tokenize(corpus, tk.Jieba(words=["网格员", "老年食堂", "乡村振兴", "河长制"]))

# %% [markdown]
# ## A dictionary is a file
#
# Categories inside categories, words, `*` for the rest of a token. Names in Chinese need quotes in TOML. Keep the file
# with the paper: it is your instrument. (A spreadsheet saved as CSV with the columns 类别 and 词 will do as well.)

# %%
first_draft = """
["民生"]
"养老" = ["养老", "老人", "老年食堂", "护理", "床位", "养老金"]
"教育" = ["学校", "学生", "教师", "孩子"]
"服务" = ["服务", "代办", "群众"]
["治理"]
"网格" = ["网格*", "服务"]
"防汛" = ["防汛", "堤防", "泵站", "水位", "河长*"]
"疫情" = ["疫情", "疫情防控"]
["发展"]
"园区" = ["园区", "企业", "职工", "厂房"]
"招商" = ["招商", "招商引资", "签约"]
"茶旅" = ["茶", "游客", "民宿", "古道"]
"""

# %%
folder = Path(tempfile.mkdtemp())
(folder / "governance.toml").write_text(first_draft, encoding="utf-8")
draft = tk.read_dictionary(folder / "governance.toml")
draft

# %% [markdown]
# ## What is a hit? The trap of 印度 and 印度尼西亚
#
# Searching characters, 印度 is found in 印度尼西亚. Searching tokens, it depends on the segmenter. Here is one sentence cut
# in two ways; it speaks of India twice and of Indonesia twice.

# %%
countries = tk.Dictionary({"印度": ["印度"], "印度尼西亚": ["印度尼西亚", "印尼"]})
cuts = ["印度 与 印度尼西亚 和 印尼 会谈 ， 印度 满意", "印度 与 印度 尼西亚 和 印尼 会谈 ， 印度 满意"]
tiny = tk.tokenize(tk.Corpus(cuts, pd.DataFrame(index=["one token", "cut in two"])), "spaces")

ways = {
    "default": {},
    "every occurrence": {"overlap": "all", "boundaries": "ignore"},
    "tokens only": {"match": "tokens"},
}
found = [tk.lookup(tiny, countries, **way).set_index(["category", "group"])["count"] for way in ways.values()]
pd.concat(found, axis=1, keys=list(ways)).unstack()

# %% [markdown]
# By default three things must hold: the characters stand there, they begin and end where tokens do, and no longer entry
# stands there. So the longer name protects the shorter one, however the text was cut, **if it is in the dictionary**. The
# other two columns count India three times in one cut or the other.
#
# ## Does the dictionary work on these texts?
#
# Before any count, the report: which entries never hit, which are only parts of longer words, which lose to others.

# %%
report = tk.dictionary_report(tokens, draft)
doubtful = report.query("status != 'counted' or n_inside > 0 or n_lost > 0 or also_in != ''")
doubtful.drop(columns=["n_split", "n_dropped"])

# %% [markdown]
# Read it line by line:
#
# - **never found**: 养老金, 教师. They cost nothing, but a category made of such words measures nothing.
# - **inside words**: 学校 is found only inside 子弟学校; most of the tea is inside 茶园, 茶叶, 春茶. The answer key counts the
#   character 茶 91 times. `*茶*` fetches them.
# - **lost**: 疫情 loses to 疫情防控, which is as it should be: the passage counts once.
# - **also in**: 服务 stands in two categories, so each occurrence counts for both and the categories can no longer be
#   compared. Decide.
#
# The second draft:

# %%
second_draft = (
    first_draft.replace(', "养老金"]', "]")
    .replace('"学校", "学生", "教师"', '"*学校", "*学生"')
    .replace('"护理"', '"护理*"')
    .replace('"网格*", "服务"', '"网格*"')
    .replace('"厂房"', '"*厂房"')
    .replace('"茶"', '"*茶*"')
)
(folder / "governance.toml").write_text(second_draft, encoding="utf-8")
governance = tk.read_dictionary(folder / "governance.toml")
checked = tk.dictionary_report(tokens, governance).set_index("entry")
checked.loc[["*茶*", "*学校", "护理*", "防汛", "堤防", "泵站"], ["n_found", "count", "n_inside", "inside"]]

# %% [markdown]
# 防汛 13, 堤防 8, 泵站 7: the numbers of the key. Now read some hits; a list of words does not know what was meant.

# %%
hits = tk.lookup_hits(tokens, governance["民生/服务"], width=12)
tk.show_concordance(hits.query("entry == '服务'").head(10))

# %% [markdown]
# 服务平台, 托管服务, 服务比承诺更管用: some of it is welfare, some is business. Whoever counts such a word owes the reader the
# share of false hits.
#
# ## By town
#
# `exclusive=True` counts each hit in its own category only, not in those above. Intervals come from redrawing the
# documents, six for each town; the warning says that six are few.

# %%
towns = tk.lookup(tokens, governance, by="town", exclusive=True, ci="bootstrap")
ax = tk.plot_lookup(towns, title="四镇报告中的九类词")
tk.save_figure(ax, "10_by_town", folder="../figures")

# %% [markdown]
# Care of the elderly in 青石镇, water in 柳河镇, tea in 云岭镇, the park in 东浦镇: as planted. 网格 is everywhere: there the
# lines overlap, and nothing may be said about a difference between towns.
#
# ## By year
#
# One level up, and the years. Each year has four reports, one of each town.

# %%
years = tk.lookup(tokens, governance, by="year", level=1, ci="bootstrap")
ax = tk.plot_lookup(years, title="三大类词逐年的用量")
tk.save_figure(ax, "10_by_year", folder="../figures")

# %% [markdown]
# The lines are very long because the four towns of a year have such different themes. Between-town differences drown the
# years: that is the design, not the number of words. The same towns report each year, so look at each town's own course:

# %%
grid = tk.lookup(tokens, governance["治理/网格"], level=2)
grid = grid.query("category == '治理/网格'").assign(
    town=tokens.docs["town"].to_numpy(), year=tokens.docs["year"].to_numpy()
)
grid.pivot(index="town", columns="year", values="count")

# %% [markdown]
# From none or one in 2018 to four or more in 2023, in each of the four towns, as planted. Four courses that agree say
# more than one long line.
#
# ## Denied
#
# Reports speak of harm mostly in order to deny it. `negation="zh"` looks for 不, 没有, 未, 无 … among the three tokens before
# a hit, in the same clause.

# %%
harm = tk.Dictionary({"危害": ["伤亡", "亡人事故", "事故", "火灾", "感染", "返贫", "上访", "裁员", "辍学", "纠纷"]})
for window in (1, 3, 6):
    found = tk.lookup_hits(tokens, harm, negation="zh", negation_window=window)
    print(f"window {window}: {found['negated'].sum()} of {len(found)} denied")

# %%
wide = tk.lookup_hits(tokens, harm, negation="zh", negation_window=6, width=13)
tk.show_concordance(wide[~wide["negated"]])

# %% [markdown]
# A wider window finds 没有发生一例聚集性感染. What remains is denied in other words (零感染, 防止返贫), hidden by the segmenter
# (户无一 became one token before 返贫), or has happened: 摔伤事故2起. Without negation, a town that reports "no accident"
# counts as one with accidents; with it, some denials are still missed. Read what is left over.
#
# ## Would people count alike?
#
# Forty sentences, every eighth of those of middling length. **Two coders, both invented for this lesson**, put each of
# them into one category: 民 welfare, 治 governing, 发 development, 其 something else.

# %%
sentences = corpus.split("sentence")
texts = {name: sentences.text(name).strip() for name in sentences.names}
middling = [name for name, text in texts.items() if 14 <= len(text) <= 34 and text.endswith("。")]
forty = middling[4::8][:40]
first = "民民民治民民治民民治 民其发治治治发治民发 治民治治其民发治发发 发其发治其治治治治治"
second = "民民民治民民民民发治 治其发民治民民治民民 民民治发其民发治发发 发其发治其治治民发治"
codings = pd.DataFrame({"甲": list(first.replace(" ", "")), "乙": list(second.replace(" ", ""))}, index=forty)
codings.assign(text=[texts[name] for name in forty]).iloc[3:8]

# %%
order = ["民", "治", "发", "其"]
agreed = tk.agreement(codings, measure="all", categories=order)
agreed.round(3)

# %% [markdown]
# They agree on nearly three sentences of four. Guessing would give some of that for nothing; Krippendorff's
# $\alpha = 1 - D_o / D_e$ takes it out: 1 is perfect, 0 is guessing. By custom one wants .8 and is careful from .667.

# %%
ax = tk.plot_agreement(agreed, title="两位（虚构）编码者，40 个句子")
tk.save_figure(ax, "10_agreement", folder="../figures")

# %% [markdown]
# The interval matters more than the dot: with forty sentences alpha may be anything from poor to good. Which category
# is at fault?

# %%
tk.agreement_categories(codings, categories=order).round(2)

# %%
mistaken = tk.confusion(codings, categories=order)
mistaken.head(4)

# %%
labels = {"民": "民生", "治": "治理", "发": "发展", "其": "其他"}
ax = tk.plot_confusion(mistaken, labels=labels, title="谁把什么看作什么")
tk.save_figure(ax, "10_confusion", folder="../figures")

# %% [markdown]
# Now read what they disagree about; the numbers cannot tell you why.

# %%
for row in mistaken[~mistaken["agree"]].itertuples():
    for name in row.units.split("; "):
        print(f"甲 {row.value_a}  乙 {row.value_b}  {name}  {texts[name]}")

# %% [markdown]
# ## What a low alpha means
#
# Not that a coder is bad. There is a pattern: when the town helps somebody, 甲 looks at who acts (governing) and 乙 at who
# is helped (welfare). The codebook does not say which. And the sentence about the income of rural residents was decided
# twice with the same words: that is one question, not two.
#
# So: write the rule, code **other** sentences, measure again. To talk until the same forty agree proves nothing.
#
# It can also mean that there was nothing to agree about. Two coders mark danger in forty sentences (invented again):

# %%
rare = pd.DataFrame({"甲": ["yes", *["no"] * 39], "乙": [*["no"] * 39, "yes"]})
tk.agreement(rare, measure="all", ci=None)[["coefficient", "value"]].round(3)

# %% [markdown]
# They agree on 95 % and alpha is below zero: the only two finds are in different places. AC1 calls the same data
# excellent. Neither is wrong; they take chance for different things. Print the percentage and the table as well, and
# choose the coefficient before you see it.
#
# ## The dictionary as a third reader
#
# Let the dictionary code the forty sentences, by the category with most hits, 其 if there is none, and compare it with 甲.

# %%
cut = tokens.split("sentence")[forty]
found = tk.lookup(cut, governance, level=1).pivot(index="group", columns="category", values="count").loc[forty]
codings["词典"] = found.idxmax(axis=1).str[0].where(found.max(axis=1) > 0, "其")
pd.concat(
    {
        f"{a} – {b}": tk.agreement(codings[[a, b]], categories=order).set_index("coefficient").loc["krippendorff"]
        for a, b in (("甲", "乙"), ("甲", "词典"), ("乙", "词典"))
    },
    axis=1,
).T[["value", "ci_low", "ci_high"]].astype(float).round(2)

# %%
tk.confusion(codings[["甲", "词典"]], categories=order).head(3)

# %% [markdown]
# 查出管涌点7处 has no word of the list, although every reader knows what is meant; 放暑假的大学生也上堤 became welfare, since the
# pattern for pupils takes the students on the dyke. The counts of a dictionary compare texts; they are not the share of a
# text that is about something. And it can hardly agree with people more than they agree with each other: settle that first.
#
# ## Exercises · 练习
#
# 1. Add words to the dictionary until it agrees better with 甲 on the forty sentences. Then try it on forty others
#    (`middling[5::8][:40]`, coded by yourself). What happened?
# 2. 请同学按你写的编码规则为同样 40 句编码，计算 α 及其区间，再用 `tk.confusion` 找出规则中最不清楚的一条。
# 3. Count 必须, 务必, 坚决 by town with `boundaries="token"` and `"ignore"`. Which hit is false, and where does it stand?
# 4. 为“危害”词典加上否定词表：`negation=[*NEGATIONS, "零", "防止"]`（`from textkit.stats.lookup import NEGATIONS`），结果改变了多少？
# 5. Give 发展 the words 收入 and 预算. Why does every report suddenly speak of development?
