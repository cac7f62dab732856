"""Entropies: worked examples, scipy, the correction written out, rows and runs alike, and the edges."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from textkit.measures.entropy import entropies, miller_madow


def test_by_hand() -> None:
    found = entropies([8, 4, 2, 2])
    # 1/2 1 + 1/4 2 + 2 (1/8 3) = 1.75; log2 4 = 2; 3 / 32 nats
    assert float(found.entropy) == 1.75 and float(found.normalised) == 0.875
    assert float(found.miller_madow) == pytest.approx(1.75 + 3 / 32 / np.log(2))
    assert float(found.perplexity) == pytest.approx(2**1.75)
    assert (float(found.n_tokens), float(found.n_types), float(found.coverage)) == (16, 4, 1.0)


@pytest.mark.shared
def test_worked_examples(shared: Path) -> None:
    examples = json.loads((shared / "data" / "worked_examples.json").read_text(encoding="utf-8"))["examples"]
    mine = [e for e in examples if e["family"] == "entropy" and "counts" in e["inputs"]]
    assert mine
    for example in mine:
        found, wanted = entropies(example["inputs"]["counts"]), example["expected"]
        close = {"rel": example["tolerance"]["rel"], "abs": example["tolerance"]["abs"]}
        assert float(found.entropy) == pytest.approx(wanted["H_bits"], **close)
        assert float(found.entropy) * np.log(2) == pytest.approx(wanted["H_nats"], **close)
        assert float(found.normalised) == pytest.approx(wanted["normalised"], **close)
        assert float(found.miller_madow) == pytest.approx(wanted["miller_madow_bits"], **close)
        assert float(found.perplexity) == pytest.approx(wanted["perplexity"], **close)


tables = hnp.arrays(np.int64, st.tuples(st.integers(1, 5), st.integers(1, 7)), elements=st.integers(0, 9))


@given(tables)
def test_against_scipy_and_written_out(x: np.ndarray) -> None:
    found = entropies(x)
    for row, counts in enumerate(x):
        n = counts.sum()
        if not n:
            assert np.isnan([found.entropy[row], found.perplexity[row], found.chao_shen[row]]).all()
            continue
        assert found.entropy[row] == pytest.approx(stats.entropy(counts, base=2), abs=1e-12)
        coverage = 1 - (counts == 1).sum() / n
        assert found.coverage[row] == pytest.approx(coverage)
        q = coverage * counts[counts > 0] / n
        if coverage == 0:
            assert np.isnan(found.chao_shen[row])
        else:
            assert found.chao_shen[row] == pytest.approx(-(q * np.log2(q) / (1 - (1 - q) ** n)).sum(), abs=1e-12)


@given(tables)
def test_runs_are_rows(x: np.ndarray) -> None:
    cells = [row[row > 0] for row in x]
    bounds = np.concatenate(([0], np.cumsum([len(cell) for cell in cells])))
    for one, other in zip(entropies(np.concatenate(cells), bounds), entropies(x), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_types_and_empty_types_do_not_matter(x: np.ndarray, chance: object) -> None:
    order = list(range(x.shape[1]))
    chance.shuffle(order)  # type: ignore[attr-defined]
    wider = np.concatenate((x[:, order], np.zeros((len(x), 3), np.int64)), axis=1)
    for one, other in zip(entropies(wider), entropies(x), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


def test_edges() -> None:
    one_type = entropies([7])
    assert [float(one_type.entropy), float(one_type.normalised), float(one_type.perplexity)] == [0, 0, 1]
    assert float(one_type.miller_madow) == 0 and float(one_type.chao_shen) == 0
    all_unique = entropies(np.ones(8))
    assert float(all_unique.entropy) == 3 and float(all_unique.coverage) == 0 and np.isnan(all_unique.chao_shen)
    nothing = entropies([])
    assert np.isnan(nothing.entropy) and float(nothing.n_tokens) == 0
    assert np.isnan(miller_madow(np.nan, 0, 0))


def test_leaving_chao_shen_out_changes_nothing_else() -> None:
    x = np.array([[3, 1, 0], [5, 5, 5]])
    for name, one, other in zip(entropies(x)._fields, entropies(x), entropies(x, chao_shen=False), strict=True):
        if name == "chao_shen":
            assert np.isnan(other).all()
        else:
            np.testing.assert_array_equal(one, other)


def test_the_corrections_come_nearer_to_the_truth() -> None:
    """A thousand words with Zipf's shares, samples of 300: the plain entropy falls far short."""
    p = 1 / np.arange(1, 1001)
    p /= p.sum()
    truth = -(p * np.log2(p)).sum()
    x = np.random.default_rng(4).multinomial(300, p, size=200)
    found = entropies(x)
    errors = [abs(values.mean() - truth) for values in (found.entropy, found.miller_madow, found.chao_shen)]
    assert errors[0] > errors[1] > errors[2]
