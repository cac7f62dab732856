"""agreement, agreement_categories, confusion: tables in, coefficients out, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.measures import agreement as formulas
from textkit.stats.agreement import (
    CATEGORY_COLUMNS,
    COLUMNS,
    CONFUSION_COLUMNS,
    MEASURES,
    agreement,
    agreement_categories,
    confusion,
)

# Cohen's example of 50 proposals: both yes 20, first only 5, second only 10, both no 15
PROPOSALS = pd.DataFrame(
    {"甲": ["yes"] * 25 + ["no"] * 25, "乙": ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15}
)
N = None
# Krippendorff (2011), section D: four observers, twelve units, with gaps
FOUR = pd.DataFrame(
    {
        "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
        "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
        "C": [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
        "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
    }
)


def value(table: pd.DataFrame, name: str, column: str = "value") -> float:
    return float(table.set_index("coefficient").loc[name, column])


def long(wide: pd.DataFrame) -> pd.DataFrame:
    rows = [(unit, coder, wide.loc[unit, coder]) for coder in wide for unit in wide.index]
    return pd.DataFrame(rows, columns=["unit", "coder", "value"]).dropna(ignore_index=True)


class TestNumbers:
    def test_two_coders(self) -> None:
        table = agreement(PROPOSALS, measure="all", ci=None)
        assert list(table.columns) == COLUMNS
        assert table["coefficient"].tolist() == ["percent", "krippendorff", "cohen", "scott", "fleiss", "gwet"]
        assert value(table, "percent") == pytest.approx(0.7)
        assert value(table, "cohen") == pytest.approx(0.4)
        assert value(table, "cohen", "se") == pytest.approx(0.126996062931)
        assert value(table, "scott") == value(table, "fleiss") == pytest.approx(0.195 / 0.495)
        assert value(table, "gwet") == pytest.approx((0.7 - 0.495) / 0.505)
        # alpha = 1 - (1 - pi)(n - 1) / n with n = 100 values
        assert value(table, "krippendorff") == pytest.approx(1 - (1 - 0.195 / 0.495) * 99 / 100)
        assert np.isnan(value(table, "krippendorff", "se"))
        assert table[["ci_low", "ci_high"]].isna().all(axis=None)
        assert (table[["n_units", "n_pairable", "n_coders"]] == [50, 100, 2]).all(axis=None)

    @pytest.mark.parametrize(
        ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
    )
    def test_krippendorffs_example(self, level: str, published: float) -> None:
        table = agreement(FOUR, level=level)
        assert value(table, "krippendorff") == pytest.approx(published, abs=5e-4)
        row = table.iloc[1]
        assert (row["n_units"], row["n_pairable"], row["n_coders"]) == (11, 40, 4)
        assert row["ci_low"] < row["value"] < row["ci_high"]
        assert 0 < row["se"] < 0.3

    def test_strings_with_an_order(self) -> None:
        names = {1: "低", 2: "较低", 3: "中", 4: "较高", 5: "高"}
        words = FOUR.map(lambda v: names.get(v))
        order = list(names.values())
        for level in ("nominal", "ordinal"):
            expected = value(agreement(FOUR, level=level, ci=None), "krippendorff")
            got = value(agreement(words, level=level, ci=None, categories=order), "krippendorff")
            assert got == pytest.approx(expected)
            as_categories = words.astype(pd.CategoricalDtype(order, ordered=True))
            assert value(agreement(as_categories, level=level, ci=None), "krippendorff") == pytest.approx(expected)
        kappa = agreement(words[["A", "B"]], measure=["cohen_linear", "cohen_quadratic"], categories=order, ci=None)
        plain = agreement(
            FOUR[["A", "B"]], measure=["cohen_linear", "cohen_quadratic"], categories=[1, 2, 3, 4, 5], ci=None
        )
        assert kappa["value"].tolist() == plain["value"].tolist()

    def test_categories_that_nobody_used_matter_to_gwet_alone(self) -> None:
        some = agreement(PROPOSALS, measure="all", ci=None).set_index("coefficient")["value"]
        more = agreement(PROPOSALS, measure="all", ci=None, categories=["yes", "no", "unclear"])
        more = more.set_index("coefficient")["value"]
        assert (some - more).abs().gt(1e-12).to_dict() == {name: name == "gwet" for name in some.index}

    def test_long_and_wide_are_the_same(self) -> None:
        wide = agreement(FOUR, measure="all", level="ordinal", ci=None)
        pd.testing.assert_frame_equal(agreement(long(FOUR), measure="all", level="ordinal", ci=None), wide)
        shuffled = long(FOUR).sample(frac=1, random_state=1)
        pd.testing.assert_frame_equal(agreement(shuffled, measure="all", level="ordinal", ci=None), wide)
        truth = PROPOSALS == "yes"
        got = agreement(truth, measure="all", ci=None)
        assert got["value"].tolist() == pytest.approx(agreement(PROPOSALS, measure="all", ci=None)["value"].tolist())

    def test_bootstrap_against_a_plain_loop(self) -> None:
        rng, drawn = np.random.default_rng(5), []
        counts = np.column_stack([(PROPOSALS == "no").sum(axis=1), (PROPOSALS == "yes").sum(axis=1)])
        for _ in range(300):
            chosen = counts[rng.integers(0, 50, 50)]
            drawn.append(formulas.krippendorff_alpha(chosen, [0, 1])[0])
        row = agreement(PROPOSALS, n_replicates=300, random_state=5).iloc[1]
        assert [row["ci_low"], row["ci_high"]] == pytest.approx(np.quantile(drawn, [0.025, 0.975]).tolist())
        assert row["se"] == pytest.approx(np.std(drawn, ddof=1))

    def test_intervals(self) -> None:
        normal = agreement(PROPOSALS, measure="cohen", ci="normal").iloc[1]
        assert normal["ci_low"] == pytest.approx(0.4 - 1.959963984540054 * 0.126996062931)
        pairs = agreement(PROPOSALS, measure=["krippendorff", "cohen"], ci="bootstrap_pairs")
        assert pairs["ci_low"].isna().tolist() == [True, False, True]
        assert pairs.iloc[1]["ci_low"] < pairs.iloc[1]["value"] < pairs.iloc[1]["ci_high"]
        both = agreement(PROPOSALS, measure="all", n_replicates=500)
        assert ((both["ci_low"] < both["value"]) & (both["value"] < both["ci_high"])).all()
        assert both.iloc[0]["ci_high"] < agreement(PROPOSALS, confidence=0.99, n_replicates=500).iloc[0]["ci_high"]
        pd.testing.assert_frame_equal(both, agreement(PROPOSALS, measure="all", n_replicates=500))

    def test_the_block_does_not_matter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from textkit.stats import agreement as module

        whole = agreement(PROPOSALS, measure="all", n_replicates=50)
        real = module.resamples
        monkeypatch.setattr(module, "resamples", lambda n, r, rng, block: real(n, r, rng, block=7))
        pd.testing.assert_frame_equal(agreement(PROPOSALS, measure="all", n_replicates=50), whole)


class TestCategories:
    def test_by_hand(self) -> None:
        table = agreement_categories(PROPOSALS, n_replicates=200)
        assert list(table.columns) == CATEGORY_COLUMNS
        # no: 40 + 15... values: yes 25 + 30, no 25 + 20; both yes 20 units, both no 15
        assert table["category"].tolist() == ["no", "yes"]
        assert table["count"].tolist() == [45, 55]
        assert table["share"].tolist() == [0.45, 0.55]
        assert table["agreement"].tolist() == pytest.approx([30 / 45, 40 / 55])
        assert table["expected"].tolist() == pytest.approx([44 / 99, 54 / 99])
        alpha = value(agreement(PROPOSALS, ci=None), "krippendorff")
        assert table["alpha"].tolist() == pytest.approx([alpha, alpha])  # of two categories each is the other's rest
        assert (table["ci_low"] < alpha).all() and (alpha < table["ci_high"]).all()
        assert agreement_categories(PROPOSALS, ci=None)["ci_low"].isna().all()

    def test_unused(self) -> None:
        table = agreement_categories(PROPOSALS, categories=["no", "?", "yes"], n_replicates=20)
        assert table["category"].tolist() == ["no", "?", "yes"]
        assert table.iloc[1][["agreement", "expected", "alpha", "ci_low"]].isna().all()


class TestConfusion:
    def test_two_coders(self) -> None:
        named = PROPOSALS.set_axis([f"p{i}" for i in range(1, 51)])
        table = confusion(named)
        assert list(table.columns) == CONFUSION_COLUMNS
        assert table[["value_a", "value_b", "agree", "count", "share"]].values.tolist() == [
            ["no", "yes", False, 10, 0.2],
            ["yes", "no", False, 5, 0.1],
            ["yes", "yes", True, 20, 0.4],
            ["no", "no", True, 15, 0.3],
        ]
        assert table["units"][0] == "p26; p27; p28; p29; p30"
        assert len(confusion(named, n=2)) == 2

    def test_pairs_of_coders_with_gaps(self) -> None:
        table = confusion(FOUR)
        pairs = table[["coder_a", "coder_b"]].drop_duplicates().values.tolist()
        assert sorted(pairs) == [["A", "B"], ["A", "C"], ["A", "D"], ["B", "C"], ["B", "D"], ["C", "D"]]
        assert table["agree"].is_monotonic_increasing  # disagreements first
        first = table[(table["coder_a"] == "A") & (table["coder_b"] == "B") & ~table["agree"]]
        assert first[["value_a", "value_b", "count", "units"]].values.tolist() == [[1, 2, 1, "5"]]
        assert table.groupby(["coder_a", "coder_b"])["share"].sum().tolist() == pytest.approx([1.0] * 6)
        together = FOUR.notna().astype(int)
        assert table["count"].sum() == np.triu(together.T @ together, 1).sum()


class TestMessages:
    def test_measures_for_two(self) -> None:
        with pytest.raises(ArgumentError) as caught:
            agreement(FOUR, measure="cohen")
        assert str(caught.value) == (
            "measure='cohen' is defined for two coders, but codings has 4. Use 'krippendorff', 'fleiss' or 'gwet', or "
            "give the columns of two coders."
        )
        with pytest.raises(UnknownNameError, match="unknown measure 'krippendorf'; did you mean 'krippendorff'?"):
            agreement(FOUR, measure="krippendorf")

    @pytest.mark.parametrize(
        ("table", "message"),
        [
            (PROPOSALS[["甲"]], "codings has 1 coder; agreement needs two or more. Give a long table with the columns"),
            (
                long(FOUR)[["unit", "value"]],
                (
                    "codings has 'unit', 'value' but lacks 'coder'. Give a long table with the columns unit, coder, "
                    "value, or one with a row for each unit and a column a coder. A wide table has its units in the "
                    'index: codings.set_index("unit").'
                ),
            ),
            (
                pd.concat([long(FOUR), long(FOUR).iloc[:1]]),
                (
                    "coder 'A' has more than one value for unit 0. Keep one row for each unit and coder; a unit coded "
                    "twice by the same person is a second coder (such as '甲 (2nd time)')."
                ),
            ),
            (
                pd.DataFrame({"unit": [1, None], "coder": ["a", "b"], "value": [1, 1]}),
                "codings has 1 rows without a unit. Fill it in, or drop them.",
            ),
            (
                PROPOSALS.set_axis([0] * 50),
                "codings must have one row a unit and one column a coder, but the unit 0 occurs more than once.",
            ),
            (
                PROPOSALS.set_axis(["甲", "甲"], axis=1),
                "codings must have one row a unit and one column a coder, but the coder '甲' occurs more than once.",
            ),
            (
                pd.DataFrame({"a": [1, "x"], "b": [1, 2]}),
                (
                    "the values must be all numbers or all strings, got int, str. Convert them first, for example with "
                    "codings.astype(str)."
                ),
            ),
            (
                pd.DataFrame({"a": [1, np.inf], "b": [1, 2]}),
                "the values must be finite; infinity is no category. Write NaN where a value is missing.",
            ),
        ],
    )
    def test_tables(self, table: pd.DataFrame, message: str) -> None:
        with pytest.raises(ArgumentError) as caught:
            agreement(table)
        assert str(caught.value).startswith(message)

    def test_levels(self) -> None:
        with pytest.raises(ArgumentError) as caught:
            agreement(PROPOSALS, level="interval")
        assert str(caught.value) == (
            "level='interval' needs numbers, but the values are strings such as 'no'. Use level='ordinal' with "
            "categories=[...] in their order, or level='nominal'."
        )
        with pytest.raises(
            ArgumentError, match=r"level='ordinal' needs the order of the categories 'no', 'yes'. Give it"
        ):
            agreement(PROPOSALS, level="ordinal")
        with pytest.raises(ArgumentError, match="a weighted kappa needs the order of the categories 'no', 'yes'."):
            agreement(PROPOSALS, measure="cohen_linear")
        with pytest.raises(ArgumentError, match="level='ratio' needs values from 0 up, with a true zero."):
            agreement(-FOUR, level="ratio")
        with pytest.raises(UnknownNameError, match="unknown value 'yes'.*Available: 'no'. Add it to categories"):
            agreement(PROPOSALS, categories=["no"])
        with pytest.raises(ArgumentError, match="categories must be distinct"):
            agreement(PROPOSALS, categories=["no", "no"])
        with pytest.raises(ArgumentError, match="codings must be a DataFrame, got a list. Give a long table"):
            agreement([[1, 2]])  # type: ignore[arg-type]

    def test_nothing_coded_twice(self) -> None:
        alone = pd.DataFrame({"a": ["x", None], "b": [None, "y"]})
        message = (
            "no unit has values of two coders, so agreement cannot be measured. Let two coders code the same units."
        )
        for function in (agreement, agreement_categories):
            with pytest.raises(EmptyError) as caught:
                function(alone)
            assert str(caught.value) == message
        assert list(confusion(alone).columns) == CONFUSION_COLUMNS
        with pytest.raises(EmptyError):
            agreement(pd.DataFrame({"a": [], "b": []}))

    def test_all_equal_is_nan_and_not_one(self) -> None:
        same = pd.DataFrame({"a": ["x"] * 12, "b": ["x"] * 12})
        with pytest.warns(TextkitWarning) as caught:
            table = agreement(same, measure="all")
        assert str(caught[0].message) == (
            "all values are equal: there is nothing to agree about, and no coefficient corrected for chance exists "
            "(NaN). Code units that differ."
        )
        assert table["value"].isna().tolist() == [False] + [True] * (len(table) - 1)
        assert table["value"][0] == 1
        assert table.iloc[1:][["se", "ci_low", "ci_high"]].isna().all(axis=None)

    def test_few_units(self) -> None:
        with pytest.warns(TextkitWarning) as caught:
            agreement(PROPOSALS.iloc[[0, 1, 30, 40, 49]])
        assert str(caught[0].message) == (
            "5 units with two values are too few for an interval to be believed: with so few it is too short and "
            "misses the truth more often than it says. Code more units twice."
        )

    def test_values_that_look_alike(self) -> None:
        odd = PROPOSALS.replace({"甲": {"yes": "Yes "}})
        with pytest.warns(TextkitWarning) as caught:
            agreement(odd, ci=None)
        assert str(caught[0].message) == (
            "the values 'Yes ' and 'yes' differ only in blanks or case; they count as different."
        )


def test_provenance() -> None:
    table = agreement(PROPOSALS, ci=None)
    about = table.attrs["textkit"]
    assert about["settings"]["measure"] == ["percent", "krippendorff"]
    assert about["settings"]["categories"] == ["no", "yes"]
    assert about["inputs"]["codings"] == agreement_categories(PROPOSALS, ci=None).attrs["textkit"]["inputs"]["codings"]
    assert about["inputs"] != agreement(PROPOSALS.iloc[::-1], ci=None).attrs["textkit"]["inputs"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=3, max_size=12),
    st.permutations(["x", "y", "z"]),
    st.randoms(use_true_random=False),
)
def test_names_and_order_of_units_do_not_matter(pairs: list, names: list[str], random: object) -> None:
    wide = pd.DataFrame(pairs, columns=["a", "b"])
    if wide.stack().nunique() < 2:
        return
    renamed = wide.map(lambda v: names[v - 1])
    order = list(range(len(wide)))
    random.shuffle(order)  # type: ignore[attr-defined]
    expected = agreement(wide, measure="all", ci=None)
    for other in (renamed, wide.iloc[order], wide[["b", "a"]]):
        got = agreement(other, measure="all", ci=None)
        assert got["value"].tolist() == pytest.approx(expected["value"].tolist(), nan_ok=True, abs=1e-9)
        assert got["se"].tolist() == pytest.approx(expected["se"].tolist(), nan_ok=True, abs=1e-9)
    assert set(expected["coefficient"]) < set(MEASURES)
