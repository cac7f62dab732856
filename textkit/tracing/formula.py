"""Formulas as trees: one tree is shown in symbols, shown with the numbers put in, and worked out.

What a reader sees is what is evaluated (`textkit.tracing.worked`), so that a formula which is shown cannot differ from
the one that led to the number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

Number = int | float | Decimal | np.number[Any]


class Formula:
    """A piece of a formula; the usual operators build larger ones."""

    __slots__ = ()

    def __add__(self, other: Formula | Number) -> Formula:
        return Plus((*_parts(self, Plus), *_parts(formula(other), Plus)))

    def __radd__(self, other: Number) -> Formula:
        return formula(other) + self

    def __sub__(self, other: Formula | Number) -> Formula:
        return Plus((*_parts(self, Plus), Minus(formula(other))))

    def __rsub__(self, other: Number) -> Formula:
        return formula(other) - self

    def __mul__(self, other: Formula | Number) -> Formula:
        return Times((*_parts(self, Times), *_parts(formula(other), Times)))

    def __rmul__(self, other: Number) -> Formula:
        return formula(other) * self

    def __truediv__(self, other: Formula | Number) -> Formula:
        return Over(self, formula(other))

    def __rtruediv__(self, other: Number) -> Formula:
        return formula(other) / self

    def __pow__(self, other: Formula | Number) -> Formula:
        return Power(self, formula(other))

    def __neg__(self) -> Formula:
        return Minus(self)


def formula(value: Formula | Number) -> Formula:
    """Return a number as a formula; a formula stays as it is."""
    return value if isinstance(value, Formula) else Literal(exact(value))


def exact(value: Number) -> Decimal:
    """Return a number, of numpy too, with all its digits."""
    if isinstance(value, Decimal):
        return value
    return Decimal(int(value)) if isinstance(value, (int, np.integer)) else Decimal(float(value))


def _parts(part: Formula, kind: type[Plus] | type[Times]) -> tuple[Formula, ...]:
    return part.parts if isinstance(part, kind) else (part,)


@dataclass(frozen=True, slots=True)
class Literal(Formula):
    """A number."""

    number: Decimal


@dataclass(frozen=True, slots=True)
class Symbol(Formula):
    """A quantity with a name: a letter, perhaps with an index and a mark above; ``alpha`` and so on are Greek."""

    letter: str
    below: str = ""
    above: str = ""


@dataclass(frozen=True, slots=True)
class Plus(Formula):
    """A sum of a few parts; a part that is subtracted is a `Minus`."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Minus(Formula):
    """The negative of something."""

    part: Formula


@dataclass(frozen=True, slots=True)
class Times(Formula):
    """A product of a few parts."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Over(Formula):
    """A fraction."""

    top: Formula
    bottom: Formula


@dataclass(frozen=True, slots=True)
class Power(Formula):
    """A base to an exponent."""

    base: Formula
    exponent: Formula


@dataclass(frozen=True, slots=True)
class Root(Formula):
    """A square root."""

    part: Formula


@dataclass(frozen=True, slots=True)
class Log(Formula):
    """A logarithm, natural without a base."""

    part: Formula
    base: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LogShare(Formula):
    """``weight * log part``, which is 0 where the weight is 0: what a cell adds to a likelihood or an entropy."""

    weight: Formula
    part: Formula
    base: Decimal | None = None

    def written(self) -> Formula:
        """Return it as an ordinary product."""
        return Times((self.weight, Log(self.part, self.base)))


@dataclass(frozen=True, slots=True)
class Absolute(Formula):
    """An absolute value."""

    part: Formula


@dataclass(frozen=True, slots=True)
class Apply(Formula):
    """A function such as max, min or sgn of some parts."""

    name: str
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Tail(Formula):
    """The probability of a value at least as far out: of chi2(1), or two-sided of a normal or Student's t."""

    kind: str  # "chi2", "normal", "student"
    part: Formula
    df: Formula | None = None


@dataclass(frozen=True, slots=True)
class Choose(Formula):
    """A binomial coefficient of whole numbers."""

    n: Formula
    k: Formula


@dataclass(frozen=True, slots=True, eq=False)
class Total(Formula):
    """A sum (or, with ``product``, a product) over rows: the index runs, and some symbols change with it."""

    index: str
    body: Formula
    rows: Mapping[Symbol, Any]  # columns of numbers, all of one length
    product: bool = False
    condition: Formula | None = None  # written below the sign instead of the index

    def __len__(self) -> int:
        return min((len(column) for column in self.rows.values()), default=0)


@dataclass(frozen=True, slots=True)
class Written(Formula):
    """The first terms of a sum of ``n`` terms, with numbers in them: to be shown only."""

    parts: tuple[Formula, ...]
    n: int
    product: bool = False


@dataclass(frozen=True, slots=True)
class Counted(Formula):
    """A number that was found by counting, sorting or solving, and how it is written: ``shown`` in symbols."""

    shown: Formula
    number: Decimal


@dataclass(frozen=True, slots=True)
class Relation(Formula):
    """Two formulas with a sign between them, such as a condition below a sum: to be shown only."""

    left: Formula
    sign: str  # "<=", ">=", "<", ">", "=", "!=", "in"
    right: Formula


@dataclass(frozen=True, slots=True)
class Such(Formula):
    """The value of an unknown for which a relation holds, ``{rho : z = t}``: to be shown only."""

    unknown: Formula
    relation: Relation


def log(part: Formula | Number, base: Number | None = None) -> Formula:
    """Return a logarithm: natural, or to a base."""
    return Log(formula(part), None if base is None else exact(base))


def log_share(weight: Formula | Number, part: Formula | Number, base: Number | None = None) -> Formula:
    """Return ``weight * log part``, 0 where the weight is 0."""
    return LogShare(formula(weight), formula(part), None if base is None else exact(base))


def root(part: Formula | Number) -> Formula:
    """Return a square root."""
    return Root(formula(part))


def largest(*parts: Formula | Number) -> Formula:
    """Return the largest of some parts."""
    return Apply("max", tuple(formula(part) for part in parts))


def smallest(*parts: Formula | Number) -> Formula:
    """Return the smallest of some parts."""
    return Apply("min", tuple(formula(part) for part in parts))


def sgn(part: Formula | Number) -> Formula:
    """Return 1, 0 or -1."""
    return Apply("sgn", (formula(part),))


def changed(part: Formula, change: Callable[[Formula], Formula]) -> Formula:
    """Return a formula with the formulas that it is directly made of put through a function.

    >>> changed(Symbol("a") / 2, lambda item: -item)
    Over(top=Minus(part=Symbol(letter='a', below='', above='')), bottom=Minus(part=Literal(number=Decimal('2'))))
    """
    fields: dict[str, Any] = {}
    for name in getattr(part, "__slots__", ()):
        value = getattr(part, name)
        if isinstance(value, Formula):
            value = change(value)
        elif isinstance(value, tuple):
            value = tuple(map(change, value))
        fields[name] = value
    return type(part)(**fields)


def has_symbol(part: Formula) -> bool:
    """Say whether a formula has a symbol in it, and is not numbers throughout."""
    if isinstance(part, Symbol):
        return True
    inner: list[Formula] = []
    for name in getattr(part, "__slots__", ()):
        value = getattr(part, name)
        inner += [value] if isinstance(value, Formula) else value if isinstance(value, tuple) else []
    return any(map(has_symbol, inner))
