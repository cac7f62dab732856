"""Effect sizes: how each of the numbers side by side comes from the counts of a term in two groups."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from textkit.tracing.case import Case, Explained
from textkit.tracing.formula import Formula, Literal, Symbol, log, root, smallest
from textkit.tracing.keyness import (
    CELLS,
    A,
    B,
    C,
    Counts,
    D,
    N,
    bootstrap_note,
    counts_of,
    kld_step,
    labels,
    observed,
    signed,
)
from textkit.tracing.keyness_prior import bits_step, log_odds_steps
from textkit.tracing.sides import side_places
from textkit.tracing.two_by_two import (
    DUNNING,
    EXPECTED,
    HALDANE,
    PEARSON,
    RAYSON,
    chi2_step,
    direction_step,
    expected_steps,
    g2_step,
    log_ratio_steps,
)
from textkit.tracing.wording import Words, same

GABRIELATOS = (
    "Gabrielatos, C., & Marchi, A. (2012). Keyness: appropriate metrics and practical issues. "
    "CADS International Conference, University of Bologna."
)
WILSON = (
    "Wilson, A. (2013). Embracing Bayes factors for key item analysis in corpus linguistics. In M. Bieswanger & "
    "A. Koll-Stobbe (eds.), New Approaches to the Study of Linguistic Variability, 3–11. Peter Lang."
)
JOHNSTON = (
    "Johnston, J. E., Berry, K. J., & Mielke, P. W. (2006). Measures of effect size for chi-squared and "
    "likelihood-ratio goodness-of-fit tests. Perceptual and Motor Skills 103(2), 412–414."
)
KILGARRIFF = "Kilgarriff, A. (2009). Simple maths for keywords. Proceedings of Corpus Linguistics 2009, Liverpool."

VALUE = Symbol("value")


def explain(case: Case) -> Explained:
    """Explain one effect size of a row of `textkit.effect_sizes`; by default ``z``, by which the table is sorted."""
    record = case.record("term")
    rates = ("rate_target", "rate_reference")
    interval = case.settings.get("ci") is None
    column = case.chosen_column("z", [*COLUMNS, *rates, *(("ci_low", "ci_high") if interval else ())])
    name, explainer = COLUMNS.get("log_ratio" if column.startswith("ci_") else column, (same(column), None))
    term = str(record["term"])
    title = Words(f"“{term}”的效应量：{name.zh}", f"Effect size of “{term}”: {name.en}")
    counts = counts_of(case, record, title, interval=interval)
    if explainer is not None:
        explainer(counts)
        if not interval:
            bootstrap_note(counts)
        counts.derivation.note(
            "效应量对稀有词很不稳定：先按次数和文档数筛选，再排序。这些数都不知道文档之间相差多少；"
            '要下结论请用 keyness(measure="robust")。',
            "Effect sizes are unsteady for rare words: filter by count and range before ranking. None of them knows "
            'how much documents differ: for a claim use keyness(measure="robust").',
        )
    return Explained(counts.derivation, column, record, side_places(case, term))


def _log_ratio(counts: Counts) -> None:
    log_ratio_steps(counts.derivation, (A, B), (C, D), counts.confidence, interval=counts.interval, column="log_ratio")


def _relative_risk(counts: Counts) -> None:
    _missing_from_reference(counts)
    name = Words("两个比率之比", "the ratio of the two rates")
    counts.derivation.step(name, Symbol("RR"), (A / C) / (B / D), column="relative_risk")


def _pct_diff(counts: Counts) -> None:
    _relative_risk(counts)
    name = Words("差额占参照比率的百分数", "the difference in per cent of the rate in the reference")
    counts.derivation.step(name, VALUE, 100 * (Symbol("RR") - 1), column="pct_diff")
    counts.derivation.cite(GABRIELATOS)


def _odds_ratio(counts: Counts) -> None:
    observed(counts)
    _missing_from_reference(counts)
    name = Words("两个优势（出现 ÷ 不出现）之比", "the ratio of two odds (occurrences ÷ the rest)")
    counts.derivation.step(name, VALUE, (A / (C - A)) / (B / (D - B)), column="odds_ratio")


def _haldane_odds_ratio(counts: Counts) -> None:
    observed(counts)
    half: Formula = Literal(Decimal("0.5"))
    name = Words("四格各加 0.5 之后的优势比", "odds ratio after adding 0.5 to all four cells")
    ratio = ((A + half) / (C - A + half)) / ((B + half) / (D - B + half))
    counts.derivation.step(name, VALUE, ratio, column="haldane_odds_ratio")
    counts.derivation.cite(HALDANE)


def _z(counts: Counts) -> None:
    log_odds_steps(counts, "z")


def _log_odds(counts: Counts) -> None:
    delta, _, _ = log_odds_steps(counts, "z")
    bits_step(counts.derivation, delta, "log_odds")


def _g2(counts: Counts) -> None:
    observed(counts)
    expected_steps(counts.derivation, CELLS, labels(counts))
    signed(counts, g2_step(counts.derivation, CELLS), "g2")
    counts.derivation.cite(DUNNING)


def _two_cells(counts: Counts) -> Symbol:
    observed(counts)
    expected_steps(counts.derivation, CELLS, labels(counts), (0, 1))
    counts.derivation.cite(RAYSON)
    return g2_step(counts.derivation, CELLS, (0, 1))


def _g2_2cell(counts: Counts) -> None:
    signed(counts, _two_cells(counts), "g2_2cell")


def _bic(counts: Counts) -> None:
    g2 = _two_cells(counts)
    name = Words("贝叶斯信息准则：G² − ln N", "Bayesian information criterion: G² − ln N")
    counts.derivation.step(name, Symbol("BIC"), g2 - log(N), column="bic")
    counts.derivation.cite(WILSON)
    counts.derivation.note(
        "小于 0：没有差别；2 至 6：有证据；6 至 10：强；大于 10：很强。没有方向，并随语料增大。",
        "Below 0: no difference; 2 to 6: positive, 6 to 10: strong, above 10: very strong evidence. It has no "
        "direction, and grows with the corpora.",
    )


def _ell(counts: Counts) -> None:
    g2 = _two_cells(counts)
    least = counts.derivation.step(
        Words("较小的期望频数", "the smaller expected count"), Symbol("E", "min"), smallest(EXPECTED[0], EXPECTED[1])
    )
    ell: Formula = g2 / (N * log(least))
    if not counts.derivation[least] > 1:
        ell = Literal(Decimal("NaN"))
        counts.derivation.note(
            "较小的期望频数不超过 1 时，ELL 没有意义（NaN）。",
            "ELL does not exist (NaN) where the smaller expected count is 1 or less.",
        )
    counts.derivation.step(Words("ELL：G² ÷ (N·ln E)", "ELL: G² ÷ (N ln E)"), VALUE, ell, column="ell")
    counts.derivation.cite(JOHNSTON)


def _phi(counts: Counts) -> None:
    observed(counts)
    expected_steps(counts.derivation, CELLS, labels(counts))
    chi2 = chi2_step(counts.derivation, CELLS)
    s = direction_step(counts.derivation, A / C, B / D)
    name = Words("φ：√(χ² ÷ N)，带方向", "φ: √(χ² ÷ N), with the direction")
    counts.derivation.step(name, Symbol("phi"), s * root(chi2 / N), column="phi")
    counts.derivation.cite(PEARSON)


def _kld(counts: Counts) -> None:
    signed(counts, kld_step(counts), "kld")


def _simple_maths(counts: Counts) -> None:
    k = counts.derivation.given(
        Symbol("k"),
        float(counts.case.settings["k"]),
        Words("两边的比率各加上的数：越大越偏向常用词", "added to both rates: the larger, the more common words win"),
    )
    r1, r2 = Symbol("r", "1"), Symbol("r", "2")
    name = Words("Simple Maths：(r₁ + k) ÷ (r₂ + k)", "simple maths: (r₁ + k) ÷ (r₂ + k)")
    counts.derivation.step(name, VALUE, (r1 + k) / (r2 + k), column="simple_maths")
    counts.derivation.cite(KILGARRIFF)


def _missing_from_reference(counts: Counts) -> None:
    if counts.reference.count == 0:
        counts.derivation.note(
            "参照中没有这个词：比值为无穷大，不作修补。",
            "The reference lacks the term: the ratio is infinite, and nothing is made up.",
        )


COLUMNS: dict[str, tuple[Words, Callable[[Counts], None]]] = {
    "log_ratio": (same("Log Ratio"), _log_ratio),
    "relative_risk": (Words("比率之比", "relative risk"), _relative_risk),
    "pct_diff": (same("%DIFF"), _pct_diff),
    "odds_ratio": (Words("优势比", "odds ratio"), _odds_ratio),
    "haldane_odds_ratio": (Words("校正的优势比（Haldane）", "odds ratio after Haldane"), _haldane_odds_ratio),
    "log_odds": (Words("带先验的对数优势比", "log-odds ratio with a prior"), _log_odds),
    "z": (Words("带先验的对数优势比的 z", "z of the log-odds ratio with a prior"), _z),
    "g2": (Words("对数似然比 G²（四格）", "log-likelihood ratio G² (four cells)"), _g2),
    "g2_2cell": (Words("对数似然比 G²（两格）", "log-likelihood ratio G² (two cells)"), _g2_2cell),
    "bic": (Words("BIC（贝叶斯信息准则）", "BIC (Bayesian information criterion)"), _bic),
    "ell": (Words("ELL（对数似然的效应量）", "ELL (effect size for log likelihood)"), _ell),
    "phi": (same("φ"), _phi),
    "kld": (Words("KL 散度", "Kullback–Leibler divergence"), _kld),
    "simple_maths": (same("Simple Maths"), _simple_maths),
}
"""Name and explainer of every effect size."""
