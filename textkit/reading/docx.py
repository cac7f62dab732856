"""Word documents (.docx): the text in reading order, straight from the XML.

Paragraphs are lines. A row of a table is one line with tabs between cells (a cell of several paragraphs has
several lines). A footnote stands below the paragraph that refers to it, an endnote at the end, a text box below the
paragraph it is anchored in. Insertions under revision are kept, deletions left out, as are comments, field codes,
hidden text, running heads and feet, and the pinyin above characters.
"""

from __future__ import annotations

import io
import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from textkit.errors import ReadError
from textkit.reading.archive import Container
from textkit.reading.damage import check
from textkit.reading.source import Note, Result, Settings, Source, one_document
from textkit.reading.text import signature

_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_MATH = (
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
)
_COMPATIBLE = "http://schemas.openxmlformats.org/markup-compatibility/2006"

_LEFT_OUT = frozenset(
    {"del", "moveFrom", "instrText", "delText", "delInstrText", "rt", "rPrChange", "pPrChange", "sectPrChange"}
)
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_OFF = ("0", "false", "off")


def read_docx(source: Source, settings: Settings) -> Result:
    """Read one document."""
    if not source.data:
        raise ReadError("it is empty (0 bytes), not a Word document")
    kind = signature(source.data)
    if kind is None or "ZIP" not in kind:
        what = f"it begins like {kind}" if kind else "it looks like plain text; give it the suffix .txt"
        if kind and "Office" in kind:
            what += "; open it in Word, remove the password if it has one, and save it as .docx"
        raise ReadError(f"not a Word document (.docx): {what}")
    text = document_text(Container(source.data))
    checked = check(text, repair=settings.repair)
    notes: list[Note] = list(checked.notes)
    if not checked.text.strip():
        notes.append(("empty", "no text"))
    return Result([one_document(source, checked.text)], notes=[(source.file, note) for note in notes])


def document_text(container: Container) -> str:
    """Return the text of the main part with its notes."""
    main = _related(container, "", "/officeDocument") or "word/document.xml"
    if not container.has(main):
        raise ReadError("not a Word document: it has no word/document.xml inside")
    notes = {
        "footnote": _notes(container, main, "footnote"),
        "endnote": _notes(container, main, "endnote"),
    }
    body = _Body(notes)
    _parse(container.read(main), main, body.start, body.end)
    return "\n".join([*body.lines, *body.at_end])


def _notes(container: Container, main: str, kind: str) -> dict[str, list[str]]:
    part = _related(container, main, f"/{kind}s") or posixpath.join(posixpath.dirname(main), f"{kind}s.xml")
    if not container.has(part):
        return {}
    collected = _Notes(kind)
    _parse(container.read(part), part, collected.start, collected.end)
    return collected.found


def _related(container: Container, part: str, kind: str) -> str | None:
    """Return the part that a part (``""``: the package) names as its main document, footnotes ..."""
    folder, name = posixpath.split(part)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    if not container.has(listing):
        return None
    found: list[str] = []

    def start(element: etree._Element, namespace: str, name: str) -> None:
        if name == "Relationship" and str(element.get("Type", "")).endswith(kind):
            target = str(element.get("Target", ""))
            found.append(
                target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            )

    _parse(container.read(listing), listing, start, lambda element, namespace, name: None)
    return next((part for part in found if container.has(part)), None)


Handler = Callable[[etree._Element, str, str], None]


def _parse(data: bytes, part: str, start: Handler, end: Handler) -> None:
    """Run over the elements of a part without keeping them; a document type declaration is refused."""
    events = etree.iterparse(
        io.BytesIO(data),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    first = True
    for event, element in events:
        if first:
            if element.getroottree().docinfo.doctype:
                raise ReadError(f"{part} inside declares a document type (DTD), which Word never writes; refused")
            first = False
        if not isinstance(element.tag, str):  # an entity that was not resolved
            continue
        namespace, _, name = element.tag.rpartition("}")
        if event == "start":
            start(element, namespace.removeprefix("{"), name)
        else:
            end(element, namespace.removeprefix("{"), name)
            _forget(element, name)


def _forget(element: etree._Element, name: str) -> None:
    """Free what has been read. Properties stay until their run or paragraph ends."""
    if name in ("p", "tr", "tbl", "r", "footnote", "endnote", "sdt"):
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


@dataclass(slots=True)
class _Paragraph:
    parts: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    """Text boxes and footnotes, which stand below the paragraph."""


class _Body:
    """Puts lines together while elements open and close."""

    def __init__(self, notes: dict[str, dict[str, list[str]]]) -> None:
        self.lines: list[str] = []
        self.at_end: list[str] = []
        self._notes = notes
        self._paragraphs: list[_Paragraph] = []
        self._targets: list[list[str]] = [self.lines]  # where finished lines go: body, text box or cell
        self._rows: list[list[list[str]]] = []
        self._skipping = 0
        self._hidden = False
        self._chosen: list[bool] = []  # for each open mc:AlternateContent: was its mc:Choice read

    def start(self, element: etree._Element, namespace: str, name: str) -> None:
        if namespace == _COMPATIBLE:
            self._start_alternative(name)
            return
        if self._skipping:
            self._skipping += 1
            return
        if namespace in _WORD:
            self._start_word(element, name)

    def _start_alternative(self, name: str) -> None:
        if self._skipping:
            self._skipping += 1
        elif name == "AlternateContent":
            self._chosen.append(False)
        elif name == "Choice":
            if self._chosen and self._chosen[-1]:
                self._skipping = 1
            elif self._chosen:
                self._chosen[-1] = True
        elif name == "Fallback" and self._chosen and self._chosen[-1]:
            self._skipping = 1

    def _start_word(self, element: etree._Element, name: str) -> None:
        if name in _LEFT_OUT:
            self._skipping = 1
        elif name == "p":
            self._paragraphs.append(_Paragraph())
        elif name == "txbxContent":
            self._targets.append(self._paragraphs[-1].below if self._paragraphs else self.lines)
        elif name == "tr":
            self._rows.append([])
        elif name == "tc" and self._rows:
            self._rows[-1].append([])
            self._targets.append(self._rows[-1][-1])
        elif name == "r":
            self._hidden = False
        elif name in ("vanish", "specVanish"):
            parent = element.getparent()
            in_run = parent is not None and _local(parent.getparent()) == "r"
            self._hidden = in_run and _attribute(element, "val") not in _OFF

    def end(self, element: etree._Element, namespace: str, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        if namespace == _COMPATIBLE:
            if name == "AlternateContent" and self._chosen:
                self._chosen.pop()
        elif namespace in _MATH:
            if name == "t":
                self._add(element.text or "")
        elif namespace in _WORD:
            self._end_word(element, name)

    def _end_word(self, element: etree._Element, name: str) -> None:
        if name == "t":
            self._add(element.text or "")
        elif name in _SIGNS:
            if _local(element.getparent()) == "r":  # not the tab stops of a style
                self._add(_SIGNS[name])
        elif name == "sym":
            self._add(_symbol(element))
        elif name in ("footnoteReference", "endnoteReference"):
            self._refer(name.removesuffix("Reference"), _attribute(element, "id"))
        elif name == "p" and self._paragraphs:
            done = self._paragraphs.pop()
            self._targets[-1].extend(["".join(done.parts), *done.below])
        elif (name == "txbxContent" or (name == "tc" and self._rows)) and len(self._targets) > 1:
            self._targets.pop()
        elif name == "tr" and self._rows:
            cells = self._rows.pop()
            self._targets[-1].append("\t".join("\n".join(_trimmed(cell)) for cell in cells))

    def _add(self, text: str) -> None:
        if self._paragraphs and not self._hidden:
            self._paragraphs[-1].parts.append(text)

    def _refer(self, kind: str, number: str) -> None:
        lines = self._notes.get(kind, {}).pop(number, [])
        if kind == "footnote" and self._paragraphs:
            self._paragraphs[-1].below.extend(lines)
        else:
            self.at_end.extend(lines)


class _Notes:
    """Collects footnotes or endnotes by their number."""

    def __init__(self, kind: str) -> None:
        self.found: dict[str, list[str]] = {}
        self._kind = kind
        self._body: _Body | None = None

    def start(self, element: etree._Element, namespace: str, name: str) -> None:
        if namespace in _WORD and name == self._kind:
            self._body = _Body({})
        elif self._body is not None:
            self._body.start(element, namespace, name)

    def end(self, element: etree._Element, namespace: str, name: str) -> None:
        if self._body is None:
            return
        if namespace in _WORD and name == self._kind:
            lines = [line.strip(" ") for line in self._body.lines]
            if _attribute(element, "type") in ("", "normal") and any(lines):
                self.found[_attribute(element, "id")] = lines
            self._body = None
        else:
            self._body.end(element, namespace, name)


def _trimmed(lines: list[str]) -> Iterator[str]:
    """Drop the empty paragraphs that end most cells."""
    last = max((i for i, line in enumerate(lines) if line.strip()), default=-1)
    yield from lines[: last + 1]


def _local(element: etree._Element | None) -> str:
    return "" if element is None or not isinstance(element.tag, str) else element.tag.rpartition("}")[2]


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


def _symbol(element: etree._Element) -> str:
    """A character of a symbol font: kept unless it is a private one, which only that font can show."""
    try:
        code = int(_attribute(element, "char"), 16)
    except ValueError:
        return ""
    return chr(code) if 0x20 <= code < 0xD800 or 0xF900 <= code < 0xFFF0 else ""
