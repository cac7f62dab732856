"""Agreement of coders: how each coefficient comes from who gave which value to which unit."""

from __future__ import annotations

import warnings
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit.errors import TextkitWarning, UnknownNameError
from textkit.stats.agreement import Codings, codings_fingerprint, read_codings
from textkit.tracing.case import Case, Explained
from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import Formula, Literal, Relation, Symbol, Total, largest, root
from textkit.tracing.two_by_two import quantile
from textkit.tracing.wording import Words, same
from textkit.tracing.worked import ARITHMETIC

N, PO, PE = Symbol("n"), Symbol("p", "o"), Symbol("p", "e")
KRIPPENDORFF = (
    "Krippendorff, K. (2011). Computing Krippendorff’s alpha-reliability. "
    "Annenberg School for Communication, University of Pennsylvania."
)
COHEN = (
    "Cohen, J. (1960). A coefficient of agreement for nominal scales. "
    "Educational and Psychological Measurement 20(1), 37–46."
)
WEIGHTED = (
    "Cohen, J. (1968). Weighted kappa: nominal scale agreement with provision for scaled disagreement or partial "
    "credit. Psychological Bulletin 70(4), 213–220."
)
SCOTT = (
    "Scott, W. A. (1955). Reliability of content analysis: the case of nominal scale coding. "
    "Public Opinion Quarterly 19(3), 321–325."
)
FLEISS = (
    "Fleiss, J. L. (1971). Measuring nominal scale agreement among many raters. Psychological Bulletin 76(5), 378–382."
)
EVERITT = (
    "Fleiss, J. L., Cohen, J., & Everitt, B. S. (1969). Large sample standard errors of kappa and weighted kappa. "
    "Psychological Bulletin 72(5), 323–327."
)
GWET = (
    "Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of high agreement. "
    "British Journal of Mathematical and Statistical Psychology 61(1), 29–48."
)

NAMES = {
    "percent": Words("一致率", "percent agreement"),
    "krippendorff": Words("克里彭多夫 α", "Krippendorff’s α"),
    "cohen": Words("科恩 κ", "Cohen’s κ"),
    "cohen_linear": Words("线性加权的科恩 κ", "Cohen’s κ with linear weights"),
    "cohen_quadratic": Words("平方加权的科恩 κ", "Cohen’s κ with quadratic weights"),
    "scott": Words("斯科特 π", "Scott’s π"),
    "fleiss": Words("弗莱斯 κ", "Fleiss’ κ"),
    "gwet": Words("格威特 AC1", "Gwet’s AC1"),
}
_SOURCES = {
    "cohen": (COHEN, EVERITT), "cohen_linear": (WEIGHTED, EVERITT), "cohen_quadratic": (WEIGHTED, EVERITT),
    "scott": (SCOTT,), "fleiss": (FLEISS,), "gwet": (GWET,), "krippendorff": (KRIPPENDORFF,), "percent": (),
}  # fmt: skip
_SHOWN, _WIDE = 10, 8  # rows and columns of a grid
_FEW = 6  # categories whose shares are worked out one by one
_SLACK = 1e-12  # the table takes the root of a difference that may be 0
_NAN = Literal(Decimal("NaN"))
_UNEQUAL = Relation(Symbol("c"), "!=", Symbol("k"))


class _Units(NamedTuple):
    """Units with two values or more: how many coders gave each category to each."""

    derivation: Derivation
    coded: Codings
    names: list[str]
    counts: NDArray[np.int64]
    sizes: NDArray[np.int64]


def explain(case: Case) -> Explained:
    """Explain a coefficient of a table of `textkit.agreement`."""
    record = case.record("coefficient")
    name = str(record["coefficient"])
    coded = _codings(case)
    derivation = Derivation(Words(f"编码一致性：{NAMES[name].zh}", f"Agreement of coders: {NAMES[name].en}"))
    counts = coded.counts.astype(np.int64)
    kept = np.flatnonzero(counts.sum(axis=1) > 1)
    units = _Units(derivation, coded, [str(coded.units[row]) for row in kept], counts[kept], counts[kept].sum(axis=1))
    if name == "krippendorff":
        value, se = _alpha(units, str(case.settings["level"])), None
    elif name.startswith("cohen"):
        value, se = _kappa(units, name)
    else:
        value, se = _many(units, name)
    _interval(case, derivation, value, se)
    derivation.cite(*_SOURCES[name])
    derivation.note(
        "公式不同的系数不可相互比较，类别数不同的也不可；请同时报告一致率。",
        "Coefficients with different formulas must not be compared, nor those of different numbers of categories; "
        "print percent agreement too.",
    )
    columns = [step.column for step in derivation.steps if step.column]
    return Explained(derivation, case.chosen_column("value", columns), record, [])


def _codings(case: Case) -> Codings:
    """Return the codings, checked against the hash of the table."""
    given: pd.DataFrame | None = case.sources.given.get("codings")
    if given is None:
        raise case.sources.missing("codings", "the table does not hold the codings")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)  # said when the table was made
        try:
            coded = read_codings(given, case.settings["categories"])
        except UnknownNameError:
            raise case.sources.another("codings", "a table with other values") from None
    found = codings_fingerprint(coded)
    if found != case.sources.inputs["codings"]:
        raise case.sources.another("codings", f"a table with {found[:12]}")
    return coded


def _interval(case: Case, derivation: Derivation, value: Symbol, se: Symbol | None) -> None:
    if case.settings["ci"] == "normal" and se is not None:
        z = quantile(derivation, float(case.settings["confidence"]))
        for end, zh, en, bound in (("low", "下限", "lower", value - z * se), ("high", "上限", "upper", value + z * se)):
            name = Words(f"区间{zh}", f"{en} end of the interval")
            derivation.step(name, Symbol(value.letter, end), bound, column=f"ci_{end}", slack=_SLACK)
    elif case.settings["ci"] not in (None, "normal"):
        derivation.note(
            f"ci_low、ci_high（α 还有 se）来自 {case.settings['n_replicates']:,} 次重抽，没有可以代入的公式。",
            f"ci_low and ci_high (and se of α) come from {case.settings['n_replicates']:,} resamples: there is no "
            "formula to put numbers into.",
        )


def _exact(number: Fraction) -> Decimal:
    return ARITHMETIC.divide(Decimal(number.numerator), Decimal(number.denominator))


def _value_step(derivation: Derivation, letter: str, column: str = "value") -> Symbol:
    name = Words(
        "系数：（观察到的一致 − 偶然的一致）÷（1 − 偶然的一致）",
        "the coefficient: (observed − by chance) ÷ (1 − by chance)",
    )
    formula: Formula = _NAN if derivation[PE] == 1 else (PO - PE) / (1 - PE)
    return derivation.step(name, Symbol(letter), formula, column=column)


# ---------------------------------------------------------------------------------------------------------------
# Two coders


def _kappa(units: _Units, name: str) -> tuple[Symbol, Symbol]:
    derivation, coded = units.derivation, units.coded
    q = len(coded.categories)
    both = (coded.codes[:, :2] >= 0).all(axis=1)
    first, second = coded.codes[both, 0], coded.codes[both, 1]
    table = np.bincount(first * q + second, minlength=q * q).reshape(q, q)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    shown = min(q, _WIDE)
    derivation.grid(
        Words(
            f"行：{coded.coders[0]}，列：{coded.coders[1]}", f"Rows: “{coded.coders[0]}”, columns: “{coded.coders[1]}”"
        ),
        (same(""), *(same(category) for category in coded.categories[:shown]), Words("合计", "sum")),
        [(str(coded.categories[i]), *table[i, :shown].tolist(), int(rows[i])) for i in range(min(q, _SHOWN))],
        q,
    )
    derivation.given(N, int(table.sum()), Words("两人都编码的单元数", "units that both coded"))
    weights = _weights(q, name)
    o, r, c, w = (Symbol(letter, "ij") for letter in "nrcw")
    i, j = np.nonzero(table)
    cells: dict[Symbol, Any] = {o: table[i, j], w: [weights[a][b] for a, b in zip(i, j, strict=True)]}
    used = np.array([[weights[a][b] != 0 for b in range(q)] for a in range(q)])
    plain = name == "cohen"
    if plain:
        k = Symbol("n", "kk")
        a, b = Symbol("r", "k"), Symbol("c", "k")
        observed: Formula = Total("k", k, {k: np.diagonal(table)}) / N
        chance: Formula = Total("k", a * b, {a: rows, b: columns}) / N**2
    else:
        observed = Total("i,j", w * o, {w: cells[w], o: cells[o]}) / N
        i, j = np.nonzero(used)
        margins = {r: rows[i], c: columns[j], w: [weights[a][b] for a, b in zip(i, j, strict=True)]}
        chance = Total("i,j", w * r * c, margins) / N**2
        derivation.note(
            "权重 w 随两个类别在次序上的距离而减小：相同为 1，两端为 0。",
            "The weight w falls with the distance of two categories in their order: 1 if equal, 0 from end to end.",
        )
    derivation.step(Words("观察到的一致", "observed agreement"), PO, observed)
    derivation.step(
        Words("偶然的一致：由各人的用法（行、列合计）算出", "agreement by chance: from the margins of each coder"),
        PE,
        chance,
    )
    kappa = _value_step(derivation, "kappa")
    level = _levels(weights, rows, columns)
    i, j = np.nonzero(table)
    bar = Symbol("L", "ij")
    spread = Total(
        "i,j",
        o / N * (w - bar * (1 - kappa)) ** 2,
        {
            o: table[i, j],
            w: [weights[a][b] for a, b in zip(i, j, strict=True)],
            bar: [level[a][b] for a, b in zip(i, j, strict=True)],
        },
    )
    inner: Formula = largest(spread - (kappa - PE * (1 - kappa)) ** 2, 0)
    se = derivation.step(
        Words("标准误", "standard error"),
        Symbol("se"),
        _NAN if derivation[PE] == 1 else root(inner) / (root(N) * (1 - PE)),
        column="se",
        slack=_SLACK,
        remark=Words(
            "L_ij 为第 i 行与第 j 列的平均权重之和（按对方的用法加权）。",
            "L_ij is the sum of the mean weights of row i and column j (over the margins of the other coder).",
        ),
    )
    return kappa, se


def _weights(q: int, name: str) -> list[list[Decimal]]:
    """Return how much each pair of categories agrees."""
    power = {"cohen_linear": 1, "cohen_quadratic": 2}.get(name)
    if power is None or q < 2:
        return [[Decimal(int(a == b)) for b in range(q)] for a in range(q)]
    return [[_exact(1 - Fraction(abs(a - b), q - 1) ** power) for b in range(q)] for a in range(q)]


def _levels(weights: list[list[Decimal]], rows: Any, columns: Any) -> list[list[Decimal]]:
    n = Decimal(int(rows.sum()))
    q = len(weights)

    def mean(parts: list[Decimal], counts: Any) -> Decimal:
        total = Decimal(0)
        for part, number in zip(parts, counts.tolist(), strict=True):
            total = ARITHMETIC.add(total, ARITHMETIC.multiply(part, Decimal(number)))
        return ARITHMETIC.divide(total, n)

    of_rows = [mean(weights[a], columns) for a in range(q)]
    of_columns = [mean([weights[a][b] for a in range(q)], rows) for b in range(q)]
    return [[ARITHMETIC.add(of_rows[a], of_columns[b]) for b in range(q)] for a in range(q)]


# ---------------------------------------------------------------------------------------------------------------
# Any number of coders


def _unit_grid(units: _Units) -> None:
    q = len(units.coded.categories)
    units.derivation.grid(
        Words("每个单元得到各类别的次数", "How often each unit got each category"),
        (Words("单元", "unit"), *(same(category) for category in units.coded.categories[: min(q, _WIDE)])),
        [(units.names[i], *units.counts[i, :_WIDE].tolist()) for i in range(min(len(units.names), _SHOWN))],
        len(units.names),
    )


def _many(units: _Units, name: str) -> tuple[Symbol, Symbol]:
    derivation = units.derivation
    _unit_grid(units)
    derivation.given(N, len(units.names), Words("有两个以上编码的单元数", "units with two values or more"))
    e, m = Symbol("e", "u"), Symbol("m", "u")
    equal = (units.counts * (units.counts - 1)).sum(axis=1)
    by_unit: dict[Symbol, Any] = {e: equal, m: units.sizes}
    observed = derivation.step(
        Words("观察到的一致：各单元中相同的编码对所占份额的平均", "observed: mean share of equal pairs of values"),
        PO,
        Total("u", e / (m * (m - 1)), by_unit) / N,
        column="value" if name == "percent" else None,
        remark=Words(
            "m_u 为单元 u 的编码数，e_u 为其中相同的（有序）编码对数。",
            "m_u is the number of values of unit u, e_u the number of (ordered) pairs of them that are equal.",
        ),
    )
    if name == "percent":
        spread = Total("u", (e / (m * (m - 1)) - observed) ** 2, by_unit)
        se = derivation.step(
            Words("标准误", "standard error"), Symbol("se"), root(spread / (N * (N - 1))), column="se", slack=_SLACK
        )
        return observed, se
    shares = _shares(units)
    pi = Symbol("pi", "k")
    q = len(units.coded.categories)
    body: Formula = pi**2
    if name == "gwet":
        quantity = derivation.given(Symbol("q"), q, Words("类别数", "categories"))
        body = pi * (1 - pi) / (quantity - 1)
    derivation.step(
        Words("偶然的一致：由各类别的平均份额算出", "agreement by chance: from the mean shares of the categories"),
        PE,
        Total("k", body, {pi: [_exact(share) for share in shares]}) if q > 1 or name != "gwet" else _NAN,
    )
    value = _value_step(derivation, "AC" if name == "gwet" else "pi" if name == "scott" else "kappa")
    slope = [(1 - 2 * share) / (q - 1) if name == "gwet" else 2 * share for share in shares] if q > 1 else [Fraction(0)]
    pull = [
        sum(
            (Fraction(int(n), int(size)) - share) * steep
            for n, share, steep in zip(row.tolist(), shares, slope, strict=True)
        )
        for row, size in zip(units.counts, units.sizes, strict=True)
    ]
    y = Symbol("y", "u")
    moved = Total(
        "u",
        (e / (m * (m - 1)) - observed - (1 - value) * y) ** 2,
        by_unit | {y: [_exact(Fraction(one)) for one in pull]},
    )
    se = derivation.step(
        Words("标准误（德尔塔法，单元作为样本）", "standard error (delta method, units as the sample)"),
        Symbol("se"),
        root(moved / (N * (N - 1))) / (1 - PE),
        column="se",
        slack=_SLACK,
        remark=Words(
            "y_u 为单元 u 使偶然的一致改变多少：各类别的份额与平均份额之差乘以偶然一致的斜率，再求和。",
            "y_u says how much unit u moves the agreement by chance: its shares less the mean shares, times the slope "
            "of the agreement by chance, summed over the categories.",
        ),
    )
    return value, se


def _shares(units: _Units) -> list[Fraction]:
    """Work out the mean share of each category."""
    n = len(units.names)
    shares = [
        sum((Fraction(int(k), int(m)) for k, m in zip(column, units.sizes, strict=True)), Fraction(0)) / n
        for column in units.counts.T
    ]
    derivation = units.derivation
    derivation.grid(
        Words("各类别的平均份额 π", "Mean share π of each category"),
        (Words("类别", "category"), same("π")),
        [(str(label), _exact(share)) for label, share in zip(units.coded.categories, shares, strict=True)][:_SHOWN],
        len(shares),
    )
    if len(shares) <= _FEW:
        k, m = Symbol("n", "uk"), Symbol("m", "u")
        for place, label in enumerate(units.coded.categories):
            derivation.step(
                Words(f"“{label}”的平均份额", f"mean share of “{label}”"),
                Symbol("pi", str(place + 1)),
                Total("u", k / m, {k: units.counts[:, place], m: units.sizes}) / N,
            )
    return shares


# ---------------------------------------------------------------------------------------------------------------
# Krippendorff's alpha


def _alpha(units: _Units, level: str) -> Symbol:
    derivation, coded = units.derivation, units.coded
    totals = units.counts.sum(axis=0)
    q = len(totals)
    together = _coincidences(units)
    shown = min(q, _WIDE)
    derivation.grid(
        Words("重合矩阵 o：同一单元中成对的编码", "Coincidences o: pairs of values of one unit"),
        (same(""), *(same(category) for category in coded.categories[:shown]), same("n_c")),
        [
            (str(coded.categories[c]), *(_exact(together[c][k]) for k in range(shown)), int(totals[c]))
            for c in range(min(q, _SHOWN))
        ],
        q,
    )
    n = derivation.given(N, int(totals.sum()), Words("可配对的编码数", "pairable values"))
    derivation.note(
        "重合矩阵：单元中每一有序编码对计 1 ÷（m − 1），m 为该单元的编码数。",
        "Coincidences: each ordered pair of values of a unit counts 1 ÷ (m − 1), m being its number of values.",
    )
    apart = _apart(coded, totals, level)
    o, a, b, delta = Symbol("o", "ck"), Symbol("n", "c"), Symbol("n", "k"), Symbol("delta", "ck", "2")
    pairs = [(c, k) for c in range(q) for k in range(q) if c != k and totals[c] and totals[k]]
    met = [(c, k) for c, k in pairs if together[c][k]]
    seen: dict[Symbol, Any] = {o: [_exact(together[c][k]) for c, k in met]}
    chance: dict[Symbol, Any] = {a: [int(totals[c]) for c, _ in pairs], b: [int(totals[k]) for _, k in pairs]}
    body: Formula = o
    by_chance: Formula = a * b
    if level != "nominal":
        seen[delta] = [apart[c][k] for c, k in met]
        chance[delta] = [apart[c][k] for c, k in pairs]
        body, by_chance = o * delta, a * b * delta
    do = derivation.step(
        Words("观察到的不一致", "observed disagreement"),
        Symbol("D", "o"),
        Total("c", body, seen, condition=_UNEQUAL) / n,
        remark=_DIFFERENCE[level],
    )
    de = derivation.step(
        Words("偶然的不一致：不分单元的全部编码对", "disagreement by chance: all pairs, whatever their units"),
        Symbol("D", "e"),
        Total("c", by_chance, chance, condition=_UNEQUAL) / (n * (n - 1)),
    )
    value: Formula = _NAN if derivation[de] == 0 else 1 - do / de
    return derivation.step(
        Words("α：1 − 观察到的不一致 ÷ 偶然的不一致", "α: 1 − observed ÷ by chance"),
        Symbol("alpha"),
        value,
        column="value",
    )


_DIFFERENCE = {
    "nominal": Words("类别不同则相差 1。", "Different values differ by 1."),
    "ordinal": Words(
        "δ² 为两个等级之间的编码数（两端各计一半）的平方。",
        "δ² is the square of the number of values between two ranks (the two ends count half).",
    ),
    "interval": Words("δ² = (c − k)²", "δ² = (c − k)²"),
    "ratio": Words("δ² = ((c − k) ÷ (c + k))²", "δ² = ((c − k) ÷ (c + k))²"),
}


def _coincidences(units: _Units) -> list[list[Fraction]]:
    q = units.counts.shape[1]
    found = [[Fraction(0)] * q for _ in range(q)]
    for size in np.unique(units.sizes).tolist():
        part = units.counts[units.sizes == size]
        pairs = part.T @ part - np.diag(part.sum(axis=0))
        for c, k in zip(*np.nonzero(pairs), strict=True):
            found[c][k] += Fraction(int(pairs[c, k]), size - 1)
    return found


def _apart(coded: Codings, totals: NDArray[np.int64], level: str) -> list[list[Decimal]]:
    """Return the squared difference of each pair of categories."""
    q = len(totals)
    places: list[Fraction] = [Fraction(int(twice), 2) for twice in 2 * np.cumsum(totals) - totals]
    if level in ("interval", "ratio"):
        places = [Fraction(float(number)) for number in coded.numbers]

    def squared(c: int, k: int) -> Decimal:
        away = places[c] - places[k]
        if level == "ratio":
            away = away / (places[c] + places[k]) if places[c] + places[k] else Fraction(0)
        return _exact(away**2)

    if level == "nominal":
        return []
    return [[squared(c, k) for k in range(q)] for c in range(q)]
