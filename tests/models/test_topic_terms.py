"""Terms and exclusivity: by hand, against the worked example and against R's stm."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from textkit.errors import ArgumentError
from textkit.models.topic_terms import (
    exclusivity,
    frex,
    lift,
    relevance,
    score,
    topic_exclusivity,
    topic_terms,
)
from textkit.models.topics import TopicModel

PATH = pd.DataFrame({"iteration": [1], "value": [0.0]})
TERMS = ["经济", "发展", "文化"]
BETA = np.array([[0.5, 0.5, 0.0], [0.0, 0.25, 0.75]])
COUNTS = np.array([5, 10, 5])


def model(beta=BETA, terms=TERMS, counts=COUNTS):
    k = len(beta)
    docs = pd.DataFrame(index=[f"d{i}" for i in range(k)])
    return TopicModel(beta, np.eye(k), terms, docs, counts, [int(sum(counts))] * k, PATH)


def test_columns_and_order():
    table = topic_terms(model(), 2)
    assert table.columns.tolist() == ["topic", "rank", "term", "weight", "probability"]
    assert table.values.tolist() == [
        [1, 1, "发展", 0.5, 0.5],  # equal probability: the commoner term first
        [1, 2, "经济", 0.5, 0.5],
        [2, 1, "文化", 0.75, 0.75],
        [2, 2, "发展", 0.25, 0.25],
    ]
    assert table.attrs["textkit"]["function"] == "topic_terms"
    assert table.attrs["textkit"]["settings"]["by"] == "probability"
    assert table.attrs["textkit"]["inputs"] == {"model": model().fingerprint}


@pytest.mark.parametrize("by", ["probability", "frex", "lift", "score", "relevance"])
def test_every_weight_has_the_same_columns_and_never_lists_probability_zero(by):
    table = topic_terms(model(), 3, by=by)
    assert table.columns.tolist() == ["topic", "rank", "term", "weight", "probability"]
    assert table.groupby("topic").size().tolist() == [2, 2]
    assert (table["probability"] > 0).all()
    assert table.groupby("topic")["weight"].is_monotonic_decreasing.all()
    assert [str(kind) for kind in table.dtypes] == ["int64", "int64", "object", "float64", "float64"]


def test_lift_by_hand():
    # the terms make up 1/4, 1/2 and 1/4 of the corpus
    np.testing.assert_allclose(lift(BETA, COUNTS), [[2, 1, 0], [0, 0.5, 3]])


def test_score_by_hand():
    # 发展: mean log = ln(sqrt(1/2 · 1/4)), so 1/2 · ln sqrt 2 and -1/4 · ln sqrt 2
    np.testing.assert_allclose(score(BETA)[:, 1], [0.25 * np.log(2), -0.125 * np.log(2)])
    assert score(BETA)[0, 2] == 0


def test_relevance_by_hand():
    values = relevance(BETA, COUNTS, 0.6)
    assert values[1, 2] == pytest.approx(0.6 * np.log(0.75) + 0.4 * np.log(3))
    assert values[0, 2] == -np.inf
    np.testing.assert_allclose(relevance(BETA, COUNTS, 1.0)[1, 1:], np.log(BETA[1, 1:]))
    np.testing.assert_allclose(relevance(BETA, COUNTS, 0.0)[1, 1:], np.log(lift(BETA, COUNTS)[1, 1:]))


def test_terms_that_never_occur_have_no_lift():
    counts = np.array([5, 10, 0])
    assert np.isnan(lift(BETA, counts)[:, 2]).all()
    assert np.isnan(relevance(BETA, counts, 0.5)[1, 2])
    table = topic_terms(model(counts=counts), 3, by="lift")
    assert table[table["topic"] == 2]["term"].tolist() == ["发展", "文化"]


def test_exclusivity_of_rare_terms_is_drawn_to_the_middle():
    beta = np.array([[0.9, 0.1], [0.1, 0.9]])
    np.testing.assert_allclose(exclusivity(beta), beta)
    np.testing.assert_allclose(exclusivity(beta, np.array([1, 0])), 0.5)
    # p = .9 and .1: noise (.09 + .09) / (n - 1), spread .16 + .16; with n = 10 the pull is .02 / .32 = 1 / 16
    np.testing.assert_allclose(exclusivity(beta, np.array([10, 10]))[0, 0], 0.5 / 16 + 0.9 * 15 / 16)
    np.testing.assert_allclose(exclusivity(np.array([[0.0, 1.0], [0.0, 1.0]])), 0.5)


def test_one_topic():
    one = model(np.array([[0.5, 0.3, 0.2]]))
    assert topic_terms(one, 3, by="frex")["term"].tolist() == ["经济", "发展", "文化"]
    assert topic_terms(one, 3, by="score")["weight"].tolist() == [0, 0, 0]


def test_n_beyond_the_vocabulary_lists_all():
    assert len(topic_terms(model(), 99)) == 4
    assert topic_exclusivity(model(), 99)["topic"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: topic_terms("x"), "model must be a TopicModel, got a str. Make one with fit_topics(dtm, n_topics)."),
        (lambda: topic_terms(model(), 0), "n must be a whole number of at least 1, got 0."),
        (
            lambda: topic_terms(model(), by="frec"),
            "unknown by 'frec'; did you mean 'frex'? Available: 'probability', 'frex', 'lift', 'score', 'relevance'.",
        ),
        (
            lambda: topic_terms(model(), by="frex", frex_weight=2),
            "frex_weight must be a finite number of at least 0 and at most 1, got 2.",
        ),
        (
            lambda: topic_terms(model(), relevance_lambda=-1),
            "relevance_lambda must be a finite number of at least 0 and at most 1, got -1.",
        ),
        (lambda: topic_exclusivity(model(), 0), "n must be a whole number of at least 1, got 0."),
    ],
)
def test_messages(call, message):
    with pytest.raises(ArgumentError) as error:
        call()
    assert str(error.value) == message


@pytest.fixture
def example(shared):
    text = (shared / "data" / "worked_examples.json").read_text(encoding="utf-8")
    return next(item for item in json.loads(text)["examples"] if item["id"] == "TOP-03")


@pytest.mark.shared
def test_worked_example(example):
    given, expected = example["inputs"], example["expected"]
    beta, counts = np.array(given["beta"]), np.array(given["word_counts"])
    near = {"rtol": 1e-9, "atol": 1e-11}
    np.testing.assert_allclose(exclusivity(beta), expected["exclusivity_raw"], **near)
    np.testing.assert_allclose(exclusivity(beta, counts), expected["exclusivity_js"], **near)
    np.testing.assert_allclose(frex(beta, counts, given["frex_weight"]), expected["frex"], **near)
    np.testing.assert_allclose(lift(beta, counts), expected["lift"], **near)
    np.testing.assert_allclose(score(beta), expected["score"], **near)
    five = model(beta, ["1", "2", "3", "4", "5"], counts)
    for by in ("frex", "lift", "score"):
        terms = topic_terms(five, 5, by=by)["term"].to_numpy().reshape(3, 5)
        weights = topic_terms(five, 5, by=by)["weight"].to_numpy().reshape(3, 5)
        ours = [np.array(expected[by])[k, terms[k].astype(int) - 1] for k in range(3)]
        np.testing.assert_allclose(weights, ours, **near)
        if by != "score":
            assert terms.astype(int).tolist() == expected[f"{by}_order"]
    table = topic_exclusivity(five, given["M"], frex_weight=given["exclusivity_weight"])
    np.testing.assert_allclose(table["exclusivity"], expected["exclusivity_frex07_topM_sum"], **near)


@pytest.mark.shared
def test_labels_and_exclusivity_of_r(shared):
    folder = shared / "data" / "reference"
    triplets = pd.read_csv(folder / "inputs" / "gadarian_triplets.csv.gz")
    terms = pd.read_csv(folder / "inputs" / "gadarian_vocab.csv.gz")["feature"].tolist()
    counts = triplets.groupby("feature_id")["count"].sum().to_numpy()
    logs = pd.read_csv(folder / "stm" / "gadarian_K3_logbeta.csv.gz")[["topic1", "topic2", "topic3"]].to_numpy().T
    fitted = model(np.exp(logs), terms, counts)
    quality = pd.read_csv(folder / "stm" / "gadarian_K3_quality.csv")
    # topic 2 has terms whose exclusivity differs from one only beyond double precision
    np.testing.assert_allclose(topic_exclusivity(fitted)["exclusivity"], quality["exclusivity_M10_w0.7"], rtol=5e-4)
    labels = pd.read_csv(folder / "stm" / "gadarian_K3_labels.csv")
    for kind, by, same in (("prob", "probability", 10), ("frex", "frex", 9)):
        ours = topic_terms(fitted, 10, by=by)
        for topic in (1, 2, 3):
            theirs = labels[(labels["kind"] == kind) & (labels["topic"] == topic)].sort_values("rank")["word"].tolist()
            assert ours[ours["topic"] == topic]["term"].tolist()[:same] == theirs[:same]
