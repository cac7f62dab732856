from __future__ import annotations

import itertools

import pandas as pd
import pytest

from textkit import drawing
from textkit.errors import ArgumentError, UnknownNameError
from textkit.plots.frequency import plot_frequency


def ticks(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def test_bars_from_the_largest_with_counts_at_their_ends(make):
    ax = plot_frequency(make("frequency"), n=2)
    # rates 1000, 2000, 3000 and counts 10, 20, 30: the two largest, largest first
    assert ticks(ax) == ["信访", "网格"]
    assert [bar.get_width() for bar in ax.patches] == [3000.0, 2000.0]
    assert [text.get_text() for text in ax.texts] == ["30", "20"]
    assert ax.get_xlim()[0] == 0
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first is on top


def test_counts_instead_of_rates(make):
    ax = plot_frequency(make("frequency"), value="count", lang="en")
    assert [bar.get_width() for bar in ax.patches] == [30, 20, 10]
    assert ax.get_xlabel() == "Frequency"
    with pytest.raises(UnknownNameError, match="unknown value 'counts'; did you mean 'count'"):
        plot_frequency(make("frequency"), value="counts")


def test_ties_are_broken_by_code_points(make):
    table = make("frequency", terms=("丙", "乙", "甲")).assign(rate=5.0)
    assert ticks(plot_frequency(table)) == ["丙", "乙", "甲"]  # U+4E19, U+4E59, U+7532
    assert ticks(plot_frequency(table.iloc[::-1])) == ["丙", "乙", "甲"]


def test_one_dot_a_group_and_term_in_colours_and_marks_of_its_own(make):
    table = make("frequency", groups=("a", "b", "c"))
    ax = plot_frequency(table.drop(index=2), labels={"a": "甲市"})  # 信访 is missing in a
    dots = [line for line in ax.lines if line.get_marker() not in ("None", "", None)]
    assert [len(line.get_xdata()) for line in dots] == [2, 3, 3]  # nothing is filled in
    assert len({line.get_color() for line in dots}) == len({line.get_marker() for line in dots}) == 3
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["甲市", "b", "c"]


def test_terms_are_chosen_by_their_mean_over_the_groups(make):
    table = make("frequency", groups=("a", "b"))
    # 工作: 1000 and 1100; raise it in one group only: mean (9000 + 1100) / 2 = 5050, more than 3050 of 信访
    table.loc[0, "rate"] = 9000.0
    assert ticks(plot_frequency(table, n=1)) == ["工作"]


def test_missing_values_are_left_out(make):
    table = make("frequency")
    table.loc[1, "rate"] = float("nan")
    ax = plot_frequency(table)
    assert ticks(ax) == ["信访", "工作"]
    assert len(ax.patches) == 2


def test_too_many_groups(make):
    with pytest.raises(ArgumentError) as error:
        plot_frequency(make("frequency", groups=tuple("abcdefgh")))
    assert str(error.value) == (
        "table has 8 groups ('a', 'b', 'c', 'd' and 4 more); this plot tells at most 7 apart. "
        'Choose some: table[table["group"].isin([...])].'
    )


def test_labels_do_not_overlap_with_many_bars_and_long_names(make):
    names = tuple(f"区综治委全体会议暨信访维稳工作会议第{i}次" for i in range(7))
    table = make("frequency", terms=tuple(f"高质量发展{i:02}" for i in range(40)), groups=names)
    ax = plot_frequency(table, n=40, title="题")
    ax.figure.canvas.draw()
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert all(above.y0 >= below.y1 - 1 for above, below in itertools.pairwise(boxes))
    legend, title = ax.get_legend().get_window_extent(), ax._left_title.get_window_extent()
    assert title.y0 >= legend.y1 - 1 and legend.y0 >= ax.get_window_extent().y1 - 1
    page = ax.figure.bbox
    for text in [*ax.get_legend().get_texts(), *ax.get_yticklabels(), ax._left_title]:
        box = text.get_window_extent()
        assert page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1
        assert page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1


def test_the_numbers_are_those_of_the_table_in_any_order(make):
    table = make("frequency", terms=("甲", "乙", "丙"), groups=("a", "b"))
    first = drawing.recall([plot_frequency(table)])[0].table
    again = drawing.recall([plot_frequency(table.sample(frac=1, random_state=3))])[0].table
    key = ["group", "term"]
    assert first.sort_values(key).to_numpy().tolist() == again.sort_values(key).to_numpy().tolist()


def test_intervals_are_drawn_where_the_table_has_them() -> None:
    table = pd.DataFrame(
        {
            "group": "all",
            "term": ["工作", "网格"],
            "count": [8, 2],
            "rate": [8e5, 2e5],
            "ci_low": [6e5, 1e5],
            "ci_high": [9e5, 4e5],
        }
    )
    ax = plot_frequency(table)
    drawn = [path.vertices[:, 0].tolist() for lines in ax.collections for path in lines.get_paths()]
    assert drawn == [[6e5, 9e5], [1e5, 4e5]]
    assert [note.xy[0] for note in ax.texts] == [9e5, 4e5], "the count stands behind the interval"
    none = plot_frequency(table.assign(ci_low=float("nan"), ci_high=float("nan")))
    assert [note.xy[0] for note in none.texts] == [8e5, 2e5]
