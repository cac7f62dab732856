"""Which terms set one group of documents apart from another, how strongly, and how sure that is."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd

from textkit import measures
from textkit.contrast.kernels import (
    MEASURES,
    Options,
    Result,
    automatic,
    check_documents,
    fallback_note,
    few_documents_note,
    pair_of,
)
from textkit.contrast.replicates import bootstrap, checked_drawing, drawing_note
from textkit.contrast.rows import COLUMNS, family, no_term_left, ordered, prior_options
from textkit.contrast.sides import Contrast, contrast_of
from textkit.errors import TextkitWarning, check_choice, check_float
from textkit.matrix import DocumentTermMatrix
from textkit.provenance import stamp
from textkit.selection import By, Which
from textkit.tokens import Tokens

__all__ = ["COLUMNS", "MEASURES", "keyness"]


def keyness(
    dtm: DocumentTermMatrix | Tokens,
    target: Which | Any,
    reference: Which | Any = None,
    *,
    by: By | None = None,
    measure: str = "auto",
    adjust: str = "bh",
    min_count: int | None = None,
    min_range: int | None = None,
    prior: str | DocumentTermMatrix = "pooled",
    alpha0: float | None = None,
    reference_size: int | None = None,
    unit: str = "document",
    confidence: float = 0.95,
    ci: str | None = None,
    n_replicates: int = 2000,
    random_state: int = 0,
) -> pd.DataFrame:
    r"""Compare the terms of two groups of documents.

    A term occurs a times among the c tokens of the target and b times among the d tokens of the reference. ``score``
    is the statistic by which the table is sorted, with the sign of ``a/c - b/d``; ``effect`` is the size of the
    difference, a doubling of the rate being 1.

    - ``auto``: ``robust`` if each group has at least 3 documents with tokens and both together 8, else ``g2`` with a
      warning that says why. Why 8: with documents of one length the score of the robust test cannot exceed
      ``sqrt(documents - 1)``, which reaches the 5 % point of Student's t with (documents - 2) degrees of freedom only
      from 8 documents on.
    - ``g2``: log-likelihood ratio ``2 sum O ln(O/E)`` over four cells (Dunning 1993). ``g2_2cell``: over the term's own
      two cells (Rayson & Garside 2000; WordSmith, AntConc, CQPweb).
    - ``chi2``: ``sum (O - E)^2 / E``. ``chi2_yates``: with continuity correction, at most |O - E|.
    - ``fisher``: exact test (Fisher 1935), score ``-log10 p``; for small counts.
    - ``log_ratio``: ``log2 (a/c) / (b/d)`` (Hardie 2014). An effect, not a test: no p. Raise ``min_count``, or the top
      of the list is chance.
    - ``kld``: ``sum_g P(g|w) log2 P(g|w)/P(g)``, the divergence of the term's division over the groups from that of all
      tokens, signed (Gries 2021). No p, and it does not grow with the counts: raise ``min_count``.
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
    - ``welch``: Welch's t-test (1947) on the rates of the documents, each document counting alike. ``effect`` is
      ``log2`` of the ratio of the two mean rates, each plus ``1/N``; its interval is that of Fieller (1954).
    - ``rank_sum``: Wilcoxon's rank-sum test (1945; Mann & Whitney 1947) on the rates of the documents, average ranks,
      tie and continuity correction; score z. ``effect`` is **Cliff's delta** (1993), from -1 to 1: the share of pairs
      of documents in which the target's rate is higher less the share in which it is lower; its interval is Cliff's.
      For rare terms most documents are tied at zero and delta is near 0 whatever the ratio.

    From ``g2`` to ``kld``, ``effect`` is the log ratio and its interval that of Katz (1978), a count of zero being
    replaced by 0.5.

    Parameters
    ----------
    dtm : DocumentTermMatrix or Tokens
        Counts, or what they are counted from; a ``unit`` smaller than a document needs the Tokens. Trim with
        ``min_count`` here, not before: c and d are the tokens of this matrix.
    target, reference : documents, or values of the column ``by``
        Without ``by``: a name, list of names, row numbers, mask or function of ``dtm.docs``. With ``by``: a value or a
        list of values. The reference is by default all other documents (with ``by``: all that have a value). It can
        also come **from outside**: the matrix of another corpus, or a frequency list (a dict or Series of counts by
        term, or a DataFrame with the columns ``term`` and ``count``), whose terms take part too.
    by : str, optional
        Column of ``dtm.docs``.
    measure : str, default "auto"
    adjust : {"bh", "holm", "bonferroni", "by", "none"}
        How ``q_value`` allows for the number of tests; the tests are those of the rows returned. ``bh``: Benjamini &
        Hochberg (1995); ``by``: Benjamini & Yekutieli (2001), valid under any dependence.
    min_count : int, optional
        Fewest occurrences in both groups together; 1, with ``robust`` 5.
    min_range : int, optional
        Fewest documents in the group where the term is commoner; 1, with ``robust`` max(3, 0.5 %).
    prior : "pooled", "flat" or DocumentTermMatrix
        For ``fightin_words``: the prior is proportional to the two groups together, the same for all terms, or
        proportional to a background corpus.
    alpha0 : float, optional
        For ``fightin_words``: size of the prior in tokens; by default 1 % of the smaller group, from 10 to 100,000
        (with ``"flat"``: 0.01 a term). ``attrs["textkit"]["sensitivity"]`` is the rank correlation of z with that under
        a prior of a tenth and of ten times the size.
    reference_size : int, optional
        For a frequency list: number of tokens of the corpus behind it; by default the sum of the list, which is too
        small if the list was cut.
    unit : {"document", "paragraph", "sentence"}
        What was sampled, where documents are few: the Tokens are cut, and ranges, tests and bootstrap count these
        pieces. Pieces of one text are less independent than texts: the result speaks about these texts.
    confidence : float, default 0.95
    ci : {None, "bootstrap", "bca"}
        None: the interval that belongs to the measure. ``"bootstrap"``: percentile interval of ``effect`` over
        ``n_replicates`` resamples of the documents within each group (a frequency list stays as it is); ``"bca"``:
        bias-corrected and accelerated (Efron 1987). Score and p stay those of the measure. Not for ``rank_sum``.
    n_replicates : int, default 2000
    random_state : int, default 0
        Seed of the bootstrap.

    Returns
    -------
    DataFrame
        ``term``; ``n_target``, ``n_reference`` (a, b); ``rate_target``, ``rate_reference`` (per million tokens);
        ``score``; ``effect``, ``ci_low``, ``ci_high`` (bits; with ``rank_sum`` Cliff's delta); ``p_value``, ``q_value``
        (two-sided; NaN where the measure has none); ``range_target``, ``range_reference`` (documents that have the
        term; NaN for a frequency list); ``dp_target`` (deviation of proportions in the target, 0 = even, Gries 2008;
        NaN with a single document); ``flag``, words joined by ``|``: ``zero_adjusted`` (one group lacks the term, so
        that ``effect`` stands on a fraction of an occurrence), ``rare`` (fewer than 5 occurrences), ``concentrated``
        (where it is commoner it stands in fewer than 5 documents and DP / max DP is 0.9 or more; not judged in a single
        document). Sorted by falling score, count, code points: the terms of the target are at the top, those of the
        reference at the bottom, terms without a score last. Terms that neither group has are left out.
        ``attrs["textkit"]["unit"]`` says whether p is per ``"token"`` or per ``"document"`` (or ``unit``),
        ``attrs["textkit"]["settings"]`` the measure that was used and ``why``.

    Raises
    ------
    ArgumentError
        Weights instead of counts, a document in both groups, a group of fewer documents than the measure needs
        (``robust`` 3, ``welch`` and ``rank_sum`` 2, a bootstrap 2), a measure over documents with a frequency list, a
        list with a term twice or with numbers that are no counts.
    EmptyError
        A group without documents or tokens, or no term left.
    UnknownNameError
        Unknown document, column, value or measure.

    Warns
    -----
    TextkitWarning
        ``"auto"`` fell back to ``"g2"``. Documents without a value in the column ``by``: they are in neither group.
        Fewer than 8 documents with ``robust``: nothing can be significant. Fewer than 10 with a bootstrap.

    Notes
    -----
    The p-values of ``g2`` to ``fightin_words`` are **per token**: they take each token for an independent draw. Words
    come in bursts, so they reject a true null several times too often, and no adjustment for multiple testing mends
    that (Lijffijt et al. 2016). Use them to rank, and ``robust`` to claim. Scores grow with the size of the corpora and
    must not be compared between tables; effects may be. All effect sizes of a comparison: `effect_sizes`.

    Examples
    --------
    >>> dtm = DocumentTermMatrix([[8, 2], [2, 8]], ["网格", "信访"])
    >>> keyness(dtm, "doc1", measure="g2")[["term", "n_target", "n_reference", "score", "effect"]].round(2)
      term  n_target  n_reference  score  effect
    0   网格         8            2   7.71     2.0
    1   信访         2            8  -7.71    -2.0

    Against a frequency list of another corpus:

    >>> keyness(dtm, "doc1", {"网格": 1, "经济": 9}, measure="g2", reference_size=100)["effect"].round(2).tolist()
    [6.32, 5.32, -0.85]
    """
    contrast = contrast_of(dtm, target, reference, by=by, unit=unit, reference_size=reference_size, function="keyness")
    check_choice("measure", measure, ["auto", *MEASURES])
    check_choice("adjust", adjust, measures.ADJUSTMENTS)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    if alpha0 is not None:
        check_float("alpha0", alpha0, minimum=0, open_minimum=True)
    drawing = checked_drawing(ci, n_replicates, random_state, unit)
    used, why = _measure(contrast, measure, min_count, min_range)
    first, second = contrast.target, contrast.reference
    check_documents(first, second, used)
    notes = [*contrast.notes, fallback_note(why, unit) if why else None, few_documents_note(first, second, used)]
    if drawing is not None:
        notes.append(drawing_note(first, second, drawing))
    tested = family(first, second, used, min_count, min_range)
    if not tested.any():
        raise no_term_left(len(contrast.vocabulary), used, min_count, min_range)
    for note in notes:
        if note is not None:
            warnings.warn(note, TextkitWarning, stacklevel=2)
    pair = pair_of(first, second, tested)
    result: Result = MEASURES[used].kernel(pair, _options(contrast, used, prior, alpha0, confidence))
    if drawing is not None:
        result = bootstrap(pair, result, used, confidence, drawing)
    table = ordered(contrast.vocabulary, pair, result, measures.adjust_p(result.p, adjust))
    settings = contrast.settings | {
        "measure": used, "why": why or ("documents are the sample" if measure == "auto" else "asked for"),
        "adjust": adjust, "min_count": min_count, "min_range": min_range, "confidence": confidence, "ci": ci,
        "n_replicates": n_replicates, "random_state": random_state,
    }  # fmt: skip
    inputs = dict(contrast.inputs)
    if used == "fightin_words":
        settings |= {"prior": prior if isinstance(prior, str) else "background", "alpha0": alpha0}
        if isinstance(prior, DocumentTermMatrix):
            inputs["prior"] = prior.fingerprint
    stamp(table, "keyness", inputs=inputs, **settings)
    table.attrs["textkit"] |= {"unit": "token" if MEASURES[used].unit == "token" else unit, **result.extra}
    return table


def _measure(contrast: Contrast, measure: str, min_count: int | None, min_range: int | None) -> tuple[str, str | None]:
    """Return the measure to use and, if that is a fallback, the reason."""
    if measure != "auto":
        return measure, None
    sides = (contrast.target, contrast.reference)
    used, why = automatic([sides], contrast.unit)
    if used == "robust" and not family(*sides, used, min_count, min_range).any():
        return "g2", "no term occurs often enough, in enough documents, for a test with documents as the sample"
    return used, why


def _options(
    contrast: Contrast, measure: str, prior: str | DocumentTermMatrix, alpha0: float | None, confidence: float
) -> Options:
    first, second = contrast.target, contrast.reference
    if measure != "fightin_words":
        if not isinstance(prior, DocumentTermMatrix):
            check_choice("prior", prior, ("pooled", "flat"))
        return Options(confidence)
    smaller = min(first.size, second.size)
    return prior_options(contrast.vocabulary, first.count + second.count, smaller, prior, alpha0, confidence)
