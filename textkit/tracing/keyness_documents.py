"""Keyness with documents as the sample: text dispersion, the ratio test, Welch's test, the rank-sum test."""

from __future__ import annotations

import decimal
import math
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri, stdtrit

from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import (
    Absolute,
    Counted,
    Formula,
    Literal,
    Relation,
    Such,
    Symbol,
    Tail,
    Total,
    largest,
    log,
    root,
    sgn,
)
from textkit.tracing.sides import Side, row_numbers
from textkit.tracing.two_by_two import (
    DUNNING,
    Cells,
    Labels,
    P,
    chi2_p_step,
    direction_step,
    expected_steps,
    g2_step,
    log_ratio_steps,
    observed_grid,
)
from textkit.tracing.wording import Words
from textkit.tracing.worked import ARITHMETIC, worked

A, B, C, D, N = (Symbol(letter) for letter in "abcdN")
SCORE, F, SIZE, RATE, M = Symbol("score"), Symbol("f", "i"), Symbol("n", "i"), Symbol("r", "i"), Symbol("m")
M1, M2 = Symbol("m", "1"), Symbol("m", "2")
EGBERT = "Egbert, J., & Biber, D. (2019). Incorporating text dispersion into keyword analyses. Corpora 14(1), 77–104."
COCHRAN = "Cochran, W. G. (1977). Sampling Techniques (3rd ed.). Wiley. (Ratio estimator, chapter 6.)"
RAO = (
    "Rao, C. R. (1948). Large sample tests of statistical hypotheses concerning several parameters with applications "
    "to problems of estimation. Mathematical Proceedings of the Cambridge Philosophical Society 44(1), 50–57."
)
WELCH = (
    "Welch, B. L. (1947). The generalization of ‘Student’s’ problem when several different population variances are "
    "involved. Biometrika 34(1–2), 28–35."
)
FIELLER = "Fieller, E. C. (1954). Some problems in interval estimation. J. R. Statist. Soc. B 16(2), 175–185."
MANN = (
    "Mann, H. B., & Whitney, D. R. (1947). On a test of whether one of two random variables is stochastically larger "
    "than the other. Annals of Mathematical Statistics 18(1), 50–60."
)
CLIFF = (
    "Cliff, N. (1993). Dominance statistics: ordinal analyses to answer ordinal questions. "
    "Psychological Bulletin 114(3), 494–509."
)
_SHOWN = 12  # documents in a table


def text_dispersion(counts: Any) -> None:
    """Explain G2 on the numbers of documents that have the term."""
    derivation, record = counts.derivation, counts.record
    a, b, c, d = (Symbol(letter, "doc") for letter in "abcd")
    all_docs = Symbol("N", "doc")
    sides = (counts.target, counts.reference)
    totals = [side.n_docs or _listed(counts, name) for side, name in zip(sides, ("target", "reference"), strict=True)]
    for symbol, value, side in zip((a, b), (record["range_target"], record["range_reference"]), sides, strict=True):
        derivation.given(
            symbol,
            int(value),
            Words(
                f"{side.label.zh}中有“{counts.term}”的文档数", f"documents of the {side.label.en} that have the term"
            ),
        )
    for symbol, value, side in zip((c, d), totals, sides, strict=True):
        derivation.given(
            symbol, value, Words(f"{side.label.zh}的文档数", f"documents of the {side.label.en} (with tokens)")
        )
    derivation.step(Words("文档总数", "all documents"), all_docs, c + d)
    cells = Cells((a, b, c - a, d - b), (a + b, all_docs - (a + b)), (c, d), all_docs)
    labels = Labels(
        (Words("有此词的文档", "documents with it"), Words("无此词的文档", "without it")),
        (counts.target.label, counts.reference.label),
    )
    observed_grid(derivation, cells, labels, Words("观察到的文档数", "Observed numbers of documents"))
    expected_steps(derivation, cells, labels)
    statistic = g2_step(derivation, cells)
    s = direction_step(derivation, a / c, b / d)
    derivation.step(
        Words("得分：带方向的统计量", "score: the statistic with its direction"), SCORE, s * statistic, column="score"
    )
    chi2_p_step(derivation, statistic)
    log_ratio_steps(derivation, (a, b), (c, d), counts.confidence, interval=counts.interval)
    derivation.cite(EGBERT, DUNNING)
    derivation.note(
        "这里数的是文档，不是词：一个词在一篇文档里出现一次或一百次都算一篇。",
        "Documents are counted, not tokens: one occurrence in a document counts as much as a hundred.",
    )


def _listed(counts: Any, name: str) -> int:
    rows = counts.case.settings[f"{name}_rows"]
    if rows is None or counts.case.settings.get("unit", "document") != "document":
        raise counts.case.sources.missing(counts.case.sources.main)
    return len(row_numbers(rows))


def robust(counts: Any) -> None:
    """Explain the ratio test with documents as clusters, and its interval."""
    derivation = counts.derivation
    _documents(counts)
    m = derivation.step(Words("文档数（两边合计）", "documents of both sides"), M, M1 + M2)
    rate = derivation.step(
        Words("假如两边没有差别，共同的比率", "the common rate, if the sides did not differ"),
        Symbol("r"),
        (A + B) / (C + D),
    )
    lengths = np.concatenate([counts.target.lengths, counts.reference.lengths])
    found = np.concatenate([counts.target.counts, counts.reference.counts])
    squares = derivation.step(
        Words("各文档偏离这个比率多少：残差平方和", "how far the documents lie from it: sum of squared residuals"),
        Symbol("Q"),
        Total("i", (F - rate * SIZE) ** 2, {F: found, SIZE: lengths}),
        remark=Words(f"共 {len(found):,} 篇文档，i 为文档", f"over {len(found):,} documents i"),
    )
    spread = derivation.step(
        Words(
            "方差：文档之间的差异，但不小于把词当作独立抽样时的方差 a + b",
            "variance: how much documents differ, but no less than that of independent tokens, a + b",
        ),
        Symbol("V"),
        largest(m / (m - 1) * squares, A + B),
    )
    z = derivation.step(Words("检验统计量", "test statistic"), Symbol("z"), (A * D - B * C) / root(spread * C * D))
    derivation.step(
        Words("p 值：自由度为 m − 2 的 t 分布，双侧", "p-value: Student's t with m − 2 degrees of freedom, two-sided"),
        P,
        Tail("student", z, m - 2),
        column="p_value",
    )
    derivation.step(
        Words(
            "效应量：两个比率之比（各加 1/N，相当于两边分摊一次出现），以 2 为底的对数",
            "effect size: log2 of the ratio of the rates, each plus 1/N (one occurrence shared out)",
        ),
        Symbol("LR"),
        log(A / C + 1 / N, 2) - log(B / D + 1 / N, 2),
        column="effect",
    )
    low, high = _robust_interval(counts)
    nearer = low if derivation[low] > 0 else high if derivation[high] < 0 else None
    derivation.step(
        Words("得分：保守的效应量", "score: the conservative effect"),
        SCORE,
        Literal(Decimal(0)) if nearer is None else nearer,
        column="score",
        remark=Words("区间包含 0：得分为 0", "the interval holds 0: the score is 0")
        if nearer is None
        else Words("检验区间离 0 较近的一端", "the end of the test's interval that is nearer to 0"),
    )
    derivation.cite(COCHRAN, RAO)
    derivation.note(
        "抽样单位是文档：同一篇文档里的词不独立。因此这个 p 值比以词为单位的 p 值可信。",
        "The sample is of documents, since tokens of one document are not independent. Hence this p-value may be "
        "believed more than one per token.",
    )


def _robust_interval(counts: Any) -> tuple[Symbol, Symbol]:
    """Solve for the ratios at which the test only just rejects, and put them into the formula of the test."""
    derivation = counts.derivation
    df = int(derivation[M]) - 2
    place = 0.5 + counts.confidence / 2
    t = derivation.given(
        Symbol("t", f"{place:g}"),
        float(stdtrit(df, place)),
        Words(
            f"自由度 {df} 的 t 分布的 {100 * place:g}% 分位数",
            f"{100 * place:g} % point of Student's t, {df} degrees of freedom",
        ),
    )
    sums = _Sums.of(counts)
    own = []
    for end, zh, en in (("low", "下", "lower"), ("high", "上", "upper")):
        wanted = t if end == "low" else -t
        limit = derivation[t] if end == "low" else -derivation[t]
        ratio = sums.ratio_where(limit, derivation)
        rho, z = Symbol("rho", end), Symbol("z", end)
        derivation.step(
            Words(
                f"区间{zh}限：检验刚好不拒绝的那个比率之比 ρ",
                f"{en} end: the ratio of rates ρ that the test only just does not reject",
            ),
            rho,
            Counted(Such(Symbol("rho"), Relation(z, "=", wanted)), ratio),
            remark=Words(
                "把 ρ 代入检验（目标的比率是参照的 ρ 倍），用二分法求解；没有这样的 ρ 时该端无限。",
                "Solved by halving: the test with a rate in the target that is ρ times that in the reference; where "
                "there is no such ρ the end is infinite.",
            ),
        )
        if 0 < ratio < Decimal("Infinity"):
            _check_of_end(counts, rho, z)
        derivation.step(
            Words(f"区间{zh}限，以 2 为底的对数", f"{en} end, log2"),
            Symbol("LR", end),
            log(rho, 2),
            column=f"ci_{end}" if counts.interval else None,
        )
        own.append(Symbol("LR", end))
    return own[0], own[1]


def _check_of_end(counts: Any, rho: Symbol, z: Symbol) -> None:
    derivation = counts.derivation
    in_reference = worked((A + B) / (rho * C + D), derivation.values)
    in_target = ARITHMETIC.multiply(in_reference, derivation[rho])
    rates = [in_target] * counts.target.n_docs + [in_reference] * counts.reference.n_docs
    own_rate = Symbol("r", "i")
    columns = {
        F: [*counts.target.counts, *counts.reference.counts],
        own_rate: rates,
        SIZE: [*counts.target.lengths, *counts.reference.lengths],
    }
    squares = Total("i", (F - own_rate * SIZE) ** 2, columns)
    derivation.step(
        Words("验算：把这个 ρ 代入检验统计量", "check: this ρ put into the test statistic"),
        z,
        (A * D - B * rho * C) / root(largest(M / (M - 1) * squares, A + B) * rho * C * D),
        remark=Words(
            "其中参照的比率 rᵢ = (a + b) / (ρ·c + d)，目标的 rᵢ 是它的 ρ 倍。",
            "Where rᵢ = (a + b) / (ρ·c + d) in the reference and ρ times that in the target.",
        ),
    )


class _Sums(NamedTuple):
    """Sums over the documents of each side that give the residuals for any ratio at once."""

    squares: tuple[Decimal, Decimal]
    products: tuple[Decimal, Decimal]
    sizes: tuple[Decimal, Decimal]

    @classmethod
    def of(cls, counts: Any) -> _Sums:
        sides = counts.target, counts.reference
        return cls(
            (_add(sides[0].counts, sides[0].counts), _add(sides[1].counts, sides[1].counts)),
            (_add(sides[0].counts, sides[0].lengths), _add(sides[1].counts, sides[1].lengths)),
            (_add(sides[0].lengths, sides[0].lengths), _add(sides[1].lengths, sides[1].lengths)),
        )

    def ratio_where(self, wanted: Decimal, derivation: Derivation) -> Decimal:
        """Return the ratio of rates at which the test statistic has a value; 0 or infinite where there is none."""
        centre = worked(log((A + 0.5) / C) - log((B + 0.5) / D), derivation.values)
        low, high = centre - 40, centre + 40  # the table looks no farther
        for _ in range(60):
            middle = (low + high) / 2
            above = self._z(ARITHMETIC.exp(middle), derivation) > wanted
            low, high = (middle, high) if above else (low, middle)
        if abs(low - centre) > 39:
            return Decimal("Infinity") if low > centre else Decimal(0)
        return ARITHMETIC.exp((low + high) / 2)

    def _z(self, ratio: Decimal, derivation: Derivation) -> Decimal:
        a, b, c, d, m = (derivation[symbol] for symbol in (A, B, C, D, M))
        with decimal.localcontext(ARITHMETIC):
            rate = (a + b) / (ratio * c + d)
            square = Decimal(0)
            for side, p in enumerate((ratio * rate, rate)):
                square += self.squares[side] - 2 * p * self.products[side] + p * p * self.sizes[side]
            return (a * d - b * ratio * c) / (max(m / (m - 1) * square, a + b) * ratio * c * d).sqrt()


def _add(left: Any, right: Any) -> Decimal:
    return Decimal(math.fsum((np.asarray(left) * np.asarray(right)).tolist()))


def _documents(counts: Any) -> None:
    """Show the documents with their counts, and enter their numbers."""
    derivation: Derivation = counts.derivation
    rows: list[tuple[object, ...]] = []
    total = 0
    for symbol, side, zh, en in ((M1, counts.target, "目标", "target"), (M2, counts.reference, "参照", "reference")):
        if side.names is None:
            raise counts.case.sources.missing(counts.case.sources.main)
        derivation.given(symbol, side.n_docs, Words(f"{side.label.zh}的文档数", f"documents of the {side.label.en}"))
        rows += _rows(side, Words(zh, en))
        total += side.n_docs
    derivation.grid(
        Words("逐篇文档的次数（次数多的在前）", "Counts document by document (the largest first)"),
        (
            Words("组", "group"),
            Words("文档", "document"),
            Words("次数 fᵢ", "count fᵢ"),
            Words("总词数 nᵢ", "tokens nᵢ"),
            Words("每百万词", "per million"),
        ),
        rows,
        total,
    )


def _rows(side: Side, group: Words) -> list[tuple[object, ...]]:
    assert side.names is not None and side.counts is not None and side.lengths is not None
    order = np.argsort(-side.counts, kind="stable")[: _SHOWN // 2]
    return [
        (group, side.names[i], int(side.counts[i]), int(side.lengths[i]), 1e6 * side.counts[i] / side.lengths[i])
        for i in order.tolist()
    ]


def welch(counts: Any) -> None:
    """Explain Welch's test on the rates of the documents, and Fieller's interval."""
    derivation = counts.derivation
    _documents(counts)
    means, errors = [], []
    for place, side, m, zh, en in (
        ("1", counts.target, M1, "目标", "target"),
        ("2", counts.reference, M2, "参照", "reference"),
    ):
        rates = side.counts / side.lengths
        mean = derivation.step(
            Words(f"{zh}各文档比率 rᵢ = fᵢ / nᵢ 的均值", f"mean of the rates rᵢ = fᵢ / nᵢ in the {en}"),
            Symbol("mu", place),
            1 / m * Total("i", RATE, {RATE: rates}),
        )
        variance = derivation.step(
            Words(f"{zh}的样本方差", f"sample variance in the {en}"),
            Symbol("s", place, "2"),
            1 / (m - 1) * Total("i", (RATE - mean) ** 2, {RATE: rates}),
        )
        means.append(mean)
        errors.append(
            derivation.step(
                Words(f"{zh}均值的方差", f"variance of that mean in the {en}"), Symbol("v", place), variance / m
            )
        )
    (x, y), (v, w) = means, errors
    t = derivation.step(Words("得分：韦尔奇 t", "score: Welch's t"), SCORE, (x - y) / root(v + w), column="score")
    df = derivation.step(
        Words("自由度（Welch–Satterthwaite）", "degrees of freedom (Welch–Satterthwaite)"),
        Symbol("df"),
        (v + w) ** 2 / (v**2 / (M1 - 1) + w**2 / (M2 - 1)),
    )
    derivation.step(Words("p 值（双侧）", "p-value, two-sided"), P, Tail("student", t, df), column="p_value")
    derivation.step(
        Words(
            "效应量：两个平均比率之比（各加 1/N）的以 2 为底的对数",
            "effect size: log2 of the ratio of the mean rates, each plus 1/N",
        ),
        Symbol("LR"),
        log(x + 1 / N, 2) - log(y + 1 / N, 2),
        column="effect",
    )
    if counts.interval:
        _fieller(counts, (x, y), (v, w), df)
    derivation.cite(WELCH)
    derivation.note(
        "每篇文档同等看待，不论长短；抽样单位是文档。",
        "Every document counts alike, long or short; documents are the sample.",
    )


def _fieller(counts: Any, means: tuple[Symbol, Symbol], errors: tuple[Symbol, Symbol], df: Symbol) -> None:
    derivation = counts.derivation
    (x, y), (v, w) = means, errors
    place = 0.5 + counts.confidence / 2
    degrees = float(derivation[df])
    quantile = float(stdtrit(degrees, place)) if not math.isnan(degrees) else math.nan
    t = derivation.given(
        Symbol("t", f"{place:g}"),
        quantile,
        Words(f"t 分布的 {100 * place:g}% 分位数", f"{100 * place:g} % point of Student's t"),
    )
    nothing = Literal(Decimal("NaN"))
    known = math.isfinite(quantile) and derivation[x] > 0 and derivation[y] > 0
    spread = derivation.step(
        Words("菲勒（Fieller）区间的中间量", "Fieller's interval: a quantity on the way"),
        Symbol("S"),
        root(largest(t**2 * (x**2 * w + y**2 * v - t**2 * v * w), 0)),
    )
    ends: list[tuple[str, str, str, Formula]] = []
    lower = (
        log((x**2 - t**2 * v) / (x * y + spread), 2)
        if derivation[x] ** 2 > derivation[t] ** 2 * derivation[v]
        else None
    )
    upper = (
        log((x * y + spread) / (y**2 - t**2 * w), 2)
        if derivation[y] ** 2 > derivation[t] ** 2 * derivation[w]
        else None
    )
    ends.append(("low", "下限", "lower end", nothing if not known else lower or -Literal(Decimal("Infinity"))))
    ends.append(("high", "上限", "upper end", nothing if not known else upper or Literal(Decimal("Infinity"))))
    for end, zh, en, formula in ends:
        derivation.step(Words(f"区间{zh}", f"{en} of the interval"), Symbol("LR", end), formula, column=f"ci_{end}")
    derivation.cite(FIELLER)


def rank_sum(counts: Any) -> None:
    """Explain the rank-sum test on the rates of the documents, Cliff's delta and its interval."""
    derivation = counts.derivation
    _documents(counts)
    first, second = (side.counts / side.lengths for side in (counts.target, counts.reference))
    both = np.concatenate([first, second])
    _, inverse, sizes = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[inverse][: len(first)]
    rank, tie = Symbol("R", "i"), Symbol("t", "j")
    total = derivation.step(
        Words(
            "目标各文档的名次之和（两边的比率 fᵢ / nᵢ 一起从小到大排，相同的取平均名次）",
            "sum of the ranks of the target's documents (rates fᵢ / nᵢ of both "
            "sides sorted together, ties share their mean)",
        ),
        Symbol("R"),
        Total("i", rank, {rank: ranks}),
    )
    u = derivation.step(
        Words(
            "U 统计量：目标胜过参照的文档对数（平局算半对）",
            "U: pairs of documents in which the target's rate is higher (ties count half)",
        ),
        Symbol("U"),
        total - M1 * (M1 + 1) / 2,
    )
    m = derivation.step(Words("文档数（两边合计）", "documents of both sides"), M, M1 + M2)
    ties = derivation.step(
        Words("并列名次的校正：每组 t 篇比率相同", "correction for ties: groups of t equal rates"),
        Symbol("T"),
        Total("j", tie**3 - tie, {tie: [int(size) for size in sizes if size > 1]}),
    )
    variance = derivation.step(
        Words("U 的方差", "variance of U"), Symbol("V"), M1 * M2 / 12 * (m + 1 - ties / (m * (m - 1)))
    )
    delta = derivation.step(
        Words("效应量：Cliff δ，从 −1 到 1", "effect size: Cliff's delta, from −1 to 1"),
        Symbol("delta"),
        2 * u / (M1 * M2) - 1,
        column="effect",
    )
    nothing = derivation[variance] <= 0
    z = derivation.step(
        Words("检验统计量（带连续性校正）", "test statistic, with continuity correction"),
        Symbol("z"),
        Literal(Decimal("NaN")) if nothing else largest(Absolute(u - M1 * M2 / 2) - 0.5, 0) / root(variance),
    )
    derivation.step(Words("得分：带方向的 z", "score: z with its direction"), SCORE, sgn(delta) * z, column="score")
    derivation.step(Words("p 值（双侧）", "p-value, two-sided"), P, Tail("normal", z), column="p_value")
    _cliff(counts, first, second, delta)
    derivation.cite(MANN, CLIFF)
    derivation.note(
        "稀有词在多数文档中都是 0，因此平局很多，δ 接近 0，不论比率之比多大。",
        "For rare terms most documents are tied at 0, and delta is near 0 whatever the ratio of the rates.",
    )


def _cliff(counts: Any, first: Any, second: Any, delta: Symbol) -> None:
    derivation = counts.derivation
    place = 0.5 + counts.confidence / 2
    z = derivation.given(
        Symbol("z", f"{place:g}"),
        float(ndtri(place)),
        Words(f"标准正态分布的 {100 * place:g}% 分位数", f"{100 * place:g} % point of the normal distribution"),
    )
    signs = np.sign(first[:, None] - second[None, :])
    d, single = Symbol("d", "i"), Symbol("d", "ij")
    if abs(derivation[delta]) == 1 and min(len(first), len(second)) > 1:
        least = derivation.given(
            Symbol("m", "min"), min(len(first), len(second)), Words("较小一组的文档数", "documents of the smaller side")
        )
        nearer = (least - z**2) / (least + z**2)
        up = derivation[delta] > 0
        low, high = (nearer, Literal(Decimal(1))) if up else (Literal(Decimal(-1)), -nearer)
        remark = Words(
            "一边的全部文档都高于另一边，没有方差", "all documents of one side lie above the other: no variance"
        )
    else:
        rows = derivation.step(
            Words(
                "目标每篇文档的平均胜负 dᵢ 的离差平方和（胜 1，平 0，负 −1）",
                "squared deviations of the target's documents: mean dᵢ of wins (1), ties (0) and losses (−1)",
            ),
            Symbol("S", "1"),
            Total("i", (d - delta) ** 2, {d: signs.mean(axis=1)}),
        )
        columns = derivation.step(
            Words("参照每篇文档的同样的量", "the same for the documents of the reference"),
            Symbol("S", "2"),
            Total("j", (d - delta) ** 2, {d: signs.mean(axis=0)}),
        )
        values, times = np.unique(signs, return_counts=True)
        number = Symbol("k", "ij")
        cells = derivation.step(
            Words(
                "全部文档对的离差平方和（相同的合并，k 为对数）",
                "squared deviations of all pairs (k equal ones at a time)",
            ),
            Symbol("S", "12"),
            Total("ij", number * (single - delta) ** 2, {number: times, single: values}),
        )
        raw = (M2**2 * rows + M1**2 * columns - cells) / (M1 * M2 * (M1 - 1) * (M2 - 1))
        alone = min(len(first), len(second)) < 2 or not signs.any()
        variance = derivation.step(
            Words("δ 的方差", "variance of delta"),
            Symbol("V", "delta"),
            Literal(Decimal("NaN")) if alone else largest(raw, (1 - delta**2) / (M1 * M2 - 1)),
        )
        half = z * root(variance * ((1 - delta**2) ** 2 + z**2 * variance))
        under = 1 - delta**2 + z**2 * variance
        low, high = (delta - delta**3 - half) / under, (delta - delta**3 + half) / under
        remark = None
    derivation.step(
        Words("区间下限（Cliff，不对称）", "lower end of the interval (Cliff, asymmetric)"),
        Symbol("delta", "low"),
        low,
        column="ci_low",
        remark=remark,
    )
    derivation.step(
        Words("区间上限", "upper end of the interval"), Symbol("delta", "high"), high, column="ci_high", remark=remark
    )
