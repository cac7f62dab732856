"""Key words in context: every hit with the text around it."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, TextkitWarning, check_choice, check_columns, check_int, check_type
from textkit.finding import describe, doc_rows, find
from textkit.markup import esc
from textkit.provenance import stamp
from textkit.tokens import Tokens
from textkit.vocabulary import Pattern

COLUMNS = ["doc", "start", "stop", "left", "node", "right"]

MATCHES = ("word", "text")
SORTS = ("position", "left", "right")

LINE_BREAK = "⏎"
_LINE_BREAKS = "\n\r\v\f\x85\u2028\u2029"
_SIGNS = dict.fromkeys(map(ord, _LINE_BREAKS), LINE_BREAK)
_SEAM = "\0"


class _Spans(NamedTuple):
    """Document row and characters of each hit, in the order of the texts."""

    doc: NDArray[np.int64]
    start: NDArray[np.int64]
    stop: NDArray[np.int64]


def concordance(
    tokens: Tokens | Corpus,
    pattern: Pattern,
    *,
    width: int = 20,
    match: str = "word",
    sort: str = "position",
    ignore_case: bool = False,
    n: int | None = None,
) -> pd.DataFrame:
    r"""Show every hit of a word, phrase or pattern with the text on both sides (KWIC).

    Parameters
    ----------
    tokens : Tokens or Corpus
        A Corpus only with ``match="text"``.
    pattern : str, compiled regular expression, collection of words, or function
        With ``match="word"`` it selects tokens: a string is a word or a glob (``*``, ``?``, ``[...]``), with blanks a
        phrase of these, whose words must stand next to each other; a regular expression is searched for in each term;
        a collection is taken literally, so ``["***"]`` is the mask. With ``match="text"`` it is searched for in the
        characters of the texts: a string or collection literally, a regular expression as it is (empty matches are
        passed over).
    width : int, default 20
        Characters of context on each side.
    match : {"word", "text"}
        ``"text"`` also finds what the segmenter cut in two or glued to something else.
    sort : {"position", "left", "right"}
        Order of the texts; or by the right context, or by the left context read backwards from the node, both in
        code-point order.
    ignore_case : bool, default False
    n : int, optional
        Only the first ``n`` lines, after sorting.

    Returns
    -------
    DataFrame
        ``doc``, ``start``, ``stop`` (characters ``[start, stop)`` of the text), ``left``, ``node``, ``right``. Line
        breaks are shown as ``⏎``, one for one, so that contexts keep their length.
        ``attrs["textkit"]["n_hits"]`` is the number of all hits; for a plain string with ``match="word"``,
        ``["n_text_hits"]`` is how often its characters stand in the texts (else None).

    Raises
    ------
    ArgumentError
        An empty pattern, or words asked of a Corpus.

    Warns
    -----
    TextkitWarning
        The string is nowhere a word of its own, but its characters do occur.

    Examples
    --------
    >>> from textkit.corpus import Corpus
    >>> from textkit.tokenization import tokenize
    >>> corpus = Corpus(["推进 网格 管理\n网格化 管理"])
    >>> concordance(tokenize(corpus, "spaces"), "网格", width=3)
        doc  start  stop left node right
    0  doc1      3     5  推进    网格    管理
    >>> concordance(corpus, "网格", match="text", width=2)["right"].tolist()
    [' 管', '化 ']
    """
    check_type("tokens", tokens, (Tokens, Corpus), hint="Make them with tokenize(corpus).")
    width = check_int("width", width, minimum=0)
    check_choice("match", match, MATCHES)
    check_choice("sort", sort, SORTS)
    if n is not None:
        n = check_int("n", n, minimum=1)
    corpus = tokens if isinstance(tokens, Corpus) else tokens.corpus
    n_text_hits: int | None = None
    if match == "text":
        spans = _in_text(corpus, pattern, ignore_case)
    else:
        if isinstance(tokens, Corpus):
            raise ArgumentError(
                'a Corpus has no words yet. Give tokens (tokenize(corpus)), or use match="text" to search characters.'
            )
        hits = find(tokens, pattern, ignore_case=ignore_case)
        spans = _Spans(
            doc_rows(tokens, hits.first).astype(np.int64),
            tokens.start[hits.first].astype(np.int64), tokens.stop[hits.last].astype(np.int64),
        )  # fmt: skip
        n_text_hits = _count_in_text(corpus, pattern, ignore_case)
        if not len(spans.doc) and n_text_hits:
            warnings.warn(
                f"{pattern!r} is nowhere a word of its own, but its characters occur {n_text_hits:,} times. "
                'See them with match="text", or teach the segmenter the word.',
                TextkitWarning,
                stacklevel=2,
            )
    n_hits = len(spans.doc)
    if sort == "position":
        spans = _Spans(*(values[:n] for values in spans))
    table = _table(corpus, spans, width)
    if sort != "position":
        table = table.take(_order(table[sort].tolist(), backwards=sort == "left")[:n]).reset_index(drop=True)
    inputs = {"corpus": tokens.fingerprint} if isinstance(tokens, Corpus) else {"tokens": tokens.fingerprint}
    stamp(
        table, "concordance", inputs=inputs, pattern=describe(pattern), width=width, match=match, sort=sort,
        ignore_case=ignore_case, n=n,
    )  # fmt: skip
    table.attrs["textkit"] |= {"n_hits": n_hits, "n_text_hits": n_text_hits}
    return table


def _in_text(corpus: Corpus, pattern: Pattern, ignore_case: bool) -> _Spans:
    """Find the characters of a pattern, whatever the words are."""
    search = _compiled(pattern, ignore_case)
    found = [
        (row, *hit.span())
        for row, text in enumerate(corpus.texts)
        for hit in search.finditer(text)
        if hit.end() > hit.start()
    ]
    columns = np.array(found, dtype=np.int64).reshape(-1, 3).T
    return _Spans(*columns)


def _compiled(pattern: Pattern, ignore_case: bool) -> re.Pattern[str]:
    flags = re.IGNORECASE if ignore_case else 0
    if isinstance(pattern, re.Pattern):
        if not isinstance(pattern.pattern, str):
            raise ArgumentError("pattern must be compiled from a str, got one compiled from bytes.")
        return re.compile(pattern.pattern, pattern.flags | flags)
    if callable(pattern) or not isinstance(pattern, Collection):
        raise ArgumentError(
            'with match="text" the pattern must be a string, a compiled regular expression or a collection of strings, '
            f"got a {type(pattern).__name__}."
        )
    parts: list[Any] = [pattern] if isinstance(pattern, str) else list(pattern)
    for part in parts:
        check_type("each of the strings of pattern", part, str)
    words = sorted(parts, key=lambda word: (-len(word), word))
    if not words or not all(words):
        raise ArgumentError(f"pattern must not be empty, got {pattern!r}.")
    return re.compile("|".join(map(re.escape, words)), flags)


def _count_in_text(corpus: Corpus, pattern: Pattern, ignore_case: bool) -> int | None:
    """Count the characters of a plain string; of a phrase both with and without the blanks."""
    if not isinstance(pattern, str) or re.search(r"[*?\[]", pattern):
        return None
    words = pattern.split()
    forms = {"".join(words), " ".join(words)}
    if ignore_case:
        search = _compiled(forms, ignore_case)
        return sum(1 for text in corpus.texts for _ in search.finditer(text))
    return sum(text.count(form) for text in corpus.texts for form in forms)


def _table(corpus: Corpus, spans: _Spans, width: int) -> pd.DataFrame:
    low = np.maximum(spans.start - width, 0).tolist()
    start, stop = spans.start.tolist(), spans.stop.tolist()
    left: list[str] = []
    node: list[str] = []
    right: list[str] = []
    for row, begin, end in _runs(spans.doc):
        text = corpus.texts[row]
        part = slice(begin, end)
        left += [text[a:b] for a, b in zip(low[part], start[part], strict=True)]
        node += [text[a:b] for a, b in zip(start[part], stop[part], strict=True)]
        right += [text[a : a + width] for a in stop[part]]
    return pd.DataFrame(
        {
            "doc": pd.array(corpus.names, dtype="str").take(spans.doc),
            "start": spans.start,
            "stop": spans.stop,
            "left": _shown(left),
            "node": _shown(node),
            "right": _shown(right),
        },
        columns=COLUMNS,
    )


def _runs(doc: NDArray[np.int64]) -> Iterator[tuple[int, int, int]]:
    """Yield each document with the hits it owns."""
    if not len(doc):
        return
    bounds = np.flatnonzero(np.diff(doc)) + 1
    begins, ends = [0, *bounds.tolist()], [*bounds.tolist(), len(doc)]
    yield from zip(doc[begins].tolist(), begins, ends, strict=True)


def _shown(pieces: list[str]) -> Any:
    """Return the pieces as a column, line breaks replaced by a sign."""
    # replacing in all pieces at once is many times faster than piece by piece
    joined = _SEAM.join(pieces)
    if joined.count(_SEAM) == len(pieces) - 1:
        for sign in _LINE_BREAKS:
            joined = joined.replace(sign, LINE_BREAK)
        shown = joined.split(_SEAM)
    else:
        shown = [piece.translate(_SIGNS) for piece in pieces]
    return pd.array(pa.array(shown, pa.large_string()), dtype="str")


def _order(contexts: Sequence[str], *, backwards: bool) -> list[int]:
    keys = [context[::-1] for context in contexts] if backwards else contexts
    return sorted(range(len(keys)), key=keys.__getitem__)


# ---------------------------------------------------------------------------------------------------------------
# Showing


@dataclass(frozen=True, slots=True, repr=False)
class ConcordanceLines:
    """A concordance to look at: aligned text for a terminal, a table for a notebook."""

    lines: tuple[tuple[str, str, str, str], ...]
    note: str

    def __str__(self) -> str:
        widths = [max((display_width(line[i]) for line in self.lines), default=0) for i in range(3)]
        shown = [
            f"{_padded(doc, widths[0])}  {_padded(left, widths[1], right=True)}  {_padded(node, widths[2])}  {right}"
            for doc, left, node, right in self.lines
        ]
        return "\n".join([*(line.rstrip() for line in shown), self.note])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        begin = '<td style="white-space:pre;padding:0 .4em;text-align:'
        body = "".join(
            f'<tr>{begin}left">{esc(doc)}</td>{begin}right">{esc(left)}</td>'
            f'{begin}left"><b>{esc(node)}</b></td>{begin}left">{esc(right)}</td></tr>'
            for doc, left, node, right in self.lines
        )
        return f"<table><tbody>{body}</tbody></table><p>{esc(self.note)}</p>"


def show_concordance(table: pd.DataFrame, *, n: int | None = None) -> ConcordanceLines:
    """Lay out a concordance so that the nodes stand under each other.

    Parameters
    ----------
    table : DataFrame
        Made with `concordance`; it may have been filtered or sorted.
    n : int, optional
        Only the first ``n`` lines.

    Returns
    -------
    ConcordanceLines
        ``str()`` gives lines of a terminal, a Chinese character counting two columns, the left context flush right; a
        notebook shows a table, everything escaped. A last line says how many hits there are, and how many more the
        characters of the texts have than the words.

    Examples
    --------
    >>> from textkit.corpus import Corpus
    >>> from textkit.tokenization import tokenize
    >>> show_concordance(concordance(tokenize(Corpus(["a 网格 b", "推进 网格"]), "spaces"), "网格"))
    doc1     a   网格   b
    doc2  推进   网格
    2 lines
    """
    check_columns("table", table, COLUMNS, made_by="concordance(tokens, pattern)")
    if n is not None:
        n = check_int("n", n, minimum=1)
    columns = [[_flat(str(value)) for value in table[name].tolist()[:n]] for name in ("doc", "left", "node", "right")]
    lines = tuple(zip(*columns, strict=True))
    return ConcordanceLines(lines, _note(len(lines), table.attrs.get("textkit", {})))


def _note(shown: int, about: dict[str, Any]) -> str:
    hits, in_text = about.get("n_hits"), about.get("n_text_hits")
    note = f"{shown:,} line" + ("" if shown == 1 else "s")
    if hits is not None and hits > shown:
        note += f" of {hits:,}"
    if hits is not None and in_text is not None and in_text > hits:
        note += f'; the characters occur {in_text:,} times, inside or across words too: match="text"'
    return note


def display_width(text: str) -> int:
    """Return how many columns a terminal needs: two for wide characters, none for combining and invisible ones.

    >>> display_width("网格ab")
    6
    """
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _padded(text: str, width: int, *, right: bool = False) -> str:
    blanks = " " * (width - display_width(text))
    return blanks + text if right else text + blanks


def _flat(text: str) -> str:
    """Replace what would break a line or move the cursor."""
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
