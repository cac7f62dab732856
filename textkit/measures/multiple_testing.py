"""Adjusting p-values for the number of tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from textkit.errors import check_choice
from textkit.measures.arrays import Floats

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
