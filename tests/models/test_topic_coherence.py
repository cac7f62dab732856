"""Coherence: by hand, against plain loops over windows, the worked example (gensim's numbers) and R's stm."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, TextkitWarning
from textkit.matrix import DocumentTermMatrix, count
from textkit.models.topic_coherence import (
    _overlap,
    _runs,
    coherence,
    count_documents,
    count_windows,
    topic_coherence,
    umass,
)
from textkit.models.topics import TopicModel
from textkit.tokenization import tokenize

MEASURES = ["npmi", "uci", "c_v", "umass", "umass_stm"]


def tokens_of(*texts):
    return tokenize(Corpus(list(texts)), "spaces")


FOUR = tokens_of("甲 乙 丙", "甲 乙", "甲", "丁")


def value(topic, reference=FOUR, **settings):
    return topic_coherence([topic], reference, **settings)["coherence"].item()


def test_columns():
    table = topic_coherence([["甲", "乙", "丙"], ["甲", "丁"]], FOUR)
    assert table.columns.tolist() == ["topic", "coherence", "terms"]
    assert table["topic"].tolist() == [1, 2]
    assert table["terms"].tolist() == ["甲 乙 丙", "甲 丁"]
    assert table.attrs["textkit"]["settings"] == {"measure": "npmi", "n": 10, "window": 10}
    assert table.attrs["textkit"]["inputs"] == {"reference": FOUR.fingerprint}
    by_document = topic_coherence([["甲", "乙"]], count(FOUR))
    assert by_document.attrs["textkit"]["settings"]["window"] == "document"


def test_by_hand():
    # D: 甲 3, 乙 2, 丙 1, 甲乙 2, 甲丙 1, 乙丙 1 of 4 documents
    assert value(["甲", "乙"], measure="umass") == pytest.approx(np.log(3 / 3))
    assert value(["乙", "甲"], measure="umass") == pytest.approx(np.log(3 / 2))
    assert value(["甲", "乙", "丙"], measure="umass") == pytest.approx(np.log(1) + np.log(2 / 3) + np.log(2 / 2))
    assert value(["甲", "乙"], measure="uci") == pytest.approx(np.log(0.5 / (0.75 * 0.5)))
    assert value(["甲", "乙"]) == pytest.approx(np.log(4 / 3) / np.log(2))
    assert value(["甲", "乙"], measure="umass_stm") == pytest.approx(np.log(2.01 / 3.01))
    assert value(["甲", "丁"], measure="uci") == pytest.approx(np.log(1e-12 / (0.75 * 0.25)))
    # c_v of two words: vectors (1, x) and (x, 1), sum (1 + x)(1, 1)
    x = np.log(4 / 3) / np.log(2)
    assert value(["甲", "乙"], measure="c_v") == pytest.approx((1 + x) / np.sqrt(2 * (1 + x * x)))


def test_umass_of_stm_orders_pairs_by_first_appearance_over_all_topics():
    both = topic_coherence([["甲", "乙"], ["乙", "甲"]], FOUR, measure="umass_stm")["coherence"]
    assert both[0] == both[1] == pytest.approx(np.log(2.01 / 3.01))


def test_windows_by_hand():
    # places 0 to 5, width 3: windows 0-2, 1-3, 2-4, 3-5; 甲 in 0, 1, 2 (place 2); 乙 in 1, 2, 3 (place 3)
    tokens = tokens_of("一 二 甲 乙 三 四")
    found = count_windows(tokens, tokens.vocabulary.ids(["甲", "乙"]), [(0, 1)], 3)
    assert (found.n, found.single.tolist(), found.joint[0, 1]) == (4, [3, 3], 2)


def test_dropped_words_keep_their_place():
    whole = tokens_of("甲 的 的 的 乙 丙")
    assert value(["甲", "乙"], whole.drop("的"), measure="uci", window=4) == pytest.approx(
        np.log(1e-12 / (1 / 3 * 2 / 3))
    )
    assert value(["甲", "乙"], whole.drop("的"), measure="uci", window=5) == pytest.approx(0, abs=1e-11)


def test_windows_never_cross_documents():
    merged = tokens_of("甲 乙", "丙 甲")
    found = count_windows(merged, merged.vocabulary.ids(["乙", "丙"]), [(0, 1)], 5)
    assert (found.n, found.single.tolist(), found.joint[0, 1]) == (2, [1, 1], 0)


def test_merging_documents_adds_no_windows_between_them():
    facts = pd.DataFrame({"group": ["g", "g"]}, index=["a", "b"])
    apart = tokenize(Corpus(["甲 乙 丙 丁", "丙 甲 乙 丁"], facts), "spaces")
    together = apart.merge("group")
    found = count_windows(together, together.vocabulary.ids(["甲"]), [], 2)
    # inside: 3 windows each; at the seam one that ends with the first part's last word, one that begins the second
    assert found.n == 3 + 3 + 2


def naive(tokens, words, width):
    """Walk over every window of every document."""
    seen = []
    for row in range(len(tokens.corpus)):
        part = slice(tokens.offsets[row], tokens.offsets[row + 1])
        places = dict(zip(tokens.position[part].tolist(), tokens.words(row), strict=True))
        if not places:
            continue
        first, last = min(places), max(places)
        for start in range(first, max(first, last - width + 1) + 1):
            inside = {places[p] for p in range(start, start + width) if p in places}
            if inside:
                seen.append(inside)
    single = [sum(word in window for window in seen) for word in words]
    joint = {pair: sum(words[pair[0]] in w and words[pair[1]] in w for w in seen) for pair in combinations(range(3), 2)}
    return len(seen), single, joint


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("甲乙丙的了"), max_size=25).map(" ".join), min_size=1, max_size=4),
    st.integers(1, 12),
)
def test_counts_agree_with_walking_over_every_window(texts, width):
    tokens = tokens_of(*texts).drop(["的", "了"])
    words = ["甲", "乙", "丙"]
    found = count_windows(tokens, tokens.vocabulary.ids(words), list(combinations(range(3), 2)), width)
    n, single, joint = naive(tokens, words, width)
    assert found.n == n
    assert found.single.tolist() == single
    assert {pair: int(found.joint[pair]) for pair in joint} == joint


def test_runs_and_overlap():
    runs = _runs(np.array([0, 2, 3, 9]), np.array([3, 5, 6, 10]))
    assert [part.tolist() for part in runs] == [[0, 9], [6, 10], [0, 6, 9, 10], [0, 6, 6, 7]]
    other = _runs(np.array([4, 20]), np.array([10, 30]))
    assert _overlap(runs, other) == _overlap(other, runs) == 3  # 4, 5 and 9
    assert _overlap(runs, _runs(np.array([], dtype=int), np.array([], dtype=int))) == 0


@pytest.mark.parametrize("measure", MEASURES)
def test_documents_of_a_matrix_are_windows_as_wide_as_the_documents(measure):
    topics = [["甲", "乙", "丙"], ["甲", "丁"]]
    by_matrix = topic_coherence(topics, count(FOUR), measure=measure)
    by_tokens = topic_coherence(topics, FOUR, measure=measure)
    pd.testing.assert_series_equal(by_matrix["coherence"], by_tokens["coherence"])


@pytest.mark.parametrize("measure", MEASURES)
def test_lists_of_words_are_a_reference_too(measure):
    topics = [["甲", "乙", "丙"], ["甲", "丁"]]
    words = [FOUR.words(row) for row in range(4)]
    table = topic_coherence(topics, words, measure=measure)
    pd.testing.assert_frame_equal(table, topic_coherence(topics, FOUR, measure=measure))
    assert table.attrs["textkit"]["inputs"] == {"reference": FOUR.fingerprint}  # the same words at the same places


@pytest.mark.parametrize("measure", MEASURES)
def test_the_order_of_documents_does_not_matter(measure):
    topics = [["甲", "乙", "丙"]]
    turned = topic_coherence(topics, FOUR[[3, 1, 0, 2]], measure=measure)
    np.testing.assert_allclose(turned["coherence"], topic_coherence(topics, FOUR, measure=measure)["coherence"])


def test_words_that_do_not_occur_are_left_out_with_a_warning():
    with pytest.warns(TextkitWarning) as caught:
        table = topic_coherence([["甲", "乙", "无"], ["甲", "没"]], FOUR)
    assert str(caught[0].message) == (
        "2 of 4 top terms do not occur in reference: '无', '没'. Pairs with them are left out."
    )
    assert caught[0].filename == __file__
    assert table["coherence"][0] == value(["甲", "乙"])
    assert np.isnan(table["coherence"][1])


@pytest.mark.parametrize("measure", ["npmi", "c_v"])
def test_words_in_every_window_have_no_npmi(measure):
    assert np.isnan(value(["甲", "乙"], tokens_of("甲 乙", "乙 甲"), measure=measure))


def test_the_words_of_a_model_and_n():
    model = TopicModel(
        [[0.5, 0.3, 0.2, 0.0], [0.0, 0.0, 0.4, 0.6]],
        np.eye(2),
        ["甲", "乙", "丙", "丁"],
        pd.DataFrame(index=["a", "b"]),
        [4, 3, 2, 1],
        [5, 5],
        pd.DataFrame({"iteration": [1], "value": [0.0]}),
    )
    assert topic_coherence(model, FOUR)["terms"].tolist() == ["甲 乙 丙", "丁 丙"]  # nothing of probability zero
    assert topic_coherence(model, FOUR, n=2)["terms"].tolist() == ["甲 乙", "丁 丙"]
    assert "model" in topic_coherence(model, FOUR).attrs["textkit"]["inputs"]


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: value(["甲", "乙"], measure="nmpi"),
            ArgumentError,
            "unknown measure 'nmpi'; did you mean 'npmi'? Available: 'npmi', 'uci', 'c_v', 'umass', 'umass_stm'.",
        ),
        (lambda: value(["甲", "乙"], n=1), ArgumentError, "n must be a whole number of at least 2, got 1."),
        (
            lambda: value(["甲", "乙"], measure="umass", window=5),
            ArgumentError,
            'measure="umass" counts whole documents, got window=5. Leave window out.',
        ),
        (
            lambda: value(["甲", "乙"], count(FOUR), window=5),
            ArgumentError,
            "window=5 needs the order of the words, but reference is a DocumentTermMatrix. Pass the Tokens, or leave",
        ),
        (
            lambda: value(["甲", "乙"], "x"),
            ArgumentError,
            "reference must be Tokens, a DocumentTermMatrix or a list of lists of words, got a str.",
        ),
        (
            lambda: value(["甲", "乙"], ["甲 乙"]),
            ArgumentError,
            "reference must be Tokens, a DocumentTermMatrix or a list",
        ),
        (lambda: value(["甲", "乙"], [[], []]), EmptyError, "reference has no tokens."),
        (lambda: value("甲乙"), ArgumentError, "model must be a TopicModel, got a list."),
        (lambda: value(["甲", "甲"]), ArgumentError, "the words of a topic must be distinct, got '甲', '甲'."),
        (lambda: value(["甲", "乙"], tokens_of("")), EmptyError, "reference has no tokens."),
        (
            lambda: value(["甲", "乙"], DocumentTermMatrix(np.zeros((1, 1), int), ["甲"])),
            EmptyError,
            "reference is empty.",
        ),
    ],
)
def test_messages(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value).startswith(message)


@pytest.mark.shared
def test_worked_example(shared):
    text = (shared / "data" / "worked_examples.json").read_text(encoding="utf-8")
    example = next(item for item in json.loads(text)["examples"] if item["id"] == "TOP-01")
    expected = example["expected"]
    topics = example["inputs"]["topics"]
    tokens = tokens_of(*(" ".join(words) for words in example["inputs"]["texts"]))
    dtm = count(tokens)
    checks = [
        ("umass", dtm, None, "mimno_umass_sum_plus1"),
        ("uci", dtm, None, "uci_pmi_boolean_document_mean"),
        ("npmi", dtm, None, "npmi_boolean_document_mean"),
        ("uci", tokens, 110, "gensim_c_uci_window110"),
        ("npmi", tokens, 110, "gensim_c_npmi_window110"),
        ("c_v", tokens, None, "gensim_c_v_window110"),
        ("c_v", dtm, None, "own_c_v_boolean_window"),
    ]
    for measure, reference, window, name in checks:
        table = topic_coherence(topics, reference, measure=measure, window=window)
        np.testing.assert_allclose(table["coherence"], expected[name], rtol=1e-7, atol=1e-8, err_msg=name)
    # gensim's u_mass: the mean over pairs, with 1e-12 of all documents in the place of 1
    gensim = []
    for topic in topics:
        found = count_documents(dtm.matrix, dtm.vocabulary.ids(topic))
        gensim.append(umass(found.joint.astype(float), found.single.astype(float), 1e-12 * found.n).mean())
    np.testing.assert_allclose(gensim, expected["gensim_u_mass"], rtol=1e-7)
    np.testing.assert_allclose(gensim, expected["umass_mean_eps1e-12_docfreq"], rtol=1e-7)


@pytest.mark.shared
def test_semantic_coherence_of_r(shared):
    folder = shared / "data" / "reference"
    triplets = pd.read_csv(folder / "inputs" / "gadarian_triplets.csv.gz")
    terms = pd.read_csv(folder / "inputs" / "gadarian_vocab.csv.gz")["feature"].tolist()
    matrix = np.zeros((triplets["doc_id"].max(), len(terms)), dtype=int)
    matrix[triplets["doc_id"] - 1, triplets["feature_id"] - 1] = triplets["count"]
    labels = pd.read_csv(folder / "stm" / "gadarian_K3_labels.csv")
    top = labels[labels["kind"] == "prob"].sort_values(["topic", "rank"])
    topics = [top[top["topic"] == topic]["word"].tolist() for topic in (1, 2, 3)]
    table = topic_coherence(topics, DocumentTermMatrix(matrix, terms), measure="umass_stm")
    quality = pd.read_csv(folder / "stm" / "gadarian_K3_quality.csv")
    np.testing.assert_allclose(table["coherence"], quality["semantic_coherence_M10"], rtol=1e-12)


def test_coherence_needs_two_words():
    found = count_documents(count(FOUR).matrix, FOUR.vocabulary.ids(["甲", "无"]))
    assert np.isnan(coherence(found, np.array([0, 1]), "npmi"))
