"""The permutation test: the arithmetic by hand, planted effects, what is shuffled, and what is said."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest

from textkit.errors import ArgumentError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.models import topic_runs
from textkit.models.effects import estimate_effect
from textkit.models.gibbs import GibbsLDA
from textkit.models.keyatm import KeyATM
from textkit.models.permutation import (
    COLUMNS,
    DRAW_COLUMNS,
    permutation_draws,
    permutation_test,
    permuted_table,
)
from textkit.models.simulation import simulate_corpus
from textkit.models.stm import STM
from textkit.models.topic_runs import child_seeds, shuffled
from textkit.models.topic_stability import matched, similarities
from textkit.models.topics import fit_topics


def quiet(function, *arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        return function(*arguments, **options)


@pytest.fixture(scope="module")
def dtm():
    """Topic 1 of three is much more frequent with the treatment, topic 2 a little less."""
    drawn = simulate_corpus(160, 90, 3, length=50, gamma=[[0.0, 0.3], [1.6, 0.0]], random_state=4).dtm
    town = np.arange(160) // 8
    docs = drawn.docs.assign(
        arm=np.where(drawn.docs["treatment"] == 1, "trial", "control"),
        year=2015 + np.arange(160) % 5,
        town=[f"t{i:02}" for i in town],
        half=np.where(town < 10, "east", "west"),
        given=(town % 2).astype(bool),
        gap=["x", None] * 80,
    )
    docs.loc[docs.index[[3, 90]], "arm"] = None
    return DocumentTermMatrix(drawn.matrix, drawn.vocabulary, docs)


@pytest.fixture(scope="module")
def model(dtm):
    return fit_topics(dtm, 3, STM(prevalence="~ treatment + year", tol=1e-4))


@pytest.fixture(scope="module")
def table(model, dtm):
    return permutation_test(model, dtm, "treatment", n_permutations=39, n_jobs=1)


def test_arithmetic_by_hand():
    estimate = np.array([0.30, -0.10, 0.05])
    draws = np.array([[0.10, 0.20, 0.00], [-0.30, 0.10, 0.01], [0.20, -0.05, 0.50], [0.31, 0.00, -0.02]])
    similarity = np.array([[0.9, 0.9, 0.9], [0.8, 0.9, 0.9], [0.9, 0.9, 0.3], [0.9, 0.3, 0.9]])
    found = permuted_table(estimate, draws, similarity, 0.5, 0.5)
    # topic 1: -.30 (a tie counts) and .31 are as large: (1 + 2) / (4 + 1); topic 2: .2 and .1 of three that count:
    # (1 + 2) / (3 + 1); topic 3: none of three, the .5 does not count: 1 / 4
    np.testing.assert_allclose(found["p_value"], [0.6, 0.75, 0.25])
    # Benjamini & Hochberg: sorted .25 .6 .75 times 3/1, 3/2, 3/3: .75 .9 .75, then the least of what follows
    np.testing.assert_allclose(found["q_value"], [0.75, 0.75, 0.75])
    assert found["n_matched"].tolist() == [4, 3, 3]
    assert found["n_permutations"].tolist() == [4, 4, 4]
    # quartiles of -.3 .1 .2 .31: places .75 and 2.25 from 0
    np.testing.assert_allclose(found["null_low"][0], -0.3 + 0.75 * 0.4, atol=1e-12)
    np.testing.assert_allclose(found["null_high"][0], 0.2 + 0.25 * 0.11)
    np.testing.assert_allclose(found["similarity"], [0.875, 0.75, 0.75])
    # none counts: p is one, and there is no interval
    nothing = permuted_table(estimate, draws, similarity, 0.95, 0.5)
    assert nothing["p_value"].tolist() == [1.0, 1.0, 1.0]
    assert nothing[["null_low", "null_high"]].isna().all(axis=None)


def test_a_planted_effect_is_found(table, model, dtm):
    assert list(table.columns) == COLUMNS
    assert table["topic"].tolist() == [1, 2, 3]
    assert table["level"].tolist() == [1, 1, 1]
    assert table["against"].tolist() == [0, 0, 0]
    # without other columns in the formula the estimate is a difference of mean shares
    treated = dtm.docs["treatment"].to_numpy() == 1
    np.testing.assert_allclose(table["estimate"], model.doc_topic[treated].mean(0) - model.doc_topic[~treated].mean(0))
    largest = table["estimate"].abs().idxmax()
    assert table["estimate"].abs()[largest] > 0.2
    assert table["p_value"][largest] == pytest.approx(1 / 40)
    assert (table["n_matched"] == 39).all()
    assert (table["similarity"] > 0.8).all()
    assert (table["null_low"] < 0).all()
    assert (table["null_high"] > 0).all()
    settings = table.attrs["textkit"]["settings"]
    assert (settings["by"], settings["formula"], settings["n_permutations"]) == ("treatment", "~ treatment", 39)
    assert table.attrs["textkit"]["unit"] == "document"


def test_one_permutation_by_another_route(table, model, dtm):
    draws = permutation_draws(table)
    assert list(draws.columns) == DRAW_COLUMNS
    assert draws["permutation"].tolist() == list(range(1, 40)) * 3
    # the second one: shuffle, fit from the topics of the model, match, take the difference of means
    seed = child_seeds(0, 2)[1]
    order = np.random.default_rng(seed).permutation(160)
    treatment = dtm.docs["treatment"].to_numpy()[order]
    other = DocumentTermMatrix(dtm.matrix, dtm.vocabulary, dtm.docs.assign(treatment=treatment))
    refit = fit_topics(other, 3, STM(prevalence="~ treatment + year", tol=1e-4, init=model.topic_term))
    found = matched(similarities(model.topic_term, refit.topic_term, "cosine"))
    shares = refit.doc_topic[:, found.b]
    wanted = shares[treatment == 1].mean(axis=0) - shares[treatment == 0].mean(axis=0)
    second = draws[draws["permutation"] == 2]
    np.testing.assert_allclose(second["estimate"], wanted, atol=1e-12)
    np.testing.assert_allclose(second["similarity"], found.similarity[found.a, found.b])
    # the table follows from its draws
    for topic, part in draws.groupby("topic"):
        row = table[table["topic"] == topic].iloc[0]
        extreme = int((part["estimate"].abs() >= abs(row["estimate"])).sum())
        assert row["p_value"] == pytest.approx((1 + extreme) / 40)
        np.testing.assert_allclose([row["null_low"], row["null_high"]], np.quantile(part["estimate"], [0.025, 0.975]))


def test_no_effect_gives_no_small_p_values_as_a_rule():
    # four corpora of three topics without any effect: of 12 p-values one at most .05 is expected
    p = []
    for seed in range(4):
        made = simulate_corpus(100, 60, 3, length=40, gamma=[[0.3, 0.0], [0.0, 0.0]], random_state=seed).dtm
        model = quiet(fit_topics, made, 3, STM(prevalence="~ treatment", tol=1e-4))
        p += quiet(permutation_test, model, made, "treatment", n_permutations=19, n_jobs=1)["p_value"].tolist()
    assert sum(value <= 0.05 for value in p) <= 3
    assert 0.3 < float(np.mean(p)) < 0.7


def test_processes_folder_and_more_permutations(table, model, dtm, tmp_path, monkeypatch):
    few = permutation_test(model, dtm, "treatment", n_permutations=19, n_jobs=2, folder=tmp_path)
    first, second = permutation_draws(few), permutation_draws(table)
    second = second[second["permutation"] <= 19].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, second)
    fits = []
    monkeypatch.setattr(topic_runs, "fit_topics", lambda *a, **k: fits.append(1) or fit_topics(*a, **k))
    more = permutation_test(model, dtm, "treatment", n_permutations=21, n_jobs=1, folder=tmp_path)
    assert len(fits) == 2
    assert more["n_permutations"].tolist() == [21, 21, 21]


def test_an_interruption_leaves_a_table_of_what_is_done(model, dtm, monkeypatch):
    calls = []

    def fit(*arguments, **options):
        calls.append(1)
        if len(calls) > 3:
            raise KeyboardInterrupt
        return fit_topics(*arguments, **options)

    monkeypatch.setattr(topic_runs, "fit_topics", fit)
    with pytest.warns(TextkitWarning) as caught:
        part = permutation_test(model, dtm, "treatment", n_permutations=30, n_jobs=1)
    assert str(caught[0].message).startswith("interrupted: 3 of 30 fits are done, and the table is about these.")
    assert caught[0].filename == __file__
    assert part["n_permutations"].tolist() == [3, 3, 3]
    assert part["p_value"].min() >= 0.25
    monkeypatch.setattr(topic_runs, "fit_topics", lambda *a, **k: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        permutation_test(model, dtm, "treatment", n_permutations=30, n_jobs=1)


def test_other_columns_in_the_formula_and_the_other_direction(model, dtm):
    formula = "~ treatment + C(year)"
    found = quiet(permutation_test, model, dtm, "treatment", formula=formula, against=1, topics=[3, 1],
                  n_permutations=2, n_jobs=1)  # fmt: skip
    wanted = estimate_effect(model, formula, uncertainty="none").set_index(["term", "topic"]).loc["treatment"]
    assert found["topic"].tolist() == [3, 1]
    assert found["level"].tolist() == [0, 0]
    np.testing.assert_allclose(found["estimate"], -wanted["estimate"].loc[[3, 1]])


def test_words_missing_values_and_truth_values(dtm):
    method = STM(prevalence="~ arm + given", tol=1e-3)
    model = quiet(fit_topics, dtm, 3, method)  # without two documents that have no arm
    arm = quiet(permutation_test, model, dtm, "arm", n_permutations=3, n_jobs=1)
    assert (arm["level"][0], arm["against"][0]) == ("trial", "control")
    facts, theta = model.docs, model.doc_topic
    difference = theta[facts["arm"] == "trial"].mean(axis=0) - theta[facts["arm"] == "control"].mean(axis=0)
    np.testing.assert_allclose(arm["estimate"], difference)
    given = quiet(permutation_test, model, dtm, "given", n_permutations=3, cluster="town", within="half", n_jobs=1)
    assert (given["level"][0], given["against"][0]) == (True, False)
    assert given.attrs["textkit"]["unit"] == "town"


def test_what_is_shuffled(dtm):
    docs = dtm.docs
    # nothing but the column, and of it only the order
    plain = shuffled(dtm, "treatment", 3)
    assert plain.docs.drop(columns="treatment").equals(docs.drop(columns="treatment"))
    assert plain.docs["treatment"].dtype == docs["treatment"].dtype
    order = np.random.default_rng(3).permutation(160)
    assert plain.docs["treatment"].tolist() == docs["treatment"].to_numpy()[order].tolist()
    # within each year as many as before
    inside = shuffled(dtm, "treatment", 3, within="year").docs
    assert (inside["treatment"] != docs["treatment"]).any()
    counts = inside.groupby("year")["treatment"].sum().tolist()
    assert counts == docs.groupby("year")["treatment"].sum().tolist()
    # whole towns, as many in each half as before
    towns = shuffled(dtm, "given", 3, within="half", cluster="town").docs
    assert (towns.groupby("town")["given"].nunique() == 1).all()
    assert (towns["given"] != docs["given"]).any()
    assert towns.groupby("half")["given"].sum().tolist() == docs.groupby("half")["given"].sum().tolist()
    # a category keeps its categories
    frame = docs.assign(kind=pd.Categorical(docs["half"], categories=["west", "east", "north"]))
    kinds = shuffled(DocumentTermMatrix(dtm.matrix, dtm.vocabulary, frame), "kind", 1).docs["kind"]
    assert kinds.dtype == frame["kind"].dtype


def test_shuffling_is_uniform():
    # four documents, two treated: six ways, each about as often as the others
    tiny = DocumentTermMatrix(np.ones((4, 1), dtype=int), ["a"],
                              pd.DataFrame({"x": [0, 0, 1, 1]}, index=list("abcd")))  # fmt: skip
    ways = [tuple(shuffled(tiny, "x", seed).docs["x"]) for seed in child_seeds(0, 600)]
    counts = [ways.count(way) for way in sorted(set(itertools.permutations([0, 0, 1, 1])))]
    assert sum(counts) == 600
    # 100 each; a binomial standard deviation is 9
    assert min(counts) > 60
    assert max(counts) < 140


def test_keyatm(dtm):
    method = KeyATM(keywords={"a": [dtm.vocabulary[0]]}, covariates="~ treatment", n_iterations=20)
    model = quiet(fit_topics, dtm, 3, method, random_state=5)
    found = quiet(permutation_test, model, dtm, "treatment", n_permutations=2, n_jobs=1)
    assert found["n_matched"].tolist() == [2, 2, 2]


def test_warnings(model, dtm):
    with pytest.warns(TextkitWarning) as caught:
        permutation_test(model, dtm, "treatment", n_permutations=3, n_jobs=1)
    assert [str(item.message) for item in caught] == [
        "with n_permutations=3 no p-value can be below 0.25. Use at least 19, better 100."
    ]
    assert caught[0].filename == __file__
    few = dtm[np.arange(32)]  # four towns, two of them given
    small = quiet(fit_topics, few, 2, STM(prevalence="~ given", tol=1e-3))
    with pytest.warns(TextkitWarning) as caught:
        permutation_test(small, few, "given", cluster="town", n_permutations=19, n_jobs=1)
    (message,) = [str(item.message) for item in caught]
    assert message == (
        "there are only 6 ways to give 'given' to these units, so that the true one comes up again among the "
        "permutations: no p-value can be expected much below 0.17."
    )


def test_errors(model, dtm, table):
    plain = fit_topics(dtm, 2, GibbsLDA(n_iterations=20))
    bare = quiet(fit_topics, dtm, 2, STM(max_iter=2))
    by_year = quiet(fit_topics, dtm, 2, STM(prevalence="~ year", max_iter=2))
    by_given = quiet(fit_topics, dtm, 2, STM(prevalence="~ given", max_iter=2))
    read = table.copy()
    read.attrs = {}
    cases = [
        (lambda: permutation_test(plain, dtm, "treatment"), ArgumentError,
         ("the model (GibbsLDA) was fitted without covariates, so that shuffling 'treatment' changes nothing in it. "
          'Fit it with STM(prevalence="~ treatment"), or use estimate_effect.')),
        (lambda: permutation_test(bare, dtm, "treatment"), ArgumentError,
         ("the model (STM) was fitted without covariates, so that shuffling 'treatment' changes nothing in it. Fit it "
          'with STM(prevalence="~ treatment"), or use estimate_effect.')),
        (lambda: permutation_test(by_year, dtm, "treatment"), ArgumentError,
         ("prevalence='~ year' of the model does not name 'treatment', so that shuffling it changes nothing in the "
          'model. Fit it with STM(prevalence="~ treatment"), or use estimate_effect.')),
        (lambda: permutation_test(by_year, dtm, "year"), ArgumentError,
         ("by='year' must have two values in the documents of the fit, such as 0 and 1, but has 5: 2015, 2016, 2017, "
          "2018 and 1 more. Make a column of two values, and fit the model with it.")),
        (lambda: permutation_test(model, dtm, "treatmnt"), UnknownNameError,
         ("unknown column (by) 'treatmnt'; did you mean 'treatment'? Available: 'doc', 'treatment', 'arm', 'year', "
          "'town', 'half', 'given', 'gap'.")),
        (lambda: permutation_test(model, dtm.trim(min_count=2), "treatment"), ArgumentError,
         "dtm must be the matrix that the model was fitted with, but its fingerprint is another one."),
        (lambda: permutation_test(model, dtm, "treatment", against=2), UnknownNameError,
         "unknown value of 'treatment' (against) 2. Available: 0, 1."),
        (lambda: permutation_test(model, dtm, "treatment", formula="~ year"), ArgumentError,
         "formula='~ year' must name the treatment, 'treatment', for example \"~ treatment + year\"."),
        (lambda: permutation_test(model, dtm, "treatment", formula="~ treatment + gap"), ArgumentError,
         ("formula='~ treatment + gap': 80 of 160 documents of the fit have no value in some column. Fill them in "
          "before the fit.")),
        (lambda: permutation_test(model, dtm, "treatment", within="gap"), ArgumentError,
         "within='gap': 80 of 160 documents have no value. Fill them in before the fit."),
        (lambda: permutation_test(model, dtm, "treatment", within=3), ArgumentError,
         "within must be a str, got a int. Name a column of docs."),
        (lambda: permutation_test(model, dtm, ["treatment"]), ArgumentError,
         "by must be a str, got a list. Name a column of docs."),
        (lambda: permutation_test(model, dtm, "treatment", within="twn"), UnknownNameError,
         ("unknown column (within) 'twn'; did you mean 'town'? Available: 'doc', 'treatment', 'arm', 'year', 'town', "
          "'half', 'given', 'gap'.")),
        (lambda: permutation_test(model, dtm, "treatment", cluster="town"), ArgumentError,
         ("'treatment' must be the same for all documents of a value of cluster='town', but differs within 20 of 20 of "
          "them. Leave cluster out.")),
        (lambda: permutation_test(by_given, dtm, "given", cluster="town", within="year"), ArgumentError,
         ("'year' must be the same for all documents of a value of cluster='town', but differs within 20 of 20 of "
          "them. Leave cluster out.")),
        (lambda: permutation_test(by_given, dtm, "given", within="town"), ArgumentError,
         "'given' cannot be shuffled: within each value of 'town' it has one value only. Leave within out."),
        (lambda: permutation_test(model, dtm, "treatment", topics=[4]), ArgumentError,
         "topics must be a whole number from 1 to 3, got 4."),
        (lambda: permutation_test(model, dtm, "treatment", n_permutations=0), ArgumentError,
         "n_permutations must be a whole number of at least 1, got 0."),
        (lambda: permutation_test(model, dtm, "treatment", min_similarity=2), ArgumentError,
         "min_similarity must be a finite number of at least 0 and at most 1, got 2."),
        (lambda: permutation_draws(read), ArgumentError,
         ("table does not hold the effects of its permutations. Give the table as permutation_test(model, dtm, by) "
          "returned it: rows that were taken out of it, or that come from a file, have lost them.")),
        (lambda: permutation_draws(table.head(1)), ArgumentError,
         ("table does not hold the effects of its permutations. Give the table as permutation_test(model, dtm, by) "
          "returned it: rows that were taken out of it, or that come from a file, have lost them.")),
    ]  # fmt: skip
    for call, kind, message in cases:
        with pytest.raises(kind) as caught:
            call()
        assert str(caught.value) == message
