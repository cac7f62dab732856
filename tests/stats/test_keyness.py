"""keyness: by hand, against the formulas, by laws, under the null, and its messages."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from scipy.sparse import csr_array

from textkit import measures
from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.stats.keyness import COLUMNS, MEASURES, keyness
from textkit.weights import tfidf

# a: 网格 8, 信访 2 of 10; b: 2 and 8 of 10
TWO = DocumentTermMatrix([[8, 2], [2, 8]], ["网格", "信访"])
POOLED = [name for name in MEASURES if name not in ("robust", "text_dispersion", "fightin_words")]


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
        table = keyness(TWO, "doc1")
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
        table = keyness(DocumentTermMatrix(counts, list("abcde")), [0, 1]).set_index("term")
        # b: 4 occurrences; c: commoner in the target, all in one of two documents; d: absent from the target
        assert table["flag"].to_dict() == {
            "a": "", "b": "rare|concentrated", "c": "concentrated", "d": "zero_adjusted", "e": "",
        }  # fmt: skip
        # P = 1, 0; S of the documents = 104, 103 of 207
        assert table.loc["c", "dp_target"] == pytest.approx(103 / 207)

    def test_filters_make_the_family(self) -> None:
        counts = np.array([[50, 3, 1, 0], [50, 0, 1, 2], [50, 0, 0, 2], [50, 0, 0, 2]])
        dtm = DocumentTermMatrix(counts, list("abcd"))
        assert set(keyness(dtm, [0, 1])["term"]) == set("abcd")
        table = keyness(dtm, [0, 1], min_count=3)
        assert set(table["term"]) == set("abd")
        assert table["q_value"].to_numpy() == pytest.approx(measures.adjust_p(table["p_value"]))
        assert set(keyness(dtm, [0, 1], min_range=2)["term"]) == set("acd")
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
        assert keyness(dtm, "A", by="town")["term"][0] == "台风"  # the pooled test puts it on top

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
        table = keyness(dtm, target)
        keys = list(zip(-table["score"], -(table["n_target"] + table["n_reference"]), table["term"], strict=True))
        assert keys == sorted(keys)
        present = {dtm.vocabulary[i] for i in np.flatnonzero(dtm.term_counts)}
        assert set(table["term"]) == present
        assert table["n_target"].sum() == dtm.matrix[target].sum()

    def test_documents_that_are_all_equal(self) -> None:
        dtm = DocumentTermMatrix([[3, 2, 1]] * 10, ["a", "b", "c"])
        for measure in MEASURES:
            table = keyness(dtm, list(range(5)), measure=measure)
            assert table["score"].tolist() == [0, 0, 0]
            assert table["effect"].abs().max() < 1e-12
            if measure != "log_ratio":
                assert table["p_value"].tolist() == pytest.approx([1, 1, 1])

    def test_nothing_in_common(self) -> None:
        dtm = DocumentTermMatrix([[5, 0]] * 5 + [[0, 5]] * 5, ["a", "b"])
        for measure in MEASURES:
            table = keyness(dtm, list(range(5)), measure=measure)
            assert np.isfinite(table[["score", "effect"]].to_numpy()).all()
            assert table["term"].tolist() == ["a", "b"]
        robust = keyness(dtm, list(range(5)), measure="robust")
        assert robust["ci_high"][0] == np.inf
        assert robust["flag"].tolist() == ["zero_adjusted"] * 2


class TestChoosing:
    def test_by_column(self) -> None:
        dtm = _towns()
        by_value = keyness(dtm, "A", by="town")
        by_name = keyness(dtm, ["r0", "r1", "r2", "r3"])
        pd.testing.assert_frame_equal(by_value, by_name, check_flags=False)
        years = keyness(dtm, [1, 2], 4, by="year")
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
        about = keyness(dtm, lambda docs: np.arange(60) < 30, list(range(40, 60))).attrs["textkit"]
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
        assert str(caught.value) == "unknown value of 'town' (target) 'a'. Available: 'A', 'B'."
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
