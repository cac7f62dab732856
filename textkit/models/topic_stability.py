"""Do topics come back? Several fits, matched topic by topic."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from textkit.errors import ArgumentError, TextkitWarning, check_choice, check_float, check_int, check_type
from textkit.matrix import DocumentTermMatrix
from textkit.measures import topics as formulas
from textkit.models.topic_runs import Job, check_seeds, run_jobs, tell_warnings
from textkit.models.topics import Floats, TopicMethod, TopicModel, check_model, ranking
from textkit.provenance import stamp
from textkit.vocabulary import Vocabulary

ALIGNMENT_COLUMNS = ["topic_a", "topic_b", "similarity", "jaccard", "share_correlation"]
STABILITY_COLUMNS = [
    "topic",
    "similarity",
    "similarity_min",
    "jaccard",
    "share_above",
    "share_correlation",
    "n_models",
    "terms",
    "flag",
]
MEASURES = ("cosine", "hellinger", "rbo")
_DEPTH = 50  # terms that rank-biased overlap compares
UNSTABLE = 0.5  # mean cosine below which a topic is not the same one
_LOWER_IS_BETTER = frozenset({"NMF"})  # methods whose trace is a loss


class Matching(NamedTuple):
    """Pairs of topics (rows of the two models), from the first to the last of model a, and all similarities."""

    a: NDArray[np.intp]
    b: NDArray[np.intp]
    similarity: Floats


def many_topics(
    dtm: DocumentTermMatrix,
    n_topics: int,
    method: str | TopicMethod = "lda",
    *,
    seeds: int | Sequence[int] = 10,
    resample: bool = False,
    folder: str | os.PathLike[str] | None = None,
    n_jobs: int | None = None,
    progress: bool | None = None,
) -> list[TopicModel]:
    """Fit the same topics again and again, from other seeds or from other samples of the documents.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts.
    n_topics : int
    method : str or object, default "lda"
        As in `fit_topics`.
    seeds : int or sequence of int, default 10
        Seeds of the fits; 10 stands for 0 to 9.
    resample : bool, default False
        Draw the documents of each fit with replacement (the seed decides which): shows what another sample of
        documents would have given, and makes methods differ that do not depend on chance. Second copies are named
        ``doc~2``.
    folder : path, optional
        Keep every fit there as soon as it is done; a call with the same folder goes on where the last one stopped.
    n_jobs : int, optional
        Processes; by default as many as there are processors. Nothing in the result depends on it.
    progress : bool, optional
        Show a bar; by default where somebody can see it.

    Returns
    -------
    list of TopicModel
        In the order of the seeds.

    Raises
    ------
    ArgumentError
        As in `fit_topics`; or the seeds are not different.

    Warns
    -----
    TextkitWarning
        What the fits warned of, with their number; the work was interrupted.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[4, 4, 0, 0], [3, 4, 0, 0], [0, 0, 3, 2]], ["经济", "增长", "文化", "音乐"])
    >>> [model.method.random_state for model in many_topics(dtm, 2, seeds=2, n_jobs=1)]
    [0, 1]
    """
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with count(tokens).")
    check_int("n_topics", n_topics, minimum=1)
    jobs = [Job(n_topics, seed, seed if resample else None) for seed in check_seeds(seeds)]
    runs = run_jobs(dtm, jobs, method, folder=folder, n_jobs=n_jobs, progress=progress)
    tell_warnings(runs)
    return [run.model for run in runs]


def align_topics(
    model: TopicModel, other: TopicModel, *, measure: str = "cosine", n: int = 10, min_similarity: float = 0.0
) -> pd.DataFrame:
    """Match the topics of two models one to one so that the sum of their similarities is as large as it can be.

    The assignment is Kuhn's (1955) Hungarian method on the similarities of all pairs of topics:

    - ``cosine``: of the probabilities of the terms, ``b_a . b_b / (|b_a| |b_b|)``.
    - ``hellinger``: ``1 - sqrt(1 - Σ_w sqrt(b_aw b_bw))``; rarer terms count for more.
    - ``rbo``: rank-biased overlap of the fifty first terms, p = 0.9 (Webber, Moffat & Zobel 2010).

    Terms that only one model has count as zero in the other.

    Parameters
    ----------
    model, other : TopicModel
        They may have different numbers of topics: the larger one keeps topics without a partner.
    measure : {"cosine", "hellinger", "rbo"}, default "cosine"
    n : int, default 10
        Top terms that ``jaccard`` compares.
    min_similarity : float, default 0
        Pairs below it count as not matched.

    Returns
    -------
    DataFrame
        ``topic_a, topic_b`` (from 1; <NA> where there is no partner), ``similarity``, ``jaccard`` (common top terms
        over all top terms of the two), ``share_correlation`` (Pearson, over the documents that both models have and
        have shares in; NaN with fewer than three); by topic_a, topics of ``other`` without a partner last.

    Raises
    ------
    ArgumentError
        An argument lies outside its range.

    Notes
    -----
    Every topic gets a partner if there is one left, however unlike they are: look at the similarity. Values of
    different measures, or of models with very different vocabularies, must not be compared.

    Examples
    --------
    >>> path, docs = pd.DataFrame({"iteration": [1], "value": [0.0]}), pd.DataFrame(index=["a", "b"])
    >>> make = lambda beta: TopicModel(beta, [[1, 0], [0, 1]], ["经济", "文化"], docs, [9, 11], [10, 10], path)
    >>> table = align_topics(make([[0.9, 0.1], [0.2, 0.8]]), make([[0.1, 0.9], [0.8, 0.2]]), n=1)
    >>> table[["topic_a", "topic_b", "similarity", "jaccard"]].round(3)
       topic_a  topic_b  similarity  jaccard
    0        1        2       0.991      1.0
    1        2        1       0.991      1.0
    """
    _check_two(model, other)
    check_choice("measure", measure, MEASURES)
    check_int("n", n, minimum=1)
    check_float("min_similarity", min_similarity, minimum=-1, maximum=1)
    first, second = on_common_terms(model, other)
    found = matched(similarities(first, second, measure))
    value = found.similarity[found.a, found.b]
    kept = value >= min_similarity
    a, b, value = found.a[kept], found.b[kept], value[kept]
    alone_a, alone_b = np.setdiff1d(np.arange(len(first)), a), np.setdiff1d(np.arange(len(second)), b)
    sets_a, sets_b = top_sets(model, n), top_sets(other, n)
    shares_a, shares_b = _common_shares(model, other)
    rows = [(i + 1, j + 1, s, _jaccard(sets_a[i], sets_b[j]), _correlation(shares_a[:, i], shares_b[:, j]))
            for i, j, s in zip(a.tolist(), b.tolist(), value.tolist(), strict=True)]  # fmt: skip
    rows += [(i + 1, None, np.nan, np.nan, np.nan) for i in alone_a.tolist()]
    rows.sort(key=lambda row: row[0])
    rows += [(None, j + 1, np.nan, np.nan, np.nan) for j in alone_b.tolist()]
    table = pd.DataFrame(rows, columns=ALIGNMENT_COLUMNS).astype({"topic_a": "Int64", "topic_b": "Int64"})
    inputs = {"model": model.fingerprint, "other": other.fingerprint}
    return stamp(table, "align_topics", inputs=inputs, measure=measure, n=n, min_similarity=min_similarity)


def topic_stability(
    models: Sequence[TopicModel],
    *,
    reference: TopicModel | None = None,
    measure: str = "cosine",
    n: int = 10,
    threshold: float = 0.7,
) -> pd.DataFrame:
    """Measure how surely each topic of one fit comes back in other fits.

    Every other model is matched to the reference topic by topic, as `align_topics` does it; each column is a mean over
    these models.

    Parameters
    ----------
    models : sequence of TopicModel
        Two or more, from `many_topics`. Other numbers of topics are allowed: a topic without a partner counts as
        similarity 0.
    reference : TopicModel, optional
        The fit whose topics are judged; default: the one of ``models`` with the best value in its trace (the
        smallest one for NMF, whose trace is a loss), the first of equals.
    measure : {"cosine", "hellinger", "rbo"}, default "cosine"
        See `align_topics`.
    n : int, default 10
        Top terms that ``jaccard`` compares and ``terms`` shows.
    threshold : float, default 0.7
        What counts as come back in ``share_above``.

    Returns
    -------
    DataFrame
        One row a topic of the reference, in order: ``topic`` (from 1), ``similarity`` (mean), ``similarity_min`` (of
        the worst fit), ``jaccard``, ``share_above`` (share of fits with a similarity above ``threshold``),
        ``share_correlation`` (of the topic shares of the documents that both have; NaN if there are none),
        ``n_models`` (fits compared with the reference), ``terms``, ``flag`` (``"unstable"`` below a mean of .5, else
        empty). The mean over the topics is in ``attrs["textkit"]["settings"]["mean_similarity"]``.

    Raises
    ------
    ArgumentError
        Fewer than two models, or an argument outside its range.

    Notes
    -----
    Seeds show whether the fit found the same optimum again, not whether other documents would give the same topics:
    for that use ``many_topics(..., resample=True)``. Where there are no topics, lists of the commonest words still look
    alike (cosines of 0.7 and more): see ``share_correlation`` and the coherence too. Values of different K must not be
    compared without thought: more topics come back less often.

    References
    ----------
    Greene, O'Callaghan & Cunningham (2014); Roberts, Stewart & Tingley (2016); Kuhn (1955).

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[4, 4, 0, 0], [3, 4, 0, 0], [0, 0, 3, 2]], ["经济", "增长", "文化", "音乐"])
    >>> topic_stability(many_topics(dtm, 2, seeds=3, n_jobs=1), n=2)[["topic", "share_above", "terms", "flag"]]
       topic  share_above  terms flag
    0      1          1.0  增长 经济
    1      2          1.0  文化 音乐
    """
    chosen = _checked_models(models)
    check_choice("measure", measure, MEASURES)
    check_int("n", n, minimum=1)
    check_float("threshold", threshold, minimum=0, maximum=1)
    if reference is not None:
        check_model(reference)
    base = chosen[best_model(chosen)] if reference is None else reference
    others = [model for model in chosen if model is not base]
    if not others:
        raise ArgumentError("models must hold at least one model besides the reference.")
    parts = [_against(base, model, measure, n) for model in others]
    similarity, jaccard, correlation = (np.stack(values, axis=1) for values in zip(*parts, strict=True))
    mean = similarity.mean(axis=1)
    terms = [" ".join(top) for top in top_lists(base, n)]
    table = pd.DataFrame(
        {
            "topic": np.arange(1, base.n_topics + 1),
            "similarity": mean,
            "similarity_min": similarity.min(axis=1),
            "jaccard": jaccard.mean(axis=1),
            "share_above": (similarity > threshold).mean(axis=1),
            "share_correlation": _mean_known(correlation),
            "n_models": len(others),
            "terms": pd.Series(terms, dtype=object),
            "flag": pd.Series(np.where(mean < UNSTABLE, "unstable", ""), dtype=object),
        },
        columns=STABILITY_COLUMNS,
    )
    inputs = {"reference": base.fingerprint} | {
        f"model{i}": model.fingerprint for i, model in enumerate(others, start=1)
    }
    return stamp(
        table,
        "topic_stability",
        inputs=inputs,
        method=base.method,
        measure=measure,
        n=n,
        threshold=threshold,
        mean_similarity=float(mean.mean()),
    )


def mean_similarity(models: Sequence[TopicModel], measure: str = "cosine") -> Floats:
    """Return for each model the mean similarity of its matched topics with those of all others (n,); NaN if alone."""
    n = len(models)
    square = np.full((n, n), np.nan)
    for i in range(n):
        for j in range(i + 1, n):
            found = matched(similarities(*on_common_terms(models[i], models[j]), measure))
            square[i, j] = square[j, i] = found.similarity[found.a, found.b].mean()
    return _mean_known(square)


def matched(similarity: Floats) -> Matching:
    """Return the one-to-one pairs with the largest sum; rounding noise never decides between equals."""
    rounded = np.round(similarity, 10)
    # of assignments with the same sum the one nearest to the order of the topics
    i, j = np.indices(rounded.shape)
    a, b = linear_sum_assignment(rounded - 1e-12 * np.abs(i - j), maximize=True)
    return Matching(np.asarray(a, dtype=np.intp), np.asarray(b, dtype=np.intp), similarity)


def similarities(first: Floats, second: Floats, measure: str) -> Floats:
    """Return the similarity of all pairs of topics over the same terms."""
    if measure == "cosine":
        return formulas.cosines(first, second)
    if measure == "hellinger":
        return formulas.hellinger_similarity(first, second)
    tops = [np.argsort(-np.round(rows, 12), axis=1, kind="stable")[:, :_DEPTH] for rows in (first, second)]
    lists = [
        [row[values[row] > 0] for row, values in zip(top, rows, strict=True)]
        for top, rows in zip(tops, (first, second), strict=True)
    ]
    return np.array([[formulas.rank_biased_overlap(a, b) for b in lists[1]] for a in lists[0]])


def on_common_terms(model: TopicModel, other: TopicModel) -> tuple[Floats, Floats]:
    """Return the topics of both over the union of their terms, in code-point order if they differ."""
    if model.vocabulary.terms == other.vocabulary.terms:
        return model.topic_term, other.topic_term
    union = Vocabulary(sorted({*model.vocabulary.terms, *other.vocabulary.terms}))
    both = []
    for item in (model, other):
        wide = np.zeros((item.n_topics, len(union)))
        wide[:, union.ids(item.vocabulary.terms)] = item.topic_term
        both.append(wide)
    return both[0], both[1]


def top_lists(model: TopicModel, n: int) -> list[list[str]]:
    """Return the n most probable terms of each topic; one with probability zero is never listed."""
    top = ranking(model.topic_term, model.term_counts, model.vocabulary.terms, n)
    return [
        [model.vocabulary[int(i)] for i in row if beta[i] > 0] for row, beta in zip(top, model.topic_term, strict=True)
    ]


def top_sets(model: TopicModel, n: int) -> list[set[str]]:
    """Return the n most probable terms of each topic as sets."""
    return [set(terms) for terms in top_lists(model, n)]


def best_model(models: Sequence[TopicModel]) -> int:
    """Return the place of the model with the best trace; the first one if their traces say nothing."""
    values = np.array([bound(model) for model in models])
    if np.isnan(values).all():
        return 0
    return int(np.nanargmax(np.round(values, 9)))


def bound(model: TopicModel) -> float:
    """Return the best value of the trace, such that larger is better; NaN without a trace."""
    values = model._trace["value"].to_numpy(dtype=np.float64)
    if not len(values):
        return float("nan")
    return float(-values.min()) if type(model.method).__name__ in _LOWER_IS_BETTER else float(values.max())


def _against(base: TopicModel, model: TopicModel, measure: str, n: int) -> tuple[Floats, Floats, Floats]:
    found = matched(similarities(*on_common_terms(base, model), measure))
    similarity, jaccard = np.zeros(base.n_topics), np.zeros(base.n_topics)
    correlation = np.full(base.n_topics, np.nan)
    sets_a, sets_b = top_sets(base, n), top_sets(model, n)
    shares_a, shares_b = _common_shares(base, model)
    for i, j in zip(found.a.tolist(), found.b.tolist(), strict=True):
        similarity[i] = found.similarity[i, j]
        jaccard[i] = _jaccard(sets_a[i], sets_b[j])
        correlation[i] = _correlation(shares_a[:, i], shares_b[:, j])
    return similarity, jaccard, correlation


def _common_shares(model: TopicModel, other: TopicModel) -> tuple[Floats, Floats]:
    """Return the shares of the documents that both models have, in the same order."""
    if model.names == other.names:
        both = model.placed & other.placed
        return model.doc_topic[both], other.doc_topic[both]
    place = {name: row for row, name in enumerate(other.names) if other.placed[row]}
    pairs = [(row, place[name]) for row, name in enumerate(model.names) if model.placed[row] and name in place]
    rows = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    return model.doc_topic[rows[:, 0]], other.doc_topic[rows[:, 1]]


def _jaccard(a: set[str], b: set[str]) -> float:
    return len(a & b) / len(a | b) if a | b else float("nan")


def _correlation(a: Floats, b: Floats) -> float:
    if len(a) < 3:
        return float("nan")
    return float(formulas.correlations(np.column_stack([a, b]))[0, 1])


def _mean_known(values: Floats) -> Floats:
    known = ~np.isnan(values)
    total = np.where(known, values, 0.0).sum(axis=1)
    count = known.sum(axis=1)
    return np.asarray(np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0))


def _check_two(model: object, other: object) -> None:
    check_model(model)
    check_type("other", other, TopicModel, hint="Make one with fit_topics(dtm, n_topics).")


def _checked_models(models: Any) -> list[TopicModel]:
    if isinstance(models, TopicModel) or not isinstance(models, (list, tuple)):
        raise ArgumentError(
            f"models must be a list of TopicModels, got a {type(models).__name__}. Make one with many_topics(dtm, K)."
        )
    for model in models:
        check_type("models must hold only TopicModels: one of them", model, TopicModel)
    if len(models) < 2:
        raise ArgumentError(f"models must hold at least two models, got {len(models)}. Make them with many_topics.")
    same = {model.fingerprint for model in models}
    if len(same) == 1:
        warnings.warn(
            "all models are the same: the method does not depend on chance. Draw the documents instead: "
            "many_topics(..., resample=True).",
            TextkitWarning,
            stacklevel=3,
        )
    return list(models)
