"""Total orders of rows: by score, then count, then code points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from textkit.errors import ArgumentError


def code_point_ranks(terms: Sequence[str]) -> NDArray[np.intp]:
    """Return the place of each term in code-point order; equal terms in the order given.

    >>> code_point_ranks(["b", "甲", "a", "ab"]).tolist()
    [2, 3, 0, 1]
    """
    n = len(terms)
    points = np.frombuffer("".join(terms).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    length = np.fromiter(map(len, terms), dtype=np.int64, count=n)
    # Three code points of 21 bits, plus one so that an end differs from NUL, fill an integer: integers sort fast.
    begin = np.cumsum(length) - length
    key = np.zeros(n, dtype=np.int64)
    for place in range(3):
        there = np.flatnonzero(length > place)
        key[there] += (points[begin[there] + place].astype(np.int64) + 1) << (21 * (2 - place))
    order = np.argsort(key)
    ordered = key[order]
    bounds = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1], [True]))) if n else np.zeros(1, int)
    for run in np.flatnonzero(np.diff(bounds) > 1):
        part = slice(bounds[run], bounds[run + 1])
        order[part] = sorted(np.sort(order[part]).tolist(), key=terms.__getitem__)
    ranks = np.empty(n, dtype=np.intp)
    ranks[order] = np.arange(n)
    return ranks


def ranking(terms: Sequence[str], *keys: ArrayLike) -> NDArray[np.intp]:
    """Return the order of rows by falling keys, the first key first, then by term in code-point order; NaN last.

    >>> ranking(["b", "a", "c"], [1.0, 1.0, 2.0]).tolist()
    [2, 1, 0]
    """
    return order_by(code_point_ranks(terms), *keys)


def order_by(ranks: NDArray[np.intp], *keys: ArrayLike) -> NDArray[np.intp]:
    """Return the order of rows by falling keys, the first key first, then by rising distinct ranks."""
    n = len(ranks)
    code = np.zeros(n, dtype=np.int64)
    for key in keys:
        values = np.asarray(key, dtype=np.float64)
        if len(values) != n:
            raise ArgumentError(f"keys must have one value for each of the {n} terms.")
        # one integer that sorts like all keys so far; made dense again it never grows beyond n^2
        code = _dense_ranks(code * n + _dense_ranks(-values))
    return np.argsort(code * (int(ranks.max(initial=0)) + 1) + ranks)


def _dense_ranks(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return 0 for the smallest value, 1 for the next different one, and so on; NaN together at the end."""
    order = np.argsort(values)
    ordered = values[order]
    new = np.zeros(len(values), dtype=np.int64)
    new[1:] = (ordered[1:] != ordered[:-1]) & ~(np.isnan(ordered[1:]) & np.isnan(ordered[:-1]))
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[order] = np.cumsum(new)
    return ranks


def competition_ranks(falling: ArrayLike) -> NDArray[np.int64]:
    """Return ranks of values that already fall: equal values share the best rank (1, 2, 2, 4).

    >>> competition_ranks([9, 5, 5, 1]).tolist()
    [1, 2, 2, 4]
    """
    values = np.asarray(falling)
    new = np.ones(len(values), dtype=np.bool_)
    new[1:] = values[1:] != values[:-1]
    return np.maximum.accumulate(np.where(new, np.arange(1, len(values) + 1), 0)).astype(np.int64)
