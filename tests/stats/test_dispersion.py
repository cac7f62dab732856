"""dispersion: by hand, matrix = tokens, slices, the bootstrap, frequency adjusted, laws, and its messages."""

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
from textkit.measures.dispersion import Spread
from textkit.stats.dispersion import ADJUSTABLE, COLUMNS, MEASURES, dispersion
from textkit.tokenization import tokenize
from textkit.tokens import Tokens
from textkit.weights import tfidf

# Gries' five parts
PARTS = [
    "b a m n i b e u p",
    "b a s a t b e w q n",
    "b c a g a b e s t a",
    "b a g h a b e a a t",
    "b a h a a b e a x a t",
]
DOCS = pd.DataFrame({"year": [1, 1, 2, 2, 2], "kind": ["x", None, "x", "y", "y"]}, index=list("pqrst"))


def gries() -> Tokens:
    return tokenize(Corpus(PARTS, DOCS), "spaces")


def quiet(*args: object, **options: object) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        return dispersion(*args, **options)  # type: ignore[arg-type]


class TestByHand:
    def test_gries(self) -> None:
        table = dispersion(gries())
        assert list(table.columns) == COLUMNS
        row = table.set_index("term").loc["a"]
        expected = {
            "count": 15, "range": 5, "range_share": 1.0, "dp": 0.18, "dp_norm": 0.219512195122,
            "kld": 0.136971729365, "juilland_d": 0.78515045345, "carroll_d2": 0.937921303298,
            "rosengren_s": 0.949816342304, "d_a": 0.697450034459, "arf": 11.1, "score": 0.18,
        }  # fmt: skip
        assert row[list(expected)].tolist() == pytest.approx(list(expected.values()))
        # x stands once, in the last part of 11: DP = 1 - 11/50
        assert table.set_index("term").loc["x", ["count", "range", "dp"]].tolist() == pytest.approx([1, 1, 0.78])
        assert (table["count"].dtype, table["range"].dtype) == (np.int64, np.int64)

    def test_the_most_even_first_then_the_commoner_then_code_points(self) -> None:
        table = dispersion(gries())
        # b and e have (2, 2, 2, 2, 2) and (1, 1, 1, 1, 1): the same shares, b is commoner
        assert table["term"].tolist()[:2] == ["b", "e"]
        assert table["score"].is_monotonic_increasing
        last = table[table["dp"] > 0.8]
        assert last["term"].tolist() == sorted(last["term"])  # once each, in the smallest part
        by_d = dispersion(gries(), measure="juilland_d")
        assert by_d["score"].is_monotonic_decreasing
        assert by_d["score"].tolist() == by_d["juilland_d"].tolist()

    def test_rows_are_terms_whatever_the_parts_are(self) -> None:
        docs = pd.DataFrame({"year": [1, 1, 2]}, index=list("abc"))
        data = DocumentTermMatrix([[2, 1], [0, 1], [2, 0]], ["甲", "乙"], docs)
        for parts, n_parts, ranges in (("doc", 3, {"甲": 2, "乙": 2}), ("year", 2, {"甲": 2, "乙": 1})):
            table = dispersion(data, parts=parts)
            assert dict(zip(table["term"], table["range"], strict=True)) == ranges
            assert table.attrs["textkit"]["n_parts"] == n_parts

    def test_a_column_makes_parts_of_documents(self) -> None:
        for data in (gries(), count(gries())):
            table = dispersion(data, parts="year").set_index("term")
            # a: 3 of 19 tokens in year 1, 12 of 31 in year 2; |3/15 - 19/50| = 0.18
            assert table.loc["a", "dp"] == pytest.approx(0.18)
            assert table.loc["a", "range"] == 2
            assert table.loc["s", "dp"] == pytest.approx(abs(0.5 - 19 / 50))

    def test_documents_without_a_value_are_in_no_part(self) -> None:
        for data in (gries(), count(gries())):
            with pytest.warns(TextkitWarning, match="1 document has no value in 'kind' and is in no part"):
                table = dispersion(data, parts="kind")
            assert table.attrs["textkit"]["n_tokens"] == 40
            row = table.set_index("term").loc["a"]
            # x: 1 + 3 of 19; y: 4 + 5 of 21
            assert row["count"] == 13 and row["dp"] == pytest.approx(abs(4 / 13 - 19 / 40))

    def test_slices_of_the_running_text(self) -> None:
        words = gries()
        table = dispersion(words, parts=10).set_index("term")
        ids = np.array(words.ids).reshape(10, 5)  # 50 tokens
        for term, row in table.iterrows():
            v = (ids == words.vocabulary.ids([term])[0]).sum(axis=1)
            cells = np.flatnonzero(v)
            wanted = Spread(np.array([0, len(cells)]), cells, v[cells], np.full(10, 5))
            assert row["dp"] == pytest.approx(wanted.dp[0]) and row["d_a"] == pytest.approx(wanted.d_a[0])
        assert dispersion(words, parts=50)["range"].equals(dispersion(words, parts=50)["count"])

    def test_a_matrix_has_no_running_text(self) -> None:
        from_matrix, from_tokens = dispersion(count(gries())), dispersion(gries())
        assert from_matrix["arf"].isna().all() and from_tokens["arf"].notna().all()
        pd.testing.assert_frame_equal(from_matrix.drop(columns="arf"), from_tokens.drop(columns="arf"))

    def test_terms_and_min_count_leave_the_parts_whole(self) -> None:
        whole = dispersion(gries()).set_index("term")
        table = dispersion(gries(), terms=["a", "b"]).set_index("term")
        pd.testing.assert_frame_equal(table, whole.loc[table.index])
        assert set(dispersion(gries(), min_count=5)["term"]) == {"a", "b", "e"}
        assert dispersion(gries(), terms="[ab]", measure="arf").attrs["textkit"]["n_tokens"] == 50

    @pytest.mark.filterwarnings("ignore::textkit.errors.TextkitWarning")
    def test_many_blocks_are_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = dispersion(gries(), ci="bootstrap", n_replicates=30), dispersion(gries(), freq_adjusted=True)
        for name in ("_CELLS", "_BATCH"):
            monkeypatch.setattr(f"textkit.stats.dispersion.{name}", 7)
        again = quiet(gries(), ci="bootstrap", n_replicates=30), dispersion(gries(), freq_adjusted=True)
        for one, other in zip(whole, again, strict=True):
            pd.testing.assert_frame_equal(one, other)


class TestAdjusted:
    def test_by_hand(self) -> None:
        dtm = DocumentTermMatrix([[1, 0, 9], [2, 0, 8], [0, 3, 7]], ["甲", "乙", "丙"])
        table = dispersion(dtm, freq_adjusted=True).set_index("term")
        # three tokens over three parts of ten: even is (1, 1, 1), DP 0; uneven all in one, DP 2/3.
        # 甲 is (1, 2, 0): DP = 1 - (1/3 + 1/3) = 1/3, half way; 乙 is (0, 0, 3)
        assert table.loc["甲", ["dp", "score"]].tolist() == pytest.approx([1 / 3, 0.5])
        assert table.loc["乙", "score"] == pytest.approx(1.0)

    @pytest.mark.parametrize("measure", ADJUSTABLE)
    def test_from_0_to_1_whatever_the_frequency(self, measure: str) -> None:
        rng = np.random.default_rng(0)
        counts = rng.poisson(rng.gamma(0.5, 2, (8, 30)))
        counts[:, 0] += 40
        counts[0, 1:] += 1
        table = dispersion(
            DocumentTermMatrix(counts, [f"w{i}" for i in range(30)]), measure=measure, freq_adjusted=True
        )
        known = table["score"].dropna()
        assert len(known) > 20 and known.between(0, 1).all()
        even = MEASURES[measure] > 0
        assert (known.is_monotonic_decreasing if even else known.is_monotonic_increasing) and known.nunique() > 10

    def test_a_single_token_over_equal_parts_has_no_adjusted_score(self) -> None:
        dtm = DocumentTermMatrix([[1, 3], [0, 4]], ["甲", "乙"])
        assert np.isnan(dispersion(dtm, freq_adjusted=True).set_index("term").loc["甲", "score"])


class TestBootstrap:
    def test_documents_drawn_are_parts(self) -> None:
        """Against a loop that builds each resample as a corpus of its own."""
        from textkit.measures import resampling

        rng = np.random.default_rng(1)
        counts = rng.poisson(2, (12, 4)) + np.eye(12, 4, dtype=int)
        dtm = DocumentTermMatrix(counts, list("abcd"))
        for measure in ("dp", "d_a", "kld_norm", "range_share"):
            table = dispersion(dtm, measure=measure, ci="bootstrap", n_replicates=60, random_state=5)
            values = []
            for drawn in np.vstack(list(resampling.resamples(12, 60, np.random.default_rng(5)))):
                again = DocumentTermMatrix(np.repeat(counts, drawn, axis=0), list("abcd"))
                values.append(dispersion(again).set_index("term").reindex(list("abcd"))[measure].to_numpy())
            low, high = resampling.percentile_interval(np.array(values))
            found = table.set_index("term").loc[list("abcd")]
            np.testing.assert_allclose(found["ci_low"], low, rtol=1e-9)
            np.testing.assert_allclose(found["ci_high"], high, rtol=1e-9)
            assert table.attrs["textkit"]["unit"] == "document"

    def test_the_interval_covers(self) -> None:
        """Documents from one population: its DP, from 4,000 documents, lies in most intervals of samples of 60."""
        rng = np.random.default_rng(3)

        def corpus(n: int) -> np.ndarray:
            return np.column_stack((rng.poisson(rng.gamma(0.7, 3, n)), rng.poisson(200, n)))

        truth = dispersion(DocumentTermMatrix(corpus(4000), ["甲", "乙"])).set_index("term").loc["甲", "dp"]
        hits = 0
        for _ in range(60):
            table = dispersion(DocumentTermMatrix(corpus(60), ["甲", "乙"]), ci="bootstrap", n_replicates=300)
            row = table.set_index("term").loc["甲"]
            hits += row["ci_low"] <= truth <= row["ci_high"]
        assert hits >= 50

    @pytest.mark.filterwarnings("ignore::textkit.errors.TextkitWarning")
    def test_units_within_parts(self) -> None:
        words = tokenize(Corpus(["甲 乙。甲 丙。乙 丙。丁 丙。", "甲 甲。丁 乙。甲 丁。甲 丙。"]), "spaces")
        table = dispersion(words, ci="bootstrap", unit="sentence", n_replicates=200)
        assert (table["ci_low"] <= table["ci_high"]).all() and table.attrs["textkit"]["unit"] == "sentence"
        same = dispersion(words, ci="bootstrap", unit="sentence", n_replicates=200)
        pd.testing.assert_frame_equal(table, same)
        other = dispersion(words, ci="bootstrap", unit="sentence", n_replicates=200, random_state=1)
        assert not table["ci_high"].equals(other["ci_high"])
        # by year, the documents within it
        by_year = dispersion(gries(), parts="year", ci="bootstrap", n_replicates=100)
        assert by_year.attrs["textkit"]["unit"] == "document"
        row = by_year.set_index("term").loc["b"]  # 2 in each document, but lengths differ
        assert row["ci_low"] <= row["score"] <= row["ci_high"] + 0.05
        assert dispersion(gries(), parts=5, ci="bootstrap", n_replicates=20).attrs["textkit"]["unit"] == "slice"

    def test_too_few_units(self) -> None:
        with pytest.warns(TextkitWarning, match="5 documents are too few for an interval to be believed"):
            dispersion(gries(), ci="bootstrap", n_replicates=10)
        many = Corpus(["甲 乙。甲 丙。"] * 6)
        with pytest.warns(TextkitWarning, match="there are 2.0 sentences a part on average: drawn within their parts"):
            dispersion(tokenize(many, "spaces"), ci="bootstrap", unit="sentence", n_replicates=10)


class TestLaws:
    counts = hnp.arrays(np.int64, st.tuples(st.integers(2, 6), st.integers(1, 5)), elements=st.integers(0, 5)).filter(
        lambda x: (x.sum(axis=1) > 0).all()
    )

    @given(counts, st.randoms(use_true_random=False))
    @settings(max_examples=40)
    def test_the_order_of_documents_and_terms_does_not_matter(self, x: np.ndarray, chance: object) -> None:
        rows, columns = list(range(x.shape[0])), list(range(x.shape[1]))
        chance.shuffle(rows)  # type: ignore[attr-defined]
        chance.shuffle(columns)  # type: ignore[attr-defined]
        names = [f"w{i}" for i in columns]
        shuffled = dispersion(DocumentTermMatrix(x[np.ix_(rows, columns)], names))
        plain = dispersion(DocumentTermMatrix(x, [f"w{i}" for i in range(x.shape[1])]))
        pd.testing.assert_frame_equal(shuffled, plain, check_exact=False, rtol=1e-12, atol=1e-12)

    @given(counts)
    @settings(max_examples=40)
    def test_twice_the_text_is_as_even(self, x: np.ndarray) -> None:
        names = [f"w{i}" for i in range(x.shape[1])]
        once, twice = (dispersion(DocumentTermMatrix(k * x, names)).set_index("term") for k in (1, 2))
        for name in ("range", "dp", "dp_norm", "kld", "juilland_d", "carroll_d2", "rosengren_s", "d_a", "vc"):
            np.testing.assert_allclose(twice.loc[once.index, name], once[name], rtol=1e-9, atol=1e-9)

    @given(counts)
    @settings(max_examples=40)
    def test_bounds(self, x: np.ndarray) -> None:
        table = dispersion(DocumentTermMatrix(x, [f"w{i}" for i in range(x.shape[1])]))
        for name in (
            "range_share",
            "dp",
            "dp_norm",
            "dp_egbert",
            "kld_norm",
            "juilland_d",
            "carroll_d2",
            "rosengren_s",
            "d_a",
        ):
            assert table[name].between(-1e-12, 1 + 1e-12).all(), name
        assert (table["rosengren_af"] <= table["count"] + 1e-9).all()


class TestEdges:
    def test_one_part_has_only_a_range(self) -> None:
        with pytest.warns(TextkitWarning, match="only one part with tokens: of all measures by parts only the range"):
            table = dispersion(DocumentTermMatrix([[2, 1]], ["甲", "乙"]))
        assert table["range"].tolist() == [1, 1] and table["range_share"].tolist() == [1.0, 1.0]
        by_parts = [name for name in COLUMNS[4:] if name not in ("rosengren_af",)]
        assert table[by_parts].isna().all(axis=None)

    def test_empty_documents_are_no_parts(self) -> None:
        dtm = DocumentTermMatrix([[2, 1], [0, 0], [1, 1]], ["甲", "乙"])
        with pytest.warns(TextkitWarning, match="^1 of 3 parts has no tokens and is left out.$"):
            table = dispersion(dtm)
        pd.testing.assert_frame_equal(table, dispersion(dtm[[0, 2]]))
        words = tokenize(Corpus(["甲 乙 甲", "", "甲 乙"]), "spaces")
        with pytest.warns(TextkitWarning, match="1 of 3 parts has no tokens"):
            pd.testing.assert_frame_equal(dispersion(words).drop(columns="arf"), table.drop(columns="arf"))

    def test_terms_that_do_not_occur_are_left_out(self) -> None:
        dtm = DocumentTermMatrix([[2, 0, 1], [1, 0, 1]], ["甲", "乙", "丙"])
        assert set(dispersion(dtm)["term"]) == {"甲", "丙"}

    def test_one_token_each_and_all_identical(self) -> None:
        unique = dispersion(tokenize(Corpus(["甲 乙", "丙 丁"]), "spaces"))
        assert unique["dp"].tolist() == [0.5] * 4 and unique["arf"].tolist() == [1.0] * 4
        same = dispersion(tokenize(Corpus(["甲 甲", "甲 甲 甲"]), "spaces"))
        assert same["dp"].tolist() == [0.0] and same["arf"].tolist() == [5.0]

    def test_orientation_is_said_for_every_measure(self) -> None:
        note = dispersion(gries()).attrs["textkit"]
        assert set(note["orientation"]) == set(MEASURES) == set(COLUMNS[2:-3])
        assert note["orientation"]["dp"].startswith("0 = even") and note["orientation"]["juilland_d"] == "1 = even"
        assert note["n_parts"] == 5


class TestMessages:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (
                {"measure": "arf"},
                'measure="arf" needs the running text, which a matrix does not hold. Give it tokens.',
            ),
            (
                {"parts": 3},
                "parts=3 slices need the running text, which a matrix does not hold. Give it tokens.",
            ),
            (
                {"ci": "bootstrap", "unit": "sentence"},
                "unit='sentence' needs the running text, which a matrix does not hold. Give it tokens.",
            ),
            (
                {"ci": "bootstrap", "freq_adjusted": True},
                'ci="bootstrap" is not offered with freq_adjusted=True. Leave one of them out.',
            ),
            (
                {"measure": "sd", "freq_adjusted": True},
                f"freq_adjusted=True is not defined for measure='sd'. It is for {', '.join(ADJUSTABLE)}.",
            ),
            ({"min_count": 0}, "min_count must be a whole number of at least 1, got 0."),
        ],
    )
    def test_arguments(self, options: dict[str, object], message: str) -> None:
        with pytest.raises(ArgumentError) as error:
            dispersion(count(gries()), **options)  # type: ignore[arg-type]
        assert str(error.value) == message

    def test_unknown_names(self) -> None:
        with pytest.raises(UnknownNameError, match="unknown measure 'dpnorm'; did you mean 'dp_norm'"):
            dispersion(gries(), measure="dpnorm")
        with pytest.raises(UnknownNameError, match=r"unknown column \(parts\) 'yaer'; did you mean 'year'"):
            dispersion(gries(), parts="yaer")
        with pytest.raises(UnknownNameError, match="unknown ci 'boot'; did you mean 'bootstrap'"):
            dispersion(gries(), ci="boot")
        with pytest.raises(UnknownNameError, match="unknown term '网格'"):
            dispersion(gries(), terms="网格")

    def test_slices(self) -> None:
        with pytest.raises(ArgumentError, match="^parts=51 slices cannot be made of 50 tokens. Ask for fewer.$"):
            dispersion(gries(), parts=51)
        with pytest.raises(ArgumentError, match="with parts=5 the slices are resampled, so unit must be left"):
            dispersion(gries(), parts=5, ci="bootstrap", unit="sentence")

    def test_weights_and_nothing(self) -> None:
        with pytest.raises(ArgumentError, match="dispersion needs counts, but dtm holds weights"):
            dispersion(tfidf(count(gries())))
        with pytest.raises(ArgumentError, match="^data must be a DocumentTermMatrix or Tokens, got a list"):
            dispersion([1])  # type: ignore[arg-type]
        with pytest.raises(EmptyError, match="^data has no tokens, so there is nothing to measure.$"):
            dispersion(DocumentTermMatrix(np.zeros((2, 1), int), ["甲"]))
        with pytest.raises(EmptyError, match=r"^no term of 16 passes min_count=99 \(terms=None\). Lower it.$"):
            dispersion(gries(), min_count=99)
        with pytest.raises(EmptyError):
            dispersion(tokenize(Corpus([]), "spaces"))
