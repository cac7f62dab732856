"""Resampling: against numpy's quantiles, scipy's bootstrap, and by laws."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from textkit.measures import resampling


@given(st.integers(1, 30), st.integers(1, 40), st.integers(1, 50))
def test_every_resample_has_as_many_units_as_the_sample(n: int, replicates: int, block: int) -> None:
    rows = np.vstack(list(resampling.resamples(n, replicates, np.random.default_rng(3), block=block)))
    assert rows.shape == (replicates, n)
    assert (rows.sum(axis=1) == n).all() and (rows >= 0).all()
    whole = np.vstack(list(resampling.resamples(n, replicates, np.random.default_rng(3), block=replicates)))
    np.testing.assert_array_equal(rows, whole)


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 20), st.integers(1, 4)), elements=st.floats(-9, 9)))
def test_percentiles_are_those_of_numpy(values: np.ndarray) -> None:
    low, high = resampling.percentile_interval(values, 0.9)
    np.testing.assert_allclose(low, np.quantile(values, 0.05, axis=0), atol=1e-12)
    np.testing.assert_allclose(high, np.quantile(values, 0.95, axis=0), atol=1e-12)


def test_unknown_replicates_are_left_out() -> None:
    values = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan]])
    low, high = resampling.percentile_interval(values, 0.9)
    np.testing.assert_allclose(low, [1.1, np.nan])
    np.testing.assert_allclose(high, [2.9, np.nan])


def test_infinite_replicates_are_kept_apart_from_unknown_ones() -> None:
    values = np.array([-np.inf, 0.0, 1.0, np.inf, np.nan])
    low, high = resampling.percentile_interval(values, 0.9)
    assert low == -np.inf and high == np.inf


def test_bca_is_that_of_scipy() -> None:
    rng = np.random.default_rng(5)
    sample = rng.lognormal(size=40)
    found = stats.bootstrap((sample,), np.mean, n_resamples=3000, method="BCa", random_state=rng, confidence_level=0.9)
    left_out = (sample.sum() - sample) / 39
    low, high = resampling.bca_interval(found.bootstrap_distribution, sample.mean(), left_out, 0.9)
    np.testing.assert_allclose([low, high], found.confidence_interval, rtol=1e-3)


def test_bca_of_a_constant_does_not_exist() -> None:
    low, high = resampling.bca_interval(np.ones((20, 1)), np.ones(1), np.ones((4, 1)))
    assert np.isnan(low).all() and np.isnan(high).all()


def test_few_units_are_said_in_words() -> None:
    assert resampling.few_units(1, "document").startswith("1 document is too few")  # type: ignore[union-attr]
    assert resampling.few_units(10, "sentence") is None


@given(
    hnp.arrays(np.float64, st.tuples(st.integers(1, 30), st.integers(1, 3)), elements=st.floats(0.1, 100)),
    st.floats(-5, 5),
)
def test_a_shifted_interval_is_the_percentile_interval_around_another_mean(values: np.ndarray, move: float) -> None:
    estimate = values.mean(axis=0) + move
    plain, moved = resampling.percentile_interval(values), resampling.shifted_interval(values, estimate)
    for one, other in zip(plain, moved, strict=True):
        np.testing.assert_allclose(other, one + move, atol=1e-9)
    centre = np.exp(np.log(values).mean(axis=0))
    for one, other in zip(plain, resampling.shifted_interval(values, 2 * centre, log=True), strict=True):
        # between two order statistics the logarithm is not straight: compare where the ends are replicates
        assert ((other > 0) & np.isfinite(one)).all()
    low, high = resampling.shifted_interval(values[:1], 2 * values[0], log=True)
    np.testing.assert_allclose([low, high], [2 * values[0], 2 * values[0]])


def test_a_shifted_interval_leaves_nan_replicates_out() -> None:
    values = np.array([[1.0], [2.0], [np.nan], [3.0]])
    low, high = resampling.shifted_interval(values, [5.0], 0.5)
    assert (low.tolist(), high.tolist()) == ([4.5], [5.5])
    assert np.isnan(resampling.shifted_interval(np.full((3, 1), np.nan), [5.0])).all()
