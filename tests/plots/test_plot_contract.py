"""What every plot promises: its own style only, the right font, plain text, checked columns, its numbers kept."""

from __future__ import annotations

import re
import warnings

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Text

from textkit import drawing
from textkit.errors import ArgumentError, EmptyError, FontError, UnknownNameError
from textkit.plots.agreement import plot_agreement, plot_confusion
from textkit.plots.agreement_categories import plot_agreement_categories
from textkit.plots.attribution import plot_attribution
from textkit.plots.collocates import plot_collocates
from textkit.plots.collocations import plot_collocations
from textkit.plots.comparison_cloud import plot_comparison_cloud
from textkit.plots.delta import plot_delta, plot_delta_consensus
from textkit.plots.dispersion import plot_dispersion
from textkit.plots.dispersion_scores import plot_dispersion_scores
from textkit.plots.effect_sizes import plot_effect_sizes
from textkit.plots.effects import plot_effects
from textkit.plots.entropy import plot_entropy
from textkit.plots.frequency import plot_frequency
from textkit.plots.heaps import plot_heaps
from textkit.plots.keyness import plot_keyness
from textkit.plots.keyness_volcano import plot_keyness_volcano
from textkit.plots.kl_divergence import plot_kl_divergence, plot_kl_terms
from textkit.plots.lexical_diversity import plot_lexical_diversity
from textkit.plots.lockwords import plot_lockwords
from textkit.plots.lookup import plot_lookup
from textkit.plots.near_duplicates import plot_near_duplicates
from textkit.plots.network import plot_network
from textkit.plots.pairs import plot_pairs
from textkit.plots.perspectives import plot_perspectives
from textkit.plots.readability import plot_readability
from textkit.plots.similarity import plot_dendrogram, plot_similarity
from textkit.plots.tfidf import plot_tfidf
from textkit.plots.topic_shares import plot_topic_shares
from textkit.plots.topic_terms import plot_topic_terms
from textkit.plots.trend import plot_trend
from textkit.plots.wordcloud import plot_wordcloud
from textkit.plots.zipf import plot_zipf

# plot, table, options of the table, number of axes
PLOTS = {
    "frequency": (plot_frequency, "frequency", {}, 1),
    "frequency-groups": (plot_frequency, "frequency", {"groups": ("甲", "乙")}, 1),
    "keyness": (plot_keyness, "keyness", {}, 1),
    "tfidf": (plot_tfidf, "top_terms", {}, 2),
    "topic_terms": (plot_topic_terms, "topic_terms", {}, 2),
    "similarity": (plot_similarity, "matrix", {}, 1),
    "dendrogram": (plot_dendrogram, "matrix", {}, 1),
    "dispersion": (plot_dispersion, "occurrences", {}, 1),
    "trend": (plot_trend, "trend", {}, 1),
    "wordcloud": (plot_wordcloud, "frequency", {}, 1),
    "comparison_cloud": (plot_comparison_cloud, "frequency", {"groups": ("甲", "乙", "丙")}, 1),
    "topic_shares": (plot_topic_shares, "shares", {}, 1),
    "topic_shares-heat": (plot_topic_shares, "shares", {"topics": 9}, 1),
    "topic_shares-points": (plot_topic_shares, "shares", {"sure": True}, 3),
    "effects": (plot_effects, "effects", {}, 2),
    "perspectives": (plot_perspectives, "perspectives", {}, 1),
    "collocates": (plot_collocates, "collocates", {}, 1),
    "network": (plot_network, "pairs", {}, 1),
    "network-nodes": (plot_network, "collocates", {}, 1),
    "keyness_volcano": (plot_keyness_volcano, "volcano", {}, 1),
    "delta": (plot_delta, "deltas", {}, 1),
    "delta_consensus": (plot_delta_consensus, "consensus", {}, 1),
    "lexical_diversity": (plot_lexical_diversity, "diversity", {}, 2),
    "readability": (plot_readability, "readability", {}, 1),
    "dispersion_scores": (plot_dispersion_scores, "dispersions", {}, 1),
    "entropy": (plot_entropy, "entropy", {}, 1),
    "heaps": (plot_heaps, "heaps", {}, 1),
    "zipf": (plot_zipf, "zipf", {}, 1),
    "agreement": (plot_agreement, "agreement", {}, 1),
    "confusion": (plot_confusion, "confusion", {}, 1),
    "lookup": (plot_lookup, "lookup", {}, 1),
    "effect_sizes": (plot_effect_sizes, "effect_sizes", {}, 3),
    "lockwords": (plot_lockwords, "lockwords", {}, 1),
    "kl_divergence": (plot_kl_divergence, "divergences", {}, 1),
    "kl_terms": (plot_kl_terms, "kl_terms", {}, 1),
    "near_duplicates": (plot_near_duplicates, "duplicates", {}, 1),
    "attribution": (plot_attribution, "attributed", {}, 1),
    "confusion-authors": (plot_confusion, "given", {}, 1),
    "pairs": (plot_pairs, "compared", {}, 1),
    "pairs-directed": (plot_pairs, "divergences", {}, 1),
    "collocations": (plot_collocations, "collocations", {}, 1),
    "agreement_categories": (plot_agreement_categories, "agreed", {}, 1),
    "lookup-heat": (plot_lookup, "lookup", {"groups": tuple("甲乙丙丁戊己庚辛")}, 1),
}
# the column of each table that holds names of documents or groups, where it does not hold words in "term"
NAMED = {
    "shares": "group", "deltas": "doc_a", "consensus": "doc", "diversity": "group", "readability": "doc",
    "entropy": "group", "heaps": "group", "zipf": "group", "agreement": "coefficient", "confusion": "value_a",
    "lookup": "group", "divergences": "p", "duplicates": "doc_a", "attributed": "doc", "compared": "doc_a",
    "agreed": "category", "given": "actual",
}  # fmt: skip
WORDS = {"collocates": "collocate", "pairs": "a", "collocations": "ngram"}
WITH_TERMS = [name for name in PLOTS if PLOTS[name][1] not in ("matrix", *NAMED)]
NO_LABELS = ("trend", "wordcloud", "collocates", "network", "network-nodes", "collocations")
TEXTS = (  # whatever is written; not the names of coefficients and features, which have words of their own
    "term", "group", "doc", "node", "collocate", "a", "b", "doc_a", "doc_b", "coder_a", "coder_b", "value_a", "value_b",
    "category", "p", "q", "keep", "actual", "predicted", "runner_up", "ngram",
)  # fmt: skip

each = pytest.mark.parametrize("name", PLOTS)


def draw(make, name, **options):
    plot, table, settings, _ = PLOTS[name]
    made = make(table, **settings)
    if name == "comparison_cloud":  # the groups must differ in something
        made["rate"] = np.where((made.index % 4) == 0, made["rate"] * 5, made["rate"])
    return plot(made, **options)


def table_for(make, name, **options):
    return make(PLOTS[name][1], **{**PLOTS[name][2], **options})


def column_of(name):
    """The column whose texts the plot writes."""
    kind = PLOTS[name][1]
    return NAMED.get(kind) or WORDS.get(kind, "term")


def renamed(table, codes):
    """The table with other words in all columns of texts (a document may stand in two of them)."""
    made = table.copy()
    for column in TEXTS:
        if column in made and made[column].dtype.kind not in "if":
            made[column] = [codes.get(value, value) for value in made[column]]
    return made


def axes_of(result):
    return [result] if isinstance(result, Axes) else list(result)


def texts_of(ax):
    ax.figure.canvas.draw()
    return [text for text in ax.findobj(Text) if text.get_text() and text.get_visible()]


@each
def test_makes_one_figure_for_notebooks_and_returns_axes(make, name):
    result = draw(make, name)
    assert len(plt.get_fignums()) == 1
    axes = axes_of(result)
    assert len(axes) == PLOTS[name][3]
    assert all(ax.figure is plt.figure(plt.get_fignums()[0]) for ax in axes)
    if PLOTS[name][3] > 1:
        assert isinstance(result, np.ndarray) and result.shape == (PLOTS[name][3],)


@each
def test_leaves_the_users_settings_alone(make, name):
    with mpl.rc_context({"font.family": ["DejaVu Serif"], "axes.facecolor": "black", "font.size": 31}):
        before = dict(mpl.rcParams)
        ax = axes_of(draw(make, name))[0]
        assert dict(mpl.rcParams) == before
        # and is not touched by them either
        assert ax.get_facecolor() == (1, 1, 1, 1)
        assert max(text.get_fontsize() for text in texts_of(ax)) < 20


@each
def test_every_text_has_the_chinese_font_and_is_no_smaller_than_eight_points(make, name):
    for ax in axes_of(draw(make, name, title="标题")):
        for text in texts_of(ax):
            assert text.get_fontfamily() == ["Noto Sans SC", "DejaVu Sans"], text
            assert text.get_fontsize() >= 8, text


@each
def test_draws_on_the_ax_it_is_given_without_a_missing_glyph(make, name):
    count = PLOTS[name][3]
    figure, axes = plt.subplots(1, count, squeeze=False, figsize=(8, 4))
    given = axes[0, 0] if count == 1 else list(axes[0])
    result = draw(make, name, ax=given)
    assert axes_of(result) == list(axes[0])
    assert plt.get_fignums() == [figure.number]
    axes[0, 0].set_title("后来加的标题")
    with warnings.catch_warnings():  # a box instead of a character is a warning of matplotlib
        warnings.simplefilter("error")
        figure.canvas.draw()


@each
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_labels_are_in_the_language_asked_for(make, name, lang):
    if lang == "zh":
        draw(make, name, lang="zh")
        return
    names = {"names": ("a", "b", "c")} if PLOTS[name][1] == "matrix" else {}
    table = table_for(make, name, **names)
    if PLOTS[name][1] != "matrix":
        words = dict.fromkeys(value for column in TEXTS if column in table for value in table[column])
        table = renamed(table, {value: f"w{i}" for i, value in enumerate(words) if isinstance(value, str)})
    if "rate" in table:
        table["rate"] += np.arange(len(table)) % 4
    for ax in axes_of(PLOTS[name][0](table, lang="en")):
        # an ideographic blank is a wide gap in any language
        assert not any(
            re.search("[\u2e80-\u2fff\u3001-\u9fff\uff00-\uffef\u201c\u201d]", text.get_text()) for text in texts_of(ax)
        )


@each
def test_an_empty_table_is_an_error_that_says_what_makes_it(make, name):
    table = table_for(make, name)
    with pytest.raises(EmptyError):
        PLOTS[name][0](table.iloc[:0, :0] if PLOTS[name][1] == "matrix" else table.iloc[:0])
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", [name for name in PLOTS if PLOTS[name][1] != "matrix"])
def test_a_missing_column_is_named(make, name):
    table = table_for(make, name)
    column = column_of(name)
    with pytest.raises(ArgumentError, match=rf"table lacks the columns '{column}'; it has .* Make the table with "):
        PLOTS[name][0](table.drop(columns=column))


@each
def test_something_else_than_a_table_is_refused(name):
    with pytest.raises(ArgumentError, match="table must be a DataFrame, got a list. Make one with "):
        PLOTS[name][0]([1, 2])


@each
def test_unknown_language(make, name):
    with pytest.raises(UnknownNameError, match="unknown lang 'cn'"):
        draw(make, name, lang="cn")


@pytest.mark.parametrize("name", WITH_TERMS)
def test_a_character_without_a_glyph_is_named_before_anything_is_drawn(make, name):
    table = table_for(make, name)
    table = renamed(table, {table[column_of(name)].iloc[0]: "起飞🚀"})
    if "rate" in table:
        table["rate"] += np.arange(len(table)) % 4
    with pytest.raises(FontError) as error:
        PLOTS[name][0](table)
    assert str(error.value) == (
        "no glyph for 🚀 (U+1F680, in '起飞🚀') in Noto Sans SC or DejaVu Sans. Drop these terms from the table, "
        "or name a font file that has the characters in the environment variable TEXTKIT_FONT."
    )
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", [name for name in PLOTS if name not in WITH_TERMS])
def test_a_name_without_a_glyph_is_an_error_too(make, name):
    table = table_for(make, name)
    value = table.columns[0] if PLOTS[name][1] == "matrix" else table[column_of(name)].dropna().iloc[0]
    with pytest.raises(FontError, match=r"no glyph for 🚀 \(U\+1F680, in '起飞🚀'\)"):
        PLOTS[name][0](table, labels={value: "起飞🚀"})
    assert plt.get_fignums() == []


@each
def test_a_title_without_a_glyph_is_named(make, name):
    with pytest.raises(FontError, match=r"U\+E000, in '私用"):
        draw(make, name, title="私用\ue000")
    assert plt.get_fignums() == []


@each
def test_dollar_signs_are_text_and_not_mathematics(make, name):
    table = table_for(make, name)
    odd = r"$\frac{1}$ a$b_$c"
    if PLOTS[name][1] == "matrix":
        table.index = table.columns = [odd, *table.columns[1:]]
    else:
        table = renamed(table, {table[column_of(name)].dropna().iloc[0]: odd})
    if "rate" in table:
        table["rate"] += np.arange(len(table)) % 4
    result = PLOTS[name][0](table, title=odd)
    figure = axes_of(result)[0].figure
    figure.canvas.draw()
    written = {text.get_text() for text in figure.findobj(Text)} | {p.get_label() for p in axes_of(result)[0].patches}
    assert any("a$b_$c" in text for text in written)


@each
def test_the_numbers_are_remembered_with_the_settings(make, name):
    result = draw(make, name, title="题")
    (drawn,) = drawing.recall(axes_of(result))
    assert drawn.function == PLOTS[name][0].__name__
    assert drawn.settings["lang"] == "zh" and drawn.settings["title"] == "题"
    assert isinstance(drawn.table, pd.DataFrame) and len(drawn.table) > 0


@each
def test_numbers_and_attributes_survive(make, name):
    table = table_for(make, name)
    if "rate" in table:
        table["rate"] = table["rate"] * (1 + np.arange(len(table)) % 4) + 0.123456789
    table.attrs["textkit"] = {"function": "f", "settings": {"by": "year"}, "inputs": {"dtm": "abc"}}
    before = table.copy()
    result = PLOTS[name][0](table)
    pd.testing.assert_frame_equal(table, before)  # the user's table stays as it was
    (drawn,) = drawing.recall(axes_of(result))
    assert drawn.table.attrs["textkit"]["inputs"] == {"dtm": "abc"}
    for column in drawn.table.select_dtypes("float"):
        for value in drawn.table[column].dropna():
            assert value == float(f"{value:.6g}")


@each
def test_the_same_table_gives_the_same_picture_whatever_was_drawn_before(make, name):
    from textkit.figures import _render

    def picture():
        figure = axes_of(draw(make, name))[0].figure
        return figure, _render(figure, "png", 100, "x", {})

    figure, first = picture()
    figure.set_dpi(60)
    figure.canvas.draw()  # as a notebook does when it shows the figure
    assert _render(figure, "png", 100, "x", {}) == first
    assert picture()[1] == first


@each
def test_wrong_axes_are_refused(make, name):
    with pytest.raises(ArgumentError, match="ax must"):
        draw(make, name, ax=3 if PLOTS[name][3] == 1 else [plt.figure().add_subplot()])


LABELLED = [name for name in PLOTS if name not in NO_LABELS]


@pytest.mark.parametrize("name", LABELLED)
def test_labels_must_be_a_mapping(make, name):
    with pytest.raises(ArgumentError, match="labels must be a Mapping or Series, got a list. For example"):
        draw(make, name, labels=["甲"])
