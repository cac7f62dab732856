"""The structural topic model: topics whose prevalence and words depend on facts about the documents."""

from __future__ import annotations

import dataclasses
import warnings
from dataclasses import dataclass
from typing import Any

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
    listing,
    unknown,
)
from textkit.formulas import Design, check_rank, design
from textkit.matrix import DocumentTermMatrix
from textkit.models import stm_content, stm_prevalence
from textkit.models.stm_em import Climb, Regress, State, Topics, documents, floored, shares, softmax
from textkit.models.stm_start import STARTS, start
from textkit.models.topics import Fit, Floats, largest_first
from textkit.progress import visible
from textkit.provenance import sha256
from textkit.selection import groups

_GIVEN = "given "
NOTHING = "~ 1"
"""The formula without covariates."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Given:
    """Topics to start from, known in settings by their fingerprint."""

    topic_term: Floats

    def __repr__(self) -> str:
        return repr(_GIVEN + sha256("start", np.ascontiguousarray(self.topic_term))[:16])


@dataclass(frozen=True, slots=True, kw_only=True)
class STM:
    r"""Structural topic model (Roberts, Stewart & Airoldi 2016), fitted by partially collapsed variational EM.

    The logits of the topic shares of document d with covariates x_d are drawn from
    ``Normal(x_d gamma, sigma)``, the last one being zero; each token picks a topic from their softmax and a word from
    the topic. With ``content`` the words of a topic differ between groups of documents:
    ``softmax_w(m_w + topic_kw + group_gw + interaction_kgw)``, m the log frequencies. Without covariates this is the
    correlated topic model.

    Every pass finds the mode of each document's logits (Newton's method, L-BFGS in between) and a normal distribution
    around it (Laplace), then the parameters. ``trace`` holds the approximate bound
    ``sum_d [sum_v c_dv ln(theta_d b_v) + 1/2 ln|nu_d| - 1/2 (eta_d - mu_d)' sigma^-1 (eta_d - mu_d) - 1/2 ln|sigma|]``
    (natural log, all tokens together, higher is better).

    Parameters
    ----------
    prevalence : str, default "~ 1"
        How much documents speak of a topic: ``"~ level + s(year)"``, columns of ``dtm.docs``; see `design`.
    content : str, default "~ 1"
        How they speak of it: one column, ``"~ party"``, whose values are the groups.
    init : {"spectral", "spectral_exact", "lda", "random"} or array (K, V), default "spectral"
        ``"spectral"``: anchor words (Arora et al. 2013), no matter of chance; its mixtures are those of the R package
        stm, which stops before words of no particular topic have come to rest (with very short documents the last bits
        of the counts' sums then decide, so that another machine may start elsewhere); ``"spectral_exact"`` goes on
        until they have. ``"lda"``: fifty sweeps of Gibbs sampling. ``"random"``. An array: topics to start from.
    prior : {"pooled", "ridge", "l1"}, default "pooled"
        Of the slopes of ``gamma``: ``"pooled"``: normal, with a variance learned for each topic; ``"ridge"``: normal,
        ``penalty`` over its variance fixed; ``"l1"``: covariates may drop out, for many covariates.
    penalty : float, default 1.0
        Of ``prior="ridge"``.
    sigma_prior : float from 0 to 1, default 0
        Weight of the diagonal in ``sigma``: above 0 topics are kept from becoming correlated.
    missing : {"drop", "error"}, default "drop"
        Documents without a value in a covariate take no part, with a warning (their shares are NaN), or are an error.
    tol : float, default 1e-5
        Stop when the bound has changed by less than this share of itself twice running.
    max_iter : int, default 500
        Most passes over the documents.
    doc_tol : float, default 1e-4
        How near the mode of a document, in logits, its curvature is taken.
    doc_max_iter : int, default 200
        Most steps towards it.
    n_blocks : int, default 1
        Update the parameters after each of so many blocks of documents: fewer passes for a large corpus, at the cost
        of ``n_blocks`` tables of K x V.
    max_terms : int, default 10_000
        Terms, the most frequent ones, that take part in a spectral start; memory grows with the square.
    interactions : bool, default True
        Whether a group may have its own words for a topic, or only for all topics alike.
    n_penalties, shortest_penalty : int and float, default 250 and 0.001
        Of the L1 path of each word with ``content``: how many, and the last as a share of the first.
    complexity : float, default 2.0
        Price of a coefficient: the path is cut where ``deviance + complexity * df`` is least.
    random_state : int, optional
        Filled in by `fit_topics`, whose argument sets the seed.

    Raises
    ------
    ArgumentError
        A setting lies outside its range; when fitting: a formula that cannot be used, columns that follow from each
        other, fewer than two topics.
    UnknownNameError
        A formula names a column that is not there.

    Warns
    -----
    TextkitWarning
        Documents without a value; a category with one document; the bound did not settle; documents whose curvature
        had to be adjusted; the work was interrupted (what has been found so far is returned).

    Notes
    -----
    On a few hundred short documents a spectral start can lose a topic without a sign of it: compare its bound with
    that of ``init="spectral_exact"`` and of several ``init="lda"``, and keep the best (`many_topics`).

    The bound need not rise in every pass: the model is that of the best pass. Bounds of other corpora, vocabularies
    or formulas must not be compared. ``model.parameters`` holds ``gamma`` (p, K - 1), ``sigma`` and ``nu``
    (K - 1, K - 1; nu is the mean covariance within documents), ``eta`` (D, K - 1), the logits, and with ``content``
    ``baseline`` (V,) and ``kappa`` (V, K + G + G K); then ``topic_term`` is the mean over the groups, weighted by
    their tokens. The same seed gives the same model whatever the number of threads.

    References
    ----------
    Roberts, Stewart & Airoldi (2016); Arora et al. (2013); Taddy (2015); Roberts, Stewart & Tingley (2019).

    Examples
    --------
    >>> STM(prevalence="~ level + s(year)").prior
    'pooled'
    >>> STM(sigma_prior=2)
    Traceback (most recent call last):
    textkit.errors.ArgumentError: sigma_prior must be a finite number of at least 0 and at most 1, got 2.
    """

    prevalence: str | None = NOTHING
    content: str | None = NOTHING
    init: Any = "spectral"
    prior: str = "pooled"
    penalty: float = 1.0
    sigma_prior: float = 0.0
    missing: str = "drop"
    tol: float = 1e-5
    max_iter: int = 500
    doc_tol: float = 1e-4
    doc_max_iter: int = 200
    n_blocks: int = 1
    max_terms: int = 10_000
    interactions: bool = True
    n_penalties: int = 250
    shortest_penalty: float = 0.001
    complexity: float = 2.0
    random_state: int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.init, str):
            if not self.init.startswith(_GIVEN):
                check_choice("init", self.init, STARTS)
        elif not isinstance(self.init, Given):
            object.__setattr__(self, "init", Given(_checked_start(self.init)))
        for name in ("prevalence", "content"):
            value = getattr(self, name)
            if value is None:
                object.__setattr__(self, name, NOTHING)
            elif not isinstance(value, str):
                raise ArgumentError(f'{name} must be a formula such as "~ party", got {value!r}.')
        check_choice("prior", self.prior, stm_prevalence.PRIORS)
        check_choice("missing", self.missing, ("drop", "error"))
        check_float("sigma_prior", self.sigma_prior, minimum=0, maximum=1)
        check_float("shortest_penalty", self.shortest_penalty, minimum=0, maximum=1, open_minimum=True)
        check_float("doc_tol", self.doc_tol, minimum=0, maximum=1, open_minimum=True)
        for name in ("penalty", "tol", "complexity"):
            check_float(name, getattr(self, name), minimum=0)
        for name in ("max_iter", "doc_max_iter", "n_blocks", "n_penalties"):
            check_int(name, getattr(self, name), minimum=1)
        check_int("max_terms", self.max_terms, minimum=2)

    def fit(self, dtm: DocumentTermMatrix, n_topics: int, *, random_state: int, progress: bool | None = None) -> Fit:
        """Fit documents that all have words; `fit_topics` calls this."""
        if n_topics < 2:
            raise ArgumentError(f"a structural topic model needs at least 2 topics, got n_topics={n_topics}.")
        whole = dataclasses.replace(self, random_state=random_state)
        facts = covariates(dtm.docs, self.prevalence, self.content, self.missing)
        counts = dtm.matrix[facts.rows] if len(facts.rows) < len(dtm) else dtm.matrix
        docs = documents(counts, facts.group)
        used: Floats = np.bincount(docs.indices, weights=docs.counts, minlength=counts.shape[1]).astype(np.float64)
        first = self._first(counts, n_topics, random_state)
        terms = np.repeat(floored(first[None], used > 0), max(len(facts.groups), 1), axis=0)
        base = stm_content.baseline(used)
        climb = Climb(
            docs,
            facts.x,
            self._regress(facts.x),
            self._topics(base, terms.shape),
            np.ascontiguousarray(terms),
            sigma_prior=self.sigma_prior,
            tol=self.doc_tol,
            max_iter=self.doc_max_iter,
            n_blocks=self.n_blocks,
        )
        best, trace = self._best(climb, progress)
        if best.adjusted:
            warnings.warn(
                f"for {best.adjusted:,} of {len(facts.rows):,} documents the curvature at the mode was not positive "
                "definite and was adjusted: their uncertainty is a guess. Perhaps n_topics is too large.",
                TextkitWarning,
                stacklevel=3,
            )
        return _fit(best, trace, dataclasses.replace(whole, init=_name(self.init)), dtm, facts, base)

    def _first(self, counts: Any, n_topics: int, random_state: int) -> Floats:
        if isinstance(self.init, Given):
            topics = self.init.topic_term
            if topics.shape != (n_topics, counts.shape[1]):
                raise ArgumentError(
                    f"init must have the shape (topics, terms) {(n_topics, counts.shape[1])}, got {topics.shape}."
                )
            return np.ascontiguousarray(topics.T)
        if self.init.startswith(_GIVEN):
            raise ArgumentError(
                "the topics that this method started from are not stored with it. Give them again: "
                "STM(init=topic_term), or choose another start."
            )
        return start(self.init, counts, n_topics, self.max_terms, random_state)

    def _regress(self, x: Floats) -> Regress:
        prepared = stm_prevalence.crossed(x)
        if x.shape[1] == 1:
            return lambda y: y.mean(axis=0, keepdims=True)
        if self.prior == "pooled":
            return lambda y: stm_prevalence.pooled(y, prepared)
        if self.prior == "l1":
            return lambda y: stm_prevalence.lasso(y, prepared, self.complexity)
        return lambda y: stm_prevalence.ridge(y, prepared, self.penalty)

    def _topics(self, base: Floats, shape: tuple[int, ...]) -> Topics:
        n_groups, _, k = shape
        if is_nothing(self.content):
            return lambda expected: (shares(expected), np.empty((0, 0)))

        def content(expected: Floats) -> tuple[Floats, Floats]:
            kappa = stm_content.coefficients(
                expected,
                base,
                interactions=self.interactions,
                n_penalties=self.n_penalties,
                shortest=self.shortest_penalty,
                complexity=self.complexity,
            )
            return stm_content.content_topics(base, kappa, k, n_groups), kappa

        return content

    def _best(self, climb: Climb, progress: bool | None) -> tuple[State, pd.DataFrame]:
        """Climb until the bound rests; return the best state and the path."""
        from tqdm import tqdm

        bounds: list[float] = []
        best: State | None = None
        quiet = 0
        show = visible() if progress is None else progress
        bar = tqdm(total=self.max_iter, desc="fitting topics", disable=not show, delay=1.0, leave=False)
        try:
            for state in climb:
                bounds.append(state.bound)
                if best is None or state.bound > best.bound:
                    best = state
                bar.set_postfix_str(f"bound {state.bound:,.0f}", refresh=False)
                bar.update()
                change = abs(bounds[-1] - bounds[-2]) / (abs(bounds[-2]) or 1.0) if len(bounds) > 1 else np.inf
                quiet = quiet + 1 if change < self.tol else 0
                if quiet == 2:
                    break
                if state.iteration == self.max_iter:
                    _warn_unsettled(self, change)
                    break
        except KeyboardInterrupt:
            if best is None:
                raise
            warnings.warn(
                f"interrupted after {len(bounds)} passes: this is the best model so far, and it has not settled.",
                TextkitWarning,
                stacklevel=4,
            )
        finally:
            bar.close()
        assert best is not None  # a pass was made
        return best, pd.DataFrame({"iteration": np.arange(1, len(bounds) + 1), "value": bounds})


@dataclass(frozen=True, slots=True, eq=False)
class Covariates:
    """Facts as the model reads them: x (D', p), groups and their numbers (D',), and which rows have all values."""

    x: Floats
    group: NDArray[np.int32] | None
    groups: list[Any]
    rows: NDArray[np.intp]
    design: Design | None


def is_nothing(formula: str | None) -> bool:
    """Say whether a formula has no covariates.

    >>> is_nothing("~1"), is_nothing("~ year")
    (True, False)
    """
    return formula is None or formula.replace(" ", "") in ("~1", "1")


def covariates(docs: pd.DataFrame, prevalence: str | None, content: str | None, missing: str) -> Covariates:
    """Make the design of the prevalence and the groups of the content for documents that all have words."""
    rows = np.arange(len(docs))
    codes = np.zeros(len(docs), dtype=np.intp)
    values: list[Any] = []
    if content is not None and not is_nothing(content):
        codes, values = _content_groups(docs, content, missing)
        rows = np.flatnonzero(codes >= 0)
    made: Design | None = None
    x = np.ones((len(rows), 1))
    if prevalence is not None and not is_nothing(prevalence):
        made = design(docs.iloc[rows], prevalence, missing=missing, argument="prevalence", depth=3)
        if made.names[0] != "Intercept":
            raise ArgumentError(f"prevalence={prevalence!r} must keep its intercept: leave the 0 or -1 out.")
        check_rank(made, "prevalence")
        x, rows = made.matrix, rows[made.rows]
    if not values:
        return Covariates(x, None, [], rows, made)
    kept, group = np.unique(codes[rows], return_inverse=True)
    if len(kept) < 2:
        raise ArgumentError(f"content={content!r} needs at least two groups of documents, got {len(kept)}.")
    lonely = [values[int(i)] for i in kept[np.bincount(group) == 1]]
    if lonely:
        warnings.warn(
            f"content={content!r}: {listing(lonely, 4)} {'has' if len(lonely) == 1 else 'have'} one document only: the "
            "words of the group are those of the document. Merge small groups.",
            TextkitWarning,
            stacklevel=4,
        )
    return Covariates(x, group.astype(np.int32), [values[int(i)] for i in kept], rows, made)


def _content_groups(docs: pd.DataFrame, content: str, missing: str) -> tuple[NDArray[np.intp], list[Any]]:
    name = content_column(content, docs)
    codes, values = groups(docs, name)
    known = codes >= 0
    if not known.all():
        n = int((~known).sum())
        if missing == "error":
            raise ArgumentError(
                f"content={content!r}: {n:,} documents have no value in {name!r}. Fill them in, or say "
                'missing="drop" to leave these documents out.'
            )
        if not known.any():
            raise EmptyError(f"content={content!r}: no document has a value in {name!r}.")
        warnings.warn(
            f"{n:,} of {len(docs):,} documents are left out: content={content!r} has no value for them.",
            TextkitWarning,
            stacklevel=5,
        )
    return codes, values


def content_column(content: str, docs: pd.DataFrame) -> str:
    """Return the one column that a content formula names."""
    name = content.strip().removeprefix("~").strip().strip("`")
    if name not in docs.columns:
        if "+" in name or "*" in name or ":" in name:
            raise ArgumentError(
                f"content={content!r} must name one column. To cross two, make a column of their values first."
            )
        raise unknown("column (content)", name, [str(column) for column in docs.columns])
    return name


def _fit(
    best: State, trace: pd.DataFrame, method: STM, dtm: DocumentTermMatrix, facts: Covariates, base: Floats
) -> Fit:
    """Order the topics by size and put the arrays into the form of a model."""
    theta = softmax(best.eta)
    weight = best.amounts / best.amounts.sum(axis=0)
    topic_term = np.einsum("gvk,gk->kv", best.terms, weight)
    topic_term /= topic_term.sum(axis=1, keepdims=True)
    order = largest_first(topic_term, theta, dtm.vocabulary)
    turn = reference_change(order)
    parameters: dict[str, Floats] = {
        "gamma": best.gamma @ turn.T,
        "sigma": turn @ best.sigma @ turn.T,
        "nu": turn @ best.nu @ turn.T,
    }
    if not is_nothing(method.content):
        parameters["baseline"] = base
        parameters["kappa"] = _reordered(best.kappa, order, len(facts.groups))
    return Fit(
        topic_term[order],
        _placed(theta[:, order], facts.rows, len(dtm)),
        trace,
        method,
        parameters,
        {"eta": _placed(best.eta @ turn.T, facts.rows, len(dtm))},
    )


def reference_change(order: NDArray[np.intp]) -> Floats:
    """Return the matrix that turns logits to the reference of another order of topics, whose last one is zero.

    >>> logits = np.array([1.0, 3.0])  # topics 0, 1, 2 with logits 1, 3, 0
    >>> (reference_change(np.array([1, 2, 0])) @ logits).tolist()  # topics 1, 2 against topic 0
    [2.0, -1.0]
    """
    n = len(order) - 1
    full = np.vstack([np.eye(n), np.zeros(n)])
    turned: Floats = full[order[:-1]] - full[order[-1]]
    return turned


def _reordered(kappa: Floats, order: NDArray[np.intp], n_groups: int) -> Floats:
    k = len(order)
    places = [*order.tolist(), *range(k, k + n_groups)]
    if kappa.shape[1] > k + n_groups:
        places += [k + n_groups + g * k + int(topic) for g in range(n_groups) for topic in order]
    return kappa[:, places]


def _placed(values: Floats, rows: NDArray[np.intp], n_docs: int) -> Floats:
    whole = np.full((n_docs, values.shape[1]), np.nan)
    whole[rows] = values
    return whole


def _checked_start(values: Any) -> Floats:
    try:
        topics = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ArgumentError(
            f"init must be one of {listing(STARTS)} or an array of topics by terms, got {values!r}."
        ) from None
    total = topics.sum(axis=-1, keepdims=True)
    if topics.ndim != 2 or not np.isfinite(topics).all() or (topics < 0).any() or not (total > 0).all():
        raise ArgumentError("init must be an array of topics by terms that holds probabilities of at least 0.")
    topics /= total
    topics.flags.writeable = False
    return topics


def _name(init: Any) -> str:
    return init if isinstance(init, str) else repr(init).strip("'")


def _warn_unsettled(method: STM, change: float) -> None:
    if method.tol > 0:
        warnings.warn(
            f"STM has not settled after max_iter={method.max_iter} passes: the bound still changed by {change:.1e} of "
            f"itself, tol is {method.tol:g}. Raise max_iter, or tol if this is near enough.",
            TextkitWarning,
            stacklevel=5,
        )
