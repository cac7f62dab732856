"""Laws that hold for all documents: order does not matter, merging is adding, swapping sides flips signs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

import textkit as tk
from textkit.stats.keyness import MEASURES as KEYNESS
from textkit.stats.similarity import MEASURES as SIMILARITIES

TERMS = ["甲", "乙", "丙", "丁", "戊"]

few = settings(max_examples=40)  # for laws that build many tables

pytestmark = pytest.mark.filterwarnings("ignore::textkit.errors.TextkitWarning")  # of empty and of few documents


def facts(n: int) -> pd.DataFrame:
    docs = {"year": [2019 + i % 2 for i in range(n)], "town": [f"{'甲乙丙'[i % 3]}镇" for i in range(n)]}
    return pd.DataFrame(docs, index=[f"d{i}" for i in range(n)])


def matrix(values: Any) -> tk.DocumentTermMatrix:
    cells = np.asarray(values, dtype=np.int64)
    return tk.DocumentTermMatrix(cells, TERMS[: cells.shape[1]], facts(len(cells)))


def counts(min_docs: int = 1, max_docs: int = 7, least: int = 0) -> SearchStrategy[tk.DocumentTermMatrix]:
    """Counts of a few terms in a few documents, empty ones included."""

    def cells(width: int) -> SearchStrategy[tk.DocumentTermMatrix]:
        row = st.lists(st.integers(least, 9), min_size=width, max_size=width)
        return st.lists(row, min_size=min_docs, max_size=max_docs).map(matrix)

    return st.integers(1, len(TERMS)).flatmap(cells)


texts = st.lists(st.text(alphabet="甲乙丙网格管理 \n，。,X*1a", max_size=20), max_size=5)


def corpus_of(values: list[str]) -> tk.Corpus:
    return tk.Corpus(values, facts(len(values)))


def in_order(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return table.sort_values(list(columns), kind="stable").reset_index(drop=True)


def same(one: pd.DataFrame, other: pd.DataFrame, tolerance: float = 1e-12) -> None:
    """The same numbers; sums of floats may differ in the last place when documents change places."""
    pd.testing.assert_frame_equal(one, other, rtol=tolerance, atol=tolerance, check_names=False)


def answer(call: Any) -> Any:
    """The result, or the kind of the error: both sides of a law must fail alike."""
    try:
        return call()
    except tk.TextkitError as error:
        return type(error)


def agree(mine: Any, its: Any) -> None:
    """Two answers are the same table, or the same kind of error."""
    if isinstance(mine, pd.DataFrame):
        same(mine, its)
    else:
        assert mine is its


# --- the order of the documents ---------------------------------------------------------------------------------


@given(counts(), st.data())
@few
def test_order_changes_no_table_of_terms(dtm: tk.DocumentTermMatrix, data: DataObject) -> None:
    other = dtm[data.draw(st.permutations(range(len(dtm))))]
    for by in (None, "year", "town"):
        same(tk.frequency(other, by=by), tk.frequency(dtm, by=by))
    same(tk.trend(other, "*", by="town"), tk.trend(dtm, "*", by="town"))
    same(
        in_order(tk.top_terms(tk.tfidf(other, "ltc"), 9), "doc", "rank"),
        in_order(tk.top_terms(tk.tfidf(dtm, "ltc"), 9), "doc", "rank"),
    )
    for group in (2019, [2020]):
        mine, its = (answer(lambda m=m, g=group: tk.keyness(m, g, by="year")) for m in (dtm, other))
        agree(mine, its)


@given(counts(), st.data())
@few
def test_order_moves_the_rows_of_weights(dtm: tk.DocumentTermMatrix, data: DataObject) -> None:
    order = data.draw(st.permutations(range(len(dtm))))
    for weigh in (
        tk.proportions,
        tk.tfidf,
        tk.bm25,
        lambda m: tk.tfidf(m, "Lpu"),
        lambda m: tk.bm25(m, variant="plus"),
    ):
        same(weigh(dtm[order]).to_frame(), weigh(dtm)[order].to_frame())


@given(counts(min_docs=2), st.data(), st.sampled_from(sorted(SIMILARITIES)))
def test_order_moves_rows_and_columns_of_similarities(dtm: tk.DocumentTermMatrix, data: DataObject, name: str) -> None:
    order = data.draw(st.permutations(range(len(dtm))))
    square = tk.similarity_matrix(dtm, measure=name)
    same(tk.similarity_matrix(dtm[order], measure=name), square.iloc[order, order], tolerance=1e-9)
    assert np.allclose(square, square.T, equal_nan=True)
    pairs = tk.similarity(dtm, measure=name)
    assert len(pairs) == len(dtm) * (len(dtm) - 1) // 2
    for row in pairs.itertuples():
        assert np.isclose(row.value, square.loc[row.doc_a, row.doc_b], equal_nan=True)


@given(texts, st.data())
@few
def test_order_moves_tokens_and_hits(values: list[str], data: DataObject) -> None:
    corpus = corpus_of(values)
    order = data.draw(st.permutations(range(len(values))))
    one, other = (tk.tokenize(c, "characters") for c in (corpus, corpus[order]))
    assert [other.words(name) for name in corpus.names] == [one.words(name) for name in corpus.names]
    assert other[corpus.names].to_frame().equals(one.to_frame())
    for match in ("word", "text"):
        mine, its = (in_order(tk.concordance(t, "甲", match=match), "doc", "start") for t in (one, other))
        same(mine, its)
    mine, its = (
        answer(lambda t=t: in_order(tk.occurrences(t, ["甲", "管 理"]), "doc", "position")) for t in (one, other)
    )
    agree(mine, its)


@given(texts, st.data())
@few
def test_every_document_is_cleaned_by_itself(values: list[str], data: DataObject) -> None:
    corpus = corpus_of(values)
    order = data.draw(st.permutations(range(len(values))))
    one, other = tk.clean(corpus), tk.clean(corpus[order])
    assert other[corpus.names].texts == one.texts
    same(in_order(other.edits, "doc", "step", "at"), in_order(one.edits, "doc", "step", "at"))


# --- merging ----------------------------------------------------------------------------------------------------


@given(texts, st.sampled_from(["year", "town", "doc"]), st.sampled_from(["characters", "spaces", "jieba"]))
@few
def test_counting_merged_texts_is_adding_rows(values: list[str], by: str, segmenter: str) -> None:
    corpus = corpus_of(values)
    tokens = tk.tokenize(corpus, segmenter)
    added = tk.count(tokens).merge(by)
    for merged in (tk.count(tokens.merge(by)), tk.count(tk.tokenize(corpus.merge(by), segmenter))):
        assert merged.names == added.names
        assert (merged.align(added.vocabulary).matrix != added.matrix).nnz == 0
        assert merged.matrix.sum() == added.matrix.sum()


@given(counts())
@few
def test_a_table_by_group_is_the_table_of_the_merged_matrix(dtm: tk.DocumentTermMatrix) -> None:
    merged = dtm.merge("year")
    by_group, of_merged = tk.frequency(dtm, by="year"), tk.frequency(merged, by="doc")
    assert by_group["group"].astype(str).tolist() == of_merged["group"].tolist()
    same(by_group[["term", "count", "rate", "rank"]], of_merged[["term", "count", "rate", "rank"]])
    one, other = tk.trend(dtm, "*", by="year"), tk.trend(merged, "*", by="doc")
    same(one.drop(columns="group"), other.drop(columns="group"))
    assert tk.frequency(dtm)["count"].sum() == dtm.matrix.sum() == by_group["count"].sum()
    assert tk.frequency(dtm)["rate"].sum() == pytest.approx(1e6 * bool(dtm.matrix.sum()))


@given(counts(min_docs=2))
@few
def test_keyness_of_groups_is_keyness_of_their_sums(dtm: tk.DocumentTermMatrix) -> None:
    """The measures that count tokens do not see how the tokens are spread over documents."""
    names = [name for name, measure in KEYNESS.items() if measure.unit == "token"]
    columns = ["term", "n_target", "n_reference", "score", "effect", "ci_low", "ci_high", "p_value", "q_value"]
    for name in names:
        spread = answer(lambda n=name: tk.keyness(dtm, 2019, by="year", measure=n))
        summed = answer(lambda n=name: tk.keyness(dtm.merge("year"), "2019", measure=n))
        agree(*(table[columns] if isinstance(table, pd.DataFrame) else table for table in (spread, summed)))


# --- two sides --------------------------------------------------------------------------------------------------


@given(counts(min_docs=6, max_docs=8), st.sampled_from(sorted(KEYNESS)))
def test_swapping_target_and_reference_flips_the_signs(dtm: tk.DocumentTermMatrix, measure: str) -> None:
    there = answer(lambda: tk.keyness(dtm, 2019, 2020, by="year", measure=measure))
    back = answer(lambda: tk.keyness(dtm, 2020, 2019, by="year", measure=measure))
    if not isinstance(there, pd.DataFrame):
        assert there == back
        return
    there, back = in_order(there, "term"), in_order(back, "term")
    assert there["term"].tolist() == back["term"].tolist()
    for name in ("score", "effect"):
        assert np.allclose(there[name], -back[name], rtol=1e-9, atol=1e-9, equal_nan=True)
    for low, high in (("ci_low", "ci_high"), ("ci_high", "ci_low")):
        assert np.allclose(there[low], -back[high], rtol=1e-6, atol=1e-6, equal_nan=True)
    for name in ("p_value", "q_value"):
        assert np.allclose(there[name], back[name], rtol=1e-9, atol=1e-12, equal_nan=True)
    for name in ("n", "rate", "range"):
        assert there[f"{name}_target"].tolist() == back[f"{name}_reference"].tolist()
    assert there["flag"].tolist() == back["flag"].tolist()


@given(counts(min_docs=2), st.sampled_from(sorted(KEYNESS)))
def test_the_sign_of_a_score_is_that_of_the_difference_of_rates(dtm: tk.DocumentTermMatrix, measure: str) -> None:
    table = answer(lambda: tk.keyness(dtm, 2019, by="year", measure=measure))
    assume(isinstance(table, pd.DataFrame))
    if measure == "text_dispersion":  # there the rate is that of documents
        docs = dtm.docs["year"].eq(2019)
        difference = table["range_target"] / docs.sum() - table["range_reference"] / (~docs).sum()
    else:
        difference = table["rate_target"] - table["rate_reference"]
    wrong = np.sign(table["score"]) * np.sign(difference.where(difference.abs() > 1e-6, 0.0)) < 0
    if measure == "log_ratio":  # the half that stands for a zero may be a larger rate than that of the other side
        wrong &= ~table["flag"].str.contains("zero_adjusted")
    if measure == "fightin_words":  # the prior may move a difference of a fraction of a token over zero
        wrong &= table["score"].abs() > 0.5
    if measure in ("welch", "rank_sum"):  # there every document counts alike, whatever its length
        wrong &= False
    assert not wrong.any(), table
    assert table["p_value"].dropna().between(0, 1).all()
    assert (table["q_value"].dropna() >= table["p_value"].dropna() - 1e-12).all()
    ends = table[["ci_low", "ci_high"]].dropna()
    assert (ends["ci_low"] <= ends["ci_high"]).all()


# --- more of the same -------------------------------------------------------------------------------------------


@given(counts(), st.integers(2, 3))
@few
def test_several_copies_of_a_corpus_have_its_rates(dtm: tk.DocumentTermMatrix, n: int) -> None:
    copies = matrix(np.vstack([dtm.matrix.toarray()] * n))
    same(
        tk.frequency(copies)[["term", "rate", "docs_share", "rank"]],
        tk.frequency(dtm)[["term", "rate", "docs_share", "rank"]],
    )
    for weigh in (tk.proportions, tk.tfidf):  # N / df stays
        same(weigh(copies)[: len(dtm)].to_frame(), weigh(dtm).to_frame())


# no zeros: where one is replaced by a half, the half does not grow
@given(counts(min_docs=2, least=1), st.sampled_from(["g2", "chi2", "log_ratio", "g2_2cell"]))
@few
def test_n_times_the_text_is_n_times_the_evidence_and_the_same_effect(dtm: tk.DocumentTermMatrix, name: str) -> None:
    one, many = (tk.keyness(m, 0, measure=name) for m in (dtm, matrix(3 * dtm.matrix.toarray())))
    one, many = in_order(one, "term"), in_order(many, "term")
    factor = 1 if name == "log_ratio" else 3
    assert np.allclose(factor * one["score"], many["score"])
    assert np.allclose(one["effect"], many["effect"])


@given(counts())
@few
def test_an_empty_document_and_an_unused_term_change_no_rate(dtm: tk.DocumentTermMatrix) -> None:
    cells = dtm.matrix.toarray()
    longer = np.vstack([cells, np.zeros((1, cells.shape[1]), dtype=np.int64)])
    wider = tk.DocumentTermMatrix(np.hstack([longer, np.zeros((len(longer), 1), dtype=np.int64)]),
                                  [*dtm.vocabulary.terms, "没有"], facts(len(longer)))  # fmt: skip
    columns = ["term", "count", "rate", "docs", "rank"]
    same(tk.frequency(wider)[columns], tk.frequency(dtm)[columns])
    same(tk.proportions(wider).to_frame().iloc[:-1, :-1], tk.proportions(dtm).to_frame())
    for name in ("g2", "log_ratio", "fightin_words", "fisher"):
        bare = answer(lambda n=name: tk.keyness(dtm, "d0", measure=n))
        padded = answer(lambda n=name: tk.keyness(wider, "d0", measure=n))
        agree(bare, padded)


@given(counts(min_docs=2), st.sampled_from(sorted(SIMILARITIES)))
@few
def test_the_order_of_the_terms_means_nothing(dtm: tk.DocumentTermMatrix, name: str) -> None:
    turned = dtm.align(tk.Vocabulary(reversed(dtm.vocabulary.terms)))
    same(tk.similarity_matrix(turned, measure=name), tk.similarity_matrix(dtm, measure=name), tolerance=1e-9)
    same(tk.frequency(turned), tk.frequency(dtm))
    mine, its = (answer(lambda m=m: tk.keyness(m, 0)) for m in (dtm, turned))
    agree(mine, its)


@given(
    counts(min_docs=2, least=1), st.sampled_from(["cosine", "pearson", "jensen_shannon", "hellinger", "bhattacharyya"])
)
def test_measures_of_shape_do_not_see_length(dtm: tk.DocumentTermMatrix, name: str) -> None:
    cells = dtm.matrix.toarray()
    cells[0] *= 5
    same(tk.similarity_matrix(matrix(cells), measure=name), tk.similarity_matrix(dtm, measure=name), tolerance=1e-7)


@given(counts(min_docs=2, least=1), st.sampled_from(sorted(SIMILARITIES)))
def test_a_document_is_most_like_its_copy(dtm: tk.DocumentTermMatrix, name: str) -> None:
    cells = dtm.matrix.toarray()
    twins = tk.similarity_matrix(matrix(np.vstack([cells, cells[:1]])), measure=name)
    row = twins.iloc[0].drop("d0").dropna()
    if not len(row):
        return
    alike = twins.attrs["textkit"]["orientation"] == "similarity"
    best = row.max() if alike else row.min()
    assert row.iloc[-1] == pytest.approx(best, abs=1e-7)
    assert row.iloc[-1] == pytest.approx(1.0 if alike else 0.0, abs=1e-7)
