"""keyness_groups: the table of keyness for each group, with one family of tests and one prior."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from textkit import measures
from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.stats.keyness import MEASURES, keyness
from textkit.stats.keyness_groups import COLUMNS, keyness_groups
from textkit.tokenization import tokenize


def _dtm(m: int = 12, v: int = 20) -> DocumentTermMatrix:
    rng = np.random.default_rng(1)
    counts = rng.negative_binomial(1, 0.3, (m, v)) + 1
    counts[: m // 3, 0] += 9
    return DocumentTermMatrix(counts, [f"w{i}" for i in range(v)], pd.DataFrame({"town": ["A", "B", "C"] * (m // 3)}))


@pytest.mark.parametrize("measure", [name for name in MEASURES if name != "fightin_words"])
def test_it_is_keyness_of_each_group(measure: str) -> None:
    dtm = _dtm()
    table = keyness_groups(dtm, by="town", measure=measure)
    assert list(table.columns) == COLUMNS
    assert table["group"].drop_duplicates().tolist() == ["A", "B", "C"]
    for town in "ABC":
        mine = table[table["group"] == town].drop(columns=["group", "q_value"]).reset_index(drop=True)
        alone = keyness(dtm, town, by="town", measure=measure).drop(columns="q_value")
        pd.testing.assert_frame_equal(mine, alone)


def test_q_is_over_all_tests() -> None:
    table = keyness_groups(_dtm(), by="town", measure="g2")
    assert table["q_value"].to_numpy() == pytest.approx(measures.adjust_p(table["p_value"]))
    alone = keyness(_dtm(), "A", by="town", measure="g2")
    assert not np.allclose(table[table["group"] == "A"]["q_value"], alone["q_value"])


def test_one_prior_for_all_groups() -> None:
    # three groups of 10, 20 and 30 tokens; 40 % of all are x: alpha0 = 10, 4 of it for x
    dtm = DocumentTermMatrix([[8, 2], [8, 12], [8, 22]], ["x", "y"], pd.DataFrame({"g": list("abc")}))
    table = keyness_groups(dtm, by="g", measure="fightin_words").set_index(["group", "term"])
    for group, n in (("a", 10), ("b", 20), ("c", 30)):
        rest = 60 - n
        delta = np.log((8 + 4) / (n + 10 - 12)) - np.log((16 + 4) / (rest + 10 - 20))
        assert table.loc[(group, "x"), "effect"] == pytest.approx(delta / np.log(2))
        assert table.loc[(group, "x"), "score"] == pytest.approx(delta / np.sqrt(1 / 12 + 1 / 20))
    assert table.attrs["textkit"]["alpha0"] == pytest.approx(10)


def test_auto_is_one_measure_for_all() -> None:
    assert keyness_groups(_dtm(), by="town").attrs["textkit"]["settings"]["measure"] == "robust"
    with pytest.warns(TextkitWarning) as warned:
        table = keyness_groups(_dtm(6), by="town")
    assert str(warned[0].message).startswith(
        "measure='auto' fell back to 'g2': a test with documents as the sample needs 3 with tokens in each group and 8 "
        "together, got 2 in the target and 4 in the reference."
    )
    assert warned[0].filename == __file__
    assert table.attrs["textkit"]["settings"]["measure"] == "g2"
    rare = DocumentTermMatrix(np.eye(9, dtype=int), list("abcdefghi"), pd.DataFrame({"g": [1, 2, 3] * 3}))
    with pytest.warns(TextkitWarning, match="no term occurs often enough"):
        keyness_groups(rare, by="g")


def test_missing_values_and_empty_groups() -> None:
    docs = pd.DataFrame({"town": ["A", None, "B", "C", "B"]})
    dtm = DocumentTermMatrix([[3, 1], [9, 9], [1, 3], [0, 0], [1, 1]], ["x", "y"], docs)
    with pytest.warns(TextkitWarning) as warned:
        table = keyness_groups(dtm, by="town", measure="g2")
    assert [str(one.message) for one in warned] == [
        "1 document has no value in 'town' and takes no part.",
        "1 group has no tokens and takes no part.",
    ]
    assert table["group"].drop_duplicates().tolist() == ["A", "B"]
    assert table["n_target"].sum() == 10


def test_paragraphs_as_units_and_bootstrap() -> None:
    texts = ["网格 管理\n网格 工作\n网格", "信访 工作\n信访\n信访 管理", "管理 工作\n工作 信访\n网格 工作"]
    tokens = tokenize(Corpus(texts, pd.DataFrame({"town": list("ABC")})), "spaces")
    table = keyness_groups(tokens, by="town", unit="paragraph", measure="robust", min_count=1, min_range=1)
    row = table.set_index(["group", "term"]).loc[("A", "网格")]
    assert (row["n_target"], row["range_target"], row["range_reference"]) == (3, 3, 1)
    with pytest.warns(TextkitWarning, match="^3 paragraphs are too few"):
        drawn = keyness_groups(
            tokens, by="town", unit="paragraph", measure="log_ratio", ci="bootstrap", n_replicates=100
        )
    assert (drawn["ci_low"] <= drawn["ci_high"]).all()


def test_messages() -> None:
    with pytest.raises(EmptyError) as caught:
        keyness_groups(DocumentTermMatrix([[1]], ["a"], pd.DataFrame({"g": [1]})), by="g")
    assert str(caught.value) == "by='g' makes 1 group with tokens, and at least two are needed to compare."
    with pytest.raises(EmptyError, match="in any of 3 groups. Lower them"):
        keyness_groups(_dtm(), by="town", measure="g2", min_count=10_000)
    with pytest.raises(UnknownNameError, match="unknown column"):
        keyness_groups(_dtm(), by="twon")
    with pytest.raises(ArgumentError, match="^measure='robust' needs at least 3 documents"):
        keyness_groups(_dtm(6), by="town", measure="robust")
    with pytest.raises(ArgumentError, match="keyness_groups needs counts, but dtm holds weights"):
        keyness_groups(DocumentTermMatrix([[0.5]], ["a"], weighting="tfidf"), by="doc")


@given(hnp.arrays(np.int64, (9, 4), elements=st.integers(0, 8)), st.permutations(range(9)))
@settings(max_examples=20)
def test_order_means_nothing(counts: np.ndarray, order: list[int]) -> None:
    counts[:, 0] += 1
    docs = pd.DataFrame({"g": [1, 2, 3] * 3}, index=[f"d{i}" for i in range(9)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        one = keyness_groups(DocumentTermMatrix(counts, list("abcd"), docs), by="g", min_range=1)
        other = keyness_groups(DocumentTermMatrix(counts[order], list("abcd"), docs.iloc[order]), by="g", min_range=1)
    pd.testing.assert_frame_equal(one, other, rtol=1e-9, atol=1e-9)
