"""What plots of lines with intervals share: an axis of numbers, dates or names, bands, names at the ends of lines."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from textkit import drawing
from textkit.drawing import INK, MARKERS, PALETTE, Panels
from textkit.errors import ArgumentError
from textkit.plots import small_print
from textkit.plots.topics_drawn import percent

Floats = NDArray[np.float64]

_PANELS, _ACROSS = 24, 3  # in all, and panels side by side
_MARKED = 40  # points that get a mark of their own
_GAP = 10.5  # points between the names of two lines


class Series(NamedTuple):
    """One line: its name, values and ends of intervals along the axis (NaN: none)."""

    name: str
    value: Floats
    low: Floats
    high: Floats


class Along(NamedTuple):
    """The axis: values in order and their places."""

    values: list[Any]
    places: Floats
    kind: Literal["number", "date", "text"]


def along(column: pd.Series[Any]) -> Along:
    """Return the axis for a column: numbers (also written as text) and dates at their value, others side by side.

    >>> axis = along(pd.Series(["2020", "2019", "2020"]))
    >>> axis.values, axis.places.tolist(), axis.kind
    (['2019', '2020'], [2019.0, 2020.0], 'number')
    """
    values = drawing.order_of(column.dropna().tolist())
    if values and all(isinstance(value, (pd.Timestamp, np.datetime64)) for value in values):
        stamps = [pd.Timestamp(value).to_pydatetime() for value in values]
        places = np.asarray(dates.date2num(stamps), dtype=np.float64)  # type: ignore[no-untyped-call]
        kind: Literal["number", "date", "text"] = "date"
    else:
        places = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce").to_numpy(dtype=np.float64)
        kind = "number"
    if not values or not np.isfinite(places).all():
        return Along(values, np.arange(len(values), dtype=float), "text")
    order = np.argsort(places, kind="stable")
    return Along([values[i] for i in order], places[order], kind)


def draw_panels(
    series: Sequence[Series],
    axis: Along,
    *,
    together: bool,
    axes: Axes | Iterable[Axes] | None,
    labels: tuple[str, str],
    sentences: Sequence[str],
    title: str | None,
) -> Panels:
    """Draw all lines in one panel, named at their ends, or each in a panel of its own; all on one scale of percents.

    ``labels`` are those of the two axes.
    """
    count = 1 if together else len(series)
    if count > _PANELS:
        raise ArgumentError(
            f"table makes {count} panels; one figure holds {_PANELS}. Choose some, for example with topics=[1, 2, 3]."
        )
    columns = min(count, _ACROSS)
    lines = math.ceil(count / columns)
    height = (3.0 if count == 1 else 0.3 + 1.25 * lines) + small_print.height_of(sentences) + 0.25 * (title is not None)
    texts = [*(one.name for one in series), *map(str, axis.values), *labels, *sentences, title or "", "−%"]
    alone = len(series) == 1
    with drawing.sheets(axes, count=count, columns=columns, height=height, texts=texts) as panels:
        low, high = _limits(series)
        for place, ax in enumerate(panels):
            for k, line in enumerate(series if together else series[place : place + 1]):
                _draw(ax, axis, line, k, len(series) if together else 1)
            if low < 0:
                ax.axhline(0, color=INK, linewidth=0.8, zorder=1)
            ax.set_ylim(low, high)
            _across(ax, axis, named=place + columns >= count)
            ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
            ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value)))
            ax.yaxis.grid(visible=True)
            if not together and (not alone or title is None):
                head = drawing.fit(series[place].name, drawing.size_in_points(ax)[0], size=9.0, lines=2)
                ax.set_title(head, loc="left", fontsize=9, linespacing=1.2, parse_math=False)
            if place % columns:
                ax.tick_params(axis="y", labelleft=False)
        if count == 1:
            panels[0].set_xlabel(labels[0], parse_math=False)
            one = series[0].name if alone and title is not None else ""  # a title takes the place of the line's name
            panels[0].set_ylabel(f"{labels[1]}  {one}".rstrip(), parse_math=False)
            drawing.set_title(panels[0], title)
            if any(sentences):
                small_print.write_below(panels[0], sentences)
            if together and not alone:
                name_ends(panels[0], [(one.name, axis.places, one.value) for one in series])
        else:
            for ax in panels[::columns]:
                ax.set_ylabel(labels[1], parse_math=False)
            for ax in panels[-columns:]:
                ax.set_xlabel(labels[0], parse_math=False)
            small_print.write_below_all(panels, sentences)
            if title is not None:
                drawing.figure_of(panels[0]).suptitle(title, x=0.01, ha="left", fontsize=10, parse_math=False)
    return panels


def name_ends(ax: Axes, lines: Sequence[tuple[str, Floats, Floats]], *, colours: Sequence[str] = PALETTE) -> None:
    """Write the name of each line at its end, right of the ax, moved up or down as little as needed to be read."""
    small_print.settle(ax)
    height = drawing.size_in_points(ax)[1]
    to_points = ax.transLimits.transform
    ends = []
    for _, at, value in lines:
        known = np.flatnonzero(np.isfinite(value))
        last = known[-1] if known.size else None
        y = np.nan if last is None else ax.transScale.transform((at[last], value[last]))[1]
        ends.append(np.nan if last is None else float(to_points((0.0, y))[1]) * height)
    wanted = np.array(ends)
    places = spread(wanted, _GAP)
    for (name, _, _), end, place, colour in zip(lines, wanted, places, colours, strict=False):
        if np.isfinite(end):
            ax.annotate(
                drawing.fit(name, 110),
                (1, end / height),
                xycoords="axes fraction",
                xytext=(7, place - end),
                textcoords="offset points",
                va="center",
                color=drawing.ink(colour),
                fontsize=drawing.SMALL + 0.5,
                parse_math=False,
                annotation_clip=False,
            )


def _draw(ax: Axes, axis: Along, one: Series, k: int, count: int) -> None:
    colour = PALETTE[k]
    few = len(axis.places) <= _MARKED
    ax.fill_between(axis.places, one.low, one.high, color=colour, alpha=0.2 / count**0.4, linewidth=0)
    known = np.isfinite(one.low) & np.isfinite(one.high)
    single = known & ~np.append(known[1:], False) & ~np.append(False, known[:-1])  # a band needs two
    ax.vlines(axis.places[single], one.low[single], one.high[single], color=colour, alpha=0.6, linewidth=1.0)
    ax.plot(
        axis.places,
        one.value,
        color=colour,
        marker=MARKERS[k] if few else None,
        markersize=4,
        markeredgecolor="white",
        markeredgewidth=0.4,
        clip_on=False,
        zorder=3,
        label=one.name,
    )


def _across(ax: Axes, axis: Along, *, named: bool) -> None:
    places = axis.places
    if axis.kind == "text" or len(places) == 1:
        room = drawing.size_in_points(ax)[0] / max(len(places), 1) * 0.9
        names = [drawing.fit(str(value), max(room, 10), lines=3) for value in axis.values]
        drawing.name_ticks(ax.xaxis, places, names if named else [""] * len(names))
        ax.set_xlim(float(places.min()) - 0.4, float(places.max()) + 0.4)
        return
    ax.set_xlim(float(places.min()), float(places.max()))
    ticks = int(np.clip(drawing.size_in_points(ax)[0] // 40, 2, 8))
    if axis.kind == "date":
        ticks_at, names = _date_ticks(float(places.min()), float(places.max()), ticks)
        drawing.name_ticks(ax.xaxis, ticks_at, names)
    else:
        whole = bool((places == np.round(places)).all() or places.max() - places.min() >= 3)
        ax.xaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 5, 10], integer=whole))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.10g}".replace("-", "−")))
    if not named:
        ax.tick_params(axis="x", labelbottom=False)


def _date_ticks(low: float, high: float, most: int) -> tuple[list[float], list[str]]:
    """Return at most so many days, months or years between two days (counted as matplotlib does), and their names.

    >>> _date_ticks(17532.0, 19000.0, 5)[1], _date_ticks(17532.0, 17561.0, 5)[1]
    (['2018', '2019', '2020', '2021', '2022'], ['01-01', '01-08', '01-15', '01-22', '01-29'])
    """
    first, last = (pd.Timestamp(dates.num2date(end)).tz_localize(None) for end in (low, high))  # type: ignore[no-untyped-call]
    days = pd.date_range(first.ceil("D"), last, freq="D")
    months = days[days.day == 1]
    years = months[months.month == 1]
    choices = [(days[::step], "%m-%d") for step in (1, 2, 7, 14)]
    choices += [(months[(months.month - 1) % step == 0], "%Y-%m") for step in (1, 3, 6)]
    choices += [(years[years.year % step == 0], "%Y") for step in (1, 2, 5, 10, 20, 50, 100)]
    for found, form in choices:
        if 2 <= len(found) <= most:
            return [float(dates.date2num(day)) for day in found.to_pydatetime()], list(found.strftime(form))  # type: ignore[no-untyped-call]
    return [low, high], [day.strftime("%Y-%m-%d") for day in (first, last)]


def _limits(series: Sequence[Series]) -> tuple[float, float]:
    values = np.concatenate([part for one in series for part in one[1:]])
    values = np.append(values[np.isfinite(values)], 0.0)
    low, high = float(values.min()), float(values.max())
    pad = 0.05 * (high - low) or 0.01
    return (low - pad if low < 0 else 0.0), high + pad


def spread(wanted: Floats, gap: float) -> Floats:
    """Return the places nearest to the wanted ones (least squares) that keep their order and a minimum distance.

    >>> spread(np.array([5.0, 5.0, 40.0]), 10.0).tolist()
    [0.0, 10.0, 40.0]
    """
    order = [int(i) for i in np.argsort(wanted, kind="stable") if np.isfinite(wanted[i])]
    blocks: list[tuple[list[int], float]] = []  # members, place of the first; neighbours too near are pooled
    for i in order:
        blocks.append(([i], float(wanted[i])))
        while len(blocks) > 1 and blocks[-2][1] + len(blocks[-2][0]) * gap > blocks[-1][1]:
            members = blocks[-2][0] + blocks[-1][0]
            first = float(np.mean([wanted[m] - j * gap for j, m in enumerate(members)]))
            blocks[-2:] = [(members, first)]
    places = wanted.copy()
    for members, first in blocks:
        places[members] = first + gap * np.arange(len(members))
    return places
