"""Matching topics, many fits, and how surely topics come back."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textkit.errors import ArgumentError, ReadError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.models import topic_runs
from textkit.models.lda import LDA
from textkit.models.nmf import NMF
from textkit.models.topic_runs import Job, run_jobs
from textkit.models.topic_stability import (
    ALIGNMENT_COLUMNS,
    STABILITY_COLUMNS,
    align_topics,
    best_model,
    bound,
    many_topics,
    matched,
    topic_stability,
)
from textkit.models.topics import Fit, TopicModel, fit_topics

PATH = pd.DataFrame({"iteration": [1, 2], "value": [-9.0, -8.0]})
QUICK = LDA(max_iter=10, tol=0)


def small(beta, theta=None, terms=None, docs=("a", "b", "c", "d"), trace=PATH, method=None):
    beta = np.asarray(beta, dtype=float)
    k, v = beta.shape
    theta = np.eye(k)[np.arange(len(docs)) % k] if theta is None else theta
    terms = terms or [f"w{i}" for i in range(v)]
    return TopicModel(beta, theta, terms, pd.DataFrame(index=list(docs)), [1] * v, [1] * len(docs), trace, method)


def shuffled(model, order):
    return TopicModel(
        model.topic_term[order], model.doc_topic[:, order], model.vocabulary, model.docs, model.term_counts,
        model.doc_lengths, model.trace, model.method, model.source,
    )  # fmt: skip


# matching


@settings(max_examples=60)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 10_000))
def test_matching_has_the_largest_sum(rows, columns, seed):
    similarity = np.random.default_rng(seed).integers(0, 5, (rows, columns)) / 4
    found = matched(similarity)
    k = min(rows, columns)
    assert len(found.a) == k and len(set(found.b.tolist())) == k
    best = max(
        sum(similarity[i, j] for i, j in zip(chosen, order, strict=True))
        for chosen in itertools.combinations(range(rows), k)
        for order in itertools.permutations(range(columns), k)
    )
    assert similarity[found.a, found.b].sum() == pytest.approx(best)


def test_align_by_hand():
    a = small([[1.0, 0.0, 0.0], [0.0, 0.6, 0.4]], [[1, 0], [0.5, 0.5], [0, 1], [0.2, 0.8]])
    b = small([[0.0, 1.0, 0.0], [0.8, 0.2, 0.0], [0.0, 0.0, 1.0]], [[0, 1, 0], [0.5, 0.5, 0], [1, 0, 0], [0.5, 0.5, 0]])
    table = align_topics(a, b, n=1)
    assert table.columns.tolist() == ALIGNMENT_COLUMNS
    assert table["topic_a"].tolist() == [1, 2, pd.NA]
    assert table["topic_b"].tolist() == [2, 1, 3]
    np.testing.assert_allclose(table["similarity"], [0.8 / 0.68**0.5, 0.6 / 0.52**0.5, np.nan])
    np.testing.assert_allclose(table["jaccard"], [1, 1, np.nan])
    expected = np.corrcoef([1, 0.5, 0, 0.2], [1, 0.5, 0, 0.5])[0, 1]
    np.testing.assert_allclose(table["share_correlation"], [expected, expected, np.nan])
    high = align_topics(a, b, min_similarity=0.9)
    assert high["topic_a"].tolist() == [1, 2, pd.NA, pd.NA]
    assert high["topic_b"].tolist() == [2, pd.NA, 1, 3]


@pytest.mark.parametrize("measure", ["cosine", "hellinger", "rbo"])
def test_a_model_is_aligned_with_itself_in_any_order(planted, measure):
    model = fit_topics(planted.dtm, 3, random_state=1)
    table = align_topics(model, shuffled(model, [2, 0, 1]), measure=measure)
    assert table["topic_b"].tolist() == [2, 3, 1]
    np.testing.assert_allclose(table[["similarity", "jaccard", "share_correlation"]], 1, atol=1e-9)


def test_other_vocabularies_and_documents():
    a = small([[0.5, 0.5]], terms=["甲", "乙"], docs=["a", "b"], theta=[[1], [1]])
    b = small([[0.5, 0.5]], terms=["乙", "丙"], docs=["b", "c"], theta=[[1], [1]])
    row = align_topics(a, b).astype(float).iloc[0]
    assert row["similarity"] == pytest.approx(0.5)  # one of two terms: .25 / .5
    assert row["jaccard"] == pytest.approx(1 / 3)
    assert np.isnan(row["share_correlation"])


# many fits


def test_many_topics_is_many_fits(planted):
    models = many_topics(planted.dtm, 3, QUICK, seeds=[4, 9], n_jobs=1)
    for model, seed in zip(models, (4, 9), strict=True):
        assert model.fingerprint == fit_topics(planted.dtm, 3, QUICK, random_state=seed).fingerprint


@pytest.mark.slow
def test_processes_change_nothing(planted):
    one = many_topics(planted.dtm, 3, QUICK, seeds=3, n_jobs=1)
    two = many_topics(planted.dtm, 3, QUICK, seeds=3, n_jobs=2)
    assert [model.fingerprint for model in one] == [model.fingerprint for model in two]


def test_fits_are_kept_and_used_again(planted, tmp_path, monkeypatch):
    first = many_topics(planted.dtm, 3, QUICK, seeds=2, n_jobs=1, folder=tmp_path)
    assert len(list(tmp_path.glob("k3-s*.json"))) == 2
    assert not list(tmp_path.glob("*.tmp")) and not list(tmp_path.glob("*dtm*"))
    fitted = []

    def counted(dtm, k, method, **options):
        fitted.append(options["random_state"])
        return fit_topics(dtm, k, method, **options)

    monkeypatch.setattr(topic_runs, "fit_topics", counted)
    more = many_topics(planted.dtm, 3, QUICK, seeds=3, n_jobs=1, folder=tmp_path)
    assert fitted == [2]
    assert [model.fingerprint for model in more[:2]] == [model.fingerprint for model in first]
    many_topics(planted.dtm[:80], 3, QUICK, seeds=1, n_jobs=1, folder=tmp_path)  # other documents
    many_topics(planted.dtm, 3, LDA(max_iter=11, tol=0), seeds=1, n_jobs=1, folder=tmp_path)  # other settings
    assert fitted == [2, 0, 0]


def test_a_damaged_fit_is_named(planted, tmp_path):
    many_topics(planted.dtm, 2, QUICK, seeds=1, n_jobs=1, folder=tmp_path)
    note = next(tmp_path.glob("*.json"))
    note.write_text("{}", encoding="utf-8")
    with pytest.raises(ReadError, match=r"Delete its two files, \.json and \.parquet, and call again\."):
        many_topics(planted.dtm, 2, QUICK, seeds=1, n_jobs=1, folder=tmp_path)


class Interrupted:
    """A method that is interrupted at the second seed."""

    def __repr__(self):
        return "Interrupted()"

    def fit(self, dtm, n_topics, *, random_state, progress=None):
        if random_state:
            raise KeyboardInterrupt
        d, v = dtm.shape
        return Fit(np.full((n_topics, v), 1 / v), np.full((d, n_topics), 1 / n_topics), PATH, self)


def test_an_interruption_hands_back_what_is_done(planted, tmp_path):
    with pytest.warns(TextkitWarning, match=r"^interrupted: 1 of 3 fits are done, .* same folder to go on\.$"):
        found = many_topics(planted.dtm, 2, Interrupted(), seeds=3, n_jobs=1, folder=tmp_path)
    assert len(found) == 1
    with pytest.raises(KeyboardInterrupt):
        many_topics(planted.dtm, 2, Interrupted(), seeds=[1, 2], n_jobs=1)


def test_warnings_of_fits_are_told_once(planted):
    with pytest.warns(TextkitWarning) as caught:
        many_topics(planted.dtm, 3, LDA(max_iter=2), seeds=3, n_jobs=1)
    texts = [str(item.message) for item in caught]
    assert all(text.split(" of ")[1].startswith("3 fits: LDA has not settled") for text in texts)


def test_resampled_documents(planted):
    models = many_topics(planted.dtm, 3, QUICK, seeds=2, resample=True, n_jobs=1)
    names = models[0].names
    assert len(names) == len(set(names)) == 90
    assert {name.split("~")[0] for name in names} < set(planted.dtm.names)
    assert models[0].names != models[1].names
    table = topic_stability(models)
    assert (table["similarity"] > 0.9).all()
    assert table["share_correlation"].notna().all()


# stability


def test_stability_by_hand():
    base = small([[1.0, 0.0], [0.0, 1.0]], trace=pd.DataFrame({"iteration": [1], "value": [0.0]}))
    same = shuffled(base, [1, 0])
    same = TopicModel(
        same.topic_term, same.doc_topic, same.vocabulary, same.docs, [1, 1], [1] * 4,
        pd.DataFrame({"iteration": [1], "value": [-5.0]}),
    )  # fmt: skip
    other = small([[1.0, 0.0], [1.0, 0.0]])  # one topic came back, the other did not
    table = topic_stability([other, base, same], n=1)
    assert table.columns.tolist() == STABILITY_COLUMNS
    assert table["topic"].tolist() == [1, 2]
    np.testing.assert_allclose(table["similarity"], [1, 0.5])
    np.testing.assert_allclose(table["similarity_min"], [1, 0])
    np.testing.assert_allclose(table["share_above"], [1, 0.5])
    np.testing.assert_allclose(table["jaccard"], [1, 0.5])
    assert table["n_models"].tolist() == [2, 2]
    assert table["terms"].tolist() == ["w0", "w1"]
    assert table["flag"].tolist() == ["", ""]
    assert table.attrs["textkit"]["settings"]["mean_similarity"] == pytest.approx(0.75)
    fewer = topic_stability([base, small([[1.0, 0.0]])])
    assert fewer["similarity"].tolist() == [1.0, 0.0]  # a topic without a partner
    assert fewer["flag"].tolist() == ["", "unstable"]


def test_the_reference_is_the_fit_with_the_best_trace():
    low, high = (small([[1.0]], trace=pd.DataFrame({"iteration": [1], "value": [x]})) for x in (-3.0, -2.0))
    assert best_model([low, high]) == 1
    losses = [
        small([[1.0]], trace=pd.DataFrame({"iteration": [1], "value": [x]}), method=NMF(random_state=1))
        for x in (3.0, 2.0)
    ]
    assert best_model(losses) == 1
    assert bound(losses[0]) == -3.0
    none = small([[1.0]], trace=pd.DataFrame({"iteration": [], "value": []}))
    assert best_model([none, none]) == 0


def test_planted_topics_come_back(planted):
    table = topic_stability(many_topics(planted.dtm, 3, seeds=3, n_jobs=1))
    assert (table["similarity_min"] > 0.99).all()
    assert (table["share_correlation"] > 0.99).all()
    assert (table["flag"] == "").all()


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: topic_stability(small([[1.0]])),
            ArgumentError,
            "models must be a list of TopicModels, got a TopicModel. Make one with many_topics(dtm, K).",
        ),
        (
            lambda: topic_stability([small([[1.0]])]),
            ArgumentError,
            "models must hold at least two models, got 1. Make them with many_topics.",
        ),
        (
            lambda: align_topics(small([[1.0]]), small([[1.0]]), measure="cosin"),
            UnknownNameError,
            "unknown measure 'cosin'; did you mean 'cosine'? Available: 'cosine', 'hellinger', 'rbo'.",
        ),
        (
            lambda: many_topics(DocumentTermMatrix([[1]], ["甲"]), 1, seeds=[1, 1]),
            ArgumentError,
            "seeds must be different whole numbers, at least one, got [1, 1].",
        ),
        (
            lambda: run_jobs(DocumentTermMatrix([[1]], ["甲"]), [Job(1, 0)], "lda", folder=__file__),
            ArgumentError,
            f"folder must be a folder, but {__file__} is a file. Name another one.",
        ),
    ],
)
def test_messages(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == message


def test_equal_models_are_reported():
    model = small([[1.0, 0.0], [0.0, 1.0]])
    with pytest.warns(TextkitWarning, match=r"^all models are the same: the method does not depend on chance\."):
        topic_stability([model, shuffled(model, [0, 1])])


def test_the_note_is_plain_json(planted, tmp_path):
    many_topics(planted.dtm, 2, QUICK, seeds=1, n_jobs=1, folder=tmp_path)
    note = json.loads(next(tmp_path.glob("*.json")).read_text(encoding="utf-8"))
    assert (note["n_topics"], note["seed"], note["warnings"]) == (2, 0, [])


def test_errors_of_other_processes_are_told(planted):
    jobs = [Job(99, 0), Job(99, 1)]
    with pytest.raises(
        ArgumentError, match=r"^n_topics must be at most the number of terms that occur in dtm, 35, got"
    ):
        run_jobs(planted.dtm, jobs, "lda", n_jobs=2)


def test_a_method_of_the_user_stays_in_this_process(planted):
    class Own(Interrupted):
        def fit(self, dtm, n_topics, *, random_state, progress=None):
            return super().fit(dtm, n_topics, random_state=0)

    assert len(many_topics(planted.dtm, 2, Own(), seeds=2, n_jobs=2)) == 2
