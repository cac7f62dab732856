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
import textkit.stats.lexical_diversity as diversity_table
from textkit.contrast.kernels import MEASURES as KEYNESS_MEASURES
from textkit.corpus import Corpus
from textkit.errors import TextkitError, TextkitWarning
from textkit.matrix import DocumentTermMatrix, count
from textkit.measures import BM25_VARIANTS, IDF_CODES, NORM_CODES, TF_CODES, association, deltas
from textkit.stats import nearest as nearest_table
from textkit.stats import similarity as similarity_table
from textkit.stats.collocates import collocates
from textkit.stats.collocations import collocations
from textkit.stats.delta import delta, delta_matrix
from textkit.stats.keyness import keyness
from textkit.stats.top_terms import top_terms
from textkit.tokenization import tokenize
from textkit.tokens import Tokens
from textkit.tracing import association as association_explained
from textkit.tracing import collocations as collocations_explained
from textkit.tracing import delta as delta_explained
from textkit.tracing import dispersion as dispersion_explained
from textkit.tracing import keyness as keyness_explained
from textkit.tracing import lexical_diversity as diversity_explained
from textkit.tracing import similarity as similarity_explained
from textkit.tracing.result import Trace
from textkit.tracing.trace import EXPLAINERS, trace
from textkit.weights import bm25, proportions, tfidf

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
    data=token_lists(longest=80), options=st.sampled_from([{}, {"level": "character"}, {"numbers": False}, {"by": "g"}])
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
