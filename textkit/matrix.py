"""DocumentTermMatrix: how often each term stands in each document, as a sparse matrix with its labels."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit.errors import ArgumentError, EmptyError, check_float, check_int, check_type
from textkit.markup import esc
from textkit.provenance import sha256
from textkit.selection import By, Which, checked_docs, groups, merged_facts, rows, with_facts
from textkit.storage import facts_table, load_table, save_table
from textkit.tokens import Tokens
from textkit.vocabulary import Pattern, Vocabulary

_LONG = 50  # tokens a document from which counting by transposition wins (measured)
_TOKENS = 2_000_000  # tokens counted at a time
_BLOCK = 262_144  # ids counted at a time (measured)
_CELLS = 20_000_000  # the largest dense table that to_frame hands out (160 MB)


@dataclass(frozen=True, slots=True, eq=False, repr=False, init=False)
class DocumentTermMatrix:
    """Counts (or weights) of V terms in D documents.

    Parameters
    ----------
    matrix : csr_array, shape (D, V)
        int64 counts or float64 weights; sorted, without stored duplicates, index arrays int32 when they fit.
        It goes straight into any scikit-learn estimator.
    vocabulary : Vocabulary
        Names of the columns.
    docs : DataFrame
        Facts about the documents, index ``doc``.
    weighting : str
        ``"count"`` or the name of the scheme.

    Examples
    --------
    >>> from textkit.corpus import Corpus
    >>> from textkit.tokenization import tokenize
    >>> dtm = count(tokenize(Corpus(["管 理 管", "理"]), "spaces"))
    >>> dtm
    DocumentTermMatrix(2 documents x 2 terms, 3 nonzero; count)
    >>> dtm.to_frame()
          管  理
    doc
    doc1  2  1
    doc2  0  1
    """

    matrix: csr_array
    vocabulary: Vocabulary
    _docs: pd.DataFrame
    weighting: str
    _cache: dict[str, Any] = field(repr=False)

    def __init__(
        self,
        matrix: Any,
        vocabulary: Vocabulary | Sequence[str],
        docs: pd.DataFrame | None = None,
        weighting: str = "count",
    ) -> None:
        stored = _canonical(matrix)
        terms = vocabulary if isinstance(vocabulary, Vocabulary) else Vocabulary(vocabulary)
        if docs is None:
            docs = pd.DataFrame(index=[f"doc{i}" for i in range(1, stored.shape[0] + 1)])
        check_type("docs", docs, pd.DataFrame)
        if stored.shape != (len(docs), len(terms)):
            raise ArgumentError(
                f"matrix has shape {stored.shape}, but there are {len(docs)} documents and {len(terms)} terms."
            )
        facts = checked_docs(docs)
        object.__setattr__(self, "matrix", stored)
        object.__setattr__(self, "vocabulary", terms)
        object.__setattr__(self, "_docs", facts)
        object.__setattr__(self, "weighting", weighting)
        object.__setattr__(self, "_cache", {})

    @property
    def docs(self) -> pd.DataFrame:
        """Facts about the documents; a copy."""
        return self._docs.copy()

    @property
    def names(self) -> list[str]:
        """Names of the documents, in order."""
        return [str(name) for name in self._docs.index.tolist()]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of documents and of terms."""
        return (len(self._docs), len(self.vocabulary))

    @property
    def lengths(self) -> NDArray[Any]:
        """Sum of each row, shape (D,): the number of tokens when the matrix holds counts."""
        return np.asarray(self.matrix.sum(axis=1)).ravel()

    @property
    def term_counts(self) -> NDArray[Any]:
        """Sum of each column, shape (V,)."""
        return np.asarray(self.matrix.sum(axis=0)).ravel()

    @property
    def doc_counts(self) -> NDArray[np.int64]:
        """Number of documents that have each term, shape (V,)."""
        present = self.matrix.indices[self.matrix.data != 0]
        return np.bincount(present, minlength=len(self.vocabulary)).astype(np.int64, copy=False)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the matrix and its labels: what provenance records as the input."""
        if "fingerprint" not in self._cache:
            m = self.matrix
            self._cache["fingerprint"] = sha256(
                "dtm",
                self.weighting,
                self.vocabulary.fingerprint,
                *self.names,
                m.indptr.astype(np.int64),
                m.indices.astype(np.int64),
                m.data,
            )
        return str(self._cache["fingerprint"])

    def __len__(self) -> int:
        return len(self._docs)

    def trim(
        self,
        min_count: float = 1,
        min_docs: float = 1,
        max_docs: float | None = None,
    ) -> DocumentTermMatrix:
        """Return the matrix without rare and without too common terms; documents stay, even if empty.

        Parameters
        ----------
        min_count : number
            Smallest sum of a term over all documents.
        min_docs, max_docs : int or float in (0, 1)
            Fewest and most documents that have the term; a fraction means a share of the documents.
        """
        check_float("min_count", min_count, minimum=0)
        low = self._n_docs("min_docs", min_docs)
        high = np.inf if max_docs is None else self._n_docs("max_docs", max_docs)
        counts, docs = self.term_counts, self.doc_counts
        tests = {"min_count": counts >= min_count, "min_docs": docs >= low, "max_docs": docs <= high}
        kept = tests["min_count"] & tests["min_docs"] & tests["max_docs"]
        if len(self.vocabulary) and not kept.any():
            left = ", ".join(f"{name} alone leaves {int(ok.sum()):,}" for name, ok in tests.items())
            raise EmptyError(
                f"trim(min_count={min_count}, min_docs={min_docs}, max_docs={max_docs}) removes all "
                f"{len(self.vocabulary):,} terms of {len(self):,} documents: {left}. Loosen the strictest bound."
            )
        return self._columns(kept)

    def keep(self, pattern: Pattern) -> DocumentTermMatrix:
        """Return only the terms that match; see `Vocabulary.match` for patterns."""
        return self._columns(self.vocabulary.match(pattern))

    def drop(self, pattern: Pattern) -> DocumentTermMatrix:
        """Return only the terms that do not match."""
        return self._columns(~self.vocabulary.match(pattern))

    def __getitem__(self, which: Which) -> DocumentTermMatrix:
        """Return the chosen documents; all terms stay."""
        chosen = rows(self._docs, which)
        return DocumentTermMatrix(self.matrix[chosen], self.vocabulary, self._docs.iloc[chosen], self.weighting)

    def merge(self, by: By) -> DocumentTermMatrix:
        """Return one row for each value of a column of ``docs``: the sum of its rows. Missing values are left out."""
        codes, values = groups(self._docs, by)
        known = np.flatnonzero(codes >= 0)
        ones = np.ones(len(known), dtype=self.matrix.dtype)
        adder = csr_array((ones, (codes[known], known)), shape=(len(values), len(self)))
        return DocumentTermMatrix(
            adder @ self.matrix, self.vocabulary, merged_facts(self._docs, codes, values, by), self.weighting
        )

    def with_docs(self, **facts: Any) -> DocumentTermMatrix:
        """Return the same counts with further columns in ``docs``.

        Each is a value for all, an array in the order of the documents, or a Series whose index has their names.

        >>> dtm = DocumentTermMatrix([[1, 0], [0, 2]], ["网格", "信访"])
        >>> dtm.with_docs(period=["early", "late"]).docs["period"].tolist()
        ['early', 'late']
        """
        return DocumentTermMatrix(self.matrix, self.vocabulary, with_facts(self._docs, facts), self.weighting)

    def align(self, vocabulary: Vocabulary) -> DocumentTermMatrix:
        """Return the matrix over another vocabulary: terms it lacks get zero columns, terms not in it are left out."""
        check_type("vocabulary", vocabulary, Vocabulary)
        target = vocabulary.ids(self.vocabulary.terms)
        known = np.flatnonzero(target >= 0)
        ones = np.ones(len(known), dtype=self.matrix.dtype)
        mover = csr_array((ones, (known, target[known])), shape=(len(self.vocabulary), len(vocabulary)))
        return DocumentTermMatrix(self.matrix @ mover, vocabulary, self._docs, self.weighting)

    def to_frame(self) -> pd.DataFrame:
        """Return a dense table, documents by terms; for matrices of up to 20 million cells."""
        if self.shape[0] * self.shape[1] > _CELLS:
            raise ArgumentError(
                f"a table of {self.shape[0]:,} x {self.shape[1]:,} cells is too large to be shown. "
                "Use .matrix (sparse), or .trim and .keep first."
            )
        return pd.DataFrame(
            self.matrix.toarray(),
            index=self._docs.index,
            columns=pd.Index(list(self.vocabulary.terms), dtype="str"),
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the matrix and its labels to one Parquet file."""
        import pyarrow as pa

        table = facts_table(self._docs)
        offsets = pa.array(self.matrix.indptr.astype(np.int64))
        for name, values in {"indices": self.matrix.indices, "data": self.matrix.data}.items():
            table = table.append_column(f"__{name}__", pa.LargeListArray.from_arrays(offsets, pa.array(values)))
        extra = {"terms": list(self.vocabulary.terms), "weighting": self.weighting}
        return save_table(path, table, "DocumentTermMatrix", extra)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> DocumentTermMatrix:
        """Read a matrix written by `save`."""
        table, note = load_table(path, "DocumentTermMatrix")
        lists = {name: table[f"__{name}__"].combine_chunks() for name in ("indices", "data")}
        facts = table.drop_columns(["__indices__", "__data__"]).to_pandas()
        lengths = lists["indices"].value_lengths().to_numpy(zero_copy_only=False)
        indptr = np.concatenate(([0], np.cumsum(lengths)))
        data, indices = (lists[name].flatten().to_numpy(zero_copy_only=False) for name in ("data", "indices"))
        shape = (len(table), len(note["terms"]))
        return cls(csr_array((data, indices, indptr), shape=shape), note["terms"], facts, note["weighting"])

    def __repr__(self) -> str:
        d, v = self.shape
        return f"DocumentTermMatrix({d:,} documents x {v:,} terms, {self.matrix.nnz:,} nonzero; {self.weighting})"

    def _repr_html_(self) -> str:
        top = np.sort(np.lexsort((np.arange(len(self.vocabulary)), -self.term_counts))[:10])
        head = "".join(f"<th>{esc(self.vocabulary[int(i)])}</th>" for i in top)
        cells = self.matrix[:10][:, top].toarray()
        body = "".join(
            f"<tr><td>{esc(name)}</td>" + "".join(f"<td>{esc(f'{value:g}')}</td>" for value in row) + "</tr>"
            for name, row in zip(self.names[:10], cells, strict=True)
        )
        return (
            f"<p>{esc(repr(self))}; the commonest terms of the first documents:</p>"
            f"<table><thead><tr><th>doc</th>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def _columns(self, chosen: NDArray[np.bool_]) -> DocumentTermMatrix:
        if chosen.all():
            return self
        places = np.flatnonzero(chosen)
        terms = self.vocabulary.terms
        return DocumentTermMatrix(
            self.matrix[:, places], Vocabulary(terms[i] for i in places), self._docs, self.weighting
        )

    def _n_docs(self, argument: str, value: float) -> float:
        if isinstance(value, float) and 0 < value < 1:
            return value * len(self)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, float):
            raise ArgumentError(f"{argument} must be a whole number or a share between 0 and 1, got {value!r}.")
        return check_int(argument, value, minimum=0)


def count(tokens: Tokens) -> DocumentTermMatrix:
    """Count how often each term stands in each document: ``x[d, w]`` = number of tokens ``w`` in ``d``.

    Parameters
    ----------
    tokens : Tokens

    Returns
    -------
    DocumentTermMatrix
        int64 counts, one row a document (empty ones too), one column a term, in the vocabulary's order.

    Examples
    --------
    >>> from textkit.corpus import Corpus
    >>> from textkit.tokenization import tokenize
    >>> count(tokenize(Corpus(["甲乙甲"]), "characters")).matrix.toarray()
    array([[2, 1]])
    """
    check_type("tokens", tokens, Tokens, hint="Make them with tokenize(corpus).")
    return DocumentTermMatrix(_count(tokens), tokens.vocabulary, tokens.corpus._docs)


def _count(tokens: Tokens) -> csr_array:
    """Sum the duplicates of (document, term), by the way that is fastest for documents of this length."""
    n, shape = len(tokens), (len(tokens.corpus), len(tokens.vocabulary))
    if shape[0] * shape[1] <= n:
        return _count_by_row(tokens, shape)
    data, indices, ends = array("q"), array("i"), [np.zeros(1, dtype=np.int64)]
    for first, last in _row_blocks(tokens.offsets):
        block = _count_block(tokens, first, last, shape[1])
        data.frombytes(memoryview(block.data.astype(np.int64).view(np.uint8)))
        indices.frombytes(memoryview(block.indices.astype(np.intc, copy=False).view(np.uint8)))
        ends.append(ends[-1][-1] + block.indptr[1:].astype(np.int64))
    indptr = np.concatenate(ends)
    parts: Any = (
        np.frombuffer(data, dtype=np.int64) if data else np.empty(0, np.int64),
        np.frombuffer(indices, dtype=np.int32) if indices else np.empty(0, np.int32),
        indptr.astype(np.int32) if indptr[-1] <= np.iinfo(np.int32).max else indptr,
    )
    return csr_array(parts, shape=shape)


def _row_blocks(offsets: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yield ranges of documents with some millions of tokens each, so that counting needs little room beside them."""
    first, n_docs = 0, len(offsets) - 1
    while first < n_docs:
        last = max(int(np.searchsorted(offsets, offsets[first] + _TOKENS, side="right")) - 1, first + 1)
        yield first, last
        first = last


def _count_block(tokens: Tokens, first: int, last: int, n_terms: int) -> Any:
    offsets = (tokens.offsets[first : last + 1] - tokens.offsets[first]).astype(np.int64)
    ids = tokens.ids[tokens.offsets[first] : tokens.offsets[last]]
    shape = (last - first, n_terms)
    ones = np.ones(len(ids), dtype=np.int32)
    if len(ids) >= _LONG * shape[0]:
        # two linear transpositions sort long rows far faster than comparing would
        by_term: Any = csr_array((ones, ids, offsets), shape=shape).tocsc()
        by_term.sum_duplicates()
        return by_term.tocsr()
    block: Any = csr_array((ones, ids.copy(), offsets), shape=shape)
    block.sum_duplicates()
    return block


def _count_by_row(tokens: Tokens, shape: tuple[int, int]) -> csr_array:
    rows_of = [_counts(tokens.ids[a:b], shape[1]) for a, b in pairwise(tokens.offsets.tolist())]
    places = [np.flatnonzero(row).astype(np.int32) for row in rows_of]
    data = [row[place].astype(np.int64) for row, place in zip(rows_of, places, strict=True)]
    ends = np.concatenate(([0], np.cumsum([len(place) for place in places], dtype=np.int64)))
    parts: Any = (
        np.concatenate(data or [np.empty(0, np.int64)]),
        np.concatenate(places or [np.empty(0, np.int32)]),
        ends.astype(np.int32),
    )
    return csr_array(parts, shape=shape)


def _counts(ids: NDArray[np.int32], n_terms: int) -> NDArray[np.int64]:
    """Count the ids block by block: numpy widens them to 64 bits, which is twice as fast within the cache."""
    total = np.zeros(n_terms, dtype=np.int64)
    for start in range(0, len(ids), _BLOCK):
        total += np.bincount(ids[start : start + _BLOCK], minlength=n_terms)
    return total


def _canonical(matrix: Any) -> csr_array:
    try:
        stored = csr_array(matrix)
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            f"matrix must be a table of numbers, documents by terms, got a {type(matrix).__name__} ({error})."
        ) from None
    if stored.ndim != 2:
        raise ArgumentError(f"matrix must have two dimensions, got shape {stored.shape}.")
    kind = np.dtype(np.int64) if stored.dtype.kind in "biu" else np.dtype(np.float64)
    if stored.dtype != kind:
        stored = stored.astype(kind)
    if not stored.has_canonical_format:
        stored = stored.copy()
        stored.sum_duplicates()
    if stored.nnz and not np.isfinite(stored.data).all():
        raise ArgumentError("matrix must hold finite numbers.")
    shared = csr_array((_read_only(stored.data), _read_only(stored.indices), _read_only(stored.indptr)), stored.shape)
    shared.has_canonical_format = True
    return shared


def _read_only(values: NDArray[Any]) -> NDArray[Any]:
    """Return a view that cannot be written to; the caller's array stays as it was."""
    view = values.view()
    view.flags.writeable = False
    return view
