"""Draw the table of `textkit.topic_shares`: how much of each group of documents each topic takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.ticker import PercentFormatter

from textkit import drawing, fonts
from textkit.drawing import FILLS, GREY, PALETTE, Labels, Lang, Panels
from textkit.errors import ArgumentError, check_choice
from textkit.plots import interval_panels, line_panels, small_print
from textkit.plots.topics_drawn import chosen_of, percent

_COLUMNS = ("group", "topic", "share", "n_docs")
_ENDS = ("ci_low", "ci_high")
_KINDS = ("auto", "stacked", "heat", "points", "lines")
_CENTRE: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": drawing.SMALL}
_GROUPS, _TOPICS = 40, 60
_WORDS = {
    "zh": {
        "topic": "主题 {}",
        "share": "占比",
        "n": "{} 篇",
        "group": "{}（{}）",
        "sizes": "括号内为文档数。",
        "drawn": "，按{}重抽；以估计出的主题为前提。",
        "document": "文档",
        "stop": "。",
    },
    "en": {
        "topic": "Topic {}",
        "share": "Share",
        "n": "{} docs",
        "group": "{} ({})",
        "sizes": "In brackets: documents. ",
        "drawn": ", resampling {}; conditional on the estimated topics.",
        "document": "documents",
        "stop": ".",
    },
}


def plot_topic_shares(
    table: pd.DataFrame,
    *,
    kind: Literal["auto", "stacked", "heat", "points", "lines"] = "auto",
    topics: Sequence[int] | None = None,
    labels: Labels | None = None,
    topic_labels: Labels | None = None,
    ax: Axes | Iterable[Axes] | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes | Panels:
    """Draw the shares of topics in groups of documents.

    Parameters
    ----------
    table : DataFrame
        From `textkit.topic_shares`: the columns ``group, topic, share, n_docs`` are used, and ``ci_low, ci_high`` if
        they hold intervals.
    kind : {"auto", "stacked", "heat", "points", "lines"}
        ``"stacked"``: one bar a group, at most seven topics; ``"heat"``: a table of shaded percentages, topics by
        groups; ``"points"``: a panel for each topic with a dot and its interval for each group (for a single group one
        panel with a dot for each topic); ``"lines"``: a panel for each topic with a line over the groups and its band,
        for years and other groups in order. ``"auto"``: without intervals stacked if there are at most seven topics,
        else heat; with intervals lines if the groups are numbers or dates, else points.
    topics : sequence of int, optional
        Topics to show, in this order; without it all.
    labels : mapping or Series, optional
        What to print for a group.
    topic_labels : mapping or Series, optional
        A name for a topic, for example ``{1: "信访"}``; without it its number.
    ax : Axes or sequence of Axes, optional
        One, or one for each panel; without it a new figure, 6.3 inches wide.
    lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes or array of Axes
        An array, one for each panel, for points and lines.

    Raises
    ------
    EmptyError
        If the table has no rows.
    ArgumentError
        If there are more topics or groups than the kind can show, or not as many axes as panels.
    UnknownNameError
        If a topic is not in the table.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    Groups stand in the order of the table, with their number of documents; lines in the order of the numbers or dates.
    A share is a mean over documents: with few documents it moves a lot, and bars and heat maps do not show how much.
    Panels have one scale, which begins at zero. A group without a share breaks the line.

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
    there = drawing.order_of(rows["topic"])
    chosen = chosen_of("topic (topics)", topics, there, there)
    shown = drawing.six_digits(rows if topics is None else rows[rows["topic"].isin(chosen)].reset_index(drop=True))
    sure = set(_ENDS) <= set(shown.columns) and bool(shown[list(_ENDS)].notna().any(axis=None))
    groups = drawing.order_of(shown["group"])
    drawn = kind if kind != "auto" else _kind(shown["group"], groups, chosen, sure=sure)
    if drawn == "stacked":
        drawing.check_few("topics", chosen, len(PALETTE), hint='Use kind="heat".')
    words = _WORDS[lang]
    known = {} if topic_labels is None else dict(topic_labels.items())
    topic_names = [str(known.get(topic, words["topic"].format(topic))) for topic in chosen]
    axes: Axes | Panels
    if drawn in ("points", "lines"):
        sentence = _about(table, lang, "line" if drawn == "points" else "band") if sure else ""
        draw = _points if drawn == "points" else _lines
        axes = draw(shown, chosen, topic_names, labels, sentence, ax, lang, title)
    else:
        shown = shown.drop(columns=[name for name in _ENDS if name in shown])  # the CSV holds what is drawn
        axes = _one(shown, drawn, groups, chosen, topic_names, labels, ax, words, title)
    drawing.remember(
        axes,
        shown,
        "plot_topic_shares",
        kind=drawn,
        topics=topics,
        labels=drawing.used(labels, groups),
        topic_labels=drawing.used(topic_labels, chosen),
        lang=lang,
        title=title,
    )
    return axes


def _kind(column: pd.Series, groups: list[Any], topics: list[Any], *, sure: bool) -> str:
    if not sure:
        return "stacked" if len(topics) <= len(PALETTE) else "heat"
    return "lines" if len(groups) > 1 and line_panels.along(column).kind != "text" else "points"


def _about(table: pd.DataFrame, lang: Lang, shape: Literal["line", "band"]) -> str:
    """Say what the intervals are, as far as the table knows."""
    note = table.attrs.get("textkit")
    unit = note.get("unit") if isinstance(note, dict) else None
    words = _WORDS[lang]
    drawn = (
        words["drawn"].format(words["document"] if unit == "document" else f" {unit} " if lang == "zh" else unit)
        if unit
        else words["stop"]
    )
    return small_print.confidence_text(table, lang, shape) + drawn


def _points(
    shown: pd.DataFrame,
    topics: list[Any],
    names: list[str],
    labels: Labels | None,
    sentence: str,
    ax: Axes | Iterable[Axes] | None,
    lang: Lang,
    title: str | None,
) -> Panels:
    words = _WORDS[lang]
    groups = drawing.order_of(shown["group"])
    sizes = shown.groupby("group")["n_docs"].max()
    plain = drawing.names_for(groups, labels)
    fonts.check_glyphs(plain)  # before anything is added to them
    called = [
        words["group"].format(name, drawing.number(float(sizes[group])))
        for group, name in zip(groups, plain, strict=True)
    ]
    if len(groups) == 1:
        interval_panels.check_size(topics, groups)
        blocks, rows = [interval_panels.Block(called[0], *_values(shown, "group", groups[0], "topic", topics))], names
    else:
        interval_panels.check_size(groups, topics)
        blocks = [
            interval_panels.Block(name, *_values(shown, "topic", topic, "group", groups))
            for topic, name in zip(topics, names, strict=True)
        ]
        rows = called
    return interval_panels.draw_panels(
        blocks, rows, axes=ax, label=words["share"], sentences=[words["sizes"] + sentence], title=title, lang=lang,
        number=percent, zero=False,
    )  # fmt: skip


def _lines(
    shown: pd.DataFrame,
    topics: list[Any],
    names: list[str],
    labels: Labels | None,
    sentence: str,
    ax: Axes | Iterable[Axes] | None,
    lang: Lang,
    title: str | None,
) -> Panels:
    axis = line_panels.along(shown["group"])
    series = [
        line_panels.Series(name, *_values(shown, "topic", topic, "group", axis.values))
        for topic, name in zip(topics, names, strict=True)
    ]
    called = axis._replace(values=drawing.names_for(axis.values, labels))
    by = drawing.settings_of(shown).get("by")
    label = " / ".join(map(str, by)) if isinstance(by, list) else str(by or "")
    return line_panels.draw_panels(
        series, called, together=False, axes=ax, labels=(label, _WORDS[lang]["share"]), sentences=[sentence],
        title=title,
    )  # fmt: skip


def _values(shown: pd.DataFrame, within: str, one: Any, along: str, values: list[Any]) -> list[Any]:
    """Return shares and both ends of one topic or group in the order of the values; NaN where there is none."""
    part = shown[shown[within] == one].drop_duplicates(along).set_index(along).reindex(values)
    return [part[name].to_numpy(dtype=float) for name in ("share", *_ENDS) if name in part] + [
        np.full(len(values), np.nan) for name in _ENDS if name not in part
    ]


def _one(
    shown: pd.DataFrame,
    kind: str,
    groups: list[Any],
    topics: list[Any],
    topic_names: list[str],
    labels: Labels | None,
    ax: Any,
    words: dict[str, str],
    title: str | None,
) -> Axes:
    """Draw bars or a heat map."""
    if len(groups) > _GROUPS or len(topics) > _TOPICS:
        raise ArgumentError(
            f"table has {len(groups)} groups and {len(topics)} topics; one figure holds {_GROUPS} and {_TOPICS}. "
            'Choose some: table[table["group"].isin([...])].'
        )
    sizes = shown.groupby("group")["n_docs"].max()
    names = drawing.names_for(groups, labels)
    counts = [words["n"].format(drawing.number(float(sizes[group]))) for group in groups]
    wide = shown.drop_duplicates(["group", "topic"]).pivot(index="group", columns="topic", values="share")
    shares = wide.reindex(index=groups, columns=topics)
    draw = _stacked if kind == "stacked" else _heat
    height = 1.1 + 0.34 * len(groups) if kind == "stacked" else 1.0 + 0.24 * len(topics)
    with drawing.sheet(ax, height=height, texts=[*names, *topic_names, title or ""]) as made:
        pad = draw(made, shares, names, counts, topic_names, words["share"])
        drawing.set_title(made, title, pad=6 + pad)
    return made


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
