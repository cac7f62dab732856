"""Where the topic shares of keyATM come from: one prior for all, covariates, or states of time."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from textkit.models.gibbs import padded
from textkit.models.topics import Floats

LIMIT, REACH = 5.0, 1.2
"""Coefficients lie between -LIMIT and LIMIT and are drawn on a logistic scale that REACH stretches."""

_SPREAD = 0.3  # standard deviation of the first coefficients
_STATES_MASS = 50.0


class Prior(Protocol):
    """Rows of alpha, and which of them each document has."""

    alpha: Floats
    group: NDArray[np.int32]

    def update(self, counts: Floats, random: NDArray[np.uint64], rng: np.random.Generator) -> None:
        """Draw anew, given the weighted counts of topics in documents (D, K in whole blocks)."""

    def draw(self) -> dict[str, Floats]:
        """Return what is averaged over the draws: new arrays whose last axis is the topics, or ``states``.

        ``alpha`` (K,), the mean over the documents, is always among them.
        """


class Common:
    """One alpha for all documents, drawn by slice sampling with a Gamma prior for each topic."""

    def __init__(self, n_docs: int, shape: Floats, scale: Floats) -> None:
        self.shape, self.scale = shape, scale
        self.alpha = padded(np.full((1, len(shape)), 1.0 / len(shape)))
        self.group = np.zeros(n_docs, dtype=np.int32)

    def update(self, counts: Floats, random: NDArray[np.uint64], rng: np.random.Generator) -> None:
        """Draw alpha anew."""
        from textkit.kernels import gibbs as kernels

        kernels.slice_alpha(counts, self.alpha[0, : len(self.shape)], self.shape, self.scale, random)

    def draw(self) -> dict[str, Floats]:
        """Return ``alpha`` (K,)."""
        return {"alpha": self.alpha[0, : len(self.shape)].copy()}


class ByCovariates:
    """``alpha[d, k] = exp(x[d] . coefficients[:, k])``, coefficients N(0, 1), drawn one by one."""

    def __init__(self, x: Floats, n_topics: int, rng: np.random.Generator) -> None:
        self.x = np.ascontiguousarray(x)
        self.coefficients = rng.normal(0.0, _SPREAD, size=(x.shape[1], n_topics))
        self.alpha = padded(np.exp(self.x @ self.coefficients))
        self.group = np.arange(len(x), dtype=np.int32)

    def update(self, counts: Floats, random: NDArray[np.uint64], rng: np.random.Generator) -> None:
        """Draw the coefficients anew."""
        from textkit.kernels import keyatm as kernels

        k = self.coefficients.shape[1]
        # products of many factors drift from the exponential: begin from it each time
        self.alpha = padded(np.exp(self.x @ self.coefficients))
        kernels.slice_coefficients(self.x, counts, self.alpha[:, :k], self.coefficients, LIMIT, REACH, random)

    def draw(self) -> dict[str, Floats]:
        """Return ``alpha`` (K,) and ``coefficients`` (J, K)."""
        mean = self.alpha[:, : self.coefficients.shape[1]].mean(axis=0)
        return {"alpha": mean, "coefficients": self.coefficients.copy()}


class ByState:
    """A chain of states that only moves on (Chib 1998); each has an alpha, and each segment of time a state."""

    def __init__(self, segment: NDArray[np.int32], n_states: int, shape: Floats, scale: Floats) -> None:
        self.segment, self.n_states = segment, n_states
        self.shape, self.scale = shape, scale
        self.n_segments = int(segment.max()) + 1
        self.alpha = padded(np.full((n_states, len(shape)), _STATES_MASS / len(shape)))
        self.stay = np.full(n_states, 0.5)
        self.stay[-1] = 1.0
        self.states = np.arange(self.n_segments) * n_states // self.n_segments
        self.group = self.states[segment].astype(np.int32)

    def update(self, counts: Floats, random: NDArray[np.uint64], rng: np.random.Generator) -> None:
        """Draw the alphas of the states, then the path of states, then how long they last."""
        from textkit.kernels import gibbs, keyatm

        k = len(self.shape)
        for state in range(self.n_states):
            gibbs.slice_alpha(
                np.ascontiguousarray(counts[self.group == state]), self.alpha[state, :k], self.shape, self.scale, random
            )
        evidence = np.zeros((self.n_segments, self.n_states))
        keyatm.segment_evidence(counts, self.alpha, k, self.segment, evidence)
        states = sample_states(evidence, self.stay, rng)
        sizes = np.bincount(states, minlength=self.n_states)
        # of sizes[r] segments all but the first were reached by staying; the last state is never left
        self.stay[:-1] = rng.beta(sizes[:-1], 2.0)
        self.states, self.group = states, states[self.segment].astype(np.int32)

    def draw(self) -> dict[str, Floats]:
        """Return ``alpha`` (K,), ``state_alpha`` (R, K) and ``states`` (T, R), one of each row being 1."""
        alpha = self.alpha[:, : len(self.shape)]
        weight = np.bincount(self.group, minlength=self.n_states) / len(self.group)
        return {"alpha": weight @ alpha, "state_alpha": alpha.copy(), "states": np.eye(self.n_states)[self.states]}


def sample_states(evidence: Floats, stay: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw a path of states from first to last, one for each segment, by filtering forwards and sampling backwards.

    ``evidence`` (T, R): log probability of a segment's documents under each state; ``stay`` (R,): chance of no change.

    >>> certain = np.array([[0.0, -900], [0.0, -900], [-900, 0.0]])
    >>> sample_states(certain, np.array([0.5, 1.0]), np.random.default_rng(0)).tolist()
    [0, 0, 1]
    """
    n_segments, n_states = evidence.shape
    with np.errstate(divide="ignore"):
        log_stay, log_move = np.log(stay), np.log1p(-stay)
    forward = np.full(evidence.shape, -np.inf)
    forward[0, 0] = evidence[0, 0]
    for t in range(1, n_segments):
        moved = np.concatenate(([-np.inf], forward[t - 1, :-1] + log_move[:-1]))
        forward[t] = np.logaddexp(forward[t - 1] + log_stay, moved) + evidence[t]
    states = np.empty(n_segments, dtype=np.intp)
    states[-1] = n_states - 1
    for t in range(n_segments - 2, -1, -1):
        after = states[t + 1]
        stayed = forward[t, after] + log_stay[after]
        came = forward[t, after - 1] + log_move[after - 1] if after else -np.inf
        states[t] = after - (np.log(rng.random()) >= stayed - np.logaddexp(stayed, came))
    return states
