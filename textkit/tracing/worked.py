"""Working formulas out, in decimal arithmetic of forty digits, and putting numbers in the place of symbols."""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import singledispatch

from scipy.special import chdtrc

from textkit import measures
from textkit.tracing import formula as tree

ARITHMETIC = decimal.Context(prec=40, traps=[], Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
"""Forty digits; 1/0 is infinite and 0/0 is not a number, as in numpy."""

SHOWN = 3
"""Terms of a sum that are written out with their numbers."""

Values = Mapping[tree.Symbol, Decimal]

_ZERO, _ONE, _NAN = Decimal(0), Decimal(1), Decimal("NaN")


# ---------------------------------------------------------------------------------------------------------------
# Values


@singledispatch
def worked(part: tree.Formula, values: Values) -> Decimal:
    """Work a formula out.

    >>> from textkit.tracing.formula import Symbol
    >>> worked(Symbol("a") / 8, {Symbol("a"): Decimal(1)})
    Decimal('0.125')
    """
    raise TypeError(f"a {type(part).__name__} has no value")


@worked.register
def _(part: tree.Literal, values: Values) -> Decimal:
    return part.number


@worked.register
def _(part: tree.Symbol, values: Values) -> Decimal:
    return values[part]


@worked.register
def _(part: tree.Plus, values: Values) -> Decimal:
    total = _ZERO
    for item in part.parts:
        total = ARITHMETIC.add(total, worked(item, values))
    return total


@worked.register
def _(part: tree.Minus, values: Values) -> Decimal:
    return ARITHMETIC.minus(worked(part.part, values))


@worked.register
def _(part: tree.Times, values: Values) -> Decimal:
    total = _ONE
    for item in part.parts:
        total = ARITHMETIC.multiply(total, worked(item, values))
    return total


@worked.register
def _(part: tree.Over, values: Values) -> Decimal:
    return ARITHMETIC.divide(worked(part.top, values), worked(part.bottom, values))


@worked.register
def _(part: tree.Power, values: Values) -> Decimal:
    exponent = worked(part.exponent, values)
    return _ONE if exponent == 0 else ARITHMETIC.power(worked(part.base, values), exponent)


@worked.register
def _(part: tree.Root, values: Values) -> Decimal:
    return ARITHMETIC.sqrt(worked(part.part, values))


@worked.register
def _(part: tree.Log, values: Values) -> Decimal:
    number = ARITHMETIC.ln(worked(part.part, values))
    return number if part.base is None else ARITHMETIC.divide(number, ARITHMETIC.ln(part.base))


@worked.register
def _(part: tree.LogShare, values: Values) -> Decimal:
    weight = worked(part.weight, values)
    return weight if weight == 0 else ARITHMETIC.multiply(weight, worked(tree.Log(part.part, part.base), values))


@worked.register
def _(part: tree.Absolute, values: Values) -> Decimal:
    return ARITHMETIC.abs(worked(part.part, values))


@worked.register
def _(part: tree.Apply, values: Values) -> Decimal:
    return _FUNCTIONS[part.name](*(worked(item, values) for item in part.parts))


@worked.register
def _(part: tree.Tail, values: Values) -> Decimal:
    number = float(worked(part.part, values))
    if part.kind == "chi2":
        df = 1.0 if part.df is None else float(worked(part.df, values))
        return Decimal(float(measures.chi2_p(number) if df == 1 else chdtrc(df, number)))
    if part.kind == "normal":
        return Decimal(float(measures.normal_p(number)))
    assert part.df is not None
    return Decimal(float(measures.student_p(number, float(worked(part.df, values)))))


@worked.register
def _(part: tree.Choose, values: Values) -> Decimal:
    n, k = int(worked(part.n, values)), int(worked(part.k, values))
    return Decimal(math.comb(n, k)) if 0 <= k <= n else _ZERO


@worked.register
def _(part: tree.Total, values: Values) -> Decimal:
    total, step = (_ONE, ARITHMETIC.multiply) if part.product else (_ZERO, ARITHMETIC.add)
    for inside in _rows(part, values):
        total = step(total, worked(part.body, inside))
    return total


@worked.register
def _(part: tree.Counted, values: Values) -> Decimal:
    return part.number


def _rows(part: tree.Total, values: Values, n: int | None = None) -> Iterator[Values]:
    """Yield the values with those of each row put over them."""
    inside = dict(values)
    for place, row in enumerate(zip(*part.rows.values(), strict=True)):
        if place == n:
            return
        inside.update(zip(part.rows, map(tree.exact, row), strict=True))
        yield inside


def _extreme(of: Callable[[Decimal, Decimal], Decimal]) -> Callable[..., Decimal]:
    def function(*numbers: Decimal) -> Decimal:
        found = numbers[0]
        for number in numbers:
            if number.is_nan():
                return _NAN
            found = of(found, number)
        return found

    return function


def _sign(number: Decimal) -> Decimal:
    return number if number.is_nan() else Decimal((number > 0) - (number < 0))


_FUNCTIONS: dict[str, Callable[..., Decimal]] = {
    "max": _extreme(ARITHMETIC.max),
    "min": _extreme(ARITHMETIC.min),
    "sgn": _sign,
    "exp": ARITHMETIC.exp,
}


# ---------------------------------------------------------------------------------------------------------------
# Numbers put in


@singledispatch
def filled(part: tree.Formula, values: Values) -> tree.Formula:
    """Put numbers in the place of the symbols that have a value; of a long sum only the first terms are kept.

    >>> from textkit.tracing.formula import Symbol
    >>> from textkit.tracing.plain import plain
    >>> plain(filled(Symbol("a") / Symbol("b"), {Symbol("a"): Decimal(1)}))
    '1 / b'
    """
    return tree.changed(part, lambda item: filled(item, values))


@filled.register
def _(part: tree.Symbol, values: Values) -> tree.Formula:
    return tree.Literal(values[part]) if part in values else part


@filled.register
def _(part: tree.Total, values: Values) -> tree.Formula:
    parts = tuple(filled(part.body, inside) for inside in _rows(part, values, SHOWN))
    return tree.Written(parts, len(part), part.product)


@filled.register
def _(part: tree.Such, values: Values) -> tree.Formula:
    return tree.Such(
        part.unknown, tree.Relation(part.relation.left, part.relation.sign, filled(part.relation.right, values))
    )
