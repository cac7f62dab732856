"""How the rate of each word depends on facts about the documents: one regression a word."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array
from scipy.special import stdtrit
from threadpoolctl import threadpool_limits

from textkit import measures
from textkit.errors import ArgumentError, EmptyError, TextkitWarning, check_choice, check_float, check_int, check_type
from textkit.formulas import Design, check_rank, design
from textkit.matrix import DocumentTermMatrix
from textkit.measures import LN2, Floats, glm
from textkit.measures.resampling import few_units
from textkit.progress import track
from textkit.provenance import stamp
from textkit.selection import groups

COLUMNS = [
    "term", "coefficient", "count", "docs", "estimate", "se", "ci_low", "ci_high", "score", "p_value", "q_value",
    "dispersion", "flag",
]  # fmt: skip

FAMILIES = ("quasipoisson", "negative_binomial")
ERRORS = ("hc1", "model")

_CELLS = 4_000_000  # values of a block: words times documents (or distinct rows of the design)


def keyness_regression(
    dtm: DocumentTermMatrix,
    formula: str,
    *,
    family: str = "quasipoisson",
    errors: str = "hc1",
    cluster: str | None = None,
    adjust: str = "bh",
    min_count: int = 5,
    min_range: int = 3,
    confidence: float = 0.95,
) -> pd.DataFrame:
    r"""Fit one regression a word: keyness with covariates.

    ``E(y_dw) = n_d exp(z_d beta_w)``: y the occurrences of the word in document d, n the tokens of the document, z the
    columns that the formula makes of ``dtm.docs``. With ``"town"`` this is the comparison of towns; with
    ``"town + year"`` that of towns in the same year; with ``"town * year"`` towns may change differently. A coefficient
    is the difference of ``log2`` rates for one unit of its column, all else equal.

    - ``quasipoisson``: Poisson estimates, variance ``phi mu`` (McCullagh & Nelder 1989). ``dispersion`` is phi.
    - ``negative_binomial``: variance ``mu + alpha mu^2``, alpha by moments (Breslow 1984). ``dispersion`` is alpha.
      Long documents weigh less than with quasi-Poisson.

    Standard errors: ``hc1`` takes the spread of the documents as it is (White 1980, with the factor D / (D - p));
    ``cluster="author"`` lets documents of one author be alike (Liang & Zeger 1986); ``model`` believes the family.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts of all words: n is the row sum of this matrix.
    formula : str
        Right side in the notation of R, read with the library formulaic: columns of ``dtm.docs``, ``+``, ``:``, ``*``,
        ``0 +`` for no intercept, and ``log, log2, exp, center, scale, poly, bs, cr, C(...)``. Text is a category, its
        first value the baseline; ``C(town, contr.treatment("b"))`` names another.
    family : {"quasipoisson", "negative_binomial"}
    errors : {"hc1", "model"}
    cluster : str, optional
        Column of ``dtm.docs``: documents with one value are one cluster. Only for ``quasipoisson`` with ``hc1``.
    adjust : {"bh", "holm", "bonferroni", "by", "none"}
        For ``q_value``, over all words of one coefficient.
    min_count, min_range : int, default 5 and 3
        Fewest occurrences, and fewest documents that have the word.
    confidence : float, default 0.95

    Returns
    -------
    DataFrame
        ``term``; ``coefficient`` (as formulaic names it: ``town[T.b]``, ``year``, ``town[T.b]:year``; the intercept is
        left out); ``count``, ``docs`` (occurrences and documents in the regression); ``estimate``, ``se``, ``ci_low``,
        ``ci_high`` (bits); ``score`` (t, estimate over se); ``p_value`` (two-sided, Student's t with documents less
        coefficients degrees of freedom, with ``cluster`` clusters less one); ``q_value``; ``dispersion``; ``flag``:
        ``separated`` (a category lacks the word: the estimate is infinite, and there is no standard error) or
        ``not_converged`` (NaN). Coefficients in the order of the formula, within one by falling score, count, code
        points, infinite estimates last.

    Raises
    ------
    ArgumentError
        Weights instead of counts; a formula that cannot be read, calls something else than the functions above, or has
        columns that follow from each other; as many coefficients as documents; fewer than two clusters.
    UnknownNameError
        A column that is not there.
    EmptyError
        No word passes the filters, or no document has all values.

    Warns
    -----
    TextkitWarning
        Documents without tokens or without a value in a column of the formula, which are left out; fewer than 10
        documents (or clusters).

    Notes
    -----
    These are Wald tests: for bursty words and few documents they are too ready to reject (on simulated nulls of 80
    documents the share of p < .05 is about .08), and for a word that one group lacks they do not exist. For two groups
    without covariates `keyness` with ``measure="robust"`` is better on both counts. p is per document (or cluster),
    never per token.

    Examples
    --------
    >>> docs = pd.DataFrame({"town": list("aaabbb")}, index=[f"d{i}" for i in range(6)])
    >>> counts = [[4, 96], [5, 95], [6, 94], [9, 91], [10, 90], [11, 89]]
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", TextkitWarning)
    ...     table = keyness_regression(DocumentTermMatrix(counts, ["网格", "其他"], docs), "town")
    >>> table[["term", "coefficient", "estimate", "se", "score"]].round(3)
      term coefficient  estimate     se  score
    0   网格   town[T.b]     1.000  0.186  5.369
    1   其他   town[T.b]    -0.078  0.013 -6.119
    """
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with count(tokens).")
    measures.check_counts(dtm.weighting, "keyness_regression")
    check_choice("family", family, FAMILIES)
    check_choice("errors", errors, ERRORS)
    check_choice("adjust", adjust, measures.ADJUSTMENTS)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    check_int("min_count", min_count, minimum=1)
    check_int("min_range", min_range, minimum=1)
    if cluster is not None and (family != "quasipoisson" or errors != "hc1"):
        raise ArgumentError(
            f"cluster={cluster!r} goes with family='quasipoisson' and errors='hc1' only, got {family!r} and {errors!r}."
        )
    filled = np.flatnonzero(dtm.lengths > 0)
    if not len(filled):
        raise EmptyError("dtm has no document with tokens. Loosen the filters before count.")
    made = design(dtm._docs.iloc[filled], formula, depth=1)
    rows = filled[made.rows]
    codes, n_left_out = None, len(dtm) - len(filled)
    if cluster is not None:
        codes = groups(dtm._docs, cluster)[0][rows]
        known = codes >= 0
        n_left_out += int((~known).sum())
        rows, codes = rows[known], codes[known]
        made = replace(made, matrix=made.matrix[known], rows=made.rows[known])
    check_rank(made)
    n_clusters = len(rows) if codes is None else len(np.unique(codes))
    if n_clusters < 2:
        raise ArgumentError(f"cluster={cluster!r} has one value only among the {len(rows):,} documents.")
    counts = csr_array(dtm.matrix[rows])
    present = np.asarray((counts > 0).sum(axis=0)).ravel()
    total = np.asarray(counts.sum(axis=0)).ravel()
    places = np.flatnonzero((total >= min_count) & (present >= min_range))
    if not len(places):
        raise EmptyError(
            f"no term of {dtm.shape[1]:,} occurs {min_count} times and in {min_range} of the {len(rows):,} documents. "
            "Lower min_count or min_range."
        )
    for note in _notes(n_left_out, n_clusters, cluster):
        warnings.warn(note, TextkitWarning, stacklevel=2)
    with threadpool_limits(limits=1):  # sums over several threads differ in the last digits
        fit = _fit(counts[:, places], dtm.lengths[rows].astype(np.float64), made, codes, family, errors)
    df = (len(rows) - made.matrix.shape[1]) if codes is None else n_clusters - 1
    parts = [
        _rows(dtm, places, total, present, fit, place, name, df, adjust, confidence)
        for place, name in enumerate(made.names)
        if name != "Intercept"
    ]
    if not parts:
        raise ArgumentError(f"formula={formula!r} makes nothing but an intercept. Name a column, such as 'town'.")
    table = pd.concat(parts, ignore_index=True)
    settings = {
        "formula": formula, "design": made.formula, "family": family, "errors": errors, "cluster": cluster,
        "adjust": adjust, "min_count": min_count, "min_range": min_range, "confidence": confidence,
        "n_docs": len(rows), "df": df,
    }  # fmt: skip
    stamp(table, "keyness_regression", inputs={"dtm": dtm.fingerprint}, **settings)
    table.attrs["textkit"] |= {"unit": "document" if cluster is None else str(cluster)}
    return table


def _notes(n_left_out: int, n_clusters: int, cluster: str | None) -> list[str]:
    """Return what to say beside what `design` says about documents without values."""
    notes = []
    if n_left_out:
        one = n_left_out == 1
        why = "tokens" if cluster is None else f"tokens or without a value in {cluster!r}"
        notes.append(f"{n_left_out:,} document{'' if one else 's'} without {why} {'is' if one else 'are'} left out.")
    few = few_units(n_clusters, "document" if cluster is None else "cluster")
    return [*notes, few] if few else notes


def _fit(
    counts: csr_array, sizes: Floats, made: Design, codes: NDArray[np.intp] | None, family: str, errors: str
) -> glm.Fit:
    """Fit all words, in blocks; on columns that are orthogonal, so that a year like 2019 costs no digits."""
    q, r = np.linalg.qr(made.matrix)
    scale = np.sqrt(len(sizes))
    back = np.linalg.inv(r) * scale
    z = q * scale
    distinct, where = np.unique(made.matrix, axis=0, return_inverse=True)
    of_row = np.zeros((len(distinct), z.shape[1]))
    of_row[where.ravel()] = z
    by_word = csc_array(counts.astype(np.float64))
    width = len(sizes) if family != "quasipoisson" or codes is not None else len(distinct)
    step = max(_CELLS // width, 1)
    fits = []
    for first in track(range(0, by_word.shape[1], step), "regression"):
        block = csr_array(by_word[:, first : first + step])
        if family == "negative_binomial":
            fits.append(glm.negative_binomial(block.toarray().T, sizes, z, errors=errors))
            continue
        fit = glm.quasi_poisson(_sums(block, sizes, where.ravel(), len(distinct)), of_row, errors=errors)
        if codes is not None:
            order = np.argsort(codes, kind="stable")
            starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
            bread = glm.poisson_bread(fit.beta, sizes, z)
            covariance = glm.clustered(fit, block.toarray().T[:, order], sizes[order], z[order], starts, bread)
            fit = fit._replace(covariance=covariance)
        fits.append(fit)
    whole = glm.Fit(*(np.concatenate([fit[i] for fit in fits]) for i in range(5)))
    rows_of = made.matrix if family == "negative_binomial" else distinct
    beta, endless = whole.beta @ back.T, _endless(rows_of, whole.vanished)
    # of an endless coefficient only the direction is known, and it has no error
    covariance = back @ whole.covariance @ back.T
    return whole._replace(beta=np.where(endless, np.where(beta > 0, np.inf, -np.inf), beta), covariance=covariance)


def _endless(matrix: Floats, vanished: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which coefficients cannot be told from the rows whose rate does not go to 0."""
    endless = np.zeros((len(vanished), matrix.shape[1]), dtype=np.bool_)
    words = np.flatnonzero(vanished.any(axis=1))
    patterns, which = np.unique(vanished[words], axis=0, return_inverse=True)
    for place, gone in enumerate(patterns):
        left = matrix[~gone]
        scaled = left / np.maximum(np.abs(left).max(axis=0, initial=0.0), 1e-300)
        known = np.linalg.pinv(scaled) @ scaled  # a coefficient is known if its unit vector lies in the rows' span
        unknown = np.abs(known - np.eye(matrix.shape[1])).max(axis=0) > 1e-8
        endless[words[which.ravel() == place]] = unknown
    return endless


def _sums(block: csr_array, sizes: Floats, where: NDArray[np.intp], n_rows: int) -> glm.GroupSums:
    """Add the documents with the same row of the design up, words x rows."""
    d = len(sizes)
    adder = csr_array((np.ones(d), (where, np.arange(d))), shape=(n_rows, d))
    owner = np.repeat(np.arange(d), np.diff(block.indptr))
    y, n = block.data, sizes[owner]

    def added(values: Floats) -> Floats:
        same = csr_array((values, block.indices, block.indptr), shape=block.shape)
        return np.asarray((adder @ same).toarray().T)

    size, square = np.asarray(adder @ sizes), np.asarray(adder @ sizes**2)
    return glm.GroupSums(added(y), added(y**2), added(y * n), added(y**2 / n), size, square, d)


def _rows(
    dtm: DocumentTermMatrix,
    places: NDArray[np.intp],
    total: NDArray[Any],
    present: NDArray[Any],
    fit: glm.Fit,
    place: int,
    name: str,
    df: int,
    adjust: str,
    confidence: float,
) -> pd.DataFrame:
    """Return the rows of one coefficient."""
    estimate = fit.beta[:, place] / LN2
    variance = fit.covariance[:, place, place]
    known = fit.converged & np.isfinite(estimate)
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.where(known & (variance > 0), np.sqrt(np.maximum(variance, 0.0)) / LN2, np.nan)
        score = estimate / se
    estimate = np.where(fit.converged, estimate, np.nan)
    half = float(stdtrit(df, 0.5 + confidence / 2)) * se
    p = measures.student_p(score, float(df))
    with np.errstate(invalid="ignore"):
        values = {
            "term": [dtm.vocabulary[int(i)] for i in places],
            "coefficient": name,
            "count": total[places].astype(np.int64),
            "docs": present[places].astype(np.int64),
            "estimate": estimate,
            "se": se,
            "ci_low": estimate - half,
            "ci_high": estimate + half,
            "score": score,
            "p_value": p,
            "q_value": measures.adjust_p(p, adjust),
            "dispersion": fit.dispersion,
            "flag": np.where(~fit.converged, "not_converged", np.where(np.isinf(estimate), "separated", "")),
        }
    order = measures.order_by(dtm.vocabulary.ranks[places], score, total[places])
    return pd.DataFrame(values, columns=COLUMNS).iloc[order]
