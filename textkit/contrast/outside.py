"""A reference from outside: a frequency list, or the matrix of another corpus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit import measures
from textkit.errors import ArgumentError, EmptyError, check_columns, check_int, listing
from textkit.matrix import DocumentTermMatrix
from textkit.measures import Floats
from textkit.provenance import sha256

LIST, MATRIX = "outside list", "outside matrix"
"""What the settings of a table call a reference that is not among its documents."""


class Outside(NamedTuple):
    """Terms with their counts (a number each, or a matrix of documents) and the size of the corpus behind them."""

    terms: tuple[str, ...]
    counts: Floats | DocumentTermMatrix
    size: float
    label: str
    fingerprint: str


def is_outside(reference: Any, docs: pd.DataFrame) -> bool:
    """Say whether a reference is a list or matrix from outside, and not a choice among the documents."""
    if isinstance(reference, pd.Series):
        numbers = pd.api.types.is_numeric_dtype(reference) and not pd.api.types.is_bool_dtype(reference)
        words = len(reference) > 0 and all(isinstance(term, str) for term in reference.index)
        return bool(numbers and words and not reference.index.equals(docs.index))
    return isinstance(reference, (DocumentTermMatrix, pd.DataFrame, Mapping))


def outside(reference: Any, size: int | None, dtm: DocumentTermMatrix) -> Outside:
    """Return the terms and counts of a reference from outside, checked."""
    if isinstance(reference, DocumentTermMatrix):
        return _matrix(reference, size, dtm)
    terms, counts = _pairs(reference)
    for term in terms:
        if not isinstance(term, str) or not term:
            raise ArgumentError(f"reference must have words (non-empty str) for its terms, got {term!r}.")
    numbers = _whole(terms, counts)
    twice = pd.Index(terms)[pd.Index(terms).duplicated()].unique()
    if len(twice):
        raise ArgumentError(
            f"reference must have each term once, but {listing(twice)} "
            f"{'stands' if len(twice) == 1 else 'stand'} there more than once. Add them up first, for example with "
            'table.groupby("term")["count"].sum().'
        )
    total = float(numbers.sum())
    if size is not None and check_int("reference_size", size, minimum=1) < total:
        raise ArgumentError(
            f"reference_size={size:,} is less than the counts of the list, which add up to {total:,.0f}. It is the "
            "number of all tokens of the corpus behind the list."
        )
    if not total:
        raise EmptyError("reference is a list without a single occurrence, so there is nothing to compare with.")
    fingerprint = sha256("frequency list", "\n".join(terms), numbers, str(size))
    return Outside(tuple(terms), numbers, float(size or total), LIST, fingerprint)


def _matrix(reference: DocumentTermMatrix, size: int | None, dtm: DocumentTermMatrix) -> Outside:
    if size is not None:
        raise ArgumentError("reference_size is for a list of counts; the tokens of a matrix are counted. Leave it out.")
    if reference is dtm:
        raise ArgumentError(
            "reference is dtm itself, so the target would be compared with a corpus that holds it. Leave reference "
            "out to compare with all other documents."
        )
    measures.check_counts(reference.weighting, "reference")
    terms = reference.vocabulary.terms
    return Outside(terms, reference, float(reference.lengths.sum()), MATRIX, reference.fingerprint)


def _pairs(reference: Any) -> tuple[list[Any], list[Any]]:
    if isinstance(reference, pd.DataFrame):
        check_columns("reference", reference, ("term", "count"), made_by="frequency(dtm)")
        return reference["term"].tolist(), reference["count"].tolist()
    if isinstance(reference, pd.Series):
        return reference.index.tolist(), reference.tolist()
    return list(reference.keys()), list(reference.values())


def _whole(terms: list[Any], counts: list[Any]) -> NDArray[np.float64]:
    """Return the counts as numbers if all of them are whole and none is below zero."""
    numbers = np.full(len(counts), np.nan)
    for place, value in enumerate(counts):
        if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
            numbers[place] = float(value)
    with np.errstate(invalid="ignore"):
        wrong = ~(np.isfinite(numbers) & (numbers >= 0) & (numbers == np.floor(numbers)))
    if wrong.any():
        place = int(np.flatnonzero(wrong)[0])
        raise ArgumentError(
            f"reference must have whole counts of 0 or more, got {counts[place]!r} for {terms[place]!r}. Turn rates "
            "into counts first: round(rate * size / 1,000,000)."
        )
    return numbers
