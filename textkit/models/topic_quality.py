"""Coherence against exclusivity: do the terms of a topic belong together, and to it alone?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from textkit.errors import check_int
from textkit.matrix import DocumentTermMatrix
from textkit.models.topic_coherence import topic_coherence
from textkit.models.topic_terms import topic_exclusivity
from textkit.models.topics import TopicModel, check_model, mean_shares
from textkit.provenance import stamp
from textkit.tokens import Tokens

COLUMNS = ["topic", "coherence", "exclusivity", "share", "terms"]


def topic_quality(
    model: TopicModel,
    reference: Tokens | DocumentTermMatrix | Sequence[Sequence[str]],
    *,
    measure: str = "npmi",
    n: int = 10,
    frex_weight: float = 0.7,
) -> pd.DataFrame:
    """Put coherence and exclusivity of each topic side by side.

    Coherence (the top n terms occur in the same places: see `topic_coherence` for the formulas) can be had cheaply by
    topics that share the commonest terms of the corpus; exclusivity (the summed FREX of these terms, see
    `topic_exclusivity`) cheaply by topics of rare terms. A good topic has both.

    Parameters
    ----------
    model : TopicModel
    reference : Tokens, DocumentTermMatrix or list of lists of words
        Where coherence looks for the terms; see `topic_coherence`.
    measure : {"npmi", "uci", "c_v", "umass", "umass_stm"}, default "npmi"
        Of coherence. With ``"umass_stm"`` and the matrix of the fit the table is R's ``topicQuality``.
    n : int, default 10
        Top terms a topic, at least 2.
    frex_weight : float in [0, 1], default 0.7

    Returns
    -------
    DataFrame
        ``topic`` (from 1), ``coherence``, ``exclusivity``, ``share`` (mean share of the documents), ``terms``; one row
        a topic, in order.

    Raises
    ------
    ArgumentError
        An argument lies outside its range.
    EmptyError
        The reference has no tokens.

    Warns
    -----
    TextkitWarning
        Some top terms do not occur in the reference.

    Notes
    -----
    Neither number says whether people understand the topic: see `intrusion_task`. Values of different measures, n,
    references or vocabularies must not be compared.

    References
    ----------
    Mimno et al. (2011); Bischof & Airoldi (2012); Roberts, Stewart & Tingley (2019).

    Examples
    --------
    >>> from textkit.models.topics import fit_topics
    >>> dtm = DocumentTermMatrix([[4, 4, 0, 0], [3, 4, 0, 0], [0, 0, 3, 2]], ["经济", "增长", "文化", "音乐"])
    >>> topic_quality(fit_topics(dtm, 2, random_state=7), dtm, n=2).round(2)
       topic  coherence  exclusivity  share  terms
    0      1        1.0         1.75   0.66  增长 经济
    1      2        1.0         1.75   0.34  文化 音乐
    """
    check_model(model)
    check_int("n", n, minimum=2)
    coherence = topic_coherence(model, reference, measure=measure, n=n)
    exclusivity = topic_exclusivity(model, n, frex_weight=frex_weight)
    table = pd.DataFrame(
        {
            "topic": np.arange(1, model.n_topics + 1),
            "coherence": coherence["coherence"],
            "exclusivity": exclusivity["exclusivity"],
            "share": mean_shares(model.doc_topic),
            "terms": coherence["terms"],
        },
        columns=COLUMNS,
    )
    about = coherence.attrs["textkit"]
    return stamp(
        table,
        "topic_quality",
        inputs=about["inputs"],
        method=model.method,
        frex_weight=frex_weight,
        **about["settings"],
    )
