"""Draw words and the links between them: a table of collocates or of pairs as a network without overlapping labels."""

from __future__ import annotations

from typing import NamedTuple

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from textkit import clouds, drawing, fonts
from textkit.drawing import INK, PALETTE, Lang
from textkit.errors import ArgumentError, EmptyError, check_choice, check_int, check_type

_SMALLEST, _LARGEST = drawing.SMALL, 12.0
_GAP = 2.5  # points of white between two labels
_HEIGHTS = (290.0, 380.0, 500.0, 640.0)  # points: a new figure may become taller before it is refused
_STEPS = 600
_MOST = 400
_WEIGHTS = ("weight", "log_dice")
_FILL = "#eef2f6"
_WORDS = {
    "zh": "最强的 {} 条连线，越粗越强：{} 从 {} 到 {}",
    "en": "The {} strongest links, the thicker the stronger: {} from {} to {}",
}
_NAMES = {"log_dice": "logDice", "g2": "G²", "pmi": "PMI", "npmi": "NPMI"}
_WEIGHT_NAMES = {"zh": ("权重", "共现次数"), "en": ("weight", "co-occurrences")}

Floats = NDArray[np.float64]


class _Labels(NamedTuple):
    """Words in code-point order, the size of their type, and half of the width and height of their boxes in points."""

    texts: list[str]
    size: Floats
    half: Floats


def plot_network(
    table: pd.DataFrame,
    *,
    n: int = 60,
    weight: str | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the strongest links between words as a network.

    Parameters
    ----------
    table : DataFrame
        From `textkit.collocates` (of one or several nodes) or from ``cooccurrence(tokens).to_frame()``: the columns
        ``node, collocate`` or ``a, b``, and that of the weight. Any table with these columns will do.
    n : int, default 60
        Links to show, at most 400: those with the largest weight. Of two links between the same words the stronger one
        is drawn.
    weight : str, optional
        The column that makes a link strong; the one that sorted the table, or ``weight``, or ``log_dice``.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes
        Its texts are the words. One unit of the ax is a point (1/72 inch).

    Raises
    ------
    EmptyError
        If no link has a finite weight.
    ArgumentError
        If the labels find no room: none is dropped silently.
    FontError
        If a word has a character that the font lacks.

    Notes
    -----
    Places come from Kamada and Kawai's (1989) layout of each connected part, strong links being shorter, and are then
    moved just enough that no two labels overlap. No chance is involved: the same links give the same picture in
    whatever order their rows stand. Only who is linked to whom means something; nearness and directions do not. Larger
    type: more links; dark: the nodes of `textkit.collocates`.

    Examples
    --------
    >>> table = pd.DataFrame({"a": ["社会", "社会"], "b": ["治理", "创新"], "weight": [30, 12]})
    >>> [text.get_text() for text in plot_network(table).texts]
    ['创新', '治理', '社会', '最强的 2 条连线，越粗越强：权重 从 12 到 30']
    """
    ends = ("node", "collocate") if "node" in getattr(table, "columns", ()) else ("a", "b")
    made_by = "collocates(tokens, node) or cooccurrence(tokens).to_frame()"
    rows = drawing.checked(table, ends, made_by=made_by)
    n = check_int("n", n, minimum=1, maximum=_MOST)
    check_choice("lang", lang, drawing.LANGUAGES)
    column = _weight(rows, weight)
    shown = drawing.six_digits(_links(rows, ends, column, n))
    fonts.check_glyphs([*shown[ends[0]].astype(str), *shown[ends[1]].astype(str), title or ""])
    labels = _labels(shown, ends)
    first, second = (np.searchsorted(labels.texts, shown[end]) for end in ends)
    strength = shown[column].to_numpy(dtype=float)
    relative = (strength - strength.min()) / (np.ptp(strength) or 1.0)
    places, width, height = _arranged(labels, first, second, relative, ax)
    counted = drawing.settings_of(table).get("weights") == "count"
    name = _WEIGHT_NAMES[lang][counted] if column == "weight" else _NAMES.get(column, column)
    span = (drawing.number(float(strength.min())), drawing.number(float(strength.max())))
    with clouds.canvas(ax, width, height, caption=_WORDS[lang].format(len(shown), name, *span), title=title) as ax:
        lines = np.stack([places[first], places[second]], axis=1)
        order = np.argsort(relative, kind="stable")
        shades = np.array([[0.35, 0.45, 0.55, 0.25 + 0.5 * share] for share in relative[order]])
        ax.add_collection(
            LineCollection(list(lines[order]), linewidths=0.5 + 2.3 * relative[order], colors=shades, zorder=1),
            autolim=False,
        )
        nodes = set(shown["node"]) if ends[0] == "node" else set()
        for text, size, (x, y) in zip(labels.texts, labels.size, places, strict=True):
            _draw_label(ax, text, float(size), float(x), float(y), dark=text in nodes)
    drawing.remember(ax, shown, "plot_network", n=n, weight=column, lang=lang, title=title)
    return ax


def _weight(rows: pd.DataFrame, weight: str | None) -> str:
    numbers = [str(name) for name in rows.select_dtypes("number").columns]
    if weight is not None:
        return check_choice("weight", weight, numbers)
    sorted_by = drawing.settings_of(rows).get("measure")
    for name in (sorted_by, *_WEIGHTS):
        if name in numbers:
            return str(name)
    raise ArgumentError(
        f"table has none of the columns {', '.join(map(repr, _WEIGHTS))} that could make a link strong. Name one of "
        f"its columns with weight=: {', '.join(map(repr, numbers)) or 'there is no column of numbers'}."
    )


def _links(rows: pd.DataFrame, ends: tuple[str, str], column: str, n: int) -> pd.DataFrame:
    """Return the strongest links, each pair of words once, strongest first."""
    known = rows[np.isfinite(rows[column].to_numpy(dtype=float)) & (rows[ends[0]] != rows[ends[1]]).to_numpy()]
    if not len(known):
        raise EmptyError(f"table has no link with a finite {column}, so there is nothing to draw.")
    ordered = known.sort_values([column, *ends], ascending=[False, True, True], kind="stable")
    pair = [tuple(sorted(link)) for link in zip(ordered[ends[0]], ordered[ends[1]], strict=True)]
    shown: pd.DataFrame = ordered[~pd.Series(pair, index=ordered.index).duplicated()].head(n).reset_index(drop=True)
    shown.attrs = dict(rows.attrs)
    return shown[[*ends, column]]


def _labels(shown: pd.DataFrame, ends: tuple[str, str]) -> _Labels:
    links = pd.concat([shown[end] for end in ends]).value_counts()
    texts = sorted(str(word) for word in links.index)
    degree = np.array([links[text] for text in texts], dtype=float)
    size = _SMALLEST + (_LARGEST - _SMALLEST) * np.sqrt((degree - 1) / max(degree.max() - 1, 1.0))
    size = size.round(2)
    wide = np.array([fonts.text_width(text, points) for text, points in zip(texts, size, strict=True)])
    # a line of type is 1.45 of its size high in the fonts used, and the box adds 0.2 on each side
    half = np.column_stack((wide / 2 + 0.25 * size, 0.95 * size)) + _GAP / 2
    return _Labels(texts, size, half)


def _arranged(
    labels: _Labels, first: NDArray[np.intp], second: NDArray[np.intp], relative: Floats, ax: Axes | None
) -> tuple[Floats, float, float]:
    """Return the middle of each label with the width and height of the canvas, in points."""
    unit = _layout(len(labels.texts), first, second, relative)
    if ax is None:
        sizes = [(drawing.WIDTH * 72, height) for height in _HEIGHTS]
    else:
        check_type("ax", ax, Axes, hint="Leave it out to get a new figure.")
        sizes = [drawing.size_in_points(ax)]
    fill = float((4 * labels.half.prod(axis=1)).sum())
    for width, height in sizes:
        if ax is None and fill > 0.3 * width * height and height < sizes[-1][1]:
            continue  # it would fit, but too closely to read
        places = _apart(unit * (np.array([width, height]) - 2 * labels.half) + labels.half, labels.half, width, height)
        if places is not None:
            return places.round(3), width, height
    raise ArgumentError(
        f"the labels of {len(labels.texts)} words find no room without overlapping. Give a smaller n or a larger ax."
    )


def _layout(count: int, first: NDArray[np.intp], second: NDArray[np.intp], relative: Floats) -> Floats:
    """Return places in the unit square: each connected part laid out by itself, the parts side by side."""
    graph: nx.Graph = nx.Graph()
    graph.add_nodes_from(range(count))
    for a, b, share in sorted(zip(first.tolist(), second.tolist(), relative.tolist(), strict=True)):
        graph.add_edge(a, b, length=1.5 - share)
    parts = sorted((sorted(part) for part in nx.connected_components(graph)), key=lambda part: (-len(part), part))
    shapes = [_turned(_part(graph, part)) for part in parts]
    places = np.zeros((count, 2))
    x = y = tall = 0.0
    room = 1.7 * float(np.sqrt(sum(len(part) for part in parts))) + 0.5
    for part, shape in zip(parts, shapes, strict=True):
        wide, high = 1.5 * len(part) ** 0.5, len(part) ** 0.5
        if x and x + wide > room:
            x, y, tall = 0.0, y + tall + 0.3, 0.0
        places[part] = shape * [wide, high] + [x, y]
        x, tall = x + wide + 0.3, max(tall, high)
    low, span = places.min(axis=0), np.ptp(places, axis=0)
    return np.asarray(np.where(span > 0, (places - low) / np.where(span > 0, span, 1.0), 0.5))


def _part(graph: nx.Graph, part: list[int]) -> Floats:
    inside: nx.Graph = nx.Graph()
    inside.add_nodes_from(part)  # in rising order, whatever the order of the rows was
    inside.add_edges_from(sorted((min(a, b), max(a, b), graph[a][b]) for a, b in graph.subgraph(part).edges))
    found = nx.kamada_kawai_layout(inside, weight="length")
    return np.array([found[node] for node in part]).round(6)


def _turned(places: Floats) -> Floats:
    """Turn places so that they are widest from left to right, and fit them into the unit square."""
    centred = places - places.mean(axis=0)
    (across, both), (_, down) = centred.T @ centred
    angle = -0.5 * float(np.arctan2(2 * both, across - down))
    cos, sin = np.cos(angle), np.sin(angle)
    turned = centred @ np.array([[cos, sin], [-sin, cos]])
    span = np.ptp(turned, axis=0)
    low = turned.min(axis=0)
    return np.asarray(np.where(span > 1e-9, (turned - low) / np.where(span > 1e-9, span, 1.0), 0.5))


def _apart(places: Floats, half: Floats, width: float, height: float) -> Floats | None:
    """Push boxes apart until none overlaps another, inside the canvas; None if they find no room."""
    if (2 * half > [width, height]).any():
        return None
    places = places.copy()
    reach = half[:, None, :] + half[None, :, :]
    after = np.triu(np.ones(reach.shape[:2], dtype=np.bool_), 1)
    for step in range(_STEPS):
        away = places[:, None, :] - places[None, :, :]
        over = reach - np.abs(away)
        hit = (over > 1e-9).all(axis=2) & after
        if not hit.any():
            return places
        one, other = np.nonzero(hit)
        axis = np.argmin(over[one, other], axis=1)
        if step % 3 == 2:  # now and then the long way: labels in a row must find their way round each other
            axis = 1 - axis
        gap = over[one, other, axis] / 2 + 0.05
        side = np.where(away[one, other, axis] < 0, -1.0, 1.0)
        moves = np.zeros_like(places)
        np.add.at(moves, (one, axis), side * gap)
        np.add.at(moves, (other, axis), -side * gap)
        places = np.clip(places + moves, half, np.array([width, height]) - half)
    return None


def _draw_label(ax: Axes, text: str, size: float, x: float, y: float, *, dark: bool) -> None:
    box = {
        "boxstyle": "round,pad=0.18",
        "facecolor": PALETTE[0] if dark else _FILL,
        "edgecolor": PALETTE[0] if dark else "#9fb0c0",
        "linewidth": 0.6,
    }
    ax.text(
        x, y, text, fontsize=size, ha="center", va="center", color="white" if dark else INK, bbox=box, zorder=2,
        parse_math=False,
    )  # fmt: skip
