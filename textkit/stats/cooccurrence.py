"""How often any two words stand near each other: the matrix of all pairs, and the table of its strongest ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, triu

from textkit import measures
from textkit.errors import ArgumentError, EmptyError, check_choice, check_int, check_type, listing
from textkit.finding import describe
from textkit.kernels import pairs, windows
from textkit.markup import esc
from textkit.measures import Floats, association
from textkit.progress import track
from textkit.provenance import stamp
from textkit.tokens import Tokens
from textkit.vocabulary import Pattern, Vocabulary

PAIR_COLUMNS = [
    "a", "b", "weight", "f_a", "f_b", "expected", "log_dice", "pmi", "npmi", "mi2", "mi3", "t", "z", "g2", "chi2",
    "p_value", "q_value", "dice", "jaccard", "min_sensitivity", "delta_p_b_given_a", "delta_p_a_given_b",
    "log_odds_ratio", "log_odds_se", "conservative_lr",
]  # fmt: skip

WEIGHTS = ("count", "inverse")

_NAMES = {"delta_p_c_given_n": "delta_p_b_given_a", "delta_p_n_given_c": "delta_p_a_given_b"}
_FORMULAS = {_NAMES.get(name, name): formula for name, formula in association.PAIR_MEASURES.items()}
_OF_WEIGHTS = ("pmi", "npmi")  # ratios of weights to weights; all others are about counts
_FEW = 5

MEASURES = ("weight", *_FORMULAS)

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cooccurrence:
    """Co-occurrences of all pairs of words, from `cooccurrence`.

    Parameters
    ----------
    matrix : csr_array, shape (V, V)
        int64 counts, or float64 sums of 1 / distance. Row a, column b: how often b stands near a (``ordered``: behind
        a). Unordered it is symmetric, and the diagonal counts both words of a pair, so that each row adds up to the
        neighbours of its word (quanteda's ``fcm`` too).
    vocabulary : Vocabulary
        The V terms.
    frequency : int64, shape (V,)
        Occurrences of each term; for whole units, the units that have it.
    row_totals, column_totals : float64, shape (V,)
        Neighbours of each term among **all** tokens, also those that are no terms of the matrix.
    total : float
        The sum of the neighbours of all tokens; for whole units their number.
    ordered : bool
    weights : str
    """

    matrix: csr_array
    vocabulary: Vocabulary
    frequency: Ints
    row_totals: Floats
    column_totals: Floats
    total: float
    ordered: bool
    weights: str
    _note: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        v = len(self.vocabulary)
        if self.matrix.shape != (v, v):
            raise ArgumentError(
                f"matrix must have shape ({v}, {v}), the size of the vocabulary, got {self.matrix.shape}."
            )
        for name in ("frequency", "row_totals", "column_totals"):
            values: NDArray[Any] = getattr(self, name)
            if values.shape != (v,):
                raise ArgumentError(f"{name} must have shape ({v},), got {values.shape}.")
            values.flags.writeable = False
        for part in (self.matrix.data, self.matrix.indices, self.matrix.indptr):
            part.flags.writeable = False

    def __repr__(self) -> str:
        kind = "ordered" if self.ordered else "unordered"
        return (
            f"Cooccurrence({len(self.vocabulary):,} terms, {self.matrix.nnz:,} nonzero cells, {kind}, {self.weights})"
        )

    def _repr_html_(self) -> str:
        return f"<p>{esc(repr(self))}</p>"

    def to_frame(
        self, *, measure: str = "weight", min_count: int | None = None, n: int | None = None, adjust: str = "bh"
    ) -> pd.DataFrame:
        """Return one row a pair with every measure of association; a word with itself is left out.

        Parameters
        ----------
        measure : str, default "weight"
            The column that sorts the table.
        min_count : int, optional
            Smallest weight. 1; 5 with the measures that rare words lead.
        n : int, optional
            Only the first ``n`` rows, after sorting.
        adjust : {"bh", "holm", "bonferroni", "by", "none"}
            How ``q_value`` allows for the number of pairs (before ``n`` cuts the table).

        Returns
        -------
        DataFrame
            ``a``, ``b`` (in code-point order, or in that of the text if ``ordered``); ``weight`` (the cell of the
            matrix, O); ``f_a``, ``f_b``; ``expected``
            ``= row total of a * column total of b / total`` (for whole units: ``f_a f_b / units``); and as in
            `textkit.collocates`, a being the node: ``log_dice``, ``pmi``, ``npmi``, ``mi2``, ``mi3``, ``t``, ``z``,
            ``g2``, ``chi2``, ``p_value``, ``q_value``, ``dice``, ``jaccard``, ``min_sensitivity``,
            ``delta_p_b_given_a``, ``delta_p_a_given_b``, ``log_odds_ratio``, ``log_odds_se``, ``conservative_lr``.
            With ``weights="inverse"`` only ``expected``, ``pmi`` and ``npmi`` exist: the others are about counts.
            Sorted by falling ``measure``, ``weight``, then code points of a and b.

        Raises
        ------
        EmptyError
            No pair has that weight.
        """
        check_choice("measure", measure, MEASURES)
        check_choice("adjust", adjust, measures.ADJUSTMENTS)
        if n is not None:
            n = check_int("n", n, minimum=1)
        few = _FEW if measure in association.FEW_COUNTS_MISLEAD or measure == "delta_p_a_given_b" else 1
        fewest = few if min_count is None else check_int("min_count", min_count, minimum=1)
        if self.weights != "count" and measure not in ("weight", *_OF_WEIGHTS):
            raise ArgumentError(
                f"measure={measure!r} is about counts, but the weights are 1 / distance. Use measure='pmi', or "
                "cooccurrence(tokens, weights='count')."
            )
        first, second, weight = self._pairs(fewest if min_count is not None or self.weights == "count" else 0)
        if not len(weight):
            raise EmptyError(f"no two words have a weight of at least {fewest} (min_count={min_count}). Lower it.")
        f = self.frequency.astype(np.float64)
        counts = association.Pair(
            weight, self.row_totals[first], self.column_totals[second], np.asarray(self.total), f[first], f[second]
        )
        columns: dict[str, Any] = {
            "weight": weight.astype(self.matrix.dtype), "f_a": self.frequency[first], "f_b": self.frequency[second],
            "expected": counts.expected,
        }  # fmt: skip
        nothing = np.full(len(weight), np.nan)
        for name, formula in _FORMULAS.items():
            known = self.weights == "count" or name in _OF_WEIGHTS
            columns[name] = formula(counts) if known else nothing
        columns["log_odds_se"] = association.log_odds_se(counts) if self.weights == "count" else nothing
        columns["p_value"] = measures.chi2_p(np.abs(columns["g2"]))
        columns["q_value"] = measures.adjust_p(columns["p_value"], adjust)
        ranks = self.vocabulary.ranks
        place = np.empty(len(weight), dtype=np.intp)
        place[np.lexsort((ranks[second], ranks[first]))] = np.arange(len(weight))
        order = measures.order_by(place, columns[measure], weight)[:n]
        terms = np.array(self.vocabulary.terms, dtype=object)
        shown = {name: values[order] for name, values in columns.items()}
        shown |= {"a": terms[first[order]], "b": terms[second[order]]}
        table = pd.DataFrame(shown, columns=PAIR_COLUMNS).astype({"a": "str", "b": "str"})
        note = dict(self._note)
        stamp(
            table, "cooccurrence", inputs=note.pop("inputs", {}), **note, measure=measure, min_count=fewest, n=n,
            adjust=adjust,
        )  # fmt: skip
        table.attrs["textkit"]["unit"] = "token"
        return table

    def _pairs(self, fewest: float) -> tuple[Ints, Ints, Floats]:
        """Return the pairs of different words with enough weight, the first word being that of the column ``a``."""
        cells = self.matrix if self.ordered else triu(self.matrix, k=1)
        found = cells.tocoo()
        first, second = (found.coords[axis].astype(np.int64) for axis in (0, 1))
        weight = found.data.astype(np.float64)
        chosen = (first != second) & (weight > 0) & (weight >= fewest)
        first, second, weight = first[chosen], second[chosen], weight[chosen]
        if not self.ordered:
            swap = self.vocabulary.ranks[first] > self.vocabulary.ranks[second]
            first, second = np.where(swap, second, first), np.where(swap, first, second)
        return first, second, weight


def cooccurrence(
    tokens: Tokens,
    *,
    window: int | str = 5,
    within: str = "document",
    ordered: bool = False,
    weights: str = "count",
    terms: Pattern | None = None,
    skip_gaps: bool = False,
) -> Cooccurrence:
    """Count how often any two words stand near each other.

    Parameters
    ----------
    tokens : Tokens
    window : int or {"sentence", "paragraph", "document"}, default 5
        Largest distance of two words, counted in the text before anything was dropped. A name of a unit counts the
        units that hold both words instead (on the diagonal: that hold the word twice).
    within : {"document", "paragraph", "sentence"}
        What no window crosses.
    ordered : bool, default False
        Row before column; otherwise the matrix is symmetric.
    weights : {"count", "inverse"}
        Each pair counts 1, or 1 / distance.
    terms : pattern, optional
        Rows and columns of the matrix; a list of words gives their order. Without it all terms: ten million tokens then
        need about a gigabyte, so choose the words that matter, or drop rare and stop words first.
    skip_gaps : bool, default False
        Count distances among the tokens that were kept.

    Returns
    -------
    Cooccurrence
        With ``matrix`` (V by V, sparse), ``vocabulary`` and ``to_frame()``, the table of pairs with all measures.

    Raises
    ------
    EmptyError
        ``terms`` selects nothing.
    ArgumentError
        Order, distance or ``within`` asked of whole units.

    Notes
    -----
    With ``skip_gaps=True`` and ``within="document"`` the counts are those of quanteda's ``fcm(window=)``.

    Examples
    --------
    >>> from textkit.corpus import Corpus
    >>> from textkit.tokenization import tokenize
    >>> found = cooccurrence(tokenize(Corpus(["社会 治理 社会 创新"]), "spaces"), window=2)
    >>> found.vocabulary.terms, found.matrix.toarray().tolist()
    (('社会', '治理', '创新'), [[2, 2, 1], [2, 0, 1], [1, 1, 0]])
    >>> found.to_frame()[["a", "b", "weight", "expected"]].round(2)
        a   b  weight  expected
    0  治理  社会       2       1.5
    1  创新  治理       1       0.6
    2  创新  社会       1       1.0
    """
    check_type("tokens", tokens, Tokens, hint="Make them with tokenize(corpus).")
    check_choice("within", within, windows.SEGMENTS)
    check_choice("weights", weights, WEIGHTS)
    check_type("ordered", ordered, bool)
    check_type("skip_gaps", skip_gaps, bool)
    if not len(tokens):
        raise EmptyError("the tokens are empty: there is nothing that could co-occur.")
    chosen = _chosen(tokens.vocabulary, terms)
    if isinstance(window, str):
        check_choice("window", window, windows.SEGMENTS)
        _no_places(window, {"within": (within, "document"), "ordered": (ordered, False), "weights": (weights, "count")})
        found = _textual(tokens, chosen, window)
    else:
        size = check_int("window", window, minimum=1)
        found = _near(tokens, chosen, size, within, ordered, weights, skip_gaps)
    note = {
        "inputs": {"tokens": tokens.fingerprint}, "window": window, "within": within, "ordered": ordered,
        "weights": weights, "terms": describe(terms), "skip_gaps": skip_gaps,
    }  # fmt: skip
    known = tokens.vocabulary.terms
    vocabulary = tokens.vocabulary if terms is None else Vocabulary(known[place] for place in chosen.tolist())
    return Cooccurrence(found[0], vocabulary, *found[1:], ordered, weights, note)


_Found = tuple[csr_array, Ints, Floats, Floats, float]


def _chosen(vocabulary: Vocabulary, terms: Pattern | None) -> Ints:
    if terms is None:
        return np.arange(len(vocabulary))
    matched = np.flatnonzero(vocabulary.match(terms))
    if not len(matched):
        raise EmptyError(f"terms={describe(terms)!r} matches none of the {len(vocabulary):,} terms.")
    if isinstance(terms, Sequence) and not isinstance(terms, str):
        missing = [word for word in dict.fromkeys(terms) if word not in vocabulary]
        if missing:
            raise EmptyError(f"terms has words that do not occur: {listing(missing)}. Leave them out.")
        return vocabulary.ids(dict.fromkeys(terms)).astype(np.int64)
    return matched


def _no_places(window: str, given: dict[str, tuple[object, object]]) -> None:
    for name, (value, default) in given.items():
        if value != default:
            raise ArgumentError(
                f"{name}={value!r} is about windows of words, but window={window!r} compares whole {window}s. "
                f"Leave {name} out, or give window as a number of words."
            )


def _near(tokens: Tokens, chosen: Ints, size: int, within: str, ordered: bool, weights: str, skip_gaps: bool) -> _Found:
    """Count pairs at most ``size`` places apart."""
    n, v = len(tokens), len(chosen)
    segments = windows.segments_of(tokens, within)
    end = np.repeat(segments[1:].astype(np.int32), np.diff(segments)) if len(segments) > 1 else segments[:0]
    place: NDArray[Any] = np.arange(n, dtype=np.int32) if skip_gaps else tokens.position
    before, behind = _neighbours(place, end, size, weights)
    every = len(tokens.vocabulary)
    rows, columns = (
        np.bincount(tokens.ids, weights=side, minlength=every).astype(np.float64) for side in (behind, before)
    )
    if not ordered:
        rows = columns = rows + columns
    number = np.full(every, -1)
    number[chosen] = np.arange(v)
    there = np.flatnonzero(number[tokens.ids] >= 0)
    matrix = _counted(there, number[tokens.ids[there]], place[there], end[there], size, v, weights)
    if not ordered:
        matrix = csr_array(matrix + matrix.T)
    matrix.sort_indices()
    frequency = np.bincount(tokens.ids, minlength=every)[chosen].astype(np.int64)
    return matrix, frequency, rows[chosen], columns[chosen], float(rows.sum())


def _neighbours(place: NDArray[Any], end: NDArray[Any], size: int, weights: str) -> tuple[Floats, Floats]:
    """Return the weight of the tokens in the windows before and behind each token."""
    n = len(place)
    rows = np.arange(n, dtype=np.int32)
    before, behind = np.zeros((2, n))
    for step in range(1, min(size, n - 1) + 1):
        away = place[step:] - place[:-step]
        near = (away <= size) & (rows[step:] < end[:-step])
        # across documents the distance may be anything; such pairs are not near
        weight = near / np.maximum(away, 1) if weights == "inverse" else near.astype(np.float64)
        behind[:-step] += weight
        before[step:] += weight
    return before, behind


def _counted(
    row: Ints, code: Ints, place: NDArray[Any], end: NDArray[Any], size: int, v: int, weights: str
) -> csr_array:
    """Add up the pairs of chosen tokens, the first in the row, the second in the column, in blocks that fit memory."""
    dtype = np.int64 if weights == "count" else np.float64
    total: Any = csr_array((v, v), dtype=dtype)
    steps = [
        (step, first)
        for step in range(1, min(size, len(row) - 1) + 1)
        for first in range(0, len(row) - step, pairs.BLOCK)
    ]
    for step, first in track(steps, "co-occurrences"):
        a = slice(first, min(first + pairs.BLOCK, len(row) - step))
        b = slice(a.start + step, a.stop + step)
        away = place[b] - place[a]
        near = (away <= size) & (row[b] < end[a])
        key = code[a][near] * v + code[b][near]
        if weights == "count":
            cells, count = pairs.count_keys(key)
            data: NDArray[Any] = count
        else:
            packed, count = pairs.count_keys(key * (size + 1) + away[near])
            begins = pairs.run_bounds(packed // (size + 1))[:-1]
            cells = packed[begins] // (size + 1)
            data = np.add.reduceat(count / (packed % (size + 1)), begins) if len(begins) else np.empty(0)
        indptr = np.searchsorted(cells, np.arange(v + 1) * np.int64(v))
        total = total + csr_array((data.astype(dtype), cells % max(v, 1), indptr), shape=(v, v))
    return csr_array(total)


def _textual(tokens: Tokens, chosen: Ints, segment: str) -> _Found:
    """Count the units that hold both words."""
    segments = windows.segments_of(tokens, segment)
    units, v = len(segments) - 1, len(chosen)
    number = np.full(len(tokens.vocabulary), -1)
    number[chosen] = np.arange(v)
    code = number[tokens.ids]
    unit = np.repeat(np.arange(units), np.diff(segments))[code >= 0]
    keys, count = pairs.count_keys(unit * max(v, 1) + code[code >= 0])
    where, term = keys // max(v, 1), keys % max(v, 1)
    held = csr_array((np.ones(len(keys), dtype=np.int64), (where, term)), shape=(units, v))
    matrix = csr_array(held.T @ held)
    frequency = np.bincount(term, minlength=v)
    twice = np.bincount(term[count > 1], minlength=v)
    matrix = csr_array(matrix - csr_array((frequency - twice, (np.arange(v), np.arange(v))), shape=(v, v)))
    matrix.eliminate_zeros()
    matrix.sort_indices()
    margin = frequency.astype(np.float64)
    return matrix, frequency, margin, margin.copy(), float(units)
