"""How two frequency rankings differ, and which words make the difference."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pandas as pd

from textkit import measures
from textkit.contrast.kernels import average_ranks
from textkit.contrast.sides import contrast_of
from textkit.errors import ArgumentError, TextkitWarning, check_float
from textkit.matrix import DocumentTermMatrix
from textkit.measures import divergence
from textkit.provenance import stamp
from textkit.selection import Which

COLUMNS = ["term", "n_target", "n_reference", "rank_target", "rank_reference", "score", "contribution"]


def rank_turbulence(
    dtm: DocumentTermMatrix,
    target: Which | Any,
    reference: Which | Any = None,
    *,
    by: str | None = None,
    alpha: float = 1 / 3,
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

    Returns
    -------
    DataFrame
        ``term``; ``n_target``, ``n_reference`` (occurrences); ``rank_target``, ``rank_reference`` (average ranks, 1 the
        commonest); ``score`` (what the word adds to D, with a minus sign if it ranks higher in the reference);
        ``contribution`` (its share of the whole difference, from 0 to 1, without sign; NaN if the rankings are equal).
        Sorted by falling score, count, code points: words of the target at the top, of the reference at the bottom.
        ``attrs["textkit"]["divergence"]`` is D, ``"target_share"`` the part of it that words ranking higher in the
        target make.

    Raises
    ------
    ArgumentError, EmptyError, UnknownNameError
        As `textkit.keyness`; alpha below 0.

    Warns
    -----
    TextkitWarning
        Documents without a value in the column ``by``.

    Notes
    -----
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
        dtm, target, reference, by=by, unit="document", reference_size=None, function="rank_turbulence"
    )
    alpha = _checked_alpha(alpha)
    for note in contrast.notes:
        warnings.warn(note, TextkitWarning, stacklevel=2)
    a, b = contrast.target.count, contrast.reference.count
    places = np.flatnonzero(a + b > 0)
    a, b = a[places], b[places]
    r1, r2 = average_ranks(-a), average_ranks(-b)
    found = divergence.rank_turbulence(r1, r2, a > 0, b > 0, alpha)
    score = np.sign(r2 - r1) * found.contribution + 0.0
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
            "contribution": share,
        },
        columns=COLUMNS,
    )
    table = table.iloc[order].reset_index(drop=True)
    settings = {name: value for name, value in contrast.settings.items() if name not in ("unit", "reference_size")}
    stamp(table, "rank_turbulence", inputs=contrast.inputs, **settings, alpha=alpha if math.isfinite(alpha) else "inf")
    target_share = float(share[score > 0].sum()) if found.total > 0 else float("nan")
    table.attrs["textkit"] |= {"divergence": found.total, "target_share": target_share}
    return table


def _checked_alpha(alpha: float) -> float:
    if isinstance(alpha, (float, np.floating)) and np.isposinf(alpha):
        return math.inf
    try:
        return check_float("alpha", alpha, minimum=0)
    except ArgumentError:
        raise ArgumentError(f"alpha must be a number of at least 0, or infinity, got {alpha!r}.") from None
