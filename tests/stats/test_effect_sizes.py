"""effect_sizes: by hand, against each formula, and by laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, TextkitWarning
from textkit.matrix import DocumentTermMatrix
from textkit.stats.effect_sizes import COLUMNS, effect_sizes
from textkit.stats.keyness import keyness
from textkit.tokenization import tokenize

# 改革 310 of 120,000 and 205 of 250,000: the numbers of METHODS, worked out there
REFORM = DocumentTermMatrix([[310, 120_000 - 310], [205, 250_000 - 205]], ["改革", "其他"])


def test_the_worked_numbers() -> None:
    table = effect_sizes(REFORM, "doc1")
    assert list(table.columns) == COLUMNS
    row = table.set_index("term").loc["改革"]
    expected = {
        "g2_2cell": 166.481247159, "g2": 166.733759821, "log_ratio": 1.65553799482, "relative_risk": 3.15040650407,
        "ci_low": 1.4011844838, "ci_high": 1.90989150585, "bic": 153.659988875, "ell": 8.79123943248e-05,
        "pct_diff": 215.040650407, "odds_ratio": 3.15597610901, "phi": 0.0221407854818,
    }  # fmt: skip
    assert row[list(expected)].tolist() == pytest.approx(list(expected.values()), rel=1e-9)
    assert row["haldane_odds_ratio"] == pytest.approx((310.5 / 119_690.5) / (205.5 / 249_795.5))
    # 2583.3 and 820 a million
    assert row["simple_maths"] == pytest.approx((310 / 0.12 + 100) / (205 / 0.25 + 100))
    assert effect_sizes(REFORM, "doc1", k=1).set_index("term").loc["改革", "simple_maths"] == pytest.approx(
        (310 / 0.12 + 1) / (205 / 0.25 + 1)
    )
    share = 310 / 515
    kld = share * np.log2(share / (12 / 37)) + (1 - share) * np.log2((1 - share) / (25 / 37))
    assert row["kld"] == pytest.approx(kld)


def test_under_use_has_a_minus_sign() -> None:
    dtm = DocumentTermMatrix([[18, 80_000 - 18], [260, 420_000 - 260]], ["改革", "其他"])
    row = effect_sizes(dtm, "doc1").set_index("term").loc["改革"]
    assert row["g2_2cell"] == pytest.approx(-23.2871862106, rel=1e-9)
    assert row["phi"] == pytest.approx(-0.00612818283053, rel=1e-9)
    assert row["bic"] == pytest.approx(10.1648228332, rel=1e-9)  # not signed
    assert (row[["log_ratio", "log_odds", "z", "kld", "pct_diff"]] < 0).all()


def test_what_does_not_exist_is_not_invented() -> None:
    table = effect_sizes(DocumentTermMatrix([[2, 0, 8], [0, 2, 8]], ["a", "b", "c"]), 0).set_index("term")
    assert table.loc["a", ["relative_risk", "pct_diff", "odds_ratio"]].tolist() == [np.inf] * 3
    assert table.loc["b", ["relative_risk", "pct_diff", "odds_ratio"]].tolist() == [0, -100, 0]
    assert np.isfinite(table[["haldane_odds_ratio", "log_ratio", "log_odds", "z", "kld"]].to_numpy()).all()
    assert table["flag"].tolist() == ["zero_adjusted|rare", "", "zero_adjusted|rare"]
    assert table["ell"].isna().tolist() == [True, False, True]  # E = 1: the logarithm below the line is 0


def test_a_prior_and_a_list() -> None:
    flat = effect_sizes(REFORM, "doc1", prior="flat", alpha0=0.02).set_index("term").loc["改革"]
    delta = np.log(310.01 / 119_690.01) - np.log(205.01 / 249_795.01)
    assert flat["log_odds"] == pytest.approx(delta / np.log(2))
    assert flat["z"] == pytest.approx(delta / np.sqrt(1 / 310.01 + 1 / 205.01))
    listed = effect_sizes(REFORM, "doc1", {"改革": 205}, reference_size=250_000).set_index("term").loc["改革"]
    assert listed["odds_ratio"] == pytest.approx(3.15597610901)
    assert effect_sizes(REFORM, "doc1", prior=REFORM).attrs["textkit"]["inputs"].keys() == {"dtm", "prior"}


def test_filters_and_messages() -> None:
    docs = pd.DataFrame({"town": ["A", "B", None]}, index=list("abc"))
    dtm = DocumentTermMatrix([[5, 1], [3, 2], [9, 9]], ["x", "y"], docs)
    with pytest.warns(TextkitWarning, match="1 document has no value in 'town'"):
        table = effect_sizes(dtm, "A", by="town", min_count=4)
    assert table["term"].tolist() == ["x"]
    with pytest.raises(EmptyError, match="^no term of 2 passes min_count=99"):
        effect_sizes(dtm[:2], 0, min_count=99)
    with pytest.raises(ArgumentError, match="^k must be a finite number above 0, got 0"):
        effect_sizes(REFORM, 0, k=0)


@settings(max_examples=40)
@given(hnp.arrays(np.int64, (2, 4), elements=st.integers(0, 30)))
def test_laws(counts: np.ndarray) -> None:
    counts[:, 0] += 1
    dtm = DocumentTermMatrix(counts, list("abcd"))
    one, back = effect_sizes(dtm, 0).set_index("term"), effect_sizes(dtm, 1).set_index("term")
    back = back.loc[one.index]
    for name in ("log_ratio", "log_odds", "z", "g2", "g2_2cell", "phi", "kld"):
        np.testing.assert_allclose(one[name], -back[name], rtol=1e-7, atol=1e-9, equal_nan=True)
    for name in ("relative_risk", "odds_ratio", "haldane_odds_ratio", "simple_maths"):
        with np.errstate(divide="ignore"):
            np.testing.assert_allclose(one[name], 1 / back[name].to_numpy(), rtol=1e-7, equal_nan=True)
    for name in ("bic", "ell"):
        np.testing.assert_allclose(one[name], back[name], rtol=1e-7, atol=1e-9, equal_nan=True)
    order = [2, 0, 3, 1]
    turned = DocumentTermMatrix(counts[:, order], [list("abcd")[i] for i in order])
    pd.testing.assert_frame_equal(effect_sizes(turned, 0), effect_sizes(dtm, 0), rtol=1e-9)


@pytest.mark.parametrize("ci", ["bootstrap", "bca"])
def test_an_interval_over_documents_is_that_of_keyness(ci: str) -> None:
    rng = np.random.default_rng(0)
    dtm = DocumentTermMatrix(rng.poisson(rng.gamma(0.5, 4, (30, 12))) + (np.arange(12) == 0), list("abcdefghijkl"))
    docs = list(range(15))
    plain = effect_sizes(dtm, docs)
    table = effect_sizes(dtm, docs, ci=ci, n_replicates=200, random_state=3)
    other = keyness(dtm, docs, measure="log_ratio", ci=ci, n_replicates=200, random_state=3).set_index("term")
    ends = ["ci_low", "ci_high"]
    pd.testing.assert_frame_equal(table.set_index("term")[ends], other.loc[table["term"], ends])
    pd.testing.assert_frame_equal(plain.drop(columns=ends), table.drop(columns=ends))
    # words come in bursts here: the interval that takes tokens for independent draws is too short
    width = [float((t["ci_high"] - t["ci_low"]).median()) for t in (plain, table)]
    assert width[1] > 1.3 * width[0]
    assert (plain.attrs["textkit"]["unit"], table.attrs["textkit"]["unit"]) == ("token", "document")


def test_an_interval_over_sentences() -> None:
    words = tokenize(Corpus(["甲 乙。" * 12 + "丙 丁。" * 3, "甲 丙。" * 12 + "乙 甲。" * 3]), "spaces")
    table = effect_sizes(words, "doc1", ci="bootstrap", unit="sentence", n_replicates=100)
    assert (table["ci_low"] <= table["ci_high"]).all() and table.attrs["textkit"]["unit"] == "sentence"
    with pytest.raises(ArgumentError, match="^ci='bootstrap' draws documents again and again, but the target has 1"):
        effect_sizes(words, "doc1", ci="bootstrap")
    with pytest.warns(TextkitWarning, match="^2 documents are too few for an interval to be believed"):
        effect_sizes(DocumentTermMatrix([[1, 2]] * 4, ["甲", "乙"]), [0, 1], ci="bootstrap")
