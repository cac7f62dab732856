"""Units that are drawn again: documents, paragraphs or sentences, and the interval of a rate over them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit.errors import ArgumentError, check_choice
from textkit.matrix import DocumentTermMatrix, count
from textkit.measures import Floats
from textkit.measures.resampling import percentile_interval, resamples
from textkit.progress import track
from textkit.selection import By, groups
from textkit.tokens import Tokens

UNITS = ("document", "paragraph", "sentence")
_CELLS = 20_000_000  # replicates times things in memory at a time


def unit_counts(data: DocumentTermMatrix | Tokens, unit: str) -> DocumentTermMatrix:
    r"""Return the counts of all units, over the vocabulary of the data.

    >>> from textkit.corpus import Corpus
    >>> from textkit.tokenization import tokenize
    >>> words = tokenize(Corpus(["网格 管理\n信访"]), "spaces")
    >>> unit_counts(words, "paragraph").matrix.sum(axis=1).tolist()
    [2, 1]
    """
    check_choice("unit", unit, UNITS)
    if isinstance(data, DocumentTermMatrix):
        if unit != "document":
            raise ArgumentError(
                f"unit={unit!r} needs the Tokens, for a matrix knows nothing smaller than its documents. Give the "
                'tokens in place of the matrix, or use unit="document".'
            )
        return data
    return count(data if unit == "document" else data.split(unit))


def unit_groups(units: DocumentTermMatrix, by: By | None, unit: str) -> tuple[NDArray[np.intp], list[Any]]:
    """Return the group number of each unit (-1: none) and the values; a unit belongs where its document does."""
    if by is None:
        return np.zeros(len(units), dtype=np.intp), ["all"]
    return groups(units._docs, "parent" if by == "doc" and unit != "document" else by)


def rate_interval(
    matrix: csr_array, sizes: NDArray[Any], n_replicates: int, confidence: float, random_state: int
) -> tuple[Floats, Floats]:
    """Return the percentile interval of ``sum of counts / sum of sizes`` over resampled units, for each column.

    Every replicate draws as many units as there are; columns are worked on in blocks with the same draws. NaN where
    there are fewer than two units with a size above 0.

    >>> matrix = csr_array([[2, 0], [2, 0], [2, 0]])
    >>> [end.tolist() for end in rate_interval(matrix, np.array([4, 4, 4]), 200, 0.95, 0)]
    [[0.5, 0.0], [0.5, 0.0]]
    """
    there = np.flatnonzero(sizes > 0)
    n_columns = matrix.shape[1]
    low, high = np.full(n_columns, np.nan), np.full(n_columns, np.nan)
    if len(there) < 2:
        return low, high
    counts, size = csr_array(matrix[there]).tocsc(), np.asarray(sizes, dtype=np.float64)[there]
    step = max(_CELLS // n_replicates, 1)
    for first in track(range(0, n_columns, step), "bootstrap"):
        columns = slice(first, min(first + step, n_columns))
        part = csr_array(counts[:, columns])
        values = np.empty((n_replicates, part.shape[1]))
        done = 0
        for drawn in resamples(len(there), n_replicates, np.random.default_rng(random_state)):
            # sparse times dense: the transposed product touches only the nonzero cells
            values[done : done + len(drawn)] = (part.T @ drawn.T).T / (drawn @ size)[:, None]
            done += len(drawn)
        low[columns], high[columns] = percentile_interval(values, confidence)
    return low, high
