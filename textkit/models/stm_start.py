"""Where a structural topic model starts: anchor words (spectral), a short Gibbs run of LDA, or at random."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit.errors import ArgumentError
from textkit.measures import Floats
from textkit.models.stm_em import in_order, n_threads

STARTS = ("spectral", "spectral_exact", "lda", "random")

_TOL, _MAX_ITER = 1e-7, 500  # of the mixtures of anchors
_EXACT_TOL, _EXACT_ITER = 1e-9, 100_000
_REST = 0.001  # probability that words without a place in the co-occurrence table share
_HALF = 6_000  # terms above which the co-occurrence table is kept in single precision
_SWEEPS, _LDA_ALPHA, _LDA_ETA = 50, 50.0, 0.01
_ROUGH = 0.1  # shape of the gamma numbers of a random start


def start(kind: str, counts: csr_array, n_topics: int, max_terms: int, random_state: int) -> Floats:
    """Return topics (V, K) to start from, columns summing to one."""
    if kind.startswith("spectral"):
        return spectral(counts, n_topics, max_terms, exact=kind == "spectral_exact")
    if kind == "lda":
        return gibbs(counts, n_topics, random_state)
    rng = np.random.default_rng(random_state)
    drawn: Floats = rng.gamma(_ROUGH, size=(counts.shape[1], n_topics)) + 1e-12
    drawn /= drawn.sum(axis=0)
    return drawn


def spectral(counts: csr_array, n_topics: int, max_terms: int, *, exact: bool = False) -> Floats:
    """Return topics (V, K) found from anchor words (Arora et al. 2013); a matter of the counts alone, not of chance.

    With ``exact`` the mixtures of anchors are the nearest ones; without, those at which the exponentiated gradient with
    step 50 is after 500 turns, as in the R package stm. The two differ for words that belong to no topic in particular.
    Only the ``max_terms`` most frequent words take part in the table of co-occurrence, which has V x V cells.
    """
    n_terms = counts.shape[1]
    frequency = np.asarray(counts.sum(axis=0), dtype=np.float64).ravel()
    chosen = np.sort(np.argsort(-frequency, kind="stable")[:max_terms])
    table, kept = cooccurrence(counts[:, chosen])
    chosen = chosen[kept]
    if len(chosen) < n_topics:
        raise ArgumentError(
            f'init="spectral" needs at least n_topics={n_topics} words that stand beside others, but there are '
            f'{len(chosen)}. Use fewer topics, or init="random".'
        )
    found = anchors(table, n_topics)
    weights = mixtures(table, found, exact=exact)
    joint = weights * (frequency[chosen] / frequency[chosen].sum())[:, None]
    terms: Floats = joint / joint.sum(axis=0)
    if len(chosen) == n_terms:
        return terms
    whole = np.full((n_terms, n_topics), _REST / n_terms)
    whole[chosen] += terms
    whole /= whole.sum(axis=0)
    return whole


def cooccurrence(counts: csr_array) -> tuple[Floats, NDArray[np.intp]]:
    """Return how often each word stands beside each other one, rows summing to one, and which words have a row.

    ``Q_ij = sum_d (c_di c_dj - [i = j] c_di) / (n_d (n_d - 1))``: the chance that two different tokens of a document
    are i and j. Documents of one token are left out.
    """
    from textkit.kernels import stm_start as kernels

    lengths = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
    rows = counts[lengths >= 2].astype(np.float64)
    lengths = lengths[lengths >= 2]
    share = 1.0 / (lengths * (lengths - 1))
    weighted = rows.copy()
    weighted.data = rows.data * np.repeat(share, np.diff(rows.indptr))
    own = np.asarray(weighted.sum(axis=0), dtype=np.float64).ravel()
    by_term = weighted.tocsc()
    n = counts.shape[1]
    table = np.empty((n, n), dtype=np.float64 if n <= _HALF else np.float32)

    def work(part: tuple[int, int]) -> None:
        kernels.gram(
            *part, by_term.indptr, by_term.indices, by_term.data, rows.indptr, rows.indices, rows.data, own, table
        )

    for _ in in_order(work, _stretches(n)):
        pass
    total = table.sum(axis=1, dtype=np.float64)
    # a word that only ever stands alone has a row of zeros, up to rounding
    kept = np.flatnonzero(total > 1e-12 * (own + np.finfo(np.float64).tiny))
    if len(kept) < n:
        table = np.ascontiguousarray(table[np.ix_(kept, kept)])
    table /= total[kept].astype(table.dtype)[:, None]
    return table, kept


def anchors(table: Floats, n_topics: int) -> NDArray[np.intp]:
    """Return the rows of the table that span it best: each time the row farthest from those found (Gram-Schmidt).

    The table is not changed: the squared distance of a row is its length less its parts along the basis found so far.
    """
    left = np.einsum("ij,ij->i", table, table, dtype=np.float64)
    whole = float(left.max())
    basis = np.zeros((n_topics, table.shape[1]))
    found: list[int] = []
    for k in range(n_topics):
        place = int(left.argmax())
        if left[place] <= 1e-12 * whole:
            raise ArgumentError(
                f'init="spectral" finds only {k} directions in which words differ, fewer than n_topics={n_topics}. '
                'Use fewer topics, or init="random".'
            )
        found.append(place)
        row = table[place].astype(np.float64)
        for _ in range(2):  # twice is enough (Kahan)
            row -= basis[:k].T @ (basis[:k] @ row)
        basis[k] = row / np.linalg.norm(row)
        left -= (table @ basis[k].astype(table.dtype)).astype(np.float64) ** 2
        left[found] = -np.inf
    return np.array(found, dtype=np.intp)


def mixtures(table: Floats, found: NDArray[np.intp], *, exact: bool = False) -> Floats:
    """Write each row of the table as a mixture of the anchors' rows; the chance of each topic given the word (V, K)."""
    from textkit.kernels import stm_start as kernels

    base = table[found]
    products = np.ascontiguousarray(table @ base.T, dtype=np.float64)
    square = np.ascontiguousarray(base @ base.T, dtype=np.float64)
    out = np.empty_like(products)

    def work(part: tuple[int, int]) -> None:
        if exact:
            kernels.nearest(*part, products, square, _EXACT_TOL * float(square.diagonal().max()), _EXACT_ITER, out)
        else:
            kernels.recover(*part, products, square, _TOL, _MAX_ITER, out)

    for _ in in_order(work, _stretches(len(table))):
        pass
    out[found] = np.eye(len(found))
    return out


def gibbs(counts: csr_array, n_topics: int, random_state: int) -> Floats:
    """Return topics (V, K) after fifty sweeps of collapsed Gibbs sampling for LDA with alpha = 50/K, eta = 0.01."""
    from textkit.kernels import stm_start as kernels

    times = counts.data.astype(np.int64)
    doc = np.repeat(np.arange(counts.shape[0], dtype=np.int32), np.diff(counts.indptr)).repeat(times)
    term = counts.indices.astype(np.int32).repeat(times)
    seed = np.random.SeedSequence(random_state).generate_state(1, np.uint64)[0]
    tokens = kernels.gibbs(
        doc, term, counts.shape[0], counts.shape[1], n_topics, _SWEEPS, _LDA_ALPHA / n_topics, _LDA_ETA, seed
    )
    smooth: Floats = tokens + _LDA_ETA
    smooth /= smooth.sum(axis=0)
    return smooth


def _stretches(n: int) -> list[tuple[int, int]]:
    edges = np.linspace(0, n, max(1, min(n, 8 * n_threads())) + 1).astype(int).tolist()
    return list(pairwise(edges))
