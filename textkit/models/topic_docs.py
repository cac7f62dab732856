"""Documents that belong most to a topic, with the passages that speak of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, check_float, check_int, check_type, listing
from textkit.models.topics import Floats, TopicModel, check_model, ranking
from textkit.provenance import stamp
from textkit.selection import Which
from textkit.selection import rows as chosen_rows
from textkit.tokens import Tokens

COLUMNS = ("topic", "rank", "doc", "share")
PASSAGE_COLUMNS = ("topic", "rank", "doc", "share", "start", "stop", "text")


def topic_docs(model: TopicModel, n: int = 5, *, where: Which | None = None, min_share: float = 0.0) -> pd.DataFrame:
    """List the documents in which each topic has its largest share: read them before naming the topic.

    Parameters
    ----------
    model : TopicModel
    n : int, default 5
        Documents a topic.
    where : names, numbers or mask of documents, optional
        Only these documents, for example ``model.docs["year"] == 2020``.
    min_share : float from 0 to 1, default 0
        Only documents with at least this share of the topic: a topic may have fewer than ``n`` rows, or none.

    Returns
    -------
    DataFrame
        ``topic`` (from 1), ``rank`` (from 1), ``doc``, ``share`` (``doc_topic[d, k]``, from 0 to 1); by topic, then
        share (down), length (down), name. Documents without shares (empty ones) are left out.

    Raises
    ------
    ArgumentError
        ``n`` is below 1, or ``min_share`` is not a share.

    Notes
    -----
    For the passages themselves see `topic_passages`.

    Examples
    --------
    >>> from textkit.models.topics import TopicModel
    >>> path = pd.DataFrame({"iteration": [1], "value": [0.0]})
    >>> docs = pd.DataFrame(index=["a", "b"])
    >>> theta = [[1, 0], [0.25, 0.75]]
    >>> model = TopicModel([[0.7, 0.3], [0.2, 0.8]], theta, ["经济", "文化"], docs, [9, 11], [10, 10], path)
    >>> topic_docs(model, 1)
       topic  rank doc  share
    0      1     1   a   1.00
    1      2     1   b   0.75
    """
    check_model(model)
    check_int("n", n, minimum=1)
    check_float("min_share", min_share, minimum=0, maximum=1)
    rows = np.flatnonzero(model.placed)
    if where is not None:
        rows = np.intersect1d(rows, chosen_rows(model._docs, where))
    names = [model.names[row] for row in rows]
    nothing = np.empty((model.n_topics, 0), dtype=np.intp)
    places = ranking(model.doc_topic[rows].T, model.doc_lengths[rows], names, n) if len(rows) else nothing
    topic, rank = (index.ravel() for index in np.indices(places.shape))
    doc = places.ravel()
    table = pd.DataFrame(
        {
            "topic": topic + 1,
            "rank": rank + 1,
            "doc": pd.Series([names[place] for place in doc], dtype=object),
            "share": model.doc_topic[rows[doc], topic],
        },
        columns=list(COLUMNS),
    )
    table = table[table["share"] >= min_share].reset_index(drop=True)
    settings = {"n": n, "where": None if where is None else f"{len(rows)} documents", "min_share": min_share}
    return stamp(table, "topic_docs", inputs=model.inputs, method=model.method, **settings)


def topic_passages(
    model: TopicModel,
    texts: Corpus | Tokens,
    n: int = 3,
    *,
    width: int = 120,
    where: Which | None = None,
    min_share: float = 0.0,
) -> pd.DataFrame:
    """Show the leading documents of each topic with the passage that speaks of it most.

    With Tokens, the passage is the stretch of ``width`` characters, from one token to another, whose tokens belong to
    the topic most: the largest sum of ``P(k | d, w) = theta_dk b_kw / Σ_j theta_dj b_jw`` less its mean over the
    document (of equals the first stretch). With a Corpus it is the beginning of the text, for nothing is known about
    where the words stand.

    Parameters
    ----------
    model : TopicModel
    texts : Tokens or Corpus
        The documents of the model, under the same names: ``tokens.split("paragraph")`` if the model was fitted to
        paragraphs.
    n : int, default 3
        Documents a topic; see `topic_docs`.
    width : int, default 120
        Length of the passage in characters, at least 1.
    where, min_share
        As in `topic_docs`.

    Returns
    -------
    DataFrame
        ``topic, rank, doc, share`` as in `topic_docs`, ``start, stop`` (characters of the text of the document), and
        ``text``, the passage as it stands there.

    Raises
    ------
    ArgumentError
        ``texts`` lacks a document, or an argument lies outside its range.

    References
    ----------
    Roberts, Stewart & Tingley (2019), "findThoughts".

    Examples
    --------
    >>> from textkit.tokenization import tokenize
    >>> path = pd.DataFrame({"iteration": [1], "value": [0.0]})
    >>> docs = pd.DataFrame(index=["a", "b"])
    >>> theta = [[0.5, 0.5], [0.25, 0.75]]
    >>> model = TopicModel([[0.9, 0.1], [0.1, 0.9]], theta, ["经济", "文化"], docs, [3, 3], [3, 3], path)
    >>> words = tokenize(Corpus(["文化 经济 经济", "文化 文化 经济"], docs), "spaces")
    >>> topic_passages(model, words, 1, width=5)[["topic", "doc", "start", "stop", "text"]]
       topic doc  start  stop   text
    0      1   a      3     8  经济 经济
    1      2   b      0     5  文化 文化
    """
    table = topic_docs(model, n, where=where, min_share=min_share)
    check_type("texts", texts, (Tokens, Corpus), hint="Make them with tokenize(corpus).")
    check_int("width", width, minimum=1)
    corpus = texts.corpus if isinstance(texts, Tokens) else texts
    place = {name: row for row, name in enumerate(corpus.names)}
    missing = [name for name in dict.fromkeys(table["doc"]) if name not in place]
    if missing:
        raise ArgumentError(
            f"texts lack documents of the model: {listing(missing, 3)}. Give those that the model was fitted to, split "
            "in the same way."
        )
    ids = model.vocabulary.ids(texts.vocabulary.terms) if isinstance(texts, Tokens) else None
    row_of = {name: row for row, name in enumerate(model.names)}
    spans = []
    for topic, doc in zip(table["topic"].tolist(), table["doc"].tolist(), strict=True):
        text = corpus.texts[place[doc]]
        span = (0, min(width, len(text)))
        if isinstance(texts, Tokens) and ids is not None:
            span = _best_stretch(model, texts, ids, place[doc], row_of[doc], topic - 1, width) or span
        spans.append((*span, text[span[0] : span[1]]))
    found = table.assign(
        start=[start for start, _, _ in spans],
        stop=[stop for _, stop, _ in spans],
        text=pd.Series([text for _, _, text in spans], dtype=object),
    )
    settings = {"n": n, "width": width, "where": table.attrs["textkit"]["settings"]["where"], "min_share": min_share}
    inputs = model.inputs | {"texts": texts.fingerprint}
    return stamp(found[list(PASSAGE_COLUMNS)], "topic_passages", inputs=inputs, method=model.method, **settings)


def _best_stretch(
    model: TopicModel, tokens: Tokens, ids: NDArray[np.int32], doc: int, row: int, topic: int, width: int
) -> tuple[int, int] | None:
    """Return where the passage begins and ends; None for a document without tokens."""
    first, last = int(tokens.offsets[doc]), int(tokens.offsets[doc + 1])
    if first == last:
        return None
    start, stop = tokens.start[first:last].astype(np.int64), tokens.stop[first:last].astype(np.int64)
    word = ids[tokens.ids[first:last]]
    mixed: Floats = model.doc_topic[row][:, None] * model.topic_term[:, np.maximum(word, 0)]
    whole = mixed.sum(axis=0)
    chance = np.divide(mixed[topic], whole, out=np.zeros(len(word)), where=(whole > 0) & (word >= 0))
    total = np.concatenate(([0.0], np.cumsum(chance - chance.mean())))
    # for each first token the last one that still fits; at least the token itself
    end = np.maximum(np.searchsorted(stop, start + width, side="right"), np.arange(len(start)) + 1)
    value = np.round(total[end] - total[:-1], 9)
    best = int(np.argmax(value))
    return int(start[best]), int(stop[end[best] - 1])
