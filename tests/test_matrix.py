"""DocumentTermMatrix: counting by hand, trimming, merging, aligning, saving, and its laws."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.decomposition import NMF, LatentDirichletAllocation
from sklearn.feature_extraction.text import CountVectorizer

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, ReadError, UnknownNameError
from textkit.matrix import DocumentTermMatrix, count
from textkit.tokenization import tokenize
from textkit.vocabulary import Vocabulary

LINES = ["网格 管理 网格", "管理", "信访 管理 信访 信访", ""]
DOCS = pd.DataFrame({"year": [2019, 2020, 2019, 2020]}, index=list("abcd"))
lines = st.lists(st.lists(st.sampled_from(["甲", "乙", "丙", "丁"]), max_size=8).map(" ".join), min_size=1, max_size=6)


@pytest.fixture
def dtm() -> DocumentTermMatrix:
    return count(tokenize(Corpus(LINES, DOCS), "spaces"))


def test_counting_by_hand(dtm: DocumentTermMatrix) -> None:
    assert dtm.vocabulary.terms == ("网格", "管理", "信访")
    assert dtm.to_frame().to_numpy().tolist() == [[2, 1, 0], [0, 1, 0], [0, 1, 3], [0, 0, 0]]
    assert dtm.lengths.tolist() == [3, 1, 4, 0]
    assert dtm.term_counts.tolist() == [2, 3, 3]
    assert dtm.doc_counts.tolist() == [1, 3, 1]
    assert (dtm.matrix.dtype, dtm.matrix.indices.dtype, dtm.matrix.indptr.dtype) == (
        np.int64,
        np.int32,
        np.int32,
    )
    assert dtm.matrix.has_sorted_indices


@given(lines)
def test_counts_are_those_of_scikit_learn(values: list[str]) -> None:
    dtm = count(tokenize(Corpus(values), "spaces"))
    if not len(dtm.vocabulary):
        return
    peer = CountVectorizer(analyzer=str.split, vocabulary=list(dtm.vocabulary))
    assert (peer.fit_transform(values).toarray() == dtm.matrix.toarray()).all()


@pytest.mark.parametrize(("n_docs", "length", "n_terms"), [(2, 500, 40), (40, 120, 300), (200, 5, 90), (3, 0, 0)])
def test_every_way_of_counting_gives_the_same(n_docs: int, length: int, n_terms: int) -> None:
    rng = np.random.default_rng(7)
    values = [" ".join(f"t{i}" for i in rng.integers(0, max(n_terms, 1), size=length)) for _ in range(n_docs)]
    dtm = count(tokenize(Corpus(values), "spaces"))
    by_hand = [[text.split().count(term) for term in dtm.vocabulary] for text in values]
    assert dtm.matrix.toarray().tolist() == by_hand
    assert dtm.matrix.dtype == np.int64
    assert dtm.matrix.indices.dtype == np.int32
    assert dtm.matrix.has_canonical_format


@pytest.mark.parametrize(
    ("bounds", "terms"),
    [
        ({}, ["网格", "管理", "信访"]),
        ({"min_count": 3}, ["管理", "信访"]),
        ({"min_docs": 2}, ["管理"]),
        ({"max_docs": 1}, ["网格", "信访"]),
        ({"max_docs": 0.5}, ["网格", "信访"]),
        ({"min_docs": 0.5}, ["管理"]),
    ],
)
def test_trim(dtm: DocumentTermMatrix, bounds: dict[str, float], terms: list[str]) -> None:
    trimmed = dtm.trim(**bounds)  # type: ignore[arg-type]
    assert list(trimmed.vocabulary) == terms
    assert trimmed.names == list("abcd"), "documents stay, even if empty"


def test_trimming_everything_away_says_which_bound_did_it(dtm: DocumentTermMatrix) -> None:
    message = (
        r"^trim\(min_count=4, min_docs=2, max_docs=None\) removes all 3 terms of 4 documents: "
        r"min_count alone leaves 0, min_docs alone leaves 1, max_docs alone leaves 3. Loosen the strictest bound.$"
    )
    with pytest.raises(EmptyError, match=message):
        dtm.trim(min_count=4, min_docs=2)


def test_merge_sums_rows(dtm: DocumentTermMatrix) -> None:
    merged = dtm.merge("year")
    assert merged.names == ["2019", "2020"]
    assert merged.matrix.toarray().tolist() == [[2, 2, 3], [0, 1, 0]]
    assert merged.docs["n_docs"].tolist() == [2, 2]
    assert merged.matrix.dtype == np.int64


def test_merge_leaves_out_missing_values() -> None:
    facts = DOCS.assign(town=["甲", None, "甲", "乙"])
    merged = count(tokenize(Corpus(LINES, facts), "spaces")).merge("town")
    assert dict(zip(merged.names, merged.lengths.tolist(), strict=True)) == {"乙": 0, "甲": 7}


def test_align(dtm: DocumentTermMatrix) -> None:
    other = Vocabulary(["信访", "新词", "网格"])
    aligned = dtm.align(other)
    assert aligned.matrix.toarray().tolist() == [[0, 0, 2], [0, 0, 0], [3, 0, 0], [0, 0, 0]]
    assert aligned.align(dtm.vocabulary).matrix.toarray()[:, 0].tolist() == [2, 0, 0, 0]


@given(lines, st.permutations(range(6)))
def test_laws(values: list[str], order: list[int]) -> None:
    chosen = [i for i in order if i < len(values)]
    facts = pd.DataFrame({"odd": [i % 2 for i in range(len(values))]}, index=[f"d{i}" for i in range(len(values))])
    tokens = tokenize(Corpus(values, facts), "spaces")
    dtm = count(tokens)
    assert (dtm[chosen].matrix.toarray() == dtm.matrix.toarray()[chosen]).all(), "permuting documents permutes rows"
    assert (count(tokens[chosen]).matrix.toarray() == dtm[chosen].matrix.toarray()).all()
    merged = count(tokens.merge("odd"))
    assert (merged.align(dtm.vocabulary).matrix.toarray() == dtm.merge("odd").matrix.toarray()).all()
    assert dtm.align(dtm.vocabulary).fingerprint == dtm.fingerprint


def test_saving(dtm: DocumentTermMatrix, tmp_path: Path) -> None:
    back = DocumentTermMatrix.load(dtm.save(tmp_path / "m.parquet"))
    assert back.fingerprint == dtm.fingerprint
    pd.testing.assert_frame_equal(back.docs, dtm.docs)
    with pytest.raises(ReadError, match="holds a saved DocumentTermMatrix, not a Corpus"):
        Corpus.load(tmp_path / "m.parquet")


def test_the_matrix_goes_into_scikit_learn(dtm: DocumentTermMatrix) -> None:
    assert LatentDirichletAllocation(2, random_state=0).fit_transform(dtm.matrix).shape == (4, 2)
    assert NMF(2, random_state=0).fit_transform(dtm.matrix.astype(float)).shape == (4, 2)


def test_the_callers_arrays_stay_as_they_were() -> None:
    mine = csr_array(np.array([[1, 0], [0, 2]]))
    made = DocumentTermMatrix(mine, ["甲", "乙"])
    mine.data[0] = 1
    assert mine.data.flags.writeable
    assert not made.matrix.data.flags.writeable


def test_messages(dtm: DocumentTermMatrix) -> None:
    with pytest.raises(ArgumentError, match=r"^matrix has shape \(1, 2\), but there are 1 documents and 1 terms.$"):
        DocumentTermMatrix([[1, 2]], ["甲"])
    with pytest.raises(ArgumentError, match="^matrix must hold finite numbers.$"):
        DocumentTermMatrix([[np.nan]], ["甲"])
    with pytest.raises(ArgumentError, match=r"^tokens must be a Tokens, got a list. Make them with tokenize"):
        count([])  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match=r"unknown column \(by\) 'jahr'"):
        dtm.merge("jahr")
    with pytest.raises(ArgumentError, match=r"^min_docs must be a whole number or a share between 0 and 1, got 1.5.$"):
        dtm.trim(min_docs=1.5)
    big = DocumentTermMatrix(csr_array((30_000, 1_000), dtype=np.int64), [f"t{i}" for i in range(1_000)])
    with pytest.raises(ArgumentError, match="is too large to be shown"):
        big.to_frame()


def test_html_is_escaped() -> None:
    page = DocumentTermMatrix([[1]], ["<script>"], pd.DataFrame(index=["<b>"]))._repr_html_()
    assert "<script>" not in page
    assert "<b>" not in page


def test_facts_can_be_added(dtm: DocumentTermMatrix) -> None:
    names = dtm.names
    more = dtm.with_docs(turn=range(len(names)), one="x", back=pd.Series({name: name * 2 for name in names[::-1]}))
    assert more.docs["turn"].tolist() == list(range(len(names)))
    assert more.docs["one"].tolist() == ["x"] * len(names)
    assert more.docs["back"].tolist() == [name * 2 for name in names]
    assert more.fingerprint == dtm.fingerprint and "turn" not in dtm.docs
    with pytest.raises(ArgumentError, match=rf"^turn has 1 values for {len(names)} documents\.$"):
        dtm.with_docs(turn=[1])
    with pytest.raises(ArgumentError, match=r"^back: the Series has no value for 'x'"):
        DocumentTermMatrix([[1]], ["a"], pd.DataFrame(index=["x"])).with_docs(back=pd.Series({"y": 1}))
    with pytest.raises(ArgumentError, match=r"^back: the Series names a document more than once"):
        DocumentTermMatrix([[1]], ["a"], pd.DataFrame(index=["x"])).with_docs(back=pd.Series([1, 2], index=["x", "x"]))
