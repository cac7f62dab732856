"""Draw the table of `textkit.collocates`: how strongly each word is drawn to the node, and on which side it stands."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.markers import CARETLEFT, CARETRIGHT
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Affine2D, ScaledTranslation, Transform, blended_transform_factory
from numpy.typing import NDArray

from textkit import drawing, fonts
from textkit.drawing import GREY, INK, PALE, PALETTE, Lang
from textkit.errors import ArgumentError, EmptyError, check_choice, check_int, listing

_COLUMNS = ("node", "collocate", "f_xy")
_LEFT, _RIGHT = PALETTE[0], PALETTE[1]
_STRIP = 64.0  # points: width of the strip that shows the sides
_NAMES = {
    "zh": {
        "log_dice": "logDice", "pmi": "PMI（log2）", "npmi": "NPMI", "mi2": "MI2（log2）", "mi3": "MI3（log2）",
        "t": "t 值", "z": "z 值", "g2": "对数似然比 G²", "chi2": "卡方", "dice": "Dice 系数", "jaccard": "Jaccard 系数",
        "min_sensitivity": "最小敏感度", "delta_p_c_given_n": "ΔP（搭配词｜节点词）",
        "delta_p_n_given_c": "ΔP（节点词｜搭配词）", "log_odds_ratio": "对数优势比",
        "conservative_lr": "保守对数优势比（log2）",
    },
    "en": {
        "log_dice": "logDice", "pmi": "PMI (log2)", "npmi": "NPMI", "mi2": "MI2 (log2)", "mi3": "MI3 (log2)",
        "t": "t-score", "z": "z-score", "g2": "Log-likelihood ratio G²", "chi2": "Chi-squared", "dice": "Dice",
        "jaccard": "Jaccard", "min_sensitivity": "Minimum sensitivity", "delta_p_c_given_n": "ΔP(collocate | node)",
        "delta_p_n_given_c": "ΔP(node | collocate)", "log_odds_ratio": "Log odds ratio",
        "conservative_lr": "Conservative log odds ratio (log2)",
    },
}  # fmt: skip
MEASURE_NAMES = _NAMES
"""What measures of association are called, also in `textkit.plot_collocations`."""
_WORDS = {
    "zh": {
        "of": "“{}”的搭配词", "left": "左", "right": "右", "count": "共现", "docs": "文档",
        "level": "，横线为 {:.4g}% 区间",
    },
    "en": {
        "of": 'Collocates of "{}"', "left": "left", "right": "right", "count": "count", "docs": "docs",
        "level": ", with {:.4g}% intervals",
    },
}  # fmt: skip


def plot_collocates(
    table: pd.DataFrame,
    *,
    n: int = 20,
    measure: str | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the strongest collocates of one node as dots, with the sides on which they stand and their counts.

    Parameters
    ----------
    table : DataFrame
        From `textkit.collocates`: the columns ``node, collocate, f_xy`` and that of the measure are used; ``left``,
        ``right``, ``range``, ``ci_low`` and ``ci_high`` if they are there.
    n : int, default 20
        Collocates to show: those with the largest ``measure``, then the most frequent.
    measure : str, optional
        The column to draw; that which sorted the table, or ``log_dice``.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If no row has a finite value.
    ArgumentError
        If the table has several nodes.
    UnknownNameError
        If the table lacks the column of the measure.
    FontError
        If a word has a character that the font lacks.

    Notes
    -----
    The strip at the right is the share of occurrences to the left (blue) and right (orange) of the node: a word that
    stands on one side only belongs to a fixed expression. The numbers are the co-occurrences and the documents that
    have them. Lines are the bootstrap intervals of the table, if it has them for this measure; an arrow at the edge
    says that one goes on beyond the axis (to minus infinity where resampled corpora lack the pair). The axis does not
    begin at zero where zero means nothing (``log_dice``): compare places, not lengths.

    Examples
    --------
    >>> table = pd.DataFrame({"node": "治理", "collocate": ["社会", "基层"], "f_xy": [30, 12], "log_dice": [11.2, 9.5],
    ...     "left": [28.0, 12.0], "right": [2.0, 0.0], "range": [5, 3]})
    >>> ax = plot_collocates(table)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['社会', '基层']
    """
    rows = drawing.checked(table, _COLUMNS, made_by="collocates(tokens, node)")
    n = check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    nodes = drawing.order_of(rows["node"])
    if len(nodes) > 1:
        raise ArgumentError(
            f"table has the collocates of {len(nodes)} nodes ({listing(nodes, 4)}); this plot shows one. Choose it "
            'with table[table["node"] == ...], or draw them together with plot_network.'
        )
    sorted_by = drawing.settings_of(table).get("measure", "log_dice")
    column = check_choice("measure", sorted_by if measure is None else measure, _drawable(rows))
    shown = drawing.six_digits(_strongest(rows, column, n))
    words, names = [str(word) for word in shown["collocate"]], _WORDS[lang]
    label = _NAMES[lang].get(column, column)
    low, high = _interval(shown, drawn=column == sorted_by)
    if not np.isnan(low).all():
        label += names["level"].format(100 * float(drawing.settings_of(table).get("confidence", 0.95)))
    fonts.check_glyphs([*words, str(nodes[0])])  # before anything is measured
    names_of_rows = [drawing.fit(word, 150) for word in words]
    if ax is None:  # what the words at the left and the columns at the right leave free
        room = drawing.WIDTH * 72 - max(fonts.text_width(word, drawing.SMALL) for word in names_of_rows) - 150
    else:
        room = drawing.size_in_points(ax)[0] if isinstance(ax, Axes) else 0.0
    head = names["of"].format(drawing.fit(str(nodes[0]), room - fonts.text_width(names["of"], drawing.SMALL)))
    with drawing.sheet(ax, height=0.95 + 0.19 * len(shown), texts=[*words, head, label, title or ""]) as ax:
        places = np.arange(len(shown), dtype=float)
        value = shown[column].to_numpy(dtype=float)
        ax.hlines(places, 0, 1, transform=ax.get_yaxis_transform(), color=PALE, linewidth=0.5, zorder=0)
        if value.min() <= 0 or column not in ("log_dice", "mi2", "mi3"):
            ax.axvline(0, color=INK, linewidth=0.8, zorder=1)
        known = ~(np.isnan(low) | np.isnan(high))
        limits = _limits(value, low[known], high[known])
        ax.hlines(
            places[known], low[known].clip(*limits), high[known].clip(*limits), color=INK, linewidth=1.0, zorder=2
        )
        for end, cut, marker in ((limits[0], low < limits[0], CARETLEFT), (limits[1], high > limits[1], CARETRIGHT)):
            ax.plot(  # an interval that goes on beyond the axis
                np.full(int(cut[known].sum()), end), places[known & cut], linestyle="", marker=marker, markersize=4,
                color=INK, clip_on=False, zorder=2,
            )  # fmt: skip
        ax.plot(value, places, linestyle="", marker="o", markersize=5, color=PALETTE[0], zorder=3)
        drawing.name_ticks(ax.yaxis, places, names_of_rows)
        ax.set_ylim(len(shown) - 0.4, -0.6)
        ax.set_xlim(*limits)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.xaxis.grid(visible=True)
        ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
        drawing.plain_numbers(ax.xaxis)
        ax.set_xlabel(label)
        _write(ax, head, 0, 1.0, inside=True, align="left", colour=INK)
        _draw_columns(ax, shown, names)
        drawing.set_title(ax, title, pad=18)
    drawing.remember(ax, shown, "plot_collocates", n=n, measure=column, lang=lang, title=title)
    return ax


def _drawable(rows: pd.DataFrame) -> list[str]:
    return [name for name in _NAMES["en"] if name in rows.columns]


def _strongest(rows: pd.DataFrame, column: str, n: int) -> pd.DataFrame:
    known = rows[np.isfinite(rows[column].to_numpy(dtype=float))]
    if not len(known):
        raise EmptyError(f"table has no row with a finite {column}, so there is nothing to draw.")
    ordered = known.sort_values([column, "f_xy", "collocate"], ascending=[False, False, True], kind="stable")
    shown: pd.DataFrame = ordered.head(n).reset_index(drop=True)
    shown.attrs = dict(rows.attrs)
    return shown


def _interval(shown: pd.DataFrame, *, drawn: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the interval of the measure, NaN where the table has none for it."""
    nothing = np.full(len(shown), np.nan)
    if not drawn or not {"ci_low", "ci_high"} <= set(shown.columns):
        return nothing, nothing
    low, high = (shown[name].to_numpy(dtype=float) for name in ("ci_low", "ci_high"))
    return low, high


def _limits(value: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> tuple[float, float]:
    """Return the ends of the axis: whole intervals if that leaves the dots half of the room."""
    ends = np.concatenate([value, low[np.isfinite(low)], high[np.isfinite(high)]])
    span = float(np.ptp(value)) or max(abs(float(value[0])), 1.0) * 0.5
    left, right = max(ends.min(), value.min() - 2 * span), min(ends.max(), value.max() + 2 * span)
    room = 0.05 * max(right - left, span)
    return float(left - room), float(right + room)


def _at_right(ax: Axes) -> Transform:
    """Return the transform whose x are points from the right edge of the ax, and whose y are data."""
    dots = drawing.figure_of(ax).dpi_scale_trans
    points = Affine2D().scale(1 / 72) + dots + ScaledTranslation(1, 0, ax.transAxes)  # type: ignore[arg-type]
    return blended_transform_factory(points, ax.transData)


def _draw_columns(ax: Axes, shown: pd.DataFrame, names: dict[str, str]) -> None:
    """Draw the strip of sides, the counts and the documents to the right of the dots."""
    offset = 10.0
    if {"left", "right"} <= set(shown.columns) and shown[["left", "right"]].notna().all(axis=None):
        at = _at_right(ax)
        total = (shown["left"] + shown["right"]).to_numpy(dtype=float)
        share = shown["left"].to_numpy(dtype=float) / np.where(total > 0, total, 1.0)
        for place, part in enumerate(share.tolist()):
            for x, width, colour in (
                (offset, _STRIP * part, _LEFT), (offset + _STRIP * part, _STRIP * (1 - part), _RIGHT),
            ):  # fmt: skip
                if width > 0:
                    strip = Rectangle(
                        (x, place - 0.3), width, 0.6, transform=at, color=colour, linewidth=0, clip_on=False
                    )
                    ax.add_artist(strip)
        ax.plot(
            [offset + _STRIP / 2] * 2,
            [-0.5, len(shown) - 0.5],
            transform=at,
            color="white",
            linewidth=0.8,
            clip_on=False,
        )
        _write(ax, f"← {names['left']}", offset, 1.0, align="left", colour=drawing.ink(_LEFT))
        _write(ax, f"{names['right']} →", offset + _STRIP, 1.0, align="right", colour=drawing.ink(_RIGHT))
        offset += _STRIP
    for column, head in (("f_xy", names["count"]), ("range", names["docs"])):
        if column not in shown:
            continue
        values = [drawing.number(float(value)) for value in shown[column]]
        offset += max(fonts.text_width(text, drawing.SMALL) for text in [*values, head]) + 9
        for place, text in enumerate(values):
            _write(ax, text, offset, place, align="right", colour=GREY)
        _write(ax, head, offset, 1.0, align="right", colour=GREY)


def _write(ax: Axes, text: str, x: float, y: float, *, align: str, colour: str, inside: bool = False) -> None:
    """Write x points right of the ax (or of its left edge), in a row, or above the ax where y is a float."""
    above = isinstance(y, float)
    ax.annotate(
        text,
        (0.0 if inside else 1.0, y),
        xycoords="axes fraction" if above else ax.get_yaxis_transform(),
        xytext=(x, 4 if above else 0),
        textcoords="offset points",
        ha=align,
        va="baseline" if above else "center",
        fontsize=drawing.SMALL,
        color=colour,
        parse_math=False,
    )
