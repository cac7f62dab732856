"""Signatures of the shingles of documents, candidate pairs, and the exact comparison of their sets."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(cache=True, nogil=True, inline="always")
def _mix(x: Any) -> Any:
    """Return a well-mixed 64-bit number (the finaliser of Steele, Lea & Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@numba.njit(cache=True, nogil=True)
def _shingles(symbols: Any, begin: int, end: int, k: int, base: int, exact: bool, ids: Any) -> int:
    """Write the number of each shingle of ``k`` symbols into ``ids`` and return how many there are.

    ``exact``: the symbols are the digits of the number, so that different shingles have different numbers.
    """
    n = end - begin - k + 1
    if n <= 0:
        return 0
    for i in range(n):
        value = np.uint64(0)
        if exact:
            for j in range(k):
                value = value * np.uint64(base) + np.uint64(symbols[begin + i + j])
        else:
            for j in range(k):
                value = _mix(value ^ (np.uint64(symbols[begin + i + j]) + np.uint64(0x9E3779B97F4A7C15)))
        ids[i] = value
    return n


@numba.njit(cache=True, nogil=True)
def sketch(
    symbols: NDArray[Any],
    offsets: NDArray[np.int64],
    k: int,
    base: int,
    exact: bool,
    seeds: NDArray[np.uint64],
    signatures: NDArray[np.uint64],
    sizes: NDArray[np.int64],
) -> None:
    """Write the signature and the number of shingles of each document.

    Fast similarity sketching (Dahlgaard, Knudsen & Thorup 2017): in round i each shingle falls into one component at
    random and the least value wins there; a component that is empty waits for the next round, and after as many rounds
    as there are components every shingle goes into each of the empty ones in turn. Two sets agree in a component with
    probability J, as in MinHash, at the cost of one or two hashes a shingle.
    """
    n = signatures.shape[1]
    longest = 0
    for d in range(len(offsets) - 1):
        longest = max(longest, offsets[d + 1] - offsets[d])
    ids = np.empty(max(longest, 1), dtype=np.uint64)
    empty = np.uint64(0xFFFFFFFFFFFFFFFF)
    for d in range(len(offsets) - 1):
        count = _shingles(symbols, offsets[d], offsets[d + 1], k, base, exact, ids)
        sizes[d] = count
        row = signatures[d]
        row[:] = empty
        if count == 0:
            continue
        left = n
        for turn in range(2 * n):
            if left == 0:
                break
            seed = seeds[turn]
            high = np.uint64(turn) << np.uint64(48)  # what an earlier round has filled is always less
            for i in range(count):
                hashed = _mix(ids[i] ^ seed)
                value = high | (hashed & np.uint64(0xFFFFFFFFFFFF))
                at = turn - n
                if turn < n:
                    at = np.int64(((hashed >> np.uint64(48)) * np.uint64(n)) >> np.uint64(16))
                if value < row[at]:
                    if row[at] == empty:
                        left -= 1
                    row[at] = value


@numba.njit(cache=True, nogil=True)
def band_keys(signatures: NDArray[np.uint64], band: int, rows: int, keys: NDArray[np.uint64]) -> None:
    """Write one number for the components of a band of each document."""
    for d in range(len(signatures)):
        value = np.uint64(band)
        for r in range(rows):
            value = _mix(value ^ signatures[d, band * rows + r])
        keys[d] = value


@numba.njit(cache=True, nogil=True)
def _agree(signatures: Any, a: int, b: int, band: int, rows: int) -> bool:
    r = band * rows
    while r < (band + 1) * rows and signatures[a, r] == signatures[b, r]:
        r += 1
    return r == (band + 1) * rows


@numba.njit(cache=True, nogil=True)
def band_pairs(
    signatures: NDArray[np.uint64],
    keys: NDArray[np.uint64],
    order: NDArray[np.int64],
    band: int,
    rows: int,
    least: int,
    pairs: NDArray[np.int64],
) -> int:
    """Write the pairs that agree in this band, in no earlier one, and in ``least`` components at all.

    ``order`` sorts the documents by their keys. Returns the number of pairs; those beyond the room in ``pairs`` are
    counted only.
    """
    n = 0
    first = 0
    while first < len(order):
        stop = first + 1
        while stop < len(order) and keys[order[stop]] == keys[order[first]]:
            stop += 1
        for i in range(first, stop):
            for j in range(i + 1, stop):
                a, b = order[i], order[j]
                if not _agree(signatures, a, b, band, rows):
                    continue
                seen = False
                for earlier in range(band):
                    if _agree(signatures, a, b, earlier, rows):
                        seen = True
                        break
                if seen:
                    continue
                equal = 0
                for c in range(signatures.shape[1]):
                    equal += signatures[a, c] == signatures[b, c]
                if equal < least:
                    continue
                if n < len(pairs):
                    pairs[n, 0] = min(a, b)
                    pairs[n, 1] = max(a, b)
                    pairs[n, 2] = equal
                n += 1
        first = stop
    return n


@numba.njit(cache=True, nogil=True)
def shingle_sets(
    symbols: NDArray[Any],
    offsets: NDArray[np.int64],
    k: int,
    base: int,
    exact: bool,
    ids: NDArray[np.uint64],
    sizes: NDArray[np.int64],
) -> None:
    """Write the distinct shingles of each document, rising, at ``ids[offsets[d]:]``, and how many there are."""
    for d in range(len(offsets) - 1):
        part = ids[offsets[d] : offsets[d + 1]]
        count = _shingles(symbols, offsets[d], offsets[d + 1], k, base, exact, part)
        part = part[:count]
        part.sort()
        kept = 0
        for i in range(count):
            if i == 0 or part[i] != part[i - 1]:
                part[kept] = part[i]
                kept += 1
        sizes[d] = kept


@numba.njit(cache=True, nogil=True)
def shared_shingles(
    ids: NDArray[np.uint64],
    offsets: NDArray[np.int64],
    sizes: NDArray[np.int64],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    shared: NDArray[np.int64],
) -> None:
    """Write the number of shingles that both documents of each pair have."""
    for p in range(len(a)):
        i, i_end = offsets[a[p]], offsets[a[p]] + sizes[a[p]]
        j, j_end = offsets[b[p]], offsets[b[p]] + sizes[b[p]]
        count = 0
        while i < i_end and j < j_end:
            x, y = ids[i], ids[j]
            count += x == y
            i += x <= y
            j += y <= x
        shared[p] = count
