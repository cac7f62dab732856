"""plot_keyness_regression by its artists."""

from __future__ import annotations

import math
import warnings

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, FontError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.plots.keyness_regression import plot_keyness_regression
from textkit.stats.keyness_regression import keyness_regression


def table() -> pd.DataFrame:
    made = pd.DataFrame(
        {
            "term": ["网格", "综治", "工作", "信访", "网格"],
            "coefficient": ["year"] * 4 + ["town[T.b]"],
            "count": [51, 9, 4000, 35, 51],
            "docs": [22, 5, 24, 20, 22],
            "estimate": [0.5, 1.0, -0.1, -0.6, math.inf],
            "ci_low": [0.2, 0.1, -0.3, -0.9, math.nan],
            "ci_high": [0.8, 1.9, 0.1, -0.3, math.nan],
            "score": [3.0, 2.2, -1.0, -4.0, math.nan],
        }
    )
    made.attrs["textkit"] = {"settings": {"confidence": 0.9}}
    return made


def ticks(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def test_one_coefficient_with_its_intervals():
    ax = plot_keyness_regression(table(), coefficient="year", labels={"year": "年份"})
    assert ticks(ax) == ["综治", "网格", "工作", "信访"]
    assert [bar.get_width() for bar in ax.patches] == [1.0, 0.5, -0.1, -0.6]
    assert [bar.get_alpha() for bar in ax.patches] == [1.0, 1.0, 0.35, 1.0], "pale where the interval holds zero"
    ends = [tuple(path.vertices[:, 0]) for path in ax.collections[-1].get_paths()]
    assert ends == [(0.1, 1.9), (0.2, 0.8), (-0.3, 0.1), (-0.9, -0.3)]
    written = [text.get_text() for text in ax.texts]
    assert written == [
        "年份：更多 →", "← 年份：更少", "9", "51", "4,000", "35", "频次", "5", "22", "24", "20", "文档",
    ]  # fmt: skip
    assert ax.get_xlabel() == "系数：频率之比（log2），横线为 90% 区间"
    (drawn,) = drawing.recall([ax])
    assert drawn.settings["coefficient"] == "year" and drawn.settings["labels"] == {"year": "年份"}
    assert set(drawn.table["coefficient"]) == {"year"}


def test_n_by_absolute_score():
    ax = plot_keyness_regression(table(), coefficient="year", n=1, lang="en")
    assert ticks(ax) == ["网格", "信访"]
    assert ax.get_xlabel() == "Coefficient: ratio of rates (log2), with 90% intervals"
    bare = table().iloc[:4]
    bare.attrs = {}
    assert plot_keyness_regression(bare).get_xlabel().endswith("，横线为区间")
    without = bare.assign(ci_low=math.nan, ci_high=math.nan)
    assert plot_keyness_regression(without).get_xlabel() == "系数：频率之比（log2）"


def test_infinite_estimates_are_counted_and_not_drawn():
    made = table()
    made.loc[0, ["estimate", "ci_low", "ci_high"]] = [math.inf, math.nan, math.nan]
    ax = plot_keyness_regression(made, coefficient="year")
    assert ticks(ax) == ["综治", "工作", "信访"]
    assert ax.get_xlabel().endswith("；另有 1 个词在某一类中没有，未画")
    with pytest.raises(EmptyError) as error:
        plot_keyness_regression(made, coefficient="town[T.b]")
    assert str(error.value) == (
        "coefficient 'town[T.b]' has no finite estimate other than zero, so there is nothing to draw."
    )


def test_from_the_statistic_itself():
    docs = pd.DataFrame({"year": [1, 2, 3, 4, 5, 6]}, index=list("abcdef"))
    dtm = DocumentTermMatrix([[i, 7 - i, 50] for i in range(1, 7)], ["升", "降", "平"], docs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        made = keyness_regression(dtm, "year")
    ax = plot_keyness_regression(made)  # one coefficient needs no name
    assert ticks(ax)[0] == "升" and ticks(ax)[-1] == "降"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax.figure.canvas.draw()


def test_messages():
    with pytest.raises(ArgumentError) as error:
        plot_keyness_regression(table())
    assert str(error.value) == (
        "table holds 2 coefficients ('year', 'town[T.b]'), and plot_keyness_regression draws one. Name it: "
        "coefficient='town[T.b]'."
    )
    with pytest.raises(UnknownNameError, match="unknown coefficient 'yaer'; did you mean 'year'?"):
        plot_keyness_regression(table(), coefficient="yaer")
    with pytest.raises(EmptyError, match="Check what went into keyness_regression"):
        plot_keyness_regression(table().iloc[:0])
    with pytest.raises(ArgumentError, match="table lacks the columns 'estimate'"):
        plot_keyness_regression(table().drop(columns="estimate"))
    with pytest.raises(FontError, match="U\\+1F680"):
        plot_keyness_regression(table().replace({"term": {"综治": "🚀"}}), coefficient="year")
    assert plt.get_fignums() == []
