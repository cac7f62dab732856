"""Where a word, a phrase or a pattern stands among tokens: what concordance, dispersion and their like share."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textkit.errors import ArgumentError
from textkit.tokens import Tokens
from textkit.vocabulary import Pattern

_GLOB = re.compile(r"[*?\[]")


class Hits(NamedTuple):
    """First and last token of each hit, in the order of the texts: rows of ``tokens.ids``."""

    first: NDArray[np.intp]
    last: NDArray[np.intp]


def find(tokens: Tokens, pattern: Pattern, *, ignore_case: bool = False) -> Hits:
    """Return every hit of a pattern; a string with blanks is a phrase of words that stand next to each other.

    Each word of a phrase can be a glob. Neighbours are neighbours of the text: nothing that was dropped, and no end of
    a document, may lie between them. Hits of a phrase may overlap.

    >>> from textkit.corpus import Corpus
    >>> from textkit.tokenization import tokenize
    >>> words = tokenize(Corpus(["加强 社会 管理 创新 社会 治理"]), "spaces")
    >>> find(words, "社会 *理").first.tolist()
    [1, 4]
    """
    parts: list[Pattern] = list(pattern.split()) if isinstance(pattern, str) else [pattern]
    if not parts:
        raise ArgumentError(f"pattern must not be empty, got {pattern!r}.")
    chosen = [tokens.vocabulary.match(fold(part) if ignore_case else part) for part in parts]
    if len(chosen) == 1:
        rows = _rows_of(tokens, chosen[0])
        return Hits(rows, rows)
    counts = tokens.term_counts
    rarest = int(np.argmin([counts[mask].sum() for mask in chosen]))
    first = _rows_of(tokens, chosen[rarest]) - rarest
    n = len(chosen)
    first = first[(first >= 0) & (first + n <= len(tokens))]
    for step, mask in enumerate(chosen):
        if step != rarest:
            first = first[mask[tokens.ids[first + step]]]
    last = first + n - 1
    together = tokens.position[last] - tokens.position[first] == n - 1
    together &= doc_rows(tokens, first) == doc_rows(tokens, last)
    return Hits(first[together], last[together])


def doc_rows(tokens: Tokens, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the row of the document in which each of some tokens stands."""
    return np.searchsorted(tokens.offsets, rows, side="right") - 1


def fold(pattern: Pattern) -> Pattern:
    """Return a pattern that does not tell upper from lower case.

    >>> from textkit.vocabulary import Vocabulary
    >>> Vocabulary(["GDP", "gdp", "人均"]).match(fold("gdp")).tolist()
    [True, True, False]
    """
    if isinstance(pattern, str):
        if _GLOB.search(pattern):
            whole = re.compile(fnmatch.translate(pattern), re.IGNORECASE)
            return lambda term: whole.match(term) is not None
        return _in(frozenset({pattern.casefold()}))
    if isinstance(pattern, re.Pattern):
        return re.compile(pattern.pattern, pattern.flags | re.IGNORECASE)
    if isinstance(pattern, Collection):
        words = {word for word in pattern if isinstance(word, str)}
        others: list[Any] = [fold(part) for part in pattern if not isinstance(part, str)]
        literal = _in(frozenset(word.casefold() for word in words))
        return [literal, *others] if others else literal
    return pattern


def describe(pattern: Any) -> Any:
    """Return a pattern as plain values for provenance.

    >>> describe({"governance": re.compile("治理|管理")})
    {'governance': 'regex:治理|管理'}
    """
    if isinstance(pattern, Mapping):
        return {str(name): describe(part) for name, part in pattern.items()}
    if isinstance(pattern, re.Pattern):
        return f"regex:{pattern.pattern}"
    if isinstance(pattern, (set, frozenset)):
        return sorted(map(str, pattern))
    if isinstance(pattern, (list, tuple)):
        return [describe(part) for part in pattern]
    return f"function:{getattr(pattern, '__qualname__', '?')}" if callable(pattern) else pattern


def _in(words: frozenset[str]) -> Callable[[str], bool]:
    return lambda term: term.casefold() in words


def _rows_of(tokens: Tokens, chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
    places = np.flatnonzero(chosen)
    if len(places) == 1:  # comparing is four times as fast as looking up
        return np.flatnonzero(tokens.ids == places[0])
    return np.flatnonzero(chosen[tokens.ids]) if len(places) else np.empty(0, dtype=np.intp)
