"""Simulated corpora: their sizes, their truth, and that the truth is what was drawn from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit.errors import ArgumentError, UnknownNameError
from textkit.models.keyatm import KeyATM
from textkit.models.simulation import simulate_corpus
from textkit.models.topic_stability import align_topics
from textkit.models.topics import fit_topics


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


def test_keywords_are_drawn_as_often_as_pi_says():
    drawn = simulate_corpus(
        300, 60, 4, model="keyatm", length=[400] * 300, n_keyword_topics=2, n_keywords=3, pi=[0.2, 0.6], random_state=3
    )
    assert list(drawn.keywords) == ["topic1", "topic2"]
    words = [drawn.dtm.vocabulary.ids(own) for own in drawn.keywords.values()]
    assert len({*words[0].tolist(), *words[1].tolist()}) == 6
    np.testing.assert_array_equal(drawn.pi, [0.2, 0.6, np.nan, np.nan])
    np.testing.assert_allclose(drawn.topic_term.sum(axis=1), 1)
    # a keyword comes by the keywords' distribution, or, as any word, from the topic: at least pi of the topic is theirs
    for k in (0, 1):
        assert drawn.topic_term[k, words[k]].sum() > drawn.pi[k]
    # without keywords the same seed gives the same topics; what is left of them is (1 - pi) times as much
    plain = simulate_corpus(300, 60, 4, model="keyatm", length=[400] * 300, n_keyword_topics=2, n_keywords=3, pi=0.0,
                            random_state=3)  # fmt: skip
    others = np.setdiff1d(np.arange(60), words[1])
    np.testing.assert_allclose(drawn.topic_term[1, others], 0.4 * plain.topic_term[1, others])
    np.testing.assert_array_equal(drawn.topic_term[2:], plain.topic_term[2:])
    wanted = drawn.doc_topic @ drawn.topic_term
    error = (drawn.dtm.matrix.toarray() / 400 - wanted) / np.sqrt(wanted * (1 - wanted) / 400)
    assert (error[wanted > 0.01] ** 2).mean() == pytest.approx(1, abs=0.1)


def test_a_keyatm_finds_the_truth_again():
    drawn = simulate_corpus(
        150, 80, 4, model="keyatm", length=80, n_keyword_topics=3, n_keywords=4, pi=0.5, alpha=0.3, random_state=4
    )
    method = KeyATM(keywords=drawn.keywords, weighting="none", n_iterations=150)
    model = fit_topics(drawn.dtm, 4, method, random_state=1)
    for k in range(4):
        assert np.corrcoef(model.doc_topic[:, k], drawn.doc_topic[:, k])[0, 1] > 0.9
    # pi alone is hard to tell from a topic that likes its keywords anyway; what both make together is not
    for k, own in enumerate(drawn.keywords.values()):
        words = drawn.dtm.vocabulary.ids(own)
        assert model.topic_term[k, words].sum() == pytest.approx(drawn.topic_term[k, words].sum(), abs=0.1)
        assert model.parameters["pi"][k] > 0.2
    # what keywords are for: the topics come out in the order of the truth
    alike = np.corrcoef(drawn.topic_term, model.topic_term)[:4, 4:]
    assert (alike.argmax(axis=1) == np.arange(4)).all()


def test_shares_of_a_keyatm_follow_its_covariates():
    docs = pd.DataFrame({"level": ["city", "town"] * 2000})
    gamma = [[0.0, 0.5, -1.0], [1.0, 0.0, 0.0]]
    drawn = simulate_corpus(
        4000, 20, 3, model="keyatm", length=2, docs=docs, prevalence="~ level", gamma=gamma, random_state=5
    )
    assert drawn.columns == ["Intercept", "level[T.town]"]
    assert drawn.sigma is None
    for town in (0, 1):
        prior = np.exp(np.array(gamma[0]) + town * np.array(gamma[1]))
        shares = drawn.doc_topic[town::2]
        np.testing.assert_allclose(shares.mean(axis=0), prior / prior.sum(), atol=0.02)
        # variance of a share: a (A - a) / (A² (A + 1))
        variance = prior * (prior.sum() - prior) / prior.sum() ** 2 / (prior.sum() + 1)
        np.testing.assert_allclose(shares.var(axis=0), variance, rtol=0.1)
    default = simulate_corpus(50, 20, 3, model="keyatm", docs=docs[:50], prevalence="~ level", alpha=0.2)
    np.testing.assert_allclose(default.gamma[0], np.log(0.2))


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
        ({"model": "lda", "pi": 0.5}, ArgumentError, 'n_keyword_topics, n_keywords and pi belong to model="keyatm".'),
        ({"model": "keyatm", "content": "~ treatment"}, ArgumentError, 'sigma and content belong to model="stm".'),
        (
            {"model": "keyatm", "n_keyword_topics": 6},
            ArgumentError,
            "n_keyword_topics must be a whole number from 1 to 5, got 6.",
        ),
        (
            {"model": "keyatm", "n_keywords": 6},
            ArgumentError,
            "n_keywords must be a whole number from 1 to 5, got 6.",
        ),
        (
            {"model": "keyatm", "pi": [0.1, 0.2]},
            ArgumentError,
            "pi must be a number from 0 to 1, or 4 of them, one for each topic with keywords.",
        ),
        ({"model": "keyatm", "pi": 2}, ArgumentError, "pi must be a finite number of at least 0 and at most 1, got 2"),
        (
            {"model": "keyatm", "prevalence": "~ treatment", "gamma": [[1.0]]},
            ArgumentError,
            "gamma must have the shape (columns, topics) (2, 5), got (1, 1)",
        ),
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


@pytest.mark.parametrize("model", ["lda", "stm"])
def test_the_truth_is_a_model(model):
    drawn = simulate_corpus(40, 60, 3, model=model, random_state=4)
    truth = drawn.truth
    np.testing.assert_array_equal(truth.topic_term, drawn.topic_term)
    np.testing.assert_array_equal(truth.doc_topic, drawn.doc_topic)
    assert truth.names == drawn.dtm.names and (truth.term_counts == drawn.dtm.term_counts).all()
    assert align_topics(truth, truth)["similarity"].tolist() == pytest.approx([1, 1, 1])
    assert repr(truth)
