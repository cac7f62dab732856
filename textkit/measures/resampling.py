"""The bootstrap: how far a number would move if other units had been sampled from the same population."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from textkit.measures.arrays import Floats

FEW_UNITS = 10
"""Units below which a bootstrap interval is too short to be believed; see `few_units`."""


def resamples(n: int, replicates: int, rng: Generator, *, block: int = 100) -> Iterator[NDArray[np.int64]]:
    """Yield blocks of bootstrap samples as counts: how often each of ``n`` units was drawn, (block, n).

    Each row sums to ``n``. A row times a matrix of units by terms is the count of each term in one resample, so that a
    whole block costs one product. The draws do not depend on ``block``.

    >>> rows = np.vstack(list(resamples(3, 5, np.random.default_rng(0), block=2)))
    >>> rows.shape, rows.sum(axis=1).tolist()
    ((5, 3), [3, 3, 3, 3, 3])
    """
    for first in range(0, replicates, block):
        size = min(block, replicates - first)
        drawn = rng.integers(0, n, (size, n))
        drawn += n * np.arange(size)[:, None]
        yield np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)


def percentile_interval(values: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Return the ends of the percentile interval of replicates (replicates first axis), NaN replicates left out.

    An end is NaN where no replicate is known. Source: Efron & Tibshirani (1993), chapter 13.

    >>> low, high = percentile_interval(np.arange(101.0), 0.9)
    >>> round(float(low), 9), round(float(high), 9)
    (5.0, 95.0)
    """
    tail = (1.0 - confidence) / 2.0
    return _quantiles(np.asarray(values, dtype=np.float64), np.array(tail), np.array(1.0 - tail))


def shifted_interval(
    values: ArrayLike, estimate: ArrayLike, confidence: float = 0.95, *, log: bool = False
) -> tuple[Floats, Floats]:
    """Return the percentile interval of replicates (first axis), moved so that their mean is the estimate.

    For numbers that resampling itself drives in one direction: a resample repeats units and so differs more, or is
    poorer, than what it is drawn from. ``log`` moves by a factor, for numbers above 0. NaN replicates are left out.
    Source: Efron & Tibshirani (1993), chapter 10, for the bias.

    >>> low, high = shifted_interval(np.arange(1.0, 102.0), 40.0, 0.9)
    >>> round(float(low), 9), round(float(high), 9)
    (-5.0, 85.0)
    """
    values, estimate = np.asarray(values, dtype=np.float64), np.asarray(estimate, dtype=np.float64)
    if log:
        with np.errstate(divide="ignore", invalid="ignore"):
            low, high = shifted_interval(np.log(values), np.log(estimate), confidence)
        return np.asarray(np.exp(low)), np.asarray(np.exp(high))
    low, high = percentile_interval(values, confidence)
    known = ~np.isnan(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        bias = np.where(known, values, 0.0).sum(axis=0) / known.sum(axis=0) - estimate
    return low - bias, high - bias


def bca_interval(
    values: ArrayLike, estimate: ArrayLike, left_out: ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Return the bias-corrected and accelerated interval (Efron 1987).

    ``values``: replicates (first axis); ``estimate``: the number of the sample itself; ``left_out``: its values with
    one unit left out at a time (first axis), from which the acceleration comes. NaN where it does not exist: all
    replicates on one side of the estimate, or no spread among ``left_out``.

    >>> rng = np.random.default_rng(1)
    >>> sample = rng.exponential(size=50)
    >>> draws = np.array([sample[rng.integers(0, 50, 50)].mean() for _ in range(2000)])
    >>> left_out = (sample.sum() - sample) / 49
    >>> low, high = bca_interval(draws, sample.mean(), left_out)
    >>> bool(low < sample.mean() < high) and bool(low > np.quantile(draws, 0.025))
    True
    """
    values, estimate = np.asarray(values, dtype=np.float64), np.asarray(estimate, dtype=np.float64)
    left_out = np.asarray(left_out, dtype=np.float64)
    known = np.isfinite(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        below = ((values < estimate) & known).sum(axis=0) + 0.5 * ((values == estimate) & known).sum(axis=0)
        shift = ndtri(below / known.sum(axis=0))
        away = left_out.mean(axis=0) - left_out
        skew = (away**3).sum(axis=0) / (6.0 * (away**2).sum(axis=0) ** 1.5)
        ends = []
        for tail in ((1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0):
            z = shift + ndtri(tail)
            ends.append(ndtr(shift + z / (1.0 - skew * z)))
    return _quantiles(values, ends[0], ends[1])


def _quantiles(values: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return two quantiles of each column (linear between order statistics), NaN and infinite values last of all."""
    sorted_values = np.sort(np.where(np.isnan(values), np.inf, values), axis=0)
    n = (~np.isnan(values)).sum(axis=0)
    ends = []
    for share in (low, high):
        share = np.broadcast_to(share, n.shape)
        there = (n > 0) & np.isfinite(share)
        place = np.where(there, share, 0.0) * np.maximum(n - 1, 0)
        floor = np.floor(place).astype(np.intp)
        above = np.minimum(floor + 1, np.maximum(n - 1, 0))
        a = np.take_along_axis(sorted_values, floor[None, ...], axis=0)[0]
        b = np.take_along_axis(sorted_values, above[None, ...], axis=0)[0]
        part = place - floor
        with np.errstate(invalid="ignore"):
            between = np.where(np.isinf(a), a, np.where(np.isinf(b), b, a + part * (b - a)))
            between = np.where(part > 0, between, a)
        ends.append(np.where(there, between, np.nan))
    return ends[0], ends[1]


def few_units(n: int, unit: str, *, fewest: int = FEW_UNITS) -> str | None:
    """Return the warning that a claim rests on too few units, or None if there are enough.

    >>> few_units(5, "document")
    '5 documents are too few for an interval to be believed: with so few, a bootstrap interval is too short and misses \
the truth more often than it says. Read the numbers as a description of these documents, or use a smaller unit.'
    >>> few_units(60, "document") is None
    True
    """
    if n >= fewest:
        return None
    plural = unit if n == 1 else f"{unit}s"
    verb = "is" if n == 1 else "are"
    return (
        f"{n:,} {plural} {verb} too few for an interval to be believed: with so few, a bootstrap interval is too short "
        f"and misses the truth more often than it says. Read the numbers as a description of these {unit}s, or use a "
        "smaller unit."
    )
