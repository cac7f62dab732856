"""How evenly a word is spread over the parts of a corpus."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from textkit.measures.arrays import Floats, Ints


class Dispersion(NamedTuple):
    """Deviation of proportions and its normed form; 0 = even, 1 = all in one place."""

    dp: Floats
    dp_norm: Floats


def deviation_of_proportions(term: Ints, part: Ints, count: ArrayLike, sizes: ArrayLike, n_terms: int) -> Dispersion:
    """Return ``DP = 1/2 sum |P_i - S_i|`` (Gries 2008) and ``DP / (1 - min S)`` (Lijffijt & Gries 2012).

    ``P_i`` is the share of the word that stands in part i, ``S_i`` the share of the corpus. 0 is even. Parts of size
    zero are no parts; a word that does not occur, or a single part, gives NaN. Not to be compared between rare
    words: below one occurrence a part DP is high whatever the word does.

    >>> found = deviation_of_proportions(np.zeros(5, int), np.arange(5), [1, 2, 3, 4, 5], [9, 10, 10, 10, 11], 1)
    >>> found.dp.round(4).tolist(), found.dp_norm.round(4).tolist()
    ([0.18], [0.2195])
    """
    cells, size = np.asarray(count, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    if (size > 0).sum() < 2:
        return Dispersion(np.full(n_terms, np.nan), np.full(n_terms, np.nan))
    share = size / size.sum()
    total = np.bincount(term, weights=cells, minlength=n_terms)
    # 1/2 sum |P - S| = 1 - sum min(P, S), and a part without the word adds nothing to the latter
    common = np.bincount(term, weights=np.minimum(cells, share[part] * total[term]), minlength=n_terms)
    with np.errstate(divide="ignore", invalid="ignore"):
        dp = np.asarray(np.where(total > 0, np.clip(1.0 - common / total, 0.0, 1.0), np.nan))
    return Dispersion(dp, np.asarray(np.minimum(dp / (1.0 - share[size > 0].min()), 1.0)))
