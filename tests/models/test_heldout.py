"""Held-out likelihood by document completion."""

from __future__ import annotations

import json

import numpy as np
import pytest

from textkit.errors import ArgumentError, EmptyError
from textkit.matrix import DocumentTermMatrix
from textkit.models.heldout import fold_in, heldout_likelihood, score_heldout, split_heldout
from textkit.models.topics import fit_topics

BETA = np.array([[0.5, 0.5], [0.0, 1.0]])


def test_by_hand():
    # document 1: word 2 has probability 1/2 · 1/2 + 1/2 · 1 = 3/4, word 1 has 1/4; document 2 has no tokens
    scores = heldout_likelihood(np.array([[0.5, 0.5], [1.0, 0.0], [0.0, 1.0]]), BETA, [[1, 3], [0, 0], [0, 2]])
    first = (np.log(1 / 4) + 3 * np.log(3 / 4)) / 4
    np.testing.assert_allclose(scores.per_document, [first, np.nan, 0.0])
    assert scores.micro == pytest.approx(4 * first / 6)
    assert scores.macro == pytest.approx(first / 2)
    assert scores.perplexity == pytest.approx(np.exp(-4 * first / 6))


def test_edges():
    impossible = heldout_likelihood(np.array([[0.0, 1.0]]), BETA, [[1, 1]])
    assert (impossible.micro, impossible.perplexity) == (-np.inf, np.inf)
    nothing = heldout_likelihood(np.array([[0.0, 1.0]]), BETA, [[0, 0]])
    assert np.isnan([nothing.micro, nothing.macro, nothing.perplexity, *nothing.per_document]).all()
    with pytest.raises(ArgumentError) as error:
        heldout_likelihood(np.array([[0.0, 1.0]]), BETA, [[1, 1, 1]])
    assert str(error.value) == "counts must have shape (1, 2) like the model, got (1, 3)."


@pytest.mark.shared
def test_worked_example(shared):
    text = (shared / "data" / "worked_examples.json").read_text(encoding="utf-8")
    example = next(item for item in json.loads(text)["examples"] if item["id"] == "TOP-04")
    given, expected = example["inputs"], example["expected"]
    counts = np.zeros((2, 5))
    for row, words in enumerate(given["heldout_counts"]):
        for word, times in words.items():
            counts[row, int(word)] = times
    scores = heldout_likelihood(np.array(given["theta_estimated_on_first_half"]), np.array(given["beta"]), counts)
    np.testing.assert_allclose(scores.per_document, expected["per_document"], rtol=1e-9)
    assert scores.macro == pytest.approx(expected["macro_mean"], rel=1e-9)
    assert scores.micro == pytest.approx(expected["micro_mean"], rel=1e-9)
    assert scores.perplexity == pytest.approx(expected["perplexity_micro"], rel=1e-9)


# splitting and folding in


def matrix(rows, terms="甲乙丙丁"):
    return DocumentTermMatrix(rows, list(terms)[: len(rows[0])])


def test_split_keeps_every_token_once():
    rng = np.random.default_rng(0)
    dtm = matrix(rng.integers(1, 30, (40, 4)).tolist())
    split = split_heldout(dtm, share=0.25, random_state=3)
    assert len(split.test) == 10
    assert split.train.names == [name for i, name in enumerate(dtm.names) if i not in set(split.test.tolist())]
    both = (split.seen + split.scored).toarray()
    np.testing.assert_array_equal(both, dtm.matrix[split.test].toarray())
    np.testing.assert_array_equal(split.seen.sum(axis=1), dtm.lengths[split.test] // 2)
    again = split_heldout(dtm, share=0.25, random_state=3)
    np.testing.assert_array_equal(again.seen.toarray(), split.seen.toarray())
    assert split_heldout(dtm, share=0.25, random_state=4).test.tolist() != split.test.tolist()


def test_long_documents_are_preferred_and_unknown_words_removed():
    rows = [[60, 0, 0, 0]] * 10 + [[1, 1, 0, 0]] * 10
    assert (split_heldout(matrix(rows), share=0.1).test < 10).all()
    lonely = [[2, 2, 2, 2 * (i == 0)] for i in range(8)]  # the last word stands in the first document alone
    for seed in range(40):
        split = split_heldout(matrix(lonely), share=0.15, random_state=seed)
        if split.test.tolist() == [0]:
            assert split.seen[:, [3]].sum() + split.scored[:, [3]].sum() == 0
            assert split.scored.sum() + split.n_removed == 4
            break
    else:
        pytest.fail("the first document was never drawn")


def test_split_messages():
    with pytest.raises(EmptyError, match=r"^dtm has 1 documents of two tokens or more; document completion needs"):
        split_heldout(matrix([[1, 0], [0, 0], [3, 0]]))
    with pytest.raises(ArgumentError, match=r"^share must be a finite number above 0 and at most 0\.9, got 1\.$"):
        split_heldout(matrix([[2, 2]]), share=1)


@pytest.mark.parametrize("method", ["lda", "nmf", "stm"])
def test_folding_in_the_training_documents_gives_their_shares(planted, method):
    model = fit_topics(planted.dtm, 3, method, random_state=1)
    found = fold_in(model, planted.dtm.matrix)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert np.abs(found - model.doc_topic).mean() < (0.08 if method == "nmf" else 0.01)


def test_folding_in_is_document_by_document(planted):
    model = fit_topics(planted.dtm, 3, random_state=1)
    whole = fold_in(model, planted.dtm.matrix[:9])
    single = np.vstack([fold_in(model, planted.dtm.matrix[[i]]) for i in range(9)])
    np.testing.assert_allclose(whole, single, atol=2e-3)  # the last pass is that of the slowest document


def test_folding_in_without_words(planted):
    model = fit_topics(planted.dtm, 3, random_state=1)
    empty = np.zeros((1, len(planted.dtm.vocabulary)), dtype=int)
    np.testing.assert_allclose(fold_in(model, empty), [[1 / 3] * 3])
    with pytest.raises(
        ArgumentError, match=r"^counts must have shape \(documents, 35\) like the model, got \(1, 2\)\.$"
    ):
        fold_in(model, [[1, 2]])


def test_the_true_number_of_topics_foretells_best(planted):
    split = split_heldout(planted.dtm, share=0.3)
    micro = [score_heldout(fit_topics(split.train, k, random_state=1), split).micro for k in (1, 3)]
    truth = heldout_likelihood(planted.doc_topic[split.test], planted.topic_term, split.scored).micro
    assert micro[0] < micro[1] - 0.3
    assert micro[1] == pytest.approx(truth, abs=0.06)


@pytest.mark.parametrize("method", ["lda", "nmf", "stm"])
def test_scores_are_finite(planted, method):
    split = split_heldout(planted.dtm, share=0.2)
    assert np.isfinite(score_heldout(fit_topics(split.train, 4, method), split).micro)
