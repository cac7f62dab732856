"""User words: reading them from lists, jieba files and tables, and finding those that cannot work."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import operator
import os
import re
import sys
import unicodedata
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from textkit.errors import ArgumentError, ReadError, TextkitWarning, check_path
from textkit.kinds import MASK
from textkit.provenance import sha256

if TYPE_CHECKING:
    import pandas as pd

MAX_FREQUENCY = 10**12  # far below any overflow
_JIEBA_TOTAL = 60_101_967  # the sum of all frequencies in jieba's dictionary
_MAX_BYTES = 64_000_000
_SHOWN = 8
_REPORTED = 3

# jieba cuts a text at every character outside this class before it looks for words.
INSIDE = "\u4e00-\u9fd5A-Za-z0-9+#&._%\\-"
_OUTSIDE = re.compile(f"[^{INSIDE}]")
_BLANKS = re.compile("[ \t]+")
_NUMBER = re.compile(r"[0-9]+\Z")
_NUMERIC = re.compile(r"[+-]?[0-9０-９]*[.,]?[0-9０-９]+(?:[eE][+-]?[0-9]+)?\Z")
_TAG = re.compile(r"[a-z]+\Z")
_LINE_END = re.compile(rb"\r\n|\r|\n")

_HEADS = {
    "word": ("word", "words", "term", "词", "词语", "词条", "单词"),
    "freq": ("freq", "frequency", "count", "词频", "频率", "频次"),
    "tag": ("tag", "pos", "flag", "词性", "词类"),
}

# What a problem does: stop, warn, or only stand in check_lexicon's table.
_STOPS = frozenset({"encoding", "columns", "no word", "not text", "frequency", "tag"})
_NOTES = frozenset({"byte order mark", "separator", "one character", "large frequency"})

Source = Any  # a path, a table or an iterable of words; what it is, is found out by looking


class Entry(NamedTuple):
    """A user word; without a frequency jieba works out one that makes it win over its parts."""

    word: str
    freq: int | None = None
    tag: str | None = None


class Finding(NamedTuple):
    """A problem in a lexicon; a row of the table of `check_lexicon`."""

    line: int
    word: str
    problem: str
    detail: str
    advice: str


class _Row(NamedTuple):
    line: int
    word: Any
    freq: Any
    tag: Any


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Checked entries and the checksum of the file or table they came from."""

    entries: tuple[Entry, ...]
    checksum: str

    def __repr__(self) -> str:
        return f"<{len(self.entries):,} words, sha256 {self.checksum[:16]}>"


def abbreviated(items: Sequence[Any]) -> str:
    """Return the repr of a tuple, or for a long one its length and checksum.

    >>> abbreviated(("网格", "低保"))
    "('网格', '低保')"
    >>> abbreviated(tuple("一二三四五六七八九"))
    '<9 words, sha256 b2dbc8380eaa72e8>'
    """
    if len(items) <= _SHOWN:
        return "(" + ", ".join(map(repr, items)) + ("," if len(items) == 1 else "") + ")"
    return f"<{len(items):,} words, sha256 {sha256(*map(repr, items))[:16]}>"


def load(source: Source, argument: str) -> Lexicon:
    """Read and check; raise on what makes the lexicon unusable, warn of words that cannot work."""
    if isinstance(source, Lexicon):
        return source
    rows, findings, checksum = _parsed(source, argument)
    entries, more = _entries(rows)
    findings += more
    fatal = [found for found in findings if found.problem in _STOPS]
    if fatal:
        raise ArgumentError(_told(argument, fatal, source) + " Nothing was loaded.")
    findings += _doubtful(entries)
    doubtful = [found for found in findings if found.problem not in _NOTES]
    if doubtful:
        text = _told(argument, doubtful, source) + " check_lexicon(...) lists all."
        warnings.warn(text, TextkitWarning, stacklevel=3)  # whoever called the public function
    return Lexicon(tuple(_last_of_each(entries)), checksum)


def read_lexicon(source: Source) -> pd.DataFrame:
    r"""Read a word list for `Jieba`: a jieba file, a table file, a table, or a list.

    Parameters
    ----------
    source : path, DataFrame, or iterable of str or (word, freq) or (word, freq, tag)
        A file that ends in ``.csv``, ``.tsv`` or ``.xlsx`` is a table with a column ``word`` (or ``词``) and perhaps
        ``freq`` (``词频``) and ``tag`` (``词性``); without such a heading its columns are taken in this order. Any
        other file is in jieba's format: one word a line, then perhaps a frequency, then perhaps a part of
        speech in lower-case letters, between blanks (tabs are accepted too). Files are UTF-8.

    Returns
    -------
    DataFrame
        ``word`` (str), ``freq`` (float; NaN: jieba works it out), ``tag`` (str or NaN); a row a distinct word, in the
        order of first appearance. Of a repeated word the last row counts.

    Raises
    ------
    ArgumentError
        A file is not UTF-8, a frequency is not a whole number, a row has no word: with the line.
    ReadError
        The file does not exist or cannot be read.

    Warns
    -----
    TextkitWarning
        Some words are repeated or can never match; `check_lexicon` lists them.

    Examples
    --------
    >>> read_lexicon(["网格化管理", ("低保", 500, "n")])
        word   freq  tag
    0  网格化管理    NaN  NaN
    1     低保  500.0    n
    """
    import pandas as pd

    from textkit.provenance import stamp

    lexicon = load(source, "source")
    columns = list(zip(*lexicon.entries, strict=True)) or [(), (), ()]
    table = pd.DataFrame(
        {
            "word": pd.Series(columns[0], dtype="str"),
            "freq": pd.Series(columns[1], dtype="float64"),
            "tag": pd.Series(columns[2], dtype="str"),
        }
    )
    return stamp(table, "read_lexicon", inputs={"source": lexicon.checksum})


def check_lexicon(source: Source) -> pd.DataFrame:
    """List what is wrong with a word list for `Jieba`, line by line, and what to do about it.

    Parameters
    ----------
    source : path, DataFrame or iterable
        As in `read_lexicon`.

    Returns
    -------
    DataFrame
        ``line`` (int, from 1; of a table the row under the heading counts as the file's line), ``word``,
        ``problem``, ``detail``, ``advice`` (str). Empty if all is well. These problems make `Jieba` refuse the
        list: ``encoding``, ``columns``, ``no word``, ``not text``, ``frequency``, ``tag``. Words with these never come
        out as one word: ``blank``, ``hidden character``, ``splits`` (a character that jieba cuts at), ``mask`` (cut
        out before segmenting), ``outweighed`` (its parts, or another word, are more probable). ``duplicate``:
        the last one counts. Worth knowing only: ``byte order mark``, ``separator``, ``one character``,
        ``large frequency``.

    Raises
    ------
    ReadError
        The file does not exist or cannot be read.

    Examples
    --------
    >>> check_lexicon(["网格化 管理", "低保"])[["line", "problem", "detail"]]
       line problem                       detail
    0     1   blank  contains U+0020 (SPACE)
    """
    import pandas as pd

    from textkit.provenance import stamp

    rows, findings, checksum = _parsed(source, "source")
    entries, more = _entries(rows)
    findings += more + _doubtful(entries)
    if not any(found.problem in _STOPS for found in findings):
        hopeless = {
            found.word for found in findings if found.problem in ("blank", "hidden character", "splits", "mask")
        }
        findings += _outweighed(entries, hopeless)
    findings.sort()
    table = pd.DataFrame(findings, columns=list(Finding._fields)).astype(
        {"line": "int64", "word": "str", "problem": "str", "detail": "str", "advice": "str"}
    )
    return stamp(table, "check_lexicon", inputs={"source": checksum})


# --- reading -----------------------------------------------------------------------------------------------------


def _parsed(source: Source, argument: str) -> tuple[list[_Row], list[Finding], str]:
    """Return raw rows, what was found on the way, and the checksum of the source."""
    if isinstance(source, (str, os.PathLike)):
        return _from_file(Path(source), argument)
    if _is_frame(source):
        rows, findings = _from_table(_frame_rows(source))
        return rows, findings, sha256(*(repr(row) for row in rows))
    if isinstance(source, Mapping):
        source = list(source.items())
    if isinstance(source, (set, frozenset)):
        source = sorted(source, key=repr)  # the order of a set changes from run to run, and the frequencies with it
    if isinstance(source, bytes) or not isinstance(source, Iterable):
        raise ArgumentError(
            f"{argument} must be words, a file or a table, got a {type(source).__name__}. Give a list such as "
            "['高质量发展', ('网格化', 500, 'n')], the path of a jieba dictionary, csv, tsv or xlsx, or a DataFrame."
        )
    rows = [_item(place, item) for place, item in enumerate(source, 1)]
    return rows, [], sha256(*(repr(row) for row in rows))


def _is_frame(source: Source) -> bool:
    pandas = sys.modules.get("pandas")  # whoever hands over a frame has imported pandas
    return pandas is not None and isinstance(source, pandas.DataFrame)


def _item(place: int, item: Any) -> _Row:
    if isinstance(item, (tuple, list)) and 1 <= len(item) <= 3:
        word, freq, tag = (*item, None, None)[:3]
        return _Row(place, word, freq, tag)
    return _Row(place, item, None, None)


def _from_file(path: Path, argument: str) -> tuple[list[_Row], list[Finding], str]:
    data = _bytes(path, argument)
    checksum = hashlib.sha256(data).hexdigest()
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        rows, findings = _from_table(_sheet(path, data))
        return rows, findings, checksum
    findings = []
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
        advice = "Harmless: it is left out. Other programs may take it for a part of the first word."
        findings.append(Finding(1, "", "byte order mark", "the file begins with U+FEFF", advice))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return [], [*findings, _wrong_encoding(data, error)], checksum
    if suffix in (".csv", ".tsv"):
        rows, more = _from_table(_delimited(path, text, "\t" if suffix == ".tsv" else ","))
    else:
        rows, more = _from_lines(text)
    return rows, findings + more, checksum


def _bytes(path: Path, argument: str) -> bytes:
    check_path(argument, path)
    try:
        size = path.stat().st_size
        if size > _MAX_BYTES:
            raise ReadError(
                f"{argument}: {path} has {size:,} bytes; a word list may have {_MAX_BYTES:,}. Is it a corpus?"
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise ReadError(f"{argument}: there is no file {path}. To give words directly, put them in a list.") from None
    except OSError as error:
        raise ReadError(
            f"{argument}: {path} cannot be read: {error.strerror or error}. Give the path of a file."
        ) from error


def _wrong_encoding(data: bytes, error: UnicodeDecodeError) -> Finding:
    line = len(_LINE_END.findall(data, 0, error.start)) + 1
    guess = ""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        guess = "; it looks like UTF-16"
    else:
        try:
            data.decode("gb18030")
            guess = "; it may be GB18030 (GBK)"
        except UnicodeDecodeError:
            pass
    detail = f"byte {error.start:,} (0x{data[error.start]:02x}) is not UTF-8{guess}"
    return Finding(line, "", "encoding", detail, "Save the file as UTF-8 (Excel: 'CSV UTF-8').")


def _from_lines(text: str) -> tuple[list[_Row], list[Finding]]:
    """Read jieba's format: word, perhaps a frequency, perhaps a tag."""
    rows, findings = [], []
    tabs = 0
    for number, raw in enumerate(re.split("\r\n|\r|\n", text), 1):
        line = raw.strip(" \t\v\f")
        if not line:
            continue
        parts = _BLANKS.split(line)
        freq = tag = None
        if len(parts) > 1 and _TAG.match(parts[-1]):
            tag = parts.pop()
        if len(parts) > 1 and _NUMBER.match(parts[-1]):
            freq = parts.pop()
        elif len(parts) == 2 and _NUMERIC.match(parts[-1]):
            freq = parts.pop()  # 0.5, -3, ５: meant as a frequency, and refused as one
        rows.append(_Row(number, " ".join(parts), freq, tag))
        if "\t" in line and (freq is not None or tag is not None):
            tabs = tabs or number
    if tabs:
        detail = "a tab stands between word and frequency"
        advice = "Read as meant here; jieba's own load_userdict would take the whole line for a word. Use one blank."
        findings.append(Finding(tabs, "", "separator", detail, advice))
    return rows, findings


def _delimited(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[Any]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise ReadError(
            f"{path} cannot be read as a table: line {reader.line_num}: {error}. Check its quotation marks."
        ) from error


def _sheet(path: Path, data: bytes) -> Iterator[tuple[int, list[Any]]]:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise ReadError(f"{path} cannot be read as an xlsx table: {error}. Save it again, or as CSV UTF-8.") from error
    yield from enumerate(cells, 1)


def _frame_rows(frame: pd.DataFrame) -> Iterator[tuple[int, list[Any]]]:
    yield 0, list(frame.columns)
    for place, row in enumerate(frame.itertuples(index=False, name=None), 1):
        yield place, list(row)


def _from_table(cells: Iterator[tuple[int, list[Any]]]) -> tuple[list[_Row], list[Finding]]:
    """Find the columns by their heading, or take word, freq, tag in this order."""
    rows: list[_Row] = []
    places: dict[str, int] | None = None
    for line, values in cells:
        if places is None:
            named = {
                name: place
                for name, heads in _HEADS.items()
                for place, head in enumerate(values)
                if str(head).strip().lower() in heads
            }
            if "word" in named:
                places = named
                continue
            if line == 0:  # the heading of a DataFrame is always there
                detail = f"the table has no column 'word', only {', '.join(map(repr, values)) or 'none'}"
                return [], [Finding(0, "", "columns", detail, "Rename the column of words to 'word'.")]
            places = {"word": 0, "freq": 1, "tag": 2}
        row = [values[places[name]] if places.get(name, len(values)) < len(values) else None for name in _HEADS]
        if any(not _missing(value) for value in values):
            rows.append(_Row(line, *row))
    return rows, []


def _missing(value: Any) -> bool:
    try:
        return value is None or bool(value == "") or bool(value != value)  # NaN differs from itself
    except (TypeError, ValueError):  # pandas.NA refuses to say
        return True


# --- checking ----------------------------------------------------------------------------------------------------


def _entries(rows: Iterable[_Row]) -> tuple[list[tuple[int, Entry]], list[Finding]]:
    """Turn raw rows into entries; what cannot be turned is a finding."""
    entries, findings = [], []
    for line, word, freq, tag in rows:
        problem = _unusable(word, freq, tag)
        if problem is not None:
            findings.append(Finding(line, word if isinstance(word, str) else "", *problem))
            continue
        entries.append((line, Entry(word, _frequency(freq), None if _missing(tag) else str(tag))))
    return entries, findings


def _unusable(word: Any, freq: Any, tag: Any) -> tuple[str, str, str] | None:
    try:
        if _missing(word) or (isinstance(word, str) and not word.strip()):
            return "no word", "there is no word", "Write the word in the first column, or delete the row."
        number = _frequency(freq)
    except (TypeError, ValueError):
        detail = f"the frequency is {freq!r}"
        return "frequency", detail, "Give a whole number from 0 (never cut this word out) up, or leave it out."
    if not isinstance(word, str):
        return "not text", f"the word is {word!r}, a {type(word).__name__}", "Give the word as text, in quotes."
    if number is not None and not 0 <= number <= MAX_FREQUENCY:
        return "frequency", f"the frequency is {number}", f"Give a whole number from 0 to {MAX_FREQUENCY:,}."
    if not _missing(tag) and (not isinstance(tag, str) or not tag.isprintable() or " " in tag):
        return "tag", f"the part of speech is {tag!r}", "Give a short name without blanks, such as 'n'."
    return None


def _frequency(value: Any) -> int | None:
    """Return a frequency as a whole number; 5.0 (a column with gaps) and "5" (a file) are whole numbers too."""
    if _missing(value):
        return None
    if isinstance(value, bool):
        raise TypeError
    if isinstance(value, str):
        if not _NUMBER.match(value.strip()) or len(value) > 20:
            raise ValueError
        return int(value)
    if isinstance(value, float):
        if not value.is_integer():
            raise ValueError
        return int(value)
    return operator.index(value)


def _doubtful(entries: list[tuple[int, Entry]]) -> list[Finding]:
    """Find repeated words and words that can never match, by looking at them alone."""
    findings = []
    lines: dict[str, list[int]] = {}
    for line, entry in entries:
        lines.setdefault(entry.word, []).append(line)
    for word, places in lines.items():
        for line in places[1:]:
            detail = f"stands in line {places[0]} too"
            findings.append(Finding(line, word, "duplicate", detail, "Keep one; the last one counts."))
    for line, entry in entries:
        reason = _never(entry.word)
        if reason is not None:
            findings.append(Finding(line, entry.word, *reason))
        elif len(entry.word) == 1 and entry.freq != 0:
            advice = "It adds weight only; the hidden Markov model may still join it with its neighbours (hmm=False)."
            findings.append(Finding(line, entry.word, "one character", "a single character is always a word", advice))
        if entry.freq is not None and entry.freq > _JIEBA_TOTAL:
            advice = "Frequencies are compared with those of jieba's dictionary. Leave it out to have it worked out."
            detail = f"{entry.freq:,} is more than all words of jieba's dictionary together ({_JIEBA_TOTAL:,})"
            findings.append(Finding(line, entry.word, "large frequency", detail, advice))
    return findings


def _never(word: str) -> tuple[str, str, str] | None:
    """Say why jieba can never return this word, or nothing."""
    found = _OUTSIDE.search(word)
    if found is not None:
        char = found.group()
        detail = f"contains U+{ord(char):04X} ({unicodedata.name(char, 'no name')})"
        if unicodedata.category(char) in ("Cf", "Cc", "Co", "Cn", "Cs") and not char.isspace():
            return "hidden character", detail, "Delete it: it cannot be seen, and jieba cuts at it."
        if char.isspace():
            return (
                "blank",
                detail,
                "jieba cuts at blanks. Delete it, or join the parts afterwards: tokens.join(phrases).",
            )
        plain = unicodedata.normalize("NFKC", char)
        if plain != char and _OUTSIDE.search(plain) is None:
            return "splits", detail, f"jieba cuts at it. Write {plain!r} here and in the texts (clean does it)."
        return "splits", detail, "jieba cuts at it. Join the parts afterwards: tokens.join(phrases)."
    if MASK.search(word) is not None:
        masked = MASK.search(word)
        assert masked is not None
        return (
            "mask",
            f"contains the mask {masked.group()!r}",
            "Masks are cut out before segmenting and stay by themselves.",
        )
    return None


def _outweighed(entries: list[tuple[int, Entry]], hopeless: set[str]) -> list[Finding]:
    """Cut each word with all of them loaded: the ones that fall apart are too light."""
    from textkit.segment.engine_rust import RustEngine

    wanted = _last_of_each(entries)
    engine = RustEngine(wanted, hmm=True)
    lines = {entry.word: line for line, entry in entries}
    findings = []
    for entry in wanted:
        parts = engine.cut(entry.word)
        if entry.freq == 0 or entry.word in hopeless or parts == [entry.word]:
            continue
        detail = f"is cut as {'/'.join(parts)}"
        advice = "Give a higher frequency" if entry.freq is None else "Leave the frequency out to have it worked out"
        findings.append(
            Finding(lines[entry.word], entry.word, "outweighed", detail, f"{advice}, or add the whole phrase.")
        )
    return findings


def _last_of_each(entries: Iterable[tuple[int, Entry]]) -> list[Entry]:
    """Keep the first place and the last values of each word."""
    kept = {entry.word: entry for _, entry in entries}
    return list(kept.values())


def _told(argument: str, findings: list[Finding], source: Source) -> str:
    name = f" ({Path(source).name})" if isinstance(source, (str, os.PathLike)) else ""
    counts = Counter(found.problem for found in findings)
    summary = ", ".join(f"{n} {problem}" for problem, n in sorted(counts.items()))
    shown = " ".join(_sentence(found) for found in sorted(findings)[:_REPORTED])
    more = f" And {len(findings) - _REPORTED} more." if len(findings) > _REPORTED else ""
    return f"{argument}{name} has problems ({summary}): {shown}{more}"


def _sentence(found: Finding) -> str:
    place = f"line {found.line}" if found.line else "the heading"
    word = f" {found.word!r}" if found.word else ""
    return f"{place}{word}: {found.detail}. {found.advice}"
