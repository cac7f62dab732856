"""Plain text and Markdown: bytes that are decoded and otherwise left as they are (line ends included)."""

from __future__ import annotations

import numpy as np

from textkit.errors import ReadError
from textkit.reading.damage import check
from textkit.reading.encodings import Decoded, code_points, decode
from textkit.reading.source import Note, Result, Settings, Source, one_document

_CONTROLS = 0.02  # share of control characters beyond which bytes are not a text
_NULS = 0.05
_LOOKED_AT = 1 << 20

# How files begin that are no text whatever their name says.
_SIGNATURES = (
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"RIFF", "a sound, film or WebP picture"),
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "an RTF document"),
    (b"PK\x03\x04", "a ZIP container (perhaps .docx, .xlsx or .epub)"),
    (b"PK\x05\x06", "an empty ZIP container"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (.doc, .xls), or one with a password"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PAR1", "a Parquet table"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"OggS", "a sound"),
    (b"ID3", "a sound"),
)


def read_text(source: Source, settings: Settings) -> Result:
    """Read one document."""
    found = decoded(source, settings)
    checked = check(found.text, repair=settings.repair)
    notes: list[Note] = [*found.notes, *checked.notes]
    if not checked.text.strip():
        notes.append(("empty", "no text"))
    piece = one_document(source, checked.text, encoding=found.encoding, margin=found.margin)
    return Result([piece], notes=[(source.file, note) for note in notes])


def decoded(source: Source, settings: Settings, *, declared: str | None = None) -> Decoded:
    """Decode the bytes, or raise if they are no text."""
    kind = signature(source.data)
    if kind is not None:
        raise ReadError(f"not a text: it begins like {kind}; give the file the suffix of what it is")
    found = decode(source.data, settings.encoding, declared=declared)
    _refuse_binary(found.text)
    return found


def signature(data: bytes) -> str | None:
    """Name what the first bytes say the file is, or None if they say nothing."""
    return next((kind for start, kind in _SIGNATURES if data.startswith(start)), None)


def _refuse_binary(text: str) -> None:
    points = code_points(text[:_LOOKED_AT])
    controls = (points < 32) & ~np.isin(points, (0, 9, 10, 11, 12, 13, 26, 27)) | (points == 127)
    nuls = points == 0
    if np.count_nonzero(controls) > _CONTROLS * len(points) + 1 or np.count_nonzero(nuls) > _NULS * len(points) + 3:
        first = int(np.argmax(controls | nuls))
        raise ReadError(
            f"not a text: {int(np.count_nonzero(controls | nuls)):,} of its first {len(points):,} characters are "
            f"control characters (the first at {first}); if it is one, give encoding="
        )
