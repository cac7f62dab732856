"""Documents that belong most to a topic."""

from __future__ import annotations

import numpy as np
import pandas as pd

from textkit.errors import check_int
from textkit.models.topics import TopicModel, check_model, ranking
from textkit.provenance import stamp

COLUMNS = ("topic", "rank", "doc", "share")


def topic_docs(model: TopicModel, n: int = 5) -> pd.DataFrame:
    """List the documents in which each topic has its largest share: read them before naming the topic.

    Parameters
    ----------
    model : TopicModel
    n : int, default 5
        Documents a topic.

    Returns
    -------
    DataFrame
        ``topic`` (from 1), ``rank`` (from 1), ``doc``, ``share`` (``doc_topic[d, k]``, from 0 to 1); by topic, then
        share (down), length (down), name. Documents without shares (empty ones) are left out.

    Raises
    ------
    ArgumentError
        ``n`` is below 1.

    Examples
    --------
    >>> from textkit.models.topics import TopicModel
    >>> path = pd.DataFrame({"iteration": [1], "value": [0.0]})
    >>> docs = pd.DataFrame(index=["a", "b"])
    >>> theta = [[1, 0], [0.25, 0.75]]
    >>> model = TopicModel([[0.7, 0.3], [0.2, 0.8]], theta, ["经济", "文化"], docs, [9, 11], [10, 10], path)
    >>> topic_docs(model, 1)
       topic  rank doc  share
    0      1     1   a   1.00
    1      2     1   b   0.75
    """
    check_model(model)
    check_int("n", n, minimum=1)
    rows = np.flatnonzero(model.placed)
    names = [model.names[row] for row in rows]
    places = ranking(model.doc_topic[rows].T, model.doc_lengths[rows], names, n)
    topic, rank = (index.ravel() for index in np.indices(places.shape))
    doc = places.ravel()
    table = pd.DataFrame(
        {
            "topic": topic + 1,
            "rank": rank + 1,
            "doc": pd.Series([names[place] for place in doc], dtype=object),
            "share": model.doc_topic[rows[doc], topic],
        },
        columns=list(COLUMNS),
    )
    return stamp(table, "topic_docs", inputs=model.inputs, method=model.method, n=n)
