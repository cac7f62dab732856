"""Edits and rules: what cleaning may do to a text, written down before it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from textkit.errors import ArgumentError


class Edit(NamedTuple):
    """Replace the characters ``[start, stop)`` of a text by ``inserted``."""

    start: int
    stop: int
    inserted: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One repair: a name, what it does in a sentence, and a function that finds its edits.

    Parameters
    ----------
    name : str
        How the rule is called in ``corpus.edits`` and in ``rules=[...]``.
    description : str
        What it changes and what it leaves alone.
    find : callable, str -> list of Edit
        Returns the edits for a text: inside it, in order, not overlapping. It should take time proportional
        to the length, and find nothing in a text that it has already repaired.

    Examples
    --------
    >>> stars = Rule("stars", "asterisks at the end become full stops", lambda text: [
    ...     Edit(len(text) - 1, len(text), "。")] if text.endswith("*") else [])
    >>> stars.apply("网格化管理*")
    '网格化管理。'
    """

    name: str
    description: str
    find: Callable[[str], list[Edit]] = field(repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ArgumentError(f"name of a rule must be a non-empty str, got {self.name!r}.")
        if not callable(self.find):
            raise ArgumentError(
                f"find of the rule {self.name!r} must be a function from a text to edits, got {self.find!r}."
            )

    def edits(self, text: str) -> list[Edit]:
        """Return the edits that change something, checked: inside the text, in order, not overlapping."""
        return checked(self.find(text), text, self.name)

    def apply(self, text: str) -> str:
        """Return the text with the edits made once."""
        return apply(text, self.edits(text))


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Make the edits, which must be in order and must not overlap.

    >>> apply("甲 乙,丙", [Edit(1, 2), Edit(3, 4, "，")])
    '甲乙，丙'
    """
    parts: list[str] = []
    place = 0
    for start, stop, inserted in edits:
        parts.append(text[place:start])
        parts.append(inserted)
        place = stop
    parts.append(text[place:])
    return "".join(parts)


def checked(edits: Iterable[Edit], text: str, rule: str) -> list[Edit]:
    """Return the edits without those that change nothing; raise if they leave the text or overlap."""
    kept: list[Edit] = []
    last = 0
    for edit in edits:
        start, stop, inserted = edit
        if not last <= start <= stop <= len(text):
            raise ArgumentError(
                f"the rule {rule!r} gave the edit ({start}, {stop}, {inserted!r}), which overlaps the one before or "
                f"leaves the text of {len(text)} characters. Return edits in order, inside the text."
            )
        last = stop
        if text[start:stop] != inserted:
            kept.append(edit)
    return kept
