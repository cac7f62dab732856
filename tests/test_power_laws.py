"""Power laws: worked examples, scipy's optimisers, finite differences, recovery of what was put in, and the edges."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize
from scipy.special import comb, zeta

from textkit.measures import power_laws
from textkit.measures.power_laws import (
    chance_of_meeting,
    draw_power_law,
    exponent_of,
    heaps_nls,
    heaps_ols,
    log_log_line,
    mandelbrot_gradient,
    power_law_tail,
    power_law_tail_p,
    zipf_mandelbrot_ml,
    zipf_ml,
)

RANKS = [1000, 500, 333, 250, 200, 167, 143, 125, 111, 100, 91, 83, 77, 71, 67, 63, 59, 56, 53, 50]
falling = st.lists(st.integers(1, 200), min_size=3, max_size=30).map(lambda f: sorted(f, reverse=True))


def _log_likelihood(f: np.ndarray, s: float, q: float = 0.0) -> float:
    logs = np.log(np.arange(1, len(f) + 1) + q)
    return float(-s * (f * logs).sum() - f.sum() * np.log(np.exp(-s * logs).sum()))


class TestZipf:
    def test_worked_example(self) -> None:
        fit, line = zipf_ml(RANKS), log_log_line(np.arange(1, 21), RANKS)
        assert fit.exponent == pytest.approx(0.999354986283, rel=1e-6)
        assert fit.log_likelihood == pytest.approx(-9100.56664014, rel=1e-9)
        assert tuple(line) == pytest.approx((-0.998526913388, 6.90583029813), rel=1e-9)

    @pytest.mark.shared
    def test_all_in_the_collection(self, shared: Path) -> None:
        examples = json.loads((shared / "data" / "worked_examples.json").read_text(encoding="utf-8"))["examples"]
        for example in examples:
            inputs, wanted = example["inputs"], example["expected"]
            close = {"rel": 1e-5, "abs": 1e-7}
            if example["family"] == "Zipf" and "frequencies_by_rank" in inputs:
                f = inputs["frequencies_by_rank"]
                fit, line = zipf_ml(f), log_log_line(np.arange(1, len(f) + 1), f)
                found = (line.slope, line.intercept, fit.exponent, fit.log_likelihood)
                names = ("ols_slope", "ols_intercept", "mle_exponent", "mle_loglik")
                assert found == pytest.approx([wanted[name] for name in names], **close)
            if example["family"] == "Heaps":
                nls, ols = heaps_nls(inputs["N"], inputs["V"]), heaps_ols(inputs["N"], inputs["V"])
                names = ("nls_K", "nls_beta", "ols_K", "ols_beta")
                assert [*nls, *ols] == pytest.approx([wanted[name] for name in names], **close)

    @given(falling)
    def test_no_other_exponent_is_likelier(self, f: list[int]) -> None:
        x, fit = np.array(f, dtype=float), zipf_ml(f)
        best = optimize.minimize_scalar(lambda s: -_log_likelihood(x, s), bounds=(-1, 20), method="bounded")
        assert fit.log_likelihood == pytest.approx(_log_likelihood(x, fit.exponent))
        assert fit.log_likelihood >= -best.fun - 1e-6
        assert fit.exponent >= -1e-9  # frequencies that fall
        # the score is zero, and the curvature gives the standard error
        h = 1e-4
        around = [_log_likelihood(x, fit.exponent + k * h) for k in (-1, 0, 1)]
        assert (around[2] - around[0]) / (2 * h) == pytest.approx(0, abs=1e-4 * x.sum())
        assert (2 * around[1] - around[0] - around[2]) / h**2 == pytest.approx(fit.se**-2, rel=1e-3, abs=1e-3)

    def test_recovers_what_was_put_in(self) -> None:
        p = np.arange(1, 2001.0) ** -1.2
        f = np.random.default_rng(0).multinomial(200_000, p / p.sum())  # true ranks, as after a split
        fit = zipf_ml(f)
        assert abs(fit.exponent - 1.2) < 3 * fit.se and fit.se < 0.005

    def test_flat_and_degenerate(self) -> None:
        assert zipf_ml([4, 4, 4]).exponent == pytest.approx(0, abs=1e-9)
        for nothing in ([], [5], [0, 0], [9, 0, 0]):
            assert np.isnan(zipf_ml(nothing).exponent)
        assert zipf_ml([1, 2, 4]).exponent < 0  # ranks from elsewhere can be wrong

    def test_the_exponent_of_a_mean(self) -> None:
        f = np.array(RANKS, dtype=float)
        mean = (f * np.log(np.arange(1, 21))).sum() / f.sum()
        assert exponent_of(20, mean) == pytest.approx(zipf_ml(f).exponent, rel=1e-12)
        assert np.isnan(exponent_of(20, 99.0))


class TestMandelbrot:
    @given(falling, st.floats(0.2, 3), st.floats(-0.5, 20))
    def test_gradient_by_finite_differences(self, f: list[int], s: float, q: float) -> None:
        x, h = np.array(f, dtype=float), 1e-5
        gradient, information = mandelbrot_gradient(x, s, q)
        by_s = (_log_likelihood(x, s + h, q) - _log_likelihood(x, s - h, q)) / (2 * h)
        by_q = (_log_likelihood(x, s, q + h) - _log_likelihood(x, s, q - h)) / (2 * h)
        np.testing.assert_allclose(gradient, [by_s, by_q], rtol=1e-6, atol=1e-6 * x.sum())
        columns = [
            (mandelbrot_gradient(x, s + h, q)[0] - mandelbrot_gradient(x, s - h, q)[0]) / (2 * h),
            (mandelbrot_gradient(x, s, q + h)[0] - mandelbrot_gradient(x, s, q - h)[0]) / (2 * h),
        ]
        np.testing.assert_allclose(information, -np.array(columns), rtol=1e-5, atol=1e-5 * x.sum())

    def test_recovers_what_was_put_in(self) -> None:
        p = (np.arange(1, 5001.0) + 2.7) ** -1.1
        f = np.random.default_rng(1).multinomial(500_000, p / p.sum())
        fit = zipf_mandelbrot_ml(f)
        assert abs(fit.exponent - 1.1) < 3 * fit.se_exponent and abs(fit.shift - 2.7) < 3 * fit.se_shift
        assert np.abs(mandelbrot_gradient(f, fit.exponent, fit.shift)[0]).max() < 1e-4
        assert fit.log_likelihood > zipf_ml(f).log_likelihood

    def test_against_a_general_optimiser(self) -> None:
        f = np.array([90, 80, 60, 41, 33, 20, 15, 11, 8, 7, 5, 4, 3, 3, 2, 2, 1, 1, 1, 1], dtype=float)
        fit = zipf_mandelbrot_ml(f)
        start = [fit.exponent * 0.9, fit.shift * 0.9]
        settings = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 20_000}
        found = optimize.minimize(lambda x: -_log_likelihood(f, *x), start, method="Nelder-Mead", options=settings)
        assert fit.log_likelihood >= -found.fun - 1e-7

    def test_no_maximum(self) -> None:
        assert np.isnan(zipf_mandelbrot_ml([8, 8, 8, 8]).exponent)
        assert np.isnan(zipf_mandelbrot_ml([9, 1]).exponent)
        assert np.isnan(zipf_mandelbrot_ml(2.0 ** -np.arange(12) * 4096).exponent)  # exponential: q without bound


class TestTail:
    def test_recovers_what_was_put_in(self) -> None:
        rng = np.random.default_rng(3)
        x = draw_power_law(2.3, 4, 20_000, rng)
        fit = power_law_tail(np.concatenate((x, rng.integers(1, 4, 3_000))))
        assert abs(fit.exponent - 2.3) < 3.5 * fit.se
        assert 4 <= fit.minimum <= 12

    def test_samples_follow_the_law(self) -> None:
        x = draw_power_law(2.0, 2, 50_000, np.random.default_rng(5))
        assert x.min() == 2 and (x == np.floor(x)).all()
        for value in (2, 3, 5, 20):
            share = zeta(2.0, value) / zeta(2.0, 2)
            assert (x >= value).mean() == pytest.approx(share, abs=4 * np.sqrt(share / 50_000) + 1e-4)

    def test_fit_at_its_minimum_by_a_general_optimiser(self) -> None:
        x = draw_power_law(2.5, 1, 2_000, np.random.default_rng(6))
        fit = power_law_tail(x)
        tail = x[x >= fit.minimum]
        assert fit.n == len(tail)
        best = optimize.minimize_scalar(
            lambda a: len(tail) * np.log(zeta(a, fit.minimum)) + a * np.log(tail).sum(),
            bounds=(1.01, 8),
            method="bounded",
        )
        assert fit.exponent == pytest.approx(best.x, abs=1e-4)
        seen = np.sort(tail)
        grid = np.arange(fit.minimum, seen[-1] + 1)
        law = 1 - zeta(fit.exponent, grid + 1) / zeta(fit.exponent, fit.minimum)
        gap = np.abs(np.searchsorted(seen, grid, side="right") / len(seen) - law)
        assert fit.distance == pytest.approx(gap.max(), abs=1e-9)

    def test_p(self) -> None:
        rng = np.random.default_rng(7)
        good = draw_power_law(2.2, 1, 800, rng)
        assert power_law_tail_p(good, power_law_tail(good), 30, rng) > 0.1
        bad = rng.poisson(30, 3_000) + 1
        fit = power_law_tail(bad)._replace(minimum=20.0, n=int((bad >= 20).sum()), distance=0.3)
        assert power_law_tail_p(bad, fit, 20, rng) == 0.0

    def test_too_few_values(self) -> None:
        fit = power_law_tail([1, 1, 2])
        assert np.isnan(fit.exponent) and fit.n == 0
        assert np.isnan(power_law_tail_p(np.array([1, 2]), fit, 5, np.random.default_rng(0)))


class TestHeaps:
    def test_worked_example(self) -> None:
        n = [100.0, 200, 500, 1000, 2000, 5000, 10000]
        v = [68.0, 112, 213, 345, 560, 1060, 1720]
        assert tuple(heaps_nls(n, v)) == pytest.approx((2.78226378819, 0.697778317125), rel=1e-6)
        assert tuple(heaps_ols(n, v)) == pytest.approx((2.72863731961, 0.700253679536), rel=1e-9)

    @given(st.lists(st.integers(1, 300), min_size=3, max_size=12, unique=True), st.data())
    def test_against_scipy(self, lengths: list[int], data: st.DataObject) -> None:
        n = np.array(sorted(lengths), dtype=float)
        beta, k = data.draw(st.floats(0.2, 1)), data.draw(st.floats(0.5, 5))
        noise = np.array(data.draw(st.lists(st.floats(-0.1, 0.1), min_size=len(n), max_size=len(n))))
        v = k * n**beta * (1 + noise)
        fit = heaps_nls(n, v)

        def error(x: np.ndarray) -> np.ndarray:
            return np.asarray(x[0] * n ** x[1] - v)

        found = optimize.least_squares(error, [k, beta], xtol=1e-14, ftol=1e-14)
        assert (error(np.array(fit)) ** 2).sum() <= (found.fun**2).sum() * (1 + 1e-6) + 1e-9

    def test_exact(self) -> None:
        assert tuple(heaps_nls([10, 1000, 100_000], [7, 7 * 10, 7 * 100])) == pytest.approx((7 / np.sqrt(10), 0.5))

    def test_too_few_points(self) -> None:
        assert np.isnan(heaps_nls([5], [3])).all() and np.isnan(heaps_nls([], [])).all()
        assert np.isnan(heaps_ols([5, 5], [3, 3])).all()

    @given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 12))
    def test_chance_of_meeting(self, c: int, length: int, m: int) -> None:
        c, m = min(c, length), min(m, length)
        wanted = 1 - comb(length - c, m) / comb(length, m)
        assert float(chance_of_meeting(c, length, m)) == pytest.approx(wanted, abs=1e-12)


def test_bins_keep_all_ranks() -> None:
    f = np.arange(50_000, 0, -1.0)
    rank, width, binned = power_laws._binned(f)
    assert width.sum() == len(f) and binned.sum() == f.sum() and (np.diff(rank) > 0).all()
    assert (rank * width).sum() == pytest.approx(len(f) * (len(f) + 1) / 2)
