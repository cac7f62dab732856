"""Traces of tiny corpora whose numbers are in the comments, and of figures that were published."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from textkit.corpus import Corpus
from textkit.matrix import DocumentTermMatrix, count
from textkit.stats.collocates import collocates
from textkit.stats.collocations import collocations
from textkit.stats.dispersion import dispersion
from textkit.stats.keyness import keyness
from textkit.stats.lexical_diversity import lexical_diversity
from textkit.stats.similarity import similarity
from textkit.stats.top_terms import top_terms
from textkit.tokenization import tokenize
from textkit.tracing.result import Trace
from textkit.tracing.trace import trace
from textkit.weights import tfidf

pytestmark = pytest.mark.filterwarnings("ignore::textkit.errors.TextkitWarning")


def lines(found: Trace) -> dict[str, tuple[str, str]]:
    """Return formula and numbers of each step, by its symbol, in plain text."""
    frame = found.to_frame("en")
    return {row.symbol: (row.formula, row.numbers) for row in frame.itertuples()}


# a = 310 of c = 120,000 and b = 205 of d = 250,000: 166.734 over four cells, 166.481 over two
BIG = DocumentTermMatrix([[310, 119_690], [205, 249_795]], ["发展", "其他"])


def test_log_likelihood_of_a_published_example():
    four = trace(keyness(BIG, "doc1", measure="g2"), "发展", lang="en")
    assert four.value == pytest.approx(166.734, abs=5e-4)
    assert lines(four)["E₁₁"] == ("(a + b)·c / N", "(310 + 205) × 120,000 / 370,000")
    assert lines(four)["G²"][0] == (
        "2·(a·ln(a / E₁₁) + b·ln(b / E₁₂) + (c − a)·ln((c − a) / E₂₁) + (d − b)·ln((d − b) / E₂₂))"
    )
    two = trace(keyness(BIG, "doc1", measure="g2_2cell"), "发展", lang="en")
    assert two.value == pytest.approx(166.481, abs=5e-4)
    assert lines(two)["G²"][1] == "2 × (310 × ln(310 / 167.027) + 205 × ln(205 / 347.973))"
    assert [row[0].en for row in four.grids[0].rows] == ["“发展”", "other words", "sum"]
    assert [int(cell) for cell in four.grids[0].rows[0][1:]] == [310, 205, 515]


def test_chi_squared_and_fisher_by_another_route():
    small = DocumentTermMatrix([[7, 9], [3, 10]], ["网格", "信访"])
    observed = np.array([[7, 3], [9, 10]])
    chi2 = trace(keyness(small, "doc1", measure="chi2"), "网格")
    assert chi2.value == pytest.approx(stats.chi2_contingency(observed, correction=False).statistic)
    yates = trace(keyness(small, "doc1", measure="chi2_yates"), "网格")
    assert yates.value == pytest.approx(stats.chi2_contingency(observed).statistic)
    fisher = trace(keyness(small, "doc1", measure="fisher"), "网格")
    assert fisher.value == pytest.approx(-math.log10(stats.fisher_exact(observed).pvalue))


def test_a_zero_count_is_said_to_be_replaced():
    # log2 (4/10) / (0.5/10) = 3
    found = trace(keyness(DocumentTermMatrix([[4, 6], [0, 10]], ["网格", "信访"]), "doc1", measure="log_ratio"), "网格")
    assert found.value == 3.0
    assert lines(found)["LR"] == ("log₂((a / c) / (b′ / d))", "log₂((4 / 10) / (0.5 / 10))")
    assert "zero_adjusted" in found.notes[0].en


def test_a_p_value_per_token_is_said_to_claim_too_much():
    found = trace(keyness(BIG, "doc1", measure="g2"), "发展")
    assert any("claims too much" in note.en for note in found.notes)
    big = DocumentTermMatrix([[3, 4], [2, 5], [4, 4], [1, 3]] * 3, ["网格", "信访"])
    robust = trace(keyness(big, list(range(6)), measure="robust"), "网格", source=big)
    assert not any("claims too much" in note.en for note in robust.notes)


def test_welch_and_rank_sum_by_another_route():
    cells = [[3, 7], [2, 5], [6, 4], [1, 3], [0, 4], [2, 9], [1, 8], [0, 3]]
    data = DocumentTermMatrix(cells, ["网格", "信访"])
    rates = np.array([a / (a + b) for a, b in cells])
    welch = trace(keyness(data, [0, 1, 2, 3], measure="welch"), "网格", source=data)
    assert welch.value == pytest.approx(stats.ttest_ind(rates[:4], rates[4:], equal_var=False).statistic)
    found = trace(keyness(data, [0, 1, 2, 3], measure="rank_sum"), "网格", source=data, column="p_value")
    assert found.value == pytest.approx(stats.mannwhitneyu(rates[:4], rates[4:], method="asymptotic").pvalue)


def test_tf_idf_by_hand():
    # 2 * ln(2 / 1) = 1.386; the length of the vector is the same, since ln(2 / 2) = 0
    data = DocumentTermMatrix([[2, 1], [0, 1]], ["网格", "管理"])
    plain = trace(top_terms(tfidf(data, "ntn")), ("doc1", "网格"), source=data)
    assert plain.value == pytest.approx(2 * math.log(2))
    assert lines(plain)["W_idf"] == ("ln(N / df)", "ln(2 / 1)")
    normed = trace(top_terms(tfidf(data)), ("doc1", "网格"), source=data)
    assert normed.value == pytest.approx(1.0)
    assert lines(normed)["W_norm"][1] == "√((2 × ln(2 / 1))² + (1 × ln(2 / 2))²)"


def test_cosine_by_hand():
    # (3, 4) and (0, 1): 4 / (5 * 1)
    data = DocumentTermMatrix([[3, 4], [0, 1]], ["网格", "管理"])
    found = trace(similarity(data), ("doc1", "doc2"), source=data)
    assert found.value == pytest.approx(0.8)
    assert lines(found)["value"] == ("ab / √(aa·bb)", "4 / √(25 × 1)")


def test_dispersion_by_hand():
    # five parts of 9, 10, 10, 10, 11 with 1, 2, 3, 4, 5 of 15 (Gries 2008): DP = 0.18
    sizes, counts = [9, 10, 10, 10, 11], [1, 2, 3, 4, 5]
    data = DocumentTermMatrix([[v, s - v] for v, s in zip(counts, sizes, strict=True)], ["a", "other"])
    found = trace(dispersion(data), "a", source=data)
    assert found.value == pytest.approx(0.18)
    assert found.column == "dp"
    assert lines(found)["DP"][1] == "0.5 × (|5 / 15 − 11 / 50| + |4 / 15 − 10 / 50| + |3 / 15 − 10 / 50| + ⋯)"


def test_collocates_and_n_grams_by_hand():
    words = tokenize(Corpus(["社会 治理 创新 社会 治理 工作", "社会 治理"]), "spaces")
    near = trace(collocates(words, "社会", window=1), ("社会", "治理"), source=words)
    # 治理 stands 3 times, each time beside 社会, which stands 3 times: 14 + log2(2 * 3 / 6)
    assert near.value == 14.0
    assert near.n_passages == 3
    assert near.passages["node"].tolist() == ["社会 治理"] * 3
    together = trace(collocations(words), "社会 治理", source=words, column="expected")
    # 6 places where two words are neighbours, 3 begin with 社会, 3 end in 治理
    assert together.value == pytest.approx(6 * (3 / 6) * (3 / 6))


def test_lexical_diversity_by_hand():
    # 山 高 水 长 山 高: N = 6, V = 4, two types twice: S2 = 2 * 4 + 2 * 1 = 10, K = 10^4 (10 - 6) / 36
    words = tokenize(Corpus(["山 高 水 长 山 高"]), "spaces")
    table = lexical_diversity(words, measure=["ttr", "yule_k", "mattr"], window=4)
    assert trace(table, ("doc1", "ttr"), source=words).value == pytest.approx(4 / 6)
    found = trace(table, ("doc1", "yule_k"), source=words)
    assert found.value == pytest.approx(1e4 * 4 / 36)
    assert lines(found)["S₂"][1] == "1² × 2 + 2² × 2"
    # windows of four: 4, 4, 4 types
    assert trace(table, ("doc1", "mattr"), source=words).value == 1.0


def test_hdd_by_another_route():
    text = ["山", "高", "水", "长", "云", "飞"] * 10
    words = tokenize(Corpus([" ".join(text)]), "spaces")
    table = lexical_diversity(words, measure="hdd")
    chance = 1 - stats.hypergeom.pmf(0, 60, 10, 42)
    assert trace(table, 0, source=words).value == pytest.approx(6 * chance / 42)


def test_every_step_follows_from_the_ones_before():
    """The numbers that are shown are those of the steps above, not copies of the result."""
    data = count(tokenize(Corpus(["网格 管理 网格", "信访 网格 管理 管理"]), "spaces"))
    found = trace(keyness(data, "doc1", measure="g2"), "网格")
    known = {str(q.symbol) for q in found.quantities}
    for step in found.steps:
        known.add(str(step.symbol))
        assert not math.isnan(float(step.value))
    assert len(known) == len(found.quantities) + len(found.steps)
