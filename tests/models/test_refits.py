"""Refits: which documents and settings they have, what they do to intervals, and what is said when they cannot be."""

from __future__ import annotations

import dataclasses
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import nnls

from textkit.errors import ArgumentError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.models import topic_runs
from textkit.models.effects import NOTE, REFIT_NOTE, estimate_effect
from textkit.models.effects_regression import _aligned, _draws, compose
from textkit.models.gibbs import GibbsLDA
from textkit.models.heldout import fold_in
from textkit.models.keyatm import KeyATM
from textkit.models.lda import LDA
from textkit.models.nmf import NMF
from textkit.models.refits import refit_topics
from textkit.models.simulation import simulate_corpus
from textkit.models.stm import STM
from textkit.models.stm_em import softmax
from textkit.models.stm_place import place_documents
from textkit.models.topic_runs import Job, child_seeds, drawn_rows, resampled, run_jobs
from textkit.models.topic_stability import matched, similarities, topic_stability
from textkit.models.topics import TopicModel, fit_topics


@pytest.fixture(scope="module")
def drawn():
    return simulate_corpus(200, 120, 3, length=50, random_state=2)


@pytest.fixture(scope="module")
def dtm(drawn):
    docs = drawn.dtm.docs.assign(
        level=np.where(np.arange(200) % 5 == 0, "city", "town"),
        author=[f"a{i // 4}" for i in range(200)],
        year=2010 + np.arange(200) % 9,
    )
    counts = drawn.dtm.matrix.toarray()
    counts[7] = 0  # an empty document
    return DocumentTermMatrix(counts, drawn.dtm.vocabulary, docs)


@pytest.fixture(scope="module")
def model(dtm):
    return quiet(fit_topics, dtm, 3, STM(prevalence="~ treatment + level"))


def quiet(function, *arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        return function(*arguments, **options)


def test_each_refit_has_the_settings_of_the_model_and_all_its_documents(dtm, model):
    refits = refit_topics(model, dtm, 3, n_jobs=1)
    for seed, refit in zip(child_seeds(0, 3), refits, strict=True):
        assert refit.method == dataclasses.replace(model.method, random_state=seed)
        assert refit.names == dtm.names
        assert np.flatnonzero(~refit.placed).tolist() == [7]
        assert refit.source == dtm.fingerprint
        # by another route: draw, fit, place
        kept = dtm[np.flatnonzero(model.placed)]
        again = quiet(fit_topics, resampled(kept, seed), 3, STM(prevalence="~ treatment + level"), random_state=seed)
        np.testing.assert_array_equal(refit.topic_term, again.topic_term)
        placed = quiet(place_documents, again, dtm)
        np.testing.assert_array_equal(refit.doc_topic, placed.doc_topic)
    assert len({refit.fingerprint for refit in refits}) == 3
    # the first refits of a larger number are the same; another seed gives others
    more = refit_topics(model, dtm, 4, n_jobs=1)
    assert [refit.fingerprint for refit in more[:3]] == [refit.fingerprint for refit in refits]
    other = refit_topics(model, dtm, 1, n_jobs=1, random_state=1)
    assert other[0].fingerprint not in {refit.fingerprint for refit in more}


def test_a_warm_start_begins_at_the_topics_of_the_model(dtm, model):
    (refit,) = refit_topics(model, dtm, 1, start="warm", n_jobs=1)
    seed = child_seeds(0, 1)[0]
    kept = dtm[np.flatnonzero(model.placed)]
    method = STM(prevalence="~ treatment + level", init=model.topic_term)
    again = quiet(fit_topics, resampled(kept, seed), 3, method, random_state=seed)
    np.testing.assert_array_equal(refit.topic_term, again.topic_term)
    assert refit.method.init == again.method.init
    assert refit.method.init.startswith("given ")
    # a model that was itself started from an array can be refitted warm, but not fresh
    given = quiet(fit_topics, dtm, 3, method)
    assert len(refit_topics(given, dtm, 1, start="warm", n_jobs=1)) == 1
    with pytest.raises(ArgumentError) as caught:
        refit_topics(given, dtm, 1)
    assert str(caught.value) == (
        "the model started from topics that are not stored with it, so that no refit can start as it did. Use "
        'start="warm".'
    )


def test_processes_change_nothing(dtm, model):
    one = refit_topics(model, dtm, 2, start="warm", n_jobs=1)
    two = refit_topics(model, dtm, 2, start="warm", n_jobs=2)
    assert [refit.fingerprint for refit in one] == [refit.fingerprint for refit in two]


def test_a_folder_keeps_the_fits(dtm, model, tmp_path, monkeypatch):
    first = refit_topics(model, dtm, 2, folder=tmp_path, n_jobs=1)
    fits = []
    monkeypatch.setattr(topic_runs, "fit_topics", lambda *a, **k: fits.append(1) or fit_topics(*a, **k))
    more = refit_topics(model, dtm, 3, folder=tmp_path, n_jobs=1)
    assert [refit.fingerprint for refit in more[:2]] == [refit.fingerprint for refit in first]
    assert len(fits) == 1
    # a warm start is another fit, though seed and documents are the same
    refit_topics(model, dtm, 1, folder=tmp_path, start="warm", n_jobs=1)
    assert len(fits) == 2


def test_an_interrupted_fit_is_not_kept(dtm, model, tmp_path, monkeypatch):
    # STM hands back its best state so far when it is interrupted; here that happens in the second fit
    calls = []

    def fit(*arguments, **options):
        calls.append(1)
        if len(calls) == 2:
            warnings.warn("interrupted after 3 passes: this is the best model so far.", TextkitWarning, stacklevel=2)
        return fit_topics(*arguments, **options)

    monkeypatch.setattr(topic_runs, "fit_topics", fit)
    with pytest.warns(TextkitWarning, match="^interrupted: 1 of 3 fits are done") as caught:
        refits = refit_topics(model, dtm, 3, folder=tmp_path, n_jobs=1)
    assert len(refits) == 1
    assert caught[0].filename == __file__
    assert len(list(tmp_path.glob("*.json"))) == 1
    assert len(refit_topics(model, dtm, 3, folder=tmp_path, n_jobs=1)) == 3
    assert len(calls) == 4


def test_whole_clusters_are_drawn(dtm):
    rows = drawn_rows(dtm.docs, 5, "author")
    times = pd.Series(rows).value_counts()
    for start in range(0, 200, 4):
        assert len({int(times.get(row, 0)) for row in range(start, start + 4)}) == 1
    assert len(rows) == 200  # fifty clusters of four documents each
    # without clusters: what a generator draws, in order
    plain = np.sort(np.random.default_rng(5).integers(0, 200, 200))
    assert drawn_rows(dtm.docs, 5).tolist() == plain.tolist()
    names = resampled(dtm, 5, "author").names
    assert len(set(names)) == 200
    assert names[:4] == [f"doc{row + 1}" for row in rows[:4]]


def test_draws_have_every_category():
    # of 30 documents two are villages: about one draw in seven has none of them
    rng = np.random.default_rng(3)
    level = np.array(["village"] * 2 + ["town"] * 28)
    dtm = DocumentTermMatrix(rng.poisson(2.0, (30, 12)), [f"w{i}" for i in range(12)], pd.DataFrame({"level": level},
                             index=[f"d{i}" for i in range(30)]))  # fmt: skip
    model = quiet(fit_topics, dtm, 2, STM(prevalence="~ level", max_iter=3))
    refits = quiet(refit_topics, model, dtm, 12, n_jobs=1)
    seeds = [refit.method.random_state for refit in refits]
    assert all((level[drawn_rows(dtm.docs, seed)] == "village").any() for seed in seeds)
    assert seeds != child_seeds(0, 12)
    assert seeds == [s for s in child_seeds(0, 60) if (level[drawn_rows(dtm.docs, s)] == "village").any()][:12]


def test_a_category_that_draws_keep_missing():
    # the documents of a cluster come together or not at all: to have all ten values all ten clusters must be drawn
    rng = np.random.default_rng(3)
    docs = pd.DataFrame({"town": [f"t{i // 3}" for i in range(30)]}, index=[f"d{i}" for i in range(30)])
    dtm = DocumentTermMatrix(rng.poisson(2.0, (30, 12)), [f"w{i}" for i in range(12)], docs)
    model = quiet(fit_topics, dtm, 2, STM(prevalence="~ town", max_iter=3))
    with pytest.raises(ArgumentError) as caught:
        refit_topics(model, dtm, 5, cluster="town")
    assert str(caught.value) == (
        "of 250 draws of the documents only 0 had all categories of the formula, 5 are needed. Merge small ones: "
        "categories with few documents or clusters."
    )


def test_other_methods_are_placed_in_their_own_way(planted):
    dtm = planted.dtm
    for method in (LDA(max_iter=40, tol=0), GibbsLDA(n_iterations=60), NMF()):
        model = fit_topics(dtm, 3, method)
        (refit,) = refit_topics(model, dtm, 1, n_jobs=1)
        if isinstance(method, NMF):
            weighted = NMF()._weighted(dtm).toarray()
            amounts = np.array([nnls(refit.topic_term.T, row)[0] for row in weighted])
            np.testing.assert_allclose(refit.doc_topic, amounts / amounts.sum(axis=1, keepdims=True), atol=2e-3)
        else:
            np.testing.assert_array_equal(refit.doc_topic, fold_in(refit, dtm.matrix))
        # clear topics come back, and so do the shares of the documents
        found = matched(similarities(model.topic_term, refit.topic_term, "cosine"))
        assert found.similarity[found.a, found.b].min() > 0.95
        both = np.corrcoef(model.doc_topic[:, found.a].ravel(), refit.doc_topic[:, found.b].ravel())
        assert both[0, 1] > 0.95


def test_keyatm_is_refitted_with_its_covariates(dtm):
    method = KeyATM(keywords={"a": [dtm.vocabulary[0]]}, covariates="~ level", n_iterations=20)
    model = quiet(fit_topics, dtm, 3, method)
    refits = quiet(refit_topics, model, dtm, 2, n_jobs=1)
    assert all(refit.method.covariates == "~ level" for refit in refits)
    assert quiet(estimate_effect, model, "~ level", uncertainty="refit", refits=refits)["se"].gt(0).all()


def test_seeds_leave_the_documents_as_they_are(dtm):
    model = quiet(fit_topics, dtm, 3, STM(prevalence="~ treatment", init="random"))
    refits = quiet(refit_topics, model, dtm, 2, resample="seeds", n_jobs=1)
    for seed, refit in zip(child_seeds(0, 2), refits, strict=True):
        again = quiet(fit_topics, dtm, 3, STM(prevalence="~ treatment", init="random"), random_state=seed)
        np.testing.assert_array_equal(refit.doc_topic, again.doc_topic)
        np.testing.assert_array_equal(refit.parameters["eta"], again.parameters["eta"])
    stable = topic_stability(refits, reference=model)
    assert stable["n_models"].tolist() == [2, 2, 2]
    with pytest.warns(TextkitWarning, match="^all refits are the same: the method does not depend on chance here."):
        same = fit_topics(simulate_corpus(30, 10, 2, length=20).dtm, 1, "lda")
        refit_topics(same, simulate_corpus(30, 10, 2, length=20).dtm, 2, resample="seeds", n_jobs=1)


def test_effects_over_refits_draw_the_shares_of_stm(dtm, model):
    refits = refit_topics(model, dtm, 3, n_jobs=1)
    table = estimate_effect(model, "~ treatment", uncertainty="refit", refits=refits, random_state=4)
    rng = np.random.default_rng(4)
    keep = np.flatnonzero(model.placed)
    z = np.column_stack([np.ones(len(keep)), model.docs["treatment"].to_numpy()[keep]])
    inverse = np.linalg.inv(z.T @ z)
    estimates, covariances = [], []
    for refit in refits:
        eta, factor = refit.parameters["eta"][keep], np.linalg.cholesky(refit.parameters["nu"])
        theta = softmax(eta + rng.standard_normal(eta.shape) @ factor.T)
        theta = theta[:, matched(similarities(model.topic_term, refit.topic_term, "cosine")).b]
        b = inverse @ z.T @ theta
        estimates.append(b.T)
        covariances.append(((theta - z @ b) ** 2).sum(axis=0)[:, None, None] / (len(keep) - 2) * inverse)
    mean, covariance = compose(np.array(estimates), np.array(covariances), rubin=True)
    np.testing.assert_allclose(table["estimate"], mean.ravel(), rtol=1e-9)
    np.testing.assert_allclose(table["se"], np.sqrt(np.diagonal(covariance, axis1=1, axis2=2)).ravel(), rtol=1e-9)
    assert table.attrs["textkit"]["note"] == REFIT_NOTE
    assert estimate_effect(model, "~ treatment").attrs["textkit"]["note"] == NOTE


def test_refits_without_logits_are_taken_as_they_are(dtm, model):
    plain = TopicModel(model.topic_term, model.doc_topic, model.vocabulary, model.docs, model.term_counts,
                       model.doc_lengths, model.trace)  # fmt: skip
    placed = np.flatnonzero(model.placed)
    for shares in _draws(model, placed, "refit", None, _aligned(model, placed, [plain, plain]), 25, 0):
        np.testing.assert_array_equal(shares, model.doc_topic[placed])


def test_intervals_over_refits_are_nearer_to_the_truth_than_those_of_one_fit():
    # three corpora of four topics: twelve effects; a larger run is described in the help of refit_topics
    away: dict[str, list[np.ndarray]] = {"global": [], "refit": []}
    wider = []
    for seed in range(3):
        made = simulate_corpus(300, 250, 4, length=60, random_state=seed)
        model = fit_topics(made.dtm, 4, STM(prevalence="~ treatment"))
        noise = np.random.default_rng(seed).standard_normal((50_000, 3))
        full = [np.column_stack([made.design[row] @ made.gamma + noise, np.zeros(50_000)]) for row in (0, 1)]
        shares = [(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)).mean(axis=0) for logits in full]
        truth = (shares[1] - shares[0])[matched(similarities(model.topic_term, made.topic_term, "cosine")).b]
        refits = refit_topics(model, made.dtm, 8, n_jobs=1)
        tables = {
            "global": estimate_effect(model, "~ treatment"),
            "refit": estimate_effect(model, "~ treatment", uncertainty="refit", refits=refits),
        }
        effects = {name: table[table["term"] == "treatment"] for name, table in tables.items()}
        for name, table in effects.items():
            away[name].append(((table["estimate"] - truth) / table["se"]).to_numpy())
        wider.append(effects["refit"]["se"].to_numpy() / effects["global"]["se"].to_numpy())
    size = {name: float(np.sqrt((np.concatenate(values) ** 2).mean())) for name, values in away.items()}
    # standard errors from the truth: one in the root mean square would be right
    assert size["refit"] < size["global"]
    assert np.median(np.concatenate(wider)) > 1.1


def test_errors(dtm, model, drawn):
    lda = fit_topics(drawn.dtm, 3, GibbsLDA(n_iterations=20))
    known = TopicModel(lda.topic_term, lda.doc_topic, lda.vocabulary, lda.docs, lda.term_counts, lda.doc_lengths,
                       lda.trace, source=drawn.dtm.fingerprint)  # fmt: skip
    holes = DocumentTermMatrix(drawn.dtm.matrix, drawn.dtm.vocabulary,
                               drawn.dtm.docs.assign(author=["a", None] * 100))  # fmt: skip
    unplaced = fit_topics(holes, 3, GibbsLDA(n_iterations=20))
    cases = [
        (lambda: refit_topics(known, drawn.dtm), ArgumentError,
         "model does not say how it was fitted, so that it cannot be fitted again. Give a model from fit_topics."),
        (lambda: refit_topics(quiet(place_documents, model, dtm), dtm), ArgumentError,
         "model holds placed documents, not those of a fit. Give the model that fit_topics returned."),
        (lambda: refit_topics(model, drawn.dtm), ArgumentError,
         "dtm must be the matrix that the model was fitted with, but its fingerprint is another one."),
        (lambda: refit_topics(model, None), ArgumentError,
         "dtm must be a DocumentTermMatrix, got a NoneType. Give the matrix of the fit."),
        (lambda: refit_topics(model, dtm, 0), ArgumentError, "n must be a whole number of at least 1, got 0."),
        (lambda: refit_topics(model, dtm, resample="words"), UnknownNameError,
         "unknown resample 'words'. Available: 'documents', 'seeds'."),
        (lambda: refit_topics(model, dtm, start="hot"), UnknownNameError,
         "unknown start 'hot'. Available: 'fresh', 'warm'."),
        (lambda: refit_topics(lda, drawn.dtm, start="warm"), ArgumentError,
         ('start="warm" needs a model fitted with STM and resample="documents"; got GibbsLDA and '
          'resample=\'documents\'. Use start="fresh".')),
        (lambda: refit_topics(model, dtm, resample="seeds"), ArgumentError,
         ("resample=\"seeds\" needs a method that depends on a seed, but STM(init='spectral') always starts the same. "
          'Use resample="documents", or a model fitted with STM(init="random").')),
        (lambda: refit_topics(lda, drawn.dtm, resample="seeds", cluster="treatment"), ArgumentError,
         'cluster belongs to resample="documents": with "seeds" no documents are drawn.'),
        (lambda: refit_topics(model, dtm, cluster="place"), UnknownNameError,
         "unknown column (cluster) 'place'. Available: 'doc', 'treatment', 'level', 'author', 'year'."),
        (lambda: refit_topics(unplaced, holes, cluster="author"), ArgumentError,
         "cluster='author': 100 of 200 documents have no value. Fill them in before the fit."),
    ]  # fmt: skip
    for call, kind, message in cases:
        with pytest.raises(kind) as caught:
            call()
        assert str(caught.value) == message
    one = refit_topics(lda, drawn.dtm, 1, n_jobs=1)
    with pytest.raises(ArgumentError) as caught:
        estimate_effect(lda, "~ treatment", uncertainty="refit", refits=one)
    assert str(caught.value) == (
        'uncertainty="refit" needs refits: at least two other fits of the same documents. Make them with '
        "refit_topics(model, dtm)."
    )
    sample = run_jobs(drawn.dtm, [Job(3, 0, 0), Job(3, 1, 1)], GibbsLDA(n_iterations=20), n_jobs=1)
    with pytest.raises(ArgumentError) as caught:
        estimate_effect(lda, "~ treatment", uncertainty="refit", refits=[run.model for run in sample])
    assert str(caught.value) == (
        "refits[0] lacks documents of the model. refit_topics(model, dtm) makes refits that have them all."
    )
