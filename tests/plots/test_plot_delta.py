from __future__ import annotations

import warnings
from itertools import pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from scipy.cluster.hierarchy import linkage

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, FontError, TextkitWarning, UnknownNameError
from textkit.plots.delta import plot_delta, plot_delta_consensus

AUTHORS = {"a0": "甲", "a1": "甲", "b0": "乙", "b1": "乙"}


def pairs(names=("a0", "b0", "a1", "b1"), measure="cosine_delta"):
    """Texts of two authors, alike within an author; the closest pair first, as `delta` gives them."""
    rng = np.random.default_rng(0)
    rows = []
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            rows.append((a, b, (0.3 if a[0] == b[0] else 1.2) + rng.uniform(0, 0.1)))
    table = pd.DataFrame(rows, columns=["doc_a", "doc_b", "value"]).sort_values("value", ignore_index=True)
    table.attrs["textkit"] = {"settings": {"measure": measure}, "orientation": "distance"}
    return table


def nodes():
    """((a0, a1), b0, (b1, (c0, c1))) with a group of 80 and 60, and one inside of 100 percent."""
    table = pd.DataFrame(
        [
            (1, np.nan, np.nan, 6, 1.0),
            (2, 1, np.nan, 2, 0.8),
            (3, 2, "a0", 1, 1.0),
            (4, 2, "a1", 1, 1.0),
            (5, 1, "b0", 1, 1.0),
            (6, 1, np.nan, 3, 0.6),
            (7, 6, "b1", 1, 1.0),
            (8, 6, np.nan, 2, 1.0),
            (9, 8, "c0", 1, 1.0),
            (10, 8, "c1", 1, 1.0),
        ],
        columns=["node", "parent", "doc", "n_docs", "support"],
    )
    table.attrs["textkit"] = {"settings": {"bands": [100, 200, 300, 400, 500]}}
    return table


def ticks(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def marks(ax):
    return [(line.get_color(), line.get_marker(), line.get_ydata()[0]) for line in ax.lines]


DRAW = {"delta": lambda **o: plot_delta(pairs(), **o), "consensus": lambda **o: plot_delta_consensus(nodes(), **o)}
each = pytest.mark.parametrize("name", DRAW)


def test_texts_of_one_author_stand_together():
    ax = plot_delta(pairs(), groups=AUTHORS)
    assert [name[0] for name in ticks(ax)] in (list("aabb"), list("bbaa"))
    assert ax.get_xlabel() == "合并时的距离（余弦 Delta）"
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["甲", "乙"], "in the order of the texts, not of the code points"
    # one mark a text, in the colour and the shape of its author, beside its name
    by_name = dict(zip(ticks(ax), marks(ax), strict=True))
    assert by_name["a0"][:2] == by_name["a1"][:2] != by_name["b0"][:2]
    assert by_name["a0"][1] != by_name["b0"][1], "colour never stands alone"
    assert [place for _, _, place in marks(ax)] == [0, 1, 2, 3]


@pytest.mark.parametrize("method", ["ward", "average", "complete", "single"])
def test_heights_are_those_of_scipy(method):
    table = pairs()
    names = sorted(set(table["doc_a"]) | set(table["doc_b"]))
    values = {frozenset((row.doc_a, row.doc_b)): row.value for row in table.itertuples()}
    condensed = [values[frozenset((a, b))] for i, a in enumerate(names) for b in names[i + 1 :]]
    expected = sorted(linkage(condensed, method)[:, 2])
    (branches,) = plot_delta(table, method=method).collections
    heights = sorted(path.vertices[1, 0] for path in branches.get_paths())
    assert heights == pytest.approx(expected)


def test_a_consensus_tree_stands_as_its_table_says():
    ax = plot_delta_consensus(nodes(), groups=AUTHORS)
    assert ticks(ax) == ["a0", "a1", "b0", "b1", "c0", "c1"]
    assert [(text.get_text(), text.xy) for text in ax.texts] == [
        ("80", (2.0, 0.5)),  # between a0 and a1, one step below the root at 3
        ("60", (2.0, 3.75)),  # between b1 (3) and the middle of c0 and c1 (4.5)
        ("100", (1.0, 4.5)),
    ]
    assert ax.get_xlabel() == "分支上的数字：5 种词表长度中出现该组的百分比"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["甲", "乙", "未知"]
    (branches,) = ax.collections
    assert len(branches.get_paths()) == 9
    ends = {tuple(path.vertices[0]) for path in branches.get_paths()}
    assert {(0.0, float(i)) for i in range(6)} <= ends, "every text at the left"


def test_a_tree_without_groups_is_a_star():
    table = pd.DataFrame(
        {
            "node": [1, 2, 3],
            "parent": [np.nan, 1, 1],
            "doc": [None, "甲", "乙"],
            "n_docs": [2, 1, 1],
            "support": 1.0,
        }
    )
    ax = plot_delta_consensus(table, lang="en")
    assert not ax.texts
    assert ax.get_xlabel() == ""


def test_labels_and_languages():
    ax = plot_delta(pairs(measure="burrows"), labels={"a0": "第一篇"}, lang="en", title="标题")
    assert "第一篇" in ticks(ax)
    assert ax.get_xlabel() == "Distance at which groups merge (Burrows's Delta)"
    assert ax.get_title("left") == "标题"
    assert plot_delta(pairs(measure="x"), lang="en").get_xlabel() == "Distance at which groups merge (x)"
    assert "of 5 word lists" in plot_delta_consensus(nodes(), lang="en").get_xlabel()


def test_many_texts_have_no_names_that_would_overlap():
    names = [f"{'ab'[i % 2]}{i}" for i in range(90)]
    ax = plot_delta(pairs(names), groups={name: name[0] for name in names})
    assert ticks(ax) == []
    assert ax.get_ylabel() == "90 篇文档"
    assert len(ax.lines) == 90


def test_texts_without_distances_are_left_out():
    table = pairs()
    table.loc[(table["doc_a"] == "b0") | (table["doc_b"] == "b0"), "value"] = np.nan
    with pytest.warns(TextkitWarning, match=r"^left out, because they have no distance: 'b0'\.$"):
        ax = plot_delta(table)
    assert sorted(ticks(ax)) == ["a0", "a1", "b1"]


def test_the_numbers_drawn_are_kept():
    ax = plot_delta(pairs(), groups=pd.Series(AUTHORS))
    drawn = drawing.recall([ax])[0]
    assert drawn.function == "plot_delta"
    assert drawn.settings["groups"] == AUTHORS
    assert drawn.table.columns.tolist() == ["doc_a", "doc_b", "value", "group_a", "group_b"]
    assert drawn.table["value"].tolist() == pytest.approx(pairs()["value"], rel=1e-5)
    drawn = drawing.recall([plot_delta_consensus(nodes(), groups=AUTHORS)])[0]
    assert drawn.table["group"].tolist()[2:5] == ["甲", "甲", "乙"]


@each
def test_its_own_style_only(name):
    with mpl.rc_context({"font.family": ["DejaVu Serif"], "font.size": 31}):
        before = dict(mpl.rcParams)
        ax = DRAW[name](groups=AUTHORS, title="标题")
        assert dict(mpl.rcParams) == before
    ax.figure.canvas.draw()
    for text in ax.findobj(Text):
        if text.get_text() and text.get_visible():
            assert text.get_fontfamily() == ["Noto Sans SC", "DejaVu Sans"], text
            assert 8 <= text.get_fontsize() < 20, text


@each
def test_draws_on_the_ax_it_is_given(name):
    figure, given = plt.subplots()
    assert DRAW[name](ax=given) is given
    assert plt.get_fignums() == [figure.number]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.canvas.draw()


@each
def test_names_and_marks_do_not_overlap(name):
    ax = DRAW[name](groups=AUTHORS, labels={"a0": "区综治委全体会议暨信访维稳工作会议和民调工作会议"})
    ax.figure.canvas.draw()
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    for line, label in zip(ax.lines, boxes, strict=True):
        assert label.x1 <= line.get_window_extent().x0 + 1
        assert label.x0 >= 0
    tops = sorted((box.y0, box.y1) for box in boxes)
    assert all(one[1] <= other[0] + 1 for one, other in pairwise(tops))


@each
def test_bad_input(name):
    with pytest.raises(UnknownNameError, match="^unknown lang 'de'"):
        DRAW[name](lang="de")
    with pytest.raises(ArgumentError, match=r"^groups must be a Mapping or Series, got a str\. For example"):
        DRAW[name](groups="author")
    with pytest.raises(FontError):
        DRAW[name](labels={"a0": "\U0001f680"})
    with pytest.raises(ArgumentError, match="this plot tells at most 7 apart"):
        plot_delta(pairs([f"t{i}" for i in range(9)]), groups={f"t{i}": str(i) for i in range(9)})


def test_tables_that_are_no_trees():
    with pytest.raises(ArgumentError, match=r"^table lacks the columns 'value'.*Make the table with delta\(dtm\)\.$"):
        plot_delta(pairs().drop(columns="value"))
    with pytest.raises(EmptyError, match=r"^table has no rows, so there is nothing to draw\."):
        plot_delta(pairs()[:0])
    with pytest.raises(ArgumentError, match=r"^table lacks a distance between 'a0' and 'b0'\. Draw the whole table"):
        table = pairs()
        plot_delta(table[~((table["doc_a"] == "a0") & (table["doc_b"] == "b0"))])
    with pytest.raises(EmptyError, match=r"^fewer than two texts have distances"), pytest.warns(TextkitWarning):
        plot_delta(pairs().assign(value=np.nan))
    with pytest.raises(ArgumentError, match=r"^table must hold a tree, each node below its parent\."):
        plot_delta_consensus(nodes()[::-1])
    with pytest.raises(UnknownNameError, match="^unknown method 'upgma'"):
        plot_delta(pairs(), method="upgma")
