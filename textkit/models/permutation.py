"""Would the effect of a treatment on topics come out as large if the treatment had been given at random?"""

from __future__ import annotations

import dataclasses
import math
import os
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaln
from threadpoolctl import threadpool_limits

from textkit import measures
from textkit.errors import ArgumentError, TextkitWarning, check_float, check_int, check_type, listing, unknown
from textkit.formulas import Design, design
from textkit.matrix import DocumentTermMatrix
from textkit.models.effects_regression import _topics
from textkit.models.keyatm import KeyATM
from textkit.models.refits import check_whole, documents_of, settings_of
from textkit.models.stm import STM, is_nothing
from textkit.models.topic_runs import Job, child_seeds, each_run
from textkit.models.topic_stability import matched, similarities
from textkit.models.topics import Floats, TopicModel
from textkit.provenance import stamp
from textkit.selection import groups

COLUMNS = [
    "topic",
    "level",
    "against",
    "estimate",
    "p_value",
    "q_value",
    "null_low",
    "null_high",
    "similarity",
    "n_matched",
    "n_permutations",
]
DRAW_COLUMNS = ["topic", "permutation", "estimate", "similarity", "matched"]

_FEWEST = 19  # below, no p-value can reach .05
_EQUAL = 1e-12  # what rounding may put between two equal effects


class _Treatment(NamedTuple):
    """A column of two values: how its effect is measured, and in how many ways it can be shuffled.

    ``contrast`` is the mean row of the design with all documents at ``level`` less that with all at ``against``.
    """

    formula: str
    level: Any
    against: Any
    design: Design
    contrast: Floats
    n_assignments: float


def permutation_test(
    model: TopicModel,
    dtm: DocumentTermMatrix,
    by: str,
    *,
    formula: str | None = None,
    against: Any = None,
    topics: Sequence[int] | None = None,
    within: str | None = None,
    cluster: str | None = None,
    n_permutations: int = 100,
    min_similarity: float = 0.0,
    confidence: float = 0.95,
    random_state: int = 0,
    folder: str | os.PathLike[str] | None = None,
    n_jobs: int | None = None,
    progress: bool | None = None,
) -> pd.DataFrame:
    r"""Test the effect of a treatment on topics against refits in which the treatment is shuffled.

    A model whose prevalence depends on the treatment finds topics that differ by it, up to a point even if nothing
    does. So the values of the treatment change places between documents, everything else stays, the model is fitted
    anew, its topics are matched to those of ``model`` (Hungarian method, cosine of the words), and the effect of the
    shuffled treatment is estimated: ``b*``. With R such effects,
    ``p = (1 + #{|b*| >= |b|}) / (R + 1)`` (two-sided; Phipson & Smyth 2010).

    Parameters
    ----------
    model : TopicModel
        Fitted with `STM` whose prevalence names the treatment, or with `KeyATM` whose covariates do. Its method and
        settings are those of the refits; STM starts from the topics of ``model``, with all logits at zero.
    dtm : DocumentTermMatrix
        The matrix of the fit.
    by : str
        Column of ``model.docs`` with two values: the treatment.
    formula : str, optional
        Regression in which the effect is measured, ``"~ treatment + year"``; default: the treatment alone, so that the
        effect is a difference of mean shares.
    against : value of ``by``, optional
        What the other value is compared with; default: the first of the two in order.
    topics : sequence of int, optional
        Numbers of topics of ``model``, from 1; by default all.
    within : str, optional
        Column: values change places only among documents that are alike in it (strata, blocks).
    cluster : str, optional
        Column: the treatment was given to whole clusters (towns, authors) and changes places between these.
    n_permutations : int, default 100
        R. With 100 the smallest p-value is .0099.
    min_similarity : float from 0 to 1, default 0
        A refit whose match of a topic is less alike than this does not count for the topic.
    confidence : float, default 0.95
        Of the interval of the shuffled effects.
    random_state : int, default 0
        Seed of the shuffling. The first permutations of a larger R are those of a smaller one.
    folder : path, optional
        Keep every fit there as soon as it is done; a call with the same folder goes on where the last one stopped, also
        with more permutations.
    n_jobs : int, optional
        Processes; by default as many as there are processors. Nothing in the result depends on it.
    progress : bool, optional
        Show a bar; by default where somebody can see it.

    Returns
    -------
    DataFrame
        One row a topic, in order: ``topic`` (from 1), ``level``, ``against``, ``estimate`` (share at ``level`` less
        share at ``against``, of the shares of ``model``), ``p_value``, ``q_value`` (Benjamini & Hochberg over the
        topics of the table), ``null_low, null_high`` (percentiles of the shuffled effects), ``similarity`` (mean cosine
        of the matched topics), ``n_matched`` (refits that count), ``n_permutations`` (refits that were made). The
        shuffled effects are in ``attrs["textkit"]["draws"]``; see `permutation_draws`.

    Raises
    ------
    ArgumentError
        The model has no covariates or its formula does not name the treatment; the treatment has not two values, or
        differs within a cluster; ``within`` or ``cluster`` lacks values; the matrix is not that of the fit.
    UnknownNameError
        There is no such column, or no such value ``against``.

    Warns
    -----
    TextkitWarning
        Too few permutations, or too few ways to shuffle, for a p-value of .05; the work was interrupted (the table is
        about the permutations that are done).

    Notes
    -----
    Documents that took no part in the fit take none here. Estimates are those of ``uncertainty="none"``: what is
    uncertain about shares and topics goes into the shuffled effects as well as into the estimate. The test says whether
    there is an effect, not how large it is; for that see `refit_topics`. A treatment that was not given at random makes
    the p-value one of association, no more. P-values of models with other numbers of topics must not be compared.

    Calibration: in 30 corpora drawn from a known STM without any effect (300 documents of 80 words, 4 topics, 39
    permutations each) 7.5 % of the 120 p-values were at most .05, 12 % at most .1, 56 % at most .5.

    References
    ----------
    Roberts, Stewart & Tingley (2019); Phipson & Smyth (2010); Kuhn (1955).

    Examples
    --------
    >>> from textkit.models.simulation import simulate_corpus
    >>> from textkit.models.topics import fit_topics
    >>> dtm = simulate_corpus(60, 30, 2, length=40, gamma=[[0], [2]], random_state=3).dtm
    >>> model = fit_topics(dtm, 2, STM(prevalence="~ treatment"))
    >>> table = permutation_test(model, dtm, "treatment", n_permutations=19, n_jobs=1)
    >>> table[["topic", "level", "against", "p_value", "n_matched"]]
       topic  level  against  p_value  n_matched
    0      1      1        0     0.05         19
    1      2      1        0     0.05         19
    """
    method = settings_of(model)
    kept = documents_of(model, dtm)
    for name, value in (("by", by), ("formula", formula), ("within", within), ("cluster", cluster)):
        if value is not None or name == "by":
            check_type(name, value, str, hint="Name a column of docs." if name != "formula" else "")
    chosen = _topics(model, topics)
    n = check_int("n_permutations", n_permutations, minimum=1)
    check_float("min_similarity", min_similarity, minimum=0, maximum=1)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    check_int("random_state", random_state, minimum=0)
    treatment = _treatment(kept.docs, method, by, formula, against, within, cluster)
    for text in _reach(n, treatment.n_assignments, by):
        warnings.warn(text, TextkitWarning, stacklevel=2)
    seed = int(getattr(model.method, "random_state", None) or 0)
    jobs = [
        Job(model.n_topics, seed, shuffle=shuffle, by=by, within=within or "", cluster=cluster or "")
        for shuffle in child_seeds(random_state, n)
    ]
    start = None
    if isinstance(method, STM):
        # each run puts the topics there; a model that started from an array does not hold it any more
        method, start = dataclasses.replace(method, init="spectral"), model.topic_term
    drawn, alike = [], []
    with threadpool_limits(limits=1):  # sums over several threads differ in the last digits
        estimate = _effects(treatment, kept.docs, model.doc_topic[model.placed])
        for run in each_run(kept, jobs, method, start=start, folder=folder, n_jobs=n_jobs, progress=progress):
            found = matched(similarities(model.topic_term, run.model.topic_term, "cosine"))
            drawn.append(_effects(treatment, run.model.docs, run.model.doc_topic)[found.b])
            alike.append(found.similarity[found.a, found.b])
    places = np.array(chosen) - 1
    draws, similarity = np.array(drawn)[:, places], np.array(alike)[:, places]
    table = permuted_table(estimate[places], draws, similarity, min_similarity, confidence)
    table.insert(0, "topic", chosen)
    table.insert(1, "level", pd.Series([treatment.level] * len(chosen)))
    table.insert(2, "against", pd.Series([treatment.against] * len(chosen)))
    table = stamp(
        table[COLUMNS], "permutation_test", inputs=model.inputs, method=model.method, by=by, formula=treatment.formula,
        against=treatment.against, topics=topics, within=within, cluster=cluster, n_permutations=n,
        min_similarity=min_similarity, confidence=confidence, random_state=random_state,
    )  # fmt: skip
    table.attrs["textkit"] |= {
        "unit": cluster or "document",
        "draws": {"estimate": draws.tolist(), "similarity": similarity.tolist()},
    }
    return table


def permutation_draws(table: pd.DataFrame) -> pd.DataFrame:
    """List the effects of every permutation behind the table of `permutation_test`.

    Parameters
    ----------
    table : DataFrame
        As `permutation_test` returned it: the effects travel in its ``attrs``.

    Returns
    -------
    DataFrame
        ``topic``, ``permutation`` (from 1), ``estimate`` (effect of the shuffled treatment), ``similarity`` (cosine of
        the topic and its match), ``matched`` (whether it counts); by topic, then permutation.

    Raises
    ------
    ArgumentError
        The table has lost its effects, as a table read from a file has.

    Examples
    --------
    >>> table = pd.DataFrame({"topic": [2]})
    >>> table.attrs["textkit"] = {
    ...     "settings": {"min_similarity": 0.5}, "draws": {"estimate": [[0.1], [-0.2]], "similarity": [[0.9], [0.4]]}
    ... }
    >>> permutation_draws(table)
       topic  permutation  estimate  similarity  matched
    0      2            1       0.1         0.9     True
    1      2            2      -0.2         0.4    False
    """
    check_type("table", table, pd.DataFrame, hint="Make one with permutation_test(model, dtm, by).")
    note = table.attrs.get("textkit", {})
    draws = note.get("draws")
    if draws is None or "topic" not in table.columns or np.shape(draws["estimate"])[1] != len(table):
        raise ArgumentError(
            "table does not hold the effects of its permutations. Give the table as permutation_test(model, dtm, by) "
            "returned it: rows that were taken out of it, or that come from a file, have lost them."
        )
    estimate, similarity = np.array(draws["estimate"]), np.array(draws["similarity"])
    n, k = estimate.shape
    least = float(note["settings"]["min_similarity"])
    long = pd.DataFrame(
        {
            "topic": np.repeat(table["topic"].to_numpy(), n),
            "permutation": np.tile(np.arange(1, n + 1), k),
            "estimate": estimate.T.ravel(),
            "similarity": similarity.T.ravel(),
            "matched": similarity.T.ravel() >= least,
        },
        columns=DRAW_COLUMNS,
    )
    return stamp(long, "permutation_draws", inputs=note.get("inputs"), **note["settings"])


def permuted_table(
    estimate: Floats, draws: Floats, similarity: Floats, min_similarity: float, confidence: float
) -> pd.DataFrame:
    """Set estimates (K,) against draws (R, K); those less alike than ``min_similarity`` do not count.

    >>> found = permuted_table(np.array([0.2]), np.array([[0.1], [-0.2], [0.0]]), np.ones((3, 1)), 0.0, 0.5)
    >>> found[["p_value", "null_low", "null_high"]].round(3).values.tolist()  # (1 + 1) / (3 + 1)
    [[0.5, -0.1, 0.05]]
    """
    counts = similarity >= min_similarity
    extreme = counts & (np.abs(draws) >= np.abs(estimate) - _EQUAL)
    n_matched = counts.sum(axis=0)
    p = (1.0 + extreme.sum(axis=0)) / (1.0 + n_matched)
    tail = (1.0 - confidence) / 2.0
    ends = np.full((2, len(estimate)), np.nan)
    for topic in np.flatnonzero(n_matched):
        ends[:, topic] = np.quantile(draws[counts[:, topic], topic], [tail, 1.0 - tail])
    return pd.DataFrame(
        {
            "estimate": estimate,
            "p_value": p,
            "q_value": measures.adjust_p(p, "bh"),
            "null_low": ends[0],
            "null_high": ends[1],
            "similarity": similarity.mean(axis=0),
            "n_matched": n_matched.astype(np.int64),
            "n_permutations": np.full(len(estimate), len(draws), dtype=np.int64),
        }
    )


def _effects(treatment: _Treatment, docs: pd.DataFrame, shares: Floats) -> Floats:
    """Return the effect of the treatment on the share of each topic (K,), by least squares."""
    z = treatment.design.apply(docs)[0]
    coefficients = np.linalg.lstsq(z, shares, rcond=None)[0]
    return np.asarray(treatment.contrast @ coefficients)


def _at(made: Design, docs: pd.DataFrame, by: str, row: int) -> Floats:
    """Return the mean row of a design if all documents had the value of one of them."""
    return np.asarray(made.apply(docs.assign(**{by: docs[by].iloc[[row] * len(docs)].array}))[0].mean(axis=0))


def _treatment(
    docs: pd.DataFrame,
    method: Any,
    by: str,
    formula: str | None,
    against: Any,
    within: str | None,
    cluster: str | None,
) -> _Treatment:
    codes, values = groups(docs, by)
    _check_named(docs, method, by)
    if len(values) != 2:
        raise ArgumentError(
            f"by={by!r} must have two values in the documents of the fit, such as 0 and 1, but has {len(values)}: "
            f"{listing(values, 4)}. Make a column of two values, and fit the model with it."
        )
    if against is None:
        against = values[0]
    elif against not in values:
        raise unknown(f"value of {by!r} (against)", against, values)
    level = values[0] if against == values[1] else values[1]
    whole = formula if formula is not None else (f"~ {by}" if by.isidentifier() else f"~ `{by}`")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        made = design(docs, whole)
    if by not in made.variables:
        raise ArgumentError(f'formula={whole!r} must name the treatment, {by!r}, for example "~ {by} + year".')
    if len(made.rows) < len(docs):
        raise ArgumentError(
            f"formula={whole!r}: {len(docs) - len(made.rows):,} of {len(docs):,} documents of the fit have no value in "
            "some column. Fill them in before the fit."
        )
    units = np.arange(len(docs)) if cluster is None else check_whole(docs, cluster, "cluster")
    strata = np.zeros(len(docs), dtype=np.intp) if within is None else check_whole(docs, within, "within")
    for name, what in ((by, codes), (within, strata)):
        if cluster is not None and name is not None:
            _check_constant(what, units, name, cluster)
    first = np.unique(units, return_index=True)[1]
    n = _n_assignments(codes[first], strata[first])
    if n < 1.5:
        raise ArgumentError(
            f"{by!r} cannot be shuffled: within each value of {within!r} it has one value only. Leave within out."
        )
    rows = [int(np.flatnonzero(codes == values.index(value))[0]) for value in (level, against)]
    contrast = _at(made, docs, by, rows[0]) - _at(made, docs, by, rows[1])
    return _Treatment(whole, level, against, made, contrast, n)


def _check_named(docs: pd.DataFrame, method: Any, by: str) -> None:
    """Raise unless the topics of the model depend on the treatment: then alone does shuffling it change them."""
    name = "prevalence" if isinstance(method, STM) else "covariates"
    formula = getattr(method, name, None) if isinstance(method, (STM, KeyATM)) else None
    if formula is None or is_nothing(formula):
        raise ArgumentError(
            f"the model ({type(method).__name__}) was fitted without covariates, so that shuffling {by!r} changes "
            f'nothing in it. Fit it with STM(prevalence="~ {by}"), or use estimate_effect.'
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)  # said when the model was fitted
        variables = design(docs, formula).variables
    if by not in variables:
        raise ArgumentError(
            f"{name}={formula!r} of the model does not name {by!r}, so that shuffling it changes nothing in the model. "
            f'Fit it with {type(method).__name__}({name}="~ {by}"), or use estimate_effect.'
        )


def _check_constant(codes: NDArray[np.intp], units: NDArray[np.intp], by: str, cluster: str) -> None:
    low, high = np.full(units.max() + 1, codes.max()), np.zeros(units.max() + 1, dtype=codes.dtype)
    np.minimum.at(low, units, codes)
    np.maximum.at(high, units, codes)
    mixed = int((low != high).sum())
    if mixed:
        raise ArgumentError(
            f"{by!r} must be the same for all documents of a value of cluster={cluster!r}, but differs within "
            f"{mixed:,} of {len(low):,} of them. Leave cluster out."
        )


def _n_assignments(codes: NDArray[np.intp], strata: NDArray[np.intp]) -> float:
    """Return in how many ways the two values can stand, within each stratum as often as they do.

    >>> round(_n_assignments(np.array([0, 0, 1, 1, 0, 1]), np.array([0, 0, 0, 0, 1, 1])))  # 6 times 2
    12
    """
    size = np.bincount(strata)
    ones = np.bincount(strata, weights=codes)
    logs = float((gammaln(size + 1) - gammaln(ones + 1) - gammaln(size - ones + 1)).sum())
    return math.exp(min(logs, 700.0))


def _reach(n: int, n_assignments: float, by: str) -> list[str]:
    texts = []
    if n < _FEWEST:
        texts.append(
            f"with n_permutations={n} no p-value can be below {1 / (n + 1):.2g}. Use at least {_FEWEST}, better 100."
        )
    if n_assignments < 40:
        texts.append(
            f"there are only {n_assignments:.0f} ways to give {by!r} to these units, so that the true one comes up "
            f"again among the permutations: no p-value can be expected much below {1 / n_assignments:.2g}."
        )
    return texts
