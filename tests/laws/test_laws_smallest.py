"""Everything survives an empty corpus, an empty document, a single one and a single word.

Each public function that takes a corpus, tokens, a matrix, a model or a table is called on each of the smallest
corpora. It gives a result or a `TextkitError` that says what is missing: never another exception, and no warning
of a library (warnings are errors in all tests; only textkit's own are let through here).
"""

from __future__ import annotations

import itertools
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import textkit as tk
from textkit.models.topic_coherence import _MEASURES as COHERENCES
from textkit.stats.keyness import MEASURES as KEYNESS
from textkit.stats.similarity import MEASURES as SIMILARITIES

Call = Callable[[Any, Path], Any]


def facts(n: int) -> pd.DataFrame:
    """Facts of n documents: a number and a name, so that every ``by=`` has something to group."""
    docs = {"year": [2019 + i % 2 for i in range(n)], "town": ["甲镇" if i % 2 else "乙镇" for i in range(n)]}
    return pd.DataFrame(docs, index=[f"d{i}" for i in range(n)])


SMALLEST = {
    "no document": [],
    "an empty document": [""],
    "empty documents only": ["", "", ""],
    "blanks only": [" \n\t"],
    "an empty document among others": ["网格 管理 网格", "", "信访 工作"],
    "one document": ["网格 管理 网格\n信访"],
    "one word": ["网格"],
    "one word in every document": ["网格", "网格", "网格"],
    "punctuation only": ["，。", "！"],
    "masks only": ["XXX", "***"],
    "nothing in common": ["网格 管理", "信访 工作"],
}


def fits(dtm: tk.DocumentTermMatrix) -> Iterator[tk.TopicModel]:
    """Fit one topic and two by each method; a matrix too small for two has shown what it can."""
    for method in ("lda", "nmf", tk.NMF(loss="kl", weighting="count"), tk.LDA(learning="online", max_iter=20)):
        for n_topics in (1, 2):
            if n_topics <= np.count_nonzero(dtm.term_counts) or n_topics == 1:
                yield tk.fit_topics(dtm, n_topics, method, random_state=1)


def asked_of_models(dtm: tk.DocumentTermMatrix, folder: Path) -> None:
    """Every question to every model."""
    for model in fits(dtm):
        assert tk.TopicModel.load(model.save(folder / "m.parquet")).fingerprint == model.fingerprint
        repr(model), model._repr_html_()
        for by in ("probability", "frex", "lift", "score", "relevance"):
            tk.topic_terms(model, by=by)
        tk.plot_topic_terms(tk.topic_terms(model))
        tk.topic_docs(model)
        for by, weight in itertools.product((None, "year", "doc"), ("docs", "tokens")):
            tk.topic_shares(model, by=by, weight=weight)
        tk.plot_topic_shares(tk.topic_shares(model, by="doc"))
        tk.topic_exclusivity(model)
        for measure in COHERENCES:
            tk.topic_coherence(model, dtm, measure=measure)


CORPUS: dict[str, Call] = {
    "clean": lambda c, _: tk.cleaning_report(tk.clean(c)),
    "edits": lambda c, _: [(str(v), v._repr_html_()) for v in (tk.show_edits(tk.clean(c), n) for n in c.names)],
    "original": lambda c, _: [tk.clean(c).to_original(name, 0, 0) for name in c.names],
    "split": lambda c, _: (c.split("paragraph"), c.split("sentence"), c.split(lambda text: [(0, len(text))])),
    "merge": lambda c, _: (c.merge("year"), c.merge("doc")),
    "choose": lambda c, _: (c[[]], c[:1], c[lambda docs: docs["year"] == 2019], c.sample(0)),
    "map": lambda c, _: c.map(str.upper),
    "frames": lambda c, _: tk.Corpus.from_frame(c.to_frame()),
    "show": lambda c, _: (repr(c), c._repr_html_(), c.fingerprint, list(c)),
    "save": lambda c, folder: tk.Corpus.load(tk.clean(c).save(folder / "c.parquet")),
    "jieba": lambda c, _: tk.tokenize(c),
    "python engine": lambda c, _: tk.tokenize(c, tk.Jieba(engine="python", words=["网格"])),
    "tagger": lambda c, _: tk.tokenize(c, tk.Jieba(tagger="rjieba")).keep_tags("n*"),
    "characters": lambda c, _: tk.tokenize(c, "characters"),
    "longest match": lambda c, _: tk.tokenize(c, tk.LongestMatch(["网格"])),
    "concordance": lambda c, _: tk.concordance(c, "网格", match="text"),
}

TOKENS: dict[str, Call] = {
    "filter": lambda t, _: (t.keep(tk.is_word), t.drop("*"), t.keep(["网格"]), t.drop(tk.stopwords("textkit"))),
    "map": lambda t, _: t.map(str.upper),
    "join": lambda t, _: t.join([("网格", "管理")]),
    "ngrams": lambda t, _: (t.ngrams(1), t.ngrams(2), t.ngrams(9)),
    "split": lambda t, _: (t.split("paragraph"), t.split("sentence"), t.split("paragraph").split("sentence")),
    "merge": lambda t, _: (t.merge("year"), t.merge("doc")),
    "choose": lambda t, _: (t[[]], t[:1]),
    "frames": lambda t, _: (t.to_frame(), t.to_arrow(), t.term_counts, t.lengths, t.doc_ids),
    "show": lambda t, _: (repr(t), t._repr_html_(), t.fingerprint, [t.words(i) for i in range(len(t.docs))]),
    "save": lambda t, folder: tk.Tokens.load(t.save(folder / "t.parquet")),
    "concordance": lambda t, _: [
        tk.concordance(t, "网格"),
        tk.concordance(t, re.compile("网"), sort="left", n=1),
        tk.concordance(t, "网", match="text", sort="right"),
    ],
    "show concordance": lambda t, _: [
        (str(lines), lines._repr_html_()) for lines in [tk.show_concordance(tk.concordance(t, "网格"))]
    ],
    "occurrences": lambda t, _: tk.occurrences(t, ["网格", "信*"]),
    "plot dispersion": lambda t, _: tk.plot_dispersion(tk.occurrences(t, "网格")),
    "coherence": lambda t, _: tk.topic_coherence([["网格", "管理"]], t, measure="c_v"),
}

MATRIX: dict[str, Call] = {
    "trim": lambda d, _: (d.trim(), d.trim(min_docs=0.5)),
    "trim away": lambda d, _: d.trim(min_count=99),
    "filter": lambda d, _: (d.keep("网*"), d.drop("*")),
    "merge": lambda d, _: (d.merge("year"), d.merge("doc")),
    "align": lambda d, _: (d.align(tk.Vocabulary(["网格", "甲"])), d.align(tk.Vocabulary([]))),
    "choose": lambda d, _: (d[[]], d[:1]),
    "frames": lambda d, _: (d.to_frame(), d.lengths, d.term_counts, d.doc_counts),
    "show": lambda d, _: (repr(d), d._repr_html_(), d.fingerprint),
    "save": lambda d, folder: tk.DocumentTermMatrix.load(d.save(folder / "d.parquet")),
    "proportions": lambda d, _: tk.proportions(d),
    "tfidf": lambda d, _: [tk.tfidf(d, "".join(code)) for code in itertools.product("nlbaLpm", "ntpsux", "ncu")],
    "presets": lambda d, _: (tk.tfidf(d, "sklearn"), tk.tfidf(d, "quanteda"), tk.tfidf(d, "lnc.ltc", collection=d)),
    "bm25": lambda d, _: [
        tk.bm25(d, variant=v, b=b) for v in ("lucene", "lucene7", "robertson", "plus") for b in (0, 1)
    ],
    "bm25 scores": lambda d, _: tk.bm25_scores(d, "网格"),
    "frequency": lambda d, _: [tk.frequency(d, by=by) for by in (None, "year", "doc")],
    "top terms": lambda d, _: [tk.top_terms(tk.tfidf(d), by=by) for by in (None, "year")],
    "trend": lambda d, _: (tk.trend(d, "*", by="year"), tk.trend(d, {"x": "网*"}, by="town")),
    "topics": asked_of_models,
    "plot frequency": lambda d, _: tk.plot_frequency(tk.frequency(d, by="year")),
    "plot tfidf": lambda d, _: tk.plot_tfidf(tk.top_terms(tk.tfidf(d))),
    "plot wordcloud": lambda d, _: tk.plot_wordcloud(tk.frequency(d)),
    "plot scattered cloud": lambda d, _: tk.plot_wordcloud(tk.frequency(d), layout="cloud"),
    "plot comparison cloud": lambda d, _: tk.plot_comparison_cloud(tk.frequency(d, by="year")),
    "plot trend": lambda d, _: tk.plot_trend(tk.trend(d, ["网格"], by="year")),
    "plot keyness": lambda d, _: tk.plot_keyness(tk.keyness(d, 0)),
}
MATRIX |= {f"keyness {m}": lambda d, _, m=m: tk.keyness(d, 0, measure=m) for m in KEYNESS}
MATRIX |= {f"keyness by {m}": lambda d, _, m=m: tk.keyness(d, 2019, by="year", measure=m) for m in KEYNESS}
MATRIX |= {f"similarity {m}": lambda d, _, m=m: tk.similarity(d, measure=m) for m in SIMILARITIES}
MATRIX |= {
    f"plot similarity {m}": lambda d, _, m=m: tk.plot_similarity(tk.similarity_matrix(d, measure=m))
    for m in ("cosine", "bhattacharyya", "jensen_shannon")
}
MATRIX |= {
    f"plot dendrogram {m}": lambda d, _, m=m: tk.plot_dendrogram(tk.similarity_matrix(d, measure=m))
    for m in ("cosine", "bhattacharyya", "jensen_shannon")
}


@pytest.fixture(params=SMALLEST)
def corpus(request: pytest.FixtureRequest) -> tk.Corpus:
    return tk.Corpus(SMALLEST[request.param], facts(len(SMALLEST[request.param])))


def survive(calls: dict[str, Call], thing: object, folder: Path) -> None:
    """Make every call; one that cannot answer raises a `TextkitError` with a full sentence."""
    for name, call in calls.items():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", tk.TextkitWarning)
            try:
                call(thing, folder)
            except tk.TextkitError as error:
                assert re.search(r"\w.*[.?]$", str(error), re.DOTALL), (name, error)
            except Exception as error:  # named, or nobody knows which of the calls it was
                raise AssertionError(f"{name}: {type(error).__name__}: {error}") from error
            finally:
                plt.close("all")


def test_functions_of_a_corpus(corpus: tk.Corpus, tmp_path: Path) -> None:
    survive(CORPUS, corpus, tmp_path)


def test_functions_of_tokens(corpus: tk.Corpus, tmp_path: Path) -> None:
    words = tk.tokenize(corpus, "spaces")
    survive(TOKENS, words, tmp_path)
    survive(TOKENS, words.drop("*"), tmp_path)


def test_functions_of_a_matrix(corpus: tk.Corpus, tmp_path: Path) -> None:
    dtm = tk.count(tk.tokenize(corpus, "spaces"))
    survive(MATRIX, dtm, tmp_path)


def test_functions_of_a_matrix_whose_words_were_all_filtered_away(tmp_path: Path) -> None:
    corpus = tk.Corpus(["网格 管理", "", "信访 工作"], facts(3))
    survive(MATRIX, tk.count(tk.tokenize(corpus, "spaces").keep("没有")), tmp_path)


def test_a_comparison(corpus: tk.Corpus) -> None:
    calls: dict[str, Call] = {
        "documents": lambda c, _: tk.compare(c, segmenter="spaces", stopwords=None, topics=0),
        "groups": lambda c, _: tk.compare(c, by="year", segmenter="spaces", stopwords=None),
    }
    survive(calls, corpus, Path())


def test_counts_of_nothing_are_nothing_and_not_missing() -> None:
    """An empty document is a row of zeros all the way down."""
    dtm = tk.count(tk.tokenize(tk.Corpus(["网格 管理 网格", "", "信访 工作"], facts(3)), "spaces"))
    assert dtm.lengths.tolist() == [3, 0, 2]
    for weighted in (tk.proportions(dtm), tk.tfidf(dtm), tk.bm25(dtm)):
        assert weighted.matrix[[1]].nnz == 0
        assert np.isfinite(weighted.matrix.data).all()
    assert tk.frequency(dtm, by="doc")["group"].unique().tolist() == ["d0", "d2"], "no term, no row"
    with pytest.warns(tk.TextkitWarning, match="1 document is empty"):
        values = tk.similarity(dtm).set_index(["doc_a", "doc_b"])["value"]
    assert values.isna().tolist() == [False, True, True]
    with pytest.warns(tk.TextkitWarning, match="empty"):
        model = tk.fit_topics(dtm, 1)
    assert np.isnan(model.doc_topic[1]).all()
    assert tk.trend(dtm, ["网格"], by="doc")["rate"].isna().tolist() == [False, True, False]
