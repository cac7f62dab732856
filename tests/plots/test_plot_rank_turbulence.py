"""plot_rank_turbulence by its artists."""

from __future__ import annotations

import math
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, FontError, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.plots.rank_turbulence import plot_rank_turbulence
from textkit.stats.rank_turbulence import rank_turbulence

COUNTS = [[9, 5, 3, 0, 2], [1, 5, 9, 4, 0]]
TERMS = ["网格", "工作", "信访", "维稳", "综治"]


def table() -> pd.DataFrame:
    return rank_turbulence(DocumentTermMatrix(COUNTS, TERMS), "doc1")


def ticks(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def test_bars_to_both_sides_with_their_ranks():
    made = table()
    ax = plot_rank_turbulence(made, labels={"doc1": "甲"})
    # ranks 1 to 5 in doc1: 网格 工作 信访 综治 维稳; in doc2: 信访 工作 维稳 网格 综治; 工作 is second in both
    assert ticks(ax) == ["网格", "综治", "维稳", "信访"]
    by_term = made.set_index("term")
    expected = 100 * by_term["contribution"] * np.sign(by_term["score"])
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(expected[ticks(ax)].tolist(), rel=1e-5)
    written = [text.get_text() for text in ax.texts]
    # – where a side lacks the word
    assert written == ["甲 →", "← 其余文档", "1", "4", "–", "3", "目标秩", "4", "–", "3", "1", "参照秩"]
    assert ax.get_xlabel() == f"对总差异的贡献（%）；图中各词合计 100%；D = {made.attrs['textkit']['divergence']:.3f}"


def test_n_at_each_side_and_the_record():
    ax = plot_rank_turbulence(table(), n=1, lang="en", title="T")
    shown = ticks(ax)
    assert shown == ["网格", "信访"]
    (drawn,) = drawing.recall([ax])
    assert drawn.function == "plot_rank_turbulence" and drawn.settings["n"] == 1
    assert drawn.table["term"].tolist() == shown and drawn.table["score"].tolist()[0] > 0
    assert ax.get_xlabel().startswith("Contribution to the difference (%); these words: ")
    bare = table()
    bare.attrs = {}
    assert plot_rank_turbulence(bare).get_xlabel().endswith("%")


def test_words_that_rank_alike_are_not_drawn():
    made = table()
    assert made.loc[made["term"] == "工作", "score"].tolist() == [0.0]
    assert "工作" not in ticks(plot_rank_turbulence(made))
    equal = rank_turbulence(DocumentTermMatrix([[3, 2], [3, 2]], ["甲", "乙"]), "doc1")
    with pytest.raises(EmptyError, match="^table has no word that contributes anything, so there is nothing to draw.$"):
        plot_rank_turbulence(equal)


def test_one_side_only_on_a_given_ax_without_a_missing_glyph():
    made = table()
    figure, ax = plt.subplots()
    assert plot_rank_turbulence(made[made["score"] > 0], ax=ax) is ax
    assert not any("←" in text.get_text() for text in ax.texts) and ax.get_xlim()[0] > -1e3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.canvas.draw()


def test_nothing_overlaps():
    rng = np.random.default_rng(0)
    dtm = DocumentTermMatrix(rng.integers(0, 2000, (2, 60)), [f"某个词{i}" for i in range(60)])
    ax = plot_rank_turbulence(rank_turbulence(dtm, "doc1"), n=20, labels={"doc1": "很长的名字" * 9}, title="标题")
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in [*ax.texts, *ax.get_yticklabels(), ax._left_title]]
    assert not any(a.shrunk(0.9, 0.9).overlaps(b.shrunk(0.9, 0.9)) for i, a in enumerate(boxes) for b in boxes[:i])


def test_messages():
    with pytest.raises(EmptyError, match="Check what went into rank_turbulence"):
        plot_rank_turbulence(table().iloc[:0])
    with pytest.raises(ArgumentError, match="table lacks the columns 'contribution'"):
        plot_rank_turbulence(table().drop(columns="contribution"))
    with pytest.raises(UnknownNameError, match="unknown lang 'cn'"):
        plot_rank_turbulence(table(), lang="cn")
    with pytest.raises(FontError, match="U\\+1F680"):
        plot_rank_turbulence(table().replace({"term": {"网格": "🚀"}}))
    assert plt.get_fignums() == []
    lost = table().assign(contribution=math.nan)
    with pytest.raises(EmptyError, match="no word that contributes"):
        plot_rank_turbulence(lost)
