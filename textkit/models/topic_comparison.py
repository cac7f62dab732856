"""Two models against each other, and the words of two topics, or of two groups of documents on one topic."""

from __future__ import annotations

import warnings
from collections.abc import Hashable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit.errors import ArgumentError, TextkitWarning, check_choice, check_int, check_type, unknown
from textkit.matrix import DocumentTermMatrix
from textkit.models.topic_stability import MEASURES, align_topics, top_lists
from textkit.models.topics import Floats, TopicModel, check_model, mean_shares, significant
from textkit.provenance import stamp
from textkit.selection import groups

COMPARISON_COLUMNS = [
    "topic_a",
    "topic_b",
    "similarity",
    "jaccard",
    "share_correlation",
    "share_a",
    "share_b",
    "both",
    "only_a",
    "only_b",
]
PERSPECTIVE_COLUMNS = ["term", "probability_a", "probability_b", "difference", "log2_ratio", "count_a", "count_b"]


def compare_topics(
    model: TopicModel, other: TopicModel, *, measure: str = "cosine", n: int = 10, min_similarity: float = 0.0
) -> pd.DataFrame:
    """Set the topics of two models side by side: which correspond, what they share, what each has of its own.

    Topics are matched as `align_topics` does it, one to one with the largest sum of similarities. For models of other
    methods, of other numbers of topics, or of other trimmings of the same corpus.

    Parameters
    ----------
    model, other : TopicModel
    measure : {"cosine", "hellinger", "rbo"}, default "cosine"
        See `align_topics`.
    n : int, default 10
        Top terms to compare.
    min_similarity : float, default 0
        Pairs below it count as not matched.

    Returns
    -------
    DataFrame
        ``topic_a, topic_b`` (from 1; <NA> where there is no partner), ``similarity``, ``jaccard`` (of the top terms),
        ``share_correlation`` (over common documents), ``share_a, share_b`` (mean share of the documents), ``both``
        (top terms of both, in the order of model a), ``only_a, only_b`` (the others); by topic_a, topics of ``other``
        without a partner last. A quantity of a missing topic is NaN or empty.

    Raises
    ------
    ArgumentError
        An argument lies outside its range.

    Notes
    -----
    Every topic gets a partner if there is one left, however unlike they are.

    References
    ----------
    Kuhn (1955) for the matching; Greene, O'Callaghan & Cunningham (2014).

    Examples
    --------
    >>> path, docs = pd.DataFrame({"iteration": [1], "value": [0.0]}), pd.DataFrame(index=["a", "b"])
    >>> make = lambda beta: TopicModel(beta, [[1, 0], [0, 1]], ["经济", "文化"], docs, [9, 11], [10, 10], path)
    >>> table = compare_topics(make([[0.9, 0.1], [0.2, 0.8]]), make([[0.1, 0.9], [0.8, 0.2]]), n=1)
    >>> table[["topic_a", "topic_b", "share_a", "share_b", "both"]]
       topic_a  topic_b  share_a  share_b both
    0        1        2      0.5      0.5   经济
    1        2        1      0.5      0.5   文化
    """
    aligned = align_topics(model, other, measure=measure, n=n, min_similarity=min_similarity)
    tops = top_lists(model, n), top_lists(other, n)
    shares = mean_shares(model.doc_topic), mean_shares(other.doc_topic)
    ends = [[None if pd.isna(k) else int(k) - 1 for k in aligned[name]] for name in ("topic_a", "topic_b")]
    for name, places, values in zip(("share_a", "share_b"), ends, shares, strict=True):
        aligned[name] = [np.nan if k is None else float(values[k]) for k in places]
    lists = [([] if i is None else tops[0][i], [] if j is None else tops[1][j]) for i, j in zip(*ends, strict=True)]
    aligned["both"] = pd.Series([" ".join(w for w in a if w in set(b)) for a, b in lists], dtype=object)
    aligned["only_a"] = pd.Series([" ".join(w for w in a if w not in set(b)) for a, b in lists], dtype=object)
    aligned["only_b"] = pd.Series([" ".join(w for w in b if w not in set(a)) for a, b in lists], dtype=object)
    settings = {"method": model.method, "other_method": other.method}
    return stamp(
        aligned[COMPARISON_COLUMNS],
        "compare_topics",
        inputs={"model": model.fingerprint, "other": other.fingerprint},
        **settings,
        measure=check_choice("measure", measure, MEASURES),
        n=n,
        min_similarity=min_similarity,
    )


def perspectives(
    model: TopicModel,
    a: Hashable,
    b: Hashable,
    *,
    topic: int | None = None,
    by: str | None = None,
    dtm: DocumentTermMatrix | None = None,
    n: int = 25,
) -> pd.DataFrame:
    """Compare the words of two topics, or the words in which two groups of documents speak of one topic.

    - Two topics: ``perspectives(model, 3, 5)``; ``probability = topic_term[k, w]``.
    - Two groups: ``perspectives(model, "市", "县", topic=3, by="level", dtm=dtm)``. Each token of a document belongs to
      topic k with the chance ``theta_dk b_kw / Σ_j theta_dj b_jw``; ``count`` is the sum of these chances over the
      tokens of the group, ``probability`` its share in the topic's tokens there. If the model is a structural one whose
      ``content`` is the column ``by``, the probabilities are those that it estimated, and ``dtm`` is not needed.

    Parameters
    ----------
    model : TopicModel
    a, b : int, or values of the column ``by``
        Topics (from 1), or groups.
    topic : int, optional
        With ``by``: the topic that both groups speak of.
    by : str, optional
        Column of ``model.docs``.
    dtm : DocumentTermMatrix, optional
        The matrix of the fit; needed with ``by``, except for a content model.
    n : int, default 25
        The n most probable terms of each side are listed.

    Returns
    -------
    DataFrame
        ``term``, ``probability_a, probability_b``, ``difference`` (a less b), ``log2_ratio`` (infinite where one side
        never says it), ``count_a, count_b`` (tokens expected; NaN for a content model without ``dtm``, and for two
        topics without ``dtm``); by difference (down), then term.

    Raises
    ------
    ArgumentError
        Topics and groups are mixed up, ``dtm`` is missing or another one, or both sides are the same.
    UnknownNameError
        There is no such column or group.

    Warns
    -----
    TextkitWarning
        A group has fewer than a hundred tokens of the topic.

    Notes
    -----
    A description of this model, not a test: for one, compare the counts of the groups with `keyness`. ``log2_ratio`` of
    terms with small counts is mostly chance.

    References
    ----------
    Roberts, Stewart & Tingley (2019), the plot of type "perspectives".

    Examples
    --------
    >>> path, docs = pd.DataFrame({"iteration": [1], "value": [0.0]}), pd.DataFrame(index=["a", "b"])
    >>> beta = [[0.8, 0.2], [0.2, 0.8]]
    >>> model = TopicModel(beta, [[1, 0], [0, 1]], ["经济", "文化"], docs, [10, 10], [10, 10], path)
    >>> perspectives(model, 1, 2)[["term", "probability_a", "probability_b", "log2_ratio"]]
      term  probability_a  probability_b  log2_ratio
    0   经济            0.8            0.2         2.0
    1   文化            0.2            0.8        -2.0
    """
    check_model(model)
    check_int("n", n, minimum=1)
    if dtm is not None:
        _check_same(model, dtm)
    if (topic is None) != (by is None):
        raise ArgumentError(
            "topic and by go together: perspectives(model, 'x', 'y', topic=3, by='level', dtm=dtm) compares groups, "
            "perspectives(model, 3, 5) topics."
        )
    if by is None:
        probability, count = _of_topics(model, a, b, dtm)
    else:
        assert topic is not None
        probability, count = _of_groups(model, a, b, _topic("topic", topic, model), by, dtm)
    rows = _listed(model, probability, n)
    first, second = probability[:, rows]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log2(first) - np.log2(second)
    table = pd.DataFrame(
        {
            "term": pd.Series([model.vocabulary[int(i)] for i in rows], dtype=object),
            "probability_a": first,
            "probability_b": second,
            "difference": first - second,
            "log2_ratio": ratio,
            "count_a": count[0, rows],
            "count_b": count[1, rows],
        },
        columns=PERSPECTIVE_COLUMNS,
    )
    settings = {"a": a, "b": b, "topic": topic, "by": by, "n": n}
    return stamp(table, "perspectives", inputs=model.inputs, method=model.method, **settings)


def assigned(model: TopicModel, dtm: DocumentTermMatrix, topics: NDArray[np.intp]) -> list[csr_array]:
    """Return the expected tokens of each of the topics (from 0), documents by terms; a row of NaN counts as zero.

    >>> path, docs = pd.DataFrame({"iteration": [1], "value": [0.0]}), pd.DataFrame(index=["a"])
    >>> model = TopicModel([[0.5, 0.5], [0.0, 1.0]], [[0.5, 0.5]], ["经济", "文化"], docs, [3, 3], [6], path)
    >>> [part.toarray().tolist() for part in assigned(model, DocumentTermMatrix([[3, 3]], ["经济", "文化"]), [0, 1])]
    [[[3.0, 1.0]], [[0.0, 2.0]]]
    """
    matrix = dtm.matrix
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    theta = np.nan_to_num(model.doc_topic, nan=0.0)
    whole = np.zeros(len(rows))
    for k in range(model.n_topics):  # one topic at a time: all of them at once would need K times the matrix
        whole += theta[rows, k] * model.topic_term[k, matrix.indices]
    found = []
    for k in topics:
        mine = theta[rows, k] * model.topic_term[k, matrix.indices]
        data = np.divide(mine, whole, out=np.zeros(len(rows)), where=whole > 0) * matrix.data
        found.append(csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape))
    return found


def _of_topics(model: TopicModel, a: Hashable, b: Hashable, dtm: DocumentTermMatrix | None) -> tuple[Floats, Floats]:
    places = np.array([_topic("a", a, model), _topic("b", b, model)])
    if places[0] == places[1]:
        raise ArgumentError(f"a and b must be two topics, got {a!r} twice.")
    count = np.full((2, len(model.vocabulary)), np.nan)
    if dtm is not None:
        count = np.stack([np.asarray(part.sum(axis=0)).ravel() for part in assigned(model, dtm, places)])
    return model.topic_term[places], count


def _of_groups(
    model: TopicModel, a: Hashable, b: Hashable, topic: int, by: str, dtm: DocumentTermMatrix | None
) -> tuple[Floats, Floats]:
    codes, values = groups(model._docs, by)
    if a == b:
        raise ArgumentError(f"a and b must be two values of {by!r}, got {a!r} twice.")
    places = []
    for name in (a, b):
        if name not in values:
            raise unknown(f"value of {by!r}", name, values)
        places.append(values.index(name))
    count = np.full((2, len(model.vocabulary)), np.nan)
    if dtm is not None:
        part = assigned(model, dtm, np.array([topic]))[0]
        count = np.stack([np.asarray(part[codes == place].sum(axis=0)).ravel() for place in places])
    estimated = _content(model, by, topic, places, codes)
    if estimated is not None:
        return estimated, count
    if dtm is None:
        raise ArgumentError(
            f"the model has no words of its own for the groups of {by!r}: give the matrix of the fit, dtm=dtm, to "
            "count them."
        )
    total = count.sum(axis=1)
    for name, tokens in zip((a, b), total.tolist(), strict=True):
        if tokens < 100:
            warnings.warn(
                f"only {tokens:.0f} tokens of {name!r} belong to topic {topic + 1}: its probabilities are mostly "
                "chance.",
                TextkitWarning,
                stacklevel=3,
            )
    with np.errstate(invalid="ignore"):
        return np.asarray(count / total[:, None]), count


def _content(model: TopicModel, by: str, topic: int, places: list[int], codes: NDArray[np.intp]) -> Floats | None:
    """Return the words of two groups as a content model estimated them; None if it is not one, or of another column."""
    content = getattr(model.method, "content", None)
    if "kappa" not in model.parameters or not isinstance(content, str):
        return None
    from textkit.models.stm import content_column
    from textkit.models.stm_content import content_topics

    if content_column(content, model._docs) != by:
        return None
    kept = np.unique(codes[(codes >= 0) & model.placed]).tolist()
    if not set(places) <= set(kept):
        raise ArgumentError(f"a group of {by!r} took no part in the fit. Choose one that did.")
    terms = content_topics(model.parameters["baseline"], model.parameters["kappa"], model.n_topics, len(kept))
    return np.asarray(terms[[kept.index(place) for place in places], :, topic])


def _listed(model: TopicModel, probability: Floats, n: int) -> NDArray[np.intp]:
    names = model.vocabulary.ranks
    keys = significant(np.nan_to_num(probability, nan=0.0))
    chosen: set[int] = set()
    for row in keys:
        order = np.lexsort((names, -row))[:n]
        chosen |= {int(i) for i in order if row[i] > 0}
    rows = np.array(sorted(chosen), dtype=np.intp)
    apart = significant(probability[0, rows] - probability[1, rows])
    return rows[np.lexsort((names[rows], -apart))]


def _topic(argument: str, value: Hashable, model: TopicModel) -> int:
    return check_int(argument, value, minimum=1, maximum=model.n_topics) - 1  # type: ignore[arg-type]


def _check_same(model: TopicModel, dtm: object) -> None:
    check_type("dtm", dtm, DocumentTermMatrix, hint="Give the matrix that the model was fitted to.")
    assert isinstance(dtm, DocumentTermMatrix)
    if dtm.shape != (len(model.names), len(model.vocabulary)) or dtm.vocabulary.terms != model.vocabulary.terms:
        raise ArgumentError(
            f"dtm has {dtm.shape[0]:,} documents and {dtm.shape[1]:,} terms, the model "
            f"{len(model.names):,} and {len(model.vocabulary):,}. Give the matrix that the model was fitted to."
        )
