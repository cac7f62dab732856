"""Effect sizes of two rates, and intervals for a share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from textkit.measures.arrays import LN2, Floats, floats
from textkit.measures.contingency import TwoByTwo, expected, log_likelihood_2cell, two_by_two


class LogRatio(NamedTuple):
    """``log2`` of a ratio of two rates, its standard error (also in bits) and where a zero count became 0.5."""

    value: Floats
    se: Floats
    zero_adjusted: NDArray[np.bool_]


def relative_risk(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike) -> Floats:
    """Return the ratio of the two rates, ``RR = (a / c) / (b / d)``; infinite if ``b`` is 0.

    >>> float(relative_risk(6, 2, 100, 100))
    3.0
    """
    a, b, c, d = floats(a, b, c, d)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((a / c) / (b / d))


def log_ratio(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike) -> LogRatio:
    """Return the log ratio ``log2 RR`` (Hardie 2014) and its standard error (Katz 1978).

    ``se = sqrt(1/a - 1/c + 1/b - 1/d) / ln 2``. A count of zero, and only that, is replaced by 0.5 and marked.

    >>> found = log_ratio(8, [2, 0], 100, 100)
    >>> found.value.tolist(), found.zero_adjusted.tolist()
    ([2.0, 4.0], [False, True])
    """
    a, b, c, d = floats(a, b, c, d)
    zero = (a == 0) | (b == 0)
    a, b = np.where(a == 0, 0.5, a), np.where(b == 0, 0.5, b)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log2((a / c) / (b / d))
        variance = (1 / a - 1 / c) + (1 / b - 1 / d)
    return LogRatio(np.asarray(value), np.sqrt(np.maximum(variance, 0.0)) / LN2, np.asarray(zero))


def normal_interval(value: ArrayLike, se: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Return ``value -+ z se`` for a two-sided normal interval.

    >>> [round(float(bound), 2) for bound in normal_interval(0.0, 1.0)]
    [-1.96, 1.96]
    """
    centre, half = np.asarray(value, dtype=np.float64), float(ndtri(0.5 + confidence / 2)) * np.asarray(se)
    return np.asarray(centre - half), np.asarray(centre + half)


def odds_ratio(table: TwoByTwo) -> Floats:
    """Return the sample odds ratio ``o11 o22 / (o12 o21)``; infinite or NaN where a zero stands below the line."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((table.o11 / table.o21) / (table.o12 / table.o22))


def haldane_odds_ratio(table: TwoByTwo) -> Floats:
    """Return the odds ratio after adding 0.5 to all four cells (Haldane 1956, Anscombe 1956): always finite.

    >>> float(haldane_odds_ratio(two_by_two(0, 0, 1, 1)))
    1.0
    """
    return odds_ratio(TwoByTwo(*(cell + 0.5 for cell in table)))


def pct_diff(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike) -> Floats:
    """Return ``%DIFF = 100 (RR - 1)`` (Gabrielatos & Marchi 2012); infinite where the reference has none.

    >>> float(pct_diff(6, 2, 100, 100))
    200.0
    """
    return 100.0 * (relative_risk(a, b, c, d) - 1.0)


def bic(g2_2cell: ArrayLike, n: ArrayLike) -> Floats:
    """Return ``BIC = G2 - ln N`` (Wilson 2013): below 0 for no difference, 2 to 6 positive, above 10 very strong."""
    return np.asarray(np.asarray(g2_2cell, dtype=np.float64) - np.log(np.asarray(n, dtype=np.float64)))


def ell(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike) -> Floats:
    """Return ``ELL = G2 / (N ln min(E1, E2))`` of the two-cell G2 (Johnston et al. 2006); NaN if min(E) <= 1."""
    table = two_by_two(a, b, c, d)
    cells = expected(table)
    least = np.minimum(cells.o11, cells.o12)
    n = sum(table)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = log_likelihood_2cell(a, b, c, d) / (n * np.log(least))
    return np.where(least > 1, value, np.nan)


def simple_maths(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike, *, constant: float = 100.0) -> Floats:
    """Return ``(rate1 + k) / (rate2 + k)``, rates per million words (Kilgarriff 2009); a larger k favours common words.

    >>> float(simple_maths(200, 100, 1_000_000, 1_000_000, constant=100))
    1.5
    """
    a, b, c, d = floats(a, b, c, d)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((1e6 * a / c + constant) / (1e6 * b / d + constant))


def wilson_interval(count: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Return the score interval of a proportion ``count / n`` (Wilson 1927); NaN where ``n`` is 0.

    ``(p + z^2/2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)``. It stays inside [0, 1] and is not empty at
    a count of zero. It treats the tokens as independent draws: too narrow for words that come in bursts.

    >>> [round(float(bound), 4) for bound in wilson_interval(0, 10)]
    [0.0, 0.2775]
    """
    count, n = floats(count, n)
    z = float(ndtri(0.5 + confidence / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = count / n
        centre = p + z * z / (2 * n)
        half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        low, high = (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)
    # At a count of 0 or n one bound is exactly 0 or 1; rounding must not push it outside.
    return np.where(count == 0, 0.0, np.maximum(low, 0.0)) + 0 * p, np.where(
        count == n, 1.0, np.minimum(high, 1.0)
    ) + 0 * p
