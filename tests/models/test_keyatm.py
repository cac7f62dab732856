"""keyATM: against KAT-01, against all states of a small model, and planted topics with keywords."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.special import expit, gammaln

from textkit.errors import ArgumentError, TextkitWarning, UnknownNameError
from textkit.kernels import gibbs as lda_kernels
from textkit.kernels import keyatm as kernels
from textkit.matrix import DocumentTermMatrix
from textkit.models import keyatm
from textkit.models.gibbs import GibbsLDA, generators
from textkit.models.keyatm import KeyATM, log_words, word_weights
from textkit.models.keyatm_priors import ByCovariates, ByState, Common, sample_states
from textkit.models.keyatm_shares import COLUMNS as SHARE_COLUMNS
from textkit.models.keyatm_shares import expected_shares
from textkit.models.topic_terms import topic_terms
from textkit.models.topics import TopicModel, fit_topics

# the state of KAT-01: three topics, four words; topic 0 has the keyword 0, topic 1 the keywords 0 and 2
REGULAR = np.array([[3.0, 1, 2, 0], [0, 4, 1, 1], [2, 0, 3, 2]]).T
ENTRY_TOPIC = np.array([0, 1, 1], dtype=np.int32)  # word 0 in topics 0 and 1, word 2 in topic 1
ENTRY_COUNT = np.array([5.0, 0.0, 2.0])
ALPHA = np.array([0.8, 0.5, 0.3])


# the formulas


def test_the_log_likelihood_of_a_known_state():
    words = log_words(REGULAR, ENTRY_COUNT, ENTRY_TOPIC, 2, 0.01, 0.1, (1.0, 1.0))
    assert words == pytest.approx(-59.8953575985, rel=1e-9)
    docs = np.array([[6.0, 2, 1], [3, 3, 4], [2, 3, 2]])
    shares = lda_kernels.log_dirichlet(docs, ALPHA[None], np.zeros(3, dtype=np.int32), 3)
    assert words + shares == pytest.approx(-92.9709113239, rel=1e-9)


def test_the_conditionals_of_a_known_state():
    regular, keyed = REGULAR.sum(axis=0), np.array([5.0, 2.0, 0.0])
    docs = np.array([4.0, 2.0, 1.0]) + ALPHA
    zero = np.array([kernels.regular_factor(k, regular, keyed, 2, 0.04, 1.0, 1.0) for k in range(3)])
    mass = np.array([0.1, 0.2])
    one = np.array([kernels.keyword_factor(k, regular, keyed, mass, 1.0, 1.0) for k in range(2)])
    given_zero = (REGULAR[0] + 0.01) * zero * docs
    np.testing.assert_allclose(
        given_zero / given_zero.sum(), [0.774944812194, 0.00174319673286, 0.223311991073], rtol=1e-9
    )
    given_one = (ENTRY_COUNT[:2] + 0.1) * one * docs[:2]
    np.testing.assert_allclose(given_one / given_one.sum(), [0.984844952203, 0.0151550477967], rtol=1e-9)
    on, off = (ENTRY_COUNT[0] + 0.1) * one[0], (REGULAR[0, 0] + 0.01) * zero[0]
    assert on / (on + off) == pytest.approx(0.632350375153, rel=1e-9)


def test_an_emptied_topic_without_keywords_has_no_switch():
    assert kernels.regular_factor(0, np.zeros(1), np.zeros(1), 0, 0.04, 1.0, 1.0) == 25.0


def test_weights():
    counts = np.array([7, 1, 0])  # 8 tokens, 3 words
    np.testing.assert_allclose(word_weights(counts, "information"), -np.log2(np.array([8, 2, 1]) / 11))
    np.testing.assert_allclose(word_weights(counts, "inverse_frequency"), [11 / 8, 11 / 2, 11])
    assert word_weights(counts, "none").tolist() == [1, 1, 1]
    for weighting in keyatm.WEIGHTINGS:
        assert word_weights(counts, weighting, normalise=True) @ counts == pytest.approx(8)
    assert word_weights(np.array([5]), "inverse_frequency").tolist() == [1.0]


def test_a_single_word_carries_no_information_but_weighs():
    assert word_weights(np.array([5]), "information").tolist() == [1.0]


# the chain


class Still:
    """A prior that stays as it is."""

    def __init__(self, alpha, n_docs):
        self.alpha = np.zeros((1, 8))
        self.alpha[0, : len(alpha)] = alpha
        self.group = np.zeros(n_docs, dtype=np.int32)

    def update(self, counts, random, rng):
        pass

    def draw(self):
        return {"alpha": self.alpha[0].copy()}


def chain_of(dtm, keywords, prior, n_topics=2, weight=None, seed=1, **settings):
    method = KeyATM(**settings)
    weight = np.ones(dtm.shape[1]) if weight is None else weight
    ids = [np.array(words, dtype=np.int32) for words in keywords]
    return keyatm._KeyChain(method, dtm, n_topics, ids, weight, prior, *generators(seed))


def log_state(chain, topics, switch):
    """Return the log probability of a state, from tables made afresh."""
    chain.topics, chain.switch = np.array(topics, dtype=np.int32), np.array(switch, dtype=np.int8)
    chain._count(2, 3)
    return chain.log_likelihood()


def test_the_sweeps_visit_each_state_as_often_as_it_is_probable():
    """Four tokens, two topics, switches where the word is a keyword: every possible state is enumerated."""
    dtm = DocumentTermMatrix([[1, 0, 1], [1, 1, 0]], ["甲", "乙", "丙"])  # words 0 2 | 0 1
    words = [0, 2, 0, 1]
    keywords = [[0, 1]]  # topic 0 has the keywords 0 and 1
    chain = chain_of(dtm, keywords, Still([0.6, 0.9], 2), beta=0.4, beta_keyword=0.5, gamma=(1.5, 0.7))
    logs = {}
    for topics in itertools.product(range(2), repeat=4):
        free = [(0, 1) if k == 0 and w in (0, 1) else (0,) for k, w in zip(topics, words, strict=True)]
        for switch in itertools.product(*free):
            logs[topics, switch] = log_state(chain, topics, switch)
    top = max(logs.values())
    expected = {state: np.exp(value - top) for state, value in logs.items()}
    total = sum(expected.values())
    log_state(chain, [0, 0, 0, 0], [0, 0, 0, 0])
    seen = dict.fromkeys(logs, 0)
    n = 40_000
    for step in range(n):
        chain.sweep(step)
        seen[tuple(chain.topics.tolist()), tuple(chain.switch.tolist())] += 1  # KeyError: an impossible state
    assert max(abs(seen[state] / n - expected[state] / total) for state in logs) < 0.01


def test_the_tables_keep_up_with_topics_and_switches(planted):
    weight = word_weights(planted.dtm.term_counts, "information")
    prior = Common(90, np.ones(9), np.ones(9))
    chain = chain_of(planted.dtm, [[0, 3], [3, 12]], prior, 9, weight)
    for step in range(1, 4):
        chain.sweep(step)
    kept = {
        name: getattr(chain, name).copy()
        for name in ("term_topic", "regular", "keyed", "entry_count", "doc_weight", "doc_count")
    }
    chain._count(*planted.dtm.shape)
    for name, values in kept.items():
        np.testing.assert_allclose(values, getattr(chain, name), atol=1e-9, err_msg=name)
    assert min(values.min() for values in kept.values()) >= 0
    assert set(chain.topics[chain.switch == 1].tolist()) <= {0, 1}


def test_topics_are_estimated_as_defined():
    dtm = DocumentTermMatrix([[1, 0, 1], [1, 1, 0]], ["甲", "乙", "丙"])  # words 0 2 | 0 1
    chain = chain_of(dtm, [[0, 1]], Still([0.6, 0.9], 2), weight=np.array([2.0, 3.0, 5.0]))
    log_state(chain, [0, 1, 0, 0], [1, 0, 0, 1])  # uses: word 0 (2), word 1 (3); regular: word 2 in 1, word 0 in 0
    terms, docs, pi, _ = chain.draw()
    share = (5 + 1) / (5 + 2 + 2)
    assert pi[0] == pytest.approx(share)
    assert np.isnan(pi[1])
    first = (1 - share) * np.array([2.01, 0.01, 0.01]) / 2.03 + share * np.array([2.1, 3.1, 0.0]) / 5.2
    np.testing.assert_allclose(terms, [first, np.array([0.01, 0.01, 5.01]) / 5.03], rtol=1e-12)
    np.testing.assert_allclose(docs, [[1.6 / 3.5, 1.9 / 3.5], [2.6 / 3.5, 0.9 / 3.5]], rtol=1e-12)


# priors


def test_coefficients_follow_their_density():
    """With one topic every document has it: the coefficient is drawn from its prior N(0, 1)."""
    rng = np.random.default_rng(0)
    prior = ByCovariates(np.ones((3, 1)), 1, rng)
    _, random = generators(2)
    counts = np.zeros((3, 8))
    counts[:, 0] = [4, 2, 7]
    draws = []
    for _ in range(4_000):
        prior.update(counts, random, rng)
        draws.append(prior.coefficients[0, 0])
    assert np.mean(draws) == pytest.approx(0.0, abs=0.08)
    assert np.std(draws) == pytest.approx(1.0, abs=0.05)
    np.testing.assert_allclose(prior.alpha[:, 0], np.exp(prior.coefficients[0, 0]), rtol=1e-12)


def test_two_coefficients_follow_their_density():
    counts = np.zeros((4, 8))
    counts[:, :2] = [[5, 1], [2, 4], [0, 3], [6, 0]]
    grid = np.linspace(-4.5, 4.5, 120)

    def log_density(a, b):
        n, m = counts[:, 0], counts[:, 1]
        ea, eb = np.exp(a), np.exp(b)
        one = (
            gammaln(ea + eb) - gammaln(n + m + ea + eb) + gammaln(n + ea) - gammaln(ea) + gammaln(m + eb) - gammaln(eb)
        )
        return one.sum() - a * a / 2 - b * b / 2

    weight = np.exp([[log_density(a, b) for b in grid] for a in grid])
    expected = (weight.sum(axis=1) @ grid / weight.sum(), weight.sum(axis=0) @ grid / weight.sum())
    rng = np.random.default_rng(1)
    prior = ByCovariates(np.ones((4, 1)), 2, rng)
    _, random = generators(3)
    draws = np.empty((5_000, 2))
    for row in draws:
        prior.update(counts, random, rng)
        row[:] = prior.coefficients[0]
    np.testing.assert_allclose(draws.mean(axis=0), expected, atol=0.05)


def test_paths_of_states_have_the_right_probabilities():
    """Four times, two states: the change can come after time 1, 2 or 3; posterior by enumeration."""
    evidence = np.array([[0.0, -9.0], [-1.0, -0.4], [-0.3, -0.8], [-5.0, 0.0]])
    stay = np.array([0.6, 1.0])
    paths = [(0, 1, 1, 1), (0, 0, 1, 1), (0, 0, 0, 1)]
    weight = np.array(
        [np.exp(sum(evidence[t, r] for t, r in enumerate(path))) * 0.6 ** (path.count(0) - 1) * 0.4 for path in paths]
    )
    rng = np.random.default_rng(0)
    seen = [tuple(sample_states(evidence, stay, rng).tolist()) for _ in range(8_000)]
    np.testing.assert_allclose([seen.count(path) / 8_000 for path in paths], weight / weight.sum(), atol=0.02)
    assert set(seen) <= set(paths)


def test_evidence_of_segments():
    counts, alpha = np.array([[2.0, 1.0], [0.0, 3.0], [1.0, 0.0]]), np.array([[0.5, 0.5], [2.0, 0.1]])
    out = np.zeros((2, 2))
    kernels.segment_evidence(counts, alpha, 2, np.array([0, 1, 1], dtype=np.int32), out)
    each = np.array(
        [
            [lda_kernels.log_dirichlet(counts[d : d + 1], row[None], np.zeros(1, dtype=np.int32), 2) for row in alpha]
            for d in range(3)
        ]
    )
    np.testing.assert_allclose(out, [each[0], each[1] + each[2]], rtol=1e-12)


def test_states_begin_evenly():
    prior = ByState(np.arange(6, dtype=np.int32), 3, np.ones(4), np.ones(4))
    assert prior.states.tolist() == [0, 0, 1, 1, 2, 2]
    assert prior.alpha[:, :4].tolist() == [[12.5] * 4] * 3


# the whole


def matched(found, true):
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (found, true))
    cosine = b @ a.T
    row, place = linear_sum_assignment(-cosine)
    return place, cosine[row, place]


KEYWORDS = {"丙": ["丙0", "丙1", "丙2"], "甲": ["甲0", "甲1", "甲2"]}


@pytest.mark.parametrize("weighting", keyatm.WEIGHTINGS)
def test_planted_keyword_topics_are_found(weighting, planted):
    method = KeyATM(keywords=KEYWORDS, weighting=weighting, n_iterations=300)
    model = fit_topics(planted.dtm, 3, method, random_state=2)
    place, cosine = matched(model.topic_term, planted.topic_term)
    assert place.tolist() == [1, 2, 0]  # in the order of the keywords, not of the shares; then the one without
    # weights shift the topics away from common words, the more the steeper they are
    assert cosine.min() > {"none": 0.97, "information": 0.95, "inverse_frequency": 0.8}[weighting]
    for k in range(3):
        assert np.corrcoef(planted.doc_topic[:, k], model.doc_topic[:, place[k]])[0, 1] > 0.95
    pi = model.parameters["pi"]
    assert ((pi[:2] > 0) & (pi[:2] < 1)).all()
    assert np.isnan(pi[2])
    assert model.parameters["pi_path"].shape == (30, 3)
    assert model.parameters["alpha"].shape == (3,)
    value = model.trace["value"].to_numpy()
    assert value[-10:].mean() > value[0]
    np.testing.assert_allclose(model.topic_term.sum(axis=1), 1, rtol=1e-12)


def test_a_keyword_of_two_topics(planted):
    method = KeyATM(keywords={"甲": ["甲0", "共0"], "乙": ["乙0", "共0"]}, n_iterations=200)
    model = fit_topics(planted.dtm, 3, method, random_state=2)
    place, _ = matched(model.topic_term, planted.topic_term)
    assert place.tolist() == [0, 1, 2]


def test_without_keywords_the_top_words_are_those_of_lda(planted):
    models = [
        fit_topics(planted.dtm, 3, method, random_state=1)
        for method in (KeyATM(weighting="none", n_iterations=300), GibbsLDA(n_iterations=300))
    ]
    top = [[set(words) for _, words in topic_terms(model, n=8).groupby("topic")["term"]] for model in models]
    assert all(len(a & b) >= 7 for a, b in zip(*top, strict=True))
    assert np.isnan(models[0].parameters["pi"]).all()


def test_the_same_seed_gives_the_same_model_and_saving_keeps_it(tmp_path, planted):
    method = KeyATM(keywords=KEYWORDS, n_iterations=60)
    first = fit_topics(planted.dtm, 3, method, random_state=4)
    assert fit_topics(planted.dtm, 3, method, random_state=4).fingerprint == first.fingerprint
    assert fit_topics(planted.dtm, 3, method, random_state=5).fingerprint != first.fingerprint
    again = TopicModel.load(first.save(tmp_path / "m.parquet"))
    assert again.fingerprint == first.fingerprint
    assert list(again.parameters) == ["alpha", "alpha_path", "pi", "pi_path", "word_weight"]
    assert first.method.burn_in == 30


def two_groups(n_docs=240, effect=1.2):
    """Documents of 60 tokens; in half of them the second topic is commoner. Returns counts, group and true shares."""
    rng = np.random.default_rng(11)
    beta = np.zeros((2, 12))
    beta[0, :5] = beta[1, 5:10] = 0.18
    beta[:, 10:] = 0.05
    group = np.repeat([0, 1], n_docs // 2)
    alpha = np.exp(np.column_stack([np.zeros(n_docs), -0.5 + effect * group]))
    theta = np.stack([rng.dirichlet(row) for row in alpha])
    counts = np.stack([rng.multinomial(60, row @ beta) for row in theta])
    docs = pd.DataFrame(
        {"level": np.where(group, "镇", "县"), "year": 2015 + np.arange(n_docs) * 8 // n_docs},
        index=[f"d{i}" for i in range(n_docs)],
    )
    return DocumentTermMatrix(counts, [f"词{i:02}" for i in range(12)], docs), theta


def test_covariates_are_found():
    dtm, theta = two_groups()
    method = KeyATM(
        keywords={"一": ["词00", "词01"], "二": ["词05", "词06"]},
        weighting="none",
        covariates="~ level",
        n_iterations=200,
    )
    model = fit_topics(dtm, 2, method, random_state=1)
    coefficients = model.parameters["coefficients"]
    assert coefficients[1, 1] - coefficients[1, 0] == pytest.approx(1.2, abs=0.4)  # 镇 against 县
    assert np.corrcoef(model.doc_topic[:, 0], theta[:, 0])[0, 1] > 0.95
    assert model.parameters["coefficients_path"].shape == (20, 2, 2)
    assert model.parameters["design_sd"].tolist() == [1, 1]
    x = np.column_stack([np.ones(240), dtm.docs["level"] == "镇"])
    np.testing.assert_allclose(model.parameters["alpha"], np.exp(x @ coefficients).mean(axis=0), rtol=0.1)


def test_a_numeric_covariate_is_standardised():
    dtm, _ = two_groups()
    model = fit_topics(dtm, 2, KeyATM(covariates="~ year", n_iterations=20), random_state=1)
    year = dtm.docs["year"]
    np.testing.assert_allclose(model.parameters["design_mean"], [0, year.mean()])
    np.testing.assert_allclose(model.parameters["design_sd"], [1, year.std(ddof=0)])


def test_states_of_time_are_found():
    """The second topic becomes commoner between 2018 and 2019."""
    dtm, _ = two_groups()
    method = KeyATM(
        keywords={"一": ["词00"], "二": ["词05"]}, weighting="none", time="year", n_states=2, n_iterations=200
    )
    model = fit_topics(dtm, 2, method, random_state=1)
    assert model.parameters["times"].tolist() == list(range(2015, 2023))
    states = model.parameters["states"]
    np.testing.assert_allclose(states.sum(axis=1), 1)
    assert states[:4, 0].min() > 0.8
    assert states[4:, 1].min() > 0.8
    alpha = model.parameters["state_alpha"]
    share = alpha / alpha.sum(axis=1, keepdims=True)
    assert share[1, 1] - share[0, 1] > 0.15
    assert model.parameters["state_alpha_path"].shape == (20, 2, 2)
    assert model.parameters["alpha"].shape == (2,)


# bad input


def test_documents_without_a_value_are_left_out():
    dtm, _ = two_groups()
    docs = dtm.docs
    docs["year"] = docs["year"].astype(float)
    docs.loc["d3", "year"] = np.nan
    holed = DocumentTermMatrix(dtm.matrix, dtm.vocabulary, docs)
    with pytest.warns(TextkitWarning) as caught:
        model = fit_topics(holed, 2, KeyATM(time="year", n_states=2, n_iterations=20))
    assert str(caught[0].message) == "1 of 240 documents are left out: time='year' has no value for them."
    assert caught[0].filename == __file__
    assert (~model.placed).nonzero()[0].tolist() == [3]
    with pytest.warns(TextkitWarning, match="1 of 240 documents are left out: covariates='~ year'") as caught:
        model = fit_topics(holed, 2, KeyATM(covariates="~ year", n_iterations=20))
    assert caught[0].filename == __file__
    assert (~model.placed).nonzero()[0].tolist() == [3]
    with pytest.raises(ArgumentError) as error:
        fit_topics(holed, 2, KeyATM(time="year", n_states=2, missing="error"))
    assert str(error.value) == (
        "time='year': 1 documents have no value. Fill them in, or say missing=\"drop\" to leave these documents out."
    )


def test_keywords_that_do_not_occur(planted):
    with pytest.warns(TextkitWarning) as caught:
        fit_topics(planted.dtm, 3, KeyATM(keywords={"甲": ["甲0", "无"]}, n_iterations=20))
    assert str(caught[0].message) == "keywords that never occur in these documents are left out: '无'."
    assert caught[0].filename == __file__
    with pytest.raises(
        ArgumentError, match=r"^keywords: no word of '无' occurs in these documents: '无一', '无二'\. Give"
    ):
        fit_topics(planted.dtm, 3, KeyATM(keywords={"无": ["无一", "无二"]}))
    with pytest.raises(ArgumentError, match=r"^keywords has 2 topics, but n_topics=1: it counts"):
        fit_topics(planted.dtm, 1, KeyATM(keywords=KEYWORDS))


@pytest.mark.parametrize("weighting", keyatm.WEIGHTINGS)
def test_one_topic_one_document_one_term(weighting):
    model = fit_topics(DocumentTermMatrix([[3]], ["网格"]), 1, KeyATM(weighting=weighting, n_iterations=20))
    assert model.topic_term.tolist() == [[1.0]]
    assert model.doc_topic.tolist() == [[1.0]]


def test_a_word_that_is_keyword_of_the_only_topic():
    model = fit_topics(DocumentTermMatrix([[3, 2]], ["甲", "乙"]), 1, KeyATM(keywords={"一": ["甲"]}, n_iterations=20))
    np.testing.assert_allclose(model.topic_term.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda dtm: KeyATM(gamma=(1, 0)), ArgumentError, "gamma[1] must be a finite number above 0, got 0."),
        (lambda dtm: KeyATM(gamma=1), ArgumentError, "gamma must be a pair of numbers above 0, got 1."),
        (lambda dtm: KeyATM(n_states=1), ArgumentError, "n_states must be a whole number of at least 2, got 1."),
        (
            lambda dtm: KeyATM(covariates="~ level", time="year"),
            ArgumentError,
            (
                "covariates='~ level' and time='year' cannot be used together. Put time among the covariates: "
                'covariates="... + s(year)".'
            ),
        ),
        (
            lambda dtm: fit_topics(dtm, 2, KeyATM(time="yaer")),
            UnknownNameError,
            "unknown column (time) 'yaer'; did you mean 'year'? Available: 'level', 'year'.",
        ),
        (
            lambda dtm: fit_topics(dtm, 2, KeyATM(time="level")),
            ArgumentError,
            "time='level' must be a column of whole numbers such as years, but it holds '县'.",
        ),
        (
            lambda dtm: fit_topics(dtm, 2, KeyATM(time="year", n_states=9)),
            ArgumentError,
            "n_states must be at most the number of values of 'year', 8, got 9.",
        ),
        (
            lambda dtm: fit_topics(dtm, 2, KeyATM(covariates="~ nothing")),
            UnknownNameError,
            "unknown column",
        ),
    ],
)
def test_messages(call, kind, message):
    with pytest.raises(kind) as error:
        call(two_groups(16)[0])
    assert str(error.value).startswith(message)


# what it expects of groups


@pytest.mark.filterwarnings("ignore:the intervals rest on 2 draws only")
def test_expected_shares_by_hand():
    """Two draws after burn_in, an indicator and a number that was standardised (mean 2, sd 1)."""
    docs = pd.DataFrame({"level": ["县", "镇", "县", "镇"], "year": [1, 2, 3, 2]}, index=list("abcd"))
    method = KeyATM(covariates="~ level + year", n_iterations=20, burn_in=10, thin=1, evaluate_every=5, random_state=0)
    path = np.zeros((4, 3, 2))
    path[2, :, 1] = [0.0, 1.0, 0.0]
    path[3, :, 1] = [0.0, 1.0, 2.0]
    model = TopicModel(
        np.full((2, 2), 0.5), np.full((4, 2), 0.5), ["甲", "乙"], docs, [1, 1], [1, 1, 1, 1],
        pd.DataFrame({"iteration": [5, 10, 15, 20], "value": 0.0}), method, "",
        {
            "coefficients": path[2:].mean(axis=0), "coefficients_path": path,
            "design_mean": np.array([0, 0, 2.0]), "design_sd": np.ones(3),
        },
    )  # fmt: skip
    table = expected_shares(model, "level", confidence=0.9)
    assert list(table.columns) == SHARE_COLUMNS
    assert table["group"].tolist() == ["县", "县", "镇", "镇"]
    county = [0.5, expit([-2.0, 0.0, 2.0, 0.0]).mean()]  # second topic, two draws: years are -1, 0, 1, 0
    town = [expit(1.0), expit([-1.0, 1.0, 3.0, 1.0]).mean()]
    second = table[table["topic"] == 2]
    np.testing.assert_allclose(second["share"], [np.mean(county), np.mean(town)])
    np.testing.assert_allclose(second["ci_low"], [np.quantile(county, 0.05), np.quantile(town, 0.05)])
    change = np.subtract(town, county)
    np.testing.assert_allclose(second["difference"], [0, change.mean()], atol=1e-15)
    np.testing.assert_allclose(second["difference_high"], [0, np.quantile(change, 0.95)], atol=1e-15)
    other = expected_shares(model, "level", reference="镇")
    np.testing.assert_allclose(other["difference"], [change.mean(), -change.mean(), 0, 0], atol=1e-15)
    assert table.groupby("group")["share"].sum().tolist() == pytest.approx([1, 1])
    for call, kind, message in (
        (
            lambda: expected_shares(model),
            ArgumentError,
            "by must be a column of the formula, 'level', 'year', got None.",
        ),
        (
            lambda: expected_shares(model, "levle"),
            UnknownNameError,
            "unknown column (by) 'levle'; did you mean 'level'? Available: 'level', 'year'.",
        ),
        (
            lambda: expected_shares(model, "level", reference="市"),
            UnknownNameError,
            "unknown reference '市'. Available: '县', '镇'.",
        ),
    ):
        with pytest.raises(kind) as error:
            call()
        assert str(error.value) == message


def test_expected_shares_over_time():
    dtm, theta = two_groups()
    method = KeyATM(
        keywords={"一": ["词00"], "二": ["词05"]},
        weighting="none",
        time="year",
        n_states=2,
        n_iterations=200,
        evaluate_every=2,
    )
    table = expected_shares(fit_topics(dtm, 2, method, random_state=1))
    assert table["group"].tolist() == [year for year in range(2015, 2023) for _ in range(2)]
    second = table[table["topic"] == 2]
    np.testing.assert_allclose(second["share"], np.repeat([theta[:120, 1].mean(), theta[120:, 1].mean()], 4), atol=0.08)
    assert (second["ci_low"] <= second["share"]).all()
    assert second["difference_low"].iloc[-1] > 0.1


def test_expected_shares_need_covariates(planted):
    with pytest.raises(ArgumentError, match=r"^expected_shares needs a model fitted by KeyATM with covariates or time"):
        expected_shares(fit_topics(planted.dtm, 3, KeyATM(n_iterations=10)), "year")


def test_few_draws_are_said_to_be_few():
    dtm, _ = two_groups(40)
    model = fit_topics(dtm, 2, KeyATM(covariates="~ level", n_iterations=100))
    with pytest.warns(TextkitWarning) as caught:
        expected_shares(model, "level")
    assert str(caught[0].message) == (
        "the intervals rest on 5 draws only. Fit with a larger n_iterations, or a smaller evaluate_every."
    )
    assert caught[0].filename == __file__
