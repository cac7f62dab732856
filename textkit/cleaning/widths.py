"""Full and half width: letters and digits become half width, punctuation beside Chinese becomes full width."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate, pairwise

from textkit.cleaning.edits import Edit, Rule
from textkit.cleaning.lines import BLANK_CHARS, HAN
from textkit.kinds import MASK

_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ]+|(?<=[0-9０-９])．(?=[0-9０-９])|(?<=[0-9０-９])％")
_TO_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

_HAN = re.compile(f"[{HAN}]")
_LATIN = re.compile("[A-Za-z]")
_MARK = re.compile("[,;:!?]+")
_BRACKET = re.compile("[()（）\n]")
_QUOTE = re.compile('["\n]')
_SINGLE = re.compile("(?<![A-Za-z0-9'])'([^'\n]{1,60})'(?![A-Za-z0-9'])")
_DOT = re.compile(rf"(?<=[{HAN}”’」』）》])\.(?=[”’\"'」』）]*(?:\n|\Z))")
_FULL = str.maketrans(",;:!?()", "，；：！？（）")
# Addresses keep their punctuation, but not the comma or full stop behind them.
_ADDRESS = re.compile(
    r"(?:https?://|ftp://|www\.)[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*[A-Za-z0-9_~/#=&%-]"
    r"|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,100}[A-Za-z0-9]|&[A-Za-z]{2,8};|&#[0-9xXa-fA-F]{1,8};|[A-Za-z]:\\\\?"
)


def _find_wide(text: str) -> list[Edit]:
    return [
        Edit(found.start(), found.end(), found[0].translate(_TO_HALF))
        for found in _WIDE.finditer(text)
        if not ((mask := MASK.match(text, found.start())) and mask.end() == found.end())
    ]


def east_asian(char: str) -> bool:
    """Say whether a character is Han or punctuation that goes with it; an empty string is not."""
    return char not in ("", "\u3000") and (
        "\u2e80" <= char <= "\u9fff"
        or "\uf900" <= char <= "\ufaff"
        or "\uff01" <= char <= "\uff60"
        or char in "“”‘’…—℃％‰"
        or "\U00020000" <= char <= "\U0003ffff"
    )


class _Lines:
    """Whether the line around a place is written in Chinese rather than in Latin letters."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._text = text
        self._known: dict[int, bool] = {}

    def chinese(self, place: int) -> bool:
        number = bisect_right(self._starts, place) - 1
        if number not in self._known:
            start = self._starts[number]
            stop = self._starts[number + 1] if number + 1 < len(self._starts) else len(self._text)
            line = self._text[start:stop]
            han = len(_HAN.findall(line))
            self._known[number] = han > 0 and 2 * han >= len(_LATIN.findall(line))
        return self._known[number]


def _find_half_marks(text: str) -> list[Edit]:
    if not _HAN.search(text):
        return []
    edits = _marks(text) + _brackets(text) + _quotes(text) + _dots(text)
    return _apart(sorted(edits), [found.span() for found in _ADDRESS.finditer(text)])


def _apart(edits: list[Edit], spans: list[tuple[int, int]]) -> list[Edit]:
    """Drop the edits inside the spans; both are in order."""
    kept: list[Edit] = []
    place = 0
    for edit in edits:
        while place < len(spans) and spans[place][1] <= edit.start:
            place += 1
        if place == len(spans) or edit.start < spans[place][0]:
            kept.append(edit)
    return kept


def _marks(text: str) -> list[Edit]:
    lines = _Lines(text)
    edits: list[Edit] = []
    for found in _MARK.finditer(text):
        start, stop = found.span()
        before, after = text[start - 1 : start], text[stop : stop + 1]
        if _wants_full(text, before, after, stop, lines.chinese(start)):
            edits.extend(Edit(i, i + 1, text[i].translate(_FULL)) for i in range(start, stop))
    return edits


def _wants_full(text: str, before: str, after: str, stop: int, chinese: bool) -> bool:
    """Say whether a mark between these characters belongs to Chinese text: not 10:30, not 1,000, not a, b."""
    if after and after in "\\/=)(" and not east_asian(before):
        return False
    ended = after in ("", "\n")
    if not chinese:
        return east_asian(before) and (east_asian(after) or ended)
    if _ascii_word(before) and _ascii_word(after):
        return False
    following = after
    if after and after in BLANK_CHARS:
        following = _next_visible(text, stop)
        ended = following in ("", "\n")
        if _ascii_word(before) and _ascii_word(following):
            return False
    if before in ("", "\n") and not east_asian(following):
        return False
    return east_asian(before) or east_asian(following) or ended


def _next_visible(text: str, place: int, limit: int = 8) -> str:
    for char in text[place : place + limit]:
        if char not in BLANK_CHARS:
            return char
    return text[place + limit : place + limit + 1]


def _ascii_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _brackets(text: str) -> list[Edit]:
    """Widen pairs of brackets around Chinese, behind Chinese, or at the start of a line in front of Chinese."""
    tokens = list(_BRACKET.finditer(text))
    if not any(found[0] in "()" for found in tokens):
        return []
    places = [0, *(found.start() for found in tokens)]
    counts = list(accumulate(len(_HAN.findall(text, a, b)) for a, b in pairwise(places)))
    edits: list[Edit] = []
    opened: list[int] = []
    for number, found in enumerate(tokens):
        if found[0] == "\n":
            opened.clear()
        elif found[0] in "(（":
            opened.append(number)
        elif opened:
            first = opened.pop()
            edits.extend(_pair(text, tokens[first].start(), found.start(), counts[number] > counts[first]))
    return edits


def _pair(text: str, left: int, right: int, inner_chinese: bool) -> list[Edit]:
    half = [place for place in (left, right) if text[place] in "()"]
    before, after = text[left - 1 : left], text[right + 1 : right + 2]
    outer_chinese = east_asian(before) or (before in ("", "\n", *BLANK_CHARS) and east_asian(after))
    if inner_chinese or outer_chinese or len(half) == 1:
        return [Edit(place, place + 1, text[place].translate(_FULL)) for place in half]
    return []


def _quotes(text: str) -> list[Edit]:
    """Turn straight quotes into curly ones where a line has pairs of them around Chinese."""
    edits: list[Edit] = []
    waiting: list[int] = []
    for found in [*_QUOTE.finditer(text), None]:
        if found is not None and found[0] == '"':
            waiting.append(found.start())
            continue
        if len(waiting) % 2 == 0:
            for left, right in zip(waiting[::2], waiting[1::2], strict=True):
                if _HAN.search(text, left + 1, right):
                    edits += [Edit(left, left + 1, "“"), Edit(right, right + 1, "”")]
        waiting.clear()
    for single in _SINGLE.finditer(text):
        if east_asian(single[1][0]) and east_asian(single[1][-1]):
            edits += [Edit(single.start(), single.start() + 1, "‘"), Edit(single.end() - 1, single.end(), "’")]
    return edits


def _dots(text: str) -> list[Edit]:
    """Turn a full stop at the end of a Chinese line into 。 unless the line is as short as a heading."""
    edits: list[Edit] = []
    for found in _DOT.finditer(text):
        start = found.start()
        if (
            text[start - 1] not in "."
            and len(_HAN.findall(text, max(text.rfind("\n", 0, start) + 1, start - 40), start)) >= 8
        ):
            edits.append(Edit(start, start + 1, "。"))
    return edits


LETTERS_DIGITS = Rule(
    "letters_digits",
    "full-width letters and digits become half width, and the point and percent sign of numbers; masks such as "
    "ＸＸ and "
    "punctuation stay",
    _find_wide,
)
PUNCTUATION = Rule(
    "punctuation",
    "half-width , ; : ! ? ( ) and straight quotes beside Chinese become full width; 3.6, 10:30, 1,000, addresses and "
    "English sentences stay",
    _find_half_marks,
)
