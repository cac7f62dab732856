"""Draw the texts of `textkit.attribution`: how far each is from the author it was given to, and from the next one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from textkit import drawing, fonts
from textkit.drawing import GREY, PALE, PALETTE, Labels, Lang
from textkit.errors import EmptyError, check_choice, check_int

_COLUMNS = ("doc", "actual", "predicted", "distance", "runner_up", "distance_runner_up", "correct")
_RIGHT, _WRONG = PALETTE[0], PALETTE[1]
_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "cosine_delta": "余弦 Delta", "burrows": "Burrows Delta", "argamon": "Argamon 二次 Delta", "eder": "Eder Delta",
        "eder_simple": "Eder 简单距离", "axis": "到作者的距离（{}）", "distance": "距离",
        "right": "判定正确", "wrong": "判定错误",
        "asked": "作者未知", "next": "次近的作者", "count": "；{} 篇已知文本中 {} 篇正确", "left": "；另有 {} 篇未画",
        "predicted": "判定", "actual": "实际",
    },
    "en": {
        "cosine_delta": "Cosine Delta", "burrows": "Burrows's Delta", "argamon": "Argamon's quadratic Delta",
        "eder": "Eder's Delta", "eder_simple": "Eder's Simple distance", "axis": "Distance to an author ({})",
        "distance": "distance", "right": "right", "wrong": "wrong", "asked": "author unknown",
        "next": "next nearest author", "count": "; {1} of {0} known texts right", "left": "; {} texts are left out",
        "predicted": "given to", "actual": "known",
    },
}  # fmt: skip


def plot_attribution(
    table: pd.DataFrame,
    *,
    n: int = 30,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw for each text the distance to the author named and to the next nearest one, right and wrong ones apart.

    Parameters
    ----------
    table : DataFrame
        ``texts`` of `textkit.attribution`: the columns ``doc, actual, predicted, distance, runner_up,
        distance_runner_up, correct`` are used. (``confusion`` is drawn by `textkit.plot_confusion`.)
    n : int, default 30
        Most texts to show: those in question first, then the wrong ones, then the least sure of the right ones.
    labels : mapping or Series, optional
        What to print for a text or an author.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If the table has no rows, or no text with an author named.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    The filled mark is the author named, the hollow one the next nearest; at the right the author named and the one
    known. A short line is a
    narrow decision. A text in question whose filled mark lies farther out than those of the texts that were found
    again may be by none of these authors.

    Examples
    --------
    >>> table = pd.DataFrame({"doc": ["a", "x"], "actual": ["甲", None], "predicted": ["甲", "乙"],
    ...     "distance": [0.4, 0.9], "runner_up": ["乙", "甲"], "distance_runner_up": [1.2, 1.0],
    ...     "correct": [1.0, None]})
    >>> [label.get_text() for label in plot_attribution(table).get_yticklabels()]
    ['x', 'a']
    """
    rows = drawing.checked(table, _COLUMNS, made_by="attribution(dtm).texts")
    n = check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    given = rows[rows["predicted"].notna() & rows["distance"].notna()]
    if not len(given):
        raise EmptyError("table has no text with an author named, so there is nothing to draw.")
    shown = drawing.six_digits(_least_sure(given, n))
    words = _WORDS[lang]
    known = rows["correct"].dropna().astype(float)
    kinds = ["asked" if np.isnan(c) else "right" if c else "wrong" for c in shown["correct"].astype(float)]
    looks = {"right": (_RIGHT, "o"), "wrong": (_WRONG, "s"), "asked": (GREY, "D")}
    docs = drawing.names_for([str(doc) for doc in shown["doc"]], labels)
    predicted = drawing.names_for([str(author) for author in shown["predicted"]], labels)
    actual = ["?" if pd.isna(a) else drawing.names_for([str(a)], labels)[0] for a in shown["actual"]]
    own = ax is None
    with drawing.sheet(ax, height=1.2 + 0.19 * len(shown), texts=[*docs, *predicted, *actual, title or ""]) as ax:
        places = np.arange(len(shown), dtype=float)
        near, far = (shown[name].to_numpy(dtype=float) for name in ("distance", "distance_runner_up"))
        ax.hlines(places, 0, 1, transform=ax.get_yaxis_transform(), color=PALE, linewidth=0.5, zorder=0)
        for place, kind in enumerate(kinds):
            colour, mark = looks[kind]
            if np.isfinite(far[place]):
                ax.plot([near[place], far[place]], [place, place], color=colour, linewidth=1.2, zorder=2)
                ax.plot(far[place], place, mark, markersize=5, color=colour, markerfacecolor="white", zorder=3)
            ax.plot(near[place], place, mark, markersize=5, color=colour, zorder=4)
        drawing.name_ticks(ax.yaxis, places, [drawing.fit(doc, drawing.WIDTH * 72 * 0.3) for doc in docs])
        ax.set_ylim(len(shown) - 0.4, -0.6)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.xaxis.grid(visible=True)
        ax.set_axisbelow(True)
        ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        drawing.plain_numbers(ax.xaxis)
        measure = str(drawing.settings_of(table).get("measure", "distance"))
        label = words["axis"].format(words.get(measure, measure))
        label += words["count"].format(len(known), int(known.sum())) if len(known) else ""
        ax.set_xlabel(label + (words["left"].format(len(given) - len(shown)) if len(given) > len(shown) else ""))
        offset = _write_beside(ax, words["predicted"], predicted, [looks[kind][0] for kind in kinds], 6.0)
        offset = _write_beside(ax, words["actual"], actual, [GREY] * len(kinds), offset)
        room = drawing.size_in_points(ax)[0]
        if own:  # what the names and columns will leave
            short = [label.get_text() for label in ax.get_yticklabels()]
            room = drawing.WIDTH * 72 - offset - max(fonts.text_width(name, drawing.SMALL) for name in short) - 16
        present = [kind for kind in looks if kind in kinds]
        handles = [
            Line2D([], [], color=looks[kind][0], marker=looks[kind][1], linestyle="", markersize=5) for kind in present
        ]
        handles.append(Line2D([], [], color=GREY, marker="o", linestyle="", markersize=5, markerfacecolor="white"))
        pad = drawing.key_above(ax, handles, [*(words[kind] for kind in present), words["next"]], width=room)
        drawing.set_title(ax, title, pad=pad)
    named = [*shown["doc"], *shown["actual"].dropna(), *shown["predicted"]]
    used = drawing.used(labels, list(dict.fromkeys(named)))
    drawing.remember(ax, shown, "plot_attribution", n=n, labels=used, lang=lang, title=title)
    return ax


def _least_sure(given: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return texts in question, then wrong ones, then right ones; the narrowest decisions first."""
    correct = given["correct"].astype(float)
    rank = np.where(correct.isna(), 0, np.where(correct == 0, 1, 2))
    gap = (given["distance_runner_up"].astype(float) - given["distance"].astype(float)).fillna(np.inf)
    ordered = given.assign(_rank=rank, _gap=gap).sort_values(["_rank", "_gap", "doc"], kind="stable")
    shown: pd.DataFrame = ordered.head(n).drop(columns=["_rank", "_gap"]).reset_index(drop=True)
    shown.attrs = dict(given.attrs)
    return shown


def _write_beside(ax: Axes, head: str, names: list[str], colours: list[str], offset: float) -> float:
    """Write a column of names at the right of the ax, from an offset in points; return where the next one begins."""
    room = drawing.WIDTH * 72 * 0.2
    short = [drawing.fit(name, room) for name in names]
    for place, y, text, colour in [
        (ax.get_yaxis_transform(), place, text, colour)
        for place, (text, colour) in enumerate(zip(short, colours, strict=True))
    ] + [(ax.transAxes, 1.0, head, GREY)]:
        ax.annotate(
            text, (1, y), xycoords=place, xytext=(offset, 4 if text is head else 0), textcoords="offset points",
            va="baseline" if text is head else "center", fontsize=drawing.SMALL, parse_math=False,
            color=drawing.ink(colour),
        )  # fmt: skip
    return offset + max(fonts.text_width(text, drawing.SMALL) for text in [*short, head]) + 8
