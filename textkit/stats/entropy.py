"""How uncertain the next word of a text is, and how much one text tells about another."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit import measures
from textkit.errors import ArgumentError, EmptyError, TextkitWarning, check_choice, check_float, check_int, check_type
from textkit.matrix import DocumentTermMatrix, count
from textkit.measures import Floats, resampling
from textkit.measures import entropy as formulas
from textkit.progress import track
from textkit.provenance import stamp
from textkit.selection import groups
from textkit.tokens import Tokens

COLUMNS = [
    "group", "n_tokens", "n_types", "entropy", "miller_madow", "chao_shen", "normalised", "perplexity", "coverage",
    "ci_low", "ci_high",
]  # fmt: skip
DIVERGENCE_COLUMNS = ["p", "q", "divergence", "n_missing", "missing_share"]

MEASURES = ("entropy", "miller_madow", "chao_shen", "normalised", "perplexity")
UNITS = ("document", "paragraph", "sentence")

_CELLS = 2_000_000  # bootstrap samples times terms at a time
_GROUPS = 2_000  # more would make a table of over four million pairs


def entropy(
    data: DocumentTermMatrix | Tokens,
    *,
    by: str | None = "doc",
    measure: str = "entropy",
    ci: str | None = None,
    unit: str = "document",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    r"""Give the entropy of the words of each document or group, in bits.

    A text of N tokens and V types, of which V1 occur once, has the shares p = f / N.

    - ``entropy = -sum p log2 p`` (Shannon 1948), ``perplexity = 2^entropy``, ``normalised = entropy / log2 V`` (0 for
      V = 1).
    - ``miller_madow = entropy + (V - 1) / 2N`` nats (Miller 1955).
    - ``chao_shen = -sum q log2 q / (1 - (1 - q)^N)`` with ``q = C p`` and ``coverage = C = 1 - V1 / N`` (Chao & Shen
      2003); NaN where every type occurs once.

    Parameters
    ----------
    data : DocumentTermMatrix or Tokens
        Counts, or the tokens to be counted. For the entropy of characters segment with ``Characters()``.
    by : str or None, default "doc"
        One row for each document, for each value of a column of ``docs``, or with None one row for all. If ``docs`` has
        a column ``doc`` (a matrix of paragraphs), its values are the documents.
    measure : {"entropy", "miller_madow", "chao_shen", "normalised", "perplexity"}
        The column that gets the interval.
    ci : {None, "bootstrap"}
        Resample the units of each group.
    unit : {"document", "paragraph", "sentence"}
        What is resampled. A document of its own (``by="doc"``) needs a smaller unit, and that needs Tokens.
    n_replicates : int, default 2000
    confidence : float, default 0.95
    random_state : int, default 0

    Returns
    -------
    DataFrame
        ``group`` (the document, the value of the column, or ``"all"``), ``n_tokens``, ``n_types``, ``entropy``,
        ``miller_madow``, ``chao_shen``, ``normalised``, ``perplexity``, ``coverage``, ``ci_low``, ``ci_high``.
        Documents in their order, values of a column in sorted order. A group without tokens is NaN.

    Raises
    ------
    ArgumentError
        Weights instead of counts, or a unit that is not smaller than the group.
    UnknownNameError
        No such column or measure.

    Warns
    -----
    TextkitWarning
        Groups without tokens; documents without a value in the column; too few units for an interval.

    Notes
    -----
    ``entropy`` **grows with the length of the text**, since rare words are missing from a short one: compare texts of
    unequal length by ``chao_shen`` or by samples of one length, and only with the same segmenter. The corrections
    mend only part of it where ``coverage`` is low. A resample repeats words, and so errs in the same direction as the
    text itself. The interval takes that off: the quantiles of (resample less text) are subtracted from the number,
    where "text" is the uncorrected entropy of the text, the truth from which resamples are drawn (the basic bootstrap,
    Davison & Hinkley 1997, chapter 5). An uncorrected number therefore need not lie inside its own interval.

    Examples
    --------
    >>> table = entropy(DocumentTermMatrix([[8, 4, 2, 2], [4, 0, 0, 0]], ["的", "工作", "网格", "信访"]))
    >>> table[["group", "n_tokens", "n_types", "entropy", "miller_madow", "normalised"]].round(3)
      group  n_tokens  n_types  entropy  miller_madow  normalised
    0  doc1        16        4     1.75         1.885       0.875
    1  doc2         4        1     0.00         0.000       0.000
    """
    check_type("data", data, (DocumentTermMatrix, Tokens), hint="Give tokens, or count(tokens).")
    check_choice("measure", measure, MEASURES)
    check_choice("unit", unit, UNITS)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    n_replicates = check_int("n_replicates", n_replicates, minimum=1)
    random_state = check_int("random_state", random_state, minimum=0)
    _check_interval(data, by, ci, unit)
    dtm = count(data) if isinstance(data, Tokens) else data
    measures.check_counts(dtm.weighting, "entropy")
    codes, values = _groups(dtm, by)
    merged = _merged(dtm, codes, len(values))
    found = formulas.entropies(merged.data, merged.indptr)
    _warn_empty(found.n_tokens)
    low, high = np.full(len(values), np.nan), np.full(len(values), np.nan)
    if ci is not None:
        low, high = _bootstrap(data, codes, values, unit, measure, found, n_replicates, confidence, random_state)
    table = pd.DataFrame(
        {
            "group": pd.Index(values),
            "n_tokens": found.n_tokens.astype(np.int64),
            "n_types": found.n_types.astype(np.int64),
            **{name: getattr(found, name) for name in COLUMNS[3:-2]},
            "ci_low": low,
            "ci_high": high,
        },
        columns=COLUMNS,
    )
    stamp(
        table, "entropy", inputs={"data": data.fingerprint}, by=by, measure=measure, ci=ci, unit=unit,
        n_replicates=n_replicates, confidence=confidence, random_state=random_state,
    )  # fmt: skip
    table.attrs["textkit"]["unit"] = None if ci is None else unit
    return table


def kl_divergence(dtm: DocumentTermMatrix, *, by: str = "doc", smoothing: float = 0.0) -> pd.DataFrame:
    r"""Give the relative entropy of every ordered pair of documents or groups, in bits.

    ``D(p || q) = sum p log2(p / q)`` (Kullback & Leibler 1951): how many bits a token of p costs more in the code of q
    than in its own. With smoothing a, ``p = (f + a) / (N + a V)`` over all V terms of the matrix, likewise q.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts.
    by : str, default "doc"
        Documents, or a column of ``dtm.docs``; documents without a value are left out.
    smoothing : float, default 0
        Added to each count. Nothing is added unless asked for, and the number depends on it.

    Returns
    -------
    DataFrame
        ``p``, ``q``, ``divergence`` (bits; inf if p has a term that q lacks, unless smoothed), ``n_missing`` (terms of
        p that q lacks), ``missing_share`` (of the tokens of p). By falling divergence, then in the order of the groups.
        NaN where one of both has no tokens.

    Raises
    ------
    ArgumentError
        Weights instead of counts, or more than 2,000 groups.
    EmptyError
        Fewer than two groups.

    Warns
    -----
    TextkitWarning
        Groups without tokens.

    Notes
    -----
    Not a distance: D(p || q) is not D(q || p). Between real texts it is almost always inf without smoothing; the
    Jensen-Shannon distance of `textkit.similarity` always exists.

    Examples
    --------
    >>> kl_divergence(DocumentTermMatrix([[2, 2, 0], [1, 2, 1]], ["甲", "乙", "丙"])).round(3)
          p     q  divergence  n_missing  missing_share
    0  doc2  doc1         inf          1           0.25
    1  doc1  doc2         0.5          0           0.00
    """
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with count(tokens).")
    measures.check_counts(dtm.weighting, "kl_divergence")
    check_float("smoothing", smoothing, minimum=0)
    codes, values = _groups(dtm, by)
    n = len(values)
    if n < 2:
        raise EmptyError(f"a divergence needs two groups, but by={by!r} gives {n}.")
    if n > _GROUPS:
        raise ArgumentError(
            f"by={by!r} gives {n:,} groups; pairs of at most {_GROUPS:,} are compared. Merge some first."
        )
    counts = _merged(dtm, codes, n)
    _warn_empty(np.asarray(counts.sum(axis=1)).ravel())
    divergence, missing, share = _divergences(counts, smoothing)
    first, second = np.divmod(np.arange(n * n), n)
    pairs = np.flatnonzero(first != second)
    keys = divergence.ravel()[pairs]
    order = pairs[np.lexsort((second[pairs], first[pairs], -keys))]  # NaN stand last
    names = pd.Index(values)
    table = pd.DataFrame(
        {
            "p": names.take(first[order]),
            "q": names.take(second[order]),
            "divergence": divergence.ravel()[order],
            "n_missing": missing.ravel()[order],
            "missing_share": share.ravel()[order],
        },
        columns=DIVERGENCE_COLUMNS,
    )
    return stamp(table, "kl_divergence", inputs={"dtm": dtm.fingerprint}, by=by, smoothing=smoothing)


# ---------------------------------------------------------------------------------------------------------------
# Kernels


def _divergences(counts: csr_array, smoothing: float) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Return divergence, missing terms and their share of the tokens, for all pairs of rows."""
    n_terms = counts.shape[1]
    row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    sizes = np.bincount(row, weights=counts.data, minlength=counts.shape[0])
    there = csr_array((np.ones(len(row)), counts.indices, counts.indptr), shape=counts.shape)
    common = (there @ there.T).toarray()
    missing = np.rint(np.diff(counts.indptr)[:, None] - common).astype(np.int64)
    x = csr_array((counts.data.astype(np.float64), counts.indices, counts.indptr), shape=counts.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(missing > 0, 1.0 - (x @ there.T).toarray() / sizes[:, None], 0.0 * sizes[:, None])
        total = sizes + smoothing * n_terms
        # sum p log q = log q of what q lacks, plus what the terms that it has are above that
        base = np.log2(smoothing / total) if smoothing else np.zeros(len(sizes))
        above = np.log2((counts.data + smoothing) / total[row]) - base[row]
        logs = csr_array((above, counts.indices, counts.indptr), shape=counts.shape)
        cross = (x @ logs.T).toarray() + smoothing * np.bincount(row, weights=above, minlength=len(sizes))
        cross = cross / total[:, None] + base
        divergence = np.maximum(np.diagonal(cross)[:, None] - cross, 0.0)
    if not smoothing:
        divergence[missing > 0] = np.inf
    empty = sizes == 0
    divergence[empty, :] = divergence[:, empty] = np.nan
    share[empty, :] = np.nan
    return divergence, missing, share


def _bootstrap(
    data: DocumentTermMatrix | Tokens,
    codes: NDArray[np.intp],
    values: list[Any],
    unit: str,
    measure: str,
    found: formulas.Entropy,
    n_replicates: int,
    confidence: float,
    random_state: int,
) -> tuple[Floats, Floats]:
    """Return both ends of the interval of each group; its units are drawn with replacement."""
    dtm, owner = _units(data, codes, unit)
    estimate = getattr(found, measure)
    truth = found.entropy if measure in ("miller_madow", "chao_shen") else estimate
    low, high = np.full(len(values), np.nan), np.full(len(values), np.nan)
    filled = np.flatnonzero(found.n_tokens > 0)
    members = [np.flatnonzero(owner == g) for g in range(len(values))]
    fewest = min((len(members[g]) for g in filled), default=0)
    message = resampling.few_units(fewest, unit) if len(filled) else None
    if message is not None:
        lead = "" if len(values) == 1 else "in the group with the fewest: "
        warnings.warn(lead + message, TextkitWarning, stacklevel=4)
    streams = np.random.default_rng(random_state).spawn(len(values))
    for g in track(filled.tolist(), "bootstrap"):
        part = dtm.matrix[members[g]]
        present = np.unique(part.indices)
        by_term = part[:, present].T.astype(np.float64).tocsr()
        block = max(1, min(100, _CELLS // max(len(present), 1)))
        samples = []
        for drawn in resampling.resamples(len(members[g]), n_replicates, streams[g], block=block):
            counts = (by_term @ drawn.T.astype(np.float64)).T
            samples.append(getattr(formulas.entropies(counts, chao_shen=measure == "chao_shen"), measure))
        reflected = estimate[g] + truth[g] - np.concatenate(samples)
        low[g], high[g] = resampling.percentile_interval(reflected, confidence)
    top = 1.0 if measure == "normalised" else np.inf
    bottom = 1.0 if measure == "perplexity" else 0.0
    return np.clip(low, bottom, top), np.clip(high, bottom, top)


def _units(
    data: DocumentTermMatrix | Tokens, codes: NDArray[np.intp], unit: str
) -> tuple[DocumentTermMatrix, NDArray[np.intp]]:
    """Return the counts of the units that have tokens, and the group of each."""
    if unit == "document":
        dtm = count(data) if isinstance(data, Tokens) else data
        owner = codes
    else:
        assert isinstance(data, Tokens)  # checked before anything was computed
        dtm = count(data.split(unit))
        group_of = dict(zip(data.corpus.names, codes.tolist(), strict=True))
        owner = np.array([group_of[name.rsplit("#", 1)[0]] for name in dtm.names], dtype=np.intp)
    return dtm, np.where(np.asarray(dtm.lengths) > 0, owner, -1)


# ---------------------------------------------------------------------------------------------------------------
# Around the kernels


def _check_interval(data: DocumentTermMatrix | Tokens, by: str | None, ci: str | None, unit: str) -> None:
    if ci is None:
        return
    check_choice("ci", ci, ("bootstrap",))
    if by == "doc" and unit == "document" and "doc" not in _docs(data).columns:
        raise ArgumentError(
            'ci="bootstrap" with by="doc" needs units smaller than a document: give tokens and unit="sentence" or '
            '"paragraph".'
        )
    if unit != "document" and isinstance(data, DocumentTermMatrix):
        raise ArgumentError(f"unit={unit!r} needs the texts, which a matrix does not hold. Give it tokens.")


def _docs(data: DocumentTermMatrix | Tokens) -> pd.DataFrame:
    return data.corpus._docs if isinstance(data, Tokens) else data._docs


def _groups(dtm: DocumentTermMatrix, by: str | None) -> tuple[NDArray[np.intp], list[Any]]:
    """Return the group of each document, -1 for none, and what the groups are called."""
    if by is None:
        return np.zeros(len(dtm), dtype=np.intp), ["all"]
    if by == "doc" and "doc" not in dtm._docs.columns:  # the order of the documents, not of their names
        return np.arange(len(dtm), dtype=np.intp), list(dtm.names)
    codes, values = groups(dtm._docs, by)
    n = int((codes < 0).sum())
    if n:
        warnings.warn(
            f"{n:,} document{' has' if n == 1 else 's have'} no value in {by!r} and {'is' if n == 1 else 'are'} in no "
            "group.",
            TextkitWarning,
            stacklevel=3,
        )
    return codes, values


def _merged(dtm: DocumentTermMatrix, codes: NDArray[np.intp], n: int) -> csr_array:
    """Return one row of counts for each group, without stored zeros."""
    matrix = dtm.matrix
    if not np.array_equal(codes, np.arange(len(dtm))):
        known = np.flatnonzero(codes >= 0)
        ones = np.ones(len(known), dtype=matrix.dtype)
        matrix = csr_array((ones, (codes[known], known)), shape=(n, len(dtm))) @ matrix
    if not matrix.data.all():
        matrix = matrix.copy()
        matrix.eliminate_zeros()
    return matrix


def _warn_empty(n_tokens: NDArray[Any]) -> None:
    n = int((n_tokens == 0).sum())
    if n:
        warnings.warn(
            f"{n:,} of {len(n_tokens):,} groups {'has' if n == 1 else 'have'} no tokens: NaN.",
            TextkitWarning,
            stacklevel=3,
        )
