"""Draw the shares of every document as a heat map: documents by topics."""

from __future__ import annotations

from typing import Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from textkit import drawing, fonts
from textkit.drawing import Labels, Lang
from textkit.errors import ArgumentError, EmptyError, check_choice

_COLUMNS = ("group", "topic", "share")
_ROWS, _TOPICS = 5000, 100
_ORDERS = ("topic", "table")
_WORDS = {
    "zh": {"topic": "主题 {}", "share": "主题所占份额", "docs": "{} 篇文档", "many": "主题"},
    "en": {"topic": "Topic {}", "share": "Share of the topic", "docs": "{} documents", "many": "Topic"},
}


def plot_topic_heatmap(
    table: pd.DataFrame,
    *,
    order: Literal["topic", "table"] = "topic",
    labels: Labels | None = None,
    topic_labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw how much of each document belongs to each topic, one row a document.

    Parameters
    ----------
    table : DataFrame
        From ``topic_shares(model, by="doc")``: the columns ``group, topic, share`` are used. Other groups will do too.
    order : {"topic", "table"}
        ``"topic"``: documents with the same leading topic together, in the order of the topics, the clearest first;
        ``"table"``: as given, for documents that have an order of their own.
    labels, topic_labels : mapping or Series, optional
        What to print for a document, and a name for a topic, for example ``{1: "信访"}``.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If no document has shares.
    ArgumentError
        If there are more than 5000 documents or 100 topics.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    Documents without shares (empty ones) are white and stand last. With many documents their names are left out and
    only their number is written.

    Examples
    --------
    >>> table = pd.DataFrame({"group": ["甲", "甲", "乙", "乙"], "topic": [1, 2, 1, 2], "share": [0.2, 0.8, 0.9, 0.1]})
    >>> [label.get_text() for label in plot_topic_heatmap(table).get_yticklabels()]
    ['乙', '甲']
    """
    rows = drawing.checked(table, _COLUMNS, made_by='topic_shares(model, by="doc")')
    check_choice("order", order, _ORDERS)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels, topic_labels = drawing.checked_labels(labels), drawing.checked_labels(topic_labels)
    shown = drawing.six_digits(rows[list(_COLUMNS)])
    docs, topics = drawing.order_of(shown["group"]), drawing.order_of(shown["topic"])
    if len(docs) > _ROWS or len(topics) > _TOPICS:
        raise ArgumentError(
            f"table has {len(docs)} documents and {len(topics)} topics; one figure holds {_ROWS} and {_TOPICS}. "
            'Choose some: table[table["group"].isin([...])], or draw groups: topic_shares(model, by="year").'
        )
    wide = shown.drop_duplicates(["group", "topic"]).pivot(index="group", columns="topic", values="share")
    values = wide.reindex(index=docs, columns=topics).to_numpy(dtype=float)
    if not np.isfinite(values).any():
        raise EmptyError("no document has shares, so there is nothing to draw.")
    if order == "topic":
        places = _by_leading_topic(values)
        docs, values = [docs[i] for i in places], values[places]
    words = _WORDS[lang]
    known = {} if topic_labels is None else dict(topic_labels.items())
    heads = [str(known.get(topic, topic)) for topic in topics]
    names = drawing.names_for(docs, labels)
    height = float(np.clip(1.2 + 0.17 * len(docs), 2.0, 7.0)) + 0.25 * (title is not None)
    with drawing.sheet(ax, height=height, texts=[*names, *heads, *words.values(), title or ""]) as ax:
        norm = Normalize(0, max(float(np.nanmax(values)), 1e-9))
        image = drawing.cells(ax, values, mpl.colormaps["Blues"], norm)
        image.set_rasterized(values.size > 20_000)  # as shapes so many cells make a file too large to open
        bar = drawing.figure_of(ax).colorbar(
            image, ax=ax, shrink=0.6, aspect=22, pad=0.02, format=PercentFormatter(1, decimals=0)
        )
        bar.outline.set_visible(False)
        bar.set_label(words["share"])
        fonts.apply_font(bar.ax)
        drawing.lay_out(ax)  # the layout decides how much room there is for names
        _name(ax, names, heads, words)
        drawing.set_title(ax, title, pad=10)
    drawing.remember(
        ax,
        shown,
        "plot_topic_heatmap",
        order=order,
        labels=drawing.used(labels, docs),
        topic_labels=drawing.used(topic_labels, topics),
        lang=lang,
        title=title,
    )
    return ax


def _by_leading_topic(values: NDArray[np.float64]) -> NDArray[np.intp]:
    known = np.asarray(np.isfinite(values).all(axis=1), dtype=np.bool_)
    filled = np.where(known[:, None], values, -1.0)
    leading = filled.argmax(axis=1)
    return np.lexsort((np.arange(len(values)), -filled.max(axis=1), leading, ~known))


def _name(ax: Axes, names: list[str], heads: list[str], words: dict[str, str]) -> None:
    width, height = drawing.size_in_points(ax)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    if height / len(names) >= drawing.SMALL * 1.15:
        short = [drawing.fit(name, drawing.WIDTH * 72 * 0.3) for name in names]
        drawing.name_ticks(ax.yaxis, range(len(names)), short)
    else:
        ax.set_yticks([])
        ax.set_ylabel(words["docs"].format(drawing.number(float(len(names)))))
    cell = width / len(heads)
    flat = max(fonts.text_width(head, drawing.SMALL) for head in heads) <= cell * 0.95
    every = 1 if flat or cell >= drawing.SMALL * 1.2 else round_step(drawing.SMALL * 1.2 / cell)
    places = list(range(0, len(heads), every))
    drawing.name_ticks(ax.xaxis, places, [drawing.fit(heads[i], 110) for i in places], rotation=0 if flat else 90)
    ax.xaxis.tick_top()
    if all(head.isdecimal() for head in heads):
        ax.set_xlabel(words["many"])
        ax.xaxis.set_label_position("top")


def round_step(least: float) -> int:
    """Return the smallest of 1, 2, 5, 10 … that is at least so large.

    >>> round_step(1.4), round_step(3.0)
    (2, 5)
    """
    step = 1
    for factor in (2, 2.5, 2, 2, 2.5, 2):
        if step >= least:
            break
        step = int(step * factor)
    return step
