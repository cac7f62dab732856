"""Lines that end in the middle of a sentence: hard-wrapped text, cut pages, links on lines of their own."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from textkit.cleaning.edits import Edit, Rule
from textkit.cleaning.lines import HAN, Line, is_contents, is_ended, is_numbered, is_salutation, lines

_WIDE = re.compile(
    "[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003ffff“”‘’…—]"
)
_MARKS = re.compile("[，。、；：,;]")
_OPEN_END = re.compile("[《“（‘〈「『【〔]\\Z")
_CLOSED_START = re.compile("[》”）’〉」』】〕，。、；：！？]")
_COMMA_END = re.compile("[，、]\\Z")
_WORD_END = re.compile(f"[{HAN}A-Za-z0-9％%”’》）)〕]\\Z")
_STOP_INSIDE = re.compile("[。！？；]")

_NARROWEST, _WIDEST = 36, 130  # columns of a full line; verse is narrower, paragraphs are wider
_ENOUGH = 8  # full lines before a text counts as hard-wrapped
_NEAR = 4  # lines above and below that show how long a full line is
_FULL = 0.85  # of those columns make a line full
_BODY = 30  # characters from which a line is certainly not a heading
_LONG, _REST = 60, 60  # a paragraph, and at most so much of it on the other side of a cut


class _Shape(NamedTuple):
    """How a text is laid out: its usual indent; do blank lines part paragraphs; do paragraphs end with a stop."""

    indent: int
    parted: bool
    stopped: bool


class _Joined(NamedTuple):
    """The line as joined so far: its length, and whether it is running text rather than a heading."""

    length: int
    prose: bool


def _find_broken_lines(text: str) -> list[Edit]:
    filled = [line for line in lines(text) if line.text]
    if len(filled) < 2:
        return []
    gaps = [text.count("\n", above.stop, below.start) for above, below in pairwise(filled)]
    shape = _shape(text, filled, gaps)
    wrapped = _wrapped(filled, gaps)
    edits: list[Edit] = []
    so_far = _joined(filled[0], None)
    for i, gap in enumerate(gaps):
        above, below = filled[i], filled[i + 1]
        full = wrapped[i] > 0 and _columns(above.text) >= _FULL * wrapped[i]
        if gap <= 2 and _belong(text, above, below, gap, so_far, shape, full=full):
            start = above.start + len(text[above.start : above.stop].rstrip())
            edits.append(Edit(start, text.index(below.text, below.start), _glue(above.text, below.text)))
            so_far = _joined(below, so_far)
        else:
            so_far = _joined(below, None)
    return edits


def _joined(line: Line, before: _Joined | None) -> _Joined:
    length = len(line.text) + (before.length if before else 0)
    prose = (before is not None and before.prose) or _STOP_INSIDE.search(line.text[:-1]) is not None
    return _Joined(length, prose or (length >= _BODY and _MARKS.search(line.text) is not None) or line.text[0] in "—─")


def _belong(text: str, above: Line, below: Line, gap: int, so_far: _Joined, shape: _Shape, *, full: bool) -> bool:
    """Say whether two lines are one sentence."""
    if is_contents(above.text) or is_contents(below.text) or above.text.isdecimal() or below.text.isdecimal():
        return False
    if _CLOSED_START.match(below.text) or (
        _OPEN_END.search(above.text) and (shape.parted or not is_numbered(below.text))
    ):
        return gap == 1 or so_far.length >= _BODY
    if is_ended(above.text) or is_salutation(above.text) or _starts_anew(text, below, shape):
        return False
    heading = is_numbered(above.text) and so_far.length == len(above.text) and not so_far.prose
    if gap == 1 and full:
        return not heading or not _WORD_END.search(above.text) or _wraps(above, below)
    if gap == 1 and _COMMA_END.search(above.text) and (so_far.length >= _BODY or shape.parted):
        return True
    if heading or not (_WORD_END.search(above.text) or so_far.prose):
        return False
    if gap == 1 and shape.parted:
        return so_far.prose or re.fullmatch(f"[{HAN}]{{2}}", above.text[-1] + below.text) is not None
    return _cut(above, below, so_far.length, shape)


def _wraps(above: Line, below: Line) -> bool:
    """Say whether a full line that begins like a heading goes on: it holds a comma, or its rest is short."""
    return _MARKS.search(above.text[4:]) is not None or (len(below.text) <= 15 and not is_ended(below.text))


def _cut(above: Line, below: Line, length: int, shape: _Shape) -> bool:
    """Say whether a page break cut a paragraph: a long line without its stop, then a short rest with one."""
    return (
        shape.stopped
        and length >= _LONG
        and _STOP_INSIDE.search(above.text) is not None
        and re.search(f"[{HAN}]\\Z", above.text) is not None
        and re.match(f"[{HAN}]", below.text) is not None
        and len(below.text) <= _REST
        and is_ended(below.text)
        and not _STOP_INSIDE.search(below.text[:-1])
        and _ADDRESS.match(below.text) is None
    )


_ADDRESS = re.compile("同志们|各位|谢谢|最后|总之|让我们|我的|以上|此致|特此|专此|请|望|祝|大家|预祝|现|注|附")


def _starts_anew(text: str, below: Line, shape: _Shape) -> bool:
    """Say whether a line begins a paragraph: a heading, an item, a salutation, a deeper indent."""
    indent = text.index(below.text, below.start) - below.start
    return indent > shape.indent or is_numbered(below.text) or is_salutation(below.text)


def _shape(text: str, filled: list[Line], gaps: list[int]) -> _Shape:
    indents = sorted(
        len(line_text) - len(line_text.lstrip()) for line_text in (text[line.start : line.stop] for line in filled)
    )
    long_lines = [line for line in filled if len(line.text) >= _LONG]
    stopped = sum(is_ended(line.text) or is_salutation(line.text) or line.text[-1] in "：:" for line in long_lines)
    return _Shape(
        indent=indents[len(indents) // 2] if indents[len(indents) // 2] == indents[len(indents) // 4] else 0,
        parted=_is_parted(filled, gaps),
        stopped=len(long_lines) >= 3 and stopped >= 0.8 * len(long_lines),
    )


def _is_parted(filled: list[Line], gaps: list[int]) -> bool:
    """Say whether blank lines part the paragraphs, so that a single line end inside a sentence is an accident."""
    single = [filled[i].text for i, gap in enumerate(gaps) if gap == 1]
    wide = len(gaps) - len(single)
    running = sum(not is_ended(line) and not is_salutation(line) for line in single)
    return wide >= 5 and (wide >= len(single) or (4 * wide >= len(single) and 2 * running >= len(single)))


def _wrapped(filled: list[Line], gaps: list[int]) -> list[int]:
    """Return for each line of a hard-wrapped text the columns of a full line there, or 0s for any other text.

    Hard-wrapped: hardly a line is as long as a paragraph, many are as long as the longest nearby, most of these stop
    inside a sentence, and they hold some punctuation, which the rows of a list or a table do not.
    """
    nothing = [0] * len(filled)
    if sum(gap == 1 for gap in gaps) < _ENOUGH:
        return nothing
    widths = [_columns(line.text) for line in filled]
    middling = sorted(width for width in widths if _NARROWEST <= width <= _WIDEST)
    if len(middling) < _ENOUGH or sum(width <= _WIDEST for width in widths) < 0.85 * len(widths):
        return nothing
    usual = middling[len(middling) // 2]
    narrow = [width if width <= 1.25 * usual else 0 for width in widths]
    nearby = [max(narrow[max(0, i - _NEAR) : i + _NEAR + 1]) for i in range(len(narrow))]
    full = [i for i, width in enumerate(narrow) if width >= max(_NARROWEST, _FULL * nearby[i])]
    running = sum(not is_ended(filled[i].text) for i in full)
    marked = sum(_MARKS.search(filled[i].text) is not None for i in full)
    if len(full) < max(_ENOUGH, 0.4 * len(filled)) or running < 0.6 * len(full) or marked < 0.5 * len(full):
        return nothing
    return nearby


def _columns(line: str) -> int:
    return len(line) + len(_WIDE.findall(line)) if len(line) <= _WIDEST else 2 * len(line)


def _glue(above: str, below: str) -> str:
    if re.fullmatch(r"[\d.]{1,6}", below):
        return ""  # a subscript that stood on a line of its own, as in PM2.5
    latin = above[-1].isascii() and above[-1].isalnum() and below[0].isascii() and below[0].isalnum()
    return " " if latin or (above[-1] in ",;:.!?" and below[0].isascii() and below[0].isalnum()) else ""


BROKEN_LINES = Rule(
    "broken_lines",
    "lines that end inside a sentence are joined: where the text is hard-wrapped at one width, at brackets left "
    "open, "
    "around links on lines of their own, and at page breaks; headings, items of lists and verse stay",
    _find_broken_lines,
)
