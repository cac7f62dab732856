"""The wording of messages is part of the interface."""

from __future__ import annotations

import math

import pytest

from textkit import errors
from textkit.errors import (
    ArgumentError,
    TextkitError,
    UnknownNameError,
    check_choice,
    check_columns,
    check_float,
    check_int,
)


@pytest.mark.parametrize(
    ("value", "bounds", "message"),
    [
        (2.0, {}, "n must be a whole number, got 2.0."),
        (True, {}, "n must be a whole number, got True."),
        ("3", {"minimum": 1}, "n must be a whole number of at least 1, got '3'."),
        (9, {"maximum": 5}, "n must be a whole number of at most 5, got 9."),
        (9, {"minimum": 1, "maximum": 5}, "n must be a whole number from 1 to 5, got 9."),
    ],
)
def test_whole_numbers(value: object, bounds: dict[str, int], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        check_int("n", value, **bounds)  # type: ignore[arg-type]
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("value", "bounds", "message"),
    [
        (math.nan, {}, "alpha must be a finite number, got nan."),
        ("x", {"minimum": 0}, "alpha must be a finite number of at least 0, got 'x'."),
        (0, {"minimum": 0, "open_minimum": True}, "alpha must be a finite number above 0, got 0."),
        (
            2,
            {"minimum": 0, "maximum": 1},
            "alpha must be a finite number of at least 0 and at most 1, got 2.",
        ),
        (2, {"maximum": 1}, "alpha must be a finite number of at most 1, got 2."),
        (True, {}, "alpha must be a finite number, got True."),
    ],
)
def test_numbers(value: object, bounds: dict[str, float], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        check_float("alpha", value, **bounds)  # type: ignore[arg-type]
    assert str(caught.value) == message


def test_names() -> None:
    with pytest.raises(UnknownNameError) as caught:
        check_choice("measure", "g3", ["g2", "chi2"])
    assert str(caught.value) == "unknown measure 'g3'; did you mean 'g2'? Available: 'g2', 'chi2'."
    assert str(errors.unknown("column", "x", [])) == "unknown column 'x'. There are none."
    assert check_choice("measure", "g2", ["g2"]) == "g2"


def test_columns() -> None:
    with pytest.raises(ArgumentError) as caught:
        check_columns("table", [1], ["term"], made_by="keyness(dtm, target)")
    assert str(caught.value) == (
        "table lacks the columns 'term'; it has no columns (a list). Make the table with keyness(dtm, target)."
    )


def test_the_family() -> None:
    family = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, Exception)]
    assert {e.__name__ for e in family if not issubclass(e, TextkitError)} == {"TextkitWarning"}
    assert issubclass(UnknownNameError, KeyError)
    assert issubclass(ArgumentError, ValueError)
