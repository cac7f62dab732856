"""What a report compares: single documents, or the groups of a column; and what to print for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from textkit.corpus import Corpus
from textkit.errors import EmptyError
from textkit.report.notes import Note
from textkit.report.settings import Settings
from textkit.selection import column, groups


@dataclass(frozen=True, slots=True)
class Units:
    """The documents or groups of a comparison, in order; those without counted words are left out."""

    names: tuple[str, ...]
    labels: Mapping[str, str]
    """What to print for each document."""
    members: Mapping[str, tuple[str, ...]]
    """Documents of each unit."""
    lengths: Mapping[str, int]
    """Counted words of each unit."""
    by: str | None
    ordered: bool
    """Whether the groups are numbers, such as years."""

    def __len__(self) -> int:
        return len(self.names)

    @property
    def grouped(self) -> bool:
        """Whether the units are groups."""
        return self.by is not None

    @property
    def documents(self) -> tuple[str, ...]:
        """All documents that take part, unit by unit."""
        return tuple(doc for name in self.names for doc in self.members[name])

    @property
    def unit_of(self) -> dict[str, str]:
        """The unit of each document."""
        return {doc: name for name in self.names for doc in self.members[name]}

    def label(self, name: object) -> str:
        """Return what to print for a unit: the label of a document, the value of a group."""
        return str(name) if self.grouped else self.labels.get(str(name), str(name))

    def longest(self, n: int) -> tuple[str, ...]:
        """Return the ``n`` units with the most counted words, in their usual order."""
        chosen = set(longest(self.names, self.lengths, n))
        return tuple(name for name in self.names if name in chosen)


def longest(names: tuple[str, ...], lengths: Mapping[str, int], n: int) -> tuple[str, ...]:
    """Return the ``n`` names with the largest length; of equal ones the first."""
    return tuple(sorted(names, key=lambda name: -lengths[name])[:n])


def make_units(corpus: Corpus, lengths: Mapping[str, int], settings: Settings) -> tuple[Units, list[Note]]:
    """Return what is compared, and what a reader should know about it; ``lengths`` counts the words of documents."""
    docs = corpus.docs
    labels = make_labels(docs, settings)
    notes: list[Note] = []
    empty = [name for name in corpus.names if not lengths[name]]
    if empty:
        notes.append(Note("empty_documents", {"names": listed(empty, labels)}))
    if settings.by is None or (settings.by == "doc" and "doc" not in docs.columns):
        names = tuple(name for name in corpus.names if lengths[name])
        return Units(names, labels, {name: (name,) for name in names}, dict(lengths), None, False), notes
    units, more = _groups(corpus, lengths, settings.by, labels)
    return units, notes + more


def _groups(corpus: Corpus, lengths: Mapping[str, int], by: str, labels: Mapping[str, str]) -> tuple[Units, list[Note]]:
    codes, values = groups(corpus.docs, by)
    notes: list[Note] = []
    missing = [name for name, code in zip(corpus.names, codes, strict=True) if code < 0]
    if missing:
        notes.append(Note("caution_missing", {"n": len(missing), "by": by, "names": listed(missing, labels)}))
    if not values:
        raise EmptyError(f"no document has a value in the column {by!r} (by). Compare by another column.")
    members: dict[str, tuple[str, ...]] = {}
    for g, value in enumerate(values):  # values that read the same, such as 1 and "1", are one group
        mine = tuple(n for n, code in zip(corpus.names, codes, strict=True) if code == g and lengths[n])
        members[_text(value)] = members.get(_text(value), ()) + mine
    sums = {name: sum(lengths[doc] for doc in members[name]) for name in members}
    names = tuple(name for name in members if sums[name])
    if len(names) == 1:
        notes.append(Note("caution_one_group", {"by": by}))
    return Units(names, labels, members, sums, by, _is_ordered(values)), notes


def make_labels(docs: pd.DataFrame, settings: Settings) -> dict[str, str]:
    """Return what to print for each document: the column asked for, else ``label_zh``/``label_en``, else ``label``."""
    names = [str(name) for name in docs.index]
    usual = [name for name in (f"label_{settings.lang}", "label") if name in docs.columns]
    if settings.label is None and not usual:
        return dict(zip(names, names, strict=True))
    values = column(docs, settings.label or usual[0], argument="label")
    shown = [
        name if pd.isna(value) or not str(value).strip() else _text(value)
        for name, value in zip(names, values, strict=True)
    ]
    return {
        name: label if label == name or shown.count(label) == 1 else f"{label} ({name})"
        for name, label in zip(names, shown, strict=True)
    }


def listed(names: list[str], labels: Mapping[str, str], limit: int = 12) -> str:
    """Join the labels of documents for a sentence; of many only the first."""
    shown = [labels.get(name, name) for name in names[:limit]]
    return ", ".join(shown) + (f" … +{len(names) - limit}" if len(names) > limit else "")


def _text(value: Any) -> str:
    """Return a value as text; 2019.0, from a column of years with gaps, is 2019."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _is_ordered(values: list[Any]) -> bool:
    numbers = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce")
    return bool(len(values) > 1 and numbers.notna().all())
