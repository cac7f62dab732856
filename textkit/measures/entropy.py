"""How uncertain the next word is: entropies of counts, their corrections for small samples, and divergences."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expm1, log1p, xlogy

from textkit.measures.arrays import LN2, Floats, Ints


class Entropy(NamedTuple):
    """Entropies of rows of counts in bits, with what they rest on; one value a row."""

    n_tokens: Floats
    n_types: Floats
    entropy: Floats
    miller_madow: Floats
    chao_shen: Floats
    normalised: Floats
    perplexity: Floats
    coverage: Floats


def entropies(counts: ArrayLike, bounds: Ints | None = None, *, chao_shen: bool = True) -> Entropy:
    """Return all entropies of rows of counts; a row without counts is NaN.

    Without ``bounds`` the last axis of ``counts`` is a row. With them ``counts`` is one long array of cells, and row i
    owns ``[bounds[i], bounds[i + 1])`` of it.

    H = ``-sum p log2 p``; Miller-Madow adds ``(V - 1) / 2N`` nats; Chao-Shen is ``-sum q log2 q / (1 - (1 - q)^N)``
    with ``q = C p`` and the coverage ``C = 1 - V1 / N``; normalised is ``H / log2 V``, 0 where V is 1; perplexity is
    2^H. Chao-Shen does not exist where every type occurs once (C = 0): NaN. It takes most of the time, and can be left
    out. Sources: Shannon (1948), Miller (1955), Chao & Shen (2003), Good (1953) for C.

    >>> found = entropies([8, 4, 2, 2])
    >>> float(found.entropy), round(float(found.miller_madow), 4), float(found.normalised)
    (1.75, 1.8853, 0.875)
    >>> entropies([1, 1, 5], np.array([0, 2, 3, 3])).entropy.tolist()
    [1.0, 0.0, nan]
    """
    x = np.asarray(counts, dtype=np.float64)
    rows = _Rows(bounds)
    n, v = rows.sums(x), rows.sums((x > 0).astype(np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = x / rows.each(n)
        h = np.where(n > 0, -rows.sums(xlogy(p, p)) / LN2 + 0.0, np.nan)
        coverage = 1.0 - rows.sums((x == 1).astype(np.float64)) / n
        normalised = np.where(v > 1, h * LN2 / np.log(v), np.where(v == 1, 0.0, np.nan))
        corrected = np.full(h.shape, np.nan)
        if chao_shen:
            q = np.minimum(rows.each(coverage) * p, 1.0)
            seen = -expm1(rows.each(n) * log1p(-q))  # chance that a type of this share is met at all
            terms = np.divide(xlogy(q, q), seen, out=np.zeros_like(q), where=seen > 0)
            corrected = np.where(coverage > 0, -rows.sums(terms) / LN2 + 0.0, np.nan)
    return Entropy(n, v, h, miller_madow(h, v, n), corrected, normalised, np.asarray(np.exp2(h)), np.asarray(coverage))


def miller_madow(entropy: ArrayLike, n_types: ArrayLike, n_tokens: ArrayLike) -> Floats:
    """Return ``H + (V - 1) / 2N`` nats, all in bits (Miller 1955).

    >>> round(float(miller_madow(1.75, 4, 16)), 4)
    1.8853
    """
    h, v, n = (np.asarray(value, dtype=np.float64) for value in (entropy, n_types, n_tokens))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(h + (v - 1.0) / (2.0 * n * LN2))


class _Rows:
    """Sums over rows and back: rows of a table, or runs of one long array."""

    def __init__(self, bounds: Ints | None) -> None:
        self._bounds = bounds

    def sums(self, values: NDArray[Any]) -> Floats:
        if self._bounds is None:
            return np.asarray(values.sum(axis=-1))
        lengths = np.diff(self._bounds)
        result = np.zeros(len(lengths))
        filled = lengths > 0
        if filled.any():
            result[filled] = np.add.reduceat(values, self._bounds[:-1][filled])
        return result

    def each(self, values: Floats) -> Floats:
        return values[..., None] if self._bounds is None else np.repeat(values, np.diff(self._bounds))
