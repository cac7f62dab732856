"""What plots with bars to both sides share: bars with intervals, the names of the sides, columns of figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from textkit import drawing, fonts
from textkit.drawing import GREY, INK, PALE, PALETTE

RIGHT, LEFT = PALETTE[0], PALETTE[1]
"""Colours of the two sides."""

Floats = NDArray[np.float64]


def draw_bars(ax: Axes, names: Sequence[str], value: Floats, low: Floats, high: Floats) -> None:
    """Draw a named bar a row with its interval, first row on top; pale where the interval reaches zero."""
    places, limit = np.arange(len(names), dtype=float), _limit(value, low, high)
    ax.hlines(places, 0, 1, transform=ax.get_yaxis_transform(), color=PALE, linewidth=0.5, zorder=0)
    sure = (np.nan_to_num(low, nan=-1) > 0) | (np.nan_to_num(high, nan=1) < 0)
    sure |= np.isnan(low) & np.isnan(high)  # no interval is not an interval that reaches zero
    bars = ax.barh(places, np.clip(value, -limit, limit), height=0.66, color=np.where(value > 0, RIGHT, LEFT))
    for bar, certain in zip(bars, sure, strict=True):
        bar.set_alpha(1.0 if certain else 0.35)
    ax.axvline(0, color=INK, linewidth=0.8)
    has = ~(np.isnan(low) | np.isnan(high))
    ends = (np.clip(low, -limit, limit)[has], np.clip(high, -limit, limit)[has])
    ax.hlines(places[has], *ends, color=INK, linewidth=0.9)
    for end, side, marker in ((low, -1, 4), (high, 1, 5)):  # caret left, caret right
        beyond = has & (end * side > limit)
        edge = np.full(beyond.sum(), side * limit)
        ax.plot(edge, places[beyond], linestyle="", marker=marker, markersize=4, color=INK)
    drawing.name_ticks(ax.yaxis, places, names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlim(-limit if (value < 0).any() else -limit * 0.08, limit if (value > 0).any() else limit * 0.08)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.xaxis.grid(visible=True)
    ax.set_axisbelow(True)
    ax.xaxis.set_major_locator(MaxNLocator(10, steps=[1, 2, 5, 10]))
    drawing.plain_numbers(ax.xaxis)


def _limit(value: Floats, low: Floats, high: Floats) -> float:
    """Return the half width of the axis: whole intervals if that leaves the bars at least half of the room."""
    sizes = np.abs(value[np.isfinite(value)])
    largest = float(sizes.max()) if sizes.size else 1.0
    ends = np.abs(np.concatenate([low, high]))
    ends = ends[np.isfinite(ends)]
    return float(min(max(largest, ends.max() if ends.size else 0.0), 2 * largest)) * 1.04


def write_sides(ax: Axes, sides: tuple[str, str], has_right: Any, has_left: Any) -> None:
    """Write above an ax whose its right and its left side is."""
    half = drawing.size_in_points(ax)[0] * (0.36 if has_right and has_left else 0.9)
    for x, align, text, colour, there in (
        (1.0, "right", f"{drawing.fit(sides[0], half)} →", RIGHT, has_right),
        (0.0, "left", f"← {drawing.fit(sides[1], half)}", LEFT, has_left),
    ):
        if there:
            ax.annotate(
                text,
                (x, 1),
                xycoords="axes fraction",
                xytext=(0, 4),
                textcoords="offset points",
                ha=align,
                color=colour,
                fontsize=drawing.SMALL + 0.5,
                parse_math=False,
            )


def write_columns(ax: Axes, columns: Sequence[tuple[str, str, Sequence[str]]]) -> None:
    """Write columns of figures at the right of the bars: head, colour of the head, one text a row."""
    across = ax.get_yaxis_transform()
    offset = 4.0
    for head, colour, texts in columns:
        offset += max(fonts.text_width(head, drawing.SMALL), 22) + 7
        for place, text in enumerate(texts):
            ax.annotate(
                text,
                (1, place),
                xycoords=across,
                xytext=(offset, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                fontsize=drawing.SMALL,
                color=GREY,
            )
        ax.annotate(
            head,
            (1, 1),
            xycoords="axes fraction",
            xytext=(offset, 4),
            textcoords="offset points",
            ha="right",
            color=colour,
            fontsize=drawing.SMALL,
        )
