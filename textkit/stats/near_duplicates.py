"""Texts that are nearly the same: found by MinHash, verified exactly, in groups with one text to keep."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from textkit import measures
from textkit.corpus import Corpus
from textkit.errors import ArgumentError, TextkitWarning, check_choice, check_float, check_int, check_type, listing
from textkit.measures import Floats, distances, minhash
from textkit.progress import track
from textkit.provenance import stamp
from textkit.tokens import Tokens

COLUMNS = [
    "doc_a", "doc_b", "jaccard_est", "jaccard", "containment_a_in_b", "containment_b_in_a", "group", "keep",
]  # fmt: skip

_CHARACTERS = 4_000_000  # turned into numbers at a time
_LEEWAY = 4.0  # standard errors below the threshold at which a candidate is not looked at
_MOST_CANDIDATES = 200_000_000  # compared in one band: about a minute
_SHINGLE = {"character": 5, "word": 3}


def near_duplicates(
    corpus: Corpus | Tokens,
    *,
    threshold: float = 0.8,
    shingle: int | None = None,
    unit: str | None = None,
    n_permutations: int = 128,
    recall: float | None = 0.95,
    keep: str = "longest",
    random_state: int = 0,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Find pairs of texts that share most of their shingles, without comparing all with all.

    A text is the set of its shingles: all runs of ``shingle`` characters (blanks left out) or words. With A, B the sets
    of two texts, ``J = |A and B| / |A or B|`` (Jaccard). A signature of ``n_permutations`` numbers, two of which agree
    with probability J (Broder 1997; here by the faster sketch of Dahlgaard, Knudsen & Thorup 2017), is cut into b bands
    of r; texts that agree in a whole band are candidates, which happens with probability ``1 - (1 - J^r)^b``. Every
    candidate is then compared **exactly**, so that no pair below the threshold is ever returned.

    Parameters
    ----------
    corpus : Corpus or Tokens
        Texts (shingles of characters) or words.
    threshold : float, default 0.8
        Smallest J of a pair, from 0.1 to 1.
    shingle : int, optional
        Length of a shingle: 5 characters or 3 words by default; 3 characters for titles.
    unit : {"character", "word"}, optional
        By default characters of a corpus, words of tokens. (Characters of tokens are those of their texts.)
    n_permutations : int, default 128
        Length of the signature, 16 to 256.
    recall : float or None, default 0.95
        The bands are chosen so that a pair with J = ``threshold`` is found with at least this probability (pairs that
        are more alike almost surely). ``None``: least sum of misses above and needless candidates below the threshold,
        which finds only about half of the pairs at the threshold itself.
    keep : {"longest", "first"}
        Which text of a group to keep; of equally long ones the first.
    random_state : int, default 0
        Of the hash functions.
    progress : bool, optional
        Show a bar; by default where somebody can see it.

    Returns
    -------
    DataFrame
        One row a pair, the most alike first, ties in code-point order: ``doc_a``, ``doc_b`` (in the order of the
        documents), ``jaccard_est`` (from the signatures), ``jaccard`` (exact), ``containment_a_in_b``
        (``|A and B| / |A|``), ``containment_b_in_a``, ``group`` (pairs that hang together, numbered from 1 by their
        first documents), ``keep`` (the document of the group to keep). ``attrs["textkit"]`` has ``bands``, ``rows`` and
        ``chance``, the probability with which a pair at the threshold is found.

    Raises
    ------
    ArgumentError
        An argument out of range, words asked of a corpus, or so many copies that their pairs would not fit.

    Warns
    -----
    TextkitWarning
        Documents shorter than a shingle: they have an empty set and are left out.

    Notes
    -----
    A group may hold two texts that are not alike themselves, if a third is like both. A short text inside a long one
    has a low J and is not found. Shingles are compared as 64-bit numbers; where the alphabet is too large for that
    (about 7,000 different characters with 5-grams) they are hashed, and in ten million different shingles some two
    coincide with probability below 1 in 100,000. The result depends on ``random_state`` only in which pairs near the
    threshold are missed.

    Examples
    --------
    >>> texts = ["会议强调要加强网格化管理工作", "会议强调，要加强网格化管理工作", "信访工作会议今天召开"]
    >>> table = near_duplicates(Corpus(texts), threshold=0.5, shingle=2)
    >>> table.drop(columns="jaccard_est").round(3)
      doc_a doc_b  jaccard  containment_a_in_b  containment_b_in_a  group  keep
    0  doc1  doc2      0.8               0.923               0.857      1  doc2
    >>> dropped = {*table["doc_a"], *table["doc_b"]} - {*table["keep"]}
    >>> sorted(dropped)
    ['doc1']
    """
    check_type("corpus", corpus, (Corpus, Tokens), hint="Make one with read(path).")
    check_float("threshold", threshold, minimum=0.1, maximum=1)
    n = check_int("n_permutations", n_permutations, minimum=16, maximum=256)
    check_choice("keep", keep, ("longest", "first"))
    check_int("random_state", random_state, minimum=0)
    if recall is not None:
        check_float("recall", recall, minimum=0.5, maximum=0.9999)
    source, kind = _source(corpus, unit)
    length = _SHINGLE[kind] if shingle is None else check_int("shingle", shingle, minimum=1, maximum=50)
    names = source.names
    bands, rows = minhash.choose_bands(threshold, n, recall)
    signatures, sizes = _signatures(source, length, n, random_state, progress)
    _warn_short(names, sizes, length, kind)
    candidates = _candidates(signatures, sizes, bands, rows, _least(threshold, n), progress)
    first, second, estimate = candidates[:, 0], candidates[:, 1], candidates[:, 2] / n
    exact = _verified(source, length, first, second)
    close = exact.jaccard >= threshold
    first, second, estimate = first[close], second[close], estimate[close]
    exact = _Exact(*(values[close] for values in exact))
    group, kept = _groups(first, second, source.lengths, keep)
    ranks = measures.code_point_ranks(names)
    order = np.lexsort((ranks[second], ranks[first], -exact.jaccard))
    labels = np.array(names, dtype=object)
    table = pd.DataFrame(
        {
            "doc_a": labels[first[order]],
            "doc_b": labels[second[order]],
            "jaccard_est": estimate[order],
            "jaccard": exact.jaccard[order],
            "containment_a_in_b": exact.a_in_b[order],
            "containment_b_in_a": exact.b_in_a[order],
            "group": group[order],
            "keep": labels[kept[order]],
        },
        columns=COLUMNS,
    )
    settings = {
        "threshold": threshold, "shingle": length, "unit": kind, "n_permutations": n, "recall": recall, "keep": keep,
        "random_state": random_state,
    }  # fmt: skip
    stamp(table, "near_duplicates", inputs={"corpus": corpus.fingerprint}, **settings)
    chance = float(minhash.banding_probability(threshold, bands, rows))
    table.attrs["textkit"] |= {"bands": bands, "rows": rows, "chance": chance}
    return table


class _Source(NamedTuple):
    """Documents as numbers: either texts with a number for each character that occurs, or the ids of tokens."""

    names: list[str]
    texts: Sequence[str]
    numbers: NDArray[np.uint32]
    tokens: Tokens | None
    lengths: NDArray[np.int64]
    base: int

    def exact(self, length: int) -> bool:
        """Say whether a shingle fits into 64 bits as a number to this base."""
        return bool(self.base**length <= 2**64)

    def symbols(self, docs: NDArray[np.intp]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Return the symbols of some documents one after the other, and where each begins."""
        offsets = np.concatenate(([0], np.cumsum(self.lengths[docs])))
        if self.tokens is None:
            joined = "".join(_without_blanks(self.texts[i]) for i in docs.tolist())
            return self.numbers[_code_points(joined)], offsets
        spans = [self.tokens.ids[self.tokens.offsets[i] : self.tokens.offsets[i + 1]] for i in docs.tolist()]
        ids = np.concatenate(spans) if spans else np.empty(0, dtype=np.int32)
        return ids.view(np.uint32), offsets  # one kind of number: the kernels are compiled once


class _Exact(NamedTuple):
    jaccard: Floats
    a_in_b: Floats
    b_in_a: Floats


def _source(corpus: Corpus | Tokens, unit: str | None) -> tuple[_Source, str]:
    kind = unit if unit is not None else "word" if isinstance(corpus, Tokens) else "character"
    check_choice("unit", kind, ("character", "word"))
    none = np.empty(0, dtype=np.uint32)
    if kind == "word":
        if not isinstance(corpus, Tokens):
            raise ArgumentError("unit='word' needs words, but corpus is a Corpus. Pass the tokens: tokenize(corpus).")
        names = corpus.corpus.names
        return _Source(names, (), none, corpus, corpus.lengths, max(len(corpus.vocabulary), 1)), kind
    texts = corpus.corpus.texts if isinstance(corpus, Tokens) else corpus.texts
    names = corpus.corpus.names if isinstance(corpus, Tokens) else corpus.names
    there = np.zeros(0x110000, dtype=np.bool_)
    lengths = np.zeros(len(texts), dtype=np.int64)
    for docs in _blocks(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))):
        parts = [_without_blanks(texts[i]) for i in docs.tolist()]
        lengths[docs] = [len(part) for part in parts]
        there[_code_points("".join(parts))] = True
    numbers = (np.cumsum(there) - 1).astype(np.uint32)
    return _Source(names, texts, numbers, None, lengths, max(int(there.sum()), 1)), kind


def _without_blanks(text: str) -> str:
    return "".join(text.split())


def _code_points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)


def _blocks(lengths: NDArray[np.int64]) -> Iterator[NDArray[np.intp]]:
    """Yield runs of documents of some millions of characters, or one document that is longer."""
    ends = np.cumsum(lengths)
    first = 0
    while first < len(lengths):
        done = int(ends[first - 1]) if first else 0
        last = max(int(np.searchsorted(ends, done + _CHARACTERS, side="right")), first + 1)
        yield np.arange(first, last)
        first = last


def _signatures(
    source: _Source, length: int, n: int, random_state: int, progress: bool | None
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the signature of each document and how many shingles it has."""
    from textkit.kernels.minhash import sketch

    seeds = np.random.default_rng(random_state).integers(0, 2**64, 2 * n, dtype=np.uint64)
    found = np.empty((len(source.names), n), dtype=np.uint64)
    sizes = np.zeros(len(source.names), dtype=np.int64)
    for docs in track(list(_blocks(source.lengths)), "hashing", show=progress):
        symbols, offsets = source.symbols(docs)
        part = slice(int(docs[0]), int(docs[-1]) + 1)
        sketch(symbols, offsets, length, source.base, source.exact(length), seeds, found[part], sizes[part])
    return found, sizes


def _warn_short(names: list[str], sizes: NDArray[np.int64], length: int, kind: str) -> None:
    short = np.flatnonzero(sizes == 0)
    if len(short):
        noun = "document is" if len(short) == 1 else "documents are"
        unit = kind if length == 1 else f"{kind}s"
        warnings.warn(
            f"{len(short):,} {noun} shorter than a shingle of {length} {unit} and left out: "
            f"{listing(names[int(i)] for i in short)}.",
            TextkitWarning,
            stacklevel=3,
        )


def _least(threshold: float, n: int) -> int:
    """Return how many components must agree for a candidate to be compared exactly."""
    room = _LEEWAY * max(float(minhash.standard_error(threshold, n)), 0.5 / n)
    return max(int(np.ceil(n * (threshold - room))), 0)


def _candidates(
    signatures: NDArray[np.uint64],
    sizes: NDArray[np.int64],
    bands: int,
    rows: int,
    least: int,
    progress: bool | None,
) -> NDArray[np.int64]:
    """Return pairs of documents and the number of equal components, (pairs, 3), in rising order."""
    from textkit.kernels.minhash import band_keys, band_pairs

    filled = np.flatnonzero(sizes > 0)
    own = np.ascontiguousarray(signatures[filled])
    keys = np.empty(len(own), dtype=np.uint64)
    found = [np.empty((0, 3), dtype=np.int64)]
    room = np.empty((max(len(own), 1_024), 3), dtype=np.int64)
    for band in track(range(bands), "finding candidates", total=bands, show=progress):
        band_keys(own, band, rows, keys)
        order = np.argsort(keys, kind="stable")
        _check_copies(keys[order])
        n = band_pairs(own, keys, order, band, rows, least, room)
        if n > len(room):
            room = np.empty((n, 3), dtype=np.int64)
            band_pairs(own, keys, order, band, rows, least, room)
        found.append(room[:n].copy())
    pairs = np.concatenate(found)
    pairs[:, :2] = filled[pairs[:, :2]]
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def _check_copies(ordered: NDArray[np.uint64]) -> None:
    """Refuse what would take hours: thousands of copies of one text have millions of pairs."""
    ends = np.flatnonzero(np.concatenate((ordered[1:] != ordered[:-1], [True]))) if len(ordered) else np.empty(0, int)
    sizes = np.diff(np.concatenate(([-1], ends))).astype(np.int64)
    pairs = int((sizes * (sizes - 1) // 2).sum())
    if pairs > _MOST_CANDIDATES:
        raise ArgumentError(
            f"{pairs:,} pairs of documents are alike at first sight (the largest group has {int(sizes.max()):,}), "
            "which is too many to compare. Drop exact copies first: corpus[~pandas.Series(corpus.texts).duplicated()"
            ".to_numpy()]; or raise threshold or shingle."
        )


def _verified(source: _Source, length: int, first: NDArray[np.int64], second: NDArray[np.int64]) -> _Exact:
    """Compare the sets of shingles of each pair."""
    from textkit.kernels.minhash import shared_shingles, shingle_sets

    docs, place = np.unique(np.concatenate((first, second)), return_inverse=True)
    symbols, offsets = source.symbols(docs)
    ids = np.empty(len(symbols), dtype=np.uint64)
    sizes = np.zeros(len(docs), dtype=np.int64)
    shingle_sets(symbols, offsets, length, source.base, source.exact(length), ids, sizes)
    a, b = place[: len(first)].astype(np.int64), place[len(first) :].astype(np.int64)
    shared = np.zeros(len(first), dtype=np.int64)
    shared_shingles(ids, offsets, sizes, a, b, shared)
    return _Exact(
        distances.jaccard(shared, sizes[a], sizes[b]),
        minhash.containment(shared, sizes[a]),
        minhash.containment(shared, sizes[b]),
    )


def _groups(
    first: NDArray[np.int64], second: NDArray[np.int64], lengths: NDArray[np.int64], keep: str
) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Return for each pair the number of its group and the document of the group to keep."""
    if not len(first):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.intp)
    docs, place = np.unique(np.concatenate((first, second)), return_inverse=True)
    a, b = place[: len(first)], place[len(first) :]
    graph = csr_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(len(docs), len(docs)))
    n, of = connected_components(graph, directed=False)
    wanted = -lengths[docs] if keep == "longest" else np.zeros(len(docs), dtype=np.int64)
    order = np.lexsort((docs, wanted, of))
    best = docs[order[np.concatenate(([True], np.diff(of[order]) > 0))]]  # of each component
    earliest = np.full(n, len(lengths), dtype=np.int64)
    np.minimum.at(earliest, of, docs)
    number = np.argsort(np.argsort(earliest)) + 1
    return number[of[a]].astype(np.int64), best[of[a]]
