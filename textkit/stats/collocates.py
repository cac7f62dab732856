"""Which words stand near a word, how strongly they attract each other, and how sure that is."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

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
from textkit.finding import Hits, describe, doc_rows, find
from textkit.kernels import pairs, windows
from textkit.measures import Floats, association, resampling
from textkit.progress import track
from textkit.provenance import stamp
from textkit.tokens import Tokens
from textkit.vocabulary import Pattern

COLUMNS = [
    "node", "collocate", "f_xy", "f_node", "f_collocate", "expected", "log_dice", "pmi", "npmi", "mi2", "mi3", "t", "z",
    "g2", "chi2", "p_value", "q_value", "dice", "jaccard", "min_sensitivity", "delta_p_c_given_n", "delta_p_n_given_c",
    "log_odds_ratio", "log_odds_se", "conservative_lr", "range", "dp", "mean_offset", "left", "right", "ci_low",
    "ci_high",
]  # fmt: skip

MEASURES = tuple(association.PAIR_MEASURES)
CONVENTIONS = ("per_node", "distinct_position")
EXPECTED = ("surface", "simple")
UNITS = windows.SEGMENTS

_FEW = 5  # times a pair must have been seen before it is ranked by a measure that rare pairs lead
_COLUMN_BLOCK = 10_000  # collocates whose replicates are held at a time
_CELLS = 10_000_000  # draws held at a time
_MANY = 500_000  # places in windows from which on the compiled pass pays for loading numba (0.5 s, once)

Ints = NDArray[np.int64]
Window = int | tuple[int, int] | str


@dataclass(frozen=True, slots=True)
class _Options:
    """The checked arguments; ``size`` is None where whole units are compared (``segment``)."""

    size: tuple[int, int] | None
    segment: str
    convention: str
    expected: str
    measure: str
    min_count: int
    skip_gaps: bool
    ci: str | None
    unit: str
    n_replicates: int
    confidence: float
    random_state: int


def collocates(
    tokens: Tokens,
    node: Pattern | Mapping[str, Pattern],
    *,
    window: Window = (5, 5),
    within: str = "document",
    convention: str = "per_node",
    expected: str = "surface",
    measure: str = "log_dice",
    min_count: int | None = None,
    skip_gaps: bool = False,
    ignore_case: bool = False,
    adjust: str = "bh",
    ci: str | None = None,
    unit: str = "document",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    r"""List the words that stand near a word or phrase, with every measure of association.

    O is how often the collocate stands in the windows of the node. With ``expected="surface"`` (Evert 2008) the sample
    is all tokens but the node: ``N = tokens - tokens of the node``, ``R1 =`` tokens in the windows, ``C1 =``
    occurrences of the collocate outside the node, ``E = R1 C1 / N``. With ``"simple"``, as many programs do,
    ``R1 = f_node (L + R)``, ``C1 = f_collocate``, ``N =`` all tokens. In both the table is
    ``O11 = O, O12 = R1 - O, O21 = C1 - O, O22 = N - R1 - C1 + O``.

    Parameters
    ----------
    tokens : Tokens
    node : pattern, or mapping from names to patterns
        As in `textkit.concordance`: a word, a glob, a phrase with blanks (each word may be a glob), a compiled regular
        expression, a collection of words or a function. A mapping gives the collocates of several nodes in one table.
    window : int, pair of int, or {"sentence", "paragraph", "document"}
        Places to the left and right of the node, counted in the text before anything was dropped: dropped stop words
        still take up place. A name of a unit means textual co-occurrence instead: O is the number of units that hold
        both, ``R1`` and ``C1`` of those that hold the node, the collocate (outside the node), N that of all units that
        have tokens.
    within : {"document", "paragraph", "sentence"}
        What no window crosses.
    convention : {"per_node", "distinct_position"}
        Where windows overlap: every node counts its own window (AntConc), or every place of the text counts once (CWB,
        Evert), for the node nearest to it (the one before it, if two are equally near).
    expected : {"surface", "simple"}
    measure : str, default "log_dice"
        The column that sorts the table: ``log_dice``, ``g2``, ``pmi``, ``npmi``, ``mi2``, ``mi3``, ``t``, ``z``,
        ``chi2``, ``dice``, ``jaccard``, ``min_sensitivity``, ``delta_p_c_given_n``, ``delta_p_n_given_c``,
        ``log_odds_ratio`` or ``conservative_lr``.
    min_count : int, optional
        Fewest co-occurrences. 1; 5 with the measures that rare words lead (``pmi``, ``npmi``, ``z``, ``chi2``,
        ``log_odds_ratio``, ``delta_p_n_given_c``).
    skip_gaps : bool, default False
        Count places among the tokens that were kept instead.
    ignore_case : bool, default False
        For the node.
    adjust : {"bh", "holm", "bonferroni", "by", "none"}
        How ``q_value`` allows for the number of rows.
    ci : {None, "bootstrap"}
        Give the column ``measure`` a percentile interval (Efron & Tibshirani 1993) over resampled units.
    unit : {"document", "paragraph", "sentence"}
        What is resampled; a window belongs to the unit of its node.
    n_replicates : int, default 2000
    confidence : float, default 0.95
    random_state : int, default 0

    Returns
    -------
    DataFrame
        ``node``, ``collocate``; ``f_xy`` (O); ``f_node`` (occurrences of the node, or units that hold it);
        ``f_collocate`` (C1); ``expected`` (E); ``log_dice`` ``= 14 + log2(2 O / (f_node + f_collocate))`` (Rychlý
        2008); ``pmi`` ``= log2(O / E)``; ``npmi`` (-1 to 1, Bouma 2009); ``mi2``, ``mi3`` ``= log2(O^k / E)``; ``t``
        ``= (O - E) / sqrt(O)``; ``z`` ``= (O - E) / sqrt(E)``; ``g2`` (Dunning 1993, negative if O < E); ``chi2``;
        ``p_value`` (of ``g2``), ``q_value``; ``dice``, ``jaccard``, ``min_sensitivity`` (of O, f_node, f_collocate);
        ``delta_p_c_given_n`` ``= O11/R1 - O21/R2`` and ``delta_p_n_given_c`` ``= O11/C1 - O12/C2`` (Gries 2013);
        ``log_odds_ratio`` (natural logarithm, 0.5 added to each cell), its ``log_odds_se``, and ``conservative_lr``
        ``= (log odds ratio - 1.96 se) / ln 2`` (bits); ``range`` (documents that hold the pair), ``dp`` (deviation of
        proportions of the pair over the documents, 0 = even, Gries 2008; NaN with one document); ``mean_offset``
        (places from the node, negative to the left), ``left``, ``right`` (how many of O stand on each side; the three
        are NaN for textual co-occurrence); ``ci_low``, ``ci_high`` (of the column ``measure``; NaN without ``ci``; of
        a logarithm ``-inf`` where too many of the resampled corpora lack the pair).
        Sorted by falling ``measure``, ``f_xy``, then code points; several nodes stand in the order given.

    Raises
    ------
    UnknownNameError
        The node is a word that does not occur, or an option does not exist.
    EmptyError
        The node has no hit, or no word passes ``min_count``.
    ArgumentError
        A window of no places; ``convention``, ``expected`` or ``within`` given for textual co-occurrence.

    Warns
    -----
    TextkitWarning
        Windows overlap so much that a cell of the two-by-two table would be below zero: such rows have no table, and
        the measures made of it are NaN. Or too few units hold the node for a bootstrap.

    Notes
    -----
    The node never is its own collocate, and its tokens count in no window. Words that are never near the node (O = 0)
    are not listed. With ``per_node`` a word can stand in a window twice, so ``log_dice`` may exceed 14,
    and ``npmi`` 1 where there is no table.
    p-values take tokens as independent draws and reject a true null too often: use them to rank. Only ``log_dice``,
    ``dice``, ``jaccard`` and the delta P may be compared between corpora of different size; no measure between windows
    of different size.

    Examples
    --------
    >>> from textkit.corpus import Corpus
    >>> from textkit.tokenization import tokenize
    >>> words = tokenize(Corpus(["推进 社会 治理 创新 加强 社会 治理 工作", "社会 工作"]), "spaces")
    >>> table = collocates(words, "社会", window=1)
    >>> table[["collocate", "f_xy", "f_collocate", "expected", "log_dice", "left"]].round(2)
      collocate  f_xy  f_collocate  expected  log_dice  left
    0        治理     2            2      1.43     13.68   0.0
    1        加强     1            1      0.71     13.00   1.0
    2        推进     1            1      0.71     13.00   1.0
    3        工作     1            2      1.43     12.68   0.0
    """
    check_type("tokens", tokens, Tokens, hint="Make them with tokenize(corpus).")
    options = _options(
        window, within, convention, expected, measure, min_count, skip_gaps, ci, unit, n_replicates, confidence,
        random_state,
    )  # fmt: skip
    check_choice("adjust", adjust, measures.ADJUSTMENTS)
    named = _named(node)
    parts = []
    for name, pattern in named.items():
        parts.append(_collocates(tokens, name, pattern, options, ignore_case))
    columns: dict[str, Any] = {
        column: np.concatenate([part[column] for part in parts]) for column in parts[0] if column != "collocate"
    }
    columns["collocate"] = [word for part in parts for word in part["collocate"]]
    columns["node"] = [name for name, part in zip(named, parts, strict=True) for _ in part["collocate"]]
    columns["q_value"] = measures.adjust_p(columns["p_value"], adjust)
    table = pd.DataFrame(columns, columns=COLUMNS).astype({"node": "str", "collocate": "str"})
    missing = int(np.isnan(columns["g2"]).sum())
    if missing:
        warnings.warn(
            f"{missing:,} of {len(table):,} collocates have no two-by-two table, because windows overlap and the same "
            "place is counted several times: g2 and the other measures of four cells are missing there (NaN). Count "
            'every place once with convention="distinct_position".',
            TextkitWarning,
            stacklevel=2,
        )
    stamp(
        table, "collocates", inputs={"tokens": tokens.fingerprint}, node=describe(node), window=window, within=within,
        convention=convention, expected=expected, measure=measure, min_count=options.min_count, skip_gaps=skip_gaps,
        ignore_case=ignore_case, adjust=adjust, ci=ci, unit=unit, n_replicates=n_replicates, confidence=confidence,
        random_state=random_state,
    )  # fmt: skip
    table.attrs["textkit"]["unit"] = "token" if options.size is not None else options.segment
    return table


def _options(
    window: Window, within: str, convention: str, expected: str, measure: str, min_count: int | None, skip_gaps: bool,
    ci: str | None, unit: str, n_replicates: int, confidence: float, random_state: int,
) -> _Options:  # fmt: skip
    check_choice("within", within, windows.SEGMENTS)
    check_choice("convention", convention, CONVENTIONS)
    check_choice("expected", expected, EXPECTED)
    check_choice("measure", measure, MEASURES)
    check_choice("unit", unit, UNITS)
    check_type("skip_gaps", skip_gaps, bool)
    if ci is not None:
        check_choice("ci", ci, ("bootstrap",))
    if min_count is None:
        fewest = _FEW if measure in association.FEW_COUNTS_MISLEAD else 1
    else:
        fewest = check_int("min_count", min_count, minimum=1)
    size = None if isinstance(window, str) else _size(window)
    segment = within
    if isinstance(window, str):
        segment = check_choice("window", window, windows.SEGMENTS)
        for name, value, default in (
            ("within", within, "document"), ("convention", convention, "per_node"), ("expected", expected, "surface"),
        ):  # fmt: skip
            if value != default:
                raise ArgumentError(
                    f"{name}={value!r} is about windows of words, but window={window!r} compares whole {window}s. "
                    f"Leave {name} out, or give window as a number of words."
                )
        if ci is not None and UNITS.index(unit) > UNITS.index(segment):
            raise ArgumentError(
                f"unit={unit!r} is smaller than the {segment}s in which words co-occur. Use unit={segment!r} or larger."
            )
    return _Options(
        size, segment, convention, expected, measure, fewest, skip_gaps, ci, unit,
        check_int("n_replicates", n_replicates, minimum=1),
        check_float("confidence", confidence, minimum=0.5, maximum=0.9999),
        check_int("random_state", random_state, minimum=0),
    )  # fmt: skip


def _size(window: Any) -> tuple[int, int]:
    pair = (window, window) if not isinstance(window, (tuple, list)) else tuple(window)
    if len(pair) != 2:
        raise ArgumentError(
            f"window must be a number of words, a pair (left, right) or the name of a unit, got {window!r}."
        )
    left, right = (check_int("window", side, minimum=0) for side in pair)
    if not left and not right:
        raise ArgumentError(
            f"window must have at least one place, got {window!r}. Give (5, 5), or (0, 1) for the next word."
        )
    return left, right


def _named(node: Any) -> dict[str, Pattern]:
    if isinstance(node, Mapping):
        named = {str(name): pattern for name, pattern in node.items()}
        if not named:
            raise ArgumentError("node must not be empty.")
        return named
    label = describe(node)
    return {"|".join(map(str, label)) if isinstance(label, list) else str(label): node}


# ---------------------------------------------------------------------------------------------------------------
# Counting


class _Cells(NamedTuple):
    """Co-occurrences one by one, for the bootstrap: the term, and the row of the hit."""

    term: Ints
    row: Ints


class _Counts(NamedTuple):
    """Everything about one node; ``pair`` is about the listed terms, ``places``."""

    places: Ints
    pair: association.Pair
    f_node: int
    near: windows.Tally
    cells: _Cells | None
    sizes: Ints  # of the documents: tokens, or units that have tokens


def _collocates(tokens: Tokens, name: str, pattern: Pattern, options: _Options, ignore_case: bool) -> dict[str, Any]:
    """Return the columns of the collocates of one node, sorted."""
    hits = find(tokens, pattern, ignore_case=ignore_case)
    if not len(hits.first):
        if isinstance(pattern, str) and " " not in pattern and not ignore_case and not set("*?[") & set(pattern):
            hint = ""
            if any(pattern in text for text in tokens.corpus.texts):
                hint = (
                    "The texts have it, but no token is: it was dropped, or cut otherwise. Give the tokens before "
                    "drop(), or teach the segmenter, such as Jieba(words=[...])."
                )
            raise unknown("term (node)", pattern, tokens.vocabulary.terms, hint=hint)
        raise EmptyError(f"node {name!r} matches nothing in the {len(tokens):,} tokens. Try a glob such as '*管理*'.")
    covered = np.zeros(len(tokens), dtype=np.bool_)
    for step in range(int((hits.last - hits.first).max()) + 1):
        covered[hits.first + step] = True
    found = _textual(tokens, hits, covered, options) if options.size is None else _near(tokens, hits, covered, options)
    if not len(found.places):
        raise EmptyError(
            f"no word stands near {name!r} at least {options.min_count:,} times "
            f"(min_count={options.min_count}). Lower min_count, or widen the window."
        )
    columns = _columns(tokens, found, options)
    if options.ci is not None:
        low, high = _bootstrap(tokens, hits, covered, found, options)
    else:
        low, high = np.full((2, len(found.places)), np.nan)
    columns |= {"ci_low": low, "ci_high": high}
    order = measures.order_by(tokens.vocabulary.ranks[found.places], columns[options.measure], columns["f_xy"])
    terms = tokens.vocabulary.terms
    sorted_columns: dict[str, Any] = {column: values[order] for column, values in columns.items()}
    sorted_columns["collocate"] = [terms[place] for place in found.places[order].tolist()]
    return sorted_columns


def _near(tokens: Tokens, hits: Hits, covered: NDArray[np.bool_], options: _Options) -> _Counts:
    """Count the words in the windows of the hits."""
    assert options.size is not None
    near, cells = _tally(tokens, hits, covered, options)
    v = len(tokens.vocabulary)
    count = near.before + near.after
    places = np.flatnonzero(count >= options.min_count)
    frequency = _term_counts(tokens)
    n, row = float(len(tokens)), float(len(hits.first) * sum(options.size))
    if options.expected == "surface":
        # looking through all that is covered would take longer than all the rest
        inside = hits.first if (hits.first == hits.last).all() else np.flatnonzero(covered)
        frequency = frequency - np.bincount(tokens.ids[inside], minlength=v)
        n, row = n - len(inside), float(count.sum())
    counted = association.pair(count[places], len(hits.first), frequency[places], n, row=row)
    return _Counts(places, counted, len(hits.first), near, cells, tokens.lengths)


def _tally(
    tokens: Tokens, hits: Hits, covered: NDArray[np.bool_], options: _Options
) -> tuple[windows.Tally, _Cells | None]:
    assert options.size is not None
    v = len(tokens.vocabulary)
    segments = windows.segments_of(tokens, options.segment)
    low = windows.limits(segments, hits.first)[0]
    high = windows.limits(segments, hits.last)[1]  # a phrase may reach into the next sentence
    doc = doc_rows(tokens, hits.first)
    whole = options.skip_gaps or tokens.is_whole
    one_by_one = options.ci is not None or options.convention == "distinct_position"
    if not one_by_one and len(hits.first) * sum(options.size) >= _MANY:
        from textkit.kernels import near as compiled

        place = np.empty(0, dtype=np.int32) if whole else tokens.position
        outside = covered[:0] if (hits.first == hits.last).all() else covered
        sums, cells = compiled.tally(
            tokens.ids, hits.first, hits.last, low, high, doc, place, whole, outside, *options.size, v
        )
        return windows.Tally(*sums, *cells), None
    found = windows.around(
        hits.first, hits.last, (low, high), None if whole else tokens.position, options.size, covered
    )
    if options.convention == "distinct_position":
        found = windows.nearest(found)
    term = tokens.ids[found.row].astype(np.int64)
    return windows.tally(term, found.offset, doc[found.hit], v), _Cells(term, hits.first[found.hit])


def _textual(tokens: Tokens, hits: Hits, covered: NDArray[np.bool_], options: _Options) -> _Counts:
    """Count the units that hold a word and the node."""
    segments = windows.segments_of(tokens, options.segment)
    n_units = len(segments) - 1
    unit = np.repeat(np.arange(n_units), np.diff(segments))
    with_node = np.zeros(n_units, dtype=np.bool_)
    whole = unit[hits.first] == unit[hits.last]
    with_node[unit[hits.first[whole]]] = True
    keys, _ = pairs.count_keys(tokens.ids[~covered].astype(np.int64) * n_units + unit[~covered])
    term, where = keys // n_units, keys % n_units
    v = len(tokens.vocabulary)
    together = with_node[where]
    count = np.bincount(term[together], minlength=v)
    places = np.flatnonzero(count >= options.min_count)
    frequency = np.bincount(term, minlength=v)
    f_node = int(with_node.sum())
    counted = association.pair(count[places], f_node, frequency[places], n_units)
    doc_of_unit = doc_rows(tokens, segments[:-1])
    beside = where[together]
    near = windows.tally(term[together], np.zeros_like(beside), doc_of_unit[beside], v)
    sizes = np.bincount(doc_of_unit, minlength=len(tokens.corpus))
    return _Counts(places, counted, f_node, near, None, sizes)


def _columns(tokens: Tokens, found: _Counts, options: _Options) -> dict[str, Any]:
    """Return the columns that are numbers, in the order of the places."""
    n = len(found.places)
    number = np.full(len(tokens.vocabulary), -1)
    number[found.places] = np.arange(n)
    listed = number[found.near.term]
    inside = listed >= 0
    term, part, cells = listed[inside], found.near.doc[inside], found.near.frequency[inside]
    columns: dict[str, Any] = {
        "f_xy": found.pair.o.astype(np.int64),
        "f_node": np.full(n, found.f_node, dtype=np.int64),
        "f_collocate": found.pair.f_y.astype(np.int64),
        "expected": np.broadcast_to(found.pair.expected, n),
    }
    for name, formula in association.PAIR_MEASURES.items():
        columns[name] = np.broadcast_to(formula(found.pair), n)
    columns["log_odds_se"] = association.log_odds_se(found.pair)
    columns["p_value"] = measures.chi2_p(np.abs(columns["g2"]))
    columns["range"] = np.bincount(term, minlength=n)
    columns["dp"] = measures.deviation_of_proportions(term, part, cells, found.sizes, n).dp
    if options.size is None:
        columns |= {name: np.full(n, np.nan) for name in ("mean_offset", "left", "right")}
    else:
        columns["mean_offset"] = found.near.distance[found.places] / found.pair.o
        columns["left"] = found.near.before[found.places].astype(np.float64)
        columns["right"] = found.near.after[found.places].astype(np.float64)
    return columns


def _term_counts(tokens: Tokens) -> Ints:
    """Return the occurrences of all terms, counted once for all nodes that are asked for."""
    cache = tokens._cache
    if "term_counts" not in cache:
        counts = tokens.term_counts
        counts.flags.writeable = False
        cache["term_counts"] = counts
    return np.asarray(cache["term_counts"])


# ---------------------------------------------------------------------------------------------------------------
# The bootstrap


class _ByUnit(NamedTuple):
    """What each resampled unit adds: matrices of units by listed terms, and vectors over units."""

    together: csr_array
    frequency: csr_array
    node: Floats
    row: Floats
    n: Floats


def _bootstrap(
    tokens: Tokens, hits: Hits, covered: NDArray[np.bool_], found: _Counts, options: _Options
) -> tuple[Floats, Floats]:
    """Return the percentile interval of the measure that sorts, over resampled units."""
    by_unit = _by_unit(tokens, hits, covered, found, options)
    warning = resampling.few_units(int((by_unit.node > 0).sum()), options.unit)
    if warning is not None:
        warnings.warn(warning, TextkitWarning, stacklevel=4)
    ends = [
        resampling.percentile_interval(np.concatenate(list(_replicates(by_unit, columns, options))), options.confidence)
        for columns in _blocks(len(found.places))
    ]
    return np.concatenate([low for low, _ in ends]), np.concatenate([high for _, high in ends])


def _blocks(n: int) -> list[slice]:
    return [slice(first, first + _COLUMN_BLOCK) for first in range(0, n, _COLUMN_BLOCK)]


def _replicates(by_unit: _ByUnit, columns: slice, options: _Options) -> Iterator[Floats]:
    """Yield the measure of some collocates in blocks of resamples; the draws are the same for all columns."""
    formula = association.PAIR_MEASURES[options.measure]
    together, frequency = by_unit.together[:, columns].T.tocsr(), by_unit.frequency[:, columns].T.tocsr()
    units = len(by_unit.node)
    rng = np.random.default_rng(options.random_state)
    block = int(np.clip(_CELLS // units, 1, 100))
    blocks = resampling.resamples(units, options.n_replicates, rng, block=block)
    for drawn in track(blocks, "bootstrap", total=-(-options.n_replicates // block)):
        weights = drawn.astype(np.float64)
        node, row, n = ((weights @ part)[:, None] for part in (by_unit.node, by_unit.row, by_unit.n))
        yield formula(association.pair((together @ weights.T).T, node, (frequency @ weights.T).T, n, row=row))


def _by_unit(tokens: Tokens, hits: Hits, covered: NDArray[np.bool_], found: _Counts, options: _Options) -> _ByUnit:
    """Add up by unit what `_near` or `_textual` adds up over the whole corpus."""
    segments = windows.segments_of(tokens, options.unit)
    units = len(segments) - 1
    listed = len(found.places)
    number = np.full(len(tokens.vocabulary), -1)
    number[found.places] = np.arange(listed)

    def unit_of(rows: NDArray[Any]) -> Ints:
        return np.asarray(np.searchsorted(segments, rows, side="right") - 1)

    def matrix(term: NDArray[Any], unit: Ints) -> csr_array:
        there = number[term] >= 0
        ones = np.ones(int(there.sum()))
        return csr_array((ones, (unit[there], number[term[there]])), shape=(units, listed))

    if options.size is None:
        return _textual_by_unit(tokens, hits, covered, options, matrix, unit_of, units)
    assert found.cells is not None
    node = np.bincount(unit_of(hits.first), minlength=units).astype(np.float64)
    near = unit_of(found.cells.row)
    counted = np.ones(len(tokens), dtype=np.bool_) if options.expected == "simple" else ~covered
    rows = np.flatnonzero(counted)
    n = np.add.reduceat(counted, segments[:-1], dtype=np.float64)
    row = (
        np.bincount(near, minlength=units).astype(np.float64)
        if options.expected == "surface"
        else node * sum(options.size)
    )
    return _ByUnit(matrix(found.cells.term, near), matrix(tokens.ids[rows], unit_of(rows)), node, row, n)


def _textual_by_unit(
    tokens: Tokens, hits: Hits, covered: NDArray[np.bool_], options: _Options, matrix: Any, unit_of: Any, units: int
) -> _ByUnit:
    segments = windows.segments_of(tokens, options.segment)
    n_small = len(segments) - 1
    small = np.repeat(np.arange(n_small), np.diff(segments))
    large = unit_of(segments[:-1])
    with_node = np.zeros(n_small, dtype=np.bool_)
    whole = small[hits.first] == small[hits.last]
    with_node[small[hits.first[whole]]] = True
    keys, _ = pairs.count_keys(tokens.ids[~covered].astype(np.int64) * n_small + small[~covered])
    term, where = keys // n_small, keys % n_small
    together = with_node[where]
    node = np.bincount(large[with_node], minlength=units).astype(np.float64)
    n = np.bincount(large, minlength=units).astype(np.float64)
    return _ByUnit(matrix(term[together], large[where[together]]), matrix(term, large[where]), node, node, n)
