"""Where a formula needs brackets, whatever it is written in."""

from __future__ import annotations

from textkit.tracing import formula as tree
from textkit.tracing.wording import numeral

RELATION, SUM, PRODUCT, POWER, ATOM = range(5)


def level(part: tree.Formula, *, stacked: bool) -> int:
    """Return how tightly a formula holds together; ``stacked`` fractions have a bar and need no brackets."""
    if isinstance(part, tree.Relation):
        return RELATION
    if isinstance(part, tree.Counted):
        return level(part.shown, stacked=stacked)
    if isinstance(part, tree.Written):
        return _written(part, stacked)
    if isinstance(part, (tree.Plus, tree.Times)) and len(part.parts) == 1:
        return level(part.parts[0], stacked=stacked)
    if isinstance(part, tree.Literal):
        number = numeral(part.number)
        return SUM if number.negative else PRODUCT if number.power is not None else ATOM
    if isinstance(part, tree.Over):
        return POWER if stacked else PRODUCT
    if isinstance(part, tree.Symbol):
        return POWER if part.above else ATOM
    kinds: dict[type[tree.Formula], int] = {
        tree.Plus: SUM, tree.Minus: SUM, tree.Times: PRODUCT, tree.LogShare: PRODUCT, tree.Total: PRODUCT,
        tree.Tail: PRODUCT, tree.Power: POWER, tree.Log: POWER,
    }  # fmt: skip
    return kinds.get(type(part), ATOM)


def _written(part: tree.Written, stacked: bool) -> int:
    if part.n == 0:
        return ATOM
    if part.n == 1:
        return level(part.parts[0], stacked=stacked)
    return PRODUCT if part.product else SUM


def factors(part: tree.Times) -> list[tuple[tree.Formula, int]]:
    """Return the factors of a product with the level each must have: a sum sign may stand at the end only."""
    last = len(part.parts) - 1
    return [
        (factor, PRODUCT if place == last or not isinstance(factor, tree.Total) else ATOM)
        for place, factor in enumerate(part.parts)
    ]


def with_cross(part: tree.Times) -> bool:
    """Say whether the factors need a cross between them: numbers do, letters do not."""
    return not tree.has_symbol(part)
