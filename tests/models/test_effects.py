"""Effects of covariates on topic shares: by hand, by other routes, against R and the worked example."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from textkit.errors import ArgumentError, TextkitWarning, UnknownNameError
from textkit.formulas import design
from textkit.matrix import DocumentTermMatrix
from textkit.models.effects import (
    COLUMNS,
    CONTRAST_COLUMNS,
    NOTE,
    PREDICTION_COLUMNS,
    effect_contrasts,
    effect_predictions,
    estimate_effect,
)
from textkit.models.effects_regression import compose
from textkit.models.simulation import simulate_corpus
from textkit.models.stm import STM
from textkit.models.stm_place import covariance_factors
from textkit.models.topics import TopicModel, fit_topics

PATH = pd.DataFrame({"iteration": [1], "value": [0.0]})


def given(theta, docs):
    theta = np.asarray(theta, dtype=float)
    k, d = theta.shape[1], len(theta)
    terms = np.full((k, 4), 0.1) + 0.6 * np.eye(k, 4)
    return TopicModel(terms / terms.sum(axis=1, keepdims=True), theta, list("甲乙丙丁"), docs, [1] * 4, [5] * d, PATH)


@pytest.fixture(scope="module")
def plain():
    """Sixty documents whose shares are known."""
    rng = np.random.default_rng(8)
    docs = pd.DataFrame(
        {
            "level": rng.choice(["市", "县", "镇"], size=60),
            "year": rng.integers(2015, 2024, size=60),
            "author": rng.integers(0, 9, size=60).astype(str),
        },
        index=[f"d{i:02}" for i in range(60)],
    )
    return given(rng.dirichlet([1.0, 2.0, 0.5], size=60), docs)


@pytest.fixture(scope="module")
def structural():
    drawn = simulate_corpus(200, 150, 3, length=40, random_state=2)
    return drawn.dtm, fit_topics(drawn.dtm, 3, STM(prevalence="~ treatment"))


def test_by_hand():
    # city: .8 .6, town: .3 .1; means .7 and .2; residuals ±.1, RSS = .04, s² = .04 / 2 = .02
    docs = pd.DataFrame({"level": ["city", "city", "town", "town"]}, index=list("abcd"))
    model = given([[0.8, 0.2], [0.6, 0.4], [0.3, 0.7], [0.1, 0.9]], docs)
    table = estimate_effect(model, "~ level", uncertainty="none")
    assert list(table.columns) == COLUMNS
    assert table["term"].tolist() == ["Intercept", "level[T.town]"] * 2
    np.testing.assert_allclose(table["estimate"], [0.7, -0.5, 0.3, 0.5])
    # var of the intercept s²/2 = .01, of the difference s² = .02
    np.testing.assert_allclose(table["se"], np.sqrt([0.01, 0.02, 0.01, 0.02]))
    t = -0.5 / np.sqrt(0.02)
    p = 2 * stats.t.sf(-t, 2)
    assert table["t"][1] == pytest.approx(t)
    assert table["p_value"][1] == pytest.approx(p)
    assert np.isnan(table["q_value"][0])
    assert table["q_value"][1] == pytest.approx(p)  # two tests with the same p
    reach = stats.t.ppf(0.975, 2) * np.sqrt(0.02)
    assert (table["ci_low"][1], table["ci_high"][1]) == (pytest.approx(-0.5 - reach), pytest.approx(-0.5 + reach))
    assert table.attrs["textkit"]["note"] == NOTE
    assert table.attrs["textkit"]["settings"]["formula"] == "1 + level"


@pytest.mark.shared
def test_r_without_uncertainty(shared):
    folder = shared / "data/reference"
    theta = pd.read_csv(folder / "stm/gadarian_K3_theta.csv").iloc[:, 1:].to_numpy()
    docs = pd.read_csv(folder / "inputs/gadarian_meta.csv.gz").set_axis([f"d{i}" for i in range(341)])
    wanted = pd.read_csv(folder / "stm/gadarian_K3_estimateEffect_none_exact.csv")
    table = estimate_effect(given(theta / theta.sum(axis=1, keepdims=True), docs), "~ treatment", uncertainty="none")
    assert table["topic"].tolist() == wanted["topic"].tolist()
    np.testing.assert_allclose(table["estimate"], wanted["est"], rtol=1e-9)
    np.testing.assert_allclose(table["se"], wanted["se"], rtol=1e-9)
    # R's own table comes from simulation and wanders around these
    drawn = pd.read_csv(folder / "stm/gadarian_K3_estimateEffect.csv", keep_default_na=False)
    np.testing.assert_allclose(table["estimate"], drawn[drawn["uncertainty"] == "None"]["Estimate"][:6], atol=5e-4)


@pytest.mark.shared
@pytest.mark.parametrize("uncertainty", ["Global", "Local"])
def test_r_with_uncertainty(shared, uncertainty):
    # the intercepts and the effects of the same model; R draws 25 times, and so do we
    folder = shared / "data/reference"
    cells = pd.read_csv(folder / "inputs/gadarian_triplets.csv.gz")
    from scipy.sparse import csr_array

    counts = csr_array((cells["count"], (cells["doc_id"] - 1, cells["feature_id"] - 1)))
    docs = pd.read_csv(folder / "inputs/gadarian_meta.csv.gz")
    terms = pd.read_csv(folder / "inputs/gadarian_vocab.csv.gz", keep_default_na=False)["feature"].tolist()
    start = np.exp(pd.read_csv(folder / "stm/gadarian_K3_init_logbeta.csv.gz").filter(like="topic").to_numpy().T)
    dtm = DocumentTermMatrix(counts, terms, docs)
    model = fit_topics(dtm, 3, STM(prevalence="~ treatment + s(pid_rep)", init=start))
    wanted = pd.read_csv(folder / "stm/gadarian_K3_estimateEffect.csv", keep_default_na=False)
    wanted = wanted[(wanted["uncertainty"] == uncertainty) & (wanted["formula"] == "1:3 ~ treatment")]
    theta = pd.read_csv(folder / "stm/gadarian_K3_theta.csv").iloc[:, 1:]
    order = np.argsort(-theta.mean().to_numpy()) + 1  # their numbers in our order
    table = estimate_effect(model, "~ treatment", uncertainty=uncertainty.lower(), dtm=dtm, n_draws=200)
    for place, theirs in enumerate(order, start=1):
        ours = table[table["topic"] == place]
        rows = wanted[wanted["topic"] == theirs]
        se = rows["Std. Error"].to_numpy()
        assert (np.abs(ours["estimate"].to_numpy() - rows["Estimate"].to_numpy()) < se).all()
        np.testing.assert_allclose(ours["se"], se, rtol=0.25)


@pytest.mark.shared
def test_the_composition_of_the_worked_example(shared):  # STM-08
    found = json.loads((shared / "data/worked_examples.json").read_text(encoding="utf-8"))
    example = next(item for item in (found if isinstance(found, list) else found["examples"]) if item["id"] == "STM-08")
    b, v = np.array(example["inputs"]["b"]), np.array(example["inputs"]["V"])
    wanted = example["expected"]
    mean, covariance = compose(b, v)
    np.testing.assert_allclose(mean, wanted["estimate"], rtol=1e-9)
    np.testing.assert_allclose(covariance, wanted["var_stacked"], rtol=1e-9)
    np.testing.assert_allclose(np.sqrt(np.diag(compose(b, v, rubin=True)[1])), wanted["se_rubin"], rtol=1e-9)
    t = mean / np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(t, wanted["t"], rtol=1e-9)
    df = example["inputs"]["n_docs"] - 2
    np.testing.assert_allclose(2 * stats.t.sf(np.abs(t), df), wanted["p"], rtol=1e-9)


def test_composition_is_what_stacked_draws_come_to():
    rng = np.random.default_rng(0)
    b, root = rng.standard_normal((6, 3)), rng.standard_normal((6, 3, 3)) * 0.3
    v = root @ root.transpose(0, 2, 1)
    stacked = np.concatenate([rng.multivariate_normal(m, c, size=40_000) for m, c in zip(b, v, strict=True)])
    mean, covariance = compose(b, v)
    np.testing.assert_allclose(stacked.mean(axis=0), mean, atol=0.01)
    np.testing.assert_allclose(np.cov(stacked.T), covariance, atol=0.03)


def test_robust_and_clustered_errors_by_their_formulas(plain):
    made = design(plain.docs, "~ level + year")
    z, y = made.matrix, plain.doc_topic[:, 1]
    inverse = np.linalg.inv(z.T @ z)
    rest = y - z @ inverse @ z.T @ y
    d, p = z.shape
    robust = d / (d - p) * inverse @ (z.T * rest**2) @ z @ inverse
    found = estimate_effect(plain, "~ level + year", topics=[2], uncertainty="none", errors="hc1")
    np.testing.assert_allclose(found["se"], np.sqrt(np.diag(robust)), rtol=1e-6)
    middle = np.zeros((p, p))
    for author in plain.docs["author"].unique():
        score = z[plain.docs["author"] == author].T @ rest[plain.docs["author"] == author]
        middle += np.outer(score, score)
    clustered = 9 / 8 * (d - 1) / (d - p) * inverse @ middle @ inverse
    found = estimate_effect(plain, "~ level + year", topics=[2], uncertainty="none", cluster="author")
    np.testing.assert_allclose(found["se"], np.sqrt(np.diag(clustered)), rtol=1e-6)
    reach = (found["ci_high"] - found["ci_low"]) / 2 / found["se"]
    np.testing.assert_allclose(reach, stats.t.ppf(0.975, 8), rtol=1e-9)


def test_global_draws_are_those_of_the_model(structural):
    _, model = structural
    rng = np.random.default_rng(5)
    z = design(model.docs, "~ treatment").matrix
    inverse = np.linalg.inv(z.T @ z)
    root = np.linalg.cholesky(model.parameters["nu"])
    estimates, variances = [], []
    for _ in range(25):
        logits = model.parameters["eta"] + rng.standard_normal((200, 2)) @ root.T
        full = np.exp(np.column_stack([logits, np.zeros(200)]))
        y = (full / full.sum(axis=1, keepdims=True))[:, 0]
        b = inverse @ z.T @ y
        estimates.append(b[1])
        variances.append(((y - z @ b) ** 2).sum() / 198 * inverse[1, 1])
    table = estimate_effect(model, "~ treatment", topics=[1], random_state=5)
    assert table["estimate"][1] == pytest.approx(np.mean(estimates), rel=1e-9)
    assert table["se"][1] == pytest.approx(np.sqrt(np.mean(variances) + np.var(estimates)), rel=1e-9)


def test_local_draws_have_the_covariance_of_each_document(structural):
    dtm, model = structural
    local = estimate_effect(model, "~ treatment", uncertainty="local", dtm=dtm, n_draws=50)
    everyone = estimate_effect(model, "~ treatment", n_draws=50)
    known = estimate_effect(model, "~ treatment", uncertainty="none")
    np.testing.assert_allclose(local["estimate"], everyone["estimate"], atol=0.03)
    assert (local["se"] > known["se"]).all()
    assert (everyone["se"] > known["se"]).all()
    factors = covariance_factors(model, dtm)
    assert factors.shape == (200, 2, 2)
    assert (factors[:, 0, 1] == 0).all()


def test_the_same_seed_gives_the_same_table(structural):
    _, model = structural
    pd.testing.assert_frame_equal(estimate_effect(model, "~ treatment"), estimate_effect(model, "~ treatment"))
    other = estimate_effect(model, "~ treatment", random_state=1)
    assert (other["estimate"] != estimate_effect(model, "~ treatment")["estimate"]).any()


def test_refits_are_matched_and_make_intervals_wider(structural):
    _, model = structural
    rng = np.random.default_rng(0)
    refits = []
    for _ in range(4):
        order = rng.permutation(3)
        theta = model.doc_topic + 0.02 * rng.random(model.doc_topic.shape)
        refits.append(
            TopicModel(
                model.topic_term[order],
                (theta / theta.sum(axis=1, keepdims=True))[:, order],
                model.vocabulary,
                model.docs,
                model.term_counts,
                model.doc_lengths,
                model.trace,
            )
        )
    table = estimate_effect(model, "~ treatment", uncertainty="refit", refits=refits)
    known = estimate_effect(model, "~ treatment", uncertainty="none")
    np.testing.assert_allclose(table["estimate"], known["estimate"], atol=0.02)
    with pytest.raises(ArgumentError, match="at least two other fits"):
        estimate_effect(model, "~ treatment", uncertainty="refit", refits=refits[:1])


def test_topics_that_do_not_come_back_are_named(structural):
    _, model = structural
    changed = model.topic_term.copy()
    changed[1] = changed[1][::-1]  # another topic in its place
    cosine = float(changed[1] @ model.topic_term[1] / (np.linalg.norm(changed[1]) ** 2))
    assert cosine < 0.4
    other = TopicModel(
        changed, model.doc_topic, model.vocabulary, model.docs, model.term_counts, model.doc_lengths, model.trace
    )
    said = rf"in the refits topic 2 \({cosine:.2f}\) comes back as another one"
    with pytest.warns(TextkitWarning, match=said):
        estimate_effect(model, "~ treatment", uncertainty="refit", refits=[other, other])
    # nobody asks about it
    estimate_effect(model, "~ treatment", topics=[1], uncertainty="refit", refits=[other, other])


def test_contrasts_are_differences_of_coefficients(plain):
    table = effect_contrasts(plain, "~ level + year", "level", uncertainty="none")
    assert list(table.columns) == CONTRAST_COLUMNS
    # three values in code-point order, each pair once
    assert table[["level", "against"]].drop_duplicates().to_numpy().tolist() == [
        ["市", "县"],
        ["镇", "县"],
        ["镇", "市"],
    ]
    coefficients = estimate_effect(plain, "~ level + year", uncertainty="none")
    one = coefficients[coefficients["topic"] == 1].set_index("term")
    row = table[(table["topic"] == 1) & (table["level"] == "镇") & (table["against"] == "县")].iloc[0]
    assert row["estimate"] == pytest.approx(one.loc["level[T.镇]", "estimate"])
    assert row["se"] == pytest.approx(one.loc["level[T.镇]", "se"])
    # another baseline gives the same numbers, whatever the coding of the formula
    other = estimate_effect(plain, "~ C(level, contr.treatment('市')) + year", uncertainty="none", topics=[1])
    wanted = other[other["term"].str.contains("镇")].iloc[0]
    row = table[(table["topic"] == 1) & (table["level"] == "镇") & (table["against"] == "市")].iloc[0]
    assert (row["estimate"], row["se"]) == (pytest.approx(wanted["estimate"]), pytest.approx(wanted["se"]))
    against = effect_contrasts(plain, "~ level + year", "level", against="市", uncertainty="none", topics=[1])
    assert against["level"].tolist() == ["县", "镇"]
    np.testing.assert_allclose(against["q_value"], stats.false_discovery_control(against["p_value"]))


def test_contrasts_with_an_interaction_are_averaged_over_the_documents(plain):
    table = effect_contrasts(plain, "~ level * year", "level", against="县", uncertainty="none", topics=[1])
    one = estimate_effect(plain, "~ level * year", uncertainty="none", topics=[1]).set_index("term")["estimate"]
    year = plain.docs["year"].mean()
    assert table["estimate"][0] == pytest.approx(one["level[T.市]"] + one["level[T.市]:year"] * year)


def test_predictions_along_a_number(plain):
    table = effect_predictions(plain, "~ level + year", "year", n=3, uncertainty="none")
    assert list(table.columns) == PREDICTION_COLUMNS
    assert table["value"].tolist() == [2015, 2019, 2023] * 3
    one = estimate_effect(plain, "~ level + year", uncertainty="none", topics=[2]).set_index("term")["estimate"]
    counts = plain.docs["level"].value_counts()
    usual = min(counts.index[counts == counts.max()])
    assert table.attrs["textkit"]["settings"]["held"] == {"level": usual}
    base = one["Intercept"] + one.get(f"level[T.{usual}]", 0.0)
    np.testing.assert_allclose(
        table[table["topic"] == 2]["estimate"], base + one["year"] * np.array([2015, 2019, 2023])
    )
    # shares sum to one, predictions as well
    np.testing.assert_allclose(table.groupby("value")["estimate"].sum(), 1)


def test_predictions_averaged_over_the_documents_return_their_means(plain):
    table = effect_predictions(plain, "~ level", "level", others="observed", uncertainty="none", topics=[1])
    means = [plain.doc_topic[plain.docs["level"] == level, 0].mean() for level in table["value"]]
    np.testing.assert_allclose(table["estimate"], means)
    whole = effect_predictions(plain, "~ level * s(year, df=3)", "year", given={"level": "市"}, n=4, uncertainty="none")
    assert len(whole) == 12
    assert whole.attrs["textkit"]["settings"]["held"] == {"level": "市"}


def test_columns_that_follow_from_each_other_share_the_effect(plain):
    docs = plain.docs.assign(rural=(plain.docs["level"] == "镇").astype(float))
    model = given(plain.doc_topic, docs)
    with pytest.warns(TextkitWarning, match=r"'rural' follows from the columns before, .* a ridge of 1e-05") as caught:
        table = estimate_effect(model, "~ level + rural", uncertainty="none", topics=[1])
    assert caught[0].filename == __file__
    whole = estimate_effect(plain, "~ level", uncertainty="none", topics=[1]).set_index("term")["estimate"]
    one = table.set_index("term")["estimate"]
    assert one["level[T.镇]"] == pytest.approx(one["rural"], rel=1e-3)
    assert one["level[T.镇]"] + one["rural"] == pytest.approx(whole["level[T.镇]"], rel=1e-3)


def test_documents_without_shares_or_values_are_left_out(plain):
    theta, docs = plain.doc_topic.copy(), plain.docs
    theta[3] = np.nan
    docs = docs.assign(year=docs["year"].astype(float).where(np.arange(60) != 5))
    with pytest.warns(TextkitWarning, match="1 of 59 documents are left out") as caught:
        table = estimate_effect(given(theta, docs), "~ year", uncertainty="none")
    assert caught[0].filename == __file__
    kept = [place for place in range(60) if place not in (3, 5)]
    part = given(plain.doc_topic[kept], plain.docs.iloc[kept])
    np.testing.assert_allclose(table["estimate"], estimate_effect(part, "~ year", uncertainty="none")["estimate"])


def test_the_order_of_documents_changes_nothing(plain):
    rows = np.random.default_rng(0).permutation(60)
    other = given(plain.doc_topic[rows], plain.docs.iloc[rows])
    for column in ("estimate", "se"):
        np.testing.assert_allclose(
            estimate_effect(other, "~ level * s(year, df=3)", uncertainty="none")[column],
            estimate_effect(plain, "~ level * s(year, df=3)", uncertainty="none")[column],
            rtol=1e-6,
        )


def test_messages(plain, structural):
    dtm, model = structural
    cases = [
        (lambda: estimate_effect(plain, "~ level"), ArgumentError, 'Use uncertainty="none", or "refit".'),
        (lambda: estimate_effect(model, "~ treatment", uncertainty="local"), ArgumentError, "needs dtm"),
        (
            lambda: estimate_effect(model, "~ treatment", uncertainty="local", dtm=dtm[:50]),
            ArgumentError,
            "dtm must be the matrix that the model was fitted with",
        ),
        (lambda: estimate_effect(plain, "~ level", topics=[4]), ArgumentError, "from 1 to 3"),
        (lambda: estimate_effect(plain, "~ level", uncertainty="globel"), UnknownNameError, "did you mean 'global'?"),
        (
            lambda: effect_contrasts(plain, "~ level", "year", uncertainty="none"),
            UnknownNameError,
            "unknown column of the formula 'year'",
        ),
        (
            lambda: effect_contrasts(plain, "~ level", "level", against="省", uncertainty="none"),
            UnknownNameError,
            "unknown value of 'level' (against) '省'",
        ),
        (
            lambda: effect_predictions(plain, "~ level", "level", given={"town": 1}, uncertainty="none"),
            UnknownNameError,
            "unknown column of the formula 'town'",
        ),
        (
            lambda: estimate_effect(given(plain.doc_topic[:2], plain.docs.iloc[:2]), "~ year", uncertainty="none"),
            ArgumentError,
            "makes 2 columns ('Intercept', 'year'), but only 2 documents have shares and all values",
        ),
    ]  # fmt: skip
    for call, kind, message in cases:
        with pytest.raises(kind) as caught:
            call()
        assert message in str(caught.value)
