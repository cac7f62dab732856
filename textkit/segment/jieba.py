"""Jieba: word segmentation by dictionary, most probable path and hidden Markov model, as a value."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from textkit.errors import ArgumentError, check_choice, check_type
from textkit.segment import lexicon as lexicons
from textkit.segment.lexicon import Entry, Lexicon
from textkit.segment.protocol import Span, spans_of

if TYPE_CHECKING:
    import pandas as pd

    UserWord = str | tuple[str, int | None] | tuple[str, int | None, str | None]
    UserWords = Iterable[UserWord] | Mapping[str, int | None]
    LexiconSource = str | os.PathLike[str] | pd.DataFrame | UserWords | Lexicon

_LOCK = threading.Lock()
_ENGINES = ("rust", "python")
_TAGGERS = ("jieba", "rjieba")


class _Engine(Protocol):
    def cut(self, text: str) -> list[str]: ...

    def tag(self, text: str) -> list[tuple[str, str]]: ...


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Jieba:
    """Cut Chinese text into words as the jieba library does.

    The most probable path through a dictionary of 349,045 words, P = product of freq(w) / total; what is left
    as single characters is joined by a hidden Markov model over the tags B, M, E, S. Settings belong to the
    object: jieba's global dictionary is neither used nor changed. The object can be shared between threads and
    sent to other processes.

    Parameters
    ----------
    hmm : bool, default True
        Join characters into words that are in no dictionary (names, new terms). ``False`` uses the dictionary alone.
    words : iterable of str, (word, freq) or (word, freq, tag); or mapping word -> freq
        User words. Without a frequency (or with ``None``) jieba works out the least one with which the word wins over
        its parts, so the order of words can matter; those of a set are sorted. Frequency 0 deletes a word.
    lexicon : path, DataFrame, or as ``words``
        User words from a file (jieba's format, csv, tsv, xlsx) or table, see `read_lexicon`; read once, now.
        ``words`` come after them and win.
    engine : {"rust", "python"}, default "rust"
        ``"rust"`` is the rjieba library with its differences repaired; ``"python"`` is jieba itself, about twenty times
        slower. Both give the same words on every text.
    tagger : {None, "jieba", "rjieba"}, default None
        Part of speech. ``"jieba"`` is jieba.posseg, the reference: slow, and it **cuts unknown stretches
        differently** from jieba itself, so the words change with it. ``"rjieba"`` is fast, keeps the words of
        ``tagger=None``, and gives **other tags** in places: never compare counts made with one to counts made
        with the other.

    Raises
    ------
    ArgumentError
        A setting is unknown, or a user word cannot be used (with its line).
    ReadError
        The lexicon file cannot be read.

    Warns
    -----
    TextkitWarning
        A user word is repeated or can never match; `check_lexicon` says why.

    Notes
    -----
    Segmenting is part of the measurement: counts of words are comparable only between texts that were cut with the same
    settings and the same user words. The repr names all of them, long lists by checksum.

    References
    ----------
    Sun Junyi: jieba 0.42.1 (2020). The model is trained on People's Daily and others by its author.

    Examples
    --------
    >>> Jieba().cut("推进网格化管理")
    ['推进', '网格化', '管理']
    >>> Jieba(words=["网格化管理"]).cut("推进网格化管理")
    ['推进', '网格化管理']
    >>> Jieba(words=["网格化管理"])
    Jieba(hmm=True, words=('网格化管理',), lexicon=None, engine='rust', tagger=None)
    """

    seams: ClassVar[str] = "\n。"  # behind these a text can be cut without changing a word

    hmm: bool
    words: tuple[Entry, ...]
    lexicon: Lexicon | None
    engine: Literal["rust", "python"]
    tagger: Literal["jieba", "rjieba"] | None
    _made: _Engine | None = field(init=False, compare=False)

    def __init__(
        self,
        *,
        hmm: bool = True,
        words: UserWords = (),
        lexicon: LexiconSource | None = None,
        engine: Literal["rust", "python"] = "rust",
        tagger: Literal["jieba", "rjieba"] | None = None,
    ) -> None:
        check_type("hmm", hmm, bool)
        check_choice("engine", engine, _ENGINES)
        if tagger is not None:
            check_choice("tagger", tagger, _TAGGERS)
        if tagger == "rjieba" and engine == "python":
            raise ArgumentError('tagger="rjieba" tags the words of engine="rust". Use that engine, or tagger="jieba".')
        if isinstance(words, str):
            raise ArgumentError(
                f"words must be a list of words, got one string. Put it in a list: [{words!r}]; "
                "give a file as lexicon=path."
            )
        if isinstance(words, os.PathLike):
            raise ArgumentError("words must be a list of words, got a path. Give a file as lexicon=path.")
        own = words if isinstance(words, tuple) and all(isinstance(word, Entry) for word in words) else None
        entries = own if own is not None else lexicons.load(words, "words").entries
        read = None if lexicon is None else lexicons.load(lexicon, "lexicon")
        for name, value in zip(self.__slots__, (hmm, entries, read, engine, tagger, None), strict=True):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        words = lexicons.abbreviated([_shown(entry) for entry in self.words])
        return (
            f"Jieba(hmm={self.hmm}, words={words}, lexicon={self.lexicon!r}, "
            f"engine={self.engine!r}, tagger={self.tagger!r})"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.hmm, self.words, self.lexicon, self.engine, self.tagger)  # dictionaries are not sent

    def cut(self, text: str) -> list[str]:
        """Return the words, blanks and punctuation included; put together they are the text."""
        if self.tagger == "jieba":  # posseg cuts in its own way, and one object has one way
            return [word for word, _ in self._engine().tag(text)]
        return self._engine().cut(text)

    def spans(self, text: str) -> list[Span]:
        """Return ``(start, stop)`` of each word."""
        return spans_of(self.cut(text))

    def tagged(self, text: str) -> list[tuple[int, int, str]]:
        """Return ``(start, stop, tag)`` of each word; needs a ``tagger``."""
        if self.tagger is None:
            raise ArgumentError(
                'this Jieba has no tagger. Make one with Jieba(tagger="jieba") or Jieba(tagger="rjieba").'
            )
        pairs = self._engine().tag(text)
        places = spans_of([word for word, _ in pairs])
        return [(start, stop, tag) for (start, stop), (_, tag) in zip(places, pairs, strict=True)]

    def _engine(self) -> _Engine:
        """Load the dictionary when the first text comes, once."""
        if self._made is None:
            with _LOCK:
                if self._made is None:
                    object.__setattr__(self, "_made", self._load())
        assert self._made is not None
        return self._made

    def _load(self) -> _Engine:
        merged = {entry.word: entry for entry in (*(self.lexicon.entries if self.lexicon else ()), *self.words)}
        entries = list(merged.values())
        if self.engine == "python" or self.tagger == "jieba":
            from textkit.segment.engine_python import PythonEngine

            return PythonEngine(entries, hmm=self.hmm)
        from textkit.segment.engine_rust import RustEngine

        return RustEngine(entries, hmm=self.hmm)


def _shown(entry: Entry) -> str | tuple[str, int | None] | Entry:
    """Return a user word as it would be written."""
    if entry.tag is not None:
        return tuple(entry)  # type: ignore[return-value]
    return entry.word if entry.freq is None else (entry.word, entry.freq)


def _again(
    hmm: bool,
    words: tuple[Entry, ...],
    lexicon: Lexicon | None,
    engine: Literal["rust", "python"],
    tagger: Literal["jieba", "rjieba"] | None,
) -> Jieba:
    return Jieba(hmm=hmm, words=words, lexicon=lexicon, engine=engine, tagger=tagger)
