"""Segmenters: text to spans; one file each and one table of names."""

from __future__ import annotations

import functools
import importlib

from textkit.errors import ArgumentError, unknown
from textkit.segment.protocol import Segmenter

# Names that need no further setting; a segmenter with settings is passed as an object.
SEGMENTERS = {
    "jieba": "textkit.segment.jieba:Jieba",
    "characters": "textkit.segment.simple:Characters",
    "spaces": "textkit.segment.simple:Spaces",
}


def as_segmenter(segmenter: str | Segmenter) -> Segmenter:
    """Return the segmenter of that name, or the object itself if it can segment.

    >>> as_segmenter("spaces")
    Spaces()
    """
    if isinstance(segmenter, str):
        return _named(segmenter)
    if isinstance(segmenter, type):
        raise ArgumentError(
            f"segmenter must be an object, got the class {segmenter.__name__}. Call it: {segmenter.__name__}()."
        )
    if not callable(getattr(segmenter, "spans", None)):
        raise ArgumentError(
            f"segmenter must be a name ({', '.join(map(repr, SEGMENTERS))}) or an object with a method spans(text) "
            f"that returns (start, stop) of each word, got a {type(segmenter).__name__}."
        )
    return segmenter


@functools.cache
def _named(name: str) -> Segmenter:
    """Make a segmenter once a process: it never changes, and its dictionary takes time and memory."""
    if name not in SEGMENTERS:
        raise unknown(
            "segmenter",
            name,
            SEGMENTERS,
            hint="One with settings is an object: Jieba(words=[...]), LongestMatch(words).",
        )
    module, attribute = SEGMENTERS[name].split(":")
    made: Segmenter = getattr(importlib.import_module(module), attribute)()
    return made
