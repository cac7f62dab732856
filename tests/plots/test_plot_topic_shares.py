from __future__ import annotations

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.text import Text

from textkit import drawing
from textkit.errors import ArgumentError, UnknownNameError
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


# intervals


def sure(topics=3, groups=("甲", "乙"), **settings):
    """A table with intervals."""
    rows = [(group, k + 1) for group in groups for k in range(topics)]
    share = np.linspace(0.1, 0.3, len(rows))
    table = pd.DataFrame(rows, columns=["group", "topic"]).assign(
        share=share, n_docs=12, ci_low=share - 0.05, ci_high=share + 0.07
    )
    table.attrs["textkit"] = {"settings": {"by": "level", "confidence": 0.9, **settings}, "unit": "document"}
    return table


def dots(ax):
    (found,) = [c for c in ax.collections if isinstance(c, PathCollection)]
    return found.get_offsets()


def below(axes):
    figure = axes[0].figure
    return figure._supxlabel.get_text() if figure._supxlabel is not None else axes[0].texts[-1].get_text()


def test_empty_intervals_change_nothing(make):
    """The picture, its numbers and its settings are those of a table without the columns."""
    plain = make("shares")
    pictures = []
    for table in (plain, plain.assign(ci_low=np.nan, ci_high=np.nan)):
        ax = plot_topic_shares(table, topic_labels={1: "信访"}, title="题")
        ax.figure.canvas.draw()
        (drawn,) = drawing.recall([ax])
        pictures.append((bytes(ax.figure.canvas.buffer_rgba()), drawn.table.to_csv(), drawn.settings))
    assert pictures[0] == pictures[1]


def test_groups_with_intervals_are_points():
    table = sure()
    axes = plot_topic_shares(table, topic_labels={1: "信访"}, labels={"甲": "甲镇"})
    assert axes.shape == (3,)
    assert [ax.get_title(loc="left") for ax in axes] == ["信访", "主题 2", "主题 3"]
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["甲镇（12）", "乙（12）"]
    for k, ax in enumerate(axes, start=1):
        mine = table[table["topic"] == k]
        np.testing.assert_allclose(dots(ax)[:, 0], mine["share"], rtol=1e-5)
        lines = [s[:, 0] for c in ax.collections if hasattr(c, "get_segments") for s in c.get_segments()]
        for low, high in zip(mine["ci_low"], mine["ci_high"], strict=True):
            assert any(np.allclose(line, [low, high], rtol=1e-4) for line in lines)
    assert len({ax.get_xlim() for ax in axes}) == 1 and axes[0].get_xlim()[0] == 0
    assert below(axes).split("\n") == [
        "横轴：占比",
        "括号内为文档数。横线：90% 区间，按文档重抽；以估计出的主题为前提。",
    ]
    (drawn,) = drawing.recall(axes)
    assert drawn.settings["kind"] == "points" and {"ci_low", "ci_high"} <= set(drawn.table)


def test_one_group_is_one_panel_of_topics():
    axes = plot_topic_shares(sure(12, ("all",)), lang="en")
    assert len(axes) == 1 and axes[0].get_title(loc="left") == "all (12)"
    assert [label.get_text() for label in axes[0].get_yticklabels()] == [f"Topic {k}" for k in range(1, 13)]
    said = below(axes).replace("\n", " ")
    assert "90% intervals, resampling documents; conditional on the estimated topics." in said


def test_years_with_intervals_are_lines():
    table = sure(2, (2020, 2018, 2019))
    axes = plot_topic_shares(table, labels={2018: "二〇一八"})
    assert drawing.recall(axes)[0].settings["kind"] == "lines"
    for k, ax in enumerate(axes, start=1):
        mine = table[table["topic"] == k].sort_values("group")
        np.testing.assert_allclose(ax.lines[0].get_xydata(), mine[["group", "share"]], rtol=1e-5)
        band = next(c for c in ax.collections if isinstance(c, PolyCollection)).get_paths()[0].vertices
        assert {round(float(y), 4) for x, y in band if x == 2018} >= set(mine.iloc[0][["ci_low", "ci_high"]].round(4))
    assert axes[0].get_ylim() == axes[1].get_ylim() and axes[0].get_ylim()[0] == 0
    assert axes[0].get_xlabel() == "level" and axes[0].get_ylabel() == "占比"
    assert "色带：90% 区间" in below(axes)


@pytest.mark.parametrize(
    ("groups", "kind"),
    [
        (("2018", "2019"), "lines"),
        (tuple(pd.to_datetime(["2018-01-01", "2019-06-01"])), "lines"),
        ((2018,), "points"),
        (("甲", "2019"), "points"),
    ],
)
def test_what_is_chosen(groups, kind):
    assert drawing.recall(plot_topic_shares(sure(2, groups)))[0].settings["kind"] == kind


def test_kinds_that_are_asked_for(make):
    table = sure(2, (2018, 2019))
    assert len(plot_topic_shares(table, kind="points")) == 2
    stacked = plot_topic_shares(table, kind="stacked")
    assert [round(bar.get_width(), 4) for bar in stacked.patches] == [0.1, 0.2333, 0.1667, 0.3]
    assert "ci_low" not in drawing.recall([stacked])[0].table, "the numbers are those that are drawn"
    lines = plot_topic_shares(make("shares"), kind="lines")
    assert lines[0].lines[0].get_xdata().tolist() == [0, 1]
    assert [label.get_text() for label in lines[0].get_xticklabels()] == ["甲", "乙"]
    assert lines[0].figure._supxlabel is None
    points = plot_topic_shares(make("shares"), kind="points", lang="en")
    assert below(points) == "Axis: Share\nIn brackets: documents."


def test_some_topics_in_an_order():
    axes = plot_topic_shares(sure(5), topics=[4, 2])
    assert [ax.get_title(loc="left") for ax in axes] == ["主题 4", "主题 2"]
    heat = plot_topic_shares(sure(5), topics=[4, 2], kind="heat")
    assert [label.get_text() for label in heat.get_yticklabels()] == ["主题 4", "主题 2"]
    with pytest.raises(UnknownNameError, match=r"unknown topic \(topics\) 9"):
        plot_topic_shares(sure(), topics=[9])


def test_the_sentence_names_the_clusters_and_does_without_notes():
    table = sure()
    table.attrs["textkit"]["unit"] = "parent"
    assert "按 parent 重抽；以估计出的主题为前提。" in below(plot_topic_shares(table))
    table.attrs = {}
    assert below(plot_topic_shares(table)).endswith("横线：95% 区间。")


def test_a_group_without_an_interval_has_a_dot_only():
    table = sure()
    table.loc[table["group"] == "乙", ["ci_low", "ci_high"]] = np.nan
    axes = plot_topic_shares(table)
    assert len(dots(axes[0])) == 2
    table.loc[table["group"] == "乙", "share"] = np.nan
    assert len(dots(plot_topic_shares(table)[0])) == 1


@pytest.mark.parametrize("groups", [("东浦镇人民政府办公室", "云岭镇"), (2018, 2019, 2020)])
def test_panels_of_twelve_topics_keep_apart(groups):
    names = {1: "招商引资与项目建设以及营商环境", 2: "Environmental protection and waste"}
    axes = plot_topic_shares(sure(12, groups), topic_labels=names, title="题")
    figure = axes[0].figure
    figure.canvas.draw()
    drawn = [t.label1 for ax in axes for axis in (ax.xaxis, ax.yaxis) for t in axis._update_ticks()]
    every = {t for ax in axes for axis in (ax.xaxis, ax.yaxis) for t in axis.get_ticklabels(which="both")}
    texts = [t for t in figure.findobj(Text) if t.get_text() and t.get_visible() and (t not in every or t in drawn)]
    boxes = [Text.get_window_extent(text).padded(-1.5) for text in texts]
    for (a, one), (b, other) in itertools.combinations(zip(texts, boxes, strict=True), 2):
        assert not one.overlaps(other), (a.get_text(), b.get_text())
    assert all(text.get_fontsize() >= drawing.SMALL - 1e-9 for text in texts)


def test_panels_on_given_axes():
    figure, own = plt.subplots(1, 3)
    assert list(plot_topic_shares(sure(), ax=own)) == list(own)
    assert plt.get_fignums() == [figure.number]
    with pytest.raises(ArgumentError, match="ax must hold 3 axes, one a panel, got 1"):
        plot_topic_shares(sure(), ax=own[0])
    with pytest.raises(ArgumentError, match="table makes 25 panels"):
        plot_topic_shares(sure(25))
    with pytest.raises(ArgumentError, match="table makes 25 panels"):
        plot_topic_shares(sure(25, (2018, 2019)))
