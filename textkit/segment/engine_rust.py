r"""The rjieba library, repaired so that it gives the same words as jieba on every text.

Both find the most probable path through the same dictionary with the same sums, and cut what is left by the
same hidden Markov model. Reading both sources and comparing them on random texts shows these differences,
each handled here:

1. jieba first splits a text into blocks of ``[\u4E00-\u9FD5a-zA-Z0-9+#&._%-]``; rjieba's blocks also take Han
   characters outside that range (extensions, compatibility ideographs, U+9FD6 and up) and glue several of them.
   They, and lone surrogates, which rjieba refuses, are cut out here: each is a word of its own.
2. Letters and digits joined by ``.``, ``-`` or ``_`` stay whole in rjieba (``F-16``, ``2022-09-18``); jieba cuts them
   by the rule "letters or digits, then perhaps a decimal part, then perhaps %". In blocks where this can matter,
   each run of ASCII is cut again by that rule: whatever rjieba made of it does not count. This holds as long as
   the block has no dictionary word of ASCII or with a sign, such as ``C++`` or a user word; if it has one, the
   block goes to jieba itself.
3. jieba adds a user word's frequency to the total without taking off what the word had before; rjieba takes it
   off. The difference is put back with a word that no text can contain.
4. A word deleted by frequency 0 stays in rjieba's tables with probability zero, and jieba cuts it into characters
   wherever the model would build it again. Blocks that contain a deleted word go to jieba itself.

Both break ties alike (the longer word; the later letter of B, E, M, S), which the tests confirm.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

from textkit.errors import TextkitError
from textkit.segment.dictionary import Dictionary
from textkit.segment.engine_python import PythonEngine
from textkit.segment.lexicon import INSIDE, Entry

_LOCK = threading.Lock()
_SIGNS = "+#&._%\\-"
# Han characters that rjieba knows and jieba does not, with room for what Unicode may still add; and surrogates.
_FOREIGN = "\u3400-\u4dbf\u9fd6-\u9fff\ud800-\udfff\uf900-\ufaff\U00020000-\U0003ffff"
_BALLAST = "\ue000\ue000"  # private use: never inside a block, so it weighs in the total and matches nothing
_SIGN_WORDS = ("AT&T", "C#", "C++", "c#", "c++")  # the dictionary's only words of ASCII, found by a test

_BLOCK = re.compile(f"[{INSIDE}]++")
_IS_FOREIGN = re.compile(f"[{_FOREIGN}]")
_HAS_SIGN = re.compile(f"[{_SIGNS}]")
_PART = re.compile(r"[A-Za-z0-9]+(?:\.[0-9]+)?%?|[^A-Za-z0-9]+")
# A sign between letters or digits, unless it is the point of a plain decimal number: 3.6 and 3.6% are cut alike.
_JOINED = (
    f"(?<=[0-9A-Za-z][{_SIGNS}])(?=[{_SIGNS}]*+[0-9A-Za-z])(?!(?<=\\.)[0-9]++%?(?![0-9A-Za-z]|[{_SIGNS}]++[0-9A-Za-z]))"
)

_Kind = Literal["plain", "block", "foreign"]


class RustEngine:
    """rjieba with user words, cutting exactly as jieba does."""

    __slots__ = ("_entries", "_exact", "_hmm", "_jieba", "_search", "_tags", "_to_exact", "frequencies")

    def __init__(self, entries: Sequence[Entry], *, hmm: bool) -> None:
        try:
            import rjieba
        except ImportError as error:
            raise TextkitError(
                f"the package rjieba cannot be loaded ({error}). Install it: pip install rjieba; or use jieba "
                'itself, which cuts alike and is slower: Jieba(engine="python").'
            ) from error
        self._entries = tuple(entries)
        self._hmm = hmm
        self._exact: PythonEngine | None = None
        self._jieba = rjieba.Jieba()
        self._search: Callable[..., re.Match[str] | None] = _suspect(hmm, ()).search
        self._to_exact = _any_of(_SIGN_WORDS)
        self.frequencies = self._add([entry for entry in entries if entry.freq != 0])
        deleted = [entry.word for entry in entries if entry.freq == 0 and _BLOCK.fullmatch(entry.word)]
        joined = [
            entry.word
            for entry in entries
            if len(entry.word) > 1
            and _BLOCK.fullmatch(entry.word)
            and (entry.word.isascii() or _HAS_SIGN.search(entry.word))
        ]
        self._search = _suspect(hmm, deleted).search
        self._to_exact = _any_of({*_SIGN_WORDS, *joined, *deleted})
        self._tags = {entry.word: entry.tag for entry in entries if entry.tag is not None and entry.freq != 0}

    def cut(self, text: str) -> list[str]:
        """Return the words; put together they are the text."""
        if self._search(text) is None:
            words: list[str] = self._jieba.cut(text, self._hmm)
            return words
        words = []
        for piece, kind in self._pieces(text):
            if kind == "plain":
                words += self._jieba.cut(piece, self._hmm)
            elif kind == "block":
                words += self._cut_block(piece)
            else:
                words.append(piece)
        return words

    def tag(self, text: str) -> list[tuple[str, str]]:
        """Return words, cut as by `cut`, with rjieba's part of speech; user words have the user's."""
        tagged: list[tuple[str, str]] = []
        for piece, kind in self._pieces(text):
            if kind == "plain":
                tagged += self._jieba.tag(piece, self._hmm)
            elif kind == "block":
                tagged += [(word, self._tag_of(word)) for word in self._cut_block(piece)]
            else:
                tagged.append((piece, "x"))
        if self._tags:
            tagged = [(word, self._tags.get(word, tag)) for word, tag in tagged]
        return tagged

    def _add(self, entries: Sequence[Entry]) -> dict[str, int]:
        """Add user words with the frequencies that jieba gives them, keep the totals equal, return the frequencies."""
        known = self._jieba.has_word
        weighed = any(entry.freq is None or (_BLOCK.fullmatch(entry.word) and known(entry.word)) for entry in entries)
        book = Dictionary() if weighed else None
        surplus = 0
        given: dict[str, int] = {}
        for word, freq, tag in entries:
            if freq is None:
                assert book is not None
                freq = book.suggest(word, self._without_model(word))
            if not _BLOCK.fullmatch(word):  # it can never match, but jieba counts it
                surplus += freq
            else:
                if book is not None and known(word):
                    surplus += book.frequencies[word]
                self._jieba.add_word(word, freq, tag or "x")
            if book is not None:
                book.add(word, freq)
            if surplus:
                self._jieba.add_word(_BALLAST, surplus, None)
            given[word] = freq
        return given

    def _without_model(self, word: str) -> list[str]:
        parts: list[str] = []
        for piece, kind in _split_foreign(word):
            parts += [piece] if kind == "foreign" else self._jieba.cut(piece, False)
        return parts

    def _cut_block(self, block: str) -> list[str]:
        if self._to_exact.search(block) is not None:
            return self._reference().cut(block)
        words: list[str] = self._jieba.cut(block, self._hmm)
        return list(_recut(words)) if self._hmm else words

    def _tag_of(self, word: str) -> str:
        tagged = self._jieba.tag(word, self._hmm)
        return tagged[0][1] if len(tagged) == 1 else "x"

    def _reference(self) -> PythonEngine:
        """Load jieba, when it is needed at all."""
        if self._exact is None:
            with _LOCK:
                if self._exact is None:
                    self._exact = PythonEngine(self._entries, hmm=self._hmm)
        return self._exact

    def _pieces(self, text: str) -> Iterator[tuple[str, _Kind]]:
        """Split a text into stretches that are cut alike, blocks to repair, and single foreign characters."""
        done = 0
        while (found := self._search(text, done)) is not None:
            place = found.start()
            if _IS_FOREIGN.match(text, place) is not None:
                start, stop = place, place + 1
                kind: _Kind = "foreign"
            else:
                start = _block_start(text, place, done)
                block = _BLOCK.match(text, place)
                stop = block.end() if block is not None else place + 1
                kind = "block"
            if start > done:
                yield text[done:start], "plain"
            yield text[start:stop], kind
            done = stop
        if done < len(text):
            yield text[done:], "plain"


def _suspect(hmm: bool, deleted: Sequence[str]) -> re.Pattern[str]:
    """Compile the one search that a text must pass: it finds the places where the engines might differ.

    It begins with a class of characters, which `re` looks for much faster than for alternatives.
    """
    first = _FOREIGN + (_SIGNS if hmm else "")
    conditions = [f"(?<=[{_FOREIGN}])"] + ([_JOINED] if hmm else [])
    rests: dict[str, list[str]] = {}
    for word in sorted(deleted):
        rests.setdefault(word[0], []).append(re.escape(word[1:]))
    for char, endings in rests.items():
        first += re.escape(char)
        conditions.append(f"(?<={re.escape(char)})(?:{'|'.join(endings)})")
    return re.compile(f"[{first}](?:{'|'.join(conditions)})")


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words))))


def _split_foreign(text: str) -> Iterator[tuple[str, _Kind]]:
    done = 0
    for found in _IS_FOREIGN.finditer(text):
        if found.start() > done:
            yield text[done : found.start()], "plain"
        yield found.group(), "foreign"
        done = found.end()
    if done < len(text):
        yield text[done:], "plain"


def _block_start(text: str, place: int, least: int) -> int:
    """Go back to where the block begins that ``place`` lies in, looking at ever wider windows."""
    width = 32
    while True:
        window = text[max(least, place - width) : place][::-1]
        run = _BLOCK.match(window)
        length = run.end() if run is not None else 0
        if length < len(window) or place - length <= least:
            return place - length
        width *= 4


def _recut(words: Sequence[str]) -> Iterator[str]:
    """Cut each run of ASCII again by jieba's rule, where it has a sign; single characters are then one stretch."""
    run: list[str] = []
    for word in words:
        if word.isascii():
            run.append(word)
            continue
        yield from _parts(run)
        run = []
        yield word
    yield from _parts(run)


def _parts(run: list[str]) -> list[str]:
    joined = "".join(run)
    return _PART.findall(joined) if _HAS_SIGN.search(joined) else run
