"""plot_kl_divergence and plot_kl_terms by their artists."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError
from textkit.matrix import DocumentTermMatrix
from textkit.plots.kl_divergence import plot_kl_divergence, plot_kl_terms
from textkit.stats.entropy import kl_divergence
from textkit.stats.kl_terms import kl_terms

DTM = DocumentTermMatrix([[8, 4, 2, 2], [4, 1, 1, 0], [1, 1, 6, 2]], ["的", "工作", "网格", "信访"])


def test_rows_are_p_and_columns_q():
    table = kl_divergence(DTM, smoothing=0.5)
    ax = plot_kl_divergence(table, labels={"doc1": "甲"})
    assert [label.get_text() for label in ax.get_yticklabels()] == ["甲", "doc2", "doc3"]
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("p：被描述的文本", "q：用作编码的文本")
    pairs = table.set_index(["p", "q"])["divergence"]
    values = np.asarray(ax.collections[0].get_array())
    for i in range(3):
        for j in range(3):
            if i != j:
                assert values[i, j] == pytest.approx(pairs[(f"doc{i + 1}", f"doc{j + 1}")], rel=1e-5)
    assert np.ma.getmaskarray(ax.collections[0].get_array()).diagonal().all()
    written = {(round(t.get_position()[1]), round(t.get_position()[0])): t.get_text() for t in ax.texts}
    assert written[(0, 2)] == f"{pairs[('doc1', 'doc3')]:.2f}" and len(written) == 6


def test_infinite_cells_are_hatched_and_need_no_scale():
    table = kl_divergence(DTM)
    ax = plot_kl_divergence(table)
    hatched = [p for p in ax.patches if isinstance(p, Rectangle) and p.get_hatch()]
    assert len(hatched) == int(np.isinf(table["divergence"]).sum()) == 2
    assert [text.get_text() for text in ax.texts].count("∞") == 2
    only = table[np.isinf(table["divergence"])]
    assert len(plot_kl_divergence(only).figure.axes) == 1  # no colour bar


def test_many_groups_are_named_upright_without_figures():
    rng = np.random.default_rng(0)
    dtm = DocumentTermMatrix(rng.integers(1, 9, (20, 5)), list("abcde"))
    ax = plot_kl_divergence(kl_divergence(dtm), title="标题")
    assert not ax.texts and {label.get_rotation() for label in ax.get_xticklabels()} == {90}
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in [*ax.get_xticklabels(), *ax.get_yticklabels(), ax._left_title]]
    assert not any(a.shrunk(0.9, 0.9).overlaps(b.shrunk(0.9, 0.9)) for i, a in enumerate(boxes) for b in boxes[:i])


def test_too_many_groups():
    table = pd.DataFrame({"p": range(81), "q": -1, "divergence": 1.0})
    with pytest.raises(ArgumentError, match="^table has 82 groups; one figure holds 80. Merge groups or choose some.$"):
        plot_kl_divergence(table)


class TestTerms:
    def test_bars_to_both_sides(self):
        table = kl_terms(DTM, "doc1", "doc3")
        ax = plot_kl_terms(table, labels={"doc3": "丙"})
        shown = table[table["score"] != 0]
        assert [label.get_text() for label in ax.get_yticklabels()] == shown["term"].tolist()
        assert [bar.get_width() for bar in ax.patches] == pytest.approx(shown["score"].tolist(), rel=1e-5)
        assert {"doc1 →", "← 丙"} <= {text.get_text() for text in ax.texts}
        divergence = table.attrs["textkit"]["divergence"]
        assert ax.get_xlabel() == f"对 KL 散度的贡献（比特）；D = {divergence:.3g}"

    def test_infinite_scores_are_counted_not_drawn(self):
        ax = plot_kl_terms(kl_terms(DTM, "doc1", "doc2"), n=1, lang="en")
        assert len(ax.patches) == 2
        assert ax.get_xlabel() == "Contribution to the KL divergence (bits); 1 words at ∞ are left out"
        (drawn,) = drawing.recall([ax])
        assert drawn.function == "plot_kl_terms" and np.isfinite(drawn.table["score"]).all()

    def test_intervals_and_messages(self):
        table = kl_terms(DTM, "doc1", "doc3").assign(
            ci_low=lambda t: t["score"] - 0.1, ci_high=lambda t: t["score"] + 0.1
        )
        assert "，横线为 95% 区间" in plot_kl_terms(table).get_xlabel()
        with pytest.raises(
            EmptyError, match="^table has no finite score other than zero, so there is nothing to draw.$"
        ):
            plot_kl_terms(table.assign(score=np.inf))
