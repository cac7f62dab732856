"""Simulated corpora: their sizes, their truth, and that the truth is what was drawn from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit.errors import ArgumentError, UnknownNameError
from textkit.models.simulation import simulate_corpus


def test_counts_come_from_the_mixtures():
    drawn = simulate_corpus(400, 30, 3, length=[2000] * 400, random_state=1)
    assert (drawn.dtm.lengths == 2000).all()
    wanted = drawn.doc_topic @ drawn.topic_term
    seen = drawn.dtm.matrix.toarray() / 2000
    # the largest of 12,000 standardised differences of frequencies
    fine = wanted > 0.002
    error = (np.abs(seen - wanted) / np.sqrt(wanted * (1 - wanted) / 2000))[fine]
    assert error.max() < 6
    assert (error**2).mean() == pytest.approx(1, abs=0.1)


def test_logits_follow_the_covariates():
    gamma = [[0.5, -1.0], [1.5, 0.0]]
    sigma = [[0.4, 0.2], [0.2, 0.5]]
    drawn = simulate_corpus(4000, 20, 3, length=3, gamma=gamma, sigma=sigma, random_state=2)
    logits = np.log(drawn.doc_topic[:, :2] / drawn.doc_topic[:, 2:])
    found = np.linalg.lstsq(drawn.design, logits, rcond=None)[0]
    np.testing.assert_allclose(found, gamma, atol=0.06)
    np.testing.assert_allclose(np.cov((logits - drawn.design @ drawn.gamma).T), sigma, atol=0.04)
    assert drawn.columns == ["Intercept", "treatment"]


def test_lda_shares_are_those_of_a_dirichlet():
    drawn = simulate_corpus(3000, 20, 4, model="lda", alpha=0.5, length=5)
    assert drawn.gamma is None
    # variance of a share: a (A - a) / (A² (A + 1)) with a = .5, A = 2: .75 / 12
    np.testing.assert_allclose(drawn.doc_topic.var(axis=0), 0.0625, rtol=0.1)
    np.testing.assert_allclose(drawn.doc_topic.mean(axis=0), 0.25, atol=0.02)


def test_groups_have_words_of_their_own():
    docs = pd.DataFrame({"party": ["甲", "乙"] * 50, "year": np.arange(100.0)})
    drawn = simulate_corpus(100, 40, 2, docs=docs, content="~ party", prevalence="~ year", length=20)
    assert drawn.group_topic_term.shape == (2, 2, 40)
    same = np.isclose(drawn.group_topic_term[0] / drawn.group_topic_term[1], 1.0, atol=0.3).mean()
    assert 0.5 < same < 1.0
    low, high = drawn.group_topic_term.min(axis=0), drawn.group_topic_term.max(axis=0)
    assert ((drawn.topic_term >= low - 1e-12) & (drawn.topic_term <= high + 1e-12)).all()
    np.testing.assert_allclose(drawn.group_topic_term.sum(axis=2), 1)


def test_the_seed_decides():
    one, same, other = (simulate_corpus(50, 30, 3, random_state=seed) for seed in (4, 4, 5))
    assert one.dtm.fingerprint == same.dtm.fingerprint != other.dtm.fingerprint


def test_documents_keep_their_facts_and_names():
    docs = pd.DataFrame({"town": list("abc")}, index=["x", "y", "z"])
    drawn = simulate_corpus(3, 5, 2, docs=docs, length=[4, 0, 2])
    assert drawn.dtm.names == ["x", "y", "z"]
    assert drawn.dtm.lengths.tolist() == [4, 0, 2]
    assert drawn.columns == ["Intercept"]
    assert repr(drawn) == "SimulatedCorpus(stm: 3 documents, 5 terms, 2 topics)"


@pytest.mark.parametrize(
    ("settings", "kind", "message"),
    [
        ({"model": "stn"}, UnknownNameError, "unknown model 'stn'; did you mean 'stm'?"),
        ({"model": "lda", "prevalence": "~ treatment"}, ArgumentError, 'belong to model="stm"'),
        ({"gamma": [[1.0]]}, ArgumentError, "gamma must have the shape (columns, topics - 1) (2, 4), got (1, 1)"),
        ({"sigma": np.zeros((4, 4))}, ArgumentError, "sigma must be positive definite"),
        ({"sigma": np.eye(3)}, ArgumentError, "sigma must be symmetric with the shape (4, 4)"),
        ({"length": [1, 2]}, ArgumentError, "length must be a number, or 10 whole numbers of at least 0."),
        ({"docs": pd.DataFrame({"a": [1]})}, ArgumentError, "docs has 1 rows, but n_docs is 10."),
        ({"content": "~ party"}, ArgumentError, "must name one column of docs"),
    ],
)
def test_messages(settings, kind, message):
    with pytest.raises(kind) as caught:
        simulate_corpus(10, 20, **settings)
    assert message in str(caught.value)
