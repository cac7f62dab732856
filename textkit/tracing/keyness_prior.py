"""Fightin' Words: the log-odds ratio with a Dirichlet prior, step by step."""

from __future__ import annotations

from typing import Any

from textkit.tracing.case import Case
from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import Formula, Symbol, Tail, log, root
from textkit.tracing.two_by_two import P, quantile
from textkit.tracing.wording import Words

A, B, C, D = (Symbol(letter) for letter in "abcd")
ALPHA, ALPHA0 = Symbol("alpha", "w"), Symbol("alpha", "0")
MCQ = (
    "Monroe, B. L., Colaresi, M. P., & Quinn, K. M. (2008). Fightin’ Words: lexical feature selection and evaluation "
    "for identifying the content of political conflict. Political Analysis 16(4), 372–403."
)


def fightin_words(counts: Any) -> None:
    """Explain the log-odds ratio and its z."""
    derivation: Derivation = counts.derivation
    delta, variance, z = log_odds_steps(counts, "score")
    derivation.step(
        Words("由 z 得到的 p 值（只作筛选用）", "p-value made of z (for screening only)"),
        P,
        Tail("normal", z),
        column="p_value",
    )
    effect = bits_step(derivation, delta, "effect")
    if counts.interval:
        point = quantile(derivation, counts.confidence)
        for end, zh, en, sign in (("low", "下限", "lower", -1), ("high", "上限", "upper", 1)):
            half = point * root(variance) / log(2)
            derivation.step(
                Words(f"区间{zh}", f"{en} end of the interval"),
                Symbol("LO", end),
                effect - half if sign < 0 else effect + half,
                column=f"ci_{end}",
            )
    derivation.note(
        "先验把稀有词拉向“没有差别”：先验越大拉得越多。表的 attrs 中的 sensitivity 说明排序随先验变化多少。",
        "The prior pulls rare words towards no difference, the more the larger it is; sensitivity in the attrs of the "
        "table says how much the ranking depends on it.",
    )


def log_odds_steps(counts: Any, column: str) -> tuple[Symbol, Symbol, Symbol]:
    """Work out the difference of the log-odds, its variance and z, the number of a column."""
    derivation: Derivation = counts.derivation
    total = float(counts.case.about["alpha0"])
    derivation.given(ALPHA0, total, Words("先验的总量（相当于多少个词）", "size of the whole prior, in tokens"))
    _prior(counts)
    odds = []
    for place, count, size, zh, en in (("1", A, C, "目标", "target"), ("2", B, D, "参照", "reference")):
        odds.append(
            derivation.step(
                Words(
                    f"{zh}中的对数优势：ln(出现 + 先验) − ln(不出现 + 先验)",
                    f"log-odds in the {en}: ln(occurrences + prior) − ln(the rest + prior)",
                ),
                Symbol("omega", place),
                log(count + ALPHA) - log(size + ALPHA0 - count - ALPHA),
            )
        )
    delta = derivation.step(Words("对数优势之差", "difference of the log-odds"), Symbol("delta"), odds[0] - odds[1])
    variance = derivation.step(
        Words("它的方差（近似）", "its variance (approximate)"), Symbol("v"), 1 / (A + ALPHA) + 1 / (B + ALPHA)
    )
    z = derivation.step(
        Words("得分 z：差 ÷ 标准差", "score z: the difference over its standard deviation"),
        Symbol("z"),
        delta / root(variance),
        column=column,
    )
    derivation.cite(MCQ)
    return delta, variance, z


def bits_step(derivation: Derivation, delta: Symbol, column: str) -> Symbol:
    """Work out the difference of the log-odds in bits."""
    name = Words("效应量：差换算成以 2 为底", "effect size: the difference in bits")
    return derivation.step(name, Symbol("LO"), delta / log(2), column=column)


def _prior(counts: Any) -> None:
    """Work out the prior of the term from what the table says of the prior as a whole."""
    derivation: Derivation = counts.derivation
    case: Case = counts.case
    kind = case.settings["prior"]
    name = Words("该词的先验 α", "the prior α of the term")
    if kind == "pooled":
        _pooled(counts, name)
    elif kind != "flat":
        _background(counts, name)
    elif case.settings["alpha0"] is None:
        derivation.given(ALPHA, 0.01, name + Words("：每个词都是 0.01", ": 0.01 for every term"))
    else:
        types = _types(counts)
        derivation.step(name + Words("：所有词相同", ": the same for all terms"), ALPHA, ALPHA0 / types)


def _pooled(counts: Any, name: Words) -> None:
    derivation: Derivation = counts.derivation
    listed = float(counts.case.about["prior_tokens"])
    everything = derivation[C] + derivation[D]
    total: Formula = C + D
    if listed != everything:  # a list that was cut has fewer counts than the corpus behind it
        total = derivation.given(
            Symbol("n", "list"),
            listed,
            Words("目标与频率表中全部次数之和", "all counts of the target and of the frequency list"),
        )
    derivation.step(
        name + Words("：与两组合起来的频率成比例", ": in proportion to its rate in both groups together"),
        ALPHA,
        ALPHA0 * (A + B) / total,
    )


def _types(counts: Any) -> Symbol:
    derivation: Derivation = counts.derivation
    n = int(counts.case.about["prior_types"])
    return derivation.given(Symbol("V"), n, Words("两组中出现的词型数", "types that either group has"))


def _background(counts: Any, name: Words) -> None:
    derivation: Derivation = counts.derivation
    background = counts.case.sources.matrix("prior")
    place = background.vocabulary.ids([counts.term])[0]
    f = float(background.term_counts[place]) if place >= 0 else 0.0
    scale = derivation.given(
        Symbol("A"), float(counts.case.about["prior_scale"]), Words("先验的规模 alpha0", "the size alpha0 of the prior")
    )
    n = derivation.given(
        Symbol("n", "bg"),
        float(background.term_counts.sum()),
        Words("背景语料的总词数", "tokens of the background corpus"),
    )
    if f > 0:
        own = derivation.given(
            Symbol("f", "bg"), f, Words("该词在背景语料中的次数", "occurrences in the background corpus")
        )
        derivation.step(
            name + Words("：与背景语料中的频率成比例", ": in proportion to its rate in the background"),
            ALPHA,
            scale * own / n,
        )
        return
    types = _types(counts)
    derivation.step(
        name + Words("：背景语料中没有这个词", ": the background lacks the term"),
        ALPHA,
        scale * (0.5 / (n + 0.5 * types)),
    )
