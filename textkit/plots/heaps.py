"""Draw the table of `textkit.heaps_points`: how the vocabulary grows with the text, with the fitted law."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from textkit import drawing
from textkit.drawing import INK, MARKERS, PALETTE, Labels, Lang
from textkit.errors import check_choice, check_int

_COLUMNS = ("group", "n_tokens", "n_types", "low", "high", "fitted")
_MARKS = 40  # most marks across the plot
_WORDS = {
    "zh": {"x": "词次", "y": "词种", "seen": "各种文档顺序的平均", "law": "Heaps 定律"},
    "en": {"x": "Tokens", "y": "Types", "seen": "mean over orders of the documents", "law": "Heaps' law"},
}


def plot_heaps(
    table: pd.DataFrame,
    *,
    n: int | None = None,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the number of different words against the length of the text, with the law fitted to it.

    Parameters
    ----------
    table : DataFrame
        From `textkit.heaps_points`: the columns ``group, n_tokens, n_types, low, high, fitted`` are used.
    n : int, optional
        Groups to show, in the order of the table; without it all.
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
        If there are more than seven groups.
    FontError
        If a group has a character that the font lacks.

    Notes
    -----
    The band is the spread over the orders of the documents; it closes at the end, where all orders have read
    everything. Compare the curves of groups at the same number of tokens, not at their ends.

    Examples
    --------
    >>> table = pd.DataFrame({"group": "all", "n_tokens": [100, 400], "n_types": [21.0, 40.0], "low": [19.0, 40.0],
    ...     "high": [23.0, 40.0], "fitted": [20.0, 40.0]})
    >>> plot_heaps(table).lines[0].get_ydata().tolist()
    [21.0, 40.0]
    """
    rows = drawing.checked(table, _COLUMNS, made_by="heaps_points(tokens)")
    n = None if n is None else check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    groups = drawing.order_of(rows["group"])[:n]
    drawing.check_few("groups", groups, len(PALETTE), hint="Choose some with n=, or draw two figures.")
    shown = drawing.six_digits(rows[rows["group"].isin(groups)].reset_index(drop=True))
    shown.attrs = dict(rows.attrs)
    names = drawing.names_for(groups, labels)
    words = _WORDS[lang]
    with drawing.sheet(ax, height=3.4, texts=[*names, title or ""]) as ax:
        handles: list[Line2D] = []
        for group, colour, marker in zip(groups, PALETTE, MARKERS, strict=False):
            block = shown[shown["group"] == group]
            x, y, low, high, law = (block[name].to_numpy(dtype=float) for name in _COLUMNS[1:])
            (line,) = ax.plot(
                x, y, linestyle="", marker=marker, markersize=3.5, color=colour, markeredgewidth=0, zorder=3,
                markevery=_apart(x, shown["n_tokens"].max() / _MARKS),
            )  # fmt: skip
            ax.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
            ax.plot(x, law, color=drawing.ink(colour) if len(groups) > 1 else INK, linewidth=0.9, zorder=2)
            handles.append(line)
        ax.set_xlim(left=0)
        ax.set_ylim(bottom=0)
        ax.grid(visible=True)
        ax.set_axisbelow(True)
        drawing.plain_numbers(ax.xaxis)
        drawing.plain_numbers(ax.yaxis)
        ax.set_xlabel(words["x"])
        ax.set_ylabel(words["y"])
        first = [words["seen"]] if len(groups) == 1 else names
        key = [*handles, Line2D([], [], color=INK, linewidth=0.9)]
        texts = [*first, _said(table, groups, words)]
        pad = 6.0 + drawing.key_above(ax, key, texts, width=drawing.size_in_points(ax)[0])
        drawing.set_title(ax, title, pad=pad)
    drawing.remember(ax, shown, "plot_heaps", n=n, labels=drawing.used(labels, groups), lang=lang, title=title)
    return ax


def _apart(x: NDArray[np.float64], least: float) -> list[int]:
    """Return the points to be marked: the first, the last, and those between that are not too near the one before.

    The lengths are even on a logarithmic scale; on a linear one the first thirty would be one blot.
    """
    kept = [0]
    for place in range(1, len(x) - 1):
        if x[place] - x[kept[-1]] >= least and x[-1] - x[place] >= least:
            kept.append(place)
    return [*kept, len(x) - 1] if len(x) > 1 else kept


def _said(table: pd.DataFrame, groups: list[Any], words: dict[str, str]) -> str:
    """Return what the key says of the law: with its parameters if there is one group and the table has them."""
    note = table.attrs.get("textkit")
    fits = note.get("fits") if isinstance(note, dict) else None
    fit = {entry.get("group"): entry for entry in fits}.get(groups[0]) if isinstance(fits, list) else None
    if len(groups) > 1 or not fit or fit["beta"] is None:
        return words["law"]
    k, beta = (drawing.number(float(fit[name])) for name in ("k", "beta"))
    return f"{words['law']}: K = {k}, β = {beta}"
