"""How alike documents are: every pair, or the whole matrix."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from textkit import measures
from textkit.errors import ArgumentError, TextkitWarning, check_choice, check_type
from textkit.matrix import DocumentTermMatrix
from textkit.measures import Floats
from textkit.provenance import stamp

COLUMNS = ["doc_a", "doc_b", "value"]

_MATRIX_DOCS = 20_000  # a square of 3.2 GB
_PAIRS_DOCS = 5_000  # 12.5 million rows
_BLOCK = 256  # rows of the square worked on at a time


class _Sums(NamedTuple):
    """Sums over the terms of each document, shape (D,)."""

    square: Floats
    total: Floats
    n_terms: Floats


class _Measure(NamedTuple):
    """A formula: what it needs of a pair, and how it makes the value of it."""

    orientation: str
    needs: str  # "dot", "shared", "root", or the name of a term function
    formula: Callable[[Floats, _Sums, _Sums, int], Floats]
    signed: bool = False  # whether negative weights are possible
    shares: bool = False  # whether each document is first divided by its sum


MEASURES: dict[str, _Measure] = {
    "cosine": _Measure("similarity", "dot", lambda x, a, b, _: measures.cosine(x, a.square, b.square), signed=True),
    "pearson": _Measure(
        "similarity",
        "dot",
        lambda x, a, b, v: measures.pearson(x, a.square, b.square, a.total, b.total, v),
        signed=True,
    ),
    "jaccard": _Measure(
        "similarity", "shared", lambda x, a, b, _: measures.jaccard(x, a.n_terms, b.n_terms), signed=True
    ),
    "dice": _Measure("similarity", "shared", lambda x, a, b, _: measures.dice(x, a.n_terms, b.n_terms), signed=True),
    "overlap": _Measure(
        "similarity", "shared", lambda x, a, b, _: measures.overlap(x, a.n_terms, b.n_terms), signed=True
    ),
    "extended_jaccard": _Measure(
        "similarity", "dot", lambda x, a, b, _: measures.extended_jaccard(x, a.square, b.square), signed=True
    ),
    "extended_dice": _Measure(
        "similarity", "dot", lambda x, a, b, _: measures.extended_dice(x, a.square, b.square), signed=True
    ),
    "ruzicka": _Measure("similarity", "least", lambda x, a, b, _: measures.ruzicka(x, a.total, b.total)),
    "jensen_shannon": _Measure(
        "distance", "jensen_shannon", lambda x, a, b, _: measures.jensen_shannon(x, a.total, b.total), shares=True
    ),
    "jensen_shannon_distance": _Measure(
        "distance",
        "jensen_shannon",
        lambda x, a, b, _: np.sqrt(measures.jensen_shannon(x, a.total, b.total)),
        shares=True,
    ),
    # sum sqrt(p q) is the cosine of the roots of the counts, which is exactly 1 for proportional documents
    "hellinger": _Measure(
        "distance", "root", lambda x, a, b, _: measures.hellinger(measures.cosine(x, a.total, b.total))
    ),
    "bhattacharyya": _Measure(
        "distance", "root", lambda x, a, b, _: measures.bhattacharyya(measures.cosine(x, a.total, b.total))
    ),
    "manhattan": _Measure("distance", "least", lambda x, a, b, _: measures.manhattan(x, a.total, b.total)),
    "euclidean": _Measure("distance", "dot", lambda x, a, b, _: measures.euclidean(x, a.square, b.square), signed=True),
    "canberra": _Measure("distance", "canberra", lambda x, a, b, _: measures.canberra(x, a.n_terms, b.n_terms)),
}
"""What ``measure`` can be, in `similarity` and `similarity_matrix`."""

_TERM_FUNCTIONS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "least": np.minimum,
    "jensen_shannon": measures.jensen_shannon_term,
    "canberra": measures.canberra_term,
}


def similarity(dtm: DocumentTermMatrix, *, measure: str = "cosine") -> pd.DataFrame:
    """Compare every two documents, the closest pair first.

    With a, b the rows of two documents and p, q the same divided by their sums:

    - similarities, 1 for equal documents: ``cosine`` ``a.b / (|a| |b|)``; ``pearson``, the correlation over the whole
      vocabulary; ``jaccard``, ``dice``, ``overlap``, of the sets of terms, counts ignored; ``extended_jaccard``
      ``a.b / (|a|^2 + |b|^2 - a.b)``, ``extended_dice`` ``2 a.b / (|a|^2 + |b|^2)``; ``ruzicka``
      ``sum min(a, b) / sum max(a, b)``.
    - distances, 0 for equal documents: ``jensen_shannon``, the divergence of p and q in bits, 0 to 1 (Lin 1991), and
      ``jensen_shannon_distance``, its square root; ``hellinger`` ``sqrt(1 - sum sqrt(p q))``; ``bhattacharyya``
      ``-ln sum sqrt(p q)``, infinite without a common term; ``manhattan`` ``sum |a - b|``; ``euclidean``;
      ``canberra`` ``sum |a - b| / (a + b)``.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts or weights; up to 5,000 documents.
    measure : str, default "cosine"

    Returns
    -------
    DataFrame
        ``doc_a``, ``doc_b`` (in the order of the documents), ``value``; one row a pair, the most alike first, ties in
        code-point order of the names. ``attrs["textkit"]["orientation"]`` is ``"similarity"`` or ``"distance"``.

    Raises
    ------
    UnknownNameError
        No such measure.
    ArgumentError
        Too many documents, or negative weights where the measure has no meaning for them.

    Warns
    -----
    TextkitWarning
        Empty documents: all their values are NaN.

    Notes
    -----
    ``manhattan``, ``euclidean``, ``canberra``, ``ruzicka``, ``extended_jaccard`` and ``extended_dice`` of counts depend
    on the length of the documents: give them ``proportions(dtm)``. ``jaccard``, ``dice`` and ``overlap`` of texts of
    unequal length must not be compared either. ``pearson`` depends on how many terms that neither document has stand
    in the vocabulary. tf-idf weights make values depend on the whole collection.

    Examples
    --------
    >>> similarity(DocumentTermMatrix([[3, 4], [6, 8], [0, 1]], ["网格", "管理"]))
      doc_a doc_b  value
    0  doc1  doc2    1.0
    1  doc1  doc3    0.8
    2  doc2  doc3    0.8
    """
    chosen = _checked(dtm, measure, _PAIRS_DOCS, "pairs")
    square = _square(dtm, measure)
    first, second = np.triu_indices(len(dtm), 1)
    value = square[first, second]
    ranks = measures.code_point_ranks(dtm.names)
    falling = -value if chosen.orientation == "similarity" else value
    order = np.lexsort((ranks[second], ranks[first], falling))
    names = np.array(dtm.names, dtype=object)
    table = pd.DataFrame(
        {"doc_a": names[first[order]], "doc_b": names[second[order]], "value": value[order]}, columns=COLUMNS
    )
    return _stamped(table, "similarity", dtm, measure)


def similarity_matrix(dtm: DocumentTermMatrix, *, measure: str = "cosine") -> pd.DataFrame:
    """Compare every document with every other, as a square table.

    The formulas, warnings and cautions are those of `similarity`.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts or weights; up to 20,000 documents (the square then takes 3.2 GB).
    measure : str, default "cosine"

    Returns
    -------
    DataFrame
        Index and columns are the names of the documents, in their order; symmetric. The diagonal is 1 (similarity) or
        0 (distance), NaN for an empty document. ``attrs["textkit"]["orientation"]`` says which.

    Examples
    --------
    >>> similarity_matrix(DocumentTermMatrix([[3, 4], [0, 1]], ["网格", "管理"]))
          doc1  doc2
    doc1   1.0   0.8
    doc2   0.8   1.0
    """
    _checked(dtm, measure, _MATRIX_DOCS, "a square matrix")
    names = pd.Index(dtm.names, dtype=object)
    return _stamped(pd.DataFrame(_square(dtm, measure), index=names, columns=names), "similarity_matrix", dtm, measure)


def _checked(dtm: DocumentTermMatrix, measure: str, limit: int, what: str) -> _Measure:
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with count(tokens).")
    check_choice("measure", measure, MEASURES)
    chosen = MEASURES[measure]
    if len(dtm) > limit:
        raise ArgumentError(
            f"{what} of {len(dtm):,} documents would not fit: at most {limit:,} are compared all with all. "
            "Choose documents with dtm[...], or put them together with dtm.merge(by)."
        )
    if not chosen.signed and dtm.matrix.nnz and dtm.matrix.data.min() < 0:
        raise ArgumentError(
            f"measure={measure!r} has no meaning for negative weights, which this matrix has ({dtm.weighting}). "
            "Use measure='cosine', or counts."
        )
    empty = int((np.diff(_nonzero(dtm.matrix).indptr) == 0).sum())
    if empty:
        noun = "document is" if empty == 1 else "documents are"
        warnings.warn(f"{empty:,} {noun} empty; the values with them are NaN.", TextkitWarning, stacklevel=3)
    return chosen


def _stamped(table: pd.DataFrame, function: str, dtm: DocumentTermMatrix, measure: str) -> pd.DataFrame:
    stamp(table, function, inputs={"dtm": dtm.fingerprint}, measure=measure, weighting=dtm.weighting)
    table.attrs["textkit"]["orientation"] = MEASURES[measure].orientation
    return table


def _square(dtm: DocumentTermMatrix, measure: str) -> Floats:
    """Return the matrix of a measure; sparse products and sums over common terms only, never documents by terms."""
    chosen = MEASURES[measure]
    x = _nonzero(dtm.matrix)
    if chosen.needs == "shared":
        x = csr_array((np.ones(x.nnz), x.indices, x.indptr), shape=x.shape)
    elif chosen.needs == "root":
        x = csr_array((np.sqrt(x.data), x.indices, x.indptr), shape=x.shape)
    sums = _sums(x)
    if chosen.needs == "root":
        sums = sums._replace(total=sums.square)
    if chosen.shares:
        lengths = np.repeat(sums.total, np.diff(x.indptr))
        x = csr_array((x.data / lengths, x.indices, x.indptr), shape=x.shape)
        sums = _sums(x)
    added = _TERM_FUNCTIONS.get(chosen.needs)
    square = _products(x) if added is None else _over_common_terms(x, added)
    n = len(dtm)
    columns = _Sums(*(values[None, :] for values in sums))
    for begin in range(0, n, _BLOCK):
        part = slice(begin, begin + _BLOCK)
        rows = _Sums(*(values[part, None] for values in sums))
        square[part] = chosen.formula(square[part], rows, columns, dtm.shape[1])
    empty = sums.n_terms == 0
    square[empty, :] = np.nan
    square[:, empty] = np.nan
    return square


def _nonzero(matrix: csr_array) -> csr_array:
    """Return a float copy without stored zeros: only what is there counts as a term of a document."""
    x = csr_array(matrix.astype(np.float64), copy=True)
    x.eliminate_zeros()
    return x


def _sums(x: csr_array) -> _Sums:
    per_row = np.diff(x.indptr)
    rows = np.repeat(np.arange(x.shape[0]), per_row)
    # bincount adds one after the other, like the sparse product, so that a document is exactly equal to itself
    square = np.bincount(rows, weights=x.data**2, minlength=x.shape[0])
    total = np.bincount(rows, weights=x.data, minlength=x.shape[0])
    return _Sums(square.astype(np.float64), total.astype(np.float64), per_row.astype(np.float64))


def _products(x: csr_array) -> Floats:
    """Return all inner products of rows."""
    n = x.shape[0]
    square = np.empty((n, n))
    transposed = x.T.tocsr()
    for begin in range(0, n, _BLOCK):
        part = slice(begin, begin + _BLOCK)
        square[part] = (x[part] @ transposed).toarray()
    return square


def _over_common_terms(x: csr_array, function: Callable[[Floats, Floats], Floats]) -> Floats:
    """Return for every two rows the sum of ``function(a, b)`` over the columns that both have."""
    n = x.shape[0]
    square = np.zeros((n, n))
    columns = x.tocsc()
    head = columns.indptr[:-1].astype(np.int64)  # the first row of each column that is not done yet
    end = columns.indptr[1:].astype(np.int64)
    for row in range(n):
        terms = x.indices[x.indptr[row] : x.indptr[row + 1]]
        own = x.data[x.indptr[row] : x.indptr[row + 1]]
        sizes = end[terms] - head[terms]
        shift = np.repeat(head[terms] - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
        places = np.arange(len(shift)) + shift
        added = function(np.repeat(own, sizes), columns.data[places])
        sums = np.bincount(columns.indices[places], weights=added, minlength=n)[row:]
        square[row, row:] = sums
        square[row:, row] = sums
        head[terms] += 1
    return square
