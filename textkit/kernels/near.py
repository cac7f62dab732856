"""The words around many hits, counted in one pass over the windows."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

_DISTANCE, _DOC, _IN_DOC, _IS_NODE = 2, 3, 4, 5  # behind the counts of the two sides
_LINE = 8  # columns, so that all that is known of a term is one line of the cache


@numba.njit(cache=True, nogil=True)
def tally(
    ids: Any, first: Any, last: Any, low: Any, high: Any, doc: Any, place: Any, whole: bool, covered: Any,
    before: int, after: int, n_terms: int,
) -> Any:  # fmt: skip
    """Return what `textkit.kernels.windows.tally` returns, without ever holding the places.

    ``place``: position of each token in its text, not looked at if ``whole`` (then every row is a place).
    ``covered``: the tokens that are no collocates, or nothing if all hits are one token long: then their terms are
    none. Hits stand in the order of their documents.
    """
    known = np.zeros((n_terms, _LINE), dtype=np.int64)
    single = len(covered) == 0
    if single:
        for hit in range(len(first)):
            known[ids[first[hit]], _IS_NODE] = 1
    most = len(first) * (before + after)
    if len(first):
        most = min(most, n_terms * (doc[-1] - doc[0] + 1))
    cells = np.empty((most, 3), dtype=np.int64)  # pages that are not written to take no memory
    used = 0
    for hit in range(len(first)):
        here, left, right = doc[hit], first[hit], last[hit]
        if whole:
            begin, end = max(low[hit], left - before), min(high[hit], right + after + 1)
        else:
            begin, end = left, right + 1
            while begin > low[hit] and place[left] - place[begin - 1] <= before:
                begin -= 1
            while end < high[hit] and place[end] - place[right] <= after:
                end += 1
        for row in range(begin, end):
            term = ids[row]
            if (single and known[term, _IS_NODE]) or (not single and covered[row]):
                continue
            edge, side = (right, 1) if row > right else (left, 0)
            known[term, side] += 1
            known[term, _DISTANCE] += row - edge if whole else np.int64(place[row]) - np.int64(place[edge])
            if known[term, _DOC] != here:
                if known[term, _IN_DOC]:
                    cells[used, 0], cells[used, 1], cells[used, 2] = term, known[term, _DOC], known[term, _IN_DOC]
                    used += 1
                    known[term, _IN_DOC] = 0
                known[term, _DOC] = here
            known[term, _IN_DOC] += 1
    still = np.flatnonzero(known[:, _IN_DOC])
    found = np.empty((used + len(still), 3), dtype=np.int64)
    found[:used] = cells[:used]
    for i, which in enumerate(still):
        found[used + i, 0], found[used + i, 1], found[used + i, 2] = which, known[which, _DOC], known[which, _IN_DOC]
    return known[:, :_DOC].T.copy(), found.T.copy()
