"""Draw the table of `textkit.effect_contrasts`: by how much the shares of topics differ between two values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import pandas as pd
from matplotlib.axes import Axes

from textkit import drawing
from textkit.drawing import Labels, Lang, Panels
from textkit.errors import check_choice, check_float
from textkit.plots import interval_panels, small_print
from textkit.plots.effects import WORDS, blocks_of
from textkit.plots.topics_drawn import chosen_of, names_of, points

_COLUMNS = ("topic", "level", "against", "estimate", "q_value", "ci_low", "ci_high")
_LABEL = {"zh": "占比之差（百分点）", "en": "Difference of the shares (percentage points)"}


def plot_effect_contrasts(
    table: pd.DataFrame,
    *,
    topics: Sequence[int] | None = None,
    panels: Literal["pair", "topic"] = "pair",
    level: float = 0.05,
    labels: Labels | None = None,
    value_labels: Labels | None = None,
    ax: Axes | Iterable[Axes] | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Panels:
    """Draw the differences between the values of a covariate as dots with intervals, all on one scale.

    Parameters
    ----------
    table : DataFrame
        From `textkit.effect_contrasts`: the columns ``topic, level, against, estimate, q_value, ci_low, ci_high`` are
        used. Choose pairs by choosing rows, or with ``against`` of `textkit.effect_contrasts`.
    topics : sequence of int, optional
        Topics to show, in this order; without it all.
    panels : {"pair", "topic"}
        ``"pair"``: a panel for each pair of values, a row for each topic; ``"topic"``: the other way round.
    level : float, default 0.05
        Dots with a ``q_value`` below it are filled, others are hollow.
    labels : mapping or Series, optional
        A name for a topic, for example ``{1: "信访"}``; without it its number.
    value_labels : mapping or Series, optional
        What to print for a value of the covariate.
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
        If there are more than 24 panels or 40 rows, or not as many axes as panels.
    UnknownNameError
        If a topic is not in the table.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    "A − B" is the share at A less the share at B: to the right of zero A has more of the topic. Under the picture
    stands that all of it is conditional on the estimated topics.

    Examples
    --------
    >>> table = pd.DataFrame({"topic": [1, 2], "level": "市", "against": "县", "estimate": [-0.5, 0.5],
    ...     "q_value": [0.01, 0.2], "ci_low": [-0.7, -0.1], "ci_high": [-0.3, 1.1]})
    >>> [panel.get_title(loc="left") for panel in plot_effect_contrasts(table)]
    ['市 − 县']
    """
    rows = drawing.checked(table, _COLUMNS, made_by='effect_contrasts(model, "~ level", "level")')
    check_choice("panels", panels, ("pair", "topic"))
    check_float("level", level, minimum=0, maximum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels, value_labels = drawing.checked_labels(labels), drawing.checked_labels(value_labels)
    there = drawing.order_of(rows["topic"])
    chosen = chosen_of("topic (topics)", topics, there, there)
    shown = drawing.six_digits(rows[rows["topic"].isin(chosen)].reset_index(drop=True))
    pairs: list[Any] = drawing.order_of(zip(shown["level"].tolist(), shown["against"].tolist(), strict=True))
    places = {pair: i for i, pair in enumerate(pairs)}
    numbered = shown.assign(
        pair=[places[pair] for pair in zip(shown["level"].tolist(), shown["against"].tolist(), strict=True)]
    )
    ends = [drawing.names_for(list(side), value_labels) for side in zip(*pairs, strict=True)]
    pair_names = [f"{a} − {b}" for a, b in zip(*ends, strict=True)]
    topic_names = names_of(chosen, labels, WORDS[lang]["topic"])
    by_topic, by_pair = ("topic", chosen), ("pair", list(range(len(pairs))))
    down, across = (by_topic, by_pair) if panels == "pair" else (by_pair, by_topic)
    interval_panels.check_size(down[1], across[1])
    titles, names = (pair_names, topic_names) if panels == "pair" else (topic_names, pair_names)
    axes = interval_panels.draw_panels(
        blocks_of(numbered, down, across, titles, level, [None] * len(titles)),
        names,
        axes=ax,
        label=_LABEL[lang],
        sentences=[
            small_print.confidence_text(table, lang, "line") + WORDS[lang]["filled"].format(level),
            small_print.conditional(table, lang),
        ],
        title=title,
        lang=lang,
        number=points,
        zero=True,
    )
    values = drawing.order_of(value for pair in pairs for value in pair)
    drawing.remember(
        axes,
        shown,
        "plot_effect_contrasts",
        topics=topics,
        panels=panels,
        level=level,
        labels=drawing.used(labels, chosen),
        value_labels=drawing.used(value_labels, values),
        lang=lang,
        title=title,
    )
    return axes
