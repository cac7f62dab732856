"""Coherence: do the top terms of a topic occur together?"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit.corpus import Corpus
from textkit.errors import (
    ArgumentError,
    EmptyError,
    TextkitWarning,
    check_choice,
    check_int,
    listing,
)
from textkit.matrix import DocumentTermMatrix
from textkit.models.topics import Floats, TopicModel, check_model, ranking
from textkit.provenance import stamp
from textkit.tokens import Tokens
from textkit.vocabulary import Vocabulary

COLUMNS = ("topic", "coherence", "terms")
_EPSILON = 1e-12  # added to joint probabilities, so that pairs that never meet have a logarithm
_WINDOWS = {"npmi": 10, "uci": 10, "c_v": 110}  # places; the other measures count whole documents

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class CoOccurrence:
    """In how many of ``n`` windows each word stands (U,), and each pair of words (U, U)."""

    n: int
    single: Ints
    joint: Ints


def topic_coherence(
    model: TopicModel | Sequence[Sequence[str]],
    reference: Tokens | DocumentTermMatrix | Sequence[Sequence[str]],
    *,
    measure: str = "npmi",
    n: int = 10,
    window: int | None = None,
) -> pd.DataFrame:
    r"""Measure how far the top terms of each topic occur together in a reference corpus.

    Windows are pieces of the reference; ``D(i)`` is the number of windows with word i, ``p_i`` that number over the
    number of windows, ``e = 1e-12``. Over the pairs of the top terms:

    - ``npmi``: mean of ``ln((p_ij + e) / (p_i p_j)) / -ln(p_ij + e)``, from -1 (never together) to 1 (always).
    - ``uci``: mean of ``ln((p_ij + e) / (p_i p_j))``.
    - ``c_v``: each term as the vector of its npmi with all terms; mean cosine with the sum of these vectors. It can
      be well above zero for terms that never meet: look at ``npmi`` too.
    - ``umass``: sum of ``ln((D(i, j) + 1) / D(j))`` with j before i in rank; documents.
    - ``umass_stm``: sum of ``ln((D(i, j) + .01) / (D(j) + .01))`` with j before i in the order in which the terms first
      appear among the top terms of all topics, as R's stm computes it; documents.

    Parameters
    ----------
    model : TopicModel or list of lists of words
        Words are taken in order of rank.
    reference : Tokens, DocumentTermMatrix or list of lists of words
        With tokens (or lists of words), ``npmi``, ``uci`` and ``c_v`` slide a window over the text; with a matrix every
        document is one window. The documents of the fit, or better others of the same kind.
    measure : {"npmi", "uci", "c_v", "umass", "umass_stm"}, default "npmi"
    n : int, default 10
        Top terms a topic, at least 2.
    window : int, optional
        Width of the sliding window in places of the text, dropped words included: default 10 for ``npmi`` and
        ``uci``, 110 for ``c_v``. It runs from the first to the last token of a document; a shorter document is one
        window; a window without any token does not count.

    Returns
    -------
    DataFrame
        ``topic`` (from 1), ``coherence``, ``terms`` (separated by blanks); one row a topic, in order. NaN where fewer
        than two of the terms occur in the reference.

    Raises
    ------
    ArgumentError
        A window was given where documents are counted, or an argument lies outside its range.
    EmptyError
        The reference has no tokens.

    Warns
    -----
    TextkitWarning
        Some top terms do not occur in the reference; pairs with them are left out.

    Notes
    -----
    Values of different measures, windows, ``n`` or references must not be compared. The mean of the column is the
    coherence of the model. A pair of words that stand in every window has no npmi and is left out.

    References
    ----------
    Mimno et al. (2011) for UMass; Newman et al. (2010) for UCI; Bouma (2009) and Aletras and Stevenson (2013) for
    NPMI; Röder, Both and Hinneburg (2015) for C_v.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[1, 1, 0], [1, 1, 0], [0, 0, 1]], ["经济", "增长", "文化"])
    >>> topic_coherence([["经济", "增长"], ["经济", "文化"]], dtm).round(3)
       topic  coherence  terms
    0      1      1.000  经济 增长
    1      2     -0.946  经济 文化
    """
    check_choice("measure", measure, _MEASURES)
    check_int("n", n, minimum=2)
    corpus = _reference(reference)
    width = _width(measure, window, corpus)
    topics = _top_words(model, n)
    union = Vocabulary(dict.fromkeys(word for topic in topics for word in topic))
    places = [union.ids(topic) for topic in topics]
    found = _co_occurrence(corpus, union, places, width)
    _warn_missing(union, found)
    inputs = (model.inputs if isinstance(model, TopicModel) else {}) | {"reference": corpus.fingerprint}
    table = pd.DataFrame(
        {
            "topic": np.arange(1, len(topics) + 1),
            "coherence": np.array([coherence(found, ids, measure) for ids in places], dtype=np.float64),
            "terms": pd.Series([" ".join(topic) for topic in topics], dtype=object),
        },
        columns=list(COLUMNS),
    )
    settings = {"measure": measure, "n": n, "window": "document" if width is None else width}
    return stamp(table, "topic_coherence", inputs=inputs, **settings)


def coherence(found: CoOccurrence, words: NDArray[Any], measure: str) -> float:
    """Return the coherence of words, places in ``found`` in order of rank; NaN with fewer than two that occur."""
    present = words[found.single[words] > 0]
    if len(present) < 2:
        return np.nan
    ids = np.sort(present) if measure == "umass_stm" else present
    single, joint = found.single[ids].astype(np.float64), found.joint[np.ix_(ids, ids)].astype(np.float64)
    return _MEASURES[measure](single, joint, found.n)


def count_documents(matrix: Any, ids: NDArray[Any]) -> CoOccurrence:
    """Count the documents (rows) that have each of the columns ``ids`` and each pair of them; -1 is no column."""
    known = np.flatnonzero(ids >= 0)
    present = csr_array(matrix)[:, ids[known]]
    present.data = (present.data != 0).astype(np.int64)
    joint = np.zeros((len(ids), len(ids)), dtype=np.int64)
    joint[np.ix_(known, known)] = (present.T @ present).toarray()
    return CoOccurrence(matrix.shape[0], joint.diagonal().copy(), joint)


def count_windows(tokens: Tokens, ids: NDArray[Any], pairs: Iterable[tuple[int, int]], width: int) -> CoOccurrence:
    """Count the sliding windows that have each of the terms ``ids`` and each of the pairs (places in ``ids``).

    The windows of all documents are numbered in one row, so that those with a word are a few runs of numbers.
    """
    first, windows, base, n = _layout(tokens, width)
    place = np.full(len(tokens.vocabulary), -1, dtype=np.int64)
    place[ids[ids >= 0]] = np.flatnonzero(ids >= 0)
    word = place[tokens.ids]
    rows = np.flatnonzero(word >= 0)
    rows = rows[np.argsort(word[rows], kind="stable")]
    doc, at = tokens.doc_ids[rows], tokens.position[rows].astype(np.int64)
    last = first[doc] + windows[doc] - 1
    start = base[doc] + np.clip(at - width + 1, first[doc], last) - first[doc]
    stop = base[doc] + np.clip(at, first[doc], last) - first[doc] + 1
    bounds = np.searchsorted(word[rows], np.arange(len(ids) + 1))
    runs = [_runs(start[a:b], stop[a:b]) for a, b in pairwise(bounds)]
    single = np.array([run.below[-1] if len(run.below) else 0 for run in runs], dtype=np.int64)
    joint = np.diag(single)
    for i, j in pairs:
        joint[i, j] = joint[j, i] = _overlap(runs[i], runs[j])
    return CoOccurrence(n, single, joint)


def _reference(reference: object) -> Tokens | DocumentTermMatrix:
    if isinstance(reference, (Tokens, DocumentTermMatrix)):
        return reference
    if not isinstance(reference, (list, tuple)) or any(isinstance(words, str) for words in reference):
        raise ArgumentError(
            f"reference must be Tokens, a DocumentTermMatrix or a list of lists of words, got a "
            f"{type(reference).__name__}. Use tokenize(corpus) or count(tokens)."
        )
    index: dict[str, int] = {}
    ids = [index.setdefault(word, len(index)) for words in reference for word in words]
    lengths = np.array([len(words) for words in reference], dtype=np.int64)
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    before = np.repeat(offsets[:-1], lengths)
    width = np.array([len(word) for word in index], dtype=np.int64)[ids] if ids else np.empty(0, dtype=np.int64)
    ends = np.cumsum(width + 1)  # one blank after each word
    stop = ends - 1 - np.concatenate(([0], ends))[before]
    place = np.arange(len(ids)) - before
    texts = Corpus([" ".join(words) for words in reference])
    return Tokens(np.array(ids, dtype=np.int32), stop - width, stop, place, offsets, Vocabulary(index), texts)


def _width(measure: str, window: int | None, reference: object) -> int | None:
    """Return the width of the sliding window, None for whole documents."""
    if window is not None:
        check_int("window", window, minimum=1)
        if measure not in _WINDOWS:
            raise ArgumentError(f'measure="{measure}" counts whole documents, got window={window}. Leave window out.')
        if isinstance(reference, DocumentTermMatrix):
            raise ArgumentError(
                f"window={window} needs the order of the words, but reference is a DocumentTermMatrix. "
                "Pass the Tokens, or leave window out to count whole documents."
            )
        return window
    return _WINDOWS.get(measure) if isinstance(reference, Tokens) else None


def _top_words(model: TopicModel | Sequence[Sequence[str]], n: int) -> list[list[str]]:
    if isinstance(model, TopicModel):
        top = ranking(model.topic_term, model.term_counts, model.vocabulary.terms, n)
        return [
            [model.vocabulary[int(i)] for i in row if beta[i] > 0]
            for row, beta in zip(top, model.topic_term, strict=True)
        ]
    if not isinstance(model, (list, tuple)) or any(
        isinstance(topic, str) or not isinstance(topic, Iterable) for topic in model
    ):
        check_model(model)
    topics = [list(topic)[:n] for topic in model]
    for topic in topics:
        if len(set(topic)) != len(topic):
            raise ArgumentError(f"the words of a topic must be distinct, got {listing(topic)}.")
    return topics


def _co_occurrence(
    reference: Tokens | DocumentTermMatrix, union: Vocabulary, topics: list[NDArray[np.int32]], width: int | None
) -> CoOccurrence:
    ids = reference.vocabulary.ids(union.terms)
    if isinstance(reference, DocumentTermMatrix):
        if not reference.matrix.nnz:
            raise EmptyError("reference is empty. Pass the documents that the topics were fitted to, or others.")
        return count_documents(reference.matrix, ids)
    if not len(reference):
        raise EmptyError("reference has no tokens. Pass the documents that the topics were fitted to, or others.")
    if width is None:
        return count_documents(_presence(reference), ids)
    pairs = sorted({pair for topic in topics for pair in combinations(sorted(topic.tolist()), 2)})
    return count_windows(reference, ids, pairs, width)


def _presence(tokens: Tokens) -> csr_array:
    shape = (len(tokens.corpus), len(tokens.vocabulary))
    matrix = csr_array((np.ones(len(tokens), dtype=np.int64), tokens.ids.copy(), tokens.offsets.copy()), shape=shape)
    matrix.sum_duplicates()
    return matrix


def _layout(tokens: Tokens, width: int) -> tuple[Ints, Ints, Ints, int]:
    """Return for each document its first place, its windows and the number of its first window; and how many count."""
    full = tokens.lengths > 0
    position = tokens.position.astype(np.int64)
    first, windows = (np.zeros(len(full), dtype=np.int64) for _ in range(2))
    first[full] = position[tokens.offsets[:-1][full]]
    last = position[tokens.offsets[1:][full] - 1]
    windows[full] = np.maximum(last - first[full] - width + 2, 1)
    base = np.cumsum(windows) - windows
    inside = np.diff(tokens.doc_ids) == 0
    empty = np.maximum(np.diff(position)[inside] - width, 0).sum()
    return first, windows, base, int(windows.sum() - empty)


class _Runs(NamedTuple):
    """Ranges [start, stop) of whole numbers, and how many of these numbers lie below each of the ``knots``."""

    start: Ints
    stop: Ints
    knots: Ints
    below: Ints


def _runs(start: Ints, stop: Ints) -> _Runs:
    """Join ranges [start, stop), both rising, where they touch."""
    if not len(start):
        return _Runs(start, stop, start, stop)
    fresh = np.concatenate(([True], start[1:] > stop[:-1]))
    ends = np.concatenate((np.flatnonzero(fresh)[1:] - 1, [len(start) - 1]))
    start, stop = start[fresh], stop[ends]
    sizes = np.cumsum(stop - start)
    below = np.stack((np.concatenate(([0], sizes[:-1])), sizes), axis=1).ravel()
    return _Runs(start, stop, np.stack((start, stop), axis=1).ravel(), below)


def _overlap(a: _Runs, b: _Runs) -> int:
    """Return how many numbers lie in runs of both: with F(x) = numbers of b below x, the sum of F(stop) - F(start)."""
    if len(a.start) > len(b.start):
        a, b = b, a
    if not len(a.start):
        return 0
    ends = np.interp(a.knots, b.knots, b.below)  # slopes are 0 or 1: exact
    return int(np.rint(ends[1::2].sum() - ends[::2].sum()))


def _warn_missing(union: Vocabulary, found: CoOccurrence) -> None:
    missing = [word for word, times in zip(union.terms, found.single, strict=True) if not times]
    if missing:
        warnings.warn(
            f"{len(missing)} of {len(union)} top terms do not occur in reference: {listing(missing)}. "
            "Pairs with them are left out.",
            TextkitWarning,
            stacklevel=3,
        )


def umass(joint: Floats, single: Floats, plus: float, base: float = 0.0) -> Floats:
    """Return ``ln((D(i, j) + plus) / (D(j) + base))`` of all pairs with j before i."""
    i, j = np.tril_indices(len(single), -1)
    logs: Floats = np.log((joint[i, j] + plus) / (single[j] + base))
    return logs


def pmi(single: Floats, joint: Floats, n: int) -> Floats:
    """Return pointwise mutual information ``ln((p_ij + e) / (p_i p_j))``, a square matrix."""
    p = single / n
    values: Floats = np.log((joint / n + _EPSILON) / np.outer(p, p))
    return values


def npmi(single: Floats, joint: Floats, n: int) -> Floats:
    """Return pmi over ``-ln(p_ij + e)``, a square matrix; NaN for two words that stand in every window."""
    always = joint >= n
    norm = -np.log(np.where(always, 0.5, joint / n) + _EPSILON)
    values = np.where(always, np.nan, pmi(single, joint, n) / norm)
    np.fill_diagonal(values, np.where(np.diag(always), 1.0, np.diag(values)))
    return values


def _mean_of_pairs(values: Floats) -> float:
    pairs = values[np.tril_indices(len(values), -1)]
    known = pairs[~np.isnan(pairs)]
    return float(known.mean()) if len(known) else np.nan


def _c_v(single: Floats, joint: Floats, n: int) -> float:
    vectors = npmi(single, joint, n)
    total = vectors.sum(axis=0)
    cosines = vectors @ total / (np.linalg.norm(vectors, axis=1) * np.linalg.norm(total))
    return float(cosines.mean())


_MEASURES: dict[str, Callable[[Floats, Floats, int], float]] = {
    "npmi": lambda single, joint, n: _mean_of_pairs(npmi(single, joint, n)),
    "uci": lambda single, joint, n: _mean_of_pairs(pmi(single, joint, n)),
    "c_v": _c_v,
    "umass": lambda single, joint, n: float(umass(joint, single, 1.0).sum()),
    "umass_stm": lambda single, joint, n: float(umass(joint, single, 0.01, 0.01).sum()),
}
