"""The formulas of textkit, one implementation of each: pure numpy, vectorised over arrays of words or of documents.

Every function takes numbers and returns numbers: no labels, no tables, no filters. A quantity that does not exist
(an odds ratio over a zero, a logarithm of nothing) is NaN or infinite, never replaced by something invented.
Logarithms are natural unless a base is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfc, gammaln, log_ndtr, ndtr, ndtri, stdtr, stdtrit, xlog1py, xlogy

from textkit.errors import ArgumentError, check_choice

Floats = NDArray[np.float64]
Ints = NDArray[Any]  # of any integer kind

_LN2 = float(np.log(2.0))
_LN10 = float(np.log(10.0))


def check_counts(weighting: str, function: str) -> None:
    """Raise unless a matrix holds counts: most formulas here are defined for nothing else.

    >>> check_counts("tfidf:ntc", "bm25")
    Traceback (most recent call last):
    textkit.errors.ArgumentError: bm25 needs counts, but dtm holds weights (tfidf:ntc). Give it what count() returned.
    """
    if weighting != "count":
        raise ArgumentError(
            f"{function} needs counts, but dtm holds weights ({weighting}). Give it what count() returned."
        )


# ---------------------------------------------------------------------------------------------------------------
# Two-by-two tables


class TwoByTwo(NamedTuple):
    """Observed counts of a two-by-two table, each an array: rows are word and other words, columns two corpora."""

    o11: Floats
    o12: Floats
    o21: Floats
    o22: Floats


def two_by_two(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike) -> TwoByTwo:
    """Return the table of a word that occurs ``a`` times among ``c`` tokens and ``b`` times among ``d``.

    >>> [float(cell) for cell in two_by_two(3, 1, 10, 20)]
    [3.0, 1.0, 7.0, 19.0]
    """
    a, b, c, d = _floats(a, b, c, d)
    return TwoByTwo(a, b, c - a, d - b)


def expected(table: TwoByTwo) -> TwoByTwo:
    """Return the counts expected without association, ``E_ij = row sum * column sum / N``.

    >>> [float(cell) for cell in expected(two_by_two(3, 1, 10, 30))]
    [1.0, 3.0, 9.0, 27.0]
    """
    o11, o12, o21, o22 = table
    n = o11 + o12 + o21 + o22
    rows, columns = (o11 + o12, o21 + o22), (o11 + o21, o12 + o22)
    with np.errstate(divide="ignore", invalid="ignore"):
        return TwoByTwo(*(row * column / n for row in rows for column in columns))


def log_likelihood(table: TwoByTwo) -> Floats:
    r"""Return the log-likelihood ratio of all four cells, ``G2 = 2 sum O ln(O / E)`` (Dunning 1993).

    A zero cell contributes nothing; a table without association gives 0. Not signed.

    >>> round(float(log_likelihood(two_by_two(110, 2442, 221, 31556))), 2)
    270.72
    """
    # O - E is the same in all four cells but for its sign, which keeps the digits when O and E are close.
    lift = _lift(table)
    cells = expected(table)
    signs = (1.0, -1.0, -1.0, 1.0)
    total = sum(xlog1py(o, sign * _ratio(lift, e)) for o, e, sign in zip(table, cells, signs, strict=True))
    return np.maximum(2.0 * np.asarray(total, dtype=np.float64), 0.0)


def log_likelihood_2cell(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike) -> Floats:
    """Return ``G2 = 2 [a ln(a / E1) + b ln(b / E2)]`` over the word's own two cells (Rayson & Garside 2000).

    ``E1 = c (a + b) / (c + d)``; the form of WordSmith, AntConc and CQPweb. It is smaller than the four-cell G2 by
    a share of about ``(a + b) / N``.

    >>> round(float(log_likelihood_2cell(310, 205, 120_000, 250_000)), 3)
    166.481
    """
    table = two_by_two(a, b, c, d)
    lift, cells = _lift(table), expected(table)
    total = xlog1py(table.o11, _ratio(lift, cells.o11)) + xlog1py(table.o12, _ratio(-lift, cells.o12))
    return np.maximum(2.0 * np.asarray(total, dtype=np.float64), 0.0)


def chi_squared(table: TwoByTwo, *, yates: bool = False) -> Floats:
    """Return Pearson's ``chi2 = sum (O - E)^2 / E``.

    With ``yates=True`` each ``|O - E|`` is reduced by 0.5, but never below 0 (as R and scipy do): the form without
    that cap is positive for a table without association.

    >>> table = two_by_two(7, 3, 9, 10)
    >>> round(float(chi_squared(table)), 4), round(float(chi_squared(table, yates=True)), 4)
    (4.3372, 2.6324)
    """
    lift = np.abs(_lift(table))
    if yates:
        lift = np.maximum(lift - 0.5, 0.0)
    total = sum(lift * _ratio(lift, e) for e in expected(table))
    return np.asarray(total, dtype=np.float64)


def association_sign(table: TwoByTwo) -> Floats:
    """Return 1 where the word is commoner in the first column, -1 where rarer, 0 where the rates are equal."""
    return np.sign(_lift(table))


def phi(table: TwoByTwo) -> Floats:
    """Return the signed coefficient ``phi = sign * sqrt(chi2 / N)``, from -1 to 1."""
    n = table.o11 + table.o12 + table.o21 + table.o22
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(association_sign(table) * np.sqrt(chi_squared(table) / n))


def chi2_p(statistic: ArrayLike) -> Floats:
    """Return the upper tail of the chi-squared distribution with one degree of freedom.

    >>> round(float(chi2_p(3.841458820694124)), 12)
    0.05
    """
    return np.asarray(erfc(np.sqrt(0.5 * np.asarray(statistic, dtype=np.float64))))  # 80 times as fast as chdtrc


def chi2_log10_p(statistic: ArrayLike) -> Floats:
    """Return ``log10`` of `chi2_p`, exact also where p itself is too small for a float.

    >>> round(float(chi2_log10_p(5000.0)), 1)
    -1087.7
    """
    root = np.sqrt(np.asarray(statistic, dtype=np.float64))
    return np.asarray((_LN2 + log_ndtr(-root)) / _LN10)


# ---------------------------------------------------------------------------------------------------------------
# Fisher's exact test


class Fisher(NamedTuple):
    """p-values of Fisher's exact test; ``log_p`` is the natural logarithm of the two-sided one."""

    two_sided: Floats
    greater: Floats
    less: Floats
    log_p: Floats


_SLACK = 1e-7  # tables this much more probable than the observed one still count as no more probable (R, scipy)
_SUPPORT = 20_000  # up to so many possible tables each is looked at; beyond, only the tails
_BLOCK = 2_000_000  # possible tables worked on at a time


def fisher_exact(table: TwoByTwo) -> Fisher:
    """Return Fisher's exact test (1935): the margins are fixed, so ``o11`` is hypergeometric.

    Two-sided: the sum of the probabilities of all tables that are no more probable than the observed one, up to a
    relative slack of 1e-7. Worked out in logarithms; equal tables are worked out once.

    >>> test = fisher_exact(TwoByTwo(*(np.array([x]) for x in (3, 1, 1, 3))))
    >>> round(float(test.two_sided[0]), 6), round(float(test.greater[0]), 6)
    (0.485714, 0.242857)
    """
    cells = np.stack([np.atleast_1d(cell) for cell in np.broadcast_arrays(*_floats(*table))], axis=-1)
    shape = cells.shape[:-1]
    distinct, where = np.unique(cells.reshape(-1, 4), axis=0, return_inverse=True)
    result = np.full((len(distinct), 4), np.nan)
    known = np.flatnonzero(np.isfinite(distinct).all(axis=1) & (distinct >= 0).all(axis=1))
    whole = np.rint(distinct[known]).astype(np.int64)
    low, high = _support(whole)
    small = high - low < _SUPPORT
    result[known[small]] = _fisher_small(whole[small])
    for place, cell in zip(known[~small], whole[~small], strict=True):
        result[place] = _fisher_large(cell)
    spread = result[where.ravel()].reshape(*shape, 4)
    return Fisher(*(spread[..., i] for i in range(4)))


def conditional_odds_ratio(table: TwoByTwo) -> Floats:
    """Return the odds ratio that makes the observed table most likely given its margins (R's ``fisher.test``).

    Solves ``E[o11 | odds ratio, margins] = o11`` by bisection; 0 and infinity at the ends of the support.

    >>> round(float(conditional_odds_ratio(TwoByTwo(*(np.array([x]) for x in (3, 1, 1, 3))))[0]), 4)
    6.4083
    """
    cells = np.stack([np.atleast_1d(cell) for cell in np.broadcast_arrays(*_floats(*table))], axis=-1)
    whole = np.rint(cells.reshape(-1, 4)).astype(np.int64)
    return np.array([_conditional_one(cell) for cell in whole]).reshape(cells.shape[:-1])


def _support(whole: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the smallest and largest ``o11`` that the margins allow."""
    o11, o12, o21, o22 = whole.T
    return np.maximum(0, o11 - o22), np.minimum(o11 + o12, o11 + o21)


def _fisher_small(whole: NDArray[np.int64]) -> Floats:
    """Look at every possible table, in blocks, all tables of a block in one flat array."""
    low, high = _support(whole)
    size = high - low + 1
    out = np.empty((len(whole), 4))
    begin = 0
    while begin < len(whole):
        stop = begin + max(int(np.searchsorted(np.cumsum(size[begin:]), _BLOCK, side="right")), 1)
        part, sizes = whole[begin:stop], size[begin:stop]
        starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
        owner = np.repeat(np.arange(len(part)), sizes)
        k = np.arange(int(sizes.sum())) - starts[owner] + low[begin:stop][owner]
        observed = part[:, 0]
        log_all = _log_hypergeometric(k, part[owner])
        log_own = log_all[starts + observed - low[begin:stop]]
        masks = (log_all <= (log_own + _SLACK)[owner], k >= observed[owner], k <= observed[owner])
        # Scaled by the observed table's own probability, so that the smallest p keeps its digits.
        scaled = np.exp(np.minimum(log_all - log_own[owner], 700.0))
        sums = [np.add.reduceat(np.where(mask, scaled, 0.0), starts) for mask in masks]
        plain = np.exp(log_all)
        direct = [np.add.reduceat(np.where(mask, plain, 0.0), starts) for mask in masks[1:]]
        log_p = np.minimum(log_own + np.log(sums[0]), 0.0)
        out[begin:stop] = np.column_stack([np.exp(log_p), *(np.minimum(p, 1.0) for p in direct), log_p])
        begin = stop
    return out


def _fisher_large(cell: NDArray[np.int64]) -> Floats:
    """Add up the two tails only: from the observed table outwards, and from its counterpart on the other side."""
    o11, o12, o21, o22 = (int(x) for x in cell)
    low, high = (int(x[0]) for x in _support(cell[None]))
    drawn, marked, n = o11 + o12, o11 + o21, o11 + o12 + o21 + o22
    mode = min(max((drawn + 1) * (marked + 1) // (n + 2), low), high)
    spread = np.sqrt(drawn * marked / n * (n - marked) / n * (n - drawn) / max(n - 1, 1))
    reach = int(40 * spread) + 60  # beyond this many steps a tail adds less than a float can show

    def log_pmf(k: NDArray[np.int64]) -> Floats:
        return _log_hypergeometric(k, np.broadcast_to(cell, (len(k), 4)))

    log_own = float(log_pmf(np.array([o11]))[0])
    right = o11 >= mode
    if right:
        own = np.arange(o11, min(high, o11 + reach) + 1)
        edge = _last(lambda k: float(log_pmf(np.array([k]))[0]) <= log_own + _SLACK, low, min(mode, o11 - 1))
        other = np.arange(max(low, edge - reach), edge + 1)
    else:
        own = np.arange(max(low, o11 - reach), o11 + 1)
        edge = _last(lambda k: float(log_pmf(np.array([-k]))[0]) <= log_own + _SLACK, -high, -max(mode, o11 + 1))
        other = np.arange(-edge, min(high, -edge + reach) + 1)
    log_tail = _log_sum(log_pmf(own))
    log_p = min(float(np.logaddexp(log_tail, _log_sum(log_pmf(other)))), 0.0)
    tail = float(np.exp(log_tail))
    rest = min(max(1.0 - tail + float(np.exp(log_own)), 0.0), 1.0)
    greater, less = (tail, rest) if right else (rest, tail)
    return np.array([np.exp(log_p), greater, less, log_p])


def _last(test: Any, low: int, high: int) -> int:
    """Return the largest k in ``[low, high]`` that passes a test that holds first and then fails, else low - 1."""
    passed, failed = low - 1, high + 1
    while failed - passed > 1:
        middle = (passed + failed) // 2
        if test(middle):
            passed = middle
        else:
            failed = middle
    return passed


def _log_sum(values: Floats) -> float:
    return float(np.logaddexp.reduce(values)) if len(values) else -np.inf


def _conditional_one(cell: NDArray[np.int64]) -> float:
    low, high = (int(x[0]) for x in _support(cell[None]))
    observed = int(cell[0])
    if low == high:
        return float("nan")
    if observed in (low, high):
        return 0.0 if observed == low else float("inf")
    k = np.arange(low, high + 1)
    base = _log_hypergeometric(k, np.broadcast_to(cell, (len(k), 4)))

    def mean(log_odds: float) -> float:
        weight = base + k * log_odds
        weight = np.exp(weight - weight.max())
        return float((k * weight).sum() / weight.sum())

    left, right = -60.0, 60.0
    for _ in range(200):
        middle = 0.5 * (left + right)
        if mean(middle) < observed:
            left = middle
        else:
            right = middle
    return float(np.exp(0.5 * (left + right)))


def _log_hypergeometric(k: NDArray[np.int64], whole: NDArray[np.int64]) -> Floats:
    """Return the log-probability of ``o11 = k`` given the margins, by the saddle point of Loader (2000).

    Plain differences of log-factorials lose seven digits in a corpus of ten million words; this does not.
    """
    o11, o12, o21, o22 = whole.T
    drawn, marked, other = o11 + o12, o11 + o21, o12 + o22
    n = marked + other
    with np.errstate(divide="ignore", invalid="ignore"):
        share = drawn / n
        rest = (n - drawn) / n
        value = (
            _log_binomial(k, marked, share, rest)
            + _log_binomial(drawn - k, other, share, rest)
            - _log_binomial(drawn, n, share, rest)
        )
    return np.where((drawn == 0) | (drawn == n), 0.0, value)


def _log_binomial(x: Ints, n: Ints, p: Floats, q: Floats) -> Floats:
    y = n - x
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = (
            _stirling_error(n)
            - _stirling_error(x)
            - _stirling_error(y)
            - _deviance(x, n * p)
            - _deviance(y, n * q)
            + 0.5 * np.log(n / (2.0 * np.pi * x * y))
        )
        at_zero, at_n = xlogy(n, q), xlogy(n, p)
    return np.where(x == 0, at_zero, np.where(y == 0, at_n, inner))


def _deviance(x: Ints, mean: Floats) -> Floats:
    return np.asarray(xlog1py(x, (x - mean) / mean) + mean - x)


def _stirling_error(n: Ints) -> Floats:
    """Return ``ln n! - ln(sqrt(2 pi n) (n / e)^n)``."""
    x = np.maximum(np.asarray(n, dtype=np.float64), 1.0)
    square = x * x
    series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / square) / square) / square) / x
    small = gammaln(x + 1.0) - (x + 0.5) * np.log(x) + x - 0.5 * np.log(2.0 * np.pi)
    return np.asarray(np.where(x < 16, small, series), dtype=np.float64)


# ---------------------------------------------------------------------------------------------------------------
# Effect sizes of two rates


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
    a, b, c, d = _floats(a, b, c, d)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((a / c) / (b / d))


def log_ratio(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike) -> LogRatio:
    """Return the log ratio ``log2 RR`` (Hardie 2014) and its standard error (Katz 1978).

    ``se = sqrt(1/a - 1/c + 1/b - 1/d) / ln 2``. A count of zero, and only that, is replaced by 0.5 and marked.

    >>> found = log_ratio(8, [2, 0], 100, 100)
    >>> found.value.tolist(), found.zero_adjusted.tolist()
    ([2.0, 4.0], [False, True])
    """
    a, b, c, d = _floats(a, b, c, d)
    zero = (a == 0) | (b == 0)
    a, b = np.where(a == 0, 0.5, a), np.where(b == 0, 0.5, b)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log2((a / c) / (b / d))
        variance = (1 / a - 1 / c) + (1 / b - 1 / d)
    return LogRatio(np.asarray(value), np.sqrt(np.maximum(variance, 0.0)) / _LN2, np.asarray(zero))


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
    """Return the odds ratio after adding 0.5 to all four cells (Haldane 1940, Anscombe 1956): always finite.

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
    a, b, c, d = _floats(a, b, c, d)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((1e6 * a / c + constant) / (1e6 * b / d + constant))


def wilson_interval(count: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Return the score interval of a proportion ``count / n`` (Wilson 1927); NaN where ``n`` is 0.

    ``(p + z^2/2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)``. It stays inside [0, 1] and is not empty at
    a count of zero. It treats the tokens as independent draws: too narrow for words that come in bursts.

    >>> [round(float(bound), 4) for bound in wilson_interval(0, 10)]
    [0.0, 0.2775]
    """
    count, n = _floats(count, n)
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


# ---------------------------------------------------------------------------------------------------------------
# Fightin' Words


class LogOdds(NamedTuple):
    """Difference of two log-odds (natural) with its variance by two terms and by all four."""

    value: Floats
    variance: Floats
    variance_full: Floats


def dirichlet_prior(background: ArrayLike, alpha0: float, *, n: float | None = None) -> Floats:
    """Return ``alpha_w = alpha0 f_w / n`` from background counts ``f`` among ``n`` tokens (their sum if not given).

    A word without background gets ``alpha0 * 0.5 / (n + 0.5 V)``, so that every prior is above 0.

    >>> dirichlet_prior([30, 10], 20.0).tolist()
    [15.0, 5.0]
    """
    counts = np.asarray(background, dtype=np.float64)
    total = float(counts.sum()) if n is None else float(n)
    absent = 0.5 / (total + 0.5 * counts.size) if counts.size else 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        return alpha0 * np.where(counts > 0, counts / total, absent)


def fightin_words(y1: ArrayLike, y2: ArrayLike, n1: float, n2: float, alpha: ArrayLike, alpha0: float) -> LogOdds:
    """Return the log-odds ratio with a Dirichlet prior (Monroe, Colaresi & Quinn 2008, eqs 15 to 22).

    ``omega_i = ln (y_i + a) - ln (n_i + a0 - y_i - a)``, value ``omega_1 - omega_2``, variance about
    ``1/(y1 + a) + 1/(y2 + a)``; the full one adds ``1/(n_i + a0 - y_i - a)``, which matters for very common words.
    ``z = value / sqrt(variance)`` is a posterior z, not a test.

    >>> found = fightin_words([8], [2], 100, 100, [1.0], 100.0)
    >>> round(float(found.value[0]), 4), round(float(found.variance[0]), 4)
    (1.1295, 0.4444)
    """
    y1, y2, alpha = _floats(y1, y2, alpha)
    rest1, rest2 = n1 + alpha0 - y1 - alpha, n2 + alpha0 - y2 - alpha
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(y1 + alpha) - np.log(rest1) - np.log(y2 + alpha) + np.log(rest2)
        variance = 1 / (y1 + alpha) + 1 / (y2 + alpha)
        full = variance + 1 / rest1 + 1 / rest2
    return LogOdds(np.asarray(value), np.asarray(variance), np.asarray(full))


def normal_p(z: ArrayLike) -> Floats:
    """Return the two-sided tail of a standard normal, ``2 (1 - Phi(|z|))``."""
    return np.asarray(2.0 * ndtr(-np.abs(np.asarray(z, dtype=np.float64))))


def student_p(t: ArrayLike, df: ArrayLike) -> Floats:
    """Return the two-sided tail of Student's t with ``df`` degrees of freedom."""
    return np.asarray(2.0 * stdtr(np.asarray(df, dtype=np.float64), -np.abs(np.asarray(t, dtype=np.float64))))


# ---------------------------------------------------------------------------------------------------------------
# Multiple testing

ADJUSTMENTS = ("bh", "holm", "bonferroni", "by", "none")


def adjust_p(p: ArrayLike, method: str = "bh") -> Floats:
    """Return p-values adjusted for the number of tests; NaN stays NaN and is not counted as a test.

    ``"bh"``: false discovery rate, ``min_{j >= i} m p_(j) / j`` (Benjamini & Hochberg 1995). ``"by"``: the same times
    ``sum 1/i``, valid under any dependence (Benjamini & Yekutieli 2001). ``"holm"``: ``max_{j <= i} (m - j + 1) p_(j)``
    (Holm 1979). ``"bonferroni"``: ``m p``. ``"none"``: p itself. None of them repairs a wrong sampling unit.

    >>> adjust_p([0.01, 0.04, 0.03, np.nan]).tolist()
    [0.03, 0.04, 0.04, nan]
    """
    check_choice("adjust", method, ADJUSTMENTS)
    values = np.asarray(p, dtype=np.float64)
    result = np.full(values.shape, np.nan)
    known = ~np.isnan(values)
    m = int(known.sum())
    if m == 0:
        return result
    order = np.argsort(values[known])  # the order of equal values does not matter for any of the methods
    ranked = values[known][order]
    place = np.arange(1, m + 1)
    if method in ("bh", "by"):
        factor = float((1.0 / place).sum()) if method == "by" else 1.0
        adjusted = np.minimum.accumulate((ranked * m * factor / place)[::-1])[::-1]
    elif method == "holm":
        adjusted = np.maximum.accumulate(ranked * (m - place + 1))
    else:
        adjusted = ranked * m if method == "bonferroni" else ranked
    back = np.empty(m)
    back[order] = np.minimum(adjusted, 1.0)
    result[known] = back
    return result


# ---------------------------------------------------------------------------------------------------------------
# Words over the documents of a group: from the nonzero cells of a matrix, in time of their number.
# ``term`` and ``part`` are the column and the row of each cell, ``count`` its value.


class Dispersion(NamedTuple):
    """Deviation of proportions and its normed form; 0 = even, 1 = all in one place."""

    dp: Floats
    dp_norm: Floats


def deviation_of_proportions(term: Ints, part: Ints, count: ArrayLike, sizes: ArrayLike, n_terms: int) -> Dispersion:
    """Return ``DP = 1/2 sum |P_i - S_i|`` (Gries 2008) and ``DP / (1 - min S)`` (Lijffijt & Gries 2012).

    ``P_i`` is the share of the word that stands in part i, ``S_i`` the share of the corpus. 0 is even. Parts of size
    zero are no parts; a word that does not occur, or a single part, gives NaN. Not to be compared between rare
    words: below one occurrence a part DP is high whatever the word does.

    >>> found = deviation_of_proportions(np.zeros(5, int), np.arange(5), [1, 2, 3, 4, 5], [9, 10, 10, 10, 11], 1)
    >>> found.dp.round(4).tolist(), found.dp_norm.round(4).tolist()
    ([0.18], [0.2195])
    """
    cells, size = np.asarray(count, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    if (size > 0).sum() < 2:
        return Dispersion(np.full(n_terms, np.nan), np.full(n_terms, np.nan))
    share = size / size.sum()
    total = np.bincount(term, weights=cells, minlength=n_terms)
    # 1/2 sum |P - S| = 1 - sum min(P, S), and a part without the word adds nothing to the latter
    common = np.bincount(term, weights=np.minimum(cells, share[part] * total[term]), minlength=n_terms)
    with np.errstate(divide="ignore", invalid="ignore"):
        dp = np.asarray(np.where(total > 0, np.clip(1.0 - common / total, 0.0, 1.0), np.nan))
    return Dispersion(dp, np.asarray(np.minimum(dp / (1.0 - share[size > 0].min()), 1.0)))


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


# ---------------------------------------------------------------------------------------------------------------
# Similarity and distance of two documents, from sums over their terms.
# ``dot`` = sum a b, ``aa`` = sum a^2, ``shared`` = number of common terms, ``n_a`` = number of terms of a.


def cosine(dot: ArrayLike, aa: ArrayLike, bb: ArrayLike) -> Floats:
    """Return ``cos = sum a b / sqrt(sum a^2 sum b^2)``; NaN for an empty document.

    >>> float(cosine(6.0, 9.0, 4.0))
    1.0
    """
    dot, aa, bb = _floats(dot, aa, bb)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(dot / np.sqrt(aa * bb), -1.0, 1.0)


def pearson(dot: ArrayLike, aa: ArrayLike, bb: ArrayLike, sum_a: ArrayLike, sum_b: ArrayLike, n: int) -> Floats:
    """Return Pearson's correlation over all ``n`` terms of the vocabulary, common or not; NaN if one is constant."""
    dot, aa, bb, sum_a, sum_b = _floats(dot, aa, bb, sum_a, sum_b)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Rounding may leave a trace of variance in a constant document.
        var_a, var_b = n * aa - sum_a**2, n * bb - sum_b**2
        constant = (var_a <= 1e-12 * n * aa) | (var_b <= 1e-12 * n * bb)
        value = np.clip((n * dot - sum_a * sum_b) / np.sqrt(var_a * var_b), -1.0, 1.0)
    return np.where(constant, np.nan, value)


def jaccard(shared: ArrayLike, n_a: ArrayLike, n_b: ArrayLike) -> Floats:
    """Return shared terms over all terms of the two, ``|A and B| / |A or B|`` (Jaccard 1901); counts do not matter."""
    shared, n_a, n_b = _floats(shared, n_a, n_b)
    return _ratio_or_nan(shared, n_a + n_b - shared, n_a, n_b)


def dice(shared: ArrayLike, n_a: ArrayLike, n_b: ArrayLike) -> Floats:
    """Return ``2 |A and B| / (|A| + |B|)`` (Dice 1945)."""
    shared, n_a, n_b = _floats(shared, n_a, n_b)
    return _ratio_or_nan(2 * shared, n_a + n_b, n_a, n_b)


def overlap(shared: ArrayLike, n_a: ArrayLike, n_b: ArrayLike) -> Floats:
    """Return ``|A and B| / min(|A|, |B|)``: 1 if one document has all terms of the other."""
    shared, n_a, n_b = _floats(shared, n_a, n_b)
    return _ratio_or_nan(shared, np.minimum(n_a, n_b), n_a, n_b)


def extended_jaccard(dot: ArrayLike, aa: ArrayLike, bb: ArrayLike) -> Floats:
    """Return ``a.b / (|a|^2 + |b|^2 - a.b)`` (Tanimoto): the Jaccard coefficient with counts."""
    dot, aa, bb = _floats(dot, aa, bb)
    return _ratio_or_nan(dot, aa + bb - dot, aa, bb)


def extended_dice(dot: ArrayLike, aa: ArrayLike, bb: ArrayLike) -> Floats:
    """Return ``2 a.b / (|a|^2 + |b|^2)``: the Dice coefficient with counts."""
    dot, aa, bb = _floats(dot, aa, bb)
    return _ratio_or_nan(2 * dot, aa + bb, aa, bb)


def ruzicka(least: ArrayLike, sum_a: ArrayLike, sum_b: ArrayLike) -> Floats:
    """Return ``sum min(a, b) / sum max(a, b)`` (Ruzicka 1958), from ``least = sum min(a, b)``."""
    least, sum_a, sum_b = _floats(least, sum_a, sum_b)
    return _ratio_or_nan(least, sum_a + sum_b - least, sum_a, sum_b)


def jensen_shannon_term(p: Floats, q: Floats) -> Floats:
    """Return what a common term adds: ``h((p + q) / 2) - (h(p) + h(q)) / 2 - (p + q) / 2`` with h = -x log2 x."""
    m = (p + q) / 2
    return np.asarray((0.5 * (xlogy(p, p) + xlogy(q, q)) - xlogy(m, m)) / _LN2 - m)


def jensen_shannon(terms: ArrayLike, sum_p: ArrayLike, sum_q: ArrayLike) -> Floats:
    """Return the Jensen-Shannon divergence in bits, 0 to 1 (Lin 1991), from the sum over the common terms alone.

    ``JSD = H(m) - (H(p) + H(q)) / 2``. A term of one document only adds half its share, hence
    ``JSD = (sum p + sum q) / 2 + sum over common terms of jensen_shannon_term``. Its square root is a metric.

    >>> float(jensen_shannon(0.0, 1.0, 1.0))
    1.0
    """
    terms, sum_p, sum_q = _floats(terms, sum_p, sum_q)
    value = np.clip(terms + (sum_p + sum_q) / 2, 0.0, 1.0)
    return np.where((sum_p > 0) & (sum_q > 0), value, np.nan)


def hellinger(coefficient: ArrayLike) -> Floats:
    """Return ``sqrt(1 - BC)`` (Hellinger 1909) from Bhattacharyya's coefficient ``BC = sum sqrt(p q)``."""
    return np.asarray(np.sqrt(np.clip(1.0 - np.asarray(coefficient, dtype=np.float64), 0.0, None)))


def bhattacharyya(coefficient: ArrayLike) -> Floats:
    """Return ``-ln BC`` (Bhattacharyya 1943); infinite for documents without a common term."""
    value = np.asarray(coefficient, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(np.abs(-np.log(value)))  # abs: -ln 1 is -0.0


def manhattan(least: ArrayLike, sum_a: ArrayLike, sum_b: ArrayLike) -> Floats:
    """Return ``sum |a - b| = sum a + sum b - 2 sum min(a, b)`` of vectors without negative values."""
    least, sum_a, sum_b = _floats(least, sum_a, sum_b)
    return np.where((sum_a > 0) & (sum_b > 0), np.maximum(sum_a + sum_b - 2 * least, 0.0), np.nan)


def euclidean(dot: ArrayLike, aa: ArrayLike, bb: ArrayLike) -> Floats:
    """Return ``sqrt(sum (a - b)^2)``, from the three inner products."""
    dot, aa, bb = _floats(dot, aa, bb)
    return np.where((aa > 0) & (bb > 0), np.sqrt(np.maximum(aa + bb - 2 * dot, 0.0)), np.nan)


def canberra_term(a: Floats, b: Floats) -> Floats:
    """Return what a common term adds to the number of terms of both documents: ``|a - b| / (a + b) - 2``."""
    return np.asarray(np.abs(a - b) / (a + b) - 2.0)


def canberra(terms: ArrayLike, n_a: ArrayLike, n_b: ArrayLike) -> Floats:
    """Return ``sum |a - b| / (a + b)``, 0/0 = 0 (Lance & Williams 1966), from the sum over the common terms.

    Each term of one document only adds 1, hence ``n_a + n_b + sum over common terms of canberra_term``.
    """
    terms, n_a, n_b = _floats(terms, n_a, n_b)
    return np.where((n_a > 0) & (n_b > 0), np.maximum(terms + n_a + n_b, 0.0), np.nan)


# ---------------------------------------------------------------------------------------------------------------
# Stylometric deltas, from z-scores of the most frequent words (documents by words, words by falling frequency)


def z_scores(rates: ArrayLike) -> Floats:
    """Return each column less its mean over its sample sd (ddof 1), as R's ``scale``; a constant column is NaN."""
    values = np.asarray(rates, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((values - values.mean(axis=0)) / values.std(axis=0, ddof=1))


def burrows_delta(z: ArrayLike) -> Floats:
    """Return the matrix of ``mean |z_a - z_b|`` (Burrows 2002)."""
    return np.asarray(np.abs(_differences(z)).mean(axis=-1))


def argamon_delta(z: ArrayLike) -> Floats:
    """Return the matrix of ``sqrt(mean (z_a - z_b)^2)``, quadratic Delta (Argamon 2008)."""
    return np.asarray(np.sqrt((_differences(z) ** 2).mean(axis=-1)))


def eder_delta(z: ArrayLike) -> Floats:
    """Return the matrix of ``mean |z_a - z_b| (n - r + 1) / n``, r the frequency rank of the word (Eder 2016)."""
    values = np.asarray(z, dtype=np.float64)
    n = values.shape[1]
    weight = (n - np.arange(n)) / n
    return np.asarray((np.abs(_differences(values)) * weight).mean(axis=-1))


def cosine_delta(z: ArrayLike) -> Floats:
    """Return the matrix of ``1 - cos(z_a, z_b)`` (Smith & Aldridge 2011; Evert et al. 2017)."""
    values = np.asarray(z, dtype=np.float64)
    # A plain sum, not a matrix product: the same digits on any number of threads.
    dots = (values[:, None, :] * values[None, :, :]).sum(axis=-1)
    squares = np.diagonal(dots)
    return 1.0 - cosine(dots, squares[:, None], squares[None, :])


def eder_simple(percent: ArrayLike) -> Floats:
    """Return the matrix of ``sum |sqrt f_a - sqrt f_b|`` of frequencies in percent (Eder, Rybicki & Kestemont 2016)."""
    return np.asarray(np.abs(_differences(np.sqrt(np.asarray(percent, dtype=np.float64)))).sum(axis=-1))


def _differences(values: ArrayLike) -> Floats:
    table = np.asarray(values, dtype=np.float64)
    return np.asarray(table[:, None, :] - table[None, :, :])


# ---------------------------------------------------------------------------------------------------------------
# Weights of terms

TF_CODES = "nlbaLpm"
IDF_CODES = "ntpsux"
NORM_CODES = "ncu"


class DocumentFacts(NamedTuple):
    """What term frequencies are related to, one value for each nonzero cell: of the document it stands in."""

    length: Floats
    largest: Floats
    mean: Floats


def term_frequency(code: str, tf: Floats, doc: DocumentFacts, *, log_base: float = np.e) -> Floats:
    """Return the weight of counts ``tf`` above 0, by SMART letter (Salton & Buckley 1988; Manning et al. 2008, 6.15).

    n ``tf``; l ``1 + log tf``; b ``1``; a ``0.5 + 0.5 tf / max tf``; L ``(1 + log tf) / (1 + log mean tf)``, the mean
    over the document's types; and, beyond SMART, p ``tf / length`` and m ``tf / max tf``.

    >>> term_frequency("l", np.array([1.0, 100.0]), DocumentFacts(*[np.ones(2)] * 3), log_base=10).tolist()
    [1.0, 3.0]
    """
    check_choice("the first letter of scheme", code, TF_CODES)
    scale = np.log(log_base)
    if code == "l":
        return np.asarray(1.0 + np.log(tf) / scale)
    if code == "b":
        return np.ones_like(tf)
    if code == "a":
        return np.asarray(0.5 + 0.5 * tf / doc.largest)
    if code == "L":
        return np.asarray((1.0 + np.log(tf) / scale) / (1.0 + np.log(doc.mean) / scale))
    if code == "p":
        return np.asarray(tf / doc.length)
    return np.asarray(tf / doc.largest) if code == "m" else tf


def inverse_document_frequency(code: str, df: ArrayLike, n: int, *, log_base: float = np.e) -> Floats:
    """Return the weight of terms that stand in ``df`` of ``n`` documents, by SMART letter; 0 where ``df`` is 0.

    n ``1``; t ``log(N / df)``; p ``max(0, log((N - df) / df))``; and, beyond SMART, s ``log((1 + N) / (1 + df)) + 1``
    (scikit-learn, smooth), u ``log(N / df) + 1`` (scikit-learn, not smooth), x ``log(max df / df)``.

    >>> inverse_document_frequency("t", [1, 10, 0], 10, log_base=10).tolist()
    [1.0, 0.0, 0.0]
    """
    check_choice("the second letter of scheme", code, IDF_CODES)
    docs = np.asarray(df, dtype=np.float64)
    scale = np.log(log_base)
    known = docs > 0
    safe, n = np.where(known, docs, 1.0), max(n, 1)
    if code == "n":
        value = np.ones_like(docs)
    elif code == "t":
        value = np.log(n / safe) / scale
    elif code == "p":
        value = np.log(np.maximum((n - safe) / safe, 1.0)) / scale
    elif code == "s":
        value = np.log((1.0 + n) / (1.0 + safe)) / scale + 1.0
    elif code == "u":
        value = np.log(n / safe) / scale + 1.0
    else:
        value = np.log(docs.max(initial=1.0) / safe) / scale
    return np.where(known, value, 0.0)


BM25_VARIANTS = ("lucene", "lucene7", "robertson", "plus")


def bm25_idf(variant: str, df: ArrayLike, n: int) -> Floats:
    """Return the idf part of BM25 (Robertson & Zaragoza 2009); 0 where ``df`` is 0.

    lucene, lucene7 ``ln(1 + (N - df + 0.5) / (df + 0.5))``, always above 0; robertson the same without ``1 +``, 0 at
    df = N/2 and negative beyond; plus ``ln((N + 1) / df)`` (Lv & Zhai 2011).

    >>> bm25_idf("robertson", [2], 4).tolist()
    [0.0]
    """
    check_choice("variant", variant, BM25_VARIANTS)
    docs = np.asarray(df, dtype=np.float64)
    if variant == "plus":
        value = np.log((n + 1.0) / np.where(docs > 0, docs, 1.0))
    else:
        odds = (n - docs + 0.5) / (docs + 0.5)
        value = np.log(odds) if variant == "robertson" else np.log1p(odds)
    return np.where(docs > 0, value, 0.0)


def bm25_tf(
    variant: str, tf: Floats, length: Floats, mean_length: float, *, k1: float, b: float, delta: float
) -> Floats:
    """Return the term-frequency part of BM25, ``tf (k1 + 1) / (tf + k1 (1 - b + b length / mean length))``.

    ``lucene`` leaves out the constant ``k1 + 1``, which changes no ranking; ``plus`` adds ``delta`` for every term
    that is there at all.
    """
    check_choice("variant", variant, BM25_VARIANTS)
    saturated = tf / (tf + k1 * (1.0 - b + b * length / mean_length))
    if variant == "lucene":
        return np.asarray(saturated)
    return np.asarray(saturated * (k1 + 1.0) + (delta if variant == "plus" else 0.0))


# ---------------------------------------------------------------------------------------------------------------
# Order


def code_point_ranks(terms: Sequence[str]) -> NDArray[np.intp]:
    """Return the place of each term in code-point order; equal terms in the order given.

    >>> code_point_ranks(["b", "甲", "a", "ab"]).tolist()
    [2, 3, 0, 1]
    """
    n = len(terms)
    points = np.frombuffer("".join(terms).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    length = np.fromiter(map(len, terms), dtype=np.int64, count=n)
    # Three code points of 21 bits, plus one so that an end differs from NUL, fill an integer: integers sort fast.
    begin = np.cumsum(length) - length
    key = np.zeros(n, dtype=np.int64)
    for place in range(3):
        there = np.flatnonzero(length > place)
        key[there] += (points[begin[there] + place].astype(np.int64) + 1) << (21 * (2 - place))
    order = np.argsort(key)
    ordered = key[order]
    bounds = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1], [True]))) if n else np.zeros(1, int)
    for run in np.flatnonzero(np.diff(bounds) > 1):
        part = slice(bounds[run], bounds[run + 1])
        order[part] = sorted(np.sort(order[part]).tolist(), key=terms.__getitem__)
    ranks = np.empty(n, dtype=np.intp)
    ranks[order] = np.arange(n)
    return ranks


def ranking(terms: Sequence[str], *keys: ArrayLike) -> NDArray[np.intp]:
    """Return the order of rows by falling keys, the first key first, then by term in code-point order; NaN last.

    >>> ranking(["b", "a", "c"], [1.0, 1.0, 2.0]).tolist()
    [2, 1, 0]
    """
    return order_by(code_point_ranks(terms), *keys)


def order_by(ranks: NDArray[np.intp], *keys: ArrayLike) -> NDArray[np.intp]:
    """Return the order of rows by falling keys, the first key first, then by rising distinct ranks."""
    n = len(ranks)
    code = np.zeros(n, dtype=np.int64)
    for key in keys:
        values = np.asarray(key, dtype=np.float64)
        if len(values) != n:
            raise ArgumentError(f"keys must have one value for each of the {n} terms.")
        # one integer that sorts like all keys so far; made dense again it never grows beyond n^2
        code = _dense_ranks(code * n + _dense_ranks(-values))
    return np.argsort(code * (int(ranks.max(initial=0)) + 1) + ranks)


def _dense_ranks(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return 0 for the smallest value, 1 for the next different one, and so on; NaN together at the end."""
    order = np.argsort(values)
    ordered = values[order]
    new = np.zeros(len(values), dtype=np.int64)
    new[1:] = (ordered[1:] != ordered[:-1]) & ~(np.isnan(ordered[1:]) & np.isnan(ordered[:-1]))
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[order] = np.cumsum(new)
    return ranks


def competition_ranks(falling: ArrayLike) -> NDArray[np.int64]:
    """Return ranks of values that already fall: equal values share the best rank (1, 2, 2, 4).

    >>> competition_ranks([9, 5, 5, 1]).tolist()
    [1, 2, 2, 4]
    """
    values = np.asarray(falling)
    new = np.ones(len(values), dtype=np.bool_)
    new[1:] = values[1:] != values[:-1]
    return np.maximum.accumulate(np.where(new, np.arange(1, len(values) + 1), 0)).astype(np.int64)


def _floats(*values: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.asarray(value, dtype=np.float64) for value in values)


def _lift(table: TwoByTwo) -> Floats:
    """Return ``o11 - e11``, from the cross product so that no digits are lost."""
    n = table.o11 + table.o12 + table.o21 + table.o22
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((table.o11 * table.o22 - table.o12 * table.o21) / n)


def _ratio(over: Floats, under: Floats) -> Floats:
    """Divide, with 0 where nothing was expected (then nothing was observed either)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(under > 0, over / under, 0.0 * under)


def _ratio_or_nan(over: Floats, under: Floats, a: Floats, b: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((a > 0) & (b > 0), over / under, np.nan)
