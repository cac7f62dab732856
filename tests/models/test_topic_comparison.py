"""Two models side by side, and words of two topics or two groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit.errors import ArgumentError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.models.stm import STM
from textkit.models.topic_comparison import (
    COMPARISON_COLUMNS,
    PERSPECTIVE_COLUMNS,
    assigned,
    compare_topics,
    perspectives,
)
from textkit.models.topic_quality import COLUMNS as QUALITY_COLUMNS
from textkit.models.topic_quality import topic_quality
from textkit.models.topics import TopicModel, fit_topics

PATH = pd.DataFrame({"iteration": [1], "value": [0.0]})
DOCS = pd.DataFrame({"level": ["市", "县", "市", None]}, index=list("abcd"))
TERMS = ["经济", "增长", "文化"]
MODEL = TopicModel(
    [[0.5, 0.5, 0.0], [0.0, 0.25, 0.75]], [[0.5, 0.5], [1.0, 0.0], [0.0, 1.0], [0.5, 0.5]], TERMS, DOCS,
    [300, 300, 300], [300, 200, 200, 200], PATH,
)  # fmt: skip
DTM = DocumentTermMatrix([[100, 150, 50], [100, 100, 0], [0, 50, 150], [100, 0, 100]], TERMS, DOCS)


# comparing models


def test_compare_by_hand():
    other = TopicModel([[0.1, 0.2, 0.7]], [[1.0]] * 4, TERMS, DOCS, [1, 1, 1], [1] * 4, PATH)
    table = compare_topics(MODEL, other, n=2)
    assert table.columns.tolist() == COMPARISON_COLUMNS
    assert table["topic_a"].tolist() == [1, 2]
    assert table["topic_b"].tolist() == [pd.NA, 1]
    assert table["share_a"].tolist() == [0.5, 0.5]
    np.testing.assert_array_equal(table["share_b"], [np.nan, 1.0])
    assert table["both"].tolist() == ["", "文化 增长"]
    assert table["only_a"].tolist() == ["增长 经济", ""]
    assert table["only_b"].tolist() == ["", ""]
    assert table["jaccard"][1] == 1.0


def test_methods_agree_about_planted_topics(planted):
    models = [fit_topics(planted.dtm, 3, method, random_state=1) for method in ("lda", "nmf")]
    table = compare_topics(*models)
    assert (table["similarity"] > 0.85).all()
    back = compare_topics(*models[::-1])
    assert back.sort_values("topic_b")["topic_a"].tolist() == table["topic_b"].tolist()


# perspectives


def test_assigned_tokens_by_hand():
    first, second = (part.toarray() for part in assigned(MODEL, DTM, np.array([0, 1])))
    # document a: 增长 is 2 to 1 of the first topic
    np.testing.assert_allclose(first[0], [100, 100, 0])
    np.testing.assert_allclose(second[0], [0, 50, 50])
    np.testing.assert_allclose(first + second, DTM.matrix.toarray())


def test_two_topics():
    table = perspectives(MODEL, 1, 2, n=1, dtm=DTM)
    assert table.columns.tolist() == PERSPECTIVE_COLUMNS
    assert table["term"].tolist() == ["增长", "文化"]  # equal probabilities: by code points
    assert table["log2_ratio"].tolist() == [1.0, -np.inf]
    np.testing.assert_allclose(table["count_a"], [200, 0])
    assert perspectives(MODEL, 1, 2)["count_a"].isna().all()


def test_two_groups():
    table = perspectives(MODEL, "市", "县", topic=1, by="level", dtm=DTM).set_index("term")
    # 市: documents a and c; c has nothing of topic 1
    np.testing.assert_allclose(table.loc["经济", ["count_a", "count_b"]].astype(float), [100, 100])
    np.testing.assert_allclose(table["probability_a"].reindex(TERMS[:2]), [0.5, 0.5])
    np.testing.assert_allclose(table["probability_b"].reindex(TERMS[:2]), [0.5, 0.5])
    assert table.attrs["textkit"]["settings"]["by"] == "level"


def test_sides_can_be_swapped():
    there = perspectives(MODEL, 1, 2).set_index("term")
    back = perspectives(MODEL, 2, 1).set_index("term").reindex(there.index)
    np.testing.assert_allclose(back["difference"], -there["difference"])
    np.testing.assert_allclose(back["probability_a"], there["probability_b"])


def test_a_content_model_has_words_of_its_own(planted):
    docs = planted.dtm.docs.assign(side=np.where(np.arange(90) % 2 == 0, "左", "右"))
    counts = planted.dtm.matrix.toarray()
    counts[::2, 0] += 6  # one side says the first word of topic 1 more often
    dtm = DocumentTermMatrix(counts, planted.dtm.vocabulary, docs)
    model = fit_topics(dtm, 3, STM(content="~ side", max_iter=15, tol=0))
    topic = int(model.topic_term[:, 1].argmax()) + 1
    table = perspectives(model, "左", "右", topic=topic, by="side").set_index("term")
    assert table.loc["甲0", "difference"] > 0.03
    assert table["count_a"].isna().all()
    counted = perspectives(model, "左", "右", topic=topic, by="side", dtm=dtm)
    assert counted["count_a"].notna().all()


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: perspectives(MODEL, 1, 3), ArgumentError, "b must be a whole number from 1 to 2, got 3."),
        (lambda: perspectives(MODEL, 1, 1), ArgumentError, "a and b must be two topics, got 1 twice."),
        (lambda: perspectives(MODEL, "市", "县", by="level"), ArgumentError, "topic and by go together: "),
        (
            lambda: perspectives(MODEL, "市", "县", by="level", topic=1),
            ArgumentError,
            "the model has no words of its own for the groups of 'level': give the matrix of the fit, dtm=dtm, to",
        ),
        (
            lambda: perspectives(MODEL, "市", "乡", by="level", topic=1, dtm=DTM),
            UnknownNameError,
            "unknown value of 'level' '乡'. Available: '县', '市'.",
        ),
        (
            lambda: perspectives(MODEL, 1, 2, dtm=DTM[:2]),
            ArgumentError,
            "dtm has 2 documents and 3 terms, the model 4 and 3. Give the matrix that the model was fitted to.",
        ),
    ],
)
def test_messages(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value).startswith(message)


def test_few_tokens_warn():
    few = DocumentTermMatrix(DTM.matrix.toarray() // 50, TERMS, DOCS)
    with pytest.warns(TextkitWarning) as caught:
        perspectives(MODEL, "市", "县", topic=1, by="level", dtm=few)
    assert str(caught[1].message) == "only 4 tokens of '县' belong to topic 1: its probabilities are mostly chance."
    assert caught[0].filename == __file__


# quality


def test_quality_puts_the_two_side_by_side(planted):
    model = fit_topics(planted.dtm, 3, random_state=1)
    table = topic_quality(model, planted.dtm, measure="umass")
    assert table.columns.tolist() == QUALITY_COLUMNS
    assert table["topic"].tolist() == [1, 2, 3]
    np.testing.assert_allclose(table["share"], model.doc_topic.mean(axis=0))
    about = table.attrs["textkit"]["settings"]
    assert (about["measure"], about["window"], about["frex_weight"]) == ("umass", "document", 0.7)


@pytest.mark.shared
def test_quality_of_r(shared):
    folder = shared / "data/reference"
    cells = pd.read_csv(folder / "inputs/gadarian_triplets.csv.gz")
    terms = pd.read_csv(folder / "inputs/gadarian_vocab.csv.gz", keep_default_na=False)["feature"].tolist()
    counts = np.zeros((cells["doc_id"].max(), len(terms)), dtype=int)
    counts[cells["doc_id"] - 1, cells["feature_id"] - 1] = cells["count"]
    beta = np.exp(pd.read_csv(folder / "stm/gadarian_K3_logbeta.csv.gz").filter(like="topic").to_numpy()).T
    theta = pd.read_csv(folder / "stm/gadarian_K3_theta.csv").filter(like="topic").to_numpy()
    dtm = DocumentTermMatrix(counts, terms)
    model = TopicModel(
        beta / beta.sum(axis=1, keepdims=True), theta, terms, dtm.docs, dtm.term_counts, dtm.lengths, PATH
    )
    table = topic_quality(model, dtm, measure="umass_stm")
    quality = pd.read_csv(folder / "stm/gadarian_K3_quality.csv")
    np.testing.assert_allclose(table["coherence"], quality["semantic_coherence_M10"], rtol=1e-9)
    np.testing.assert_allclose(table["exclusivity"], quality["exclusivity_M10_w0.7"], rtol=5e-4)
    np.testing.assert_allclose(table["share"], quality["mean_theta"], rtol=1e-9)
