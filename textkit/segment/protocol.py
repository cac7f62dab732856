"""What a segmenter is: any object with ``spans``; two optional methods make it faster or add part of speech."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

Span = tuple[int, int]


@runtime_checkable
class Segmenter(Protocol):
    """Cuts a text into words. Its ``repr`` is its provenance, so it must name every setting."""

    def spans(self, text: str) -> list[Span]:
        """Return ``(start, stop)`` of each word: in order, in bounds, not overlapping, none empty."""
        ...


@runtime_checkable
class Partitioner(Segmenter, Protocol):
    """A segmenter whose words, put together, are the text: offsets then follow from lengths, which is much faster.

    An optional attribute ``seams`` (str) names characters behind which a text may be cut in two without changing a
    word; a text of hundreds of megabytes is then given in pieces.
    """

    def cut(self, text: str) -> list[str]:
        """Return the words (blanks and punctuation included) so that ``"".join(cut(text)) == text``."""
        ...


@runtime_checkable
class Tagger(Segmenter, Protocol):
    """A segmenter that also gives each word a part of speech."""

    tagger: str | None

    def tagged(self, text: str) -> list[tuple[int, int, str]]:
        """Return ``(start, stop, tag)`` of each word."""
        ...


def spans_of(words: list[str]) -> list[Span]:
    """Return the places of words that, put together, are the text.

    >>> spans_of(["网格", "化"])
    [(0, 2), (2, 3)]
    """
    spans = []
    start = 0
    for word in words:
        stop = start + len(word)
        spans.append((start, stop))
        start = stop
    return spans
