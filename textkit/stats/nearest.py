"""The most similar documents of each document, without comparing all with all in memory."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit import measures
from textkit.errors import ArgumentError, TextkitWarning, check_choice, check_float, check_int, check_type, listing
from textkit.matrix import DocumentTermMatrix
from textkit.measures import Floats
from textkit.progress import track
from textkit.provenance import stamp
from textkit.selection import Which, rows

COLUMNS = ["doc", "rank", "neighbour", "value"]

MEASURES: dict[str, tuple[int, bool]] = {
    "cosine": (0, False),
    "jaccard": (1, True),
    "dice": (2, True),
    "overlap": (3, True),
    "extended_jaccard": (1, False),
    "extended_dice": (2, False),
}
"""What ``measure`` can be: the formula of the kernel, and whether counts are ignored."""

_CANDIDATES = 8_192  # compared at a time: their running products (64 KB) stay in the processor's cache
_NAMED = 20  # documents named one by one in the settings of a table
_QUERIES = 2_048  # worked on between two steps of the progress bar


def nearest(
    dtm: DocumentTermMatrix,
    n: int = 10,
    *,
    measure: str = "cosine",
    min_value: float = 0.0,
    queries: Which | DocumentTermMatrix | None = None,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Find the documents most like each document.

    Every document is compared with every other through an inverted index, and only the best ``n`` are kept: memory
    grows with the documents, not with their square, so that 100,000 documents can be compared. The result is exact.

    With a, b the rows of two documents: ``cosine`` ``a.b / (|a| |b|)``; ``extended_jaccard``
    ``a.b / (|a|^2 + |b|^2 - a.b)``; ``extended_dice`` ``2 a.b / (|a|^2 + |b|^2)``; and of the sets of terms, counts
    ignored, ``jaccard`` ``|A and B| / |A or B|``, ``dice`` ``2 |A and B| / (|A| + |B|)``, ``overlap``
    ``|A and B| / min(|A|, |B|)``.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts or weights, for instance ``tfidf(dtm)``: without weights, frequent words decide who is whose neighbour.
    n : int, default 10
        Neighbours of each document.
    measure : str, default "cosine"
    min_value : float, default 0
        Only neighbours at least so similar, from 0 to 1. Documents without a common term are never neighbours.
    queries : documents or DocumentTermMatrix, optional
        For which documents to look; all by default. A matrix holds other documents (weighted in the same way), whose
        neighbours in ``dtm`` are wanted; terms that ``dtm`` does not have are left out.
    progress : bool, optional
        Show a bar; by default where somebody can see it.

    Returns
    -------
    DataFrame
        ``doc``, ``rank`` (from 1), ``neighbour``, ``value``: documents in the order of the matrix (or of ``queries``),
        neighbours by falling value, ties in code-point order of their names. A document is not its own neighbour. A
        document with fewer than ``n`` neighbours has fewer rows, one without any has none.

    Raises
    ------
    UnknownNameError
        No such measure or document.
    ArgumentError
        ``queries`` are weighted differently from ``dtm``.

    Warns
    -----
    TextkitWarning
        Documents that are empty have no neighbours. Terms of ``queries`` that ``dtm`` lacks.

    Notes
    -----
    Being a neighbour is not mutual: b may be the nearest of a, while c is nearer to b. ``extended_jaccard`` and
    ``extended_dice`` of counts depend on the length of the documents; give them ``proportions(dtm)``. For all pairs of
    a few documents see `similarity`, for copies of texts `near_duplicates`.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[3, 4, 0], [6, 8, 0], [0, 1, 0], [0, 0, 1]], ["网格", "管理", "信访"])
    >>> nearest(dtm, 1)
        doc  rank neighbour  value
    0  doc1     1      doc2    1.0
    1  doc2     1      doc1    1.0
    2  doc3     1      doc1    0.8
    """
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with count(tokens).")
    n = check_int("n", n, minimum=1)
    check_choice("measure", measure, MEASURES)
    check_float("min_value", min_value, minimum=0, maximum=1)
    formula, binary = MEASURES[measure]
    asked, names, own = _asked(dtm, queries)
    # candidates in code-point order of their names, so that of two equal ones the first to come is the one to keep
    order = np.argsort(measures.code_point_ranks(dtm.names))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    wanted = _rows_of(asked, binary)
    _warn_empty(wanted, names)
    found = _nearest(
        wanted,
        np.where(own >= 0, place[own], -1) if len(place) else own,
        _rows_of(dtm.matrix[order], binary),
        min(n, max(len(dtm), 1)),
        formula,
        float(min_value),
        progress,
    )
    of, rank = np.nonzero(np.arange(found.values.shape[1])[None, :] < found.filled[:, None])
    labels = np.array(dtm.names, dtype=object)
    table = pd.DataFrame(
        {
            "doc": np.array(names, dtype=object)[of],
            "rank": rank + 1,
            "neighbour": labels[order[found.places[of, rank]]] if len(labels) else labels,
            "value": found.values[of, rank],
        },
        columns=COLUMNS,
    )
    inputs = {"dtm": dtm.fingerprint}
    told: object = queries
    if isinstance(queries, DocumentTermMatrix):
        inputs["queries"], told = queries.fingerprint, "matrix"
    elif callable(queries) or (queries is not None and not isinstance(queries, (str, int))):
        told = names[:_NAMED]
    settings = {"n": n, "measure": measure, "min_value": min_value, "queries": told, "weighting": dtm.weighting}
    return stamp(table, "nearest", inputs=inputs, **settings)


class _Rows(NamedTuple):
    """Rows of a sparse matrix and the sum of their squares."""

    matrix: csr_array
    square: Floats


class _Found(NamedTuple):
    """The best candidates of each query: values, their places, and how many there are."""

    values: Floats
    places: NDArray[np.int64]
    filled: NDArray[np.int64]


def _asked(
    dtm: DocumentTermMatrix, queries: Which | DocumentTermMatrix | None
) -> tuple[csr_array, list[str], NDArray[np.int64]]:
    """Return the rows to look for, their names, and which row of ``dtm`` each of them is (-1: none)."""
    if queries is None:
        return dtm.matrix, dtm.names, np.arange(len(dtm))
    if not isinstance(queries, DocumentTermMatrix):
        chosen = rows(dtm._docs, queries)
        names = dtm.names
        return dtm.matrix[chosen], [names[i] for i in chosen], chosen.astype(np.int64)
    if queries.weighting != dtm.weighting:
        raise ArgumentError(
            f"queries hold {queries.weighting!r}, but dtm holds {dtm.weighting!r}. Weight both in the same way; "
            "tfidf(queries, collection=...) takes document frequencies from another matrix."
        )
    counts = queries.doc_counts
    lacking = [
        term for term, docs in zip(queries.vocabulary, counts, strict=True) if docs and term not in dtm.vocabulary
    ]
    if lacking:
        warnings.warn(
            f"terms of queries that dtm does not have are left out: {listing(lacking)}.",
            TextkitWarning,
            stacklevel=3,
        )
    return queries.align(dtm.vocabulary).matrix, queries.names, np.full(len(queries), -1)


def _rows_of(matrix: csr_array, binary: bool) -> _Rows:
    x = csr_array(matrix.astype(np.float64), copy=True)
    x.eliminate_zeros()
    if binary:
        x.data[:] = 1.0
    # one after the other, like the products of the kernel, so that a copy is exactly equal
    of = np.repeat(np.arange(x.shape[0]), np.diff(x.indptr))
    return _Rows(x, np.bincount(of, weights=x.data**2, minlength=x.shape[0]).astype(np.float64))


def _warn_empty(wanted: _Rows, names: list[str]) -> None:
    empty = np.flatnonzero(wanted.square == 0)
    if len(empty):
        noun = "document is empty and has" if len(empty) == 1 else "documents are empty and have"
        named = listing(names[int(i)] for i in empty)
        warnings.warn(f"{len(empty):,} {noun} no neighbours: {named}.", TextkitWarning, stacklevel=3)


def _nearest(
    wanted: _Rows,
    own: NDArray[np.int64],
    candidates: _Rows,
    n: int,
    formula: int,
    floor: float,
    progress: bool | None,
) -> _Found:
    from textkit.kernels.topk import add_block

    size = len(wanted.square)
    found = _Found(np.zeros((size, n)), np.zeros((size, n), dtype=np.int64), np.zeros(size, dtype=np.int64))
    q = wanted.matrix
    own = own.astype(np.int64)
    steps = list(_steps(candidates.matrix.shape[0], size))
    last, block, square = -1, candidates.matrix.tocsc(), candidates.square
    for shift, begin in track(steps, "comparing", show=progress):
        if shift != last:  # the inverted index of the next candidates
            part = slice(shift, shift + _CANDIDATES)
            block, square, last = candidates.matrix[part].tocsc(), candidates.square[part], shift
        some = slice(begin, begin + _QUERIES)
        add_block(
            q.indptr[begin : min(begin + _QUERIES, size) + 1], q.indices, q.data, wanted.square[some], own[some],
            block.indptr, block.indices, block.data, square, shift, formula, floor,
            found.values[some], found.places[some], found.filled[some],
        )  # fmt: skip
    return found


def _steps(n_candidates: int, n_queries: int) -> Iterator[tuple[int, int]]:
    for shift in range(0, n_candidates, _CANDIDATES):
        for begin in range(0, n_queries, _QUERIES):
            yield shift, begin
