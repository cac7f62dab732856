from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit.drawing import recall
from textkit.errors import ArgumentError, EmptyError, UnknownNameError
from textkit.plots.lexical_diversity import plot_lexical_diversity


def table(groups=("甲", "乙", "丙"), measures=("mattr", "mtld")):
    rows = [
        (group, measure, 10.0 * j + i, 10.0 * j + i - 0.5, 10.0 * j + i + 0.7, 100, 60, "")
        for i, group in enumerate(groups)
        for j, measure in enumerate(measures)
    ]
    columns = ["group", "measure", "value", "ci_low", "ci_high", "n_tokens", "n_types", "flag"]
    return pd.DataFrame(rows, columns=columns)


def dots(ax):
    return ax.collections[-1]


def test_a_panel_a_measure_a_dot_a_text():
    panels = plot_lexical_diversity(table())
    assert [panel.get_title(loc="left") for panel in panels] == ["移动平均 TTR（MATTR）", "MTLD"]
    assert dots(panels[0]).get_offsets().tolist() == [[0, 0], [1, 1], [2, 2]]
    assert dots(panels[1]).get_offsets()[:, 0].tolist() == [10, 11, 12]
    assert [label.get_text() for label in panels[0].get_yticklabels()] == ["甲", "乙", "丙"]
    assert [label.get_text() for label in panels[1].get_yticklabels()] == [""] * 3
    assert panels[0].get_ylim()[0] > panels[0].get_ylim()[1]  # the first text on top


def test_intervals_of_the_table():
    panels = plot_lexical_diversity(table())
    lines = panels[1].collections[1].get_segments()
    assert [line[:, 0].tolist() for line in lines] == [[9.5, 10.7], [10.5, 11.7], [11.5, 12.7]]
    assert panels[0].get_xlabel() == "横线为 95% 置信区间"
    bare = table().assign(ci_low=np.nan, ci_high=np.nan)
    bare_panels = plot_lexical_diversity(bare)
    assert bare_panels[0].get_xlabel() == ""
    assert bare_panels[0].collections[1].get_segments() == []


def test_short_texts_are_hollow_and_missing_ones_leave_a_gap():
    rows = table(measures=("mtld",))
    rows.loc[0, "flag"] = "too_short"
    rows.loc[1, "value"] = np.nan
    (panel,) = plot_lexical_diversity(rows, lang="en")
    assert dots(panel).get_offsets()[:, 1].tolist() == [0, 2]
    assert dots(panel).get_facecolors()[0].tolist() == [1, 1, 1, 1]
    assert dots(panel).get_facecolors()[1].tolist() != [1, 1, 1, 1]
    assert "Hollow" in panel.get_xlabel()


def test_choice_labels_and_memory():
    panels = plot_lexical_diversity(table(), n=2, labels={"甲": "甲镇"}, title="标题")
    assert [label.get_text() for label in panels[0].get_yticklabels()] == ["甲镇", "乙"]
    (drawn,) = recall(panels)
    assert drawn.function == "plot_lexical_diversity"
    assert drawn.settings == {"n": 2, "labels": {"甲": "甲镇"}, "lang": "zh", "title": "标题"}
    assert drawn.table["group"].tolist() == ["甲", "甲", "乙", "乙"]
    assert panels[0].figure.get_suptitle() == "标题"


def test_own_axes():
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2)
    panels = plot_lexical_diversity(table(), ax=axes)
    assert panels[0] is axes[0] and panels[1].figure is figure
    with pytest.raises(ArgumentError, match="ax must hold 2 axes, one a panel, got 1"):
        plot_lexical_diversity(table(), ax=axes[0])


def test_messages():
    with pytest.raises(EmptyError, match="^table has no finite value, so there is nothing to draw"):
        plot_lexical_diversity(table().assign(value=np.nan))
    with pytest.raises(ArgumentError, match=r"table lacks the columns .*lexical_diversity\(tokens\)"):
        plot_lexical_diversity(pd.DataFrame({"group": ["甲"]}))
    with pytest.raises(UnknownNameError, match="^unknown lang 'fr'"):
        plot_lexical_diversity(table(), lang="fr")
