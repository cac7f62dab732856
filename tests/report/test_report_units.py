"""What is compared: documents or groups, in which order, under which names."""

from __future__ import annotations

import pandas as pd
import pytest

from textkit.corpus import Corpus
from textkit.errors import EmptyError, UnknownNameError
from textkit.report.notes import Note
from textkit.report.settings import Settings
from textkit.report.units import make_labels, make_units


def corpus(**facts: list[object]) -> Corpus:
    return Corpus(["甲", "乙", "丙", ""], pd.DataFrame(facts, index=["a", "b", "c", "d"]))


LENGTHS = {"a": 5, "b": 9, "c": 2, "d": 0}


def test_documents_without_words_take_no_part_and_are_named() -> None:
    units, notes = make_units(corpus(), LENGTHS, Settings())
    assert units.names == ("a", "b", "c")
    assert notes == [Note("empty_documents", {"names": "d"})]
    assert units.longest(2) == ("a", "b")  # the two longest, in their usual order
    assert not units.grouped


def test_groups_are_sorted_as_numbers_and_are_ordered() -> None:
    units, notes = make_units(corpus(year=[2019.0, 2008.0, None, 2019.0]), LENGTHS, Settings(by="year"))
    assert units.names == ("2008", "2019")
    assert units.members == {"2008": ("b",), "2019": ("a",)}
    assert units.lengths == {"2008": 9, "2019": 5}
    assert units.ordered
    assert notes[1] == Note("caution_missing", {"n": 1, "by": "year", "names": "c"})


def test_groups_by_name_have_no_order() -> None:
    units, _ = make_units(corpus(level=["区", "市", "区", "区"]), LENGTHS, Settings(by="level"))
    assert units.members["区"] == ("a", "c")
    assert not units.ordered


def test_values_that_read_the_same_are_one_group() -> None:
    units, _ = make_units(corpus(x=[1, "1", 2, 2]), LENGTHS, Settings(by="x"))
    assert units.members == {"1": ("a", "b"), "2": ("c",)}


def test_a_single_value_is_nothing_to_compare() -> None:
    units, notes = make_units(corpus(x=["k"] * 4), LENGTHS, Settings(by="x"))
    assert len(units) == 1
    assert Note("caution_one_group", {"by": "x"}) in notes


def test_an_unknown_column_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError) as error:
        make_units(corpus(year=[1, 2, 3, 4]), LENGTHS, Settings(by="yaer"))
    assert str(error.value) == "unknown column (by) 'yaer'; did you mean 'year'? Available: 'doc', 'year'."


def test_a_column_without_values() -> None:
    with pytest.raises(EmptyError) as error:
        make_units(corpus(x=[None] * 4), LENGTHS, Settings(by="x"))
    assert str(error.value) == "no document has a value in the column 'x' (by). Compare by another column."


def test_labels_by_language_are_found_and_made_distinct() -> None:
    docs = corpus(label_zh=["会", "会", None, "丁"], label_en=["A", "B", "C", "D"]).docs
    assert make_labels(docs, Settings(lang="zh")) == {"a": "会 (a)", "b": "会 (b)", "c": "c", "d": "丁"}
    assert make_labels(docs, Settings(lang="en"))["a"] == "A"
    assert make_labels(docs, Settings(lang="en", label="label_zh"))["d"] == "丁"
    with pytest.raises(UnknownNameError, match=r"unknown column \(label\) 'name'"):
        make_labels(docs, Settings(label="name"))
