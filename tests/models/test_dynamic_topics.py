"""Dynamic topics: drift that is known is found, times and documents keep their places, tables show the paths."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment

from textkit.errors import ArgumentError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.models.dynamic_terms import COLUMNS, topic_terms_over_time
from textkit.models.dynamic_topics import BY_TIME, DynamicTopics, matched
from textkit.models.topics import TopicModel, fit_topics

# looked for, not imported: textkit chooses how tomotopy computes when it imports it
pytestmark = pytest.mark.skipif(find_spec("tomotopy") is None, reason="tomotopy is not installed")

SHORT = {"n_starts": 2, "start_iterations": 40, "n_iterations": 120}
METHOD = DynamicTopics(time="year", **SHORT)


@pytest.fixture(scope="module")
def moving():
    """180 documents of 80 tokens at three times: in topic 0 one half of its words gives way to the other."""
    rng = np.random.default_rng(5)
    k, v, n_times = 3, 45, 3
    base = np.full((k, v), 0.0005)
    for topic in range(k):
        base[topic, topic * 15 : (topic + 1) * 15] = rng.gamma(2.0, size=15) + 0.5
    phi = np.stack([base.copy() for _ in range(n_times)])
    for t in range(n_times):
        phi[t, 0, :7] *= 3.0 ** (1 - t)
        phi[t, 0, 7:15] *= 3.0 ** (t - 1)
    phi /= phi.sum(axis=2, keepdims=True)
    theta = rng.dirichlet([0.3] * k, size=180)
    time = np.repeat(np.arange(n_times), 60)
    counts = np.stack([rng.multinomial(80, theta[d] @ phi[time[d]]) for d in range(180)])
    docs = pd.DataFrame({"year": 2018 + time}, index=[f"d{d:03}" for d in range(180)])
    return DocumentTermMatrix(counts, [f"w{i:02}" for i in range(v)], docs), phi, theta


@pytest.fixture(scope="module")
def model(moving):
    return fit_topics(moving[0], 3, METHOD, random_state=2)


def test_drift_is_found(model, moving):
    _, phi, theta = moving
    found = model.parameters[BY_TIME]
    assert found.shape == (3, 3, 45)
    alike = np.mean([np.corrcoef(phi[t], found[t])[:3, 3:] for t in range(3)], axis=0)
    rows, places = linear_sum_assignment(-alike)
    assert alike[rows, places].min() > 0.95
    assert np.abs(model.doc_topic[:, places] - theta).mean() < 0.06
    # the half that gives way had 9/10 of the topic or more, and loses at least a third of all; the others hardly move
    moved = np.abs(found[-1] - found[0]).sum(axis=1)[places] / 2
    assert moved[0] > 0.4
    assert moved[1:].max() < 0.25


def test_the_mean_is_weighted_by_tokens(model, moving):
    dtm = moving[0]
    time = dtm.docs["year"].to_numpy() - 2018
    # all documents have 80 tokens, so the tokens of a topic are in proportion to the sums of shares
    amounts = np.stack([model.doc_topic[time == t].sum(axis=0) for t in range(3)])
    mean = np.einsum("tk,tkv->kv", amounts / amounts.sum(axis=0), model.parameters[BY_TIME])
    np.testing.assert_allclose(model.topic_term, mean, rtol=1e-9)
    np.testing.assert_allclose(model.topic_term.sum(axis=1), 1, rtol=1e-9)


def test_the_seed_decides(model, moving, tmp_path):
    again = fit_topics(moving[0], 3, METHOD, random_state=2)
    assert again.fingerprint == model.fingerprint
    assert fit_topics(moving[0], 3, METHOD, random_state=1).fingerprint != model.fingerprint
    stored = TopicModel.load(model.save(tmp_path / "m.parquet"))
    assert stored.method == model.method
    pd.testing.assert_frame_equal(topic_terms_over_time(stored, 3), topic_terms_over_time(model, 3))


def test_documents_without_time_or_words_take_no_part(moving, model):
    dtm = moving[0]
    counts = np.vstack([dtm.matrix.toarray(), dtm.matrix.toarray()[:2], np.zeros((1, 45), dtype=np.int64)])
    docs = pd.DataFrame({"year": [*dtm.docs["year"], None, None, 2030]}).astype("Int64")
    wide = DocumentTermMatrix(counts, dtm.vocabulary.terms, docs)
    with pytest.warns(TextkitWarning) as caught:
        other = fit_topics(wide, 3, METHOD, random_state=2)
    assert [str(item.message) for item in caught] == [
        "1 of 183 documents are empty; they take no part in the fit and their topic shares are NaN.",
        "2 of 182 documents are left out: time='year' has no value for them.",
    ]
    assert caught[1].filename == __file__
    np.testing.assert_array_equal(other.doc_topic[:180], model.doc_topic)
    assert np.isnan(other.doc_topic[180:]).all()
    # the year of the empty document is no step of time
    assert topic_terms_over_time(other, 1)["time"].unique().tolist() == [2018, 2019, 2020]
    with pytest.raises(ArgumentError) as error, pytest.warns(TextkitWarning):
        fit_topics(wide, 3, DynamicTopics(time="year", missing="error"))
    assert str(error.value) == (
        "time='year': 2 documents have no value. Fill them in, or say missing=\"drop\" to leave these documents out."
    )


def test_topics_that_changed_places_are_matched():
    rng = np.random.default_rng(1)
    phi = rng.dirichlet(np.full(30, 0.2), size=(1, 4)).repeat(5, axis=0)
    phi = phi * rng.uniform(0.8, 1.2, size=phi.shape)
    phi /= phi.sum(axis=2, keepdims=True)
    order = np.stack([rng.permutation(4) for _ in range(5)])
    mixed = np.stack([phi[t][order[t]] for t in range(5)])
    found = matched(mixed)
    assert found[0].tolist() == [0, 1, 2, 3]
    for t in range(5):
        np.testing.assert_array_equal(mixed[t][found[t]], phi[t][order[0]])


def test_changed_places_are_mended_and_reported(moving, model, monkeypatch):
    from textkit.models import dynamic_topics

    class Swapped(dynamic_topics._Walk):
        def draw(self):
            terms, tokens = super().draw()
            turn = [1, 2, 0]
            late = self.times == 2
            tokens[late] = tokens[late][:, turn]
            return np.stack([terms[0], terms[1], terms[2][turn]]), tokens

    monkeypatch.setattr(dynamic_topics, "_Walk", Swapped)
    with pytest.warns(TextkitWarning) as caught:
        mended = fit_topics(moving[0], 3, METHOD, random_state=2)
    assert str(caught[0].message) == (
        "topics had changed places at 1 of 2 steps of time and were matched by their words. Lower term_variance, or "
        "raise n_starts."
    )
    np.testing.assert_allclose(mended.parameters[BY_TIME], model.parameters[BY_TIME], rtol=1e-12)
    np.testing.assert_allclose(mended.doc_topic, model.doc_topic, rtol=1e-12)


def test_times_that_need_a_word(moving):
    dtm = moving[0]
    year = dtm.docs["year"].to_numpy().copy()
    year[year == 2020] = 2025
    year[0] = 2010
    method = DynamicTopics(time="year", n_starts=1, n_iterations=4, thin=1)
    with pytest.warns(TextkitWarning) as caught:
        fit_topics(DocumentTermMatrix(dtm.matrix, dtm.vocabulary.terms, pd.DataFrame({"year": year})), 2, method)
    assert [str(item.message) for item in caught if "time=" in str(item.message)] == [
        "time='year': 1 of 4 times have one document only, such as 2010. Merge times.",
        "time='year' has gaps: 4 values from 2010 to 2025, which are taken as steps of equal length.",
    ]


def test_an_interruption_returns_the_mean_so_far(moving, monkeypatch):
    from textkit.models import dynamic_topics

    done = []

    class Interrupted(dynamic_topics.Sampler):
        def train(self, n=1):
            if len(done) == 30:
                raise KeyboardInterrupt
            done.append(n)
            super().train(n)

    monkeypatch.setattr(dynamic_topics, "Sampler", Interrupted)
    method = DynamicTopics(time="year", n_starts=1, n_iterations=100, burn_in=5, thin=10)
    with pytest.warns(
        TextkitWarning, match=r"^interrupted after 30 of 100 sweeps: the model is the mean of 2 draws\.$"
    ):
        fit_topics(moving[0], 2, method)


# tables


def by_hand():
    method = DynamicTopics(time="year")
    docs = pd.DataFrame({"year": ["b", "a", "c"]}, index=["x", "y", "z"])
    path = pd.DataFrame({"iteration": [1], "value": [0.0]})
    both = np.array(
        [
            [[0.5, 0.3, 0.2, 0.0], [0.1, 0.1, 0.1, 0.7]],
            [[0.4, 0.3, 0.3, 0.0], [0.1, 0.1, 0.1, 0.7]],
            [[0.2, 0.3, 0.5, 0.0], [0.1, 0.1, 0.7, 0.1]],
        ]
    )
    return TopicModel(
        both.mean(axis=0), [[1, 0], [1, 0], [0, 1]], ["经济", "文化", "治理", "农村"], docs, [4, 4, 3, 1], [4, 4, 4],
        path, method, parameters={BY_TIME: both},
    )  # fmt: skip


def test_table_by_hand():
    table = topic_terms_over_time(by_hand(), 1, topics=[1])
    assert table.columns.tolist() == COLUMNS
    # the first of some time: 经济 (a, b) and 治理 (c); at b 文化 and 治理 are equal, and 文化 comes more often
    assert table[["time", "term", "rank"]].to_numpy().tolist() == [
        ["a", "经济", 1], ["a", "治理", 3], ["b", "经济", 1], ["b", "治理", 3], ["c", "治理", 1], ["c", "经济", 3],
    ]  # fmt: skip
    np.testing.assert_allclose(table["probability"], [0.5, 0.2, 0.4, 0.3, 0.5, 0.2])
    np.testing.assert_allclose(table["change"], [0, 0, -0.1, 0.1, 0.3, -0.3], atol=1e-15)
    assert table["count"].tolist() == [4, 3, 4, 3, 3, 4]


def test_terms_that_change_most_and_terms_of_ones_own():
    changed = topic_terms_over_time(by_hand(), 1, by="change")
    # ranges of topic 1: .3 (经济 and 治理, 经济 comes more often); of topic 2: .6 (治理 and 农村)
    assert changed.groupby("topic")["term"].agg(set).tolist() == [{"经济"}, {"治理"}]
    own = topic_terms_over_time(by_hand(), terms=["文化", "农村", "文化"])
    assert len(own) == 2 * 3 * 2
    assert set(own["term"]) == {"文化", "农村"}
    # 经济, 文化 and 治理 are equal there; 经济 and 文化 come four times each, and 文 stands before 经 in code points
    first = own[(own["topic"] == 2) & (own["time"] == "a")]
    assert first[["rank", "term"]].to_numpy().tolist() == [[1, "农村"], [2, "文化"]]


def test_ranks_are_those_of_all_terms(model):
    whole = topic_terms_over_time(model, 45)
    for _, part in whole.groupby(["topic", "time"]):
        assert part["rank"].tolist() == list(range(1, 46))
        assert (np.diff(part["probability"]) <= 1e-12).all()
        assert part["probability"].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda d: fit_topics(d, 2, "dynamic"),
            ArgumentError,
            'DynamicTopics needs time, a column of dtm.docs: DynamicTopics(time="year").',
        ),
        (
            lambda d: fit_topics(d, 2, DynamicTopics(time="yaer")),
            UnknownNameError,
            "unknown column (by) 'yaer'; did you mean 'year'?",
        ),
        (
            lambda d: fit_topics(d[:60], 2, METHOD),
            ArgumentError,
            "time='year' must have at least 2 values, got 1.",
        ),
        (lambda d: DynamicTopics(time=2020), ArgumentError, "time must be the name of a column, got 2020."),
        (
            lambda d: DynamicTopics(n_iterations=5),
            ArgumentError,
            "n_iterations=5, burn_in=2 and thin=10 keep no draw. Raise n_iterations.",
        ),
        (lambda d: topic_terms_over_time(by_hand(), by="lift"), UnknownNameError, "unknown by 'lift'."),
        (
            lambda d: topic_terms_over_time(by_hand(), topics=[3]),
            ArgumentError,
            "topics must be a whole number from 1 to 2, got 3.",
        ),
        (
            lambda d: topic_terms_over_time(by_hand(), topics=[]),
            ArgumentError,
            "topics must name at least one topic, got none.",
        ),
        (
            lambda d: topic_terms_over_time(by_hand(), terms="文化"),
            ArgumentError,
            "terms must be a list of words, such as [\"经济\"], got '文化'.",
        ),
        (lambda d: topic_terms_over_time(by_hand(), terms=["文"]), UnknownNameError, "unknown term '文'"),
        (
            lambda d: topic_terms_over_time(fit_topics(d, 2, "nmf")),
            ArgumentError,
            "topic_terms_over_time needs a model with topics that change: fit_topics(dtm, n_topics, DynamicTopics(",
        ),
    ],
)
def test_messages(moving, call, kind, message):
    with pytest.raises(kind) as error:
        call(moving[0])
    assert str(error.value).startswith(message)
