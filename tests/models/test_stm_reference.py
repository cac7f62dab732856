"""STM against R stm 1.3.7 and against worked examples."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from textkit.kernels import stm as kernels
from textkit.kernels import stm_content as content_kernels
from textkit.matrix import DocumentTermMatrix
from textkit.models.stm import STM
from textkit.models.stm_em import Climb, documents, expectation, shares, softmax
from textkit.models.stm_prevalence import crossed, pooled
from textkit.models.stm_start import anchors, cooccurrence, spectral
from textkit.models.topics import fit_topics

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def examples(shared):
    found = json.loads((shared / "data/worked_examples.json").read_text(encoding="utf-8"))
    items = found if isinstance(found, list) else found["examples"]
    return {item["id"]: item for item in items}


class Reference:
    """Counts, covariates and results of one run of R."""

    def __init__(self, shared, corpus, run):
        folder = shared / "data/reference"
        self.stm = folder / "stm"
        self.run = run
        cells = pd.read_csv(folder / f"inputs/{corpus}_triplets.csv.gz")
        places = (cells["doc_id"].to_numpy() - 1, cells["feature_id"].to_numpy() - 1)
        self.counts = csr_array((cells["count"].to_numpy(), places))
        vocabulary = pd.read_csv(folder / f"inputs/{corpus}_vocab.csv.gz", keep_default_na=False)
        meta = pd.read_csv(folder / f"inputs/{corpus}_meta.csv.gz")
        self.dtm = DocumentTermMatrix(self.counts, vocabulary["feature"].tolist(), meta)

    def table(self, name):
        path = self.stm / f"{self.run}_{name}.csv"
        return pd.read_csv(path if path.exists() else path.with_name(path.name + ".gz"))

    def topics(self, name):
        return np.exp(self.table(name).filter(like="topic").to_numpy())

    @property
    def x(self):
        return self.table("X").iloc[:, 1:].to_numpy(float)


@pytest.fixture(scope="module")
def gadarian(shared):
    return Reference(shared, "gadarian", "gadarian_K3")


def climb(reference, passes, x, regress):
    start = np.ascontiguousarray(reference.topics("init_logbeta")[None])
    states = []
    for state in Climb(documents(reference.counts), x, regress, lambda c: (shares(c), np.empty((0, 0))), start):
        states.append(state)
        if len(states) == passes:
            return states
    raise AssertionError


def test_the_path_of_gadarian(gadarian):
    prepared = crossed(gadarian.x)
    states = climb(gadarian, 53, gadarian.x, lambda y: pooled(y, prepared))
    bound = np.array([state.bound for state in states])
    np.testing.assert_allclose(bound, gadarian.table("bound")["bound"], rtol=2e-6)
    last = states[-1]
    np.testing.assert_allclose(last.terms[0], gadarian.topics("logbeta"), atol=2e-5)
    np.testing.assert_allclose(softmax(last.eta), gadarian.table("theta").iloc[:, 1:], atol=1e-3)
    np.testing.assert_allclose(last.sigma, gadarian.table("sigma"), atol=5e-4)
    np.testing.assert_allclose(last.gamma, gadarian.table("gamma"), atol=5e-3)


def test_the_path_of_gadarian_without_covariates(shared, gadarian):
    other = Reference(shared, "gadarian", "gadarian_K3_ctm_noprevalence")
    ones = np.ones((len(gadarian.dtm), 1))
    states = climb(gadarian, 33, ones, lambda y: y.mean(axis=0, keepdims=True))
    bound = np.array([state.bound for state in states])
    np.testing.assert_allclose(bound, other.table("bound")["bound"], rtol=2e-6)
    np.testing.assert_allclose(states[-1].terms[0], other.topics("logbeta"), atol=2e-5)


def test_one_pass_of_gadarian(shared, gadarian):
    other = Reference(shared, "gadarian", "gadarian_K3_1iter")
    prepared = crossed(gadarian.x)
    (state,) = climb(gadarian, 1, gadarian.x, lambda y: pooled(y, prepared))
    assert state.bound == pytest.approx(other.table("bound")["bound"][0], rel=1e-6)
    np.testing.assert_allclose(state.terms[0], other.topics("logbeta"), atol=2e-5)
    np.testing.assert_allclose(softmax(state.eta), other.table("theta").iloc[:, 1:], atol=1e-3)


def test_the_formula_gives_the_columns_of_r_and_the_fit_its_topics(gadarian):
    start = gadarian.topics("init_logbeta").T
    model = fit_topics(gadarian.dtm, 3, STM(prevalence="~ treatment + s(pid_rep)", init=start))
    theirs = gadarian.topics("logbeta").T
    order = np.argsort(-gadarian.table("theta").iloc[:, 1:].mean().to_numpy())
    np.testing.assert_allclose(model.topic_term, theirs[order], atol=5e-4)
    assert model.trace["value"].iloc[-1] >= gadarian.table("bound")["bound"].iloc[-1] * (1 + 2e-6)


@pytest.mark.slow
def test_the_bound_of_poliblog_is_reached(shared):
    reference = Reference(shared, "poliblog5k", "poliblog5k_K20")
    info = json.loads((reference.stm / "poliblog5k_K20_info.json").read_text())
    start = reference.topics("init_logbeta").T
    np.testing.assert_allclose(spectral(reference.counts, 20, 10_000).T, start, atol=1e-9)
    model = fit_topics(reference.dtm, 20, STM(prevalence="~ rating + s(day)", init=start))
    assert model.trace["value"].max() >= info["final_bound"] - 1e-6 * abs(info["final_bound"])
    ours, theirs = model.trace["value"].to_numpy(), reference.table("bound")["bound"].to_numpy()
    np.testing.assert_allclose(ours[: len(theirs)], theirs, rtol=1e-4)


def test_one_document(examples):  # STM-01
    example = examples["STM-01"]
    given, wanted = example["inputs"], example["expected"]
    by_topic = np.array(given["beta_for_document_words"])
    counts, mu, sigma = (np.array(given[name]) for name in ("counts", "mu", "Sigma"))
    eta = np.array(given["eval_point"])
    e, r, pull, t, g, h = np.empty(3), np.empty(4), np.empty(2), np.empty(3), np.empty(2), np.zeros((2, 2))
    precision = np.linalg.inv(sigma)
    rows = np.ascontiguousarray(by_topic.T)
    f, s = kernels.values(eta, mu, precision, by_topic, counts, e, r, pull)
    kernels.slope(rows, counts, e, r, s, pull, t, g)
    kernels.curvature(rows, counts, e, r, s, t, precision, h)
    point = wanted["at_point"]
    # exp(eta) was divided by exp(max(eta, 0)) throughout, which leaves f as it is
    assert f == pytest.approx(point["objective"], rel=1e-9)
    np.testing.assert_allclose(g, point["gradient"], rtol=1e-6)
    np.testing.assert_allclose(np.tril(h), np.tril(point["hessian"]), rtol=1e-6)
    np.testing.assert_allclose(e / s, point["theta"], rtol=1e-6)

    docs = documents(csr_array(counts[None].astype(int)))
    place = np.zeros((1, 2))
    found = expectation(docs, rows[None], mu[None], sigma, place, 1e-9, 100)
    best = wanted["optimum"]
    np.testing.assert_allclose(place[0], best["eta"], rtol=1e-6)
    np.testing.assert_allclose(softmax(place)[0], best["theta"], rtol=1e-6)
    np.testing.assert_allclose(found.spread, best["nu"], rtol=1e-6)
    np.testing.assert_allclose(found.expected[0].T, best["phi_expected_counts"], rtol=1e-6)
    assert found.bound[0] == pytest.approx(best["bound"], rel=1e-9)


def test_anchor_words(examples):  # STM-03
    example = examples["STM-03"]
    counts, wanted = csr_array(np.array(example["inputs"]["counts"])), example["expected"]
    table, kept = cooccurrence(counts)
    assert len(kept) == 12
    np.testing.assert_allclose(table[0], wanted["gram_rownormalised_row0"], rtol=1e-9)
    assert anchors(table, 3).tolist() == wanted["anchors_zero_based"]
    np.testing.assert_allclose(spectral(counts, 3, 100).T, wanted["beta_init"], rtol=1e-5, atol=1e-6)


def test_ten_passes_from_anchor_words(examples):  # STM-04
    example = examples["STM-04"]
    counts, wanted = csr_array(np.array(example["inputs"]["counts"])), example["expected"]
    start = np.ascontiguousarray(spectral(counts, 3, 100)[None])
    ones = np.ones((counts.shape[0], 1))
    rise = Climb(
        documents(counts), ones, lambda y: y.mean(axis=0, keepdims=True), lambda c: (shares(c), np.empty((0, 0))), start
    )
    states = [state for state, _ in zip(rise, range(10), strict=False)]
    np.testing.assert_allclose([state.bound for state in states], wanted["bounds"], rtol=1e-4)
    last = states[-1]
    np.testing.assert_allclose(softmax(last.eta), wanted["theta"], rtol=1e-4, atol=2e-4)
    np.testing.assert_allclose(last.terms[0].T, wanted["beta"], rtol=1e-4, atol=2e-4)
    np.testing.assert_allclose(last.sigma, wanted["sigma"], rtol=1e-3)
    np.testing.assert_allclose(last.gamma[0], wanted["mu"], rtol=1e-3)


def test_the_pooled_regression(examples):  # STM-06
    given, wanted = examples["STM-06"]["inputs"], examples["STM-06"]["expected"]
    found = pooled(np.array(given["y"])[:, None], crossed(np.array(given["X"])))
    np.testing.assert_allclose(found[:, 0], wanted["coefficients"], rtol=1e-6)


@pytest.mark.parametrize("share", ["0.5", "0.1", "0.01"])
def test_the_lasso_of_one_word(examples, share):  # STM-07
    given, wanted = examples["STM-07"]["inputs"], examples["STM-07"]["expected"][f"lambda_{share}_lmax"]
    counts = np.array(given["expected_counts"]).reshape(2, 1, 2)
    totals = np.array(given["row_totals"]).reshape(2, 2)
    kappa = np.zeros((1, 8))
    penalties = np.array([1.0, float(share)])
    content_kernels.paths(0, 1, counts, totals, np.array([given["m_w"]]), True, penalties, 0.0, 1e-12, 100_000, kappa)
    fitted = np.array(given["row_totals"]) * np.exp(given["m_w"] + np.array(given["design"]) @ kappa[0])
    np.testing.assert_allclose(fitted, wanted["fitted"], rtol=1e-5)
    if "kappa" in wanted:
        np.testing.assert_allclose(kappa[0], wanted["kappa"], rtol=1e-5, atol=1e-6)
