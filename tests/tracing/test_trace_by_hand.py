"""Traces of tiny corpora whose numbers are in the comments, and of figures that were published."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from textkit.corpus import Corpus
from textkit.matrix import DocumentTermMatrix, count
from textkit.stats.agreement import agreement
from textkit.stats.collocates import collocates
from textkit.stats.collocations import collocations
from textkit.stats.dispersion import dispersion
from textkit.stats.effect_sizes import effect_sizes
from textkit.stats.entropy import entropy, kl_divergence
from textkit.stats.keyness import keyness
from textkit.stats.keyness_groups import keyness_groups
from textkit.stats.lexical_diversity import lexical_diversity
from textkit.stats.rank_turbulence import rank_turbulence
from textkit.stats.readability import readability, readability_formulas
from textkit.stats.similarity import similarity
from textkit.stats.top_terms import top_terms
from textkit.tokenization import tokenize
from textkit.tracing.result import Trace
from textkit.tracing.trace import trace
from textkit.weights import bm25_scores, tfidf

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


def test_fightin_words_against_a_list_that_was_cut():
    """The pooled prior is shared out by the counts of the list, not by the size of the corpus behind it."""
    data = DocumentTermMatrix([[8, 2], [2, 8]], ["网格", "信访"])
    table = keyness(data, [0, 1], {"网格": 3, "经济": 9}, measure="fightin_words", reference_size=500, alpha0=16.0)
    found = trace(table, "网格", source=data, lang="en")
    # alpha = 16 * (10 + 3) / (20 + 12) = 6.5; the odds are those of 500 tokens
    assert lines(found)["α_w"] == ("α₀·(a + b) / n_list", "16 × (10 + 3) / 32")
    odds = [math.log(10 + 6.5) - math.log(20 + 16 - 16.5), math.log(3 + 6.5) - math.log(500 + 16 - 9.5)]
    assert found.value == pytest.approx((odds[0] - odds[1]) / math.sqrt(1 / 16.5 + 1 / 9.5))
    assert found.value == pytest.approx(float(table["score"][0]))
    whole = trace(keyness(data, [0, 1], {"网格": 3, "经济": 9}, measure="fightin_words", alpha0=16.0), "网格")
    assert lines(whole)["α_w"][0] == "α₀·(a + b) / (c + d)"
    assert "频率表" in found.text("zh") and "frequency list from outside" in found.text("en")


def test_effect_sizes_by_hand():
    # 8 of 100 and 2 of 100
    table = effect_sizes(DocumentTermMatrix([[8, 92], [2, 98]], ["网格", "其他"]), "doc1")
    shown = {
        name: trace(table, "网格", column=name) for name in ("pct_diff", "odds_ratio", "bic", "simple_maths", "phi")
    }
    assert shown["pct_diff"].value == 300.0
    assert lines(shown["pct_diff"])["value"] == ("100·(RR − 1)", "100 × (4 − 1)")
    assert shown["odds_ratio"].value == pytest.approx((8 / 92) / (2 / 98))
    g2 = 2 * (8 * math.log(8 / 5) + 2 * math.log(2 / 5))
    assert shown["bic"].value == pytest.approx(g2 - math.log(200))
    assert shown["simple_maths"].value == pytest.approx((80_000 + 100) / (20_000 + 100))
    chi2 = stats.chi2_contingency([[8, 2], [92, 98]], correction=False).statistic
    assert shown["phi"].value == pytest.approx(math.sqrt(chi2 / 200))
    assert trace(table, "网格").column == "z"


def test_keyness_of_a_group_is_the_group_against_the_rest():
    docs = pd.DataFrame({"town": ["甲", "甲", "乙", "丙"]}, index=list("abcd"))
    data = DocumentTermMatrix([[5, 1], [4, 2], [1, 9], [2, 6]], ["网格", "信访"], docs)
    table = keyness_groups(data, by="town", measure="g2")
    found = trace(table, ("甲", "网格"), source=data, lang="en")
    same = trace(keyness(data, "甲", by="town", measure="g2"), "网格", source=data)
    assert found.value == same.value
    assert [int(q.value) for q in found.quantities[:4]] == [9, 3, 12, 18]
    assert found.title.en == "Keyness of “网格”: log-likelihood ratio G² (four cells) (甲 and the rest)"
    assert any("all tests of the whole table" in note.en for note in found.notes)


def test_entropy_and_divergence_by_hand():
    # shares 1/2, 1/4, 1/8, 1/8: H = 1/2 + 1/2 + 3/8 + 3/8
    data = DocumentTermMatrix([[8, 4, 2, 2], [4, 4, 4, 4]], ["的", "工作", "网格", "信访"])
    table = entropy(data)
    found = trace(table, "doc1", source=data)
    assert found.value == 1.75
    assert lines(found)["H"][1] == (
        "−(1 × (8 / 16) × log₂(8 / 16) + 1 × (4 / 16) × log₂(4 / 16) + 2 × (2 / 16) × log₂(2 / 16))"
    )
    assert trace(table, "doc1", source=data, column="perplexity").value == pytest.approx(2**1.75)
    assert trace(table, "doc2", source=data, column="normalised").value == 1.0
    # 1/2 log2(2) + 1/4 log2(1) + 2 * 1/8 log2(1/2)
    assert trace(kl_divergence(data), ("doc1", "doc2"), source=data).value == pytest.approx(0.25)


def test_bm25_scores_are_the_sum_of_the_weights():
    data = DocumentTermMatrix([[2, 1, 0], [0, 1, 3], [1, 0, 0]], ["网格", "管理", "信访"])
    table = bm25_scores(data, "网格 管理 网格")
    found = trace(table, "doc1", source=data)
    # N = 3, df = 2 for both, length 3, mean 8/3: ln(1 + 1.5/2.5) tf / (tf + 1.5 (0.25 + 0.75 * 9/8)); 网格 asked twice
    idf, held = math.log(1 + 1.5 / 2.5), 1.5 * (0.25 + 0.75 * 9 / 8)
    assert found.value == pytest.approx(2 * idf * 2 / (2 + held) + idf * 1 / (1 + held))
    assert [row[:4] for row in found.grids[0].rows] == [("网格", 2, 2, 2), ("管理", 1, 1, 2)]


def test_rank_turbulence_by_hand():
    # ranks 1, 2, 3 and 2, 1, 3; alpha = 1: 2 |1/1 - 1/2|^(1/2); the norm takes 3 + 3/2 for the rank of an absent word
    table = rank_turbulence(DocumentTermMatrix([[9, 5, 1], [5, 9, 1]], ["网格", "信访", "工作"]), "doc1", alpha=1)
    found = trace(table, "网格")
    one = 2 * math.sqrt(1 / 2)
    norm = 2 * sum(2 * math.sqrt(abs(1 / rank - 1 / 4.5)) for rank in (1, 2, 3))
    assert found.value == pytest.approx(one / norm)
    assert trace(table, "信访", column="contribution").value == pytest.approx(0.5)
    assert trace(table, "工作").value == 0.0


def test_agreement_by_hand():
    # six units, one disagreement: percent 5/6; o_ac = 1 of 12 pairable; n_a = 5, n_b = 4, n_c = 3
    wide = pd.DataFrame({"甲": list("aabbcc"), "乙": list("aabbca")})
    table = agreement(wide, measure="all", ci=None)
    shown = {name: trace(table, name, source=wide, lang="en") for name in table["coefficient"]}
    assert shown["percent"].value == pytest.approx(5 / 6)
    assert shown["krippendorff"].value == pytest.approx(1 - (2 / 12) / ((5 * 7 + 4 * 8 + 3 * 9) / (12 * 11)))
    # margins 2, 2, 2 and 3, 2, 1: p_e = (6 + 4 + 2) / 36
    assert lines(shown["cohen"])["pₑ"][1] == "(2 × 3 + 2 × 2 + 2 × 1) / 6²"
    assert shown["cohen"].value == pytest.approx((5 / 6 - 1 / 3) / (2 / 3))
    shares = [5 / 12, 4 / 12, 3 / 12]
    scott = sum(share**2 for share in shares)
    assert shown["scott"].value == pytest.approx((5 / 6 - scott) / (1 - scott))
    gwet = sum(share * (1 - share) for share in shares) / 2
    assert shown["gwet"].value == pytest.approx((5 / 6 - gwet) / (1 - gwet))


def test_readability_by_hand():
    corpus = Corpus(["今天天气很好，我们去公园玩。公园里有很多人！"])
    table = readability(corpus)
    # 12 + 7 characters in two sentences of two and one clauses
    found = trace(table, ("doc1", "chars_per_sentence"), source=corpus)
    assert found.value == 9.5
    assert lines(found)["value"] == ("H / S", "19 / 2")
    assert [(row[0], int(row[1])) for row in found.grids[0].rows] == [
        ("今天天气很好，我们去公园玩", 12), ("公园里有很多人", 7)
    ]  # fmt: skip
    # ((12 - 9.5)^2 + (7 - 9.5)^2) / (2 - 1) = 12.5
    assert trace(table, ("doc1", "sentence_length_sd"), source=corpus).value == pytest.approx(math.sqrt(12.5))
    missing = trace(table, ("doc1", "words_per_sentence"), source=corpus)
    assert math.isnan(missing.value)
    assert "needs words: give tokens instead of a corpus" in missing.notes[0].en


def test_readability_formulas_by_hand():
    corpus = Corpus(["我们今天去公园玩，公园里的人很多。" * 10])
    features = readability(corpus, words=None)
    table = readability_formulas(features)
    # 15 characters in two clauses
    found = trace(table, ("doc1", "xu_2021_r1"), source=features)
    assert found.value == 7.5
    short = trace(table, ("doc1", "sun_1992"), source=features)
    assert math.isnan(short.value)
    assert "nonbasic_words: needs words" in short.notes[0].en


def test_every_step_follows_from_the_ones_before():
    """The numbers that are shown are those of the steps above, not copies of the result."""
    data = count(tokenize(Corpus(["网格 管理 网格", "信访 网格 管理 管理"]), "spaces"))
    found = trace(keyness(data, "doc1", measure="g2"), "网格")
    known = {str(q.symbol) for q in found.quantities}
    for step in found.steps:
        known.add(str(step.symbol))
        assert not math.isnan(float(step.value))
    assert len(known) == len(found.quantities) + len(found.steps)
