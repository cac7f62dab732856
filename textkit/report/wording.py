"""What the report says, in Chinese (``zh.toml``) and in English (``en.toml``): one key a sentence."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any

from textkit.errors import check_choice

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences of one language: ``say("n_documents", n=5)``."""

    lang: str
    texts: Mapping[str, str]

    def __call__(self, key: str, /, **values: Any) -> str:
        """Return one sentence with its numbers and names filled in."""
        text = self.texts[key]
        return text.format(**{name: _shown(value) for name, value in values.items()}) if values else text

    def listed(self, items: Any) -> str:
        """Join words as the language joins them."""
        return ("、" if self.lang == "zh" else ", ").join(map(str, items))


@functools.cache
def wording(lang: str) -> Wording:
    """Return the sentences of a language.

    >>> wording("en")("n_documents", n=12345)
    '12,345 documents'
    """
    check_choice("lang", lang, LANGUAGES)
    text = (resources.files("textkit.report") / f"{lang}.toml").read_text("utf-8")
    return Wording(lang, MappingProxyType(tomllib.loads(text)))


def _shown(value: Any) -> Any:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
