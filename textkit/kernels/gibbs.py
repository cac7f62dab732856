"""Collapsed Gibbs sampling: one sweep over the tokens of all documents, and slice sampling of Dirichlet priors.

Shapes: D documents, V terms, K topics, P = K rounded up to a multiple of eight. Tables by topic are P wide, and zero
beyond K: sums are then taken eight by eight, always in the same order, and a choice takes P / 8 + 8 comparisons.
Random numbers come from `uniform` (SplitMix64), whose state is an array of one number that the caller keeps: nothing
depends on threads or on what ran before.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
State = NDArray[np.uint64]

BLOCK = 8
SMALLEST, LARGEST = 1e-9, 100.0
"""Between these a prior is looked for."""

_STEP, _FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_SHRINKS = 200


@numba.njit(cache=True, nogil=True)
def uniform(state: State) -> Any:
    """Return a number from 0 to below 1 and move the state on (SplitMix64; Steele, Lea & Flood 2014)."""
    state[0] += _STEP
    z = state[0]
    z = (z ^ (z >> _30)) * _FIRST
    z = (z ^ (z >> _27)) * _SECOND
    z ^= z >> _31
    return float(z >> _11) * 1.1102230246251565e-16


@numba.njit(cache=True, nogil=True)
def add_up(p: Floats, sums: Floats) -> Any:
    """Fill the running sums of blocks of eight and return the last: the sum of p (P,)."""
    total = 0.0
    for b in range(len(sums)):
        i = b * BLOCK
        low = (p[i] + p[i + 1]) + (p[i + 2] + p[i + 3])
        high = (p[i + 4] + p[i + 5]) + (p[i + 6] + p[i + 7])
        total += low + high
        sums[b] = total
    return total


@numba.njit(cache=True, nogil=True)
def choose(target: float, p: Floats, sums: Floats, n_topics: int) -> Any:
    """Return the first topic at which the running sum of p passes the target."""
    # comparing with all costs less than guessing where to stop
    b = 0
    for j in range(len(sums) - 1):
        b += sums[j] <= target
    running = sums[b - 1] if b else 0.0
    k = b * BLOCK
    more = 0
    for j in range(k, k + BLOCK - 1):
        running += p[j]
        more += running <= target
    return min(k + more, n_topics - 1)


@numba.njit(cache=True, nogil=True)
def weigh(counts: Ints, prior: Floats, factor: Floats, p: Floats) -> None:
    """Fill p with the weights of the topics for one token: ``(n_kw + eta_kw) * factor_k``."""
    for k in range(len(p)):
        p[k] = (counts[k] + prior[k]) * factor[k]


@numba.njit(cache=True, nogil=True)
def lda_sweep(begin: NDArray[np.int64], end: NDArray[np.int64], words: Ints, topics: Ints, term_topic: Ints,
              doc_topic: Ints, size: Floats, alpha: Floats, priors: Floats, prior_of: Ints, n_topics: int,
              state: State) -> None:  # fmt: skip
    """Draw the topic of every token given all others; tables are brought up to date as it goes.

    The tokens of document d are those from ``begin[d]`` to before ``end[d]``. ``words`` and ``topics`` (N,);
    ``term_topic`` (V, P), ``doc_topic`` (D, P); ``size`` (P,) is ``n_k`` with the sum of its priors; ``priors`` (R, P)
    are rows of eta, ``prior_of`` (V,) which row a term has. ``factor_k = (n_dk + alpha_k) / size_k`` changes for two
    topics a token only.
    """
    width = len(size)
    factor, p, sums = np.zeros(width), np.empty(width), np.empty(width // BLOCK)
    for d in range(len(begin)):
        if begin[d] == end[d]:
            continue
        here = doc_topic[d]
        for k in range(n_topics):
            factor[k] = (here[k] + alpha[k]) / size[k]
        for i in range(begin[d], end[d]):
            w = words[i]
            row = term_topic[w]
            k = topics[i]
            row[k] -= 1
            here[k] -= 1
            size[k] -= 1.0
            factor[k] = (here[k] + alpha[k]) / size[k]
            weigh(row, priors[prior_of[w]], factor, p)
            total = add_up(p, sums)
            k = choose(uniform(state) * total, p, sums, n_topics)
            topics[i] = k
            row[k] += 1
            here[k] += 1
            size[k] += 1.0
            factor[k] = (here[k] + alpha[k]) / size[k]


@numba.njit(cache=True, nogil=True)
def log_dirichlet(counts: Floats, alpha: Floats, group: Ints, n_topics: int) -> Any:
    """Return ``sum_d [ln G(A) - ln G(n_d + A) + sum_k (ln G(n_dk + a_k) - ln G(a_k))]``; A is the sum of the priors.

    ``counts`` (D, >= K); ``alpha`` (G, >= K) are rows of priors, ``group`` (D,) which row a document has. Topics that a
    document does not have add nothing and are passed over.
    """
    total = 0.0
    for d in range(len(counts)):
        row, prior = counts[d], alpha[group[d]]
        n = whole = 0.0
        for k in range(n_topics):
            whole += prior[k]
            if row[k] > 0:
                n += row[k]
                total += math.lgamma(row[k] + prior[k]) - math.lgamma(prior[k])
        total += math.lgamma(whole) - math.lgamma(n + whole)
    return total


@numba.njit(cache=True, nogil=True)
def _target(x: float, rest: float, present: Floats, lengths: Floats, shape: float, scale: float) -> Any:
    """Return the log density of ``x = a / (1 + a)`` for one prior a, given the counts of its topic above zero."""
    a = x / (1.0 - x)
    value = (shape - 1.0) * math.log(a) - a / scale - 2.0 * math.log(1.0 - x)
    own = math.lgamma(a)
    for n in present:
        value += math.lgamma(n + a) - own
    whole = math.lgamma(rest + a)
    for n in lengths:
        value += whole - math.lgamma(n + rest + a)
    return value


@numba.njit(cache=True, nogil=True)
def slice_alpha(counts: Floats, alpha: Floats, shape: Floats, scale: Floats, state: State) -> None:
    """Draw each prior in turn, in random order, from its density given the counts (D, >= K) (Neal 2003).

    ``alpha``, ``shape`` and ``scale`` of its Gamma prior (K,); alpha is replaced. The interval is all that is allowed
    and shrinks towards the present value until a draw lies under the density.
    """
    k_all = len(alpha)
    low, high = SMALLEST / (1.0 + SMALLEST), LARGEST / (1.0 + LARGEST)
    order = np.arange(k_all)
    for i in range(k_all - 1, 0, -1):
        j = int(uniform(state) * (i + 1))
        order[i], order[j] = order[j], order[i]
    lengths = np.zeros(len(counts))
    for d in range(len(counts)):
        for k in range(k_all):
            lengths[d] += counts[d, k]
    present = np.empty(len(counts))
    for place in range(k_all):
        k = order[place]
        n = 0
        for d in range(len(counts)):
            if counts[d, k] > 0:
                present[n] = counts[d, k]
                n += 1
        rest = alpha.sum() - alpha[k]
        x = min(max(alpha[k] / (1.0 + alpha[k]), low), high)
        level = _target(x, rest, present[:n], lengths, shape[k], scale[k]) + math.log(1.0 - uniform(state))
        left, right = low, high
        for _ in range(_SHRINKS):
            new = left + (right - left) * uniform(state)
            if _target(new, rest, present[:n], lengths, shape[k], scale[k]) >= level:
                x = new
                break
            if new < x:
                left = new
            else:
                right = new
        alpha[k] = x / (1.0 - x)
