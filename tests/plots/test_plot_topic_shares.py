from __future__ import annotations

import numpy as np
import pytest

from textkit import drawing
from textkit.errors import ArgumentError
from textkit.plots.topic_shares import plot_topic_shares


def test_stacked_bars_add_up(make):
    table = make("shares")
    table["share"] = [0.5, 0.3, 0.2, 0.1, 0.1, 0.8]
    ax = plot_topic_shares(table, topic_labels={1: "信访"})
    # topic by topic: both groups, each where the topics before it end
    assert [(round(float(bar.get_x()), 6), round(float(bar.get_width()), 6)) for bar in ax.patches] == [
        (0.0, 0.5), (0.0, 0.1), (0.5, 0.3), (0.1, 0.1), (0.8, 0.2), (0.2, 0.8),
    ]  # fmt: skip
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["信访", "主题 2", "主题 3"]
    written = [text.get_text() for text in ax.texts]
    assert written[-2:] == ["4 篇", "4 篇"] and "50%" in written and "80%" in written


def test_more_than_seven_topics_become_a_heat_map(make):
    ax = plot_topic_shares(make("shares", topics=8), lang="en")
    assert drawing.recall([ax])[0].settings["kind"] == "heat"
    assert [label.get_text() for label in ax.get_yticklabels()] == [f"Topic {k}" for k in range(1, 9)]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["甲\n4 docs", "乙\n4 docs"]
    assert [text.get_text() for text in ax.texts] == ["12%"] * 16
    with pytest.raises(ArgumentError, match='table has 8 topics .* at most 7 apart. Use kind="heat".'):
        plot_topic_shares(make("shares", topics=8), kind="stacked")


def test_many_groups_have_a_scale_instead_of_figures(make):
    ax = plot_topic_shares(make("shares", topics=9, groups=tuple(range(2000, 2030))))
    assert len(ax.texts) == 0
    assert len(ax.figure.axes) == 2 and ax.figure.axes[1].get_ylabel() == "占比"
    assert ax.get_xticklabels()[0].get_text() == "2000 (4)"
    with pytest.raises(ArgumentError, match="table has 41 groups and 3 topics; one figure holds 40 and 60"):
        plot_topic_shares(make("shares", groups=tuple(range(41))))


def test_a_group_without_documents_is_left_blank(make):
    table = make("shares", topics=9)
    table.loc[table["group"] == "乙", "share"] = np.nan
    ax = plot_topic_shares(table)
    assert [text.get_text() for text in ax.texts].count("–") == 9
    stacked = make("shares")
    stacked.loc[stacked["group"] == "乙", "share"] = np.nan
    assert [bar.get_width() for bar in plot_topic_shares(stacked).patches][1::2] == [0, 0, 0]
