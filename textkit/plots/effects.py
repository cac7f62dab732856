"""Draw the table of `textkit.estimate_effect`: how far each term of the formula moves the share of each topic."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from textkit import drawing
from textkit.drawing import Labels, Lang, Panels
from textkit.errors import EmptyError, check_choice, check_float
from textkit.plots import interval_panels, small_print
from textkit.plots.topics_drawn import chosen_of, names_of, points

_COLUMNS = ("topic", "term", "estimate", "q_value", "ci_low", "ci_high")
_INTERCEPT = "Intercept"
_CURVE = re.compile(r"\b(s|bs|cr|cs|cc|poly)\([^\[]*\)\[")
_CATEGORY = re.compile(r"\[(?:T\.)?([^\[\]]*)\]")
WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "topic": "主题 {}",
        "label": "占比的变化（百分点）",
        "filled": "；实心：q < {:g}，空心：其余（q 按 Benjamini–Hochberg 校正）。",
        "curves": "样条的系数没有画（单个系数没有含义）：{}。",
    },
    "en": {
        "topic": "Topic {}",
        "label": "Change of the share (percentage points)",
        "filled": ". Filled: q < {:g}, hollow: all others (q by Benjamini & Hochberg).",
        "curves": "Not drawn are coefficients of curves, which mean nothing one by one: {}.",
    },
}


def plot_effects(
    table: pd.DataFrame,
    *,
    topics: Sequence[int] | None = None,
    terms: Sequence[str] | None = None,
    panels: Literal["term", "topic"] = "term",
    level: float = 0.05,
    labels: Labels | None = None,
    term_labels: Labels | None = None,
    ax: Axes | Iterable[Axes] | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Panels:
    """Draw effects on the shares of topics as dots with intervals.

    Parameters
    ----------
    table : DataFrame
        From `textkit.estimate_effect`: the columns ``topic, term, estimate, q_value, ci_low, ci_high`` are used.
    topics : sequence of int, optional
        Topics to show, in this order; without it all.
    terms : sequence of str, optional
        Terms to show, in this order; without it all but the intercept and the coefficients of splines and
        polynomials, each of which means nothing alone: `textkit.plot_effect_predictions` draws their curve.
    panels : {"term", "topic"}
        ``"term"``: a panel for each term, a row for each topic: which topics does it move? ``"topic"``: a panel for
        each topic, a row for each term.
    level : float, default 0.05
        Dots with a ``q_value`` below it are filled, others are hollow.
    labels : mapping or Series, optional
        A name for a topic, for example ``{1: "信访"}``; without it its number.
    term_labels : mapping or Series, optional
        A name for a term; without it ``level[T.town]`` is written as "level: town", and ``:`` between two terms as ×.
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
        If the table has no rows, or no term but an intercept and splines.
    ArgumentError
        If there are more than 24 panels or 40 rows, or not as many axes as panels.
    UnknownNameError
        If a topic or term is not in the table.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    The values of one category have one scale; a number, whose unit is another, has its own. A category is compared
    with its first value, which has no panel. Under the picture stands that all of it is conditional on the estimated
    topics.

    Examples
    --------
    >>> table = pd.DataFrame({"topic": [1, 2], "term": "level[T.town]", "estimate": [-0.5, 0.5], "q_value": [0.01, 0.2],
    ...     "ci_low": [-0.7, -0.1], "ci_high": [-0.3, 1.1]})
    >>> [panel.get_title(loc="left") for panel in plot_effects(table)]
    ['level: town']
    """
    rows = drawing.checked(table, _COLUMNS, made_by='estimate_effect(model, "~ level")')
    check_choice("panels", panels, ("term", "topic"))
    check_float("level", level, minimum=0, maximum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels, term_labels = drawing.checked_labels(labels), drawing.checked_labels(term_labels)
    there = drawing.order_of(rows["topic"])
    chosen = chosen_of("topic (topics)", topics, there, there)
    all_terms = drawing.order_of(rows["term"])
    drawable = [term for term in all_terms if term != _INTERCEPT and not _CURVE.search(str(term))]
    shown_terms = chosen_of("term (terms)", terms, all_terms, drawable)
    if not shown_terms:
        raise EmptyError(
            "table has no term but an intercept and the coefficients of curves. Draw the curves with "
            "plot_effect_predictions, or name the terms=."
        )
    shown = drawing.six_digits(rows[rows["topic"].isin(chosen) & rows["term"].isin(shown_terms)].reset_index(drop=True))
    words = WORDS[lang]
    topic_names = names_of(chosen, labels, words["topic"])
    known = {} if term_labels is None else dict(term_labels.items())
    term_names = [str(known.get(term, _readable(str(term)))) for term in shown_terms]
    scales = [_CATEGORY.sub("", str(term)) if "[" in str(term) else str(term) for term in shown_terms]
    down, across = (chosen, shown_terms) if panels == "term" else (shown_terms, chosen)
    interval_panels.check_size(down, across)
    blocks = blocks_of(
        shown,
        ("topic", down) if panels == "term" else ("term", down),
        ("term", across) if panels == "term" else ("topic", across),
        term_names if panels == "term" else topic_names,
        level,
        scales if panels == "term" else [None] * len(across),
    )
    left_out = [term for term in all_terms if term != _INTERCEPT and term not in drawable] if terms is None else []
    curves = drawing.order_of(re.sub(r"\[\d+\]", "", term) for term in left_out)
    sentences = [
        small_print.confidence_text(table, lang, "line") + words["filled"].format(level),
        words["curves"].format(", ".join(curves)) if curves else "",
        small_print.conditional(table, lang),
    ]
    axes = interval_panels.draw_panels(
        blocks,
        topic_names if panels == "term" else term_names,
        axes=ax,
        label=words["label"],
        sentences=sentences,
        title=title,
        lang=lang,
        number=points,
        zero=True,
    )
    drawing.remember(
        axes,
        shown,
        "plot_effects",
        topics=topics,
        terms=terms,
        panels=panels,
        level=level,
        labels=drawing.used(labels, chosen),
        term_labels=drawing.used(term_labels, shown_terms),
        lang=lang,
        title=title,
    )
    return axes


def blocks_of(
    shown: pd.DataFrame,
    rows: tuple[str, list[Any]],
    panels: tuple[str, list[Any]],
    titles: list[str],
    level: float,
    scales: Sequence[Any],
) -> list[interval_panels.Block]:
    """Return the panels, each with the estimates of its rows; NaN where the table has no such row."""
    blocks = []
    for value, title, scale in zip(panels[1], titles, scales, strict=True):
        part = shown[shown[panels[0]] == value].drop_duplicates(rows[0]).set_index(rows[0]).reindex(rows[1])
        estimate, low, high = (part[name].to_numpy(dtype=float) for name in ("estimate", "ci_low", "ci_high"))
        filled = np.nan_to_num(part["q_value"].to_numpy(dtype=float), nan=1.0) < level
        blocks.append(interval_panels.Block(title, estimate, low, high, filled, scale))
    return blocks


def _readable(term: str) -> str:
    """Write a column of a design for people.

    >>> _readable("level[T.town]:year")
    'level: town × year'
    """
    held: list[str] = []

    def keep(match: re.Match[str]) -> str:
        held.append(match[1])
        return f"\0{len(held) - 1}\0"

    plain = _CATEGORY.sub(keep, term).replace(":", " × ")
    return re.sub("\0(\\d+)\0", lambda match: f": {held[int(match[1])]}", plain)
