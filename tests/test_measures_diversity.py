"""Formulas and kernel of lexical diversity: by hand, by plain Python, and worked examples from the literature."""

from __future__ import annotations

import json
from collections import Counter
from itertools import combinations
from math import comb, exp, log, log10, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from textkit.kernels import diversity as kernel
from textkit.measures import diversity

texts = st.lists(st.integers(0, 12), max_size=70)


def profile(ids: list[int], window: int = 5, threshold: float = 0.72) -> dict[str, float]:
    array = np.array(ids, dtype=np.int32)
    row = kernel.profiles(array, np.array([0, len(ids)]), 1 + max(ids, default=0), window, threshold, True)[0]
    named = dict(zip(kernel.FIELDS, row.tolist(), strict=False))
    return named | {f"e{m + 1}": value for m, value in enumerate(row[len(kernel.FIELDS) :].tolist())}


def test_formulas_by_hand() -> None:
    # a a a b b c: N = 6, V = 3, S2 = 9 + 4 + 1 = 14
    n, v, s2 = 6, 3, 14
    assert diversity.ttr(n, v) == 0.5
    assert diversity.guiraud(n, v) == pytest.approx(3 / sqrt(6))
    assert diversity.cttr(n, v) == pytest.approx(3 / sqrt(12))
    assert diversity.herdan_c(n, v) == pytest.approx(log(3) / log(6))
    assert diversity.maas_a2(n, v) == pytest.approx((log(6) - log(3)) / log(6) ** 2)
    assert diversity.maas_a(n, v) == pytest.approx(sqrt((log10(6) - log10(3)) / log10(6) ** 2))
    assert diversity.dugast_u(n, v) == pytest.approx(log10(6) ** 2 / (log10(6) - log10(3)))
    assert diversity.summer_s(n, v) == pytest.approx(log(log(3)) / log(log(6)))
    assert diversity.yule_k(n, s2) == pytest.approx(10_000 * 8 / 36)
    assert diversity.yule_i(v, s2) == pytest.approx(9 / 11)
    assert diversity.simpson_d(n, s2) == pytest.approx(8 / 30)
    assert diversity.herdan_vm(n, v, s2) == pytest.approx(sqrt(14 / 36 - 1 / 3))


def test_where_nothing_can_be_said() -> None:
    # no token: NaN everywhere
    for value in (
        *(getattr(diversity, name)(0, 0) for name in ("ttr", "guiraud", "cttr", "herdan_c", "maas_a2", "maas_a")),
        diversity.dugast_u(0, 0), diversity.summer_s(0, 0), diversity.yule_k(0, 0), diversity.yule_i(0, 0),
        diversity.simpson_d(0, 0), diversity.herdan_vm(0, 0, 0), diversity.mtld_direction(0, 0, 0, 0),
        diversity.herdan_c(1, 1), diversity.maas_a2(1, 1), diversity.summer_s(9, 1), diversity.simpson_d(1, 1),
    ):  # fmt: skip
        assert np.isnan(value)
    # every token a new type
    assert diversity.dugast_u(8, 8) == np.inf
    assert diversity.yule_i(8, 8) == np.inf
    assert diversity.yule_k(8, 8) == 0
    assert diversity.herdan_vm(8, 8, 8) == 0
    assert np.isnan(diversity.mtld_direction(8, 0, 8, 8))
    assert diversity.mtld_direction(8, 0, 8, 8, one_factor=True) == 8
    assert diversity.vocd_d(np.ones(16)) == np.inf
    assert np.isnan(diversity.vocd_d(np.full(16, np.nan)))


def test_vocd_finds_the_least_squares_minimum() -> None:
    wanted = np.linspace(0.8, 0.7, 16)
    sizes = diversity.VOCD_SIZES

    def loss(log_d: float) -> float:
        d = exp(log_d)
        return float(((d / sizes * (np.sqrt(1 + 2 * sizes / d) - 1) - wanted) ** 2).sum())

    other = exp(minimize_scalar(loss, bounds=(0, 8), method="bounded", options={"xatol": 1e-12}).x)
    assert float(diversity.vocd_d(wanted)) == pytest.approx(other, rel=1e-6)
    both = diversity.vocd_d(np.stack([wanted, wanted - 0.05]))
    assert both[0] == diversity.vocd_d(wanted)
    assert both[1] < both[0]


def _factors(ids: list[int], threshold: float) -> tuple[int, int, int]:
    factors, seen, length = 0, set(), 0
    for i in ids:
        seen.add(i)
        length += 1
        if len(seen) / length <= threshold:
            factors, seen, length = factors + 1, set(), 0
    return factors, len(seen), length


def _ring(ids: list[int], threshold: float) -> tuple[int, int]:
    factors = tokens = 0
    for begin in range(len(ids)):
        turned = ids[begin:] + ids[:begin]
        for stop in range(1, len(ids) + 1):
            if len(set(turned[:stop])) / stop <= threshold:
                factors, tokens = factors + 1, tokens + stop
                break
    return factors, tokens


@given(texts, st.integers(1, 9), st.sampled_from([0.5, 0.72, 0.8]))
def test_the_kernel_counts_like_plain_python(ids: list[int], window: int, threshold: float) -> None:
    found = profile(ids, window, threshold)
    counts = Counter(ids)
    assert (found["n"], found["v"]) == (len(ids), len(counts))
    assert found["s2"] == sum(f * f for f in counts.values())
    sliding = [len(set(ids[i : i + window])) for i in range(len(ids) - window + 1)]
    assert (found["windows"], found["window_types"]) == (len(sliding), sum(sliding))
    pieces = [len(set(ids[i : i + window])) for i in range(0, len(ids) - window + 1, window)]
    assert (found["segments"], found["segment_types"]) == (len(pieces), sum(pieces))
    assert (found["factors"], found["rest_types"], found["rest_tokens"]) == _factors(ids, threshold)
    backwards = _factors(ids[::-1], threshold)
    assert (found["back_factors"], found["back_rest_types"], found["back_rest_tokens"]) == backwards
    assert (found["wrap_factors"], found["wrap_tokens"]) == _ring(ids, threshold)


@given(texts)
def test_expected_types_are_the_hypergeometric_ones(ids: list[int]) -> None:
    found, n = profile(ids), len(ids)
    for m in (1, 2, 7, 42, 50):
        if m > n:
            assert np.isnan(found[f"e{m}"])
            continue
        exact = sum(1 - comb(n - f, m) / comb(n, m) for f in Counter(ids).values())
        assert found[f"e{m}"] == pytest.approx(exact, rel=1e-12)


def test_expected_types_by_trying_all_samples() -> None:
    ids = [0, 0, 1, 2, 2, 2]
    samples = [len({ids[i] for i in chosen}) for chosen in combinations(range(6), 3)]
    assert profile(ids)["e3"] == pytest.approx(sum(samples) / len(samples))


@given(st.lists(st.lists(st.integers(0, 5), max_size=6), min_size=1, max_size=6), st.data())
def test_a_resample_is_the_text_put_together(units: list[list[int]], data: Any) -> None:
    drawn = data.draw(st.lists(st.integers(0, len(units) - 1), min_size=1, max_size=8))
    offsets = np.cumsum([0, *map(len, units)])
    ids = np.array([i for unit in units for i in unit], dtype=np.int32)
    together = np.array([i for place in drawn for i in units[place]], dtype=np.int32)
    one = kernel.resampled(ids, offsets, np.array([drawn, drawn]), 6, 4, 0.72, True)
    other = kernel.profiles(together, np.array([0, len(together)]), 6, 4, 0.72, True)
    np.testing.assert_array_equal(one, np.concatenate([other, other]))


def test_texts_do_not_touch_each_other() -> None:
    a, b = [0, 1, 0, 2, 2], [2, 1, 1]
    both = kernel.profiles(np.array(a + b, dtype=np.int32), np.array([0, 5, 5, 8]), 3, 2, 0.72, True)
    alone = [kernel.profiles(np.array(x, dtype=np.int32), np.array([0, len(x)]), 3, 2, 0.72, True)[0] for x in (a, b)]
    np.testing.assert_array_equal(both[[0, 2]], np.stack(alone))
    assert both[1][: len(kernel.FIELDS)].sum() == 0


@pytest.fixture(scope="module")
def examples(shared: Path) -> dict[str, Any]:
    content = json.loads((shared / "data" / "worked_examples.json").read_text(encoding="utf-8"))
    return {example["id"]: example for example in content["examples"]}


def _of_tokens(tokens: list[str], window: int, threshold: float) -> dict[str, float]:
    place = {word: i for i, word in enumerate(dict.fromkeys(tokens))}
    p = profile([place[word] for word in tokens], window, threshold)
    n, v, s2 = p["n"], p["v"], p["s2"]
    forward = diversity.mtld_direction(n, p["factors"], p["rest_types"], p["rest_tokens"], threshold=threshold)
    parts = (p["back_factors"], p["back_rest_types"], p["back_rest_tokens"])
    backward = diversity.mtld_direction(n, *parts, threshold=threshold)
    return {
        "N": n, "V": v, "TTR": diversity.ttr(n, v), "guiraud_R": diversity.guiraud(n, v),
        "CTTR": diversity.cttr(n, v), "herdan_C": diversity.herdan_c(n, v), "yule_K": diversity.yule_k(n, s2),
        "simpson_D": diversity.simpson_d(n, s2), "yule_I": diversity.yule_i(v, s2),
        "maas_a2_ln": diversity.maas_a2(n, v), "maas_a_log10": diversity.maas_a(n, v),
        "dugast_U_log10": diversity.dugast_u(n, v), "summer_S": diversity.summer_s(n, v),
        "herdan_Vm": diversity.herdan_vm(n, v, s2), "HDD_42": diversity.hdd(p["e42"]),
        "MATTR_25": diversity.mean_segment_ttr(n, v, p["window_types"], p["windows"], window),
        "MSTTR_25": diversity.mean_segment_ttr(n, v, p["segment_types"], p["segments"], window),
        "MTLD": (forward + backward) / 2, "MTLD_forward": forward, "MTLD_backward": backward,
        "forward": forward, "backward": backward, "forward_full_factors": p["factors"],
        "backward_full_factors": p["back_factors"],
        "D": diversity.vocd_d(np.array([p[f"e{m}"] / m for m in diversity.VOCD_SIZES.tolist()])),
    }  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize("name", ["LEX-01", "LEX-02", "LEX-06"])
def test_worked_examples_from_tokens(examples: dict[str, Any], name: str) -> None:
    example = examples[name]
    inputs = example["inputs"]
    threshold = inputs.get("mtld_threshold", inputs.get("threshold", 0.72))
    found = _of_tokens(inputs["tokens"], inputs.get("mattr_window", 50), threshold)
    compared = 0
    for key, value in example["expected"].items():
        if key in found:
            assert float(found[key]) == pytest.approx(value, **example["tolerance"]), key
            compared += 1
    assert compared >= {"LEX-01": 19, "LEX-02": 5, "LEX-06": 1}[name]


@pytest.mark.shared
def test_worked_example_from_a_spectrum(examples: dict[str, Any]) -> None:
    example = examples["LEX-03"]
    spectrum = {int(f): v for f, v in example["inputs"]["spectrum"].items()}
    n = sum(f * v for f, v in spectrum.items())
    v, s2 = sum(spectrum.values()), sum(f * f * v for f, v in spectrum.items())
    found = {
        "N": n, "V": v, "S2": s2, "yule_K": diversity.yule_k(n, s2), "simpson_D": diversity.simpson_d(n, s2),
        "herdan_Vm": diversity.herdan_vm(n, v, s2),
    }  # fmt: skip
    for key, value in example["expected"].items():
        assert float(found[key]) == pytest.approx(value, **example["tolerance"]), key
