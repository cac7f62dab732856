"""Two-by-two tables: what was seen, what was expected, and how far they are apart."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlog1py

from textkit.measures.arrays import Floats, floats, ratio


class TwoByTwo(NamedTuple):
    """Observed counts of a two-by-two table, each an array: rows are word and other words, columns two corpora."""

    o11: Floats
    o12: Floats
    o21: Floats
    o22: Floats


def two_by_two(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike) -> TwoByTwo:
    """Return the table of a word that occurs ``a`` times among ``c`` tokens and ``b`` times among ``d``.

    >>> [float(cell) for cell in two_by_two(3, 1, 10, 20)]
    [3.0, 1.0, 7.0, 19.0]
    """
    a, b, c, d = floats(a, b, c, d)
    return TwoByTwo(a, b, c - a, d - b)


def expected(table: TwoByTwo) -> TwoByTwo:
    """Return the counts expected without association, ``E_ij = row sum * column sum / N``.

    >>> [float(cell) for cell in expected(two_by_two(3, 1, 10, 30))]
    [1.0, 3.0, 9.0, 27.0]
    """
    o11, o12, o21, o22 = table
    n = o11 + o12 + o21 + o22
    rows, columns = (o11 + o12, o21 + o22), (o11 + o21, o12 + o22)
    with np.errstate(divide="ignore", invalid="ignore"):
        return TwoByTwo(*(row * column / n for row in rows for column in columns))


def log_likelihood(table: TwoByTwo) -> Floats:
    r"""Return the log-likelihood ratio of all four cells, ``G2 = 2 sum O ln(O / E)`` (Dunning 1993).

    A zero cell contributes nothing; a table without association gives 0. Not signed.

    >>> round(float(log_likelihood(two_by_two(110, 2442, 221, 31556))), 2)
    270.72
    """
    # O - E is the same in all four cells but for its sign, which keeps the digits when O and E are close.
    lift = _lift(table)
    cells = expected(table)
    signs = (1.0, -1.0, -1.0, 1.0)
    total = sum(xlog1py(o, sign * ratio(lift, e)) for o, e, sign in zip(table, cells, signs, strict=True))
    return np.maximum(2.0 * np.asarray(total, dtype=np.float64), 0.0)


def log_likelihood_2cell(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike) -> Floats:
    """Return ``G2 = 2 [a ln(a / E1) + b ln(b / E2)]`` over the word's own two cells (Rayson & Garside 2000).

    ``E1 = c (a + b) / (c + d)``; the form of WordSmith, AntConc and CQPweb. It is smaller than the four-cell G2 by
    a share of about ``(a + b) / N``.

    >>> round(float(log_likelihood_2cell(310, 205, 120_000, 250_000)), 3)
    166.481
    """
    table = two_by_two(a, b, c, d)
    lift, cells = _lift(table), expected(table)
    total = xlog1py(table.o11, ratio(lift, cells.o11)) + xlog1py(table.o12, ratio(-lift, cells.o12))
    return np.maximum(2.0 * np.asarray(total, dtype=np.float64), 0.0)


def chi_squared(table: TwoByTwo, *, yates: bool = False) -> Floats:
    """Return Pearson's ``chi2 = sum (O - E)^2 / E``.

    With ``yates=True`` each ``|O - E|`` is reduced by 0.5, but never below 0 (as R and scipy do): the form without
    that cap is positive for a table without association.

    >>> table = two_by_two(7, 3, 9, 10)
    >>> round(float(chi_squared(table)), 4), round(float(chi_squared(table, yates=True)), 4)
    (4.3372, 2.6324)
    """
    lift = np.abs(_lift(table))
    if yates:
        lift = np.maximum(lift - 0.5, 0.0)
    total = sum(lift * ratio(lift, e) for e in expected(table))
    return np.asarray(total, dtype=np.float64)


def association_sign(table: TwoByTwo) -> Floats:
    """Return 1 where the word is commoner in the first column, -1 where rarer, 0 where the rates are equal."""
    return np.sign(_lift(table))


def phi(table: TwoByTwo) -> Floats:
    """Return the signed coefficient ``phi = sign * sqrt(chi2 / N)``, from -1 to 1."""
    n = table.o11 + table.o12 + table.o21 + table.o22
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(association_sign(table) * np.sqrt(chi_squared(table) / n))


def _lift(table: TwoByTwo) -> Floats:
    """Return ``o11 - e11``, from the cross product so that no digits are lost."""
    n = table.o11 + table.o12 + table.o21 + table.o22
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((table.o11 * table.o22 - table.o12 * table.o21) / n)
