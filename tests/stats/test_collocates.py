"""Collocates: by hand, against a plain count of windows, and the laws that hold whatever the corpus."""

from __future__ import annotations

import json
import math
import re
import warnings
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textkit import measures
from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.kernels import windows
from textkit.measures import resampling
from textkit.stats.collocates import COLUMNS, MEASURES, collocates
from textkit.tokenization import tokenize
from textkit.tokens import Tokens


def words(*texts: str) -> Tokens:
    return tokenize(Corpus(list(texts)), "spaces")


def row(table: pd.DataFrame, collocate: str) -> pd.Series:
    (found,) = table[table["collocate"] == collocate].to_dict("records")
    return found


TOWN = ("推进 社会 治理 创新 加强 社会 治理 工作", "社会 工作")


class TestByHand:
    def test_surface(self):
        # 10 tokens, 3 of them the node: N = 7; in the windows of one word: 推进 治理, 加强 治理, 工作: R1 = 5
        table = collocates(words(*TOWN), "社会", window=1)
        assert table.columns.tolist() == COLUMNS
        assert table["collocate"].tolist() == ["治理", "加强", "推进", "工作"]  # 加 U+52A0 before 推 U+63A8
        found = row(table, "治理")
        assert (found["f_xy"], found["f_node"], found["f_collocate"]) == (2, 3, 2)
        assert found["expected"] == pytest.approx(5 * 2 / 7)
        assert found["pmi"] == pytest.approx(math.log2(2 / (10 / 7)))
        assert found["log_dice"] == pytest.approx(14 + math.log2(2 * 2 / (3 + 2)))
        # cells 2, 3, 0, 2: P(治理 | in a window) - P(治理 | elsewhere) = 2/5 - 0/2
        assert found["delta_p_c_given_n"] == pytest.approx(0.4)
        assert found["delta_p_n_given_c"] == pytest.approx(2 / 2 - 3 / 5)
        assert found["g2"] == pytest.approx(
            2 * (2 * math.log(2 * 7 / 10) + 3 * math.log(3 * 7 / 25) + 2 * math.log(7 / 5))
        )
        assert found["p_value"] == pytest.approx(float(measures.chi2_p(found["g2"])))
        assert (found["left"], found["right"], found["mean_offset"], found["range"]) == (0, 2, 1, 1)
        assert (row(table, "推进")["left"], row(table, "推进")["mean_offset"]) == (1, -1)
        # documents of 8 and 2 tokens; all of it in the first: 1/2 (|1 - .8| + |0 - .2|)
        assert found["dp"] == pytest.approx(0.2)
        assert row(table, "工作")["g2"] < 0, "rarer than by chance: 1 seen, 10/7 expected"

    def test_simple(self):
        # E = f_x f_y (L + R) / N = 3 * 2 * 2 / 10
        found = row(collocates(words(*TOWN), "社会", window=(1, 1), expected="simple"), "治理")
        assert found["expected"] == pytest.approx(1.2) and found["f_xy"] == 2
        assert row(collocates(words(*TOWN), "社会", window=(0, 3), expected="simple"), "治理")["expected"] == 1.8

    def test_windows_count_places_of_the_text(self):
        tokens = words("社会 的 的 治理", "社会 治理").drop(["的"])
        table = collocates(tokens, "社会", window=2)
        assert row(table, "治理")["f_xy"] == 1 and row(table, "治理")["mean_offset"] == 1
        assert row(collocates(tokens, "社会", window=3), "治理")["f_xy"] == 2
        both = collocates(tokens, "社会", window=1, skip_gaps=True)
        assert row(both, "治理")["f_xy"] == 2

    def test_windows_stop_at_documents_and_at_sentences_if_asked(self):
        tokens = words("治理 甲 。 社会 乙 。\n丙", "丁")
        assert set(collocates(tokens, "社会", window=9)["collocate"]) == {"治理", "甲", "。", "乙", "丙"}
        assert set(collocates(tokens, "社会", window=9, within="paragraph")["collocate"]) == {"治理", "甲", "。", "乙"}
        assert set(collocates(tokens, "社会", window=9, within="sentence")["collocate"]) == {"。", "乙"}

    def test_a_phrase_is_one_node(self):
        tokens = words("加强 社会 治理 创新 乙 社会 治理", "社会 工作")
        table = collocates(tokens, "社会 治理", window=1)
        # 9 tokens without the 4 of the node; the third 社会 stands outside of it
        assert table[["collocate", "f_xy", "f_node"]].values.tolist() == [["乙", 1, 2], ["创新", 1, 2], ["加强", 1, 2]]
        assert row(table, "创新")["expected"] == pytest.approx(3 * 1 / 5)
        wide = collocates(tokens, "社会 治*", window="document")
        assert "社会" not in set(wide["collocate"]) and wide["node"].unique().tolist() == ["社会 治*"]

    def test_the_node_is_no_collocate_of_itself(self):
        table = collocates(words("好 好 学习 天天 好"), "好", window=2, convention="distinct_position")
        # windows: 学习 (of 好 1 and 2), 天天 (of 好 2 and 5); every place once
        assert table[["collocate", "f_xy"]].values.tolist() == [["天天", 1], ["学习", 1]]

    def test_units_that_hold_both(self):
        tokens = words("社会 治理 。 治理 治理 。 社会 治理 社会 。", "社会 甲 。")
        table = collocates(tokens, "社会", window="sentence")
        found = row(table, "治理")
        # 4 sentences, 社会 in 3 of them, 治理 in 3, both in 2
        assert (found["f_xy"], found["f_node"], found["f_collocate"], found["expected"]) == (2, 3, 3, 9 / 4)
        assert found["npmi"] == pytest.approx(math.log2(2 * 4 / 9) / -math.log2(2 / 4))
        assert math.isnan(found["mean_offset"]) and math.isnan(found["left"])
        assert row(collocates(tokens, "社会", window="document"), "治理")["f_node"] == 2
        assert table.attrs["textkit"]["unit"] == "sentence"
        # sizes are sentences: 3 and 1; both pairs in the first document
        assert found["dp"] == pytest.approx(0.25)

    def test_several_nodes_in_the_order_given(self):
        table = collocates(words(*TOWN), {"后": "治理", "前": ["社会"], "无": re.compile("^推")}, window=1)
        assert table["node"].drop_duplicates().tolist() == ["后", "前", "无"]
        alone = collocates(words(*TOWN), "社会", window=1)
        together = table[table["node"] == "前"].reset_index(drop=True)
        columns = [name for name in COLUMNS if name not in ("node", "q_value")]
        pd.testing.assert_frame_equal(together[columns], alone[columns])
        assert collocates(words(*TOWN), ["社会", "治理"], window=1)["node"].unique().tolist() == ["社会|治理"]

    def test_ties_go_to_the_frequent_and_then_by_code_point(self):
        table = collocates(words("乙 社会 甲 丙 社会 甲"), "社会", window=1, measure="dice")
        # 甲 2/4; 乙 and 丙 1 of 3; 丙 U+4E19, 乙 U+4E59
        assert table["collocate"].tolist() == ["甲", "丙", "乙"]

    def test_min_count_of_the_measure(self):
        tokens = words(*["甲 社会 乙 社会"] * 4, "丙 社会 乙 社会")
        assert set(collocates(tokens, "社会", window=1, convention="distinct_position")["collocate"]) == {
            "甲",
            "乙",
            "丙",
        }
        few = collocates(tokens, "社会", window=1, measure="pmi", convention="distinct_position")
        assert few["collocate"].tolist() == ["乙"] and few.attrs["textkit"]["settings"]["min_count"] == 5
        all_ = collocates(tokens, "社会", window=1, measure="pmi", min_count=1, convention="distinct_position")
        assert len(all_) == 3


@pytest.mark.shared
def test_windows_of_evert(shared):
    """COL-07: both ways of counting overlapping windows."""
    examples = json.loads((shared / "data" / "worked_examples.json").read_text(encoding="utf-8"))["examples"]
    (example,) = [one for one in examples if one["id"] == "COL-07"]
    given_, expected = example["inputs"], example["expected"]
    tokens = words(" ".join(given_["tokens"]))
    size = (given_["left"], given_["right"])
    for convention, name in (("per_node", "per_node_counts"), ("distinct_position", "distinct_position_counts")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TextkitWarning)
            table = collocates(tokens, given_["node"], window=size, convention=convention)
        assert dict(zip(table["collocate"], table["f_xy"], strict=True)) == expected[name]
        assert table["f_node"].unique().tolist() == [expected["node_frequency"]]
        if convention == "per_node":
            assert table["f_xy"].sum() == expected["window_tokens_per_node"]


# ---------------------------------------------------------------------------------------------------------------
# Against a plain count


@st.composite
def corpora(draw):
    """Documents of a few words and sentence marks, some of which are dropped."""
    word = st.sampled_from(["甲", "乙", "丙", "丁", "的", "。", "\n"])
    texts = draw(st.lists(st.lists(word, max_size=14).map(" ".join), min_size=1, max_size=4))
    if not any("甲" in text for text in texts):
        texts.append("乙 甲")
    return words(*texts).drop(["的"])


def plain_windows(tokens: Tokens, left: int, right: int, segment: Tokens) -> tuple[Counter, Counter, int]:
    """Count the windows of 甲 token by token: per node, per place, and the number of places in windows."""
    frame = tokens.to_frame()
    pieces = segment.to_frame()["doc"].tolist()
    rows = list(zip(frame["doc"], frame["position"], frame["term"], pieces, strict=True))
    per_node: Counter = Counter()
    places = set()
    for doc, position, term, piece in rows:
        if term != "甲":
            continue
        for other, (doc2, position2, term2, piece2) in enumerate(rows):
            away = position2 - position
            if term2 != "甲" and doc2 == doc and piece2 == piece and -left <= away <= right:
                per_node[term2] += 1
                places.add((other, term2))
    return per_node, Counter(term for _, term in places), sum(per_node.values())


@given(corpora(), st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(any), st.booleans())
def test_like_a_plain_count_of_windows(tokens, size, by_sentence):
    pieces = tokens.split("sentence") if by_sentence else tokens
    per_node, once, n_window = plain_windows(tokens, *size, pieces)
    terms = Counter(tokens.to_frame()["term"])
    n = len(tokens) - terms["甲"]
    within = "sentence" if by_sentence else "document"
    for convention, counted in (("per_node", per_node), ("distinct_position", once)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TextkitWarning)
            if not counted:
                with pytest.raises(EmptyError):
                    collocates(tokens, "甲", window=size, within=within, convention=convention)
                continue
            table = collocates(tokens, "甲", window=size, within=within, convention=convention)
        assert dict(zip(table["collocate"], table["f_xy"], strict=True)) == counted
        size_of_windows = n_window if convention == "per_node" else sum(once.values())
        for found in table.to_dict("records"):
            assert found["f_collocate"] == terms[found["collocate"]]
            assert found["expected"] == pytest.approx(size_of_windows * found["f_collocate"] / n)
            assert found["left"] + found["right"] == found["f_xy"]
            assert -size[0] <= found["mean_offset"] <= size[1]
        assert (table["range"] <= table["f_xy"]).all() and (table["range"] >= 1).all()
        real = table[table["g2"].notna()]  # where windows overlap, the bounds of NPMI need not hold
        assert (real["npmi"].dropna().between(-1 - 1e-9, 1 + 1e-9)).all()
        assert table["log_dice"].is_monotonic_decreasing


@given(
    corpora(),
    st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(any),
    st.sampled_from(["甲", "甲 *", ["甲", "丁"], "*"]),
    st.sampled_from(["document", "paragraph", "sentence"]),
    st.booleans(),
    st.booleans(),
)
def test_the_compiled_pass_counts_the_same(tokens, size, node, within, dropped, skip_gaps):
    if dropped:
        tokens = tokens.drop(["乙"])
    tables = []
    for many in (0, math.inf):
        with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
            warnings.simplefilter("ignore", TextkitWarning)
            patch.setattr("textkit.stats.collocates._MANY", many)
            try:
                tables.append(collocates(tokens, node, window=size, within=within, skip_gaps=skip_gaps))
            except (EmptyError, UnknownNameError) as error:
                tables.append(pd.DataFrame({"error": [str(error)]}))
    pd.testing.assert_frame_equal(*tables, check_exact=True)


def test_many_windows_are_counted_in_one_compiled_pass(monkeypatch):
    texts = [" ".join(chr(0x4E00 + (i * i + 7 * k) % 61) for i in range(400)) for k in range(5)]
    tokens = words(*texts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        monkeypatch.setattr("textkit.stats.collocates._MANY", 10)
        monkeypatch.setattr("textkit.kernels.windows.around", None)  # not to be needed
        found = collocates(tokens, re.compile("[一-三]"), window=(4, 2))
        monkeypatch.undo()
        pd.testing.assert_frame_equal(found, collocates(tokens, re.compile("[一-三]"), window=(4, 2)))
    assert len(found) > 20


@given(corpora(), st.sampled_from(["sentence", "paragraph", "document"]))
def test_units_like_a_plain_count(tokens, unit):
    pieces = tokens if unit == "document" else tokens.split(unit)
    held = [set(pieces.words(doc)) for doc in pieces.corpus.names]
    held = [terms for terms in held if terms]
    together = Counter(term for terms in held if "甲" in terms for term in terms - {"甲"})
    if not together:
        with pytest.raises(EmptyError):
            collocates(tokens, "甲", window=unit)
        return
    table = collocates(tokens, "甲", window=unit)
    assert dict(zip(table["collocate"], table["f_xy"], strict=True)) == together
    assert table["f_node"].iloc[0] == sum("甲" in terms for terms in held)
    for found in table.to_dict("records"):
        assert found["f_collocate"] == sum(found["collocate"] in terms for terms in held)
        assert found["expected"] == pytest.approx(found["f_node"] * found["f_collocate"] / len(held))


@given(st.lists(st.text("甲a1.。！?…”\"')）\n\r \u3000\u2028", max_size=30), min_size=1, max_size=4))
def test_segments_are_those_of_split(texts):
    """The table of characters finds the same paragraphs and sentences as the regular expressions."""
    tokens = tokenize(Corpus(texts), "characters")
    for unit in ("paragraph", "sentence"):
        pieces = tokens.split(unit)
        inside = pieces.offsets[np.flatnonzero(pieces.lengths)]
        assert len(pieces) == len(tokens)
        expected = np.unique([*inside.tolist(), len(tokens)])
        np.testing.assert_array_equal(
            windows.segment_offsets(tokens.corpus.texts, tokens.start, tokens.offsets, unit), expected
        )


def test_segments_of_many_small_blocks(monkeypatch):
    texts = ["一。二！", "", "三？四", "五\n六。"] * 3
    tokens = tokenize(Corpus(texts), "characters")
    whole = windows.segment_offsets(tokens.corpus.texts, tokens.start, tokens.offsets, "sentence")
    monkeypatch.setattr(windows, "_CHARACTERS", 5)
    again = windows.segment_offsets(tokens.corpus.texts, tokens.start, tokens.offsets, "sentence")
    np.testing.assert_array_equal(whole, again)


@given(corpora(), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_order_of_documents_and_of_terms_does_not_matter(tokens, random):
    names = tokens.corpus.names
    shuffled = random.sample(names, len(names))
    texts = [tokens.corpus.texts[names.index(name)] for name in shuffled]
    other = words(*texts).drop(["的"])  # terms are numbered by first appearance, so these change too
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        try:
            table = collocates(tokens, "甲", window=3, min_count=1, measure="g2")
        except EmptyError:
            with pytest.raises(EmptyError):
                collocates(other, "甲", window=3, min_count=1, measure="g2")
            return
        again = collocates(other, "甲", window=3, min_count=1, measure="g2")
    pd.testing.assert_frame_equal(table, again, check_exact=False, rtol=1e-12)


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_sorts_by_its_column(measure):
    tokens = words("甲 乙 丙 甲 乙 丁 甲 丙 丁 丁 戊 己 己 己 甲 乙", "乙 丙 丁 甲 己")
    table = collocates(tokens, "甲", window=1, measure=measure, min_count=1)
    assert table[measure].is_monotonic_decreasing
    assert table.columns.tolist() == COLUMNS


# ---------------------------------------------------------------------------------------------------------------
# The bootstrap


def many() -> Tokens:
    rng = np.random.default_rng(3)
    draws = [rng.choice(list("甲乙丙丁戊己"), size=30, p=[0.1, 0.1, 0.2, 0.2, 0.2, 0.2]) for _ in range(20)]
    return words(*(" ".join([*draw[:15], "。", *draw[15:], "。"]) for draw in draws))


@pytest.mark.parametrize(
    "options",
    [
        {}, {"measure": "g2", "expected": "simple"}, {"measure": "pmi", "convention": "distinct_position"},
        {"window": "sentence", "measure": "npmi"}, {"within": "sentence", "measure": "delta_p_c_given_n"},
    ],
)  # fmt: skip
def test_the_interval_is_that_of_resampled_documents(options):
    tokens = many()
    options = {"window": 2, "min_count": 5, "convention": "distinct_position", **options}
    if isinstance(options["window"], str):
        del options["convention"]
    table = collocates(tokens, "甲", ci="bootstrap", n_replicates=40, random_state=5, **options)
    rng = np.random.default_rng(5)
    drawn = np.concatenate(list(resampling.resamples(20, 40, rng)))
    texts = tokens.corpus.texts
    measure = options.get("measure", "log_dice")
    values = np.full((40, len(table)), np.nan)
    for replicate, counts in enumerate(drawn):
        resample = words(*(text for text, times in zip(texts, counts, strict=True) for _ in range(times)))
        once = collocates(resample, "甲", **{**options, "min_count": 1}).set_index("collocate")
        for place, collocate in enumerate(table["collocate"]):
            values[replicate, place] = once[measure].get(collocate, np.nan)
    assert not np.isnan(values).any()
    low, high = resampling.percentile_interval(values)
    np.testing.assert_allclose(table["ci_low"], low, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(table["ci_high"], high, rtol=1e-9, atol=1e-9)
    plain = collocates(tokens, "甲", **options)
    assert plain[["ci_low", "ci_high"]].isna().all(axis=None)
    pd.testing.assert_frame_equal(plain.iloc[:, :-2], table.iloc[:, :-2])


def test_units_of_the_bootstrap(monkeypatch):
    tokens = many()
    by_sentence = collocates(tokens, "甲", window=2, ci="bootstrap", unit="sentence", n_replicates=200)
    by_doc = collocates(tokens, "甲", window=2, ci="bootstrap", n_replicates=200)
    assert (by_sentence["ci_low"] < by_sentence["log_dice"]).all() and (by_doc["ci_high"] > by_doc["log_dice"]).all()
    assert not np.allclose(by_sentence["ci_low"], by_doc["ci_low"])
    # neither the size of the blocks nor another call changes a digit
    import textkit.stats.collocates as module

    monkeypatch.setattr(module, "_COLUMN_BLOCK", 2)
    monkeypatch.setattr(module, "_CELLS", 60)
    pd.testing.assert_frame_equal(
        by_doc, collocates(tokens, "甲", window=2, ci="bootstrap", n_replicates=200), check_exact=False, rtol=1e-12
    )


# ---------------------------------------------------------------------------------------------------------------
# Warnings and errors


def test_few_units_are_a_warning():
    with pytest.warns(TextkitWarning) as caught:
        collocates(words("甲 乙", "甲 乙 丙"), "甲", ci="bootstrap", n_replicates=20)
    assert str(caught[0].message) == resampling.few_units(2, "document")
    assert caught[0].filename == __file__


def test_overlapping_windows_are_a_warning():
    with pytest.warns(TextkitWarning) as caught:
        table = collocates(words("甲 甲 乙 甲 甲 丙 丙 丙 丁 丁 丁 丁 丁 丁"), "甲", window=2)
    assert row(table, "乙")["f_xy"] == 4 and math.isnan(row(table, "乙")["g2"])
    assert str(caught[0].message) == (
        "1 of 2 collocates have no two-by-two table, because windows overlap and the same place is counted several "
        "times: g2 and the other measures of four cells are missing there (NaN). Count every place once with "
        'convention="distinct_position".'
    )
    assert caught[0].filename == __file__


def fails(error, message, node="社会", **options):
    with pytest.raises(error) as caught:
        collocates(words(*TOWN), node, **options)
    assert str(caught.value) == message


def test_errors():
    fails(UnknownNameError, "unknown term (node) '社区'; did you mean '社会'? Available: '推进', '社会', '治理', "
          "'创新', '加强', '工作'.", node="社区")  # fmt: skip
    with pytest.raises(UnknownNameError) as caught:  # it is in the texts
        collocates(words(*TOWN).drop("社会"), "社会")
    assert str(caught.value).endswith(
        "The texts have it, but no token is: it was dropped, or cut otherwise. Give the tokens before drop(), or teach "
        "the segmenter, such as Jieba(words=[...])."
    )
    fails(EmptyError, "node '没*' matches nothing in the 10 tokens. Try a glob such as '*管理*'.", node="没*")
    fails(
        EmptyError, "node '工作 社会' matches nothing in the 10 tokens. Try a glob such as '*管理*'.", node="工作 社会"
    )
    fails(EmptyError, "no word stands near '社会' at least 9 times (min_count=9). Lower min_count, or "
          "widen the window.", min_count=9)  # fmt: skip
    fails(
        ArgumentError, "window must have at least one place, got 0. Give (5, 5), or (0, 1) for the next word.", window=0
    )
    fails(ArgumentError, "window must be a whole number of at least 0, got -1.", window=(-1, 2))
    fails(ArgumentError, "window must be a number of words, a pair (left, right) or the name of a unit, got (1, 2, 3).",
          window=(1, 2, 3))  # fmt: skip
    fails(ArgumentError, "within='sentence' is about windows of words, but window='document' compares whole documents. "
          "Leave within out, or give window as a number of words.", window="document", within="sentence")  # fmt: skip
    fails(ArgumentError, "unit='sentence' is smaller than the documents in which words co-occur. Use unit='document' "
          "or larger.", window="document", ci="bootstrap", unit="sentence")  # fmt: skip
    fails(ArgumentError, "node must not be empty.", node={})
    fails(UnknownNameError, "unknown measure 'logdice'; did you mean 'log_dice'? Available: 'log_dice', 'pmi', 'npmi', "
          "'mi2', 'mi3', 't', 'z', 'g2' and 8 more.", measure="logdice")  # fmt: skip
    for option in ("convention", "expected", "within", "unit", "adjust", "window", "ci"):
        with pytest.raises(UnknownNameError, match=f"unknown {option} 'x'"):
            collocates(words(*TOWN), "社会", **{option: "x"})
    with pytest.raises(ArgumentError, match="tokens must be a Tokens, got a str"):
        collocates("社会", "社会")


def test_small_and_odd_corpora():
    for texts in ([""], [], ["", ""]):
        with pytest.raises(UnknownNameError):
            collocates(words(*texts), "甲")
        with pytest.raises(EmptyError):
            collocates(words(*texts), re.compile("甲"))
    for text in ("甲", "甲 甲 甲"):  # one token; all the same
        with pytest.raises(EmptyError, match="no word stands near '甲'"):
            collocates(words(text), "甲")
    table = collocates(words("甲 乙 丙"), "乙")  # all different
    assert table["f_xy"].tolist() == [1, 1] and table["dp"].isna().all()
    with_empty = collocates(words("", "甲 乙 丙", ""), "乙")
    pd.testing.assert_frame_equal(table, with_empty)


def test_provenance_names_every_option():
    tokens = words(*TOWN)
    note = collocates(tokens, re.compile("社"), window=(2, 1)).attrs["textkit"]
    assert note["function"] == "collocates" and note["inputs"] == {"tokens": tokens.fingerprint}
    assert note["settings"]["node"] == "regex:社" and note["settings"]["window"] == [2, 1] and note["unit"] == "token"
