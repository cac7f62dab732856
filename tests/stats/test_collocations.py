"""Collocations: by hand, against quanteda and nltk, against a plain count, and the laws that hold for any corpus."""

from __future__ import annotations

import math
import re
import warnings
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.kernels import pairs
from textkit.measures import resampling
from textkit.stats import collocations as module
from textkit.stats.collocates import collocates
from textkit.stats.collocations import COLUMNS, MEASURES, collocations
from textkit.tokenization import tokenize
from textkit.tokens import Tokens
from textkit.vocabulary import Vocabulary


def words(*texts: str) -> Tokens:
    return tokenize(Corpus(list(texts)), "spaces")


def row(table: pd.DataFrame, ngram: str) -> dict:
    (found,) = table[table["ngram"] == ngram].to_dict("records")
    return found


class TestByHand:
    def test_two_words(self):
        # places: 社会 治理, 治理 创新, 创新 社会, 社会 治理, 治理 工作 | 社会 治理: N = 6
        table = collocations(words("社会 治理 创新 社会 治理 工作", "社会 治理"))
        assert table.columns.tolist() == COLUMNS and table["ngram"].tolist() == ["社会 治理"]
        found = row(table, "社会 治理")
        assert (found["n"], found["count"], found["f_first"], found["f_last"], found["range"]) == (2, 3, 3, 3, 2)
        assert found["expected"] == 1.5 and found["pmi"] == 1 and found["npmi"] == pytest.approx(1)
        # cells 3, 0, 0, 3
        assert found["g2"] == pytest.approx(2 * 6 * math.log(2))
        assert found["lambda"] == pytest.approx(2 * math.log(3.5 / 0.5))
        assert found["lambda_se"] == pytest.approx(math.sqrt(2 / 3.5 + 2 / 0.5))
        assert found["lambda_z"] == pytest.approx(found["lambda"] / found["lambda_se"])
        assert found["log_dice"] == 14 and found["jaccard"] == 1 and found["chi2"] == pytest.approx(6)
        assert found["delta_p_forward"] == found["delta_p_backward"] == 1
        # documents with 5 and 1 places; P = 2/3, 1/3
        assert found["dp"] == pytest.approx(0.5 * (abs(2 / 3 - 5 / 6) + abs(1 / 3 - 1 / 6)))

    def test_margins_are_those_of_the_place(self):
        # 的 is never first, 好 never last: a b c a b d
        found = row(collocations(words("a b c a b d"), min_count=1), "a b")
        assert (found["f_first"], found["f_last"], found["count"]) == (2, 2, 2)
        last = row(collocations(words("a b c a b d"), min_count=1), "b d")
        assert (last["f_first"], last["f_last"]) == (2, 1)

    def test_nothing_crosses_what_was_dropped(self):
        tokens = words("甲 的 乙 甲 乙 甲 的 乙").drop(["的"])
        assert row(collocations(tokens, min_count=1), "甲 乙")["count"] == 1
        skipped = row(collocations(tokens, min_count=1, skip_gaps=True), "甲 乙")
        # 甲 乙 甲 乙 甲 乙: 5 places
        assert (skipped["count"], skipped["f_first"], skipped["expected"]) == (3, 3, pytest.approx(9 / 5))

    def test_nothing_crosses_a_sentence_or_a_document(self):
        tokens = words("甲 乙 。 丙\n甲 乙", "丙 丁")
        assert set(collocations(tokens, min_count=1)["ngram"]) == {"甲 乙", "乙 。", "丙 丁"}
        assert set(collocations(tokens, min_count=1, within="paragraph")["ngram"]) == {
            "甲 乙",
            "乙 。",
            "。 丙",
            "丙 丁",
        }
        by_doc = collocations(tokens, min_count=1, within="document")
        assert set(by_doc["ngram"]) == {"甲 乙", "乙 。", "。 丙", "丙 甲", "丙 丁"}

    def test_excluded_words_count_but_are_not_listed(self):
        text = "加强 的 管理 加强 管理 的 工作"
        whole = collocations(words(text), min_count=1)
        part = collocations(words(text), min_count=1, exclude=["的"])
        assert part["ngram"].tolist() == [name for name in whole["ngram"] if "的" not in name]
        kept = whole[whole["ngram"].isin(part["ngram"])].reset_index(drop=True)
        pd.testing.assert_frame_equal(kept.drop(columns="q_value"), part.drop(columns="q_value"))
        # dropped words are another sample: 6 places become 2
        dropped = collocations(words(text).drop(["的"]), min_count=1)
        assert row(part, "加强 管理")["expected"] == pytest.approx(2 * 2 / 6)
        assert row(dropped, "加强 管理")["expected"] == pytest.approx(1 * 1 / 2)

    def test_several_patterns_are_excluded_together(self):
        text = words("第一 的 管理 工作 第二 管理 的 工作 管理 了 管理")
        whole = collocations(text, min_count=1)
        part = collocations(text, min_count=1, exclude=[{"的"}, re.compile("^第"), "了"])
        assert part["ngram"].tolist() == [
            name for name in whole["ngram"] if not set(name.split()) & {"的", "第一", "第二", "了"}
        ]
        by_hand = collocations(text, min_count=1, exclude=["的", "第一", "第二", "了"])
        pd.testing.assert_frame_equal(part, by_hand)
        assert part.attrs["textkit"]["settings"]["exclude"] == [["的"], "regex:^第", "了"]

    def test_the_directions_are_those_of_collocates(self):
        """delta_p_forward is what collocates calls delta_p_c_given_n where the node is the first word."""
        text = words("社会 治理 社会 工作 社会 治理 创新 工作")
        pair = row(collocations(text, min_count=1, within="document"), "社会 治理")
        # 治理 follows 社会 2 times of 3, other words 0 of 4; 社会 stands before 治理 2 of 2, before others 1 of 5
        assert pair["delta_p_forward"] == pytest.approx(2 / 3 - 0 / 4)
        assert pair["delta_p_backward"] == pytest.approx(2 / 2 - 1 / 5)
        near = collocates(text, "社会", window=(0, 1), min_count=1, convention="distinct_position")
        found = near[near["collocate"] == "治理"].iloc[0]
        assert np.sign(found["delta_p_c_given_n"]) == np.sign(pair["delta_p_forward"])

    def test_three_words(self):
        tokens = words("a b c a b c a b d", "a x c")
        found = row(collocations(tokens, 3), "a b c")
        # 8 places: abc bca cab abc bca cab abd | axc; a first 4 (abc abc abd axc), b second 3, c third 3
        assert (found["count"], found["f_first"], found["f_last"]) == (2, 4, 3)
        assert found["expected"] == pytest.approx(8 * (4 / 8) * (3 / 8) * (3 / 8))
        # cells: abc 2, ab- 1, a-c 1, the other 4 have none of the words in its place
        s = 0.5
        assert found["lambda"] == pytest.approx(
            math.log(2 + s)
            - math.log(1 + s)
            - math.log(1 + s)
            - math.log(0 + s)
            + 3 * math.log(0 + s)
            - math.log(4 + s)
        )
        assert found["lambda_se"] == pytest.approx(math.sqrt(1 / 2.5 + 2 / 1.5 + 4 / 0.5 + 1 / 4.5))
        # P(c | a b) - P(c | other beginnings) = 2/3 - 1/5
        assert found["delta_p_forward"] == pytest.approx(2 / 3 - 1 / 5)
        assert found["delta_p_backward"] == pytest.approx(2 / 2 - 2 / 6)

    def test_several_lengths_stand_one_after_the_other(self):
        tokens = words("a b c a b c a b d")
        both = collocations(tokens, [3, 2])
        assert both["n"].tolist() == [3, 3, 3, 2, 2, 2]
        alone = collocations(tokens, 2)
        second = both[both["n"] == 2].reset_index(drop=True)
        pd.testing.assert_frame_equal(second.drop(columns="q_value"), alone.drop(columns="q_value"))
        assert collocations(tokens, (2, 9), min_count=1)["n"].max() == 9
        assert collocations(words("a b c d"), (2, 9), min_count=1)["n"].max() == 2

    def test_min_count_of_the_measure(self):
        tokens = words(*["甲 乙"] * 5, *["丙 丁"] * 2, "戊 己")
        for measure in MEASURES:
            expected = {"甲 乙", "丙 丁"} if measure in ("g2", "lambda_z", "t", "conservative_lr") else {"甲 乙"}
            assert set(collocations(tokens, measure=measure)["ngram"]) == expected

    def test_ties_by_count_and_code_point(self):
        table = collocations(words("丙 丁", "乙 甲", "乙 乙"), min_count=1, measure="t")
        # E: 1/3, 2/3, 2/3; then 乙 before the rest, 乙 U+4E59 before 甲 U+7532
        assert table["ngram"].tolist() == ["丙 丁", "乙 乙", "乙 甲"]


@pytest.fixture(scope="module")
def reference(shared):
    path = shared / "data" / "reference" / "textstats" / "collocations_top50.csv"
    return pd.read_csv(path, keep_default_na=False)


@pytest.fixture(scope="module")
def padded(shared):
    """The speeches with a sign where punctuation stood."""
    path = shared / "data" / "reference" / "inputs" / "inaugural_tokens_nopunct_padded.csv.gz"
    frame = pd.read_csv(path, keep_default_na=False)
    # as they do it: lower case but for acronyms (whole words of capitals)
    term = [word if len(word) > 1 and word.isupper() else word.lower() for word in frame["token"]]
    frame["term"] = [word or "□" for word in term]
    size = frame["term"].str.len() + 1
    stop = size.groupby(frame["doc"], sort=False).cumsum() - 1
    texts = frame.groupby("doc", sort=False)["term"].agg(" ".join)
    ids, terms = pd.factorize(frame["term"])
    offsets = np.concatenate(([0], np.cumsum(frame.groupby("doc", sort=False).size())))
    return Tokens(
        ids, (stop - size + 1).to_numpy(), stop.to_numpy(), frame["pos"].to_numpy() - 1, offsets,
        Vocabulary(terms), Corpus(texts.tolist(), pd.DataFrame(index=texts.index)),
    )  # fmt: skip


@pytest.mark.shared
class TestQuanteda:
    """`textstat_collocations` of quanteda.textstats 0.97 on the US inaugural speeches."""

    def _same(self, reference, name, found):
        wanted = reference[reference["input"] == name].reset_index(drop=True)
        found = found.head(len(wanted))
        assert len(wanted) == 50
        assert found["ngram"].tolist() == wanted["collocation"].tolist()
        assert found["count"].tolist() == wanted["count"].tolist()
        np.testing.assert_allclose(found["lambda"], wanted["lambda"], rtol=1e-12)
        np.testing.assert_allclose(found["lambda_z"], wanted["z"], rtol=1e-12)

    @pytest.mark.parametrize(
        ("name", "n", "options"),
        [
            ("tokens_padded_size2", 2, {}),
            ("tokens_padded_size2_min10", 2, {"min_count": 10}),
            ("tokens_padded_size2_smooth0.1", 2, {"smoothing": 0.1}),
            ("tokens_padded_size3", 3, {}),
        ],
    )
    def test_paddings_count_in_the_margins(self, reference, padded, name, n, options):
        found = collocations(padded, n, exclude=["□"], within="document", measure="lambda_z", **options)
        self._same(reference, name, found)

    @pytest.mark.parametrize("name", ["tokens_punct_size2", "corpus_size2", "tokens_punct_size3", "corpus_size3"])
    def test_punctuation_does_not_count_at_all(self, reference, padded, name):
        """Given tokens with punctuation, or a corpus, they leave n-grams with punctuation out of N and the margins."""
        n = int(name[-1])
        found = collocations(padded.drop(["□"]), n, within="document", measure="lambda_z")
        self._same(reference, name, found)


def test_like_nltk():
    from nltk.collocations import BigramCollocationFinder
    from nltk.metrics import BigramAssocMeasures

    rng = np.random.default_rng(0)
    text = rng.choice(list("abcdefgh"), size=400, p=np.arange(1, 9) / 36).tolist()
    finder = BigramCollocationFinder.from_words(text)
    table = collocations(words(" ".join(text)), min_count=1).set_index("ngram")
    # their N is the number of words and their margins count each word everywhere: one more than the places
    for (x, y), count in finder.ngram_fd.items():
        found = table.loc[f"{x} {y}"]
        assert found["count"] == count
        theirs = BigramAssocMeasures.pmi(count, (finder.word_fd[x], finder.word_fd[y]), finder.N)
        assert found["pmi"] == pytest.approx(theirs, abs=0.1)
    assert len(table) == len(finder.ngram_fd)


# ---------------------------------------------------------------------------------------------------------------
# Against a plain count


@st.composite
def corpora(draw):
    word = st.sampled_from(["甲", "乙", "丙", "的", "。", "\n"])
    texts = draw(st.lists(st.lists(word, max_size=16).map(" ".join), min_size=1, max_size=4))
    return words(*texts).drop(["的"])


def plain(tokens: Tokens, n: int, *, skip_gaps: bool, by: str) -> list[tuple[str, ...]]:
    """Return every place where n neighbours stand, as words."""
    pieces = tokens if by == "document" else tokens.split(by)
    frame = pieces.to_frame()
    found = []
    for _, part in frame.groupby("doc", sort=False):
        terms, position = part["term"].tolist(), part["position"].tolist()
        for first in range(len(terms) - n + 1):
            if skip_gaps or position[first + n - 1] - position[first] == n - 1:
                found.append(tuple(terms[first : first + n]))
    return found


@given(corpora(), st.integers(2, 4), st.booleans(), st.sampled_from(["sentence", "document"]))
def test_like_a_plain_count(tokens, n, skip_gaps, by):
    places = plain(tokens, n, skip_gaps=skip_gaps, by=by)
    if not places:
        with pytest.raises(EmptyError):
            collocations(tokens, n, min_count=1, skip_gaps=skip_gaps, within=by)
        return
    table = collocations(tokens, n, min_count=1, skip_gaps=skip_gaps, within=by)
    counts = Counter(places)
    assert dict(zip(table["ngram"], table["count"], strict=True)) == {" ".join(k): v for k, v in counts.items()}
    for found in table.to_dict("records"):
        gram = tuple(found["ngram"].split(" "))
        cells = Counter(tuple(a == b for a, b in zip(place, gram, strict=True)) for place in places)
        everything = [tuple(bool(number >> i & 1) for i in range(n)) for number in range(2**n)]
        value = sum((-1) ** (n - sum(cell)) * math.log(cells[cell] + 0.5) for cell in everything)
        assert found["lambda"] == pytest.approx(value, abs=1e-9)
        expected = len(places)
        for i in range(n):
            expected *= sum(place[i] == gram[i] for place in places) / len(places)
        assert found["expected"] == pytest.approx(expected)
        if n == 2:
            observed = np.array([[cells[True, True], cells[True, False]], [cells[False, True], cells[False, False]]])
            if observed.sum(axis=0).all() and observed.sum(axis=1).all():
                g2 = chi2_contingency(observed, lambda_="log-likelihood", correction=False)
                assert abs(found["g2"]) == pytest.approx(g2.statistic, abs=1e-9)
                assert found["p_value"] == pytest.approx(g2.pvalue, abs=1e-12)


@given(corpora(), st.integers(2, 4), st.integers(1, 3))
def test_neither_blocks_nor_large_keys_change_anything(tokens, n, min_count):
    try:
        table = collocations(tokens, n, min_count=min_count)
    except EmptyError:
        table = None
    for name, value, target in (("BLOCK", 3, pairs), ("_LARGEST", 8, module)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(target, name, value)
            if table is None:
                with pytest.raises(EmptyError):
                    collocations(tokens, n, min_count=min_count)
            else:
                pd.testing.assert_frame_equal(table, collocations(tokens, n, min_count=min_count))


@given(corpora(), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_order_of_documents_and_of_terms_does_not_matter(tokens, random):
    texts = list(tokens.corpus.texts)
    random.shuffle(texts)
    other = words(*texts).drop(["的"])
    try:
        table = collocations(tokens, [2, 3], min_count=1)
    except EmptyError:
        with pytest.raises(EmptyError):
            collocations(other, [2, 3], min_count=1)
        return
    pd.testing.assert_frame_equal(table, collocations(other, [2, 3], min_count=1), check_exact=False, rtol=1e-12)


@given(corpora())
def test_ranges_of_the_measures(tokens):
    try:
        table = collocations(tokens, [2, 3], min_count=1)
    except EmptyError:
        return
    assert (table["count"] <= table[["f_first", "f_last"]].min(axis=1)).all()
    assert (table["log_dice"] <= 14 + 1e-9).all() and (table["dice"] <= 1 + 1e-12).all()
    assert (table["npmi"].dropna().between(-1 - 1e-9, 1 + 1e-9)).all()
    assert (
        (table[["delta_p_forward", "delta_p_backward"]].abs() <= 1 + 1e-12)
        .to_numpy()[table[["delta_p_forward", "delta_p_backward"]].notna().to_numpy()]
        .all()
    )
    assert ((table["g2"] >= -1e-9) == (table["count"] >= table["expected"] - 1e-9)).all()
    assert (table["range"] <= table["count"]).all() and (table["dp"].dropna().between(0, 1)).all()


# ---------------------------------------------------------------------------------------------------------------
# The bootstrap


def many() -> Tokens:
    rng = np.random.default_rng(4)
    return words(*(" ".join(rng.choice(list("甲乙丙"), size=25, p=[0.5, 0.3, 0.2])) for _ in range(15)))


@pytest.mark.parametrize(("n", "measure"), [(2, "g2"), (2, "log_dice"), (3, "lambda_z"), (3, "delta_p_forward")])
def test_the_interval_is_that_of_resampled_documents(n, measure, monkeypatch):
    tokens = many()
    table = collocations(tokens, n, measure=measure, ci="bootstrap", n_replicates=30, random_state=9)
    drawn = np.concatenate(list(resampling.resamples(15, 30, np.random.default_rng(9))))
    values = np.full((30, len(table)), np.nan)
    for replicate, counts in enumerate(drawn):
        texts = [text for text, times in zip(tokens.corpus.texts, counts, strict=True) for _ in range(times)]
        once = collocations(words(*texts), n, measure=measure, min_count=1).set_index("ngram")[measure]
        values[replicate] = [once.get(ngram, np.nan) for ngram in table["ngram"]]
    known = ~np.isnan(values).any(axis=0)  # what a resample does not have at all is not in its table
    assert known.sum() >= 5
    low, high = resampling.percentile_interval(values[:, known])
    np.testing.assert_allclose(table["ci_low"][known], low, rtol=1e-9)
    np.testing.assert_allclose(table["ci_high"][known], high, rtol=1e-9)
    without = collocations(tokens, n, measure=measure)
    pd.testing.assert_frame_equal(without.iloc[:, :-2], table.iloc[:, :-2])
    monkeypatch.setattr(module, "_COLUMN_BLOCK", 2)
    monkeypatch.setattr(module, "_CELLS", 40)
    again = collocations(tokens, n, measure=measure, ci="bootstrap", n_replicates=30, random_state=9)
    pd.testing.assert_frame_equal(table, again, check_exact=False, rtol=1e-12)


def test_few_units_are_a_warning():
    with pytest.warns(TextkitWarning) as caught:
        collocations(words("甲 乙 甲 乙", "甲 乙"), ci="bootstrap", n_replicates=20)
    assert str(caught[0].message) == resampling.few_units(2, "document")
    assert caught[0].filename == __file__


# ---------------------------------------------------------------------------------------------------------------
# Errors and odd corpora


def fails(error, message, tokens=None, n=2, **options):
    with pytest.raises(error) as caught:
        collocations(words("甲 乙 甲 乙") if tokens is None else tokens, n, **options)
    assert str(caught.value) == message


def test_errors():
    fails(ArgumentError, "n must be a whole number from 2 to 9, got 1.", n=1)
    fails(ArgumentError, "n must be a whole number from 2 to 9, got 10.", n=[2, 10])
    fails(ArgumentError, "n must be a number of words or distinct numbers, got [2, 2].", n=[2, 2])
    fails(ArgumentError, "n must be a number of words or distinct numbers, got [].", n=[])
    fails(ArgumentError, "smoothing must be a finite number above 0, got 0.", smoothing=0)
    fails(
        EmptyError,
        "no 2 or 3 neighbouring words occur 7 times in the 4 tokens (min_count=7). Lower min_count, or give more text.",
        n=(2, 3),
        min_count=7,
    )
    fails(
        UnknownNameError,
        "unknown measure 'lamda'; did you mean 'lambda'? Available: 'g2', 'lambda', 'lambda_z', 'log_dice', 'pmi', "
        "'npmi', 'mi2', 'mi3' and 9 more.",
        measure="lamda",
    )
    for option in ("within", "unit", "adjust", "ci"):
        with pytest.raises(UnknownNameError, match=f"unknown {option} 'x'"):
            collocations(words("甲 乙"), **{option: "x"})
    with pytest.raises(ArgumentError, match="tokens must be a Tokens, got a list. Make them with tokenize"):
        collocations(["甲"])


def test_odd_corpora():
    for texts in ([], [""], ["甲"], ["", "甲", ""], ["甲。乙"]):
        with pytest.raises(EmptyError):
            collocations(tokenize(Corpus(texts), "spaces"), min_count=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        same = collocations(words("甲 甲 甲 甲"))  # all the same: no table of four cells to speak of
    found = row(same, "甲 甲")
    assert (found["count"], found["pmi"], found["g2"], found["jaccard"]) == (3, 0, 0, 1)
    assert math.isnan(found["npmi"]) and math.isnan(found["delta_p_forward"]) and math.isnan(found["dp"])
    different = collocations(words("甲 乙 丙 丁"), min_count=1)  # all different
    assert different["count"].tolist() == [1, 1, 1] and different["log_dice"].tolist() == [14, 14, 14]
    pd.testing.assert_frame_equal(different, collocations(words("", "甲 乙 丙 丁", ""), min_count=1))


def test_provenance_names_every_option():
    tokens = words("甲 乙 甲 乙")
    note = collocations(tokens, exclude="丙*").attrs["textkit"]
    assert note["function"] == "collocations" and note["inputs"] == {"tokens": tokens.fingerprint}
    assert note["settings"]["exclude"] == "丙*" and note["settings"]["n"] == [2] and note["unit"] == "token"
