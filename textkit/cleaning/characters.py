"""Characters that carry no text: line ends of other systems, control, invisible and private-use characters."""

from __future__ import annotations

import re

from textkit.cleaning.edits import Edit, Rule
from textkit.cleaning.lines import BLANK_CHARS, runs_on

_LINE_END = re.compile("\r\n|\n?\x0c\n?|[\r\x0b\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffc\ufdd0-\ufdef\ufffe\uffff]+")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    "\U000e0100-\U000e01ef]+"
)
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]+")

_MARKS = re.compile("[，。、；]")
_NEAR = 400  # characters to look at on either side
_PROSE = 30  # characters from which a line with punctuation is no title

_JOINERS = "\u200c\u200d"
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def _find_line_ends(text: str) -> list[Edit]:
    return [Edit(found.start(), found.end(), "\n") for found in _LINE_END.finditer(text)]


def _find_control(text: str) -> list[Edit]:
    return [Edit(found.start(), found.end()) for found in _CONTROL.finditer(text)]


def _find_invisible(text: str) -> list[Edit]:
    edits: list[Edit] = []
    for found in _INVISIBLE.finditer(text):
        start, stop = found.span()
        before = text[start - 1 : start]
        after = text[stop : stop + 1]
        if before == after == "\n" and _splits(text, start, stop):
            edits.append(Edit(start - 1, stop + 1))
            continue
        kept = found[0]
        if not (_needs_joiner(before) and _needs_joiner(after)):
            kept = "".join(char for char in kept if char not in _JOINERS and _SELECTORS.match(char))
            if not _may_vary(before):
                kept = ""
        else:
            kept = "".join(char for char in kept if char in _JOINERS or _SELECTORS.match(char))
        if kept != found[0]:
            edits.append(Edit(start, stop, kept))
    return edits


def _splits(text: str, start: int, stop: int) -> bool:
    """Say whether a line that only looks blank stands in the middle of a sentence."""
    above = text[max(0, start - 1 - _NEAR) : start - 1].rpartition("\n")[2].strip()
    below = text[stop + 1 : stop + 1 + _NEAR].partition("\n")[0]
    running = len(above) >= _PROSE and _MARKS.search(above) is not None
    return running and below[:1] not in BLANK_CHARS and runs_on(above, below)


def _needs_joiner(char: str) -> bool:
    """Say whether joiners mean something beside the character: emoji, Arabic, Indic; not Latin or Han."""
    return char > "\u02ff" and not _is_east_asian(char) and not "\u2000" <= char <= "\u206f"


def _may_vary(char: str) -> bool:
    """Say whether a variation selector means something behind the character: symbols and emoji, not Han."""
    return char > "\u00a0" and not _is_east_asian(char)


def _is_east_asian(char: str) -> bool:
    return (
        "\u2e80" <= char <= "\ua4cf"
        or "\uf900" <= char <= "\ufaff"
        or "\ufe10" <= char <= "\uffef"
        or "\U00020000" <= char <= "\U0003ffff"
    )


# Older GBK fonts kept these 80 characters in the private-use area; GB 18030 gives them the codes FE50 to FEA0.
# Python's table still leaves fourteen of them there, whose code points came later.
_LATER = dict(
    zip(
        "\ue816\ue817\ue818\ue81e\ue826\ue82b\ue82c\ue831\ue832\ue83b\ue843\ue854\ue855\ue864",
        "\U00020087\U00020089\U000200cc\u9fb4\u9fb5\u9fb6\u9fb7\U000215d7\u9fb8\U0002298f\u9fb9\u9fba\U000241fe\u9fbb",
        strict=True,
    )
)
_GBK = {
    chr(0xE815 + place): bytes([0xFE, low]).decode("gb18030")
    for place, low in enumerate(low for low in range(0x50, 0xA1) if low != 0x7F)
} | _LATER


def _find_private_use(text: str) -> list[Edit]:
    edits: list[Edit] = []
    for found in _PRIVATE.finditer(text):
        known = "".join(_GBK.get(char, "") for char in found[0])
        edits.append(Edit(found.start(), found.end(), known))
    return edits


def unknown_private_use(text: str) -> str:
    """Return the private-use characters whose meaning is lost: not those of old GBK nor bullets of symbol fonts."""
    found = "".join(_PRIVATE.findall(text))
    return "".join(char for char in found if char not in _GBK and not "\uf020" <= char <= "\uf0ff")


LINE_ENDS = Rule(
    "line_ends",
    "CRLF, CR, NEL, line and paragraph separators, vertical tabs and form feeds become line feeds",
    _find_line_ends,
)
CONTROL_CHARACTERS = Rule(
    "control_characters",
    "NUL and other control characters, object replacement characters and noncharacters are removed",
    _find_control,
)
INVISIBLE_CHARACTERS = Rule(
    "invisible_characters",
    "zero-width and bidirectional characters, soft hyphens and byte order marks are removed, and a line of nothing "
    "else that splits a sentence; joiners and variation selectors stay where emoji and other scripts need them",
    _find_invisible,
)
PRIVATE_USE = Rule(
    "private_use",
    "private-use characters of old GBK fonts become the characters they stood for; all others are removed",
    _find_private_use,
)
