"""top_terms: by hand and by sorting."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from textkit.errors import ArgumentError
from textkit.matrix import DocumentTermMatrix
from textkit.stats.top_terms import COLUMNS, top_terms
from textkit.weights import tfidf

DOCS = pd.DataFrame({"town": ["B", "A", "B", None]}, index=list("wxyz"))
DTM = DocumentTermMatrix([[3, 3, 1], [0, 0, 0], [0, 1, 5], [9, 9, 9]], ["网", "云", "格"], DOCS)


def test_by_hand() -> None:
    table = top_terms(DTM, 2)
    assert list(table.columns) == COLUMNS
    assert table.to_numpy().tolist() == [
        ["w", 1, "云", 3.0], ["w", 2, "网", 3.0], ["y", 1, "格", 5.0], ["y", 2, "云", 1.0],
        ["z", 1, "云", 9.0], ["z", 2, "格", 9.0],
    ]  # fmt: skip
    assert table.attrs["textkit"]["settings"] == {"n": 2, "by": None, "weighting": "count"}


def test_groups_sum_counts_and_average_weights() -> None:
    assert top_terms(DTM, 2, by="town").to_numpy().tolist() == [["B", 1, "格", 6.0], ["B", 2, "云", 4.0]]
    weighted = tfidf(DTM, "bnn")
    assert top_terms(weighted, 3, by="town").to_numpy().tolist() == [
        ["B", 1, "云", 1.0], ["B", 2, "格", 1.0], ["B", 3, "网", 0.5],
    ]  # fmt: skip


@given(hnp.arrays(float, (4, 5), elements=st.integers(-2, 3).map(float)), st.integers(1, 6))
def test_is_a_sort(weights: np.ndarray, n: int) -> None:
    dtm = DocumentTermMatrix(weights, list("edcba"), weighting="tfidf:ntn")
    table = top_terms(dtm, n)
    for row, name in enumerate(dtm.names):
        cells = [(-w, t) for w, t in zip(weights[row], "edcba", strict=True) if w > 0]
        expected = [(i + 1, t, -w) for i, (w, t) in enumerate(sorted(cells)[:n])]
        own = table[table["doc"] == name]
        assert list(own[["rank", "term", "weight"]].itertuples(index=False, name=None)) == expected


def test_nothing() -> None:
    assert len(top_terms(DTM[["x"]])) == 0
    with pytest.raises(ArgumentError, match=r"^n must be a whole number of at least 1, got 0\.$"):
        top_terms(DTM, 0)
    with pytest.raises(ArgumentError, match=r"^dtm must be a DocumentTermMatrix, got a DataFrame\."):
        top_terms(DOCS)  # type: ignore[arg-type]
