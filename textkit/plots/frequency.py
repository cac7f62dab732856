"""Draw the table of `textkit.frequency`: bars for one group, a row of dots a term for several."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from textkit import drawing
from textkit.drawing import GREY, INK, MARKERS, PALE, PALETTE, Labels, Lang
from textkit.errors import check_choice, check_int

_COLUMNS = ("group", "term", "count", "rate")
_WORDS = {
    "zh": {"rate": "每百万词频次", "count": "频次", "n": "频次"},
    "en": {"rate": "Frequency per million tokens", "count": "Frequency", "n": "count"},
}


def plot_frequency(
    table: pd.DataFrame,
    *,
    n: int = 20,
    value: Literal["rate", "count"] = "rate",
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the most frequent terms: one bar a term, or one dot a group and term when there are several groups.

    Parameters
    ----------
    table : DataFrame
        From `textkit.frequency`: the columns ``group, term, count, rate`` are used.
    n : int
        Terms to show, by the mean of ``value`` over the groups.
    value : {"rate", "count"}
        What the axis shows. Between groups of different size only rates can be compared.
    labels : mapping or Series, optional
        What to print for a group: ``{"doc1": "甲市"}`` or ``corpus.docs["name"]``.
    ax : Axes, optional
        Where to draw; without it a new figure, 6.3 inches wide.
    lang : {"zh", "en"}
        Language of the axis labels.
    title : str, optional
        Title above the plot.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If the table has no rows.
    ArgumentError
        If there are more than seven groups.
    FontError
        If a term has a character that the font lacks.

    Notes
    -----
    Intervals of the rate are drawn where the table has them (``frequency(..., ci="bootstrap")``). Bars start at zero;
    the small figure at the end of a bar is the count. A term that has no row for a group gets
    no dot there: nothing is filled in. For terms that *distinguish* groups see `textkit.plot_keyness`.

    Examples
    --------
    >>> table = pd.DataFrame({"group": "all", "term": ["工作", "网格"], "count": [8, 2], "rate": [8e5, 2e5]})
    >>> [float(bar.get_width()) for bar in plot_frequency(table).patches]
    [800000.0, 200000.0]
    """
    rows = drawing.checked(table, _COLUMNS, made_by="frequency(dtm)")
    n = check_int("n", n, minimum=1)
    check_choice("value", value, ("rate", "count"))
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    groups = drawing.order_of(rows["group"])
    drawing.check_few("groups", groups, len(PALETTE), hint='Choose some: table[table["group"].isin([...])].')
    terms = _top(rows, n, value)
    shown = drawing.six_digits(rows[rows["term"].isin(terms)].dropna(subset=[value]))
    names = drawing.names_for(groups, labels)
    words = _WORDS[lang]
    texts = [*terms, *names, title or ""]
    with drawing.sheet(ax, height=0.85 + 0.2 * len(terms) + 0.16 * len(groups), texts=texts) as ax:
        places = np.arange(len(terms), dtype=float)
        pad = 6.0
        if len(groups) == 1:
            _bars(ax, shown, terms, value)
        else:
            pad += _dots(ax, shown, terms, groups, names, value)
        drawing.name_ticks(ax.yaxis, places, terms)
        ax.set_ylim(len(terms) - 0.4, -0.6)
        ax.set_xlim(left=0)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.set_xlabel(words[value])
        drawing.plain_numbers(ax.xaxis)
        drawing.set_title(ax, title, pad=pad)
    drawing.remember(
        ax, shown, "plot_frequency", n=n, value=value, labels=drawing.used(labels, groups), lang=lang, title=title
    )
    return ax


def _top(rows: pd.DataFrame, n: int, value: str) -> list[str]:
    means = rows.groupby("term", sort=False)[value].mean().dropna().reset_index()
    ordered = means.sort_values([value, "term"], ascending=[False, True], kind="stable")
    return [str(term) for term in ordered["term"].head(n)]


def _bars(ax: Axes, shown: pd.DataFrame, terms: list[str], value: str) -> None:
    rows = shown.set_index("term").loc[terms]
    lengths = rows[value].to_numpy(dtype=float)
    ax.barh(np.arange(len(terms)), lengths, height=0.68, color=PALETTE[0])
    low, high = _interval(rows, value)
    ax.hlines(np.arange(len(terms)), low, high, color=INK, linewidth=1.0)
    for place, (length, end, count) in enumerate(zip(lengths, high, rows["count"], strict=True)):
        ax.annotate(
            drawing.number(float(count)),
            (np.nanmax([length, end]), place),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=drawing.SMALL,
            color=GREY,
        )
    ax.margins(x=0.09)
    ax.xaxis.grid(visible=True)


def _interval(rows: pd.DataFrame, value: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the intervals of the rate; NaN where there are none."""
    if value != "rate" or not {"ci_low", "ci_high"} <= set(rows.columns):
        return np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    return rows["ci_low"].to_numpy(dtype=float), rows["ci_high"].to_numpy(dtype=float)


def _dots(ax: Axes, shown: pd.DataFrame, terms: list[str], groups: list[str], names: list[str], value: str) -> float:
    place = {term: i for i, term in enumerate(terms)}
    ends = shown.groupby("term")[value].agg(["min", "max"])
    ax.hlines([place[str(term)] for term in ends.index], ends["min"], ends["max"], color="#bbbbbb", linewidth=1)
    for i in range(len(terms)):
        ax.axhline(i, color=PALE, linewidth=0.5, zorder=0)
    handles = []
    # intervals of several groups would lie on each other: then the groups of a term stand one below the other
    step = 0.16 if np.isfinite(_interval(shown, value)[1]).any() else 0.0
    for i, (group, colour, marker) in enumerate(zip(groups, PALETTE, MARKERS, strict=False)):
        rows = shown[shown["group"] == group]
        at = np.array([place[str(term)] for term in rows["term"]]) + step * (i - (len(groups) - 1) / 2)
        ax.hlines(at, *_interval(rows, value), color=colour, linewidth=1.0, alpha=0.7)
        (dots,) = ax.plot(
            rows[value],
            at,
            linestyle="",
            marker=marker,
            markersize=5.5,
            color=colour,
            markeredgecolor="white",
            markeredgewidth=0.5,
            clip_on=False,
            zorder=3,
        )
        handles.append(dots)
    return drawing.key_above(ax, handles, names, width=drawing.size_in_points(ax)[0] * 0.85)
