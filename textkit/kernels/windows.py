"""Where a window has to stop: the stretches of tokens that belong to one document, paragraph or sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Rows = NDArray[np.int64]

SEGMENTS = ("document", "paragraph", "sentence")

_CHARACTERS = 4_000_000  # characters looked at together
_ENDS, _CLOSERS, _LATIN_CLOSERS, _LINES = "。！？!?…", "”’」』）》】〕)]\"'", "\"'”’)", "\n\r\u2028\u2029\u0085"
_END, _CLOSER, _LATIN_CLOSER, _LINE, _STOP, _LETTER, _BLANK = (1 << bit for bit in range(7))


def _kinds() -> NDArray[np.uint8]:
    kinds = np.zeros(1 << 16, dtype=np.uint8)
    blanks = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
        map(chr, range(0x2000, 0x200B))
    )
    letters = ")" + "".join(map(chr, (*range(48, 58), *range(65, 91), *range(97, 123))))
    for bit, chars in (
        (_END, _ENDS), (_CLOSER, _CLOSERS), (_LATIN_CLOSER, _LATIN_CLOSERS), (_LINE, _LINES), (_STOP, "."),
        (_LETTER, letters), (_BLANK, blanks),
    ):  # fmt: skip
        for char in chars:
            kinds[ord(char)] |= bit
    return kinds


def segment_offsets(texts: Sequence[str], start: NDArray[Any], offsets: Rows, within: str) -> Rows:
    r"""Return the rows at which segments of tokens begin, and the number of tokens at the end; none is empty.

    The segments are those of `textkit.boundaries`; a token belongs to the one in which it starts. All characters are
    looked up in a table at once, which is many times faster than searching each text.

    >>> text = "他来了。走了？”\n好"
    >>> at = np.array([0, 1, 3, 4, 6, 7, 9])  # 他 来了 。 走了 ？ ” 好
    >>> segment_offsets([text], at, np.array([0, 7]), "sentence").tolist()
    [0, 3, 6, 7]
    >>> segment_offsets([text], at, np.array([0, 7]), "paragraph").tolist()
    [0, 6, 7]
    """
    if within == "document":
        return np.unique(offsets)
    found = [offsets]
    kinds = _kinds()
    for first, last in _blocks(texts):
        ends = _ends("\n".join(texts[first:last]) + "\n", kinds, within)
        low, high = int(offsets[first]), int(offsets[last])
        base = np.cumsum([0, *(len(text) + 1 for text in texts[first : last - 1])])
        place = start[low:high] + np.repeat(base, np.diff(offsets[first : last + 1]))
        found.append(low + np.searchsorted(place, ends))
    return np.unique(np.concatenate(found))


class Segmentable(Protocol):
    """What `segments_of` needs of tokens."""

    @property
    def corpus(self) -> Any:
        """With ``texts``."""

    @property
    def start(self) -> Any:
        """First character of each token."""

    @property
    def offsets(self) -> Any:
        """Rows of each document."""

    @property
    def _cache(self) -> dict[str, Any]: ...


def segments_of(tokens: Segmentable, within: str) -> Rows:
    """Return `segment_offsets` of tokens, found once and kept with them."""
    cache = tokens._cache
    name = f"segments:{within}"
    if name not in cache:
        cache[name] = segment_offsets(tokens.corpus.texts, tokens.start, tokens.offsets, within)
        cache[name].flags.writeable = False
    return np.asarray(cache[name])


def _blocks(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield ranges of documents of at most so many characters together (but at least one document)."""
    first = size = 0
    for row, text in enumerate(texts):
        if row > first and size + len(text) > _CHARACTERS:
            yield first, row
            first, size = row, 0
        size += len(text) + 1
    if len(texts):
        yield first, len(texts)


def _ends(text: str, kinds: NDArray[np.uint8], within: str) -> Rows:
    """Return the places behind which a new segment begins."""
    points = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    kind = kinds[np.minimum(points, 0xFFFF)]
    lines = np.flatnonzero(kind & _LINE) + 1
    if within == "paragraph":
        return lines
    stops = np.flatnonzero(kind & _END)
    # the last of each run, and the closing quotes and brackets right behind it
    stops = _behind(kind, stops[kind[stops + 1] & _END == 0] + 1, _CLOSER)
    # a full stop ends a sentence behind a letter, digit or bracket and before a blank
    dots = np.flatnonzero(kind & _STOP)
    dots = dots[(dots > 0) & (kind[dots - 1] & _LETTER != 0)]
    dots = _behind(kind, dots + 1, _LATIN_CLOSER)
    return np.unique(np.concatenate((lines, stops, dots[kind[dots] & _BLANK != 0])))


def _behind(kind: NDArray[np.uint8], place: Rows, bit: int) -> Rows:
    """Move places to the end of the run of closing signs that begins there, if one does."""
    if not len(place):
        return place
    there = np.flatnonzero(kind[place] & bit)
    if not len(there):
        return place
    signs = np.flatnonzero(kind & bit)
    last = np.append(np.flatnonzero(np.diff(signs) > 1), len(signs) - 1)  # last sign of each run
    moved = place.copy()
    begin = np.searchsorted(signs, place[there])
    moved[there] = signs[last[np.searchsorted(last, begin)]] + 1
    return moved


def limits(segments: Rows, rows: NDArray[Any]) -> tuple[Rows, Rows]:
    """Return the first row of the segment of each row, and the row behind its last.

    >>> [a.tolist() for a in limits(np.array([0, 3, 6]), np.array([1, 5]))]
    [[0, 3], [3, 6]]
    """
    which = np.searchsorted(segments, rows, side="right")
    return segments[which - 1], segments[which]


class Around(NamedTuple):
    """Tokens in the windows of some hits: their row, how far before (negative) or after the hit, and which hit."""

    row: Rows
    offset: Rows
    hit: Rows


def around(
    first: NDArray[Any],
    last: NDArray[Any],
    bounds: tuple[Rows, Rows],
    position: NDArray[Any] | None,
    size: tuple[int, int],
    covered: NDArray[np.bool_],
) -> Around:
    """Return every token at most so many places before the first and after the last token of each hit.

    Places are those of ``position``, or rows if it is None. Windows end at ``bounds`` (first row of the segment, row
    behind its last) and leave out what is ``covered``.

    >>> none = np.zeros(5, dtype=np.bool_)
    >>> found = around(np.array([2]), np.array([2]), (np.array([0]), np.array([5])), None, (1, 2), none)
    >>> found.row.tolist(), found.offset.tolist()
    ([3, 4, 1], [1, 2, -1])
    """
    low, high = bounds
    if position is None:
        parts = (
            _beside(last, 1, size[1], low, high, covered),
            _beside(first, -1, size[0], low, high, covered),
        )
    else:
        parts = (
            _near(last, 1, size[1], high, position, covered),
            _near(first, -1, size[0], low, position, covered),
        )
    return Around(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _beside(
    edge: NDArray[Any], step: int, reach: int, low: Rows, high: Rows, covered: NDArray[np.bool_]
) -> tuple[Rows, Rows, Rows]:
    """Return rows, offsets and hits on one side where every row is a place."""
    rows, offsets, hits = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    every = np.arange(len(edge))
    last = len(covered) - 1
    for far in range(1, reach + 1):
        row = edge + step * far
        # clipping keeps the lookup inside the array; what it moves lies outside the segment anyway
        counted = (row < high) if step > 0 else (row >= low)
        counted &= ~covered[np.minimum(row, last) if step > 0 else np.maximum(row, 0)]
        whole = bool(counted.all())
        rows.append(row if whole else row[counted])
        hits.append(every if whole else every[counted])
        offsets.append(np.full(len(rows[-1]), step * far))
    return np.concatenate(rows), np.concatenate(offsets), np.concatenate(hits)


def _near(
    edge: NDArray[Any], step: int, reach: int, end: Rows, position: NDArray[Any], covered: NDArray[np.bool_]
) -> tuple[Rows, Rows, Rows]:
    """Return the same where words were dropped, which take up place: so many rows are at least so many places."""
    rows, offsets, hits = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    hit, at = np.arange(len(edge)), edge.astype(np.int64)
    row = at
    for _ in range(reach):
        row = row + step
        inside = row < end if step > 0 else row >= end
        hit, at, row, end = hit[inside], at[inside], row[inside], end[inside]
        away = position[row].astype(np.int64) - position[at]
        near = np.abs(away) <= reach
        hit, at, row, end, away = hit[near], at[near], row[near], end[near], away[near]
        if not len(row):
            break
        counted = ~covered[row]
        rows.append(row[counted])
        offsets.append(away[counted])
        hits.append(hit[counted])
    return np.concatenate(rows), np.concatenate(offsets), np.concatenate(hits)


def nearest(found: Around) -> Around:
    """Return each token once, with the hit nearest to it; of two equally near ones the hit before it.

    >>> twice = Around(np.array([1, 1]), np.array([-2, 1]), np.array([1, 0]))
    >>> [a.tolist() for a in nearest(twice)]
    [[1], [1], [0]]
    """
    order = np.lexsort((found.offset < 0, np.abs(found.offset), found.row))
    row = found.row[order]
    fresh = np.ones(len(row), dtype=np.bool_)
    fresh[1:] = row[1:] != row[:-1]
    chosen = order[fresh]
    return Around(found.row[chosen], found.offset[chosen], found.hit[chosen])


class Tally(NamedTuple):
    """How often each term stands near the hits, on which side, at which distance, and in which documents.

    ``before``, ``after``, ``distance`` (signed sum) have an entry for each term of the vocabulary. ``term``, ``doc``
    and ``frequency`` are the cells of the table of terms by documents that are not empty, documents of a term in order.
    """

    before: Rows
    after: Rows
    distance: Rows
    term: Rows
    doc: Rows
    frequency: Rows


def tally(term: Rows, offset: Rows, doc: Rows, n_terms: int) -> Tally:
    """Return the sums over places near hits, given term, offset and document of each.

    >>> found = tally(np.array([1, 1, 0]), np.array([-2, 1, 1]), np.array([0, 0, 1]), 2)
    >>> [a.tolist() for a in found]
    [[0, 1], [1, 1], [1, -1], [0, 1], [1, 0], [1, 2]]
    """
    before = np.bincount(term[offset < 0], minlength=n_terms)
    after = np.bincount(term[offset > 0], minlength=n_terms)
    distance = np.bincount(term, weights=offset, minlength=n_terms).astype(np.int64)
    shape = (n_terms, int(doc.max(initial=0)) + 1)
    cells = csr_array((np.ones(len(term), dtype=np.int64), (term, doc)), shape=shape)
    cells.sum_duplicates()
    terms = np.repeat(np.arange(n_terms), np.diff(cells.indptr))
    return Tally(before, after, distance, terms, cells.indices.astype(np.int64), cells.data)
