"""NMF against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import NMF as PEER
from sklearn.feature_extraction.text import TfidfTransformer

from textkit.errors import ArgumentError, TextkitWarning
from textkit.matrix import DocumentTermMatrix
from textkit.models.nmf import NMF, distributions
from textkit.models.topics import fit_topics


@pytest.mark.parametrize(
    ("loss", "solver", "name"), [("frobenius", "cd", "frobenius"), ("kl", "mu", "kullback-leibler")]
)
@pytest.mark.parametrize("weighting", ["tfidf", "count"])
def test_the_same_numbers_as_scikit_learn(loss, solver, name, weighting, planted):
    model = fit_topics(planted.dtm, 3, NMF(loss=loss, weighting=weighting, max_iter=35, tol=0), random_state=4)
    counts = planted.dtm.matrix.astype(float)
    weighted = TfidfTransformer().fit_transform(counts) if weighting == "tfidf" else counts
    peer = PEER(3, init="nndsvda", solver=solver, beta_loss=name, max_iter=35, tol=0, random_state=4)
    amounts = peer.fit_transform(weighted)
    sizes = peer.components_.sum(axis=1)
    shares = amounts * sizes
    shares /= shares.sum(axis=1, keepdims=True)
    order = np.argsort(-shares.mean(axis=0))
    np.testing.assert_allclose(model.topic_term, (peer.components_ / sizes[:, None])[order], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(model.doc_topic, shares[:, order], rtol=1e-9, atol=1e-12)
    assert model.trace["iteration"].tolist() == [10, 20, 30, 35]
    assert model.trace["value"].iloc[-1] == pytest.approx(peer.reconstruction_err_, rel=1e-10)


def test_two_blocks_by_hand():
    # counts of rank 2 with disjoint terms: the topics are the blocks' proportions, (2, 1) / 3 and (1, 3) / 4
    dtm = DocumentTermMatrix([[4, 2, 0, 0], [2, 1, 0, 0], [0, 0, 1, 3]], ["甲", "乙", "丙", "丁"])
    model = fit_topics(dtm, 2, NMF(weighting="count"))
    np.testing.assert_allclose(model.topic_term, [[2 / 3, 1 / 3, 0, 0], [0, 0, 1 / 4, 3 / 4]], atol=1e-3)
    np.testing.assert_allclose(model.doc_topic, [[1, 0], [1, 0], [0, 1]], atol=1e-3)


def test_the_loss_falls(planted):
    assert (np.diff(fit_topics(planted.dtm, 3, "nmf").trace["value"]) <= 0).all()


def test_the_start_is_chosen_by_size():
    dtm = DocumentTermMatrix([[3, 0, 1, 2], [0, 2, 2, 1]], ["甲", "乙", "丙", "丁"])
    assert fit_topics(dtm, 2, "nmf").method.init == "nndsvda"
    with pytest.warns(TextkitWarning, match="more than the 2 documents"):
        assert fit_topics(dtm, 3, NMF(weighting="count", tol=1e-3)).method.init == "random"
    with (
        pytest.warns(TextkitWarning, match="more than the 2 documents"),
        pytest.raises(ArgumentError, match=r'init="nndsvda" needs n_topics of at most 2, the smaller of 2 documents'),
    ):
        fit_topics(dtm, 3, NMF(init="nndsvda"))


def test_distributions_by_hand():
    # H sums to 4 and 2; W times these is (4, 6) and (8, 0)
    topics, shares = distributions(np.array([[1.0, 3.0], [2.0, 0.0]]), np.array([[3.0, 1.0], [0.0, 2.0]]))
    np.testing.assert_array_equal(topics, [[0.75, 0.25], [0.0, 1.0]])
    np.testing.assert_array_equal(shares, [[0.4, 0.6], [1.0, 0.0]])


def test_topics_without_terms_are_an_error():
    with pytest.raises(ArgumentError) as error:
        distributions(np.ones((3, 2)), np.array([[1.0, 1.0], [0.0, 0.0]]))
    assert str(error.value) == (
        "NMF found only 1 of 2 topics in these 3 documents; the others are left without any term. "
        'Use n_topics=1 or fewer, or method="lda".'
    )


def test_a_document_without_weight_is_nan():
    with pytest.warns(TextkitWarning, match="in 1 of 2 documents no topic of NMF has any weight"):
        _, shares = distributions(np.array([[1.0, 3.0], [0.0, 0.0]]), np.eye(2))
    np.testing.assert_array_equal(shares, [[0.25, 0.75], [np.nan, np.nan]])


def test_a_fit_that_did_not_settle_says_so(planted):
    with pytest.warns(
        TextkitWarning, match=r"NMF has not settled after max_iter=15 iterations: the loss still changed"
    ):
        fit_topics(planted.dtm, 3, NMF(max_iter=15, tol=1e-12))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"loss": "ki"}, "unknown loss 'ki'; did you mean 'kl'? Available: 'frobenius', 'kl'."),
        ({"weighting": "tf"}, "unknown weighting 'tf'; did you mean 'tfidf'? Available: 'tfidf', 'count'."),
        ({"init": "svd"}, "unknown init 'svd'; did you mean 'nndsvda'? Available: 'nndsvda', 'random'."),
        ({"tol": -1}, "tol must be a finite number of at least 0, got -1."),
    ],
)
def test_messages(settings, message):
    with pytest.raises(ArgumentError) as error:
        NMF(**settings)
    assert str(error.value) == message
