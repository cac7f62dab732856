"""jieba itself as a reader would import it, to compare with: loaded without its noise, cached nowhere shared."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from textkit.segment.lexicon import Entry

Reference = Callable[..., Any]


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """A function that makes a jieba.Tokenizer with these user words, in the order in which textkit adds them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(60)
    base = jieba.Tokenizer()
    base.tmp_dir = str(tmp_path_factory.mktemp("jieba"))
    base.initialize()

    def make(entries: Iterable[Entry] = ()) -> Any:
        made = jieba.Tokenizer()
        made.FREQ, made.total, made.initialized = dict(base.FREQ), base.total, True
        jieba.finalseg.Force_Split_Words.clear()
        for entry in sorted(entries, key=lambda entry: entry.freq == 0):
            made.add_word(*entry)
        return made

    return make
