"""Pictures of effects: estimates, contrasts, predictions; the sentence under all of them."""

from __future__ import annotations

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.text import Text

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, FontError, UnknownNameError
from textkit.models.effects import NOTE, REFIT_NOTE
from textkit.plots.effect_contrasts import plot_effect_contrasts
from textkit.plots.effect_predictions import plot_effect_predictions
from textkit.plots.effects import plot_effects
from textkit.plots.small_print import CONDITIONAL, REFITTED

TERMS = ("Intercept", "town[T.云岭镇]", "town[T.柳河镇]", "year")


def stamped(table, **settings):
    table.attrs["textkit"] = {"function": "f", "settings": {"confidence": 0.9, **settings}, "inputs": {}, "note": NOTE}
    return table


def effects(topics=3, terms=TERMS):
    rows = [(topic, term) for topic in range(1, topics + 1) for term in terms]
    n = len(rows)
    estimate = np.linspace(-0.3, 0.3, n)
    return stamped(
        pd.DataFrame(rows, columns=["topic", "term"]).assign(
            estimate=estimate, se=0.05, t=estimate / 0.05, p_value=0.01,
            q_value=[np.nan if term == "Intercept" else (0.01 if i % 2 else 0.2) for i, (_, term) in enumerate(rows)],
            ci_low=estimate - 0.1, ci_high=estimate + 0.1,
        )
    )  # fmt: skip


def contrasts(topics=3, levels=("东浦镇", "云岭镇", "柳河镇")):
    pairs = list(itertools.combinations(levels, 2))
    rows = [(topic, b, a) for topic in range(1, topics + 1) for a, b in pairs]
    estimate = np.linspace(0.2, -0.2, len(rows))
    return stamped(
        pd.DataFrame(rows, columns=["topic", "level", "against"]).assign(
            estimate=estimate, q_value=np.where(np.abs(estimate) > 0.1, 0.001, 0.5), ci_low=estimate - 0.08,
            ci_high=estimate + 0.08,
        )
    )  # fmt: skip


def predictions(topics=3, values=(2018.0, 2019.5, 2021.0), **settings):
    rows = [(topic, value) for topic in range(1, topics + 1) for value in values]
    estimate = np.linspace(0.1, 0.4, len(rows))
    table = pd.DataFrame(rows, columns=["topic", "value"]).assign(
        estimate=estimate, se=0.02, ci_low=estimate - 0.05, ci_high=estimate + 0.05
    )
    return stamped(table, by="year", held={"town": "云岭镇", "population": 31084.0}, **settings)


EACH = {
    "effects": (plot_effects, effects),
    "effects-topic": (lambda table, **o: plot_effects(table, panels="topic", **o), effects),
    "contrasts": (plot_effect_contrasts, contrasts),
    "predictions-one": (plot_effect_predictions, predictions),
    "predictions-points": (plot_effect_predictions, lambda topics=3: predictions(topics, ("市", "县"))),
    "predictions-many": (plot_effect_predictions, lambda topics=5: predictions(topics)),
}
each = pytest.mark.parametrize("name", EACH)


def words_of(figure):
    """All texts that are drawn; of the numbers of an axis those inside it."""
    figure.canvas.draw()
    axes = [axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)]
    every = {label for axis in axes for label in axis.get_ticklabels(which="both")}
    inside = {tick.label1 for axis in axes for tick in axis._update_ticks()}
    texts = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    return [text for text in texts if text not in every or text in inside]


def said_below(axes):
    """What stands in small type under the picture."""
    figure = axes[0].figure
    common = figure._supxlabel.get_text() if figure._supxlabel is not None else ""
    return common or axes[0].texts[0].get_text()


def dots(ax):
    (found,) = [c for c in ax.collections if isinstance(c, PathCollection)]
    return found


# the contract of all plots


@each
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_contract(name, lang):
    plot, make = EACH[name]
    table = make()
    before, attrs = table.copy(), dict(table.attrs)
    axes = plot(table, lang=lang, title="a$_1$ 题目")
    pd.testing.assert_frame_equal(table, before)
    assert table.attrs == attrs
    said = said_below(axes).replace("\n", " ")
    assert said.endswith(CONDITIONAL[lang]) and "90%" in said, "the sentence stands under every picture"
    figure = axes[0].figure
    assert isinstance(axes, np.ndarray) and list(axes) == figure.axes
    assert figure.get_size_inches()[0] == drawing.WIDTH
    texts = words_of(figure)
    assert any("$_1$" in text.get_text() for text in texts)
    assert all(not text.get_parse_math() for text in texts if "$" in text.get_text())
    assert all(text.get_fontsize() >= drawing.SMALL - 1e-9 for text in texts)
    assert all(text.get_fontfamily() == ["Noto Sans SC", "DejaVu Sans"] for text in texts)
    (drawn,) = drawing.recall(axes)
    assert drawn.function == f"plot_{'effects' if 'effects' in name else 'effect_' + name.split('-')[0]}"
    assert drawn.settings["lang"] == lang and drawn.table.attrs == attrs


@pytest.mark.parametrize(("lang", "name"), list(zip(["zh", "en"] * 3, EACH, strict=True)))
def test_the_sentence_stands_there_even_if_the_table_lost_its_notes(name, lang):
    plot, make = EACH[name]
    table = make()
    table.attrs = {}
    said = said_below(plot(table, lang=lang)).replace("\n", " ")
    assert said.endswith(CONDITIONAL[lang]) and "95%" in said


def test_the_sentence_is_that_of_the_tables():
    assert CONDITIONAL["en"] == NOTE
    assert said_below(plot_effects(effects(), lang="en")).endswith(NOTE)
    assert REFITTED["en"] == REFIT_NOTE
    table = effects()
    table.attrs["textkit"]["settings"]["uncertainty"] = "refit"
    assert said_below(plot_effects(table)).endswith(REFITTED["zh"])
    table.attrs["textkit"]["note"] = REFIT_NOTE
    assert said_below(plot_effects(table, lang="en")).endswith(REFIT_NOTE)


@each
def test_no_text_covers_another(name):
    plot, make = EACH[name]
    axes = plot(
        make(), labels={1: "招商引资与项目建设以及营商环境", 2: "Environmental protection and waste"}, title="题"
    )
    texts = words_of(axes[0].figure)
    boxes = [Text.get_window_extent(text).padded(-1.5) for text in texts]
    for (a, first), (b, second) in itertools.combinations(zip(texts, boxes, strict=True), 2):
        assert not first.overlaps(second), (a.get_text(), b.get_text())
    whole = axes[0].figure.bbox
    assert all(box.x0 >= whole.x0 - 1 and box.x1 <= whole.x1 + 1 and box.y0 >= whole.y0 - 1 for box in boxes)


@pytest.mark.parametrize("name", ["contrasts", "predictions-one", "predictions-many"])
def test_the_same_table_gives_the_same_picture(name):
    plot, make = EACH[name]
    pictures = []
    for _ in range(2):
        figure = plot(make())[0].figure
        figure.canvas.draw()
        pictures.append(bytes(figure.canvas.buffer_rgba()))
    assert pictures[0] == pictures[1]


@each
def test_draws_on_axes_that_are_given(name):
    plot, make = EACH[name]
    count = {"effects": 3, "effects-topic": 3, "contrasts": 3, "predictions-one": 1, "predictions-points": 3}.get(
        name, 5
    )
    figure, own = plt.subplots(count, squeeze=False, figsize=(8, 3 * count))
    axes = plot(make(), ax=own.ravel())
    assert list(axes) == list(own.ravel()) and plt.get_fignums() == [figure.number]
    with pytest.raises(ArgumentError, match=f"ax must hold {count} axes, one a panel, got {count + 1}"):
        plot(make(), ax=[*own.ravel(), own[0, 0]])
    with pytest.raises(ArgumentError, match="ax must be a Axes"):
        plot(make(), ax=[3] * count)


@each
def test_wrong_input(name):
    plot, make = EACH[name]
    with pytest.raises(ArgumentError, match="table lacks the columns 'estimate'.* Make the table with effect|Make the"):
        plot(make().drop(columns="estimate"))
    with pytest.raises(EmptyError, match="table has no rows, so there is nothing to draw"):
        plot(make().iloc[:0])
    with pytest.raises(ArgumentError, match=r"table must be a DataFrame, got a list. Make one with "):
        plot([1, 2])
    with pytest.raises(UnknownNameError, match="unknown lang 'cn'"):
        plot(make(), lang="cn")
    with pytest.raises(ArgumentError, match="labels must be a Mapping or Series, got a list. For example"):
        plot(make(), labels=["甲"])
    with pytest.raises(FontError, match=r"no glyph for 🚀 \(U\+1F680, in '起飞🚀'\)"):
        plot(make(), labels={1: "起飞🚀"})
    with pytest.raises(UnknownNameError) as error:
        plot(make(), topics=[1, 99])
    assert str(error.value).startswith("unknown topic (topics) 99")
    with pytest.raises(ArgumentError, match=r"topic \(topics\): name at least one, or leave the argument out"):
        plot(make(), topics=[])
    assert plt.get_fignums() == []


# estimates


def test_a_panel_for_each_term_and_a_row_for_each_topic():
    table = effects()
    axes = plot_effects(table, labels={2: "信访"})
    assert [ax.get_title(loc="left") for ax in axes] == ["town: 云岭镇", "town: 柳河镇", "year"]
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["主题 1", "信访", "主题 3"]
    assert [label.get_text() for label in axes[1].get_yticklabels()] == ["", "", ""]
    for ax, term in zip(axes, TERMS[1:], strict=True):
        mine = table[table["term"] == term]
        np.testing.assert_allclose(dots(ax).get_offsets()[:, 0], mine["estimate"], rtol=1e-5)
        np.testing.assert_array_equal(dots(ax).get_offsets()[:, 1], [0, 1, 2])
        lines = [s for c in ax.collections if hasattr(c, "get_segments") for s in c.get_segments()]
        for low, high in zip(mine["ci_low"], mine["ci_high"], strict=True):
            assert any(np.allclose(segment[:, 0], [low, high], rtol=1e-4, atol=1e-9) for segment in lines)
        assert ax.lines[0].get_xdata() == [0, 0], "a line at zero"


def test_filled_is_q_below_the_level():
    table = effects()
    for level in (0.05, 0.5):
        axes = plot_effects(table, level=level)
        for ax, term in zip(axes, TERMS[1:], strict=True):
            faces = [to_hex(face) for face in dots(ax).get_facecolors()]
            want = (table.loc[table["term"] == term, "q_value"] < level).tolist()
            assert [face != "#ffffff" for face in faces] == want
        assert f"q < {level:g}" in said_below(axes)


def test_categories_share_a_scale_and_a_number_has_its_own():
    table = effects()
    table.loc[table["term"] == "year", ["estimate", "ci_low", "ci_high"]] /= 50
    one, other, year = plot_effects(table)
    assert one.get_xlim() == other.get_xlim() != year.get_xlim()
    low, high = one.get_xlim()
    towns = table[table["term"].str.startswith("town")]
    assert low < towns["ci_low"].min() and high > towns["ci_high"].max()
    assert [label.get_text() for label in year.get_xticklabels()].count("0") == 1


def test_axis_is_in_percentage_points():
    table = effects(1, ("year",)).assign(estimate=0.05, ci_low=0.0, ci_high=0.1)
    (ax,) = plot_effects(table, lang="en")
    ax.figure.canvas.draw()

    assert ax.xaxis.get_major_formatter()(0.05) == "5"
    assert ax.get_xlabel() == "Change of the share (percentage points)"
    (ax,) = plot_effects(table, title="题")
    assert (ax.get_title(loc="left"), ax.get_xlabel()) == ("题", "占比的变化（百分点）  year")


def test_a_panel_for_each_topic():
    table = effects(2)
    axes = plot_effects(table, panels="topic", topics=[2, 1], term_labels={"year": "年份"})
    assert [ax.get_title(loc="left") for ax in axes] == ["主题 2", "主题 1"]
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["town: 云岭镇", "town: 柳河镇", "年份"]
    np.testing.assert_allclose(
        dots(axes[0]).get_offsets()[:, 0], table.loc[table["topic"] == 2, "estimate"].iloc[1:], rtol=1e-5
    )
    assert axes[0].get_xlim() == axes[1].get_xlim()
    (drawn,) = drawing.recall(axes)
    assert drawn.settings["term_labels"] == {"year": "年份"} and drawn.settings["topics"] == [2, 1]
    assert "Intercept" not in set(drawn.table["term"]), "the numbers are those that are drawn"


def test_coefficients_of_splines_are_left_out_and_named():
    terms = ("Intercept", "town[T.云岭镇]", "s(year, 3)[1]", "s(year, 3)[2]", "poly(x, 2)[1]", "s(x, 2)[1]:town[市]")
    axes = plot_effects(effects(terms=terms), lang="en")
    assert [ax.get_title(loc="left") for ax in axes] == ["town: 云岭镇"]
    assert "Not drawn are coefficients of curves, which mean nothing one by one: s(year, 3), poly(x, 2), " in (
        said_below(axes)
    )
    asked = plot_effects(effects(terms=terms), terms=["s(year, 3)[2]"], lang="en")
    assert len(asked) == 1 and "Not drawn" not in said_below(asked)
    with pytest.raises(EmptyError) as error:
        plot_effects(effects(terms=("Intercept", "s(year, 3)[1]")))
    assert str(error.value) == (
        "table has no term but an intercept and the coefficients of curves. Draw the curves with "
        "plot_effect_predictions, or name the terms=."
    )
    with pytest.raises(UnknownNameError, match=r"unknown term \(terms\) 'yaer'; did you mean 'year'\?"):
        plot_effects(effects(), terms=["yaer"])


@pytest.mark.parametrize(
    ("term", "name"),
    [
        ("level[T.town]", "level: town"),
        ("C(year)[T.2019]", "C(year): 2019"),
        ("level[T.town]:year", "level: town × year"),
        ("level[T.a:b]", "level: a:b"),
        ("log(population)", "log(population)"),
        ("town[东浦镇]:year", "town: 东浦镇 × year"),
    ],
)
def test_terms_are_written_for_people(term, name):
    assert plot_effects(effects(1, (term,)))[0].get_title(loc="left") == name


def test_rows_without_a_number_stay_empty():
    table = effects()
    table.loc[1, ["estimate", "ci_low", "ci_high", "q_value"]] = np.nan
    table.loc[5, ["ci_low", "ci_high"]] = [-np.inf, np.inf]
    ax = plot_effects(table)[0]
    assert len(dots(ax).get_offsets()) == 2 and len(ax.get_yticklabels()) == 3
    assert np.isfinite(ax.get_xlim()).all()


def test_too_much_for_one_figure():
    with pytest.raises(ArgumentError) as error:
        plot_effects(effects(41))
    assert str(error.value) == (
        "table makes 3 panels of 41 rows; one figure holds 24 of 40. Choose some, for example with topics=[1, 2, 3]."
    )
    with pytest.raises(ArgumentError, match="table makes 25 panels of 3 rows"):
        plot_effects(effects(25), panels="topic")
    with pytest.raises(UnknownNameError, match="unknown panels 'terms'"):
        plot_effects(effects(), panels="terms")
    with pytest.raises(ArgumentError, match="level"):
        plot_effects(effects(), level=2)


# contrasts


def test_a_panel_for_each_pair():
    table = contrasts()
    axes = plot_effect_contrasts(table, value_labels={"云岭镇": "云岭"}, topics=[3, 1])
    assert [ax.get_title(loc="left") for ax in axes] == ["云岭 − 东浦镇", "柳河镇 − 东浦镇", "柳河镇 − 云岭"]
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["主题 3", "主题 1"]
    mine = table[(table["level"] == "柳河镇") & (table["against"] == "东浦镇")].set_index("topic")["estimate"]
    np.testing.assert_allclose(dots(axes[1]).get_offsets()[:, 0], mine.loc[[3, 1]], rtol=1e-5)
    assert len({ax.get_xlim() for ax in axes}) == 1
    assert drawing.recall(axes)[0].settings["value_labels"] == {"云岭镇": "云岭"}
    assert "pair" not in drawing.recall(axes)[0].table


def test_a_row_for_each_pair():
    axes = plot_effect_contrasts(contrasts(), panels="topic")
    assert [ax.get_title(loc="left") for ax in axes] == ["主题 1", "主题 2", "主题 3"]
    names = [label.get_text() for label in axes[0].get_yticklabels()]
    assert names == ["云岭镇 − 东浦镇", "柳河镇 − 东浦镇", "柳河镇 − 云岭镇"]


def test_levels_may_be_numbers():
    axes = plot_effect_contrasts(contrasts(levels=(2018, 2019)))
    assert axes[0].get_title(loc="left") == "2019 − 2018"


# predictions


def bands(ax):
    return [c for c in ax.collections if isinstance(c, PolyCollection)]


def test_a_few_lines_stand_in_one_panel_with_their_names():
    table = predictions()
    (ax,) = plot_effect_predictions(table, labels={2: "信访"})
    assert len(ax.lines) == len(bands(ax)) == 3
    for topic, line in enumerate(ax.lines, start=1):
        mine = table[table["topic"] == topic]
        np.testing.assert_allclose(line.get_ydata(), mine["estimate"], rtol=1e-5)
        np.testing.assert_allclose(line.get_xdata(), mine["value"])
    assert len({line.get_color() for line in ax.lines}) == 3
    names = [text for text in ax.texts if text.get_text() in ("主题 1", "信访", "主题 3")]
    assert [text.get_color() for text in names] == [drawing.ink(line.get_color()) for line in ax.lines]
    assert ax.get_xlabel() == "year" and ax.get_ylabel() == "预测占比"
    assert ax.get_ylim()[0] == 0 and len(ax.lines) == 3
    assert "其余变量取 town = 云岭镇，population = 31084。" in said_below([ax])


def test_names_stand_at_the_ends_of_their_lines():
    table = predictions(2).assign(estimate=[0.1, 0.2, 0.1, 0.3, 0.3, 0.4])
    (ax,) = plot_effect_predictions(table)
    ax.figure.canvas.draw()
    for text, end in zip([t for t in ax.texts if "主题" in t.get_text()][-2:], (0.1, 0.4), strict=True):
        box = text.get_window_extent()
        assert abs((box.y0 + box.y1) / 2 - ax.transData.transform((0, end))[1]) < 4


def test_bands_are_the_intervals():
    (ax,) = plot_effect_predictions(predictions(1))
    points = bands(ax)[0].get_paths()[0].vertices
    assert {round(y, 3) for x, y in points if x == 2018} >= {0.05, 0.15}


def test_many_lines_have_a_panel_each():
    axes = plot_effect_predictions(predictions(5))
    assert [ax.get_title(loc="left") for ax in axes] == [f"主题 {k}" for k in range(1, 6)]
    assert len({ax.get_ylim() for ax in axes}) == 1
    assert len(plot_effect_predictions(predictions(5), panels="one")) == 1
    assert len(plot_effect_predictions(predictions(2), panels="topic")) == 2
    with pytest.raises(ArgumentError, match='table has 8 topics .* at most 7 apart. Use panels="topic"'):
        plot_effect_predictions(predictions(8), panels="one")
    with pytest.raises(ArgumentError, match="table makes 25 panels; one figure holds 24. Choose some, for example"):
        plot_effect_predictions(predictions(25))


def test_categories_are_points():
    table = predictions(2, ("市", "县"))
    axes = plot_effect_predictions(table, value_labels={"县": "县（区）"})
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["市", "县（区）"]
    np.testing.assert_allclose(dots(axes[1]).get_offsets()[:, 0], table["estimate"].iloc[2:], rtol=1e-5)
    assert axes[0].get_xlim()[0] == 0 and not axes[0].lines
    assert drawing.recall(axes)[0].settings["kind"] == "points"
    assert "横线：90% 区间" in said_below(axes)


def test_a_number_can_be_drawn_as_points_and_names_as_lines():
    axes = plot_effect_predictions(predictions(1, (2018, 2019)), kind="points")
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["2018", "2019"]
    (ax,) = plot_effect_predictions(predictions(1, ("上", "中", "下")), kind="lines")
    assert [label.get_text() for label in ax.get_xticklabels()] == ["上", "中", "下"]
    assert ax.lines[0].get_xdata().tolist() == [0, 1, 2]
    assert drawing.recall(plot_effect_predictions(predictions(1, (2018,))))[0].settings["kind"] == "points"


@pytest.mark.parametrize(("span", "form"), [(3000, r"\d{4}"), (300, r"\d{4}-\d\d"), (40, r"\d\d-\d\d")])
def test_dates(span, form):
    days = pd.date_range("2018-03-01", periods=6, freq=f"{span // 5}D")
    (ax,) = plot_effect_predictions(predictions(1, tuple(days)))
    ax.figure.canvas.draw()
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert len(labels) >= 2 and len(set(labels)) == len(labels)
    assert pd.Series(labels).str.fullmatch(form).all()


def test_predictions_below_zero_are_shown():
    table = predictions(1)
    table["ci_low"] = [-0.05, 0.1, 0.2]
    (ax,) = plot_effect_predictions(table)
    assert ax.get_ylim()[0] < -0.05 and ax.lines[-1].get_ydata() == [0, 0]
    below = predictions(2, ("市", "县")).assign(ci_low=-0.1)
    assert plot_effect_predictions(below)[0].lines[0].get_xdata() == [0, 0]


def test_a_value_without_a_prediction_breaks_the_line():
    table = predictions(1, (2018, 2019, 2020, 2021, 2022))
    table.loc[1, ["estimate", "ci_low", "ci_high"]] = np.nan
    (ax,) = plot_effect_predictions(table)
    assert np.isnan(ax.lines[0].get_ydata()[1])
    # what stands alone has no band, but a line for its interval
    lone = [s for c in ax.collections if hasattr(c, "get_segments") for s in c.get_segments() if len(s)]
    assert [segment[:, 0].tolist() for segment in lone] == [[2018, 2018]]
