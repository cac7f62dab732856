"""Shares of topics in groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit.errors import ArgumentError, UnknownNameError
from textkit.models.topic_shares import topic_shares
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
    assert table.columns.tolist() == ["group", "topic", "share", "n_docs"]
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


def test_by_document_gives_the_rows_of_the_model():
    table = topic_shares(MODEL, by="doc")
    np.testing.assert_array_equal(table["share"].to_numpy().reshape(5, 2), MODEL.doc_topic)


def test_no_option_changes_the_columns():
    for by in (None, "level", "year", "doc"):
        for weight in ("docs", "tokens"):
            table = topic_shares(MODEL, by=by, weight=weight)
            assert table.columns.tolist() == ["group", "topic", "share", "n_docs"]
            sums = table.groupby("group")["share"].sum(min_count=1).dropna()
            np.testing.assert_allclose(sums, 1)


def test_messages():
    with pytest.raises(UnknownNameError) as error:
        topic_shares(MODEL, by="yaer")
    assert str(error.value) == "unknown column (by) 'yaer'; did you mean 'year'? Available: 'doc', 'level', 'year'."
    with pytest.raises(ArgumentError) as error:
        topic_shares(MODEL, weight="words")
    assert str(error.value).startswith("unknown weight 'words'")
