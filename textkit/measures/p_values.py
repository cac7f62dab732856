"""p-values of statistics whose distribution is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfc, log_ndtr, ndtr, stdtr

from textkit.measures.arrays import LN2, LN10, Floats


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
    return np.asarray((LN2 + log_ndtr(-root)) / LN10)


def normal_p(z: ArrayLike) -> Floats:
    """Return the two-sided tail of a standard normal, ``2 (1 - Phi(|z|))``."""
    return np.asarray(2.0 * ndtr(-np.abs(np.asarray(z, dtype=np.float64))))


def student_p(t: ArrayLike, df: ArrayLike) -> Floats:
    """Return the two-sided tail of Student's t with ``df`` degrees of freedom."""
    return np.asarray(2.0 * stdtr(np.asarray(df, dtype=np.float64), -np.abs(np.asarray(t, dtype=np.float64))))
