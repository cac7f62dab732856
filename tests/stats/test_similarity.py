"""similarity: scipy's dense formulas against the sparse path, laws, empty documents and limits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.sparse import csr_array
from scipy.spatial import distance

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix, count
from textkit.measures import resampling
from textkit.stats import similarity as module
from textkit.stats.similarity import (
    COLUMNS,
    MEASURES,
    TERM_COLUMNS,
    similarity,
    similarity_matrix,
    term_similarity,
)
from textkit.tokenization import tokenize
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
            "simple_matching": lambda: (x == y).mean(),
            "hamann": lambda: (x == y).mean() - (x != y).mean(),
            "minkowski": lambda: distance.minkowski(a, b, 2),
            "maximum": lambda: distance.chebyshev(a, b),
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
        assert table[["ci_low", "ci_high"]].isna().all(axis=None)
        for a, b, value in table[["doc_a", "doc_b", "value"]].itertuples(index=False):
            assert square.loc[a, b] == value
            assert dtm.names.index(a) < dtm.names.index(b)
        falling = table["value"] if MEASURES[measure].orientation == "similarity" else -table["value"]
        assert falling.is_monotonic_decreasing
        for made in (table, square):
            assert made.attrs["textkit"]["orientation"] == MEASURES[measure].orientation
            used = made.attrs["textkit"]["settings"]
            assert (used["measure"], used["weighting"]) == (measure, "count")


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
    with pytest.raises(ArgumentError, match="^dtm must be a DocumentTermMatrix or Tokens, got a ndarray"):
        similarity(np.ones((2, 2)))  # type: ignore[arg-type]
    monkeypatch.setattr(module, "_PAIR_ROWS", 3)
    with pytest.raises(ArgumentError) as caught:
        similarity(dtm)
    assert str(caught.value) == (
        "pairs of 4 documents would not fit: at most 3 are compared all with all. "
        "Choose documents with dtm[...], put them together with dtm.merge(by), or use nearest(dtm)."
    )
    monkeypatch.setattr(module, "_MATRIX_ROWS", 3)
    with pytest.raises(ArgumentError, match="^a square matrix of 4 documents would not fit: at most 3"):
        similarity_matrix(dtm)


@pytest.mark.parametrize("power", [1.0, 1.5, 3.0, 7.0])
def test_power(power: float) -> None:
    counts = np.array([[3, 0, 1, 7], [1, 2, 0, 4], [0, 0, 5, 1]])
    square = similarity_matrix(_dtm(counts), measure="minkowski", power=power)
    for i in range(3):
        for j in range(3):
            assert square.iloc[i, j] == pytest.approx(distance.minkowski(counts[i], counts[j], power), abs=1e-7)
    with pytest.raises(ArgumentError, match=r"^power must be a finite number of at least 1, got 0\.5\.$"):
        similarity_matrix(_dtm(counts), measure="minkowski", power=0.5)


THEIRS = {
    "correlation": "pearson",
    "cosine": "cosine",
    "jaccard": "jaccard",
    "dice": "dice",
    "ejaccard": "extended_jaccard",
    "edice": "extended_dice",
    "simple matching": "simple_matching",
    "hamann": "hamann",
    "euclidean": "euclidean",
    "manhattan": "manhattan",
    "minkowski": "minkowski",
    "maximum": "maximum",
    "canberra": "canberra",
}


@pytest.mark.shared
@pytest.mark.parametrize("theirs", THEIRS)
def test_quanteda(theirs: str, shared: Path) -> None:
    """Every method and power of the reference results, for six of the US inaugural speeches."""
    folder = shared / "data" / "reference"
    cells = pd.read_csv(folder / "inputs" / "inaugural_dfm_nopunct_triplets.csv.gz")
    names = pd.read_csv(folder / "inputs" / "inaugural_dfm_nopunct_docs.csv")["doc"].tolist()
    matrix = csr_array((cells["count"], (cells["doc_id"] - 1, cells["feature_id"] - 1)))
    dtm = DocumentTermMatrix(matrix, [f"w{i}" for i in range(matrix.shape[1])], pd.DataFrame(index=names))
    table = pd.read_csv(folder / "textstats" / "simil_dist_6docs.csv")
    for power, wanted in table[table["method"] == theirs].fillna({"p": 2.0}).groupby("p"):
        six = list(dict.fromkeys(wanted["doc1"]))
        square = similarity_matrix(dtm[six], measure=THEIRS[theirs], power=float(power))
        found = [square.loc[a, b] for a, b in zip(wanted["doc1"], wanted["doc2"], strict=True)]
        np.testing.assert_allclose(found, wanted["value"], rtol=1e-10, atol=1e-11)


TEXTS = [
    "甲 乙 甲。丙 丁。甲 丁 乙。戊。乙 乙 丙。甲 戊 丁。丙。丁 丁 甲。乙 甲。丙 戊。",
    "甲 乙。乙 丙 丙。丁 甲 甲。己。乙 丁。甲 丙 己。戊 甲。丁。乙 甲 丙。己 甲。戊 乙。",
    "己 庚。庚 甲。己 己 庚。丁。戊 庚 己。甲 庚。己。庚 庚。丁 己。庚 戊。",
]


def _apart(texts: list[str]):
    """Words without the full stops that stand at some of them."""
    return tokenize(Corpus(texts), "characters").drop("。")


def _by_loops(tokens, measure: str, n_replicates: int, seed: int) -> np.ndarray:
    """Resample the sentences of each document one by one and compare whole matrices."""
    pieces = count(tokens.split("sentence"))
    cells = pieces.matrix.toarray()
    owner = pieces.docs["parent"].to_numpy()
    draws = []
    for name, rng in zip(tokens.corpus.names, np.random.default_rng(seed).spawn(len(tokens.corpus)), strict=True):
        own = cells[owner == name]
        draws.append(np.vstack(list(resampling.resamples(len(own), n_replicates, rng))) @ own)
    return np.array(
        [similarity_matrix(_dtm(np.array(rows)), measure=measure).to_numpy() for rows in zip(*draws, strict=True)]
    )


class TestIntervals:
    @pytest.mark.parametrize("measure", MEASURES)
    def test_agree_with_loops(self, measure: str) -> None:
        tokens = _apart(TEXTS)
        table = similarity(tokens, measure=measure, ci="bootstrap", n_replicates=130, random_state=5)
        draws = _by_loops(tokens, measure, 130, 5)
        low, high = resampling.percentile_interval(draws)
        names = tokens.corpus.names
        bounds = MEASURES[measure].low, MEASURES[measure].high
        for row in table.itertuples():
            pair = names.index(row.doc_a), names.index(row.doc_b)
            assert row.ci_low == pytest.approx(np.clip(2 * row.value - high[pair], *bounds), abs=1e-7)
            assert row.ci_high == pytest.approx(np.clip(2 * row.value - low[pair], *bounds), abs=1e-7)
        plain = similarity(tokens, measure=measure)
        pd.testing.assert_frame_equal(plain[["doc_a", "doc_b", "value"]], table[["doc_a", "doc_b", "value"]])

    def test_by_hand(self) -> None:
        """Sentences that are all the same: every sample is the document itself, and the interval a point."""
        tokens = _apart(["甲 乙。" * 12, "甲 丙。" * 15])
        table = similarity(tokens, ci="bootstrap", n_replicates=50)
        assert table[["value", "ci_low", "ci_high"]].to_numpy() == pytest.approx(np.full((1, 3), 0.5))

    def test_is_nearer_to_the_truth_than_percentiles(self) -> None:
        """Two samples of one source: the true cosine is 1, which no percentile interval would hold."""
        rng = np.random.default_rng(3)
        words = [chr(0x4E00 + i) for i in range(60)]
        texts = ["".join(" ".join(rng.choice(words, 8)) + "。" for _ in range(40)) for _ in range(2)]
        table = similarity(_apart(texts), ci="bootstrap", n_replicates=200)
        assert table["value"].item() < 0.9
        assert table["ci_high"].item() > 0.97

    def test_units_seeds_and_levels(self) -> None:
        tokens = _apart([text.replace("戊", "戊\n") for text in TEXTS])
        with pytest.warns(TextkitWarning, match=r"^[0-9] paragraphs are too few for an interval to be believed"):
            similarity(tokens, ci="bootstrap", unit="paragraph", n_replicates=20)
        one, same, other = (
            similarity(_apart(TEXTS), ci="bootstrap", n_replicates=90, random_state=seed) for seed in (1, 1, 2)
        )
        pd.testing.assert_frame_equal(one, same)
        assert (one["ci_low"] != other["ci_low"]).any()
        narrow = similarity(_apart(TEXTS), ci="bootstrap", n_replicates=90, random_state=1, confidence=0.5)
        assert (narrow["ci_high"] - narrow["ci_low"] <= one["ci_high"] - one["ci_low"]).all()

    def test_empty_documents(self) -> None:
        with pytest.warns(TextkitWarning):
            table = similarity(_apart([TEXTS[0], "", TEXTS[1]]), ci="bootstrap", n_replicates=20)
        assert table["ci_low"].isna().tolist() == [False, True, True]

    def test_parts_of_documents_are_documents_too(self) -> None:
        whole = _apart([TEXTS[0] + "\n" + TEXTS[1]])
        parts = whole.split("paragraph")
        table = similarity(parts, ci="bootstrap", n_replicates=40)
        apart = similarity(_apart(TEXTS[:2]), ci="bootstrap", n_replicates=40)
        pd.testing.assert_frame_equal(table[["value", "ci_low", "ci_high"]], apart[["value", "ci_low", "ci_high"]])

    def test_messages(self) -> None:
        with pytest.raises(ArgumentError) as caught:
            similarity(_dtm(np.ones((2, 2), int)), ci="bootstrap")
        assert str(caught.value) == (
            'ci="bootstrap" resamples each sentence of the texts, but dtm is a matrix without sentences. '
            "Pass the tokens: similarity(tokens, ci=...)."
        )
        with pytest.raises(UnknownNameError, match="^unknown ci 'boot'; did you mean 'bootstrap'"):
            similarity(_apart(TEXTS), ci="boot")
        with pytest.raises(UnknownNameError, match="^unknown unit 'sentences'; did you mean 'sentence'"):
            similarity(_apart(TEXTS), unit="sentences")


class TestTerms:
    def test_are_the_documents_of_the_turned_matrix(self) -> None:
        counts = np.random.default_rng(0).poisson(1.0, (7, 5)) + np.eye(7, 5, dtype=int)
        turned = _dtm(counts.T)
        for measure in MEASURES:
            square = similarity_matrix(_dtm(counts), measure=measure, axis="terms")
            np.testing.assert_array_equal(square, similarity_matrix(turned, measure=measure))
            assert square.index.tolist() == [f"w{i}" for i in range(5)]
            table = term_similarity(_dtm(counts), measure=measure)
            assert list(table.columns) == TERM_COLUMNS
            assert len(table) == 10
            for row in table.itertuples():
                assert square.loc[row.term_a, row.term_b] == row.value

    def test_chosen_terms_are_compared_with_all(self) -> None:
        counts = np.random.default_rng(1).poisson(1.0, (9, 6)) + np.eye(9, 6, dtype=int)
        for measure in MEASURES:
            whole = term_similarity(_dtm(counts), measure=measure)
            chosen = term_similarity(_dtm(counts), ["w4", "w1"], measure=measure)
            assert len(chosen) == 5 + 4  # the pair of both is listed once
            assert set(chosen["term_a"]) == {"w1", "w4"}
            values = {frozenset((row.term_a, row.term_b)): row.value for row in whole.itertuples()}
            for row in chosen.itertuples():
                assert values[frozenset((row.term_a, row.term_b))] == row.value

    def test_intervals_by_documents(self) -> None:
        rng = np.random.default_rng(2)
        counts = rng.poisson(1.0, (30, 4)) + 1
        for measure in MEASURES:
            table = term_similarity(_dtm(counts), ["w0"], measure=measure, ci="bootstrap", n_replicates=60)
            times = np.vstack(list(resampling.resamples(30, 60, np.random.default_rng(0))))
            draws = []
            for row in times:
                repeated = np.repeat(counts, row, axis=0)
                draws.append(similarity_matrix(_dtm(repeated), measure=measure, axis="terms").loc["w0"].to_numpy())
            low, high = resampling.percentile_interval(np.array(draws))
            bounds = MEASURES[measure].low, MEASURES[measure].high
            for row in table.itertuples():
                j = int(row.term_b[1])
                assert row.ci_low == pytest.approx(np.clip(2 * row.value - high[j], *bounds), abs=1e-7)
                assert row.ci_high == pytest.approx(np.clip(2 * row.value - low[j], *bounds), abs=1e-7)

    def test_terms_in_no_document(self) -> None:
        with pytest.warns(TextkitWarning, match=r"^1 term is in no document; the values with them are NaN\.$"):
            table = term_similarity(DocumentTermMatrix([[1, 0, 2]], ["a", "b", "c"]))
        assert table["value"].isna().tolist() == [False, True, True]

    def test_messages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        dtm = DocumentTermMatrix([[1, 1, 2]], ["网格", "管理", "信访"])
        with pytest.raises(UnknownNameError, match="^unknown term '网络'; did you mean '网格'"):
            term_similarity(dtm, "网络")
        with pytest.warns(TextkitWarning, match=r"^not in the vocabulary and left out: '网络'\.$"):
            term_similarity(dtm, ["网络", "网格"])
        monkeypatch.setattr(module, "_PAIR_CELLS", 8)
        with pytest.raises(ArgumentError, match=r"^3 terms times 3 are too many pairs: at most 8\. Choose fewer"):
            term_similarity(dtm)
        monkeypatch.setattr(module, "_DENSE_CELLS", 2)
        with pytest.raises(ArgumentError, match=r"^measure='maximum' needs whole rows, and 1 x 3 cells are too many"):
            similarity(dtm, measure="maximum")
