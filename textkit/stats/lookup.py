"""Looking up the words of a dictionary: how often each category occurs, where, and what was not counted and why."""

from __future__ import annotations

import fnmatch
import re
import warnings
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit.boundaries import paragraph_spans, sentence_spans
from textkit.dictionaries import Dictionary
from textkit.dictionaries.entries import Row, Shape, checked, shape_of
from textkit.dictionaries.scanning import LINE_BREAKS, Trie, code_points, folded, narrowed, winners
from textkit.errors import (
    ArgumentError,
    TextkitWarning,
    check_choice,
    check_float,
    check_int,
    check_type,
    listing,
)
from textkit.measures.resampling import FEW_UNITS, few_units, percentile_interval, resamples
from textkit.progress import track
from textkit.provenance import stamp
from textkit.selection import By, groups
from textkit.tokens import Tokens

COLUMNS = [
    "group", "category", "count", "n_negated", "weight", "rate", "n_tokens", "docs", "ci_low", "ci_high",
]  # fmt: skip
HIT_COLUMNS = ["doc", "start", "stop", "left", "node", "right", "entry", "category", "weight", "negated"]
REPORT_COLUMNS = [
    "entry", "category", "status", "n_found", "count", "n_split", "n_inside", "inside", "n_lost", "lost_to",
    "n_dropped", "also_in",
]  # fmt: skip
COVERAGE_COLUMNS = ["group", "n_tokens", "n_matched", "coverage"]

MATCHES = ("text", "tokens")
BOUNDARIES = ("token", "ignore")
OVERLAPS = ("longest", "category", "all")
UNITS = ("document", "paragraph", "sentence")

NEGATIONS = (
    "不", "没", "没有", "未", "未曾", "未能", "尚未", "从未", "无", "毫无", "无一", "并无", "尚无", "从无", "非",
    "并非", "别", "勿", "莫", "毋", "不是", "不能", "不会", "不要", "不可", "不必", "不应", "不得", "不再", "不曾",
    "不够", "不太", "不大", "不怎么", "没能", "并不", "并没有", "绝不", "决不", "毫不", "从不", "从来不", "难以",
    "无法",
)  # fmt: skip
"""What ``negation="zh"`` of `lookup` and `lookup_hits` looks for: adverbs and verbs that deny, and what segmenters join
of them. Not words that only begin with such a character (不仅, 不断, 无论), which are tokens of their own. For another
list give its words: ``negation=[word for word in NEGATIONS if word != "别"]``."""

_CLAUSE_ENDS = "，。；：！？…—,.;:!?" + LINE_BREAKS
_NUMERIC = ",.:"  # no clause ends between letters or digits: 3.6, 1,000, 10:30, a.cn
_LINE_BREAK = re.compile(f"[{re.escape(LINE_BREAKS)}]")
_SHOWN_BREAK = str.maketrans(dict.fromkeys(LINE_BREAKS, "⏎"))
_BLOCK = 4_000_000  # characters searched at a time
_MILLION = 1e6
_FOUND, _INSIDE, _DROPPED = 0, 1, 2
_STATUS = ("counted", "never found", "inside words", "lost", "dropped")

Longs = NDArray[np.int64]


class _Options(NamedTuple):
    match: str
    boundaries: str
    overlap: str
    ignore_case: bool


class _Places(NamedTuple):
    """Where entries stand, whether or not they count: ``first`` and ``last`` are rows of ``tokens.ids``."""

    form: Longs  # which entry
    doc: Longs
    start: Longs
    stop: Longs
    first: Longs
    last: Longs
    status: Longs
    inside: Longs  # the term of the longer word that it is only a part of, or -1

    def take(self, which: NDArray[Any]) -> _Places:
        return _Places(*(values[which] for values in self))


class _Hits(NamedTuple):
    """A span and an entry of the dictionary; ``winner`` is the hit that it loses to, or its own row."""

    row: Longs
    doc: Longs
    start: Longs
    stop: Longs
    first: Longs
    last: Longs
    winner: Longs

    def kept(self) -> _Hits:
        return _Hits(*(values[self.winner == np.arange(len(self.row))] for values in self))


class _Blocks(NamedTuple):
    """Some documents as one text, a line break between them, with the tokens in it."""

    text: str
    first_doc: int
    base: Longs  # where each document begins
    first_token: int
    start: Longs
    stop: Longs


def lookup(
    tokens: Tokens,
    dictionary: Dictionary,
    *,
    match: str = "text",
    boundaries: str = "token",
    overlap: str = "longest",
    ignore_case: bool = False,
    level: int | None = None,
    exclusive: bool = False,
    negation: str | Collection[str] | None = None,
    negation_window: int = 3,
    negated: str = "drop",
    by: By = "doc",
    ci: str | None = None,
    unit: str | None = None,
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    """Count the words of each category of a dictionary, in each document or group.

    ``rate = 1,000,000 * count / n_tokens``.

    **What counts as a hit.** By default three things must hold, so that 印度 is not counted inside 印度尼西亚:

    1. The characters of the entry stand in the text, whatever the segmenter made of them: 网格化管理 is found whether
       it was cut as 网格化/管理 or not (``match="text"``).
    2. They begin where a token begins and end where a token ends (``boundaries="token"``). If 印度尼西亚 is one token,
       印度 is only a part of it; and 中国人 is not in 中国/人民. With ``boundaries="ignore"`` any place will do, and
       市长 is found in 城市长大 too.
    3. No longer entry stands there (``overlap="longest"``: from left to right, the longest at each place, over the
       whole dictionary). If the segmenter cut 印度/尼西亚, and the dictionary has 印度尼西亚, in whatever category, it
       wins and 印度 is not counted. ``"category"``: the longest within each category, so that the two count for their
       own if they are in different ones. ``"all"``: every entry counts, also inside others.

    With ``match="tokens"`` an entry must be a token, or a phrase of whole tokens.

    Parameters
    ----------
    tokens : Tokens
        Of the whole texts. Entries in words that were dropped are not counted, and the rate is per token left.
    dictionary : Dictionary
    match : {"text", "tokens"}
    boundaries : {"token", "ignore"}
    overlap : {"longest", "category", "all"}
    ignore_case : bool, default False
        Take upper-case letters for lower-case ones, in entries and texts.
    level : int, optional
        Only categories down to this depth; what is deeper counts for the category above it. Default: all.
    exclusive : bool, default False
        False: a hit counts for its category and for all categories above it, once in each. True: for its own only.
    negation : None, "zh", or collection of str
        Words that deny what follows: ``"zh"`` stands for the words of `textkit.NEGATIONS`, a tuple that can be read,
        and added to: ``negation=[*textkit.NEGATIONS, "缺乏"]``. A hit is negated if an odd number of them is
        among the ``negation_window`` tokens before it, with no end of a clause between (，。；：！？…— or a line end).
        A denial inside one token (不高兴) is not seen: make such words entries of their own.
    negation_window : int, default 3
    negated : {"drop", "flip"}
        Negated hits are never in ``count``. ``"flip"``: their weights are subtracted from ``weight``.
    by : str or list of str, default "doc"
        A column of ``tokens.docs``, or each document for itself. Of several columns, ``by=["town", "year"]``, each
        combination that occurs is a group, called ``"甲 / 2019"``.
    ci : {"bootstrap"} or None
        Percentile interval of the rate, ``unit`` drawn with replacement inside each group.
    unit : {"document", "paragraph", "sentence"}, optional
        Default: sentences for ``by="doc"``, documents otherwise.
    n_replicates, confidence, random_state
        For ``ci="bootstrap"``. Each group starts from the same state: its interval does not depend on the others.

    Returns
    -------
    DataFrame
        ``group``, ``category`` (each group has a row for each category, also with a count of 0), ``count`` (hits; a
        passage counts once for a category), ``n_negated`` (hits that were negated and not counted), ``weight`` (sum
        of the weights of counted hits; of a category above, over those inside it), ``rate`` and ``ci_low``,
        ``ci_high`` (per million tokens), ``n_tokens``, ``docs`` (documents with a counted hit). Documents in their
        order; values of a column in the order of its categories if it is a categorical, else sorted; categories of the
        dictionary in its order.

    Raises
    ------
    ArgumentError
        An argument that cannot be used, or a negation word that cannot be one.

    Warns
    -----
    TextkitWarning
        Documents without tokens (their rate is NaN); entries or negations that lie in words that were dropped; too few
        units for an interval.

    Notes
    -----
    The number says how often words of the list were used, not what was meant: read `lookup_hits`, and check the list
    with `dictionary_report` before you use it. Rates of texts that were segmented differently must not be compared:
    ``n_tokens`` differs. A category with no hit in any unit has no interval (NaN), since resampling zeros gives
    zeros only; neither has a group of one unit.

    Sources: longest match from left to right as in dictionary segmentation; that a list made for other texts must be
    validated on one's own before its counts are believed: Grimmer & Stewart (2013).

    Examples
    --------
    >>> from textkit.corpus import Corpus
    >>> from textkit.tokenization import tokenize
    >>> words = tokenize(Corpus(["印度 和 印度尼西亚", "不 满意 ， 很 满意"]), "spaces")
    >>> dictionary = Dictionary({"国家/南亚": ["印度"], "国家/东南亚": ["印度尼西亚"], "评价": ["满意"]})
    >>> lookup(words, dictionary, negation="zh")[["group", "category", "count", "n_negated", "n_tokens"]]
      group category  count  n_negated  n_tokens
    0  doc1       国家      2          0         3
    1  doc1    国家/南亚      1          0         3
    2  doc1   国家/东南亚      1          0         3
    3  doc1       评价      0          0         3
    4  doc2       国家      0          0         5
    5  doc2    国家/南亚      0          0         5
    6  doc2   国家/东南亚      0          0         5
    7  doc2       评价      1          1         5
    """
    options = _checked(tokens, dictionary, match, boundaries, overlap, ignore_case)
    if level is not None:
        level = check_int("level", level, minimum=1)
    check_choice("negated", negated, ("drop", "flip"))
    if ci is not None:
        check_choice("ci", ci, ("bootstrap",))
    unit = check_choice("unit", unit, UNITS) if unit is not None else "sentence" if by == "doc" else "document"
    confidence = check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    n_replicates = check_int("n_replicates", n_replicates, minimum=1)
    codes, values = _groups(tokens, by)
    hits, n_dropped = _hits(tokens, dictionary, options)
    hits = hits.kept()
    _warn_dropped(n_dropped, "an entry")
    denied = _negated(tokens, hits, negation, negation_window, ignore_case)
    nodes, members = _nodes(dictionary, level, exclusive=exclusive)
    counted = _counted(tokens, dictionary, hits, denied, nodes, members, flip=negated == "flip")
    shape = (len(values), len(nodes))
    n_tokens = np.bincount(codes[codes >= 0], weights=tokens.lengths[codes >= 0], minlength=shape[0])
    _warn_empty(tokens, codes)
    low = high = np.full(shape, np.nan)
    if ci == "bootstrap":
        low, high = _intervals(tokens, counted, codes, shape, unit, n_replicates, confidence, random_state)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = _MILLION * _cells(counted.group(codes), counted.node, counted.one, shape) / n_tokens[:, None]
    table = pd.DataFrame(
        {
            "group": [value for value in values for _ in nodes],
            "category": pd.array(nodes * len(values), dtype="str"),
            "count": _cells(counted.group(codes), counted.node, counted.one, shape).ravel().astype(np.int64),
            "n_negated": _cells(counted.group(codes), counted.node, ~counted.one, shape).ravel().astype(np.int64),
            "weight": _cells(codes[counted.weight_doc], counted.weight_node, counted.weight, shape).ravel(),
            "rate": rate.ravel(),
            "n_tokens": np.repeat(n_tokens.astype(np.int64), len(nodes)),
            "docs": _docs(counted, codes, shape).ravel(),
            "ci_low": low.ravel(),
            "ci_high": high.ravel(),
        },
        columns=COLUMNS,
    )
    stamp(
        table, "lookup", inputs={"tokens": tokens.fingerprint, "dictionary": dictionary.fingerprint},
        **options._asdict(), dictionary=dictionary.name, level=level, exclusive=exclusive,
        negation=_described(negation), negation_window=negation_window, negated=negated, by=by, ci=ci, unit=unit,
        n_replicates=n_replicates, confidence=confidence, random_state=random_state,
    )  # fmt: skip
    table.attrs["textkit"]["unit"] = unit if ci is not None else None
    return table


def lookup_hits(
    tokens: Tokens,
    dictionary: Dictionary,
    *,
    match: str = "text",
    boundaries: str = "token",
    overlap: str = "longest",
    ignore_case: bool = False,
    negation: str | Collection[str] | None = None,
    negation_window: int = 3,
    width: int = 20,
    n: int | None = None,
) -> pd.DataFrame:
    """Show every hit of a dictionary with the text on both sides: the passages behind the counts of `lookup`.

    Parameters
    ----------
    tokens, dictionary, match, boundaries, overlap, ignore_case, negation, negation_window
        As in `lookup`.
    width : int, default 20
        Characters of context on each side.
    n : int, optional
        Only the first ``n`` rows.

    Returns
    -------
    DataFrame
        ``doc``, ``start``, ``stop`` (characters ``[start, stop)`` of the text), ``left``, ``node``, ``right`` (line
        breaks shown as ``⏎``), ``entry`` as it stands in the dictionary, ``category``, ``weight``, ``negated`` (bool).
        A passage has a row for each category it counts for. In the order of the texts. `textkit.show_concordance`
        lays the table out. ``attrs["textkit"]["n_hits"]`` is the number of all rows.

    Examples
    --------
    >>> from textkit.corpus import Corpus
    >>> from textkit.tokenization import tokenize
    >>> words = tokenize(Corpus(["网格 化 管理 不 满意"]), "spaces")
    >>> dictionary = Dictionary({"治理": ["网格化管理"], "评价": {"满意": 2.0}})
    >>> lookup_hits(words, dictionary, negation=["不"], width=3)[["node", "right", "entry", "weight", "negated"]]
          node right  entry  weight  negated
    0  网格 化 管理    不   网格化管理     1.0    False
    1       满意           满意     2.0     True
    """
    options = _checked(tokens, dictionary, match, boundaries, overlap, ignore_case)
    width = check_int("width", width, minimum=0)
    if n is not None:
        n = check_int("n", n, minimum=1)
    hits, n_dropped = _hits(tokens, dictionary, options)
    hits = hits.kept()
    _warn_dropped(n_dropped, "an entry")
    denied = _negated(tokens, hits, negation, negation_window, ignore_case)
    order = np.lexsort((hits.row, hits.stop, hits.start, hits.doc))
    n_hits = len(order)
    order = order[:n]
    doc, start, stop = hits.doc[order].tolist(), hits.start[order].tolist(), hits.stop[order].tolist()
    texts = tokens.corpus.texts
    places = list(zip(doc, start, stop, strict=True))
    rows = [dictionary.entries[row] for row in hits.row[order].tolist()]
    table = pd.DataFrame(
        {
            "doc": pd.array(tokens.corpus.names, dtype="str").take(hits.doc[order]),
            "start": hits.start[order],
            "stop": hits.stop[order],
            "left": _shown([texts[d][max(a - width, 0) : a] for d, a, _ in places]),
            "node": _shown([texts[d][a:b] for d, a, b in places]),
            "right": _shown([texts[d][b : b + width] for d, _, b in places]),
            "entry": _column(row.entry for row in rows),
            "category": _column(row.category for row in rows),
            "weight": np.array([row.weight for row in rows], dtype=np.float64),
            "negated": denied[order],
        },
        columns=HIT_COLUMNS,
    )
    stamp(
        table, "lookup_hits", inputs={"tokens": tokens.fingerprint, "dictionary": dictionary.fingerprint},
        **options._asdict(), dictionary=dictionary.name, negation=_described(negation), negation_window=negation_window,
        width=width, n=n,
    )  # fmt: skip
    table.attrs["textkit"]["n_hits"] = n_hits
    return table


def dictionary_report(
    tokens: Tokens,
    dictionary: Dictionary,
    *,
    match: str = "text",
    boundaries: str = "token",
    overlap: str = "longest",
    ignore_case: bool = False,
) -> pd.DataFrame:
    """Say of each entry whether it works on these texts: how often it was found, counted, and refused, and why.

    Parameters
    ----------
    tokens, dictionary, match, boundaries, overlap, ignore_case
        As in `lookup`.

    Returns
    -------
    DataFrame
        A row for each entry in each category, in the order of the dictionary:
        ``entry``, ``category``;
        ``status``: ``"counted"``, ``"never found"``, or why it never counts: ``"inside words"``, ``"lost"``,
        ``"dropped"`` (the most frequent reason);
        ``n_found``: places where its characters stand;
        ``count``: hits;
        ``n_split``: hits of several tokens, which counting tokens would miss;
        ``n_inside``, ``inside``: places that are only part of a longer word, and the most frequent such word;
        ``n_lost``, ``lost_to``: places where an overlapping entry won (a longer one; one that begins before; in the
        same category one that is more exact), and the most frequent winner;
        ``n_dropped``: places in words that were dropped;
        ``also_in``: other categories that have the entry, joined with ``"; "``.

    Notes
    -----
    An entry with many places ``inside`` wants a decision: if 低保 shall count in 低保户, write ``低保*`` or add the
    word. Entries that are never found cost nothing, but a category of which most are never found does not
    measure what its name says.

    Examples
    --------
    >>> from textkit.corpus import Corpus
    >>> from textkit.tokenization import tokenize
    >>> words = tokenize(Corpus(["低保户 和 社会 管理 创新"]), "spaces")
    >>> report = dictionary_report(words, Dictionary({"民生": ["低保", "医保"], "治理": ["社会 管理", "管理"]}))
    >>> report[["entry", "status", "n_found", "n_split", "inside", "lost_to"]]
       entry        status  n_found  n_split inside lost_to
    0     低保  inside words        1        0    低保户
    1     医保   never found        0        0
    2  社会 管理       counted        1        1
    3     管理          lost        1        0          社会 管理
    """
    options = _checked(tokens, dictionary, match, boundaries, overlap, ignore_case)
    entries = [row.entry for row in dictionary.entries]
    forms = list(dict.fromkeys(entries))
    number = {form: i for i, form in enumerate(forms)}
    form_of = np.array([number[entry] for entry in entries], dtype=np.int64)
    places = _places(tokens, forms, options)
    hits = _resolved(tokens, dictionary, places, form_of, options)
    kept = hits.winner == np.arange(len(hits.row))
    n_rows, n_forms = len(entries), len(forms)
    found = np.bincount(places.form, minlength=n_forms)[form_of]
    count = np.bincount(hits.row[kept], minlength=n_rows)
    split = np.bincount(hits.row[kept & (hits.last > hits.first)], minlength=n_rows)
    n_inside = np.bincount(places.form[places.status == _INSIDE], minlength=n_forms)[form_of]
    n_dropped = np.bincount(places.form[places.status == _DROPPED], minlength=n_forms)[form_of]
    lost = np.bincount(hits.row[~kept], minlength=n_rows)
    terms = tokens.vocabulary.terms
    inside = _commonest(places.form[places.status == _INSIDE], places.inside[places.status == _INSIDE])
    won = _commonest(hits.row[~kept], form_of[hits.row[hits.winner[~kept]]])
    reasons = np.stack([n_inside, lost, n_dropped])
    status = np.where(count > 0, 0, np.where(found == 0, 1, 2 + reasons.argmax(axis=0)))
    homes: dict[str, list[str]] = {}
    for row in dictionary.entries:
        homes.setdefault(row.entry, []).append(row.category)
    table = pd.DataFrame(
        {
            "entry": _column(entries),
            "category": _column(row.category for row in dictionary.entries),
            "status": _column(_STATUS[code] for code in status.tolist()),
            "n_found": found,
            "count": count,
            "n_split": split,
            "n_inside": n_inside,
            "inside": _column(terms[inside[f]] if f in inside else "" for f in form_of.tolist()),
            "n_lost": lost,
            "lost_to": _column(forms[won[i]] if i in won else "" for i in range(n_rows)),
            "n_dropped": n_dropped,
            "also_in": _column(
                "; ".join(other for other in homes[row.entry] if other != row.category) for row in dictionary.entries
            ),
        },
        columns=REPORT_COLUMNS,
    )
    return stamp(
        table, "dictionary_report", inputs={"tokens": tokens.fingerprint, "dictionary": dictionary.fingerprint},
        **options._asdict(), dictionary=dictionary.name,
    )  # fmt: skip


def dictionary_coverage(
    tokens: Tokens,
    dictionary: Dictionary,
    *,
    match: str = "text",
    boundaries: str = "token",
    overlap: str = "longest",
    ignore_case: bool = False,
    by: By = "doc",
) -> pd.DataFrame:
    """Say which share of the tokens a dictionary knows.

    Parameters
    ----------
    tokens, dictionary, match, boundaries, overlap, ignore_case, by
        As in `lookup`.

    Returns
    -------
    DataFrame
        ``group``, ``n_tokens``, ``n_matched`` (tokens that are part of a hit of any category), ``coverage`` (their
        share; NaN without tokens). Groups in the order of `lookup`.

    Examples
    --------
    >>> from textkit.corpus import Corpus
    >>> from textkit.tokenization import tokenize
    >>> words = tokenize(Corpus(["社会 管理 创新 管理"]), "spaces")
    >>> dictionary_coverage(words, Dictionary({"治理": ["社会 管理"]}))
      group  n_tokens  n_matched  coverage
    0  doc1         4          2       0.5
    """
    options = _checked(tokens, dictionary, match, boundaries, overlap, ignore_case)
    codes, values = _groups(tokens, by)
    hits, n_dropped = _hits(tokens, dictionary, options)
    hits = hits.kept()
    _warn_dropped(n_dropped, "an entry")
    touched = hits.last >= hits.first
    steps = np.zeros(len(tokens) + 1, dtype=np.int64)
    np.add.at(steps, hits.first[touched], 1)
    np.add.at(steps, hits.last[touched] + 1, -1)
    matched = np.concatenate(([0], np.cumsum(np.cumsum(steps[:-1]) > 0)))
    per_doc = np.diff(matched[tokens.offsets])
    known = codes >= 0
    n_tokens = np.bincount(codes[known], weights=tokens.lengths[known], minlength=len(values))
    n_matched = np.bincount(codes[known], weights=per_doc[known], minlength=len(values))
    with np.errstate(invalid="ignore"):
        coverage = n_matched / n_tokens
    table = pd.DataFrame(
        {
            "group": values, "n_tokens": n_tokens.astype(np.int64), "n_matched": n_matched.astype(np.int64),
            "coverage": coverage,
        },
        columns=COVERAGE_COLUMNS,
    )  # fmt: skip
    return stamp(
        table, "dictionary_coverage", inputs={"tokens": tokens.fingerprint, "dictionary": dictionary.fingerprint},
        **options._asdict(), dictionary=dictionary.name, by=by,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------
# Arguments


def _checked(
    tokens: Tokens, dictionary: Dictionary, match: str, boundaries: str, overlap: str, ignore_case: bool
) -> _Options:
    check_type("tokens", tokens, Tokens, hint="Make them with tokenize(corpus).")
    check_type("dictionary", dictionary, Dictionary, hint="Make one with Dictionary({...}) or read_dictionary(path).")
    check_choice("match", match, MATCHES)
    check_choice("boundaries", boundaries, BOUNDARIES)
    check_choice("overlap", overlap, OVERLAPS)
    check_type("ignore_case", ignore_case, bool)
    if match == "tokens" and boundaries == "ignore":
        raise ArgumentError("match='tokens' finds whole tokens, so boundaries='ignore' needs match='text'.")
    return _Options(match, boundaries, overlap, ignore_case)


def _groups(tokens: Tokens, by: By) -> tuple[NDArray[np.intp], list[Any]]:
    if by == "doc" and "doc" not in tokens.corpus._docs.columns:
        return np.arange(len(tokens.corpus)), tokens.corpus.names  # in the order of the corpus, not sorted
    return groups(tokens.corpus._docs, by)


def _described(negation: str | Collection[str] | None) -> Any:
    return negation if negation is None or isinstance(negation, str) else sorted(negation)


def _warn_dropped(n: int, what: str) -> None:
    if n:
        warnings.warn(
            f"{n:,} place{'' if n == 1 else 's'} of {what} lie{'s' if n == 1 else ''} in words that were dropped from "
            "tokens and so are passed over. Give the tokens of the whole texts to count them.",
            TextkitWarning,
            stacklevel=3,
        )


def _warn_empty(tokens: Tokens, codes: NDArray[np.intp]) -> None:
    empty = np.flatnonzero((tokens.lengths == 0) & (codes >= 0))
    if len(empty):
        names = listing((tokens.corpus.names[row] for row in empty[:4].tolist()), 3)
        warnings.warn(
            f"{len(empty):,} of {len(codes):,} documents have no tokens, such as {names}; the rate of nothing is NaN.",
            TextkitWarning,
            stacklevel=3,
        )


# ---------------------------------------------------------------------------------------------------------------
# Finding


def _hits(tokens: Tokens, dictionary: Dictionary, options: _Options) -> tuple[_Hits, int]:
    """Return the hits with their winners, and how many places lie in words that were dropped."""
    entries = [row.entry for row in dictionary.entries]
    forms = {form: i for i, form in enumerate(dict.fromkeys(entries))}
    places = _places(tokens, list(forms), options)
    form_of = np.array([forms[entry] for entry in entries], dtype=np.int64)
    return _resolved(tokens, dictionary, places, form_of, options), int((places.status == _DROPPED).sum())


def _places(tokens: Tokens, forms: Sequence[str], options: _Options) -> _Places:
    """Return every place where an entry stands."""
    shapes = [shape_of(form) for form in forms]
    by_text = [i for i, shape in enumerate(shapes) if options.match == "text" and shape.literal is not None]
    by_token = sorted(set(range(len(forms))) - set(by_text))
    found = [_in_words(tokens, by_token, shapes, options)] if by_token else []
    if by_text:
        strings, members = _strings(by_text, shapes, options)
        trie = Trie([code_points(string).tolist() for string in strings])
        sides = np.array([(shape.open_left, shape.open_right) for shape in shapes], dtype=np.bool_)
        n_blocks = sum(1 for _ in _bounds(tokens))
        for block in track(_blocks(tokens), "looking up", total=n_blocks):
            found.append(_in_text(block, tokens, trie, members, sides, options))
    return _Places(*(np.concatenate(columns) for columns in zip(*found, strict=True))) if found else _nowhere()


def _nowhere() -> _Places:
    return _Places(*(np.empty(0, dtype=np.int64) for _ in range(8)))


def _strings(chosen: list[int], shapes: list[Shape], options: _Options) -> tuple[list[str], csr_array]:
    """Return the distinct strings to search for, and which entries each belongs to."""
    places: dict[str, int] = {}
    rows = []
    for form in chosen:
        literal = str(shapes[form].literal)
        rows.append(places.setdefault(folded(literal) if options.ignore_case else literal, len(places)))
    members = csr_array((np.ones(len(rows), dtype=np.int8), (rows, chosen)), shape=(len(places), len(shapes)))
    return list(places), members


def _expanded(members: csr_array, which: Longs) -> tuple[Longs, Longs]:
    """Return, for each member of each of some rows, the place in ``which`` and the member."""
    counts = np.diff(members.indptr)[which]
    source = np.repeat(np.arange(len(which)), counts)
    ends = np.cumsum(counts)
    within = np.arange(len(source)) - np.repeat(ends - counts, counts)
    return source, members.indices[members.indptr[which][source] + within].astype(np.int64)


def _bounds(tokens: Tokens) -> Iterator[tuple[int, int]]:
    """Yield ranges of documents of at most so many characters, or a single longer one."""
    first = total = 0
    for row, text in enumerate(tokens.corpus.texts):
        if row > first and total + len(text) > _BLOCK:
            yield first, row
            first, total = row, 0
        total += len(text) + 1
    if first < len(tokens.corpus):
        yield first, len(tokens.corpus)


def _blocks(tokens: Tokens) -> Iterator[_Blocks]:
    for first, end in _bounds(tokens):
        texts = tokens.corpus.texts[first:end]
        sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1
        base = np.cumsum(sizes) - sizes
        a, b = int(tokens.offsets[first]), int(tokens.offsets[end])
        shift = np.repeat(base, tokens.lengths[first:end])
        start, stop = shift + tokens.start[a:b].astype(np.int64), shift + tokens.stop[a:b].astype(np.int64)
        yield _Blocks("\n".join(texts), first, base, a, start, stop)


def _in_text(
    block: _Blocks, tokens: Tokens, trie: Trie, members: csr_array, sides: NDArray[np.bool_], options: _Options
) -> _Places:
    points, origin = narrowed(folded(block.text) if options.ignore_case else block.text)
    found = trie.scan(points)
    source, form = _expanded(members, found.string)
    begin = found.first[source]
    start, stop = origin[begin], origin[begin + found.length[source] - 1] + 1
    first, in_first = _token_at(block, start)
    last, in_last = _token_at(block, stop - 1)
    open_left, open_right = sides[form, 0], sides[form, 1]
    if len(block.start):
        start = np.where(open_left & in_first, block.start[first], start)
        stop = np.where(open_right & in_last, block.stop[last], stop)
        fits_left, fits_right = in_first & (block.start[first] == start), in_last & (block.stop[last] == stop)
    else:
        fits_left, fits_right = in_first, in_last
    status = np.where(in_first & in_last, _INSIDE, _DROPPED)
    status = np.where(fits_left & fits_right, _FOUND, status)
    if options.boundaries == "ignore":
        status = np.zeros_like(status)
    culprit = np.where(fits_left, last, first)
    inside = np.full(len(form), -1, dtype=np.int64)
    within = np.flatnonzero(status == _INSIDE)
    inside[within] = tokens.ids[block.first_token + culprit[within]]
    doc = np.searchsorted(block.base, start, side="right") - 1
    first = block.first_token + np.where(in_first, first, first + 1)  # a dropped word belongs to no token
    places = _Places(
        form, block.first_doc + doc, start - block.base[doc], stop - block.base[doc], first,
        block.first_token + last, status, inside,
    )  # fmt: skip
    # a star can stretch two places to the same one (*的* in 的的)
    starred = np.flatnonzero(open_left | open_right)
    starred = starred[np.lexsort((stop[starred], start[starred], form[starred]))]
    keys = np.stack([form, start, stop])[:, starred]
    again = starred[1:][(np.diff(keys, axis=1) == 0).all(axis=0)]
    kept = np.ones(len(form), dtype=np.bool_)
    kept[again] = False
    return places.take(kept)


def _token_at(block: _Blocks, place: Longs) -> tuple[Longs, NDArray[np.bool_]]:
    """Return the token that covers each character, and whether there is one; else the last one before it, or -1."""
    token = np.searchsorted(block.start, place, side="right") - 1
    if not len(block.start):
        return token, np.zeros(len(place), dtype=np.bool_)
    return token, (token >= 0) & (block.stop[token] > place)


def _in_words(tokens: Tokens, chosen: list[int], shapes: list[Shape], options: _Options) -> _Places:
    """Return where entries stand as tokens or phrases of tokens."""
    parts = {part: i for i, part in enumerate(dict.fromkeys(part for form in chosen for part in shapes[form].parts))}
    terms = _terms_of(tokens, list(parts), options)
    single = [form for form in chosen if len(shapes[form].parts) == 1]
    pairs = [(form, terms[parts[shapes[form].parts[0]]]) for form in single]
    form_column = np.concatenate([np.full(len(ids), form) for form, ids in pairs] or [np.empty(0, dtype=np.int64)])
    term_column = np.concatenate([ids for _, ids in pairs] or [np.empty(0, dtype=np.int64)])
    members = csr_array(
        (np.ones(len(form_column), dtype=np.int8), (term_column, form_column)),
        shape=(len(tokens.vocabulary), len(shapes)),
    )
    rows = np.flatnonzero((np.diff(members.indptr) > 0)[tokens.ids])
    source, form = _expanded(members, tokens.ids[rows].astype(np.int64))
    forms, firsts, lasts = [form], [rows[source]], [rows[source]]
    phrases = [form for form in chosen if len(shapes[form].parts) > 1]
    if phrases:
        order = np.argsort(tokens.ids, kind="stable")
        counts = tokens.term_counts
        begins = np.cumsum(counts) - counts
        for form_number in track(phrases, "looking up phrases"):
            wanted = [terms[parts[part]] for part in shapes[form_number].parts]
            first = _phrase(tokens, wanted, order, begins, counts)
            forms.append(np.full(len(first), form_number))
            firsts.append(first)
            lasts.append(first + len(wanted) - 1)
    form, first, last = np.concatenate(forms), np.concatenate(firsts), np.concatenate(lasts)
    doc = np.searchsorted(tokens.offsets, first, side="right") - 1
    start, stop = tokens.start[first].astype(np.int64), tokens.stop[last].astype(np.int64)
    n = len(form)
    return _Places(form, doc, start, stop, first, last, np.zeros(n, dtype=np.int64), np.full(n, -1, dtype=np.int64))


def _terms_of(tokens: Tokens, parts: list[str], options: _Options) -> list[Longs]:
    """Return the rows of the vocabulary that each word of an entry matches."""
    terms = [folded(term) if options.ignore_case else term for term in tokens.vocabulary.terms]
    shapes = [shape_of(part) for part in parts]
    found: list[Longs] = [np.empty(0, dtype=np.int64)] * len(parts)
    plain = [i for i, shape in enumerate(shapes) if shape.literal is not None]
    if plain and terms:
        strings, members = _strings(plain, shapes, options)
        sizes = np.fromiter(map(len, terms), dtype=np.int64, count=len(terms)) + 1
        base = np.cumsum(sizes) - sizes
        hits = Trie([code_points(string).tolist() for string in strings]).scan(code_points("\n".join(terms)))
        source, part = _expanded(members, hits.string)
        first, stop = hits.first[source], (hits.first + hits.length)[source]
        term = np.searchsorted(base, first, side="right") - 1
        sides = np.array([(shape.open_left, shape.open_right) for shape in shapes], dtype=np.bool_)
        whole = ((first == base[term]) | sides[part, 0]) & ((stop == base[term] + sizes[term] - 1) | sides[part, 1])
        order = np.argsort(part[whole], kind="stable")
        part, term = part[whole][order], term[whole][order]
        bounds = np.searchsorted(part, np.arange(len(parts) + 1))
        for i in plain:
            found[i] = np.unique(term[bounds[i] : bounds[i + 1]])
    for i, shape in enumerate(shapes):
        if shape.literal is None:
            pattern = re.compile(fnmatch.translate(folded(parts[i]) if options.ignore_case else parts[i])).match
            found[i] = np.flatnonzero([pattern(term) is not None for term in terms])
    return found


def _phrase(tokens: Tokens, wanted: list[Longs], order: Longs, begins: Longs, counts: Longs) -> Longs:
    """Return the first token of each place where the words stand next to each other in one line."""
    totals = [int(counts[terms].sum()) for terms in wanted]
    if not all(totals):
        return np.empty(0, dtype=np.int64)
    rarest, n = int(np.argmin(totals)), len(wanted)
    rows = np.concatenate([order[begins[term] : begins[term] + counts[term]] for term in wanted[rarest].tolist()])
    first = np.sort(rows) - rarest
    first = first[(first >= 0) & (first + n <= len(tokens))]
    for step, terms in enumerate(wanted):
        if step != rarest:
            here = tokens.ids[first + step]
            first = first[here == terms[0] if len(terms) == 1 else np.isin(here, terms)]
    last = first + n - 1
    together = tokens.position[last] - tokens.position[first] == n - 1
    doc = np.searchsorted(tokens.offsets, first, side="right") - 1
    together &= doc == np.searchsorted(tokens.offsets, last, side="right") - 1
    texts = tokens.corpus.texts
    for i in np.flatnonzero(together).tolist():
        if _LINE_BREAK.search(texts[doc[i]], int(tokens.start[first[i]]), int(tokens.stop[last[i]])):
            together[i] = False
    kept: Longs = first[together]
    return kept


def _resolved(tokens: Tokens, dictionary: Dictionary, places: _Places, form_of: Longs, options: _Options) -> _Hits:
    """Return one hit for each passage and category, and which of overlapping ones wins."""
    sizes = np.fromiter(map(len, tokens.corpus.texts), dtype=np.int64, count=len(tokens.corpus)) + 1
    base = np.cumsum(sizes) - sizes
    n_forms = int(form_of.max()) + 1
    owners = csr_array(
        (np.ones(len(form_of), dtype=np.int8), (form_of, np.arange(len(form_of)))), shape=(n_forms, len(form_of))
    )
    good = places.take(places.status == _FOUND)
    source, row = _expanded(owners, good.form)
    good = good.take(source)
    names = {name: i for i, name in enumerate(dictionary.categories)}
    category = np.array([names[entry.category] for entry in dictionary.entries], dtype=np.int64)[row]
    exactness = _exactness(dictionary)[row]
    begin, end = base[good.doc] + good.start, base[good.doc] + good.stop
    # the longer of two that begin together first; of one passage in one category the most exact entry first
    order = np.lexsort((exactness, category, -end, begin))
    begin, end, category = begin[order], end[order], category[order]
    doc, start, stop, first, last = (values[order] for values in good[1:6])
    hits = _Hits(row[order], doc, start, stop, first, last, np.arange(len(order)))
    if not len(order) or options.overlap == "all":
        return hits._replace(winner=_first_of(begin, end, category))
    if options.overlap == "longest":
        span = np.concatenate(([0], np.cumsum((np.diff(begin) != 0) | (np.diff(end) != 0))))
        heads = np.flatnonzero(np.diff(span, prepend=-1))
        won = winners(begin[heads], end[heads])[span]
        own = _first_of(begin, end, category)
        return hits._replace(winner=np.where(won == span, own, heads[won]))
    total = int(sizes.sum()) + 1
    again = np.lexsort((exactness[order], -end, begin, category))
    won = winners((begin + category * total)[again], (end + category * total)[again])
    winner = np.empty(len(order), dtype=np.int64)
    winner[again] = again[won]
    return hits._replace(winner=winner)


def _first_of(begin: Longs, end: Longs, category: Longs) -> Longs:
    """Return the first of the hits with the same passage and category; these stand together."""
    new = np.ones(len(begin), dtype=np.bool_)
    new[1:] = (np.diff(begin) != 0) | (np.diff(end) != 0) | (np.diff(category) != 0)
    return np.maximum.accumulate(np.where(new, np.arange(len(begin)), 0))


def _exactness(dictionary: Dictionary) -> Longs:
    """Rank entries: without wildcards before those with, then by length, then in the order of the dictionary."""
    keys = []
    for place, entry in enumerate(dictionary.entries):
        shape = shape_of(entry.entry)
        wild = shape.literal is None or shape.open_left or shape.open_right
        keys.append((wild, -len(shape.literal or ""), place))
    ranks = np.empty(len(keys), dtype=np.int64)
    ranks[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
    return ranks


def _commonest(key: Longs, value: Longs) -> dict[int, int]:
    """Return the most frequent value of each key, the smaller of two equally frequent ones."""
    if not len(key):
        return {}
    pairs, counts = np.unique(np.stack([key, value]), axis=1, return_counts=True)
    order = np.lexsort((-pairs[1], counts))
    return dict(zip(pairs[0][order].tolist(), pairs[1][order].tolist(), strict=True))


# ---------------------------------------------------------------------------------------------------------------
# Negation


def _negated(
    tokens: Tokens, hits: _Hits, negation: str | Collection[str] | None, window: int, ignore_case: bool
) -> NDArray[np.bool_]:
    """Say which hits stand behind an odd number of negations, near enough and in the same clause."""
    window = check_int("negation_window", window, minimum=1)
    if negation is None:
        return np.zeros(len(hits.row), dtype=np.bool_)
    words = _negations(negation)
    options = _Options("text", "token", "longest", ignore_case)
    found, n_dropped = _hits(tokens, Dictionary({"negation": words}), options)
    if n_dropped:
        _warn_negations(n_dropped)
    found = found.kept()
    if not len(tokens) or not len(hits.row) or not len(found.row):
        return np.zeros(len(hits.row), dtype=np.bool_)
    clause = _clauses(tokens)
    position = tokens.position.astype(np.int64)
    width = int(position.max()) + 2
    # one number that rises through the texts: clause first, place second
    denying = np.sort(clause[found.last] * width + position[found.last])
    first = np.minimum(hits.first, len(tokens) - 1)
    here = clause[first] * width
    low = here + np.maximum(position[first] - window, 0)
    n = np.searchsorted(denying, here + position[first], side="left") - np.searchsorted(denying, low, side="left")
    odd: NDArray[np.bool_] = n % 2 == 1
    return odd


def _negations(negation: str | Collection[str]) -> list[str]:
    if isinstance(negation, str):
        if negation != "zh":
            raise ArgumentError(
                f"negation must be None, 'zh' or a collection of words, got {negation!r}. Put a single word in a list."
            )
        return list(NEGATIONS)
    check_type("negation", negation, Collection, hint="Give the words in a list, or 'zh'.")
    words = list(dict.fromkeys(negation))
    if not words:
        raise ArgumentError("negation has no words. Leave it out to count without negation.")
    try:
        checked([Row("negation", word) for word in words])
    except ArgumentError as error:
        raise ArgumentError(f"negation: {error}") from None
    return words


def _warn_negations(n: int) -> None:
    warnings.warn(
        f"{n:,} place{'' if n == 1 else 's'} of a negation lie{'s' if n == 1 else ''} in words that were dropped from "
        "tokens and so are passed over. Give the tokens of the whole texts to see them.",
        TextkitWarning,
        stacklevel=4,
    )


def _clauses(tokens: Tokens) -> Longs:
    """Return the number of the clause of each token, rising through all texts."""
    found, before = [], 0
    for block in _blocks(tokens):
        points = code_points(block.text)
        table = np.zeros(0x11_0000, dtype=np.bool_)
        table[[ord(char) for char in _CLAUSE_ENDS]] = True
        ends = table[points]
        between = np.flatnonzero(ends & np.isin(points, [ord(char) for char in _NUMERIC]))
        letters = np.zeros(128, dtype=np.bool_)
        letters[[code for code in range(128) if chr(code).isalnum()]] = True
        inside = between[(between > 0) & (between + 1 < len(points))]
        left, right = points[inside - 1], points[inside + 1]
        both = (left < 128) & (right < 128)
        ends[inside[both & letters[np.minimum(left, 127)] & letters[np.minimum(right, 127)]]] = False
        number = np.cumsum(ends) + before
        found.append(number[block.start])
        before = (int(number[-1]) if len(number) else before) + 1
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


# ---------------------------------------------------------------------------------------------------------------
# Counting


class _Counted(NamedTuple):
    """One row for each passage and category shown (``one``: it counts, else it is negated), and the weights."""

    doc: Longs
    start: Longs
    node: Longs
    one: NDArray[np.bool_]
    weight_doc: Longs
    weight_node: Longs
    weight: NDArray[np.float64]

    def group(self, codes: NDArray[np.intp]) -> NDArray[np.intp]:
        return codes[self.doc]


def _nodes(dictionary: Dictionary, level: int | None, *, exclusive: bool) -> tuple[list[str], csr_array]:
    """Return the categories to show, and which of them each category of the dictionary counts for."""
    owners = {entry.category for entry in dictionary.entries}
    targets: dict[str, list[str]] = {}
    for category in dictionary.categories:
        parts = category.split("/")[:level]
        above = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
        targets[category] = above[-1:] if exclusive else above
    used = {node for category in owners for node in targets[category]}
    nodes = [category for category in dictionary.categories if category in used]
    place = {node: i for i, node in enumerate(nodes)}
    pairs = [(i, place[node]) for i, row in enumerate(dictionary.entries) for node in targets[row.category]]
    rows, columns = zip(*pairs, strict=True)
    return nodes, csr_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(len(dictionary), len(nodes)))


def _counted(
    tokens: Tokens,
    dictionary: Dictionary,
    hits: _Hits,
    denied: NDArray[np.bool_],
    nodes: list[str],
    members: csr_array,
    *,
    flip: bool,
) -> _Counted:
    source, node = _expanded(members, hits.row)
    weight = np.array([row.weight for row in dictionary.entries])[hits.row]
    weight = np.where(denied, -weight if flip else 0.0, weight)[source]
    doc, start, stop = hits.doc[source], hits.start[source], hits.stop[source]
    # a passage in two categories counts once for the category above both
    order = np.lexsort((node, stop, start, doc))
    columns = np.stack([doc, start, stop, node])[:, order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (np.diff(columns, axis=1) != 0).any(axis=0)
    once = order[new]
    return _Counted(doc[once], start[once], node[once], ~denied[source][once], doc, node, weight)


def _cells(group: NDArray[Any], node: Longs, values: NDArray[Any], shape: tuple[int, int]) -> NDArray[np.float64]:
    known = group >= 0
    flat = group[known] * shape[1] + node[known]
    weights = values[known].astype(np.float64)
    return np.bincount(flat, weights=weights, minlength=shape[0] * shape[1]).astype(np.float64).reshape(shape)


def _docs(counted: _Counted, codes: NDArray[np.intp], shape: tuple[int, int]) -> Longs:
    pairs = np.unique(counted.doc[counted.one] * shape[1] + counted.node[counted.one])
    doc, node = np.divmod(pairs, shape[1])
    return _cells(codes[doc], node, np.ones(len(doc)), shape).astype(np.int64)


def _units(tokens: Tokens, counted: _Counted, unit: str) -> tuple[Longs, Longs, Longs, Longs]:
    """Return the document of each unit, its number of tokens, and the unit of each row of ``counted``."""
    n = len(tokens.corpus)
    if unit == "document":
        return np.arange(n), tokens.lengths, counted.doc, np.arange(n)
    cut = sentence_spans if unit == "sentence" else paragraph_spans
    begins = [[begin for begin, _ in cut(text)] or [0] for text in tokens.corpus.texts]
    sizes = np.fromiter(map(len, tokens.corpus.texts), dtype=np.int64, count=n) + 1
    base = np.cumsum(sizes) - sizes
    doc = np.repeat(np.arange(n), [len(part) for part in begins])
    begin = base[doc] + np.array([place for part in begins for place in part], dtype=np.int64)
    # what stands before the first sentence (blanks) belongs to it
    begin[np.flatnonzero(np.diff(doc, prepend=-1))] = base
    owner = np.searchsorted(begin, base[tokens.doc_ids] + tokens.start, side="right") - 1
    lengths = np.bincount(owner, minlength=len(doc))
    return doc, lengths, np.searchsorted(begin, base[counted.doc] + counted.start, side="right") - 1, doc


def _intervals(
    tokens: Tokens,
    counted: _Counted,
    codes: NDArray[np.intp],
    shape: tuple[int, int],
    unit: str,
    n_replicates: int,
    confidence: float,
    random_state: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    doc, lengths, owner, _ = _units(tokens, counted, unit)
    cells = csr_array(
        (counted.one.astype(np.float64), (owner, counted.node)), shape=(len(doc), shape[1])
    )  # repeated places are summed
    group = codes[doc]
    low, high = np.full(shape, np.nan), np.full(shape, np.nan)
    usable = np.flatnonzero((lengths > 0) & (group >= 0))
    order = usable[np.argsort(group[usable], kind="stable")]
    bounds = np.searchsorted(group[order], np.arange(shape[0] + 1))
    few = []
    for row in track(range(shape[0]), f"bootstrap of {unit}s"):
        members = order[bounds[row] : bounds[row + 1]]
        if 0 < len(members) < FEW_UNITS:
            few.append((len(members), row))
        part = cells[members]
        there = np.flatnonzero(part.sum(axis=0) > 0)
        if len(members) < 2 or not len(there):
            continue
        shown, size = part[:, there].T.tocsr(), lengths[members].astype(np.float64)
        rng = np.random.default_rng(random_state)
        rates = []
        for times in resamples(len(members), n_replicates, rng, block=max(1, min(200, 10_000_000 // len(members)))):
            rates.append(_MILLION * (shown @ times.T).T / (times @ size)[:, None])
        low[row, there], high[row, there] = percentile_interval(np.concatenate(rates), confidence)
    if few:
        smallest, _ = min(few)
        where = f"in {len(few):,} of {shape[0]:,} groups " if shape[0] > 1 else ""
        warnings.warn(f"{where}{few_units(smallest, unit)}", TextkitWarning, stacklevel=3)
    return low, high


def _shown(pieces: list[str]) -> Any:
    """Return the pieces as a column, line breaks replaced by a sign."""
    joined = "\0".join(pieces)  # many times faster than piece by piece
    if joined.count("\0") == len(pieces) - 1:
        pieces = joined.translate(_SHOWN_BREAK).split("\0")
    else:
        pieces = [piece.translate(_SHOWN_BREAK) for piece in pieces]
    return _column(pieces)


def _column(values: Any) -> Any:
    return pd.array(list(values), dtype="str")
