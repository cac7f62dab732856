"""How many different words a text uses for its length: the indices of lexical diversity, with intervals."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

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
from textkit.kinds import is_number, is_word
from textkit.measures import Floats, diversity, resampling
from textkit.progress import track
from textkit.provenance import stamp
from textkit.selection import By, groups
from textkit.tokenization import tokenize
from textkit.tokens import Tokens

COLUMNS = ["group", "measure", "value", "ci_low", "ci_high", "n_tokens", "n_types", "flag"]

LENGTH_DEPENDENT = (
    "ttr", "guiraud", "cttr", "herdan_c", "maas_a2", "maas_a", "dugast_u", "summer_s", "yule_i",
)  # fmt: skip
"""Measures that change with the length of a text whatever its diversity (Tweedie & Baayen 1998)."""
MEASURES = (
    *LENGTH_DEPENDENT, "yule_k", "simpson_d", "herdan_vm", "msttr", "mattr",
    "mtld", "mtld_forward", "mtld_backward", "mtld_w", "hdd", "vocd_d",
)  # fmt: skip
"""All measures, in the order of the rows."""
RECOMMENDED = ("mattr", "mtld", "hdd")
"""Measures that may be compared across texts of unequal length; the default."""

_AT_MOST_ONE = ("ttr", "herdan_c", "simpson_d", "msttr", "mattr", "hdd")
_EQUAL = 1.05  # the longest text over the shortest, up to which lengths count as equal
_FEWEST = {"mtld": 50, "mtld_forward": 50, "mtld_backward": 50, "mtld_w": 50, "hdd": diversity.HDD_DRAWS, "vocd_d": 50}
_ADVISED = 100  # tokens from which the MTLD is steady
_CELLS = 4_000_000  # units drawn in one block of replicates: 32 MB
_RUNS, _SAMPLES = 3, 100  # of the classic vocd-D

_Values = Mapping[str, Floats]


def lexical_diversity(
    tokens: Tokens,
    *,
    by: By = "doc",
    measure: str | Sequence[str] | None = None,
    level: Literal["word", "character"] = "word",
    numbers: bool = True,
    window: int = 50,
    threshold: float = 0.72,
    all_unique: Literal["one_factor"] | None = None,
    vocd: Literal["exact", "sampled"] = "exact",
    truncate: int | Literal["shortest"] | None = None,
    allow_unequal_lengths: bool = False,
    ci: Literal["bootstrap"] | None = None,
    unit: Literal["document", "paragraph", "sentence"] = "sentence",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
    progress: bool | None = None,
) -> pd.DataFrame:
    r"""Measure how many different words each text uses for its length.

    N tokens, V types, V_i types that occur i times, S2 = sum of i^2 V_i; log is natural.

    ================== ============================================= =========================================
    measure            formula                                       source
    ================== ============================================= =========================================
    ``ttr`` L          V / N                                         Johnson 1944
    ``guiraud`` L      V / sqrt N                                    Guiraud 1954
    ``cttr`` L         V / sqrt(2N)                                  Carroll 1964
    ``herdan_c`` L     log V / log N                                 Herdan 1960
    ``maas_a2`` L      (log N - log V) / (log N)^2; low = diverse    Maas 1972
    ``maas_a`` L       sqrt of the same with log10; low = diverse    Maas 1972
    ``dugast_u`` L     (log10 N)^2 / (log10 N - log10 V)             Dugast 1978
    ``summer_s`` L     log log V / log log N (quanteda: log10)       Summer, in Tweedie & Baayen 1998
    ``yule_i`` L       V^2 / (S2 - V)                                Yule 1944
    ``yule_k``         10^4 (S2 - N) / N^2; low = diverse            Yule 1944
    ``simpson_d``      (S2 - N) / (N (N - 1)); low = diverse         Simpson 1949
    ``herdan_vm``      sqrt(S2 / N^2 - 1 / V); low = diverse         Herdan 1955
    ``msttr``          mean TTR of consecutive windows               Johnson 1944
    ``mattr``          mean TTR of sliding windows                   Covington & McFall 2010
    ``mtld``           mean of the next two                          McCarthy & Jarvis 2010
    ``mtld_forward``   N / factors, from the first word to the last  McCarthy & Jarvis 2010
    ``mtld_backward``  the same from the last word to the first      McCarthy & Jarvis 2010
    ``mtld_w``         mean length of the factors that begin at each Vidal & Jarvis 2020
                       word, the text being a ring
    ``hdd``            expected types of 42 random tokens, over 42   McCarthy & Jarvis 2007
    ``vocd_d``         D whose curve (D/n)(sqrt(1 + 2n/D) - 1) is    Malvern et al. 2004
                       nearest to the TTR of n = 35..50 tokens
    ================== ============================================= =========================================

    A factor of the MTLD ends where the running TTR is at most ``threshold``; the rest counts as
    (1 - its TTR) / (1 - threshold).

    Parameters
    ----------
    tokens : Tokens
        Of whole texts: do not drop stop words first. Only words and numbers are counted (`textkit.is_word`):
        punctuation, symbols and masks such as ``XXX`` are left out.
    by : str or list of str, default "doc"
        Column of ``docs``: the texts of one value are joined in their order. Of several columns, each combination that
        occurs is a group, called ``"甲 / 2019"``.
    measure : str, list of str, or None
        Names from the table, ``"all"``, or ``None`` for ``mattr``, ``mtld`` and ``hdd``, which are those to report.
    level : {"word", "character"}
        ``"character"`` counts the characters of the texts (of ``tokens.corpus``) instead of the tokens.
    numbers : bool, default True
        Count numbers in digits.
    window : int, default 50
        Tokens of a window of MATTR and MSTTR; 100 is usual for texts of more than 5,000 tokens.
    threshold : float, default 0.72
        TTR at which a factor of the MTLD ends.
    all_unique : {None, "one_factor"}
        The MTLD of a text without a repeated word is undefined, NaN; ``"one_factor"`` gives its length instead, as some
        programs do.
    vocd : {"exact", "sampled"}
        Expected TTRs (no chance involved), or the classic procedure: the mean TTR of 100 random samples of each size,
        D averaged over 3 runs.
    truncate : int or "shortest", optional
        Use only the first so many tokens of each text; ``"shortest"``: as many as the shortest text that has any.
    allow_unequal_lengths : bool, default False
        Give the measures marked L for texts of unequal length all the same.
    ci : {None, "bootstrap"}
        Interval by drawing units (whole, in random order) with replacement. A resample repeats units and so has fewer
        types than the text; the percentile interval is therefore shifted, on the log scale, by the mean bias of the
        replicates. On simulated texts of 60 sentences 95 % intervals hold the true value in 90 to 100 % of cases (the
        type-token ratio and its relatives at the upper end), without the shift in 0 to 96 %.
    unit : {"sentence", "paragraph", "document"}
        What is drawn; ``"document"`` only with a ``by`` that joins documents.
    n_replicates : int, default 2000
    confidence : float, default 0.95
    random_state : int, default 0
        For ``ci`` and for ``vocd="sampled"``. Every text has the same stream of its own: the numbers of a text do not
        depend on the other texts.
    progress : bool, optional
        Show a bar; by default where somebody can see it and the work takes over a second.

    Returns
    -------
    DataFrame
        One row a text and measure: ``group`` (document, or value of ``by``), ``measure``, ``value``, ``ci_low``,
        ``ci_high``, ``n_tokens`` (N), ``n_types`` (V), ``flag``. Texts in the order of the corpus (values of ``by``
        in the order of a categorical column, else sorted), measures in the order of the table above. ``flag``:
        ``"empty"``; ``"too_short"`` (below 42 tokens HD-D, below 50 vocd-D does not exist; below 50 the MTLD is a
        number but should not be used); ``"short"`` (MTLD of 50 to 99 tokens); ``"window"`` (text shorter than the
        window: the TTR itself); ``"all_unique"`` (no word is repeated).

    Raises
    ------
    ArgumentError
        Measures marked L were asked for texts whose lengths differ by more than 5 %; an interval for single documents
        with documents as the unit.
    UnknownNameError
        No such measure, column or unit.
    EmptyError
        There are no documents.

    Warns
    -----
    TextkitWarning
        Texts are empty or too short for a measure, or there are too few units for an interval.

    Notes
    -----
    Documents that ``by`` joins are read one behind the other: a window or a factor may cross from one to the next.
    What a word is depends on the segmenter, and so does every number here: compare only texts that were cut with the
    same settings (they stand in ``attrs``). Numbers at the word level and at the character level have nothing to do
    with each other.

    Examples
    --------
    >>> from textkit.corpus import Corpus
    >>> words = tokenize(Corpus(["山 高 水 长 山 高", "天 地 玄 黄 宇 宙"]), "spaces")
    >>> table = lexical_diversity(words, measure=["ttr", "yule_k"])
    >>> table[["group", "measure", "value", "n_tokens", "n_types"]]
      group measure       value  n_tokens  n_types
    0  doc1     ttr    0.666667         6        4
    1  doc1  yule_k 1111.111111         6        4
    2  doc2     ttr    1.000000         6        6
    3  doc2  yule_k    0.000000         6        6
    """
    check_type("tokens", tokens, Tokens, hint="Make some with tokenize(corpus).")
    chosen = _chosen(measure)
    check_choice("level", level, ("word", "character"))
    check_type("numbers", numbers, bool)
    check_int("window", window, minimum=1)
    check_float("threshold", threshold, minimum=0.0, maximum=0.999, open_minimum=True)
    if all_unique is not None:
        check_choice("all_unique", all_unique, ("one_factor",))
    check_choice("vocd", vocd, ("exact", "sampled"))
    if ci is not None:
        check_choice("ci", ci, ("bootstrap",))
        if truncate is not None:
            raise ArgumentError(
                "truncate cannot be combined with ci: resampled units have other lengths. Leave one of the two out."
            )
    check_choice("unit", unit, ("document", "paragraph", "sentence"))
    check_int("n_replicates", n_replicates, minimum=1)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    check_int("random_state", random_state, minimum=0)
    if ci is not None and by == "doc" and unit == "document" and "doc" not in tokens.corpus._docs.columns:
        raise ArgumentError(
            'ci="bootstrap" with by="doc" needs units smaller than a document: give unit="sentence" or "paragraph", or '
            "join documents with by."
        )
    codes, names = groups(tokens.corpus._docs, by)
    if by == "doc" and "doc" not in tokens.corpus._docs.columns:  # the order of the corpus, not of the names
        codes, names = np.arange(len(tokens.corpus)), tokens.corpus.names
    if not names:
        raise EmptyError("tokens has no documents, so there is nothing to measure.")

    counted = _counted(tokens, level, numbers)
    ids, offsets = _joined(counted.ids, counted.offsets, codes, len(names))
    ids, offsets = _truncated(ids, offsets, truncate)
    n_terms = len(counted.vocabulary)
    _check_lengths(np.diff(offsets), [name for name in chosen if name in LENGTH_DEPENDENT], allow_unequal_lengths)
    settings = _Settings(window, threshold, "mtld_w" in chosen, all_unique == "one_factor")
    profile = settings.profiles(ids, offsets, n_terms)
    found = settings.values(profile, chosen)
    if vocd == "sampled" and "vocd_d" in chosen:
        found["vocd_d"] = _sampled_vocd(ids, offsets, found["vocd_d"], random_state, progress)
    low = {name: np.full(len(names), np.nan) for name in chosen}
    high = {name: np.full(len(names), np.nan) for name in chosen}
    if ci is not None:
        units = _units(counted, codes, len(names), unit)
        _bootstrap(found, low, high, units, n_terms, settings, unit, n_replicates, confidence, random_state, progress)
    flags = _flags(profile, chosen, window)
    _warn_short(flags, names)
    table = pd.DataFrame(
        {
            "group": [name for name in names for _ in chosen],
            "measure": list(chosen) * len(names),
            "value": _interleaved(found, chosen),
            "ci_low": _interleaved(low, chosen),
            "ci_high": _interleaved(high, chosen),
            "n_tokens": np.repeat(profile["n"].astype(np.int64), len(chosen)),
            "n_types": np.repeat(profile["v"].astype(np.int64), len(chosen)),
            "flag": [flags[name][row] for row in range(len(names)) for name in chosen],
        },
        columns=COLUMNS,
    )
    return stamp(
        table,
        "lexical_diversity",
        inputs={"tokens": tokens.fingerprint},
        by=by,
        measure=list(chosen),
        level=level,
        numbers=numbers,
        segmenter=counted.segmenter,
        left_out="punctuation, symbols, masks" + ("" if numbers else ", numbers"),
        window=window,
        threshold=threshold,
        all_unique=all_unique,
        vocd=vocd,
        truncate=truncate,
        allow_unequal_lengths=allow_unequal_lengths,
        ci=ci,
        unit=unit if ci else None,
        n_replicates=n_replicates if ci else None,
        confidence=confidence,
        random_state=random_state if ci or vocd == "sampled" else None,
    )


def _chosen(measure: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the measures asked for, each once, in the order of `MEASURES`."""
    if measure is None:
        return RECOMMENDED
    if measure == "all":
        return MEASURES
    asked = [measure] if isinstance(measure, str) else measure
    check_type("measure", asked, (list, tuple), hint='For example ["mattr", "mtld"].')
    for name in asked:
        if name not in MEASURES:
            raise unknown("measure", name, MEASURES)
    if not asked:
        raise ArgumentError('measure is an empty list. Name at least one, or leave it out for "mattr", "mtld", "hdd".')
    return tuple(name for name in MEASURES if name in asked)


def _counted(tokens: Tokens, level: str, numbers: bool) -> Tokens:
    """Return the tokens that count: words or characters, without punctuation and masks."""
    if level == "character":
        tokens = tokenize(tokens.corpus, "characters", progress=False)
    return tokens.keep(is_word if numbers else lambda term: is_word(term) and not is_number(term))


def _joined(
    ids: NDArray[np.int32], offsets: NDArray[np.int64], codes: NDArray[np.intp], n: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return ids and offsets of ``n`` texts, each made of the documents (or units) with its code, in their order."""
    if len(codes) == n and (codes == np.arange(n)).all():
        return ids.copy(), offsets.copy()  # the kernel wants writable arrays: one compiled form for all
    order, lengths = np.argsort(codes, kind="stable"), np.diff(offsets)
    order = order[codes[order] >= 0]
    pieces = [ids[offsets[row] : offsets[row + 1]] for row in order]
    sizes = np.bincount(codes[order], weights=lengths[order], minlength=n)
    joined = np.concatenate(pieces) if pieces else np.empty(0, np.int32)
    return joined, np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)


def _truncated(
    ids: NDArray[np.int32], offsets: NDArray[np.int64], truncate: int | str | None
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    if truncate is None:
        return ids, offsets
    lengths = np.diff(offsets)
    if isinstance(truncate, str):
        check_choice("truncate", truncate, ("shortest",))
        truncate = int(lengths[lengths > 0].min(initial=np.iinfo(np.int64).max))
    size = check_int("truncate", truncate, minimum=1)
    place = np.arange(len(ids)) - np.repeat(offsets[:-1], lengths)
    return ids[place < size], np.concatenate(([0], np.cumsum(np.minimum(lengths, size))))


def _check_lengths(lengths: NDArray[np.int64], dependent: list[str], allowed: bool) -> None:
    filled = lengths[lengths > 0]
    if allowed or not dependent or not len(filled) or filled.max() <= _EQUAL * filled.min():
        return
    raise ArgumentError(
        f"{listing(dependent)}: the measure depends on the length of a text, and these have from {filled.min():,} to "
        f"{filled.max():,} tokens: the numbers would show the lengths. Use measure={list(RECOMMENDED)}, or cut all "
        'texts to one length with truncate="shortest", or, if you know why, allow_unequal_lengths=True.'
    )


class _Settings:
    """What the kernel and the formulas need, and the way from ids to the values of the measures."""

    def __init__(self, window: int, threshold: float, wrap: bool, one_factor: bool) -> None:
        self.window, self.threshold, self.wrap, self.one_factor = int(window), float(threshold), wrap, one_factor

    def profiles(self, ids: NDArray[np.int32], offsets: NDArray[np.int64], n_terms: int) -> dict[str, Floats]:
        """Return what the measures are made of, one value a text."""
        from textkit.kernels import diversity as kernel

        return _named(kernel.profiles(ids, offsets, n_terms, self.window, self.threshold, self.wrap))

    def resampled(
        self, ids: NDArray[np.int32], offsets: NDArray[np.int64], drawn: NDArray[np.int64], n_terms: int
    ) -> dict[str, Floats]:
        """Return the same of texts put together from drawn units."""
        from textkit.kernels import diversity as kernel

        return _named(kernel.resampled(ids, offsets, drawn, n_terms, self.window, self.threshold, self.wrap))

    def values(self, profile: _Values, chosen: Sequence[str]) -> dict[str, Floats]:
        """Return the measures of each text."""
        return {name: _FORMULAS[name](self, profile) for name in chosen}

    def mtld(self, p: _Values, prefix: str) -> Floats:
        """Return the MTLD of one direction."""
        parts = [p[prefix + name] for name in ("factors", "rest_types", "rest_tokens")]
        return diversity.mtld_direction(p["n"], *parts, threshold=self.threshold, one_factor=self.one_factor)


def _named(profiles: Floats) -> dict[str, Floats]:
    from textkit.kernels.diversity import FIELDS

    named = {name: profiles[:, column] for column, name in enumerate(FIELDS)}
    return named | {"expected": profiles[:, len(FIELDS) :]}  # types of 1, 2 ... random tokens


def _vocd(_: _Settings, p: _Values) -> Floats:
    sizes = diversity.VOCD_SIZES
    return diversity.vocd_d(p["expected"][:, sizes - 1] / sizes)


_FORMULAS: dict[str, Callable[[_Settings, _Values], Floats]] = {
    "ttr": lambda _, p: diversity.ttr(p["n"], p["v"]),
    "guiraud": lambda _, p: diversity.guiraud(p["n"], p["v"]),
    "cttr": lambda _, p: diversity.cttr(p["n"], p["v"]),
    "herdan_c": lambda _, p: diversity.herdan_c(p["n"], p["v"]),
    "maas_a2": lambda _, p: diversity.maas_a2(p["n"], p["v"]),
    "maas_a": lambda _, p: diversity.maas_a(p["n"], p["v"]),
    "dugast_u": lambda _, p: diversity.dugast_u(p["n"], p["v"]),
    "summer_s": lambda _, p: diversity.summer_s(p["n"], p["v"]),
    "yule_k": lambda _, p: diversity.yule_k(p["n"], p["s2"]),
    "yule_i": lambda _, p: diversity.yule_i(p["v"], p["s2"]),
    "simpson_d": lambda _, p: diversity.simpson_d(p["n"], p["s2"]),
    "herdan_vm": lambda _, p: diversity.herdan_vm(p["n"], p["v"], p["s2"]),
    "msttr": lambda s, p: diversity.mean_segment_ttr(p["n"], p["v"], p["segment_types"], p["segments"], s.window),
    "mattr": lambda s, p: diversity.mean_segment_ttr(p["n"], p["v"], p["window_types"], p["windows"], s.window),
    "mtld": lambda s, p: (s.mtld(p, "") + s.mtld(p, "back_")) / 2.0,
    "mtld_forward": lambda s, p: s.mtld(p, ""),
    "mtld_backward": lambda s, p: s.mtld(p, "back_"),
    "mtld_w": lambda _, p: diversity.ttr(p["wrap_factors"], p["wrap_tokens"]),
    "hdd": lambda _, p: diversity.hdd(p["expected"][:, diversity.HDD_DRAWS - 1]),
    "vocd_d": _vocd,
}


def _units(
    counted: Tokens, codes: NDArray[np.intp], n: int, unit: str
) -> list[tuple[NDArray[np.int32], NDArray[np.int64]]]:
    """Return ids and offsets of the units that hold a token, for each of the ``n`` texts."""
    pieces = counted
    if unit != "document":
        pieces = counted.split(unit)
        row = {name: place for place, name in enumerate(counted.corpus.names)}
        owners = [row[name.rsplit("#", 1)[0]] for name in pieces.corpus.names]
        codes = codes[np.array(owners, dtype=np.intp)]
    lengths = pieces.lengths
    found = []
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(n + 1))
    for group in range(n):
        rows = order[ends[group] : ends[group + 1]]
        rows = rows[lengths[rows] > 0]
        parts = [pieces.ids[pieces.offsets[row] : pieces.offsets[row + 1]] for row in rows]
        ids = np.concatenate(parts) if parts else np.empty(0, np.int32)
        found.append((ids, np.concatenate(([0], np.cumsum(lengths[rows])))))
    return found


def _bootstrap(
    found: dict[str, Floats],
    low: dict[str, Floats],
    high: dict[str, Floats],
    units: list[tuple[NDArray[np.int32], NDArray[np.int64]]],
    n_terms: int,
    settings: _Settings,
    unit: str,
    n_replicates: int,
    confidence: float,
    random_state: int,
    progress: bool | None,
) -> None:
    """Fill in the intervals; each text has the same stream of random numbers, whatever the others are."""
    sizes = [len(offsets) - 1 for _, offsets in units]
    few = resampling.few_units(min((size for size in sizes if size), default=0), unit)
    if few:
        warnings.warn(few, TextkitWarning, stacklevel=3)
    for group, (ids, offsets) in enumerate(track(units, "resampling", show=progress)):
        if sizes[group] < 2:
            continue
        terms, inverse = np.unique(ids, return_inverse=True)
        local: NDArray[np.int32] = inverse.astype(np.int32)
        rng = np.random.default_rng(random_state)
        block = max(_CELLS // sizes[group], 1)
        parts: list[dict[str, Floats]] = []
        for first in range(0, n_replicates, block):
            drawn: NDArray[np.int64] = rng.integers(0, sizes[group], (min(block, n_replicates - first), sizes[group]))
            parts.append(settings.values(settings.resampled(local, offsets, drawn, len(terms)), list(found)))
        for name in found:
            value, replicates = found[name][group], np.concatenate([part[name] for part in parts])
            replicates = replicates[np.isfinite(replicates) & (replicates > 0)]
            if len(replicates) and np.isfinite(value) and value > 0:
                ends = resampling.percentile_interval(np.log(replicates), confidence)
                bounds = value * np.exp(np.array(ends) - np.log(replicates).mean())
                low[name][group], high[name][group] = np.minimum(bounds, 1.0) if name in _AT_MOST_ONE else bounds


def _sampled_vocd(
    ids: NDArray[np.int32], offsets: NDArray[np.int64], exact: Floats, random_state: int, progress: bool | None
) -> Floats:
    """Return the classic vocd-D, for the texts that have one."""
    values = exact.copy()
    for text in track(np.flatnonzero(np.isfinite(exact)).tolist(), "sampling", show=progress):
        rng = np.random.default_rng(random_state)
        values[text] = _one_vocd(ids[offsets[text] : offsets[text + 1]], rng)
    return values


def _one_vocd(ids: NDArray[np.int32], rng: Generator) -> float:
    ratios = np.empty((_RUNS, len(diversity.VOCD_SIZES)))
    for run in range(_RUNS):
        for place, size in enumerate(diversity.VOCD_SIZES.tolist()):
            drawn = [rng.choice(len(ids), size, replace=False, shuffle=False) for _ in range(_SAMPLES)]
            sample = np.sort(ids[np.stack(drawn)], axis=1)
            ratios[run, place] = ((np.diff(sample, axis=1) != 0).sum() / _SAMPLES + 1) / size
    return float(diversity.vocd_d(ratios).mean())


def _flags(profile: _Values, chosen: Sequence[str], window: int) -> dict[str, list[str]]:
    """Return one flag a measure and text: what a reader should know about that number."""
    n, v = profile["n"], profile["v"]
    flags: dict[str, list[str]] = {}
    for name in chosen:
        flag = np.full(len(n), "", dtype=object)
        if name in ("mattr", "msttr"):
            flag[n < window] = "window"
        if name.startswith("mtld"):
            flag[n < _ADVISED] = "short"
            flag[(n == v)] = "all_unique"
        if name in ("dugast_u", "yule_i", "vocd_d"):
            flag[n == v] = "all_unique"
        flag[n < _FEWEST.get(name, 0)] = "too_short"
        flag[n == 0] = "empty"
        flags[name] = flag.tolist()
    return flags


def _warn_short(flags: dict[str, list[str]], names: list[Any]) -> None:
    """Say once how many texts are empty, too short, or without a repeated word."""
    said = {
        "empty": "have no words: their values are NaN",
        "too_short": "are too short for {}: HD-D needs 42 tokens, vocd-D 50, and the MTLD should not be used below 50",
        "window": "are shorter than the window: {} is their plain type-token ratio",
        "all_unique": "repeat no word at all: {} cannot measure that",
    }
    for flag, text in said.items():
        having = [name for name in flags if flag in flags[name]]
        rows = [row for row in range(len(names)) if any(flags[name][row] == flag for name in having)]
        if rows:
            shown = listing((names[row] for row in rows), 3)
            what = text.format(", ".join(having))
            warnings.warn(f"{len(rows):,} of {len(names):,} texts ({shown}) {what}.", TextkitWarning, stacklevel=3)


def _interleaved(values: dict[str, Floats], chosen: Sequence[str]) -> Floats:
    """Return text by text, measure by measure."""
    return np.stack([values[name] for name in chosen], axis=1).ravel()
