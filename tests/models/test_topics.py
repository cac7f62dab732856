"""TopicModel and fit_topics: what holds for every method."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from textkit.errors import ArgumentError, EmptyError, ReadError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.models.dynamic_topics import DynamicTopics
from textkit.models.lda import LDA
from textkit.models.nmf import NMF
from textkit.models.topic_shares import topic_shares
from textkit.models.topics import (
    METHODS,
    Fit,
    StoredMethod,
    TopicMethod,
    TopicModel,
    fit_topics,
    largest_first,
    ranking,
    significant,
)
from textkit.vocabulary import Vocabulary

PATH = pd.DataFrame({"iteration": [1, 2], "value": [-9.5, -9.25]})
SMALL = DocumentTermMatrix([[4, 4, 0, 0], [3, 4, 0, 0], [0, 0, 3, 2]], ["经济", "增长", "文化", "音乐"])


def small(**changes):
    parts = {
        "topic_term": [[0.75, 0.25], [0.0, 1.0]],
        "doc_topic": [[1.0, 0.0], [0.5, 0.5], [np.nan, np.nan]],
        "vocabulary": ["增长", "文化"],
        "docs": pd.DataFrame({"year": [1, 2, 3]}, index=["a", "b", "c"]),
        "term_counts": [3, 5],
        "doc_lengths": [4, 4, 0],
        "trace": PATH,
    }
    return TopicModel(**(parts | changes))


# what a model is


def test_a_model_is_read_only_and_hands_out_copies():
    model = small()
    for values in (model.topic_term, model.doc_topic, model.term_counts, model.doc_lengths):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 0
    docs, trace = model.docs, model.trace
    docs["year"] = 99
    trace["value"] = 99
    assert model.docs["year"].tolist() == [1, 2, 3]
    assert model.trace["value"].tolist() == [-9.5, -9.25]
    with pytest.raises(dataclasses.FrozenInstanceError):
        model.source = "x"


def test_the_array_of_the_caller_stays_writable():
    beta = np.array([[0.75, 0.25], [0.0, 1.0]])
    small(topic_term=beta)
    beta[0, 0] = 0.5


def test_facts_of_a_model():
    model = small()
    assert model.n_topics == 2
    assert model.names == ["a", "b", "c"]
    assert model.placed.tolist() == [True, True, False]
    assert repr(model) == "TopicModel(2 topics, 3 documents, 2 terms; no method)"
    assert repr(small(method=LDA(random_state=7))).endswith("; LDA, random_state=7)")


def test_html_escapes_terms():
    page = small(vocabulary=["<b>", "文化"])._repr_html_()
    assert "<b>" not in page
    assert "&lt;b&gt; 文化" in page
    assert "<td>0.750</td>" in page  # mean of 1 and .5; the empty document does not count


def test_fingerprint_follows_what_matters():
    model = small()
    assert model.fingerprint == small().fingerprint
    assert model.fingerprint != small(vocabulary=["增长", "文"]).fingerprint
    assert model.fingerprint != small(method=LDA()).fingerprint
    assert model.fingerprint != small(doc_topic=[[0.0, 1.0], [0.5, 0.5], [np.nan, np.nan]]).fingerprint
    assert model.inputs == {"model": model.fingerprint}
    assert small(source="abc").inputs["dtm"] == "abc"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"topic_term": [[0.75, 0.25]]}, "doc_topic must have shape (3, 1), got (3, 2)."),
        ({"topic_term": [[1.0], [1.0]]}, "topic_term must have shape (topics, 2 terms), got (2, 1)."),
        ({"topic_term": [[0.5, 0.4], [0, 1]]}, "the rows of topic_term must sum to one, but row 0 sums to 0.9."),
        ({"topic_term": [[1.5, -0.5], [0, 1]]}, "topic_term must hold finite probabilities of at least 0."),
        ({"topic_term": [[np.nan, 1], [0, 1]]}, "topic_term must hold finite probabilities of at least 0."),
        ({"doc_topic": [[1, 0], [np.nan, 1], [0, 1]]}, "doc_topic must hold finite probabilities of at least 0."),
        ({"doc_topic": [[1, 0], [1, 1], [0, 1]]}, "the rows of doc_topic must sum to one, but row 1 sums to 2."),
        ({"term_counts": [1]}, "term_counts must have shape (2,), got (1,)."),
        ({"doc_lengths": [1]}, "doc_lengths must have shape (3,), got (1,)."),
        ({"docs": pd.DataFrame(index=["a", "a", "b"])}, "document names must be unique, but 'a' occur more than once."),
        ({"trace": pd.DataFrame({"iteration": [1]})}, "trace lacks the columns 'value'; it has 'iteration'."),
    ],
)
def test_a_model_must_be_whole(changes, message):
    with pytest.raises(ArgumentError) as error:
        small(**changes)
    assert str(error.value) == message


# saving


@pytest.mark.parametrize("method", [LDA(alpha=0.3, random_state=7), NMF(loss="kl", random_state=1), None])
def test_save_and_load(tmp_path, method):
    docs = pd.DataFrame(
        {
            "year": [2019, 2020, 2021],
            "level": pd.Categorical(["市", "县", "市"]),
            "date": pd.to_datetime(["2019-01-02", None, "2021-01-02"]),
            "note": ["x", None, "y"],
        },
        index=["a", "b", "c"],
    )
    model = small(docs=docs, method=method, source="abc")
    again = TopicModel.load(model.save(tmp_path / "sub" / "model.parquet"))
    assert again.fingerprint == model.fingerprint
    assert again.source == "abc"
    assert again.method == method
    np.testing.assert_array_equal(again.doc_topic, model.doc_topic)
    pd.testing.assert_frame_equal(again.trace, model.trace)
    pd.testing.assert_frame_equal(again.docs, model.docs)


def test_a_fitted_model_survives_saving(tmp_path):
    model = fit_topics(SMALL, 2, "nmf", random_state=3)
    again = TopicModel.load(model.save(tmp_path / "m.parquet"))
    assert again.fingerprint == model.fingerprint
    assert fit_topics(SMALL, 2, again.method, random_state=3).fingerprint == model.fingerprint


class Halves:
    """A method from outside: even shares."""

    def __repr__(self):
        return "Halves(of=1)"

    def fit(self, dtm, n_topics, *, random_state, progress=None):
        d, v = dtm.shape
        return Fit(np.full((n_topics, v), 1 / v), np.full((d, n_topics), 1 / n_topics), PATH, self)


def test_a_method_from_outside_fits_and_comes_back_as_its_description(tmp_path):
    model = fit_topics(SMALL, 2, Halves())
    again = TopicModel.load(model.save(tmp_path / "m.parquet"))
    assert isinstance(again.method, StoredMethod)
    assert repr(again.method) == "Halves(of=1)"
    assert again.fingerprint == model.fingerprint
    assert repr(again) == "TopicModel(2 topics, 3 documents, 4 terms; Halves(of=1))"


def test_loading_never_runs_what_a_file_names(tmp_path):
    import pyarrow.parquet as pq

    from textkit.storage import save_table

    path = small(method=LDA(random_state=1)).save(tmp_path / "m.parquet")
    table = pq.read_table(path)
    note = json.loads(table.schema.metadata[b"textkit"])
    for wrong in ({"method": "os:system"}, {"settings": {"alpha": 7}}, {"settings": {"nothing": 1}}):
        save_table(path, table, "TopicModel", note | wrong)
        with pytest.raises(ReadError, match="is not a whole TopicModel"):
            TopicModel.load(path)


def test_loading_something_else(tmp_path):
    path = SMALL.save(tmp_path / "dtm.parquet")
    with pytest.raises(ReadError, match="holds a saved DocumentTermMatrix, not a TopicModel"):
        TopicModel.load(path)


# fitting


@pytest.mark.parametrize("name", METHODS)
def test_every_named_method_keeps_the_protocol(name, planted):
    if name in ("hdp", "dynamic") and find_spec("tomotopy") is None:
        pytest.skip("tomotopy is not installed")
    if name == "dynamic":
        name = DynamicTopics(time="year", n_iterations=100)
    model = fit_topics(planted.dtm, 3, name, random_state=5)
    method = model.method
    assert isinstance(method, TopicMethod)
    assert dataclasses.is_dataclass(method)
    assert method.random_state == 5
    assert all(getattr(method, item.name) is not None for item in dataclasses.fields(method))
    np.testing.assert_allclose(model.topic_term.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(model.doc_topic.sum(axis=1), 1, atol=1e-12)
    assert list(model.trace.columns) == ["iteration", "value"]
    assert model.trace["iteration"].is_monotonic_increasing
    assert (model.term_counts == planted.dtm.term_counts).all()
    assert (model.doc_lengths == planted.dtm.lengths).all()
    assert model.source == planted.dtm.fingerprint
    assert model.names == planted.dtm.names
    shares = model.doc_topic.mean(axis=0)
    assert (np.diff(shares) <= 0).all()
    again = fit_topics(planted.dtm, 3, name, random_state=5)
    assert again.fingerprint == model.fingerprint


@pytest.mark.parametrize(
    "method", ["lda", "nmf", NMF(loss="kl", weighting="count"), LDA(learning="online", max_iter=60)]
)
@pytest.mark.filterwarnings("ignore:LDA has not settled")
def test_planted_topics_are_found(method, planted):
    model = fit_topics(planted.dtm, 3, method, random_state=1)
    found, true = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (model.topic_term, planted.topic_term))
    cosine = true @ found.T
    row, place = linear_sum_assignment(-cosine)
    assert cosine[row, place].min() > (0.9 if method == "nmf" else 0.97)  # tf-idf shifts weight to rarer terms
    for k, other in zip(row, place, strict=True):
        assert np.corrcoef(planted.doc_topic[:, k], model.doc_topic[:, other])[0, 1] > 0.95
    assert place.tolist() == [0, 1, 2]  # planted in the order of their shares


@pytest.mark.parametrize("method", ["lda", "nmf"])
def test_the_order_of_documents_hardly_matters(method, planted):
    order = np.random.default_rng(0).permutation(len(planted.dtm))
    model = fit_topics(planted.dtm, 3, method)
    moved = fit_topics(planted.dtm[order], 3, method)
    np.testing.assert_allclose(moved.doc_topic, model.doc_topic[order], atol=0.03)
    np.testing.assert_allclose(moved.topic_term, model.topic_term, atol=0.01)


@pytest.mark.parametrize("method", ["lda", "nmf"])
def test_empty_documents_stay_as_nan(method):
    dtm = DocumentTermMatrix([[0, 0, 0, 0], [4, 4, 0, 0], [3, 4, 0, 0], [0, 0, 3, 2], [0, 0, 0, 0]], SMALL.vocabulary)
    with pytest.warns(TextkitWarning) as caught:
        model = fit_topics(dtm, 2, method, random_state=7)
    assert [str(item.message) for item in caught] == [
        "2 of 5 documents are empty; they take no part in the fit and their topic shares are NaN."
    ]
    assert caught[0].filename == __file__
    whole = fit_topics(SMALL, 2, method, random_state=7)
    assert np.isnan(model.doc_topic[[0, 4]]).all()
    np.testing.assert_array_equal(model.doc_topic[1:4], whole.doc_topic)
    np.testing.assert_array_equal(model.topic_term, whole.topic_term)


@pytest.mark.parametrize("method", ["lda", "nmf"])
def test_one_topic_holds_everything(method):
    model = fit_topics(SMALL, 1, method)
    np.testing.assert_allclose(model.doc_topic, 1)
    assert model.topic_term.shape == (1, 4)


@pytest.mark.parametrize("method", ["lda", "nmf"])
def test_a_single_document(method):
    model = fit_topics(DocumentTermMatrix([[3, 2, 1]], ["甲", "乙", "丙"]), 1, method)
    np.testing.assert_allclose(model.doc_topic, [[1.0]])
    np.testing.assert_allclose(model.topic_term.argmax(), 0)


def test_terms_that_do_not_occur_stay():
    dtm = DocumentTermMatrix([[4, 0, 0], [0, 3, 0]], ["甲", "乙", "无"])
    for method in ("lda", "nmf"):
        model = fit_topics(dtm, 2, method)
        assert model.topic_term.shape == (2, 3)
        assert (model.topic_term[:, 2] < 0.01).all()


def test_more_topics_than_documents_warns():
    with pytest.warns(
        TextkitWarning, match=r"n_topics=4 is more than the 3 documents with words: some topics"
    ) as caught:
        fit_topics(SMALL, 4, "lda")
    assert caught[0].filename == __file__


def test_the_method_is_not_changed_and_the_model_holds_all_settings():
    method = LDA()
    model = fit_topics(SMALL, 2, method, random_state=9)
    assert method.alpha is None
    assert (model.method.alpha, model.method.random_state) == (0.5, 9)


def test_other_seeds_give_other_paths(planted):
    paths = [fit_topics(planted.dtm, 3, LDA(max_iter=5, tol=0), random_state=seed).trace for seed in (0, 1)]
    assert not paths[0].equals(paths[1])


WEIGHTED = DocumentTermMatrix([[0.5, 0.5]], ["甲", "乙"], weighting="proportion")


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: fit_topics([1], 2), ArgumentError, "dtm must be a DocumentTermMatrix, got a list."),
        (
            lambda: fit_topics(WEIGHTED, 1),
            ArgumentError,
            "fit_topics needs counts, but dtm holds weights (proportion).",
        ),
        (
            lambda: fit_topics(DocumentTermMatrix([[0.5, 1.0]], ["甲", "乙"]), 1),
            ArgumentError,
            "dtm must hold counts, whole numbers of at least 0, but has 0.5.",
        ),
        (
            lambda: fit_topics(DocumentTermMatrix([[-1, 1]], ["甲", "乙"]), 1),
            ArgumentError,
            "dtm must hold counts, whole numbers of at least 0, but has -1.",
        ),
        (
            lambda: fit_topics(SMALL, 5),
            ArgumentError,
            "n_topics must be at most the number of terms that occur in dtm, 4, got 5.",
        ),
        (lambda: fit_topics(SMALL, 0), ArgumentError, "n_topics must be a whole number of at least 1, got 0."),
        (lambda: fit_topics(SMALL, 2.5), ArgumentError, "n_topics must be a whole number of at least 1, got 2.5."),
        (
            lambda: fit_topics(SMALL, 2, random_state=-1),
            ArgumentError,
            "random_state must be a whole number from 0 to 4294967295, got -1.",
        ),
        (
            lambda: fit_topics(DocumentTermMatrix(np.zeros((2, 0)), []), 1),
            EmptyError,
            "dtm has no terms. Loosen the filters before count, or dtm.trim.",
        ),
        (
            lambda: fit_topics(DocumentTermMatrix(np.zeros((2, 1), int), ["甲"]), 1),
            EmptyError,
            "all 2 documents of dtm are empty. Loosen the filters before count, or dtm.trim.",
        ),
        (
            lambda: fit_topics(SMALL, 2, "lad"),
            UnknownNameError,
            (
                "unknown method 'lad'; did you mean 'lda'? Available: 'lda', 'nmf', 'stm', 'gibbs', 'keyatm', 'hdp', "
                "'dynamic'."
            ),
        ),
        (
            lambda: fit_topics(SMALL, 2, 3),
            ArgumentError,
            (
                "method must be one of 'lda', 'nmf', 'stm', 'gibbs', 'keyatm', 'hdp', 'dynamic' or an object with a "
                "fit method such as LDA(), got 3."
            ),
        ),
        (
            lambda: fit_topics(SMALL, 2, LDA(random_state=7)),
            ArgumentError,
            "the method carries random_state=7, but fit_topics was given random_state=0. Write fit_topics(dtm,",
        ),
    ],
)
def test_messages(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value).startswith(message)


def test_a_class_is_not_a_method():
    with pytest.raises(ArgumentError, match=r"such as LDA\(\), got <class"):
        fit_topics(SMALL, 2, LDA)


def test_a_method_that_returns_something_else():
    class Wrong:
        def fit(self, dtm, n_topics, *, random_state, progress=None):
            return None

    with pytest.raises(ArgumentError, match=r"the result of method\.fit must be a Fit, got a NoneType"):
        fit_topics(SMALL, 2, Wrong())


SCRIPT = """
import hashlib, json, numpy as np
from textkit.matrix import DocumentTermMatrix
from textkit.models.lda import LDA
from textkit.models.nmf import NMF
from textkit.models.topics import fit_topics
counts = np.random.default_rng(3).poisson(0.4, size=(160, 90))
counts[:80, :45] *= 4
dtm = DocumentTermMatrix(counts, [f"词{i}" for i in range(90)])
methods = [LDA(max_iter=10, tol=0), LDA(learning="online", batch_size=64, max_iter=3, tol=0), NMF(), NMF(loss="kl")]
models = [fit_topics(dtm, 5, method, random_state=4) for method in methods]
print(json.dumps({
    "bytes": [model.fingerprint for model in models],
    "values": [[f"{x:.6g}" for x in (*model.topic_term.ravel(), *model.doc_topic.ravel())] for model in models],
}))
"""


@pytest.mark.slow
def test_threads_and_hash_seed_do_not_matter():
    runs = []
    for threads, seed in (("1", "0"), ("2", "999")):
        names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
        env = os.environ | dict.fromkeys(names, threads) | {"PYTHONHASHSEED": seed}
        runs.append(subprocess.Popen([sys.executable, "-c", SCRIPT], env=env, stdout=subprocess.PIPE))
    results = [json.loads(run.communicate()[0]) for run in runs]
    assert results[0]["values"] == results[1]["values"]
    assert results[0]["bytes"] == results[1]["bytes"]


# ranks


def test_ranking_breaks_ties_by_count_then_code_point():
    weight = np.array([[0.2, 0.3, 0.2, 0.2, np.nan]])
    assert ranking(weight, np.array([5, 1, 9, 5, 99]), ["乙", "丁", "丙", "一", "无"], 9).tolist() == [[1, 2, 3, 0, 4]]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=30), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_ranking_is_the_head_of_a_full_sort(weights, n, seed):
    counts = np.random.default_rng(seed).integers(0, 3, size=len(weights))
    names = [f"w{i:02}" for i in np.random.default_rng(seed).permutation(len(weights))]
    full = sorted(range(len(weights)), key=lambda i: (-weights[i], -counts[i], names[i]))
    assert ranking(np.array([weights], dtype=float), counts, names, n)[0].tolist() == full[:n]


def test_topics_of_equal_share_are_ordered_by_their_first_term():
    beta = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert largest_first(beta, np.array([[0.5, 0.5]]), Vocabulary(["一", "乙"])).tolist() == [1, 0]
    assert largest_first(beta, np.array([[0.6, 0.4]]), Vocabulary(["一", "乙"])).tolist() == [0, 1]


def test_significant_digits():
    values = np.array([1 / 3, 0.0, -np.inf, 1.00000000000004, 1e-320])
    assert significant(values).tolist() == [0.333333333333, 0.0, -np.inf, 1.0, 1e-320]


def test_facts_can_be_added_to_a_model(planted):
    model = fit_topics(planted.dtm, 3, "nmf")
    coded = model.with_docs(code=["a", "b"] * (len(planted.dtm) // 2))
    assert coded.docs["code"].tolist()[:2] == ["a", "b"] and "code" not in model.docs
    assert coded.fingerprint == model.fingerprint and coded.method == model.method
    assert set(topic_shares(coded, by="code")["group"]) == {"a", "b"}
