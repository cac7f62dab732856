"""Draw the table of `textkit.topic_correlation`: topics on a circle, links between those that go together."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

from textkit import drawing, fonts
from textkit.drawing import GREY, INK, PALETTE, Labels, Lang
from textkit.errors import EmptyError, check_choice, check_float
from textkit.fonts import check_glyphs

_COLUMNS = ("topic_a", "topic_b", "correlation", "edge")
_MOST = 60
_AROUND = 14  # up to so many names stand all around the circle
_BEND = 0.55  # how far links bend towards the middle: 0 straight, 1 through it
_WORDS = {
    "zh": {"topic": "主题 {}", "together": "正相关，最大 {}", "apart": "负相关，最小 {}", "none": "没有达到界限的相关"},
    "en": {
        "topic": "Topic {}",
        "together": "together, up to {}",
        "apart": "apart, down to {}",
        "none": "no correlation beyond the limit",
    },
}


def plot_topic_correlation(
    table: pd.DataFrame,
    *,
    min_apart: float | None = None,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the topics on a circle and link those that stand in the same documents.

    Parameters
    ----------
    table : DataFrame
        From `textkit.topic_correlation`: the columns ``topic_a, topic_b, correlation, edge`` are used.
    min_apart : float from 0 to 1, optional
        Draw correlations below minus this too, orange and dashed: topics that avoid each other. By default only for a
        table of partial correlations, whose negative ones are edges.
    labels : mapping or Series, optional
        A name for a topic, for example ``{1: "信访"}``; without it its number.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If the table has no rows.
    ArgumentError
        If there are more than 60 topics.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    A link is drawn where ``edge`` is true, the thicker the stronger. Every topic stands on the circle, also one without
    a link; similar ones stand side by side (average linkage with the best order of leaves, Bar-Joseph et al. 2001), and
    nearness means no more than that.

    Examples
    --------
    >>> table = pd.DataFrame({"topic_a": [1, 1, 2], "topic_b": [2, 3, 3], "correlation": [0.4, -0.3, -0.2],
    ...     "edge": [True, False, False]})
    >>> sorted(text.get_text() for text in plot_topic_correlation(table).texts)
    ['主题 1', '主题 2', '主题 3']
    """
    rows = drawing.checked(table, _COLUMNS, made_by="topic_correlation(model)")
    if min_apart is not None:
        check_float("min_apart", min_apart, minimum=0, maximum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    shown = drawing.six_digits(rows)
    topics = sorted({*shown["topic_a"].tolist(), *shown["topic_b"].tolist()})
    if len(topics) < 2:
        raise EmptyError("table has fewer than two topics, so there is nothing to link.")
    drawing.check_few("topics", topics, _MOST, hint="Choose some of the rows.")
    words = _WORDS[lang]
    known = {} if labels is None else dict(labels.items())
    names = [str(known.get(topic, words["topic"].format(topic))) for topic in topics]
    value = _square(shown, topics)
    order = _around(value)
    links = _links(shown, topics, min_apart)
    check_glyphs(names)
    widest = max(fonts.text_width(name, drawing.SMALL) for name in names)
    with drawing.sheet(ax, height=5.0 + 0.25 * (title is not None), texts=[*names, title or "", "−"]) as ax:
        angle = {int(k): math.pi / 2 - 2 * math.pi * i / len(topics) for i, k in enumerate(order)}
        largest = max((abs(strength) for _, _, strength in links), default=1.0) or 1.0
        for a, b, strength in sorted(links, key=lambda link: abs(link[2])):
            _link(ax, angle[a], angle[b], strength, abs(strength) / largest)
        room = 1.12 + min(widest, drawing.WIDTH * 72 * 0.27) / 125
        ax.set_xlim(-room, room)
        ax.set_ylim(-1.22, 1.22)
        ax.set_aspect("equal")
        ax.set_axis_off()
        _name_nodes(ax, names, angle, min(widest, drawing.WIDTH * 72 * 0.27))
        pad = _key(ax, [strength for _, _, strength in links], words)
        drawing.set_title(ax, title, pad=6 + pad)
    drawing.remember(
        ax,
        shown,
        "plot_topic_correlation",
        min_apart=min_apart,
        labels=drawing.used(labels, topics),
        lang=lang,
        title=title,
    )
    return ax


def _square(shown: pd.DataFrame, topics: list[int]) -> NDArray[np.float64]:
    place = {topic: i for i, topic in enumerate(topics)}
    value = np.eye(len(topics))
    for a, b, r in zip(shown["topic_a"], shown["topic_b"], shown["correlation"].astype(float), strict=True):
        value[place[a], place[b]] = value[place[b], place[a]] = 0.0 if np.isnan(r) else r
    return value


def _around(value: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the order on the circle, beginning with the first topic and going on with the lower neighbour."""
    if len(value) < 3:
        return np.arange(len(value))
    pairs = squareform(np.round(1.0 - value, 9), checks=False)
    order = leaves_list(optimal_leaf_ordering(linkage(pairs, "average"), pairs))
    order = np.roll(order, -int(np.flatnonzero(order == 0)[0]))
    return np.asarray(order if order[1] < order[-1] else np.roll(order[::-1], 1), dtype=np.intp)


def _links(shown: pd.DataFrame, topics: list[int], min_apart: float | None) -> list[tuple[int, int, float]]:
    place = {topic: i for i, topic in enumerate(topics)}
    value = shown["correlation"].to_numpy(dtype=float)
    chosen = shown["edge"].to_numpy(dtype=bool)
    if min_apart is not None:
        chosen = (chosen & (value > 0)) | (value < -min_apart)
    return [
        (place[a], place[b], float(r))
        for a, b, r, drawn in zip(shown["topic_a"], shown["topic_b"], value, chosen, strict=True)
        if drawn and np.isfinite(r)
    ]


def _link(ax: Axes, first: float, second: float, strength: float, relative: float) -> None:
    a, b = (np.array([math.cos(turn), math.sin(turn)]) for turn in (first, second))
    middle = (a + b) / 2 * (1 - _BEND)
    ax.add_patch(
        PathPatch(
            Path([a, middle, b], [Path.MOVETO, Path.CURVE3, Path.CURVE3]),
            facecolor="none",
            edgecolor=PALETTE[0] if strength > 0 else PALETTE[1],
            linewidth=0.5 + (4.0 if strength > 0 else 2.0) * relative,  # dashes look heavier
            alpha=0.35 + 0.5 * relative,
            linestyle="-" if strength > 0 else (0, (4, 2.5)),
            capstyle="butt",
            zorder=1,
        )
    )


def _name_nodes(ax: Axes, names: list[str], angles: dict[int, float], room: float) -> None:
    """Write the names around the circle; many of them stand in two columns, moved apart, with lines to their dots."""
    points = {k: (math.cos(turn), math.sin(turn)) for k, turn in angles.items()}
    ax.plot(*zip(*points.values(), strict=True), marker="o", markersize=6, color=INK, linestyle="none", zorder=3)
    if len(names) <= _AROUND:
        for k, (x, y) in points.items():
            side = "center" if abs(x) < 0.12 else ("left" if x > 0 else "right")
            below = "center" if side != "center" else ("bottom" if y > 0 else "top")
            _write(ax, names[k], (x, y), (7 * x, 9 * y), side, below, room)
        return
    unit = drawing.size_in_points(ax)[1] / 2.44
    for sign in (1, -1):
        mine = [k for k in angles if (points[k][0] > 1e-9) == (sign > 0)]
        mine.sort(key=lambda k: -points[k][1])
        heights = _spread([1.04 * points[k][1] for k in mine], drawing.SMALL * 1.3 / unit, 1.17)
        for k, height in zip(mine, heights, strict=True):
            x, y = points[k]
            beside = math.sqrt(max(1.0 - min(abs(height), 1.0) ** 2, 0.0))
            column = sign * (max(beside, abs(x)) + 0.07)
            ax.plot([x, column - sign * 0.01], [y, height], color=GREY, linewidth=0.5, zorder=1)
            side = "left" if sign > 0 else "right"
            _write(ax, names[k], (column, height), (0.0, 0.0), side, "center", room)


def _spread(falling: list[float], gap: float, limit: float) -> list[float]:
    """Move falling heights apart until neighbours are a gap from each other, inside the limits, as little as needed.

    >>> [round(y, 3) for y in _spread([0.1, 0.1, -0.5], 0.2, 1.0)]
    [0.2, 0.0, -0.5]
    """
    blocks: list[list[float]] = []  # sum of wanted places of the first, number
    low = (len(falling) - 1) * gap
    for i, y in enumerate(falling):
        blocks.append([y + i * gap, 1.0])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] < blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1] = [blocks[-1][0] + total, blocks[-1][1] + count]
    placed = [total / count for total, count in blocks for _ in range(int(count))]
    return [min(max(first, low - limit), limit) - i * gap for i, first in enumerate(placed)]


def _write(
    ax: Axes, name: str, at: tuple[float, float], offset: tuple[float, float], side: str, below: str, room: float
) -> None:
    ax.annotate(
        drawing.fit(name, room),
        at,
        xytext=offset,
        textcoords="offset points",
        ha=side,
        va=below,
        fontsize=drawing.SMALL,
        parse_math=False,
        zorder=4,
    )


def _key(ax: Axes, strengths: list[float], words: dict[str, str]) -> float:
    handles, names = [], []
    if any(r > 0 for r in strengths):
        handles.append(Line2D([], [], color=PALETTE[0], linewidth=2.5))
        names.append(words["together"].format(drawing.number(max(strengths))))
    if any(r < 0 for r in strengths):
        handles.append(Line2D([], [], color=PALETTE[1], linewidth=2, linestyle=(0, (3, 1.5))))
        names.append(words["apart"].format(drawing.number(min(strengths))))
    if not handles:
        handles.append(Line2D([], [], color=GREY, linewidth=0))
        names.append(words["none"])
    return drawing.key_above(ax, handles, names, width=drawing.WIDTH * 72 * 0.9)
