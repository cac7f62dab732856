"""Choosing the number of topics."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit.errors import ArgumentError, EmptyError, TextkitWarning
from textkit.matrix import DocumentTermMatrix
from textkit.models.heldout import score_heldout, split_heldout
from textkit.models.lda import LDA
from textkit.models.topic_choice import COLUMNS, RULE, _differences, _n_junk, _Scored, choose_topics
from textkit.models.topic_coherence import topic_coherence
from textkit.models.topic_stability import align_topics
from textkit.models.topic_terms import topic_exclusivity
from textkit.models.topics import TopicModel, fit_topics

QUICK = LDA(max_iter=20, tol=0)


@pytest.fixture(scope="module")
def table(planted):
    return choose_topics(planted.dtm, [5, 3, 2, 3], seeds=2, method=QUICK, heldout=0.3, n_jobs=1)


def test_rows_and_settings(planted, table):
    assert table.columns.tolist() == COLUMNS
    assert table["n_topics"].tolist() == [2, 2, 3, 3, 5, 5]
    assert table["seed"].tolist() == [0, 1] * 3
    about = table.attrs["textkit"]
    assert about["rule"] == RULE
    assert about["unit"] == "document"
    assert about["settings"]["n_test_docs"] == 27
    assert about["settings"]["n_foretold"] == 27 * 40
    assert about["inputs"] == {"dtm": planted.dtm.fingerprint}


def test_every_column_by_the_functions_themselves(planted, table):
    split = split_heldout(planted.dtm, share=0.3)
    models = [fit_topics(split.train, 3, QUICK, random_state=seed) for seed in (0, 1)]
    rows = table[table["n_topics"] == 3].reset_index(drop=True)
    for row, model in zip(rows.to_dict("records"), models, strict=True):
        scored = score_heldout(model, split)
        assert row["heldout_micro"] == pytest.approx(scored.micro)
        # all test documents have forty scored tokens: the standard error is that of the mean
        assert row["heldout_se"] == pytest.approx(scored.per_document.std(ddof=1) / np.sqrt(27))
        assert row["npmi_mean"] == pytest.approx(topic_coherence(model, split.train)["coherence"].mean())
        umass = topic_coherence(model, split.train, measure="umass")["coherence"].mean()
        assert row["umass_mean"] == pytest.approx(umass)
        assert row["exclusivity_mean"] == pytest.approx(topic_exclusivity(model)["exclusivity"].mean())
        assert row["stability"] == pytest.approx(align_topics(*models)["similarity"].mean())
        assert row["bound"] == model.trace["value"].max()
        assert row["lbound"] - row["bound"] == pytest.approx(np.log(6))
        assert row["iterations"] == 20
        top = np.argsort(-model.topic_term, axis=1)[:, :25]
        assert row["diversity"] == pytest.approx(len(set(top.ravel().tolist())) / 75)
        assert row["n_junk"] == 0


def test_the_planted_number_wins(table):
    best = table.loc[table["heldout_micro"].idxmax()]
    assert best["n_topics"] >= 3
    assert (table.loc[table["n_topics"] == 2, "ci_high"] < 0).all()
    assert table.loc[table["n_topics"] == 2, "residual_dispersion"].min() > 1.2
    assert table.loc[table["n_topics"] == 3, "residual_dispersion"].max() < 1.2


def test_differences_are_paired(table):
    best = table["heldout_micro"].idxmax()
    assert table["difference"][best] == 0
    assert np.isnan(table.loc[best, ["ci_low", "ci_high"]].to_numpy(dtype=float)).all()
    rest = table.drop(index=best)
    np.testing.assert_allclose(rest["difference"], rest["heldout_micro"] - table["heldout_micro"][best])
    assert ((rest["ci_low"] <= rest["difference"]) & (rest["difference"] <= rest["ci_high"])).all()


def test_a_constant_difference_has_no_width():
    # documents differ much, but every one is foretold worse by exactly .1 a token: the pairs know it
    tokens = np.array([10.0, 20.0, 30.0])
    logs = np.array([-50.0, -180.0, -90.0])
    found = _differences([_Scored(logs, tokens), _Scored(logs - 0.1 * tokens, tokens)], 200, 0.95, 0)
    np.testing.assert_allclose([values[1] for values in found], [-0.1] * 3)


def test_seeds_alone_and_a_reference(planted):
    reference = planted.dtm[:20]
    single = choose_topics(planted.dtm, [3], seeds=[7], method=QUICK, heldout=0.3, reference=reference, n_jobs=1)
    assert np.isnan(single["stability"][0])
    assert single["difference"].tolist() == [0.0]
    model = fit_topics(split_heldout(planted.dtm, share=0.3).train, 3, QUICK, random_state=7)
    assert single["npmi_mean"][0] == pytest.approx(topic_coherence(model, reference)["coherence"].mean())
    assert set(single.attrs["textkit"]["inputs"]) == {"dtm", "reference"}


@pytest.mark.slow
def test_processes_and_a_folder_change_nothing(planted, table, tmp_path):
    for _ in range(2):
        other = choose_topics(planted.dtm, [5, 3, 2], seeds=2, method=QUICK, heldout=0.3, n_jobs=2, folder=tmp_path)
        pd.testing.assert_frame_equal(other.drop(columns="seconds"), table.drop(columns="seconds"), check_exact=True)
    assert len(list(tmp_path.glob("*.parquet"))) == 6


@pytest.mark.parametrize("method", ["nmf", "stm"])
def test_other_methods(planted, method):
    found = choose_topics(planted.dtm, [2, 3], seeds=1, method=method, heldout=0.3, n_jobs=1)
    assert np.isfinite(found.drop(columns=["stability", "ci_low", "ci_high", "residual_dispersion"]).to_numpy()).all()
    # where NMF gives no chance at all to a word that occurs, no dispersion is large enough
    assert not found["residual_dispersion"].isna().any()
    assert found["heldout_micro"][1] > found["heldout_micro"][0]


def test_junk_topics():
    counts = np.array([10, 10, 10, 10])
    beta = [[0.25] * 4, [0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]]
    model = TopicModel(
        beta, np.full((1, 3), 1 / 3), list("甲乙丙丁"), pd.DataFrame(index=["a"]), counts, [40],
        pd.DataFrame({"iteration": [1], "value": [0.0]}),
    )  # fmt: skip
    # the first is the corpus, the third does not cohere; a topic without coherence is not known to be junk
    assert _n_junk(model, np.array([0.4, 0.4, -0.1])) == 2
    assert _n_junk(model, np.array([np.nan, np.nan, np.nan])) == 1


SMALL = DocumentTermMatrix([[4, 4, 0], [3, 4, 0], [0, 0, 3], [2, 2, 2]], ["经济", "增长", "文化"])


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: choose_topics(SMALL, []),
            ArgumentError,
            "grid must be a list of numbers of topics such as [5, 10, 20]",
        ),
        (lambda: choose_topics(SMALL, [0]), ArgumentError, "grid must be a whole number of at least 1, got 0."),
        (
            lambda: choose_topics(SMALL, [2, 9]),
            ArgumentError,
            "grid goes up to 9 topics, but the training documents have only 3 terms. Leave out the larger numbers.",
        ),
        (
            lambda: choose_topics(SMALL, [2], heldout=0.0),
            ArgumentError,
            "share must be a finite number above 0 and at most 0.9, got 0.0.",
        ),
        (lambda: choose_topics(SMALL[:2], [2]), EmptyError, "dtm has 2 documents of two tokens or more"),
        (lambda: choose_topics([1], [2]), ArgumentError, "dtm must be a DocumentTermMatrix, got a list."),
    ],
)
@pytest.mark.filterwarnings("ignore::textkit.errors.TextkitWarning")
def test_messages(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value).startswith(message)


def test_few_test_documents_warn():
    with pytest.warns(TextkitWarning, match=r"^1 test document is too few for an interval to be believed"):
        choose_topics(SMALL, [2], seeds=1, method=QUICK, n=2, n_jobs=1)
