"""Corpora drawn from topic models whose truth is known: for lessons, tests and benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from textkit.errors import ArgumentError, check_choice, check_float, check_int, check_type
from textkit.formulas import design
from textkit.matrix import DocumentTermMatrix
from textkit.measures import Floats
from textkit.models.topics import TopicModel

MODELS = ("stm", "lda", "keyatm")
_KEYWORDS, _PI = 5, 0.3
_BLOCK = 20_000_000  # numbers held at once while words are drawn


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SimulatedCorpus:
    """Counts and what they were drawn from.

    ``dtm`` (D, V); ``topic_term`` (K, V), for groups with words of their own the mean over the groups; ``doc_topic``
    (D, K); for ``model="stm"`` ``gamma`` (p, K - 1), ``sigma`` (K - 1, K - 1), ``design`` (D, p) with its ``columns``,
    and ``group_topic_term`` (G, K, V); these are None for LDA. For ``model="keyatm"`` ``keywords``, topic name → terms,
    which `KeyATM` takes, and ``pi`` (K,), the chance that a token of the topic is a use of its keywords (NaN for topics
    without); with ``prevalence`` ``gamma`` (p, K), ``design`` and ``columns``. ``settings`` are the arguments.
    """

    dtm: DocumentTermMatrix
    topic_term: Floats
    doc_topic: Floats
    gamma: Floats | None
    sigma: Floats | None
    design: Floats | None
    columns: list[str] | None
    group_topic_term: Floats | None
    settings: dict[str, Any]
    keywords: dict[str, list[str]] | None = None
    pi: Floats | None = None

    @property
    def truth(self) -> TopicModel:
        """What the counts were drawn from, in the form of a model: for `align_topics`, `estimate_effect` and the like.

        Its topics stand in the order of ``topic_term``; its trace is one value, NaN.
        """
        dtm = self.dtm
        path = pd.DataFrame({"iteration": [0], "value": [np.nan]})
        return TopicModel(self.topic_term, self.doc_topic, dtm.vocabulary, dtm.docs, dtm.term_counts, dtm.lengths, path)

    def __repr__(self) -> str:
        (d, v), k = self.dtm.shape, len(self.topic_term)
        return f"SimulatedCorpus({self.settings['model']}: {d:,} documents, {v:,} terms, {k} topics)"


def simulate_corpus(
    n_docs: int = 1000,
    n_terms: int = 1000,
    n_topics: int = 5,
    *,
    model: str = "stm",
    length: float | Sequence[int] = 150,
    docs: pd.DataFrame | None = None,
    prevalence: str | None = None,
    gamma: Any = None,
    sigma: Any = None,
    content: str | None = None,
    content_strength: float = 1.0,
    alpha: float = 0.1,
    eta: float = 0.05,
    n_keyword_topics: int | None = None,
    n_keywords: int | None = None,
    pi: float | Sequence[float] | None = None,
    random_state: int = 0,
) -> SimulatedCorpus:
    """Draw a corpus from a topic model with known truth.

    Topics are drawn from Dirichlet(eta). With ``model="lda"`` the shares of a document are drawn from Dirichlet(alpha);
    with ``model="stm"`` its logits from ``Normal(x_d gamma, sigma)``, the last one zero; with ``model="keyatm"`` they
    are drawn from Dirichlet(alpha), or with ``prevalence`` from Dirichlet(exp(x_d gamma)). Then each token: a topic, a
    word; in a keyword-assisted model, with probability pi, one of the keywords of the topic by their own distribution,
    Dirichlet(1).

    Parameters
    ----------
    n_docs, n_terms, n_topics : int, default 1000, 1000, 5
    model : {"stm", "lda", "keyatm"}, default "stm"
    length : number or sequence of int, default 150
        Mean of the Poisson lengths (at least one token each), or the length of each document.
    docs : DataFrame, optional
        Facts about the documents, ``n_docs`` rows; by default one column ``treatment``, 0 and 1 in turn.
    prevalence : str, optional
        Formula of the STM, by default ``"~ treatment"`` if ``docs`` is not given, else none; or of keyATM, by default
        none.
    gamma : array (p, K - 1), for keyATM (p, K), optional
        Coefficients; by default slopes from Normal(0, 1), and intercepts from Normal(0, 0.5), for keyATM ln alpha.
    sigma : array (K - 1, K - 1), optional
        Covariance of the logits; by default the identity.
    content : str, optional
        Column of ``docs`` whose groups have words of their own, ``"~ party"``.
    content_strength : float, default 1.0
        Standard deviation of the logs by which a tenth of a group's words of a topic differ.
    alpha, eta : float, default 0.1 and 0.05
    n_keyword_topics : int, optional
        Topics with keywords, the first ones; by default all but one. For keyATM only, like the next two.
    n_keywords : int, optional
        Keywords of each, 5 by default: the terms that are most its own, none of two topics.
    pi : float or sequence of float from 0 to 1, optional
        Chance of a use of the keywords, for all topics with keywords or for each; 0.3 by default.
    random_state : int, default 0
        The same seed gives the same corpus.

    Returns
    -------
    SimulatedCorpus
        Terms are called ``w0001`` …; a term that was never drawn keeps its column.

    Raises
    ------
    ArgumentError
        Sizes or shapes that do not agree; ``sigma`` is not a covariance.

    Examples
    --------
    >>> drawn = simulate_corpus(100, 50, 3, length=40)
    >>> drawn
    SimulatedCorpus(stm: 100 documents, 50 terms, 3 topics)
    >>> drawn.columns, drawn.gamma.shape
    (['Intercept', 'treatment'], (2, 2))
    >>> drawn = simulate_corpus(100, 50, 3, model="keyatm", length=40, n_keywords=2)
    >>> drawn.keywords
    {'topic1': ['w30', 'w37'], 'topic2': ['w08', 'w09']}
    """
    check_choice("model", model, MODELS)
    d, v = check_int("n_docs", n_docs, minimum=1), check_int("n_terms", n_terms, minimum=2)
    k = check_int("n_topics", n_topics, minimum=2)
    check_float("alpha", alpha, minimum=0, open_minimum=True)
    check_float("eta", eta, minimum=0, open_minimum=True)
    check_float("content_strength", content_strength, minimum=0)
    check_int("random_state", random_state, minimum=0)
    rng = np.random.default_rng(random_state)
    width = len(str(v))
    terms = [f"w{place:0{width}}" for place in range(1, v + 1)]
    facts = _facts(docs, d)
    _check_own(model, (prevalence, gamma), (sigma, content), (n_keyword_topics, n_keywords, pi))
    topics = rng.dirichlet(np.full(v, eta), size=k)
    settings = {
        "model": model, "length": length if np.ndim(length) == 0 else "given", "prevalence": prevalence,
        "content": content, "content_strength": content_strength, "alpha": alpha, "eta": eta,
        "random_state": random_state,
    }  # fmt: skip
    lengths = _lengths(length, d, rng)
    if model == "lda":
        theta = rng.dirichlet(np.full(k, alpha), size=d)
        with threadpool_limits(limits=1):
            counts = _counts(theta, topics[None], np.zeros(d, dtype=np.intp), lengths, rng)
        dtm = DocumentTermMatrix(counts, terms, facts)
        return SimulatedCorpus(dtm, topics, theta, None, None, None, None, None, settings)
    if model == "keyatm":
        return _keyatm(
            facts, terms, topics, lengths, rng, settings, prevalence, gamma, alpha, n_keyword_topics, n_keywords, pi
        )
    formula = prevalence or ("~ treatment" if docs is None else None)
    x, columns = _design(facts, formula)
    slopes = _gamma(gamma, x.shape[1], k - 1, rng, "topics - 1")
    spread = _sigma(sigma, k)
    with threadpool_limits(limits=1):  # sums over several threads differ in the last digits
        theta = _softmax(x @ slopes + rng.standard_normal((d, k - 1)) @ np.linalg.cholesky(spread).T)
        group, by_group = _by_group(content, facts, topics, content_strength, rng)
        counts = _counts(theta, by_group, group, lengths, rng)
    weight = np.bincount(group, weights=lengths, minlength=len(by_group)) / max(int(lengths.sum()), 1)
    mean = np.einsum("g,gkv->kv", weight, by_group)
    dtm = DocumentTermMatrix(counts, terms, facts)
    return SimulatedCorpus(dtm, mean, theta, slopes, spread, x, columns, by_group, {**settings, "prevalence": formula})


def _facts(docs: pd.DataFrame | None, n_docs: int) -> pd.DataFrame:
    names = pd.Index([f"doc{place}" for place in range(1, n_docs + 1)], name="doc")
    if docs is None:
        return pd.DataFrame({"treatment": np.arange(n_docs) % 2}, index=names)
    check_type("docs", docs, pd.DataFrame)
    if len(docs) != n_docs:
        raise ArgumentError(f"docs has {len(docs):,} rows, but n_docs is {n_docs:,}.")
    return docs.set_axis(names) if isinstance(docs.index, pd.RangeIndex) else docs


def _lengths(length: float | Sequence[int], n_docs: int, rng: Generator) -> Any:
    if np.ndim(length) == 0:
        mean = check_float("length", length, minimum=1)  # type: ignore[arg-type]
        return np.maximum(rng.poisson(mean, size=n_docs), 1)
    sizes = np.asarray(length)
    if sizes.shape != (n_docs,) or sizes.dtype.kind not in "iu" or (sizes < 0).any():
        raise ArgumentError(f"length must be a number, or {n_docs:,} whole numbers of at least 0.")
    return sizes.astype(np.int64)


def _design(facts: pd.DataFrame, formula: str | None) -> tuple[Floats, list[str]]:
    if formula is None:
        return np.ones((len(facts), 1)), ["Intercept"]
    made = design(facts, formula, missing="error", argument="prevalence", depth=2)
    return made.matrix, made.names


def _gamma(gamma: Any, p: int, n: int, rng: Generator, what: str) -> Floats:
    if gamma is None:
        drawn: Floats = rng.standard_normal((p, n))
        drawn[0] *= 0.5
        return drawn
    values = np.asarray(gamma, dtype=np.float64)
    if values.shape != (p, n):
        raise ArgumentError(f"gamma must have the shape (columns, {what}) {(p, n)}, got {values.shape}.")
    return values


def _check_own(model: str, formula: tuple[Any, ...], stm: tuple[Any, ...], keyatm: tuple[Any, ...]) -> None:
    """Raise if an argument was given that belongs to another model."""
    if model == "lda" and any(item is not None for item in (*formula, *stm)):
        raise ArgumentError(
            'prevalence, gamma, sigma and content belong to model="stm" (prevalence and gamma to "keyatm" too).'
        )
    if model == "keyatm" and any(item is not None for item in stm):
        raise ArgumentError('sigma and content belong to model="stm".')
    if model != "keyatm" and any(item is not None for item in keyatm):
        raise ArgumentError('n_keyword_topics, n_keywords and pi belong to model="keyatm".')


def _keyatm(
    facts: pd.DataFrame,
    terms: list[str],
    topics: Floats,
    lengths: Any,
    rng: Generator,
    settings: dict[str, Any],
    prevalence: str | None,
    gamma: Any,
    alpha: float,
    n_keyword_topics: int | None,
    n_keywords: int | None,
    pi: float | Sequence[float] | None,
) -> SimulatedCorpus:
    k = len(topics)
    keyed = k - 1 if n_keyword_topics is None else check_int("n_keyword_topics", n_keyword_topics, minimum=1, maximum=k)
    most = len(terms) // keyed
    n = min(_KEYWORDS, most) if n_keywords is None else check_int("n_keywords", n_keywords, minimum=1, maximum=most)
    chances = _chances(pi, keyed)
    words = _own_words(topics, keyed, n)
    mixed = topics.copy()
    mixed[:keyed] *= 1 - chances[:, None]
    for topic, own in enumerate(words):
        mixed[topic, own] += chances[topic] * rng.dirichlet(np.ones(n))
    settings |= {"n_keyword_topics": keyed, "n_keywords": n, "pi": chances.tolist()}
    x, columns, slopes = None, None, None
    with threadpool_limits(limits=1):  # sums over several threads differ in the last digits
        if prevalence is None and gamma is None:
            theta = rng.dirichlet(np.full(k, alpha), size=len(facts))
        else:
            x, columns = _design(facts, prevalence)
            slopes = _gamma(gamma, x.shape[1], k, rng, "topics")
            if gamma is None:
                slopes[0] = np.log(alpha)
            theta = np.stack([rng.dirichlet(prior) for prior in np.exp(x @ slopes)])
        counts = _counts(theta, mixed[None], np.zeros(len(facts), dtype=np.intp), lengths, rng)
    names = {f"topic{topic + 1}": [terms[word] for word in own] for topic, own in enumerate(words)}
    every = np.full(k, np.nan)
    every[:keyed] = chances
    dtm = DocumentTermMatrix(counts, terms, facts)
    return SimulatedCorpus(dtm, mixed, theta, slopes, None, x, columns, None, settings, names, every)


def _chances(pi: float | Sequence[float] | None, keyed: int) -> Floats:
    values = np.asarray(_PI if pi is None else pi, dtype=np.float64)
    if values.ndim == 0:
        return np.full(keyed, check_float("pi", float(values), minimum=0, maximum=1))
    if values.shape != (keyed,) or not ((values >= 0) & (values <= 1)).all():
        raise ArgumentError(f"pi must be a number from 0 to 1, or {keyed} of them, one for each topic with keywords.")
    return values


def _own_words(topics: Floats, keyed: int, n: int) -> list[list[int]]:
    """Choose n words for each of the first topics, in turn the one of largest ``p(w | k) p(k | w)`` that is left.

    >>> _own_words(np.array([[0.6, 0.3, 0.1], [0.1, 0.5, 0.4]]), 2, 1)
    [[0], [2]]
    """
    weight = topics * topics / np.maximum(topics.sum(axis=0), 1e-300)
    chosen: list[list[int]] = [[] for _ in range(keyed)]
    left = np.ones(topics.shape[1], dtype=bool)
    for _ in range(n):
        for topic, own in enumerate(chosen):
            word = int(np.where(left, weight[topic], -1.0).argmax())
            own.append(word)
            left[word] = False
    return chosen


def _sigma(sigma: Any, k: int) -> Floats:
    if sigma is None:
        return np.eye(k - 1)
    values = np.asarray(sigma, dtype=np.float64)
    if values.shape != (k - 1, k - 1) or not np.allclose(values, values.T):
        raise ArgumentError(f"sigma must be symmetric with the shape {(k - 1, k - 1)}, got {values.shape}.")
    if np.linalg.eigvalsh(values).min() <= 0:
        raise ArgumentError("sigma must be positive definite: a covariance.")
    return values


def _softmax(logits: Floats) -> Floats:
    full = np.column_stack([logits, np.zeros(len(logits))])
    shares: Floats = np.exp(full - full.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def _by_group(
    content: str | None, facts: pd.DataFrame, topics: Floats, strength: float, rng: Generator
) -> tuple[Any, Floats]:
    """Return the group of each document and the topics of each group (G, K, V)."""
    if content is None:
        return np.zeros(len(facts), dtype=np.intp), topics[None]
    name = content.strip().removeprefix("~").strip()
    if name not in facts.columns:
        raise ArgumentError(f"content={content!r} must name one column of docs, which has {list(facts.columns)}.")
    codes, values = pd.factorize(facts[name], sort=True)
    if (codes < 0).any():
        raise ArgumentError(f"content={content!r}: some documents have no value.")
    shift = rng.standard_normal((len(values), *topics.shape)) * strength
    shift[rng.random(shift.shape) >= 0.1] = 0.0
    by_group: Floats = topics * np.exp(shift)
    by_group /= by_group.sum(axis=2, keepdims=True)
    return codes, by_group


def _counts(theta: Floats, by_group: Floats, group: Any, lengths: Any, rng: Generator) -> csr_array:
    """Draw the words: a multinomial of the mixture for each document, in blocks."""
    size = max(1, _BLOCK // by_group.shape[2])
    from scipy.sparse import vstack

    blocks = []
    for first in range(0, len(theta), size):
        part = slice(first, first + size)
        chance = (
            np.einsum("dk,dkv->dv", theta[part], by_group[group[part]])
            if len(by_group) > 1
            else (theta[part] @ by_group[0])
        )
        chance /= chance.sum(axis=1, keepdims=True)
        blocks.append(csr_array(rng.multinomial(lengths[part], chance)))
    return csr_array(vstack(blocks))
