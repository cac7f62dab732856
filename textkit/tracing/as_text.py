"""A trace as plain text, for a terminal or a comment in a paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textkit.stats.concordance import display_width
from textkit.tracing import headings
from textkit.tracing.derivation import Grid, Step
from textkit.tracing.formula import Literal
from textkit.tracing.plain import plain
from textkit.tracing.result import Trace
from textkit.tracing.wording import Words, shown

_WIDTH = 96


def as_text(trace: Trace, lang: str) -> str:
    """Write a trace as plain text."""
    title = _flat(trace.title.of(lang))
    lines = [title, "=" * display_width(title), headings.headline(trace)]
    if trace.quantities:
        lines += ["", headings.GIVEN.of(lang)]
        given = [(f"  {plain(q.symbol)}", f"= {shown(q.value)}", _flat(q.meaning.of(lang))) for q in trace.quantities]
        lines += _columns(given, "lll")
    for grid in trace.grids:
        lines += ["", *_grid(grid, lang)]
    lines += ["", headings.STEPS.of(lang)]
    for number, step in enumerate(trace.steps, 1):
        lines += _step(number, step, lang)
    lines += ["", headings.RESULT.of(lang), *(f"  {said.of(lang)}" for said in headings.results(trace))]
    lines += [f"  {headings.ROUNDED.of(lang)}"]
    if trace.notes:
        lines += ["", headings.NOTES.of(lang)]
        for note in trace.notes:
            lines += _wrapped(_flat(note.of(lang)), first="  - ", later="    ")
    if trace.n_passages != 0:
        rows = [
            (f"  {_flat(group)}", _flat(doc), place, _flat(left), f"[{_flat(node)}]", _flat(right))
            for group, doc, place, left, node, right in headings.passage_rows(trace, lang)
        ]
        said = headings.passages_note(trace).of(lang)
        lines += ["", headings.PASSAGES.of(lang), *_columns(rows, "lllrll"), f"  {said}"]
    if trace.citations:
        lines += ["", headings.SOURCES.of(lang)]
        for citation in trace.citations:
            lines += _wrapped(citation, first="  - ", later="    ")
    return "\n".join(line.rstrip() for line in lines)


def _grid(grid: Grid, lang: str) -> list[str]:
    head = [tuple(_flat(name.of(lang)) for name in grid.columns)]
    body = [tuple(_cell(value, lang) for value in row) for row in grid.rows]
    lines = [_flat(grid.caption.of(lang)), *(f"  {line}" for line in _columns([*head, *body], sides(grid)))]
    more = headings.more_rows(grid)
    return lines if more is None else [*lines, f"  {more.of(lang)}"]


def sides(grid: Grid) -> str:
    """Return for each column ``l`` if it holds words and ``r`` if it holds numbers."""
    columns = list(zip(*grid.rows, strict=True)) if grid.rows else [()] * len(grid.columns)
    return "".join("l" if any(isinstance(value, (str, Words)) for value in column) else "r" for column in columns)


def _cell(value: object, lang: str) -> str:
    return _flat(value.of(lang) if isinstance(value, Words) else shown(value))


def _step(number: int, step: Step, lang: str) -> list[str]:
    name = step.name.of(lang) + (f"  →  {step.column}" if step.column else "")
    lines = [f"{number}. {_flat(name)}"]
    left = f"   {plain(step.symbol)} "
    indent = " " * display_width(left)
    lines += _formula(f"{left}= ", plain(step.formula))
    if step.put_in:
        lines += _formula(f"{indent}= ", plain(step.numbers))
    if not isinstance(step.formula, Literal):
        lines.append(f"{indent}{headings.equals(step)} {shown(step.value)}")
    if step.remark is not None:
        lines += _wrapped(_flat(step.remark.of(lang)), first="   ", later="   ")
    return lines


def _formula(before: str, text: str) -> list[str]:
    """Break a long formula before a plus."""
    indent = " " * (display_width(before))
    lines, line = [], before
    for place, piece in enumerate(text.split(" + ")):
        added = piece if place == 0 else f" + {piece}"
        if place and display_width(line + added) > _WIDTH:
            lines.append(line)
            line, added = indent, f"+ {piece}"
        line += added
    return [*lines, line]


def _columns(rows: Sequence[Sequence[str]], sides: str) -> list[str]:
    """Set rows in columns, a Chinese character taking two places."""
    if not rows:
        return []
    widths = [max(map(display_width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for text, width, side in zip(row, widths, sides, strict=True):
            blanks = " " * (width - display_width(text))
            cells.append(blanks + text if side == "r" else text + blanks)
        lines.append("  ".join(cells).rstrip())
    return lines


def _wrapped(text: str, *, first: str, later: str) -> list[str]:
    """Break a line between words, or between Chinese characters."""
    lines, line, full = [], first, len(first)
    for piece in _pieces(text):
        if display_width(line + piece.rstrip()) > _WIDTH and len(line) > full:
            lines.append(line.rstrip())
            line, piece = later, piece.lstrip()
            full = len(later)
        line += piece
    return [*lines, line]


def _pieces(text: str) -> Iterable[str]:
    """Yield what must stay together: a word with its blank, or a wide character with the stop that follows it."""
    piece = ""
    for char in text:
        wide = display_width(char) == 2
        if piece and (piece[-1] == " " or (wide and char not in "，。；：、）》”！？") or _ends_wide(piece, char)):
            yield piece
            piece = ""
        piece += char
    yield piece


def _ends_wide(piece: str, char: str) -> bool:
    return display_width(piece[-1]) == 2 and piece[-1] not in "（《“" and char not in "，。；：、）》”！？ "


def _flat(text: str) -> str:
    """Replace what would break a line."""
    return "".join(char if char.isprintable() else " " for char in text)
