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
    facts = dtm.docs
    entries = dtm.matrix.tocoo()
    rows, columns = entries.coords
    counts = pd.DataFrame(
        {
            "doc": facts["doc"].to_numpy()[rows],
            "paragraph": facts["paragraph"].to_numpy()[rows],
            "term": pd.Series(dtm.vocabulary.terms).to_numpy()[columns],
            "count": entries.data,
        }
    )
    totals = facts.groupby("doc", sort=False)[["n_characters", "n_tokens"]].sum()
    totals.insert(0, "n_paragraphs", facts.groupby("doc", sort=False).size())
    hashes = [hashlib.sha256((texts / file).read_bytes()).hexdigest() for file in meta["file"]]
    docs = meta.join(totals, on="doc").assign(sha256=hashes)
    # Sorted by term: nothing is left of the order of the words inside a paragraph.
    counts["place"] = counts["doc"].map({doc: place for place, doc in enumerate(docs["doc"])})
    counts = counts.sort_values(["place", "paragraph", "term"], ignore_index=True).drop(columns="place")
    keep = ["doc", "paragraph", "section", "n_characters", "n_tokens"]
    return {"docs": docs, "paragraphs": facts[keep].reset_index(drop=True), "counts": counts}


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
