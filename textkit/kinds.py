"""What kind of thing a token is: word, number, mask, punctuation, symbol or space.

Masked names in public documents (``XXX``, ``xx``, ``X``, ``***``, ``××``) are tokens of their own: they are
neither removed nor glued to a word, because how often and where a name was blacked out is itself a finding.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from textkit.errors import check_type

Kind = Literal["word", "number", "mask", "punctuation", "symbol", "space"]

# X stands alone between characters that are neither Latin letters nor digits; X光, X射线, XX染色体 are words.
# × between digits is a product; one * or one ○ is a footnote sign or a bullet, two or more are a mask;
# ○ beside a Chinese numeral is a zero (二○○八年).
_LATIN = "A-Za-z0-9Ａ-Ｚａ-ｚ０-９"
_NUMERAL = "一二三四五六七八九十0-9０-９"
MASK = re.compile(
    rf"(?<![{_LATIN}])(?![XＸ](?:[光射线轴型]|-?ray)|[XＸ]{{1,2}}染色)(?:[xX]+|[ｘＸ]+)(?![{_LATIN}])"
    r"|[*＊]{2,}"
    r"|(?<![0-9０-９])×+(?![0-9０-９])"
    rf"|(?<![{_NUMERAL}○〇])[○〇]{{2,}}(?![{_NUMERAL}○〇])|[●■□]{{2,}}"
)
# far faster than MASK itself: most texts have none of these characters
_MASK_HINT = re.compile(r"[xXｘＸ*＊×○〇●■□]")
_MASK_TERM = re.compile(r"(?:[xX]+|[ｘＸ]+|[*＊]{2,}|×+|[○〇]{2,}|[●■□]{2,})\Z")
_NUMBER = re.compile(r"[0-9０-９]+(?:[.,．，][0-9０-９]+)*(?:[%％‰])?\Z")


def kind_of(term: str) -> Kind:
    """Return the kind of a token from its characters alone.

    >>> [kind_of(t) for t in ["网格", "3.6", "10%", "XXX", "***", "，", "+", " ", "５G", "😀"]]
    ['word', 'number', 'number', 'mask', 'mask', 'punctuation', 'symbol', 'space', 'word', 'symbol']
    """
    check_type("term", term, str)
    if not term or term.isspace():
        return "space"
    if _MASK_TERM.match(term):
        return "mask"
    if _NUMBER.match(term):
        return "number"
    categories = {unicodedata.category(char)[0] for char in term}
    if "L" in categories or "N" in categories:
        return "word"
    return "punctuation" if "P" in categories else "symbol"


def has_mask(text: str) -> bool:
    """Say whether a text holds a mask; quick where it does not.

    >>> has_mask("XXX同志"), has_mask("拍X光片"), has_mask("网格化")
    (True, False, False)
    """
    return _MASK_HINT.search(text) is not None and MASK.search(text) is not None


def is_word(term: str) -> bool:
    """Say whether a term has Han characters, letters or digits and is not a mask; the usual first filter.

    >>> [t for t in ["网格", "我", "2024", "，", "XXX"] if is_word(t)]
    ['网格', '我', '2024']
    """
    return kind_of(term) in ("word", "number")


def is_mask(term: str) -> bool:
    """Say whether a term is a masked name such as ``XXX``, ``xx`` or ``***``.

    >>> [t for t in ["XXX", "xx", "×××", "X光"] if is_mask(t)]
    ['XXX', 'xx', '×××']
    """
    return kind_of(term) == "mask"


def is_number(term: str) -> bool:
    """Say whether a term is a number in digits, with or without a decimal point or a percent sign.

    >>> [t for t in ["2024", "3.6", "10%", "三百"] if is_number(t)]
    ['2024', '3.6', '10%']
    """
    return kind_of(term) == "number"


def is_punctuation(term: str) -> bool:
    """Say whether a term consists of punctuation only.

    >>> [t for t in ["，", "……", "网格"] if is_punctuation(t)]
    ['，', '……']
    """
    return kind_of(term) == "punctuation"
