"""Inputs that several processes measure on, written once: a running text, paragraphs, near duplicates, a matrix."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, save_npz

from benchmarks import topics_peers
from benchmarks.corpora import ROOT, sentences, short_documents, texts

FOLDER = ROOT / "build" / "bench"
TEN = 10_000_000
PARTS = 100


def running_text() -> Any:
    """Return Tokens of ten million words in one hundred documents of equal length."""
    import textkit as tk
    from textkit.tokens import Tokens

    base = tk.tokenize(tk.Corpus(["\n".join(texts()[1])]), progress=False)
    size = TEN // PARTS
    width = len(base.corpus.texts[0])
    ids = np.resize(base.ids, TEN)
    turn = np.repeat(np.arange(-(-TEN // len(base)), dtype=np.int64), len(base))[:TEN] * width
    start, stop = np.resize(base.start, TEN) + turn, np.resize(base.stop, TEN) + turn
    text = base.corpus.texts[0] * int(-(-TEN // len(base)))
    first = start[::size]
    last = stop[size - 1 :: size]
    documents = [text[a:b] for a, b in zip(first.tolist(), last.tolist(), strict=True)]
    shift = np.repeat(first, size)
    offsets = np.arange(PARTS + 1) * size
    return Tokens(ids, start - shift, stop - shift, None, offsets, base.vocabulary, tk.Corpus(documents))


def paragraphs(n: int = 18_000) -> dict[str, Any]:
    """Return token lists of drawn groups of five sentences, and twenty lists of ten words that occur together."""
    import textkit as tk

    pool = sentences()
    drawn = np.random.default_rng(3).integers(0, len(pool) - 5, size=n)
    documents = ["".join(pool[i : i + 5]) for i in drawn.tolist()]
    words = tk.tokenize(tk.Corpus(documents), progress=False).keep(tk.is_word).drop(tk.stopwords("textkit"))
    frequent = tk.frequency(tk.count(words))["term"].tolist()
    topics = [frequent[k::20][:10] for k in range(20)]
    return {"documents": [words.words(i) for i in range(n)], "topics": topics, "texts": documents}


def near_duplicates(n: int = 18_000, copies: int = 2_000) -> dict[str, Any]:
    """Return short documents and planted copies of some, with about one sentence in ten replaced by another."""
    pool = sentences()
    rng = np.random.default_rng(5)
    parts = [[pool[i] for i in row] for row in rng.integers(0, len(pool), size=(n, 8)).tolist()]
    planted = []
    for k, source in enumerate(rng.choice(n, size=copies, replace=False).tolist()):
        copy = list(parts[source])
        copy[int(rng.integers(8))] = pool[int(rng.integers(len(pool)))]
        parts.append(copy)
        planted.append([source, n + k])
    documents = ["".join(part) for part in parts]
    return {"documents": documents, "planted": [pair for pair in planted if _alike(*(documents[i] for i in pair))]}


def _alike(a: str, b: str) -> bool:
    """Say whether two texts share six tenths of their runs of five characters: some copies do not any more."""
    first, second = ({text[i : i + 5] for i in range(len(text) - 4)} for text in (a, b))
    return len(first & second) >= 0.6 * len(first | second)


def poliblog(folder: Path) -> None:
    """Write the counts and the covariates of poliblog5k where both sides find them."""
    import pandas as pd

    shared = Path(os.environ["TEXTKIT_SHARED"]) / "data" / "reference"
    cells = pd.read_csv(shared / "inputs" / "poliblog5k_triplets.csv.gz")
    places = (cells["doc_id"].to_numpy() - 1, cells["feature_id"].to_numpy() - 1)
    save_npz(folder / "poliblog.npz", csr_matrix((cells["count"].to_numpy(), places)))
    x = pd.read_csv(shared / "stm" / "poliblog5k_K20_X.csv.gz").iloc[:, 1:].to_numpy(float)
    np.save(folder / "poliblog_x.npy", x)
    pd.read_csv(shared / "inputs" / "poliblog5k_meta.csv.gz").to_json(folder / "poliblog_docs.json")
    info = json.loads((shared / "stm" / "poliblog5k_K20_info.json").read_text(encoding="utf-8"))
    (folder / "poliblog_info.json").write_text(json.dumps(info), encoding="utf-8")


def prepare(folder: Path = FOLDER) -> Path:
    """Write all inputs that are not there yet."""
    import textkit as tk

    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "stream.npz").is_file():
        tokens = running_text()
        tokens.save(folder / "stream.parquet")
        (folder / "stream.json").write_text(json.dumps(list(tokens.vocabulary), ensure_ascii=False), encoding="utf-8")
        np.savez(folder / "stream.npz", ids=tokens.ids, offsets=tokens.offsets)
    if not (folder / "paragraphs.json").is_file():
        (folder / "paragraphs.json").write_text(json.dumps(paragraphs(), ensure_ascii=False), encoding="utf-8")
    if not (folder / "near.json").is_file():
        (folder / "near.json").write_text(json.dumps(near_duplicates(), ensure_ascii=False), encoding="utf-8")
    if not (folder / "matrix.npz").is_file():
        words = tk.tokenize(tk.Corpus([d * 1 for d in _long_documents(10_000)]), progress=False).keep(tk.is_word)
        save_npz(folder / "matrix.npz", csr_matrix(tk.tfidf(tk.count(words)).matrix))
    if not (folder / "lda_train.npz").is_file():
        topics_peers.prepare(folder)
    if os.environ.get("TEXTKIT_SHARED") and not (folder / "poliblog.npz").is_file():
        poliblog(folder)
    return folder


def _long_documents(n: int) -> list[str]:
    parts = short_documents(n * 5, seed=11)
    return ["".join(parts[i * 5 : i * 5 + 5]) for i in range(n)]


if __name__ == "__main__":
    print(prepare())
