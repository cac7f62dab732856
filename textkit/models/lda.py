"""Latent Dirichlet allocation by variational inference, on scikit-learn."""

from __future__ import annotations

import dataclasses
import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.special import gammaln, psi
from sklearn.decomposition import LatentDirichletAllocation

from textkit.errors import TextkitWarning, check_choice, check_float, check_int
from textkit.matrix import DocumentTermMatrix
from textkit.models.topics import Fit, Floats, largest_first
from textkit.progress import track

_BLOCK = 4_000_000  # numbers held at once while the bound is summed (32 MB)


@dataclass(frozen=True, slots=True, kw_only=True)
class LDA:
    r"""Latent Dirichlet allocation, fitted by variational Bayes.

    Topics are drawn from Dirichlet(eta), the topic shares of each document from Dirichlet(alpha), each token
    from one topic of its document. The fit raises the evidence lower bound
    ``E_q[log p(words, shares, topics)] - E_q[log q]``; ``trace`` holds it (natural log, all tokens together,
    higher is better). ``topic_term`` and ``doc_topic`` are the means of q.

    Parameters
    ----------
    alpha : float in (0, 1], optional
        Prior of the topic shares; small: a document has few topics. Default 1/K. (The common 50/K belongs to
        Gibbs sampling; in variational inference it smooths short documents until all look alike.)
    eta : float in (0, 1], default 0.01
        Prior of the terms; small: a topic has few terms.
    learning : {"batch", "online"}, default "batch"
        ``"batch"`` updates the topics once a pass; ``"online"`` after every ``batch_size`` documents, which is
        faster for more than about ten thousand documents and a little less exact.
    max_iter : int, default 500
        Most passes over the documents.
    tol : float, default 1e-5
        Stop when the bound changes by less than this share of itself between two evaluations; 0: never.
    evaluate_every : int, default 5
        Passes between evaluations of the bound; one costs about as much as a pass.
    batch_size : int, default 4096
        Documents in a step of online learning. Another size gives another model.
    learning_decay, learning_offset : float, default 0.7 and 10
        Step t of online learning has weight ``(learning_offset + t) ** -learning_decay``.
    doc_max_iter, doc_tol : int and float, default 100 and 1e-3
        When the updates within one document end.
    random_state : int, optional
        Filled in by `fit_topics`, whose argument sets the seed.

    Raises
    ------
    ArgumentError
        A setting lies outside its range.

    Notes
    -----
    Bounds of fits with other vocabularies, documents, ``alpha`` or ``eta`` must not be compared. All sums run in
    one thread and one process: parallel passes would give another model.

    References
    ----------
    Blei, Ng and Jordan (2003); Hoffman, Blei and Bach (2010).

    Examples
    --------
    >>> LDA(alpha=0.1).alpha
    0.1
    >>> LDA(alpha=5)
    Traceback (most recent call last):
    textkit.errors.ArgumentError: alpha must be a finite number above 0 and at most 1, got 5.
    """

    alpha: float | None = None
    eta: float = 0.01
    learning: str = "batch"
    max_iter: int = 500
    tol: float = 1e-5
    evaluate_every: int = 5
    batch_size: int = 4096
    learning_decay: float = 0.7
    learning_offset: float = 10.0
    doc_max_iter: int = 100
    doc_tol: float = 1e-3
    random_state: int | None = None

    def __post_init__(self) -> None:
        if self.alpha is not None:
            check_float("alpha", self.alpha, minimum=0, maximum=1, open_minimum=True)
        check_float("eta", self.eta, minimum=0, maximum=1, open_minimum=True)
        check_choice("learning", self.learning, ("batch", "online"))
        check_float("tol", self.tol, minimum=0)
        check_float("learning_decay", self.learning_decay, minimum=0.5, maximum=1, open_minimum=True)
        check_float("learning_offset", self.learning_offset, minimum=1)
        check_float("doc_tol", self.doc_tol, minimum=0)
        for name in ("max_iter", "evaluate_every", "batch_size", "doc_max_iter"):
            check_int(name, getattr(self, name), minimum=1)

    def fit(self, dtm: DocumentTermMatrix, n_topics: int, *, random_state: int, progress: bool | None = None) -> Fit:
        """Fit documents that all have words; `fit_topics` calls this."""
        whole = dataclasses.replace(
            self, alpha=1 / n_topics if self.alpha is None else self.alpha, random_state=random_state
        )
        counts = dtm.matrix.astype(np.float64)
        engine = whole._engine(n_topics, len(dtm))
        shares, trace = whole._climb(engine, counts, progress)
        topic_term = _rows_to_one(engine.components_)
        doc_topic = _rows_to_one(shares)
        order = largest_first(topic_term, doc_topic, dtm.vocabulary)
        return Fit(topic_term[order], doc_topic[:, order], trace, whole)

    def _engine(self, n_topics: int, n_docs: int) -> Any:
        batch = self.learning == "batch"
        return LatentDirichletAllocation(
            n_topics,
            doc_topic_prior=self.alpha,
            topic_word_prior=self.eta,
            # with all documents in one step of weight (offset + t) ** 0 = 1 an online step is a batch step;
            # unlike fit, partial_fit lets us look at the bound between passes
            learning_decay=0.0 if batch else self.learning_decay,
            learning_offset=self.learning_offset,
            batch_size=n_docs if batch else self.batch_size,
            total_samples=n_docs,
            mean_change_tol=self.doc_tol,
            max_doc_update_iter=self.doc_max_iter,
            n_jobs=1,
            random_state=self.random_state,
        )

    def _climb(self, engine: Any, counts: csr_array, progress: bool | None) -> tuple[Floats, pd.DataFrame]:
        steps: list[int] = []
        bounds: list[float] = []
        shares: Floats = np.empty((0, 0))
        change = math.inf
        for step in track(range(1, self.max_iter + 1), "fitting topics", total=self.max_iter, show=progress):
            engine.partial_fit(counts)
            if step % self.evaluate_every and step < self.max_iter:
                continue
            shares = engine.transform(counts, normalize=False)
            steps.append(step)
            bounds.append(bound(counts, shares, engine.components_, engine.doc_topic_prior_, self.eta))
            if len(bounds) > 1:
                # a single term is certain whatever the topics are: then the bound is zero
                change = abs(bounds[-1] - bounds[-2]) / (abs(bounds[-2]) or 1.0)
            if change < self.tol:
                break
        else:
            if self.tol > 0:
                warnings.warn(
                    f"LDA has not settled after max_iter={self.max_iter} passes: the bound still changed by "
                    f"{change:.1e} of itself, tol is {self.tol:g}. Raise max_iter, or tol if this is near enough.",
                    TextkitWarning,
                    stacklevel=4,
                )
        return shares, pd.DataFrame({"iteration": steps, "value": bounds})


def bound(counts: csr_array, shares: Floats, terms: Floats, alpha: float, eta: float) -> float:
    """Return the evidence lower bound, given the Dirichlet parameters of documents (D, K) and of topics (K, V)."""
    log_share, log_term = _expected_logs(shares), _expected_logs(terms)
    tokens = _token_part(counts, np.exp(log_share), np.ascontiguousarray(np.exp(log_term).T))
    return tokens + _prior_part(shares, log_share, alpha) + _prior_part(terms, log_term, eta)


def _expected_logs(dirichlet: Floats) -> Floats:
    logs: Floats = psi(dirichlet) - psi(dirichlet.sum(axis=1, keepdims=True))
    return logs


def _token_part(counts: csr_array, share: Floats, term: Floats) -> float:
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    size = max(_BLOCK // share.shape[1], 1)
    total = 0.0
    for first in range(0, len(rows), size):
        part = slice(first, first + size)
        mixed = np.einsum("nk,nk->n", share[rows[part]], term[counts.indices[part]])
        total += float(counts.data[part] @ np.log(np.maximum(mixed, np.finfo(np.float64).tiny)))
    return total


def _prior_part(dirichlet: Floats, logs: Floats, prior: float) -> float:
    n, size = dirichlet.shape
    inside = ((prior - dirichlet) * logs + gammaln(dirichlet)).sum() - gammaln(dirichlet.sum(axis=1)).sum()
    constant: float = n * (math.lgamma(prior * size) - size * math.lgamma(prior))
    return float(inside) + constant


def _rows_to_one(values: Floats) -> Floats:
    total: Floats = values.sum(axis=1, keepdims=True)
    return values / total
