from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.errors import ArgumentError
from textkit.plots.line_panels import spread
from textkit.plots.trend import plot_trend


def test_lines_and_bands_of_the_table(make):
    ax = plot_trend(make("trend"))
    assert [line.get_ydata().tolist() for line in ax.lines] == [[1000.0, 1050.0, 1100.0], [2000.0, 2050.0, 2100.0]]
    assert ax.lines[0].get_xdata().tolist() == [2019, 2020, 2021]
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (500.0, 4000.0)
    assert ax.get_ylim()[0] == 0 and ax.get_ylim()[1] >= 4000


def test_years_stand_at_their_value_and_in_order(make):
    ax = plot_trend(make("trend", groups=(2021, 2001, 2011)))
    assert ax.lines[0].get_xdata().tolist() == [2001, 2011, 2021]
    assert ax.lines[0].get_ydata().tolist() == [1050.0, 1100.0, 1000.0]
    as_text = plot_trend(make("trend", groups=("2021", "2001", "2011")))
    assert as_text.lines[0].get_xdata().tolist() == [2001, 2011, 2021]


def test_other_groups_stand_side_by_side(make):
    ax = plot_trend(make("trend", groups=("十七大", "十八大", "十九大")))
    assert ax.lines[0].get_xdata().tolist() == [0, 1, 2]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["十七大", "十八大", "十九大"]


def test_a_missing_group_breaks_the_line(make):
    table = make("trend")
    table.loc[2, "rate"] = np.nan
    table = table.drop(index=3)
    first, second = plot_trend(table).lines
    assert np.isnan(first.get_ydata()).tolist() == [False, True, False]
    assert np.isnan(second.get_ydata()).tolist() == [False, True, False]


def test_up_to_six_lines_are_named_directly_seven_by_a_legend(make):
    six = plot_trend(make("trend", terms=tuple("甲乙丙丁戊己")))
    assert six.get_legend() is None
    assert [text.get_text() for text in six.texts] == list("甲乙丙丁戊己")
    seven = plot_trend(make("trend", terms=tuple("甲乙丙丁戊己庚")))
    assert [text.get_text() for text in seven.get_legend().get_texts()] == list("甲乙丙丁戊己庚")
    with pytest.raises(ArgumentError, match="table has 8 terms .* at most 7 apart. Choose some with n="):
        plot_trend(make("trend", terms=tuple("甲乙丙丁戊己庚辛")))
    assert len(plot_trend(make("trend", terms=tuple("甲乙丙丁戊己庚辛")), n=2).lines) == 2


def test_names_at_the_ends_of_close_lines_do_not_overlap(make):
    table = make("trend", terms=tuple("甲乙丙丁戊己"))
    table["rate"] = 1000.0  # all six end at the same point
    ax = plot_trend(table)
    ax.figure.canvas.draw()
    boxes = sorted((text.get_window_extent() for text in ax.texts), key=lambda box: box.y0)
    assert all(below.y1 <= above.y0 + 1 for below, above in itertools.pairwise(boxes))


@given(st.lists(st.floats(0, 300), min_size=1, max_size=7), st.floats(1, 20))
def test_spread_keeps_order_distance_and_mean(wanted, gap):
    places = spread(np.array(wanted), gap)
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(places[order]) >= gap - 1e-6).all()
    assert places.mean() == pytest.approx(np.mean(wanted), abs=1e-6)  # least squares moves nothing on the whole


def test_spread_moves_nothing_that_has_room():
    assert spread(np.array([0.0, 50.0, 20.0, np.nan]), 10)[:3].tolist() == [0.0, 50.0, 20.0]


def test_a_single_group(make):
    ax = plot_trend(make("trend", groups=(2020,)))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2020"]
