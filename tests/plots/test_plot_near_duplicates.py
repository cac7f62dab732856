"""plot_near_duplicates by its artists."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from textkit import drawing
from textkit.corpus import Corpus
from textkit.errors import EmptyError
from textkit.plots.near_duplicates import plot_near_duplicates
from textkit.stats.near_duplicates import near_duplicates

PAIRS = pd.DataFrame(
    [
        ("乙", "丙", 0.9, 0.92, 0.95, 1, "丙"),
        ("甲", "乙", 0.7, 0.8, 1.0, 1, "丙"),
        ("子", "丑", 1.0, 1.0, 1.0, 2, "子"),
        ("寅", "卯", 0.8, 1.0, 0.8, 3, "卯"),
    ],
    columns=["doc_a", "doc_b", "jaccard", "containment_a_in_b", "containment_b_in_a", "group", "keep"],
)


def names(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def cells(ax):
    values = np.ma.filled(ax.collections[0].get_array(), np.nan)
    docs = [name.removeprefix("★ ") for name in names(ax)]
    return {(docs[i], docs[j]): v for (i, j), v in np.ndenumerate(values) if not np.isnan(v)}


def test_groups_stand_together_the_largest_first():
    ax = plot_near_duplicates(PAIRS)
    assert names(ax) == ["★ 丙", "乙", "甲", "丑", "★ 子", "★ 卯", "寅"]
    found = cells(ax)
    assert len(found) == 8  # each pair twice; 甲 and 丙 are in one group, but no pair
    assert found[("乙", "丙")] == found[("丙", "乙")] == 0.9
    frames = [p for p in ax.patches if isinstance(p, Rectangle) and not p.get_fill()]
    assert [(p.get_x(), p.get_width()) for p in frames] == [(-0.5, 3), (2.5, 2), (4.5, 2)]
    assert ax.get_xlabel() == "★ 保留的文档"


def test_containment_is_not_symmetric():
    found = cells(plot_near_duplicates(PAIRS, measure="containment"))
    assert (found[("寅", "卯")], found[("卯", "寅")]) == (1.0, 0.8)
    assert (found[("甲", "乙")], found[("乙", "甲")]) == (0.8, 1.0)


def test_n_takes_whole_groups_and_says_what_is_left_out():
    ax = plot_near_duplicates(PAIRS, n=6, lang="en")
    assert len(names(ax)) == 5
    assert ax.get_xlabel() == "★ the document to keep; 1 more groups (2 documents) are left out"
    (drawn,) = drawing.recall([ax])
    assert len(drawn.table) == 3 and drawn.settings["n"] == 6
    assert len(names(plot_near_duplicates(PAIRS, n=2))) == 2  # of a group that is larger, its first documents


def test_of_a_corpus():
    texts = ["会议强调要加强网格化管理工作", "会议强调，要加强网格化管理工作", "信访工作会议今天召开"]
    ax = plot_near_duplicates(near_duplicates(Corpus(texts), threshold=0.5, shingle=2), title="题")
    assert names(ax) == ["doc1", "★ doc2"]
    assert ax.collections[0].norm.vmin == 0.5  # the threshold
    none = near_duplicates(Corpus(texts[1:]), threshold=0.5)
    with pytest.raises(EmptyError) as error:
        plot_near_duplicates(none)
    assert str(error.value) == (
        "table has no rows: no two texts share enough. Lower the threshold of near_duplicates(corpus) if you expected "
        "some."
    )


def test_many_documents_have_no_figures_and_nothing_overlaps():
    docs = [f"某一篇文档的名字{i:02}" for i in range(40)]
    rows = [(docs[i], docs[i + 1], 0.9, 0.9, 0.9, 1, docs[0]) for i in range(39)]
    ax = plot_near_duplicates(pd.DataFrame(rows, columns=PAIRS.columns), title="标题")
    assert not ax.texts
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in [*ax.get_yticklabels(), ax.xaxis.label, ax._left_title]]
    assert not any(a.shrunk(0.9, 0.9).overlaps(b.shrunk(0.9, 0.9)) for i, a in enumerate(boxes) for b in boxes[:i])
