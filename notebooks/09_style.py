# %% [markdown]
# # 9 · Style: diversity, readability, Delta · 文体：词汇丰富度、可读性与 Delta
#
# **Who writes like whom? And which of the numbers called "style" measure something else?**
# 谁的文章像谁？那些叫作“文体指标”的数字，有多少量的其实是别的东西？
#
# The reports of four towns have five authors: mayors 甲 to 戊, one a town, but 云岭镇 changed its mayor in 2021. That is
# a gift: in 云岭镇 the topic stays and the hand changes. The corpus is invented and its styles are planted
# (`data/townhall/README.md`), so that here, as never in real life, we know what ought to be found.

# %%
import textkit as tk

corpus = tk.load("townhall")
words = tk.tokenize(corpus)  # all words: what is dropped as a stop word elsewhere carries the style
corpus.docs.groupby("mayor", sort=False).agg(town=("town", "first"), first=("year", "min"), last=("year", "max"))

# %% [markdown]
# ## How rich is the vocabulary?
#
# The obvious number is types over tokens, TTR. It falls with every sentence that is added, in every language and by
# every author: the next word is more and more likely to have been there before.

# %%
for n in (100, 500, 1000, 2000):
    table = tk.lexical_diversity(words, by="town", measure="ttr", truncate=n)
    print(f"first {n:5,} words:", *(f"{row.group} {row.value:.2f}" for row in table.itertuples()), sep="  ")

# %% [markdown]
# From 100 to 2,000 words the ratio falls by more than 0.3; between the towns, at one length, lie 0.02 to 0.08, and their
# order changes from row to row. So texts of unequal length are refused:

# %%
try:
    tk.lexical_diversity(words, measure="ttr")
except tk.TextkitError as error:
    print(error)

# %% [markdown]
# Three measures are built to be (nearly) free of length. **MATTR**: the mean TTR of all windows of 50 words. **MTLD**: how
# many words it takes, on average, until the running TTR has fallen to 0.72. **HD-D**: how many different words are to be
# expected among 42 drawn at random. The intervals come from drawing whole sentences with replacement.

# %%
diversity = tk.lexical_diversity(words, by="mayor", ci="bootstrap", random_state=9)
diversity

# %%
STEMS = "甲乙丙丁戊"  # tables are in code-point order, which is not that of the heavenly stems
labels = {"甲": "甲（青石镇）", "乙": "乙（柳河镇）", "丙": "丙（云岭镇）", "丁": "丁（云岭镇）", "戊": "戊（东浦镇）"}
ordered = diversity.sort_values("group", key=lambda names: names.map(STEMS.index), kind="stable")
axes = tk.plot_lexical_diversity(ordered, labels=labels, title="五位镇长的词汇丰富度")
tk.save_figure(axes, "09_lexical_diversity", folder="../figures")

# %% [markdown]
# All three put 丁 last (he tells stories and repeats 我们), but only the HD-D parts his interval from the others'. The other
# four overlap in every panel: no difference has been shown, and there is nothing to rank.
#
# And no number leaves its segmenter. By characters the same texts give other values, and another order:

# %%
characters = tk.lexical_diversity(words, by="mayor", measure="mattr", level="character")
both = characters.merge(diversity, on=["group", "measure"], suffixes=("_character", "_word"))
both[["group", "value_word", "value_character"]].round(3)

# %% [markdown]
# ## Entropy: the same trap, better hidden
#
# Entropy says how many bits the next word is worth. It looks like a law of nature, but the counted value grows with the
# length of the text, because a short one has not yet shown its rare words. Five real speeches, as counts by paragraph:

# %%
paragraphs = tk.load_matrix("speeches")
speeches = paragraphs.merge("doc")
names = speeches.docs["label_zh"]
entropies = tk.entropy(speeches)
entropies[["group", "n_tokens", "entropy", "miller_madow", "chao_shen", "coverage"]].sort_values("n_tokens").round(2)

# %% [markdown]
# The column `entropy` follows the lengths. The corrections add what has not been seen; `coverage` says how much of the
# speaker's vocabulary (by tokens) has been. With the paragraphs drawn again and again we get intervals; the function
# warns that the shortest speech has only six.

# %%
import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    entropies = tk.entropy(paragraphs, by="doc", measure="chao_shen", ci="bootstrap", random_state=9)
print(caught[0].message)

# %%
ax = tk.plot_entropy(entropies, labels=names, title="五篇讲话的词熵：校正前后")
tk.save_figure(ax, "09_entropy", folder="../figures")

# %% [markdown]
# Before correction the speeches lie 0.7 bits apart, after it 0.5, and all five intervals share the stretch from 8.7 to
# 8.9: no difference has been shown. A table of raw entropies is, first of all, a table of lengths.
#
# ## Zipf and Heaps: laws for a first look
#
# A few words are very common and most are rare (Zipf), so the vocabulary never stops growing (Heaps). Both laws are
# properties of text in general. An exponent is no fingerprint: it moves with the length.

# %%
fit = tk.zipf(paragraphs, n_tail_replicates=50, ci="bootstrap", random_state=9)
fit[["n_tokens", "n_types", "exponent", "se", "ci_low", "ci_high", "ols_slope", "tail_p"]].round(3)

# %%
ax = tk.plot_zipf(tk.zipf_points(paragraphs), title="五篇讲话合计：词频与名次")
tk.save_figure(ax, "09_zipf", folder="../figures")

# %% [markdown]
# The points look like a line, as points on logarithmic paper do. Look at what the table says against it: `tail_p` is the
# share of samples from a true power law that fit worse than our counts do, and none of fifty did. The standard error `se`
# takes words for independent draws; the interval draws paragraphs; neither knows what five other speeches would have
# given.

# %%
growth = tk.heaps_points(paragraphs, by="doc", random_state=9)
ax = tk.plot_heaps(growth, labels=names, title="五篇讲话的词汇增长")
tk.save_figure(ax, "09_heaps", folder="../figures")

# %% [markdown]
# Five curves, nearly one on the other: at 1,200 words each speech has used about as many different ones. At their ends
# they differ because their lengths do. Compare curves at the same place, never ends with ends.
#
# ## Readability: features, not formulas
#
# What makes a text hard is many things: long sentences, rare characters, words beyond the graded lists. Each is a feature
# with a unit. Parts of speech allow some more.

# %%
tagged = tk.tokenize(corpus, tk.Jieba(tagger="jieba"))
features = tk.readability(tagged)
wide = features.pivot(index="feature", columns="doc", values="value").dropna()
chosen = ["chars_per_sentence", "clauses_per_sentence", "strokes_per_char", "nonbasic_words", "function_words"]
wide.loc[chosen].T.groupby(corpus.docs["mayor"], sort=False).mean().round(3)

# %%
ax = tk.plot_readability(features, title="24 份报告的可读性特征（z 值）")
tk.save_figure(ax, "09_readability", folder="../figures")

# %% [markdown]
# Rows are reports, six to a town. 柳河镇 is a blue band where sentences are measured: short sentences were planted. Within
# 云岭镇 the hand changes between 2020 and 2021, and the picture changes with it. Single cells mean little: with 24 texts
# and a dozen features, some are always dark.
#
# Why not one number? Because the published formulas do not agree on what they measure:

# %%
formulas = tk.readability_formulas(features)
one = formulas[formulas["doc"] == "青石镇_2018"].set_index("formula")
one.loc[one["value"].notna(), ["value", "direction", "readers", "range"]]

# %% [markdown]
# By one of them the report is for the first grade of primary school, by another it is far beyond secondary school. No
# error: each was fitted to other readers, other texts, other lists. Where a formula must not be used at all, the value
# is missing and the note says why; and for every one the coefficients come from quotations:

# %%
for name, row in one.iterrows():
    print(f"{name:18} {row['author']} {row['year']}: {row['provenance']}")
    if row["note"]:
        print(f"{'':18} not computed: {row['note']}")

# %% [markdown]
# **Report features with their units, compare within one corpus, and leave formulas to the readers they were made for.**
#
# ## Delta: who writes like whom
#
# Burrows' idea: take the most frequent words, put the frequency of each on the scale of its spread over all texts
# (z-scores), and compare texts by all of them at once. Writers do not watch their 的 and 了.

# %%
dtm = tk.count(words)
mayors = dtm.docs["mayor"].map(labels)
distances = tk.delta(dtm, n_terms=300)
distances.head(5)

# %%
ax = tk.plot_delta(distances, groups=mayors, title="Delta：300 个高频词，24 份报告")
tk.save_figure(ax, "09_delta", folder="../figures")

# %% [markdown]
# The towns fall apart cleanly, and inside 云岭镇 丙 and 丁. Beautiful, and suspicious: among 300 words of such short reports
# are 茶, 园区 and 养老. Is that style, or the topic? And would 200 words have given the same tree?
#
# **Many word lists.** The consensus tree keeps what more than half of ten trees have, with 100 to 1,000 words:

# %%
consensus = tk.delta_consensus(dtm)
ax = tk.plot_delta_consensus(consensus, groups=mayors, title="共识树：100 至 1000 个高频词")
tk.save_figure(ax, "09_delta_consensus", folder="../figures")

# %% [markdown]
# **Only grammar.** Function words have no topic. The bundled list of stop words is a list of function words:

# %%
grammar = tk.stopwords("textkit")
consensus = tk.delta_consensus(dtm, terms=grammar)
ax = tk.plot_delta_consensus(consensus, groups=mayors, title="共识树：只用虚词")
tk.save_figure(ax, "09_delta_consensus_grammar", folder="../figures")

# %% [markdown]
# 丁 still stands together, and most of 柳河镇; the rest of the tree is gone. That is what grammar alone can say about
# reports of some 360 words, and the literature would have warned us: below about 5,000 words a text, neighbours are
# unstable.
#
# ## Attribution, honestly tested
#
# Leave one report out, learn from the others (words, means and deviations too), guess its author; 24 times.

# %%
for terms, what in ((None, "all words"), (grammar, "function words")):
    for by in ("town", "mayor"):
        found = tk.attribution(dtm, by, terms=terms)
        result = found.summary.iloc[0]
        print(
            f"{what:15} {by:6} {result['n_correct']:.0f} of {result['n_texts']:.0f} right "
            f"({result['accuracy']:.0%}, interval {result['ci_low']:.0%} to {result['ci_high']:.0%}; "
            f"always the commonest: {result['largest_share']:.0%})"
        )

# %% [markdown]
# With all words everything is right, by town and by mayor: topic and hand cannot be told apart. With function words the
# **mayor** is found more often than the **town**, although there are more mayors to choose from. Which reports does it
# get wrong?

# %%
by_town = tk.attribution(dtm, "town", terms=grammar).texts
by_mayor = tk.attribution(dtm, "mayor", terms=grammar).texts
by_town[by_town["correct"] == 0][["doc", "predicted", "distance", "runner_up", "distance_runner_up"]].round(3)

# %%
by_mayor[by_mayor["correct"] == 0][["doc", "actual", "predicted", "distance", "runner_up", "distance_runner_up"]].round(
    3
)

# %% [markdown]
# As a picture (rows are the authors, columns what they were taken for; `plot_confusion` was made for coders, and an
# attribution is one):

# %%
confusion = tk.attribution(dtm, "mayor", terms=grammar).confusion
confusion = confusion.rename(columns={"actual": "value_a", "predicted": "value_b", "n": "count"})
ax = tk.plot_confusion(confusion.assign(coder_a="作者", coder_b="判定"), title="只用虚词、留一法：谁被当成了谁")
tk.save_figure(ax, "09_attribution", folder="../figures")

# %% [markdown]
# By town, reports of 云岭镇 go astray: "the style of 云岭镇" is the mean of two men and fits neither. By mayor none of them
# does. That is the planted truth, found with grammar alone. (And 7 and 4 errors of 24 are not far apart: a finding to
# repeat on longer texts, not to print.)
#
# ## Whom the method cannot name
#
# The nearest author is named even if none of them wrote the text. Let 丁 be unknown, and ask:

# %%
docs = dtm.docs
docs["mayor"] = docs["mayor"].where(docs["mayor"] != "丁")
unknown = tk.attribution(tk.DocumentTermMatrix(dtm.matrix, dtm.vocabulary, docs), "mayor").texts
unknown[unknown["actual"].isna()][["doc", "predicted", "distance", "runner_up", "distance_runner_up"]].round(3)

# %%
known = unknown[unknown["actual"].notna()]
print(f"texts of known mayors: distance to their own {known['distance'].min():.2f} to {known['distance'].max():.2f}")

# %% [markdown]
# All three get a name, and each is wrong. What gives it away: the distances are larger than that of any known text to its
# own author, and the runner-up is nearly as near. Always print both.
#
# ## A neighbour that is no author
#
# Which report is nearest with each of ten word lists?

# %%
neighbours = tk.delta_neighbours(dtm)
town = corpus.docs["town"]
foreign = neighbours[neighbours["doc"].map(town) != neighbours["neighbour"].map(town)]
foreign[["doc", "neighbour", "n_bands", "share"]]

# %% [markdown]
# 青石镇_2021 and 东浦镇_2023 are neighbours, in both directions, and 青石镇_2020 is one of 柳河镇_2021: in these pairs stand the
# two longest of the planted loans (`data/townhall/README.md`, no. 6 and no. 1). Borrowed text looks like style. Look for
# reuse before you speak of authors.
#
# ## What measures of style cannot say
#
# * **Who wrote it.** Only who, among those given, is nearest. The true author may not be among them, or be an office with
#   many hands, as with real reports.
# * **Why.** Topic, occasion, year, template and editor all move frequent words.
# * **How good, how educated, how sincere.** A rich vocabulary may be a list of place names, a short sentence a lack of
#   thought or its opposite.
# * **Anything across segmenters, corpora or lengths**, unless the measure was built for it, and then only nearly.
# * **Anything about one text of 400 words.** Say how long the texts are and how often the answer was right when it was
#   known.

# %% [markdown]
# ## Exercises · 练习
#
# 1. Draw the Delta tree with `culling=0.75`: only words that stand in three quarters of all reports. Which words are
#    these (`tk.frequency`), and does 云岭镇 stay together?
# 2. 把每位镇长的报告截到同样长（`truncate="shortest"`），再算 TTR。次序与 MATTR 一致吗？这时可以比较了吗？
# 3. Cut the texts into characters (`tk.tokenize(corpus, "characters")`) and repeat the attribution. Better or worse than
#    words? Why might characters be a good idea for Chinese?
# 4. Take 丙 and 丁 only. Which features of `tk.readability` tell them apart, and which of the planted differences
#    (enumerations, 我们, Chinese numerals) does no feature see?
# 5. 找一篇介绍某个中文可读性公式的论文：它的读者是谁？文本取自哪里？系数能在原文中核对吗？
