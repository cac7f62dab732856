"""Fightin' Words: the log-odds ratio with a Dirichlet prior."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from textkit.measures.arrays import Floats, floats


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
    y1, y2, alpha = floats(y1, y2, alpha)
    # the only word there is leaves nothing: what rounding leaves must not pass for a rest
    rest1, rest2 = (
        np.where(np.abs(rest) > 1e-12 * (n + alpha0), rest, 0.0)
        for n, rest in ((n1, (n1 - y1) + (alpha0 - alpha)), (n2, (n2 - y2) + (alpha0 - alpha)))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(y1 + alpha) - np.log(rest1) - np.log(y2 + alpha) + np.log(rest2)
        variance = 1 / (y1 + alpha) + 1 / (y2 + alpha)
        full = variance + 1 / rest1 + 1 / rest2
    return LogOdds(np.asarray(value), np.asarray(variance), np.asarray(full))
