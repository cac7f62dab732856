"""What a comparison was asked for, in one place; it stands in the manifest of the report."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textkit.errors import ArgumentError, check_choice, check_int, check_type
from textkit.provenance import plain
from textkit.report.wording import LANGUAGES
from textkit.segment.protocol import Segmenter

FORMATS = ("html", "csv", "png", "svg", "pdf")
STOPWORDS = "textkit"
LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Settings:
    """The checked arguments of `textkit.compare`; see there for what each means."""

    by: str | None = None
    label: str | None = None
    title: str = ""
    user_words: tuple[str, ...] | Path = ()
    stopwords: str | tuple[str, ...] | None = STOPWORDS
    topics: int | None = None
    lang: str = "zh"
    formats: tuple[str, ...] = ("html", "csv", "png")
    segmenter: str | Segmenter = "jieba"
    random_state: int = 0
    clean: bool = True
    n_jobs: int = 1

    def __post_init__(self) -> None:
        check_choice("lang", self.lang, LANGUAGES)
        check_int("random_state", self.random_state, minimum=0, maximum=LARGEST_SEED)
        check_int("n_jobs", self.n_jobs, minimum=0)
        check_type("clean", self.clean, bool)
        check_type("title", self.title, str)
        if self.topics is not None:
            check_int("topics", self.topics, minimum=0)
        for name in self.formats:
            check_choice("formats", name, FORMATS)
        if not self.formats:
            raise ArgumentError(f"formats must name at least one of {', '.join(FORMATS)}, got none.")

    def described(self) -> dict[str, Any]:
        """Return the settings that can change a result, as plain JSON values."""
        return {
            "by": self.by,
            "clean": self.clean,
            "formats": list(self.formats),
            "label": self.label,
            "lang": self.lang,
            "random_state": self.random_state,
            "segmenter": self.segmenter if isinstance(self.segmenter, str) else repr(self.segmenter),
            "stopwords": Path(self.stopwords).name if isinstance(self.stopwords, str) else plain(self.stopwords),
            "title": self.title,
            "topics": self.topics,
            "user_words": self.user_words.name if isinstance(self.user_words, Path) else list(self.user_words),
        }


def chosen_stopwords(stopwords: str | Collection[str] | None) -> str | tuple[str, ...] | None:
    """Return the name of a list, the words themselves in order, or ``None`` for no list."""
    if stopwords is None or isinstance(stopwords, str):
        return None if stopwords in (None, "none", "") else stopwords
    words = tuple(sorted(set(stopwords)))
    for word in words:
        check_type("stopwords", word, str, hint='Give the name of a list, such as "textkit", or words.')
    return words
