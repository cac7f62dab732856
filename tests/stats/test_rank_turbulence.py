"""rank_turbulence: by hand, against another program, and laws."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.measures import resampling
from textkit.stats.rank_turbulence import COLUMNS, rank_turbulence
from textkit.tokenization import tokenize


def _divergence(table: pd.DataFrame) -> float:
    return float(table.attrs["textkit"]["divergence"])


def test_by_hand() -> None:
    # ranks 1, 2, 3 and 2, 1, 3; alpha 1: 2 |1/r1 - 1/r2|^(1/2); alone each word stands against rank 3 + 3/2
    table = rank_turbulence(DocumentTermMatrix([[9, 5, 1], [5, 9, 1]], ["a", "b", "c"]), 0, alpha=1)
    assert list(table.columns) == COLUMNS
    alone = 2 * sum(2 * math.sqrt(1 / r - 1 / 4.5) for r in (1, 2, 3))
    each = 2 * math.sqrt(0.5) / alone
    assert table["term"].tolist() == ["a", "c", "b"]
    assert table["score"].tolist() == pytest.approx([each, 0, -each])
    assert table["contribution"].tolist() == pytest.approx([0.5, 0, 0.5])
    assert _divergence(table) == pytest.approx(2 * each)
    assert table.attrs["textkit"]["target_share"] == pytest.approx(0.5)


def test_absent_words_are_tied_behind_the_others() -> None:
    # target has a, b; reference has b, c, d: a's rank there is (4 + 4) / 2, c and d share 3.5 in the target
    table = rank_turbulence(DocumentTermMatrix([[3, 1, 0, 0], [0, 5, 2, 2]], list("abcd")), 0).set_index("term")
    assert table.loc[list("abcd"), "rank_target"].tolist() == [1, 2, 3.5, 3.5]
    assert table.loc[list("abcd"), "rank_reference"].tolist() == [4, 1, 2.5, 2.5]


def test_against_another_program() -> None:
    """The two orders of letters of the README of jkbren/rank-turbulence-divergence, alpha 1: 0.45924793111057804."""
    first, second = "aecbfgd", "baedcfg"
    counts = [[7 - order.index(letter) for letter in "abcdefg"] for order in (first, second)]
    table = rank_turbulence(DocumentTermMatrix(counts, list("abcdefg")), 0, alpha=1.0)
    assert _divergence(table) == pytest.approx(0.45924793111057804, rel=1e-12)


@pytest.mark.parametrize("alpha", [0, 0.1, 1 / 3, 1, 5, math.inf])
def test_equal_and_disjoint(alpha: float) -> None:
    equal = rank_turbulence(DocumentTermMatrix([[3, 2, 1], [30, 20, 10]], list("abc")), 0, alpha=alpha)
    assert _divergence(equal) == 0
    assert equal["contribution"].isna().all() and (equal["score"] == 0).all()
    falling = np.arange(400, 0, -1)
    none = np.zeros(400, dtype=int)
    apart = DocumentTermMatrix(
        [np.concatenate([falling, none]), np.concatenate([none, falling])], [f"w{i}" for i in range(800)]
    )
    assert _divergence(rank_turbulence(apart, 0, alpha=alpha)) == pytest.approx(1, rel=2e-3)


def test_limits_of_alpha() -> None:
    dtm = DocumentTermMatrix([[9, 5, 3, 1], [1, 9, 0, 2]], list("abcd"))
    for near, limit in ((1e-7, 0), (1e3, math.inf)):
        one, other = (rank_turbulence(dtm, 0, alpha=a).set_index("term") for a in (near, limit))
        np.testing.assert_allclose(one.loc[other.index, "score"], other["score"], atol=2e-3)
    assert rank_turbulence(dtm, 0, alpha=math.inf).attrs["textkit"]["settings"]["alpha"] == "inf"


def test_a_list_and_messages() -> None:
    dtm = DocumentTermMatrix([[9, 5, 1], [5, 9, 1]], ["a", "b", "c"])
    inside, listed = rank_turbulence(dtm, 0), rank_turbulence(dtm, 0, {"b": 9, "a": 5, "c": 1})
    pd.testing.assert_frame_equal(inside, listed)
    for wrong in (-0.1, "third", math.nan, None, True):
        with pytest.raises(ArgumentError) as caught:
            rank_turbulence(dtm, 0, alpha=wrong)  # type: ignore[arg-type]
        assert str(caught.value) == f"alpha must be a number of at least 0, or infinity, got {wrong!r}."


@given(hnp.arrays(np.int64, (2, 6), elements=st.integers(0, 9)), st.sampled_from([0, 1 / 3, 1, math.inf]))
def test_laws(counts: np.ndarray, alpha: float) -> None:
    counts[:, 0] += 1
    dtm = DocumentTermMatrix(counts, list("abcdef"))
    one, back = rank_turbulence(dtm, 0, alpha=alpha), rank_turbulence(dtm, 1, alpha=alpha)
    back = back.set_index("term").loc[one["term"]]
    np.testing.assert_allclose(one["score"], -back["score"], atol=1e-12)
    assert _divergence(one) == pytest.approx(one["score"].abs().sum())
    assert 0 <= _divergence(one) <= 1.2
    triple = rank_turbulence(DocumentTermMatrix(counts * [[3], [7]], list("abcdef")), 0, alpha=alpha)
    of_ranks = ["term", "rank_target", "rank_reference", "score", "contribution"]
    same, other = (table[of_ranks].sort_values("term", ignore_index=True) for table in (one, triple))
    pd.testing.assert_frame_equal(same, other)


def _documents(seed: int = 0, each: int = 12, terms: int = 30, length: int = 80, apart: float = 0.6) -> np.ndarray:
    """Return the documents of two groups of unlike rates, the first group first."""
    rng = np.random.default_rng(seed)
    p = 1 / np.arange(1, terms + 1)
    q = p * np.exp(np.random.default_rng(99).normal(0, apart, terms))  # the same two groups whatever the seed
    shares = [200 * r / r.sum() + 1e-9 for r in (p, q) for _ in range(each)]  # every document its own rates
    return np.array([rng.multinomial(length, rng.dirichlet(share)) for share in shares])


def _of(counts: np.ndarray, target: slice | list[int], **options: object) -> pd.DataFrame:
    dtm = DocumentTermMatrix(counts, [f"w{i:02}" for i in range(counts.shape[1])])
    return rank_turbulence(dtm, list(range(len(counts)))[target], **options)  # type: ignore[index,arg-type]


class TestBootstrap:
    def test_against_whole_tables_of_resamples(self) -> None:
        """Each resample is counted and ranked by the function itself; the draws are those of the two streams."""
        x = _documents()
        table = _of(x, slice(12), ci="bootstrap", n_replicates=60, random_state=4, confidence=0.9)
        streams = [np.random.Generator(np.random.PCG64(s)) for s in np.random.SeedSequence(4).spawn(2)]
        drawn = [np.vstack(list(resampling.resamples(12, 60, stream))) for stream in streams]
        scores, totals = [], []
        for first, second in zip(*drawn, strict=True):
            rows = np.vstack([first @ x[:12], second @ x[12:]])
            one = rank_turbulence(DocumentTermMatrix(rows, [f"w{i:02}" for i in range(30)]), 0)
            scores.append(one.set_index("term")["score"].reindex(table["term"]).fillna(0.0).to_numpy())
            totals.append(_divergence(one))
        for values, value, low, high in (
            (np.array(scores), table["score"], table["ci_low"], table["ci_high"]),
            (np.array(totals), _divergence(table), *(table.attrs["textkit"][end] for end in ("ci_low", "ci_high"))),
        ):
            bias = values.mean(axis=0) - value
            np.testing.assert_allclose(low, np.quantile(values, 0.05, axis=0) - bias, atol=1e-12)
            np.testing.assert_allclose(high, np.quantile(values, 0.95, axis=0) - bias, atol=1e-12)

    def test_nothing_else_changes_and_the_seed_decides(self) -> None:
        plain, table = _of(_documents(), slice(12)), _of(_documents(), slice(12), ci="bootstrap", n_replicates=30)
        ends = ["ci_low", "ci_high"]
        pd.testing.assert_frame_equal(plain.drop(columns=ends), table.drop(columns=ends))
        assert plain[ends].isna().all(axis=None) and table[ends].notna().all(axis=None)
        assert plain.attrs["textkit"]["ci_low"] is None and plain.attrs["textkit"]["unit"] is None
        assert table.attrs["textkit"]["unit"] == "document"
        again = _of(_documents(), slice(12), ci="bootstrap", n_replicates=30)
        pd.testing.assert_frame_equal(table, again)
        other = _of(_documents(), slice(12), ci="bootstrap", n_replicates=30, random_state=1)
        assert not np.allclose(table["ci_low"], other["ci_low"])

    def test_a_list_stays_as_it_is(self) -> None:
        """Its counts are the same in all resamples: of the target alone comes the spread."""
        x = _documents()
        reference = {f"w{i:02}": int(n) for i, n in enumerate(x[12:].sum(axis=0)) if n}
        dtm = DocumentTermMatrix(x[:12], [f"w{i:02}" for i in range(30)])
        listed = rank_turbulence(dtm, list(range(12)), reference, ci="bootstrap", n_replicates=100)
        both = _of(x, slice(12), ci="bootstrap", n_replicates=100)
        width = [float((t["ci_high"] - t["ci_low"]).mean()) for t in (listed, both)]
        assert 0 < width[0] < width[1]

    @pytest.mark.parametrize(("terms", "length"), [(60, 100), (300, 200)])
    def test_coverage(self, terms: int, length: int) -> None:
        """The interval holds the mean of D and of the scores of common words over samples of the same amount."""
        tables = [
            _of(_documents(seed, 15, terms, length), slice(15), ci="bootstrap", n_replicates=80) for seed in range(60)
        ]
        truth = np.mean([_divergence(table) for table in tables])
        inside = [t.attrs["textkit"]["ci_low"] <= truth <= t.attrs["textkit"]["ci_high"] for t in tables]
        assert np.mean(inside) >= 0.85
        # the percentile interval would lie above it almost always: resamples differ more than the samples do
        long = pd.concat(tables)
        mean = long.groupby("term")["score"].transform("mean")
        common = long["n_target"] + long["n_reference"] >= 20
        assert 0.85 <= ((long["ci_low"] <= mean) & (mean <= long["ci_high"]))[common].mean() <= 0.98

    def test_units_and_messages(self) -> None:
        words = tokenize(Corpus(["甲 乙。" * 12 + "丙 丁。" * 3, "甲 丙。" * 12 + "乙 甲。" * 3]), "spaces")
        table = rank_turbulence(words, "doc1", ci="bootstrap", unit="sentence", n_replicates=20)
        assert table.attrs["textkit"]["settings"]["unit"] == "sentence"
        with pytest.raises(
            ArgumentError, match="^ci='bootstrap' draws documents again and again, but the target has 1"
        ):
            rank_turbulence(words, "doc1", ci="bootstrap")
        with pytest.raises(ArgumentError, match="^unit='sentence' needs the tokens, got a DocumentTermMatrix"):
            _of(_documents(), slice(12), ci="bootstrap", unit="sentence")
        with pytest.raises(UnknownNameError, match="unknown ci 'bca'"):
            _of(_documents(), slice(12), ci="bca")
        with pytest.raises(ArgumentError, match="^n_replicates must be a whole number of at least 1, got 0"):
            _of(_documents(), slice(12), n_replicates=0)
        with pytest.warns(TextkitWarning, match="^5 documents are too few for an interval to be believed"):
            _of(_documents(each=5), slice(5), ci="bootstrap", n_replicates=10)

    def test_too_many_words(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("textkit.stats.rank_turbulence._KEPT", 100)
        with pytest.warns(TextkitWarning, match="^20 words with the smallest scores get no interval, which would take"):
            table = _of(_documents(), slice(12), ci="bootstrap", n_replicates=10)
        has, size = table["ci_low"].notna(), table["score"].abs()
        assert has.sum() == 10 and size[has].min() >= size[~has].max()
