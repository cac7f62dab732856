"""Segmentation by a word list alone: at each place the longest word of the list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from textkit.errors import ArgumentError
from textkit.segment.lexicon import abbreviated
from textkit.segment.protocol import Span, spans_of

# Letters that are written in runs: Latin, Greek, Cyrillic (with accents, full width too) and digits.
_LETTER = (
    "0-9A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0300-\u036f\u0370-\u0373\u0376-\u0377"
    "\u0386\u0388-\u0481\u048a-\u052f\u1e00-\u1fff０-９Ａ-Ｚａ-ｚ"
)
_RUN = re.compile(f"[0-9]+(?:[.,][0-9]+)*+[%％‰]|[0-9]+(?:[.,][0-9]+)++(?![{_LETTER}])|[{_LETTER}]++")
_IN_RUN = re.compile(f"[{_LETTER}]")
_END = ""  # marks in a node of the tree that a word ends here; no character is the empty string


@dataclass(frozen=True, slots=True, init=False, repr=False)
class LongestMatch:
    """Forward maximum matching: at each place the longest word of the list, and on behind it.

    What no word covers becomes single characters, but runs of letters and digits (``GDP``, ``5G``, ``3.6``, ``10%``)
    stay whole, and no word of the list begins or ends inside such a run. The result follows from the
    list alone, which makes it reproducible anywhere; it does not weigh one reading against another as `Jieba` does.
    Time grows with the length of the text times the length of the longest word at most.

    Parameters
    ----------
    words : iterable of str
        The word list. Order and repetition do not matter.

    Raises
    ------
    ArgumentError
        The list is a single string, is empty, or has something other than non-empty strings.

    Examples
    --------
    >>> LongestMatch(["社会", "社会管理", "管理员"]).cut("社会管理员3.6亿")
    ['社会管理', '员', '3.6', '亿']
    """

    words: tuple[str, ...]
    _tree: dict[str, Any] = field(compare=False)

    def __init__(self, words: Iterable[str]) -> None:
        if isinstance(words, (str, bytes)):
            raise ArgumentError(f"words must be a list of words, got one string. Put it in a list: [{words!r}].")
        if not isinstance(words, Iterable):
            raise ArgumentError(f"words must be a list of words, got a {type(words).__name__}.")
        stored = list(words)
        for place, word in enumerate(stored, 1):
            if not isinstance(word, str) or not word:
                raise ArgumentError(f"words must be non-empty strings, but item {place} is {word!r}.")
        if not stored:
            raise ArgumentError('words is empty. Give at least one word, or use the segmenter "characters".')
        tree: dict[str, Any] = {}
        for word in stored:
            node = tree
            for char in word:
                node = node.setdefault(char, {})
            node[_END] = True
        object.__setattr__(self, "words", tuple(sorted(set(stored))))
        object.__setattr__(self, "_tree", tree)

    def __repr__(self) -> str:
        return f"LongestMatch(words={abbreviated(self.words)})"

    def __reduce__(self) -> tuple[type[LongestMatch], tuple[tuple[str, ...]]]:
        return LongestMatch, (self.words,)

    def spans(self, text: str) -> list[Span]:
        """Return ``(start, stop)`` of each word."""
        return spans_of(self.cut(text))

    def cut(self, text: str) -> list[str]:
        """Return the words; put together they are the text."""
        words: list[str] = []
        place = 0
        while place < len(text):
            stop = self._match(text, place)
            if stop == place:
                run = _RUN.match(text, place)
                stop = run.end() if run is not None else place + 1
            words.append(text[place:stop])
            place = stop
        return words

    def _match(self, text: str, start: int) -> int:
        """Return where the longest word from ``start`` ends, or ``start``."""
        node = self._tree
        best = place = start
        while place < len(text) and text[place] in node:
            node = node[text[place]]
            place += 1
            if _END in node and not _inside_run(text, place):
                best = place
        return best


def _inside_run(text: str, place: int) -> bool:
    return place < len(text) and _IN_RUN.match(text, place) is not None and _IN_RUN.match(text, place - 1) is not None
