"""Groups of documents: by one column, by several, in the order of their categories, and never by chance."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.corpus import Corpus
from textkit.dictionaries import Dictionary
from textkit.errors import ArgumentError, UnknownNameError
from textkit.matrix import count
from textkit.selection import groups
from textkit.stats.entropy import entropy
from textkit.stats.frequency import frequency
from textkit.stats.keyness import keyness
from textkit.stats.lexical_diversity import lexical_diversity
from textkit.stats.lookup import dictionary_coverage, lookup
from textkit.stats.trend import trend
from textkit.tokenization import tokenize

pytestmark = pytest.mark.filterwarnings("ignore::textkit.errors.TextkitWarning")

DOCS = pd.DataFrame(
    {"town": ["乙", "甲", "乙", "甲", None, "甲"], "year": [2020, 2019, 2019, 2020, 2020, 2019]}, index=list("abcdef")
)
TOKENS = tokenize(
    Corpus(["网格 管理", "网格 网格 信访", "信访 工作", "工作 管理 网格", "网格", "管理 信访"], DOCS), "spaces"
)


def test_each_combination_that_occurs_is_a_group():
    codes, values = groups(DOCS, ["town", "year"])
    assert values == ["乙 / 2019", "乙 / 2020", "甲 / 2019", "甲 / 2020"]  # code points, then years
    assert codes.tolist() == [1, 2, 0, 3, -1, 2]
    assert groups(DOCS, ["year", "town"])[1] == ["2019 / 乙", "2019 / 甲", "2020 / 乙", "2020 / 甲"]
    assert groups(DOCS, ("town",))[1] == groups(DOCS, "town")[1] == ["乙", "甲"]
    sparse = DOCS.iloc[:2]
    assert groups(sparse, ["town", "year"])[1] == ["乙 / 2020", "甲 / 2019"]


def test_several_columns_are_one_column_made_of_them():
    by = ["town", "year"]
    joined = TOKENS.corpus.docs
    joined["both"] = joined["town"] + " / " + joined["year"].astype(str)
    other = tokenize(Corpus(TOKENS.corpus.texts, joined), "spaces")
    dictionary = Dictionary({"治理": ["网格", "管理"]})
    for make in (
        lambda tokens, by: lookup(tokens, dictionary, by=by),
        lambda tokens, by: dictionary_coverage(tokens, dictionary, by=by),
        lambda tokens, by: frequency(count(tokens), by=by),
        lambda tokens, by: entropy(tokens, by=by),
        lambda tokens, by: lexical_diversity(tokens, by=by, measure="yule_k"),
        lambda tokens, by: trend(count(tokens), ["网格"], by=by),
        lambda tokens, by: keyness(tokens, "甲 / 2019", by=by, measure="g2"),
    ):
        pd.testing.assert_frame_equal(make(TOKENS, by), make(other, "both"))
    merged, single = TOKENS.merge(by), other.merge("both")
    assert merged.corpus.names == single.corpus.names
    assert merged.corpus.texts == single.corpus.texts
    assert merged.docs["town"].tolist() == ["乙", "乙", "甲", "甲"]
    assert merged.docs["year"].tolist() == [2019, 2020, 2019, 2020]
    assert merged.docs["n_docs"].tolist() == [1, 1, 2, 1]
    assert (count(TOKENS).merge(by).matrix != count(other).merge("both").matrix).nnz == 0
    assert list(TOKENS.merge(["town"]).docs.columns) == list(TOKENS.merge("town").docs.columns)


def test_what_lookup_counts_in_two_columns_by_hand():
    table = lookup(TOKENS, Dictionary({"治理": ["网格", "管理"]}), by=["town", "year"])
    # 乙 2019: 信访 工作; 乙 2020: 网格 管理; 甲 2019: 网格 网格 信访 + 管理 信访; 甲 2020: 工作 管理 网格
    assert table["group"].tolist() == ["乙 / 2019", "乙 / 2020", "甲 / 2019", "甲 / 2020"]
    assert table["count"].tolist() == [0, 2, 3, 2]
    assert table["n_tokens"].tolist() == [2, 2, 5, 3]
    assert table.attrs["textkit"]["settings"]["by"] == ["town", "year"]


def test_categories_stand_in_their_order():
    order = ["甲", "丙", "乙"]
    for ordered in (True, False):
        docs = DOCS.assign(town=pd.Categorical(DOCS["town"], order, ordered=ordered))
        assert groups(docs, "town")[1] == ["甲", "乙"]  # 丙 does not occur
        assert groups(docs, ["town", "year"])[1] == ["甲 / 2019", "甲 / 2020", "乙 / 2019", "乙 / 2020"]
        tokens = tokenize(Corpus(TOKENS.corpus.texts, docs), "spaces")
        assert entropy(tokens, by="town")["group"].tolist() == ["甲", "乙"]
        assert lookup(tokens, Dictionary({"治理": ["网格"]}), by="town")["group"].tolist() == ["甲", "乙"]
        assert tokens.merge("town").corpus.names == ["甲", "乙"]


@given(order=st.permutations(range(6)))
def test_the_order_of_the_documents_changes_nothing(order):
    there = DOCS.iloc[order]
    for by in ("town", "year", ["town", "year"]):
        codes, values = groups(there, by)
        again, same = groups(DOCS, by)
        assert values == same
        assert np.array_equal(codes, again[order])


def test_what_is_refused():
    with pytest.raises(ArgumentError, match=re.escape("by must name columns of docs, each once, got [].")):
        groups(DOCS, [])
    with pytest.raises(ArgumentError, match=re.escape("each once, got ['town', 'town'].")):
        groups(DOCS, ["town", "town"])
    with pytest.raises(UnknownNameError, match="unknown column \\(by\\) 'yaer'; did you mean 'year'"):
        groups(DOCS, ["town", "yaer"])
    twins = pd.DataFrame({"a": ["x / y", "x"], "b": ["z", "y / z"]})
    with pytest.raises(ArgumentError) as caught:
        groups(twins, ["a", "b"])
    assert str(caught.value) == (
        "several groups of by=['a', 'b'] would be called 'x / y / z'. Rename the values, or make one column of them "
        "yourself."
    )
