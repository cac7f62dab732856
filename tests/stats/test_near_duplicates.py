"""near_duplicates: exact sets by Python, recall, groups, laws and messages."""

from __future__ import annotations

import warnings
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, TextkitWarning, UnknownNameError
from textkit.stats import near_duplicates as module
from textkit.stats.near_duplicates import COLUMNS, near_duplicates
from textkit.tokenization import tokenize

WORDS = [chr(0x4E00 + i) for i in range(300)]


def _shingles(text: str, n: int) -> set[str]:
    bare = "".join(text.split())
    return {bare[i : i + n] for i in range(len(bare) - n + 1)}


def _true_pairs(texts: list[str], n: int, threshold: float) -> dict[tuple[str, str], tuple[float, float, float]]:
    """Compare all with all, with Python's sets of strings."""
    sets = {f"doc{i}": _shingles(text, n) for i, text in enumerate(texts, start=1)}
    found = {}
    for a, b in combinations(sets, 2):
        shared = len(sets[a] & sets[b])
        if shared and shared / len(sets[a] | sets[b]) >= threshold:
            jaccard = shared / len(sets[a] | sets[b])
            found[a, b] = (jaccard, shared / len(sets[a]), shared / len(sets[b]))
    return found


def _copies(n: int, seed: int, changed: float = 0.03, length: int = 120) -> list[str]:
    """Return n texts and a copy of each in which some characters were changed."""
    rng = np.random.default_rng(seed)
    texts = ["".join(rng.choice(WORDS, length)) for _ in range(n)]
    for text in texts[:n]:
        letters = np.array(list(text))
        at = rng.random(length) < changed
        letters[at] = rng.choice(WORDS, int(at.sum()))
        texts.append("".join(letters))
    return texts


def test_finds_the_pairs_with_their_exact_values() -> None:
    texts = _copies(150, 1)
    true = _true_pairs(texts, 5, 0.6)
    table = near_duplicates(Corpus(texts), threshold=0.6)
    assert list(table.columns) == COLUMNS
    found = {
        (row.doc_a, row.doc_b): (row.jaccard, row.containment_a_in_b, row.containment_b_in_a)
        for row in table.itertuples()
    }
    assert set(found) <= set(true), "nothing below the threshold"
    for pair, values in found.items():
        assert values == pytest.approx(true[pair], rel=1e-12)
    assert len(true) > 100
    assert len(found) >= 0.95 * len(true)
    error = table["jaccard_est"] - table["jaccard"]
    assert abs(error.mean()) < 0.02
    assert error.std() < 0.05
    assert table["jaccard"].is_monotonic_decreasing


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.9])
def test_recall_is_what_was_asked_for(threshold: float) -> None:
    texts = _copies(250, 2, changed=(1 - threshold) / 9)
    true = _true_pairs(texts, 5, threshold)
    found = near_duplicates(Corpus(texts), threshold=threshold, recall=0.9)
    assert len(found) >= 0.9 * len(true)
    fewer = near_duplicates(Corpus(texts), threshold=threshold, recall=None)
    assert len(fewer) <= len(found)
    assert found.attrs["textkit"]["chance"] >= 0.9 > fewer.attrs["textkit"]["chance"]


@given(st.lists(st.text("甲乙丙 ", max_size=12), max_size=8), st.integers(1, 4), st.sampled_from([0.1, 0.5, 1.0]))
@settings(max_examples=60)
def test_small_texts(texts: list[str], n: int, threshold: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        table = near_duplicates(Corpus(texts), threshold=threshold, shingle=n, recall=0.9999)
    true = _true_pairs(texts, n, threshold)
    for row in table.itertuples():
        assert true[row.doc_a, row.doc_b] == pytest.approx(
            (row.jaccard, row.containment_a_in_b, row.containment_b_in_a), rel=1e-12
        )
    equal = {pair for pair, values in true.items() if values[0] == 1}
    assert equal <= set(zip(table["doc_a"], table["doc_b"], strict=True)), "equal sets are always found"


def test_by_hand() -> None:
    # pairs of characters: 甲乙 乙丙 丙丁 / 甲乙 乙丙 丙戊: two of four in common, two of three of each
    table = near_duplicates(Corpus(["甲乙丙丁", "甲乙\n丙戊", "子丑寅卯"]), threshold=0.5, shingle=2, recall=0.9999)
    assert table[["doc_a", "doc_b", "group", "keep"]].to_numpy().tolist() == [["doc1", "doc2", 1, "doc1"]]
    values = table[["jaccard", "containment_a_in_b", "containment_b_in_a"]].to_numpy()
    assert values.tolist() == [[0.5, 2 / 3, 2 / 3]]


def test_words() -> None:
    texts = ["网格 管理 工作 会议", "网格 管理 工作 报告", "信访 工作 会议 今天"]
    tokens = tokenize(Corpus(texts), "spaces")
    table = near_duplicates(tokens, threshold=0.3, shingle=2, recall=0.9999)
    # 网格管理 管理工作 工作会议 / 网格管理 管理工作 工作报告
    assert table[["doc_a", "doc_b", "jaccard"]].to_numpy().tolist() == [["doc1", "doc2", 0.5]]
    assert table.attrs["textkit"]["settings"]["unit"] == "word"
    # words that were dropped are not there
    bare = near_duplicates(tokens.drop(["会议", "报告"]), threshold=0.9, shingle=2)
    assert bare["jaccard"].tolist() == [1.0]
    by_character = near_duplicates(tokens, threshold=0.3, shingle=2, unit="character")
    pd.testing.assert_frame_equal(by_character, near_duplicates(Corpus(texts), threshold=0.3, shingle=2))


def test_groups_and_what_to_keep() -> None:
    long, other = "网格化管理工作会议今天召开" * 2, "信访维稳综合治理工作要点" * 2
    corpus = Corpus([other, long, long + "。", other, long], pd.DataFrame(index=list("edcba")))
    table = near_duplicates(corpus, threshold=0.8, shingle=2)
    groups = {tuple(sorted((row.doc_a, row.doc_b))): (row.group, row.keep) for row in table.itertuples()}
    # the group of the first document is the first; of equally long ones the first stays
    assert groups == {("b", "e"): (1, "e"), ("c", "d"): (2, "c"), ("a", "d"): (2, "c"), ("a", "c"): (2, "c")}
    first = near_duplicates(corpus, threshold=0.8, shingle=2, keep="first")
    assert set(first["keep"]) == {"e", "d"}
    # in the order of the documents, whatever their names
    assert {("d", "c"), ("d", "a"), ("c", "a"), ("e", "b")} == set(zip(table["doc_a"], table["doc_b"], strict=True))
    exact = table[table["jaccard"] == 1]
    assert exact[["doc_a", "doc_b"]].to_numpy().tolist() == [["d", "a"], ["e", "b"]]


def test_the_order_of_documents_means_nothing() -> None:
    texts = _copies(60, 3)
    names = [f"d{i:03}" for i in range(len(texts))]
    order = np.random.default_rng(0).permutation(len(texts))
    one = near_duplicates(Corpus(texts, pd.DataFrame(index=names)), threshold=0.5)
    turned = Corpus([texts[i] for i in order], pd.DataFrame(index=[names[i] for i in order]))
    other = near_duplicates(turned, threshold=0.5)

    def values(table: pd.DataFrame) -> dict[frozenset[str], tuple[float, float]]:
        return {frozenset((r.doc_a, r.doc_b)): (r.jaccard, r.jaccard_est) for r in table.itertuples()}

    assert values(one) == values(other)


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = _copies(40, 4)
    whole = near_duplicates(Corpus(texts))
    monkeypatch.setattr(module, "_CHARACTERS", 500)
    pd.testing.assert_frame_equal(near_duplicates(Corpus(texts)), whole)


def test_shingles_that_do_not_fit_into_64_bits() -> None:
    """12 of 300 characters: 300^12 > 2^64, so shingles are hashed; the values are still those of the sets."""
    texts = _copies(40, 5, changed=0.01)
    table = near_duplicates(Corpus(texts), threshold=0.5, shingle=12)
    true = _true_pairs(texts, 12, 0.5)
    assert len(table) > 20
    for row in table.itertuples():
        assert row.jaccard == pytest.approx(true[row.doc_a, row.doc_b][0], rel=1e-12)


def test_the_seed_changes_estimates_only() -> None:
    texts = _copies(60, 6, changed=0.01)
    one, same, other = (near_duplicates(Corpus(texts), threshold=0.5, random_state=seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(one, same)
    key = ["doc_a", "doc_b", "jaccard"]
    pd.testing.assert_frame_equal(one[key], other[key])
    assert (one["jaccard_est"] != other["jaccard_est"]).any()


def test_short_documents_are_left_out() -> None:
    with pytest.warns(TextkitWarning) as caught:
        table = near_duplicates(Corpus(["甲 乙", "甲乙", "", "甲乙丙丁戊己", "甲乙丙丁戊己"]))
    assert str(caught[0].message) == (
        "3 documents are shorter than a shingle of 5 characters and left out: 'doc1', 'doc2', 'doc3'."
    )
    assert table[["doc_a", "doc_b"]].to_numpy().tolist() == [["doc4", "doc5"]]
    with pytest.warns(TextkitWarning, match=r"^1 document is shorter than a shingle of 1 word and left out: 'doc1'\.$"):
        near_duplicates(tokenize(Corpus(["", "甲"]), "spaces"), shingle=1)


@pytest.mark.parametrize("texts", [[], ["网格化管理"], ["网格化管理", "信访工作会议"]])
def test_nothing_to_find(texts: list[str]) -> None:
    table = near_duplicates(Corpus(texts))
    assert (list(table.columns), len(table)) == (COLUMNS, 0)
    assert table.attrs["textkit"]["function"] == "near_duplicates"


def test_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus(["网格化管理工作"] * 5)
    with pytest.raises(ArgumentError, match=r"^corpus must be a Corpus or Tokens, got a list\. Make one with read"):
        near_duplicates(["text"])  # type: ignore[arg-type]
    with pytest.raises(
        ArgumentError, match=r"^threshold must be a finite number of at least 0\.1 and at most 1, got 0"
    ):
        near_duplicates(corpus, threshold=0)
    with pytest.raises(ArgumentError) as caught:
        near_duplicates(corpus, unit="word")
    assert str(caught.value) == ("unit='word' needs words, but corpus is a Corpus. Pass the tokens: tokenize(corpus).")
    with pytest.raises(UnknownNameError, match="^unknown keep 'longst'; did you mean 'longest'"):
        near_duplicates(corpus, keep="longst")
    monkeypatch.setattr(module, "_MOST_CANDIDATES", 9)
    with pytest.raises(ArgumentError) as caught:
        near_duplicates(corpus)
    assert str(caught.value) == (
        "10 pairs of documents are alike at first sight (the largest group has 5), which is too many to compare. "
        "Drop exact copies first: corpus[~pandas.Series(corpus.texts).duplicated().to_numpy()]; "
        "or raise threshold or shingle."
    )
    import pandas

    assert len(near_duplicates(corpus[~pandas.Series(corpus.texts).duplicated().to_numpy()])) == 0
