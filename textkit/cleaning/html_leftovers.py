"""What a crude conversion from HTML leaves in a text: entities and tags."""

from __future__ import annotations

import html
import re

from textkit.cleaning.edits import Edit, Rule

_NAMES = (
    "nbsp|ensp|emsp|thinsp|ldquo|rdquo|lsquo|rsquo|laquo|raquo|hellip|mdash|ndash|middot|bull|quot|apos|times|divide|deg"
    "|permil|copy|reg|trade|yen|sect|lt|gt|amp|zwnj|zwj|shy|zwsp"
)
_ENTITY = re.compile(rf"&(?:amp;)*(?:({_NAMES}|#\d{{1,7}}|#[xX][0-9a-fA-F]{{1,6}});|(nbsp)(?![A-Za-z;]))")
_BREAKING = frozenset(
    {"br", "p", "div", "tr", "hr", "li", "ul", "ol", "table", "tbody", "thead", "section", "article", "blockquote"}
    | {"center", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_TAG = re.compile(
    r"<!--[^<>]{0,300}-->|</?\s?([A-Za-z][A-Za-z0-9]{0,9})(?:\s[^<>]{0,500})?/?>|</?[ovw]:[a-z]{1,12}[^<>]{0,300}>"
)
_INLINE = frozenset(
    {"a", "abbr", "b", "big", "cite", "code", "dd", "dl", "dt", "em", "embed", "font", "form", "i", "iframe", "img"}
    | {"input", "ins", "label", "nobr", "o", "pre", "q", "s", "small", "span", "strike", "strong", "sub", "sup"}
    | {"td", "th", "tt", "u", "wbr"}
)


def _find_entities(text: str) -> list[Edit]:
    edits: list[Edit] = []
    for found in _ENTITY.finditer(text):
        char = _decoded(found[1] or found[2], text[found.end() : found.end() + 1])
        if char is not None:
            edits.append(Edit(found.start(), found.end(), char))
    return edits


def _decoded(name: str, after: str) -> str | None:
    if name == "zwsp":
        return ""
    char = html.unescape(f"&{name};")
    if len(char) != 1 or (char < " " and char not in "\t\n") or "\ud800" <= char <= "\udfff" or char == "\ufffd":
        return None
    if char in "<&" and (after.isascii() and (after.isalpha() or after in "/!?#&") and after):
        return None  # decoding would make a tag or another entity out of text that is about one
    return char


def _find_tags(text: str) -> list[Edit]:
    if "<" not in text:
        return []
    edits: list[Edit] = []
    for found in _TAG.finditer(text):
        name = (found[1] or "").lower()
        if name in _BREAKING:
            inside = (
                found.start() > 0
                and text[found.start() - 1] not in "\n>"
                and text[found.end() : found.end() + 1] not in ("", "\n")
            )
            edits.append(Edit(found.start(), found.end(), "\n" if inside else ""))
        elif not found[1] or name in _INLINE:
            edits.append(Edit(found.start(), found.end()))
    return edits


HTML_ENTITIES = Rule(
    "html_entities",
    "HTML entities such as &nbsp; and &ldquo; become the characters they name; &lt; and &amp; stay before a letter",
    _find_entities,
)
HTML_TAGS = Rule(
    "html_tags",
    "HTML tags are removed; those that end a line, such as <br> and </p>, become a line end",
    _find_tags,
)
