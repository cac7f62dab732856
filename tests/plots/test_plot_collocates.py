from __future__ import annotations

import itertools
import math
import warnings

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from matplotlib.text import Text

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, FontError, UnknownNameError
from textkit.figures import _render
from textkit.plots.collocates import plot_collocates


def table_of(words=("社会", "基层", "现代化"), **columns):
    n = len(words)
    left = np.linspace(10, 0, n) if n > 1 else np.array([4.0])
    return pd.DataFrame(
        {
            "node": "治理",
            "collocate": list(words),
            "f_xy": 10,
            "log_dice": np.linspace(11.5, 9.0, n),
            "g2": np.linspace(30.0, 90.0, n),
            "range": range(n, 0, -1),
            "left": left,
            "right": 10 - left,
            "ci_low": math.nan,
            "ci_high": math.nan,
            **columns,
        }
    )


def ticks(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def written(ax):
    return [text.get_text() for text in ax.texts]


def strips(ax):
    return [(round(patch.get_width() / 64, 6), patch.get_facecolor()) for patch in ax.patches]


def dots(ax):
    (line,) = [line for line in ax.lines if line.get_marker() == "o"]
    return [float(x) for x in line.get_xdata()]


def test_dots_sides_and_counts():
    ax = plot_collocates(table_of())
    assert ticks(ax) == ["社会", "基层", "现代化"] and dots(ax) == [11.5, 10.25, 9.0]
    blue, orange = (to_rgba(colour) for colour in drawing.PALETTE[:2])
    # 10 left; 5 and 5; 10 right
    assert strips(ax) == [(1.0, blue), (0.5, blue), (0.5, orange), (1.0, orange)]
    assert written(ax) == [
        "“治理”的搭配词", "← 左", "右 →", "10", "10", "10", "共现", "3", "2", "1", "文档"
    ]  # fmt: skip
    assert ax.get_xlabel() == "logDice"


def test_strips_stand_beside_the_dots():
    ax = plot_collocates(table_of())
    ax.figure.canvas.draw()
    right = ax.get_window_extent().x1
    boxes = [patch.get_window_extent() for patch in ax.patches]
    scale = ax.figure.dpi / 72
    assert min(box.x0 for box in boxes) == pytest.approx(right + 10 * scale, abs=0.5)
    assert max(box.x1 for box in boxes) == pytest.approx(right + 74 * scale, abs=0.5)
    assert max(box.x1 for box in boxes) < ax.figure.bbox.x1


def test_the_measure_and_its_interval_come_from_the_table():
    table = table_of(ci_low=[11.0, 9.5, 8.8], ci_high=[12.0, 11.0, 9.1])
    table.attrs["textkit"] = {"settings": {"measure": "log_dice", "confidence": 0.9}}
    ax = plot_collocates(table)
    assert ax.get_xlabel() == "logDice，横线为 90% 区间"
    lines = [tuple(path.vertices[:, 0]) for path in ax.collections[-1].get_paths()]
    assert lines == [(11.0, 12.0), (9.5, 11.0), (8.8, 9.1)]
    # another measure than the one that was resampled has no interval
    other = plot_collocates(table, measure="g2", lang="en")
    assert other.get_xlabel() == "Log-likelihood ratio G²" and not len(other.collections[-1].get_paths())
    assert ticks(other) == ["现代化", "基层", "社会"]
    (drawn,) = drawing.recall([other])
    assert drawn.settings["measure"] == "g2"


def test_n_strongest_ties_by_count_and_code_point():
    table = table_of(("丙", "乙", "甲", "丁"), log_dice=[5.0, 5.0, 5.0, 9.0], f_xy=[3, 3, 8, 1])
    assert ticks(plot_collocates(table, n=3)) == ["丁", "甲", "丙"]
    (drawn,) = drawing.recall([plt.gcf().axes[0]])
    assert len(drawn.table) == 3


def test_infinite_and_missing_values_are_not_drawn():
    table = table_of(("a", "b", "c", "d"), log_dice=[math.inf, -math.inf, math.nan, 7.0])
    assert ticks(plot_collocates(table)) == ["d"]
    with pytest.raises(EmptyError) as error:
        plot_collocates(table.iloc[:3])
    assert str(error.value) == "table has no row with a finite log_dice, so there is nothing to draw."


def test_units_have_no_sides():
    ax = plot_collocates(table_of(left=math.nan, right=math.nan), lang="en", title="T")
    assert strips(ax) == [] and written(ax)[0] == 'Collocates of "治理"'
    assert not any("left" in text for text in written(ax))
    assert plot_collocates(table_of()[["node", "collocate", "f_xy", "log_dice"]])


def test_one_node_at_a_time():
    table = pd.concat([table_of(), table_of().assign(node="工作")])
    with pytest.raises(ArgumentError) as error:
        plot_collocates(table)
    assert str(error.value) == (
        "table has the collocates of 2 nodes ('治理', '工作'); this plot shows one. Choose it "
        'with table[table["node"] == ...], or draw them together with plot_network.'
    )
    assert ticks(plot_collocates(table[table["node"] == "工作"])) == ["社会", "基层", "现代化"]


def test_nothing_overlaps_and_long_words_are_cut():
    table = table_of([f"很长很长的搭配词第{i}个" * (1 + i % 3) for i in range(30)], node="社会 治理 " * 20)
    ax = plot_collocates(table, n=30, title="标题")
    ax.figure.canvas.draw()
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert all(above.y0 >= below.y1 - 1 for above, below in itertools.pairwise(boxes))
    assert any(label.get_text().endswith("…") for label in ax.get_yticklabels())
    heads = [text for text in ax.texts if text.get_text() in ("← 左", "右 →", "共现", "文档") or "…" in text.get_text()]
    heads = sorted((text.get_window_extent() for text in heads), key=lambda box: box.x0)
    assert len(heads) == 5 and all(one.x1 <= other.x0 for one, other in itertools.pairwise(heads))
    assert ax._left_title.get_window_extent().y0 >= max(box.y1 for box in heads)
    everything = [text.get_window_extent() for text in ax.figure.findobj(Text) if text.get_text()]
    assert min(box.x0 for box in everything) >= 0 and max(box.x1 for box in everything) <= ax.figure.bbox.x1


def test_style_font_and_glyphs():
    with mpl.rc_context({"font.family": ["DejaVu Serif"], "font.size": 31}):
        before = dict(mpl.rcParams)
        ax = plot_collocates(table_of(("$a$", "b_$c"), node="x$y$"), title="$t$")
        assert dict(mpl.rcParams) == before
    ax.figure.canvas.draw()
    for text in ax.findobj(Text):
        if text.get_text():
            assert text.get_fontfamily() == ["Noto Sans SC", "DejaVu Sans"] and 8 <= text.get_fontsize() <= 12
    assert ticks(ax) == ["$a$", "b_$c"]
    figure, own = plt.subplots(figsize=(8, 4))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert plot_collocates(table_of(), ax=own) is own
        figure.canvas.draw()
    plt.close("all")
    for table, title in ((table_of(("🚀",)), None), (table_of(node="🚀"), None), (table_of(), "🚀")):
        with pytest.raises(FontError, match=r"no glyph for 🚀 \(U\+1F680"):
            plot_collocates(table, title=title)
    assert plt.get_fignums() == []


def test_the_numbers_are_remembered_and_the_table_is_left_alone():
    table = table_of(log_dice=[11.123456789, 10.0, 9.0])
    table.attrs["textkit"] = {"settings": {"measure": "log_dice"}, "inputs": {"tokens": "abc"}}
    before = table.copy()
    (drawn,) = drawing.recall([plot_collocates(table, title="题")])
    pd.testing.assert_frame_equal(table, before)
    assert (drawn.function, drawn.settings["title"], drawn.table.attrs["textkit"]["inputs"]) == (
        "plot_collocates", "题", {"tokens": "abc"}
    )  # fmt: skip
    assert drawn.table["log_dice"].iloc[0] == 11.1235


def test_the_same_picture_whatever_was_drawn_before():
    def picture():
        figure = plot_collocates(table_of()).figure
        return figure, _render(figure, "png", 100, "x", {})

    figure, first = picture()
    figure.set_dpi(60)
    figure.canvas.draw()
    assert _render(figure, "png", 100, "x", {}) == first and picture()[1] == first


def test_errors():
    with pytest.raises(
        ArgumentError, match="table lacks the columns 'collocate'; it has .* Make the table with collocates"
    ):
        plot_collocates(table_of().drop(columns="collocate"))
    with pytest.raises(ArgumentError, match="table must be a DataFrame, got a list. Make one with collocates"):
        plot_collocates([1])
    with pytest.raises(EmptyError):
        plot_collocates(table_of().iloc[:0])
    with pytest.raises(UnknownNameError, match="unknown lang 'cn'"):
        plot_collocates(table_of(), lang="cn")
    with pytest.raises(UnknownNameError, match="unknown measure 'pmi'"):
        plot_collocates(table_of(), measure="pmi")
    with pytest.raises(ArgumentError, match="n must be a whole number of at least 1, got 0"):
        plot_collocates(table_of(), n=0)
    with pytest.raises(ArgumentError, match="ax must"):
        plot_collocates(table_of(), ax=3)


def test_an_interval_that_goes_on_beyond_the_axis_ends_in_an_arrow():
    table = table_of(ci_low=[11.0, -math.inf, 8.0], ci_high=[12.0, 11.0, 10.0])
    table.attrs["textkit"] = {"settings": {"measure": "log_dice"}}
    ax = plot_collocates(table)
    arrows = {line.get_marker(): line.get_xydata().tolist() for line in ax.lines if line.get_marker() in (4, 5)}
    assert arrows == {4: [[ax.get_xlim()[0], 1.0]], 5: []}
