"""Documents of a topic."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit.corpus import Corpus
from textkit.errors import ArgumentError
from textkit.models.topic_docs import PASSAGE_COLUMNS, topic_docs, topic_passages
from textkit.models.topics import TopicModel
from textkit.segment.longest import LongestMatch
from textkit.tokenization import tokenize

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


def test_where_and_a_least_share():
    assert topic_docs(MODEL, 9, where=["a", "c", "empty"])["doc"].tolist() == ["c", "a", "a", "c"]
    assert topic_docs(MODEL, 9, min_share=0.6)["doc"].tolist() == ["c"]
    assert topic_docs(MODEL, 9, where=["empty"]).columns.tolist() == ["topic", "rank", "doc", "share"]
    assert len(topic_docs(MODEL, 9, where=["empty"])) == 0


# passages

TEXTS = Corpus(
    ["文化。增长增长，文化文化。", "", "增长", "文化增长", "文化"], pd.DataFrame(index=["b", "empty", "c", "a", "long"])
)


def test_the_passage_is_where_the_topic_is():
    words = tokenize(TEXTS, LongestMatch(["增长", "文化"]))
    table = topic_passages(MODEL, words, 9, width=6, where=["b", "c"])
    assert table.columns.tolist() == list(PASSAGE_COLUMNS)
    found = {(row.topic, row.doc): (row.start, row.stop, row.text) for row in table.itertuples()}
    assert found[1, "b"] == (3, 8, "增长增长，")  # as many tokens as fit
    assert found[2, "b"] == (8, 13, "文化文化。")
    assert found[1, "c"] == (0, 2, "增长")
    for row in table.itertuples():
        assert TEXTS.text(row.doc)[row.start : row.stop] == row.text
    assert set(table.attrs["textkit"]["inputs"]) == {"model", "texts"}


def test_a_corpus_gives_the_beginning():
    table = topic_passages(MODEL, TEXTS, 1, width=3, where=["b"])
    assert table["text"].tolist() == ["文化。", "文化。"]


def test_a_word_longer_than_the_passage_is_shown_whole():
    words = tokenize(TEXTS, LongestMatch(["增长", "文化"]))
    assert topic_passages(MODEL, words, 1, width=1, where=["c"])["text"].tolist() == ["增长", "增长"]


def test_texts_of_other_documents():
    with pytest.raises(ArgumentError) as error:
        topic_passages(MODEL, TEXTS[["a"]], 1)
    assert str(error.value).startswith("texts lack documents of the model: 'c', 'long'. Give those that the model was")
