"""Plots about topic models: choice, quality, correlation, map, heat map."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.patches import Circle, PathPatch
from matplotlib.text import Text

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, FontError
from textkit.plots.topic_choice import plot_topic_choice
from textkit.plots.topic_correlation import plot_topic_correlation
from textkit.plots.topic_heatmap import plot_topic_heatmap
from textkit.plots.topic_map import plot_topic_map
from textkit.plots.topic_quality import plot_topic_quality

RNG = np.random.default_rng(5)


def choice(seeds=2, **changes):
    rows = [(k, seed) for k in (5, 10, 20) for seed in range(seeds)]
    n = len(rows)
    table = pd.DataFrame(rows, columns=["n_topics", "seed"]).assign(
        heldout_micro=np.linspace(-6.5, -6.2, n),
        heldout_se=0.05,
        npmi_mean=np.linspace(0.1, 0.2, n),
        exclusivity_mean=np.linspace(8, 9, n),
        stability=0.8 if seeds > 1 else np.nan,
        residual_dispersion=1.5,
    )
    return table.assign(**changes)


def quality(n=12):
    return pd.DataFrame(
        {
            "topic": range(1, n + 1),
            "coherence": RNG.normal(size=n),
            "exclusivity": RNG.normal(9, 0.3, n),
            "share": RNG.dirichlet(np.ones(n)),
            "terms": [f"网格{i} 信访 群众 工作" for i in range(n)],
        }
    )


def places(n=12):
    return quality(n).rename(columns={"coherence": "x", "exclusivity": "y"})


def correlation(n=6):
    pairs = list(itertools.combinations(range(1, n + 1), 2))
    value = np.linspace(0.5, -0.4, len(pairs))
    table = pd.DataFrame(pairs, columns=["topic_a", "topic_b"])
    return table.assign(correlation=value, ci_low=np.nan, ci_high=np.nan, edge=value > 0.01)


def shares(n_docs=8, n_topics=4):
    theta = RNG.dirichlet(np.full(n_topics, 0.3), n_docs)
    rows = [(f"文{d}", k + 1, theta[d, k], 1) for d in range(n_docs) for k in range(n_topics)]
    return pd.DataFrame(rows, columns=["group", "topic", "share", "n_docs"])


EACH = {
    "choice": (plot_topic_choice, choice),
    "quality": (plot_topic_quality, quality),
    "map": (plot_topic_map, places),
    "correlation": (plot_topic_correlation, correlation),
    "heatmap": (plot_topic_heatmap, shares),
}
each = pytest.mark.parametrize("name", EACH)


def boxes(ax):
    ax.figure.canvas.draw()
    renderer = ax.figure.canvas.get_renderer()
    # that of an annotation would hold its line too
    return [Text.get_window_extent(text, renderer) for text in ax.texts if text.get_text()]


@each
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_contract(name, lang):
    plot, make = EACH[name]
    table = make()
    before = table.copy()
    result = plot(table, lang=lang, title="a$_1$ 题目")
    pd.testing.assert_frame_equal(table, before)
    axes = list(np.ravel(result))
    figure = axes[0].figure
    figure.canvas.draw()
    assert figure.get_size_inches()[0] == drawing.WIDTH
    texts = [text for text in figure.findobj(Text) if text.get_text()]
    assert all(not text.get_parse_math() for text in texts if "$" in text.get_text())
    assert all(text.get_fontsize() >= drawing.SMALL - 1e-9 for text in texts)
    drawn = drawing.recall(axes)
    assert [item.function for item in drawn] == [plot.__name__]
    assert len(drawn[0].table)


@each
def test_the_same_table_gives_the_same_picture(name):
    plot, make = EACH[name]
    table = make()
    pictures = []
    for _ in range(2):
        figure = next(iter(np.ravel(plot(table)))).figure
        figure.canvas.draw()
        pictures.append(bytes(figure.canvas.buffer_rgba()))
    assert pictures[0] == pictures[1]


@each
def test_wrong_tables(name):
    plot, make = EACH[name]
    with pytest.raises(ArgumentError, match="table lacks the columns"):
        plot(make().iloc[:, :1])
    with pytest.raises(EmptyError, match="nothing to draw"):
        plot(make().iloc[:0])


# choice


def test_choice_draws_every_fit_and_the_mean():
    axes = plot_topic_choice(choice())
    assert axes.shape == (4,)
    dots = axes[0].collections[0].get_offsets()
    np.testing.assert_allclose(dots[:, 0], [5, 5, 10, 10, 20, 20])
    x, y = axes[0].lines[0].get_data()
    assert x.tolist() == [5, 10, 20]
    np.testing.assert_allclose(y[0], np.mean(dots[:2, 1]))
    level = axes[0].lines[1].get_ydata()[0]
    assert level == pytest.approx(-6.2 - 0.05)
    assert axes[3].get_title(loc="left") == "稳定性（换种子后相似度）"


def test_choice_with_one_seed_shows_the_dispersion():
    axes = plot_topic_choice(choice(seeds=1, residual_dispersion=[1.4, np.nan, np.inf]), lang="en")
    assert axes[3].get_title(loc="left") == "Residual dispersion"
    assert len(axes[3].collections[0].get_offsets()) == 1
    assert axes[3].lines[1].get_ydata()[0] == 1.0


def test_choice_of_one_number():
    plot_topic_choice(choice().head(1))[0].figure.canvas.draw()


# quality and map


@pytest.mark.parametrize(("plot", "make"), [(plot_topic_quality, quality), (plot_topic_map, places)])
def test_labels_never_overlap(plot, make):
    for n in (3, 12, 40):
        found = boxes(plot(make(n)))
        inner = [box.padded(-1.5) for box in found]
        assert not any(a.overlaps(b) for a, b in itertools.combinations(inner, 2))
        assert len(found) >= min(n, 12)


def test_quality_leaves_out_topics_without_a_number():
    table = quality(3)
    table.loc[1, "coherence"] = np.nan
    ax = plot_topic_quality(table, n=0, labels={1: "甲"})
    assert sorted(text.get_text() for text in ax.texts) == ["1 甲", "3"]
    with pytest.raises(EmptyError, match="no topic with both"):
        plot_topic_quality(table.assign(coherence=np.nan))
    with pytest.raises(FontError):
        plot_topic_quality(table, labels={1: "起飞🚀"})


def test_map_areas_are_shares():
    table = places(4).assign(share=[0.4, 0.1, 0.4, 0.1])
    radii = [patch.get_radius() for patch in plot_topic_map(table).patches if isinstance(patch, Circle)]
    assert radii[0] / radii[1] == pytest.approx(2)


# correlation


def test_links_are_the_edges():
    table = correlation()
    ax = plot_topic_correlation(table)
    links = [patch for patch in ax.patches if isinstance(patch, PathPatch)]
    assert len(links) == table["edge"].sum()
    assert len(ax.texts) == 6
    apart = plot_topic_correlation(table, min_apart=0.2)
    drawn = [patch for patch in apart.patches if isinstance(patch, PathPatch)]
    assert len(drawn) == table["edge"].sum() + (table["correlation"] < -0.2).sum()
    widths = [patch.get_linewidth() for patch in links]
    assert widths == sorted(widths)


def test_correlation_without_links_and_with_many_topics():
    ax = plot_topic_correlation(correlation().assign(edge=False), lang="en")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["no correlation beyond the limit"]
    names = {k: f"主题 {k} 网格 信访 群众工作" for k in range(1, 31)}
    found = boxes(plot_topic_correlation(correlation(30), labels=names))
    assert len(found) == 30
    assert not any(a.padded(-1.0).overlaps(b.padded(-1.0)) for a, b in itertools.combinations(found, 2))
    with pytest.raises(ArgumentError, match="at most 60 apart"):
        plot_topic_correlation(correlation(61))


# heat map


def test_heatmap_orders_documents_by_their_topic():
    table = shares(30, 5)
    ax = plot_topic_heatmap(table)
    mesh = next(item for item in ax.collections if isinstance(item, QuadMesh))
    values = np.asarray(mesh.get_array()).reshape(30, 5)
    leading = values.argmax(axis=1)
    assert (np.diff(leading) >= 0).all()
    for k in set(leading.tolist()):
        assert (np.diff(values[leading == k].max(axis=1)) <= 0).all()
    given = plot_topic_heatmap(table, order="table")
    assert [label.get_text() for label in given.get_yticklabels()][:2] == ["文0", "文1"]


def test_heatmap_with_empty_documents_and_many():
    table = shares(4, 3)
    table.loc[table["group"] == "文0", "share"] = np.nan
    ax = plot_topic_heatmap(table)
    assert [label.get_text() for label in ax.get_yticklabels()][-1] == "文0"
    many = plot_topic_heatmap(shares(600, 60), lang="en")
    assert many.get_ylabel() == "600 documents"
    with pytest.raises(EmptyError, match="no document has shares"):
        plot_topic_heatmap(table.assign(share=np.nan))
    with pytest.raises(ArgumentError, match="table has 5001 documents and 1 topics; one figure holds 5000 and 100"):
        plot_topic_heatmap(pd.DataFrame({"group": range(5001), "topic": 1, "share": 1.0}))
