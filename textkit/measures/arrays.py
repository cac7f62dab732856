"""Kinds of arrays, and the few steps that several formulas share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from textkit.errors import ArgumentError

Floats = NDArray[np.float64]


Ints = NDArray[Any]  # of any integer kind


LN2 = float(np.log(2.0))


LN10 = float(np.log(10.0))


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


def floats(*values: ArrayLike) -> tuple[Floats, ...]:
    """Return each value as an array of float64."""
    return tuple(np.asarray(value, dtype=np.float64) for value in values)


def ratio(over: Floats, under: Floats) -> Floats:
    """Divide, with 0 where nothing was expected (then nothing was observed either)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(under > 0, over / under, 0.0 * under)


def ratio_or_nan(over: Floats, under: Floats, a: Floats, b: Floats) -> Floats:
    """Divide where both ``a`` and ``b`` are above zero; NaN elsewhere."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((a > 0) & (b > 0), over / under, np.nan)
