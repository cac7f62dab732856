"""MinHash and locality-sensitive hashing: how alike two sets are, from short signatures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from textkit.measures.arrays import Floats, floats, ratio_or_nan

MERSENNE_61 = 2**61 - 1
"""The usual prime of hash functions ``(a x + b) mod p``: larger than any 60-bit set member."""


def universal_hashes(n: int, random_state: int = 0) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return ``n`` pairs a, b of hash functions ``(a x + b) mod (2^61 - 1)``, a > 0 (Carter & Wegman 1979).

    >>> a, b = universal_hashes(2)
    >>> bool((a > 0).all() and (b >= 0).all() and (a < MERSENNE_61).all())
    True
    """
    rng = np.random.default_rng(random_state)
    return rng.integers(1, MERSENNE_61, n), rng.integers(0, MERSENNE_61, n)


def signatures(
    sets: Sequence[Iterable[int]], a: ArrayLike, b: ArrayLike, modulus: int = MERSENNE_61
) -> NDArray[np.int64]:
    """Return the MinHash signature of each set, (hash functions, sets): ``min over x of (a x + b) mod modulus``.

    The textbook definition (Broder 1997; Leskovec, Rajaraman & Ullman 2014), in exact integers; -1 for an empty set.

    >>> signatures([[0, 3], [2], [1, 3, 4], [0, 2, 3]], [1, 3], [1, 1], 5).tolist()
    [[1, 3, 0, 1], [0, 2, 0, 0]]
    """
    # Python's own integers: the products do not fit into 64 bits
    factors, shifts = (np.asarray(values, dtype=object)[:, None] for values in (a, b))
    found = np.full((len(factors), len(sets)), -1, dtype=np.int64)
    for column, members in enumerate(sets):
        x = np.array([int(member) for member in members], dtype=object)
        if len(x):
            found[:, column] = ((factors * x[None, :] + shifts) % modulus).min(axis=1).astype(np.int64)
    return found


def estimated_jaccard(a: NDArray[np.integer], b: NDArray[np.integer]) -> Floats:
    """Return the share of equal components of two signatures (components first axis)."""
    return np.asarray((np.asarray(a) == np.asarray(b)).mean(axis=0))


def standard_error(jaccard: ArrayLike, n: int) -> Floats:
    """Return the standard error of an estimate from ``n`` components, ``sqrt(J (1 - J) / n)``.

    >>> round(float(standard_error(0.6, 128)), 4)
    0.0433
    """
    (j,) = floats(jaccard)
    return np.asarray(np.sqrt(j * (1.0 - j) / n))


def banding_probability(jaccard: ArrayLike, bands: int, rows: int) -> Floats:
    """Return the chance that two sets agree in a whole band: ``1 - (1 - s^rows)^bands``.

    >>> banding_probability([0.2, 0.8], 20, 5).round(3).tolist()
    [0.006, 1.0]
    """
    (s,) = floats(jaccard)
    with np.errstate(divide="ignore"):
        return np.asarray(-np.expm1(bands * np.log1p(-(s**rows))))


def banding_threshold(bands: int, rows: int) -> float:
    """Return about where the chance rises most steeply: ``(1 / bands)^(1 / rows)``.

    >>> round(banding_threshold(20, 5), 3)
    0.549
    """
    return float((1.0 / bands) ** (1.0 / rows))


def choose_bands(threshold: float, n: int, recall: float | None = None) -> tuple[int, int]:
    """Return how many bands of how many rows to make of ``n`` components.

    Without ``recall``: those with the least sum of the chance of a candidate below the threshold and of a miss above
    it, each integrated over all values of J. With ``recall``: among those that find a pair at the threshold itself at
    least so surely, the one with the fewest candidates below; a band for each component if none does.

    >>> choose_bands(0.8, 128), choose_bands(0.8, 128, 0.95)
    ((9, 13), (13, 7))
    """
    grid = (np.arange(1000) + 0.5) / 1000
    below, above = grid * threshold, threshold + grid * (1.0 - threshold)
    best, least = (n, 1), np.inf
    for rows in range(1, n + 1):
        for bands in range(1, n // rows + 1):
            if recall is not None and banding_probability(threshold, bands, rows) < recall:
                continue
            cost = threshold * float(banding_probability(below, bands, rows).mean())
            if recall is None:
                cost += (1.0 - threshold) * float(1.0 - banding_probability(above, bands, rows).mean())
            if cost < least:
                best, least = (bands, rows), cost
            if recall is not None:  # more bands of these rows only give more candidates
                break
    return best


def containment(shared: ArrayLike, n_a: ArrayLike) -> Floats:
    """Return the share of a set that stands in the other, ``|A and B| / |A|`` (Broder 1997); NaN for an empty set.

    >>> float(containment(12, 21).round(4))
    0.5714
    """
    common, size = floats(shared, n_a)
    return ratio_or_nan(common, size, size, size)
