"""How alike documents are, or terms: every pair, or the whole matrix, with intervals by resampling sentences."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit import measures
from textkit.errors import (
    ArgumentError,
    TextkitWarning,
    check_choice,
    check_float,
    check_int,
    check_type,
    listing,
    unknown,
)
from textkit.matrix import DocumentTermMatrix, count
from textkit.measures import Floats, distances, resampling
from textkit.progress import track
from textkit.provenance import stamp
from textkit.tokens import Tokens
from textkit.vocabulary import Pattern

COLUMNS = ["doc_a", "doc_b", "value", "ci_low", "ci_high"]
TERM_COLUMNS = ["term_a", "term_b", "value", "ci_low", "ci_high"]

_MATRIX_ROWS = 20_000  # a square of 3.2 GB
_PAIR_ROWS = 5_000  # 12.5 million pairs
_PAIR_CELLS = 25_000_000  # cells of the chosen terms times all terms
_DENSE_CELLS = 20_000_000  # documents times terms, where a measure needs them side by side (160 MB)
_RESAMPLED_PAIRS = 20_000  # pairs with intervals: some minutes
_BLOCK = 256  # rows of the square worked on at a time
_NAMED = 20  # terms named one by one in the settings of a table
_REPLICATES = 100  # bootstrap samples worked on at a time


class _Sums(NamedTuple):
    """Sums over the terms of each document, shape (D,), or of each bootstrap sample of one."""

    square: Floats
    total: Floats
    n_terms: Floats


class _Measure(NamedTuple):
    """A formula: what it needs of a pair, and how it makes the value of it."""

    orientation: str
    formula: Callable[[Floats, _Sums, _Sums, int], Floats]
    term: Callable[[Floats, Floats], Floats] | None = None  # added up over common terms; None: the product
    shape: str = "plain"  # what is made of the values first: "plain", "binary", "root" or "shares"
    power: float = 1.0  # of the values in _Sums.total
    signed: bool = False  # whether negative weights are possible
    low: float = 0.0  # the range of the values
    high: float = 1.0


def _minkowski(power: float) -> _Measure:
    return _Measure(
        "distance",
        lambda x, a, b, _: distances.minkowski(x, a.total, b.total, power),
        term=lambda p, q: distances.minkowski_term(p, q, power),
        power=power,
        high=np.inf,
    )


def _by_terms(formula: Callable[..., Floats]) -> Callable[[Floats, _Sums, _Sums, int], Floats]:
    return lambda x, a, b, _: formula(x, a.n_terms, b.n_terms)


def _by_squares(formula: Callable[..., Floats]) -> Callable[[Floats, _Sums, _Sums, int], Floats]:
    return lambda x, a, b, _: formula(x, a.square, b.square)


def _by_totals(formula: Callable[..., Floats]) -> Callable[[Floats, _Sums, _Sums, int], Floats]:
    return lambda x, a, b, _: formula(x, a.total, b.total)


def _root_of_jensen_shannon(x: Floats, a: Floats, b: Floats) -> Floats:
    return np.asarray(np.sqrt(distances.jensen_shannon(x, a, b)))


def _hellinger(x: Floats, a: Floats, b: Floats) -> Floats:
    # sum sqrt(p q) is the cosine of the roots of the counts, which is exactly 1 for proportional documents
    return distances.hellinger(distances.cosine(x, a, b))


def _bhattacharyya(x: Floats, a: Floats, b: Floats) -> Floats:
    return distances.bhattacharyya(distances.cosine(x, a, b))


MEASURES: dict[str, _Measure] = {
    "cosine": _Measure("similarity", _by_squares(distances.cosine), signed=True),
    "pearson": _Measure(
        "similarity",
        lambda x, a, b, n: distances.pearson(x, a.square, b.square, a.total, b.total, n),
        signed=True,
        low=-1.0,
    ),
    "jaccard": _Measure("similarity", _by_terms(distances.jaccard), shape="binary", signed=True),
    "dice": _Measure("similarity", _by_terms(distances.dice), shape="binary", signed=True),
    "overlap": _Measure("similarity", _by_terms(distances.overlap), shape="binary", signed=True),
    "simple_matching": _Measure(
        "similarity",
        lambda x, a, b, n: distances.simple_matching(x, a.n_terms, b.n_terms, n),
        shape="binary",
        signed=True,
    ),
    "hamann": _Measure(
        "similarity",
        lambda x, a, b, n: distances.hamann(x, a.n_terms, b.n_terms, n),
        shape="binary",
        signed=True,
        low=-1.0,
    ),
    "extended_jaccard": _Measure("similarity", _by_squares(distances.extended_jaccard), signed=True),
    "extended_dice": _Measure("similarity", _by_squares(distances.extended_dice), signed=True),
    "ruzicka": _Measure("similarity", _by_totals(distances.ruzicka), term=np.minimum),
    "jensen_shannon": _Measure(
        "distance", _by_totals(distances.jensen_shannon), term=distances.jensen_shannon_term, shape="shares"
    ),
    "jensen_shannon_distance": _Measure(
        "distance", _by_totals(_root_of_jensen_shannon), term=distances.jensen_shannon_term, shape="shares"
    ),
    "hellinger": _Measure("distance", _by_squares(_hellinger), shape="root"),
    "bhattacharyya": _Measure("distance", _by_squares(_bhattacharyya), shape="root", high=np.inf),
    "manhattan": _Measure("distance", _by_totals(distances.manhattan), term=np.minimum, high=np.inf),
    "euclidean": _Measure("distance", _by_squares(distances.euclidean), signed=True, high=np.inf),
    "minkowski": _minkowski(2.0),
    "maximum": _Measure("distance", lambda x, a, b, _: x, high=np.inf),
    "canberra": _Measure("distance", _by_terms(distances.canberra), term=distances.canberra_term, high=np.inf),
}
"""What ``measure`` can be, in `similarity`, `similarity_matrix` and `term_similarity`."""


def similarity(
    dtm: DocumentTermMatrix | Tokens,
    *,
    measure: str = "cosine",
    power: float = 2.0,
    ci: str | None = None,
    unit: str = "sentence",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Compare every two documents, the closest pair first.

    With a, b the rows of two documents and p, q the same divided by their sums:

    - similarities, 1 for equal documents: ``cosine`` ``a.b / (|a| |b|)``; ``pearson``, the correlation over the whole
      vocabulary; ``jaccard``, ``dice``, ``overlap``, of the sets of terms, counts ignored; ``simple_matching``, the
      share of the vocabulary that both have or both lack, and ``hamann``, the same from -1 to 1;
      ``extended_jaccard`` ``a.b / (|a|^2 + |b|^2 - a.b)``, ``extended_dice`` ``2 a.b / (|a|^2 + |b|^2)``; ``ruzicka``
      ``sum min(a, b) / sum max(a, b)``.
    - distances, 0 for equal documents: ``jensen_shannon``, the divergence of p and q in bits, 0 to 1 (Lin 1991), and
      ``jensen_shannon_distance``, its square root; ``hellinger`` ``sqrt(1 - sum sqrt(p q))``; ``bhattacharyya``
      ``-ln sum sqrt(p q)``, infinite without a common term; ``manhattan`` ``sum |a - b|``; ``euclidean``;
      ``minkowski`` ``(sum |a - b|^power)^(1/power)``; ``maximum`` ``max |a - b|``; ``canberra``
      ``sum |a - b| / (a + b)``.

    Parameters
    ----------
    dtm : DocumentTermMatrix or Tokens
        Counts or weights of up to 5,000 documents. Tokens are counted first; intervals need them.
    measure : str, default "cosine"
    power : float, default 2
        For ``minkowski`` only, at least 1.
    ci : {None, "bootstrap"}
        Intervals by resampling the sentences of each document (at most 200 documents).
    unit : {"sentence", "paragraph"}
        What is resampled.
    n_replicates : int, default 2000
    confidence : float, default 0.95
    random_state : int, default 0
    progress : bool, optional
        Show a bar; by default where somebody can see it.

    Returns
    -------
    DataFrame
        ``doc_a``, ``doc_b`` (in the order of the documents), ``value``, ``ci_low``, ``ci_high`` (NaN if not asked for);
        one row a pair, the most alike first, ties in code-point order of the names.
        ``attrs["textkit"]["orientation"]`` is ``"similarity"`` or ``"distance"``.

    Raises
    ------
    UnknownNameError
        No such measure or unit.
    ArgumentError
        Too many documents, negative weights where the measure has no meaning for them, or intervals without tokens.

    Warns
    -----
    TextkitWarning
        Empty documents: all their values are NaN. Fewer than 10 sentences in a document, if intervals are asked for.

    Notes
    -----
    ``manhattan``, ``euclidean``, ``minkowski``, ``maximum``, ``canberra``, ``ruzicka``, ``extended_jaccard`` and
    ``extended_dice`` of counts depend on the length of the documents: give them ``proportions(dtm)``. ``jaccard``,
    ``dice`` and ``overlap`` of texts of unequal length must not be compared either. ``pearson``, ``simple_matching``
    and ``hamann`` depend on how many terms that neither document has stand in the vocabulary. tf-idf weights make
    values depend on the whole collection.

    The interval is meant for the texts from which the documents are a sample: how alike would they be if their authors
    had gone on writing? Short documents look less alike than what they are drawn from, and a resampled document less
    alike again. The interval is therefore the reflected one, ``2 value - quantile`` (Davison & Hinkley 1997, section
    5.2), cut off at the range of the measure: it lies on the far side of that bias, and ``value`` itself may lie
    outside it where the documents are short. The plain percentile interval would almost never hold the true value. For
    divergences of short documents the reflected one, too, holds it less often than it says.

    Examples
    --------
    >>> table = similarity(DocumentTermMatrix([[3, 4], [6, 8], [0, 1]], ["网格", "管理"]))
    >>> table[["doc_a", "doc_b", "value"]]
      doc_a doc_b  value
    0  doc1  doc2    1.0
    1  doc1  doc3    0.8
    2  doc2  doc3    0.8
    """
    check_type("dtm", dtm, (DocumentTermMatrix, Tokens), hint="Make one with count(tokens).")
    chosen = _measure(measure, power)
    _check_bootstrap(ci, n_replicates, confidence, random_state)
    check_choice("unit", unit, ("sentence", "paragraph"))
    matrix = count(dtm) if isinstance(dtm, Tokens) else dtm
    _check_size(len(matrix), _PAIR_ROWS, "pairs", "documents")
    x = _checked(matrix, matrix.matrix, chosen, measure, "documents")
    square = _compared(x, chosen)
    first, second = np.triu_indices(len(matrix), 1)
    value = square[first, second]
    if ci is None:
        low = high = np.full(len(value), np.nan)
    else:
        if not isinstance(dtm, Tokens):
            raise ArgumentError(
                f'ci="bootstrap" resamples each {unit} of the texts, but dtm is a matrix without {unit}s. '
                "Pass the tokens: similarity(tokens, ci=...)."
            )
        draws = _resampled_documents(dtm, chosen, unit, n_replicates, random_state)
        low, high = _interval(
            value, draws, chosen, matrix.shape[1], (first, second), n_replicates, confidence, progress
        )
    order = _closest_first(matrix.names, value, first, second, chosen)
    names = np.array(matrix.names, dtype=object)
    table = pd.DataFrame(
        {
            "doc_a": names[first[order]],
            "doc_b": names[second[order]],
            "value": value[order],
            "ci_low": low[order],
            "ci_high": high[order],
        },
        columns=COLUMNS,
    )
    settings = {"ci": ci, "unit": unit, "n_replicates": n_replicates, "confidence": confidence}
    return _stamped(
        table, "similarity", dtm, matrix, measure, **settings, power=power, random_state=random_state
    )  # fmt: skip


def similarity_matrix(
    dtm: DocumentTermMatrix, *, measure: str = "cosine", power: float = 2.0, axis: str = "documents"
) -> pd.DataFrame:
    """Compare every document with every other, or every term, as a square table.

    The formulas, warnings and cautions are those of `similarity`. Two terms are compared by the documents they stand
    in: a, b are then columns of the matrix.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts or weights; up to 20,000 documents or terms (the square then takes 3.2 GB).
    measure : str, default "cosine"
    power : float, default 2
        For ``minkowski`` only.
    axis : {"documents", "terms"}
        What is compared.

    Returns
    -------
    DataFrame
        Index and columns are the names of the documents (or the terms), in their order; symmetric. The diagonal is 1
        (similarity) or 0 (distance), NaN for an empty document. ``attrs["textkit"]["orientation"]`` says which.

    Examples
    --------
    >>> similarity_matrix(DocumentTermMatrix([[3, 4], [0, 1]], ["网格", "管理"]))
          doc1  doc2
    doc1   1.0   0.8
    doc2   0.8   1.0
    """
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with count(tokens).")
    chosen = _measure(measure, power)
    check_choice("axis", axis, ("documents", "terms"))
    by_term = axis == "terms"
    labels = list(dtm.vocabulary.terms) if by_term else dtm.names
    _check_size(len(labels), _MATRIX_ROWS, "a square matrix", axis)
    x = _checked(dtm, dtm.matrix.T.tocsr() if by_term else dtm.matrix, chosen, measure, axis)
    names = pd.Index(labels, dtype=object)
    table = pd.DataFrame(_compared(x, chosen), index=names, columns=names)
    return _stamped(table, "similarity_matrix", dtm, dtm, measure, power=power, axis=axis)


def term_similarity(
    dtm: DocumentTermMatrix,
    terms: Pattern | None = None,
    *,
    measure: str = "cosine",
    power: float = 2.0,
    ci: str | None = None,
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Compare terms by the documents they stand in, the closest pair first.

    The formulas are those of `similarity`, with a and b the columns of two terms.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts or weights. The documents decide what "together" means: count sentences or paragraphs
        (``tokens.split("paragraph")``) to find words of one passage.
    terms : pattern, optional
        Compare these with every other term; without it, all with all (up to 5,000 terms; ``dtm.trim`` or ``dtm.keep``
        first). See `Vocabulary.match` for patterns.
    measure : str, default "cosine"
    power : float, default 2
        For ``minkowski`` only.
    ci : {None, "bootstrap"}
        Intervals by resampling documents; see `similarity`.
    n_replicates : int, default 2000
    confidence : float, default 0.95
    random_state : int, default 0
    progress : bool, optional
        Show a bar; by default where somebody can see it.

    Returns
    -------
    DataFrame
        ``term_a`` (one of ``terms``), ``term_b``, ``value``, ``ci_low``, ``ci_high`` (NaN if not asked for); one row a
        pair, the most alike first, ties in code-point order. ``attrs["textkit"]["orientation"]`` is ``"similarity"``
        or ``"distance"``.

    Raises
    ------
    UnknownNameError
        No such measure, or none of the terms.
    ArgumentError
        Too many pairs, or negative weights where the measure has no meaning for them.

    Warns
    -----
    TextkitWarning
        Terms in no document: all their values are NaN. Fewer than 10 documents, if intervals are asked for.

    Notes
    -----
    Rare terms are alike by accident: two words that stand once, in the same document, have cosine 1. Trim first
    (``dtm.trim(min_docs=5)``), and read the intervals.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[1, 2, 0], [1, 2, 1], [0, 0, 3]], ["网格", "管理", "信访"])
    >>> term_similarity(dtm, ["网格"])[["term_a", "term_b", "value"]].round(3)
      term_a term_b  value
    0     网格     管理  1.000
    1     网格     信访  0.224
    """
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with count(tokens).")
    chosen = _measure(measure, power)
    _check_bootstrap(ci, n_replicates, confidence, random_state)
    labels = dtm.vocabulary.terms
    rows = _chosen_terms(dtm, terms)
    if len(rows) * len(labels) > _PAIR_CELLS:
        raise ArgumentError(
            f"{len(rows):,} terms times {len(labels):,} are too many pairs: at most {_PAIR_CELLS:,}. "
            "Choose fewer terms, or trim the matrix with dtm.trim(min_docs=...)."
        )
    x = _checked(dtm, dtm.matrix.T.tocsr(), chosen, measure, "terms")
    block = _compared(x, chosen, rows)
    # a pair of two chosen terms is listed once, under the one that comes first
    place = np.full(len(labels), len(labels))
    place[rows] = np.arange(len(rows))
    at, second = np.nonzero(place[None, :] > np.arange(len(rows))[:, None])
    first, value = rows[at], block[at, second]
    if ci is None:
        low = high = np.full(len(value), np.nan)
    else:
        draws = _resampled_terms(dtm, x, chosen, n_replicates, random_state)
        low, high = _interval(value, draws, chosen, len(dtm), (first, second), n_replicates, confidence, progress)
    order = _closest_first(labels, value, first, second, chosen)
    names = np.array(labels, dtype=object)
    table = pd.DataFrame(
        {
            "term_a": names[first[order]],
            "term_b": names[second[order]],
            "value": value[order],
            "ci_low": low[order],
            "ci_high": high[order],
        },
        columns=TERM_COLUMNS,
    )
    settings = {"terms": None if terms is None else [labels[i] for i in rows[:_NAMED]], "ci": ci}
    boot = {"n_replicates": n_replicates, "confidence": confidence, "random_state": random_state}
    return _stamped(table, "term_similarity", dtm, dtm, measure, power=power, **settings, **boot)


# ---------------------------------------------------------------------------------------------------------------
# Checks


def _measure(name: str, power: float) -> _Measure:
    check_choice("measure", name, MEASURES)
    check_float("power", power, minimum=1)
    return _minkowski(power) if name == "minkowski" else MEASURES[name]


def _check_bootstrap(ci: str | None, n_replicates: int, confidence: float, random_state: int) -> None:
    if ci is not None:
        check_choice("ci", ci, ("bootstrap",))
    check_int("n_replicates", n_replicates, minimum=10)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    check_int("random_state", random_state, minimum=0)


def _check_size(n: int, limit: int, what: str, axis: str) -> None:
    if n > limit:
        advice = (
            "Choose documents with dtm[...], put them together with dtm.merge(by), or use nearest(dtm)."
            if axis == "documents"
            else "Choose terms with dtm.trim(min_docs=...) or dtm.keep(pattern)."
        )
        raise ArgumentError(
            f"{what} of {n:,} {axis} would not fit: at most {limit:,} are compared all with all. {advice}"
        )


def _checked(dtm: DocumentTermMatrix, matrix: csr_array, chosen: _Measure, measure: str, axis: str) -> csr_array:
    """Return the rows to compare as a float copy without stored zeros, or raise; warn of empty rows."""
    if not chosen.signed and matrix.nnz and matrix.data.min() < 0:
        raise ArgumentError(
            f"measure={measure!r} has no meaning for negative weights, which this matrix has ({dtm.weighting}). "
            "Use measure='cosine', or counts."
        )
    if measure == "maximum" and matrix.shape[0] * matrix.shape[1] > _DENSE_CELLS:
        raise ArgumentError(
            f"measure='maximum' needs whole rows, and {matrix.shape[0]:,} x {matrix.shape[1]:,} cells are too many "
            f"(at most {_DENSE_CELLS:,}). Choose another measure, or trim the matrix with dtm.trim(min_count=...)."
        )
    x = _nonzero(matrix)
    empty = int((np.diff(x.indptr) == 0).sum())
    if empty:
        noun = {"documents": ("document is", "documents are"), "terms": ("term is", "terms are")}[axis]
        where = "empty" if axis == "documents" else "in no document"
        warnings.warn(
            f"{empty:,} {noun[empty > 1]} {where}; the values with them are NaN.", TextkitWarning, stacklevel=3
        )
    return x


def _chosen_terms(dtm: DocumentTermMatrix, terms: Pattern | None) -> NDArray[np.intp]:
    if terms is None:
        return np.arange(len(dtm.vocabulary))
    rows = np.flatnonzero(dtm.vocabulary.match(terms))
    if not len(rows):
        wanted = terms if isinstance(terms, str) else next(iter(terms), "") if isinstance(terms, (list, tuple)) else ""
        raise unknown("term", wanted, dtm.vocabulary.terms)
    missing = [word for word in terms if word not in dtm.vocabulary] if isinstance(terms, (list, tuple)) else []
    if missing:
        warnings.warn(f"not in the vocabulary and left out: {listing(missing)}.", TextkitWarning, stacklevel=3)
    return rows


def _closest_first(
    names: list[str] | tuple[str, ...],
    value: Floats,
    first: NDArray[np.intp],
    second: NDArray[np.intp],
    chosen: _Measure,
) -> NDArray[np.intp]:
    ranks = measures.code_point_ranks(names)
    falling = -value if chosen.orientation == "similarity" else value
    return np.lexsort((ranks[second], ranks[first], falling))


def _stamped(
    table: pd.DataFrame,
    function: str,
    given: DocumentTermMatrix | Tokens,
    dtm: DocumentTermMatrix,
    measure: str,
    **settings: object,
) -> pd.DataFrame:
    inputs = {"dtm": given.fingerprint}
    stamp(table, function, inputs=inputs, measure=measure, weighting=dtm.weighting, **settings)
    table.attrs["textkit"]["orientation"] = MEASURES[measure].orientation
    return table


# ---------------------------------------------------------------------------------------------------------------
# All pairs of rows of a sparse matrix


def _compared(x: csr_array, chosen: _Measure, rows: NDArray[np.intp] | None = None) -> Floats:
    """Return rows (all, or the chosen ones) by all rows; sums over common terms only, never documents by terms."""
    x = _shaped(x, chosen)
    sums = _sums(x, chosen.power)
    if chosen is MEASURES["maximum"]:
        block = _largest_gaps(x, rows)
    elif chosen.term is None:
        block = _products(x, rows)
    else:
        block = _over_common_terms(x, chosen.term, rows)
    own = _Sums(*(values if rows is None else values[rows] for values in sums))
    columns = _Sums(*(values[None, :] for values in sums))
    for begin in range(0, len(block), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        block[part] = chosen.formula(block[part], _Sums(*(v[part, None] for v in own)), columns, x.shape[1])
    block[own.n_terms == 0, :] = np.nan
    block[:, sums.n_terms == 0] = np.nan
    return block


def _shaped(x: csr_array, chosen: _Measure) -> csr_array:
    if chosen.shape == "plain":
        return x
    if chosen.shape == "binary":
        data = np.ones(x.nnz)
    elif chosen.shape == "root":
        data = np.sqrt(x.data)
    else:
        data = x.data / np.repeat(_sums(x, 1.0).total, np.diff(x.indptr))
    return csr_array((data, x.indices, x.indptr), shape=x.shape)


def _nonzero(matrix: csr_array) -> csr_array:
    """Return a float copy without stored zeros: only what is there counts as a term of a document."""
    x = csr_array(matrix.astype(np.float64), copy=True)
    x.sort_indices()
    x.eliminate_zeros()
    return x


def _sums(x: csr_array, power: float) -> _Sums:
    per_row = np.diff(x.indptr)
    rows = np.repeat(np.arange(x.shape[0]), per_row)
    # bincount adds one after the other, like the sparse product, so that a document is exactly equal to itself
    square = np.bincount(rows, weights=x.data**2, minlength=x.shape[0])
    total = np.bincount(rows, weights=x.data if power == 1 else x.data**power, minlength=x.shape[0])
    return _Sums(square.astype(np.float64), total.astype(np.float64), per_row.astype(np.float64))


def _products(x: csr_array, rows: NDArray[np.intp] | None) -> Floats:
    """Return all inner products of rows."""
    own = x if rows is None else x[rows]
    block = np.empty((own.shape[0], x.shape[0]))
    transposed = x.T.tocsr()
    for begin in range(0, own.shape[0], _BLOCK):
        part = slice(begin, begin + _BLOCK)
        block[part] = (own[part] @ transposed).toarray()
    return block


def _over_common_terms(
    x: csr_array, function: Callable[[Floats, Floats], Floats], rows: NDArray[np.intp] | None
) -> Floats:
    """Return for every two rows the sum of ``function(a, b)`` over the columns that both have."""
    n = x.shape[0]
    block = np.zeros((n if rows is None else len(rows), n))
    columns = x.tocsc()
    head = columns.indptr[:-1].astype(np.int64)  # the first row of each column that is not done yet
    end = columns.indptr[1:].astype(np.int64)
    for at, row in enumerate(range(n) if rows is None else rows.tolist()):
        terms = x.indices[x.indptr[row] : x.indptr[row + 1]]
        own = x.data[x.indptr[row] : x.indptr[row + 1]]
        sizes = end[terms] - head[terms]
        shift = np.repeat(head[terms] - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
        places = np.arange(len(shift)) + shift
        added = function(np.repeat(own, sizes), columns.data[places])
        sums = np.bincount(columns.indices[places], weights=added, minlength=n)
        if rows is None:  # the other half is the same
            block[row, row:] = sums[row:]
            block[row:, row] = sums[row:]
            head[terms] += 1
        else:
            block[at] = sums
    return block


def _largest_gaps(x: csr_array, rows: NDArray[np.intp] | None) -> Floats:
    """Return ``max |a - b|`` of every two rows, written out in full."""
    dense = x.toarray()
    own = dense if rows is None else dense[rows]
    return np.array([np.abs(dense - row).max(axis=1, initial=0.0) for row in own]).reshape(len(own), len(dense))


# ---------------------------------------------------------------------------------------------------------------
# The bootstrap: many samples of each document at once


class _Draw(NamedTuple):
    """Bootstrap samples of one document: its columns, their values (samples, columns), and sums over them.

    ``weights``: how often each column counts in each sample, if it is columns that were drawn.
    """

    columns: NDArray[np.intp]
    values: Floats
    sums: _Sums
    weights: Floats | None


_Draws = Iterator[list[_Draw]]


def _draw(columns: NDArray[np.intp], values: Floats, chosen: _Measure, weights: Floats | None = None) -> _Draw:
    def total(part: Floats) -> Floats:
        return np.asarray((part if weights is None else part * weights).sum(axis=1))

    if chosen.shape == "binary":
        values = (values > 0).astype(np.float64)
    elif chosen.shape == "root":
        values = np.sqrt(values)
    elif chosen.shape == "shares":
        with np.errstate(divide="ignore", invalid="ignore"):
            values = values / total(values)[:, None]
    sums = _Sums(total(values**2), total(values**chosen.power), total((values > 0).astype(np.float64)))
    return _Draw(columns, values, sums, weights)


def _resampled_documents(tokens: Tokens, chosen: _Measure, unit: str, n_replicates: int, random_state: int) -> _Draws:
    """Yield blocks of samples of each document, its sentences drawn anew."""
    pieces = count(tokens.split(unit))
    # a piece is called by its document and a number
    row_of = {name: row for row, name in enumerate(tokens.corpus.names)}
    owner = np.array([row_of[name.rpartition("#")[0]] for name in pieces.names], dtype=np.intp)
    units: list[csr_array] = []
    columns: list[NDArray[np.intp]] = []
    matrix = pieces.matrix.astype(np.float64)
    for row in range(len(tokens.corpus)):
        part = matrix[owner == row]
        columns.append(np.unique(part.indices).astype(np.intp))
        units.append(part[:, columns[row]])
    sizes = [part.shape[0] for part, used in zip(units, columns, strict=True) if len(used)]
    message = resampling.few_units(min(sizes, default=0), unit) if sizes else None
    if message is not None:
        warnings.warn(message, TextkitWarning, stacklevel=3)
    generators = np.random.default_rng(random_state).spawn(len(units))
    drawn = [
        resampling.resamples(max(part.shape[0], 1), n_replicates, rng, block=_REPLICATES)
        for part, rng in zip(units, generators, strict=True)
    ]
    return (
        [
            _draw(used, _sampled(part, times), chosen)
            for used, part, times in zip(columns, units, block, strict=True)
        ]
        for block in zip(*drawn, strict=True)
    )  # fmt: skip


def _sampled(units: csr_array, times: NDArray[np.int64]) -> Floats:
    """Return the counts of samples: how often each unit was drawn, times the units."""
    if not units.shape[0]:
        return np.zeros((len(times), units.shape[1]))
    return np.asarray((units.T @ times.T.astype(np.float64)).T)


def _resampled_terms(
    dtm: DocumentTermMatrix, x: csr_array, chosen: _Measure, n_replicates: int, random_state: int
) -> _Draws:
    """Yield blocks of samples of each term, the documents drawn anew."""
    message = resampling.few_units(len(dtm), "document")
    if message is not None:
        warnings.warn(message, TextkitWarning, stacklevel=3)
    cells = [(x.indices[a:b].astype(np.intp), x.data[None, a:b]) for a, b in pairwise(x.indptr.tolist())]
    rng = np.random.default_rng(random_state)
    blocks = resampling.resamples(max(len(dtm), 1), n_replicates, rng, block=_REPLICATES)
    return ([_draw(docs, data, chosen, times[:, docs].astype(np.float64)) for docs, data in cells] for times in blocks)


def _interval(
    value: Floats,
    draws: _Draws,
    chosen: _Measure,
    n: int,
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]],
    n_replicates: int,
    confidence: float,
    progress: bool | None,
) -> tuple[Floats, Floats]:
    """Return the reflected bootstrap interval of each pair, within the range of the measure."""
    if len(value) > _RESAMPLED_PAIRS:
        raise ArgumentError(
            f"{len(value):,} pairs are too many for intervals: at most {_RESAMPLED_PAIRS:,}. Choose fewer, or leave "
            "ci out."
        )
    if not len(value):
        return value, value
    replicates = np.empty((n_replicates, len(value)))
    begin = 0
    for block in track(draws, "resampling", total=-(-n_replicates // _REPLICATES), show=progress):
        made = _pairs_of(block, chosen, n, pairs)
        replicates[begin : begin + len(made)] = made
        begin += len(made)
    low, high = resampling.percentile_interval(replicates, confidence)
    with np.errstate(invalid="ignore"):
        return (
            np.clip(2 * value - high, chosen.low, chosen.high),
            np.clip(2 * value - low, chosen.low, chosen.high),
        )


def _pairs_of(block: list[_Draw], chosen: _Measure, n: int, pairs: tuple[NDArray[np.intp], NDArray[np.intp]]) -> Floats:
    """Return the value of each pair in each sample."""
    samples = max(len(draw.sums.total) for draw in block)
    made = np.empty((samples, len(pairs[0])))
    place = np.full(n, -1, dtype=np.intp)
    last = -1
    for column, (i, j) in enumerate(zip(*(side.tolist() for side in pairs), strict=True)):
        a, b = block[i], block[j]
        if i != last:
            if last >= 0:
                place[block[last].columns] = -1
            place[a.columns] = np.arange(len(a.columns))
            last = i
        made[:, column] = _pair(a, b, place[b.columns], chosen, n)
    return made


def _pair(a: _Draw, b: _Draw, place: NDArray[np.intp], chosen: _Measure, n: int) -> Floats:
    """Compare the samples of two documents; ``place`` says where in ``a`` the columns of ``b`` stand, -1 nowhere."""
    common = place >= 0
    x, y = a.values[:, place[common]], b.values[:, common]
    if chosen is MEASURES["maximum"]:
        sums = _largest_gap(a, b, x, y, place)
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            added = x * y if chosen.term is None else np.where((x > 0) & (y > 0), chosen.term(x, y), 0.0)
        sums = (added if b.weights is None else added * b.weights[:, common]).sum(axis=1)
    value = chosen.formula(sums, a.sums, b.sums, n)
    return np.where((a.sums.n_terms > 0) & (b.sums.n_terms > 0), value, np.nan)


def _largest_gap(a: _Draw, b: _Draw, x: Floats, y: Floats, place: NDArray[np.intp]) -> Floats:
    common = place >= 0
    alone = np.ones(len(a.columns), dtype=np.bool_)
    alone[place[common]] = False
    parts = [(np.abs(x - y), b, common), (a.values[:, alone], a, alone), (b.values[:, ~common], b, ~common)]
    gaps = [
        (gap if side.weights is None else np.where(side.weights[:, which] > 0, gap, 0.0)).max(axis=1, initial=0.0)
        for gap, side, which in parts
    ]
    return np.asarray(np.maximum.reduce(np.broadcast_arrays(*gaps)))
