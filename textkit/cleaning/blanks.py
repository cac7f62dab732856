"""Blanks: inside Chinese text, at line ends, between paragraphs, and paragraph breaks that became blanks."""

from __future__ import annotations

import re

from textkit.cleaning.edits import Edit, Rule
from textkit.cleaning.lines import BLANK, HAN, NUMERAL
from textkit.cleaning.widths import east_asian

_RUN = re.compile(f"[{BLANK}]+")
_IS_HAN = re.compile(f"[{HAN}]")
_GAP = re.compile(rf"(?<=[{HAN}])[{BLANK}]+(?=[{HAN}])")
_BLANK_LINES = re.compile("\n{2,}|\\A\n+")
_CHAPTER = re.compile(rf"[{BLANK}]*第[{NUMERAL}\d]{{1,6}}(?:[章节条编篇款]|部分)\Z")
_INDENT = re.compile(r"(?<=[。！？：；”）])\u3000{2,4}(?=[^\s])")
_LONG_LINE = re.compile(r"[^\n]{600,}")
_SENTENCE_STOPS = "。！？；：”）"
_STOPS = re.compile("[，。、；：！？,;!?]")

_ENOUGH = 5  # blanks in a flattened line, at least
_APART = 50  # characters to each of them, on average
_LIST = 400  # characters of a list of names in a line, at most
_WIDEST = 4  # columns: a wider gap sets a table or a form apart
_CLOSED_SET = "“”‘’…—"  # also English; the blank stays unless Chinese stands on the other side


def _find_line_end_blanks(text: str) -> list[Edit]:
    return [
        Edit(found.start(), found.end())
        for found in _RUN.finditer(text)
        if found.end() == len(text) or text[found.end()] == "\n"
    ]


def _find_paragraph_breaks(text: str) -> list[Edit]:
    edits = [Edit(found.start(), found.start(), "\n") for found in _INDENT.finditer(text)]
    known = {edit.start for edit in edits}
    for found in _LONG_LINE.finditer(text):
        edits += [edit for edit in _flattened(text, found.start(), found.end()) if edit.start not in known]
    return sorted(edits)


def _flattened(text: str, start: int, stop: int) -> list[Edit]:
    """Return the blanks of a very long line that were line ends: far apart, mostly behind sentences."""
    gaps = [
        found
        for found in _RUN.finditer(text, start, stop)
        if start < found.start() and found.end() < stop and _parts(text[found.start() - 1], text[found.end()])
    ]
    ended = sum(text[gap.start() - 1] in _SENTENCE_STOPS for gap in gaps)
    if len(gaps) < _ENOUGH or ended < 0.6 * len(gaps) or stop - start < _APART * len(gaps):
        return []
    return [Edit(gap.start(), gap.end(), "\n") for gap in gaps]


def _parts(before: str, after: str) -> bool:
    return east_asian(before) and (east_asian(after) or (before in _SENTENCE_STOPS and after.isalnum()))


def _find_blank_lines(text: str) -> list[Edit]:
    edits: list[Edit] = []
    for found in _BLANK_LINES.finditer(text):
        start, stop = found.span()
        kept = 0 if start == 0 else 1 if stop == len(text) else 2
        if stop - start > kept:
            edits.append(Edit(start + kept, stop))
    return edits


def _find_blanks(text: str) -> list[Edit]:
    edits: list[Edit] = []
    segmented: bool | None = None
    line_start, line_stop, is_list = 0, -1, False
    for found in _RUN.finditer(text):
        start, stop = found.span()
        before, after = text[start - 1 : start], text[stop : stop + 1]
        if before in ("", "\n") or after in ("", "\n") or "\t" in found[0]:
            continue
        if _glued(before, after):
            edits.append(Edit(start, stop))
            continue
        if not (_IS_HAN.match(before) and _IS_HAN.match(after)):
            if found[0] != " " * len(found[0]):
                edits.append(Edit(start, stop, " "))
            continue
        if segmented is None:
            segmented = _is_segmented(text)
        if start > line_stop:
            line_start = text.rfind("\n", max(line_stop, 0), start) + 1 or max(line_stop, 0)
            following = text.find("\n", stop)
            line_stop = len(text) if following < 0 else following
            is_list = _is_list(text[line_start:line_stop])
        wide = sum(2 if char == "\u3000" else 1 for char in found[0])
        chapter = start - line_start <= 20 and _CHAPTER.match(text, line_start, start)
        if not (segmented or is_list or wide > _WIDEST or chapter):
            edits.append(Edit(start, stop))
    return edits


def _glued(before: str, after: str) -> bool:
    """Say whether one side is punctuation of Chinese text, beside which no blank belongs."""
    return (_is_mark(before) and (before not in _CLOSED_SET or east_asian(after))) or (
        _is_mark(after) and (after not in _CLOSED_SET or east_asian(before))
    )


def _is_mark(char: str) -> bool:
    return east_asian(char) and not _IS_HAN.match(char) and not char.isalnum() and char not in "℃％‰"


def _is_segmented(text: str) -> bool:
    """Say whether blanks part the words of the whole text: then they are the segmentation, not noise.

    Letter-spaced text, in which a blank follows every character, is noise again.
    """
    gaps = sum(1 for _ in _GAP.finditer(text))
    han = sum(1 for _ in _IS_HAN.finditer(text))
    pieces = re.findall(f"[{HAN}]+", text)
    single = sum(len(piece) == 1 for piece in pieces)
    return 4 * gaps > han and 4 * single < 3 * len(pieces)


def _is_list(line: str) -> bool:
    """Say whether a line is a list of names or headwords: three or more, without punctuation."""
    if len(line) > _LIST or _STOPS.search(line):
        return False
    pieces = line.split()
    return len(pieces) >= 3 and sum(map(len, pieces)) >= 2 * len(pieces)


LINE_END_BLANKS = Rule(
    "line_end_blanks",
    "blanks at the end of lines are removed; a line of blanks becomes empty",
    _find_line_end_blanks,
)
PARAGRAPH_BREAKS = Rule(
    "paragraph_breaks",
    "an indent of ideographic spaces behind the end of a sentence gets back the line end it lost; in a text run "
    "together "
    "into one long line, the few blanks behind sentences become line ends",
    _find_paragraph_breaks,
)
BLANKS = Rule(
    "blanks",
    "blanks between Chinese characters and beside Chinese punctuation are removed, other exotic blanks become plain; "
    "indents, tabs, wide gaps, chapter numbers, lists of names and texts segmented by blanks stay",
    _find_blanks,
)
BLANK_LINES = Rule(
    "blank_lines",
    "several blank lines become one; those at the beginning and the end go",
    _find_blank_lines,
)
