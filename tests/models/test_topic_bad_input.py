"""What every method does with input that is not as it should be: a message with numbers, or rows of NaN."""

from __future__ import annotations

import warnings
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

from textkit.errors import ArgumentError, EmptyError, TextkitWarning
from textkit.matrix import DocumentTermMatrix
from textkit.models.dynamic_topics import DynamicTopics
from textkit.models.gibbs import GibbsLDA
from textkit.models.hdp import HDP
from textkit.models.keyatm import KeyATM
from textkit.models.lda import LDA
from textkit.models.nmf import NMF
from textkit.models.stm import STM
from textkit.models.topics import METHODS, fit_topics

N_DOCS, N_TERMS = 40, 12
WORDS = {"治理": ["w0", "w1"]}
KEYED = {"keywords": WORDS, "n_iterations": 20}

PLAIN = {
    "lda": LDA(max_iter=5, tol=0),
    "nmf": NMF(max_iter=50, tol=0),
    "gibbs": GibbsLDA(n_iterations=20),
    "stm": STM(max_iter=3),
    "stm prevalence": STM(prevalence="~ level + x", max_iter=3),
    "stm content": STM(content="~ level", max_iter=3, n_penalties=20),
    "keyatm": KeyATM(**KEYED),
    "keyatm covariates": KeyATM(**KEYED, covariates="~ level + x"),
    "keyatm time": KeyATM(**KEYED, time="year", n_states=2),
    "hdp": HDP(n_iterations=10, min_share=0),
    "dynamic": DynamicTopics(time="year", n_starts=1, n_iterations=10, thin=1),
}
"""Each way to fit, as short as it can be."""

WITH_FACTS = {
    "stm prevalence": ("prevalence", "~ level + x", STM(prevalence="~ level + x", max_iter=3)),
    "keyatm covariates": ("covariates", "~ level + x", PLAIN["keyatm covariates"]),
}


@pytest.fixture(autouse=True)
def _unsettled():
    """Short fits have not settled, and short chains of dynamic topics change places; that is not the matter here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*has not settled", TextkitWarning)
        warnings.filterwarnings("ignore", "topics had changed places", TextkitWarning)
        warnings.filterwarnings("ignore", "for .* documents the curvature", TextkitWarning)
        yield


def counts():
    """Forty documents; the last word is in none of them."""
    values = np.random.default_rng(0).poisson(1.5, (N_DOCS, N_TERMS))
    values[:, 0] += 1
    values[:, -1] = 0
    return values


def facts(**changes):
    rng = np.random.default_rng(1)
    docs = pd.DataFrame(
        {
            "year": np.repeat([2019, 2020], N_DOCS // 2),
            "level": ["city", "town"] * (N_DOCS // 2),
            "x": rng.normal(size=N_DOCS),
        },
        index=[f"d{i}" for i in range(N_DOCS)],
    )
    return docs.assign(**changes)


def fit(name_or_method, values=None, docs=None, n_topics=3):
    method = PLAIN[name_or_method] if isinstance(name_or_method, str) else name_or_method
    if isinstance(method, (HDP, DynamicTopics)) and find_spec("tomotopy") is None:
        pytest.skip("tomotopy is not installed")
    values = counts() if values is None else values
    docs = facts() if docs is None else docs
    names = [f"w{i}" for i in range(values.shape[1])]
    return fit_topics(DocumentTermMatrix(values, names, docs), n_topics, method)


def told(call):
    """Return what a call returns and the texts of what it warned of, apart from fits that have not settled."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = call()
    texts = [str(item.message) for item in caught if issubclass(item.category, TextkitWarning)]
    assert all(item.filename == __file__ for item in caught)  # it points to the line of the caller
    ours = ("has not settled", "had changed places", "the curvature at the mode")
    return result, [text for text in texts if not any(part in text for part in ours)]


def test_every_method_is_here():
    assert {name.split()[0] for name in PLAIN} == set(METHODS)


# words and counts


@pytest.mark.parametrize("name", PLAIN)
def test_a_word_in_no_document_is_no_trouble(name):
    model, warned = told(lambda: fit(name))
    assert warned == []
    assert np.isfinite(model.topic_term).all()
    np.testing.assert_allclose(model.topic_term.sum(axis=1), 1)
    # it keeps its column, with no more than the prior of a word that was not seen
    assert model.topic_term.shape[1] == N_TERMS
    assert model.term_counts[-1] == 0
    assert (model.topic_term[:, -1] <= model.topic_term[:, :-1].mean()).all()


@pytest.mark.parametrize("name", PLAIN)
def test_empty_documents_are_kept_as_rows_without_shares(name):
    values = counts()
    values[[3, 7]] = 0
    model, warned = told(lambda: fit(name, values))
    assert warned == ["2 of 40 documents are empty; they take no part in the fit and their topic shares are NaN."]
    assert model.doc_topic.shape[0] == N_DOCS
    assert np.flatnonzero(np.isnan(model.doc_topic).any(axis=1)).tolist() == [3, 7]
    assert np.isnan(model.doc_topic[[3, 7]]).all()
    np.testing.assert_allclose(model.doc_topic[model.placed].sum(axis=1), 1)
    assert model.doc_lengths[[3, 7]].tolist() == [0, 0]
    # an empty document changes nothing for the others
    rest = np.setdiff1d(np.arange(N_DOCS), [3, 7])
    alone = fit(name, values[rest], facts().iloc[rest])
    np.testing.assert_array_equal(alone.doc_topic, model.doc_topic[rest])


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("n_topics", [12, 30])
def test_more_topics_than_words_that_occur(name, n_topics):
    with pytest.raises(ArgumentError) as error:
        fit(name, n_topics=n_topics)
    assert str(error.value) == (f"n_topics must be at most the number of terms that occur in dtm, 11, got {n_topics}.")


@pytest.mark.parametrize("name", PLAIN)
def test_as_many_topics_as_words_that_occur(name):
    model = fit(name, n_topics=11)
    np.testing.assert_allclose(model.topic_term.sum(axis=1), 1)
    np.testing.assert_allclose(model.doc_topic.sum(axis=1), 1)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize(("value", "shown"), [(2.5, "2.5"), (-1.0, "-1"), (0.25, "0.25")])
def test_what_is_no_count(name, value, shown):
    values = counts().astype(float)
    values[5, 2] = value
    with pytest.raises(ArgumentError) as error:
        fit(name, values)
    assert str(error.value) == f"dtm must hold counts, whole numbers of at least 0, but has {shown}."


@pytest.mark.parametrize("name", PLAIN)
def test_whole_numbers_may_be_floats(name):
    np.testing.assert_array_equal(fit(name, counts().astype(float)).topic_term, fit(name).topic_term)


@pytest.mark.parametrize("name", PLAIN)
def test_weights_are_no_counts(name):
    dtm = DocumentTermMatrix(np.full((3, 2), 0.5), ["甲", "乙"], weighting="proportion")
    with pytest.raises(ArgumentError) as error:
        fit_topics(dtm, 1, PLAIN[name])
    assert str(error.value).startswith("fit_topics needs counts, but dtm holds weights (proportion).")


# facts that are missing


@pytest.mark.parametrize("name", WITH_FACTS)
def test_covariates_missing_for_some(name):
    argument, formula, method = WITH_FACTS[name]
    docs = facts()
    docs.loc["d3", "x"] = np.nan
    docs.loc["d4", "level"] = None
    docs.loc["d9", "level"] = None
    model, warned = told(lambda: fit(method, docs=docs))
    gaps = "'level' in 2 documents, 'x' in 1 document"
    assert warned == [f"3 of 40 documents are left out: {argument}={formula!r} has no value for them ({gaps})."]
    assert np.flatnonzero(~model.placed).tolist() == [3, 4, 9]
    assert np.isnan(model.doc_topic[[3, 4, 9]]).all()
    kept = np.setdiff1d(np.arange(N_DOCS), [3, 4, 9])
    alone = fit(method, counts()[kept], docs.iloc[kept])
    np.testing.assert_allclose(alone.doc_topic, model.doc_topic[kept], rtol=1e-9)
    strict = type(method)(**{**_settings(method), "missing": "error"})
    with pytest.raises(ArgumentError) as error:
        fit(strict, docs=docs)
    assert str(error.value) == (
        f'{argument}={formula!r}: values are missing: {gaps}. Fill them in, or say missing="drop" to leave these '
        "documents out."
    )
    with pytest.raises(EmptyError) as error:
        fit(method, docs=facts(x=np.nan))
    assert str(error.value) == f"{argument}={formula!r}: no document has a value in all columns."


@pytest.mark.parametrize("name", ["stm content", "keyatm time", "dynamic"])
def test_groups_and_times_missing_for_some(name):
    column, what = ("level", "content='~ level'") if name == "stm content" else ("year", "time='year'")
    docs = facts().astype({"year": "Int64"})
    docs.loc[["d3", "d8"], column] = None
    model, warned = told(lambda: fit(name, docs=docs))
    assert warned == [f"2 of 40 documents are left out: {what} has no value for them."]
    assert np.flatnonzero(~model.placed).tolist() == [3, 8]
    kept = np.setdiff1d(np.arange(N_DOCS), [3, 8])
    np.testing.assert_allclose(fit(name, counts()[kept], docs.iloc[kept]).doc_topic, model.doc_topic[kept], rtol=1e-9)
    method = PLAIN[name]
    with pytest.raises(ArgumentError) as error:
        fit(type(method)(**{**_settings(method), "missing": "error"}), docs=docs)
    assert str(error.value).startswith(f"{what}: 2 documents have no value")
    assert str(error.value).endswith('Fill them in, or say missing="drop" to leave these documents out.')
    with pytest.raises(EmptyError) as error:
        fit(name, docs=docs.assign(**{column: None}))
    assert str(error.value).startswith(f"{what}: no document has a value")


def _settings(method):
    return {name: getattr(method, name) for name in type(method).__dataclass_fields__}


# designs that say too little


@pytest.mark.parametrize(
    ("formula", "extra", "named"),
    [
        ("~ x + y", {"y": facts()["x"] * 2 + 1}, "'y' follows"),
        ("~ level + z", {"z": (facts()["level"] == "town") * 3.0}, "'z' follows"),
        ("~ one", {"one": 1.0}, "'one' follows"),
        ("~ x + y + z", {"y": facts()["x"] * 2, "z": 1 - facts()["x"]}, "'y', 'z' follow"),
    ],
)
def test_columns_that_follow_from_others(formula, extra, named):
    docs = facts(**extra)
    with pytest.raises(ArgumentError) as error:
        fit(STM(prevalence=formula), docs=docs)
    assert str(error.value).endswith(
        f": the effects cannot be told apart, because {named} from the columns before. Leave a term out, or merge "
        "categories."
    )
    # the prior of keyATM holds them, so that it is told and goes on
    model, warned = told(lambda: fit(KeyATM(**KEYED, covariates=formula), docs=docs))
    assert "".join(warned) == (
        f"covariates={formula!r}: {named} from the columns before; nothing but the prior tells their effects apart. "
        "Leave a term out, or merge categories."
    )
    assert np.isfinite(model.parameters["coefficients"]).all()


def test_as_many_columns_as_documents():
    docs = facts(id=[f"i{i:02}" for i in range(N_DOCS)])
    with pytest.raises(ArgumentError) as error, pytest.warns(TextkitWarning, match="and 36 more have one document"):
        fit(STM(prevalence="~ id"), docs=docs)
    assert str(error.value) == (
        "prevalence '1 + id' makes 40 columns ('Intercept', 'id[T.i01]', 'id[T.i02]', 'id[T.i03]' and 36 more), but "
        "only 40 documents have words and all values. Use fewer terms, or a smaller unit."
    )


ALONE = " 'county' has one document only: the effect of the category is that of the document. Merge small categories."
GROUP_ALONE = (
    "content='~ level': 'county' has one document only: the words of the group are those of the document. Merge small "
    "groups."
)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        *((name, "in column 'level'" + ALONE) for name in WITH_FACTS),
        ("stm content", GROUP_ALONE),
        ("dynamic", "time='year': 1 of 3 times have one document only, such as 2021. Merge times."),
    ],
)
def test_a_category_with_one_document(name, message):
    docs = facts()
    docs.loc["d3", "level"] = "county"
    docs.loc["d3", "year"] = 2021
    model, warned = told(lambda: fit(name, docs=docs))
    assert warned == [message]
    assert model.placed.all()


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (PLAIN["stm content"], "content='~ level' needs at least two groups of documents, got 1."),
        (PLAIN["keyatm time"], "n_states must be at most the number of values of 'year', 1, got 2."),
        (PLAIN["dynamic"], "time='year' must have at least 2 values, got 1."),
    ],
)
def test_one_group_only(method, message):
    with pytest.raises(ArgumentError) as error:
        fit(method, docs=facts(level="city", year=2020))
    assert str(error.value) == message


# very little


@pytest.mark.parametrize("name", ["lda", "nmf", "gibbs", "stm", "keyatm", "hdp"])
def test_one_document(name):
    model, warned = told(lambda: fit(name, np.array([[3, 2]]), facts().iloc[:1], 2))
    assert "".join(warned) == (
        "n_topics=2 is more than the 1 documents with words: some topics will rest on no document. Use fewer topics, "
        'or smaller documents: tokens.split("paragraph").'
    )
    np.testing.assert_allclose(model.doc_topic.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("method", "what"),
    [
        (KeyATM(keywords={"治理": ["w11", "zz"]}), "keywords"),
        (GibbsLDA(seed_words={"治理": ["w11", "zz"]}), "seed_words"),
    ],
)
def test_keywords_of_which_none_occurs(method, what):
    with pytest.raises(ArgumentError) as error:
        fit(method)
    assert str(error.value) == (
        f"{what}: no word of '治理' occurs in these documents: 'w11', 'zz'. Give it words that occur (keyword_report "
        "shows how often), or leave the topic out."
    )


@pytest.mark.parametrize(
    ("method", "what"),
    [
        (KeyATM(keywords={"治理": ["w11", "w0"]}, n_iterations=10), "keywords"),
        (GibbsLDA(seed_words={"治理": ["w11", "w0"]}, n_iterations=20), "seed_words"),
    ],
)
def test_a_keyword_that_does_not_occur(method, what):
    _, warned = told(lambda: fit(method))
    assert warned == [f"{what} that never occur in these documents are left out: 'w11'."]
