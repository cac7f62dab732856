"""Draw the table of `textkit.topic_shares`: how much of each group of documents each topic takes."""

from __future__ import annotations

from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.ticker import PercentFormatter

from textkit import drawing, fonts
from textkit.drawing import FILLS, GREY, PALETTE, Labels, Lang
from textkit.errors import ArgumentError, check_choice

_COLUMNS = ("group", "topic", "share", "n_docs")
_KINDS = ("auto", "stacked", "heat")
_CENTRE: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": drawing.SMALL}
_GROUPS, _TOPICS = 40, 60
_WORDS = {
    "zh": {"topic": "主题 {}", "share": "占比", "n": "{} 篇"},
    "en": {"topic": "Topic {}", "share": "Share", "n": "{} docs"},
}


def plot_topic_shares(
    table: pd.DataFrame,
    *,
    kind: Literal["auto", "stacked", "heat"] = "auto",
    labels: Labels | None = None,
    topic_labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the shares of topics in groups of documents.

    Parameters
    ----------
    table : DataFrame
        From `textkit.topic_shares`: the columns ``group, topic, share, n_docs`` are used.
    kind : {"auto", "stacked", "heat"}
        ``"stacked"``: one bar a group, at most seven topics; ``"heat"``: a table of shaded percentages, topics by
        groups; ``"auto"``: stacked if there are at most seven topics.
    labels : mapping or Series, optional
        What to print for a group.
    topic_labels : mapping or Series, optional
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
        If there are more topics or groups than the kind can show.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    Groups stand in the order of the table, with their number of documents. A share is a mean over documents: with
    few documents it moves a lot, and no interval is drawn.

    Examples
    --------
    >>> table = pd.DataFrame({"group": "all", "topic": [1, 2], "share": [0.7, 0.3], "n_docs": 5})
    >>> [round(float(bar.get_width()), 3) for bar in plot_topic_shares(table).patches]
    [0.7, 0.3]
    """
    rows = drawing.checked(table, _COLUMNS, made_by="topic_shares(model)")
    check_choice("kind", kind, _KINDS)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels, topic_labels = drawing.checked_labels(labels), drawing.checked_labels(topic_labels)
    shown = drawing.six_digits(rows)
    groups, topics = drawing.order_of(shown["group"]), drawing.order_of(shown["topic"])
    drawn = kind if kind != "auto" else ("stacked" if len(topics) <= len(PALETTE) else "heat")
    if drawn == "stacked":
        drawing.check_few("topics", topics, len(PALETTE), hint='Use kind="heat".')
    if len(groups) > _GROUPS or len(topics) > _TOPICS:
        raise ArgumentError(
            f"table has {len(groups)} groups and {len(topics)} topics; one figure holds {_GROUPS} and {_TOPICS}. "
            'Choose some: table[table["group"].isin([...])].'
        )
    words = _WORDS[lang]
    known = {} if topic_labels is None else dict(topic_labels.items())
    topic_names = [str(known.get(topic, words["topic"].format(topic))) for topic in topics]
    sizes = shown.groupby("group")["n_docs"].max()
    names = drawing.names_for(groups, labels)
    counts = [words["n"].format(drawing.number(float(sizes[group]))) for group in groups]
    wide = shown.drop_duplicates(["group", "topic"]).pivot(index="group", columns="topic", values="share")
    shares = wide.reindex(index=groups, columns=topics)
    draw = _stacked if drawn == "stacked" else _heat
    height = 1.1 + 0.34 * len(groups) if drawn == "stacked" else 1.0 + 0.24 * len(topics)
    with drawing.sheet(ax, height=height, texts=[*names, *topic_names, title or ""]) as ax:
        pad = draw(ax, shares, names, counts, topic_names, words["share"])
        drawing.set_title(ax, title, pad=6 + pad)
    drawing.remember(
        ax,
        shown,
        "plot_topic_shares",
        kind=drawn,
        labels=drawing.used(labels, groups),
        topic_labels=drawing.used(topic_labels, topics),
        lang=lang,
        title=title,
    )
    return ax


def _stacked(
    ax: Axes, shares: pd.DataFrame, names: list[str], counts: list[str], topic_names: list[str], label: str
) -> float:
    values = shares.to_numpy(dtype=float)
    left = np.zeros(len(names))
    handles: list[Any] = []
    room = drawing.size_in_points(ax)[0] * 0.7
    for k, colour in enumerate(FILLS[: len(topic_names)]):
        widths = np.nan_to_num(values[:, k])
        bars = ax.barh(
            np.arange(len(names)), widths, left=left, height=0.72, color=colour, edgecolor="white", linewidth=0.6
        )
        handles.append(bars.patches[0])
        for i, width in enumerate(widths):
            if width * room >= 20:
                ax.text(left[i] + width / 2, i, f"{width:.0%}", color=drawing.on(colour), **_CENTRE)
        left = left + widths
    for i, count in enumerate(counts):
        ax.annotate(
            count,
            (1, i),
            xycoords=ax.get_yaxis_transform(),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=drawing.SMALL,
            color=GREY,
        )
    short = [drawing.fit(name, drawing.WIDTH * 72 * 0.3, lines=2) for name in names]
    drawing.name_ticks(ax.yaxis, range(len(names)), short, linespacing=1.15)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlim(0, max(1.0, float(left.max())))
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25%", "50%", "75%", "100%"])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(label)
    return drawing.key_above(ax, handles, topic_names, width=room)


def _heat(
    ax: Axes, shares: pd.DataFrame, names: list[str], counts: list[str], topic_names: list[str], label: str
) -> float:
    values = shares.to_numpy(dtype=float).T
    top = float(np.nanmax(values)) if np.isfinite(values).any() else 1.0
    norm = Normalize(0, max(top, 1e-9))
    colours = mpl.colormaps["Blues"]
    image = drawing.cells(ax, values, colours, norm)
    cell = drawing.size_in_points(ax)[0] * 0.85 / len(names)
    wide = cell >= 24
    if wide:
        for (row, column), value in np.ndenumerate(values):
            behind = colours(norm(value)) if np.isfinite(value) else "white"
            text = f"{value:.0%}" if np.isfinite(value) else "–"
            ax.text(column, row, text, color=drawing.on(behind), **_CENTRE)
        roomy = all(fonts.text_width(count, drawing.SMALL) < cell for count in counts)
        below = counts if roomy else [count.split()[0] for count in counts]
        heads = [f"{drawing.fit(name, cell * 0.92, lines=3)}\n{n}" for name, n in zip(names, below, strict=True)]
    else:  # too narrow for figures: a scale instead
        heads = [f"{drawing.fit(name, 100)} ({count.split()[0]})" for name, count in zip(names, counts, strict=True)]
        bar = drawing.figure_of(ax).colorbar(
            image, ax=ax, shrink=0.7, aspect=18, pad=0.02, format=PercentFormatter(1, decimals=0)
        )
        bar.outline.set_visible(False)
        bar.set_label(label)
        fonts.apply_font(bar.ax)
    rows = [drawing.fit(name, drawing.WIDTH * 72 * 0.35) for name in topic_names]
    drawing.name_ticks(ax.yaxis, range(len(rows)), rows)
    drawing.name_ticks(ax.xaxis, range(len(heads)), heads, rotation=0 if wide else 90, linespacing=1.25)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return 8.0
