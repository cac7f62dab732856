"""Draw the table of `textkit.keyness_regression`: the words whose rates depend most surely on one fact."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from textkit import drawing
from textkit.drawing import GREY, Labels, Lang
from textkit.errors import ArgumentError, EmptyError, check_choice, check_int, listing, unknown
from textkit.plots.diverging import draw_bars, write_columns, write_sides

_COLUMNS = ("term", "coefficient", "count", "docs", "estimate", "ci_low", "ci_high", "score")
_WORDS = {
    "zh": {
        "axis": "系数：频率之比（log2）",
        "level": "，横线为 {:.4g}% 区间",
        "interval": "，横线为区间",
        "left_out": "；另有 {} 个词在某一类中没有，未画",
        "more": "{}：更多",
        "less": "{}：更少",
        "count": "频次",
        "docs": "文档",
    },
    "en": {
        "axis": "Coefficient: ratio of rates (log2)",
        "level": ", with {:.4g}% intervals",
        "interval": ", with intervals",
        "left_out": "; {} words that a category lacks are left out",
        "more": "{}: more",
        "less": "{}: less",
        "count": "count",
        "docs": "docs",
    },
}


def plot_keyness_regression(
    table: pd.DataFrame,
    *,
    coefficient: str | None = None,
    n: int = 12,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw one coefficient of a keyness regression for the words that it says most about, with intervals.

    Parameters
    ----------
    table : DataFrame
        From `textkit.keyness_regression`: the columns ``term, coefficient, count, docs, estimate, ci_low, ci_high,
        score`` are used.
    coefficient : str, optional
        Which coefficient; may be left out if the table has one only.
    n : int, default 12
        Words to show at each end: those with the largest absolute ``score``. Within an end they stand in order of the
        estimate.
    labels : mapping or Series, optional
        What to print for the coefficient: ``{"year": "年份"}``.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If the table has several coefficients and none was named.
    EmptyError
        If the table has no rows, or the coefficient no finite estimate other than zero.
    UnknownNameError
        If there is no such coefficient.
    FontError
        If a term has a character that the font lacks.

    Notes
    -----
    A bar is the difference of log2 rates for **one unit** of the column: one year, or one category instead of the
    baseline. A pale bar is one whose interval reaches zero. The figures at the right are occurrences and documents in
    the regression. Infinite estimates (flag ``separated``) have no interval and are not drawn; the axis says how many.

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["网格", "招商"], "coefficient": "year", "count": [51, 35], "docs": [22, 20],
    ...     "estimate": [0.33, -0.48], "ci_low": [0.16, -0.62], "ci_high": [0.51, -0.34], "score": [3.9, -7.0]})
    >>> [float(bar.get_width()) for bar in plot_keyness_regression(table).patches]
    [0.33, -0.48]
    """
    rows = drawing.checked(table, _COLUMNS, made_by="keyness_regression(dtm, formula)")
    n = check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    chosen = _chosen(rows, coefficient)
    part = rows[rows["coefficient"] == chosen]
    shown = drawing.six_digits(_both_ends(part, n, chosen))
    endless = int(np.isinf(part["estimate"].to_numpy(dtype=float)).sum())
    words = _WORDS[lang]
    (name,) = drawing.names_for([chosen], labels)
    sides = (words["more"].format(name), words["less"].format(name))
    terms = [str(term) for term in shown["term"]]
    with drawing.sheet(ax, height=1.1 + 0.19 * len(shown), texts=[*terms, *sides, title or "", "←→"]) as ax:
        value, low, high = (shown[name].to_numpy(dtype=float) for name in ("estimate", "ci_low", "ci_high"))
        draw_bars(ax, terms, value, low, high)
        ax.set_xlabel(_axis_label(table, shown, words) + (words["left_out"].format(endless) if endless else ""))
        write_sides(ax, sides, (value > 0).any(), (value < 0).any())
        figures = [[drawing.number(float(number)) for number in shown[column]] for column in ("count", "docs")]
        write_columns(ax, [(words["count"], GREY, figures[0]), (words["docs"], GREY, figures[1])])
        drawing.set_title(ax, title, pad=22)
    drawing.remember(
        ax, shown, "plot_keyness_regression", coefficient=chosen, n=n, labels=drawing.used(labels, [chosen]), lang=lang,
        title=title,
    )  # fmt: skip
    return ax


def _chosen(rows: pd.DataFrame, coefficient: str | None) -> Any:
    there = drawing.order_of(rows["coefficient"])
    if coefficient is None:
        if len(there) > 1:
            raise ArgumentError(
                f"table holds {len(there)} coefficients ({listing(there, 4)}), and plot_keyness_regression draws one. "
                f"Name it: coefficient={there[-1]!r}."
            )
        return there[0]
    if coefficient not in there:
        raise unknown("coefficient", coefficient, [str(name) for name in there])
    return coefficient


def _both_ends(part: pd.DataFrame, n: int, chosen: str) -> pd.DataFrame:
    drawable = part[np.isfinite(part["estimate"].to_numpy(dtype=float)) & (part["estimate"] != 0)]
    if not len(drawable):
        raise EmptyError(f"coefficient {chosen!r} has no finite estimate other than zero, so there is nothing to draw.")
    strength = drawable["score"].abs().fillna(-1.0)
    ordered = drawable.assign(_strength=strength).sort_values(
        ["_strength", "count", "term"], ascending=[False, False, True], kind="stable"
    )
    ends = [ordered[ordered["estimate"] > 0].head(n), ordered[ordered["estimate"] < 0].head(n)]
    both = pd.concat([end for end in ends if len(end)]).drop(columns="_strength")
    shown: pd.DataFrame = both.sort_values(["estimate", "term"], ascending=[False, True], kind="stable")
    shown = shown.reset_index(drop=True)
    shown.attrs = dict(part.attrs)
    return shown


def _axis_label(table: pd.DataFrame, shown: pd.DataFrame, words: dict[str, str]) -> str:
    if shown[["ci_low", "ci_high"]].isna().all(axis=None):
        return words["axis"]
    confidence = drawing.settings_of(table).get("confidence")
    if isinstance(confidence, float):
        return words["axis"] + words["level"].format(100 * confidence)
    return words["axis"] + words["interval"]
