"""Latent Dirichlet allocation by collapsed Gibbs sampling, with seed words; and how a chain is run."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import gammaln

from textkit.errors import ArgumentError, TextkitWarning, check_choice, check_float, check_int
from textkit.matrix import DocumentTermMatrix
from textkit.models.keywords import checked_keywords, find_keywords
from textkit.models.stm_em import in_order
from textkit.models.topics import Fit, Floats, largest_first
from textkit.progress import track

ALPHA_UPDATES = ("minka", "slice", "fixed")

_WIDTH = 8  # the kernels read tables by topic in blocks of eight
_MASS = 5.0  # sum of the first alpha: a document begins with a few topics
_LEAST_ALPHA, _MOST_ALPHA = 1e-4, 100.0
_FIXED_POINT_STEPS = 10
_BLOCKS = 4
_LARGE = 200_000  # tokens from which on a sweep is done in blocks


class Flat(NamedTuple):
    """The tokens of all documents one after the other: ``words`` (N,), and where each document begins (D + 1,)."""

    words: NDArray[np.int32]
    indptr: NDArray[np.int64]

    @property
    def doc(self) -> NDArray[np.int64]:
        """The document of each token, shape (N,)."""
        return np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))


class Plan(NamedTuple):
    """How many sweeps, from which on every how many-th is kept, and how often the chain is looked at."""

    n_iterations: int
    burn_in: int
    thin: int
    evaluate_every: int


class Grid(NamedTuple):
    """A sweep cut into n x n blocks: ranges of documents, and where ranges of terms begin within each document.

    ``docs`` (n,); ``begin`` (n + 1, D): the tokens of document d with terms of part j are those from ``begin[j, d]`` to
    before ``begin[j + 1, d]``.
    """

    docs: list[slice]
    begin: NDArray[np.int64]


class Chain(Protocol):
    """A Markov chain over the topics of tokens; what it holds is whole whenever one of these has returned."""

    def sweep(self, step: int) -> None:
        """Draw everything once; steps count from 1."""

    def log_likelihood(self) -> float:
        """Return the collapsed log-likelihood of the present state."""

    def draw(self) -> tuple[Floats, ...]:
        """Return the estimates at the present state, each a new array."""

    def watch(self) -> tuple[Floats, ...]:
        """Return the small arrays whose path is kept, each a new array."""


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """Means of the kept draws, the path of the log-likelihood and of what was watched (a row an evaluation)."""

    means: tuple[Floats, ...]
    trace: pd.DataFrame
    paths: tuple[Floats, ...]
    n_draws: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GibbsLDA:
    r"""Latent Dirichlet allocation, fitted by collapsed Gibbs sampling (Griffiths & Steyvers 2004).

    The topic of every token is drawn in turn from
    ``p(k) proportional to (n_kw + eta_kw) / (n_k + sum_v eta_kv) * (n_dk + alpha_k)``, the token itself not counted.
    ``topic_term = (n_kw + eta_kw) / (n_k + sum_v eta_kv)`` and ``doc_topic = (n_dk + alpha_k) / (n_d + sum alpha)`` are
    means over the draws that are kept. ``trace`` holds the log joint probability of words and topics (natural log, all
    tokens together, higher is better).

    Parameters
    ----------
    alpha : float, optional
        Prior of the topic shares, at the start if it is updated. Default 5/K.
    eta : float, default 0.01
        Prior of the terms; small: a topic has few terms.
    alpha_update : {"minka", "slice", "fixed"}, default "minka"
        ``"minka"``: every topic gets an alpha of its own by the fixed point of the likelihood (Minka 2000);
        ``"slice"``: by slice sampling with the prior Gamma(1, 1); ``"fixed"``: alpha stays.
    alpha_every : int, default 10
        Sweeps between two updates.
    seed_words : mapping of str to words, default none
        Seeded LDA: ``{"治理": ["网格", "管理"]}``. The first topics are these, in this order, followed by topics
        without seeds; ``n_topics`` counts both. A seed word has the prior ``eta + seed_weight * f_w`` in its topic, f_w
        being its count, and starts there.
    seed_weight : float, default 0.1
        0.1: as if a tenth of the occurrences of a seed word had been seen in its topic already.
    n_iterations : int, default 1000
        Sweeps over all tokens.
    burn_in : int, optional
        Sweeps before the first draw that is kept. Default: half of them.
    thin : int, default 10
        Every how many-th sweep is kept.
    evaluate_every : int, default 10
        Sweeps between two values of the trace.
    random_state : int, optional
        Filled in by `fit_topics`, whose argument sets the seed.

    Raises
    ------
    ArgumentError
        A setting lies outside its range, no draw would be kept; when fitting: no seed word of a topic occurs, or there
        are more seeded topics than topics.

    Warns
    -----
    TextkitWarning
        Seed words that never occur; the work was interrupted (what has been found so far is returned).

    Notes
    -----
    The trace should have stopped rising before ``burn_in``. Its values for other corpora, vocabularies or seed words,
    and the bounds of other methods, must not be compared. ``model.parameters`` holds ``alpha`` (K,), the mean of the
    draws, and ``alpha_path`` (values of the trace, K). Time and memory grow with the tokens and with K.

    A corpus of 200,000 tokens or more is swept in four times four blocks of documents and terms; four blocks that share
    neither are done at once, in as many threads as there are processors (Yan, Xu & Qi 2009). Within such a turn a block
    does not see what the three others do to the sizes of the topics, ``n_k``: the draws are those of the model but for
    that. The same seed gives the same model whatever the number of threads.

    References
    ----------
    Griffiths & Steyvers (2004); Minka (2000); Wallach, Mimno & McCallum (2009); Neal (2003). Seeds as prior counts:
    Watanabe & Baturo (2024). Blocks: Yan, Xu & Qi (2009).

    Examples
    --------
    >>> GibbsLDA(seed_words={"治理": ["网格", "管理"]}).seed_words
    (('治理', ('网格', '管理')),)
    >>> GibbsLDA(n_iterations=100, burn_in=100)
    Traceback (most recent call last):
    textkit.errors.ArgumentError: n_iterations=100, burn_in=100 and thin=10 keep no draw. Raise n_iterations.
    """

    alpha: float | None = None
    eta: float = 0.01
    alpha_update: str = "minka"
    alpha_every: int = 10
    seed_words: Mapping[str, Iterable[str]] | tuple[tuple[str, tuple[str, ...]], ...] = ()
    seed_weight: float = 0.1
    n_iterations: int = 1000
    burn_in: int | None = None
    thin: int = 10
    evaluate_every: int = 10
    random_state: int | None = None

    def __post_init__(self) -> None:
        if self.alpha is not None:
            check_float("alpha", self.alpha, minimum=0, maximum=_MOST_ALPHA, open_minimum=True)
        check_float("eta", self.eta, minimum=0, open_minimum=True)
        check_float("seed_weight", self.seed_weight, minimum=0)
        check_choice("alpha_update", self.alpha_update, ALPHA_UPDATES)
        check_int("alpha_every", self.alpha_every, minimum=1)
        object.__setattr__(self, "seed_words", checked_keywords("seed_words", self.seed_words))
        plan(self.n_iterations, self.burn_in, self.thin, self.evaluate_every)

    def fit(self, dtm: DocumentTermMatrix, n_topics: int, *, random_state: int, progress: bool | None = None) -> Fit:
        """Fit documents that all have words; `fit_topics` calls this."""
        steps = plan(self.n_iterations, self.burn_in, self.thin, self.evaluate_every)
        whole = dataclasses.replace(
            self,
            alpha=_MASS / n_topics if self.alpha is None else self.alpha,
            burn_in=steps.burn_in,
            random_state=random_state,
        )
        seeds = find_keywords(
            "seed_words", checked_keywords("seed_words", self.seed_words), dtm, n_topics, stacklevel=3
        )
        found = run(_LDAChain(whole, dtm, n_topics, seeds), steps, progress)
        topic_term, doc_topic, alpha = found.means
        order = keyed_first(len(seeds), largest_first(topic_term, doc_topic, dtm.vocabulary))
        return Fit(
            topic_term[order],
            doc_topic[:, order],
            found.trace,
            whole,
            {"alpha": alpha[order], "alpha_path": found.paths[0][:, order]},
        )


class _LDAChain:
    """Topics of the tokens and the tables that count them."""

    def __init__(
        self, method: GibbsLDA, dtm: DocumentTermMatrix, n_topics: int, seeds: list[NDArray[np.int32]]
    ) -> None:
        self.n_topics = n_topics
        self.method = method
        self.tokens = flat(dtm.matrix.sorted_indices())
        assert method.random_state is not None
        rng, self.random = generators(method.random_state)
        self.topics = rng.integers(0, n_topics, size=len(self.tokens.words), dtype=np.int32)
        for word, of in by_word(seeds).items():
            here = np.flatnonzero(self.tokens.words == word)
            self.topics[here] = rng.choice(np.array(of, dtype=np.int32), size=len(here))
        d, v = dtm.shape
        self.priors, self.prior_of = seed_priors(method.eta, method.seed_weight, dtm.term_counts, seeds, n_topics)
        self.term_topic = crossed(self.tokens.words, self.topics, v, n_topics)
        self.doc_topic = crossed(self.tokens.doc, self.topics, d, n_topics)
        self.prior_sums = self.priors[self.prior_of].sum(axis=0)
        self.size = self.term_topic.sum(axis=0) + self.prior_sums
        self.alpha = np.full(n_topics, float(method.alpha or 0))
        self.grid = grid(self.tokens, dtm.term_counts, _BLOCKS if len(self.topics) >= _LARGE else 1)
        self.states = block_states(method.random_state, self.random, self.grid)

    def sweep(self, step: int) -> None:
        """Draw the topics of all tokens, in blocks that share neither documents nor terms, then alpha."""
        from textkit.kernels import gibbs as kernels

        alpha, n = padded(self.alpha[None])[0], len(self.grid.docs)
        for turn in range(n):

            def work(block: tuple[int, int]) -> None:
                rows, part = self.grid.docs[block[0]], block[1]
                kernels.lda_sweep(
                    self.grid.begin[part, rows], self.grid.begin[part + 1, rows], self.tokens.words, self.topics,
                    self.term_topic, self.doc_topic[rows], self.size.copy(), alpha, self.priors, self.prior_of,
                    self.n_topics, self.states[block],
                )  # fmt: skip

            try:
                for _ in in_order(work, [(i, (i + turn) % n) for i in range(n)]):
                    pass
            finally:  # interrupted or not, the tables are those of the topics
                self.size = self.term_topic.sum(axis=0) + self.prior_sums
        if self.method.alpha_update == "fixed" or step % self.method.alpha_every:
            return
        if self.method.alpha_update == "minka":
            self.alpha = fixed_point(self.doc_topic[:, : self.n_topics], self.alpha)
        else:
            ones = np.ones(self.n_topics)
            kernels.slice_alpha(self.doc_topic.astype(np.float64), self.alpha, ones, ones, self.random)

    def log_likelihood(self) -> float:
        k = self.n_topics
        return log_joint(self.term_topic[:, :k], self.doc_topic[:, :k], self.alpha, self.priors[:, :k], self.prior_of)

    def draw(self) -> tuple[Floats, ...]:
        k = self.n_topics
        terms = (self.term_topic[:, :k] + self.priors[self.prior_of, :k]) / self.size[:k]
        return np.ascontiguousarray(terms.T), shares(self.doc_topic[:, :k], self.alpha[None]), self.alpha.copy()

    def watch(self) -> tuple[Floats, ...]:
        return (self.alpha.copy(),)


def plan(n_iterations: int, burn_in: int | None, thin: int, evaluate_every: int) -> Plan:
    """Check the settings of a chain; by default half of the sweeps are left out."""
    total = check_int("n_iterations", n_iterations, minimum=1)
    first = total // 2 if burn_in is None else check_int("burn_in", burn_in, minimum=0)
    made = Plan(
        total, first, check_int("thin", thin, minimum=1), check_int("evaluate_every", evaluate_every, minimum=1)
    )
    if total - first < made.thin:
        raise ArgumentError(f"n_iterations={total}, burn_in={first} and thin={thin} keep no draw. Raise n_iterations.")
    return made


def run(chain: Chain, steps: Plan, progress: bool | None, *, stacklevel: int = 4) -> Sampled:
    """Run a chain to its end, or to an interruption, and average what it found."""
    path: list[tuple[int, float, tuple[Floats, ...]]] = []
    kept: tuple[int, tuple[Floats, ...]] = (0, ())
    done = 0
    try:
        for step in track(range(1, steps.n_iterations + 1), "fitting topics", total=steps.n_iterations, show=progress):
            chain.sweep(step)
            done = step
            if step % steps.evaluate_every == 0 or step == steps.n_iterations:
                path.append((step, chain.log_likelihood(), chain.watch()))
            if step > steps.burn_in and (step - steps.burn_in) % steps.thin == 0:
                new = chain.draw()
                # bound in one go: an interruption finds either the old sums or the new ones
                kept = (kept[0] + 1, tuple(a + b for a, b in zip(kept[1], new, strict=True)) if kept[0] else new)
    except KeyboardInterrupt:
        if not done:
            raise
        what = f"the mean of {kept[0]} draws" if kept[0] else "its last state"
        if not kept[0] and steps.burn_in < steps.n_iterations - 1:
            what += f", from before burn_in={steps.burn_in}"
        warnings.warn(
            f"interrupted after {done:,} of {steps.n_iterations:,} sweeps: the model is {what}.",
            TextkitWarning,
            stacklevel=stacklevel,
        )
    if not path:
        path.append((done, chain.log_likelihood(), chain.watch()))
    n_draws, sums = kept if kept[0] else (1, chain.draw())
    trace = pd.DataFrame({"iteration": [row[0] for row in path], "value": [row[1] for row in path]})
    paths = tuple(np.stack(watched) for watched in zip(*(row[2] for row in path), strict=True))
    return Sampled(tuple(values / n_draws for values in sums), trace, paths, n_draws)


def flat(matrix: csr_array) -> Flat:
    """Write every token of a matrix of counts down on its own, documents and their terms in order.

    >>> tokens = flat(csr_array([[2, 0, 1], [0, 1, 0]]))
    >>> tokens.words.tolist(), tokens.indptr.tolist()
    ([0, 0, 2, 1], [0, 3, 4])
    """
    amounts = np.rint(matrix.data).astype(np.int64)
    ends = np.concatenate(([0], np.cumsum(amounts)))
    return Flat(np.repeat(matrix.indices, amounts).astype(np.int32), ends[matrix.indptr].astype(np.int64))


def generators(random_state: int) -> tuple[np.random.Generator, NDArray[np.uint64]]:
    """Return a generator for what numpy draws and a state for what the kernels draw."""
    seeds = np.random.SeedSequence(random_state).spawn(2)
    return np.random.default_rng(seeds[0]), seeds[1].generate_state(1, np.uint64).astype(np.uint64)


def grid(tokens: Flat, term_counts: NDArray[Any], n: int) -> Grid:
    """Cut documents and terms into n ranges each with about as many tokens; tokens of a document are sorted by term.

    >>> cut = grid(Flat(np.array([0, 0, 1, 2, 0, 2]), np.array([0, 4, 6])), np.array([3, 1, 2]), 2)
    >>> cut.docs, cut.begin.tolist()
    ([slice(0, 1, None), slice(1, 2, None)], [[0, 4], [2, 5], [4, 6]])
    """
    shares = np.arange(1, n) / n
    n_docs = len(tokens.indptr) - 1
    rows = np.searchsorted(tokens.indptr, shares * len(tokens.words)).tolist()
    terms = np.searchsorted(np.concatenate(([0], np.cumsum(term_counts))), shares * len(tokens.words)).tolist()
    doc = tokens.doc
    before = [np.bincount(doc[tokens.words < term], minlength=n_docs) for term in terms]
    begin = np.stack([tokens.indptr[:-1], *(tokens.indptr[:-1] + count for count in before), tokens.indptr[1:]])
    return Grid([slice(a, b) for a, b in pairwise([0, *rows, n_docs])], begin)


def block_states(random_state: int, one: NDArray[np.uint64], cut: Grid) -> dict[tuple[int, int], NDArray[np.uint64]]:
    """Return a state of random numbers for each block: that of the chain if there is one block only."""
    n = len(cut.docs)
    if n == 1:
        return {(0, 0): one}
    states = np.random.SeedSequence(random_state).spawn(3)[2].generate_state(n * n, np.uint64).astype(np.uint64)
    return {(i, j): states[i * n + j : i * n + j + 1] for i in range(n) for j in range(n)}


def by_word(keywords: list[NDArray[np.int32]]) -> dict[int, list[int]]:
    """Return the topics of each keyword.

    >>> by_word([np.array([5, 2]), np.array([5])])
    {5: [0, 1], 2: [0]}
    """
    topics: dict[int, list[int]] = {}
    for k, words in enumerate(keywords):
        for word in words.tolist():
            topics.setdefault(word, []).append(k)
    return topics


def padded(values: NDArray[Any]) -> NDArray[Any]:
    """Widen a table by topic (R, K) with zeros to whole blocks of eight."""
    return np.pad(values, ((0, 0), (0, -values.shape[1] % _WIDTH)))


def crossed(rows: NDArray[Any], topics: NDArray[np.int32], n_rows: int, n_topics: int) -> NDArray[np.int32]:
    """Count the tokens of each row and topic, shape (rows, K in whole blocks)."""
    width = n_topics + -n_topics % _WIDTH
    cells = np.bincount(rows.astype(np.int64) * width + topics, minlength=n_rows * width)
    return cells.reshape(n_rows, width).astype(np.int32)


def seed_priors(
    eta: float, weight: float, counts: NDArray[Any], seeds: list[NDArray[np.int32]], n_topics: int
) -> tuple[Floats, NDArray[np.int32]]:
    """Return rows of priors (R, K in whole blocks) and which of them each term has (V,); row 0 is eta everywhere."""
    topics = by_word(seeds)
    rows = np.full((len(topics) + 1, n_topics), eta)
    which = np.zeros(len(counts), dtype=np.int32)
    for place, (word, of) in enumerate(topics.items(), 1):
        rows[place, of] += weight * float(counts[word])
        which[word] = place
    return padded(rows), which


def shares(doc_topic: NDArray[Any], alpha: Floats) -> Floats:
    """Return ``(n_dk + alpha_dk) / (n_d + sum alpha_d)``; ``alpha`` has one row, or one for each document."""
    amounts: Floats = doc_topic + alpha
    amounts /= amounts.sum(axis=1, keepdims=True)
    return amounts


def log_joint(
    term_topic: NDArray[Any], doc_topic: NDArray[Any], alpha: Floats, priors: Floats, prior_of: NDArray[Any]
) -> float:
    """Return the log probability of words and topics, distributions integrated out.

    ``sum_k [ln G(H_k) - ln G(n_k + H_k) + sum_w (ln G(n_kw + eta_kw) - ln G(eta_kw))]`` with ``H_k = sum_w eta_kw``,
    and the like for documents. ``term_topic`` (V, K), ``doc_topic`` (D, K), ``alpha`` (K,); ``priors`` (R, K) are rows
    of eta and ``prior_of`` (V,) says which one a term has.
    """
    from textkit.kernels import gibbs as kernels

    mass = priors[prior_of].sum(axis=0)
    total = float((gammaln(mass) - gammaln(term_topic.sum(axis=0) + mass)).sum())
    plain = prior_of == 0
    eta = float(priors[0, 0])
    # few different counts make up a large table
    times = np.bincount(term_topic[plain].ravel())
    seen = np.flatnonzero(times)
    total += float(times[seen] @ (gammaln(seen + eta) - gammaln(eta)))
    rest = priors[prior_of[~plain]]
    total += float((gammaln(term_topic[~plain] + rest) - gammaln(rest)).sum())
    group = np.zeros(len(doc_topic), dtype=np.int32)
    return total + float(kernels.log_dirichlet(doc_topic, alpha[None], group, len(alpha)))


def fixed_point(doc_topic: NDArray[Any], alpha: Floats) -> Floats:
    """Improve the priors of the shares by a few steps of Minka's fixed point (2000).

    ``alpha_k <- alpha_k sum_d [psi(n_dk + alpha_k) - psi(alpha_k)] / sum_d [psi(n_d + A) - psi(A)]``, A their sum. For
    whole numbers a difference of psi is a sum of ``1 / (alpha + i)``, so it is read from a table.
    """
    # few different counts make up a large table
    lengths = np.bincount(doc_topic.sum(axis=1))
    times = [np.bincount(column) for column in doc_topic.T]
    new = alpha.copy()
    for _ in range(_FIXED_POINT_STEPS):
        below = float(lengths @ _differences(float(new.sum()), len(lengths) - 1))
        for k in range(len(new)):
            above = float(times[k] @ _differences(float(new[k]), len(times[k]) - 1))
            new[k] = min(max(new[k] * above / below, _LEAST_ALPHA), _MOST_ALPHA)
    return new


def _differences(alpha: float, most: int) -> Floats:
    return np.concatenate(([0.0], np.cumsum(1.0 / (alpha + np.arange(most)))))


def keyed_first(n_keyed: int, order: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return topics with words of their own first, as they were given, then the others in their order.

    >>> keyed_first(2, np.array([3, 1, 2, 0])).tolist()
    [0, 1, 3, 2]
    """
    return np.concatenate([np.arange(n_keyed), order[order >= n_keyed]])
