"""Draw the tables of `textkit.kl_divergence` and `textkit.kl_terms`: who diverges from whom, and by which words."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from textkit import drawing, fonts
from textkit.drawing import PALE, Labels, Lang
from textkit.errors import ArgumentError, EmptyError, check_choice, check_int
from textkit.plots.diverging import LEFT, RIGHT, draw_bars, write_columns, write_sides
from textkit.plots.forest import INTERVAL, LEVEL, interval_label
from textkit.plots.keyness import names_of_sides, used_labels

_PAIRS = ("p", "q", "divergence")
_TERMS = ("term", "n_target", "n_reference", "score", "ci_low", "ci_high")
_NUMBERS = 14  # up to so many groups the value is written into each cell
_LARGEST = 80
_WIDE = 30.0  # points of a cell in which a name can stand level
_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "bar": "D(p‖q)（比特）", "p": "p：被描述的文本", "q": "q：用作编码的文本", "axis": "对 KL 散度的贡献（比特）",
        "level": LEVEL["zh"], "interval": INTERVAL["zh"], "total": "；D = {:.3g}",
        "endless": "；另有 {:,} 个词为 ∞，未画",
        "target": "目标", "reference": "参照",
    },
    "en": {
        "bar": "D(p‖q) (bits)", "p": "p: the text described", "q": "q: the text that gives the code",
        "axis": "Contribution to the KL divergence (bits)", "level": LEVEL["en"], "interval": INTERVAL["en"],
        "total": "; D = {:.3g}", "endless": "; {:,} words at ∞ are left out", "target": "target",
        "reference": "reference",
    },
}  # fmt: skip


def plot_kl_divergence(
    table: pd.DataFrame,
    *,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the relative entropy of every ordered pair as a square: rows are p, columns q.

    Parameters
    ----------
    table : DataFrame
        From `textkit.kl_divergence`: the columns ``p, q, divergence`` are used. At most 80 groups, in sorted order.
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
        If there are more than 80 groups.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    Dark is far. The square is not symmetric: a row says how badly each other text predicts this one, a column how badly
    this text predicts the others. Short texts are far from everybody. An infinite divergence is a hatched cell (give
    ``smoothing``); a missing one is white. Intervals are drawn by `textkit.plot_pairs`, the words behind one pair by
    `textkit.plot_kl_terms`.

    Examples
    --------
    >>> table = pd.DataFrame({"p": ["甲", "乙"], "q": ["乙", "甲"], "divergence": [0.5, float("inf")]})
    >>> sorted(text.get_text() for text in plot_kl_divergence(table).texts)
    ['0.50', '∞']
    """
    rows = drawing.checked(table, _PAIRS, made_by="kl_divergence(dtm)")
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    shown = drawing.six_digits(rows)
    groups = _sorted(drawing.order_of([*shown["p"], *shown["q"]]))
    if len(groups) > _LARGEST:
        raise ArgumentError(
            f"table has {len(groups)} groups; one figure holds {_LARGEST}. Merge groups or choose some."
        )
    place = {group: i for i, group in enumerate(groups)}
    cells = np.full((len(groups), len(groups)), np.nan)
    cells[shown["p"].map(place), shown["q"].map(place)] = shown["divergence"].to_numpy(dtype=float)
    names = drawing.names_for(groups, labels)
    words = _WORDS[lang]
    room = drawing.WIDTH * 72 * 0.3
    fonts.check_glyphs([*names, title or ""])
    widest = min(max(fonts.text_width(name, drawing.SMALL) for name in names), room) / 72
    side = min(0.36 * len(groups), drawing.WIDTH - 1.5 - widest)
    with drawing.sheet(ax, height=side + 1.2, texts=[*names, title or "", "∞‖"]) as ax:
        finite = cells[np.isfinite(cells)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        norm = Normalize(low, high) if high > low else Normalize(low - 0.5, low + 0.5)
        colours = mpl.colormaps["Blues"]
        mesh = drawing.cells(ax, np.where(np.isinf(cells), np.nan, cells), colours, norm)
        for i in range(len(groups)):
            ax.add_patch(Rectangle((i - 0.5, i - 0.5), 1, 1, facecolor=PALE, edgecolor="white"))
        for i, j in np.argwhere(np.isinf(cells)):
            ax.add_patch(
                Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor="white", edgecolor="#999999", hatch="////", lw=0)
            )
        if len(groups) <= _NUMBERS:
            _write_values(ax, cells, colours, norm)
        _name_both(ax, names, room, words)
        if finite.size:
            bar = drawing.figure_of(ax).colorbar(mesh, ax=ax, shrink=0.8, aspect=18, pad=0.03)
            bar.outline.set_visible(False)
            if high == low:
                bar.set_ticks([low], labels=[f"{low:.3g}"])
            bar.set_label(words["bar"])
            fonts.apply_font(bar.ax)
        drawing.set_title(ax, title, pad=8)
    drawing.remember(ax, shown, "plot_kl_divergence", labels=drawing.used(labels, groups), lang=lang, title=title)
    return ax


def plot_kl_terms(
    table: pd.DataFrame,
    *,
    n: int = 15,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the words that add most to a relative entropy, and those that take most off it.

    Parameters
    ----------
    table : DataFrame
        From `textkit.kl_terms`: the columns ``term, n_target, n_reference, score, ci_low, ci_high`` are used.
    n : int, default 15
        Words to show at each end.
    labels : mapping or Series, optional
        What to print for the target and the reference.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If the table has no rows, or no finite score other than zero.
    FontError
        If a term has a character that the font lacks.

    Notes
    -----
    Bars to the left are shorter by nature: a word that is rare in the target counts little. A pale bar is one whose
    interval reaches zero. Words that the reference lacks score ∞ without smoothing and are not drawn; the axis says how
    many. The figures at the right are the counts in target and reference.

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["网格", "信访"], "n_target": [4, 2], "n_reference": [2, 4],
    ...     "score": [0.5, -0.25], "ci_low": [0.1, -0.4], "ci_high": [0.9, -0.1]})
    >>> [float(bar.get_width()) for bar in plot_kl_terms(table).patches]
    [0.5, -0.25]
    """
    rows = drawing.checked(table, _TERMS, made_by="kl_terms(dtm, target)")
    n = check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    shown = drawing.six_digits(_both_ends(rows, n))
    endless = int(np.isinf(rows["score"].to_numpy(dtype=float)).sum())
    words = _WORDS[lang]
    sides = names_of_sides(table, labels, lang)
    terms = [str(term) for term in shown["term"]]
    with drawing.sheet(ax, height=1.1 + 0.19 * len(shown), texts=[*terms, *sides, title or "", "←→∞"]) as ax:
        value, low, high = (shown[name].to_numpy(dtype=float) for name in ("score", "ci_low", "ci_high"))
        draw_bars(ax, terms, value, low, high)
        label = words["axis"] + interval_label(table, shown, words)
        note = table.attrs.get("textkit")
        divergence = note.get("divergence") if isinstance(note, dict) else None
        label += words["total"].format(divergence) if isinstance(divergence, float) else ""
        ax.set_xlabel(label + (words["endless"].format(endless) if endless else ""))
        write_sides(ax, sides, (value > 0).any(), (value < 0).any())
        counts = [[drawing.number(float(count)) for count in shown[side]] for side in ("n_target", "n_reference")]
        write_columns(ax, [(words["target"], RIGHT, counts[0]), (words["reference"], LEFT, counts[1])])
        drawing.set_title(ax, title, pad=22)
    drawing.remember(ax, shown, "plot_kl_terms", n=n, labels=used_labels(table, labels), lang=lang, title=title)
    return ax


def _sorted(groups: list[Any]) -> list[Any]:
    try:
        return sorted(groups)
    except TypeError:
        return groups


def _write_values(ax: Axes, cells: NDArray[np.float64], colours: mpl.colors.Colormap, norm: Normalize) -> None:
    for (i, j), value in np.ndenumerate(cells):
        if i != j and not np.isnan(value):
            endless = np.isinf(value)
            ax.text(
                j, i, "∞" if endless else f"{value:.2f}", ha="center", va="center", fontsize=drawing.SMALL,
                color=drawing.on("white" if endless else colours(norm(value))),
                bbox={"facecolor": "white", "linewidth": 0, "pad": 1.0} if endless else None,
            )  # fmt: skip


def _name_both(ax: Axes, names: list[str], room: float, words: dict[str, Any]) -> None:
    """Name rows and columns; columns upright where level names would overlap."""
    drawing.name_ticks(ax.yaxis, range(len(names)), [drawing.fit(name, room) for name in names])
    cell = drawing.size_in_points(ax)[0] * 0.65 / len(names)
    level = cell > _WIDE or all(fonts.text_width(name, drawing.SMALL) < cell for name in names)
    short = [drawing.fit(name, cell, lines=3) if level else drawing.fit(name, room / 2) for name in names]
    drawing.name_ticks(ax.xaxis, range(len(names)), short, rotation=0 if level else 90, linespacing=1.15)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xlabel(words["q"])
    ax.set_ylabel(words["p"])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _both_ends(rows: pd.DataFrame, n: int) -> pd.DataFrame:
    score = rows["score"].to_numpy(dtype=float)
    drawable = rows[np.isfinite(score) & (score != 0)]
    if not len(drawable):
        raise EmptyError("table has no finite score other than zero, so there is nothing to draw.")
    ordered = drawable.sort_values(["score", "term"], ascending=[False, True], kind="stable")
    ends = [ordered[ordered["score"] > 0].head(n), ordered[ordered["score"] < 0].tail(n)]
    shown: pd.DataFrame = pd.concat([end for end in ends if len(end)]).reset_index(drop=True)
    shown.attrs = dict(rows.attrs)
    return shown
