from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, TextkitWarning
from textkit.plots.similarity import plot_dendrogram, plot_similarity


def ticks(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def blocks(n=3, groups=2):
    """Documents of two groups taken in turn: a0 b0 a1 b1 …, alike within a group."""
    names = [f"{'ab'[i % groups]}{i // groups}" for i in range(n * groups)]
    rng = np.random.default_rng(4)
    values = np.array([[0.9 if a[0] == b[0] else 0.2 for b in names] for a in names]) + rng.uniform(0, 0.05, (6, 6))
    values = (values + values.T) / 2
    np.fill_diagonal(values, 1)
    return pd.DataFrame(values, index=names, columns=names)


def test_similar_documents_stand_together():
    order = "".join(name[0] for name in ticks(plot_similarity(blocks())))
    assert order in ("aaabbb", "bbbaaa")
    assert ticks(plot_similarity(blocks(), order="table")) == ["a0", "b0", "a1", "b1", "a2", "b2"]


def test_values_are_written_into_the_cells_but_not_on_the_diagonal(make):
    ax = plot_similarity(make("matrix"), order="table")
    # 0.9 between the first two, 0.5 / 3 and 0.5 / 4 for the third
    assert [text.get_text() for text in ax.texts] == ["0.90", "0.17", "0.90", "0.12", "0.17", "0.12"]
    mesh = ax.collections[0]
    assert np.ma.getmaskarray(mesh.get_array()).tolist() == np.eye(3, dtype=bool).tolist()
    assert (mesh.norm.vmin, mesh.norm.vmax) == pytest.approx((0.125, 0.9))


def test_small_values_get_more_digits(make):
    def written(factor):
        return plot_similarity(make("matrix") * factor, order="table").texts[0].get_text()

    assert [written(factor) for factor in (1, 0.1, 0.01)] == ["0.90", "0.090", "0.0090"]


def test_the_numbers_follow_the_order_drawn():
    ax = plot_similarity(blocks())
    table = drawing.recall([ax])[0].table
    assert table["doc"].tolist() == ticks(ax) == table.columns[1:].tolist()
    assert table.loc[0, table["doc"][1]] == pytest.approx(blocks().loc[table["doc"][0], table["doc"][1]], rel=1e-5)


def test_distances_turn_colours_and_measure_over(make):
    table = make("matrix")
    table.attrs["textkit"] = {"orientation": "distance", "settings": {"measure": "jensen_shannon_distance"}}
    ax = plot_similarity(1 - table, order="table")
    assert ax.collections[0].cmap.name == "Blues_r"
    assert ax.figure.axes[1].get_ylabel() == "Jensen–Shannon 距离"
    assert plot_dendrogram(1 - table, lang="en").get_xlabel() == (
        "Distance at which groups merge (Jensen–Shannon distance)"
    )


def test_long_names_stand_at_the_rows_and_numbers_below():
    names = [f"区综治委全体会议暨信访维稳工作会议和民调工作会议{i}" for i in range(5)]
    ax = plot_similarity(pd.DataFrame(np.eye(5), index=names, columns=names), order="table")
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2", "3", "4", "5"]
    assert all(tick.endswith(f"…  {i}") for i, tick in enumerate(ticks(ax), start=1))
    ax.figure.canvas.draw()
    assert all(label.get_window_extent().x0 >= 0 for label in ax.get_yticklabels())


def test_many_documents_have_no_names_that_would_overlap():
    names = [f"城市{i}" for i in range(71)]
    ax = plot_similarity(pd.DataFrame(np.eye(71), index=names, columns=names))
    assert ticks(ax) == [] and ax.get_ylabel() == "71 篇文档"
    assert ax.texts == [] or len(ax.texts) == 0


def test_documents_without_values_stand_last_and_are_white(make):
    table = make("matrix")
    table.iloc[0, 1:] = table.iloc[1:, 0] = np.nan
    ax = plot_similarity(table)
    assert ticks(ax) == ["乙", "丙", "甲"]
    assert [text.get_text() for text in ax.texts].count("–") == 4


def test_pairs_are_refused_with_the_way_out(make):
    pairs = pd.DataFrame({"doc_a": ["x"], "doc_b": ["y"], "value": [0.5]})
    for plot in (plot_similarity, plot_dendrogram):
        with pytest.raises(ArgumentError) as error:
            plot(pairs)
        assert str(error.value) == (
            "table must be square with the same documents as index and columns, got 1 rows and 3 columns. "
            "Make one with similarity_matrix(dtm); similarity(dtm) lists pairs."
        )
        with pytest.raises(ArgumentError, match="table must be symmetric"):
            plot(make("matrix").replace(0.9, np.nan).fillna({"甲": 0.1, "乙": 0.7}))
        with pytest.raises(EmptyError, match="table has 1 documents; at least two"):
            plot(make("matrix", names=("甲",)))


def test_merges_are_at_the_heights_of_scipy():
    table = blocks()
    ax = plot_dendrogram(table)
    distances = squareform((1 - table).round(12), checks=False)
    wanted = sorted(linkage(distances, "average")[:, 2])
    drawn = sorted(segment[:, 0].max() for segment in ax.collections[0].get_segments())
    assert drawn == pytest.approx(wanted)


def test_leaves_stand_in_the_order_of_the_heat_map():
    tree, heat = plot_dendrogram(blocks()), plot_similarity(blocks())
    names = ticks(tree) if tree.get_ylim()[0] > tree.get_ylim()[1] else ticks(tree)[::-1]
    assert names == ticks(heat)


def test_a_tree_leaves_out_documents_without_values_and_says_so(make):
    table = make("matrix", names=("甲", "乙", "丙", "丁"))
    table.loc["丙", ["甲", "乙", "丁"]] = table.loc[["甲", "乙", "丁"], "丙"] = np.nan
    with pytest.warns(TextkitWarning, match="left out, because a value with another document is missing: '丙'."):
        ax = plot_dendrogram(table)
    assert sorted(ticks(ax)) == sorted(["甲", "乙", "丁"])
    table.loc["甲", "乙"] = table.loc["乙", "甲"] = table.loc["甲", "丁"] = table.loc["丁", "甲"] = np.nan
    table.loc["乙", "丁"] = table.loc["丁", "乙"] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        with pytest.raises(EmptyError, match="fewer than two documents have values"):
            plot_dendrogram(table)


def test_equal_documents_do_not_break_the_scale():
    names = list("甲乙")
    same = pd.DataFrame(np.ones((2, 2)), index=names, columns=names)
    assert ticks(plot_similarity(same)) == names
    assert sorted(ticks(plot_dendrogram(same))) == sorted(names)


def infinite() -> pd.DataFrame:
    """Distances by Bhattacharyya: no word in common is infinitely far."""
    names, far = list("abcd"), np.inf
    values = [[0, 0.7, far, far], [0.7, 0, 0.2, far], [far, 0.2, 0, far], [far, far, far, 0]]
    table = pd.DataFrame(values, index=names, columns=names)
    table.attrs["textkit"] = {"orientation": "distance", "settings": {"measure": "bhattacharyya"}}
    return table


def test_infinite_distances_are_shown_and_ordered_last():
    ax = plot_similarity(infinite())
    rows = [label.get_text() for label in ax.get_yticklabels()]
    assert rows in (["a", "b", "c", "d"], ["d", "a", "b", "c"], ["c", "b", "a", "d"]), rows
    written = sorted(text.get_text() for text in ax.texts)
    assert written == ["0.20"] * 2 + ["0.70"] * 2 + ["∞"] * 8


def test_no_tree_can_join_what_is_infinitely_far():
    message = (
        r"^the distance between 'a' and 'c' is infinite, so they cannot be joined in a tree. Use a bounded measure: "
        r'similarity_matrix\(dtm, measure="jensen_shannon_distance"\), or "hellinger".$'
    )
    with pytest.raises(ArgumentError, match=message):
        plot_dendrogram(infinite())


def test_two_documents_have_one_value_and_the_scale_shows_no_other():
    for value in (0.5, 0.0, 0.987654321):
        table = pd.DataFrame([[1, value], [value, 1]], index=list("ab"), columns=list("ab"))
        bar = plot_similarity(table).figure.axes[-1]
        assert [label.get_text() for label in bar.get_yticklabels()] == [f"{value:.3g}"]
        assert bar.yaxis.get_offset_text().get_text() == ""
