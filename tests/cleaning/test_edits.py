"""Edits and rules: applying, checking, naming what is wrong."""

from __future__ import annotations

import pytest

from textkit.cleaning.edits import Edit, Rule, apply, checked
from textkit.errors import ArgumentError


def test_edits_are_applied_in_order() -> None:
    assert apply("abcdef", [Edit(0, 1), Edit(2, 2, "X"), Edit(3, 5, "yz!")]) == "bXcyz!f"
    assert apply("甲乙", []) == "甲乙"


def test_edits_that_change_nothing_are_dropped() -> None:
    assert checked([Edit(0, 1, "甲"), Edit(1, 1, ""), Edit(1, 2, "丙")], "甲乙", "r") == [Edit(1, 2, "丙")]


@pytest.mark.parametrize(
    ("edits", "shown"),
    [([Edit(0, 3)], "(0, 3, '')"), ([Edit(0, 2), Edit(1, 2, "x")], "(1, 2, 'x')"), ([Edit(1, 0)], "(1, 0, '')")],
)
def test_edits_that_overlap_or_leave_the_text_are_an_error(edits: list[Edit], shown: str) -> None:
    rule = Rule("mine", "", lambda text: edits)
    with pytest.raises(ArgumentError) as caught:
        rule.edits("甲乙")
    assert str(caught.value) == (
        f"the rule 'mine' gave the edit {shown}, which overlaps the one before or leaves the text of 2 characters. "
        "Return edits in order, inside the text."
    )


def test_a_rule_needs_a_name_and_a_function() -> None:
    with pytest.raises(ArgumentError, match=r"^name of a rule must be a non-empty str, got ''\.$"):
        Rule("", "", lambda text: [])
    with pytest.raises(ArgumentError, match=r"^find of the rule 'x' must be a function from a text to edits, got 3\.$"):
        Rule("x", "", 3)  # type: ignore[arg-type]


def test_the_repr_of_a_rule_names_no_address() -> None:
    assert repr(Rule("mine", "what it does", len)) == "Rule(name='mine', description='what it does')"  # type: ignore[arg-type]
