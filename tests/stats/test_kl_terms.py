"""kl_terms: by hand, against kl_divergence and scipy, the bootstrap, laws, and messages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import rel_entr

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.measures import resampling
from textkit.stats.entropy import kl_divergence
from textkit.stats.kl_terms import COLUMNS, kl_terms
from textkit.tokenization import tokenize


def _sum(table: pd.DataFrame) -> object:
    return table.attrs["textkit"]["divergence"]


def test_by_hand() -> None:
    # 1/2 log2(1/2 / 1/4) = 1/2; 1/4 log2 1 = 0; 1/4 log2(1/4 / 1/2) = -1/4
    table = kl_terms(DocumentTermMatrix([[4, 2, 2], [2, 2, 4]], ["a", "b", "c"]), 0)
    assert list(table.columns) == COLUMNS
    assert table["term"].tolist() == ["a", "b", "c"]
    assert table["score"].tolist() == [0.5, 0.0, -0.25]
    assert (table["share_target"].tolist(), table["share_reference"].tolist()) == ([0.5, 0.25, 0.25], [0.25, 0.25, 0.5])
    assert _sum(table) == 0.25 and table.attrs["textkit"]["rest"] == 0.0
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)


def test_what_the_reference_lacks_is_infinite() -> None:
    table = kl_terms(DocumentTermMatrix([[1, 1, 0], [0, 1, 1]], ["a", "b", "c"]), 0).set_index("term")
    assert table["score"].to_dict() == {"a": np.inf, "b": 0.0, "c": 0.0}
    assert table.attrs["textkit"]["divergence"] == "inf"
    smoothed = kl_terms(DocumentTermMatrix([[1, 1, 0], [0, 1, 1]], ["a", "b", "c"]), 0, smoothing=1).set_index("term")
    # shares 2/5, 2/5, 1/5 and 1/5, 2/5, 2/5
    assert smoothed["score"].tolist() == pytest.approx([0.4, 0, -0.2])


def test_terms_of_neither_side_are_the_rest() -> None:
    dtm = DocumentTermMatrix([[4, 2, 0, 0], [1, 9, 3, 0], [0, 0, 0, 7]], list("abcd"))
    table = kl_terms(dtm, "doc1", "doc2", smoothing=0.5)
    assert sorted(table["term"]) == ["a", "b", "c"]
    # d: 0.5 / 8 and 0.5 / 15
    rest = 0.0625 * np.log2(15 / 8)
    assert table.attrs["textkit"]["rest"] == pytest.approx(rest)
    pairs = kl_divergence(dtm, smoothing=0.5).set_index(["p", "q"])["divergence"]
    assert _sum(table) == pytest.approx(pairs[("doc1", "doc2")])
    assert table["score"].sum() + rest == pytest.approx(_sum(table))


@given(hnp.arrays(np.int64, (2, 5), elements=st.integers(0, 9)), st.sampled_from([0.0, 0.5]))
def test_against_scipy(counts: np.ndarray, smoothing: float) -> None:
    counts[:, 0] += 1
    dtm = DocumentTermMatrix(counts, list("abcde"))
    table = kl_terms(dtm, 0, smoothing=smoothing)
    shares = (counts + smoothing) / (counts.sum(axis=1, keepdims=True) + 5 * smoothing)
    wanted = rel_entr(*shares) / np.log(2)
    places = [dtm.vocabulary.terms.index(term) for term in table["term"]]
    np.testing.assert_allclose(table["score"], wanted[places], atol=1e-12)
    assert table["score"].is_monotonic_decreasing
    whole = kl_divergence(dtm, smoothing=smoothing).set_index("p").loc["doc1", "divergence"]
    assert float(_sum(table)) == pytest.approx(whole, abs=1e-12)  # type: ignore[arg-type]
    turned = kl_terms(DocumentTermMatrix(counts[:, ::-1], list("edcba")), 0, smoothing=smoothing)
    pd.testing.assert_frame_equal(
        table.sort_values("term", ignore_index=True), turned.sort_values("term", ignore_index=True), atol=1e-12
    )


def _documents(seed: int, each: int = 15, terms: int = 40) -> np.ndarray:
    rng = np.random.default_rng(seed)
    p = 1 / np.arange(1, terms + 1)
    q = p * np.exp(np.random.default_rng(99).normal(0, 0.5, terms))  # the same two groups whatever the seed
    shares = [200 * r / r.sum() + 1e-9 for r in (p, q) for _ in range(each)]
    return np.array([rng.multinomial(100, rng.dirichlet(share)) for share in shares])


def _of(counts: np.ndarray, each: int = 15, **options: object) -> pd.DataFrame:
    dtm = DocumentTermMatrix(counts, [f"w{i:02}" for i in range(counts.shape[1])])
    return kl_terms(dtm, list(range(each)), **options)  # type: ignore[arg-type]


class TestBootstrap:
    def test_against_whole_tables_of_resamples(self) -> None:
        x = _documents(0)
        table = _of(x, ci="bootstrap", smoothing=0.5, n_replicates=50, random_state=4, confidence=0.9)
        streams = [np.random.Generator(np.random.PCG64(s)) for s in np.random.SeedSequence(4).spawn(2)]
        drawn = [np.vstack(list(resampling.resamples(15, 50, stream))) for stream in streams]
        values = []
        for first, second in zip(*drawn, strict=True):
            shares = np.vstack([first @ x[:15], second @ x[15:]]) + 0.5
            values.append(rel_entr(*(shares / shares.sum(axis=1, keepdims=True))) / np.log(2))
        places = [int(term[1:]) for term in table["term"]]
        scores = np.array(values)[:, places]
        bias = scores.mean(axis=0) - table["score"].to_numpy()
        np.testing.assert_allclose(table["ci_low"], np.quantile(scores, 0.05, axis=0) - bias, atol=1e-12)
        np.testing.assert_allclose(table["ci_high"], np.quantile(scores, 0.95, axis=0) - bias, atol=1e-12)

    def test_the_interval_covers(self) -> None:
        long = pd.concat([_of(_documents(s), ci="bootstrap", smoothing=0.5, n_replicates=100) for s in range(60)])
        mean = long.groupby("term")["score"].transform("mean")
        inside = (long["ci_low"] <= mean) & (mean <= long["ci_high"])
        n = long["n_target"] + long["n_reference"]
        assert 0.87 <= inside[n >= 20].mean() <= 0.98

    def test_words_that_a_resample_lacks_have_none(self) -> None:
        x = _documents(0)
        with pytest.warns(TextkitWarning, match="no interval, since the reference, or a resample of it, lacks them"):
            table = _of(x, ci="bootstrap", n_replicates=50)
        assert table.loc[np.isinf(table["score"]), "ci_low"].isna().all()
        assert table.loc[table["n_reference"] > 60, "ci_low"].notna().all()

    def test_nothing_else_changes(self) -> None:
        ends = ["ci_low", "ci_high"]
        plain, table = (_of(_documents(1), smoothing=1.0, ci=ci, n_replicates=20) for ci in (None, "bootstrap"))
        pd.testing.assert_frame_equal(plain.drop(columns=ends), table.drop(columns=ends))
        pd.testing.assert_frame_equal(table, _of(_documents(1), smoothing=1.0, ci="bootstrap", n_replicates=20))
        assert plain.attrs["textkit"]["unit"] is None and table.attrs["textkit"]["unit"] == "document"

    def test_units_lists_and_messages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        words = tokenize(Corpus(["甲 乙。" * 12 + "丙 丁。" * 3, "甲 丙。" * 12 + "乙 甲。" * 3]), "spaces")
        table = kl_terms(words, "doc1", ci="bootstrap", unit="sentence", smoothing=1, n_replicates=20)
        assert table["ci_low"].notna().all()
        listed = kl_terms(words, "doc1", {"甲": 9, "乙": 5}, ci="bootstrap", unit="sentence", smoothing=1)
        assert listed["n_reference"].sum() == 14 and listed["ci_low"].notna().all()
        with pytest.raises(
            ArgumentError, match="^ci='bootstrap' draws documents again and again, but the target has 1"
        ):
            kl_terms(words, "doc1", ci="bootstrap")
        with pytest.raises(UnknownNameError, match="unknown ci 'bca'"):
            kl_terms(words, "doc1", ci="bca")
        with pytest.raises(ArgumentError, match="^smoothing must be a finite number of at least 0, got -1"):
            kl_terms(words, "doc1", smoothing=-1)
        monkeypatch.setattr("textkit.stats.kl_terms._KEPT", 100)
        with pytest.warns(TextkitWarning, match="^30 words with the smallest scores get no interval, which would take"):
            table = _of(_documents(0), ci="bootstrap", smoothing=0.5, n_replicates=10)
        has = table["ci_low"].notna()
        assert has.sum() == 10 and table["score"].abs()[has].min() >= table["score"].abs()[~has].max()
