"""Heaps' law: how the number of different words grows with the length of a text."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit import measures
from textkit.errors import EmptyError, TextkitWarning, check_float, check_int, check_type
from textkit.matrix import DocumentTermMatrix
from textkit.measures import Floats, power_laws, resampling
from textkit.progress import track
from textkit.provenance import stamp
from textkit.selection import By, groups
from textkit.tokens import Tokens

COLUMNS = [
    "group", "n_docs", "n_tokens", "n_types", "k", "beta", "ci_low", "ci_high", "k_ols", "beta_ols", "error_share",
]  # fmt: skip
POINT_COLUMNS = ["group", "n_tokens", "n_types", "low", "high", "fitted"]


class _Growth(NamedTuple):
    """Vocabulary of a group after the first n tokens, for each n and each order of its documents."""

    n_docs: int
    n: NDArray[np.int64]  # (G,)
    v: Floats  # (R, G)


def heaps(
    data: DocumentTermMatrix | Tokens,
    *,
    by: By | None = None,
    n_orders: int = 20,
    n_points: int = 60,
    confidence: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    r"""Fit Heaps' law, ``V = K n^beta``, to the growth of the vocabulary.

    The documents are put into ``n_orders`` random orders; in each, the number of different words V among the first n
    tokens is counted at ``n_points`` lengths n, spread evenly over log n from N / 1000 (at least 1) to N. K and beta
    are fitted to the mean over the orders by least squares on V.

    Parameters
    ----------
    data : DocumentTermMatrix or Tokens
        Tokens give the growth inside documents as it is. A matrix does not know it: V is then what is expected if the
        words of each document come in random order, which makes its beginning look a little too rich.
    by : str, optional
        Column of ``docs``: one fit for each value, in sorted order; documents without a value are left out.
    n_orders : int, default 20
    n_points : int, default 60
    confidence : float, default 0.95
    random_state : int, default 0

    Returns
    -------
    DataFrame
        ``group`` (``"all"`` without ``by``), ``n_docs`` (documents with tokens), ``n_tokens``, ``n_types``, ``k``,
        ``beta``, ``ci_low``, ``ci_high`` (of beta, from fits to the single orders; NaN for a single document),
        ``k_ols``, ``beta_ols`` (by the line through the logarithms, for comparison), ``error_share`` (root mean square
        error over the mean of V). One row a group; NaN where it has fewer than two tokens.

    Raises
    ------
    ArgumentError
        Weights instead of counts.
    EmptyError
        No tokens.
    UnknownNameError
        No such column.

    Warns
    -----
    TextkitWarning
        A single document, whose order cannot be changed; documents without a value in the column.

    Notes
    -----
    The interval says how much hangs on the order of the documents. It says nothing about other documents: all orders
    end at the same V. Nor would a bootstrap: a resample repeats documents, a repeated document brings no new word, and
    beta would fall by construction. Beta falls as texts get longer, since the law is only nearly true: compare fits
    over the same number of tokens. Sources: Herdan (1960), Heaps (1978).

    Examples
    --------
    >>> from textkit.corpus import Corpus
    >>> from textkit.tokenization import tokenize
    >>> words = tokenize(Corpus(["甲 乙 甲 丙", "甲 乙 丁 乙"]), "spaces")
    >>> heaps(words)[["group", "n_docs", "n_tokens", "n_types", "k", "beta"]].round(2)
      group  n_docs  n_tokens  n_types    k  beta
    0   all       2         8        4  1.3  0.53
    """
    confidence = check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    rows = []
    values, grown = _grown(data, by, n_orders, n_points, random_state, "heaps")
    for value, growth in zip(values, grown, strict=True):
        mean = growth.v.mean(axis=0)
        fit, line = power_laws.heaps_nls(growth.n, mean), power_laws.heaps_ols(growth.n, mean)
        low = high = np.nan
        if growth.n_docs > 1:
            single = np.array([power_laws.heaps_nls(growth.n, v).beta for v in growth.v])
            low, high = map(float, resampling.percentile_interval(single, confidence))
        error = np.sqrt(np.mean((mean - fit.k * growth.n**fit.beta) ** 2)) / mean.mean() if len(mean) else np.nan
        n_tokens, n_types = (int(growth.n[-1]), int(mean[-1])) if len(mean) else (0, 0)
        rows.append(
            [value, growth.n_docs, n_tokens, n_types, fit.k, fit.beta, low, high, line.k, line.beta, float(error)]
        )
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["group"] = pd.Index(values)
    stamp(
        table, "heaps", inputs={"data": data.fingerprint}, by=by, n_orders=n_orders, n_points=n_points,
        confidence=confidence, random_state=random_state,
    )  # fmt: skip
    table.attrs["textkit"]["unit"] = "order of the documents"
    return table


def heaps_points(
    data: DocumentTermMatrix | Tokens,
    *,
    by: By | None = None,
    n_orders: int = 20,
    n_points: int = 60,
    confidence: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    """Give the growth of the vocabulary point by point, with the fitted law.

    Parameters
    ----------
    data, by, n_orders, n_points, confidence, random_state
        As in `heaps`; the same ``random_state`` gives the same orders.

    Returns
    -------
    DataFrame
        ``group``, ``n_tokens`` (n), ``n_types`` (V among the first n tokens, mean over the orders), ``low``, ``high``
        (percentiles over the orders), ``fitted`` (K n^beta as fitted by `heaps`). Groups in sorted order, then by n.
        ``attrs["textkit"]["fits"]`` has K and beta of each group.

    Raises
    ------
    ArgumentError, EmptyError, UnknownNameError
        As `heaps`.

    Examples
    --------
    >>> table = heaps_points(DocumentTermMatrix([[2, 1, 1], [1, 2, 1]], ["甲", "乙", "丙"]), n_points=3)
    >>> table[["n_tokens", "n_types"]]
       n_tokens  n_types
    0         1      1.0
    1         3      2.5
    2         8      3.0
    """
    confidence = check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    values, grown = _grown(data, by, n_orders, n_points, random_state, "heaps_points")
    blocks, fits = [], []
    for value, growth in zip(values, grown, strict=True):
        mean = growth.v.mean(axis=0)
        fit = power_laws.heaps_nls(growth.n, mean)
        low, high = resampling.percentile_interval(growth.v, confidence)
        blocks.append((growth.n, mean, low, high, fit.k * growth.n**fit.beta))
        named_fit = {"group": value, **fit._asdict()}
        fits.append({name: _plain(number) for name, number in named_fit.items()})
    columns = [np.concatenate(column) for column in zip(*blocks, strict=True)]
    of = np.repeat(np.arange(len(values)), [len(block[0]) for block in blocks])
    named = {"group": pd.Index(values).take(of), **dict(zip(POINT_COLUMNS[1:], columns, strict=True))}
    table = pd.DataFrame(named, columns=POINT_COLUMNS)
    stamp(
        table, "heaps_points", inputs={"data": data.fingerprint}, by=by, n_orders=n_orders, n_points=n_points,
        confidence=confidence, random_state=random_state,
    )  # fmt: skip
    table.attrs["textkit"]["fits"] = fits
    return table


# ---------------------------------------------------------------------------------------------------------------
# Kernels


class _Firsts(NamedTuple):
    """Documents that have each term, cells of a term together, and what is known of its first place in each."""

    bounds: NDArray[np.int64]
    doc: NDArray[Any]
    place: NDArray[np.int64]  # in tokens from 0; for a matrix, the number of occurrences instead
    lengths: NDArray[np.int64]
    known: bool  # whether ``place`` is a place


def _grow(firsts: _Firsts, n_orders: int, n_points: int, rng: Generator) -> _Growth:
    lengths = firsts.lengths
    total = int(lengths.sum())
    n_docs = int((lengths > 0).sum())
    if not total:
        return _Growth(0, np.empty(0, np.int64), np.empty((n_orders, 0)))
    n = np.unique(np.rint(np.geomspace(max(1, total // 1000), total, n_points)).astype(np.int64))
    filled = np.diff(firsts.bounds) > 0
    starts, number = firsts.bounds[:-1][filled], np.diff(firsts.bounds)[filled]
    v = np.empty((n_orders, len(n)))
    for row in track(range(n_orders), "orders of the documents", total=n_orders):
        order = rng.permutation(len(lengths))
        begin = np.empty(len(lengths), dtype=np.int64)
        begin[order] = np.cumsum(lengths[order]) - lengths[order]
        if firsts.known:
            met = np.sort(np.minimum.reduceat(begin[firsts.doc] + firsts.place, starts))
            v[row] = np.searchsorted(met, n)
        else:
            v[row] = _expected(firsts, begin, starts, number, n)
    return _Growth(n_docs, n, v)


def _expected(
    firsts: _Firsts,
    begin: NDArray[np.int64],
    starts: NDArray[np.int64],
    number: NDArray[np.int64],
    n: NDArray[np.int64],
) -> Floats:
    """Return the vocabulary expected after n tokens if the words of each document come in random order."""
    where = begin[firsts.doc]
    first = np.flatnonzero(where == np.repeat(np.minimum.reduceat(where, starts), number))
    first = first[np.argsort(where[first], kind="stable")]
    at, doc, count = where[first], firsts.doc[first], firsts.place[first]
    v = np.empty(len(n))
    for place, tokens in enumerate(n.tolist()):
        # terms of the documents before the last one that was begun, and those that only this one brings
        stop = int(np.searchsorted(at, tokens))
        last = int(np.searchsorted(at, at[stop - 1]))
        read = np.minimum(tokens - at[last:stop], firsts.lengths[doc[last:stop]])
        v[place] = last + power_laws.chance_of_meeting(count[last:stop], firsts.lengths[doc[last:stop]], read).sum()
    return v


def _firsts_of_tokens(tokens: Tokens) -> _Firsts:
    n = len(tokens)
    kind = np.int32 if n < np.iinfo(np.int32).max else np.int64
    places: Any = (np.arange(n, dtype=kind), tokens.ids, tokens.offsets.astype(kind))
    # places in the running text, by term; a document stands once for each occurrence, the first occurrence first
    csc = csr_array(places, shape=(len(tokens.corpus), len(tokens.vocabulary))).tocsc()
    new = np.ones(n, dtype=np.bool_)
    new[1:] = csc.indices[1:] != csc.indices[:-1]
    new[csc.indptr[:-1][np.diff(csc.indptr) > 0]] = True
    cells = np.flatnonzero(new)
    doc = csc.indices[cells]
    place = csc.data[cells] - tokens.offsets[doc]
    return _Firsts(np.searchsorted(cells, csc.indptr), doc, place, tokens.lengths, True)


def _firsts_of_matrix(dtm: DocumentTermMatrix) -> _Firsts:
    csc = dtm.matrix.tocsc()
    if not csc.data.all():
        csc.eliminate_zeros()
    lengths = np.asarray(dtm.lengths, dtype=np.int64)
    return _Firsts(csc.indptr.astype(np.int64), csc.indices, csc.data, lengths, False)


def _group(firsts: _Firsts, chosen: NDArray[np.bool_]) -> _Firsts:
    """Return the same for some documents only."""
    kept = chosen[firsts.doc]
    before = np.concatenate(([0], np.cumsum(kept)))
    doc = (np.cumsum(chosen) - 1)[firsts.doc[kept]]
    return _Firsts(before[firsts.bounds], doc, firsts.place[kept], firsts.lengths[chosen], firsts.known)


# ---------------------------------------------------------------------------------------------------------------
# Around the kernels


def _grown(
    data: DocumentTermMatrix | Tokens, by: By | None, n_orders: int, n_points: int, random_state: int, function: str
) -> tuple[list[Any], list[_Growth]]:
    """Check, and let the vocabulary of each group grow."""
    check_type("data", data, (DocumentTermMatrix, Tokens), hint="Give tokens, or count(tokens).")
    n_orders = check_int("n_orders", n_orders, minimum=1)
    n_points = check_int("n_points", n_points, minimum=2)
    random_state = check_int("random_state", random_state, minimum=0)
    if isinstance(data, DocumentTermMatrix):
        measures.check_counts(data.weighting, function)
        firsts, docs = _firsts_of_matrix(data), data._docs
    else:
        firsts, docs = _firsts_of_tokens(data), data.corpus._docs
    if not firsts.lengths.any():
        raise EmptyError("data has no tokens, so there is no growth to fit.")
    codes, values = (np.zeros(len(docs), dtype=np.intp), ["all"]) if by is None else groups(docs, by)
    missing = int((codes < 0).sum())
    if missing:
        warnings.warn(
            f"{missing:,} document{' has' if missing == 1 else 's have'} no value in {by!r} and "
            f"{'is' if missing == 1 else 'are'} in no group.",
            TextkitWarning,
            stacklevel=3,
        )
    if not values:
        raise EmptyError(f"no document has a value in {by!r}. Name another column.")
    streams = np.random.default_rng(random_state).spawn(len(values))
    grown = [
        _grow(firsts if by is None else _group(firsts, codes == g), n_orders, n_points, stream)
        for g, stream in enumerate(streams)
    ]
    alone = [value for value, growth in zip(values, grown, strict=True) if growth.n_docs == 1]
    if alone:
        which = "there is only one document"
        if by is not None:
            which = f"{len(alone):,} of {len(values):,} groups have only one document"
        warnings.warn(
            f"{which} with tokens: nothing can be put into another order, so there is no interval, and the growth is "
            'that of one text. Split it first (tokens.split("paragraph")) to average over orders.',
            TextkitWarning,
            stacklevel=3,
        )
    return values, grown


def _plain(value: Any) -> Any:
    """Return a value for the record, which is plain JSON and knows no NaN."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and np.isnan(value) else value
