"""Kinds of tokens, and which characters are masks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.kinds import MASK, is_mask, is_number, is_punctuation, is_word, kind_of


@pytest.mark.parametrize(
    ("text", "masks"),
    [
        ("X副书记", ["X"]),
        ("区委书记XXX在全区", ["XXX"]),
        ("xx主任和xx书记", ["xx", "xx"]),
        ("以******同志为***的党", ["******", "***"]),
        ("×××同志", ["×××"]),
        ("Ｘ副区长", ["Ｘ"]),
        ("○○镇", ["○○"]),
        ("拍X光片、X射线", []),
        ("XX染色体", []),
        ("拍Ｘ光片", []),
        ("二○○八年", []),
        ("二〇〇八", []),
        ("3×4", []),
        ("BOX", []),
        ("Xi", []),
        ("5x", []),
        ("注*", []),
    ],
)
def test_masks_in_a_text(text: str, masks: list[str]) -> None:
    assert [found.group() for found in MASK.finditer(text)] == masks


@pytest.mark.parametrize(
    ("term", "kind"),
    [
        ("的", "word"),
        ("GDP", "word"),
        ("5G", "word"),
        ("十三五", "word"),
        ("2,024.5", "number"),
        ("３．６", "number"),
        ("50%", "number"),
        ("xx", "mask"),
        ("xX", "mask"),
        ("……", "punctuation"),
        ("——", "punctuation"),
        ("%", "punctuation"),
        ("℃", "symbol"),
        ("\u3000", "space"),
        ("", "space"),
    ],
)
def test_kind_of_a_term(term: str, kind: str) -> None:
    assert kind_of(term) == kind


@given(st.text(min_size=1))
def test_each_term_has_exactly_one_kind(term: str) -> None:
    answers = [is_word(term) and not is_number(term), is_number(term), is_mask(term), is_punctuation(term)]
    assert sum(answers) == (kind_of(term) in ("word", "number", "mask", "punctuation"))


@given(st.text(alphabet="xX×*○ 区委书记A1光染色体", max_size=30))
def test_what_the_pattern_finds_is_a_mask_as_a_term(text: str) -> None:
    assert all(is_mask(found.group()) for found in MASK.finditer(text))
