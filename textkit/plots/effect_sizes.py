"""Draw the table of `textkit.effect_sizes`: how large a difference is by several measures side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from textkit import drawing
from textkit.drawing import Labels, Lang, Panels
from textkit.errors import ArgumentError, EmptyError, check_choice, check_int, check_type
from textkit.plots.diverging import LEFT, RIGHT, write_columns, write_sides
from textkit.plots.forest import INTERVAL, LEVEL, draw_forest, interval_label
from textkit.plots.keyness import names_of_sides, used_labels

_COLUMNS = ("term", "n_target", "n_reference", "z")
_RATIOS = ("relative_risk", "odds_ratio", "haldane_odds_ratio", "simple_maths")  # 1 is no difference
_UNSIGNED = ("bic", "ell")
_MOST = 4
_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "log_ratio": "频率之比（log2）", "relative_risk": "相对频率", "pct_diff": "%DIFF", "odds_ratio": "优势比",
        "haldane_odds_ratio": "优势比（Haldane）", "log_odds": "优势比（log2，经先验收缩）", "z": "z 值",
        "g2": "对数似然比 G²",
        "g2_2cell": "G²（两格）", "bic": "BIC", "ell": "ELL", "phi": "φ 系数", "kld": "KL 散度（比特）",
        "simple_maths": "Simple maths", "target": "目标", "reference": "参照", "level": LEVEL["zh"],
        "interval": INTERVAL["zh"],
    },
    "en": {
        "log_ratio": "Ratio of rates (log2)", "relative_risk": "Relative risk", "pct_diff": "%DIFF",
        "odds_ratio": "Odds ratio", "haldane_odds_ratio": "Odds ratio (Haldane)",
        "log_odds": "Odds ratio (log2, shrunk)",
        "z": "z-score", "g2": "Log-likelihood ratio G²", "g2_2cell": "G² (two cells)", "bic": "BIC", "ell": "ELL",
        "phi": "Phi", "kld": "KL divergence (bits)", "simple_maths": "Simple maths", "target": "target",
        "reference": "reference", "level": LEVEL["en"], "interval": INTERVAL["en"],
    },
}  # fmt: skip
MEASURES = tuple(name for name in _WORDS["en"] if name not in ("target", "reference", "level", "interval"))


def plot_effect_sizes(
    table: pd.DataFrame,
    *,
    n: int = 10,
    measures: str | Sequence[str] = ("log_ratio", "log_odds", "phi"),
    labels: Labels | None = None,
    ax: Axes | Iterable[Axes] | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Panels:
    """Draw effect sizes of the most distinctive terms of both sides, one panel a measure, the first with intervals.

    Parameters
    ----------
    table : DataFrame
        From `textkit.effect_sizes`: the columns ``term, n_target, n_reference, z`` and those of the measures are used;
        ``ci_low`` and ``ci_high`` for ``log_ratio``.
    n : int, default 10
        Terms to show at each end: those with the largest positive and negative ``z``, in this order.
    measures : str or sequence of str
        One to four columns of the table. ``relative_risk``, ``odds_ratio``, ``haldane_odds_ratio`` and
        ``simple_maths`` stand on a logarithmic axis around 1.
    labels : mapping or Series, optional
        What to print for the target and the reference.
    ax : Axes or several, optional
        As many as there are measures.
    lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    ndarray of Axes

    Raises
    ------
    EmptyError
        If the table has no rows, or no term with a ``z`` other than zero.
    ArgumentError, UnknownNameError
        None or more than four measures, one that there is not, or as many axes as there are not measures.
    FontError
        If a term has a character that the font lacks.

    Notes
    -----
    Read along a row: where the panels disagree, the effect hangs on the measure. The log ratio of a rare word is large
    and its interval long; ``log_odds`` draws it back towards zero; ``phi`` is large only for frequent words. An arrow
    at the edge is a value or an interval that goes on beyond it (to infinity where the other side lacks the word).
    The figures at the right are the counts in target and reference.

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["网格", "信访"], "n_target": [9, 1], "n_reference": [1, 8], "z": [2.5, -2.3],
    ...     "log_ratio": [3.2, -3.0], "ci_low": [0.5, -5.4], "ci_high": [5.8, -0.6], "phi": [0.1, -0.1]})
    >>> panels = plot_effect_sizes(table, measures=["log_ratio", "phi"])
    >>> [label.get_text() for label in panels[0].get_yticklabels()]
    ['网格', '信访']
    """
    chosen = _chosen(measures)
    rows = drawing.checked(table, (*_COLUMNS, *chosen), made_by="effect_sizes(dtm, target)")
    n = check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    shown = drawing.six_digits(_both_ends(rows, n))
    words = _WORDS[lang]
    sides = names_of_sides(table, labels, lang)
    terms = [str(term) for term in shown["term"]]
    ours = (shown["z"] > 0).to_numpy()
    colours = [RIGHT if here else LEFT for here in ours]
    with drawing.sheets(
        ax, count=len(chosen), columns=len(chosen), height=1.1 + 0.19 * len(shown) + (0.25 if title else 0),
        texts=[*terms, *sides, title or "", "←→"],
    ) as panels:  # fmt: skip
        for place, (panel, measure) in enumerate(zip(panels, chosen, strict=True)):
            value = shown[measure].to_numpy(dtype=float)
            none = np.full(len(value), np.nan)
            low, high = none, none
            label = words[measure]
            if measure == "log_ratio" and {"ci_low", "ci_high"} <= set(shown):
                low, high = (shown[name].to_numpy(dtype=float) for name in ("ci_low", "ci_high"))
                label += interval_label(table, shown, words)
            ratio = measure in _RATIOS
            draw_forest(
                panel, terms if place == 0 else [""] * len(terms), value, low, high, colours=colours,
                markers=["o" if here else "s" for here in ours], log=ratio,
                zero=None if measure in _UNSIGNED else 1.0 if ratio else 0.0,
            )  # fmt: skip
            room = drawing.size_in_points(panel)[0] + 20
            panel.set_xlabel(drawing.fit(label, room, size=9, lines=2))
        if len(panels) == 1:
            write_sides(panels[0], sides, ours.any(), (~ours).any())
        else:  # a narrow panel has no room for both
            write_sides(panels[0], sides, False, (~ours).any())
            write_sides(panels[-1], sides, ours.any(), False)
        counts = [[drawing.number(float(count)) for count in shown[side]] for side in ("n_target", "n_reference")]
        write_columns(panels[-1], [(words["target"], RIGHT, counts[0]), (words["reference"], LEFT, counts[1])])
        if title is not None:
            drawing.figure_of(panels[0]).suptitle(title, x=0.01, ha="left", fontsize=10, parse_math=False)
    drawing.remember(
        panels, shown, "plot_effect_sizes", n=n, measures=chosen, labels=used_labels(table, labels), lang=lang,
        title=title,
    )  # fmt: skip
    return panels


def _chosen(measures: str | Sequence[str]) -> list[str]:
    check_type("measures", measures, (str, list, tuple), hint='For example ["log_ratio", "phi"].')
    wanted = [measures] if isinstance(measures, str) else list(dict.fromkeys(measures))
    if not 1 <= len(wanted) <= _MOST:
        raise ArgumentError(f"measures must name one to {_MOST} columns of the table, got {len(wanted)}.")
    return [check_choice("measures", name, MEASURES) for name in wanted]


def _both_ends(rows: pd.DataFrame, n: int) -> pd.DataFrame:
    drawable = rows[rows["z"].notna() & (rows["z"] != 0)]
    if not len(drawable):
        raise EmptyError("table has no term with a z other than zero, so there is nothing to draw.")
    ordered = drawable.sort_values(["z", "term"], ascending=[False, True], kind="stable")
    ends = [ordered[ordered["z"] > 0].head(n), ordered[ordered["z"] < 0].tail(n)]
    shown = pd.concat([end for end in ends if len(end)]).reset_index(drop=True)
    shown.attrs = dict(rows.attrs)
    return shown
