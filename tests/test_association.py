"""Association measures: worked examples, nltk's formulas as another route, and the cases where something is missing."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit import measures
from textkit.measures import association
from textkit.measures.association import Pair, cells_of, pair

nan, inf = math.nan, math.inf


@pytest.fixture(scope="module")
def examples(shared):
    found = json.loads((shared / "data" / "worked_examples.json").read_text(encoding="utf-8"))["examples"]
    return {example["id"]: example for example in found}


def close(value, expected):
    np.testing.assert_allclose(np.asarray(value, dtype=float), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.shared
class TestWorkedExamples:
    def test_pmi_of_manning_and_schuetze(self, examples):
        given_, expected = examples["COL-01"]["inputs"], examples["COL-01"]["expected"]
        rows = given_["rows"]
        counts = pair(*([row[name] for row in rows] for name in ("fxy", "fx", "fy")), given_["N"])
        close(association.pmi(counts), expected["PMI"])

    def test_new_companies(self, examples):
        given_, expected = examples["COL-03"]["inputs"], examples["COL-03"]["expected"]
        counts = pair(given_["fxy"], given_["fx"], given_["fy"], given_["N"])
        close(counts.expected, expected["E11"])
        close(association.PAIR_MEASURES["t"](counts), expected["t"])
        (o11, o12), (o21, o22) = given_["table_5_8"]
        cells = Pair(*np.array([o11, o11 + o12, o11 + o21, o11 + o12 + o21 + o22, 1, 1], dtype=float))
        close(association.chi2(cells), expected["chi2_table_5_8"])

    def test_all_measures_of_one_pair(self, examples):
        given_, expected = examples["COL-04"]["inputs"], examples["COL-04"]["expected"]
        counts = pair(given_["fxy"], given_["fx"], given_["fy"], given_["N"])
        found = {name: formula(counts) for name, formula in association.PAIR_MEASURES.items()}
        names = {
            "PMI": "pmi", "NPMI": "npmi", "MI2": "mi2", "MI3": "mi3", "t": "t", "z": "z", "dice": "dice",
            "logDice": "log_dice", "jaccard": "jaccard", "G2": "g2", "chi2": "chi2", "signed_G2": "g2",
            "deltaP_y_given_x": "delta_p_c_given_n", "deltaP_x_given_y": "delta_p_n_given_c",
            "min_sensitivity": "min_sensitivity",
        }  # fmt: skip
        for theirs, ours in names.items():
            close(found[ours], expected[theirs])
        close(np.exp(found["log_odds_ratio"]), expected["odds_ratio_haldane"])
        close(counts.expected, expected["E11"])

    def test_of_course(self, examples):
        (o11, o12), (o21, o22) = examples["COL-06"]["inputs"]["table"]
        counts = pair(o11, o11 + o12, o11 + o21, o11 + o12 + o21 + o22)
        expected = examples["COL-06"]["expected"]
        close(association.delta_p_column_given_row(counts), expected["deltaP_w2_given_w1"])
        close(association.delta_p_row_given_column(counts), expected["deltaP_w1_given_w2"])

    def test_log_dice(self, examples):
        cases = examples["COL-08"]["inputs"]["cases"]
        for n in (1e6, 1e9):  # whatever the size of the corpus
            counts = pair(*([case[name] for case in cases] for name in ("fxy", "fx", "fy")), n)
            close(association.log_dice(counts), examples["COL-08"]["expected"]["logDice"])

    @pytest.mark.parametrize("name", ["KEY-01", "KEY-02", "KEY-03"])
    def test_dunnings_bigrams(self, examples, name):
        given_, expected = examples[name]["inputs"], examples[name]["expected"]
        for table, wanted in zip(
            given_.get("tables", [given_.get("table")]), expected.get("rows", [expected]), strict=True
        ):
            (o11, o12), (o21, o22) = table
            counts = pair(o11, o11 + o12, o11 + o21, o11 + o12 + o21 + o22)
            close(association.signed_g2(counts), wanted["G2_4cell"])
            close(association.chi2(counts), wanted["chi2"])
            close(association.pmi(counts), wanted["PMI_bits"])


def test_edge_cases():
    never = pair(0, 4, 5, 100)  # E = 0.2
    found = {name: float(formula(never)) for name, formula in association.PAIR_MEASURES.items()}
    assert (found["pmi"], found["mi2"], found["mi3"], found["log_dice"]) == (-inf, -inf, -inf, -inf)
    assert found["npmi"] == -1 and math.isnan(found["t"])
    assert found["dice"] == found["jaccard"] == found["min_sensitivity"] == 0
    assert found["g2"] < 0, "signed"
    always = pair(7, 7, 7, 100)
    assert float(association.npmi(always)) == pytest.approx(1) and float(association.log_dice(always)) == 14
    assert float(association.pmi(pair(2, 10, 20, 100))) == 0  # E = 2
    assert math.isnan(float(association.npmi(pair(9, 9, 9, 9)))), "they are the whole sample"
    nothing = pair(0, 0, 5, 100)
    assert math.isnan(float(association.pmi(nothing))) and math.isnan(float(association.PAIR_MEASURES["z"](nothing)))


def test_a_table_that_cannot_exist_has_no_measures_of_four_cells():
    # overlapping windows: seen 6 times, but occurring only 4 times
    counts = pair(6, 10, 4, 100)
    found = {name: float(formula(counts)) for name, formula in association.PAIR_MEASURES.items()}
    missing = {name for name, value in found.items() if math.isnan(value)}
    assert missing == {
        "g2", "chi2", "delta_p_c_given_n", "delta_p_n_given_c", "log_odds_ratio", "conservative_lr"
    }  # fmt: skip
    assert math.isnan(float(association.jaccard(pair(20, 10, 4, 100))))


def test_conservative_lr_is_the_lower_end_in_bits():
    # cells 10, 10, 10, 70 plus 0.5: OR = 10.5 * 70.5 / 10.5^2
    counts = pair(10, 20, 20, 100)
    log_or = math.log(10.5 * 70.5 / 10.5**2)
    se = math.sqrt(3 / 10.5 + 1 / 70.5)
    assert float(association.log_odds_ratio(counts)) == pytest.approx(log_or)
    assert float(association.log_odds_se(counts)) == pytest.approx(se)
    assert float(association.conservative_lr(counts)) == pytest.approx((log_or - 1.959964 * se) / math.log(2), abs=1e-6)


@st.composite
def tables(draw):
    return *(draw(st.integers(0, 10_000)) for _ in range(3)), draw(st.integers(1, 10**7))


@given(tables())
def test_two_words_are_a_pair_and_an_ngram_of_two(cells):
    o11, o12, o21, o22 = cells
    counts = pair(o11, o11 + o12, o11 + o21, sum(cells))
    gram = cells_of(np.array([[sum(cells)], [o11 + o12], [o11 + o21], [o11]], dtype=float))
    assert gram.ravel().tolist() == [o22, o12, o21, o11]
    same = {
        "delta_p_forward": "delta_p_c_given_n", "delta_p_backward": "delta_p_n_given_c", "lambda": "log_odds_ratio",
        "lambda_z": None,
    }  # fmt: skip
    for name, formula in association.NGRAM_MEASURES.items():
        other = same.get(name, name)
        if other is None:
            continue
        np.testing.assert_allclose(
            formula(gram, 0.5)[0], association.PAIR_MEASURES[other](counts), rtol=1e-9, atol=1e-9, err_msg=name
        )
    np.testing.assert_allclose(association.interaction(gram).se[0], association.log_odds_se(counts), rtol=1e-12)


@given(tables(), st.sampled_from([2, 10]))
def test_scale(cells, factor):
    """Ratios stay when all counts grow; G2 grows with them; swapping the words swaps the two delta P."""
    o11, o12, o21, _ = cells
    one = pair(o11, o11 + o12, o11 + o21, sum(cells))
    more = pair(*(factor * np.array([o11, o11 + o12, o11 + o21, sum(cells)], dtype=float)))
    for name in ("pmi", "npmi", "dice", "log_dice", "jaccard", "min_sensitivity", "delta_p_c_given_n"):
        formula = association.PAIR_MEASURES[name]
        np.testing.assert_allclose(formula(more), formula(one), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(association.signed_g2(more), factor * association.signed_g2(one), rtol=1e-7, atol=1e-7)
    turned = pair(o11, o11 + o21, o11 + o12, sum(cells))
    np.testing.assert_allclose(association.delta_p_row_given_column(turned), association.delta_p_column_given_row(one))


@pytest.mark.parametrize("counts", [(8, 15828, 4675, 14307668), (20, 42, 20, 14307668), (110, 2552, 221, 31777)])
def test_bigrams_by_another_route(counts):
    from nltk.metrics import BigramAssocMeasures as Theirs

    o, x, y, n = counts
    ours = pair(*counts)
    marginals = (o, (x, y), n)
    close(association.pmi(ours), Theirs.pmi(*marginals))
    close(association.dice(ours), Theirs.dice(*marginals))
    close(association.jaccard(ours), Theirs.jaccard(*marginals))
    close(association.PAIR_MEASURES["t"](ours), Theirs.student_t(*marginals))
    np.testing.assert_allclose(association.chi2(ours), Theirs.chi_sq(*marginals), rtol=1e-9)
    np.testing.assert_allclose(abs(association.signed_g2(ours)), Theirs.likelihood_ratio(*marginals), rtol=1e-6)
    close(association.PAIR_MEASURES["mi3"](ours), np.log2(o**3 / (x * y / n)))


def test_trigrams_by_another_route():
    from nltk.metrics import TrigramAssocMeasures as Theirs

    o, (xy, xz, yz), (x, y, z), n = 20, (40, 35, 60), (500, 300, 400), 100_000
    # bit 0 is the first word: 1 = x, 2 = y, 4 = z
    cells = cells_of(np.array([[n], [x], [y], [xy], [z], [xz], [yz], [o]], dtype=float))
    marginals = (o, (xy, xz, yz), (x, y, z), n)
    ours = {name: float(formula(cells, 0.5)[0]) for name, formula in association.NGRAM_MEASURES.items()}
    assert ours["g2"] == pytest.approx(Theirs.likelihood_ratio(*marginals), rel=1e-6)
    assert ours["chi2"] == pytest.approx(Theirs.chi_sq(*marginals), rel=1e-9)
    assert ours["pmi"] == pytest.approx(Theirs.pmi(*marginals))
    assert ours["t"] == pytest.approx(Theirs.student_t(*marginals))
    assert ours["jaccard"] == pytest.approx(Theirs.jaccard(*marginals))
    # by hand: 3 * 20 / 1200; P(z|xy) - P(z|not xy) = 20/40 - 380/99960; P(x|yz) - P(x|not yz) = 20/60 - 480/99940
    assert ours["dice"] == pytest.approx(0.05) and ours["log_dice"] == pytest.approx(14 + math.log2(0.05))
    assert ours["delta_p_forward"] == pytest.approx(0.5 - 380 / 99_960)
    assert ours["delta_p_backward"] == pytest.approx(1 / 3 - 480 / 99_940)
    assert ours["min_sensitivity"] == pytest.approx(20 / 500)


def test_independent_words_have_no_interaction_and_no_g2():
    p = np.array([0.2, 0.1, 0.5])
    subsets = [8000 * math.prod(p[i] for i in range(3) if b >> i & 1) for b in range(8)]
    cells = cells_of(np.array(subsets)[:, None])
    assert float(association.interaction(cells, 1e-9).value[0]) == pytest.approx(0, abs=1e-6)
    assert float(association.independence_g2(cells)[0]) == pytest.approx(0, abs=1e-9)
    assert float(association.ngram_expected(cells)[0]) == pytest.approx(80)
    assert float(association.NGRAM_MEASURES["npmi"](cells, 0.5)[0]) == pytest.approx(0, abs=1e-12)


def test_p_of_longer_ngrams_has_more_degrees_of_freedom():
    from scipy.stats import chi2

    for words, df in ((2, 1), (3, 4), (4, 11)):
        assert float(association.independence_p(20.0, words)) == pytest.approx(chi2.sf(20.0, df))
    assert float(measures.chi2_p(20.0)) == pytest.approx(float(association.independence_p(-20.0, 2)))
