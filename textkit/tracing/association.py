"""Association: how the score of a pair of words, or of an n-gram, comes from how often they stand together."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from textkit.errors import TextkitError
from textkit.tracing.association_counts import pair_counts
from textkit.tracing.case import Case, Explained
from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import (
    Formula,
    Literal,
    Symbol,
    Tail,
    formula,
    log,
    root,
    sgn,
    smallest,
)
from textkit.tracing.two_by_two import (
    DICE,
    DUNNING,
    HALDANE,
    JACCARD,
    PEARSON,
    Cells,
    Labels,
    P,
    chi2_step,
    expected_steps,
    g2_step,
    observed_grid,
)
from textkit.tracing.wording import Words

OBS, R1, C1, N = Symbol("O"), Symbol("R", "1"), Symbol("C", "1"), Symbol("N")
E, FX, FY = Symbol("E"), Symbol("f", "x"), Symbol("f", "y")
_Z95 = 1.959963984540054  # the conservative bound is defined with 95 %
EVERT = (
    "Evert, S. (2008). Corpora and collocations. In A. Lüdeling & M. Kytö (eds.), Corpus Linguistics: "
    "An International Handbook, vol. 2, 1212–1248. Mouton de Gruyter."
)
DAILLE = (
    "Daille, B. (1994). Approche mixte pour l’extraction automatique de terminologie : statistiques lexicales et "
    "filtres linguistiques. Thèse, Université Paris 7."
)
SOURCES = {
    "log_dice": "Rychlý, P. (2008). A lexicographer-friendly association score. RASLAN 2008, 6–9.",
    "pmi": "Church, K. W., & Hanks, P. (1990). Word association norms, mutual information, and lexicography. "
    "Computational Linguistics 16(1), 22–29.",
    "npmi": "Bouma, G. (2009). Normalized (pointwise) mutual information in collocation extraction. GSCL 2009, 31–40.",
    "mi2": DAILLE,
    "mi3": DAILLE,
    "t": "Church, K. W., Gale, W., Hanks, P., & Hindle, D. (1991). Using statistics in lexical analysis. In U. Zernik "
    "(ed.), Lexical Acquisition, 115–164. Erlbaum.",
    "z": "Berry-Rogghe, G. L. M. (1973). The computation of collocations and their relevance in lexical studies. "
    "In The Computer and Literary Studies, 103–112. Edinburgh UP.",
    "g2": DUNNING,
    "p_value": DUNNING,
    "chi2": PEARSON,
    "dice": DICE,
    "jaccard": JACCARD,
    "min_sensitivity": "Pedersen, T., & Bruce, R. (1996). What to infer from a description. "
    "Technical Report 96-CSE-04, Southern Methodist University.",
    "delta_p": "Gries, S. T. (2013). 50-something years of work on collocations: what is or should be next … "
    "International Journal of Corpus Linguistics 18(1), 137–166.",
    "log_odds": HALDANE,
    "conservative_lr": "Evert, S. (2022). Measuring keyness. Digital Humanities 2022, Tokyo.",
    "lambda": "Blaheta, D., & Johnson, M. (2001). Unsupervised learning of multi-word verbs. "
    "ACL Workshop on Collocation, 54–60.",
}


class _Pair(NamedTuple):
    """What a measure of a pair is worked out on."""

    case: Case
    derivation: Derivation
    known: bool  # whether the two-by-two table is known
    impossible: bool  # whether it has a cell below zero
    column: str
    node: str
    collocate: str
    textual: bool


PAIR_COLUMNS = (
    "log_dice", "pmi", "npmi", "mi2", "mi3", "t", "z", "g2", "chi2", "p_value", "dice", "jaccard", "min_sensitivity",
    "delta_p_c_given_n", "delta_p_n_given_c", "log_odds_ratio", "log_odds_se", "conservative_lr", "expected",
)  # fmt: skip


def explain(case: Case) -> Explained:
    """Explain a measure of a row of `textkit.collocates`."""
    record = case.record("node", "collocate")
    node, collocate = str(record["node"]), str(record["collocate"])
    column = case.chosen_column(str(case.settings["measure"]), PAIR_COLUMNS)
    title = Words(
        f"“{node}”与“{collocate}”的搭配强度：{measure_name(column)}",
        f"“{node}” and “{collocate}”: {measure_name(column)}",
    )
    derivation = Derivation(title)
    textual = isinstance(case.settings["window"], str)
    places = None
    counts = None
    if case.sources.given:
        counts = pair_counts(case.sources.words(), case.settings, node, collocate)
        places = counts.places
        for name, value in (("f_xy", counts.o), ("f_node", counts.f_node), ("f_collocate", counts.column)):
            if int(record[name]) != value:
                raise TextkitError(f"{name} is {value:,} in the source, but {int(record[name]):,} in the table.")
    _given(derivation, record, node, collocate, textual)
    impossible = False
    if counts is not None:
        what = (
            Words("总单位数", "all units")
            if textual
            else Words("样本大小（节点词之外的词数）", "sample: tokens other than the node")
        )
        if not textual and case.settings["expected"] == "simple":
            what = Words("总词数", "all tokens")
        rows = (
            Words("含节点词的单位数", "units that hold the node")
            if textual
            else Words("窗口内的位置数", "places in the windows")
        )
        derivation.given(R1, counts.row, rows)
        derivation.given(C1, counts.column, Words(f"“{collocate}”的次数", f"occurrences of “{collocate}”"))
        derivation.given(N, counts.n, what)
        cells = (counts.o, counts.row - counts.o, counts.column - counts.o,
                 counts.n - counts.row - counts.column + counts.o)  # fmt: skip
        impossible = min(cells) < 0
        derivation.step(
            Words("期望次数：假如两个词互不相干", "expected: if the two words had nothing to do with each other"),
            E,
            R1 * C1 / N,
            column="expected",
        )
    else:
        derivation.given(E, float(record["expected"]), Words("期望次数（见表）", "expected count (from the table)"))
    pair = _Pair(case, derivation, counts is not None, impossible, column, node, collocate, textual)
    if column != "expected":
        _PAIR[column](pair)
    elif counts is None:
        raise case.sources.missing("tokens")
    derivation.cite(EVERT, *cited(column))
    _pair_notes(pair)
    return Explained(derivation, column, record, places)


def _given(derivation: Derivation, record: Any, node: str, collocate: str, textual: bool) -> None:
    zh, en = (
        ("同现的单位数", "units that hold both")
        if textual
        else ("出现在窗口内的次数", "times in the windows of the node")
    )
    derivation.given(
        OBS, int(record["f_xy"]), Words(f"“{collocate}”与“{node}”{zh}", f"“{collocate}” with “{node}”: {en}")
    )
    derivation.given(FX, int(record["f_node"]), Words(f"“{node}”的次数", f"occurrences of “{node}”"))
    derivation.given(FY, int(record["f_collocate"]), Words(f"“{collocate}”的次数", f"occurrences of “{collocate}”"))


def measure_name(column: str) -> str:
    """Return what a measure is called in a title."""
    return {
        "log_dice": "logDice", "pmi": "PMI", "npmi": "NPMI", "mi2": "MI²", "mi3": "MI³", "t": "t", "z": "z", "g2": "G²",
        "chi2": "χ²", "p_value": "p (G²)", "dice": "Dice", "jaccard": "Jaccard",
        "min_sensitivity": "minimum sensitivity",
        "delta_p_c_given_n": "ΔP(collocate | node)", "delta_p_n_given_c": "ΔP(node | collocate)",
        "delta_p_forward": "ΔP →", "delta_p_backward": "ΔP ←", "log_odds_ratio": "log odds ratio",
        "log_odds_se": "se (log odds ratio)", "conservative_lr": "conservative log ratio", "lambda": "λ",
        "lambda_se": "se (λ)", "lambda_z": "λ / se",
    }.get(column, column)  # fmt: skip


def cited(column: str) -> list[str]:
    """Return the sources of a measure."""
    keys = [
        key for key in SOURCES if column == key or (key in ("delta_p", "log_odds", "lambda") and column.startswith(key))
    ]
    return [SOURCES[key] for key in keys]


def _pair_notes(pair: _Pair) -> None:
    derivation, column = pair.derivation, pair.column
    if column in ("pmi", "npmi", "z", "chi2", "log_odds_ratio", "delta_p_n_given_c"):
        derivation.note(
            "这个指标偏爱稀有词：只出现一两次的词对也会得高分，请设 min_count。",
            "This measure favours rare words: pairs seen once or twice get high scores; set min_count.",
        )
    if column in ("g2", "t", "z", "chi2"):
        derivation.note(
            "数值随语料增大而增大，不可在大小不同的语料之间比较。",
            "It grows with the corpus and must not be compared between corpora of different size.",
        )
    if column in ("g2", "p_value"):
        derivation.note(
            "p 值把每个位置当作独立抽样，过于乐观：只用来排序。",
            "The p-value takes places as independent draws and claims too much: use it to rank.",
        )
    if column == "log_dice":
        derivation.note(
            "logDice 与语料大小无关，可以跨语料比较；一般最大为 14。",
            "logDice does not depend on the size of the corpus and may be compared; its usual maximum is 14.",
        )
    if pair.impossible:
        derivation.note(
            "窗口重叠太多，搭配词被数的次数超过它的实际次数：四格表有负数，表中相应的值为 NaN。",
            "Windows overlap so much that the collocate is counted more often "
            "than it occurs: a cell would be negative, "
            "and measures of the two-by-two table are NaN.",
        )


# ---------------------------------------------------------------------------------------------------------------
# Measures that pairs and n-grams share: from OBS, E and N


def value_step(derivation: Derivation, column: str, name: Words, value: Formula) -> Symbol:
    """Work out the number of a column, under its usual letter."""
    head, _, tail = column.partition("_")
    symbol = {
        "log_dice": Symbol("logDice"), "g2": Symbol("G", "s", "2"), "chi2": Symbol("chi", above="2"),
        "lambda": Symbol("lambda"),
        "mi2": Symbol("MI", above="2"), "mi3": Symbol("MI", above="3"), "pmi": Symbol("PMI"), "npmi": Symbol("NPMI"),
        "lambda_se": Symbol("se"), "log_odds_se": Symbol("se"), "log_odds_ratio": Symbol("lnOR"),
    }.get(column, Symbol(head, tail.replace("_", " ") if tail in ("z", "se") else ""))  # fmt: skip
    return derivation.step(name, symbol, value, column=column)


def information(power: int, column: str) -> Callable[[Any], None]:
    """Make the explainer of ``log2(O^k / E)``."""

    def explain(pair: Any) -> None:
        over: Formula = OBS if power == 1 else OBS**power
        what = "观察次数" if power == 1 else f"观察次数的 {power} 次方"
        which = "observed" if power == 1 else f"observed to the power of {power}"
        value_step(
            pair.derivation,
            column,
            Words(f"{what}与期望次数之比，以 2 为底的对数", f"log2 of {which} over expected"),
            log(over / E, 2),
        )

    return explain


def npmi(words: int) -> Callable[[Any], None]:
    """Make the explainer of the normalised PMI of so many words."""

    def explain(pair: Any) -> None:
        derivation = _sample(pair)
        pmi = derivation.step(Words("PMI", "PMI"), Symbol("PMI"), log(OBS / E, 2))
        shared: Formula = -log(OBS / N, 2) if words == 2 else (words - 1) * -log(OBS / N, 2)
        if derivation[OBS] >= derivation[N]:
            shared = Literal(Decimal("NaN"))
        value_step(
            derivation,
            "npmi",
            Words(
                "除以可能的最大值：1 总在一起，0 无关，−1 从不在一起",
                "over its maximum: 1 always together, 0 by chance, −1 never",
            ),
            pmi / shared,
        )

    return explain


def _sample(pair: Any) -> Derivation:
    """Return the derivation, or say that the sample size is needed."""
    derivation: Derivation = pair.derivation
    if N not in derivation.values:
        raise pair.case.sources.missing("tokens")
    return derivation


def t_score(pair: Any) -> None:
    """Explain ``(O - E) / sqrt(O)``."""
    value_step(
        pair.derivation,
        "t",
        Words("t 值：差 ÷ 观察次数的平方根", "t: difference over the root of observed"),
        (OBS - E) / root(OBS),
    )


def z_score(pair: Any) -> None:
    """Explain ``(O - E) / sqrt(E)``."""
    value_step(
        pair.derivation,
        "z",
        Words("z 值：差 ÷ 期望次数的平方根", "z: difference over the root of expected"),
        (OBS - E) / root(E),
    )


# ---------------------------------------------------------------------------------------------------------------
# Pairs


def _dice_of(pair: _Pair) -> Formula:
    return 2 * OBS / (FX + FY)


def _log_dice(pair: _Pair) -> None:
    dice = pair.derivation.step(
        Words("Dice 系数：共现的两倍 ÷ 两个词的次数之和", "Dice: twice the co-occurrences over both frequencies"),
        Symbol("D"),
        _dice_of(pair),
    )
    value_step(
        pair.derivation, "log_dice", Words("logDice = 14 + log₂ Dice", "logDice = 14 + log₂ Dice"), 14 + log(dice, 2)
    )


def _dice(pair: _Pair) -> None:
    name = Words("Dice 系数：共现的两倍 ÷ 两个词的次数之和", "Dice: twice the co-occurrences over both frequencies")
    value_step(pair.derivation, "dice", name, _dice_of(pair))


def _jaccard(pair: _Pair) -> None:
    under = pair.derivation[FX] + pair.derivation[FY] - pair.derivation[OBS]
    value = OBS / (FX + FY - OBS) if under > 0 else Literal(Decimal("NaN"))
    value_step(pair.derivation, "jaccard", Words("共现 ÷ 两个词中至少有一个", "together over either"), value)


def _min_sensitivity(pair: _Pair) -> None:
    name = Words("两个方向的比例中较小的", "the smaller of the two shares")
    value_step(pair.derivation, "min_sensitivity", name, smallest(OBS / FX, OBS / FY))


def _table(pair: _Pair) -> tuple[Cells, Labels] | None:
    """Show the two-by-two table and return its symbols and labels; None if it cannot be."""
    derivation = _sample(pair)
    if pair.impossible:
        return None
    cells = Cells((OBS, R1 - OBS, C1 - OBS, N - R1 - C1 + OBS), (R1, N - R1), (C1, N - C1), N)
    inside = Words("含节点词", "with the node") if pair.textual else Words("窗口内", "in the windows")
    outside = Words("不含节点词", "without it") if pair.textual else Words("窗口外", "elsewhere")
    labels = Labels(
        (inside, outside), (Words(f"“{pair.collocate}”", f"“{pair.collocate}”"), Words("其他词", "other words"))
    )
    if pair.textual:
        labels = labels._replace(columns=(labels.columns[0], Words("没有它", "without it")))
    observed_grid(derivation, cells, labels, Words("观察次数", "Observed counts"))
    return cells, labels


def _undefined(pair: _Pair, column: str) -> None:
    value_step(
        pair.derivation,
        column,
        Words("四格表中有负数，没有定义", "not defined: a cell would be negative"),
        Literal(Decimal("NaN")),
    )


def _g2(pair: _Pair) -> None:
    table = _table(pair)
    if table is None:
        _undefined(pair, "g2")
        if pair.column == "p_value":
            _undefined(pair, "p_value")
        return
    derivation = pair.derivation
    expected_steps(derivation, *table)
    statistic = g2_step(derivation, table[0])
    s = derivation.step(
        Words("方向：比期望多为 1，少为 −1", "direction: 1 if more than expected, −1 if fewer"),
        Symbol("s"),
        sgn(OBS * N - R1 * C1),
    )
    value_step(derivation, "g2", Words("带方向的 G²", "G² with its direction"), s * statistic)
    name = Words("p 值：自由度为 1 的 χ² 分布", "p-value: χ² with one degree of freedom")
    derivation.step(name, P, Tail("chi2", statistic), column="p_value")


def _chi2(pair: _Pair) -> None:
    table = _table(pair)
    if table is None:
        _undefined(pair, "chi2")
        return
    expected_steps(pair.derivation, *table)
    statistic = chi2_step(pair.derivation, table[0])
    value_step(pair.derivation, "chi2", Words("得分就是 χ²", "the score is χ² itself"), formula(statistic))


def _delta_p(column: str) -> Callable[[_Pair], None]:
    def explain(pair: _Pair) -> None:
        if _table(pair) is None:
            _undefined(pair, column)
            return
        if column == "delta_p_c_given_n":
            value = OBS / R1 - (C1 - OBS) / (N - R1)
            name = Words(
                "有节点词时搭配词的概率，减去没有节点词时的",
                "probability of the collocate with the node, less that without it",
            )
        else:
            value = OBS / C1 - (R1 - OBS) / (N - C1)
            name = Words(
                "有搭配词时节点词的概率，减去没有搭配词时的",
                "probability of the node with the collocate, less that without it",
            )
        pair.derivation.step(name, Symbol("DeltaP"), value, column=column)

    return explain


def _odds(pair: _Pair) -> None:
    column = pair.column
    if _table(pair) is None:
        _undefined(pair, column)
        return
    derivation = pair.derivation
    cells = (OBS, R1 - OBS, C1 - OBS, N - R1 - C1 + OBS)
    o11, o12, o21, o22 = (cell + 0.5 for cell in cells)
    ratio = se = None
    if column != "log_odds_se":
        ratio = value_step(
            derivation,
            "log_odds_ratio",
            Words("对数优势比（每格加 0.5）", "log odds ratio, 0.5 added to each cell"),
            log(o11 * o22 / (o12 * o21)),
        )
    if column != "log_odds_ratio":
        name = Words("它的标准误", "its standard error")
        se = value_step(derivation, "log_odds_se", name, root(1 / o11 + 1 / o12 + 1 / o21 + 1 / o22))
    if ratio is not None and se is not None:
        conservative(derivation, ratio, se)


def conservative(derivation: Derivation, value: Symbol, se: Symbol) -> None:
    """Work out the lower end of the 95 % interval, in bits."""
    derivation.step(
        Words("保守值：95% 区间的下限，换算成比特", "conservative: lower end of the 95 % interval, in bits"),
        Symbol("LR", "low"),
        (value - formula(_Z95) * se) / log(2),
        column="conservative_lr",
    )


_PAIR: dict[str, Callable[[_Pair], None]] = {
    "log_dice": _log_dice, "pmi": information(1, "pmi"), "npmi": npmi(2), "mi2": information(2, "mi2"),
    "mi3": information(3, "mi3"), "t": t_score, "z": z_score, "g2": _g2, "p_value": _g2, "chi2": _chi2, "dice": _dice,
    "jaccard": _jaccard, "min_sensitivity": _min_sensitivity, "delta_p_c_given_n": _delta_p("delta_p_c_given_n"),
    "delta_p_n_given_c": _delta_p("delta_p_n_given_c"), "log_odds_ratio": _odds, "log_odds_se": _odds,
    "conservative_lr": _odds,
}  # fmt: skip
"""Explainer of every measure of `textkit.collocates`."""
