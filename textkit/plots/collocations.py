"""Draw the table of `textkit.collocations`: the n-grams whose words attract each other most, with their counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from textkit import drawing
from textkit.drawing import GREY, Lang
from textkit.errors import ArgumentError, EmptyError, check_choice, check_int, listing
from textkit.plots.collocates import MEASURE_NAMES
from textkit.plots.diverging import write_columns
from textkit.plots.forest import INTERVAL, LEVEL, draw_forest, interval_label

_COLUMNS = ("ngram", "n", "count")
_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "names": {
            **MEASURE_NAMES["zh"], "lambda": "λ（最高阶交互）", "lambda_z": "λ 的 z 值",
            "delta_p_forward": "ΔP（末词｜前词）", "delta_p_backward": "ΔP（首词｜后词）",
        },
        "count": "频次", "docs": "文档", "level": LEVEL["zh"], "interval": INTERVAL["zh"],
        "left": "；共 {:,} 个词串",
    },
    "en": {
        "names": {
            **MEASURE_NAMES["en"], "lambda": "λ (highest interaction)", "lambda_z": "z of λ",
            "delta_p_forward": "ΔP(last word | the others)", "delta_p_backward": "ΔP(first word | the others)",
        },
        "count": "count", "docs": "docs", "level": LEVEL["en"], "interval": INTERVAL["en"],
        "left": "; {:,} n-grams in all",
    },
}  # fmt: skip


def plot_collocations(
    table: pd.DataFrame,
    *,
    n: int = 25,
    measure: str | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the strongest collocations as dots with their counts, and with intervals if there are some.

    Parameters
    ----------
    table : DataFrame
        From `textkit.collocations`: the columns ``ngram, n, count`` and that of the measure are used; ``range``,
        ``ci_low`` and ``ci_high`` if they are there.
    n : int, default 25
        N-grams to show: those with the largest ``measure``, then the most frequent.
    measure : str, optional
        The column to draw; that which sorted the table, or ``g2``.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If the table has no rows, or no row with a finite measure.
    ArgumentError
        If the table has n-grams of several lengths, whose measures must not be compared.
    UnknownNameError
        If the table lacks the column of the measure.
    FontError
        If a word has a character that the font lacks.

    Notes
    -----
    The figures at the right are occurrences and documents: an n-gram of one document is a phrase of that document. An
    interval belongs to the measure that sorted the table; an arrow at the edge says that one goes on beyond it. To see
    which words hang together give ``cooccurrence(tokens).to_frame()`` to `textkit.plot_network`.

    Examples
    --------
    >>> table = pd.DataFrame({"ngram": ["社会 治理", "基层 干部"], "n": 2, "count": [30, 12], "g2": [88.0, 40.5],
    ...     "range": [5, 3]})
    >>> [label.get_text() for label in plot_collocations(table).get_yticklabels()]
    ['社会 治理', '基层 干部']
    """
    rows = drawing.checked(table, _COLUMNS, made_by="collocations(tokens)")
    n = check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    sizes = drawing.order_of(rows["n"])
    if len(sizes) > 1:
        raise ArgumentError(
            f"table has n-grams of {len(sizes)} lengths ({listing(sizes, 4)}), whose measures must not be compared. "
            f'Choose one: table[table["n"] == {sizes[0]}].'
        )
    words = _WORDS[lang]
    sorted_by = str(drawing.settings_of(table).get("measure", "g2"))
    there = [name for name in _WORDS["en"]["names"] if name in rows.columns]
    column = check_choice("measure", sorted_by if measure is None else measure, there)
    shown = drawing.six_digits(_strongest(rows, column, n))
    ngrams = [str(ngram) for ngram in shown["ngram"]]
    value, low, high = _numbers(shown, column, drawn=column == sorted_by)
    label = words["names"][column]
    if not np.isnan(low).all():
        label += interval_label(table, shown, words)
    with drawing.sheet(ax, height=1.0 + 0.19 * len(shown), texts=[*ngrams, title or ""]) as ax:
        zero = 0.0 if value.min() <= 0 or column not in ("log_dice", "mi2", "mi3") else None
        draw_forest(ax, [drawing.fit(ngram, drawing.WIDTH * 72 * 0.4) for ngram in ngrams], value, low, high, zero=zero)
        ax.set_xlabel(label + (words["left"].format(len(rows)) if len(rows) > len(shown) else ""))
        figures = [
            (words[head], GREY, [drawing.number(float(number)) for number in shown[name]])
            for name, head in (("count", "count"), ("range", "docs"))
            if name in shown
        ]
        write_columns(ax, figures)
        drawing.set_title(ax, title, pad=18)
    drawing.remember(ax, shown, "plot_collocations", n=n, measure=column, lang=lang, title=title)
    return ax


def _strongest(rows: pd.DataFrame, column: str, n: int) -> pd.DataFrame:
    known = rows[np.isfinite(rows[column].to_numpy(dtype=float))]
    if not len(known):
        raise EmptyError(f"table has no row with a finite {column}, so there is nothing to draw.")
    ordered = known.sort_values([column, "count", "ngram"], ascending=[False, False, True], kind="stable")
    shown: pd.DataFrame = ordered.head(n).reset_index(drop=True)
    shown.attrs = dict(rows.attrs)
    return shown


def _numbers(shown: pd.DataFrame, column: str, *, drawn: bool) -> tuple[Any, Any, Any]:
    """Return the measure and its interval, NaN where the table has none for it."""
    value = shown[column].to_numpy(dtype=float)
    if not drawn or not {"ci_low", "ci_high"} <= set(shown.columns):
        return value, np.full(len(value), np.nan), np.full(len(value), np.nan)
    return value, shown["ci_low"].to_numpy(dtype=float), shown["ci_high"].to_numpy(dtype=float)
