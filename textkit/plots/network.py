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
_LOWEST, _HIGHEST = 90.0, 640.0  # points: how high a new figure may be
_ROOMS = (1.8, 1.3, 0.9, 0.6, 0.35)  # white around a label, in heights of a label: as much as fits
_STEPS = 600
_NUDGES, _NUDGE = 60, 5.0  # how often, and how many points at once, a label is moved off the links of others
_MOST = 400
_WEIGHTS = ("weight", "log_dice")
_FILL = "#eef2f6"
_WORDS = {
    "zh": "最强的 {} 条连线，越粗越强：{} 从 {} 到 {}",
    "en": "The {} strongest links, the thicker the stronger: {} from {} to {}",
}
_TIES = {"zh": "；同样强的另有 {} 条未画", "en": "; {} more as strong as the last not shown"}
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
        Links to show, at most 400: those with the largest weight; of links with equal weight those whose first word,
        then whose second word comes first in code-point order, so that the choice never depends on the order of the
        rows. If links that are as strong as the weakest one shown are left out, the line below says how many. Of two
        links between the same words the stronger one is drawn.
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
    moved so that no two labels overlap and, as far as possible, no link runs behind a label that is not its own. No
    chance is involved: the same links give the same picture in whatever order their rows stand. Only who is linked to
    whom means something; nearness and directions do not. Larger type: more links; dark: the nodes of
    `textkit.collocates`.

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
    links, n_left = _links(rows, ends, column, n)
    shown = drawing.six_digits(links)
    fonts.check_glyphs([*shown[ends[0]].astype(str), *shown[ends[1]].astype(str), title or ""])
    labels = _labels(shown, ends)
    first, second = (np.searchsorted(labels.texts, shown[end]) for end in ends)
    strength = shown[column].to_numpy(dtype=float)
    relative = (strength - strength.min()) / (np.ptp(strength) or 1.0)
    places, width, height = _arranged(labels, first, second, relative, ax)
    counted = drawing.settings_of(table).get("weights") == "count"
    name = _WEIGHT_NAMES[lang][counted] if column == "weight" else _NAMES.get(column, column)
    span = (drawing.number(float(strength.min())), drawing.number(float(strength.max())))
    caption = _WORDS[lang].format(len(shown), name, *span) + (_TIES[lang].format(f"{n_left:,}") if n_left else "")
    with clouds.canvas(ax, width, height, caption=caption, title=title) as ax:
        lines = np.stack([places[first], places[second]], axis=1)
        order = np.argsort(relative, kind="stable")
        shades = np.array([[0.35, 0.45, 0.55, 0.45 + 0.35 * share] for share in relative[order]])
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


def _links(rows: pd.DataFrame, ends: tuple[str, str], column: str, n: int) -> tuple[pd.DataFrame, int]:
    """Return the strongest links, each pair of words once, strongest first; and how many as strong are left out."""
    known = rows[np.isfinite(rows[column].to_numpy(dtype=float)) & (rows[ends[0]] != rows[ends[1]]).to_numpy()]
    if not len(known):
        raise EmptyError(f"table has no link with a finite {column}, so there is nothing to draw.")
    # the last digits of a float are no reason to prefer one link to another
    known = known.assign(_strength=[float(f"{value:.12g}") for value in known[column]])
    ordered = known.sort_values(["_strength", *ends], ascending=[False, True, True], kind="stable")
    pair = [tuple(sorted(link)) for link in zip(ordered[ends[0]], ordered[ends[1]], strict=True)]
    distinct = ordered[~pd.Series(pair, index=ordered.index).duplicated()].reset_index(drop=True)
    shown: pd.DataFrame = distinct.head(n)[[*ends, column]]
    shown.attrs = dict(rows.attrs)
    return shown, int((distinct["_strength"][n:] == distinct["_strength"][len(shown) - 1]).sum())


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
    if ax is None:
        width, highest = drawing.WIDTH * 72, _HIGHEST
    else:
        check_type("ax", ax, Axes, hint="Leave it out to get a new figure.")
        width, highest = drawing.size_in_points(ax)
    parts = _parts(len(labels.texts), first, second, relative)
    for room in _ROOMS:
        placed, high = _shelved(parts, labels.half, width, room)
        if high > highest:
            continue  # it may fit more closely
        height = highest if ax is not None else max(high, _LOWEST)
        shift = [0.0, 0.0 if ax is not None else (height - high) / 2]
        if ax is not None:  # fill the height that there is
            placed[:, 1] = labels.half[:, 1] + (placed[:, 1] - labels.half[:, 1]) * min(height / high, 2.0)
        found = _apart(placed + shift, labels.half, width, height)
        if found is not None:
            return _cleared(found, labels.half, first, second, width, height).round(3), width, height
    raise ArgumentError(
        f"the labels of {len(labels.texts)} words find no room without overlapping. Give a smaller n or a larger ax."
    )


def _parts(
    count: int, first: NDArray[np.intp], second: NDArray[np.intp], relative: Floats
) -> list[tuple[NDArray[np.intp], Floats]]:
    """Return each connected part, the largest first: its words and their places in the unit square."""
    graph: nx.Graph = nx.Graph()
    graph.add_nodes_from(range(count))
    for a, b, share in sorted(zip(first.tolist(), second.tolist(), relative.tolist(), strict=True)):
        graph.add_edge(a, b, length=1.5 - share)
    parts = sorted((sorted(part) for part in nx.connected_components(graph)), key=lambda part: (-len(part), part))
    return [(np.array(part), _turned(_part(graph, part)).round(6)) for part in parts]


def _shelved(
    parts: list[tuple[NDArray[np.intp], Floats]], half: Floats, width: float, room: float
) -> tuple[Floats, float]:
    """Put the parts side by side on shelves, in points; return the middles of all labels and the height they take.

    ``room`` is the white around a label, in heights of an average label.
    """
    line = float(2 * half[:, 1].mean())
    cell = room * line
    sizes = []
    for part, _ in parts:
        widest, across = float(2 * half[part, 0].max()), float(2 * half[part, 0].mean())
        if len(part) == 2:  # one link: side by side
            sizes.append((2 * across + cell, float(2 * half[part, 1].max())))
        else:
            side = len(part) ** 0.5
            wide = max(side * (across + cell), 1.5 * widest)
            sizes.append((min(wide, width), side * (line + 0.6 * cell)))
    pairs = [wide for (part, _), (wide, _) in zip(parts, sizes, strict=True) if len(part) == 2]
    columns = max(1, int((width + cell) // (max(pairs) + cell))) if pairs else 1
    sizes = [
        (min((width + cell) / columns - cell, 1.5 * wide), high) if len(part) == 2 else (wide, high)
        for (part, _), (wide, high) in zip(parts, sizes, strict=True)
    ]
    shelves: list[list[int]] = []
    free, kind = 0.0, 0
    for number, ((part, _), (wide, _)) in enumerate(zip(parts, sizes, strict=True)):
        same = (len(part) == 2) == (kind == 2)  # pairs stand in columns, below everything else
        if shelves and same and wide <= free + 1e-6:
            shelves[-1].append(number)
        else:
            shelves.append([number])
            free, kind = width, len(part)
        free -= wide + cell if kind != 2 else (width + cell) / columns
    places = np.zeros((len(half), 2))
    y = 0.0
    for shelf in shelves:
        pair = len(parts[shelf[0]][0]) == 2
        used = sum(sizes[number][0] for number in shelf) + cell * (len(shelf) - 1)
        stretch = 1.0 if pair else min((width - cell * (len(shelf) - 1)) / (used - cell * (len(shelf) - 1)), 1.8)
        tall = max(sizes[number][1] for number in shelf)
        left = width - stretch * (used - cell * (len(shelf) - 1)) - cell * (len(shelf) - 1)
        x = 0.0 if pair else left / 2
        for number in shelf:
            part, unit = parts[number]
            wide, high = sizes[number][0] * stretch, sizes[number][1]
            box = np.array([max(wide, float(2 * half[part, 0].max())), high])
            places[part] = half[part] + unit * (box - 2 * half[part]) + [x, y + (tall - high) / 2]
            x += (width + cell) / columns if pair else wide + cell
        y += tall + cell
    return places, y - cell


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


def _cleared(
    places: Floats, half: Floats, first: NDArray[np.intp], second: NDArray[np.intp], width: float, height: float
) -> Floats:
    """Move labels off the links of others, as far as that goes: a link behind a label looks as if it ended there."""
    best, fewest = places, np.inf
    for _ in range(_NUDGES):
        crossed, push = _crossings(places, half, first, second)
        if crossed < fewest:
            best, fewest = places, crossed
        if not crossed:
            break
        moved = _apart(
            np.clip(places + push.clip(-_NUDGE, _NUDGE), half, np.array([width, height]) - half), half, width, height
        )
        if moved is None:
            break
        places = moved.round(6)
    return best


def _crossings(places: Floats, half: Floats, first: NDArray[np.intp], second: NDArray[np.intp]) -> tuple[int, Floats]:
    """Count the labels that lie on links of others, and return the way that leads each of them off."""
    begin, along = places[first], places[second] - places[first]
    length = np.hypot(*along.T)
    along = along / np.where(length > 0, length, 1.0)[:, None]
    normal = np.column_stack((-along[:, 1], along[:, 0]))
    away = places[None, :, :] - begin[:, None, :]
    at, off = ((away * way[:, None, :]).sum(axis=2) for way in (along, normal))
    reach = _extent(normal, half) - np.abs(off)  # how deep the link goes into the box
    inside = _extent(along, half)
    hit = (reach > 0) & (at > -inside) & (at < length[:, None] + inside)
    hit[np.arange(len(first)), first] = hit[np.arange(len(first)), second] = False
    side = np.where(off < 0, -1.0, 1.0) * np.where(hit, reach / 2 + 0.5, 0.0)
    push = (side[:, :, None] * normal[:, None, :]).sum(axis=0)
    return int(hit.sum()), push


def _extent(ways: Floats, half: Floats) -> Floats:
    """Return how far each box reaches in each direction (no matrix product: its last digit depends on the machine)."""
    return np.asarray(np.abs(ways[:, :1]) * half[:, 0] + np.abs(ways[:, 1:]) * half[:, 1])


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
