"""Reading files into a `Corpus`: any folder of Chinese documents, whatever its formats and encodings."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from textkit.corpus import Corpus
from textkit.errors import (
    ArgumentError,
    EmptyError,
    ReadError,
    TextkitWarning,
    check_choice,
    check_path,
    check_type,
    listing,
)
from textkit.progress import track
from textkit.reading import limits
from textkit.reading.encodings import check_encoding
from textkit.reading.facts import callable_names, column, from_names, match, renamed
from textkit.reading.files import Found, Gathered, display, gather, missing, read_bytes
from textkit.reading.formats import READERS, TABLES, UNSUPPORTED, find_reader, unsupported
from textkit.reading.source import NOTES, Note, Piece, Result, Settings, Source, attempt

_BASE = ["file", "format", "encoding", "encoding_margin", "n_chars"]
_SHOWN = 10

PathLike = str | os.PathLike[str]


def read(
    path: PathLike | Sequence[PathLike],
    *,
    meta: PathLike | pd.DataFrame | None = None,
    name_pattern: str | None = None,
    encoding: str | None = None,
    text_column: str | None = None,
    doc_column: str | None = None,
    on_error: str = "report",
    repair: bool = False,
    progress: bool | None = None,
) -> Corpus:
    r"""Read a file, a folder or a list of them as a corpus.

    Formats: txt, md, html, docx, zip (one document a file, or a member of the zip) and csv, tsv, xlsx, json, jsonl,
    parquet (one document a row). In a folder tables are documents only with ``text_column``; the metadata table never
    is one. Folders are walked with all their subfolders in natural order (2 before 10). Nothing is changed in a text
    but its encoding; line ends stay too. One bad file never stops the rest.

    Parameters
    ----------
    path : str, Path or a list of them
        What to read.
    meta : path or DataFrame, optional
        A table of facts about the documents (csv, tsv, xlsx, json, jsonl or parquet; a relative path may start at the
        folder that is read). One column names the files, with or without folder and suffix: the first of ``file``,
        ``filename``, ``path``, ``文件``, ``文件名``, ``doc``, ``name``, ``id`` … that names any, else the one that
        names most. A column ``doc`` with unique values gives the documents their names.
    name_pattern : str, optional
        A regular expression with named groups, searched in each file's name without suffix (in the whole relative
        path if it has a ``/``); the groups become facts, digits become numbers.
    encoding : str, optional
        The encoding of all text files, believed as given. Without it each file's is found: byte-order mark; strict
        UTF-8; then GB18030, Big5-HKSCS and UTF-16 without a mark compete by how common the decoded characters are in
        written Chinese; then charset-normalizer.
    text_column, doc_column : str, optional
        For tables: the columns that hold the texts and the names of the documents. A single table may do without
        ``text_column`` if exactly one column is called text, content, 正文, 内容 or the like (which is said).
    on_error : {"report", "raise"}
        What to do with a file that cannot be read: a row of ``corpus.errors`` and a warning, or a `ReadError`.
    repair : bool
        Put mojibake right (text that was once saved after decoding it with the wrong encoding). It is always
        detected and named; nothing is repaired unless asked.
    progress : bool, optional
        Show a progress bar; by default on a terminal or in a notebook, after a second.

    Returns
    -------
    Corpus
        ``docs`` has the columns ``file`` (relative path with ``/``), ``format``, ``encoding`` (a Python codec that
        reads the file again, or ``mixed: ...``; missing for formats that state their own), ``encoding_margin`` (by how
        much the mean log share of the characters in written Chinese is ahead of the runner-up's, in nats a character;
        there is a warning below 1.5, for fewer than four characters below 6 in all; NaN where nothing competed),
        ``n_chars``; then the facts: columns of the table, groups of the pattern, columns of
        ``meta`` (a later one replaces an earlier of the same name; one called like the first five gets a ``_``
        behind it). Names of documents are the file names without suffix, with their folders where two are equal;
        rows of tables are ``name#row`` or the value of ``doc_column``. ``errors`` has the columns ``file``,
        ``reason``, one row for what could not be read; it is empty if all could.

    Raises
    ------
    ReadError
        Nothing at all could be read; a path does not exist; the metadata table does not fit; or, with
        ``on_error="raise"``, the first file (or row of a table) that cannot be read. The message names the file,
        the place in it (byte offset or line) and what to do.
    EmptyError
        A folder or zip without any document.
    ArgumentError
        An argument is not of the kind described here.

    Notes
    -----
    `TextkitWarning` tells, in one warning a kind: files that were not read, what was passed over, guessed or mixed
    encodings, damaged bytes (left out while they are below 1 % of the text, with the first byte offset), mojibake,
    NUL and private-use characters, empty documents, what was left out of web pages.

    Files beyond the caps of `textkit.reading.limits` (512 MB a file; 10,000 files, 64 MB a file, 256 MB in all and
    200 times the stored size in a zip or office file) are refused while inflating. Nothing is extracted to disk, and
    XML with a document type declaration is refused. PDF, DOC, RTF and EPUB are not supported yet and are reported.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = pathlib.Path(folder, "东镇_2019.txt").write_text("信访工作。", encoding="gb18030")
    ...     _ = pathlib.Path(folder, "西镇_2020.txt").write_text("网格化管理。", encoding="utf-8")
    ...     corpus = read(folder, name_pattern=r"(?P<town>\D+)_(?P<year>\d{4})")
    >>> corpus.docs[["encoding", "town", "year"]]
            encoding town  year
    doc
    东镇_2019  gb18030   东镇  2019
    西镇_2020    utf-8   西镇  2020
    """
    settings = _settings(encoding, text_column, doc_column, repair)
    check_choice("on_error", on_error, ["report", "raise"])
    gathered = gather(path)
    table, where = _meta_table(meta, gathered, path)
    run = _Run(settings, strict=on_error == "raise", passed=list(gathered.passed))
    for file, reason in gathered.problems:
        run.fail(file, reason)
    for found in track(gathered.files, "reading", total=len(gathered.files), show=progress):
        run.file(found)
    run.check_something(_shown(path))
    if text_column is not None and not any(piece.keys for piece in run.pieces):
        run.notes.append(("text_column", ("unused", "no table was read")))
    facts, names = _facts(run, table, where, name_pattern)
    corpus = _corpus(run, facts, names)
    for message in run.messages(len(gathered.files) + len(gathered.problems)):
        warnings.warn(message, TextkitWarning, stacklevel=2)
    return corpus


def _settings(encoding: str | None, text_column: str | None, doc_column: str | None, repair: bool) -> Settings:
    if encoding is not None:
        check_type("encoding", encoding, str)
        check_encoding(encoding)
    for argument, value in (("text_column", text_column), ("doc_column", doc_column)):
        if value is not None:
            check_type(argument, value, str)
    check_type("repair", repair, bool)
    return Settings(encoding, text_column, doc_column, repair)


@dataclass(slots=True)
class _Run:
    """One call of `read`: what came out so far."""

    settings: Settings
    strict: bool
    passed: list[tuple[str, str]]
    pieces: list[Piece] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, Note]] = field(default_factory=list)

    def fail(self, file: str, reason: str) -> None:
        """Note a file that cannot be read, or raise at once if the user asked for that."""
        if self.strict:
            raise ReadError(f"{file}: {reason}.")
        self.problems.append((file, reason))

    def file(self, found: Found) -> None:
        """Read one file."""
        suffix = found.path.suffix.lower()
        reader = find_reader(suffix)
        known = reader is not None or suffix in UNSUPPORTED
        if not known and not found.explicit:
            self.passed.append((found.file, suffix or "no suffix"))
            return
        if suffix in TABLES and self.settings.text_column is None and not found.explicit:
            self.passed.append((found.file, "table"))
            return
        try:
            if not known:
                raise ReadError(f"a {suffix} file, which is not read; known are {_known()}" if suffix else _no_suffix())
            if reader is None:
                raise ReadError(unsupported(suffix, read_bytes(found.path, limits.MAX_FILE_BYTES, head=1024)))
            source = Source(found.file, suffix, read_bytes(found.path, limits.MAX_FILE_BYTES))
            result = attempt(reader, source, replace(self.settings, explicit=found.explicit))
        except ReadError as error:
            self.fail(found.file, str(error))
            return
        self.take(result)

    def take(self, result: Result) -> None:
        """Add what a reader found."""
        for file, reason in result.problems:
            self.fail(file, reason)
        self.pieces += result.pieces
        for file, (kind, detail) in result.notes:
            if kind == "passed":
                self.passed.append((file, detail))
            else:
                self.notes.append((file, (kind, detail)))

    def check_something(self, shown: str) -> None:
        """Raise if there is not a single document."""
        if self.pieces:
            return
        if self.problems:
            if len(self.problems) == 1:
                file, reason = self.problems[0]
                raise ReadError(f"{file}: {reason}.")
            reasons = "; ".join(f"{file}: {reason}" for file, reason in self.problems[:_SHOWN])
            more = f"; and {len(self.problems) - _SHOWN} more" if len(self.problems) > _SHOWN else ""
            raise ReadError(f"none of the {len(self.problems)} files of {shown} could be read: {reasons}{more}.")
        passed = f" It holds {_passed(self.passed)}." if self.passed else ""
        raise EmptyError(f"there is nothing to read in {shown}: textkit looks for {_known()}.{passed}")

    def messages(self, n_files: int) -> list[str]:
        """Word the warnings, the gravest first."""
        messages: list[str] = []
        if self.problems:
            files = len({file for file, _ in self.problems})
            what = f"{len(self.problems)} problems in {files} of {n_files} files" if files > 1 else "1 file"
            what = f"{len(self.problems)} problems in 1 file" if files == 1 < len(self.problems) else what
            messages.append(f"not read, {what} (see corpus.errors): {_details(self.problems)}.")
        for kind, sentence in NOTES.items():
            mine = [(file, detail) for file, (noted, detail) in self.notes if noted == kind]
            if mine:
                messages.append(f"{sentence}: {_details(mine)}.")
        if self.passed:
            messages.append(f"{NOTES['passed']}: {_passed(self.passed)}.")
        return messages


def _facts(
    run: _Run, table: pd.DataFrame | None, where: str, name_pattern: str | None
) -> tuple[pd.DataFrame, list[str]]:
    """Put together the facts of all documents, and their names."""
    files = [piece.file for piece in run.pieces for _ in piece.texts]
    names = _names(run.pieces, run.notes)
    facts = _table_facts(run.pieces, len(files))
    if name_pattern is not None:
        groups, unmatched = from_names(name_pattern, files)
        if unmatched:
            run.notes += [(file, ("pattern", "no match")) for file in dict.fromkeys(unmatched)]
        facts = _joined(facts, groups)
    if table is not None:
        called = [callable_names(file, name) for file, name in zip(files, names, strict=True)]
        found = match(table, called, _calls(files, names), where)
        facts = _joined(facts, found.facts)
        run.notes += [(where, ("meta", detail)) for detail in found.complaints()]
        names = found.names if found.names is not None and found.can_name() else names
    return facts.rename(columns=renamed(facts.columns, _BASE)), names


def _calls(files: list[str], names: list[str]) -> list[str]:
    """Call a document by its file in messages, or by its name if the file holds several."""
    counts = Counter(files)
    return [file if counts[file] == 1 else name for file, name in zip(files, names, strict=True)]


def _table_facts(pieces: list[Piece], n: int) -> pd.DataFrame:
    if all(piece.facts is None for piece in pieces):
        return pd.DataFrame(index=range(n))
    frames = [pd.DataFrame(index=range(len(piece.texts))) if piece.facts is None else piece.facts for piece in pieces]
    if len(frames) == 1:
        return frames[0]
    columns = dict.fromkeys(name for frame in frames for name in frame.columns)
    return pd.DataFrame({name: _stacked(frames, name) for name in columns})


def _stacked(frames: list[pd.DataFrame], name: str) -> pd.Series[Any]:
    """Put the parts of one column below each other; where a table lacks it, it is missing."""
    values: list[Any] = []
    for frame in frames:
        values += frame[name].tolist() if name in frame.columns else [None] * len(frame)
    return column(values, typed=True)


def _joined(facts: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Add columns; of two with the same name the later one stays."""
    kept = facts.drop(columns=[name for name in more.columns if name in facts.columns])
    return pd.concat([kept.reset_index(drop=True), more.reset_index(drop=True)], axis=1)


def _names(pieces: list[Piece], notes: list[tuple[str, Note]]) -> list[str]:
    """Name documents shortly, and only as long as needed where two names would be equal."""
    levels: list[list[str]] = []
    for piece in pieces:
        path = PurePosixPath(piece.file)
        bare = str(path.with_suffix("")) if path.stem else piece.file
        for key in piece.keys or [""]:
            behind = f"#{key}" if key else ""
            own = [key] if piece.named else []
            levels.append([*own, f"{PurePosixPath(bare).name}{behind}", f"{bare}{behind}", f"{piece.file}{behind}"])
    names = [level[0] for level in levels]
    for depth in range(1, 4):
        counts = Counter(names)
        names = [
            level[min(depth, len(level) - 1)] if counts[name] > 1 else name
            for name, level in zip(names, levels, strict=True)
        ]
    return _numbered(names, notes)


def _numbered(names: list[str], notes: list[tuple[str, Note]]) -> list[str]:
    """Number what is still equal (two members of one zip may have the same path)."""
    used: set[str] = set(names)
    seen: set[str] = set()
    unique: list[str] = []
    for name in names:
        number, fresh = 2, name
        while fresh in seen or (fresh != name and fresh in used):
            fresh = f"{name} ({number})"
            number += 1
        if fresh != name:
            notes.append((name, ("name", f"the second is now {fresh!r}")))
        seen.add(fresh)
        unique.append(fresh)
    return unique


def _corpus(run: _Run, facts: pd.DataFrame, names: list[str]) -> Corpus:
    texts = [text for piece in run.pieces for text in piece.texts]
    base: dict[str, list[Any]] = {name: [] for name in _BASE}
    for piece in run.pieces:
        n = len(piece.texts)
        base["file"] += [piece.file] * n
        base["format"] += [piece.format] * n
        base["encoding"] += [piece.encoding] * n
        base["encoding_margin"] += [piece.margin] * n
        base["n_chars"] += [len(text) for text in piece.texts]
    docs = pd.DataFrame(
        {
            "file": pd.Series(base["file"], dtype="str"),
            "format": pd.Series(base["format"], dtype="str"),
            "encoding": pd.Series(base["encoding"], dtype="str"),
            "encoding_margin": pd.Series(base["encoding_margin"], dtype="float64"),
            "n_chars": pd.Series(base["n_chars"], dtype="int64"),
        }
    )
    docs = pd.concat([docs, facts.reset_index(drop=True)], axis=1)
    docs.index = pd.Index(names, name="doc")
    errors = pd.DataFrame(
        {
            "file": pd.Series([file for file, _ in run.problems], dtype="str"),
            "reason": pd.Series([reason for _, reason in run.problems], dtype="str"),
        }
    )
    return Corpus(texts, docs, None, errors)


def _meta_table(
    meta: PathLike | pd.DataFrame | None, gathered: Gathered, path: object
) -> tuple[pd.DataFrame | None, str]:
    """Load the metadata table and take its file out of what is to be read."""
    if meta is None:
        return None, ""
    if isinstance(meta, pd.DataFrame):
        table = meta if all(name is None for name in meta.index.names) else meta.reset_index()
        return table.rename(columns=str), "(the DataFrame)"
    if not isinstance(meta, (str, os.PathLike)):
        raise ArgumentError(f"meta must be a path or a DataFrame, got a {type(meta).__name__}.")
    file = check_path("meta", meta)
    if not file.exists() and not file.is_absolute() and isinstance(path, (str, os.PathLike)):
        inside = Path(path).expanduser() / file
        file = inside if inside.exists() else file
    if not file.exists():
        raise ReadError(f"the metadata table was not found: {missing(file)}.".replace("?.", "?"))
    own = os.path.realpath(file)
    gathered.files[:] = [found for found in gathered.files if os.path.realpath(found.path) != own]
    shown = display(file.name)
    try:
        return _load_meta(file, shown), shown
    except ReadError as error:
        raise ReadError(f"the metadata table {shown!r} cannot be read: {error}.") from error


def _load_meta(file: Path, shown: str) -> pd.DataFrame:
    from textkit.reading.tables import load_frame

    suffix = file.suffix.lower()
    if suffix not in TABLES:
        raise ReadError(f"not a table by its suffix; expected {', '.join(sorted(TABLES))}")
    return load_frame(Source(shown, suffix, read_bytes(file, limits.MAX_FILE_BYTES)))


def _shown(path: object) -> str:
    return f"{len(path)} paths" if isinstance(path, (list, tuple)) else repr(display(os.fspath(path)))  # type: ignore[call-overload]


def _known() -> str:
    return ", ".join(sorted(READERS))


def _no_suffix() -> str:
    return f"a file without suffix; if it is a text, give it the suffix .txt (known are {_known()})"


def _details(found: list[tuple[str, str]]) -> str:
    shown = "; ".join(f"{file!r} ({detail})" for file, detail in found[:_SHOWN])
    return shown + (f"; and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else "")


def _passed(passed: list[tuple[str, str]]) -> str:
    """Sum up what was passed over, by reason, with the way to read it after all."""
    hints = {"table": " (give text_column= to read their rows as documents, or meta= to use one for facts)"}
    groups: dict[str, list[str]] = {}
    for file, reason in passed:
        groups.setdefault(reason, []).append(file)
    singular = {"tables": "table", "hidden files": "hidden file"}
    parts = []
    for reason, files in groups.items():
        kind = {"table": "tables", "hidden": "hidden files"}.get(reason, reason)
        kind = singular.get(kind, kind) if len(files) == 1 else kind
        parts.append(f"{len(files)} {kind}: {listing(files, limit=5)}{hints.get(reason, '')}")
    return "; ".join(parts)
