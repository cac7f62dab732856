"""Held-out likelihood by document completion."""

from __future__ import annotations

import json

import numpy as np
import pytest

from textkit.errors import ArgumentError
from textkit.models.heldout import heldout_likelihood

BETA = np.array([[0.5, 0.5], [0.0, 1.0]])


def test_by_hand():
    # document 1: word 2 has probability 1/2 · 1/2 + 1/2 · 1 = 3/4, word 1 has 1/4; document 2 has no tokens
    scores = heldout_likelihood(np.array([[0.5, 0.5], [1.0, 0.0], [0.0, 1.0]]), BETA, [[1, 3], [0, 0], [0, 2]])
    first = (np.log(1 / 4) + 3 * np.log(3 / 4)) / 4
    np.testing.assert_allclose(scores.per_document, [first, np.nan, 0.0])
    assert scores.micro == pytest.approx(4 * first / 6)
    assert scores.macro == pytest.approx(first / 2)
    assert scores.perplexity == pytest.approx(np.exp(-4 * first / 6))


def test_edges():
    impossible = heldout_likelihood(np.array([[0.0, 1.0]]), BETA, [[1, 1]])
    assert (impossible.micro, impossible.perplexity) == (-np.inf, np.inf)
    nothing = heldout_likelihood(np.array([[0.0, 1.0]]), BETA, [[0, 0]])
    assert np.isnan([nothing.micro, nothing.macro, nothing.perplexity, *nothing.per_document]).all()
    with pytest.raises(ArgumentError) as error:
        heldout_likelihood(np.array([[0.0, 1.0]]), BETA, [[1, 1, 1]])
    assert str(error.value) == "counts must have shape (1, 2) like the model, got (1, 3)."


@pytest.mark.shared
def test_worked_example(shared):
    text = (shared / "data" / "worked_examples.json").read_text(encoding="utf-8")
    example = next(item for item in json.loads(text)["examples"] if item["id"] == "TOP-04")
    given, expected = example["inputs"], example["expected"]
    counts = np.zeros((2, 5))
    for row, words in enumerate(given["heldout_counts"]):
        for word, times in words.items():
            counts[row, int(word)] = times
    scores = heldout_likelihood(np.array(given["theta_estimated_on_first_half"]), np.array(given["beta"]), counts)
    np.testing.assert_allclose(scores.per_document, expected["per_document"], rtol=1e-9)
    assert scores.macro == pytest.approx(expected["macro_mean"], rel=1e-9)
    assert scores.micro == pytest.approx(expected["micro_mean"], rel=1e-9)
    assert scores.perplexity == pytest.approx(expected["perplexity_micro"], rel=1e-9)
