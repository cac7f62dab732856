"""heaps and heaps_points: by hand, all orders, matrix against tokens, laws, and their messages."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix, count
from textkit.measures import power_laws
from textkit.stats.heaps import COLUMNS, POINT_COLUMNS, heaps, heaps_points
from textkit.tokenization import tokenize
from textkit.tokens import Tokens
from textkit.weights import tfidf


def words(texts: list[str], **facts: list[object]) -> Tokens:
    return tokenize(Corpus(texts, pd.DataFrame(facts, index=[f"d{i}" for i in range(len(texts))])), "spaces")


def quiet(function: object, *args: object, **options: object) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        return function(*args, **options)  # type: ignore[operator, no-any-return]


class TestByHand:
    def test_a_single_text(self) -> None:
        # 甲 乙 甲 丙 乙 丁: V = 1, 2, 2, 3, 3, 4
        with pytest.warns(TextkitWarning, match="^there is only one document with tokens: nothing can be put into"):
            table = heaps_points(words(["甲 乙 甲 丙 乙 丁"]), n_points=50)
        assert list(table.columns) == POINT_COLUMNS
        assert dict(zip(table["n_tokens"], table["n_types"], strict=True)) == {1: 1, 2: 2, 3: 2, 4: 3, 5: 3, 6: 4}
        assert table["low"].equals(table["n_types"]) and table["high"].equals(table["n_types"])

    def test_the_mean_over_both_orders(self) -> None:
        # ab order: 甲 甲 乙 丙: V = 1, 1, 2, 3; ba order: 乙 丙 甲 甲: V = 1, 2, 3, 3
        table = heaps_points(words(["甲 甲", "乙 丙"]), n_points=50, n_orders=4000).set_index("n_tokens")
        assert table["n_types"].tolist() == pytest.approx([1, 1.5, 2.5, 3], abs=0.05)
        assert (table.loc[2, "low"], table.loc[2, "high"]) == (1, 2)

    def test_the_fit_is_that_of_the_points(self) -> None:
        data = words(["甲 乙 甲 丙", "甲 乙 丁 乙", "戊 甲 甲 甲"])
        table, points = heaps(data, random_state=3), heaps_points(data, random_state=3)
        assert list(table.columns) == COLUMNS
        fit, line = (f(points["n_tokens"], points["n_types"]) for f in (power_laws.heaps_nls, power_laws.heaps_ols))
        assert table.loc[0, ["k", "beta", "k_ols", "beta_ols"]].tolist() == [*fit, *line]
        assert points["fitted"].tolist() == pytest.approx((fit.k * points["n_tokens"] ** fit.beta).tolist())
        assert points.attrs["textkit"]["fits"] == [{"group": "all", "k": fit.k, "beta": fit.beta}]
        assert table.loc[0, ["group", "n_docs", "n_tokens", "n_types"]].tolist() == ["all", 3, 12, 5]
        assert table["ci_low"][0] <= table["beta"][0] <= table["ci_high"][0]

    def test_groups(self) -> None:
        data = words(["甲 乙", "丙", "丁 戊 甲", "乙"], kind=["x", "x", "y", "y"])
        table = heaps(data, by="kind")
        assert table["group"].tolist() == ["x", "y"]
        assert table[["n_docs", "n_tokens", "n_types"]].to_numpy().tolist() == [[2, 3, 3], [2, 4, 4]]
        assert heaps_points(data, by="kind").groupby("group")["n_types"].max().tolist() == [3, 4]


class TestMatrix:
    def test_expected_growth_inside_a_document(self) -> None:
        """Against the mean over all orders of the words of a document."""
        from itertools import permutations

        text = ["甲", "甲", "乙", "丙", "丙"]
        seen = np.mean([[len(set(order[:n])) for n in range(1, 6)] for order in permutations(text)], axis=0)
        table = quiet(heaps_points, DocumentTermMatrix([[2, 1, 2]], ["甲", "乙", "丙"]), n_points=50)
        assert table["n_types"].tolist() == pytest.approx(seen.tolist())

    def test_shuffled_words_give_what_the_matrix_expects(self) -> None:
        rng = np.random.default_rng(0)
        texts = [list(rng.choice([f"w{i}" for i in range(60)], 40, p=np.arange(60, 0, -1) / 1830)) for _ in range(12)]
        data = words([" ".join(text) for text in texts])
        by_tokens, by_matrix = heaps_points(data, n_orders=200), heaps_points(count(data), n_orders=200)
        np.testing.assert_allclose(by_tokens["n_types"], by_matrix["n_types"], rtol=0.06)
        assert heaps(data)["beta"][0] == pytest.approx(heaps(count(data))["beta"][0], abs=0.03)


texts_of = st.lists(
    st.lists(st.sampled_from("甲乙丙丁戊"), max_size=6).map(" ".join), min_size=1, max_size=5
).filter(lambda texts: any(texts))  # fmt: skip


@given(texts_of, st.booleans())
@settings(max_examples=40)
def test_growth_never_falls_and_ends_at_all_types(texts: list[str], as_matrix: bool) -> None:
    data = words(texts)
    given_data = count(data) if as_matrix else data
    table = quiet(heaps_points, given_data, n_orders=3)
    v = table["n_types"].to_numpy()
    assert (np.diff(v) >= -1e-9).all() and (v <= table["n_tokens"] + 1e-9).all()
    assert (table["n_tokens"].iloc[-1], v[-1]) == (len(data), len(data.vocabulary))
    assert (table["low"] <= v + 1e-9).all() and (v <= table["high"] + 1e-9).all()
    pd.testing.assert_frame_equal(table, quiet(heaps_points, given_data, n_orders=3))


@given(texts_of)
@settings(max_examples=20)
def test_what_every_order_shares(texts: list[str]) -> None:
    """Documents in another order: other draws, but the ends of the curve are the same."""
    one, other = (quiet(heaps, words(part)) for part in (texts, texts[::-1]))
    columns = ["n_docs", "n_tokens", "n_types"]
    assert one[columns].equals(other[columns])


class TestEdges:
    def test_all_unique_and_all_identical(self) -> None:
        unique = heaps(words([f"w{i} v{i} u{i}" for i in range(9)])).iloc[0]
        assert (unique["k"], unique["beta"]) == pytest.approx((1, 1)) and unique["error_share"] == pytest.approx(
            0, abs=1e-9
        )
        same = heaps(words(["甲 甲 甲"] * 5)).iloc[0]
        assert (same["k"], same["beta"]) == pytest.approx((1, 0), abs=1e-9)

    def test_one_token(self) -> None:
        row = quiet(heaps, words(["甲"])).iloc[0]
        assert row["n_tokens"] == 1 and np.isnan([row["k"], row["beta"], row["ci_low"]]).all()

    def test_empty_documents_and_groups(self) -> None:
        data = words(["甲 乙", "", "丙 甲"], kind=["x", "y", "x"])
        table = heaps(data, by="kind")
        assert table["n_docs"].tolist() == [2, 0] and table["n_tokens"].tolist() == [4, 0] and np.isnan(table["k"][1])

    def test_missing_values_and_lonely_groups(self) -> None:
        data = words(["甲 乙", "丙", "丙 甲"], kind=["x", None, "y"])
        with pytest.warns(TextkitWarning) as caught:
            table = heaps(data, by="kind")
        said = [str(warning.message) for warning in caught]
        assert said[0] == "1 document has no value in 'kind' and is in no group."
        assert said[1].startswith("2 of 2 groups have only one document with tokens: ")
        assert table["ci_low"].isna().all() and table["beta"].notna().all()

    def test_a_column_without_values(self) -> None:
        for function in (heaps, heaps_points):
            with pytest.warns(TextkitWarning), pytest.raises(EmptyError, match="^no document has a value in 'kind'."):
                function(words(["甲 乙"], kind=[None]), by="kind")

    def test_errors(self) -> None:
        for function in (heaps, heaps_points):
            with pytest.raises(EmptyError, match="^data has no tokens, so there is no growth to fit.$"):
                function(words([""]))
            with pytest.raises(ArgumentError, match=f"{function.__name__} needs counts, but dtm holds weights"):
                function(tfidf(count(words(["甲 乙", "甲"]))))
            with pytest.raises(UnknownNameError, match=r"unknown column \(by\) 'year'"):
                function(words(["甲"]), by="year")
            with pytest.raises(ArgumentError, match="^n_orders must be a whole number of at least 1, got 0.$"):
                function(words(["甲"]), n_orders=0)
            with pytest.raises(ArgumentError, match="^data must be a DocumentTermMatrix or Tokens, got a Corpus."):
                function(Corpus(["甲"]))
