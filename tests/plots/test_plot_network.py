from __future__ import annotations

import itertools
import math
import os
import subprocess
import sys
import warnings
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.collections import LineCollection
from matplotlib.text import Text

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, FontError, UnknownNameError
from textkit.figures import _render
from textkit.plots.network import plot_network


def pairs_table(links=(("社会", "治理", 30), ("社会", "创新", 12), ("产业", "升级", 9))):
    return pd.DataFrame(links, columns=["a", "b", "weight"])


def random_table(n_words=40, n_links=80, seed=0):
    rng = np.random.default_rng(seed)
    words = [f"词{i}" * (1 + i % 3) for i in range(n_words)]
    links = [(words[a], words[b], float(weight)) for a, b, weight in zip(
        rng.integers(0, n_words, n_links), rng.integers(0, n_words, n_links), rng.random(n_links), strict=True
    )]  # fmt: skip
    return pairs_table(links)


def labels(ax):
    return [text for text in ax.texts if text.get_bbox_patch() is not None]


def boxes(ax):
    ax.figure.canvas.draw()
    return [text.get_bbox_patch().get_window_extent() for text in labels(ax)]


def overlaps(ax):
    return [
        (one, other) for one, other in itertools.combinations(boxes(ax), 2)
        if min(one.x1, other.x1) > max(one.x0, other.x0) and min(one.y1, other.y1) > max(one.y0, other.y0)
    ]  # fmt: skip


def lines(ax):
    (found,) = [part for part in ax.collections if isinstance(part, LineCollection)]
    return found


def where(ax):
    return {text.get_text(): text.get_position() for text in labels(ax)}


def test_words_and_links():
    ax = plot_network(pairs_table())
    assert sorted(where(ax)) == ["产业", "创新", "升级", "治理", "社会"]
    places = where(ax)
    drawn = {tuple(map(tuple, np.round(segment, 3))) for segment in lines(ax).get_segments()}
    expected = [("社会", "治理"), ("社会", "创新"), ("产业", "升级")]
    assert drawn == {(places[a], places[b]) for a, b in expected}
    # weakest first, so that the strongest lie on top; widths from 0.5 to 2.8 points
    assert lines(ax).get_linewidths() == pytest.approx([0.5, 0.5 + 2.3 * 3 / 21, 2.8])
    sizes = {text.get_text(): text.get_fontsize() for text in labels(ax)}
    assert sizes["社会"] == 12 and sizes["升级"] == 8, "more links, larger type"
    assert ax.texts[-1].get_text() == "最强的 3 条连线，越粗越强：权重 从 9 到 30"
    counted = pairs_table()
    counted.attrs["textkit"] = {"settings": {"weights": "count"}}
    assert plot_network(counted).texts[-1].get_text() == "最强的 3 条连线，越粗越强：共现次数 从 9 到 30"


@pytest.mark.parametrize("seed", range(3))
def test_no_two_labels_overlap_and_all_lie_on_the_figure(seed):
    ax = plot_network(random_table(60, 120, seed), n=120, title="标题")
    assert overlaps(ax) == []
    frame = ax.figure.bbox
    assert all(
        frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1 for box in boxes(ax)
    )
    caption = ax.texts[-1].get_window_extent()
    assert all(box.y0 >= caption.y1 for box in boxes(ax))
    assert all(box.y1 <= ax._left_title.get_window_extent().y0 for box in boxes(ax))


WORDS = st.text("甲乙丙丁abW", min_size=1, max_size=6)


@given(st.lists(st.tuples(WORDS, WORDS, st.integers(1, 9)), min_size=1, max_size=25))
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
def test_labels_never_overlap(links):
    plt.close("all")
    table = pairs_table(links)
    if (table["a"] == table["b"]).all():
        with pytest.raises(EmptyError):
            plot_network(table)
        return
    assert overlaps(plot_network(table)) == []


def test_the_order_of_the_rows_does_not_matter():
    table = random_table()
    places = where(plot_network(table))
    shuffled = table.sample(frac=1, random_state=5)
    turned = shuffled.rename(columns={"a": "b", "b": "a"})[["a", "b", "weight"]]
    assert where(plot_network(shuffled)) == places
    # of the same pair turned round nothing changes but the order of its ends
    assert where(plot_network(turned)) == places


def crossed(ax):
    """Labels behind which a link of two other words runs: the middle half of the box holds a point of the link."""
    ax.figure.canvas.draw()
    found = []
    for text, box in zip(labels(ax), boxes(ax), strict=True):
        own = np.round(text.get_position(), 3).tolist()
        for segment in lines(ax).get_segments():
            if own in np.round(segment, 3).tolist():
                continue
            along = ax.transData.transform(np.linspace(segment[0], segment[1], 200))
            inner = box.padded(-box.width / 4, -box.height / 4)
            if any(inner.contains(x, y) for x, y in along):
                found.append(text.get_text())
    return found


def test_links_as_strong_as_the_last_one_are_chosen_by_code_points_and_counted():
    # one link of weight 9, four of weight 3: of these the first two in code-point order are drawn
    links = [("社会", "治理", 9), ("丁", "丙", 3), ("乙", "甲", 3), ("丁", "乙", 3), ("丙", "甲", 3 + 1e-15)]
    seen = []
    for order in itertools.islice(itertools.permutations(links), 0, None, 11):
        ax = plot_network(pairs_table(order), n=3, lang="en")
        seen.append(tuple((text.get_text(), text.get_position()) for text in ax.texts))
        plt.close(ax.figure)
    assert len(set(seen)) == 1
    texts = [text.get_text() for text in plot_network(pairs_table(links), n=3, lang="en").texts]
    assert texts[:-1] == ["丁", "丙", "乙", "治理", "社会"]
    assert texts[-1] == (
        "The 3 strongest links, the thicker the stronger: weight from 3 to 9; 2 more as strong as the last not shown"
    )
    zh = plot_network(pairs_table(links), n=4).texts[-1].get_text()
    assert zh == "最强的 4 条连线，越粗越强：权重 从 3 到 9；同样强的另有 1 条未画"
    assert "；" not in plot_network(pairs_table(links), n=5).texts[-1].get_text()
    assert "；" not in plot_network(pairs_table(links), n=1).texts[-1].get_text()


def test_no_link_runs_behind_a_label_that_is_not_its_own():
    # leaves at different distances around two hubs: without care the near ones hide the links of the far ones
    rng = np.random.default_rng(3)
    star = [(hub, f"{hub}{i}", float(weight)) for hub in "甲乙" for i, weight in enumerate(rng.random(14))]
    assert crossed(plot_network(pairs_table([*star, ("甲", "乙", 0.1)]))) == []
    assert crossed(plot_network(random_table(40, 30, 1), n=30)) == []


def test_parts_stand_on_shelves_and_pairs_in_columns_below():
    links = [("a", "b", 5), ("b", "c", 4), ("a", "c", 3), *((f"p{i}", f"q{i}", 2) for i in range(4))]
    ax = plot_network(pairs_table(links))
    places = where(ax)
    assert max(places[word][1] for word in "abc") < min(places[f"p{i}"][1] for i in range(4)), "y grows downwards"
    assert places["p0"][1] == places["q0"][1]  # a single link lies flat
    height = ax.get_ylim()[0]
    assert height < 250, "a few words need no tall figure"
    big = plot_network(random_table(60, 120), n=120)
    assert height < big.get_ylim()[0] <= 640


def test_neither_the_hash_seed_nor_the_random_state_matters():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import numpy, random, matplotlib; matplotlib.use('Agg')\n"
        "numpy.random.seed(7); random.seed(7)\n"
        "from test_plot_network import random_table, where; from textkit.plots.network import plot_network\n"
        "print(sorted(where(plot_network(random_table())).items()))"
    )
    other = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        env={**os.environ, "PYTHONHASHSEED": "77", "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert other.stdout.strip() == str(sorted(where(plot_network(random_table())).items()))


def test_nodes_of_collocates_are_dark():
    table = pd.DataFrame(
        {
            "node": ["治理", "治理", "社会"],
            "collocate": ["社会", "基层", "治理"],
            "log_dice": [11.0, 10.0, 11.5],
            "g2": 1.0,
        }
    )
    ax = plot_network(table, lang="en")
    dark = {text.get_text() for text in labels(ax) if text.get_color() == "white"}
    assert dark == {"社会"} or dark == {"治理", "社会"}
    # the link between the two nodes is drawn once, with the larger weight
    (drawn,) = drawing.recall([ax])
    assert drawn.table.values.tolist() == [["社会", "治理", 11.5], ["治理", "基层", 10.0]]
    assert ax.texts[-1].get_text() == "The 2 strongest links, the thicker the stronger: logDice from 10 to 11.5"


def test_the_weight_is_that_which_sorted_the_table():
    table = pairs_table().assign(npmi=[0.1, 0.3, 0.2])
    table.attrs["textkit"] = {"settings": {"measure": "npmi"}}
    (drawn,) = drawing.recall([plot_network(table, n=1)])
    assert drawn.table.values.tolist() == [["社会", "创新", 0.3]] and drawn.settings["weight"] == "npmi"
    (drawn,) = drawing.recall([plot_network(table, n=1, weight="weight")])
    assert drawn.table["b"].tolist() == ["治理"]
    with pytest.raises(UnknownNameError, match="unknown weight 'wieght'; did you mean 'weight'"):
        plot_network(table, weight="wieght")
    with pytest.raises(ArgumentError) as error:
        plot_network(pairs_table().rename(columns={"weight": "size"}))
    assert str(error.value) == (
        "table has none of the columns 'weight', 'log_dice' that could make a link strong. Name one of its columns "
        "with weight=: 'size'."
    )


def test_infinite_and_missing_weights_and_loops_are_left_out():
    table = pairs_table([("a", "b", math.nan), ("a", "c", math.inf), ("d", "d", 5.0), ("e", "f", 1.0)])
    assert sorted(where(plot_network(table))) == ["e", "f"]
    with pytest.raises(EmptyError) as error:
        plot_network(table.iloc[:3])
    assert str(error.value) == "table has no link with a finite weight, so there is nothing to draw."


def test_equal_weights_one_pair_and_a_chain():
    assert lines(plot_network(pairs_table([("a", "b", 1), ("b", "c", 1)]))).get_linewidths() == [0.5, 0.5]
    assert len(where(plot_network(pairs_table([("a", "b", 3)])))) == 2
    chain = [(f"w{i:02}", f"w{i + 1:02}", 1.0 + i) for i in range(25)]
    ax = plot_network(pairs_table(chain))
    assert overlaps(ax) == [] and len(labels(ax)) == 26


def test_a_small_ax_is_refused_instead_of_dropping_words():
    _, ax = plt.subplots(figsize=(1.2, 1))
    with pytest.raises(ArgumentError) as error:
        plot_network(random_table(), ax=ax)
    assert "find no room without overlapping. Give a smaller n or a larger ax." in str(error.value)


def test_draws_on_the_ax_it_is_given():
    figure, axes = plt.subplots(1, 2, figsize=(12, 5))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert plot_network(random_table(), ax=axes[1], title="题") is axes[1]
        figure.canvas.draw()
    assert overlaps(axes[1]) == [] and plt.get_fignums() == [figure.number]
    assert {text.get_text() for text in axes[0].texts} == set()


def test_style_font_and_glyphs():
    with mpl.rc_context({"font.family": ["DejaVu Serif"], "font.size": 31}):
        before = dict(mpl.rcParams)
        ax = plot_network(pairs_table([("$a$", "b_$c$", 1)]), title="$t$")
        assert dict(mpl.rcParams) == before
    ax.figure.canvas.draw()
    for text in ax.findobj(Text):
        if text.get_text():
            assert text.get_fontfamily() == ["Noto Sans SC", "DejaVu Sans"] and 8 <= text.get_fontsize() <= 12
    assert sorted(where(ax)) == ["$a$", "b_$c$"]
    plt.close("all")
    for table, title in ((pairs_table([("🚀", "a", 1)]), None), (pairs_table(), "🚀")):
        with pytest.raises(FontError, match=r"no glyph for 🚀 \(U\+1F680"):
            plot_network(table, title=title)
    assert plt.get_fignums() == []


def test_the_same_picture_whatever_was_drawn_before():
    def picture():
        figure = plot_network(random_table(), title="题").figure
        return figure, _render(figure, "png", 100, "x", {})

    figure, first = picture()
    figure.set_dpi(60)
    figure.canvas.draw()
    assert _render(figure, "png", 100, "x", {}) == first and picture()[1] == first


def test_the_table_is_left_alone_and_remembered():
    table = pairs_table().astype({"weight": float})
    table["weight"] /= 7
    table.attrs["textkit"] = {"settings": {}, "inputs": {"tokens": "abc"}}
    before = table.copy()
    (drawn,) = drawing.recall([plot_network(table)])
    pd.testing.assert_frame_equal(table, before)
    assert drawn.function == "plot_network" and drawn.table.attrs["textkit"]["inputs"] == {"tokens": "abc"}
    assert drawn.table["weight"].tolist() == [4.28571, 1.71429, 1.28571]


def test_errors():
    with pytest.raises(
        ArgumentError, match="table lacks the columns 'a', 'b'; it has 'x'. Make the table with collocates"
    ):
        plot_network(pd.DataFrame({"x": [1]}))
    with pytest.raises(ArgumentError, match="table must be a DataFrame, got a list"):
        plot_network([1])
    with pytest.raises(EmptyError):
        plot_network(pairs_table().iloc[:0])
    with pytest.raises(UnknownNameError, match="unknown lang 'cn'"):
        plot_network(pairs_table(), lang="cn")
    with pytest.raises(ArgumentError, match="n must be a whole number from 1 to 400, got 401"):
        plot_network(pairs_table(), n=401)
    with pytest.raises(ArgumentError, match="ax must"):
        plot_network(pairs_table(), ax=3)
