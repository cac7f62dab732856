"""Draw the table of `textkit.zipf_points`: frequency against rank, with the fitted laws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter

from textkit import drawing
from textkit.drawing import INK, MARKERS, PALETTE, Labels, Lang
from textkit.errors import check_choice, check_int

_COLUMNS = ("group", "rank", "term", "count", "zipf", "mandelbrot")
_WORDS: dict[str, dict[str, str]] = {
    "zh": {"rank": "词频秩（对数刻度）", "count": "频次（对数刻度）", "words": "词", "mandelbrot": "Zipf–Mandelbrot"},
    "en": {
        "rank": "Rank (log scale)",
        "count": "Frequency (log scale)",
        "words": "words",
        "mandelbrot": "Zipf–Mandelbrot",
    },
}


def plot_zipf(
    table: pd.DataFrame,
    *,
    n: int = 300,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw rank and frequency on logarithmic axes, with the Zipf and the Zipf-Mandelbrot law as fitted.

    Parameters
    ----------
    table : DataFrame
        From `textkit.zipf_points`: the columns ``group, rank, term, count, zipf, mandelbrot`` are used.
    n : int, default 300
        Points to show of each group, spread evenly over the logarithm of the rank, first and last included.
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
    The laws are fitted by maximum likelihood, to tokens: they follow the frequent words, where the tokens are, and not
    the long step of words that occur once. Words without a count (``split``) cannot be drawn on a logarithmic axis.

    Examples
    --------
    >>> table = pd.DataFrame({"group": "all", "rank": [1, 2, 3], "term": ["的", "工作", "网格"], "count": [6, 3, 2],
    ...     "zipf": [6.0, 3.0, 2.0], "mandelbrot": [6.0, 3.0, 2.0]})
    >>> plot_zipf(table).lines[0].get_ydata().tolist()
    [6.0, 3.0, 2.0]
    """
    rows = drawing.checked(table, _COLUMNS, made_by="zipf_points(dtm)")
    n = check_int("n", n, minimum=2)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    groups = drawing.order_of(rows["group"])
    drawing.check_few("groups", groups, len(PALETTE), hint='Choose some: table[table["group"].isin([...])].')
    blocks = [_thinned(rows[rows["group"] == group], n) for group in groups]
    shown = drawing.six_digits(pd.concat(blocks).reset_index(drop=True))
    shown.attrs = dict(rows.attrs)
    names = drawing.names_for(groups, labels)
    words = _WORDS[lang]
    with drawing.sheet(ax, height=4.0, texts=[*names, title or ""]) as ax:
        handles: list[Line2D] = []
        for group, colour, marker in zip(groups, PALETTE, MARKERS, strict=False):
            block = shown[(shown["group"] == group) & (shown["count"] > 0)]
            (line,) = ax.plot(
                block["rank"].to_numpy(dtype=float), block["count"].to_numpy(dtype=float), linestyle="",
                marker=marker, color=colour, markersize=3, markeredgewidth=0, alpha=0.6, zorder=2,
            )  # fmt: skip
            handles.append(line)
        single = len(groups) == 1
        for group, colour in zip(groups, PALETTE, strict=False):
            block = shown[shown["group"] == group]
            for name, dash, width in (("zipf", (0, (4, 2)), 0.9), ("mandelbrot", "-", 1.1)):
                ax.plot(
                    block["rank"].to_numpy(dtype=float), block[name].to_numpy(dtype=float), linestyle=dash,
                    color=INK if single and name == "zipf" else PALETTE[1] if single else drawing.ink(colour),
                    linewidth=width, zorder=3,
                )  # fmt: skip
        kinds = [
            Line2D([], [], color=INK, linestyle=(0, (4, 2)), linewidth=0.9),
            Line2D([], [], color=PALETTE[1] if single else INK, linewidth=1.1),
        ]
        ax.set_xscale("log")
        ax.set_yscale("log")
        lowest = float(shown.loc[shown["count"] > 0, "count"].min())
        ax.set_ylim(lowest * 0.6, float(shown["count"].max()) * 2.2)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(LogLocator(10, numticks=12))
            axis.set_minor_formatter(NullFormatter())
            drawing.plain_numbers(axis)
        ax.grid(visible=True)
        ax.set_axisbelow(True)
        ax.set_xlabel(words["rank"])
        ax.set_ylabel(words["count"])
        first = [words["words"]] if single else names
        texts = [*first, *_said(table, groups, words)]
        pad = 6.0 + drawing.key_above(ax, [*handles, *kinds], texts, width=drawing.size_in_points(ax)[0])
        drawing.set_title(ax, title, pad=pad)
    drawing.remember(ax, shown, "plot_zipf", n=n, labels=drawing.used(labels, groups), lang=lang, title=title)
    return ax


def _thinned(block: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return at most n rows, evenly spread over the logarithm of their place."""
    if len(block) <= n:
        return block
    places = np.unique(np.rint(np.geomspace(1, len(block), n)).astype(int)) - 1
    return block.iloc[places]


def _said(table: pd.DataFrame, groups: list[Any], words: dict[str, str]) -> list[str]:
    """Return what the key says of the two laws: with their parameters if there is one group and the table has them."""
    note = table.attrs.get("textkit")
    fits = note.get("fits") if isinstance(note, dict) else None
    fit = {entry.get("group"): entry for entry in fits}.get(groups[0]) if isinstance(fits, list) else None
    if len(groups) > 1 or not fit:
        return ["Zipf", words["mandelbrot"]]
    known = {
        name: drawing.number(round(float(fit[name]), 3)) for name in fit if name != "group" and fit[name] is not None
    }
    zipf = f"Zipf, s = {known['exponent']}" if "exponent" in known else "Zipf"
    if "mandelbrot_shift" not in known:
        return [zipf, words["mandelbrot"]]
    return [zipf, f"{words['mandelbrot']}, s = {known['mandelbrot_exponent']}, q = {known['mandelbrot_shift']}"]
