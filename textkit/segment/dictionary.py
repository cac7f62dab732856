"""jieba's own dictionary, read without loading jieba: only to weigh user words exactly as jieba weighs them."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path

from textkit.errors import TextkitError


def jieba_folder() -> Path:
    """Return where the jieba package lies, without importing it."""
    found = importlib.util.find_spec("jieba")
    if found is None or not found.submodule_search_locations:
        raise TextkitError("the package jieba is missing. Install it: pip install jieba")
    return Path(found.submodule_search_locations[0])


class Dictionary:
    """Word frequencies, in the state that jieba's would be in after the user words added so far."""

    __slots__ = ("_beginnings", "frequencies", "total")

    def __init__(self) -> None:
        fields = (jieba_folder() / "dict.txt").read_text(encoding="utf-8").split()
        counts = list(map(int, fields[1::3]))
        self.frequencies = dict(zip(fields[::3], counts, strict=True))
        self.total = sum(counts)  # a word that stands there twice counts twice, as in jieba
        self._beginnings = {word[0] for word in self.frequencies}
        # Only single characters and runs of letters are ever looked up without being words.
        for word in filter(_begins_with_letter, self.frequencies):
            self._beginnings.update(word[:i] for i in range(1, len(word)))

    def add(self, word: str, frequency: int) -> None:
        """Take in a user word; jieba adds to the total without taking off what the word had before."""
        self.frequencies[word] = frequency
        self.total += frequency
        self._beginnings.update(word[:i] for i in range(1, len(word) + 1))

    def suggest(self, word: str, parts: Iterable[str]) -> int:
        """Return the least frequency with which the word wins over its parts, by jieba's formula and rounding."""
        total = float(self.total)
        product = 1.0
        for part in parts:
            product *= self._count(part) / total
        return max(int(product * self.total) + 1, self._count(word))

    def _count(self, piece: str) -> int:
        """Return the frequency; jieba counts the beginning of a longer word 0 and the unknown 1."""
        known = self.frequencies.get(piece)
        if known is not None:
            return known
        return 0 if piece in self._beginnings else 1


def _begins_with_letter(word: str) -> bool:
    return word[0].isascii()
