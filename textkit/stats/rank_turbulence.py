"""How two frequency rankings differ, and which words make the difference."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit import measures
from textkit.contrast.kernels import average_ranks
from textkit.contrast.replicates import Drawing, drawing_note, resampled_counts
from textkit.contrast.sides import Contrast, contrast_of
from textkit.errors import ArgumentError, TextkitWarning, check_choice, check_float, check_int
from textkit.matrix import DocumentTermMatrix
from textkit.measures import Floats, Ints, divergence
from textkit.measures.resampling import shifted_interval
from textkit.progress import track
from textkit.provenance import stamp
from textkit.selection import By, Which
from textkit.tokens import Tokens

COLUMNS = [
    "term", "n_target", "n_reference", "rank_target", "rank_reference", "score", "ci_low", "ci_high", "contribution",
]  # fmt: skip

_KEPT = 60_000_000  # scores of resamples in memory (480 MB): replicates times words


def rank_turbulence(
    dtm: DocumentTermMatrix | Tokens,
    target: Which | Any,
    reference: Which | Any = None,
    *,
    by: By | None = None,
    alpha: float = 1 / 3,
    ci: str | None = None,
    unit: str = "document",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
    progress: bool | None = None,
) -> pd.DataFrame:
    r"""Compare two frequency lists by their ranks: rank-turbulence divergence (Dodds et al. 2023).

    ``D = (1 / N) sum_w (alpha + 1) / alpha |1 / r1^alpha - 1 / r2^alpha|^(1 / (alpha + 1))`` over all words of both
    sides, with average ranks; a word that one side lacks is tied there with all others that it lacks, behind the words
    that it has. N is the value of two lists of these lengths without a common word, so that D runs from 0 (equal
    rankings) to about 1 (nothing in common).

    Parameters
    ----------
    dtm, target, reference, by
        As in `textkit.keyness`; the reference can be a frequency list or another matrix.
    alpha : float, default 1/3
        From 0, where rare words decide (the formula becomes ``|ln r1 / r2|``), to infinity, where the few commonest do
        (``max(1 / r1, 1 / r2)`` of words whose ranks differ). A third is what the authors use for texts.
    ci : {None, "bootstrap"}
        Intervals of the scores and of D, by drawing the units of each side with replacement and ranking anew. A
        frequency list given as reference stays as it is.
    unit : {"document", "paragraph", "sentence"}
        What is drawn; paragraphs and sentences need Tokens.
    n_replicates : int, default 2000
    confidence : float, default 0.95
    random_state : int, default 0
    progress : bool, optional
        Show a bar; by default where somebody can see it and the work takes over a second.

    Returns
    -------
    DataFrame
        ``term``; ``n_target``, ``n_reference`` (occurrences); ``rank_target``, ``rank_reference`` (average ranks, 1 the
        commonest); ``score`` (what the word adds to D, with a minus sign if it ranks higher in the reference);
        ``ci_low``, ``ci_high`` (of the score; NaN if not asked for); ``contribution`` (its share of the whole
        difference, from 0 to 1, without sign; NaN if the rankings are equal). Sorted by falling score, count, code
        points: words of the target at the top, of the reference at the bottom. ``attrs["textkit"]["divergence"]`` is
        D, ``"ci_low"`` and ``"ci_high"`` its interval (or None), ``"target_share"`` the part of D that words ranking
        higher in the target make.

    Raises
    ------
    ArgumentError, EmptyError, UnknownNameError
        As `textkit.keyness`; alpha below 0; a side of one unit, if intervals are asked for.

    Warns
    -----
    TextkitWarning
        Documents without a value in the column ``by``. Fewer than 10 units on a side, if intervals are asked for; so
        many words that only those with the largest scores get one.

    Notes
    -----
    D has a floor: two samples of one population differ too, and the more so the shorter they are. A resample differs
    more again. The intervals are therefore shifted by the mean bias of the resamples, and say where D and the scores
    would lie if other texts **of the same amount** were compared; they take nothing off the floor. On simulated texts
    95 % intervals of D hold that value in 92 to 98 % of cases, those of words with 20 occurrences or more in 84 to
    95 %, with 5 to 19 in 87 to 90 %; of rarer words do not use them.

    A description, not a test: no p. The sizes of the two sides do not enter, only their rankings; but a longer text has
    more words, and the tail of words that only one side has weighs much when alpha is small. Compare values of D only
    for one alpha. For two very short lists without a common word D is a little off 1, since the paper's N takes
    ``N2 + N1 / 2`` for the rank of an absent word where the average rank is half a place more.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[9, 5, 1], [5, 9, 1]], ["网格", "信访", "工作"])
    >>> table = rank_turbulence(dtm, "doc1", alpha=1)
    >>> table[["term", "rank_target", "rank_reference", "score"]].round(3)
      term  rank_target  rank_reference  score
    0   网格          1.0             2.0  0.203
    1   工作          3.0             3.0  0.000
    2   信访          2.0             1.0 -0.203
    """
    contrast = contrast_of(
        dtm, target, reference, by=by, unit=unit, reference_size=None, function="rank_turbulence"
    )  # fmt: skip
    alpha = _checked_alpha(alpha)
    drawing = _drawing(ci, unit, n_replicates, confidence, random_state)
    few = None if drawing is None else drawing_note(contrast.target, contrast.reference, drawing)
    for note in [*contrast.notes, few]:
        if note is not None:
            warnings.warn(note, TextkitWarning, stacklevel=2)
    a, b = contrast.target.count, contrast.reference.count
    places = np.flatnonzero(a + b > 0)
    a, b = a[places], b[places]
    r1, r2 = average_ranks(-a), average_ranks(-b)
    found = divergence.rank_turbulence(r1, r2, a > 0, b > 0, alpha)
    score = np.sign(r2 - r1) * found.contribution + 0.0
    low, high = np.full(len(places), np.nan), np.full(len(places), np.nan)
    ends: tuple[float | None, float | None] = (None, None)
    if drawing is not None:
        largest = np.sort(np.argsort(-np.abs(score), kind="stable")[: max(_KEPT // n_replicates, 1)])
        _warn_left_out(len(places) - len(largest))
        scores, totals = _resampled(contrast, places, largest, alpha, drawing, progress)
        low[largest], high[largest] = shifted_interval(scores, score[largest], confidence)
        of_all = shifted_interval(totals, found.total, confidence)
        ends = (max(float(of_all[0]), 0.0), max(float(of_all[1]), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = found.contribution / found.total if found.total > 0 else np.full(len(places), np.nan)
    order = measures.order_by(contrast.vocabulary.ranks[places], score, a + b)
    table = pd.DataFrame(
        {
            "term": [contrast.vocabulary[int(place)] for place in places],
            "n_target": a.astype(np.int64),
            "n_reference": b.astype(np.int64),
            "rank_target": r1,
            "rank_reference": r2,
            "score": score,
            "ci_low": low,
            "ci_high": high,
            "contribution": share,
        },
        columns=COLUMNS,
    )
    table = table.iloc[order].reset_index(drop=True)
    settings = {name: value for name, value in contrast.settings.items() if name != "reference_size"}
    stamp(
        table, "rank_turbulence", inputs=contrast.inputs, **settings, alpha=alpha if math.isfinite(alpha) else "inf",
        ci=ci, n_replicates=n_replicates, confidence=confidence, random_state=random_state,
    )  # fmt: skip
    target_share = float(share[score > 0].sum()) if found.total > 0 else float("nan")
    table.attrs["textkit"] |= {
        "divergence": found.total, "ci_low": ends[0], "ci_high": ends[1], "target_share": target_share,
        "unit": None if ci is None else unit,
    }  # fmt: skip
    return table


def _drawing(ci: str | None, unit: str, n_replicates: int, confidence: float, random_state: int) -> Drawing | None:
    check_int("n_replicates", n_replicates, minimum=1)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    check_int("random_state", random_state, minimum=0)
    if ci is None:
        return None
    return Drawing(check_choice("ci", ci, ("bootstrap",)), n_replicates, random_state, unit)


def _warn_left_out(n: int) -> None:
    if n:
        warnings.warn(
            f"{n:,} words with the smallest scores get no interval, which would take too much memory. Lower "
            "n_replicates, or drop rare words first (dtm.trim).",
            TextkitWarning,
            stacklevel=3,
        )


def _resampled(
    contrast: Contrast,
    places: NDArray[np.intp],
    chosen: NDArray[np.intp],
    alpha: float,
    drawing: Drawing,
    progress: bool | None,
) -> tuple[Floats, Floats]:
    """Return the scores of the chosen words in each resample, and the divergences."""
    scores, totals = np.zeros((drawing.n_replicates, len(chosen))), np.zeros(drawing.n_replicates)
    blocks = resampled_counts(
        (contrast.target, contrast.reference), places, drawing.n_replicates, drawing.random_state
    )  # fmt: skip
    rows = ((one, other) for first, second in blocks for one, other in zip(first, second, strict=True))
    for row, (a, b) in enumerate(track(rows, "resampling", total=drawing.n_replicates, show=progress)):
        there = np.flatnonzero(a + b > 0)
        a, b = a[there].astype(np.int64), b[there].astype(np.int64)
        r1, r2 = _ranks(a), _ranks(b)
        found = divergence.rank_turbulence(r1, r2, a > 0, b > 0, alpha)
        totals[row] = found.total
        each = np.zeros(len(places))
        each[there] = np.sign(r2 - r1) * found.contribution
        scores[row] = each[chosen]
    return scores, totals


def _ranks(counts: Ints) -> Floats:
    """Return average ranks, 1 the largest; without sorting, since counts are small whole numbers."""
    times = np.bincount(counts)
    above = np.cumsum(times[::-1])[::-1]  # how many are at least so large
    return np.asarray((above - (times - 1) / 2)[counts])


def _checked_alpha(alpha: float) -> float:
    if isinstance(alpha, (float, np.floating)) and np.isposinf(alpha):
        return math.inf
    try:
        return check_float("alpha", alpha, minimum=0)
    except ArgumentError:
        raise ArgumentError(f"alpha must be a number of at least 0, or infinity, got {alpha!r}.") from None
