"""Finding all of many strings in one pass: a trie walked level by level, at every place of a text at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textkit.dictionaries.entries import is_spaced

_CODES = 0x11_0000
_SHIFT = 32
LINE_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"


class Found(NamedTuple):
    """Where strings were found: their first place, their length, and which one it is."""

    first: NDArray[np.int64]
    length: NDArray[np.int64]
    string: NDArray[np.int64]


class _Level(NamedTuple):
    """Steps from the nodes of one depth to the next: sorted ``node << 32 | symbol``, and where they lead."""

    keys: NDArray[np.int64]
    targets: NDArray[np.int64]
    ends: NDArray[np.int64]  # the string that ends at each node behind these steps, or -1


class Trie:
    """Distinct strings (sequences of whole numbers), ready to be found in longer ones.

    At every level only the places that still match are looked at: after two or three characters few are left, so the
    cost grows with the text and hardly with the number of strings.

    >>> trie = Trie([code_points("印度"), code_points("印度尼西亚"), code_points("尼西")])
    >>> found = trie.scan(code_points("在印度尼西亚"))
    >>> [values.tolist() for values in found]
    [[1, 3, 1], [2, 2, 5], [0, 2, 1]]
    """

    def __init__(self, strings: Sequence[Iterable[int]]) -> None:
        self._levels: list[_Level] = []
        # grown level by level: a node is its place among the nodes of its depth
        pending = [(0, place, tuple(string)) for place, string in enumerate(strings)]
        depth = 0
        while pending:
            nodes: dict[int, int] = {}
            ends: dict[int, int] = {}
            deeper = []
            for node, place, string in pending:
                key = node << _SHIFT | int(string[depth])
                target = nodes.setdefault(key, len(nodes))
                if len(string) == depth + 1:
                    ends[target] = place
                else:
                    deeper.append((target, place, string))
            keys = np.fromiter(nodes, dtype=np.int64, count=len(nodes))
            order = np.argsort(keys)
            last = np.full(len(nodes), -1, dtype=np.int64)
            last[list(ends)] = list(ends.values())
            self._levels.append(_Level(keys[order], order.astype(np.int64), last))
            pending = deeper
            depth += 1

    def scan(self, symbols: NDArray[np.int64]) -> Found:
        """Return every place where a string stands; by length, then by place."""
        firsts, lengths, strings = [], [], []
        for depth, level in enumerate(self._levels):
            if depth == 0:
                place, node = self._roots(level, symbols)
            else:
                inside = place + depth < len(symbols)
                place, node = place[inside], node[inside]
                place, node = _step(level, place, node << _SHIFT | symbols[place + depth])
            string = level.ends[node]
            done = string >= 0
            firsts.append(place[done])
            lengths.append(np.full(int(done.sum()), depth + 1))
            strings.append(string[done])
        if not firsts:
            return Found(*(np.empty(0, dtype=np.int64) for _ in range(3)))
        return Found(np.concatenate(firsts), np.concatenate(lengths), np.concatenate(strings))

    @staticmethod
    def _roots(level: _Level, symbols: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        # a table of all symbols is faster than a search where every place is asked about
        table = np.full(int(max(symbols.max(initial=0), level.keys.max(initial=0))) + 1, -1, dtype=np.int64)
        table[level.keys] = level.targets
        node = table[symbols]
        place = np.flatnonzero(node >= 0)
        return place, node[place]


def _step(
    level: _Level, place: NDArray[np.int64], key: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    at = np.minimum(np.searchsorted(level.keys, key), len(level.keys) - 1)
    there = level.keys[at] == key
    return place[there], level.targets[at[there]]


def code_points(text: str) -> NDArray[np.int64]:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)


def folded(text: str) -> str:
    """Return a text in lower case, character by character, so that places stay what they are.

    >>> folded("GDP İ 网"), len(folded("İ"))
    ('gdp İ 网', 1)
    """
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    table = {ord(char): char.lower() for char in set(text) if len(char.lower()) == 1}
    return text.translate(table)


def narrowed(text: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the code points of a text without the blanks that divide nothing, and the place of each in the text.

    Between letters of scripts that need them one blank is left; line breaks stay, so that nothing matches across them.

    >>> points, places = narrowed("AI 技术 social  media")
    >>> "".join(map(chr, points.tolist())), places.tolist()[:5]
    ('AI技术social media', [0, 1, 3, 4, 6])
    """
    points = code_points(text)
    chars = set(text)
    blank = _lookup(points, [char for char in chars if char.isspace() and char not in LINE_BREAKS])
    if not blank.any():
        return points, np.arange(len(points))
    spaced = _lookup(points, [char for char in chars if is_spaced(char)])
    shown = np.flatnonzero(~blank)
    gaps = np.flatnonzero(np.diff(shown) > 1)
    needed = gaps[spaced[shown[gaps]] & spaced[shown[gaps + 1]]]
    kept = ~blank
    kept[shown[needed] + 1] = True
    places = np.flatnonzero(kept)
    points = points[places]
    points[blank[places]] = 0x20
    return points, places


def _lookup(points: NDArray[np.int64], chars: list[str]) -> NDArray[np.bool_]:
    table = np.zeros(_CODES, dtype=np.bool_)
    table[[ord(char) for char in chars]] = True
    return table[points]


def winners(first: NDArray[np.int64], stop: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each span the one that it loses to, or itself: from left to right, the longest at each place.

    Spans must be sorted by ``first``, the longer of two that begin together first, and be distinct.

    >>> winners(np.array([0, 0, 1, 4]), np.array([3, 2, 5, 6])).tolist()
    [0, 0, 0, 3]
    """
    n = len(first)
    result = np.arange(n)
    if n < 2:
        return result
    reach = np.maximum.accumulate(stop)
    alone = np.concatenate(([True], first[1:] >= reach[:-1]))  # nothing before it reaches into it
    bounds = np.append(np.flatnonzero(alone), n)
    for run in np.flatnonzero(np.diff(bounds) > 1).tolist():
        begin, end = int(bounds[run]), int(bounds[run + 1])
        last, free = begin, -1
        for place, (start, over) in enumerate(
            zip(first[begin:end].tolist(), stop[begin:end].tolist(), strict=True), begin
        ):
            if start >= free:
                last, free = place, over
            result[place] = last
    return result
