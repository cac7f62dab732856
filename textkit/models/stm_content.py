"""The content part of the structural topic model: words of a topic that differ between groups of documents."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from textkit.measures import Floats
from textkit.models.stm_em import in_order, n_threads

_TOL, _SWEEPS = 1e-4, 500


def baseline(frequency: Floats) -> Floats:
    """Return the log of the relative frequency of each term; minus infinity where there is none."""
    with np.errstate(divide="ignore"):
        logs: Floats = np.log(frequency / frequency.sum())
    return logs


def coefficients(
    expected: Floats,
    base: Floats,
    *,
    interactions: bool = True,
    n_penalties: int = 250,
    shortest: float = 0.001,
    complexity: float = 2.0,
) -> Floats:
    """Fit ``expected`` (G, V, K) by distributed Poisson regression (Taddy 2015); return kappa (V, K + G [+ G K]).

    Every word has its own L1 path of ``n_penalties`` and its own choice on it, by ``deviance + complexity * df``.
    """
    from textkit.kernels import stm_content as kernels

    n_groups, n_terms, k = expected.shape
    totals = np.ascontiguousarray(expected.sum(axis=1))
    penalties = np.geomspace(1.0, shortest, n_penalties)
    kappa = np.zeros((n_terms, k + n_groups + (n_groups * k if interactions else 0)))
    occurring = np.flatnonzero(np.isfinite(base))
    counts = np.ascontiguousarray(expected[:, occurring])
    found = np.zeros((len(occurring), kappa.shape[1]))

    def work(part: tuple[int, int]) -> None:
        kernels.paths(*part, counts, totals, base[occurring], interactions, penalties, complexity, _TOL, _SWEEPS, found)

    edges = np.linspace(0, len(occurring), max(1, min(len(occurring), 8 * n_threads())) + 1).astype(int).tolist()
    for _ in in_order(work, list(pairwise(edges))):
        pass
    kappa[occurring] = found
    return kappa


def content_topics(base: Floats, kappa: Floats, n_topics: int, n_groups: int) -> Floats:
    """Return topics (G, V, K): ``softmax_w(m_w + topic_kw + group_gw + interaction_gkw)``."""
    logits = base[None, :, None] + kappa[None, :, :n_topics]
    logits = logits + kappa[:, n_topics : n_topics + n_groups].T[:, :, None]
    if kappa.shape[1] > n_topics + n_groups:
        pairs = kappa[:, n_topics + n_groups :].reshape(len(kappa), n_groups, n_topics)
        logits = logits + pairs.transpose(1, 0, 2)
    terms: Floats = np.exp(logits - logits.max(axis=1, keepdims=True))
    terms /= terms.sum(axis=1, keepdims=True)
    return terms
