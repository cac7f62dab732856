"""measures: against scipy, by hand, and by laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from textkit import measures
from textkit.errors import ArgumentError, UnknownNameError
from textkit.measures import divergence, document_level, fisher, glm

counts = st.integers(0, 40)


@st.composite
def tables(draw: st.DrawFn, low: int = 0) -> tuple[int, int, int, int]:
    """a, b, c, d with both sizes above zero and the counts inside them."""
    a, b = draw(st.integers(low, 40)), draw(st.integers(low, 40))
    return a, b, a + draw(st.integers(1, 500)), b + draw(st.integers(1, 500))


def _cells(a: int, b: int, c: int, d: int) -> list[list[int]]:
    return [[a, b], [c - a, d - b]]


class TestTwoByTwo:
    @given(tables(low=1))
    def test_g2_and_chi2_are_those_of_scipy(self, abcd: tuple[int, int, int, int]) -> None:
        table = measures.two_by_two(*abcd)
        for yates, name, ours in (
            (False, "log-likelihood", measures.log_likelihood(table)),
            (False, "pearson", measures.chi_squared(table)),
            (True, "pearson", measures.chi_squared(table, yates=True)),
        ):
            theirs = stats.chi2_contingency(_cells(*abcd), correction=yates, lambda_=name)
            assert float(ours) == pytest.approx(theirs.statistic, rel=1e-9, abs=1e-9)
            assert float(measures.chi2_p(ours)) == pytest.approx(theirs.pvalue, rel=1e-9, abs=1e-12)

    @given(tables())
    def test_swapping_the_corpora_changes_signs_only(self, abcd: tuple[int, int, int, int]) -> None:
        a, b, c, d = abcd
        one, other = measures.two_by_two(a, b, c, d), measures.two_by_two(b, a, d, c)
        for statistic in (measures.log_likelihood, measures.chi_squared):
            assert float(statistic(one)) == pytest.approx(float(statistic(other)), rel=1e-12)
        assert measures.association_sign(one) == -measures.association_sign(other)
        assert float(measures.phi(one)) == pytest.approx(-float(measures.phi(other)), rel=1e-12)
        first, second = measures.log_ratio(a, b, c, d), measures.log_ratio(b, a, d, c)
        assert float(first.value) == pytest.approx(-float(second.value), rel=1e-12, abs=1e-12)
        assert float(first.se) == pytest.approx(float(second.se), rel=1e-12)

    @given(tables(low=1), st.integers(2, 50))
    def test_scaling_all_counts_scales_g2_and_leaves_effects(
        self, abcd: tuple[int, int, int, int], factor: int
    ) -> None:
        scaled = tuple(factor * x for x in abcd)
        one, other = measures.two_by_two(*abcd), measures.two_by_two(*scaled)
        assert float(measures.log_likelihood(other)) == pytest.approx(
            factor * float(measures.log_likelihood(one)), rel=1e-9, abs=1e-9
        )
        assert float(measures.log_ratio(*scaled).value) == pytest.approx(float(measures.log_ratio(*abcd).value))
        assert float(measures.pct_diff(*scaled)) == pytest.approx(float(measures.pct_diff(*abcd)))

    def test_equal_rates_give_zero_and_not_less(self) -> None:
        table = measures.two_by_two(10, 30, 1_000_000, 3_000_000)
        assert float(measures.log_likelihood(table)) == 0.0
        assert float(measures.chi_squared(table, yates=True)) == 0.0
        assert float(measures.association_sign(table)) == 0.0

    def test_a_corpus_of_one_word_has_no_difference(self) -> None:
        table = measures.two_by_two(7, 9, 7, 9)
        assert float(measures.log_likelihood(table)) == 0.0
        assert float(measures.chi2_p(measures.chi_squared(table))) == 1.0

    def test_a_small_difference_in_a_huge_corpus_keeps_its_digits(self) -> None:
        # delta = O11 - E11 = 500 of about 5e8: G2 is close to delta^2 sum 1/E
        a, c = 500_000_500, 10**9
        table = measures.two_by_two(a, 1_000_000_000 - 500, c, 2 * 10**9)
        by_chi2 = float(measures.chi_squared(table))
        assert float(measures.log_likelihood(table)) == pytest.approx(by_chi2, rel=1e-5)

    def test_yates_is_capped(self) -> None:
        # |O - E| = 0.25 < 0.5: the uncapped correction would give a positive statistic
        table = measures.two_by_two(1, 2, 9, 27)
        assert 0 < float(measures.chi_squared(table)) < 0.2
        assert float(measures.chi_squared(table, yates=True)) == 0.0

    def test_two_cells_by_hand(self) -> None:
        # a = 3 of 10, b = 1 of 10: E = 2 and 2; 2 (3 ln 1.5 + 1 ln 0.5)
        assert float(measures.log_likelihood_2cell(3, 1, 10, 10)) == pytest.approx(
            2 * (3 * np.log(1.5) + np.log(0.5)), rel=1e-14
        )

    def test_what_does_not_exist_is_not_invented(self) -> None:
        assert float(measures.relative_risk(3, 0, 10, 10)) == np.inf
        assert np.isnan(measures.relative_risk(0, 0, 10, 10))
        assert float(measures.pct_diff(3, 0, 10, 10)) == np.inf
        assert float(measures.odds_ratio(measures.two_by_two(3, 0, 10, 10))) == np.inf
        assert float(measures.haldane_odds_ratio(measures.two_by_two(3, 0, 10, 10))) == pytest.approx(
            (3.5 / 7.5) / (0.5 / 10.5)
        )
        assert np.isnan(measures.ell(1, 1, 100, 100))  # E = 1: the logarithm below the line is 0

    def test_p_values_below_what_a_float_holds(self) -> None:
        assert float(measures.chi2_p(1300.0)) == pytest.approx(stats.chi2.sf(1300.0, 1), rel=1e-10)
        assert float(measures.chi2_p(5000.0)) == 0.0
        assert float(measures.chi2_log10_p(1300.0)) == pytest.approx(stats.chi2.logsf(1300.0, 1) / np.log(10))
        assert float(measures.chi2_log10_p(50_000.0)) == pytest.approx(-50_000 / 2 / np.log(10) - 2.4, abs=0.1)


class TestFisher:
    @given(tables())
    @settings(max_examples=150)
    def test_is_that_of_scipy(self, abcd: tuple[int, int, int, int]) -> None:
        test = measures.fisher_exact(measures.two_by_two(*abcd))
        for name, ours in (("two-sided", test.two_sided), ("greater", test.greater), ("less", test.less)):
            theirs = stats.fisher_exact(_cells(*abcd), alternative=name).pvalue
            assert float(ours[0]) == pytest.approx(theirs, rel=1e-8, abs=1e-14)

    @pytest.mark.parametrize(
        "abcd",
        [(30_000, 29_000, 10**6, 10**6), (25_100, 50_000, 10**6, 2 * 10**6), (50_000, 24_000, 2 * 10**6, 10**6)],
    )
    def test_large_counts_take_the_tails_only(self, abcd: tuple[int, int, int, int]) -> None:
        a, b, c, d = abcd
        test = measures.fisher_exact(measures.two_by_two(*abcd))
        law = stats.hypergeom(c + d, c, a + b)
        assert float(test.greater[0]) == pytest.approx(law.sf(a - 1), rel=1e-5)
        assert float(test.less[0]) == pytest.approx(law.cdf(a), rel=1e-5)
        pmf = law.pmf(np.arange(max(0, a - 4000), a + 4000))
        near = stats.fisher_exact(_cells(*abcd)).pvalue
        assert float(test.two_sided[0]) == pytest.approx(near, rel=1e-5)
        assert pmf.sum() > 0

    def test_both_ways_agree(self) -> None:
        whole = np.array([[9_000, 9_400, 500_000, 480_000], [10_900, 9_000, 700_000, 900_000]])
        small = fisher._fisher_small(whole)
        large = np.array([fisher._fisher_large(cell) for cell in whole])
        np.testing.assert_allclose(small, large, rtol=1e-9)

    def test_logarithm_where_p_is_zero(self) -> None:
        test = measures.fisher_exact(measures.two_by_two([5000, 15_000], [0, 1], [10**6, 10**6], [10**6, 10**6]))
        assert test.two_sided.tolist() == [0.0, 0.0]
        # b = 0 of two equal corpora: p is about 2 * 2^-5000, less a little as draws are without replacement
        assert float(test.log_p[0]) == pytest.approx(-5000 * np.log(2), rel=2e-3)
        assert np.isfinite(test.log_p).all()

    def test_equal_tables_get_equal_answers_and_nan_stays(self) -> None:
        test = measures.fisher_exact(measures.two_by_two([3, np.nan, 3], [1, 1, 1], 10, 10))
        assert test.two_sided[0] == test.two_sided[2]
        assert np.isnan(test.two_sided[1])

    def test_conditional_odds_ratio_at_the_ends(self) -> None:
        table = measures.TwoByTwo(*(np.array(x, dtype=float) for x in ([0, 4, 0], [4, 0, 0], [4, 0, 5], [0, 4, 5])))
        found = measures.conditional_odds_ratio(table)
        assert found[0] == 0.0
        assert found[1] == np.inf
        assert np.isnan(found[2])  # the margins leave a single table


class TestRates:
    @given(st.integers(0, 50), st.integers(1, 50))
    def test_wilson_is_that_of_scipy_and_holds_the_proportion(self, k: int, extra: int) -> None:
        n = k + extra
        low, high = (float(x) for x in measures.wilson_interval(k, n))
        theirs = stats.binomtest(k, n).proportion_ci(method="wilson")
        assert (low, high) == pytest.approx((theirs.low, theirs.high), rel=1e-9, abs=1e-12)
        assert 0 <= low <= k / n <= high <= 1

    def test_wilson_without_tokens_is_nan(self) -> None:
        assert np.isnan(measures.wilson_interval(0, 0)).all()

    def test_log_ratio_marks_zero_counts(self) -> None:
        found = measures.log_ratio([4, 0, 3], [1, 2, 0], 10, 10)
        np.testing.assert_allclose(found.value, [2.0, -2.0, np.log2(6)])
        assert found.zero_adjusted.tolist() == [False, True, True]
        # Katz: 1/4 - 1/10 + 1/1 - 1/10 = 1.05
        assert float(found.se[0]) == pytest.approx(np.sqrt(1.05) / np.log(2))

    def test_prior_of_words_without_background(self) -> None:
        # N = 4, V = 2: the second word gets 10 * 0.5 / (4 + 1)
        assert measures.dirichlet_prior([4, 0], 10.0).tolist() == [10.0, 1.0]
        assert measures.dirichlet_prior([4, 0], 10.0, n=8).tolist() == [5.0, pytest.approx(10 * 0.5 / 9)]


class TestMultipleTesting:
    values = hnp.arrays(float, st.integers(0, 30), elements=st.floats(0, 1) | st.just(np.nan))

    @given(values)
    def test_false_discovery_rates_are_those_of_scipy(self, p: np.ndarray) -> None:
        known = ~np.isnan(p)
        for method in ("bh", "by"):
            q = measures.adjust_p(p, method)
            assert np.isnan(q[~known]).all()
            if known.any():
                theirs = stats.false_discovery_control(p[known], method=method)
                np.testing.assert_allclose(q[known], theirs, atol=1e-300)

    @given(values, st.sampled_from(measures.ADJUSTMENTS), st.randoms(use_true_random=False))
    def test_order_does_not_matter_and_q_is_never_below_p(self, p: np.ndarray, method: str, random: object) -> None:
        q = measures.adjust_p(p, method)
        order = np.array(sorted(range(len(p)), key=lambda _: random.random()), dtype=int)  # type: ignore[attr-defined]
        np.testing.assert_array_equal(measures.adjust_p(p[order], method), q[order])
        known = ~np.isnan(p)
        assert (q[known] >= p[known] - 1e-15).all()
        assert (q[known] <= 1).all()

    def test_holm_by_hand(self) -> None:
        # 0.01 * 3, max(0.03, 0.03 * 2), max(0.06, 0.04)
        assert measures.adjust_p([0.01, 0.04, 0.03], "holm").tolist() == pytest.approx([0.03, 0.06, 0.06])

    def test_unknown_method(self) -> None:
        with pytest.raises(UnknownNameError) as caught:
            measures.adjust_p([0.1], "bonferoni")
        assert str(caught.value) == (
            "unknown adjust 'bonferoni'; did you mean 'bonferroni'? "
            "Available: 'bh', 'holm', 'bonferroni', 'by', 'none'."
        )


def _sparse(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    part, term = np.nonzero(counts)
    return term, part, counts[part, term]


class TestDocuments:
    matrices = hnp.arrays(np.int64, st.tuples(st.integers(2, 6), st.integers(1, 5)), elements=st.integers(0, 6))

    @given(matrices, st.data())
    def test_dp_is_the_dense_formula(self, counts: np.ndarray, data: st.DataObject) -> None:
        sizes = counts.sum(axis=1) + data.draw(hnp.arrays(np.int64, len(counts), elements=st.integers(1, 9)))
        found = measures.deviation_of_proportions(*_sparse(counts), sizes, counts.shape[1])
        share = sizes / sizes.sum()
        for w, total in enumerate(counts.sum(axis=0)):
            if total == 0:
                assert np.isnan(found.dp[w])
                continue
            dense = 0.5 * np.abs(counts[:, w] / total - share).sum()
            assert found.dp[w] == pytest.approx(dense, abs=1e-12)
            assert found.dp_norm[w] == pytest.approx(min(dense / (1 - share.min()), 1), abs=1e-12)

    def test_dp_extremes(self) -> None:
        even = measures.deviation_of_proportions(*_sparse(np.array([[2], [2]])), [10, 10], 1)
        alone = measures.deviation_of_proportions(*_sparse(np.array([[2], [0]])), [10, 10], 1)
        single = measures.deviation_of_proportions(*_sparse(np.array([[2]])), [10], 1)
        assert (even.dp[0], alone.dp[0], alone.dp_norm[0]) == (0.0, 0.5, 1.0)
        assert np.isnan(single.dp[0])

    @given(matrices, st.data())
    def test_tests_on_documents_are_those_of_scipy(self, counts: np.ndarray, data: st.DataObject) -> None:
        sizes = counts.sum(axis=1) + data.draw(hnp.arrays(np.int64, len(counts), elements=st.integers(1, 9)))
        first = np.zeros(len(counts), dtype=bool)
        first[: data.draw(st.integers(1, len(counts) - 1))] = True
        v, rates = counts.shape[1], counts / sizes[:, None]
        term, part, _ = _sparse(counts)
        value = rates[part, term]
        m1, m2 = int(first.sum()), int((~first).sum())
        ranks = measures.mann_whitney(term, value, first[part], m1, m2, v)
        moments = [
            measures.group_moments(term[own], value[own], int(m), v)
            for own, m in ((first[part], m1), (~first[part], m2))
        ]
        welch = measures.welch(moments[0], m1, moments[1], m2)
        for w in range(v):
            x, y = rates[first, w], rates[~first, w]
            differences = np.sign(x[:, None] - y[None, :])
            assert ranks.delta[w] == pytest.approx(differences.mean(), abs=1e-12)
            if len(np.unique(rates[:, w])) > 1:
                theirs = stats.mannwhitneyu(x, y, method="asymptotic")
                assert (ranks.u[w], ranks.p[w]) == pytest.approx((theirs.statistic, theirs.pvalue), abs=1e-9)
            else:
                assert np.isnan(ranks.p[w])
            if min(m1, m2) > 1 and min(x.var(), y.var()) > 1e-12:
                t = stats.ttest_ind(x, y, equal_var=False)
                assert (welch.t[w], welch.p[w]) == pytest.approx((t.statistic, t.pvalue), rel=1e-6, abs=1e-9)

    def test_cluster_rate_by_hand(self) -> None:
        # f = 1, 3; n = 10, 10; p = 0.2; residuals -1, 1; Var = 2/1 * 2 / 400
        sums = measures.cluster_sums(*_sparse(np.array([[1], [3]])), [10, 10], 1)
        found = measures.cluster_rate(sums)
        assert (found.rate[0], found.variance[0]) == pytest.approx((0.2, 0.01))

    def test_cluster_score_by_hand(self) -> None:
        # target 4, 6 of 10, 10; reference 1, 1 of 10, 10: common rate 12/40 = 0.3, residuals 1, 3, -2, -2, sum e^2 = 18
        # z = (10 * 20 - 2 * 20) / sqrt(max(4/3 * 18, 12) * 20 * 20) = 160 / sqrt(24 * 400)
        first = measures.cluster_sums(*_sparse(np.array([[4], [6]])), [10, 10], 1)
        second = measures.cluster_sums(*_sparse(np.array([[1], [1]])), [10, 10], 1)
        assert float(measures.cluster_score(first, second)[0]) == pytest.approx(160 / np.sqrt(24 * 400))

    @given(st.integers(3, 12), st.integers(3, 12), st.integers(0, 10_000))
    @settings(max_examples=40, deadline=None)
    def test_interval_holds_what_the_score_does_not_reject(self, m1: int, m2: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        groups = []
        for m in (m1, m2):
            x = rng.negative_binomial(0.5, 0.2, size=(m, 8))
            groups.append(measures.cluster_sums(*_sparse(x), rng.integers(50, 500, m), 8))
        low, high = measures.cluster_interval(*groups)
        a, b = (group.count / group.size for group in groups)
        p = measures.student_p(measures.cluster_score(*groups), m1 + m2 - 2)
        known = groups[0].count + groups[1].count > 0
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.log(a / b)
        assert (low[known] <= ratio[known]).all()
        assert (ratio[known] <= high[known]).all()
        outside = (low > 0) | (high < 0)
        clear = known & (np.abs(p - 0.05) > 1e-9)
        assert (outside[clear] == (p[clear] < 0.05)).all()
        swapped = measures.cluster_interval(groups[1], groups[0])
        np.testing.assert_allclose(swapped[0][known], -high[known], atol=1e-9)

    def test_a_handful_of_documents_is_never_significant(self) -> None:
        first = measures.cluster_sums(*_sparse(np.full((3, 1), 1000)), [10_000] * 3, 1)
        second = measures.cluster_sums(*_sparse(np.ones((4, 1), int)), [10_000] * 4, 1)
        p = measures.student_p(measures.cluster_score(first, second), 5)
        assert 0.05 < float(p[0]) < 0.1


class TestDistances:
    """The formulas from sums against the definitions; the sums are made in stats/similarity."""

    vectors = hnp.arrays(float, 6, elements=st.integers(0, 5).map(float))

    @given(vectors, vectors)
    def test_jensen_shannon_from_common_terms(self, a: np.ndarray, b: np.ndarray) -> None:
        if not a.any() or not b.any():
            return
        p, q = a / a.sum(), b / b.sum()
        common = (p > 0) & (q > 0)
        terms = measures.jensen_shannon_term(p[common], q[common]).sum()
        found = float(measures.jensen_shannon(terms, p.sum(), q.sum()))
        from scipy.spatial.distance import jensenshannon

        assert found == pytest.approx(jensenshannon(p, q, base=2) ** 2, abs=1e-12)

    def test_nothing_in_common_and_equal(self) -> None:
        assert float(measures.bhattacharyya(0.0)) == np.inf
        assert str(float(measures.bhattacharyya(1.0))) == "0.0"
        assert float(measures.hellinger(1.0 + 1e-16)) == 0.0


class TestDeltas:
    def test_against_loops(self) -> None:
        rates = np.random.default_rng(5).random((4, 6))
        z = measures.z_scores(rates)
        np.testing.assert_allclose(z, stats.zscore(rates, ddof=1))
        for i in range(4):
            for j in range(4):
                d = np.abs(z[i] - z[j])
                assert measures.burrows_delta(z)[i, j] == pytest.approx(d.mean())
                assert measures.argamon_delta(z)[i, j] == pytest.approx(np.sqrt((d**2).mean()))
                assert measures.eder_delta(z)[i, j] == pytest.approx((d * np.arange(6, 0, -1) / 6).mean())

    def test_a_word_that_never_varies_is_nan(self) -> None:
        assert np.isnan(measures.z_scores([[1.0, 2.0], [1.0, 3.0]])[:, 0]).all()


class TestOrder:
    terms = st.lists(st.text(min_size=1, max_size=5), unique=True, max_size=40)

    @given(terms)
    def test_code_point_ranks_are_those_of_python(self, terms: list[str]) -> None:
        ranks = measures.code_point_ranks(terms)
        assert [terms[i] for i in np.argsort(ranks)] == sorted(terms)

    def test_long_terms_and_nul(self) -> None:
        terms = ["aaaa", "aaa", "a\0", "a", "aaab", "𠀀", "龘"]
        assert [terms[i] for i in np.argsort(measures.code_point_ranks(terms))] == sorted(terms)

    @given(terms, st.data())
    def test_ranking_is_a_sort_by_all_keys(self, terms: list[str], data: st.DataObject) -> None:
        values = st.lists(st.integers(-2, 2), min_size=len(terms), max_size=len(terms))
        first, second = data.draw(values), data.draw(values)
        order = measures.ranking(terms, first, second)
        expected = sorted(range(len(terms)), key=lambda i: (-first[i], -second[i], terms[i]))
        assert order.tolist() == expected

    def test_nan_comes_last_and_does_not_hide_the_next_key(self) -> None:
        assert measures.ranking(["a", "b", "c"], [np.nan, 1.0, np.nan], [1, 2, 3]).tolist() == [1, 2, 0]

    def test_wrong_length(self) -> None:
        with pytest.raises(ArgumentError, match=r"^keys must have one value for each of the 2 terms\.$"):
            measures.ranking(["a", "b"], [1.0])

    def test_competition_ranks(self) -> None:
        assert measures.competition_ranks([]).tolist() == []
        assert measures.competition_ranks([3.0, 3.0, 1.0]).tolist() == [1, 1, 3]


class TestKeynessFamilies:
    """The formulas behind the measures over documents, and the divergences."""

    @given(st.lists(st.integers(0, 3), min_size=2, max_size=8), st.lists(st.integers(0, 3), min_size=2, max_size=8))
    def test_cliff_by_all_pairs(self, x: list[int], y: list[int]) -> None:
        values = np.array([*x, *y], dtype=float)
        first, there = np.arange(len(values)) < len(x), values > 0
        term = np.zeros(int(there.sum()), dtype=int)
        m1, m2 = len(x), len(y)
        found = document_level.cliff_interval(term, values[there], first[there], m1, m2, 1)
        ranks = measures.mann_whitney(term, values[there], first[there], m1, m2, 1)
        signs = np.sign(np.subtract.outer(x, y)).astype(float)
        d = signs.mean()
        assert ranks.delta[0] == pytest.approx(d, abs=1e-12)
        assert np.isnan(ranks.z[0]) or np.sign(ranks.z[0]) in (0, np.sign(d))
        if not signs.any():
            if len(set(x + y)) == 1:
                assert np.isnan(found.se[0])
            return
        rows = m2**2 * ((signs.mean(axis=1) - d) ** 2).sum() + m1**2 * ((signs.mean(axis=0) - d) ** 2).sum()
        variance = (rows - ((signs - d) ** 2).sum()) / (m1 * m2 * (m1 - 1) * (m2 - 1))
        variance = max(variance, (1 - d**2) / (m1 * m2 - 1))
        assert found.se[0] == pytest.approx(np.sqrt(variance), abs=1e-9)
        assert -1 <= found.low[0] <= d + 1e-12 and d - 1e-12 <= found.high[0] <= 1

    def test_fieller_is_welch_turned_around(self) -> None:
        rng = np.random.default_rng(0)
        x, y = rng.gamma(2, 1, 9), rng.gamma(2, 2, 14)
        moments = [measures.Moments(np.array([v.mean()]), np.array([v.var(ddof=1)])) for v in (x, y)]
        test = measures.welch(moments[0], 9, moments[1], 14)
        low, high = document_level.ratio_of_means_interval(moments[0], 9, moments[1], 14, test.df)
        limit = stats.t.ppf(0.975, test.df[0])
        for end, sign in ((low, 1), (high, -1)):
            rho = 2.0 ** end[0]
            t = (x.mean() - rho * y.mean()) / np.sqrt(x.var(ddof=1) / 9 + rho**2 * y.var(ddof=1) / 14)
            assert t == pytest.approx(sign * limit)
        # few documents that differ much: no ratio is too large, or too small
        wide = measures.Moments(np.array([1.0]), np.array([4.0]))
        low, high = document_level.ratio_of_means_interval(wide, 3, wide, 3, 4.0)
        assert (low[0], high[0]) == (-np.inf, np.inf)

    @given(tables())
    def test_kld_of_a_word(self, abcd: tuple[int, int, int, int]) -> None:
        a, b, c, d = abcd
        value = float(divergence.keyness_kld(a, b, c, d))
        if a + b == 0:
            assert np.isnan(value)
            return
        size = stats.entropy([a, b], [c, d], base=2)
        assert abs(value) == pytest.approx(size, abs=1e-12)
        assert value * (a * d - b * c) >= 0
        assert value == pytest.approx(-float(divergence.keyness_kld(b, a, d, c)), abs=1e-12)

    def test_a_poisson_fit_of_groups_is_that_of_documents(self) -> None:
        rng = np.random.default_rng(1)
        z = np.array([[1.0, 0], [1, 1]])[np.arange(10) % 2]
        n, y = rng.integers(50, 200, 10).astype(float), rng.poisson(8, (3, 10)).astype(float)
        alone, _, _ = glm.poisson(y, n, z)
        sums = [np.stack([part[:, g::2].sum(axis=1) for g in (0, 1)], axis=1) for part in (y, y**2, y * n, y**2 / n)]
        sizes = [np.array([part[g::2].sum() for g in (0, 1)]) for part in (n, n**2)]
        fit = glm.quasi_poisson(glm.GroupSums(*sums, *sizes, 10), z[:2])
        np.testing.assert_allclose(fit.beta, alone, atol=1e-9)
        mu = n * np.exp(alone @ z.T)
        np.testing.assert_allclose(fit.dispersion, ((y - mu) ** 2 / mu).sum(axis=1) / 8)


@pytest.mark.parametrize("alpha0", [0.1, 1.1, 7.3, 1 / 3, 999.9])
def test_the_only_word_has_no_odds_whatever_rounding_leaves(alpha0: float) -> None:
    found = measures.fightin_words([3.0], [7.0], 3.0, 7.0, [alpha0 * (1 - 1e-16) + 1e-16], alpha0)
    assert np.isnan(found.value).all()
