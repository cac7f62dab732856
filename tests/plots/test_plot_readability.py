from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit.drawing import recall
from textkit.errors import ArgumentError, EmptyError, UnknownNameError
from textkit.plots.readability import DEFAULT, NAMES, plot_readability
from textkit.stats.readability import FEATURES


def table(docs=("甲", "乙", "丙"), features=("chars_per_sentence", "mattr", "sentences")):
    z = [-1.0, 0.25, 3.0]
    rows = [(doc, feature, 5.0 + i, z[i] + j / 10) for i, doc in enumerate(docs) for j, feature in enumerate(features)]
    return pd.DataFrame(rows, columns=["doc", "feature", "value", "z"])


def cells(ax):
    return np.ma.filled(ax.collections[0].get_array(), np.nan)


def test_cells_are_z_scores():
    ax = plot_readability(table())
    np.testing.assert_allclose(cells(ax), [[-1, -0.9], [0.25, 0.35], [3, 3.1]])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["甲", "乙", "丙"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["句长（字）", "MATTR"]
    assert ax.collections[0].norm.vmin == -ax.collections[0].norm.vmax


def test_choice_of_features_and_texts():
    ax = plot_readability(table(), features=["sentences", "chars_per_sentence"], n=2, labels={"乙": "乙镇"}, lang="en")
    np.testing.assert_allclose(cells(ax), [[-0.8, -1], [0.45, 0.25]])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["sentences", "Characters a sentence"]
    (drawn,) = recall([ax])
    assert drawn.settings["features"] == ["sentences", "chars_per_sentence"]
    assert drawn.settings["labels"] == {"乙": "乙镇"}
    assert drawn.table["doc"].unique().tolist() == ["甲", "乙"]


def test_missing_values_stay_white():
    rows = table(features=("chars_per_sentence",))
    rows.loc[1, "z"] = np.nan
    assert np.isnan(cells(plot_readability(rows))).ravel().tolist() == [False, True, False]


def test_names_fit_the_statistic():
    assert set(DEFAULT) <= set(FEATURES)
    for words in NAMES.values():
        assert set(words) - {"z"} <= set(FEATURES)
        assert set(DEFAULT) <= set(words)


def test_messages():
    with pytest.raises(EmptyError, match="^table has no z-scores to draw: they need at least three texts that differ"):
        plot_readability(table().assign(z=np.nan))
    with pytest.raises(UnknownNameError, match="^unknown feature 'matr'; did you mean 'mattr'"):
        plot_readability(table(), features=["matr"])
    with pytest.raises(ArgumentError, match=r"table lacks the columns 'z'.*readability\(tokens\)"):
        plot_readability(table().drop(columns="z"))
