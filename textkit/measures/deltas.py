"""Stylometric deltas, from z-scores of the most frequent words (documents by words, words by falling frequency)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from textkit.measures.arrays import Floats
from textkit.measures.distances import cosine
from textkit.measures.order import order_by


def z_scores(rates: ArrayLike) -> Floats:
    """Return each column less its mean over its sample sd (ddof 1), as R's ``scale``; a constant column is NaN."""
    values = np.asarray(rates, dtype=np.float64)
    return standardised(values, values)


def standardised(rates: ArrayLike, by: ArrayLike) -> Floats:
    """Return each column less the mean of the same column of ``by``, over its sample sd there (ddof 1).

    A column that is constant in ``by`` is NaN; so is everything if ``by`` has one row.

    >>> standardised([[5.0, 1.0]], [[1.0, 2.0], [3.0, 2.0]]).round(3).tolist()
    [[2.121, nan]]
    """
    values, known = np.asarray(rates, dtype=np.float64), np.asarray(by, dtype=np.float64)
    if len(known) < 2:
        return np.full(values.shape, np.nan)
    sd = known.std(axis=0, ddof=1)
    # the mean of equal numbers can differ from them by rounding: compare the numbers themselves
    sd = np.where((known == known[0]).all(axis=0), np.nan, sd)
    return np.asarray((values - known.mean(axis=0)) / sd)


def frequent_words(
    counts: ArrayLike, docs: ArrayLike, n_docs: int, ranks: NDArray[np.intp], *, n: int | None, culling: float
) -> NDArray[np.intp]:
    """Return the ``n`` most frequent of the words that stand in at least a share ``culling`` of the documents.

    ``counts`` and ``docs``: occurrences and documents of each word; ``ranks``: its place in code-point order, which
    decides between equally frequent ones. Words that never occur are left out; ``n`` None means all.

    >>> frequent_words([5, 9, 9, 0], [2, 1, 2, 0], 2, np.array([0, 2, 1, 3]), n=2, culling=0).tolist()
    [2, 1]
    """
    total, spread = np.asarray(counts), np.asarray(docs)
    # a share such as 0.3 of ten documents is three, whatever the rounding
    places = np.flatnonzero((total > 0) & (spread >= culling * n_docs - 1e-9))
    return places[order_by(ranks[places], total[places])][:n]


def burrows_delta(z: ArrayLike, other: ArrayLike | None = None) -> Floats:
    """Return the matrix of ``mean |z_a - z_b|`` (Burrows 2002)."""
    return _between(z, other, lambda values, row: np.abs(values - row).mean(axis=1))


def argamon_delta(z: ArrayLike, other: ArrayLike | None = None) -> Floats:
    """Return the matrix of ``sqrt(mean (z_a - z_b)^2)``, quadratic Delta (Argamon 2008)."""
    return _between(z, other, lambda values, row: np.sqrt(((values - row) ** 2).mean(axis=1)))


def eder_delta(z: ArrayLike, other: ArrayLike | None = None) -> Floats:
    """Return the matrix of ``mean |z_a - z_b| (n - r + 1) / n``, r the frequency rank of the word.

    Source: Eder, Rybicki & Kestemont (2016).
    """
    n = np.asarray(z).shape[1]
    weight = (n - np.arange(n)) / n
    return _between(z, other, lambda values, row: (np.abs(values - row) * weight).mean(axis=1))


def cosine_delta(z: ArrayLike, other: ArrayLike | None = None) -> Floats:
    """Return the matrix of ``1 - cos(z_a, z_b)`` (Smith & Aldridge 2011; Evert et al. 2017)."""

    def one(values: Floats, row: Floats) -> Floats:
        # plain sums, not matrix products: the same digits on any number of threads
        return 1.0 - cosine((values * row).sum(axis=1), (values**2).sum(axis=1), (row**2).sum())

    return _between(z, other, one)


def eder_simple(percent: ArrayLike, other: ArrayLike | None = None) -> Floats:
    """Return the matrix of ``sum |sqrt f_a - sqrt f_b|`` of frequencies in percent (Eder, Rybicki & Kestemont 2016)."""
    roots = np.sqrt(np.asarray(percent, dtype=np.float64))
    others = None if other is None else np.sqrt(np.asarray(other, dtype=np.float64))
    return _between(roots, others, lambda values, row: np.abs(values - row).sum(axis=1))


def _between(a: ArrayLike, b: ArrayLike | None, one: Callable[[Floats, Floats], Floats]) -> Floats:
    """Compare each row of ``a`` with all rows of ``b`` (by default those of ``a``), one row at a time."""
    rows = np.asarray(a, dtype=np.float64)
    values = rows if b is None else np.asarray(b, dtype=np.float64)
    if not rows.shape[1]:
        return np.full((len(rows), len(values)), np.nan)
    return np.array([one(values, row) for row in rows]).reshape(len(rows), len(values))


DELTAS: dict[str, tuple[Callable[..., Floats], bool]] = {
    "cosine_delta": (cosine_delta, True),
    "burrows": (burrows_delta, True),
    "argamon": (argamon_delta, True),
    "eder": (eder_delta, True),
    "eder_simple": (eder_simple, False),
}
"""The distance of each measure, and whether it is one of z-scores (else of frequencies in percent)."""
