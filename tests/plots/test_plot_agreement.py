from __future__ import annotations

import warnings

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, FontError
from textkit.plots.agreement import _NAMES, plot_agreement, plot_confusion
from textkit.stats.agreement import MEASURES, agreement, confusion


def coefficients(**columns):
    table = pd.DataFrame(
        {
            "coefficient": ["percent", "krippendorff", "cohen"],
            "value": [0.9, 0.76, -0.1],
            "se": np.nan,
            "ci_low": [0.8, 0.6, -0.3],
            "ci_high": [0.97, 0.9, 0.2],
            "n_units": 1200,
        }
    )
    return table.assign(**columns)


def pairs(coders=(("甲", "乙"),)):
    rows = [
        (a, b, x, y, x == y, n)
        for a, b in coders
        for x, y, n in (("正", "正", 90), ("负", "负", 80), ("正", "负", 3), ("负", "正", 7))
    ]
    return pd.DataFrame(rows, columns=["coder_a", "coder_b", "value_a", "value_b", "agree", "count"])


def test_dots_and_intervals_are_those_of_the_table():
    ax = plot_agreement(coefficients())
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert [float(line.get_xdata()[0]) for line in dots] == [0.9, 0.76, -0.1]
    assert dots[0].get_markerfacecolor() == "white" and dots[1].get_markerfacecolor() != "white"
    segments = [segment[:, 0].tolist() for segment in ax.collections[-1].get_segments()]
    assert segments == [[0.8, 0.97], [0.6, 0.9], [-0.3, 0.2]]
    assert [text.get_text() for text in ax.texts] == ["0.667", "0.8", "0.900", "0.760", "−0.100"]
    assert ax.get_xlabel() == "一致程度（1,200 个单位），横线为区间"
    assert ax.get_xlim()[0] < -0.3


def test_a_coefficient_that_does_not_exist_is_written_out():
    table = coefficients(value=[1.0, np.nan, np.nan], ci_low=np.nan, ci_high=np.nan)
    ax = plot_agreement(table, lang="en")
    assert [text.get_text() for text in ax.texts][2:] == ["1.000", "undefined", "undefined"]
    assert ax.get_xlabel() == "Agreement (1,200 units)"
    ax.figure.canvas.draw()


def test_every_coefficient_has_a_name():
    for names in _NAMES.values():
        assert set(names) == set(MEASURES)
    ax = plot_agreement(coefficients(), labels={"cohen": "κ（甲、乙）"})
    assert [label.get_text() for label in ax.get_yticklabels()] == ["一致百分比", "Krippendorff α", "κ（甲、乙）"]


def test_cells_of_two_coders():
    ax = plot_confusion(pairs())
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("甲", "乙")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["正", "负"]
    assert [text.get_text() for text in ax.texts] == ["90", "3", "7", "80"]
    values = ax.collections[0].get_array()
    assert values.mask.tolist() == [[True, False], [False, True]]
    assert values[0, 1] == 3 and values[1, 0] == 7


def test_cells_of_many_coders_are_folded():
    ax = plot_confusion(pairs((("甲", "乙"), ("甲", "丙"))), lang="en")
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("One coder", "Another coder")
    assert [text.get_text() for text in ax.texts] == ["180", "20", "", "160"]


def test_from_codings_to_pictures():
    rng = np.random.default_rng(0)
    first = rng.choice(["低", "中", "高"], 60)
    wide = pd.DataFrame({"甲": first, "乙": np.where(rng.random(60) < 0.7, first, "中")})
    order = ["低", "中", "高"]
    table = agreement(wide, measure="all", level="ordinal", categories=order, n_replicates=50)
    ax = plot_agreement(table)
    assert ax.get_xlabel() == "一致程度（60 个单位），横线为 95% 区间"
    cells = plot_confusion(confusion(wide, categories=order))
    assert [label.get_text() for label in cells.get_xticklabels()] == order
    numbers = [int(text.get_text() or 0) for text in cells.texts]
    assert sum(numbers) == 60


@pytest.mark.parametrize(("plot", "table"), [(plot_agreement, coefficients()), (plot_confusion, pairs())])
def test_the_contract_of_plots(plot, table):
    before = table.copy()
    _, axes = plt.subplots()
    assert plot(table, ax=axes, title=r"$a_$b") is axes
    pd.testing.assert_frame_equal(table, before)
    (drawn,) = drawing.recall([axes])
    assert drawn.function == plot.__name__ and drawn.settings["title"] == r"$a_$b"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        axes.figure.canvas.draw()
    plt.close("all")
    with pytest.raises(EmptyError, match="table has no rows"):
        plot(table.iloc[:0])
    with pytest.raises(ArgumentError, match="table must be a DataFrame, got a list. Make one with "):
        plot([1])
    with pytest.raises(FontError, match="U\\+E000"):
        plot(table, title="\ue000")
    with pytest.raises(ArgumentError, match="labels must be a Mapping or Series, got a list"):
        plot(table, labels=["x"])
    assert plt.get_fignums() == []


def test_limits():
    many = pd.DataFrame({"coder_a": "a", "coder_b": "b", "value_a": range(31), "value_b": range(31), "count": 1})
    with pytest.raises(ArgumentError, match="table has 31 categories; one figure holds 30. Join rare categories, or"):
        plot_confusion(many)
    mixed = pairs().replace({"value_a": {"正": 1}})
    assert len(plot_confusion(mixed).get_xticklabels()) == 3


def test_a_short_name_of_a_coder_stands_upright():
    ax = plot_confusion(pairs())
    assert (ax.get_ylabel(), ax.yaxis.label.get_rotation()) == ("甲", 0)
    long = plot_confusion(pairs(coders=(("第一位编码者", "乙"),)))
    assert long.yaxis.label.get_rotation() == 90
