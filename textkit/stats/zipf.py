"""Zipf's law and its relatives: how fast the frequency of words falls with their rank."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit import measures
from textkit.errors import ArgumentError, EmptyError, TextkitWarning, check_choice, check_float, check_int, check_type
from textkit.matrix import DocumentTermMatrix, count
from textkit.measures import Floats, power_laws, resampling
from textkit.progress import track
from textkit.provenance import stamp
from textkit.selection import By, groups
from textkit.tokens import Tokens

COLUMNS = [
    "group", "n_tokens", "n_types", "exponent", "se", "ci_low", "ci_high", "log_likelihood", "mandelbrot_exponent",
    "mandelbrot_shift", "mandelbrot_log_likelihood", "ols_slope", "ols_intercept", "tail_exponent", "tail_se",
    "tail_min", "n_tail", "tail_distance", "tail_p",
]  # fmt: skip
POINT_COLUMNS = ["group", "rank", "term", "count", "zipf", "mandelbrot"]
UNITS = ("document", "paragraph", "sentence")


class _Ranked(NamedTuple):
    """Terms of a group by rank, and the frequencies of these ranks."""

    terms: NDArray[np.intp]
    counts: NDArray[np.int64]


def zipf(
    data: DocumentTermMatrix | Tokens,
    *,
    by: By | None = None,
    split: bool = False,
    n_tail_replicates: int = 0,
    ci: str | None = None,
    unit: str = "document",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    r"""Fit Zipf's law and its relatives to the frequencies of words.

    - ``exponent``: s of ``p(r) = r^-s / sum r^-s`` over the ranks 1 ... V, by maximum likelihood (Newton's method);
      ``se = 1 / sqrt(N Var(ln R))``.
    - ``mandelbrot_exponent``, ``mandelbrot_shift``: s and q of ``p(r) = (r + q)^-s / sum (r + q)^-s`` (Mandelbrot
      1953), by maximum likelihood in both.
    - ``ols_slope``, ``ols_intercept``: the line through ln rank and ln frequency. For drawing only: it gives the many
      words that occur once most of the weight, and its errors are not independent.
    - ``tail_exponent``: a of ``P(f) = f^-a / zeta(a, f_min)``, the distribution of the frequencies of at least
      ``tail_min``, which is chosen by the Kolmogorov-Smirnov distance (Clauset, Shalizi & Newman 2009).

    Parameters
    ----------
    data : DocumentTermMatrix or Tokens
        Counts of all words: without stop words the law is another.
    by : str, optional
        Column of ``docs``: one fit for each value, in sorted order; ``"doc"`` for each document, in their order (unless
        ``docs`` has a column of that name, as a matrix of paragraphs has).
    split : bool, default False
        Rank by one random half of the tokens and take frequencies from the other (Piantadosi 2014). Ranks and
        frequencies of one sample share their errors, which makes the fit look better than it is; with ``split`` all
        columns but those of the tail and ``n_tokens``, ``n_types`` are those of the second half.
    n_tail_replicates : int, default 0
        Samples for ``tail_p``; each takes as long as the fit of the tail. 1,000 give p to two digits.
    ci : {None, "bootstrap"}
        Resample the units of each group and give a percentile interval of ``exponent``. The ranks stay those of the
        group: in a resample, which lacks words, they would be others, and the fit another one.
    unit : {"document", "paragraph", "sentence"}
        What is resampled; units smaller than a document need Tokens, and cannot be had with ``split``.
    n_replicates : int, default 2000
    confidence : float, default 0.95
    random_state : int, default 0
        For the halves and the resamples.

    Returns
    -------
    DataFrame
        ``group`` (``"all"`` without ``by``), ``n_tokens``, ``n_types``; ``exponent``, ``se``, ``ci_low``, ``ci_high``,
        ``log_likelihood``; ``mandelbrot_exponent``, ``mandelbrot_shift``, ``mandelbrot_log_likelihood`` (NaN where the
        likelihood has no maximum inside); ``ols_slope``, ``ols_intercept``; ``tail_exponent``, ``tail_se``,
        ``tail_min``, ``n_tail`` (words in the tail), ``tail_distance``, ``tail_p`` (share of samples from the fitted
        law that fit worse; NaN unless asked for). One row a group; NaN where a group has too few types.

    Raises
    ------
    ArgumentError
        Weights instead of counts, or an interval for documents of one unit.
    EmptyError
        No tokens.
    UnknownNameError
        No such column.

    Warns
    -----
    TextkitWarning
        Documents without a value in the column; too few units for an interval.

    Notes
    -----
    ``se`` is **per token**: it takes tokens for independent draws and is far too small for real text; use the
    bootstrap over documents. ``split`` takes off the chance of drawing tokens, not that of drawing documents: a word
    that bursts in one document is common in both halves. Exponents depend on the number of ranks: compare texts of like
    length. That a line fits well by eye says little: compare the log-likelihoods, and read ``tail_p``.

    Examples
    --------
    >>> counts = [[1000, 500, 333, 250, 200, 167, 143, 125, 111, 100, 91, 83, 77, 71, 67, 63, 59, 56, 53, 50]]
    >>> table = zipf(DocumentTermMatrix(counts, [f"w{rank}" for rank in range(1, 21)]))
    >>> table[["group", "n_tokens", "n_types", "exponent", "se", "ols_slope"]].round(4)
      group  n_tokens  n_types  exponent      se  ols_slope
    0   all      3599       20    0.9994  0.0167    -0.9985
    """
    check_choice("unit", unit, UNITS)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    n_tail_replicates = check_int("n_tail_replicates", n_tail_replicates, minimum=0)
    n_replicates = check_int("n_replicates", n_replicates, minimum=1)
    _check_interval(data, by, split, ci, unit)
    dtm, codes, values, rng = _prepared(data, by, split, random_state, "zipf")
    halves, tails, draws = rng.spawn(3)
    used, members = _grouped(dtm, codes, values, split, halves)
    units = None if ci is None else _units(data, used, codes, unit, len(values))
    rows = []
    for g, (value, ranked) in enumerate(
        zip(values, track(_ranked(used, members), "zipf", total=len(values)), strict=True)
    ):
        counts = np.asarray(dtm.matrix[members[g]].sum(axis=0)).ravel()
        tail = power_laws.power_law_tail(counts)
        tail_p = power_laws.power_law_tail_p(counts, tail, n_tail_replicates, tails) if n_tail_replicates else np.nan
        ends = (np.nan, np.nan) if units is None else _interval(ranked, units, g, n_replicates, confidence, draws)
        rows.append(_row(value, counts, ranked, ends, tail, tail_p))
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["group"] = pd.Index(values)
    stamp(
        table, "zipf", inputs={"data": data.fingerprint}, by=by, split=split, n_tail_replicates=n_tail_replicates,
        ci=ci, unit=unit, n_replicates=n_replicates, confidence=confidence, random_state=random_state,
    )  # fmt: skip
    table.attrs["textkit"]["unit"] = {"se": "token", "ci": None if ci is None else unit}
    return table


def zipf_points(
    data: DocumentTermMatrix | Tokens,
    *,
    by: By | None = None,
    split: bool = False,
    random_state: int = 0,
) -> pd.DataFrame:
    """Give rank and frequency of every word, with the frequencies that the fitted laws expect.

    Parameters
    ----------
    data, by, split, random_state
        As in `zipf`; the same ``random_state`` gives the same halves.

    Returns
    -------
    DataFrame
        ``group``, ``rank`` (1 ... V; equal counts by code points), ``term``, ``count`` (with ``split`` in the second
        half), ``zipf`` and ``mandelbrot`` (the counts expected under the laws fitted by `zipf`; NaN where there is no
        fit). Groups in sorted order, words by rank. ``attrs["textkit"]["fits"]`` has the parameters of each group.

    Raises
    ------
    ArgumentError, EmptyError, UnknownNameError
        As `zipf`.

    Notes
    -----
    Without ``split`` the counts fall by construction, and lie closer to a smooth line than they should.

    Examples
    --------
    >>> zipf_points(DocumentTermMatrix([[9, 3, 3, 2]], ["的", "工作", "网格", "信访"])).round(2)
      group  rank term  count  zipf  mandelbrot
    0   all     1    的      9  8.60        9.00
    1   all     2   工作      3  4.00        3.17
    2   all     3   网格      3  2.55        2.57
    3   all     4   信访      2  1.86        2.27
    """
    dtm, codes, values, rng = _prepared(data, by, split, random_state, "zipf_points")
    used, members = _grouped(dtm, codes, values, split, rng.spawn(3)[0])
    blocks, fits = [], []
    for group, ranked in zip(values, track(_ranked(used, members), "zipf", total=len(values)), strict=True):
        rank = np.arange(1, len(ranked.counts) + 1)
        line, curve = power_laws.zipf_ml(ranked.counts), power_laws.zipf_mandelbrot_ml(ranked.counts)
        n = float(ranked.counts.sum())
        blocks.append(
            {
                "rank": rank,
                "place": ranked.terms,
                "count": ranked.counts,
                "zipf": _expected(n, rank, line.exponent, 0.0),
                "mandelbrot": _expected(n, rank, curve.exponent, curve.shift),
            }
        )
        fits.append({
            "group": group, "exponent": line.exponent, "mandelbrot_exponent": curve.exponent,
            "mandelbrot_shift": curve.shift,
        })  # fmt: skip
    joined = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    of = np.repeat(np.arange(len(values)), [len(block["rank"]) for block in blocks])
    table = pd.DataFrame(
        {
            "group": pd.Index(values).take(of),
            "rank": joined["rank"],
            "term": pd.array(pa.array(dtm.vocabulary.terms, pa.large_string()), dtype="str").take(joined["place"]),
            "count": joined["count"],
            "zipf": joined["zipf"],
            "mandelbrot": joined["mandelbrot"],
        },
        columns=POINT_COLUMNS,
    )
    stamp(table, "zipf_points", inputs={"data": data.fingerprint}, by=by, split=split, random_state=random_state)
    table.attrs["textkit"]["fits"] = [{key: _plain(value) for key, value in fit.items()} for fit in fits]
    return table


# ---------------------------------------------------------------------------------------------------------------
# Kernels


class _Used(NamedTuple):
    """The counts to rank by and those to fit to, documents by terms; one and the same unless the tokens were split."""

    rank_by: csr_array
    fit_to: csr_array
    code_points: NDArray[np.intp]


def _grouped(
    dtm: DocumentTermMatrix, codes: NDArray[np.intp], values: list[Any], split: bool, rng: Generator
) -> tuple[_Used, list[NDArray[np.intp]]]:
    """Return what each group is ranked by and fitted to, and the documents of each group."""
    members = [np.flatnonzero(codes == g) for g in range(len(values))]
    ranks = dtm.vocabulary.ranks
    if not split:
        return _Used(dtm.matrix, dtm.matrix, ranks), members
    # a random half of the tokens of a group is a draw without replacement from its cells
    half = np.zeros_like(dtm.matrix.data)
    owner = np.repeat(codes, np.diff(dtm.matrix.indptr))
    for g in range(len(values)):
        cells = np.flatnonzero(owner == g)
        number = dtm.matrix.data[cells]
        half[cells] = rng.multivariate_hypergeometric(number, int(number.sum()) // 2, method="marginals")
    parts = [
        csr_array((data, dtm.matrix.indices, dtm.matrix.indptr), shape=dtm.shape)
        for data in (half, dtm.matrix.data - half)
    ]
    return _Used(parts[0], parts[1], ranks), members


def _ranked(used: _Used, members: list[NDArray[np.intp]]) -> Iterator[_Ranked]:
    """Yield the terms of each group by falling count in what they are ranked by, counted in what is fitted to."""
    for rows in members:
        number = np.asarray(used.fit_to[rows].sum(axis=0)).ravel()
        by = number if used.rank_by is used.fit_to else np.asarray(used.rank_by[rows].sum(axis=0)).ravel()
        there = np.flatnonzero((number > 0) | (by > 0))
        order = there[measures.order_by(used.code_points[there], by[there])]
        yield _Ranked(order, number[order])


def _expected(n: float, rank: NDArray[np.int64], s: float, q: float) -> Floats:
    logs = -s * np.log(rank + q)
    weight = np.exp(logs - logs[:1])
    return np.asarray(n * weight / weight.sum())


def _row(
    group: Any,
    counts: NDArray[np.int64],
    ranked: _Ranked,
    ends: tuple[float, float],
    tail: power_laws.Tail,
    tail_p: float,
) -> list[Any]:
    line = power_laws.zipf_ml(ranked.counts)
    curve = power_laws.zipf_mandelbrot_ml(ranked.counts)
    ols = power_laws.log_log_line(np.arange(1, len(ranked.counts) + 1), ranked.counts)
    return [
        group, int(counts.sum()), int((counts > 0).sum()), line.exponent, line.se, *ends,
        line.log_likelihood, curve.exponent, curve.shift, curve.log_likelihood, ols.slope, ols.intercept,
        tail.exponent, tail.se, tail.minimum, tail.n, tail.distance, tail_p,
    ]  # fmt: skip


class _Units(NamedTuple):
    """Counts of the units that are resampled, and which of them each group has."""

    matrix: csr_array
    members: list[NDArray[np.intp]]


def _units(data: DocumentTermMatrix | Tokens, used: _Used, codes: NDArray[np.intp], unit: str, n_groups: int) -> _Units:
    matrix, owner = used.fit_to, codes
    if unit != "document":
        assert isinstance(data, Tokens)  # checked before anything was computed
        dtm = count(data.split(unit))
        group_of = dict(zip(data.corpus.names, codes.tolist(), strict=True))
        matrix = dtm.matrix
        owner = np.array([group_of[name.rsplit("#", 1)[0]] for name in dtm.names], dtype=np.intp)
    filled = np.asarray(matrix.sum(axis=1)).ravel() > 0
    members = [np.flatnonzero((owner == g) & filled) for g in range(n_groups)]
    message = resampling.few_units(min(map(len, members)), unit)
    if message is not None:
        lead = "" if n_groups == 1 else "in the group with the fewest: "
        warnings.warn(lead + message, TextkitWarning, stacklevel=3)
    return _Units(matrix, members)


def _interval(
    ranked: _Ranked, units: _Units, g: int, n_replicates: int, confidence: float, rng: Generator
) -> tuple[float, float]:
    """Return the percentile interval of the exponent, ranks held."""
    rows = units.members[g]
    logs = np.zeros(units.matrix.shape[1])
    logs[ranked.terms] = np.log(np.arange(1, len(ranked.terms) + 1))
    part = units.matrix[rows]
    sums, sizes = part @ logs, np.asarray(part.sum(axis=1)).ravel()
    if len(ranked.terms) < 2 or not len(rows):
        return np.nan, np.nan
    means = np.concatenate(
        [
            (drawn * sums).sum(axis=1) / (drawn * sizes).sum(axis=1)
            for drawn in resampling.resamples(len(rows), n_replicates, rng)
        ]
    )
    # the exponent falls as the mean of ln r rises, so its quantiles are those of the mean, the other way round
    low, high = resampling.percentile_interval(means, confidence)
    return power_laws.exponent_of(len(ranked.terms), float(high)), power_laws.exponent_of(len(ranked.terms), float(low))


# ---------------------------------------------------------------------------------------------------------------
# Around the kernels


def _check_interval(data: Any, by: By | None, split: bool, ci: str | None, unit: str) -> None:
    if ci is None:
        return
    check_choice("ci", ci, ("bootstrap",))
    check_type("data", data, (DocumentTermMatrix, Tokens), hint="Give tokens, or count(tokens).")
    if split and unit != "document":
        raise ArgumentError(f"split=True can only be resampled by document, got unit={unit!r}.")
    docs = data.corpus._docs if isinstance(data, Tokens) else data._docs
    if by == "doc" and unit == "document" and "doc" not in docs.columns:
        raise ArgumentError(
            'ci="bootstrap" with by="doc" needs units smaller than a document: give tokens and unit="sentence" or '
            '"paragraph".'
        )
    if unit != "document" and isinstance(data, DocumentTermMatrix):
        raise ArgumentError(f"unit={unit!r} needs the texts, which a matrix does not hold. Give it tokens.")


def _prepared(
    data: DocumentTermMatrix | Tokens, by: By | None, split: bool, random_state: int, function: str
) -> tuple[DocumentTermMatrix, NDArray[np.intp], list[Any], Generator]:
    """Return counts, the group of each document (-1 for none), the groups, and the source of chance."""
    check_type("data", data, (DocumentTermMatrix, Tokens), hint="Give tokens, or count(tokens).")
    check_type("split", split, bool)
    random_state = check_int("random_state", random_state, minimum=0)
    dtm = count(data) if isinstance(data, Tokens) else data
    measures.check_counts(dtm.weighting, function)
    if not dtm.matrix.data.any():
        raise EmptyError("data has no tokens, so there is nothing to fit.")
    codes, values = np.zeros(len(dtm), dtype=np.intp), ["all"]
    if by == "doc" and "doc" not in dtm._docs.columns:  # the order of the documents, not of their names
        codes, values = np.arange(len(dtm), dtype=np.intp), list(dtm.names)
    elif by is not None:
        codes, values = groups(dtm._docs, by)
        n = int((codes < 0).sum())
        if n:
            warnings.warn(
                f"{n:,} document{' has' if n == 1 else 's have'} no value in {by!r} and {'is' if n == 1 else 'are'} in "
                "no group.",
                TextkitWarning,
                stacklevel=3,
            )
        if not values:
            raise EmptyError(f"no document has a value in {by!r}. Name another column.")
    return dtm, codes, values, np.random.default_rng(random_state)


def _plain(value: Any) -> Any:
    """Return a value for the record, which is plain JSON and knows no NaN."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and np.isnan(value) else value
