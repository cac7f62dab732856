"""What plots of numbers with intervals share: a dot and a line a row, and an arrow where a line leaves the plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.markers import CARETLEFT, CARETRIGHT
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from numpy.typing import NDArray

from textkit import drawing
from textkit.drawing import INK, PALE, PALETTE

Floats = NDArray[np.float64]


def draw_forest(
    ax: Axes,
    names: Sequence[str],
    value: Floats,
    low: Floats,
    high: Floats,
    *,
    colours: Sequence[str] | None = None,
    hollow: NDArray[np.bool_] | None = None,
    markers: Sequence[str] | None = None,
    zero: float | None = None,
    log: bool = False,
) -> None:
    """Draw a named dot a row with its interval, first row on top; ``zero`` is where "nothing" is.

    An interval (or an infinite value) that leaves the plot ends in an arrow. Rows without a value stay empty.
    """
    n = len(names)
    places = np.arange(n, dtype=float)
    colour = list(colours) if colours is not None else [PALETTE[0]] * n
    marks = list(markers) if markers is not None else ["o"] * n
    open_ = hollow if hollow is not None else np.zeros(n, dtype=np.bool_)
    left, right = limits(value, low, high, zero=zero, log=log)
    if log:
        ax.set_xscale("log")
    ax.set_xlim(left, right)
    ax.hlines(places, 0, 1, transform=ax.get_yaxis_transform(), color=PALE, linewidth=0.5, zorder=0)
    if zero is not None:
        ax.axvline(zero, color=INK, linewidth=0.8, zorder=1)
    has = ~(np.isnan(low) | np.isnan(high))
    ax.hlines(
        places[has], low[has].clip(left, right), high[has].clip(left, right), linewidth=1.2, zorder=2,
        color=[colour[i] for i in np.flatnonzero(has)],
    )  # fmt: skip
    for end, beyond, marker in (
        (left, (has & (low < left)) | (value < left), CARETLEFT),
        (right, (has & (high > right)) | (value > right), CARETRIGHT),
    ):
        for i in np.flatnonzero(beyond):
            ax.plot([end], [i], linestyle="", marker=marker, markersize=5, color=colour[i], clip_on=False, zorder=2)
    for i in np.flatnonzero((value >= left) & (value <= right)):
        face = "white" if open_[i] else colour[i]
        ax.plot([value[i]], [i], marker=marks[i], markersize=5, color=colour[i], markerfacecolor=face, zorder=3)
    drawing.name_ticks(ax.yaxis, places, names)
    ax.set_ylim(n - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.xaxis.grid(visible=True)
    ax.set_axisbelow(True)
    _ticks(ax, left, right, log=log)


def limits(
    value: Floats, low: Floats, high: Floats, *, zero: float | None = None, log: bool = False
) -> tuple[float, float]:
    """Return the ends of the axis: whole intervals if that leaves the dots half of the room."""
    move, back = (np.log, np.exp) if log else (np.asarray, np.asarray)
    with np.errstate(divide="ignore", invalid="ignore"):
        dots, ends = move(value), move(np.concatenate([low, high]))
    dots, ends = dots[np.isfinite(dots)], ends[np.isfinite(ends)]
    if zero is not None:
        dots = np.append(dots, move(zero))
    if not len(dots):
        dots = np.zeros(1)
    span = float(np.ptp(dots)) or max(abs(float(dots[0])), 1.0) * 0.5
    ends = np.concatenate([dots, ends])
    left, right = max(ends.min(), dots.min() - span), min(ends.max(), dots.max() + span)
    room = 0.05 * max(right - left, span)
    return float(back(left - room)), float(back(right + room))


def _ticks(ax: Axes, left: float, right: float, *, log: bool) -> None:
    if not log:
        wide = drawing.size_in_points(ax)[0]
        ax.xaxis.set_major_locator(MaxNLocator(min(max(int(wide / 30), 2), 8), steps=[1, 2, 5, 10]))
        drawing.plain_numbers(ax.xaxis)
        return
    ax.xaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5) if right < 100 * left else (1,), numticks=8))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: f"{tick:g}" if tick < 1e4 else drawing.number(tick)))
    ax.xaxis.set_minor_formatter(NullFormatter())


def interval_label(table: pd.DataFrame, shown: pd.DataFrame, words: dict[str, Any]) -> str:
    """Say which interval the lines are, if there are any: ``words`` has "level" and "interval"."""
    if shown[["ci_low", "ci_high"]].isna().all(axis=None):
        return ""
    confidence = drawing.settings_of(table).get("confidence")
    return str(words["level"].format(100 * confidence) if isinstance(confidence, float) else words["interval"])


LEVEL = {"zh": "，横线为 {:.4g}% 区间", "en": ", with {:.4g}% intervals"}
INTERVAL = {"zh": "，横线为区间", "en": ", with intervals"}
