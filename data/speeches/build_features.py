"""Count the words of the five speeches paragraph by paragraph: what may be shared of texts that may not.

    python data/speeches/build_features.py TEXTS            # rebuild in place from a folder of texts
    python data/speeches/build_features.py TEXTS FOLDER     # build somewhere else, to compare

TEXTS holds the five files and their ``meta.csv``; without it the folder named by ``TEXTKIT_SPEECHES`` or ``texts``
beside this file is taken. The way is that of every reader of textkit: read, clean, cut by jieba, count.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pandas as pd

import textkit as tk
from textkit.datasets import paragraph_counts

HERE = Path(__file__).resolve().parent
SHORTEST = 50  # characters: a shorter paragraph counts with the next, so that no row gives a sentence away


def tables(texts: Path) -> dict[str, pd.DataFrame]:
    """Read, clean and count; return the three tables that are kept."""
    meta = pd.read_csv(texts / "meta.csv", dtype=str, keep_default_na=False)
    raw = tk.read([str(texts / file) for file in meta["file"]])
    corpus = tk.clean(tk.Corpus(raw.texts, meta.drop(columns="file").set_index("doc")))
    dtm = paragraph_counts(corpus, shortest=SHORTEST)
    keep = ["doc", "paragraph", "section", "n_characters", "n_tokens"]
    paragraphs = dtm.docs[keep].reset_index(drop=True)
    entries = dtm.matrix.tocoo()
    rows, columns = entries.coords
    counts = paragraphs.loc[rows, ["doc", "paragraph"]]
    counts["term"] = pd.Series(dtm.vocabulary.terms).to_numpy()[columns]
    counts["count"] = entries.data
    # Sorted by term: nothing is left of the order of the words inside a paragraph.
    counts = counts.assign(row=rows).sort_values(["row", "term"], ignore_index=True).drop(columns="row")
    by_doc = paragraphs.groupby("doc", sort=False)
    docs = meta.join(by_doc.size().rename("n_paragraphs"), on="doc")
    docs = docs.join(by_doc[["n_characters", "n_tokens"]].sum(), on="doc")
    docs["sha256"] = [hashlib.sha256((texts / file).read_bytes()).hexdigest() for file in meta["file"]]
    return {"docs": docs, "paragraphs": paragraphs, "counts": counts}


def build(texts: Path, folder: Path) -> list[str]:
    """Write the tables and their checksums; return the names of the files."""
    folder.mkdir(parents=True, exist_ok=True)
    sums = []
    for name, table in sorted(tables(texts).items()):
        data = table.to_csv(index=False, lineterminator="\n").encode()
        (folder / f"{name}.csv").write_bytes(data)
        sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}.csv\n")
    (folder / "SHA256SUMS").write_bytes("".join(sums).encode())
    return ["counts.csv", "docs.csv", "paragraphs.csv", "SHA256SUMS"]


if __name__ == "__main__":
    source = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TEXTKIT_SPEECHES", str(HERE / "texts"))
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else HERE
    print(f"{', '.join(build(Path(source), target))} in {target}")
