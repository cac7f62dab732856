"""What a reader should know before reading the numbers: keys of the wording with their values."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textkit.errors import TextkitWarning


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence of the report that is not always there."""

    key: str
    values: Mapping[str, Any]


@contextmanager
def collected(source: Path | None = None) -> Iterator[list[str]]:
    """Collect textkit's warnings for the report, each once, and let them be shown as usual.

    Places on this computer are taken out: a report says what was read, not where it lay.
    """
    notes: list[str] = []
    usual = warnings.showwarning
    parents = set() if source is None else {str(source.resolve().parent), str(source.parent)} - {"."}
    places = sorted(parents, key=len, reverse=True)

    def show(message: Warning | str, category: type[Warning], *rest: Any, **named: Any) -> None:
        if issubclass(category, TextkitWarning):
            text = str(message)
            for place in places:
                text = text.replace(f"{place}/", "").replace(f"{place}\\", "")
            if text not in notes:
                notes.append(text)
        usual(message, category, *rest, **named)

    with warnings.catch_warnings():
        warnings.simplefilter("always", TextkitWarning)
        warnings.showwarning = show
        yield notes
