"""What `trace` refuses, and in which words."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, TextkitError, UnknownNameError
from textkit.matrix import DocumentTermMatrix, count
from textkit.stats.agreement import agreement
from textkit.stats.collocates import collocates
from textkit.stats.collocations import collocations
from textkit.stats.effect_sizes import effect_sizes
from textkit.stats.entropy import entropy, kl_divergence
from textkit.stats.frequency import frequency
from textkit.stats.keyness import keyness
from textkit.stats.lexical_diversity import lexical_diversity
from textkit.stats.rank_turbulence import rank_turbulence
from textkit.stats.readability import readability, readability_formulas
from textkit.stats.similarity import similarity, similarity_matrix
from textkit.stats.top_terms import top_terms
from textkit.tokenization import tokenize
from textkit.tracing.trace import trace
from textkit.weights import tfidf

pytestmark = pytest.mark.filterwarnings("ignore::textkit.errors.TextkitWarning")

DTM = DocumentTermMatrix([[8, 2], [2, 8]], ["网格", "信访"])
OTHER = DocumentTermMatrix([[8, 2], [2, 9]], ["网格", "信访"])
WORDS = tokenize(Corpus(["网格 管理 网格 信访", "信访 网格 管理 工作"]), "spaces")


def table() -> pd.DataFrame:
    return keyness(DTM, "doc1", measure="g2")


def test_unknown_rows_and_columns():
    with pytest.raises(UnknownNameError, match=re.escape("unknown term of the table '网络'; did you mean '网格'?")):
        trace(table(), "网络")
    with pytest.raises(UnknownNameError, match=re.escape("unknown column to trace 'scor'; did you mean 'score'?")):
        trace(table(), "网格", column="scor")
    with pytest.raises(ArgumentError, match="row must be a whole number from -2 to 1, got 5"):
        trace(table(), 5)
    with pytest.raises(ArgumentError, match=re.escape("row must be a term or the place of the row in the table")):
        trace(table(), ("网格", "x"))
    pairs = similarity(DTM)
    with pytest.raises(ArgumentError, match=re.escape("row must be (doc_a, doc_b) or the place of the row")):
        trace(pairs, "doc1", source=DTM)
    with pytest.raises(
        UnknownNameError, match=re.escape("unknown doc_b of the table ('doc1') 'doc9'; did you mean 'doc2'?")
    ):
        trace(pairs, ("doc1", "doc9"), source=DTM)
    assert trace(pairs, ("doc2", "doc1"), source=DTM).value == pytest.approx(float(pairs["value"][0]))


def test_tables_that_cannot_be_traced():
    with pytest.raises(ArgumentError, match="table must be a DataFrame or DocumentTermMatrix, got a list"):
        trace([1], "网格")
    with pytest.raises(ArgumentError, match="table does not say how it was made"):
        trace(pd.DataFrame({"term": ["网格"]}), "网格")
    with pytest.raises(UnknownNameError, match="unknown function to trace: 'frequency'"):
        trace(frequency(DTM), "网格")
    with pytest.raises(ArgumentError, match="table holds counts, which need no explanation"):
        trace(DTM, ("doc1", "网格"))
    with pytest.raises(UnknownNameError, match="unknown lang 'fr'"):
        trace(table(), "网格", lang="fr")
    with pytest.raises(UnknownNameError, match="unknown lang 'fr'"):
        trace(table(), "网格").text("fr")


def test_another_source_is_refused_whatever_is_needed():
    with pytest.raises(ArgumentError) as caught:
        trace(table(), "网格", source=OTHER)
    message = str(caught.value)
    assert message.startswith(
        "source is not what the table was made from: keyness was given a dtm with the hash "
        f"{DTM.fingerprint[:12]}, but this is DocumentTermMatrix(2 documents x 2 terms"
    )
    assert OTHER.fingerprint[:12] in message
    assert "Give the very dtm, or make the table anew." in message
    with pytest.raises(ArgumentError, match=re.escape('give source={"dtm": dtm, "tokens": tokens}')):
        trace(table(), "网格", source=WORDS)
    with pytest.raises(ArgumentError, match="lexical_diversity was given a tokens with the hash"):
        trace(lexical_diversity(WORDS), ("doc1", "mattr"), source=WORDS.drop(["网格"]))


def test_what_is_missing_is_named():
    big = DocumentTermMatrix([[3, 4]] * 4 + [[5, 1]] * 4, ["网格", "信访"])
    with pytest.raises(ArgumentError, match="Give source=dtm: what keyness was given as dtm"):
        trace(keyness(big, [0, 1, 2, 3], measure="robust"), 0)
    with pytest.raises(ArgumentError, match="Give source=dtm: what similarity was given as dtm"):
        trace(similarity(DTM), 0)
    with pytest.raises(ArgumentError, match="Give source=tokens: what collocations was given as tokens"):
        trace(collocations(WORDS, min_count=1), 0)
    with pytest.raises(ArgumentError, match="Give source=tokens: what collocates was given as tokens"):
        trace(collocates(WORDS, "网格"), 0, column="g2")
    with pytest.raises(ArgumentError, match="the table has no rows"):
        trace(top_terms(tfidf(DTM)), 0, source=DTM)
    weighted = tfidf(DTM, "nsc")
    with pytest.raises(ArgumentError, match=re.escape("the weights (tfidf:nsc) cannot be traced without the counts")):
        trace(top_terms(weighted), 0, source=weighted)
    with pytest.raises(UnknownNameError, match="unknown name in source 'dtn'; did you mean 'dtm'"):
        trace(table(), 0, source={"dtn": DTM})
    with pytest.raises(
        ArgumentError, match=re.escape("source['dtm'] must be a Tokens or DocumentTermMatrix, got a int")
    ):
        trace(table(), 0, source={"dtm": 3})
    with pytest.raises(ArgumentError, match="source must be a Tokens or DocumentTermMatrix, got a str"):
        trace(table(), 0, source="dtm")


def test_a_number_that_was_changed_is_not_explained():
    changed = table()
    changed.loc[0, "score"] = 7.7
    with pytest.raises(TextkitError, match=r"the formula for score leads to 7.70979\d*, but the table says 7.7\."):
        trace(changed, "网格")
    changed = table()
    changed.loc[0, "n_target"] = 9
    with pytest.raises(
        TextkitError, match="stands 8 times in the target of the source, but n_target of the table is 9"
    ):
        trace(changed, "网格", source=DTM)


def test_what_chance_made_has_no_formula():
    words = tokenize(Corpus(["网格 管理 信访 工作 建设 " * 12]), "spaces")
    sampled = lexical_diversity(words, measure="vocd_d", vocd="sampled")
    with pytest.raises(ArgumentError, match='vocd="sampled" draws at random'):
        trace(sampled, 0, source=words)
    by_function = collocates(WORDS, lambda term: term == "网格")
    with pytest.raises(ArgumentError, match="the node of the table was a function"):
        trace(by_function, 0, source=WORDS)


def test_bootstrap_intervals_are_said_to_have_no_formula():
    big = DocumentTermMatrix([[3, 4], [2, 5], [4, 4], [1, 3]] * 6, ["网格", "信访"])
    boot = keyness(big, list(range(12)), measure="robust", ci="bootstrap", n_replicates=100)
    found = trace(boot, 0, source=big)
    assert not {"ci_low", "ci_high"} & {step.column for step in found.steps}
    assert any("bootstrap" in note.en for note in found.notes)
    words = tokenize(
        Corpus(["网格 管理 网格。信访 工作。\n网格 工作。管理。", "信访 网格 管理。工作。\n信访。网格。"] * 3), "spaces"
    )
    tables = [
        (effect_sizes(words, [0, 1], ci="bootstrap", unit="sentence", n_replicates=100), "log_ratio"),
        (entropy(words, ci="bootstrap", unit="sentence", n_replicates=100), "entropy"),
        (kl_divergence(words, ci="bootstrap", unit="sentence", smoothing=0.5, n_replicates=100), "divergence"),
        (rank_turbulence(words, [0, 1], ci="bootstrap", unit="sentence", n_replicates=100), "score"),
    ]
    for table, column in tables:
        assert table["ci_low"].notna().any()
        found = trace(table, 0, source=words, column=column)
        assert not {"ci_low", "ci_high"} & {step.column for step in found.steps}
        assert any("bootstrap" in note.en for note in found.notes), column
        with pytest.raises(UnknownNameError, match="unknown column to trace 'ci_low'"):
            trace(table, 0, source=words, column="ci_low")


def test_sources_that_are_no_tokens():
    wide = pd.DataFrame({"甲": list("aabb"), "乙": list("aaba")})
    table = agreement(wide, ci=None)
    with pytest.raises(ArgumentError) as caught:
        trace(table, "krippendorff")
    assert str(caught.value) == (
        "the table does not hold the codings. Give source=codings: what agreement was given as codings."
    )
    with pytest.raises(ArgumentError, match="source must be a DataFrame, got a Tokens. Give what agreement was given"):
        trace(table, "krippendorff", source=WORDS)
    for other in (
        pd.DataFrame({"甲": list("aabb"), "乙": list("aabb")}),
        pd.DataFrame({"甲": list("xx"), "乙": ["x", "y"]}),
    ):
        with pytest.raises(ArgumentError, match="agreement was given a codings with the hash"):
            trace(table, "krippendorff", source=other)
    assert trace(table, "krippendorff", source={"codings": wide}).value == pytest.approx(float(table["value"][1]))
    corpus = Corpus(["今天天气很好。我们去公园玩。" * 12])
    features = readability(corpus, words=None)
    with pytest.raises(ArgumentError, match="Give source=texts: what readability was given as texts"):
        trace(features, ("doc1", "sentences"))
    with pytest.raises(ArgumentError, match="readability was given a texts with the hash"):
        trace(features, ("doc1", "sentences"), source=Corpus(["别的。"]))
    with pytest.raises(UnknownNameError, match="unknown feature of the table"):
        trace(features, ("doc1", "sentence"), source=corpus)
    numbers = readability_formulas(features)
    with pytest.raises(ArgumentError, match="the table does not hold the features. Give source=features"):
        trace(numbers, ("doc1", "xu_2021_r1"))
    with pytest.raises(ArgumentError, match="source is not the table of features that readability_formulas was given"):
        trace(numbers, ("doc1", "xu_2021_r1"), source=readability(corpus, words=None, rare_rank=9))
    given = readability(corpus, extra=pd.DataFrame({"dependency_distance": [2.0]}, index=["doc1"]))
    with pytest.raises(ArgumentError, match="dependency_distance was given by you as extra="):
        trace(given, ("doc1", "dependency_distance"), source=corpus)
    own = readability(tokenize(corpus, "characters"), words={"今": 1, "天": 1})
    with pytest.raises(ArgumentError, match="ungraded_words rests on the list '.*', of which the table holds only"):
        trace(own, ("doc1", "ungraded_words"), source=tokenize(corpus, "characters"))


def test_rankings_need_all_their_words():
    table = rank_turbulence(DTM, "doc1")
    with pytest.raises(ArgumentError, match="the table was filtered, but ranks and the norm need all its words"):
        trace(table.head(1), 0)
    assert trace(table.sort_values("term"), "网格").value == pytest.approx(float(table["score"].max()))


def test_squares_ask_for_two_names():
    square = similarity_matrix(DTM)
    with pytest.raises(ArgumentError, match="row must be two names of the square, got 'doc1'"):
        trace(square, "doc1", source=DTM)
    with pytest.raises(UnknownNameError, match="unknown name in the square 'doc3'"):
        trace(square, ("doc1", "doc3"), source=DTM)


def test_cells_of_a_weighted_matrix():
    weighted = tfidf(DTM)
    with pytest.raises(ArgumentError, match=re.escape("row must be (document, term) of the matrix, got 'doc1'")):
        trace(weighted, "doc1", source=DTM)
    with pytest.raises(UnknownNameError, match="unknown document 'doc7'"):
        trace(weighted, ("doc7", "网格"), source=DTM)
    with pytest.raises(ArgumentError, match="the table does not hold all the counts"):
        trace(weighted, ("doc1", "网格"))


def test_sorting_and_filtering_keep_a_table_traceable():
    filtered = table().sort_values("term").query("n_target > 5")
    assert trace(filtered, "网格").value == pytest.approx(float(filtered["score"].iloc[0]))
    assert trace(filtered, "网格", source=DTM).value == pytest.approx(float(filtered["score"].iloc[0]))


def test_tokens_and_counts_are_the_same_source():
    dtm = count(WORDS)
    found = keyness(dtm, "doc1", measure="g2")
    assert trace(found, "网格", source=WORDS).value == trace(found, "网格", source=dtm).value
