"""tokenize(): from texts to Tokens, by the fastest way that a segmenter offers, in one process or several."""

from __future__ import annotations

import os
import signal
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, TextkitError, check_int, check_type
from textkit.kinds import MASK, has_mask
from textkit.progress import track
from textkit.segment import as_segmenter
from textkit.segment.protocol import Segmenter
from textkit.tokens import Ints, Tokens
from textkit.vocabulary import TermIndex, Vocabulary

_PIECE = 1_000_000  # characters given to a segmenter in one call, where it says that a text can be cut into pieces
_JOIN = 20_000  # characters of short texts that are given to a segmenter together
_CHUNK = 2_000_000  # characters handed to a worker process at a time; fixed, so results never depend on n_jobs


def tokenize(
    corpus: Corpus,
    segmenter: str | Segmenter = "jieba",
    *,
    n_jobs: int = 1,
    progress: bool | None = None,
) -> Tokens:
    """Cut every text into words.

    Masks (``XXX``, ``xx``, ``***``, ``××``) are cut out first and are tokens of their own; blanks are no
    tokens; everything else, punctuation and numbers included, is. Filter afterwards:
    ``.keep(tk.is_word).drop(tk.stopwords("hit"))``.

    Parameters
    ----------
    corpus : Corpus
    segmenter : str or Segmenter, default "jieba"
        ``"jieba"``, ``"characters"``, ``"spaces"``, or an object with ``spans(text)``, such as
        ``Jieba(words=["网格化管理"])``.
    n_jobs : int, default 1
        Worker processes (0: one a core). The result does not depend on it.
    progress : bool, optional
        Show a bar; by default where somebody can see it and the work takes over a second.

    Returns
    -------
    Tokens

    Raises
    ------
    UnknownNameError
        No segmenter has that name.
    ArgumentError
        The segmenter returned spans that overlap or lie outside the text, or cannot be sent to other processes.
    TextkitError
        A worker process stopped. In a script, calls with ``n_jobs`` belong under ``if __name__ == "__main__":``.

    Examples
    --------
    >>> tokenize(Corpus(["XXX同志强调"])).words(0)
    ['XXX', '同志', '强调']
    """
    check_type("corpus", corpus, Corpus, hint="Make one with read(folder) or Corpus([text, ...]).")
    cutter = as_segmenter(segmenter)
    jobs = check_int("n_jobs", n_jobs, minimum=0) or os.cpu_count() or 1
    texts = corpus.texts
    chunks = list(_chunks(texts))
    if jobs > 1 and len(chunks) > 1:
        parts = _cut_in_processes(cutter, texts, chunks, jobs, progress)
    else:
        state = _Cutter(cutter)
        parts = (state.cut(texts[a:b]) for a, b in track(chunks, "segmenting", show=progress))
    return _assemble(parts, corpus, repr(cutter))


@dataclass(slots=True)
class _Part:
    """Tokens of a chunk of documents over a vocabulary of its own; what a worker sends back."""

    terms: list[str]
    ids: Ints
    start: Ints
    lengths: NDArray[np.int64]
    tag_names: list[str]
    tags: NDArray[np.int16] | None


class _Cutter:
    """Cuts chunks of texts with one segmenter, by the fastest way it offers."""

    def __init__(self, segmenter: Segmenter) -> None:
        self.segmenter = segmenter
        self.tagged = getattr(segmenter, "tagger", None) is not None
        self.partition = not self.tagged and callable(getattr(segmenter, "cut", None))
        self.seams = str(getattr(segmenter, "seams", ""))

    def cut(self, texts: Sequence[str]) -> _Part:
        return self._by_words(texts) if self.partition else self._by_spans(texts)

    def _by_words(self, texts: Sequence[str]) -> _Part:
        # one call for many short texts takes a fifth less time, where a line break is known to stand alone
        part = _from_partition(*self._stream(texts, joined=True), texts) if "\n" in self.seams else None
        part = part or _from_partition(*self._stream(texts, joined=False), texts)
        if part is None:
            raise TextkitError("the words of the segmenter, put together, are not the text; its cut() method is wrong.")
        return part

    def _stream(self, texts: Sequence[str], *, joined: bool) -> tuple[list[str], Ints]:
        """Return terms and the ids of all words of all texts, a line break after each text."""
        index = TermIndex()
        buffer = array("i")
        cut: Callable[[str], list[str]] = self.segmenter.cut  # type: ignore[attr-defined]
        each = _lines(texts) if joined else ((text, has_mask(text)) for text in texts)
        for text, masked in each:
            if len(text) <= _PIECE and not masked:
                buffer.extend(map(index.__getitem__, cut(text)))
            else:
                for stretch, is_mask in _stretches(text):
                    if is_mask:
                        buffer.append(index[stretch])
                        continue
                    for piece in _pieces(stretch, self.seams):
                        buffer.extend(map(index.__getitem__, cut(piece)))
            if not joined:
                buffer.append(index["\n"])
        ids = np.frombuffer(buffer, dtype=np.intc).astype(np.int32, copy=False) if buffer else np.empty(0, np.int32)
        return list(index), ids

    def _by_spans(self, texts: Sequence[str]) -> _Part:
        index, tag_index = TermIndex(), TermIndex()
        ids, start, tags = array("i"), array("i"), array("h")
        lengths = np.empty(len(texts), dtype=np.int64)
        before = 0
        for row, text in enumerate(texts):
            for a, b, tag in self._spans(text):
                term = text[a:b]
                if term.isspace():
                    continue
                ids.append(index[term])
                start.append(a)
                if self.tagged:
                    tags.append(tag_index[tag])
            lengths[row] = len(ids) - before
            before = len(ids)
        return _Part(
            list(index),
            np.array(ids, dtype=np.int32),
            np.array(start, dtype=np.int32),
            lengths,
            list(tag_index),
            np.array(tags, dtype=np.int16) if self.tagged else None,
        )

    def _spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        base = last = 0
        for piece, masked in _stretches(text):
            if masked:
                yield base, base + len(piece), "mask"
            elif self.tagged:
                for a, b, tag in self.segmenter.tagged(piece):  # type: ignore[attr-defined]
                    last = self._checked(a, b, last, len(piece))
                    yield base + a, base + b, tag
            else:
                for a, b in self.segmenter.spans(piece):
                    last = self._checked(a, b, last, len(piece))
                    yield base + a, base + b, ""
            base += len(piece)
            last = 0

    def _checked(self, a: int, b: int, last: int, length: int) -> int:
        if not last <= a < b <= length:
            raise ArgumentError(
                f"the segmenter {self.segmenter!r} gave the span ({a}, {b}); spans must be in order, not overlap, "
                f"not be empty and lie inside the text of {length} characters."
            )
        return b


def _stretches(text: str) -> Iterator[tuple[str, bool]]:
    done = 0
    for found in MASK.finditer(text) if has_mask(text) else ():
        if found.start() > done:
            yield text[done : found.start()], False
        yield found.group(), True
        done = found.end()
    if done < len(text):
        yield text[done:], False


def _pieces(text: str, seams: str) -> Iterator[str]:
    """Cut a huge text behind characters where it makes no difference, so that memory does not follow its length."""
    start = 0
    while seams and len(text) - start > _PIECE:
        end = start + _PIECE
        last = max(text.rfind(seam, start, end) for seam in seams)
        if last < 0:
            after = [place for seam in seams if (place := text.find(seam, end)) >= 0]
            if not after:
                break
            last = min(after)
        yield text[start : last + 1]
        start = last + 1
    yield text[start:] if start else text


def _lines(texts: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Put short texts together, a line break after each, so that few calls are needed; say which have masks."""
    waiting: list[str] = []
    size = 0
    for text in texts:
        masked = has_mask(text)
        if waiting and (masked or size >= _JOIN):
            yield "\n".join(waiting) + "\n", False
            waiting, size = [], 0
        if masked:
            yield text + "\n", True
        else:
            waiting.append(text)
            size += len(text)
    if waiting:
        yield "\n".join(waiting) + "\n", False


def _from_partition(terms: list[str], ids: Ints, texts: Sequence[str]) -> _Part | None:
    """Work out places from word lengths; then leave out the blanks, with them the line break behind each text.

    ``None``: the words are not the texts with a line break behind each, or a word reaches over an end.
    """
    width = np.fromiter(map(len, terms), dtype=np.int32, count=len(terms))
    keep = ~np.fromiter(map(str.isspace, terms), dtype=np.bool_, count=len(terms))
    bounds = np.empty(len(ids) + 1, dtype=np.int64)
    bounds[0] = 0
    np.cumsum(width[ids], out=bounds[1:])
    sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    after = np.cumsum(sizes + 1)
    # the words of a text, its line break included, are those from `first` up to the next `first`
    first = np.searchsorted(bounds, np.concatenate(([0], after)))
    breaks = first[1:] - 1
    if (
        int(bounds[-1]) != (int(after[-1]) if len(after) else 0)
        or not np.array_equal(bounds[first[1:]], after)
        or not np.array_equal(bounds[breaks], after - 1)
    ):
        return None
    start = (bounds[:-1] - np.repeat(after - sizes - 1, np.diff(first))).astype(np.int32)
    del bounds
    words = keep[ids]
    ids, start = ids[words], start[words]
    lengths = np.diff(np.concatenate(([0], np.cumsum(words, dtype=np.int64)))[first])
    new = np.cumsum(keep, dtype=np.int32) - np.int32(1)
    return _Part(
        [term for term, kept in zip(terms, keep.tolist(), strict=True) if kept], new[ids], start, lengths, [], None
    )


def _chunks(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    begin = size = 0
    for row, text in enumerate(texts):
        size += len(text)
        if size >= _CHUNK:
            yield begin, row + 1
            begin, size = row + 1, 0
    if begin < len(texts):
        yield begin, len(texts)


_worker: _Cutter | None = None


def _start_worker(segmenter: Segmenter) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # from here on Ctrl-C ends a worker, without a traceback
    if hasattr(signal, "pthread_sigmask"):  # a Ctrl-C that came while it loaded counts too
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    _worker = _Cutter(segmenter)


def _work(texts: Sequence[str]) -> _Part:
    assert _worker is not None
    return _worker.cut(texts)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Let the processes that start now not hear Ctrl-C while they load: one message, the main process's, is enough.

    They inherit the blocked signal. The main process hears it as soon as this is over: ignoring would lose it.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _cut_in_processes(
    segmenter: Segmenter,
    texts: Sequence[str],
    chunks: list[tuple[int, int]],
    jobs: int,
    progress: bool | None,
) -> Iterator[_Part]:
    with ProcessPoolExecutor(
        min(jobs, len(chunks)),
        mp_context=get_context("spawn"),
        initializer=_start_worker,
        initargs=(segmenter,),
    ) as pool:
        others = set(active_children())
        try:
            try:
                with _deaf_to_interrupts():
                    results = pool.map(_work, (texts[a:b] for a, b in chunks))
            except Exception as error:  # pickling raises whatever it likes
                raise ArgumentError(
                    f"the segmenter {segmenter!r} cannot be sent to other processes ({error}). Define its class at the "
                    "top of a module, or use n_jobs=1."
                ) from error
            yield from track(results, "segmenting", total=len(chunks), show=progress)
        except BrokenProcessPool as error:
            raise TextkitError(
                f"a worker process stopped before it was done (n_jobs={jobs}). In a script, put the call under "
                "if __name__ == '__main__':, for every worker loads the script; the segmenter's class must be there "
                "for them too. Or memory ran out: use fewer processes, or n_jobs=1."
            ) from error
        except BaseException:  # nobody wants the rest, which may take minutes
            for worker in set(active_children()) - others:
                worker.terminate()
            raise


def _assemble(parts: Iterable[_Part], corpus: Corpus, segmenter: str) -> Tokens:
    """Put the parts of the workers together over one vocabulary; each part is let go before the next one comes."""
    index, tag_index = TermIndex(), TermIndex()
    columns = array("i"), array("i")
    lengths, tags = array("q"), array("h")
    tagged = False
    for part in parts:
        new = np.fromiter((index[term] for term in part.terms), dtype=np.int32, count=len(part.terms))
        for column, values in zip(columns, (new[part.ids], part.start), strict=True):
            column.frombytes(_bytes(values, np.intc))
        lengths.frombytes(_bytes(part.lengths, np.int64))
        if part.tags is not None:
            tagged = True
            names = np.array([tag_index[name] for name in part.tag_names], dtype=np.int16)
            tags.frombytes(_bytes(names[part.tags] if len(part.tags) else part.tags, np.int16))
    ids, start = (_as_array(column, np.int32) for column in columns)
    offsets = np.concatenate(([0], np.cumsum(_as_array(lengths, np.int64))))
    return Tokens(
        ids,
        start,
        None,
        None,
        offsets,
        Vocabulary(index),
        corpus,
        _as_array(tags, np.int16) if tagged else None,
        tuple(tag_index),
        segmenter,
    )


def _bytes(values: NDArray[Any], dtype: type) -> memoryview:
    """Return the bytes of an array, without a copy where it already lies as asked."""
    raw: Any = np.ascontiguousarray(values, dtype=dtype).view(np.uint8)
    return memoryview(raw)


def _as_array(values: array[int], dtype: type) -> NDArray[Any]:
    """Return the memory of a growing array as a numpy array, without a copy."""
    return np.frombuffer(values, dtype=dtype) if values else np.empty(0, dtype)
