"""Before counting: the texts are cleaned, the segmenter is chosen, and what cleaning did is summed up."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from textkit.audit import clean, cleaning_report
from textkit.corpus import Corpus
from textkit.errors import ArgumentError
from textkit.report.settings import Settings
from textkit.segment import as_segmenter
from textkit.segment.protocol import Segmenter

_EXAMPLES = 3
_EXAMPLE_LENGTH = 60
_SIGNS = {" ": "␣", "\t": "⇥", "\n": "⏎", "\r": "⏎", "\u3000": "□", "\xa0": "⍽"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A clean corpus, the segmenter, and the tables and facts about reading and cleaning."""

    corpus: Corpus
    segmenter: Segmenter
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


def prepare(corpus: Corpus, settings: Settings) -> Prepared:
    """Clean the corpus unless it is clean already or shall stay as it is."""
    segmenter = chosen_segmenter(settings)
    state = "off" if not settings.clean else "done" if corpus.edits is None else "before"
    tables: dict[str, pd.DataFrame] = {}
    if corpus.errors is not None and len(corpus.errors):
        tables["not_read"] = corpus.errors
    if state == "done":
        corpus = clean(corpus)
    edits = corpus.edits
    facts: dict[str, Any] = {"cleaning": state, "edit_examples": []}
    if edits is not None:
        tables["cleaning"] = cleaning_report(corpus)
        facts |= {
            "edits": {
                "n": len(edits),
                "removed": int(edits["removed"].str.len().sum()),
                "inserted": int(edits["inserted"].str.len().sum()),
            },
            "edit_examples": examples(edits, list(dict.fromkeys(tables["cleaning"]["rule"]))),
        }
    return Prepared(corpus, segmenter, tables, facts)


def chosen_segmenter(settings: Settings) -> Segmenter:
    """Return the segmenter with the user's words."""
    words = settings.user_words
    if not words:
        return as_segmenter(settings.segmenter)
    if settings.segmenter != "jieba":
        name = settings.segmenter if isinstance(settings.segmenter, str) else type(settings.segmenter).__name__
        raise ArgumentError(
            f"user_words go with the segmenter 'jieba', got {name!r}. Leave one of them out, or give the words to the "
            "segmenter itself, such as LongestMatch(words)."
        )
    from textkit.segment.jieba import Jieba

    return Jieba(lexicon=words) if isinstance(words, Path) else Jieba(words=words)


def examples(edits: pd.DataFrame, rules: list[str]) -> list[dict[str, str]]:
    """Return a few different edits of each rule, the longest first."""
    found = []
    for rule in rules:
        distinct = edits[edits["rule"] == rule].drop_duplicates(["removed", "inserted"])
        order = (-distinct["removed"].str.len()).sort_values(kind="stable").index[:_EXAMPLES]
        for row in distinct.loc[order].itertuples():
            found.append(
                {
                    "rule": rule,
                    "doc": str(row.doc),
                    "removed": visible(str(row.removed)),
                    "inserted": visible(str(row.inserted)),
                }
            )
    return found


def visible(text: str) -> str:
    r"""Show blanks and characters that cannot be seen, and only the ends of a long text.

    >>> visible("a \n\u200b")
    'a␣⏎[U+200B]'
    """
    if len(text) > _EXAMPLE_LENGTH:
        half = _EXAMPLE_LENGTH // 2
        return f"{visible(text[:half])} … {visible(text[-half:])}"
    return "".join(
        _SIGNS.get(char, char if char.isprintable() else f"[U+{ord(char):04X}]")  # what is invisible gets its number
        for char in text
    )
