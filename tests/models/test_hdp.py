"""The hierarchical Dirichlet process: its estimates, what it reports, and that the seed decides."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.special import psi

from textkit.errors import ArgumentError, TextkitWarning
from textkit.matrix import DocumentTermMatrix
from textkit.models.hdp import HDP, weights
from textkit.models.heldout import concentration
from textkit.models.tomotopy_chain import log_words
from textkit.models.topics import TopicModel, fit_topics

# looked for, not imported: textkit chooses how tomotopy computes when it imports it
pytestmark = pytest.mark.skipif(find_spec("tomotopy") is None, reason="tomotopy is not installed")

SHORT = HDP(n_iterations=150, min_share=0)


@pytest.fixture(scope="module")
def model(planted):
    return fit_topics(planted.dtm, 8, SHORT, random_state=3)


def test_planted_topics_are_found_among_those_in_use(model, planted):
    alike = np.corrcoef(planted.topic_term, model.topic_term)[:3, 3:]
    found = alike[linear_sum_assignment(-alike)]
    assert found.min() > 0.95
    share = model.doc_topic.mean(axis=0)
    assert (np.diff(share) <= 1e-12).all()


def test_estimates_follow_from_the_state(model, planted):
    # topics are smoothed counts: each sums to one, and a term without tokens of the topic has eta / (n_k + V eta)
    np.testing.assert_allclose(model.topic_term.sum(axis=1), 1, rtol=1e-12)
    alpha = model.parameters["alpha"]
    # a document's shares are whole counts and the prior: n_dk = share * (n_d + A) - alpha_k
    counts = model.doc_topic * (80 + alpha.sum()) - alpha
    assert np.abs(counts - np.rint(counts)).max() < 1e-6
    np.testing.assert_allclose(concentration(model), alpha)
    # the trace ends at the likelihood of what is returned, no topic having been left out
    value = log_words(planted.dtm.matrix, model.doc_topic, model.topic_term)
    assert model.trace["value"].iloc[-1] == pytest.approx(value, rel=1e-9)
    assert model.parameters["n_topics_path"][-1, 0] == model.n_topics
    assert model.parameters["n_topics_path"].shape == (len(model.trace), 1)
    assert model.parameters["concentration_path"].shape == (len(model.trace), 2)


def test_weights_solve_their_equation():
    rng = np.random.default_rng(0)
    counts = rng.poisson([9.0, 2.0, 0.3], size=(40, 3)).astype(float)
    alpha, gamma = 0.7, 1.3
    b = weights(counts, alpha, gamma)
    tables = (alpha * b * (psi(alpha * b + counts) - psi(alpha * b))).sum(axis=0)
    np.testing.assert_allclose(b, tables / (tables.sum() + gamma), rtol=1e-6)


def test_the_seed_decides_and_the_trace_does_not(planted, model):
    again = fit_topics(planted.dtm, 8, SHORT, random_state=3)
    assert again.fingerprint == model.fingerprint
    seldom = HDP(n_iterations=150, min_share=0, evaluate_every=50)
    np.testing.assert_array_equal(fit_topics(planted.dtm, 8, seldom, random_state=3).topic_term, model.topic_term)
    other = fit_topics(planted.dtm, 8, SHORT, random_state=4)
    assert other.topic_term.shape != model.topic_term.shape or not np.array_equal(other.topic_term, model.topic_term)


def test_it_is_stored_as_its_settings(model, tmp_path):
    again = TopicModel.load(model.save(tmp_path / "hdp.parquet"))
    assert again.method == model.method
    assert again.fingerprint == model.fingerprint
    assert repr(model).endswith("HDP, random_state=3)")


def test_names_of_terms_and_empty_documents_do_not_matter(planted, model):
    matrix = planted.dtm.matrix
    names = [f"a b\t{i}" for i in range(matrix.shape[1])]
    with pytest.warns(TextkitWarning, match="1 of 91 documents are empty"):
        odd = fit_topics(
            DocumentTermMatrix(np.vstack([matrix.toarray(), np.zeros((1, matrix.shape[1]), dtype=int)]), names),
            8,
            SHORT,
            random_state=3,
        )
    assert np.isnan(odd.doc_topic[-1]).all()
    np.testing.assert_array_equal(np.sort(odd.topic_term.ravel()), np.sort(model.topic_term.ravel()))


def test_small_topics_are_left_out_and_reported(planted):
    with pytest.warns(TextkitWarning) as caught:
        small = fit_topics(planted.dtm, 8, HDP(n_iterations=60, min_share=0.25), random_state=3)
    message = str(caught[0].message)
    assert message.startswith("HDP: ") and "have less than min_share=0.25 of the tokens and are left out, " in message
    assert message.endswith("of 7,200 tokens together.")
    np.testing.assert_allclose(small.doc_topic.sum(axis=1), 1)
    with pytest.raises(ArgumentError, match=r"^no topic has min_share=0\.99 of the tokens; the largest has 0\.\d+\. "):
        fit_topics(planted.dtm, 8, HDP(n_iterations=5, min_share=0.99), random_state=3)


@pytest.mark.parametrize("counts", [[[1]], [[3, 0]], [[1, 1], [1, 1]], [[5, 0], [0, 5]]])
def test_tiny_corpora(counts):
    dtm = DocumentTermMatrix(counts, ["甲", "乙"][: len(counts[0])])
    if np.count_nonzero(dtm.term_counts) < 2:
        with pytest.raises(ArgumentError, match="at most the number of terms that occur"):
            fit_topics(dtm, 2, HDP(n_iterations=5))
        return
    small = fit_topics(dtm, 2, HDP(n_iterations=5))
    np.testing.assert_allclose(small.doc_topic.sum(axis=1), 1)


def test_an_interruption_returns_the_last_state(planted, monkeypatch):
    from textkit.models import hdp

    done = []

    class Interrupted(hdp.Sampler):
        def train(self, n=1):
            if len(done) == 20:
                raise KeyboardInterrupt
            done.append(n)
            super().train(n)

    monkeypatch.setattr(hdp, "Sampler", Interrupted)
    with pytest.warns(TextkitWarning, match=r"^interrupted after 20 of 150 sweeps: the model is its last state\.$"):
        found = fit_topics(planted.dtm, 8, HDP(n_iterations=150, min_share=0), random_state=3)
    monkeypatch.undo()
    whole = fit_topics(planted.dtm, 8, HDP(n_iterations=20, min_share=0), random_state=3)
    np.testing.assert_array_equal(found.topic_term, whole.topic_term)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda p: fit_topics(p.dtm, 1, HDP()),
            "n_topics, the number of topics that HDP starts from, must be from 2 to 32,767, got 1.",
        ),
        (lambda p: HDP(alpha=0), "alpha must be a finite number above 0, got 0."),
        (lambda p: HDP(n_workers=0), "n_workers must be a whole number of at least 1, got 0."),
    ],
)
def test_messages(planted, call, message):
    with pytest.raises(ArgumentError) as error:
        call(planted)
    assert str(error.value) == message
