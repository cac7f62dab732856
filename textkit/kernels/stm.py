"""The inner loop of the structural topic model: the posterior mode of each document, its curvature, expected counts.

Shapes: D documents, V terms, K topics, n = K - 1 free coordinates, U distinct terms of one document, G groups of
documents with topics of their own. A document has counts c (U,) and the rows b (U, K) of its terms. With
``e = (exp(eta), 1)``, ``s = sum e`` and ``r_v = sum_k e_k b_vk`` its objective is

    f(eta) = 1/2 (eta - mu)' P (eta - mu) - sum_v c_v ln r_v + N ln s,       P the inverse of Sigma.

All sums run along contiguous memory in a fixed order: no fast mathematics is needed, and results do not depend on the
number of threads.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXACT, ADJUSTED = 0, 1
"""How the curvature at the mode came about: as it is, or with its diagonal raised until it was positive definite."""

_TINY = 1e-150  # a word that no topic of a document could have: its logarithm and its square must stay finite
_ARMIJO = 1e-4
_HALVINGS = 30
_LONGEST = 5.0  # a step moves no logit further
_PAIRS = 8  # steps from which the change of the Hessian is learned
_OLD = 12  # steps after which a Hessian is worked out anew


@numba.njit(cache=True, nogil=True, error_model="numpy")
def values(eta: Floats, mu: Floats, precision: Floats, by_topic: Floats, counts: Floats, e: Floats, r: Floats,
           pull: Floats) -> Any:  # fmt: skip
    """Return f and ``s``; fill e (K,), r (U,) and pull = P (eta - mu) (n,). ``by_topic`` is b transposed (K, U)."""
    n = len(eta)
    size = len(counts)
    top = 0.0
    for k in range(n):
        if eta[k] > top:
            top = eta[k]
    s = 0.0
    for k in range(n):
        e[k] = np.exp(eta[k] - top)
        s += e[k]
    e[n] = np.exp(-top)
    s += e[n]
    for v in range(size):
        r[v] = 0.0
    for k in range(n + 1):
        x = e[k]
        for v in range(size):
            r[v] += x * by_topic[k, v]
    total = 0.0
    fit = 0.0
    product = 1.0  # one logarithm for many words: most occur once or twice
    for v in range(size):
        if r[v] < _TINY:
            r[v] = _TINY
        x = r[v]
        c = counts[v]
        total += c
        if x < 1e-30:
            fit += c * np.log(x)
        elif c == 1.0:
            product *= x
        elif c == 2.0:
            product *= x * x
        elif c == 3.0:
            product *= x * x * x
        else:
            fit += c * np.log(x)
        if product < 1e-100:
            fit += np.log(product)
            product = 1.0
    fit += np.log(product)
    for k in range(n):
        pull[k] = 0.0
    for j in range(n):
        x = eta[j] - mu[j]
        for k in range(n):
            pull[k] += x * precision[j, k]
    prior = 0.0
    for k in range(n):
        prior += (eta[k] - mu[k]) * pull[k]
    return 0.5 * prior - fit + total * np.log(s), s


@numba.njit(cache=True, nogil=True, error_model="numpy")
def slope(rows: Floats, counts: Floats, e: Floats, r: Floats, s: float, pull: Floats, t: Floats, g: Floats) -> float:
    """Fill t_k = sum_v c_v b_vk / r_v (K,) and the gradient g (n,); return its largest absolute value."""
    n = len(g)
    total = 0.0
    for k in range(n + 1):
        t[k] = 0.0
    for v in range(len(counts)):
        w = counts[v] / r[v]
        total += counts[v]
        for k in range(n + 1):
            t[k] += w * rows[v, k]
    top = 0.0
    for k in range(n):
        g[k] = pull[k] - e[k] * t[k] + total * e[k] / s
        if abs(g[k]) > top:
            top = abs(g[k])
    return top


@numba.njit(cache=True, nogil=True, error_model="numpy")
def curvature(rows: Floats, counts: Floats, e: Floats, r: Floats, s: float, t: Floats, precision: Floats,
              h: Floats) -> None:  # fmt: skip
    """Fill the lower triangle of the Hessian h (n, n)."""
    n = len(h)
    size = len(counts)
    total = 0.0
    for j in range(n):
        for k in range(j + 1):
            h[j, k] = 0.0
    v = 0
    while v + 4 <= size:  # four terms at a time: a quarter of the traffic through h
        a0, a1 = counts[v] / (r[v] * r[v]), counts[v + 1] / (r[v + 1] * r[v + 1])
        a2, a3 = counts[v + 2] / (r[v + 2] * r[v + 2]), counts[v + 3] / (r[v + 3] * r[v + 3])
        total += counts[v] + counts[v + 1] + counts[v + 2] + counts[v + 3]
        for j in range(n):
            x0, x1, x2, x3 = a0 * rows[v, j], a1 * rows[v + 1, j], a2 * rows[v + 2, j], a3 * rows[v + 3, j]
            for k in range(j + 1):
                h[j, k] += x0 * rows[v, k] + x1 * rows[v + 1, k] + x2 * rows[v + 2, k] + x3 * rows[v + 3, k]
        v += 4
    while v < size:
        a = counts[v] / (r[v] * r[v])
        total += counts[v]
        for j in range(n):
            x = a * rows[v, j]
            for k in range(j + 1):
                h[j, k] += x * rows[v, k]
        v += 1
    for j in range(n):
        x = e[j]
        y = total * e[j] / (s * s)
        for k in range(j + 1):
            h[j, k] = precision[j, k] + x * e[k] * h[j, k] - y * e[k]
        h[j, j] += total * e[j] / s - e[j] * t[j]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def cholesky(h: Floats, ridge: float, low: Floats, column: Floats) -> bool:
    """Factor h + ridge I = L L'; return whether it is positive definite."""
    n = len(h)
    for j in range(n):
        for k in range(j + 1):
            low[j, k] = h[j, k]
        low[j, j] += ridge
    for j in range(n):
        pivot = low[j, j]
        if not pivot > 0.0:  # also when it is not a number
            return False
        root = np.sqrt(pivot)
        low[j, j] = root
        for i in range(j + 1, n):
            column[i] = low[i, j] / root
            low[i, j] = column[i]
        for i in range(j + 1, n):
            x = column[i]
            for k in range(j + 1, i + 1):
                low[i, k] -= x * column[k]
    return True


@numba.njit(cache=True, nogil=True, error_model="numpy")
def solve(low: Floats, g: Floats, out: Floats) -> None:
    """Fill out = -(L L')^-1 g."""
    n = len(g)
    for i in range(n):
        x = -g[i]
        for k in range(i):
            x -= low[i, k] * out[k]
        out[i] = x / low[i, i]
    for i in range(n - 1, -1, -1):
        x = out[i] / low[i, i]
        out[i] = x
        for k in range(i):
            out[k] -= x * low[i, k]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def invert(low: Floats, inverse: Floats) -> None:
    """Fill the lower triangle with the inverse of the lower triangular matrix ``low``."""
    n = len(low)
    for i in range(n):
        for k in range(i):
            inverse[i, k] = 0.0
        for j in range(i):
            x = low[i, j]
            for k in range(j + 1):
                inverse[i, k] -= x * inverse[j, k]
        x = 1.0 / low[i, i]
        for k in range(i):
            inverse[i, k] *= x
        inverse[i, i] = x


@numba.njit(cache=True, nogil=True, error_model="numpy")
def dominate(h: Floats) -> None:
    """Raise each diagonal entry to the sum of the absolute values beside it in its row, where it is smaller."""
    n = len(h)
    for j in range(n):
        beside = 0.0
        for k in range(n):
            if k < j:
                beside += abs(h[j, k])
            elif k > j:
                beside += abs(h[k, j])
        if h[j, j] < beside:
            h[j, j] = beside


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _descend(
    eta: Floats, direction: Floats, g: Floats, f: float, longest: float, mu: Floats, precision: Floats,
    by_topic: Floats, counts: Floats, e: Floats, r: Floats, pull: Floats, trial: Floats,
) -> Any:  # fmt: skip
    """Go along a direction of descent; return whether it went, f and s there. e, r, pull are those of the new point."""
    n = len(eta)
    down = 0.0
    reach = 0.0
    for k in range(n):
        down += g[k] * direction[k]
        if abs(direction[k]) > reach:
            reach = abs(direction[k])
    if not down < 0.0:
        return False, f, 0.0
    size = min(1.0, longest / reach)
    # near the mode f cannot tell the last digits apart, but the step is good
    slack = 1e-14 * (1.0 + abs(f))
    for _ in range(_HALVINGS):
        for k in range(n):
            trial[k] = eta[k] + size * direction[k]
        value, s = values(trial, mu, precision, by_topic, counts, e, r, pull)
        if value <= f + _ARMIJO * size * down + slack:
            for k in range(n):
                eta[k] = trial[k]
            return True, value, s
        size *= 0.5
    return False, f, 0.0


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _two_loops(low: Floats, g: Floats, steps: Floats, turns: Floats, inner: Floats, n_pairs: int, work: Floats,
               share: Floats, out: Floats) -> None:  # fmt: skip
    """Fill out with the L-BFGS direction: -(L L')^-1 g, corrected by the last steps and turns of the gradient.

    ``steps`` and ``turns`` (M, n) are a ring of which ``n_pairs`` have been written so far, ``inner`` their products.
    """
    size, n = steps.shape
    for k in range(n):
        work[k] = g[k]
    first = max(0, n_pairs - size)
    for i in range(n_pairs - 1, first - 1, -1):
        at = i % size
        x = 0.0
        for k in range(n):
            x += steps[at, k] * work[k]
        x /= inner[at]
        share[at] = x
        for k in range(n):
            work[k] -= x * turns[at, k]
    solve(low, work, out)
    for i in range(first, n_pairs):
        at = i % size
        x = 0.0
        for k in range(n):
            x -= turns[at, k] * out[k]
        x = share[at] - x / inner[at]
        for k in range(n):
            out[k] -= x * steps[at, k]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def mode(
    eta: Floats, mu: Floats, precision: Floats, rows: Floats, by_topic: Floats, counts: Floats, tol: float,
    max_iter: int, e: Floats, r: Floats, t: Floats, g: Floats, h: Floats, low: Floats, work: Floats,
) -> Any:  # fmt: skip
    """Move eta to the minimum of f and return f, s and how the curvature came about.

    Newton's method, but one Hessian serves many steps: L-BFGS (Nocedal 1980) learns from the gradients what has changed
    since. A Hessian costs as much as K / 4 gradients, so that mostly there are two: where the search starts and where
    it ends. Where the Hessian is not positive definite, a multiple of the identity is added. The last one is that of a
    point within ``tol`` of the mode; its factor stays in ``low``. e, r, t are those of the mode.
    """
    n = len(eta)
    direction, trial, pull, column, before, came = work[0], work[1], work[2], work[3], work[4], work[5]
    steps, turns = work[6 : 6 + _PAIRS], work[6 + _PAIRS : 6 + 2 * _PAIRS]
    inner, share = np.empty(_PAIRS), np.empty(_PAIRS)
    f, s = values(eta, mu, precision, by_topic, counts, e, r, pull)
    slope(rows, counts, e, r, s, pull, t, g)
    known = False  # is there a factor?
    fresh = False  # is it that of the Hessian at this very point?
    n_pairs = 0
    age = 0
    damping = 0.0
    reach = np.inf
    for _ in range(max_iter):
        if not known:
            curvature(rows, counts, e, r, s, t, precision, h)
            known, fresh = True, True
            n_pairs, age = 0, 0
            damping = 0.0
            if not cholesky(h, 0.0, low, column):
                largest = 0.0
                for k in range(n):
                    if abs(h[k, k]) > largest:
                        largest = abs(h[k, k])
                damping = 1e-3 * largest + 1e-8
                while not cholesky(h, damping, low, column):
                    damping *= 4.0
        _two_loops(low, g, steps, turns, inner, n_pairs, trial, share, direction)
        reach = 0.0
        for k in range(n):
            if abs(direction[k]) > reach:
                reach = abs(direction[k])
        if reach < tol:
            if fresh:
                break
            known = False
            continue
        for k in range(n):
            before[k] = g[k]
            came[k] = eta[k]
        went, f_next, s_next = _descend(
            eta, direction, g, f, _LONGEST, mu, precision, by_topic, counts, e, r, pull, trial
        )
        if not went:  # back to where we stand; without a better direction this is the mode
            f, s = values(eta, mu, precision, by_topic, counts, e, r, pull)
            slope(rows, counts, e, r, s, pull, t, g)
            if fresh:
                break
            known = False
            continue
        f, s = f_next, s_next
        slope(rows, counts, e, r, s, pull, t, g)
        fresh = False
        at = n_pairs % _PAIRS
        product = 0.0
        length = 0.0
        for k in range(n):
            steps[at, k] = eta[k] - came[k]
            turns[at, k] = g[k] - before[k]
            product += steps[at, k] * turns[at, k]
            length += turns[at, k] * turns[at, k]
        if product > 1e-10 * length:
            inner[at] = product
            n_pairs += 1
        age += 1
        known = age < _OLD
    if fresh and damping == 0.0:
        if reach < tol:
            # the last step of Newton's method costs one more evaluation and doubles the number of right digits
            for k in range(n):
                eta[k] += direction[k]
            f, s = values(eta, mu, precision, by_topic, counts, e, r, pull)
            slope(rows, counts, e, r, s, pull, t, g)
        return f, s, EXACT
    curvature(rows, counts, e, r, s, t, precision, h)
    if cholesky(h, 0.0, low, column):
        return f, s, EXACT
    dominate(h)
    ridge = 0.0
    while not cholesky(h, ridge, low, column):  # dominant rows may still leave a zero
        ridge = 4.0 * ridge + 1e-8
    return f, s, ADJUSTED


@numba.njit(cache=True, nogil=True, error_model="numpy")
def e_step(
    first: int, last: int, indptr: NDArray[Any], indices: NDArray[Any], counts: Floats, terms: Floats,
    group: NDArray[Any], mu: Floats, precision: Floats, half_log_det: float, eta: Floats, tol: float, max_iter: int,
    expected: Floats, spread: Floats, bound: Floats, status: NDArray[np.int8],
) -> None:  # fmt: skip
    """Do the documents ``first`` to ``last``.

    ``terms`` (G, V, K) are the topics by group, a row a term; ``half_log_det`` is half of ln |Sigma|. ``eta`` (D, n) is
    where the search starts and where it ended. Expected counts are added to ``expected`` (G, V, K), the covariances
    of the documents to the lower triangle of ``spread`` (n, n); ``bound`` and ``status`` (D,) are filled.
    """
    n = eta.shape[1]
    longest = 1
    for d in range(first, last):
        longest = max(longest, indptr[d + 1] - indptr[d])
    rows_all = np.empty((longest, n + 1))
    columns_all = np.empty((n + 1) * longest)
    r_all = np.empty(longest)
    e, t, g = np.empty(n + 1), np.empty(n + 1), np.empty(n)
    h, low, inverse = np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n))
    work = np.empty((6 + 2 * _PAIRS, n))
    for d in range(first, last):
        start = indptr[d]
        size = indptr[d + 1] - start
        rows = rows_all[:size]
        by_topic = columns_all[: (n + 1) * size].reshape((n + 1, size))
        c = counts[start : start + size]
        r = r_all[:size]
        which = group[d]
        for v in range(size):
            at = indices[start + v]
            for k in range(n + 1):
                x = terms[which, at, k]
                rows[v, k] = x
                by_topic[k, v] = x
        f, _, how = mode(eta[d], mu[d], precision, rows, by_topic, c, tol, max_iter, e, r, t, g, h, low, work)
        status[d] = how
        invert(low, inverse)
        log_det = 0.0
        for i in range(n):
            log_det += np.log(inverse[i, i])
            for j in range(i + 1):
                x = inverse[i, j]
                for k in range(j + 1):
                    spread[j, k] += x * inverse[i, k]
        bound[d] = log_det - f - half_log_det
        for v in range(size):
            w = c[v] / r[v]
            at = indices[start + v]
            for k in range(n + 1):
                expected[which, at, k] += w * e[k] * rows[v, k]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def covariances(
    first: int, last: int, indptr: NDArray[Any], indices: NDArray[Any], counts: Floats, terms: Floats,
    group: NDArray[Any], precision: Floats, eta: Floats, factors: Floats,
) -> None:  # fmt: skip
    """Fill ``factors`` (D, n, n) with the inverse of the Cholesky factor of the curvature at eta.

    If R is such a factor (lower triangular), the covariance of the document is R'R, and R'z is a draw around its mode.
    """
    n = eta.shape[1]
    longest = 1
    for d in range(first, last):
        longest = max(longest, indptr[d + 1] - indptr[d])
    rows_all, columns_all, r_all = np.empty((longest, n + 1)), np.empty((n + 1) * longest), np.empty(longest)
    e, t, g, pull, column = np.empty(n + 1), np.empty(n + 1), np.empty(n), np.empty(n), np.empty(n)
    h, low = np.zeros((n, n)), np.zeros((n, n))
    for d in range(first, last):
        start = indptr[d]
        size = indptr[d + 1] - start
        rows = rows_all[:size]
        by_topic = columns_all[: (n + 1) * size].reshape((n + 1, size))
        c = counts[start : start + size]
        r = r_all[:size]
        for v in range(size):
            at = indices[start + v]
            for k in range(n + 1):
                x = terms[group[d], at, k]
                rows[v, k] = x
                by_topic[k, v] = x
        _, s = values(eta[d], eta[d], precision, by_topic, c, e, r, pull)
        slope(rows, c, e, r, s, pull, t, g)
        curvature(rows, c, e, r, s, t, precision, h)
        if not cholesky(h, 0.0, low, column):
            dominate(h)
            ridge = 0.0
            while not cholesky(h, ridge, low, column):
                ridge = 4.0 * ridge + 1e-8
        invert(low, factors[d])


@numba.njit(cache=True, nogil=True, error_model="numpy")
def group_lasso(gram: Floats, cross: Floats, penalty: float, tol: float, max_sweeps: int, weights: Floats) -> None:
    """Improve ``weights`` (p, n) in place for ``1/2 tr(W'GW) - tr(W'C) + penalty sum_j |W_j|``, a row at a time.

    The diagonal of ``gram`` is one: columns of the design have length one.
    """
    p, n = weights.shape
    wanted = np.empty(n)
    for _ in range(max_sweeps):
        moved = 0.0
        for j in range(p):
            for k in range(n):
                wanted[k] = cross[j, k] + weights[j, k]
            for i in range(p):
                x = gram[j, i]
                for k in range(n):
                    wanted[k] -= x * weights[i, k]
            length = 0.0
            for k in range(n):
                length += wanted[k] * wanted[k]
            length = np.sqrt(length)
            factor = 1.0 - penalty / length if length > penalty else 0.0
            for k in range(n):
                x = factor * wanted[k]
                moved = max(moved, abs(x - weights[j, k]))
                weights[j, k] = x
        if moved < tol:
            return
