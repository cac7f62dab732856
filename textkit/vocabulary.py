"""Vocabulary: the distinct terms of a corpus and their integer ids; patterns are resolved here, once."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textkit.errors import ArgumentError, unknown
from textkit.measures import code_point_ranks
from textkit.provenance import sha256

_One = str | re.Pattern[str] | Collection[str] | Callable[[str], bool]
Pattern = _One | Collection[_One]
"""What selects terms: a glob string, a compiled regular expression, a predicate, a collection of words, or a collection
of words and of several of these."""

_GLOB = re.compile(r"[*?\[]")


class TermIndex(dict[str, int]):
    """Terms to ids while a vocabulary grows: a new term gets the next id."""

    def __missing__(self, term: str) -> int:
        place = self[term] = len(self)
        return place


@dataclass(frozen=True, slots=True, eq=False, repr=False, init=False)
class Vocabulary:
    """Distinct terms in order of first appearance; a term's place is its id.

    Parameters
    ----------
    terms : iterable of str
        Distinct, non-empty strings.

    Examples
    --------
    >>> v = Vocabulary(["网格", "发展", "网格化"])
    >>> v.ids(["发展", "没有"])
    array([ 1, -1], dtype=int32)
    >>> v.match("网格*")
    array([ True, False,  True])
    """

    terms: tuple[str, ...]
    _index: dict[str, int] = field(init=False)
    _cache: dict[str, Any] = field(init=False)

    def __init__(self, terms: Iterable[str]) -> None:
        if isinstance(terms, (str, bytes)) or not isinstance(terms, Iterable):
            raise ArgumentError(f"terms must be a sequence of words, got a {type(terms).__name__}.")
        stored = tuple(terms)
        for term in stored:
            if not isinstance(term, str) or not term:
                raise ArgumentError(f"terms must be non-empty strings, got {term!r}.")
        _check_whole(stored)
        index = {term: place for place, term in enumerate(stored)}
        if len(index) != len(stored):
            seen: set[str] = set()
            twice = next(term for term in stored if term in seen or seen.add(term))  # type: ignore[func-returns-value]
            raise ArgumentError(f"terms must be distinct, but {twice!r} stands there more than once.")
        object.__setattr__(self, "terms", stored)
        object.__setattr__(self, "_index", index)
        object.__setattr__(self, "_cache", {})

    def __len__(self) -> int:
        return len(self.terms)

    def __iter__(self) -> Iterator[str]:
        return iter(self.terms)

    def __contains__(self, term: object) -> bool:
        return term in self._index

    def __getitem__(self, place: int) -> str:
        return self.terms[place]

    def __repr__(self) -> str:
        shown = ", ".join(self.terms[:6]) + (", …" if len(self) > 6 else "")
        return f"Vocabulary({len(self):,} terms: {shown})"

    def ids(self, words: Iterable[str]) -> NDArray[np.int32]:
        """Return the id of each word, -1 for a word that is not there."""
        get = self._index.get
        return np.fromiter((get(word, -1) for word in words), dtype=np.int32)

    def id(self, word: str) -> int:
        """Return the id of one word, or raise with the nearest term as a suggestion."""
        try:
            return self._index[word]
        except (KeyError, TypeError):
            raise unknown("term", word, self.terms) from None

    def match(self, pattern: Pattern) -> NDArray[np.bool_]:
        """Return which terms a pattern selects, as a boolean array of length V.

        A string is a glob matched against the whole term (``*``, ``?``, ``[…]``; without these it means the
        term itself), a compiled regular expression is searched for anywhere in the term, a collection holds
        words taken literally (so ``["***"]`` is the mask of three stars), a predicate is called once a term. A
        collection may hold patterns beside words, ``[stopwords("iso"), re.compile("^第"), "了"]``: what any of them
        selects.
        """
        if isinstance(pattern, str):
            if not _GLOB.search(pattern):
                return self._literal((pattern,))
            whole = re.compile(fnmatch.translate(pattern)).match
            return self._where(lambda term: whole(term) is not None)
        if isinstance(pattern, re.Pattern):
            if not isinstance(pattern.pattern, str):
                raise ArgumentError("pattern must be compiled from a str, got one compiled from bytes.")
            search = pattern.search
            return self._where(lambda term: search(term) is not None)
        if callable(pattern):
            return self._where(pattern)
        if isinstance(pattern, Collection):
            return self._literal(pattern)
        raise ArgumentError(
            "pattern must be a glob string, a compiled regular expression, a collection of words or a function "
            f"from str to bool, got a {type(pattern).__name__}."
        )

    @property
    def ranks(self) -> NDArray[np.intp]:
        """Place of each term in code-point order, shape (V,): what breaks ties in every table."""
        if "ranks" not in self._cache:
            self._cache["ranks"] = code_point_ranks(self.terms)
            self._cache["ranks"].flags.writeable = False
        return np.asarray(self._cache["ranks"])

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the terms in order."""
        if "fingerprint" not in self._cache:
            lengths = np.fromiter(map(len, self.terms), dtype=np.int64, count=len(self))
            self._cache["fingerprint"] = sha256("vocabulary", lengths, "".join(self.terms))
        return str(self._cache["fingerprint"])

    def _where(self, test: Callable[[str], bool]) -> NDArray[np.bool_]:
        return np.fromiter((bool(test(term)) for term in self.terms), dtype=np.bool_, count=len(self))

    def _literal(self, words: Collection[Any]) -> NDArray[np.bool_]:
        chosen = np.zeros(len(self), dtype=np.bool_)
        for word in words:
            if isinstance(word, str):
                place = self._index.get(word)
                if place is not None:
                    chosen[place] = True
            elif isinstance(word, (re.Pattern, Collection)) or callable(word):
                chosen |= self.match(word)
            else:
                raise ArgumentError(f"pattern must hold words (str), got {word!r}.")
        return chosen


def _check_whole(terms: tuple[str, ...]) -> None:
    """Refuse half characters: such a term could be counted, but neither saved nor shown."""
    try:
        "".join(terms).encode()
    except UnicodeEncodeError:
        half = next(term for term in terms if any("\ud800" <= char <= "\udfff" for char in term))
        raise ArgumentError(
            f"terms must be whole characters, but {half!r} has half a one (a lone surrogate)."
        ) from None
