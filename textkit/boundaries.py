"""Where paragraphs and sentences begin and end: spans into a text, never copies of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

# One closing run counts once (……, ？！) and takes the closing quotes and brackets behind it.
# A full stop ends a sentence only behind a letter, digit or bracket and before a blank or the end: 3.6 and a.cn do not.
_SENTENCE_END = re.compile(
    r"[。！？!?…]+[”’」』）》】〕\)\]\"']*|(?<=[A-Za-z0-9\)])\.[\"'”’\)]*(?=\s|$)|[\n\r\u2028\u2029\u0085]+"
)
_PARAGRAPH_END = re.compile(r"[\n\r\u2028\u2029\u0085]+")


def paragraph_spans(text: str) -> list[Span]:
    r"""Return ``(start, stop)`` of each line that holds something other than blanks, without its outer blanks.

    >>> paragraph_spans("一、总体\n\n  二、任务 ")
    [(0, 4), (8, 12)]
    """
    return list(_trimmed(text, _pieces(text, _PARAGRAPH_END, keep_end=False)))


def sentence_spans(text: str) -> list[Span]:
    r"""Return ``(start, stop)`` of each sentence.

    A sentence ends at ``。！？!?…`` (a run counts once; closing quotes and brackets belong to it), at a
    line end, and at a full stop behind a letter or digit and before a blank.

    >>> text = "他说：“好！”然后走了。3.6亿元……\n完"
    >>> [text[a:b] for a, b in sentence_spans(text)]
    ['他说：“好！”', '然后走了。', '3.6亿元……', '完']
    """
    return list(_trimmed(text, _pieces(text, _SENTENCE_END, keep_end=True)))


def _pieces(text: str, end: re.Pattern[str], *, keep_end: bool) -> Iterator[Span]:
    start = 0
    for found in end.finditer(text):
        yield start, found.end() if keep_end else found.start()
        start = found.end()
    yield start, len(text)


def _trimmed(text: str, spans: Iterator[Span]) -> Iterator[Span]:
    for start, stop in spans:
        piece = text[start:stop]
        left = len(piece) - len(piece.lstrip())
        kept = piece.strip()
        if kept:
            yield start + left, start + left + len(kept)
