"""Words over the documents of a group, from the nonzero cells of a matrix, in time of their number.

``term`` and ``part`` are the column and the row of each cell, ``count`` its value.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

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


class RankSum(NamedTuple):
    """Mann-Whitney U of the first group, its two-sided p and Cliff's delta."""

    u: Floats
    p: Floats
    delta: Floats


def mann_whitney(term: Ints, value: ArrayLike, first: NDArray[np.bool_], m1: int, m2: int, n_terms: int) -> RankSum:
    """Return the rank-sum test of each word over documents (Wilcoxon 1945, Mann & Whitney 1947) and Cliff's delta.

    ``value`` are the rates above 0, ``first`` says which of them belong to the first group of ``m1`` documents; all
    others are 0. Average ranks, normal approximation with tie and continuity correction. ``delta = 2 U / (m1 m2) - 1``
    (Cliff 1993): the share of pairs where the first is larger less the share where it is smaller.

    >>> found = mann_whitney(np.zeros(3, int), [2.0, 3.0, 1.0], np.array([True, True, False]), 2, 2, 1)
    >>> found.u.tolist(), found.delta.tolist()
    ([4.0], [1.0])
    """
    cells = np.asarray(value, dtype=np.float64)
    m = m1 + m2
    present = np.bincount(term, minlength=n_terms)
    zeros = (m - present).astype(np.float64)
    order = np.lexsort((cells, term))
    sorted_term, sorted_cells, sorted_first = term[order], cells[order], first[order]
    place = np.arange(len(order)) - np.repeat(np.cumsum(present) - present, present)
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (sorted_term[1:] != sorted_term[:-1]) | (sorted_cells[1:] != sorted_cells[:-1])
    run = np.cumsum(new) - 1
    length = np.bincount(run).astype(np.float64) if len(order) else np.empty(0)
    begin = place[new]
    rank = zeros[sorted_term] + (begin + (length + 1) / 2)[run] if len(order) else np.empty(0)
    own_zeros = m1 - np.bincount(sorted_term[sorted_first], minlength=n_terms)
    ranks = np.bincount(sorted_term, weights=np.where(sorted_first, rank, 0.0), minlength=n_terms)
    u = ranks + own_zeros * (zeros + 1) / 2 - m1 * (m1 + 1) / 2
    ties = np.bincount(sorted_term[new], weights=length**3 - length, minlength=n_terms) + zeros**3 - zeros
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = m1 * m2 / 12.0 * ((m + 1) - ties / (m * (m - 1)))
        z = np.maximum(np.abs(u - m1 * m2 / 2) - 0.5, 0.0) / np.sqrt(variance)
        p = np.where(variance > 0, normal_p(z), np.nan)
        delta = 2 * u / (m1 * m2) - 1
    return RankSum(np.asarray(u), p, np.asarray(delta))
