"""Draw the table of `textkit.agreement_categories`: on which categories coders agree, and on which they do not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from textkit import drawing
from textkit.drawing import GREY, PALETTE, Labels, Lang
from textkit.errors import EmptyError, check_choice
from textkit.plots.diverging import write_columns
from textkit.plots.forest import INTERVAL, LEVEL, draw_forest, interval_label

_COLUMNS = ("category", "count", "agreement", "alpha", "ci_low", "ci_high")
_CUSTOMARY = (0.667, 0.8)
_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "axis": "各类别的 α（●）和一致比例（○）", "level": LEVEL["zh"],
        "interval": INTERVAL["zh"], "count": "频次",
    },
    "en": {
        "axis": "Alpha (●) and agreement (○) of each category",
        "level": LEVEL["en"], "interval": INTERVAL["en"], "count": "count",
    },
}  # fmt: skip


def plot_agreement_categories(
    table: pd.DataFrame,
    *,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw how far coders agree on each category: Krippendorff's alpha with its interval, and the plain agreement.

    Parameters
    ----------
    table : DataFrame
        From `textkit.agreement_categories`: the columns ``category, count, agreement, alpha, ci_low, ci_high`` are
        used; categories from top to bottom in the order of the table.
    labels : mapping or Series, optional
        What to print for a category.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If the table has no rows.
    FontError
        If a category has a character that the font lacks.

    Notes
    -----
    The filled dot is alpha, which takes chance out; the hollow one is the chance that another coder gave the same
    category. The lines at .667 and .8 are Krippendorff's customary limits, not tests. A category that nobody used has
    no dot. The figures at the right say how often a category was given: a rare one has a long interval.

    Examples
    --------
    >>> table = pd.DataFrame({"category": ["民生", "治理"], "count": [40, 12], "agreement": [0.9, 0.6],
    ...     "alpha": [0.85, 0.5], "ci_low": [0.7, 0.1], "ci_high": [0.95, 0.8]})
    >>> [label.get_text() for label in plot_agreement_categories(table).get_yticklabels()]
    ['民生', '治理']
    """
    rows = drawing.checked(table, _COLUMNS, made_by="agreement_categories(codings)")
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    shown = drawing.six_digits(rows)
    if not np.isfinite(shown[["alpha", "agreement"]].to_numpy(dtype=float)).any():
        raise EmptyError("table has no category with an agreement, so there is nothing to draw.")
    words = _WORDS[lang]
    names = drawing.names_for(shown["category"].tolist(), labels)
    with drawing.sheet(ax, height=1.1 + 0.24 * len(shown), texts=[*names, title or "", "●○"]) as ax:
        alpha, low, high = (shown[name].to_numpy(dtype=float) for name in ("alpha", "ci_low", "ci_high"))
        short = [drawing.fit(name, drawing.WIDTH * 72 * 0.35) for name in names]
        draw_forest(ax, short, alpha, low, high)
        agreement = shown["agreement"].to_numpy(dtype=float)
        ax.plot(
            agreement, np.arange(len(shown)), "o", markersize=5, color=PALETTE[0], markerfacecolor="white", zorder=2
        )  # fmt: skip
        for limit in _CUSTOMARY:
            ax.axvline(limit, color=GREY, linewidth=0.7, linestyle=(0, (4, 3)), zorder=1)
        known = np.concatenate([alpha, low, high])
        least = float(min(0.0, known[np.isfinite(known)].min(initial=0.0)))
        ax.set_xlim(least - 0.02, 1.02)
        label = interval_label(table, shown, words)
        ax.set_xlabel(words["axis"] + label)
        counts = [drawing.number(float(count)) for count in shown["count"]]
        write_columns(ax, [(words["count"], GREY, counts)])
        drawing.set_title(ax, title, pad=18)
    used = drawing.used(labels, shown["category"].tolist())
    drawing.remember(ax, shown, "plot_agreement_categories", labels=used, lang=lang, title=title)
    return ax
