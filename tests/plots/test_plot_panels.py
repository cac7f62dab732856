"""plot_tfidf and plot_topic_terms: small multiples of bars."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pytest

from textkit.errors import ArgumentError, EmptyError
from textkit.plots.tfidf import plot_tfidf
from textkit.plots.topic_terms import plot_topic_terms


def ticks(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def test_one_panel_a_document_first_rank_on_top(make):
    axes = plot_tfidf(make("top_terms"), n=2)
    assert [ticks(ax) for ax in axes] == [["创新", "民调"], ["创新", "民调"]]
    assert [[bar.get_width() for bar in ax.patches] for ax in axes] == [[0.9, 0.7], [0.9, 0.7]]
    assert [ax.get_title(loc="left") for ax in axes] == ["甲", "乙"]


def test_panels_share_scale_and_bar_size(make):
    table = make("top_terms")
    table = table.drop(index=[4, 5])  # 乙 has one term only
    table.loc[0, "weight"] = 5.0
    first, second = plot_tfidf(table)
    assert first.get_xlim() == second.get_xlim()
    assert first.get_ylim() == second.get_ylim()
    assert [len(ax.patches) for ax in (first, second)] == [3, 1]


def test_rows_are_taken_by_rank_not_by_place(make):
    table = make("top_terms").iloc[::-1]
    assert [ticks(ax) for ax in plot_tfidf(table, n=1)] == [["创新"], ["创新"]]
    # equal ranks: still n terms
    assert [len(ax.patches) for ax in plot_tfidf(make("top_terms").assign(rank=1), n=2)] == [2, 2]


@pytest.mark.parametrize("count", range(1, 8))
def test_any_number_of_panels(make, count):
    axes = plot_tfidf(make("top_terms", docs=tuple("甲乙丙丁戊己庚")[:count]))
    assert axes.shape == (count,)
    assert len(axes[0].figure.axes) == count  # no empty frames


def test_long_names_are_broken_into_lines_and_stay_in_their_panel(make):
    names = tuple(f"综治委全体会议暨信访维稳和社会管理创新工作会议（第{i}次）" for i in range(5))
    axes = plot_tfidf(make("top_terms", docs=names), title="题")
    axes[0].figure.canvas.draw()
    boxes = [ax._left_title.get_window_extent() for ax in axes]
    assert all("\n" in ax.get_title(loc="left") for ax in axes)
    assert boxes[0].x1 < boxes[1].x0 and boxes[1].x1 < boxes[2].x0
    assert all(box.x1 <= axes[0].figure.bbox.x1 for box in boxes)


def test_missing_weights_are_left_out(make):
    table = make("top_terms")
    table.loc[1, "weight"] = float("nan")
    assert [ticks(ax) for ax in plot_tfidf(table)] == [["创新", "信访"], ["创新", "民调", "信访"]]
    with pytest.raises(EmptyError, match="table has no term with a weight"):
        plot_tfidf(table.assign(weight=float("nan")))


def test_too_many_panels_or_wrong_number_of_axes(make):
    with pytest.raises(ArgumentError, match="table has 25 documents; one figure holds at most 24 panels. Choose some"):
        plot_tfidf(make("top_terms", docs=tuple(f"d{i}" for i in range(25))))
    _, axes = plt.subplots(1, 3)
    with pytest.raises(ArgumentError, match="ax must hold 2 axes, one a panel, got 3. Leave it out"):
        plot_tfidf(make("top_terms"), ax=axes)


def test_topics_are_named_in_both_languages_or_by_labels(make):
    table = make("topic_terms")
    table.attrs["textkit"] = {"settings": {"by": "probability"}}
    axes = plot_topic_terms(table, labels={2: "信访"})
    assert [ax.get_title(loc="left") for ax in axes] == ["主题 1", "信访"]
    assert axes[0].get_xlabel() == "概率"
    axes = plot_topic_terms(table, lang="en")
    assert [ax.get_title(loc="left") for ax in axes] == ["Topic 1", "Topic 2"]
    assert axes[0].get_xlabel() == "Probability"
    table.attrs["textkit"] = {"settings": {"by": "frex"}}
    table["probability"] = [0.1, 0.3, 0.2] * 2
    axes = plot_topic_terms(table, n=2)
    assert [bar.get_width() for bar in axes[0].patches] == [0.1, 0.3]  # in order of the rank
    assert axes[0].get_xlabel() == "概率（按 FREX 排序）"
    axes = plot_topic_terms(table, value="weight", lang="en")
    assert [bar.get_width() for bar in axes[0].patches] == [0.9, 0.7, 0.5]
    assert axes[0].get_xlabel() == "Weight (ranked by FREX)"
    with pytest.raises(ArgumentError, match="table has 25 topics"):
        plot_topic_terms(make("topic_terms", topics=tuple(range(25))))
