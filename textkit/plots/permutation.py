"""Draw the table of `textkit.permutation_test`: each effect beside those of the shuffled treatment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from textkit import drawing
from textkit.drawing import GREY, INK, PALE, PALETTE, Labels, Lang
from textkit.errors import check_choice
from textkit.plots import small_print
from textkit.plots.diverging import write_columns, write_sides

_COLUMNS = (
    "topic",
    "level",
    "against",
    "estimate",
    "p_value",
    "q_value",
    "null_low",
    "null_high",
    "n_matched",
    "n_permutations",
)
_MOST = 60
_GOLDEN = 0.6180339887498949  # steps of this size fill a stretch evenly, whatever their number
_LIGHT = "#b5b5b5"
_WORDS = {
    "zh": {
        "topic": "主题 {}",
        "axis": "占比之差（百分点）",
        "more": "{}：更多",
        "dots": "蓝点：实际效应。灰点：处理打乱后重新拟合的效应（{n} 次）；黑线：其中间 {level:g}%。",
        "line": "蓝点：实际效应。黑线：处理打乱后重新拟合的效应（{n} 次）的中间 {level:g}%。",
        "p": "p",
        "q": "q",
    },
    "en": {
        "topic": "Topic {}",
        "axis": "Difference of the shares (percentage points)",
        "more": "more at {}",
        "dots": "Blue: the effect. Grey: effects of {n} refits with the treatment shuffled; black: their middle "
        "{level:g}%.",
        "line": "Blue: the effect. Black: the middle {level:g}% of the effects of {n} refits with the treatment "
        "shuffled.",
        "p": "p",
        "q": "q",
    },
}


def plot_permutation(
    table: pd.DataFrame,
    *,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the effect of a treatment on each topic beside the effects of the shuffled treatment.

    Parameters
    ----------
    table : DataFrame
        From `textkit.permutation_test`: the columns ``topic, level, against, estimate, p_value, q_value, null_low,
        null_high, n_matched, n_permutations`` are used.
    labels : mapping or Series, optional
        A name for a topic, for example ``{1: "信访"}``.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If the table has no rows.
    ArgumentError
        If it has more than sixty topics.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    A grey dot is one permutation that counts (see ``min_similarity``); their height within a row means nothing. Dots
    are drawn while the table carries the single effects, which one read from a file does not; the line is the interval
    ``null_low`` to ``null_high``. The figures at the right are p-values without and with regard to the number of topics
    (Benjamini & Hochberg). An effect outside the line need not have a small p-value: that counts both sides.

    Examples
    --------
    >>> table = pd.DataFrame({"topic": [1, 2], "level": 1, "against": 0, "estimate": [0.1, -0.1], "p_value": 0.01,
    ...     "q_value": 0.01, "null_low": -0.02, "null_high": 0.02, "n_matched": 100, "n_permutations": 100})
    >>> [text.get_text() for text in plot_permutation(table, labels={1: "信访"}).get_yticklabels()]
    ['信访', '主题 2']
    """
    rows = drawing.checked(table, _COLUMNS, made_by="permutation_test(model, dtm, by)")
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    topics = rows["topic"].tolist()
    drawing.check_few("topics", topics, _MOST, hint="Choose some with permutation_test(..., topics=[1, 2]).")
    shown = drawing.six_digits(rows[list(_COLUMNS)])
    dots = _dots(table)
    words = _WORDS[lang]
    known = {} if labels is None else dict(labels.items())
    names = [str(known.get(topic, words["topic"].format(topic))) for topic in topics]
    sides = (words["more"].format(shown["level"][0]), words["more"].format(shown["against"][0]))
    said = words["line" if dots is None else "dots"].format(
        n=int(shown["n_permutations"].max()), level=small_print.level_of(table)
    )
    height = 0.95 + 0.27 * len(shown) + small_print.height_of([said])
    texts = [*names, *sides, *words.values(), title or "", "←→−"]
    with drawing.sheet(ax, height=height, texts=texts) as ax:
        _draw(ax, shown, dots)
        drawing.name_ticks(ax.yaxis, np.arange(len(names), dtype=float), [drawing.fit(name, 118) for name in names])
        ax.set_xlabel(words["axis"])
        # both ends are named: an effect in neither direction is a finding too
        write_sides(ax, sides, True, True)
        figures = [(words[name[0]], GREY, [_p(value) for value in shown[name]]) for name in ("p_value", "q_value")]
        write_columns(ax, figures)
        drawing.set_title(ax, title, pad=20)
        small_print.write_below(ax, [said])
    settings: dict[str, Any] = {"labels": drawing.used(labels, topics), "lang": lang, "title": title}
    drawing.remember(ax, shown, "plot_permutation", **settings)
    if dots is not None:
        drawing.remember(ax, dots, "plot_permutation", **settings)
    return ax


def _dots(table: pd.DataFrame) -> pd.DataFrame | None:
    """Return the single effects that count, as far as the table carries those of all its rows."""
    note = table.attrs.get("textkit")
    draws = note.get("draws") if isinstance(note, dict) else None
    if draws is None or np.shape(draws["estimate"])[1] != len(table):
        return None
    estimate, similarity = np.array(draws["estimate"]), np.array(draws["similarity"])
    least = drawing.settings_of(table).get("min_similarity", 0.0)
    permutation, topic = np.nonzero(similarity >= least)
    found = pd.DataFrame(
        {
            "topic": table["topic"].to_numpy()[topic],
            "permutation": permutation + 1,
            "estimate": estimate[permutation, topic],
        }
    )
    dots: pd.DataFrame = drawing.six_digits(found)
    dots.attrs = {"textkit": {key: value for key, value in note.items() if key != "draws"}} if note else {}
    return dots


def _draw(ax: Axes, shown: pd.DataFrame, dots: pd.DataFrame | None) -> None:
    places: NDArray[np.float64] = np.arange(len(shown), dtype=float)
    ax.hlines(places, 0, 1, transform=ax.get_yaxis_transform(), color=PALE, linewidth=0.5, zorder=0)
    ax.axvline(0, color=INK, linewidth=0.8, zorder=1)
    if dots is not None:
        row = {topic: place for place, topic in enumerate(shown["topic"])}
        aside = dots["permutation"].to_numpy() * _GOLDEN % 1 - 0.5
        height = np.array([row[topic] for topic in dots["topic"]]) + 0.56 * aside
        ax.scatter(100 * dots["estimate"], height, s=5, color=_LIGHT, linewidths=0, zorder=2)
    low, high = shown["null_low"].to_numpy(dtype=float), shown["null_high"].to_numpy(dtype=float)
    lined = np.isfinite(low) & np.isfinite(high)
    ax.hlines(places[lined], 100 * low[lined], 100 * high[lined], color=INK, linewidth=1.4, zorder=3)
    effect = 100 * shown["estimate"].to_numpy(dtype=float)
    ax.scatter(effect, places, s=34, color=PALETTE[0], edgecolors="white", linewidths=0.8, zorder=4, clip_on=False)
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.margins(x=0.06)
    ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    drawing.plain_numbers(ax.xaxis)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.xaxis.grid(visible=True)
    ax.set_axisbelow(True)


def _p(value: float) -> str:
    """Write a p-value with as many digits as some hundred permutations carry.

    >>> _p(0.0099), _p(0.25), _p(1.0)
    ('.010', '.25', '1')
    """
    if value >= 0.995:
        return "1"
    return (f"{value:.3f}" if value < 0.095 else f"{value:.2f}").removeprefix("0")
