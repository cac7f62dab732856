"""Terms that name a topic, and how much the topics have terms of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit.errors import check_choice, check_float, check_int
from textkit.models.topics import Floats, TopicModel, check_model, ranking
from textkit.provenance import stamp

TERM_COLUMNS = ("topic", "rank", "term", "weight", "probability")
EXCLUSIVITY_COLUMNS = ("topic", "exclusivity")
_FLOOR = 1e-300  # stands for probability zero where a score needs its logarithm


def topic_terms(
    model: TopicModel,
    n: int = 10,
    *,
    by: str = "probability",
    frex_weight: float = 0.5,
    relevance_lambda: float = 0.6,
) -> pd.DataFrame:
    r"""List the terms that stand for each topic.

    With ``b = topic_term[k, w]``, ``n_w`` the count of the term and ``p_w = n_w / Σ n_w``:

    - ``probability``: ``b``; what the topic is made of, common words included.
    - ``frex``: ``1 / (ω / E(x) + (1 - ω) / E(b))``, frequent and exclusive. ``x = b / Σ_j topic_term[j, w]``, drawn
      towards 1/K for rare terms (James-Stein); ``E`` is the rank within the topic over V, ties averaged.
    - ``lift``: ``b / p_w``; favours rare terms.
    - ``score``: ``b · (ln b - mean_j ln topic_term[j, w])``.
    - ``relevance``: ``λ ln b + (1 - λ) ln(b / p_w)``.

    Parameters
    ----------
    model : TopicModel
    n : int, default 10
        Terms a topic. A term whose probability in the topic is zero is never listed.
    by : {"probability", "frex", "lift", "score", "relevance"}, default "probability"
    frex_weight : float in [0, 1], default 0.5
        ω, the weight of exclusivity.
    relevance_lambda : float in [0, 1], default 0.6
        λ, the weight of probability.

    Returns
    -------
    DataFrame
        ``topic`` (from 1), ``rank`` (from 1), ``term``, ``weight`` (the value of ``by``), ``probability``; by topic,
        then weight (down), count (down), term. Lift and relevance of a term that never occurs are NaN.

    Raises
    ------
    ArgumentError
        An argument lies outside its range.

    Notes
    -----
    Weights by ``frex`` are ranks: they must not be compared between models with other vocabularies.

    References
    ----------
    Bischof and Airoldi (2012) for FREX; Taddy (2012) for lift; Sievert and Shirley (2014) for relevance.

    Examples
    --------
    >>> from textkit.models.topics import TopicModel
    >>> path = pd.DataFrame({"iteration": [1], "value": [0.0]})
    >>> docs = pd.DataFrame(index=["a", "b"])
    >>> beta = [[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]]
    >>> model = TopicModel(beta, [[1, 0], [0, 1]], ["经济", "发展", "文化"], docs, [5, 10, 5], [10, 10], path)
    >>> topic_terms(model, 2, by="lift")
       topic  rank term  weight  probability
    0      1     1   经济     2.0          0.5
    1      1     2   发展     1.0          0.5
    2      2     1   文化     2.0          0.5
    3      2     2   发展     1.0          0.5
    """
    check_model(model)
    check_int("n", n, minimum=1)
    check_choice("by", by, _WEIGHTS)
    check_float("frex_weight", frex_weight, minimum=0, maximum=1)
    check_float("relevance_lambda", relevance_lambda, minimum=0, maximum=1)
    beta, counts = model.topic_term, model.term_counts
    weight = _WEIGHTS[by](beta, counts, frex_weight, relevance_lambda)
    listed = np.where(beta > 0, weight, np.nan)
    places = ranking(listed, counts, model.vocabulary.terms, n)
    topic, rank = (index.ravel() for index in np.indices(places.shape))
    term = places.ravel()
    table = pd.DataFrame(
        {
            "topic": topic + 1,
            "rank": rank + 1,
            "term": pd.Series([model.vocabulary[int(i)] for i in term], dtype=object),
            "weight": weight[topic, term],
            "probability": beta[topic, term],
        },
        columns=list(TERM_COLUMNS),
    )
    table = table[beta[topic, term] > 0].reset_index(drop=True)
    return stamp(
        table,
        "topic_terms",
        inputs=model.inputs,
        method=model.method,
        n=n,
        by=by,
        frex_weight=frex_weight,
        relevance_lambda=relevance_lambda,
    )


def topic_exclusivity(model: TopicModel, n: int = 10, *, frex_weight: float = 0.7) -> pd.DataFrame:
    """Measure how much the top terms of each topic belong to it alone: the sum of their FREX.

    ``Σ 1 / (ω / E(x) + (1 - ω) / E(b))`` over the ``n`` terms of highest probability; see `topic_terms`, but with
    ``x = b / Σ_j topic_term[j, w]`` as it is, as R's stm has it: frequent terms need no shrinking. Where
    terms have the same probability, those that stand first in the vocabulary count.

    Parameters
    ----------
    model : TopicModel
    n : int, default 10
        Terms a topic.
    frex_weight : float in [0, 1], default 0.7
        ω, the weight of exclusivity.

    Returns
    -------
    DataFrame
        ``topic, exclusivity``: from 0 to ``n``, higher is more exclusive. One row a topic, in order.

    Raises
    ------
    ArgumentError
        An argument lies outside its range.

    Notes
    -----
    Values grow with ``n``; those of models with other vocabularies must not be compared. With one topic
    every term is as exclusive as any other.

    References
    ----------
    Bischof and Airoldi (2012); Roberts, Stewart and Tingley (2019).

    Examples
    --------
    >>> from textkit.models.topics import TopicModel
    >>> path = pd.DataFrame({"iteration": [1], "value": [0.0]})
    >>> docs = pd.DataFrame(index=["a", "b"])
    >>> model = TopicModel([[0.7, 0.3], [0.2, 0.8]], [[1, 0], [0, 1]], ["经济", "文化"], docs, [9, 11], [10, 10], path)
    >>> topic_exclusivity(model, 1)["exclusivity"].tolist()
    [1.0, 1.0]
    """
    check_model(model)
    check_int("n", n, minimum=1)
    check_float("frex_weight", frex_weight, minimum=0, maximum=1)
    beta = model.topic_term
    top = np.argsort(-beta, axis=1, kind="stable")[:, :n]
    total = np.take_along_axis(frex(beta, None, frex_weight), top, axis=1).sum(axis=1)
    table = pd.DataFrame({"topic": np.arange(1, model.n_topics + 1), "exclusivity": total})
    settings = {"method": model.method, "n": n, "frex_weight": frex_weight}
    return stamp(table, "topic_exclusivity", inputs=model.inputs, **settings)


def exclusivity(beta: Floats, counts: NDArray[Any] | None = None) -> Floats:
    """Return each topic's share of each term's probabilities; with counts, shrunk towards 1/K (K, V).

    The James-Stein weight of 1/K is ``Σ_k p(1 - p) / (n_w - 1) / Σ_k (p - 1/K)²`` cut to [0, 1].
    """
    even = 1 / len(beta)
    total = beta.sum(axis=0)
    share: Floats = np.divide(beta, total, out=np.full(beta.shape, even), where=total > 0)
    if counts is None:
        return share
    spread = ((share - even) ** 2).sum(axis=0)
    noise = np.divide((share * (1 - share)).sum(axis=0), counts - 1, out=np.ones(len(total)), where=counts > 1)
    pull = np.divide(noise, spread, out=np.ones(len(total)), where=spread > 0)
    pull = np.where(counts > 1, np.clip(pull, 0, 1), 1.0)
    shrunk: Floats = pull * even + (1 - pull) * share
    return shrunk


def frex(beta: Floats, counts: NDArray[Any] | None, weight: float) -> Floats:
    """Return the harmonic mean of the ranks by exclusivity (of that weight) and by probability (K, V)."""
    mean: Floats = 1 / (weight / _ecdf(exclusivity(beta, counts)) + (1 - weight) / _ecdf(beta))
    return mean


def lift(beta: Floats, counts: NDArray[Any]) -> Floats:
    """Return probability in the topic over probability in the corpus (K, V)."""
    known = counts > 0
    ratio: Floats = np.divide(beta * counts.sum(), counts, out=np.full(beta.shape, np.nan), where=known)
    return ratio


def score(beta: Floats) -> Floats:
    """Return probability times how far its logarithm is above the mean of the topics (K, V)."""
    logs = np.log(np.maximum(beta, _FLOOR))
    weighted: Floats = beta * (logs - logs.mean(axis=0))
    return weighted


def relevance(beta: Floats, counts: NDArray[Any], weight: float) -> Floats:
    """Return the weighted mean of log probability and log lift (K, V); minus infinity for probability zero."""
    known = counts > 0
    log_share = np.log(np.divide(counts, counts.sum()), out=np.full(len(counts), np.nan), where=known)
    log_beta = np.log(beta, out=np.full(beta.shape, -np.inf), where=beta > 0)
    mean: Floats = log_beta - (1 - weight) * log_share
    return mean


def _ecdf(values: Floats) -> Floats:
    ranks = pd.DataFrame(values).rank(axis=1, method="average")
    shares: Floats = ranks.to_numpy() / values.shape[1]
    return shares


_WEIGHTS: dict[str, Callable[[Floats, NDArray[Any], float, float], Floats]] = {
    "probability": lambda beta, counts, frex_weight, relevance_lambda: beta,
    "frex": lambda beta, counts, frex_weight, relevance_lambda: frex(beta, counts, frex_weight),
    "lift": lambda beta, counts, frex_weight, relevance_lambda: lift(beta, counts),
    "score": lambda beta, counts, frex_weight, relevance_lambda: score(beta),
    "relevance": lambda beta, counts, frex_weight, relevance_lambda: relevance(beta, counts, relevance_lambda),
}
