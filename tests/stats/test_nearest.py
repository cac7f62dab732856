"""nearest: against the whole matrix of similarities, block sizes, ties, other documents and messages."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from textkit.errors import ArgumentError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.stats import nearest as module
from textkit.stats.nearest import COLUMNS, MEASURES, nearest
from textkit.stats.similarity import similarity_matrix
from textkit.weights import bm25, proportions, tfidf

counts = hnp.arrays(np.int64, st.tuples(st.integers(1, 9), st.integers(1, 6)), elements=st.integers(0, 3))


def _dtm(cells: np.ndarray, names: list[str] | None = None) -> DocumentTermMatrix:
    docs = None if names is None else pd.DataFrame(index=names)
    return DocumentTermMatrix(cells, [f"w{i}" for i in range(cells.shape[1])], docs)


def _expected(dtm: DocumentTermMatrix, n: int, measure: str, least: float = 0.0) -> list[tuple[str, int, str, float]]:
    """Sort each row of the whole matrix."""
    square = similarity_matrix(dtm, measure=measure).to_numpy()
    found = []
    for i, doc in enumerate(dtm.names):
        row = [(-square[i, j], name, j) for j, name in enumerate(dtm.names) if j != i and square[i, j] > 0]
        kept = sorted(item[:2] for item in row if -item[0] >= least)[:n]
        found += [(doc, rank, name, -value) for rank, (value, name) in enumerate(kept, start=1)]
    return found


@given(counts, st.sampled_from(sorted(MEASURES)), st.integers(1, 10), st.sampled_from([0.0, 0.5, 1.0]), st.data())
@settings(max_examples=60)
def test_agrees_with_the_whole_matrix(
    cells: np.ndarray, measure: str, n: int, least: float, data: st.DataObject
) -> None:
    names = [f"d{i}" for i in data.draw(st.permutations(range(len(cells))))]  # ties go by name, not by row
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore", TextkitWarning)
        patch.setattr(module, "_CANDIDATES", data.draw(st.integers(1, 10)))
        patch.setattr(module, "_QUERIES", data.draw(st.integers(1, 10)))
        dtm = _dtm(cells, names)
        table = nearest(dtm, n, measure=measure, min_value=least)
        assert list(table.itertuples(index=False, name=None)) == _expected(dtm, n, measure, least)
    assert list(table.columns) == COLUMNS


def test_many_documents() -> None:
    rng = np.random.default_rng(0)
    dtm = tfidf(_dtm(rng.poisson(0.15, (700, 80)) + np.eye(700, 80, dtype=int)))
    table = nearest(dtm, 5)
    square = similarity_matrix(dtm).to_numpy().copy()
    np.fill_diagonal(square, -1)
    best = -np.sort(-square, axis=1)[:, :5]
    filled = [group["value"].to_numpy() for _, group in table.groupby("doc", sort=False)]
    for row, values in zip(best, filled, strict=True):
        np.testing.assert_allclose(values, row[row > 0], atol=1e-12)


def test_copies_are_exactly_alike_and_in_code_point_order() -> None:
    a = np.array([3, 1, 0, 7, 1, 13])
    table = nearest(_dtm(np.array([a, 3 * a, a, a + 1]), ["乙", "甲", "丙", "丁"]), 2)
    assert table[table["doc"] == "丁"]["neighbour"].tolist() == ["丙", "乙"]
    assert table[table["doc"] == "甲"]["value"].tolist() == [1.0, 1.0]
    assert table["rank"].tolist() == [1, 2] * 4


def test_the_order_of_documents_means_nothing() -> None:
    rng = np.random.default_rng(4)
    cells = rng.integers(0, 3, (30, 8)) + np.eye(30, 8, dtype=int)
    names = [f"d{i:02}" for i in range(30)]
    order = rng.permutation(30)
    one = nearest(_dtm(cells, names), 3)
    other = nearest(_dtm(cells[order], [names[i] for i in order]), 3)
    key = ["doc", "rank"]
    pd.testing.assert_frame_equal(one.sort_values(key, ignore_index=True), other.sort_values(key, ignore_index=True))


def test_queries_among_the_documents() -> None:
    dtm = _dtm(np.random.default_rng(5).integers(0, 3, (12, 5)) + 1)
    whole = nearest(dtm, 4)
    for queries in ("doc3", ["doc3"], [2], dtm.docs.index == "doc3", lambda docs: docs.index == "doc3"):
        part = nearest(dtm, 4, queries=queries)
        pd.testing.assert_frame_equal(part, whole[whole["doc"] == "doc3"].reset_index(drop=True))
    assert nearest(dtm, queries=["doc3", "doc1"])["doc"].unique().tolist() == ["doc3", "doc1"]


def test_other_documents() -> None:
    dtm = DocumentTermMatrix([[2, 0, 1], [0, 3, 0]], ["网格", "管理", "信访"])
    queries = DocumentTermMatrix([[5, 1, 0], [0, 0, 2]], ["网格", "云", "管理"], pd.DataFrame(index=["x", "y"]))
    with pytest.warns(TextkitWarning, match=r"^terms of queries that dtm does not have are left out: '云'\.$"):
        table = nearest(dtm, queries=queries)
    # x is (5, 0, 0) after 云 was left out: 10 / (5 sqrt 5); y is (0, 2, 0)
    assert table["doc"].tolist() == ["x", "y"]
    assert table["neighbour"].tolist() == ["doc1", "doc2"]
    assert table["value"].tolist() == pytest.approx([2 / np.sqrt(5), 1.0])
    assert table.attrs["textkit"]["inputs"] == {"dtm": dtm.fingerprint, "queries": queries.fingerprint}
    # a document of the same name is another document here
    assert nearest(dtm, 1, queries=dtm)["value"].tolist() == [1.0, 1.0]


def test_negative_weights_are_no_neighbours() -> None:
    weighted = bm25(_dtm(np.array([[1, 1, 0], [1, 0, 2], [1, 0, 0]])), variant="robertson")
    table = nearest(weighted)
    square = similarity_matrix(weighted)
    assert all(square.loc[row.doc, row.neighbour] == pytest.approx(row.value) for row in table.itertuples())
    assert (table["value"] > 0).all()


def test_empty_documents_and_matrices() -> None:
    with pytest.warns(TextkitWarning, match=r"^1 document is empty and has no neighbours: 'doc2'\.$"):
        table = nearest(_dtm(np.array([[1, 0], [0, 0], [1, 1]])))
    assert table["doc"].tolist() == ["doc1", "doc3"]
    assert nearest(_dtm(np.array([[1]]))).empty
    for shape in ((0, 1), (0, 0)):
        empty = nearest(_dtm(np.zeros(shape, int)))
        assert (list(empty.columns), len(empty)) == (COLUMNS, 0)


def test_settings() -> None:
    dtm = _dtm(np.array([[1, 2], [2, 1]]))
    note = nearest(dtm, 3, queries=["doc1"], min_value=0.25).attrs["textkit"]
    assert note["settings"] == {
        "n": 3, "measure": "cosine", "min_value": 0.25, "queries": ["doc1"], "weighting": "count",
    }  # fmt: skip


def test_messages() -> None:
    dtm = _dtm(np.array([[1, 2], [2, 1]]))
    with pytest.raises(UnknownNameError, match="^unknown measure 'jacard'; did you mean 'jaccard'"):
        nearest(dtm, measure="jacard")
    with pytest.raises(UnknownNameError, match="^unknown document 'doc9'; did you mean 'doc"):
        nearest(dtm, queries="doc9")
    with pytest.raises(
        ArgumentError, match=r"^min_value must be a finite number of at least 0 and at most 1, got 2\.$"
    ):
        nearest(dtm, min_value=2)
    with pytest.raises(ArgumentError, match=r"^n must be a whole number of at least 1, got 0\.$"):
        nearest(dtm, 0)
    with pytest.raises(ArgumentError) as caught:
        nearest(dtm, queries=proportions(dtm))
    assert str(caught.value) == (
        "queries hold 'proportion', but dtm holds 'count'. Weight both in the same way; "
        "tfidf(queries, collection=...) takes document frequencies from another matrix."
    )
