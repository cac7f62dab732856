"""Draw the table of `textkit.frequency` by groups as one cloud with a sector for each group."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from textkit import clouds, drawing, fonts
from textkit.drawing import PALETTE, Labels, Lang
from textkit.errors import ArgumentError, EmptyError, check_choice, check_float, check_int

_COLUMNS = ("group", "term", "rate")
_WORDS = {
    "zh": "面积与该组频率高出各组平均的部分成正比；最大：{} +{}（每百万词）",
    "en": "Area goes with the excess over the mean rate of the groups; largest: {} +{} per million",
}


def plot_comparison_cloud(
    table: pd.DataFrame,
    *,
    n: int = 40,
    min_size: float = 8.0,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw a cloud in which each group has a sector with the terms that it uses more than the groups do on average.

    Each term goes to the group where its rate is highest above the mean of the groups,
    ``excess = rate - mean(rate)``, and its area goes with that excess.

    Parameters
    ----------
    table : DataFrame
        From ``frequency(dtm, by=...)``: the columns ``group, term, rate`` are used. Give the whole table: a term
        without a row for a group counts as rate 0 there.
    n : int
        Terms to show for each group, at most.
    min_size : float, points
        The smallest type. Words that should be smaller are drawn at this size.
    labels : mapping or Series, optional
        What to print for a group.
    ax : Axes, optional
        Where to draw; without it a new figure, 6.3 inches wide and as tall as the words need.
    lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes
        Its patches are the words, labelled with them, group by group.

    Raises
    ------
    ArgumentError
        If there are fewer than two or more than seven groups, or if not all words find room.
    EmptyError
        If no term differs between the groups.
    FontError
        If a term or a name has a character that the font lacks.

    Notes
    -----
    Frequent terms win: the excess is a difference, not a ratio, and has no interval. Two groups are better served
    by `textkit.plot_keyness`. Source: the comparison cloud of Fellows (2018).

    Examples
    --------
    >>> table = pd.DataFrame({"group": ["a", "a", "b", "b"], "term": ["网格", "工作", "信访", "工作"],
    ...     "rate": [300.0, 500.0, 400.0, 500.0]})
    >>> [patch.get_label() for patch in plot_comparison_cloud(table).patches]
    ['网格', '信访']
    """
    rows = drawing.checked(table, _COLUMNS, made_by="frequency(dtm, by=...)")
    n = check_int("n", n, minimum=1)
    min_size = check_float("min_size", min_size, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    groups = drawing.order_of(rows["group"])
    if len(groups) < 2:
        raise ArgumentError(
            f"table has only the group {groups[0]!r}; a comparison needs two. "
            "Use frequency(dtm, by=...), or plot_wordcloud."
        )
    drawing.check_few("groups", groups, len(PALETTE), hint='Choose some: table[table["group"].isin([...])].')
    shown = drawing.six_digits(_excess(rows, groups, n))
    texts = [str(term) for term in shown["term"]]
    weights = shown["excess"].to_numpy(dtype=float)
    names = drawing.names_for(groups, labels)
    fonts.check_glyphs([*texts, *names])
    sizes_of = [int((shown["group"] == group).sum()) for group in groups]
    marks: list[clouds.Name] = []

    def arranged(width: float, height: float) -> list[clouds.Word]:
        regions = clouds.sectors(width, height, len(groups))
        short = [drawing.fit(name, width / 3, size=drawing.SMALL + 1, lines=2) for name in names]
        marks[:] = clouds.sector_names(width, height, regions, short)
        boxes = [clouds.Boxes(width, height, region) for region in regions]

        def place(texts: Any, sizes: NDArray[np.float64]) -> list[clouds.Word]:
            words: list[clouds.Word] = []
            first = 0
            for box, count in zip(boxes, sizes_of, strict=True):
                words += box.place(texts[first : first + count], sizes[first : first + count])
                first += count
            return words

        return clouds.arrange(texts, weights, place, area=0.5 * width * height, width=width / 2, smallest=min_size)

    words, width, height = clouds.arranged_on_growing_canvas(arranged, texts, ax, min_size)
    colours = {group: drawing.ink(colour) for group, colour in zip(groups, PALETTE, strict=False)}
    largest = int(weights.argmax())
    caption = _WORDS[lang].format(texts[largest], drawing.number(weights[largest]))
    with clouds.canvas(ax, width, height, caption=caption, title=title) as ax:
        clouds.draw(ax, words, [colours[group] for group in shown["group"]])
        for mark, group in zip(marks, groups, strict=True):
            ax.text(
                mark.x,
                mark.y,
                mark.text,
                ha="center",
                va="center",
                fontsize=drawing.SMALL + 1,
                color=colours[group],
                bbox={"boxstyle": "square,pad=0.15", "facecolor": drawing.PALE, "edgecolor": "none"},
                parse_math=False,
            )
    drawing.remember(
        ax,
        shown,
        "plot_comparison_cloud",
        n=n,
        min_size=min_size,
        labels=drawing.used(labels, groups),
        lang=lang,
        title=title,
    )
    return ax


def _excess(rows: pd.DataFrame, groups: list[Any], n: int) -> pd.DataFrame:
    """Return group, term, rate, excess: for each group the n terms that stand out most in it."""
    wide = rows.pivot_table(index="term", columns="group", values="rate", aggfunc="sum", sort=False)
    rates = wide.reindex(columns=groups).fillna(0.0)
    excess = rates.sub(rates.mean(axis=1), axis=0)
    best = excess.to_numpy().argmax(axis=1)
    at = np.arange(len(rates))
    long = pd.DataFrame(
        {
            "group": [groups[i] for i in best],
            "term": [str(term) for term in rates.index],
            "rate": rates.to_numpy()[at, best],
            "excess": excess.to_numpy()[at, best],
        }
    )
    long = long[long["excess"] > 1e-9 * long["rate"]]  # rounding noise is no difference
    if not len(long):
        raise EmptyError("no term has different rates in the groups, so there is nothing to draw.")
    parts = [
        long[long["group"] == group].sort_values(["excess", "term"], ascending=[False, True], kind="stable").head(n)
        for group in groups
    ]
    shown: pd.DataFrame = pd.concat(parts).reset_index(drop=True)
    shown.attrs = dict(rows.attrs)
    return shown
