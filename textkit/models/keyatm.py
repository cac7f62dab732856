"""Keyword-assisted topics: a few words say what a topic is about, the texts say what else belongs to it."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaln, gammaln

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
from textkit.formulas import dependent, design
from textkit.matrix import DocumentTermMatrix
from textkit.models.gibbs import by_word, flat, generators, keyed_first, padded, plan, run, shares
from textkit.models.keyatm_priors import ByCovariates, ByState, Common, Prior
from textkit.models.keywords import checked_keywords, find_keywords
from textkit.models.topics import Fit, Floats, largest_first

WEIGHTINGS = ("information", "inverse_frequency", "none")

_FIRST_SWITCH = 0.7  # share of the keywords that begin as uses of their topic's keyword distribution
NOTHING = "~ 1"
"""The formula without covariates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyATM:
    r"""Keyword-assisted topic model (Eshima, Imai & Sasaki 2024), fitted by collapsed Gibbs sampling.

    A token of a topic with keywords is, with probability ``pi_k``, a draw from a distribution over the keywords only,
    otherwise from one over all terms (keywords included); topics without keywords are those of LDA. So keywords need
    not be the most frequent words of their topic, and a topic may drift from its keywords: then ``pi_k`` goes to zero.
    Tokens count by the information of their word, ``-log2((f_w + 1) / (N + V))``, so that common words do not make up
    the topics.

    The topics with keywords come first, in the order given; then those without, largest first. ``topic_term`` is
    ``(1 - pi_k) (beta + n0_kw) / (V beta + n0_k) + pi_k (beta_keyword + n1_kw) / (L_k beta_keyword + n1_k)``, the
    second part for keywords of k only, n0 and n1 weighted counts; ``doc_topic`` is
    ``(n_dk + alpha_dk) / (n_d + sum alpha_d)`` with n tokens; both are means over the draws that are kept. ``trace``
    holds the collapsed log-likelihood (natural log, all weighted tokens together, higher is better).

    Parameters
    ----------
    keywords : mapping of str to words, default none
        Names of topics and their keywords: ``{"治理": ["网格", "管理"]}``. A word may stand in several topics. Look at
        `keyword_report` first. ``n_topics`` of `fit_topics` counts the topics with keywords and those without.
    weighting : {"information", "inverse_frequency", "none"}, default "information"
        Weight of a token; ``"inverse_frequency"``: ``(N + V) / (f_w + 1)``; ``"none"``: 1.
        The default is that of the R package; with it a token weighs about eight times as much as the prior expects,
        the chain mixes badly, and a topic is lost now and then: compare several seeds.
    normalise : bool, default False
        Scale the weights so that all tokens together weigh N, which mixes better.
    covariates : str, default "~ 1"
        How much documents speak of a topic: ``"~ level + year"``, columns of ``dtm.docs``; then
        ``alpha_dk = exp(x_d . coefficients_k)``. Columns other than indicators are standardised.
    time : str, default ""
        Column of ``dtm.docs`` with whole numbers, years for example: the dynamic model, in which alpha passes through
        ``n_states`` states (Chib 1998). Not together with ``covariates``.
    n_states : int, default 5
        States of ``time``; at most the number of its values.
    missing : {"drop", "error"}, default "drop"
        Documents without a value of a covariate or of time take no part, with a warning, or are an error.
    beta, beta_keyword : float, default 0.01 and 0.1
        Dirichlet priors of the terms of a topic, and of its keywords.
    gamma : pair of float, default (1, 1)
        Beta prior of ``pi``.
    alpha_keyword, alpha_other : pair of float, default (1, 1) and (2, 1)
        Shape and scale of the Gamma prior of alpha, for topics with keywords and without.
    n_iterations : int, default 1500
        Sweeps over all tokens.
    burn_in : int, optional
        Sweeps before the first draw that is kept. Default: half of them.
    thin : int, default 5
        Every how many-th sweep is kept.
    evaluate_every : int, default 10
        Sweeps between two values of the trace.
    random_state : int, optional
        Filled in by `fit_topics`, whose argument sets the seed.

    Raises
    ------
    ArgumentError
        A setting lies outside its range, no draw would be kept; when fitting: no keyword of a topic occurs, there are
        more topics with keywords than topics, a formula or a time that cannot be used.
    UnknownNameError
        There is no such column.

    Warns
    -----
    TextkitWarning
        Keywords that never occur; documents without a value; a category with one document; columns of ``covariates``
        that follow from each other; the work was interrupted (what has been found so far is returned).

    Notes
    -----
    With weights ``topic_term`` is a distribution of weighted tokens: compare its held-out likelihood with that of other
    methods only with ``weighting="none"``. Values of the trace for other corpora, keywords or weights must not be
    compared.

    ``model.parameters`` holds ``pi`` (K,; NaN without keywords), ``alpha`` (K,; the mean over the documents),
    ``pi_path`` and ``alpha_path`` (values of the trace, K) and ``word_weight`` (V,); with covariates also
    ``coefficients`` (J, K) with ``coefficients_path``, and ``design_mean`` and ``design_sd`` (J,) by which the columns
    were standardised; with time also ``state_alpha`` (n_states, K) with ``state_alpha_path``, ``states`` (T, n_states),
    the probability of each state at each time, with
    ``states_path``, and ``times`` (T,). `expected_shares` makes a table of either. A path has the whole chain: leave
    out what comes before ``burn_in``.

    References
    ----------
    Eshima, Imai & Sasaki (2024); Wilson & Chew (2010) for the weights; Chib (1998); Neal (2003).

    Examples
    --------
    >>> KeyATM(keywords={"治理": ["网格", "管理"]}).keywords
    (('治理', ('网格', '管理')),)
    >>> KeyATM(weighting="tfidf")
    Traceback (most recent call last):
    textkit.errors.UnknownNameError: unknown weighting 'tfidf'. Available: 'information', 'inverse_frequency', 'none'.
    """

    keywords: Mapping[str, Iterable[str]] | tuple[tuple[str, tuple[str, ...]], ...] = ()
    weighting: str = "information"
    normalise: bool = False
    covariates: str | None = NOTHING
    time: str | None = ""
    n_states: int = 5
    missing: str = "drop"
    beta: float = 0.01
    beta_keyword: float = 0.1
    gamma: tuple[float, float] = (1.0, 1.0)
    alpha_keyword: tuple[float, float] = (1.0, 1.0)
    alpha_other: tuple[float, float] = (2.0, 1.0)
    n_iterations: int = 1500
    burn_in: int | None = None
    thin: int = 5
    evaluate_every: int = 10
    random_state: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "keywords", checked_keywords("keywords", self.keywords))
        object.__setattr__(self, "covariates", NOTHING if self.covariates is None else self.covariates)
        object.__setattr__(self, "time", "" if self.time is None else self.time)
        check_choice("weighting", self.weighting, WEIGHTINGS)
        check_choice("missing", self.missing, ("drop", "error"))
        check_int("n_states", self.n_states, minimum=2)
        for name in ("beta", "beta_keyword"):
            check_float(name, getattr(self, name), minimum=0, open_minimum=True)
        for name in ("gamma", "alpha_keyword", "alpha_other"):
            object.__setattr__(self, name, _pair(name, getattr(self, name)))
        if self._with_covariates and self.time:
            raise ArgumentError(
                f"covariates={self.covariates!r} and time={self.time!r} cannot be used together. Put time among the "
                f'covariates: covariates="... + s({self.time})".'
            )
        plan(self.n_iterations, self.burn_in, self.thin, self.evaluate_every)

    @property
    def _with_covariates(self) -> bool:
        return str(self.covariates).replace(" ", "") not in ("~1", "1")

    def fit(self, dtm: DocumentTermMatrix, n_topics: int, *, random_state: int, progress: bool | None = None) -> Fit:
        """Fit documents that all have words; `fit_topics` calls this."""
        steps = plan(self.n_iterations, self.burn_in, self.thin, self.evaluate_every)
        whole = dataclasses.replace(self, burn_in=steps.burn_in, random_state=random_state)
        rng, random = generators(random_state)
        known, prior, facts = whole._prior(dtm, n_topics, rng)
        used = dtm if len(known) == len(dtm) else dtm[known]
        words = find_keywords("keywords", checked_keywords("keywords", self.keywords), used, n_topics, stacklevel=3)
        weight = word_weights(used.term_counts, self.weighting, normalise=self.normalise)
        chain = _KeyChain(whole, used, n_topics, words, weight, prior, rng, random)
        found = run(chain, steps, progress)
        topic_term, doc_topic, pi, *rest = found.means
        order = keyed_first(len(words), largest_first(topic_term, doc_topic, dtm.vocabulary))
        parameters = {"pi": pi[order], "pi_path": found.paths[0][:, order], "word_weight": weight} | facts
        for name, mean, path in zip(chain.names, rest, found.paths[1:], strict=True):
            by_topic = name != "states"
            parameters[name] = mean[..., order] if by_topic else mean
            parameters[f"{name}_path"] = path[..., order] if by_topic else path
        placed = np.full((len(dtm), n_topics), np.nan)
        placed[known] = doc_topic[:, order]
        return Fit(topic_term[order], placed, found.trace, whole, parameters)

    def _prior(
        self, dtm: DocumentTermMatrix, n_topics: int, rng: np.random.Generator
    ) -> tuple[NDArray[np.intp], Prior, dict[str, Floats]]:
        """Return the documents that take part, their prior and what was learned about the columns."""
        if self._with_covariates:
            made = design(dtm.docs, str(self.covariates), missing=self.missing, argument="covariates", depth=3)
            which = dependent(made.matrix, made.names)
            if which:
                warnings.warn(
                    f"covariates={self.covariates!r}: {listing(which, 4)} follow{'s' if len(which) == 1 else ''} from "
                    "the columns before; nothing but the prior tells their effects apart. Leave a term out, or merge "
                    "categories.",
                    TextkitWarning,
                    stacklevel=4,
                )
            mean, sd = standards(made.matrix)
            x = (made.matrix - mean) / sd
            return made.rows, ByCovariates(x, n_topics, rng), {"design_mean": mean, "design_sd": sd}
        n_keyed = len(checked_keywords("keywords", self.keywords))
        pairs = np.array([self.alpha_keyword] * n_keyed + [self.alpha_other] * max(n_topics - n_keyed, 0))
        shape, scale = np.ascontiguousarray(pairs[:n_topics].T)
        if not self.time:
            return np.arange(len(dtm)), Common(len(dtm), shape, scale), {}
        rows, values = self._times(dtm.docs)
        times, segment = np.unique(values, return_inverse=True)
        if len(times) < self.n_states:
            raise ArgumentError(
                f"n_states must be at most the number of values of {self.time!r}, {len(times)}, got {self.n_states}."
            )
        return rows, ByState(segment.astype(np.int32), self.n_states, shape, scale), {"times": times}

    def _times(self, docs: pd.DataFrame) -> tuple[NDArray[np.intp], Floats]:
        name = str(self.time)
        if name not in docs.columns:
            raise unknown("column (time)", name, [str(column) for column in docs.columns])
        try:
            values = docs[name].to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError):
            raise ArgumentError(
                f"time={name!r} must be a column of whole numbers such as years, but it holds {docs[name].iloc[0]!r}."
            ) from None
        known = np.isfinite(values)
        if not known.any():
            raise EmptyError(f"time={name!r}: no document has a value.")
        if (values[known] != np.rint(values[known])).any():
            raise ArgumentError(f"time={name!r} must be a column of whole numbers such as years.")
        if not known.all():
            n = int((~known).sum())
            if self.missing == "error":
                raise ArgumentError(
                    f"time={name!r}: {n:,} documents have no value. Fill them in, or say "
                    'missing="drop" to leave these documents out.'
                )
            warnings.warn(
                f"{n:,} of {len(docs):,} documents are left out: time={name!r} has no value for them.",
                TextkitWarning,
                stacklevel=5,
            )
        return np.flatnonzero(known), values[known]


class _KeyChain:
    """Topics and switches of the tokens and the tables that count them."""

    def __init__(
        self,
        method: KeyATM,
        dtm: DocumentTermMatrix,
        n_topics: int,
        keywords: list[NDArray[np.int32]],
        weight: Floats,
        prior: Prior,
        rng: np.random.Generator,
        random: NDArray[np.uint64],
    ) -> None:
        self.method, self.n_topics, self.n_keyed = method, n_topics, len(keywords)
        self.weight, self.prior, self.rng, self.random = weight, prior, rng, random
        self.names = tuple(prior.draw())
        self.tokens = flat(dtm.matrix)
        self.entry_ptr, self.entry_topic = entries(keywords, dtm.shape[1])
        self.keyword_mass = np.array([len(words) * method.beta_keyword for words in keywords])
        self._start(by_word(keywords))
        self._count(*dtm.shape)

    def _start(self, keywords: dict[int, list[int]]) -> None:
        n = len(self.tokens.words)
        self.topics = self.rng.integers(0, self.n_topics, size=n, dtype=np.int32)
        self.switch = np.zeros(n, dtype=np.int8)
        for word, of in keywords.items():
            here = np.flatnonzero(self.tokens.words == word)
            self.topics[here] = self.rng.choice(np.array(of, dtype=np.int32), size=len(here))
            self.switch[here] = self.rng.random(len(here)) < _FIRST_SWITCH

    def _count(self, n_docs: int, n_terms: int) -> None:
        """Fill the tables from topics and switches."""
        words, topics, on = self.tokens.words, self.topics, self.switch == 1
        amount = self.weight[words]
        self.term_topic = padded(_table(words, topics, amount * ~on, n_terms, self.n_topics))
        self.regular = self.term_topic.sum(axis=0)
        self.doc_weight = padded(_table(self.tokens.doc, topics, amount, n_docs, self.n_topics))
        plain = _table(self.tokens.doc, topics, np.ones(len(words)), n_docs, self.n_topics)
        self.doc_count = padded(plain.astype(np.int32))
        used = _table(words, topics, amount * on, n_terms, self.n_topics)
        owner = np.repeat(np.arange(n_terms), np.diff(self.entry_ptr))
        self.entry_count = used[owner, self.entry_topic]
        self.keyed = padded(np.bincount(self.entry_topic, self.entry_count, minlength=self.n_topics)[None])[0]

    def sweep(self, step: int) -> None:
        from textkit.kernels import keyatm as kernels

        method = self.method
        kernels.sweep(
            self.rng.permutation(len(self.doc_weight)), self.tokens.indptr, self.tokens.words, self.topics,
            self.switch, self.weight, self.term_topic, self.entry_ptr, self.entry_topic, self.entry_count,
            self.regular, self.keyed, self.doc_weight, self.doc_count, self.prior.alpha, self.prior.group,
            self.keyword_mass, method.beta, method.beta_keyword, *method.gamma, self.n_topics, self.n_keyed,
            self.random,
        )  # fmt: skip
        self.prior.update(self.doc_weight, self.random, self.rng)

    def log_likelihood(self) -> float:
        from textkit.kernels import gibbs as kernels

        k = self.n_topics
        words = log_words(
            self.term_topic[:, :k],
            self.entry_count,
            self.entry_topic,
            self.n_keyed,
            self.method.beta,
            self.method.beta_keyword,
            self.method.gamma,
        )
        return words + float(kernels.log_dirichlet(self.doc_weight, self.prior.alpha, self.prior.group, k))

    def pi(self) -> Floats:
        """Return the chance that a token of a topic is a use of its keywords, NaN for topics without."""
        gamma1, gamma2 = self.method.gamma
        pi = np.full(self.n_topics, np.nan)
        used, other = self.keyed[: self.n_keyed], self.regular[: self.n_keyed]
        pi[: self.n_keyed] = (used + gamma1) / (used + other + gamma1 + gamma2)
        return pi

    def draw(self) -> tuple[Floats, ...]:
        k, pi = self.n_topics, self.pi()
        beta = self.method.beta
        terms = (self.term_topic[:, :k] + beta) / (self.regular[:k] + beta * len(self.term_topic))
        terms *= 1 - np.nan_to_num(pi)
        owner = np.repeat(np.arange(len(terms)), np.diff(self.entry_ptr))
        of = self.entry_topic
        terms[owner, of] += (
            pi[of] * (self.method.beta_keyword + self.entry_count) / (self.keyword_mass[of] + self.keyed[of])
        )
        docs = shares(self.doc_count[:, :k], self.prior.alpha[self.prior.group, :k])
        return np.ascontiguousarray(terms.T), docs, pi, *self.prior.draw().values()

    def watch(self) -> tuple[Floats, ...]:
        return self.pi(), *self.prior.draw().values()


def word_weights(counts: NDArray[Any], weighting: str, *, normalise: bool = False) -> Floats:
    """Return what a token of each word weighs, shape (V,).

    >>> word_weights(np.array([7, 1, 0]), "information").round(3).tolist()  # -log2 of 8, 2 and 1 in 11
    [0.459, 2.459, 3.459]
    """
    f = np.asarray(counts, dtype=np.float64)
    share = (f + 1) / (f.sum() + len(f))
    weight: Floats
    if weighting == "information":
        weight = -np.log2(share)
    elif weighting == "inverse_frequency":
        weight = 1 / share
    else:
        weight = np.ones(len(f))
    total = float(weight @ f)
    if total <= 0:  # a single term carries no information
        return np.ones(len(f))
    return weight * (f.sum() / total) if normalise else weight


def log_words(
    term_topic: Floats,
    entry_count: Floats,
    entry_topic: NDArray[np.int32],
    n_keyed: int,
    beta: float,
    beta_keyword: float,
    gamma: tuple[float, float],
) -> float:
    """Return the log probability of words and switches given topics, distributions integrated out.

    ``term_topic`` (V, K) weighted counts of regular draws; ``entry_count`` (E,) those of keywords, of ``entry_topic``.
    """
    regular = term_topic.sum(axis=0)
    mass = beta * len(term_topic)
    seen = term_topic[term_topic > 0]
    total = float((gammaln(mass) - gammaln(regular + mass)).sum() + (gammaln(seen + beta) - gammaln(beta)).sum())
    if not n_keyed:
        return total
    keyed = np.bincount(entry_topic, entry_count, minlength=n_keyed)
    masses = beta_keyword * np.bincount(entry_topic, minlength=n_keyed)
    total += float((gammaln(masses) - gammaln(keyed + masses)).sum())
    total += float((gammaln(entry_count + beta_keyword) - gammaln(beta_keyword)).sum())
    gamma1, gamma2 = gamma
    return total + float((betaln(keyed + gamma1, regular[:n_keyed] + gamma2) - betaln(gamma1, gamma2)).sum())


def entries(keywords: list[NDArray[np.int32]], n_terms: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the topics of which each term is a keyword, in rows: pointers (V + 1,) and topics.

    >>> [part.tolist() for part in entries([np.array([2, 0]), np.array([2])], 3)]
    [[0, 1, 1, 3], [0, 0, 1]]
    """
    topics = by_word(keywords)
    sizes = np.zeros(n_terms, dtype=np.int64)
    for word, of in topics.items():
        sizes[word] = len(of)
    listed = [k for word in sorted(topics) for k in topics[word]]
    return np.concatenate(([0], np.cumsum(sizes))), np.array(listed, dtype=np.int32)


def standards(matrix: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of the columns that are not indicators, 0 and 1 for the others.

    >>> [part.tolist() for part in standards(np.array([[1.0, 0, 2018], [1, 1, 2020]]))]
    [[0.0, 0.0, 2019.0], [1.0, 1.0, 1.0]]
    """
    plain = np.isin(matrix, (0.0, 1.0)).all(axis=0)
    sd = matrix.std(axis=0)
    keep = plain | (sd == 0)
    return np.where(keep, 0.0, matrix.mean(axis=0)), np.where(keep, 1.0, sd)


def _table(rows: NDArray[Any], topics: NDArray[np.int32], amount: Floats, n_rows: int, n_topics: int) -> Floats:
    cells = np.bincount(rows.astype(np.int64) * n_topics + topics, weights=amount, minlength=n_rows * n_topics)
    table: Floats = cells.astype(np.float64, copy=False).reshape(n_rows, n_topics)
    return table


def _pair(name: str, values: Any) -> tuple[float, float]:
    try:
        first, second = values
    except (TypeError, ValueError):
        raise ArgumentError(f"{name} must be a pair of numbers above 0, got {values!r}.") from None
    return (
        check_float(f"{name}[0]", first, minimum=0, open_minimum=True),
        check_float(f"{name}[1]", second, minimum=0, open_minimum=True),
    )
