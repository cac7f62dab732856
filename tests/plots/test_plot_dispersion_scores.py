"""plot_dispersion_scores by its artists."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, FontError, UnknownNameError
from textkit.plots.dispersion_scores import plot_dispersion_scores


def table(n: int = 60, **note: object) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    made = pd.DataFrame(
        {
            "term": [f"词{i}" for i in range(n)],
            "count": np.unique(np.rint(np.geomspace(2, 5000, 4 * n)).astype(int))[:n],
            "score": rng.uniform(0.05, 0.95, n),
            "ci_low": np.nan,
            "ci_high": np.nan,
        }
    )
    made.attrs["textkit"] = {"function": "dispersion", "settings": {"measure": "dp_norm", **note},
                             "orientation": {"dp_norm": "0 = even, 1 = uneven"}}  # fmt: skip
    return made


def named(ax) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text().startswith("词")]


def test_points_of_the_table():
    made = table()
    ax = plot_dispersion_scores(made)
    drawn = ax.collections[0].get_offsets()
    np.testing.assert_allclose(drawn[:, 0], made["count"])
    np.testing.assert_allclose(drawn[:, 1], made["score"], rtol=1e-5)
    assert ax.get_xscale() == "log"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("频次（对数刻度）", "DP（标准化）")


def test_names_stand_apart_and_are_words_that_stand_out():
    ax = plot_dispersion_scores(table(60), n=20)
    names = named(ax)
    assert 5 <= len(names) <= 20
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text() in names]
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)
    frame = ax.get_window_extent()
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in boxes)
    assert plot_dispersion_scores(table(), n=0).texts[0].get_text() in ("↓ 分布均匀", "↑ 分布集中")


def test_names_leave_the_directions_and_other_points_alone():
    # the most frequent word is the most even one, as it often is: its name would stand on the direction
    n = 40
    made = table(n)
    made["score"] = np.linspace(0.9, 0.1, n)
    ax = plot_dispersion_scores(made, n=20, title="标题")
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)
    dots = [line.get_window_extent() for line in ax.lines]
    names = [text for text in ax.texts if text.get_text() in named(ax)]
    assert len(dots) == len(names)
    for dot in dots:
        centre = (dot.x0 + dot.x1) / 2, (dot.y0 + dot.y1) / 2
        assert not any(text.get_window_extent().contains(*centre) for text in names)


def test_few_counts_have_ticks_between_the_powers_of_ten():
    ax = plot_dispersion_scores(table().iloc[:30])
    ax.figure.canvas.draw()
    low, high = ax.get_xlim()
    ticks = [float(x) for x in ax.xaxis.get_majorticklocs() if low <= x <= high]
    assert 5.0 in ticks and 20.0 in ticks


def test_the_direction_is_that_of_the_measure():
    assert {text.get_text() for text in plot_dispersion_scores(table(), n=0).texts} == {"↓ 分布均匀", "↑ 分布集中"}
    made = table(measure="juilland_d")
    made.attrs["textkit"]["orientation"] = {"juilland_d": "1 = even"}
    texts = {text.get_text() for text in plot_dispersion_scores(made, n=0, lang="en").texts}
    assert texts == {"↓ concentrated", "↑ evenly spread"}
    made.attrs.clear()
    ax = plot_dispersion_scores(made, n=0, lang="en")
    assert not ax.texts and ax.get_ylabel() == "Dispersion"
    adjusted = plot_dispersion_scores(table(freq_adjusted=True), lang="en")
    assert adjusted.get_ylabel() == "DP, normed (adjusted for frequency)"


def test_intervals_of_named_words():
    made = table(3)
    made["ci_low"], made["ci_high"] = made["score"] - 0.02, made["score"] + 0.02
    ax = plot_dispersion_scores(made, n=3)
    lines = [c for c in ax.collections[1:] if len(c.get_segments()) == 1]
    assert len(lines) == len(named(ax)) == 3
    assert lines[0].get_segments()[0][:, 1].tolist() == pytest.approx([made["ci_low"][0], made["ci_high"][0]], rel=1e-5)


def test_labels_and_what_is_remembered():
    made = pd.concat([table(4), table(4).head(1).assign(term="同处")], ignore_index=True)
    made.attrs = table(4).attrs
    ax = plot_dispersion_scores(made, n=9, labels={"词1": "改名"}, title="题")
    assert "改名" in [text.get_text() for text in ax.texts] and "词1" not in named(ax)
    (drawn,) = drawing.recall([ax])
    assert drawn.function == "plot_dispersion_scores" and drawn.settings["labels"] == {"词1": "改名"}
    assert drawn.table["term"].tolist() == ["词0", "词1", "词2", "词3"]  # one point for words at the same place


def test_messages():
    with pytest.raises(EmptyError, match="^table has no row with a score, so there is nothing to draw.$"):
        plot_dispersion_scores(table().assign(score=np.nan))
    with pytest.raises(EmptyError, match="Check what went into dispersion"):
        plot_dispersion_scores(table().iloc[:0])
    with pytest.raises(
        ArgumentError, match=r"table lacks the columns 'score'; it has .* Make the table with dispersion"
    ):
        plot_dispersion_scores(table().drop(columns="score"))
    with pytest.raises(UnknownNameError, match="unknown lang 'cn'"):
        plot_dispersion_scores(table(), lang="cn")
    with pytest.raises(FontError, match="no glyph for 🚀"):
        plot_dispersion_scores(table(3).assign(term="起飞🚀"))


def test_one_word_and_one_score():
    assert len(named(plot_dispersion_scores(table(1)))) == 1
    plot_dispersion_scores(table(5).assign(score=0.0)).figure.canvas.draw()
