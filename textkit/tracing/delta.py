"""Stylometric Delta: how the distance of two texts comes from their most frequent words."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from textkit.errors import ArgumentError, unknown
from textkit.matrix import DocumentTermMatrix
from textkit.measures import Floats, code_point_ranks, deltas
from textkit.tracing.case import Case, Explained
from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import Absolute, Formula, Literal, Symbol, Total, root
from textkit.tracing.wording import Words, same

A, B, M = Symbol("a", "w"), Symbol("b", "w"), Symbol("n")
RANK, VALUE = Symbol("r", "w"), Symbol("value")
_SHOWN = 12
SOURCES = {
    "cosine_delta": "Evert, S., Proisl, T., Jannidis, F., et al. (2017). Understanding "
    "and explaining Delta measures for "
    "authorship attribution. Digital Scholarship in the Humanities 32(suppl. 2), ii4–ii16.",
    "burrows": "Burrows, J. (2002). ‘Delta’: a measure of stylistic difference and a guide to likely authorship. "
    "Literary and Linguistic Computing 17(3), 267–287.",
    "argamon": "Argamon, S. (2008). Interpreting Burrows’s Delta: geometric and probabilistic foundations. "
    "Literary and Linguistic Computing 23(2), 131–147.",
    "eder": "Eder, M., Rybicki, J., & Kestemont, M. (2016). Stylometry with R: a package for "
    "computational text analysis. The R Journal 8(1), 107–121.",
    "eder_simple": "Eder, M., Rybicki, J., & Kestemont, M. (2016). Stylometry with R: a package for "
    "computational text analysis. The R Journal 8(1), 107–121.",
}


class _Texts(NamedTuple):
    """Two texts: z-scores (or percents) of the words, in the order of their frequency."""

    derivation: Derivation
    words: list[str]
    a: Floats
    b: Floats


def explain(case: Case) -> Explained:
    """Explain a row of `textkit.delta`."""
    record = case.record("doc_a", "doc_b", swap=True)
    derivation = _explained(case, str(record["doc_a"]), str(record["doc_b"]))
    return Explained(derivation, case.chosen_column("value", ["value"]), record, [])


def explain_square(case: Case) -> Explained:
    """Explain a cell of `textkit.delta_matrix`."""
    table: pd.DataFrame = case.table
    row = case.row
    if not isinstance(row, (tuple, list)) or len(row) != 2:
        raise ArgumentError(f"row must be two names of the square, got {row!r}.")
    for name, labels in zip(row, (table.index, table.columns), strict=True):
        if name not in labels:
            raise unknown("name in the square", name, list(labels))
    value = float(table.to_numpy()[table.index.get_loc(row[0]), table.columns.get_loc(row[1])])
    derivation = _explained(case, str(row[0]), str(row[1]))
    case.chosen_column("value", ["value"])
    return Explained(derivation, "value", {"value": value}, [])


def _explained(case: Case, first: str, second: str) -> Derivation:
    measure = str(case.settings["measure"])
    if measure not in _MEASURES:
        raise unknown("measure to trace:", measure, _MEASURES)
    name, explainer = _MEASURES[measure]
    derivation = Derivation(
        Words(f"“{first}”与“{second}”的文体距离：{name.zh}", f"Style of “{first}” and “{second}”: {name.en}")
    )
    dtm = case.sources.matrix()
    rows = [dtm.names.index(name) for name in (first, second)]
    lengths = dtm.lengths.astype(np.float64)
    if not (lengths[rows] > 0).all():
        empty = Words("有一个文本是空的", "one of the texts is empty")
        derivation.step(empty, VALUE, Literal(Decimal("NaN")), column="value")
        return derivation
    texts = _texts(case, derivation, dtm, lengths, rows)
    explainer(texts)
    derivation.cite(SOURCES[measure])
    derivation.note(
        "z 值取决于全部文本：换一批文本，同样两个文本的距离也会变，不可跨集比较。",
        "z-scores depend on all texts: with other texts around them the same two have another distance.",
    )
    return derivation


def _texts(case: Case, derivation: Derivation, dtm: DocumentTermMatrix, lengths: Floats, rows: list[int]) -> _Texts:
    settings = case.settings
    filled = lengths > 0
    terms = _pattern(settings.get("terms"))
    chosen = np.ones(len(dtm.vocabulary), dtype=np.bool_) if terms is None else dtm.vocabulary.match(terms)
    places = deltas.frequent_words(
        np.where(chosen, dtm.term_counts, 0),
        dtm.doc_counts,
        int(filled.sum()),
        code_point_ranks(dtm.vocabulary.terms),
        n=int(settings["n_terms"]),
        culling=float(settings["culling"]),
    )
    percent = 100.0 * dtm.matrix[:, places].toarray()[filled] / lengths[filled][:, None]
    own = [int(np.flatnonzero(np.flatnonzero(filled) == row)[0]) for row in rows]
    words = [dtm.vocabulary[int(place)] for place in places]
    plain = settings["measure"] == "eder_simple"
    values = percent
    if not plain:
        values = deltas.z_scores(percent)
        known = ~np.isnan(values).any(axis=0)
        values, percent = values[:, known], percent[:, known]
        words = [words[int(place)] for place in np.flatnonzero(known)]
        _one_word(derivation, words[0], percent[:, 0], own[0])
    derivation.given(M, len(words), Words("比较的高频词数", "frequent words that are compared"))
    a, b = values[own[0]], values[own[1]]
    what = Words("每百词的次数", "per cent") if plain else Words("z 值", "z-score")
    derivation.grid(
        Words("最常见的词", "The most frequent words"),
        (Words("词", "word"), what + " a", what + " b", same("|a − b|")),
        [(word, a[i], b[i], abs(a[i] - b[i])) for i, word in enumerate(words[:_SHOWN])],
        len(words),
    )
    return _Texts(derivation, words, a, b)


def _one_word(derivation: Derivation, word: str, percent: Floats, row: int) -> None:
    """Show for the most frequent word how a z-score comes about."""
    n, f = len(percent), Symbol("f", "d")
    mean = derivation.step(
        Words(
            f"先看一个词，“{word}”：各文本中每百词的次数的平均",
            f"one word first, “{word}”: mean of its per cent over the texts",
        ),
        Symbol("mu"),
        1 / Literal(Decimal(n)) * Total("d", f, {f: percent}),
    )
    sd = derivation.step(
        Words("它的标准差（除以 n − 1）", "its standard deviation (divisor n − 1)"),
        Symbol("sigma"),
        root(1 / Literal(Decimal(n - 1)) * Total("d", (f - mean) ** 2, {f: percent})),
    )
    own = derivation.given(
        Symbol("f", "a"),
        float(percent[row]),
        Words(f"“{word}”在第一个文本中每百词的次数", f"per cent of “{word}” in the first text"),
    )
    derivation.step(
        Words("它在第一个文本中的 z 值（其余的词同样处理）", "its z-score in the first text (other words likewise)"),
        Symbol("z"),
        (own - mean) / sd,
    )


def _pattern(told: Any) -> Any:
    if isinstance(told, str) and told.startswith("regex:"):
        return re.compile(told[6:])
    if isinstance(told, str) and told.startswith("function:"):
        raise ArgumentError("terms of the table was a function, which a table cannot carry: give a list to trace it.")
    return told


def _total(texts: _Texts, body: Formula) -> Total:
    n = len(texts.words)
    rank = np.arange(1, n + 1)
    return Total("w", body, {A: texts.a, B: texts.b, RANK: rank})


def _burrows(texts: _Texts) -> None:
    name = Words("Burrows Delta：z 值之差的绝对值的平均", "Burrows' Delta: mean absolute difference of the z-scores")
    texts.derivation.step(name, VALUE, 1 / M * _total(texts, Absolute(A - B)), column="value")


def _argamon(texts: _Texts) -> None:
    name = Words("二次 Delta：差的平方的平均，再开方", "quadratic Delta: root of the mean squared difference")
    texts.derivation.step(name, VALUE, root(1 / M * _total(texts, (A - B) ** 2)), column="value", slack=1e-14)


def _eder(texts: _Texts) -> None:
    name = Words("Eder Delta：越常见的词越重（r 为名次）", "Eder's Delta: frequent words weigh more (r is the rank)")
    body = Absolute(A - B) * ((M - RANK + 1) / M)
    texts.derivation.step(name, VALUE, 1 / M * _total(texts, body), column="value")


def _cosine(texts: _Texts) -> None:
    derivation = texts.derivation
    ab = derivation.step(Words("z 值之积的和", "products of the z-scores, summed"), Symbol("ab"), _total(texts, A * B))
    aa = derivation.step(Words("a 的平方和", "squares of a, summed"), Symbol("aa"), _total(texts, A**2))
    bb = derivation.step(Words("b 的平方和", "squares of b, summed"), Symbol("bb"), _total(texts, B**2))
    name = Words("余弦 Delta：1 − 夹角的余弦", "cosine Delta: 1 − cosine of the angle")
    derivation.step(name, VALUE, 1 - ab / root(aa * bb), column="value")


def _eder_simple(texts: _Texts) -> None:
    name = Words("Eder 简单距离：平方根之差的绝对值之和", "Eder's Simple: absolute differences of the roots, summed")
    texts.derivation.step(name, VALUE, _total(texts, Absolute(root(A) - root(B))), column="value")


_MEASURES: dict[str, tuple[Words, Callable[[_Texts], None]]] = {
    "cosine_delta": (Words("余弦 Delta", "cosine Delta"), _cosine),
    "burrows": (same("Burrows Delta"), _burrows),
    "argamon": (Words("二次 Delta（Argamon）", "quadratic Delta (Argamon)"), _argamon),
    "eder": (same("Eder Delta"), _eder),
    "eder_simple": (same("Eder Simple"), _eder_simple),
}
"""Name and explainer of every measure of `textkit.delta`."""
