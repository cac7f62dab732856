"""How evenly a word is spread over the parts of a corpus."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlogy

from textkit.measures.arrays import LN2, Floats, Ints


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


_FINE = 31  # fewest bits in which the rates of a word are told apart


class Spread:
    """Words over parts, as the cells where a word occurs; every measure of dispersion is a property, computed once.

    The sums run over the last axis, so that a whole block of bootstrap samples is one object: ``count`` or ``sizes``
    or ``drawn`` may have a first axis of replicates. Everything costs time in proportion to the cells (D_A: with the
    logarithm of their number), since what the empty cells add is known without looking at them.

    Parameters
    ----------
    bounds : int, shape (W + 1,)
        Word w owns the cells ``[bounds[w], bounds[w + 1])``.
    part : int, shape (C,)
        Part in which each cell lies.
    count : shape (C,) or (B, C)
        Occurrences in each cell, v.
    sizes : shape (n,) or (B, n)
        Tokens of each part, s; a part of size zero is no part.
    drawn : shape (B, n), optional
        How often each part was drawn in a bootstrap sample; each draw is a part of its own.

    Notes
    -----
    f = sum v, N = sum s, P = v / f, S = s / N, p = v / s. A word that does not occur and a single part give NaN in
    everything but `range`.

    >>> gries = Spread(np.array([0, 5]), np.arange(5), [1, 2, 3, 4, 5], [9, 10, 10, 10, 11])
    >>> [round(float(value[0]), 3) for value in (gries.dp, gries.kld, gries.juilland_d, gries.d_a)]
    [0.18, 0.137, 0.785, 0.697]
    """

    def __init__(
        self, bounds: Ints, part: Ints, count: ArrayLike, sizes: ArrayLike, drawn: ArrayLike | None = None
    ) -> None:
        self._lengths = np.diff(bounds)
        self._starts = np.asarray(bounds)[:-1]
        self._full = bool((self._lengths > 0).all())
        self._part = part
        self._v = np.asarray(count, dtype=np.float64)
        self._positive = bool((self._v > 0).all())
        self._sizes = np.asarray(sizes, dtype=np.float64)
        there = (self._sizes > 0).astype(np.float64)
        self._drawn = None if drawn is None else np.asarray(drawn, dtype=np.float64)
        self._parts = there if self._drawn is None else there * self._drawn
        self._n = self._parts.sum(axis=-1, keepdims=True)

    # --- sums over the cells of each word

    def _over(self, values: NDArray[Any], ufunc: Any = np.add, empty: float = 0.0) -> Floats:
        if self._full and len(self._starts):
            return np.asarray(ufunc.reduceat(values, self._starts, axis=-1))
        result = np.full((*values.shape[:-1], len(self._starts)), empty)
        filled = self._lengths > 0
        if filled.any():
            result[..., filled] = ufunc.reduceat(values, self._starts[filled], axis=-1)
        return result

    def _sum(self, values: NDArray[Any]) -> Floats:
        return self._over(values if self._w is None else values * self._w)

    def _each(self, per_word: Floats) -> Floats:
        """Return the value of its word for every cell."""
        return np.repeat(per_word, self._lengths, axis=-1)

    def _known(self, values: Floats) -> Floats:
        return np.where((self.f > 0) & (self._n > 1), values, np.nan)

    # --- what the formulas are made of

    @cached_property
    def _w(self) -> Floats | None:
        return None if self._drawn is None else self._drawn[..., self._part]

    @cached_property
    def f(self) -> Floats:
        """Occurrences of each word."""
        return self._sum(self._v)

    @cached_property
    def _share(self) -> Floats:
        total = (self._sizes * self._parts).sum(axis=-1, keepdims=True)
        return np.asarray(self._sizes / total)

    @cached_property
    def _s(self) -> Floats:
        return self._share[..., self._part]

    @cached_property
    def _p(self) -> Floats:
        size = self._sizes[..., self._part]
        return np.divide(self._v, size, out=np.zeros(np.broadcast_shapes(self._v.shape, size.shape)), where=size > 0)

    @cached_property
    def _sum_p(self) -> Floats:
        return self._sum(self._p)

    @cached_property
    def _expected(self) -> Floats:
        """Return f S, what the cell would have if the word were spread evenly; v / (f S) is P / S."""
        return np.asarray(self._s * self._each(self.f))

    @cached_property
    def _cells(self) -> Floats:
        """Return the number of cells of each word, as often as their parts were drawn."""
        return self._lengths.astype(np.float64) if self._w is None else self._over(self._w)

    def _times_log(self, x: Floats, y: Floats) -> Floats:
        """Return x ln y, 0 where x is 0; numpy's logarithm is faster than scipy's xlogy."""
        return np.asarray(x * np.log(y)) if self._positive else np.asarray(xlogy(x, y))

    def _population_sd(self, values: Floats, mean: Floats) -> Floats:
        """Return the sd over all parts, those without the word included; divisor n."""
        away = values - self._each(mean)
        square = self._sum(np.square(away, out=away)) + (self._n - self._cells) * mean**2
        return np.asarray(np.sqrt(square / self._n))

    # --- the measures

    @cached_property
    def range(self) -> Floats:
        """Return the number of parts that have the word."""
        return self._cells if self._positive else self._sum((self._v > 0).astype(np.float64))

    @cached_property
    def range_share(self) -> Floats:
        """Return range / n."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.f > 0, self.range / self._n, np.nan)

    @cached_property
    def sd(self) -> Floats:
        """Return the population standard deviation of v."""
        return self._known(self._population_sd(self._v, self.f / self._n))

    @cached_property
    def vc(self) -> Floats:
        """Return the variation coefficient, sd(v) / mean(v)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.sd / (self.f / self._n))

    @cached_property
    def juilland_d(self) -> Floats:
        """Return ``1 - vc(p) / sqrt(n - 1)``, population sd (Juilland & Chang-Rodríguez 1964); 1 = even."""
        mean = self._sum_p / self._n
        with np.errstate(divide="ignore", invalid="ignore"):
            vc = self._population_sd(self._p, mean) / mean
            return self._known(np.clip(1.0 - vc / np.sqrt(self._n - 1.0), 0.0, 1.0))

    @cached_property
    def carroll_d2(self) -> Floats:
        """Return ``H(p / sum p) / log n`` (Carroll 1970); 1 = even."""
        with np.errstate(divide="ignore", invalid="ignore"):
            q = self._p / self._each(self._sum_p)
            return self._known((-self._sum(self._times_log(q, q)) + 0.0) / np.log(self._n))

    @cached_property
    def rosengren_s(self) -> Floats:
        """Return ``(sum sqrt(v S))^2 / f`` (Rosengren 1971); 1 = even."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self._known(np.minimum(self._sum(np.sqrt(self._v * self._s)) ** 2 / self.f, 1.0))

    @cached_property
    def rosengren_af(self) -> Floats:
        """Return the adjusted frequency, S f."""
        return np.asarray(self.rosengren_s * self.f)

    @cached_property
    def dp(self) -> Floats:
        """Return ``1/2 sum |P - S|`` (Gries 2008); 0 = even."""
        # = 1 - sum min(P, S), and a part without the word adds nothing to the latter
        with np.errstate(divide="ignore", invalid="ignore"):
            common = self._sum(np.minimum(self._v, self._expected)) / self.f
        return self._known(np.clip(1.0 - common, 0.0, 1.0))

    @cached_property
    def dp_norm(self) -> Floats:
        """Return ``DP / (1 - min S)`` (Lijffijt & Gries 2012); 0 = even."""
        least = np.where(self._parts > 0, self._share, np.inf).min(axis=-1, keepdims=True, initial=np.inf)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.minimum(self.dp / (1.0 - least), 1.0))

    @cached_property
    def dp_egbert(self) -> Floats:
        """Return DP over one minus the least S of the parts that have the word (Egbert, Burch & Biber 2020)."""
        there = self._v > 0 if self._w is None else (self._v > 0) & (self._w > 0)
        least = self._over(np.where(there, self._s, np.inf), np.minimum, np.inf)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.minimum(self.dp / (1.0 - least), 1.0))

    @cached_property
    def kld(self) -> Floats:
        """Return ``sum P log2(P / S)``, bits; 0 = even."""
        with np.errstate(divide="ignore", invalid="ignore"):
            bits = self._sum(self._times_log(self._v, self._v / self._expected)) / (self.f * LN2)
        return self._known(np.maximum(bits, 0.0))

    @cached_property
    def kld_norm(self) -> Floats:
        """Return ``KLD / (1 + KLD)`` (Gries 2024); 0 = even."""
        return np.asarray(self.kld / (1.0 + self.kld))

    @cached_property
    def chi2(self) -> Floats:
        """Return ``sum (v - f S)^2 / (f S)`` over all parts; 0 = even."""
        # a part without the word adds f S, and all of these together f less what the others expect
        expected = self._expected
        square = np.square(self._v - expected)
        filled = self._sum(np.divide(square, expected, out=np.zeros_like(square), where=expected > 0))
        return self._known(filled + np.maximum(self.f - self._sum(expected), 0.0))

    @cached_property
    def d_a(self) -> Floats:
        """Return ``1 - mean |p_i - p_j| / (2 mean p)`` over pairs of parts (Burch, Egbert & Biber 2017); 1 = even."""
        # sum over i<j of |p_i - p_j| = sum (2 r - n - 1) p_(r), where empty parts have the lowest ranks r and add 0
        order = self._by_p
        p = np.take_along_axis(self._p, order, axis=-1) if order.ndim > 1 else self._p[..., order]
        if self._w is None:
            # the ranks are known: the first cell of a word comes after its empty parts
            rank = np.arange(1.0, self._v.shape[-1] + 1.0) + self._each(self._n - self._lengths - self._starts)
            return self._gini(self._over((2.0 * rank - (self._n + 1.0)) * p))
        weight = self._w[..., order]
        upto = np.cumsum(weight, axis=-1)
        ends = np.concatenate((np.zeros((*upto.shape[:-1], 1)), upto), axis=-1)
        before = upto - weight - self._each(ends[..., self._starts])
        empty = self._n - (ends[..., self._starts + self._lengths] - ends[..., self._starts])
        signed = weight * p * (2.0 * (before + self._each(empty)) + weight - self._n)
        return self._gini(self._over(signed))

    def _gini(self, differences: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return self._known(np.clip(1.0 - differences / ((self._n - 1.0) * self._sum_p), 0.0, 1.0))

    @cached_property
    def _by_p(self) -> Ints:
        """Return the order of the cells of each word by rising p."""
        p, word = self._p, np.repeat(np.arange(len(self._lengths)), self._lengths)
        bits = 62 - len(self._lengths).bit_length() - self._part.size.bit_length()
        if p.ndim > 1 or bits < _FINE:
            return np.lexsort((p, np.broadcast_to(word, p.shape)), axis=-1)
        # One sort of plain integers, several times as fast: the word, p over the largest p of the word in as many bits
        # as there is room for, and the cell. What is nearer than a bit may change places: D_A is off by 1e-9 at most.
        with np.errstate(divide="ignore", invalid="ignore"):
            scaled = p * self._each((2.0**bits - 1.0) / self._over(p, np.maximum))
        keys = np.where(p > 0, scaled, 0.0).astype(np.int64)
        keys += word << bits
        shift = len(p).bit_length()
        keys <<= shift
        keys += np.arange(len(p))
        keys.sort()
        return np.asarray(keys & ((1 << shift) - 1))


EVENNESS = {
    "range_share": 1, "sd": -1, "vc": -1, "juilland_d": 1, "carroll_d2": 1, "rosengren_s": 1, "rosengren_af": 1,
    "dp": -1, "dp_norm": -1, "dp_egbert": -1, "kld": -1, "kld_norm": -1, "chi2": -1, "d_a": 1,
}  # fmt: skip
"""Measures that a `Spread` has: 1 if a high value means even, -1 if a low one does."""


def average_reduced_frequency(places: Ints, bounds: Ints, n_tokens: int) -> Floats:
    """Return ``ARF = sum min(d_i, v) / v``, ``v = N / f`` (Savický & Hlaváčová 2002), of each word.

    ``places`` are the places 0 ... N - 1 of the occurrences of each word, rising; word w owns ``[bounds[w],
    bounds[w + 1])`` of them. The distances d are taken round a circle, so that they sum to N. ARF is f for a word at
    equal distances and goes to 1 for one whose occurrences stand together; NaN for a word that does not occur.

    >>> average_reduced_frequency(np.array([3, 4, 5, 40, 41, 77]), np.array([0, 6]), 100).round(2).tolist()
    [3.18]
    """
    lengths = np.diff(bounds)
    filled = np.flatnonzero(lengths > 0)
    result = np.full(len(lengths), np.nan)
    if not len(filled):
        return result
    first, last = np.asarray(bounds)[:-1][filled], np.asarray(bounds)[1:][filled] - 1
    distance = np.empty(len(places), dtype=np.float64)
    distance[1:] = places[1:]
    distance[1:] -= places[:-1]
    distance[first] = np.asarray(places[first], dtype=np.int64) - places[last] + n_tokens
    v = n_tokens / lengths[filled]
    np.minimum(distance, np.repeat(v, lengths[filled]), out=distance)
    result[filled] = np.add.reduceat(distance, first) / v
    return result


class Allocation(NamedTuple):
    """How frequencies are laid out over parts, as cells: what a `Spread` takes."""

    bounds: NDArray[np.int64]
    part: NDArray[np.int64]
    number: NDArray[np.int64]


def most_even(f: Ints, sizes: Ints) -> Allocation:
    """Return the most even way to lay f tokens out over parts: in proportion to their size, largest remainders first.

    >>> most_even(np.array([3]), np.array([10, 20, 10])).number.tolist()
    [1, 1, 1]
    """
    size = np.asarray(sizes, dtype=np.int64)
    wanted = np.asarray(f, dtype=np.int64)
    quota, remainder = np.divmod(wanted[:, None] * size, size.sum())
    left = wanted - quota.sum(axis=1)
    n = len(size)
    # one number that sorts by remainder, then by size, then by place, the first part highest
    place = np.empty(n, dtype=np.int64)
    place[np.argsort(-size, kind="stable")] = np.arange(n)[::-1]
    for which, more in enumerate(left.tolist()):
        if more:
            keys = remainder[which] * n + place
            quota[which] += keys >= np.partition(keys, n - more)[n - more]
    row, part = np.nonzero(quota)
    return Allocation(_bounds(row, len(wanted)), part.astype(np.int64), quota[row, part])


def least_even(f: Ints, sizes: Ints) -> Allocation:
    """Return the least even way to lay f tokens out: all in the smallest part that can hold them.

    If none can, the largest parts are filled one after the other until a part can hold the rest, and the smallest
    that can gets it.

    >>> least_even(np.array([8, 25]), np.array([10, 20, 9])).number.tolist()
    [8, 20, 5]
    """
    size = np.asarray(sizes, dtype=np.int64)
    rising = np.argsort(size, kind="stable")
    falling = rising[::-1]
    filled = np.cumsum(size[falling])
    parts, counts, rows = [], [], []
    for row, tokens in enumerate(np.asarray(f, dtype=np.int64).tolist()):
        full = int(np.searchsorted(filled, tokens))  # this many parts are not enough, one more is
        rest = tokens - (int(filled[full - 1]) if full else 0)
        parts += [falling[:full], rising[[np.searchsorted(size[rising], rest)]]]
        counts += [size[falling[:full]], np.array([rest])]
        rows.append(np.full(full + 1, row))
    row_of = np.concatenate(rows) if rows else np.empty(0, np.int64)
    return Allocation(
        _bounds(row_of, len(f)),
        np.concatenate(parts).astype(np.int64) if parts else np.empty(0, np.int64),
        np.concatenate(counts).astype(np.int64) if counts else np.empty(0, np.int64),
    )


def frequency_adjusted(score: ArrayLike, even: ArrayLike, uneven: ArrayLike, *, evenness: int) -> Floats:
    """Return ``(score - min) / (max - min)``, min and max being the scores of the extreme layouts (Gries 2024).

    Cut to [0, 1]: the layouts are rules, and with very unequal parts a word can be less even still. NaN where both
    layouts have the same score, as for most words that occur once.

    >>> frequency_adjusted([0.5], [0.1], [0.9], evenness=-1).round(3).tolist()
    [0.5]
    """
    score, even, uneven = (np.asarray(value, dtype=np.float64) for value in (score, even, uneven))
    low, high = (uneven, even) if evenness > 0 else (even, uneven)
    width = high - low
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(width > 1e-12, np.clip((score - low) / width, 0.0, 1.0), np.nan)


def _bounds(row: NDArray[Any], n: int) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(np.bincount(row, minlength=n)))).astype(np.int64)
