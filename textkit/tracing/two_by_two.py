"""Steps that every two-by-two table shares: expected counts, tests, and the ratio of two rates."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from scipy.special import ndtri

from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import (
    Absolute,
    Choose,
    Counted,
    Formula,
    Literal,
    Relation,
    Symbol,
    Tail,
    Total,
    largest,
    log,
    log_share,
    root,
    sgn,
)
from textkit.tracing.wording import Words, same
from textkit.tracing.worked import ARITHMETIC, worked

P = Symbol("p")
EXPECTED = tuple(Symbol("E", place) for place in ("11", "12", "21", "22"))
DUNNING = (
    "Dunning, T. (1993). Accurate methods for the statistics of surprise and coincidence. "
    "Computational Linguistics 19(1), 61–74."
)
RAYSON = (
    "Rayson, P., & Garside, R. (2000). Comparing corpora using frequency profiling. Workshop on Comparing Corpora, 1–6."
)
PEARSON = "Pearson, K. (1900). On the criterion that a given system of deviations … Philosophical Magazine 50, 157–175."
YATES = (
    "Yates, F. (1934). Contingency tables involving small numbers and the χ² test. "
    "Supplement to the Journal of the Royal Statistical Society 1(2), 217–235."
)
FISHER = (
    "Fisher, R. A. (1935). The logic of inductive inference. Journal of the Royal Statistical Society 98(1), 39–82."
)
HALDANE = (
    "Haldane, J. B. S. (1956). The estimation and significance of the logarithm of a ratio of frequencies. "
    "Annals of Human Genetics 20(4), 309–311."
)
JACCARD = (
    "Jaccard, P. (1901). Étude comparative de la distribution florale dans une portion des Alpes et du Jura. "
    "Bulletin de la Société Vaudoise des Sciences Naturelles 37, 547–579."
)
DICE = "Dice, L. R. (1945). Measures of the amount of ecologic association between species. Ecology 26(3), 297–302."
HARDIE = "Hardie, A. (2014). Log Ratio: an informal introduction. ESRC Centre CASS, Lancaster University."
KATZ = (
    "Katz, D., Baptista, J., Azen, S. P., & Pike, M. C. (1978). Obtaining confidence intervals for the risk ratio "
    "in cohort studies. Biometrics 34(3), 469–474."
)


class Cells(NamedTuple):
    """A two-by-two table in symbols: its cells, the sums of its rows and columns, and their total."""

    observed: tuple[Formula, Formula, Formula, Formula]
    rows: tuple[Formula, Formula]
    columns: tuple[Formula, Formula]
    n: Formula


class Labels(NamedTuple):
    """What the rows and columns of the table are called."""

    rows: tuple[Words, Words]
    columns: tuple[Words, Words]


SUM = Words("合计", "sum")


def observed_grid(derivation: Derivation, cells: Cells, labels: Labels, caption: Words) -> None:
    """Show the counts with the sums of rows and columns."""
    _grid(derivation, [worked(cell, derivation.values) for cell in cells.observed], labels, caption)


def expected_steps(derivation: Derivation, cells: Cells, labels: Labels, which: Sequence[int] = (0, 1, 2, 3)) -> None:
    """Work out what each cell would hold if rows and columns had nothing to do with each other."""
    for place in which:
        row, column = divmod(place, 2)
        cell = (
            f"{labels.rows[row].zh}、{labels.columns[column].zh}",
            f"{labels.rows[row].en}, {labels.columns[column].en}",
        )
        derivation.step(
            Words(
                f"期望频数（{cell[0]}）：行合计 × 列合计 ÷ 总数", f"expected count ({cell[1]}): row × column ÷ total"
            ),
            EXPECTED[place],
            cells.rows[row] * cells.columns[column] / cells.n,
        )
    if len(which) == 4:
        caption = Words("期望频数（假如行与列无关）", "Expected counts (if rows and columns were independent)")
        _grid(derivation, [derivation[symbol] for symbol in EXPECTED], labels, caption)


def _grid(derivation: Derivation, cells: Sequence[Decimal], labels: Labels, caption: Words) -> None:
    o11, o12, o21, o22 = cells
    rows = [
        (labels.rows[0], o11, o12, o11 + o12),
        (labels.rows[1], o21, o22, o21 + o22),
        (SUM, o11 + o21, o12 + o22, o11 + o12 + o21 + o22),
    ]
    derivation.grid(caption, (same(""), *labels.columns, SUM), rows)


def g2_step(derivation: Derivation, cells: Cells, which: Sequence[int] = (0, 1, 2, 3)) -> Symbol:
    """Work out the log-likelihood ratio over some of the cells."""
    total: Formula | None = None
    for place in which:
        part = log_share(cells.observed[place], cells.observed[place] / EXPECTED[place])
        total = part if total is None else total + part
    assert total is not None
    if any(worked(cells.observed[place], derivation.values) == 0 for place in which):
        derivation.note(
            "观察频数为 0 的格子不起作用：0·ln 0 按 0 计。",
            "A cell with an observed count of 0 adds nothing: 0·ln 0 counts as 0.",
        )
    name = Words(
        "对数似然比 G²：两倍的“观察频数 × ln(观察频数 ÷ 期望频数)”之和",
        "log-likelihood ratio G²: twice the sum of observed × ln(observed ÷ expected)",
    )
    return derivation.step(name, Symbol("G", above="2"), 2 * total)


def chi2_step(derivation: Derivation, cells: Cells, *, yates: bool = False) -> Symbol:
    """Work out Pearson's chi-squared, perhaps with Yates' correction."""
    total: Formula | None = None
    for cell, expected in zip(cells.observed, EXPECTED, strict=True):
        away: Formula = cell - expected
        if yates:
            away = largest(Absolute(away) - 0.5, 0)
        empty = derivation[expected] == 0
        part: Formula = Literal(Decimal(0)) if empty else away**2 / expected
        total = part if total is None else total + part
    assert total is not None
    name = Words("χ²：“（观察 − 期望）² ÷ 期望”之和", "χ²: the sum of (observed − expected)² ÷ expected")
    if yates:
        name = Words(
            "带耶茨（Yates）连续性校正的 χ²：每个差先减 0.5，但不小于 0",
            "χ² with Yates' correction: 0.5 is taken from each difference, down to 0",
        )
    return derivation.step(name, Symbol("chi", above="2"), total)


def chi2_p_step(derivation: Derivation, statistic: Formula, *, column: str | None = "p_value") -> Symbol:
    """Work out the upper tail of chi-squared with one degree of freedom."""
    name = Words(
        "p 值：自由度为 1 的 χ² 分布的上尾概率", "p-value: upper tail of the χ² distribution with one degree of freedom"
    )
    return derivation.step(name, P, Tail("chi2", statistic), column=column)


def direction_step(derivation: Derivation, first: Formula, second: Formula) -> Symbol:
    """Work out on which side the rate is higher."""
    name = Words("方向：目标中比率较高为 1，较低为 −1", "direction: 1 if the rate is higher in the target, −1 if lower")
    return derivation.step(name, Symbol("s"), sgn(first - second))


def quantile(derivation: Derivation, confidence: float) -> Symbol:
    """Enter the quantile of the normal distribution for an interval."""
    place = 0.5 + confidence / 2
    return derivation.given(
        Symbol("z", f"{place:g}"),
        float(ndtri(place)),
        Words(
            f"标准正态分布的 {100 * place:g}% 分位数（置信度 {100 * confidence:g}%）",
            f"the {100 * place:g} % point of the normal distribution (confidence {100 * confidence:g} %)",
        ),
    )


def log_ratio_steps(
    derivation: Derivation,
    counts: tuple[Symbol, Symbol],
    sizes: tuple[Symbol, Symbol],
    confidence: float,
    *,
    interval: bool,
    column: str | None = "effect",
) -> Symbol:
    """Work out log2 of the ratio of two rates, and Katz' interval."""
    used: list[Formula] = []
    for symbol in counts:
        if derivation[symbol] == 0:
            name = Words("次数为 0 时无法取对数，换成 0.5", "a count of 0 has no logarithm and is replaced by 0.5")
            used.append(derivation.step(name, Symbol(symbol.letter, above="'"), Literal(Decimal("0.5"))))
            derivation.note(
                "次数为 0 的一边换成了 0.5（flag 列中的 zero_adjusted）：这里的比率之比只是大概的下限。",
                "A count of 0 was replaced by 0.5 (flag zero_adjusted): the ratio is a rough lower bound.",
            )
        else:
            used.append(symbol)
    (a, b), (c, d) = used, sizes
    ratio = derivation.step(
        Words(
            "效应量：两个比率之比的以 2 为底的对数（1 表示比率高一倍）",
            "effect size: log ratio, log2 of the ratio of the two rates (1 is twice the rate)",
        ),
        Symbol("LR"),
        log((a / c) / (b / d), 2),
        column=column,
    )
    derivation.cite(HARDIE)
    if interval:
        z = quantile(derivation, confidence)
        se = derivation.step(
            Words("它的标准误（Katz）", "its standard error (Katz)"),
            Symbol("se"),
            root(largest(1 / a - 1 / c + 1 / b - 1 / d, 0)) / log(2),
        )
        derivation.step(
            Words("区间下限", "lower end of the interval"), Symbol("LR", "low"), ratio - z * se, column="ci_low"
        )
        derivation.step(
            Words("区间上限", "upper end of the interval"), Symbol("LR", "high"), ratio + z * se, column="ci_high"
        )
        derivation.cite(KATZ)
    return ratio


# ---------------------------------------------------------------------------------------------------------------
# Fisher's exact test


class Hypergeometric(NamedTuple):
    """Probabilities of the tables with the same margins, from the observed one outwards; those too small left out."""

    k: list[int]
    probability: list[Decimal]


_TINY = Decimal("1e-45")
_SLACK = Decimal("1.0000001")  # tables this little more probable than the observed one still count (R, scipy)


def fisher_steps(
    derivation: Derivation, counts: tuple[Symbol, Symbol], sizes: tuple[Symbol, Symbol], n: Symbol
) -> Symbol:
    """Work out Fisher's exact test, two-sided."""
    (a, b), (c, _) = counts, sizes
    observed = int(derivation[a])
    tables = hypergeometric(observed, int(derivation[b]), int(derivation[c]), int(derivation[n]))
    own = tables.probability[tables.k.index(observed)]
    shown = Choose(a + b, a) * Choose(n - (a + b), c - a) / Choose(n, c)
    of_observed = derivation.step(
        Words("观察到的表的概率（超几何分布，合计不变）", "probability of the observed table, margins fixed"),
        Symbol("P", "a"),
        Counted(shown, own),
    )
    counted = [(k, p) for k, p in zip(tables.k, tables.probability, strict=True) if p <= own * _SLACK]
    _table_of_tables(derivation, tables, counted)
    each = Symbol("P", "k")
    name = Words(
        "p 值：概率不大于观察表的所有表的概率之和",
        "p-value: sum over all tables no more probable than the observed one",
    )
    found = derivation.step(
        name,
        P,
        Total("k", each, {each: [p for _, p in counted]}, condition=Relation(each, "<=", of_observed)),
        column="p_value",
        remark=Words(
            f"共有 {len(counted):,} 张这样的表（概率小到不影响结果的已略去）。",
            f"There are {len(counted):,} such tables (those too improbable to matter left out).",
        ),
    )
    derivation.cite(FISHER)
    return found


def _table_of_tables(derivation: Derivation, tables: Hypergeometric, counted: list[tuple[int, Decimal]]) -> None:
    likely = sorted(zip(tables.k, tables.probability, strict=True), key=lambda row: -row[1])[:8]
    yes, no, chosen = Words("计入", "yes"), Words("不计", "no"), {k for k, _ in counted}
    derivation.grid(
        Words(
            "合计相同的表（概率最大的几张）：k 为目标中的次数",
            "The most probable tables with these margins: k in the target",
        ),
        (same("k"), same("P(k)"), Words("计入 p", "counted in p")),
        [(k, p, yes if k in chosen else no) for k, p in sorted(likely)],
        len(tables.k),
    )


def hypergeometric(a: int, b: int, c: int, n: int) -> Hypergeometric:
    """Return the probabilities of k = ... for a + b marked among n, c drawn; from ratios, without factorials.

    >>> found = hypergeometric(3, 1, 4, 8)
    >>> found.k, [round(float(p), 4) for p in found.probability]
    ([0, 1, 2, 3, 4], [0.0143, 0.2286, 0.5143, 0.2286, 0.0143])
    """
    marked = a + b
    low, high = max(0, marked + c - n), min(marked, c)

    def walk(step: int) -> list[Decimal]:
        weights, weight, k, biggest = [], Decimal(1), a, Decimal(1)
        while low <= k + step <= high:
            if step > 0:
                over, under = (marked - k) * (c - k), (k + 1) * (n - marked - c + k + 1)
            else:
                over, under = k * (n - marked - c + k), (marked - k + 1) * (c - k + 1)
            weight = ARITHMETIC.divide(ARITHMETIC.multiply(weight, Decimal(over)), Decimal(under))
            k += step
            biggest = max(biggest, weight)
            if weight < biggest * _TINY and over < under:
                break
            weights.append(weight)
        return weights

    before, behind = walk(-1)[::-1], walk(1)
    weights = [*before, Decimal(1), *behind]
    total = Decimal(0)
    for weight in weights:
        total = ARITHMETIC.add(total, weight)
    first = a - len(before)
    return Hypergeometric(
        list(range(first, first + len(weights))), [ARITHMETIC.divide(weight, total) for weight in weights]
    )
