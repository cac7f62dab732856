"""occurrences: places by hand, and that every hit is where it says."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError
from textkit.stats.occurrences import COLUMNS, occurrences
from textkit.tokenization import tokenize

CORPUS = Corpus(["管理 网格 社会 管理 。", "治理", "", "网格 社会 管理"], pd.DataFrame(index=list("甲乙空丁")))
WORDS = tokenize(CORPUS, "spaces")


def test_by_hand() -> None:
    table = occurrences(WORDS, ["管理", "网格"])
    assert list(table.columns) == COLUMNS
    assert table.to_numpy().tolist() == [
        ["甲", "管理", 0, 0, 2, 5, 0.0],
        ["甲", "网格", 1, 3, 5, 5, 0.2],
        ["甲", "管理", 3, 9, 11, 5, 0.6],
        ["丁", "网格", 0, 0, 2, 3, 0.0],
        ["丁", "管理", 2, 6, 8, 3, 2 / 3],
    ]
    assert table.attrs["textkit"]["documents"] == {"甲": 5, "乙": 1, "空": 0, "丁": 3}
    assert table.attrs["textkit"]["settings"] == {"patterns": ["管理", "网格"], "ignore_case": False}


def test_positions_are_those_of_the_whole_text() -> None:
    table = occurrences(WORDS.drop(["网格", "社会"]), "管理")
    assert table["position"].tolist() == [0, 3, 2]
    assert table["n_tokens"].tolist() == [5, 5, 3]
    # dropped words at the end are not counted: they left no trace
    assert occurrences(WORDS.keep(["网格"]), "网格")["n_tokens"].tolist() == [2, 1]


def test_patterns() -> None:
    assert occurrences(WORDS, "社会 管理")["term"].unique().tolist() == ["社会 管理"]
    assert occurrences(WORDS, "社会 管理")[["start", "stop"]].to_numpy().tolist() == [[6, 11], [3, 8]]
    assert occurrences(WORDS, re.compile("理"))["term"].unique().tolist() == ["理"]
    named = occurrences(WORDS, {"govern": "*理", "grid": ["网格"]})
    assert named["term"].tolist() == ["govern", "grid", "govern", "govern", "grid", "govern"]
    words = tokenize(Corpus(["GDP gdp"]), "spaces")
    assert len(occurrences(words, "gdp", ignore_case=True)) == 2


@given(st.lists(st.text("甲乙丙 ", max_size=10), min_size=1, max_size=4))
def test_every_hit_is_where_it_says(texts: list[str]) -> None:
    corpus = Corpus(texts)
    words = tokenize(corpus, "characters")
    if not any("甲" in text for text in texts):
        with pytest.raises(EmptyError):
            occurrences(words, ["甲", "没"])
        return
    table = occurrences(words, ["甲", "没"])
    assert len(table) == sum(text.count("甲") for text in texts)
    assert table["place"].between(0, 1, inclusive="left").all()
    for row in table.itertuples():
        assert corpus.text(row.doc)[row.start : row.stop] == "甲"


def test_messages() -> None:
    with pytest.raises(EmptyError) as caught:
        occurrences(WORDS, ["云", "计算"])
    assert str(caught.value) == (
        "none of the patterns '云', '计算' occurs in the 9 tokens. "
        'Try a glob such as "*管理*", or concordance(tokens, pattern, match="text") on the characters.'
    )
    with pytest.raises(ArgumentError, match=r"^patterns must not be empty\.$"):
        occurrences(WORDS, [])
    with pytest.raises(ArgumentError, match=r"^each of the patterns must be a str or Pattern, got a int\.$"):
        occurrences(WORDS, [3])  # type: ignore[list-item]
    with pytest.raises(ArgumentError, match="^patterns must be a string, a compiled regular expression, a list"):
        occurrences(WORDS, 3)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"^tokens must be a Tokens, got a Corpus\."):
        occurrences(CORPUS, "管理")  # type: ignore[arg-type]
