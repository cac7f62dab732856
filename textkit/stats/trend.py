"""How the rate of a few terms changes over groups of documents, such as years."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit import measures
from textkit.errors import (
    EmptyError,
    TextkitWarning,
    check_choice,
    check_float,
    check_int,
    check_type,
    listing,
    unknown,
)
from textkit.finding import describe
from textkit.matrix import DocumentTermMatrix, count
from textkit.measures.resampling import FEW_UNITS, few_units
from textkit.provenance import stamp
from textkit.selection import By, groups
from textkit.tokens import Tokens
from textkit.units import UNITS, rate_interval, unit_counts, unit_groups
from textkit.vocabulary import Pattern

COLUMNS = ["group", "term", "count", "total", "rate", "ci_low", "ci_high"]

_MILLION = 1e6


def trend(
    dtm: DocumentTermMatrix | Tokens,
    terms: Pattern | Mapping[str, Pattern],
    *,
    by: By,
    ci: str = "wilson",
    unit: str = "document",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    """Give the rate of each term in each group of documents, with its interval.

    ``rate = 1,000,000 * count / total``; the interval is Wilson's (1927) score interval of that proportion, or the
    percentile interval of resampled units (Efron & Tibshirani 1993).

    Parameters
    ----------
    dtm : DocumentTermMatrix or Tokens
        Counts of all words, or what they are counted from. Drop stop words afterwards, or ``total`` is not the length
        of the texts.
    terms : pattern or mapping
        A glob, a compiled regular expression, a list of words or a predicate: one series for each term that matches.
        A mapping from a name to a pattern gives one series a name: the sum over the terms that match.
    by : str
        Column of ``dtm.docs``, such as ``"year"``; documents without a value are left out.
    ci : {"wilson", "bootstrap"}
        ``"wilson"`` takes every token for an independent draw; ``"bootstrap"`` draws units again within each group.
    unit : {"document", "paragraph", "sentence"}
        What ``"bootstrap"`` draws; smaller units than documents need Tokens.
    n_replicates : int, default 2000
    confidence : float, default 0.95
    random_state : int, default 0

    Returns
    -------
    DataFrame
        ``group`` (in sorted order), ``term``, ``count``, ``total`` (tokens of the group), ``rate``, ``ci_low``,
        ``ci_high`` (all three per million tokens). Every term has a row in every group, also with a count of 0; a
        group without tokens has NaN. Terms in the order given; those of a glob, set or function by falling total
        count, then in code-point order.

    Raises
    ------
    UnknownNameError
        No such column, or no term matches a word that was given as it is.
    EmptyError
        A pattern matches no term.

    Warns
    -----
    TextkitWarning
        Words of a list that are not in the vocabulary; they are left out. With ``"bootstrap"``: a group has fewer than
        10 units, so that its interval is too short.

    Notes
    -----
    Wilson's interval treats tokens as independent draws. Words come in bursts, so it is too narrow where a few
    documents carry a group; with fewer than five documents a group read it as a lower bound of the uncertainty.
    The bootstrap of a group of a single unit is NaN.

    Examples
    --------
    >>> docs = pd.DataFrame({"year": [2019, 2020]}, index=["a", "b"])
    >>> table = trend(DocumentTermMatrix([[3, 1], [1, 3]], ["网格", "管理"], docs), ["网格"], by="year")
    >>> table[["group", "term", "count", "total", "rate"]]
       group term  count  total      rate
    0   2019   网格      3      4  750000.0
    1   2020   网格      1      4  250000.0
    """
    check_type("dtm", dtm, (DocumentTermMatrix, Tokens), hint="Make one with count(tokens).")
    check_choice("ci", ci, ("wilson", "bootstrap"))
    check_choice("unit", unit, UNITS)
    check_int("n_replicates", n_replicates, minimum=100)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    check_int("random_state", random_state, minimum=0)
    data, dtm = dtm, count(dtm) if isinstance(dtm, Tokens) else dtm
    measures.check_counts(dtm.weighting, "trend")
    codes, values = groups(dtm._docs, by)
    labels, columns = _series(dtm, terms)
    known = np.flatnonzero(codes >= 0)
    counts, totals = _kernel(dtm, codes[known], known, len(values), columns)
    if ci == "wilson":
        low, high = measures.wilson_interval(counts, totals[:, None], confidence)
    else:
        low, high = _bootstrap(unit_counts(data, unit), by, unit, columns, n_replicates, confidence, random_state)
    n = len(labels)
    with np.errstate(invalid="ignore"):
        rate = _MILLION * counts / np.where(totals > 0, totals, np.nan)[:, None]
    table = pd.DataFrame(
        {
            "group": [value for value in values for _ in range(n)],
            "term": labels * len(values),
            "count": counts.ravel(),
            "total": np.repeat(totals, n),
            "rate": rate.ravel(),
            "ci_low": _MILLION * low.ravel(),
            "ci_high": _MILLION * high.ravel(),
        },
        columns=COLUMNS,
    )
    settings = {
        "terms": describe(terms), "by": by, "ci": ci, "unit": unit, "n_replicates": n_replicates,
        "confidence": confidence, "random_state": random_state,
    }  # fmt: skip
    return stamp(table, "trend", inputs={"dtm": data.fingerprint}, **settings)


def _bootstrap(
    units: DocumentTermMatrix,
    by: By,
    unit: str,
    columns: list[NDArray[np.intp]],
    n_replicates: int,
    confidence: float,
    random_state: int,
) -> tuple[measures.Floats, measures.Floats]:
    """Return the ends of the intervals, groups by series."""
    codes, values = unit_groups(units, by, unit)
    adder = csr_array(
        (
            np.ones(sum(map(len, columns))),
            (np.concatenate(columns), np.repeat(np.arange(len(columns)), [len(places) for places in columns])),
        ),
        shape=(units.shape[1], len(columns)),
    )
    series = csr_array(units.matrix @ adder)
    sizes = np.bincount(codes[(codes >= 0) & (units.lengths > 0)], minlength=len(values))
    few = few_units(int(sizes[sizes > 0].min(initial=FEW_UNITS)), unit)
    if few is not None:
        warnings.warn(few, TextkitWarning, stacklevel=3)
    ends = []
    for g in range(len(values)):
        mine = np.flatnonzero(codes == g)
        ends.append(rate_interval(series[mine], units.lengths[mine], n_replicates, confidence, random_state))
    shape = (len(values), len(columns))
    return np.reshape([low for low, _ in ends], shape), np.reshape([high for _, high in ends], shape)


def _kernel(
    dtm: DocumentTermMatrix, codes: NDArray[np.intp], known: NDArray[np.intp], n: int, columns: list[NDArray[np.intp]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return counts (groups by series) and the number of tokens of each group."""
    totals = np.bincount(codes, weights=dtm.lengths[known], minlength=n).astype(np.int64)
    counts = np.zeros((n, len(columns)), dtype=np.int64)
    # one selection of columns for all series; then each series adds up its own
    wanted = np.unique(np.concatenate(columns)) if columns else np.empty(0, dtype=np.intp)
    part = dtm.matrix[known][:, wanted].tocsc()
    for series, places in enumerate(columns):
        cells = part[:, np.searchsorted(wanted, places)]
        counts[:, series] = np.bincount(codes[cells.indices], weights=cells.data, minlength=n).astype(np.int64)
    return counts, totals


def _series(
    dtm: DocumentTermMatrix, terms: Pattern | Mapping[str, Pattern]
) -> tuple[list[str], list[NDArray[np.intp]]]:
    """Return the name and the columns of each series."""
    vocabulary = dtm.vocabulary
    if isinstance(terms, Mapping):
        found = {str(name): np.flatnonzero(vocabulary.match(pattern)) for name, pattern in terms.items()}
        empty = [name for name, places in found.items() if not len(places)]
        if empty or not found:
            what = f"the patterns of {listing(empty)} match" if empty else "terms is empty and matches"
            raise EmptyError(f"{what} none of the {len(vocabulary):,} terms.")
        return list(found), list(found.values())
    places = np.flatnonzero(vocabulary.match(terms))
    if isinstance(terms, Collection) and not isinstance(terms, str):
        missing = sorted({word for word in terms if isinstance(word, str) and word not in vocabulary})
        if missing and not len(places):
            raise unknown("term", missing[0], vocabulary.terms)
        if missing:
            warnings.warn(f"not in the vocabulary and left out: {listing(missing)}.", TextkitWarning, stacklevel=3)
    if isinstance(terms, Sequence) and not isinstance(terms, str):
        places = vocabulary.ids(dict.fromkeys(word for word in terms if word in vocabulary)).astype(np.intp)
    else:
        names = [vocabulary[int(place)] for place in places]
        places = places[measures.ranking(names, dtm.term_counts[places])]
    if not len(places):
        raise EmptyError(
            f"terms={describe(terms)!r} matches none of the {len(vocabulary):,} terms. "
            "Look at frequency(dtm) for what is there."
        )
    return [vocabulary[int(place)] for place in places], [np.array([place]) for place in places]
