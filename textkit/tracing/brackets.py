"""Where a formula needs brackets, whatever it is written in."""

from __future__ import annotations

from textkit.tracing.formula import (
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
    Symbol,
    Tail,
    Times,
    Total,
    Written,
    has_symbol,
)
from textkit.tracing.wording import numeral

RELATION, SUM, PRODUCT, POWER, ATOM = range(5)


def level(part: Formula, *, stacked: bool) -> int:
    """Return how tightly a formula holds together; ``stacked`` fractions have a bar and need no brackets."""
    if isinstance(part, Relation):
        return RELATION
    if isinstance(part, Counted):
        return level(part.shown, stacked=stacked)
    if isinstance(part, Written):
        return _written(part, stacked)
    if isinstance(part, (Plus, Times)) and len(part.parts) == 1:
        return level(part.parts[0], stacked=stacked)
    if isinstance(part, Literal):
        number = numeral(part.number)
        return SUM if number.negative else PRODUCT if number.power is not None else ATOM
    if isinstance(part, Over):
        return POWER if stacked else PRODUCT
    if isinstance(part, Symbol):
        return POWER if part.above else ATOM
    kinds: dict[type[Formula], int] = {
        Plus: SUM, Minus: SUM, Times: PRODUCT, LogShare: PRODUCT, Total: PRODUCT, Tail: PRODUCT, Power: POWER,
        Log: POWER,
    }  # fmt: skip
    return kinds.get(type(part), ATOM)


def _written(part: Written, stacked: bool) -> int:
    if part.n == 0:
        return ATOM
    if part.n == 1:
        return level(part.parts[0], stacked=stacked)
    return PRODUCT if part.product else SUM


def factors(part: Times) -> list[tuple[Formula, int]]:
    """Return the factors of a product with the level each must have: a sum sign may stand at the end only."""
    last = len(part.parts) - 1
    return [
        (factor, PRODUCT if place == last or not isinstance(factor, Total) else ATOM)
        for place, factor in enumerate(part.parts)
    ]


def with_cross(part: Times) -> bool:
    """Say whether the factors need a cross between them: numbers do, letters do not."""
    return not has_symbol(part)
