"""Draw the table of `textkit.effect_predictions`: the share of each topic along a covariate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import pandas as pd
from matplotlib.axes import Axes

from textkit import drawing
from textkit.drawing import PALETTE, Labels, Lang, Panels
from textkit.errors import check_choice
from textkit.plots import interval_panels, line_panels, small_print
from textkit.plots.topics_drawn import chosen_of, names_of, percent

_COLUMNS = ("topic", "value", "estimate", "ci_low", "ci_high")
_KINDS = ("auto", "lines", "points")
_PANELS = ("auto", "one", "topic")
_TOGETHER = 4  # lines whose bands can be told apart
_WORDS: dict[str, dict[str, str]] = {
    "zh": {"topic": "主题 {}", "share": "预测占比", "held": "其余变量取 {}。", "and": "，"},
    "en": {
        "topic": "Topic {}",
        "share": "Predicted share",
        "held": "Other covariates held at {}.",
        "and": ", ",
    },
}


def plot_effect_predictions(
    table: pd.DataFrame,
    *,
    topics: Sequence[int] | None = None,
    kind: Literal["auto", "lines", "points"] = "auto",
    panels: Literal["auto", "one", "topic"] = "auto",
    labels: Labels | None = None,
    value_labels: Labels | None = None,
    ax: Axes | Iterable[Axes] | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Panels:
    """Draw predicted shares: lines with bands along a number or date, dots with intervals for categories.

    Parameters
    ----------
    table : DataFrame
        From `textkit.effect_predictions`: the columns ``topic, value, estimate, ci_low, ci_high`` are used.
    topics : sequence of int, optional
        Topics to show, in this order; without it all.
    kind : {"auto", "lines", "points"}
        ``"auto"``: lines if the values are more than one number or date, else points.
    panels : {"auto", "one", "topic"}
        Of lines: ``"one"``: all topics in one panel, a colour each, named at the end of their line, at most seven;
        ``"topic"``: a panel for each; ``"auto"``: one panel for up to four topics. Points always have a panel for
        each topic.
    labels : mapping or Series, optional
        A name for a topic, for example ``{1: "信访"}``; without it its number.
    value_labels : mapping or Series, optional
        What to print for a category.
    ax : Axes or sequence of Axes, optional
        One for each panel; without it a new figure, 6.3 inches wide.
    lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    array of Axes, shape (panels,)

    Raises
    ------
    EmptyError
        If the table has no rows.
    ArgumentError
        If there are more panels, rows or lines than can be told apart, or not as many axes as panels.
    UnknownNameError
        If a topic is not in the table.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    All panels have one scale, which begins at zero. It goes below zero where a prediction does: no share can be
    negative, and so the formula does not fit there. Under the picture stand the values at which the other covariates
    were held, as far as the table knows them, and that all of it is conditional on the estimated topics.

    Examples
    --------
    >>> table = pd.DataFrame({"topic": 1, "value": [2018, 2020], "estimate": [0.2, 0.3], "ci_low": [0.1, 0.25],
    ...     "ci_high": [0.3, 0.35]})
    >>> plot_effect_predictions(table)[0].lines[0].get_ydata().tolist()
    [0.2, 0.3]
    """
    rows = drawing.checked(table, _COLUMNS, made_by='effect_predictions(model, "~ s(year)", "year")')
    check_choice("kind", kind, _KINDS)
    check_choice("panels", panels, _PANELS)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels, value_labels = drawing.checked_labels(labels), drawing.checked_labels(value_labels)
    there = drawing.order_of(rows["topic"])
    chosen = chosen_of("topic (topics)", topics, there, there)
    shown = drawing.six_digits(rows[rows["topic"].isin(chosen)].reset_index(drop=True))
    words = _WORDS[lang]
    names = names_of(chosen, labels, words["topic"])
    axis = line_panels.along(shown["value"])
    drawn = kind if kind != "auto" else ("lines" if axis.kind != "text" and len(axis.values) > 1 else "points")
    settings = drawing.settings_of(table)
    shape: Literal["line", "band"] = "line" if drawn == "points" else "band"
    stop = "。" if lang == "zh" else "."
    sentences = [
        small_print.confidence_text(table, lang, shape) + stop + (" " if lang == "en" else "") + _held(settings, words),
        small_print.conditional(table, lang),
    ]
    if drawn == "lines":
        together = panels == "one" or (panels == "auto" and len(chosen) <= _TOGETHER)
        if together:
            drawing.check_few("topics", chosen, len(PALETTE), hint='Use panels="topic", or choose some with topics=.')
        series = [
            line_panels.Series(name, *_along(shown, topic, axis.values))
            for topic, name in zip(chosen, names, strict=True)
        ]
        axes = line_panels.draw_panels(
            series,
            axis,
            together=together,
            axes=ax,
            labels=(str(settings.get("by", "")), words["share"]),
            sentences=sentences,
            title=title,
        )
    else:
        interval_panels.check_size(axis.values, chosen)
        blocks = [
            interval_panels.Block(name, *_along(shown, topic, axis.values))
            for topic, name in zip(chosen, names, strict=True)
        ]
        axes = interval_panels.draw_panels(
            blocks,
            drawing.names_for(axis.values, value_labels),
            axes=ax,
            label=words["share"],
            sentences=sentences,
            title=title,
            lang=lang,
            number=percent,
            zero=False,
        )
    drawing.remember(
        axes,
        shown,
        "plot_effect_predictions",
        topics=topics,
        kind=drawn,
        panels=panels,
        labels=drawing.used(labels, chosen),
        value_labels=drawing.used(value_labels, axis.values),
        lang=lang,
        title=title,
    )
    return axes


def _along(shown: pd.DataFrame, topic: Any, values: list[Any]) -> list[Any]:
    """Return estimates and both ends of one topic in the order of the axis; NaN where the table has no such row."""
    part = shown[shown["topic"] == topic].drop_duplicates("value").set_index("value").reindex(values)
    return [part[name].to_numpy(dtype=float) for name in ("estimate", "ci_low", "ci_high")]


def _held(settings: dict[str, Any], words: dict[str, str]) -> str:
    """Say at which values the other covariates were held; nothing if the predictions are averages over documents."""
    held = settings.get("held")
    if not isinstance(held, dict) or not held:
        return ""
    texts = [f"{name} = {f'{value:.6g}' if isinstance(value, float) else value}" for name, value in held.items()]
    return words["held"].format(words["and"].join(texts))
