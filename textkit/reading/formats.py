"""Which suffix is read by which function: plain tables. To add a format, add a line and a file."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from textkit.reading.source import Reader

READERS = {
    ".txt": "textkit.reading.text:read_text",
    ".text": "textkit.reading.text:read_text",
    ".md": "textkit.reading.text:read_text",
    ".markdown": "textkit.reading.text:read_text",
    ".csv": "textkit.reading.tables:read_csv",
    ".tsv": "textkit.reading.tables:read_csv",
    ".tab": "textkit.reading.tables:read_csv",
    ".xlsx": "textkit.reading.tables:read_xlsx",
    ".xlsm": "textkit.reading.tables:read_xlsx",
    ".json": "textkit.reading.tables:read_json",
    ".jsonl": "textkit.reading.tables:read_jsonl",
    ".ndjson": "textkit.reading.tables:read_jsonl",
    ".parquet": "textkit.reading.tables:read_parquet",
    ".html": "textkit.reading.html:read_html",
    ".htm": "textkit.reading.html:read_html",
    ".xhtml": "textkit.reading.html:read_html",
    ".docx": "textkit.reading.docx:read_docx",
    ".docm": "textkit.reading.docx:read_docx",
    ".zip": "textkit.reading.archive:read_zip",
}
"""Suffix to ``"module:function"``; the function is a `textkit.reading.source.Reader`."""

TABLES = frozenset({".csv", ".tsv", ".tab", ".xlsx", ".xlsm", ".json", ".jsonl", ".ndjson", ".parquet"})
"""Formats of many documents; in a folder they are read only with ``text_column=``."""

_SAVE_AS = "open it in Word, WPS or LibreOffice, save it as .docx or .txt, and read that"
UNSUPPORTED = {
    ".pdf": "PDF is not supported yet; convert it to .docx or .txt (for example with LibreOffice or pdftotext)",
    ".doc": f"DOC, the old Word format, is not supported yet; {_SAVE_AS}",
    ".rtf": f"RTF is not supported yet; {_SAVE_AS}",
    ".epub": "EPUB is not supported yet; convert it to .docx, .html or .txt (for example with Calibre)",
    ".odt": f"ODT is not supported; {_SAVE_AS}",
    ".wps": f"WPS is not supported; {_SAVE_AS}",
    ".xls": "XLS, the old Excel format, is not supported; save it as .xlsx or .csv",
    ".ods": "ODS is not supported; save it as .xlsx or .csv",
    ".ppt": "PPT is not supported; copy its text into a .docx or .txt file",
    ".pptx": "PPTX is not supported; copy its text into a .docx or .txt file",
    ".caj": "CAJ is not supported; convert it to .docx or .txt",
}
"""Formats of documents that cannot be read, and what to do about it: a row of ``corpus.errors``."""


def find_reader(suffix: str) -> Reader | None:
    """Return the reader of a suffix, or None; its module is imported only now."""
    target = READERS.get(suffix.lower())
    if target is None:
        return None
    module, _, name = target.partition(":")
    return cast("Reader", getattr(import_module(module), name))


_STARTS = {
    ".pdf": b"%PDF-",
    ".doc": b"\xd0\xcf\x11\xe0",
    ".xls": b"\xd0\xcf\x11\xe0",
    ".rtf": b"{\\rtf",
    ".epub": b"PK",
}
_REALLY = {b"{\\rtf": ".rtf", b"%PDF-": ".pdf", b"\xd0\xcf\x11\xe0": ".doc"}


def unsupported(suffix: str, head: bytes) -> str:
    """Say why a file of a format that is not supported cannot be read, and what it really is by its first bytes."""
    name = suffix.removeprefix(".").upper()
    if not head:
        return f"it is empty (0 bytes), not a {name} file"
    start = _STARTS.get(suffix)
    if start is None or head.startswith(start):
        return UNSUPPORTED[suffix]
    for begin, really in _REALLY.items():
        if head.startswith(begin):
            return f"not a {name} file but {really.removeprefix('.').upper()} by its content: {UNSUPPORTED[really]}"
    if head.startswith(b"PK\x03\x04"):
        return (
            f"not a {name} file but a ZIP container by its content; if it is a new Word file, give it the suffix .docx"
        )
    if b"<html" in head.lower() or b"<!doctype html" in head.lower():
        return f"not a {name} file but a web page by its content; give it the suffix .html"
    return f"not a {name} file by its content; if it is plain text, give it the suffix .txt"
