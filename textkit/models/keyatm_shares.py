"""What keyATM says about groups of documents: shares that covariates or the state of a time lead one to expect."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from textkit.errors import ArgumentError, TextkitWarning, check_float, listing, unknown
from textkit.formulas import design
from textkit.models.keyatm import KeyATM
from textkit.models.topics import Floats, TopicModel, check_model
from textkit.provenance import stamp
from textkit.selection import groups

__all__ = ["COLUMNS", "expected_shares"]

COLUMNS = ["group", "topic", "share", "ci_low", "ci_high", "difference", "difference_low", "difference_high"]

_MOST_VALUES = 200
_FEWEST_DRAWS = 40  # below, a 95 % interval is hardly more than the extremes


def expected_shares(
    model: TopicModel, by: str | None = None, *, reference: Any = None, confidence: float = 0.95
) -> pd.DataFrame:
    """Show the shares of topics that a keyATM with covariates or with time expects for each value of a column.

    With covariates: every document is given the value in turn and keeps its other facts; the share is the mean over the
    documents of ``exp(x . coefficients_k) / sum_j exp(x . coefficients_j)`` (a marginal prediction). With time:
    ``alpha_rk / sum_j alpha_rj`` for the state r of each time. Intervals are percentiles over the draws after
    ``burn_in`` in the paths of ``model.parameters``.

    Parameters
    ----------
    model : TopicModel
        Fitted by `KeyATM` with ``covariates`` or ``time``.
    by : str, optional
        Column of the formula; with time it is the column of time.
    reference : value of the column, optional
        The value that differences are taken from. Default: the first.
    confidence : float between 0 and 1, default 0.95
        Of the intervals.

    Returns
    -------
    DataFrame
        ``group`` (value of the column), ``topic`` (from 1), ``share``, ``ci_low``, ``ci_high``, ``difference`` (from
        the share of the same topic in the reference; 0 there), ``difference_low``, ``difference_high``; by group, then
        topic.

    Raises
    ------
    ArgumentError
        The model has neither covariates nor time, or the column is not part of the formula, or has more than 200
        values, or no draw comes after ``burn_in``.
    UnknownNameError
        There is no such column, or no such reference.

    Warns
    -----
    TextkitWarning
        Fewer than 40 draws come after ``burn_in``.

    Notes
    -----
    Intervals are those of the expected share given this model, its keywords and its number of topics; shares of single
    documents vary more. Differences are not causal effects. Shares of two models must not be compared.

    References
    ----------
    Eshima, Imai & Sasaki (2024).

    Examples
    --------
    >>> from textkit.matrix import DocumentTermMatrix
    >>> from textkit.models.topics import fit_topics
    >>> counts = [[9, 1], [8, 2], [1, 9], [0, 9]] * 5
    >>> docs = pd.DataFrame({"level": ["city", "city", "town", "town"] * 5}, index=[f"d{i}" for i in range(20)])
    >>> dtm = DocumentTermMatrix(counts, ["经济", "文化"], docs)
    >>> method = KeyATM(keywords={"经济": ["经济"]}, covariates="~ level", n_iterations=100, evaluate_every=1)
    >>> table = expected_shares(fit_topics(dtm, 2, method), "level")
    >>> first = table[table["topic"] == 1].set_index("group")
    >>> bool(first.loc["city", "share"] > 0.7 and first.loc["town", "difference_high"] < -0.4)
    True
    """
    check_model(model)
    level = check_float("confidence", confidence, minimum=0, maximum=1, open_minimum=True)
    method = model.method
    if not isinstance(method, KeyATM) or not {"coefficients", "states"} & set(model.parameters):
        raise ArgumentError(
            "expected_shares needs a model fitted by KeyATM with covariates or time: "
            'fit_topics(dtm, n_topics, KeyATM(keywords=..., covariates="~ level")).'
        )
    late = model.trace["iteration"].to_numpy() > int(method.burn_in or 0)
    if not late.any():
        raise ArgumentError(f"no draw comes after burn_in={method.burn_in}: the fit was interrupted. Fit again.")
    if "states" in model.parameters:
        values, draws = _by_time(model, method, by, late)
    else:
        values, draws = _by_covariate(model, method, by, late)
    if len(draws) < _FEWEST_DRAWS:
        warnings.warn(
            f"the intervals rest on {len(draws)} draws only. Fit with a larger n_iterations, or a smaller "
            "evaluate_every.",
            TextkitWarning,
            stacklevel=2,
        )
    first = 0 if reference is None else _place(reference, values)
    table = pd.DataFrame(
        {
            "group": pd.Series(values, dtype=object).repeat(model.n_topics).infer_objects().reset_index(drop=True),
            "topic": np.tile(np.arange(1, model.n_topics + 1), len(values)),
            **_summary(draws, level, ("share", "ci_low", "ci_high")),
            **_summary(draws - draws[:, first : first + 1], level, ("difference", "difference_low", "difference_high")),
        },
        columns=COLUMNS,
    )
    return stamp(
        table,
        "expected_shares",
        inputs=model.inputs,
        method=method,
        by=by or method.time,
        reference=values[first],
        confidence=level,
        n_draws=len(draws),
    )


def _by_time(model: TopicModel, method: KeyATM, by: str | None, late: Any) -> tuple[list[Any], Floats]:
    """Return the times and the shares at each of them in each draw, shape (draws, T, K)."""
    if by is not None and by != method.time:
        raise ArgumentError(f"by must be the column of time, {method.time!r}, got {by!r}.")
    alpha = model.parameters["state_alpha_path"][late]
    share = alpha / alpha.sum(axis=2, keepdims=True)
    return [int(time) for time in model.parameters["times"]], model.parameters["states_path"][late] @ share


def _by_covariate(model: TopicModel, method: KeyATM, by: str | None, late: Any) -> tuple[list[Any], Floats]:
    """Return the values of a column and the mean shares if all documents had each, shape (draws, values, K)."""
    facts = model._docs[model.placed]
    made = design(facts, str(method.covariates), argument="covariates", depth=2)
    if by is None or by not in made.variables:
        if by is not None and by not in facts.columns:
            raise unknown("column (by)", by, made.variables)
        raise ArgumentError(f"by must be a column of the formula, {listing(made.variables)}, got {by!r}.")
    values = groups(facts, by)[1]
    if len(values) > _MOST_VALUES:
        raise ArgumentError(
            f"{by!r} has {len(values):,} values; at most {_MOST_VALUES} can be shown. Round them first."
        )
    coefficients = model.parameters["coefficients_path"][late]
    mean, sd = model.parameters["design_mean"], model.parameters["design_sd"]

    def shares(value: Any) -> Iterator[Floats]:
        given = facts.copy()
        # a column of the same kind: a category keeps its categories
        given[by] = pd.Series([value] * len(facts), index=facts.index, dtype=facts[by].dtype)
        # documents that are alike in all columns of the formula are worked out once
        rows, times = np.unique((made.apply(given)[0] - mean) / sd, axis=0, return_counts=True)
        for draw in coefficients:
            logits = rows @ draw
            alpha = np.exp(logits - logits.max(axis=1, keepdims=True))
            yield times @ (alpha / alpha.sum(axis=1, keepdims=True)) / times.sum()

    return values, np.stack([np.stack(list(shares(value))) for value in values], axis=1)


def _place(reference: Any, values: list[Any]) -> int:
    if reference not in values:
        raise unknown("reference", reference, values)
    return values.index(reference)


def _summary(draws: Floats, confidence: float, names: tuple[str, str, str]) -> dict[str, Floats]:
    """Return mean and percentile interval over the draws, flat by group and topic."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return dict(zip(names, (draws.mean(axis=0).ravel(), low.ravel(), high.ravel()), strict=True))
