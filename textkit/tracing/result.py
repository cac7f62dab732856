"""Trace: the calculation behind one number of a table, to be read as text, LaTeX or HTML."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from textkit.errors import check_choice
from textkit.tracing.derivation import Grid, Quantity, Step
from textkit.tracing.plain import plain
from textkit.tracing.wording import LANGUAGES, Words, shown

PASSAGE_COLUMNS = ["group", "doc", "start", "stop", "left", "node", "right"]
STEP_COLUMNS = ["step", "symbol", "formula", "numbers", "value", "column"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trace:
    """How one number of a table comes about; made by `textkit.trace`.

    ``print(trace)`` shows it as text, a notebook as a page; `text`, `latex` and `html` give either language.

    Parameters
    ----------
    title : Words
        What is explained, in Chinese and English (``title.zh``, ``title.en``).
    function : str
        The function that made the table.
    column : str
        The column of the table that is explained.
    value : float
        The number, recomputed; equal to the table's.
    quantities : tuple of Quantity
        What the calculation starts from: ``symbol``, ``meaning``, ``value``.
    grids : tuple of Grid
        Tables to look at: counts observed and expected, and the like.
    steps : tuple of Step
        ``name``, ``symbol``, ``formula``, ``numbers`` (the formula with the numbers put in), ``value``, ``column``.
    notes : tuple of Words
        What a careful reader should know about the number.
    passages : DataFrame
        ``group, doc, start, stop, left, node, right``: the first places in the texts that were counted.
    n_passages : int or None
        How many there are in all; None if no tokens were given.
    citations : tuple of str
        Where the formulas are from.
    lang : {"zh", "en"}
        The language of ``print`` and of a notebook.
    """

    title: Words
    function: str
    column: str
    value: float
    quantities: tuple[Quantity, ...]
    grids: tuple[Grid, ...]
    steps: tuple[Step, ...]
    notes: tuple[Words, ...]
    passages: pd.DataFrame
    n_passages: int | None
    citations: tuple[str, ...]
    lang: str

    def text(self, lang: str | None = None) -> str:
        """Return the whole calculation as plain text."""
        from textkit.tracing.as_text import as_text

        return as_text(self, self._language(lang))

    def latex(self, lang: str | None = None) -> str:
        r"""Return the whole calculation as LaTeX, to be put into a document that loads amsmath (and ctex)."""
        from textkit.tracing.as_latex import as_latex

        return as_latex(self, self._language(lang))

    def html(self, lang: str | None = None) -> str:
        """Return the whole calculation as HTML with MathML: no script, nothing from the network, all words escaped."""
        from textkit.tracing.as_html import as_html

        return as_html(self, self._language(lang))

    def to_frame(self, lang: str | None = None) -> pd.DataFrame:
        """Return the steps as a table: ``step, symbol, formula, numbers, value, column``, formulas in plain text."""
        language = self._language(lang)
        rows = [
            (step.name.of(language), plain(step.symbol), plain(step.formula), plain(step.numbers), float(step.value),
             step.column or "")
            for step in self.steps
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=STEP_COLUMNS)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        n = len(self.steps)
        return (
            f"Trace({self.title.of(self.lang)}: {self.column} = {shown(self.value)}; {n} step{'' if n == 1 else 's'})"
        )

    def _repr_html_(self) -> str:
        return self.html()

    def _language(self, lang: str | None) -> str:
        return self.lang if lang is None else check_choice("lang", lang, LANGUAGES)
