"""The measures of keyness: counts of the tested terms on both sides in, one result a term out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textkit import measures
from textkit.contrast.sides import Side
from textkit.errors import ArgumentError
from textkit.measures import LN2, Floats
from textkit.measures.divergence import keyness_kld
from textkit.measures.document_level import cliff_interval, ratio_of_means_interval

_RARE_DOCS = 3  # documents below which nobody can say how much documents differ
ENOUGH_DOCS = 8
"""Documents on both sides together below which sqrt(documents - 1), the largest score of the cluster test with
documents of one length, stays under the 5 % point of Student's t with (documents - 2) degrees of freedom."""


class Pair(NamedTuple):
    """The tested terms: occurrences and documents on both sides; places are their columns."""

    a: Floats
    b: Floats
    docs_a: Floats
    docs_b: Floats
    places: NDArray[np.intp]
    first: Side
    second: Side


class Options(NamedTuple):
    """What a kernel may need beside the counts."""

    confidence: float
    prior: Floats | None = None  # alpha of every term of the vocabulary, for the log-odds
    prior_size: float = 0.0
    prior_tokens: float = 0.0  # counts that the prior is shared out by
    prior_types: int = 0  # terms that either side has
    prior_scale: float = 0.0  # the alpha0 that was asked for, or its default

    @property
    def of_prior(self) -> dict[str, Any]:
        """What a table says of its prior, so that a row of it can be worked out anew."""
        return {
            "alpha0": self.prior_size, "prior_tokens": self.prior_tokens, "prior_types": self.prior_types,
            "prior_scale": self.prior_scale,
        }  # fmt: skip


Again = Callable[[Floats, Floats, Floats, Floats, slice], Floats]
"""The effect of some of the tested terms from the sums a, b and sizes c, d of resampled documents."""


class Result(NamedTuple):
    """One value a term; ``again`` works the effect out for a resample."""

    score: Floats
    effect: Floats
    low: Floats
    high: Floats
    p: Floats
    zero_adjusted: NDArray[np.bool_]
    extra: dict[str, Any]
    again: Again | None = None


class Measure(NamedTuple):
    """A kernel, its sampling unit and its own filters."""

    kernel: Callable[[Pair, Options], Result]
    unit: str = "token"
    min_docs: int = 1  # on each side
    min_count: int = 1
    min_range: int = 1
    min_share: float = 0.0  # of the documents of the side where the term is commoner
    resampled: str = "count"  # what is added up in a resample of documents: "count", "presence", "rate", or nothing


def pair_of(first: Side, second: Side, tested: NDArray[np.bool_]) -> Pair:
    """Pick the tested terms of both sides."""
    places = np.flatnonzero(tested)
    a, b = first.count[places], second.count[places]
    docs = [side.docs[places].astype(np.float64) for side in (first, second)]
    return Pair(a, b, docs[0], docs[1], places, first, second)


# ---------------------------------------------------------------------------------------------------------------
# Tokens as the sample


def _log_ratio_again(a: Floats, b: Floats, c: Floats, d: Floats, _: slice) -> Floats:
    return np.asarray(np.log2((np.where(a == 0, 0.5, a) / c) / (np.where(b == 0, 0.5, b) / d)))


def _log_ratio_effect(a: Floats, b: Floats, c: float, d: float, confidence: float) -> dict[str, Any]:
    ratio = measures.log_ratio(a, b, c, d)
    low, high = measures.normal_interval(ratio.value, ratio.se, confidence)
    return {
        "effect": ratio.value, "low": low, "high": high, "zero_adjusted": ratio.zero_adjusted, "extra": {},
        "again": _log_ratio_again,
    }  # fmt: skip


def _from_statistic(statistic: Callable[[measures.TwoByTwo], Floats]) -> Callable[[Pair, Options], Result]:
    """Make the kernel of a statistic of two-by-two tables that is chi-squared with one degree of freedom."""

    def kernel(pair: Pair, options: Options) -> Result:
        c, d = pair.first.size, pair.second.size
        table = measures.two_by_two(pair.a, pair.b, c, d)
        value = statistic(table)
        effect = _log_ratio_effect(pair.a, pair.b, c, d, options.confidence)
        return Result(score=measures.association_sign(table) * value, p=measures.chi2_p(value), **effect)

    return kernel


def _g2_2cell(table: measures.TwoByTwo) -> Floats:
    return measures.log_likelihood_2cell(table.o11, table.o12, table.o11 + table.o21, table.o12 + table.o22)


def _fisher(pair: Pair, options: Options) -> Result:
    c, d = pair.first.size, pair.second.size
    table = measures.two_by_two(pair.a, pair.b, c, d)
    test = measures.fisher_exact(table)
    score = measures.association_sign(table) * np.abs(test.log_p) / measures.LN10
    return Result(score=score, p=test.two_sided, **_log_ratio_effect(pair.a, pair.b, c, d, options.confidence))


def _log_ratio(pair: Pair, options: Options) -> Result:
    effect = _log_ratio_effect(pair.a, pair.b, pair.first.size, pair.second.size, options.confidence)
    return Result(score=effect["effect"], p=np.full(len(pair.a), np.nan), **effect)


def _kld(pair: Pair, options: Options) -> Result:
    c, d = pair.first.size, pair.second.size
    effect = _log_ratio_effect(pair.a, pair.b, c, d, options.confidence)
    return Result(score=keyness_kld(pair.a, pair.b, c, d), p=np.full(len(pair.a), np.nan), **effect)


def _fightin_words(pair: Pair, options: Options) -> Result:
    assert options.prior is not None
    alpha, size = options.prior[pair.places], options.prior_size

    def fit(factor: float) -> tuple[measures.LogOdds, Floats]:
        sizes = pair.first.size, pair.second.size
        found = measures.fightin_words(pair.a, pair.b, *sizes, alpha * factor, size * factor)
        return found, np.asarray(found.value / np.sqrt(found.variance))

    def again(a: Floats, b: Floats, c: Floats, d: Floats, which: slice) -> Floats:
        prior = alpha[which, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = [np.log(y + prior) - np.log(n + size - y - prior) for y, n in ((a, c), (b, d))]
            return np.asarray((odds[0] - odds[1]) / LN2)

    found, z = fit(1.0)
    low, high = measures.normal_interval(found.value, np.sqrt(found.variance), options.confidence)
    changed = {f"x{factor:g}": _rank_correlation(z, fit(factor)[1]) for factor in (0.1, 10.0)}
    return Result(
        z, found.value / LN2, low / LN2, high / LN2, measures.normal_p(z), np.zeros(len(z), dtype=np.bool_),
        options.of_prior | {"sensitivity": changed}, again,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------
# Documents as the sample


def _text_dispersion(pair: Pair, options: Options) -> Result:
    c, d = pair.first.n_docs, pair.second.n_docs
    table = measures.two_by_two(pair.docs_a, pair.docs_b, c, d)
    value = measures.log_likelihood(table)
    effect = _log_ratio_effect(pair.docs_a, pair.docs_b, c, d, options.confidence)
    return Result(score=measures.association_sign(table) * value, p=measures.chi2_p(value), **effect)


def _robust(pair: Pair, options: Options) -> Result:
    first, second = cluster_sums(pair)
    df = first.n_docs + second.n_docs - 2
    low, high = (end / LN2 for end in measures.cluster_interval(first, second, options.confidence))
    score = np.where(low > 0, low, np.where(high < 0, high, 0.0))
    p = measures.student_p(measures.cluster_score(first, second), df)
    effect = _shrunk_again(pair.a, pair.b, np.array(first.size), np.array(second.size), slice(None))
    return Result(score, effect, low, high, p, _absent(pair), {"df": df}, _shrunk_again)


def _shrunk_again(a: Floats, b: Floats, c: Floats, d: Floats, _: slice) -> Floats:
    one = 1.0 / (c + d)
    return np.asarray(np.log2(a / c + one) - np.log2(b / d + one))


def cluster_sums(pair: Pair) -> tuple[measures.ClusterSums, measures.ClusterSums]:
    """Return what documents as clusters contribute to the tested terms, on both sides."""
    first, second = (_sums_of(side, pair.places) for side in (pair.first, pair.second))
    return first, second


def _sums_of(side: Side, places: NDArray[np.intp]) -> measures.ClusterSums:
    sums = measures.cluster_sums(side.term, side.doc, side.cells, side.lengths, len(side.count))
    return sums._replace(count=sums.count[places], square=sums.square[places], cross=sums.cross[places])


def _welch(pair: Pair, options: Options) -> Result:
    v, at = len(pair.first.count), pair.places
    sides = (pair.first, pair.second)
    m1, m2 = (side.n_docs for side in sides)
    whole = [measures.group_moments(side.term, _rates(side), side.n_docs, v) for side in sides]
    first, second = (measures.Moments(moments.mean[at], moments.variance[at]) for moments in whole)
    test = measures.welch(first, m1, second, m2)
    low, high = ratio_of_means_interval(first, m1, second, m2, test.df, options.confidence)
    one = 1.0 / (pair.first.size + pair.second.size)

    def again(a: Floats, b: Floats, c: Floats, d: Floats, _: slice) -> Floats:
        return np.asarray(np.log2(a / c + one) - np.log2(b / d + one))

    effect = np.log2(first.mean + one) - np.log2(second.mean + one)
    return Result(test.t, effect, low, high, test.p, _absent(pair), {}, again)


def _rank_sum(pair: Pair, options: Options) -> Result:
    v = len(pair.first.count)
    m1, m2 = pair.first.n_docs, pair.second.n_docs
    term = np.concatenate([pair.first.term, pair.second.term])
    value = np.concatenate([_rates(pair.first), _rates(pair.second)])
    is_first = np.arange(len(term)) < len(pair.first.term)
    test = measures.mann_whitney(term, value, is_first, m1, m2, v)
    delta = test.delta[pair.places]
    spread = cliff_interval(term, value, is_first, m1, m2, v, options.confidence)
    low, high = spread.low[pair.places], spread.high[pair.places]
    return Result(
        test.z[pair.places], delta, low, high, test.p[pair.places], np.zeros(len(delta), dtype=np.bool_), {}, None
    )


def _rates(side: Side) -> Floats:
    return np.asarray(side.cells / side.lengths[side.doc])


def _absent(pair: Pair) -> NDArray[np.bool_]:
    return np.asarray((pair.a == 0) | (pair.b == 0))


MEASURES: dict[str, Measure] = {
    "g2": Measure(_from_statistic(measures.log_likelihood)),
    "g2_2cell": Measure(_from_statistic(_g2_2cell)),
    "chi2": Measure(_from_statistic(measures.chi_squared)),
    "chi2_yates": Measure(_from_statistic(lambda table: measures.chi_squared(table, yates=True))),
    "fisher": Measure(_fisher),
    "log_ratio": Measure(_log_ratio),
    "kld": Measure(_kld),
    "fightin_words": Measure(_fightin_words),
    "text_dispersion": Measure(_text_dispersion, unit="document", resampled="presence"),
    "robust": Measure(_robust, unit="document", min_docs=_RARE_DOCS, min_count=5, min_range=3, min_share=0.005),
    "welch": Measure(_welch, unit="document", min_docs=2, resampled="rate"),
    "rank_sum": Measure(_rank_sum, unit="document", min_docs=2, resampled="nothing"),
}
"""What ``measure`` can be, with its sampling unit and its own filters."""


# ---------------------------------------------------------------------------------------------------------------
# Which measure, and whether it can be had


def automatic(sides: list[tuple[Side, Side]], unit: str) -> tuple[str, str | None]:
    """Return the measure for ``"auto"`` and, where that is a fallback, the reason."""
    for first, second in sides:
        if not first.n_docs or not second.n_docs:
            return "g2", "the reference is a list of counts, without documents that could differ from each other"
        n = first.n_docs + second.n_docs
        if min(first.n_docs, second.n_docs) < _RARE_DOCS or n < ENOUGH_DOCS:
            return "g2", (
                f"a test with {unit}s as the sample needs {_RARE_DOCS} with tokens in each group and {ENOUGH_DOCS} "
                f"together, got {first.n_docs} in the target and {second.n_docs} in the reference"
            )
    return "robust", None


def fallback_note(why: str, unit: str) -> str:
    """Word the warning that ``"auto"`` could not use documents as the sample."""
    split = "" if unit != "document" else ', use a smaller unit (give the tokens and unit="paragraph")'
    return (
        f"measure='auto' fell back to 'g2': {why}. Its p-values are per token and claim too much: read the table as a "
        f'description of these texts{split}, or give measure="g2" to say that you know.'
    )


def check_documents(first: Side, second: Side, measure: str) -> None:
    """Raise if the sides have fewer documents than the measure needs."""
    about = MEASURES[measure]
    if about.unit == "token":
        return
    if not second.n_docs:
        raise ArgumentError(
            f"measure={measure!r} compares documents, but reference is a list of counts without documents. Use "
            'measure="g2" or "log_ratio", or give the matrix of the other corpus.'
        )
    if min(first.n_docs, second.n_docs) < about.min_docs:
        raise ArgumentError(
            f"measure={measure!r} needs at least {about.min_docs} documents with tokens in each group to see how much "
            f"documents differ, got {first.n_docs} in the target and {second.n_docs} in the reference. Split the texts "
            'first (tokens.split("paragraph")), or use measure="g2", whose p-values are per token and claim too much.'
        )


def few_documents_note(first: Side, second: Side, measure: str) -> str | None:
    """Return the warning that no p of the robust measure can be small."""
    n = first.n_docs + second.n_docs
    if measure != "robust" or n >= ENOUGH_DOCS:
        return None
    return f"{n} documents are too few for any term to be significant at 5 %: read the effects, not the p-values."


def _rank_correlation(a: Floats, b: Floats) -> float:
    """Return Spearman's rank correlation, average ranks; NaN for fewer than two different values."""
    ranks = [average_ranks(values) for values in (a, b)]
    centred = [values - values.mean() for values in ranks]
    norm = float(np.sqrt((centred[0] ** 2).sum() * (centred[1] ** 2).sum()))
    return round(float((centred[0] * centred[1]).sum()) / norm, 12) if norm > 0 else float("nan")


def average_ranks(values: Floats) -> Floats:
    """Return the rank of each value, 1 the smallest, equal values sharing the mean of their ranks."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[inverse])
