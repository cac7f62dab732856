# %% [markdown]
# # 1 · Read and clean · 读取与清洗
#
# **What is really in these files, and what did we change before counting anything?**
# 这些文件里究竟有什么？在统计之前，我们改动了什么？
#
# Texts from the web come with titles printed three times, time stamps, link lists, half-width commas, invisible
# characters and mixed encodings. A count of such a file counts the web site too. Here we read a folder, look at what
# was read and what was not, repair it, and keep the receipt for every repair.
#
# The data: *townhall*, 24 short reports of four **invented** towns over six years, written for teaching.

# %%
import textkit as tk

tk.available()

# %% [markdown]
# ## A folder becomes a corpus
#
# `read` takes a folder. Facts about the documents come from a table beside it (`meta.csv`) or, as here, from the file
# names: `青石镇_2018.txt` holds the town and the year.

# %%
folder = tk.data_folder("townhall") / "raw"
raw = tk.read(folder, name_pattern=r"(?P<town>.+)_(?P<year>\d{4})")
raw

# %% [markdown]
# Every file was read, but not every file was UTF-8. The encoding that was found stands in the table of facts.

# %%
raw.docs["encoding"].value_counts()

# %%
raw.docs.query("encoding != 'utf-8'")[["file", "encoding", "encoding_margin"]]

# %% [markdown]
# ## Look before you clean

# %%
print(raw.text("东浦镇_2019")[:260])

# %% [markdown]
# ## Clean, and keep the receipt
#
# `clean` applies named rules, one after the other. Each change is a row of `corpus.edits`: which rule, where in the
# original file, what was removed, what was put in.

# %%
corpus = tk.clean(raw)
corpus

# %%
print(corpus.text("东浦镇_2019")[:200])

# %% [markdown]
# What did each rule do, over the whole corpus?

# %%
report = tk.cleaning_report(corpus)
report.groupby("rule", sort=False)[["edits", "removed", "inserted"]].sum().sort_values("edits", ascending=False)

# %% [markdown]
# And in one document, change by change:

# %%
tk.show_edits(corpus, "东浦镇_2019")

# %% [markdown]
# ## Nothing is lost
#
# Any span of the cleaned text leads back to the characters of the file.

# %%
name = "青石镇_2019"
start = corpus.text(name).index("老年食堂")
there = corpus.to_original(name, start, start + 40)
print(corpus.text(name)[start : start + 40])
print(repr(raw.text(name)[slice(*there)]))

# %% [markdown]
# Masked names (`XXX`, `xx`, `***`) are never removed: that a name was blacked out is itself a finding.

# %%
words = tk.tokenize(corpus, "characters")
masks = tk.count(words.keep(tk.is_mask))
masks.merge("town").to_frame()

# %% [markdown]
# ## Is the cleaned text the one we wanted?
#
# For this corpus we know: `clean/` holds the texts as they should be.

# %%
truth = tk.load("townhall")
same = [corpus.text(n) == truth.text(n) for n in corpus.names]
print(f"{sum(same)} of {len(same)} documents are exactly as they should be")

# %% [markdown]
# ## Exercises · 练习
#
# 1. Run `tk.clean(raw, rules=["line_ends"])` with only one rule. What remains that would be counted as words?
# 2. Which rule removed the most characters, and from which document? Read the passage it removed.
# 3. 把你自己的一个文件夹读进来：`tk.read("…")`。看看 `corpus.docs` 与 `corpus.errors`，有没有文件没有读成功？为什么？
# 4. Write a text that a cleaning rule damages. Which rule? Switch it off and report it to us.
