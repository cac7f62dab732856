"""Documents of a topic."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit.errors import ArgumentError
from textkit.models.topic_docs import topic_docs
from textkit.models.topics import TopicModel

MODEL = TopicModel(
    [[0.75, 0.25], [0.0, 1.0]],
    [[0.5, 0.5], [np.nan, np.nan], [1.0, 0.0], [0.5, 0.5], [0.5, 0.5]],
    ["增长", "文化"],
    pd.DataFrame(index=["b", "empty", "c", "a", "long"]),
    [3, 5],
    [4, 0, 4, 4, 9],
    pd.DataFrame({"iteration": [1], "value": [0.0]}),
)


def test_order_by_share_then_length_then_name():
    table = topic_docs(MODEL, 4)
    assert table.columns.tolist() == ["topic", "rank", "doc", "share"]
    assert table.values.tolist() == [
        [1, 1, "c", 1.0],
        [1, 2, "long", 0.5],
        [1, 3, "a", 0.5],
        [1, 4, "b", 0.5],
        [2, 1, "long", 0.5],
        [2, 2, "a", 0.5],
        [2, 3, "b", 0.5],
        [2, 4, "c", 0.0],
    ]
    assert table.attrs["textkit"]["settings"]["n"] == 4


def test_empty_documents_are_left_out():
    assert "empty" not in set(topic_docs(MODEL, 99)["doc"])
    assert len(topic_docs(MODEL, 99)) == 8


def test_messages():
    with pytest.raises(ArgumentError, match=r"^n must be a whole number of at least 1, got 0\.$"):
        topic_docs(MODEL, 0)
    with pytest.raises(ArgumentError, match=r"^model must be a TopicModel, got a list\."):
        topic_docs([])
