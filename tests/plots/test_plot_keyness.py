from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from textkit.errors import EmptyError
from textkit.plots.keyness import plot_keyness


def ticks(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def intervals(ax):
    """Ends of the dark lines: the last collection."""
    return [tuple(float(x) for x in path.vertices[:, 0]) for path in ax.collections[-1].get_paths()]


def test_both_ends_with_their_intervals(make):
    ax = plot_keyness(make("keyness"))
    # effects 3, 1, -1, -3; intervals of ±1.5
    assert ticks(ax) == ["网格 †", "综治", "信访", "维稳"]
    assert [bar.get_width() for bar in ax.patches] == [3.0, 1.0, -1.0, -3.0]
    assert intervals(ax) == [(1.5, 4.5), (-0.5, 2.5), (-2.5, 0.5), (-4.5, -1.5)]
    # pale where the interval holds zero
    assert [bar.get_alpha() for bar in ax.patches] == [1.0, 0.35, 0.35, 1.0]
    assert len({tuple(bar.get_facecolor()[:3]) for bar in ax.patches}) == 2
    assert "† 见表中 flag 列" in ax.get_xlabel()


def test_counts_of_both_sides_stand_at_the_right(make):
    ax = plot_keyness(make("keyness"))
    written = [text.get_text() for text in ax.texts]
    assert written[-10:] == ["0", "1", "2", "3", "目标", "4", "3", "2", "1", "参照"]


def test_n_terms_at_each_end_by_absolute_score(make):
    table = make("keyness", terms=("a", "b", "c", "d", "e", "f"))
    table["score"] = [1.0, 9.0, 5.0, -5.0, -9.0, -1.0]  # the strongest are in the middle
    ax = plot_keyness(table, n=1)
    assert ticks(ax) == ["b", "e"]
    # ties of the score go to the more frequent: n_target + n_reference is 6 for all, then to the code point
    table["score"] = 0.0
    assert ticks(plot_keyness(table, n=1)) == ["a †", "d"]
    # before that, to the smaller p
    table["p_value"] = [0.5, 0.04, 0.3, 0.9, 0.2, 0.1]
    assert ticks(plot_keyness(table, n=1)) == ["b", "f"]
    assert ticks(plot_keyness(table.drop(columns="p_value"), n=1)) == ["a †", "d"]


def test_names_come_from_the_settings_of_the_table(make):
    table = make("keyness")
    table.attrs["textkit"] = {
        "settings": {"target": ["x", "y"], "reference": None, "confidence": 0.9, "measure": "fightin_words"}
    }
    ax = plot_keyness(table, labels=pd.Series({"x": "甲市"}))
    written = [text.get_text() for text in ax.texts]
    assert "甲市、y →" in written and "← 其余文档" in written
    assert ax.get_xlabel() == "优势比（log2，经先验收缩），横线为 90% 区间　† 见表中 flag 列"
    table.attrs["textkit"]["settings"]["reference"] = "z"
    english = plot_keyness(table, labels={"z": "Zed"}, lang="en")
    assert "← Zed" in [text.get_text() for text in english.texts]


def test_long_names_are_cut_and_nothing_overlaps(make):
    table = make("keyness", terms=tuple(f"词{i}" for i in range(40)))
    table.attrs["textkit"] = {"settings": {"target": "很长" * 30, "reference": "也长" * 30}}
    ax = plot_keyness(table, n=20, title="标题")
    ax.figure.canvas.draw()
    target, reference = (next(text for text in ax.texts if mark in text.get_text()) for mark in "→←")
    assert target.get_text().endswith("… →") and reference.get_text().startswith("← 也长")
    assert reference.get_window_extent().x1 < target.get_window_extent().x0
    assert ax._left_title.get_window_extent().y0 >= target.get_window_extent().y1
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert all(above.y0 >= below.y1 - 1 for above, below in itertools.pairwise(boxes))


def test_one_side_only(make):
    table = make("keyness").iloc[:2]
    ax = plot_keyness(table)
    assert [bar.get_width() for bar in ax.patches] == [3.0, 1.0]
    assert not any("←" in text.get_text() for text in ax.texts)


def test_missing_and_infinite_values(make):
    table = make("keyness", terms=("a", "b", "c", "d", "e", "f"))
    table["flag"] = ""
    table.loc[0, "effect"] = math.nan  # cannot be drawn
    table.loc[1, ["ci_low", "ci_high"]] = math.nan  # no interval: drawn without, and not pale
    table.loc[2, ["effect", "ci_low", "ci_high"]] = [math.inf, 0.5, math.inf]
    ax = plot_keyness(table)
    assert ticks(ax) == ["c", "b", "d", "e", "f"]
    widths = [float(bar.get_width()) for bar in ax.patches]
    assert np.isfinite(widths).all() and widths[0] == ax.get_xlim()[1]
    assert ax.patches[1].get_alpha() == 1.0
    assert len(intervals(ax)) == 4
    (arrow,) = [line for line in ax.lines if line.get_marker() == 5 and len(line.get_xdata())]
    assert len(arrow.get_xdata()) == 1


def test_an_interval_longer_than_the_plot_ends_in_an_arrow(make):
    table = make("keyness")
    table.loc[0, "ci_high"] = 1000.0
    ax = plot_keyness(table)
    assert ax.get_xlim()[1] < 10
    assert [len(line.get_xdata()) for line in ax.lines if line.get_marker() == 5] == [1]


def test_no_effect_at_all(make):
    with pytest.raises(EmptyError) as error:
        plot_keyness(make("keyness").assign(effect=0.0))
    assert str(error.value) == "table has no row with an effect other than zero, so there is nothing to draw."
