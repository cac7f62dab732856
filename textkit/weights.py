"""Weights: from a matrix of counts to a matrix of proportions, tf-idf or BM25, and a search with BM25."""

from __future__ import annotations

import collections
import math
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit import measures
from textkit.errors import (
    ArgumentError,
    EmptyError,
    TextkitWarning,
    check_choice,
    check_float,
    check_type,
    listing,
    nearest,
    unknown,
)
from textkit.matrix import DocumentTermMatrix
from textkit.measures import Floats
from textkit.provenance import stamp

SCORE_COLUMNS = ["doc", "rank", "score"]

PRESETS: dict[str, tuple[str, float]] = {"sklearn": ("nsc", math.e), "quanteda": ("ntn", 10.0)}
"""Names for schemes of other programs: SMART code and base of the logarithm."""


def proportions(dtm: DocumentTermMatrix) -> DocumentTermMatrix:
    """Divide every count by the length of its document: ``x[d, w] / sum_v x[d, v]``.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts.

    Returns
    -------
    DocumentTermMatrix
        float64, weighting ``"proportion"``; each row sums to one, the row of an empty document to zero.

    Notes
    -----
    The length is the sum of the row as it stands: after stop words were dropped, the share is among the words left.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[3, 1], [0, 0]], ["网格", "管理"])
    >>> proportions(dtm).matrix.toarray()
    array([[0.75, 0.25],
           [0.  , 0.  ]])
    """
    _check_counts(dtm, "proportions")
    lengths = np.repeat(dtm.lengths.astype(np.float64), np.diff(dtm.matrix.indptr))
    return _weighted(dtm, dtm.matrix.data / np.maximum(lengths, 1.0), "proportion")


def tfidf(
    dtm: DocumentTermMatrix,
    scheme: str = "ntc",
    *,
    log_base: float | None = None,
    slope: float = 0.2,
    collection: DocumentTermMatrix | None = None,
) -> DocumentTermMatrix:
    """Weight terms by how often they stand in a document and in how few documents they stand at all.

    ``w[d, t] = tf(x[d, t]) * idf(df_t) / norm_d``, the three parts named by the three letters of a SMART code
    (Salton & Buckley 1988; Manning, Raghavan & Schütze 2008, figure 6.15).

    - tf: ``n`` the count ``tf``; ``l`` ``1 + log tf``; ``b`` ``1``; ``a`` ``0.5 + 0.5 tf / max tf`` of the document;
      ``L`` ``(1 + log tf) / (1 + log mean tf)`` over the document's types; not in SMART: ``p`` ``tf / length`` and
      ``m`` ``tf / max tf``.
    - idf: ``n`` ``1``; ``t`` ``log(N / df)``; ``p`` ``max(0, log((N - df) / df))``; not in SMART: ``s``
      ``log((1 + N) / (1 + df)) + 1`` (scikit-learn, smooth), ``u`` ``log(N / df) + 1`` (scikit-learn, not smooth),
      ``x`` ``log(max df / df)``.
    - norm: ``n`` ``1``; ``c`` cosine, ``sqrt(sum of squares)``, so that each row has length one; ``u`` pivoted unique,
      ``(1 - slope) * mean number of types + slope * number of types``.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts.
    scheme : str, default "ntc"
        Three letters; or ``"sklearn"`` (= ``"nsc"``, natural log: TfidfTransformer as it is; ``"lsc"`` is its
        ``sublinear_tf``), or ``"quanteda"`` (= ``"ntn"``, base 10: dfm_tfidf as it is); or two codes with a dot such as
        ``"lnc.ltc"``: the first for documents, the second for queries (used where ``collection`` is given).
    log_base : float, optional
        Base of every logarithm; natural if not given (10 with ``"quanteda"``). It changes ``l`` and ``L`` and, without
        norm, the size of the weights; the textbook of Manning et al. uses 10.
    slope : float, default 0.2
        For the norm ``u`` only (Singhal, Buckley & Mitra 1996).
    collection : DocumentTermMatrix, optional
        Counts from which N and df are taken instead of from ``dtm``: to weight queries or new documents.

    Returns
    -------
    DocumentTermMatrix
        float64, weighting ``"tfidf:ntc"`` and so on. Same documents and terms; empty documents stay as rows of zeros
        and count in N.

    Raises
    ------
    UnknownNameError
        A letter or preset that does not exist.
    ArgumentError
        ``dtm`` holds weights, or ``log_base`` is not above 1.

    Warns
    -----
    TextkitWarning
        Terms that stand in no document (of the collection): their weight is 0.

    Notes
    -----
    Weights depend on the whole collection: they must not be compared between collections, and a text that is copied
    into the collection changes the weights of all others. With ``t`` a term that stands in every document has weight 0.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[2, 1], [0, 1]], ["网格", "管理"])
    >>> tfidf(dtm, "ntn").matrix.toarray().round(3)
    array([[1.386, 0.   ],
           [0.   , 0.   ]])
    """
    _check_counts(dtm, "tfidf")
    if collection is not None:
        _check_counts(collection, "tfidf(collection=...)")
    code, base = _scheme(scheme, log_base, query=collection is not None)
    check_float("slope", slope, minimum=0, maximum=1)
    df, n = _document_frequency(dtm, collection)
    entries = dtm.matrix
    kept = entries.data > 0
    facts = _document_facts(dtm)
    weights = np.zeros(entries.nnz)
    tf = entries.data.astype(np.float64)
    part = measures.DocumentFacts(*(values[kept] for values in facts))
    weights[kept] = measures.term_frequency(code[0], tf[kept], part, log_base=base)
    weights *= measures.inverse_document_frequency(code[1], df, n, log_base=base)[entries.indices]
    per_row = _norms(code[2], weights, dtm, slope)
    weights = weights / np.repeat(per_row, np.diff(entries.indptr))
    name = f"tfidf:{code}" if base == math.e else f"tfidf:{code}:log{base:g}"
    return _weighted(dtm, weights, name if code[2] != "u" else f"{name}:slope{slope:g}")


def bm25(
    dtm: DocumentTermMatrix, *, k1: float = 1.5, b: float = 0.75, variant: str = "lucene", delta: float = 1.0
) -> DocumentTermMatrix:
    """Weight terms by BM25: like tf-idf, but the count saturates and long documents are held back.

    ``w[d, t] = idf(t) * tf (k1 + 1) / (tf + k1 (1 - b + b * length_d / mean length))`` (Robertson & Zaragoza 2009).
    The score of a document for a query is the sum of the weights of the query's words.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts.
    k1 : float, default 1.5
        How fast a count saturates; 0 makes it binary. (Lucene uses 1.2.)
    b : float, default 0.75
        How much length matters, 0 to 1.
    variant : {"lucene", "lucene7", "robertson", "plus"}
        ``lucene``: idf ``ln(1 + (N - df + 0.5) / (df + 0.5))``, always above 0, without the constant ``k1 + 1`` (the
        same ranking). ``lucene7``: with it. ``robertson``: idf ``ln((N - df + 0.5) / (df + 0.5))``, which is 0 for a
        word in half of the documents and negative for commoner ones. ``plus``: idf ``ln((N + 1) / df)``, and ``delta``
        is added to the tf part of every word that is there, so that long documents are not pushed below those without
        it (Lv & Zhai 2011).
    delta : float, default 1.0
        For ``plus`` only.

    Returns
    -------
    DocumentTermMatrix
        float64, weighting ``"bm25:lucene(k1=1.5, b=0.75)"`` and so on.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[1, 0], [0, 1]], ["网格", "管理"])
    >>> bm25(dtm, variant="lucene7").matrix.toarray().round(3)
    array([[0.693, 0.   ],
           [0.   , 0.693]])
    """
    _check_counts(dtm, "bm25")
    check_float("k1", k1, minimum=0)
    check_float("b", b, minimum=0, maximum=1)
    check_choice("variant", variant, measures.BM25_VARIANTS)
    check_float("delta", delta, minimum=0)
    df, n = _document_frequency(dtm, None)
    lengths = dtm.lengths.astype(np.float64)
    entries = dtm.matrix
    length = np.repeat(lengths, np.diff(entries.indptr))
    mean = float(lengths.mean()) if len(lengths) else 0.0
    kept = entries.data > 0
    weights = np.zeros(entries.nnz)
    weights[kept] = measures.bm25_tf(
        variant, entries.data[kept].astype(np.float64), length[kept], mean, k1=k1, b=b, delta=delta
    )
    weights *= measures.bm25_idf(variant, df, n)[entries.indices]
    tail = f", delta={delta:g}" if variant == "plus" else ""
    return _weighted(dtm, weights, f"bm25:{variant}(k1={k1:g}, b={b:g}{tail})")


def bm25_scores(
    dtm: DocumentTermMatrix,
    query: str | Sequence[str],
    *,
    k1: float = 1.5,
    b: float = 0.75,
    variant: str = "lucene",
    delta: float = 1.0,
) -> pd.DataFrame:
    """Rank the documents for a query: the sum of the BM25 weights of the query's words.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts.
    query : str or sequence of str
        Words; in one string, with blanks between them. A word given m times counts m times.
    k1, b, variant, delta
        See `bm25`.

    Returns
    -------
    DataFrame
        Every document, best first: ``doc``, ``rank`` (equal scores share the better rank), ``score``.

    Raises
    ------
    EmptyError
        No word of the query is in the vocabulary.

    Notes
    -----
    Scores order the documents of one query; they must not be compared between queries or collections.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[1, 0], [0, 1]], ["网格", "管理"])
    >>> bm25_scores(dtm, "管理", variant="lucene7").round(3)
        doc  rank  score
    0  doc2     1  0.693
    1  doc1     2  0.000
    """
    weighted = bm25(dtm, k1=k1, b=b, variant=variant, delta=delta)
    wanted = _query_counts(query, dtm)
    score = np.asarray(weighted.matrix @ wanted).ravel()
    order = measures.ranking(dtm.names, score)
    table = pd.DataFrame(
        {
            "doc": [dtm.names[i] for i in order],
            "rank": measures.competition_ranks(score[order]),
            "score": score[order],
        },
        columns=SCORE_COLUMNS,
    )
    words = query if isinstance(query, str) else list(query)
    settings: dict[str, Any] = {"query": words, "k1": k1, "b": b, "variant": variant, "delta": delta}
    return stamp(table, "bm25_scores", inputs={"dtm": dtm.fingerprint}, **settings)


def _check_counts(dtm: DocumentTermMatrix, function: str) -> None:
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with count(tokens).")
    measures.check_counts(dtm.weighting, function)


def _weighted(dtm: DocumentTermMatrix, data: Floats, weighting: str) -> DocumentTermMatrix:
    """Return the matrix with other values in the same cells."""
    old = dtm.matrix
    matrix = csr_array((data.astype(np.float64), old.indices, old.indptr), shape=old.shape)
    return DocumentTermMatrix(matrix, dtm.vocabulary, dtm.docs, weighting)


def _scheme(scheme: object, log_base: float | None, *, query: bool) -> tuple[str, float]:
    """Return the three letters and the base of the logarithm."""
    if not isinstance(scheme, str):
        raise ArgumentError(f"scheme must be a SMART code such as 'ntc' or a preset, got {scheme!r}.")
    code, base = PRESETS.get(scheme, (scheme, math.e))
    if code.count(".") == 1:
        code = code.split(".")[1 if query else 0]
    if len(code) != 3:
        raise unknown("scheme", scheme, PRESETS, hint="Or give three SMART letters such as 'ntc', 'ltc', 'lnc.ltc'.")
    parts = ("tf", measures.TF_CODES), ("idf", measures.IDF_CODES), ("norm", measures.NORM_CODES)
    for letter, (part, allowed) in zip(code, parts, strict=True):
        if letter not in allowed:
            raise unknown(f"{part} letter of scheme {scheme!r}:", letter, allowed)
    if log_base is None:
        return code, base
    if scheme == "sklearn" and log_base != math.e:
        raise ArgumentError(
            f"scheme 'sklearn' is defined with natural logarithms, got log_base={log_base!r}. "
            "Use scheme 'nsc' for another base."
        )
    return code, check_float("log_base", log_base, minimum=1, open_minimum=True)


def _document_frequency(
    dtm: DocumentTermMatrix, collection: DocumentTermMatrix | None
) -> tuple[NDArray[np.int64], int]:
    """Return df of each term and N; warn of terms in no document."""
    source = dtm if collection is None else collection.align(dtm.vocabulary)
    df = source.doc_counts
    absent = np.flatnonzero(df == 0)
    if len(absent) and len(dtm):
        where = "document" if collection is None else "document of the collection"
        does = ("term stands", "gets") if len(absent) == 1 else ("terms stand", "get")
        warnings.warn(
            f"{len(absent):,} {does[0]} in no {where} and {does[1]} weight 0: "
            f"{listing(dtm.vocabulary[int(i)] for i in absent)}.",
            TextkitWarning,
            stacklevel=3,
        )
    return df, len(source)


def _document_facts(dtm: DocumentTermMatrix) -> measures.DocumentFacts:
    """Return length, largest count and mean count over types of the document of each cell."""
    m = dtm.matrix
    per_row = np.diff(m.indptr)
    data = m.data.astype(np.float64)
    filled = per_row > 0
    largest, types = np.zeros(len(dtm)), np.zeros(len(dtm))
    if filled.any():
        # reduceat over the starts of the rows that have cells; empty rows would repeat a neighbour's value
        starts = m.indptr[:-1][filled]
        largest[filled] = np.maximum.reduceat(data, starts)
        types[filled] = np.add.reduceat((data > 0).astype(np.float64), starts)
    length = dtm.lengths.astype(np.float64)
    mean = np.divide(length, types, out=np.zeros(len(dtm)), where=types > 0)
    return measures.DocumentFacts(*(np.repeat(values, per_row) for values in (length, largest, mean)))


def _norms(code: str, weights: Floats, dtm: DocumentTermMatrix, slope: float) -> Floats:
    """Return what each row is divided by; 1 where there is nothing to divide."""
    m = dtm.matrix
    rows = np.repeat(np.arange(len(dtm)), np.diff(m.indptr))
    if code == "n":
        return np.ones(len(dtm))
    if code == "c":
        norms: Floats = np.sqrt(np.bincount(rows, weights=weights**2, minlength=len(dtm)))
    else:
        types = np.bincount(rows[m.data > 0], minlength=len(dtm)).astype(np.float64)
        filled = types[types > 0]
        norms = (1.0 - slope) * (filled.mean() if len(filled) else 1.0) + slope * types
    return np.where(norms > 0, norms, 1.0)


def _query_counts(query: str | Iterable[str], dtm: DocumentTermMatrix) -> Floats:
    words = query.split() if isinstance(query, str) else list(query)
    for word in words:
        if not isinstance(word, str):
            raise ArgumentError(f"query must hold words (str), got {word!r}.")
    counted = collections.Counter(words)
    ids = dtm.vocabulary.ids(counted)
    missing = [word for word, place in zip(counted, ids, strict=True) if place < 0]
    if len(missing) == len(counted):
        close = nearest(missing[0], dtm.vocabulary.terms) if missing else None
        advice = f" Did you mean {close!r}?" if close is not None else ""
        what = f"none of the words {listing(missing)} is" if missing else "the query has no words; none is"
        raise EmptyError(f"{what} in the vocabulary of {len(dtm.vocabulary):,} terms.{advice}")
    if missing:
        warnings.warn(
            f"not in the vocabulary and left out of the query: {listing(missing)}.", TextkitWarning, stacklevel=3
        )
    wanted = np.zeros(len(dtm.vocabulary))
    wanted[ids[ids >= 0]] = [n for n, place in zip(counted.values(), ids, strict=True) if place >= 0]
    return wanted
