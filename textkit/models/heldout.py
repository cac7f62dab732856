"""How well a model foretells words it has not seen: document completion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import psi

from textkit.errors import ArgumentError, EmptyError, check_float, check_int, check_type
from textkit.matrix import DocumentTermMatrix
from textkit.measures import check_counts
from textkit.models.topics import Floats, TopicModel, check_model

_PREFERRED = 50  # tokens: a shorter document says little about its topics
_PASSES, _SETTLED = 200, 1e-4
_CELLS = 4_000_000  # numbers held at once (32 MB)


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Mean log probability of held-out tokens.

    ``per_document`` (D,) is the mean over the tokens of each document (NaN without tokens), ``micro`` the mean over
    all tokens, ``macro`` the mean of ``per_document``, ``perplexity`` is ``exp(-micro)``.
    """

    per_document: Floats
    micro: float
    macro: float
    perplexity: float


def heldout_likelihood(doc_topic: Floats, topic_term: Floats, counts: Any) -> HeldOut:
    """Score held-out counts (D, V): ``Σ_w c_dw ln(doc_topic[d] · topic_term[:, w])`` over ``Σ_w c_dw``.

    The shares must come from other tokens of the same documents. A word of probability zero gives minus infinity:
    leave out what the training documents do not have. (Wallach et al. 2009; Asuncion et al. 2009.)

    >>> heldout_likelihood(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5], [0.1, 0.9]]), [[1, 3]]).perplexity
    2.0
    """
    held = csr_array(counts)
    held.sum_duplicates()
    if held.shape != (len(doc_topic), topic_term.shape[1]):
        raise ArgumentError(
            f"counts must have shape ({len(doc_topic)}, {topic_term.shape[1]}) like the model, got {held.shape}."
        )
    rows = np.repeat(np.arange(held.shape[0]), np.diff(held.indptr))
    chance = np.einsum("nk,kn->n", doc_topic[rows], topic_term[:, held.indices])
    amounts = held.data.astype(np.float64)
    with np.errstate(divide="ignore"):
        logs = np.where(amounts > 0, amounts * np.log(chance), 0.0)
    total = np.bincount(rows, weights=logs, minlength=held.shape[0])
    size = np.bincount(rows, weights=amounts, minlength=held.shape[0])
    per_document = np.divide(total, size, out=np.full(held.shape[0], np.nan), where=size > 0)
    micro = float(total.sum() / size.sum()) if size.any() else math.nan
    macro = float(per_document[size > 0].mean()) if size.any() else math.nan
    return HeldOut(per_document, micro, macro, float(np.exp(-micro)))


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A matrix cut for document completion.

    ``train``: the documents of the fit; ``seen`` and ``scored`` (n, V): the two halves of the tokens of each test
    document; ``test`` (n,): their rows in the matrix; ``n_removed``: tokens of scored halves that no training document
    has, which were left out.
    """

    train: DocumentTermMatrix
    seen: csr_array
    scored: csr_array
    test: NDArray[np.intp]
    n_removed: int


def split_heldout(dtm: DocumentTermMatrix, *, share: float = 0.1, random_state: int = 0) -> Split:
    """Put some documents aside and halve the tokens of each of them at random.

    Test documents are drawn among those with fifty tokens or more, or, if these are too few, among all with two or
    more. Half of the tokens of each (rounded down), drawn without replacement, are to find its topics; the others are
    to be foretold. Words that no training document has cannot be foretold: they are removed from both halves.

    >>> dtm = DocumentTermMatrix([[2, 2], [2, 2], [2, 2], [1, 3]], ["经济", "文化"])
    >>> split = split_heldout(dtm, share=0.25)
    >>> len(split.train), int(split.seen.sum()), int(split.scored.sum())
    (3, 2, 2)
    """
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with count(tokens).")
    check_counts(dtm.weighting, "split_heldout")
    check_float("share", share, minimum=0, maximum=0.9, open_minimum=True)
    rng = np.random.default_rng(check_int("random_state", random_state, minimum=0))
    lengths = dtm.lengths
    possible = np.flatnonzero(lengths >= 2)
    wanted = max(round(share * len(possible)), 1)
    if len(possible) < 3:
        raise EmptyError(f"dtm has {len(possible)} documents of two tokens or more; document completion needs three.")
    long = np.flatnonzero(lengths >= _PREFERRED)
    # at most half of the long documents: what is left to learn from must not be all short
    pool = long if len(long) >= 2 * wanted else possible
    test = np.sort(rng.choice(pool, size=wanted, replace=False))
    rest = np.setdiff1d(np.arange(len(dtm)), test)
    train = dtm[rest]
    first = csr_array(dtm.matrix[test])
    drawn = np.concatenate(
        [
            rng.multivariate_hypergeometric(first.data[a:b].astype(np.int64), int(first.data[a:b].sum()) // 2)
            for a, b in zip(first.indptr[:-1], first.indptr[1:], strict=True)
        ]
    )
    known = (train.term_counts > 0)[first.indices]
    left = first.data - drawn
    seen = csr_array((np.where(known, drawn, 0), first.indices, first.indptr), shape=first.shape)
    scored = csr_array((np.where(known, left, 0), first.indices, first.indptr), shape=first.shape)
    return Split(train, _without_zeros(seen), _without_zeros(scored), test, int(left[~known].sum()))


def fold_in(model: TopicModel, counts: Any) -> Floats:
    """Find the topic shares of documents that took no part in the fit, its topics being fixed; rows sum to one.

    A structural topic model: the mode of the logits under the normal distribution of all documents of the fit (their
    mean, and their covariance ``mean nu_d + cov eta_d``), whatever the covariates (Roberts et al. 2019). Any other
    model: the mean of the variational posterior under Dirichlet(alpha), alpha that of the model, or ``1/K`` if it has
    none, until no share moves by more than 1e-4 (Blei, Ng & Jordan 2003). A document without a word that a topic has
    gets what the prior says.

    Parameters
    ----------
    model : TopicModel
    counts : sparse array, shape (n, V)
        Over the vocabulary of the model.

    Returns
    -------
    float64, shape (n, K)

    Examples
    --------
    >>> from textkit.models.topics import fit_topics
    >>> dtm = DocumentTermMatrix([[4, 4, 0, 0], [3, 4, 0, 0], [0, 0, 3, 2]], ["经济", "增长", "文化", "音乐"])
    >>> fold_in(fit_topics(dtm, 2, random_state=7), csr_array([[0, 0, 5, 5]])).round(1).tolist()
    [[0.0, 1.0]]
    """
    check_model(model)
    rows = csr_array(counts)
    rows.sum_duplicates()
    if rows.ndim != 2 or rows.shape[1] != len(model.vocabulary):
        raise ArgumentError(
            f"counts must have shape (documents, {len(model.vocabulary)}) like the model, got {rows.shape}."
        )
    if {"eta", "nu"} <= set(model.parameters):
        return _fold_in_logits(model, rows)
    return _fold_in_dirichlet(rows.astype(np.float64), model.topic_term, concentration(model))


def concentration(model: TopicModel) -> Floats:
    """Return the Dirichlet prior of the shares, shape (K,): as estimated, or as set, or ``1/K``."""
    k = model.n_topics
    found = model.parameters.get("alpha")
    if found is None:
        setting = getattr(model.method, "alpha", None)
        found = np.asarray(1 / k if not isinstance(setting, (int, float)) else setting, dtype=np.float64)
    values = found if found.ndim < 2 else np.nanmean(found.reshape(-1, found.shape[-1]), axis=0)
    if values.ndim and len(values) != k:
        return np.full(k, 1 / k)
    return np.asarray(np.broadcast_to(values, (k,)), dtype=np.float64)


def score_heldout(model: TopicModel, split: Split) -> HeldOut:
    """Find the shares of the test documents from the halves that may be seen, and score the others."""
    return heldout_likelihood(fold_in(model, split.seen), _smoothed(model, split), split.scored)


def _smoothed(model: TopicModel, split: Split) -> Floats:
    """Return the topics, with a trace of probability for words of the training documents that no topic has left."""
    beta = model.topic_term
    lost = (beta.max(axis=0) <= 0) & (split.train.term_counts > 0)
    if not lost.any():
        return beta
    filled = np.where(lost, 1e-12, beta)
    return np.asarray(filled / filled.sum(axis=1, keepdims=True))


def _without_zeros(matrix: csr_array) -> csr_array:
    kept = matrix.copy()
    kept.eliminate_zeros()
    return kept


def _fold_in_dirichlet(counts: csr_array, topic_term: Floats, alpha: Floats) -> Floats:
    n, k = counts.shape[0], len(alpha)
    known = topic_term.max(axis=0) > 0
    shares = np.empty((n, k))
    step = max(_CELLS // max(k, 1) // max(int(np.diff(counts.indptr).max(initial=1)), 1), 1)
    for first in range(0, n, step):
        part = csr_array(counts[first : first + step])
        part.data = np.where(known[part.indices], part.data, 0.0)
        shares[first : first + step] = _climb(part, topic_term, alpha)
    return shares


def _climb(counts: csr_array, topic_term: Floats, alpha: Floats) -> Floats:
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    words = np.ascontiguousarray(topic_term.T[counts.indices])
    size = np.asarray(counts.sum(axis=1), dtype=np.float64)[:, None]
    gamma = alpha + size / len(alpha)
    shares: Floats = gamma / gamma.sum(axis=1, keepdims=True)
    for _ in range(_PASSES):
        logs = psi(gamma) - psi(gamma.sum(axis=1, keepdims=True))
        # each row up to a factor, which the division takes out again: a small alpha must not become zero everywhere
        weight = np.exp(logs - logs.max(axis=1, keepdims=True))
        mixed = np.einsum("nk,nk->n", weight[rows], words)
        part = np.divide(counts.data, mixed, out=np.zeros(len(mixed)), where=(mixed > 0) & (counts.data > 0))
        spread = csr_array((part, np.arange(len(part)), counts.indptr), shape=(counts.shape[0], len(part)))
        gamma = alpha + weight * (spread @ words)
        moved = gamma / gamma.sum(axis=1, keepdims=True)
        change, shares = float(np.abs(moved - shares).max(initial=0.0)), moved
        if change < _SETTLED:
            break
    return shares


def _fold_in_logits(model: TopicModel, counts: csr_array) -> Floats:
    from textkit.models.stm_em import documents, expectation, softmax

    eta = model.parameters["eta"][model.placed]
    middle = eta.mean(axis=0)
    away = eta - middle
    sigma = model.parameters["nu"] + away.T @ away / len(eta)
    known = counts.copy()
    known.data = np.where(model.topic_term.max(axis=0)[known.indices] > 0, known.data, 0)
    docs = documents(known)
    terms = np.ascontiguousarray(model.topic_term.T[None])
    found = np.tile(middle, (counts.shape[0], 1))
    expectation(docs, terms, found.copy(), sigma, found, 1e-4, 200)
    placed: Floats = softmax(found)
    return placed
