"""Partially collapsed variational EM for the structural topic model (Roberts, Stewart & Airoldi 2016)."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit.measures import Floats

Ints = NDArray[np.intp]
Regress = Callable[[Floats], Floats]
"""From the logits (D, n) to gamma (p, n)."""
Topics = Callable[[Floats], tuple[Floats, Floats]]
"""From expected counts (G, V, K) to topics (G, V, K), a row a term, and what they were made of (V, p), if anything."""

START_VARIANCE = 20.0
_CHUNK, _CHUNKS = 64, 32  # documents a chunk at least, chunks at most
_FLOOR = 1e-12  # probability of a word that no topic has


class Documents(NamedTuple):
    """The counts in rows, as the kernels read them, and the group of each document."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    counts: Floats
    group: NDArray[np.int32]


class Expectation(NamedTuple):
    """What an E-step gives: expected counts (G, V, K), the sum of the covariances (n, n), bounds and status (D,)."""

    expected: Floats
    spread: Floats
    bound: Floats
    status: NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The parameters after an iteration; ``bound`` is that of its E-step, so of the parameters before it.

    ``terms`` (G, V, K) and ``kappa`` (V, p) what they were made of; ``amounts`` (G, K) expected tokens;
    ``gamma`` (p, n), ``sigma`` (n, n); ``nu`` (n, n) the mean covariance of the documents; ``eta`` (D, n). ``adjusted``
    counts documents whose curvature had to be made positive definite.
    """

    terms: Floats
    kappa: Floats
    amounts: Floats
    gamma: Floats
    sigma: Floats
    nu: Floats
    eta: Floats
    bound: float
    adjusted: int
    iteration: int


def documents(matrix: csr_array, group: NDArray[Any] | None = None) -> Documents:
    """Lay the counts out for the kernels; stored zeros are left out."""
    counts = matrix.copy()
    counts.eliminate_zeros()
    kind = np.zeros(counts.shape[0], dtype=np.int32) if group is None else np.asarray(group, dtype=np.int32)
    return Documents(
        counts.indptr.astype(np.int64), counts.indices.astype(np.int32), counts.data.astype(np.float64), kind
    )


def expectation(
    docs: Documents,
    terms: Floats,
    mu: Floats,
    sigma: Floats,
    eta: Floats,
    tol: float,
    max_iter: int,
    rows: tuple[int, int] | None = None,
) -> Expectation:
    """Find the posterior of every document of ``rows`` given the topics; ``eta`` (D, n) is improved in place.

    The documents are cut into chunks that depend on nothing but the documents; their sums are added in the order of the
    chunks, so that the number of threads changes nothing.
    """
    from textkit.kernels import stm as kernels

    first, last = rows or (0, len(eta))
    n = eta.shape[1]
    precision = np.linalg.inv(sigma)
    precision = (precision + precision.T) / 2
    half = 0.5 * float(np.linalg.slogdet(sigma)[1])
    bound = np.empty(len(eta))
    status = np.zeros(len(eta), dtype=np.int8)
    expected, spread = np.zeros_like(terms), np.zeros((n, n))

    def work(part: tuple[int, int]) -> tuple[Floats, Floats]:
        mine, wide = np.zeros_like(terms), np.zeros((n, n))
        kernels.e_step(
            *part, docs.indptr, docs.indices, docs.counts, terms, docs.group, mu, precision, half, eta, tol, max_iter,
            mine, wide, bound, status,
        )  # fmt: skip
        return mine, wide

    for mine, wide in in_order(work, chunks(docs.indptr, first, last)):
        expected += mine
        spread += wide
    whole = np.tril(spread) + np.tril(spread, -1).T
    return Expectation(expected, whole, bound[first:last], status[first:last])


def chunks(indptr: NDArray[np.int64], first: int, last: int) -> list[tuple[int, int]]:
    """Cut a stretch of documents into chunks with about as many terms each.

    >>> chunks(np.arange(0, 2010, 10), 0, 200)
    [(0, 67), (67, 134), (134, 200)]
    """
    n = max(1, min((last - first) // _CHUNK, _CHUNKS))
    # a document costs something even when it is short
    cost = indptr[first : last + 1] - indptr[first] + 8 * np.arange(last - first + 1)
    cuts = np.searchsorted(cost, np.linspace(0, cost[-1], n + 1)[1:-1]) + first
    edges = np.unique([first, *cuts.tolist(), last]).tolist()
    return list(pairwise(edges))


def in_order(work: Callable[[tuple[int, int]], Any], parts: list[tuple[int, int]]) -> Iterator[Any]:
    """Do the parts in threads and yield their results in order; no more of them are held than there are threads."""
    threads = min(n_threads(), len(parts))
    if threads == 1:
        yield from map(work, parts)
        return
    with ThreadPoolExecutor(threads) as pool:
        running: deque[Future[Any]] = deque()
        try:
            for part in parts:
                if len(running) > threads:
                    yield running.popleft().result()
                running.append(pool.submit(work, part))
            while running:
                yield running.popleft().result()
        finally:
            for future in running:
                future.cancel()


def n_threads() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0)) or 1
    except AttributeError:  # only Linux tells
        return os.cpu_count() or 1


def shares(expected: Floats) -> Floats:
    """Return topics as shares of the expected counts (G, V, K); a topic that no word belongs to becomes uniform."""
    total = expected.sum(axis=1, keepdims=True)
    part: Floats = np.divide(expected, total, out=np.full_like(expected, 1.0 / expected.shape[1]), where=total > 0)
    return part


def floored(terms: Floats, used: NDArray[np.bool_]) -> Floats:
    """Give the used words that no topic has a little probability, once."""
    missing = used & (terms.sum(axis=2) == 0).any(axis=0)
    if not missing.any():
        return terms
    filled = terms.copy()
    filled[:, missing] = np.maximum(filled[:, missing], _FLOOR)
    return shares(filled)


def softmax(eta: Floats) -> Floats:
    """Return the shares of topics (D, K) of logits (D, n) whose last one is zero.

    >>> softmax(np.array([[np.log(2.0)]])).round(3).tolist()
    [[0.667, 0.333]]
    """
    full = np.column_stack([eta, np.zeros(len(eta))])
    full -= full.max(axis=1, keepdims=True)
    part: Floats = np.exp(full)
    part /= part.sum(axis=1, keepdims=True)
    return part


class Climb:
    """The EM iterations: an iterator over states that can be left at any time.

    ``n_blocks > 1`` updates the parameters after each block of documents from the remembered sums of all blocks
    (memoised variational inference, Hughes & Sudderth 2013): fewer passes over a large corpus.
    """

    def __init__(
        self,
        docs: Documents,
        x: Floats,
        regress: Regress,
        topics: Topics,
        terms: Floats,
        *,
        sigma_prior: float = 0.0,
        tol: float = 1e-4,
        max_iter: int = 100,
        n_blocks: int = 1,
    ) -> None:
        n = terms.shape[2] - 1
        self.docs, self.x, self.regress, self.topics = docs, x, regress, topics
        self.sigma_prior, self.tol, self.max_iter = sigma_prior, tol, max_iter
        self.terms, self.kappa, self.amounts = terms, np.empty((0, 0)), np.empty((0, 0))
        self.gamma = np.zeros((x.shape[1], n))
        self.sigma = np.eye(n) * START_VARIANCE
        self.eta = np.zeros((len(x), n))
        cuts = np.linspace(0, len(x), min(n_blocks, len(x)) + 1).astype(int).tolist()
        self.blocks = list(pairwise(cuts))
        self.kept: list[Expectation] = []

    def __iter__(self) -> Iterator[State]:
        iteration = 0
        while True:
            iteration += 1
            yield self._pass(iteration)

    def _pass(self, iteration: int) -> State:
        nu = self.sigma
        for place, rows in enumerate(self.blocks):
            found = expectation(
                self.docs, self.terms, self.x @ self.gamma, self.sigma, self.eta, self.tol, self.max_iter, rows
            )
            if place < len(self.kept):
                self.kept[place] = found
            else:
                self.kept.append(found)
            # in the first pass the topics wait for the last block: words of later blocks may not have come up before
            if len(self.kept) == len(self.blocks):
                nu = self._improve()
        bound = float(sum(item.bound.sum() for item in self.kept))
        adjusted = int(sum(item.status.sum() for item in self.kept))
        return State(
            self.terms, self.kappa, self.amounts, self.gamma, self.sigma, nu, self.eta.copy(), bound, adjusted,
            iteration,
        )  # fmt: skip

    def _improve(self) -> Floats:
        """Do the M-step; return the mean covariance of the documents."""
        self.gamma = self.regress(self.eta)
        away = self.eta - self.x @ self.gamma
        nu: Floats = sum((item.spread for item in self.kept), start=np.zeros_like(self.sigma)) / len(self.x)
        sigma = nu + away.T @ away / len(self.x)
        self.sigma = (1.0 - self.sigma_prior) * sigma + self.sigma_prior * np.diag(np.diag(sigma))
        expected = self.kept[0].expected
        for item in self.kept[1:]:
            expected = expected + item.expected
        self.amounts = expected.sum(axis=1)
        self.terms, self.kappa = self.topics(expected)
        return nu
