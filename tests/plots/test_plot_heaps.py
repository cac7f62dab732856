"""plot_heaps by its artists."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError
from textkit.plots.heaps import plot_heaps


def table(groups: tuple[str, ...] = ("all",)) -> pd.DataFrame:
    n = np.array([10, 100, 1000, 5000])
    blocks = [
        pd.DataFrame({"group": group, "n_tokens": n, "n_types": 3 * n**0.6, "low": 2.8 * n**0.6, "high": 3.2 * n**0.6,
                      "fitted": 3.05 * n**0.6})
        for group in groups
    ]  # fmt: skip
    made = pd.concat(blocks, ignore_index=True)
    made.attrs["textkit"] = {"fits": [{"group": group, "k": 3.05, "beta": 0.6} for group in groups]}
    return made


def test_points_band_and_law():
    made = table()
    ax = plot_heaps(made)
    points, law = ax.lines
    np.testing.assert_allclose(points.get_ydata(), made["n_types"], rtol=1e-5)
    np.testing.assert_allclose(law.get_ydata(), made["fitted"], rtol=1e-5)
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == pytest.approx((made["low"].min(), made["high"].max()), rel=1e-5)
    assert ax.get_xlim()[0] == 0 and ax.get_ylim()[0] == 0
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "各种文档顺序的平均", "Heaps 定律: K = 3.05, β = 0.6",
    ]  # fmt: skip


def test_marks_do_not_pile_up():
    # on a linear axis up to 5,000, marks stand 5,000 / 40 = 125 apart: of 10, 100, 1000, 5000 the second is too near
    points = plot_heaps(table()).lines[0]
    assert list(points.get_markevery()) == [0, 2, 3]
    assert len(points.get_xdata()) == 4, "the numbers stay"


def test_groups_n_and_labels():
    ax = plot_heaps(table(("a", "b", "c")), n=2, labels={"a": "甲"}, lang="en", title="t")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["甲", "b", "Heaps' law"]
    (drawn,) = drawing.recall([ax])
    assert drawn.function == "plot_heaps" and drawn.settings["n"] == 2 and set(drawn.table["group"]) == {"a", "b"}
    with pytest.raises(ArgumentError, match="table has 8 groups .* Choose some with n=, or draw two figures"):
        plot_heaps(table(tuple("abcdefgh")))


def test_messages():
    with pytest.raises(EmptyError, match="Check what went into heaps_points"):
        plot_heaps(table().iloc[:0])
    with pytest.raises(ArgumentError, match=r"table lacks the columns 'fitted'.*Make the table with heaps_points"):
        plot_heaps(table().drop(columns="fitted"))
