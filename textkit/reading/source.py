"""What readers take and give: a `Source` of bytes in, `Piece` tables of texts out, findings on the side."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from textkit.errors import ReadError

Note = tuple[str, str]
"""A finding about a file that was read all the same: kind (a key of `NOTES`) and detail."""

NOTES = {
    "encoding": "encoding guessed with little to go by; look at the text and give encoding= if it is wrong",
    "disguised": "plain ASCII that makes Chinese in an old mail encoding, and was read so",
    "damaged": "bytes that stand for no character were left out",
    "halves": "characters written as two halves (CESU-8) were put together",
    "mixed": "more than one encoding in one file; each line was decoded by its own",
    "mojibake": "garbled text (mojibake)",
    "lost": "characters were already lost before this file was saved",
    "private": "private-use characters, which have no agreed meaning",
    "nul": "NUL characters, which no text should hold (textkit.clean removes them)",
    "empty": "empty documents were kept",
    "furniture": "navigation, page feet and link lists of web pages were left out",
    "column": "text column chosen by its name; give text_column= to choose another",
    "table": "tables with something odd",
    "name": "duplicated document names",
    "pattern": "name_pattern does not match these file names; their facts are missing",
    "meta": "the metadata table and the files do not fit everywhere",
    "unused": "an argument had no effect",
    "passed": "passed over",
}
"""Kinds of findings, in the order in which they are reported, with the sentence that opens the warning."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The arguments of `textkit.read` that readers need."""

    encoding: str | None = None
    text_column: str | None = None
    doc_column: str | None = None
    repair: bool = False
    explicit: bool = True
    """Whether the user named this very file; tables found on the way are passed over without ``text_column``."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file, or one member of a ZIP, as bytes."""

    file: str
    """Relative path with ``/``: what ``corpus.docs["file"]`` shows."""
    suffix: str
    data: bytes = field(repr=False)
    depth: int = 0
    """How many ZIP files it was inside."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The texts of one file: one for a document, many for a table."""

    file: str
    format: str
    texts: list[str] = field(repr=False)
    encoding: str | None = None
    margin: float = math.nan
    keys: list[str] | None = None
    """For tables: what sets each row apart, a row number or a name."""
    named: bool = False
    """Whether ``keys`` are names that the user chose with ``doc_column``."""
    facts: pd.DataFrame | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of one file: pieces, rows for ``corpus.errors`` and findings by file."""

    pieces: list[Piece] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, Note]] = field(default_factory=list)


Reader = Callable[[Source, Settings], Result]
"""A format plug-in: raise `ReadError` with a reason (without the file name) if nothing can be had from the file."""


def one_document(source: Source, text: str, *, encoding: str | None = None, margin: float = math.nan) -> Piece:
    """Make the piece of a file that is one document."""
    return Piece(source.file, source.suffix.removeprefix("."), [text], encoding, margin)


def attempt(reader: Reader, source: Source, settings: Settings) -> Result:
    """Run a reader; whatever a library throws at a damaged file becomes a `ReadError`.

    This is the one place that does so. Libraries for office formats raise up to eight different types of their
    own on damaged input (compiled ones even panic past ``Exception``).
    """
    try:
        return reader(source, settings)
    except (ReadError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except MemoryError as error:
        raise ReadError("not enough memory to read it; split it into smaller files") from error
    except RecursionError as error:
        raise ReadError("it is nested too deeply to be a document") from error
    except BaseException as error:
        detail = " ".join(str(error).split()) or type(error).__name__
        kind = source.suffix.removeprefix(".")
        raise ReadError(
            f"damaged, or not a {kind} file ({detail[:200]}); open it in the program that wrote it and save it again"
        ) from error
