"""Explain one number of a table: the counts, the formula with these numbers put in, each step, and the passages."""

from __future__ import annotations

import decimal
import importlib
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, TextkitError, check_choice, check_int, check_type, unknown
from textkit.matrix import DocumentTermMatrix
from textkit.tokens import Tokens
from textkit.tracing.case import Case, Explained, sources
from textkit.tracing.derivation import Step
from textkit.tracing.passages import passage_table
from textkit.tracing.result import PASSAGE_COLUMNS, Trace
from textkit.tracing.wording import LANGUAGES, Lang, shown
from textkit.tracing.worked import ARITHMETIC

EXPLAINERS: dict[str, str] = {
    "keyness": "textkit.tracing.keyness:explain",
    "top_terms": "textkit.tracing.top_terms:explain",
    "weights": "textkit.tracing.top_terms:explain_cell",
    "similarity": "textkit.tracing.similarity:explain",
    "similarity_matrix": "textkit.tracing.similarity:explain_square",
    "term_similarity": "textkit.tracing.similarity:explain",
    "collocates": "textkit.tracing.association:explain",
    "collocations": "textkit.tracing.collocations:explain",
    "dispersion": "textkit.tracing.dispersion:explain",
    "lexical_diversity": "textkit.tracing.lexical_diversity:explain",
    "delta": "textkit.tracing.delta:explain",
    "delta_matrix": "textkit.tracing.delta:explain_square",
    "nearest": "textkit.tracing.similarity:explain",
    "effect_sizes": "textkit.tracing.effect_sizes:explain",
    "keyness_groups": "textkit.tracing.keyness_groups:explain",
    "bm25_scores": "textkit.tracing.bm25:explain",
    "entropy": "textkit.tracing.entropy:explain",
    "kl_divergence": "textkit.tracing.entropy:explain_divergence",
    "agreement": "textkit.tracing.agreement:explain",
    "readability": "textkit.tracing.readability:explain",
    "readability_formulas": "textkit.tracing.readability_formulas:explain",
    "rank_turbulence": "textkit.tracing.rank_turbulence:explain",
}
"""The function that explains the tables of each function."""

_TOLERANCE = Decimal("1e-9")


def trace(
    table: pd.DataFrame | DocumentTermMatrix,
    row: Any,
    *,
    source: Tokens | DocumentTermMatrix | Corpus | pd.DataFrame | Mapping[str, Any] | None = None,
    column: str | None = None,
    n: int = 10,
    width: int = 20,
    lang: Lang = "zh",
) -> Trace:
    """Show how one number of a table comes about, from the counts on, and the passages behind it.

    The number is worked out anew, by the very formulas that are shown, in decimal arithmetic of forty digits, and must
    equal the number in the table to within 1e-9: a formula that does not lead to the number is never shown.

    Parameters
    ----------
    table : DataFrame or DocumentTermMatrix
        A table made by one of the functions named in ``textkit.tracing.trace.EXPLAINERS``; it may have been sorted or
        filtered. Or a weighted matrix (`tfidf`, `bm25`, `proportions`).
    row : str, tuple or int
        Which number: the values of the key columns, such as a term, or (doc, term), (doc_a, doc_b),
        (node, collocate); or the place of the row in the table, counted from 0.
    source : Tokens, DocumentTermMatrix, Corpus, DataFrame or mapping, optional
        What the table was made from (of `agreement` the codings, of `readability_formulas` the features). Where the
        table does not hold all counts it is needed. With Tokens the passages are shown. A mapping gives several things
        by the name of the argument, such as ``{"dtm": trimmed, "tokens": words}`` or
        ``{"dtm": dtm, "prior": background}``.
    column : str, optional
        Which column is explained, where a table has more than one measure; by default the one it is sorted by.
    n : int, default 10
        Passages to show.
    width : int, default 20
        Characters of context on both sides.
    lang : {"zh", "en"}
        The language of ``print`` and of a notebook; `Trace.text`, `Trace.latex` and `Trace.html` give either.

    Returns
    -------
    Trace
        ``steps`` (name, formula, formula with numbers, value), ``grids`` (counts observed and expected), ``notes``,
        ``passages``, ``citations``, ``value``.

    Raises
    ------
    UnknownNameError
        No such row or column, with the nearest one.
    ArgumentError
        A table without provenance or of a function that cannot be traced; ``source`` missing where it is needed, or
        not what the table was made from.
    TextkitError
        The number in the table is another one: it was changed after it had been computed.

    Examples
    --------
    >>> from textkit.stats.keyness import keyness
    >>> table = keyness(DocumentTermMatrix([[8, 2], [2, 8]], ["网格", "信访"]), "doc1", measure="g2")
    >>> found = trace(table, "网格", lang="en")
    >>> found
    Trace(Keyness of “网格”: log-likelihood ratio G² (four cells): score = 7.70979; 15 steps)
    >>> print(found.to_frame()["numbers"][3])
    (8 + 2) × 10 / 20
    """
    check_choice("lang", lang, LANGUAGES)
    n = check_int("n", n, minimum=0)
    width = check_int("width", width, minimum=0)
    case = _case(table, row, source, column)
    name, _, function = EXPLAINERS[case.function].partition(":")
    explain = getattr(importlib.import_module(name), function)
    with decimal.localcontext(ARITHMETIC):  # forty digits, and a comparison with NaN is false
        explained: Explained = explain(case)
        derivation = explained.derivation
        for step in derivation.steps:
            _check(step, explained)
    value = next(step.value for step in reversed(derivation.steps) if step.column == explained.column)
    passages, n_passages = pd.DataFrame(columns=PASSAGE_COLUMNS), None
    tokens = case.sources.tokens
    if tokens is not None and explained.places is not None:
        passages = passage_table(tokens, explained.places, n=n, width=width)
        n_passages = sum(len(group.first) for group in explained.places)
    elif explained.places == []:  # numbers that no single passage stands behind
        n_passages = 0
    return Trace(
        derivation.title, case.function, explained.column, float(value), tuple(derivation.quantities),
        tuple(derivation.grids), tuple(derivation.steps), tuple(derivation.notes), passages, n_passages,
        tuple(derivation.citations), lang,
    )  # fmt: skip


def _case(table: Any, row: Any, source: Any, column: str | None) -> Case:
    check_type(
        "table", table, (pd.DataFrame, DocumentTermMatrix), hint="Make one with keyness(dtm, target) and the like."
    )
    if isinstance(table, DocumentTermMatrix):
        about: Mapping[str, Any] = {"inputs": {"dtm": table.fingerprint}, "settings": {"weighting": table.weighting}}
        function, named = "weights", table.weighting
        if table.weighting == "count":
            raise ArgumentError("table holds counts, which need no explanation. Give weights, such as tfidf(dtm).")
    else:
        about = table.attrs.get("textkit", {})
        if "function" not in about:
            raise ArgumentError(
                'table does not say how it was made (attrs["textkit"] is missing). Give the table as the function '
                "returned it; sorting and filtering keep it, building a new DataFrame does not."
            )
        function = named = str(about["function"])
    if function not in EXPLAINERS:
        raise unknown("function to trace:", function, EXPLAINERS)
    settings = about.get("settings", {})
    given = sources(source, about.get("inputs", {}), named, str(settings.get("weighting", "count")))
    if source is not None and (given.main == "dtm" or not given.inputs):
        given.matrix()  # another source is an error also where the table alone would do
    return Case(table, row, column, function, settings, about, given)


def _check(step: Step, explained: Explained) -> None:
    """Raise unless a step led to the number that the table holds."""
    if step.column is None:
        return
    table = float(explained.in_table[step.column])
    if math.isnan(table) and step.value.is_nan():
        return
    if math.isinf(table) or step.value.is_infinite() or math.isnan(table) or step.value.is_nan():
        equal = float(step.value) == table
    else:
        wanted = Decimal(table)
        close = abs(step.value - wanted) <= _TOLERANCE * max(abs(wanted), Decimal(1))
        equal = close or abs(step.value**2 - wanted**2) <= step.slack
    if not equal:
        raise TextkitError(
            f"the formula for {step.column} leads to {shown(step.value, 12)}, but the table says {table!r}. "
            "Was the table changed, or counts left out? Make the table anew, and give source."
        )
