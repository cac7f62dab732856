"""Draw the table of `textkit.lockwords`: words with equal rates, and the margin that says what counts as equal."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from textkit import drawing
from textkit.drawing import GREY, PALE, PALETTE, Labels, Lang
from textkit.errors import EmptyError, check_choice, check_int
from textkit.plots.diverging import LEFT, RIGHT, write_columns, write_sides
from textkit.plots.forest import INTERVAL, LEVEL, draw_forest, interval_label
from textkit.plots.keyness import names_of_sides, used_labels

_COLUMNS = ("term", "n_target", "n_reference", "score", "effect", "ci_low", "ci_high", "locked")
_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "axis": "频率之比（log2）", "level": LEVEL["zh"], "interval": INTERVAL["zh"],
        "margin": "；灰带：±{:g}，视为相同",
        "count": "；{:,} 个词中 {:,} 个锁定", "target": "目标", "reference": "参照",
    },
    "en": {
        "axis": "Ratio of rates (log2)", "level": LEVEL["en"], "interval": INTERVAL["en"],
        "margin": "; band: ±{:g}, taken as equal", "count": "; {1:,} of {0:,} words locked", "target": "target",
        "reference": "reference",
    },
}  # fmt: skip


def plot_lockwords(
    table: pd.DataFrame,
    *,
    n: int = 25,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the words whose rates differ least surely: dots with intervals over the band that counts as equal.

    Parameters
    ----------
    table : DataFrame
        From `textkit.lockwords`: the columns ``term, n_target, n_reference, score, effect, ci_low, ci_high, locked``
        are used.
    n : int, default 25
        Words to show: those with the largest ``score``, in this order.
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
        If the table has no rows, or no row with an effect.
    FontError
        If a term has a character that the font lacks.

    Notes
    -----
    A word is locked (filled, blue) if its whole interval lies inside the band; hollow and grey ones are not shown to be
    equal, which does not mean that they differ. Common words come first because their intervals are short. The band is
    the ``margin`` that came with the table. `textkit.plot_keyness` draws the other end of the list: words that differ.

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["的", "信访"], "n_target": [500, 10], "n_reference": [510, 12],
    ...     "score": [0.4, -0.9], "effect": [-0.03, -0.26], "ci_low": [-0.1, -1.4], "ci_high": [0.08, 0.9],
    ...     "locked": [True, False]})
    >>> [label.get_text() for label in plot_lockwords(table).get_yticklabels()]
    ['的', '信访']
    """
    rows = drawing.checked(table, _COLUMNS, made_by="lockwords(dtm, target)")
    n = check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    known = rows[rows["effect"].notna() & rows["score"].notna()]
    if not len(known):
        raise EmptyError("table has no row with an effect, so there is nothing to draw.")
    ordered = known.sort_values(["score", "term"], ascending=[False, True], kind="stable")
    shown = drawing.six_digits(ordered.head(n).reset_index(drop=True))
    words = _WORDS[lang]
    sides = names_of_sides(table, labels, lang)
    terms = [str(term) for term in shown["term"]]
    margin = drawing.settings_of(table).get("margin")
    with drawing.sheet(ax, height=1.1 + 0.19 * len(shown), texts=[*terms, *sides, title or "", "←→±"]) as ax:
        value, low, high = (shown[name].to_numpy(dtype=float) for name in ("effect", "ci_low", "ci_high"))
        locked = shown["locked"].to_numpy(dtype=bool)
        draw_forest(
            ax, terms, value, low, high, colours=[PALETTE[0] if yes else GREY for yes in locked], hollow=~locked, zero=0
        )
        label = words["axis"] + interval_label(table, shown, words)
        if isinstance(margin, float):
            left, right = ax.get_xlim()
            ax.set_xlim(min(left, -1.15 * margin), max(right, 1.15 * margin))
            ax.axvspan(-margin, margin, color=PALE, linewidth=0, zorder=-1)
            label += words["margin"].format(margin)
        label += words["count"].format(len(rows), int(rows["locked"].sum()))
        ax.set_xlabel(label)
        write_sides(ax, sides, True, True)
        counts = [[drawing.number(float(count)) for count in shown[side]] for side in ("n_target", "n_reference")]
        write_columns(ax, [(words["target"], RIGHT, counts[0]), (words["reference"], LEFT, counts[1])])
        drawing.set_title(ax, title, pad=22)
    drawing.remember(ax, shown, "plot_lockwords", n=n, labels=used_labels(table, labels), lang=lang, title=title)
    return ax
