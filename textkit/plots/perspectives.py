"""Draw the table of `textkit.perspectives`: the words of two sides, each word where its difference puts it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from textkit import drawing, fonts
from textkit.drawing import INK, PALE, Labels, Lang
from textkit.errors import EmptyError, check_choice, check_int
from textkit.plots import small_print
from textkit.plots.diverging import LEFT, RIGHT, write_sides
from textkit.plots.topics_drawn import points

_COLUMNS = ("term", "probability_a", "probability_b", "difference")
_LARGEST = 19.0  # points of the most probable word
_LOWEST, _HIGHEST = 1.6, 6.5  # inches for the words
_TWICE = 2.0  # times as probable: then a word has the colour of its side
_WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "topic": "主题 {}",
        "label": "概率之差（百分点）",
        "within": "概率之差（百分点），主题 {}",
        "size": "字号：概率较大一侧的概率，{}% 至 {}%。彩色：一侧至少是另一侧的两倍。",
        "left": "另有 {} 个词没有位置。",
    },
    "en": {
        "topic": "Topic {}",
        "label": "Difference of the probabilities (percentage points)",
        "within": "Difference of the probabilities (percentage points), topic {}",
        "size": "Size: probability on the side where it is larger, {}% to {}%. "
        "Coloured: at least twice as probable on one side.",
        "left": "No room for {} more words.",
    },
}
Floats = NDArray[np.float64]


class _Place(NamedTuple):
    """Where a word stands: its row in the table, and the middle of its box in points from the middle of the ax."""

    row: int
    x: float
    y: float


def plot_perspectives(
    table: pd.DataFrame,
    *,
    n: int = 25,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the words of two topics, or of two groups on one topic: to either side by how much more it says them.

    Parameters
    ----------
    table : DataFrame
        From `textkit.perspectives`: the columns ``term, probability_a, probability_b, difference`` are used.
    n : int
        Words of each side: the most probable ones.
    labels : mapping or Series, optional
        A name for each side, by the topic or group: ``{3: "信访", 5: "网格"}``.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If no term has a probability on both sides.
    FontError
        If a term or a name has a character that the font lacks.

    Notes
    -----
    The middle of a word stands at its difference, side ``a`` to the right; height means nothing but that no word covers
    another. The size of a word follows the root of the probability on the side that says it more. Words are coloured
    if one side says them at least twice as often. Common words stand in the middle: both sides say them. Words that
    find no room are left out, the least probable first; a line says how many.

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["经济", "文化"], "probability_a": [0.08, 0.02], "probability_b": [0.02, 0.03],
    ...     "difference": [0.06, -0.01]})
    >>> [(text.get_text(), text.get_position()[0]) for text in plot_perspectives(table).texts[-2:]]
    [('经济', 0.06), ('文化', -0.01)]
    """
    rows = drawing.checked(table, _COLUMNS, made_by="perspectives(model, 1, 2)")
    n = check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    shown = drawing.six_digits(_leading(rows, n))
    words = _WORDS[lang]
    settings = drawing.settings_of(table)
    sides = _sides(settings, labels, words)
    terms = [str(term) for term in shown["term"]]
    probability = shown[["probability_a", "probability_b"]].to_numpy(dtype=float)
    larger = probability.max(axis=1)
    sizes = np.maximum(drawing.SMALL, _LARGEST * np.sqrt(larger / larger.max()))
    difference = shown["difference"].to_numpy(dtype=float)
    texts = [*terms, *sides, title or "", *words.values(), "−"]
    fonts.check_glyphs(texts)  # before anything is measured
    boxes = np.array([(fonts.text_width(t, s) + 4.0, s * 1.25) for t, s in zip(terms, sizes, strict=True)])
    size_line = words["size"].format(points(float(larger.min())), points(float(larger.max())))
    # the height that all words need, at about the width that there will be
    needed = max(abs(p.y) + boxes[p.row, 1] / 2 for p in _packed(difference, boxes, drawing.WIDTH * 70, np.inf)[0])
    height = float(np.clip(2 * needed / 72, _LOWEST, _HIGHEST)) + 0.75 + small_print.height_of([size_line])
    height += 0.25 * (title is not None)
    with drawing.sheet(ax, height=height, texts=texts) as ax:
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ax.axvline(0, color=PALE, linewidth=1.2, zorder=0)
        ax.xaxis.set_major_locator(MaxNLocator(9, steps=[1, 2, 5, 10]))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: points(value)))
        topic = settings.get("topic")
        ax.set_xlabel(words["label"] if topic is None else words["within"].format(topic), parse_math=False)
        drawing.set_title(ax, title, pad=18.0)
        note = small_print.write_below(ax, [size_line])
        write_sides(ax, sides, True, True)
        placed = _arrange(ax, difference, boxes)
        if len(placed) < len(terms):  # another line below takes room away
            said = note.get_text()
            note.set_text(f"{said}\n{words['left'].format(len(terms) - len(placed))}")
            placed = _arrange(ax, difference, boxes)
            note.set_text(f"{said}\n{words['left'].format(len(terms) - len(placed))}")
        _write(ax, placed, terms, sizes, probability, difference)
    sides_of = [settings.get("a"), settings.get("b")]
    drawing.remember(ax, shown, "plot_perspectives", n=n, labels=drawing.used(labels, sides_of), lang=lang, title=title)
    return ax


def _leading(rows: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return the n most probable terms of each side, in the order of the table."""
    known = rows[np.isfinite(rows[["probability_a", "probability_b", "difference"]].to_numpy(dtype=float)).all(axis=1)]
    if not len(known):
        raise EmptyError("table has no term with a probability on both sides, so there is nothing to draw.")
    chosen: set[int] = set()
    for side in ("probability_a", "probability_b"):
        order = np.argsort(-known[side].to_numpy(dtype=float), kind="stable")[:n]
        chosen |= {int(i) for i in order if known[side].iloc[int(i)] > 0}
    if not chosen:
        raise EmptyError("table has no term with a probability above zero, so there is nothing to draw.")
    leading: pd.DataFrame = known.iloc[sorted(chosen)].reset_index(drop=True)
    return leading


def _sides(settings: dict[str, Any], labels: Labels | None, words: dict[str, str]) -> tuple[str, str]:
    known = {} if labels is None else dict(labels.items())
    names = []
    for end in ("a", "b"):
        value = settings.get(end, end)
        plain = words["topic"].format(value) if settings.get("by") is None and isinstance(value, int) else str(value)
        names.append(str(known.get(value, plain)))
    return names[0], names[1]


def _arrange(ax: Axes, difference: Floats, boxes: Floats) -> list[_Place]:
    """Find a place for the words and set the limits of the axes so that a unit of the vertical one is a point."""
    small_print.settle(ax)
    width, height = drawing.size_in_points(ax)
    placed, scale = _packed(difference, boxes, width, height)
    ax.set_xlim(-width / 2 / scale, width / 2 / scale)
    ax.set_ylim(-height / 2, height / 2)
    return placed


def _packed(difference: Floats, boxes: Floats, width: float, height: float) -> tuple[list[_Place], float]:
    """Return the words that find room, each as near to the middle line as it can be, and the points of a unit across.

    Larger words choose first.

    >>> boxes = np.array([[20.0, 12.0], [20.0, 10.0], [20.0, 10.0]])
    >>> placed, scale = _packed(np.array([1.0, 0.9, -1.0]), boxes, 100.0, 40.0)
    >>> [(p.row, round(p.x), p.y) for p in placed], scale
    ([(0, 40, 0.0), (1, 36, 11.0), (2, -40, 0.0)], 40.0)
    """
    reach = (width - boxes[:, 0]) / 2
    moved = (np.abs(difference) > 1e-12) & (reach > 0)
    scale = float((reach[moved] / np.abs(difference[moved])).min()) if moved.any() else width / 0.02
    placed: list[_Place] = []
    for row in np.lexsort((np.arange(len(boxes)), -boxes[:, 1])).tolist():
        wide, high = boxes[row]
        x = float(difference[row] * scale)
        beside = [p for p in placed if abs(p.x - x) < (boxes[p.row, 0] + wide) / 2]
        heights = [0.0, *(p.y + s * (boxes[p.row, 1] + high) / 2 for p in beside for s in (1, -1))]
        free = [
            y
            for y in heights
            if abs(y) + high / 2 <= height / 2
            and all(abs(p.y - y) >= (boxes[p.row, 1] + high) / 2 - 1e-9 for p in beside)
        ]
        if free and wide <= width:
            placed.append(_Place(row, x, float(min(free, key=lambda y: (abs(y), -y)))))
    return placed, scale


def _write(
    ax: Axes, placed: list[_Place], terms: list[str], sizes: Floats, probability: Floats, difference: Floats
) -> None:
    for place in sorted(placed):
        a, b = probability[place.row]
        colour = INK if max(a, b) < _TWICE * min(a, b) else drawing.ink(RIGHT if a > b else LEFT)
        ax.text(
            float(difference[place.row]),
            place.y,
            terms[place.row],
            fontsize=float(sizes[place.row]),
            color=colour,
            ha="center",
            va="center",
            parse_math=False,
            zorder=3,
        ).set_in_layout(False)
