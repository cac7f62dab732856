# %% [markdown]
# # 8 · Collocations and networks · 搭配与共现网络
#
# **What company does a word keep, and would it keep the same company in other texts?**
# 一个词总与哪些词相伴？换一批文本，还会是这些词吗？
#
# The corpus is invented and has an answer key (`data/townhall/README.md`), so what we find can be checked.

# %%
import re

import pandas as pd

import textkit as tk

corpus = tk.load("townhall")
tokens = tk.tokenize(corpus, tk.Jieba())
tokens

# %% [markdown]
# ## Neighbours first: has the segmenter cut a word in two?
#
# `collocations` lists neighbours that stand together more often than their frequencies explain: O times, where chance
# would give E. Numbers and stop words are `exclude`d from the list but still count as neighbours.

# %%
passing = sorted({*tk.stopwords("textkit"), *filter(tk.is_number, tokens.vocabulary.terms)})
pairs = tk.collocations(tokens.keep(tk.is_word), 2, exclude=passing)
pairs[["ngram", "count", "expected", "g2", "delta_p_forward", "delta_p_backward", "range"]].head(18).round(2)

# %% [markdown]
# A high G² says that two words belong together, not that they are **one word**. 公共 预算 is a phrase of two words;
# 网格 员 and 老年 食堂 are words of these towns that the segmenter does not know; 各位 代表 is how such a report begins.
# Only reading can tell. Longer candidates come the same way:

# %%
longer = tk.collocations(tokens.keep(tk.is_word), [3, 4], exclude=passing, min_count=3)
longer[["ngram", "count", "range"]].head(8)

# %% [markdown]
# We teach the segmenter what we have judged to be words, and cut again. Note what this does to a count:

# %%
taught = ["网格员", "老年食堂", "乡村振兴", "河长制", "青石镇", "柳河镇", "云岭镇", "东浦镇"]
before, tokens = tokens, tk.tokenize(corpus, tk.Jieba(words=taught))
grid = ["网格", "网格员", "网格化"]
counts = {"as cut first": before, "taught": tokens}
pd.DataFrame({name: [sum(t.keep(w).lengths) for w in grid] for name, t in counts.items()}, index=grid)

# %% [markdown]
# 网格 did not become rarer: seventeen of its occurrences were the first half of 网格员. Whoever cites a frequency owes the
# reader the word list.
#
# ## The company of one word
#
# 安全 ("safety") is planted: the key says 安全生产 7 times, 安全度汛 3, 食品安全 2, 行车安全 once. What stands right beside it?

# %%
content = tokens.keep(tk.is_word).drop(tk.is_number).drop(tk.stopwords("textkit"))
columns = ["collocate", "f_xy", "f_collocate", "expected", "log_dice", "pmi", "g2", "left", "right", "range"]
safety = tk.collocates(content, "安全", window=1)
safety[columns].round(2)

# %% [markdown]
# Seven and three, as planted. The other two phrases are missing, because a collocate is a **token**:

# %%
hidden = tk.concordance(tokens, re.compile("食品安全|行车安全"), match="text", width=8)
for row in hidden.itertuples():
    inside = tokens[row.doc].to_frame().query("stop > @row.start and start < @row.stop")["term"]
    print(row.doc, row.left, row.node, row.right, "  cut as", " / ".join(inside))

# %% [markdown]
# 食品安全 is a token of its own, and in 行车安全隐患 the segmenter took 安全隐患 together. What is inside a token has no
# company. Look at the characters (`match="text"`) before you write that two words never meet.
#
# ## Five words to each side, and the choice of a measure
#
# Now 网格, the grid of the new governance, in its three forms together. All measures weigh the same four numbers: O
# together, $f_1$ and $f_2$ alone, N in all. Their orders differ:

# %%
node = {"网格": grid}
options = {"window": 5, "convention": "distinct_position", "min_count": 1}
ranked = {m: tk.collocates(content, node, measure=m, **options) for m in ("pmi", "log_dice", "g2")}
pd.DataFrame({m: t["collocate"] + " " + t["f_xy"].astype(str) for m, t in ranked.items()}).head(10)

# %% [markdown]
# $\mathrm{PMI} = \log_2 (O / E)$ loves rare words. A word that occurs once, beside the node, has $O = 1$ and the smallest
# possible E: it gets the highest value there is, and so does every other word that is never seen elsewhere.

# %%
pmi = ranked["pmi"]
best = pmi[pmi["pmi"].round(6) == round(pmi["pmi"].max(), 6)]
print(f"{len(best)} of {len(pmi)} collocates share the highest PMI, {best['pmi'].iloc[0]:.2f}")
best["f_collocate"].value_counts().rename("words").rename_axis("occurrences in the corpus").to_frame()

# %% [markdown]
# - **PMI** says how exclusive the company is, whatever the evidence. Left to itself the function asks for five
#   co-occurrences; here we switched that off to see the fault.
# - **G²** says how surprising the counts are: evidence, which grows with the size of the corpus.
# - **logDice** $= 14 + \log_2 \frac{2 O}{f_1 + f_2}$ says how much of their lives the two words spend together. N is not
#   in it, so it alone of the three may be compared between corpora of different size.
#
# Decide for one before you look, and say which.
#
# ## Two ways to count
#
# 网格化 and 网格员 often stand close to each other, so their windows overlap. Does a word in the overlap count once, as
# it stands there once, or twice, once for each node? Programs differ, and rarely say so.

# %%
twice = tk.collocates(content, node, window=5, convention="per_node")
once = tk.collocates(content, node, window=5, convention="distinct_position")
both = twice.merge(once, on="collocate", suffixes=("_per_node", "_once"))
both.filter(regex="^collocate|f_collocate_once|f_xy|log_dice").head(6).round(2)

# %% [markdown]
# With `per_node` 划分 is counted five times beside 网格 although it occurs only four times anywhere. That is why some
# rows have no two-by-two table (the warning). From here on we count every place once.
#
# ## Who draws whom?
#
# Association has a direction. ΔP is the change in the probability of one word when the other is there:
# 划分 ("to divide into") calls for 网格 nearly always; 网格 hardly ever calls for 划分.

# %%
once[["collocate", "f_xy", "delta_p_c_given_n", "delta_p_n_given_c", "left", "right"]].head(5).round(3)

# %% [markdown]
# The first list of this lesson has the same for neighbours: 攻坚 comes almost only behind 脱贫, but 脱贫 has a life of
# its own. A symmetric measure hides that.
#
# ## Where a window may end
#
# A window of five words does not care about full stops. What if it must?

# %%
inside = tk.collocates(content, node, within="sentence", convention="distinct_position")
change = once.merge(inside, on="collocate", how="left", suffixes=("", "_inside")).fillna({"f_xy_inside": 0})
change["lost"] = (change["f_xy"] - change["f_xy_inside"]).astype(int)
change.sort_values("lost", ascending=False, kind="stable")[["collocate", "f_xy", "lost"]].head(6)

# %%
tk.show_concordance(tk.concordance(tokens, "治理", match="text", width=14))

# %% [markdown]
# 治理 met 网格 across headings only, and 二 was the number of the next heading. Where texts have headings, let no window
# cross a sentence: `within="sentence"` from here on.
#
# The name of a unit instead of a number compares whole units: is the word in the same sentence at all? That forgives
# distance, and favours whatever stands in long sentences.

# %%
sentence = tk.collocates(content, node, window="sentence")
sentence[["collocate", "f_xy", "f_node", "f_collocate", "log_dice", "g2", "range"]].head(8).round(2)

# %% [markdown]
# ## How sure?
#
# The 24 reports are redrawn 2,000 times; the lines are what logDice did in 95 % of these corpora. An arrow at the left
# end means that in some of them the pair was never seen.

# %%
sure = tk.collocates(content, node, within="sentence", convention="distinct_position", min_count=2, ci="bootstrap")
ax = tk.plot_collocates(sure, n=15, title="24 份报告有放回重抽 2,000 次")
tk.save_figure(ax, "08_collocates", folder="../figures")

# %% [markdown]
# Nearly all intervals overlap. That 管理 is the closest companion of 网格 in these reports is a fact; that it would be in
# the next 24 is not. `range` already said so: no pair stands in more than a handful of documents.
#
# And the bootstrap is too hopeful. It takes the documents for independent. Are they?

# %%
tk.show_concordance(tk.concordance(tokens, "一圈", width=22))

# %% [markdown]
# Two documents, two towns, one passage: 青石镇 copied it from 柳河镇 a year later (no. 4 in the answer key). The companions
# 一圈, 格里, 关键, 回音 have a range of 2 and are one event. Genre does on a large scale what copying does here.
#
# ## A network
#
# `cooccurrence` counts all pairs at once. We take paragraphs, and look at the strongest pairs.

# %%
paragraphs = content.split("paragraph")
frequent = tk.frequency(tk.count(paragraphs)).query("docs >= 6")["term"].tolist()
everything = tk.cooccurrence(paragraphs, window="document", terms=frequent)
everything.to_frame(measure="g2", min_count=4, n=8)[["a", "b", "weight", "expected", "g2"]].round(1)

# %% [markdown]
# This is the sentence with which every report begins, population, revenue, income. It would fill the picture. Three
# paragraphs (title, salutation, overview) open every report; we leave them out **and say so**.

# %%
body = paragraphs[paragraphs.docs.groupby("parent").cumcount() >= 3]
frequent = tk.frequency(tk.count(body)).query("docs >= 6")["term"].tolist()
links = tk.cooccurrence(body, window="document", terms=frequent).to_frame(measure="g2", min_count=4)
ax = tk.plot_network(links, n=60, title="同段共现最强的 60 对词（不含开头三段）")
tk.save_figure(ax, "08_network", folder="../figures")

# %% [markdown]
# The clusters are the planted themes: dykes and water, the grid, tea, the park, investment, poverty relief, canteens.
# Nobody told the function about them. What the picture does **not** say: nearness and direction mean nothing, only who is
# linked to whom; a missing link may be the 61st; and 一是 – 二是 – 三是 is the manner of one mayor, no theme.
#
# Several nodes in one table make a network of the words they share:

# %%
nodes = {"网格": grid, "企业": "企业", "老人": "老人", "疫情": "疫情", "茶园": "茶园"}
company = tk.collocates(content, nodes, within="sentence", convention="distinct_position", min_count=2)
ax = tk.plot_network(company.groupby("node", sort=False).head(9), title="五个词各自最强的搭配词")
tk.save_figure(ax, "08_nodes", folder="../figures")

# %% [markdown]
# ## What not to conclude
#
# - **Not meaning.** That 网格 stands beside 管理 more than beside 服务 is about words. Whether the grid manages or serves has
#   to be read.
# - **Not the p-value.** It takes 6,342 words for as many independent draws. They are 24 texts by five mayors.
# - **Not other windows, not other cuts.** Values for different windows, stop lists or segmentations are different
#   quantities.
# - **Not absence.** With 68 occurrences of the node, a companion that is expected 0.3 times and is not seen proves
#   nothing.
#
# ## Exercises · 练习
#
# 1. Teach the segmenter 安全生产 as one word. What is the company of 安全 now, and what has been lost?
# 2. 以“疫情”为节点，分别用 `measure="pmi", min_count=1` 与 `measure="log_dice"` 排序，比较前十名并解释差别。
# 3. Make the collocates of 网格 for each year (`tokens[tokens.docs["year"] == 2023]`). From which year on is there enough
#    to say anything?
# 4. 网格：“管理”与“服务”哪个更近？给出两者的区间，再读一遍索引行，写一句你敢发表的话。
# 5. Draw the network of one town only. How many links rest on fewer than three documents?
