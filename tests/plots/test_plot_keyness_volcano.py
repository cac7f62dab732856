from __future__ import annotations

import itertools
import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, FontError, UnknownNameError
from textkit.plots.keyness import plot_keyness
from textkit.plots.keyness_volcano import Box, place_label, plot_keyness_volcano


def points(ax):
    return [tuple(float(x) for x in at) for part in ax.collections for at in part.get_offsets()]


def names(ax):
    return [text.get_text() for text in ax.texts if not set(text.get_text()) & set("→←")]


@pytest.fixture
def table(make):
    made = make("keyness", terms=("网格", "综治", "工作", "信访", "维稳"))
    return made.assign(effect=[3.0, 1.0, 0.0, -1.0, -3.0], q_value=[0.001, 0.2, 1.0, 0.04, 0.01])


def test_effect_against_q(table):
    ax = plot_keyness_volcano(table)
    # grey first (0.2 and 1), then the target's, then the reference's
    expected = [(1.0, -math.log10(0.2)), (0.0, 0.0), (3.0, 3.0), (-1.0, -math.log10(0.04)), (-3.0, 2.0)]
    np.testing.assert_allclose(points(ax), expected, atol=1e-12)
    assert sorted(names(ax)) == ["信访", "维稳", "网格"], "what is below the line has no name"
    line = next(line for line in ax.lines if len(set(line.get_ydata())) == 1)
    assert line.get_ydata()[0] == pytest.approx(-math.log10(0.05))
    assert ax.get_ylabel() == "−log10 q　┄ q = 0.05"
    assert ax.get_xlim()[0] == -ax.get_xlim()[1]


def test_n_at_each_side_by_score(table):
    assert sorted(names(plot_keyness_volcano(table, n=1))) == ["维稳", "网格"]
    assert names(plot_keyness_volcano(table, n=0)) == []
    assert sorted(names(plot_keyness_volcano(table, level=1))) == ["信访", "维稳", "综治", "网格"]


def test_scores_where_there_is_no_q(table):
    with pytest.raises(ArgumentError) as error:
        plot_keyness_volcano(table.assign(q_value=np.nan))
    assert str(error.value) == (
        'table has no q-values: its measure is an effect and no test. Draw it with height="score", or make the table '
        "with another measure."
    )
    ax = plot_keyness_volcano(table.assign(q_value=np.nan), height="score")
    assert len(points(ax)) == 5 and ax.get_ylabel() == "得分的绝对值"
    assert len(names(ax)) == 4  # an effect of zero is on no side


def test_beyond_the_plot(table):
    table.loc[0, "q_value"] = 0.0
    table.loc[4, "effect"] = -math.inf
    ax = plot_keyness_volcano(table)
    assert np.isfinite(points(ax)).all()
    assert ax.get_ylabel().endswith("▲ 超出图外")
    high, side = ax.get_ylim()[1], ax.get_xlim()[1]
    assert all(abs(x) <= side and y <= high for x, y in points(ax))


def test_labels_overlap_neither_each_other_nor_the_edge(make):
    rng = np.random.default_rng(0)
    made = make("keyness", terms=tuple(f"很长的词{i}" for i in range(300)))
    made["effect"] = rng.normal(0, 1.5, 300)
    made["score"] = made["effect"] * 4
    made["q_value"] = 10.0 ** -(made["effect"].abs() * 3)
    made.loc[:20, ["effect", "q_value"]] = [4.0, 1e-12]  # many on one point
    ax = plot_keyness_volcano(made, n=25, title="标题")
    ax.figure.canvas.draw()
    # of an annotation itself the extent would include the line to its dot
    boxes = [Text.get_window_extent(text) for text in ax.texts if "很长" in text.get_text()]
    assert len(boxes) >= 25
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    frame = ax.get_window_extent().padded(1.5)
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1 for box in boxes)


def test_the_same_table_gives_the_same_places(table):
    one, other = (plot_keyness_volcano(table) for _ in range(2))
    assert [text.get_position() for text in one.texts] == [text.get_position() for text in other.texts]


def test_placing_by_hand():
    room = Box(0, 0, 100, 40)
    assert place_label((50, 20), (20, 10), [], room, outwards=-1) == Box(26, 15, 46, 25)
    # at the right edge there is only room elsewhere
    moved = place_label((95, 20), (20, 10), [], room, outwards=1)
    assert moved is not None and moved.right <= 100
    assert Box(0, 0, 2, 2).crossed((-1, 1), (3, 1)) and not Box(0, 0, 2, 2).crossed((-1, 3), (3, 3))


def test_one_group_of_several(table):
    both = pd.concat([table.assign(group="甲"), table.assign(group="乙")], ignore_index=True)
    for plot in (plot_keyness, plot_keyness_volcano):
        with pytest.raises(ArgumentError) as error:
            plot(both)
        assert str(error.value) == (
            f"table holds 2 groups ('甲', '乙'), and {plot.__name__} draws one. Choose it: "
            "table[table[\"group\"] == '甲']."
        )
        ax = plot(both[both["group"] == "乙"], labels={"乙": "乙县"})
        assert any(text.get_text() == "乙县 →" for text in ax.texts)
        assert any(text.get_text() == "← 其余文档" for text in ax.texts)


def test_sides_from_outside(table):
    table.attrs["textkit"] = {"settings": {"target": "x", "reference": "outside list", "measure": "welch"}}
    ax = plot_keyness_volcano(table)
    assert any(text.get_text() == "← 参照词表" for text in ax.texts)
    assert ax.get_xlabel() == "各文档频率均值之比（log2）"
    named = plot_keyness(table, labels={"outside list": "现代汉语词频表"}, lang="zh")
    assert any(text.get_text() == "← 现代汉语词频表" for text in named.texts)


def test_english_and_own_axes(table):
    _, own = plt.subplots()
    ax = plot_keyness_volcano(table.assign(term=list("abcde")), ax=own, lang="en", title="a$b$")
    assert ax is own and ax.get_xlabel() == "Ratio of rates (log2)"
    (drawn,) = drawing.recall([ax])
    assert drawn.function == "plot_keyness_volcano" and drawn.settings["height"] == "q_value"
    assert len(drawn.table) == 5


def test_own_axes_have_chinese_before_the_layout_is_made(table):
    figure, axes = plt.subplots(1, 2, layout="constrained")
    for ax in axes:  # a missing glyph would be a warning, and so an error
        plot_keyness_volcano(table, ax=ax, title="标题")
    figure.canvas.draw()


def test_the_line_is_there_even_if_nothing_reaches_it(table):
    ax = plot_keyness_volcano(table.assign(q_value=0.9))
    (line,) = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert line.get_ydata()[0] == pytest.approx(-math.log10(0.05))
    assert ax.get_ylim()[1] > 1.1 * -math.log10(0.05)


def test_messages(table):
    with pytest.raises(EmptyError):
        plot_keyness_volcano(table.iloc[:0])
    with pytest.raises(EmptyError, match="no row with both an effect and a score"):
        plot_keyness_volcano(table.assign(effect=np.nan), height="score")
    with pytest.raises(ArgumentError, match="table lacks the columns 'q_value'; it has .* Make the table with keyness"):
        plot_keyness_volcano(table.drop(columns="q_value"))
    with pytest.raises(UnknownNameError, match="unknown height 'p'"):
        plot_keyness_volcano(table, height="p")
    with pytest.raises(ArgumentError, match="level must be a finite number above 0 and at most 1, got 2"):
        plot_keyness_volcano(table, level=2)
    with pytest.raises(FontError):
        plot_keyness_volcano(table.replace({"term": {"网格": "起飞🚀"}}))
    assert plt.get_fignums() == []
