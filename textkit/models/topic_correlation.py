"""Which topics stand in the same documents."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit.errors import (
    ArgumentError,
    EmptyError,
    TextkitWarning,
    check_choice,
    check_float,
    check_int,
)
from textkit.measures import topics as formulas
from textkit.measures.resampling import few_units, percentile_interval, resamples
from textkit.models.topics import Floats, TopicModel, check_model
from textkit.progress import track
from textkit.provenance import stamp

COLUMNS = ["topic_a", "topic_b", "correlation", "ci_low", "ci_high", "edge"]
_PENALTIES = 30
_BLOCK_CELLS = 4_000_000  # numbers of one block of replicates (32 MB)


def topic_correlation(
    model: TopicModel,
    *,
    measure: str = "shares",
    min_correlation: float = 0.01,
    ci: str | None = None,
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    r"""Correlate the topics over the documents: which ones are spoken of together.

    - ``"shares"``: Pearson's correlation of ``doc_topic[:, a]`` and ``doc_topic[:, b]``, as R's stm has it. Shares of
      a document sum to one, so that it leans to the negative: ``-1 / (K - 1)`` on average where nothing is related.
    - ``"log_ratios"``: Pearson's correlation of ``ln p_dk - mean_j ln p_dj``, which frees shares from their sum, as far
      as that can be done (Aitchison 1986).
    - ``"logits"``: the correlation of these log ratios that the model itself estimates, the uncertainty about each
      document included: from the covariance ``mean nu_d + cov eta_d``. Only for a structural topic model; no interval.
    - ``"partial"``: a sparse graph. The log ratios are turned to normal scores; their correlations r, which unrelated
      topics have at ``-1 / (K - 1)``, become ``((K - 1) r + 1) / K``, 0 for these; the graphical lasso estimates the
      precision matrix Ω, and ``-Ω_ab / sqrt(Ω_aa Ω_bb)`` is the correlation of two topics given all others. The penalty
      is the one of thirty with the smallest extended BIC (γ = .5). No interval. (R's stm takes the shares as they are:
      they sum to one, so that given all others nothing is left to vary.)

    Parameters
    ----------
    model : TopicModel
    measure : {"shares", "log_ratios", "logits", "partial"}, default "shares"
    min_correlation : float from 0 to 1, default 0.01
        ``edge`` is true for a correlation above it (``"partial"``: any that is not zero, either sign).
    ci : {"bootstrap"} or None
        ``"bootstrap"``: documents are drawn with replacement, percentile interval.
    n_replicates, confidence, random_state : int, float, int

    Returns
    -------
    DataFrame
        ``topic_a, topic_b`` (from 1, a before b), ``correlation`` (NaN for a topic whose share is the same everywhere),
        ``ci_low, ci_high`` (NaN without ``ci``), ``edge``; each pair once, by correlation (down), then number.

    Raises
    ------
    ArgumentError
        The model has one topic, the measure does not fit the model, or ``ci`` was asked of a measure without interval.
    EmptyError
        Fewer than three documents have shares.

    Warns
    -----
    TextkitWarning
        Fewer than ten documents for an interval.

    Notes
    -----
    Everything here is conditional on the estimated topics: intervals show other documents, not other fits.
    Correlations of models with other numbers of topics, or by other measures, must not be compared.

    References
    ----------
    Blei & Lafferty (2007); Aitchison (1986); for ``"partial"`` Liu, Lafferty & Wasserman (2009), Foygel & Drton (2010),
    Kurtz et al. (2015).

    Examples
    --------
    >>> path = pd.DataFrame({"iteration": [1], "value": [0.0]})
    >>> theta = [[0.6, 0.3, 0.1], [0.1, 0.1, 0.8], [0.5, 0.3, 0.2], [0.2, 0.2, 0.6]]
    >>> beta, docs = [[0.5, 0.5], [0.9, 0.1], [0.1, 0.9]], pd.DataFrame(index=list("abcd"))
    >>> model = TopicModel(beta, theta, ["经济", "文化"], docs, [20, 20], [10] * 4, path)
    >>> topic_correlation(model)[["topic_a", "topic_b", "correlation", "edge"]].round(2)
       topic_a  topic_b  correlation   edge
    0        1        2         0.95   True
    1        2        3        -0.97  False
    2        1        3        -1.00  False
    """
    check_model(model)
    check_choice("measure", measure, _MEASURES)
    check_float("min_correlation", min_correlation, minimum=0, maximum=1)
    if ci is not None:
        check_choice("ci", ci, ("bootstrap",))
        if measure not in _RESAMPLED:
            raise ArgumentError(f'ci="bootstrap" is not defined for measure="{measure}". Leave ci out.')
    check_int("n_replicates", n_replicates, minimum=1)
    check_float("confidence", confidence, minimum=0, maximum=1, open_minimum=True)
    if model.n_topics < 2:
        raise ArgumentError("a correlation needs at least two topics, but the model has one.")
    n = int(model.placed.sum())
    if n < 3:
        raise EmptyError(f"{n} documents have shares; a correlation needs at least three.")
    square = _MEASURES[measure](model)
    a, b = np.triu_indices(model.n_topics, 1)
    low = high = np.full(len(a), np.nan)
    if ci is not None:
        low, high = _interval(_RESAMPLED[measure](model), a, b, n_replicates, confidence, random_state)
    value = square[a, b]
    table = pd.DataFrame(
        {
            "topic_a": a + 1,
            "topic_b": b + 1,
            "correlation": value,
            "ci_low": low,
            "ci_high": high,
            "edge": value != 0 if measure == "partial" else value > min_correlation,
        },
        columns=COLUMNS,
    )
    order = np.lexsort((b, a, -np.nan_to_num(np.round(value, 12), nan=-np.inf)))
    stamped = stamp(
        table.iloc[order].reset_index(drop=True),
        "topic_correlation",
        inputs=model.inputs,
        method=model.method,
        measure=measure,
        min_correlation=min_correlation,
        ci=ci,
        n_replicates=n_replicates,
        confidence=confidence,
        random_state=random_state,
        n_topics=model.n_topics,
        n_docs=n,
    )
    stamped.attrs["textkit"]["unit"] = "document"
    return stamped


def _shares(model: TopicModel) -> Floats:
    return model.doc_topic[model.placed]


def _log_ratios(model: TopicModel) -> Floats:
    return formulas.centred_log_ratios(_shares(model))


def _logits(model: TopicModel) -> Floats:
    if not {"eta", "nu"} <= set(model.parameters):
        raise ArgumentError(
            'measure="logits" needs a structural topic model, whose logits are normally distributed. '
            'Use measure="log_ratios".'
        )
    eta = model.parameters["eta"][model.placed]
    k = model.n_topics
    whole = np.zeros((k, k))
    whole[:-1, :-1] = model.parameters["nu"] + np.cov(eta, rowvar=False, bias=True)
    centre = np.eye(k) - 1.0 / k  # from logits against the last topic to log ratios against the mean
    covariance = centre @ whole @ centre
    spread = np.sqrt(np.diag(covariance))
    found: Floats = np.clip(covariance / np.outer(spread, spread), -1.0, 1.0)
    return found


def _partial(model: TopicModel) -> Floats:
    from sklearn.covariance import graphical_lasso
    from sklearn.exceptions import ConvergenceWarning

    scores = formulas.normal_scores(_log_ratios(model))
    n, k = scores.shape
    # log ratios sum to zero: without this, given all others nothing of a topic would be left to vary
    correlation = np.nan_to_num((formulas.correlations(scores) * (k - 1) + 1) / k, nan=0.0)
    np.fill_diagonal(correlation, 1.0)
    largest = float(np.abs(correlation[np.triu_indices(k, 1)]).max())
    best, least = np.eye(k), np.inf
    for penalty in np.geomspace(max(largest, 1e-6), max(largest, 1e-6) * 0.05, _PENALTIES):
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            try:
                _, precision = graphical_lasso(correlation, alpha=float(penalty), max_iter=200)
            except (ConvergenceWarning, FloatingPointError):
                continue  # near one penalty the steps may go back and forth; its neighbours do as well
        sign, log_det = np.linalg.slogdet(precision)
        edges = int(np.count_nonzero(precision[np.triu_indices(k, 1)]))
        fit = n * (log_det - float((correlation * precision).sum()))
        price = edges * np.log(n) + 4 * 0.5 * edges * np.log(k) - fit
        if sign > 0 and price < least:
            best, least = precision, price
    root = np.sqrt(np.diag(best))
    found: Floats = -best / np.outer(root, root)
    found = np.where(found == 0, 0.0, found)  # not -0
    np.fill_diagonal(found, 1.0)
    return found


def _interval(
    values: Floats, a: NDArray[np.intp], b: NDArray[np.intp], n_replicates: int, confidence: float, random_state: int
) -> tuple[Floats, Floats]:
    text = few_units(len(values), "document")
    if text is not None:
        warnings.warn(text, TextkitWarning, stacklevel=3)
    rng = np.random.default_rng(check_int("random_state", random_state, minimum=0))
    block = int(np.clip(_BLOCK_CELLS // (values.shape[1] ** 2 + len(values)), 1, 100))
    found = [
        formulas.correlations(values, times)[:, a, b]
        for times in track(
            resamples(len(values), n_replicates, rng, block=block), "resampling", total=-(-n_replicates // block)
        )
    ]
    return percentile_interval(np.concatenate(found), confidence)


_RESAMPLED: dict[str, Callable[[TopicModel], Floats]] = {"shares": _shares, "log_ratios": _log_ratios}
_MEASURES: dict[str, Callable[[TopicModel], Floats]] = {
    "shares": lambda model: formulas.correlations(_shares(model)),
    "log_ratios": lambda model: formulas.correlations(_log_ratios(model)),
    "logits": _logits,
    "partial": _partial,
}
