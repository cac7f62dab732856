"""Which words stand next to each other more often than chance would have it: n-grams and their association."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
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
)
from textkit.finding import describe
from textkit.kernels import pairs, windows
from textkit.measures import Floats, association, resampling
from textkit.progress import track
from textkit.provenance import stamp
from textkit.tokens import Tokens
from textkit.vocabulary import Pattern

COLUMNS = [
    "ngram", "n", "count", "f_first", "f_last", "expected", "g2", "p_value", "q_value", "lambda", "lambda_se",
    "lambda_z", "log_dice", "pmi", "npmi", "mi2", "mi3", "t", "z", "chi2", "dice", "jaccard", "min_sensitivity",
    "delta_p_forward", "delta_p_backward", "conservative_lr", "range", "dp", "ci_low", "ci_high",
]  # fmt: skip

MEASURES = tuple(association.NGRAM_MEASURES)
UNITS = windows.SEGMENTS

_LONGEST = 9
_LARGEST = 2**62  # of a key
_FEW = 5
_EVIDENCE = ("g2", "lambda_z", "t", "conservative_lr")  # these need no protection from n-grams that occur once
_COLUMN_BLOCK = 10_000  # n-grams whose replicates are held at a time
_CELLS = 10_000_000  # draws held at a time

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Options:
    """The checked arguments that the kernels need."""

    within: str
    measure: str
    min_count: int
    skip_gaps: bool
    smoothing: float
    ci: str | None
    unit: str
    n_replicates: int
    confidence: float
    random_state: int


def collocations(
    tokens: Tokens,
    n: int | Sequence[int] = 2,
    *,
    within: str = "sentence",
    measure: str = "g2",
    min_count: int | None = None,
    exclude: Pattern | None = None,
    skip_gaps: bool = False,
    smoothing: float = 0.5,
    adjust: str = "bh",
    ci: str | None = None,
    unit: str = "document",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    r"""List the n-grams of a corpus with every measure of how much their words attract each other.

    N is the number of places where n neighbours stand, f_i how often word i stands in place i of them, O how often the
    whole n-gram does; ``E = N (f_1 / N) ... (f_n / N)``. The ``2^n`` cells of an n-gram count the places that share
    exactly the words of each subset with it: for two words the usual table of four cells.

    Parameters
    ----------
    tokens : Tokens
        Neighbours are neighbours of the text: no n-gram reaches across something that was dropped.
    n : int or list of int, default 2
        Number of words, 2 to 9.
    within : {"sentence", "paragraph", "document"}
        What no n-gram crosses (as `textkit.Corpus.split` cuts the texts).
    measure : str, default "g2"
        The column that sorts the table, one of those from ``g2`` to ``conservative_lr`` below.
    min_count : int, optional
        Fewest occurrences. 2 with ``g2``, ``lambda_z``, ``t`` and ``conservative_lr``; 5 with the others, which put
        n-grams of words that occur once at the top.
    exclude : pattern or list of patterns, optional
        Words (stop words, punctuation) whose n-grams are not listed: ``"第*"``, or several patterns together,
        ``[stopwords("iso"), re.compile("^第"), "了"]`` (strings in a list are words, not globs). They count in N and in
        the margins, as if they had been dropped leaving a padding behind (quanteda); words that were dropped before do
        not count at all.
    skip_gaps : bool, default False
        Let words become neighbours if all that stood between them was dropped.
    smoothing : float, default 0.5
        Added to each cell for ``lambda``.
    adjust : {"bh", "holm", "bonferroni", "by", "none"}
        How ``q_value`` allows for the number of rows.
    ci : {None, "bootstrap"}
        Give the column ``measure`` a percentile interval (Efron & Tibshirani 1993) over resampled units.
    unit : {"document", "paragraph", "sentence"}
        What is resampled.
    n_replicates : int, default 2000
    confidence : float, default 0.95
    random_state : int, default 0

    Returns
    -------
    DataFrame
        ``ngram`` (words with a blank between them, as `textkit.concordance` and ``tokens.join`` take it); ``n``;
        ``count`` (O); ``f_first``, ``f_last`` (of the first and last word in their places); ``expected`` (E); ``g2``
        ``= 2 sum O ln(O / E)`` over the cells, negative if the n-gram is rarer than by chance (Dunning 1993; for n > 2
        against complete independence, with 2^n - n - 1 degrees of freedom); ``p_value`` (of ``g2``), ``q_value``;
        ``lambda``, its ``lambda_se`` and ``lambda_z`` ``= lambda / se``, the highest interaction of the log-linear
        model (Blaheta & Johnson 2001; quanteda), for two words the log odds ratio after Haldane; ``log_dice``
        ``= 14 + log2 dice`` (Rychlý 2008); ``pmi`` ``= log2(O / E)``; ``npmi`` ``= pmi / (-(n - 1) log2(O / N))``
        (Bouma 2009); ``mi2``, ``mi3`` ``= log2(O^k / E)``; ``t`` ``= (O - E) / sqrt(O)``; ``z``
        ``= (O - E) / sqrt(E)``; ``chi2`` over the cells; ``dice`` ``= n O / sum f_i``; ``jaccard`` (O over the places
        that have at least one of the words); ``min_sensitivity`` ``= O / max f_i``; ``delta_p_forward``, the rise of
        the probability of the last word behind the others, and ``delta_p_backward``, that of the first word before the
        others (Gries 2013); ``conservative_lr`` ``= (lambda - 1.96 se) / ln 2`` (bits, smoothing 0.5); ``range``
        (documents that have it), ``dp`` (deviation of proportions over the documents, 0 = even, Gries 2008; NaN with
        one document); ``ci_low``, ``ci_high`` (of the column ``measure``; NaN without ``ci``).
        For two words ``delta_p_forward`` is what `collocates` calls ``delta_p_c_given_n`` with the first as the node,
        and ``delta_p_backward`` is ``delta_p_n_given_c``: a node has no fixed side, so there the names say what is
        given.
        Sorted by ``n`` in the order given, then by falling ``measure``, ``count``, and code points word by word.

    Raises
    ------
    ArgumentError
        ``n`` out of range, or the same twice.
    EmptyError
        No n-gram occurs often enough.

    Warns
    -----
    TextkitWarning
        Too few units for a bootstrap.

    Notes
    -----
    p-values take places as independent draws and reject a true null too often: use them to rank. ``g2``, ``t``, ``z``
    and ``lambda_z`` grow with the corpus and with nothing to stop them: never compare them between corpora, nor between
    different n. For n > 2 a large ``g2`` may come from two of the words alone; ``lambda`` asks what the n-gram has
    beyond its parts.

    Examples
    --------
    >>> from textkit.corpus import Corpus
    >>> from textkit.tokenization import tokenize
    >>> words = tokenize(Corpus(["社会 治理 创新 社会 治理 工作", "社会 治理"]), "spaces")
    >>> collocations(words)[["ngram", "count", "f_first", "f_last", "expected", "g2", "lambda"]].round(3)
       ngram  count  f_first  f_last  expected     g2  lambda
    0  社会 治理      3        3       3       1.5  8.318   3.892
    """
    check_type("tokens", tokens, Tokens, hint="Make them with tokenize(corpus).")
    sizes = _sizes(n)
    options = _options(
        within, measure, min_count, skip_gaps, smoothing, ci, unit, n_replicates, confidence, random_state
    )
    check_choice("adjust", adjust, measures.ADJUSTMENTS)
    listed = np.ones(len(tokens.vocabulary), dtype=np.bool_)
    if exclude is not None:
        listed = ~tokens.vocabulary.match(exclude)
    parts = []
    for size in sizes:
        part = _collocations(tokens, size, listed, options)
        if part is not None:
            parts.append(part)
    if not parts:
        kinds = " or ".join(str(size) for size in sizes)
        raise EmptyError(
            f"no {kinds} neighbouring words occur {options.min_count:,} times in the {len(tokens):,} tokens "
            f"(min_count={options.min_count}). Lower min_count, or give more text."
        )
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0] if name != "ngram"}
    columns["q_value"] = measures.adjust_p(columns["p_value"], adjust)
    names = pd.array(pa.chunked_array([part["ngram"] for part in parts]), dtype="str")
    table = pd.DataFrame({"ngram": names, **columns}, columns=COLUMNS)
    stamp(
        table, "collocations", inputs={"tokens": tokens.fingerprint}, n=sizes, within=within, measure=measure,
        min_count=options.min_count, exclude=describe(exclude), skip_gaps=skip_gaps, smoothing=smoothing, adjust=adjust,
        ci=ci, unit=unit, n_replicates=n_replicates, confidence=confidence, random_state=random_state,
    )  # fmt: skip
    table.attrs["textkit"]["unit"] = "token"
    return table


def _sizes(n: Any) -> list[int]:
    many = isinstance(n, Sequence) and not isinstance(n, str)
    sizes = [check_int("n", size, minimum=2, maximum=_LONGEST) for size in (n if many else [n])]
    if not sizes or len(set(sizes)) != len(sizes):
        raise ArgumentError(f"n must be a number of words or distinct numbers, got {n!r}.")
    return sizes


def _options(
    within: str, measure: str, min_count: int | None, skip_gaps: bool, smoothing: float, ci: str | None, unit: str,
    n_replicates: int, confidence: float, random_state: int,
) -> _Options:  # fmt: skip
    check_choice("within", within, windows.SEGMENTS)
    check_choice("measure", measure, MEASURES)
    check_choice("unit", unit, UNITS)
    check_type("skip_gaps", skip_gaps, bool)
    if ci is not None:
        check_choice("ci", ci, ("bootstrap",))
    usual = 2 if measure in _EVIDENCE else _FEW
    return _Options(
        within, measure, usual if min_count is None else check_int("min_count", min_count, minimum=1), skip_gaps,
        check_float("smoothing", smoothing, minimum=0, open_minimum=True), ci, unit,
        check_int("n_replicates", n_replicates, minimum=1),
        check_float("confidence", confidence, minimum=0.5, maximum=0.9999),
        check_int("random_state", random_state, minimum=0),
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------
# Counting


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Where n neighbours begin: ``ok`` says it for each row from which n tokens are left."""

    ids: NDArray[np.int32]
    ok: Flags
    n: int
    v: int  # terms of the vocabulary

    @property
    def total(self) -> int:
        return int(np.count_nonzero(self.ok))

    def word(self, place: int, part: slice = slice(None)) -> NDArray[np.int32]:
        """Return the word in one place of each n-gram that could begin in these rows."""
        return self.ids[place : place + len(self.ok)][part]


class _Found(NamedTuple):
    """The n-grams that occur often enough: their words (C, n), counts, documents and counts by document."""

    words: Ints
    counts: Ints
    gram: Ints  # of each cell of n-gram and document
    doc: Ints
    cells: Ints


def _collocations(tokens: Tokens, n: int, listed: Flags, options: _Options) -> dict[str, Any] | None:
    """Return the columns of all n-grams of one length, sorted; None if there is none."""
    places = _places(tokens, n, options)
    if not places.ok.any():
        return None
    margins = _margins(places)
    doc = tokens.doc_ids[: len(places.ok)]
    found = _frequent(places, margins, doc, listed, tokens, options.min_count)
    if found is None:
        return None
    subsets = np.empty((2**n, len(found.counts)))
    subsets[0], subsets[-1] = places.total, found.counts
    for place in range(n):
        subsets[1 << place] = margins[place][found.words[:, place]]
    for subset in track(_inner(n), f"{n}-grams"):
        matched = _match(places, found.words, subset)
        subsets[subset] = np.bincount(matched.code, minlength=matched.n_codes)[matched.of_gram]
    sizes = np.diff(np.minimum(tokens.offsets, len(doc)))
    sizes -= np.bincount(doc[~places.ok], minlength=len(sizes))
    columns = _columns(association.cells_of(subsets), found, sizes, options)
    if options.ci is not None:
        low, high = _bootstrap(tokens, places, found, options)
    else:
        low, high = np.full((2, len(found.counts)), np.nan)
    columns |= {"ci_low": low, "ci_high": high}
    order = measures.order_by(_ranks(tokens.vocabulary.ranks, found.words), columns[options.measure], found.counts)
    ordered: dict[str, Any] = {name: values[order] for name, values in columns.items()}
    ordered["ngram"] = _names(tokens.vocabulary.terms, found.words[order])
    return ordered


def _names(terms: tuple[str, ...], words: Ints) -> Any:
    """Return the words of each n-gram with blanks between them, as one array of strings."""
    known = pa.array(terms, pa.large_string())
    columns = [known.take(pa.array(words[:, place])) for place in range(words.shape[1])]
    return pc.binary_join_element_wise(*columns, pa.scalar(" ", pa.large_string()))


def _places(tokens: Tokens, n: int, options: _Options) -> _Places:
    """Find where n tokens stand next to each other inside one segment."""
    count = max(len(tokens) - 1, 0)
    beside = np.ones(count, dtype=np.bool_)
    if not options.skip_gaps:
        beside = tokens.position[1:] - tokens.position[:count] == 1
    segments = windows.segments_of(tokens, options.within)
    beside[segments[1:-1] - 1] = False
    starts = max(len(tokens) - n + 1, 0)
    ok = np.ones(starts, dtype=np.bool_)
    for step in range(n - 1):
        ok &= beside[step : step + starts]
    return _Places(tokens.ids, ok, n, len(tokens.vocabulary))


def _margins(places: _Places) -> list[Ints]:
    """Return how often each term stands in each place of an n-gram."""
    # places that begin no n-gram are few: take them from the counts of all
    everywhere = np.bincount(places.ids, minlength=places.v)
    outside = np.flatnonzero(~places.ok)
    margins = []
    for place in range(places.n):
        rest = np.concatenate((places.ids[:place], places.ids[place + len(places.ok) :], places.word(place)[outside]))
        margins.append(everywhere - np.bincount(rest, minlength=places.v))
    return margins


def _frequent(
    places: _Places, margins: list[Ints], doc: NDArray[Any], listed: Flags, tokens: Tokens, min_count: int
) -> _Found | None:
    """Count the n-grams by document and keep those that occur often enough."""
    v = places.v
    # what is rare in its place makes no frequent n-gram
    good = [listed & (margin >= min_count) for margin in margins]
    ok = places.ok.copy()
    for place in range(places.n):
        ok &= good[place][places.word(place)]
    blocks = _blocks(tokens.offsets, len(ok))
    code: NDArray[Any] = places.word(0)
    grams = np.arange(v)[:, None]
    for place in range(1, places.n - 1):
        # a frequent n-gram begins with a frequent (n-1)-gram
        values, _ = _enough((pairs.count_keys(_keys(places, code, place, ok, part)) for part in blocks), min_count)
        grams = np.column_stack((grams[values // v], values % v))
        code = _coded(places, code, place, ok, blocks, values)
    cells = _cells(places, code, doc, ok, blocks, len(tokens.corpus), min_count)
    values, count, *by_doc = cells
    return _Found(np.column_stack((grams[values // v], values % v)), count, *by_doc) if len(values) else None


def _blocks(offsets: Ints, n: int) -> list[slice]:
    """Cut the rows into blocks of whole documents, not much more than can be sorted at a time."""
    cuts = [0]
    for begin, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        if end - cuts[-1] > pairs.BLOCK and begin > cuts[-1]:
            cuts.append(begin)
    return [slice(a, min(b, n)) for a, b in zip(cuts, [*cuts[1:], n], strict=True) if a < n]


def _keys(places: _Places, code: NDArray[Any], place: int, ok: Flags, part: slice) -> Ints:
    """Return one integer for each n-gram so far and the word behind it."""
    there = ok[part]
    return np.asarray(code[part][there] * np.int64(places.v) + places.word(place, part)[there])


def _enough(parts: Any, min_count: int) -> tuple[Ints, Ints]:
    values, count = pairs.merge_counts(parts)
    frequent = count >= min_count
    return values[frequent], count[frequent]


def _coded(
    places: _Places, code: NDArray[Any], place: int, ok: Flags, blocks: list[slice], values: Ints
) -> NDArray[np.int32]:
    """Return the number of the frequent n-gram that begins in each row; rows without one are struck off ``ok``."""
    fresh = np.zeros(len(ok), dtype=np.int32)
    for part in blocks:
        rows = np.flatnonzero(ok[part]) + part.start
        there, where = pairs.find_keys(values, _keys(places, code, place, ok, part))
        fresh[rows[there]] = where[there]
        ok[rows[~there]] = False
    return fresh


def _cells(
    places: _Places, code: NDArray[Any], doc: NDArray[Any], ok: Flags, blocks: list[slice], n_docs: int, min_count: int
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Return the keys that are frequent, their counts, and (key number, document, count) of every nonzero cell."""
    last = places.n - 1
    parts = [(part, ok[part]) for part in blocks]
    wanted: Ints | None = None
    if len(blocks) > 1:
        counted = (pairs.count_keys(_keys(places, code, last, ok, part)) for part in track(blocks, "counting"))
        wanted, _ = _enough(counted, min_count)
    found = [
        _by_document(_keys(places, code, last, ok, part), doc[part][there], n_docs, min_count, wanted)
        for part, there in parts
    ]
    key, where, how_many = (np.concatenate(columns) for columns in zip(*found, strict=True))
    if wanted is None:
        begins = pairs.run_bounds(key)
        values, gram = key[begins[:-1]], np.repeat(np.arange(len(begins) - 1), np.diff(begins))
    else:
        values, gram = wanted, np.searchsorted(wanted, key).astype(np.int64)
    count = np.bincount(gram, weights=how_many, minlength=len(values)).astype(np.int64)
    return values, count, gram, where, how_many


def _by_document(
    key: Ints, doc: NDArray[Any], n_docs: int, min_count: int, wanted: Ints | None
) -> tuple[Ints, Ints, Ints]:
    """Return (key, document, count) of the nonzero cells, in rising order: of frequent keys, or of those wanted."""
    bits = int(n_docs).bit_length()
    names: Ints | None = None
    if int(key.max(initial=0)) >= _LARGEST >> bits:
        names, key = np.unique(key, return_inverse=True)
    packed = np.left_shift(key, bits)  # key and document in one integer: a single sort counts both
    packed |= doc
    packed.sort()
    ordered = packed >> bits
    begins = pairs.run_bounds(ordered)
    total = np.diff(begins)
    if wanted is None:
        chosen = total >= min_count
    else:
        values = ordered[begins[:-1]]
        chosen, _ = pairs.find_keys(wanted, values if names is None else names[values])
    packed = packed[np.repeat(chosen, total)]
    begins = pairs.run_bounds(packed)
    cells = packed[begins[:-1]]
    key = cells >> bits
    return key if names is None else names[key], cells & ((1 << bits) - 1), np.diff(begins)


def _inner(n: int) -> list[int]:
    """Return the subsets of two words and more, but not of all."""
    return [subset for subset in range(2**n - 1) if subset.bit_count() > 1]


class _Match(NamedTuple):
    """Rows whose words in some places are those of an n-gram, by the code of these words."""

    row: Ints
    code: Ints
    of_gram: Ints
    n_codes: int


def _match(places: _Places, words: Ints, subset: int) -> _Match:
    """Find the rows that share the words of a subset (bit i for place i) with one of the n-grams."""
    chosen = [place for place in range(places.n) if subset >> place & 1]
    v = places.v
    there = places.ok.copy()
    for place in chosen:
        among = np.zeros(v, dtype=np.bool_)
        among[words[:, place]] = True
        there &= among[places.word(place)]
    row = np.flatnonzero(there)
    code = places.word(chosen[0])[row].astype(np.int64)
    of_gram, n_codes = words[:, chosen[0]], v
    for place in chosen[1:]:
        values, of_gram = np.unique(of_gram * v + words[:, place], return_inverse=True)
        found, code = pairs.find_keys(values, code * v + places.word(place)[row])
        row, code = row[found], code[found].astype(np.int64)
        n_codes = len(values)
    return _Match(row, code, of_gram.astype(np.int64), n_codes)


def _columns(cells: Floats, found: _Found, sizes: Ints, options: _Options) -> dict[str, Any]:
    n = found.words.shape[1]
    words = association.word_counts(cells)
    columns: dict[str, Any] = {
        "n": np.full(len(found.counts), n),
        "count": found.counts,
        "f_first": words[0].astype(np.int64),
        "f_last": words[-1].astype(np.int64),
        "expected": association.ngram_expected(cells),
    }
    for name, formula in association.NGRAM_MEASURES.items():
        columns[name] = formula(cells, options.smoothing)
    columns["lambda_se"] = association.interaction(cells, options.smoothing).se
    columns["p_value"] = association.independence_p(columns["g2"], n)
    columns["range"] = np.bincount(found.gram, minlength=len(found.counts))
    spread = measures.deviation_of_proportions(found.gram, found.doc, found.cells, sizes, len(found.counts))
    columns["dp"] = spread.dp
    return columns


def _ranks(ranks: NDArray[np.intp], words: Ints) -> NDArray[np.intp]:
    """Return the place of each n-gram in the order of its words."""
    order = np.lexsort(tuple(ranks[words[:, place]] for place in range(words.shape[1] - 1, -1, -1)))
    placed = np.empty(len(order), dtype=np.intp)
    placed[order] = np.arange(len(order))
    return placed


# ---------------------------------------------------------------------------------------------------------------
# The bootstrap


def _bootstrap(tokens: Tokens, places: _Places, found: _Found, options: _Options) -> tuple[Floats, Floats]:
    """Return the percentile interval of the measure that sorts, over resampled units."""
    segments = windows.segments_of(tokens, options.unit)
    unit = np.repeat(np.arange(len(segments) - 1), np.diff(segments))[: len(places.ok)]
    warning = resampling.few_units(len(segments) - 1, options.unit)
    if warning is not None:
        warnings.warn(warning, TextkitWarning, stacklevel=4)
    n = places.n
    sizes = np.bincount(unit[places.ok], minlength=len(segments) - 1).astype(np.float64)
    subsets: list[tuple[csr_array, Ints]] = []
    for subset in range(1, 2**n):
        matched = _match(places, found.words, subset)
        shape = (matched.n_codes, len(sizes))
        subsets.append(
            (csr_array((np.ones(len(matched.row)), (matched.code, unit[matched.row])), shape=shape), matched.of_gram)
        )
    ends = []
    for first in range(0, len(found.counts), _COLUMN_BLOCK):
        part = slice(first, first + _COLUMN_BLOCK)
        matrices = [matrix[of_gram[part]] for matrix, of_gram in subsets]
        values = np.concatenate(list(_replicates(matrices, sizes, options)))
        ends.append(resampling.percentile_interval(values, options.confidence))
    return np.concatenate([low for low, _ in ends]), np.concatenate([high for _, high in ends])


def _replicates(matrices: list[csr_array], sizes: Floats, options: _Options) -> Iterator[Floats]:
    """Yield the measure of some n-grams in blocks of resamples; the draws are the same for all n-grams."""
    formula = association.NGRAM_MEASURES[options.measure]
    rng = np.random.default_rng(options.random_state)
    block = int(np.clip(_CELLS // len(sizes), 1, 100))
    blocks = resampling.resamples(len(sizes), options.n_replicates, rng, block=block)
    for drawn in track(blocks, "bootstrap", total=-(-options.n_replicates // block)):
        weights = drawn.T.astype(np.float64)
        everything = np.broadcast_to(sizes @ weights, (matrices[0].shape[0], weights.shape[1]))
        subsets = np.stack([everything, *(matrix @ weights for matrix in matrices)])
        yield formula(association.cells_of(subsets), options.smoothing).T
