"""Weights of terms: local, global, BM25."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from textkit.errors import check_choice
from textkit.measures.arrays import Floats

TF_CODES = "nlbaLpm"


IDF_CODES = "ntpsux"


NORM_CODES = "ncu"


class DocumentFacts(NamedTuple):
    """What term frequencies are related to, one value for each nonzero cell: of the document it stands in."""

    length: Floats
    largest: Floats
    mean: Floats


def term_frequency(code: str, tf: Floats, doc: DocumentFacts, *, log_base: float = np.e) -> Floats:
    """Return the weight of counts ``tf`` above 0, by SMART letter (Salton & Buckley 1988; Manning et al. 2008, 6.15).

    n ``tf``; l ``1 + log tf``; b ``1``; a ``0.5 + 0.5 tf / max tf``; L ``(1 + log tf) / (1 + log mean tf)``, the mean
    over the document's types; and, beyond SMART, p ``tf / length`` and m ``tf / max tf``.

    >>> term_frequency("l", np.array([1.0, 100.0]), DocumentFacts(*[np.ones(2)] * 3), log_base=10).tolist()
    [1.0, 3.0]
    """
    check_choice("the first letter of scheme", code, TF_CODES)
    scale = np.log(log_base)
    if code == "l":
        return np.asarray(1.0 + np.log(tf) / scale)
    if code == "b":
        return np.ones_like(tf)
    if code == "a":
        return np.asarray(0.5 + 0.5 * tf / doc.largest)
    if code == "L":
        return np.asarray((1.0 + np.log(tf) / scale) / (1.0 + np.log(doc.mean) / scale))
    if code == "p":
        return np.asarray(tf / doc.length)
    return np.asarray(tf / doc.largest) if code == "m" else tf


def inverse_document_frequency(code: str, df: ArrayLike, n: int, *, log_base: float = np.e) -> Floats:
    """Return the weight of terms that stand in ``df`` of ``n`` documents, by SMART letter; 0 where ``df`` is 0.

    n ``1``; t ``log(N / df)``; p ``max(0, log((N - df) / df))``; and, beyond SMART, s ``log((1 + N) / (1 + df)) + 1``
    (scikit-learn, smooth), u ``log(N / df) + 1`` (scikit-learn, not smooth), x ``log(max df / df)``.

    >>> inverse_document_frequency("t", [1, 10, 0], 10, log_base=10).tolist()
    [1.0, 0.0, 0.0]
    """
    check_choice("the second letter of scheme", code, IDF_CODES)
    docs = np.asarray(df, dtype=np.float64)
    scale = np.log(log_base)
    known = docs > 0
    safe, n = np.where(known, docs, 1.0), max(n, 1)
    if code == "n":
        value = np.ones_like(docs)
    elif code == "t":
        value = np.log(n / safe) / scale
    elif code == "p":
        value = np.log(np.maximum((n - safe) / safe, 1.0)) / scale
    elif code == "s":
        value = np.log((1.0 + n) / (1.0 + safe)) / scale + 1.0
    elif code == "u":
        value = np.log(n / safe) / scale + 1.0
    else:
        value = np.log(docs.max(initial=1.0) / safe) / scale
    return np.where(known, value, 0.0)


BM25_VARIANTS = ("lucene", "lucene7", "robertson", "plus")


def bm25_idf(variant: str, df: ArrayLike, n: int) -> Floats:
    """Return the idf part of BM25 (Robertson & Zaragoza 2009); 0 where ``df`` is 0.

    lucene, lucene7 ``ln(1 + (N - df + 0.5) / (df + 0.5))``, always above 0; robertson the same without ``1 +``, 0 at
    df = N/2 and negative beyond; plus ``ln((N + 1) / df)`` (Lv & Zhai 2011).

    >>> bm25_idf("robertson", [2], 4).tolist()
    [0.0]
    """
    check_choice("variant", variant, BM25_VARIANTS)
    docs = np.asarray(df, dtype=np.float64)
    if variant == "plus":
        value = np.log((n + 1.0) / np.where(docs > 0, docs, 1.0))
    else:
        odds = (n - docs + 0.5) / (docs + 0.5)
        value = np.log(odds) if variant == "robertson" else np.log1p(odds)
    return np.where(docs > 0, value, 0.0)


def bm25_tf(
    variant: str, tf: Floats, length: Floats, mean_length: float, *, k1: float, b: float, delta: float
) -> Floats:
    """Return the term-frequency part of BM25, ``tf (k1 + 1) / (tf + k1 (1 - b + b length / mean length))``.

    ``lucene`` leaves out the constant ``k1 + 1``, which changes no ranking; ``plus`` adds ``delta`` for every term
    that is there at all.
    """
    check_choice("variant", variant, BM25_VARIANTS)
    saturated = tf / (tf + k1 * (1.0 - b + b * length / mean_length))
    if variant == "lucene":
        return np.asarray(saturated)
    return np.asarray(saturated * (k1 + 1.0) + (delta if variant == "plus" else 0.0))
