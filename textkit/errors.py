"""Errors, warnings and argument checks: one place for how textkit words its messages.

A message says four things: which argument or file, what was given, what is allowed, and what to do next.
"""

from __future__ import annotations

import difflib
import math
import operator
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, SupportsIndex


class TextkitError(Exception):
    """Base of every error that textkit raises on purpose.

    >>> issubclass(ArgumentError, TextkitError) and issubclass(ArgumentError, ValueError)
    True
    """


class ArgumentError(TextkitError, ValueError):
    """An argument has a value that the function cannot use."""


class UnknownNameError(ArgumentError, KeyError):
    """A name (document, column, term, measure, segmenter ...) does not exist; the nearest one is suggested."""

    def __str__(self) -> str:
        """Return the message itself; ``KeyError`` would show its repr."""
        return str(self.args[0]) if self.args else ""


class ReadError(TextkitError):
    """A file or folder could not be read as text."""


class WriteError(TextkitError, OSError):
    """A file could not be written; nothing half-written was left behind."""


class EmptyError(TextkitError, ValueError):
    """There is nothing left to work on: no documents, no tokens or no terms."""


class FontError(TextkitError):
    """No usable font was found, or a character has no glyph in it."""


class TextkitWarning(UserWarning):
    """Something that a careful reader of the results should know."""


_SHOWN = 8


def listing(names: Iterable[object], limit: int = _SHOWN) -> str:
    """Join the first names for a message and say how many more there are.

    >>> listing(["a", "b", "c"], limit=2)
    "'a', 'b' and 1 more"
    """
    items = [repr(name) for name in names]
    if len(items) <= limit:
        return ", ".join(items)
    return ", ".join(items[:limit]) + f" and {len(items) - limit} more"


def nearest(name: object, allowed: Iterable[object]) -> str | None:
    """Return the allowed name most like ``name``, or ``None`` if none is close.

    >>> nearest("jeiba", ["jieba", "characters"]), nearest("MATTR", ["mattr", "mtld"])
    ('jieba', 'mattr')
    """
    known = {str(item).casefold(): str(item) for item in allowed}
    found = difflib.get_close_matches(str(name).casefold(), list(known), n=1, cutoff=0.5)
    return known[found[0]] if found else None


def unknown(what: str, name: object, allowed: Iterable[object], *, hint: str = "") -> UnknownNameError:
    """Build the error for a name that does not exist.

    >>> str(unknown("segmenter", "jeiba", ["characters", "jieba"]))
    "unknown segmenter 'jeiba'; did you mean 'jieba'? Available: 'characters', 'jieba'."
    """
    known = list(allowed)
    close = nearest(name, known)
    suggestion = f"; did you mean {close!r}?" if close is not None else "."
    available = f" Available: {listing(known)}." if known else " There are none."
    tail = f" {hint}" if hint else ""
    return UnknownNameError(f"unknown {what} {name!r}{suggestion}{available}{tail}")


def check_choice(argument: str, value: object, allowed: Iterable[str]) -> str:
    """Return ``value`` if it is one of the allowed strings, else raise with a suggestion."""
    known = list(allowed)
    if isinstance(value, str) and value in known:
        return value
    raise unknown(argument, value, known)


def check_int(argument: str, value: SupportsIndex, *, minimum: int | None = None, maximum: int | None = None) -> int:
    """Return ``value`` as an int inside the closed range, else raise.

    >>> check_int("n", 3, minimum=1)
    3
    >>> check_int("n", 0, minimum=1)
    Traceback (most recent call last):
    textkit.errors.ArgumentError: n must be a whole number of at least 1, got 0.
    """
    wanted = "a whole number" + _range(minimum, maximum)
    if isinstance(value, bool):
        raise ArgumentError(f"{argument} must be {wanted}, got {value!r}.")
    try:
        number = operator.index(value)
    except TypeError:
        raise ArgumentError(f"{argument} must be {wanted}, got {value!r}.") from None
    if (minimum is not None and number < minimum) or (maximum is not None and number > maximum):
        raise ArgumentError(f"{argument} must be {wanted}, got {value!r}.")
    return number


def check_float(
    argument: str,
    value: float,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    open_minimum: bool = False,
) -> float:
    """Return ``value`` as a finite float inside the range, else raise."""
    wanted = "a finite number"
    if minimum is not None:
        wanted += f" {'above' if open_minimum else 'of at least'} {minimum:g}"
    if maximum is not None:
        wanted += f" and at most {maximum:g}" if minimum is not None else f" of at most {maximum:g}"
    problem = ArgumentError(f"{argument} must be {wanted}, got {value!r}.")
    if isinstance(value, bool):
        raise problem
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise problem from None
    if not math.isfinite(number):
        raise problem
    if minimum is not None and (number < minimum or (open_minimum and number == minimum)):
        raise problem
    if maximum is not None and number > maximum:
        raise problem
    return number


def check_type(argument: str, value: object, kind: type | tuple[type, ...], *, hint: str = "") -> None:
    """Raise unless ``value`` is of the given type.

    >>> check_type("dtm", [1], dict, hint="Make one with count(tokens).")
    Traceback (most recent call last):
    textkit.errors.ArgumentError: dtm must be a dict, got a list. Make one with count(tokens).
    """
    if isinstance(value, kind):
        return
    kinds = kind if isinstance(kind, tuple) else (kind,)
    names = " or ".join(item.__name__ for item in kinds)
    tail = f" {hint}" if hint else ""
    raise ArgumentError(f"{argument} must be a {names}, got a {type(value).__name__}.{tail}")


def check_path(argument: str, value: object) -> Path:
    """Return ``value`` as a path if it can be one, else raise.

    >>> check_path("folder", 3)
    Traceback (most recent call last):
    textkit.errors.ArgumentError: folder must be a path (str or Path), got 3.
    """
    text = os.fspath(value) if isinstance(value, (str, os.PathLike)) else None
    if not isinstance(text, str) or not text:
        raise ArgumentError(f"{argument} must be a path (str or Path), got {value!r}.")
    try:
        usable = b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        usable = False
    if not usable:
        raise ArgumentError(f"{argument} has a character that no file name can have (NUL or half a one): {text!r}.")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ArgumentError(f"{argument} begins with ~ but names no home folder: {text!r}.") from None


def check_columns(argument: str, table: Any, columns: Iterable[str], *, made_by: str = "") -> None:
    """Raise unless the table has all the columns; say which are missing and which function makes them."""
    present = [str(column) for column in getattr(table, "columns", [])]
    missing = [column for column in columns if column not in present]
    if not missing:
        return
    made = f" Make the table with {made_by}." if made_by else ""
    have = listing(present) if present else f"no columns (a {type(table).__name__})"
    raise ArgumentError(f"{argument} lacks the columns {listing(missing)}; it has {have}.{made}")


def _range(minimum: int | None, maximum: int | None) -> str:
    if minimum is not None and maximum is not None:
        return f" from {minimum} to {maximum}"
    if minimum is not None:
        return f" of at least {minimum}"
    if maximum is not None:
        return f" of at most {maximum}"
    return ""
