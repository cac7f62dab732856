"""plot_zipf by its artists."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError
from textkit.plots.zipf import plot_zipf


def table(n: int = 50, groups: tuple[str, ...] = ("all",), fits: bool = True) -> pd.DataFrame:
    rank = np.arange(1, n + 1)
    blocks = [
        pd.DataFrame({"group": group, "rank": rank, "term": [f"词{i}" for i in rank], "count": 1000 // rank,
                      "zipf": 1000 / rank, "mandelbrot": 1100 / (rank + 0.2)})
        for group in groups
    ]  # fmt: skip
    made = pd.concat(blocks, ignore_index=True)
    if fits:
        made.attrs["textkit"] = {
            "fits": [
                {"group": group, "exponent": 1.0, "mandelbrot_exponent": 1.01, "mandelbrot_shift": 0.2346}
                for group in groups
            ]
        }
    return made


def test_points_and_both_laws():
    made = table()
    ax = plot_zipf(made)
    points, zipf, curve = ax.lines
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert points.get_xdata().tolist() == made["rank"].tolist()
    assert points.get_ydata().tolist() == made["count"].tolist()
    np.testing.assert_allclose(zipf.get_ydata(), made["zipf"], rtol=1e-5)
    np.testing.assert_allclose(curve.get_ydata(), made["mandelbrot"], rtol=1e-5)
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["词", "Zipf, s = 1", "Zipf–Mandelbrot, s = 1.01, q = 0.235"]


def test_points_are_thinned_evenly_on_the_logarithm():
    ax = plot_zipf(table(900), n=40)
    x = ax.lines[0].get_xdata()
    assert len(x) <= 40 and (x[0], x[-1]) == (1, 900)
    assert np.diff(np.log(x[-10:])).std() < 0.02
    (drawn,) = drawing.recall([ax])
    assert drawn.function == "plot_zipf" and len(drawn.table) == len(x)


def test_groups_and_labels():
    ax = plot_zipf(table(groups=("a", "b")), labels={"a": "甲"}, lang="en")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["甲", "b", "Zipf", "Zipf–Mandelbrot"]
    assert len(ax.lines) == 2 + 4
    with pytest.raises(ArgumentError, match="table has 8 groups .* at most 7 apart. Choose some"):
        plot_zipf(table(groups=tuple("abcdefgh")))


def test_words_without_a_count_and_without_a_fit():
    made = table(fits=False)
    made.loc[made["rank"] > 40, "count"] = 0
    made["mandelbrot"] = np.nan
    made.attrs["textkit"] = {
        "fits": [{"group": "all", "exponent": 1.0, "mandelbrot_exponent": None, "mandelbrot_shift": None}]
    }
    ax = plot_zipf(made)
    assert ax.lines[0].get_xdata().max() == 40
    assert [text.get_text() for text in ax.get_legend().get_texts()][1:] == ["Zipf, s = 1", "Zipf–Mandelbrot"]
    ax.figure.canvas.draw()


def test_ticks_are_plain_numbers():
    ax = plot_zipf(table(5000))
    ax.figure.canvas.draw()
    labels = {text.get_text() for text in ax.get_xticklabels()}
    assert {"1", "10", "100", "1,000"} <= labels
    assert not any("$" in label for label in labels)


def test_messages():
    with pytest.raises(EmptyError, match="Check what went into zipf_points"):
        plot_zipf(table().iloc[:0])
    with pytest.raises(ArgumentError, match=r"table lacks the columns 'zipf'.*Make the table with zipf_points\(dtm\)"):
        plot_zipf(table().drop(columns="zipf"))
