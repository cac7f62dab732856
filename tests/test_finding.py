"""finding: hits against a plain loop."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.corpus import Corpus
from textkit.errors import ArgumentError
from textkit.finding import describe, find, fold
from textkit.tokenization import tokenize


def test_several_patterns_at_once() -> None:
    words = tokenize(Corpus(["GDP gdp 网格 管理 第一 了"]), "spaces")
    several = ["gdp", re.compile("^第"), {"了"}]
    assert find(words, several).first.tolist() == [1, 4, 5]
    assert find(words, several, ignore_case=True).first.tolist() == [0, 1, 4, 5]
    assert describe(several) == ["gdp", "regex:^第", ["了"]]


@given(
    st.lists(st.lists(st.sampled_from(["甲", "乙", "丙"]), max_size=8), min_size=1, max_size=4),
    st.lists(st.sampled_from(["甲", "乙", "丙", "?"]), min_size=1, max_size=3),
    st.sets(st.sampled_from(["甲", "乙"]), max_size=1),
)
def test_is_a_plain_search(texts: list[list[str]], phrase: list[str], dropped: set[str]) -> None:
    words = tokenize(Corpus([" ".join(text) for text in texts]), "spaces")
    kept = words.drop(dropped)
    expected = []
    row = 0
    for text in texts:
        places = [i for i, word in enumerate(text) if word not in dropped]
        for k in range(len(places)):
            span = places[k : k + len(phrase)]
            whole = len(span) == len(phrase) and span == list(range(span[0], span[0] + len(phrase)))
            if whole and all(p in ("?", text[i]) for p, i in zip(phrase, span, strict=True)):
                expected.append((row + k, row + k + len(phrase) - 1))
        row += len(places)
    hits = find(kept, " ".join(phrase))
    assert list(zip(hits.first.tolist(), hits.last.tolist(), strict=True)) == expected


def test_nothing_to_find() -> None:
    words = tokenize(Corpus(["甲 乙"]), "spaces")
    assert len(find(words, "丙").first) == 0
    assert len(find(words, "甲 丙").first) == 0
    assert len(find(words, "甲 乙 丙").first) == 0
    with pytest.raises(ArgumentError, match=r"^pattern must not be empty, got ' '\.$"):
        find(words, " ")


def test_folding_leaves_functions_alone() -> None:
    def is_han(term: str) -> bool:
        return term >= "一"

    assert fold(is_han) is is_han
    words = tokenize(Corpus(["ＡＩ Straße STRASSE"]), "spaces")
    assert np.flatnonzero(words.vocabulary.match(fold("strasse"))).tolist() == [1, 2]


def test_describe() -> None:
    assert describe(["a", re.compile("b")]) == ["a", "regex:b"]
    assert describe({"b", "a"}) == ["a", "b"]
    assert describe(str.isdigit) == "function:str.isdigit"
