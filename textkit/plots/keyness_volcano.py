"""Draw the table of `textkit.keyness` as a volcano: how large each difference is against how surely it is one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from textkit import drawing, fonts
from textkit.drawing import GREY, INK, PALE, PALETTE, Labels, Lang
from textkit.errors import ArgumentError, EmptyError, check_choice, check_float, check_int
from textkit.plots.diverging import write_sides
from textkit.plots.keyness import WORDS as KEYNESS_WORDS
from textkit.plots.keyness import check_one_group, names_of_sides, used_labels

_COLUMNS = ("term", "n_target", "n_reference", "score", "effect", "q_value")
_TARGET, _REFERENCE = PALETTE[0], PALETTE[1]
_DOTS = "#9a9a9a"
HEIGHTS = ("q_value", "score")
"""What can stand on the vertical axis."""

_WORDS = {
    "zh": {"q_value": "−log10 q", "score": "得分的绝对值", "level": "q = {:g}", "cut": "▲ 超出图外"},
    "en": {"q_value": "−log10 q", "score": "Absolute score", "level": "q = {:g}", "cut": "▲ beyond the plot"},
}
_MANY = 2000  # points from which they are drawn as an image inside an SVG or PDF
_HIGHEST = 300.0  # -log10 of the smallest q that a float can hold
_RINGS = (4.0, 9.0, 15.0, 22.0, 30.0, 40.0, 52.0, 66.0)  # points between a dot and its label
_LEADER = 10.0  # points from which a line leads from the label to its dot


Line = tuple[tuple[float, float], tuple[float, float]]


class Box(NamedTuple):
    """A rectangle in points."""

    left: float
    bottom: float
    right: float
    top: float

    def nearest(self, at: tuple[float, float]) -> tuple[float, float]:
        """Return the point of the rectangle that is nearest to another point."""
        return min(max(at[0], self.left), self.right), min(max(at[1], self.bottom), self.top)

    def crossed(self, start: tuple[float, float], end: tuple[float, float]) -> bool:
        """Say whether a line goes through the rectangle (Liang & Barsky 1984)."""
        first, last = 0.0, 1.0
        for a, b, low, high in ((start[0], end[0], self.left, self.right), (start[1], end[1], self.bottom, self.top)):
            if a == b:
                if not low < a < high:
                    return False
                continue
            one, other = sorted(((low - a) / (b - a), (high - a) / (b - a)))
            first, last = max(first, one), min(last, other)
        return first < last

    def meets(self, other: Box) -> bool:
        """Say whether two rectangles overlap."""
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )


def plot_keyness_volcano(
    table: pd.DataFrame,
    *,
    n: int = 10,
    height: str = "q_value",
    level: float = 0.05,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw every term as a point, effect against significance, and name the strongest of both sides.

    Parameters
    ----------
    table : DataFrame
        From `textkit.keyness`: the columns ``term, n_target, n_reference, score, effect, q_value`` are used. Or one
        group of `textkit.keyness_groups`.
    n : int
        Terms to name at each side: those with the largest absolute ``score`` among those with ``q_value`` up to
        ``level`` (with ``height="score"`` among all).
    height : {"q_value", "score"}
        The vertical axis: ``-log10`` of ``q_value``, or the absolute ``score`` for measures without p.
    level : float, default 0.05
        Where the dashed line stands; points below it are grey.
    labels : mapping or Series, optional
        What to print for the target and the reference.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If no row has both an effect and a height.
    ArgumentError
        If the table has several groups, or no q-values with ``height="q_value"``.
    FontError
        If a named term has a character that the font lacks.

    Notes
    -----
    Points to the right are terms of the target. Labels never overlap each other; one that finds no room within 66
    points of its dot is left out (``n`` is an upper bound). A q that is zero to the computer is drawn at the top as a
    triangle, and so is an effect that is infinite at the side. Where the points of a table form arcs, they are rare
    words with the same small counts.

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["网格", "信访", "工作"], "n_target": [9, 1, 5], "n_reference": [1, 8, 5],
    ...     "score": [7.4, -6.1, 0.0], "effect": [3.2, -3.0, 0.0], "q_value": [0.01, 0.02, 1.0]})
    >>> [text.get_text() for text in plot_keyness_volcano(table).texts[:2]]
    ['网格', '信访']
    """
    rows = drawing.checked(table, _COLUMNS, made_by="keyness(dtm, target)")
    n = check_int("n", n, minimum=0)
    check_choice("height", height, HEIGHTS)
    check_float("level", level, minimum=0, maximum=1, open_minimum=True)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    check_one_group(rows, "plot_keyness_volcano")
    shown = drawing.six_digits(_drawable(rows, height))
    effect, up = shown["effect"].to_numpy(dtype=float), _heights(shown, height)
    sure = np.ones(len(shown), dtype=bool) if height == "score" else shown["q_value"].to_numpy(dtype=float) <= level
    named = _named(shown, effect, sure, n)
    words, sides = _WORDS[lang], names_of_sides(table, labels, lang)
    texts = [str(term) for term in shown["term"].iloc[named]]
    with drawing.sheet(ax, height=4.4, texts=[*texts, *sides, title or "", "→←▲−"]) as ax:
        wide, tall = _limits(effect, up)
        x, y = np.clip(effect, -wide, wide), np.minimum(up, tall)
        beyond = (np.abs(effect) > wide) | (up > tall)
        for chosen, colour, size in (
            (~sure | (effect == 0), _DOTS, 9.0),
            (sure & (effect > 0), _TARGET, 14.0),
            (sure & (effect < 0), _REFERENCE, 14.0),
        ):
            for mask, marker in ((chosen & ~beyond, "o"), (chosen & beyond, "^")):
                ax.scatter(
                    x[mask], y[mask], s=size, color=colour, marker=marker, linewidth=0, alpha=0.65, zorder=2,
                    rasterized=bool(mask.sum() > _MANY), clip_on=False,
                )  # fmt: skip
        ax.axvline(0, color=INK, linewidth=0.8, zorder=1)
        line = -math.log10(level) if height == "q_value" and level < 1 else None
        if line is not None:
            ax.axhline(line, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
        ax.set_xlim(-wide * 1.03, wide * 1.03)
        ax.set_ylim(0, max(tall, 1.1 * (line or 0.0)) * 1.04)  # the line is there even if nothing reaches it
        ax.xaxis.set_major_locator(MaxNLocator(10, steps=[1, 2, 5, 10]))
        drawing.plain_numbers(ax.xaxis)
        drawing.plain_numbers(ax.yaxis)
        ax.grid(visible=True, color=PALE)
        ax.set_axisbelow(True)
        measure = str(drawing.settings_of(table).get("measure"))
        ax.set_xlabel(KEYNESS_WORDS[lang].get(measure, KEYNESS_WORDS[lang]["effect"]))
        level_note = f"　┄ {words['level'].format(level)}" if line is not None else ""
        ax.set_ylabel(words[height] + level_note + (f"　{words['cut']}" if beyond.any() else ""))
        drawing.set_title(ax, title, pad=22)
        fonts.apply_font(ax)  # title and labels of an ax made elsewhere have another
        drawing.lay_out(ax)  # the layout decides how much room there is for labels
        _write_labels(ax, texts, x[named], y[named], line)
        write_sides(ax, sides, (effect > 0).any(), (effect < 0).any())
    drawing.remember(
        ax, shown, "plot_keyness_volcano", n=n, height=height, level=level, labels=used_labels(table, labels),
        lang=lang, title=title,
    )  # fmt: skip
    return ax


def _drawable(rows: pd.DataFrame, height: str) -> pd.DataFrame:
    if height == "q_value" and rows["q_value"].isna().all():
        raise ArgumentError(
            'table has no q-values: its measure is an effect and no test. Draw it with height="score", or make the '
            "table with another measure."
        )
    shown = rows[rows["effect"].notna() & rows[height].notna()].reset_index(drop=True)
    if not len(shown):
        raise EmptyError(f"table has no row with both an effect and a {height}, so there is nothing to draw.")
    shown.attrs = dict(rows.attrs)
    return shown


def _heights(shown: pd.DataFrame, height: str) -> NDArray[np.float64]:
    if height == "score":
        return np.asarray(np.abs(shown["score"].to_numpy(dtype=np.float64)), dtype=np.float64)
    q = shown["q_value"].to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log10(q) + 0.0, dtype=np.float64)


def _named(shown: pd.DataFrame, effect: NDArray[np.float64], sure: NDArray[np.bool_], n: int) -> NDArray[np.intp]:
    """Return the rows to name, the strongest first, both sides in turn."""
    strength = shown["score"].abs().fillna(-1.0)
    count = shown["n_target"] + shown["n_reference"]
    order = (
        pd.DataFrame({"strength": strength, "count": count, "term": shown["term"].astype(str)})
        .sort_values(["strength", "count", "term"], ascending=[False, False, True], kind="stable")
        .index.to_numpy()
    )
    sides = [order[(sure & (effect * sign > 0))[order]][:n] for sign in (1, -1)]
    places = [(rank, side, row) for side, found in enumerate(sides) for rank, row in enumerate(found)]
    return np.array([row for _, _, row in sorted(places)], dtype=np.intp)


def _limits(effect: NDArray[np.float64], up: NDArray[np.float64]) -> tuple[float, float]:
    """Return the half width and the height of the plot: everything finite, unless a few points dwarf the rest."""
    sizes = np.abs(effect[np.isfinite(effect)])
    wide = float(sizes.max()) if sizes.size and sizes.max() > 0 else 1.0
    finite = up[np.isfinite(up)]
    tall = float(min(finite.max(), _HIGHEST)) if finite.size and finite.max() > 0 else 1.0
    return wide, tall if not np.isinf(up).any() else max(tall * 1.05, 1.0)


def _write_labels(
    ax: Axes, texts: list[str], x: NDArray[np.float64], y: NDArray[np.float64], line: float | None
) -> None:
    """Write each label where it covers no other label, no named dot and not the line, as near as there is room."""
    width, height = drawing.size_in_points(ax)
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    dots = [((a - x0) / (x1 - x0) * width, (b - y0) / (y1 - y0) * height) for a, b in zip(x, y, strict=True)]
    taken = [Box(a - 2.5, b - 2.5, a + 2.5, b + 2.5) for a, b in dots]
    if line is not None:
        level = (line - y0) / (y1 - y0) * height
        taken.append(Box(0.0, level - 1.0, width, level + 1.0))
    room, names, leaders = Box(0.0, 0.0, width, height), list[Box](), list[Line]()
    for text, at, place in zip(texts, dots, zip(x, y, strict=True), strict=True):
        size = (fonts.text_width(text, drawing.SMALL) + 2.0, drawing.SMALL * 1.3)
        found = place_label(at, size, taken, room, outwards=1 if place[0] >= 0 else -1, names=names, leaders=leaders)
        if found is None:
            continue
        taken.append(found)
        names.append(found)
        middle = ((found.left + found.right) / 2 - at[0], (found.bottom + found.top) / 2 - at[1])
        gap = math.dist(at, found.nearest(at))
        if gap > _LEADER:
            leaders.append((at, found.nearest(at)))
        ax.annotate(
            text,
            place,
            xytext=middle,
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=drawing.SMALL,
            color=drawing.ink(_TARGET if place[0] >= 0 else _REFERENCE),
            parse_math=False,
            zorder=4,
            bbox={"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 0.4},  # reads among many dots
            arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 2}
            if gap > _LEADER
            else None,
        ).set_in_layout(False)


def place_label(
    at: tuple[float, float],
    size: tuple[float, float],
    taken: list[Box],
    room: Box,
    *,
    outwards: int,
    names: Sequence[Box] = (),
    leaders: Sequence[Line] = (),
) -> Box | None:
    """Return the nearest free rectangle of a size around a dot, or None; all in points, always the same answer.

    Rings around the dot are tried from the inside, on each ring sixteen directions, outwards first. The line from the
    label to its dot, if there is one, may not go through ``names``, the labels that stand already, nor the label over
    one of ``leaders``, the lines of those.

    >>> place_label((50, 50), (20, 10), [], Box(0, 0, 100, 100), outwards=1)
    Box(left=54.0, bottom=45.0, right=74.0, top=55.0)
    >>> place_label((50, 50), (20, 10), [Box(0, 0, 100, 100)], Box(0, 0, 100, 100), outwards=1) is None
    True
    """
    for ring in _RINGS:
        for step in (0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8):
            angle = step * math.pi / 8
            dx, dy = outwards * math.cos(angle), math.sin(angle)
            # the rectangle touches the ring with the edge that faces the dot
            x = at[0] + ring * dx + _side(dx) * size[0] / 2
            y = at[1] + ring * dy + _side(dy) * size[1] / 2
            box = Box(x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2)
            inside = (
                box.left >= room.left and box.right <= room.right and box.bottom >= room.bottom and box.top <= room.top
            )
            if not inside or any(box.meets(other) for other in taken):
                continue
            if any(box.crossed(*line) for line in leaders):
                continue
            end = box.nearest(at)
            if math.dist(at, end) <= _LEADER or not any(name.crossed(at, end) for name in names):
                return box
    return None


def _side(part: float) -> float:
    """Return how far to one side of the dot a rectangle lies: -1 and 1 wholly, 0 over it."""
    return math.copysign(min(abs(part) * 1.6, 1.0), part)
