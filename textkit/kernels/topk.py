"""The most similar rows of a sparse matrix for each row of another: an inverted index and one heap of k a row."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

COSINE, JACCARD, DICE, OVERLAP = 0, 1, 2, 3


@numba.njit(cache=True, nogil=True)
def add_block(
    q_indptr: NDArray[Any],
    q_indices: NDArray[Any],
    q_data: NDArray[np.float64],
    q_square: NDArray[np.float64],
    q_self: NDArray[np.int64],
    c_indptr: NDArray[Any],
    c_indices: NDArray[Any],
    c_data: NDArray[np.float64],
    c_square: NDArray[np.float64],
    shift: int,
    formula: int,
    floor: float,
    values: NDArray[np.float64],
    places: NDArray[np.int64],
    filled: NDArray[np.int64],
) -> None:
    """Compare some queries with one block of candidates and keep the k best of each in ``values`` and ``places``.

    ``c_*`` is the block by columns (terms); its rows are candidates ``shift``, ``shift + 1`` … in the order in which
    ties are to be resolved. ``q_self[i]``: the candidate that query i is itself, -1 if none. The lists stay sorted:
    falling value, rising candidate.
    """
    n_queries = len(q_square)
    size = len(c_square)
    k = values.shape[1]
    dots = np.zeros(size)
    for q in range(n_queries):
        aa = q_square[q]
        if aa <= 0.0:
            continue
        for p in range(q_indptr[q], q_indptr[q + 1]):
            term = q_indices[p]
            x = q_data[p]
            for s in range(c_indptr[term], c_indptr[term + 1]):
                dots[c_indices[s]] += x * c_data[s]
        own = q_self[q] - shift
        n = filled[q]
        least = values[q, k - 1] if n == k else floor
        for j in range(size):
            dot = dots[j]
            if dot == 0.0:
                continue
            dots[j] = 0.0
            if dot < 0.0:
                continue
            bb = c_square[j]
            if formula == COSINE:
                # cheap and a little generous: most candidates end here, before the root
                if dot * dot < least * least * aa * bb * 0.999999999999:
                    continue
                value = min(dot / np.sqrt(aa * bb), 1.0)
            elif formula == JACCARD:
                value = dot / (aa + bb - dot)
            elif formula == DICE:
                value = 2.0 * dot / (aa + bb)
            else:
                value = dot / min(aa, bb)
            # candidates come in the order of ties: an equal one comes too late, unless there is room
            if value < least or (n == k and value == least) or j == own:
                continue
            at = n if n < k else k - 1
            while at > 0 and values[q, at - 1] < value:
                values[q, at] = values[q, at - 1]
                places[q, at] = places[q, at - 1]
                at -= 1
            values[q, at] = value
            places[q, at] = j + shift
            if n < k:
                n += 1
            if n == k:
                least = values[q, k - 1]
        filled[q] = n
