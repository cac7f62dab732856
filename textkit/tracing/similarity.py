"""Similarity and distance: how the value of two documents (or terms) comes from what they have in common."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pandas as pd

from textkit.errors import ArgumentError, unknown
from textkit.measures import Floats
from textkit.tracing.case import Case, Explained
from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import (
    Absolute,
    Apply,
    Counted,
    Formula,
    Literal,
    Power,
    Symbol,
    Total,
    exact,
    formula,
    largest,
    log,
    log_share,
    root,
    smallest,
)
from textkit.tracing.passages import Places, places_of
from textkit.tracing.two_by_two import DICE, JACCARD
from textkit.tracing.wording import Words, same
from textkit.tracing.worked import ARITHMETIC

A, B = Symbol("a", "t"), Symbol("b", "t")
P, Q, MIDDLE = Symbol("p", "t"), Symbol("q", "t"), Symbol("m", "t")
VALUE = Symbol("value")
_SHOWN = 12
_SOURCES = {
    "cosine": "Salton, G., & McGill, M. J. (1983). Introduction to Modern Information Retrieval. McGraw-Hill.",
    "pearson": "Pearson, K. (1895). Notes on regression and inheritance in the case of two parents. "
    "Proceedings of the Royal Society of London 58, 240–242.",
    "jaccard": JACCARD,
    "dice": DICE,
    "overlap": "Simpson, G. G. (1943). Mammals and the nature of continents. American Journal of Science 241, 1–31.",
    "simple_matching": "Sokal, R. R., & Michener, C. D. (1958). A statistical method for evaluating systematic "
    "relationships. University of Kansas Science Bulletin 38, 1409–1438.",
    "hamann": "Hamann, U. (1961). Merkmalsbestand und Verwandtschaftsbeziehungen der Farinosae. "
    "Willdenowia 2(5), 639–768.",
    "extended_jaccard": "Tanimoto, T. T. (1958). An elementary mathematical theory of classification and prediction. "
    "Internal report, IBM.",
    "ruzicka": "Ružička, M. (1958). Anwendung mathematisch-statistischer Methoden "
    "in der Geobotanik. Biológia 13, 647–661.",
    "jensen_shannon": "Lin, J. (1991). Divergence measures based on the Shannon entropy. "
    "IEEE Transactions on Information Theory 37(1), 145–151.",
    "hellinger": "Hellinger, E. (1909). Neue Begründung der Theorie quadratischer Formen von unendlichvielen "
    "Veränderlichen. Journal für die reine und angewandte Mathematik 136, 210–271.",
    "bhattacharyya": "Bhattacharyya, A. (1943). On a measure of divergence between two statistical populations defined "
    "by their probability distributions. Bulletin of the Calcutta Mathematical Society 35, 99–109.",
    "canberra": "Lance, G. N., & Williams, W. T. (1966). Computer programs for hierarchical polythetic classification. "
    "Computer Journal 9(1), 60–64.",
}


class _Two(NamedTuple):
    """Two vectors over what either has, with names; ``n`` is the length of the whole vectors."""

    derivation: Derivation
    names: list[str]
    a: Floats
    b: Floats
    n: int
    power: float
    column: str


def explain(case: Case) -> Explained:
    """Explain a row of `textkit.similarity`, `term_similarity` or `nearest`."""
    keys = {"similarity": ("doc_a", "doc_b"), "term_similarity": ("term_a", "term_b"), "nearest": ("doc", "neighbour")}
    record = case.record(*keys[case.function], swap=case.function != "nearest")
    first, second = (str(record[key]) for key in keys[case.function])
    by_term = case.function == "term_similarity"
    derivation, places = _explained(case, first, second, by_term)
    if case.settings.get("ci") is not None:
        derivation.note(
            "ci_low、ci_high 来自自助法（bootstrap），没有可以代入的公式。",
            "ci_low and ci_high come from a bootstrap: there is no formula to put numbers into.",
        )
    return Explained(derivation, case.chosen_column("value", ["value"]), record, places)


def explain_square(case: Case) -> Explained:
    """Explain a cell of `textkit.similarity_matrix`."""
    table: pd.DataFrame = case.table
    row = case.row
    if not isinstance(row, (tuple, list)) or len(row) != 2:
        raise ArgumentError(f"row must be two names of the square, got {row!r}.")
    for name, labels in zip(row, (table.index, table.columns), strict=True):
        if name not in labels:
            raise unknown("name in the square", name, list(labels))
    first, second = str(row[0]), str(row[1])
    by_term = case.settings.get("axis") == "terms"
    derivation, places = _explained(case, first, second, by_term)
    case.chosen_column("value", ["value"])
    return Explained(
        derivation,
        "value",
        {"value": float(table.to_numpy()[table.index.get_loc(row[0]), table.columns.get_loc(row[1])])},
        places,
    )


def _explained(case: Case, first: str, second: str, by_term: bool) -> tuple[Derivation, list[Places] | None]:
    measure = str(case.settings["measure"])
    if measure not in _MEASURES:
        raise unknown("measure to trace:", measure, _MEASURES)
    name, explainer = _MEASURES[measure]
    derivation = Derivation(Words(f"“{first}”与“{second}”：{name.zh}", f"“{first}” and “{second}”: {name.en}"))
    two = _vectors(case, derivation, first, second, by_term)
    weighting = str(case.settings.get("weighting", "count"))
    _grid(two, first, second, weighting, by_term)
    if not two.a.any() or not two.b.any():
        which = first if not two.a.any() else second
        derivation.step(
            Words(f"“{which}”是空的，没有可比的东西", f"“{which}” is empty: there is nothing to compare"),
            VALUE,
            Literal(Decimal("NaN")),
            column="value",
        )
    else:
        explainer(two)
    if measure in _SOURCES or measure == "jensen_shannon_distance":
        derivation.cite(_SOURCES[measure.removesuffix("_distance")])
    _note(derivation, measure, weighting)
    return derivation, None if by_term else _places(case, two, first, second)


def _vectors(case: Case, derivation: Derivation, first: str, second: str, by_term: bool) -> _Two:
    dtm = case.sources.matrix()
    if by_term:
        labels, names = list(dtm.vocabulary.terms), dtm.names
        matrix = dtm.matrix.T.tocsr()
    else:
        labels, names = dtm.names, list(dtm.vocabulary.terms)
        matrix = dtm.matrix
    place = {name: row for row, name in enumerate(labels)}
    rows = [matrix[[place[second]]]]
    if "queries" in case.sources.inputs:
        queries = case.sources.matrix("queries").align(dtm.vocabulary)
        rows.insert(0, queries.matrix[[queries.names.index(first)]])
    else:
        rows.insert(0, matrix[[place[first]]])
    a, b = (row.toarray().ravel().astype(np.float64) for row in rows)
    there = np.flatnonzero((a != 0) | (b != 0))
    power = float(case.settings.get("power", 2.0))
    return _Two(derivation, [names[i] for i in there], a[there], b[there], len(names), power, "value")


def _grid(two: _Two, first: str, second: str, weighting: str, by_term: bool) -> None:
    both = (two.a != 0) & (two.b != 0)
    order = np.lexsort((-(two.a * two.b), ~both))
    what = Words("文档", "document") if by_term else Words("词", "term")
    values = (
        Words("次数", "counts") if weighting == "count" else Words(f"权重（{weighting}）", f"weights ({weighting})")
    )
    two.derivation.grid(
        Words("两边的", "The ") + values + Words("：共有的在前", " of both: what they share comes first"),
        (what, same(f"a（{first}）"), same(f"b（{second}）"), same("a·b")),
        [(two.names[i], two.a[i], two.b[i], two.a[i] * two.b[i]) for i in order[:_SHOWN].tolist()],
        len(two.names),
    )


def _places(case: Case, two: _Two, first: str, second: str) -> list[Places] | None:
    """Return where the term that the two share most stands in both of them."""
    tokens = case.sources.tokens
    shared = two.a * two.b
    if tokens is None or not shared.any() or not {first, second} <= set(tokens.corpus.names):
        return None
    term = two.names[int(np.argmax(shared))]
    rows = [np.array([tokens.corpus.names.index(name)]) for name in (first, second)]
    return [places_of(tokens, [term], name, row) for name, row in zip((first, second), rows, strict=True)]


def _note(derivation: Derivation, measure: str, weighting: str) -> None:
    if measure in ("jaccard", "dice", "overlap", "simple_matching", "hamann"):
        derivation.note(
            "只看有没有这个词，不看次数；长短不同的文本不宜比较。",
            "Only presence matters, not counts; texts of unequal length should not be compared.",
        )
    if measure in ("pearson", "simple_matching", "hamann"):
        derivation.note(
            "两边都没有的词也算在内：值取决于词表有多大。",
            "Terms that neither has count too: the value depends on the size of the vocabulary.",
        )
    if weighting == "count" and measure in (
        "manhattan", "euclidean", "minkowski", "maximum", "canberra", "ruzicka", "extended_jaccard", "extended_dice",
    ):  # fmt: skip
        derivation.note(
            "用次数计算时结果取决于文本长短：请先用 proportions(dtm)。",
            "Made of counts the value depends on the length of the texts: use proportions(dtm) first.",
        )
    if weighting.startswith("tfidf"):
        derivation.note(
            "tf-idf 权重取决于整个文档集，因此这个值也取决于它。",
            "tf-idf weights depend on the whole collection, and so does this value.",
        )


# ---------------------------------------------------------------------------------------------------------------
# The formulas


def _total(two: _Two, name: Words, symbol: Symbol, body: Formula) -> Symbol:
    """Work out a sum over the terms, those that add most first."""
    size = np.array([abs(x) * abs(y) + 1e-12 * (abs(x) + abs(y)) for x, y in zip(two.a, two.b, strict=True)])
    order = np.argsort(-size, kind="stable")
    return two.derivation.step(name, symbol, Total("t", body, {A: two.a[order], B: two.b[order]}))


def _final(two: _Two, name: Words, value: Formula, slack: float = 0.0) -> None:
    two.derivation.step(name, VALUE, value, column="value", slack=slack)


def _products(two: _Two) -> tuple[Symbol, Symbol, Symbol]:
    dot = _total(two, Words("共有部分：两边的值相乘再相加", "what they share: products, summed"), Symbol("ab"), A * B)
    aa = _total(two, Words("a 的平方和", "squares of a, summed"), Symbol("aa"), A**2)
    bb = _total(two, Words("b 的平方和", "squares of b, summed"), Symbol("bb"), B**2)
    return dot, aa, bb


def _sums(two: _Two) -> tuple[Symbol, Symbol]:
    a = _total(two, Words("a 的总和", "sum of a"), Symbol("S", "a"), formula(A))
    b = _total(two, Words("b 的总和", "sum of b"), Symbol("S", "b"), formula(B))
    return a, b


def _cosine(two: _Two) -> None:
    dot, aa, bb = _products(two)
    _final(
        two,
        Words("余弦：夹角的余弦，1 为完全同向", "cosine of the angle; 1 is the same direction"),
        dot / root(aa * bb),
    )


def _pearson(two: _Two) -> None:
    dot, aa, bb = _products(two)
    a, b = _sums(two)
    n = two.derivation.given(Symbol("n"), two.n, Words("全部词（或文档）的个数", "all terms (or documents)"))
    derivation = two.derivation
    for square, total in ((aa, a), (bb, b)):
        # as in the table: what is left of two equal numbers is rounding, not variance
        if (
            derivation[n] * derivation[square] - derivation[total] ** 2
            <= Decimal("1e-12") * derivation[n] * derivation[square]
        ):
            name = Words("一边全是同一个值，没有相关可言", "one of them is constant: there is no correlation")
            _final(two, name, Literal(Decimal("NaN")))
            return
    top = n * dot - a * b
    _final(two, Words("皮尔逊相关", "Pearson's correlation"), top / root((n * aa - a**2) * (n * bb - b**2)))


def _sets(two: _Two) -> tuple[Symbol, Symbol, Symbol]:
    shared, n_a, n_b = ((two.a != 0) & (two.b != 0)).sum(), (two.a != 0).sum(), (two.b != 0).sum()
    given = two.derivation.given
    return (
        given(Symbol("s"), int(shared), Words("两边都有的词数", "terms that both have")),
        given(Symbol("n", "a"), int(n_a), Words("a 的词数", "terms of a")),
        given(Symbol("n", "b"), int(n_b), Words("b 的词数", "terms of b")),
    )


def _jaccard(two: _Two) -> None:
    s, a, b = _sets(two)
    _final(two, Words("共有的词 ÷ 两边合起来的词", "shared terms ÷ terms of either"), s / (a + b - s))


def _dice(two: _Two) -> None:
    s, a, b = _sets(two)
    _final(
        two,
        Words("共有的词的两倍 ÷ 两边词数之和", "twice the shared terms ÷ terms of a plus terms of b"),
        2 * s / (a + b),
    )


def _overlap(two: _Two) -> None:
    s, a, b = _sets(two)
    _final(two, Words("共有的词 ÷ 较小一边的词数", "shared terms ÷ terms of the smaller"), s / smallest(a, b))


def _matching(two: _Two) -> Formula:
    s, a, b = _sets(two)
    n = two.derivation.given(Symbol("n"), two.n, Words("词表的大小", "size of the vocabulary"))
    return (n - a - b + 2 * s) / n


def _simple_matching(two: _Two) -> None:
    _final(
        two, Words("两边一致（都有或都没有）的词的比例", "share of terms that both have or both lack"), _matching(two)
    )


def _hamann(two: _Two) -> None:
    matching = two.derivation.step(
        Words("两边一致的词的比例", "share of terms in which they agree"), Symbol("M"), _matching(two)
    )
    _final(two, Words("换算到 −1 至 1", "brought to −1 … 1"), 2 * matching - 1)


def _extended_jaccard(two: _Two) -> None:
    dot, aa, bb = _products(two)
    _final(two, Words("扩展的 Jaccard 系数", "extended Jaccard coefficient"), dot / (aa + bb - dot))


def _extended_dice(two: _Two) -> None:
    dot, aa, bb = _products(two)
    _final(two, Words("扩展的 Dice 系数", "extended Dice coefficient"), 2 * dot / (aa + bb))


def _ruzicka(two: _Two) -> None:
    least = _total(two, Words("较小值之和", "sum of the smaller values"), Symbol("m"), smallest(A, B))
    most = _total(two, Words("较大值之和", "sum of the larger values"), Symbol("M"), largest(A, B))
    _final(two, Words("较小值之和 ÷ 较大值之和", "smaller over larger"), least / most)


def _shares(two: _Two) -> dict[Symbol, list[Decimal]]:
    """Work out both sums, and return the shares of the terms: those that both have first."""
    sums = [two.derivation[symbol] for symbol in _sums(two)]
    order = np.argsort(-(two.a * two.b), kind="stable")
    rows = [
        [ARITHMETIC.divide(exact(x), total) for x in side[order]]
        for side, total in zip((two.a, two.b), sums, strict=True)
    ]
    return {P: rows[0], Q: rows[1]}


def _divergence(two: _Two) -> Symbol:
    rows = _shares(two)
    rows[MIDDLE] = [(p + q) / 2 for p, q in zip(rows[P], rows[Q], strict=True)]
    body = formula(0.5) * log_share(P, P / MIDDLE, 2) + 0.5 * log_share(Q, Q / MIDDLE, 2)
    return two.derivation.step(
        Words(
            "JS 散度：比例 p = a / Sₐ 与 q = b / S_b 各自离平均 m = (p + q) / 2 有多远（单位：比特）",
            "Jensen–Shannon divergence: how far the shares p = a / Sₐ and q = b / S_b lie from their mean m (bits)",
        ),
        Symbol("JSD"),
        Total("t", body, rows),
    )


def _jensen_shannon(two: _Two) -> None:
    _final(two, Words("JS 散度，0 到 1", "the divergence, 0 to 1"), formula(_divergence(two)))


def _jensen_shannon_distance(two: _Two) -> None:
    _final(two, Words("它的平方根是一个距离", "its root is a metric"), root(largest(_divergence(two), 0)), 1e-14)


def _coefficient(two: _Two) -> Symbol:
    rows = _shares(two)
    return two.derivation.step(
        Words(
            "巴氏系数：比例 p = a / Sₐ 与 q = b / S_b 之积的平方根之和",
            "Bhattacharyya's coefficient: roots of the products of the shares p = a / Sₐ and q = b / S_b, summed",
        ),
        Symbol("BC"),
        Total("t", root(P * Q), rows),
    )


def _hellinger(two: _Two) -> None:
    bc = _coefficient(two)
    _final(two, Words("海林格距离", "Hellinger distance"), root(largest(1 - bc, 0)), 1e-14)


def _bhattacharyya(two: _Two) -> None:
    _final(two, Words("巴氏距离", "Bhattacharyya distance"), -log(_coefficient(two)))


def _manhattan(two: _Two) -> None:
    total = _total(two, Words("差的绝对值之和", "absolute differences, summed"), Symbol("D"), Absolute(A - B))
    _final(two, Words("曼哈顿距离", "Manhattan distance"), formula(total))


def _euclidean(two: _Two) -> None:
    total = _total(two, Words("差的平方和", "squared differences, summed"), Symbol("D"), (A - B) ** 2)
    size = float((two.a**2).sum() + (two.b**2).sum())
    _final(two, Words("欧氏距离", "Euclidean distance"), root(total), 1e-13 * size)


def _minkowski(two: _Two) -> None:
    power = two.derivation.given(Symbol("k"), two.power, Words("幂 power", "power"))
    total = _total(
        two, Words("差的幂之和", "powers of the differences, summed"), Symbol("D"), Power(Absolute(A - B), power)
    )
    size = float((np.abs(two.a) ** two.power).sum() + (np.abs(two.b) ** two.power).sum())
    # the table takes what is left of two equal sums for rounding, and a root makes rounding large
    slack = (1e-13 * size) ** (2 / two.power) if two.power > 1 else 0.0
    _final(two, Words("闵可夫斯基距离", "Minkowski distance"), Power(total, 1 / formula(power)), slack)


def _maximum(two: _Two) -> None:
    most = Decimal(float(np.abs(two.a - two.b).max()))
    gap = Apply("max", (Absolute(A - B),))
    _final(two, Words("最大的差", "the largest difference"), Counted(gap, most))


def _canberra(two: _Two) -> None:
    body = Absolute(A - B) / (A + B)
    total = _total(two, Words("相对差之和", "relative differences, summed"), Symbol("D"), body)
    _final(two, Words("堪培拉距离", "Canberra distance"), formula(total))


_MEASURES: dict[str, tuple[Words, Callable[[_Two], None]]] = {
    "cosine": (Words("余弦相似度", "cosine similarity"), _cosine),
    "pearson": (Words("皮尔逊相关", "Pearson's correlation"), _pearson),
    "jaccard": (Words("Jaccard 系数", "Jaccard coefficient"), _jaccard),
    "dice": (Words("Dice 系数", "Dice coefficient"), _dice),
    "overlap": (Words("重叠系数", "overlap coefficient"), _overlap),
    "simple_matching": (Words("简单匹配系数", "simple matching coefficient"), _simple_matching),
    "hamann": (Words("Hamann 系数", "Hamann's coefficient"), _hamann),
    "extended_jaccard": (Words("扩展 Jaccard 系数", "extended Jaccard coefficient"), _extended_jaccard),
    "extended_dice": (Words("扩展 Dice 系数", "extended Dice coefficient"), _extended_dice),
    "ruzicka": (Words("Ruzicka 相似度", "Ruzicka similarity"), _ruzicka),
    "jensen_shannon": (Words("JS 散度", "Jensen–Shannon divergence"), _jensen_shannon),
    "jensen_shannon_distance": (Words("JS 距离", "Jensen–Shannon distance"), _jensen_shannon_distance),
    "hellinger": (Words("海林格（Hellinger）距离", "Hellinger distance"), _hellinger),
    "bhattacharyya": (Words("巴氏（Bhattacharyya）距离", "Bhattacharyya distance"), _bhattacharyya),
    "manhattan": (Words("曼哈顿距离", "Manhattan distance"), _manhattan),
    "euclidean": (Words("欧氏距离", "Euclidean distance"), _euclidean),
    "minkowski": (Words("闵可夫斯基距离", "Minkowski distance"), _minkowski),
    "maximum": (Words("最大差", "maximum distance"), _maximum),
    "canberra": (Words("堪培拉（Canberra）距离", "Canberra distance"), _canberra),
}
"""Name and explainer of every measure of `textkit.similarity`."""
