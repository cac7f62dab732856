"""How often each term occurs, and in how many documents."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit import measures
from textkit.errors import TextkitWarning, check_choice, check_float, check_int, check_type
from textkit.matrix import DocumentTermMatrix, count
from textkit.measures.resampling import few_units
from textkit.provenance import stamp
from textkit.selection import By, groups
from textkit.tokens import Tokens
from textkit.units import UNITS, rate_interval, unit_counts, unit_groups

COLUMNS = ["group", "term", "count", "rate", "docs", "docs_share", "rank", "ci_low", "ci_high"]

_MILLION = 1e6


def frequency(
    dtm: DocumentTermMatrix | Tokens,
    *,
    by: By | None = None,
    ci: str | None = None,
    unit: str = "document",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    """List the terms by how often they occur.

    ``rate = 1,000,000 * count / tokens of the group``; ``docs_share = docs / documents of the group``.

    Parameters
    ----------
    dtm : DocumentTermMatrix or Tokens
        Counts, or what they are counted from.
    by : str, optional
        Column of ``dtm.docs``: one list for each of its values, sorted; documents without a value are left out.
    ci : {None, "bootstrap"}
        Interval of the rate: how far it would move if other units of the same kind had been sampled.
    unit : {"document", "paragraph", "sentence"}
        What is drawn again, within each group; smaller units than documents need Tokens.
    n_replicates : int, default 2000
    confidence : float, default 0.95
    random_state : int, default 0

    Returns
    -------
    DataFrame
        ``group`` (``"all"`` without ``by``), ``term``, ``count``, ``rate`` (per million tokens of the group), ``docs``
        (documents that have the term), ``docs_share``, ``rank`` (within the group; equal counts share the best rank),
        ``ci_low``, ``ci_high`` (of the rate; NaN without ``ci``, and for a group of a single unit).
        Within a group by falling count, then in code-point order. Terms that a group does not have are not listed.

    Raises
    ------
    ArgumentError
        ``dtm`` holds weights.
        A unit smaller than a document, and no Tokens.
    UnknownNameError
        No such column.

    Warns
    -----
    TextkitWarning
        A group has fewer than 10 units: its intervals are too short.

    Notes
    -----
    The interval is the percentile interval of ``sum of counts / sum of tokens`` over resampled units (Efron &
    Tibshirani 1993). Sentences of a document are more alike than sentences of different documents: an interval over
    sentences speaks for these documents only.

    Rates refer to the tokens that the matrix holds. After stop words or punctuation were dropped they are higher, and
    must not be compared with rates from a matrix that was filtered in another way.

    Examples
    --------
    >>> frequency(DocumentTermMatrix([[3, 1], [0, 1]], ["网格", "管理"])).drop(columns=["ci_low", "ci_high"])
      group term  count      rate  docs  docs_share  rank
    0   all   网格      3  600000.0     1         0.5     1
    1   all   管理      2  400000.0     2         1.0     2
    """
    check_type("dtm", dtm, (DocumentTermMatrix, Tokens), hint="Make one with count(tokens).")
    check_choice("unit", unit, UNITS)
    _check_interval(ci, n_replicates, confidence, random_state)
    data, dtm = dtm, count(dtm) if isinstance(dtm, Tokens) else dtm
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
    ends = np.full((2, len(parts.term)), np.nan)
    if ci is not None:
        first = np.cumsum([0, *(len(part.term) for part in found)])
        for g, low, high in _intervals(data, by, unit, n_replicates, confidence, random_state):
            mine = slice(first[g], first[g + 1])
            ends[:, mine] = low[parts.term[mine]], high[parts.term[mine]]
    table = pd.DataFrame(
        {
            "group": pd.Index(values).take(group),
            "term": pd.array(pa.array(dtm.vocabulary.terms, pa.large_string()), dtype="str").take(parts.term),
            "count": parts.n_tokens,
            "rate": _MILLION * parts.n_tokens / tokens[group],
            "docs": parts.n_docs,
            "docs_share": parts.n_docs / documents[group],
            "rank": parts.rank,
            "ci_low": _MILLION * ends[0],
            "ci_high": _MILLION * ends[1],
        },
        columns=COLUMNS,
    )
    settings = {"by": by, "ci": ci, "unit": unit, "n_replicates": n_replicates, "confidence": confidence}
    return stamp(table, "frequency", inputs={"dtm": data.fingerprint}, random_state=random_state, **settings)


def _check_interval(ci: str | None, n_replicates: int, confidence: float, random_state: int) -> None:
    if ci is not None:
        check_choice("ci", ci, ("bootstrap",))
    check_int("n_replicates", n_replicates, minimum=100)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    check_int("random_state", random_state, minimum=0)


def _intervals(
    data: DocumentTermMatrix | Tokens,
    by: By | None,
    unit: str,
    n_replicates: int,
    confidence: float,
    random_state: int,
) -> Iterator[tuple[int, measures.Floats, measures.Floats]]:
    """Yield the number of each group and the ends of the intervals of all terms."""
    units = unit_counts(data, unit)
    codes, values = unit_groups(units, by, unit)
    fewest = np.bincount(codes[(codes >= 0) & (units.lengths > 0)], minlength=len(values)).min(initial=10**9)
    few = few_units(int(fewest), unit)
    if few is not None and fewest:
        warnings.warn(few, TextkitWarning, stacklevel=3)
    for g in range(len(values)):
        mine = np.flatnonzero(codes == g)
        part = units.matrix[mine]
        yield g, *rate_interval(part, units.lengths[mine], n_replicates, confidence, random_state)


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
