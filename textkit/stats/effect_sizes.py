"""All effect sizes of a comparison of two groups, side by side."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from textkit import measures
from textkit.contrast.kernels import MEASURES, Options, pair_of
from textkit.contrast.replicates import bootstrap, checked_drawing, drawing_note
from textkit.contrast.rows import family, flags, no_term_left, prior_options
from textkit.contrast.sides import contrast_of
from textkit.errors import TextkitWarning, check_float
from textkit.matrix import DocumentTermMatrix
from textkit.measures.divergence import keyness_kld
from textkit.provenance import stamp
from textkit.selection import By, Which
from textkit.tokens import Tokens

COLUMNS = [
    "term", "n_target", "n_reference", "rate_target", "rate_reference", "log_ratio", "ci_low", "ci_high",
    "relative_risk", "pct_diff", "odds_ratio", "haldane_odds_ratio", "log_odds", "z", "g2", "g2_2cell", "bic", "ell",
    "phi", "kld", "simple_maths", "flag",
]  # fmt: skip

_MILLION = 1e6


def effect_sizes(
    dtm: DocumentTermMatrix | Tokens,
    target: Which | Any,
    reference: Which | Any = None,
    *,
    by: By | None = None,
    k: float = 100.0,
    min_count: int = 1,
    min_range: int = 1,
    prior: str | DocumentTermMatrix = "pooled",
    alpha0: float | None = None,
    reference_size: int | None = None,
    confidence: float = 0.95,
    ci: str | None = None,
    unit: str = "document",
    n_replicates: int = 2000,
    random_state: int = 0,
) -> pd.DataFrame:
    """Give every effect size of the literature for each term of a comparison.

    A term occurs a times among the c tokens of the target and b times among the d tokens of the reference;
    ``N = c + d``, ``E`` the expected counts of the 2x2 table.

    Parameters
    ----------
    dtm, target, reference, by, prior, alpha0, reference_size, confidence
        As in `textkit.keyness`: the reference can be a frequency list or another matrix.
    k : float, default 100
        For ``simple_maths``: what is added to both rates per million, 1 to 1000; a larger k favours common words.
    min_count : int, default 1
        Fewest occurrences in both groups together.
    min_range : int, default 1
        Fewest documents in the group where the term is commoner.
    ci : {None, "bootstrap", "bca"}
        None: the interval of Katz, which takes each token for an independent draw and is too short for words that come
        in bursts. ``"bootstrap"``, ``"bca"``: over resampled units of both groups, as in `textkit.keyness`.
    unit : {"document", "paragraph", "sentence"}
        What is drawn again (and what ``min_range`` and ``flag`` count); pieces of documents need Tokens.
    n_replicates : int, default 2000
    random_state : int, default 0

    Returns
    -------
    DataFrame
        - ``term``; ``n_target``, ``n_reference`` (a, b); ``rate_target``, ``rate_reference`` (per million tokens).
        - ``log_ratio``: ``log2 (a/c) / (b/d)`` (Hardie 2014), a count of zero (only that) replaced by 0.5;
          ``ci_low``, ``ci_high``: its interval (Katz 1978, or that of ``ci``).
        - ``relative_risk``: ``(a/c) / (b/d)``, infinite if b is 0. ``pct_diff``: %DIFF,
          ``100 (a/c - b/d) / (b/d)`` (Gabrielatos & Marchi 2012).
        - ``odds_ratio``: ``a (d - b) / (b (c - a))``; ``haldane_odds_ratio``: the same with 0.5 added to all cells.
        - ``log_odds``: log-odds ratio with a Dirichlet prior, in bits; ``z``: over its standard deviation (Monroe,
          Colaresi & Quinn 2008).
        - ``g2``: log-likelihood ratio of four cells, with the sign of ``a/c - b/d`` (Dunning 1993); ``g2_2cell``: of
          the term's own two (Rayson & Garside 2000).
        - ``bic``: ``G2 - ln N`` of the two-cell G2 (Wilson 2013): below 0 no difference, 2 to 6 positive, 6 to 10
          strong, above 10 very strong evidence. Not signed.
        - ``ell``: ``G2 / (N ln min E)`` of the two-cell G2 (Johnston, Berry & Mielke 2006); NaN if ``min E`` <= 1. Not
          signed.
        - ``phi``: ``sqrt(chi2 / N)`` with the sign of the difference.
        - ``kld``: divergence of the term's division over the groups from that of all tokens, in bits, signed (Gries
          2021).
        - ``simple_maths``: ``(rate_target + k) / (rate_reference + k)`` (Kilgarriff 2009).
        - ``flag`` as in `textkit.keyness`.

        Sorted by falling ``z``, count, code points. A quantity that does not exist is NaN or infinite.

    Raises
    ------
    ArgumentError, EmptyError, UnknownNameError
        As `textkit.keyness`.

    Warns
    -----
    TextkitWarning
        Documents without a value in the column ``by``. Fewer than 10 units in a group, if they are drawn again.

    Notes
    -----
    Effect sizes are unsteady for rare words: never rank by one of them alone, but filter by count and range first, or
    rank by ``z``. ``g2`` and ``bic`` grow with the size of the corpora and must not be compared between tables. None of
    these numbers knows how much the documents of a group differ, but for an interval with ``ci``: see also
    ``measure="robust"`` of `keyness`. The other effects that are made of two rates have that interval too, written in
    their own unit: ``relative_risk`` from ``2^ci_low`` to ``2^ci_high``, ``pct_diff`` is 100 (relative risk - 1).

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[8, 92], [2, 98]], ["网格", "其他"])
    >>> effect_sizes(dtm, "doc1")[["term", "log_ratio", "relative_risk", "pct_diff", "odds_ratio"]].round(2)
      term  log_ratio  relative_risk  pct_diff  odds_ratio
    0   网格       2.00           4.00    300.00        4.26
    1   其他      -0.09           0.94     -6.12        0.23
    """
    contrast = contrast_of(
        dtm, target, reference, by=by, unit=unit, reference_size=reference_size, function="effect_sizes"
    )
    check_float("k", k, minimum=0, open_minimum=True)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    if alpha0 is not None:
        check_float("alpha0", alpha0, minimum=0, open_minimum=True)
    first, second = contrast.target, contrast.reference
    drawing = checked_drawing(ci, n_replicates, random_state, unit)
    few = None if drawing is None else drawing_note(first, second, drawing)
    tested = family(first, second, "g2", min_count, min_range)
    if not tested.any():
        raise no_term_left(len(contrast.vocabulary), "effect sizes", min_count, min_range)
    for note in [*contrast.notes, few]:
        if note is not None:
            warnings.warn(note, TextkitWarning, stacklevel=2)
    pair = pair_of(first, second, tested)
    a, b, c, d = pair.a, pair.b, first.size, second.size
    two = measures.two_by_two(a, b, c, d)
    sign = measures.association_sign(two)
    ratio = measures.log_ratio(a, b, c, d)
    low, high = measures.normal_interval(ratio.value, ratio.se, confidence)
    g2_2cell = measures.log_likelihood_2cell(a, b, c, d)
    if drawing is not None:
        plain = MEASURES["log_ratio"].kernel(pair, Options(confidence))
        again = bootstrap(pair, plain, "log_ratio", confidence, drawing)
        low, high = again.low, again.high
    options = prior_options(contrast.vocabulary, first.count + second.count, min(c, d), prior, alpha0, confidence)
    assert options.prior is not None
    odds = measures.fightin_words(a, b, c, d, options.prior[pair.places], options.prior_size)
    z = odds.value / np.sqrt(odds.variance)
    values: dict[str, Any] = {
        "term": [contrast.vocabulary[int(place)] for place in pair.places],
        "n_target": a.astype(np.int64),
        "n_reference": b.astype(np.int64),
        "rate_target": _MILLION * a / c,
        "rate_reference": _MILLION * b / d,
        "log_ratio": ratio.value,
        "ci_low": low,
        "ci_high": high,
        "relative_risk": measures.relative_risk(a, b, c, d),
        "pct_diff": measures.pct_diff(a, b, c, d),
        "odds_ratio": measures.odds_ratio(two),
        "haldane_odds_ratio": measures.haldane_odds_ratio(two),
        "log_odds": odds.value / measures.LN2,
        "z": z,
        "g2": sign * measures.log_likelihood(two) + 0.0,
        "g2_2cell": sign * g2_2cell + 0.0,
        "bic": measures.bic(g2_2cell, c + d),
        "ell": measures.ell(a, b, c, d),
        "phi": measures.phi(two) + 0.0,
        "kld": keyness_kld(a, b, c, d),
        "simple_maths": measures.simple_maths(a, b, c, d, constant=k),
        "flag": flags(pair, ratio.zero_adjusted),
    }
    order = measures.order_by(contrast.vocabulary.ranks[pair.places], z, a + b)
    table = pd.DataFrame(values, columns=COLUMNS).iloc[order].reset_index(drop=True)
    settings = contrast.settings | {
        "k": k, "min_count": min_count, "min_range": min_range, "alpha0": alpha0, "confidence": confidence,
        "ci": ci, "n_replicates": n_replicates, "random_state": random_state,
        "prior": prior if isinstance(prior, str) else "background",
    }  # fmt: skip
    inputs = dict(contrast.inputs)
    if isinstance(prior, DocumentTermMatrix):
        inputs["prior"] = prior.fingerprint
    stamp(table, "effect_sizes", inputs=inputs, **settings)
    table.attrs["textkit"] |= {"unit": "token" if ci is None else unit, **options.of_prior}
    return table
