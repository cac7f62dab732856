"""Every public name refuses a first argument of the wrong kind with a `TextkitError` that names it.

A person who passes a path for a corpus, tokens for a matrix or a table for a list must not see the insides of a
library, and above all must not get a result.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import textkit as tk

NO_DATA = {
    "Attribution", "available", "Characters", "Comparison", "Cooccurrence", "DEFAULT_RULES", "DynamicTopics", "Edit",
    "GibbsLDA", "HDP", "IntrusionTask", "Jieba", "KeyATM", "LDA", "NMF", "simulate_corpus", "SimulatedCorpus", "Spaces",
    "STM", "stopword_lists", "TextkitError", "TextkitWarning", "Trace",
}  # fmt: skip
"""Names without a first argument that holds data."""

CORPUS = tk.Corpus(["网格 管理", "信访"])
TOKENS = tk.tokenize(CORPUS, "spaces")
MATRIX = tk.count(TOKENS)
NUMBERS = np.zeros(0, dtype=np.int64)

MORE: dict[str, dict[str, Any]] = {
    "Rule": {"description": "d", "find": lambda text: []},
    "attribution": {"by": "doc"},
    "align_topics": {"other": None},
    "choose_topics": {"grid": [1], "heldout": 0.5, "n": 1, "seeds": 1, "n_jobs": 1},
    "collocates": {"node": "网格"},
    "collocations": {"min_count": 1},
    "compare_topics": {"other": None},
    "dictionary_coverage": {"dictionary": tk.Dictionary({"治理": ["网格"]})},
    "dictionary_report": {"dictionary": tk.Dictionary({"治理": ["网格"]})},
    "effect_contrasts": {"formula": "~ a", "by": "a"},
    "effect_predictions": {"formula": "~ a", "by": "a"},
    "effect_sizes": {"target": 0},
    "estimate_effect": {"formula": "~ a"},
    "keyness_groups": {"by": "doc"},
    "keyness_regression": {"formula": "1"},
    "lockwords": {"target": 0, "min_count": 1},
    "kl_terms": {"target": 0},
    "rank_turbulence": {"target": 0},
    "Levels": {"kind": "word", "source": "s", "licence": "l", "levels": {"网格": 1}},
    "level_list": {"kind": "word"},
    "lookup": {"dictionary": tk.Dictionary({"治理": ["网格"]})},
    "lookup_hits": {"dictionary": tk.Dictionary({"治理": ["网格"]})},
    "write_dictionary": {"path": "written.json"},
    "bm25_scores": {"query": "网格"},
    "concordance": {"pattern": "网格"},
    "fit_topics": {"n_topics": 1},
    "keyness": {"target": 0},
    "keyword_report": {"keywords": {"治理": ["网格"]}},
    "occurrences": {"patterns": "网格"},
    "perspectives": {"a": 1, "b": 2},
    "permutation_test": {"dtm": None, "by": "a"},
    "place_documents": {"dtm": MATRIX},
    "refit_topics": {"dtm": None},
    "many_topics": {"n_topics": 1, "seeds": 2, "n_jobs": 1},
    "original_text": {"doc": "doc1"},
    "save_figure": {"name": "x"},
    "save_topic_map": {"path": "map.html"},
    "score_intrusion": {"task": "key.json"},
    "show_edits": {"doc": "doc1"},
    "topic_passages": {"texts": CORPUS},
    "topic_quality": {"reference": [["网格"]]},
    "topic_coherence": {"reference": [["网格"]]},
    "trace": {"row": 0},
    "trend": {"terms": "网格", "by": "doc"},
}
"""The other arguments that a call needs."""


WRONG: dict[str, Any] = {
    "nothing": None,
    "a number": 3,
    "no number": float("nan"),
    "a huge number": 2**70,
    "yes": True,
    "bytes": b"text",
    "an object": object(),
    "a class": int,
    "a dict": {"a": 1},
    "a series": pd.Series([1]),
    "a table": pd.DataFrame({"a": [1]}),
    "an array": np.zeros((2, 3, 4)),
    "a corpus": CORPUS,
    "tokens": TOKENS,
    "a matrix": MATRIX,
    "half a character": "\ud800",
    "a NUL": "a\0b",
    "a file that is not there": Path("no such file.xyz"),
}

_TERMS = {"half a character", "a NUL"}
RIGHT: dict[str, set[str]] = {
    "Rule": _TERMS,
    "is_mask": _TERMS,
    "is_number": _TERMS,
    "is_punctuation": _TERMS,
    "is_word": _TERMS,
    "kind_of": _TERMS,
    "Vocabulary": {"a dict", "a table"},
    "LongestMatch": {"a dict", "a table"},
    "check_lexicon": {"a dict", "a table", "a series", "a corpus", "an array"},  # it lists what is wrong with them
    "read_lexicon": {"a dict"},
    "DocumentTermMatrix": {"a table"},
    "TopicModel": {"a table"},
    "clean": {"a corpus"},
    "compare": {"a corpus"},
    "original_text": {"a corpus"},
    "tokenize": {"a corpus"},
    "concordance": {"tokens"},
    "count": {"tokens"},
    "occurrences": {"tokens"},
    "bm25": {"a matrix"},
    "bm25_scores": {"a matrix"},
    "fit_topics": {"a matrix"},
    "frequency": {"a matrix", "tokens"},
    "keyness": {"a matrix", "tokens"},
    "proportions": {"a matrix"},
    "collocates": {"tokens"},
    "collocations": {"tokens"},
    "cooccurrence": {"tokens"},
    "delta": {"a matrix", "tokens"},
    "delta_consensus": {"a matrix"},
    "delta_matrix": {"a matrix"},
    "delta_neighbours": {"a matrix"},
    "dictionary_coverage": {"tokens"},
    "dictionary_report": {"tokens"},
    "dispersion": {"a matrix", "tokens"},
    "effect_sizes": {"a matrix", "tokens"},
    "entropy": {"a matrix", "tokens"},
    "keyness_groups": {"a matrix", "tokens"},
    "lockwords": {"a matrix", "tokens"},
    "rank_turbulence": {"a matrix", "tokens"},
    "heaps": {"a matrix", "tokens"},
    "heaps_points": {"a matrix", "tokens"},
    "kl_divergence": {"a matrix", "tokens"},
    "kl_terms": {"a matrix", "tokens"},
    "Levels": _TERMS,  # a list may have any name
    "keyword_report": {"a matrix"},
    "level_list": {"a dict"},
    "lexical_diversity": {"tokens"},
    "lookup": {"tokens"},
    "lookup_hits": {"tokens"},
    "near_duplicates": {"a corpus", "tokens"},
    "nearest": {"a matrix"},
    "readability": {"a corpus", "tokens"},
    "term_similarity": {"a matrix"},
    "zipf": {"a matrix", "tokens"},
    "zipf_points": {"a matrix", "tokens"},
    "many_topics": {"a matrix"},
    "similarity": {"a matrix", "tokens"},
    "similarity_matrix": {"a matrix"},
    "tfidf": {"a matrix"},
    "top_terms": {"a matrix"},
    "trend": {"a matrix", "tokens"},
}
"""What each of them takes for good."""

NAMES = sorted(name for name in tk.__all__ if callable(getattr(tk, name)) and name not in NO_DATA)


def calling(name: str) -> Callable[[Any], Any]:
    """Return a call of a public name with everything but the first argument filled in."""
    target = getattr(tk, name)
    if name == "Tokens":
        rest = (NUMBERS, NUMBERS, NUMBERS, np.zeros(1, dtype=np.int64), tk.Vocabulary([]), tk.Corpus([]))
        return lambda value: target(value, *rest)
    if name == "DocumentTermMatrix":
        return lambda value: target(value, ["网格"])
    if name == "TopicModel":
        path = pd.DataFrame({"iteration": [1], "value": [0.0]})
        return lambda value: target(value, [[1.0]], ["网格"], pd.DataFrame(index=["a"]), [1], [1], path)
    return lambda value: target(value, **MORE.get(name, {}))


@pytest.mark.parametrize("name", NAMES)
def test_the_wrong_kind_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    call = calling(name)
    taken = set()
    for kind, value in WRONG.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", tk.TextkitWarning)
            try:
                call(value)
            except tk.TextkitError as error:
                assert str(error).strip(), (name, kind)
            except Exception as error:
                raise AssertionError(f"{name}({kind}): {type(error).__name__}: {error}") from error
            else:
                taken.add(kind)
    assert taken == RIGHT.get(name, set())
    assert not list(tmp_path.iterdir()), "nothing was written"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tk.Corpus("网格"), "texts must be a sequence of strings, got one string. Put it in a list: [text]."),
        (lambda: tk.Corpus(None), "texts must be a sequence of strings, got a NoneType. Put the texts in a list: "),
        (
            lambda: tk.Corpus(pd.DataFrame({"text": ["网格"]})),
            'got a DataFrame. Use Corpus.from_frame(table, text="the column with the texts").',
        ),
        (lambda: tk.Corpus({"a": "网格"}), "got a dict. Use Corpus(list(texts.values()), pandas.DataFrame("),
        (lambda: tk.Corpus({"网格"}), "got a set. Put the texts in a list: [text, ...]."),  # a set has no order
        (lambda: tk.tokenize("网格"), "corpus must be a Corpus, got a str. Make one with read(folder) or "),
        (lambda: tk.count(CORPUS), "tokens must be a Tokens, got a Corpus. Make them with tokenize(corpus)."),
        (lambda: tk.tfidf(TOKENS), "dtm must be a DocumentTermMatrix, got a Tokens. Make one with count(tokens)."),
        (lambda: tk.topic_terms(MATRIX), "model must be a TopicModel, got a DocumentTermMatrix. Make one with "),
        (lambda: tk.DocumentTermMatrix("网格", ["a"]), "matrix must be a table of numbers, documents by terms, got a"),
        (lambda: tk.DocumentTermMatrix([[1]], ["a"], ["x"]), "docs must be a DataFrame, got a list."),
        (lambda: tk.Vocabulary("网格"), "terms must be a sequence of words, got a str."),
        (lambda: tk.Vocabulary(["\ud800"]), "terms must be whole characters, but '\\ud800' has half a one"),
        (lambda: tk.LongestMatch(3), "words must be a list of words, got a int."),
        (lambda: tk.kind_of(3), "term must be a str, got a int."),
        (lambda: tk.read_provenance(3), "file must be a path (str or Path), got 3."),
        (lambda: tk.verify("a\0b"), "folder has a character that no file name can have (NUL or half a one): 'a"),
        (lambda: tk.load(["townhall"]), "name must be a str, got a list."),
        (lambda: tk.topic_coherence([1], MATRIX), "model must be a TopicModel, got a list."),
        (lambda: CORPUS.save(3), "path must be a path (str or Path), got 3."),
        (lambda: tk.Corpus.load("~no such user/x"), "path begins with ~ but names no home folder: '~no such user/x'."),
    ],
)  # fmt: skip
def test_the_message_says_what_was_given_and_what_to_do(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(tk.TextkitError) as caught:
        call()
    assert message in str(caught.value)
