"""Co-occurrence of all pairs: by hand, against quanteda, against a plain count, and against `collocates`."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, UnknownNameError
from textkit.kernels import pairs
from textkit.stats.collocates import collocates
from textkit.stats.cooccurrence import MEASURES, PAIR_COLUMNS, Cooccurrence, cooccurrence
from textkit.tokenization import tokenize
from textkit.tokens import Tokens


def words(*texts: str) -> Tokens:
    return tokenize(Corpus(list(texts)), "spaces")


def cells(found: Cooccurrence) -> dict[tuple[str, str], float]:
    terms = found.vocabulary.terms
    matrix = found.matrix.tocoo()
    return {
        (terms[a], terms[b]): value
        for a, b, value in zip(*matrix.coords, matrix.data.tolist(), strict=True)
    }  # fmt: skip


class TestByHand:
    def test_window(self):
        # pairs at most 2 apart: 社会 治理, 社会 社会, 治理 社会, 治理 创新, 社会 创新
        found = cooccurrence(words("社会 治理 社会 创新"), window=2)
        assert cells(found) == {
            ("社会", "社会"): 2, ("社会", "治理"): 2, ("治理", "社会"): 2, ("治理", "创新"): 1, ("创新", "治理"): 1,
            ("社会", "创新"): 1, ("创新", "社会"): 1,
        }  # fmt: skip
        # every row adds up to the neighbours of its word
        assert found.row_totals.tolist() == [5, 3, 2] and found.total == 10
        assert found.matrix.dtype == np.int64 and found.frequency.tolist() == [2, 1, 1]
        table = found.to_frame()
        assert table.columns.tolist() == PAIR_COLUMNS
        # a word with itself is left out; a before b by code point: 创 U+521B, 治 U+6CBB, 社 U+793E
        assert table[["a", "b", "weight"]].values.tolist() == [
            ["治理", "社会", 2],
            ["创新", "治理", 1],
            ["创新", "社会", 1],
        ]
        first = table.iloc[0]
        assert first["expected"] == pytest.approx(3 * 5 / 10)
        assert first["pmi"] == pytest.approx(math.log2(2 / 1.5))
        assert first["log_dice"] == pytest.approx(14 + math.log2(2 * 2 / (1 + 2)))
        # 治理 is a: P(社会 | near 治理) - P(社会 | elsewhere) = 2/3 - 3/7
        assert first["delta_p_b_given_a"] == pytest.approx(2 / 3 - 3 / 7)
        assert first["delta_p_a_given_b"] == pytest.approx(2 / 5 - 1 / 5)

    def test_ordered(self):
        found = cooccurrence(words("社会 治理 社会 创新"), window=2, ordered=True)
        assert cells(found) == {
            ("社会", "治理"): 1, ("社会", "社会"): 1, ("治理", "社会"): 1, ("治理", "创新"): 1, ("社会", "创新"): 1,
        }  # fmt: skip
        assert found.row_totals.tolist() == [3, 2, 0] and found.column_totals.tolist() == [2, 1, 2]
        table = found.to_frame()
        assert ["社会", "治理"] in table[["a", "b"]].values.tolist() and ["治理", "社会"] in table[
            ["a", "b"]
        ].values.tolist()

    def test_inverse_distance(self):
        found = cooccurrence(words("甲 乙 丙 乙"), window=3, weights="inverse")
        # 甲 乙 at 1 and 3, 甲 丙 at 2, 乙 丙 at 1 twice, 乙 乙 at 2
        assert cells(found) == pytest.approx({
            ("甲", "乙"): 4 / 3, ("乙", "甲"): 4 / 3, ("甲", "丙"): 1 / 2, ("丙", "甲"): 1 / 2, ("乙", "丙"): 2,
            ("丙", "乙"): 2, ("乙", "乙"): 1,
        })  # fmt: skip
        table = found.to_frame()
        assert len(table) == 3 and table["weight"].tolist() == pytest.approx([2, 4 / 3, 1 / 2])
        known = {"a", "b", "weight", "f_a", "f_b", "expected", "pmi", "npmi"}
        assert table.drop(columns=list(known)).isna().all(axis=None) and table[sorted(known)].notna().all(axis=None)
        assert table["expected"].iloc[0] == pytest.approx(found.row_totals[1] * found.row_totals[2] / found.total)

    def test_dropped_words_take_up_place(self):
        tokens = words("甲 的 的 乙").drop(["的"])
        assert cells(cooccurrence(tokens, window=2)) == {}
        assert cells(cooccurrence(tokens, window=3))["甲", "乙"] == 1
        assert cells(cooccurrence(tokens, window=1, skip_gaps=True))["甲", "乙"] == 1
        assert cells(cooccurrence(tokens, window=3, weights="inverse"))["甲", "乙"] == pytest.approx(1 / 3)

    def test_within(self):
        tokens = words("甲 。 乙\n丙", "甲")
        assert ("乙", "丙") in cells(cooccurrence(tokens)) and ("甲", "乙") in cells(cooccurrence(tokens))
        assert set(cells(cooccurrence(tokens, within="paragraph"))) & {("甲", "乙"), ("乙", "丙")} == {("甲", "乙")}
        assert set(cells(cooccurrence(tokens, within="sentence"))) == {("甲", "。"), ("。", "甲")}

    def test_units(self):
        found = cooccurrence(words("甲 乙 甲 。 甲 丙 。", "甲 乙"), window="sentence")
        # sentences {甲 2, 乙, 。} {甲, 丙, 。} {甲, 乙}; the diagonal counts sentences with a word twice
        assert cells(found)["甲", "乙"] == 2 and cells(found)["甲", "甲"] == 1 and ("乙", "丙") not in cells(found)
        assert found.frequency.tolist() == [3, 2, 2, 1] and found.total == 3
        table = found.to_frame(measure="npmi", min_count=1)
        assert table["expected"].tolist() == pytest.approx((table["f_a"] * table["f_b"] / 3).tolist())

    def test_terms_choose_cells_but_not_margins(self):
        tokens = words("社会 治理 社会 创新", "治理 创新")
        whole, part = cooccurrence(tokens), cooccurrence(tokens, terms=["创新", "社会"])
        assert part.vocabulary.terms == ("创新", "社会")
        assert cells(part) == {
            pair: value for pair, value in cells(whole).items() if "治理" not in pair
        }  # fmt: skip
        assert part.row_totals.tolist() == whole.row_totals[[2, 0]].tolist() and part.total == whole.total
        both = whole.to_frame()
        same = part.to_frame().drop(columns="q_value")
        kept = both[(both["a"] == "创新") & (both["b"] == "社会")].drop(columns="q_value").reset_index(drop=True)
        pd.testing.assert_frame_equal(same, kept)
        assert cooccurrence(tokens, terms="*新").vocabulary.terms == ("创新",)


@pytest.mark.shared
def test_quanteda(shared):
    """`fcm(toks, context = "window", window = 5)` of the inaugural speeches, punctuation removed without padding."""
    folder = shared / "data" / "reference"
    wanted = pd.read_csv(folder / "textstats" / "fcm_window5_top40.csv", index_col=0, keep_default_na=False)
    frame = pd.read_csv(folder / "inputs" / "inaugural_tokens_nopunct_padded.csv.gz", keep_default_na=False)
    frame = frame[frame["token"] != ""]
    tokens = words(*(" ".join(part["token"].str.lower()) for _, part in frame.groupby("doc", sort=False)))
    features = wanted.columns.tolist()
    found = cooccurrence(tokens, window=5, terms=features)
    assert found.vocabulary.terms == tuple(features)
    assert (found.matrix.toarray() == wanted.to_numpy()).all()
    places = (whole := cooccurrence(tokens)).vocabulary.ids(features)
    assert (whole.matrix[places][:, places].toarray() == wanted.to_numpy()).all()
    np.testing.assert_array_equal(whole.matrix.sum(axis=1), whole.row_totals)


@st.composite
def corpora(draw):
    word = st.sampled_from(["甲", "乙", "丙", "的", "。", "\n"])
    texts = draw(st.lists(st.lists(word, max_size=12).map(" ".join), min_size=1, max_size=3))
    return words("甲", *texts).drop(["的"])


@given(corpora(), st.integers(1, 4), st.booleans(), st.sampled_from(["count", "inverse"]), st.booleans())
def test_like_a_plain_count(tokens, window, by_sentence, weights, ordered):
    pieces = tokens.split("sentence") if by_sentence else tokens
    expected: Counter = Counter()
    for _, part in pieces.to_frame().groupby("doc", sort=False):
        rows = list(zip(part["position"], part["term"], strict=True))
        for i, (position, a) in enumerate(rows):
            for position2, b in rows[i + 1 :]:
                if position2 - position <= window:
                    weight = 1 if weights == "count" else 1 / (position2 - position)
                    expected[a, b] += weight
                    if not ordered:
                        expected[b, a] += weight
    within = "sentence" if by_sentence else "document"
    found = cooccurrence(tokens, window=window, within=within, weights=weights, ordered=ordered)
    assert cells(found) == pytest.approx(dict(expected))
    np.testing.assert_allclose(found.matrix.sum(axis=1), found.row_totals)
    np.testing.assert_allclose(found.matrix.sum(axis=0), found.column_totals)
    assert found.total == pytest.approx(found.matrix.sum())
    assert found.matrix.has_canonical_format
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "BLOCK", 3)
        again = cooccurrence(tokens, window=window, within=within, weights=weights, ordered=ordered)
    np.testing.assert_allclose(again.matrix.toarray(), found.matrix.toarray(), rtol=1e-12)


@given(corpora(), st.sampled_from(["sentence", "document"]))
def test_units_like_collocates(tokens, unit):
    """The same numbers as `collocates` of one word: by another route."""
    try:
        one = collocates(tokens, "甲", window=unit, min_count=1)
    except EmptyError:
        return
    table = cooccurrence(tokens, window=unit).to_frame()
    for found in one.to_dict("records"):
        (other,) = table[
            ((table["a"] == "甲") & (table["b"] == found["collocate"]))
            | ((table["b"] == "甲") & (table["a"] == found["collocate"]))
        ].to_dict("records")
        assert other["weight"] == found["f_xy"]
        for name in (
            "expected",
            "log_dice",
            "pmi",
            "npmi",
            "t",
            "z",
            "g2",
            "chi2",
            "dice",
            "jaccard",
            "log_odds_ratio",
        ):
            assert other[name] == pytest.approx(found[name], nan_ok=True, abs=1e-9)


@given(corpora(), st.randoms(use_true_random=False))
def test_the_order_of_documents_and_of_terms_does_not_matter(tokens, random):
    texts = list(tokens.corpus.texts)
    random.shuffle(texts)
    other = words(*texts).drop(["的"])
    assert cells(cooccurrence(tokens)) == cells(cooccurrence(other))
    try:
        table = cooccurrence(tokens).to_frame()
    except EmptyError:
        return
    pd.testing.assert_frame_equal(table, cooccurrence(other).to_frame(), check_exact=False, rtol=1e-12)


def test_sorting_and_cutting():
    tokens = words(*["甲 乙"] * 6, "丙 丁", "丙 甲")
    found = cooccurrence(tokens, window=1)
    for measure in MEASURES:
        table = found.to_frame(measure=measure, min_count=1)
        assert table[measure].is_monotonic_decreasing and len(table) == 3
    assert found.to_frame(measure="pmi")["weight"].tolist() == [6]  # at least 5
    assert found.to_frame(measure="pmi", min_count=1, n=1)[["a", "b"]].values.tolist() == [["丁", "丙"]]
    whole, cut = found.to_frame(), found.to_frame(n=1)
    assert cut["q_value"].iloc[0] == whole["q_value"].iloc[0]


def test_it_cannot_be_changed_and_shows_itself():
    found = cooccurrence(words("甲 乙"))
    assert repr(found) == "Cooccurrence(2 terms, 2 nonzero cells, unordered, count)"
    assert found._repr_html_() == "<p>Cooccurrence(2 terms, 2 nonzero cells, unordered, count)</p>"
    with pytest.raises(AttributeError):
        found.total = 3
    with pytest.raises(ValueError, match="read-only"):
        found.matrix.data[0] = 9
    note = found.to_frame().attrs["textkit"]
    assert note["function"] == "cooccurrence" and note["settings"]["window"] == 5 and note["inputs"]
    assert note["settings"]["measure"] == "weight"


def fails(error, message, call):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


def test_errors():
    tokens = words("甲 乙")
    fails(ArgumentError, "window must be a whole number of at least 1, got 0.", lambda: cooccurrence(tokens, window=0))
    fails(
        ArgumentError,
        "ordered=True is about windows of words, but window='sentence' compares whole sentences. "
        "Leave ordered out, or give window as a number of words.",
        lambda: cooccurrence(tokens, window="sentence", ordered=True),
    )
    fails(EmptyError, "terms='没*' matches none of the 2 terms.", lambda: cooccurrence(tokens, terms="没*"))
    fails(
        EmptyError,
        "terms has words that do not occur: '丙'. Leave them out.",
        lambda: cooccurrence(tokens, terms=["甲", "丙"]),
    )
    fails(
        EmptyError, "the tokens are empty: there is nothing that could co-occur.", lambda: cooccurrence(words(""))
    )  # fmt: skip
    fails(
        EmptyError,
        "no two words have a weight of at least 1 (min_count=None). Lower it.",
        lambda: cooccurrence(words("甲", "乙")).to_frame(),
    )
    fails(
        ArgumentError,
        "measure='g2' is about counts, but the weights are 1 / distance. Use measure='pmi', or "
        "cooccurrence(tokens, weights='count').",
        lambda: cooccurrence(tokens, weights="inverse").to_frame(measure="g2"),
    )
    for option in ("within", "weights", "window"):
        with pytest.raises(UnknownNameError, match=f"unknown {option} 'x'"):
            cooccurrence(tokens, **{option: "x"})
    with pytest.raises(UnknownNameError, match="unknown measure 'logdice'; did you mean 'log_dice'"):
        cooccurrence(tokens).to_frame(measure="logdice")
    found = cooccurrence(tokens)
    with pytest.raises(ArgumentError, match=r"frequency must have shape \(2,\), got \(1,\)"):
        Cooccurrence(
            found.matrix, found.vocabulary, np.array([1]), found.row_totals, found.column_totals, 1.0, False, "count"
        )
    with pytest.raises(
        ArgumentError, match=r"matrix must have shape \(1, 1\), the size of the vocabulary, got \(2, 2\)"
    ):
        Cooccurrence(
            found.matrix,
            words("甲").vocabulary,
            found.frequency,
            found.row_totals,
            found.column_totals,
            1.0,
            False,
            "count",
        )


def test_odd_corpora():
    for text in ("甲", "甲 甲 甲"):  # one token; all the same
        found = cooccurrence(words("", text))
        with pytest.raises(EmptyError):
            found.to_frame()
    assert cells(cooccurrence(words("甲 甲 甲"), window=1)) == {("甲", "甲"): 4}
    different = cooccurrence(words("甲 乙 丙"), window=1).to_frame()
    assert different["weight"].tolist() == [1, 1]
