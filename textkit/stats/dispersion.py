"""How evenly the words are spread over the parts of a corpus: all the measures of the field, side by side."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from textkit import measures
from textkit.errors import (
    ArgumentError,
    EmptyError,
    TextkitWarning,
    check_choice,
    check_float,
    check_int,
    check_type,
    unknown,
)
from textkit.finding import describe
from textkit.matrix import DocumentTermMatrix, count
from textkit.measures import Floats, resampling
from textkit.measures import dispersion as formulas
from textkit.progress import track
from textkit.provenance import stamp
from textkit.selection import column, groups
from textkit.tokens import Tokens
from textkit.vocabulary import Pattern, Vocabulary

COLUMNS = [
    "term", "count", "range", "range_share", "dp", "dp_norm", "dp_egbert", "kld", "kld_norm", "juilland_d",
    "carroll_d2", "rosengren_s", "rosengren_af", "d_a", "sd", "vc", "chi2", "arf", "score", "ci_low", "ci_high",
]  # fmt: skip

MEASURES = {"range": 1, **formulas.EVENNESS, "arf": 1}
"""What ``measure`` can be: 1 if a high value means even, -1 if a low one does."""

ADJUSTABLE = ("dp", "dp_norm", "dp_egbert", "kld", "kld_norm", "juilland_d", "carroll_d2", "rosengren_s", "d_a")
UNITS = ("document", "paragraph", "sentence")

_CELLS = 120_000  # cells worked on at a time, so that their arrays stay in the cache (measured)
_BATCH = 500_000  # cells times bootstrap samples, or distinct frequencies times parts
_THREADS = 4  # numpy lets go of the interpreter, so two cores are nearly twice as fast as one
_REPLICATES = 50  # bootstrap samples at a time
_ORIENTATION = {
    "range": "high = even", "range_share": "1 = even", "dp": "0 = even", "dp_norm": "0 = even, 1 = uneven",
    "dp_egbert": "0 = even, 1 = uneven", "kld": "0 = even, bits", "kld_norm": "0 = even", "juilland_d": "1 = even",
    "carroll_d2": "1 = even, 0 = uneven", "rosengren_s": "1 = even", "rosengren_af": "count = even", "d_a": "1 = even",
    "sd": "0 = even", "vc": "0 = even", "chi2": "0 = even", "arf": "count = even, 1 = uneven",
}  # fmt: skip


class _Cells(NamedTuple):
    """Parts in which the terms occur; term w of ``terms`` owns the cells ``[bounds[w], bounds[w + 1])``."""

    terms: NDArray[np.intp]  # columns of the vocabulary
    bounds: NDArray[np.int64]
    part: NDArray[Any]
    number: NDArray[Any]


class _Parts(NamedTuple):
    """What dispersion is computed from; ``places`` are the places of each term in the running text."""

    cells: _Cells
    sizes: NDArray[np.int64]
    vocabulary: Vocabulary
    kind: str  # "document", "slice" or the column
    places: tuple[NDArray[Any], NDArray[Any]] | None  # places and bounds, over the whole vocabulary


def dispersion(
    data: DocumentTermMatrix | Tokens,
    *,
    parts: str | int = "doc",
    measure: str = "dp",
    freq_adjusted: bool = False,
    terms: Pattern | None = None,
    min_count: int = 1,
    ci: str | None = None,
    unit: str = "document",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    r"""Measure how evenly each term is spread over the parts of a corpus.

    A term occurs f times, v of them in a part of s tokens out of N; there are n parts. ``P = v / f``, ``S = s / N``,
    ``p = v / s``.

    - ``range`` = parts that have the term, ``range_share`` = range / n.
    - ``dp = 1/2 sum |P - S|`` (Gries 2008), ``dp_norm = dp / (1 - min S)`` (Lijffijt & Gries 2012), ``dp_egbert`` the
      same with the least S of the parts that have the term (Egbert, Burch & Biber 2020).
    - ``kld = sum P log2(P / S)``, ``kld_norm = kld / (1 + kld)`` (Gries 2024).
    - ``juilland_d = 1 - vc(p) / sqrt(n - 1)``, population sd of the rates p (Juilland & Chang-Rodríguez 1964).
    - ``carroll_d2 = H(p / sum p) / log n`` (Carroll 1970).
    - ``rosengren_s = (sum sqrt(v S))^2 / f``, ``rosengren_af = S f``, a frequency put right (Rosengren 1971).
    - ``d_a = 1 - mean |p_i - p_j| / (2 mean p)`` over pairs of parts (Burch, Egbert & Biber 2017).
    - ``sd`` and ``vc`` of v (population), ``chi2 = sum (v - f S)^2 / (f S)``.
    - ``arf = sum min(d, N / f) / (N / f)`` (Savický & Hlaváčová 2002), d the distances between neighbouring
      occurrences in the running text, taken round a circle. It needs no parts.

    **Two directions**: for dp, kld, sd, vc and chi2, 0 is even; for D, D2, S, D_A, range and the two frequencies the
    highest value is. ``attrs["textkit"]["orientation"]`` says it for each column.

    Parameters
    ----------
    data : DocumentTermMatrix or Tokens
        Counts, or the running text. N is what it holds: to look at a few words give ``terms``, do not ``keep`` them.
    parts : str or int, default "doc"
        What the corpus is divided into: the documents, a column of ``docs`` (one part for each value), or a number k:
        k equal slices of the running text, which needs Tokens. The rows of the table are terms all the same: each says
        how evenly a term is spread over all these parts together. For the numbers of single parts see `frequency` with
        ``by``.
    measure : str, default "dp"
        The column that is sorted by, copied to ``score`` and given the interval.
    freq_adjusted : bool, default False
        Make ``score`` independent of frequency: ``(score - min) / (max - min)``, where min and max are the scores of
        the most and the least even way to lay f tokens out over these parts (Gries 2024): in proportion to size with
        the largest remainders rounded up; all in the smallest part that can hold them.
    terms : pattern, optional
        Only these terms; parts keep all their tokens.
    min_count : int, default 1
        Fewest occurrences of a term.
    ci : {None, "bootstrap"}
        Resample and give a percentile interval of ``measure``.
    unit : {"document", "paragraph", "sentence"}
        What is resampled. With ``parts="doc"`` documents are drawn, and each that was drawn is a part. Units smaller
        than the part (documents within the value of a column; sentences, which need Tokens) are drawn within their
        part; the interval is then reflected around the score, since resampling adds noise to every part and noise
        looks like unevenness. With k slices the slices are drawn.
    n_replicates : int, default 2000
    confidence : float, default 0.95
    random_state : int, default 0

    Returns
    -------
    DataFrame
        ``term``, ``count``, ``range``, ``range_share``, ``dp``, ``dp_norm``, ``dp_egbert``, ``kld``, ``kld_norm``,
        ``juilland_d``, ``carroll_d2``, ``rosengren_s``, ``rosengren_af``, ``d_a``, ``sd``, ``vc``, ``chi2``, ``arf``
        (NaN for a matrix, which has no order), ``score``, ``ci_low``, ``ci_high``. The most even terms first, then by
        falling count, then by code points. Terms that do not occur are left out.

    Raises
    ------
    ArgumentError
        Weights instead of counts, slices of a matrix, more slices than tokens, an interval that does not exist.
    EmptyError
        No tokens, or no term left.
    UnknownNameError
        No such column or measure.

    Warns
    -----
    TextkitWarning
        Parts without tokens, which are no parts; documents without a value in the column; a single part, for which
        there is only the range; too few units for an interval.

    Notes
    -----
    Dispersion hangs on the parts: on their number, and on how much they differ in size. Numbers from other parts must
    not be compared. It also hangs on frequency: a term rarer than there are parts cannot be even, so compare terms of
    like frequency, or use ``freq_adjusted``. Juilland's D goes to 1 for almost every term when parts are many (Biber
    et al. 2016): it is here for comparison with older work. ``arf`` depends on the order of the documents.

    Examples
    --------
    >>> letters = DocumentTermMatrix([[1, 8], [2, 8], [3, 7], [4, 6], [5, 6]], ["a", "other"])
    >>> table = dispersion(letters, terms=["a"])
    >>> table[["term", "count", "range", "dp", "dp_norm", "juilland_d", "d_a"]].round(3)
      term  count  range    dp  dp_norm  juilland_d    d_a
    0    a     15      5  0.18     0.22       0.785  0.697
    """
    check_type("data", data, (DocumentTermMatrix, Tokens), hint="Give tokens, or count(tokens).")
    check_choice("measure", measure, MEASURES)
    min_count = check_int("min_count", min_count, minimum=1)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    n_replicates = check_int("n_replicates", n_replicates, minimum=1)
    random_state = check_int("random_state", random_state, minimum=0)
    _check_interval(data, parts, measure, freq_adjusted, ci, unit)
    whole = _drop_empty(_matrix_parts(data, parts) if isinstance(data, DocumentTermMatrix) else _parts(data, parts))
    chosen = _chosen(whole, terms, min_count)
    found = _kernel(chosen)
    score = found[measure]
    if freq_adjusted:
        score = _adjusted(chosen, score, found["count"], measure)
    low, high, note = np.full(len(score), np.nan), np.full(len(score), np.nan), None
    if ci is not None:
        low, high, note = _bootstrap(data, parts, chosen, measure, score, unit, n_replicates, confidence, random_state)
    names = chosen.vocabulary
    # rounded, or the order of documents could decide between terms that are equally even
    even = MEASURES[measure] * np.round(score, 12)
    order = measures.order_by(names.ranks[chosen.cells.terms], even, found["count"])
    table = pd.DataFrame(
        {
            "term": pd.array(pa.array(names.terms, pa.large_string()), dtype="str").take(chosen.cells.terms[order]),
            **{name: found[name][order] for name in COLUMNS[1:-3]},
            "score": score[order],
            "ci_low": low[order],
            "ci_high": high[order],
        },
        columns=COLUMNS,
    )
    stamp(
        table,
        "dispersion",
        inputs={"data": data.fingerprint},
        parts=parts, measure=measure, freq_adjusted=freq_adjusted, terms=describe(terms), min_count=min_count, ci=ci,
        unit=unit, n_replicates=n_replicates, confidence=confidence, random_state=random_state,
    )  # fmt: skip
    table.attrs["textkit"] |= {
        "n_parts": len(chosen.sizes),
        "n_tokens": int(chosen.sizes.sum()),
        "unit": note,
        "orientation": dict(_ORIENTATION),
    }
    return table


# ---------------------------------------------------------------------------------------------------------------
# Kernels: cells in, one value a term out


def _kernel(parts: _Parts) -> dict[str, Floats]:
    """Return all measures of all terms, by name; blocks of terms keep memory small."""
    names = ["count", "range", *formulas.EVENNESS]
    found: dict[str, Floats] = {name: np.full(len(parts.cells.terms), np.nan) for name in names}

    def fill(first: int, last: int) -> None:
        spread = formulas.Spread(*_slice(parts.cells, first, last), parts.sizes)
        found["count"][first:last] = spread.f
        for name in names[1:]:
            found[name][first:last] = getattr(spread, name)

    _in_blocks(fill, parts.cells.bounds)
    found["count"] = found["count"].astype(np.int64)
    found["range"] = found["range"].astype(np.int64)
    found["arf"] = _arf(parts)
    return found


def _arf(parts: _Parts) -> Floats:
    if parts.places is None:
        return np.full(len(parts.cells.terms), np.nan)
    places, bounds = parts.places
    n = int(parts.sizes.sum())
    result = np.empty(len(bounds) - 1)

    def fill(first: int, last: int) -> None:
        inside = bounds[first : last + 1]
        result[first:last] = formulas.average_reduced_frequency(places[inside[0] : inside[-1]], inside - inside[0], n)

    _in_blocks(fill, bounds)
    return result[parts.cells.terms]


def _adjusted(parts: _Parts, score: Floats, f: NDArray[Any], measure: str) -> Floats:
    """Return the scores between those of the most and the least even layout of as many tokens."""
    distinct, which = np.unique(f, return_inverse=True)
    ends = {name: np.empty(len(distinct)) for name in ("even", "uneven")}
    step = max(1, _BATCH // len(parts.sizes))
    for first in track(range(0, len(distinct), step), "extreme layouts", total=-(-len(distinct) // step)):
        block = distinct[first : first + step]
        for name, layout in (("even", formulas.most_even), ("uneven", formulas.least_even)):
            cells = layout(block, parts.sizes)
            ends[name][first : first + step] = getattr(formulas.Spread(*cells, parts.sizes), measure)
    return formulas.frequency_adjusted(
        score, ends["even"][which], ends["uneven"][which], evenness=formulas.EVENNESS[measure]
    )


# ---------------------------------------------------------------------------------------------------------------
# The bootstrap


def _bootstrap(
    data: DocumentTermMatrix | Tokens,
    parts: str | int,
    chosen: _Parts,
    measure: str,
    score: Floats,
    unit: str,
    n_replicates: int,
    confidence: float,
    random_state: int,
) -> tuple[Floats, Floats, str]:
    """Return both ends of the intervals, and what was resampled."""
    low, high = np.full(len(score), np.nan), np.full(len(score), np.nan)
    whole = isinstance(parts, int) or (parts == "doc" and unit == "document")
    units = None if whole else _units(data, parts, chosen, unit)
    n_units = len(chosen.sizes) if units is None else len(units.sizes)
    what = ("slice" if isinstance(parts, int) else "document") if units is None else unit
    _warn_few(n_units, len(chosen.sizes), what, within=units is not None)
    cells = chosen.cells if units is None else units.cells
    for first, last in track(list(_blocks(cells.bounds, _BATCH // _REPLICATES)), "bootstrap"):
        # every block of terms sees the same samples
        rng = np.random.default_rng(random_state)
        values = np.empty((n_replicates, last - first))
        block = _slice(cells, first, last)
        draws = (
            resampling.resamples(n_units, n_replicates, rng, block=_REPLICATES)
            if units is None
            else _within(units.first, units.n_within, n_replicates, rng)
        )
        done = 0
        for drawn in draws:
            spread = formulas.Spread(*block, chosen.sizes, drawn) if units is None else _regrouped(block, units, drawn)
            values[done : done + len(drawn)] = getattr(spread, measure)
            done += len(drawn)
        if units is not None:
            values = 2.0 * score[first:last] - values
        low[first:last], high[first:last] = resampling.percentile_interval(values, confidence)
    return low, high, what


class _Units(NamedTuple):
    """Units smaller than the parts, those of a part next to each other; cells of the chosen terms by units."""

    cells: _Cells
    sizes: NDArray[np.int64]
    part: NDArray[np.intp]  # of each unit
    first: NDArray[np.int64]  # first unit of the part of each unit
    n_within: NDArray[np.int64]  # units in the part of each unit


def _units(data: DocumentTermMatrix | Tokens, parts: str | int, chosen: _Parts, unit: str) -> _Units:
    if unit == "document":
        dtm = data if isinstance(data, DocumentTermMatrix) else count(data)
    else:
        assert isinstance(data, Tokens)  # checked before anything was computed
        dtm = count(data.split(unit))
    if parts == "doc":
        codes, _ = pd.factorize(np.array([name.rsplit("#", 1)[0] for name in dtm.names], dtype=object))
    else:
        codes, _ = groups(dtm._docs, str(parts))
    lengths = np.asarray(dtm.lengths)
    usable = np.flatnonzero((codes >= 0) & (lengths > 0))
    order = usable[np.argsort(codes[usable], kind="stable")]
    _, part = np.unique(codes[order], return_inverse=True)
    csc = dtm.matrix[order].tocsc()
    n_within = np.bincount(part)
    return _Units(
        _subset(_cells_of(csc), chosen.cells.terms),
        lengths[order].astype(np.int64),
        part.astype(np.intp),
        (np.cumsum(n_within) - n_within)[part],
        n_within[part],
    )


def _within(
    first: NDArray[np.int64], n_within: NDArray[np.int64], n_replicates: int, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Yield bootstrap samples as counts, each part keeping its number of units."""
    n = len(first)
    for done in range(0, n_replicates, _REPLICATES):
        size = min(_REPLICATES, n_replicates - done)
        drawn = first + rng.integers(0, n_within, (size, n)) + n * np.arange(size)[:, None]
        yield np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)


def _regrouped(
    block: tuple[NDArray[np.int64], NDArray[Any], NDArray[Any]], units: _Units, drawn: NDArray[np.int64]
) -> formulas.Spread:
    """Return the spread over parts of a block of terms, the units being drawn as often as said."""
    bounds, unit, number = block
    part = units.part[unit]
    new = np.ones(len(part), dtype=np.bool_)
    new[1:] = part[1:] != part[:-1]
    new[bounds[:-1]] = True
    starts = np.flatnonzero(new)
    v = np.add.reduceat(drawn[:, unit] * number.astype(np.float64), starts, axis=1)
    edges = np.flatnonzero(np.diff(units.part, prepend=-1))
    sizes = np.add.reduceat(drawn * units.sizes.astype(np.float64), edges, axis=1)
    return formulas.Spread(np.searchsorted(starts, bounds), part[starts], v, sizes)


def _warn_few(n_units: int, n_parts: int, what: str, *, within: bool) -> None:
    message = resampling.few_units(n_units, what)
    if message is None and within and n_units < resampling.FEW_UNITS * n_parts:
        message = (
            f"there are {n_units / n_parts:.1f} {what}s a part on average: drawn within their parts they are too few "
            "for an interval to be believed; it is too short. Use a smaller unit, or fewer parts."
        )
    if message is not None:
        warnings.warn(message, TextkitWarning, stacklevel=4)


# ---------------------------------------------------------------------------------------------------------------
# Around the kernels


def _check_interval(
    data: DocumentTermMatrix | Tokens, parts: str | int, measure: str, freq_adjusted: bool, ci: str | None, unit: str
) -> None:
    if freq_adjusted and measure not in ADJUSTABLE:
        raise ArgumentError(
            f"freq_adjusted=True is not defined for measure={measure!r}. It is for {', '.join(ADJUSTABLE)}."
        )
    if measure == "arf" and isinstance(data, DocumentTermMatrix):
        raise ArgumentError('measure="arf" needs the running text, which a matrix does not hold. Give it tokens.')
    check_choice("unit", unit, UNITS)
    if ci is None:
        return
    check_choice("ci", ci, ("bootstrap",))
    if measure == "arf" or freq_adjusted:
        what = 'measure="arf"' if measure == "arf" else "freq_adjusted=True"
        raise ArgumentError(f'ci="bootstrap" is not offered with {what}. Leave one of them out.')
    if unit != "document" and isinstance(data, DocumentTermMatrix):
        raise ArgumentError(f"unit={unit!r} needs the running text, which a matrix does not hold. Give it tokens.")
    if unit != "document" and isinstance(parts, int):
        raise ArgumentError(f'with parts={parts} the slices are resampled, so unit must be left "document".')


def _parts(tokens: Tokens, parts: str | int) -> _Parts:
    """Return the parts of running text, and the places of each term in it."""
    if isinstance(parts, str) and parts != "doc":
        codes, values = _column(tokens.corpus._docs, parts)
        _warn_missing(codes, parts)
        if (codes < 0).any():
            tokens, codes = tokens[np.flatnonzero(codes >= 0)], codes[codes >= 0]
        n = len(values)
        csc = _transposed(tokens, tokens.offsets)
        # documents of one value may stand apart, so their cells are brought together by a second transposition
        by_doc = _runs(csc)
        moved = csr_array((by_doc.number, codes[by_doc.part], by_doc.bounds), shape=(len(tokens.vocabulary), max(n, 1)))
        moved.sum_duplicates()
        cells = _Cells(by_doc.terms, moved.indptr.astype(np.int64), moved.indices, moved.data)
        sizes = np.bincount(codes, weights=tokens.lengths, minlength=n).astype(np.int64)
        return _Parts(cells, sizes, tokens.vocabulary, parts, (csc.data, csc.indptr))
    if isinstance(parts, str):
        offsets, kind = tokens.offsets, "document"
    else:
        n, kind = check_int("parts", parts, minimum=1), "slice"
        if n > len(tokens) > 0:
            raise ArgumentError(f"parts={n:,} slices cannot be made of {len(tokens):,} tokens. Ask for fewer.")
        offsets = np.arange(n + 1, dtype=np.int64) * len(tokens) // n
    csc = _transposed(tokens, offsets)
    return _Parts(_runs(csc), np.diff(offsets), tokens.vocabulary, kind, (csc.data, csc.indptr))


def _matrix_parts(dtm: DocumentTermMatrix, parts: str | int) -> _Parts:
    measures.check_counts(dtm.weighting, "dispersion")
    if not isinstance(parts, str):
        check_int("parts", parts, minimum=1)
        raise ArgumentError(
            f"parts={parts} slices need the running text, which a matrix does not hold. Give it tokens."
        )
    if parts != "doc":
        codes, _ = _column(dtm._docs, parts)
        _warn_missing(codes, parts)
        dtm = dtm.merge(parts)
    sizes = np.asarray(dtm.lengths, dtype=np.int64)
    return _Parts(_cells_of(dtm.matrix.tocsc()), sizes, dtm.vocabulary, "document" if parts == "doc" else parts, None)


def _column(docs: pd.DataFrame, parts: str) -> tuple[NDArray[np.intp], list[Any]]:
    column(docs, parts, argument="parts")
    return groups(docs, parts)


def _warn_missing(codes: NDArray[np.intp], by: str) -> None:
    n = int((codes < 0).sum())
    if n:
        warnings.warn(
            f"{n:,} document{' has' if n == 1 else 's have'} no value in {by!r} and {'is' if n == 1 else 'are'} in no "
            "part.",
            TextkitWarning,
            stacklevel=4,
        )


def _transposed(tokens: Tokens, offsets: NDArray[np.int64]) -> csc_array:
    """Return places in the running text, by term: each column has the parts and the places of a term, both rising."""
    n = len(tokens)
    kind = np.int32 if n < np.iinfo(np.int32).max else np.int64
    places: Any = (np.arange(n, dtype=kind), tokens.ids, offsets.astype(kind))
    return csr_array(places, shape=(len(offsets) - 1, len(tokens.vocabulary))).tocsc()


def _runs(csc: csc_array) -> _Cells:
    """Return the cells of columns in which a row stands once for each occurrence."""
    part = csc.indices
    new = np.empty(len(part), dtype=np.bool_)
    new[:1] = True
    np.not_equal(part[1:], part[:-1], out=new[1:])
    begin = csc.indptr[:-1][np.diff(csc.indptr) > 0]
    new[begin] = True
    starts = np.flatnonzero(new)
    number = np.diff(starts, append=len(part))
    return _Cells(np.arange(csc.shape[1]), np.searchsorted(starts, csc.indptr), part[starts], number)


def _cells_of(csc: csc_array) -> _Cells:
    """Return the nonzero cells of a matrix of counts."""
    if csc.data.all():
        return _Cells(np.arange(csc.shape[1]), csc.indptr.astype(np.int64), csc.indices, csc.data)
    there = csc.data != 0
    before = np.concatenate(([0], np.cumsum(there)))
    return _Cells(np.arange(csc.shape[1]), before[csc.indptr], csc.indices[there], csc.data[there])


def _drop_empty(parts: _Parts) -> _Parts:
    """Return only the parts that have tokens; say how many have none, and if only one has."""
    n_tokens = int(parts.sizes.sum())
    if not n_tokens:
        raise EmptyError("data has no tokens, so there is nothing to measure.")
    filled = parts.sizes > 0
    n_empty = int((~filled).sum())
    if n_empty:
        warnings.warn(
            f"{n_empty:,} of {len(filled):,} parts {'has' if n_empty == 1 else 'have'} no tokens and "
            f"{'is' if n_empty == 1 else 'are'} left out.",
            TextkitWarning,
            stacklevel=3,
        )
    if filled.sum() == 1:
        warnings.warn(
            "there is only one part with tokens: of all measures by parts only the range exists. Give more documents, "
            'a number of slices (parts=100, with tokens), or smaller documents (tokens.split("paragraph")).',
            TextkitWarning,
            stacklevel=3,
        )
    if not n_empty:
        return parts
    cells = parts.cells._replace(part=(np.cumsum(filled) - 1)[parts.cells.part])
    return parts._replace(cells=cells, sizes=parts.sizes[filled])


def _chosen(parts: _Parts, terms: Pattern | None, min_count: int) -> _Parts:
    """Return the parts with the cells of the wanted terms only."""
    cells = parts.cells
    sums = np.concatenate(([0], np.cumsum(cells.number, dtype=np.int64)))
    f = np.diff(sums[cells.bounds])
    wanted = f >= min_count
    if terms is not None:
        match = parts.vocabulary.match(terms)
        if not match.any():
            if isinstance(terms, str):
                raise unknown("term", terms, parts.vocabulary.terms)
            raise EmptyError(f"terms={describe(terms)!r} matches none of the {len(match):,} terms.")
        wanted &= match
    places = np.flatnonzero(wanted)
    if not len(places):
        raise EmptyError(f"no term of {len(f):,} passes min_count={min_count} (terms={describe(terms)!r}). Lower it.")
    return parts._replace(cells=_subset(cells, places))


def _subset(cells: _Cells, places: NDArray[np.intp]) -> _Cells:
    """Return the cells of some terms, given by rising columns."""
    if len(places) == len(cells.bounds) - 1:
        return cells
    lengths = np.diff(cells.bounds)
    keep = np.zeros(len(lengths), dtype=np.bool_)
    keep[places] = True
    there = np.repeat(keep, lengths)
    bounds = np.concatenate(([0], np.cumsum(lengths[places]))).astype(np.int64)
    return _Cells(places, bounds, cells.part[there], cells.number[there])


def _slice(cells: _Cells, first: int, last: int) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[Any]]:
    bounds = cells.bounds[first : last + 1]
    inside = slice(int(bounds[0]), int(bounds[-1]))
    return bounds - bounds[0], cells.part[inside], cells.number[inside]


def _in_blocks(fill: Callable[[int, int], None], bounds: NDArray[Any]) -> None:
    """Call ``fill`` for blocks of terms; each writes to its own rows, so the order of the threads does not matter."""
    blocks = list(_blocks(bounds, _CELLS))
    with ThreadPoolExecutor(min(_THREADS, len(blocks)) or 1) as pool:
        for _ in track(pool.map(lambda block: fill(*block), blocks), "dispersion", total=len(blocks)):
            pass


def _blocks(bounds: NDArray[Any], size: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of terms with about ``size`` cells each, at least one term."""
    first, n = 0, len(bounds) - 1
    while first < n:
        last = max(int(np.searchsorted(bounds, bounds[first] + size, side="right")) - 1, first + 1)
        yield first, min(last, n)
        first = last
