"""Segmenters that need no dictionary: one word a character, or one word a run between blanks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from textkit.segment.protocol import Span, spans_of

# What is drawn on top of the character before it: combining accents, variation selectors (of emoji and of rare
# forms of Han characters), skin tones, tags. A joiner also takes the emoji behind it.
_MARK = (
    "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef"
)
_EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"
_FLAG = "\U0001f1e6-\U0001f1ff"
_NEEDS_CARE = re.compile(f"[\r\u200d{_MARK}{_FLAG}]")
_DRAWN = re.compile(f"\r\n|(?:[{_FLAG}]{{2}}|[^\r\n])(?:[{_MARK}]|\u200d[{_EMOJI}])*+|[\r\n]")
_RUN = re.compile(r"\s+|\S+")
_FILLED = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Characters:
    """One word a character, as a reader sees it.

    An accent, a variation selector or a skin tone stays with its character, and an emoji made of several
    stays whole; a lone surrogate is a character like any other.

    Examples
    --------
    >>> Characters().cut("网格👩‍🌾")
    ['网', '格', '👩‍🌾']
    """

    seams: ClassVar[str] = "\n"  # behind these a text can be cut without changing a word

    def spans(self, text: str) -> list[Span]:
        """Return ``(start, stop)`` of each character."""
        if _NEEDS_CARE.search(text) is None:
            return [(i, i + 1) for i in range(len(text))]
        return spans_of(self.cut(text))

    def cut(self, text: str) -> list[str]:
        """Return the characters; put together they are the text."""
        if _NEEDS_CARE.search(text) is None:
            return list(text)
        return _DRAWN.findall(text)


@dataclass(frozen=True, slots=True)
class Spaces:
    """One word a run of characters between blanks: for texts that were segmented before.

    Examples
    --------
    >>> Spaces().spans("推进 网格化　管理")
    [(0, 2), (3, 6), (7, 9)]
    """

    seams: ClassVar[str] = "\n"  # behind these a text can be cut without changing a word

    def spans(self, text: str) -> list[Span]:
        """Return ``(start, stop)`` of each run; blanks belong to no word."""
        return [found.span() for found in _FILLED.finditer(text)]

    def cut(self, text: str) -> list[str]:
        """Return the runs and the blanks between them; put together they are the text."""
        return _RUN.findall(text)
