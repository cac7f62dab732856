"""Working formulas out, in decimal arithmetic of forty digits, and putting numbers in the place of symbols."""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import singledispatch

from scipy.special import chdtrc

from textkit import measures
from textkit.tracing.formula import (
    Absolute,
    Apply,
    Choose,
    Counted,
    Formula,
    Literal,
    Log,
    LogShare,
    Minus,
    Over,
    Plus,
    Power,
    Relation,
    Root,
    Such,
    Symbol,
    Tail,
    Times,
    Total,
    Written,
    exact,
)

ARITHMETIC = decimal.Context(prec=40, traps=[], Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
"""Forty digits; 1/0 is infinite and 0/0 is not a number, as in numpy."""

SHOWN = 3
"""Terms of a sum that are written out with their numbers."""

Values = Mapping[Symbol, Decimal]

_ZERO, _ONE, _NAN = Decimal(0), Decimal(1), Decimal("NaN")


# ---------------------------------------------------------------------------------------------------------------
# Values


@singledispatch
def worked(part: Formula, values: Values) -> Decimal:
    """Work a formula out.

    >>> from textkit.tracing.formula import Symbol
    >>> worked(Symbol("a") / 8, {Symbol("a"): Decimal(1)})
    Decimal('0.125')
    """
    raise TypeError(f"a {type(part).__name__} has no value")


@worked.register
def _(part: Literal, values: Values) -> Decimal:
    return part.number


@worked.register
def _(part: Symbol, values: Values) -> Decimal:
    return values[part]


@worked.register
def _(part: Plus, values: Values) -> Decimal:
    total = _ZERO
    for item in part.parts:
        total = ARITHMETIC.add(total, worked(item, values))
    return total


@worked.register
def _(part: Minus, values: Values) -> Decimal:
    return ARITHMETIC.minus(worked(part.part, values))


@worked.register
def _(part: Times, values: Values) -> Decimal:
    total = _ONE
    for item in part.parts:
        total = ARITHMETIC.multiply(total, worked(item, values))
    return total


@worked.register
def _(part: Over, values: Values) -> Decimal:
    return ARITHMETIC.divide(worked(part.top, values), worked(part.bottom, values))


@worked.register
def _(part: Power, values: Values) -> Decimal:
    exponent = worked(part.exponent, values)
    return _ONE if exponent == 0 else ARITHMETIC.power(worked(part.base, values), exponent)


@worked.register
def _(part: Root, values: Values) -> Decimal:
    return ARITHMETIC.sqrt(worked(part.part, values))


@worked.register
def _(part: Log, values: Values) -> Decimal:
    number = ARITHMETIC.ln(worked(part.part, values))
    return number if part.base is None else ARITHMETIC.divide(number, ARITHMETIC.ln(part.base))


@worked.register
def _(part: LogShare, values: Values) -> Decimal:
    weight = worked(part.weight, values)
    return weight if weight == 0 else ARITHMETIC.multiply(weight, worked(Log(part.part, part.base), values))


@worked.register
def _(part: Absolute, values: Values) -> Decimal:
    return ARITHMETIC.abs(worked(part.part, values))


@worked.register
def _(part: Apply, values: Values) -> Decimal:
    return _FUNCTIONS[part.name](*(worked(item, values) for item in part.parts))


@worked.register
def _(part: Tail, values: Values) -> Decimal:
    number = float(worked(part.part, values))
    if part.kind == "chi2":
        df = 1.0 if part.df is None else float(worked(part.df, values))
        return Decimal(float(measures.chi2_p(number) if df == 1 else chdtrc(df, number)))
    if part.kind == "normal":
        return Decimal(float(measures.normal_p(number)))
    assert part.df is not None
    return Decimal(float(measures.student_p(number, float(worked(part.df, values)))))


@worked.register
def _(part: Choose, values: Values) -> Decimal:
    n, k = int(worked(part.n, values)), int(worked(part.k, values))
    return Decimal(math.comb(n, k)) if 0 <= k <= n else _ZERO


@worked.register
def _(part: Total, values: Values) -> Decimal:
    total, step = (_ONE, ARITHMETIC.multiply) if part.product else (_ZERO, ARITHMETIC.add)
    for inside in _rows(part, values):
        total = step(total, worked(part.body, inside))
    return total


@worked.register
def _(part: Counted, values: Values) -> Decimal:
    return part.number


def _rows(part: Total, values: Values, n: int | None = None) -> Iterator[Values]:
    """Yield the values with those of each row put over them."""
    inside = dict(values)
    for place, row in enumerate(zip(*part.rows.values(), strict=True)):
        if place == n:
            return
        inside.update(zip(part.rows, map(exact, row), strict=True))
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
def filled(part: Formula, values: Values) -> Formula:
    """Put numbers in the place of the symbols that have a value; of a long sum only the first terms are kept.

    >>> from textkit.tracing.formula import Symbol
    >>> from textkit.tracing.plain import plain
    >>> plain(filled(Symbol("a") / Symbol("b"), {Symbol("a"): Decimal(1)}))
    '1 / b'
    """
    return part


@filled.register
def _(part: Symbol, values: Values) -> Formula:
    return Literal(values[part]) if part in values else part


@filled.register
def _(part: Plus, values: Values) -> Formula:
    return Plus(tuple(filled(item, values) for item in part.parts))


@filled.register
def _(part: Minus, values: Values) -> Formula:
    return Minus(filled(part.part, values))


@filled.register
def _(part: Times, values: Values) -> Formula:
    return Times(tuple(filled(item, values) for item in part.parts))


@filled.register
def _(part: Over, values: Values) -> Formula:
    return Over(filled(part.top, values), filled(part.bottom, values))


@filled.register
def _(part: Power, values: Values) -> Formula:
    return Power(filled(part.base, values), filled(part.exponent, values))


@filled.register
def _(part: Root, values: Values) -> Formula:
    return Root(filled(part.part, values))


@filled.register
def _(part: Log, values: Values) -> Formula:
    return Log(filled(part.part, values), part.base)


@filled.register
def _(part: LogShare, values: Values) -> Formula:
    return LogShare(filled(part.weight, values), filled(part.part, values), part.base)


@filled.register
def _(part: Absolute, values: Values) -> Formula:
    return Absolute(filled(part.part, values))


@filled.register
def _(part: Apply, values: Values) -> Formula:
    return Apply(part.name, tuple(filled(item, values) for item in part.parts))


@filled.register
def _(part: Tail, values: Values) -> Formula:
    return Tail(part.kind, filled(part.part, values), None if part.df is None else filled(part.df, values))


@filled.register
def _(part: Choose, values: Values) -> Formula:
    return Choose(filled(part.n, values), filled(part.k, values))


@filled.register
def _(part: Total, values: Values) -> Formula:
    parts = tuple(filled(part.body, inside) for inside in _rows(part, values, SHOWN))
    return Written(parts, len(part), part.product)


@filled.register
def _(part: Counted, values: Values) -> Formula:
    return Counted(filled(part.shown, values), part.number)


@filled.register
def _(part: Relation, values: Values) -> Formula:
    return Relation(filled(part.left, values), part.sign, filled(part.right, values))


@filled.register
def _(part: Such, values: Values) -> Formula:
    return Such(part.unknown, Relation(part.relation.left, part.relation.sign, filled(part.relation.right, values)))
