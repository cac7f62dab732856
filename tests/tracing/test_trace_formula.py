"""Formulas: worked out, filled with numbers, and written so that they can only be read in one way."""

from __future__ import annotations

import math
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

from textkit.tracing.formula import (
    Absolute,
    Apply,
    Choose,
    Counted,
    Formula,
    Literal,
    Minus,
    Relation,
    Such,
    Symbol,
    Tail,
    Total,
    exact,
    formula,
    largest,
    log,
    log_share,
    root,
    sgn,
    smallest,
)
from textkit.tracing.latex import latex, words
from textkit.tracing.mathml import mathml
from textkit.tracing.plain import plain
from textkit.tracing.two_by_two import hypergeometric
from textkit.tracing.wording import numeral, shown
from textkit.tracing.worked import filled, worked

A, B = Symbol("a"), Symbol("b")
VALUES = {A: Decimal(8), B: Decimal(2)}


def number(part: Formula) -> float:
    return float(worked(part, VALUES))


def test_values_by_hand():
    assert number(A / B - 1) == 3.0
    assert number(2 * (A + B) ** 2) == 200.0
    assert number(root(A * B)) == 4.0
    assert number(log(A, 2)) == pytest.approx(3.0, abs=1e-30)
    assert number(1 - A) == -7.0
    assert number(1 / B) == 0.5
    assert number(-A) == -8.0
    assert number(largest(A, B, 9)) == 9.0
    assert number(smallest(A, B)) == 2.0
    assert [number(sgn(B - A)), number(sgn(A - A)), number(sgn(A))] == [-1.0, 0.0, 1.0]
    assert number(Absolute(B - A)) == 6.0
    assert number(Choose(A, B)) == 28.0  # 8 * 7 / 2
    assert number(Choose(B, A)) == 0.0
    assert number(Apply("exp", (formula(0),))) == 1.0
    assert number((A - A) ** 0) == 1.0


def test_sums_and_products_run_over_rows():
    f = Symbol("f", "i")
    assert number(Total("i", f**2, {f: [1, 2, 3]})) == 14.0
    assert number(Total("i", f * A, {f: [1, 2, 3]}, product=True)) == 6 * 8**3
    assert number(Total("i", formula(f), {f: []})) == 0.0


def test_nothing_is_invented():
    zero = formula(0)
    assert math.isinf(number(A / zero))
    assert math.isnan(number(zero / zero))
    assert math.isnan(number(log(-A)))
    assert math.isnan(number(root(-A)))
    assert number(log(zero)) == -math.inf
    assert number(log_share(0, zero / A)) == 0.0  # 0 ln 0 counts as 0
    assert math.isnan(number(largest(zero / zero, 1)))


def test_tails_are_those_of_the_measures():
    assert number(Tail("chi2", formula(3.841458820694124))) == pytest.approx(0.05)
    assert number(Tail("chi2", formula(9.487729036781154), formula(4))) == pytest.approx(0.05)
    assert number(Tail("normal", formula(-1.959963984540054))) == pytest.approx(0.05)
    assert number(Tail("student", formula(2.2281388519649385), formula(10))) == pytest.approx(0.05)


def test_numbers_are_put_in_and_long_sums_cut():
    f = Symbol("f", "i")
    total = Total("i", f * A, {f: [1, 2, 3, 4]})
    assert plain(total) == "Σ_i fᵢ·a".replace("fᵢ", "fᵢ")
    assert plain(filled(total, VALUES)) == "1 × 8 + 2 × 8 + 3 × 8 + ⋯"
    assert plain(filled(Total("i", formula(f), {f: [5]}), VALUES)) == "5"
    assert plain(filled(Total("i", formula(f), {f: []}), VALUES)) == "0"
    assert plain(filled(A + Symbol("x"), VALUES)) == "8 + x"


def test_what_was_solved_shows_its_equation():
    z = Relation(Symbol("z"), "=", A)
    part = Counted(Such(Symbol("rho"), z), Decimal(3))
    assert number(part) == 3.0
    assert plain(part) == "{ρ : z = a}"
    assert plain(filled(part, VALUES)) == "{ρ : z = 8}"
    assert latex(part) == r"\left\{\rho : z = a\right\}"


@pytest.mark.parametrize(
    ("part", "text", "tex"),
    [
        (A / B / 2, "(a / b) / 2", r"\frac{\frac{a}{b}}{2}"),
        (A / (B / 2), "a / (b / 2)", r"\frac{a}{\frac{b}{2}}"),
        (A * (B + 1), "a·(b + 1)", r"a\,\left(b + 1\right)"),
        ((A / B) * 2, "(a / b)·2", r"\frac{a}{b}\,2"),
        (A - (B - 1), "a − (b − 1)", r"a - \left(b - 1\right)"),
        ((A + B) ** 2, "(a + b)²", r"\left(a + b\right)^{2}"),
        (formula(-2) ** 2, "(−2)²", r"\left(-2\right)^{2}"),
        (3 - formula(-2), "3 − (−2)", r"3 - \left(-2\right)"),
        (root(A / B), "√(a / b)", r"\sqrt{\frac{a}{b}}"),
        (log(A, 2), "log₂(a)", r"\log_{2}\left(a\right)"),
        (Symbol("G", above="2"), "G²", "G^{2}"),
        (Symbol("E", "11"), "E₁₁", "E_{11}"),
        (Symbol("ci", "low"), "ci_low", r"\mathrm{ci}_{\mathrm{low}}"),
        (Symbol("alpha", "w"), "α_w", r"\alpha_{w}"),
        (formula(1.5e-60), "1.5×10⁻⁶⁰", r"1.5\times 10^{-60}"),
        (formula(31556), "31,556", "31{,}556"),
        (Minus(A + B), "−(a + b)", r"-\left(a + b\right)"),
        (Choose(A, B), "C(a, b)", r"\binom{a}{b}"),
        (Tail("student", A, B - 2), "2·P(T(b − 2) ≥ |a|)", r"2\,P\left(T_{b - 2} \ge \left|a\right|\right)"),
    ],
)
def test_writing(part, text, tex):
    assert plain(part) == text
    assert latex(part) == tex
    assert mathml(part).count("<m") == mathml(part).count("</m")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (7.0, "7"), (1 / 3, "0.333333"), (-2.5, "−2.5"), (1234567.0, "1,234,567"), (12345.678, "12,345.7"),
        (1e-5, "1×10⁻⁵"), (0.00012, "0.00012"), (2.5e12 + 0.5, "2.5×10¹²"), (math.nan, "NaN"), (-math.inf, "−∞"),
        (None, ""), ("字", "字"),
    ],
)  # fmt: skip
def test_numbers_as_they_are_shown(value, text):
    assert shown(value) == text


def test_rounded_numbers_are_known_to_be_rounded():
    assert numeral(Decimal("0.5")).exact
    assert not numeral(Decimal(2) / 3).exact
    assert numeral(exact(0.1)).exact  # a double that means 0.1


def test_hypergeometric_probabilities_are_those_of_factorials():
    for a, b, c, n in ((3, 1, 4, 8), (0, 5, 3, 20), (7, 2, 9, 30), (5, 0, 5, 5)):
        found = hypergeometric(a, b, c, n)
        marked = a + b
        for k, p in zip(found.k, found.probability, strict=True):
            wanted = math.comb(marked, k) * math.comb(n - marked, c - k) / math.comb(n, c)
            assert float(p) == pytest.approx(wanted, rel=1e-12)
        assert sum(found.probability) == pytest.approx(Decimal(1))


# ---------------------------------------------------------------------------------------------------------------
# Any formula, written in plain text and read back as Python, has the same value: brackets are where they must be


LEAVES = st.integers(-9, 9).map(formula) | st.sampled_from([A, B]) | st.sampled_from([0.25, -1.5, 1e-7]).map(formula)


def larger(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    two = st.tuples(inner, inner)
    rows = st.lists(st.integers(-3, 3), min_size=0, max_size=3)
    x = Symbol("x", "i")
    return st.one_of(
        two.map(lambda pair: pair[0] + pair[1]),
        two.map(lambda pair: pair[0] - pair[1]),
        two.map(lambda pair: pair[0] * pair[1]),
        two.map(lambda pair: pair[0] / pair[1]),
        inner.map(lambda part: part**2),
        inner.map(lambda part: -part),
        inner.map(lambda part: root(Absolute(part))),
        two.map(lambda pair: largest(*pair)),
        st.tuples(inner, rows).map(lambda pair: Total("i", pair[0] + x, {x: pair[1]})),
        st.tuples(inner, rows).map(lambda pair: Total("i", pair[0] * x, {x: pair[1]}, product=True)),
    )


FORMULAS = st.recursive(LEAVES, larger, max_leaves=8)


def read(text: str) -> float:
    """Evaluate plain text as Python would, decimals kept exact."""
    python = text.translate(str.maketrans({"−": "-", "×": "*", "·": "*", ",": ","}))
    python = re.sub(r"\*10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda hit: f"*10.0**({hit[1].translate(DOWN)})", python)
    python = re.sub(r"([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda hit: f"**{hit[1].translate(DOWN)}", python)
    python = re.sub(r"\|([^|]*)\|", r"abs(\1)", python).replace("√", "math.sqrt")
    return float(eval(python, {"math": math, "max": max, "abs": abs, "a": 8, "b": 2}))


DOWN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@given(FORMULAS)
def test_plain_text_can_be_read_in_one_way_only(part):
    value = float(worked(part, VALUES))
    text = plain(filled(part, VALUES))
    if not math.isfinite(value) or text.count("|") > 2:
        return
    try:
        found = read(text)
    except (ZeroDivisionError, OverflowError):
        return
    assert found == pytest.approx(value, rel=1e-4, abs=1e-6)


@given(FORMULAS)
def test_latex_and_mathml_are_well_formed(part):
    for shown_part in (part, filled(part, VALUES)):
        text = latex(shown_part)
        assert text.count("{") == text.count("}")
        assert text.count(r"\left") == text.count(r"\right")
        markup = mathml(shown_part)
        depth = 0
        for closing in re.findall(r"<(/?)m\w+[^>]*>", markup):
            depth += -1 if closing else 1
            assert depth >= 0
        assert depth == 0


PARSER = MathTextParser("path")


@pytest.mark.parametrize(
    "part",
    [
        2 * (A * log(A / B) + B * log(B / A)), root(A) / log(2), Total("i", (Symbol("f", "i") - A) ** 2, {}),
        largest(A / B, 0), Absolute(A - B), sgn(A), formula(1.5e-60), Symbol("DeltaP"), Symbol("chi", above="2"),
        Such(Symbol("rho"), Relation(Symbol("z"), "=", -A)), Symbol("V", "r", "'"),
    ],
)  # fmt: skip
def test_latex_is_read_by_another_program(part):
    """Matplotlib reads a part of LaTeX's math and refuses what it cannot."""
    PARSER.parse(f"${latex(part)}$")


def test_words_in_latex():
    assert words(r"50% of {x_1} $a$ \ & # ~ ^") == (
        r"50\% of \{x\_1\} \$a\$ \textbackslash{} \& \# \textasciitilde{} \textasciicircum{}"
    )
    assert words("<script>\n\x00") == r"\textless{}script\textgreater{}  "


def test_literals_stay_as_they_are():
    assert filled(Literal(Decimal(3)), VALUES) == Literal(Decimal(3))
    with pytest.raises(TypeError, match="no plain text"):
        plain(Formula())
    with pytest.raises(TypeError, match="no LaTeX"):
        latex(Formula())
    with pytest.raises(TypeError, match="no MathML"):
        mathml(Formula())
    with pytest.raises(TypeError, match="has no value"):
        worked(Formula(), {})
