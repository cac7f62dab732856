"""Draw the table of `textkit.top_terms`: one panel of bars a document."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from matplotlib.axes import Axes

from textkit import drawing
from textkit.drawing import Labels, Lang, Panels
from textkit.errors import ArgumentError, EmptyError, check_choice, check_int

_COLUMNS = ("doc", "rank", "term", "weight")
_PANELS = 24
_WORDS = {"zh": {"count": "频次", "other": "权重"}, "en": {"count": "Count", "other": "Weight"}}


def plot_tfidf(
    table: pd.DataFrame,
    *,
    n: int = 10,
    labels: Labels | None = None,
    ax: Axes | Iterable[Axes] | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Panels:
    """Draw the terms with the largest weight in each document, one panel a document, all on one scale.

    Parameters
    ----------
    table : DataFrame
        From `textkit.top_terms`: the columns ``doc, rank, term, weight`` are used.
    n : int
        Terms to show in each panel: those of rank 1 to n.
    labels : mapping or Series, optional
        What to print for a document.
    ax : Axes or sequence of Axes, optional
        One for each document, in the order of the table; without it a new figure, 6.3 inches wide.
    lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    array of Axes, shape (documents,)

    Raises
    ------
    EmptyError
        If the table has no rows.
    ArgumentError
        If there are more than 24 documents, or not as many axes as documents.
    FontError
        If a term or a name has a character that the font lacks.

    Notes
    -----
    The panels share their scale. Lengths can be compared between documents only if the weighting is normalised
    (a scheme ending in ``c``, such as ``ntc``); otherwise long documents have long bars.

    Examples
    --------
    >>> table = pd.DataFrame({"doc": ["a", "a", "b"], "rank": [1, 2, 1], "term": ["网格", "信访", "创新"],
    ...     "weight": [0.8, 0.6, 1.0]})
    >>> [len(panel.patches) for panel in plot_tfidf(table)]
    [2, 1]
    """
    rows = drawing.checked(table, _COLUMNS, made_by="top_terms(weighted_dtm)")
    n = check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    shown = drawing.six_digits(drawing.leading(rows, "doc", n))
    if not len(shown):
        raise EmptyError("table has no term with a weight, so there is nothing to draw.")
    docs = drawing.order_of(shown["doc"])
    if len(docs) > _PANELS:
        raise ArgumentError(
            f"table has {len(docs)} documents; one figure holds at most {_PANELS} panels. "
            'Choose some: table[table["doc"].isin([...])].'
        )
    blocks = [shown[shown["doc"] == doc] for doc in docs]
    names = drawing.names_for(docs, labels)
    weighting = drawing.settings_of(table).get("weighting")
    label = _WORDS[lang]["count" if weighting == "count" else "other"]
    axes = drawing.bar_panels(blocks, names, value="weight", label=label, axes=ax, title=title)
    drawing.remember(axes, shown, "plot_tfidf", n=n, labels=drawing.used(labels, docs), lang=lang, title=title)
    return axes
