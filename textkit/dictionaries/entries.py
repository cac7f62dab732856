"""Entries of a dictionary: what they mean, which of them cannot be used, and why."""

from __future__ import annotations

import fnmatch
import functools
import math
import re
import unicodedata
from collections.abc import Iterable
from numbers import Real
from typing import Any, NamedTuple

from textkit.errors import ArgumentError

MAX_LENGTH = 500
_SHOWN = 3
_NEEDED = "\u200c\u200d"  # joiners: emoji and some scripts are written with them
_UNSPACED = re.compile(  # scripts that put no blanks between words
    "[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3040-\u30ff\u3100-\u312f\u31a0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)


class Entry(NamedTuple):
    """A word, phrase or glob in a category such as ``"情感/积极"``, with its weight."""

    category: str
    entry: str
    weight: float = 1.0


class Row(NamedTuple):
    """An entry as it was found, not yet checked, and where."""

    category: Any
    entry: Any
    weight: Any = 1.0
    place: str = ""


class Shape(NamedTuple):
    """What an entry looks for.

    ``parts``: its words. ``literal``: its characters, if nothing but a star at either end is wild, blanks as `squeezed`
    leaves them; else None. ``open_left``, ``open_right``: a star stands there.
    """

    parts: tuple[str, ...]
    literal: str | None
    open_left: bool
    open_right: bool


@functools.lru_cache(maxsize=100_000)
def shape_of(entry: str) -> Shape:
    """Return what an entry looks for.

    >>> shape_of("网格*")
    Shape(parts=('网格*',), literal='网格', open_left=False, open_right=True)
    >>> shape_of("社会 管理").literal, shape_of("social  media").literal, shape_of("加*强").literal
    ('社会管理', 'social media', None)
    >>> shape_of("[*][*]").literal
    '**'
    """
    parts = tuple(entry.split())
    signs = [_signs(part) for part in parts]
    open_left, open_right = signs[0][0] == STAR, signs[-1][-1] == STAR
    while signs[0] and signs[0][0] == STAR:
        del signs[0][0]
    while signs[-1] and signs[-1][-1] == STAR:
        del signs[-1][-1]
    if not all(signs) or any(char is None for part in signs for char, _ in part):
        return Shape(parts, None, open_left, open_right)
    literal = " ".join("".join(str(char) for char, _ in part) for part in signs)
    return Shape(parts, squeezed(literal), open_left, open_right)


class _Sign(NamedTuple):
    """One sign of a glob: a character, or (``char`` None) a star, a question mark or a set."""

    char: str | None
    written: str


STAR = _Sign(None, "*")
_SET = re.compile(r"\[(!?\]?[^\]]*)\]")


def _signs(part: str) -> list[_Sign]:
    found, place = [], 0
    while place < len(part):
        whole = _SET.match(part, place) if part[place] == "[" else None
        written = whole.group() if whole else part[place]
        inside = whole.group(1) if whole else ""
        if whole and len(inside) == 1 and inside != "!":
            found.append(_Sign(inside, written))
        else:
            found.append(_Sign(None if whole or written in "*?" else written, written))
        place += len(written)
    return found


def squeezed(text: str) -> str:
    """Return a text with blanks only where they divide words: one between letters that are spaced, else none.

    >>> squeezed("AI  技术"), squeezed("social\u3000 media"), squeezed("社会 管理")
    ('AI技术', 'social media', '社会管理')
    """
    words = text.split()
    joined = words[:1]
    for word in words[1:]:
        if is_spaced(joined[-1][-1]) and is_spaced(word[0]):
            joined.append(" ")
        joined.append(word)
    return "".join(joined)


def is_spaced(char: str) -> bool:
    """Say whether a character belongs to a script that puts blanks between its words.

    >>> [is_spaced(char) for char in "a3é한网の，"]
    [True, True, True, True, False, False, False]
    """
    return char.isalnum() and _UNSPACED.match(char) is None


def escaped(text: str) -> str:
    """Return an entry that means just these characters.

    >>> escaped("C*[1]?")
    'C[*][[]1][?]'
    """
    return re.sub(r"([*?\[])", r"[\1]", text)


def checked(rows: Iterable[Row]) -> tuple[Entry, ...]:
    """Return the rows as entries, or raise an error that names those that cannot be used."""
    entries: list[Entry] = []
    problems: list[str] = []
    seen: dict[tuple[str, str], Row] = {}
    known: set[str] = set()
    for row in rows:
        problem = "" if isinstance(row.category, str) and row.category in known else _bad_category(row.category)
        problem = problem or _bad_entry(row.entry) or _bad_weight(row.weight)
        if not problem:
            known.add(row.category)
            first = seen.setdefault((row.category, " ".join(row.entry.split())), row)
            if first is not row:
                where = f" (first in {first.place})" if first.place else ""
                problem = f"stands twice in this category{where}. Delete one."
        if problem:
            place = f"{row.place}: " if row.place else ""
            problems.append(f"{place}entry {_short(row.entry)} in category {_short(row.category)} {problem}")
        else:
            entries.append(Entry(row.category, row.entry, float(row.weight)))
    if problems:
        more = f" And {len(problems) - _SHOWN:,} more." if len(problems) > _SHOWN else ""
        raise ArgumentError(" ".join(problems[:_SHOWN]) + more)
    return tuple(entries)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _bad_category(category: Any) -> str:
    if not isinstance(category, str):
        return f"has a category of type {type(category).__name__}, not text. Write it in quotes."
    if not all(category.split("/")):
        return "has a category without a name. Write 'name' or 'name/name'."
    if any(part != part.strip() for part in category.split("/")):
        return "has a category with a blank at an end. Delete the blank."
    return _odd_character(category, "has a category that")


def _bad_entry(entry: Any) -> str:
    if not isinstance(entry, str):
        return f"is of type {type(entry).__name__}, not text. Write it in quotes."
    if not entry.strip():
        return "is empty. Delete it."
    if entry != entry.strip():
        return "begins or ends with a blank. Delete the blank."
    if len(entry) > MAX_LENGTH:
        return f"has {len(entry):,} characters; an entry may have {MAX_LENGTH}. Is it a sentence of a text?"
    problem = _odd_character(entry, "can never match: it")
    if problem:
        return problem
    for part in entry.split():
        signs = _signs(part)
        if any(sign.char == "[" and sign.written == "[" for sign in signs):
            return "has a [ without its ]. Write [[] for the sign itself."
        if any(sign.char is None and "(?!)" in fnmatch.translate(sign.written) for sign in signs):
            return "can never match: a range runs backwards, as in [z-a]. Write it as [a-z]."
        if all(sign.written in ("*", "?") for sign in signs):
            return "has a word of nothing but wildcards, which matches any word. Add a letter; [*] is the sign itself."
    return ""


def _odd_character(text: str, what: str) -> str:
    for char in text:
        kind = unicodedata.category(char)
        code = f"U+{ord(char):04X}"
        if kind == "Cs":
            return f"{what} has half a character (a lone surrogate, {code}). Read it again with the right encoding."
        if kind in ("Cc", "Zl", "Zp"):
            return f"{what} has the control character {code}. Delete it."
        if kind == "Cf" and char not in _NEEDED:
            return f"{what} has the invisible character {code} ({unicodedata.name(char, 'no name')}). Delete it."
    return ""


def _bad_weight(weight: Any) -> str:
    if isinstance(weight, bool) or not isinstance(weight, Real):
        return f"has the weight {weight!r}, which is no number. Write a number, or leave it out."
    try:
        return "" if math.isfinite(float(weight)) else f"has the weight {weight}. Write a finite number."
    except OverflowError:
        return "has a weight too large for a number. Write a smaller one."
