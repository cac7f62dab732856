"""The headings and small sentences that a trace has in every format."""

from __future__ import annotations

from collections.abc import Iterator

from textkit.tracing.derivation import Grid, Step
from textkit.tracing.result import Trace
from textkit.tracing.wording import Words, numeral, same, shown

GIVEN = Words("给定", "Given")
STEPS = Words("逐步计算", "Step by step")
RESULT = Words("结果", "Result")
NOTES = Words("须知", "Mind")
PASSAGES = Words("原文依据", "The passages behind it")
SOURCES = Words("出处", "Sources")
ROUNDED = Words(
    "式中的数只显示六位有效数字；实际计算保留四十位。",
    "Numbers are shown with six significant digits; the calculation carries forty.",
)
NO_PASSAGES = Words(
    "要看到原文，请给出 source=tokens（制作此表所用的 Tokens）。",
    "To see the passages, give source=tokens: the Tokens from which the table was made.",
)


def headline(trace: Trace) -> str:
    """Say the number that is explained."""
    step = next(step for step in reversed(trace.steps) if step.column == trace.column)
    return f"{trace.column} {equals(step)} {shown(step.value)}"


def results(trace: Trace) -> list[Words]:
    """Say what was recomputed and that the table has the same number."""
    checked = [step for step in trace.steps if step.column is not None]
    checked.sort(key=lambda step: step.column != trace.column)  # the number that was asked for comes first
    said = [same(f"{step.column} {equals(step)} {shown(step.value)}") for step in checked]
    end = Words(
        "以上各数均与表中的数一致（误差小于十亿分之一）。", "These are the numbers in the table (to within 1e-9)."
    )
    if len(said) == 1:
        end = Words("与表中的数一致（误差小于十亿分之一）。", "This is the number in the table (to within 1e-9).")
    return [*said, end]


def equals(step: Step) -> str:
    """Return the sign before a value: it may have been rounded for showing."""
    return "=" if numeral(step.value).exact else "≈"


def more_rows(grid: Grid) -> Words | None:
    """Say how many rows of a table are not shown."""
    if not grid.n_more:
        return None
    return Words(f"……另有 {grid.n_more:,} 行", f"… and {grid.n_more:,} more row{'' if grid.n_more == 1 else 's'}")


def passages_note(trace: Trace) -> Words:
    """Say how many passages there are and how many are shown."""
    if trace.n_passages is None:
        return NO_PASSAGES
    n, here = trace.n_passages, len(trace.passages)
    if n == here:
        return Words(f"共 {n:,} 处。", f"{n:,} in all.")
    return Words(f"共 {n:,} 处，这里显示 {here:,} 处。", f"{n:,} in all, {here:,} of them shown.")


_GROUPS = {"target": "目标", "reference": "参照"}


def passage_rows(trace: Trace, lang: str) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Yield group, document, place, left, node and right of each passage."""
    for group, doc, start, stop, *around in trace.passages.astype(str).to_numpy().tolist():
        shown_group = "" if group == doc else _GROUPS.get(group, group) if lang == "zh" else group
        left, node, right = around
        yield shown_group, doc, f"[{start}, {stop})", left, node, right
