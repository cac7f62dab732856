"""How much of the corpus, or of each group of documents, belongs to each topic."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from textkit.errors import ArgumentError, TextkitWarning, check_choice, check_float, check_int
from textkit.measures.resampling import few_units, percentile_interval, resamples
from textkit.models.topics import Floats, TopicModel, check_model
from textkit.progress import track
from textkit.provenance import stamp
from textkit.selection import By, column, groups

COLUMNS = ("group", "topic", "share", "n_docs", "ci_low", "ci_high")
_CELLS = 4_000_000  # units times replicates in memory at a time


def topic_shares(
    model: TopicModel,
    *,
    by: By | None = None,
    weight: str = "docs",
    ci: str | None = None,
    cluster: str | None = None,
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    """Average the topic shares over all documents or over groups of them.

    ``share[g, k] = Σ_d a_d · doc_topic[d, k] / Σ_d a_d`` over the documents d of group g.

    Parameters
    ----------
    model : TopicModel
    by : str or list of str, optional
        Column of ``model.docs`` that makes the groups, or ``"doc"``; several columns: each combination of values is a
        group. Documents without a value are left out.
    weight : {"docs", "tokens"}, default "docs"
        ``"docs"``: every document counts once, ``a_d = 1``; ``"tokens"``: by its length, which gives the share of
        all tokens.
    ci : {None, "bootstrap"}
        Interval of the share: how far it would move if other documents of the same kind had been sampled. They are
        drawn with replacement within each group (percentile interval).
    cluster : str, optional
        Column of ``model.docs``, such as the ``parent`` of paragraphs: for the interval its values are drawn and not
        the documents, so that the paragraphs of one speech come together. The shares themselves do not change.
    n_replicates : int, default 2000
    confidence : float, default 0.95
    random_state : int, default 0
        Seed of the draws.

    Returns
    -------
    DataFrame
        ``group`` (``"all"`` without ``by``), ``topic`` (from 1), ``share`` (a group's shares sum to one), ``n_docs``
        (documents that have shares), ``ci_low``, ``ci_high`` (NaN without ``ci``, and for a group of a single document
        or cluster); by group, then topic. A group in which no document has shares gets NaN.
        ``attrs["textkit"]["unit"]`` is what was drawn: ``"document"``, the column ``cluster``, or None.

    Raises
    ------
    ArgumentError
        Every group has fewer than two documents or clusters to draw from, as with ``by="doc"``; ``cluster`` without
        ``ci``; a document without a value in ``cluster``.
    UnknownNameError
        There is no such column, or no such weight.

    Warns
    -----
    TextkitWarning
        A group has fewer than 10 documents or clusters: its intervals are too short.

    Notes
    -----
    Shares describe this model of this corpus. Those of two models must not be compared: their topics differ.

    The interval is conditional on the estimated topics and shares: it knows that other documents could have been
    sampled, not that a new fit would find other topics. Paragraphs of a text are more alike than paragraphs of
    different texts; without ``cluster`` their interval is too short.

    References
    ----------
    Efron & Tibshirani (1993), chapter 13; Davison & Hinkley (1997), chapter 3.8, for clusters.

    Examples
    --------
    >>> from textkit.models.topics import TopicModel
    >>> path = pd.DataFrame({"iteration": [1], "value": [0.0]})
    >>> docs = pd.DataFrame({"year": [2019, 2020, 2020]}, index=["a", "b", "c"])
    >>> theta = [[1, 0], [0.5, 0.5], [0, 1]]
    >>> model = TopicModel([[0.7, 0.3], [0.2, 0.8]], theta, ["经济", "文化"], docs, [9, 21], [10, 5, 15], path)
    >>> topic_shares(model, by="year").iloc[:, :4]
       group  topic  share  n_docs
    0   2019      1   1.00       1
    1   2019      2   0.00       1
    2   2020      1   0.25       2
    3   2020      2   0.75       2
    >>> topic_shares(model, weight="tokens")["share"].round(3).tolist()
    [0.417, 0.583]
    """
    check_model(model)
    check_choice("weight", weight, ("docs", "tokens"))
    _check_interval(ci, cluster, n_replicates, confidence, random_state)
    if by is None:
        codes, values = np.zeros(len(model.names), dtype=np.intp), ["all"]
    else:
        codes, values = groups(model._docs, by)
    used = np.flatnonzero(model.placed & (codes >= 0))
    code, theta = codes[used], model.doc_topic[used]
    amount = model.doc_lengths[used].astype(np.float64) if weight == "tokens" else np.ones(len(code))
    size = len(values)
    total = np.bincount(code, weights=amount, minlength=size)
    sums = [np.bincount(code, weights=amount * share, minlength=size) for share in theta.T]
    with np.errstate(invalid="ignore"):
        shares = np.stack(sums, axis=1) / total[:, None]
    ends = np.full((2, *shares.shape), np.nan)
    if ci is not None:
        drawn = _drawn(model, used, by, cluster, code)
        ends = _intervals(theta, amount, code, drawn, size, n_replicates, confidence, random_state)
    table = pd.DataFrame(
        {
            "group": pd.Series(values, dtype=None if size else object).repeat(model.n_topics).reset_index(drop=True),
            "topic": np.tile(np.arange(1, model.n_topics + 1), size),
            "share": shares.ravel(),
            "n_docs": np.repeat(np.bincount(code, minlength=size), model.n_topics),
            "ci_low": ends[0].ravel(),
            "ci_high": ends[1].ravel(),
        },
        columns=list(COLUMNS),
    )
    settings = {
        "by": by, "weight": weight, "ci": ci, "cluster": cluster, "n_replicates": n_replicates,
        "confidence": confidence, "random_state": random_state,
    }  # fmt: skip
    stamp(table, "topic_shares", inputs=model.inputs, method=model.method, **settings)
    table.attrs["textkit"]["unit"] = None if ci is None else (cluster or "document")
    return table


def _check_interval(
    ci: str | None, cluster: str | None, n_replicates: int, confidence: float, random_state: int
) -> None:
    if ci is not None:
        check_choice("ci", ci, ("bootstrap",))
    elif cluster is not None:
        raise ArgumentError(
            f'cluster={cluster!r} says what is drawn for an interval, and none was asked for. Add ci="bootstrap", or '
            "leave cluster out."
        )
    check_int("n_replicates", n_replicates, minimum=100)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    check_int("random_state", random_state, minimum=0)


def _drawn(
    model: TopicModel, used: NDArray[np.intp], by: By | None, cluster: str | None, code: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return what each document is drawn with: a number for each of them, or for each cluster."""
    if cluster is None:
        drawn, what = np.arange(len(used), dtype=np.intp), "document"
    else:
        column(model._docs, cluster, argument="cluster")
        drawn, what = groups(model._docs.iloc[used], cluster)[0], "cluster"
        missing = int((drawn < 0).sum())
        if missing:
            raise ArgumentError(
                f"cluster={cluster!r}: {missing:,} document{' has' if missing == 1 else 's have'} no value. Fill "
                f"{'it' if missing == 1 else 'them'} in."
            )
    pairs = np.unique(np.stack([code, drawn], axis=1), axis=0)[:, 0]
    sizes = np.bincount(pairs) if len(pairs) else np.zeros(1, dtype=np.intp)
    if sizes.max() < 2:
        many = "the model has fewer than two" if by is None else f"by={by!r} leaves every group with fewer than two"
        raise ArgumentError(
            f'ci="bootstrap" draws {what}s again, but {many}. Fit the model to smaller pieces, such as '
            'tokens.split("paragraph"), or ask for no interval.'
        )
    few = few_units(int(sizes[sizes > 0].min()), what)
    if few is not None:
        lead = "" if by is None else "in the group with the fewest: "
        warnings.warn(lead + few, TextkitWarning, stacklevel=3)
    return drawn


def _intervals(
    theta: Floats,
    amount: Floats,
    code: NDArray[np.intp],
    drawn: NDArray[Any],
    size: int,
    n_replicates: int,
    confidence: float,
    random_state: int,
) -> Floats:
    """Return both ends, groups by topics; each group has draws of its own, whatever other groups there are."""
    ends = np.full((2, size, theta.shape[1]), np.nan)
    with threadpool_limits(limits=1):  # sums over several threads differ in the last digits
        for g in track(range(size), "bootstrap"):
            mine = np.flatnonzero(code == g)
            units, place = np.unique(drawn[mine], return_inverse=True)
            if len(units) < 2:
                continue
            weights = amount[mine]
            total = np.bincount(place, weights=weights)
            sums = np.stack([np.bincount(place, weights=weights * share) for share in theta[mine].T], axis=1)
            rng = np.random.default_rng(random_state)
            block = int(np.clip(_CELLS // len(units), 1, 100))
            with np.errstate(invalid="ignore"):  # a draw of nothing but documents without tokens
                found = [
                    (times @ sums) / (times @ total)[:, None]
                    for times in resamples(len(units), n_replicates, rng, block=block)
                ]
            ends[:, g] = percentile_interval(np.concatenate(found), confidence)
    return ends
