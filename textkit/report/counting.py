"""The words of a corpus, counted as a report needs them, and the sizes of the documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit import lexicons
from textkit.boundaries import paragraph_spans, sentence_spans
from textkit.corpus import Corpus
from textkit.errors import EmptyError
from textkit.kinds import is_mask, is_number, is_word
from textkit.matrix import DocumentTermMatrix, count
from textkit.provenance import stamp
from textkit.report.units import Units
from textkit.tokens import Tokens

Words = str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Three views of the same words."""

    tokens: Tokens
    """Every token of every document."""
    running: Tokens
    """All words, numbers and stop words included: what rates refer to."""
    content: Tokens
    """Without numbers and stop words: what is listed and compared."""
    n_stopwords: int

    @property
    def lengths(self) -> dict[str, int]:
        """Counted words of each document."""
        return dict(zip(self.content.corpus.names, self.content.lengths.tolist(), strict=True))

    @property
    def listed(self) -> frozenset[str]:
        """The words that may stand in a list."""
        return frozenset(self.content.vocabulary.terms)


def count_words(tokens: Tokens, stopwords: Words) -> Counts:
    """Filter the tokens in steps; if nothing is left, say which step took it."""
    stop = stopword_set(stopwords)
    running = tokens.keep(is_word)
    words = running.drop(is_number)
    content = words.drop(stop) if stop else words
    if not len(content):
        _nothing_left(tokens, running, words, stopwords)
    return Counts(tokens, running, content, len(stop))


def stopword_set(stopwords: Words) -> frozenset[str]:
    """Return the words of a named list, or those given."""
    return frozenset(lexicons.stopwords(stopwords)) if isinstance(stopwords, str) else frozenset(stopwords or ())


def matrix(tokens: Tokens, units: Units) -> DocumentTermMatrix:
    """Count the documents that take part; the column ``unit`` holds what they belong to."""
    chosen = [name for name in tokens.corpus.names if name in units.unit_of]
    dtm = count(tokens[chosen])
    docs = dtm.docs.assign(unit=[units.unit_of[name] for name in chosen])
    return DocumentTermMatrix(dtm.matrix, dtm.vocabulary, docs).trim(min_count=1)


def by_unit(dtm: DocumentTermMatrix, units: Units) -> DocumentTermMatrix:
    """Return one row a unit, in the order of the units."""
    return dtm.merge("unit")[list(units.names)]


def sizes(corpus: Corpus, counts: Counts) -> pd.DataFrame:
    """Return how long each document is, in several units."""
    table = pd.DataFrame(
        {
            "doc": corpus.names,
            "characters": [sum(not char.isspace() for char in text) for text in corpus.texts],
            "paragraphs": [len(paragraph_spans(text)) for text in corpus.texts],
            "sentences": [len(sentence_spans(text)) for text in corpus.texts],
            "tokens": counts.running.lengths,
            "types": _types(counts.running),
            "kept": counts.content.lengths,
            "kept_types": _types(counts.content),
            "masks": _of_kind(counts.tokens, is_mask),
            "numbers": _of_kind(counts.tokens, is_number),
        }
    )
    return stamp(table, "compare", inputs={"tokens": counts.tokens.fingerprint}, part="sizes")


def _types(tokens: Tokens) -> NDArray[np.int64]:
    return np.diff(count(tokens).matrix.indptr).astype(np.int64)


def _of_kind(tokens: Tokens, test: Callable[[str], bool]) -> NDArray[np.int64]:
    chosen = tokens.vocabulary.match(test)[tokens.ids]
    return np.bincount(tokens.doc_ids[chosen], minlength=len(tokens.corpus)).astype(np.int64)


def _nothing_left(tokens: Tokens, running: Tokens, words: Tokens, stopwords: Words) -> None:
    if not len(tokens):
        raise EmptyError(f"the {len(tokens.corpus):,} documents hold no text. Check that these are the right files.")
    name = f"the list {stopwords!r}" if isinstance(stopwords, str) else f"{len(stopwords or ()):,} words given"
    steps = [
        (len(tokens) - len(running), "were punctuation, symbols or masked names"),
        (len(running) - len(words), "were numbers"),
        (len(words), f"were stop words ({name})"),
    ]
    gone = ", ".join(f"{n:,} {what}" for n, what in steps if n)
    raise EmptyError(
        f"no words are left to compare: of {len(tokens):,} tokens {gone}. "
        "Use --stopwords none (or stopwords=None), or check that these are the right files."
    )
