"""Words over the documents of a group, from the nonzero cells of a matrix, in time of their number.

``term`` and ``part`` are the column and the row of each cell, ``count`` its value.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

from textkit.measures.arrays import Floats, Ints
from textkit.measures.p_values import normal_p, student_p


class ClusterSums(NamedTuple):
    """What documents as clusters contribute to each word of a group, f the count and n the size of a document."""

    count: Floats  # type: ignore[assignment]  # sum f; hides a method of tuples that nobody needs here
    square: Floats  # sum f^2
    cross: Floats  # sum f n
    size: float  # sum n
    size_square: float  # sum n^2
    n_docs: int

    def residual(self, rate: Floats) -> Floats:
        """Return ``sum (f - rate n)^2``."""
        return np.maximum(self.square - 2 * rate * self.cross + rate**2 * self.size_square, 0.0)


def cluster_sums(term: Ints, part: Ints, cells: ArrayLike, sizes: ArrayLike, n_terms: int) -> ClusterSums:
    """Return the sums over the documents of a group; documents of size 0 are none."""
    cells, size = np.asarray(cells, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    count, square, cross = (
        np.bincount(term, weights=w, minlength=n_terms).astype(np.float64, copy=False)
        for w in (cells, cells**2, cells * size[part])
    )
    return ClusterSums(count, square, cross, float(size.sum()), float((size**2).sum()), int((size > 0).sum()))


class ClusterRate(NamedTuple):
    """Rate of each word in a group and the variance of that rate when documents, not tokens, are sampled."""

    rate: Floats
    variance: Floats


def cluster_rate(group: ClusterSums) -> ClusterRate:
    """Return the ratio estimator ``p = sum f / sum n`` and its variance over documents (Cochran 1977).

    ``Var(p) = m / (m - 1) * sum (f - p n)^2 / (sum n)^2`` over the m documents; NaN for m < 2. The standard error of a
    log ratio of two rates is ``sqrt(Var1 / p1^2 + Var2 / p2^2)``; it promises too much where few documents have the
    word (see `cluster_score`).
    """
    m = group.n_docs
    rate = group.count / group.size
    variance = m / (m - 1) * group.residual(rate) / group.size**2 if m > 1 else np.full(rate.shape, np.nan)
    return ClusterRate(rate, variance)


def cluster_score(first: ClusterSums, second: ClusterSums, ratio: ArrayLike = 1.0) -> Floats:
    """Return z for the hypothesis that the rates of two groups of documents have the given ratio.

    The score (Rao 1948) form of the ratio estimator: residuals ``e = f - p n`` are taken around the rates that the
    hypothesis fixes, ``p2 = (a + b) / (ratio c + d)``, ``p1 = ratio p2``, over all m documents of both groups, so that
    a word which one group lacks needs no made-up count:
    ``z = (a d - b ratio c) / sqrt(max(m / (m - 1) sum e^2, a + b) * ratio c d)``.
    The ``a + b`` is the variance of independent tokens: documents are never surer than those. To be referred to
    Student's t with m - 2 degrees of freedom. With documents of one size ``z^2 <= m - 1``: below 8 documents no p is
    under 0.05, however large the counts.
    """
    shift = np.asarray(ratio, dtype=np.float64)
    a, b, d = first.count, second.count, second.size
    c = shift * first.size
    m = first.n_docs + second.n_docs
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        rate = (a + b) / (c + d)
        residual = first.residual(shift * rate) + second.residual(rate)
        spread = np.maximum(m / max(m - 1, 1) * residual, a + b)
        return np.asarray((a * d - b * c) / np.sqrt(spread * c * d))


_REACH = 40.0  # natural logs on either side within which the end of an interval is looked for


_STEPS = 50  # halvings: 80 / 2^50 is 7e-14


def cluster_interval(first: ClusterSums, second: ClusterSums, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Return the interval of the log ratio of two rates: all ratios that `cluster_score` does not reject.

    It holds 0 if and only if the p-value of no difference is above ``1 - confidence``. An end is infinite where no
    ratio is rejected: a word that one group lacks, or too few documents.
    """
    df = first.n_docs + second.n_docs - 2
    limit = float(stdtrit(df, 0.5 + confidence / 2))
    centre = np.log((first.count + 0.5) / first.size) - np.log((second.count + 0.5) / second.size)
    ends = []
    for wanted in (limit, -limit):
        low, high = centre - _REACH, centre + _REACH
        for _ in range(_STEPS):
            middle = 0.5 * (low + high)
            above = cluster_score(first, second, np.exp(middle)) > wanted
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        middle = 0.5 * (low + high)
        lost = np.abs(middle - centre) > _REACH - 1.0
        ends.append(np.where(lost, np.sign(middle - centre) * np.inf, middle))
    return ends[0], ends[1]


class Moments(NamedTuple):
    """Mean and sample variance over the documents of a group."""

    mean: Floats
    variance: Floats


def group_moments(term: Ints, value: ArrayLike, m: int, n_terms: int) -> Moments:
    """Return mean and variance (ddof 1) over ``m`` documents, those without the word counting as 0."""
    cells = np.asarray(value, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(term, weights=cells, minlength=n_terms) / m
        present = np.bincount(term, minlength=n_terms)
        square = np.bincount(term, weights=(cells - mean[term]) ** 2, minlength=n_terms)
        variance = (square + (m - present) * mean**2) / (m - 1) if m > 1 else np.full(n_terms, np.nan)
    return Moments(np.asarray(mean), np.asarray(variance))


class TTest(NamedTuple):
    """t, degrees of freedom and two-sided p."""

    t: Floats
    df: Floats
    p: Floats


def welch(first: Moments, m1: int, second: Moments, m2: int) -> TTest:
    """Return Welch's t-test of two means with unequal variances (Welch 1947); NaN where nothing varies."""
    v1, v2 = first.variance / m1, second.variance / m2
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (first.mean - second.mean) / np.sqrt(v1 + v2)
        df = (v1 + v2) ** 2 / (v1**2 / (m1 - 1) + v2**2 / (m2 - 1))
    t = np.where(np.isfinite(t), t, np.nan)
    return TTest(t, np.asarray(df), student_p(t, df))


def ratio_of_means_interval(
    first: Moments, m1: int, second: Moments, m2: int, df: ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Return the interval of ``log2`` of a ratio of two means: all ratios that a t-test does not reject (Fieller 1954).

    ``(mean1 - rho mean2)^2 <= t^2 (s1^2 / m1 + rho^2 s2^2 / m2)``, t of Student's distribution with the degrees of
    freedom of Welch's test, so that it holds 0 if and only if that test's p is above ``1 - confidence``. An end is
    infinite where no ratio is rejected. NaN where neither group varies and where one lacks the word: its spread is
    not known then.

    >>> one, other = Moments(np.array([4.0]), np.array([1.0])), Moments(np.array([2.0]), np.array([1.0]))
    >>> [round(float(end[0]), 3) for end in ratio_of_means_interval(one, 10, other, 10, 18.0)]
    [0.508, 1.62]
    """
    v1, v2 = first.variance / m1, second.variance / m2
    square = stdtrit(np.asarray(df, dtype=np.float64), 0.5 + confidence / 2) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.maximum(square * (first.mean**2 * v2 + second.mean**2 * v1 - square * v1 * v2), 0.0))
        both = first.mean * second.mean + spread
        lower = np.where(first.mean**2 > square * v1, (first.mean**2 - square * v1) / both, 0.0)
        upper = np.where(second.mean**2 > square * v2, both / (second.mean**2 - square * v2), np.inf)
        known = np.isfinite(square) & (first.mean > 0) & (second.mean > 0)
        return np.where(known, np.log2(lower), np.nan), np.where(known, np.log2(upper), np.nan)


class RankSum(NamedTuple):
    """Mann-Whitney U of the first group, its two-sided p, Cliff's delta, and the signed z behind p."""

    u: Floats
    p: Floats
    delta: Floats
    z: Floats


def mann_whitney(term: Ints, value: ArrayLike, first: NDArray[np.bool_], m1: int, m2: int, n_terms: int) -> RankSum:
    """Return the rank-sum test of each word over documents (Wilcoxon 1945, Mann & Whitney 1947) and Cliff's delta.

    ``value`` are the rates above 0, ``first`` says which of them belong to the first group of ``m1`` documents; all
    others are 0. Average ranks, normal approximation with tie and continuity correction. ``delta = 2 U / (m1 m2) - 1``
    (Cliff 1993): the share of pairs where the first is larger less the share where it is smaller.

    >>> found = mann_whitney(np.zeros(3, int), [2.0, 3.0, 1.0], np.array([True, True, False]), 2, 2, 1)
    >>> found.u.tolist(), found.delta.tolist()
    ([4.0], [1.0])
    """
    m = m1 + m2
    runs = _runs(term, value, first, n_terms)
    zeros = (m - runs.present).astype(np.float64)
    rank = zeros[runs.term] + runs.before[0] + runs.before[1] + (runs.own[0] + runs.own[1] + 1) / 2
    own_zeros = m1 - np.bincount(runs.term, weights=runs.own[0], minlength=n_terms)
    ranks = np.bincount(runs.term, weights=rank * runs.own[0], minlength=n_terms)
    u = ranks + own_zeros * (zeros + 1) / 2 - m1 * (m1 + 1) / 2
    length = runs.own[0] + runs.own[1]
    ties = np.bincount(runs.term, weights=length**3 - length, minlength=n_terms) + zeros**3 - zeros
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = m1 * m2 / 12.0 * ((m + 1) - ties / (m * (m - 1)))
        z = np.maximum(np.abs(u - m1 * m2 / 2) - 0.5, 0.0) / np.sqrt(variance)
        z = np.where(variance > 0, z, np.nan)
        delta = 2 * u / (m1 * m2) - 1
    return RankSum(np.asarray(u), normal_p(z), np.asarray(delta), np.asarray(np.sign(delta) * z))


class Interval(NamedTuple):
    """Ends of an interval and the standard error behind it."""

    low: Floats
    high: Floats
    se: Floats


def cliff_interval(
    term: Ints, value: ArrayLike, first: NDArray[np.bool_], m1: int, m2: int, n_terms: int, confidence: float = 0.95
) -> Interval:
    """Return the interval of Cliff's delta for ordinal comparison of two groups (Cliff 1993, 1996).

    ``d_ij`` is the sign of ``x_i - y_j``, d their mean. The variance is ``(m2^2 sum_i (d_i. - d)^2 +
    m1^2 sum_j (d_.j - d)^2 - sum_ij (d_ij - d)^2) / (m1 m2 (m1 - 1) (m2 - 1))``, at least
    ``(1 - d^2) / (m1 m2 - 1)``; the interval is the asymmetric one,
    ``(d - d^3 -+ z s sqrt((1 - d^2)^2 + z^2 s^2)) / (1 - d^2 + z^2 s^2)``, which stays inside [-1, 1]. Where one group
    lies wholly above the other there is no variance; the nearer end is then ``(m - z^2) / (m + z^2)``, m the smaller
    group (Feng & Cliff 2004). Arguments as in `mann_whitney`. NaN for a group of one document and where all values are
    equal.
    """
    runs = _runs(term, value, first, n_terms)
    # how many documents of the other group each value beats, less those that beat it; zeros are one more run
    counts = [np.bincount(runs.term, weights=own, minlength=n_terms) for own in runs.own]
    sizes = (m1, m2)
    zeros = [size - count for size, count in zip(sizes, counts, strict=True)]
    square, mean = [], []
    for mine, other in ((0, 1), (1, 0)):
        beaten = zeros[other][runs.term] + runs.before[other]
        lost = counts[other][runs.term] - runs.before[other] - runs.own[other]
        dominance = (beaten - lost) / sizes[other]
        of_zero = -counts[other] / sizes[other]
        total = np.bincount(runs.term, weights=dominance * runs.own[mine], minlength=n_terms) + of_zero * zeros[mine]
        squares = of_zero**2 * zeros[mine]
        squares = squares + np.bincount(runs.term, weights=dominance**2 * runs.own[mine], minlength=n_terms)
        mean.append(total / sizes[mine])
        square.append(np.maximum(squares - sizes[mine] * mean[-1] ** 2, 0.0))
    tied = np.bincount(runs.term, weights=runs.own[0] * runs.own[1], minlength=n_terms) + zeros[0] * zeros[1]
    d = mean[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        single = m1 * m2 - tied - m1 * m2 * d**2
        variance = (m2**2 * square[0] + m1**2 * square[1] - single) / (m1 * m2 * (m1 - 1.0) * (m2 - 1.0))
        variance = np.maximum(variance, (1 - d**2) / (m1 * m2 - 1.0))
        variance = np.where((tied < m1 * m2) & (min(m1, m2) > 1), variance, np.nan)
        z2 = float(ndtri(0.5 + confidence / 2)) ** 2
        half = np.sqrt(z2 * variance * ((1 - d**2) ** 2 + z2 * variance))
        under = 1 - d**2 + z2 * variance
        low, high = ((d - d**3 + sign * half) / under for sign in (-1, 1))
    full = (np.abs(d) == 1) & (min(m1, m2) > 1)
    nearer = (min(m1, m2) - z2) / (min(m1, m2) + z2)
    low = np.where(full, np.where(d > 0, nearer, -1.0), low)
    high = np.where(full, np.where(d > 0, 1.0, -nearer), high)
    return Interval(low, high, np.sqrt(variance))


class _Runs(NamedTuple):
    """Equal values of a term: how many documents of each group have them, and how many a smaller one above 0."""

    term: Ints
    own: tuple[Floats, Floats]
    before: tuple[Floats, Floats]
    present: Ints


def _runs(term: Ints, value: ArrayLike, first: NDArray[np.bool_], n_terms: int) -> _Runs:
    """Sort the cells by term and value and count equal ones."""
    cells = np.asarray(value, dtype=np.float64)
    order = np.lexsort((cells, term))
    sorted_term, sorted_cells, sorted_first = term[order], cells[order], first[order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (sorted_term[1:] != sorted_term[:-1]) | (sorted_cells[1:] != sorted_cells[:-1])
    run = np.cumsum(new) - 1
    of_run = sorted_term[new]
    n = len(of_run)
    own, before = [], []
    for mask in (sorted_first, ~sorted_first):
        number = np.asarray(np.bincount(run, weights=mask.astype(np.float64), minlength=n), dtype=np.float64)
        until = np.concatenate(([0.0], np.cumsum(number)))
        begin = np.searchsorted(of_run, of_run, side="left")  # the first run of the same term
        own.append(number)
        before.append(until[:-1] - until[begin])
    present = np.bincount(term, minlength=n_terms)
    return _Runs(of_run, (own[0], own[1]), (before[0], before[1]), present)
