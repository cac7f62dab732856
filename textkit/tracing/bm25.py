"""BM25: the formulas of its two parts, and how the score of a document for a query is their sum over the words."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from textkit.errors import unknown
from textkit.tracing.case import Case, Explained
from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import Formula, Symbol, Total, log
from textkit.tracing.passages import places_of
from textkit.tracing.wording import Words

N, LENGTH, MEAN = Symbol("N"), Symbol("L"), Symbol("L", "mean")
K1, SLOPE, DELTA = Symbol("k", "1"), Symbol("b"), Symbol("delta")
ROBERTSON = (
    "Robertson, S., & Zaragoza, H. (2009). The probabilistic relevance framework: BM25 and beyond. "
    "Foundations and Trends in Information Retrieval 3(4), 333–389."
)
LV = "Lv, Y., & Zhai, C. (2011). Lower-bounding term frequency normalization. CIKM ’11, 7–16."


def enter(derivation: Derivation, variant: str, values: dict[str, float], n_docs: int, length: int, total: int) -> None:
    """Enter what all words of a document share: the settings, its length and the mean length."""
    derivation.given(N, n_docs, Words("文档总数", "documents in all"))
    derivation.given(LENGTH, length, Words("文档的总词数", "tokens of the document"))
    derivation.given(K1, values["k1"], Words("k1：次数饱和的快慢", "k1: how fast a count saturates"))
    derivation.given(SLOPE, values["b"], Words("b：文档长度起多大作用", "b: how much length matters"))
    if variant == "plus":
        derivation.given(DELTA, values["delta"], Words("δ：出现即加", "δ: added if it is there at all"))
        derivation.cite(LV)
    everything = derivation.given(Symbol("L", "all"), total, Words("全部文档的总词数", "tokens of all documents"))
    derivation.step(Words("平均文档长度", "mean length of a document"), MEAN, everything / N)
    derivation.cite(ROBERTSON)


def document_part(variant: str, df: Symbol) -> Formula:
    """Return the formula of the document-frequency part."""
    if variant == "plus":
        return log((N + 1) / df)
    odds = (N - df + 0.5) / (df + 0.5)
    return log(odds) if variant == "robertson" else log(1 + odds)


def term_part(variant: str, tf: Symbol) -> Formula:
    """Return the formula of the term-frequency part."""
    below = tf + K1 * (1 - SLOPE + SLOPE * LENGTH / MEAN)
    if variant == "lucene":  # without the constant k1 + 1, which changes no ranking
        return tf / below
    saturated = tf * (K1 + 1) / below
    return saturated + DELTA if variant == "plus" else saturated


def explain(case: Case) -> Explained:
    """Explain a row of `textkit.bm25_scores`: the score of a document for the query."""
    record = case.record("doc")
    doc, settings = str(record["doc"]), case.settings
    counts = case.sources.matrix()
    if doc not in counts.names:
        raise unknown("document", doc, counts.names)
    row, variant = counts.names.index(doc), str(settings["variant"])
    query = settings["query"]
    asked = Counter(query.split() if isinstance(query, str) else query)
    known = [word for word in asked if word in counts.vocabulary]
    derivation = Derivation(Words(f"“{doc}”对查询的 BM25 得分", f"BM25 score of “{doc}” for the query"))
    enter(
        derivation, variant, {name: float(settings[name]) for name in ("k1", "b", "delta")}, len(counts),
        int(counts.lengths[row]), int(counts.lengths.sum()),
    )  # fmt: skip
    places = counts.vocabulary.ids(known)
    tf = counts.matrix[[row]][:, places].toarray().ravel().astype(np.int64)
    df = counts.doc_counts[places].astype(np.int64)
    times = np.array([asked[word] for word in known], dtype=np.int64)
    derivation.grid(
        Words("查询中的词", "Words of the query"),
        (
            Words("词", "term"), Words("查询中的次数 q", "times asked, q"),
            Words("文档中的次数 tf", "in the document, tf"), Words("有它的文档数 df", "documents with it, df"),
        ),
        list(zip(known, times.tolist(), tf.tolist(), df.tolist(), strict=True)),
    )  # fmt: skip
    there = tf > 0  # a word that the document lacks adds nothing, whatever the variant
    q, one, each = Symbol("q", "t"), Symbol("tf", "t"), Symbol("df", "t")
    body = document_part(variant, each) * term_part(variant, one)
    rows: dict[Symbol, Any] = {one: tf[there], each: df[there]}
    if (times > 1).any():
        body, rows = q * body, {q: times[there], **rows}
    derivation.step(
        Words(
            "得分：各词的“文档频率部分 × 词频部分”之和",
            "score: sum over the words of document-frequency part × term-frequency part",
        ),
        Symbol("score"),
        Total("t", body, rows),
        column="score",
        remark=Words(
            f"查询中有 {int(there.sum())} 个词在文档里；不在其中的词不加分。",
            f"{int(there.sum())} of the words asked for stand in the document; the others add nothing.",
        ),
    )
    if len(known) < len(asked):
        missing = "、".join(word for word in asked if word not in known)
        derivation.note(f"词表中没有、因而略去：{missing}。", f"Not in the vocabulary and left out: “{missing}”.")
    derivation.note(
        "得分只给同一个查询的文档排序，不可在查询之间或文档集之间比较。",
        "Scores order the documents of one query; they must not be compared between queries or collections.",
    )
    tokens = case.sources.tokens
    found = None
    if tokens is not None and doc in tokens.corpus.names:
        at = np.array([tokens.corpus.names.index(doc)])
        found = [places_of(tokens, [word], word, at) for word, n in zip(known, tf, strict=True) if n]
    return Explained(derivation, case.chosen_column("score", ["score"]), record, found)
