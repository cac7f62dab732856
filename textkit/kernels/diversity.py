"""What the diversity of a text rests on, in one pass: types, repetitions, windows, factors, expected types."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

FIELDS = (
    "n", "v", "s2", "segments", "segment_types", "windows", "window_types",
    "factors", "rest_types", "rest_tokens", "back_factors", "back_rest_types", "back_rest_tokens",
    "wrap_factors", "wrap_tokens",
)  # fmt: skip
"""Columns of a profile before the expected types of 1, 2 ... `DRAWS` tokens."""
DRAWS = 50
WIDTH = len(FIELDS) + DRAWS


@numba.njit(cache=True, nogil=True)
def _factors(types_before: Any, n: int, threshold: float, out: Any) -> None:
    """Run through a text whose token i repeats place ``types_before[i]`` (-1: none); write factors and the rest."""
    begin = types = factors = 0
    near = threshold * (1.0 + 1e-9)  # the division decides, but only where it has to: it is slow
    for i in range(n):
        if types_before[i] < begin:
            types += 1
        size = i - begin + 1
        if types <= near * size and types / size <= threshold:
            factors += 1
            begin, types = i + 1, 0
    out[0], out[1], out[2] = factors, types, n - begin


@numba.njit(cache=True, nogil=True)
def _wrapped(seq: Any, before: Any, last: Any, n: int, threshold: float, out: Any) -> None:
    """Count factors that begin at each place, the text being a ring; one that needs more than a lap does not count."""
    factors = tokens = 0
    for begin in range(n):
        types = 0
        for step in range(n):
            i = begin + step
            if i < n:
                new = before[i] < begin
            else:
                i -= n
                new = before[i] < 0 and last[seq[i]] < begin
            if new:
                types += 1
            if types / (step + 1) <= threshold:
                factors += 1
                tokens += step + 1
                break
    out[0], out[1] = factors, tokens


@numba.njit(cache=True, nogil=True)
def _expected(spectrum: Any, n: int, most: int, out: Any) -> None:
    """Add up, over types, the chance 1 - C(n-f, m) / C(n, m) to be among m tokens drawn, for m = 1, 2 ..."""
    for m in range(DRAWS):
        out[m] = 0.0 if m < n else np.nan
    for f in range(1, most + 1):
        if spectrum[f] == 0:
            continue
        missed = 1.0
        for m in range(min(DRAWS, n)):
            missed = missed * max(n - f - m, 0) / (n - m)
            out[m] += spectrum[f] * (1.0 - missed)


@numba.njit(cache=True, nogil=True)
def _profile(seq: Any, n: int, scratch: Any, window: int, threshold: float, wrap: bool, out: Any) -> None:
    """Write the profile of one text; ``scratch`` = last place of each term (-1), count (0), and three buffers."""
    last, count, before, after, spectrum = scratch
    v = s2 = most = 0
    for i in range(n):
        term = seq[i]
        before[i] = last[term]
        after[i] = n
        if last[term] >= 0:
            after[last[term]] = i
        else:
            v += 1
        last[term] = i
        s2 += 2 * count[term] + 1
        count[term] += 1
        most = max(most, count[term])
    out[0], out[1], out[2] = n, v, s2
    # a token is the first of its type in the windows that begin behind its forerunner and reach it
    segments, windows = n // window, max(n - window + 1, 0)
    segment_types = window_types = begin = 0
    for i in range(n):
        if i == begin + window:
            begin = i
        if i < segments * window and before[i] < begin:
            segment_types += 1
        window_types += max(min(i, windows - 1) - max(i - window + 1, before[i] + 1) + 1, 0)
    out[3], out[4], out[5], out[6] = segments, segment_types, windows, window_types
    _factors(before, n, threshold, out[7:10])
    if wrap:
        _wrapped(seq, before, last, n, threshold, out[13:15])
    for i in range(n):
        if after[i] == n:
            spectrum[count[seq[i]]] += 1
    _expected(spectrum, n, most, out[15:])
    spectrum[: most + 1] = 0
    for i in range(n):
        last[seq[i]] = -1
        count[seq[i]] = 0
        before[i] = n - 1 - after[n - 1 - i]  # of the same text read backwards
    _factors(before, n, threshold, out[10:13])


@numba.njit(cache=True, nogil=True)
def profiles(ids: Any, offsets: Any, n_terms: int, window: int, threshold: float, wrap: bool) -> Any:
    """Return the profile of each text, float64 of shape (texts, `WIDTH`): `FIELDS`, then the expected types."""
    out = np.zeros((len(offsets) - 1, WIDTH))
    longest = 0
    for text in range(len(offsets) - 1):
        longest = max(longest, offsets[text + 1] - offsets[text])
    scratch = _scratch(n_terms, longest)
    for text in range(len(offsets) - 1):
        seq = ids[offsets[text] : offsets[text + 1]]
        _profile(seq, len(seq), scratch, window, threshold, wrap, out[text])
    return out


@numba.njit(cache=True, nogil=True)
def resampled(ids: Any, offsets: Any, drawn: Any, n_terms: int, window: int, threshold: float, wrap: bool) -> Any:
    """Return the profiles of texts put together from units: row r of ``drawn`` names the units of text r, in order."""
    out = np.zeros((len(drawn), WIDTH))
    longest = 0
    for row in range(len(drawn)):
        n = 0
        for unit in drawn[row]:
            n += offsets[unit + 1] - offsets[unit]
        longest = max(longest, n)
    scratch = _scratch(n_terms, longest)
    seq = np.empty(longest, dtype=ids.dtype)
    for row in range(len(drawn)):
        n = 0
        for unit in drawn[row]:
            for i in range(offsets[unit], offsets[unit + 1]):
                seq[n] = ids[i]
                n += 1
        _profile(seq, n, scratch, window, threshold, wrap, out[row])
    return out


@numba.njit(cache=True, nogil=True)
def _scratch(n_terms: int, longest: int) -> Any:
    return (
        np.full(n_terms, -1, dtype=np.int64),
        np.zeros(n_terms, dtype=np.int64),
        np.empty(longest, dtype=np.int64),
        np.empty(longest, dtype=np.int64),
        np.zeros(longest + 1, dtype=np.int64),
    )
