"""What every table promises: its columns, which no option changes; where it comes from; and inputs left alone."""

from __future__ import annotations

import inspect
import json
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import textkit as tk
from textkit import lexicons
from textkit.audit import REPORT_COLUMNS
from textkit.cleaning.audit import EDIT_COLUMNS
from textkit.models import (
    dynamic_terms,
    effects,
    keyatm_shares,
    keywords,
    permutation,
    stm_words,
    topic_choice,
    topic_coherence,
    topic_comparison,
    topic_correlation,
    topic_docs,
    topic_map,
    topic_quality,
    topic_shares,
    topic_stability,
    topic_terms,
)
from textkit.provenance import SCHEMA, stamp
from textkit.stats import (
    agreement,
    collocates,
    collocations,
    concordance,
    delta,
    dispersion,
    effect_sizes,
    entropy,
    frequency,
    heaps,
    keyness,
    keyness_groups,
    keyness_regression,
    kl_terms,
    lexical_diversity,
    lockwords,
    lookup,
    near_duplicates,
    nearest,
    occurrences,
    rank_turbulence,
    readability,
    similarity,
    top_terms,
    trend,
    zipf,
)
from textkit.weights import SCORE_COLUMNS

pytestmark = pytest.mark.filterwarnings("ignore::textkit.errors.TextkitWarning")

TEXTS = [
    "网格 管理，XXX 网格化\n信访 工作。",
    "信访 信访 工作,平安 建设！",
    "经济 增长 3.6% 工作\n\n\n网格 管理",
    "文化 惠民 平安 网格",
    "",
    "工作 管理 文化 经济",
]
DOCS = pd.DataFrame(
    {"year": [2019, 2019, 2019, 2020, 2020, 2020], "town": ["甲", "乙", "甲", "乙", None, "甲"]}, index=list("abcdef")
)


def corpus() -> tk.Corpus:
    return tk.Corpus(TEXTS, DOCS)


def cleaned() -> tk.Corpus:
    return tk.clean(corpus())


def tokens() -> tk.Tokens:
    return tk.tokenize(corpus(), "spaces")


def dtm() -> tk.DocumentTermMatrix:
    return tk.count(tokens())


def weighted() -> tk.DocumentTermMatrix:
    return tk.tfidf(dtm())


def model() -> tk.TopicModel:
    return tk.fit_topics(dtm(), 2, random_state=3)


WORDS = tk.Dictionary({"治理": {"网格": ["网格*", "网格 管理"], "稳定": {"信访": 2.0, "平安": 1.0}}, "经济": ["增长"]})
CODINGS = pd.DataFrame({"甲": list("aabbccaabbcc"), "乙": list("aabbcaaabbca")})


KEYWORDS = {"治理": ["网格", "管理"]}


def keyed() -> tk.TopicModel:
    return tk.fit_topics(dtm(), 2, tk.KeyATM(keywords=KEYWORDS, covariates="~ town", n_iterations=100), random_state=3)


def moving() -> tk.TopicModel:
    method = tk.DynamicTopics(time="town", n_starts=1, n_iterations=10, thin=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", tk.TextkitWarning)
        return tk.fit_topics(dtm(), 2, method, random_state=3)


def structural() -> tk.TopicModel:
    return tk.fit_topics(
        dtm(), 2, tk.STM(prevalence="~ town", content="~ town", init="random", max_iter=5), random_state=3
    )


def other_model() -> tk.TopicModel:
    return tk.fit_topics(dtm(), 2, random_state=4)


# name -> (columns, what goes in, variants of the call)
Variant = Callable[[Any], pd.DataFrame]
TABLES: dict[str, tuple[list[str], Callable[[], Any], list[Variant]]] = {
    "cleaning_report": (REPORT_COLUMNS, cleaned, [tk.cleaning_report]),
    "concordance": (
        concordance.COLUMNS,
        tokens,
        [
            lambda t: tk.concordance(t, "网格"),
            lambda t: tk.concordance(t, re.compile("[网信]"), sort="left", n=2),
            lambda t: tk.concordance(t, "网格", match="text", ignore_case=True, width=1),
            lambda t: tk.concordance(t, "没有"),
        ],
    ),
    "occurrences": (
        occurrences.COLUMNS,
        tokens,
        [lambda t: tk.occurrences(t, ["网格", "信访 工作*"]), lambda t: tk.occurrences(t, {"x": ["网格", "文化"]})],
    ),
    "frequency": (
        frequency.COLUMNS,
        dtm,
        [tk.frequency, lambda d: tk.frequency(d, by="year"), lambda d: tk.frequency(d, by="doc")],
    ),
    "keyness": (
        keyness.COLUMNS,
        dtm,
        [
            *(
                lambda d, m=m: tk.keyness(d, "a", measure=m)
                for m, about in keyness.MEASURES.items()
                if about.min_docs == 1
            ),
            lambda d: tk.keyness(d, 2019, by="year", adjust="none", confidence=0.9),
            lambda d: tk.keyness(d, "a", ["b", "c"], measure="fightin_words", prior=d, alpha0=2.0),
            lambda d: tk.keyness(d, [0, 1, 2], [3, 5], min_count=2, min_range=2),
        ],
    ),
    "similarity": (
        similarity.COLUMNS,
        dtm,
        [lambda d, m=m: tk.similarity(d, measure=m) for m in similarity.MEASURES],
    ),
    "trend": (
        trend.COLUMNS,
        dtm,
        [
            lambda d: tk.trend(d, ["网格", "信访"], by="year"),
            lambda d: tk.trend(d, {"x": "网*"}, by="town", confidence=0.5),
        ],
    ),
    "collocates": (
        collocates.COLUMNS,
        tokens,
        [
            lambda t: tk.collocates(t, "网格"),
            lambda t: tk.collocates(t, "工作", window="document"),
            lambda t: tk.collocates(t, {"x": "网*", "y": ["信访"]}, window=(1, 0), measure="g2"),
            lambda t: tk.collocates(t, "网格", ci="bootstrap", n_replicates=10, within="sentence"),
        ],
    ),
    "collocations": (
        collocations.COLUMNS,
        tokens,
        [
            lambda t: tk.collocations(t, min_count=1),
            lambda t: tk.collocations(t, [2, 3], min_count=1, measure="lambda"),
            lambda t: tk.collocations(t, min_count=1, ci="bootstrap", n_replicates=10),
        ],
    ),
    "effect_sizes": (
        effect_sizes.COLUMNS,
        dtm,
        [
            lambda d: tk.effect_sizes(d, "a"),
            lambda d: tk.effect_sizes(d, 2019, by="year", prior="flat", k=1),
            lambda d: tk.effect_sizes(d, 2019, by="year", ci="bootstrap", n_replicates=100),
        ],
    ),
    "keyness_groups": (
        keyness_groups.COLUMNS,
        dtm,
        [
            lambda d: tk.keyness_groups(d, by="year"),
            lambda d: tk.keyness_groups(d, by="town", measure="fightin_words"),
        ],
    ),
    "keyness_regression": (
        keyness_regression.COLUMNS,
        dtm,
        [lambda d: tk.keyness_regression(d, "year", min_count=1, min_range=1)],
    ),
    "lockwords": (
        lockwords.COLUMNS,
        dtm,
        [
            lambda d: tk.lockwords(d, "a", min_count=1),
            lambda d: tk.lockwords(d, "a", measure="log_ratio", margin=1.0, min_count=1),
        ],
    ),
    "rank_turbulence": (
        rank_turbulence.COLUMNS,
        dtm,
        [
            lambda d: tk.rank_turbulence(d, "a"),
            lambda d: tk.rank_turbulence(d, 2019, by="year", alpha=0),
            lambda d: tk.rank_turbulence(d, 2019, by="year", ci="bootstrap", n_replicates=5),
        ],
    ),
    "keyword_report": (keywords.COLUMNS, dtm, [lambda d: tk.keyword_report(d, KEYWORDS)]),
    "keyword_terms": (keywords.TERM_COLUMNS, keyed, [tk.keyword_terms, lambda m: tk.keyword_terms(m, n=2)]),
    "choose_topics": (
        topic_choice.COLUMNS,
        dtm,
        [lambda d: tk.choose_topics(d, [2], seeds=1, heldout=0.4, n=2, n_jobs=1).assign(seconds=0.0)],
    ),
    "align_topics": (
        topic_stability.ALIGNMENT_COLUMNS,
        model,
        [lambda m: tk.align_topics(m, m), lambda m: tk.align_topics(m, m, measure="rbo", min_similarity=1)],
    ),
    "topic_stability": (topic_stability.STABILITY_COLUMNS, model, [lambda m: tk.topic_stability([m, other_model()])]),
    "compare_topics": (topic_comparison.COMPARISON_COLUMNS, model, [lambda m: tk.compare_topics(m, m)]),
    "perspectives": (
        topic_comparison.PERSPECTIVE_COLUMNS,
        model,
        [
            lambda m: tk.perspectives(m, 1, 2),
            lambda m: tk.perspectives(m, "甲", "乙", topic=1, by="town", dtm=dtm()),
        ],
    ),
    "topic_correlation": (
        topic_correlation.COLUMNS,
        model,
        [
            *(lambda m, x=x: tk.topic_correlation(m, measure=x) for x in ("shares", "log_ratios", "partial")),
            lambda m: tk.topic_correlation(m, ci="bootstrap", n_replicates=20),
        ],
    ),
    "topic_quality": (
        topic_quality.COLUMNS,
        model,
        [lambda m: tk.topic_quality(m, dtm()), lambda m: tk.topic_quality(m, tokens(), measure="c_v")],
    ),
    "topic_map": (topic_map.COLUMNS, model, [tk.topic_map, lambda m: tk.topic_map(m, 3)]),
    "topic_passages": (
        list(topic_docs.PASSAGE_COLUMNS),
        model,
        [lambda m: tk.topic_passages(m, tokens()), lambda m: tk.topic_passages(m, corpus(), 1)],
    ),
    "estimate_effect": (
        effects.COLUMNS,
        structural,
        [
            lambda m: tk.estimate_effect(m, "~ town", uncertainty="none"),
            lambda m: tk.estimate_effect(m, "~ town", errors="hc1", n_draws=5),
        ],
    ),
    "topic_terms_over_time": (
        dynamic_terms.COLUMNS,
        moving,
        [lambda m, b=b: tk.topic_terms_over_time(m, 2, by=b) for b in ("probability", "change")],
    ),
    "permutation_test": (
        permutation.COLUMNS,
        structural,
        [lambda m: tk.permutation_test(m, dtm(), "town", n_permutations=2, n_jobs=1)],
    ),
    "permutation_draws": (
        permutation.DRAW_COLUMNS,
        structural,
        [lambda m: tk.permutation_draws(tk.permutation_test(m, dtm(), "town", n_permutations=2, n_jobs=1))],
    ),
    "effect_contrasts": (
        effects.CONTRAST_COLUMNS,
        structural,
        [lambda m: tk.effect_contrasts(m, "~ town", "town", uncertainty="none")],
    ),
    "effect_predictions": (
        effects.PREDICTION_COLUMNS,
        structural,
        [lambda m: tk.effect_predictions(m, "~ town", "town", uncertainty="none")],
    ),
    "topic_content_terms": (stm_words.COLUMNS, structural, [lambda m: tk.topic_content_terms(m, n=2)]),
    "expected_shares": (
        keyatm_shares.COLUMNS,
        keyed,
        [
            lambda m: tk.expected_shares(m, "town"),
            lambda m: tk.expected_shares(m, "town", reference="乙", confidence=0.5),
        ],
    ),
    "term_similarity": (
        similarity.TERM_COLUMNS,
        dtm,
        [tk.term_similarity, lambda d: tk.term_similarity(d, "网*", ci="bootstrap", n_replicates=20)],
    ),
    "nearest": (nearest.COLUMNS, dtm, [tk.nearest, lambda d: tk.nearest(d, 1, measure="jaccard", queries=["a"])]),
    "delta": (
        delta.COLUMNS,
        dtm,
        [
            lambda d: tk.delta(d, n_terms=5),
            lambda d: tk.delta(d, n_terms=3, measure="eder_simple"),
            lambda _: tk.delta(tokens(), n_terms=5, ci="bootstrap", n_replicates=5),
        ],
    ),
    "delta_neighbours": (delta.NEIGHBOUR_COLUMNS, dtm, [lambda d: tk.delta_neighbours(d, bands=[3, 5])]),
    "delta_consensus": (
        delta.CONSENSUS_COLUMNS,
        dtm,
        [lambda d: tk.delta_consensus(d, bands=[3, 5], measure="burrows")],
    ),
    "near_duplicates": (
        near_duplicates.COLUMNS,
        tokens,
        [lambda t: tk.near_duplicates(t, shingle=1, threshold=0.1)],
    ),
    "lexical_diversity": (
        lexical_diversity.COLUMNS,
        tokens,
        [
            tk.lexical_diversity,
            lambda t: tk.lexical_diversity(
                t, measure="all", allow_unequal_lengths=True, level="character", vocd="sampled"
            ),
            lambda t: tk.lexical_diversity(t, by="year", ci="bootstrap", unit="document", n_replicates=20),
            lambda t: tk.lexical_diversity(t, measure="ttr", truncate="shortest"),
        ],
    ),
    "readability": (
        readability.COLUMNS,
        tokens,
        [
            lambda t: tk.readability(t, words=None),
            lambda t: tk.readability(t.corpus, words=None, ci="bootstrap", n_replicates=20),
        ],
    ),
    "readability_formulas": (
        readability.FORMULA_COLUMNS,
        lambda: tk.readability(tokens(), words=None),
        [tk.readability_formulas, lambda f: tk.readability_formulas(f, formula="xu_2021_r3")],
    ),
    "dispersion": (
        dispersion.COLUMNS,
        tokens,
        [
            tk.dispersion,
            lambda t: tk.dispersion(t, parts="year", measure="juilland_d", min_count=2),
            lambda t: tk.dispersion(t, parts=4, measure="arf", terms=["网格", "信访"]),
            lambda t: tk.dispersion(t, measure="kld_norm", freq_adjusted=True),
            lambda t: tk.dispersion(t, parts="year", unit="sentence", ci="bootstrap", n_replicates=5, confidence=0.9),
        ],
    ),
    "entropy": (
        entropy.COLUMNS,
        tokens,
        [
            tk.entropy,
            lambda t: tk.entropy(t, by=None, measure="chao_shen"),
            lambda t: tk.entropy(t, by="town", ci="bootstrap", unit="sentence", n_replicates=5),
        ],
    ),
    "kl_divergence": (
        entropy.DIVERGENCE_COLUMNS,
        dtm,
        [
            tk.kl_divergence,
            lambda d: tk.kl_divergence(d, by="town", smoothing=0.5),
            lambda d: tk.kl_divergence(d, by="town", smoothing=0.5, ci="bootstrap", n_replicates=5),
        ],
    ),
    "kl_terms": (
        kl_terms.COLUMNS,
        dtm,
        [
            lambda d: tk.kl_terms(d, "a"),
            lambda d: tk.kl_terms(d, 2019, by="year", smoothing=0.5, ci="bootstrap", n_replicates=5),
        ],
    ),
    "zipf": (
        zipf.COLUMNS,
        dtm,
        [
            tk.zipf,
            lambda d: tk.zipf(d, by="town", split=True, ci="bootstrap", n_replicates=5, n_tail_replicates=2),
        ],
    ),
    "zipf_points": (zipf.POINT_COLUMNS, dtm, [tk.zipf_points, lambda d: tk.zipf_points(d, by="town", split=True)]),
    "heaps": (heaps.COLUMNS, tokens, [tk.heaps, lambda t: tk.heaps(t, by="town", n_orders=3, n_points=5)]),
    "heaps_points": (
        heaps.POINT_COLUMNS,
        tokens,
        [tk.heaps_points, lambda t: tk.heaps_points(t, by="town", n_orders=3)],
    ),
    "lookup": (
        lookup.COLUMNS,
        tokens,
        [
            lambda t: tk.lookup(t, WORDS),
            lambda t: tk.lookup(
                t, WORDS, by="year", level=1, match="tokens", overlap="all", negation="zh", negated="flip"
            ),
            lambda t: tk.lookup(t, WORDS, exclusive=True, boundaries="ignore", ci="bootstrap", n_replicates=20),
        ],
    ),
    "lookup_hits": (
        lookup.HIT_COLUMNS,
        tokens,
        [lambda t: tk.lookup_hits(t, WORDS), lambda t: tk.lookup_hits(t, WORDS, n=1, negation=["不"])],
    ),
    "dictionary_report": (lookup.REPORT_COLUMNS, tokens, [lambda t: tk.dictionary_report(t, WORDS)]),
    "dictionary_coverage": (
        lookup.COVERAGE_COLUMNS,
        tokens,
        [lambda t: tk.dictionary_coverage(t, WORDS, by="year")],
    ),
    "agreement": (
        agreement.COLUMNS,
        lambda: CODINGS,
        [
            lambda c, x=x: tk.agreement(c, measure="all", ci=x, n_replicates=20)
            for x in (None, "bootstrap", "bootstrap_pairs", "normal")
        ],
    ),
    "agreement_categories": (
        agreement.CATEGORY_COLUMNS,
        lambda: CODINGS,
        [lambda c: tk.agreement_categories(c, ci=None)],
    ),
    "confusion": (agreement.CONFUSION_COLUMNS, lambda: CODINGS, [tk.confusion]),
    "stopword_lists": (lexicons.COLUMNS, lambda: None, [lambda _: tk.stopword_lists()]),
    "top_terms": (
        top_terms.COLUMNS,
        weighted,
        [tk.top_terms, lambda w: tk.top_terms(w, 1, by="year"), lambda w: tk.top_terms(w, 99)],
    ),
    "bm25_scores": (
        SCORE_COLUMNS,
        dtm,
        [lambda d: tk.bm25_scores(d, "网格 工作"), lambda d: tk.bm25_scores(d, ["网格"], variant="plus")],
    ),
    "topic_terms": (
        list(topic_terms.TERM_COLUMNS),
        model,
        [lambda m, b=b: tk.topic_terms(m, 3, by=b) for b in ("probability", "frex", "lift", "score", "relevance")],
    ),
    "topic_exclusivity": (list(topic_terms.EXCLUSIVITY_COLUMNS), model, [tk.topic_exclusivity]),
    "topic_docs": (list(topic_docs.COLUMNS), model, [tk.topic_docs, lambda m: tk.topic_docs(m, 1)]),
    "topic_shares": (
        list(topic_shares.COLUMNS),
        model,
        [
            tk.topic_shares,
            lambda m: tk.topic_shares(m, by="town", weight="tokens"),
            lambda m: tk.topic_shares(m, ci="bootstrap", n_replicates=100),
        ],
    ),
    "topic_coherence": (
        list(topic_coherence.COLUMNS),
        model,
        [
            lambda m: tk.topic_coherence(m, dtm()),
            lambda m: tk.topic_coherence(m, tokens(), measure="c_v", n=3, window=5),
        ],
    ),
    "check_lexicon": (
        ["line", "word", "problem", "detail", "advice"],
        lambda: ["网格", "网 格", "网格"],
        [tk.check_lexicon],
    ),
    "read_lexicon": (["word", "freq", "tag"], lambda: [("网格", 5, "n"), "信访"], [tk.read_lexicon]),
    "available": (["name", "documents", "kind", "what", "licence"], lambda: None, [lambda _: tk.available()]),
    "verify": (["file", "status", "what", "detail"], lambda: None, []),  # see tests/test_figures.py
}

each = pytest.mark.parametrize("name", TABLES)


def state(thing: Any) -> Any:
    """Everything that a function might have changed by mistake."""
    if isinstance(thing, pd.DataFrame):
        return thing.copy(deep=True), json.dumps(thing.attrs, default=str, sort_keys=True)
    facts = thing.docs if hasattr(thing, "docs") else pd.DataFrame()
    edits = getattr(thing, "edits", None)
    return getattr(thing, "fingerprint", repr(thing)), facts, pd.DataFrame() if edits is None else edits


def assert_same(before: Any, after: Any) -> None:
    for one, other in zip(before, after, strict=True):
        if isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(one, other)
        else:
            assert one == other


def test_every_function_that_returns_a_table_is_in_the_list() -> None:
    """Found by their return type, so that a new statistic cannot be forgotten here."""
    returning = set()
    for name in tk.__all__:
        target = getattr(tk, name)
        if inspect.isfunction(target) and target.__annotations__.get("return") == "pd.DataFrame":
            returning.add(name)
    # the answers of people: see tests/models/test_topic_intrusion.py
    assert returning == {*TABLES, "similarity_matrix", "delta_matrix", "score_intrusion"}


@each
def test_columns_are_those_declared_and_no_option_changes_them(name: str) -> None:
    columns, make, variants = TABLES[name]
    for variant in variants:
        table = variant(make())
        assert type(table) is pd.DataFrame
        assert list(table.columns) == columns
        assert table.index.equals(pd.RangeIndex(len(table))), "a plain index"
    kinds = {tuple(variant(make()).dtypes.astype(str)) for variant in variants if len(variant(make()))}
    # a group has the type of its values
    assert len(kinds) <= 1 or columns[0] == "group" or name == "topic_shares", kinds


@each
def test_columns_are_named_in_the_docstring(name: str) -> None:
    columns, _, _ = TABLES[name]
    text = inspect.getdoc(getattr(tk, name)) or ""
    returns = text.split("\nReturns\n", 1)[1].split("\n\n", 1)[0] if name != "verify" else text
    named = set(re.findall(r"\w+", " ".join(re.findall(r"``([^`]+)``", returns))))
    assert set(columns) <= named, set(columns) - named


@each
def test_a_table_says_how_it_was_made(name: str) -> None:
    _, make, variants = TABLES[name]
    for variant in variants:
        thing = make()
        note = variant(thing).attrs["textkit"]
        assert note["schema"] == SCHEMA
        assert note["function"] == name
        assert note["versions"]["pandas"] == pd.__version__
        assert json.loads(json.dumps(note)) == note, "plain JSON values only"
        fingerprint = getattr(thing, "fingerprint", None)
        if fingerprint is not None and variant in variants[:1]:  # another variant may take a part of the thing
            assert fingerprint in note["inputs"].values(), "the table leads back to what it was made from"


@each
def test_settings_name_every_option(name: str) -> None:
    """A figure or a methods section can be written from the table alone."""
    _, make, variants = TABLES[name]
    options = [
        parameter.name
        for parameter in inspect.signature(getattr(tk, name)).parameters.values()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and parameter.name != "progress"
    ]
    for variant in variants[:1]:
        settings = variant(make()).attrs["textkit"]["settings"]
        missing = set(options) - set(settings)
        if name in ("keyness", "keyness_groups", "effect_sizes"):
            missing -= {"prior", "alpha0"}  # named by fightin_words only, which uses them
        if name in ("choose_topics", "permutation_test"):
            missing -= {"folder", "n_jobs"}  # where and how, which changes no number
        if name in ("perspectives", "topic_stability"):
            missing -= {"dtm", "reference"}  # inputs
        assert not missing


@each
def test_the_same_call_gives_the_same_table_and_changes_nothing(name: str) -> None:
    _, make, variants = TABLES[name]
    for variant in variants:
        thing = make()
        before = state(thing)
        first = variant(thing)
        assert_same(before, state(thing))
        first.iloc[:, :] = first.iloc[::-1].to_numpy()  # what a user does to a table stays with the user
        first.attrs["textkit"]["settings"]["by"] = "spoiled"
        assert_same(before, state(thing))
        again = variant(thing)
        pd.testing.assert_frame_equal(again, variant(thing))
        assert again.attrs["textkit"]["settings"].get("by") != "spoiled"


def test_a_similarity_matrix_is_a_table_too() -> None:
    matrix = dtm()
    before = state(matrix)
    for measure in similarity.MEASURES:
        table = tk.similarity_matrix(matrix, measure=measure)
        assert table.index.tolist() == table.columns.tolist() == matrix.names
        note = table.attrs["textkit"]
        assert (note["function"], note["settings"]["measure"]) == ("similarity_matrix", measure)
        assert note["inputs"] == {"dtm": matrix.fingerprint}
        assert note["orientation"] in ("similarity", "distance")
    assert_same(before, state(matrix))


STEPS: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "clean": (corpus, tk.clean),
    "split": (corpus, lambda c: c.split("sentence")),
    "merge": (corpus, lambda c: c.merge("year")),
    "map": (corpus, lambda c: c.map(str.lower)),
    "show edits": (cleaned, lambda c: [tk.show_edits(c, name)._repr_html_() for name in c.names]),
    "original": (cleaned, lambda c: [c.to_original(name, 0, len(c.text(name))) for name in c.names]),
    "tokenize": (corpus, lambda c: tk.tokenize(c, tk.Jieba(words=["网格化"]))),
    "keep": (tokens, lambda t: t.keep(tk.is_word).drop(["网格"]).map(str.upper)),
    "join": (tokens, lambda t: t.join(["信访 工作"]).ngrams(2)),
    "regroup": (tokens, lambda t: (t.split("sentence"), t.merge("year"), t[["b", "a"]])),
    "count": (tokens, tk.count),
    "rows": (dtm, lambda d: (d[["b", "a"]], d.merge("year"), d.trim(min_docs=2), d.align(tk.Vocabulary(["网格"])))),
    "weigh": (dtm, lambda d: (tk.proportions(d), tk.tfidf(d, "lpu"), tk.bm25(d))),
    "fit": (dtm, lambda d: (tk.fit_topics(d, 2), tk.fit_topics(d, 2, "nmf"))),
    "scikit-learn": (dtm, lambda d: d.matrix @ np.ones(d.shape[1])),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_to_the_next_type_leaves_the_last_one_as_it_was(name: str) -> None:
    make, step = STEPS[name]
    thing, twin = make(), make()
    step(thing)
    object.__getattribute__(thing, "_cache").clear()  # a fingerprint that was kept would hide a change
    assert_same(state(twin), state(thing))


def test_frames_that_were_handed_out_are_copies() -> None:
    for make in (cleaned, tokens, dtm, model):
        thing = make()
        mine = thing.docs
        mine["year"] = 0
        mine.loc["a", "town"] = "丙"
        assert thing.docs.equals(DOCS.rename_axis("doc"))
    texts = cleaned()
    edits = texts.edits
    edits["rule"] = "?"
    assert "?" not in texts.edits["rule"].tolist()


def test_a_frame_that_was_handed_in_is_not_kept() -> None:
    docs, mine = DOCS.copy(), ["a", "b"]
    whole = tk.Corpus(TEXTS, docs)
    matrix = np.array([[1, 2], [3, 4]])
    counts = tk.DocumentTermMatrix(matrix, mine)
    docs["year"] = 0
    mine[0] = "spoiled"
    assert whole.docs["year"].tolist() == DOCS["year"].tolist()
    assert counts.vocabulary.terms == ("a", "b")


@pytest.mark.parametrize("kind", ["frequency", "keyness", "top_terms", "topic_terms", "topic_shares", "trend"])
def test_a_plot_leaves_its_table_as_it_was(kind: str) -> None:
    _, make, variants = TABLES[kind]
    table = variants[0](make())
    plot = {"top_terms": tk.plot_tfidf}.get(kind) or getattr(tk, f"plot_{kind}")
    before = state(table)
    plot(table)
    assert_same(before, state(table))


def test_edits_have_their_columns_whatever_the_rules() -> None:
    for rules in (tk.DEFAULT_RULES, ["punctuation"], []):
        assert list(tk.clean(corpus(), rules).edits.columns) == EDIT_COLUMNS
    assert list(tk.clean(tk.Corpus([])).edits.columns) == EDIT_COLUMNS


def test_what_was_saved_comes_back_the_same(tmp_path: Path) -> None:
    for make in (cleaned, tokens, dtm, model):
        thing = make()
        back = type(thing).load(thing.save(tmp_path / "thing.parquet"))
        assert_same(state(thing), state(back))


def test_stamp_copies_what_it_is_given() -> None:
    settings = {"by": ["a"]}
    table = stamp(pd.DataFrame(), "f", inputs={"dtm": "1"}, **settings)
    settings["by"].append("b")
    assert table.attrs["textkit"]["settings"]["by"] == ["a"]
