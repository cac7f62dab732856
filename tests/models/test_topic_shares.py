"""Shares of topics in groups."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from threadpoolctl import threadpool_limits

from textkit.errors import ArgumentError, TextkitWarning, UnknownNameError
from textkit.models.topic_shares import COLUMNS, topic_shares
from textkit.models.topics import TopicModel

MODEL = TopicModel(
    [[0.75, 0.25], [0.0, 1.0]],
    [[1.0, 0.0], [0.5, 0.5], [np.nan, np.nan], [0.25, 0.75], [np.nan, np.nan]],
    ["增长", "文化"],
    pd.DataFrame(
        {"level": ["市", "市", "市", None, "县"], "year": [2019, 2020, 2020, 2020, 2021]},
        index=["a", "b", "c", "d", "e"],
    ),
    [3, 5],
    [1, 3, 0, 4, 0],
    pd.DataFrame({"iteration": [1], "value": [0.0]}),
)


def test_all_documents():
    table = topic_shares(MODEL)
    assert table.columns.tolist() == ["group", "topic", "share", "n_docs", "ci_low", "ci_high"]
    assert table["group"].tolist() == ["all", "all"]
    np.testing.assert_allclose(table["share"], [1.75 / 3, 1.25 / 3])
    assert table["n_docs"].tolist() == [3, 3]


def test_weighted_by_length():
    # (1 · 1 + 3 · 1/2 + 4 · 1/4) / 8
    np.testing.assert_allclose(topic_shares(MODEL, weight="tokens")["share"], [3.5 / 8, 4.5 / 8])


def test_groups():
    table = topic_shares(MODEL, by="level")
    # 县 has only an empty document; d has no level
    assert table["group"].tolist() == ["县", "县", "市", "市"]
    assert table["topic"].tolist() == [1, 2, 1, 2]
    np.testing.assert_allclose(table["share"], [np.nan, np.nan, 0.75, 0.25])
    assert table["n_docs"].tolist() == [0, 0, 2, 2]
    assert topic_shares(MODEL, by="year")["group"].tolist() == [2019, 2019, 2020, 2020, 2021, 2021]


def test_several_columns():
    table = topic_shares(MODEL, by=["level", "year"])
    assert table["group"].tolist() == ["县 / 2021"] * 2 + ["市 / 2019"] * 2 + ["市 / 2020"] * 2
    np.testing.assert_allclose(table["share"], [np.nan, np.nan, 1, 0, 0.5, 0.5])
    assert table.attrs["textkit"]["settings"]["by"] == ["level", "year"]


def test_by_document_gives_the_rows_of_the_model():
    table = topic_shares(MODEL, by="doc")
    np.testing.assert_array_equal(table["share"].to_numpy().reshape(5, 2), MODEL.doc_topic)


def test_no_option_changes_the_columns():
    for by in (None, "level", "year", "doc"):
        for weight in ("docs", "tokens"):
            table = topic_shares(MODEL, by=by, weight=weight)
            assert table.columns.tolist() == list(COLUMNS)
            assert table[["ci_low", "ci_high"]].dtypes.tolist() == [np.float64] * 2
            assert table[["ci_low", "ci_high"]].isna().all(axis=None)
            sums = table.groupby("group")["share"].sum(min_count=1).dropna()
            np.testing.assert_allclose(sums, 1)


def test_messages():
    with pytest.raises(UnknownNameError) as error:
        topic_shares(MODEL, by="yaer")
    assert str(error.value) == "unknown column (by) 'yaer'; did you mean 'year'? Available: 'doc', 'level', 'year'."
    with pytest.raises(ArgumentError) as error:
        topic_shares(MODEL, weight="words")
    assert str(error.value).startswith("unknown weight 'words'")


# intervals


def model_of(theta, docs, lengths=None):
    theta = np.asarray(theta, dtype=float)
    d, k = theta.shape
    facts = pd.DataFrame(docs, index=[f"d{i:03}" for i in range(d)])
    beta = np.full((k, k + 1), 1 / (k + 1))
    terms = [f"词{i}" for i in range(k + 1)]
    path = pd.DataFrame({"iteration": [1], "value": [0.0]})
    return TopicModel(beta, theta, terms, facts, [1] * (k + 1), [10] * d if lengths is None else lengths, path)


def ends(table):
    return table[["ci_low", "ci_high"]].to_numpy()


def quiet(*args, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        return topic_shares(*args, **options)


@pytest.fixture(scope="module")
def talks():
    """Two hundred paragraphs of twenty speeches: those of one speech are much alike."""
    rng = np.random.default_rng(4)
    speech = np.repeat(np.arange(20), 10)
    mean = rng.dirichlet([2.0, 1.0, 1.0], size=20)
    theta = np.array([rng.dirichlet(40 * mean[s]) for s in speech])
    docs = {"speech": [f"s{s:02}" for s in speech], "side": np.where(speech < 12, "甲", "乙")}
    return model_of(theta, docs, rng.integers(20, 200, size=200))


def test_of_two_documents_by_hand():
    # both twice or one of each: a topic share of 0, 1/2 or 1 with the chances 1/4, 1/2, 1/4
    model = model_of([[1, 0], [0, 1]], {"all": 1})
    table = quiet(model, ci="bootstrap", n_replicates=4000)
    np.testing.assert_array_equal(ends(table), [[0, 1], [0, 1]])
    # five ones and five zeros: the number of ones among ten draws is Binomial(10, 1/2)
    ten = model_of(np.repeat([[1.0, 0.0], [0.0, 1.0]], 5, axis=0), {"all": 1})
    low, high = ends(topic_shares(ten, ci="bootstrap", confidence=0.9, n_replicates=20_000))[0]
    assert [low, high] == [stats.binom.ppf(0.05, 10, 0.5) / 10, stats.binom.ppf(0.95, 10, 0.5) / 10]


def test_another_route(talks):
    result = stats.bootstrap(
        (talks.doc_topic[:, 0],), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(1)
    )
    found = ends(topic_shares(talks, ci="bootstrap", n_replicates=4000))[0]
    np.testing.assert_allclose(found, result.confidence_interval, atol=0.003)


def test_weighted_by_length_with_a_loop_over_documents(talks):
    n, rng = 150, np.random.default_rng(7)
    drawn = rng.integers(0, 200, (n, 200))
    lengths, theta = talks.doc_lengths, talks.doc_topic
    values = [lengths[rows] @ theta[rows] / lengths[rows].sum() for rows in drawn]
    found = ends(topic_shares(talks, weight="tokens", ci="bootstrap", n_replicates=n, random_state=7))
    np.testing.assert_allclose(found.T, np.quantile(values, [0.025, 0.975], axis=0), rtol=1e-12)


def test_clusters_are_drawn_whole(talks):
    n, rng = 150, np.random.default_rng(3)
    drawn = rng.integers(0, 20, (n, 20))
    of = [np.flatnonzero(talks.docs["speech"] == name) for name in sorted(set(talks.docs["speech"]))]
    values = [talks.doc_topic[np.concatenate([of[c] for c in row])].mean(axis=0) for row in drawn]
    table = topic_shares(talks, ci="bootstrap", cluster="speech", n_replicates=n, random_state=3)
    np.testing.assert_allclose(ends(table).T, np.quantile(values, [0.025, 0.975], axis=0), rtol=1e-12)
    plain = topic_shares(talks, ci="bootstrap")
    pd.testing.assert_series_equal(table["share"], plain["share"])
    wide, narrow = np.diff(ends(table)).ravel(), np.diff(ends(plain)).ravel()
    assert (wide > 2 * narrow).all(), "paragraphs of one speech are no independent witnesses"
    assert table.attrs["textkit"]["unit"] == "speech" and plain.attrs["textkit"]["unit"] == "document"
    assert topic_shares(talks).attrs["textkit"]["unit"] is None


def test_clusters_of_one_document_are_documents(talks):
    pd.testing.assert_frame_equal(
        topic_shares(talks, ci="bootstrap", cluster="doc"), topic_shares(talks, ci="bootstrap"), check_exact=True
    )


def test_a_group_is_what_it_would_be_alone(talks):
    table = quiet(talks, by="side", ci="bootstrap", n_replicates=300)
    mine = np.flatnonzero(talks.docs["side"] == "乙")
    alone = model_of(talks.doc_topic[mine], {"x": 1}, talks.doc_lengths[mine])
    np.testing.assert_array_equal(
        ends(table)[table["group"] == "乙"], ends(topic_shares(alone, ci="bootstrap", n_replicates=300))
    )


def test_the_bootstrap_leaves_the_shares_as_they_are_and_covers_them(talks):
    plain, table = topic_shares(talks, by="side"), topic_shares(talks, by="side", ci="bootstrap")
    pd.testing.assert_frame_equal(plain.iloc[:, :4], table.iloc[:, :4], check_exact=True)
    assert (table["ci_low"] < table["share"]).all() and (table["share"] < table["ci_high"]).all()
    wider = topic_shares(talks, by="side", ci="bootstrap", confidence=0.99)
    assert (wider["ci_low"] < table["ci_low"]).all() and (wider["ci_high"] > table["ci_high"]).all()


def test_the_same_seed_gives_the_same_bytes_with_any_number_of_threads(talks):
    with threadpool_limits(limits=1):
        one = topic_shares(talks, by="side", ci="bootstrap")
    pd.testing.assert_frame_equal(one, topic_shares(talks, by="side", ci="bootstrap"), check_exact=True)
    other = topic_shares(talks, by="side", ci="bootstrap", random_state=1)
    assert (other["ci_low"] != one["ci_low"]).all()


def test_documents_without_shares_are_never_drawn():
    theta = np.array([[0.2, 0.8]] * 12 + [[np.nan] * 2] * 5)
    table = topic_shares(model_of(theta, {"x": 1}), ci="bootstrap")
    np.testing.assert_allclose(ends(table), [[0.2, 0.2], [0.8, 0.8]])


def test_a_group_of_one_has_no_interval():
    theta = np.array([[0.2, 0.8]] * 12 + [[0.5, 0.5]])
    with pytest.warns(TextkitWarning, match="in the group with the fewest: 1 document is too few"):
        table = topic_shares(model_of(theta, {"side": ["甲"] * 12 + ["乙"]}), by="side", ci="bootstrap")
    assert table["ci_low"].isna().tolist() == [True, True, False, False]
    assert table["group"].tolist() == ["乙", "乙", "甲", "甲"]


def test_few_documents_are_named():
    with pytest.warns(TextkitWarning) as warned:
        topic_shares(MODEL, ci="bootstrap")
    assert str(warned[0].message).startswith("3 documents are too few for an interval to be believed")
    with pytest.warns(TextkitWarning) as warned:
        topic_shares(MODEL, ci="bootstrap", cluster="year")
    assert str(warned[0].message).startswith("2 clusters are too few for an interval to be believed")


@given(st.permutations(range(24)))
@settings(max_examples=15, deadline=None)
def test_the_order_of_documents_matters_to_the_draws_only(order):
    """Shares do not move, and neither do intervals over clusters with names of their own."""
    rng = np.random.default_rng(0)
    theta, names = rng.dirichlet([1, 1], size=24), [f"c{i % 12:02}" for i in range(24)]
    first = topic_shares(model_of(theta, {"name": names}), ci="bootstrap", cluster="name", n_replicates=100)
    rows = list(order)
    again = model_of(theta[rows], {"name": [names[i] for i in rows]})
    pd.testing.assert_frame_equal(
        first, topic_shares(again, ci="bootstrap", cluster="name", n_replicates=100), rtol=1e-12
    )


def test_messages_about_intervals():
    with pytest.raises(ArgumentError) as error:
        topic_shares(MODEL, ci="bootstrap", by="doc")
    assert str(error.value) == (
        "ci=\"bootstrap\" draws documents again, but by='doc' leaves every group with fewer than two. Fit the model to "
        'smaller pieces, such as tokens.split("paragraph"), or ask for no interval.'
    )
    with pytest.raises(ArgumentError, match="draws documents again, but the model has fewer than two"):
        topic_shares(model_of([[0.5, 0.5]], {"x": 1}), ci="bootstrap")
    with pytest.raises(ArgumentError) as error:
        topic_shares(MODEL, cluster="year")
    assert str(error.value) == (
        "cluster='year' says what is drawn for an interval, and none was asked for. Add ci=\"bootstrap\", or leave "
        "cluster out."
    )
    with pytest.raises(UnknownNameError, match=r"unknown column \(cluster\) 'yaer'; did you mean 'year'\?"):
        topic_shares(MODEL, ci="bootstrap", cluster="yaer")
    with pytest.raises(ArgumentError) as error:
        topic_shares(MODEL, ci="bootstrap", cluster="level")
    assert str(error.value) == "cluster='level': 1 document has no value. Fill it in."
    with pytest.raises(UnknownNameError, match="unknown ci 'jackknife'"):
        topic_shares(MODEL, ci="jackknife")
    for name, value in {"n_replicates": 99, "confidence": 1.0, "random_state": -1}.items():
        with pytest.raises(ArgumentError, match=name):
            topic_shares(MODEL, **{name: value})
