"""Draw the table of `textkit.similarity_matrix`: a heat map in the order of a clustering, or the clustering itself."""

from __future__ import annotations

import warnings
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from scipy.cluster.hierarchy import dendrogram, leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

from textkit import drawing
from textkit.drawing import INK, Labels, Lang
from textkit.errors import ArgumentError, EmptyError, TextkitWarning, check_choice, check_type, listing
from textkit.fonts import apply_font, check_glyphs, text_width

_METHODS = ("average", "complete", "single")
_NUMBERS = 14  # up to so many documents the value is written into each cell
_FEW = 10
_WORDS = {
    "zh": {
        "cosine": "余弦相似度",
        "jaccard": "Jaccard 相似度",
        "dice": "Dice 相似度",
        "overlap": "重叠系数",
        "ruzicka": "Ruzicka 相似度",
        "extended_jaccard": "扩展 Jaccard 相似度",
        "extended_dice": "扩展 Dice 相似度",
        "simple_matching": "简单匹配系数",
        "hamann": "Hamann 系数",
        "jensen_shannon": "Jensen–Shannon 散度",
        "jensen_shannon_distance": "Jensen–Shannon 距离",
        "hellinger": "Hellinger 距离",
        "bhattacharyya": "Bhattacharyya 距离",
        "manhattan": "曼哈顿距离",
        "euclidean": "欧氏距离",
        "minkowski": "Minkowski 距离",
        "maximum": "最大值距离",
        "canberra": "Canberra 距离",
        "cosine_delta": "余弦 Delta",
        "burrows": "Burrows Delta",
        "argamon": "Argamon 二次 Delta",
        "eder": "Eder Delta",
        "eder_simple": "Eder 简单距离",
        "pearson": "相关系数",
        "similarity": "相似度",
        "distance": "距离",
        "height": "合并时的距离（{}）",
        "many": "{} 篇文档",
    },
    "en": {
        "cosine": "Cosine similarity",
        "jaccard": "Jaccard similarity",
        "dice": "Dice similarity",
        "jensen_shannon": "Jensen–Shannon divergence",
        "jensen_shannon_distance": "Jensen–Shannon distance",
        "hellinger": "Hellinger distance",
        "overlap": "Overlap coefficient",
        "ruzicka": "Ruzicka similarity",
        "extended_jaccard": "Extended Jaccard similarity",
        "extended_dice": "Extended Dice similarity",
        "simple_matching": "Simple matching coefficient",
        "hamann": "Hamann's coefficient",
        "bhattacharyya": "Bhattacharyya distance",
        "manhattan": "Manhattan distance",
        "euclidean": "Euclidean distance",
        "minkowski": "Minkowski distance",
        "maximum": "Maximum distance",
        "canberra": "Canberra distance",
        "cosine_delta": "Cosine Delta",
        "burrows": "Burrows's Delta",
        "argamon": "Argamon's quadratic Delta",
        "eder": "Eder's Delta",
        "eder_simple": "Eder's Simple distance",
        "pearson": "Correlation",
        "similarity": "Similarity",
        "distance": "Distance",
        "height": "Distance at which groups merge ({})",
        "many": "{} documents",
    },
}

MEASURE_NAMES = _WORDS
"""What measures of likeness are called, also in `textkit.plot_pairs`."""


def plot_similarity(
    table: pd.DataFrame,
    *,
    order: Literal["cluster", "table"] = "cluster",
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw a heat map of how alike the documents are, similar ones next to each other.

    Parameters
    ----------
    table : DataFrame, square
        From `textkit.similarity_matrix`: index and columns are the documents.
    order : {"cluster", "table"}
        ``"cluster"``: the order of the leaves of an average-linkage clustering that puts the most similar
        neighbours together (Bar-Joseph et al., 2001); ``"table"``: as given.
    labels : mapping or Series, optional
        What to print for a document.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If the table is not square, or not symmetric.
    EmptyError
        If there are fewer than two documents.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    The diagonal says nothing (each document is like itself) and is grey, so that the colours spread over
    what differs: compare colours within one figure only; dark is alike. Missing and infinite values are white;
    documents without any value stand last. Columns carry the numbers of the rows when names are too long for them.

    Examples
    --------
    >>> table = pd.DataFrame([[1, 0.9, 0.1], [0.9, 1, 0.2], [0.1, 0.2, 1]], index=list("abc"), columns=list("abc"))
    >>> ax = plot_similarity(table, order="table")
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['a', 'b', 'c']
    """
    values, docs, kind = _checked(table)
    check_choice("order", order, ("cluster", "table"))
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    places = _cluster_order(values, kind) if order == "cluster" else np.arange(len(docs))
    shown = drawing.six_digits(_labelled(table, values, docs, places))
    cells = shown.to_numpy(dtype=float)
    off = np.where(np.eye(len(docs), dtype=bool), np.nan, cells)
    names = drawing.names_for([docs[i] for i in places], labels)
    check_glyphs(names)
    room = drawing.WIDTH * 72 * 0.36
    few = len(docs) <= _FEW  # few documents: let the cells be wider than high and fill the page
    widest = min(max(text_width(name, drawing.SMALL) for name in names), room) / 72
    side = 0.36 * len(docs) if few else min(drawing.WIDTH - 1.5 - widest, 0.36 * len(docs))
    with drawing.sheet(ax, height=side + 0.5 + 0.3 * (title is not None), texts=[*names, title or ""]) as ax:
        finite = off[np.isfinite(off)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        norm = Normalize(low, high) if high > low else Normalize(low - 0.5, low + 0.5)
        colours = mpl.colormaps["Blues" if kind == "similarity" else "Blues_r"]  # dark is alike
        image = drawing.cells(ax, off, colours, norm)
        if not few:
            ax.set_aspect("equal")
        ax.add_collection(_diagonal(len(docs)))
        if len(docs) <= _NUMBERS:
            _write_values(ax, off, colours, norm)
        _name_rows(ax, names, room, lang)
        bar = drawing.figure_of(ax).colorbar(image, ax=ax, shrink=0.7, aspect=18, pad=0.03)
        bar.outline.set_visible(False)
        if high == low:  # two documents: one value, and a scale around it would invent others
            bar.set_ticks([low], labels=[f"{low:.3g}".replace("-", "−")])
        bar.set_label(_measure(table, kind, lang))
        apply_font(bar.ax)
        drawing.set_title(ax, title, pad=6)
    drawing.remember(
        ax,
        shown.rename_axis("doc").reset_index(),
        "plot_similarity",
        order=order,
        labels=drawing.used(labels, docs),
        lang=lang,
        title=title,
    )
    return ax


def plot_dendrogram(
    table: pd.DataFrame,
    *,
    method: Literal["average", "complete", "single"] = "average",
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw which documents are alike as a tree, leaves on the left, each merge at its distance.

    Parameters
    ----------
    table : DataFrame, square
        From `textkit.similarity_matrix`: index and columns are the documents. A similarity s counts as the
        distance 1 - s.
    method : {"average", "complete", "single"}
        The distance between two groups: mean, largest or smallest distance of their members.
    labels : mapping or Series, optional
        What to print for a document.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If the table is not square, not symmetric, or holds infinite distances.
    EmptyError
        If fewer than two documents have values.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    Every set of documents gives a tree, also one without groups: believe a branch only if its merge lies far to
    the left of the next. Documents with missing values are left out, with a warning that names them.

    Examples
    --------
    >>> table = pd.DataFrame([[1, 0.9, 0.1], [0.9, 1, 0.2], [0.1, 0.2, 1]], index=list("abc"), columns=list("abc"))
    >>> ax = plot_dendrogram(table)
    >>> sorted(label.get_text() for label in ax.get_yticklabels())
    ['a', 'b', 'c']
    """
    values, docs, kind = _checked(table)
    check_choice("method", method, _METHODS)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    keep = _complete(values)
    left_out = [doc for i, doc in enumerate(docs) if i not in set(keep.tolist())]
    if left_out:
        warnings.warn(
            f"left out, because a value with another document is missing: {listing(left_out)}.",
            TextkitWarning,
            stacklevel=2,
        )
    if len(keep) < 2:
        raise EmptyError("fewer than two documents have values, so there is no tree to draw.")
    _check_finite(values[np.ix_(keep, keep)], [docs[i] for i in keep])
    pairs = squareform(_distances(values[np.ix_(keep, keep)], kind), checks=False)
    tree = dendrogram(optimal_leaf_ordering(linkage(pairs, method), pairs), no_plot=True)
    leaves = [int(keep[i]) for i in tree["leaves"] or ()]
    names = drawing.names_for([docs[i] for i in leaves], labels)
    shown = drawing.six_digits(_labelled(table, values, docs, np.array(leaves)))
    words = _WORDS[lang]
    height = min(0.8 + 0.2 * len(leaves), 11.0)
    with drawing.sheet(ax, height=height, texts=[*names, title or ""]) as ax:
        branches = [
            np.column_stack([distance, (np.array(place) - 5) / 10])  # scipy puts leaves at 5, 15, 25 …
            for distance, place in zip(tree["dcoord"], tree["icoord"], strict=True)
        ]
        ax.add_collection(LineCollection(branches, colors=INK, linewidths=1.1, joinstyle="miter"))
        top = max(float(np.max(tree["dcoord"])), 1e-9)
        ax.set_xlim(0, top * 1.04)
        ax.set_ylim(len(leaves) - 0.4, -0.6)
        if leaves[0] > leaves[-1]:  # as in plot_similarity
            ax.invert_yaxis()
        room = drawing.WIDTH * 72 * 0.5
        if height * 72 / len(leaves) >= drawing.SMALL * 1.1:
            drawing.name_ticks(ax.yaxis, range(len(leaves)), [drawing.fit(name, room) for name in names])
        else:
            ax.set_yticks([])
            ax.set_ylabel(words["many"].format(len(leaves)))
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        measure = _measure(table, kind, lang)
        ax.set_xlabel(words["height"].format(measure if kind == "distance" else f"1 − {measure}"))
        drawing.set_title(ax, title)
    drawing.remember(
        ax,
        shown.rename_axis("doc").reset_index(),
        "plot_dendrogram",
        method=method,
        labels=drawing.used(labels, docs),
        lang=lang,
        title=title,
    )
    return ax


def _checked(table: Any) -> tuple[NDArray[np.float64], list[str], str]:
    """Return the values, the documents and whether large means alike."""
    check_type("table", table, pd.DataFrame, hint="Make one with similarity_matrix(dtm).")
    if table.shape[0] != table.shape[1] or list(map(str, table.index)) != list(map(str, table.columns)):
        raise ArgumentError(
            f"table must be square with the same documents as index and columns, got {table.shape[0]} rows and "
            f"{table.shape[1]} columns. Make one with similarity_matrix(dtm); similarity(dtm) lists pairs."
        )
    if len(table) < 2:
        raise EmptyError(f"table has {len(table)} documents; at least two are needed to compare.")
    values = table.to_numpy(dtype=float)
    if not np.allclose(values, values.T, equal_nan=True, rtol=1e-6, atol=1e-9):
        raise ArgumentError("table must be symmetric: the value of a with b is that of b with a.")
    note = table.attrs.get("textkit")
    told = None
    if isinstance(note, dict):
        told = note.get("orientation") or drawing.settings_of(table).get("orientation")
    return values, [str(name) for name in table.index], "distance" if told == "distance" else "similarity"


def _complete(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the documents that have a value for every other one, after dropping the emptiest first."""
    keep = list(range(len(values)))
    gaps = np.isnan(values) & ~np.eye(len(values), dtype=bool)
    while len(keep) and gaps[np.ix_(keep, keep)].any():
        missing = gaps[np.ix_(keep, keep)].sum(axis=1)
        del keep[len(keep) - 1 - int(np.argmax(missing[::-1]))]
    return np.array(keep, dtype=np.intp)


def _distances(values: NDArray[np.float64], kind: str) -> NDArray[np.float64]:
    distances = values if kind == "distance" else 1 - values
    distances = np.clip((distances + distances.T) / 2, 0, None)
    np.fill_diagonal(distances, 0)
    finite = distances[np.isfinite(distances)]
    distances[~np.isfinite(distances)] = 2 * max(float(finite.max(initial=0.0)), 1.0)  # infinite: beyond all others
    return distances.round(12)  # ties by rounding noise would make the order depend on the machine


def _cluster_order(values: NDArray[np.float64], kind: str) -> NDArray[np.intp]:
    keep = _complete(values)
    rest = np.setdiff1d(np.arange(len(values)), keep)
    if len(keep) > 2:
        pairs = squareform(_distances(values[np.ix_(keep, keep)], kind), checks=False)
        keep = keep[leaves_list(optimal_leaf_ordering(linkage(pairs, "average"), pairs))]
        if keep[0] > keep[-1]:  # a tree can be read from both ends: begin with the earlier document
            keep = keep[::-1]
    return np.concatenate([keep, rest])


def _check_finite(values: NDArray[np.float64], docs: list[str]) -> None:
    """Refuse infinite distances (documents without a common term, by Bhattacharyya): no branch can be so long."""
    apart = np.argwhere(~np.isfinite(values))
    if len(apart):
        a, b = (docs[int(i)] for i in apart[0])
        raise ArgumentError(
            f"the distance between {a!r} and {b!r} is infinite, so they cannot be joined in a tree. "
            'Use a bounded measure: similarity_matrix(dtm, measure="jensen_shannon_distance"), or "hellinger".'
        )


def _labelled(table: pd.DataFrame, values: NDArray[np.float64], docs: list[str], places: NDArray[Any]) -> pd.DataFrame:
    names = [docs[i] for i in places]
    frame = pd.DataFrame(values[np.ix_(places, places)], index=names, columns=names)
    frame.attrs = dict(table.attrs)
    return frame


def _measure(table: pd.DataFrame, kind: str, lang: Lang) -> str:
    measure = str(drawing.settings_of(table).get("measure", kind))
    return _WORDS[lang].get(measure, measure.replace("_", " "))


def _diagonal(count: int) -> PatchCollection:
    """Grey cells: a document is like itself, which says nothing."""
    cells = [Rectangle((i - 0.5, i - 0.5), 1, 1) for i in range(count)]
    return PatchCollection(cells, facecolor=drawing.PALE, edgecolor="none")


def _write_values(ax: Axes, cells: NDArray[np.float64], colours: Any, norm: Normalize) -> None:
    largest = np.max(np.abs(cells), initial=0.0, where=np.isfinite(cells))
    digits = 2 if largest >= 0.2 or largest == 0 else min(2 + int(np.ceil(-np.log10(largest / 0.2))), 4)
    for (row, column), value in np.ndenumerate(cells):
        if row == column:
            continue
        behind = colours(norm(value)) if np.isfinite(value) else "white"
        ax.text(
            column,
            row,
            f"{value:.{digits}f}".replace("-", "−") if np.isfinite(value) else "–" if np.isnan(value) else "∞",
            ha="center",
            va="center",
            fontsize=drawing.SMALL,
            color=drawing.on(behind),
        )


def _name_rows(ax: Axes, names: list[str], room: float, lang: Lang) -> None:
    count = len(names)
    cell = drawing.size_in_points(ax)[1] * 0.9 / count
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    if cell < drawing.SMALL * 1.1:  # names would overlap
        ax.set_xticks([])
        ax.set_yticks([])
        ax.set_ylabel(_WORDS[lang]["many"].format(count))
        return
    if max(text_width(name, drawing.SMALL) for name in names) <= cell * 0.95:
        drawing.name_ticks(ax.xaxis, range(count), names)
        drawing.name_ticks(ax.yaxis, range(count), names)
        return
    rows = [f"{drawing.fit(name, room)}  {i}" for i, name in enumerate(names, start=1)]
    drawing.name_ticks(ax.yaxis, range(count), rows)
    drawing.name_ticks(ax.xaxis, range(count), [str(i) for i in range(1, count + 1)])
