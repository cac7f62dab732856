"""Dispersion: worked examples, the formulas written out over all parts, replication for weights, and the extremes."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from textkit.measures import dispersion
from textkit.measures.dispersion import (
    EVENNESS,
    Spread,
    average_reduced_frequency,
    deviation_of_proportions,
    frequency_adjusted,
    least_even,
    most_even,
)

NAMES = {
    "frequency": "f", "range": "range", "range_pct": "range_share", "sd_pop": "sd", "vc": "vc",
    "juilland_D": "juilland_d", "carroll_D2": "carroll_d2", "rosengren_S": "rosengren_s",
    "rosengren_AF": "rosengren_af", "DP": "dp", "DPnorm": "dp_norm", "DP_egbert": "dp_egbert", "KLD_bits": "kld",
    "KLD_norm_gries2024": "kld_norm", "DA": "d_a", "chi2": "chi2",
}  # fmt: skip


def spread(counts: object, sizes: object, drawn: object = None) -> Spread:
    """One word, its empty cells left out as everywhere."""
    v = np.asarray(counts)
    cells = np.flatnonzero(v)
    return Spread(np.array([0, len(cells)]), cells, v[cells], np.asarray(sizes), drawn)  # type: ignore[arg-type]


def written_out(v: np.ndarray, s: np.ndarray) -> dict[str, float]:
    """The formulas over all parts, empty ones too, nothing clever."""
    n, f = len(v), v.sum()
    P, S, p = v / f, s / s.sum(), v / s
    dp = 0.5 * np.abs(P - S).sum()
    q = p / p.sum()
    kld = sum(x * np.log2(x / y) for x, y in zip(P, S, strict=True) if x > 0)
    pairs = [abs(a - b) for a, b in itertools.combinations(p, 2)]
    rosengren = np.sqrt(v * S).sum() ** 2 / f
    return {
        "range": (v > 0).sum(), "range_share": (v > 0).mean(), "sd": v.std(), "vc": v.std() / v.mean(),
        "juilland_d": 1 - p.std() / p.mean() / np.sqrt(n - 1),
        "carroll_d2": -sum(x * np.log(x) for x in q if x > 0) / np.log(n),
        "rosengren_s": rosengren, "rosengren_af": rosengren * f, "dp": dp, "dp_norm": dp / (1 - S.min()),
        "dp_egbert": dp / (1 - S[v > 0].min()), "kld": kld, "kld_norm": kld / (1 + kld),
        "chi2": ((v - f * S) ** 2 / (f * S)).sum(), "d_a": 1 - np.mean(pairs) / (2 * p.mean()),
    }  # fmt: skip


class TestWorkedExamples:
    def test_gries_five_parts(self) -> None:
        found = spread([1, 2, 3, 4, 5], [9, 10, 10, 10, 11])
        expected = {
            "dp": 0.18, "dp_norm": 0.219512195122, "kld": 0.136971729365, "juilland_d": 0.78515045345,
            "carroll_d2": 0.937921303298, "rosengren_s": 0.949816342304, "rosengren_af": 14.2472451346,
            "d_a": 0.697450034459, "chi2": 2.61279461279,
        }  # fmt: skip
        for name, value in expected.items():
            assert float(getattr(found, name)[0]) == pytest.approx(value, rel=1e-9), name

    def test_arf_of_gries_corpus(self) -> None:
        letters = "bamnibeupbasatbewqnbcagabestabaghabeaatbahaabeaxat"
        places = np.flatnonzero(np.array(list(letters)) == "a")
        assert average_reduced_frequency(places, np.array([0, 15]), 50).tolist() == pytest.approx([11.1])

    @pytest.mark.shared
    def test_all_in_the_collection(self, shared: Path) -> None:
        examples = json.loads((shared / "data" / "worked_examples.json").read_text(encoding="utf-8"))["examples"]
        mine = [e for e in examples if e["family"] == "dispersion"]
        assert mine
        for example in mine:
            inputs, wanted, close = example["inputs"], example["expected"], example["tolerance"]
            tolerance = {"rel": close["rel"], "abs": close["abs"]}
            if "subfrequencies" in inputs:
                found = spread(inputs["subfrequencies"], inputs["part_sizes"])
                for theirs, ours in NAMES.items():
                    assert float(getattr(found, ours)[0]) == pytest.approx(wanted[theirs], **tolerance), theirs
            for name in ("positions", "even", "clustered"):
                if name in inputs:
                    places = np.array(inputs[name])
                    arf = average_reduced_frequency(places, np.array([0, len(places)]), inputs["N"])
                    assert arf[0] == pytest.approx(wanted["ARF" if name == "positions" else name], **tolerance)


counts_and_sizes = st.integers(2, 8).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.int64, n, elements=st.integers(0, 6)), hnp.arrays(np.int64, n, elements=st.integers(1, 9))
    )
).filter(lambda pair: pair[0].sum() > 0)  # fmt: skip


@given(counts_and_sizes)
def test_every_measure_is_its_formula(pair: tuple[np.ndarray, np.ndarray]) -> None:
    v, s = pair
    s = s + v  # no more of a word in a part than it has tokens
    found, wanted = spread(v, s), written_out(v, s)
    for name, value in wanted.items():
        assert float(getattr(found, name)[0]) == pytest.approx(value, rel=1e-9, abs=1e-12), name
    both = deviation_of_proportions(np.zeros(len(v), int), np.arange(len(v)), v, s, 1)
    assert (both.dp[0], both.dp_norm[0]) == pytest.approx((found.dp[0], found.dp_norm[0]))


@given(counts_and_sizes, st.data())
def test_a_part_drawn_twice_is_two_parts(pair: tuple[np.ndarray, np.ndarray], data: st.DataObject) -> None:
    v, s = pair
    s = s + v
    drawn = data.draw(hnp.arrays(np.int64, (3, len(v)), elements=st.integers(0, 3)))
    drawn[:, 0] += drawn.sum(axis=1) == 0  # a sample has at least one part
    block = spread(v, s, drawn)
    for row, times in enumerate(drawn):
        again = spread(np.repeat(v, times), np.repeat(s, times))
        for name in ("range", *EVENNESS):
            value = getattr(again, name)
            one = float(value[0]) if np.repeat(v, times).sum() else np.nan
            if name == "range" and np.isnan(one):
                one = 0.0
            assert float(getattr(block, name)[row, 0]) == pytest.approx(one, rel=1e-9, abs=1e-9, nan_ok=True), name


@given(counts_and_sizes, counts_and_sizes)
def test_words_do_not_disturb_each_other(a: tuple[np.ndarray, np.ndarray], b: tuple[np.ndarray, np.ndarray]) -> None:
    n = min(len(a[0]), len(b[0]))
    words = [a[0][:n], np.zeros(n, np.int64), b[0][:n], np.zeros(n, np.int64)]
    sizes = np.sum(words, axis=0) + a[1][:n]
    cells = [np.flatnonzero(v) for v in words]
    bounds = np.concatenate(([0], np.cumsum([len(cell) for cell in cells])))
    part = np.concatenate(cells)
    together = Spread(bounds, part, np.concatenate([v[c] for v, c in zip(words, cells, strict=True)]), sizes)
    for name in EVENNESS:
        alone = [float(getattr(spread(v, sizes), name)[0]) for v in words]
        np.testing.assert_allclose(getattr(together, name), alone, rtol=1e-12, atol=1e-12, err_msg=name)


def test_counts_that_differ_from_sample_to_sample() -> None:
    """A block in which counts and sizes have an axis of replicates is the replicates one by one."""
    rng = np.random.default_rng(2)
    v, s = rng.integers(0, 4, (5, 6)), rng.integers(5, 9, (5, 6))
    v[:, 0] += 1
    block = Spread(np.array([0, 6]), np.arange(6), v, s)
    for row in range(5):
        for name, value in written_out(v[row], s[row]).items():
            assert float(getattr(block, name)[row, 0]) == pytest.approx(value, rel=1e-9, abs=1e-12), name


class TestEdges:
    def test_an_even_word(self) -> None:
        found = spread([2, 4, 6], [10, 20, 30])
        assert (found.dp[0], found.kld[0], found.chi2[0]) == (0, 0, 0)
        for name in ("juilland_d", "carroll_d2", "rosengren_s", "d_a"):
            assert float(getattr(found, name)[0]) == pytest.approx(1.0)

    def test_a_word_in_one_part(self) -> None:
        found = spread([0, 5, 0], [10, 10, 20])
        # DP = 1 - S = 0.75, the least S is 0.25 too
        assert found.dp[0] == pytest.approx(0.75) and found.dp_norm[0] == 1.0 == found.dp_egbert[0]
        assert found.kld[0] == pytest.approx(2.0)  # log2(1 / 0.25)
        for name in ("juilland_d", "carroll_d2", "d_a"):
            assert float(getattr(found, name)[0]) == pytest.approx(0.0, abs=1e-12), name

    def test_absent_word_and_single_part(self) -> None:
        for found in (spread([0, 0], [3, 4]), spread([2], [5])):
            for name in set(EVENNESS) - {"range_share"}:
                assert np.isnan(getattr(found, name)[0]), name
        assert spread([2], [5]).range_share[0] == 1.0
        assert np.isnan(spread([0, 0], [3, 4]).range_share[0])

    def test_a_part_without_tokens_is_no_part(self) -> None:
        with_empty, without = spread([1, 0, 3], [5, 0, 7]), spread([1, 3], [5, 7])
        for name in EVENNESS:
            assert getattr(with_empty, name)[0] == getattr(without, name)[0], name

    def test_no_words(self) -> None:
        nothing = Spread(np.array([0]), np.empty(0, int), np.empty(0), np.array([3, 4]))
        assert all(len(getattr(nothing, name)) == 0 for name in EVENNESS)


class TestReducedFrequency:
    @given(st.sets(st.integers(0, 29), min_size=1, max_size=12))
    def test_is_its_formula(self, chosen: set[int]) -> None:
        places, n = sorted(chosen), 30
        f = len(places)
        v = n / f
        d = [b - a for a, b in itertools.pairwise(places)] + [places[0] - places[-1] + n]
        assert sum(d) == n
        found = average_reduced_frequency(np.array(places), np.array([0, f]), n)
        assert found[0] == pytest.approx(sum(min(x, v) for x in d) / v)
        assert 1 - 1e-9 <= found[0] <= f + 1e-9

    def test_extremes(self) -> None:
        even, cluster = np.arange(0, 100, 10), np.arange(10)
        bounds = np.array([0, 10, 10, 20])
        found = average_reduced_frequency(np.concatenate((even, cluster)), bounds, 100)
        np.testing.assert_allclose(found, [10.0, np.nan, 1.9])

    def test_nothing(self) -> None:
        assert np.isnan(average_reduced_frequency(np.empty(0, int), np.array([0, 0]), 9)).all()


class TestLayouts:
    @given(hnp.arrays(np.int64, st.integers(1, 6), elements=st.integers(1, 12)), st.data())
    def test_they_lay_out_all_tokens_and_fit(self, sizes: np.ndarray, data: st.DataObject) -> None:
        f = np.array(data.draw(st.lists(st.integers(1, int(sizes.sum())), min_size=1, max_size=5)))
        for layout in (most_even(f, sizes), least_even(f, sizes)):
            assert np.add.reduceat(layout.number, layout.bounds[:-1]).tolist() == f.tolist()
            assert (layout.number <= sizes[layout.part]).all() and (layout.number > 0).all()
            for first, last in itertools.pairwise(layout.bounds.tolist()):
                assert len(set(layout.part[first:last].tolist())) == last - first

    def test_by_hand(self) -> None:
        sizes = np.array([10, 20, 9])
        # 8 fit into the smallest part; 15 only into the largest; 25 fill it, and 5 go to the smallest; 35: 20 + 10 + 5
        layout = least_even(np.array([8, 15, 25, 35]), sizes)
        assert layout.part.tolist() == [2, 1, 1, 2, 1, 0, 2]
        assert layout.number.tolist() == [8, 15, 20, 5, 20, 10, 5]
        # 7 x (10, 20, 9) / 39 = 1.79, 3.59, 1.62: one each, and two more for the largest remainders
        layout = most_even(np.array([7]), sizes)
        assert dict(zip(layout.part.tolist(), layout.number.tolist(), strict=True)) == {0: 2, 1: 3, 2: 2}

    def test_adjusted(self) -> None:
        # 0.9 is even for D (1 = even), and uneven for DP
        assert frequency_adjusted([0.9], [1.0], [0.5], evenness=1).tolist() == pytest.approx([0.8])
        assert frequency_adjusted([0.9], [0.5], [1.0], evenness=-1).tolist() == pytest.approx([0.8])
        assert np.isnan(frequency_adjusted([0.5], [0.5], [0.5], evenness=1)).all()
        assert frequency_adjusted([1.1], [0.0], [1.0], evenness=-1).tolist() == [1.0]


def test_the_table_of_measures_is_complete() -> None:
    assert all(isinstance(getattr(Spread, name), dispersion.cached_property) for name in EVENNESS)
