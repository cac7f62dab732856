"""What plots of topics share: which topics are drawn, what they are called, and how shares are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textkit import drawing
from textkit.drawing import Labels
from textkit.errors import ArgumentError, unknown


def chosen_of(what: str, asked: Sequence[Any] | None, there: list[Any], default: list[Any]) -> list[Any]:
    """Return what was asked for, each thing once, or the default; raise if something is not there.

    >>> chosen_of("topic (topics)", [3, 1, 3], [1, 2, 3], [1, 2, 3])
    [3, 1]
    """
    if asked is None:
        return default
    if isinstance(asked, str) or not isinstance(asked, Iterable):
        asked = [asked]
    wanted = drawing.order_of(asked)
    for value in wanted:
        if value not in there:
            raise unknown(what, value, there)
    if not wanted:
        raise ArgumentError(f"{what}: name at least one, or leave the argument out.")
    return wanted


def names_of(topics: list[Any], labels: Labels | None, word: str) -> list[str]:
    """Return the name of each topic: its label, or the word for a topic with its number."""
    known = {} if labels is None else dict(labels.items())
    return [str(known.get(topic, word.format(topic))) for topic in topics]


def points(value: float) -> str:
    """Write a share as percentage points, without the noise of the last bits.

    >>> points(-0.05), points(0.1 + 0.2), points(0)
    ('−5', '30', '0')
    """
    return drawing.number(float(f"{100 * value:.6g}"))


def percent(value: float) -> str:
    """Write a share in percent.

    >>> percent(0.125), percent(-0.3), percent(0)
    ('12.5%', '−30%', '0%')
    """
    return f"{drawing.number(float(f'{100 * value:.6g}'))}%"
