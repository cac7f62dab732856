"""Words whose rate is the same in two groups of documents, shown and not merely not disproved."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtr

from textkit import measures
from textkit.contrast.kernels import (
    Pair,
    automatic,
    check_documents,
    cluster_sums,
    fallback_note,
    few_documents_note,
    pair_of,
)
from textkit.contrast.rows import family, flags, no_term_left
from textkit.contrast.sides import contrast_of
from textkit.errors import TextkitWarning, check_choice, check_float
from textkit.matrix import DocumentTermMatrix
from textkit.measures import LN2, Floats
from textkit.provenance import stamp
from textkit.selection import By, Which
from textkit.tokens import Tokens

COLUMNS = [
    "term", "n_target", "n_reference", "rate_target", "rate_reference", "score", "effect", "ci_low", "ci_high",
    "pct_diff", "p_value", "q_value", "range_target", "range_reference", "locked", "flag",
]  # fmt: skip

MEASURES = ("auto", "robust", "log_ratio")
"""What ``measure`` can be: documents as the sample, or tokens."""

_MILLION = 1e6


def lockwords(
    dtm: DocumentTermMatrix | Tokens,
    target: Which | Any,
    reference: Which | Any = None,
    *,
    by: By | None = None,
    margin: float = 0.5,
    measure: str = "auto",
    adjust: str = "bh",
    min_count: int = 5,
    min_range: int | None = None,
    reference_size: int | None = None,
    unit: str = "document",
    confidence: float = 0.90,
) -> pd.DataFrame:
    """Find lockwords: terms that two groups of documents use at the same rate.

    Baker (2011) looked for words that change little between corpora. Not to be significantly different is no proof of
    that: rare words never are. This is a test of **equivalence**: a term is locked if the interval of its log ratio
    lies inside ``(-margin, margin)``, which is the two one-sided tests of Schuirmann (1987) at level
    ``(1 - confidence) / 2``.

    - ``robust``: documents are the sample; the score test of `textkit.keyness` against the ratios ``2^margin`` and
      ``2^-margin``, and the interval that belongs to it.
    - ``log_ratio``: tokens are the sample; log ratio and interval of Katz (1978), the tests normal. Too easily content,
      since words come in bursts.
    - ``auto``: ``robust`` if each group has 3 documents with tokens and both together 8, else ``log_ratio`` with a
      warning.

    Parameters
    ----------
    dtm, target, reference, by, reference_size, unit
        As in `textkit.keyness`.
    margin : float, default 0.5
        Largest difference that still counts as none, in bits: 0.5 means that neither rate is more than 1.41 times the
        other, 0.58 is 1.5 times, 1 double. Choose it before looking.
    measure : {"auto", "robust", "log_ratio"}
    adjust : {"bh", "holm", "bonferroni", "by", "none"}
    min_count : int, default 5
        Fewest occurrences in both groups together.
    min_range : int, optional
        Fewest documents in the group where the term is commoner; with ``robust`` by default max(3, 0.5 %), else 1.
    confidence : float, default 0.90
        Of the interval: 0.90 goes with tests at 5 %.

    Returns
    -------
    DataFrame
        ``term``; ``n_target``, ``n_reference``; ``rate_target``, ``rate_reference`` (per million tokens); ``score``
        (what is left of the margin, ``margin - max(-ci_low, ci_high)``, in bits: above 0 if locked); ``effect``
        (``robust``: log ratio with one occurrence shared out over both groups; else the log ratio), ``ci_low``,
        ``ci_high`` (bits); ``pct_diff`` (%DIFF, infinite over zero); ``p_value`` (the larger one-sided p),
        ``q_value``; ``range_target``, ``range_reference`` (documents that have the term; NaN for a frequency list);
        ``locked`` (bool: the interval lies inside the margin); ``flag`` as in `textkit.keyness`. Sorted by falling
        score, count, code points.

    Raises
    ------
    ArgumentError, EmptyError, UnknownNameError
        As `textkit.keyness`.

    Warns
    -----
    TextkitWarning
        As `textkit.keyness`.

    Notes
    -----
    ``locked`` is not adjusted for the number of terms; ``q_value`` is. A small p says: the difference is smaller than
    the margin. Words of grammar are locked more often than others because they are common, not because they are
    steadier.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[500, 10, 490], [510, 30, 460]], ["的", "信访", "其他"])
    >>> lockwords(dtm, "doc1", measure="log_ratio")[["term", "effect", "ci_low", "ci_high", "locked"]].round(2)
      term  effect  ci_low  ci_high  locked
    0    的   -0.03   -0.13     0.08    True
    1   其他    0.09   -0.02     0.20    True
    2   信访   -1.58   -2.44    -0.72   False
    """
    contrast = contrast_of(
        dtm, target, reference, by=by, unit=unit, reference_size=reference_size, function="lockwords"
    )
    check_choice("measure", measure, MEASURES)
    check_choice("adjust", adjust, measures.ADJUSTMENTS)
    check_float("margin", margin, minimum=0, open_minimum=True)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    first, second = contrast.target, contrast.reference
    used, why = measure, None
    if measure == "auto":
        used, why = automatic([(first, second)], unit)
        used = "log_ratio" if used == "g2" else used
    check_documents(first, second, used)
    tested = family(first, second, used, min_count, min_range)
    if not tested.any():
        raise no_term_left(len(contrast.vocabulary), used, min_count, min_range)
    fallback = None if why is None else fallback_note(why, unit).replace("g2", "log_ratio")
    for note in [*contrast.notes, fallback, few_documents_note(first, second, used)]:
        if note is not None:
            warnings.warn(note, TextkitWarning, stacklevel=2)
    pair = pair_of(first, second, tested)
    effect, low, high, p = (_robust if used == "robust" else _log_ratio)(pair, margin, confidence)
    score = margin - np.maximum(-low, high)
    order = measures.order_by(contrast.vocabulary.ranks[pair.places], score, pair.a + pair.b)
    absent = (pair.a == 0) | (pair.b == 0)
    table = pd.DataFrame(
        {
            "term": [contrast.vocabulary[int(place)] for place in pair.places],
            "n_target": pair.a.astype(np.int64),
            "n_reference": pair.b.astype(np.int64),
            "rate_target": _MILLION * pair.a / first.size,
            "rate_reference": _MILLION * pair.b / second.size,
            "score": score,
            "effect": effect,
            "ci_low": low,
            "ci_high": high,
            "pct_diff": measures.pct_diff(pair.a, pair.b, first.size, second.size),
            "p_value": p,
            "q_value": measures.adjust_p(p, adjust),
            "range_target": pair.docs_a.astype(np.int64),
            "range_reference": pair.docs_b.astype(np.int64) if second.n_docs else pair.docs_b,
            "locked": score > 0,
            "flag": flags(pair, absent),
        },
        columns=COLUMNS,
    )
    table = table.iloc[order].reset_index(drop=True)
    settings = contrast.settings | {
        "margin": margin, "measure": used, "adjust": adjust, "min_count": min_count, "min_range": min_range,
        "confidence": confidence,
        "why": why or ("documents are the sample" if measure == "auto" else "asked for"),
    }  # fmt: skip
    stamp(table, "lockwords", inputs=contrast.inputs, **settings)
    table.attrs["textkit"] |= {"unit": unit if used == "robust" else "token"}
    return table


def _robust(pair: Pair, margin: float, confidence: float) -> tuple[Floats, Floats, Floats, Floats]:
    first, second = cluster_sums(pair)
    df = first.n_docs + second.n_docs - 2
    low, high = (end / LN2 for end in measures.cluster_interval(first, second, confidence))
    above = measures.cluster_score(first, second, 2.0**-margin)  # large if the ratio is above the lower bound
    below = -measures.cluster_score(first, second, 2.0**margin)
    one = 1.0 / (first.size + second.size)
    effect = np.log2(pair.a / first.size + one) - np.log2(pair.b / second.size + one)
    return effect, low, high, np.asarray(stdtr(df, -np.minimum(above, below)))


def _log_ratio(pair: Pair, margin: float, confidence: float) -> tuple[Floats, Floats, Floats, Floats]:
    ratio = measures.log_ratio(pair.a, pair.b, pair.first.size, pair.second.size)
    low, high = measures.normal_interval(ratio.value, ratio.se, confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        nearer = (margin - np.abs(ratio.value)) / ratio.se
    return ratio.value, low, high, np.asarray(ndtr(-nearer))
