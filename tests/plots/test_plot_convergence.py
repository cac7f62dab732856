"""Paths of fits: value and relative change."""

from __future__ import annotations

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, FontError, UnknownNameError
from textkit.models.topics import TopicModel
from textkit.plots.convergence import plot_convergence


def path(values=(-1000.0, -900.0, -891.0, -892.0, -890.0)):
    return pd.DataFrame({"iteration": np.arange(1, len(values) + 1), "value": np.array(values, dtype=float)})


def many(n=3):
    return {f"种子 {i}": path(-1000 + 10 * i + 100 * (1 - np.exp(-np.arange(30) / 5))) for i in range(n)}


def lines(axes, panel):
    return [line.get_xydata() for line in axes[panel].lines]


def test_value_and_change_by_hand():
    axes = plot_convergence(path())
    assert axes.shape == (2,)
    np.testing.assert_allclose(lines(axes, 0)[0], [[1, -1000], [2, -900], [3, -891], [4, -892], [5, -890]])
    # 100/1000, 9/900, 1/891, 2/892
    np.testing.assert_allclose(lines(axes, 1)[0], [[2, 0.1], [3, 0.01], [4, 1 / 891], [5, 2 / 892]], rtol=1e-5)
    assert axes[1].get_yscale() == "log"
    # the bound fell once, from iteration 3 to 4, though it rose on the whole
    np.testing.assert_allclose(axes[1].collections[0].get_offsets(), [[4, 1 / 891]], rtol=1e-5)
    assert axes[0].figure._supxlabel.get_text() == "空心点：与总方向相反的步。"


def test_a_loss_goes_down():
    axes = plot_convergence(path((10.0, 8.0, 7.0)), lang="en")
    assert len(axes[1].collections[0].get_offsets()) == 0
    assert axes[0].figure._supxlabel is None
    assert axes[0].get_title(loc="left") == "Objective (bound, likelihood or loss)"


def test_iterations_need_not_be_each_there_or_in_order():
    axes = plot_convergence(path((-10.0, -5.0, -4.0)).assign(iteration=[30, 10, 20]).iloc[[0, 1, 2]])
    np.testing.assert_allclose(lines(axes, 0)[0], [[10, -5], [20, -4], [30, -10]])


def test_skip_hides_the_first_iterations_of_the_value_only():
    axes = plot_convergence(path(), skip=2)
    assert lines(axes, 0)[0][:, 0].tolist() == [3, 4, 5]
    assert lines(axes, 1)[0][:, 0].tolist() == [2, 3, 4, 5]
    assert lines(plot_convergence(path(), skip=99), 0)[0][:, 0].tolist() == [1, 2, 3, 4, 5]


def test_the_tolerance_is_a_line():
    axes = plot_convergence(path(), tol=1e-5, lang="en")
    assert axes[1].lines[-1].get_ydata() == [1e-5, 1e-5]
    said = axes[0].figure._supxlabel.get_text()
    assert said == "Hollow dots: steps against the general direction. Dashed: 1e−5."


def test_several_starts_are_named_with_their_last_value():
    axes = plot_convergence(many(), labels={"种子 1": "第二"})
    written = [text.get_text() for text in axes[0].texts]
    assert written == ["种子 0：−900.303", "第二：−890.303", "种子 2：−880.303"]
    assert [text.get_color() for text in axes[0].texts] == [drawing.ink(line.get_color()) for line in axes[0].lines], (
        "a name has the colour of its line"
    )
    assert len({line.get_linestyle() for line in axes[0].lines} | {"-"}) > 1, "colour never stands alone"
    listed = plot_convergence(list(many().values()), lang="en")
    assert [text.get_text().split(":")[0] for text in listed[0].texts] == ["run 1", "run 2", "run 3"]
    assert not plot_convergence(path())[0].texts


def test_names_of_lines_that_end_together_do_not_touch():
    axes = plot_convergence({f"很长的名字，第 {i} 个起点": path() for i in range(7)})
    axes[0].figure.canvas.draw()
    boxes = [Text.get_window_extent(text).padded(-1) for text in axes[0].texts]
    assert len(boxes) == 7
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    assert all(box.x1 <= axes[0].figure.bbox.x1 + 1 for box in boxes)


def test_the_numbers_are_remembered():
    axes = plot_convergence(many(2), skip=1, title="题")
    (drawn,) = drawing.recall(axes)
    assert drawn.function == "plot_convergence"
    assert drawn.table.columns.tolist() == ["run", "iteration", "value", "change"]
    assert drawn.table["run"].tolist() == ["种子 0"] * 30 + ["种子 1"] * 30
    assert drawn.settings == {"skip": 1, "tol": None, "labels": None, "lang": "zh", "title": "题"}


def test_short_and_flat_paths():
    one = plot_convergence(path((-5.0,)))
    assert lines(one, 0)[0].tolist() == [[1, -5]] and one[0].lines[0].get_marker() == "o"
    flat = plot_convergence(path((-5.0, -5.0, -5.0)))
    assert len(lines(flat, 1)[0]) == 0 and flat[1].get_yscale() == "linear"
    flat[0].figure.canvas.draw()
    nan = plot_convergence(path((np.nan, -5.0, -4.0)))
    assert lines(nan, 0)[0][:, 0].tolist() == [2, 3]
    zero = plot_convergence({"a": path((0.0, 1.0, 0.0)), "b": path((1e-9, 2.0, 1e9))})
    assert [text.get_text() for text in zero[0].texts] == ["a：0", "b：1,000,000,000"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_contract(lang):
    table = many()
    before = {key: one.copy() for key, one in table.items()}
    axes = plot_convergence(table, lang=lang, title="a$_1$ 题")
    for key, one in table.items():
        pd.testing.assert_frame_equal(one, before[key])
    figure = axes[0].figure
    figure.canvas.draw()
    assert figure.get_size_inches()[0] == drawing.WIDTH
    texts = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    assert all(not text.get_parse_math() for text in texts if "$" in text.get_text())
    assert all(text.get_fontsize() >= drawing.SMALL - 1e-9 for text in texts)
    assert all(text.get_fontfamily() == ["Noto Sans SC", "DejaVu Sans"] for text in texts)
    assert axes[0].get_xlim() == axes[1].get_xlim()


def test_draws_on_axes_that_are_given():
    figure, own = plt.subplots(1, 2)
    axes = plot_convergence(many(), ax=own)
    assert list(axes) == list(own) and plt.get_fignums() == [figure.number]
    assert own[0].get_xlabel() == own[1].get_xlabel() == "迭代"
    figure.canvas.draw()
    assert any(label.get_visible() and label.get_text() for label in own[0].get_xticklabels())


def test_the_same_table_gives_the_same_picture():
    pictures = []
    for _ in range(2):
        figure = plot_convergence(many())[0].figure
        figure.canvas.draw()
        pictures.append(bytes(figure.canvas.buffer_rgba()))
    assert pictures[0] == pictures[1]


def test_wrong_input():
    with pytest.raises(
        ArgumentError, match="table lacks the columns 'value'; it has .* Make the table with model.trac"
    ):
        plot_convergence(path().drop(columns="value"))
    with pytest.raises(EmptyError, match="table has no rows, so there is nothing to draw. Check what went into model"):
        plot_convergence(path().iloc[:0])
    with pytest.raises(EmptyError) as error:
        plot_convergence(path((np.nan,)))
    assert str(error.value) == "table has no finite value, so there is nothing to draw. The method keeps no path."
    with pytest.raises(EmptyError) as error:
        plot_convergence({})
    assert str(error.value) == ("table has no path, so there is nothing to draw. Give model.trace, or several of them.")
    model = TopicModel([[1.0]], [[1.0]], ["词"], pd.DataFrame(index=["a"]), [1], [1], path())
    with pytest.raises(ArgumentError) as error:
        plot_convergence(model)
    assert str(error.value) == "table must be a DataFrame, got a TopicModel. Make one with model.trace."
    with pytest.raises(ArgumentError, match="table must be a DataFrame, got a list. Make one with model.trace."):
        plot_convergence([1, 2])
    with pytest.raises(ArgumentError, match="table must be a DataFrame, got a TopicModel"):
        plot_convergence([path(), model])
    with pytest.raises(ArgumentError, match=r"table has 8 paths \(.*\); this plot tells at most 7 apart"):
        plot_convergence(many(8))
    with pytest.raises(UnknownNameError, match="unknown lang 'cn'"):
        plot_convergence(path(), lang="cn")
    with pytest.raises(ArgumentError, match="skip must be"):
        plot_convergence(path(), skip=-1)
    with pytest.raises(ArgumentError, match="tol must be"):
        plot_convergence(path(), tol=-1.0)
    with pytest.raises(ArgumentError, match="labels must be a Mapping or Series"):
        plot_convergence(path(), labels=["甲"])
    with pytest.raises(ArgumentError, match="ax must hold 2 axes, one a panel, got 1"):
        plot_convergence(path(), ax=plt.figure().add_subplot())
    plt.close("all")
    with pytest.raises(FontError, match=r"U\+1F680, in '起飞🚀'"):
        plot_convergence({"起飞🚀": path(), "b": path()})
    assert plt.get_fignums() == []
