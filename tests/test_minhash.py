"""MinHash and banding: worked examples of the literature, laws, and by another route."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.measures import distances, minhash

Example = dict[str, Any]


@pytest.fixture(scope="module")
def examples(shared: Path) -> dict[str, Example]:
    text = (shared / "data" / "worked_examples.json").read_text(encoding="utf-8")
    return {example["id"]: example for example in json.loads(text)["examples"]}


def _hashes(example: Example) -> tuple[list[int], list[int], int]:
    """Read "(3x+1) mod 5" as a = 3, b = 1, modulus 5."""
    factors, shifts, moduli = [], [], []
    for name in ("h1", "h2"):
        inside, modulus = example["inputs"][name].split(" mod ")
        a, b = inside.strip("()").split("x")
        factors.append(int(a or 1))
        shifts.append(int(b or 0))
        moduli.append(int(modulus))
    assert len(set(moduli)) == 1
    return factors, shifts, moduli[0]


@pytest.mark.shared
def test_signature_matrix(examples: dict[str, Example]) -> None:
    example = examples["REU-05"]
    sets, expected = example["inputs"]["sets"], example["expected"]
    found = minhash.signatures(sets, *_hashes(example))
    assert found.tolist() == expected["signature"]
    for pair, (i, j) in {"S1_S4": (0, 3), "S1_S3": (0, 2)}.items():
        assert float(minhash.estimated_jaccard(found[:, i], found[:, j])) == expected[f"est_jaccard_{pair}"]
        shared = len(set(sets[i]) & set(sets[j]))
        true = distances.jaccard(shared, len(sets[i]), len(sets[j]))
        assert float(true) == pytest.approx(expected[f"true_jaccard_{pair}"], rel=1e-9)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["REU-06", "REU-07"])
def test_banding(name: str, examples: dict[str, Example]) -> None:
    inputs, expected = examples[name]["inputs"], examples[name]["expected"]
    found = minhash.banding_probability(inputs["s"], inputs["b"], inputs["r"])
    np.testing.assert_allclose(found, expected["prob"], rtol=1e-9)
    assert minhash.banding_threshold(inputs["b"], inputs["r"]) == pytest.approx(expected["threshold"], rel=1e-9)
    if "J" in inputs:
        error = float(minhash.standard_error(inputs["J"], inputs["k"]))
        assert error == pytest.approx(expected["minhash_se"], rel=1e-9)


@pytest.mark.shared
def test_containment(examples: dict[str, Example]) -> None:
    example = examples["REU-04"]
    n = example["inputs"]["n"]
    a, b = (
        {text[i : i + n] for i in range(len(text) - n + 1)} for text in (example["inputs"]["a"], example["inputs"]["b"])
    )
    expected = example["expected"]
    shared = len(a & b)
    assert (len(a), len(b), shared) == (expected["n_a"], expected["n_b"], expected["intersection"])
    assert float(distances.jaccard(shared, len(a), len(b))) == pytest.approx(expected["jaccard"], rel=1e-9)
    found = float(minhash.containment(shared, len(b)))
    assert found == pytest.approx(expected["containment_of_b_in_a"], rel=1e-9)


def test_products_beyond_64_bits() -> None:
    """(2^61 - 2) x for x = 3: the remainder of -x modulo the prime."""
    p = minhash.MERSENNE_61
    assert minhash.signatures([[3]], [p - 1], [0]).tolist() == [[p - 3]]
    assert minhash.signatures([[], [p + 5]], [1], [0]).tolist() == [[-1, 5]]


@given(st.sets(st.integers(0, 10**12), max_size=30), st.sets(st.integers(0, 10**12), max_size=30))
def test_a_signature_of_a_union_is_the_least_of_both(a: set[int], b: set[int]) -> None:
    hashes = minhash.universal_hashes(16)
    one, other, both = minhash.signatures([a, b, a | b], *hashes).T
    if a and b:
        assert both.tolist() == np.minimum(one, other).tolist()
    assert minhash.signatures([sorted(a, reverse=True)], *hashes)[:, 0].tolist() == one.tolist()


def test_estimates_are_as_good_as_they_say() -> None:
    rng = np.random.default_rng(0)
    hashes = minhash.universal_hashes(400, random_state=3)
    for shared in (20, 60, 100):
        a = rng.choice(10**9, 140, replace=False)
        b = np.concatenate((a[:shared], rng.choice(10**9, 120 - shared, replace=False) + 10**9))
        true = shared / (140 + 120 - shared)
        one, other = minhash.signatures([a, b], *hashes).T
        error = float(minhash.estimated_jaccard(one, other)) - true
        assert abs(error) < 3.5 * float(minhash.standard_error(true, 400))


@given(st.floats(0, 1), st.integers(1, 40), st.integers(1, 12))
def test_banding_is_a_probability_that_rises(s: float, bands: int, rows: int) -> None:
    values = minhash.banding_probability([s, min(s + 0.05, 1.0)], bands, rows)
    assert 0 <= values[0] <= values[1] <= 1
    assert float(minhash.banding_probability(s, bands + 1, rows)) >= values[0]
    assert float(minhash.banding_probability(0.0, bands, rows)) == 0
    assert float(minhash.banding_probability(1.0, bands, rows)) == 1


@pytest.mark.parametrize("threshold", [0.1, 0.5, 0.8, 0.9, 1.0])
@pytest.mark.parametrize("n", [16, 128])
def test_bands_fit_and_are_the_best(threshold: float, n: int) -> None:
    grid = np.linspace(0, 1, 20_001)

    def mass(bands: int, rows: int) -> float:
        p = minhash.banding_probability(grid, bands, rows)
        return float(np.trapezoid(np.where(grid < threshold, p, 1 - p), grid))

    bands, rows = minhash.choose_bands(threshold, n)
    assert bands * rows <= n
    least = min(mass(b, r) for r in range(1, n + 1) for b in range(1, n // r + 1))
    assert mass(bands, rows) == pytest.approx(least, abs=1e-3)
    bands, rows = minhash.choose_bands(threshold, n, 0.95)
    assert bands * rows <= n
    assert float(minhash.banding_probability(threshold, bands, rows)) >= 0.95 or (bands, rows) == (n, 1)
