"""Draw the table of `textkit.entropy`: the entropy of documents or groups, with its corrections and intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from textkit import drawing
from textkit.drawing import INK, MARKERS, PALE, PALETTE, Labels, Lang
from textkit.errors import EmptyError, check_choice, check_int

_COLUMNS = ("group", "entropy", "miller_madow", "chao_shen", "ci_low", "ci_high")
_ESTIMATES = ("entropy", "miller_madow", "chao_shen")
_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "axis": "熵（比特）",
        "entropy": "原始",
        "miller_madow": "Miller–Madow 校正",
        "chao_shen": "Chao–Shen 校正",
        "interval": "区间",
        "level": "{:.4g}% 区间",
    },
    "en": {
        "axis": "Entropy (bits)",
        "entropy": "as counted",
        "miller_madow": "Miller–Madow",
        "chao_shen": "Chao–Shen",
        "interval": "interval",
        "level": "{:.4g}% interval",
    },
}


def plot_entropy(
    table: pd.DataFrame,
    *,
    n: int = 40,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the entropy of each group and both corrections as points, with the interval if there is one.

    Parameters
    ----------
    table : DataFrame
        From `textkit.entropy`: the columns ``group, entropy, miller_madow, chao_shen, ci_low, ci_high`` are used. An
        interval is drawn if it belongs to one of the three.
    n : int, default 40
        Groups to show, in the order of the table.
    labels : mapping or Series, optional
        What to print for a group.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If the table has no rows, or no row with an entropy.
    FontError
        If a group has a character that the font lacks.

    Notes
    -----
    The axis does not begin at zero: differences of entropies are small. The three points of a group lie apart where
    its text is short, and then none of them should be leaned on.

    Examples
    --------
    >>> table = pd.DataFrame({"group": ["甲", "乙"], "entropy": [8.0, 7.5], "miller_madow": [8.3, 7.9],
    ...     "chao_shen": [8.6, 8.4], "ci_low": [8.0, 7.4], "ci_high": [8.6, 8.1]})
    >>> plot_entropy(table).lines[0].get_xdata().tolist()
    [8.0, 7.5]
    """
    rows = drawing.checked(table, _COLUMNS, made_by="entropy(data)")
    n = check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    known = rows[rows["entropy"].notna()].head(n).reset_index(drop=True)
    if not len(known):
        raise EmptyError("table has no row with an entropy, so there is nothing to draw.")
    shown = drawing.six_digits(known)
    shown.attrs = dict(rows.attrs)
    names = drawing.names_for(shown["group"].tolist(), labels)
    words = _WORDS[lang]
    settings = drawing.settings_of(table)
    with drawing.sheet(ax, height=1.15 + 0.19 * len(shown), texts=[*names, title or ""]) as ax:
        places = np.arange(len(shown), dtype=float)
        ax.hlines(places, 0, 1, transform=ax.get_yaxis_transform(), color=PALE, linewidth=0.5, zorder=0)
        handles: list[Line2D] = []
        for name, colour, marker in zip(_ESTIMATES, PALETTE, MARKERS, strict=False):
            (line,) = ax.plot(
                shown[name].to_numpy(dtype=float), places, linestyle="", marker=marker, color=colour, markersize=4.5,
                markeredgecolor="white", markeredgewidth=0.4, zorder=3,
            )  # fmt: skip
            handles.append(line)
        kinds = [words[name] for name in _ESTIMATES]
        low, high = shown["ci_low"].to_numpy(dtype=float), shown["ci_high"].to_numpy(dtype=float)
        has = np.isfinite(low) & np.isfinite(high)
        if has.any() and settings.get("measure", "entropy") in _ESTIMATES:
            ax.hlines(places[has], low[has], high[has], color=INK, linewidth=0.9, zorder=2)
            handles.append(Line2D([], [], color=INK, linewidth=0.9))
            confidence = settings.get("confidence")
            of = words[str(settings.get("measure", "entropy"))]
            level = words["level"].format(100 * confidence) if isinstance(confidence, float) else words["interval"]
            kinds.append(f"{level} ({of})" if lang == "en" else f"{level}（{of}）")
        room = drawing.size_in_points(ax)[0] * 0.33
        drawing.name_ticks(ax.yaxis, places, [drawing.fit(name, room) for name in names])
        ax.set_ylim(len(shown) - 0.4, -0.6)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.xaxis.grid(visible=True)
        ax.set_axisbelow(True)
        drawing.plain_numbers(ax.xaxis)
        ax.set_xlabel(words["axis"])
        pad = 6.0 + drawing.key_above(ax, handles, kinds, width=drawing.size_in_points(ax)[0])
        drawing.set_title(ax, title, pad=pad)
    drawing.remember(
        ax, shown, "plot_entropy", n=n, labels=drawing.used(labels, shown["group"].tolist()), lang=lang, title=title
    )
    return ax
