"""From a formula such as ``~ level + s(year)`` and the facts about documents to the columns of a regression."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from textkit.errors import ArgumentError, EmptyError, TextkitWarning, check_choice, check_type, listing, unknown
from textkit.measures import Floats

FUNCTIONS = (
    "C", "I", "s", "bs", "cc", "center", "cr", "cs", "exp", "log", "log10", "log2", "poly", "scale",
    "standardize",
)  # fmt: skip
"""What a formula may call. Formulas are evaluated as Python, so that anything else is refused beforehand."""

_DEGREE, _DF = 3, 10  # of a spline
_RANK = 1e-9  # share of its length that a column must have left when the columns before it are taken away
_QUOTED = re.compile(r"`([^`]*)`")
_PLAIN = (
    ast.Expression, ast.Constant, ast.keyword, ast.List, ast.Tuple, ast.Load, ast.UnaryOp, ast.USub, ast.UAdd,
    ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Columns of a regression.

    ``matrix`` (D', p), ``names`` of the columns, ``rows`` (D',) of the facts that have all values, the ``formula`` in
    full, and the ``variables``: which columns of the facts it uses.
    """

    matrix: Floats
    names: list[str]
    rows: NDArray[np.intp]
    formula: str
    variables: list[str]
    spec: Any

    def apply(self, docs: pd.DataFrame) -> tuple[Floats, NDArray[np.intp]]:
        """Make the same columns for other documents: the same categories, baselines, knots, centres.

        Returns the matrix and the rows that have all values. A category that the first documents did not have is an
        error, a value beyond the range of a spline a warning.
        """
        for name in self.variables:
            if name not in docs.columns:
                raise unknown("column (formula)", name, [str(column) for column in docs.columns])
        return _evaluated(self.spec, docs, self.formula, self.variables)


def design(
    docs: pd.DataFrame, formula: str, *, missing: str = "drop", argument: str = "formula", depth: int = 0
) -> Design:
    """Make the columns that a formula describes.

    Text and categories become indicators of all values but the first; numbers stay as they are; dates become days.
    There is an intercept, the first column, unless the formula says ``0 +``.

    Parameters
    ----------
    docs : DataFrame
        Facts about the documents.
    formula : str
        Right side in the notation of R, read with the library formulaic: columns, ``+``, ``:``, ``*``, ``C(...)``,
        ``log``, ``poly`` … and ``s(year)``, ``s(year, df=5)``: a spline, see `spline`.
    missing : {"drop", "error"}
        What to do about documents without a value in one of the columns.
    argument : str
        What messages call the formula.
    depth : int
        How many functions lie between the one to which a warning belongs and this one.

    Raises
    ------
    ArgumentError
        The formula cannot be read or calls something that it may not; values are missing and ``missing="error"``.
    UnknownNameError
        A column that is not there.
    EmptyError
        No document has all values.

    Warns
    -----
    TextkitWarning
        Documents are left out; a category has one document only.

    Examples
    --------
    >>> docs = pd.DataFrame({"level": ["city", "city", "town", "town"], "year": [2019, 2020, 2019, 2020]})
    >>> made = design(docs, "~ level + year")
    >>> made.names
    ['Intercept', 'level[T.town]', 'year']
    >>> made.matrix[3].tolist()
    [1.0, 1.0, 2020.0]
    """
    check_type(argument, formula, str, hint='For example "~ level + s(year)".')
    check_choice("missing", missing, ("drop", "error"))
    parsed = _parsed(formula, argument)
    names = [str(column) for column in docs.columns]
    for term in parsed:
        for factor in term.factors:
            if factor.eval_method.value == "lookup" and str(factor.expr) not in names:
                raise unknown(f"column ({argument})", str(factor.expr), names)
            if factor.eval_method.value == "python":
                _check_expression(str(factor.expr), formula, names, argument)
    variables = sorted({str(name) for name in parsed.required_variables} & set(names), key=names.index)
    gaps = _gaps(docs, variables)
    if gaps and missing == "error":
        raise ArgumentError(
            f'{argument}={formula!r}: values are missing: {gaps}. Fill them in, or say missing="drop" to leave these '
            "documents out."
        )
    spec, matrix, rows = _fitted(parsed, docs, variables, formula, argument)
    if len(rows) < len(docs):
        warnings.warn(
            f"{len(docs) - len(rows):,} of {len(docs):,} documents are left out: {argument}={formula!r} has no value "
            f"for them ({gaps or 'after the functions of the formula'}).",
            TextkitWarning,
            stacklevel=2 + depth,
        )
    _warn_single(docs.iloc[rows], variables, depth)
    return Design(matrix, [str(name) for name in spec.column_names], rows, str(parsed), variables, spec)


def dependent(matrix: Floats, names: list[str]) -> list[str]:
    """Name the columns that follow from the columns before them.

    >>> dependent(np.array([[1.0, 1, 0], [1, 0, 1], [1, 1, 0]]), ["Intercept", "a", "b"])
    ['b']
    """
    scale = np.linalg.norm(matrix, axis=0)
    left = np.abs(np.diag(np.linalg.qr(matrix / np.where(scale > 0, scale, 1.0), mode="r")))
    left = np.concatenate([left, np.zeros(len(names) - len(left))])  # more columns than rows
    return [name for name, rest, size in zip(names, left, scale, strict=True) if rest < _RANK or size == 0]


def check_rank(made: Design, argument: str = "formula") -> None:
    """Raise if columns follow from each other, or if there are as many as documents."""
    d, p = made.matrix.shape
    if d <= p:
        raise ArgumentError(
            f"{argument} {made.formula!r} makes {p} columns ({listing(made.names, 4)}), but only {d} documents have "
            "words and all values. Use fewer terms, or a smaller unit."
        )
    which = dependent(made.matrix, made.names)
    if which:
        raise ArgumentError(
            f"{argument} {made.formula!r}: the effects cannot be told apart, because {listing(which, 4)} follow"
            f"{'s' if len(which) == 1 else ''} from the columns before. Leave a term out, or merge categories."
        )


def spline_knots(x: ArrayLike, df: int | None = None) -> tuple[Floats, int]:
    """Return knots and degree for `spline_basis`: inner knots at quantiles, the ends repeated.

    ``df`` columns, by default ten or the number of distinct values less one; cubic if there are enough of them.

    >>> spline_knots(np.arange(5.0))
    (array([0., 0., 0., 0., 2., 4., 4., 4., 4.]), 3)
    """
    values = np.asarray(x, dtype=np.float64)
    values = values[np.isfinite(values)]
    n_values = len(np.unique(values))
    size = min(_DF, n_values - 1) if df is None else df
    degree = min(_DEGREE, size)
    inner = np.quantile(values, np.linspace(0, 1, size - degree + 2)[1:-1]) if size > degree else np.empty(0)
    low, high = values.min(), values.max()
    return np.concatenate([np.full(degree + 1, low), inner, np.full(degree + 1, high)]), degree


def spline_basis(x: ArrayLike, knots: Floats, degree: int) -> Floats:
    """Return the B-spline basis without its first column (n, df); NaN where x is.

    Beyond the ends the polynomials go on.

    >>> knots, degree = spline_knots(np.arange(5.0))
    >>> spline_basis([0.0, 4.0, 2.0], knots, degree).round(3).tolist()
    [[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0], [0.25, 0.5, 0.25, 0.0]]
    """
    from scipy.interpolate import BSpline

    values = np.asarray(x, dtype=np.float64)
    fine = np.isfinite(values)
    n = len(knots) - degree - 1
    basis = np.full((len(values), n), np.nan)
    if fine.any():
        basis[fine] = np.nan_to_num(BSpline(knots, np.eye(n), degree, extrapolate=True)(values[fine]))
    return basis[:, 1:]


def spline(x: Any, df: int | None = None, *, _state: dict[str, Any], _spec: Any) -> Any:
    """``s(x)`` of a formula: a cubic B-spline, so that an effect may bend instead of being a straight line.

    Ten columns, or as many as there are distinct values less one, or ``df``; knots at quantiles (as the function of the
    R package stm). Two distinct values give a straight line.
    """
    from formulaic.materializers.types import FactorValues

    values = np.asarray(x, dtype=np.float64)
    if "knots" not in _state:
        distinct = len(np.unique(values[np.isfinite(values)]))
        if distinct < 2:
            raise ArgumentError(f"s(...) needs at least 2 distinct values, got {distinct}.")
        if df is not None and (isinstance(df, bool) or not isinstance(df, int) or not 1 <= df < distinct):
            raise ArgumentError(
                f"s(..., df={df!r}): df must be a whole number from 1 to {distinct - 1}, one less than the "
                f"{distinct} distinct values."
            )
        knots, degree = spline_knots(values, df)
        _state["knots"], _state["degree"] = knots.tolist(), degree
    knots = np.array(_state["knots"])
    outside = int(((values < knots[0]) | (values > knots[-1])).sum())
    if outside:
        _state["outside"] = f"{outside:,} values lie beyond the range of a spline, {knots[0]:g} to {knots[-1]:g}"
    basis = spline_basis(values, knots, _state["degree"])
    return FactorValues(
        {place + 1: basis[:, place] for place in range(basis.shape[1])},
        kind="numerical",
        format="{name}[{field}]",
        encoded=False,
    )


def _context() -> dict[str, Any]:
    from formulaic.utils.stateful_transforms import stateful_transform

    return {"s": stateful_transform(spline)}


def _parsed(formula: str, argument: str) -> Any:
    from formulaic import Formula, SimpleFormula
    from formulaic.errors import FormulaicError

    text = formula.split("~", 1)[1] if formula.strip().startswith("~") else formula
    if "~" in text:
        raise ArgumentError(
            f'{argument}={formula!r} has a left side. Give only the right side, for example "~ level + s(year)".'
        )
    if not text.strip():
        raise ArgumentError(f'{argument}={formula!r} is empty. For example "~ level + s(year)".')
    try:
        parsed: Any = Formula(text)
    except (FormulaicError, SyntaxError) as error:
        raise ArgumentError(f"{argument}={formula!r} cannot be read: {_first_line(error)}") from None
    if not isinstance(parsed, SimpleFormula):
        raise ArgumentError(f'{argument}={formula!r} has several parts. Give one, such as "~ level + s(year)".')
    return parsed


def _fitted(
    parsed: Any, docs: pd.DataFrame, variables: list[str], formula: str, argument: str
) -> tuple[Any, Floats, NDArray[np.intp]]:
    from formulaic.errors import FormulaicError

    chosen = np.flatnonzero(docs[variables].notna().all(axis=1).to_numpy()) if variables else np.arange(len(docs))
    while len(chosen):
        try:
            with np.errstate(all="ignore"):
                made = parsed.get_model_matrix(_plain(docs.iloc[chosen]), context=_context())
        except (FormulaicError, TypeError, ValueError, ArithmeticError) as error:
            cause = error if isinstance(error, ArgumentError) else error.__cause__
            if isinstance(cause, ArgumentError):
                raise ArgumentError(f"{argument}={formula!r}: {cause}") from None
            raise ArgumentError(f"{argument}={formula!r} cannot be worked out: {_first_line(error)}") from None
        matrix, rows = _finite(made)
        if len(rows) == len(chosen):
            return made.model_spec, matrix, chosen
        # once more with the documents that remain: knots and centres must be theirs alone
        chosen = chosen[rows]
    raise EmptyError(f"{argument}={formula!r}: no document has a value in all columns.")


def _evaluated(spec: Any, docs: pd.DataFrame, formula: str, variables: list[str]) -> tuple[Floats, NDArray[np.intp]]:
    from formulaic.errors import DataMismatchWarning, FormulaicError

    with warnings.catch_warnings():
        warnings.simplefilter("error", DataMismatchWarning)
        try:
            with np.errstate(all="ignore"):
                made = spec.get_model_matrix(_plain(docs[variables]), context=_context())
        except (FormulaicError, DataMismatchWarning, TypeError, ValueError) as error:
            known = re.search(r"original dataset\): (.*?)\. They", str(error))
            if known:
                raise ArgumentError(
                    f"formula {formula!r}: the documents of the fit did not have the categories {known.group(1)}. "
                    "Leave these documents out, or merge the categories before the fit."
                ) from None
            raise ArgumentError(f"formula {formula!r} cannot be worked out: {_first_line(error)}") from None
    for state in spec.transform_state.values():
        beyond = state.pop("outside", None) if isinstance(state, dict) else None
        if beyond is not None:
            warnings.warn(f"{beyond}; there the effect is a guess.", TextkitWarning, stacklevel=4)
    return _finite(made)


def _finite(made: Any) -> tuple[Floats, NDArray[np.intp]]:
    matrix = np.asarray(made, dtype=np.float64)
    rows = np.asarray(made.index, dtype=np.intp)
    fine = np.isfinite(matrix).all(axis=1)
    return np.ascontiguousarray(matrix[fine]), rows[fine]


def _plain(docs: pd.DataFrame) -> pd.DataFrame:
    """Return the facts with dates as days and without categories that no document has."""
    frame = docs.reset_index(drop=True)
    for name in frame.columns:
        values = frame[name]
        if pd.api.types.is_datetime64_any_dtype(values):
            days = (values.dt.tz_localize(None) if values.dt.tz is not None else values) - pd.Timestamp(0)
            frame[name] = days / pd.Timedelta(days=1)
        elif isinstance(values.dtype, pd.CategoricalDtype):
            frame[name] = values.cat.remove_unused_categories()
        elif pd.api.types.is_bool_dtype(values):
            frame[name] = values.astype(object).where(values.notna(), np.nan).map(str, na_action="ignore")
        elif pd.api.types.is_extension_array_dtype(values) and pd.api.types.is_numeric_dtype(values):
            frame[name] = values.astype("float64")
    return frame


def _gaps(docs: pd.DataFrame, variables: list[str]) -> str:
    """Say how many values are missing in which column."""
    counts = {name: int(docs[name].isna().sum()) for name in variables}
    return ", ".join(f"{name!r} in {n:,} document{'' if n == 1 else 's'}" for name, n in counts.items() if n)


def _warn_single(docs: pd.DataFrame, variables: list[str], depth: int) -> None:
    for name in variables:
        if pd.api.types.is_numeric_dtype(docs[name]) or pd.api.types.is_datetime64_any_dtype(docs[name]):
            continue
        sizes = docs[name].value_counts()
        lonely = sorted(str(value) for value in sizes.index[sizes == 1])
        if lonely:
            warnings.warn(
                f"in column {name!r} {listing(lonely, 4)} {'has' if len(lonely) == 1 else 'have'} one document only: "
                "the effect of the category is that of the document. Merge small categories.",
                TextkitWarning,
                stacklevel=3 + depth,
            )


def _check_expression(expression: str, formula: str, columns: list[str], argument: str) -> None:
    """Raise unless an expression holds only columns, numbers, arithmetic and the functions allowed."""
    where = f"column ({argument})"
    quoted = [name for name in _QUOTED.findall(expression) if name not in columns]
    if quoted:
        raise unknown(where, quoted[0], columns)
    if expression in columns:
        return
    try:
        tree = ast.parse(_QUOTED.sub("0", expression), mode="eval")
    except SyntaxError:
        raise ArgumentError(
            f"{argument}={formula!r} cannot be read at {expression!r}. Put names with blanks between backticks."
        ) from None
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if id(node) in called:
                if node.id not in FUNCTIONS:
                    raise unknown(f"function ({argument})", node.id, FUNCTIONS)
            elif node.id not in columns and node.id != "contr":
                raise unknown(where, node.id, columns)
        elif isinstance(node, ast.Attribute):
            if not (isinstance(node.value, ast.Name) and node.value.id == "contr") or node.attr.startswith("_"):
                raise unknown(f"function ({argument})", ast.unparse(node), FUNCTIONS)
        elif isinstance(node, ast.Call):
            if not isinstance(node.func, (ast.Name, ast.Attribute)):
                raise unknown(f"function ({argument})", ast.unparse(node.func), FUNCTIONS)
        elif not isinstance(node, _PLAIN):
            raise ArgumentError(
                f"{argument}={formula!r} may hold columns, numbers, + - * / : and {', '.join(FUNCTIONS)}(), not "
                f"{expression!r}."
            )


def _first_line(error: BaseException) -> str:
    """Return the first line of a message of the formula library."""
    text = str(error).strip()
    line = text.splitlines()[0] if text else type(error).__name__
    return line.rstrip(".") + "."
