"""The pieces that a page is made of: plain values, escaped by the template and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title and how it is set (``n`` numbers, ``bar``, ``w`` wide, ``path``)."""

    title: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class TableView:
    """A table on the page: texts in rows, and a line on where the rest is."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: str = ""
    total: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure inside the page."""

    data: str
    alt: str
    width: int
    height: int
    caption: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    kind: ClassVar[str] = "text"
    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    kind: ClassVar[str] = "heading"
    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Subheading:
    """A smaller heading."""

    kind: ClassVar[str] = "subheading"
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table."""

    kind: ClassVar[str] = "table"
    table: TableView


@dataclass(frozen=True, slots=True)
class Pictures:
    """Figures side by side where there is room."""

    kind: ClassVar[str] = "pictures"
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class OnePicture:
    """A figure of full width."""

    kind: ClassVar[str] = "picture"
    picture: Picture


@dataclass(frozen=True, slots=True)
class Word:
    """A word and how often."""

    term: str
    n: str


@dataclass(frozen=True, slots=True)
class Words:
    """Words in running text with small numbers."""

    kind: ClassVar[str] = "words"
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One passage: the word with what stands left and right of it."""

    left: str
    node: str
    right: str
    where: str


@dataclass(frozen=True, slots=True)
class WordLines:
    """The passages of one word."""

    term: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Passages:
    """Passages of several words; the first ``open`` are shown at once."""

    kind: ClassVar[str] = "passages"
    words: tuple[WordLines, ...]
    open: int = 4


@dataclass(frozen=True, slots=True)
class Notes:
    """A box of remarks."""

    kind: ClassVar[str] = "notes"
    title: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of the cleaning."""

    rule: str
    doc: str
    removed: str
    inserted: str


@dataclass(frozen=True, slots=True)
class Edits:
    """Examples of edits, folded away."""

    kind: ClassVar[str] = "edits"
    title: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A paragraph of a document with its source."""

    kind: ClassVar[str] = "quote"
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values."""

    kind: ClassVar[str] = "facts"
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """What to type."""

    kind: ClassVar[str] = "code"
    text: str


@dataclass(frozen=True, slots=True)
class Files:
    """A list of file names."""

    kind: ClassVar[str] = "files"
    files: tuple[str, ...]


Block = (
    Text
    | Heading
    | Subheading
    | Table
    | Pictures
    | OnePicture
    | Words
    | Passages
    | Notes
    | Edits
    | Quote
    | Facts
    | Code
    | Files
)


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page."""

    id: str
    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)


def whole(value: Any) -> str:
    """Write a count with separators.

    >>> whole(12345)
    '12,345'
    """
    return f"{int(value):,}"


def decimal(value: Any, places: int = 2) -> str:
    """Write a number with fixed places; a missing one as a dash.

    >>> decimal(0.12345), decimal(float("nan"))
    ('0.12', '–')
    """
    number = float(value)
    return f"{number:,.{places}f}" if math.isfinite(number) else "–"


def percent(value: Any) -> str:
    """Write a share; one place below ten per cent.

    >>> percent(0.314), percent(0.0314)
    ('31%', '3.1%')
    """
    number = 100 * float(value)
    if not math.isfinite(number):
        return "–"
    return f"{number:.0f}%" if number >= 10 or number == 0 else f"{number:.1f}%"


def ratio(effect: Any) -> str:
    """Write a log ratio (base 2) as how many times; very large ones without places.

    >>> ratio(1.0), ratio(6.0)
    ('2.0×', '64×')
    """
    times = 2.0 ** min(max(float(effect), -60.0), 60.0)
    return "–" if math.isnan(times) else (f"{times:,.0f}×" if times >= 9.95 else f"{times:.1f}×")


def shortened(text: str, limit: int) -> str:
    """Return the beginning of a text, with an ellipsis if there is more."""
    plain = " ".join(text.split())
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"
