"""Keyness: how a term's score, effect, interval and p come from its counts on both sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from textkit.errors import unknown
from textkit.tracing import keyness_documents, keyness_prior
from textkit.tracing.case import Case, Explained
from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import Symbol, log, log_share
from textkit.tracing.sides import Side, both_sides, side_places
from textkit.tracing.two_by_two import (
    DUNNING,
    PEARSON,
    RAYSON,
    YATES,
    Cells,
    Labels,
    P,
    chi2_p_step,
    chi2_step,
    direction_step,
    expected_steps,
    fisher_steps,
    g2_step,
    log_ratio_steps,
    observed_grid,
)
from textkit.tracing.wording import Words, same, shown

A, B, C, D, N = (Symbol(letter) for letter in "abcdN")
SCORE = Symbol("score")
GRIES = (
    "Gries, S. T. (2021). A new approach to (key) keywords analysis: using frequency, and now also dispersion. "
    "Research in Corpus Linguistics 9(2), 1–33."
)


ADJUSTMENTS = {
    "bh": "Benjamini & Hochberg 1995", "by": "Benjamini & Yekutieli 2001", "holm": "Holm 1979",
    "bonferroni": "Bonferroni", "none": "none",
}  # fmt: skip


class Counts(NamedTuple):
    """What an explainer of one measure works on."""

    case: Case
    derivation: Derivation
    record: pd.Series[Any]
    term: str
    target: Side
    reference: Side
    confidence: float
    interval: bool  # whether the interval is the measure's own and not a bootstrap


def explain(case: Case) -> Explained:
    """Explain a row of `textkit.keyness`: the term's score and what stands next to it."""
    record = case.record("term")
    measure = str(case.settings["measure"])
    if measure not in _EXPLAINERS:
        raise unknown("measure to trace:", measure, _EXPLAINERS)
    name, explainer = _EXPLAINERS[measure]
    interval = case.settings.get("ci") is None
    term = str(record["term"])
    title = Words(f"“{term}”的关键词性：{name.zh}", f"Keyness of “{term}”: {name.en}")
    counts = counts_of(case, record, title, interval=interval)
    derivation = counts.derivation
    explainer(counts)
    if not interval:
        bootstrap_note(counts)
    _notes(counts, measure)
    columns = ["score", *(step.column for step in derivation.steps if step.column)]
    return Explained(derivation, case.chosen_column("score", dict.fromkeys(columns)), record, side_places(case, term))


def bootstrap_note(counts: Counts) -> None:
    """Say that the interval of the table has no formula."""
    n = counts.case.settings["n_replicates"]
    counts.derivation.note(
        f"ci_low、ci_high 来自自助法（bootstrap）：重抽 {n:,} 次得到，没有可以代入的公式。",
        f"ci_low and ci_high come from {n:,} resamples (bootstrap): there is no formula to put numbers into.",
    )


def counts_of(case: Case, record: pd.Series[Any], title: Words, *, interval: bool) -> Counts:
    """Begin a calculation: the counts of a term on both sides, their sizes, and the rates."""
    term = str(record["term"])
    target, reference = both_sides(case, record)
    derivation = Derivation(title)
    derivation.given(
        A, target.count, Words(f"“{term}”在{target.label.zh}中的次数", f"“{term}” in the {target.label.en}")
    )
    derivation.given(
        B, reference.count, Words(f"“{term}”在{reference.label.zh}中的次数", f"“{term}” in the {reference.label.en}")
    )
    derivation.given(C, target.size, Words(f"{target.label.zh}的总词数", f"tokens of the {target.label.en}"))
    derivation.given(D, reference.size, Words(f"{reference.label.zh}的总词数", f"tokens of the {reference.label.en}"))
    derivation.step(Words("总词数", "all tokens"), N, C + D)
    for symbol, count, size, column, zh, en in (
        ("1", A, C, "rate_target", "目标", "target"),
        ("2", B, D, "rate_reference", "参照", "reference"),
    ):
        derivation.step(
            Words(f"{zh}中每百万词的次数", f"rate per million tokens in the {en}"),
            Symbol("r", symbol),
            1_000_000 * count / size,
            column=column,
        )
    return Counts(case, derivation, record, term, target, reference, float(case.settings["confidence"]), interval)


def _notes(counts: Counts, measure: str) -> None:
    derivation, record = counts.derivation, counts.record
    unit = counts.case.about.get("unit", "token")
    if unit == "token" and np.isfinite(record["p_value"]):
        derivation.note(
            "这个 p 值把每个词当作独立的抽样。词其实成串出现，没有差别时它也常常很小：只可用来排序，"
            '不可据此断言。要下结论请用 measure="robust"（以文档为抽样单位）。',
            "This p-value is per token: it takes each token for an independent "
            "draw. Words come in bursts, so it claims "
            'too much; use it to rank, and measure="robust" (documents as the sample) to make a claim.',
        )
    if np.isfinite(record["q_value"]):
        method = ADJUSTMENTS.get(str(counts.case.settings.get("adjust", "bh")), "")
        derivation.note(
            f"表中的 q_value（{shown(float(record['q_value']))}）是对全部检验一起校正后的 p 值（{method}）。",
            f"q_value in the table ({shown(float(record['q_value']))}) is p adjusted for all tests ({method}).",
        )
    if "rare" in str(record["flag"]):
        derivation.note(
            "两边合起来不到 5 次（flag 列中的 rare）：不宜据此下任何结论。",
            "Fewer than 5 occurrences on both sides (rare in the column flag): nothing should be concluded.",
        )
    if "concentrated" in str(record["flag"]):
        derivation.note(
            "这个词集中在很少几篇文档里（flag 列中的 concentrated）：它说明的是这几篇，而不是整组文档。",
            "The term stands in very few documents (flag concentrated): it tells of these, not of the group.",
        )
    if measure in ("g2", "g2_2cell", "chi2", "chi2_yates", "fisher"):
        derivation.note(
            "score 随语料增大而增大，不可在不同的表之间比较；effect 可以。",
            "The score grows with the size of the corpora and must not be compared between tables; the effect may be.",
        )


# ---------------------------------------------------------------------------------------------------------------
# Tokens as the sample


CELLS = Cells((A, B, C - A, D - B), (A + B, N - (A + B)), (C, D), N)


def labels(counts: Counts) -> Labels:
    """Return the names of the rows and columns of the two-by-two table."""
    rows = Words(f"“{counts.term}”", f"“{counts.term}”"), Words("其他词", "other words")
    return Labels(rows, (counts.target.label, counts.reference.label))


def observed(counts: Counts) -> None:
    """Show the two-by-two table."""
    caption = Words("观察频数", "Observed counts")
    observed_grid(counts.derivation, CELLS, labels(counts), caption)


def _effect(counts: Counts, column: str | None = "effect") -> Symbol:
    return log_ratio_steps(
        counts.derivation, (A, B), (C, D), counts.confidence, interval=counts.interval, column=column
    )


def signed(counts: Counts, statistic: Symbol, column: str = "score") -> None:
    """Work out the statistic with the direction of the difference."""
    derivation = counts.derivation
    s = direction_step(derivation, A / C, B / D)
    name = Words("带方向的统计量", "the statistic with its direction")
    if column == "score":
        name = Words("得分：带方向的统计量", "score: the statistic with its direction")
    derivation.step(name, SCORE, s * statistic, column=column)


def _g2(counts: Counts) -> None:
    observed(counts)
    expected_steps(counts.derivation, CELLS, labels(counts))
    statistic = g2_step(counts.derivation, CELLS)
    signed(counts, statistic)
    chi2_p_step(counts.derivation, statistic)
    counts.derivation.cite(DUNNING)
    _effect(counts)


def _g2_2cell(counts: Counts) -> None:
    observed(counts)
    expected_steps(counts.derivation, CELLS, labels(counts), (0, 1))
    statistic = g2_step(counts.derivation, CELLS, (0, 1))
    signed(counts, statistic)
    chi2_p_step(counts.derivation, statistic)
    counts.derivation.cite(RAYSON)
    _effect(counts)


def _chi2(counts: Counts) -> None:
    observed(counts)
    expected_steps(counts.derivation, CELLS, labels(counts))
    yates = counts.case.settings["measure"] == "chi2_yates"
    statistic = chi2_step(counts.derivation, CELLS, yates=yates)
    signed(counts, statistic)
    chi2_p_step(counts.derivation, statistic)
    counts.derivation.cite(PEARSON, *([YATES] if yates else []))
    _effect(counts)


def _fisher(counts: Counts) -> None:
    observed(counts)
    fisher_steps(counts.derivation, (A, B), (C, D), N)
    derivation = counts.derivation
    s = direction_step(derivation, A / C, B / D)
    name = Words("得分：带方向的 −log₁₀ p", "score: −log₁₀ p with its direction")
    derivation.step(name, SCORE, s * -log(P, 10), column="score")
    _effect(counts)


def _log_ratio(counts: Counts) -> None:
    observed(counts)
    effect = _effect(counts)
    name = Words("得分就是效应量", "the score is the effect size itself")
    counts.derivation.step(name, SCORE, effect, column="score")
    counts.derivation.note(
        "Log Ratio 是效应量，不是检验，没有 p 值。稀有词的比率之比很不可靠：请提高 min_count。",
        "The log ratio is an effect, not a test: it has no p-value. For rare words it is chance: raise min_count.",
    )


def kld_step(counts: Counts) -> Symbol:
    """Work out how far the division of the term over both sides is from that of all tokens."""
    observed(counts)
    derivation = counts.derivation
    p = [Symbol("P", place) for place in "12"]
    q = [Symbol("Q", place) for place in "12"]
    for place, (count, size, zh, en) in enumerate(((A, C, "目标", "target"), (B, D, "参照", "reference"))):
        derivation.step(
            Words(f"该词的出现有多大比例在{zh}", f"share of the term that stands in the {en}"),
            p[place],
            count / (A + B),
        )
        derivation.step(Words(f"全部词有多大比例在{zh}", f"share of all tokens in the {en}"), q[place], size / N)
    derivation.cite(GRIES)
    return derivation.step(
        Words("两种分配的差异（KL 散度，单位：比特）", "how far the two divisions are apart (KL divergence, bits)"),
        Symbol("KLD"),
        log_share(p[0], p[0] / q[0], 2) + log_share(p[1], p[1] / q[1], 2),
    )


def _kld(counts: Counts) -> None:
    signed(counts, kld_step(counts))
    counts.derivation.note(
        "KL 散度不随次数增大，没有 p 值；稀有词容易得到极端的值：请提高 min_count。",
        "The divergence has no p-value and does not grow with the counts; rare words reach extremes: raise min_count.",
    )
    _effect(counts)


_EXPLAINERS: dict[str, tuple[Words, Callable[[Any], None]]] = {
    "g2": (Words("对数似然比 G²（四格）", "log-likelihood ratio G² (four cells)"), _g2),
    "g2_2cell": (Words("对数似然比 G²（两格）", "log-likelihood ratio G² (two cells)"), _g2_2cell),
    "chi2": (Words("卡方 χ²", "chi-squared"), _chi2),
    "chi2_yates": (Words("卡方 χ²（耶茨校正）", "chi-squared with Yates' correction"), _chi2),
    "fisher": (Words("费希尔（Fisher）精确检验", "Fisher's exact test"), _fisher),
    "log_ratio": (same("Log Ratio"), _log_ratio),
    "kld": (Words("KL 散度", "Kullback–Leibler divergence"), _kld),
    "fightin_words": (
        Words("带先验的对数优势比（Fightin’ Words）", "log-odds ratio with a prior (Fightin’ Words)"),
        keyness_prior.fightin_words,
    ),
    "text_dispersion": (
        Words("文本分布关键词性（以文档计的 G²）", "text dispersion (G² on numbers of documents)"),
        keyness_documents.text_dispersion,
    ),
    "robust": (
        Words("以文档为抽样单位的比率检验", "ratio test with documents as the sample"),
        keyness_documents.robust,
    ),
    "welch": (Words("韦尔奇（Welch）t 检验", "Welch's t-test on the rates of documents"), keyness_documents.welch),
    "rank_sum": (Words("秩和检验与 Cliff δ", "rank-sum test and Cliff's delta"), keyness_documents.rank_sum),
}
"""Name and explainer of every measure of `textkit.keyness`."""
