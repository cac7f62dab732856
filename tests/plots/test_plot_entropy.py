"""plot_entropy by its artists."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, FontError
from textkit.plots.entropy import plot_entropy


def table(n: int = 3, **note: object) -> pd.DataFrame:
    h = np.linspace(7, 8, n)
    made = pd.DataFrame(
        {"group": [f"甲{i}" for i in range(n)], "entropy": h, "miller_madow": h + 0.2, "chao_shen": h + 0.5,
         "ci_low": h - 0.1, "ci_high": h + 0.4}
    )  # fmt: skip
    made.attrs["textkit"] = {"settings": {"measure": "entropy", "confidence": 0.9, **note}}
    return made


def test_three_points_and_an_interval_for_each_group():
    made = table()
    ax = plot_entropy(made)
    for line, name in zip(ax.lines, ["entropy", "miller_madow", "chao_shen"], strict=True):
        np.testing.assert_allclose(line.get_xdata(), made[name], rtol=1e-5)
        assert line.get_ydata().tolist() == [0, 1, 2]
    segments = np.array(ax.collections[-1].get_segments())
    np.testing.assert_allclose(segments[:, :, 0], made[["ci_low", "ci_high"]], rtol=1e-5)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["甲0", "甲1", "甲2"]
    assert [text.get_text() for text in ax.get_legend().get_texts()][-1] == "90% 区间（原始）"


def test_no_interval_where_there_is_none_or_it_belongs_to_another_number():
    for made in (table().assign(ci_low=np.nan), table(measure="perplexity")):
        ax = plot_entropy(made, lang="en")
        assert len(ax.get_legend().get_texts()) == 3
        assert len(ax.collections) == 1  # the guide lines only
    assert plot_entropy(table(measure="chao_shen"), lang="en").get_legend().get_texts()[-1].get_text() == (
        "90% interval (Chao–Shen)"
    )


def test_n_labels_and_memory():
    ax = plot_entropy(table(9), n=4, labels={"甲0": "首篇"}, title="题")
    assert [text.get_text() for text in ax.get_yticklabels()] == ["首篇", "甲1", "甲2", "甲3"]
    (drawn,) = drawing.recall([ax])
    assert drawn.function == "plot_entropy" and len(drawn.table) == 4 and drawn.settings["labels"] == {"甲0": "首篇"}
    with_missing = table(3)
    with_missing.loc[1, "entropy"] = np.nan
    assert [text.get_text() for text in plot_entropy(with_missing).get_yticklabels()] == ["甲0", "甲2"]


def test_messages():
    with pytest.raises(EmptyError, match="^table has no row with an entropy, so there is nothing to draw.$"):
        plot_entropy(table().assign(entropy=np.nan))
    with pytest.raises(
        ArgumentError, match=r"table lacks the columns 'chao_shen'.*Make the table with entropy\(data\)"
    ):
        plot_entropy(table().drop(columns="chao_shen"))
    with pytest.raises(FontError, match="no glyph for 🚀"):
        plot_entropy(table(), labels={"甲0": "🚀"})
