"""The permutation plot: every number where the table has it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PathCollection

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, FontError, UnknownNameError
from textkit.plots.permutation import plot_permutation


def made(k=3, draws=True):
    rng = np.random.default_rng(2)
    table = pd.DataFrame(
        {
            "topic": np.arange(1, k + 1),
            "level": "试点",
            "against": "其他",
            "estimate": np.linspace(0.12, -0.08, k),
            "p_value": np.linspace(0.0099, 0.5, k),
            "q_value": np.linspace(0.0297, 0.997, k),
            "null_low": -0.03,
            "null_high": 0.04,
            "similarity": 0.97,
            "n_matched": 19,
            "n_permutations": 20,
        }
    )
    note = {"settings": {"confidence": 0.9, "min_similarity": 0.5}}
    if draws:
        similarity = np.full((20, k), 0.9)
        similarity[3] = 0.2  # one permutation that does not count
        note["draws"] = {"estimate": rng.normal(0, 0.02, (20, k)).tolist(), "similarity": similarity.tolist()}
    table.attrs["textkit"] = note
    return table


def dots_of(ax):
    return [np.asarray(item.get_offsets()) for item in ax.collections if isinstance(item, PathCollection)]


def test_everything_stands_where_the_table_says():
    table = made()
    ax = plot_permutation(table, labels={2: "信访"})
    assert [text.get_text() for text in ax.get_yticklabels()] == ["主题 1", "信访", "主题 3"]
    grey, blue = dots_of(ax)
    np.testing.assert_allclose(blue, np.column_stack([[12, 2, -8], [0, 1, 2]]))
    draws = np.array(table.attrs["textkit"]["draws"]["estimate"])
    counted = np.delete(draws, 3, axis=0)
    assert len(grey) == 57
    for row in range(3):
        mine = grey[np.round(grey[:, 1]) == row]
        np.testing.assert_allclose(np.sort(mine[:, 0]), np.sort(100 * counted[:, row]), rtol=1e-5)
        assert np.abs(mine[:, 1] - row).max() <= 0.28
    lines = [item for item in ax.collections if isinstance(item, LineCollection)]
    ends = [segment[:, 0].tolist() for segment in lines[-1].get_segments()]
    assert ends == [[-3, 4]] * 3  # percentage points, as in the other pictures of effects
    written = [text.get_text() for text in ax.texts]
    assert written[:2] == ["试点：更多 →", "← 其他：更多"]
    assert [text for text in written if text.startswith(".")] == [".010", ".25", ".50", ".030", ".51"]
    assert "1" in written
    assert written[-1] == "蓝点：实际效应。灰点：处理打乱后重新拟合的效应（20 次）；黑线：其中间 90%。"


def test_a_table_from_a_file_has_no_dots(tmp_path):
    made().to_csv(tmp_path / "table.csv", index=False)
    ax = plot_permutation(pd.read_csv(tmp_path / "table.csv"), lang="en", title="Trial")
    assert len(dots_of(ax)) == 1
    assert ax.texts[-1].get_text().replace("\n", " ") == (
        "Blue: the effect. Black: the middle 95% of the effects of 20 refits with the treatment shuffled."
    )
    assert ax.get_title(loc="left") == "Trial"
    # nor have rows taken out of a table: the effects cannot be told apart any more
    assert len(dots_of(plot_permutation(made().head(2)))) == 1


def test_what_was_drawn_is_remembered():
    table = made()
    ax = plot_permutation(table, lang="en")
    summary, dots = drawing.recall([ax])
    assert summary.table["estimate"].tolist() == [0.12, 0.02, -0.08]
    assert list(dots.table.columns) == ["topic", "permutation", "estimate"]
    assert dots.table["permutation"].drop_duplicates().tolist() == [i for i in range(1, 21) if i != 4]
    assert "draws" not in dots.table.attrs["textkit"]


def test_a_topic_that_nothing_matched_has_no_line():
    table = made(draws=False)
    table.loc[1, ["null_low", "null_high"]] = np.nan
    ax = plot_permutation(table)
    lines = [item for item in ax.collections if isinstance(item, LineCollection)]
    assert len(lines[-1].get_segments()) == 2
    assert len(dots_of(ax)[0]) == 3


def test_errors():
    cases = [
        (lambda: plot_permutation(made().drop(columns="null_low")), ArgumentError,
         ("table lacks the columns 'null_low'; it has 'topic', 'level', 'against', 'estimate', 'p_value', 'q_value', "
          "'null_high', 'similarity' and 2 more. Make the table with permutation_test(model, dtm, by).")),
        (lambda: plot_permutation(made().head(0)), EmptyError,
         "table has no rows, so there is nothing to draw. Check what went into permutation_test(model, dtm, by)."),
        (lambda: plot_permutation(made(61)), ArgumentError,
         ("table has 61 topics (1, 2, 3, 4 and 57 more); this plot tells at most 60 apart. Choose some with "
          "permutation_test(..., topics=[1, 2]).")),
        (lambda: plot_permutation(made(), lang="fr"), UnknownNameError,
         "unknown lang 'fr'. Available: 'zh', 'en'."),
    ]  # fmt: skip
    for call, kind, message in cases:
        with pytest.raises(kind) as caught:
            call()
        assert str(caught.value) == message
    with pytest.raises(FontError):
        plot_permutation(made(), labels={1: "\U000e0001"})
