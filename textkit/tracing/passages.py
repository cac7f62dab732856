"""The places in the texts that were counted, with the text around them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from textkit.finding import doc_rows
from textkit.measures import Ints
from textkit.tokens import Tokens
from textkit.tracing.result import PASSAGE_COLUMNS

_BREAK = "⏎"
_BREAKS = str.maketrans(dict.fromkeys("\n\r\v\f\x85\u2028\u2029", _BREAK))


class Places(NamedTuple):
    """Hits of one group: first and last token of each, as rows of ``tokens.ids``."""

    group: str
    first: Ints
    last: Ints


def places_of(tokens: Tokens, terms: list[str], group: str, docs: Ints | None = None) -> Places:
    """Return where words stand next to each other, in some documents only; words are taken literally."""
    ids = tokens.vocabulary.ids(terms)
    n = len(ids)
    if (ids < 0).any() or len(tokens) < n:
        return Places(group, np.empty(0, np.int64), np.empty(0, np.int64))
    first = np.flatnonzero(tokens.ids[: len(tokens) - n + 1] == ids[0])
    for step in range(1, n):
        first = first[tokens.ids[first + step] == ids[step]]
    rows = doc_rows(tokens, first)
    kept = rows == doc_rows(tokens, first + n - 1)
    kept &= tokens.position[first + n - 1] - tokens.position[first] == n - 1
    if docs is not None:
        kept &= np.isin(rows, docs)
    return Places(group, first[kept], first[kept] + n - 1)


def passage_table(tokens: Tokens, groups: list[Places], *, n: int, width: int) -> pd.DataFrame:
    """Return the first lines of each group, the n lines shared out among the groups as evenly as they allow."""
    wanted = _shares([len(group.first) for group in groups], n)
    rows: list[tuple[object, ...]] = []
    names = tokens.corpus.names
    for group, take in zip(groups, wanted, strict=True):
        first, last = group.first[:take], group.last[:take]
        for doc, a, b in zip(doc_rows(tokens, first), first, last, strict=True):
            start, stop = int(tokens.start[a]), int(tokens.stop[b])
            text = tokens.corpus.texts[int(doc)]
            around = text[max(start - width, 0) : start], text[start:stop], text[stop : stop + width]
            rows.append((group.group, names[int(doc)], start, stop, *(part.translate(_BREAKS) for part in around)))
    return pd.DataFrame(rows, columns=PASSAGE_COLUMNS)


def _shares(sizes: list[int], n: int) -> list[int]:
    shares = [0] * len(sizes)
    left = n
    while left > 0:
        open_groups = [place for place, size in enumerate(sizes) if shares[place] < size]
        if not open_groups:
            break
        for place in open_groups[:left]:
            shares[place] += 1
            left -= 1
    return shares
