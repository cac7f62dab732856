"""Draw the table of `textkit.occurrences`: where in each document a term stands, one track a term and document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from textkit import drawing
from textkit.drawing import GREY, INK, PALE, PALETTE, Labels, Lang
from textkit.errors import ArgumentError, check_choice, check_int

_COLUMNS = ("doc", "term", "position", "n_tokens", "place")
_TRACKS = 120
_WORDS = {
    "zh": {"place": "在文档中的位置", "tokens": "位置（词数）", "start": "开头", "end": "结尾", "n": "次数"},
    "en": {
        "place": "Place in the document",
        "tokens": "Position (tokens)",
        "start": "start",
        "end": "end",
        "n": "hits",
    },
}


def plot_dispersion(
    table: pd.DataFrame,
    *,
    n: int | None = None,
    docs: Sequence[str] | None = None,
    scale: Literal["place", "tokens"] = "place",
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw where terms stand in documents (an x-ray): one track a term and document, one tick an occurrence.

    Parameters
    ----------
    table : DataFrame
        From `textkit.occurrences`: the columns ``doc, term, position, n_tokens, place`` are used.
    n : int, optional
        Terms to show, in the order of the table; without it all.
    docs : sequence of str, optional
        Documents to show, in this order; one without an occurrence is drawn as an empty track. Without it the
        documents of the table: a document in which nothing was found is not in it.
    scale : {"place", "tokens"}
        ``"place"``: every document is stretched to the same length; ``"tokens"``: tracks are as long as the documents.
    labels : mapping or Series, optional
        What to print for a document.
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
        If there are more than 120 tracks (terms times documents).
    FontError
        If a term or a name has a character that the font lacks.

    Notes
    -----
    The figure at the end of a track is the number of occurrences. Ticks may cover each other: read the number,
    not the darkness. A track without ticks is a document without the term.

    Examples
    --------
    >>> table = pd.DataFrame({"doc": ["a", "a", "b"], "term": "网格", "position": [0, 5, 2], "start": [0, 9, 4],
    ...     "stop": [2, 11, 6], "n_tokens": [10, 10, 4], "place": [0.0, 0.5, 0.5]})
    >>> plot_dispersion(table).get_yticks().tolist()
    [0.0, 1.0]
    """
    rows = drawing.checked(table, _COLUMNS, made_by="occurrences(tokens, patterns)")
    n = None if n is None else check_int("n", n, minimum=1)
    check_choice("scale", scale, ("place", "tokens"))
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    terms = drawing.order_of(rows["term"])[:n]
    shown_docs = _documents(rows, docs)
    shown = drawing.six_digits(rows[rows["term"].isin(terms) & rows["doc"].isin(shown_docs)])
    tracks = len(terms) * len(shown_docs)
    if tracks > _TRACKS:
        raise ArgumentError(
            f"{len(terms)} terms in {len(shown_docs)} documents make {tracks} tracks; one figure holds "
            f'{_TRACKS}. Choose some: n= for terms, table[table["doc"].isin([...])] for documents.'
        )
    names = drawing.names_for(shown_docs, labels)
    words = _WORDS[lang]
    one = len(terms) == 1
    gap = 0.0 if one or len(shown_docs) == 1 else 1.0  # a gap between the blocks of different terms
    top = {term: i * (len(shown_docs) + gap) for i, term in enumerate(terms)}
    places = {(term, doc): top[term] + j for term in terms for j, doc in enumerate(shown_docs)}
    last = max(places.values())
    heads = not one and len(shown_docs) > 1
    texts = [*terms, *names, title or ""]
    with drawing.sheet(ax, height=0.75 + 0.2 * (last + 1 + heads), texts=texts) as ax:
        _draw_tracks(ax, shown, places, scale)
        ticks = list(places.values())
        if len(shown_docs) == 1:
            drawing.name_ticks(ax.yaxis, ticks, [str(term) for term in terms])
        else:
            room = drawing.WIDTH * 72 * 0.38
            short = [drawing.fit(name, room) for name in names]
            drawing.name_ticks(ax.yaxis, ticks, short * len(terms))
        if heads:
            for term in terms:
                ax.annotate(
                    str(term), (0, top[term] - 0.5), xytext=(0, 1.5), textcoords="offset points", parse_math=False
                )
        elif title is None:  # one term or one document: it stands nowhere else
            title = str(terms[0]) if one else names[0]
        ax.set_ylim(last + 0.6, -0.6 - heads)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.spines["bottom"].set_visible(False)
        if scale == "place":
            ax.set_xlim(0, 1)
            ax.set_xticks([0, 0.25, 0.5, 0.75, 1], [words["start"], "25%", "50%", "75%", words["end"]])
        else:
            ax.set_xlim(0, float(rows["n_tokens"].max()))
            drawing.plain_numbers(ax.xaxis)
        ax.set_xlabel(words[scale])
        drawing.set_title(ax, title)
    drawing.remember(
        ax,
        shown,
        "plot_dispersion",
        n=n,
        docs=docs,
        scale=scale,
        labels=drawing.used(labels, shown_docs),
        lang=lang,
        title=title,
    )
    return ax


def _documents(rows: pd.DataFrame, docs: Sequence[str] | None) -> list[Any]:
    if docs is None:
        return drawing.order_of(rows["doc"])
    if isinstance(docs, str) or not len(docs):
        raise ArgumentError(f"docs must be a sequence of document names, got {docs!r}. For example corpus.names.")
    return drawing.order_of(docs)


def _draw_tracks(
    ax: Axes,
    shown: pd.DataFrame,
    places: dict[tuple[Any, Any], float],
    scale: str,
) -> None:
    lengths = shown.groupby("doc")["n_tokens"].max()
    for (term, doc), place in places.items():
        hits = shown[(shown["term"] == term) & (shown["doc"] == doc)]
        # the length of a document without any occurrence is not in the table
        end = 1.0 if scale == "place" else float(lengths.get(doc, np.nan))
        ax.hlines([place], 0, end, color=PALE, linewidth=9, zorder=1)
        at = hits["place"] if scale == "place" else hits["position"]
        ax.vlines(at, place - 0.36, place + 0.36, color=PALETTE[0], linewidth=0.8, zorder=2, label=f"_{term}|{doc}")
        ax.annotate(
            str(len(hits)),
            (1, place),
            xycoords=ax.get_yaxis_transform(),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=drawing.SMALL,
            color=GREY if len(hits) else INK,
        )
