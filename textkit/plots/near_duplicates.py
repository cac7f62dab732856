"""Draw the table of `textkit.near_duplicates`: which texts share text, in groups, and which one of each to keep."""

from __future__ import annotations

from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from textkit import drawing, fonts
from textkit.drawing import INK, PALE, Labels, Lang
from textkit.errors import EmptyError, check_choice, check_int

_COLUMNS = ("doc_a", "doc_b", "jaccard", "containment_a_in_b", "containment_b_in_a", "group", "keep")
_NUMBERS = 16  # up to so many documents the value is written into each cell
_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "jaccard": "Jaccard 相似度", "containment": "行中文本见于列中文本的比例", "keep": "★ 保留的文档",
        "left": "；另有 {:,} 组（{:,} 篇）未画",
    },
    "en": {
        "jaccard": "Jaccard similarity", "containment": "Share of the row's text that the column has",
        "keep": "★ the document to keep", "left": "; {:,} more groups ({:,} documents) are left out",
    },
}  # fmt: skip


def plot_near_duplicates(
    table: pd.DataFrame,
    *,
    measure: Literal["jaccard", "containment"] = "jaccard",
    n: int = 40,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the groups of texts that share text as a square of cells, each group in a frame.

    Parameters
    ----------
    table : DataFrame
        From `textkit.near_duplicates`: the columns ``doc_a, doc_b, jaccard, containment_a_in_b, containment_b_in_a,
        group, keep`` are used.
    measure : {"jaccard", "containment"}
        How alike two texts are, or how much of the text of the row stands in that of the column: if the row is an
        excerpt, 1, while the cell on the other side of the diagonal is small.
    n : int, default 40
        Most documents to show: whole groups, the largest first (then those with the most similar pair); of the first
        group the first ``n`` documents, if it is larger.
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
        If the table has no rows: no text shares enough with another.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    Only documents with a near duplicate are shown. A white cell inside a frame is a pair below the threshold: both
    belong to the group because of a third. Colours run from the threshold (or the smallest value) to 1.

    Examples
    --------
    >>> table = pd.DataFrame({"doc_a": ["a"], "doc_b": ["b"], "jaccard": [0.9], "containment_a_in_b": [0.9],
    ...     "containment_b_in_a": [1.0], "group": [1], "keep": ["b"]})
    >>> [label.get_text() for label in plot_near_duplicates(table).get_yticklabels()]
    ['a', '★ b']
    """
    if isinstance(table, pd.DataFrame) and not len(table):
        raise EmptyError(
            "table has no rows: no two texts share enough. Lower the threshold of near_duplicates(corpus) if you "
            "expected some."
        )
    rows = drawing.checked(table, _COLUMNS, made_by="near_duplicates(corpus)")
    check_choice("measure", measure, ("jaccard", "containment"))
    n = check_int("n", n, minimum=2)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    groups = _groups(rows)
    chosen = _chosen(groups, n)
    docs = [doc for group in chosen for doc in group]
    place = {doc: i for i, doc in enumerate(docs)}
    inside = rows["doc_a"].isin(place) & rows["doc_b"].isin(place)
    shown = drawing.six_digits(rows[inside].reset_index(drop=True))
    cells = _cells(shown, place, measure)
    words = _WORDS[lang]
    kept = set(shown["keep"])
    names = [
        ("★ " if doc in kept else "") + name for doc, name in zip(docs, drawing.names_for(docs, labels), strict=True)
    ]
    room = drawing.WIDTH * 72 * 0.42
    fonts.check_glyphs([*names, title or ""])
    widest = min(max(fonts.text_width(name, drawing.SMALL) for name in names), room) / 72
    side = min(0.34 * len(docs), drawing.WIDTH - 1.5 - widest)
    width = min(drawing.WIDTH, widest + 1.5 + max(0.6 * len(docs), 2.2))
    with drawing.sheet(
        ax, height=max(side, 0.165 * len(docs)) + 0.9, width=width, texts=[*names, title or "", "★"]
    ) as ax:
        known = cells[np.isfinite(cells)]
        threshold = drawing.settings_of(table).get("threshold")
        least = float(known.min(initial=1.0))
        low = min(threshold, least) if isinstance(threshold, float) else least
        norm = Normalize(low, 1.0) if low < 1 else Normalize(0.5, 1.0)
        colours = mpl.colormaps["Blues"]
        mesh = drawing.cells(ax, cells, colours, norm)
        _frames(ax, chosen)
        if len(docs) <= _NUMBERS:
            for (i, j), value in np.ndenumerate(cells):
                if np.isfinite(value):
                    ax.text(
                        j, i, f"{value:.2f}", ha="center", va="center", fontsize=drawing.SMALL,
                        color=drawing.on(colours(norm(value))),
                    )  # fmt: skip
        drawing.name_ticks(ax.yaxis, range(len(docs)), [drawing.fit(name, room) for name in names])
        ax.set_xticks([])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        bar = drawing.figure_of(ax).colorbar(mesh, ax=ax, shrink=min(1.0, 1.6 / max(side, 1.6)), aspect=14, pad=0.03)
        bar.outline.set_visible(False)
        bar.set_label(drawing.fit(words[measure], 110, size=9, lines=3))
        fonts.apply_font(bar.ax)
        left = len(groups) - len(chosen)
        n_left = sum(map(len, groups)) - len(docs)
        ax.set_xlabel(words["keep"] + (words["left"].format(left, n_left) if n_left else ""))
        drawing.set_title(ax, title)
    drawing.remember(
        ax, shown, "plot_near_duplicates", measure=measure, n=n, labels=drawing.used(labels, docs), lang=lang,
        title=title,
    )  # fmt: skip
    return ax


def _groups(rows: pd.DataFrame) -> list[list[Any]]:
    """Return the documents of each group, the largest group first, documents in the order of the table's names."""
    found = []
    for number, part in rows.groupby("group", sort=True):
        docs = sorted({*part["doc_a"], *part["doc_b"]}, key=str)
        found.append((-len(docs), -float(part["jaccard"].max()), number, docs))
    return [docs for *_, docs in sorted(found, key=lambda item: item[:3])]


def _chosen(groups: list[list[Any]], n: int) -> list[list[Any]]:
    if len(groups[0]) > n:
        return [groups[0][:n]]
    chosen: list[list[Any]] = []
    for group in groups:
        if sum(map(len, chosen)) + len(group) > n:
            break
        chosen.append(group)
    return chosen


def _cells(shown: pd.DataFrame, place: dict[Any, int], measure: str) -> NDArray[np.float64]:
    cells = np.full((len(place), len(place)), np.nan)
    a, b = shown["doc_a"].map(place).to_numpy(), shown["doc_b"].map(place).to_numpy()
    of_a, of_b = (
        ("jaccard", "jaccard") if measure == "jaccard" else ("containment_a_in_b", "containment_b_in_a")
    )  # fmt: skip
    cells[a, b] = shown[of_a].to_numpy(dtype=float)
    cells[b, a] = shown[of_b].to_numpy(dtype=float)
    return cells


def _frames(ax: Axes, groups: list[list[Any]]) -> None:
    """Draw the diagonal and a frame around each group."""
    first = 0
    for group in groups:
        for i in range(first, first + len(group)):
            ax.add_patch(Rectangle((i - 0.5, i - 0.5), 1, 1, facecolor=PALE, edgecolor="white"))
        frame = Rectangle((first - 0.5, first - 0.5), len(group), len(group), fill=False, edgecolor=INK, linewidth=0.8)
        frame.set_clip_on(False)
        ax.add_artist(frame)
        first += len(group)
