"""Draw the tables of `textkit.agreement` and `textkit.confusion`: coefficients, and what is taken for what."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from textkit import drawing, fonts
from textkit.drawing import GREY, INK, PALE, PALETTE, Labels, Lang
from textkit.errors import ArgumentError, EmptyError, check_choice

_COLUMNS = ("coefficient", "value", "ci_low", "ci_high", "n_units")
_ATTRIBUTED = ("actual", "predicted", "n")
_CONFUSION = ("coder_a", "coder_b", "value_a", "value_b", "count")
_LARGEST = 30  # categories in one figure
_WIDE = 32.0  # points: four characters in a line
_CUSTOMARY = (0.667, 0.8)
_NAMES = {
    "zh": {
        "percent": "一致百分比",
        "krippendorff": "Krippendorff α",
        "cohen": "Cohen κ",
        "cohen_linear": "Cohen κ（线性加权）",
        "cohen_quadratic": "Cohen κ（平方加权）",
        "scott": "Scott π",
        "fleiss": "Fleiss κ",
        "gwet": "Gwet AC1",
    },
    "en": {
        "percent": "Percent agreement",
        "krippendorff": "Krippendorff's α",
        "cohen": "Cohen's κ",
        "cohen_linear": "Cohen's κ (linear)",
        "cohen_quadratic": "Cohen's κ (quadratic)",
        "scott": "Scott's π",
        "fleiss": "Fleiss' κ",
        "gwet": "Gwet's AC1",
    },
}
_WORDS = {
    "zh": {
        "axis": "一致程度（{} 个单位）",
        "level": "，横线为 {:.4g}% 区间",
        "interval": "，横线为区间",
        "none": "不存在",
        "one": "一位编码者",
        "other": "另一位编码者",
        "actual": "实际作者",
        "predicted": "判定作者",
    },
    "en": {
        "axis": "Agreement ({} units)",
        "level": ", with {:.4g}% intervals",
        "interval": ", with intervals",
        "none": "undefined",
        "one": "One coder",
        "other": "Another coder",
        "actual": "Actual author",
        "predicted": "Given to",
    },
}


def plot_agreement(
    table: pd.DataFrame,
    *,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw coefficients of agreement as dots with their intervals.

    Parameters
    ----------
    table : DataFrame
        From `textkit.agreement`: the columns ``coefficient, value, ci_low, ci_high, n_units`` are used.
    labels : mapping or Series, optional
        What to print for a coefficient.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If the table has no rows.

    Notes
    -----
    The dashed lines at .667 and .8 are Krippendorff's customary limits for tentative and firm conclusions from alpha;
    they are customs, not tests, and the interval should lie beyond them, not only the dot. A coefficient that does not
    exist is written out as such. Percent agreement is hollow, since chance is not taken out of it.

    Examples
    --------
    >>> table = pd.DataFrame({"coefficient": ["percent", "krippendorff"], "value": [0.9, 0.76],
    ...     "ci_low": [0.8, 0.6], "ci_high": [0.97, 0.9], "n_units": 40})
    >>> [label.get_text() for label in plot_agreement(table, lang="en").get_yticklabels()]
    ['Percent agreement', "Krippendorff's α"]
    """
    rows = drawing.checked(table, _COLUMNS, made_by="agreement(codings)")
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    shown = drawing.six_digits(rows)
    known = {**_NAMES[lang], **({} if labels is None else dict(labels.items()))}
    names = [str(known.get(name, name)) for name in shown["coefficient"]]
    words = _WORDS[lang]
    value, low, high = (shown[name].to_numpy(dtype=float) for name in ("value", "ci_low", "ci_high"))
    ends = np.concatenate([value, low, high])
    least = float(min(0.0, ends[np.isfinite(ends)].min(initial=0.0)))
    with drawing.sheet(ax, height=0.9 + 0.3 * len(shown), texts=[*names, title or ""]) as ax:
        places = np.arange(len(shown), dtype=float)
        for limit in _CUSTOMARY:
            ax.axvline(limit, color=GREY, linewidth=0.7, linestyle=(0, (4, 3)), zorder=0)
            ax.annotate(
                f"{limit:g}", (limit, 1), xycoords=ax.get_xaxis_transform(), xytext=(0, 2), textcoords="offset points",
                ha="center", fontsize=drawing.SMALL, color=GREY,
            )  # fmt: skip
        ax.hlines(places, 0, 1, transform=ax.get_yaxis_transform(), color=PALE, linewidth=0.5, zorder=0)
        if least < 0:
            ax.axvline(0, color=INK, linewidth=0.8, zorder=0)
        ax.hlines(places, low, high, color=PALETTE[0], linewidth=1.4)
        for place, name, at in zip(places, shown["coefficient"], value, strict=True):
            if np.isfinite(at):
                face = "white" if name == "percent" else PALETTE[0]
                ax.plot([at], [place], marker="o", markersize=6, color=PALETTE[0], markerfacecolor=face)
            _at_right(ax, place, f"{at:.3f}".replace("-", "−") if np.isfinite(at) else words["none"])
        drawing.name_ticks(ax.yaxis, places, [drawing.fit(name, drawing.WIDTH * 72 * 0.35) for name in names])
        ax.set_ylim(len(shown) - 0.4, -0.6)
        ax.set_xlim(least * 1.05, 1.02)
        ticks = [-1.0, -0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1]
        ax.set_xticks([tick for tick in ticks if tick >= least])
        ax.xaxis.set_major_formatter(lambda tick, _: f"{tick:.1f}".replace("-", "−"))
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.set_xlabel(
            words["axis"].format(drawing.number(float(shown["n_units"].max()))) + _interval(table, shown, words)
        )
        drawing.set_title(ax, title, pad=16)
    used = drawing.used(labels, shown["coefficient"].tolist())
    drawing.remember(ax, shown, "plot_agreement", labels=used, lang=lang, title=title)
    return ax


def plot_confusion(
    table: pd.DataFrame,
    *,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw which category one coder chose where another chose which, or texts of which author were given to whom.

    Parameters
    ----------
    table : DataFrame
        From `textkit.confusion`: the columns ``coder_a, coder_b, value_a, value_b, count`` are used. Of two coders:
        rows are the first, columns the second. Of more: all pairs together, and who was first means nothing, so that
        only half of the table is filled. Or ``confusion`` of `textkit.attribution`: the columns
        ``actual, predicted, n``; rows are the actual authors.
    labels : mapping or Series, optional
        What to print for a category or an author.
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
        If there are more than 30 categories.

    Notes
    -----
    The numbers are units (or texts). The colours show disagreement only, so that a rare confusion is not lost beside a
    frequent agreement; the diagonal is grey, its numbers are agreements.

    Examples
    --------
    >>> table = pd.DataFrame({"coder_a": "甲", "coder_b": "乙", "value_a": ["x", "y", "x"], "value_b": ["x", "y", "y"],
    ...     "agree": [True, True, False], "count": [9, 8, 3]})
    >>> [text.get_text() for text in plot_confusion(table).texts]
    ['9', '3', '', '8']
    """
    of_authors = isinstance(table, pd.DataFrame) and bool({"actual", "predicted"} & set(table.columns))
    made_by = "attribution(dtm).confusion" if of_authors else "confusion(codings)"
    rows = drawing.checked(table, _ATTRIBUTED if of_authors else _CONFUSION, made_by=made_by)
    check_choice("lang", lang, drawing.LANGUAGES)
    words = _WORDS[lang]
    if of_authors:
        rows = _as_coders(rows, words)
    labels = drawing.checked_labels(labels)
    shown = drawing.six_digits(rows)
    categories = _categories(table, shown)
    if len(categories) > _LARGEST:
        raise ArgumentError(
            f"table has {len(categories)} categories; one figure holds {_LARGEST}. Join rare categories, or choose "
            "some."
        )
    cells = np.zeros((len(categories), len(categories)))
    place = {category: i for i, category in enumerate(categories)}
    for a, b, count in zip(shown["value_a"], shown["value_b"], shown["count"], strict=True):
        cells[place[a], place[b]] += count
    coders = shown[["coder_a", "coder_b"]].drop_duplicates()
    heads = [words["one"], words["other"]]
    if len(coders) == 1:
        heads = [str(name) for name in coders.iloc[0]]
    else:
        cells = np.triu(cells) + np.tril(cells, -1).T
    names = drawing.names_for(categories, labels)
    if not cells.sum():
        raise EmptyError(f"table has no units, so there is nothing to draw. Check what went into {made_by}.")
    side = min(0.9 + 0.34 * len(categories), drawing.WIDTH)
    with drawing.sheet(
        ax, height=side + 0.5, width=min(side + 2.2, drawing.WIDTH), texts=[*names, *heads, title or ""]
    ) as ax:
        off = np.where(np.eye(len(categories), dtype=bool), np.nan, cells)
        if len(coders) > 1:
            off[np.tril_indices(len(categories), -1)] = np.nan
        norm = Normalize(0, max(float(np.nanmax(off, initial=0.0)), 1.0))
        colours = mpl.colormaps["Oranges"]
        drawing.cells(ax, off, colours, norm)
        for i in range(len(categories)):
            ax.add_patch(mpl.patches.Rectangle((i - 0.5, i - 0.5), 1, 1, facecolor=PALE, edgecolor="white"))
        for (i, j), count in np.ndenumerate(cells):
            behind = PALE if i == j else colours(norm(count))
            empty = count == 0 and i != j
            ax.text(
                j, i, "" if empty else drawing.number(float(count)), ha="center", va="center", fontsize=drawing.SMALL,
                color=drawing.on(behind), parse_math=False,
            )  # fmt: skip
        room = drawing.WIDTH * 72 * 0.25
        drawing.name_ticks(ax.yaxis, range(len(names)), [drawing.fit(name, room) for name in names])
        cell = drawing.size_in_points(ax)[0] * 0.7 / len(categories)
        level = cell > _WIDE or all(fonts.text_width(name, drawing.SMALL) < cell for name in names)
        short = [drawing.fit(name, cell, lines=3) if level else drawing.fit(name, room) for name in names]
        drawing.name_ticks(ax.xaxis, range(len(names)), short, rotation=0 if level else 90, linespacing=1.15)
        ax.xaxis.tick_top()
        ax.xaxis.set_label_position("top")
        upright = fonts.text_width(heads[0], drawing.SMALL) < _WIDE  # a Chinese name should not lie on its side
        ax.set_ylabel(
            heads[0], rotation=0 if upright else 90, ha="right" if upright else "center",
            va="center" if upright else "bottom", parse_math=False,
        )  # fmt: skip
        ax.set_xlabel(heads[1], parse_math=False)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        drawing.set_title(ax, title, pad=8)
    drawing.remember(ax, shown, "plot_confusion", labels=drawing.used(labels, categories), lang=lang, title=title)
    return ax


def _as_coders(rows: pd.DataFrame, words: dict[str, str]) -> pd.DataFrame:
    """Return the confusion of authors as one of two coders: who wrote a text, and who is said to have."""
    made = rows.rename(columns={"actual": "value_a", "predicted": "value_b", "n": "count"})
    return made.assign(coder_a=words["actual"], coder_b=words["predicted"])


def _at_right(ax: Axes, place: float, text: str) -> None:
    ax.annotate(
        text, (1, place), xycoords=ax.get_yaxis_transform(), xytext=(6, 0), textcoords="offset points", va="center",
        fontsize=drawing.SMALL, color=GREY, parse_math=False,
    )  # fmt: skip


def _interval(table: pd.DataFrame, shown: pd.DataFrame, words: dict[str, str]) -> str:
    if shown[["ci_low", "ci_high"]].isna().all(axis=None):
        return ""
    confidence = drawing.settings_of(table).get("confidence")
    return words["level"].format(100 * confidence) if isinstance(confidence, float) else words["interval"]


def _categories(table: pd.DataFrame, shown: pd.DataFrame) -> list[Any]:
    """Return the categories in the order of the coding if it came with the table, else sorted or as they come."""
    used = drawing.order_of([*shown["value_a"], *shown["value_b"]])
    order = drawing.settings_of(table).get("categories")
    if isinstance(order, list) and set(used) <= set(order):
        return list(order)
    try:
        return sorted(used)
    except TypeError:
        return used
