"""Divergence of two frequency lists, word by word: Kullback-Leibler keyness, and rank turbulence."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlogy

from textkit.measures.arrays import LN2, Floats, floats


def keyness_kld(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike) -> Floats:
    """Return how far a word's division over two corpora is from that of all tokens, in bits, signed (Gries 2021).

    ``sum_g P(g | w) log2 (P(g | w) / P(g))`` with ``P(g | w) = a / (a + b)`` and ``P(g) = c / (c + d)``; positive where
    the word is commoner in the first corpus. From 0 to ``log2 (c + d) / c``: an effect that does not grow with the
    counts. The two-cell G2 is ``2 ln 2 (a + b)`` times its size. NaN for a word that does not occur.

    >>> keyness_kld([8, 1, 5], [0, 1, 1], 100, 100).round(4).tolist()
    [1.0, 0.0, 0.35]
    """
    a, b, c, d = floats(a, b, c, d)
    with np.errstate(divide="ignore", invalid="ignore"):
        p, q = a / (a + b), c / (c + d)
        value = (xlogy(p, p / q) + xlogy(1 - p, (1 - p) / (1 - q))) / LN2
    return np.asarray(np.sign(a * d - b * c) * np.maximum(value, 0.0) + 0.0 * p)


class TermDivergence(NamedTuple):
    """Shares of each term in both texts, and what it adds to the relative entropy, in bits."""

    p: Floats
    q: Floats
    score: Floats


def kl_terms(a: ArrayLike, b: ArrayLike, n_terms: int, smoothing: float) -> TermDivergence:
    """Return ``p log2(p / q)`` of each term (last axis), of shares ``p = (a + s) / (sum a + s V)``, likewise q.

    ``n_terms`` is V, which may be more than the terms given. 0 where p is 0, inf where only q is.

    >>> kl_terms([4, 2, 2], [2, 2, 4], 3, 0.0).score.tolist()
    [0.5, 0.0, -0.25]
    """
    a, b = floats(a, b)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = (a + smoothing) / (a.sum(axis=-1, keepdims=True) + smoothing * n_terms)
        q = (b + smoothing) / (b.sum(axis=-1, keepdims=True) + smoothing * n_terms)
        score = xlogy(p, p / q) / LN2
    return TermDivergence(p, q, np.asarray(np.where(p == 0, 0.0, score) + 0.0))


def kl_unseen(n_a: float, n_b: float, n_terms: int, smoothing: float) -> float:
    """Return what a term that neither text has adds to their relative entropy, in bits; 0 without smoothing.

    >>> round(kl_unseen(10, 30, 4, 1.0), 4)
    0.0914
    """
    if not smoothing:
        return 0.0
    p, q = smoothing / (n_a + smoothing * n_terms), smoothing / (n_b + smoothing * n_terms)
    return float(p * np.log2(p / q))


class Turbulence(NamedTuple):
    """What each type adds to the divergence (positive), and their sum: 0 for equal rankings, 1 for disjoint ones."""

    contribution: Floats
    total: float


def rank_turbulence(r1: ArrayLike, r2: ArrayLike, there1: ArrayLike, there2: ArrayLike, alpha: float) -> Turbulence:
    """Return the rank-turbulence divergence of two rankings of the same types (Dodds et al. 2023).

    ``D = (1 / N) sum (alpha + 1) / alpha |1 / r1^alpha - 1 / r2^alpha|^(1 / (alpha + 1))`` over the union of types,
    with average ranks, types that one system lacks tied behind all others; ``there1``, ``there2`` say which have it. N
    is the same sum for two systems without a common type, where an absent type has rank ``N2 + N1 / 2`` in the other
    system. Limits: ``|ln r1 / r2|`` at alpha 0, ``max(1 / r1, 1 / r2)`` of unequal ranks at infinity.

    >>> there = np.array([True, True])
    >>> rank_turbulence([1, 2], [2, 1], there, there, 1.0).contribution.round(4).tolist()
    [0.2887, 0.2887]
    """
    r1, r2 = floats(r1, r2)
    here, other = np.asarray(there1, dtype=np.bool_), np.asarray(there2, dtype=np.bool_)
    n1, n2 = int(here.sum()), int(other.sum())
    raw = _apart(r1, r2, alpha)
    alone = float(_apart(r1[here], np.array(n2 + n1 / 2), alpha).sum())
    alone += float(_apart(np.array(n1 + n2 / 2), r2[other], alpha).sum())
    contribution = raw / alone if alone > 0 else np.full(raw.shape, np.nan)
    return Turbulence(contribution, float(contribution.sum()))


def _apart(r1: Floats, r2: Floats, alpha: float) -> Floats:
    if alpha == 0:
        return np.abs(np.log(r1 / r2))
    if np.isinf(alpha):
        return np.where(r1 == r2, 0.0, np.maximum(1 / r1, 1 / r2))
    # |1 / r1^a - 1 / r2^a| = least^-a (1 - (least / most)^a), which keeps its digits for any alpha
    least, most = np.minimum(r1, r2), np.maximum(r1, r2)
    rest = -np.expm1(alpha * np.log(least / most))
    return np.asarray((alpha + 1) / alpha * least ** (-alpha / (alpha + 1)) * rest ** (1 / (alpha + 1)))
