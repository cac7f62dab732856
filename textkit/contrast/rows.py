"""From two sides to the rows of a keyness table: the tested terms, their flags, their order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from textkit import measures
from textkit.contrast.kernels import MEASURES, Options, Pair, Result
from textkit.contrast.sides import Side
from textkit.errors import EmptyError, check_choice, check_int
from textkit.matrix import DocumentTermMatrix
from textkit.measures import Floats
from textkit.vocabulary import Vocabulary

COLUMNS = [
    "term", "n_target", "n_reference", "rate_target", "rate_reference", "score", "effect", "ci_low", "ci_high",
    "p_value", "q_value", "range_target", "range_reference", "dp_target", "flag",
]  # fmt: skip

_MILLION = 1e6
RARE = 5
"""Occurrences on both sides together below which nothing should be concluded."""
_CONCENTRATED = 0.9  # normed deviation of proportions from which a term counts as standing in one place
_FEW_DOCS = 5  # documents from which a term is never called concentrated


def family(first: Side, second: Side, measure: str, min_count: int | None, min_range: int | None) -> NDArray[np.bool_]:
    """Return which terms are tested; a side of which nobody knows the documents fails no term."""
    about = MEASURES[measure]
    fewest = about.min_count if min_count is None else check_int("min_count", min_count, minimum=1)
    left, right = first.count * second.size, second.count * first.size
    docs = np.where(left > right, first.docs, second.docs)
    docs = np.where(left == right, np.maximum(first.docs, second.docs), docs)
    if min_range is None:
        n_docs = np.where(left > right, first.n_docs, second.n_docs)
        least = np.maximum(about.min_range, np.ceil(about.min_share * n_docs))
    else:
        least = np.asarray(check_int("min_range", min_range, minimum=1))
    return np.asarray((first.count + second.count >= fewest) & ~(docs < least))


def no_term_left(n_terms: int, measure: str, min_count: int | None, min_range: int | None) -> EmptyError:
    """Build the error for filters that leave nothing."""
    return EmptyError(
        f"no term of {n_terms:,} passes min_count={min_count} and min_range={min_range} with measure={measure!r}. "
        "Lower them."
    )


def prior_options(
    vocabulary: Vocabulary,
    total: Floats,
    smaller: float,
    prior: str | DocumentTermMatrix,
    alpha0: float | None,
    confidence: float,
) -> Options:
    """Return the Dirichlet prior of the log-odds: alpha of each term, and their sum.

    ``total`` are the counts of all groups together, ``smaller`` the size of the smallest side. Terms of a background
    corpus that no group has count for the sum.
    """
    there = total > 0
    n_types = int(there.sum())
    if isinstance(prior, DocumentTermMatrix):
        measures.check_counts(prior.weighting, "prior")
        n = float(prior.term_counts.sum())
        if not n:
            raise EmptyError("prior has no tokens. Give a background corpus, or use prior='pooled'.")
        background = np.asarray(prior.align(vocabulary).term_counts, dtype=np.float64)
    else:
        check_choice("prior", prior, ("pooled", "flat"))
        if prior == "flat":
            each = 0.01 if alpha0 is None else alpha0 / n_types
            size = each * n_types
            return Options(confidence, np.full(len(there), each), size, float(total.sum()), n_types, size)
        background, n = total, float(total.sum())
    if alpha0 is None:
        alpha0 = float(np.clip(0.01 * smaller, 10.0, 100_000.0))
    alpha = np.zeros(len(there))
    alpha[there] = measures.dirichlet_prior(background[there], alpha0, n=n)
    size = float(alpha[there].sum() + alpha0 * (1.0 - background[there].sum() / n))
    return Options(confidence, alpha, size, n, n_types, float(alpha0))


def ordered(vocabulary: Vocabulary, pair: Pair, result: Result, q: Floats) -> pd.DataFrame:
    """Return the table of one comparison, sorted by falling score, count and rising code points."""
    dp, concentrated = _spread(pair)
    order = measures.order_by(vocabulary.ranks[pair.places], result.score, pair.a + pair.b)
    columns: dict[str, Any] = {
        "term": pd.array(pa.array(vocabulary.terms, pa.large_string()), dtype="str").take(pair.places[order]),
        "n_target": pair.a.astype(np.int64)[order],
        "n_reference": pair.b.astype(np.int64)[order],
        "rate_target": (_MILLION * pair.a / pair.first.size)[order],
        "rate_reference": (_MILLION * pair.b / pair.second.size)[order],
        "score": result.score[order] + 0.0,  # no minus zero
        "effect": result.effect[order],
        "ci_low": result.low[order],
        "ci_high": result.high[order],
        "p_value": result.p[order],
        "q_value": q[order],
        "range_target": pair.docs_a.astype(np.int64)[order],
        "range_reference": (pair.docs_b.astype(np.int64) if pair.second.n_docs else pair.docs_b)[order],
        "dp_target": dp[order],
        "flag": _FLAGS.take(_flags(pair, result, concentrated)[order]),
    }
    return pd.DataFrame(columns, columns=COLUMNS)


_FLAG_NAMES = ("zero_adjusted", "rare", "concentrated")
_FLAGS = pd.array(
    ["|".join(name for bit, name in enumerate(_FLAG_NAMES) if number >> bit & 1) for number in range(8)], dtype="str"
)


def flags(pair: Pair, zero_adjusted: NDArray[np.bool_]) -> Any:
    """Return the words of the column ``flag``."""
    bits = zero_adjusted + 2 * (pair.a + pair.b < RARE) + 4 * _spread(pair)[1]
    return _FLAGS.take(np.asarray(bits, dtype=np.intp))


def _flags(pair: Pair, result: Result, concentrated: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return for each term which of the flags it has, as bits."""
    return np.asarray(result.zero_adjusted + 2 * (pair.a + pair.b < RARE) + 4 * concentrated, dtype=np.intp)


def _spread(pair: Pair) -> tuple[Floats, NDArray[np.bool_]]:
    """Return DP in the target, and which terms stand in few places where they are commoner."""
    target = _dispersion(pair.first)
    # in the reference DP matters only for the flag, and a term of many documents never gets that
    reference = _dispersion(pair.second, fewer_docs_than=_FEW_DOCS)
    uneven = [
        (dispersion.dp_norm[pair.places] >= _CONCENTRATED) & (docs < _FEW_DOCS)
        for dispersion, docs in ((target, pair.docs_a), (reference, pair.docs_b))
    ]
    left, right = pair.a * pair.second.size, pair.b * pair.first.size
    commoner = np.where(left > right, uneven[0], uneven[1])
    return target.dp[pair.places], np.where(left == right, uneven[0] & uneven[1], commoner)


def _dispersion(side: Side, *, fewer_docs_than: int | None = None) -> measures.Dispersion:
    term, doc, cells = side.term, side.doc, side.cells
    if fewer_docs_than is not None:
        few = (side.docs < fewer_docs_than)[term]
        term, doc, cells = term[few], doc[few], cells[few]
    return measures.deviation_of_proportions(term, doc, cells, side.lengths, len(side.count))
