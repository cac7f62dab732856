"""Stylometric distance: which texts are written alike, by their most frequent words."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit import measures
from textkit.errors import (
    ArgumentError,
    EmptyError,
    TextkitWarning,
    check_choice,
    check_float,
    check_int,
    check_type,
    listing,
)
from textkit.finding import describe
from textkit.matrix import DocumentTermMatrix, count
from textkit.measures import Floats, deltas, resampling
from textkit.progress import track
from textkit.provenance import stamp
from textkit.tokens import Tokens
from textkit.vocabulary import Pattern

COLUMNS = ["doc_a", "doc_b", "value", "ci_low", "ci_high"]
NEIGHBOUR_COLUMNS = ["doc", "neighbour", "n_bands", "share", "mean_value"]
CONSENSUS_COLUMNS = ["node", "parent", "doc", "n_docs", "support"]

_MOST_DOCS = 5_000  # a square of 200 MB
_BANDS, _TOP = 10, 1_000
_METHODS = ("average", "complete", "single", "ward")
_UNITS = ("sentence", "paragraph")
_RESAMPLED_PAIRS = 20_000  # pairs with intervals: some minutes
_CELLS = 10_000_000  # samples times texts times words at a time


def delta(
    dtm: DocumentTermMatrix | Tokens,
    *,
    measure: str = "cosine_delta",
    n_terms: int = 300,
    culling: float = 0.0,
    terms: Pattern | None = None,
    ci: str | None = None,
    unit: str = "sentence",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Compare the style of every two texts, the closest pair first.

    The words are the ``n_terms`` most frequent of all texts together. With f the frequencies in percent of the text's
    length and ``z = (f - mean) / sd`` of each word over the texts (sample sd):

    - ``cosine_delta``: ``1 - cos(z_a, z_b)``, 0 to 2 (Smith & Aldridge 2011; Evert et al. 2017).
    - ``burrows``: ``mean |z_a - z_b|`` (Burrows 2002).
    - ``argamon``: ``sqrt(mean (z_a - z_b)^2)`` (Argamon 2008). R's stylo leaves out mean and root.
    - ``eder``: ``mean |z_a - z_b| (n - r + 1) / n``, r the rank of the word (Eder, Rybicki & Kestemont 2016).
    - ``eder_simple``: ``sum |sqrt f_a - sqrt f_b|`` (Eder, Rybicki & Kestemont 2016).

    Parameters
    ----------
    dtm : DocumentTermMatrix or Tokens
        Counts of **all** words, stop words too: they carry the style, and the lengths are taken from here. Characters
        (``tokenize(corpus, "characters")``) and their bigrams work as well. Up to 5,000 documents. Tokens are counted
        first; intervals need them.
    measure : str, default "cosine_delta"
    n_terms : int, default 300
        100 to 500 are usual for Chinese words.
    culling : float, default 0
        Only words that stand in at least this share of the texts, from 0 to 1. High values leave out words of one
        topic.
    terms : pattern, optional
        Choose the most frequent among these only, such as a list of function words.
    ci : {None, "bootstrap"}
        Intervals by drawing the sentences of each text with replacement (at most 200 texts).
    unit : {"sentence", "paragraph"}
        What is drawn.
    n_replicates : int, default 2000
    confidence : float, default 0.95
    random_state : int, default 0
    progress : bool, optional
        Show a bar; by default where somebody can see it and the work takes over a second.

    Returns
    -------
    DataFrame
        ``doc_a``, ``doc_b`` (in the order of the documents), ``value``, ``ci_low``, ``ci_high`` (NaN if not asked
        for); one row a pair, the smallest distance first, ties in code-point order.
        ``attrs["textkit"]["n_terms"]`` is the number of words that were used.

    Raises
    ------
    ArgumentError
        Weights instead of counts, fewer than two texts with words, or too many; intervals without tokens.
    EmptyError
        No word is left, or none that differs between the texts.

    Warns
    -----
    TextkitWarning
        Fewer words than ``n_terms`` are there; empty documents (their values are NaN); two texts only. Fewer than 10
        sentences in a text, if intervals are asked for.

    Notes
    -----
    Resamples keep the word list and the yardstick, the mean and sd of each word among the texts as they are; else the
    noise of a resample would raise the sd as well, and the distances would look too steady. Noise still moves texts
    apart, so that the interval is shifted by the mean bias of the resamples. It says where the distance would lie
    if the authors had written other texts **of these lengths**: on simulated texts 95 % intervals hold that value in 93
    to 99 % of cases (in 95 to 100 % if there are six texts only). Intervals that overlap are no test of two distances,
    which share a text.

    Words that are equally frequent in all texts have no z-score and are left out. z-scores depend on all texts of the
    matrix: values must not be compared between collections or word lists, and between two texts alone they say
    nothing. Below some 5,000 words a text, neighbours are unstable (Eder 2015): see `delta_neighbours`.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[6, 3, 1], [6, 2, 2], [1, 3, 6]], ["的", "了", "是"])
    >>> delta(dtm, n_terms=3, measure="burrows")[["doc_a", "doc_b", "value"]].round(3)
      doc_a doc_b  value
    0  doc1  doc2  0.703
    1  doc1  doc3  1.207
    2  doc2  doc3  1.659
    """
    check_type("dtm", dtm, (DocumentTermMatrix, Tokens), hint="Make one with count(tokens).")
    data = dtm
    dtm = count(data) if isinstance(data, Tokens) else data
    check_choice("unit", unit, _UNITS)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    n_replicates = check_int("n_replicates", n_replicates, minimum=1)
    random_state = check_int("random_state", random_state, minimum=0)
    _check_interval(data, len(dtm), ci, unit)
    square, settings, used, text = _square(dtm, measure, n_terms, culling, terms)
    first, second = np.triu_indices(len(dtm), 1)
    value = square[first, second]
    low, high = np.full(len(value), np.nan), np.full(len(value), np.nan)
    if ci is not None:
        assert isinstance(data, Tokens)  # checked before anything was computed
        draws = _drawn(data, text, unit, n_replicates, random_state)
        low, high = _interval(draws, text, measure, value, (first, second), n_replicates, confidence, progress)
    ranks = measures.code_point_ranks(dtm.names)
    order = np.lexsort((ranks[second], ranks[first], value))
    names = np.array(dtm.names, dtype=object)
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
    settings |= {
        "ci": ci, "unit": unit, "n_replicates": n_replicates, "confidence": confidence, "random_state": random_state,
    }  # fmt: skip
    table = _stamped(table, "delta", data, settings, used)
    table.attrs["textkit"]["unit"] = None if ci is None else unit
    return table


def delta_matrix(
    dtm: DocumentTermMatrix,
    *,
    measure: str = "cosine_delta",
    n_terms: int = 300,
    culling: float = 0.0,
    terms: Pattern | None = None,
) -> pd.DataFrame:
    """Compare the style of every text with every other, as a square table.

    Formulas, parameters, warnings and cautions are those of `delta`, which also gives intervals. Draw it with
    `plot_similarity`.

    Returns
    -------
    DataFrame
        Index and columns are the names of the documents, in their order; symmetric, 0 on the diagonal, NaN for an empty
        document. ``attrs["textkit"]["orientation"]`` is ``"distance"``.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[6, 3, 1], [6, 2, 2], [1, 3, 6]], ["的", "了", "是"])
    >>> delta_matrix(dtm, n_terms=3, measure="eder_simple").round(3)
           doc1   doc2   doc3
    doc1  0.000  2.315  9.167
    doc2  2.315  0.000  8.863
    doc3  9.167  8.863  0.000
    """
    square, settings, used, _ = _square(dtm, measure, n_terms, culling, terms)
    names = pd.Index(dtm.names, dtype=object)
    return _stamped(pd.DataFrame(square, index=names, columns=names), "delta_matrix", dtm, settings, used)


def delta_neighbours(
    dtm: DocumentTermMatrix,
    *,
    measure: str = "cosine_delta",
    bands: Sequence[int] | None = None,
    culling: float = 0.0,
    terms: Pattern | None = None,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Find the text most like each text for many lengths of the word list, and count how often each was the one.

    A neighbour that changes with the number of words is no finding. This is the table behind a consensus network
    (Eder 2017); `textkit.plot_network` draws it with the columns ``doc`` and ``neighbour`` renamed to ``a`` and ``b``
    and ``weight="share"``.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts of all words; see `delta`.
    measure : str, default "cosine_delta"
    bands : sequence of int, optional
        Numbers of most frequent words; by default ten up to 1,000 (or to as many as there are).
    culling, terms
        As in `delta`.
    progress : bool, optional
        Show a bar; by default where somebody can see it.

    Returns
    -------
    DataFrame
        ``doc``, ``neighbour``, ``n_bands`` (numbers of words with which it was the nearest), ``share`` (of all of
        them), ``mean_value`` (mean distance over all of them). Documents in their order, neighbours by falling
        ``n_bands``, then rising distance, then code points. A document without words has no row.

    Raises
    ------
    ArgumentError, EmptyError
        As in `delta`.

    Warns
    -----
    TextkitWarning
        As in `delta`.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[6, 3, 1], [6, 2, 2], [1, 3, 6]], ["的", "了", "是"])
    >>> delta_neighbours(dtm, bands=[2, 3], measure="burrows")[["doc", "neighbour", "n_bands", "share"]]
        doc neighbour  n_bands  share
    0  doc1      doc2        2    1.0
    1  doc2      doc1        2    1.0
    2  doc3      doc1        1    0.5
    3  doc3      doc2        1    0.5
    """
    text, used = _banded(dtm, measure, bands, culling, terms)
    first: NDArray[np.int64] = np.zeros((len(dtm), len(dtm)), dtype=np.int64)
    total = np.zeros((len(dtm), len(dtm)))
    ranks = measures.code_point_ranks(dtm.names)
    by_rank = np.argsort(ranks)
    for n in track(used, "comparing", show=progress):
        square = _distances(text, measure, _rows(text, measure, n))
        total += square
        apart = np.where(np.eye(len(dtm), dtype=np.bool_) | np.isnan(square), np.inf, square)
        nearest = by_rank[np.argmin(apart[:, by_rank], axis=1)]  # of equal ones the first by code points
        known = np.flatnonzero(np.isfinite(apart).any(axis=1))
        first[known, nearest[known]] += 1
    doc, neighbour = np.nonzero(first)
    times, mean = first[doc, neighbour], total[doc, neighbour] / len(used)
    order = np.lexsort((ranks[neighbour], mean, -times, doc))
    names = np.array(dtm.names, dtype=object)
    table = pd.DataFrame(
        {
            "doc": names[doc[order]],
            "neighbour": names[neighbour[order]],
            "n_bands": times[order],
            "share": times[order] / len(used),
            "mean_value": mean[order],
        },
        columns=NEIGHBOUR_COLUMNS,
    )
    settings = {"measure": measure, "bands": used, "culling": culling, "terms": _told(terms)}
    return _stamped(table, "delta_neighbours", dtm, settings)


def delta_consensus(
    dtm: DocumentTermMatrix,
    *,
    measure: str = "cosine_delta",
    bands: Sequence[int] | None = None,
    culling: float = 0.0,
    terms: Pattern | None = None,
    method: Literal["average", "complete", "single", "ward"] = "average",
    min_share: float = 0.5,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Cluster the texts for many lengths of the word list and keep the groups that most of the trees have.

    The majority-rule consensus tree (Margush & McMorris 1981) of the clusterings; with word lists of several lengths
    it is the "bootstrap consensus tree" of stylometry (Eder, Rybicki & Kestemont 2016).

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts of all words; see `delta`.
    measure : str, default "cosine_delta"
    bands : sequence of int, optional
        Numbers of most frequent words; by default ten up to 1,000 (or to as many as there are).
    culling, terms
        As in `delta`.
    method : {"average", "complete", "single", "ward"}
        The distance between two groups of texts.
    min_share : float, default 0.5
        Keep the groups that more than this share of the trees have, from 0.5 to 1 (1: all of them have it).
    progress : bool, optional
        Show a bar; by default where somebody can see it.

    Returns
    -------
    DataFrame
        The nodes of the tree, each followed by those below it: ``node`` (from 1, the whole set first), ``parent``
        (NaN for the first), ``doc`` (the name of a text, NaN for a group), ``n_docs`` (texts in it), ``support`` (share
        of the trees that have this group; 1 for the whole set and for single texts). Empty documents are left out.

    Raises
    ------
    ArgumentError, EmptyError
        As in `delta`.

    Warns
    -----
    TextkitWarning
        As in `delta`.

    Notes
    -----
    ``support`` is not a probability: the word lists overlap, so that the trees agree more than independent samples
    would. It says which groups hang on the number of words.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[6, 3, 1], [6, 2, 2], [1, 3, 6]], ["的", "了", "是"])
    >>> delta_consensus(dtm, bands=[2, 3], measure="burrows")
       node  parent   doc  n_docs  support
    0     1     NaN   NaN       3      1.0
    1     2     1.0   NaN       2      1.0
    2     3     2.0  doc1       1      1.0
    3     4     2.0  doc2       1      1.0
    4     5     1.0  doc3       1      1.0
    """
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    check_choice("method", method, _METHODS)
    check_float("min_share", min_share, minimum=0.5, maximum=1)
    text, used = _banded(dtm, measure, bands, culling, terms)
    filled = np.flatnonzero(text.filled)
    times: dict[int, int] = {}
    for n in track(used, "clustering", show=progress):
        square = deltas.DELTAS[measure][0](_rows(text, measure, n))
        if np.isnan(square).any():
            doc = dtm.names[filled[int(np.isnan(square).sum(axis=1).argmax())]]
            raise ArgumentError(
                f"{doc!r} has a z-score of zero for each of the {n:,} words, and no angle to any other text. "
                "Use more words, or measure='burrows'."
            )
        for group in _groups_of(linkage(squareform(square.round(12), checks=False), method), len(filled)):
            times[group] = times.get(group, 0) + 1
    kept = {group: n for group, n in times.items() if n > min_share * len(used) or n == len(used)}
    nodes = _nodes(kept, len(filled))
    names = [dtm.names[i] for i in filled]
    table = pd.DataFrame(
        {
            "node": np.arange(1, len(nodes) + 1),
            "parent": np.array([np.nan if parent < 0 else parent + 1 for _, parent in nodes], dtype=np.float64),
            "doc": pd.Series([names[_first(g)] if g.bit_count() == 1 else np.nan for g, _ in nodes], dtype=object),
            "n_docs": np.array([group.bit_count() for group, _ in nodes], dtype=np.int64),
            "support": np.array([kept.get(group, len(used)) / len(used) for group, _ in nodes], dtype=np.float64),
        },
        columns=CONSENSUS_COLUMNS,
    )
    settings = {
        "measure": measure, "bands": used, "culling": culling, "terms": _told(terms), "method": method,
        "min_share": min_share,
    }  # fmt: skip
    return _stamped(table, "delta_consensus", dtm, settings)


class _Texts(NamedTuple):
    """Frequencies in percent of the most frequent words, which come first; which documents have words at all.

    ``places`` are the numbers of these words in the vocabulary.
    """

    percent: Floats
    filled: NDArray[np.bool_]
    places: NDArray[np.intp]


def _texts(dtm: DocumentTermMatrix, measure: str, n: int | None, culling: float, terms: Pattern | None) -> _Texts:
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with count(tokens).")
    measures.check_counts(dtm.weighting, "delta")
    check_choice("measure", measure, deltas.DELTAS)
    check_float("culling", culling, minimum=0, maximum=1)
    if len(dtm) > _MOST_DOCS:
        raise ArgumentError(
            f"{len(dtm):,} documents are too many: at most {_MOST_DOCS:,} are compared all with all. "
            "Choose documents with dtm[...], or put them together with dtm.merge(by)."
        )
    lengths = dtm.lengths.astype(np.float64)
    filled = lengths > 0
    if filled.sum() < 2:
        raise ArgumentError(f"delta compares texts, but only {int(filled.sum())} of {len(dtm)} documents has words.")
    _warn_of_texts(dtm, filled, measure)
    chosen = np.ones(len(dtm.vocabulary), dtype=np.bool_) if terms is None else dtm.vocabulary.match(terms)
    ranks = measures.code_point_ranks(dtm.vocabulary.terms)
    counts = np.where(chosen, dtm.term_counts, 0)
    places = deltas.frequent_words(counts, dtm.doc_counts, int(filled.sum()), ranks, n=n, culling=culling)
    if not len(places):
        raise EmptyError(
            f"none of the {len(dtm.vocabulary):,} terms is left with culling={culling} and terms={_told(terms)!r}. "
            "Lower culling, or look at frequency(dtm)."
        )
    with np.errstate(invalid="ignore"):
        percent = 100.0 * dtm.matrix[:, places].toarray() / np.where(filled, lengths, np.nan)[:, None]
    return _Texts(percent, filled, places)


def _warn_of_texts(dtm: DocumentTermMatrix, filled: NDArray[np.bool_], measure: str) -> None:
    if not filled.all():
        empty = np.flatnonzero(~filled)
        noun = "document is empty and has" if len(empty) == 1 else "documents are empty and have"
        named = listing(dtm.names[int(i)] for i in empty)
        warnings.warn(f"{len(empty):,} {noun} no distance: {named}.", TextkitWarning, stacklevel=5)
    if filled.sum() == 2 and deltas.DELTAS[measure][1]:
        warnings.warn(
            "between two texts every z-score is the same in size, so this distance says nothing. "
            "Add texts by others, or use measure='eder_simple'.",
            TextkitWarning,
            stacklevel=5,
        )


def _rows(text: _Texts, measure: str, n: int) -> Floats:
    """Return what is compared: z-scores (or percents) of the first ``n`` words, empty documents left out."""
    rows = text.percent[text.filled, :n]
    if not deltas.DELTAS[measure][1]:
        return rows
    rows = deltas.z_scores(rows)
    rows = rows[:, ~np.isnan(rows).any(axis=0)]
    if not rows.shape[1]:
        raise EmptyError(
            f"the {n:,} most frequent words are equally frequent in all texts, so there is nothing to compare. "
            "Raise n_terms (or the bands)."
        )
    return rows


def _distances(text: _Texts, measure: str, rows: Floats) -> Floats:
    """Return the matrix of distances, NaN for empty documents."""
    square = np.full((len(text.filled), len(text.filled)), np.nan)
    square[np.ix_(text.filled, text.filled)] = deltas.DELTAS[measure][0](rows)
    return square


def _square(
    dtm: DocumentTermMatrix, measure: str, n_terms: int, culling: float, terms: Pattern | None
) -> tuple[Floats, dict[str, Any], int, _Texts]:
    """Return the distances, the settings, how many words they rest on, and the texts."""
    n_terms = check_int("n_terms", n_terms, minimum=1)
    text = _texts(dtm, measure, n_terms, culling, terms)
    found = text.percent.shape[1]
    if found < n_terms:
        warnings.warn(
            f"n_terms={n_terms:,}, but only {found:,} terms are there (culling={culling:g}); all of them are used.",
            TextkitWarning,
            stacklevel=3,
        )
    settings = {"measure": measure, "n_terms": n_terms, "culling": culling, "terms": _told(terms)}
    rows = _rows(text, measure, found)
    return _distances(text, measure, rows), settings, rows.shape[1], text


def _check_interval(data: DocumentTermMatrix | Tokens, n_docs: int, ci: str | None, unit: str) -> None:
    if ci is None:
        return
    check_choice("ci", ci, ("bootstrap",))
    if not isinstance(data, Tokens):
        raise ArgumentError(
            f'ci="bootstrap" resamples each {unit} of the texts, but dtm is a matrix without {unit}s. '
            "Pass the tokens: delta(tokens, ci=...)."
        )
    if n_docs * (n_docs - 1) // 2 > _RESAMPLED_PAIRS:
        raise ArgumentError(
            f"{n_docs:,} texts have too many pairs for intervals: at most {_RESAMPLED_PAIRS:,}. Choose fewer texts, or "
            "leave ci out."
        )


def _drawn(tokens: Tokens, text: _Texts, unit: str, n_replicates: int, random_state: int) -> Iterator[Floats]:
    """Yield blocks of resamples: the frequencies in percent of the words in the filled texts, (block, texts, words)."""
    pieces = count(tokens.split(unit))
    row_of = {name: row for row, name in enumerate(tokens.corpus.names)}
    owner = np.array([row_of[name.rpartition("#")[0]] for name in pieces.names], dtype=np.intp)
    lengths = np.asarray(pieces.lengths, dtype=np.float64)
    filled = np.flatnonzero(text.filled)
    members = [np.flatnonzero((owner == row) & (lengths > 0)) for row in filled]
    message = resampling.few_units(min(map(len, members)), unit)
    if message is not None:
        warnings.warn(f"in the shortest text: {message}", TextkitWarning, stacklevel=3)
    by_word = [pieces.matrix[own][:, text.places].T.astype(np.float64).tocsr() for own in members]
    streams = np.random.default_rng(random_state).spawn(len(filled))
    block = max(1, min(100, _CELLS // (len(filled) * len(text.places))))
    draws = [
        resampling.resamples(len(own), n_replicates, stream, block=block)
        for own, stream in zip(members, streams, strict=True)
    ]

    def percents(times: NDArray[np.int64], place: int) -> Floats:
        sums = (by_word[place] @ times.T.astype(np.float64)).T
        return np.asarray(100.0 * sums / (times @ lengths[members[place]])[:, None])

    return (
        np.stack([percents(times, place) for place, times in enumerate(block_of_each)], axis=1)
        for block_of_each in zip(*draws, strict=True)
    )


def _interval(
    draws: Iterator[Floats],
    text: _Texts,
    measure: str,
    value: Floats,
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]],
    n_replicates: int,
    confidence: float,
    progress: bool | None,
) -> tuple[Floats, Floats]:
    """Return the shifted bootstrap interval of each pair; mean and sd of the words are those of the texts."""
    distance, standard = deltas.DELTAS[measure]
    known = text.percent[text.filled]
    varied = ~np.isnan(deltas.z_scores(known)).any(axis=0) if standard else np.ones(known.shape[1], dtype=np.bool_)
    replicates = np.full((n_replicates, len(value)), np.nan)
    rows = (row for block in draws for row in block)
    square = np.full((len(text.filled), len(text.filled)), np.nan)
    for at, row in enumerate(track(rows, "resampling", total=n_replicates, show=progress)):
        scores = deltas.standardised(row[:, varied], known[:, varied]) if standard else row
        square[np.ix_(text.filled, text.filled)] = distance(scores)
        replicates[at] = square[pairs]
    low, high = resampling.shifted_interval(replicates, value, confidence)
    top = 2.0 if measure == "cosine_delta" else np.inf
    return np.clip(low, 0.0, top), np.clip(high, 0.0, top)


def _banded(
    dtm: DocumentTermMatrix, measure: str, bands: Sequence[int] | None, culling: float, terms: Pattern | None
) -> tuple[_Texts, list[int]]:
    """Return the texts and the numbers of words to use."""
    wanted = None if bands is None else _checked_bands(bands)
    text = _texts(dtm, measure, max(wanted) if wanted else _TOP, culling, terms)
    found = text.percent.shape[1]
    if wanted is None:
        return text, sorted({max(round(found * (i + 1) / _BANDS), 1) for i in range(_BANDS)})
    used = [n for n in wanted if n <= found]
    if not used:
        raise ArgumentError(
            f"bands must hold numbers of words of at most {found:,}, which is how many there are, "
            f"got {listing(wanted)}. Lower culling or the bands."
        )
    if len(used) < len(wanted):
        left = listing([n for n in wanted if n > found])
        warnings.warn(
            f"only {found:,} words are there; bands of more are left out: {left}.", TextkitWarning, stacklevel=3
        )
    return text, used


def _checked_bands(bands: Iterable[int]) -> list[int]:
    if isinstance(bands, (str, bytes)) or not isinstance(bands, Iterable):
        raise ArgumentError(f"bands must be a list of numbers of words such as [100, 200, 300], got {bands!r}.")
    wanted = sorted({check_int("bands", n, minimum=1) for n in bands})
    if not wanted:
        raise ArgumentError("bands must hold at least one number of words, got none. Leave it out for ten of them.")
    return wanted


def _groups_of(tree: NDArray[np.float64], n: int) -> list[int]:
    """Return the groups of a clustering but the whole set, each as a number whose bits are its texts."""
    members = [1 << i for i in range(n)]
    for left, right in tree[:, :2].astype(int).tolist():
        members.append(members[left] | members[right])
    return members[n:-1]


def _nodes(groups: Iterable[int], n: int) -> list[tuple[int, int]]:
    """Return the nodes of the tree of nested groups and the place of the parent of each, parents first.

    Each node is followed by all below it; siblings stand in the order of their first texts.
    """
    whole = (1 << n) - 1
    children: dict[int, list[int]] = {}
    smallest = [whole] * n  # the smallest group so far that has each text
    for group in sorted({*groups, *(1 << i for i in range(n))} - {whole}, key=lambda g: (-g.bit_count(), _first(g))):
        children.setdefault(smallest[_first(group)], []).append(group)
        for i in range(n):
            if group >> i & 1:
                smallest[i] = group
    nodes: list[tuple[int, int]] = []
    waiting = [(whole, -1)]
    while waiting:
        group, parent = waiting.pop()
        nodes.append((group, parent))
        below = sorted(children.get(group, []), key=_first, reverse=True)
        waiting += [(child, len(nodes) - 1) for child in below]
    return nodes


def _first(group: int) -> int:
    """Return the number of the first text of a group."""
    return (group & -group).bit_length() - 1


def _told(terms: Pattern | None) -> Any:
    return None if terms is None else describe(terms)


def _stamped(
    table: pd.DataFrame,
    function: str,
    dtm: DocumentTermMatrix | Tokens,
    settings: dict[str, Any],
    used: int | None = None,
) -> pd.DataFrame:
    stamp(table, function, inputs={"dtm": dtm.fingerprint}, **settings)
    table.attrs["textkit"] |= {"orientation": "distance"} | ({} if used is None else {"n_terms": used})
    return table
