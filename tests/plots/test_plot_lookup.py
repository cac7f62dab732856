from __future__ import annotations

import warnings

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, FontError, UnknownNameError
from textkit.plots.lookup import plot_lookup

COLUMNS = ["group", "category", "count", "n_negated", "weight", "rate", "n_tokens", "docs", "ci_low", "ci_high"]


def lookup_table(groups=("甲", "乙"), categories=("治理", "治理/网格", "民生")):
    rows = [
        (group, category, 3, 0, 3.0, 100.0 * (i + 1) + 10 * j, 9000, 1, 50.0 * (i + 1), 180.0 * (i + 1))
        for j, group in enumerate(groups)
        for i, category in enumerate(categories)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_dots_and_intervals_are_those_of_the_table():
    ax = plot_lookup(lookup_table())
    assert [line.get_xdata().tolist() for line in ax.lines if line.get_marker() != "None"] == [
        [100.0, 200.0, 300.0],
        [110.0, 210.0, 310.0],
    ]
    segments = [segment[:, 0].tolist() for part in ax.collections for segment in part.get_segments()]
    assert segments == [[50.0, 180.0], [100.0, 360.0], [150.0, 540.0]] * 2
    assert [label.get_text() for label in ax.get_yticklabels()] == ["治理", "治理/网格", "民生"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["甲", "乙"]
    assert ax.get_xlabel() == "每百万词次数，横线为区间"


def test_no_interval_no_words_about_one():
    table = lookup_table(groups=("甲",)).assign(ci_low=np.nan, ci_high=np.nan)
    ax = plot_lookup(table, lang="en")
    assert ax.get_xlabel() == "Hits per million tokens"
    assert ax.get_legend() is None


def test_the_confidence_is_told():
    table = lookup_table()
    table.attrs["textkit"] = {"settings": {"confidence": 0.9}}
    assert plot_lookup(table).get_xlabel() == "每百万词次数，横线为 90% 区间"


def test_n_takes_the_most_frequent_in_the_order_of_the_table():
    ax = plot_lookup(lookup_table(), n=2)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["治理/网格", "民生"]


def test_many_groups_become_cells():
    groups = tuple(f"文档{i}" for i in range(9))
    ax = plot_lookup(lookup_table(groups))
    values = ax.collections[0].get_array()
    assert values.shape == (3, 9)
    assert values[1].tolist() == [200.0 + 10 * j for j in range(9)]
    assert [label.get_text() for label in ax.get_xticklabels()] == list(groups)
    assert plot_lookup(lookup_table(), kind="heat").texts[0].get_text() == "100"
    with pytest.raises(ArgumentError, match='table has 9 groups .* at most 7 apart. Use kind="heat".'):
        plot_lookup(lookup_table(groups), kind="intervals")
    with pytest.raises(ArgumentError, match="table has 41 groups and 3 categories; one figure holds 40 and 60."):
        plot_lookup(lookup_table(tuple(map(str, range(41)))))


@pytest.mark.parametrize("kind", ["intervals", "heat"])
def test_missing_rates(kind):
    table = lookup_table()
    table.loc[table["group"] == "乙", ["rate", "ci_low", "ci_high"]] = np.nan
    ax = plot_lookup(table, kind=kind)
    ax.figure.canvas.draw()
    if kind == "heat":
        assert [text.get_text() for text in ax.texts] == ["100", "–", "200", "–", "300", "–"]
    nothing = table.assign(rate=np.nan, ci_low=np.nan, ci_high=np.nan)
    plot_lookup(nothing, kind=kind).figure.canvas.draw()
    zero = table.assign(rate=0.0, ci_low=np.nan, ci_high=np.nan)
    plot_lookup(zero, kind=kind).figure.canvas.draw()


def test_the_contract_of_plots():
    table = lookup_table()
    before = table.copy()
    _, axes = plt.subplots()
    assert plot_lookup(table, ax=axes, title=r"$a_$b", labels={"甲": "甲市"}) is axes
    pd.testing.assert_frame_equal(table, before)
    (drawn,) = drawing.recall([axes])
    assert drawn.function == "plot_lookup" and drawn.settings["kind"] == "intervals"
    assert drawn.settings["labels"] == {"甲": "甲市"}
    assert axes.get_title(loc="left") == r"$a_$b"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        axes.figure.canvas.draw()


def test_messages():
    with pytest.raises(
        EmptyError, match=r"table has no rows, so there is nothing to draw. Check what went into lookup"
    ):
        plot_lookup(lookup_table().iloc[:0])
    with pytest.raises(ArgumentError, match=r"table lacks the columns 'rate'; it has .* Make the table with lookup\("):
        plot_lookup(lookup_table().drop(columns="rate"))
    with pytest.raises(FontError, match=r"no glyph for 🚀 \(U\+1F680, in '起飞🚀'\)"):
        plot_lookup(lookup_table(categories=("起飞🚀",)))
    with pytest.raises(UnknownNameError, match="unknown kind 'bars'"):
        plot_lookup(lookup_table(), kind="bars")
    assert plt.get_fignums() == []


def test_an_interval_that_is_cut_off_ends_in_an_arrow():
    table = lookup_table(groups=("甲",)).assign(ci_high=[180.0, 360.0, 900.0])
    (arrow,) = [line for line in plot_lookup(table).lines if line.get_marker() == 5]
    assert arrow.get_xydata().tolist() == [[600.0, 2.0]], "twice the highest rate"
