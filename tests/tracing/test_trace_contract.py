"""Over the table of explainers: every measure of every function, on random corpora, leads to the table's own number."""

from __future__ import annotations

import importlib
import math
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import textkit.stats.dispersion as dispersion_table
import textkit.stats.entropy as entropy_table
import textkit.stats.lexical_diversity as diversity_table
import textkit.stats.readability as readability_table
from textkit.contrast.kernels import MEASURES as KEYNESS_MEASURES
from textkit.corpus import Corpus
from textkit.errors import TextkitError, TextkitWarning
from textkit.matrix import DocumentTermMatrix, count
from textkit.measures import BM25_VARIANTS, IDF_CODES, NORM_CODES, TF_CODES, association, deltas
from textkit.stats import agreement as agreement_table
from textkit.stats import effect_sizes as effect_table
from textkit.stats import nearest as nearest_table
from textkit.stats import similarity as similarity_table
from textkit.stats.collocates import collocates
from textkit.stats.collocations import collocations
from textkit.stats.delta import delta, delta_matrix
from textkit.stats.keyness import keyness
from textkit.stats.keyness_groups import keyness_groups
from textkit.stats.rank_turbulence import rank_turbulence
from textkit.stats.top_terms import top_terms
from textkit.tokenization import tokenize
from textkit.tokens import Tokens
from textkit.tracing import agreement as agreement_explained
from textkit.tracing import association as association_explained
from textkit.tracing import collocations as collocations_explained
from textkit.tracing import delta as delta_explained
from textkit.tracing import dispersion as dispersion_explained
from textkit.tracing import effect_sizes as effects_explained
from textkit.tracing import entropy as entropy_explained
from textkit.tracing import keyness as keyness_explained
from textkit.tracing import lexical_diversity as diversity_explained
from textkit.tracing import readability as readability_explained
from textkit.tracing import readability_formulas as formulas_explained
from textkit.tracing import similarity as similarity_explained
from textkit.tracing.result import Trace
from textkit.tracing.trace import EXPLAINERS, trace
from textkit.weights import bm25, bm25_scores, proportions, tfidf

pytestmark = pytest.mark.filterwarnings("ignore::textkit.errors.TextkitWarning")
few = settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])

WORDS = list("甲乙丙丁戊。3")


@st.composite
def token_lists(draw: st.DrawFn, *, min_docs: int = 2, max_docs: int = 4, longest: int = 14) -> Tokens:
    docs = draw(
        st.lists(st.lists(st.sampled_from(WORDS), max_size=longest), min_size=min_docs, max_size=max_docs).filter(
            lambda texts: sum(map(len, texts)) > 4
        )
    )
    groups = draw(st.lists(st.sampled_from(["x", "y"]), min_size=len(docs), max_size=len(docs)))
    names = [f"d{i}" for i in range(len(docs))]
    return tokenize(Corpus([" ".join(doc) for doc in docs], pd.DataFrame({"g": groups}, index=names)), "spaces")


@st.composite
def matrices(draw: st.DrawFn, *, min_docs: int = 2, max_docs: int = 5) -> DocumentTermMatrix:
    n_docs, n_terms = draw(st.integers(min_docs, max_docs)), draw(st.integers(2, 5))
    cells = draw(
        st.lists(
            st.lists(st.integers(0, 9), min_size=n_terms, max_size=n_terms), min_size=n_docs, max_size=n_docs
        ).filter(lambda rows: sum(map(sum, rows)) > 0)
    )
    return DocumentTermMatrix(cells, WORDS[:n_terms])


def made(make: Callable[[], Any]) -> Any:
    """Return a table, or None where the statistic itself refuses."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TextkitWarning)
            return make()
    except TextkitError:
        return None


def traced(table: Any, rows: Iterator[Any] | list[Any], source: Any, column: str | None = None) -> list[Trace]:
    """Trace some rows: `trace` itself raises where its number is not the table's; check that what it says fits."""
    found = []
    for row in rows:
        trace_of = trace(table, row, source=source, column=column)
        value = trace_of.value
        step = next(step for step in reversed(trace_of.steps) if step.column == trace_of.column)
        assert float(step.value) == value or math.isnan(value)
        if isinstance(table, pd.DataFrame) and isinstance(row, int) and trace_of.column in table:
            wanted = float(table.iloc[row][trace_of.column])
            assert value == pytest.approx(wanted, rel=1e-9, abs=2e-7, nan_ok=True)
        found.append(trace_of)
    return found


def some(table: pd.DataFrame, n: int = 3) -> list[int]:
    return list(dict.fromkeys([*range(min(n, len(table))), len(table) - 1])) if len(table) else []


def test_every_explainer_is_there():
    for target in EXPLAINERS.values():
        module, _, name = target.partition(":")
        assert callable(getattr(importlib.import_module(module), name))


def test_every_measure_has_an_explainer():
    """Who adds a measure is told here that it has no explanation yet."""
    assert set(keyness_explained._EXPLAINERS) == set(KEYNESS_MEASURES)
    assert set(similarity_explained._MEASURES) == set(similarity_table.MEASURES)
    assert set(nearest_table.MEASURES) <= set(similarity_explained._MEASURES)
    assert set(dispersion_explained._MEASURES) | {"range"} == set(dispersion_table.MEASURES)
    assert set(diversity_explained._MEASURES) == set(diversity_table.MEASURES)
    assert set(association.PAIR_MEASURES) <= set(association_explained.PAIR_COLUMNS)
    assert set(association.NGRAM_MEASURES) <= set(collocations_explained.NGRAM_COLUMNS)
    assert set(delta_explained._MEASURES) == set(deltas.DELTAS)
    shown = {"term", "n_target", "n_reference", "rate_target", "rate_reference", "ci_low", "ci_high", "flag"}
    assert set(effects_explained.COLUMNS) == set(effect_table.COLUMNS) - shown
    assert set(entropy_explained.COLUMNS) >= set(entropy_table.MEASURES)
    assert set(agreement_explained.NAMES) == set(agreement_table.MEASURES)
    assert set(formulas_explained.TREES) == set(readability_table.FORMULAS)


def test_every_feature_has_a_name_and_its_parts_have():
    for name, feature in readability_table.FEATURES.items():
        words = readability_explained.feature_name(name)
        traceable = name not in readability_table.EXTRA and "_level_" not in name and not name.startswith("jia")
        assert (words.zh != words.en or name in ("ttr", "mattr")) or not traceable
        if traceable and isinstance(feature.value, readability_table.Over):
            assert {feature.value.over, feature.value.under} <= set(readability_explained._SUMS)


@pytest.mark.parametrize("measure", KEYNESS_MEASURES)
@few
@given(data=matrices(min_docs=6, max_docs=9))
def test_keyness(measure, data):
    half = len(data) // 2
    table = made(lambda: keyness(data, list(range(half)), measure=measure, min_count=1, min_range=1))
    if table is None:
        return
    for found in traced(table, some(table), data):
        checked = {step.column for step in found.steps}
        assert {"score", "effect", "p_value"} & checked >= {"score"}


@pytest.mark.parametrize("measure", [name for name, about in KEYNESS_MEASURES.items() if about.unit == "token"])
@few
@given(data=matrices(min_docs=2))
def test_keyness_from_the_table_alone(measure, data):
    table = made(lambda: keyness(data, 0, measure=measure))
    if table is None:
        return
    for row in some(table):
        if table["n_target"].max() and table["n_reference"].max():
            traced(table, [row], None)


@few
@given(data=matrices(min_docs=4), flat=st.booleans(), alpha0=st.sampled_from([None, 3.0]), background=matrices())
def test_fightin_words_with_any_prior(data, flat, alpha0, background):
    for prior in ("flat" if flat else "pooled", background):
        table = made(lambda prior=prior: keyness(data, 0, measure="fightin_words", prior=prior, alpha0=alpha0))
        if table is not None:
            source = data if isinstance(prior, str) else {"dtm": data, "prior": background}
            traced(table, some(table, 2), source)


@few
@given(data=token_lists(min_docs=4, max_docs=6), measure=st.sampled_from(["g2", "robust", "welch", "text_dispersion"]))
def test_keyness_of_smaller_units(data, measure):
    table = made(lambda: keyness(data, ["d0", "d1"], measure=measure, unit="sentence", min_count=1, min_range=1))
    if table is not None:
        traced(table, some(table, 2), data)


def test_keyness_with_a_frequency_list():
    data = DocumentTermMatrix([[8, 2], [2, 8]], ["甲", "乙"])
    table = keyness(data, [0, 1], {"甲": 3, "丙": 9}, measure="g2", reference_size=500)
    assert [found.value for found in traced(table, [0, 1, 2], data)] == pytest.approx(table["score"].tolist())


@pytest.mark.parametrize("alpha0", [None, 20.0])
@pytest.mark.parametrize("size", [None, 500])
def test_fightin_words_with_a_frequency_list(size, alpha0):
    """The corpus behind a list that was cut is larger than the list, and the list has terms that the matrix lacks."""
    data = DocumentTermMatrix([[8, 2], [2, 8]], ["甲", "乙"])
    background = DocumentTermMatrix([[5, 1, 3]], ["甲", "乙", "丁"])
    for prior in ("pooled", "flat", background):
        table = keyness(
            data, [0, 1], {"甲": 3, "丙": 9}, measure="fightin_words", reference_size=size, prior=prior, alpha0=alpha0
        )
        source = data if isinstance(prior, str) else {"dtm": data, "prior": background}
        found = traced(table, [0, 1, 2], source)
        assert [one.value for one in found] == pytest.approx(table["score"].tolist())
        if isinstance(prior, str):
            traced(table, [0, 1, 2], None)
            traced(table.sort_values("term").query("n_reference == 0"), [0], None)


@pytest.mark.parametrize("column", [*effects_explained.COLUMNS, "ci_low", "rate_reference"])
@few
@given(data=matrices(), outside=st.booleans(), background=matrices())
def test_effect_sizes(column, data, outside, background):
    reference = {"甲": 3, "丙": 9, "癸": 2} if outside else None
    for prior in ("pooled", background):
        table = made(
            lambda prior=prior: effect_table.effect_sizes(
                data, 0, reference, prior=prior, reference_size=50 if outside else None
            )
        )
        if table is not None:
            source = data if isinstance(prior, str) else {"dtm": data, "prior": background}
            traced(table, some(table, 2), source, column)


@pytest.mark.parametrize("measure", KEYNESS_MEASURES)
@few
@given(data=matrices(min_docs=6, max_docs=9), split=st.integers(2, 4))
def test_keyness_of_groups(measure, data, split):
    docs = pd.DataFrame({"g": [("x", "y")[place >= split] for place in range(len(data))]}, index=data.names)
    data = DocumentTermMatrix(data.matrix, data.vocabulary, docs)
    table = made(lambda: keyness_groups(data, by="g", measure=measure, min_count=1, min_range=1))
    if table is None:
        return
    for found in traced(table, some(table), data):
        assert found.function == "keyness_groups"
    if KEYNESS_MEASURES[measure].unit == "token":
        for group, rows in table.groupby("group"):
            if rows["n_target"].max() and rows["n_reference"].max():
                found = trace(table, (group, rows["term"].iloc[0]))
                assert found.value == pytest.approx(rows["score"].iloc[0], nan_ok=True)


@few
@given(data=matrices(), alpha=st.sampled_from([0, 0.25, 1 / 3, 1, 5, math.inf]), outside=st.booleans())
def test_rank_turbulence(data, alpha, outside):
    table = made(lambda: rank_turbulence(data, 0, {"甲": 5, "天": 2, "地": 2} if outside else None, alpha=alpha))
    if table is None:
        return
    for column in ("score", "contribution", "rank_target", "rank_reference"):
        traced(table, some(table), None, column)
        traced(table, some(table, 1), data, column)


@pytest.mark.parametrize("column", entropy_explained.COLUMNS)
@few
@given(data=token_lists(), by=st.sampled_from([None, "doc", "g", ["g"]]))
def test_entropy(column, data, by):
    for source in (data, count(data)):
        table = made(lambda source=source: entropy_table.entropy(source, by=by))
        if table is not None:
            traced(table, some(table), source, column)


@few
@given(data=matrices(), smoothing=st.sampled_from([0.0, 0.5]))
def test_kl_divergence(data, smoothing):
    table = made(lambda: entropy_table.kl_divergence(data, smoothing=smoothing))
    if table is not None:
        traced(table, some(table), data)
        traced(table, some(table), data, "missing_share")


@pytest.mark.parametrize("variant", BM25_VARIANTS)
@few
@given(data=matrices())
def test_bm25_scores(variant, data):
    table = made(lambda: bm25_scores(data, ["甲", "乙", "乙", "癸"], variant=variant, k1=1.2, b=0.6, delta=0.5))
    if table is not None:
        traced(table, some(table), data)


@st.composite
def codings(draw: st.DrawFn) -> pd.DataFrame:
    n_units, n_coders = draw(st.integers(2, 7)), draw(st.integers(2, 3))
    cells = draw(
        st.lists(
            st.lists(st.sampled_from([1.0, 2.0, 4.0, math.nan]), min_size=n_coders, max_size=n_coders),
            min_size=n_units, max_size=n_units,
        )
    )  # fmt: skip
    return pd.DataFrame(cells, columns=[f"coder{place}" for place in range(n_coders)])


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
@pytest.mark.parametrize("ci", [None, "normal"])
@few
@given(data=codings())
def test_agreement(level, ci, data):
    table = made(lambda: agreement_table.agreement(data, measure="all", level=level, ci=ci))
    if table is None:
        return
    for found in traced(table, list(range(len(table))), data):
        for step in found.steps:
            if step.column is not None:  # the value, its standard error, its interval: each is that of the table
                assert step.column in ("value", "se", "ci_low", "ci_high")


SENTENCES = [
    "今天天气很好，我们去公园玩。", "公园里有很多人！", "网格员，2019年上门服务了3,600户；", "山高水长。\n",
    "Hello world. ",
]  # fmt: skip


@pytest.mark.parametrize("words", [True, False])
@few
@given(texts=st.lists(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=12), min_size=1, max_size=4))
def test_readability(words, texts):
    corpus = Corpus(["".join(text) for text in texts])
    source = tokenize(corpus, "characters") if words else corpus
    table = made(lambda: readability_table.readability(source, words=None, clause_marks="，；", rare_rank=9))
    rows = range(0, len(table), 7)
    traced(table, list(rows), source)
    traced(table, list(rows)[:4], source, "z")
    numbers = made(lambda: readability_table.readability_formulas(table, formula=list(readability_table.FORMULAS)))
    traced(numbers, list(range(len(numbers))), table)


@pytest.mark.parametrize("scheme", [f"{tf}{idf}{norm}" for tf in TF_CODES for idf in IDF_CODES for norm in NORM_CODES])
def test_every_smart_scheme(scheme):
    rng = np.random.default_rng(len(scheme) + sum(map(ord, scheme)))
    data = DocumentTermMatrix(rng.poisson(2.0, size=(4, 5)), WORDS[:5])
    table = made(lambda: top_terms(tfidf(data, scheme, log_base=None if scheme[0] in "na" else 10), 3))
    if table is not None:
        traced(table, some(table, 1), data)


@few
@given(data=matrices(), scheme=st.sampled_from(["sklearn", "quanteda", "ltc", "apu", "Lpn"]))
def test_weights(data, scheme):
    for weighted in (
        made(lambda: tfidf(data, scheme)),
        made(lambda: proportions(data)),
        *(made(lambda variant=variant: bm25(data, variant=variant)) for variant in BM25_VARIANTS),
    ):
        if weighted is None:
            continue
        table = top_terms(weighted, 2)
        traced(table, some(table, 2), data)
        traced(weighted, [("doc1", WORDS[0]), ("doc2", WORDS[1])], data)


def test_weights_of_groups_and_from_another_collection():
    data = DocumentTermMatrix(
        [[3, 1], [0, 2], [1, 1]], ["甲", "乙"], pd.DataFrame({"g": list("xxy")}, index=list("abc"))
    )
    others = DocumentTermMatrix([[1, 1], [1, 0], [0, 1], [0, 1]], ["甲", "乙"])
    table = top_terms(tfidf(data), by="g")
    traced(table, some(table), data)
    counted = top_terms(data, by="g")
    assert traced(counted, [("x", "甲")], data)[0].value == 3.0
    weighted = tfidf(data, "ltc", collection=others)
    traced(weighted, [("a", "甲")], {"dtm": data, "collection": others})


@pytest.mark.parametrize("measure", similarity_table.MEASURES)
@few
@given(data=matrices())
def test_similarity(measure, data):
    for weighted in (data, made(lambda: tfidf(data, "lsc")), proportions(data)):
        if weighted is None:
            continue
        table = made(lambda weighted=weighted: similarity_table.similarity(weighted, measure=measure))
        if table is None:
            continue
        traced(table, some(table, 2), data)
        square = similarity_table.similarity_matrix(weighted, measure=measure)
        traced(square, [("doc1", "doc2"), ("doc1", "doc1")], data)
    terms = made(lambda: similarity_table.term_similarity(data, measure=measure))
    if terms is not None:
        traced(terms, some(terms, 1), data)


@pytest.mark.parametrize("measure", nearest_table.MEASURES)
@few
@given(data=matrices(), asked=matrices())
def test_nearest(measure, data, asked):
    table = nearest_table.nearest(data, 2, measure=measure)
    traced(table, some(table, 2), data)
    other = made(lambda: nearest_table.nearest(data, 1, measure=measure, queries=asked))
    if other is not None:
        traced(other, some(other, 1), {"dtm": data, "queries": asked})


@pytest.mark.parametrize("measure", deltas.DELTAS)
@few
@given(data=matrices(min_docs=3), n_terms=st.integers(1, 5))
def test_delta(measure, data, n_terms):
    table = made(lambda: delta(data, measure=measure, n_terms=n_terms))
    if table is None:
        return
    traced(table, some(table, 2), data)
    traced(made(lambda: delta_matrix(data, measure=measure, n_terms=n_terms)), [("doc1", "doc3")], data)


@pytest.mark.parametrize("measure", dispersion_table.MEASURES)
@few
@given(data=token_lists(), parts=st.sampled_from(["doc", "g", 2, 3]), adjusted=st.booleans())
def test_dispersion(measure, data, parts, adjusted):
    adjusted = adjusted and measure in dispersion_table.ADJUSTABLE
    for source in (data, count(data)):
        table = made(
            lambda source=source: dispersion_table.dispersion(
                source, parts=parts, measure=measure, freq_adjusted=adjusted
            )
        )
        if table is not None:
            traced(table, some(table, 2), source)
            traced(table, some(table, 1), source, "score")


@pytest.mark.parametrize("measure", diversity_table.MEASURES)
@few
@given(
    data=token_lists(longest=80),
    options=st.sampled_from([{}, {"level": "character"}, {"numbers": False}, {"by": ["g"]}]),
)
def test_lexical_diversity(measure, data, options):
    table = made(
        lambda: diversity_table.lexical_diversity(
            data, measure=measure, window=5, allow_unequal_lengths=True, **options
        )
    )
    if table is not None:
        traced(table, some(table, 2), data)


@pytest.mark.parametrize(
    "options",
    [
        {"window": 1}, {"window": (2, 1), "convention": "distinct_position"}, {"window": 2, "expected": "simple"},
        {"window": "sentence"}, {"window": 2, "within": "sentence", "skip_gaps": True},
    ],
)  # fmt: skip
@few
@given(data=token_lists(), dropped=st.booleans())
def test_collocates(options, data, dropped):
    if dropped:
        data = data.drop(["。"])
    table = made(lambda: collocates(data, "甲", **options))
    if table is None:
        return
    for column in association_explained.PAIR_COLUMNS:
        traced(table, some(table, 1), data, column)
        if not column.startswith(("g2", "chi2", "p_", "npmi", "delta", "log_odds", "conservative", "expected")):
            traced(table, some(table, 1), None, column)


@few
@given(data=token_lists(), n=st.integers(2, 4))
def test_collocations(data, n):
    table = made(lambda: collocations(data, n, min_count=1, within="document"))
    if table is None:
        return
    for column in collocations_explained.NGRAM_COLUMNS:
        traced(table, some(table, 1), data, column)
