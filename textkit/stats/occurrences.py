"""Where in each document some terms stand: what a lexical dispersion (x-ray) plot draws."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from textkit.errors import ArgumentError, EmptyError, check_type, listing
from textkit.finding import describe, doc_rows, find
from textkit.provenance import stamp
from textkit.tokens import Tokens
from textkit.vocabulary import Pattern

COLUMNS = ["doc", "term", "position", "start", "stop", "n_tokens", "place"]

Patterns = str | re.Pattern[str] | Collection[str | re.Pattern[str]] | Mapping[str, Pattern]
"""One pattern, a list of patterns, or a mapping from a name to a pattern."""


def occurrences(tokens: Tokens, patterns: Patterns, *, ignore_case: bool = False) -> pd.DataFrame:
    """List every place where some terms stand.

    ``place = position / n_tokens``: 0 is the first word of the document, values just below 1 its last.

    Parameters
    ----------
    tokens : Tokens
    patterns : str, compiled regular expression, list of these, or mapping
        A string is a word, a glob, or a phrase of these with blanks between them; a regular expression is searched for
        in each term. A mapping from a name to any pattern gives the hits that name; otherwise the pattern is the name.
    ignore_case : bool, default False

    Returns
    -------
    DataFrame
        One row a hit: ``doc``, ``term`` (name of the pattern), ``position`` (of its first word, in the text before
        anything was dropped), ``start``, ``stop`` (characters of the text), ``n_tokens`` (last position of the
        document, counted from 1), ``place``. In the order of the documents, then of positions, then of the patterns.
        ``attrs["textkit"]["documents"]`` holds n_tokens of every document, so that those without a hit can be drawn.

    Raises
    ------
    EmptyError
        No pattern has a hit.

    Notes
    -----
    Documents that end in dropped tokens look slightly shorter than they are, since positions are those of the tokens
    that were kept.

    Examples
    --------
    >>> from textkit.corpus import Corpus
    >>> from textkit.tokenization import tokenize
    >>> occurrences(tokenize(Corpus(["管理 网格 管理 好"]), "spaces"), "管理")
        doc term  position  start  stop  n_tokens  place
    0  doc1   管理         0      0     2         4    0.0
    1  doc1   管理         2      6     8         4    0.5
    """
    check_type("tokens", tokens, Tokens, hint="Make them with tokenize(corpus).")
    named = _named(patterns)
    found = [find(tokens, pattern, ignore_case=ignore_case) for pattern in named.values()]
    first = np.concatenate([hits.first for hits in found])
    last = np.concatenate([hits.last for hits in found])
    if not len(first):
        raise EmptyError(
            f"none of the patterns {listing(named)} occurs in the {len(tokens):,} tokens. "
            'Try a glob such as "*管理*", or concordance(tokens, pattern, match="text") on the characters.'
        )
    series = np.repeat(np.arange(len(named)), [len(hits.first) for hits in found])
    order = np.lexsort((series, first))
    first, last, series = first[order], last[order], series[order]
    doc = doc_rows(tokens, first)
    lengths = _lengths(tokens)
    position = tokens.position[first].astype(np.int64)
    names = np.array(tokens.corpus.names, dtype=object)
    table = pd.DataFrame(
        {
            "doc": names[doc],
            "term": np.array(list(named), dtype=object)[series],
            "position": position,
            "start": tokens.start[first].astype(np.int64),
            "stop": tokens.stop[last].astype(np.int64),
            "n_tokens": lengths[doc],
            "place": position / lengths[doc],
        },
        columns=COLUMNS,
    )
    stamp(
        table, "occurrences", inputs={"tokens": tokens.fingerprint},
        patterns=describe(patterns), ignore_case=ignore_case,
    )  # fmt: skip
    table.attrs["textkit"]["documents"] = dict(zip(tokens.corpus.names, lengths.tolist(), strict=True))
    return table


def _named(patterns: Patterns) -> dict[str, Pattern]:
    if isinstance(patterns, Mapping):
        named: dict[str, Pattern] = {str(name): pattern for name, pattern in patterns.items()}
    else:
        single = isinstance(patterns, (str, re.Pattern))
        if not single and not isinstance(patterns, Collection):
            raise ArgumentError(
                "patterns must be a string, a compiled regular expression, a list of these or a mapping from names to "
                f"patterns, got a {type(patterns).__name__}."
            )
        items = [patterns] if single else list(patterns)  # type: ignore[arg-type]
        for item in items:
            check_type("each of the patterns", item, (str, re.Pattern))
        named = {(item if isinstance(item, str) else item.pattern): item for item in items}  # type: ignore[union-attr]
    if not named:
        raise ArgumentError("patterns must not be empty.")
    return named


def _lengths(tokens: Tokens) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the last position of each document, counted from 1; 0 for an empty one."""
    lengths = np.zeros(len(tokens.corpus), dtype=np.int64)
    filled = tokens.lengths > 0
    lengths[filled] = tokens.position[tokens.offsets[1:][filled] - 1] + 1
    return lengths
