"""Draw the table of `textkit.topic_terms`: one panel of bars a topic."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import pandas as pd
from matplotlib.axes import Axes

from textkit import drawing
from textkit.drawing import Labels, Lang, Panels
from textkit.errors import ArgumentError, EmptyError, check_choice, check_int

_COLUMNS = ("topic", "rank", "term", "weight", "probability")
_PANELS = 24
_WORDS = {
    "zh": {
        "topic": "主题 {}",
        "probability": "概率",
        "weight": "权重",
        "ranked": "（按 {} 排序）",
        "frex": "FREX",
        "lift": "提升度",
        "score": "得分",
        "relevance": "相关度",
    },
    "en": {
        "topic": "Topic {}",
        "probability": "Probability",
        "weight": "Weight",
        "ranked": " (ranked by {})",
        "frex": "FREX",
        "lift": "lift",
        "score": "score",
        "relevance": "relevance",
    },
}


def plot_topic_terms(
    table: pd.DataFrame,
    *,
    n: int = 8,
    value: Literal["probability", "weight"] = "probability",
    labels: Labels | None = None,
    ax: Axes | Iterable[Axes] | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Panels:
    """Draw the leading terms of each topic, one panel a topic, all on one scale.

    Parameters
    ----------
    table : DataFrame
        From `textkit.topic_terms`: the columns ``topic, rank, term, weight, probability`` are used.
    n : int
        Terms to show in each panel: those of rank 1 to n.
    value : {"probability", "weight"}
        How long the bars are: the share of the topic's words that are this term, or the weight by which the table is
        ranked (which says little for FREX: its best terms all have about 1).
    labels : mapping or Series, optional
        A name for a topic, for example ``{1: "信访"}``; without it its number.
    ax : Axes or sequence of Axes, optional
        One for each topic, in the order of the table; without it a new figure, 6.3 inches wide.
    lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    array of Axes, shape (topics,)

    Raises
    ------
    EmptyError
        If the table has no rows.
    ArgumentError
        If there are more than 24 topics, or not as many axes as topics.
    FontError
        If a term or a name has a character that the font lacks.

    Notes
    -----
    Terms stand in the order of their rank, which need not be that of the bars. A list of terms is not what a topic
    means: read its documents (`textkit.topic_docs`) before naming it.

    Examples
    --------
    >>> table = pd.DataFrame({"topic": [1, 1, 2], "rank": [1, 2, 1], "term": ["网格", "信访", "创新"],
    ...     "weight": [0.2, 0.1, 0.3], "probability": [0.2, 0.1, 0.3]})
    >>> [panel.get_title(loc="left") for panel in plot_topic_terms(table)]
    ['主题 1', '主题 2']
    """
    rows = drawing.checked(table, _COLUMNS, made_by="topic_terms(model)")
    n = check_int("n", n, minimum=1)
    check_choice("value", value, ("probability", "weight"))
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    shown = drawing.six_digits(drawing.leading(rows, "topic", n))
    if not len(shown):
        raise EmptyError("table has no term with a weight, so there is nothing to draw.")
    topics = drawing.order_of(shown["topic"])
    if len(topics) > _PANELS:
        raise ArgumentError(
            f"table has {len(topics)} topics; one figure holds at most {_PANELS} panels. "
            'Choose some: table[table["topic"].isin([...])].'
        )
    words = _WORDS[lang]
    known = {} if labels is None else dict(labels.items())
    names = [str(known.get(topic, words["topic"].format(topic))) for topic in topics]
    blocks = [shown[shown["topic"] == topic] for topic in topics]
    label = words[value]
    ranked_by = str(drawing.settings_of(table).get("by", "probability"))
    if ranked_by != value and ranked_by in words:
        label += words["ranked"].format(words[ranked_by])
    axes = drawing.bar_panels(blocks, names, value=value, label=label, axes=ax, title=title)
    drawing.remember(
        axes, shown, "plot_topic_terms", n=n, value=value, labels=drawing.used(labels, topics), lang=lang, title=title
    )
    return axes
