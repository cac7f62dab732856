"""Dynamic topics: topics whose words change from one time to the next, sampled by tomotopy."""

from __future__ import annotations

import dataclasses
import itertools
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from textkit.errors import ArgumentError, EmptyError, TextkitWarning, check_choice, check_float, check_int
from textkit.matrix import DocumentTermMatrix
from textkit.models.gibbs import plan, run
from textkit.models.tomotopy_chain import Sampler, engine, log_words
from textkit.models.topics import Fit, Floats, largest_first
from textkit.progress import track
from textkit.selection import groups

BY_TIME = "topic_term_by_time"
"""The array of ``model.parameters`` with the topics at each time, shape (T, K, V)."""

_CELLS = 400_000_000  # numbers of that array: 3.2 GB


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicTopics:
    r"""Dynamic topic model (Blei & Lafferty 2006): the words of a topic change from one time to the next.

    The logits of the terms of topic k take a random walk over the times, ``phi_t ~ Normal(phi_(t-1), term_variance)``,
    and so do the mean logits of the shares, ``a_t ~ Normal(a_(t-1), prevalence_variance)``; those of a document at time
    t are drawn from ``Normal(a_t, doc_variance)``. Sampled by the library tomotopy (the extra
    ``textkit-zh[tomotopy]``): stochastic gradient Langevin dynamics and Metropolis-Hastings (Bhadury et al. 2016).

    ``topic_term`` is the mean over the times, weighted by the tokens of the topic at each time; the topics at each time
    are in ``model.parameters["topic_term_by_time"]`` (T, K, V): `topic_terms_over_time` makes a table of them.
    ``doc_topic`` holds the shares of the tokens of a document. All are means over the draws that are kept.

    Parameters
    ----------
    time : str
        Column of ``dtm.docs`` with the time of each document: every distinct value, in sorted order, is one step.
    missing : {"drop", "error"}, default "drop"
        Documents without a time take no part, with a warning (their shares are NaN), or are an error.
    term_variance : float, default 0.02
        How far the logits of terms may move in a step. Larger: words may change more, and sooner do topics change
        places between two times.
    prevalence_variance : float, default 0.1
        How far the mean logits of the shares may move in a step.
    doc_variance : float, default 1.0
        How far the logits of a document may lie from their mean.
    step, step_delay, step_decay : float, default 0.1, 10 and 0.55
        Size of step i of the sampler: ``step * (step_delay + i) ** -step_decay``.
    n_starts : int, default 5
        Chains that are begun, each with a seed of its own; the one that fits the texts best is carried on. Many end in
        a poor optimum, with two topics in one or one topic in two.
    start_iterations : int, default 100
        Sweeps of each of them.
    n_iterations : int, default 1000
        Sweeps over all tokens after that.
    burn_in : int, optional
        Sweeps before the first draw that is kept. Default: half of them.
    thin : int, default 10
        Every how many-th sweep is kept.
    evaluate_every : int, default 10
        Sweeps between two values of the trace.
    n_workers : int, default 1
        Threads. Another number may give another model.
    random_state : int, optional
        Filled in by `fit_topics`, whose argument sets the seed.

    Raises
    ------
    ArgumentError
        A setting lies outside its range, no draw would be kept; when fitting: no ``time`` is given, it has one value
        only, or the topics at all times would take more than 3 GB.
    TextkitError
        The library tomotopy is not installed.
    UnknownNameError
        There is no such column.

    Warns
    -----
    TextkitWarning
        Documents without a time; whole numbers with gaps; a time with one document; topics had changed places between
        two times; the work was interrupted (what has been found so far is returned).

    Notes
    -----
    ``trace`` holds ``sum_dw c_dw ln(doc_topic . topic_term_t)`` of the present state (natural log, all tokens together,
    higher is better); it must not be compared with the values of other methods. Steps are alike whatever the distance
    of the times. A topic that changes its words altogether may be two topics: read both ends, and fit other seeds.

    References
    ----------
    Blei & Lafferty (2006); Bhadury, Chen, Zhu & Liu (2016).

    Examples
    --------
    >>> DynamicTopics(time="year").term_variance
    0.02
    >>> DynamicTopics(time="year", n_starts=0)
    Traceback (most recent call last):
    textkit.errors.ArgumentError: n_starts must be a whole number of at least 1, got 0.
    """

    time: str = ""
    missing: str = "drop"
    term_variance: float = 0.02
    prevalence_variance: float = 0.1
    doc_variance: float = 1.0
    step: float = 0.1
    step_delay: float = 10.0
    step_decay: float = 0.55
    n_starts: int = 5
    start_iterations: int = 100
    n_iterations: int = 1000
    burn_in: int | None = None
    thin: int = 10
    evaluate_every: int = 10
    n_workers: int = 1
    random_state: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.time, str):
            raise ArgumentError(f"time must be the name of a column, got {self.time!r}.")
        check_choice("missing", self.missing, ("drop", "error"))
        for name in ("term_variance", "prevalence_variance", "doc_variance", "step"):
            check_float(name, getattr(self, name), minimum=0, open_minimum=True)
        check_float("step_delay", self.step_delay, minimum=0)
        check_float("step_decay", self.step_decay, minimum=0.5, maximum=1, open_minimum=True)
        for name in ("n_starts", "start_iterations", "n_workers"):
            check_int(name, getattr(self, name), minimum=1)
        plan(self.n_iterations, self.burn_in, self.thin, self.evaluate_every)

    def fit(self, dtm: DocumentTermMatrix, n_topics: int, *, random_state: int, progress: bool | None = None) -> Fit:
        """Fit documents that all have words; `fit_topics` calls this."""
        library = engine("DynamicTopics")
        steps = plan(self.n_iterations, self.burn_in, self.thin, self.evaluate_every)
        whole = dataclasses.replace(self, burn_in=steps.burn_in, random_state=random_state)
        rows, times, n_times = whole._times(dtm.docs)
        if n_times * n_topics * dtm.shape[1] > _CELLS:
            raise ArgumentError(
                f"topics at {n_times:,} times, n_topics={n_topics:,}, over {dtm.shape[1]:,} terms would take more than "
                "3 GB. Trim the matrix (dtm.trim), or make fewer times, such as years of months."
            )
        used = dtm.matrix[rows] if len(rows) < len(dtm) else dtm.matrix
        seeds = np.random.SeedSequence(random_state).generate_state(self.n_starts).tolist()
        best: tuple[float, _Walk] | None = None
        for seed in track(seeds, "starting", total=len(seeds), show=progress):
            walk = _Walk(whole, library, used, times, n_times, n_topics, int(seed))
            if len(seeds) == 1:
                best = (0.0, walk)
                break
            walk.sampler.train(self.start_iterations)
            value = walk.log_likelihood()
            if best is None or value > best[0]:
                best = (value, walk)
        assert best is not None
        found = run(best[1], steps, progress)
        by_time, tokens = found.means
        return _fit(by_time, tokens, times, rows, dtm, found.trace, whole)

    def _times(self, docs: pd.DataFrame) -> tuple[NDArray[np.intp], NDArray[np.int64], int]:
        """Return the rows that take part, the step of each of them, and the number of steps."""
        if not self.time:
            raise ArgumentError('DynamicTopics needs time, a column of dtm.docs: DynamicTopics(time="year").')
        codes, values = groups(docs, self.time)
        known = codes >= 0
        if not known.any():
            raise EmptyError(f"time={self.time!r}: no document has a value.")
        if not known.all():
            n = int((~known).sum())
            if self.missing == "error":
                raise ArgumentError(
                    f'time={self.time!r}: {n:,} documents have no value. Fill them in, or say missing="drop" to leave '
                    "these documents out."
                )
            warnings.warn(
                f"{n:,} of {len(docs):,} documents are left out: time={self.time!r} has no value for them.",
                TextkitWarning,
                stacklevel=4,
            )
        if len(values) < 2:
            raise ArgumentError(f"time={self.time!r} must have at least 2 values, got {len(values)}.")
        self._warn_steps(np.bincount(codes[known], minlength=len(values)), values)
        return np.flatnonzero(known), codes[known].astype(np.int64), len(values)

    def _warn_steps(self, sizes: NDArray[np.int64], values: list[Any]) -> None:
        if (sizes == 1).any():
            alone = [str(value) for value, size in zip(values, sizes, strict=True) if size == 1]
            warnings.warn(
                f"time={self.time!r}: {len(alone):,} of {len(values):,} times have one document only, such as "
                f"{alone[0]}. Merge times.",
                TextkitWarning,
                stacklevel=5,
            )
        whole = all(isinstance(value, (int, np.integer)) for value in values)
        if whole and len({later - former for former, later in itertools.pairwise(values)}) > 1:
            warnings.warn(
                f"time={self.time!r} has gaps: {len(values)} values from {values[0]} to {values[-1]}, which are taken "
                "as steps of equal length.",
                TextkitWarning,
                stacklevel=5,
            )


class _Walk:
    """One chain of the sampler."""

    def __init__(
        self,
        method: DynamicTopics,
        library: Any,
        matrix: Any,
        times: NDArray[np.int64],
        n_times: int,
        n_topics: int,
        seed: int,
    ) -> None:
        model = library.DTModel(
            k=n_topics,
            t=n_times,
            alpha_var=method.prevalence_variance,
            eta_var=method.doc_variance,
            phi_var=method.term_variance,
            lr_a=method.step,
            lr_b=method.step_delay,
            lr_c=method.step_decay,
            seed=seed,
        )
        self.n_topics, self.times, self.n_times = n_topics, times, n_times
        self.sampler = Sampler(model, matrix, method.n_workers, times)

    def sweep(self, step: int) -> None:
        self.sampler.train()

    def log_likelihood(self) -> float:
        by_time, tokens = self.draw()
        shares = tokens / tokens.sum(axis=1, keepdims=True)
        return sum(
            log_words(self.sampler.matrix[self.times == t], shares[self.times == t], by_time[t])
            for t in range(self.n_times)
        )

    def draw(self) -> tuple[Floats, ...]:
        """Return the topics at each time (T, K, V) and the tokens of each document in them (D, K)."""
        k = self.n_topics
        terms = self.sampler.terms(*((j, t) for t in range(self.n_times) for j in range(k)))
        return terms.reshape(self.n_times, k, -1), self.sampler.counts(k).astype(np.float64)

    def watch(self) -> tuple[Floats, ...]:
        return ()


def _fit(
    by_time: Floats,
    tokens: Floats,
    times: NDArray[np.int64],
    rows: NDArray[np.intp],
    dtm: DocumentTermMatrix,
    trace: pd.DataFrame,
    method: DynamicTopics,
) -> Fit:
    places = matched(by_time)
    moved = int((places[1:] != places[:-1]).any(axis=1).sum())
    if moved:
        warnings.warn(
            f"topics had changed places at {moved} of {len(by_time) - 1} steps of time and were matched by their "
            "words. Lower term_variance, or raise n_starts.",
            TextkitWarning,
            stacklevel=4,
        )
        by_time = np.stack([terms[place] for terms, place in zip(by_time, places, strict=True)])
        tokens = np.take_along_axis(tokens, places[times], axis=1)
    amounts = np.stack([tokens[times == t].sum(axis=0) for t in range(len(by_time))])
    amounts += np.finfo(np.float64).tiny  # a topic without any token counts all times alike
    topic_term = np.einsum("tk,tkv->kv", amounts / amounts.sum(axis=0), by_time)
    doc_topic = tokens / tokens.sum(axis=1, keepdims=True)
    order = largest_first(topic_term, doc_topic, dtm.vocabulary)
    placed = np.full((len(dtm), len(order)), np.nan)
    placed[rows] = doc_topic[:, order]
    return Fit(topic_term[order], placed, trace, method, {BY_TIME: by_time[:, order]})


def matched(by_time: Floats) -> NDArray[np.intp]:
    """Return which topic of each time continues each topic of the first, shape (T, K).

    Neighbouring times are matched so that the sum of ``sum_w sqrt(p_w q_w)`` (Bhattacharyya) is largest.

    >>> a, b = [0.9, 0.1, 0.0], [0.0, 0.2, 0.8]
    >>> matched(np.array([[a, b], [a, b], [b, a]])).tolist()
    [[0, 1], [0, 1], [1, 0]]
    """
    places = [np.arange(by_time.shape[1])]
    for before, after in itertools.pairwise(by_time):
        alike = np.sqrt(before[places[-1]]) @ np.sqrt(after).T
        places.append(linear_sum_assignment(-alike)[1])
    return np.stack(places)
