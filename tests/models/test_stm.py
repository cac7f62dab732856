"""STM by hand, by finite differences, on simulated corpora; its starts, priors, options and messages."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment, minimize
from scipy.sparse import csr_array
from sklearn.linear_model import MultiTaskLasso

from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.kernels import stm as kernels
from textkit.kernels import stm_content as content_kernels
from textkit.matrix import DocumentTermMatrix
from textkit.models import stm_em
from textkit.models.simulation import simulate_corpus
from textkit.models.stm import STM
from textkit.models.stm_content import baseline, coefficients, content_topics
from textkit.models.stm_em import Climb, chunks, documents, expectation, floored, shares, softmax
from textkit.models.stm_place import covariance_factors, place_documents, topics_by_group
from textkit.models.stm_prevalence import crossed, lasso, pooled, ridge
from textkit.models.stm_start import anchors, cooccurrence, mixtures, spectral
from textkit.models.stm_words import COLUMNS, topic_content_terms
from textkit.models.topics import TopicModel, fit_topics


def document(k=4, size=9, seed=3):
    rng = np.random.default_rng(seed)
    by_topic = rng.dirichlet(np.full(size, 0.3), size=k)
    counts = rng.integers(1, 6, size=size).astype(float)
    root = rng.standard_normal((k - 1, k - 1))
    sigma = root @ root.T + 0.3 * np.eye(k - 1)
    return by_topic, counts, rng.standard_normal(k - 1), sigma, rng.standard_normal(k - 1)


def evaluated(eta, by_topic, counts, mu, precision):
    k, size = by_topic.shape
    e, r, pull, t, g, h = (np.empty(n) for n in (k, size, k - 1, k, k - 1, 0))
    h = np.zeros((k - 1, k - 1))
    rows = np.ascontiguousarray(by_topic.T)
    f, s = kernels.values(eta, mu, precision, by_topic, counts, e, r, pull)
    kernels.slope(rows, counts, e, r, s, pull, t, g)
    kernels.curvature(rows, counts, e, r, s, t, precision, h)
    return f, g, np.tril(h) + np.tril(h, -1).T


@pytest.mark.parametrize("size", [1, 3, 4, 9, 10])
def test_the_gradient_and_the_hessian_by_finite_differences(size):
    by_topic, counts, mu, sigma, eta = document(size=size)
    precision = np.linalg.inv(sigma)
    _, g, h = evaluated(eta, by_topic, counts, mu, precision)
    step = 1e-5
    for k in range(len(eta)):
        ahead, behind = eta.copy(), eta.copy()
        ahead[k] += step
        behind[k] -= step
        f1, g1, _ = evaluated(ahead, by_topic, counts, mu, precision)
        f0, g0, _ = evaluated(behind, by_topic, counts, mu, precision)
        assert (f1 - f0) / (2 * step) == pytest.approx(g[k], rel=1e-6, abs=1e-6)
        np.testing.assert_allclose((g1 - g0) / (2 * step), h[k], rtol=1e-6, atol=1e-6)


def test_the_objective_is_its_definition():
    by_topic, counts, mu, sigma, eta = document()
    theta = softmax(eta[None])[0]
    wanted = 0.5 * (eta - mu) @ np.linalg.solve(sigma, eta - mu) - counts @ np.log(theta @ by_topic)
    assert evaluated(eta, by_topic, counts, mu, np.linalg.inv(sigma))[0] == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_the_mode_is_that_of_another_optimiser(seed):
    by_topic, counts, mu, sigma, _ = document(k=6, size=20, seed=seed)
    precision = np.linalg.inv(sigma)
    best = minimize(
        lambda x: evaluated(x, by_topic, counts, mu, precision)[:2], np.zeros(5), jac=True, method="BFGS",
        options={"gtol": 1e-9},
    )  # fmt: skip
    terms = np.ascontiguousarray(by_topic.T[None])
    eta = np.zeros((1, 5))
    found = expectation(documents(csr_array(counts[None].astype(int))), terms, mu[None], sigma, eta, 1e-9, 100)
    np.testing.assert_allclose(eta[0], best.x, atol=1e-6)
    f, _, h = evaluated(eta[0], by_topic, counts, mu, precision)
    np.testing.assert_allclose(found.spread, np.linalg.inv(h), rtol=1e-5)
    bound = -f - 0.5 * np.linalg.slogdet(h)[1] - 0.5 * np.linalg.slogdet(sigma)[1]
    assert found.bound[0] == pytest.approx(bound, rel=1e-9)
    # expected counts: each token is shared out among the topics
    np.testing.assert_allclose(found.expected[0].sum(axis=1), counts, rtol=1e-12)
    theta = softmax(eta)[0]
    np.testing.assert_allclose(
        found.expected[0], (theta * by_topic.T) / (by_topic.T @ theta)[:, None] * counts[:, None]
    )


def test_where_the_curvature_is_not_positive_definite_it_is_adjusted():
    # diagonal 1 and 2, 3 beside them: raised to 3 and 3, and then by a little until it is positive definite
    h, low, column = np.array([[1.0, 0.0], [3.0, 2.0]]), np.zeros((2, 2)), np.zeros(2)
    assert not kernels.cholesky(h, 0.0, low, column)
    kernels.dominate(h)
    assert h.tolist() == [[3.0, 0.0], [3.0, 3.0]]
    assert kernels.cholesky(h, 1e-6, low, column)


def test_factors_solve_and_invert():
    root = np.random.default_rng(0).standard_normal((7, 7))
    whole = root @ root.T + np.eye(7)
    low, inverse, out, g = np.zeros((7, 7)), np.zeros((7, 7)), np.zeros(7), np.arange(7.0)
    assert kernels.cholesky(np.tril(whole), 0.0, low, np.zeros(7))
    np.testing.assert_allclose(np.tril(low) @ np.tril(low).T, whole)
    kernels.solve(low, g, out)
    np.testing.assert_allclose(out, -np.linalg.solve(whole, g))
    kernels.invert(low, inverse)
    np.testing.assert_allclose(inverse.T @ inverse, np.linalg.inv(whole), rtol=1e-9)


@pytest.fixture(scope="module")
def drawn():
    return simulate_corpus(300, 200, 4, length=60, random_state=1)


FITTED = STM(prevalence="~ treatment")


@pytest.fixture(scope="module")
def fitted(drawn):
    return fit_topics(drawn.dtm, 4, FITTED)


def matched(model, truth):
    k = model.n_topics
    together = np.corrcoef(model.doc_topic.T, truth.T)[:k, k:]
    rows, columns = linear_sum_assignment(-together)
    return together[rows, columns], columns


def test_what_was_planted_is_found():
    # the limits of the specification; 1000 documents of 150 words, 5 topics, one covariate of two values
    agreement = []
    for seed in range(5):
        drawn = simulate_corpus(random_state=seed)
        model = fit_topics(drawn.dtm, 5, FITTED, random_state=seed)
        found, order = matched(model, drawn.doc_topic)
        agreement.extend(found)
        treated = drawn.dtm.docs["treatment"].to_numpy() == 1
        truth = (drawn.doc_topic[treated].mean(axis=0) - drawn.doc_topic[~treated].mean(axis=0))[order]
        ours = model.doc_topic[treated].mean(axis=0) - model.doc_topic[~treated].mean(axis=0)
        large = np.abs(truth) > 0.03
        assert (np.sign(truth) == np.sign(ours))[large].all()
    assert np.mean(agreement) >= 0.93
    assert min(agreement) >= 0.8


def test_the_number_of_threads_changes_nothing(drawn, fitted, monkeypatch):
    monkeypatch.setattr(stm_em, "n_threads", lambda: 1)
    one = fit_topics(drawn.dtm, 4, FITTED)
    monkeypatch.setattr(stm_em, "n_threads", lambda: 5)
    five = fit_topics(drawn.dtm, 4, FITTED)
    assert one.fingerprint == five.fingerprint == fitted.fingerprint


def test_the_order_of_documents_and_terms_changes_nothing(drawn, fitted):
    rng = np.random.default_rng(5)
    rows, columns = rng.permutation(300), rng.permutation(200)
    shuffled = DocumentTermMatrix(
        drawn.dtm.matrix[rows][:, columns], [drawn.dtm.vocabulary[int(i)] for i in columns], drawn.dtm.docs.iloc[rows]
    )
    other = fit_topics(shuffled, 4, FITTED)
    np.testing.assert_allclose(other.doc_topic, fitted.doc_topic[rows], atol=2e-3)
    np.testing.assert_allclose(other.topic_term, fitted.topic_term[:, columns], atol=2e-3)


def test_the_parameters_fit_together(drawn, fitted):
    parts = fitted.parameters
    np.testing.assert_allclose(softmax(parts["eta"]), fitted.doc_topic, rtol=1e-12)
    x = np.column_stack([np.ones(300), drawn.dtm.docs["treatment"]])
    away = parts["eta"] - x @ parts["gamma"]
    np.testing.assert_allclose(parts["nu"] + away.T @ away / 300, parts["sigma"], rtol=1e-9)
    assert (np.diff(fitted.doc_topic.mean(axis=0)) < 0).all()


def test_it_is_saved_and_read_whole(fitted, tmp_path):
    again = TopicModel.load(fitted.save(tmp_path / "stm.parquet"))
    assert again.method == fitted.method
    assert again.fingerprint == fitted.fingerprint
    for name, values in fitted.parameters.items():
        np.testing.assert_array_equal(again.parameters[name], values)


def test_it_stops_when_the_bound_has_rested_twice(fitted):
    value = fitted.trace["value"].to_numpy()
    change = np.abs(np.diff(value) / value[:-1])
    assert (change[-2:] < 1e-5).all()
    assert not ((change[:-2] < 1e-5) & (change[1:-1] < 1e-5)).any()


def test_the_best_pass_is_kept():
    # anchor words of a tiny corpus: the bound rises and then falls (it is not monotone)
    counts = np.random.default_rng(0).poisson(1.0, size=(12, 9)) + np.eye(12, 9, dtype=int)
    dtm = DocumentTermMatrix(counts, [f"w{i}" for i in range(9)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        longer = fit_topics(dtm, 3, STM(max_iter=60, tol=0))
        value = longer.trace["value"].to_numpy()
        best = int(value.argmax()) + 1
        assert best < 60
        np.testing.assert_array_equal(fit_topics(dtm, 3, STM(max_iter=best, tol=0)).topic_term, longer.topic_term)


def test_an_interrupted_fit_gives_the_best_so_far(drawn, monkeypatch):
    def stop(self, iteration, real=Climb._pass):
        if iteration == 4:
            raise KeyboardInterrupt
        return real(self, iteration)

    monkeypatch.setattr(Climb, "_pass", stop)
    with pytest.warns(TextkitWarning, match="interrupted after 3 passes: this is the best model so far") as caught:
        model = fit_topics(drawn.dtm, 4, FITTED)
    assert caught[0].filename == __file__
    assert len(model.trace) == 3


def test_an_interrupt_before_the_first_pass_is_not_swallowed(drawn, monkeypatch):
    def stop(self, iteration):
        raise KeyboardInterrupt

    monkeypatch.setattr(Climb, "_pass", stop)
    with pytest.raises(KeyboardInterrupt):
        fit_topics(drawn.dtm, 4, FITTED)


def test_a_fit_that_did_not_settle_says_so(drawn):
    with pytest.warns(TextkitWarning, match=r"STM has not settled after max_iter=2 passes: .* tol is 1e-05") as caught:
        fit_topics(drawn.dtm, 4, STM(max_iter=2))
    assert caught[0].filename == __file__


@pytest.mark.parametrize("init", ["spectral_exact", "lda", "random"])
def test_other_starts_reach_a_like_bound(init, drawn, fitted):
    model = fit_topics(drawn.dtm, 4, STM(prevalence="~ treatment", init=init), random_state=3)
    assert model.trace["value"].max() == pytest.approx(fitted.trace["value"].max(), rel=0.02)
    again = fit_topics(drawn.dtm, 4, STM(prevalence="~ treatment", init=init), random_state=3)
    assert again.fingerprint == model.fingerprint


def test_a_fit_goes_on_from_given_topics(drawn, fitted):
    method = STM(prevalence="~ treatment", init=fitted.topic_term)
    model = fit_topics(drawn.dtm, 4, method)
    assert model.trace["value"].iloc[0] > fitted.trace["value"].iloc[0]
    assert model.method.init.startswith("given ")
    with pytest.raises(ArgumentError, match="the topics that this method started from are not stored with it"):
        fit_topics(drawn.dtm, 4, model.method)
    with pytest.raises(ArgumentError, match=r"init must have the shape \(topics, terms\) \(5, 200\), got \(4, 200\)"):
        fit_topics(drawn.dtm, 5, method)


def test_blocks_reach_the_same_place_in_fewer_passes(drawn, fitted):
    model = fit_topics(drawn.dtm, 4, STM(prevalence="~ treatment", n_blocks=4))
    assert len(model.trace) < len(fitted.trace)
    assert model.trace["value"].max() == pytest.approx(fitted.trace["value"].max(), rel=1e-3)
    np.testing.assert_allclose(model.doc_topic, fitted.doc_topic, atol=0.1)


def test_sigma_prior_one_leaves_no_correlation(drawn):
    model = fit_topics(drawn.dtm, 4, STM(sigma_prior=1.0))
    # the reference topic changes with the order of topics: back to the covariances of the fit they are none
    sigma = model.parameters["sigma"]
    full = np.zeros((4, 4))
    full[:3, :3] = sigma
    found = []
    for reference in range(4):
        others = [k for k in range(4) if k != reference]
        turn = np.zeros((3, 4))
        for row, k in enumerate(others):
            turn[row, k], turn[row, reference] = 1, -1
        turned = turn @ full @ turn.T
        found.append(np.abs(turned - np.diag(np.diag(turned))).max())
    assert min(found) < 1e-9


# prevalence


def test_ridge_and_pooled_against_their_definitions():
    rng = np.random.default_rng(2)
    x = np.column_stack([np.ones(40), rng.normal([0.0, 2.0, -1.0], size=(40, 3))])
    y = x @ rng.standard_normal((4, 2)) + rng.standard_normal((40, 2))
    free = np.diag([0.0, 1.0, 1.0, 1.0])
    np.testing.assert_allclose(ridge(y, crossed(x), 2.5), np.linalg.solve(x.T @ x + 2.5 * free, x.T @ y), rtol=1e-10)
    np.testing.assert_allclose(ridge(y, crossed(x), 0.0), np.linalg.lstsq(x, y, rcond=None)[0], rtol=1e-10)
    found = pooled(y, crossed(x))
    for column in range(2):
        np.testing.assert_allclose(found[:, column], literal(y[:, column], x, free), rtol=1e-10)


def literal(y, x, free):
    """The loop as it is written down, p x p matrices and all."""
    (d, p), w, tau, a, omega = x.shape, np.zeros(x.shape[1]), 1.0, 1.0, float(x.shape[1])
    while True:
        spread = np.linalg.inv(tau * x.T @ x + omega * free)
        new = tau * spread @ x.T @ y
        b = 0.5 * (((y - x @ new) ** 2).sum() + np.trace(x.T @ x @ spread)) + a
        tau = (1 + d) / 2 / b
        a = 1 / (tau + 1)
        q = 2 * 2 / (omega + 1) + (new[1:] ** 2 + np.diag(spread)[1:]).sum()
        omega = p / q
        if np.abs(new - w).sum() <= 1e-4:
            return new
        w = new


def test_the_group_lasso_against_scikit_learn():
    rng = np.random.default_rng(4)
    x = rng.standard_normal((60, 6))
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    y = x[:, :2] @ rng.standard_normal((2, 3)) + 0.5 * rng.standard_normal((60, 3))
    y -= y.mean(axis=0)
    weights = np.zeros((6, 3))
    kernels.group_lasso(x.T @ x / 60, x.T @ y / 60, 0.2, 1e-12, 10_000, weights)
    peer = MultiTaskLasso(alpha=0.2, fit_intercept=False, tol=1e-12, max_iter=10_000).fit(x, y)
    np.testing.assert_allclose(weights, peer.coef_.T, atol=1e-7)
    assert (weights == 0).all(axis=1).any()


def test_l1_drops_what_explains_nothing_and_keeps_what_does():
    rng = np.random.default_rng(4)
    x = np.column_stack([np.ones(400), rng.standard_normal((400, 8)) * [1, 5, 1, 1, 1, 1, 1, 1]])
    y = 1.0 + 0.3 * x[:, [2]] @ [[1.0, -1.0]] + 0.02 * rng.standard_normal((400, 2))
    found = lasso(y, crossed(x))
    assert np.flatnonzero(np.abs(found).sum(axis=1)).tolist() == [0, 2]
    np.testing.assert_allclose(found[2], [0.3, -0.3], rtol=0.02)
    np.testing.assert_allclose(lasso(y, crossed(x[:, :1])), [y.mean(axis=0)])


@pytest.mark.parametrize("prior", ["ridge", "l1"])
def test_other_priors_come_to_like_topics(prior, drawn, fitted):
    model = fit_topics(drawn.dtm, 4, STM(prevalence="~ treatment", prior=prior))
    np.testing.assert_allclose(model.doc_topic, fitted.doc_topic, atol=0.05)


# starts


def test_cooccurrence_is_its_definition():
    counts = np.random.default_rng(0).poisson(0.7, size=(30, 8))
    counts[3] = [1, 0, 0, 0, 0, 0, 0, 0]  # a document of one token says nothing
    n = counts.sum(axis=1)
    wanted = sum(
        (np.outer(c, c) - np.diag(c)) / (m * (m - 1)) for c, m in zip(counts.astype(float), n, strict=True) if m > 1
    )
    table, kept = cooccurrence(csr_array(counts))
    assert kept.tolist() == list(range(8))
    np.testing.assert_allclose(table, wanted / wanted.sum(axis=1, keepdims=True), rtol=1e-12)


def test_anchors_are_those_of_gram_and_schmidt():
    table = np.random.default_rng(1).dirichlet(np.full(12, 0.2), size=12)
    left, wanted = table.copy(), []
    for _ in range(5):
        place = int((left**2).sum(axis=1).argmax())
        wanted.append(place)
        unit = left[place] / np.linalg.norm(left[place])
        left -= np.outer(left @ unit, unit)
    assert anchors(table, 5).tolist() == wanted


def test_exact_mixtures_are_the_nearest_points():
    table = np.random.default_rng(1).dirichlet(np.full(20, 0.2), size=20)
    found = anchors(table, 4)
    weights = mixtures(table, found, exact=True)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    away = table - weights @ table[found]
    pull = -away @ table[found].T  # gradient of half the squared distance
    # at the minimum over the simplex no vertex lies downhill
    assert (pull.min(axis=1) > (pull * weights).sum(axis=1) - 1e-5).all()


def test_words_that_never_stand_beside_another_get_a_little_probability():
    counts = np.zeros((40, 7), dtype=int)
    counts[:, :6] = np.random.default_rng(3).poisson(1.5, size=(40, 6))
    counts[0] = [0, 0, 0, 0, 0, 0, 1]
    terms = spectral(csr_array(counts), 2, 100)
    np.testing.assert_allclose(terms.sum(axis=0), 1)
    assert (terms[6] > 0).all()
    assert (terms[6] < 0.001).all()
    few = spectral(csr_array(counts), 2, 4)
    assert (few > 0).all()


def test_chunks_cover_all_documents_once():
    for lengths in ([3], [0, 0, 5], list(range(500))):
        parts = chunks(np.concatenate([[0], np.cumsum(lengths)]), 0, len(lengths))
        assert [place for first, last in parts for place in range(first, last)] == list(range(len(lengths)))


def test_a_word_that_no_topic_has_gets_a_floor_once():
    terms = np.array([[[0.5, 0.5], [0.5, 0.5], [0.0, 0.0]]])
    assert floored(terms, np.array([True, True, False])) is terms
    filled = floored(terms, np.array([True, True, True]))
    np.testing.assert_allclose(filled[0, 2], 1e-12)
    np.testing.assert_allclose(filled.sum(axis=1), 1)
    np.testing.assert_allclose(shares(np.zeros((1, 4, 1))), 0.25)


# content


def test_a_path_solves_the_lasso_of_each_word():
    rng = np.random.default_rng(6)
    counts = rng.gamma(1.0, 20.0, size=(3, 5, 4))
    totals = counts.sum(axis=1)
    base = baseline(counts.sum(axis=(0, 2)))
    share = 0.05
    kappa = np.zeros((5, 4 + 3 + 12))
    content_kernels.paths(0, 5, counts, totals, base, True, np.array([1.0, share]), 0.0, 1e-13, 100_000, kappa)
    terms = totals[:, None, :] * np.exp(
        base[None, :, None] + kappa[None, :, :4] + kappa[:, 4:7].T[:, :, None]
        + kappa[:, 7:].reshape(5, 3, 4).transpose(1, 0, 2)
    )  # fmt: skip
    for w in range(5):

        def gradient(mean, w=w):
            away = counts[:, w] - mean
            return np.concatenate([away.sum(axis=0), away.sum(axis=1), away.ravel()])

        largest = np.abs(gradient(totals * np.exp(base[w]))).max()
        slope, inside = gradient(terms[:, w]), kappa[w] != 0
        # Karush-Kuhn-Tucker: the slope is the penalty where a coefficient is, and no more elsewhere
        np.testing.assert_allclose(slope[inside], share * largest * np.sign(kappa[w][inside]), rtol=1e-6)
        assert (np.abs(slope[~inside]) <= share * largest * (1 + 1e-6)).all()


def test_content_topics_are_their_definition():
    rng = np.random.default_rng(0)
    base, kappa = baseline(rng.gamma(2.0, size=6)), rng.standard_normal((6, 2 + 3 + 6))
    found = content_topics(base, kappa, 2, 3)
    logits = base + kappa[:, 1] + kappa[:, 2 + 2] + kappa[:, 5 + 2 * 2 + 1]  # topic 1 in group 2
    np.testing.assert_allclose(found[2, :, 1], np.exp(logits) / np.exp(logits).sum())
    without = coefficients(rng.gamma(1.0, size=(3, 6, 2)), base, interactions=False)
    assert without.shape == (6, 5)
    assert content_topics(base, without, 2, 3).shape == (3, 6, 2)


def test_words_of_groups_are_found():
    docs = pd.DataFrame({"party": np.tile(["甲", "乙"], 300)}, index=[f"d{i}" for i in range(600)])
    drawn = simulate_corpus(600, 120, 3, length=100, docs=docs, content="~ party", content_strength=2.0, random_state=4)
    model = fit_topics(drawn.dtm, 3, STM(content="~ party"))
    found, order = matched(model, drawn.doc_topic)
    assert found.min() > 0.9
    by_group = topics_by_group(model, model.method)
    assert by_group.shape == (2, 120, 3)
    truth = drawn.group_topic_term[:, order]  # groups, topics, terms; 乙 comes before 甲
    frequent = drawn.topic_term[order] > 0.01
    wanted = np.log(truth[0] / truth[1])[frequent]
    ours = np.log(by_group[0].T[frequent] / by_group[1].T[frequent])
    assert np.corrcoef(wanted, ours)[0, 1] > 0.85
    # topic_term is the mean over the groups
    low, high = by_group.min(axis=0).T, by_group.max(axis=0).T
    assert ((model.topic_term > low - 1e-9) & (model.topic_term < high + 1e-9)).all()


# new documents


def test_documents_of_the_fit_are_placed_where_they_were(drawn, fitted):
    again = place_documents(fitted, drawn.dtm)
    np.testing.assert_allclose(again.doc_topic, fitted.doc_topic, atol=0.05)
    np.testing.assert_array_equal(again.topic_term, fitted.topic_term)
    with pytest.raises(ArgumentError, match="model holds placed documents, not those of a fit"):
        place_documents(again, drawn.dtm)


def test_new_documents_follow_their_words_and_their_covariates(drawn, fitted):
    top = fitted.topic_term.argmax(axis=1)
    counts = np.zeros((3, 201), dtype=int)
    counts[0, top[1]] = 30
    counts[1, 200] = 5  # only a word that the model does not know
    counts[2, top[0]] = 1
    docs = pd.DataFrame({"treatment": [0.0, 1.0, np.nan]}, index=["a", "b", "c"])
    dtm = DocumentTermMatrix(counts, [*drawn.dtm.vocabulary.terms, "新词"], docs)
    with pytest.warns(TextkitWarning) as caught:
        placed = place_documents(fitted, dtm)
    assert str(caught[0].message).startswith("14% of the 36 tokens are words that the model does not know")
    assert str(caught[1].message).startswith("2 of 3 documents cannot be placed")
    assert placed.doc_topic[0].argmax() == 1
    assert placed.doc_topic[0, 1] > 0.9
    assert placed.placed.tolist() == [True, False, False]
    assert placed.names == ["a", "b", "c"]
    with pytest.warns(TextkitWarning, match="1 of 3 documents"):
        average = place_documents(fitted, dtm.align(fitted.vocabulary), prior="average")
    assert average.placed.tolist() == [True, False, True]


def test_splines_and_groups_of_new_documents():
    docs = pd.DataFrame(
        {"year": np.tile([2018, 2019, 2020, 2021, np.nan], 40), "party": np.repeat(["甲", "乙"], 100)},
        index=[f"d{i}" for i in range(200)],
    )
    drawn = simulate_corpus(200, 60, 3, length=40, docs=docs)
    with pytest.warns(TextkitWarning, match="40 of 200 documents are left out: prevalence='~ s.year.' has no value"):
        model = fit_topics(drawn.dtm, 3, STM(prevalence="~ s(year)", content="~ party"))
    assert int(np.isnan(model.doc_topic).any(axis=1).sum()) == 40
    with pytest.warns(TextkitWarning, match="40 of 200 documents cannot be placed"):
        again = place_documents(model, drawn.dtm)
    np.testing.assert_allclose(again.doc_topic[model.placed], model.doc_topic[model.placed], atol=0.05)
    strange = drawn.dtm.docs.assign(party="丙")
    with pytest.raises(ArgumentError, match="the fit had no documents of the groups '丙'; it had '乙', '甲'"):
        place_documents(model, DocumentTermMatrix(drawn.dtm.matrix, drawn.dtm.vocabulary, strange))


def test_nothing_to_place(fitted):
    dtm = DocumentTermMatrix([[1]], ["别的"], pd.DataFrame({"treatment": [0]}, index=["a"]))
    with pytest.raises(EmptyError, match="no document of dtm has a word that the model knows"):
        place_documents(fitted, dtm)


def test_the_mean_of_the_covariances_is_nu(drawn, fitted):
    factors = covariance_factors(fitted, drawn.dtm)
    mean = np.einsum("dij,dik->jk", factors, factors) / len(factors)
    np.testing.assert_allclose(mean, fitted.parameters["nu"], rtol=0.1)


# input that is not as it should be


def test_messages(drawn):
    cases = [
        (
            STM(prevalence="~ tretment"),
            UnknownNameError,
            "unknown column (prevalence) 'tretment'; did you mean 'treatment'?",
        ),
        (STM(content="~ party"), UnknownNameError, "unknown column (content) 'party'"),
        (STM(content="~ a + b"), ArgumentError, "must name one column. To cross two"),
        (STM(prevalence="~ 0 + treatment"), ArgumentError, "must keep its intercept"),
    ]
    for method, kind, message in cases:
        with pytest.raises(kind) as caught:
            fit_topics(drawn.dtm, 4, method)
        assert message in str(caught.value)
    with pytest.raises(ArgumentError, match="needs at least 2 topics, got n_topics=1"):
        fit_topics(drawn.dtm, 1, FITTED)


def test_columns_that_follow_from_each_other_are_an_error(drawn):
    docs = drawn.dtm.docs
    dtm = DocumentTermMatrix(drawn.dtm.matrix, drawn.dtm.vocabulary, docs.assign(control=1 - docs["treatment"]))
    with pytest.raises(ArgumentError, match="the effects cannot be told apart, because 'control' follows from"):
        fit_topics(dtm, 4, STM(prevalence="~ treatment + control"))


def test_missing_values_are_an_error_if_asked(drawn):
    docs = drawn.dtm.docs.assign(year=np.where(np.arange(300) < 3, np.nan, 2020.0 + np.arange(300) % 3))
    dtm = DocumentTermMatrix(drawn.dtm.matrix, drawn.dtm.vocabulary, docs)
    with pytest.raises(ArgumentError, match=r"values are missing: 'year' in 3 documents"):
        fit_topics(dtm, 4, STM(prevalence="~ year", missing="error"))
    with pytest.raises(ArgumentError, match=r"content='~ year': 3 documents have no value in 'year'"):
        fit_topics(dtm, 4, STM(content="~ year", missing="error"))
    with pytest.warns(TextkitWarning, match=r"3 of 300 documents are left out: .*'year' in 3 documents"):
        model = fit_topics(dtm, 4, STM(prevalence="~ year"))
    assert (~model.placed).sum() == 3


def test_empty_documents_take_no_part(drawn):
    counts = drawn.dtm.matrix.toarray()[:50]
    counts[7] = 0
    dtm = DocumentTermMatrix(counts, drawn.dtm.vocabulary, drawn.dtm.docs.iloc[:50])
    with pytest.warns(TextkitWarning, match="1 of 50 documents are empty"):
        model = fit_topics(dtm, 2, FITTED)
    assert np.flatnonzero(~model.placed).tolist() == [7]
    assert np.isnan(model.parameters["eta"][7]).all()


def test_too_few_directions_for_anchor_words():
    dtm = DocumentTermMatrix([[1, 1, 0], [1, 0, 1], [2, 2, 0]] * 5, ["a", "b", "c"])
    same = DocumentTermMatrix([[2, 2, 2]] * 6, ["a", "b", "c"])
    with pytest.raises(ArgumentError, match='init="spectral" needs at least n_topics=3 words'):
        spectral(DocumentTermMatrix([[1, 1, 0]] * 4, ["a", "b", "c"]).matrix, 3, 10)
    assert fit_topics(dtm, 2, STM()).n_topics == 2
    with pytest.warns(TextkitWarning):
        assert fit_topics(same, 2, STM(init="random", max_iter=3)).n_topics == 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"init": "spektral"}, "unknown init 'spektral'; did you mean 'spectral'?"),
        ({"init": [[1.0, -1.0]]}, "init must be an array of topics by terms that holds probabilities of at least 0."),
        ({"init": 3j}, "init must be one of"),
        ({"prior": "lasso"}, "unknown prior 'lasso'"),
        ({"prevalence": 3}, 'prevalence must be a formula such as "~ party", got 3.'),
        ({"n_blocks": 0}, "n_blocks must be a whole number of at least 1, got 0."),
        ({"missing": "keep"}, "unknown missing 'keep'"),
    ],
)
def test_settings_are_checked(settings, message):
    with pytest.raises(ArgumentError) as caught:
        STM(**settings)
    assert message in str(caught.value)


def test_none_means_no_covariates():
    assert STM(prevalence=None, content=None) == STM()
    assert STM().prevalence == "~ 1"


def test_words_of_topics_of_groups_and_of_both(drawn, fitted):
    docs = pd.DataFrame({"party": np.tile(["甲", "乙"], 100)}, index=[f"d{i}" for i in range(200)])
    counts = np.random.default_rng(1).poisson(1.0, size=(200, 12))
    counts[:, 0] += np.tile([0, 6], 100)  # w00 belongs to 乙 whatever the topic
    counts[:100, 1] += 6  # w01 to a topic whatever the group
    counts[:100, 2] += np.tile([6, 0], 50)  # w02 to that topic as 甲 has it
    dtm = DocumentTermMatrix(counts, [f"w{i:02}" for i in range(12)], docs)
    model = fit_topics(dtm, 2, STM(content="~ party"))
    table = topic_content_terms(model, 2)
    assert list(table.columns) == COLUMNS
    about = int(model.topic_term[:, 1].argmax()) + 1
    first = table[table["rank"] == 1]
    assert first[(first["part"] == "topic") & (first["topic"] == about)]["term"].tolist() == ["w01"]
    both = first[(first["part"] == "interaction") & (first["topic"] == about) & (first["group"] == "甲")]
    assert both["term"].tolist() == ["w02"]
    # more of 乙 or less of 甲: the penalty takes what is cheaper; groups stand in code-point order
    assert model.parameters["kappa"][0, 2] - model.parameters["kappa"][0, 3] > 0.5
    assert table["kappa"].min() > 1e-3
    assert (table.groupby(["part", "topic", "group"], dropna=False)["kappa"].diff().dropna() <= 0).all()
    assert table["count"].tolist() == [dtm.term_counts[dtm.vocabulary.ids([term])[0]] for term in table["term"]]
    with pytest.raises(ArgumentError, match="model was fitted without content"):
        topic_content_terms(fitted)
