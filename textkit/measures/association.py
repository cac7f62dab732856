"""How strongly two or more words attract each other: one implementation of each association measure.

A pair is described by `Pair`, an n-gram by its ``2^n`` cells (`cells_of`). Logarithms are natural unless a base is
written; what does not exist is NaN or infinite, never replaced by something invented.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, xlogy

from textkit.measures.arrays import LN2, Floats, floats
from textkit.measures.contingency import TwoByTwo, association_sign, chi_squared, log_likelihood
from textkit.measures.p_values import chi2_p

_Z95 = 1.959963984540054  # the conservative bound is defined with 95 %


class Pair(NamedTuple):
    """Counts of pairs of words, each an array (or a number that holds for all of them).

    ``o`` is how often they stand together, ``row`` and ``column`` are the margins and ``n`` the size of the sample of
    their two-by-two table, ``f_x`` and ``f_y`` the frequencies of the words themselves. For neighbours ``row`` is
    ``f_x``; for windows it is the number of positions in the windows of x.
    """

    o: Floats
    row: Floats
    column: Floats
    n: Floats
    f_x: Floats
    f_y: Floats

    @property
    def expected(self) -> Floats:
        """How often they would stand together by chance: ``row * column / n``."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.row * self.column / self.n)

    @property
    def table(self) -> TwoByTwo:
        """The two-by-two table; NaN where a cell would be below zero, as overlapping windows can make it."""
        o12, o21 = self.row - self.o, self.column - self.o
        o22 = self.n - self.row - self.column + self.o
        impossible = (o12 < 0) | (o21 < 0) | (o22 < 0)
        cells = np.broadcast_arrays(*(np.where(impossible, np.nan, cell) for cell in (self.o, o12, o21, o22)))
        return TwoByTwo(*cells)


def pair(o: ArrayLike, f_x: ArrayLike, f_y: ArrayLike, n: ArrayLike, *, row: ArrayLike | None = None) -> Pair:
    """Return the counts of pairs; ``row`` is ``f_x`` unless given.

    >>> found = pair(120, 1500, 900, 1_000_000)
    >>> float(found.expected), round(float(log_dice(found)), 4)
    (1.35, 10.6781)
    """
    o, f_x, f_y, n = floats(o, f_x, f_y, n)
    return Pair(o, f_x if row is None else floats(row)[0], f_y, n, f_x, f_y)


# ---------------------------------------------------------------------------------------------------------------
# Observed and expected: these hold for pairs and for longer n-grams


def mutual_information(o: ArrayLike, e: ArrayLike, power: int = 1) -> Floats:
    """Return ``log2(O^k / E)``: PMI for k = 1 (Church & Hanks 1990), MI2, MI3 (Daille 1994); -inf where O is 0.

    >>> round(float(mutual_information(20, 42 * 20 / 14_307_668)), 2)
    18.38
    """
    o, e = floats(o, e)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log2(o**power / e))


def normalised_mutual_information(o: ArrayLike, e: ArrayLike, n: ArrayLike, words: int = 2) -> Floats:
    """Return ``PMI / (-(k - 1) log2(O / N))`` for k words (Bouma 2009): 1 always together, 0 by chance, -1 never.

    NaN where they fill the whole sample.

    >>> [round(float(value), 9) for value in normalised_mutual_information([0, 1, 5], [1, 1, 0.25], 100)]
    [-1.0, 0.0, 1.0]
    """
    o, e, n = floats(o, e, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = mutual_information(o, e) / (-(words - 1) * np.log2(o / n))
    value = np.where(o < n, value, np.nan)
    return np.where((o == 0) & (e > 0), -1.0, value)


def t_score(o: ArrayLike, e: ArrayLike) -> Floats:
    """Return ``(O - E) / sqrt(O)`` (Church et al. 1991); NaN where O is 0.

    >>> round(float(t_score(8, 15828 * 4675 / 14_307_668)), 6)
    0.999932
    """
    o, e = floats(o, e)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(o > 0, (o - e) / np.sqrt(o), np.nan)


def z_score(o: ArrayLike, e: ArrayLike) -> Floats:
    """Return ``(O - E) / sqrt(E)`` (Berry-Rogghe 1973); NaN where E is 0."""
    o, e = floats(o, e)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(e > 0, (o - e) / np.sqrt(e), np.nan)


def dice_of(o: ArrayLike, *frequencies: ArrayLike) -> Floats:
    """Return ``k O / (f_1 + ... + f_k)``: Dice's (1945) coefficient and its form for k words (Petrović et al. 2010)."""
    observed = floats(o)[0]
    total = sum(floats(*frequencies))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(len(frequencies) * observed / total)


# ---------------------------------------------------------------------------------------------------------------
# Measures of a pair


def pmi(counts: Pair) -> Floats:
    """Return ``log2(O / E)``, see `mutual_information`."""
    return mutual_information(counts.o, counts.expected)


def npmi(counts: Pair) -> Floats:
    """Return PMI between -1 and 1, see `normalised_mutual_information`."""
    return normalised_mutual_information(counts.o, counts.expected, counts.n)


def dice(counts: Pair) -> Floats:
    """Return ``2 O / (f_x + f_y)``."""
    return dice_of(counts.o, counts.f_x, counts.f_y)


def log_dice(counts: Pair) -> Floats:
    """Return ``14 + log2(2 O / (f_x + f_y))`` (Rychlý 2008): at most 14 for neighbours, and free of the corpus size.

    >>> [round(float(x), 4) for x in log_dice(pair([50, 16, 9], [50, 100_000, 3000], [50, 100_000, 12], 1e6))]
    [14.0, 1.3904, 6.6134]
    """
    with np.errstate(divide="ignore"):
        return np.asarray(14.0 + np.log2(dice(counts)))


def jaccard(counts: Pair) -> Floats:
    """Return ``O / (f_x + f_y - O)``; NaN where windows overlap so much that nothing is left below the line."""
    under = counts.f_x + counts.f_y - counts.o
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(under > 0, counts.o / under, np.nan)


def min_sensitivity(counts: Pair) -> Floats:
    """Return ``min(O / f_x, O / f_y)`` (Pedersen & Bruce 1996)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(counts.o / np.maximum(counts.f_x, counts.f_y))


def signed_g2(counts: Pair) -> Floats:
    """Return the log-likelihood ratio of all four cells (Dunning 1993), negative where they repel each other."""
    table = counts.table
    return np.asarray(association_sign(table) * log_likelihood(table))


def chi2(counts: Pair) -> Floats:
    """Return Pearson's chi-squared of the four cells, without correction; not signed."""
    return chi_squared(counts.table)


def delta_p_column_given_row(counts: Pair) -> Floats:
    """Return ``P(y | x) - P(y | not x) = O11 / R1 - O21 / R2`` (Gries 2013): how much x calls for y.

    >>> of_course = pair(5610, 174_548, 7867, 10_409_868)
    >>> round(float(delta_p_column_given_row(of_course)), 3), round(float(delta_p_row_given_column(of_course)), 3)
    (0.032, 0.697)
    """
    o11, o12, o21, o22 = counts.table
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(o11 / (o11 + o12) - o21 / (o21 + o22))


def delta_p_row_given_column(counts: Pair) -> Floats:
    """Return ``P(x | y) - P(x | not y) = O11 / C1 - O12 / C2`` (Gries 2013): how much y calls for x."""
    o11, o12, o21, o22 = counts.table
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(o11 / (o11 + o21) - o12 / (o12 + o22))


def log_odds_ratio(counts: Pair) -> Floats:
    """Return the natural logarithm of the odds ratio after adding 0.5 to all four cells (Haldane 1956)."""
    o11, o12, o21, o22 = (cell + 0.5 for cell in counts.table)
    return np.asarray(np.log(o11) - np.log(o12) - np.log(o21) + np.log(o22))


def log_odds_se(counts: Pair) -> Floats:
    """Return the standard error of `log_odds_ratio`, ``sqrt(sum 1 / (O + 0.5))``."""
    return np.asarray(np.sqrt(sum(1.0 / (cell + 0.5) for cell in counts.table)))


def conservative_lr(counts: Pair) -> Floats:
    """Return ``(ln OR - 1.96 se) / ln 2``, the lower end of the 95 % interval of the log odds ratio, in bits.

    It ranks by strength as PMI does, but a rare pair must prove itself; the idea is that of the
    conservative log ratio (Evert 2022).
    """
    return np.asarray((log_odds_ratio(counts) - _Z95 * log_odds_se(counts)) / LN2)


PAIR_MEASURES: dict[str, Callable[[Pair], Floats]] = {
    "log_dice": log_dice,
    "pmi": pmi,
    "npmi": npmi,
    "mi2": lambda counts: mutual_information(counts.o, counts.expected, 2),
    "mi3": lambda counts: mutual_information(counts.o, counts.expected, 3),
    "t": lambda counts: t_score(counts.o, counts.expected),
    "z": lambda counts: z_score(counts.o, counts.expected),
    "g2": signed_g2,
    "chi2": chi2,
    "dice": dice,
    "jaccard": jaccard,
    "min_sensitivity": min_sensitivity,
    "delta_p_c_given_n": delta_p_column_given_row,
    "delta_p_n_given_c": delta_p_row_given_column,
    "log_odds_ratio": log_odds_ratio,
    "conservative_lr": conservative_lr,
}
"""Every measure of a pair by the name of its column; the row is the node, the column the collocate."""

FEW_COUNTS_MISLEAD = ("pmi", "npmi", "z", "chi2", "log_odds_ratio", "delta_p_n_given_c")
"""Measures that put pairs of words that occur once at the top: rank by them only with a ``min_count``."""


# ---------------------------------------------------------------------------------------------------------------
# n-grams


def cells_of(subsets: ArrayLike) -> Floats:
    """Return the ``2^n`` cells of n-grams from the counts of all subsets of their words.

    Row b of ``subsets`` (bit i for the word in place i) counts positions that have at least the words of b in their
    places; row b of the result those that have exactly these. Row 0 is everything, the last row the n-gram itself.

    >>> cells_of([[100.0], [20.0], [10.0], [5.0]]).ravel().tolist()
    [75.0, 15.0, 5.0, 5.0]
    """
    cells = np.array(subsets, dtype=np.float64)
    n = len(cells).bit_length() - 1
    numbers = np.arange(len(cells))
    for bit in range(n):
        without = numbers[(numbers >> bit) & 1 == 0]
        cells[without] -= cells[without | (1 << bit)]
    return cells


class Interaction(NamedTuple):
    """The highest-order interaction of an n-gram and its standard error, both natural logarithms."""

    value: Floats
    se: Floats


def interaction(cells: Floats, smoothing: float = 0.5) -> Interaction:
    """Return lambda of the saturated log-linear model of an n-gram (Blaheta & Johnson 2001).

    ``lambda = sum_b (-1)^(n - |b|) ln(n_b + s)``, ``se = sqrt(sum_b 1 / (n_b + s))``, over the ``2^n`` cells. For two
    words and s = 0.5 it is the log odds ratio after Haldane.

    >>> found = interaction(cells_of([[100.0], [20.0], [10.0], [5.0]]))
    >>> round(float(found.value[0]), 4), round(float(found.se[0]), 4)
    (1.5833, 0.6644)
    """
    n = len(cells).bit_length() - 1
    with np.errstate(divide="ignore"):
        logs, inverse = np.log(cells + smoothing), 1.0 / (cells + smoothing)
    value = sum((-1.0) ** (n - b.bit_count()) * logs[b] for b in range(len(cells)))
    return Interaction(np.asarray(value, dtype=np.float64), np.sqrt(inverse.sum(axis=0)))


def independence_g2(cells: Floats) -> Floats:
    """Return the signed G2 of an n-gram against n independent words, ``2 sum O ln(O / E)`` over the ``2^n`` cells.

    Negative where the n-gram is rarer than by chance. For two words this is `signed_g2`; for more the statistic has
    ``2^n - n - 1`` degrees of freedom and says that something in the n-gram is not chance, be it only two of its words.
    """
    if len(cells) == 4:
        table = TwoByTwo(cells[3], cells[1], cells[2], cells[0])
        return np.asarray(association_sign(table) * log_likelihood(table))
    expected = _independent(cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = xlogy(cells, np.where(expected > 0, cells / expected, 1.0)).sum(axis=0)
    return np.asarray(np.sign(cells[-1] - expected[-1]) * np.maximum(2.0 * total, 0.0))


def independence_chi2(cells: Floats) -> Floats:
    """Return Pearson's chi-squared of an n-gram against n independent words, over the ``2^n`` cells."""
    if len(cells) == 4:
        return chi_squared(TwoByTwo(cells[3], cells[1], cells[2], cells[0]))
    expected = _independent(cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(expected > 0, (cells - expected) ** 2 / expected, 0.0).sum(axis=0))


def independence_p(g2: ArrayLike, words: int) -> Floats:
    """Return the upper tail of chi-squared with ``2^n - n - 1`` degrees of freedom at the size of a signed G2.

    >>> round(float(independence_p(-3.841458820694124, 2)), 12)
    0.05
    """
    size = np.abs(floats(g2)[0])
    return chi2_p(size) if words == 2 else np.asarray(chdtrc(2.0**words - words - 1, size))


def word_counts(cells: Floats) -> list[Floats]:
    """Return how often each word of an n-gram stands in its place."""
    n = len(cells).bit_length() - 1
    numbers = np.arange(len(cells))
    return [np.asarray(cells[(numbers >> place) & 1 == 1].sum(axis=0)) for place in range(n)]


def ngram_expected(cells: Floats) -> Floats:
    """Return ``N p_1 ... p_n``: how often an n-gram of independent words would stand there."""
    total = cells.sum(axis=0)
    expected: Floats = total.copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        for count in word_counts(cells):
            expected = expected * (count / total)
    return np.asarray(expected)


def next_word(cells: Floats) -> Pair:
    """Return the pair of (all words but the last, the last word): what the beginning says about the end."""
    return _ends(cells, last=True)


def previous_word(cells: Floats) -> Pair:
    """Return the pair of (the first word, all words after it)."""
    return _ends(cells, last=False)


def _ends(cells: Floats, *, last: bool) -> Pair:
    n = len(cells).bit_length() - 1
    bit = 1 << (n - 1) if last else 1
    rest = (len(cells) - 1) & ~bit
    numbers = np.arange(len(cells))
    word = np.asarray(cells[numbers & bit != 0].sum(axis=0))
    others = np.asarray(cells[rest] + cells[-1])
    row, column = (others, word) if last else (word, others)
    return Pair(cells[-1], row, column, np.asarray(cells.sum(axis=0)), row, column)


def _independent(cells: Floats) -> Floats:
    """Return the counts expected in each cell if the words were independent."""
    total = cells.sum(axis=0)
    expected = np.broadcast_to(total, cells.shape).copy()
    numbers = np.arange(len(cells))
    with np.errstate(divide="ignore", invalid="ignore"):
        for place, count in enumerate(word_counts(cells)):
            there = (numbers >> place) & 1 == 1
            expected[there] *= count / total
            expected[~there] *= (total - count) / total
    return np.asarray(expected)


def _lambda(cells: Floats, smoothing: float) -> Floats:
    return interaction(cells, smoothing).value


def _lambda_z(cells: Floats, smoothing: float) -> Floats:
    value, se = interaction(cells, smoothing)
    return np.asarray(value / se)


def _conservative(cells: Floats, smoothing: float) -> Floats:
    value, se = interaction(cells, 0.5)
    return np.asarray((value - _Z95 * se) / LN2)


def _log_dice(cells: Floats, smoothing: float) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(14.0 + np.log2(dice_of(cells[-1], *word_counts(cells))))


def _jaccard(cells: Floats, smoothing: float) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(cells[-1] / (cells.sum(axis=0) - cells[0]))


def _min_sensitivity(cells: Floats, smoothing: float) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(cells[-1] / np.max(word_counts(cells), axis=0))


def _npmi(cells: Floats, smoothing: float) -> Floats:
    n = len(cells).bit_length() - 1
    return normalised_mutual_information(cells[-1], ngram_expected(cells), cells.sum(axis=0), n)


NGRAM_MEASURES: dict[str, Callable[[Floats, float], Floats]] = {
    "g2": lambda cells, _: independence_g2(cells),
    "lambda": _lambda,
    "lambda_z": _lambda_z,
    "log_dice": _log_dice,
    "pmi": lambda cells, _: mutual_information(cells[-1], ngram_expected(cells)),
    "npmi": _npmi,
    "mi2": lambda cells, _: mutual_information(cells[-1], ngram_expected(cells), 2),
    "mi3": lambda cells, _: mutual_information(cells[-1], ngram_expected(cells), 3),
    "t": lambda cells, _: t_score(cells[-1], ngram_expected(cells)),
    "z": lambda cells, _: z_score(cells[-1], ngram_expected(cells)),
    "chi2": lambda cells, _: independence_chi2(cells),
    "dice": lambda cells, _: dice_of(cells[-1], *word_counts(cells)),
    "jaccard": _jaccard,
    "min_sensitivity": _min_sensitivity,
    "delta_p_forward": lambda cells, _: delta_p_column_given_row(next_word(cells)),
    "delta_p_backward": lambda cells, _: delta_p_row_given_column(previous_word(cells)),
    "conservative_lr": _conservative,
}
"""Every measure of an n-gram by the name of its column: cells of `cells_of` and the smoothing of lambda in."""
