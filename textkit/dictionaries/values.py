"""The type Dictionary: categories, nested if need be, of words, phrases and globs with weights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import TYPE_CHECKING, Any

from textkit.dictionaries.entries import Entry, Row, checked, shape_of
from textkit.errors import ArgumentError, check_columns, check_type, unknown
from textkit.markup import esc
from textkit.provenance import sha256

if TYPE_CHECKING:
    import pandas as pd

_DEEPEST = 50
_SHOWN = 12
_FORMS = (
    "Give a mapping from categories to entries, such as {'积极': ['好', '高兴*'], '消极': {'坏': 2.0}}; a mapping "
    "inside a mapping is a category inside a category."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False, init=False)
class Dictionary:
    """Categories of words to look up: what counts for what, and how much.

    Parameters
    ----------
    categories : mapping
        From the name of a category to its entries: a list of strings, a list of ``(entry, weight)``, a mapping from
        entry to weight (a number), or a mapping from category to entries (whatever is no number), and so on downwards.
        ``"情感/积极"`` names the category 积极 inside 情感.
    name, source, licence : str, optional
        What the dictionary is called, who made it, and under which terms: they travel with it.

    Attributes
    ----------
    entries : tuple of Entry
        ``(category, entry, weight)``, by category, in the order given.

    Raises
    ------
    ArgumentError
        An entry is empty, has blanks at its ends, control characters, invisible characters or half characters, stands
        twice in a category, or can never match; a weight is not a finite number; a category has no entries.

    Notes
    -----
    **An entry** is a word, or a phrase of words with blanks between them. In a text without blanks between words the
    blank may be missing: ``"社会 管理"`` is found in 社会管理 too. ``*`` stands for any characters of the same token,
    ``?`` for one, ``[...]`` for one of several, ``[*]`` for the star itself. A word may be in several categories;
    `textkit.stats.lookup.dictionary_report` lists such conflicts.

    **Immutable**: nothing in it can be changed afterwards, so a `fingerprint` says for good what was looked up.

    Examples
    --------
    >>> dictionary = Dictionary({"情感": {"积极": ["好", "高兴*"], "消极": {"坏": 2.0}}, "治理": ["社会 管理"]})
    >>> dictionary
    Dictionary(4 entries in 4 categories)
    >>> dictionary.categories
    ('情感', '情感/积极', '情感/消极', '治理')
    >>> dictionary["情感"].entries[2]
    Entry(category='情感/消极', entry='坏', weight=2.0)
    """

    entries: tuple[Entry, ...]
    name: str
    source: str
    licence: str
    _cache: dict[str, Any] = field(repr=False)

    def __init__(self, categories: Mapping[str, Any], *, name: str = "", source: str = "", licence: str = "") -> None:
        check_type("categories", categories, Mapping, hint=_FORMS)
        self._fill(list(_rows(categories, "", 0)), name, source, licence)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, *, name: str = "", source: str = "", licence: str = "") -> Dictionary:
        """Make a dictionary of a table with the columns ``category``, ``entry`` and perhaps ``weight``.

        >>> import pandas as pd
        >>> Dictionary.from_frame(pd.DataFrame({"category": ["积极", "消极"], "entry": ["好", "坏"]})).categories
        ('积极', '消极')
        """
        check_columns("frame", frame, ("category", "entry"))
        weights = frame["weight"].tolist() if "weight" in frame else [1.0] * len(frame)
        cells = zip(frame["category"].tolist(), frame["entry"].tolist(), weights, strict=True)
        return cls.from_rows(
            [Row(*cell, f"row {i}") for i, cell in enumerate(cells)], name=name, source=source, licence=licence
        )

    @classmethod
    def from_rows(cls, rows: Iterable[Row], *, name: str = "", source: str = "", licence: str = "") -> Dictionary:
        """Make a dictionary of rows that know where they were found, for errors that say so."""
        made = cls.__new__(cls)
        made._fill(list(rows), name, source, licence)
        return made

    def _fill(self, rows: list[Row], name: str, source: str, licence: str) -> None:
        for argument, value in (("name", name), ("source", source), ("licence", licence)):
            check_type(argument, value, str)
            if any("\ud800" <= char <= "\udfff" for char in value):
                raise ArgumentError(f"{argument} has half a character (a lone surrogate): {value!r}.")
        entries = checked(rows)
        if not entries:
            raise ArgumentError(f"categories has no entries. {_FORMS}")
        order = {path: place for place, path in enumerate(_tree(entry.category for entry in entries))}
        object.__setattr__(self, "entries", tuple(sorted(entries, key=lambda entry: order[entry.category])))
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "source", source)
        object.__setattr__(self, "licence", licence)
        object.__setattr__(self, "_cache", {"categories": tuple(order)})

    @property
    def categories(self) -> tuple[str, ...]:
        """All categories, those above before those inside them, in the order of first appearance."""
        return tuple(self._cache["categories"])

    @property
    def depth(self) -> int:
        """How many categories stand inside each other at most; 1 if none does."""
        return max(path.count("/") + 1 for path in self.categories)

    @property
    def words(self) -> tuple[str, ...]:
        """The entries of one word without wildcards: what a segmenter can be taught, ``Jieba(words=...)``.

        >>> Dictionary({"治理": ["网格化", "网格*", "社会 管理"]}).words
        ('网格化',)
        """
        plain = dict.fromkeys(entry.entry for entry in self.entries)
        shapes = ((entry, shape_of(entry)) for entry in plain)
        return tuple(
            shape.literal
            for _, shape in shapes
            if shape.literal is not None and len(shape.parts) == 1 and not (shape.open_left or shape.open_right)
        )

    @property
    def fingerprint(self) -> str:
        """SHA-256 of categories, entries and weights: what provenance records as the input."""
        if "fingerprint" not in self._cache:
            self._cache["fingerprint"] = sha256("dictionary", *(part for row in self.entries for part in _parts(row)))
        return str(self._cache["fingerprint"])

    def to_frame(self) -> pd.DataFrame:
        """Return a table of ``category``, ``entry``, ``weight``."""
        import pandas as pd

        frame = pd.DataFrame(list(self.entries), columns=["category", "entry", "weight"])
        return frame.astype({"category": "str", "entry": "str", "weight": "float64"})

    def __getitem__(self, category: str) -> Dictionary:
        """Return a category with all categories inside it; their names stay whole."""
        if not isinstance(category, str) or category not in self.categories:
            raise unknown("category", category, self.categories)
        rows = [
            Row(*entry)
            for entry in self.entries
            if entry.category == category or entry.category.startswith(category + "/")
        ]
        return Dictionary.from_rows(rows, name=self.name, source=self.source, licence=self.licence)

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __repr__(self) -> str:
        name = f"; {self.name}" if self.name else ""
        n, k = len(self.entries), len(self.categories)
        return f"Dictionary({n:,} entr{'y' if n == 1 else 'ies'} in {k:,} categor{'y' if k == 1 else 'ies'}{name})"

    def _repr_html_(self) -> str:
        by_category: dict[str, list[Entry]] = {path: [] for path in self.categories}
        for entry in self.entries:
            by_category[entry.category].append(entry)
        body = "".join(
            f"<tr><td>{esc(path)}</td><td>{len(rows):,}</td><td>{esc(_some(rows))}</td></tr>"
            for path, rows in by_category.items()
        )
        facts = "".join(
            f"<p>{label}: {esc(value)}</p>"
            for label, value in (("Source", self.source), ("Licence", self.licence))
            if value
        )
        return (
            f"<p>{esc(repr(self))}</p><table><thead><tr><th>category</th><th>entries</th><th>begins</th></tr></thead>"
            f"<tbody>{body}</tbody></table>{facts}"
        )


def _parts(row: Entry) -> tuple[str, str, str]:
    return row.category, row.entry, repr(row.weight)


def _some(rows: list[Entry]) -> str:
    shown = [row.entry if row.weight == 1 else f"{row.entry} ({row.weight:g})" for row in rows[:_SHOWN]]
    return "、".join(shown) + (" …" if len(rows) > _SHOWN else "")


def _tree(paths: Iterable[str]) -> list[str]:
    """Return all categories depth first, in the order of first appearance.

    >>> _tree(["a/x", "b", "a/y/z", "a"])
    ['a', 'a/x', 'a/y', 'a/y/z', 'b']
    """
    root: dict[str, Any] = {}
    for path in paths:
        node = root
        for part in path.split("/"):
            node = node.setdefault(part, {})
    found: list[str] = []
    stack = [(name, below) for name, below in reversed(root.items())]
    while stack:
        path, node = stack.pop()
        found.append(path)
        stack += [(f"{path}/{name}", below) for name, below in reversed(node.items())]
    return found


def _rows(categories: Mapping[Any, Any], above: str, depth: int) -> Iterator[Row]:
    """Yield the entries of nested mappings."""
    if depth > _DEEPEST:
        raise ArgumentError(f"categories stand inside each other more than {_DEEPEST} deep. Flatten them: 'a/b/c'.")
    for key, value in categories.items():
        path = f"{above}/{key}" if above else key
        if isinstance(value, Real):
            if not above:
                raise ArgumentError(f"entry {key!r} stands outside any category. {_FORMS}")
            yield Row(above, key, value)
        elif isinstance(key, str) and isinstance(value, Mapping):
            if not value:
                raise ArgumentError(f"category {path!r} has no entries. Add some, or leave it out.")
            yield from _rows(value, path, depth + 1)
        elif isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
            raise ArgumentError(
                f"category {path!r} must hold a list or a mapping of entries, got {value!r}. "
                "Put a single entry in a list."
            )
        else:
            items = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else list(value)
            if not items:
                raise ArgumentError(f"category {path!r} has no entries. Add some, or leave it out.")
            for item in items:
                weighted = isinstance(item, (tuple, list)) and len(item) == 2
                yield Row(path, *item) if weighted else Row(path, item)
