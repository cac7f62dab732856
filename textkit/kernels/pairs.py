"""Counting integers: sort them and look where the value changes, which beats hashing on tens of millions of keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]

BLOCK = 10_000_000
"""Keys that are sorted at a time, so that memory does not grow with the corpus."""


def count_keys(keys: NDArray[Any]) -> tuple[Keys, Keys]:
    """Return the distinct keys in rising order and how often each occurs.

    >>> [a.tolist() for a in count_keys(np.array([5, 3, 5]))]
    [[3, 5], [1, 2]]
    """
    ordered = np.sort(keys)
    bounds = run_bounds(ordered)
    return np.asarray(ordered[bounds[:-1]], dtype=np.int64), np.diff(bounds)


def run_bounds(ordered: NDArray[Any]) -> Keys:
    """Return where each run of equal values begins, and the length at the end.

    >>> run_bounds(np.array([3, 5, 5])).tolist()
    [0, 1, 3]
    """
    n = len(ordered)
    if not n:
        return np.zeros(1, dtype=np.int64)
    change = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    return np.concatenate(([0], change, [n])).astype(np.int64, copy=False)


def merge_counts(parts: Iterable[tuple[Keys, Keys]]) -> tuple[Keys, Keys]:
    """Add up counts of keys from several blocks, each with distinct rising keys.

    >>> [a.tolist() for a in merge_counts([(np.array([1, 4]), np.array([1, 1])), (np.array([4]), np.array([2]))])]
    [[1, 4], [1, 3]]
    """
    keys, counts = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    for more, how_many in parts:
        if not len(keys):
            keys, counts = more, how_many
            continue
        both = np.concatenate((keys, more))
        order = np.argsort(both, kind="stable")  # two rising runs: a stable sort only merges them
        ordered = both[order]
        begins = run_bounds(ordered)[:-1]
        keys, counts = ordered[begins], np.add.reduceat(np.concatenate((counts, how_many))[order], begins)
    return keys, counts


def find_keys(values: Keys, wanted: Keys) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return which of the wanted keys are among distinct rising values, and where (0 where they are not).

    >>> [a.tolist() for a in find_keys(np.array([2, 4]), np.array([4, 3, 9]))]
    [[True, False, False], [1, 0, 0]]
    """
    if not len(values):
        return np.zeros(len(wanted), dtype=np.bool_), np.zeros(len(wanted), dtype=np.intp)
    place = np.searchsorted(values, wanted)
    np.minimum(place, len(values) - 1, out=place)
    there = values[place] == wanted
    return there, np.where(there, place, 0)
