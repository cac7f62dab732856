"""Design matrices from formulas: columns by hand, splines against R, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.formulas import check_rank, dependent, design, spline_basis, spline_knots

DOCS = pd.DataFrame(
    {
        "level": ["市", "市", "县", "县", "镇", "镇"],
        "year": [2018, 2019, 2020, 2021, 2022, 2023],
        "area": [1.0, 2.0, 4.0, 8.0, np.nan, 32.0],
        "rural area": [0.0, 1.0, 0.0, 1.0, 0.0, 1.0],
    },
    index=pd.Index([f"d{i}" for i in range(6)], name="doc"),
)


def test_categories_numbers_and_interactions():
    made = design(DOCS, "~ level * year")
    # text in code-point order: 县 市 镇; 县 is the baseline
    assert made.names == ["Intercept", "level[T.市]", "level[T.镇]", "year", "level[T.市]:year", "level[T.镇]:year"]
    assert made.matrix[0].tolist() == [1, 1, 0, 2018, 2018, 0]
    assert made.matrix[5].tolist() == [1, 0, 1, 2023, 0, 2023]
    assert made.variables == ["level", "year"]
    assert made.rows.tolist() == [0, 1, 2, 3, 4, 5]


def test_another_baseline_functions_and_names_with_blanks():
    made = design(DOCS, "C(level, contr.treatment('镇')) + log(year) + I(year - 2018) + `rural area`")
    assert made.matrix[1].tolist() == pytest.approx([1, 0, 1, np.log(2019), 1, 1])
    assert design(DOCS, "~ 0 + level").names == ["level[县]", "level[市]", "level[镇]"]
    assert design(DOCS, "~ 1").matrix.tolist() == [[1.0]] * 6


def test_the_basis_of_a_spline_sums_to_one_with_its_first_column():
    x = np.random.default_rng(0).exponential(size=80)
    knots, degree = spline_knots(x)
    basis = spline_basis(x, knots, degree)
    assert basis.shape == (80, 10)
    assert (basis >= -1e-12).all()
    # the column left out is what is missing to one; it is one at the left end
    assert ((1 - basis.sum(axis=1)) > -1e-12).all()
    np.testing.assert_allclose(basis[x.argmin()], 0, atol=1e-12)


def test_knots_stand_at_quantiles():
    knots, degree = spline_knots([0.0, 1, 2, 3, 4, 5, 6, 7, 8, 100], 5)
    # five columns of degree three: two inner knots, at the thirds
    assert degree == 3
    assert knots.tolist() == [0, 0, 0, 0, 3, 6, 100, 100, 100, 100]


@pytest.mark.parametrize(("n", "columns"), [(2, 1), (3, 2), (4, 3), (7, 6), (40, 10)])
def test_a_spline_has_no_more_columns_than_values_allow(n, columns):
    docs = pd.DataFrame({"x": np.repeat(np.arange(float(n)), 3)})
    made = design(docs, "~ s(x)")
    assert made.matrix.shape[1] == columns + 1
    assert dependent(made.matrix, made.names) == []
    if n <= 4:  # every value has a mean of its own: the columns span all functions of x
        assert np.linalg.matrix_rank(made.matrix) == n


def test_a_spline_follows_a_curve_and_knows_its_knots_again():
    docs = pd.DataFrame({"x": np.linspace(0, 6, 200)})
    made = design(docs, "~ s(x)")
    b = np.linalg.lstsq(made.matrix, np.sin(docs["x"]), rcond=None)[0]
    new = pd.DataFrame({"x": [0.5, np.nan, 3.3]})
    matrix, rows = made.apply(new)
    assert rows.tolist() == [0, 2]
    np.testing.assert_allclose(matrix @ b, np.sin([0.5, 3.3]), atol=2e-3)
    with pytest.warns(TextkitWarning, match=r"1 values lie beyond the range of a spline, 0 to 6; there the effect is"):
        made.apply(pd.DataFrame({"x": [7.0]}))


def test_columns_do_not_depend_on_documents_left_out():
    docs = DOCS.assign(area=[1.0, 2, 3, 4, np.nan, 6], year=[2018, 2019, 2020, 2021, 2990, 2023])
    with pytest.warns(TextkitWarning):
        made = design(docs, "~ s(year, df=2) + area")
    only = design(docs.drop(index="d4"), "~ s(year, df=2) + area")
    np.testing.assert_array_equal(made.matrix, only.matrix)
    assert made.rows.tolist() == [0, 1, 2, 3, 5]


def test_logs_of_zero_leave_a_document_out():
    docs = pd.DataFrame({"x": [0.0, 1.0, 2.0, 4.0]})
    with pytest.warns(
        TextkitWarning, match=r"1 of 4 documents are left out: .* \(after the functions of the formula\)"
    ):
        made = design(docs, "~ center(x) + log(x)")
    assert made.rows.tolist() == [1, 2, 3]
    assert made.matrix[:, 1].sum() == pytest.approx(0)


def test_dates_truth_values_and_categories():
    docs = pd.DataFrame(
        {
            "date": pd.to_datetime(["1970-01-02", "1970-01-11", "1970-01-21", "1970-01-31"]),
            "new": [True, False, True, False],
            "kind": pd.Categorical(["b", "b", "c", "c"], categories=["a", "c", "b"]),
        }
    )
    made = design(docs, "~ date + new + kind")
    # no document has the category a; c comes before b, as the categories say
    assert sorted(made.names) == ["Intercept", "date", "kind[T.b]", "new[T.True]"]
    assert made.matrix[:, made.names.index("date")].tolist() == [1, 10, 20, 30]


def test_missing_values():
    with pytest.warns(TextkitWarning) as caught:
        made = design(DOCS, "~ area")
    assert str(caught[0].message) == (
        "1 of 6 documents are left out: formula='~ area' has no value for them ('area' in 1 document)."
    )
    assert caught[0].filename == __file__
    assert made.rows.tolist() == [0, 1, 2, 3, 5]
    with pytest.raises(
        ArgumentError, match=r"formula='~ area': values are missing: 'area' in 1 document\. Fill them in"
    ):
        design(DOCS, "~ area", missing="error")
    with pytest.raises(EmptyError, match="no document has a value in all columns"):
        design(DOCS.assign(area=np.nan), "~ area")


def test_a_category_of_one_document_is_said():
    with pytest.warns(TextkitWarning, match="in column 'level' '县' has one document only") as caught:
        design(DOCS.drop(index="d3"), "~ level")
    assert caught[0].filename == __file__


def test_columns_that_follow_from_others():
    made = design(DOCS.assign(half=DOCS["year"] / 2), "~ year + half")
    with pytest.raises(ArgumentError, match="cannot be told apart, because 'half' follows from the columns before"):
        check_rank(made)
    made = design(DOCS.iloc[:2], "~ year + `rural area`")
    with pytest.raises(ArgumentError, match=r"makes 3 columns .* but only 2 documents have words and all values"):
        check_rank(made)
    # a large number of years does not make a year and its square look the same
    check_rank(design(DOCS, "~ year + I((year - 2018) ** 2)"))


@pytest.mark.parametrize(
    ("formula", "kind", "message"),
    [
        ("~ levle", UnknownNameError, "unknown column (formula) 'levle'; did you mean 'level'?"),
        ("~ open(level)", UnknownNameError, "unknown function (formula) 'open'"),
        ("~ __import__('os').system('x')", ArgumentError, "cannot be read"),
        ("~ year.__class__", UnknownNameError, "unknown column (formula) 'year.__class__'"),
        ("~ {[y for y in (1,)]}", ArgumentError, "formula"),
        ("y ~ level", ArgumentError, "has a left side"),
        ("", ArgumentError, "is empty"),
        ("~ level +", ArgumentError, "cannot be read"),
        ("~ level | year", ArgumentError, "has several parts"),
        ("~ s(level)", ArgumentError, "cannot be worked out"),
        ("~ s(year, df=0)", ArgumentError, "df must be a whole number from 1 to 5"),
        ("~ s(I(0 * year))", ArgumentError, "needs at least 2 distinct values, got 1"),
        ("~ `no such`", UnknownNameError, "unknown column (formula) 'no such'"),
    ],
)
def test_what_is_refused(formula, kind, message):
    with pytest.raises(kind) as caught:
        design(DOCS, formula)
    assert message in str(caught.value)


def test_new_categories_are_an_error():
    made = design(DOCS, "~ level")
    with pytest.raises(ArgumentError, match="the documents of the fit did not have the categories {'省'}"):
        made.apply(pd.DataFrame({"level": ["省"]}))
    with pytest.raises(UnknownNameError, match="unknown column"):
        made.apply(pd.DataFrame({"other": ["市"]}))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("corpus", "run", "formula"),
    [
        ("gadarian", "gadarian_K3_X.csv", "~ treatment + s(pid_rep)"),
        ("poliblog5k", "poliblog5k_K20_X.csv.gz", "~ rating + s(day)"),
    ],
)
def test_the_columns_of_r(shared, corpus, run, formula):
    docs = pd.read_csv(shared / f"data/reference/inputs/{corpus}_meta.csv.gz")
    wanted = pd.read_csv(shared / "data/reference/stm" / run).iloc[:, 1:]
    np.testing.assert_allclose(design(docs, formula).matrix, wanted, atol=1e-12)
