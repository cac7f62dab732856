"""Progress bars for work that takes more than a second, on a terminal or in a notebook."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
_DELAY = 1.0  # seconds of silence first: short work should not flash a bar


def visible() -> bool:
    """Say whether somebody can see a bar: on a terminal or in a notebook, unless ``TEXTKIT_PROGRESS=0``."""
    if os.environ.get("TEXTKIT_PROGRESS") == "0":
        return False
    return sys.stderr.isatty() or "ipykernel" in sys.modules


def track(items: Iterable[T], description: str, *, total: int | None = None, show: bool | None = None) -> Iterator[T]:
    """Yield the items and show a bar once a second has passed.

    ``show=None`` draws it only where somebody can see it (`visible`); the bar goes to standard error,
    so piped output stays clean.

    >>> list(track([1, 2, 3], "counting", show=False))
    [1, 2, 3]
    """
    if not (visible() if show is None else show):
        yield from items
        return
    from tqdm import tqdm

    yield from tqdm(items, desc=description, total=total, delay=_DELAY, leave=False)
