"""What the page is made from, and what its sections share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from textkit.report.analysis import Analysis
from textkit.report.blocks import (
    Block,
    OnePicture,
    Picture,
)
from textkit.report.settings import Settings
from textkit.report.wording import Wording


@dataclass(frozen=True, slots=True)
class Sources:
    """What the page is made from."""

    analysis: Analysis
    settings: Settings
    pictures: Mapping[tuple[str, str], Picture]
    say: Wording
    command: str
    warnings: tuple[str, ...]
    versions: Mapping[str, str]
    input_hash: str
    files: tuple[str, ...]

    @property
    def unit(self) -> str:
        """The word for what is compared."""
        return self.say("unit_group" if self.analysis.units.grouped else "unit_document")

    def file(self, table: str) -> str:
        """Return where a table is, or nothing if tables were not asked for."""
        name = f"tables/{table}.csv"
        return name if name in self.files else ""

    def full(self, table: str) -> str:
        """Return the line on where the full table is."""
        name = self.file(table)
        return self.say("table_in", file=name) if name else ""

    def picture(self, key: str, unit: str = "") -> list[Block]:
        """Return a figure, or nothing if it was not drawn."""
        found = self.pictures.get((key, unit))
        return [OnePicture(found)] if found else []


def cut(src: Sources, rows: Sequence[Any], table: pd.DataFrame, name: str) -> str:
    """Return the line under a table: how much of it is shown, and where the rest is."""
    parts = [src.say("first_rows", n=len(rows), total=len(table))] if len(rows) < len(table) else []
    return " ".join([*parts, src.full(name)]).strip()


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as dicts from column to value."""
    rows: list[dict[str, Any]] = table.to_dict("records")  # type: ignore[assignment]
    return rows
