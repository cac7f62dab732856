"""trend: rates and intervals by hand, patterns, missing groups, messages."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from scipy import stats

from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.stats.trend import COLUMNS, trend
from textkit.weights import proportions

DOCS = pd.DataFrame({"year": [2020, 2019, 2020, 2021, None]}, index=list("vwxyz"))
DTM = DocumentTermMatrix(
    [[3, 1, 0, 6], [1, 2, 1, 6], [1, 0, 0, 9], [0, 0, 0, 0], [50, 0, 0, 0]], ["网格", "网格化", "网络", "工作"], DOCS
)


def test_by_hand() -> None:
    table = trend(DTM, ["网络", "网格"], by="year")
    assert list(table.columns) == COLUMNS
    assert table["group"].tolist() == [2019, 2019, 2020, 2020, 2021, 2021]
    assert table["term"].tolist() == ["网络", "网格"] * 3
    assert table["count"].tolist() == [1, 1, 0, 4, 0, 0]
    assert table["total"].tolist() == [10, 10, 20, 20, 0, 0]
    assert table["rate"][:4].tolist() == [1e5, 1e5, 0, 2e5]
    assert table[["rate", "ci_low", "ci_high"]][4:].isna().all(axis=None)  # no tokens in 2021
    wilson = stats.binomtest(4, 20).proportion_ci(method="wilson")
    assert table.loc[3, ["ci_low", "ci_high"]].tolist() == pytest.approx([1e6 * wilson.low, 1e6 * wilson.high])
    assert table["ci_low"][2] == 0
    assert table["ci_high"][2] > 0


def test_a_narrower_confidence_is_inside() -> None:
    wide, narrow = trend(DTM, "网格", by="year"), trend(DTM, "网格", by="year", confidence=0.5)
    assert (wide["ci_low"][:2] < narrow["ci_low"][:2]).all()
    assert (wide["ci_high"][:2] > narrow["ci_high"][:2]).all()


def test_patterns() -> None:
    # total counts over all documents: 网格 55, 网格化 3, 网络 1
    assert trend(DTM, "网*", by="year")["term"][:3].tolist() == ["网格", "网格化", "网络"]
    assert trend(DTM, re.compile("格"), by="year")["term"][:2].tolist() == ["网格", "网格化"]
    assert trend(DTM, lambda term: len(term) == 3, by="year")["term"].unique().tolist() == ["网格化"]
    assert trend(DTM, {"网络", "网格"}, by="year")["term"][:2].tolist() == ["网格", "网络"]


def test_a_mapping_adds_up() -> None:
    table = trend(DTM, {"grid": "网格*", "net": ["网络"]}, by="year")
    assert table["term"].tolist() == ["grid", "net"] * 3
    assert table["count"].tolist() == [3, 1, 5, 0, 0, 0]
    assert table.attrs["textkit"]["settings"]["terms"] == {"grid": "网格*", "net": ["网络"]}


def test_words_that_are_not_there() -> None:
    with pytest.warns(TextkitWarning) as caught:
        table = trend(DTM, ["网格", "云"], by="year")
    assert str(caught[0].message) == "not in the vocabulary and left out: '云'."
    assert table["term"].unique().tolist() == ["网格"]
    with pytest.raises(UnknownNameError, match="^unknown term '网咯'; did you mean '网络'"):
        trend(DTM, ["网咯"], by="year")


def test_messages() -> None:
    with pytest.raises(EmptyError) as caught:
        trend(DTM, "云*", by="year")
    assert str(caught.value) == ("terms='云*' matches none of the 4 terms. Look at frequency(dtm) for what is there.")
    with pytest.raises(EmptyError, match=r"^the patterns of 'cloud' match none of the 4 terms\.$"):
        trend(DTM, {"grid": "网格", "cloud": "云"}, by="year")
    with pytest.raises(UnknownNameError, match=r"^unknown column \(by\) 'yaer'; did you mean 'year'\?"):
        trend(DTM, "网格", by="yaer")
    with pytest.raises(ArgumentError, match="^trend needs counts, but dtm holds weights"):
        trend(proportions(DTM), "网格", by="year")
    with pytest.raises(ArgumentError, match="^confidence must be"):
        trend(DTM, "网格", by="year", confidence=95)


def test_the_bootstrap_draws_documents_within_each_group() -> None:
    # 20 documents a year of ten tokens; in 2019 each has a once, in 2020 every second one twice: both 20 of 200
    rows = [[1, 9]] * 20 + [[2, 8], [0, 10]] * 10
    docs = pd.DataFrame({"year": [2019] * 20 + [2020] * 20}, index=[f"d{i}" for i in range(40)])
    dtm = DocumentTermMatrix(rows, ["a", "b"], docs)
    found = trend(dtm, ["a"], by="year", ci="bootstrap", n_replicates=3000).set_index("group")
    assert found.loc[2019, ["rate", "ci_low", "ci_high"]].tolist() == [1e5, 1e5, 1e5], "all alike: nothing moves"
    half = 1.96 * (0.01 / 20) ** 0.5  # the rates are 0 and .2, their variance .01
    assert found.loc[2020, "ci_low"] == pytest.approx(1e6 * (0.1 - half), rel=0.08)
    assert found.loc[2020, "ci_high"] == pytest.approx(1e6 * (0.1 + half), rel=0.08)
    wilson = trend(dtm, ["a"], by="year").set_index("group")
    assert wilson.loc[2019, "ci_low"] == wilson.loc[2020, "ci_low"] < found.loc[2019, "ci_low"]


def test_a_sum_of_terms_is_resampled_as_a_sum_and_few_documents_are_told() -> None:
    docs = pd.DataFrame({"year": [1, 1, 1, 2]}, index=list("abcd"))
    dtm = DocumentTermMatrix([[1, 1, 2], [2, 0, 2], [0, 2, 2], [1, 1, 1]], ["a", "b", "c"], docs)
    with pytest.warns(TextkitWarning, match="1 document is too few"):
        found = trend(dtm, {"ab": ["a", "b"]}, by="year", ci="bootstrap", n_replicates=200)
    assert found["ci_low"].tolist()[0] == found["rate"].tolist()[0] == 5e5  # two of four in every document
    assert found["ci_low"].isna().tolist() == [False, True]
