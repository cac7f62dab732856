"""similarity: scipy's dense formulas against the sparse path, laws, empty documents and limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial import distance

from textkit.errors import ArgumentError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.stats import similarity as module
from textkit.stats.similarity import COLUMNS, MEASURES, similarity, similarity_matrix
from textkit.weights import bm25, proportions, tfidf


def _dtm(counts: np.ndarray) -> DocumentTermMatrix:
    return DocumentTermMatrix(counts, [f"w{i}" for i in range(counts.shape[1])])


@st.composite
def filled(draw: st.DrawFn) -> np.ndarray:
    """Counts in which every document has a term."""
    counts = draw(hnp.arrays(np.int64, st.tuples(st.integers(2, 6), st.integers(1, 7)), elements=st.integers(0, 4)))
    counts[:, 0] += counts.sum(axis=1) == 0
    return counts


def _dense(measure: str, a: np.ndarray, b: np.ndarray) -> float:
    """Return the definition, from whole vectors."""
    a, b = a.astype(float), b.astype(float)
    p, q = a / a.sum(), b / b.sum()
    x, y = a > 0, b > 0
    coefficient = min(np.sqrt(p * q).sum(), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "cosine": lambda: 1 - distance.cosine(a, b),
            "pearson": lambda: np.corrcoef(a, b)[0, 1],
            "jaccard": lambda: 1 - distance.jaccard(x, y),
            "dice": lambda: 1 - distance.dice(x, y),
            "overlap": lambda: (x & y).sum() / min(x.sum(), y.sum()),
            "extended_jaccard": lambda: a @ b / (a @ a + b @ b - a @ b),
            "extended_dice": lambda: 2 * (a @ b) / (a @ a + b @ b),
            "ruzicka": lambda: np.minimum(a, b).sum() / np.maximum(a, b).sum(),
            "jensen_shannon": lambda: distance.jensenshannon(p, q, base=2) ** 2,
            "jensen_shannon_distance": lambda: distance.jensenshannon(p, q, base=2),
            "hellinger": lambda: np.sqrt(1 - coefficient),
            "bhattacharyya": lambda: -np.log(coefficient),
            "manhattan": lambda: distance.cityblock(a, b),
            "euclidean": lambda: distance.euclidean(a, b),
            "canberra": lambda: distance.canberra(a, b),
        }[measure]()


@pytest.mark.parametrize("measure", MEASURES)
class TestEveryMeasure:
    @given(filled())
    @settings(max_examples=40)
    def test_sparse_is_dense(self, measure: str, counts: np.ndarray) -> None:
        square = similarity_matrix(_dtm(counts), measure=measure).to_numpy()
        for i in range(len(counts)):
            for j in range(len(counts)):
                constant = measure == "pearson" and (np.ptp(counts[i]) == 0 or np.ptp(counts[j]) == 0)
                expected = np.nan if constant else _dense(measure, counts[i], counts[j])
                # a root makes 1e-16 into 1e-8
                assert square[i, j] == pytest.approx(expected, abs=2e-7, nan_ok=True)

    @given(filled(), st.data())
    @settings(max_examples=25)
    def test_laws(self, measure: str, counts: np.ndarray, data: st.DataObject) -> None:
        square = similarity_matrix(_dtm(counts), measure=measure).to_numpy()
        np.testing.assert_array_equal(square, square.T)
        best = 1.0 if MEASURES[measure].orientation == "similarity" else 0.0
        diagonal = np.diagonal(square)
        assert (diagonal[~np.isnan(diagonal)] == best).all()
        rows = np.array(data.draw(st.permutations(range(len(counts)))))
        columns = np.array(data.draw(st.permutations(range(counts.shape[1]))))
        other = similarity_matrix(_dtm(counts[rows][:, columns]), measure=measure).to_numpy()
        np.testing.assert_allclose(other, square[np.ix_(rows, rows)], atol=1e-7)

    def test_equal_and_proportional_documents(self, measure: str) -> None:
        a = np.array([3, 1, 0, 7, 1, 13])
        square = similarity_matrix(_dtm(np.array([a, a, 3 * a])), measure=measure).to_numpy()
        best = 1.0 if MEASURES[measure].orientation == "similarity" else 0.0
        assert square[0, 1] == best
        if measure in ("cosine", "hellinger", "bhattacharyya", "jaccard", "dice", "overlap"):
            assert square[0, 2] == best
        if measure.startswith(("jensen", "pearson")):
            assert square[0, 2] == pytest.approx(best, abs=1e-7)

    def test_empty_documents_are_nan(self, measure: str) -> None:
        with pytest.warns(TextkitWarning) as caught:
            square = similarity_matrix(_dtm(np.array([[1, 2], [0, 0], [2, 1]])), measure=measure)
        assert str(caught[0].message) == "1 document is empty; the values with them are NaN."
        assert caught[0].filename == __file__
        assert square.iloc[1].isna().all()
        assert square.iloc[:, 1].isna().all()
        assert np.isfinite(square.iloc[0, 2])

    def test_pairs_are_the_upper_triangle(self, measure: str) -> None:
        dtm = _dtm(np.random.default_rng(1).integers(0, 4, (6, 9)))
        table = similarity(dtm, measure=measure)
        square = similarity_matrix(dtm, measure=measure)
        assert list(table.columns) == COLUMNS
        assert len(table) == 15
        for a, b, value in table.itertuples(index=False):
            assert square.loc[a, b] == value
            assert dtm.names.index(a) < dtm.names.index(b)
        falling = table["value"] if MEASURES[measure].orientation == "similarity" else -table["value"]
        assert falling.is_monotonic_decreasing
        for made in (table, square):
            assert made.attrs["textkit"]["orientation"] == MEASURES[measure].orientation
            assert made.attrs["textkit"]["settings"] == {"measure": measure, "weighting": "count"}


def test_nothing_in_common() -> None:
    dtm = _dtm(np.array([[1, 2, 0, 0], [0, 0, 1, 2]]))
    found = {measure: float(similarity(dtm, measure=measure)["value"].iloc[0]) for measure in MEASURES}
    for measure in ("cosine", "jaccard", "dice", "overlap", "extended_jaccard", "extended_dice", "ruzicka"):
        assert found[measure] == 0
    for measure in ("jensen_shannon", "jensen_shannon_distance", "hellinger"):
        assert found[measure] == 1
    assert found["bhattacharyya"] == np.inf
    assert (found["manhattan"], found["canberra"]) == (6, 4)


def test_ties_are_in_code_point_order_and_nan_is_last() -> None:
    with pytest.warns(TextkitWarning):
        table = similarity(_dtm(np.array([[1, 0], [0, 0], [1, 0], [2, 0]])))
    assert table["doc_a"].tolist() == ["doc1", "doc1", "doc3", "doc1", "doc2", "doc2"]
    assert table["value"].isna().tolist() == [False] * 3 + [True] * 3


def test_many_documents_go_through_in_blocks() -> None:
    counts = np.random.default_rng(2).poisson(0.3, (600, 30))
    counts[:, 0] += 1
    square = similarity_matrix(_dtm(counts)).to_numpy()
    unit = counts / np.linalg.norm(counts, axis=1)[:, None]
    np.testing.assert_allclose(square, unit @ unit.T, atol=1e-12)


def test_weights() -> None:
    counts = np.array([[2, 1, 0], [1, 1, 3], [0, 2, 1]])
    weighted = tfidf(_dtm(counts), "ltc")
    unit = weighted.matrix.toarray()
    np.testing.assert_allclose(similarity_matrix(weighted).to_numpy(), unit @ unit.T, atol=1e-12)
    # the shares do not care what the documents' lengths were
    by_share = similarity_matrix(proportions(_dtm(counts)), measure="jensen_shannon").to_numpy()
    np.testing.assert_allclose(by_share, similarity_matrix(_dtm(counts), measure="jensen_shannon").to_numpy())


def test_negative_weights() -> None:
    weighted = bm25(_dtm(np.array([[1, 1], [1, 0]])), variant="robertson")
    assert np.isfinite(similarity(weighted)["value"]).all()
    with pytest.raises(ArgumentError) as caught:
        similarity(weighted, measure="hellinger")
    assert str(caught.value) == (
        "measure='hellinger' has no meaning for negative weights, which this matrix has "
        "(bm25:robertson(k1=1.5, b=0.75)). Use measure='cosine', or counts."
    )


def test_stored_zeros_are_no_terms() -> None:
    from scipy.sparse import csr_array

    matrix = csr_array((np.array([1, 0, 1]), np.array([0, 1, 0]), np.array([0, 2, 3])), shape=(2, 2))
    assert similarity(DocumentTermMatrix(matrix, ["a", "b"]), measure="jaccard")["value"].tolist() == [1.0]


def test_one_document_and_none() -> None:
    assert len(similarity(_dtm(np.array([[1]])))) == 0
    assert similarity_matrix(_dtm(np.array([[1]]))).to_numpy().tolist() == [[1.0]]
    assert similarity_matrix(_dtm(np.zeros((0, 1), int))).shape == (0, 0)


def test_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    dtm = _dtm(np.ones((4, 2), int))
    with pytest.raises(UnknownNameError, match="^unknown measure 'cosin'; did you mean 'cosine'"):
        similarity(dtm, measure="cosin")
    with pytest.raises(ArgumentError, match="^dtm must be a DocumentTermMatrix, got a ndarray"):
        similarity(np.ones((2, 2)))  # type: ignore[arg-type]
    monkeypatch.setattr(module, "_PAIRS_DOCS", 3)
    with pytest.raises(ArgumentError) as caught:
        similarity(dtm)
    assert str(caught.value) == (
        "pairs of 4 documents would not fit: at most 3 are compared all with all. "
        "Choose documents with dtm[...], or put them together with dtm.merge(by)."
    )
    monkeypatch.setattr(module, "_MATRIX_DOCS", 3)
    with pytest.raises(ArgumentError, match="^a square matrix of 4 documents would not fit: at most 3"):
        similarity_matrix(dtm)
