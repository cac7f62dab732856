"""Words in both languages, and how numbers are written."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

import numpy as np

from textkit.tracing.formula import exact

Lang = Literal["zh", "en"]
LANGUAGES = ("zh", "en")

_DIGITS = 6
_SCIENTIFIC_FROM, _SCIENTIFIC_BELOW = 9, -4  # powers of ten outside which a number is written with one


class Words(NamedTuple):
    """The same words in Chinese and English."""

    zh: str
    en: str

    def __add__(self, other: object) -> Words:
        """Put words behind words, or the same characters behind both."""
        more = other if isinstance(other, Words) else Words(str(other), str(other))
        return Words(self.zh + more.zh, self.en + more.en)

    def of(self, lang: str) -> str:
        """Return the words of one language."""
        return self.zh if lang == "zh" else self.en


def same(text: object) -> Words:
    """Return words that both languages share, such as a term."""
    return Words(str(text), str(text))


class Numeral(NamedTuple):
    """A number as it is shown: a sign, digits such as ``"1,234.5"``, a power of ten if it needs one."""

    negative: bool
    digits: str
    power: int | None
    exact: bool


def numeral(value: Decimal, digits: int = _DIGITS) -> Numeral:
    """Round a number for showing; whole numbers keep all their digits.

    >>> numeral(Decimal("31556")), numeral(Decimal(1) / 3).digits, numeral(Decimal("1.2e-60"))[1:3]
    (Numeral(negative=False, digits='31,556', power=None, exact=True), '0.333333', ('1.2', -60))
    """
    if value.is_nan():
        return Numeral(False, "NaN", None, True)
    if value.is_infinite():
        return Numeral(value < 0, "∞", None, True)
    if value == 0:
        return Numeral(False, "0", None, True)
    negative, size = value < 0, abs(value)
    if size == size.to_integral_value() and size < Decimal(10) ** 15:
        return Numeral(negative, f"{int(size):,}", None, True)
    rounded = Decimal(f"{size:.{digits - 1}e}")
    exact = abs(rounded - size) <= size * Decimal("1e-13")
    place = rounded.adjusted()
    if _SCIENTIFIC_BELOW <= place < _SCIENTIFIC_FROM:
        plain = f"{rounded:,f}"
        return Numeral(negative, plain.rstrip("0").rstrip(".") if "." in plain else plain, None, exact)
    front = f"{rounded.scaleb(-place):f}"
    return Numeral(negative, front.rstrip("0").rstrip(".") if "." in front else front, place, exact)


def shown(value: object, digits: int = _DIGITS) -> str:
    """Return a number as plain text; anything else as it is.

    >>> shown(12345.678901), shown(-2), shown("网格"), shown(1e-60), shown(None)
    ('12,345.7', '−2', '网格', '1×10⁻⁶⁰', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, np.number)):
        return str(value)
    number = numeral(exact(value), digits)
    power = "" if number.power is None else f"×10{str(number.power).translate(RAISED)}"
    return ("−" if number.negative else "") + number.digits + power


RAISED = str.maketrans("0123456789-+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺")
LOWERED = str.maketrans("0123456789-+", "₀₁₂₃₄₅₆₇₈₉₋₊")
