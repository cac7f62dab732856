"""A calculation in the making: what is given, what follows, and what the table says it should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from textkit.tracing.formula import Formula, Literal, Number, Symbol, exact
from textkit.tracing.wording import Words
from textkit.tracing.worked import filled, worked


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that the calculation starts from, with the letter that stands for it."""

    symbol: Symbol
    meaning: Words
    value: Decimal


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table to look at: counts seen and expected, documents with their counts, terms with their shares."""

    caption: Words
    columns: tuple[Words, ...]
    rows: tuple[tuple[object, ...], ...]  # Words, text or numbers
    n_rows: int  # of the whole table, of which these are the first

    @property
    def n_more(self) -> int:
        """Rows that are not shown."""
        return self.n_rows - len(self.rows)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what is worked out, by which formula, with which numbers, and what comes out."""

    name: Words
    symbol: Symbol
    formula: Formula
    numbers: Formula
    value: Decimal
    column: str | None = None  # of the table, which must hold the same number
    remark: Words | None = None
    slack: Decimal = Decimal(0)  # by how much the squares may differ, where the table takes a root of a difference

    @property
    def put_in(self) -> bool:
        """Whether the formula with numbers says more than the number itself."""
        return not isinstance(self.numbers, Literal) and self.numbers != self.formula


@dataclass(slots=True)
class Derivation:
    """What an explainer builds: start with `given`, go on with `step`; each returns a symbol for the next formula."""

    title: Words
    values: dict[Symbol, Decimal] = field(default_factory=dict)
    quantities: list[Quantity] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    notes: list[Words] = field(default_factory=list)
    citations: list[str] = field(default_factory=list)

    def given(self, symbol: Symbol, value: Number, meaning: Words) -> Symbol:
        """Enter a number that the calculation starts from."""
        self.values[symbol] = exact(value)
        self.quantities.append(Quantity(symbol, meaning, exact(value)))
        return symbol

    def step(
        self,
        name: Words,
        symbol: Symbol,
        formula: Formula,
        *,
        column: str | None = None,
        remark: Words | None = None,
        slack: Number = 0,
    ) -> Symbol:
        """Work a formula out and go on with its value under a name."""
        value = worked(formula, self.values)
        numbers = filled(formula, self.values)
        self.values[symbol] = value
        self.steps.append(Step(name, symbol, formula, numbers, value, column, remark, exact(slack)))
        return symbol

    def adopt(self, name: Words, symbol: Symbol, step: Step, remark: Words | None = None) -> Symbol:
        """Take over a step of another calculation under another name."""
        self.values[symbol] = step.value
        self.steps.append(Step(name, symbol, step.formula, step.numbers, step.value, remark=remark))
        return symbol

    def grid(
        self, caption: Words, columns: Sequence[Words], rows: Sequence[Sequence[object]], n_rows: int | None = None
    ) -> None:
        """Add a table to look at."""
        kept = tuple(tuple(row) for row in rows)
        self.grids.append(Grid(caption, tuple(columns), kept, len(kept) if n_rows is None else n_rows))

    def note(self, zh: str, en: str) -> None:
        """Add something that a careful reader should know."""
        self.notes.append(Words(zh, en))

    def cite(self, *citations: str) -> None:
        """Add sources, each once."""
        self.citations += [item for item in citations if item not in self.citations]

    def __getitem__(self, symbol: Symbol) -> Decimal:
        """Return the value of a symbol."""
        return self.values[symbol]
