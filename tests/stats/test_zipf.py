"""zipf and zipf_points: worked example, split ranks, the tail, the bootstrap, laws, and their messages."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix, count
from textkit.measures import power_laws
from textkit.stats.zipf import COLUMNS, POINT_COLUMNS, zipf, zipf_points
from textkit.tokenization import tokenize
from textkit.weights import tfidf

RANKS = [1000, 500, 333, 250, 200, 167, 143, 125, 111, 100, 91, 83, 77, 71, 67, 63, 59, 56, 53, 50]
TOY = DocumentTermMatrix([RANKS], [f"w{i:02}" for i in range(20)])


def sampled(n_docs: int = 40, seed: int = 0, exponent: float = 1.1) -> DocumentTermMatrix:
    p = np.arange(1, 401.0) ** -exponent
    x = np.random.default_rng(seed).multinomial(400, p / p.sum(), size=n_docs)
    docs = pd.DataFrame({"half": ["a", "b"] * (n_docs // 2)})
    return DocumentTermMatrix(x, [f"w{i:03}" for i in range(400)], docs)


class TestFits:
    def test_worked_example(self) -> None:
        table = zipf(TOY)
        assert list(table.columns) == COLUMNS
        row = table.iloc[0]
        assert row["group"] == "all" and row["n_tokens"] == sum(RANKS) and row["n_types"] == 20
        assert row["exponent"] == pytest.approx(0.999354986283, rel=1e-6)
        assert row["log_likelihood"] == pytest.approx(-9100.56664014)
        assert row["ols_slope"] == pytest.approx(-0.998526913388)
        assert np.isnan([row["ci_low"], row["tail_p"]]).all()
        assert row["mandelbrot_log_likelihood"] >= row["log_likelihood"]

    def test_rows_are_groups(self) -> None:
        dtm = sampled()
        table = zipf(dtm, by="half")
        assert table["group"].tolist() == ["a", "b"]
        alone = zipf(dtm[dtm.docs["half"] == "a"])
        pd.testing.assert_series_equal(table.iloc[0, 1:], alone.iloc[0, 1:], check_names=False)
        by_doc = zipf(dtm[:3], by="doc")
        assert by_doc["group"].tolist() == ["0", "1", "2"] and by_doc["n_tokens"].tolist() == [400] * 3
        words = tokenize(Corpus(["甲 乙 甲 丙", "甲 丁"]), "spaces")
        pd.testing.assert_frame_equal(zipf(words), zipf(count(words)))

    def test_paragraphs_of_documents(self) -> None:
        # a matrix of paragraphs has a column "doc": its values are the documents
        docs = sampled().docs.rename(columns={"half": "doc"})
        dtm = sampled()
        pieces = DocumentTermMatrix(dtm.matrix, dtm.vocabulary, docs)
        pd.testing.assert_frame_equal(zipf(pieces, by="doc"), zipf(dtm, by="half"))
        pd.testing.assert_frame_equal(
            zipf(pieces, by="doc", ci="bootstrap", n_replicates=20),
            zipf(dtm, by="half", ci="bootstrap", n_replicates=20),
        )

    def test_the_tail_is_that_of_the_counts(self) -> None:
        dtm = sampled()
        row, fit = zipf(dtm, n_tail_replicates=5).iloc[0], power_laws.power_law_tail(dtm.term_counts)
        assert [row["tail_exponent"], row["tail_se"], row["tail_min"], row["n_tail"], row["tail_distance"]] == list(fit)
        assert 0 <= row["tail_p"] <= 1

    def test_split_ranks_are_less_flattering(self) -> None:
        """Ranks from the same words make the commonest words commoner than they are; held-out counts do not."""
        p = np.full(300, 1 / 300)
        x = np.random.default_rng(2).multinomial(3000, p, size=1)
        dtm = DocumentTermMatrix(x, [f"w{i:03}" for i in range(300)])
        plain, split = zipf(dtm).iloc[0], zipf(dtm, split=True).iloc[0]
        # all words are equally common: the true exponent is 0
        assert plain["exponent"] > 10 * plain["se"]
        assert abs(split["exponent"]) < 3 * split["se"]
        assert split["n_tokens"] == 3000  # the whole, though the fit is to half of it
        pd.testing.assert_frame_equal(zipf(dtm, split=True), zipf(dtm, split=True))
        assert zipf(dtm, split=True, random_state=1)["exponent"][0] != split["exponent"]

    def test_degenerate(self) -> None:
        one = zipf(DocumentTermMatrix([[7]], ["甲"])).iloc[0]
        assert one["n_types"] == 1 and one[["exponent", "mandelbrot_shift", "ols_slope", "tail_exponent"]].isna().all()
        unique = zipf(DocumentTermMatrix([[1] * 9], list("abcdefghi"))).iloc[0]
        assert unique["exponent"] == pytest.approx(0, abs=1e-9) and np.isnan(unique["tail_exponent"])
        docs = pd.DataFrame({"x": [1, 2]})
        with_empty = zipf(DocumentTermMatrix([[3, 1], [0, 0]], ["甲", "乙"], docs), by="x")
        assert with_empty["n_tokens"].tolist() == [4, 0] and np.isnan(with_empty["exponent"][1])


class TestInterval:
    def test_against_a_loop_with_ranks_held(self) -> None:
        dtm = sampled(12)
        table = zipf(dtm, ci="bootstrap", n_replicates=50, random_state=4).iloc[0]
        x = dtm.matrix.toarray()
        order = np.lexsort((np.arange(400), -x.sum(axis=0)))
        order = order[x.sum(axis=0)[order] > 0]
        draws = np.random.default_rng(4).spawn(3)[2].integers(0, 12, (50, 12))
        values = [power_laws.zipf_ml(x[draw].sum(axis=0)[order]).exponent for draw in draws]
        np.testing.assert_allclose([table["ci_low"], table["ci_high"]], np.quantile(values, [0.025, 0.975]), rtol=1e-4)
        assert table["ci_low"] < table["exponent"] < table["ci_high"]

    def test_covers_with_split_ranks(self) -> None:
        p = np.arange(1, 201.0) ** -1.0
        rng = np.random.default_rng(6)
        inside = 0
        for _ in range(40):
            x = rng.multinomial(2_000, p / p.sum(), size=40)
            dtm = DocumentTermMatrix(x, [f"w{i:03}" for i in range(200)])
            row = zipf(dtm, split=True, ci="bootstrap", n_replicates=200).iloc[0]
            inside += row["ci_low"] <= 1.0 <= row["ci_high"]
        assert inside >= 33

    def test_words_in_bursts_make_it_wider_than_the_error_by_token(self) -> None:
        rng = np.random.default_rng(6)
        p = np.arange(1, 201.0) ** -1.0 * rng.gamma(0.3, 1, (40, 200))
        x = np.array([rng.multinomial(300, q / q.sum()) for q in p])
        row = zipf(DocumentTermMatrix(x, [f"w{i:03}" for i in range(200)]), ci="bootstrap", n_replicates=200).iloc[0]
        assert row["ci_high"] - row["ci_low"] > 2 * (2 * 1.96 * row["se"])

    def test_units(self) -> None:
        words = tokenize(Corpus(["甲 乙 甲。甲 丙。丁 甲。乙。"] * 4), "spaces")
        table = zipf(words, ci="bootstrap", unit="sentence", n_replicates=40)
        assert table.attrs["textkit"]["unit"] == {"se": "token", "ci": "sentence"}
        assert table["ci_low"][0] <= table["exponent"][0] <= table["ci_high"][0]
        with pytest.warns(TextkitWarning, match="^4 documents are too few"):
            zipf(words, ci="bootstrap", n_replicates=10)

    def test_messages(self) -> None:
        words = tokenize(Corpus(["甲 乙。"]), "spaces")
        with pytest.raises(ArgumentError, match="^split=True can only be resampled by document, got unit='sentence'.$"):
            zipf(words, split=True, ci="bootstrap", unit="sentence")
        with pytest.raises(ArgumentError, match='with by="doc" needs units smaller than a document'):
            zipf(words, by="doc", ci="bootstrap")
        with pytest.raises(ArgumentError, match="unit='paragraph' needs the texts, which a matrix does not hold"):
            zipf(TOY, ci="bootstrap", unit="paragraph")


class TestPoints:
    def test_ranks_counts_and_laws(self) -> None:
        table, fit = zipf_points(TOY), zipf(TOY).iloc[0]
        assert list(table.columns) == POINT_COLUMNS
        assert table["rank"].tolist() == list(range(1, 21)) and table["count"].tolist() == RANKS
        assert table["term"].tolist() == list(TOY.vocabulary.terms)
        for law in ("zipf", "mandelbrot"):
            assert table[law].sum() == pytest.approx(sum(RANKS))
        assert table["zipf"][0] / table["zipf"][9] == pytest.approx(10 ** fit["exponent"])
        (note,) = table.attrs["textkit"]["fits"]
        assert note == {
            "group": "all", "exponent": fit["exponent"], "mandelbrot_exponent": fit["mandelbrot_exponent"],
            "mandelbrot_shift": fit["mandelbrot_shift"],
        }  # fmt: skip

    def test_split_and_groups_agree_with_the_fits(self) -> None:
        dtm = sampled()
        table, fits = zipf_points(dtm, by="half", split=True), zipf(dtm, by="half", split=True)
        for (group, block), exponent in zip(table.groupby("group"), fits["exponent"], strict=True):
            assert power_laws.zipf_ml(block["count"]).exponent == pytest.approx(exponent), group
        assert table["count"].sum() == 2 * 4000  # half of each group's 8,000 tokens

    def test_ties_stand_in_code_point_order(self) -> None:
        table = zipf_points(DocumentTermMatrix([[1, 2, 1, 2]], ["丁", "丙", "乙", "甲"]))
        assert table["term"].tolist() == ["丙", "甲", "丁", "乙"]


@given(
    hnp.arrays(np.int64, st.tuples(st.integers(1, 4), st.integers(1, 8)), elements=st.integers(0, 6)).filter(np.any),
    st.randoms(use_true_random=False),
)
@settings(max_examples=25)
def test_the_order_of_documents_and_terms_does_not_matter(x: np.ndarray, chance: object) -> None:
    rows, columns = list(range(x.shape[0])), list(range(x.shape[1]))
    chance.shuffle(rows)  # type: ignore[attr-defined]
    chance.shuffle(columns)  # type: ignore[attr-defined]
    plain = DocumentTermMatrix(x, [f"w{i}" for i in range(x.shape[1])])
    other = DocumentTermMatrix(x[np.ix_(rows, columns)], [f"w{i}" for i in columns])
    pd.testing.assert_frame_equal(zipf(plain), zipf(other))
    pd.testing.assert_frame_equal(zipf_points(plain), zipf_points(other))


def test_errors() -> None:
    for function in (zipf, zipf_points):
        with pytest.raises(ArgumentError, match=f"{function.__name__} needs counts, but dtm holds weights"):
            function(tfidf(TOY))
        with pytest.raises(EmptyError, match="^data has no tokens, so there is nothing to fit.$"):
            function(DocumentTermMatrix([[0]], ["甲"]))
        with pytest.raises(UnknownNameError, match=r"unknown column \(by\) 'halb'; did you mean 'half'"):
            function(sampled(2), by="halb")
        with pytest.raises(ArgumentError, match="^split must be a bool, got a int.$"):
            function(TOY, split=1)
    with pytest.raises(ArgumentError, match="n_tail_replicates must be a whole number of at least 0, got -1"):
        zipf(TOY, n_tail_replicates=-1)


def test_a_column_without_values() -> None:
    dtm = DocumentTermMatrix([[2, 1]], ["甲", "乙"], pd.DataFrame({"x": [None]}))
    for function in (zipf, zipf_points):
        with pytest.warns(TextkitWarning), pytest.raises(EmptyError, match="^no document has a value in 'x'."):
            function(dtm, by="x")


def test_missing_values_are_said() -> None:
    dtm = DocumentTermMatrix([[2, 1], [1, 1]], ["甲", "乙"], pd.DataFrame({"x": ["k", None]}))
    with pytest.warns(TextkitWarning, match="^1 document has no value in 'x' and is in no group.$"):
        assert zipf(dtm, by="x")["n_tokens"].tolist() == [3]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        assert zipf_points(dtm, by="x", split=True)["group"].unique().tolist() == ["k"]
