"""Rank turbulence: how much a word adds to the difference of two rankings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from textkit.errors import ArgumentError
from textkit.measures import Floats
from textkit.tracing.case import Case, Explained
from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import Absolute, Formula, Literal, Symbol, Total, exact, formula, largest, log, sgn
from textkit.tracing.sides import side_places
from textkit.tracing.wording import Words

R1, R2, ALPHA, NORM = Symbol("r", "1"), Symbol("r", "2"), Symbol("alpha"), Symbol("N")
DODDS = (
    "Dodds, P. S., Minot, J. R., Arnold, M. V., et al. (2023). Allotaxonometry and rank-turbulence divergence: "
    "a universal instrument for comparing complex systems. EPJ Data Science 12, 37."
)
_COLUMNS = ("score", "contribution", "rank_target", "rank_reference")


def explain(case: Case) -> Explained:
    """Explain a row of `textkit.rank_turbulence`; the ranks of all words are in the table."""
    record = case.record("term")
    column = case.chosen_column("score", _COLUMNS)
    term = str(record["term"])
    table: pd.DataFrame = case.table
    alpha = float(case.settings["alpha"])
    derivation = Derivation(Words(f"“{term}”的排名波动", f"Rank turbulence of “{term}”"))
    _complete(table)
    for symbol, name, zh, en in ((R1, "target", "目标", "target"), (R2, "reference", "参照", "reference")):
        _rank(derivation, symbol, table[f"n_{name}"].to_numpy(), int(record[f"n_{name}"]), zh, en, f"rank_{name}")
    if math.isfinite(alpha) and alpha:
        derivation.given(ALPHA, alpha, Words("α：越小，稀有词越重要", "α: the smaller, the more rare words weigh"))
    apart = derivation.step(
        Words("两个排名相差多少", "how far the two ranks are apart"),
        Symbol("delta"),
        _zero_or(_apart(R1, R2, alpha), float(record["rank_target"]) == float(record["rank_reference"])),
    )
    norm = _norm(derivation, table, alpha)
    s = derivation.step(
        Words("方向：在目标中排名靠前为 1，靠后为 −1", "direction: 1 if it ranks higher in the target, −1 if lower"),
        Symbol("s"),
        sgn(R2 - R1),
    )
    derivation.step(
        Words("得分：该词对总差异的贡献，带方向", "score: what the word adds to the divergence, with its direction"),
        Symbol("score"),
        s * apart / norm,
        column="score",
    )
    if column == "contribution":
        total = _total(derivation, table, alpha)
        derivation.step(
            Words("占总差异的份额", "its share of the whole divergence"),
            Symbol("share"),
            apart / norm / total,
            column="contribution",
        )
    derivation.note(
        "这是描述，不是检验，没有 p 值；只有 α 相同的结果才可比较。",
        "A description, not a test: it has no p-value. Compare only results of one α.",
    )
    if case.settings.get("ci"):
        derivation.note(
            "表中的区间来自自助法，没有可以代入的公式。",
            "The interval in the table comes from resamples (bootstrap): there is no formula to put numbers into.",
        )
    derivation.cite(DODDS)
    return Explained(derivation, column, record, side_places(case, term))


def _complete(table: pd.DataFrame) -> None:
    """Raise unless all words are there: the ranks of all of them are behind each number."""
    shares = table["contribution"].to_numpy(dtype=np.float64)
    if not np.isnan(shares).all() and abs(float(np.nansum(shares)) - 1.0) > 1e-9:
        raise ArgumentError(
            "the table was filtered, but ranks and the norm need all its words. Give the table as rank_turbulence "
            "returned it."
        )


def _rank(derivation: Derivation, symbol: Symbol, counts: Any, own: int, zh: str, en: str, column: str) -> None:
    more, ties = int((counts > own).sum()), int((counts == own).sum())
    above = derivation.given(
        Symbol("g", symbol.below), more, Words(f"在{zh}中更常见的词型数", f"terms that are commoner in the {en}")
    )
    equal = derivation.given(
        Symbol("e", symbol.below),
        ties,
        Words(f"在{zh}中同样常见的词型数（含该词）", f"terms as common in the {en}, itself too"),
    )
    name = Words(f"在{zh}中的平均排名", f"average rank in the {en}")
    derivation.step(name, symbol, above + (equal + 1) / 2, column=column)


def _apart(first: Formula, second: Formula, alpha: float) -> Formula:
    """Return how far two ranks are apart, which differ where alpha is infinite."""
    if alpha == 0:
        return Absolute(log(first / second))
    if math.isinf(alpha):
        return largest(1 / first, 1 / second)
    away = Absolute(1 / first**ALPHA - 1 / second**ALPHA)
    return (ALPHA + 1) / ALPHA * away ** (1 / (ALPHA + 1))


def _zero_or(value: Formula, equal: bool) -> Formula:
    return Literal(exact(0)) if equal else value


def _norm(derivation: Derivation, table: pd.DataFrame, alpha: float) -> Symbol:
    """Work out the divergence of two lists of these lengths that have no word in common."""
    sides = []
    for place, name in (("1", "target"), ("2", "reference")):
        there = table[f"n_{name}"].to_numpy() > 0
        zh, en = ("目标", "target") if place == "1" else ("参照", "reference")
        symbol = derivation.given(Symbol("N", place), int(there.sum()), Words(f"{zh}的词型数", f"terms of the {en}"))
        sides.append((symbol, table[f"rank_{name}"].to_numpy(dtype=np.float64)[there]))
    (n1, first), (n2, second) = sides
    one, times = Symbol("r"), Symbol("m", "r")
    parts: list[Formula] = []
    for own, ranks, absent in ((n1, first, n2 + n1 / 2), (n2, second, n1 + n2 / 2)):
        values, numbers = np.unique(ranks, return_counts=True)
        lone = derivation.step(
            Words("另一边没有的词在那里的排名", "rank of an absent word in the other list"),
            Symbol("r", f"0{own.below}"),
            absent,
        )
        body = _apart(one, lone, alpha)
        different = values != float(derivation[lone]) if math.isinf(alpha) else np.ones(len(values), dtype=np.bool_)
        parts.append(Total("r", times * body, {one: values[different], times: numbers[different]}))
    return derivation.step(
        Words("规范化因子：两个词表毫无共同之处时的差异", "norm: the divergence of two lists without a common word"),
        NORM,
        parts[0] + parts[1],
        remark=Words(
            "m_r 为排名为 r 的词型数：排名相同的词合并计算。",
            "m_r is the number of terms of rank r: terms of one rank are taken together.",
        ),
    )


def _total(derivation: Derivation, table: pd.DataFrame, alpha: float) -> Symbol:
    ranks: Floats = table[["rank_target", "rank_reference"]].to_numpy(dtype=np.float64).T
    pairs, numbers = np.unique(ranks, axis=1, return_counts=True)
    differ = pairs[0] != pairs[1]
    first, second, times = Symbol("u"), Symbol("v"), Symbol("m")
    body = times * _apart(first, second, alpha) / NORM
    rows = {first: pairs[0][differ], second: pairs[1][differ], times: numbers[differ]}
    return derivation.step(
        Words("总差异 D：全部词之和", "the whole divergence D: sum over all words"),
        Symbol("D"),
        Total("w", body, rows) if differ.any() else formula(0),
        remark=Words(
            "u、v 为两边的排名，m 为有这一对排名的词型数。",
            "u and v are the ranks on both sides, m the number of terms with this pair of ranks.",
        ),
    )
