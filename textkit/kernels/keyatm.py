"""One sweep of collapsed Gibbs sampling for the keyword-assisted topic model."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from textkit.kernels.gibbs import BLOCK, add_up, choose, uniform

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bytes = NDArray[np.int8]


@numba.njit(cache=True, nogil=True)
def regular_factor(k: int, regular: Floats, keyed: Floats, n_keyed: int, mass: float, gamma1: float,
                   gamma2: float) -> Any:  # fmt: skip
    """Return what topic k has for a token that is no use of a keyword, but for the word and the document.

    ``1 / (V beta + n0_k)`` times the chance of the switch, which a topic without keywords does not have.
    """
    value = 1.0 / (mass + regular[k])
    if k < n_keyed:
        value *= (regular[k] + gamma2) / (regular[k] + keyed[k] + gamma1 + gamma2)
    return value


@numba.njit(cache=True, nogil=True)
def keyword_factor(k: int, regular: Floats, keyed: Floats, mass: Floats, gamma1: float, gamma2: float) -> Any:
    """Return the same for a token that is a use of a keyword: ``1 / (L_k beta~ + n1_k)`` times the switch."""
    return (keyed[k] + gamma1) / ((mass[k] + keyed[k]) * (regular[k] + keyed[k] + gamma1 + gamma2))


@numba.njit(cache=True, nogil=True)
def shuffle(order: NDArray[np.int64], state: NDArray[np.uint64]) -> None:
    """Put the numbers into random order (Fisher and Yates)."""
    for i in range(len(order) - 1, 0, -1):
        j = int(uniform(state) * (i + 1))
        order[i], order[j] = order[j], order[i]


@numba.njit(cache=True, nogil=True)
def sweep(order: NDArray[np.int64], indptr: NDArray[np.int64], words: Ints, topics: Ints, switch: Bytes,
          weight: Floats, term_topic: Floats, entry_ptr: NDArray[np.int64], entry_topic: Ints, entry_count: Floats,
          regular: Floats, keyed: Floats, doc_weight: Floats, doc_count: Ints, alpha: Floats, group: Ints,
          keyword_mass: Floats, beta: float, beta_keyword: float, gamma1: float, gamma2: float, n_topics: int,
          n_keyed: int, state: NDArray[np.uint64]) -> None:  # fmt: skip
    """Draw topic and switch of every token given all others, documents in the given order, their tokens at random.

    ``words``, ``topics``, ``switch`` (N,); ``weight`` (V,); ``term_topic`` (V, P) weighted counts of tokens that are no
    use of a keyword, ``regular`` (P,) their sums. A term's topics as keyword are entries
    ``entry_ptr[w]:entry_ptr[w + 1]`` of ``entry_topic`` and ``entry_count``, ``keyed`` (P,) their sums;
    ``keyword_mass`` (K,) is the sum of the priors of a topic's keywords. ``doc_weight`` and ``doc_count`` (D, P):
    weighted and plain counts; ``alpha`` (G, P) rows of priors, ``group`` (D,) which row a document has. The first
    ``n_keyed`` topics have keywords.
    """
    width = len(regular)
    base, factor, p, sums = np.zeros(width), np.zeros(width), np.zeros(width), np.empty(width // BLOCK)
    chance = np.empty(max(n_keyed, 1))
    mass = beta * len(term_topic)
    longest = 0
    for d in range(len(indptr) - 1):
        longest = max(longest, indptr[d + 1] - indptr[d])
    places = np.empty(longest, dtype=np.int64)
    for k in range(n_topics):
        base[k] = regular_factor(k, regular, keyed, n_keyed, mass, gamma1, gamma2)
    for d in order:
        here, prior = doc_weight[d], alpha[group[d]]
        for k in range(n_topics):
            factor[k] = base[k] * (here[k] + prior[k])
        size = indptr[d + 1] - indptr[d]
        for i in range(size):
            places[i] = indptr[d] + i
        shuffle(places[:size], state)
        for i in places[:size]:
            w = words[i]
            row = term_topic[w]
            amount = weight[w]
            first, last = entry_ptr[w], entry_ptr[w + 1]
            k, s = topics[i], switch[i]
            # floats do not always come back to zero when what was added is taken away again
            if s:
                for e in range(first, last):
                    if entry_topic[e] == k:
                        entry_count[e] = max(entry_count[e] - amount, 0.0)
                keyed[k] = max(keyed[k] - amount, 0.0)
            else:
                row[k] = max(row[k] - amount, 0.0)
                regular[k] = max(regular[k] - amount, 0.0)
            here[k] = max(here[k] - amount, 0.0)
            doc_count[d, k] -= 1
            base[k] = regular_factor(k, regular, keyed, n_keyed, mass, gamma1, gamma2)
            factor[k] = base[k] * (here[k] + prior[k])
            if s:
                total = 0.0
                for e in range(first, last):
                    k = entry_topic[e]
                    total += (
                        (beta_keyword + entry_count[e])
                        * keyword_factor(k, regular, keyed, keyword_mass, gamma1, gamma2)
                        * (here[k] + prior[k])
                    )
                    chance[e - first] = total
                target = uniform(state) * total
                e = first
                while e < last - 1 and chance[e - first] <= target:
                    e += 1
                k = entry_topic[e]
            else:
                for j in range(width):
                    p[j] = (beta + row[j]) * factor[j]
                total = add_up(p, sums)
                k = choose(uniform(state) * total, p, sums, n_topics)
            s = 0
            entry = -1
            for e in range(first, last):
                if entry_topic[e] == k:
                    entry = e
            if entry >= 0:
                one = (beta_keyword + entry_count[entry]) * keyword_factor(
                    k, regular, keyed, keyword_mass, gamma1, gamma2
                )
                zero = (beta + row[k]) * base[k]
                if uniform(state) * (one + zero) < one:
                    s = 1
            topics[i] = k
            switch[i] = s
            if s:
                entry_count[entry] += amount
                keyed[k] += amount
            else:
                row[k] += amount
                regular[k] += amount
            here[k] += amount
            doc_count[d, k] += 1
            base[k] = regular_factor(k, regular, keyed, n_keyed, mass, gamma1, gamma2)
            factor[k] = base[k] * (here[k] + prior[k])


@numba.njit(cache=True, nogil=True)
def _coefficient_target(value: float, change: float, x: Floats, own: Floats, rest: Floats, counts: Floats,
                        lengths: Floats, reach: float) -> Any:  # fmt: skip
    """Return the log density of one coefficient, on the scale on which it is drawn."""
    p = 1.0 / (1.0 + math.exp(-reach * value))
    total = -0.5 * value * value - math.log(p) - math.log(1.0 - p)
    for d in range(len(x)):
        a = own[d] * math.exp(x[d] * change)
        total += math.lgamma(rest[d] + a) - math.lgamma(lengths[d] + rest[d] + a)
        if counts[d] > 0:
            total += math.lgamma(counts[d] + a) - math.lgamma(a)
    return total


@numba.njit(cache=True, nogil=True)
def slice_coefficients(x: Floats, counts: Floats, alpha: Floats, coefficients: Floats, limit: float, reach: float,
                       state: NDArray[np.uint64]) -> None:  # fmt: skip
    """Draw each coefficient in turn, in random order, from its density given the counts (D, >= K).

    ``alpha[d, k] = exp(sum_j x[d, j] coefficients[j, k])`` (D, >= K) is kept up to date; ``x`` (D, J), ``coefficients``
    (J, K) with the prior N(0, 1). Draws are made on ``1 / (1 + exp(-reach b))`` for b between ``-limit`` and ``limit``.
    """
    n_docs = len(x)
    n_columns, n_topics = coefficients.shape
    lengths = np.zeros(n_docs)
    for d in range(n_docs):
        for k in range(n_topics):
            lengths[d] += counts[d, k]
    low, high = 1.0 / (1.0 + math.exp(reach * limit)), 1.0 / (1.0 + math.exp(-reach * limit))
    topics, columns = np.arange(n_topics), np.arange(n_columns)
    own, rest, present, column = np.empty(n_docs), np.empty(n_docs), np.empty(n_docs), np.empty(n_docs)
    shuffle(topics, state)
    for place in range(n_topics):
        k = topics[place]
        for d in range(n_docs):
            own[d] = alpha[d, k]
            present[d] = counts[d, k]
            rest[d] = 0.0
            for j in range(n_topics):
                if j != k:
                    rest[d] += alpha[d, j]
        shuffle(columns, state)
        for c in columns:
            for d in range(n_docs):
                column[d] = x[d, c]
            old = coefficients[c, k]
            level = _coefficient_target(old, 0.0, column, own, rest, present, lengths, reach)
            level += math.log(1.0 - uniform(state))
            left, right, here = low, high, 1.0 / (1.0 + math.exp(-reach * old))
            new = old
            for _ in range(200):
                p = left + (right - left) * uniform(state)
                value = -math.log(1.0 / p - 1.0) / reach
                if _coefficient_target(value, value - old, column, own, rest, present, lengths, reach) >= level:
                    new = value
                    break
                if p < here:
                    left = p
                else:
                    right = p
            coefficients[c, k] = new
            for d in range(n_docs):
                own[d] *= math.exp(column[d] * (new - old))
        for d in range(n_docs):
            alpha[d, k] = own[d]


@numba.njit(cache=True, nogil=True)
def segment_evidence(counts: Floats, alpha: Floats, n_topics: int, segment: Ints, out: Floats) -> None:
    """Add up ``ln p(n_d | alpha_r)`` of the documents of each segment under each state, out (T, R)."""
    for d in range(len(counts)):
        n = 0.0
        for k in range(n_topics):
            n += counts[d, k]
        for r in range(len(alpha)):
            whole = total = 0.0
            for k in range(n_topics):
                whole += alpha[r, k]
                if counts[d, k] > 0:
                    total += math.lgamma(counts[d, k] + alpha[r, k]) - math.lgamma(alpha[r, k])
            out[segment[d], r] += total + math.lgamma(whole) - math.lgamma(n + whole)
