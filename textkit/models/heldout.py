"""How well a model foretells words it has not seen: document completion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from textkit.errors import ArgumentError
from textkit.models.topics import Floats


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Mean log probability of held-out tokens.

    ``per_document`` (D,) is the mean over the tokens of each document (NaN without tokens), ``micro`` the mean over
    all tokens, ``macro`` the mean of ``per_document``, ``perplexity`` is ``exp(-micro)``.
    """

    per_document: Floats
    micro: float
    macro: float
    perplexity: float


def heldout_likelihood(doc_topic: Floats, topic_term: Floats, counts: Any) -> HeldOut:
    """Score held-out counts (D, V): ``Σ_w c_dw ln(doc_topic[d] · topic_term[:, w])`` over ``Σ_w c_dw``.

    The shares must come from other tokens of the same documents. A word of probability zero gives minus infinity:
    leave out what the training documents do not have. (Wallach et al. 2009; Asuncion et al. 2009.)

    >>> heldout_likelihood(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5], [0.1, 0.9]]), [[1, 3]]).perplexity
    2.0
    """
    held = csr_array(counts)
    held.sum_duplicates()
    if held.shape != (len(doc_topic), topic_term.shape[1]):
        raise ArgumentError(
            f"counts must have shape ({len(doc_topic)}, {topic_term.shape[1]}) like the model, got {held.shape}."
        )
    rows = np.repeat(np.arange(held.shape[0]), np.diff(held.indptr))
    chance = np.einsum("nk,kn->n", doc_topic[rows], topic_term[:, held.indices])
    amounts = held.data.astype(np.float64)
    with np.errstate(divide="ignore"):
        logs = np.where(amounts > 0, amounts * np.log(chance), 0.0)
    total = np.bincount(rows, weights=logs, minlength=held.shape[0])
    size = np.bincount(rows, weights=amounts, minlength=held.shape[0])
    per_document = np.divide(total, size, out=np.full(held.shape[0], np.nan), where=size > 0)
    micro = float(total.sum() / size.sum()) if size.any() else math.nan
    macro = float(per_document[size > 0].mean()) if size.any() else math.nan
    return HeldOut(per_document, micro, macro, float(np.exp(-micro)))
