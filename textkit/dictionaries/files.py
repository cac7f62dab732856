"""Dictionaries as files: LIWC's .dic, JSON, TOML, CSV and TSV, and the word lists of jieba."""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import re
import tomllib
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from textkit.dictionaries.entries import Row, escaped
from textkit.dictionaries.values import Dictionary
from textkit.errors import (
    ArgumentError,
    ReadError,
    TextkitWarning,
    check_choice,
    check_path,
    check_type,
    listing,
)
from textkit.storage import write_bytes

FORMATS = ("liwc", "json", "toml", "csv", "tsv", "jieba")
WRITTEN = ("json", "csv", "tsv")
SUFFIXES = {".dic": "liwc", ".json": "json", ".toml": "toml", ".csv": "csv", ".tsv": "tsv", ".txt": "jieba"}
_MARK = "textkit dictionary 1"
_MAX_BYTES = 64_000_000
_DEEPEST = 100
_HEADS = {
    "category": ("category", "categories", "类别", "类", "分类", "范畴", "类目"),
    "entry": ("entry", "word", "term", "词条", "词", "词语", "单词"),
    "weight": ("weight", "score", "value", "权重", "分值", "得分", "强度"),
}
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the mark of UTF-16-LE, so it must come first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LINE_END = re.compile("\r\n|\r|\n")
_NUMBER = re.compile(r"[0-9]{1,9}\Z")
_TAG = re.compile(r"[a-z]+\Z")
_FREQUENCY = re.compile(r"[0-9]+\Z")


class _FaultError(ReadError):
    """A problem of a file, before the name of the file is known."""


def read_dictionary(
    path: str | os.PathLike[str],
    *,
    format: str | None = None,  # noqa: A002, what everybody calls it
    encoding: str | None = None,
    category: str | None = None,
) -> Dictionary:
    r"""Read a dictionary from a file.

    ========= ======== =================================================================================================
    format    suffix   what is in it
    ========= ======== =================================================================================================
    "liwc"    .dic     Between two lines of ``%``: a number, a tab, the name of a category; indented ones stand inside
                       the one above. Then an entry, a tab, the numbers of its categories. ``*`` is a wildcard, ``?``
                       and ``[`` are not.
    "json"    .json    An object of categories, as in `Dictionary`: names to lists, to objects of entries and weights,
                       or to objects of categories. What `write_dictionary` wrote has name, source and licence too.
    "toml"    .toml    The same as tables.
    "csv"     .csv     A heading with ``category`` (类别), ``entry`` (词) and perhaps ``weight`` (权重), then a row for
                       each entry.
    "tsv"     .tsv     The same with tabs.
    "jieba"   .txt     One word a line, then perhaps a frequency (passed over), then perhaps a part of speech: the
                       category, unless ``category`` names one for all. No wildcards.
    ========= ======== =================================================================================================

    Parameters
    ----------
    path : path
    format : str, optional
        A name from the table. Default: by the suffix; a .txt file that begins with a line of ``%`` is ``"liwc"``.
    encoding : str, optional
        Default: what a byte-order mark says, else UTF-8. Nothing is guessed: an error names the likely encoding.
    category : str, optional
        With ``"jieba"``: the category of all words.

    Returns
    -------
    Dictionary
        Named after the file, unless the file has a name for it.

    Raises
    ------
    ReadError
        The file cannot be read, is in another encoding, or has a fault: with the line where that is known. YAML is
        not read: its readers disagree about what a file means (``no`` is false, 1_0 a number).
    UnknownNameError
        No such format.

    Warns
    -----
    TextkitWarning
        A .dic file has conditions in categories (LIWC 2007: ``(02 134)125/464``), which are left out.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "mood.dic").write_text("%\n1\tmood\n\t2\tgood\n%\n好\t2\n高兴*\t1\t2\n", encoding="utf-8")
    >>> read_dictionary(folder / "mood.dic").entries
    (Entry(category='mood', entry='高兴*', weight=1.0), Entry(category='mood/good', entry='好', weight=1.0),
     Entry(category='mood/good', entry='高兴*', weight=1.0))
    """
    file = check_path("path", path)
    if format is not None:
        check_choice("format", format, FORMATS)
    kind = format or _by_suffix(file)
    text = _text(file, encoding)
    if format is None and kind == "jieba" and text.lstrip().startswith("%"):
        kind = "liwc"
    if category is not None and kind != "jieba":
        raise ArgumentError(f"category= is for lists of words (format='jieba'); a file of {kind} names its categories.")
    try:
        rows, facts = _READERS[kind](text, category)
        return Dictionary.from_rows(rows, **{"name": file.stem, **facts})
    except (_FaultError, ArgumentError) as error:
        raise ReadError(f"{file}: {error}") from None
    except RecursionError:
        raise ReadError(f"{file}: categories stand inside each other too deep. Flatten them: 'a/b/c'.") from None


def write_dictionary(
    dictionary: Dictionary,
    path: str | os.PathLike[str],
    *,
    format: str | None = None,  # noqa: A002, what everybody calls it
) -> Path:
    """Write a dictionary to a file that `read_dictionary` reads back.

    Parameters
    ----------
    dictionary : Dictionary
    path : path
    format : {"json", "csv", "tsv"}, optional
        Default: by the suffix. JSON keeps name, source and licence; the tables have category, entry and weight only,
        and begin with a byte-order mark so that spreadsheets read Chinese.

    Returns
    -------
    Path
        The file, written whole or not at all.

    Examples
    --------
    >>> import tempfile
    >>> dictionary = Dictionary({"情感": {"积极": ["好"], "消极": {"坏": 2.0}}}, licence="MIT")
    >>> path = write_dictionary(dictionary, Path(tempfile.mkdtemp()) / "mood.json")
    >>> read_dictionary(path).entries == dictionary.entries, read_dictionary(path).licence
    (True, 'MIT')
    """
    check_type("dictionary", dictionary, Dictionary, hint="Make one with Dictionary(...) or read_dictionary(path).")
    file = check_path("path", path)
    if format is None and file.suffix.lower() not in (".json", ".csv", ".tsv"):
        raise ArgumentError(f"path must end in .json, .csv or .tsv, got {file.name!r}. Or name one: format='json'.")
    kind = check_choice("format", format or file.suffix.lower()[1:], WRITTEN)
    return write_bytes(
        file, _json(dictionary) if kind == "json" else _table(dictionary, "\t" if kind == "tsv" else ",")
    )


# ---------------------------------------------------------------------------------------------------------------
# Bytes


def _by_suffix(file: Path) -> str:
    suffix = file.suffix.lower()
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    if suffix in (".yaml", ".yml"):
        raise ReadError(f"{file}: YAML is not read. Write the same as JSON or TOML; the structure stays as it is.")
    known = ", ".join(f"{ending} ({kind})" for ending, kind in SUFFIXES.items())
    raise ReadError(
        f"{file}: the suffix {suffix!r} does not tell the format. Known: {known}. Or name it: format='csv'."
    )


def _text(file: Path, encoding: str | None) -> str:
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise ReadError(f"{file} has {file.stat().st_size:,} bytes; a dictionary may have {_MAX_BYTES:,}.")
        data = file.read_bytes()
    except FileNotFoundError:
        raise ReadError(f"there is no file {file}.") from None
    except OSError as error:
        raise ReadError(f"{file} cannot be read: {error.strerror or error}. Give the path of a file.") from error
    marked = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    name = encoding or marked or "utf-8"
    try:
        return data.decode(name).removeprefix("\ufeff")
    except LookupError:
        raise ArgumentError(
            f"encoding must be the name of a text encoding, got {encoding!r}. Known are utf-8, gb18030, big5hkscs, "
            "utf-16."
        ) from None
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        line = data.count(b"\n", 0, start) + 1
        guess = next(
            (other for other in ("utf-8", "gb18030", "big5hkscs") if other != name and _fits(data, other)), None
        )
        advice = f"Try encoding={guess!r}." if guess else "Save it as UTF-8."
        raise ReadError(f"{file} is not {name}: line {line:,}, byte {start:,}. {advice}") from None


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


# ---------------------------------------------------------------------------------------------------------------
# Formats; each reader returns rows and what the file says of itself

_Read = tuple[list[Row], dict[str, str]]


def _liwc(text: str, _: str | None) -> _Read:
    lines = list(enumerate(_LINE_END.split(text), 1))
    marks = [number for number, line in lines if line.strip() == "%"]
    before = next((number for number, line in lines if line.strip()), 0)
    if len(marks) < 2 or marks[0] != before:
        raise _FaultError(
            "a .dic file begins with a line of %, the categories, and a second line of %. Are both there?"
        )
    paths = _liwc_categories([(n, line) for n, line in lines if marks[0] < n < marks[1]])
    rows: list[Row] = []
    conditions: list[int] = []
    for number, line in lines[marks[1] :]:
        if not line.strip():
            continue
        word, fields = _liwc_fields(line)
        for found in fields:
            if _NUMBER.match(found) and int(found) in paths:
                # only the star is a wildcard in a .dic file
                entry = "*".join(escaped(part) for part in word.split("*"))
                rows.append(Row(paths[int(found)], entry, 1.0, f"line {number:,}"))
            elif _NUMBER.match(found):
                raise _FaultError(f"line {number:,}: {word!r} is in category {found}, which the heading does not have.")
            elif re.search(r"[()<>/]", found):
                conditions.append(number)
            else:
                raise _FaultError(f"line {number:,}: {found!r} is no number of a category. Put a tab behind the entry.")
        if not fields:
            raise _FaultError(f"line {number:,}: {word!r} has no category. Write its number behind a tab.")
    if conditions:
        warnings.warn(
            f"conditions in categories are not known and were left out: lines {listing(dict.fromkeys(conditions))}.",
            TextkitWarning,
            stacklevel=3,
        )
    return rows, {}


def _liwc_categories(lines: list[tuple[int, str]]) -> dict[int, str]:
    """Return the path of each number; an indented category stands inside the last one that was indented less."""
    paths: dict[int, str] = {}
    above: list[tuple[int, str]] = []
    for number, line in lines:
        if not line.strip():
            continue
        found = re.match(r"([ \t]*)([0-9]{1,9})[ \t]+(\S.*)", line)
        if found is None:
            raise _FaultError(f"line {number:,}: {line.strip()!r} is no category. Write a number, a tab and a name.")
        indent, code, name = len(found[1]), int(found[2]), found[3].strip()
        while above and above[-1][0] >= indent:
            above.pop()
        path = f"{above[-1][1]}/{name}" if above else name
        if code in paths or path in paths.values():
            what = f"the number {code}" if code in paths else f"the category {path!r}"
            raise _FaultError(
                f"line {number:,}: {what} is there already. Give each category a number and a name of its own."
            )
        paths[code] = path
        above.append((indent, path))
    if not paths:
        raise _FaultError("there are no categories between the two lines of %.")
    return paths


def _liwc_fields(line: str) -> tuple[str, list[str]]:
    """Return the entry and its categories: divided by tabs, or else the numbers at the end of the line."""
    word, tab, rest = line.strip().partition("\t")
    if tab:
        return word.strip(), rest.split()
    parts = line.split()
    fields: list[str] = []
    while len(parts) > 1 and _NUMBER.match(parts[-1]):
        fields.insert(0, parts.pop())
    return " ".join(parts), fields


def _json_rows(text: str, _: str | None) -> _Read:
    def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise _FaultError(f"the name {twice!r} stands twice in one object. Keep one.")
        return made

    def refused(name: str) -> float:
        raise _FaultError(f"{name} is no number. Write a finite weight.")

    try:
        value = json.loads(text, object_pairs_hook=distinct, parse_constant=refused)
    except json.JSONDecodeError as error:
        raise _FaultError(f"line {error.lineno:,}, column {error.colno:,}: this is no JSON ({error.msg}).") from None
    except ValueError as error:  # an integer of thousands of digits
        raise _FaultError(f"this is no JSON ({error}).") from None
    if not isinstance(value, dict):
        raise _FaultError(f"the file must hold an object of categories, got a {type(value).__name__}.")
    facts: dict[str, str] = {}
    if value.get("format") == _MARK:
        facts = {key: value[key] for key in ("name", "source", "licence") if isinstance(value.get(key), str)}
        value = value.get("categories")
    return _nested(value), facts


def _toml_rows(text: str, _: str | None) -> _Read:
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        if "overwrite" in str(error) or "twice" in str(error):
            hint = " A name stands twice; join the two."
        else:
            hint = ' Names in Chinese need quotes: ["情感"].' if "Invalid" in str(error) else ""
        raise _FaultError(f"this is no TOML: {error}.{hint}") from None
    return _nested(value), {}


def _nested(value: Any) -> list[Row]:
    if not isinstance(value, Mapping):
        raise _FaultError("the file must hold an object of categories.")
    return [Row(*entry) for entry in Dictionary(value).entries]


def _delimited(text: str, delimiter: str) -> _Read:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    places: dict[str, int] = {}
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not places:
                places = _heading(cells)
                continue
            rows.append(_row(cells, places, f"line {reader.line_num:,}"))
    except csv.Error as error:
        raise _FaultError(f"line {reader.line_num:,}: {error}. Check the quotation marks.") from None
    return rows, {}


def _heading(cells: list[str]) -> dict[str, int]:
    names = [cell.strip().casefold() for cell in cells]
    places = {what: names.index(head) for what, heads in _HEADS.items() for head in reversed(heads) if head in names}
    missing = [what for what in ("category", "entry") if what not in places]
    if missing:
        other = {";": "Save it with commas", "\t": "Read it with format='tsv'", ",": "Read it with format='csv'"}
        hint = next((f" {what}." for sign, what in other.items() if len(cells) == 1 and sign in cells[0]), "")
        raise _FaultError(
            f"the heading {listing(cells)} lacks {listing(missing)}. Name the columns category, entry and, if you "
            f"like, weight (类别, 词, 权重).{hint}"
        )
    return places


def _row(cells: list[str], places: dict[str, int], place: str) -> Row:
    found = {what: cells[i] if i < len(cells) else "" for what, i in places.items()}
    weight: Any = found.get("weight", "").strip()
    try:
        weight = float(weight) if weight else 1.0
    except ValueError:
        raise _FaultError(
            f"{place}: the weight {weight!r} of {found['entry']!r} is no number. Write 1.5, not 1,5."
        ) from None
    return Row(found["category"].strip(), found["entry"], weight, place)


def _jieba(text: str, category: str | None) -> _Read:
    rows: list[Row] = []
    for number, line in enumerate(_LINE_END.split(text), 1):
        parts = line.split()
        if not parts:
            continue
        tag = parts.pop() if len(parts) > 1 and _TAG.match(parts[-1]) else None
        if len(parts) > 1 and _FREQUENCY.match(parts[-1]):
            parts.pop()
        if tag is None and category is None:
            raise _FaultError(
                f"line {number:,}: {' '.join(parts)!r} has no part of speech to be its category. Put all words in one: "
                "category='...'."
            )
        rows.append(Row(category or tag, escaped(" ".join(parts)), 1.0, f"line {number:,}"))
    return rows, {}


_READERS: dict[str, Callable[[str, str | None], _Read]] = {
    "liwc": _liwc,
    "json": _json_rows,
    "toml": _toml_rows,
    "csv": lambda text, _: _delimited(text, ","),
    "tsv": lambda text, _: _delimited(text, "\t"),
    "jieba": _jieba,
}


# ---------------------------------------------------------------------------------------------------------------
# Writing


def _json(dictionary: Dictionary) -> bytes:
    categories: dict[str, dict[str, float]] = {}
    for row in dictionary.entries:
        categories.setdefault(row.category, {})[row.entry] = row.weight
    facts = {"format": _MARK, "name": dictionary.name, "source": dictionary.source, "licence": dictionary.licence}
    return (json.dumps({**facts, "categories": categories}, ensure_ascii=False, indent=1) + "\n").encode()


def _table(dictionary: Dictionary, delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(["category", "entry", "weight"])
    writer.writerows((row.category, row.entry, repr(row.weight)) for row in dictionary.entries)
    return text.getvalue().encode("utf-8-sig")
