"""Draw the table of `textkit.rank_turbulence`: which words make two rankings differ, and how much each does."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from textkit import drawing
from textkit.drawing import Labels, Lang
from textkit.errors import EmptyError, check_choice, check_int
from textkit.plots.diverging import LEFT, RIGHT, draw_bars, write_columns, write_sides
from textkit.plots.forest import INTERVAL, LEVEL, interval_label
from textkit.plots.keyness import names_of_sides, used_labels

_COLUMNS = ("term", "n_target", "n_reference", "rank_target", "rank_reference", "score", "contribution")
_WORDS = {
    "zh": {
        "axis": "对总差异的贡献（%）",
        "level": LEVEL["zh"],
        "interval": INTERVAL["zh"],
        "total": "；图中各词合计 {:.3g}%",
        "divergence": "；D = {:.3f}",
        "target": "目标秩",
        "reference": "参照秩",
    },
    "en": {
        "axis": "Contribution to the difference (%)",
        "level": LEVEL["en"],
        "interval": INTERVAL["en"],
        "total": "; these words: {:.3g}%",
        "divergence": "; D = {:.3f}",
        "target": "rank",
        "reference": "rank (ref.)",
    },
}


def plot_rank_turbulence(
    table: pd.DataFrame,
    *,
    n: int = 15,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the words that contribute most to the divergence of two rankings, as bars to the side they belong to.

    Parameters
    ----------
    table : DataFrame
        From `textkit.rank_turbulence`: the columns ``term, n_target, n_reference, rank_target, rank_reference, score,
        contribution`` are used, and ``ci_low, ci_high`` if they are there.
    n : int, default 15
        Most words to show at each side.
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
        If the table has no rows, or the rankings are equal.
    FontError
        If a term has a character that the font lacks.

    Notes
    -----
    Bars to the right are words that rank higher in the target. The figures at the right are the ranks in target and
    reference, – where a side lacks the word. Bars are short: the difference of two texts is made of thousands of small
    ones, and the axis says how much of it the words shown make. Intervals are drawn if the table has some; a pale bar
    is one whose interval reaches zero.

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["网格", "信访"], "n_target": [9, 5], "n_reference": [5, 9],
    ...     "rank_target": [1.0, 2.0], "rank_reference": [2.0, 1.0], "score": [0.2, -0.2], "contribution": [0.5, 0.5]})
    >>> [float(bar.get_width()) for bar in plot_rank_turbulence(table).patches]
    [50.0, -50.0]
    """
    rows = drawing.checked(table, _COLUMNS, made_by="rank_turbulence(dtm, target)")
    n = check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    shown = drawing.six_digits(_both_ends(rows, n))
    words = _WORDS[lang]
    sides = names_of_sides(table, labels, lang)
    terms = [str(term) for term in shown["term"]]
    with drawing.sheet(ax, height=1.1 + 0.19 * len(shown), texts=[*terms, *sides, title or "", "←→–"]) as ax:
        value = 100 * shown["contribution"].to_numpy(dtype=float) * np.sign(shown["score"].to_numpy(dtype=float))
        low, high = _interval(shown)
        draw_bars(ax, terms, value, low, high)
        ax.set_xlabel(_axis_label(table, shown, value, words))
        write_sides(ax, sides, (value > 0).any(), (value < 0).any())
        write_columns(
            ax,
            [
                (words["target"], RIGHT, _ranks(shown, "target")),
                (words["reference"], LEFT, _ranks(shown, "reference")),
            ],
        )
        drawing.set_title(ax, title, pad=22)
    used = used_labels(table, labels)
    drawing.remember(ax, shown, "plot_rank_turbulence", n=n, labels=used, lang=lang, title=title)
    return ax


def _both_ends(rows: pd.DataFrame, n: int) -> pd.DataFrame:
    drawable = rows[rows["contribution"].notna() & (rows["score"] != 0)]
    if not len(drawable):
        raise EmptyError("table has no word that contributes anything, so there is nothing to draw.")
    ordered = drawable.sort_values(["score", "term"], ascending=[False, True], kind="stable")
    ends = [ordered[ordered["score"] > 0].head(n), ordered[ordered["score"] < 0].tail(n)]
    shown = pd.concat([end for end in ends if len(end)]).reset_index(drop=True)
    shown.attrs = dict(rows.attrs)
    return shown


def _interval(shown: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the intervals of the scores in the unit of the bars, percent of the whole difference; NaN without them."""
    if not {"ci_low", "ci_high"} <= set(shown.columns):
        return np.full(len(shown), np.nan), np.full(len(shown), np.nan)
    percent = 100 * shown["contribution"] / shown["score"].abs()
    return (shown["ci_low"] * percent).to_numpy(dtype=float), (shown["ci_high"] * percent).to_numpy(dtype=float)


def _ranks(shown: pd.DataFrame, side: str) -> list[str]:
    """Write ranks; a word that a side lacks has none worth writing, only the mean of all places behind the last."""
    both = zip(shown[f"rank_{side}"], shown[f"n_{side}"], strict=True)
    return [f"{float(rank):,.6g}" if count else "–" for rank, count in both]


def _axis_label(table: pd.DataFrame, shown: pd.DataFrame, value: np.ndarray, words: dict[str, str]) -> str:
    level = interval_label(table, shown, words) if {"ci_low", "ci_high"} <= set(shown.columns) else ""
    label = words["axis"] + level + words["total"].format(float(np.abs(value).sum()))
    note = table.attrs.get("textkit")
    divergence = note.get("divergence") if isinstance(note, dict) else None
    return label + (words["divergence"].format(divergence) if isinstance(divergence, float) else "")
