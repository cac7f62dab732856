"""Draw pairs with their intervals: the tables of similarity, term_similarity, delta and kl_divergence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from textkit import drawing, fonts
from textkit.drawing import Labels, Lang
from textkit.errors import EmptyError, check_choice, check_int
from textkit.plots.forest import INTERVAL, LEVEL, draw_forest, interval_label
from textkit.plots.similarity import MEASURE_NAMES

_KINDS = (("doc_a", "doc_b", "value"), ("term_a", "term_b", "value"), ("p", "q", "divergence"))
_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "level": LEVEL["zh"], "interval": INTERVAL["zh"], "kl": "KL 散度（比特）", "left": "；另有 {:,} 对未画",
    },
    "en": {
        "level": LEVEL["en"], "interval": INTERVAL["en"], "kl": "KL divergence (bits)",
        "left": "; {:,} more pairs are left out",
    },
}  # fmt: skip


def plot_pairs(
    table: pd.DataFrame,
    *,
    n: int = 30,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw how alike pairs of documents or terms are: a dot a pair with its interval, in the order of the table.

    Parameters
    ----------
    table : DataFrame
        From `textkit.similarity` or `textkit.delta` (the columns ``doc_a, doc_b, value, ci_low, ci_high`` are used),
        `textkit.term_similarity` (``term_a, term_b``) or `textkit.kl_divergence` (``p, q, divergence``).
    n : int, default 30
        Pairs to show: the first rows with a finite value, which are the closest (of ``kl_divergence`` the farthest).
        Choose others by choosing rows.
    labels : mapping or Series, optional
        What to print for a document or a term.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If the table has no rows, or no row with a finite value.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    Intervals that do not overlap show that two pairs differ; those that overlap do not show that they are equal, and
    two pairs with a common document hang together. A dot may lie outside its interval where texts are short: see
    `textkit.similarity`. All pairs at once are drawn by `textkit.plot_similarity` and `textkit.plot_delta`.

    Examples
    --------
    >>> table = pd.DataFrame({"doc_a": ["甲", "甲"], "doc_b": ["乙", "丙"], "value": [0.9, 0.6],
    ...     "ci_low": [0.8, 0.4], "ci_high": [0.95, 0.7]})
    >>> [label.get_text() for label in plot_pairs(table).get_yticklabels()]
    ['甲 — 乙', '甲 — 丙']
    """
    columns = getattr(table, "columns", ())
    first, second, value = next((kind for kind in _KINDS if set(kind[:2]) & set(columns)), _KINDS[0])
    made_by = {"doc_a": "similarity(dtm) or delta(dtm)", "term_a": "term_similarity(dtm, terms)"}.get(
        first, "kl_divergence(dtm)"
    )
    rows = drawing.checked(table, (first, second, value, "ci_low", "ci_high"), made_by=made_by)
    n = check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    known = rows[np.isfinite(rows[value].to_numpy(dtype=float))]
    if not len(known):
        raise EmptyError("table has no row with a finite value, so there is nothing to draw.")
    shown = drawing.six_digits(known.head(n).reset_index(drop=True))
    words = _WORDS[lang]
    ends = [drawing.names_for(shown[end].tolist(), labels) for end in (first, second)]
    fonts.check_glyphs([*ends[0], *ends[1], title or ""])
    between = " → " if first == "p" else " — "
    half = drawing.WIDTH * 72 * 0.22
    names = [between.join(drawing.fit(name, half) for name in pair) for pair in zip(*ends, strict=True)]
    with drawing.sheet(ax, height=0.9 + 0.19 * len(shown), texts=[*names, title or ""]) as ax:
        dots, low, high = (shown[name].to_numpy(dtype=float) for name in (value, "ci_low", "ci_high"))
        draw_forest(ax, names, dots, low, high)
        label = words["kl"] if first == "p" else _measure(table, lang)
        left = len(rows) - len(shown)
        ax.set_xlabel(label + interval_label(table, shown, words) + (words["left"].format(left) if left else ""))
        drawing.set_title(ax, title)
    used = drawing.used(labels, list(dict.fromkeys([*shown[first], *shown[second]])))
    drawing.remember(ax, shown, "plot_pairs", n=n, labels=used, lang=lang, title=title)
    return ax


def _measure(table: pd.DataFrame, lang: str) -> str:
    names = MEASURE_NAMES[lang]
    note = table.attrs.get("textkit")
    orientation = note.get("orientation", "similarity") if isinstance(note, dict) else "similarity"
    return names.get(str(drawing.settings_of(table).get("measure")), names[str(orientation)])
