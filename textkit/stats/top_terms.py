"""The terms with the largest weights in each document."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit.errors import check_int, check_type
from textkit.matrix import DocumentTermMatrix
from textkit.provenance import stamp
from textkit.selection import By, groups

COLUMNS = ["doc", "rank", "term", "weight"]


def top_terms(dtm: DocumentTermMatrix, n: int = 10, *, by: By | None = None) -> pd.DataFrame:
    """List the ``n`` terms with the largest weights of each document, or of each group.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Weights such as those of `textkit.tfidf`; counts are possible too.
    n : int, default 10
        Terms a document.
    by : str, optional
        Column of ``dtm.docs``: one list for each of its values. The weight of a term in a group is the mean over the
        documents of the group (of counts: the sum); documents without a value are left out.

    Returns
    -------
    DataFrame
        ``doc`` (name of the document, or value of the group as text), ``rank`` (1 to n), ``term``, ``weight``; in the
        order of the documents, then by falling weight, then in code-point order. Only weights above 0: an empty
        document has no row, and one with few terms has fewer than ``n``.

    Notes
    -----
    With tf-idf the list depends on which other documents are in the collection.

    Examples
    --------
    >>> top_terms(DocumentTermMatrix([[3, 1], [0, 1]], ["网格", "管理"]), 1)
        doc  rank term  weight
    0  doc1     1   网格     3.0
    1  doc2     1   管理     1.0
    """
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with tfidf(count(tokens)).")
    n = check_int("n", n, minimum=1)
    matrix, names = (dtm.matrix, dtm.names) if by is None else _grouped(dtm, by)
    docs, places, weights = _kernel(matrix, dtm.vocabulary.ranks, n)
    first = np.searchsorted(docs, docs, side="left")
    table = pd.DataFrame(
        {
            "doc": np.array(names, dtype=object)[docs],
            "rank": np.arange(1, len(docs) + 1) - first,
            "term": np.array(dtm.vocabulary.terms, dtype=object)[places],
            "weight": weights,
        },
        columns=COLUMNS,
    )
    return stamp(table, "top_terms", inputs={"dtm": dtm.fingerprint}, n=n, by=by, weighting=dtm.weighting)


def _kernel(matrix: csr_array, ranks: NDArray[np.intp], n: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return row, column and value of the n largest positive cells of each row, best first."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    positive = np.flatnonzero(matrix.data > 0)
    rows, columns, values = rows[positive], matrix.indices[positive], matrix.data[positive]
    order = np.lexsort((ranks[columns], -values, rows))
    place = np.arange(len(order)) - np.searchsorted(rows, rows, side="left")
    chosen = order[place < n]
    return rows[chosen], columns[chosen], values[chosen].astype(np.float64)


def _grouped(dtm: DocumentTermMatrix, by: By) -> tuple[csr_array, list[str]]:
    codes, values = groups(dtm._docs, by)
    known = np.flatnonzero(codes >= 0)
    sizes = np.bincount(codes[known], minlength=len(values))
    share = np.ones(len(known)) if dtm.weighting == "count" else 1.0 / sizes[codes[known]]
    adder = csr_array((share, (codes[known], known)), shape=(len(values), len(dtm)))
    return csr_array(adder @ dtm.matrix), [str(value) for value in values]
