"""Inner loops of the starts of a structural topic model: co-occurrence, mixtures of anchor words, Gibbs sampling."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_STEP = 50.0  # of the exponentiated gradient
_LEAST = 2e-16


@numba.njit(cache=True, nogil=True, error_model="numpy")
def gram(
    first: int, last: int, docs_at: NDArray[Any], docs: NDArray[Any], values: Floats, terms_at: NDArray[Any],
    terms: NDArray[Any], weights: Floats, own: Floats, out: NDArray[Any],
) -> None:  # fmt: skip
    """Fill rows ``first`` to ``last`` of Q = X' diag(w) X - diag(own), w = 1 / (n (n - 1)) of each document.

    X is given by terms (``docs_at``, ``docs``, ``values``: counts times w) and by documents (``terms_at``, ``terms``,
    ``weights``: counts).
    """
    row = np.zeros(out.shape[1])
    for i in range(first, last):
        row[:] = 0.0
        for p in range(docs_at[i], docs_at[i + 1]):
            d = docs[p]
            x = values[p]
            for q in range(terms_at[d], terms_at[d + 1]):
                row[terms[q]] += x * weights[q]
        row[i] -= own[i]
        for j in range(len(row)):
            out[i, j] = row[j]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def recover(first: int, last: int, products: Floats, square: Floats, tol: float, max_iter: int, out: Floats) -> None:
    """Fill rows of ``out`` (V, K): weights of the anchors that come closest to each row of Q, on the simplex.

    ``products`` (V, K) are those of the row with the anchors, ``square`` (K, K) those of the anchors. Exponentiated
    gradient with step 50; it ends when the length of the gradient changes by less than ``tol``. For some words the step
    is too long to ever come to rest.
    """
    k = len(square)
    alpha, g = np.empty(k), np.empty(k)
    for i in range(first, last):
        alpha[:] = 1.0 / k
        before = np.inf
        for _ in range(max_iter):
            for b in range(k):
                g[b] = products[i, b]
            for a in range(k):
                x = alpha[a]
                for b in range(k):
                    g[b] -= x * square[a, b]
            sse = 0.0
            top = -np.inf
            for b in range(k):
                sse += g[b] * g[b]
                if g[b] > top:
                    top = g[b]
            total = 0.0
            for b in range(k):
                alpha[b] *= np.exp(2.0 * _STEP * (g[b] - top))
                total += alpha[b]
            for b in range(k):
                alpha[b] /= total
            length = np.sqrt(sse)
            if abs(before - length) < tol:
                break
            before = length
        for b in range(k):
            out[i, b] = max(alpha[b], _LEAST)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def nearest(first: int, last: int, products: Floats, square: Floats, tol: float, max_iter: int, out: Floats) -> None:
    """Fill rows of ``out`` as `recover`, but with the nearest mixtures.

    Weight goes from the anchor that it is best to leave to the one that it is best to approach, as far as the distance
    falls (pairwise steps of Frank & Wolfe), until no pair gains more than ``tol`` per unit of weight.
    """
    k = len(square)
    alpha, g = np.empty(k), np.empty(k)
    for i in range(first, last):
        start = 0
        for b in range(k):
            alpha[b] = 0.0
            if square[b, b] - 2.0 * products[i, b] < square[start, start] - 2.0 * products[i, start]:
                start = b
        alpha[start] = 1.0
        for b in range(k):
            g[b] = products[i, b] - square[start, b]
        for _ in range(max_iter):
            to, away = 0, start
            for b in range(k):
                if g[b] > g[to]:
                    to = b
                if alpha[b] > 0.0 and (alpha[away] == 0.0 or g[b] < g[away]):
                    away = b
            gap = g[to] - g[away]
            if not gap > tol:
                break
            size = min(gap / (square[to, to] + square[away, away] - 2.0 * square[to, away]), alpha[away])
            alpha[to] += size
            alpha[away] = 0.0 if size == alpha[away] else alpha[away] - size
            for b in range(k):
                g[b] -= size * (square[to, b] - square[away, b])
        for b in range(k):
            out[i, b] = max(alpha[b], _LEAST)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def gibbs(
    doc: NDArray[np.int32], term: NDArray[np.int32], n_docs: int, n_terms: int, n_topics: int, sweeps: int,
    alpha: float, eta: float, seed: np.uint64,
) -> Floats:  # fmt: skip
    """Return the counts (V, K) of the last state of a collapsed Gibbs sampler for LDA (Griffiths & Steyvers 2004)."""
    state = seed
    by_doc = np.zeros((n_docs, n_topics))
    by_term = np.zeros((n_terms, n_topics))
    total = np.zeros(n_topics)
    topic = np.empty(len(doc), np.int32)
    chance = np.empty(n_topics)
    for i in range(len(doc)):
        state, x = _uniform(state)
        z = int(x * n_topics)
        topic[i] = z
        by_doc[doc[i], z] += 1
        by_term[term[i], z] += 1
        total[z] += 1
    for _ in range(sweeps):
        for i in range(len(doc)):
            d, w, z = doc[i], term[i], topic[i]
            by_doc[d, z] -= 1
            by_term[w, z] -= 1
            total[z] -= 1
            whole = 0.0
            for k in range(n_topics):
                whole += (by_doc[d, k] + alpha) * (by_term[w, k] + eta) / (total[k] + n_terms * eta)
                chance[k] = whole
            state, x = _uniform(state)
            x *= whole
            z = 0
            while z < n_topics - 1 and chance[z] <= x:
                z += 1
            topic[i] = z
            by_doc[d, z] += 1
            by_term[w, z] += 1
            total[z] += 1
    return by_term


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _uniform(state: np.uint64) -> Any:
    """Return the next state and a number in [0, 1) (splitmix64: the same on every machine)."""
    state = state + np.uint64(0x9E3779B97F4A7C15)
    z = state
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return state, np.float64(z >> np.uint64(11)) * (1.0 / 9007199254740992.0)
