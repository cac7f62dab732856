"""Draw the table of `textkit.lexical_diversity`: one panel a measure, one dot with its interval a text."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from textkit import drawing
from textkit.drawing import PALE, PALETTE, Labels, Lang, Panels
from textkit.errors import EmptyError, check_choice, check_int

_COLUMNS = ("group", "measure", "value", "ci_low", "ci_high", "flag")
_ACROSS = 3  # panels side by side
_WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "ttr": "类符/形符比 TTR", "guiraud": "Guiraud R", "cttr": "校正 TTR（CTTR）", "herdan_c": "Herdan C",
        "maas_a2": "Maas a²（低＝丰富）", "maas_a": "Maas a（低＝丰富）", "dugast_u": "Dugast U",
        "summer_s": "Summer S",
        "yule_i": "Yule I", "yule_k": "Yule K（低＝丰富）", "simpson_d": "Simpson D（低＝丰富）",
        "herdan_vm": "Herdan Vm（低＝丰富）", "msttr": "分段平均 TTR", "mattr": "移动平均 TTR（MATTR）", "mtld": "MTLD",
        "mtld_forward": "MTLD（顺向）", "mtld_backward": "MTLD（逆向）", "mtld_w": "MTLD-W", "hdd": "HD-D",
        "vocd_d": "vocd-D", "level": "横线为 {:g}% 置信区间", "flag": "空心：文本过短，勿作比较",
    },
    "en": {
        "ttr": "Type-token ratio", "guiraud": "Guiraud's R", "cttr": "Corrected TTR", "herdan_c": "Herdan's C",
        "maas_a2": "Maas' a² (low = rich)", "maas_a": "Maas' a (low = rich)", "dugast_u": "Dugast's U",
        "summer_s": "Summer's S", "yule_i": "Yule's I", "yule_k": "Yule's K (low = rich)",
        "simpson_d": "Simpson's D (low = rich)", "herdan_vm": "Herdan's Vm (low = rich)",
        "msttr": "Mean segmental TTR", "mattr": "Moving-average TTR", "mtld": "MTLD", "mtld_forward": "MTLD forward",
        "mtld_backward": "MTLD backward", "mtld_w": "MTLD-W", "hdd": "HD-D", "vocd_d": "vocd-D",
        "level": "Lines: {:g}% intervals", "flag": "Hollow: text too short to compare",
    },
}  # fmt: skip


def plot_lexical_diversity(
    table: pd.DataFrame,
    *,
    n: int | None = None,
    labels: Labels | None = None,
    ax: Axes | Iterable[Axes] | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Panels:
    """Draw lexical diversity as dots with intervals, one panel a measure.

    Parameters
    ----------
    table : DataFrame
        From `textkit.lexical_diversity`: the columns ``group, measure, value, ci_low, ci_high, flag`` are used.
    n : int, optional
        Texts to show, in the order of the table; without it all.
    labels : mapping or Series, optional
        What to print for a text.
    ax : Axes or list of Axes, optional
        One for each measure.
    lang : {"zh", "en"}
    title : str, optional

    Returns
    -------
    array of Axes
        One for each measure, in the order of the table.

    Raises
    ------
    EmptyError
        If the table has no rows, or no finite value.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    Panels have scales of their own, which do not begin at zero: a dot has no length that could mislead. Hollow dots
    are texts that are too short for the measure. Texts without a value (NaN, infinite) keep their empty line.

    Examples
    --------
    >>> table = pd.DataFrame({"group": ["甲", "乙"], "measure": "mtld", "value": [80.0, 95.0], "ci_low": [70.0, 84.0],
    ...     "ci_high": [91.0, 108.0], "flag": ["", ""]})
    >>> plot_lexical_diversity(table)[0].collections[-1].get_offsets()[:, 0].tolist()
    [80.0, 95.0]
    """
    rows = drawing.checked(table, _COLUMNS, made_by="lexical_diversity(tokens)")
    n = None if n is None else check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    if not np.isfinite(rows["value"].to_numpy(dtype=float)).any():
        raise EmptyError("table has no finite value, so there is nothing to draw. Look at its column flag.")
    groups: list[Any] = drawing.order_of(rows["group"])[:n]
    shown = drawing.six_digits(rows[rows["group"].isin(groups)])
    measures: list[Any] = drawing.order_of(shown["measure"])
    words = _WORDS[lang]
    names = drawing.names_for(groups, labels)
    columns = min(len(measures), _ACROSS)
    lines = math.ceil(len(measures) / columns)
    foot = _foot(table, shown, words)
    height = lines * (0.7 + 0.19 * len(groups)) + 0.25 * ((title is not None) + bool(foot))
    texts = [*names, *(words.get(name, str(name)) for name in measures), title or "", foot]
    with drawing.sheets(ax, count=len(measures), columns=columns, height=height, texts=texts) as panels:
        for place, (panel, measure) in enumerate(zip(panels, measures, strict=True)):
            part = shown[shown["measure"] == measure].drop_duplicates("group").set_index("group").reindex(groups)
            _draw(panel, part)
            room = drawing.size_in_points(panel)[0]
            shown_names = (
                [drawing.fit(name, room * 0.9) for name in names] if place % columns == 0 else [""] * len(names)
            )
            drawing.name_ticks(panel.yaxis, list(range(len(names))), shown_names)
            panel.set_title(drawing.fit(words.get(measure, str(measure)), room, size=9), loc="left", fontsize=9)
        if foot:
            panels[(lines - 1) * columns].set_xlabel(foot, loc="left", fontsize=drawing.SMALL)
        if title is not None:
            drawing.figure_of(panels[0]).suptitle(title, x=0.01, ha="left", fontsize=10, parse_math=False)
    used = drawing.used(labels, groups)
    drawing.remember(panels, shown, "plot_lexical_diversity", n=n, labels=used, lang=lang, title=title)
    return panels


def _draw(ax: Axes, part: pd.DataFrame) -> None:
    value, low, high = (part[name].to_numpy(dtype=float) for name in ("value", "ci_low", "ci_high"))
    places = np.arange(len(part), dtype=float)
    value = np.where(np.isfinite(value), value, np.nan)
    ax.hlines(places, 0, 1, transform=ax.get_yaxis_transform(), color=PALE, linewidth=0.5, zorder=0)
    known = np.isfinite(value)
    lined = known & np.isfinite(low) & np.isfinite(high)
    ax.hlines(places[lined], low[lined], high[lined], color=PALETTE[0], linewidth=1.2, zorder=2)
    hollow = part["flag"].fillna("").isin(["too_short", "short", "window"]).to_numpy()
    ax.scatter(
        value[known],
        places[known],
        s=22,
        facecolors=["white" if pale else PALETTE[0] for pale in hollow[known]],
        edgecolors=PALETTE[0],
        linewidths=1.0,
        zorder=3,
    )
    ax.set_ylim(len(part) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.xaxis.grid(visible=True)
    ax.set_axisbelow(True)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    drawing.plain_numbers(ax.xaxis)


def _foot(table: pd.DataFrame, shown: pd.DataFrame, words: dict[str, str]) -> str:
    """Return what lines and hollow dots mean, if there are any."""
    said = []
    if shown[["ci_low", "ci_high"]].notna().any(axis=None):
        confidence = drawing.settings_of(table).get("confidence")
        said.append(words["level"].format(100 * confidence if isinstance(confidence, float) else 95))
    if shown["flag"].fillna("").isin(["too_short", "short", "window"]).any():
        said.append(words["flag"])
    return "　".join(said)
