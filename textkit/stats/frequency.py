"""How often each term occurs, and in how many documents."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit import measures
from textkit.errors import check_type
from textkit.matrix import DocumentTermMatrix
from textkit.provenance import stamp
from textkit.selection import groups

COLUMNS = ["group", "term", "count", "rate", "docs", "docs_share", "rank"]

_MILLION = 1e6


def frequency(dtm: DocumentTermMatrix, *, by: str | None = None) -> pd.DataFrame:
    """List the terms by how often they occur.

    ``rate = 1,000,000 * count / tokens of the group``; ``docs_share = docs / documents of the group``.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts.
    by : str, optional
        Column of ``dtm.docs``: one list for each of its values, sorted; documents without a value are left out.

    Returns
    -------
    DataFrame
        ``group`` (``"all"`` without ``by``), ``term``, ``count``, ``rate`` (per million tokens of the group), ``docs``
        (documents that have the term), ``docs_share``, ``rank`` (within the group; equal counts share the best rank).
        Within a group by falling count, then in code-point order. Terms that a group does not have are not listed.

    Raises
    ------
    ArgumentError
        ``dtm`` holds weights.
    UnknownNameError
        No such column.

    Notes
    -----
    Rates refer to the tokens that the matrix holds. After stop words or punctuation were dropped they are higher, and
    must not be compared with rates from a matrix that was filtered in another way.

    Examples
    --------
    >>> frequency(DocumentTermMatrix([[3, 1], [0, 1]], ["网格", "管理"]))
      group term  count      rate  docs  docs_share  rank
    0   all   网格      3  600000.0     1         0.5     1
    1   all   管理      2  400000.0     2         1.0     2
    """
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with count(tokens).")
    measures.check_counts(dtm.weighting, "frequency")
    if by is None:
        values: list[Any] = ["all"]
        codes = np.zeros(len(dtm), dtype=np.intp)
    else:
        codes, values = groups(dtm._docs, by)
    ranks = dtm.vocabulary.ranks
    found = [
        _kernel(dtm.matrix if by is None else dtm.matrix[np.flatnonzero(codes == g)], ranks) for g in range(len(values))
    ]
    group = np.repeat(np.arange(len(values)), [len(part.term) for part in found])
    parts = _Counts(*(np.concatenate(columns) for columns in zip(*found, strict=True))) if found else _NOTHING
    tokens = np.array([part.n_tokens.sum() for part in found], dtype=np.float64)
    documents = np.bincount(codes[codes >= 0], minlength=len(values))
    table = pd.DataFrame(
        {
            "group": pd.Index(values).take(group),
            "term": pd.array(pa.array(dtm.vocabulary.terms, pa.large_string()), dtype="str").take(parts.term),
            "count": parts.n_tokens,
            "rate": _MILLION * parts.n_tokens / tokens[group],
            "docs": parts.n_docs,
            "docs_share": parts.n_docs / documents[group],
            "rank": parts.rank,
        },
        columns=COLUMNS,
    )
    return stamp(table, "frequency", inputs={"dtm": dtm.fingerprint}, by=by)


class _Counts(NamedTuple):
    """Column, occurrences, documents and rank of each term that a group has, the commonest first."""

    term: NDArray[np.intp]
    n_tokens: NDArray[np.int64]
    n_docs: NDArray[np.int64]
    rank: NDArray[np.int64]


_NOTHING = _Counts(*(np.empty(0, dtype=np.int64) for _ in range(4)))


def _kernel(part: csr_array, ranks: NDArray[np.intp]) -> _Counts:
    term = part.indices.astype(np.intp)
    n_tokens = np.bincount(term, weights=part.data, minlength=len(ranks)).astype(np.int64)
    n_docs = np.bincount(term if part.data.all() else term[part.data != 0], minlength=len(ranks))
    order = measures.order_by(ranks, n_tokens)
    order = order[: int((n_tokens > 0).sum())]
    return _Counts(order, n_tokens[order], n_docs[order], measures.competition_ranks(n_tokens[order]))
