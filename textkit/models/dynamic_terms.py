"""How the words of dynamic topics change over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit.errors import ArgumentError, check_choice, check_int
from textkit.models.dynamic_topics import BY_TIME, DynamicTopics
from textkit.models.topics import Floats, TopicModel, check_model, ranking
from textkit.provenance import stamp
from textkit.selection import groups

COLUMNS = ["topic", "time", "rank", "term", "probability", "change", "count"]


def topic_terms_over_time(
    model: TopicModel,
    n: int = 10,
    *,
    by: str = "probability",
    topics: Sequence[int] | None = None,
    terms: Sequence[str] | None = None,
) -> pd.DataFrame:
    """List the words of dynamic topics at each time.

    ``probability[t, k, w]`` is that of term w in topic k at time t; ``change`` is what it has gained since the first
    time, ``probability[t, k, w] - probability[0, k, w]``. Every term that is chosen for a topic is listed at every
    time, so that its path is whole.

    Parameters
    ----------
    model : TopicModel
        Fitted by `DynamicTopics`.
    n : int, default 10
        Terms of a topic.
    by : {"probability", "change"}, default "probability"
        ``"probability"``: the terms that are among the first n at any time (so that there may be more than n);
        ``"change"``: the n terms with the largest ``max_t p - min_t p``.
    topics : sequence of int, optional
        Topics to list (from 1); default all.
    terms : sequence of str, optional
        These terms instead, in every topic.

    Returns
    -------
    DataFrame
        ``topic`` (from 1), ``time`` (value of the column of time), ``rank`` (from 1, of all terms of the topic at this
        time), ``term``, ``probability``, ``change``, ``count`` (of the term in all documents of the fit); by topic,
        time, rank. For the first n of each time keep the rows with ``rank <= n``.

    Raises
    ------
    ArgumentError
        The model was not fitted by `DynamicTopics`; a topic that it does not have.
    UnknownNameError
        A term that is not in the vocabulary.

    Notes
    -----
    Probabilities of neighbouring times are drawn towards each other by ``term_variance``: a smaller one makes smoother
    paths. They are estimates without intervals: look at how often a word stands in the documents of a time (`trend`)
    before a change carries an argument.

    References
    ----------
    Blei & Lafferty (2006).

    Examples
    --------
    >>> method = DynamicTopics(time="year")
    >>> docs = pd.DataFrame({"year": [2019, 2020]}, index=["a", "b"])
    >>> path, both = pd.DataFrame({"iteration": [1], "value": [0.0]}), [[[0.5, 0.375, 0.125]], [[0.25, 0.625, 0.125]]]
    >>> model = TopicModel(
    ...     [[0.375, 0.5, 0.125]], [[1], [1]], ["经济", "文化", "治理"], docs, [3, 4, 1], [4, 4], path, method,
    ...     parameters={"topic_term_by_time": both},
    ... )
    >>> topic_terms_over_time(model, 1)
       topic  time  rank term  probability  change  count
    0      1  2019     1   经济        0.500    0.00      3
    1      1  2019     2   文化        0.375    0.00      4
    2      1  2020     1   文化        0.625    0.25      4
    3      1  2020     2   经济        0.250   -0.25      3
    """
    check_model(model)
    check_int("n", n, minimum=1)
    check_choice("by", by, ("probability", "change"))
    method = model.method
    if not isinstance(method, DynamicTopics) or BY_TIME not in model.parameters:
        raise ArgumentError(
            "topic_terms_over_time needs a model with topics that change: "
            'fit_topics(dtm, n_topics, DynamicTopics(time="year")).'
        )
    times = groups(model._docs[model.placed], method.time)[1]
    chosen = _topics(model, topics)
    own = None if terms is None else _places(model, terms)
    rows = [_rows(model, k, n, by, own) for k in chosen]
    step = [step for steps, _, _ in rows for step in steps.tolist()]
    topic = np.repeat(np.array(chosen, dtype=np.int64), [len(steps) for steps, _, _ in rows])
    place = np.concatenate([places for _, places, _ in rows])
    by_time = model.parameters[BY_TIME]
    probability = by_time[step, topic, place]
    table = pd.DataFrame(
        {
            "topic": topic + 1,
            "time": pd.Series([times[t] for t in step], dtype=object).infer_objects(),
            "rank": np.concatenate([ranks for _, _, ranks in rows]) + 1,
            "term": pd.Series([model.vocabulary[int(i)] for i in place], dtype=object),
            "probability": probability,
            "change": probability - by_time[0, topic, place],
            "count": model.term_counts[place],
        },
        columns=COLUMNS,
    )
    return stamp(
        table,
        "topic_terms_over_time",
        inputs=model.inputs,
        method=method,
        n=n,
        by=by,
        topics=None if topics is None else [int(k) for k in topics],
        terms=None if terms is None else list(terms),
    )


def _topics(model: TopicModel, topics: Sequence[int] | None) -> list[int]:
    if topics is None:
        return list(range(model.n_topics))
    found = sorted({check_int("topics", k, minimum=1, maximum=model.n_topics) - 1 for k in topics})
    if not found:
        raise ArgumentError("topics must name at least one topic, got none.")
    return found


def _places(model: TopicModel, terms: Sequence[str]) -> NDArray[np.intp]:
    if isinstance(terms, str) or not len(terms):
        raise ArgumentError(f'terms must be a list of words, such as ["经济"], got {terms!r}.')
    return np.array([model.vocabulary.id(term) for term in terms], dtype=np.intp)


def _rows(
    model: TopicModel, k: int, n: int, by: str, own: NDArray[Any] | None
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return step, place of the term and rank (from 0) of each row of a topic."""
    paths: Floats = model.parameters[BY_TIME][:, k]
    counts, names = model.term_counts, model.vocabulary.terms
    order = ranking(paths, counts, names, len(names))
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(len(names))[None], axis=1)
    if own is not None:
        listed = np.unique(own)
    elif by == "probability":
        listed = np.unique(order[:, :n])
    else:
        listed = ranking((paths.max(axis=0) - paths.min(axis=0))[None], counts, names, n)[0]
    within = np.argsort(rank[:, listed], axis=1)
    places = listed[within]
    steps = np.repeat(np.arange(len(paths)), len(listed))
    return steps, places.ravel(), np.take_along_axis(rank, places, axis=1).ravel()
