"""From a formula and the facts about documents to the columns of a regression."""

from __future__ import annotations

import ast
import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit.errors import ArgumentError, EmptyError, check_type, listing, unknown
from textkit.measures import Floats

FUNCTIONS = (
    "C", "I", "bs", "cc", "center", "cr", "cs", "exp", "log", "log10", "log2", "poly", "scale", "standardize",
)  # fmt: skip
"""What a formula may call. Formulas are evaluated as Python, so that anything else is refused beforehand."""

_QUOTED = re.compile(r"`([^`]*)`")
_PLAIN = (
    ast.Expression, ast.Constant, ast.keyword, ast.List, ast.Tuple, ast.Load, ast.UnaryOp, ast.USub, ast.UAdd,
    ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div,
)  # fmt: skip


class Design(NamedTuple):
    """Columns of the regression, their names, the rows of ``docs`` that have all values, and the formula in full."""

    matrix: Floats
    names: list[str]
    rows: NDArray[np.intp]
    formula: str


def design(docs: pd.DataFrame, formula: str) -> Design:
    """Build the columns: text and categories by treatment coding, numbers as they are, an intercept unless ``0 +``."""
    check_type("formula", formula, str, hint='For example "town + year".')
    from formulaic import Formula, SimpleFormula
    from formulaic.errors import FormulaicError

    text = formula.split("~", 1)[1] if formula.strip().startswith("~") else formula
    if "~" in text:
        raise ArgumentError(
            f"formula={formula!r} has a left side, but that is always the count of a word. Give only the right side."
        )
    try:
        parsed: Any = Formula(text)
    except (FormulaicError, SyntaxError) as error:
        raise ArgumentError(f"formula={formula!r} cannot be read: {_first_line(error)}") from None
    if not isinstance(parsed, SimpleFormula):
        raise ArgumentError(f"formula={formula!r} has several parts. Give one, such as 'town + year'.")
    for term in parsed:
        for factor in term.factors:
            kind, expression = factor.eval_method.value, str(factor.expr)
            if kind == "lookup" and expression not in docs.columns:
                raise unknown("column (formula)", expression, list(docs.columns))
            if kind == "python":
                _check_expression(expression, formula, docs)
    plain = docs.reset_index(drop=True)
    try:
        with np.errstate(all="ignore"):
            made = parsed.get_model_matrix(plain, context={})
    except (FormulaicError, TypeError, ValueError, ArithmeticError) as error:
        raise ArgumentError(f"formula={formula!r} cannot be worked out: {_first_line(error)}") from None
    matrix = np.asarray(made, dtype=np.float64)
    names = [str(name) for name in made.columns]
    kept = np.asarray(made.index, dtype=np.intp)
    fine = np.isfinite(matrix).all(axis=1)
    if not fine.any():
        raise EmptyError(f"formula={formula!r}: no document has a value in all columns.")
    return Design(matrix[fine], names, kept[fine], str(parsed))


def check_rank(made: Design) -> None:
    """Raise if a column follows from the others, or if there are as many coefficients as documents."""
    d, p = made.matrix.shape
    if d <= p:
        raise ArgumentError(
            f"formula {made.formula!r} makes {p} coefficients ({listing(made.names, 4)}), but only {d} documents have "
            "tokens and all values. Use fewer terms, or a smaller unit."
        )
    scaled = made.matrix / np.maximum(np.abs(made.matrix).max(axis=0), 1e-300)
    if np.linalg.matrix_rank(scaled) < p:
        constant = [name for name, column in zip(made.names, made.matrix.T, strict=True)
                    if name != "Intercept" and np.ptp(column) == 0]  # fmt: skip
        why = f"{listing(constant)} has one value only" if constant else "one column follows from the others"
        raise ArgumentError(f"formula {made.formula!r} cannot be told apart: {why}. Leave a term out.")


def _check_expression(expression: str, formula: str, docs: pd.DataFrame) -> None:
    """Raise unless an expression holds only columns, numbers, arithmetic and the functions allowed."""
    columns = [str(name) for name in docs.columns]
    quoted = [name for name in _QUOTED.findall(expression) if name not in columns]
    if quoted:
        raise unknown("column (formula)", quoted[0], columns)
    try:
        tree = ast.parse(_QUOTED.sub("0", expression), mode="eval")
    except SyntaxError:
        raise ArgumentError(
            f"formula={formula!r} cannot be read at {expression!r}. Put names with blanks between backticks."
        ) from None
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if id(node) in called:
                if node.id not in FUNCTIONS:
                    raise unknown("function in formula", node.id, FUNCTIONS)
            elif node.id not in columns and node.id != "contr":
                raise unknown("column (formula)", node.id, columns)
        elif isinstance(node, ast.Attribute):
            if not (isinstance(node.value, ast.Name) and node.value.id == "contr") or node.attr.startswith("_"):
                raise unknown("function in formula", ast.unparse(node), FUNCTIONS)
        elif isinstance(node, ast.Call):
            if not isinstance(node.func, (ast.Name, ast.Attribute)):
                raise unknown("function in formula", ast.unparse(node.func), FUNCTIONS)
        elif not isinstance(node, _PLAIN):
            raise ArgumentError(
                f"formula={formula!r} may hold columns, numbers, + - * / : and {', '.join(FUNCTIONS)}(), not "
                f"{expression!r}."
            )


def _first_line(error: Exception) -> str:
    """Return the first line of a message of the formula library, without its marks."""
    line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return line.rstrip(".") + "."
