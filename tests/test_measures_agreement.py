"""Formulas of agreement: worked examples, arithmetic by hand, scikit-learn and nltk, and laws."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from textkit.measures import agreement as formulas


def tally(codes: NDArray[np.float64], values: list[float]) -> NDArray[np.float64]:
    """Counts, units by values, of codes (coders by units, NaN missing)."""
    return np.array([[(column == value).sum() for value in values] for column in codes.T], dtype=float).reshape(
        codes.shape[1], len(values)
    )


def plain_alpha(codes: NDArray[np.float64], level: str) -> float:
    """Krippendorff's alpha as the definition says it: over all ordered pairs, in plain loops."""
    units = [column[~np.isnan(column)] for column in codes.T]
    units = [unit for unit in units if len(unit) > 1]
    every = np.concatenate(units) if units else np.empty(0)
    n = len(every)

    def squared(a: float, b: float) -> float:
        if level == "nominal":
            return float(a != b)
        if level == "interval":
            return (a - b) ** 2
        if level == "ratio":
            return 0.0 if a + b == 0 else ((a - b) / (a + b)) ** 2
        low, high = min(a, b), max(a, b)
        between = ((every >= low) & (every <= high)).sum()
        return float(between - ((every == low).sum() + (every == high).sum()) / 2) ** 2 if a != b else 0.0

    observed = sum(sum(squared(a, b) for a, b in itertools.permutations(unit, 2)) / (len(unit) - 1) for unit in units)
    expected = sum(squared(a, b) for a, b in itertools.permutations(every, 2)) / (n - 1) if n > 1 else 0.0
    return 1 - observed / expected if expected else float("nan")


@pytest.mark.shared
def test_worked_examples(shared: Path) -> None:
    data = json.loads((shared / "data" / "worked_examples.json").read_text(encoding="utf-8"))["examples"]
    cases = {case["id"]: case for case in data}
    alpha = cases["REL-01"]
    codes = np.array(alpha["inputs"]["data"], dtype=float)
    for level, expected in alpha["expected"].items():
        got = formulas.krippendorff_alpha(tally(codes, [1, 2, 3, 4, 5]), [1, 2, 3, 4, 5], level)
        assert got.tolist() == pytest.approx([expected], rel=1e-9), level
    kappa = cases["REL-03"]
    table = np.array(kappa["inputs"]["table"])
    expected = kappa["expected"]
    assert list(formulas.cohen_kappa(table)) == pytest.approx(
        [expected["po"], expected["pe"], expected["kappa"], expected["se"], expected["se0"]], rel=1e-9
    )
    counts = np.repeat([[2, 0], [1, 1], [0, 2]], [table[0, 0], table[0, 1] + table[1, 0], table[1, 1]], axis=0)
    assert formulas.many_coders(counts, "fleiss", 2).value[0] == pytest.approx(expected["scott_pi"], rel=1e-9)
    assert formulas.many_coders(counts, "gwet", 2).value[0] == pytest.approx(expected["gwet_ac1"], rel=1e-9)


class TestByHand:
    # three units, two coders: aa, bb, ab
    COUNTS = np.array([[2, 0], [0, 2], [1, 1]])

    def test_alpha(self) -> None:
        # coincidences: aa 2, bb 2, ab 1, ba 1; n = 6, n_a = n_b = 3
        # D_o = 2 / 6, D_e = 2 * 3 * 3 / (6 * 5) = 0.6
        assert formulas.krippendorff_alpha(self.COUNTS, [0, 1])[0] == pytest.approx(1 - (2 / 6) / 0.6)

    def test_fleiss(self) -> None:
        # Fleiss (1971) for four raters of three units: 4/0, 2/2, 1/3
        counts = np.array([[4, 0], [2, 2], [1, 3]])
        # P_i = (16 - 4) / 12 = 1, (8 - 4) / 12 = 1/3, (10 - 4) / 12 = 1/2; mean 11/18
        # p = 7/12, 5/12; P_e = (49 + 25) / 144 = 37/72
        found = formulas.many_coders(counts, "fleiss", 2)
        assert found.observed[0] == pytest.approx(11 / 18)
        assert found.expected[0] == pytest.approx(37 / 72)
        assert found.value[0] == pytest.approx((11 / 18 - 37 / 72) / (1 - 37 / 72))
        # Gwet: p_e = 2 * 7/12 * 5/12 / (2 - 1)
        assert formulas.many_coders(counts, "gwet", 2).expected[0] == pytest.approx(70 / 144)
        # with a third category that nobody used: / (3 - 1)
        wider = np.column_stack([counts, [0, 0, 0]])
        assert formulas.many_coders(wider, "gwet", 3).expected[0] == pytest.approx(35 / 144)

    def test_categories(self) -> None:
        # 4/0, 2/2: o_aa = 4 * 3 / 3 + 2 * 1 / 3, n_a = 6, n = 8
        found = formulas.category_agreement([[4, 0], [2, 2]])
        assert found.agreement[0].tolist() == pytest.approx([(4 + 2 / 3) / 6, (2 / 3) / 2])
        assert found.expected[0].tolist() == pytest.approx([5 / 7, 1 / 7])

    def test_weights(self) -> None:
        assert formulas.agreement_weights(3, "quadratic").tolist() == [[1, 0.75, 0], [0.75, 1, 0.75], [0, 0.75, 1]]
        assert formulas.agreement_weights(1, "linear").tolist() == [[1]]
        # two rows of three categories: p_o = (1 + 1 + 0.5) / 3; margins (1/3 each) and (1/3, 0, 2/3)
        table = [[1, 0, 0], [0, 0, 1], [0, 0, 1]]
        found = formulas.cohen_kappa(table, formulas.agreement_weights(3, "linear"))
        expected = (1 / 3) * (1 / 3) * (1 + 0.5 + 0) + (1 / 3) * (2 / 3) * (0 + 0.5 + 1)
        assert (found.observed, found.expected) == pytest.approx((2.5 / 3, expected))


class TestNothingToAgreeAbout:
    @pytest.mark.parametrize("level", formulas.LEVELS)
    def test_all_equal(self, level: str) -> None:
        counts = np.array([[0, 3], [0, 2]])
        assert np.isnan(formulas.krippendorff_alpha(counts, [1, 7.3], level)).all()
        assert np.isnan(formulas.krippendorff_pairs(counts, [1, 7.3], level, 5, np.random.default_rng(0))).all()

    def test_kappas(self) -> None:
        assert np.isnan(formulas.cohen_kappa([[4, 0], [0, 0]])[2:]).all()
        assert formulas.cohen_kappa([[4, 0], [0, 0]]).observed == 1
        same = np.array([[2], [2]])
        assert np.isnan(formulas.many_coders(same, "fleiss", 1).value).all()
        assert np.isnan(formulas.many_coders(same, "gwet", 1).value).all()
        assert formulas.many_coders(same, "none", 1).value.tolist() == [1]
        zeros = np.zeros(3, dtype=np.intp)
        assert np.isnan(formulas.cohen_resampled(zeros, zeros, np.eye(2), np.ones((2, 3)))).all()
        alone = formulas.category_agreement(same)
        assert alone.agreement.tolist() == [[1]] and np.isnan(alone.alpha).all()

    def test_nobody_coded_anything_twice(self) -> None:
        counts = np.array([[1, 0], [0, 0]])
        assert np.isnan(formulas.krippendorff_alpha(counts, [0, 1], "ordinal")).all()
        assert np.isnan(formulas.many_coders(counts, "fleiss", 2).value).all()
        assert np.isnan(formulas.cohen_kappa(np.zeros((2, 2))).value)

    def test_a_unit_has_no_standard_error(self) -> None:
        assert np.isnan(formulas.many_coders([[1, 1]], "none", 2).se)


codings = hnp.arrays(
    np.float64,
    st.tuples(st.integers(2, 4), st.integers(2, 9)),
    elements=st.sampled_from([0.0, 1.0, 2.0, 5.0, np.nan]),
)
VALUES = [0.0, 1.0, 2.0, 5.0]


@settings(deadline=None)
@given(codings, st.sampled_from(formulas.LEVELS))
def test_alpha_is_its_definition(codes: NDArray[np.float64], level: str) -> None:
    got = formulas.krippendorff_alpha(tally(codes, VALUES), VALUES, level)[0]
    assert got == pytest.approx(plain_alpha(codes, level), nan_ok=True, abs=1e-9)


@settings(deadline=None)
@given(codings, st.sampled_from(formulas.LEVELS), st.integers(0, 5))
def test_a_resample_is_a_table_with_units_repeated(codes: NDArray[np.float64], level: str, seed: int) -> None:
    counts = tally(codes, VALUES)
    times = np.random.default_rng(seed).integers(0, 3, (3, len(counts)))
    repeated = [np.repeat(counts, row, axis=0) for row in times]
    alone = [formulas.krippendorff_alpha(table, VALUES, level)[0] for table in repeated]
    got = formulas.krippendorff_alpha(counts, VALUES, level, times)
    assert got.tolist() == pytest.approx(alone, nan_ok=True, abs=1e-9)
    for chance in formulas.CHANCE:
        alone = [formulas.many_coders(table, chance, 4).value[0] for table in repeated]
        assert formulas.many_coders(counts, chance, 4, times).value.tolist() == pytest.approx(alone, nan_ok=True)
    alone = [formulas.category_agreement(table).alpha[0].tolist() for table in repeated]
    for row, expected in zip(formulas.category_agreement(counts, times).alpha.tolist(), alone, strict=True):
        assert row == pytest.approx(expected, nan_ok=True, abs=1e-9)


@settings(deadline=None)
@given(codings, st.sampled_from(formulas.LEVELS))
def test_laws(codes: NDArray[np.float64], level: str) -> None:
    def alpha(codes: NDArray[np.float64], values: list[float] = VALUES) -> float:
        return float(formulas.krippendorff_alpha(tally(codes, values), values, level)[0])

    value = alpha(codes)
    assert np.isnan(value) or value <= 1 + 1e-12
    assert alpha(codes[::-1]) == pytest.approx(value, nan_ok=True, abs=1e-9)  # coders are interchangeable
    assert alpha(codes[:, ::-1]) == pytest.approx(value, nan_ok=True, abs=1e-9)
    single = np.full((len(codes), 1), np.nan)
    single[0] = 5.0
    assert alpha(np.hstack([codes, single])) == pytest.approx(
        value, nan_ok=True, abs=1e-9
    )  # one value agrees with none
    if level in ("nominal", "interval"):
        shifted = [7 * v + 100 for v in VALUES]
        assert alpha(7 * codes + 100, shifted) == pytest.approx(value, nan_ok=True, abs=1e-6)
    if level == "ratio":
        assert alpha(3 * codes, [3 * v for v in VALUES]) == pytest.approx(value, nan_ok=True, abs=1e-9)


@given(codings)
def test_alpha_of_two_values_is_the_same_at_every_level_but_ratio(codes: NDArray[np.float64]) -> None:
    binary = np.where(codes > 0, 1.0, codes)
    counts = tally(binary, [0.0, 1.0])
    nominal = formulas.krippendorff_alpha(counts, [0, 1])[0]
    for level in ("ordinal", "interval"):
        assert formulas.krippendorff_alpha(counts, [0, 1], level)[0] == pytest.approx(nominal, nan_ok=True, abs=1e-9)
    assert formulas.category_agreement(counts).alpha[0].tolist() == pytest.approx([nominal] * 2, nan_ok=True, abs=1e-9)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=30))
def test_kappa_as_scikit_learn_and_nltk_have_it(pairs: list[tuple[int, int]]) -> None:
    from nltk.metrics.agreement import AnnotationTask
    from sklearn.metrics import cohen_kappa_score

    first, second = np.array(pairs).T
    if len(set(first) | set(second)) < 2:
        return  # 0 / 0: the others warn, we say NaN
    table = np.bincount(first * 4 + second, minlength=16).reshape(4, 4)
    for kind, theirs in (("identity", None), ("linear", "linear"), ("quadratic", "quadratic")):
        weights = formulas.agreement_weights(4, kind)
        expected = cohen_kappa_score(first, second, weights=theirs, labels=[0, 1, 2, 3])
        assert formulas.cohen_kappa(table, weights).value == pytest.approx(expected, abs=1e-9)
        again = formulas.cohen_resampled(first, second, weights, np.ones((1, len(first))))
        assert again[0] == pytest.approx(expected, abs=1e-9)
    task = AnnotationTask([(coder, i, int(v)) for coder, vs in (("a", first), ("b", second)) for i, v in enumerate(vs)])
    counts = np.array([np.bincount(pair, minlength=4) for pair in pairs])
    assert formulas.many_coders(counts, "none", 4).value[0] == pytest.approx(task.avg_Ao())
    assert formulas.many_coders(counts, "fleiss", 4).value[0] == pytest.approx(task.pi(), abs=1e-9)
    assert formulas.krippendorff_alpha(counts, range(4))[0] == pytest.approx(task.alpha(), abs=1e-9)


def test_standard_errors_are_the_spread_of_many_samples() -> None:
    rng = np.random.default_rng(4)
    cells = np.array([0.35, 0.1, 0.05, 0.05, 0.15, 0.05, 0.02, 0.08, 0.15])  # first coder by second, three categories
    n, kappas, pis, acs, errors = 400, [], [], [], []
    for _ in range(800):
        table = rng.multinomial(n, cells).reshape(3, 3)
        first, second = np.divmod(np.repeat(np.arange(9), table.ravel()), 3)
        counts = np.eye(3)[first] + np.eye(3)[second]
        kappa = formulas.cohen_kappa(table)
        pi, ac = formulas.many_coders(counts, "fleiss", 3), formulas.many_coders(counts, "gwet", 3)
        kappas.append(kappa.value)
        pis.append(pi.value[0])
        acs.append(ac.value[0])
        errors.append((kappa.se, pi.se, ac.se))
    spread = [np.std(values, ddof=1) for values in (kappas, pis, acs)]
    assert np.mean(errors, axis=0).tolist() == pytest.approx(spread, rel=0.06)


def test_krippendorffs_bootstrap_draws_pairs() -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(1, 5, (3, 60)).astype(float)
    codes[1:] = np.where(rng.random((2, 60)) < 0.6, codes[0], codes[1:])
    counts, values = tally(codes, [1, 2, 3, 4]), [1, 2, 3, 4]
    for level in formulas.LEVELS:
        alpha = formulas.krippendorff_alpha(counts, values, level)[0]
        drawn = formulas.krippendorff_pairs(counts, values, level, 4000, np.random.default_rng(0))
        assert drawn.mean() == pytest.approx(alpha, abs=0.01)
        # nominal: the disagreements among 180 pairs are binomial
    nominal = formulas.krippendorff_pairs(counts, values, "nominal", 4000, np.random.default_rng(0))
    n_k = counts.sum(axis=0)
    expected = 1 - (n_k * (n_k - 1)).sum() / (180 * 179)
    alpha = formulas.krippendorff_alpha(counts, values)[0]
    share = (1 - alpha) * expected
    assert nominal.std() == pytest.approx(np.sqrt(share * (1 - share) / 180) / expected, rel=0.05)
    # perfect agreement: every pair drawn is equal
    perfect = formulas.krippendorff_pairs([[2, 0], [0, 2]], [0, 1], "nominal", 10, np.random.default_rng(0))
    assert perfect.tolist() == [1.0] * 10
