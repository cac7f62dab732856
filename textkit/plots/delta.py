"""Draw the tables of `textkit.delta` and `textkit.delta_consensus`: which texts are written alike, as a tree."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray
from scipy.cluster.hierarchy import dendrogram, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

from textkit import drawing
from textkit.drawing import GREY, INK, MARKERS, PALETTE, Labels, Lang
from textkit.errors import ArgumentError, EmptyError, TextkitWarning, check_choice, check_type, listing

_PAIRS = ("doc_a", "doc_b", "value")
_NODES = ("node", "parent", "doc", "n_docs", "support")
_METHODS = ("ward", "average", "complete", "single")
_WORDS = {
    "zh": {
        "cosine_delta": "余弦 Delta",
        "burrows": "Burrows Delta",
        "argamon": "Argamon 二次 Delta",
        "eder": "Eder Delta",
        "eder_simple": "Eder 简单距离",
        "distance": "距离",
        "height": "合并时的距离（{}）",
        "other": "未知",
        "many": "{} 篇文档",
        "support": "分支上的数字：{} 种词表长度中出现该组的百分比",
    },
    "en": {
        "cosine_delta": "Cosine Delta",
        "burrows": "Burrows's Delta",
        "argamon": "Argamon's quadratic Delta",
        "eder": "Eder's Delta",
        "eder_simple": "Eder's Simple distance",
        "distance": "Distance",
        "height": "Distance at which groups merge ({})",
        "other": "unknown",
        "many": "{} documents",
        "support": "Figures at branches: percent of {} word lists with this group",
    },
}


def plot_delta(
    table: pd.DataFrame,
    *,
    groups: Labels | None = None,
    method: Literal["ward", "average", "complete", "single"] = "ward",
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw the distances between texts as a tree, each text marked by its author.

    Parameters
    ----------
    table : DataFrame
        From `textkit.delta`: the columns ``doc_a, doc_b, value`` are used, one row a pair. For a heat map give
        ``delta_matrix(dtm)`` to `textkit.plot_similarity`.
    groups : mapping or Series, optional
        The author (or any other group) of each text, at most seven of them: ``dtm.docs["author"]``. They are named in
        the order of their first texts here. Texts without one are grey.
    method : {"ward", "average", "complete", "single"}
        How groups are joined. Ward's method is usual in stylometry and gives compact groups.
    labels : mapping or Series, optional
        What to print for a text.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If pairs are missing, or there are more than seven groups.
    EmptyError
        If fewer than two texts have distances.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    Every set of texts gives a tree. One tree depends on the number of words: draw `textkit.delta_consensus` as well.
    Texts without a distance are left out, with a warning that names them.

    Examples
    --------
    >>> table = pd.DataFrame({"doc_a": ["a", "a", "b"], "doc_b": ["b", "c", "c"], "value": [0.2, 1.4, 1.5]})
    >>> ax = plot_delta(table, groups={"a": "甲", "b": "甲", "c": "乙"})
    >>> sorted(label.get_text() for label in ax.get_yticklabels())
    ['a', 'b', 'c']
    """
    rows = drawing.checked(table, _PAIRS, made_by="delta(dtm)")
    check_choice("method", method, _METHODS)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    docs, pairs = _pairs(rows)
    words = _WORDS[lang]
    kinds = _kinds(groups, docs, words)
    tree = dendrogram(optimal_leaf_ordering(linkage(pairs, method), pairs), no_plot=True)
    leaves = [int(i) for i in tree["leaves"] or ()]
    branches = [
        np.column_stack([height, (np.array(place) - 5) / 10])  # scipy puts leaves at 5, 15, 25 …
        for height, place in zip(tree["dcoord"], tree["icoord"], strict=True)
    ]
    if leaves[0] > leaves[-1]:  # a tree can be read from both ends: begin with the earlier text
        leaves = leaves[::-1]
        branches = [np.column_stack([branch[:, 0], len(leaves) - 1 - branch[:, 1]]) for branch in branches]
    measure = str(drawing.settings_of(table).get("measure", "distance"))
    top = max(float(np.max(tree["dcoord"])), 1e-9)
    order = [docs[i] for i in leaves]
    names = drawing.names_for(order, labels)
    texts = [*names, *kinds.names, title or ""]
    with drawing.sheet(ax, height=_height(len(leaves), kinds, title), texts=texts) as ax:
        ax.add_collection(LineCollection(branches, colors=INK, linewidths=1.1, joinstyle="miter"))
        ax.set_xlim(0, top * 1.04)
        ax.set_xlabel(words["height"].format(words.get(measure, measure)))
        pad = _name_leaves(ax, names, [kinds.of[i] for i in leaves], kinds, words)
        drawing.set_title(ax, title, pad=pad)
    drawing.remember(
        ax,
        drawing.six_digits(rows.assign(group_a=rows["doc_a"].map(kinds.told), group_b=rows["doc_b"].map(kinds.told))),
        "plot_delta",
        groups=drawing.used(groups, docs),
        method=method,
        labels=drawing.used(labels, docs),
        lang=lang,
        title=title,
    )
    return ax


def plot_delta_consensus(
    table: pd.DataFrame,
    *,
    groups: Labels | None = None,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw a consensus tree: the groups that most clusterings have, with the percentage that has them.

    Parameters
    ----------
    table : DataFrame
        From `textkit.delta_consensus`: the columns ``node, parent, doc, n_docs, support`` are used.
    groups : mapping or Series, optional
        The author (or any other group) of each text, at most seven of them: ``dtm.docs["author"]``. They are named in
        the order of their first texts here. Texts without one are grey.
    labels : mapping or Series, optional
        What to print for a text.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If the table is not a tree, or there are more than seven groups.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    The length of a branch means nothing; only the order of branching does. Where many branches leave one point, the
    clusterings do not agree about what is inside.

    Examples
    --------
    >>> table = pd.DataFrame({"node": [1, 2, 3, 4, 5], "parent": [np.nan, 1, 2, 2, 1], "doc": [None, None, "a", "b",
    ...     "c"], "n_docs": [3, 2, 1, 1, 1], "support": [1, 0.8, 1, 1, 1]})
    >>> ax = plot_delta_consensus(table)
    >>> [label.get_text() for label in ax.get_yticklabels()], [text.get_text() for text in ax.texts]
    (['a', 'b', 'c'], ['80'])
    """
    rows = drawing.checked(table, _NODES, made_by="delta_consensus(dtm)")
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    tree = _tree(rows)
    docs = [str(doc) for doc in rows["doc"] if isinstance(doc, str)]
    words = _WORDS[lang]
    kinds = _kinds(groups, docs, words)
    shown = drawing.six_digits(rows)
    names = drawing.names_for(docs, labels)
    texts = [*names, *kinds.names, title or ""]
    with drawing.sheet(ax, height=_height(len(docs), kinds, title), texts=texts) as ax:
        ax.add_collection(LineCollection(tree.branches, colors=INK, linewidths=1.1, joinstyle="miter"))
        ax.set_xlim(0, tree.depth * 1.04)
        inner = shown["doc"].isna() & shown["parent"].notna()
        for place in np.flatnonzero(inner):
            ax.annotate(
                f"{100 * float(shown['support'].iloc[place]):.0f}",
                (tree.x[place], tree.y[place]),
                xytext=(3, 1),
                textcoords="offset points",
                ha="left",
                va="bottom",
                fontsize=drawing.SMALL,
                color=GREY,
            )
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
        bands = drawing.settings_of(table).get("bands")
        if inner.any():
            count = len(bands) if isinstance(bands, list) else "–"
            ax.set_xlabel(words["support"].format(count))
        pad = _name_leaves(ax, names, kinds.of, kinds, words)
        drawing.set_title(ax, title, pad=pad)
    drawing.remember(
        ax,
        shown.assign(group=shown["doc"].map(kinds.told)),
        "plot_delta_consensus",
        groups=drawing.used(groups, docs),
        labels=drawing.used(labels, docs),
        lang=lang,
        title=title,
    )
    return ax


class _Kinds(NamedTuple):
    """Names of the groups, the number of each text's group (-1 none), and the group of each text by name."""

    names: list[str]
    of: list[int]
    told: dict[str, Any]


class _Tree(NamedTuple):
    """Where the nodes of a consensus tree stand, and the lines between them."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    branches: list[NDArray[np.float64]]
    depth: float


def _pairs(rows: pd.DataFrame) -> tuple[list[str], NDArray[np.float64]]:
    """Return the texts that have distances to all others, and these as scipy wants them."""
    docs = [str(doc) for doc in drawing.order_of([*rows["doc_a"], *rows["doc_b"]])]
    place = {doc: i for i, doc in enumerate(docs)}
    square = np.full((len(docs), len(docs)), np.nan)
    a = rows["doc_a"].astype(str).map(place).to_numpy()
    b = rows["doc_b"].astype(str).map(place).to_numpy()
    square[a, b] = square[b, a] = rows["value"].to_numpy(dtype=float)
    np.fill_diagonal(square, 0.0)
    # an empty text has no distance to any other
    kept = np.flatnonzero(np.isfinite(square).sum(axis=1) > 1)
    left_out = [doc for i, doc in enumerate(docs) if i not in set(kept.tolist())]
    if left_out:
        warnings.warn(f"left out, because they have no distance: {listing(left_out)}.", TextkitWarning, stacklevel=3)
    if len(kept) < 2:
        raise EmptyError("fewer than two texts have distances, so there is no tree to draw.")
    # the order of the texts, not that of the pairs, which stand by their values
    kept = kept[np.argsort([docs[i] for i in kept], kind="stable")]
    part = square[np.ix_(kept, kept)]
    missing = np.argwhere(~np.isfinite(part))
    if len(missing):
        one, other = (docs[kept[i]] for i in missing[0])
        raise ArgumentError(
            f"table lacks a distance between {one!r} and {other!r}. Draw the whole table of delta(dtm), not a part."
        )
    return [docs[i] for i in kept], squareform(part.round(12), checks=False)


def _kinds(groups: Labels | None, docs: list[str], words: dict[str, str]) -> _Kinds:
    if groups is None:
        return _Kinds([], [-1] * len(docs), {})
    check_type("groups", groups, (Mapping, pd.Series), hint='For example {"doc1": "甲"} or dtm.docs["author"].')
    known = {str(doc): group for doc, group in groups.items() if not pd.isna(group)}
    values = [known.get(doc) for doc in docs]
    there = set(docs)
    present: list[str] = drawing.order_of(str(group) for doc, group in known.items() if doc in there)
    drawing.check_few("groups", present, len(PALETTE), hint="Give groups for some of the texts only.")
    of = [present.index(str(value)) if value is not None else -1 for value in values]
    names = present + ([words["other"]] if -1 in of else [])
    return _Kinds(names, of, {doc: str(value) for doc, value in zip(docs, values, strict=True) if value is not None})


def _height(n: int, kinds: _Kinds, title: str | None) -> float:
    return min(0.8 + 0.2 * n, 11.0) + 0.3 * bool(kinds.names) + 0.2 * (title is not None)


def _look(kind: int) -> tuple[str, str]:
    return (GREY, "x") if kind < 0 else (PALETTE[kind], MARKERS[kind])


def _name_leaves(ax: Axes, names: list[str], of: list[int], kinds: _Kinds, words: dict[str, str]) -> float:
    """Write the names at the leaves, with the mark of their group; return the room the legend takes."""
    ax.set_ylim(len(names) - 0.4, -0.6)
    room = drawing.WIDTH * 72 * 0.5
    if drawing.size_in_points(ax)[1] * 0.9 / len(names) >= drawing.SMALL * 1.1:
        drawing.name_ticks(ax.yaxis, range(len(names)), [drawing.fit(name, room) for name in names])
    else:  # names would overlap
        ax.set_yticks([])
        ax.set_ylabel(words["many"].format(len(names)), labelpad=12)
    ax.tick_params(axis="y", length=0, pad=12 if kinds.names else 4)
    ax.spines["left"].set_visible(False)
    if not kinds.names:
        return 6.0
    shift = ScaledTranslation(-7 / 72, 0, drawing.whole_figure(ax).dpi_scale_trans)
    for label, kind in zip(ax.get_yticklabels(), of, strict=False):  # none where names have no room
        label.set_color(drawing.ink(_look(kind)[0]))
    for place, kind in enumerate(of):
        colour, mark = _look(kind)
        ax.plot(
            [0], [place], mark, color=colour, markersize=4.5, clip_on=False, transform=ax.get_yaxis_transform() + shift
        )
    shown = [*sorted({kind for kind in of if kind >= 0}), *([-1] if -1 in of else [])]
    handles = [Line2D([], [], color=_look(k)[0], marker=_look(k)[1], linestyle="", markersize=4.5) for k in shown]
    names_shown = [kinds.names[k] for k in shown]
    return drawing.key_above(ax, handles, names_shown, width=drawing.size_in_points(ax)[0])


def _tree(rows: pd.DataFrame) -> _Tree:
    """Place the leaves one below the other, in the order of the table, and each group between its ends."""
    number = {int(node): place for place, node in enumerate(rows["node"])}
    parent = [-1 if pd.isna(value) else number.get(int(value), -2) for value in rows["parent"]]
    leaf = [isinstance(doc, str) for doc in rows["doc"]]
    if parent[0] != -1 or any(not 0 <= p < i or leaf[p] for i, p in enumerate(parent[1:], start=1)):
        raise ArgumentError("table must hold a tree, each node below its parent. Make one with delta_consensus(dtm).")
    depth = np.zeros(len(rows))
    for place in range(1, len(rows)):
        depth[place] = depth[parent[place]] + 1
    deepest = float(depth.max())
    x = np.where(leaf, 0.0, deepest - depth)  # leaves at the left, like plot_delta
    y = np.zeros(len(rows))
    y[leaf] = np.arange(sum(leaf))
    below: dict[int, list[int]] = {}
    for place in range(len(rows) - 1, 0, -1):
        below.setdefault(parent[place], []).append(place)
        if not leaf[place]:
            y[place] = np.mean([y[child] for child in (below[place][0], below[place][-1])])
    y[0] = np.mean([y[child] for child in (below[0][0], below[0][-1])])
    branches = [
        np.array([[x[child], y[child]], [x[above], y[child]], [x[above], y[above]]])
        for above, children in below.items()
        for child in children
    ]
    return _Tree(x, y, branches, deepest)
