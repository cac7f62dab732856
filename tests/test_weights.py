"""weights: scikit-learn, hand arithmetic, laws and messages."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.feature_extraction.text import TfidfTransformer

from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.weights import bm25, bm25_scores, proportions, tfidf

# three documents: 网格 网格 管理 / 管理 / (empty)
DTM = DocumentTermMatrix([[2, 1], [0, 1], [0, 0]], ["网格", "管理"])

matrices = hnp.arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(0, 5))


def _dtm(counts: np.ndarray) -> DocumentTermMatrix:
    return DocumentTermMatrix(counts, [f"w{i}" for i in range(counts.shape[1])])


def _quiet(dtm: DocumentTermMatrix, scheme: str, **settings: float) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)  # random matrices have terms in no document
        return tfidf(dtm, scheme, **settings).matrix.toarray()


class TestProportions:
    def test_by_hand(self) -> None:
        share = proportions(DTM)
        assert share.matrix.toarray().tolist() == [[2 / 3, 1 / 3], [0, 1], [0, 0]]
        assert share.weighting == "proportion"
        assert share.names == DTM.names

    @given(matrices)
    def test_rows_sum_to_one_or_nothing(self, counts: np.ndarray) -> None:
        sums = proportions(_dtm(counts)).lengths
        np.testing.assert_allclose(sums, (counts.sum(axis=1) > 0).astype(float))

    def test_weights_are_refused(self) -> None:
        with pytest.raises(ArgumentError) as caught:
            proportions(proportions(DTM))
        assert str(caught.value) == (
            "proportions needs counts, but dtm holds weights (proportion). Give it what count() returned."
        )

    def test_no_matrix(self) -> None:
        with pytest.raises(ArgumentError, match=r"^dtm must be a DocumentTermMatrix, got a list\. Make one with count"):
            proportions([[1]])  # type: ignore[arg-type]


class TestTfidf:
    @given(matrices)
    def test_sklearn_presets_are_sklearn(self, counts: np.ndarray) -> None:
        for scheme, settings in {
            "sklearn": {},
            "lsc": {"sublinear_tf": True},
            "nuc": {"smooth_idf": False},
            "nsn": {"norm": None},
        }.items():
            if scheme == "nuc" and (counts.sum(axis=0) == 0).any():
                continue  # scikit-learn divides by zero there
            theirs = TfidfTransformer(**settings).fit_transform(counts).toarray()
            np.testing.assert_allclose(_quiet(_dtm(counts), scheme), theirs, rtol=1e-14, atol=1e-15)

    def test_by_hand(self) -> None:
        # N = 3, df = 1, 2; 网格: 2 ln 3, 管理: 1 ln 1.5
        weights = tfidf(DTM, "ntn").matrix.toarray()
        np.testing.assert_allclose(weights, [[2 * np.log(3), np.log(1.5)], [0, np.log(1.5)], [0, 0]])
        a, b = 2 * np.log(3), np.log(1.5)
        np.testing.assert_allclose(tfidf(DTM).matrix.toarray()[0], np.array([a, b]) / np.hypot(a, b))

    def test_pivoted_unique_norm(self) -> None:
        # types 2, 1, 0; mean of the filled 1.5; (1 - .2) 1.5 + .2 types = 1.6, 1.4
        weights = tfidf(DTM, "nnu")
        np.testing.assert_allclose(weights.matrix.toarray(), [[2 / 1.6, 1 / 1.6], [0, 1 / 1.4], [0, 0]])
        assert weights.weighting == "tfidf:nnu:slope0.2"

    @pytest.mark.parametrize(
        ("scheme", "settings", "name"),
        [
            ("ntc", {}, "tfidf:ntc"),
            ("sklearn", {}, "tfidf:nsc"),
            ("quanteda", {}, "tfidf:ntn:log10"),
            ("ltc", {"log_base": 2}, "tfidf:ltc:log2"),
            ("lnc.ltc", {}, "tfidf:lnc"),
        ],
    )
    def test_weighting_names_the_scheme(self, scheme: str, settings: dict[str, float], name: str) -> None:
        assert tfidf(DTM, scheme, **settings).weighting == name

    @given(matrices, st.sampled_from("nlbaLpm"), st.sampled_from("ntpsux"), st.sampled_from("ncu"), st.data())
    def test_order_of_documents_and_terms_does_not_matter(
        self, counts: np.ndarray, tf: str, idf: str, norm: str, data: st.DataObject
    ) -> None:
        rows = np.array(data.draw(st.permutations(range(counts.shape[0]))))
        columns = np.array(data.draw(st.permutations(range(counts.shape[1]))))
        one = _quiet(_dtm(counts), tf + idf + norm)
        other = _quiet(_dtm(counts[rows][:, columns]), tf + idf + norm)
        np.testing.assert_allclose(other, one[rows][:, columns], atol=1e-14)
        assert np.isfinite(one).all()
        assert (one[counts == 0] == 0).all()

    @given(matrices)
    def test_cosine_norm_gives_length_one(self, counts: np.ndarray) -> None:
        norms = np.sqrt((_quiet(_dtm(counts), "lsc") ** 2).sum(axis=1))
        np.testing.assert_allclose(norms[counts.sum(axis=1) > 0], 1.0)

    @given(matrices, st.floats(1.5, 20))
    def test_the_base_divides_the_weights(self, counts: np.ndarray, base: float) -> None:
        one = _quiet(_dtm(counts), "ntn")
        np.testing.assert_allclose(_quiet(_dtm(counts), "ntn", log_base=base), one / np.log(base), atol=1e-14)

    def test_frequencies_of_a_collection(self) -> None:
        query = DocumentTermMatrix([[1, 1, 1]], ["管理", "网格", "云"])
        with pytest.warns(TextkitWarning) as caught:
            weights = tfidf(query, "ntn", collection=DTM)
        np.testing.assert_allclose(weights.matrix.toarray(), [[np.log(1.5), np.log(3), 0]])
        assert str(caught[0].message) == "1 term stands in no document of the collection and gets weight 0: '云'."

    def test_terms_in_no_document(self) -> None:
        with pytest.warns(TextkitWarning) as caught:
            weights = tfidf(DocumentTermMatrix([[1, 0, 0]], ["a", "b", "c"]), "nsn")
        assert str(caught[0].message) == "2 terms stand in no document and get weight 0: 'b', 'c'."
        assert caught[0].filename == __file__
        assert weights.matrix.toarray()[0, 1:].tolist() == [0, 0]

    def test_a_term_in_every_document_has_no_weight(self) -> None:
        assert tfidf(_dtm(np.array([[1, 2], [3, 0]])), "ntc").matrix.toarray()[:, 0].tolist() == [0, 0]

    def test_empty_matrices(self) -> None:
        assert tfidf(DocumentTermMatrix(np.zeros((0, 2), int), ["a", "b"])).shape == (0, 2)
        assert tfidf(DocumentTermMatrix(np.zeros((2, 0), int), [])).shape == (2, 0)

    @pytest.mark.parametrize(
        ("scheme", "message"),
        [
            ("ntx", "unknown norm letter of scheme 'ntx': 'x'. Available: 'n', 'c', 'u'."),
            ("xtc", "unknown tf letter of scheme 'xtc': 'x'. Available: 'n', 'l', 'b', 'a', 'L', 'p', 'm'."),
            (
                "sklern",
                (
                    "unknown scheme 'sklern'; did you mean 'sklearn'? Available: 'sklearn', 'quanteda'. "
                    "Or give three SMART letters such as 'ntc', 'ltc', 'lnc.ltc'."
                ),
            ),
        ],
    )
    def test_unknown_schemes(self, scheme: str, message: str) -> None:
        with pytest.raises(UnknownNameError) as caught:
            tfidf(DTM, scheme)
        assert str(caught.value) == message

    def test_base(self) -> None:
        with pytest.raises(ArgumentError, match=r"^log_base must be a finite number above 1, got 1\.$"):
            tfidf(DTM, log_base=1)
        with pytest.raises(ArgumentError, match="'sklearn' is defined with natural logarithms, got log_base=10"):
            tfidf(DTM, "sklearn", log_base=10)
        with pytest.raises(ArgumentError, match=r"^scheme must be a SMART code such as 'ntc' or a preset, got 3\.$"):
            tfidf(DTM, 3)  # type: ignore[arg-type]


class TestBm25:
    def test_by_hand(self) -> None:
        # lengths 3, 1, 0, mean 4/3; 网格: idf ln(1 + 2.5/1.5), tf 2 / (2 + 1.5 (0.25 + 0.75 * 3 / (4/3)))
        weights = bm25(DTM).matrix.toarray()
        norm = 1.5 * (0.25 + 0.75 * 9 / 4)
        assert weights[0, 0] == pytest.approx(np.log(1 + 2.5 / 1.5) * 2 / (2 + norm))
        assert weights[2].tolist() == [0, 0]

    def test_variants_differ_by_constants(self) -> None:
        lucene, older = bm25(DTM).matrix.toarray(), bm25(DTM, variant="lucene7").matrix.toarray()
        np.testing.assert_allclose(older, 2.5 * lucene)
        assert bm25(DTM, variant="plus", delta=0.5).weighting == "bm25:plus(k1=1.5, b=0.75, delta=0.5)"

    def test_robertson_may_be_negative(self) -> None:
        weights = bm25(_dtm(np.array([[1], [2], [3]])), variant="robertson").matrix.toarray()
        assert (weights < 0).all()

    @given(matrices)
    def test_no_length_and_no_saturation_gives_idf(self, counts: np.ndarray) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TextkitWarning)
            weights = bm25(_dtm(counts), k1=0, variant="lucene7").matrix.toarray()
        df, n = (counts > 0).sum(axis=0), len(counts)
        idf = np.where(df > 0, np.log1p((n - df + 0.5) / (df + 0.5)), 0)
        np.testing.assert_allclose(weights, np.where(counts > 0, idf, 0))

    def test_scores_are_sums_of_weights(self) -> None:
        weights = bm25(DTM).matrix.toarray()
        table = bm25_scores(DTM, "管理 网格 管理")
        expected = weights @ [1, 2]
        assert list(table.columns) == ["doc", "rank", "score"]
        assert table["doc"].tolist() == ["doc1", "doc2", "doc3"]
        assert table["rank"].tolist() == [1, 2, 3]
        np.testing.assert_allclose(table["score"], expected)
        assert table.attrs["textkit"]["settings"]["query"] == "管理 网格 管理"
        assert table.attrs["textkit"]["inputs"] == {"dtm": DTM.fingerprint}

    def test_equal_scores_share_a_rank_in_code_point_order(self) -> None:
        table = bm25_scores(_dtm(np.array([[0, 1], [1, 0], [1, 0]])), ["w0"])
        assert table[["doc", "rank"]].to_numpy().tolist() == [["doc2", 1], ["doc3", 1], ["doc1", 3]]

    def test_words_that_are_not_there(self) -> None:
        with pytest.warns(TextkitWarning, match=r"^not in the vocabulary and left out of the query: '云'\.$"):
            bm25_scores(DTM, ["云", "网格"])
        with pytest.raises(EmptyError) as caught:
            bm25_scores(DTM, "网络")
        assert str(caught.value) == ("none of the words '网络' is in the vocabulary of 2 terms. Did you mean '网格'?")
        with pytest.raises(EmptyError, match=r"^the query has no words; none is in the vocabulary of 2 terms\.$"):
            bm25_scores(DTM, " ")
        with pytest.raises(ArgumentError, match=r"^query must hold words \(str\), got 3\.$"):
            bm25_scores(DTM, [3])  # type: ignore[list-item]

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"k1": -1}, "k1 must be a finite number of at least 0, got -1."),
            ({"b": 2}, "b must be a finite number of at least 0 and at most 1, got 2."),
        ],
    )
    def test_settings_out_of_range(self, settings: dict[str, float], message: str) -> None:
        with pytest.raises(ArgumentError) as caught:
            bm25(DTM, **settings)  # type: ignore[arg-type]
        assert str(caught.value) == message

    def test_unknown_variant(self) -> None:
        with pytest.raises(UnknownNameError, match="^unknown variant 'lucen'; did you mean 'lucene'"):
            bm25(DTM, variant="lucen")
