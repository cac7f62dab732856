"""Formulas about topics."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.spatial.distance import cosine, jensenshannon, pdist, squareform
from scipy.stats import chi2, norm, rankdata

from textkit.measures import topics as formulas

RNG = np.random.default_rng(8)
ROWS = RNG.dirichlet(np.full(12, 0.3), 6)


def test_residual_dispersion_by_hand():
    # q = (1/2, 1/2), m = 4 and 2; every squared residual 4, 4, 0, 0 over m/4 = 1, 1, 1/2, 1/2
    found = formulas.residual_dispersion(csr_array([[4, 0], [1, 1]]), np.ones((2, 1)), np.full((1, 2), 0.5))
    assert found.total == pytest.approx(8.0)
    assert found.df == 4 - 2 - (0 + 1)
    assert found.dispersion == pytest.approx(8.0)
    assert found.p_value == pytest.approx(chi2.sf(8.0, 1))


def test_residual_dispersion_as_taddy_writes_it():
    theta, beta = RNG.dirichlet(np.ones(2), 40), RNG.dirichlet(np.ones(6), 2)
    x = np.stack([RNG.multinomial(50, row @ beta) for row in theta])
    q, m = theta @ beta, x.sum(axis=1, keepdims=True)
    by_hand = ((x**2 - 2 * x * q * m) / (m * q * (1 - q))).sum() + (m * q / (1 - q)).sum()
    found = formulas.residual_dispersion(csr_array(x), theta, beta)
    assert found.total == pytest.approx(by_hand)
    assert found.df == 240 - 6 - (40 + 10)
    # true parameters leave V - 1 free cells a document: the sum is near D V (for each cell has mean square one)
    assert found.total / 240 == pytest.approx(1, abs=0.25)


def test_residual_dispersion_edges():
    certain = formulas.residual_dispersion(csr_array([[3]]), np.ones((1, 1)), np.ones((1, 1)))
    assert (certain.total, np.isnan(certain.dispersion)) == (0.0, True)
    theta = np.array([[1.0], [np.nan]])
    assert formulas.residual_dispersion(csr_array([[1, 1], [5, 0]]), theta, np.full((1, 2), 0.5)).total == 0
    impossible = formulas.residual_dispersion(csr_array([[1, 1]]), np.ones((1, 1)), np.array([[1.0, 0.0]]))
    assert impossible.total == np.inf


@pytest.mark.shared
def test_residual_dispersion_of_r(shared):
    folder = shared / "data/reference"
    cells = pd.read_csv(folder / "inputs/gadarian_triplets.csv.gz")
    x = csr_array((cells["count"], (cells["doc_id"] - 1, cells["feature_id"] - 1)))
    beta = np.exp(pd.read_csv(folder / "stm/gadarian_K3_logbeta.csv.gz").filter(like="topic").to_numpy()).T
    theta = pd.read_csv(folder / "stm/gadarian_K3_theta.csv").filter(like="topic").to_numpy()
    found = formulas.residual_dispersion(x, theta, beta)
    assert found.dispersion == pytest.approx(2.20502706595439, rel=1e-6)
    # as printed by R: covariances of the shares
    table = pd.read_csv(folder / "stm/gadarian_K3_topiccorr_raw.csv").to_numpy()
    np.testing.assert_allclose(formulas.correlations(theta), table, atol=1e-9)


def test_ratio_with_se():
    # r = 4/2 = 2; residuals -1 and 1: se² = 2/1 · 2 / 4 = 1
    found = formulas.ratio_with_se([1.0, 3.0], [1.0, 1.0])
    assert tuple(found) == (2.0, 1.0)
    assert np.isnan(formulas.ratio_with_se([1.0], [1.0]).se)
    assert np.isnan(formulas.ratio_with_se([], []).value)


def test_similarities_by_another_route():
    together = formulas.cosines(ROWS[:3], ROWS)
    assert together[1, 4] == pytest.approx(1 - cosine(ROWS[1], ROWS[4]))
    assert formulas.cosines(np.zeros((1, 12)), ROWS).tolist() == [[0.0] * 6]
    apart = np.linalg.norm(np.sqrt(ROWS[1]) - np.sqrt(ROWS[4])) / np.sqrt(2)
    assert formulas.hellinger_similarity(ROWS, ROWS)[1, 4] == pytest.approx(1 - apart)
    np.testing.assert_array_equal(np.diag(formulas.hellinger_similarity(ROWS, ROWS)), 1)
    square = formulas.jensen_shannon_distances(ROWS)
    assert square[2, 5] == pytest.approx(jensenshannon(ROWS[2], ROWS[5], base=2))
    np.testing.assert_array_equal(square, square.T)


def test_rank_biased_overlap_by_hand():
    # depths 1, 2, 3 have 0, 2, 2 common items: .1/.9 (2/2 .81 + 2/3 .729) + 2/3 .729
    expected = 0.1 / 0.9 * (0.81 + 2 / 3 * 0.729) + 2 / 3 * 0.729
    assert formulas.rank_biased_overlap(np.array([1, 2, 3]), np.array([2, 1, 4])) == pytest.approx(expected)
    assert formulas.rank_biased_overlap(np.array([]), np.array([1])) == 0


@given(st.permutations(range(8)), st.permutations(range(8)))
def test_rank_biased_overlap_is_symmetric_and_bounded(a, b):
    first, second = np.array(a), np.array(b)
    value = formulas.rank_biased_overlap(first, second)
    assert value == formulas.rank_biased_overlap(second, first)
    assert 0 <= value <= 1
    assert formulas.rank_biased_overlap(first, first) == 1


def test_scaling_finds_planar_distances_again():
    places = RNG.normal(size=(7, 2))
    distances = squareform(pdist(places))
    found, kept = formulas.classical_scaling(distances)
    np.testing.assert_allclose(squareform(pdist(found)), distances, atol=1e-9)
    assert kept == pytest.approx(1)
    for column in found.T:
        assert column[np.argmax(np.abs(column))] > 0
    alone, share = formulas.classical_scaling(np.zeros((1, 1)))
    assert alone.tolist() == [[0.0, 0.0]]
    assert np.isnan(share)


@given(st.integers(0, 10_000))
def test_scaling_does_not_depend_on_the_order(seed):
    rng = np.random.default_rng(seed)
    distances = formulas.jensen_shannon_distances(rng.dirichlet(np.full(6, 0.5), 5))
    order = rng.permutation(5)
    found, _ = formulas.classical_scaling(distances)
    moved, _ = formulas.classical_scaling(distances[np.ix_(order, order)])
    np.testing.assert_allclose(moved, found[order], atol=1e-7)


def test_correlations():
    np.testing.assert_allclose(formulas.correlations(ROWS), np.corrcoef(ROWS, rowvar=False), atol=1e-12)
    times = np.array([[2, 0, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]])
    found = formulas.correlations(ROWS, times)
    np.testing.assert_allclose(found[0], np.corrcoef(ROWS[[0, 0, 2, 3, 4, 5]], rowvar=False), atol=1e-12)
    np.testing.assert_allclose(found[1], np.corrcoef(ROWS, rowvar=False), atol=1e-12)
    still = formulas.correlations(np.array([[0.25, 0.1], [0.25, 0.9], [0.25, 0.4]]))
    assert np.isnan(still[0]).all() and still[1, 1] == 1


def test_log_ratios_and_normal_scores():
    ratios = formulas.centred_log_ratios(np.array([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]]))
    np.testing.assert_allclose(ratios.sum(axis=1), 0, atol=1e-12)
    assert ratios[0, 0] - ratios[0, 1] == pytest.approx(np.log(2))
    assert np.isfinite(ratios).all()
    values = np.array([[1.0], [1.0], [5.0], [2.0], [9.0]])
    cut = 1 / (4 * 5**0.25 * np.sqrt(np.pi * np.log(5)))
    expected = norm.ppf(np.clip(rankdata(values[:, 0]) / 6, cut, 1 - cut))
    np.testing.assert_allclose(formulas.normal_scores(values)[:, 0], expected)
