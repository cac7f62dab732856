"""New documents in the topics of a structural topic model, and how sure the model is about a document."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from textkit.errors import ArgumentError, EmptyError, TextkitWarning, check_choice, check_type, listing
from textkit.matrix import DocumentTermMatrix
from textkit.measures import Floats, check_counts
from textkit.models.stm import STM, content_column, covariates, is_nothing
from textkit.models.stm_content import content_topics
from textkit.models.stm_em import Documents, chunks, documents, expectation, floored, in_order, softmax
from textkit.models.topics import TopicModel, check_model
from textkit.selection import groups

_UNKNOWN = 0.1  # share of tokens outside the vocabulary that a reader should know of
_LARGEST = 250_000_000  # numbers of all covariances together (2 GB)


def place_documents(model: TopicModel, dtm: DocumentTermMatrix, *, prior: str = "covariates") -> TopicModel:
    """Find the topic shares of new documents, the topics staying as they are.

    Each document is read as in the fit: the mode of its logits under ``Normal(mu_d, sigma)`` and its words.

    Parameters
    ----------
    model : TopicModel
        Fitted with `STM`.
    dtm : DocumentTermMatrix
        Counts of the new documents. Words that the model does not know are left out.
    prior : {"covariates", "average"}, default "covariates"
        Where mu_d comes from: the covariates of the new documents, ``x_d gamma``, for which ``dtm.docs`` needs the
        columns of the formula; or the mean of all documents of the fit.

    Returns
    -------
    TopicModel
        The same topics with the new documents: everything that can be asked of a model can be asked of it. Rows are
        NaN for documents without known words or without a value in a covariate.

    Raises
    ------
    ArgumentError
        The model was not fitted with STM, or is itself the result of this function; a category that the fit did not
        have.
    EmptyError
        No document has a word that the model knows.

    Warns
    -----
    TextkitWarning
        More than a tenth of the tokens are unknown to the model; documents that could not be placed.

    Examples
    --------
    >>> from textkit.models.topics import fit_topics
    >>> counts = [[4, 4, 0, 0], [3, 4, 0, 1], [0, 0, 3, 2], [0, 1, 4, 4]]
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", TextkitWarning)
    ...     dtm = DocumentTermMatrix(counts, ["经济", "增长", "文化", "音乐"])
    ...     model = fit_topics(dtm, 2, STM(init="random", max_iter=20))
    >>> place_documents(model, DocumentTermMatrix([[0, 0, 2, 2]], dtm.vocabulary))
    TopicModel(2 topics, 1 documents, 4 terms; STM, random_state=0)
    """
    method = structural(model)
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with count(tokens).")
    check_counts(dtm.weighting, "place_documents")
    check_choice("prior", prior, ("covariates", "average"))
    if "gamma" not in model.parameters:
        raise ArgumentError(
            "model holds placed documents, not those of a fit. Give the model that fit_topics returned."
        )
    known = dtm.align(model.vocabulary)
    lengths, before = known.lengths.astype(np.int64), float(dtm.lengths.sum())
    if not lengths.any():
        raise EmptyError(
            "no document of dtm has a word that the model knows. Count the same kind of words as for the fit."
        )
    lost = 1.0 - float(lengths.sum()) / before
    if lost > _UNKNOWN:
        warnings.warn(
            f"{lost:.0%} of the {before:,.0f} tokens are words that the model does not know; they are left out.",
            TextkitWarning,
            stacklevel=2,
        )
    placeable = lengths > 0
    with threadpool_limits(limits=1):  # sums over several threads differ in the last digits
        mu, mu_rows = _means(model, method, dtm.docs, prior)
    placeable &= mu_rows
    group, group_rows = _groups(model, method, dtm.docs)
    placeable &= group_rows
    rows = np.flatnonzero(placeable)
    if len(rows) < len(dtm):
        warnings.warn(
            f"{len(dtm) - len(rows):,} of {len(dtm):,} documents cannot be placed (no known words, or no value in a "
            "covariate); their topic shares are NaN.",
            TextkitWarning,
            stacklevel=2,
        )
    docs = documents(known.matrix[rows], group[rows])
    terms = floored(topics_by_group(model, method), np.bincount(docs.indices, minlength=len(model.vocabulary)) > 0)
    eta = np.zeros((len(rows), model.n_topics - 1))
    with threadpool_limits(limits=1):
        expectation(
            docs, terms, np.ascontiguousarray(mu[rows]), model.parameters["sigma"], eta, method.doc_tol,
            method.doc_max_iter,
        )  # fmt: skip
    logits = np.full((len(dtm), eta.shape[1]), np.nan)
    logits[rows] = eta
    shares = np.full((len(dtm), model.n_topics), np.nan)
    shares[rows] = softmax(eta)
    kept = {name: array for name, array in model.parameters.items() if name != "gamma"}
    return TopicModel(
        model.topic_term, shares, model.vocabulary, dtm.docs, known.term_counts, lengths, model.trace, method,
        dtm.fingerprint, {**kept, "eta": logits},
    )  # fmt: skip


def structural(model: TopicModel) -> STM:
    """Return the method of a model that was fitted with STM, or raise."""
    check_model(model)
    if not isinstance(model.method, STM) or "sigma" not in model.parameters:
        raise ArgumentError(f"model must be fitted with STM, got one fitted with {type(model.method).__name__}.")
    return model.method


def topics_by_group(model: TopicModel, method: STM) -> Floats:
    """Return the topics (G, V, K) as the documents of each group have them; without content G is 1."""
    if "kappa" not in model.parameters:
        return np.ascontiguousarray(model.topic_term.T[None])
    kappa = model.parameters["kappa"]
    k = model.n_topics
    width = kappa.shape[1] - k  # of G groups, with interactions G (1 + K)
    n_groups = width // (1 + k) if method.interactions else width
    return np.ascontiguousarray(content_topics(model.parameters["baseline"], kappa, k, n_groups))


def content_groups(model: TopicModel, method: STM) -> list[Any]:
    """Return the groups of the content in the order of the arrays."""
    facts = model.docs[model.placed]
    return groups(facts, content_column(str(method.content), facts))[1]


def covariance_factors(model: TopicModel, dtm: DocumentTermMatrix) -> Floats:
    """Return (D', n, n) for the placed documents: lower triangular R with R'R the covariance of the logits."""
    from textkit.kernels import stm as kernels

    method = structural(model)
    check_type("dtm", dtm, DocumentTermMatrix, hint="Give the matrix of the fit.")
    if dtm.fingerprint != model.source:
        raise ArgumentError(
            "dtm must be the matrix that the model was fitted with, but its fingerprint is another one."
        )
    rows = np.flatnonzero(model.placed)
    n = model.n_topics - 1
    if len(rows) * n * n > _LARGEST:
        raise ArgumentError(
            f'uncertainty="local" would take {8e-9 * len(rows) * n * n:,.0f} GB for {len(rows):,} documents. Use '
            'uncertainty="global".'
        )
    group, _ = _groups(model, method, dtm.docs)
    docs: Documents = documents(dtm.align(model.vocabulary).matrix[rows], group[rows])
    terms = floored(topics_by_group(model, method), np.bincount(docs.indices, minlength=len(model.vocabulary)) > 0)
    precision = np.linalg.inv(model.parameters["sigma"])
    eta = np.ascontiguousarray(model.parameters["eta"][rows])
    factors = np.zeros((len(rows), n, n))

    def work(part: tuple[int, int]) -> None:
        kernels.covariances(
            *part,
            docs.indptr,
            docs.indices,
            docs.counts,
            terms,
            docs.group,
            (precision + precision.T) / 2,
            eta,
            factors,
        )

    for _ in in_order(work, chunks(docs.indptr, 0, len(rows))):
        pass
    return factors


def _means(model: TopicModel, method: STM, docs: pd.DataFrame, prior: str) -> tuple[Floats, NDArray[np.bool_]]:
    """Return mu (D, n) for new documents and which of them have one."""
    gamma = model.parameters["gamma"]
    everyone = np.ones(len(docs), dtype=bool)
    if is_nothing(method.prevalence):
        return np.repeat(gamma[:1], len(docs), axis=0), everyone
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)  # said when the model was fitted
        made = covariates(model.docs[model.placed], method.prevalence, None, "drop").design
    assert made is not None
    if prior == "average":
        return np.repeat((made.matrix @ gamma).mean(axis=0, keepdims=True), len(docs), axis=0), everyone
    x, rows = made.apply(docs)
    mu = np.full((len(docs), gamma.shape[1]), math.nan)
    mu[rows] = x @ gamma
    return mu, ~np.isnan(mu[:, 0])


def _groups(model: TopicModel, method: STM, docs: pd.DataFrame) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return the number of the content group of each document and which of them have one."""
    if is_nothing(method.content):
        return np.zeros(len(docs), dtype=np.int32), np.ones(len(docs), dtype=bool)
    known = content_groups(model, method)
    codes, values = groups(docs, content_column(str(method.content), docs))
    strange = [value for value in values if value not in known]
    if strange:
        raise ArgumentError(
            f"content={method.content!r}: the fit had no documents of the groups {listing(strange)}; it had "
            f"{listing(known)}. Leave these documents out."
        )
    place = np.array([known.index(value) for value in values] + [0], dtype=np.int32)
    return place[codes], codes >= 0
