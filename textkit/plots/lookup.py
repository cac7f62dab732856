"""Draw the table of `textkit.lookup`: rates with intervals for a few groups, a heat map for many."""

from __future__ import annotations

from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D
from matplotlib.markers import CARETRIGHT
from matplotlib.ticker import MaxNLocator

from textkit import drawing, fonts
from textkit.drawing import INK, MARKERS, PALE, PALETTE, Labels, Lang
from textkit.errors import ArgumentError, check_choice, check_int

_COLUMNS = ("group", "category", "rate", "ci_low", "ci_high")
_KINDS = ("auto", "intervals", "heat")
_GROUPS, _CATEGORIES = 40, 60  # what one figure holds
_WORDS = {
    "zh": {"rate": "每百万词次数", "interval": "，横线为区间", "level": "，横线为 {:.4g}% 区间"},
    "en": {"rate": "Hits per million tokens", "interval": ", with intervals", "level": ", with {:.4g}% intervals"},
}


def plot_lookup(
    table: pd.DataFrame,
    *,
    n: int = 20,
    kind: Literal["auto", "intervals", "heat"] = "auto",
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw how often each category of a dictionary occurs in each group.

    Parameters
    ----------
    table : DataFrame
        From `textkit.lookup`: the columns ``group, category, rate, ci_low, ci_high`` are used.
    n : int
        Categories to show: those with the highest rate in any group. They stand in the order of the table.
    kind : {"auto", "intervals", "heat"}
        ``"intervals"``: a row a category, a dot a group, its interval as a line; up to seven groups. ``"heat"``: a
        cell for each group and category. ``"auto"``: the first if there are few enough groups.
    labels : mapping or Series, optional
        What to print for a group.
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
        If there are more groups or categories than one figure can show.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    Intervals that end beyond twice the highest rate are cut off there, with an arrow. A missing rate (a group without
    tokens) is not drawn, or is a white cell.

    Examples
    --------
    >>> table = pd.DataFrame({"group": ["甲", "乙"], "category": "治理", "rate": [900.0, 400.0],
    ...     "ci_low": [700.0, 300.0], "ci_high": [1100.0, 520.0]})
    >>> [line.get_xdata().tolist() for line in plot_lookup(table).lines]
    [[900.0], [400.0]]
    """
    rows = drawing.checked(table, _COLUMNS, made_by="lookup(tokens, dictionary)")
    n = check_int("n", n, minimum=1)
    check_choice("kind", kind, _KINDS)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    best = rows.groupby("category", sort=False)["rate"].max().sort_values(ascending=False, kind="stable").index[:n]
    shown = drawing.six_digits(rows[rows["category"].isin(best)].reset_index(drop=True))
    groups, categories = drawing.order_of(shown["group"]), drawing.order_of(shown["category"])
    drawn = kind if kind != "auto" else ("intervals" if len(groups) <= len(PALETTE) else "heat")
    if drawn == "intervals":
        drawing.check_few("groups", groups, len(PALETTE), hint='Use kind="heat".')
    if len(groups) > _GROUPS or len(categories) > _CATEGORIES:
        raise ArgumentError(
            f"table has {len(groups)} groups and {len(categories)} categories; one figure holds {_GROUPS} and "
            f'{_CATEGORIES}. Choose some: n=, or table[table["group"].isin([...])].'
        )
    names = drawing.names_for(groups, labels)
    wide = {name: _wide(shown, name, groups, categories) for name in ("rate", "ci_low", "ci_high")}
    label = _WORDS[lang]["rate"]
    if drawn == "intervals":
        height = 1.0 + len(categories) * max(0.24, 0.1 + 0.1 * len(groups)) + 0.25 * (len(groups) > 1)
    else:
        height = 1.1 + 0.26 * len(categories)
    with drawing.sheet(ax, height=height, texts=[*names, *map(str, categories), title or ""]) as ax:
        if drawn == "intervals":
            pad = _intervals(ax, wide, names, categories, label + _interval_label(table, shown, _WORDS[lang]))
        else:
            pad = _heat(ax, wide["rate"], names, categories, label)
        drawing.set_title(ax, title, pad=pad)
    drawing.remember(
        ax, shown, "plot_lookup", n=n, kind=drawn, labels=drawing.used(labels, groups), lang=lang, title=title
    )
    return ax


def _wide(shown: pd.DataFrame, value: str, groups: list[Any], categories: list[Any]) -> Any:
    cells = shown.drop_duplicates(["group", "category"]).pivot(index="category", columns="group", values=value)
    return cells.reindex(index=categories, columns=groups).to_numpy(dtype=float)


def _interval_label(table: pd.DataFrame, shown: pd.DataFrame, words: dict[str, str]) -> str:
    if shown[["ci_low", "ci_high"]].isna().all(axis=None):
        return ""
    confidence = drawing.settings_of(table).get("confidence")
    return words["level"].format(100 * confidence) if isinstance(confidence, float) else words["interval"]


def _intervals(ax: Axes, wide: dict[str, Any], names: list[str], categories: list[Any], label: str) -> float:
    rate, low, high = wide["rate"], wide["ci_low"], wide["ci_high"]
    places = np.arange(len(categories), dtype=float)
    step = 0.7 / len(names)
    finite = rate[np.isfinite(rate)]
    top = 2 * max(float(finite.max()) if finite.size else 0.0, 1e-9)
    for place in places[:-1] + 0.5:
        ax.axhline(place, color=PALE, linewidth=0.6, zorder=0)
    handles: list[Any] = []
    for k, (colour, marker) in enumerate(zip(PALETTE, MARKERS, strict=True)):
        if k == len(names):
            break
        at = places + (k - (len(names) - 1) / 2) * step
        ax.hlines(at, low[:, k], np.minimum(high[:, k], top), color=colour, linewidth=1.2)
        cut = high[:, k] > top
        if cut.any():
            ax.plot(np.full(int(cut.sum()), top), at[cut], linestyle="", marker=CARETRIGHT, markersize=4, color=colour)
        known = np.isfinite(rate[:, k])
        ax.plot(rate[known, k], at[known], linestyle="", marker=marker, markersize=4.5, color=colour, clip_on=False)
        handles.append(Line2D([], [], linestyle="", marker=marker, markersize=5, color=colour))
    _name_categories(ax, categories)
    ax.set_ylim(len(categories) - 0.4, -0.6)
    ax.set_xlim(left=0)
    ax.xaxis.grid(visible=True)
    ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    drawing.plain_numbers(ax.xaxis)
    ax.set_xlabel(label)
    ax.spines["left"].set_visible(False)
    if len(names) == 1:
        return 6.0
    return 6.0 + drawing.key_above(ax, handles, names, width=drawing.size_in_points(ax)[0] * 0.8)


def _heat(ax: Axes, rate: Any, names: list[str], categories: list[Any], label: str) -> float:
    finite = rate[np.isfinite(rate)]
    norm = Normalize(0, max(float(finite.max()) if finite.size else 1.0, 1e-9))
    colours = mpl.colormaps["Blues"]
    image = drawing.cells(ax, rate, colours, norm)
    cell = drawing.size_in_points(ax)[0] * 0.7 / len(names)
    texts = [[drawing.number(value) if np.isfinite(value) else "–" for value in row] for row in rate.tolist()]
    wide = cell > 2 + max(fonts.text_width(text, drawing.SMALL) for row in texts for text in row)
    if wide:
        for (row, column), value in np.ndenumerate(rate):
            behind = colours(norm(value)) if np.isfinite(value) else "white"
            ax.text(
                column, row, texts[row][column], color=drawing.on(behind) if np.isfinite(value) else INK,
                ha="center", va="center", fontsize=drawing.SMALL, parse_math=False,
            )  # fmt: skip
    bar = drawing.figure_of(ax).colorbar(image, ax=ax, shrink=0.8, aspect=18, pad=0.02)
    bar.outline.set_visible(False)
    drawing.plain_numbers(bar.ax.yaxis)
    bar.set_label(label)
    fonts.apply_font(bar.ax)
    across = all(fonts.text_width(name, drawing.SMALL) < cell * 0.95 for name in names)
    heads = names if across else [drawing.fit(name, 90) for name in names]
    drawing.name_ticks(ax.xaxis, range(len(names)), heads, rotation=0 if across else 90)
    _name_categories(ax, categories)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return 8.0


def _name_categories(ax: Axes, categories: list[Any]) -> None:
    room = drawing.WIDTH * 72 * 0.33
    drawing.name_ticks(ax.yaxis, range(len(categories)), [drawing.fit(str(name), room) for name in categories])
    ax.tick_params(axis="y", length=0, pad=6)  # a mark at zero reaches over the axis
