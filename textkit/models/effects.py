"""How the shares of topics depend on facts about the documents, with the uncertainty of the shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from textkit import measures
from textkit.errors import ArgumentError, check_choice, check_float, check_int, unknown
from textkit.matrix import DocumentTermMatrix
from textkit.measures import Floats
from textkit.models.effects_regression import Effects, effects
from textkit.models.topics import TopicModel
from textkit.provenance import stamp
from textkit.selection import groups

COLUMNS = ["topic", "term", "estimate", "se", "t", "p_value", "q_value", "ci_low", "ci_high"]
CONTRAST_COLUMNS = ["topic", "level", "against", "estimate", "se", "t", "p_value", "q_value", "ci_low", "ci_high"]
PREDICTION_COLUMNS = ["topic", "value", "estimate", "se", "ci_low", "ci_high"]

NOTE = "Conditional on the estimated topics: intervals are too narrow where the topics themselves are uncertain."
"""The sentence under every table and picture of effects; in ``table.attrs["textkit"]["note"]``."""

REFIT_NOTE = "Over refits of the topics: intervals count how uncertain the topics themselves are."
"""The sentence with ``uncertainty="refit"``."""

_MOST = 50  # values of a covariate that are compared with each other


def estimate_effect(
    model: TopicModel,
    formula: str,
    *,
    topics: Sequence[int] | None = None,
    uncertainty: str = "global",
    dtm: DocumentTermMatrix | None = None,
    refits: Sequence[TopicModel] | None = None,
    n_draws: int = 25,
    rubin: bool = False,
    errors: str = "classical",
    cluster: str | None = None,
    missing: str = "drop",
    confidence: float = 0.95,
    random_state: int = 0,
    progress: bool | None = None,
) -> pd.DataFrame:
    r"""Regress the shares of topics on facts about the documents.

    ``share_dk = z_d b_k + error`` by least squares, z the columns that the formula makes of ``model.docs``. The
    shares are estimates themselves: they are drawn ``n_draws`` times from what the model knows of each document, every
    draw is regressed, and the regressions are pooled (method of composition; see `compose`).

    Parameters
    ----------
    model : TopicModel
        From `STM`; with ``uncertainty="none"`` or ``"refit"`` of any method.
    formula : str
        ``"~ level + s(year)"``; see `design`.
    topics : sequence of int, optional
        Numbers of topics, from 1; by default all.
    uncertainty : {"global", "local", "none", "refit"}, default "global"
        ``"global"``: draws around each document with the mean covariance of all; ``"local"``: with its own, which needs
        ``dtm``; ``"none"``: the shares as if they were known; ``"refit"``: the shares of ``refits``, drawn once from
        each of them as for ``"global"`` if it was fitted with STM, so that the topics are uncertain too.
    dtm : DocumentTermMatrix, optional
        The matrix of the fit, for ``"local"``.
    refits : sequence of TopicModel, optional
        Other fits with as many topics and the same documents, for ``"refit"``: from `refit_topics`. Their topics are
        matched to those of ``model`` by the cosine of their words.
    n_draws : int, default 25
    rubin : bool, default False
        Pool by Rubin's rule. ``"refit"`` always does.
    errors : {"classical", "hc1"}, default "classical"
        ``"hc1"``: robust against unequal variance (White 1980, with the factor D / (D - p)).
    cluster : str, optional
        Column of ``model.docs`` (such as the parent of paragraphs): documents with one value may be alike (Liang &
        Zeger 1986); degrees of freedom are the clusters less one.
    missing : {"drop", "error"}, default "drop"
        Documents without a value in a covariate.
    confidence : float, default 0.95
    random_state : int, default 0
        Seed of the draws.
    progress : bool, optional

    Returns
    -------
    DataFrame
        ``topic`` (from 1), ``term`` (column of the design), ``estimate`` (shares, for one unit of the column), ``se``,
        ``t``, ``p_value`` (two-sided, Student's t with D - p degrees of freedom), ``q_value`` (Benjamini & Hochberg
        over all topics and columns but the intercept, for which it is NaN), ``ci_low``, ``ci_high``; by topic, then in
        the order of the formula.

    Raises
    ------
    ArgumentError
        A formula that cannot be used; draws of a model that has none; a matrix that is not that of the fit.
    UnknownNameError
        A column or choice that does not exist.

    Warns
    -----
    TextkitWarning
        Documents are left out; columns of the design follow from each other (a ridge of 1e-5 is added then); topics do
        not come back in the refits (mean cosine of the words below 0.5), which draws their estimates towards zero.

    Notes
    -----
    Conditional on the estimated topics: a new fit would find other topics, and only ``"refit"`` knows of that; in
    simulations its 95 % intervals held the truth 93 times in a hundred, those of ``"global"`` 78 times (see
    `refit_topics`). Shares lie between 0 and 1 and sum to one; predictions of a straight line may leave that range. For
    the effect of a treatment find the topics in one half of the documents and estimate in the other (Egami et al.
    2022).

    References
    ----------
    Treier & Jackman (2008); Roberts, Stewart & Tingley (2019).

    Examples
    --------
    >>> path = pd.DataFrame({"iteration": [1], "value": [0.0]})
    >>> docs = pd.DataFrame({"level": ["city", "city", "town", "town"]}, index=list("abcd"))
    >>> theta = [[0.8, 0.2], [0.6, 0.4], [0.3, 0.7], [0.1, 0.9]]
    >>> model = TopicModel([[0.7, 0.3], [0.2, 0.8]], theta, ["经济", "文化"], docs, [9, 21], [10, 5, 5, 10], path)
    >>> estimate_effect(model, "~ level", topics=[1], uncertainty="none")[["topic", "term", "estimate", "se"]].round(3)
       topic           term  estimate     se
    0      1      Intercept       0.7  0.100
    1      1  level[T.town]      -0.5  0.141
    """
    found = effects(
        model, formula, topics=topics, uncertainty=uncertainty, dtm=dtm, refits=refits, n_draws=n_draws, rubin=rubin,
        errors=errors, cluster=cluster, missing=missing, random_state=random_state, progress=progress,
    )  # fmt: skip
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    names = found.design.names
    estimate = found.coefficients
    se = np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2))
    tested = np.array([name != "Intercept" for name in names])
    table = pd.DataFrame(
        {
            "topic": np.repeat(found.topics, len(names)),
            "term": names * len(found.topics),
            **_inference(estimate, se, found.df, confidence, np.tile(tested, (len(found.topics), 1))),
        },
        columns=COLUMNS,
    )
    return _stamped(
        table, "estimate_effect", model, dtm, refits, formula=found.design.formula, topics=topics,
        uncertainty=uncertainty, n_draws=n_draws, rubin=rubin, errors=errors, cluster=cluster, missing=missing,
        confidence=confidence, random_state=random_state,
    )  # fmt: skip


def effect_contrasts(
    model: TopicModel,
    formula: str,
    by: str,
    *,
    against: Any = None,
    topics: Sequence[int] | None = None,
    uncertainty: str = "global",
    dtm: DocumentTermMatrix | None = None,
    refits: Sequence[TopicModel] | None = None,
    n_draws: int = 25,
    rubin: bool = False,
    errors: str = "classical",
    cluster: str | None = None,
    missing: str = "drop",
    confidence: float = 0.95,
    random_state: int = 0,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Compare the shares of topics between the values of one covariate, all else as it is.

    Every document is given one value of ``by`` and then another, its other facts unchanged; the difference of the
    predictions is averaged over the documents. Without interactions this is the coefficient of the category.

    Parameters
    ----------
    model, formula, topics, uncertainty, dtm, refits, n_draws, rubin, errors, cluster, missing, confidence
        As in `estimate_effect`, and so are ``random_state`` and ``progress``.
    by : str
        Column of the formula, with up to fifty values.
    against : value of ``by``, optional
        What the other values are compared with; by default every pair of values is compared.

    Returns
    -------
    DataFrame
        ``topic``, ``level``, ``against``, ``estimate`` (share at ``level`` less share at ``against``), ``se``, ``t``,
        ``p_value``, ``q_value`` (Benjamini & Hochberg over the table), ``ci_low``, ``ci_high``; by topic, then
        in the order of the values.

    Raises
    ------
    ArgumentError, UnknownNameError
        As `estimate_effect`; ``by`` is not in the formula, or has no value ``against``.

    Notes
    -----
    Conditional on the estimated topics, as `estimate_effect`.

    Examples
    --------
    >>> path = pd.DataFrame({"iteration": [1], "value": [0.0]})
    >>> docs = pd.DataFrame({"level": ["city", "city", "town", "town"]}, index=list("abcd"))
    >>> theta = [[0.8, 0.2], [0.6, 0.4], [0.3, 0.7], [0.1, 0.9]]
    >>> model = TopicModel([[0.7, 0.3], [0.2, 0.8]], theta, ["经济", "文化"], docs, [9, 21], [10, 5, 5, 10], path)
    >>> effect_contrasts(model, "~ level", "level", against="town", topics=[1], uncertainty="none").iloc[:, :5].round(3)
       topic level against  estimate     se
    0      1  city    town       0.5  0.141
    """
    found = effects(
        model, formula, topics=topics, uncertainty=uncertainty, dtm=dtm, refits=refits, n_draws=n_draws, rubin=rubin,
        errors=errors, cluster=cluster, missing=missing, random_state=random_state, progress=progress,
    )  # fmt: skip
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    levels = _levels(found, by)
    if len(levels) > _MOST:
        raise ArgumentError(
            f"by={by!r} has {len(levels)} values, too many to compare. Use effect_predictions for its curve."
        )
    if against is not None and against not in levels:
        raise unknown(f"value of {by!r} (against)", against, levels)
    rows = {level: _profile(found, {by: level}, "observed")[0] for level in levels}
    first = levels if against is None else [against]
    pairs = [
        (b, a) for a in first for b in levels if b != a and (against is not None or levels.index(b) > levels.index(a))
    ]
    weights = np.array([rows[level] - rows[other] for level, other in pairs])
    estimate = found.coefficients @ weights.T
    se = np.sqrt(np.einsum("qi,kij,qj->kq", weights, found.covariance, weights))
    table = pd.DataFrame(
        {
            "topic": np.repeat(found.topics, len(pairs)),
            "level": pd.Series([level for level, _ in pairs] * len(found.topics)),
            "against": pd.Series([other for _, other in pairs] * len(found.topics)),
            **_inference(estimate, se, found.df, confidence, np.ones(estimate.shape, dtype=bool)),
        },
        columns=CONTRAST_COLUMNS,
    )
    return _stamped(
        table, "effect_contrasts", model, dtm, refits, formula=found.design.formula, by=by, against=against,
        topics=topics, uncertainty=uncertainty, n_draws=n_draws, rubin=rubin, errors=errors, cluster=cluster,
        missing=missing, confidence=confidence, random_state=random_state,
    )  # fmt: skip


def effect_predictions(
    model: TopicModel,
    formula: str,
    by: str,
    *,
    values: Sequence[Any] | None = None,
    n: int = 50,
    others: str = "typical",
    given: Mapping[str, Any] | None = None,
    topics: Sequence[int] | None = None,
    uncertainty: str = "global",
    dtm: DocumentTermMatrix | None = None,
    refits: Sequence[TopicModel] | None = None,
    n_draws: int = 25,
    rubin: bool = False,
    errors: str = "classical",
    cluster: str | None = None,
    missing: str = "drop",
    confidence: float = 0.95,
    random_state: int = 0,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Predict the shares of topics along one covariate: a curve for a number, a point for each category.

    Parameters
    ----------
    model, formula, topics, uncertainty, dtm, refits, n_draws, rubin, errors, cluster, missing, confidence
        As in `estimate_effect`, and so are ``random_state`` and ``progress``.
    by : str
        Column of the formula.
    values : sequence, optional
        Where to predict; by default all categories, or ``n`` numbers from the least to the greatest.
    n : int, default 50
        Points of a curve.
    others : {"typical", "observed"}, default "typical"
        The other covariates: ``"typical"``: numbers at their median, categories at their most frequent value (ties:
        first in order); ``"observed"``: as they are, the predictions averaged over the documents.
    given : mapping, optional
        Other covariates to hold at a value: ``{"level": "city"}``, for the curves of an interaction.

    Returns
    -------
    DataFrame
        ``topic``, ``value`` (of ``by``), ``estimate`` (share), ``se``, ``ci_low``, ``ci_high``; by topic, then as
        ``values``. The values held are in ``attrs["textkit"]["settings"]["held"]``.

    Raises
    ------
    ArgumentError, UnknownNameError
        As `estimate_effect`; a column that is not in the formula.

    Notes
    -----
    Conditional on the estimated topics, as `estimate_effect`. Predictions below 0 or above 1 show that a straight line
    does not fit there.

    Examples
    --------
    >>> path = pd.DataFrame({"iteration": [1], "value": [0.0]})
    >>> docs = pd.DataFrame({"year": [2018, 2019, 2020, 2021]}, index=list("abcd"))
    >>> theta = [[0.8, 0.2], [0.6, 0.4], [0.4, 0.6], [0.2, 0.8]]
    >>> model = TopicModel([[0.7, 0.3], [0.2, 0.8]], theta, ["经济", "文化"], docs, [9, 21], [10, 5, 5, 10], path)
    >>> effect_predictions(model, "~ year", "year", n=2, topics=[1], uncertainty="none")["estimate"].round(3).tolist()
    [0.8, 0.2]
    """
    check_int("n", n, minimum=2)
    check_choice("others", others, ("typical", "observed"))
    found = effects(
        model, formula, topics=topics, uncertainty=uncertainty, dtm=dtm, refits=refits, n_draws=n_draws, rubin=rubin,
        errors=errors, cluster=cluster, missing=missing, random_state=random_state, progress=progress,
    )  # fmt: skip
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    places = list(values) if values is not None else _places(found, by, n)
    if not places:
        raise ArgumentError("values must name at least one place.")
    made = [_profile(found, {**(given or {}), by: place}, others) for place in places]
    rows = np.array([row for row, _ in made])
    estimate = found.coefficients @ rows.T
    se = np.sqrt(np.einsum("qi,kij,qj->kq", rows, found.covariance, rows))
    reach = stdtrit(found.df, 0.5 + confidence / 2)
    table = pd.DataFrame(
        {
            "topic": np.repeat(found.topics, len(places)),
            "value": pd.Series(places * len(found.topics)),
            "estimate": estimate.ravel(),
            "se": se.ravel(),
            "ci_low": (estimate - reach * se).ravel(),
            "ci_high": (estimate + reach * se).ravel(),
        },
        columns=PREDICTION_COLUMNS,
    )
    held = {name: value for name, value in made[0][1].items() if name != by}
    return _stamped(
        table, "effect_predictions", model, dtm, refits, formula=found.design.formula, by=by, values=values, n=n,
        others=others, given=given, held=held,
        topics=topics, uncertainty=uncertainty, n_draws=n_draws, rubin=rubin, errors=errors, cluster=cluster,
        missing=missing, confidence=confidence, random_state=random_state,
    )  # fmt: skip


def _inference(estimate: Floats, se: Floats, df: float, confidence: float, tested: Any) -> dict[str, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        t = estimate / se
    p = 2.0 * stdtr(df, -np.abs(t))
    q = np.full(p.shape, np.nan)
    q[tested] = measures.adjust_p(p[tested], "bh")
    reach = stdtrit(df, 0.5 + confidence / 2)
    return {
        "estimate": estimate.ravel(),
        "se": se.ravel(),
        "t": t.ravel(),
        "p_value": p.ravel(),
        "q_value": q.ravel(),
        "ci_low": (estimate - reach * se).ravel(),
        "ci_high": (estimate + reach * se).ravel(),
    }


def _profile(found: Effects, values: Mapping[str, Any], others: str) -> tuple[Floats, dict[str, Any]]:
    """Return the mean row of the design with some covariates at a value, and all the values held."""
    variables = found.design.variables
    for name in values:
        if name not in variables:
            raise unknown("column of the formula", name, variables)
    docs = found.docs[variables]
    held: dict[str, Any] = dict(values)
    if others == "typical":
        held = {name: _typical(docs[name]) for name in variables if name not in values} | held
        docs = docs.iloc[:1]
    changed = docs.assign(**{name: _like(found.docs[name], value, len(docs)) for name, value in held.items()})
    matrix, rows = found.design.apply(changed)
    if len(rows) < len(changed):
        raise ArgumentError(f"{held!r}: no prediction can be made for these values.")
    return matrix.mean(axis=0), held


def _like(column: pd.Series[Any], value: Any, n: int) -> pd.Series[Any]:
    """Return a column of one value with the type of another one."""
    index = column.index[:n]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return pd.Series(pd.Categorical([value] * n, dtype=column.dtype), index=index)
    return pd.Series([value] * n, index=index)


def _typical(column: pd.Series[Any]) -> Any:
    if _continuous(column):
        return column.median()
    counts = column.value_counts()
    return min(counts.index[counts == counts.max()], key=str)


def _continuous(column: pd.Series[Any]) -> bool:
    kind = pd.api.types
    numeric = kind.is_numeric_dtype(column) and not kind.is_bool_dtype(column)
    return bool(numeric or kind.is_datetime64_any_dtype(column))


def _levels(found: Effects, by: str) -> list[Any]:
    if by not in found.design.variables:
        raise unknown("column of the formula", by, found.design.variables)
    return list(groups(found.docs, by)[1])


def _places(found: Effects, by: str, n: int) -> list[Any]:
    levels = _levels(found, by)
    column = found.docs[by]
    if not _continuous(column):
        return levels
    if pd.api.types.is_datetime64_any_dtype(column):
        return list(pd.date_range(column.min(), column.max(), periods=n))
    low, high = float(column.min()), float(column.max())
    return [float(value) for value in np.linspace(low, high, n)]


def _stamped(
    table: pd.DataFrame,
    function: str,
    model: TopicModel,
    dtm: DocumentTermMatrix | None,
    refits: Sequence[TopicModel] | None,
    **settings: Any,
) -> pd.DataFrame:
    others = {
        "dtm": None if dtm is None else dtm.fingerprint,
        "refits": None if refits is None else [other.fingerprint for other in refits],
    }
    stamp(table, function, inputs=model.inputs, method=model.method, **others, **settings)
    table.attrs["textkit"]["note"] = REFIT_NOTE if settings["uncertainty"] == "refit" else NOTE
    return table
