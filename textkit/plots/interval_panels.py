"""What plots of estimates with intervals share: panels side by side, one named row for each estimate."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from textkit import drawing, fonts
from textkit.drawing import INK, PALE, PALETTE, Lang, Panels
from textkit.errors import ArgumentError
from textkit.plots import small_print

Floats = NDArray[np.float64]
PANELS, ROWS = 24, 40
"""What one figure holds."""

_NAMES = drawing.WIDTH * 72 * 0.26  # points for the names of rows
_TICK = 30.0  # points that a number on the axis needs
_TITLE = 9.0
_ACROSS = 4  # panels in one line; more of them stand in lines of three
_AXIS: dict[Lang, str] = {"zh": "横轴：{}", "en": "Axis: {}"}


class Block(NamedTuple):
    """One panel: its name, estimates and ends of intervals row by row (NaN: none), which dots are filled, a scale.

    Panels of one ``scale`` have the same limits.
    """

    title: str
    value: Floats
    low: Floats
    high: Floats
    filled: NDArray[np.bool_] | None = None
    scale: Hashable = None


def check_size(rows: list[Any], panels: list[Any]) -> None:
    """Raise when there is more than one figure can show."""
    if len(rows) > ROWS or len(panels) > PANELS:
        raise ArgumentError(
            f"table makes {len(panels)} panels of {len(rows)} rows; one figure holds {PANELS} of {ROWS}. "
            "Choose some, for example with topics=[1, 2, 3]."
        )


def columns_for(count: int) -> int:
    """Return how many panels stand side by side.

    >>> [columns_for(count) for count in (1, 2, 4, 6, 12)]
    [1, 2, 4, 3, 3]
    """
    return count if count <= _ACROSS else 3


def draw_panels(
    blocks: Sequence[Block],
    names: Sequence[str],
    *,
    axes: Axes | Iterable[Axes] | None,
    label: str,
    sentences: Sequence[str],
    title: str | None,
    lang: Lang,
    number: Callable[[float], str],
    zero: bool,
) -> Panels:
    """Draw one panel a block, the rows of all under the same names, first row on top.

    ``number`` writes a number of the axis. With ``zero`` a line stands there; without, the axis begins there (and there
    is a line if it has to begin below).
    """
    count, rows = len(blocks), len(names)
    columns = columns_for(count)
    lines = math.ceil(count / columns)
    texts = [*names, *(block.title for block in blocks), _AXIS[lang], label, *sentences, title or "", "−"]
    fonts.check_glyphs(texts)  # before anything is measured
    deep = max(_title_lines(block.title, columns) for block in blocks) if count > 1 else 1
    height = lines * (0.42 + 0.16 * deep + 0.19 * rows) + 0.2 + small_print.height_of(sentences)
    height += 0.25 * (title is not None)
    with drawing.sheets(axes, count=count, columns=columns, height=height, texts=texts) as panels:
        limits = _limits(blocks, zero=zero)
        short = [drawing.fit(name, _NAMES) for name in names]
        for place, (ax, block) in enumerate(zip(panels, blocks, strict=True)):
            _draw(ax, block, zero=zero or limits[block.scale][0] < 0)
            ax.set_xlim(*limits[block.scale])
            named = place % columns == 0
            drawing.name_ticks(ax.yaxis, np.arange(rows, dtype=float), short if named else [""] * rows)
            ax.set_ylim(rows - 0.4, -0.6)
            room = drawing.size_in_points(ax)[0]
            ax.xaxis.set_major_locator(MaxNLocator(int(np.clip(room // _TICK, 2, 8)), steps=[1, 2, 5, 10]))
            ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
            if block.title and (count > 1 or title is None):
                head = drawing.fit(block.title, room, size=_TITLE, lines=3)
                ax.set_title(head, loc="left", fontsize=_TITLE, linespacing=1.2, parse_math=False)
        if count == 1:
            one = blocks[0].title if title is not None else ""  # a title takes the place of the panel's name
            panels[0].set_xlabel(f"{label}  {one}".rstrip(), parse_math=False)
            drawing.set_title(panels[0], title)
            if any(sentences):
                small_print.write_below(panels[0], sentences)
        else:
            small_print.write_below_all(panels, [_AXIS[lang].format(label), *sentences])
            if title is not None:
                drawing.figure_of(panels[0]).suptitle(title, x=0.01, ha="left", fontsize=10, parse_math=False)
    return panels


def _title_lines(title: str, columns: int) -> int:
    room = (drawing.WIDTH * 72 - _NAMES) / columns
    return 1 + drawing.fit(title, room, size=_TITLE, lines=3).count("\n")


def _draw(ax: Axes, block: Block, *, zero: bool) -> None:
    places = np.arange(len(block.value), dtype=float)
    ax.hlines(places, 0, 1, transform=ax.get_yaxis_transform(), color=PALE, linewidth=0.5, zorder=0)
    if zero:
        ax.axvline(0, color=INK, linewidth=0.8, zorder=1)
    lined = np.isfinite(block.low) & np.isfinite(block.high)
    ax.hlines(places[lined], block.low[lined], block.high[lined], color=PALETTE[0], linewidth=1.2, zorder=2)
    known = np.isfinite(block.value)
    filled = np.ones(len(known), dtype=bool) if block.filled is None else block.filled
    ax.scatter(
        block.value[known],
        places[known],
        s=22,
        facecolors=[PALETTE[0] if full else "white" for full in filled[known].tolist()],
        edgecolors=PALETTE[0],
        linewidths=1.0,
        zorder=3,
        clip_on=False,
    )
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.xaxis.grid(visible=True)
    ax.set_axisbelow(True)


def _limits(blocks: Sequence[Block], *, zero: bool) -> dict[Any, tuple[float, float]]:
    """Return the limits of each scale: zero, everything that is drawn, and some room beside it."""
    found: dict[Any, list[Floats]] = {}
    for block in blocks:
        found.setdefault(block.scale, []).extend((block.value, block.low, block.high))
    limits = {}
    for scale, parts in found.items():
        values = np.concatenate(parts)
        values = np.append(values[np.isfinite(values)], 0.0)
        low, high = float(values.min()), float(values.max())
        pad = 0.05 * (high - low) or 1e-3
        limits[scale] = (0.0 if low == 0 and not zero else low - pad, high + pad)
    return limits
