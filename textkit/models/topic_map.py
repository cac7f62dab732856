"""A map of the topics: near ones use the same words. As a table, and as a page to explore in a browser."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit.errors import check_choice, check_int, check_path, check_type, unknown
from textkit.measures import topics as formulas
from textkit.models.topic_map_page import page
from textkit.models.topic_stability import top_lists
from textkit.models.topic_terms import relevance
from textkit.models.topics import Floats, TopicModel, check_model, ranking
from textkit.provenance import stamp
from textkit.storage import write_bytes

COLUMNS = ["topic", "x", "y", "share", "terms"]
_STEPS = 21  # places of the slider at which the page must know the first terms


def topic_map(model: TopicModel, n: int = 10) -> pd.DataFrame:
    """Place the topics on a plane so that topics with like words lie near each other.

    Distances are ``sqrt(JSD)``, ``JSD = H((p + q) / 2) - (H(p) + H(q)) / 2`` in bits, of the distributions over terms;
    the plane is that of classical scaling (Torgerson 1952). On each axis the topic farthest out is on the positive
    side, so that the same model gives the same map.

    Parameters
    ----------
    model : TopicModel
    n : int, default 10
        Terms to list.

    Returns
    -------
    DataFrame
        ``topic`` (from 1), ``x``, ``y``, ``share`` (of all tokens, ``Σ_d n_d theta_dk / Σ_d n_d``), ``terms``; one row
        a topic, in order. ``attrs["textkit"]["settings"]["kept"]`` is the share of the squared distances that the plane
        keeps.

    Raises
    ------
    ArgumentError
        ``n`` is below 1.

    Notes
    -----
    Only distances mean something, not axes; and with many topics a plane keeps little of them: look at ``kept``, and
    for the neighbours of a topic at the distances themselves. Maps of two models must not be compared.

    References
    ----------
    Chuang, Manning & Heer (2012); Sievert & Shirley (2014); Torgerson (1952).

    Examples
    --------
    >>> path, docs = pd.DataFrame({"iteration": [1], "value": [0.0]}), pd.DataFrame(index=["a", "b"])
    >>> beta = [[1.0, 0.0], [0.0, 1.0]]
    >>> model = TopicModel(beta, [[1, 0], [0, 1]], ["经济", "文化"], docs, [10, 30], [10, 30], path)
    >>> topic_map(model, 1)
       topic    x    y  share terms
    0      1  0.5  0.0   0.25    经济
    1      2 -0.5  0.0   0.75    文化
    """
    check_model(model)
    check_int("n", n, minimum=1)
    places, kept = formulas.classical_scaling(formulas.jensen_shannon_distances(model.topic_term))
    places = np.round(places, 9) + 0.0  # the last bits depend on the machine
    table = pd.DataFrame(
        {
            "topic": np.arange(1, model.n_topics + 1),
            "x": places[:, 0],
            "y": places[:, 1],
            "share": token_shares(model),
            "terms": pd.Series([" ".join(terms) for terms in top_lists(model, n)], dtype=object),
        },
        columns=COLUMNS,
    )
    return stamp(table, "topic_map", inputs=model.inputs, method=model.method, n=n, kept=round(kept, 6))


def save_topic_map(
    model: TopicModel,
    path: str | os.PathLike[str],
    *,
    n: int = 30,
    labels: Mapping[int, str] | None = None,
    lang: str = "zh",
    title: str | None = None,
) -> Path:
    """Write a page with the map of the topics and, beside it, the terms of the topic that the reader points at.

    A slider weighs the terms by relevance, ``λ ln p(w | k) + (1 - λ) ln (p(w | k) / p(w))``: 1, the most probable ones;
    0, those that are found hardly anywhere else. Pointing at a term shows which topics it stands in.

    One file: it holds everything it shows, asks the network for nothing (its own rules forbid it to), and needs no
    installation. Arrow keys go from topic to topic.

    Parameters
    ----------
    model : TopicModel
    path : path
        Where to write, for example ``"topics.html"``.
    n : int, default 30
        Terms to show, at most 100.
    labels : mapping of int to str, optional
        Names of topics, for example ``{1: "信访"}``.
    lang : {"zh", "en"}, default "zh"
        Language of the page.
    title : str, optional

    Returns
    -------
    Path
        The file. The same model gives the same bytes.

    Raises
    ------
    ArgumentError
        ``n`` is out of range, or there is no topic of that number.
    WriteError
        The file could not be written.

    Notes
    -----
    Circles are as large as the share of all tokens; bars compare the count of a term in the corpus with what the model
    gives to the topic, ``p(w | k) · Σ_d n_d theta_dk``. For the map see `topic_map`.

    References
    ----------
    Sievert & Shirley (2014).

    Examples
    --------
    >>> import tempfile
    >>> facts, docs = pd.DataFrame({"iteration": [1], "value": [0.0]}), pd.DataFrame(index=["a", "b"])
    >>> beta = [[0.9, 0.1], [0.2, 0.8]]
    >>> model = TopicModel(beta, [[1, 0], [0, 1]], ["经济", "文化"], docs, [10, 30], [10, 30], facts)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     text = save_topic_map(model, f"{folder}/topics.html").read_text(encoding="utf-8")
    >>> "http:" in text.replace("http://www.w3.org/2000/svg", ""), "https:" in text
    (False, False)
    """
    target = check_path("path", path)
    check_int("n", n, minimum=1, maximum=100)
    check_choice("lang", lang, ("zh", "en"))
    table = topic_map(model, n)
    names = _names(model, labels)
    chosen = _candidates(model, n)
    tokens = float(model.doc_lengths[model.placed].sum())
    data: dict[str, Any] = {
        "n": n,
        "lang": lang,
        "kept": _short(table.attrs["textkit"]["settings"]["kept"]),
        "topics": [
            {"number": number, "name": names[number], "x": x, "y": y, "share": _short(share)}
            for number, x, y, share in zip(*(table[name].tolist() for name in COLUMNS[:4]), strict=True)
        ],
        "terms": [model.vocabulary[int(i)] for i in chosen],
        "counts": [int(model.term_counts[i]) for i in chosen],
        "tokens": tokens,
        "total": int(model.term_counts.sum()),
        "phi": [[_short(value) for value in row] for row in model.topic_term[:, chosen]],
    }
    about = dict(table.attrs["textkit"])
    about["function"] = "save_topic_map"
    about["settings"] = {name: None if value != value else value for name, value in about["settings"].items()}
    return write_bytes(target, page(data, about, lang=lang, title=title).encode())


def token_shares(model: TopicModel) -> Floats:
    """Return the share of each topic in all tokens (K,); NaN if no document has shares."""
    weight = model.doc_lengths[model.placed].astype(np.float64)
    total = float(weight.sum())
    if not total:
        return np.full(model.n_topics, np.nan)
    return np.asarray(weight @ model.doc_topic[model.placed] / total)


def _candidates(model: TopicModel, n: int) -> NDArray[np.intp]:
    """Return the terms that are among the first n of a topic at some place of the slider."""
    found: set[int] = set()
    for weight in np.linspace(0, 1, _STEPS) if model.term_counts.any() else ():
        value = relevance(model.topic_term, model.term_counts, float(weight))
        value = np.where(np.isfinite(value), value, np.nan)
        top = ranking(value, model.term_counts, model.vocabulary.terms, n)
        for row, known in zip(top, ~np.isnan(value), strict=True):
            found |= {int(i) for i in row if known[i]}
    return np.array(sorted(found), dtype=np.intp)


def _names(model: TopicModel, labels: Mapping[int, str] | None) -> dict[int, str]:
    known: dict[int, str] = {}
    if labels is not None:
        check_type("labels", labels, Mapping, hint='For example {1: "信访"}.')
        for key, value in labels.items():
            if key not in range(1, model.n_topics + 1):
                raise unknown("topic", key, range(1, model.n_topics + 1))
            known[int(key)] = str(value)
    return {k: known.get(k, "") for k in range(1, model.n_topics + 1)}


def _short(value: float) -> float | None:
    """Round to five digits; JSON has no NaN."""
    return float(f"{value:.5g}") if np.isfinite(value) else None
