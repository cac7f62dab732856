"""Tables whose rows are documents: CSV, TSV, XLSX, JSON, JSON Lines, Parquet.

A row that holds no text is reported by its number; the others are kept. Columns other than the text become facts.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pandas as pd

from textkit.errors import ReadError, listing, nearest
from textkit.reading import limits
from textkit.reading.archive import Container
from textkit.reading.damage import check
from textkit.reading.facts import facts_frame
from textkit.reading.source import Note, Piece, Result, Settings, Source, attempt
from textkit.reading.text import decoded, signature

TEXT_NAMES = frozenset(
    {"text", "content", "body", "fulltext", "full_text", "正文", "文本", "内容", "內容", "全文", "原文"}
)
"""Names by which a text column is recognised when a single table is read without ``text_column=``."""

_DELIMITERS = (",", "\t", ";", "|")
_MAX_COLUMNS = 16_384  # as in Excel
_MAX_CELLS = 50_000_000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as dictionaries, each with the number that a user would look for."""

    columns: list[str]
    rows: list[Row] = field(repr=False)
    numbers: list[int] = field(repr=False)
    unit: str = "row"
    typed: bool = True
    """Whether the format itself knows numbers from text."""
    problems: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    encoding: str | None = None
    margin: float = math.nan


def read_csv(source: Source, settings: Settings) -> Result:
    """Read comma-, tab-, semicolon- or bar-separated values."""
    return _documents(source, settings, load_csv(source, settings))


def read_json(source: Source, settings: Settings) -> Result:
    """Read a JSON list of objects."""
    return _documents(source, settings, load_json(source, settings))


def read_jsonl(source: Source, settings: Settings) -> Result:
    """Read one JSON object a line."""
    return _documents(source, settings, load_jsonl(source, settings))


def read_parquet(source: Source, settings: Settings) -> Result:
    """Read a Parquet table."""
    return _documents(source, settings, load_parquet(source, settings))


def read_xlsx(source: Source, settings: Settings) -> Result:
    """Read the sheets of a workbook that have the text column."""
    return _documents(source, settings, load_xlsx(source, settings))


def load_csv(source: Source, settings: Settings) -> Table:
    """Parse a delimited table whose first row names the columns."""
    found = decoded(source, settings)
    checked = check(found.text, repair=settings.repair)
    text = checked.text
    notes: list[Note] = [*found.notes, *checked.notes]
    if not text.strip():
        raise ReadError("it is empty; a table needs a row of column names")
    stated = re.match(r"sep=(.)\r?\n", text)
    delimiter = stated.group(1) if stated else _delimiter(text, source.suffix, settings.text_column)
    start = stated.end() if stated else 0
    previous = csv.field_size_limit(limits.MAX_FIELD_CHARACTERS)
    try:
        records, trouble = _records(text, start, delimiter)
    finally:
        csv.field_size_limit(previous)
    if trouble:
        notes.append(("table", trouble))
    header, *body = records
    columns = _column_names(header[1], notes)
    rows: list[Row] = []
    numbers: list[int] = []
    problems: list[str] = []
    for number, cells in body:
        if any(cells[len(columns) :]):
            problems.append(
                f"line {number}: {len(cells)} cells, but the table has {len(columns)} columns; check the quotes"
            )
        elif cells:
            rows.append(dict(zip(columns, cells, strict=False)))
            numbers.append(number)
    return Table(columns, rows, numbers, "line", False, problems, notes, found.encoding, found.margin)


def load_json(source: Source, settings: Settings) -> Table:
    """Parse a list of objects, one object, or an object that holds one list of objects."""
    found = decoded(source, settings)
    checked = check(found.text, repair=settings.repair)
    notes: list[Note] = [*found.notes, *checked.notes]
    try:
        content = json.loads(checked.text)
    except ValueError as error:
        lines = _json_lines(checked.text, notes, found.encoding, found.margin)
        if lines is not None and lines.rows and len(lines.problems) <= len(lines.rows):
            return lines
        raise ReadError(f"not valid JSON ({error}); check the file at that place") from None
    if isinstance(content, dict):
        inner = [
            value for value in content.values() if isinstance(value, list) and value and isinstance(value[0], dict)
        ]
        content = inner[0] if len(inner) == 1 else [content]
    if not isinstance(content, list):
        raise ReadError(f"a list of objects was expected, found {_kind(content)}")
    rows: list[Row] = []
    numbers: list[int] = []
    problems: list[str] = []
    for number, item in enumerate(content, start=1):
        if isinstance(item, dict):
            rows.append(item)
            numbers.append(number)
        else:
            problems.append(f"row {number}: an object was expected, found {_kind(item)}")
    return Table(_keys(rows), rows, numbers, "row", True, problems, notes, found.encoding, found.margin)


def load_jsonl(source: Source, settings: Settings) -> Table:
    """Parse one object a line; bad lines are reported by number."""
    found = decoded(source, settings)
    checked = check(found.text, repair=settings.repair)
    table = _json_lines(checked.text, [*found.notes, *checked.notes], found.encoding, found.margin)
    if table is None:
        raise ReadError("it is empty; one JSON object a line was expected")
    return table


def _json_lines(text: str, notes: list[Note], encoding: str, margin: float) -> Table | None:
    rows: list[Row] = []
    numbers: list[int] = []
    problems: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except (ValueError, RecursionError) as error:
            problems.append(f"line {number}: not valid JSON ({error})")
            continue
        if isinstance(item, dict):
            rows.append(item)
            numbers.append(number)
        else:
            problems.append(f"line {number}: an object was expected, found {_kind(item)}")
    if not rows and not problems:
        return None
    return Table(_keys(rows), rows, numbers, "line", True, problems, notes, encoding, margin)


def load_parquet(source: Source, settings: Settings) -> Table:
    """Read a Parquet table; its columns keep their types."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    stored = pq.ParquetFile(pa.BufferReader(source.data))
    size = sum(stored.metadata.row_group(i).total_byte_size for i in range(stored.metadata.num_row_groups))
    if size > limits.MAX_TABLE_BYTES:
        raise ReadError(f"{size:,} bytes when uncompressed, more than {limits.MAX_TABLE_BYTES:,}; split it")
    if b"textkit" in (stored.schema_arrow.metadata or {}):
        raise ReadError("saved by textkit itself; load it with Corpus.load, Tokens.load or DocumentTermMatrix.load")
    frame = stored.read().to_pandas()
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    frame.columns = [str(name) for name in frame.columns]
    rows = [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]
    return Table(list(frame.columns), rows, list(range(1, len(rows) + 1)))


def load_xlsx(source: Source, settings: Settings) -> Table:
    """Read a workbook: all sheets that have the text column, or, without one, the first that has rows."""
    from python_calamine import CalamineWorkbook

    kind = signature(source.data)
    if kind is None or "ZIP" not in kind:
        what = f"it begins like {kind}" if kind else "it looks like plain text; give it the suffix .csv or .txt"
        what = "it is empty (0 bytes)" if not source.data else what
        raise ReadError(f"not an Excel workbook (.xlsx): {what}")
    _refuse_hostile(Container(source.data))
    book = CalamineWorkbook.from_filelike(io.BytesIO(source.data))
    notes: list[Note] = []
    sheets = {
        name: _sheet(book.get_sheet_by_name(name).to_python(skip_empty_area=False), notes) for name in book.sheet_names
    }
    filled = {name: sheet for name, sheet in sheets.items() if sheet[0]}
    if not filled:
        raise ReadError("a workbook without any cell; a table needs a row of column names")
    chosen = [name for name, sheet in filled.items() if settings.text_column in sheet[0]]
    chosen = chosen or [next(iter(filled))]
    others = [name for name in filled if name not in chosen]
    if others:
        notes.append(("table", f"sheets passed over: {listing(others)}; read: {listing(chosen)}"))
    columns: dict[str, None] = {}
    rows: list[Row] = []
    numbers: list[int] = []
    for name in chosen:
        names, found, at = filled[name]
        columns.update(dict.fromkeys(names))
        rows += [{**row, "sheet": name} for row in found] if len(chosen) > 1 and "sheet" not in names else found
        numbers += at
    if len(chosen) > 1:
        columns.setdefault("sheet")
        numbers = list(range(1, len(rows) + 1))
    return Table(list(columns), rows, numbers, notes=notes)


LOADERS: dict[str, Callable[[Source, Settings], Table]] = {
    ".csv": load_csv,
    ".tsv": load_csv,
    ".tab": load_csv,
    ".xlsx": load_xlsx,
    ".xlsm": load_xlsx,
    ".json": load_json,
    ".jsonl": load_jsonl,
    ".ndjson": load_jsonl,
    ".parquet": load_parquet,
}
"""What can hold metadata: suffix to loader."""


def load_frame(source: Source) -> pd.DataFrame:
    """Load a table of facts (metadata) with typed columns."""
    result: list[Table] = []

    def load(source: Source, settings: Settings) -> Result:
        result.append(LOADERS[source.suffix](source, settings))
        return Result()

    attempt(load, source, Settings())
    table = result[0]
    if table.problems:
        raise ReadError(table.problems[0])
    return facts_frame(table.rows, table.columns, typed=table.typed)


def _documents(source: Source, settings: Settings, table: Table) -> Result:
    """Make one document of each row that has a text."""
    notes = list(table.notes)
    column = _text_column(table, settings, notes)
    if settings.doc_column is not None and settings.doc_column not in table.columns:
        raise ReadError(_no_column("doc_column", settings.doc_column, table.columns, "that names the documents"))
    texts: list[str] = []
    kept: list[int] = []
    problems = list(table.problems)
    empty = 0
    for i, row in enumerate(table.rows):
        reason = _not_a_text(row, column)
        if reason:
            problems.append(f"{table.unit} {table.numbers[i]}: {reason}")
            continue
        kept.append(i)
        texts.append(row[column])
        empty += not row[column].strip()
    if not texts:
        raise ReadError(f"no {table.unit} with a text in {column!r}" + (f" ({problems[0]})" if problems else ""))
    if table.encoding is None:  # typed formats were not looked at as a whole
        texts = _checked(texts, settings, notes)
    if empty:
        notes.append(("empty", f"{empty:,} of {len(texts):,} {table.unit}s have no text"))
    rows = [table.rows[i] for i in kept]
    keys = _keys_of(rows, [table.numbers[i] for i in kept], settings.doc_column, table.unit)
    others = [name for name in table.columns if name not in (column, settings.doc_column)]
    piece = Piece(
        source.file,
        source.suffix.removeprefix("."),
        texts,
        table.encoding,
        table.margin,
        keys,
        settings.doc_column is not None,
        facts_frame(rows, others, typed=table.typed) if others else None,
    )
    return Result(
        [piece],
        [(source.file, problem) for problem in sorted(problems, key=_number_in)],
        [(source.file, note) for note in notes],
    )


def _text_column(table: Table, settings: Settings, notes: list[Note]) -> str:
    if settings.text_column is not None:
        if settings.text_column in table.columns:
            return settings.text_column
        raise ReadError(_no_column("text_column", settings.text_column, table.columns, "that holds the text"))
    known = [name for name in table.columns if name.strip().lower() in TEXT_NAMES]
    if len(known) == 1:
        notes.append(("column", repr(known[0])))
        return known[0]
    if not table.columns:
        raise ReadError("no columns" + (f" ({table.problems[0]})" if table.problems else ""))
    raise ReadError(
        f"which column holds the text? Its columns are {listing(table.columns)}; give text_column= the name of one"
    )


def _no_column(argument: str, wanted: str, columns: list[str], which: str) -> str:
    close = nearest(wanted, columns)
    hint = f"; did you mean {close!r}?" if close else "."
    return f"no column {wanted!r}{hint} Its columns are {listing(columns)}; give {argument}= the one {which}"


def _not_a_text(row: Row, column: str) -> str | None:
    """Say why a row has no text, or None if it has one."""
    if column not in row:
        return f"no {column!r}"
    value = row[column]
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return f"{column!r} is missing"
    if not isinstance(value, str):
        return f"{column!r} is {_kind(value)}, not a text"
    try:
        value.encode()
    except UnicodeEncodeError as error:
        return f"half a character (a lone surrogate, U+{ord(value[error.start]):04X}) at position {error.start}"
    return None


def _kind(value: object) -> str:
    """Name a value as a reader of JSON would."""
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return "null" if value is None else names.get(type(value), f"a {type(value).__name__}")


def _checked(texts: list[str], settings: Settings, notes: list[Note]) -> list[str]:
    """Look for damage in each text; report each kind once, with the first row it was found in."""
    repaired: list[str] = []
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    for number, text in enumerate(texts, start=1):
        checked = check(text, repair=settings.repair)
        repaired.append(checked.text)
        for kind, detail in checked.notes:
            counts[kind] += 1
            first.setdefault(kind, f"text {number}: {detail}")
    for kind, count in counts.items():
        notes.append((kind, f"{first[kind]}" + (f"; and {count - 1:,} more texts" if count > 1 else "")))
    return repaired


def _keys_of(rows: list[Row], numbers: list[int], column: str | None, unit: str) -> list[str]:
    if column is None:
        return [str(number) for number in numbers]
    names = [_name(row.get(column)) or f"{unit} {number}" for row, number in zip(rows, numbers, strict=True)]
    counts = Counter(names)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        where = [number for name, number in zip(names, numbers, strict=True) if name == twice[0]]
        raise ReadError(
            f"doc_column {column!r} has {twice[0]!r} in {unit}s {', '.join(map(str, where[:5]))}; "
            "names must be unique: choose another column or leave out doc_column="
        )
    return names


def _name(value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().encode("utf-8", "replace").decode()


def _number_in(problem: str) -> int:
    found = re.search(r"\d+", problem)
    return int(found.group(0)) if found else 0


def _keys(rows: list[Row]) -> list[str]:
    """Collect keys in order of first appearance."""
    keys: dict[str, None] = {}
    for row in rows:
        keys.update(dict.fromkeys(row))
    return list(keys)


def _column_names(cells: list[str], notes: list[Note]) -> list[str]:
    """Make the names of columns unique and never empty; say so when it was needed."""
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = cell.strip() or f"column{number}"
        if name in names:
            name = f"{name}.{number}"
            notes.append(("table", f"two columns {cell.strip()!r}; the second is now {name!r}"))
        names.append(name)
    return names


def _delimiter(text: str, suffix: str, wanted: str | None) -> str:
    """Choose the delimiter under which the first rows agree: the text column present, then equal and many cells."""
    head = text[: 1 << 16]
    if len(head) < len(text):
        head = head[: head.rfind("\n") + 1] or head
    if max(map(head.count, _DELIMITERS)) > _MAX_COLUMNS and "\n" not in head[: 4 * _MAX_COLUMNS]:
        raise ReadError(f"more than {_MAX_COLUMNS:,} columns in its first row; not a table of texts")
    best = (False, False, 0.0, 0, -1)
    choice = ","
    order = ("\t", *_DELIMITERS) if suffix in (".tsv", ".tab") else _DELIMITERS
    for rank, delimiter in enumerate(order):
        try:
            rows = [row for row in islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), 50) if row]
        except csv.Error:
            continue
        if not rows:
            continue
        width = len(rows[0])
        agree = sum(len(row) == width for row in rows) / len(rows)
        score = (wanted in [name.strip() for name in rows[0]], width > 1, round(agree, 2), width, -rank)
        if score > best:
            best, choice = score, delimiter
    return choice


def _records(text: str, start: int, delimiter: str) -> tuple[list[tuple[int, list[str]]], str]:
    """Split into records with the line each begins in; quotes that do not pair up are read leniently and reported."""
    trouble = ""
    for strict in (True, False):
        stream = io.StringIO(text, newline="")
        stream.seek(start)
        reader = csv.reader(stream, delimiter=delimiter, strict=strict)
        records: list[tuple[int, list[str]]] = []
        line = 1 + (start > 0)
        try:
            for cells in reader:
                if cells:
                    records.append((line, cells))
                line = reader.line_num + 1 + (start > 0)
        except csv.Error as error:
            if not strict:
                raise ReadError(f"line {line}: {error}; check the quotes and the length of its cells") from None
            trouble = f"quotes that do not pair up, from line {line} ({error}); check the rows behind it"
            continue
        return records, trouble
    raise AssertionError("unreachable")


def _sheet(cells: list[list[Any]], notes: list[Note]) -> tuple[list[str], list[Row], list[int]]:
    """Turn a sheet into columns, rows and row numbers; its first row with a cell names the columns."""
    first = next((i for i, row in enumerate(cells) if any(cell not in ("", None) for cell in row)), None)
    if first is None:
        return [], [], []
    width = max(i for i, cell in enumerate(cells[first], start=1) if cell not in ("", None))
    columns = _column_names([str(cell) for cell in cells[first][:width]], notes)
    rows: list[Row] = []
    numbers: list[int] = []
    for number, row in enumerate(cells[first + 1 :], start=first + 2):
        if any(cell not in ("", None) for cell in row):
            filled = zip(columns, row, strict=False)
            rows.append({name: cell for name, cell in filled if cell not in ("", None)})
            numbers.append(number)
    return columns, rows, numbers


_ADDRESS = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_STRING_CELL = re.compile(rb"""\bt\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v>([0-9]{1,9})</""")
_STRING_END = re.compile(rb"</(?:\w+:)?si>")


def _refuse_hostile(container: Container) -> None:
    """Refuse what would fill the memory of a workbook reader: vast empty sheets, one long string in every cell."""
    sizes: list[int] = []
    sheets: list[bytes] = []
    for info in container.members():
        name = info.filename.lower()
        if name.endswith("sharedstrings.xml"):
            sizes = [len(part) for part in _STRING_END.split(container.read(info))]
        elif "/worksheets/" in name and name.endswith(".xml"):
            sheets.append(container.read(info))
        else:
            for _ in container.blocks(info):
                pass
    for sheet in sheets:
        width = height = 0
        for letters, digits in _addresses(sheet):
            width, height = max(width, letters), max(height, digits)
        if width * height > _MAX_CELLS:
            raise ReadError(f"a sheet of {height:,} rows by {width:,} columns; delete the cells far outside the table")
        total = sum(sizes[int(i)] for i in _STRING_CELL.findall(sheet) if int(i) < len(sizes))
        if total > limits.MAX_TABLE_BYTES:
            raise ReadError(f"{total:,} bytes of text in one sheet, more than {limits.MAX_TABLE_BYTES:,}; split it")


def _addresses(sheet: bytes) -> Iterator[tuple[int, int]]:
    for found in _ADDRESS.finditer(sheet):
        column = 0
        for letter in found.group(1):
            column = column * 26 + letter - 64
        yield column, int(found.group(2))
