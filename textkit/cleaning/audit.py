"""The audit trail of cleaning: how edits are written down and how offsets lead back through them.

An edit is a row ``doc, rule, step, start, stop, removed, inserted, at``. The edits of one step were found together
in the text as the steps before had left it; ``at`` is the place in that text, ``start`` and ``stop`` are the place in
the original. So ``step`` and ``at`` undo everything exactly, ``start`` and ``stop`` show where to look.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from textkit.cleaning.edits import Edit, Rule, apply

if TYPE_CHECKING:
    import pandas as pd

EDIT_COLUMNS = ["doc", "rule", "step", "start", "stop", "removed", "inserted", "at"]

_ROUNDS = 20  # rules settle after two or three rounds; only a rule that never settles gets here


class Change(NamedTuple):
    """One row of the audit without the name of the document."""

    rule: str
    step: int
    start: int
    stop: int
    removed: str
    inserted: str
    at: int


class Block(NamedTuple):
    """Characters ``[old_start, old_stop)`` of the original stand as ``[start, stop)`` in the cleaned text."""

    old_start: int
    old_stop: int
    start: int
    stop: int


class Alignment:
    """Where each place of a cleaned text was in the original.

    Only the blocks whose length changed are kept; between them the texts run in parallel.
    """

    __slots__ = ("_starts", "_stops", "blocks")

    def __init__(self, blocks: Sequence[Block] = ()) -> None:
        self.blocks = tuple(blocks)
        self._starts = [block.start for block in self.blocks]
        self._stops = [block.stop for block in self.blocks]

    def start(self, place: int) -> int:
        """Map the first character of a span; what was removed in front of it stays outside."""
        after = bisect_right(self._stops, place)
        if after < len(self.blocks) and self.blocks[after].start < place:
            return self.blocks[after].old_start
        return self._parallel(place, after - 1)

    def stop(self, place: int) -> int:
        """Map the end of a span; what was removed behind it stays outside."""
        last = bisect_left(self._starts, place) - 1
        if last >= 0 and self.blocks[last].stop > place:
            return self.blocks[last].old_stop
        return self._parallel(place, last)

    def span(self, start: int, stop: int) -> tuple[int, int]:
        """Map a span; an empty one stays empty."""
        last = self.stop(stop)
        return (last, last) if start == stop else (min(self.start(start), last), last)

    def then(self, edits: Iterable[Edit]) -> Alignment:
        """Return the alignment after further edits of the cleaned text."""
        sized = [edit for edit in edits if edit.stop - edit.start != len(edit.inserted)]
        return Alignment(_composed(self.blocks, sized)) if sized else self

    def _parallel(self, place: int, last: int) -> int:
        return place if last < 0 else place + self.blocks[last].old_stop - self.blocks[last].stop


def _composed(blocks: Sequence[Block], edits: Sequence[Edit]) -> list[Block]:
    """Merge blocks and edits that overlap into larger blocks; shift the others. Both are in order."""
    merged: list[Block] = []
    drift = 0  # original minus current place, behind the blocks seen so far
    shift = 0  # new minus current place, behind the edits seen so far
    i = j = 0
    while i < len(blocks) or j < len(edits):
        first = i
        grown = 0
        if j == len(edits) or (i < len(blocks) and blocks[i][2:] <= edits[j][:2]):
            low, high = blocks[i][2:]
            i += 1
        else:
            low, high, inserted = edits[j]
            grown = len(inserted) - (high - low)
            j += 1
        while True:
            if i < len(blocks) and _meets(blocks[i].start, blocks[i].stop, low, high):
                high = max(high, blocks[i].stop)
                i += 1
            elif j < len(edits) and _meets(edits[j].start, edits[j].stop, low, high):
                high = max(high, edits[j].stop)
                grown += len(edits[j].inserted) - (edits[j].stop - edits[j].start)
                j += 1
            else:
                break
        old_low = low + drift
        if i > first:
            drift = blocks[i - 1].old_stop - blocks[i - 1].stop
        merged.append(Block(old_low, high + drift, low + shift, high + shift + grown))
        shift += grown
    return merged


def _meets(start: int, stop: int, low: int, high: int) -> bool:
    """Say whether a span that begins at or behind ``low`` overlaps ``[low, high)``; two empty ones may meet."""
    return start < high or start == stop == low == high


def alignment_of(edits: pd.DataFrame) -> Alignment:
    """Return the alignment that the audit rows of one document describe."""
    alignment = Alignment()
    for _, step in _steps(edits):
        alignment = alignment.then(Edit(at, at + len(removed), inserted) for at, removed, inserted in step)
    return alignment


def blocks_of(edits: pd.DataFrame) -> list[Block]:
    """Return the net changes of one document, those of the same length too: where each stood and where it stands."""
    blocks: list[Block] = []
    for _, step in _steps(edits):
        blocks = _composed(blocks, [Edit(at, at + len(removed), inserted) for at, removed, inserted in step])
    return blocks


def to_original(edits: pd.DataFrame, start: int, stop: int) -> tuple[int, int]:
    """Map a span of the cleaned text to the original, given the audit rows of that document.

    Characters removed at either end of the span stay outside, those removed inside it are inside. For many spans of
    one document build `alignment_of` once and call its ``span``.
    """
    return alignment_of(edits).span(start, stop)


def restore(text: str, edits: pd.DataFrame) -> str:
    """Return the original text, given the cleaned one and the audit rows of that document."""
    for _, step in reversed(_steps(edits)):
        shift = 0
        undo: list[Edit] = []
        for at, removed, inserted in step:
            undo.append(Edit(at + shift, at + shift + len(inserted), removed))
            shift += len(inserted) - len(removed)
        text = apply(text, undo)
    return text


def _steps(edits: pd.DataFrame) -> list[tuple[int, list[tuple[int, str, str]]]]:
    """Return the steps in order, each with its ``(at, removed, inserted)`` in order."""
    columns = (edits[name].tolist() for name in ("step", "at", "removed", "inserted"))
    rows = sorted(zip(*columns, strict=True))
    return [(step, [row[1:] for row in group]) for step, group in groupby(rows, key=lambda row: row[0])]


def clean_text(
    text: str, rules: Sequence[Rule], *, alignment: Alignment | None = None, step: int = 0
) -> tuple[str, list[Change], list[str]]:
    """Apply the rules in order, again and again until none finds anything, and write down every edit.

    Going round makes the whole idempotent even where one repair opens the way for another. ``alignment`` and
    ``step`` carry on from an earlier cleaning. The third value names rules that had not settled after many rounds.
    """
    current = alignment or Alignment()
    changes: list[Change] = []
    quiet = 0
    for number in range(_ROUNDS * len(rules)):
        rule = rules[number % len(rules)]
        found = rule.edits(text)
        quiet = 0 if found else quiet + 1
        if found:
            step += 1
            for edit in found:
                start, stop = current.span(edit.start, edit.stop)
                removed = text[edit.start : edit.stop]
                changes.append(Change(rule.name, step, start, stop, removed, edit.inserted, edit.start))
            text = apply(text, found)
            current = current.then(found)
        if quiet >= len(rules):
            return text, changes, []
    restless = [rule.name for rule in rules if rule.edits(text)]
    return text, changes, restless
