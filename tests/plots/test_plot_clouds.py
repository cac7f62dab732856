"""plot_wordcloud and plot_comparison_cloud, and the layouts behind them."""

from __future__ import annotations

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textkit import clouds, drawing, fonts
from textkit.errors import ArgumentError, EmptyError, UnknownNameError
from textkit.plots.comparison_cloud import plot_comparison_cloud
from textkit.plots.wordcloud import plot_wordcloud

HANZI = "社会管理创新信访维稳综治工作群众矛盾化解服务平安建设基层网格责任落实领导干部重点问题解决机制"


def vocabulary(n):
    return [
        HANZI[i % len(HANZI)] + HANZI[(7 * i + 3) % len(HANZI)] + (HANZI[(i * i) % 31] if i % 3 else "")
        for i in range(n)
    ]


def boxes(ax):
    """Ink of each word in points, by word."""
    return {patch.get_label(): patch.get_path().get_extents() for patch in ax.patches}


def overlap(a, b, slack=0.05):
    across = min(a.x1, b.x1) - max(a.x0, b.x0)
    down = min(a.y1, b.y1) - max(a.y0, b.y0)
    return across > slack and down > slack


def zipf(make, n):
    table = make("frequency", terms=tuple(dict.fromkeys(vocabulary(n))))
    table["count"] = [1000 / (i + 1) for i in range(len(table))]
    return table


@pytest.mark.parametrize("layout", ["boxes", "cloud"])
@pytest.mark.parametrize("n", [1, 2, 30, 150])
def test_every_word_is_placed_on_the_canvas(make, layout, n):
    table = zipf(make, n)
    ax = plot_wordcloud(table, n=n, layout=layout)
    placed = boxes(ax)
    assert list(placed) == table["term"].tolist()
    width, height = ax.get_xlim()[1], ax.get_ylim()[0]
    for box in placed.values():
        assert box.x0 >= -1 and box.x1 <= width + 1 and box.y0 >= -1 and box.y1 <= height + 1


def test_boxes_never_overlap(make):
    placed = boxes(plot_wordcloud(zipf(make, 150), n=150))
    assert not any(overlap(a, b) for a, b in itertools.combinations(placed.values(), 2))


def test_ink_never_overlaps(make):
    ax = plot_wordcloud(zipf(make, 60), n=60, layout="cloud")
    width, height = int(ax.get_xlim()[1]) + 2, int(ax.get_ylim()[0]) + 2
    # draw each word alone, four pixels a point: no pixel may be inked twice
    y, x = np.mgrid[0 : 2 * height, 0 : 2 * width] / 2
    points = np.column_stack([x.ravel(), y.ravel()])
    inked = np.zeros(len(points), dtype=int)
    for patch in ax.patches:
        path = patch.get_path()
        box = path.get_extents()
        near = (points >= box.min - 1).all(axis=1) & (points <= box.max + 1).all(axis=1)
        inked[near] += path.contains_points(points[near])
    assert inked.max() == 1


@given(
    st.lists(st.text("社会管理创新一工a$gW", min_size=1, max_size=6), min_size=1, max_size=12, unique=True),
    st.lists(st.floats(0.01, 100), min_size=12, max_size=12),
)
@settings(max_examples=25, deadline=None)
def test_law_boxes_are_apart_inside_and_as_large_as_their_weight(texts, weights):
    weights = np.sort(np.array(weights[: len(texts)]))[::-1]
    place = clouds.Boxes(400, 300).place
    words = clouds.arrange(texts, weights, place, area=0.6 * 400 * 300, width=400, smallest=4)
    assert [word.text for word in words] == texts
    for word in words:
        left, top, right, bottom = word.box
        assert left >= 0 and top >= 0 and right <= 400 and bottom <= 300
    for a, b in itertools.combinations(words, 2):
        assert a.box[2] <= b.box[0] or b.box[2] <= a.box[0] or a.box[3] <= b.box[1] or b.box[3] <= a.box[1]
    largest = words[0].size
    for word, weight in zip(words, weights, strict=True):
        wanted = max(4.0, largest * (weight / weights[0]) ** 0.5)
        assert word.size == pytest.approx(wanted, abs=0.002)


@pytest.mark.parametrize("layout", ["boxes", "cloud"])
def test_the_same_table_in_any_order_gives_the_same_cloud(make, layout):
    table = zipf(make, 40)
    first, again = (boxes(plot_wordcloud(rows, layout=layout)) for rows in (table, table.iloc[::-1]))
    assert list(first) == list(again)
    assert all((first[word].get_points() == again[word].get_points()).all() for word in first)


def test_the_seed_moves_the_cloud_but_not_the_boxes(make):
    table = zipf(make, 20)

    def corner(**options):
        return boxes(plot_wordcloud(table, **options))[table["term"][0]].get_points().tolist()

    assert corner(layout="cloud", random_state=1) != corner(layout="cloud", random_state=2)
    assert corner(layout="cloud", random_state=1) == corner(layout="cloud", random_state=1)
    assert corner(random_state=1) == corner(random_state=2)


def test_the_heaviest_word_is_in_the_middle(make):
    ax = plot_wordcloud(zipf(make, 80))
    box = next(iter(boxes(ax).values()))
    assert (box.x0 + box.x1) / 2 == pytest.approx(ax.get_xlim()[1] / 2, abs=3)


def test_words_without_room_are_an_error_that_names_them(make):
    table = zipf(make, 60)
    _, ax = plt.subplots(figsize=(1.2, 0.8))
    for layout in ("boxes", "cloud"):
        with pytest.raises(
            ArgumentError, match=r"only \d+ of 60 words find room at 8 points; without room: '"
        ) as error:
            plot_wordcloud(table, ax=ax, layout=layout)
        assert str(error.value).endswith(
            "Give a larger ax, a smaller n or a smaller min_size, or draw bars with plot_frequency."
        )
    assert len(ax.patches) == 0


def test_a_new_figure_grows_for_many_words(make):
    few, many = (plot_wordcloud(zipf(make, n), n=n, min_size=12.0).figure for n in (30, 250))
    assert many.get_size_inches()[1] > few.get_size_inches()[1]
    assert len(many.axes[0].patches) > 200


def test_the_smallest_type_is_a_limit_that_the_caption_admits(make):
    ax = plot_wordcloud(zipf(make, 150), n=150)
    sizes = [box.height for box in boxes(ax).values()]
    assert min(sizes) > 4  # ink of 8 points
    assert ax.texts[0].get_text().endswith("；再小的词按 8 磅画")
    same = zipf(make, 3).assign(count=5)
    assert plot_wordcloud(same, lang="en").texts[0].get_text() == (
        f"Area goes with frequency; largest: {same['term'].min()} 5, smallest: {same['term'].max()} 5"
    )


def test_only_positive_weights_are_drawn(make):
    table = make("frequency")
    table["count"] = [0.0, float("nan"), 3.0]
    assert list(boxes(plot_wordcloud(table))) == ["信访"]
    with pytest.raises(EmptyError, match="table has no row with a positive count, so there is nothing to draw"):
        plot_wordcloud(table.iloc[:2])
    with pytest.raises(UnknownNameError, match="unknown weight 'counts'; did you mean 'count'"):
        plot_wordcloud(table, weight="counts")
    with pytest.raises(UnknownNameError, match="unknown layout 'spiral'"):
        plot_wordcloud(table, layout="spiral")


def test_one_row_a_term(make):
    with pytest.raises(ArgumentError) as error:
        plot_wordcloud(make("frequency", groups=("a", "b")))
    assert str(error.value) == (
        "'工作', '网格', '信访' stand in several rows; a cloud needs one row a term. "
        'Choose one group (table[table["group"] == ...]), or draw plot_comparison_cloud.'
    )


def comparison(make, groups):
    """Each group has ten terms of its own, and one that all share."""
    table = make("frequency", terms=tuple(dict.fromkeys(vocabulary(10 * len(groups)))), groups=groups)
    terms = drawing.order_of(table["term"])
    own = {term: groups[i % len(groups)] for i, term in enumerate(terms[1:])}
    table["rate"] = [
        500.0 if term == terms[0] else (100.0 + len(term) * 7 + i if own[term] == group else 0.0)
        for i, (group, term) in enumerate(zip(table["group"], table["term"], strict=True))
    ]
    return table[table["rate"] > 0], own


@pytest.mark.parametrize("count", [2, 3, 5, 7])
def test_every_group_has_its_sector_and_its_words(make, count):
    groups = tuple("甲乙丙丁戊己庚")[:count]
    table, own = comparison(make, groups)
    ax = plot_comparison_cloud(table, labels={"甲": "甲市综治信访维稳会"})
    placed = boxes(ax)
    assert set(placed) == set(own)  # the shared word differs nowhere
    assert not any(overlap(a, b) for a, b in itertools.combinations(placed.values(), 2))
    names = [text.get_text() for text in ax.texts[:count]]
    assert names == ["甲市综治信访维稳会", *groups[1:]]
    # each word lies nearer to the middle of its own sector than to that of the others' words on the whole
    width, height = ax.get_xlim()[1], ax.get_ylim()[0]
    middle = {
        group: np.mean([placed[t].get_points().mean(axis=0) for t in placed if own[t] == group], axis=0)
        for group in groups
    }
    angles = [np.arctan2((y - height / 2) / height, (x - width / 2) / width) for x, y in middle.values()]
    assert len({round(float(angle), 1) for angle in angles}) == count
    colours = {own[patch.get_label()]: patch.get_facecolor() for patch in ax.patches}
    assert len(set(colours.values())) == count
    for text in ax.texts[:count]:  # names of groups do not cover words
        ax.figure.canvas.draw()
        box = text.get_window_extent().transformed(ax.transData.inverted())
        low, high = sorted((box.y0, box.y1))
        assert not any(
            min(box.x1, b.x1) - max(box.x0, b.x0) > 0.5 and min(high, b.y1) - max(low, b.y0) > 0.5
            for b in placed.values()
        )


def test_two_groups_are_left_and_right(make):
    table, own = comparison(make, ("甲", "乙"))
    ax = plot_comparison_cloud(table)
    half = ax.get_xlim()[1] / 2
    for word, box in boxes(ax).items():
        assert box.x1 <= half if own[word] == "甲" else box.x0 >= half


def test_the_excess_is_the_rate_above_the_mean_of_the_groups(make):
    table = make("frequency", terms=("网格", "信访"), groups=("a", "b", "c")).assign(
        rate=[900.0, 100.0, 0.0, 100.0, 0.0, 400.0]
    )
    # 网格: 900 - 900/3 = 600 for a; 信访: 400 - 600/3 = 200 for c; b has nothing
    drawn = drawing.recall([plot_comparison_cloud(table)])[0].table
    assert drawn[["group", "term", "rate", "excess"]].to_numpy().tolist() == [
        ["a", "网格", 900.0, 600.0],
        ["c", "信访", 400.0, 200.0],
    ]


def test_comparison_needs_groups_that_differ(make):
    with pytest.raises(ArgumentError) as error:
        plot_comparison_cloud(make("frequency"))
    assert str(error.value) == (
        "table has only the group 'all'; a comparison needs two. Use frequency(dtm, by=...), or plot_wordcloud."
    )
    with pytest.raises(EmptyError, match="no term has different rates in the groups"):
        plot_comparison_cloud(make("frequency", groups=("a", "b")).assign(rate=1.0))
    with pytest.raises(ArgumentError, match="table has 8 groups"):
        plot_comparison_cloud(make("frequency", groups=tuple("abcdefgh")))


def test_sectors_share_the_canvas_without_touching():
    for count in range(2, 8):
        regions = clouds.sectors(300, 200, count)
        assert sum(region.astype(int) for region in regions).max() == 1
        assert min(region.sum() for region in regions) > 0.5 * regions[0].size / count * 0.8


def test_outlines_are_those_of_the_word():
    left, bottom, right, top = fonts.outline_box("网格")
    extents = fonts.outline("网格").get_extents()
    assert (left, bottom, right, top) == pytest.approx((extents.x0, extents.y0, extents.x1, extents.y1), abs=0.5)
