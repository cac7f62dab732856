"""Draw the table of `textkit.dispersion`: how evenly words are spread, against how often they occur."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator, NullFormatter

from textkit import drawing, fonts
from textkit.drawing import GREY, INK, PALETTE, Labels, Lang
from textkit.errors import EmptyError, check_choice, check_int

_COLUMNS = ("term", "count", "score", "ci_low", "ci_high")
_MANY = 3_000  # points from which they are drawn as an image inside the figure
_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "count": "频次（对数刻度）",
        "score": "离散度",
        "adjusted": "（已按频次校正）",
        "low": "分布均匀",
        "high": "分布集中",
        "names": {
            "dp": "DP", "dp_norm": "DP（标准化）", "dp_egbert": "DP（Egbert 标准化）", "kld": "KLD（比特）",
            "kld_norm": "KLD（标准化）", "juilland_d": "Juilland D", "carroll_d2": "Carroll D2",
            "rosengren_s": "Rosengren S", "rosengren_af": "校正频次（Rosengren）", "d_a": "D_A",
            "range": "出现的部分数", "range_share": "出现的部分所占比例", "arf": "平均约简频次（ARF）",
            "sd": "标准差", "vc": "变异系数", "chi2": "卡方",
        },
    },
    "en": {
        "count": "Frequency (log scale)",
        "score": "Dispersion",
        "adjusted": " (adjusted for frequency)",
        "low": "evenly spread",
        "high": "concentrated",
        "names": {
            "dp": "DP", "dp_norm": "DP, normed", "dp_egbert": "DP, normed after Egbert", "kld": "KLD (bits)",
            "kld_norm": "KLD, normed", "juilland_d": "Juilland's D", "carroll_d2": "Carroll's D2",
            "rosengren_s": "Rosengren's S", "rosengren_af": "Adjusted frequency (Rosengren)", "d_a": "D_A",
            "range": "Parts with the word", "range_share": "Share of parts with the word",
            "arf": "Average reduced frequency (ARF)", "sd": "Standard deviation", "vc": "Variation coefficient",
            "chi2": "Chi-squared",
        },
    },
}  # fmt: skip


def plot_dispersion_scores(
    table: pd.DataFrame,
    *,
    n: int = 30,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw dispersion against frequency: one point a word, and names for the words that stand out.

    Parameters
    ----------
    table : DataFrame
        From `textkit.dispersion`: the columns ``term, count, score, ci_low, ci_high`` are used.
    n : int, default 30
        Most words to be named: in each of n / 2 bands of frequency the one with the highest and the one with the
        lowest score, as far as there is room. What has no room is not named.
    labels : mapping or Series, optional
        What to print for a word.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If the table has no rows, or no row with a score.
    FontError
        If a word that is named has a character that the font lacks.

    Notes
    -----
    Rare words cannot be even, so the cloud bends: compare words that stand above one another. Words with the same
    count and score are one point. Intervals are drawn for the words that are named.

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["的", "网格"], "count": [900, 20], "score": [0.05, 0.8],
    ...     "ci_low": [float("nan")] * 2, "ci_high": [float("nan")] * 2})
    >>> sorted(text.get_text() for text in plot_dispersion_scores(table).texts[:2])
    ['的', '网格']
    """
    rows = drawing.checked(table, _COLUMNS, made_by="dispersion(tokens)")
    n = check_int("n", n, minimum=0)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    known = rows.loc[rows["score"].notna() & (rows["count"] > 0), list(_COLUMNS)]
    if not len(known):
        raise EmptyError("table has no row with a score, so there is nothing to draw.")
    shown = drawing.six_digits(known.drop_duplicates(["count", "score"]).reset_index(drop=True))
    shown.attrs = dict(rows.attrs)
    chosen = _outstanding(shown, n)
    names = drawing.names_for([shown["term"][i] for i in chosen], labels)
    words = _WORDS[lang]
    settings = drawing.settings_of(table)
    measure = str(settings.get("measure", ""))
    with drawing.sheet(ax, height=4.0, texts=[*names, title or ""]) as ax:
        x, y = shown["count"].to_numpy(dtype=float), shown["score"].to_numpy(dtype=float)
        ax.scatter(x, y, s=7, color=PALETTE[0], alpha=0.35, linewidths=0, rasterized=len(shown) > _MANY, zorder=2)
        ax.set_xscale("log")
        ax.set_xlim(x.min() / 1.35, x.max() * 1.9)
        room = max(float(y.max() - y.min()), 1e-9 + 0.1 * abs(float(y.max())))
        ax.set_ylim(y.min() - 0.06 * room, y.max() + 0.09 * room)
        short = x.max() < 300 * x.min()  # 1, 10, 100 alone would be two ticks
        ax.xaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5) if short else (1,), numticks=12))
        ax.xaxis.set_minor_formatter(NullFormatter())
        drawing.plain_numbers(ax.xaxis)
        drawing.plain_numbers(ax.yaxis)
        ax.grid(visible=True)
        ax.set_axisbelow(True)
        ax.set_xlabel(words["count"])
        adjusted = words["adjusted"] if settings.get("freq_adjusted") else ""
        ax.set_ylabel(words["names"].get(measure, words["score"]) + adjusted)
        drawing.set_title(ax, title)
        fonts.apply_font(ax)  # title and labels of an ax made elsewhere have another
        drawing.lay_out(ax)  # the layout decides how much room there is for names
        _name(ax, shown, chosen, names, _say_direction(ax, table, measure, words))
    drawing.remember(
        ax, shown, "plot_dispersion_scores", n=n, labels=drawing.used(labels, shown["term"].tolist()), lang=lang,
        title=title,
    )  # fmt: skip
    return ax


def _outstanding(shown: pd.DataFrame, n: int) -> list[int]:
    """Return the rows to be named: highest and lowest score of each band of frequency, frequent bands first."""
    if len(shown) <= n:
        return list(range(len(shown)))
    bands = max(n // 2, 1)
    logs = np.log(shown["count"].to_numpy(dtype=float))
    width = (logs.max() - logs.min()) / bands or 1.0
    band = np.minimum(((logs - logs.min()) / width).astype(int), bands - 1)
    ordered = shown.assign(_band=band).sort_values(["_band", "score", "term"], ascending=[False, True, True])
    chosen: list[int] = []
    for _, block in ordered.groupby("_band", sort=False):
        ends = [int(block.index[0]), int(block.index[-1])]
        chosen += ends if ends[0] != ends[1] else ends[:1]
    return chosen[:n]


_Box = tuple[float, float, float, float]


def _name(ax: Axes, shown: pd.DataFrame, chosen: list[int], names: list[str], written: list[_Box]) -> None:
    """Write names beside their points, wherever nothing is written and no other named point stands."""
    width, height = drawing.size_in_points(ax)
    to_axes = ax.transData + ax.transAxes.inverted()
    scale = np.array([width, height])
    line = drawing.SMALL * 1.25
    points = [to_axes.transform((shown["count"][i], shown["score"][i])) * scale for i in chosen]
    taken = written + [(x - 2, y - 2, x + 2, y + 2) for x, y in points]
    for i, name, (x, y) in zip(chosen, names, points, strict=True):
        length = fonts.text_width(name, drawing.SMALL)
        places = (
            (4.0, 0.0, "left", "center"), (-4.0, 0.0, "right", "center"), (0.0, 4.0, "center", "bottom"),
            (0.0, -4.0, "center", "top"),
        )  # fmt: skip
        for dx, dy, align, vertical in places:
            left = x + dx - {"left": 0.0, "right": length, "center": length / 2}[align]
            low = y + dy - {"center": line / 2, "bottom": 0.0, "top": line}[vertical]
            box = (left, low, left + length, low + line)
            inside = box[0] >= 0 and box[2] <= width and box[1] >= 0 and box[3] <= height - line
            if inside and not any(_overlap(box, other) for other in taken):
                break
        else:
            continue
        taken.append(box)
        ends = shown["ci_low"][i], shown["ci_high"][i]
        if np.isfinite(ends).all():
            ax.vlines(shown["count"][i], *ends, color=GREY, linewidth=0.7, zorder=3)
        ax.plot([shown["count"][i]], [shown["score"][i]], "o", color=PALETTE[1], markersize=3.2, zorder=4)
        ax.annotate(
            name, (shown["count"][i], shown["score"][i]), xytext=(dx, dy), textcoords="offset points", ha=align,
            va=vertical, color=INK, fontsize=drawing.SMALL, parse_math=False, zorder=5,
            path_effects=[withStroke(linewidth=2, foreground="white")],
        )  # fmt: skip


def _overlap(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _say_direction(ax: Axes, table: pd.DataFrame, measure: str, words: dict[str, Any]) -> list[_Box]:
    """Write at the ends of the axis which of them is even, if the table says so; return where, in points."""
    note = table.attrs.get("textkit")
    orientation = note.get("orientation") if isinstance(note, dict) else None
    said = orientation.get(measure, "") if isinstance(orientation, dict) else ""
    if not said:
        return []
    width, height = drawing.size_in_points(ax)
    line, boxes = drawing.SMALL * 1.25, []
    even_is_low = said.startswith("0 = even")
    ends = (words["low"], words["high"]) if even_is_low else (words["high"], words["low"])
    for place, end, vertical in ((0.0, ends[0], "bottom"), (1.0, ends[1], "top")):
        text = ("↓ " if place == 0 else "↑ ") + end
        low = 3 if place == 0 else height - 3 - line
        boxes.append((width - 3 - fonts.text_width(text, drawing.SMALL), low, width - 3, low + line))
        ax.annotate(
            text, (1, place), xycoords="axes fraction", xytext=(-3, 3 - 6 * place),
            textcoords="offset points", ha="right", va=vertical, color=GREY, fontsize=drawing.SMALL,
        )  # fmt: skip
    return boxes
