"""Topics that stand in the same documents."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit.errors import ArgumentError, EmptyError, TextkitWarning
from textkit.models.stm import STM
from textkit.models.topic_correlation import COLUMNS, topic_correlation
from textkit.models.topics import TopicModel, fit_topics

PATH = pd.DataFrame({"iteration": [1], "value": [0.0]})


def small(theta):
    theta = np.asarray(theta, dtype=float)
    d, k = theta.shape
    docs = pd.DataFrame(index=[f"d{i}" for i in range(d)])
    return TopicModel(np.full((k, 2), 0.5), theta, ["甲", "乙"], docs, [d, d], [2] * d, PATH)


def test_by_another_route(planted):
    model = fit_topics(planted.dtm, 3, random_state=1)
    table = topic_correlation(model)
    assert table.columns.tolist() == COLUMNS
    square = np.corrcoef(model.doc_topic, rowvar=False)
    for row in table.itertuples():
        assert row.correlation == pytest.approx(square[row.topic_a - 1, row.topic_b - 1])
        assert row.edge == (row.correlation > 0.01)
    assert table["correlation"].is_monotonic_decreasing
    assert table["ci_low"].isna().all()
    assert table.attrs["textkit"]["settings"]["n_docs"] == 90


def test_ties_and_constant_topics():
    table = topic_correlation(small([[0.2, 0.4, 0.4], [0.2, 0.3, 0.5], [0.2, 0.1, 0.7]]))
    assert list(zip(table["topic_a"], table["topic_b"], strict=True)) == [(2, 3), (1, 2), (1, 3)]
    assert table["correlation"].isna().tolist() == [False, True, True]
    assert not table["edge"].any()


def test_log_ratios_take_out_the_sum():
    # three unrelated topics: shares are correlated by -1/2 for no other reason than that they sum to one
    rng = np.random.default_rng(4)
    weight = np.exp(rng.normal(size=(4000, 4)))
    model = small(weight / weight.sum(axis=1, keepdims=True))
    assert topic_correlation(model)["correlation"].mean() == pytest.approx(-1 / 3, abs=0.02)
    logs = np.log(weight) - np.log(weight).mean(axis=1, keepdims=True)
    expected = np.sort(np.corrcoef(logs, rowvar=False)[np.triu_indices(4, 1)])[::-1]
    np.testing.assert_allclose(topic_correlation(model, measure="log_ratios")["correlation"], expected, atol=1e-9)


def test_the_interval_covers_and_empty_documents_do_not_count():
    rng = np.random.default_rng(6)
    theta = rng.dirichlet([1.0, 2.0, 3.0], 60)
    table = topic_correlation(small(np.vstack([theta, np.full((2, 3), np.nan)])), ci="bootstrap", n_replicates=500)
    assert table.attrs["textkit"]["settings"]["n_docs"] == 60
    assert ((table["ci_low"] < table["correlation"]) & (table["correlation"] < table["ci_high"])).all()
    # near the normal interval of Fisher's z
    z, half = np.arctanh(table["correlation"]), 1.96 / np.sqrt(57)
    np.testing.assert_allclose(table["ci_low"], np.tanh(z - half), atol=0.12)
    again = topic_correlation(small(theta), ci="bootstrap", n_replicates=500)
    pd.testing.assert_frame_equal(again, table)


def test_partial_correlations_find_a_chain():
    # 1 - 2 - 3 - 4: neighbours are related, the others only through them
    rng = np.random.default_rng(2)
    precision = np.eye(6) * 2.0
    for i in range(3):
        precision[i, i + 1] = precision[i + 1, i] = -0.8
    logits = rng.multivariate_normal(np.zeros(6), np.linalg.inv(precision), 3000)
    shares = np.exp(0.15 * logits) / 40  # small shares and one large rest: the sum hardly matters
    theta = np.column_stack([shares, 1 - shares.sum(axis=1)])
    table = topic_correlation(small(theta), measure="partial")
    found = {(row.topic_a, row.topic_b): row.correlation for row in table.itertuples() if row.topic_b < 7}
    chain = [(1, 2), (2, 3), (3, 4)]
    assert min(found[pair] for pair in chain) > 0.2
    assert all(abs(value) < 0.09 for pair, value in found.items() if pair not in chain)
    assert (table["edge"] == (table["correlation"] != 0)).all()


def test_logits_of_a_structural_model(planted):
    model = fit_topics(planted.dtm, 3, STM())
    table = topic_correlation(model, measure="logits").set_index(["topic_a", "topic_b"])["correlation"]
    # by drawing from the same normal distributions
    rng = np.random.default_rng(0)
    eta, nu = model.parameters["eta"], model.parameters["nu"]
    draws = np.repeat(eta, 400, axis=0) + rng.multivariate_normal(np.zeros(2), nu, 400 * len(eta))
    logs = np.column_stack([draws, np.zeros(len(draws))])
    logs -= logs.mean(axis=1, keepdims=True)
    expected = np.corrcoef(logs, rowvar=False)
    for (a, b), value in table.items():
        assert value == pytest.approx(expected[a - 1, b - 1], abs=0.02)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: topic_correlation(small([[1.0]] * 3)), ArgumentError, "a correlation needs at least two topics"),
        (lambda: topic_correlation(small([[0.5, 0.5]])), EmptyError, "1 documents have shares; a correlation needs"),
        (
            lambda: topic_correlation(small([[0.5, 0.5]] * 3), measure="logits"),
            ArgumentError,
            'measure="logits" needs a structural topic model, whose logits are normally distributed.',
        ),
        (
            lambda: topic_correlation(small([[0.5, 0.5]] * 3), measure="partial", ci="bootstrap"),
            ArgumentError,
            'ci="bootstrap" is not defined for measure="partial". Leave ci out.',
        ),
    ],
)
def test_messages(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value).startswith(message)


def test_few_documents_warn():
    with pytest.warns(TextkitWarning, match=r"^5 documents are too few"):
        topic_correlation(small(np.random.default_rng(0).dirichlet([1, 1], 5)), ci="bootstrap", n_replicates=9)
