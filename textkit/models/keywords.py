"""Keywords of topics: how they are written down, and whether the corpus can bear them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit.errors import ArgumentError, TextkitWarning, check_int, check_type, listing, nearest
from textkit.matrix import DocumentTermMatrix
from textkit.measures import check_counts
from textkit.models.topics import TopicModel, check_model, ranking
from textkit.provenance import stamp
from textkit.vocabulary import Vocabulary

__all__ = ["COLUMNS", "TERM_COLUMNS", "keyword_report", "keyword_terms"]

COLUMNS = ["topic", "name", "keyword", "count", "share", "n_docs", "doc_share", "n_topics"]
TERM_COLUMNS = ["topic", "name", "rank", "term", "probability", "keyword"]

Keywords = tuple[tuple[str, tuple[str, ...]], ...]
"""Names of topics and their words, in the order of the topics: what a method keeps."""

_RARE = 0.001  # share of the tokens below which a keyword hardly guides a topic


def keyword_report(dtm: DocumentTermMatrix, keywords: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """Show how often the keywords of topics occur, before a model is fitted with them.

    ``share = count / N`` with N all tokens. Keywords work when they are frequent and belong to one topic: the share
    of a good one is above 0.001 (Eshima, Imai & Sasaki 2024).

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts.
    keywords : mapping of str to words
        Names of topics and their keywords: ``{"治理": ["网格", "管理"]}``. A word may stand in several topics.

    Returns
    -------
    DataFrame
        ``topic`` (from 1, in the order given), ``name``, ``keyword``, ``count``, ``share`` (of all tokens), ``n_docs``
        (documents with the keyword), ``doc_share`` (of documents that have words), ``n_topics`` (topics that have this
        keyword); by topic, then count down, then code points. Keywords that never occur have count 0.

    Raises
    ------
    ArgumentError
        There are no keywords; a topic has none, has one twice, or none of its keywords occurs; the matrix does not hold
        counts.

    Warns
    -----
    TextkitWarning
        Keywords never occur, or make up less than 0.001 of the tokens.

    Notes
    -----
    Shares must not be compared between matrices whose terms were filtered differently: N differs.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[40, 9, 0], [10, 0, 41]], ["增长", "经济", "音乐"])
    >>> keyword_report(dtm, {"经济": ["经济", "增长"], "文化": ["音乐"]}).drop(columns=["doc_share", "n_topics"])
       topic name keyword  count  share  n_docs
    0      1   经济      增长     50   0.50       2
    1      1   经济      经济      9   0.09       1
    2      2   文化      音乐     41   0.41       1
    """
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with count(tokens).")
    check_counts(dtm.weighting, "keyword_report")
    chosen = checked_keywords("keywords", keywords)
    if not chosen:
        raise ArgumentError('keywords must name at least one topic: {"治理": ["网格", "管理"]}.')
    find_keywords("keywords", chosen, dtm, len(chosen), stacklevel=2)
    all_counts, all_docs = dtm.term_counts, dtm.doc_counts
    tokens, n_docs = float(all_counts.sum()), int(np.count_nonzero(dtm.lengths))
    every = [word for _, words in chosen for word in words]
    rows = []
    for number, (name, words) in enumerate(chosen, 1):
        ids = dtm.vocabulary.ids(words)
        found = [(int(all_counts[i]), int(all_docs[i])) if i >= 0 else (0, 0) for i in ids.tolist()]
        for word, (count, docs) in sorted(zip(words, found, strict=True), key=lambda item: (-item[1][0], item[0])):
            rows.append(
                (
                    number, name, word, count, count / tokens if tokens else np.nan, docs,
                    docs / n_docs if n_docs else np.nan, every.count(word),
                )
            )  # fmt: skip
    table = pd.DataFrame(rows, columns=COLUMNS)
    rare = table["keyword"][(table["count"] > 0) & (table["share"] < _RARE)].drop_duplicates()
    if len(rare):
        warnings.warn(
            f"keywords that make up less than {_RARE:.1%} of the tokens each, and will hardly guide a topic: "
            f"{listing(rare)}.",
            TextkitWarning,
            stacklevel=2,
        )
    return stamp(
        table,
        "keyword_report",
        inputs={"dtm": dtm.fingerprint},
        keywords={name: list(words) for name, words in chosen},
    )


def keyword_terms(model: TopicModel, *, n: int = 10) -> pd.DataFrame:
    """Show the most probable terms of each topic and which of them are keywords, of this topic or of another.

    A topic whose keywords are not among its terms has drifted; keywords of another topic among them say that the two
    are hard to tell apart.

    Parameters
    ----------
    model : TopicModel
        Fitted by `KeyATM`, or by `GibbsLDA` with ``seed_words``.
    n : int, default 10
        Terms of each topic.

    Returns
    -------
    DataFrame
        ``topic`` (from 1), ``name`` (of topics with keywords, otherwise empty), ``rank``, ``term``, ``probability``,
        ``keyword`` (``"own"``, ``"other"`` or empty); by topic, then rank: probability down, count down, code points.

    Raises
    ------
    ArgumentError
        The model was not fitted with keywords; ``n`` is below 1.

    Notes
    -----
    Probabilities of a model with word weights are those of weighted tokens.

    Examples
    --------
    >>> from textkit.models.gibbs import GibbsLDA
    >>> from textkit.models.topics import fit_topics
    >>> dtm = DocumentTermMatrix([[9, 8, 0, 0], [8, 9, 0, 0], [0, 0, 9, 7]], ["经济", "增长", "文化", "音乐"])
    >>> model = fit_topics(dtm, 2, GibbsLDA(seed_words={"文化": ["音乐"]}, n_iterations=100))
    >>> keyword_terms(model, n=2)[["topic", "name", "term", "keyword"]].to_numpy().tolist()[:2]
    [[1, '文化', '文化', ''], [1, '文化', '音乐', 'own']]
    """
    check_model(model)
    size = check_int("n", n, minimum=1)
    keywords: Keywords = getattr(model.method, "keywords", None) or getattr(model.method, "seed_words", None) or ()
    if not keywords:
        raise ArgumentError(
            "keyword_terms needs a model with keywords: fit_topics(dtm, n_topics, KeyATM(keywords=...)). "
            "For others use topic_terms."
        )
    every = {word for _, words in keywords for word in words}
    rows = []
    for k, places in enumerate(ranking(model.topic_term, model.term_counts, model.vocabulary.terms, size)):
        name, own = keywords[k] if k < len(keywords) else ("", ())
        for rank, place in enumerate(places.tolist(), 1):
            term = model.vocabulary[place]
            kind = "own" if term in own else "other" if term in every else ""
            rows.append((k + 1, name, rank, term, float(model.topic_term[k, place]), kind))
    table = pd.DataFrame(rows, columns=TERM_COLUMNS)
    return stamp(table, "keyword_terms", inputs=model.inputs, method=model.method, n=size)


def checked_keywords(argument: str, keywords: Any) -> Keywords:
    """Return names and words as tuples, in the order given; a saved method has them as lists of pairs.

    >>> checked_keywords("keywords", {"治理": ["网格", "管理"]})
    (('治理', ('网格', '管理')),)
    """
    wanted = f'{argument} must map names of topics to words, {{"治理": ["网格", "管理"]}}'
    if isinstance(keywords, Mapping):
        pairs = list(keywords.items())
    else:
        try:
            if any(isinstance(pair, str) for pair in keywords or ()):  # two characters would pass for a pair
                raise TypeError
            pairs = [(name, words) for name, words in (keywords or ())]
        except (TypeError, ValueError):
            raise ArgumentError(f"{wanted}, got {keywords!r}.") from None
    checked = []
    for name, words in pairs:
        if not isinstance(name, str) or not name:
            raise ArgumentError(f"{wanted}; a name must be text, got {name!r}.")
        if isinstance(words, str) or not isinstance(words, Iterable):
            raise ArgumentError(f"{wanted}; the words of {name!r} must be a list, got {words!r}.")
        listed = tuple(sorted(words) if isinstance(words, (set, frozenset)) else words)
        if any(not isinstance(word, str) or not word for word in listed):
            raise ArgumentError(f"{wanted}; the words of {name!r} must be text, got {listing(listed)}.")
        if not listed:
            raise ArgumentError(f"{argument}: {name!r} has no words. Give it some, or leave it out.")
        twice = [word for place, word in enumerate(listed) if word in listed[:place]]
        if twice:
            raise ArgumentError(f"{argument}: {name!r} has {listing(twice)} more than once.")
        checked.append((name, listed))
    names = [name for name, _ in checked]
    again = [name for place, name in enumerate(names) if name in names[:place]]
    if again:
        raise ArgumentError(f"{argument} has the name {listing(again)} more than once.")
    return tuple(checked)


def find_keywords(
    argument: str, keywords: Keywords, dtm: DocumentTermMatrix, n_topics: int, *, stacklevel: int
) -> list[NDArray[np.int32]]:
    """Return the terms of each topic's keywords that occur; name the others in a warning.

    Raises if a topic is left with none, or if there are more topics with keywords than topics.
    """
    if len(keywords) > n_topics:
        raise ArgumentError(
            f"{argument} has {len(keywords)} topics, but n_topics={n_topics}: it counts those with words and those "
            f"without. Use n_topics={len(keywords)} or more."
        )
    counts = dtm.term_counts
    found, absent = [], []
    for name, words in keywords:
        ids = dtm.vocabulary.ids(words)
        there = np.array([place >= 0 and counts[place] > 0 for place in ids.tolist()])
        if not there.any():
            raise ArgumentError(
                f"{argument}: no word of {name!r} occurs in these documents: {_absent(words, dtm.vocabulary)}. Give it "
                "words that occur (keyword_report shows how often), or leave the topic out."
            )
        found.append(ids[there])
        absent += [word for word, here in zip(words, there, strict=True) if not here]
    if absent:
        warnings.warn(
            f"{argument} that never occur in these documents are left out: {_absent(absent, dtm.vocabulary)}.",
            TextkitWarning,
            stacklevel=stacklevel + 1,
        )
    return found


def _absent(words: Iterable[str], vocabulary: Vocabulary) -> str:
    """List words that do not occur; one of them alone with the nearest term, for it may be a slip."""
    names = list(dict.fromkeys(words))
    close = nearest(names[0], vocabulary.terms) if len(names) == 1 else None
    return listing(names) + (f" (did you mean {close!r}?)" if close and close != names[0] else "")
