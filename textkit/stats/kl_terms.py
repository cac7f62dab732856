"""Which words make one text diverge from another: relative entropy, word by word."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit import measures
from textkit.contrast.replicates import Drawing, drawing_note, resampled_counts
from textkit.contrast.sides import Contrast, contrast_of
from textkit.errors import TextkitWarning, check_choice, check_float, check_int
from textkit.matrix import DocumentTermMatrix
from textkit.measures import Floats, divergence
from textkit.measures.resampling import shifted_interval
from textkit.progress import track
from textkit.provenance import stamp
from textkit.selection import By, Which
from textkit.tokens import Tokens

COLUMNS = [
    "term", "n_target", "n_reference", "share_target", "share_reference", "score", "ci_low", "ci_high",
]  # fmt: skip

_KEPT = 60_000_000  # scores of resamples in memory (480 MB): replicates times words


def kl_terms(
    dtm: DocumentTermMatrix | Tokens,
    target: Which | Any,
    reference: Which | Any = None,
    *,
    by: By | None = None,
    smoothing: float = 0.0,
    ci: str | None = None,
    unit: str = "document",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
    progress: bool | None = None,
) -> pd.DataFrame:
    r"""Give what each word adds to the relative entropy of the target from the reference, in bits.

    ``score = p log2(p / q)``, p and q the shares of the word in target and reference; the sum over all words is
    ``D(target || reference)`` (Kullback & Leibler 1951), as in `textkit.kl_divergence`. With smoothing a,
    ``p = (f + a) / (N + a V)`` over all V terms, likewise q.

    Parameters
    ----------
    dtm, target, reference, by
        As in `textkit.keyness`; the reference can be a frequency list or another matrix.
    smoothing : float, default 0
        Added to each count. Without it a word that the reference lacks scores inf.
    ci : {None, "bootstrap"}
        Intervals of the scores, by drawing the units of each side with replacement. A frequency list given as
        reference stays as it is.
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
        ``term``; ``n_target``, ``n_reference`` (occurrences); ``share_target``, ``share_reference`` (p, q);
        ``score`` (bits; below 0 for words that are rarer in the target), ``ci_low``, ``ci_high`` (NaN if not asked
        for). Words of either side, by falling score, count, code points. ``attrs["textkit"]["divergence"]`` is D,
        ``"rest"`` the part of it that terms of neither side add (0 without smoothing).

    Raises
    ------
    ArgumentError, EmptyError, UnknownNameError
        As `textkit.keyness`; a side of one unit, if intervals are asked for.

    Warns
    -----
    TextkitWarning
        Documents without a value in the column ``by``. Fewer than 10 units on a side, if intervals are asked for; words
        without an interval, since a resample of the reference lacks them, or since there are too many words.

    Notes
    -----
    Not symmetric: words of the target have a large positive score, words of the reference a small negative one, since
    each is weighed by its share in the target. For both sides alike see `textkit.keyness` and
    `textkit.rank_turbulence`. Frequent words come first even if their ratio is small; that is what a divergence is made
    of. Intervals are shifted by the mean bias of the resamples (see `textkit.kl_divergence`): on simulated texts 95 %
    intervals of words with 20 occurrences or more hold the value of other texts of the same amount in 92 to 94 % of
    cases, with 5 to 19 in 85 to 91 %; of rarer words do not use them.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[4, 2, 2], [2, 2, 4]], ["网格", "工作", "信访"])
    >>> kl_terms(dtm, "doc1")[["term", "share_target", "share_reference", "score"]]
      term  share_target  share_reference  score
    0   网格          0.50             0.25   0.50
    1   工作          0.25             0.25   0.00
    2   信访          0.25             0.50  -0.25
    """
    contrast = contrast_of(dtm, target, reference, by=by, unit=unit, reference_size=None, function="kl_terms")
    check_float("smoothing", smoothing, minimum=0)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    n_replicates = check_int("n_replicates", n_replicates, minimum=1)
    random_state = check_int("random_state", random_state, minimum=0)
    drawing = None
    if ci is not None:
        drawing = Drawing(check_choice("ci", ci, ("bootstrap",)), n_replicates, random_state, unit)
    few = None if drawing is None else drawing_note(contrast.target, contrast.reference, drawing)
    for note in [*contrast.notes, few]:
        if note is not None:
            warnings.warn(note, TextkitWarning, stacklevel=2)
    n_terms = len(contrast.vocabulary)
    places = np.flatnonzero(contrast.target.count + contrast.reference.count > 0)
    a, b = contrast.target.count[places], contrast.reference.count[places]
    found = divergence.kl_terms(a, b, n_terms, smoothing)
    rest = (n_terms - len(places)) * divergence.kl_unseen(a.sum(), b.sum(), n_terms, smoothing)
    low, high = np.full(len(places), np.nan), np.full(len(places), np.nan)
    if drawing is not None:
        # a score that is infinite has no interval
        size = np.where(np.isfinite(found.score), np.abs(found.score), -1.0)
        largest = np.sort(np.argsort(-size, kind="stable")[: max(_KEPT // n_replicates, 1)])
        scores = _resampled(contrast, places, largest, smoothing, drawing, progress)
        exists = np.isfinite(scores).all(axis=0) & np.isfinite(found.score[largest])
        chosen = largest[exists]
        low[chosen], high[chosen] = shifted_interval(scores[:, exists], found.score[chosen], confidence)
        _warn_missing(len(places) - len(largest), len(largest) - len(chosen))
    order = measures.order_by(contrast.vocabulary.ranks[places], found.score, a + b)
    table = pd.DataFrame(
        {
            "term": [contrast.vocabulary[int(place)] for place in places],
            "n_target": a.astype(np.int64),
            "n_reference": b.astype(np.int64),
            "share_target": found.p,
            "share_reference": found.q,
            "score": found.score,
            "ci_low": low,
            "ci_high": high,
        },
        columns=COLUMNS,
    )
    table = table.iloc[order].reset_index(drop=True)
    settings = {name: value for name, value in contrast.settings.items() if name != "reference_size"}
    stamp(
        table, "kl_terms", inputs=contrast.inputs, **settings, smoothing=smoothing, ci=ci, n_replicates=n_replicates,
        confidence=confidence, random_state=random_state,
    )  # fmt: skip
    total = float(found.score.sum() + rest)
    table.attrs["textkit"] |= {
        "divergence": total if np.isfinite(total) else "inf", "rest": float(rest),
        "unit": None if ci is None else unit,
    }  # fmt: skip
    return table


def _resampled(
    contrast: Contrast,
    places: NDArray[np.intp],
    chosen: NDArray[np.intp],
    smoothing: float,
    drawing: Drawing,
    progress: bool | None,
) -> Floats:
    """Return the scores of the chosen words in each resample."""
    scores = np.empty((drawing.n_replicates, len(chosen)))
    sides = (contrast.target, contrast.reference)
    done = 0
    for a, b in track(
        resampled_counts(sides, places, drawing.n_replicates, drawing.random_state), "resampling", show=progress
    ):
        found = divergence.kl_terms(a, b, len(contrast.vocabulary), smoothing)
        scores[done : done + len(a)] = found.score[:, chosen]
        done += len(a)
    return scores


def _warn_missing(n_many: int, n_lacking: int) -> None:
    if n_lacking:
        noun = "word has" if n_lacking == 1 else "words have"
        warnings.warn(
            f"{n_lacking:,} {noun} no interval, since the reference, or a resample of it, lacks them. Give some "
            "smoothing, such as smoothing=0.5.",
            TextkitWarning,
            stacklevel=3,
        )
    if n_many:
        warnings.warn(
            f"{n_many:,} words with the smallest scores get no interval, which would take too much memory. Lower "
            "n_replicates, or drop rare words first (dtm.trim).",
            TextkitWarning,
            stacklevel=3,
        )
