"""Stylometric deltas, from z-scores of the most frequent words (documents by words, words by falling frequency)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from textkit.measures.arrays import Floats
from textkit.measures.distances import cosine


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
