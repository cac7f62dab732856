"""Facts about documents: typed columns, the metadata table and its match with files, named groups of file names."""

from __future__ import annotations

import datetime
import json
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from textkit.errors import ArgumentError, ReadError, listing
from textkit.reading.formats import READERS, UNSUPPORTED

FILE_NAMES = (
    "file",
    "filename",
    "file_name",
    "path",
    "文件",
    "文件名",
    "檔名",
    "檔案",
    "doc",
    "document",
    "name",
    "id",
    "文档",
    "名称",
)
"""Columns of a metadata table that are looked at first for file names, in this order."""

_ALSO_FACTS = frozenset({"name", "id", "名称"})

_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_ZEROS = re.compile(r"[+-]?0[0-9]")


def facts_frame(rows: Sequence[dict[str, Any]], columns: Sequence[str], *, typed: bool) -> pd.DataFrame:
    """Make a table of facts; ``typed`` rows bring their own types, others are text that may hold numbers."""
    return pd.DataFrame({name: column([row.get(name) for row in rows], typed=typed) for name in columns})


def column(values: Sequence[Any], *, typed: bool) -> pd.Series[Any]:
    """Give one column one type: whole numbers, numbers, true/false or text; missing values are NaN.

    Text becomes numbers only if all of it is numbers, and not if a number has leading zeros (a code such as 007).

    >>> column(["1", "2", ""], typed=False).tolist()
    [1.0, 2.0, nan]
    >>> column(["01", "2"], typed=False).tolist()
    ['01', '2']
    """
    cleaned = [_plain(value) for value in values] if typed else [value if value else None for value in values]
    present = [value for value in cleaned if value is not None]
    if not typed and all(isinstance(value, str) for value in present):
        stripped = [value.strip() for value in present]
        if present and all(_INTEGER.fullmatch(value) for value in stripped):
            return _filled(cleaned, int)
        if present and all(_NUMBER.fullmatch(value) and not _ZEROS.match(value) for value in stripped):
            return _filled(cleaned, float)
    kinds = {type(value) for value in present}
    if kinds == {bool} and len(present) == len(cleaned):
        return pd.Series(cleaned, dtype=bool)
    if kinds and kinds <= {int, float}:
        whole = all(float(value).is_integer() and abs(value) < 2**53 for value in present)
        return _filled(cleaned, int if whole else float)
    if not present:
        return pd.Series([math.nan] * len(cleaned), dtype="float64")
    texts = [None if value is None else value if isinstance(value, str) else str(value) for value in cleaned]
    return pd.Series(texts, dtype="str")


def _filled(values: Sequence[Any], kind: type[int] | type[float]) -> pd.Series[Any]:
    if kind is int and None not in values:
        return pd.Series([int(value) for value in values], dtype="int64")
    return pd.Series([math.nan if value is None else float(value) for value in values], dtype="float64")


def _plain(value: Any) -> Any:
    """Turn a value of a typed format into None, bool, int, float or str."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() if value else None
    if isinstance(value, (datetime.date, datetime.time)):
        text = value.isoformat()
        return text.removesuffix("T00:00:00")
    if isinstance(value, (list, dict, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace").decode()
    return str(value)


def from_names(pattern: str, files: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    """Return the named groups found in each file's name (without suffix) and the files that did not match.

    The pattern may match anywhere in the name; one with ``/`` is matched with the whole relative path. A group of
    digits becomes a number.
    """
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ArgumentError(f"name_pattern is not a regular expression: {error} in {pattern!r}.") from None
    except TypeError:
        raise ArgumentError(f"name_pattern must be a regular expression (str), got {pattern!r}.") from None
    groups = list(compiled.groupindex)
    if not groups:
        raise ArgumentError(
            f'name_pattern has no named group, got {pattern!r}. Write one as (?P<year>\\d{{4}}), for "town_2024.txt".'
        )
    whole = "/" in compiled.pattern
    found = [
        compiled.search(_without_suffix(file) if whole else PurePosixPath(_without_suffix(file)).name) for file in files
    ]
    columns: dict[str, pd.Series[Any]] = {}
    for group in groups:
        values = [match.group(group) if match else None for match in found]
        digits = all(value is None or (value.isdecimal() and len(value) < 19) for value in values)
        numbers: list[Any] = [None if value is None else int(value) for value in values] if digits else values
        columns[group] = column(numbers, typed=True)
    return pd.DataFrame(columns), [file for file, match in zip(files, found, strict=True) if match is None]


@dataclass(frozen=True, slots=True)
class Matched:
    """The metadata row of each document (NaN where there is none), and what did not fit."""

    facts: pd.DataFrame
    names: list[str] | None
    without_row: list[str]
    without_file: list[str]
    by: str
    guessed: bool

    def complaints(self) -> list[str]:
        """Word what did not fit."""
        found = []
        if self.guessed:
            found.append(f"matched by the column {self.by!r}, which names most files")
        if self.without_row:
            found.append(
                f"no row for {len(self.without_row)} documents: {listing(self.without_row)}; their facts are missing"
            )
        if self.without_file:
            found.append(f"no document for {len(self.without_file)} rows: {listing(self.without_file)}")
        if self.names is not None and not self.can_name():
            found.append("its column 'doc' is not used for names: some are missing or occur twice")
        return found

    def can_name(self) -> bool:
        """Say whether the column ``doc`` has a name for each document, and no name twice."""
        return self.names is not None and all(self.names) and len(set(self.names)) == len(self.names)


def match(table: pd.DataFrame, documents: Sequence[Sequence[str]], files: Sequence[str], where: str) -> Matched:
    """Match rows with documents.

    ``documents`` holds, for each document, what it may be called, the most exact name first; ``files`` what to call
    it in messages. The column is the first of `FILE_NAMES` that names at least one document, else the one that names
    most, if it names half of them.
    """
    if not len(table.columns):
        raise ReadError(f"the metadata table {where} has no columns; expected one with the names of the files.")
    index = _index(documents)
    usual = [name for known in FILE_NAMES for name in table.columns if str(name).strip().lower() == known]
    hits = {name: _rows_of(table[name], index) for name in table.columns}
    counts = {name: len({row for row in rows if row is not None}) for name, rows in hits.items()}
    chosen = next((name for name in usual if counts[name]), None)
    guessed = False
    if chosen is None:
        best = max(table.columns, key=lambda name: counts[name])
        if counts[best] * 2 < min(len(documents), len(table)) or not counts[best]:
            raise ReadError(_no_match(table, usual, files, where))
        chosen, guessed = best, True
    rows = hits[chosen]
    order: list[int | None] = [None] * len(documents)
    for number, document in enumerate(rows):
        if document is None:
            continue
        if order[document] is not None:
            first = order[document]
            raise ReadError(
                f"the metadata table {where} describes {files[document]!r} twice, in rows {(first or 0) + 1} and "
                f"{number + 1}; keep one."
            )
        order[document] = number
    values = [str(value) for value, document in zip(table[chosen], rows, strict=True) if document is None]
    keep = guessed or str(chosen).strip().lower() in _ALSO_FACTS
    others = [name for name in table.columns if name != chosen or keep]
    positions = np.array([-1 if number is None else number for number in order], dtype=np.int64)
    facts = _taken(table[others], positions)
    names = None
    if "doc" in table.columns:
        given = table["doc"].tolist()
        names = ["" if number is None else _label(given[number]) for number in order]
        facts = facts.drop(columns="doc", errors="ignore")
    without_row = [file for file, number in zip(files, order, strict=True) if number is None]
    return Matched(facts, names, without_row, values, str(chosen), guessed)


def _taken(table: pd.DataFrame, positions: np.ndarray[Any, np.dtype[np.int64]]) -> pd.DataFrame:
    """Take rows by position, NaN for -1, without turning whole numbers into floats where nothing is missing."""
    if (positions >= 0).all():
        return table.iloc[positions].reset_index(drop=True)
    return table.reset_index(drop=True).reindex(np.where(positions >= 0, positions, len(table))).reset_index(drop=True)


def _no_match(table: pd.DataFrame, usual: list[Any], files: Sequence[str], where: str) -> str:
    looked = usual[0] if usual else table.columns[0]
    example = listing([_label(value) for value in table[looked].head(2)])
    tried = f"the column {looked!r} holds {example}" if len(table) else "it has no rows"
    return (
        f"the metadata table {where} names none of the files: {tried}, the files are {listing(files, limit=3)}. "
        f"Its columns are {listing(table.columns)}; expected one with the names of the files, called 'file' (or "
        f"filename, name, 文件, 文件名, doc), with or without suffix."
    )


def _index(documents: Sequence[Sequence[str]]) -> dict[str, int]:
    """Map every name to its document; more exact names win, a name of two documents is left out."""
    index: dict[str, int] = {}
    depth = max((len(names) for names in documents), default=0)
    for level in range(depth):
        owners: dict[str, set[int]] = defaultdict(set)
        for document, names in enumerate(documents):
            if level < len(names):
                owners[_folded(names[level])].add(document)
        for name, found in owners.items():
            if len(found) == 1 and name not in index:
                index[name] = next(iter(found))
    owners = defaultdict(set)
    for document, names in enumerate(documents):
        for name in names:
            if name.isdecimal():
                owners[f"#{name.lstrip('0')}"].add(document)
    return index | {name: next(iter(found)) for name, found in owners.items() if len(found) == 1}


def _rows_of(values: pd.Series[Any], index: dict[str, int]) -> list[int | None]:
    found: list[int | None] = []
    for value in values:
        label = _folded(_label(value))
        document = index.get(label)
        if document is None and label:
            document = index.get(_without_suffix(label))
        if document is None and label.isdecimal():  # 9 for 09.txt
            document = index.get(f"#{label.lstrip('0')}")
        found.append(document)
    return found


def _label(value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _folded(name: str) -> str:
    """Names are compared in NFC (macOS writes NFD), with ``/`` and without a leading ``./``."""
    return unicodedata.normalize("NFC", name.strip().replace("\\", "/")).removeprefix("./")


def _without_suffix(file: str) -> str:
    path = PurePosixPath(file)
    known = path.suffix.lower() in READERS or path.suffix.lower() in UNSUPPORTED
    return str(path.with_suffix("")) if known and path.stem else file


def callable_names(file: str, doc: str) -> list[str]:
    """Return what a metadata table may call a document, the most exact first.

    >>> callable_names("2024/三亚.txt", "三亚")
    ['2024/三亚.txt', '三亚.txt', '2024/三亚', '三亚', '三亚']
    """
    bare = _without_suffix(file)
    return [file, PurePosixPath(file).name, bare, PurePosixPath(bare).name, doc]


def renamed(columns: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Return new names for facts that are called like a column of `textkit.read` itself."""
    used = set(taken)
    return {name: f"{name}_" for name in columns if name in used}
