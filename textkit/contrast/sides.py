"""Who is in which group of documents, and what the documents of a group count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit import measures
from textkit.contrast.outside import Outside, is_outside, outside
from textkit.errors import ArgumentError, EmptyError, check_choice, check_type, listing, unknown
from textkit.matrix import DocumentTermMatrix, count
from textkit.measures import Floats
from textkit.selection import By, groups, rows
from textkit.tokens import Tokens
from textkit.vocabulary import Vocabulary

UNITS = ("document", "paragraph", "sentence")
"""What can be the unit of sampling: a document, or pieces of it."""

_NAMES_SHOWN = 20  # documents named one by one in the settings of a table


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Counts of all terms in one group of documents; ``term``, ``doc``, ``cells`` are the nonzero cells.

    ``docs`` is in how many of them each term stands; NaN for a frequency list, of which nobody knows the documents.
    """

    count: Floats
    docs: NDArray[Any]
    size: float
    lengths: Floats
    term: NDArray[Any]
    doc: NDArray[Any]
    cells: Floats

    @property
    def n_docs(self) -> int:
        """Number of documents that have tokens; 0 for a frequency list."""
        return len(self.lengths)

    def widened(self, n_terms: int) -> Side:
        """Return the same counts over a longer vocabulary."""
        more = n_terms - len(self.count)
        return replace(self, count=np.pad(self.count, (0, more)), docs=np.pad(self.docs, (0, more))) if more else self


class Source(NamedTuple):
    """What is compared: a matrix of units, the facts about their documents, and to which document each unit belongs."""

    dtm: DocumentTermMatrix
    docs: pd.DataFrame
    parents: NDArray[np.intp] | None  # of each unit; None if the units are the documents
    inputs: dict[str, str]
    unit: str

    def units(self, chosen: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the units of some documents."""
        return chosen if self.parents is None else np.flatnonzero(np.isin(self.parents, chosen))


class Contrast(NamedTuple):
    """Both sides over one vocabulary, what a table has to say about them, and what a reader should be told."""

    vocabulary: Vocabulary
    target: Side
    reference: Side
    unit: str
    settings: dict[str, Any]
    inputs: dict[str, str]
    notes: list[str]


def source_of(data: DocumentTermMatrix | Tokens, unit: str, function: str) -> Source:
    """Return the matrix of the units: a matrix as it is, or tokens cut into paragraphs or sentences."""
    check_choice("unit", unit, UNITS)
    if unit == "document":
        check_type("dtm", data, (DocumentTermMatrix, Tokens), hint="Make one with count(tokens).")
        if isinstance(data, Tokens):
            data = count(data)
        measures.check_counts(data.weighting, function)
        return Source(data, data._docs, None, {"dtm": data.fingerprint}, unit)
    if not isinstance(data, Tokens):
        raise ArgumentError(
            f"unit={unit!r} needs the tokens, got a {type(data).__name__}: a matrix of documents does not know where "
            f"a {unit} ends. Give tokenize(corpus) instead of count(...)."
        )
    pieces = data.split(unit)
    parents = pd.Index(data.corpus.names).get_indexer(pd.Index(pieces.docs["parent"]))
    return Source(count(pieces), data.docs, np.asarray(parents, dtype=np.intp), {"tokens": data.fingerprint}, unit)


def contrast_of(
    data: DocumentTermMatrix | Tokens,
    target: Any,
    reference: Any,
    *,
    by: By | None,
    unit: str,
    reference_size: int | None,
    function: str,
) -> Contrast:
    """Choose the documents of both sides and count them."""
    source = source_of(data, unit, function)
    notes: list[str] = []
    if reference_size is not None and not is_outside(reference, source.docs):
        raise ArgumentError(
            "reference_size is the size of the corpus behind a frequency list given as reference; documents are "
            "counted. Leave it out."
        )
    if is_outside(reference, source.docs):
        first_rows, other = _target_only(source, target, by, notes), outside(reference, reference_size, source.dtm)
        first = side_of(source.dtm, source.units(first_rows), "target")
        vocabulary, second = _outside_side(source.dtm, other)
        settings = {
            "target": _label(source.docs, target, first_rows, by), "target_rows": _ranges(first_rows),
            "reference": other.label, "reference_rows": None, "reference_size": second.size, "by": by, "unit": unit,
        }  # fmt: skip
        inputs = source.inputs | {"reference": other.fingerprint}
        return Contrast(vocabulary, first.widened(len(vocabulary)), second, unit, settings, inputs, notes)
    first_rows, second_rows = chosen(source.docs, target, reference, by, notes)
    first, second = (
        side_of(source.dtm, source.units(where), name)
        for where, name in ((first_rows, "target"), (second_rows, "reference"))
    )
    settings = {
        "target": _label(source.docs, target, first_rows, by), "target_rows": _ranges(first_rows),
        "reference": None if reference is None else _label(source.docs, reference, second_rows, by),
        "reference_rows": _ranges(second_rows), "reference_size": None, "by": by, "unit": unit,
    }  # fmt: skip
    return Contrast(source.dtm.vocabulary, first, second, unit, settings, source.inputs, notes)


def chosen(
    docs: pd.DataFrame, target: Any, reference: Any, by: By | None, notes: list[str]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows of both groups; they are disjoint, each row once."""
    if by is None:
        eligible = np.arange(len(docs))
        first = np.unique(rows(docs, target))
        second = None if reference is None else np.unique(rows(docs, reference))
    else:
        codes, values = groups(docs, by)
        eligible = with_value(codes, by, notes)
        first = _rows_of("target", target, by, codes, values)
        second = None if reference is None else _rows_of("reference", reference, by, codes, values)
    if second is None:
        second = np.setdiff1d(eligible, first)
    common = np.intersect1d(first, second)
    if len(common):
        raise ArgumentError(
            f"target and reference share {len(common):,} documents: {listing(docs.index[int(i)] for i in common)}. "
            "A document can only be in one of the groups."
        )
    for name, found in (("target", first), ("reference", second)):
        if not len(found):
            rest = " There is no other document to compare with." if name == "reference" and reference is None else ""
            raise EmptyError(f"{name} chooses none of the {len(docs):,} documents.{rest}")
    return first, second


def with_value(codes: NDArray[np.intp], by: By, notes: list[str]) -> NDArray[np.intp]:
    """Return the rows that have a value in a column, and note how many have none."""
    eligible = np.flatnonzero(codes >= 0)
    n = len(codes) - len(eligible)
    if n:
        notes.append(
            f"{n:,} document{' has' if n == 1 else 's have'} no value in {by!r} and "
            f"{'is' if n == 1 else 'are'} in neither group."
        )
    return eligible


def side_of(dtm: DocumentTermMatrix, chosen_rows: NDArray[np.intp], name: str) -> Side:
    """Add up the counts of a group; empty documents are left out."""
    if not len(chosen_rows):
        raise EmptyError(f"the documents of the {name} have no tokens.")
    indptr, indices, data = _rows_only(dtm.matrix, chosen_rows)
    term, cells = indices.astype(np.intp), data.astype(np.float64)
    doc = np.repeat(np.arange(len(chosen_rows)), np.diff(indptr))
    if len(cells) and not cells.all():
        there = cells != 0
        term, cells, doc = term[there], cells[there], doc[there]
    lengths = np.bincount(doc, weights=cells, minlength=len(chosen_rows)).astype(np.float64, copy=False)
    filled = lengths > 0
    if not filled.any():
        raise EmptyError(f"the {len(chosen_rows):,} documents of the {name} have no tokens.")
    if not filled.all():
        doc, lengths = (np.cumsum(filled) - 1)[doc], lengths[filled]
    v = dtm.shape[1]
    total = np.bincount(term, weights=cells, minlength=v).astype(np.float64, copy=False)
    return Side(total, np.bincount(term, minlength=v), float(lengths.sum()), lengths, term, doc, cells)


def _target_only(source: Source, target: Any, by: By | None, notes: list[str]) -> NDArray[np.intp]:
    if by is None:
        found = np.unique(rows(source.docs, target))
    else:
        codes, values = groups(source.docs, by)
        with_value(codes, by, notes)
        found = _rows_of("target", target, by, codes, values)
    if not len(found):
        raise EmptyError(f"target chooses none of the {len(source.docs):,} documents.")
    return found


def _outside_side(dtm: DocumentTermMatrix, other: Outside) -> tuple[Vocabulary, Side]:
    """Return the vocabulary of both, the matrix's terms first, and the reference over it."""
    new = [term for term in other.terms if term not in dtm.vocabulary]
    vocabulary = Vocabulary([*dtm.vocabulary.terms, *new]) if new else dtm.vocabulary
    if isinstance(other.counts, DocumentTermMatrix):
        aligned = other.counts.align(vocabulary)
        return vocabulary, side_of(aligned, np.arange(len(aligned)), "reference")
    total = np.zeros(len(vocabulary))
    total[vocabulary.ids(other.terms)] = other.counts
    nothing = np.empty(0, dtype=np.intp)
    unknown_docs = np.full(len(vocabulary), np.nan)
    return vocabulary, Side(total, unknown_docs, other.size, np.empty(0), nothing, nothing, np.empty(0))


def _rows_of(argument: str, wanted: Any, by: By, codes: NDArray[np.intp], values: list[Any]) -> NDArray[np.intp]:
    """Return the rows whose value in a column is wanted, or one of those wanted."""
    many = isinstance(wanted, (Sequence, set, frozenset, np.ndarray, pd.Index)) and not isinstance(wanted, str)
    places = []
    for value in list(wanted) if many else [wanted]:
        found = [place for place, known in enumerate(values) if known == value]
        if not found:
            raise unknown(f"value of {by!r} ({argument})", value, values)
        places.extend(found)
    return np.flatnonzero(np.isin(codes, places))


def _rows_only(matrix: csr_array, chosen_rows: NDArray[np.intp]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return the three arrays of some rows; without copying them if they stand next to each other."""
    first, stop = int(chosen_rows[0]), int(chosen_rows[-1]) + 1
    if stop - first != len(chosen_rows):
        part = matrix[chosen_rows]
        return part.indptr, part.indices, part.data
    bounds = matrix.indptr[first : stop + 1]
    inside = slice(int(bounds[0]), int(bounds[-1]))
    return bounds, matrix.indices[inside], matrix.data[inside]


def _label(docs: pd.DataFrame, wanted: Any, found: NDArray[np.intp], by: By | None) -> Any:
    """Return what a group is called: the values of the column, or the names of the documents if they are few."""
    if by is not None:
        return wanted
    if len(found) > _NAMES_SHOWN:
        return f"{len(found):,} documents"
    names = [str(docs.index[int(i)]) for i in found]
    return names[0] if len(names) == 1 else names


def _ranges(found: NDArray[np.intp]) -> str:
    """Return rows counted from 0, runs shortened: ``0-3,7``."""
    breaks = np.flatnonzero(np.diff(found) != 1) + 1
    runs = [(int(run[0]), int(run[-1])) for run in np.split(found, breaks)]
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
