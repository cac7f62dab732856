"""Counting again, from the tokens, what stands near a node and what stands next to what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textkit.errors import ArgumentError
from textkit.finding import find
from textkit.kernels import windows
from textkit.tokens import Tokens
from textkit.tracing.passages import Places
from textkit.vocabulary import Pattern


class PairCounts(NamedTuple):
    """Counts around one pair: together, margins, sample; and where the pair stands."""

    o: int
    row: int
    column: int
    n: int
    f_node: int
    places: list[Places]


def pair_counts(tokens: Tokens, settings: Mapping[str, Any], node: str, collocate: str) -> PairCounts:
    """Count a node and a collocate as `textkit.collocates` does."""
    hits = find(tokens, _pattern(settings, node), ignore_case=bool(settings.get("ignore_case", False)))
    covered = np.zeros(len(tokens), dtype=np.bool_)
    for first, last in zip(hits.first.tolist(), hits.last.tolist(), strict=True):
        covered[first : last + 1] = True
    term = int(tokens.vocabulary.ids([collocate])[0])
    window = settings["window"]
    if isinstance(window, str):
        return _units(tokens, hits, covered, term, window)
    size = (window, window) if isinstance(window, int) else tuple(window)
    segments = windows.segments_of(tokens, str(settings["within"]))
    bounds = windows.limits(segments, hits.first)
    high = windows.limits(segments, hits.last)[1]
    position = None if settings["skip_gaps"] else tokens.position
    found = windows.around(hits.first, hits.last, (bounds[0], high), position, (size[0], size[1]), covered)
    if settings["convention"] == "distinct_position":
        found = windows.nearest(found)
    near = tokens.ids[found.row] == term
    order = np.argsort(found.row[near], kind="stable")
    own, hit = found.row[near][order], found.hit[near][order]
    first, last = np.minimum(own, hits.first[hit]), np.maximum(own, hits.last[hit])
    places = [Places(collocate, first, last)]
    n, row, column = len(tokens), len(hits.first) * (size[0] + size[1]), int((tokens.ids == term).sum())
    if settings["expected"] == "surface":
        n, row = n - int(covered.sum()), len(found.row)
        column = int(((tokens.ids == term) & ~covered).sum())
    return PairCounts(int(near.sum()), row, column, n, len(hits.first), places)


def _units(tokens: Tokens, hits: Any, covered: NDArray[np.bool_], term: int, window: str) -> PairCounts:
    """Count the units that hold the node, the word, and both."""
    segments = windows.segments_of(tokens, window)
    unit = np.repeat(np.arange(len(segments) - 1), np.diff(segments))
    whole = unit[hits.first] == unit[hits.last]
    with_node = np.unique(unit[hits.first[whole]])
    rows = np.flatnonzero((tokens.ids == term) & ~covered)
    with_term = np.unique(unit[rows])
    both = np.intersect1d(with_node, with_term)
    first = rows[np.searchsorted(unit[rows], both)]
    places = [Places("", first, first)]
    return PairCounts(len(both), len(with_node), len(with_term), len(segments) - 1, len(with_node), places)


def _pattern(settings: Mapping[str, Any], name: str) -> Pattern:
    """Return the pattern of a node from the settings of a table."""
    node = settings["node"]
    if isinstance(node, Mapping):
        node = node[name]
    if isinstance(node, list):
        return [str(item) for item in node]
    text = str(node)
    if text.startswith("function:"):
        raise ArgumentError(
            f"the node of the table was a function ({text[9:]}), which a table cannot carry. "
            "Make the table with a word, a list of words or a regular expression to trace it."
        )
    return re.compile(text[6:]) if text.startswith("regex:") else text


class NgramCounts(NamedTuple):
    """The 2^n cells of an n-gram (bit i for the word in place i), and where it stands."""

    cells: list[int]
    places: list[Places]


def ngram_counts(tokens: Tokens, settings: Mapping[str, Any], words: list[str]) -> NgramCounts:
    """Count at every place where n tokens are neighbours which of the words stand in their places."""
    n = len(words)
    ids = tokens.vocabulary.ids(words)
    starts = max(len(tokens) - n + 1, 0)
    segments = windows.segments_of(tokens, str(settings["within"]))
    segment = np.repeat(np.arange(len(segments) - 1), np.diff(segments))
    begin, end = np.arange(starts), np.arange(starts) + n - 1
    ok = segment[begin] == segment[end]
    if not settings["skip_gaps"]:
        ok &= tokens.position[end] - tokens.position[begin] == n - 1
    code = np.zeros(starts, dtype=np.int64)
    for place, term in enumerate(ids.tolist()):
        code |= (tokens.ids[begin + place] == term).astype(np.int64) << place
    cells = np.bincount(code[ok], minlength=2**n)
    first = np.flatnonzero(ok & (code == 2**n - 1))
    return NgramCounts([int(cell) for cell in cells], [Places(" ".join(words), first, first + n - 1)])
