"""Non-negative matrix factorisation, on scikit-learn, read as a topic model."""

from __future__ import annotations

import dataclasses
import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from sklearn import decomposition
from sklearn.feature_extraction.text import TfidfTransformer

from textkit.errors import ArgumentError, TextkitWarning, check_choice, check_float, check_int
from textkit.matrix import DocumentTermMatrix
from textkit.models.topics import Fit, Floats, largest_first
from textkit.progress import track

_SOLVERS = {"frobenius": ("cd", "frobenius"), "kl": ("mu", "kullback-leibler")}
_STARTS = ("nndsvda", "random")


@dataclass(frozen=True, slots=True, kw_only=True)
class NMF:
    r"""Non-negative matrix factorisation: ``X ≈ W H`` with nothing below zero.

    X is the weighted matrix (D, V), H (K, V) the topics, W (D, K) their amounts. With ``h_k = Σ_w H[k, w]``,
    ``topic_term[k, w] = H[k, w] / h_k`` and ``doc_topic[d, k] = W[d, k] h_k / Σ_j W[d, j] h_j``: the part of the
    weight of document d that topic k rebuilds. ``trace`` holds ``sqrt(2 · loss)`` (lower is better).

    Parameters
    ----------
    weighting : {"tfidf", "count"}, default "tfidf"
        ``"tfidf"``: ``x = n_dw · (ln((1 + D) / (1 + df_w)) + 1)``, each document scaled to length one, which keeps
        common words out of the topics. The shares are then shares of that weight, not of tokens.
        ``"count"``: the counts.
    loss : {"frobenius", "kl"}, default "frobenius"
        ``½ Σ (X - WH)²`` by coordinate descent, or ``Σ X ln(X / WH) - X + WH`` by multiplicative updates (with
        counts: probabilistic latent semantic analysis).
    init : {"nndsvda", "random"}, optional
        Start from singular vectors, hardly a matter of chance, or at random. By default the first where it is
        possible: K at most the number of documents and of terms.
    max_iter : int, default 1000
        Most iterations.
    tol : float, default 1e-5
        Stop when ``trace`` changes by less than this share of the size of X between two evaluations; 0: never. The size
        is ``sqrt(Σ X²)``, or ``sqrt(2 Σ X)`` with ``loss="kl"``.
    evaluate_every : int, default 10
        Iterations between evaluations of the loss.
    random_state : int, optional
        Filled in by `fit_topics`, whose argument sets the seed.

    Raises
    ------
    ArgumentError
        A setting lies outside its range; or, when fitting, a topic is left without any term.

    Notes
    -----
    NMF is not a model of how words are drawn: its shares and probabilities must not be compared with those of
    LDA, nor its loss with a likelihood. A document in which no topic has any weight gets a row of NaN.

    References
    ----------
    Lee and Seung (1999); Cichocki and Phan (2009) for the solver; Boutsidis and Gallopoulos (2008) for the start.

    Examples
    --------
    >>> NMF(loss="kl", weighting="count").loss
    'kl'
    """

    weighting: str = "tfidf"
    loss: str = "frobenius"
    init: str | None = None
    max_iter: int = 1000
    tol: float = 1e-5
    evaluate_every: int = 10
    random_state: int | None = None

    def __post_init__(self) -> None:
        check_choice("weighting", self.weighting, ("tfidf", "count"))
        check_choice("loss", self.loss, _SOLVERS)
        if self.init is not None:
            check_choice("init", self.init, _STARTS)
        check_float("tol", self.tol, minimum=0)
        for name in ("max_iter", "evaluate_every"):
            check_int(name, getattr(self, name), minimum=1)

    def fit(self, dtm: DocumentTermMatrix, n_topics: int, *, random_state: int, progress: bool | None = None) -> Fit:
        """Fit documents that all have words; `fit_topics` calls this."""
        whole = dataclasses.replace(self, init=self._start(n_topics, dtm.shape), random_state=random_state)
        amounts, topics, trace = whole._descend(whole._weighted(dtm), n_topics, progress)
        topic_term, doc_topic = distributions(amounts, topics)
        order = largest_first(topic_term, doc_topic, dtm.vocabulary)
        return Fit(topic_term[order], doc_topic[:, order], trace, whole)

    def _start(self, n_topics: int, shape: tuple[int, int]) -> str:
        possible = n_topics <= min(shape)
        if self.init is None:
            return "nndsvda" if possible else "random"
        if self.init == "nndsvda" and not possible:
            raise ArgumentError(
                f'init="nndsvda" needs n_topics of at most {min(shape)}, the smaller of {shape[0]} documents and '
                f'{shape[1]} terms, got {n_topics}. Use init="random".'
            )
        return self.init

    def _weighted(self, dtm: DocumentTermMatrix) -> csr_array:
        counts = dtm.matrix.astype(np.float64)
        if self.weighting == "count":
            return counts
        weighted: csr_array = TfidfTransformer().fit_transform(counts)
        return weighted

    def _descend(
        self, weighted: csr_array, n_topics: int, progress: bool | None
    ) -> tuple[Floats, Floats, pd.DataFrame]:
        bursts = _bursts(self.max_iter, self.evaluate_every)
        start: dict[str, Any] = {}
        steps: list[int] = []
        losses: list[float] = []
        amounts = topics = np.empty((0, 0))
        change = math.inf
        size = math.sqrt(2 * weighted.data.sum()) if self.loss == "kl" else float(np.linalg.norm(weighted.data))
        for burst in track(bursts, "fitting topics", total=len(bursts), show=progress):
            # the solvers keep no state but W and H, so short runs put together are one long run
            engine = self._engine(n_topics, burst, "custom" if start else str(self.init))
            with np.errstate(invalid="ignore"):  # a loss of zero may be rounded to just below it
                amounts = engine.fit_transform(weighted, **start)
            topics = engine.components_
            start = {"W": amounts, "H": topics}
            steps.append(burst + (steps[-1] if steps else 0))
            losses.append(float(np.nan_to_num(engine.reconstruction_err_)))
            if len(losses) > 1:
                change = abs(losses[-2] - losses[-1]) / size
            if change < self.tol:
                break
        else:
            if self.tol > 0:
                warnings.warn(
                    f"NMF has not settled after max_iter={self.max_iter} iterations: the loss still changed by "
                    f"{change:.1e} of the size of the matrix, tol is {self.tol:g}. Raise max_iter, or tol if this is "
                    "near enough.",
                    TextkitWarning,
                    stacklevel=4,
                )
        return amounts, topics, pd.DataFrame({"iteration": steps, "value": losses})

    def _engine(self, n_topics: int, max_iter: int, init: str) -> Any:
        solver, loss = _SOLVERS[self.loss]
        return decomposition.NMF(
            n_topics,
            init=init,
            solver=solver,
            beta_loss=loss,
            tol=0,
            max_iter=max_iter,
            random_state=self.random_state,
        )


def _bursts(total: int, size: int) -> list[int]:
    rest = total % size
    return [size] * (total // size) + ([rest] if rest else [])


def distributions(amounts: Floats, topics: Floats) -> tuple[Floats, Floats]:
    """Turn W and H into rows that sum to one: terms of topics (K, V), topics of documents (D, K)."""
    sizes = topics.sum(axis=1)
    if not sizes.all():
        alive = int(np.count_nonzero(sizes))
        raise ArgumentError(
            f"NMF found only {alive} of {len(topics)} topics in these {len(amounts):,} documents; the others are left "
            f'without any term. Use n_topics={alive} or fewer, or method="lda".'
        )
    parts = amounts * sizes
    total = parts.sum(axis=1, keepdims=True)
    without = int((total == 0).sum())
    if without:
        warnings.warn(
            f"in {without:,} of {len(parts):,} documents no topic of NMF has any weight; their topic shares are NaN.",
            TextkitWarning,
            stacklevel=4,
        )
    shares: Floats = np.divide(parts, total, out=np.full(parts.shape, np.nan), where=total > 0)
    return topics / sizes[:, None], shares
