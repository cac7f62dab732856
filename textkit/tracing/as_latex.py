"""A trace as LaTeX, to be put into a paper or slides."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from textkit.tracing import headings
from textkit.tracing.as_text import sides
from textkit.tracing.derivation import Grid, Step
from textkit.tracing.formula import Literal, exact
from textkit.tracing.latex import latex, words
from textkit.tracing.result import Trace
from textkit.tracing.wording import Words, shown

_HEAD = Words(
    "% 需要 amsmath；中文请用 XeLaTeX 或 LuaLaTeX 编译并载入 ctex",
    "% needs amsmath; for Chinese words compile with XeLaTeX or LuaLaTeX and load ctex",
)


def as_latex(trace: Trace, lang: str) -> str:
    """Write a trace as LaTeX: prose and tables as text, formulas as displays."""
    lines = [_HEAD.of(lang), _heading(trace.title, lang), words(headings.headline(trace))]
    if trace.quantities:
        given = [(f"${latex(q.symbol)}$", f"$= {latex(Literal(q.value))}$", q) for q in trace.quantities]
        lines += _tabular("rll", [(left, right, words(q.meaning.of(lang))) for left, right, q in given])
    for grid in trace.grids:
        lines += _grid(grid, lang)
    lines += [_heading(headings.STEPS, lang)]
    for number, step in enumerate(trace.steps, 1):
        lines += _step(number, step, lang)
    lines += [_heading(headings.RESULT, lang)]
    lines += [words("; ".join(said.of(lang) for said in headings.results(trace)))]
    lines += [words(headings.ROUNDED.of(lang))]
    if trace.notes:
        lines += [_heading(headings.NOTES, lang), *_items([words(note.of(lang)) for note in trace.notes])]
    note = headings.passages_note(trace)
    if trace.n_passages:
        rows = [
            (words(group), words(f"{doc} {place}"), words(left), rf"\textbf{{{words(node)}}}", words(right))
            for group, doc, place, left, node, right in headings.passage_rows(trace, lang)
        ]
        lines += [_heading(headings.PASSAGES, lang), *_tabular("llrcl", rows), words(note.of(lang))]
    if trace.citations:
        lines += [_heading(headings.SOURCES, lang), *_items([words(item) for item in trace.citations])]
    return "\n".join(lines) + "\n"


def _heading(text: Words, lang: str) -> str:
    return rf"\par\medskip\noindent\textbf{{{words(text.of(lang))}}}\par\smallskip"


def _items(lines: list[str]) -> list[str]:
    return [r"\begin{itemize}", *(rf"  \item {line}" for line in lines), r"\end{itemize}"]


def _grid(grid: Grid, lang: str) -> list[str]:
    head = tuple(words(name.of(lang)) for name in grid.columns)
    body = [tuple(_cell(value, lang) for value in row) for row in grid.rows]
    lines = [_heading(grid.caption, lang), *_tabular(sides(grid), body, head)]
    more = headings.more_rows(grid)
    return lines if more is None else [*lines, words(more.of(lang))]


def _cell(value: object, lang: str) -> str:
    if isinstance(value, Words):
        return words(value.of(lang))
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return f"${latex(Literal(exact(value)))}$"
    return words(shown(value))


def _tabular(sides: str, rows: Sequence[tuple[str, ...]], head: tuple[str, ...] = ()) -> list[str]:
    if not rows and not head:
        return []
    # an empty group first: a cell that begins with [ or * would be taken for an argument of the line break
    body = [rf"  {{}}{' & '.join(row)} \\" for row in rows]
    top = [rf"  {{}}{' & '.join(head)} \\ \hline"] if head else []
    return [r"\begin{flushleft}", rf"\begin{{tabular}}{{{sides}}}", *top, *body, r"\end{tabular}", r"\end{flushleft}"]


def _step(number: int, step: Step, lang: str) -> list[str]:
    name = words(step.name.of(lang))
    if step.column:
        name += rf" ($\rightarrow$ \texttt{{{words(step.column)}}})"
    lines = [rf"{latex(step.symbol)} &= {latex(step.formula)}"]
    if step.put_in:
        lines.append(rf"  &= {latex(step.numbers)}")
    if not isinstance(step.formula, Literal):
        equals = "=" if headings.equals(step) == "=" else r"\approx"
        lines.append(rf"  &{equals} {latex(Literal(step.value))}")
    remark = [] if step.remark is None else [words(step.remark.of(lang))]
    return [
        rf"\par\noindent {number}. {name}",
        r"\begin{align*}",
        " \\\\\n".join(lines),
        r"\end{align*}",
        *remark,
    ]
