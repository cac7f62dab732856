"""LDA against scikit-learn and against its own definition."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import LatentDirichletAllocation

from textkit.errors import ArgumentError, TextkitWarning
from textkit.matrix import DocumentTermMatrix
from textkit.models.lda import LDA, bound
from textkit.models.topics import fit_topics


def engine(**settings):
    return LatentDirichletAllocation(3, doc_topic_prior=0.2, topic_word_prior=0.05, random_state=4, **settings)


def normalised(values):
    return values / values.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("learning", ["batch", "online"])
def test_the_same_numbers_as_scikit_learn(learning, planted):
    model = fit_topics(
        planted.dtm,
        3,
        LDA(alpha=0.2, eta=0.05, learning=learning, max_iter=12, tol=0, batch_size=32),
        random_state=4,
    )
    counts = planted.dtm.matrix.astype(float)
    peer = engine(learning_method=learning, max_iter=12, batch_size=32).fit(counts)
    shares = peer.transform(counts)
    order = np.argsort(-shares.mean(axis=0))
    np.testing.assert_array_equal(model.topic_term, normalised(peer.components_)[order])
    np.testing.assert_allclose(model.doc_topic, shares[:, order], rtol=1e-14)


def test_the_bound_is_that_of_scikit_learn(planted):
    counts = planted.dtm.matrix.astype(float)
    peer = engine(max_iter=5).fit(counts)
    shares = peer.transform(counts, normalize=False)
    assert bound(counts, shares, peer.components_, 0.2, 0.05) == pytest.approx(peer.score(counts), rel=1e-10)


def test_the_bound_lies_below_the_likelihood_and_meets_it_where_nothing_is_hidden():
    # one topic, one document "甲 甲 乙": ln ∫ p(words | b) Dir(b; 1, 1) db = ln(B(3, 2) / B(1, 1)) = ln(1 / 12)
    from scipy.sparse import csr_array

    counts = csr_array(np.array([[2.0, 1.0]]))
    exact = np.log(1 / 12)
    assert bound(counts, np.array([[3.5]]), np.array([[3.0, 2.0]]), 0.5, 1.0) == pytest.approx(exact, abs=1e-12)
    assert bound(counts, np.array([[3.5]]), np.array([[2.0, 2.0]]), 0.5, 1.0) < exact


def test_the_trace_rises_and_ends_when_it_settles(planted):
    model = fit_topics(planted.dtm, 3, LDA(tol=1e-5))
    value = model.trace["value"].to_numpy()
    change = np.abs(np.diff(value) / value[:-1])
    assert (change[:-1] >= 1e-5).all()
    assert change[-1] < 1e-5
    assert (np.diff(value) > -1e-4 * np.abs(value[:-1])).all()
    assert model.trace["iteration"].tolist() == list(range(5, 5 * len(value) + 1, 5))


def test_the_last_pass_is_always_evaluated(planted):
    assert fit_topics(planted.dtm, 3, LDA(max_iter=7, tol=0)).trace["iteration"].tolist() == [5, 7]


def test_a_fit_that_did_not_settle_says_so(planted):
    with pytest.warns(TextkitWarning) as caught:
        fit_topics(planted.dtm, 3, LDA(max_iter=10, tol=1e-9))
    message = str(caught[0].message)
    assert message.startswith("LDA has not settled after max_iter=10 passes: the bound still changed by ")
    assert message.endswith("of itself, tol is 1e-09. Raise max_iter, or tol if this is near enough.")
    assert caught[0].filename == __file__


@pytest.mark.parametrize("learning", ["batch", "online"])
def test_a_single_term_is_certain(learning):
    """Its bound is ln 1 = 0, so the change must not be measured as a share of it."""
    model = fit_topics(DocumentTermMatrix([[3], [5]], ["网格"]), 1, LDA(learning=learning))
    assert model.topic_term.tolist() == [[1.0]]
    assert model.doc_topic.tolist() == [[1.0], [1.0]]
    assert model.trace["value"].abs().max() == 0.0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"alpha": 0}, "alpha must be a finite number above 0 and at most 1, got 0."),
        ({"eta": 2}, "eta must be a finite number above 0 and at most 1, got 2."),
        ({"learning": "bach"}, "unknown learning 'bach'; did you mean 'batch'? Available: 'batch', 'online'."),
        ({"max_iter": 0}, "max_iter must be a whole number of at least 1, got 0."),
        ({"learning_decay": 0.5}, "learning_decay must be a finite number above 0.5 and at most 1, got 0.5."),
    ],
)
def test_messages(settings, message):
    with pytest.raises(ArgumentError) as error:
        LDA(**settings)
    assert str(error.value) == message
