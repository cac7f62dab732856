"""How much of the corpus, or of each group of documents, belongs to each topic."""

from __future__ import annotations

import numpy as np
import pandas as pd

from textkit.errors import check_choice
from textkit.models.topics import TopicModel, check_model
from textkit.provenance import stamp
from textkit.selection import groups

COLUMNS = ("group", "topic", "share", "n_docs")


def topic_shares(model: TopicModel, *, by: str | None = None, weight: str = "docs") -> pd.DataFrame:
    """Average the topic shares over all documents or over groups of them.

    ``share[g, k] = Σ_d a_d · doc_topic[d, k] / Σ_d a_d`` over the documents d of group g.

    Parameters
    ----------
    model : TopicModel
    by : str, optional
        Column of ``model.docs`` that makes the groups, or ``"doc"``. Documents without a value are left out.
    weight : {"docs", "tokens"}, default "docs"
        ``"docs"``: every document counts once, ``a_d = 1``; ``"tokens"``: by its length, which gives the share of
        all tokens.

    Returns
    -------
    DataFrame
        ``group`` (``"all"`` without ``by``), ``topic`` (from 1), ``share`` (a group's shares sum to one), ``n_docs``
        (documents that have shares); by group, then topic. A group in which no document has shares gets NaN.

    Raises
    ------
    UnknownNameError
        There is no such column, or no such weight.

    Notes
    -----
    Shares describe this model of this corpus. Those of two models must not be compared: their topics differ.

    Examples
    --------
    >>> from textkit.models.topics import TopicModel
    >>> path = pd.DataFrame({"iteration": [1], "value": [0.0]})
    >>> docs = pd.DataFrame({"year": [2019, 2020, 2020]}, index=["a", "b", "c"])
    >>> theta = [[1, 0], [0.5, 0.5], [0, 1]]
    >>> model = TopicModel([[0.7, 0.3], [0.2, 0.8]], theta, ["经济", "文化"], docs, [9, 21], [10, 5, 15], path)
    >>> topic_shares(model, by="year")
       group  topic  share  n_docs
    0   2019      1   1.00       1
    1   2019      2   0.00       1
    2   2020      1   0.25       2
    3   2020      2   0.75       2
    >>> topic_shares(model, weight="tokens")["share"].round(3).tolist()
    [0.417, 0.583]
    """
    check_model(model)
    check_choice("weight", weight, ("docs", "tokens"))
    if by is None:
        codes, values = np.zeros(len(model.names), dtype=np.intp), ["all"]
    else:
        codes, values = groups(model._docs, by)
    used = model.placed & (codes >= 0)
    code, theta = codes[used], model.doc_topic[used]
    amount = model.doc_lengths[used].astype(np.float64) if weight == "tokens" else np.ones(len(code))
    size = len(values)
    total = np.bincount(code, weights=amount, minlength=size)
    sums = [np.bincount(code, weights=amount * share, minlength=size) for share in theta.T]
    with np.errstate(invalid="ignore"):
        shares = np.stack(sums, axis=1) / total[:, None]
    table = pd.DataFrame(
        {
            "group": pd.Series(values, dtype=None if size else object).repeat(model.n_topics).reset_index(drop=True),
            "topic": np.tile(np.arange(1, model.n_topics + 1), size),
            "share": shares.ravel(),
            "n_docs": np.repeat(np.bincount(code, minlength=size), model.n_topics),
        },
        columns=list(COLUMNS),
    )
    return stamp(table, "topic_shares", inputs=model.inputs, method=model.method, by=by, weight=weight)
