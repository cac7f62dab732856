"""Vocabulary: ids and the four kinds of pattern."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.errors import ArgumentError, UnknownNameError
from textkit.vocabulary import Vocabulary

TERMS = ("网格", "网格化", "管理", "***", "GDP")


@pytest.mark.parametrize(
    ("pattern", "chosen"),
    [
        ("网格", ["网格"]),
        ("网格*", ["网格", "网格化"]),
        ("?理", ["管理"]),
        (re.compile("格"), ["网格", "网格化"]),
        (re.compile("^gdp$", re.IGNORECASE), ["GDP"]),
        (["***", "没有"], ["***"]),
        ({"管理"}, ["管理"]),
        (str.isascii, ["***", "GDP"]),
        ([], []),
        ([re.compile("格$"), {"管理"}, "***"], ["网格", "管理", "***"]),
        ([str.isascii, ["GDP", "没有"]], ["***", "GDP"]),
        (["网格*", re.compile("管")], ["管理"]),  # strings in a list are words, not globs
    ],
)
def test_patterns(pattern: object, chosen: list[str]) -> None:
    v = Vocabulary(TERMS)
    assert [t for t, hit in zip(v, v.match(pattern), strict=True) if hit] == chosen  # type: ignore[arg-type]


@given(st.lists(st.text(min_size=1), unique=True), st.lists(st.text(min_size=1)))
def test_ids_are_places(terms: list[str], words: list[str]) -> None:
    v = Vocabulary(terms)
    assert v.ids(terms).tolist() == list(range(len(terms)))
    assert v.ids(words).tolist() == [terms.index(w) if w in terms else -1 for w in words]


def test_messages() -> None:
    with pytest.raises(ArgumentError, match="^terms must be distinct, but '管理' stands there more than once.$"):
        Vocabulary(["管理", "管理"])
    with pytest.raises(ArgumentError, match="^terms must be non-empty strings, got ''.$"):
        Vocabulary([""])
    with pytest.raises(UnknownNameError, match="unknown term '网格话'; did you mean '网格'?"):
        Vocabulary(TERMS).id("网格话")
    with pytest.raises(ArgumentError, match="^pattern must be a glob string"):
        Vocabulary(TERMS).match(3)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="^pattern must hold words"):
        Vocabulary(TERMS).match([1])  # type: ignore[list-item]
