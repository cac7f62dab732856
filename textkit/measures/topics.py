"""Formulas about topics: how alike they are, where they lie on a map, and how much the counts stray from the model."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtri, xlogy

from textkit.measures.arrays import LN2, Floats

_CELLS = 4_000_000  # cells of documents times terms held at once (32 MB)


class ResidualDispersion(NamedTuple):
    """The dispersion of the residuals, its sum and degrees of freedom, and p of the hypothesis that it is 1."""

    dispersion: float
    total: float
    df: float
    p_value: float


class SharePrecision(NamedTuple):
    """A ratio of sums over documents and its standard error."""

    value: float
    se: float


def residual_dispersion(
    counts: Any, doc_topic: Floats, topic_term: Floats, *, least: float = 0.01
) -> ResidualDispersion:
    """Return how far counts stray from a topic model, in units of what the multinomial allows (Taddy 2012).

    ``D = sum_dw (x - m q)^2 / (m q (1 - q))`` with ``q = doc_topic[d] . topic_term[:, w]`` and m the length of the
    document; ``df`` = number of cells with ``m q > least`` less ``V`` less ``n (K - 1) + K (V - 1)``. The dispersion
    is ``D / df``: near 1 if the model is true, above 1 if it needs more topics; NaN if ``df`` is not above zero.
    ``counts`` is a sparse array (n, V) in rows; rows without tokens or without shares are left out.

    >>> from scipy.sparse import csr_array
    >>> even = np.full((1, 2), 0.5)
    >>> found = residual_dispersion(csr_array([[4, 0]]), np.ones((1, 1)), even)
    >>> found.total, found.df  # twice (4 - 2)^2 / (4 * 1/4)
    (8.0, -1.0)
    """
    size = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
    rows = np.flatnonzero((size > 0) & ~np.isnan(doc_topic).any(axis=1))
    n_topics, n_terms = topic_term.shape
    total, cells = 0.0, 0
    step = max(_CELLS // max(n_terms, 1), 1)
    for first in range(0, len(rows), step):
        part = rows[first : first + step]
        m = size[part][:, None]
        q = doc_topic[part] @ topic_term
        x = counts[part].toarray()
        with np.errstate(divide="ignore", invalid="ignore"):
            squares = (x - m * q) ** 2 / (m * q * (1.0 - q))
        # a cell that is certain, and comes out as it must, strays by nothing
        total += float(np.where(np.abs(x - m * q) <= 1e-9 * m, 0.0, squares).sum())
        cells += int(np.count_nonzero(m * q > least))
    df = float(cells - n_terms - (len(rows) * (n_topics - 1) + n_topics * (n_terms - 1)))
    if df <= 0:
        return ResidualDispersion(np.nan, total, df, np.nan)
    return ResidualDispersion(total / df, total, df, float(chdtrc(df, total)))


def ratio_with_se(over: ArrayLike, under: ArrayLike) -> SharePrecision:
    """Return ``sum over / sum under`` of sampled units with the standard error of the ratio estimator.

    ``se^2 = n / (n - 1) sum (over - r under)^2 / (sum under)^2``; NaN with fewer than two units.

    >>> ratio_with_se([1.0, 3.0], [1.0, 1.0]).value
    2.0
    """
    a, b = np.asarray(over, dtype=np.float64), np.asarray(under, dtype=np.float64)
    n, total = len(a), float(b.sum())
    if not total > 0:
        return SharePrecision(np.nan, np.nan)
    value = float(a.sum()) / total
    with np.errstate(invalid="ignore"):
        se = float(np.sqrt(n / (n - 1.0) * ((a - value * b) ** 2).sum())) / total if n > 1 else np.nan
    return SharePrecision(value, se)


def cosines(a: Floats, b: Floats) -> Floats:
    """Return the cosine of each row of ``a`` with each row of ``b``; 0 with a row of zeros.

    >>> cosines(np.array([[1.0, 0.0]]), np.array([[2.0, 0.0], [0.0, 1.0]])).tolist()
    [[1.0, 0.0]]
    """
    na, nb = np.linalg.norm(a, axis=1), np.linalg.norm(b, axis=1)
    under = np.outer(na, nb)
    value: Floats = np.divide(a @ b.T, under, out=np.zeros(under.shape), where=under > 0)
    return np.clip(value, -1.0, 1.0)


def hellinger_similarity(a: Floats, b: Floats) -> Floats:
    """Return ``1 - H`` with ``H = sqrt(1 - sum sqrt(p q))`` for all pairs of rows, distributions (Hellinger 1909).

    >>> hellinger_similarity(np.array([[1.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])).tolist()
    [[1.0, 0.0]]
    """
    together = np.clip(np.sqrt(a) @ np.sqrt(b).T, 0.0, 1.0)
    return np.asarray(1.0 - np.sqrt(1.0 - np.where(together > 1.0 - 1e-14, 1.0, together)))


def rank_biased_overlap(first: NDArray[Any], second: NDArray[Any], p: float = 0.9) -> float:
    """Return how far two rankings of equal depth agree, top ranks first: 0 to 1 (Webber, Moffat & Zobel 2010).

    Extrapolated: ``(1 - p) / p (sum_d X_d / d p^d) + X_k / k p^k`` with ``X_d`` the number of common items among the
    first d and k the depth.

    >>> rank_biased_overlap(np.array([1, 2]), np.array([1, 2])), rank_biased_overlap(np.array([1]), np.array([2]))
    (1.0, 0.0)
    """
    depth = min(len(first), len(second))
    if depth == 0:
        return 0.0
    seen_a: set[Any] = set()
    seen_b: set[Any] = set()
    both, total = 0, 0.0
    for d, (a, b) in enumerate(zip(first[:depth].tolist(), second[:depth].tolist(), strict=True), start=1):
        both += int(a == b) or int(a in seen_b) + int(b in seen_a)
        seen_a.add(a)
        seen_b.add(b)
        total += both / d * p**d
    return float(round((1.0 - p) / p * total + both / depth * p**depth, 12))


def jensen_shannon_distances(rows: Floats) -> Floats:
    """Return the Jensen-Shannon distance, ``sqrt(H((p + q) / 2) - (H(p) + H(q)) / 2)`` in bits, of all pairs of rows.

    From 0 to 1, and a metric (Lin 1991; Endres & Schindelin 2003).

    >>> jensen_shannon_distances(np.array([[1.0, 0.0], [0.0, 1.0]])).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    own = xlogy(rows, rows).sum(axis=1)
    square = np.zeros((len(rows), len(rows)))
    for i in range(len(rows) - 1):
        middle = (rows[i] + rows[i + 1 :]) / 2
        square[i, i + 1 :] = ((own[i] + own[i + 1 :]) / 2 - xlogy(middle, middle).sum(axis=1)) / LN2
    square = square + square.T
    return np.asarray(np.sqrt(np.clip(np.where(square < 1e-14, 0.0, square), 0.0, 1.0)))


def classical_scaling(distances: Floats, n: int = 2) -> tuple[Floats, float]:
    """Return places (rows, n) whose distances come near the given ones, and the share of the squares they keep.

    Torgerson's (1952) scaling: eigenvectors of ``-1/2 J D^2 J`` times the roots of their eigenvalues. On each axis the
    entry with the largest absolute value is positive (the first of equals), so that the same distances give the same
    map. An axis that has nothing to show is zero.

    >>> places, kept = classical_scaling(np.array([[0.0, 2.0], [2.0, 0.0]]))
    >>> places.round(9).tolist(), round(kept, 9)
    ([[1.0, 0.0], [-1.0, 0.0]], 1.0)
    """
    size = len(distances)
    square = np.asarray(distances, dtype=np.float64) ** 2
    centred = -0.5 * (square - square.mean(axis=0) - square.mean(axis=1)[:, None] + square.mean())
    values, vectors = np.linalg.eigh((centred + centred.T) / 2)
    order = np.argsort(-values, kind="stable")[:n]
    found = np.zeros((size, n))
    for axis, place in enumerate(order):
        if values[place] <= 1e-12 * max(float(np.abs(values).max()), 1e-300):
            continue
        column = vectors[:, place] * np.sqrt(values[place])
        largest = int(np.argmax(np.abs(column) >= np.abs(column).max() * (1 - 1e-9)))
        found[:, axis] = column if column[largest] > 0 else -column
    positive = values[values > 0]
    kept = float(np.clip(values[order], 0, None).sum() / positive.sum()) if positive.size else np.nan
    return found, kept


def correlations(values: Floats, times: ArrayLike | None = None) -> Floats:
    """Return Pearson's correlation of all pairs of columns; with ``times`` (R, n) that of each resample (R, k, k).

    NaN for a column that does not vary.

    >>> correlations(np.array([[0.0, 1.0], [1.0, 0.0], [2.0, -1.0]])).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    x = values - values.mean(axis=0)
    weights = np.ones((1, len(x))) if times is None else np.asarray(times, dtype=np.float64)
    n = weights.sum(axis=1)[:, None]
    k = x.shape[1]
    means = weights @ x / n
    upper = np.triu_indices(k)
    products = weights @ (x[:, upper[0]] * x[:, upper[1]]) / n
    found = np.empty((len(weights), k, k))
    found[:, upper[0], upper[1]] = products - means[:, upper[0]] * means[:, upper[1]]
    found[:, upper[1], upper[0]] = found[:, upper[0], upper[1]]
    variance = np.diagonal(found, axis1=1, axis2=2)
    known = variance > 1e-12 * np.maximum(np.diagonal(found, axis1=1, axis2=2) + means**2, 1e-300)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(known, np.sqrt(np.abs(variance)), np.nan)
        found = np.clip(found / (spread[:, :, None] * spread[:, None, :]), -1.0, 1.0)
    diagonal = np.arange(k)
    found[:, diagonal, diagonal] = np.where(np.isnan(spread), np.nan, 1.0)
    return found if times is not None else np.asarray(found[0])


def centred_log_ratios(shares: Floats) -> Floats:
    """Return ``ln p - mean ln p`` of each row (Aitchison 1986); shares of zero count as the smallest one above zero.

    >>> centred_log_ratios(np.array([[0.5, 0.5]])).tolist()
    [[0.0, 0.0]]
    """
    positive = shares[shares > 0]
    logs: Floats = np.log(np.maximum(shares, positive.min() if positive.size else 1.0))
    return np.asarray(logs - logs.mean(axis=1, keepdims=True))


def normal_scores(values: Floats) -> Floats:
    """Return normal quantiles of the ranks of each column, ends cut as Liu, Lafferty & Wasserman (2009) do.

    Average ranks over n + 1, cut to ``[delta, 1 - delta]`` with ``delta = 1 / (4 n^(1/4) sqrt(pi ln n))``.

    >>> normal_scores(np.array([[1.0], [2.0], [3.0]])).round(3).ravel().tolist()
    [-0.674, 0.0, 0.674]
    """
    n = len(values)
    order = np.argsort(values, axis=0, kind="stable")
    ranks = np.empty(values.shape)
    for column in range(values.shape[1]):
        ordered = values[order[:, column], column]
        _, start, count = np.unique(ordered, return_index=True, return_counts=True)
        ranks[order[:, column], column] = np.repeat(start + (count + 1) / 2, count)
    cut = 1.0 / (4.0 * n**0.25 * np.sqrt(np.pi * np.log(n))) if n > 1 else 0.5
    return np.asarray(ndtri(np.clip(ranks / (n + 1), cut, 1.0 - cut)))
