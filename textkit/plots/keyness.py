"""Draw the table of `textkit.keyness`: what is typical of the target, what of the reference, and how surely."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from textkit import drawing
from textkit.drawing import Labels, Lang
from textkit.errors import ArgumentError, EmptyError, check_choice, check_int, listing
from textkit.plots.diverging import LEFT, RIGHT, draw_bars, write_columns, write_sides

_COLUMNS = ("term", "n_target", "n_reference", "score", "effect", "ci_low", "ci_high")
WORDS = {
    "zh": {
        "target": "目标",
        "reference": "参照",
        "rest": "其余文档",
        "effect": "频率之比（log2）",
        "fightin_words": "优势比（log2，经先验收缩）",
        "text_dispersion": "文档比例之比（log2）",
        "welch": "各文档频率均值之比（log2）",
        "rank_sum": "Cliff δ（各文档频率）",
        "outside list": "参照词表",
        "outside matrix": "参照语料",
        "interval": "，横线为区间",
        "level": "，横线为 {:.4g}% 区间",
        "flag": "† 见表中 flag 列",
        "join": "、",
    },
    "en": {
        "target": "target",
        "reference": "reference",
        "rest": "all others",
        "effect": "Ratio of rates (log2)",
        "fightin_words": "Odds ratio (log2, shrunk by a prior)",
        "text_dispersion": "Ratio of document shares (log2)",
        "welch": "Ratio of mean document rates (log2)",
        "rank_sum": "Cliff's delta of document rates",
        "outside list": "reference list",
        "outside matrix": "reference corpus",
        "interval": ", with intervals",
        "level": ", with {:.4g}% intervals",
        "flag": "† see the column flag",
        "join": ", ",
    },
}


def plot_keyness(
    table: pd.DataFrame,
    *,
    n: int = 15,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the most distinctive terms of both sides as diverging bars with intervals.

    Parameters
    ----------
    table : DataFrame
        From `textkit.keyness`: the columns ``term, n_target, n_reference, score, effect, ci_low, ci_high`` are used,
        and ``flag`` and ``p_value`` if they are there. Or one group of `textkit.keyness_groups`.
    n : int
        Terms to show at each end: those with the largest absolute ``score`` (then the smallest ``p_value``, then the
        most occurrences) among positive and among negative effects. Within an end they stand in order of the effect.
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
        If the table has no rows, or no row with a finite effect or a sign.
    ArgumentError
        If the table holds several groups.
    FontError
        If a term has a character that the font lacks.

    Notes
    -----
    Bars to the right are terms of the target. A pale bar is one whose interval reaches zero: read it as "not
    shown to differ". Intervals longer than the plot end in an arrow. The figures at the right are the counts in
    target and reference. Terms without an effect (NaN) cannot be drawn and stay in the table only.

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["网格", "信访"], "n_target": [9, 1], "n_reference": [1, 8],
    ...     "score": [7.4, -6.1], "effect": [3.2, -3.0], "ci_low": [0.5, -5.4], "ci_high": [5.8, -0.6]})
    >>> [float(bar.get_width()) for bar in plot_keyness(table).patches]
    [3.2, -3.0]
    """
    rows = drawing.checked(table, _COLUMNS, made_by="keyness(dtm, target)")
    n = check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    check_one_group(rows, "plot_keyness")
    shown = drawing.six_digits(_both_ends(rows, n))
    words = WORDS[lang]
    sides = names_of_sides(table, labels, lang)
    terms = [str(term) for term in shown["term"]]
    texts = [*terms, *sides, title or "", "†←→"]
    with drawing.sheet(ax, height=1.1 + 0.19 * len(shown), texts=texts) as ax:
        effect, low, high = (shown[name].to_numpy(dtype=float) for name in ("effect", "ci_low", "ci_high"))
        flagged = shown["flag"].fillna("").astype(str) != "" if "flag" in shown else pd.Series(False, shown.index)
        names = [term + (" †" if flag else "") for term, flag in zip(terms, flagged, strict=True)]
        draw_bars(ax, names, effect, low, high)
        ax.set_xlabel(_axis_label(table, shown, words) + (f"　{words['flag']}" if flagged.any() else ""))
        write_sides(ax, sides, (effect > 0).any(), (effect < 0).any())
        counts = [[drawing.number(float(count)) for count in shown[side]] for side in ("n_target", "n_reference")]
        write_columns(ax, [(words["target"], RIGHT, counts[0]), (words["reference"], LEFT, counts[1])])
        drawing.set_title(ax, title, pad=22)
    drawing.remember(ax, shown, "plot_keyness", n=n, labels=used_labels(table, labels), lang=lang, title=title)
    return ax


def _both_ends(rows: pd.DataFrame, n: int) -> pd.DataFrame:
    drawable = rows[rows["effect"].notna() & (rows["effect"] != 0)]
    if not len(drawable):
        raise EmptyError("table has no row with an effect other than zero, so there is nothing to draw.")
    strength = drawable["score"].abs().fillna(-1.0)
    count = drawable["n_target"] + drawable["n_reference"]
    # many scores of "robust" are 0: among these the least unsure first
    p = drawable["p_value"] if "p_value" in drawable else pd.Series(1.0, drawable.index)
    ordered = drawable.assign(_strength=strength, _p=p, _count=count).sort_values(
        ["_strength", "_p", "_count", "term"], ascending=[False, True, False, True], kind="stable"
    )
    ends = [ordered[ordered["effect"] > 0].head(n), ordered[ordered["effect"] < 0].head(n)]
    both = pd.concat([end for end in ends if len(end)]).drop(columns=["_strength", "_p", "_count"])
    shown = both.sort_values(["effect", "term"], ascending=[False, True], kind="stable").reset_index(drop=True)
    shown.attrs = dict(rows.attrs)
    return shown


def _axis_label(table: pd.DataFrame, shown: pd.DataFrame, words: dict[str, str]) -> str:
    settings = drawing.settings_of(table)
    label = words.get(str(settings.get("measure")), words["effect"])
    if shown[["ci_low", "ci_high"]].isna().all(axis=None):
        return label
    confidence = settings.get("confidence")
    if isinstance(confidence, float):
        return label + words["level"].format(100 * confidence)
    return label + words["interval"]


def check_one_group(rows: pd.DataFrame, plot: str) -> None:
    """Raise if a table of `textkit.keyness_groups` holds more than one group."""
    if "group" in rows and rows["group"].nunique(dropna=False) > 1:
        values = drawing.order_of(rows["group"])
        raise ArgumentError(
            f"table holds {len(values)} groups ({listing(values, 4)}), and {plot} draws one. Choose it: "
            f'table[table["group"] == {values[0]!r}].'
        )


def names_of_sides(table: pd.DataFrame, labels: Labels | None, lang: Lang) -> tuple[str, str]:
    """Name target and reference from the settings that came with the table."""
    settings, words = drawing.settings_of(table), WORDS[lang]

    def name(value: Any, otherwise: str) -> str:
        if isinstance(value, (list, tuple)):
            return words["join"].join(drawing.names_for(value, labels))
        if value in ("outside list", "outside matrix"):
            return drawing.names_for([value], labels)[0] if labels and value in labels else words[str(value)]
        return otherwise if value is None else drawing.names_for([value], labels)[0]

    if "group" in table and len(table):
        return name(table["group"].iloc[0], words["target"]), words["rest"]
    target = name(settings.get("target"), words["target"])
    rest = words["rest"] if "target" in settings else words["reference"]
    return target, name(settings.get("reference"), rest)


def used_labels(table: pd.DataFrame, labels: Labels | None) -> dict[str, str] | None:
    """Return the labels of the two sides that were used, for the record."""
    settings = drawing.settings_of(table)
    values: list[Any] = []
    target = table["group"].iloc[0] if "group" in table and len(table) else settings.get("target")
    for side in (target, settings.get("reference")):
        values += side if isinstance(side, list) else [side]
    return drawing.used(labels, values)
