"""Keywords: what the report counts, and what it will not take."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit.errors import ArgumentError, TextkitWarning
from textkit.matrix import DocumentTermMatrix
from textkit.models.gibbs import GibbsLDA
from textkit.models.keyatm import KeyATM
from textkit.models.keywords import (
    COLUMNS,
    TERM_COLUMNS,
    checked_keywords,
    find_keywords,
    keyword_report,
    keyword_terms,
)
from textkit.models.topics import TopicModel, fit_topics

# 4 documents, one empty; 1,000 + 40 + 9 + 1 + 2,950 = 4,000 tokens
DTM = DocumentTermMatrix(
    [[1000, 40, 0, 0, 950], [0, 0, 9, 1, 1000], [0, 0, 0, 0, 1000], [0, 0, 0, 0, 0]],
    ["的", "网格", "管理", "音乐", "了"],
)
GOOD = {"治理": ["管理", "网格"], "杂": ["网格", "了"]}


def test_the_report_by_hand():
    table = keyword_report(DTM, GOOD)
    assert list(table.columns) == COLUMNS
    expected = pd.DataFrame(
        [
            (1, "治理", "网格", 40, 0.01, 1, 1 / 3, 2),
            (1, "治理", "管理", 9, 0.00225, 1, 1 / 3, 1),
            (2, "杂", "了", 2950, 0.7375, 3, 1.0, 1),
            (2, "杂", "网格", 40, 0.01, 1, 1 / 3, 2),
        ],
        columns=COLUMNS,
    )
    pd.testing.assert_frame_equal(table, expected)
    assert table.attrs["textkit"]["settings"]["keywords"] == {"治理": ["管理", "网格"], "杂": ["网格", "了"]}
    assert table.attrs["textkit"]["inputs"] == {"dtm": DTM.fingerprint}


def test_keywords_that_never_occur_stay_in_the_table_and_are_named():
    with pytest.warns(TextkitWarning) as caught:
        table = keyword_report(DTM, {"治理": ["网络", "网格"]})
    assert str(caught[0].message) == (
        "keywords that never occur in these documents are left out: '网络' (did you mean '网格'?)."
    )
    assert caught[0].filename == __file__
    assert table[["keyword", "count", "share"]].to_numpy().tolist() == [["网格", 40, 0.01], ["网络", 0, 0.0]]


def test_rare_keywords_are_named():
    with pytest.warns(TextkitWarning) as caught:
        keyword_report(DTM, {"文化": ["音乐"], "治理": ["管理"]})
    assert [str(item.message) for item in caught] == [
        "keywords that make up less than 0.1% of the tokens each, and will hardly guide a topic: '音乐'."
    ]
    assert caught[0].filename == __file__


def test_the_order_of_documents_and_terms_does_not_matter():
    moved = DTM[np.array([2, 0, 3, 1])]
    places = [4, 2, 0, 3, 1]
    moved = DocumentTermMatrix(moved.matrix[:, places], [DTM.vocabulary[i] for i in places], moved.docs)
    pd.testing.assert_frame_equal(keyword_report(moved, GOOD), keyword_report(DTM, GOOD), check_like=False)


def test_find_keywords_leaves_absent_ones_out():
    empty = DocumentTermMatrix([[2, 1, 0]], ["甲", "乙", "无"])
    with pytest.warns(
        TextkitWarning, match=r"^keywords that never occur in these documents are left out: '丙', '无'\.$"
    ):
        found = find_keywords("keywords", (("一", ("乙", "丙", "甲")), ("二", ("甲", "无"))), empty, 3, stacklevel=1)
    assert [ids.tolist() for ids in found] == [[1, 0], [0]]


def test_sets_are_put_in_order_and_saved_pairs_are_read():
    assert checked_keywords("keywords", {"治理": {"网格", "管理"}}) == (("治理", ("管理", "网格")),)
    assert checked_keywords("keywords", [["治理", ["网格"]]]) == (("治理", ("网格",)),)
    assert checked_keywords("keywords", None) == ()


MAP = 'keywords must map names of topics to words, {"治理": ["网格", "管理"]}'


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({}, 'keywords must name at least one topic: {"治理": ["网格", "管理"]}.'),
        (3, f"{MAP}, got 3."),
        (["网格"], f"{MAP}, got ['网格']."),
        ({"治理": "网格"}, f"{MAP}; the words of '治理' must be a list, got '网格'."),
        ({"治理": [1]}, f"{MAP}; the words of '治理' must be text, got 1."),
        ({1: ["网格"]}, f"{MAP}; a name must be text, got 1."),
        ({"治理": []}, "keywords: '治理' has no words. Give it some, or leave it out."),
        ({"治理": ["网格", "网格"]}, "keywords: '治理' has '网格' more than once."),
        ([("治理", ["网格"]), ("治理", ["了"])], "keywords has the name '治理' more than once."),
        (
            {"治理": ["网格"], "党建": ["党员", "支部"]},
            (
                "keywords: no word of '党建' occurs in these documents: '党员', '支部'. Give it words that occur "
                "(keyword_report shows how often), or leave the topic out."
            ),
        ),
    ],
)
def test_messages(keywords, message):
    with pytest.raises(ArgumentError) as error:
        keyword_report(DTM, keywords)
    assert str(error.value) == message


def test_more_topics_with_keywords_than_topics():
    with pytest.raises(ArgumentError) as error:
        find_keywords("keywords", checked_keywords("keywords", GOOD), DTM, 1, stacklevel=1)
    assert str(error.value) == (
        "keywords has 2 topics, but n_topics=1: it counts those with words and those without. Use n_topics=2 or more."
    )


def test_a_matrix_without_terms():
    with pytest.raises(
        ArgumentError, match=r"^keywords: no word of '一' occurs in these documents: '甲'\. Give it words"
    ):
        keyword_report(DocumentTermMatrix(np.zeros((2, 0), int), []), {"一": ["甲"]})


def test_weights_and_lists_are_not_counts():
    with pytest.raises(ArgumentError, match=r"keyword_report needs counts"):
        keyword_report(DocumentTermMatrix([[0.5]], ["甲"], weighting="proportion"), {"一": ["甲"]})
    with pytest.raises(ArgumentError, match=r"dtm must be a DocumentTermMatrix, got a list"):
        keyword_report([1], {"一": ["甲"]})


# the terms of topics


def model_with(method):
    topic_term = [[0.5, 0.25, 0.25, 0.0], [0.1, 0.2, 0.3, 0.4]]
    return TopicModel(
        topic_term, [[0.5, 0.5]], ["网格", "社区", "音乐", "的"], pd.DataFrame(index=["a"]), [5, 2, 3, 9], [19],
        pd.DataFrame({"iteration": [1], "value": [0.0]}), method,
    )  # fmt: skip


@pytest.mark.parametrize("method", [KeyATM(keywords={"治理": ["网格"]}), GibbsLDA(seed_words={"治理": ["网格"]})])
def test_terms_are_marked(method):
    table = keyword_terms(model_with(method), n=4)
    assert list(table.columns) == TERM_COLUMNS
    assert table.to_numpy().tolist() == [
        [1, "治理", 1, "网格", 0.5, "own"],
        [1, "治理", 2, "音乐", 0.25, ""],  # the more frequent of two equally probable ones
        [1, "治理", 3, "社区", 0.25, ""],
        [1, "治理", 4, "的", 0.0, ""],
        [2, "", 1, "的", 0.4, ""],
        [2, "", 2, "音乐", 0.3, ""],
        [2, "", 3, "社区", 0.2, ""],
        [2, "", 4, "网格", 0.1, "other"],
    ]


def test_terms_need_keywords():
    for method in (None, KeyATM(), GibbsLDA()):
        with pytest.raises(ArgumentError) as error:
            keyword_terms(model_with(method))
        assert str(error.value) == (
            "keyword_terms needs a model with keywords: fit_topics(dtm, n_topics, KeyATM(keywords=...)). "
            "For others use topic_terms."
        )


def test_terms_of_a_fitted_and_saved_model(tmp_path, planted):
    model = fit_topics(
        planted.dtm, 3, KeyATM(keywords={"丙": ["丙0"], "甲": ["甲0"]}, n_iterations=100), random_state=1
    )
    again = TopicModel.load(model.save(tmp_path / "m.parquet"))
    table = keyword_terms(again, n=8)
    pd.testing.assert_frame_equal(table, keyword_terms(model, n=8))
    first = table[table["topic"] == 1]["term"]
    assert all(term[0] in "丙共" for term in first)
