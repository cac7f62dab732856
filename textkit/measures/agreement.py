"""How far coders agree: Krippendorff's alpha, the kappas, Scott's pi, Gwet's AC1, and agreement on each category.

Most of it is worked out from ``counts``, units by categories: how many coders gave a unit that value. Only units with
two values or more can agree or disagree; the others are left out everywhere. ``times`` (resamples by units) says how
often each unit stands in each resample, so that thousands of resamples cost a few products.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from textkit.measures.arrays import Floats

LEVELS = ("nominal", "ordinal", "interval", "ratio")
CHANCE = ("none", "fleiss", "gwet")


class Kappa(NamedTuple):
    """A coefficient of two coders with what it is made of; ``se_null`` is its standard error if they only guess."""

    observed: float
    expected: float
    value: float
    se: float
    se_null: float


class ManyCoders(NamedTuple):
    """A coefficient of any number of coders; arrays over resamples, ``se`` of the units themselves."""

    observed: Floats
    expected: Floats
    value: Floats
    se: float


class CategoryAgreement(NamedTuple):
    """Agreement on each category, resamples by categories."""

    n_values: Floats
    agreement: Floats
    expected: Floats
    alpha: Floats


def krippendorff_alpha(
    counts: ArrayLike, values: ArrayLike, level: str = "nominal", times: ArrayLike | None = None
) -> Floats:
    """Return ``1 - D_o / D_e`` for each resample (one, without ``times``).

    Each ordered pair of values in a unit with ``m`` of them weighs ``1 / (m - 1)``; ``D_e`` comes from all pairable
    values without regard to units, ``n_c n_k / (n - 1)``. The squared difference of two values is 0 or 1 (nominal),
    that of their middle ranks among all values of the resample (ordinal), ``(c - k)^2`` (interval), or
    ``((c - k) / (c + k))^2`` (ratio; 0 between two zeros). NaN if all values are equal. Source: Krippendorff (2011).

    >>> krippendorff_alpha([[2, 0], [0, 2], [1, 1]], [0, 1]).round(6).tolist()  # D_o = 2/6, D_e = 18/30
    [0.444444]
    """
    units, sizes, weights = _pairable(counts, times)
    number = np.asarray(values, dtype=np.float64)
    totals = weights @ units
    n = totals.sum(axis=1)
    if level == "nominal":
        observed = weights @ ((sizes**2 - (units**2).sum(axis=1)) / (sizes - 1.0))
        expected = n**2 - (totals**2).sum(axis=1)
    elif level == "ratio":
        with np.errstate(invalid="ignore"):
            distance = (number[:, None] - number) / (number[:, None] + number)
        squared = np.nan_to_num(distance, nan=0.0) ** 2
        observed = weights @ (((units @ squared) * units).sum(axis=1) / (sizes - 1.0))
        expected = ((totals @ squared) * totals).sum(axis=1)
    else:
        if level == "interval":
            number = number - (number * units.sum(axis=0)).sum() / max(units.sum(), 1.0)  # keeps digits
            number = np.broadcast_to(number, totals.shape)
            sums = (units @ number[:1].T).T
            squares = (units @ number[:1].T ** 2).T
        else:
            number = np.cumsum(totals, axis=1) - totals / 2.0 - n[:, None] / 2.0
            sums = number @ units.T
            squares = number**2 @ units.T
        observed = (weights * (2.0 * (sizes * squares - sums**2) / (sizes - 1.0))).sum(axis=1)
        expected = 2.0 * (n * (totals * number**2).sum(axis=1) - (totals * number).sum(axis=1) ** 2)
    return _one_minus(observed, expected / (n - 1.0), totals)


def krippendorff_pairs(
    counts: ArrayLike, values: ArrayLike, level: str, replicates: int, rng: Generator
) -> NDArray[np.float64]:
    """Return replicates of alpha by Krippendorff's own bootstrap, which draws pairs of values and not units.

    ``M`` pairs are drawn with replacement from the observed coincidences, ``alpha* = 1 - mean(delta^2) / D_e`` with
    ``D_e`` held fixed; ``M`` is the number of pairs of the data, at most 25 for each cell that is not empty.
    Source: Hayes & Krippendorff (2007); Krippendorff (2006, revised 2011), without its last step, which concerns
    resamples of a single value.
    """
    units, sizes, _ = _pairable(counts, None)
    totals = units.sum(axis=0)
    n = float(totals.sum())
    coincidences = units.T @ (units / (sizes - 1.0)[:, None]) - np.diag((units / (sizes - 1.0)[:, None]).sum(axis=0))
    squared = _squared_differences(np.asarray(values, dtype=np.float64), totals, level)
    there = np.flatnonzero(coincidences.ravel() > 1e-12)
    if (totals > 0).sum() < 2:
        return np.full(replicates, np.nan)
    expected = float(totals @ squared @ totals) / (n * (n - 1.0))
    draws = int(min(25 * len(there), round(float((sizes * (sizes - 1.0) / 2.0).sum()))))
    share = coincidences.ravel()[there]
    drawn = rng.multinomial(draws, share / share.sum(), size=replicates)
    result: NDArray[np.float64] = 1.0 - (drawn @ squared.ravel()[there]) / draws / expected
    return result


def many_coders(counts: ArrayLike, chance: str, n_categories: int, times: ArrayLike | None = None) -> ManyCoders:
    """Return agreement between coders who may differ from unit to unit.

    ``p_o`` is the mean over units of the share of pairs of values that are equal; ``pi_k`` the mean over units of the
    share of values that are k. ``chance="none"``: ``p_o`` itself; ``"fleiss"``: ``p_e = sum pi_k^2`` (Fleiss 1971; with
    two coders Scott's pi, 1955); ``"gwet"``: ``p_e = sum pi_k (1 - pi_k) / (q - 1)`` (AC1, Gwet 2008). The value is
    ``(p_o - p_e) / (1 - p_e)``; NaN where ``p_e`` is 1 or there is one category. ``se`` by the delta method, units
    taken for a sample of many.

    >>> many_coders([[2, 0], [0, 2], [1, 1]], "fleiss", 2).value.round(6).tolist()  # p_o = 2/3, p_e = 1/2
    [0.333333]
    """
    units, sizes, weights = _pairable(counts, times)
    equal = ((units**2).sum(axis=1) - sizes) / (sizes * (sizes - 1.0))
    shares = units / sizes[:, None]
    n = weights.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = (weights @ equal) / n
        pi = (weights @ shares) / n[:, None]
        if chance == "fleiss":
            expected, slope = (pi**2).sum(axis=1), 2.0 * pi[0]
        elif chance == "gwet":
            other = np.float64(n_categories - 1)
            expected, slope = (pi * (1.0 - pi)).sum(axis=1) / other, (1.0 - 2.0 * pi[0]) / other
        else:
            expected, slope = np.zeros(len(observed)), np.zeros(units.shape[1])
        value = np.where(expected < 1.0, (observed - expected) / (1.0 - expected), np.nan)
        moved = (equal - observed[0]) - (1.0 - value[0]) * ((shares - pi[0]) @ slope)
        number = len(equal)
        se = np.sqrt((moved**2).sum() / (number * (number - 1.0))) / (1.0 - expected[0])
    return ManyCoders(observed, expected, value, float(se))


def agreement_weights(n: int, kind: str = "identity") -> Floats:
    """Return how much each pair of ``n`` ordered categories agrees: 1 on the diagonal, less the farther apart.

    ``"linear"``: ``1 - |i - j| / (n - 1)``; ``"quadratic"``: ``1 - (i - j)^2 / (n - 1)^2``; ``"identity"``: 0 outside.

    >>> agreement_weights(3, "linear").tolist()
    [[1.0, 0.5, 0.0], [0.5, 1.0, 0.5], [0.0, 0.5, 1.0]]
    """
    if kind == "identity" or n < 2:
        return np.eye(n)
    away = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) / (n - 1.0)
    return 1.0 - (away if kind == "linear" else away**2)


def cohen_kappa(table: ArrayLike, weights: ArrayLike | None = None) -> Kappa:
    """Return Cohen's kappa of a square table of counts (first coder by second), weighted if ``weights`` are given.

    ``kappa = (p_o - p_e) / (1 - p_e)`` with ``p_o = sum w_ij p_ij`` and ``p_e = sum w_ij p_i. p_.j``; the standard
    errors are those of Fleiss, Cohen & Everitt (1969): ``se`` for intervals, ``se_null`` for a test of kappa = 0. NaN
    if ``p_e`` is 1. Source: Cohen (1960, 1968).

    >>> [round(x, 6) for x in cohen_kappa([[20, 5], [10, 15]])]
    [0.7, 0.5, 0.4, 0.126996, 0.138564]
    """
    cells = np.asarray(table, dtype=np.float64)
    w = np.eye(len(cells)) if weights is None else np.asarray(weights, dtype=np.float64)
    n = cells.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        p = cells / n
        rows, columns = p.sum(axis=1), p.sum(axis=0)
        chance = np.outer(rows, columns)
        observed, expected = float((w * p).sum()), float((w * chance).sum())
        if not expected < 1.0:
            return Kappa(observed, expected, np.nan, np.nan, np.nan)
        kappa = (observed - expected) / (1.0 - expected)
        level = (w @ columns)[:, None] + (rows @ w)[None, :]
        spread = (p * (w - level * (1.0 - kappa)) ** 2).sum() - (kappa - expected * (1.0 - kappa)) ** 2
        null = (chance * (w - level) ** 2).sum() - expected**2
        scale = np.sqrt(n) * (1.0 - expected)
        ends = np.sqrt(np.maximum([spread, null], 0.0)) / scale  # rounding can leave -1e-17
    return Kappa(observed, expected, float(kappa), float(ends[0]), float(ends[1]))


def cohen_resampled(
    first: NDArray[np.intp], second: NDArray[np.intp], weights: Floats, times: ArrayLike
) -> NDArray[np.float64]:
    """Return kappa of each resample; ``first`` and ``second`` are the categories that two coders gave each unit."""
    drawn = np.asarray(times, dtype=np.float64)
    n = drawn.sum(axis=1)
    eye = np.eye(len(weights))
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = (drawn @ weights[first, second]) / n
        rows, columns = drawn @ eye[first] / n[:, None], drawn @ eye[second] / n[:, None]
        expected = ((rows @ weights) * columns).sum(axis=1)
        result: NDArray[np.float64] = np.where(expected < 1.0 - 1e-12, (observed - expected) / (1.0 - expected), np.nan)
    return result


def category_agreement(counts: ArrayLike, times: ArrayLike | None = None) -> CategoryAgreement:
    """Return how often another coder confirms each category.

    ``agreement = o_kk / n_k``, from the coincidences of Krippendorff (2011): the chance that a second value of a unit
    that got a k is k too. ``expected = (n_k - 1) / (n - 1)``; ``alpha = (agreement - expected) / (1 - expected)`` is
    the nominal alpha of "k or something else". NaN for a category that nobody used or nothing but which was used.

    >>> found = category_agreement([[2, 0], [0, 2], [1, 1]])
    >>> found.n_values.tolist(), found.agreement.round(4).tolist(), found.expected.tolist()
    ([[3.0, 3.0]], [[0.6667, 0.6667]], [[0.4, 0.4]])
    """
    units, sizes, weights = _pairable(counts, times)
    totals = weights @ units
    n = totals.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        same = weights @ (units * (units - 1.0) / (sizes - 1.0)[:, None])
        agreement = same / totals
        expected = np.where(totals > 0, (totals - 1.0) / (n - 1.0), np.nan)
        alpha = np.where(totals < n, (agreement - expected) / (1.0 - expected), np.nan)
    return CategoryAgreement(totals, agreement, expected, alpha)


def _pairable(counts: ArrayLike, times: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    """Return the units with two values or more, how many each has, and how often each stands in each resample."""
    units = np.asarray(counts, dtype=np.float64)
    sizes = units.sum(axis=1)
    kept = sizes >= 2
    weights = np.ones((1, len(units))) if times is None else np.asarray(times, dtype=np.float64)
    return units[kept], sizes[kept], weights[:, kept]


def _one_minus(observed: Floats, expected: Floats, totals: Floats) -> Floats:
    several = (totals > 0).sum(axis=1) > 1
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(several & (expected > 0), 1.0 - observed / expected, np.nan)


def _squared_differences(values: Floats, totals: Floats, level: str) -> Floats:
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "ordinal":
        values = np.cumsum(totals) - totals / 2.0
    away: Floats = np.subtract.outer(values, values)
    if level == "ratio":
        with np.errstate(invalid="ignore"):
            away = np.nan_to_num(away / np.add.outer(values, values), nan=0.0)
    return away**2
