"""Collapsed Gibbs sampling: against LDA-01, against all states of a small model, and against scikit-learn."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment, minimize
from scipy.sparse import csr_array
from scipy.special import gammaln

import textkit as tk
from textkit.errors import ArgumentError, TextkitWarning, UnknownNameError
from textkit.kernels import gibbs as kernels
from textkit.matrix import DocumentTermMatrix
from textkit.models import gibbs, stm_em
from textkit.models.gibbs import (
    GibbsLDA,
    Plan,
    crossed,
    fixed_point,
    flat,
    generators,
    grid,
    log_joint,
    padded,
    run,
    seed_priors,
    shares,
)
from textkit.models.heldout import heldout_likelihood
from textkit.models.lda import LDA
from textkit.models.topics import TopicModel, fit_topics

# the state of LDA-01: three documents of four, three and three tokens
WORDS = np.array([0, 1, 1, 2, 2, 3, 3, 0, 3, 1], dtype=np.int32)
DOCS = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
TOPICS = np.array([0, 0, 1, 1, 1, 1, 0, 0, 1, 0], dtype=np.int32)
ALPHA = np.array([0.5, 0.8])
ETA = 0.1
QUICK = GibbsLDA(n_iterations=200)


def tables(topics):
    return crossed(WORDS, topics, 4, 2), crossed(DOCS, topics, 3, 2)


def joint(topics):
    terms, docs = tables(np.asarray(topics, dtype=np.int32))
    return log_joint(terms[:, :2], docs[:, :2], ALPHA, np.full((1, 2), ETA), np.zeros(4, dtype=np.int32))


# the formulas


def test_the_joint_probability_of_a_known_state():
    assert joint(TOPICS) == pytest.approx(-28.524901508, rel=1e-9)


def test_the_conditional_of_a_token():
    terms, docs = tables(TOPICS)
    terms[2, 1] -= 1  # the first token of the second document: word 2, topic 1
    docs[1, 1] -= 1
    size = terms.sum(axis=0)[:2] + 4 * ETA
    factor = padded(((docs[1, :2] + ALPHA) / size)[None])[0]
    p = np.empty(8)
    kernels.weigh(terms[2], padded(np.full((1, 2), ETA))[0], factor, p)
    np.testing.assert_allclose(p[:2] / p[:2].sum(), [0.0581395348837, 0.941860465116], rtol=1e-9)
    assert not p[2:].any()
    other = TOPICS.copy()
    other[4] = 0
    assert p[0] / p[1] == pytest.approx(np.exp(joint(other) - joint(TOPICS)), rel=1e-9)


def test_the_estimates_of_a_known_state():
    terms, docs = tables(TOPICS)
    phi = (terms[:, :2] + ETA) / (terms[:, :2].sum(axis=0) + 4 * ETA)
    np.testing.assert_allclose(phi[:, 0], [0.388888888889, 0.388888888889, 0.0185185185185, 0.203703703704], rtol=1e-9)
    theta = [[0.471698113208, 0.528301886792], [0.348837209302, 0.651162790698], [0.581395348837, 0.418604651163]]
    np.testing.assert_allclose(shares(docs[:, :2], ALPHA[None]), theta, rtol=1e-9)


def test_the_joint_probability_with_priors_that_differ():
    rng = np.random.default_rng(3)
    terms, docs = rng.integers(0, 5, size=(6, 3)), rng.integers(0, 5, size=(4, 3))
    priors, prior_of = np.array([[0.1, 0.1, 0.1], [0.1, 2.0, 0.1]]), np.array([0, 1, 0, 0, 1, 0])
    alpha, eta = np.array([0.3, 0.5, 1.5]), priors[prior_of]
    expected = (gammaln(eta.sum(axis=0)) - gammaln((terms + eta).sum(axis=0))).sum()
    expected += (gammaln(terms + eta) - gammaln(eta)).sum()
    expected += (gammaln(alpha.sum()) - gammaln((docs + alpha).sum(axis=1))).sum()
    expected += (gammaln(docs + alpha) - gammaln(alpha)).sum()
    assert log_joint(terms, docs, alpha, priors, prior_of) == pytest.approx(expected, rel=1e-12)


def test_seeds_get_a_share_of_their_count_as_prior():
    priors, prior_of = seed_priors(0.1, 0.5, np.array([10, 4, 7]), [np.array([2, 0]), np.array([2])], 3)
    assert prior_of.tolist() == [2, 0, 1]
    assert priors[prior_of, :3].tolist() == [[5.1, 0.1, 0.1], [0.1, 0.1, 0.1], [3.6, 3.6, 0.1]]


# the chain


def test_the_sweeps_visit_each_state_as_often_as_it_is_probable():
    """Five tokens, two topics: all 32 states are enumerated; frequencies from 40,000 sweeps, error below 1 %."""
    words, docs = np.array([0, 1, 1, 0, 2], dtype=np.int32), np.array([0, 0, 0, 1, 1])
    indptr = np.array([0, 3, 5])
    alpha, eta = np.array([0.7, 0.4]), 0.3
    states = list(itertools.product(range(2), repeat=5))
    logs = []
    for state in states:
        z = np.array(state, dtype=np.int32)
        terms, shared = crossed(words, z, 3, 2)[:, :2], crossed(docs, z, 2, 2)[:, :2]
        logs.append(log_joint(terms, shared, alpha, np.full((1, 2), eta), np.zeros(3, dtype=np.int32)))
    expected = np.exp(np.array(logs) - max(logs))
    expected /= expected.sum()
    z = np.zeros(5, dtype=np.int32)
    terms, shared = crossed(words, z, 3, 2), crossed(docs, z, 2, 2)
    priors = padded(np.full((1, 2), eta))
    size = terms.sum(axis=0) + 3 * priors[0]
    plain, prior = np.zeros(3, dtype=np.int32), padded(alpha[None])[0]
    _, random = generators(5)
    seen = np.zeros(32)
    for _ in range(40_000):
        kernels.lda_sweep(indptr[:-1], indptr[1:], words, z, terms, shared, size, prior, priors, plain, 2, random)
        seen[int("".join(map(str, z)), 2)] += 1
    np.testing.assert_allclose(seen / seen.sum(), expected, atol=0.01)


def test_the_tables_keep_up_with_the_topics(planted):
    chain = gibbs._LDAChain(
        GibbsLDA(alpha=0.5, random_state=2), planted.dtm, 11, [np.array([0, 3], dtype=np.int32), np.array([3])]
    )
    for step in range(1, 4):
        chain.sweep(step)
    v, d = planted.dtm.shape[1], planted.dtm.shape[0]
    np.testing.assert_array_equal(chain.term_topic, crossed(chain.tokens.words, chain.topics, v, 11))
    np.testing.assert_array_equal(chain.doc_topic, crossed(chain.tokens.doc, chain.topics, d, 11))
    np.testing.assert_allclose(chain.size, chain.term_topic.sum(axis=0) + chain.prior_sums, rtol=1e-12)
    np.testing.assert_array_equal(chain.term_topic[:, :11].sum(axis=1), planted.dtm.term_counts)


# sweeps in blocks


@pytest.fixture
def blocks(monkeypatch):
    """Sweep the smallest corpus in blocks, as a large one."""
    monkeypatch.setattr(gibbs, "_LARGE", 0)
    return monkeypatch


def test_every_token_is_in_one_block(planted):
    tokens = flat(planted.dtm.matrix)
    cut = grid(tokens, planted.dtm.term_counts, 4)
    seen = np.zeros(len(tokens.words), dtype=int)
    terms = [set() for _ in range(4)]
    amounts = np.zeros((4, 4), dtype=int)
    for i, rows in enumerate(cut.docs):
        for j in range(4):
            for first, last in zip(cut.begin[j, rows], cut.begin[j + 1, rows], strict=True):
                seen[first:last] += 1
                terms[j] |= set(tokens.words[first:last].tolist())
                amounts[i, j] += last - first
    assert (seen == 1).all()
    assert not any(terms[a] & terms[b] for a in range(4) for b in range(a))
    # 7,200 tokens in 16 blocks: 450 each, give or take a document (80) and a term
    assert np.abs(amounts.sum(axis=1) - 1800).max() <= 80
    assert np.abs(amounts.sum(axis=0) - 1800).max() <= planted.dtm.term_counts.max()


@pytest.mark.parametrize("counts", [[[3]], [[1, 0, 0], [0, 0, 1]], [[200, 1]], np.eye(9, dtype=int)])
def test_blocks_may_be_empty(counts, blocks):
    dtm = DocumentTermMatrix(counts, [f"w{i}" for i in range(len(counts[0]))])
    chain = gibbs._LDAChain(GibbsLDA(alpha=0.5, random_state=2), dtm, 1 + len(counts[0]) // 2, [])
    for step in range(1, 4):
        chain.sweep(step)
    np.testing.assert_array_equal(chain.term_topic.sum(axis=1), dtm.term_counts)
    np.testing.assert_array_equal(chain.doc_topic.sum(axis=1), dtm.lengths)


def test_the_number_of_threads_changes_nothing(planted, blocks):
    found = []
    for threads in (1, 2, 3):
        blocks.setattr(stm_em, "n_threads", lambda n=threads: n)
        found.append(fit_topics(planted.dtm, 3, QUICK, random_state=4).fingerprint)
    assert len(set(found)) == 1
    blocks.setattr(gibbs, "_LARGE", 10**9)
    assert fit_topics(planted.dtm, 3, QUICK, random_state=4).fingerprint != found[0]


def test_blocks_sample_the_same_model(planted, monkeypatch):
    """The trace after burn-in, over four seeds each: its mean with and without blocks, in standard errors."""
    values = []
    for large in (10**9, 0):
        monkeypatch.setattr(gibbs, "_LARGE", large)
        fits = [fit_topics(planted.dtm, 3, QUICK, random_state=seed) for seed in range(4)]
        values.append([fit.trace["value"][10:].mean() for fit in fits])
    spread = np.std(values, axis=1, ddof=1).max() / 2
    assert abs(np.mean(values[0]) - np.mean(values[1])) < 4 * spread + 3
    _, cosine = matched(fits[0].topic_term, planted.topic_term)
    assert cosine.min() > 0.97


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupted_sweep_leaves_the_tables_whole(threads, planted, blocks):
    blocks.setattr(stm_em, "n_threads", lambda: threads)
    chain = gibbs._LDAChain(GibbsLDA(alpha=0.5, random_state=2), planted.dtm, 5, [])
    real, calls = kernels.lda_sweep, []

    def stopping(*args):
        calls.append(1)
        if len(calls) == 6:
            raise KeyboardInterrupt
        real(*args)

    blocks.setattr(kernels, "lda_sweep", stopping)
    with pytest.raises(KeyboardInterrupt):
        chain.sweep(1)
    v, d = planted.dtm.shape[1], planted.dtm.shape[0]
    np.testing.assert_array_equal(chain.term_topic, crossed(chain.tokens.words, chain.topics, v, 5))
    np.testing.assert_array_equal(chain.doc_topic, crossed(chain.tokens.doc, chain.topics, d, 5))
    np.testing.assert_allclose(chain.size, chain.term_topic.sum(axis=0) + chain.prior_sums, rtol=1e-12)


@pytest.mark.parametrize("n_topics", [1, 3, 8, 9, 20])
def test_a_choice_is_that_of_the_running_sum(n_topics):
    rng = np.random.default_rng(n_topics)
    p = padded(rng.random((1, n_topics)))[0]
    sums = np.empty(len(p) // 8)
    total = kernels.add_up(p, sums)
    assert total == pytest.approx(p.sum())
    for target in np.append(rng.random(50) * total, [0.0, total]):
        expected = min(int(np.searchsorted(np.cumsum(p[:n_topics]), target, side="right")), n_topics - 1)
        assert kernels.choose(target, p, sums, n_topics) == expected


def test_random_numbers_are_even():
    _, state = generators(1)
    draws = np.array([kernels.uniform(state) for _ in range(20_000)])
    assert 0 <= draws.min() < draws.max() < 1
    assert np.abs(np.histogram(draws, 10, (0, 1))[0] / 20_000 - 0.1).max() < 0.01
    assert abs(np.corrcoef(draws[:-1], draws[1:])[0, 1]) < 0.02


def test_flat_tokens_leave_stored_zeros_out():
    tokens = flat(csr_array((np.array([2.0, 0.0, 1.0]), np.array([0, 1, 1]), np.array([0, 2, 3])), shape=(2, 2)))
    assert tokens.words.tolist() == [0, 0, 1]
    assert tokens.indptr.tolist() == [0, 2, 3]
    assert tokens.doc.tolist() == [0, 0, 1]


# alpha


def counts_of(alpha, n_docs=400, n=60, seed=0):
    rng = np.random.default_rng(seed)
    return np.stack([rng.multinomial(n, rng.dirichlet(alpha)) for _ in range(n_docs)])


def test_the_fixed_point_is_the_maximum_of_the_likelihood():
    counts = counts_of([0.2, 0.5, 1.0])
    group = np.zeros(len(counts), dtype=np.int32)
    best = minimize(lambda x: -kernels.log_dirichlet(counts, np.exp(x)[None], group, 3), np.zeros(3), tol=1e-9)
    alpha = np.full(3, 1.0)
    for _ in range(30):
        alpha = fixed_point(counts, alpha)
    np.testing.assert_allclose(alpha, np.exp(best.x), rtol=1e-3)


def test_slice_sampling_gives_the_prior_back_where_the_data_say_nothing():
    """With one topic every document has it: alpha is drawn from Gamma(2, scale 1.5), mean 3, variance 4.5."""
    alpha = np.array([1.0])
    _, state = generators(4)
    draws = []
    for _ in range(4_000):
        kernels.slice_alpha(np.array([[5.0], [2.0]]), alpha, np.array([2.0]), np.array([1.5]), state)
        draws.append(alpha[0])
    assert np.mean(draws) == pytest.approx(3.0, abs=0.2)
    assert np.var(draws) == pytest.approx(4.5, rel=0.15)


def test_slice_sampling_follows_the_density():
    """Two topics: the means of both alphas, integrated on a grid."""
    counts = np.array([[5.0, 1.0], [2.0, 4.0], [0.0, 3.0], [6.0, 0.0]])
    grid = np.exp(np.linspace(-6, 4, 160))
    group = np.zeros(4, dtype=np.int32)
    logs = np.array(
        [
            [kernels.log_dirichlet(counts, np.array([[a, b]]), group, 2) - a - b + np.log(a) + np.log(b) for b in grid]
            for a in grid
        ]
    )
    weight = np.exp(logs - logs.max())
    expected = (weight.sum(axis=1) @ grid / weight.sum(), weight.sum(axis=0) @ grid / weight.sum())
    alpha, ones = np.ones(2), np.ones(2)
    _, state = generators(8)
    draws = np.empty((6_000, 2))
    for row in draws:
        kernels.slice_alpha(counts, alpha, ones, ones, state)
        row[:] = alpha
    np.testing.assert_allclose(draws.mean(axis=0), expected, rtol=0.06)


# the whole


def matched(found, true):
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (found, true))
    cosine = b @ a.T
    row, place = linear_sum_assignment(-cosine)
    return place, cosine[row, place]


@pytest.mark.parametrize("update", gibbs.ALPHA_UPDATES)
def test_planted_topics_are_found(update, planted):
    model = fit_topics(planted.dtm, 3, GibbsLDA(n_iterations=300, alpha_update=update), random_state=1)
    place, cosine = matched(model.topic_term, planted.topic_term)
    assert cosine.min() > 0.97
    assert place.tolist() == [0, 1, 2]
    for k in range(3):
        assert np.corrcoef(planted.doc_topic[:, k], model.doc_topic[:, k])[0, 1] > 0.95
    value = model.trace["value"].to_numpy()
    assert value[-10:].mean() > value[0]
    if update != "fixed":
        np.testing.assert_allclose(model.parameters["alpha"], [0.5, 0.3, 0.15], atol=0.2)
        assert model.parameters["alpha_path"].shape == (30, 3)


def test_the_same_seed_gives_the_same_model(planted):
    first = fit_topics(planted.dtm, 3, QUICK, random_state=4)
    assert fit_topics(planted.dtm, 3, QUICK, random_state=4).fingerprint == first.fingerprint
    assert fit_topics(planted.dtm, 3, QUICK, random_state=5).fingerprint != first.fingerprint


def test_the_order_of_documents_hardly_matters(planted):
    order = np.random.default_rng(0).permutation(len(planted.dtm))
    model = fit_topics(planted.dtm, 3, GibbsLDA(n_iterations=400))
    moved = fit_topics(planted.dtm[order], 3, GibbsLDA(n_iterations=400))
    np.testing.assert_allclose(moved.doc_topic, model.doc_topic[order], atol=0.06)
    np.testing.assert_allclose(moved.topic_term, model.topic_term, atol=0.015)


def halves(dtm, seed):
    """Split the tokens of each document in two at random; terms that the first half lacks are left out."""
    rng = np.random.default_rng(seed)
    first = dtm.matrix.astype(np.int64)
    rows = np.split(first.data, first.indptr[1:-1])
    first.data = np.concatenate([rng.multivariate_hypergeometric(row, row.sum() // 2) for row in rows])
    second = (dtm.matrix - first).tocsr()
    seen = np.asarray(first.sum(axis=0)).ravel() > 0
    terms = [term for term, there in zip(dtm.vocabulary.terms, seen, strict=True) if there]
    return DocumentTermMatrix(first[:, seen], terms), second[:, seen]


def drawn():
    rng = np.random.default_rng(5)
    beta, theta = rng.dirichlet(np.full(200, 0.05), size=5), rng.dirichlet(np.full(5, 0.2), size=150)
    return DocumentTermMatrix(
        np.stack([rng.multinomial(60, row @ beta) for row in theta]), [f"词{i}" for i in range(200)]
    )


@pytest.mark.filterwarnings("ignore:LDA has not settled", "ignore:.* documents are empty")
@pytest.mark.parametrize("corpus", ["townhall", "drawn"])
def test_held_out_words_are_foretold_better_than_by_variational_inference(corpus):
    dtm = tk.load_matrix("townhall").trim(min_docs=2) if corpus == "townhall" else drawn()
    known, hidden = halves(dtm[dtm.lengths > 1], 1)
    scores = []
    for method in (GibbsLDA(n_iterations=400), LDA()):
        model = fit_topics(known, 5, method, random_state=0)
        rows = np.flatnonzero(model.placed)
        scores.append(heldout_likelihood(model.doc_topic[rows], model.topic_term, hidden[rows]).micro)
    assert scores[0] > scores[1]


# seeds


def test_seeded_topics_come_first_and_attract_their_words(planted):
    seeds = {"丙": ["丙0", "丙1"], "甲": ["甲0"]}
    model = fit_topics(planted.dtm, 3, GibbsLDA(seed_words=seeds, n_iterations=200), random_state=3)
    place, cosine = matched(model.topic_term, planted.topic_term)
    assert place.tolist() == [1, 2, 0]  # the third planted topic is the first here, the first is the second
    assert cosine.min() > 0.97


def test_saved_with_its_seeds(tmp_path, planted):
    method = GibbsLDA(seed_words={"乙": ["乙0"], "甲": ["甲0"]}, n_iterations=20)
    model = fit_topics(planted.dtm, 3, method, random_state=3)
    again = TopicModel.load(model.save(tmp_path / "m.parquet"))
    assert again.fingerprint == model.fingerprint
    assert again.parameters["alpha"].tolist() == model.parameters["alpha"].tolist()
    assert model.method.seed_words == (("乙", ("乙0",)), ("甲", ("甲0",)))


def test_seeds_that_do_not_occur(planted):
    with pytest.warns(TextkitWarning) as caught:
        fit_topics(planted.dtm, 3, GibbsLDA(seed_words={"甲": ["甲0", "无"]}, n_iterations=20))
    assert str(caught[0].message) == "seed_words that never occur in these documents are left out: '无'."
    assert caught[0].filename == __file__


# interruption


class Stopping:
    """A chain of one number that is stopped in its n-th sweep."""

    def __init__(self, at):
        self.at, self.value = at, 0.0

    def sweep(self, step):
        if step == self.at:
            raise KeyboardInterrupt
        self.value = float(step)

    def log_likelihood(self):
        return -self.value

    def draw(self):
        return (np.array([self.value]),)

    def watch(self):
        return (np.array([self.value]),)


def test_a_chain_keeps_what_the_plan_says():
    found = run(Stopping(0), Plan(10, 4, 3, 5), False)
    assert found.n_draws == 2
    assert found.means[0].tolist() == [8.5]  # sweeps 7 and 10
    assert found.trace.to_numpy().tolist() == [[5, -5], [10, -10]]
    assert found.paths[0].tolist() == [[5], [10]]


@pytest.mark.parametrize(
    ("at", "mean", "message"),
    [
        (9, 7.0, "interrupted after 8 of 10 sweeps: the model is the mean of 1 draws."),
        (3, 2.0, "interrupted after 2 of 10 sweeps: the model is its last state, from before burn_in=4."),
    ],
)
def test_an_interruption_returns_what_there_is(at, mean, message):
    with pytest.warns(TextkitWarning) as caught:
        found = run(Stopping(at), Plan(10, 4, 3, 5), False)
    assert str(caught[0].message) == message
    assert found.means[0].tolist() == [mean]
    assert len(found.trace) == 1


def test_an_interruption_before_anything_is_found_goes_on():
    with pytest.raises(KeyboardInterrupt):
        run(Stopping(1), Plan(10, 4, 3, 5), False)


def test_an_interrupted_fit_is_a_model(planted, monkeypatch):
    real, calls = kernels.lda_sweep, []

    def stopping(*args):
        calls.append(1)
        if len(calls) > 120:
            raise KeyboardInterrupt
        real(*args)

    monkeypatch.setattr(kernels, "lda_sweep", stopping)
    with pytest.warns(TextkitWarning, match=r"interrupted after 120 of 200 sweeps: the model is the mean of 2") as seen:
        model = fit_topics(planted.dtm, 3, QUICK, random_state=1)
    assert seen[0].filename == __file__
    np.testing.assert_allclose(model.topic_term.sum(axis=1), 1)


# edges


def test_one_topic_one_document_one_term():
    model = fit_topics(DocumentTermMatrix([[3]], ["网格"]), 1, QUICK)
    assert model.topic_term.tolist() == [[1.0]]
    assert model.doc_topic.tolist() == [[1.0]]


def test_documents_without_words_and_terms_that_do_not_occur():
    dtm = DocumentTermMatrix([[4, 0, 0], [0, 0, 0], [0, 3, 0]], ["甲", "乙", "无"])
    with pytest.warns(TextkitWarning, match="1 of 3 documents are empty"):
        model = fit_topics(dtm, 2, QUICK)
    assert np.isnan(model.doc_topic[1]).all()
    assert (model.topic_term[:, 2] < 0.02).all()


@pytest.mark.parametrize(
    ("settings", "kind", "message"),
    [
        ({"alpha": 0}, ArgumentError, "alpha must be a finite number above 0 and at most 100, got 0."),
        (
            {"alpha_update": "minca"},
            UnknownNameError,
            "unknown alpha_update 'minca'; did you mean 'minka'? Available: 'minka', 'slice', 'fixed'.",
        ),
        (
            {"n_iterations": 100, "burn_in": 95},
            ArgumentError,
            "n_iterations=100, burn_in=95 and thin=10 keep no draw. Raise n_iterations.",
        ),
        ({"thin": 0}, ArgumentError, "thin must be a whole number of at least 1, got 0."),
        ({"seed_weight": -1}, ArgumentError, "seed_weight must be a finite number of at least 0, got -1."),
    ],
)
def test_messages(settings, kind, message):
    with pytest.raises(kind) as error:
        GibbsLDA(**settings)
    assert str(error.value) == message
