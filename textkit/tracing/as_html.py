"""A trace as HTML with MathML: one piece that a notebook, a page or a slide can hold."""

from __future__ import annotations

from textkit.markup import esc
from textkit.tracing import headings
from textkit.tracing.as_text import sides
from textkit.tracing.derivation import Grid, Step
from textkit.tracing.formula import Literal
from textkit.tracing.mathml import mathml, sign
from textkit.tracing.result import Trace
from textkit.tracing.wording import Words, shown

# the classes keep MathJax, which a notebook may run, from reading dollar signs of the words as formulas
_OPEN = '<div class="textkit-trace tex2jax_ignore mathjax_ignore" lang="{}">'
_STYLE = """<style>
.textkit-trace{max-width:52em;line-height:1.5}
.textkit-trace h3{margin:.2em 0 .6em;font-size:1.25em}
.textkit-trace h4{margin:1.2em 0 .4em;font-size:1em}
.textkit-trace table{border-collapse:collapse;margin:.3em 0 .3em 1em}
.textkit-trace th,.textkit-trace td{padding:.15em .8em;text-align:left;background:none;white-space:pre-wrap}
.textkit-trace th{border-bottom:1px solid #8888;font-weight:600}
.textkit-trace .r{text-align:right;font-variant-numeric:tabular-nums}
.textkit-trace .step{margin:.2em 0 .9em;padding-left:1em;border-left:3px solid #0072B2}
.textkit-trace .math{overflow-x:auto;padding:.2em 0}
.textkit-trace math{font-size:1.1em;font-family:"STIX Two Math","Cambria Math","Latin Modern Math",\
"DejaVu Math TeX Gyre",math}
.textkit-trace .headline{font-size:1.15em;margin:.2em 0}
.textkit-trace .kwic{overflow-x:auto}
.textkit-trace .kwic td{white-space:pre;padding:.1em .4em}
.textkit-trace code{background:none}
.textkit-trace .small{font-size:.9em;opacity:.8}
</style>"""


def as_html(trace: Trace, lang: str) -> str:
    """Write a trace as HTML; every word of the corpus is escaped."""
    parts = [_OPEN.format("zh-Hans" if lang == "zh" else "en"), _STYLE, f"<h3>{esc(trace.title.of(lang))}</h3>"]
    parts.append(f'<p class="headline">{esc(headings.headline(trace))}</p>')
    if trace.quantities:
        parts.append(f"<h4>{esc(headings.GIVEN.of(lang))}</h4><table><tbody>")
        for q in trace.quantities:
            equal = f'<math lang="en">{mathml(q.symbol)}{sign("=")}{mathml(Literal(q.value))}</math>'
            parts.append(f"<tr><td>{equal}</td><td>{esc(q.meaning.of(lang))}</td></tr>")
        parts.append("</tbody></table>")
    parts += [_grid(grid, lang) for grid in trace.grids]
    parts.append(f"<h4>{esc(headings.STEPS.of(lang))}</h4>")
    parts += [_step(number, step, lang) for number, step in enumerate(trace.steps, 1)]
    parts.append(f"<h4>{esc(headings.RESULT.of(lang))}</h4>")
    said = headings.results(trace)
    parts.append("<p>" + "<br>".join(f"<b>{esc(item.of(lang))}</b>" for item in said[:-1]))
    parts.append(f'<br>{esc(said[-1].of(lang))}<br><span class="small">{esc(headings.ROUNDED.of(lang))}</span></p>')
    if trace.notes:
        parts += [f"<h4>{esc(headings.NOTES.of(lang))}</h4>", _items([note.of(lang) for note in trace.notes])]
    parts.append(_passages(trace, lang))
    if trace.citations:
        parts += [f"<h4>{esc(headings.SOURCES.of(lang))}</h4>", _items(list(trace.citations))]
    return "".join([*parts, "</div>"])


def _items(lines: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{esc(line)}</li>" for line in lines) + "</ul>"


def _grid(grid: Grid, lang: str) -> str:
    kinds = [f' class="{side}"' if side == "r" else "" for side in sides(grid)]
    head = "".join(f"<th{kind}>{esc(name.of(lang))}</th>" for name, kind in zip(grid.columns, kinds, strict=True))
    rows = [
        [f"<td{kind}>{_cell(value, lang)}</td>" for value, kind in zip(row, kinds, strict=True)] for row in grid.rows
    ]
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    more = headings.more_rows(grid)
    tail = "" if more is None else f'<p class="small">{esc(more.of(lang))}</p>'
    caption = f"<h4>{esc(grid.caption.of(lang))}</h4>"
    return f"{caption}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{tail}"


def _cell(value: object, lang: str) -> str:
    return esc(value.of(lang) if isinstance(value, Words) else shown(value))


def _step(number: int, step: Step, lang: str) -> str:
    column = f" → <code>{esc(step.column)}</code>" if step.column else ""
    lines = [(mathml(step.symbol), "=", mathml(step.formula))]
    if step.put_in:
        lines.append(("", "=", mathml(step.numbers)))
    if not isinstance(step.formula, Literal):
        lines.append(("", headings.equals(step), mathml(Literal(step.value))))
    rows = "".join(
        f'<mtr><mtd style="text-align:right;padding:.35em 0"><mrow>{left}</mrow></mtd>'
        f'<mtd style="padding:.35em .4em">{sign(equal)}</mtd>'
        f'<mtd style="text-align:left;padding:.35em 0"><mrow>{right}</mrow></mtd></mtr>'
        for left, equal, right in lines
    )
    table = f'<math lang="en" display="inline"><mtable displaystyle="true">{rows}</mtable></math>'
    remark = "" if step.remark is None else f'<div class="small">{esc(step.remark.of(lang))}</div>'
    name = f"<div>{number}. {esc(step.name.of(lang))}{column}</div>"
    return f'<div class="step">{name}<div class="math">{table}</div>{remark}</div>'


def _passages(trace: Trace, lang: str) -> str:
    if trace.n_passages == 0:
        return ""
    note = headings.passages_note(trace)
    body = "".join(
        f"<tr><td>{esc(group)}</td><td>{esc(doc)} {esc(place)}</td>"
        f'<td class="r">{esc(left)}</td><td><b>{esc(node)}</b></td><td>{esc(right)}</td></tr>'
        for group, doc, place, left, node, right in headings.passage_rows(trace, lang)
    )
    table = f'<div class="kwic"><table><tbody>{body}</tbody></table></div>' if body else ""
    return f'<h4>{esc(headings.PASSAGES.of(lang))}</h4>{table}<p class="small">{esc(note.of(lang))}</p>'
