"""Hierarchical Dirichlet process: a topic model that finds its number of topics, sampled by tomotopy."""

from __future__ import annotations

import dataclasses
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import psi

from textkit.errors import ArgumentError, TextkitWarning, check_float, check_int
from textkit.matrix import DocumentTermMatrix
from textkit.models.gibbs import Plan, run
from textkit.models.tomotopy_chain import Sampler, engine, log_words
from textkit.models.topics import Fit, Floats, largest_first

_MOST_TOPICS = 32_767
_SETTLED = 1e-9
_STEPS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class HDP:
    r"""Hierarchical Dirichlet process (Teh, Jordan, Beal & Blei 2006): how many topics there are is found, not set.

    There are endlessly many topics with weights b drawn from a stick-breaking process with concentration gamma;
    the shares of document d come from a Dirichlet process around them, ``Dirichlet(alpha * b)``; topics from
    Dirichlet(eta). Most topics have no token. Sampled by the library tomotopy (the extra ``textkit-zh[tomotopy]``), in
    the "Chinese restaurant franchise" with gamma and alpha estimated.

    ``n_topics`` of `fit_topics` is **the number of topics to start from** (at least 2). The model adds topics and
    empties them; the result has the topics that are in use at the end, less those with fewer than ``min_share`` of all
    tokens, which a warning reports: ``model.n_topics`` may be smaller or larger.

    Parameters
    ----------
    alpha : float, default 1.0
        Concentration of the shares of documents, at the start if it is updated; small: a document has few topics.
    gamma : float, default 1.0
        Concentration of the weights of topics, at the start if it is updated; small: there are few topics.
    eta : float, default 0.01
        Prior of the terms. Small: a topic has few terms, and more topics are found.
    update_every : int, default 10
        Sweeps between two updates of alpha and gamma; 0: they stay.
    min_share : float, default 0.001
        Topics with a smaller share of all tokens are left out.
    n_iterations : int, default 1000
        Sweeps over all tokens. The estimates are those of the last one: from sweep to sweep topics come and go, so that
        there is nothing to average.
    evaluate_every : int, default 10
        Sweeps between two values of the trace.
    n_workers : int, default 1
        Threads. Another number gives another model.
    random_state : int, optional
        Filled in by `fit_topics`, whose argument sets the seed.

    Raises
    ------
    ArgumentError
        A setting lies outside its range; when fitting: ``n_topics`` below 2, or no topic reaches ``min_share``.
    TextkitError
        The library tomotopy is not installed.

    Warns
    -----
    TextkitWarning
        Topics were left out; the work was interrupted (its last state is returned).

    Notes
    -----
    ``topic_term`` is ``(n_kw + eta) / (n_k + V eta)``; ``doc_topic`` is ``(n_dk + alpha b_k) / (n_d + alpha sum b)``
    over the topics that are kept, b being ``m_k / (m + gamma)`` and m the expected numbers of tables (Antoniak 1974).
    ``trace`` holds ``sum_dw c_dw ln(doc_topic . topic_term)`` of the present state (natural log, higher is better).
    ``model.parameters`` holds ``alpha`` (K,), the Dirichlet prior ``alpha b_k`` of the shares, ``n_topics_path``
    (values of the trace, 1), and ``concentration_path`` (values of the trace, 2): alpha and gamma.

    The number of topics found is no property of the texts: it grows with the corpus, depends on eta and the seed, and
    most of all on where the chain starts, which it hardly leaves. On a simulated corpus of ten topics (800 documents,
    300 sweeps) it found 3 or 4 from a start of 3, all ten from a start of 10, and the ten with ten or eleven splinters
    from a start of 25. Start from more topics than expected, from several numbers and seeds, and look at `topic_terms`;
    `choose_topics` with `GibbsLDA` answers the question better. Traces must not be compared with those of other
    methods.

    References
    ----------
    Teh, Jordan, Beal & Blei (2006); Antoniak (1974).

    Examples
    --------
    >>> HDP(eta=0.05).eta
    0.05
    >>> HDP(min_share=2)
    Traceback (most recent call last):
    textkit.errors.ArgumentError: min_share must be a finite number of at least 0 and at most 1, got 2.
    """

    alpha: float = 1.0
    gamma: float = 1.0
    eta: float = 0.01
    update_every: int = 10
    min_share: float = 0.001
    n_iterations: int = 1000
    evaluate_every: int = 10
    n_workers: int = 1
    random_state: int | None = None

    def __post_init__(self) -> None:
        for name in ("alpha", "gamma", "eta"):
            check_float(name, getattr(self, name), minimum=0, open_minimum=True)
        check_float("min_share", self.min_share, minimum=0, maximum=1)
        check_int("update_every", self.update_every, minimum=0)
        for name in ("n_iterations", "evaluate_every", "n_workers"):
            check_int(name, getattr(self, name), minimum=1)

    def fit(self, dtm: DocumentTermMatrix, n_topics: int, *, random_state: int, progress: bool | None = None) -> Fit:
        """Fit documents that all have words; `fit_topics` calls this."""
        library = engine("HDP")
        if not 2 <= n_topics <= _MOST_TOPICS:
            raise ArgumentError(
                f"n_topics, the number of topics that HDP starts from, must be from 2 to {_MOST_TOPICS:,}, got "
                f"{n_topics:,}."
            )
        whole = dataclasses.replace(self, random_state=random_state)
        chain = _Restaurants(whole, library, dtm, n_topics)
        last = Plan(self.n_iterations, self.n_iterations - 1, 1, self.evaluate_every)
        found = run(chain, last, progress)
        terms, counts = found.means
        alpha, gamma = chain.concentrations()
        kept = _kept(counts, self.min_share)
        prior = alpha * weights(counts, alpha, gamma)[kept]
        doc_topic = _shares(counts[:, kept], prior)
        order = largest_first(terms[kept], doc_topic, dtm.vocabulary)
        return Fit(
            terms[kept][order],
            doc_topic[:, order],
            found.trace,
            whole,
            {"alpha": prior[order], "n_topics_path": found.paths[0], "concentration_path": found.paths[1]},
        )


class _Restaurants:
    """The state of the sampler: which topics are in use changes from sweep to sweep."""

    def __init__(self, method: HDP, library: Any, dtm: DocumentTermMatrix, n_topics: int) -> None:
        model = library.HDPModel(
            initial_k=n_topics, alpha=method.alpha, eta=method.eta, gamma=method.gamma, seed=method.random_state
        )
        model.optim_interval = method.update_every
        self.sampler = Sampler(model, dtm.matrix, method.n_workers)
        self.model = model

    def sweep(self, step: int) -> None:
        self.sampler.train()

    def concentrations(self) -> tuple[float, float]:
        return float(self.model.alpha), float(self.model.gamma)

    def log_likelihood(self) -> float:
        terms, counts = self.draw()
        alpha, gamma = self.concentrations()
        prior = alpha * weights(counts, alpha, gamma)
        return log_words(self.sampler.matrix, _shares(counts, prior), terms)

    def draw(self) -> tuple[Floats, ...]:
        """Return the topics in use (L, V) and the tokens of each document in them (D, L)."""
        live = [k for k in range(self.model.k) if self.model.is_live_topic(k)]
        counts = self.sampler.counts(self.model.k)[:, live].astype(np.float64)
        return self.sampler.terms(*((k,) for k in live)), counts

    def watch(self) -> tuple[Floats, ...]:
        return np.array([float(self.model.live_k)]), np.array(self.concentrations())


def weights(counts: Floats, alpha: float, gamma: float) -> Floats:
    """Return the weights b of the topics in use, shape (K,); what is left to one belongs to topics not yet seen.

    ``b_k = m_k / (m + gamma)``; ``m_k = sum_d alpha b_k [psi(alpha b_k + n_dk) - psi(alpha b_k)]`` is the expected
    number of tables of topic k, found by repeating.

    >>> weights(np.array([[8.0, 1.0], [0.0, 1.0]]), 1e-9, 1.0).round(3).tolist()  # a table for each: 1 and 2
    [0.25, 0.5]
    """
    b: Floats = counts.sum(axis=0) / counts.sum()
    seen = counts > 0
    for _ in range(_STEPS):
        mass = np.maximum(alpha * b, 1e-300)
        # the first token of a topic in a document always opens a table
        tables = np.where(seen, 1 + mass * (psi(mass + np.maximum(counts, 1)) - psi(mass + 1)), 0.0).sum(axis=0)
        new = tables / (tables.sum() + gamma)
        change = float(np.abs(new - b).max())
        b = new
        if change < _SETTLED:
            break
    return b


def _shares(counts: Floats, prior: Floats) -> Floats:
    amounts: Floats = counts + prior
    amounts /= amounts.sum(axis=1, keepdims=True)
    return amounts


def _kept(counts: Floats, min_share: float) -> NDArray[np.intp]:
    share = counts.sum(axis=0) / counts.sum()
    kept = np.flatnonzero((share >= min_share) & (share > 0))
    if not len(kept):
        raise ArgumentError(
            f"no topic has min_share={min_share:g} of the tokens; the largest has {share.max():.3g}. Lower min_share."
        )
    lost = int((share > 0).sum()) - len(kept)
    if lost:
        total = counts.sum() - counts[:, kept].sum()
        warnings.warn(
            f"HDP: {lost:,} of {len(kept) + lost:,} topics in use have less than min_share={min_share:g} of the tokens "
            f"and are left out, {total:,.0f} of {counts.sum():,.0f} tokens together.",
            TextkitWarning,
            stacklevel=4,
        )
    return kept
