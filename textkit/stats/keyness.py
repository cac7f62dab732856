"""Which terms set one group of documents apart from another, how strongly, and how sure that is."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit import measures
from textkit.errors import (
    ArgumentError,
    EmptyError,
    TextkitWarning,
    check_choice,
    check_float,
    check_int,
    check_type,
    listing,
    unknown,
)
from textkit.matrix import DocumentTermMatrix
from textkit.measures import Floats
from textkit.provenance import stamp
from textkit.selection import Which, groups, rows

COLUMNS = [
    "term", "n_target", "n_reference", "rate_target", "rate_reference", "score", "effect", "ci_low", "ci_high",
    "p_value", "q_value", "range_target", "range_reference", "dp_target", "flag",
]  # fmt: skip

_MILLION = 1e6
_LN2 = float(np.log(2.0))
_RARE = 5  # occurrences in both groups below which nothing should be concluded
_CONCENTRATED = 0.9  # normed deviation of proportions from which a term counts as standing in one place
_FEW_DOCS = 5  # documents from which a term is never called concentrated
_SIGNIFICANT_DOCS = 8  # below this sqrt(documents - 1) stays under the 5 % point of t
_NAMES_SHOWN = 20  # documents named one by one in the settings of a table


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Counts of all terms in one group of documents; ``term``, ``doc``, ``cells`` are the nonzero cells."""

    count: Floats
    docs: NDArray[np.int64]
    size: float
    lengths: Floats
    term: NDArray[Any]
    doc: NDArray[Any]
    cells: Floats

    @property
    def n_docs(self) -> int:
        return len(self.lengths)


@dataclass(frozen=True, slots=True)
class _Options:
    """What a kernel may need beside the counts."""

    confidence: float
    flat: bool = False
    alpha0: float | None = None
    background: Floats | None = None  # counts of the terms in another corpus
    background_size: float = 0.0


class _Result(NamedTuple):
    """One value a term."""

    score: Floats
    effect: Floats
    low: Floats
    high: Floats
    p: Floats
    zero_adjusted: NDArray[np.bool_]
    extra: dict[str, Any]


def keyness(
    dtm: DocumentTermMatrix,
    target: Which | Any,
    reference: Which | Any = None,
    *,
    by: str | None = None,
    measure: str = "g2",
    adjust: str = "bh",
    min_count: int | None = None,
    min_range: int | None = None,
    prior: str | DocumentTermMatrix = "pooled",
    alpha0: float | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    r"""Compare the terms of two groups of documents.

    A term occurs a times among the c tokens of the target and b times among the d tokens of the reference. ``score``
    is the statistic by which the table is sorted, with the sign of ``a/c - b/d``; ``effect`` is the size of the
    difference, a doubling of the rate being 1.

    - ``g2``: log-likelihood ratio ``2 sum O ln(O/E)`` over four cells (Dunning 1993). ``g2_2cell``: over the term's own
      two cells (Rayson & Garside 2000; WordSmith, AntConc, CQPweb).
    - ``chi2``: ``sum (O - E)^2 / E``. ``chi2_yates``: with continuity correction, at most |O - E|.
    - ``fisher``: exact test (Fisher 1935), score ``-log10 p``; for small counts.
    - ``log_ratio``: ``log2 (a/c) / (b/d)`` (Hardie 2014). An effect, not a test: no p. Raise ``min_count``, or the top
      of the list is chance.
    - ``fightin_words``: log-odds ratio with a Dirichlet prior over its standard deviation (Monroe, Colaresi & Quinn
      2008), a posterior z; the p made of it is a screening device. ``effect`` is the shrunk log-odds ratio in bits.
    - ``text_dispersion``: ``g2`` on numbers of documents that have the term (Egbert & Biber 2019); ``effect`` is the
      log ratio of the shares of documents.
    - ``robust``: documents, not tokens, are what was sampled. A ratio estimator (Cochran 1977) as a score test: the
      spread of the documents around the common rate gives the variance (see `measures.cluster_score`), p by Student's
      t with (documents - 2) degrees of freedom, the interval holds all ratios that the test does not reject.
      ``effect`` is the log ratio with one occurrence shared out over both groups, ``log2 (a/c + 1/N) / (b/d + 1/N)``;
      ``score`` is the end of the interval that is nearer to zero, 0 if the interval holds zero. Only terms that occur
      at least 5 times and in at least max(3, 0.5 %) documents of the group where they are commoner.

    For all but the last three, ``effect`` is the log ratio and its interval that of Katz (1978), a count of zero being
    replaced by 0.5.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts. Trim with ``min_count`` here, not before: c and d are the tokens of this matrix.
    target, reference : documents, or values of the column ``by``
        Without ``by``: a name, list of names, row numbers, mask or function of ``dtm.docs``. With ``by``: a value or a
        list of values. The reference is by default all other documents (with ``by``: all that have a value).
    by : str, optional
        Column of ``dtm.docs``.
    measure : str, default "g2"
    adjust : {"bh", "holm", "bonferroni", "by", "none"}
        How ``q_value`` allows for the number of tests; the tests are those of the rows returned.
    min_count : int, optional
        Fewest occurrences in both groups together; 1, with ``robust`` 5.
    min_range : int, optional
        Fewest documents in the group where the term is commoner; 1, with ``robust`` max(3, 0.5 %).
    prior : "pooled", "flat" or DocumentTermMatrix
        For ``fightin_words``: the prior is proportional to the two groups together, the same for all terms, or
        proportional to a background corpus.
    alpha0 : float, optional
        For ``fightin_words``: size of the prior in tokens; by default 1 % of the smaller group, from 10 to 100,000
        (with ``"flat"``: 0.01 a term).
    confidence : float, default 0.95

    Returns
    -------
    DataFrame
        ``term``; ``n_target``, ``n_reference`` (a, b); ``rate_target``, ``rate_reference`` (per million tokens);
        ``score``; ``effect``, ``ci_low``, ``ci_high`` (bits); ``p_value``, ``q_value`` (two-sided; NaN where the
        measure has none); ``range_target``, ``range_reference`` (documents that have the term); ``dp_target``
        (deviation of proportions in the target, 0 = even, Gries 2008; NaN with a single document); ``flag``, words
        joined by ``|``: ``zero_adjusted`` (a count of zero was replaced), ``rare`` (fewer than 5 occurrences),
        ``concentrated`` (where it is commoner it stands in fewer than 5 documents and DP / max DP is 0.9 or more; not
        judged in a single document). Sorted by falling score, count, code points: the terms of the target are at the
        top, those of the reference at the bottom. Terms that neither group has are left out.
        ``attrs["textkit"]["unit"]`` says whether p is per ``"token"`` or per ``"document"``.

    Raises
    ------
    ArgumentError
        Weights instead of counts, a document in both groups, or, for ``robust``, a group of fewer than 3 documents.
    EmptyError
        A group without documents or tokens, or no term left.
    UnknownNameError
        Unknown document, column, value or measure.

    Warns
    -----
    TextkitWarning
        Documents without a value in the column ``by``: they are in neither group. Fewer than 8 documents with
        ``robust``: nothing can be significant.

    Notes
    -----
    All p-values but those of ``robust`` and ``text_dispersion`` are **per token**: they take each token for an
    independent draw. Words come in bursts, so they reject a true null several times too often, and no adjustment for
    multiple testing mends that. Use them to rank, and ``robust`` to claim. Scores grow with the size of the corpora and
    must not be compared between tables; effects may be.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[8, 2], [2, 8]], ["网格", "信访"])
    >>> keyness(dtm, "doc1")[["term", "n_target", "n_reference", "score", "effect"]].round(2)
      term  n_target  n_reference  score  effect
    0   网格         8            2   7.71     2.0
    1   信访         2            8  -7.71    -2.0
    """
    check_type("dtm", dtm, DocumentTermMatrix, hint="Make one with count(tokens).")
    measures.check_counts(dtm.weighting, "keyness")
    check_choice("measure", measure, MEASURES)
    check_choice("adjust", adjust, measures.ADJUSTMENTS)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    if alpha0 is not None:
        check_float("alpha0", alpha0, minimum=0, open_minimum=True)
    chosen = MEASURES[measure]
    target_rows, reference_rows = _chosen(dtm, target, reference, by)
    first, second = _group(dtm, target_rows, "target"), _group(dtm, reference_rows, "reference")
    _check_documents(first, second, chosen, measure)
    tested = _family(first, second, chosen, min_count, min_range)
    if not tested.any():
        raise EmptyError(
            f"no term of {dtm.shape[1]:,} passes min_count={min_count} and min_range={min_range} "
            f"with measure={measure!r}. Lower them."
        )
    pair = _pair(first, second, tested)
    result = chosen.kernel(pair, _options(dtm, prior, alpha0, confidence))
    table = _table(dtm, pair, result, adjust)
    settings = {
        "target": _label(dtm, target, target_rows, by), "target_rows": _ranges(target_rows),
        "reference": None if reference is None else _label(dtm, reference, reference_rows, by),
        "reference_rows": _ranges(reference_rows), "by": by, "measure": measure, "adjust": adjust,
        "min_count": min_count, "min_range": min_range, "confidence": confidence,
    }  # fmt: skip
    inputs = {"dtm": dtm.fingerprint}
    if measure == "fightin_words":
        settings |= {"prior": prior if isinstance(prior, str) else "background", "alpha0": alpha0}
        if isinstance(prior, DocumentTermMatrix):
            inputs["prior"] = prior.fingerprint
    stamp(table, "keyness", inputs=inputs, **settings)
    table.attrs["textkit"] |= {"unit": chosen.unit, **result.extra}
    return table


# ---------------------------------------------------------------------------------------------------------------
# Kernels: counts of the tested terms in two groups in, one result a term out


class _Pair(NamedTuple):
    """The tested terms: occurrences and documents in both groups; places are their columns."""

    a: Floats
    b: Floats
    docs_a: Floats
    docs_b: Floats
    places: NDArray[np.intp]
    first: _Group
    second: _Group


def _pair(first: _Group, second: _Group, tested: NDArray[np.bool_]) -> _Pair:
    places = np.flatnonzero(tested)
    a, b = first.count[places], second.count[places]
    docs = [group.docs[places].astype(np.float64) for group in (first, second)]
    return _Pair(a, b, docs[0], docs[1], places, first, second)


def _log_ratio_effect(a: Floats, b: Floats, c: float, d: float, confidence: float) -> dict[str, Any]:
    ratio = measures.log_ratio(a, b, c, d)
    low, high = measures.normal_interval(ratio.value, ratio.se, confidence)
    return {"effect": ratio.value, "low": low, "high": high, "zero_adjusted": ratio.zero_adjusted, "extra": {}}


def _from_statistic(statistic: Callable[[measures.TwoByTwo], Floats]) -> Callable[[_Pair, _Options], _Result]:
    """Make the kernel of a statistic of two-by-two tables that is chi-squared with one degree of freedom."""

    def kernel(pair: _Pair, options: _Options) -> _Result:
        c, d = pair.first.size, pair.second.size
        table = measures.two_by_two(pair.a, pair.b, c, d)
        value = statistic(table)
        effect = _log_ratio_effect(pair.a, pair.b, c, d, options.confidence)
        return _Result(score=measures.association_sign(table) * value, p=measures.chi2_p(value), **effect)

    return kernel


def _g2_2cell(table: measures.TwoByTwo) -> Floats:
    return measures.log_likelihood_2cell(table.o11, table.o12, table.o11 + table.o21, table.o12 + table.o22)


def _fisher(pair: _Pair, options: _Options) -> _Result:
    c, d = pair.first.size, pair.second.size
    table = measures.two_by_two(pair.a, pair.b, c, d)
    test = measures.fisher_exact(table)
    score = measures.association_sign(table) * np.abs(test.log_p) / np.log(10.0)
    return _Result(score=score, p=test.two_sided, **_log_ratio_effect(pair.a, pair.b, c, d, options.confidence))


def _log_ratio(pair: _Pair, options: _Options) -> _Result:
    effect = _log_ratio_effect(pair.a, pair.b, pair.first.size, pair.second.size, options.confidence)
    return _Result(score=effect["effect"], p=np.full(len(pair.a), np.nan), **effect)


def _text_dispersion(pair: _Pair, options: _Options) -> _Result:
    c, d = pair.first.n_docs, pair.second.n_docs
    table = measures.two_by_two(pair.docs_a, pair.docs_b, c, d)
    value = measures.log_likelihood(table)
    effect = _log_ratio_effect(pair.docs_a, pair.docs_b, c, d, options.confidence)
    return _Result(score=measures.association_sign(table) * value, p=measures.chi2_p(value), **effect)


def _fightin_words(pair: _Pair, options: _Options) -> _Result:
    prior, size = _prior(pair.first, pair.second, options)
    alpha = prior[pair.places]

    def fit(factor: float) -> tuple[measures.LogOdds, Floats]:
        sizes = pair.first.size, pair.second.size
        found = measures.fightin_words(pair.a, pair.b, *sizes, alpha * factor, size * factor)
        return found, np.asarray(found.value / np.sqrt(found.variance))

    found, z = fit(1.0)
    low, high = measures.normal_interval(found.value, np.sqrt(found.variance), options.confidence)
    changed = {f"x{factor:g}": _rank_correlation(z, fit(factor)[1]) for factor in (0.1, 10.0)}
    return _Result(
        z, found.value / _LN2, low / _LN2, high / _LN2, measures.normal_p(z), np.zeros(len(z), dtype=np.bool_),
        {"alpha0": size, "sensitivity": changed},
    )  # fmt: skip


def _robust(pair: _Pair, options: _Options) -> _Result:
    v = len(pair.first.count)
    first, second = (
        _tested(measures.cluster_sums(g.term, g.doc, g.cells, g.lengths, v), pair.places)
        for g in (pair.first, pair.second)
    )
    df = first.n_docs + second.n_docs - 2
    one = 1.0 / (first.size + second.size)
    effect = np.log2(pair.a / first.size + one) - np.log2(pair.b / second.size + one)
    low, high = (end / _LN2 for end in measures.cluster_interval(first, second, options.confidence))
    score = np.where(low > 0, low, np.where(high < 0, high, 0.0))
    p = measures.student_p(measures.cluster_score(first, second), df)
    return _Result(score, effect, low, high, p, (pair.a == 0) | (pair.b == 0), {"df": df})


def _tested(sums: measures.ClusterSums, places: NDArray[np.intp]) -> measures.ClusterSums:
    return sums._replace(count=sums.count[places], square=sums.square[places], cross=sums.cross[places])


def _options(
    dtm: DocumentTermMatrix, prior: str | DocumentTermMatrix, alpha0: float | None, confidence: float
) -> _Options:
    if isinstance(prior, DocumentTermMatrix):
        measures.check_counts(prior.weighting, "prior")
        size = float(prior.term_counts.sum())
        if not size:
            raise EmptyError("prior has no tokens. Give a background corpus, or use prior='pooled'.")
        counts = np.asarray(prior.align(dtm.vocabulary).term_counts, dtype=np.float64)
        return _Options(confidence, False, alpha0, counts, size)
    check_choice("prior", prior, ("pooled", "flat"))
    return _Options(confidence, prior == "flat", alpha0)


def _prior(first: _Group, second: _Group, options: _Options) -> tuple[Floats, float]:
    """Return alpha of each term and their sum, terms of the background that neither group has included."""
    there = first.count + second.count > 0
    alpha0 = options.alpha0
    if options.flat:
        each = 0.01 if alpha0 is None else alpha0 / int(there.sum())
        return np.full(len(there), each), each * int(there.sum())
    if alpha0 is None:
        alpha0 = float(np.clip(0.01 * min(first.size, second.size), 10.0, 100_000.0))
    background = first.count + second.count if options.background is None else options.background
    n = first.size + second.size if options.background is None else options.background_size
    alpha = np.zeros(len(there))
    alpha[there] = measures.dirichlet_prior(background[there], alpha0, n=n)
    return alpha, float(alpha[there].sum() + alpha0 * (1.0 - background[there].sum() / n))


class _Measure(NamedTuple):
    kernel: Callable[[_Pair, _Options], _Result]
    unit: str = "token"
    min_docs: int = 1
    min_count: int = 1
    min_range: int = 1
    min_share: float = 0.0  # of the documents of the group where the term is commoner


MEASURES: dict[str, _Measure] = {
    "g2": _Measure(_from_statistic(measures.log_likelihood)),
    "g2_2cell": _Measure(_from_statistic(_g2_2cell)),
    "chi2": _Measure(_from_statistic(measures.chi_squared)),
    "chi2_yates": _Measure(_from_statistic(lambda table: measures.chi_squared(table, yates=True))),
    "fisher": _Measure(_fisher),
    "log_ratio": _Measure(_log_ratio),
    "fightin_words": _Measure(_fightin_words),
    "text_dispersion": _Measure(_text_dispersion, unit="document"),
    "robust": _Measure(_robust, unit="document", min_docs=3, min_count=5, min_range=3, min_share=0.005),
}
"""What ``measure`` can be, with its sampling unit and its own filters."""


# ---------------------------------------------------------------------------------------------------------------
# Around the kernels


def _chosen(
    dtm: DocumentTermMatrix, target: Any, reference: Any, by: str | None
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows of both groups; they are disjoint, each row once."""
    if by is None:
        eligible = np.arange(len(dtm))
        first = np.unique(rows(dtm._docs, target))
        second = None if reference is None else np.unique(rows(dtm._docs, reference))
    else:
        codes, values = groups(dtm._docs, by)
        eligible = np.flatnonzero(codes >= 0)
        if len(eligible) < len(dtm):
            n = len(dtm) - len(eligible)
            warnings.warn(
                f"{n:,} document{' has' if n == 1 else 's have'} no value in {by!r} and "
                f"{'is' if n == 1 else 'are'} in neither group.",
                TextkitWarning,
                stacklevel=3,
            )
        first = _rows_of("target", target, by, codes, values)
        second = None if reference is None else _rows_of("reference", reference, by, codes, values)
    if second is None:
        second = np.setdiff1d(eligible, first)
    common = np.intersect1d(first, second)
    if len(common):
        raise ArgumentError(
            f"target and reference share {len(common):,} documents: {listing(dtm.names[int(i)] for i in common)}. "
            "A document can only be in one of the groups."
        )
    for name, chosen in (("target", first), ("reference", second)):
        if not len(chosen):
            rest = " There is no other document to compare with." if name == "reference" and reference is None else ""
            raise EmptyError(f"{name} chooses none of the {len(dtm):,} documents.{rest}")
    return first, second


def _rows_of(argument: str, wanted: Any, by: str, codes: NDArray[np.intp], values: list[Any]) -> NDArray[np.intp]:
    """Return the rows whose value in a column is wanted, or one of those wanted."""
    many = isinstance(wanted, (Sequence, set, frozenset, np.ndarray, pd.Index)) and not isinstance(wanted, str)
    places = []
    for value in list(wanted) if many else [wanted]:
        found = [place for place, known in enumerate(values) if known == value]
        if not found:
            raise unknown(f"value of {by!r} ({argument})", value, values)
        places.extend(found)
    return np.flatnonzero(np.isin(codes, places))


def _group(dtm: DocumentTermMatrix, chosen: NDArray[np.intp], name: str) -> _Group:
    """Add up the counts of a group; empty documents are left out."""
    indptr, indices, data = _rows_only(dtm.matrix, chosen)
    term, cells = indices.astype(np.intp), data.astype(np.float64)
    doc = np.repeat(np.arange(len(chosen)), np.diff(indptr))
    if len(cells) and not cells.all():
        there = cells != 0
        term, cells, doc = term[there], cells[there], doc[there]
    lengths = np.bincount(doc, weights=cells, minlength=len(chosen)).astype(np.float64, copy=False)
    filled = lengths > 0
    if not filled.any():
        raise EmptyError(f"the {len(chosen):,} documents of the {name} have no tokens.")
    if not filled.all():
        doc, lengths = (np.cumsum(filled) - 1)[doc], lengths[filled]
    v = dtm.shape[1]
    count = np.bincount(term, weights=cells, minlength=v).astype(np.float64, copy=False)
    return _Group(count, np.bincount(term, minlength=v), float(lengths.sum()), lengths, term, doc, cells)


def _rows_only(matrix: csr_array, chosen: NDArray[np.intp]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return the three arrays of some rows; without copying them if they stand next to each other."""
    first, stop = int(chosen[0]), int(chosen[-1]) + 1
    if stop - first != len(chosen):
        part = matrix[chosen]
        return part.indptr, part.indices, part.data
    bounds = matrix.indptr[first : stop + 1]
    inside = slice(int(bounds[0]), int(bounds[-1]))
    return bounds, matrix.indices[inside], matrix.data[inside]


def _check_documents(first: _Group, second: _Group, chosen: _Measure, measure: str) -> None:
    if min(first.n_docs, second.n_docs) < chosen.min_docs:
        raise ArgumentError(
            f"measure={measure!r} needs at least {chosen.min_docs} documents with tokens in each group to see how much "
            f"documents differ, got {first.n_docs} in the target and {second.n_docs} in the reference. Split the texts "
            'first (tokens.split("paragraph")), or use measure="g2", whose p-values are per token and claim too much.'
        )
    n = first.n_docs + second.n_docs
    if measure == "robust" and n < _SIGNIFICANT_DOCS:
        warnings.warn(
            f"{n} documents are too few for any term to be significant at 5 %: read the effects, not the p-values.",
            TextkitWarning,
            stacklevel=3,
        )


def _family(
    first: _Group, second: _Group, chosen: _Measure, min_count: int | None, min_range: int | None
) -> NDArray[np.bool_]:
    """Return which terms are tested."""
    fewest = chosen.min_count if min_count is None else check_int("min_count", min_count, minimum=1)
    left, right = first.count * second.size, second.count * first.size
    docs = np.where(left > right, first.docs, second.docs)
    docs = np.where(left == right, np.maximum(first.docs, second.docs), docs)
    if min_range is None:
        n_docs = np.where(left > right, first.n_docs, second.n_docs)
        least = np.maximum(chosen.min_range, np.ceil(chosen.min_share * n_docs))
    else:
        least = np.asarray(check_int("min_range", min_range, minimum=1))
    return np.asarray((first.count + second.count >= fewest) & (docs >= least))


def _table(dtm: DocumentTermMatrix, pair: _Pair, result: _Result, adjust: str) -> pd.DataFrame:
    terms = dtm.vocabulary.terms
    dp, concentrated = _spread(pair)
    order = measures.order_by(dtm.vocabulary.ranks[pair.places], result.score, pair.a + pair.b)
    columns: dict[str, Any] = {
        "term": pd.array(pa.array(terms, pa.large_string()), dtype="str").take(pair.places[order]),
        "n_target": pair.a.astype(np.int64)[order],
        "n_reference": pair.b.astype(np.int64)[order],
        "rate_target": (_MILLION * pair.a / pair.first.size)[order],
        "rate_reference": (_MILLION * pair.b / pair.second.size)[order],
        "score": result.score[order] + 0.0,  # no minus zero
        "effect": result.effect[order],
        "ci_low": result.low[order],
        "ci_high": result.high[order],
        "p_value": result.p[order],
        "q_value": measures.adjust_p(result.p, adjust)[order],
        "range_target": pair.docs_a.astype(np.int64)[order],
        "range_reference": pair.docs_b.astype(np.int64)[order],
        "dp_target": dp[order],
        "flag": _FLAGS.take(_flags(pair, result, concentrated)[order]),
    }
    return pd.DataFrame(columns, columns=COLUMNS)


_FLAG_NAMES = ("zero_adjusted", "rare", "concentrated")
_FLAGS = pd.array(
    ["|".join(name for bit, name in enumerate(_FLAG_NAMES) if number >> bit & 1) for number in range(8)], dtype="str"
)


def _flags(pair: _Pair, result: _Result, concentrated: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return for each term which of the flags it has, as bits."""
    return np.asarray(result.zero_adjusted + 2 * (pair.a + pair.b < _RARE) + 4 * concentrated, dtype=np.intp)


def _spread(pair: _Pair) -> tuple[Floats, NDArray[np.bool_]]:
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


def _dispersion(group: _Group, *, fewer_docs_than: int | None = None) -> measures.Dispersion:
    term, doc, cells = group.term, group.doc, group.cells
    if fewer_docs_than is not None:
        few = (group.docs < fewer_docs_than)[term]
        term, doc, cells = term[few], doc[few], cells[few]
    return measures.deviation_of_proportions(term, doc, cells, group.lengths, len(group.count))


def _rank_correlation(a: Floats, b: Floats) -> float:
    """Return Spearman's rank correlation, average ranks; NaN for fewer than two different values."""
    ranks = [_average_ranks(values) for values in (a, b)]
    centred = [values - values.mean() for values in ranks]
    norm = float(np.sqrt((centred[0] ** 2).sum() * (centred[1] ** 2).sum()))
    return round(float((centred[0] * centred[1]).sum()) / norm, 12) if norm > 0 else float("nan")


def _average_ranks(values: Floats) -> Floats:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[inverse])


def _label(dtm: DocumentTermMatrix, wanted: Any, chosen: NDArray[np.intp], by: str | None) -> Any:
    """Return what a group is called: the values of the column, or the names of the documents if they are few."""
    if by is not None:
        return wanted
    names = dtm.names
    if len(chosen) > _NAMES_SHOWN:
        return f"{len(chosen):,} documents"
    return names[int(chosen[0])] if len(chosen) == 1 else [names[int(i)] for i in chosen]


def _ranges(chosen: NDArray[np.intp]) -> str:
    """Return rows counted from 0, runs shortened: ``0-3,7``."""
    breaks = np.flatnonzero(np.diff(chosen) != 1) + 1
    runs = [(int(run[0]), int(run[-1])) for run in np.split(chosen, breaks)]
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
