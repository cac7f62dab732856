"""Tokens: every occurrence of every word as integers over one vocabulary, each leading back to its characters."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit.corpus import Corpus, Unit
from textkit.errors import ArgumentError, check_int, check_type
from textkit.markup import esc
from textkit.provenance import sha256, sha256_in_parallel
from textkit.selection import By, Which, groups, rows
from textkit.storage import facts_table, load_table, save_table
from textkit.vocabulary import Pattern, TermIndex, Vocabulary

if TYPE_CHECKING:
    import pyarrow as pa

Ints = NDArray[np.int32]
_GAP = 1_000  # positions left free between documents that `merge` joins, so that no window crosses the seam
_CHUNK = 4_000_000  # characters handed to a worker process at a time; fixed, so results never depend on n_jobs


@dataclass(frozen=True, slots=True, eq=False, repr=False, init=False)
class Tokens:
    """The words of a corpus, in the layout of an Arrow dictionary-encoded list.

    Parameters
    ----------
    ids : int32, shape (N,)
        Row of the vocabulary.
    start, stop : int32, shape (N,)
        Characters ``[start, stop)`` of ``corpus.texts[d]``. ``stop`` may be None: every token is as long as its term.
    position : int32, shape (N,)
        Place in the document before anything was dropped (blanks have no place): a window of five words
        therefore means five words of the text, whatever was filtered. None: nothing was dropped, 0, 1, 2 … in each
        document.
    offsets : int64, shape (D + 1,)
        Document d owns ``[offsets[d], offsets[d + 1])``.
    vocabulary : Vocabulary
    corpus : Corpus
    tags : int16, shape (N,), optional
        Part of speech, a place in ``tag_names``.
    tag_names : tuple of str
    segmenter : str
        The repr of what made them.

    Examples
    --------
    >>> from textkit.tokenization import tokenize
    >>> words = tokenize(Corpus(["网格化管理", "加强管理"]), "characters")
    >>> words
    Tokens(9 tokens, 7 terms, 2 documents; Characters())
    >>> words.drop(["管", "理"]).words("doc2")
    ['加', '强']
    """

    ids: Ints
    start: Ints
    offsets: NDArray[np.int64]
    vocabulary: Vocabulary
    corpus: Corpus
    tags: NDArray[np.int16] | None
    tag_names: tuple[str, ...]
    segmenter: str
    _cache: dict[str, Any] = field(repr=False)

    def __init__(
        self,
        ids: NDArray[Any],
        start: NDArray[Any],
        stop: NDArray[Any] | None,
        position: NDArray[Any] | None,
        offsets: NDArray[Any],
        vocabulary: Vocabulary,
        corpus: Corpus,
        tags: NDArray[Any] | None = None,
        tag_names: Sequence[str] = (),
        segmenter: str = "",
    ) -> None:
        check_type("vocabulary", vocabulary, Vocabulary)
        check_type("corpus", corpus, Corpus)
        arrays = {"ids": ids, "start": start, "stop": stop, "position": position}
        given = {name: values for name, values in arrays.items() if values is not None or name in ("ids", "start")}
        for name, values in {**given, "offsets": offsets}.items():
            check_type(name, values, np.ndarray, hint="tokenize(corpus) makes all of them.")
        n = len(ids)
        # stop and position follow from the rest until something is merged or dropped, and are then not kept
        cache: dict[str, Any] = {}
        for name, values in given.items():
            assert values is not None
            if values.shape != (n,):
                raise ArgumentError(f"{name} must have shape ({n},) like ids, got {values.shape}.")
            frozen = _frozen(values, np.int32)
            if name in ("stop", "position"):
                cache[name] = frozen
            else:
                object.__setattr__(self, name, frozen)
        object.__setattr__(self, "offsets", _frozen(offsets, np.int64))
        object.__setattr__(self, "vocabulary", vocabulary)
        object.__setattr__(self, "corpus", corpus)
        object.__setattr__(self, "tags", None if tags is None else _frozen(tags, np.int16))
        object.__setattr__(self, "tag_names", tuple(tag_names))
        object.__setattr__(self, "segmenter", segmenter)
        object.__setattr__(self, "_cache", cache)
        self._check(n)

    def _check(self, n: int) -> None:
        offsets = self.offsets
        if len(offsets) != len(self.corpus) + 1 or offsets[0] != 0 or offsets[-1] != n or (np.diff(offsets) < 0).any():
            raise ArgumentError(
                f"offsets must rise from 0 to {n} and have one entry more than the {len(self.corpus)} documents."
            )
        if n and (int(self.ids.min()) < 0 or int(self.ids.max()) >= len(self.vocabulary)):
            raise ArgumentError(f"ids must lie in [0, {len(self.vocabulary)}), the size of the vocabulary.")
        later = self._cache.get("stop")
        if n and (int(self.start.min()) < 0 or (later is not None and not (self.start < later).all())):
            raise ArgumentError("start must be at least 0 and below stop for every token.")
        if self.tags is not None and self.tags.shape != (n,):
            raise ArgumentError(f"tags must have shape ({n},) like ids, got {self.tags.shape}.")

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def docs(self) -> pd.DataFrame:
        """Facts about the documents; a copy."""
        return self.corpus.docs

    @property
    def stop(self) -> Ints:
        """End of each token in its text, int32 of shape (N,)."""
        if "stop" not in self._cache:
            width = np.fromiter(map(len, self.vocabulary.terms), dtype=np.int32, count=len(self.vocabulary))
            self._cache["stop"] = _frozen(self.start + width[self.ids], np.int32)
        stop: Ints = self._cache["stop"]
        return stop

    @property
    def position(self) -> Ints:
        """Place of each token in its document before anything was dropped, int32 of shape (N,)."""
        if "position" not in self._cache:
            first = np.repeat(self.offsets[:-1].astype(np.int32), self.lengths)
            self._cache["whole"] = True
            self._cache["position"] = _frozen(np.arange(len(self), dtype=np.int32) - first, np.int32)
        position: Ints = self._cache["position"]
        return position

    @property
    def is_whole(self) -> bool:
        """Whether it is known that nothing was dropped, so that neighbours in ``ids`` are neighbours in the text."""
        return "position" not in self._cache or self._cache.get("whole", False)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of tokens of each document, shape (D,)."""
        return np.diff(self.offsets)

    @property
    def doc_ids(self) -> Ints:
        """Row of the document of each token, int32 of shape (N,)."""
        return np.repeat(np.arange(len(self.corpus), dtype=np.int32), self.lengths)

    @property
    def term_counts(self) -> NDArray[np.int64]:
        """Number of occurrences of each term, shape (V,)."""
        return np.bincount(self.ids, minlength=len(self.vocabulary))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of ids, places, vocabulary and texts: what provenance records as the input."""
        if "fingerprint" not in self._cache:
            self._cache["fingerprint"] = sha256(
                "tokens",
                self.corpus.fingerprint,
                self.vocabulary.fingerprint,
                sha256_in_parallel(self.ids, self.start, self.stop, self.position, self.offsets),
            )
        return str(self._cache["fingerprint"])

    def words(self, doc: str | int) -> list[str]:
        """Return the tokens of one document as strings."""
        row = int(rows(self.corpus._docs, doc)[0])
        terms = self.vocabulary.terms
        return [terms[i] for i in self.ids[self.offsets[row] : self.offsets[row + 1]]]

    def keep(self, pattern: Pattern) -> Tokens:
        """Return only the tokens whose term matches; their positions stay those of the whole text."""
        return self._filtered(self.vocabulary.match(pattern))

    def drop(self, pattern: Pattern) -> Tokens:
        """Return the tokens whose term does not match."""
        return self._filtered(~self.vocabulary.match(pattern))

    def keep_tags(self, pattern: Pattern) -> Tokens:
        """Return only the tokens whose part of speech matches, such as ``"n*"`` for the nouns of jieba."""
        if self.tags is None:
            raise ArgumentError('these tokens have no part of speech. Segment with Jieba(tagger="jieba") first.')
        chosen = Vocabulary(self.tag_names).match(pattern)
        return self._subset(chosen[self.tags])._compact()

    def map(self, function: Callable[[str], str]) -> Tokens:
        """Return tokens with every term replaced by ``function(term)``; equal results become one term.

        The function runs once a term, not once a token. The characters a token points to do not change.

        >>> from textkit.tokenization import tokenize
        >>> tokenize(Corpus(["ＡＩ AI"]), "spaces").map(lambda t: t.replace("ＡＩ", "AI")).vocabulary.terms
        ('AI',)
        """
        fresh = TermIndex()
        new = np.empty(len(self.vocabulary), dtype=np.int32)
        for place, term in enumerate(self.vocabulary.terms):
            changed = function(term)
            if not isinstance(changed, str) or not changed:
                raise ArgumentError(f"function must return a non-empty str, but gave {changed!r} for {term!r}.")
            new[place] = fresh[changed]
        return self._with(ids=new[self.ids], vocabulary=Vocabulary(fresh))

    def join(self, phrases: Iterable[str | Sequence[str]], *, separator: str = "") -> Tokens:
        """Return tokens where each phrase has become one token; the longest phrase wins, from left to right.

        A phrase is a sequence of words or a string with blanks between them. Only words that stand next to
        each other in the text are joined, never across something that was dropped.

        >>> from textkit.tokenization import tokenize
        >>> words = tokenize(Corpus(["网格 化 管理"]), "spaces").join(["网格 化"])
        >>> words.words(0), words.corpus.texts[0][words.start[0] : words.stop[0]]
        (['网格化', '管理'], '网格 化')
        """
        trie = _phrase_trie(phrases, self.vocabulary)
        if not trie:
            return self
        merged: list[tuple[int, int]] = []
        candidates = np.flatnonzero(np.isin(self.ids, list(trie)))
        ids, position = self.ids.tolist(), self.position.tolist()
        ends = np.repeat(self.offsets[1:], self.lengths)
        done = 0
        for first in candidates.tolist():
            if first < done:
                continue
            stop = _longest(trie, ids, position, first, int(ends[first]))
            if stop > first + 1:
                merged.append((first, stop))
                done = stop
        return self._joined(merged, separator) if merged else self

    def ngrams(self, n: int, *, separator: str = "_") -> Tokens:
        """Return one token for every ``n`` neighbours; none crosses a document or something that was dropped.

        >>> from textkit.tokenization import tokenize
        >>> tokenize(Corpus(["加强管理"]), "characters").ngrams(2).words(0)
        ['加_强', '强_管', '管_理']
        """
        check_int("n", n, minimum=1)
        if n == 1:
            return self
        count = max(len(self) - n + 1, 0)
        doc = self.doc_ids
        first, last = np.arange(count), np.arange(count) + n - 1
        ok = (doc[first] == doc[last]) & (self.position[last] - self.position[first] == n - 1)
        first, last = first[ok], last[ok]
        parts = np.stack([self.ids[first + k] for k in range(n)], axis=1) if len(first) else np.empty((0, n), np.int32)
        ids, grams = _distinct_rows(parts)
        terms = self.vocabulary.terms
        names = [separator.join(terms[i] for i in gram) for gram in grams.tolist()]
        fresh = TermIndex()
        merged = np.array([fresh[name] for name in names], dtype=np.int32)
        offsets = np.concatenate(([0], np.cumsum(np.bincount(doc[first], minlength=len(self.corpus)))))
        return Tokens(
            merged[ids] if len(ids) else ids,
            self.start[first],
            self.stop[last],
            self.position[first],
            offsets,
            Vocabulary(fresh),
            self.corpus,
            None,
            (),
            f"{self.segmenter}.ngrams({n})",
        )

    def split(self, by: Unit) -> Tokens:
        """Return the same tokens over smaller documents: paragraphs, sentences or spans of the corpus.

        A token belongs to the piece in which it starts; positions stay those of the whole document.
        """
        pieces = self.corpus.split(by)
        facts = pieces._docs
        base, _ = _pieces_of(self.corpus, pieces)
        owner = np.array(base, dtype=np.int64)
        own_start = np.array(self.corpus._origins()[1], dtype=np.int64)
        begin = facts["start"].to_numpy(dtype=np.int64) - own_start[owner]
        size = np.fromiter(map(len, pieces.texts), dtype=np.int64, count=len(pieces))
        width = 1 + max((len(text) for text in self.corpus.texts), default=0)
        key_piece = owner * width + begin
        key_token = self.doc_ids.astype(np.int64) * width + self.start
        piece = np.searchsorted(key_piece, key_token, side="right") - 1
        inside = piece >= 0
        inside[inside] = key_token[inside] < (key_piece + size)[piece[inside]]
        kept = self._arrays(inside)
        piece = piece[inside]
        shift = begin[piece]
        stop = np.minimum(kept["stop"] - shift, size[piece])
        offsets = np.concatenate(([0], np.cumsum(np.bincount(piece, minlength=len(pieces)))))
        return Tokens(
            kept["ids"],
            kept["start"] - shift,
            stop,
            kept["position"],
            offsets,
            self.vocabulary,
            pieces,
            kept["tags"],
            self.tag_names,
            self.segmenter,
        )

    def merge(self, by: By) -> Tokens:
        """Return the same tokens over larger documents, one for each value of a column of ``docs``."""
        codes, values = groups(self.corpus._docs, by)
        merged = self.corpus.merge(by)
        order = np.concatenate([np.flatnonzero(codes == g) for g in range(len(values))]) if values else np.empty(0, int)
        take: list[NDArray[np.intp]] = []
        shift_chars, shift_places, lengths = [], [], np.zeros(len(values), dtype=np.int64)
        chars = places = 0
        last = -1
        for row in order.tolist():
            group = int(codes[row])
            if group != last:
                chars = places = 0
                last = group
            a, b = int(self.offsets[row]), int(self.offsets[row + 1])
            take.append(np.arange(a, b))
            shift_chars.append(np.full(b - a, chars))
            shift_places.append(np.full(b - a, places))
            lengths[group] += b - a
            chars += len(self.corpus.texts[row]) + 1
            places += (int(self.position[b - 1]) + 1 if b > a else 0) + _GAP
        index = np.concatenate(take) if take else np.empty(0, np.intp)
        char = np.concatenate(shift_chars) if take else np.empty(0, np.int64)
        place = np.concatenate(shift_places) if take else np.empty(0, np.int64)
        kept = self._arrays(index)
        return Tokens(
            kept["ids"],
            kept["start"] + char,
            kept["stop"] + char,
            kept["position"] + place,
            np.concatenate(([0], np.cumsum(lengths))),
            self.vocabulary,
            merged,
            kept["tags"],
            self.tag_names,
            self.segmenter,
        )

    def __getitem__(self, which: Which) -> Tokens:
        """Return the tokens of the chosen documents; the vocabulary stays."""
        chosen = rows(self.corpus._docs, which)
        spans = [np.arange(self.offsets[i], self.offsets[i + 1]) for i in chosen]
        index = np.concatenate(spans) if spans else np.empty(0, np.int64)
        kept = self._arrays(index)
        return Tokens(
            kept["ids"],
            kept["start"],
            kept["stop"],
            kept["position"],
            np.concatenate(([0], np.cumsum(self.lengths[chosen]))),
            self.vocabulary,
            self.corpus[chosen],
            kept["tags"],
            self.tag_names,
            self.segmenter,
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row a token: ``doc, position, start, stop, term, tag`` (tag is missing without a tagger)."""
        terms = np.array(self.vocabulary.terms, dtype=object)
        names = np.array(self.corpus.names, dtype=object)
        tag = np.array(self.tag_names, dtype=object)[self.tags] if self.tags is not None else None
        return pd.DataFrame(
            {
                "doc": names[self.doc_ids] if len(self) else [],
                "position": self.position,
                "start": self.start,
                "stop": self.stop,
                "term": terms[self.ids] if len(self) else [],
                "tag": tag,
            }
        )

    def to_arrow(self) -> pa.Table:
        """Return one row a document: its name and its words as a dictionary-encoded list."""
        import pyarrow as pa

        words = pa.DictionaryArray.from_arrays(pa.array(self.ids), pa.array(self.vocabulary.terms, pa.large_string()))
        lists = pa.LargeListArray.from_arrays(pa.array(self.offsets), words)
        return pa.table({"doc": pa.array(self.corpus.names, pa.large_string()), "words": lists})

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write tokens, vocabulary and corpus to one Parquet file."""
        import pyarrow as pa

        frame = self.corpus._docs.assign(__text__=pd.array(list(self.corpus.texts), dtype="string"))
        table = facts_table(frame)
        offsets = pa.array(self.offsets)
        layers = {"ids": self.ids, "start": self.start, "stop": self.stop, "position": self.position}
        if self.tags is not None:
            layers["tags"] = self.tags  # type: ignore[assignment]
        for name, values in layers.items():
            table = table.append_column(f"__{name}__", pa.LargeListArray.from_arrays(offsets, pa.array(values)))
        extra = {
            "terms": list(self.vocabulary.terms),
            "tag_names": list(self.tag_names),
            "segmenter": self.segmenter,
            **self.corpus._extras(),
        }
        return save_table(path, table, "Tokens", extra)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Tokens:
        """Read tokens written by `save`."""
        from textkit.storage import frame_from_json

        table, note = load_table(path, "Tokens")
        layers: dict[str, NDArray[Any]] = {}
        offsets = np.zeros(len(table) + 1, dtype=np.int64)
        for name in ("ids", "start", "stop", "position", "tags"):
            column = f"__{name}__"
            if column not in table.column_names:
                continue
            lists = table[column].combine_chunks()
            layers[name] = lists.flatten().to_numpy(zero_copy_only=False)
            offsets = np.concatenate(([0], np.cumsum(lists.value_lengths().to_numpy(zero_copy_only=False))))
            table = table.drop_columns([column])
        frame = table.to_pandas()
        texts = frame.pop("__text__").tolist()
        corpus = Corpus(texts, frame, frame_from_json(note["edits"]), frame_from_json(note["errors"]))
        vocabulary, rest = Vocabulary(note["terms"]), (layers.get("tags"), note["tag_names"], note["segmenter"])
        plain = cls(layers["ids"], layers["start"], None, None, offsets, vocabulary, corpus, *rest)
        # what follows from the rest is not kept, as before saving
        follows = [np.array_equal(getattr(plain, name), layers[name]) for name in ("stop", "position")]
        stop, position = (None if f else layers[name] for f, name in zip(follows, ("stop", "position"), strict=True))
        return cls(layers["ids"], layers["start"], stop, position, offsets, vocabulary, corpus, *rest)

    def __repr__(self) -> str:
        tagged = ", tagged" if self.tags is not None else ""
        how = f"; {self.segmenter}" if self.segmenter else ""
        return (
            f"Tokens({len(self):,} tokens, {len(self.vocabulary):,} terms, {len(self.corpus):,} documents{tagged}{how})"
        )

    def _repr_html_(self) -> str:
        body = "".join(
            f"<tr><td>{esc(name)}</td><td>{n:,}</td><td>{esc(' / '.join(self[row : row + 1]._head(20)))}</td></tr>"
            for row, (name, n) in enumerate(zip(self.corpus.names[:10], self.lengths[:10].tolist(), strict=True))
        )
        more = f"<p>… and {len(self.corpus) - 10:,} more documents</p>" if len(self.corpus) > 10 else ""
        return (
            f"<p>{esc(repr(self))}</p><table><thead><tr><th>doc</th><th>tokens</th><th>begins</th></tr></thead>"
            f"<tbody>{body}</tbody></table>{more}"
        )

    def _head(self, n: int) -> list[str]:
        return [self.vocabulary.terms[i] for i in self.ids[:n]]

    def _arrays(self, index: NDArray[Any]) -> dict[str, Any]:
        return {
            "ids": self.ids[index],
            "start": self.start[index],
            "stop": self.stop[index],
            "position": self.position[index],
            "tags": None if self.tags is None else self.tags[index],
        }

    def _with(self, *, ids: Ints, vocabulary: Vocabulary) -> Tokens:
        return Tokens(
            ids,
            self.start,
            self.stop,
            self.position,
            self.offsets,
            vocabulary,
            self.corpus,
            self.tags,
            self.tag_names,
            self.segmenter,
        )

    def _filtered(self, chosen: NDArray[np.bool_]) -> Tokens:
        if chosen.all():
            return self
        return self._subset(chosen[self.ids])._reduced(chosen)

    def _subset(self, mask: NDArray[np.bool_]) -> Tokens:
        kept = self._arrays(mask)
        before = np.concatenate(([0], np.cumsum(mask, dtype=np.int64)))
        return Tokens(
            kept["ids"],
            kept["start"],
            kept["stop"],
            kept["position"],
            before[self.offsets],
            self.vocabulary,
            self.corpus,
            kept["tags"],
            self.tag_names,
            self.segmenter,
        )

    def _reduced(self, chosen: NDArray[np.bool_]) -> Tokens:
        new = np.cumsum(chosen, dtype=np.int32) - np.int32(1)
        terms = self.vocabulary.terms
        return self._with(ids=new[self.ids], vocabulary=Vocabulary(terms[i] for i in np.flatnonzero(chosen)))

    def _compact(self) -> Tokens:
        return self._reduced(self.term_counts > 0)

    def _joined(self, merged: list[tuple[int, int]], separator: str) -> Tokens:
        first = np.array([a for a, _ in merged])
        last = np.array([b - 1 for _, b in merged])
        keep = np.ones(len(self), dtype=np.bool_)
        for a, b in merged:
            keep[a + 1 : b] = False
        terms = self.vocabulary.terms
        index = TermIndex()
        for term in terms:
            index[term]
        ids, stop = self.ids.copy(), self.stop.copy()
        ids[first] = [index[separator.join(terms[i] for i in self.ids[a:b])] for a, b in merged]
        stop[first] = self.stop[last]
        wide = Tokens(
            ids,
            self.start,
            stop,
            self.position,
            self.offsets,
            Vocabulary(index),
            self.corpus,
            self.tags,
            self.tag_names,
            self.segmenter,
        )
        return wide._subset(keep)._compact()


def _frozen(values: NDArray[Any], dtype: type) -> NDArray[Any]:
    stored: NDArray[Any] = np.ascontiguousarray(values, dtype=dtype)
    if stored.flags.writeable:
        stored = stored.view()
        stored.flags.writeable = False
    return stored


def _distinct_rows(parts: NDArray[np.int32]) -> tuple[Ints, NDArray[np.int32]]:
    """Return the id of each row and the distinct rows, in order of first appearance."""
    if not len(parts):
        return np.empty(0, np.int32), parts
    packed = np.ascontiguousarray(parts).view(np.dtype((np.void, parts.dtype.itemsize * parts.shape[1]))).ravel()
    _, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank[inverse], parts[first[order]]


def _phrase_trie(phrases: Iterable[str | Sequence[str]], vocabulary: Vocabulary) -> dict[int, Any]:
    if isinstance(phrases, str):
        raise ArgumentError("phrases must be a list of phrases, got one string. Put it in a list: [phrase].")
    trie: dict[int, Any] = {}
    for phrase in phrases:
        words = phrase.split() if isinstance(phrase, str) else list(phrase)
        if len(words) < 2:
            raise ArgumentError(
                f"a phrase needs at least two words, got {phrase!r}. Write '社会 管理' or ('社会', '管理')."
            )
        ids = vocabulary.ids(words).tolist()
        if -1 in ids:
            continue
        node = trie
        for i in ids:
            node = node.setdefault(i, {})
        node[-1] = True
    return trie


def _longest(trie: dict[int, Any], ids: list[int], position: list[int], first: int, end: int) -> int:
    node, best, place = trie, first, first
    while place < end and ids[place] in node and position[place] - position[first] == place - first:
        node = node[ids[place]]
        place += 1
        if -1 in node:
            best = place
    return best


def _pieces_of(whole: Corpus, pieces: Corpus) -> tuple[list[int], list[str]]:
    """Return the row in ``whole`` of each piece that ``whole.split`` made."""
    names = [name.rsplit("#", 1)[0] for name in pieces.names]
    row = {name: i for i, name in enumerate(whole.names)}
    return [row[name] for name in names], names
