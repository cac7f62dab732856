"""Collocations: how the score of an n-gram comes from the cells that its words divide the places into."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from textkit.errors import TextkitError
from textkit.tracing.association import (
    OBS,
    E,
    N,
    cited,
    conservative,
    information,
    measure_name,
    npmi,
    t_score,
    value_step,
    z_score,
)
from textkit.tracing.association_counts import ngram_counts
from textkit.tracing.case import Case, Explained
from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import Formula, Literal, Symbol, Tail, Total, formula, largest, log, log_share, root, sgn
from textkit.tracing.two_by_two import P
from textkit.tracing.wording import Words, same
from textkit.tracing.worked import worked


class _Ngram(NamedTuple):
    """What a measure of an n-gram is worked out on."""

    case: Case
    derivation: Derivation
    words: list[str]
    cells: list[int]
    column: str

    @property
    def margins(self) -> list[Symbol]:
        """How often each word stands in its place."""
        return [Symbol("f", str(place + 1)) for place in range(len(self.words))]


NGRAM_COLUMNS = (
    "g2", "p_value", "lambda", "lambda_se", "lambda_z", "log_dice", "pmi", "npmi", "mi2", "mi3", "t", "z", "chi2",
    "dice", "jaccard", "min_sensitivity", "delta_p_forward", "delta_p_backward", "conservative_lr", "expected",
)  # fmt: skip


def explain(case: Case) -> Explained:
    """Explain a measure of a row of `textkit.collocations`."""
    record = case.record("ngram")
    words = str(record["ngram"]).split(" ")
    column = case.chosen_column(str(case.settings["measure"]), NGRAM_COLUMNS)
    counts = ngram_counts(case.sources.words(), case.settings, words)
    if counts.cells[-1] != int(record["count"]):
        raise TextkitError(f"count is {counts.cells[-1]:,} in the source, but {int(record['count']):,} in the table.")
    title = Words(
        f"“{record['ngram']}”的搭配强度：{measure_name(column)}", f"“{record['ngram']}”: {measure_name(column)}"
    )
    derivation = Derivation(title)
    ngram = _Ngram(case, derivation, words, counts.cells, column)
    derivation.given(OBS, counts.cells[-1], Words("整个词串的次数", "occurrences of the whole n-gram"))
    for place, (symbol, word) in enumerate(zip(ngram.margins, words, strict=True)):
        f = sum(cell for code, cell in enumerate(counts.cells) if code >> place & 1)
        derivation.given(
            symbol, f, Words(f"“{word}”在第 {place + 1} 位的次数", f"occurrences of “{word}” in place {place + 1}")
        )
    derivation.given(
        N,
        sum(counts.cells),
        Words(f"{len(words)} 个词相邻的位置总数", f"places where {len(words)} words are neighbours"),
    )
    product: Formula = formula(N)
    for symbol in ngram.margins:
        product = product * (symbol / N)
    derivation.step(
        Words("期望次数：假如各词互不相干", "expected: if the words had nothing to do with each other"),
        E,
        product,
        column="expected",
    )
    if column != "expected":
        _NGRAM[column](ngram)
    derivation.cite(*cited(column))
    derivation.note(
        "位置不是独立的抽样，p 值过于乐观；数值不可在长度不同的词串之间比较。",
        "Places are not independent draws, so p claims too much; do not compare n-grams of different length.",
    )
    return Explained(derivation, column, record, counts.places)


def _cell_symbol(code: int, n: int) -> Symbol:
    return Symbol("n", "".join(str(code >> place & 1) for place in range(n)))


def _cells(ngram: _Ngram) -> list[Symbol]:
    """Show the 2^n cells and enter them."""
    n = len(ngram.words)
    symbols = [_cell_symbol(code, n) for code in range(2**n)]
    yes, no = Words("有", "yes"), Words("无", "no")
    order = sorted(range(2**n), key=lambda code: (-code.bit_count(), code))
    ngram.derivation.grid(
        Words(
            "按各位上有没有相应的词分格（下标 1 有 0 无）",
            "Cells: which of the words stand in their places (1 yes, 0 no)",
        ),
        (same(""), *(same(word) for word in ngram.words), Words("位置数", "places")),
        [
            (f"n_{symbols[code].below}", *(yes if code >> place & 1 else no for place in range(n)), ngram.cells[code])
            for code in order[:32]
        ],
        2**n,
    )
    for code, symbol in enumerate(symbols):
        ngram.derivation.values[symbol] = Decimal(ngram.cells[code])
    return symbols


def _chance(ngram: _Ngram, code: int) -> Formula:
    """Return what a cell would hold if the words were independent."""
    product: Formula = formula(N)
    for place, margin in enumerate(ngram.margins):
        product = product * (margin / N if code >> place & 1 else (N - margin) / N)
    return product


def _over_cells(
    ngram: _Ngram, symbols: list[Symbol], part: Callable[[Formula, Formula], Formula], *, empty: bool
) -> Formula:
    """Return the sum of a part over the cells: written out for two words, with a sign for more."""
    derivation = ngram.derivation
    expected = [Symbol("E", symbol.below) for symbol in symbols]
    if len(ngram.words) == 2:
        total: Formula | None = None
        for code, (cell, chance) in enumerate(zip(symbols, expected, strict=True)):
            name = Words(f"格 {cell.below} 的期望次数", f"expected in cell {cell.below}")
            derivation.step(name, chance, _chance(ngram, code))
            if derivation[chance] == 0 and not empty:
                continue
            added = part(cell, chance)
            total = added if total is None else total + added
        return total or Literal(Decimal(0))
    each, chance = Symbol("n", "b"), Symbol("E", "b")
    values = [worked(_chance(ngram, code), derivation.values) for code in range(len(symbols))]
    kept = [code for code in range(len(symbols))[::-1] if empty or values[code] != 0]
    derivation.grid(
        Words(
            "各格的期望次数 E_b：有的词乘 fᵢ/N，无的词乘 1 − fᵢ/N，再乘 N",
            "Expected E_b: N times fᵢ/N for each word that is there and 1 − fᵢ/N for each that is not",
        ),
        (same(""), Words("观察", "observed"), Words("期望", "expected")),
        [(f"b = {symbols[code].below}", ngram.cells[code], values[code]) for code in range(len(symbols))[::-1][:32]],
        len(symbols),
    )
    rows = {each: [ngram.cells[code] for code in kept], chance: [values[code] for code in kept]}
    return Total("b", part(each, chance), rows)


def _ngram_g2(ngram: _Ngram) -> None:
    derivation = ngram.derivation
    symbols = _cells(ngram)
    total = _over_cells(ngram, symbols, lambda cell, chance: log_share(cell, cell / chance), empty=True)
    statistic = derivation.step(
        Words(
            "对数似然比 G²：两倍的“观察 × ln(观察 ÷ 期望)”之和（观察为 0 的格子为 0）",
            "log-likelihood ratio G²: twice the sum of observed × ln(observed ÷ expected); an empty cell adds 0",
        ),
        Symbol("G", above="2"),
        2 * total,
    )
    s = derivation.step(
        Words("方向：比期望多为 1，少为 −1", "direction: 1 if more than expected, −1 if fewer"),
        Symbol("s"),
        sgn(OBS - E),
    )
    value_step(derivation, "g2", Words("带方向的 G²", "G² with its direction"), s * statistic)
    df = 2 ** len(ngram.words) - len(ngram.words) - 1
    name = Words(f"p 值：自由度为 {df} 的 χ² 分布", f"p-value: χ², {df} degree{'' if df == 1 else 's'} of freedom")
    derivation.step(name, P, Tail("chi2", statistic, Literal(Decimal(df))), column="p_value")


def _ngram_chi2(ngram: _Ngram) -> None:
    symbols = _cells(ngram)
    total = _over_cells(ngram, symbols, lambda cell, chance: (cell - chance) ** 2 / chance, empty=False)
    name = Words("χ²：“（观察 − 期望）² ÷ 期望”之和", "χ²: the sum of (observed − expected)² ÷ expected")
    value_step(ngram.derivation, "chi2", name, total)


def _lambda(ngram: _Ngram) -> None:
    derivation, column = ngram.derivation, ngram.column
    n = len(ngram.words)
    symbols = _cells(ngram)
    smoothing = 0.5 if column == "conservative_lr" else float(ngram.case.settings["smoothing"])
    add = derivation.given(Symbol("k"), smoothing, Words("每格加上的数", "added to each cell"))
    if n == 2:
        none, first, last, both = symbols
        value_formula = log((both + add) * (none + add) / ((first + add) * (last + add)))
        inverse: Formula = 1 / (both + add) + 1 / (first + add) + 1 / (last + add) + 1 / (none + add)
    else:
        each, plus = Symbol("n", "b"), Symbol("s", "b")
        codes = range(len(symbols))[::-1]
        signs = [(-1) ** (n - code.bit_count()) for code in codes]
        rows = {plus: signs, each: [ngram.cells[code] for code in codes]}
        value_formula = Total("b", plus * log(each + add), rows)
        inverse = Total("b", 1 / (each + add), {each: rows[each]})
        derivation.note(
            "s_b 是格 b 的符号：缺偶数个词为 1，缺奇数个词为 −1。",
            "s_b is the sign of cell b: 1 if an even number of words is missing, −1 if an odd one.",
        )
    own = column in ("lambda", "lambda_se", "lambda_z")
    value = derivation.step(
        Words(
            "λ：对数线性模型中最高阶的交互作用（两个词时就是对数优势比）",
            "λ: highest interaction of the log-linear model (for two words the log odds ratio)",
        ),
        Symbol("lambda"),
        value_formula,
        column="lambda" if own else None,
    )
    se = derivation.step(
        Words("它的标准误", "its standard error"), Symbol("se"), root(inverse), column="lambda_se" if own else None
    )
    if own:
        derivation.step(Words("λ ÷ 标准误", "λ over its standard error"), Symbol("z"), value / se, column="lambda_z")
    else:
        conservative(derivation, value, se)


def _sum_of(ngram: _Ngram) -> Formula:
    total: Formula = formula(ngram.margins[0])
    for symbol in ngram.margins[1:]:
        total = total + symbol
    return total


def _ngram_dice(ngram: _Ngram) -> None:
    n = len(ngram.words)
    name = Words(
        f"Dice 系数：{n} 倍的词串次数 ÷ 各词次数之和", f"Dice: {n} times the n-gram over the frequencies of its words"
    )
    value_step(ngram.derivation, "dice", name, n * OBS / _sum_of(ngram))


def _ngram_log_dice(ngram: _Ngram) -> None:
    dice = ngram.derivation.step(Words("Dice 系数", "Dice"), Symbol("D"), len(ngram.words) * OBS / _sum_of(ngram))
    value_step(
        ngram.derivation, "log_dice", Words("logDice = 14 + log₂ Dice", "logDice = 14 + log₂ Dice"), 14 + log(dice, 2)
    )


def _ngram_jaccard(ngram: _Ngram) -> None:
    symbols = _cells(ngram)
    value_step(
        ngram.derivation,
        "jaccard",
        Words("词串 ÷ 至少有一个词在其位的位置", "n-gram over places with any of its words"),
        OBS / (N - symbols[0]),
    )


def _ngram_sensitivity(ngram: _Ngram) -> None:
    value_step(
        ngram.derivation,
        "min_sensitivity",
        Words("词串 ÷ 最常见的词", "n-gram over its commonest word"),
        OBS / largest(*ngram.margins),
    )


def _ngram_delta(column: str) -> Callable[[_Ngram], None]:
    forward = column == "delta_p_forward"

    def explain(ngram: _Ngram) -> None:
        n = len(ngram.words)
        bit = 1 << (n - 1) if forward else 1
        rest = (2**n - 1) & ~bit
        others = Symbol("f", "rest")
        value = ngram.cells[rest] + ngram.cells[-1]
        word = ngram.margins[-1 if forward else 0]
        zh, en = (
            ("最后一个词之外", "all words but the last") if forward else ("第一个词之外", "all words but the first")
        )
        ngram.derivation.given(others, value, Words(f"{zh}各词在其位的次数", f"places that have {en}"))
        delta = OBS / others - (word - OBS) / (N - others)
        name = (
            Words(
                "前面的词在时末词的概率，减去不在时的",
                "probability of the last word behind the others, less that elsewhere",
            )
            if forward
            else Words(
                "后面的词在时首词的概率，减去不在时的",
                "probability of the first word before the others, less that elsewhere",
            )
        )
        ngram.derivation.step(name, Symbol("DeltaP"), delta, column=column)

    return explain


_NGRAM: dict[str, Callable[[_Ngram], None]] = {
    "g2": _ngram_g2, "p_value": _ngram_g2, "lambda": _lambda, "lambda_se": _lambda, "lambda_z": _lambda,
    "conservative_lr": _lambda, "log_dice": _ngram_log_dice, "pmi": information(1, "pmi"),
    "npmi": lambda ngram: npmi(len(ngram.words))(ngram), "mi2": information(2, "mi2"), "mi3": information(3, "mi3"),
    "t": t_score, "z": z_score, "chi2": _ngram_chi2, "dice": _ngram_dice, "jaccard": _ngram_jaccard,
    "min_sensitivity": _ngram_sensitivity, "delta_p_forward": _ngram_delta("delta_p_forward"),
    "delta_p_backward": _ngram_delta("delta_p_backward"),
}  # fmt: skip
"""Explainer of every measure of `textkit.collocations`."""
