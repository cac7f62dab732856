"""Words of two sides: each at its difference, none over another."""

from __future__ import annotations

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, FontError, UnknownNameError
from textkit.plots.diverging import LEFT, RIGHT
from textkit.plots.perspectives import _packed, plot_perspectives


def sides(n=40, seed=3, **settings):
    rng = np.random.default_rng(seed)
    a, b = rng.dirichlet(np.full(n, 0.3), 2)
    names = [
        ("网格化管理", "信访", "群众", "一", "Environmental protection", "工业园区建设")[i % 6] + str(i)
        for i in range(n)
    ]
    table = pd.DataFrame({"term": names, "probability_a": a, "probability_b": b, "difference": a - b})
    table = table.assign(log2_ratio=np.log2(a / b), count_a=np.nan, count_b=np.nan)
    table = table.sort_values("difference", ascending=False, ignore_index=True)
    table.attrs["textkit"] = {"settings": {"a": "市", "b": "县", "topic": 3, "by": "level", "n": 25, **settings}}
    return table


def words_of(ax, table):
    known = set(table["term"])
    return [text for text in ax.texts if text.get_text() in known]


def test_words_stand_at_their_difference_in_the_size_of_their_probability():
    table = sides(12)
    words = words_of(plot_perspectives(table), table)
    assert len(words) == 12
    rows = table.set_index("term")
    for word in words:
        row = rows.loc[word.get_text()]
        assert word.get_position()[0] == pytest.approx(row["difference"], rel=1e-5)
    larger = table[["probability_a", "probability_b"]].max(axis=1)
    sizes = {word.get_text(): word.get_fontsize() for word in words}
    for term, p in zip(table["term"], larger, strict=True):
        assert sizes[term] == pytest.approx(max(8.0, 19 * np.sqrt(p / larger.max())), rel=1e-4)


def test_colour_says_which_side_has_it_twice_as_often():
    table = pd.DataFrame(
        {
            "term": ["甲", "乙", "丙", "丁"],
            "probability_a": [0.2, 0.1, 0.1, 0.0],
            "probability_b": [0.1, 0.11, 0.3, 0.1],
        }
    )
    table["difference"] = table["probability_a"] - table["probability_b"]
    colours = {word.get_text(): word.get_color() for word in words_of(plot_perspectives(table), table)}
    assert colours == {"甲": drawing.ink(RIGHT), "乙": drawing.INK, "丙": drawing.ink(LEFT), "丁": drawing.ink(LEFT)}


@pytest.mark.parametrize("n", [2, 25, 80])
def test_no_word_covers_another_and_all_lie_inside(n):
    table = sides(n)
    ax = plot_perspectives(table, n=n, title="两级谈同一主题")
    figure = ax.figure
    figure.canvas.draw()
    words = words_of(ax, table)
    boxes = [Text.get_window_extent(word) for word in words]
    assert not any(a.overlaps(b) for a, b in itertools.combinations([box.padded(-1) for box in boxes], 2))
    inside = ax.get_window_extent()
    for box in boxes:
        assert box.x0 >= inside.x0 - 1 and box.x1 <= inside.x1 + 1
        assert box.y0 >= inside.y0 - 3 and box.y1 <= inside.y1 + 3
    said = " ".join(text.get_text() for text in ax.texts if text not in words)
    if len(words) < n:
        assert f"另有 {n - len(words)} 个词没有位置。" in said
    else:
        assert "没有位置" not in said
    rest = [text.get_window_extent() for text in ax.texts if text not in words]
    assert not any(a.padded(-1).overlaps(b) for a in rest for b in boxes)


def test_a_small_axes_takes_the_most_probable_words():
    table = sides(60)
    _, ax = plt.subplots(figsize=(3, 1.8))
    plot_perspectives(table, n=60, ax=ax, lang="en")
    words = words_of(ax, table)
    assert 0 < len(words) < 60
    note = next(text.get_text() for text in ax.texts if "No room" in text.get_text())
    assert f"No room for {60 - len(words)} more words." in note.replace("\n", " ")
    sizes = [word.get_fontsize() for word in words]
    assert max(sizes) == pytest.approx(19)


@given(
    st.lists(st.tuples(st.floats(-1, 1), st.floats(10, 90), st.floats(8, 25)), min_size=1, max_size=30),
    st.floats(100, 450),
    st.floats(30, 400),
)
@settings(max_examples=60, deadline=None)
def test_packing_is_free_of_overlap(words, width, height):
    difference = np.array([d for d, _, _ in words])
    boxes = np.array([(w, h) for _, w, h in words])
    placed, scale = _packed(difference, boxes, width, height)
    assert scale > 0
    for place in placed:
        wide, high = boxes[place.row]
        assert place.x == pytest.approx(difference[place.row] * scale)
        assert abs(place.x) + wide / 2 <= width / 2 + 1e-6
        assert abs(place.y) + high / 2 <= height / 2 + 1e-6
    for one, other in itertools.combinations(placed, 2):
        apart = abs(one.x - other.x) >= (boxes[one.row, 0] + boxes[other.row, 0]) / 2 - 1e-6
        above = abs(one.y - other.y) >= (boxes[one.row, 1] + boxes[other.row, 1]) / 2 - 1e-6
        assert apart or above
    assert placed == _packed(difference, boxes, width, height)[0]
    everything, _ = _packed(difference, boxes, width, np.inf)
    assert len(everything) == (boxes[:, 0] <= width).sum()


def test_the_n_most_probable_of_each_side():
    table = sides(40)
    ax = plot_perspectives(table, n=3)
    want = {*table.nlargest(3, "probability_a")["term"], *table.nlargest(3, "probability_b")["term"]}
    assert {word.get_text() for word in words_of(ax, table)} == want
    assert set(drawing.recall([ax])[0].table["term"]) == want


@pytest.mark.parametrize(
    ("settings", "labels", "lang", "want"),
    [
        ({}, None, "zh", ("市 →", "← 县", "概率之差（百分点），主题 3")),
        ({}, {"市": "市级"}, "zh", ("市级 →", "← 县", "概率之差（百分点），主题 3")),
        ({"a": 1, "b": 2, "topic": None, "by": None}, {2: "信访"}, "zh", ("主题 1 →", "← 信访", "概率之差（百分点）")),
        (
            {"a": 1, "b": 2, "topic": None, "by": None}, None, "en",
            ("Topic 1 →", "← Topic 2", "Difference of the probabilities (percentage points)"),
        ),
        (
            {"a": 2018, "b": 2019, "topic": 1, "by": "year"}, None, "en",
            ("2018 →", "← 2019", "Difference of the probabilities (percentage points), topic 1"),
        ),
    ],
)  # fmt: skip
def test_sides_have_names(settings, labels, lang, want):
    ax = plot_perspectives(sides(6, **settings), labels=labels, lang=lang)
    written = [text.get_text() for text in ax.texts]
    assert want[0] in written and want[1] in written
    assert ax.get_xlabel() == want[2]


def test_a_table_without_notes():
    table = sides(6)
    table.attrs = {}
    written = [text.get_text() for text in plot_perspectives(table).texts]
    assert "a →" in written and "← b" in written


def test_nothing_differs():
    table = pd.DataFrame({"term": ["甲", "乙"], "probability_a": 0.5, "probability_b": 0.5, "difference": 0.0})
    ax = plot_perspectives(table)
    assert [word.get_position()[0] for word in words_of(ax, table)] == [0, 0]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_contract(lang):
    table = sides(20)
    table.loc[0, "term"] = r"a$b_$c"
    before = table.copy()
    ax = plot_perspectives(table, lang=lang, title="a$_1$ 题")
    pd.testing.assert_frame_equal(table, before)
    figure = ax.figure
    figure.canvas.draw()
    assert figure.get_size_inches()[0] == drawing.WIDTH
    texts = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    assert all(not text.get_parse_math() for text in texts if "$" in text.get_text())
    assert all(text.get_fontsize() >= drawing.SMALL - 1e-9 for text in texts)
    assert all(text.get_fontfamily() == ["Noto Sans SC", "DejaVu Sans"] for text in texts)
    (drawn,) = drawing.recall([ax])
    assert (drawn.function, drawn.settings["lang"], drawn.settings["n"]) == ("plot_perspectives", lang, 25)
    assert drawn.table.attrs == before.attrs


def test_the_same_table_gives_the_same_picture():
    pictures = []
    for _ in range(2):
        figure = plot_perspectives(sides()).figure
        figure.canvas.draw()
        pictures.append(bytes(figure.canvas.buffer_rgba()))
    assert pictures[0] == pictures[1]


def test_wrong_input():
    table = sides(5)
    with pytest.raises(ArgumentError, match="table lacks the columns 'term'; it has .* Make the table with perspectiv"):
        plot_perspectives(table.drop(columns="term"))
    with pytest.raises(EmptyError, match="table has no rows, so there is nothing to draw"):
        plot_perspectives(table.iloc[:0])
    with pytest.raises(EmptyError) as error:
        plot_perspectives(table.assign(probability_b=np.nan))
    assert str(error.value) == "table has no term with a probability on both sides, so there is nothing to draw."
    with pytest.raises(EmptyError, match="no term with a probability above zero"):
        plot_perspectives(table.assign(probability_a=0.0, probability_b=0.0, difference=0.0))
    with pytest.raises(ArgumentError, match="table must be a DataFrame, got a list. Make one with "):
        plot_perspectives([1, 2])
    with pytest.raises(UnknownNameError, match="unknown lang 'cn'"):
        plot_perspectives(table, lang="cn")
    with pytest.raises(ArgumentError, match="n must be"):
        plot_perspectives(table, n=0)
    with pytest.raises(ArgumentError, match="labels must be a Mapping or Series, got a list"):
        plot_perspectives(table, labels=["市"])
    with pytest.raises(FontError, match=r"U\+1F680, in '起飞🚀'"):
        plot_perspectives(table.assign(term=["起飞🚀", *"甲乙丙丁"]))
    with pytest.raises(FontError, match=r"U\+1F680, in '起飞🚀'"):
        plot_perspectives(table, labels={"市": "起飞🚀"})
    with pytest.raises(ArgumentError, match="ax must be a Axes"):
        plot_perspectives(table, ax=3)
    assert plt.get_fignums() == []
