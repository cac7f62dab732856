"""frequency: by hand, and that it adds up."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, TextkitError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix, count
from textkit.stats.frequency import COLUMNS, frequency
from textkit.tokenization import tokenize
from textkit.weights import proportions

DOCS = pd.DataFrame({"town": ["B", "A", None, "B"], "year": [2020, 2019, 2019, 2020]}, index=list("wxyz"))
DTM = DocumentTermMatrix([[3, 1, 0], [0, 2, 0], [0, 0, 9], [1, 1, 0]], ["网格", "管理", "云"], DOCS)


def test_all_documents() -> None:
    table = frequency(DTM)
    assert list(table.columns) == COLUMNS
    assert table.drop(columns=["ci_low", "ci_high"]).to_numpy().tolist() == [
        ["all", "云", 9, 9e6 / 17, 1, 0.25, 1],
        ["all", "管理", 4, 4e6 / 17, 3, 0.75, 2],  # 管 U+7BA1 comes before 网 U+7F51
        ["all", "网格", 4, 4e6 / 17, 2, 0.5, 2],
    ]
    assert table.attrs["textkit"]["function"] == "frequency"
    assert table.attrs["textkit"]["inputs"] == {"dtm": DTM.fingerprint}


def test_groups() -> None:
    table = frequency(DTM, by="town")
    assert table.drop(columns=["ci_low", "ci_high"]).to_numpy().tolist() == [
        ["A", "管理", 2, 1e6, 1, 1.0, 1],
        ["B", "网格", 4, 4e6 / 6, 2, 1.0, 1],
        ["B", "管理", 2, 2e6 / 6, 2, 1.0, 2],
    ]
    years = frequency(DTM, by="year")
    assert years["group"].tolist() == [2019, 2019, 2020, 2020]
    assert frequency(DTM, by="doc")["group"].tolist() == ["w", "w", "x", "y", "z", "z"]


@given(st.lists(st.text("甲乙丙 ", max_size=8), min_size=1, max_size=5))
def test_is_a_counter(texts: list[str]) -> None:
    dtm = count(tokenize(Corpus(texts), "characters"))
    table = frequency(dtm)
    expected = Counter("".join(texts).replace(" ", ""))
    assert dict(zip(table["term"], table["count"], strict=True)) == dict(expected)
    assert table["rate"].sum() == pytest.approx(1e6 if expected else 0)
    documents = {term: sum(term in text for text in texts) for term in expected}
    assert dict(zip(table["term"], table["docs"], strict=True)) == documents
    keys = list(zip(-table["count"], table["term"], strict=True))
    assert keys == sorted(keys)


def test_nothing_to_count() -> None:
    for dtm in (DTM[[]], DocumentTermMatrix(np.zeros((2, 0), int), []), DocumentTermMatrix([[0, 0]], ["a", "b"])):
        table = frequency(dtm)
        assert len(table) == 0
        assert list(table.columns) == COLUMNS
    assert len(frequency(DTM[["y"]], by="town")) == 0  # its town is missing


def test_stored_zeros_are_not_documents() -> None:
    from scipy.sparse import csr_array

    matrix = csr_array((np.array([2, 0]), np.array([0, 0]), np.array([0, 1, 2])), shape=(2, 1))
    assert frequency(DocumentTermMatrix(matrix, ["a"]))["docs"].tolist() == [1]


def test_messages() -> None:
    with pytest.raises(ArgumentError) as caught:
        frequency(proportions(DTM))
    assert str(caught.value) == (
        "frequency needs counts, but dtm holds weights (proportion). Give it what count() returned."
    )
    with pytest.raises(UnknownNameError, match=r"^unknown column \(by\) 'towm'; did you mean 'town'\?"):
        frequency(DTM, by="towm")


# 40 documents of ten tokens; a stands k times in them, k = 0 .. 3 in turn: 60 of 400
MANY = DocumentTermMatrix([[k, 10 - k] for k in (0, 1, 2, 3)] * 10, ["a", "b"])


def test_the_interval_is_that_of_resampled_documents() -> None:
    table = frequency(MANY, ci="bootstrap", n_replicates=4000, random_state=3).set_index("term")
    # the mean of 40 draws from (0, .1, .2, .3): its standard deviation is sqrt(.0125 / 40) = .01768
    half = 1.96 * (0.0125 / 40) ** 0.5
    assert table.loc["a", "ci_low"] == pytest.approx(1e6 * (0.15 - half), rel=0.03)
    assert table.loc["a", "ci_high"] == pytest.approx(1e6 * (0.15 + half), rel=0.03)
    # what a loses b gains
    assert table.loc["b", "ci_low"] == pytest.approx(1e6 - table.loc["a", "ci_high"], rel=1e-9)


def test_the_interval_of_a_group_is_that_of_its_documents_alone() -> None:
    docs = pd.DataFrame({"half": ["x"] * 20 + ["y"] * 20}, index=[f"d{i}" for i in range(40)])
    both = DocumentTermMatrix(MANY.matrix, ["a", "b"], docs)
    grouped = frequency(both, by="half", ci="bootstrap", n_replicates=300)
    alone = frequency(both[list(range(20))], ci="bootstrap", n_replicates=300)
    ends = ["term", "ci_low", "ci_high"]
    pd.testing.assert_frame_equal(grouped[grouped["group"] == "x"][ends].reset_index(drop=True), alone[ends])


def test_smaller_units_need_the_tokens_and_warn_when_few() -> None:
    words = tokenize(Corpus(["甲 乙 。甲 丙 。", "乙 丙 。"], None), "spaces")
    with pytest.warns(TextkitWarning, match="1 sentence is too few"):
        table = frequency(words, by="doc", ci="bootstrap", unit="sentence", n_replicates=200)
    known = table[table["group"] == "doc2"]
    assert known["ci_low"].isna().all(), "one sentence cannot be drawn again"
    assert table[table["group"] == "doc1"]["ci_high"].notna().all()
    with pytest.raises(ArgumentError, match="unit=.sentence. needs the Tokens, for a matrix knows nothing smaller"):
        frequency(MANY, ci="bootstrap", unit="sentence")
    with pytest.raises(TextkitError, match="unknown ci 'boot'; did you mean 'bootstrap'"):
        frequency(MANY, ci="boot")


def test_counts_of_tokens_are_those_of_the_matrix() -> None:
    words = tokenize(Corpus(["甲 乙 。甲 丙 。", "乙 丙 。"]), "spaces")
    pd.testing.assert_frame_equal(frequency(words), frequency(count(words)))
