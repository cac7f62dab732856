"""Words of topics and groups by many small Poisson lassos, one a word (Taddy 2015)."""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def paths(
    first: int, last: int, counts: Floats, totals: Floats, baseline: Floats, interactions: bool, penalties: Floats,
    complexity: float, tol: float, max_sweeps: int, kappa: Floats,
) -> None:  # fmt: skip
    """Fill rows of ``kappa`` (V, p) with the coefficients of the words ``first`` to ``last``.

    ``counts`` (G, V, K), ``totals`` (G, K), ``baseline`` (V,) = ln of the frequency. A word's counts are Poisson
    with mean ``totals exp(baseline + topic_k + group_g + interaction_gk)``; the coefficients stand in that
    order, interactions by groups. ``penalties`` falls from 1: shares of the least penalty at which all coefficients are
    zero. Of the path the solution with the least ``deviance + complexity * df`` is kept.

    A coefficient covers a set of cells that all have it with weight one, so that its minimum given the others has a
    closed form: no inner Newton step is needed.
    """
    n_groups, _, k = counts.shape
    cells = n_groups * k
    p = kappa.shape[1]
    y, mean, seen = np.empty(cells), np.empty(cells), np.empty(p)
    now, best, cover = np.empty(p), np.empty(p), np.empty(p)
    active = np.empty(p, np.bool_)
    for w in range(first, last):
        for j in range(p):
            now[j], best[j], cover[j], seen[j] = 0.0, 0.0, 0.0, 0.0
        deviance = 0.0
        for a in range(n_groups):
            for b in range(k):
                i = a * k + b
                y[i] = counts[a, w, b]
                mean[i] = totals[a, b] * np.exp(baseline[w])
                away = y[i] - mean[i]
                cover[b] += away
                seen[b] += y[i]
                cover[k + a] += away
                seen[k + a] += y[i]
                if interactions:
                    cover[k + n_groups + i] = away
                    seen[k + n_groups + i] = y[i]
                deviance += _deviance(y[i], mean[i])
        largest = np.abs(cover).max()
        least = deviance
        null = deviance
        for step in range(len(penalties)):
            penalty = penalties[step] * largest
            # first the coefficients in the model until they rest, then all of them; done when none joins
            for b in range(p):
                active[b] = now[b] != 0.0
            for _ in range(max_sweeps):
                moved = _sweep(seen, mean, now, active, False, n_groups, k, penalty)
                if moved < tol:
                    moved = _sweep(seen, mean, now, active, True, n_groups, k, penalty)
                    if moved < tol:
                        break
            before = deviance
            deviance = 0.0
            df = 0
            for i in range(cells):
                deviance += _deviance(y[i], mean[i])
            for j in range(p):
                if now[j] != 0.0:
                    df += 1
            if deviance + complexity * df < least:
                least = deviance + complexity * df
                best[:] = now
            # a longer path cannot win any more, or has nothing left to explain
            if complexity * df >= least or deviance < 0.001 * null or (step >= 5 and before - deviance < 1e-5 * null):
                break
        for j in range(p):
            kappa[w, j] = best[j]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _deviance(y: float, mean: float) -> float:
    gain = mean - y
    if y > 0.0:
        gain += y * math.log(y / mean)
    return 2.0 * gain


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _sweep(
    seen: Floats, mean: Floats, now: Floats, active: NDArray[np.bool_], everything: bool, n_groups: int, k: int,
    penalty: float,
) -> float:  # fmt: skip
    """Set each coefficient to its best value given the others; return the largest change.

    ``seen`` (p,) are the counts that a coefficient covers.
    """
    moved = 0.0
    for j in range(len(now)):
        if not (everything or active[j]):
            continue
        if j < k:
            start, stop, stride = j, n_groups * k, k
        elif j < k + n_groups:
            start, stop, stride = (j - k) * k, (j - k + 1) * k, 1
        else:
            start, stop, stride = j - k - n_groups, j - k - n_groups + 1, 1
        without = 0.0
        for i in range(start, stop, stride):
            without += mean[i]
        if now[j] != 0.0:
            without *= math.exp(-now[j])
        if seen[j] - penalty > without:
            new = math.log((seen[j] - penalty) / without)
        elif seen[j] + penalty < without:
            new = math.log((seen[j] + penalty) / without)
        else:
            new = 0.0
        change = new - now[j]
        if change != 0.0:
            factor = math.exp(change)
            for i in range(start, stop, stride):
                mean[i] *= factor
            now[j] = new
            active[j] = True
            moved = max(moved, abs(change))
    return moved
