"""Draw the table of `textkit.topic_quality`: coherence against exclusivity, one point a topic."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from textkit import drawing, fonts
from textkit.drawing import GREY, PALETTE, Labels, Lang
from textkit.errors import EmptyError, check_choice, check_int
from textkit.plots.keyness_volcano import Box, Line, place_label

_COLUMNS = ("topic", "coherence", "exclusivity", "share", "terms")
_WORDS = {
    "zh": {"coherence": "连贯性", "exclusivity": "独有性（FREX 之和）", "mean": "虚线：各主题的平均"},
    "en": {
        "coherence": "Coherence",
        "exclusivity": "Exclusivity (sum of FREX)",
        "mean": "Dashed: mean of the topics",
    },
}
_NAMES = {"npmi": "NPMI", "uci": "UCI", "c_v": "C_v", "umass": "UMass", "umass_stm": "UMass"}


def plot_topic_quality(
    table: pd.DataFrame,
    *,
    n: int = 3,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw every topic as a point, coherence against exclusivity; good topics stand at the top right.

    Parameters
    ----------
    table : DataFrame
        From `textkit.topic_quality`: the columns ``topic, coherence, exclusivity, share, terms`` are used.
    n : int
        Terms to print beside the number of a topic without a label; 0 for the number alone.
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
        If no topic has both numbers.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    Circles are as large as the mean share of the topic. A label that finds no room beside its point is shortened to the
    number of the topic, and left out if that finds none either.

    Examples
    --------
    >>> table = pd.DataFrame({"topic": [1, 2], "coherence": [0.1, 0.3], "exclusivity": [7.0, 9.0],
    ...     "share": [0.6, 0.4], "terms": ["工作 会议", "信访 群众"]})
    >>> [text.get_text() for text in plot_topic_quality(table, n=1).texts[:2]]
    ['1 工作', '2 信访']
    """
    rows = drawing.checked(table, _COLUMNS, made_by="topic_quality(model, dtm)")
    n = check_int("n", n, minimum=0)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    kept = rows[np.isfinite(rows["coherence"].astype(float)) & np.isfinite(rows["exclusivity"].astype(float))]
    if not len(kept):
        raise EmptyError("table has no topic with both a coherence and an exclusivity, so there is nothing to draw.")
    shown = drawing.six_digits(kept.reset_index(drop=True))
    known = {} if labels is None else dict(labels.items())
    topics = shown["topic"].tolist()
    words = _WORDS[lang]
    texts = [
        " ".join([str(topic), str(known[topic]) if topic in known else " ".join(str(terms).split()[:n])]).strip()
        for topic, terms in zip(topics, shown["terms"], strict=True)
    ]
    x, y = shown["coherence"].to_numpy(dtype=float), shown["exclusivity"].to_numpy(dtype=float)
    share = np.nan_to_num(shown["share"].to_numpy(dtype=float), nan=0.0)
    size = 14 + 260 * share / max(float(share.max()), 1e-9)
    with drawing.sheet(ax, height=4.2, texts=[*texts, *words.values(), title or ""]) as ax:
        for mean, line in ((float(x.mean()), ax.axvline), (float(y.mean()), ax.axhline)):
            line(mean, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
        ax.scatter(x, y, s=size, color=PALETTE[0], alpha=0.45, edgecolor=PALETTE[0], linewidth=0.9, zorder=2)
        ax.margins(0.13, 0.12)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(6))
            drawing.plain_numbers(axis)
        measure = str(drawing.settings_of(table).get("measure", ""))
        name = _NAMES.get(measure)
        ax.set_xlabel(words["coherence"] + (f" ({name})" if name else "") + f"　　{words['mean']}")
        ax.set_ylabel(words["exclusivity"])
        drawing.set_title(ax, title)
        drawing.lay_out(ax)  # the layout decides how much room there is for labels
        _write_labels(ax, texts, topics, x, y, size)
    used = drawing.used(labels, topics)
    drawing.remember(ax, shown, "plot_topic_quality", n=n, labels=used, lang=lang, title=title)
    return ax


def _write_labels(
    ax: Axes,
    texts: list[str],
    topics: list[object],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    size: NDArray[np.float64],
) -> None:
    """Write each label where it covers no other one and no point, larger topics first."""
    width, height = drawing.size_in_points(ax)
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    dots = [((a - x0) / (x1 - x0) * width, (b - y0) / (y1 - y0) * height) for a, b in zip(x, y, strict=True)]
    radius = np.sqrt(size / np.pi)
    taken = [Box(a - r, b - r, a + r, b + r) for (a, b), r in zip(dots, radius, strict=True)]
    room, names, leaders = Box(0.0, 0.0, width, height), list[Box](), list[Line]()
    places: dict[int, tuple[str, Box]] = {}
    for i in np.argsort(-size, kind="stable").tolist():
        for text in dict.fromkeys((texts[i], str(topics[i]))):
            box_size = (fonts.text_width(text, drawing.SMALL) + 2.0, drawing.SMALL * 1.3)
            at = (dots[i][0], dots[i][1] + float(radius[i]))
            side = 1 if at[0] < width * 0.6 else -1
            found = place_label(at, box_size, taken, room, outwards=side, names=names, leaders=leaders)
            if found is not None:
                places[i] = (text, found)
                taken.append(found)
                names.append(found)
                break
    for i in sorted(places):
        text, box = places[i]
        middle = ((box.left + box.right) / 2 - dots[i][0], (box.bottom + box.top) / 2 - dots[i][1])
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
        ).set_in_layout(False)
