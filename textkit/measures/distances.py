"""Similarity and distance of two documents, from sums over their terms.

``dot`` = sum a b, ``aa`` = sum a^2, ``shared`` = number of common terms, ``n_a`` = number of terms of a.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlogy

from textkit.measures.arrays import LN2, Floats, floats, ratio_or_nan


def cosine(dot: ArrayLike, aa: ArrayLike, bb: ArrayLike) -> Floats:
    """Return ``cos = sum a b / sqrt(sum a^2 sum b^2)``; NaN for an empty document.

    >>> float(cosine(6.0, 9.0, 4.0))
    1.0
    """
    dot, aa, bb = floats(dot, aa, bb)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(dot / np.sqrt(aa * bb), -1.0, 1.0)


def pearson(dot: ArrayLike, aa: ArrayLike, bb: ArrayLike, sum_a: ArrayLike, sum_b: ArrayLike, n: int) -> Floats:
    """Return Pearson's correlation over all ``n`` terms of the vocabulary, common or not; NaN if one is constant."""
    dot, aa, bb, sum_a, sum_b = floats(dot, aa, bb, sum_a, sum_b)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Rounding may leave a trace of variance in a constant document.
        var_a, var_b = n * aa - sum_a**2, n * bb - sum_b**2
        constant = (var_a <= 1e-12 * n * aa) | (var_b <= 1e-12 * n * bb)
        value = np.clip((n * dot - sum_a * sum_b) / np.sqrt(var_a * var_b), -1.0, 1.0)
    return np.where(constant, np.nan, value)


def jaccard(shared: ArrayLike, n_a: ArrayLike, n_b: ArrayLike) -> Floats:
    """Return shared terms over all terms of the two, ``|A and B| / |A or B|`` (Jaccard 1901); counts do not matter."""
    shared, n_a, n_b = floats(shared, n_a, n_b)
    return ratio_or_nan(shared, n_a + n_b - shared, n_a, n_b)


def dice(shared: ArrayLike, n_a: ArrayLike, n_b: ArrayLike) -> Floats:
    """Return ``2 |A and B| / (|A| + |B|)`` (Dice 1945)."""
    shared, n_a, n_b = floats(shared, n_a, n_b)
    return ratio_or_nan(2 * shared, n_a + n_b, n_a, n_b)


def overlap(shared: ArrayLike, n_a: ArrayLike, n_b: ArrayLike) -> Floats:
    """Return ``|A and B| / min(|A|, |B|)``: 1 if one document has all terms of the other."""
    shared, n_a, n_b = floats(shared, n_a, n_b)
    return ratio_or_nan(shared, np.minimum(n_a, n_b), n_a, n_b)


def extended_jaccard(dot: ArrayLike, aa: ArrayLike, bb: ArrayLike) -> Floats:
    """Return ``a.b / (|a|^2 + |b|^2 - a.b)`` (Tanimoto): the Jaccard coefficient with counts."""
    dot, aa, bb = floats(dot, aa, bb)
    return ratio_or_nan(dot, aa + bb - dot, aa, bb)


def extended_dice(dot: ArrayLike, aa: ArrayLike, bb: ArrayLike) -> Floats:
    """Return ``2 a.b / (|a|^2 + |b|^2)``: the Dice coefficient with counts."""
    dot, aa, bb = floats(dot, aa, bb)
    return ratio_or_nan(2 * dot, aa + bb, aa, bb)


def ruzicka(least: ArrayLike, sum_a: ArrayLike, sum_b: ArrayLike) -> Floats:
    """Return ``sum min(a, b) / sum max(a, b)`` (Ružička 1958), from ``least = sum min(a, b)``."""
    least, sum_a, sum_b = floats(least, sum_a, sum_b)
    return ratio_or_nan(least, sum_a + sum_b - least, sum_a, sum_b)


def jensen_shannon_term(p: Floats, q: Floats) -> Floats:
    """Return what a common term adds: ``h((p + q) / 2) - (h(p) + h(q)) / 2 - (p + q) / 2`` with h = -x log2 x."""
    m = (p + q) / 2
    return np.asarray((0.5 * (xlogy(p, p) + xlogy(q, q)) - xlogy(m, m)) / LN2 - m)


def jensen_shannon(terms: ArrayLike, sum_p: ArrayLike, sum_q: ArrayLike) -> Floats:
    """Return the Jensen-Shannon divergence in bits, 0 to 1 (Lin 1991), from the sum over the common terms alone.

    ``JSD = H(m) - (H(p) + H(q)) / 2``. A term of one document only adds half its share, hence
    ``JSD = (sum p + sum q) / 2 + sum over common terms of jensen_shannon_term``. Its square root is a metric.

    >>> float(jensen_shannon(0.0, 1.0, 1.0))
    1.0
    """
    terms, sum_p, sum_q = floats(terms, sum_p, sum_q)
    value = np.clip(terms + (sum_p + sum_q) / 2, 0.0, 1.0)
    return np.where((sum_p > 0) & (sum_q > 0), value, np.nan)


def hellinger(coefficient: ArrayLike) -> Floats:
    """Return ``sqrt(1 - BC)`` (Hellinger 1909) from Bhattacharyya's coefficient ``BC = sum sqrt(p q)``."""
    return np.asarray(np.sqrt(np.clip(1.0 - np.asarray(coefficient, dtype=np.float64), 0.0, None)))


def bhattacharyya(coefficient: ArrayLike) -> Floats:
    """Return ``-ln BC`` (Bhattacharyya 1943); infinite for documents without a common term."""
    value = np.asarray(coefficient, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(np.abs(-np.log(value)))  # abs: -ln 1 is -0.0


def manhattan(least: ArrayLike, sum_a: ArrayLike, sum_b: ArrayLike) -> Floats:
    """Return ``sum |a - b| = sum a + sum b - 2 sum min(a, b)`` of vectors without negative values."""
    least, sum_a, sum_b = floats(least, sum_a, sum_b)
    return np.where((sum_a > 0) & (sum_b > 0), np.maximum(sum_a + sum_b - 2 * least, 0.0), np.nan)


def euclidean(dot: ArrayLike, aa: ArrayLike, bb: ArrayLike) -> Floats:
    """Return ``sqrt(sum (a - b)^2)``, from the three inner products."""
    dot, aa, bb = floats(dot, aa, bb)
    return np.where((aa > 0) & (bb > 0), np.sqrt(np.maximum(aa + bb - 2 * dot, 0.0)), np.nan)


def canberra_term(a: Floats, b: Floats) -> Floats:
    """Return what a common term adds to the number of terms of both documents: ``|a - b| / (a + b) - 2``."""
    return np.asarray(np.abs(a - b) / (a + b) - 2.0)


def canberra(terms: ArrayLike, n_a: ArrayLike, n_b: ArrayLike) -> Floats:
    """Return ``sum |a - b| / (a + b)``, 0/0 = 0 (Lance & Williams 1966), from the sum over the common terms.

    Each term of one document only adds 1, hence ``n_a + n_b + sum over common terms of canberra_term``.
    """
    terms, n_a, n_b = floats(terms, n_a, n_b)
    return np.where((n_a > 0) & (n_b > 0), np.maximum(terms + (n_a + n_b), 0.0), np.nan)


def minkowski_term(a: Floats, b: Floats, power: float) -> Floats:
    """Return what a common term adds to ``sum a^p + sum b^p``: ``|a - b|^p - a^p - b^p``."""
    return np.asarray(np.abs(a - b) ** power - (a**power + b**power))


def minkowski(terms: ArrayLike, sum_a: ArrayLike, sum_b: ArrayLike, power: float) -> Floats:
    """Return ``(sum |a - b|^p)^(1/p)``, from the sum over the common terms and the sums of ``a^p`` and ``b^p``.

    >>> float(minkowski(-32.0, 16.0, 16.0, 2.0))  # equal documents
    0.0
    """
    terms, sum_a, sum_b = floats(terms, sum_a, sum_b)
    # what is left of two equal sums is rounding, which a root would make large
    rest = terms + (sum_a + sum_b)
    rest = np.where(rest > 1e-14 * (sum_a + sum_b), rest, 0.0)
    return np.where((sum_a > 0) & (sum_b > 0), rest ** (1.0 / power), np.nan)


def simple_matching(shared: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, n: int) -> Floats:
    """Return the share of the ``n`` terms that both documents have or both lack (Sokal & Michener 1958)."""
    shared, n_a, n_b = floats(shared, n_a, n_b)
    size = np.full(np.broadcast(shared, n_a, n_b).shape, float(n))
    return ratio_or_nan(n - n_a - n_b + 2 * shared, size, n_a, n_b)


def hamann(shared: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, n: int) -> Floats:
    """Return terms in which two documents agree less those in which they differ, over all (Hamann 1961)."""
    return np.asarray(2.0 * simple_matching(shared, n_a, n_b, n) - 1.0)
