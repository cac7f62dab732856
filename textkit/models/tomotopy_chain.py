"""Models that the library tomotopy samples: how documents go in, and how distributions come out."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit.errors import TextkitError, TextkitWarning
from textkit.models.gibbs import Flat, flat
from textkit.models.topics import Floats

Ints = NDArray[np.int64]

_CELLS = 4_000_000  # numbers held at once (32 MB)
_VARIABLE, _NARROW, _WIDE = "TOMOTOPY_ISA", "sse2", ("avx", "avx2", "avx512")
_MISSING = (
    "{name} is fitted by the library tomotopy, which is not installed ({error}). "
    "Install it: pip install textkit-zh[tomotopy], or pip install tomotopy."
)


def engine(name: str) -> Any:
    """Return the module tomotopy, for the method of that name.

    Its sums over wide registers (AVX) depend on where an array happens to lie in memory, so that the same seed gives
    numbers that differ in the last digits, and after many sweeps in all. The narrow ones (SSE2) do not.
    """
    loaded = "tomotopy" in sys.modules
    try:
        with _narrow(), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of how its types are declared
            module = importlib.import_module("tomotopy")
    except ImportError as error:
        raise TextkitError(_MISSING.format(name=name, error=error)) from None
    if loaded and str(module.isa) in _WIDE:
        warnings.warn(
            f"tomotopy was loaded before textkit did it, and computes with {module.isa}: the same random_state may "
            f"give another model. Set {_VARIABLE}={_NARROW} before tomotopy is imported.",
            TextkitWarning,
            stacklevel=4,
        )
    return module


@contextmanager
def _narrow() -> Iterator[None]:
    """Have tomotopy choose its narrow build, if there is one and nobody has chosen another."""
    if _VARIABLE in os.environ or importlib.util.find_spec(f"_tomotopy_{_NARROW}") is None:
        yield
        return
    os.environ[_VARIABLE] = _NARROW
    try:
        yield
    finally:
        os.environ.pop(_VARIABLE, None)


class Sampler:
    """A model of tomotopy with its documents: words go in as the numbers of their columns, so no name can be mangled.

    ``times`` (D,) is the step of time of each document, for models that have one.
    """

    def __init__(self, model: Any, matrix: csr_array, n_workers: int, times: Ints | None = None) -> None:
        self.model, self.n_workers = model, n_workers
        self.tokens: Flat = flat(matrix)
        names = np.array([str(word) for word in range(matrix.shape[1])], dtype=object)
        for d, (first, last) in enumerate(zip(self.tokens.indptr[:-1], self.tokens.indptr[1:], strict=True)):
            words = names[self.tokens.words[first:last]].tolist()
            if times is None:
                model.add_doc(words)
            else:
                model.add_doc(words, timepoint=int(times[d]))
        self.matrix = matrix
        model.train(0, workers=n_workers)  # from here on the model knows its words
        self.columns = np.array([int(word) for word in model.used_vocabs], dtype=np.int64)

    def train(self, n: int = 1) -> None:
        """Sweep over all tokens; so many single sweeps give what one call for all of them gives."""
        self.model.train(n, workers=self.n_workers)

    def counts(self, n_topics: int) -> Ints:
        """Return the number of tokens of each document and topic, shape (D, K)."""
        lengths = np.diff(self.tokens.indptr)
        topics = np.concatenate([np.asarray(doc.topics) for doc in self.model.docs]).astype(np.int64)
        rows = np.repeat(np.arange(len(lengths)), lengths)
        cells = np.bincount(rows * n_topics + topics, minlength=len(lengths) * n_topics)
        return cells.reshape(len(lengths), n_topics)

    def terms(self, *rows: Any) -> Floats:
        """Return distributions over all columns, one for each row of arguments of ``get_topic_word_dist``.

        They are as exact as their 32 bits, so they are brought to a sum of one; words without a token keep zero.
        """
        found = np.zeros((len(rows), self.matrix.shape[1]))
        found[:, self.columns] = [self.model.get_topic_word_dist(*row) for row in rows]
        found /= found.sum(axis=1, keepdims=True)
        return found


def log_words(matrix: csr_array, doc_topic: Floats, topic_term: Floats) -> float:
    """Return ``sum_dw c_dw ln(doc_topic[d] . topic_term[:, w])`` (natural log).

    >>> log_words(csr_array([[2, 0], [0, 1]]), np.eye(2), np.array([[0.5, 0.5], [0.0, 1.0]])) == 2 * np.log(0.5)
    np.True_
    """
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    words = np.ascontiguousarray(topic_term.T)
    step = max(_CELLS // len(topic_term), 1)
    total = 0.0
    for first in range(0, len(rows), step):
        part = slice(first, first + step)
        chance = np.einsum("nk,nk->n", doc_topic[rows[part]], words[matrix.indices[part]])
        total += float(matrix.data[part] @ np.log(np.maximum(chance, np.finfo(np.float64).tiny)))
    return total
