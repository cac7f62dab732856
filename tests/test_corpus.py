"""Corpus: construction, choosing, splitting, merging, saving."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, ReadError, UnknownNameError, WriteError

TEXTS = ["网格化管理。\n信访工作！", "", "加强管理"]
DOCS = pd.DataFrame({"year": [2019, 2019, 2020], "town": ["甲", "甲", "乙"]}, index=["a", "b", "c"])
texts = st.text(alphabet="甲乙丙。！\n a1", max_size=30)


@pytest.fixture
def corpus() -> Corpus:
    return Corpus(TEXTS, DOCS)


@pytest.mark.parametrize(
    ("which", "names"),
    [
        ("b", ["b"]),
        (["c", "a"], ["c", "a"]),
        (0, ["a"]),
        (-1, ["c"]),
        (slice(1, None), ["b", "c"]),
        ([True, False, True], ["a", "c"]),
        (DOCS["year"] == 2019, ["a", "b"]),
        (lambda docs: docs["town"] == "乙", ["c"]),
        ([], []),
    ],
)
def test_choosing(corpus: Corpus, which: object, names: list[str]) -> None:
    chosen = corpus[which]  # type: ignore[index]
    assert chosen.names == names
    assert list(chosen.texts) == [TEXTS["abc".index(n)] for n in names]
    assert chosen.docs["year"].tolist() == [int(DOCS.loc[n, "year"]) for n in names]  # type: ignore[arg-type]


def test_what_is_handed_out_is_a_copy(corpus: Corpus) -> None:
    facts = corpus.docs
    facts["year"] = 0
    assert corpus.docs["year"].tolist() == [2019, 2019, 2020]
    with pytest.raises(AttributeError):
        corpus.texts = ()  # type: ignore[misc]


def test_split_and_lead_back(corpus: Corpus) -> None:
    parts = corpus.split("sentence")
    assert parts.names == ["a#1", "a#2", "c#1"]
    assert parts.docs["parent"].tolist() == ["a", "a", "c"]
    assert parts.docs["start"].tolist() == [0, 7, 0]
    assert parts.docs["year"].tolist() == [2019, 2019, 2020]
    again = parts.split(lambda text: [(1, 2)])
    assert again.docs["start"].tolist() == [1, 8, 1], "splitting twice still leads back to the first document"
    assert again.to_original("a#2#1", 0, 1) == (8, 9)


def test_merge_keeps_facts_that_agree(corpus: Corpus) -> None:
    merged = corpus.merge("year")
    assert merged.names == ["2019", "2020"]
    assert merged.texts == ("网格化管理。\n信访工作！\n", "加强管理")
    assert merged.docs.to_dict("list") == {"year": [2019, 2020], "n_docs": [2, 1], "town": ["甲", "乙"]}


def test_sample_is_reproducible_and_in_order(corpus: Corpus) -> None:
    assert corpus.sample(2, random_state=3).names == corpus.sample(2, random_state=3).names
    assert {tuple(corpus.sample(2, random_state=s).names) for s in range(20)} == {
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    }


@given(st.lists(texts, max_size=5))
def test_frame_round_trip_and_fingerprint(values: list[str]) -> None:
    one = Corpus(values)
    two = Corpus.from_frame(one.to_frame())
    assert two.texts == one.texts
    assert two.fingerprint == one.fingerprint


def test_from_frame_reads_missing_texts_as_empty() -> None:
    frame = pd.DataFrame({"id": [7, 8], "text": ["甲", None], "k": [1, 2]})
    made = Corpus.from_frame(frame, doc="id")
    assert made.texts == ("甲", "")
    assert made.names == ["7", "8"]
    assert list(made.docs.columns) == ["k"]


def test_saving(corpus: Corpus, tmp_path: Path) -> None:
    path = corpus.save(tmp_path / "语料 库.parquet")
    back = Corpus.load(path)
    assert back.texts == corpus.texts
    pd.testing.assert_frame_equal(back.docs, corpus.docs)
    assert [p.name for p in tmp_path.iterdir()] == ["语料 库.parquet"], "no temporary file stays behind"
    (tmp_path / "x.parquet").write_text("no")
    with pytest.raises(ReadError, match="was not saved by textkit"):
        Corpus.load(tmp_path / "x.parquet")
    with pytest.raises(WriteError, match="^cannot write .*Nothing was left half-written|^cannot write"):
        corpus.save("/dev/null/x.parquet")


def test_html_is_escaped() -> None:
    made = Corpus(["<script>alert(1)</script>"], pd.DataFrame({"<b>": ["<i>"]}, index=["<u>"]))
    page = made._repr_html_()
    assert "<script>" not in page
    assert "<b>" not in page
    assert "<u>" not in page
    assert "&lt;script&gt;" in page


def test_messages(corpus: Corpus) -> None:
    with pytest.raises(ArgumentError, match=r"^texts must be a sequence of strings, got one string."):
        Corpus("甲")
    with pytest.raises(ArgumentError, match=r"^the text of 'doc2' must be a str, got a NoneType.$"):
        Corpus(["甲", None])  # type: ignore[list-item]
    with pytest.raises(ArgumentError, match=r"^docs has 3 rows, but there are 1 texts"):
        Corpus(["甲"], DOCS)
    with pytest.raises(ArgumentError, match=r"^document names must be unique, but 'a' occur more than once.$"):
        Corpus(["甲", "乙"], pd.DataFrame(index=["a", "a"]))
    with pytest.raises(ArgumentError, match=r"half a character \(a lone surrogate, U\+D83D\) at position 1"):
        Corpus(["甲\ud83d"])
    with pytest.raises(UnknownNameError, match=r"^unknown document 'd'\. Available: 'a', 'b', 'c'\.$"):
        corpus["d"]
    with pytest.raises(ArgumentError, match=r"^there is no document number 3; there are 3, counted from 0.$"):
        corpus[3]
    with pytest.raises(UnknownNameError, match=r"unknown column \(by\) 'yaer'; did you mean 'year'\?"):
        corpus.merge("yaer")
    with pytest.raises(UnknownNameError, match=r"unknown unit \(by\) 'paragraphs'; did you mean 'paragraph'\?"):
        corpus.split("paragraphs")
    with pytest.raises(ArgumentError, match="out of order or bounds"):
        corpus.split(lambda text: [(0, 99)])
    with pytest.raises(ArgumentError, match=r"^a document was chosen twice"):
        corpus[["a", "a"]]
    with pytest.raises(ArgumentError, match=r"^n must be a whole number from 0 to 3, got 4.$"):
        corpus.sample(4)
    with pytest.raises(ArgumentError, match=r"^stop must be a whole number from 0 to 12, got 99.$"):
        corpus.to_original("a", 0, 99)


def test_an_empty_corpus_is_a_corpus() -> None:
    empty = Corpus([])
    assert len(empty) == 0
    assert repr(empty) == "Corpus(0 documents, 0 characters)"
    assert len(empty.split("sentence")) == 0
