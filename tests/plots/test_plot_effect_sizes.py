"""plot_effect_sizes by its artists."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.plots.effect_sizes import plot_effect_sizes
from textkit.stats.effect_sizes import effect_sizes

DTM = DocumentTermMatrix([[30, 1, 0, 60], [4, 20, 9, 60]], ["网格", "信访", "维稳", "工作"])


def table() -> pd.DataFrame:
    return effect_sizes(DTM, "doc1")


def dots(ax):
    """The dots of a panel from top to bottom, without the arrows at the edges."""
    found = [line for line in ax.lines if line.get_marker() in ("o", "s") and len(line.get_xdata()) == 1]
    return {int(line.get_ydata()[0]): float(line.get_xdata()[0]) for line in found}


def test_panels_share_their_rows_and_the_first_has_intervals():
    made = table()
    panels = plot_effect_sizes(made)
    assert panels.shape == (3,)
    by_term = made.set_index("term")
    rows = [label.get_text() for label in panels[0].get_yticklabels()]
    assert rows == made["term"].tolist()  # by falling z
    assert not any(label.get_text() for label in panels[1].get_yticklabels())
    for panel, measure in zip(panels, ("log_ratio", "log_odds", "phi"), strict=True):
        assert dots(panel) == pytest.approx(dict(enumerate(by_term.loc[rows, measure])), rel=1e-5)
    lines = panels[0].collections[-1].get_segments()
    left, right = panels[0].get_xlim()
    for segment, term in zip(lines, rows, strict=True):
        ends = by_term.loc[term, ["ci_low", "ci_high"]].clip(left, right)
        assert segment[:, 0].tolist() == pytest.approx(ends.tolist(), rel=1e-5)
    assert [panel.get_xlabel().replace("\n", "") for panel in panels] == [
        "频率之比（log2），横线为 95% 区间", "优势比（log2，经先验收缩）", "φ 系数",
    ]  # fmt: skip
    assert [text.get_text() for text in panels[0].texts] == ["← 其余文档"]
    assert "doc1 →" in [text.get_text() for text in panels[2].texts]


def test_n_at_each_end_and_one_panel():
    (ax,) = plot_effect_sizes(table(), n=1, measures="kld", lang="en", labels={"doc1": "A"})
    assert [label.get_text() for label in ax.get_yticklabels()] == ["网格", "信访"]
    assert {"A →", "← all others"} <= {text.get_text() for text in ax.texts}
    (drawn,) = drawing.recall([ax])
    assert drawn.settings["measures"] == ["kld"] and drawn.table["term"].tolist() == ["网格", "信访"]


def test_ratios_are_logarithmic_around_one_and_infinite_ones_are_arrows():
    only = table()[lambda t: t["z"] > 0]
    assert np.isfinite(only["odds_ratio"]).all()
    turned = effect_sizes(DTM, "doc2")  # 维稳 is in doc2 alone: its odds ratio is infinite
    (ax,) = plot_effect_sizes(turned, measures=["odds_ratio"])
    assert ax.get_xscale() == "log"
    place = [label.get_text() for label in ax.get_yticklabels()].index("维稳")
    assert place not in dots(ax)
    (arrow,) = [line for line in ax.lines if line.get_marker() == 5]  # caret right
    assert (arrow.get_xdata()[0], arrow.get_ydata()[0]) == (ax.get_xlim()[1], place)
    # the line of no difference
    assert any(np.allclose(line.get_xdata(), 1) and len(line.get_xdata()) == 2 for line in ax.lines)
    assert not any("e" in label.get_text() for label in ax.get_xticklabels())


def test_nothing_overlaps():
    rng = np.random.default_rng(0)
    dtm = DocumentTermMatrix(rng.integers(1, 300, (2, 60)), [f"某个词{i}" for i in range(60)])
    panels = plot_effect_sizes(
        effect_sizes(dtm, "doc1"), n=12, measures=["log_ratio", "relative_risk", "bic", "phi"], title="标题",
        labels={"doc1": "很长的名字" * 9},
    )  # fmt: skip
    panels[0].figure.canvas.draw()
    texts = [text for ax in panels for text in [*ax.texts, *ax.get_yticklabels(), ax.xaxis.label]]
    for ax in panels:
        left, right = ax.get_xlim()
        texts += [label for label in ax.get_xticklabels() if left <= label.get_position()[0] <= right]
    boxes = [text.get_window_extent() for text in texts if text.get_text()]
    assert not any(a.shrunk(0.9, 0.9).overlaps(b.shrunk(0.9, 0.9)) for i, a in enumerate(boxes) for b in boxes[:i])


def test_messages():
    made = table()
    with pytest.raises(UnknownNameError, match="unknown measures 'logratio'; did you mean 'log_ratio'"):
        plot_effect_sizes(made, measures=["logratio"])
    with pytest.raises(ArgumentError, match="^measures must name one to 4 columns of the table, got 0.$"):
        plot_effect_sizes(made, measures=[])
    with pytest.raises(ArgumentError, match="table lacks the columns 'phi'"):
        plot_effect_sizes(made.drop(columns="phi"))
    with pytest.raises(EmptyError, match="^table has no term with a z other than zero, so there is nothing to draw.$"):
        plot_effect_sizes(made.assign(z=0.0))
    with pytest.raises(ArgumentError, match="ax must hold 3 axes, one a panel, got 1"):
        plot_effect_sizes(made, ax=plt.figure().add_subplot())
