"""entropy and kl_divergence: by hand, quanteda's numbers, scipy, the bootstrap, laws, and their messages."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from scipy.sparse import csr_array

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix, count
from textkit.segment.simple import Characters
from textkit.stats.entropy import COLUMNS, DIVERGENCE_COLUMNS, MEASURES, entropy, kl_divergence
from textkit.tokenization import tokenize
from textkit.weights import tfidf

DOCS = pd.DataFrame({"year": [2019, 2020, 2019]}, index=list("abc"))
DTM = DocumentTermMatrix([[8, 4, 2, 2], [4, 0, 0, 0], [0, 0, 2, 2]], ["的", "工作", "网格", "信访"], DOCS)


def quiet(function: object, *args: object, **options: object) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        return function(*args, **options)  # type: ignore[operator, no-any-return]


class TestByHand:
    def test_documents(self) -> None:
        table = entropy(DTM)
        assert list(table.columns) == COLUMNS
        assert table["group"].tolist() == ["a", "b", "c"]
        assert table["entropy"].tolist() == [1.75, 0.0, 1.0]
        assert table["normalised"].tolist() == [0.875, 0.0, 1.0]
        assert table["miller_madow"].tolist() == pytest.approx([1.75 + 3 / 32 / np.log(2), 0, 1 + 1 / 8 / np.log(2)])
        assert (table["n_tokens"].tolist(), table["n_types"].tolist()) == ([16, 4, 4], [4, 1, 2])
        assert table[["ci_low", "ci_high"]].isna().all(axis=None)

    def test_groups(self) -> None:
        table = entropy(DTM, by="year")
        assert table["group"].tolist() == [2019, 2020]
        # 2019: 8, 4, 4, 4 of 20
        assert table["entropy"][0] == pytest.approx(0.4 * np.log2(2.5) + 0.6 * np.log2(5))
        whole = entropy(DTM, by=None)
        assert whole["group"].tolist() == ["all"] and whole["n_tokens"].tolist() == [24]
        assert whole["entropy"][0] == pytest.approx(stats.entropy([12, 4, 4, 4], base=2))

    def test_of_characters(self) -> None:
        corpus = Corpus(["甲乙甲乙", "甲甲甲乙"])
        table = entropy(tokenize(corpus, Characters()))
        assert table["entropy"].tolist() == pytest.approx([1.0, stats.entropy([3, 1], base=2)])
        pd.testing.assert_frame_equal(table, entropy(count(tokenize(corpus, Characters()))))


@pytest.mark.shared
def test_quanteda(shared: Path) -> None:
    """textstat_entropy(dfm) with base 2 over the documents."""
    reference = shared / "data" / "reference"
    cells = pd.read_csv(reference / "inputs" / "inaugural_dfm_nopunct_triplets.csv.gz")
    names = pd.read_csv(reference / "inputs" / "inaugural_dfm_nopunct_docs.csv")["doc"]
    n_terms = int(cells["feature_id"].max())
    matrix = csr_array(
        (cells["count"].to_numpy(), (cells["doc_id"] - 1, cells["feature_id"] - 1)), shape=(len(names), n_terms)
    )
    dtm = DocumentTermMatrix(matrix, [f"w{i}" for i in range(n_terms)], pd.DataFrame(index=names))
    wanted = pd.read_csv(reference / "textstats" / "entropy_documents.csv").set_index("document")["entropy"]
    found = entropy(dtm).set_index("group")["entropy"]
    np.testing.assert_allclose(found[wanted.index], wanted, rtol=1e-12)


class TestBootstrap:
    TEXT = "甲 乙。甲 丙。乙 丙 丁。丁 丙。甲 甲。丁 乙。戊 丁。甲 己。甲 乙。丙 甲 甲。乙。甲 丁。"

    def test_against_a_loop(self) -> None:
        words = tokenize(Corpus([self.TEXT, self.TEXT[:40]]), "spaces")
        sentences = count(words.split("sentence"))
        rows = np.array([name.startswith("doc1#") for name in sentences.names])
        x = sentences.matrix.toarray()[rows]
        x = x[x.any(axis=1)]  # a sentence in which no token begins is no unit
        for measure in MEASURES:
            table = quiet(
                entropy, words, measure=measure, ci="bootstrap", unit="sentence", n_replicates=80, random_state=3
            )
            assert table.attrs["textkit"]["unit"] == "sentence"
            known = table[table[measure].notna()]  # the second text has no word twice, so no Chao-Shen
            assert (known["ci_low"] <= known["ci_high"]).all() and len(known) >= 1
            if measure != "entropy":
                continue
            drawn = np.random.default_rng(3).spawn(2)[0].integers(0, len(x), (80, len(x)))
            values = [stats.entropy(x[draw].sum(axis=0), base=2) for draw in drawn]
            low, high = np.quantile(2 * table["entropy"][0] - np.array(values), [0.025, 0.975])
            assert (table["ci_low"][0], table["ci_high"][0]) == pytest.approx((max(low, 0), high))

    def test_the_interval_covers(self) -> None:
        """Sentences of ten words from a law of 60 words: its entropy lies in most intervals, which a percentile
        interval around the uncorrected number would miss."""
        p = 1 / np.arange(1, 61)
        p /= p.sum()
        truth = stats.entropy(p, base=2)
        rng = np.random.default_rng(8)
        hits = 0
        for _ in range(60):
            sentences = DocumentTermMatrix(rng.multinomial(10, p, size=60), [f"w{i}" for i in range(60)])
            row = entropy(sentences, by=None, measure="miller_madow", ci="bootstrap", n_replicates=200).iloc[0]
            hits += row["ci_low"] <= truth <= row["ci_high"]
        assert hits >= 51

    def test_by_documents(self) -> None:
        dtm = DocumentTermMatrix(np.random.default_rng(0).poisson(2, (30, 8)) + 1, list("abcdefgh"))
        one, two = (entropy(dtm, by=None, ci="bootstrap", n_replicates=50, random_state=k) for k in (0, 0))
        pd.testing.assert_frame_equal(one, two)
        assert one["ci_low"][0] < one["ci_high"][0]

    def test_paragraphs_of_documents(self) -> None:
        # a matrix of paragraphs has a column "doc": its values are the documents, and rows can be drawn within them
        rows = [[8, 4, 2, 2], [4, 0, 0, 0], [0, 0, 2, 2], [1, 1, 0, 0]]
        docs = pd.DataFrame({"doc": ["b", "a", "b", "a"]}, index=["b#1", "a#1", "b#2", "a#2"])
        pieces = DocumentTermMatrix(rows, ["的", "工作", "网格", "信访"], docs)
        pd.testing.assert_frame_equal(entropy(pieces), entropy(pieces.merge("doc")))
        drawn = quiet(entropy, pieces, ci="bootstrap", n_replicates=50)
        assert drawn["group"].tolist() == ["a", "b"] and drawn["ci_low"].notna().all()
        # as many groups as rows, in another order
        alone = DocumentTermMatrix(rows[:2], pieces.vocabulary, docs.iloc[:2])
        pd.testing.assert_frame_equal(entropy(alone), entropy(alone.merge("doc")))

    def test_too_few(self) -> None:
        with pytest.warns(TextkitWarning, match="^3 documents are too few for an interval"):
            entropy(DTM, by=None, ci="bootstrap", n_replicates=5)
        with pytest.warns(TextkitWarning, match="^in the group with the fewest: 1 document is too few"):
            entropy(DTM, by="year", ci="bootstrap", n_replicates=5)

    def test_messages(self) -> None:
        with pytest.raises(
            ArgumentError, match='with by="doc" needs units smaller than a document: give tokens and unit'
        ):
            entropy(DTM, ci="bootstrap")
        with pytest.raises(
            ArgumentError, match="^unit='sentence' needs the texts, which a matrix does not hold. Give it"
        ):
            entropy(DTM, ci="bootstrap", unit="sentence")


class TestEdges:
    def test_empty_documents(self) -> None:
        dtm = DocumentTermMatrix([[1, 2], [0, 0]], ["甲", "乙"])
        with pytest.warns(TextkitWarning, match="^1 of 2 groups has no tokens: NaN.$"):
            table = entropy(dtm)
        assert table["n_tokens"].tolist() == [3, 0] and table.iloc[1, 3:].isna().all()

    def test_nothing_at_all(self) -> None:
        nothing = entropy(DocumentTermMatrix(np.zeros((0, 2), int), ["甲", "乙"]))
        assert list(nothing.columns) == COLUMNS and len(nothing) == 0

    def test_stored_zeros_are_no_types(self) -> None:
        matrix = csr_array(([2, 0, 3], [0, 1, 2], [0, 3]), shape=(1, 3))
        assert entropy(DocumentTermMatrix(matrix, list("abc")))["n_types"].tolist() == [2]

    def test_missing_values(self) -> None:
        docs = pd.DataFrame({"kind": ["x", None, "x"]})
        with pytest.warns(TextkitWarning, match="^1 document has no value in 'kind' and is in no group.$"):
            table = entropy(DocumentTermMatrix(DTM.matrix, DTM.vocabulary, docs), by="kind")
        assert table["n_tokens"].tolist() == [20]

    def test_errors(self) -> None:
        with pytest.raises(ArgumentError, match="entropy needs counts, but dtm holds weights"):
            entropy(tfidf(DTM))
        with pytest.raises(UnknownNameError, match="unknown measure 'entropie'; did you mean 'entropy'"):
            entropy(DTM, measure="entropie")
        with pytest.raises(UnknownNameError, match=r"unknown column \(by\) 'jahr'"):
            entropy(DTM, by="jahr")
        with pytest.raises(ArgumentError, match="^data must be a DocumentTermMatrix or Tokens, got a str. Give tokens"):
            entropy("甲")  # type: ignore[arg-type]


tables = hnp.arrays(np.int64, st.tuples(st.integers(2, 5), st.integers(1, 6)), elements=st.integers(0, 5))


@given(tables, st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_the_order_of_the_vocabulary_does_not_matter(x: np.ndarray, chance: object) -> None:
    columns = list(range(x.shape[1]))
    chance.shuffle(columns)  # type: ignore[attr-defined]
    plain = quiet(entropy, DocumentTermMatrix(x, [f"w{i}" for i in range(x.shape[1])]))
    other = quiet(entropy, DocumentTermMatrix(x[:, columns], [f"w{i}" for i in columns]))
    pd.testing.assert_frame_equal(plain, other, check_exact=False)
    known = plain[plain["n_tokens"] > 0]
    assert (known["entropy"] <= np.log2(known["n_types"]) + 1e-12).all() and (known["entropy"] >= 0).all()


class TestDivergence:
    def test_by_hand(self) -> None:
        table = kl_divergence(DTM)
        assert list(table.columns) == DIVERGENCE_COLUMNS and len(table) == 6
        pair = table.set_index(["p", "q"])
        # b is 的 alone, half of a: log2(1 / (1/2)) = 1; a has three terms that b lacks
        assert pair.loc[("b", "a"), "divergence"] == 1.0
        assert pair.loc[("a", "b"), ["divergence", "n_missing", "missing_share"]].tolist() == [np.inf, 3, 0.5]
        assert table[["ci_low", "ci_high"]].isna().all(axis=None)
        # c: 1/2 log2(1/2 / 1/8) twice = 2
        assert pair.loc[("c", "a"), ["divergence", "n_missing", "missing_share"]].tolist() == [2.0, 0, 0.0]
        assert table["divergence"].is_monotonic_decreasing

    @given(tables, st.sampled_from([0.0, 0.1, 1.0]))
    @settings(max_examples=80)
    def test_against_scipy(self, x: np.ndarray, smoothing: float) -> None:
        table = quiet(kl_divergence, DocumentTermMatrix(x, [f"w{i}" for i in range(x.shape[1])]), smoothing=smoothing)
        for row in table.itertuples():
            a, b = (x[int(name[3:]) - 1] for name in (row.p, row.q))
            if not (a.any() and b.any()):
                assert np.isnan(row.divergence)
                continue
            assert row.n_missing == ((a > 0) & (b == 0)).sum()
            assert row.missing_share == pytest.approx(a[b == 0].sum() / a.sum())
            wanted = stats.entropy(a + smoothing, b + smoothing, base=2)
            assert row.divergence == pytest.approx(wanted, rel=1e-9, abs=1e-12)

    def test_a_text_does_not_diverge_from_itself(self) -> None:
        x = np.random.default_rng(1).integers(1, 99, (1, 200)).repeat(2, axis=0)
        assert kl_divergence(DocumentTermMatrix(x, [f"w{i}" for i in range(200)]))["divergence"].tolist() == [0, 0]

    def test_groups_and_errors(self) -> None:
        assert kl_divergence(DTM, by="year", smoothing=0.5)["p"].tolist() == [2019, 2020]
        with pytest.raises(EmptyError, match="^a divergence needs two groups, but by='doc' gives 1.$"):
            kl_divergence(DTM["a"])
        with pytest.raises(ArgumentError, match="^smoothing must be a finite number of at least 0, got -1.$"):
            kl_divergence(DTM, smoothing=-1)
        with pytest.raises(ArgumentError, match="gives 2,001 groups; pairs of at most 2,000 are compared. Merge some"):
            kl_divergence(DocumentTermMatrix(np.ones((2001, 1), int), ["甲"]))
        with pytest.warns(TextkitWarning, match="1 of 3 groups has no tokens"):
            table = kl_divergence(DocumentTermMatrix([[1, 1], [0, 0], [2, 1]], ["甲", "乙"]))
        assert table["divergence"].isna().sum() == 4 and table["divergence"].notna()[:2].all()


def _two_groups(seed: int, each: int = 20, terms: int = 60, length: int = 100) -> DocumentTermMatrix:
    """Return documents of two groups of unlike rates, every document with rates of its own."""
    rng = np.random.default_rng(seed)
    p = 1 / np.arange(1, terms + 1)
    q = p * np.exp(np.random.default_rng(99).normal(0, 0.5, terms))  # the same two groups whatever the seed
    shares = [200 * r / r.sum() + 1e-9 for r in (p, q) for _ in range(each)]
    counts = np.array([rng.multinomial(length, rng.dirichlet(share)) for share in shares])
    docs = pd.DataFrame({"side": ["p"] * each + ["q"] * each}, index=[f"d{i}" for i in range(2 * each)])
    return DocumentTermMatrix(counts, [f"w{i}" for i in range(terms)], docs)


class TestDivergenceBootstrap:
    @pytest.mark.parametrize("smoothing", [0.0, 0.5])
    def test_against_a_loop(self, smoothing: float) -> None:
        """Three groups; unsmoothed, the last one has a term that the others lack: infinite, and no interval."""
        x = np.random.default_rng(0).poisson(3, (36, 6)) + 1
        x[:24, 5] = 0
        docs = pd.DataFrame({"g": np.repeat(["a", "b", "c"], 12)}, index=[f"d{i}" for i in range(36)])
        dtm = DocumentTermMatrix(x, list("uvwxyz"), docs)
        options = {"by": "g", "ci": "bootstrap", "n_replicates": 50, "random_state": 2, "confidence": 0.9}
        if smoothing:
            table = kl_divergence(dtm, smoothing=smoothing, **options).set_index(["p", "q"])
        else:
            with pytest.warns(TextkitWarning, match="^2 of 6 intervals do not exist, since p has terms that q, or a"):
                table = kl_divergence(dtm, smoothing=smoothing, **options).set_index(["p", "q"])
        streams = np.random.default_rng(2).spawn(3)
        parts = {g: x[docs["g"] == g] for g in "abc"}
        drawn = {}
        for g, stream in zip("abc", streams, strict=True):
            rows = stream.integers(0, 12, (50, 12))
            drawn[g] = parts[g][rows].sum(axis=1) + smoothing
        for (p, q), row in table.iterrows():
            if p == "c" and not smoothing:
                assert np.isinf(row["divergence"]) and np.isnan(row["ci_low"]) and np.isnan(row["ci_high"])
                continue
            values = np.log([stats.entropy(a, b, base=2) for a, b in zip(drawn[p], drawn[q], strict=True)])
            bias = values.mean() - np.log(row["divergence"])
            ends = np.exp(np.quantile(values, [0.05, 0.95]) - bias)
            assert (row["ci_low"], row["ci_high"]) == pytest.approx(tuple(ends))

    @pytest.mark.parametrize(("terms", "length"), [(60, 100), (400, 200)])
    def test_the_interval_covers(self, terms: int, length: int) -> None:
        """Whatever is drawn, it holds the mean over samples of the same amount in 19 cases of 20."""
        options = {"by": "side", "smoothing": 0.5, "ci": "bootstrap", "n_replicates": 150}
        made = [kl_divergence(_two_groups(seed, terms=terms, length=length), **options) for seed in range(80)]
        tables = [table.set_index("p").loc["p"] for table in made]
        truth = np.mean([row["divergence"] for row in tables])
        assert np.mean([row["ci_low"] <= truth <= row["ci_high"] for row in tables]) >= 0.9

    def test_nothing_else_changes(self) -> None:
        dtm = _two_groups(0)
        plain, table = (
            kl_divergence(dtm, by="side", smoothing=1, ci=ci, n_replicates=30) for ci in (None, "bootstrap")
        )
        ends = ["ci_low", "ci_high"]
        pd.testing.assert_frame_equal(plain.drop(columns=ends), table.drop(columns=ends))
        assert plain.attrs["textkit"]["unit"] is None and table.attrs["textkit"]["unit"] == "document"
        again = kl_divergence(dtm, by="side", smoothing=1, ci="bootstrap", n_replicates=30)
        pd.testing.assert_frame_equal(table, again)
        assert ((table["ci_low"] < table["divergence"]) & (table["divergence"] < table["ci_high"])).all()

    def test_sentences_and_messages(self) -> None:
        words = tokenize(Corpus([TestBootstrap.TEXT, TestBootstrap.TEXT[:40] + "丙 丁 己。" * 8]), "spaces")
        pd.testing.assert_frame_equal(kl_divergence(words, smoothing=1), kl_divergence(count(words), smoothing=1))
        table = kl_divergence(words, smoothing=1, ci="bootstrap", unit="sentence", n_replicates=40)
        assert table["ci_low"].notna().all()
        with pytest.raises(ArgumentError, match='^ci="bootstrap" with by="doc" needs units smaller than a document'):
            kl_divergence(words, ci="bootstrap")
        with pytest.raises(ArgumentError, match="^unit='sentence' needs the texts, which a matrix does not hold."):
            kl_divergence(count(words), ci="bootstrap", unit="sentence")
        with pytest.raises(UnknownNameError, match="unknown ci 'bca'"):
            kl_divergence(words, ci="bca", unit="sentence")
        many = DocumentTermMatrix(np.ones((101, 1), int), ["甲"], pd.DataFrame({"g": range(101)}))
        with pytest.raises(ArgumentError, match="^by='g' gives 101 groups, too many for intervals: at most 100. Merge"):
            kl_divergence(many, by="g", ci="bootstrap")
        with pytest.warns(TextkitWarning, match="^in the group with the fewest: 1 document is too few"):
            kl_divergence(DTM, by="year", ci="bootstrap", smoothing=1, n_replicates=5)

    def test_an_empty_group(self) -> None:
        docs = pd.DataFrame({"g": ["a"] * 12 + ["b"] * 2 + ["c"] * 12}, index=[f"d{i}" for i in range(26)])
        x = np.random.default_rng(0).poisson(3, (26, 4)) + 1
        x[12:14] = 0
        table = quiet(kl_divergence, DocumentTermMatrix(x, list("uvwx"), docs), by="g", ci="bootstrap", n_replicates=20)
        known = ~((table["p"] == "b") | (table["q"] == "b"))
        assert (table["ci_low"].notna() == known).all()
