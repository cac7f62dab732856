"""keyness_regression: against scipy's optimiser and hand arithmetic, under the null, bad formulas, laws."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy.optimize import approx_fprime, minimize
from scipy.sparse import csr_array

from textkit import measures
from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.measures import glm
from textkit.stats.keyness_regression import COLUMNS, keyness_regression
from textkit.weights import tfidf

LN2 = np.log(2)


def _docs(m: int) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "town": rng.choice(["甲", "乙", "丙"], m),
            "year": rng.integers(2010, 2020, m),
            "author": rng.choice(list("mnopqrstuvwx"), m),
        },
        index=[f"d{i}" for i in range(m)],
    )


def _dtm(m: int = 40) -> DocumentTermMatrix:
    rng = np.random.default_rng(0)
    docs = _docs(m)
    size = rng.integers(100, 2000, m)
    mu = size * np.exp(-5 + 0.7 * (docs["town"] == "乙") + 0.05 * (docs["year"] - 2015))
    y = rng.negative_binomial(2, 2 / (2 + mu))
    return DocumentTermMatrix(np.stack([y, rng.poisson(mu), size * 3], axis=1), ["网格", "信访", "其他"], docs)


def _design(docs: pd.DataFrame) -> NDArray[np.float64]:
    # baseline 丙, the first by code point
    columns = [np.ones(len(docs)), docs["town"] == "乙", docs["town"] == "甲", docs["year"] - 2015]
    return np.column_stack(columns).astype(float)


def _by_hand(dtm: DocumentTermMatrix, word: int) -> tuple[NDArray[np.float64], ...]:
    """Poisson estimates by scipy, then the sandwich written out."""
    z, n, y = _design(dtm.docs), dtm.lengths, dtm.matrix.toarray()[:, word]

    def negative(beta: NDArray[np.float64]) -> float:
        eta = z @ beta + np.log(n)
        return float((np.exp(eta) - y * eta).sum())

    def gradient(beta: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(z.T @ (np.exp(z @ beta + np.log(n)) - y))

    start = np.array([np.log(y.sum() / n.sum()), 0, 0, 0])
    beta = minimize(negative, start, jac=gradient, method="BFGS", options={"gtol": 1e-9}).x
    mu = np.exp(z @ beta + np.log(n))
    return beta, z, mu, np.linalg.inv((z.T * mu) @ z), y.astype(float)


@pytest.mark.parametrize("word", ["网格", "信访"])
def test_estimates_and_errors_by_hand(word: str) -> None:
    dtm = _dtm()
    beta, z, mu, bread, y = _by_hand(dtm, dtm.vocabulary.id(word))
    d, p = z.shape
    phi = ((y - mu) ** 2 / mu).sum() / (d - p)
    by = dtm.docs["author"]
    scores = np.array([(z * (y - mu)[:, None])[by == name].sum(axis=0) for name in sorted(set(by))])
    c = len(scores)
    covariances = {
        "hc1": bread @ ((z.T * (y - mu) ** 2) @ z) @ bread * d / (d - p),
        "model": phi * bread,
        "author": bread @ (scores.T @ scores) @ bread * c / (c - 1),
    }
    for name, covariance in covariances.items():
        options = {"cluster": name} if name == "author" else {"errors": name}
        table = keyness_regression(dtm, "town + year", **options)  # type: ignore[arg-type]
        assert list(table.columns) == COLUMNS
        mine = table[table["term"] == word].set_index("coefficient").loc[["town[T.乙]", "town[T.甲]", "year"]]
        assert mine["estimate"].to_numpy() == pytest.approx(beta[1:] / LN2, rel=1e-6)
        se = np.sqrt(np.diag(covariance))[1:] / LN2
        assert mine["se"].to_numpy() == pytest.approx(se, rel=1e-6)
        df = c - 1 if name == "author" else d - p
        assert mine["p_value"].to_numpy() == pytest.approx(measures.student_p(mine["estimate"] / se, df), rel=1e-6)
        assert mine["dispersion"].to_numpy() == pytest.approx([phi] * 3, rel=1e-6)
        assert table.attrs["textkit"]["settings"]["df"] == df


def test_a_group_contrast_is_the_log_ratio() -> None:
    docs = pd.DataFrame({"town": list("aaaaabbbbb")})
    counts = np.array([4, 5, 6, 4, 6, 9, 10, 11, 8, 12])
    dtm = DocumentTermMatrix(np.column_stack([counts, 100 - counts]), ["x", "y"], docs)
    row = keyness_regression(dtm, "town").set_index("term").loc["x"]
    # rates .05 and .10; sum of squared residuals 4 and 10; (4 / 25^2 + 10 / 50^2) 10 / 8
    assert row["estimate"] == pytest.approx(1)
    assert row["se"] == pytest.approx(np.sqrt((4 / 625 + 10 / 2500) * 10 / 8) / LN2)
    assert (row["count"], row["docs"], row["coefficient"]) == (75, 10, "town[T.b]")


def test_gradient_of_the_poisson_fit() -> None:
    """By finite differences: at the estimates the likelihood is flat."""
    dtm = _dtm()
    z, n, y = _design(dtm.docs), dtm.lengths.astype(float), dtm.matrix.toarray()[:, [0]].T.astype(float)
    beta, _, converged = glm.poisson(y, n, z)
    assert converged.all()
    slope = approx_fprime(beta[0], lambda b: float((n * np.exp(z @ b) - y[0] * (z @ b)).sum()) / y.sum(), 1e-7)
    assert np.abs(slope).max() < 1e-6


def test_negative_binomial() -> None:
    dtm = _dtm()
    table = keyness_regression(dtm, "town + year", family="negative_binomial")
    z, n = _design(dtm.docs), dtm.lengths.astype(float)
    for place, word in enumerate(["网格", "信访"]):
        y = dtm.matrix.toarray()[:, place]
        fit = glm.negative_binomial(y[None].astype(float), n, z)
        mu, alpha = n * np.exp(z @ fit.beta[0]), fit.dispersion[0]
        weight = 1 / (1 + alpha * mu)
        assert np.abs(z.T @ ((y - mu) * weight)).max() < 1e-5, "the estimating equation holds"
        if alpha > 0:
            assert ((y - mu) ** 2 / (mu + alpha * mu**2)).sum() == pytest.approx(len(n) - 4), "and so do the moments"
        bread = np.linalg.inv((z.T * (mu * weight)) @ z)
        se = np.sqrt(np.diag(bread @ ((z.T * ((y - mu) * weight) ** 2) @ z) @ bread) * 40 / 36) / LN2
        mine = table[table["term"] == word].set_index("coefficient")
        assert mine.loc["year", ["estimate", "se", "dispersion"]].tolist() == pytest.approx(
            [fit.beta[0, 3] / LN2, se[3], alpha], rel=1e-5
        )
    model = keyness_regression(dtm, "town + year", family="negative_binomial", errors="model")
    assert (model["se"] > 0).all()


def test_recovers_what_was_put_in_and_covers_it() -> None:
    rng = np.random.default_rng(3)
    m, v = 120, 200
    docs = pd.DataFrame({"town": rng.choice(["a", "b"], m), "year": rng.integers(2000, 2020, m)})
    size = rng.lognormal(8, 0.4, m)
    rate = np.exp(-6 + 0.5 * (docs["town"] == "b") + 0.03 * (docs["year"] - 2010)).to_numpy()
    counts = rng.negative_binomial(2, 2 / (2 + (size * rate)[:, None] * np.ones(v)))
    filler = (size * 300).astype(int)[:, None]  # so many that the sizes hardly depend on the words
    dtm = DocumentTermMatrix(csr_array(np.hstack([counts, filler])), [f"w{i}" for i in range(v + 1)], docs)
    table = keyness_regression(dtm, "town + year")
    for name, truth in (("town[T.b]", 0.5 / LN2), ("year", 0.03 / LN2)):
        mine = table[(table["coefficient"] == name) & (table["term"] != f"w{v}")]
        assert mine["estimate"].mean() == pytest.approx(truth, abs=0.05)
        inside = (mine["ci_low"] <= truth) & (truth <= mine["ci_high"])
        assert 0.9 <= inside.mean() <= 0.98


def test_null_calibration() -> None:
    """The Wald test is a little too ready to reject, as the docstring says: with 80 bursty documents about 8 %."""
    rng = np.random.default_rng(5)
    m, below = 80, []
    size = rng.lognormal(7, 0.5, m)
    means = np.exp(rng.normal(0.7, 0.8, 300)) * size[:, None] / size.mean()
    counts = rng.negative_binomial(0.5, 0.5 / (0.5 + means))
    cells = csr_array(np.hstack([counts, (size * 20).astype(int)[:, None]]))
    for _ in range(8):
        docs = pd.DataFrame({"half": rng.permutation(np.repeat(["a", "b"], m // 2))})
        dtm = DocumentTermMatrix(cells, [f"w{i}" for i in range(301)], docs)
        below.append((keyness_regression(dtm, "half", min_range=20)["p_value"] < 0.05).mean())
    assert 0.03 <= np.mean(below) <= 0.10


class TestSeparation:
    def test_a_category_without_the_word(self) -> None:
        docs = pd.DataFrame({"town": list("aaaabbbbcccc"), "year": [1, 2, 3, 4] * 3})
        counts = np.array([[3, 4, 2, 5, 0, 0, 0, 0, 9, 8, 9, 7], [100] * 12]).T
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            table = keyness_regression(DocumentTermMatrix(counts, ["x", "y"], docs), "town + year")
        mine = table[table["term"] == "x"].set_index("coefficient")
        assert mine.loc["town[T.b]", "estimate"] == -np.inf
        assert mine.loc["town[T.b]", ["se", "p_value", "ci_low"]].isna().all()
        assert mine["flag"].to_dict() == {"town[T.b]": "separated", "town[T.c]": "", "year": ""}
        assert mine.loc["town[T.c]", "estimate"] == pytest.approx(np.log2((33 / 433) / (14 / 414)), abs=0.05)

    def test_the_baseline_without_the_word(self) -> None:
        docs = pd.DataFrame({"town": list("aaaabbbbcccc")})
        counts = np.array([[0, 0, 0, 0, 3, 4, 5, 4, 9, 8, 9, 7], [100] * 12]).T
        mine = keyness_regression(DocumentTermMatrix(counts, ["x", "y"], docs), "town")
        assert mine[mine["term"] == "x"]["estimate"].tolist() == [np.inf, np.inf]


class TestFormula:
    def test_coding_and_interactions(self) -> None:
        dtm = _dtm()
        names = keyness_regression(dtm, "town * center(year)")["coefficient"].drop_duplicates().tolist()
        assert names == [
            "town[T.乙]",
            "town[T.甲]",
            "center(year)",
            "town[T.乙]:center(year)",
            "town[T.甲]:center(year)",
        ]
        other = keyness_regression(dtm, '~ C(town, contr.treatment("甲"))')
        assert len(set(other["coefficient"])) == 2
        none = keyness_regression(dtm, "0 + town")
        assert none["coefficient"].drop_duplicates().tolist() == ["town[丙]", "town[乙]", "town[甲]"]

    def test_names_with_blanks_and_chinese_names(self) -> None:
        dtm = _dtm()
        docs = dtm.docs.rename(columns={"town": "the town", "year": "年份"})
        renamed = DocumentTermMatrix(dtm.matrix, dtm.vocabulary, docs)
        one = keyness_regression(renamed, "`the town` + 年份")
        np.testing.assert_allclose(one["estimate"], keyness_regression(dtm, "town + year")["estimate"])

    @pytest.mark.parametrize(
        "formula",
        [
            "town + __import__('os').getcwd()", "open('x')", "town + eval('1')", "year.real", "[x for x in town]",
            "town + (lambda: 1)()", "np.log(year)", "I(year.__class__)", "contr.__init__(town)", "getattr(town, 'x')",
        ],
    )  # fmt: skip
    def test_nothing_else_is_evaluated(self, formula: str) -> None:
        with pytest.raises(ArgumentError):
            keyness_regression(_dtm(), formula)

    @pytest.mark.parametrize(
        ("formula", "message"),
        [
            ("twon", "unknown column (formula) 'twon'; did you mean 'town'? Available: 'town', 'year', 'author'."),
            ("`the town`", "unknown column (formula) 'the town'; did you mean 'town'?"),
            ("town + open('x')", "unknown function (formula) 'open'."),
            ("word ~ town", "formula='word ~ town' has a left side. Give only the right side, for example "),
            ("town +", "formula='town +' cannot be read: "),
            ("town | year", "formula='town | year' has several parts."),
            ("1", "formula='1' makes nothing but an intercept. Name a column, such as 'town'."),
            (
                "year + I(2 * year)",
                "formula '1 + year + I(2 * year)': the effects cannot be told apart, because 'I(2 * year)' follows",
            ),
            ("author:town:C(year)", "formula "),
        ],
    )
    @pytest.mark.filterwarnings("ignore:in column:textkit.errors.TextkitWarning")
    def test_messages(self, formula: str, message: str) -> None:
        with pytest.raises(ArgumentError) as caught:
            keyness_regression(_dtm(), formula)
        assert str(caught.value).startswith(message)

    def test_a_column_with_one_value(self) -> None:
        dtm = _dtm()
        same = DocumentTermMatrix(dtm.matrix, dtm.vocabulary, dtm.docs.assign(level=1))
        with pytest.raises(ArgumentError) as caught:
            keyness_regression(same, "town + level")
        assert str(caught.value) == (
            "formula '1 + town + level': the effects cannot be told apart, because 'level' follows from the columns "
            "before. Leave a term out, or merge categories."
        )


class TestDocuments:
    def test_missing_values_and_empty_documents(self) -> None:
        dtm = _dtm()
        cells = dtm.matrix.toarray()
        cells[3] = 0
        docs = dtm.docs.assign(
            year=dtm.docs["year"].where(np.arange(40) != 5), town=dtm.docs["town"].where(np.arange(40) != 8)
        )
        with pytest.warns(TextkitWarning) as warned:
            table = keyness_regression(DocumentTermMatrix(cells, dtm.vocabulary, docs), "town + year")
        assert [str(warning.message) for warning in warned] == [
            (
                "2 of 39 documents are left out: formula='town + year' has no value for them ('town' in 1 document, "
                "'year' in 1 document)."
            ),
            "1 document without tokens is left out.",
        ]
        assert {warning.filename for warning in warned} == {__file__}
        kept = [i for i in range(40) if i not in (3, 5, 8)]
        plain = keyness_regression(dtm[kept], "town + year")
        pd.testing.assert_frame_equal(table, plain, rtol=1e-9)

    @pytest.mark.filterwarnings("ignore:in column:textkit.errors.TextkitWarning")
    def test_few(self) -> None:
        with pytest.warns(TextkitWarning, match="^8 documents are too few"):
            keyness_regression(_dtm()[list(range(8))], "town")
        with pytest.raises(ArgumentError) as caught:
            keyness_regression(_dtm()[[0, 1, 2]], "year + I(year * year)")
        assert str(caught.value) == (
            "formula '1 + year + I(year * year)' makes 3 columns ('Intercept', 'year', 'I(year * year)'), but only 3 "
            "documents have words and all values. Use fewer terms, or a smaller unit."
        )

    def test_refusals(self) -> None:
        dtm = _dtm()
        with pytest.raises(ArgumentError, match="keyness_regression needs counts, but dtm holds weights"):
            keyness_regression(tfidf(dtm), "town")
        with pytest.raises(EmptyError, match="^no term of 3 occurs 10000000 times and in 3 of the 40 documents"):
            keyness_regression(dtm, "town", min_count=10_000_000)
        with pytest.raises(ArgumentError, match="^cluster='author' goes with family='quasipoisson' and errors='hc1'"):
            keyness_regression(dtm, "town", cluster="author", errors="model")
        with pytest.raises(UnknownNameError, match="unknown column"):
            keyness_regression(dtm, "town", cluster="autor")
        one = DocumentTermMatrix(dtm.matrix, dtm.vocabulary, dtm.docs.assign(level="x"))
        with pytest.raises(ArgumentError, match="^cluster='level' has one value only among the 40 documents"):
            keyness_regression(one, "town", cluster="level")


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = keyness_regression(_dtm(), "town + year", cluster="author")
    monkeypatch.setattr("textkit.stats.keyness_regression._CELLS", 1)
    pd.testing.assert_frame_equal(whole, keyness_regression(_dtm(), "town + year", cluster="author"))


@given(hnp.arrays(np.int64, (12, 3), elements=st.integers(0, 9)), st.permutations(range(12)))
@settings(max_examples=25)
def test_order_of_documents_means_nothing(counts: NDArray[np.int64], order: list[int]) -> None:
    counts[:, 0] += 5
    docs = pd.DataFrame({"town": list("abc") * 4, "year": [1.0, 4, 2, 8, 5, 7, 3, 9, 6, 0, 11, 10]})
    moved = DocumentTermMatrix(counts[order], list("xyz"), docs.iloc[order])
    # rounding may swap words with the same counts, and an error of nothing is rounding itself
    one, other = (
        keyness_regression(matrix, "town + year", min_range=1)
        .set_index(["coefficient", "term"])
        .sort_index()[["count", "docs", "estimate", "se", "dispersion"]]
        for matrix in (DocumentTermMatrix(counts, list("xyz"), docs), moved)
    )
    pd.testing.assert_frame_equal(one, other, rtol=1e-5, atol=1e-6)
