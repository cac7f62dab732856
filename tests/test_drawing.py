from __future__ import annotations

import weakref

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textkit import drawing, fonts
from textkit.errors import ArgumentError, EmptyError


def test_what_was_drawn_is_forgotten_with_the_axes():
    ax = plt.figure().add_subplot()
    table = pd.DataFrame({"a": [1]})
    drawing.remember(ax, table, "plot_x", n=np.int64(3), names=("a",))
    drawing.remember(ax, table, "plot_y")
    assert [item.function for item in drawing.recall([ax, ax])] == ["plot_x", "plot_y"]
    assert drawing.recall([ax])[0].settings == {"n": 3, "names": ["a"]}
    assert ax in drawing._DRAWN
    assert isinstance(drawing._DRAWN, weakref.WeakKeyDictionary), "it holds no figure alive"


def test_a_failure_leaves_no_half_drawn_figure():
    with pytest.raises(RuntimeError), drawing.sheet(None, height=2):
        raise RuntimeError
    assert plt.get_fignums() == []


def test_six_digits_are_those_of_the_csv():
    table = pd.DataFrame({"x": [1234567.891, 1e-9 / 3, np.nan, np.inf], "n": [1, 2, 3, 4], "t": list("abcd")})
    assert drawing.six_digits(table)["x"].tolist()[:2] == [1234570.0, 3.33333e-10]
    assert drawing.six_digits(table)["n"].tolist() == [1, 2, 3, 4]


@given(st.text("区综治信访维稳（）、。Petition and stability", max_size=40), st.floats(20, 200), st.integers(1, 4))
@settings(deadline=None)
def test_fit_keeps_to_width_and_lines(text, points, lines):
    broken = drawing.fit(text, points, lines=lines).split("\n")
    assert len(broken) <= lines
    assert all(fonts.text_width(line, 8) <= points + 1e-6 for line in broken)
    if not broken[-1].endswith("…"):
        assert "".join(broken).replace(" ", "") == text.replace(" ", "")


def test_lines_do_not_begin_with_closing_or_end_with_opening_marks():
    assert drawing.fit("区综治民调会（第二次）", 60, size=10, lines=2) == "区综治民调会\n（第二次）"
    assert drawing.fit("一二三四五。六七八九", 50, size=10, lines=2) == "一二三四\n五。六七…"


@pytest.mark.parametrize("colour", drawing.PALETTE)
def test_ink_reads_on_white_and_text_reads_on_fills(colour):
    def luminance(c):
        return drawing._luminance(*plt.matplotlib.colors.to_rgb(c))

    assert 1.05 / (luminance(drawing.ink(colour)) + 0.05) >= 4
    lighter, darker = sorted((luminance(colour), luminance(drawing.on(colour))), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 3.5


def test_legend_columns_fit_their_room():
    assert drawing._columns_that_fit([50, 50, 50, 50], 200) == 4
    assert drawing._columns_that_fit([50, 50, 50, 50], 149) == 2  # three columns of 50 take 150
    assert drawing._columns_that_fit([500, 10], 100) == 1


def test_checks():
    with pytest.raises(EmptyError) as error:
        drawing.checked(pd.DataFrame({"a": []}), ["a"], made_by="f(x)")
    assert str(error.value) == "table has no rows, so there is nothing to draw. Check what went into f(x)."
    with pytest.raises(ArgumentError, match="ax was taken off its figure"):
        ax = plt.figure().add_subplot()
        ax.remove()
        drawing.size_in_points(ax)


def test_ticks_name_the_place_where_they_stand():
    assert drawing.tick_numbers([-6.1, -6.075, -6.05]) == ["−6.100", "−6.075", "−6.050"]
    assert drawing.tick_numbers([0.1, 1, 10, 1000]) == ["0.1", "1", "10", "1,000"]
    assert drawing.tick_numbers([2019.0, 2019.5]) == ["2,019.0", "2,019.5"]
    assert drawing.tick_numbers([3.0]) == ["3"] and drawing.tick_numbers([]) == []
    assert drawing.tick_numbers([1.0, float("inf")]) == ["1", "∞"]


@given(st.floats(-1e5, 1e5), st.floats(1e-3, 1e3), st.integers(2, 8))
def test_no_tick_is_off_by_more_than_a_twentieth_of_the_room(first, step, n):
    values = first + step * np.arange(n)
    written = [float(text.replace(",", "").replace("−", "-")) for text in drawing.tick_numbers(values.tolist())]
    assert np.abs(np.array(written) - values).max() <= step / 20 * (1 + 1e-6) + 1e-9
