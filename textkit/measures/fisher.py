"""Fisher's exact test, and the odds ratio that belongs to it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlog1py, xlogy

from textkit.measures.arrays import Floats, Ints, floats
from textkit.measures.contingency import TwoByTwo


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
    cells = np.stack([np.atleast_1d(cell) for cell in np.broadcast_arrays(*floats(*table))], axis=-1)
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
    cells = np.stack([np.atleast_1d(cell) for cell in np.broadcast_arrays(*floats(*table))], axis=-1)
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
