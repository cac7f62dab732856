"""frequency: by hand, and that it adds up."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, UnknownNameError
from textkit.matrix import DocumentTermMatrix, count
from textkit.stats.frequency import COLUMNS, frequency
from textkit.tokenization import tokenize
from textkit.weights import proportions

DOCS = pd.DataFrame({"town": ["B", "A", None, "B"], "year": [2020, 2019, 2019, 2020]}, index=list("wxyz"))
DTM = DocumentTermMatrix([[3, 1, 0], [0, 2, 0], [0, 0, 9], [1, 1, 0]], ["网格", "管理", "云"], DOCS)


def test_all_documents() -> None:
    table = frequency(DTM)
    assert list(table.columns) == COLUMNS
    assert table.to_numpy().tolist() == [
        ["all", "云", 9, 9e6 / 17, 1, 0.25, 1],
        ["all", "管理", 4, 4e6 / 17, 3, 0.75, 2],  # 管 U+7BA1 comes before 网 U+7F51
        ["all", "网格", 4, 4e6 / 17, 2, 0.5, 2],
    ]
    assert table.attrs["textkit"]["function"] == "frequency"
    assert table.attrs["textkit"]["inputs"] == {"dtm": DTM.fingerprint}


def test_groups() -> None:
    table = frequency(DTM, by="town")
    assert table.to_numpy().tolist() == [
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
