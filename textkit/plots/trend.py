"""Draw the table of `textkit.trend`: rates of terms over years or other ordered groups, with intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from textkit import drawing
from textkit.drawing import MARKERS, PALETTE, Lang
from textkit.errors import check_choice, check_int
from textkit.plots.line_panels import spread

_COLUMNS = ("group", "term", "rate", "ci_low", "ci_high")
_DIRECT = 6
_BANDS = 2  # terms whose bands can be told apart
_WHISKERS = 24  # groups for which there is room
_STEP = 3.5  # points between the whiskers of two terms
_WORDS = {"zh": "每百万词频次", "en": "Frequency per million tokens"}


def plot_trend(
    table: pd.DataFrame,
    *,
    n: int | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw rates of terms over ordered groups as lines with intervals.

    The intervals of one or two terms are bands; those of more terms are whiskers that stand side by side.

    Parameters
    ----------
    table : DataFrame
        From `textkit.trend`: the columns ``group, term, rate, ci_low, ci_high`` are used. Groups that are numbers
        (years) stand at their value, others side by side in the order of the table.
    n : int, optional
        Terms to show, in the order of the table; without it all.
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
        If there are more than seven terms.
    FontError
        If a term has a character that the font lacks.

    Notes
    -----
    Up to six terms are named at the end of their line, seven in a legend. A group without a rate (NaN) breaks the
    line: it is not bridged. The axis starts at zero. The band is the interval of the table; it says nothing about
    how much the documents of one group differ among themselves unless the table's interval does.

    Examples
    --------
    >>> table = pd.DataFrame({"group": [2019, 2020], "term": "网格", "count": [2, 6], "total": [1000, 1000],
    ...     "rate": [2000.0, 6000.0], "ci_low": [500.0, 2500.0], "ci_high": [7000.0, 12000.0]})
    >>> plot_trend(table).lines[0].get_ydata().tolist()
    [2000.0, 6000.0]
    """
    rows = drawing.checked(table, _COLUMNS, made_by="trend(dtm, terms, by=...)")
    n = None if n is None else check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    terms = drawing.order_of(rows["term"])[:n]
    drawing.check_few("terms", terms, len(PALETTE), hint="Choose some with n=, or draw two figures.")
    shown = drawing.six_digits(rows[rows["term"].isin(terms)])
    groups, where = _axis(rows["group"])
    names = [str(term) for term in terms]
    texts = [*names, *(str(group) for group in groups), title or ""]
    with drawing.sheet(ax, height=3.2, texts=texts) as ax:
        pad = 6.0
        handles = []
        ends: list[tuple[float, float]] = []
        # bands of three terms hide each other: then each point gets a whisker, side by side with those of the others
        whiskers = len(terms) > _BANDS and len(groups) <= _WHISKERS
        shifts = _STEP * (np.arange(len(terms)) - (len(terms) - 1) / 2) if whiskers else np.zeros(len(terms))
        for term, colour, marker, shift in zip(terms, PALETTE, MARKERS, shifts, strict=False):
            at, rate, low, high = _series(shown[shown["term"] == term], groups, where)
            beside = ax.transData + _moved(ax, float(shift))
            (line,) = ax.plot(
                at,
                rate,
                color=colour,
                marker=marker,
                markersize=4 if len(at) <= 40 else 0,
                markeredgecolor="white",
                markeredgewidth=0.4,
                clip_on=False,
                zorder=3,
                label=str(term),
                transform=beside,
            )
            if whiskers:
                ax.vlines(at, low, high, color=colour, alpha=0.55, linewidth=1.0, clip_on=False, transform=beside)
            else:
                ax.fill_between(at, low, high, color=colour, alpha=0.16 / len(terms) ** 0.5, linewidth=0)
            handles.append(line)
            known = np.flatnonzero(np.isfinite(rate))
            ends.append((at[known[-1]], rate[known[-1]]) if known.size else (np.nan, np.nan))
        ax.set_ylim(0, _top(shown) * 1.05)
        _draw_axis(ax, groups, where)
        if whiskers:  # room for the outer ones
            left, right = ax.get_xlim()
            room = (right - left) * (float(shifts[-1]) + 3) / drawing.size_in_points(ax)[0]
            ax.set_xlim(left - room, right + room)
        ax.set_ylabel(_WORDS[lang])
        drawing.plain_numbers(ax.yaxis)
        ax.yaxis.grid(visible=True)
        if len(terms) <= _DIRECT:
            _name_lines(ax, names, ends, float(where.max()))
        else:
            pad += drawing.key_above(ax, handles, names, width=drawing.size_in_points(ax)[0])
        drawing.set_title(ax, title, pad=pad)
    drawing.remember(ax, shown, "plot_trend", n=n, lang=lang, title=title)
    return ax


def _moved(ax: Axes, points: float) -> ScaledTranslation:
    """Return a shift to the right in points, the same at every size of the figure."""
    figure = ax.get_figure(root=True)
    assert figure is not None, "the axes lie on a figure"
    return ScaledTranslation(points / 72, 0, figure.dpi_scale_trans)


def _axis(column: pd.Series) -> tuple[list[Any], NDArray[np.float64]]:
    """Return the groups in order and their places: their value if they are all numbers, else 0, 1, 2 …."""
    groups = drawing.order_of(column.dropna())
    values = pd.to_numeric(pd.Series(groups, dtype=object), errors="coerce").to_numpy(dtype=float)
    if not np.isfinite(values).all():
        return groups, np.arange(len(groups), dtype=float)
    order = np.argsort(values, kind="stable")
    return [groups[i] for i in order], values[order]


def _series(
    rows: pd.DataFrame, groups: list[Any], where: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return places, rates and intervals in the order of the axis; NaN where a group has no row."""
    values = rows.drop_duplicates("group").set_index("group")[["rate", "ci_low", "ci_high"]].reindex(groups)
    rate, low, high = values.to_numpy(dtype=float).T
    return where, rate, low, high


def _top(shown: pd.DataFrame) -> float:
    values = shown[["rate", "ci_high"]].to_numpy(dtype=float)
    return float(max(values[np.isfinite(values)].max(initial=0.0), 1e-9))


def _draw_axis(ax: Axes, groups: list[Any], where: NDArray[np.float64]) -> None:
    numeric = not np.array_equal(where, np.arange(len(groups))) or len(groups) == 1
    if numeric and len(groups) > 1:
        ax.set_xlim(float(where.min()), float(where.max()))
        ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10], integer=bool((where == np.round(where)).all())))
        return
    room = drawing.size_in_points(ax)[0] / len(groups) * 0.9
    drawing.name_ticks(ax.xaxis, where, [drawing.fit(str(group), max(room, 10), lines=3) for group in groups])
    margin = 0.25 if len(groups) > 1 else 0.5
    ax.set_xlim(float(where.min()) - margin, float(where.max()) + margin)


def _name_lines(ax: Axes, names: list[str], ends: list[tuple[float, float]], right: float) -> None:
    """Write each name at the end of its line, moved up or down just enough not to cover another."""
    height = drawing.size_in_points(ax)[1]
    points = height * 0.8 / ax.get_ylim()[1]
    wanted = np.array([y * points for _, y in ends])
    places = spread(wanted, 10.5)
    for name, (_, y), place, colour in zip(names, ends, places, PALETTE, strict=False):
        if not np.isfinite(y):
            continue
        ax.annotate(
            drawing.fit(name, 110),
            (1, y),
            xycoords=ax.get_yaxis_transform(),
            xytext=(7, place - y * points),
            textcoords="offset points",
            va="center",
            color=drawing.ink(colour),
            fontsize=drawing.SMALL + 0.5,
            parse_math=False,
        )
