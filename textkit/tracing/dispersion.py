"""Dispersion: how evenly a term is spread, from its counts in the parts of the corpus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textkit.errors import TextkitError
from textkit.matrix import DocumentTermMatrix
from textkit.measures import dispersion as layouts
from textkit.tokens import Tokens
from textkit.tracing.case import Case, Explained
from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import (
    Absolute,
    Formula,
    Literal,
    Symbol,
    Total,
    formula,
    largest,
    log,
    log_share,
    root,
    smallest,
)
from textkit.tracing.passages import places_of
from textkit.tracing.wording import Words, same

V, S, F, N, PARTS = Symbol("v", "i"), Symbol("s", "i"), Symbol("f"), Symbol("N"), Symbol("n")
_SHOWN = 12
SOURCES = {
    "dp": "Gries, S. T. (2008). Dispersions and adjusted frequencies in corpora. "
    "International Journal of Corpus Linguistics 13(4), 403–437.",
    "dp_norm": "Lijffijt, J., & Gries, S. T. (2012). Correction to Stefan Th. Gries’ “Dispersions and adjusted "
    "frequencies in corpora”. "
    "International Journal of Corpus Linguistics 17(1), 147–149.",
    "dp_egbert": "Egbert, J., Burch, B., & Biber, D. (2020). Lexical dispersion and corpus design. "
    "International Journal of Corpus Linguistics 25(1), 89–115.",
    "kld": "Gries, S. T. (2024). Frequency, Dispersion, Association, and Keyness: Revising and Tupleizing "
    "Corpus-Linguistic Measures. John Benjamins.",
    "juilland_d": "Juilland, A., & Chang-Rodríguez, E. (1964). Frequency Dictionary of Spanish Words. Mouton.",
    "carroll_d2": "Carroll, J. B. (1970). An alternative to Juilland’s usage coefficient for lexical frequencies, and "
    "a proposal for a standard frequency index (SFI). Computer Studies in the Humanities and Verbal Behavior "
    "3(2), 61–65.",
    "rosengren_s": "Rosengren, I. (1971). The quantitative concept of language and its relation to the structure of "
    "frequency dictionaries. Études de linguistique appliquée 1, 103–127.",
    "d_a": "Burch, B., Egbert, J., & Biber, D. (2017). Measuring and interpreting lexical dispersion in corpus "
    "linguistics. Journal of Research Design and Statistics in Linguistics and Communication Science 3(2), 189–216.",
    "arf": "Savický, P., & Hlaváčová, J. (2002). Measures of word commonness. "
    "Journal of Quantitative Linguistics 9(3), 215–231.",
}


@dataclass(frozen=True, slots=True)
class _Spread:
    """Counts and sizes of the parts that have tokens; ``places`` are those of the term in the running text."""

    case: Case
    derivation: Derivation
    term: str
    names: list[str]
    counts: NDArray[Any]
    sizes: NDArray[Any]
    places: NDArray[Any] | None

    @property
    def rows(self) -> dict[Symbol, Any]:
        """The columns that sums run over: parts with the most occurrences first."""
        order = np.argsort(-self.counts, kind="stable")
        return {V: self.counts[order], S: self.sizes[order]}

    def total(self, body: Formula, index: str = "i") -> Total:
        """Return a sum over the parts."""
        return Total(index, body, self.rows)


def explain(case: Case) -> Explained:
    """Explain a measure of a row of `textkit.dispersion`."""
    record = case.record("term")
    term = str(record["term"])
    measure = str(case.settings["measure"])
    adjusted = bool(case.settings.get("freq_adjusted"))
    column = case.chosen_column("score" if adjusted else measure, ["score", "range", *_MEASURES])
    wanted = measure if column == "score" else column
    name = _MEASURES[wanted][0] if wanted in _MEASURES else _RANGE
    derivation = Derivation(Words(f"“{term}”的分布：{name.zh}", f"Dispersion of “{term}”: {name.en}"))
    spread = _spread(case, derivation, term)
    if int(spread.counts.sum()) != int(record["count"]):
        raise TextkitError(
            f"count is {int(spread.counts.sum()):,} in the source, but {int(record['count']):,} in the table."
        )
    _given(spread)
    value = _value(spread, wanted, Symbol(*_symbol(wanted)), wanted)
    if column == "score":
        _score(spread, wanted, value, adjusted)
    _notes(spread, wanted)
    tokens = case.sources.tokens
    places = None if tokens is None else [places_of(tokens, [term], term)]
    return Explained(derivation, column, record, places)


_RANGE = Words("出现的部分数", "number of parts that have it")


def _spread(case: Case, derivation: Derivation, term: str) -> _Spread:
    parts = case.settings["parts"]
    tokens = case.sources.tokens
    if isinstance(parts, str):
        dtm = case.sources.matrix("data")
        if parts != "doc":
            if tokens is not None:  # documents without a value are no part, and not in the running text either
                tokens = tokens[np.flatnonzero(dtm._docs[parts].notna())] if parts in dtm._docs else tokens
            dtm = dtm.merge(parts)
        counts = _column(dtm, term)
        sizes, names = np.asarray(dtm.lengths), dtm.names
    else:
        words = case.sources.given.get("data")
        if not isinstance(words, Tokens):
            raise case.sources.missing("data", "slices of the running text can only be traced with the tokens")
        case.sources.matrix("data")
        bounds = np.arange(parts + 1) * len(words) // parts
        place = int(words.vocabulary.ids([term])[0])
        hits = np.flatnonzero(words.ids == place)
        counts = np.bincount(np.searchsorted(bounds, hits, side="right") - 1, minlength=parts)[:parts]
        sizes, names = np.diff(bounds), [f"{i + 1}" for i in range(parts)]
    filled = sizes > 0
    found = None
    if tokens is not None:
        place = int(tokens.vocabulary.ids([term])[0])
        found = np.flatnonzero(tokens.ids == place)
    kept = [name for name, there in zip(names, filled, strict=True) if there]
    return _Spread(case, derivation, term, kept, counts[filled], sizes[filled], found)


def _column(dtm: DocumentTermMatrix, term: str) -> NDArray[Any]:
    place = dtm.vocabulary.id(term)
    return np.asarray(dtm.matrix[:, [place]].toarray()).ravel()


def _given(spread: _Spread) -> None:
    derivation = spread.derivation
    f, n = int(spread.counts.sum()), int(spread.sizes.sum())
    derivation.given(F, f, Words(f"“{spread.term}”的总次数", f"occurrences of “{spread.term}”"))
    derivation.given(N, n, Words("总词数", "tokens in all"))
    derivation.given(PARTS, len(spread.sizes), Words("部分的个数", "parts"))
    order = np.argsort(-spread.counts, kind="stable")[:_SHOWN]
    derivation.grid(
        Words(
            "各部分：该词的次数与大小（次数多的在前）",
            "Parts: counts of the term, and sizes (the largest counts first)",
        ),
        (
            Words("部分", "part"),
            Words("次数 vᵢ", "count vᵢ"),
            Words("词数 sᵢ", "size sᵢ"),
            Words("占该词 vᵢ/f", "vᵢ/f"),
            Words("占全部 sᵢ/N", "sᵢ/N"),
        ),
        [
            (spread.names[i], int(spread.counts[i]), int(spread.sizes[i]), spread.counts[i] / f, spread.sizes[i] / n)
            for i in order.tolist()
        ],
        len(spread.sizes),
    )


def _symbol(measure: str) -> tuple[str, str]:
    return {
        "range": ("range", ""), "range_share": ("range", "n"), "dp": ("DP", ""), "dp_norm": ("DP", "norm"),
        "dp_egbert": ("DP", "E"), "kld": ("KLD", ""), "kld_norm": ("KLD", "norm"), "juilland_d": ("D", ""),
        "carroll_d2": ("D", "2"), "rosengren_s": ("S", ""), "rosengren_af": ("AF", ""), "d_a": ("D", "A"),
        "sd": ("sd", ""), "vc": ("vc", ""), "chi2": ("chi", "2"), "arf": ("ARF", ""),
    }[measure]  # fmt: skip


def _value(spread: _Spread, measure: str, symbol: Symbol, column: str | None) -> Symbol:
    """Work out a measure; a single part has none but the range."""
    derivation = spread.derivation
    if measure == "range":
        one = Symbol("x", "i")
        name = Words("有该词的部分数", "parts that have the term")
        total = Total("i", formula(one), {one: np.sort((spread.counts > 0).astype(np.int64))[::-1]})
        return derivation.step(name, symbol, total, column=column)
    if len(spread.sizes) < 2 and measure not in ("range_share", "arf"):
        return derivation.step(
            Words("只有一个部分，谈不上分布", "a single part has no dispersion"),
            symbol,
            Literal(Decimal("NaN")),
            column=column,
        )
    return _MEASURES[measure][1](spread, symbol, column)


def _score(spread: _Spread, measure: str, value: Symbol, adjusted: bool) -> None:
    derivation = spread.derivation
    score = Symbol("score")
    if not adjusted:
        derivation.step(Words("得分就是它", "the score is this number"), score, formula(value), column="score")
        return
    f = np.array([int(spread.counts.sum())])
    ends = {}
    for name, layout, zh, en in (
        (
            "even",
            layouts.most_even,
            "最均匀的摆法（按大小成比例，余数大的先进）",
            "the most even layout (in proportion to size)",
        ),
        (
            "uneven",
            layouts.least_even,
            "最不均匀的摆法（全放进装得下的最小部分）",
            "the least even layout (all in the smallest part that holds it)",
        ),
    ):
        cells = layout(f, spread.sizes)
        counts = np.zeros(len(spread.sizes), dtype=np.int64)
        counts[cells.part] = cells.number
        other = _Spread(spread.case, Derivation(same("")), spread.term, spread.names, counts, spread.sizes, None)
        other.derivation.values.update(derivation.values)
        _value(other, measure, Symbol("x"), None)
        filled = [(spread.names[int(part)], int(number)) for part, number in zip(cells.part, cells.number, strict=True)]
        laid = "；".join(f"{part}：{number}" for part, number in filled[: _SHOWN // 2])
        laid_en = "; ".join(f"{part}: {number}" for part, number in filled[: _SHOWN // 2])
        more = "……" if len(filled) > _SHOWN // 2 else ""
        ends[name] = derivation.adopt(
            Words(f"同样多的词，{zh}：此时的值", f"the same number of tokens in {en}: the measure there"),
            Symbol(_symbol(measure)[0], name),
            other.derivation.steps[-1],
            Words(f"摆法：{laid}{more}", f"layout: {laid_en}{more and ' …'}"),
        )
    even = layouts.EVENNESS[measure] > 0
    low, high = (ends["uneven"], ends["even"]) if even else (ends["even"], ends["uneven"])
    width = derivation[high] - derivation[low]
    value_formula: Formula = smallest(largest((value - low) / (high - low), 0), 1)
    if not width > Decimal("1e-12"):
        value_formula = Literal(Decimal("NaN"))
    derivation.step(
        Words(
            "经频率调整的得分：在两种极端摆法之间的位置",
            "score adjusted for frequency: where it lies between the two extremes",
        ),
        score,
        value_formula,
        column="score",
    )
    derivation.cite(SOURCES["kld"])


def _notes(spread: _Spread, measure: str) -> None:
    even = {**layouts.EVENNESS, "range": 1, "arf": 1}[measure]
    zh, en = (
        ("数值越大越均匀。", "High values mean even.")
        if even > 0
        else ("数值越小越均匀（0 为完全均匀）。", "0 is even; high values mean uneven.")
    )
    spread.derivation.note(zh, en)
    spread.derivation.note(
        "分布取决于怎样分部分：部分的个数或大小不同，数值不可比较；稀有词不可能均匀。",
        "Dispersion depends on the parts: numbers from other parts must not "
        "be compared, and rare words cannot be even.",
    )
    if measure == "juilland_d":
        spread.derivation.note(
            "部分很多时，Juilland D 对几乎所有的词都接近 1。",
            "With many parts Juilland's D is close to 1 for almost every word.",
        )
    base = measure.removesuffix("_share").replace("rosengren_af", "rosengren_s").replace("kld_norm", "kld")
    spread.derivation.cite(
        *[SOURCES[key] for key in ("dp", base) if key in SOURCES and (key == base or "dp" in measure)]
    )


# ---------------------------------------------------------------------------------------------------------------
# The formulas


def _range_share(spread: _Spread, symbol: Symbol, column: str | None) -> Symbol:
    count = _value(spread, "range", Symbol("range"), "range" if column else None)
    return spread.derivation.step(
        Words("占全部部分的比例", "as a share of all parts"), symbol, count / PARTS, column=column
    )


def _dp(spread: _Spread, symbol: Symbol, column: str | None) -> Symbol:
    name = Words("DP：两种比例之差的绝对值之和的一半", "DP: half the sum of the absolute differences of the two shares")
    total = spread.total(Absolute(V / F - S / N))
    return spread.derivation.step(name, symbol, formula(0.5) * total, column=column)


def _dp_over(which: str) -> Callable[[_Spread, Symbol, str | None], Symbol]:
    def explain(spread: _Spread, symbol: Symbol, column: str | None) -> Symbol:
        dp = _dp(spread, Symbol("DP"), "dp" if column else None)
        sizes = spread.sizes if which == "all" else spread.sizes[spread.counts > 0]
        zh, en = ("最小的部分的大小", "size of the smallest part")
        if which != "all":
            zh, en = ("含该词的最小部分的大小", "size of the smallest part that has the term")
        least = spread.derivation.given(Symbol("s", "min"), int(sizes.min()), Words(zh, en))
        name = Words("除以可能的最大值，使其在 0 与 1 之间", "over its maximum, so that it lies between 0 and 1")
        return spread.derivation.step(name, symbol, smallest(dp / (1 - least / N), 1), column=column)

    return explain


def _kld(spread: _Spread, symbol: Symbol, column: str | None) -> Symbol:
    name = Words(
        "KL 散度：该词的分配与部分大小的差异（比特）", "KL divergence of the term's shares from the sizes (bits)"
    )
    return spread.derivation.step(name, symbol, spread.total(log_share(V / F, V / F / (S / N), 2)), column=column)


def _kld_norm(spread: _Spread, symbol: Symbol, column: str | None) -> Symbol:
    kld = _kld(spread, Symbol("KLD"), "kld" if column else None)
    return spread.derivation.step(
        Words("压到 0 与 1 之间", "brought between 0 and 1"), symbol, kld / (1 + kld), column=column
    )


def _mean_rate(spread: _Spread) -> Symbol:
    name = Words("各部分中的比率 vᵢ / sᵢ 的平均", "mean of the rates vᵢ / sᵢ")
    return spread.derivation.step(name, Symbol("mu"), 1 / PARTS * spread.total(V / S))


def _juilland(spread: _Spread, symbol: Symbol, column: str | None) -> Symbol:
    derivation = spread.derivation
    mean = _mean_rate(spread)
    name = Words("比率的标准差（除以 n）", "standard deviation of the rates (divisor n)")
    sd = derivation.step(name, Symbol("sigma"), root(1 / PARTS * spread.total((V / S - mean) ** 2)))
    vc = derivation.step(Words("变异系数", "variation coefficient"), Symbol("vc", "r"), sd / mean)
    return derivation.step(Words("Juilland D", "Juilland's D"), symbol, 1 - vc / root(PARTS - 1), column=column)


def _carroll(spread: _Spread, symbol: Symbol, column: str | None) -> Symbol:
    derivation = spread.derivation
    total = derivation.step(Words("比率之和", "sum of the rates"), Symbol("R"), spread.total(V / S))
    share = V / S / total
    entropy = derivation.step(
        Words("比率的熵", "entropy of the rates"), Symbol("H"), -spread.total(log_share(share, share))
    )
    name = Words("Carroll D₂：熵 ÷ 最大的熵", "Carroll's D₂: entropy over its maximum")
    return derivation.step(name, symbol, entropy / log(PARTS), column=column)


def _rosengren(spread: _Spread, symbol: Symbol, column: str | None) -> Symbol:
    name = Words("Rosengren S", "Rosengren's S")
    total = spread.total(root(V * (S / N)))
    return spread.derivation.step(name, symbol, smallest(total**2 / F, 1), column=column)


def _rosengren_af(spread: _Spread, symbol: Symbol, column: str | None) -> Symbol:
    s = _rosengren(spread, Symbol("S"), "rosengren_s" if column else None)
    return spread.derivation.step(Words("调整后的频率", "adjusted frequency"), symbol, s * F, column=column)


def _d_a(spread: _Spread, symbol: Symbol, column: str | None) -> Symbol:
    derivation = spread.derivation
    rates = np.sort(spread.counts / spread.sizes)
    rank, rate = Symbol("k"), Symbol("r", "k")
    # the largest first, since those are the ones that are written out
    rows = {rank: np.arange(len(rates), 0, -1), rate: rates[::-1]}
    differences = derivation.step(
        Words(
            "两两比率之差的绝对值之和（比率从小到大排，r 的第 k 个乘 2k − n − 1）",
            "absolute differences of all pairs of rates (rates sorted, the k-th times 2k − n − 1)",
        ),
        Symbol("Delta"),
        Total("k", (2 * rank - PARTS - 1) * rate, rows),
    )
    total = derivation.step(Words("比率之和", "sum of the rates"), Symbol("R"), spread.total(V / S))
    value = smallest(largest(1 - differences / ((PARTS - 1) * total), 0), 1)
    return derivation.step(
        Words("D_A：1 − 平均差 ÷ 两倍平均", "D_A: 1 − mean difference over twice the mean"),
        symbol,
        value,
        column=column,
    )


def _sd(spread: _Spread, symbol: Symbol, column: str | None) -> Symbol:
    derivation = spread.derivation
    mean = derivation.step(Words("每个部分的平均次数", "mean count of a part"), Symbol("mu"), F / PARTS)
    name = Words("次数的标准差（除以 n）", "standard deviation of the counts (divisor n)")
    return derivation.step(name, symbol, root(1 / PARTS * spread.total((V - mean) ** 2)), column=column)


def _vc(spread: _Spread, symbol: Symbol, column: str | None) -> Symbol:
    sd = _sd(spread, Symbol("sd"), "sd" if column else None)
    return spread.derivation.step(
        Words("变异系数：标准差 ÷ 平均", "variation coefficient: sd over mean"), symbol, sd / (F / PARTS), column=column
    )


def _chi2(spread: _Spread, symbol: Symbol, column: str | None) -> Symbol:
    name = Words("χ²：观察次数与按大小分配的次数之差", "χ²: counts against those in proportion to size")
    each = (V - F * S / N) ** 2 / (F * S / N)
    return spread.derivation.step(name, symbol, spread.total(each), column=column)


def _arf(spread: _Spread, symbol: Symbol, column: str | None) -> Symbol:
    if spread.places is None:
        if not isinstance(spread.case.sources.given.get("data"), Tokens):
            name = Words("矩阵没有词的先后，无法计算", "a matrix has no order of words")
            return spread.derivation.step(name, symbol, Literal(Decimal("NaN")), column=column)
        raise spread.case.sources.missing("data")
    derivation = spread.derivation
    places = spread.places
    n = int(derivation[N])
    gaps = np.diff(places, prepend=places[-1] - n)
    gap = Symbol("d", "i")
    width = derivation.step(Words("平均间隔", "mean distance"), Symbol("w"), N / F)
    name = Words(
        "ARF：间隔 dᵢ（首尾相接成环），大于平均的按平均计",
        "ARF: distances dᵢ round a circle, none counted above the mean",
    )
    return derivation.step(name, symbol, Total("i", smallest(gap, width), {gap: gaps}) / width, column=column)


_MEASURES: dict[str, tuple[Words, Callable[[_Spread, Symbol, str | None], Symbol]]] = {
    "range_share": (Words("出现的部分所占的比例", "share of the parts that have it"), _range_share),
    "dp": (Words("比例偏差 DP", "deviation of proportions DP"), _dp),
    "dp_norm": (Words("规范化的 DP", "normed DP"), _dp_over("all")),
    "dp_egbert": (Words("DP（Egbert 等的规范化）", "DP normed as by Egbert et al."), _dp_over("there")),
    "kld": (Words("KL 散度", "KL divergence"), _kld),
    "kld_norm": (Words("规范化的 KL 散度", "normed KL divergence"), _kld_norm),
    "juilland_d": (Words("Juilland D", "Juilland's D"), _juilland),
    "carroll_d2": (Words("Carroll D₂", "Carroll's D₂"), _carroll),
    "rosengren_s": (Words("Rosengren S", "Rosengren's S"), _rosengren),
    "rosengren_af": (Words("Rosengren 调整频率", "Rosengren's adjusted frequency"), _rosengren_af),
    "d_a": (same("D_A"), _d_a),
    "sd": (Words("标准差", "standard deviation"), _sd),
    "vc": (Words("变异系数", "variation coefficient"), _vc),
    "chi2": (same("χ²"), _chi2),
    "arf": (Words("平均约化频率 ARF", "average reduced frequency ARF"), _arf),
}
"""Name and explainer of every measure of `textkit.dispersion`."""
