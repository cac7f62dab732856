"""Draw the table of `textkit.topic_map`: topics as circles, near ones use the same words."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from numpy.typing import NDArray

from textkit import drawing, fonts
from textkit.drawing import PALE, PALETTE, Labels, Lang
from textkit.errors import EmptyError, check_choice, check_int
from textkit.plots.keyness_volcano import Box, Line, place_label

_COLUMNS = ("topic", "x", "y", "share", "terms")
_WORDS = {
    "zh": "圆面积：占全部词次的份额；平面保留了距离平方的 {}",
    "en": "Area: share of all tokens; the plane keeps {} of the squared distances",
}


def plot_topic_map(
    table: pd.DataFrame,
    *,
    n: int = 3,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the topics on a plane, circles as large as their share of the tokens.

    For a page to explore, with the terms of each topic, see `textkit.save_topic_map`.

    Parameters
    ----------
    table : DataFrame
        From `textkit.topic_map`: the columns ``topic, x, y, share, terms`` are used.
    n : int
        Terms to print with the number of a topic without a label; 0 for the number alone.
    labels : mapping or Series, optional
        A name for a topic, for example ``{1: "信访"}``.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If no topic has a place.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    Distances are those of the table; the axes have no meaning and no numbers. A label that finds no room is shortened
    to the number of the topic.

    Examples
    --------
    >>> table = pd.DataFrame({"topic": [1, 2], "x": [0.5, -0.5], "y": [0.0, 0.0], "share": [0.7, 0.3],
    ...     "terms": ["工作 会议", "信访 群众"]})
    >>> [text.get_text() for text in plot_topic_map(table, n=1).texts]
    ['1 工作', '2 信访']
    """
    rows = drawing.checked(table, _COLUMNS, made_by="topic_map(model)")
    n = check_int("n", n, minimum=0)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    kept = rows[np.isfinite(rows["x"].astype(float)) & np.isfinite(rows["y"].astype(float))]
    if not len(kept):
        raise EmptyError("table has no topic with a place, so there is nothing to draw.")
    shown = drawing.six_digits(kept.reset_index(drop=True))
    known = {} if labels is None else dict(labels.items())
    topics = shown["topic"].tolist()
    texts = [
        " ".join([str(topic), str(known[topic]) if topic in known else " ".join(str(terms).split()[:n])]).strip()
        for topic, terms in zip(topics, shown["terms"], strict=True)
    ]
    x, y = shown["x"].to_numpy(dtype=float), shown["y"].to_numpy(dtype=float)
    share = np.nan_to_num(shown["share"].to_numpy(dtype=float), nan=0.0)
    share_kept = drawing.settings_of(table).get("kept")
    caption = _WORDS[lang].format(f"{share_kept:.0%}" if isinstance(share_kept, float) else "–")
    with drawing.sheet(ax, height=4.6 + 0.25 * (title is not None), texts=[*texts, caption, title or ""]) as ax:
        span = max(float(np.ptp(x)), float(np.ptp(y)) * 1.35, 1e-6)
        radius = np.maximum(np.sqrt(share / max(float(share.max()), 1e-9)) * span * 0.075, span * 0.008)
        for a, b, r in zip(x, y, radius, strict=True):
            ax.add_patch(
                Circle((a, b), r, facecolor=(*_rgb(PALETTE[0]), 0.28), edgecolor=PALETTE[0], linewidth=1, zorder=2)
            )
        middle_x, middle_y = (x.min() + x.max()) / 2, (y.min() + y.max()) / 2
        ax.set_xlim(middle_x - span * 0.68, middle_x + span * 0.68)
        ax.set_ylim(middle_y - span * 0.68 / 1.35, middle_y + span * 0.68 / 1.35)
        ax.set_aspect("equal")
        ax.axhline(0, color=PALE, linewidth=0.8, zorder=0)
        ax.axvline(0, color=PALE, linewidth=0.8, zorder=0)
        ax.set_xticks([])
        ax.set_yticks([])
        ax.spines[:].set_visible(False)
        ax.set_xlabel(caption, fontsize=drawing.SMALL)
        drawing.set_title(ax, title)
        drawing.lay_out(ax)  # the layout decides how much room there is for labels
        _write_labels(ax, texts, [str(topic) for topic in topics], x, y, radius)
    drawing.remember(ax, shown, "plot_topic_map", n=n, labels=drawing.used(labels, topics), lang=lang, title=title)
    return ax


def _rgb(colour: str) -> tuple[float, float, float]:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))  # type: ignore[return-value]


def _write_labels(
    ax: Axes,
    texts: list[str],
    numbers: list[str],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    radius: NDArray[np.float64],
) -> None:
    """Write each label beside the middle of its circle, where it covers no other one; larger circles first."""
    width, height = drawing.size_in_points(ax)
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    dots = [((a - x0) / (x1 - x0) * width, (b - y0) / (y1 - y0) * height) for a, b in zip(x, y, strict=True)]
    room, taken, names, leaders = Box(0.0, 0.0, width, height), list[Box](), list[Box](), list[Line]()
    for i in np.argsort(-radius, kind="stable").tolist():
        for text in dict.fromkeys((texts[i], numbers[i])):
            size = (fonts.text_width(text, drawing.SMALL) + 2.0, drawing.SMALL * 1.3)
            at = dots[i]
            centred = Box(at[0] - size[0] / 2, at[1] - size[1] / 2, at[0] + size[0] / 2, at[1] + size[1] / 2)
            free = not any(centred.meets(other) for other in taken)
            found = centred if free else place_label(at, size, taken, room, outwards=1, names=names, leaders=leaders)
            if found is None:
                continue
            taken.append(found)
            names.append(found)
            middle = ((found.left + found.right) / 2 - at[0], (found.bottom + found.top) / 2 - at[1])
            far = math.hypot(*middle) > 24
            ax.annotate(
                text,
                (x[i], y[i]),
                xytext=middle,
                textcoords="offset points",
                ha="center",
                va="center",
                fontsize=drawing.SMALL,
                parse_math=False,
                zorder=4,
                bbox={"facecolor": "white", "alpha": 0.6, "linewidth": 0, "pad": 0.3},
                arrowprops={"arrowstyle": "-", "color": drawing.GREY, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 0}
                if far
                else None,
            ).set_in_layout(False)
            break
