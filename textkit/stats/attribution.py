"""Who wrote a text: the author nearest in style, and how often that is right for texts whose author is known."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, NamedTuple

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
from textkit.markup import esc
from textkit.matrix import DocumentTermMatrix
from textkit.measures import Floats, deltas
from textkit.progress import track
from textkit.provenance import stamp
from textkit.selection import groups
from textkit.vocabulary import Pattern

TEXT_COLUMNS = ["doc", "actual", "predicted", "distance", "runner_up", "distance_runner_up", "correct"]
CONFUSION_COLUMNS = ["actual", "predicted", "n", "share"]
SUMMARY_COLUMNS = ["n_texts", "n_correct", "accuracy", "ci_low", "ci_high", "largest_share"]

_METHODS = ("centroid", "nearest")
_MOST_TEXTS = 5_000


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Attribution:
    """What `attribution` found: three tables.

    Attributes
    ----------
    texts : DataFrame
        One row a text.
    confusion : DataFrame
        How often texts of each author were given to each author.
    summary : DataFrame
        One row: how often the author was found.
    """

    texts: pd.DataFrame
    confusion: pd.DataFrame
    summary: pd.DataFrame

    def __repr__(self) -> str:
        row = self.summary.iloc[0]
        asked = int((self.texts["actual"].isna() & self.texts["predicted"].notna()).sum())
        right = f"{row['n_correct']:.0f} of {row['n_texts']:.0f} known texts right"
        return f"Attribution({right}; {asked} unknown {'text' if asked == 1 else 'texts'})"

    def _repr_html_(self) -> str:
        """Return the confusion as a square, for notebooks."""
        square = self.confusion.pivot(index="actual", columns="predicted", values="n")
        return f"<p>{esc(repr(self))}</p>{square.to_html()}"


def attribution(
    dtm: DocumentTermMatrix,
    by: str = "author",
    *,
    measure: str = "cosine_delta",
    method: str = "centroid",
    n_terms: int = 300,
    culling: float = 0.0,
    terms: Pattern | None = None,
    confidence: float = 0.95,
    progress: bool | None = None,
) -> Attribution:
    """Give each text to the author whose texts it is most like, by the most frequent words.

    Texts with a value in the column ``by`` are known. Each of them is left out in turn: words, means and standard
    deviations come from the other known texts alone, so that ``correct`` says what would have happened had it been
    unknown. Texts without a value are compared with all known texts.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts of **all** words, stop words too; see `delta`.
    by : str, default "author"
        Column of ``dtm.docs``; missing for the texts in question.
    measure : str, default "cosine_delta"
        One of those of `delta`.
    method : {"centroid", "nearest"}
        The distance to an author: that to the mean of the author's texts (Burrows 2002), or to the nearest of them.
    n_terms : int, default 300
        Most frequent words of the known texts.
    culling : float, default 0
        Only words that stand in at least this share of the known texts.
    terms : pattern, optional
        Choose the most frequent among these only, such as a list of function words.
    confidence : float, default 0.95
        Of the interval of the accuracy.
    progress : bool, optional
        Show a bar; by default where somebody can see it.

    Returns
    -------
    Attribution
        ``texts``: ``doc``, ``actual`` (NaN if unknown), ``predicted``, ``distance`` (to the predicted author),
        ``runner_up``, ``distance_runner_up`` (the next author; NaN if there is none), ``correct`` (1, 0, or NaN where
        it cannot be said), in the order of the documents. ``confusion``: ``actual``, ``predicted``, ``n``, ``share``
        (of the texts of the actual author; rows add up to 1), every pair of authors. ``summary``: ``n_texts``,
        ``n_correct``, ``accuracy``, ``ci_low``, ``ci_high`` (Wilson 1927), ``largest_share`` (accuracy of always
        naming the author with most texts).

    Raises
    ------
    UnknownNameError
        No such column or measure.
    ArgumentError
        Weights instead of counts, or fewer than two authors or three known texts.
    EmptyError
        No word is left, or none that differs between the texts.

    Warns
    -----
    TextkitWarning
        Authors with one known text: left out, it cannot be given to its author, so it does not count in ``confusion``
        and ``summary``. Empty documents: they are given to nobody.

    Notes
    -----
    The nearest author is named even if none of the authors wrote the text. Compare ``distance`` with those of texts of
    known authorship, and with ``distance_runner_up`` (`textkit.plot_attribution` draws both; `textkit.plot_confusion`
    draws ``confusion``). The interval treats texts as independent: chapters of one book
    are not. Texts on different topics or of different kinds differ in their frequent words as well.

    References
    ----------
    Burrows (2002); Evert et al. (2017); Eder, Rybicki and Kestemont (2016).

    Examples
    --------
    >>> docs = pd.DataFrame({"author": ["甲", "甲", "乙", "乙", None]}, index=list("abcdx"))
    >>> counts = [[9, 2, 4], [8, 3, 5], [3, 8, 4], [2, 9, 5], [9, 3, 4]]
    >>> found = attribution(DocumentTermMatrix(counts, ["的", "了", "是"], docs), n_terms=3)
    >>> found
    Attribution(4 of 4 known texts right; 1 unknown text)
    >>> found.texts[["doc", "actual", "predicted", "correct"]].tail(1)
      doc actual predicted  correct
    4   x    NaN         甲      NaN
    """
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with count(tokens).")
    measures.check_counts(dtm.weighting, "attribution")
    check_choice("measure", measure, deltas.DELTAS)
    check_choice("method", method, _METHODS)
    check_float("culling", culling, minimum=0, maximum=1)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    n_terms = check_int("n_terms", n_terms, minimum=1)
    codes, authors = groups(dtm._docs, by)
    texts = _texts(dtm, codes, terms)
    _check_known(texts, authors, by, len(dtm))
    settings = _Settings(measure, method, n_terms, float(culling))
    nearest = [
        _nearest(texts, row, len(authors), settings) for row in track(range(len(dtm)), "comparing", show=progress)
    ]
    best = np.array([found.best for found in nearest], dtype=np.int64)
    next_best = np.array([found.next_best for found in nearest], dtype=np.int64)
    alone = _alone(texts, authors)
    testable = (codes >= 0) & (best >= 0) & ~np.isin(codes, alone)
    labels = np.array([*authors, np.nan], dtype=object)  # -1 takes the last one
    told = {
        "by": by, "measure": measure, "method": method, "n_terms": n_terms, "culling": culling,
        "terms": None if terms is None else describe(terms), "confidence": confidence,
    }  # fmt: skip
    tables = (
        pd.DataFrame(
            {
                "doc": pd.Series(dtm.names, dtype=object),
                "actual": labels[codes],
                "predicted": labels[best],
                "distance": [found.distance for found in nearest],
                "runner_up": labels[next_best],
                "distance_runner_up": [found.next_distance for found in nearest],
                "correct": np.where(testable, (best == codes).astype(np.float64), np.nan),
            },
            columns=TEXT_COLUMNS,
        ),
        _confusion(codes[testable], best[testable], authors),
        _summary(codes[testable], best[testable], confidence),
    )
    return Attribution(
        *(stamp(table, "attribution", inputs={"dtm": dtm.fingerprint}, **told) for table in tables)
    )  # fmt: skip


class _Texts(NamedTuple):
    """Counts (documents by words that may be chosen), lengths, authors (-1 unknown), and what chooses words."""

    counts: Any
    lengths: Floats
    codes: NDArray[np.intp]
    ranks: NDArray[np.intp]

    @property
    def known(self) -> NDArray[np.bool_]:
        return np.asarray((self.codes >= 0) & (self.lengths > 0))


class _Settings(NamedTuple):
    measure: str
    method: str
    n_terms: int
    culling: float


class _Nearest(NamedTuple):
    """The two authors nearest to a text, -1 if there is none."""

    best: int = -1
    distance: float = np.nan
    next_best: int = -1
    next_distance: float = np.nan


def _texts(dtm: DocumentTermMatrix, codes: NDArray[np.intp], terms: Pattern | None) -> _Texts:
    ranks = measures.code_point_ranks(dtm.vocabulary.terms)
    chosen = np.arange(len(ranks)) if terms is None else np.flatnonzero(dtm.vocabulary.match(terms))
    lengths = dtm.lengths.astype(np.float64)
    empty = np.flatnonzero(lengths == 0)
    if len(empty):
        noun = "document is empty and is" if len(empty) == 1 else "documents are empty and are"
        named = listing(dtm.names[int(i)] for i in empty)
        warnings.warn(f"{len(empty):,} {noun} given to nobody: {named}.", TextkitWarning, stacklevel=3)
    return _Texts(dtm.matrix[:, chosen], lengths, codes, ranks[chosen])


def _check_known(texts: _Texts, authors: list[Any], by: str, n_docs: int) -> None:
    if n_docs > _MOST_TEXTS:
        raise ArgumentError(
            f"{n_docs:,} documents are too many: at most {_MOST_TEXTS:,} are attributed at a time. "
            "Choose documents with dtm[...]."
        )
    n_known = int(texts.known.sum())
    present = np.unique(texts.codes[texts.known])
    if len(present) < 2 or n_known < 3:
        have = listing(authors[int(i)] for i in present) if len(present) else "none"
        raise ArgumentError(
            f"by={by!r} must tell at least two authors apart and name those of at least three texts, "
            f"got {n_known} known texts of {have}. Fill in the column for texts whose author is certain."
        )


def _alone(texts: _Texts, authors: list[Any]) -> NDArray[np.intp]:
    """Return the authors with one known text only, with a warning."""
    n_texts = np.bincount(texts.codes[texts.known], minlength=len(authors))
    alone = np.flatnonzero(n_texts == 1)
    if len(alone):
        noun = "author has" if len(alone) == 1 else "authors have"
        warnings.warn(
            f"{len(alone):,} {noun} one known text only, which cannot be found again when it is left out and is not "
            f"counted: {listing(authors[int(i)] for i in alone)}.",
            TextkitWarning,
            stacklevel=3,
        )
    return alone


def _nearest(texts: _Texts, row: int, n_authors: int, settings: _Settings) -> _Nearest:
    """Compare one text with the authors of all other known texts."""
    if texts.lengths[row] == 0:
        return _Nearest()
    known = texts.known
    known[row] = False
    train = np.flatnonzero(known)
    others = texts.counts[train]
    # words, means and deviations come from the other texts alone
    places = deltas.frequent_words(
        np.asarray(others.sum(axis=0)).ravel(),
        np.bincount(others.indices[others.data > 0], minlength=others.shape[1]),
        len(train),
        texts.ranks,
        n=settings.n_terms,
        culling=settings.culling,
    )
    percent = 100.0 * others[:, places].toarray() / texts.lengths[train, None]
    own = 100.0 * texts.counts[[row]][:, places].toarray() / texts.lengths[row]
    distance, standard = deltas.DELTAS[settings.measure]
    if standard:
        own, percent = deltas.standardised(own, percent), deltas.standardised(percent, percent)
        varied = ~np.isnan(percent).any(axis=0)
        own, percent = own[:, varied], percent[:, varied]
    if not own.shape[1]:
        raise EmptyError(
            f"none of the words that are left with n_terms={settings.n_terms:,} and culling={settings.culling:g} "
            "differs between the texts. Raise n_terms or lower culling."
        )
    codes = texts.codes[train]
    if settings.method == "centroid":
        authors = np.unique(codes)
        gaps = distance(own, np.array([percent[codes == author].mean(axis=0) for author in authors]))[0]
    else:
        authors, each = np.unique(codes), distance(own, percent)[0]
        gaps = np.array([np.min(each[codes == author]) for author in authors])
    gaps = np.where(np.isnan(gaps), np.inf, gaps)  # a text without an angle is far from everybody
    order = np.lexsort((authors, gaps))
    if not np.isfinite(gaps[order[0]]):
        return _Nearest()
    best = int(authors[order[0]]), float(gaps[order[0]])
    if len(order) < 2 or not np.isfinite(gaps[order[1]]):
        return _Nearest(*best)
    return _Nearest(*best, int(authors[order[1]]), float(gaps[order[1]]))


def _confusion(actual: NDArray[np.intp], predicted: NDArray[np.int64], authors: list[Any]) -> pd.DataFrame:
    n = len(authors)
    times = np.bincount(actual * n + predicted, minlength=n * n).reshape(n, n)
    total = times.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        share = times / np.where(total > 0, total, np.nan)
    labels = np.array(authors, dtype=object)
    return pd.DataFrame(
        {"actual": np.repeat(labels, n), "predicted": np.tile(labels, n), "n": times.ravel(), "share": share.ravel()},
        columns=CONFUSION_COLUMNS,
    )


def _summary(actual: NDArray[np.intp], predicted: NDArray[np.int64], confidence: float) -> pd.DataFrame:
    n, right = len(actual), int((actual == predicted).sum())
    low, high = measures.wilson_interval(np.array([right]), np.array([n]), confidence)
    largest = float(np.bincount(actual).max() / n) if n else np.nan
    row = [n, right, right / n if n else np.nan, float(low[0]), float(high[0]), largest]
    return pd.DataFrame([row], columns=SUMMARY_COLUMNS)
