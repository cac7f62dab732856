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
from textkit.selection import By, groups
from textkit.tokens import Tokens

COLUMNS = [
    "group", "n_tokens", "n_types", "entropy", "miller_madow", "chao_shen", "normalised", "perplexity", "coverage",
    "ci_low", "ci_high",
]  # fmt: skip
DIVERGENCE_COLUMNS = ["p", "q", "divergence", "ci_low", "ci_high", "n_missing", "missing_share"]

MEASURES = ("entropy", "miller_madow", "chao_shen", "normalised", "perplexity")
UNITS = ("document", "paragraph", "sentence")

_CELLS = 2_000_000  # bootstrap samples times terms at a time
_DRAWN_CELLS = 10_000_000  # the same for the resamples of all groups
_GROUPS = 2_000  # more would make a table of over four million pairs
_RESAMPLED_GROUPS = 100  # 9,900 pairs with intervals: some minutes


def entropy(
    data: DocumentTermMatrix | Tokens,
    *,
    by: By | None = "doc",
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


def kl_divergence(
    dtm: DocumentTermMatrix | Tokens,
    *,
    by: By = "doc",
    smoothing: float = 0.0,
    ci: str | None = None,
    unit: str = "document",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
    progress: bool | None = None,
) -> pd.DataFrame:
    r"""Give the relative entropy of every ordered pair of documents or groups, in bits.

    ``D(p || q) = sum p log2(p / q)`` (Kullback & Leibler 1951): how many bits a token of p costs more in the code of q
    than in its own. With smoothing a, ``p = (f + a) / (N + a V)`` over all V terms of the matrix, likewise q.

    Parameters
    ----------
    dtm : DocumentTermMatrix or Tokens
        Counts, or the tokens to be counted.
    by : str, default "doc"
        Documents, or a column of ``docs``; documents without a value are left out.
    smoothing : float, default 0
        Added to each count. Nothing is added unless asked for, and the number depends on it.
    ci : {None, "bootstrap"}
        Resample the units of each group (at most 100 groups). Give some smoothing with it.
    unit : {"document", "paragraph", "sentence"}
        What is resampled. Documents of their own (``by="doc"``) need a smaller unit, and that needs Tokens.
    n_replicates : int, default 2000
    confidence : float, default 0.95
    random_state : int, default 0
    progress : bool, optional
        Show a bar; by default where somebody can see it and the work takes over a second.

    Returns
    -------
    DataFrame
        ``p``, ``q``, ``divergence`` (bits; inf if p has a term that q lacks, unless smoothed), ``ci_low``, ``ci_high``
        (NaN if not asked for), ``n_missing`` (terms of p that q lacks), ``missing_share`` (of the tokens of p). By
        falling divergence, then in the order of the groups. NaN where one of both has no tokens.

    Raises
    ------
    ArgumentError
        Weights instead of counts, or more than 2,000 groups (100 with intervals); a unit that is not smaller than the
        group.
    EmptyError
        Fewer than two groups.

    Warns
    -----
    TextkitWarning
        Groups without tokens; too few units for an interval; intervals that do not exist, since a resample lacks a
        term.

    Notes
    -----
    Not a distance: D(p || q) is not D(q || p). Between real texts it is almost always inf without smoothing; the
    Jensen-Shannon distance of `textkit.similarity` always exists. The words that make it are found by
    `textkit.kl_terms`.

    The divergence **falls as texts get longer**: in short ones many words are missing by chance. In a resample more
    are missing, so that the percentile interval would lie far above the number itself. The interval is therefore
    shifted, on the log scale, by the mean bias of the resamples (as in `textkit.lexical_diversity`), and says where
    the number would lie for other texts **of the same amount**; it takes nothing off the excess. On simulated texts
    95 % intervals hold that value in 94 to 100 % of cases. Compare only divergences of texts of about one length, with
    the same smoothing and vocabulary.

    Examples
    --------
    >>> table = kl_divergence(DocumentTermMatrix([[2, 2, 0], [1, 2, 1]], ["甲", "乙", "丙"]))
    >>> table[["p", "q", "divergence", "n_missing", "missing_share"]].round(3)
          p     q  divergence  n_missing  missing_share
    0  doc2  doc1         inf          1           0.25
    1  doc1  doc2         0.5          0           0.00
    """
    check_type("dtm", dtm, (DocumentTermMatrix, Tokens), hint="Make one with count(tokens).")
    check_float("smoothing", smoothing, minimum=0)
    check_choice("unit", unit, UNITS)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    n_replicates = check_int("n_replicates", n_replicates, minimum=1)
    random_state = check_int("random_state", random_state, minimum=0)
    _check_interval(dtm, by, ci, unit)
    data = dtm
    dtm = count(data) if isinstance(data, Tokens) else data
    measures.check_counts(dtm.weighting, "kl_divergence")
    codes, values = _groups(dtm, by)
    n = len(values)
    if n < 2:
        raise EmptyError(f"a divergence needs two groups, but by={by!r} gives {n}.")
    if n > _GROUPS:
        raise ArgumentError(
            f"by={by!r} gives {n:,} groups; pairs of at most {_GROUPS:,} are compared. Merge some first."
        )
    if ci is not None and n > _RESAMPLED_GROUPS:
        raise ArgumentError(
            f"by={by!r} gives {n:,} groups, too many for intervals: at most {_RESAMPLED_GROUPS}. Merge or choose some "
            "first, or leave ci out."
        )
    counts = _merged(dtm, codes, n)
    _warn_empty(np.asarray(counts.sum(axis=1)).ravel())
    divergence, missing, share = _divergences(counts, smoothing)
    low, high = np.full((n, n), np.nan), np.full((n, n), np.nan)
    if ci is not None:
        units = _units(data, codes, unit)
        values_of = _resampled_divergences(units, n, smoothing, unit, n_replicates, random_state, progress)
        low, high = _divergence_interval(values_of, divergence, confidence)
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
            "ci_low": low.ravel()[order],
            "ci_high": high.ravel()[order],
            "n_missing": missing.ravel()[order],
            "missing_share": share.ravel()[order],
        },
        columns=DIVERGENCE_COLUMNS,
    )
    stamp(
        table, "kl_divergence", inputs={"dtm": data.fingerprint}, by=by, smoothing=smoothing, ci=ci, unit=unit,
        n_replicates=n_replicates, confidence=confidence, random_state=random_state,
    )  # fmt: skip
    table.attrs["textkit"]["unit"] = None if ci is None else unit
    return table


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


def _resampled_divergences(
    units: tuple[DocumentTermMatrix, NDArray[np.intp]],
    n: int,
    smoothing: float,
    unit: str,
    n_replicates: int,
    random_state: int,
    progress: bool | None,
) -> Floats:
    """Return the divergence of every ordered pair in each resample, (replicates, n, n); NaN for empty groups."""
    dtm, owner = units
    members = [np.flatnonzero(owner == g) for g in range(n)]
    filled = [g for g in range(n) if len(members[g])]
    _warn_few([len(members[g]) for g in filled], n, unit)
    parts = {g: dtm.matrix[members[g]] for g in filled}
    terms = {g: np.unique(part.indices) for g, part in parts.items()}
    by_term = {g: parts[g][:, terms[g]].T.astype(np.float64).tocsr() for g in filled}
    n_terms = dtm.shape[1]
    block = max(1, min(100, _DRAWN_CELLS // max(n_terms * len(filled), 1)))
    streams = np.random.default_rng(random_state).spawn(n)
    draws = [resampling.resamples(len(members[g]), n_replicates, streams[g], block=block) for g in filled]
    found = np.full((n_replicates, n, n), np.nan)
    first = 0
    for drawn in track(zip(*draws, strict=True), "bootstrap", total=-(-n_replicates // block), show=progress):
        counts = {g: by_term[g] @ times.T.astype(np.float64) for g, times in zip(filled, drawn, strict=True)}
        part = slice(first, first + len(drawn[0]) if drawn else first)
        first = part.stop
        _fill_divergences(found[part], counts, terms, n_terms, smoothing)
    return found


def _fill_divergences(
    found: Floats, counts: dict[int, Floats], terms: dict[int, NDArray[Any]], n_terms: int, smoothing: float
) -> None:
    """Work out the divergences of a block of resamples; ``counts`` of a group: its own ``terms`` x resamples."""
    logs, total = {}, {}
    with np.errstate(divide="ignore"):
        for g, x in counts.items():
            total[g] = x.sum(axis=0) + smoothing * n_terms
            logs[g] = np.full((n_terms, x.shape[1]), np.log2(smoothing) if smoothing else -np.inf)
            logs[g][terms[g]] = np.log2(x + smoothing)
            logs[g] -= np.log2(total[g])
    rest = {g: smoothing * log.sum(axis=0) if smoothing else 0.0 for g, log in logs.items()}
    for i, x in counts.items():
        own = None
        for j in (i, *(j for j in counts if j != i)):
            log = logs[j][terms[i]]
            if not smoothing:
                log[x == 0] = 0.0  # no occurrence costs nothing, even where it would cost infinitely much
            bits = np.einsum("vr,vr->r", x, log) + rest[j]
            if own is None:
                own = bits
            else:
                found[:, i, j] = np.maximum((own - bits) / total[i], 0.0)


def _divergence_interval(values: Floats, divergence: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Return the shifted interval of each pair, NaN where it does not exist."""
    exists = np.isfinite(values).all(axis=0) & np.isfinite(divergence) & (divergence > 0)
    exists &= (values > 0).all(axis=0)
    low, high = np.full(divergence.shape, np.nan), np.full(divergence.shape, np.nan)
    low[exists], high[exists] = resampling.shifted_interval(
        values[:, exists], divergence[exists], confidence, log=True
    )  # fmt: skip
    off = ~np.eye(len(divergence), dtype=np.bool_)
    lost = int((np.isinf(values).any(axis=0) & off).sum())
    if lost:
        warnings.warn(
            f"{lost:,} of {int(off.sum()):,} intervals do not exist, since p has terms that q, or a resample of q, "
            "lacks. Give some smoothing, such as smoothing=0.5.",
            TextkitWarning,
            stacklevel=3,
        )
    return low, high


def _warn_few(sizes: list[int], n_groups: int, unit: str) -> None:
    message = resampling.few_units(min(sizes), unit) if sizes else None
    if message is not None:
        lead = "" if n_groups == 1 else "in the group with the fewest: "
        warnings.warn(lead + message, TextkitWarning, stacklevel=4)


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
    _warn_few([len(members[g]) for g in filled], len(values), unit)
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


def _check_interval(data: DocumentTermMatrix | Tokens, by: By | None, ci: str | None, unit: str) -> None:
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


def _groups(dtm: DocumentTermMatrix, by: By | None) -> tuple[NDArray[np.intp], list[Any]]:
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
