"""Words of a content model: which belong to a topic, which to a group, and which to a topic as one group has it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from textkit.errors import ArgumentError, check_int
from textkit.models.stm_place import content_groups, structural
from textkit.models.topics import TopicModel, ranking
from textkit.provenance import stamp

COLUMNS = ["part", "topic", "group", "rank", "term", "kappa", "count"]

_LEAST = 1e-3  # a coefficient below is as good as none


def topic_content_terms(model: TopicModel, n: int = 7) -> pd.DataFrame:
    """List the words that a content model moves up: for each topic, each group, and each topic within a group.

    The words of topic k in group g are ``softmax_w(m_w + topic_kw + group_gw + interaction_gkw)``, m the log
    frequencies. The coefficients are natural logs of how much more often a word comes than its frequency and the other
    parts foretell.

    Parameters
    ----------
    model : TopicModel
        Fitted with `STM` and ``content``.
    n : int, default 7
        Words of each part; only coefficients above 0.001 are listed.

    Returns
    -------
    DataFrame
        ``part`` (``"topic"``, ``"group"``, ``"interaction"``), ``topic`` (from 1; missing for groups), ``group``
        (missing for topics), ``rank``, ``term``, ``kappa``, ``count`` (of the term in the documents of the fit); by
        part, then group, topic, falling kappa, falling count, code points.

    Raises
    ------
    ArgumentError
        The model was not fitted with STM, or without ``content``.

    Notes
    -----
    Coefficients of rare words are large and uncertain: look at ``count``. For how two groups speak of one topic, see
    `perspectives`.

    References
    ----------
    Roberts, Stewart & Airoldi (2016); Taddy (2015).
    """
    method = structural(model)
    check_int("n", n, minimum=1)
    if "kappa" not in model.parameters:
        raise ArgumentError('model was fitted without content. Fit it with STM(content="~ party"), one column of docs.')
    names, k = content_groups(model, method), model.n_topics
    kappa = model.parameters["kappa"].T
    parts: list[tuple[str, Any, Any]] = [("topic", topic, None) for topic in range(1, k + 1)]
    parts += [("group", pd.NA, name) for name in names]
    if len(kappa) > len(parts):
        parts += [("interaction", topic, name) for name in names for topic in range(1, k + 1)]
    top = ranking(np.where(kappa > _LEAST, kappa, np.nan), model.term_counts, model.vocabulary.terms, n)
    rows = [
        (*part, rank, model.vocabulary[int(place)], kappa[row, place], model.term_counts[place])
        for row, part in enumerate(parts)
        for rank, place in enumerate(top[row], start=1)
        if kappa[row, place] > _LEAST
    ]
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"topic": "Int64", "rank": "int64", "kappa": "float64"})
    return stamp(table, "topic_content_terms", inputs=model.inputs, method=model.method, n=n)
