"""keyness: by hand, against the formulas, by laws, under the null, and its messages."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from scipy.sparse import csr_array

from textkit import measures
from textkit.contrast.replicates import bootstrap
from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.stats.keyness import COLUMNS, MEASURES, keyness
from textkit.tokenization import tokenize
from textkit.weights import tfidf

# a: 网格 8, 信访 2 of 10; b: 2 and 8 of 10
TWO = DocumentTermMatrix([[8, 2], [2, 8]], ["网格", "信访"])
POOLED = ["g2", "g2_2cell", "chi2", "chi2_yates", "fisher", "log_ratio", "kld"]


def _towns() -> DocumentTermMatrix:
    """Eight reports of two towns: one word marks town A in every report, another stands in one of them only."""
    marked = [6, 5, 7, 6, 1, 0, 2, 1]
    burst = [0, 30, 0, 0, 0, 0, 1, 0]
    common = [40, 35, 50, 45, 42, 38, 47, 44]
    docs = pd.DataFrame({"town": list("AAAABBBB"), "year": [1, 2, 3, 4] * 2}, index=[f"r{i}" for i in range(8)])
    return DocumentTermMatrix(np.array([marked, burst, common]).T, ["网格", "台风", "工作"], docs)


@st.composite
def groups(draw: st.DrawFn) -> tuple[DocumentTermMatrix, list[int]]:
    """A small matrix without empty groups, and the rows of the target."""
    n = draw(st.integers(2, 7))
    counts = draw(hnp.arrays(np.int64, (n, draw(st.integers(1, 5))), elements=st.integers(0, 6)))
    cut = draw(st.integers(1, n - 1))
    counts[0, 0] += 1
    counts[cut, 0] += 1
    return DocumentTermMatrix(counts, [f"w{i}" for i in range(counts.shape[1])]), list(range(cut))


def _quiet(*args: object, **settings: object) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        return keyness(*args, **settings)  # type: ignore[arg-type]


class TestByHand:
    def test_g2(self) -> None:
        table = keyness(TWO, "doc1", measure="g2")
        # E = 5 in each cell: 2 (8 ln 1.6 + 2 ln 0.4 + 2 ln 0.4 + 8 ln 1.6)
        g2 = 4 * (8 * np.log(1.6) + 2 * np.log(0.4))
        assert list(table.columns) == COLUMNS
        assert table["term"].tolist() == ["网格", "信访"]
        assert table["score"].tolist() == pytest.approx([g2, -g2])
        assert table["effect"].tolist() == pytest.approx([2.0, -2.0])
        half = stats.norm.ppf(0.975) * np.sqrt(1 / 8 + 1 / 2 - 2 / 10) / np.log(2)
        assert table["ci_low"][0] == pytest.approx(2 - half)
        assert table["ci_high"][0] == pytest.approx(2 + half)
        assert table["rate_target"].tolist() == [800_000, 200_000]
        assert table["p_value"].tolist() == pytest.approx([stats.chi2.sf(g2, 1)] * 2)
        assert table["q_value"].tolist() == table["p_value"].tolist()  # two equal p-values
        assert table["range_target"].tolist() == [1, 1]
        assert table["dp_target"].isna().all()  # a single document
        assert table["flag"].tolist() == ["", ""]

    @pytest.mark.parametrize("measure", POOLED)
    def test_scores_are_those_of_measures(self, measure: str) -> None:
        dtm = _towns()
        table = keyness(dtm, "A", by="town", measure=measure).set_index("term")
        a, b = dtm.matrix.toarray()[:4].sum(axis=0), dtm.matrix.toarray()[4:].sum(axis=0)
        c, d = a.sum(), b.sum()
        two = measures.two_by_two(a, b, c, d)
        value = {
            "g2": measures.log_likelihood(two),
            "g2_2cell": measures.log_likelihood_2cell(a, b, c, d),
            "chi2": measures.chi_squared(two),
            "chi2_yates": measures.chi_squared(two, yates=True),
            "fisher": np.abs(np.log10(measures.fisher_exact(two).two_sided)),
            "log_ratio": np.abs(measures.log_ratio(a, b, c, d).value),
            "kld": measures.log_likelihood_2cell(a, b, c, d) / (2 * np.log(2) * (a + b)),
        }[measure]
        expected = value * measures.association_sign(two)
        np.testing.assert_allclose(table.loc[list(dtm.vocabulary.terms), "score"], expected, rtol=1e-9)

    def test_text_dispersion_counts_documents(self) -> None:
        table = keyness(_towns(), "A", by="town", measure="text_dispersion").set_index("term")
        # 网格 stands in 4 of 4 and 3 of 4 reports
        two = measures.two_by_two(4, 3, 4, 4)
        assert table.loc["网格", "score"] == pytest.approx(float(measures.log_likelihood(two)))
        assert table.loc["网格", "effect"] == pytest.approx(np.log2(4 / 3))
        assert table.loc["工作", "score"] == 0
        assert table.attrs["textkit"]["unit"] == "document"

    def test_log_ratio_has_no_p(self) -> None:
        table = keyness(TWO, 0, measure="log_ratio")
        assert table[["p_value", "q_value"]].isna().all(axis=None)
        assert table["score"].tolist() == table["effect"].tolist()

    def test_flags(self) -> None:
        counts = np.array([[80, 3, 12, 0, 9], [99, 0, 0, 0, 4], [90, 0, 0, 3, 6], [90, 1, 0, 3, 9], [90, 0, 1, 3, 9]])
        table = keyness(DocumentTermMatrix(counts, list("abcde")), [0, 1], measure="g2").set_index("term")
        # b: 4 occurrences; c: commoner in the target, all in one of two documents; d: absent from the target
        assert table["flag"].to_dict() == {
            "a": "", "b": "rare|concentrated", "c": "concentrated", "d": "zero_adjusted", "e": "",
        }  # fmt: skip
        # P = 1, 0; S of the documents = 104, 103 of 207
        assert table.loc["c", "dp_target"] == pytest.approx(103 / 207)

    def test_filters_make_the_family(self) -> None:
        counts = np.array([[50, 3, 1, 0], [50, 0, 1, 2], [50, 0, 0, 2], [50, 0, 0, 2]])
        dtm = DocumentTermMatrix(counts, list("abcd"))
        assert set(keyness(dtm, [0, 1], measure="g2")["term"]) == set("abcd")
        table = keyness(dtm, [0, 1], measure="g2", min_count=3)
        assert set(table["term"]) == set("abd")
        assert table["q_value"].to_numpy() == pytest.approx(measures.adjust_p(table["p_value"]))
        assert set(keyness(dtm, [0, 1], measure="g2", min_range=2)["term"]) == set("acd")
        # sizes are those of the whole matrix all the same
        assert table.set_index("term").loc["a", "rate_target"] == pytest.approx(1e6 * 100 / 107)


class TestFightinWords:
    def test_pooled_prior(self) -> None:
        table = keyness(TWO, 0, measure="fightin_words").set_index("term")
        # alpha0 = max(10, 1 % of 10) = 10, half each: 5
        delta = np.log(13 / (20 - 13)) - np.log(7 / (20 - 7))
        z = delta / np.sqrt(1 / 13 + 1 / 7)
        assert table.loc["网格", "score"] == pytest.approx(z)
        assert table.loc["网格", "effect"] == pytest.approx(delta / np.log(2))
        assert table.loc["网格", "p_value"] == pytest.approx(2 * stats.norm.sf(z))
        assert table["flag"].tolist() == ["", ""]  # nothing was replaced by 0.5

    def test_flat_prior(self) -> None:
        table = keyness(TWO, 0, measure="fightin_words", prior="flat")
        delta = np.log(8.01 / 2.01) - np.log(2.01 / 8.01)
        assert table["effect"][0] == pytest.approx(delta / np.log(2))
        assert table.attrs["textkit"]["alpha0"] == pytest.approx(0.02)

    def test_background_prior_with_words_that_it_lacks(self) -> None:
        background = DocumentTermMatrix([[60, 40]], ["网格", "其他"])
        table = keyness(TWO, 0, measure="fightin_words", prior=background, alpha0=50).set_index("term")
        alpha = np.array([50 * 0.6, 50 * 0.5 / (100 + 0.5 * 2)])
        size = alpha.sum() + 50 * 0.4  # the share of 其他 counts, though it stands in neither group
        omega = [np.log((y + alpha[0]) / (10 + size - y - alpha[0])) for y in (8, 2)]
        assert table.loc["网格", "effect"] == pytest.approx((omega[0] - omega[1]) / np.log(2))
        assert set(table.attrs["textkit"]["inputs"]) == {"dtm", "prior"}

    def test_sensitivity_is_reported(self) -> None:
        sensitivity = keyness(_towns(), "A", by="town", measure="fightin_words").attrs["textkit"]["sensitivity"]
        assert sensitivity == {"x0.1": 1.0, "x10": 1.0}

    @given(groups(), st.floats(1, 1000))
    def test_a_prior_shrinks(self, case: tuple[DocumentTermMatrix, list[int]], alpha0: float) -> None:
        dtm, target = case
        weak = keyness(dtm, target, measure="fightin_words", alpha0=alpha0).set_index("term")
        strong = keyness(dtm, target, measure="fightin_words", alpha0=10 * alpha0).set_index("term").loc[weak.index]
        if len(weak) == 1:  # the only word there is has no odds
            assert weak["effect"].isna().all()
        else:
            assert (strong["effect"].abs() <= weak["effect"].abs() + 1e-9).all()


class TestRobust:
    def test_by_hand(self) -> None:
        dtm = _towns()
        table = keyness(dtm, "A", by="town", measure="robust").set_index("term")
        counts, sizes = dtm.matrix.toarray()[:, 0], dtm.lengths
        a, b, c, d = counts[:4].sum(), counts[4:].sum(), sizes[:4].sum(), sizes[4:].sum()
        e = counts - (a + b) / (c + d) * sizes
        z = (a * d - b * c) / np.sqrt(max(8 / 7 * (e**2).sum(), a + b) * c * d)
        assert table.loc["网格", "p_value"] == pytest.approx(2 * stats.t.sf(abs(z), 6))
        effect = np.log2((a / c + 1 / (c + d)) / (b / d + 1 / (c + d)))
        assert table.loc["网格", "effect"] == pytest.approx(effect)
        assert 0 < table.loc["网格", "score"] == table.loc["网格", "ci_low"] < effect < table.loc["网格", "ci_high"]

    def test_a_word_in_one_document_is_not_tested_and_scores_nothing(self) -> None:
        dtm = _towns()
        assert "台风" not in set(keyness(dtm, "A", by="town", measure="robust")["term"])
        table = keyness(dtm, "A", by="town", measure="robust", min_range=1).set_index("term")
        assert table.loc["台风", "score"] == 0
        assert keyness(dtm, "A", by="town", measure="g2")["term"][0] == "台风"  # the pooled test puts it on top

    def test_equal_groups_make_the_effect_of_half_an_occurrence(self) -> None:
        counts = np.array([[6, 4], [6, 4], [8, 2], [1, 9], [1, 9], [0, 10]])
        with pytest.warns(TextkitWarning):
            table = keyness(DocumentTermMatrix(counts, ["a", "b"]), [0, 1, 2], measure="robust").set_index("term")
        assert table.loc["a", "effect"] == pytest.approx(np.log2(20.5 / 2.5))

    def test_few_documents(self) -> None:
        with pytest.raises(ArgumentError) as caught:
            keyness(_towns(), [0, 1], measure="robust")
        assert str(caught.value) == (
            "measure='robust' needs at least 3 documents with tokens in each group to see how much documents differ, "
            'got 2 in the target and 6 in the reference. Split the texts first (tokens.split("paragraph")), or use '
            'measure="g2", whose p-values are per token and claim too much.'
        )
        with pytest.warns(TextkitWarning) as warned:
            table = keyness(_towns(), [0, 1, 2], [4, 5, 6, 7], measure="robust")
        assert str(warned[0].message) == (
            "7 documents are too few for any term to be significant at 5 %: read the effects, not the p-values."
        )
        assert warned[0].filename == __file__
        assert (table["p_value"] > 0.05).all()

    @pytest.mark.parametrize(("m", "share", "size"), [(60, 0.5, 0.3), (60, 0.25, 0.3), (120, 0.5, 0.15)])
    def test_null_calibration(self, m: int, share: float, size: float) -> None:
        """Random splits of one bursty corpus: about 5 % of p below 0.05, where tokens give several times that."""
        rng = np.random.default_rng(11)
        lengths = rng.lognormal(7, 0.6, m)
        means = np.exp(rng.normal(0.4, 1.0, 600)) * lengths[:, None] / lengths.mean()
        counts = rng.negative_binomial(size, size / (size + means))
        filler = np.maximum(lengths.astype(int), 1)[:, None]
        dtm = DocumentTermMatrix(csr_array(np.hstack([filler, counts])), [f"w{i}" for i in range(601)])
        found: dict[str, list[float]] = {"robust": [], "g2": []}
        for _ in range(8):
            target = np.sort(rng.permutation(m)[: int(m * share)])
            for measure, below in found.items():
                table = keyness(dtm, target, measure=measure, min_count=5, min_range=3)
                below.append(float((table["p_value"] < 0.05).mean()))
        assert 0.03 <= np.mean(found["robust"]) <= 0.07
        assert np.mean(found["g2"]) > 0.2

    @pytest.mark.shared
    @pytest.mark.parametrize("unit", ["inaugural_dfm_nopunct", "inaugural_paragraphs_dfm"])
    def test_null_calibration_on_real_texts(self, unit: str, shared: Path) -> None:
        """The same with random halves of 60 speeches, and of their 1,845 paragraphs."""
        inputs = shared / "data" / "reference" / "inputs"
        cells = pd.read_csv(inputs / f"{unit}_triplets.csv.gz")
        matrix = csr_array((cells["count"].to_numpy(), (cells["doc_id"] - 1, cells["feature_id"] - 1)))
        dtm = DocumentTermMatrix(matrix, [f"w{i}" for i in range(matrix.shape[1])])
        rng = np.random.default_rng(0)
        below = []
        for _ in range(10):
            half = np.sort(rng.permutation(len(dtm))[: len(dtm) // 2])
            below.append(float((keyness(dtm, half, measure="robust")["p_value"] < 0.05).mean()))
        assert 0.03 <= np.mean(below) <= 0.07

    @pytest.mark.parametrize(("m1", "m2", "ratio"), [(30, 30, 2.0), (15, 60, 3.0)])
    def test_coverage(self, m1: int, m2: int, ratio: float) -> None:
        """The interval holds the true ratio nine to ten times out of ten."""
        rng = np.random.default_rng(3)
        inside: list[bool] = []
        for _ in range(4):
            lengths = rng.lognormal(7, 0.5, m1 + m2)
            means = np.full((m1 + m2, 250), 2.0) * (lengths / lengths.mean())[:, None]
            means[:m1] *= ratio
            counts = rng.negative_binomial(0.4, 0.4 / (0.4 + means))
            filler = np.maximum(lengths * 50 - counts.sum(axis=1), 1).astype(int)[:, None]
            dtm = DocumentTermMatrix(csr_array(np.hstack([filler, counts])), [f"w{i}" for i in range(251)])
            table = keyness(dtm, list(range(m1)), measure="robust").set_index("term").drop("w0")
            table = table[table["range_target"] + table["range_reference"] >= 30]
            inside += ((table["ci_low"] <= np.log2(ratio)) & (np.log2(ratio) <= table["ci_high"])).tolist()
        assert len(inside) > 500
        assert 0.90 <= np.mean(inside) <= 0.98


class TestDocuments:
    """The tests on rates of documents, on the counts of the example of the ratio estimator and with scipy."""

    TARGET = ([4, 0, 7, 3, 5, 2, 0, 6], [1000, 800, 1500, 900, 1100, 700, 600, 1300])
    REFERENCE = ([1, 0, 0, 2, 1, 0, 3, 0, 0, 1], [900, 1200, 800, 1000, 1500, 700, 1100, 950, 1000, 1300])

    def _row(self, measure: str, **options: object) -> pd.Series:
        counts = np.array(self.TARGET[0] + self.REFERENCE[0])
        sizes = np.array(self.TARGET[1] + self.REFERENCE[1])
        dtm = DocumentTermMatrix(np.column_stack([counts, sizes - counts]), ["改革", "其他"])
        table = keyness(dtm, list(range(8)), measure=measure, **options)  # type: ignore[arg-type]
        return table.set_index("term").loc["改革"]

    def _rates(self) -> list[np.ndarray]:
        return [np.array(counts) / np.array(sizes) for counts, sizes in (self.TARGET, self.REFERENCE)]

    def test_welch(self) -> None:
        row = self._row("welch")
        x, y = self._rates()
        theirs = stats.ttest_ind(x, y, equal_var=False)
        assert (row["score"], row["p_value"]) == pytest.approx((3.00253010741, 0.0137200483877), rel=1e-9)
        assert (row["score"], row["p_value"]) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-9)
        one = 1 / (7900 + 10450)
        assert row["effect"] == pytest.approx(np.log2((x.mean() + one) / (y.mean() + one)))
        # Fieller: at the ends of the interval the t-test of x against rho y stands at its critical value
        limit = stats.t.ppf(0.975, 9.70429837483)
        for end, sign in ((row["ci_low"], 1), (row["ci_high"], -1)):
            rho = 2**end
            t = (x.mean() - rho * y.mean()) / np.sqrt(x.var(ddof=1) / 8 + rho**2 * y.var(ddof=1) / 10)
            assert t == pytest.approx(sign * limit, rel=1e-6)

    def test_rank_sum(self) -> None:
        row = self._row("rank_sum")
        x, y = self._rates()
        theirs = stats.mannwhitneyu(x, y, method="asymptotic")
        assert row["p_value"] == pytest.approx(0.0249194223848, rel=1e-9) == pytest.approx(theirs.pvalue)
        assert row["score"] == pytest.approx(stats.norm.isf(theirs.pvalue / 2))
        signs = np.sign(x[:, None] - y[None, :])
        assert row["effect"] == pytest.approx(signs.mean()) == pytest.approx(0.625)
        assert 0 < row["ci_low"] < 0.625 < row["ci_high"] < 1

    def test_robust_against_the_worked_ratio(self) -> None:
        """The interval by inverted test is near that of the delta method, 0.940 to 3.377 with 1.96 for t."""
        row = self._row("robust")
        assert row["effect"] == pytest.approx(2.158, abs=0.15)
        assert (row["ci_low"], row["ci_high"]) == pytest.approx((0.94, 3.4), abs=0.35)

    def test_an_interval_holds_zero_if_and_only_if_p_is_large(self) -> None:
        rng = np.random.default_rng(5)
        dtm = DocumentTermMatrix(
            np.hstack([rng.poisson(3, (24, 60)), np.full((24, 1), 400)]), [f"w{i}" for i in range(61)]
        )
        for measure in ("robust", "welch"):
            table = keyness(dtm, list(range(10)), measure=measure)
            outside = (table["ci_low"] > 0) | (table["ci_high"] < 0)
            assert (outside == (table["p_value"] < 0.05)).all()
            assert 0 < outside.sum() < len(table)

    def test_all_above_all(self) -> None:
        dtm = DocumentTermMatrix([[5, 9]] * 2 + [[6, 8]] * 2 + [[1, 13]] * 2 + [[2, 12]] * 3, ["a", "b"])
        row = keyness(dtm, [0, 1, 2, 3], measure="rank_sum").set_index("term").loc["a"]
        z2 = stats.norm.ppf(0.975) ** 2
        assert (row["effect"], row["ci_low"], row["ci_high"]) == pytest.approx((1, (4 - z2) / (4 + z2), 1))

    @pytest.mark.parametrize("measure", ["welch", "rank_sum"])
    def test_two_documents_are_needed(self, measure: str) -> None:
        with pytest.raises(ArgumentError, match=f"^measure='{measure}' needs at least 2 documents with tokens in each"):
            keyness(_towns(), "r0", measure=measure)

    @pytest.mark.parametrize("measure", ["welch", "rank_sum"])
    def test_null_calibration(self, measure: str) -> None:
        rng = np.random.default_rng(4)
        lengths = rng.lognormal(7, 0.5, 60)
        means = np.exp(rng.normal(1.5, 0.7, 300)) * lengths[:, None] / lengths.mean()
        counts = rng.negative_binomial(0.5, 0.5 / (0.5 + means))
        filler = np.maximum(lengths.astype(int) * 20, 1)[:, None]
        dtm = DocumentTermMatrix(csr_array(np.hstack([filler, counts])), [f"w{i}" for i in range(301)])
        below = []
        for _ in range(8):
            half = np.sort(rng.permutation(60)[:30])
            below.append(float((keyness(dtm, half, measure=measure, min_range=10)["p_value"] < 0.05).mean()))
        assert 0.03 <= np.mean(below) <= 0.07


class TestAuto:
    def test_documents_where_there_are_enough(self) -> None:
        table = keyness(_towns(), "A", by="town")
        about = table.attrs["textkit"]
        assert (about["settings"]["measure"], about["unit"]) == ("robust", "document")
        assert about["settings"]["why"] == "documents are the sample"
        pd.testing.assert_frame_equal(table, keyness(_towns(), "A", by="town", measure="robust"))

    @pytest.mark.parametrize(
        ("target", "reference", "sizes"),
        [([0, 1], None, (2, 6)), ([0, 1, 2], [4, 5, 6, 7], (3, 4)), ("r0", None, (1, 7))],
    )
    def test_tokens_where_there_are_not(self, target: object, reference: object, sizes: tuple[int, int]) -> None:
        with pytest.warns(TextkitWarning) as warned:
            table = keyness(_towns(), target, reference)
        why = (
            "a test with documents as the sample needs 3 with tokens in each group and 8 together, got "
            f"{sizes[0]} in the target and {sizes[1]} in the reference"
        )
        assert str(warned[0].message) == (
            f"measure='auto' fell back to 'g2': {why}. Its p-values are per token and claim too much: read the table "
            'as a description of these texts, use a smaller unit (give the tokens and unit="paragraph"), or give '
            'measure="g2" to say that you know.'
        )
        assert warned[0].filename == __file__
        about = table.attrs["textkit"]
        assert (about["settings"]["measure"], about["settings"]["why"], about["unit"]) == ("g2", why, "token")
        pd.testing.assert_frame_equal(table, keyness(_towns(), target, reference, measure="g2"))

    def test_the_threshold_is_where_the_test_can_reject(self) -> None:
        """With documents of one length |z| is at most sqrt(m - 1); t has m - 2 degrees of freedom."""
        reaches = [m for m in range(4, 12) if np.sqrt(m - 1) > stats.t.ppf(0.975, m - 2)]
        assert reaches == list(range(8, 12))

    def test_empty_documents_do_not_count(self) -> None:
        dtm = DocumentTermMatrix(np.vstack([_towns().matrix.toarray()[:7], [[0, 0, 0]]]), ["网格", "台风", "工作"])
        with pytest.warns(TextkitWarning, match="got 4 in the target and 3 in the reference"):
            keyness(dtm, [0, 1, 2, 3])

    def test_no_word_in_enough_documents(self) -> None:
        dtm = DocumentTermMatrix(np.eye(9, dtype=int) * 4, [f"w{i}" for i in range(9)])
        with pytest.warns(TextkitWarning, match="fell back to 'g2': no term occurs often enough"):
            table = keyness(dtm, [0, 1, 2, 3])
        assert len(table) == 9


class TestFromOutside:
    LIST: ClassVar = {"网格": 10, "信访": 40, "经济": 50}

    def test_by_hand(self) -> None:
        table = keyness(TWO, "doc1", self.LIST, measure="g2").set_index("term")
        # 网格: 8 of 10 against 10 of 100
        two = measures.two_by_two([8, 2, 0], [10, 40, 50], 10, 100)
        assert table.loc[["网格", "信访", "经济"], "score"].tolist() == pytest.approx(
            (measures.association_sign(two) * measures.log_likelihood(two)).tolist()
        )
        assert table.loc["经济", "n_target"] == 0 and table.loc["经济", "flag"] == "zero_adjusted"
        assert table["range_reference"].isna().all()
        about = table.attrs["textkit"]
        assert about["settings"]["reference"] == "outside list" and about["settings"]["reference_size"] == 100
        assert set(about["inputs"]) == {"dtm", "reference"}

    def test_a_size_of_its_own(self) -> None:
        table = keyness(TWO, "doc1", self.LIST, measure="g2", reference_size=1000).set_index("term")
        assert table.loc["网格", "rate_reference"] == 10_000
        assert table.loc["网格", "effect"] == pytest.approx(np.log2(0.8 / 0.01))

    def test_all_forms_are_the_same(self) -> None:
        one = keyness(TWO, "doc1", self.LIST, measure="g2")
        frame = pd.DataFrame({"term": list(self.LIST), "count": list(self.LIST.values())})
        for other in (frame, pd.Series(self.LIST), pd.Series(self.LIST, dtype=float)):
            pd.testing.assert_frame_equal(one, keyness(TWO, "doc1", other, measure="g2"))
        corpus = DocumentTermMatrix([[10, 40, 50]], list(self.LIST))
        columns = [name for name in COLUMNS if name not in ("range_reference", "flag")]
        pd.testing.assert_frame_equal(one[columns], keyness(TWO, "doc1", corpus, measure="g2")[columns])

    def test_another_matrix_has_documents(self) -> None:
        dtm = _towns()
        other = DocumentTermMatrix(dtm.matrix[4:], dtm.vocabulary, dtm.docs.iloc[4:])
        columns = [name for name in COLUMNS if name != "term"]
        one, inside = keyness(dtm[:4], [0, 1, 2, 3], other), keyness(dtm, "A", by="town")
        pd.testing.assert_frame_equal(one[columns], inside[columns])
        assert one.attrs["textkit"]["settings"]["measure"] == "robust"
        assert one.attrs["textkit"]["inputs"]["reference"] == other.fingerprint
        assert len(keyness(dtm, "A", other, by="town", measure="g2")) == 3

    def test_auto_says_why_not_and_measures_over_documents_refuse(self) -> None:
        with pytest.warns(TextkitWarning, match="the reference is a list of counts, without documents"):
            keyness(_towns(), "A", self.LIST, by="town")
        for measure in ("robust", "welch", "rank_sum", "text_dispersion"):
            with pytest.raises(ArgumentError) as caught:
                keyness(_towns(), "A", self.LIST, by="town", measure=measure)
            assert str(caught.value) == (
                f"measure='{measure}' compares documents, but reference is a list of counts without documents. Use "
                'measure="g2" or "log_ratio", or give the matrix of the other corpus.'
            )

    def test_the_target_can_be_resampled(self) -> None:
        with pytest.warns(TextkitWarning, match="^4 documents are too few"):
            table = keyness(_towns(), "A", self.LIST, by="town", measure="g2", ci="bootstrap", n_replicates=200)
        row = table.set_index("term").loc["网格"]
        assert row["ci_low"] < row["effect"] < row["ci_high"]
        gone = table.set_index("term").loc["经济"]
        assert gone["ci_high"] - gone["ci_low"] < 1  # only the size of the target moves

    @pytest.mark.parametrize(
        ("reference", "size", "message"),
        [
            (
                {"网格": 1.5}, None,
                ("reference must have whole counts of 0 or more, got 1.5 for '网格'. Turn rates into counts first: "
                "round(rate * size / 1,000,000)."),
            ),
            ({"网格": -1}, None, "reference must have whole counts of 0 or more, got -1 for '网格'."),
            ({"": 1}, None, "reference must have words (non-empty str) for its terms, got ''."),
            ({3: 1}, None, "reference must have words (non-empty str) for its terms, got 3."),
            (
                pd.DataFrame({"term": ["a", "a"], "count": [1, 2]}), None,
                ("reference must have each term once, but 'a' stands there more than once. Add them up first, for "
                'example with table.groupby("term")["count"].sum().'),
            ),
            (
                pd.DataFrame({"word": ["a"], "count": [1]}), None,
                "reference lacks the columns 'term'; it has 'word', 'count'. Make the table with frequency(dtm).",
            ),
            (
                {"a": 5}, 3,
                ("reference_size=3 is less than the counts of the list, which add up to 5. It is the number of all "
                "tokens of the corpus behind the list."),
            ),
            ({"a": 5}, 0, "reference_size must be a whole number of at least 1, got 0."),
            ({}, None, "reference is a list without a single occurrence, so there is nothing to compare with."),
            (TWO, None, "reference is dtm itself, so the target would be compared with a corpus that holds it."),
            (
                "doc2", 5,
                ("reference_size is the size of the corpus behind a frequency list given as reference; documents are "
                "counted. Leave it out."),
            ),
            (DocumentTermMatrix([[1]], ["a"]), 5, "reference_size is for a list of counts; the tokens of a matrix"),
        ],
    )  # fmt: skip
    def test_messages(self, reference: object, size: int | None, message: str) -> None:
        with pytest.raises((ArgumentError, EmptyError)) as caught:
            keyness(TWO, "doc1", reference, measure="g2", reference_size=size)
        assert str(caught.value).startswith(message)

    def test_a_mask_is_not_a_list(self) -> None:
        dtm = _towns()
        mask = dtm.docs["year"] > 2
        chosen = keyness(dtm, [0, 1], mask, measure="g2")
        assert chosen.attrs["textkit"]["settings"]["reference"] == ["r2", "r3", "r6", "r7"]


class TestKld:
    def test_by_hand(self) -> None:
        row = keyness(TWO, 0, measure="kld").set_index("term").loc["网格"]
        # 8 of its 10 stand in one of two halves: .8 lb 1.6 + .2 lb .4
        assert row["score"] == pytest.approx(0.8 * np.log2(1.6) + 0.2 * np.log2(0.4))
        assert np.isnan(row["p_value"]) and row["effect"] == 2

    @given(groups())
    def test_it_is_g2_of_two_cells_an_occurrence(self, case: tuple[DocumentTermMatrix, list[int]]) -> None:
        dtm, target = case
        kld, g2 = (keyness(dtm, target, measure=m).set_index("term") for m in ("kld", "g2_2cell"))
        n = kld["n_target"] + kld["n_reference"]
        np.testing.assert_allclose(2 * np.log(2) * n * kld["score"], g2.loc[kld.index, "score"], atol=1e-9)


class TestUnits:
    TEXTS: ClassVar = [
        "网格 管理\n网格 工作 网格\n工作",
        "信访 工作\n信访\n工作 管理 信访\n信访 管理",
        "管理 工作\n网格 工作",
    ]

    def _tokens(self) -> object:
        docs = pd.DataFrame({"town": ["A", "B", "B"]}, index=["a", "b", "c"])
        return tokenize(Corpus(self.TEXTS, docs), "spaces")

    def test_paragraphs_are_the_sample(self) -> None:
        tokens = self._tokens()
        table = keyness(tokens, "a", unit="paragraph", measure="robust", min_count=1, min_range=1)  # type: ignore[arg-type]
        row = table.set_index("term").loc["网格"]
        assert (row["n_target"], row["range_target"], row["range_reference"]) == (3, 2, 1)
        assert table.attrs["textkit"]["unit"] == "paragraph"
        by = keyness(tokens, "A", by="town", unit="paragraph", measure="robust", min_count=1, min_range=1)  # type: ignore[arg-type]
        pd.testing.assert_frame_equal(table, by)
        assert by.attrs["textkit"]["inputs"] == {"tokens": tokens.fingerprint}  # type: ignore[attr-defined]

    def test_auto_counts_the_pieces(self) -> None:
        with pytest.warns(TextkitWarning, match="fell back"):
            keyness(self._tokens()[["a", "b"]], "a", unit="paragraph")  # type: ignore[index]
        table = _quiet(self._tokens(), "a", unit="paragraph", min_count=1, min_range=1)
        assert table.attrs["textkit"]["settings"]["measure"] == "robust"  # 3 + 6 paragraphs

    def test_a_matrix_does_not_know_its_paragraphs(self) -> None:
        with pytest.raises(ArgumentError) as caught:
            keyness(TWO, 0, unit="sentence")
        assert str(caught.value) == (
            "unit='sentence' needs the tokens, got a DocumentTermMatrix: a matrix of documents does not know where a "
            "sentence ends. Give tokenize(corpus) instead of count(...)."
        )
        with pytest.raises(UnknownNameError, match="^unknown unit 'paragraphs'; did you mean 'paragraph'"):
            keyness(TWO, 0, unit="paragraphs")


class TestBootstrap:
    def _dtm(self, m: int = 24, v: int = 30, seed: int = 0) -> DocumentTermMatrix:
        rng = np.random.default_rng(seed)
        counts = rng.negative_binomial(1, 0.3, (m, v))
        counts[: m // 2, :5] *= 2
        return DocumentTermMatrix(np.hstack([counts, rng.integers(50, 200, (m, 1))]), [f"w{i}" for i in range(v + 1)])

    def test_against_a_plain_loop(self) -> None:
        """The same draws, one replicate after the other, through keyness itself."""
        dtm = self._dtm(v=4)
        table = keyness(dtm, list(range(12)), ci="bootstrap", n_replicates=100, random_state=3).set_index("term")
        seeds = np.random.SeedSequence(3).spawn(2)
        drawn = [np.random.Generator(np.random.PCG64(seed)).integers(0, 12, (100, 12)) for seed in seeds]
        effects = []
        counts = dtm.matrix.toarray()
        for one, other in zip(*drawn, strict=True):
            sample = DocumentTermMatrix(np.vstack([counts[one], counts[12 + other]]), dtm.vocabulary)
            found = keyness(sample, list(range(12)), measure="robust", min_count=1, min_range=1)
            effects.append(found.set_index("term")["effect"].reindex(table.index))
        low, high = np.quantile(np.array(effects), [0.025, 0.975], axis=0)
        np.testing.assert_allclose(table["ci_low"], low, atol=1e-9)
        np.testing.assert_allclose(table["ci_high"], high, atol=1e-9)

    @pytest.mark.parametrize("measure", [name for name in MEASURES if name != "rank_sum"])
    @pytest.mark.parametrize("ci", ["bootstrap", "bca"])
    def test_every_measure_keeps_its_score_and_p(self, measure: str, ci: str) -> None:
        dtm = self._dtm()
        plain = keyness(dtm, list(range(12)), measure=measure)
        table = keyness(dtm, list(range(12)), measure=measure, ci=ci, n_replicates=300)
        same = [name for name in COLUMNS if name not in ("ci_low", "ci_high")]
        pd.testing.assert_frame_equal(table[same], plain[same])
        known = table.dropna(subset="ci_low")  # a word of every document has a share that never moves: no BCa
        assert len(known) == len(table) or (measure, ci) == ("text_dispersion", "bca")
        assert (known["ci_low"] <= known["ci_high"]).all()
        inside = (known["ci_low"] <= known["effect"]) & (known["effect"] <= known["ci_high"])
        assert inside.mean() > 0.9
        settings = table.attrs["textkit"]["settings"]
        assert (settings["ci"], settings["n_replicates"], settings["random_state"]) == (ci, 300, 0)

    def test_seed_and_blocks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        dtm = self._dtm()
        one = keyness(dtm, list(range(12)), ci="bca", n_replicates=150, random_state=1)
        pd.testing.assert_frame_equal(one, keyness(dtm, list(range(12)), ci="bca", n_replicates=150, random_state=1))
        other = keyness(dtm, list(range(12)), ci="bca", n_replicates=150, random_state=2)
        assert not one["ci_low"].equals(other["ci_low"])
        module = __import__(bootstrap.__module__, fromlist=["_CELLS"])
        monkeypatch.setattr(module, "_CELLS", 200)  # one word at a time
        monkeypatch.setattr(module, "_KEPT", 0)  # and the documents drawn anew for each
        again = keyness(dtm, list(range(12)), ci="bca", n_replicates=150, random_state=1)
        pd.testing.assert_frame_equal(one, again)

    def test_agrees_with_the_analytic_error(self) -> None:
        """METHODS: within 20 % of the ratio estimator's, on data of that size."""
        with pytest.warns(TextkitWarning, match="^8 documents are too few"):
            row = TestDocuments()._row("log_ratio", ci="bootstrap", n_replicates=4000)
        half = (row["ci_high"] - row["ci_low"]) / (2 * 1.96)
        assert half * np.log(2) == pytest.approx(0.431, rel=0.25)

    def test_coverage(self) -> None:
        rng = np.random.default_rng(8)
        inside: list[bool] = []
        lengths = rng.lognormal(7, 0.4, 80)
        means = np.full((80, 400), 3.0) * (lengths / lengths.mean())[:, None]
        means[:40] *= 2
        counts = rng.negative_binomial(0.8, 0.8 / (0.8 + means))
        filler = np.maximum(lengths * 60 - counts.sum(axis=1), 1).astype(int)[:, None]
        dtm = DocumentTermMatrix(csr_array(np.hstack([filler, counts])), [f"w{i}" for i in range(401)])
        for ci in ("bootstrap", "bca"):
            table = keyness(dtm, list(range(40)), measure="log_ratio", ci=ci, n_replicates=500)
            table = table.set_index("term").drop("w0")
            inside = ((table["ci_low"] <= 1) & (table["ci_high"] >= 1)).tolist()
            assert 0.88 <= np.mean(inside) <= 0.98, ci

    def test_refusals(self) -> None:
        with pytest.raises(ArgumentError, match="^ci='bootstrap' is not there for measure='rank_sum', whose interval"):
            keyness(self._dtm(), list(range(12)), measure="rank_sum", ci="bootstrap")
        with pytest.raises(ArgumentError) as caught:
            keyness(TWO, 0, measure="g2", ci="bootstrap")
        assert str(caught.value) == (
            "ci='bootstrap' draws documents again and again, but the target has 1 and the reference 1 with tokens: at "
            'least 2 are needed. Give the tokens and a smaller unit (unit="paragraph"), or leave ci out.'
        )
        with pytest.raises(UnknownNameError, match="^unknown ci 'boot'; did you mean 'bootstrap'"):
            keyness(self._dtm(), [0, 1], ci="boot")
        with pytest.raises(ArgumentError, match="^n_replicates must be a whole number of at least 100, got 10"):
            keyness(self._dtm(), [0, 1], ci="bca", n_replicates=10)


class TestLaws:
    @given(groups(), st.sampled_from(sorted(MEASURES)))
    @settings(max_examples=150, deadline=None)
    def test_swapping_the_groups_flips_signs(self, case: tuple[DocumentTermMatrix, list[int]], measure: str) -> None:
        dtm, target = case
        rest = [i for i in range(len(dtm)) if i not in target]
        filters = {"min_count": 1, "min_range": 1}
        try:
            one = _quiet(dtm, target, measure=measure, **filters).set_index("term")
        except ArgumentError:
            return  # too few documents for robust
        other = _quiet(dtm, rest, measure=measure, **filters).set_index("term").loc[one.index]
        close = {"rtol": 1e-9, "atol": 1e-9}
        np.testing.assert_allclose(one["score"], -other["score"], **close)
        np.testing.assert_allclose(one["effect"], -other["effect"], **close)
        np.testing.assert_allclose(one["ci_low"], -other["ci_high"], **close)
        np.testing.assert_allclose(one["q_value"], other["q_value"], **close)
        assert (one["n_target"] == other["n_reference"]).all()
        assert (one["flag"] == other["flag"]).all()

    @given(groups(), st.sampled_from(sorted(MEASURES)), st.data())
    @settings(max_examples=100, deadline=None)
    def test_order_of_documents_terms_and_empty_documents_change_nothing(
        self, case: tuple[DocumentTermMatrix, list[int]], measure: str, data: st.DataObject
    ) -> None:
        dtm, target = case
        names = [dtm.names[i] for i in target]
        try:
            one = _quiet(dtm, names, measure=measure, min_range=1)
        except (ArgumentError, EmptyError):
            return
        rows = data.draw(st.permutations(range(len(dtm))))
        columns = data.draw(st.permutations(range(dtm.shape[1])))
        counts = np.vstack([dtm.matrix.toarray()[rows][:, columns], np.zeros((2, dtm.shape[1]), dtype=int)])
        docs = pd.DataFrame(index=[*(dtm.names[i] for i in rows), "empty", "empty too"])
        changed = DocumentTermMatrix(counts, [dtm.vocabulary[i] for i in columns], docs)
        other = _quiet(changed, [*names, "empty"], measure=measure, min_range=1)
        pd.testing.assert_frame_equal(one, other, rtol=1e-9, atol=1e-9)

    @given(groups())
    def test_the_table_is_sorted_and_complete(self, case: tuple[DocumentTermMatrix, list[int]]) -> None:
        dtm, target = case
        table = keyness(dtm, target, measure="g2")
        keys = list(zip(-table["score"], -(table["n_target"] + table["n_reference"]), table["term"], strict=True))
        assert keys == sorted(keys)
        present = {dtm.vocabulary[i] for i in np.flatnonzero(dtm.term_counts)}
        assert set(table["term"]) == present
        assert table["n_target"].sum() == dtm.matrix[target].sum()

    def test_documents_that_are_all_equal(self) -> None:
        dtm = DocumentTermMatrix([[3, 2, 1]] * 10, ["a", "b", "c"])
        for measure in MEASURES:
            table = keyness(dtm, list(range(5)), measure=measure)
            assert table["effect"].abs().max() < 1e-12
            if measure in ("welch", "rank_sum"):  # nothing varies: there is no t and no z
                assert table[["score", "p_value"]].isna().all(axis=None)
                continue
            assert table["score"].tolist() == [0, 0, 0]
            if measure not in ("log_ratio", "kld"):
                assert table["p_value"].tolist() == pytest.approx([1, 1, 1])

    def test_nothing_in_common(self) -> None:
        dtm = DocumentTermMatrix([[5, 0]] * 5 + [[0, 5]] * 5, ["a", "b"])
        for measure in MEASURES:
            table = keyness(dtm, list(range(5)), measure=measure)
            assert np.isfinite(table["effect"]).all()
            assert np.isfinite(table["score"]).all() or measure == "welch"  # no spread, no t
            assert table["term"].tolist() == ["a", "b"]
        robust = keyness(dtm, list(range(5)), measure="robust")
        assert robust["ci_high"][0] == np.inf
        assert robust["flag"].tolist() == ["zero_adjusted"] * 2


class TestChoosing:
    def test_by_column(self) -> None:
        dtm = _towns()
        by_value = keyness(dtm, "A", by="town")
        assert by_value.attrs["textkit"]["settings"]["measure"] == "robust"
        by_name = keyness(dtm, ["r0", "r1", "r2", "r3"])
        pd.testing.assert_frame_equal(by_value, by_name, check_flags=False)
        years = keyness(dtm, [1, 2], 4, by="year", measure="g2")
        assert years["n_target"].sum() == dtm.merge("year").lengths[:2].sum()
        settings = years.attrs["textkit"]["settings"]
        assert (settings["target"], settings["reference"]) == ([1, 2], 4)
        assert (settings["target_rows"], settings["reference_rows"]) == ("0-1,4-5", "3,7")

    def test_mask_and_function(self) -> None:
        dtm = _towns()
        mask = dtm.docs["year"] > 2
        by_mask, by_function = keyness(dtm, mask), keyness(dtm, lambda docs: docs["year"] > 2)
        pd.testing.assert_frame_equal(by_mask, by_function)
        assert by_mask.attrs["textkit"]["settings"]["target"] == ["r2", "r3", "r6", "r7"]

    def test_many_documents_are_not_named_one_by_one(self) -> None:
        dtm = DocumentTermMatrix(np.ones((60, 1), int), ["a"])
        about = keyness(dtm, lambda docs: np.arange(60) < 30, list(range(40, 60)), measure="g2").attrs["textkit"]
        assert about["settings"]["target"] == "30 documents"
        assert about["settings"]["reference"] == [f"doc{i}" for i in range(41, 61)]
        assert about["settings"]["target_rows"] == "0-29"
        assert about["unit"] == "token"

    def test_documents_without_a_value(self) -> None:
        dtm = _towns()
        docs = dtm.docs.assign(town=["A", "A", None, "A", *"BBB", None])
        with pytest.warns(TextkitWarning) as caught:
            table = keyness(DocumentTermMatrix(dtm.matrix, dtm.vocabulary, docs), "A", by="town")
        assert str(caught[0].message) == "2 documents have no value in 'town' and are in neither group."
        assert table["n_target"].sum() == dtm.matrix[[0, 1, 3]].sum()
        assert table["n_reference"].sum() == dtm.matrix[[4, 5, 6]].sum()

    def test_unknown_value(self) -> None:
        with pytest.raises(UnknownNameError) as caught:
            keyness(_towns(), "a", by="town")
        assert str(caught.value) == "unknown value of 'town' (target) 'a'; did you mean 'A'? Available: 'A', 'B'."
        with pytest.raises(UnknownNameError, match=r"^unknown value of 'year' \(target\) '1'; did you mean '1'\?"):
            keyness(_towns(), "1", by="year")
        with pytest.raises(UnknownNameError, match=r"^unknown column \(by\) 'twon'; did you mean 'town'\?"):
            keyness(_towns(), "A", by="twon")
        with pytest.raises(UnknownNameError, match=r"^unknown document 'A'\."):
            keyness(_towns(), "A")

    def test_overlap_and_empty_groups(self) -> None:
        dtm = _towns()
        with pytest.raises(ArgumentError) as caught:
            keyness(dtm, ["r0", "r1"], ["r1", "r2"])
        assert str(caught.value) == (
            "target and reference share 1 documents: 'r1'. A document can only be in one of the groups."
        )
        with pytest.raises(EmptyError, match=r"^target chooses none of the 8 documents\.$"):
            keyness(dtm, dtm.docs["year"] > 9)
        with pytest.raises(EmptyError) as empty:
            keyness(dtm, dtm.docs["year"] > 0)
        assert str(empty.value) == (
            "reference chooses none of the 8 documents. There is no other document to compare with."
        )
        with pytest.raises(EmptyError, match=r"^the 1 documents of the reference have no tokens\.$"):
            keyness(DocumentTermMatrix([[1], [0]], ["a"]), 0)

    def test_one_document_only(self) -> None:
        with pytest.raises(EmptyError, match="There is no other document to compare with"):
            keyness(TWO["doc1"], "doc1")


class TestMessages:
    def test_unknown_measure(self) -> None:
        with pytest.raises(UnknownNameError, match="^unknown measure 'g3'; did you mean 'g2'"):
            keyness(TWO, 0, measure="g3")

    def test_weights_are_refused(self) -> None:
        with pytest.raises(ArgumentError) as caught:
            keyness(tfidf(TWO, "ntn"), 0)
        assert str(caught.value) == (
            "keyness needs counts, but dtm holds weights (tfidf:ntn). Give it what count() returned."
        )

    def test_nothing_passes_the_filters(self) -> None:
        with pytest.raises(EmptyError) as caught:
            keyness(TWO, 0, min_count=100)
        assert str(caught.value) == (
            "no term of 2 passes min_count=100 and min_range=None with measure='g2'. Lower them."
        )

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"min_count": 0}, "min_count must be a whole number of at least 1, got 0."),
            ({"min_range": 1.5}, "min_range must be a whole number of at least 1, got 1.5."),
            ({"confidence": 1.0}, "confidence must be a finite number of at least 0.5 and at most 0.9999, got 1.0."),
            ({"alpha0": 0}, "alpha0 must be a finite number above 0, got 0."),
            ({"adjust": "fdr"}, "unknown adjust 'fdr'. Available: 'bh', 'holm', 'bonferroni', 'by', 'none'."),
            ({"measure": "fightin_words", "prior": "uniform"}, "unknown prior 'uniform'. Available: 'pooled', 'flat'."),
        ],
    )
    def test_settings(self, settings: dict[str, object], message: str) -> None:
        with pytest.raises(ArgumentError) as caught:
            keyness(TWO, 0, **settings)  # type: ignore[arg-type]
        assert str(caught.value) == message

    def test_empty_prior(self) -> None:
        with pytest.raises(EmptyError, match=r"^prior has no tokens\."):
            keyness(TWO, 0, measure="fightin_words", prior=DocumentTermMatrix([[0]], ["网格"]))
