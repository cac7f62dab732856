# %% [markdown]
# # 7 · A figure you can cite · 可以引用的图
#
# **A year from now, can somebody tell what this picture was made from, and make it again?**
# 一年以后，别人能不能知道这张图是怎么来的，并且重新画出来？

# %%
import tempfile
from pathlib import Path

import textkit as tk

dtm = tk.load_matrix("speeches").merge("doc").keep(tk.is_word).drop(tk.stopwords("textkit"))
labels = dtm.docs["label_zh"]
table = tk.keyness(dtm, "city_responsibility", measure="g2")

# %% [markdown]
# ## The parameters travel with the table

# %%
table.attrs["textkit"]["function"], table.attrs["textkit"]["settings"]

# %% [markdown]
# ## Save
#
# `save_figure` writes the picture, the numbers it shows (CSV), and a line in `manifest.json`. Inside the file: hashes
# of the inputs, every setting, the versions, the hash of the font. No time, no name, no path.

# %%
ax = tk.plot_keyness(table, n=10, labels=labels)
tk.save_figure(ax, "07_citable", folder="../figures", formats=("png", "svg", "pdf"))

# %%
folder = Path(tempfile.mkdtemp())
tk.save_figure(ax, "mine", folder=folder, formats=("png", "svg"))
sorted(path.name for path in folder.iterdir())

# %% [markdown]
# ## Ask the file

# %%
note = tk.read_provenance(folder / "mine.svg")
sorted(note)

# %%
note["plots"][0]["table"]

# %% [markdown]
# ## Verify

# %%
tk.verify(folder)[["file", "status", "what"]]

# %% [markdown]
# Somebody edits one number in the CSV:

# %%
csv = folder / "mine.csv"
csv.write_text(csv.read_text(encoding="utf-8").replace("综治", "平安", 1), encoding="utf-8")
tk.verify(folder)[["file", "status", "what"]]

# %% [markdown]
# In a terminal, `textkit verify figures` does the same for all figures of this project, and
# `textkit verify figures --rebuild` draws them again and says what changed: data, parameters, versions or bytes.
#
# ## What we promise
#
# * Same lock file, same operating system: **the same bytes**.
# * Another version of matplotlib, another processor: the same numbers to six digits, the same words, the same layout;
#   not the same pixels.
#
# ## How to cite
#
# Give the file (the provenance is inside), or its SHA-256 from `manifest.json`, and the version of textkit.

# %% [markdown]
# ## Exercises · 练习
#
# 1. Change `n=10` to `n=12` and save again under the same name. What does `verify` say, and what has changed in the
#    provenance?
# 2. 把图发给同学，让对方只凭文件说出：用了哪一种关键性指标？比较的是哪些文档？
# 3. Open the SVG in a text editor and find the provenance. What would you add for your own discipline?
