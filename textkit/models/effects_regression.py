"""Regressions of topic shares whose uncertainty is drawn: the method of composition in closed form."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from textkit.errors import ArgumentError, TextkitWarning, check_choice, check_int, check_type, listing
from textkit.formulas import Design, dependent, design
from textkit.matrix import DocumentTermMatrix
from textkit.measures import Floats
from textkit.models.topic_stability import UNSTABLE, matched, similarities
from textkit.models.topics import TopicModel, check_model
from textkit.progress import track
from textkit.selection import groups

UNCERTAINTY = ("global", "local", "none", "refit")
ERRORS = ("classical", "hc1")
_RIDGE = 1e-5  # added where columns of the design follow from each other


class Effects(NamedTuple):
    """Regressions of the topic shares: coefficients (K, p), covariances (K, p, p), design, degrees of freedom."""

    coefficients: Floats
    covariance: Floats
    design: Design
    docs: pd.DataFrame
    df: float
    topics: list[int]


def compose(estimates: Floats, covariances: Floats, *, rubin: bool = False) -> tuple[Floats, Floats]:
    """Pool regressions on several draws of the outcome: the method of composition in closed form.

    ``estimates`` (S, ..., p), ``covariances`` (S, ..., p, p). The mean, and
    ``mean V_s + (1/S) sum (b_s - b)(b_s - b)'``: what stacking draws of every regression comes to, without the noise of
    drawing (Treier & Jackman 2008). With ``rubin`` the second part is ``(1 + 1/S) / (S - 1) sum ...`` (Rubin 1987), a
    little wider.

    >>> mean, covariance = compose(np.array([[1.0], [3.0]]), np.array([[[0.5]], [[0.5]]]))
    >>> mean.tolist(), covariance.tolist()
    ([2.0], [[1.5]])
    """
    n = len(estimates)
    mean = estimates.mean(axis=0)
    away = estimates - mean
    between = np.einsum("s...i,s...j->...ij", away, away)
    weight = (1.0 + 1.0 / n) / max(n - 1, 1) if rubin else 1.0 / n
    return mean, covariances.mean(axis=0) + weight * between


def effects(
    model: TopicModel,
    formula: str,
    *,
    topics: Sequence[int] | None,
    uncertainty: str,
    dtm: DocumentTermMatrix | None,
    refits: Sequence[TopicModel] | None,
    n_draws: int,
    rubin: bool,
    errors: str,
    cluster: str | None,
    missing: str,
    random_state: int,
    progress: bool | None,
) -> Effects:
    """Do the regressions of `estimate_effect` and keep their covariances."""
    check_model(model)
    check_choice("uncertainty", uncertainty, UNCERTAINTY)
    check_choice("errors", errors, ERRORS)
    check_int("n_draws", n_draws, minimum=2)
    check_int("random_state", random_state, minimum=0)
    chosen = _topics(model, topics)
    placed = np.flatnonzero(model.placed)
    facts = model.docs.iloc[placed]
    made = design(facts, formula, missing=missing, depth=2)
    rows = made.rows
    codes = None
    if cluster is not None:
        codes = groups(facts.iloc[rows], cluster)[0]
        if (codes < 0).any():
            raise ArgumentError(
                f"cluster={cluster!r}: {int((codes < 0).sum()):,} documents have no value. Fill them in."
            )
    aligned = _aligned(model, placed, refits) if uncertainty == "refit" else []
    with threadpool_limits(limits=1):  # sums over several threads differ in the last digits
        regression = _Regression(made, errors, codes)
        columns = [topic - 1 for topic in chosen]
        results = [
            regression.fit(theta[rows][:, columns])
            for theta in track(
                _draws(model, placed, uncertainty, dtm, aligned, n_draws, random_state),
                "estimating effects",
                total=_n_draws(uncertainty, refits, n_draws),
                show=progress,
            )
        ]
        mean, covariance = compose(
            np.array([b for b, _ in results]), np.array([v for _, v in results]), rubin=rubin or uncertainty == "refit"
        )
    if uncertainty == "refit":
        _warn_changing(aligned, chosen)
    return Effects(mean, covariance, made, facts.iloc[rows], regression.df, chosen)


class _Regression:
    """Least squares of many outcomes on one design."""

    def __init__(self, made: Design, errors: str, codes: Any) -> None:
        z = made.matrix
        d, p = z.shape
        if d <= p:
            raise ArgumentError(
                f"formula {made.formula!r} makes {p} columns ({listing(made.names, 4)}), but only {d} documents have "
                "shares and all values. Use fewer terms."
            )
        cross = z.T @ z
        which = dependent(z, made.names)
        if which:
            warnings.warn(
                f"formula {made.formula!r}: {listing(which, 4)} follow{'s' if len(which) == 1 else ''} from the "
                f"columns before, so that their effects cannot be told apart; a ridge of {_RIDGE:g} shares them out.",
                TextkitWarning,
                stacklevel=4,
            )
            cross = cross + _RIDGE * np.eye(p)
        self.z, self.inverse = z, np.linalg.inv(cross)
        self.errors, self.codes = errors, codes
        self.df = float(d - p)
        if codes is not None:
            self.n_clusters = int(codes.max()) + 1
            if self.n_clusters < 2:
                raise ArgumentError("cluster must have at least two values.")
            self.df = float(self.n_clusters - 1)

    def fit(self, y: Floats) -> tuple[Floats, Floats]:
        """Return coefficients (K, p) and covariances (K, p, p) of outcomes (D, K)."""
        z, (d, p) = self.z, self.z.shape
        b = self.inverse @ (z.T @ y)
        rest = y - z @ b
        if self.codes is None and self.errors == "classical":
            variance = (rest**2).sum(axis=0) / (d - p)
            return b.T, variance[:, None, None] * self.inverse
        covariances = np.empty((y.shape[1], p, p))
        for k, error in enumerate(rest.T):
            scores = z * error[:, None]
            factor = d / (d - p)
            if self.codes is not None:
                sums = np.zeros((self.n_clusters, p))
                np.add.at(sums, self.codes, scores)
                scores = sums
                factor = self.n_clusters / (self.n_clusters - 1) * (d - 1) / (d - p)
            half = scores @ self.inverse
            covariances[k] = factor * half.T @ half
        return b.T, covariances


def _n_draws(uncertainty: str, refits: Sequence[TopicModel] | None, n_draws: int) -> int:
    if uncertainty == "none":
        return 1
    return len(refits or ()) if uncertainty == "refit" else n_draws


def _draws(
    model: TopicModel,
    placed: Any,
    uncertainty: str,
    dtm: DocumentTermMatrix | None,
    refits: Sequence[_Refit],
    n_draws: int,
    random_state: int,
) -> Iterator[Floats]:
    """Yield the shares (D, K) of the placed documents, once for every draw."""
    if uncertainty == "none":
        yield model.doc_topic[placed]
        return
    if uncertainty == "refit":
        yield from _refitted(refits, random_state)
        return
    if "eta" not in model.parameters or "nu" not in model.parameters:
        raise ArgumentError(
            f"uncertainty={uncertainty!r} needs a model fitted with STM, got {type(model.method).__name__}. Use "
            'uncertainty="none", or "refit".'
        )
    from textkit.models.stm_em import softmax

    eta = model.parameters["eta"][placed]
    rng = np.random.default_rng(random_state)
    if uncertainty == "global":
        factor = np.linalg.cholesky(model.parameters["nu"])
        for _ in range(n_draws):
            yield softmax(eta + rng.standard_normal(eta.shape) @ factor.T)
        return
    if dtm is None:
        raise ArgumentError('uncertainty="local" needs dtm, the matrix of the fit: a model keeps no documents.')
    from textkit.models.stm_place import covariance_factors

    factors = covariance_factors(model, dtm)
    for _ in range(n_draws):
        yield softmax(eta + np.einsum("di,dij->dj", rng.standard_normal(eta.shape), factors))


class _Refit(NamedTuple):
    """A refit in the terms of the model: rows of its documents, its topic for each of the model's, their cosines."""

    model: TopicModel
    rows: list[int]
    topics: Any
    cosine: Floats


def _aligned(model: TopicModel, placed: Any, refits: Sequence[TopicModel] | None) -> list[_Refit]:
    """Check the refits and find documents and topics of the model in them."""
    if refits is None or len(refits) < 2:
        raise ArgumentError(
            'uncertainty="refit" needs refits: at least two other fits of the same documents. Make them with '
            "refit_topics(model, dtm)."
        )
    names = [model.names[place] for place in placed]
    aligned = []
    for number, other in enumerate(refits):
        check_type(f"refits[{number}]", other, TopicModel)
        if other.n_topics != model.n_topics or other.vocabulary.terms != model.vocabulary.terms:
            raise ArgumentError(f"refits[{number}] has other terms or another number of topics than the model.")
        where = {name: place for place, name in enumerate(other.names)}
        if any(name not in where for name in names):
            raise ArgumentError(
                f"refits[{number}] lacks documents of the model. refit_topics(model, dtm) makes refits that have them "
                "all."
            )
        rows = [where[name] for name in names]
        if np.isnan(other.doc_topic[rows]).any():
            raise ArgumentError(f"refits[{number}] has no shares for some documents of the model.")
        pairs = matched(similarities(model.topic_term, other.topic_term, "cosine"))
        aligned.append(_Refit(other, rows, pairs.b, pairs.similarity[pairs.a, pairs.b]))
    return aligned


def _refitted(refits: Sequence[_Refit], random_state: int) -> Iterator[Floats]:
    """Yield the shares under the topics of each refit, in the order of the topics of the model.

    Where a refit knows how sure it is of a document (STM), they are drawn once from that, as for "global": what is
    uncertain about the shares given the topics does not go away because the topics are uncertain too.
    """
    rng = np.random.default_rng(random_state)
    for refit in refits:
        shares, parameters = refit.model.doc_topic[refit.rows], refit.model.parameters
        if "eta" in parameters and "nu" in parameters:
            from textkit.models.stm_em import softmax

            eta = parameters["eta"][refit.rows]
            factor = np.linalg.cholesky(parameters["nu"])
            shares = softmax(eta + rng.standard_normal(eta.shape) @ factor.T)
        yield shares[:, refit.topics]


def _warn_changing(refits: Sequence[_Refit], topics: Sequence[int]) -> None:
    """Say which topics come back as something else: effects on them are drawn towards nothing."""
    cosine = np.mean([refit.cosine for refit in refits], axis=0)
    changing = [f"{topic} ({cosine[topic - 1]:.2f})" for topic in topics if cosine[topic - 1] < UNSTABLE]
    if changing:
        warnings.warn(
            f"in the refits topic {', '.join(changing)} comes back as another one (mean cosine of the words in "
            f"brackets, below {UNSTABLE}): its estimates mix several topics and are drawn towards zero. "
            "topic_stability shows more; fewer topics may hold better.",
            TextkitWarning,
            stacklevel=4,
        )


def _topics(model: TopicModel, topics: Sequence[int] | None) -> list[int]:
    if topics is None:
        return list(range(1, model.n_topics + 1))
    wanted = [topics] if isinstance(topics, int) else list(topics)
    if not wanted:
        raise ArgumentError("topics must name at least one topic.")
    return [check_int("topics", topic, minimum=1, maximum=model.n_topics) for topic in wanted]
