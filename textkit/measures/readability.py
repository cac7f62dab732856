"""Formulas of Chinese readability: arithmetic on features, each as published (coefficients read second-hand)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from textkit.measures.arrays import Floats


def yang_1971(complete_sentences: ArrayLike, basic_words: ArrayLike, strokes: ArrayLike) -> Floats:
    """Return the 3-factor score of 杨孝溁 (1971): higher = easier; shares from 0 to 1, mean strokes of a character.

    >>> float(yang_1971(0.62, 0.69, 7.9).round(7))
    22.9836056
    """
    return 14.95961 + 1.11506 * _array(complete_sentences) + 39.07746 * _array(basic_words) - 2.48491 * _array(strokes)


def sun_1992(
    strokes: ArrayLike, chars_per_sentence: ArrayLike, nonbasic_words: ArrayLike, words_per_sentence: ArrayLike
) -> Floats:
    """Return the score of 孙汉银 (1992): higher = harder."""
    words = 7.117 * _array(nonbasic_words) + 0.164 * _array(words_per_sentence)
    return -11.848 + 2.135 * _array(strokes) + 0.15 * _array(chars_per_sentence) + words


def jing_1995_grade(length: ArrayLike, chars_per_sentence: ArrayLike, common_chars: ArrayLike) -> Floats:
    """Return the school grade of a passage of ``length`` characters after 荆溪昱 (1995): higher = harder."""
    sentence = 0.04414527 * _array(chars_per_sentence)
    return 17.52547988 + 0.00242523 * _array(length) + sentence - 18.33435443 * _array(common_chars)


def jing_1995_semester(length: ArrayLike, chars_per_sentence: ArrayLike, common_chars: ArrayLike) -> Floats:
    """Return the semester of a passage of ``length`` characters after 荆溪昱 (1995): higher = harder."""
    sentence = 0.08996394 * _array(chars_per_sentence)
    return 34.53858379 + 0.00491625 * _array(length) + sentence - 36.73710603 * _array(common_chars)


def guo_2010(
    char_levels: Sequence[ArrayLike], chars_per_sentence: ArrayLike, word_levels: Sequence[ArrayLike]
) -> Floats:
    """Return the score of 郭望皓 (2010) from the shares of characters and words of the levels 甲, 乙, 丙, 丁, none.

    Higher = harder. Whether shares are meant as fractions or per cent is not settled by the source: they are used as
    they are given.
    """
    char_weights, word_weights = (0.148, 0.182, 0.137, 0.215, 0.283), (0.132, 0.185, 0.249, 0.246, 0.188)
    chars = sum(weight * _array(share) for weight, share in zip(char_weights, char_levels, strict=True))
    words = sum(weight * _array(share) for weight, share in zip(word_weights, word_levels, strict=True))
    return -11.946 + 0.198 * chars + 0.123 * _array(chars_per_sentence) + 0.811 * words


def zuo_2014(jia_chars: ArrayLike, words_beyond: ArrayLike, function_words: ArrayLike) -> Floats:
    """Return the score of 左虹, 朱勇 (2014) of a passage of about 150 characters: higher = easier.

    ``jia_chars``: number of common characters of level 甲; ``words_beyond``: share of words that are not of the levels
    甲 and 乙; ``function_words``: their number.
    """
    return 23.646 + 0.485 * _array(jia_chars) - 125.931 * _array(words_beyond) - 0.647 * _array(function_words)


def wang_2008(function_types: ArrayLike, simple_types: ArrayLike, types: ArrayLike, clauses: ArrayLike) -> Floats:
    """Return the score of 王蕾 (2008, 2017) of a short passage from numbers of word types and of clauses."""
    words = 0.802 * _array(simple_types) - 0.462 * _array(types)
    return 72.749 - 7.515 * _array(function_types) + words + 2.446 * _array(clauses)


def xu_2021(chars_per_clause: ArrayLike, adverbs_conjunctions: ArrayLike) -> Floats:
    """Return R3 of 徐巍, 姚振晔, 陈冬华 (2021), ``(R1 + R2) / 2``: lower = easier; R1, having larger units, decides."""
    return 0.5 * (_array(chars_per_clause) + _array(adverbs_conjunctions))


def fog(words_per_sentence: ArrayLike, complex_words: ArrayLike) -> Floats:
    """Return the fog index of Gunning (1952), ``0.4 (words per sentence + 100 * share of complex words)``."""
    return 0.4 * (_array(words_per_sentence) + 100.0 * _array(complex_words))


def standardised(values: ArrayLike) -> Floats:
    """Return z-scores (spread with n - 1); NaN where values are unknown, fewer than three, or all the same.

    >>> standardised([1.0, 2.0, 3.0, np.nan]).tolist()
    [-1.0, 0.0, 1.0, nan]
    """
    values = _array(values)
    known = values[np.isfinite(values)]
    if len(known) < 3 or np.ptp(known) == 0:
        return np.full(values.shape, np.nan)
    z = (values - known.mean()) / known.std(ddof=1)
    return np.where(np.isfinite(values), z, np.nan)


def _array(value: ArrayLike) -> Floats:
    return np.asarray(value, dtype=np.float64)
