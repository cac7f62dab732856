"""Characters: line ends, control, invisible and private-use characters, Unicode forms, radicals."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.cleaning.characters import (
    CONTROL_CHARACTERS,
    INVISIBLE_CHARACTERS,
    LINE_ENDS,
    PRIVATE_USE,
    unknown_private_use,
)
from textkit.cleaning.unicode_forms import _UNSETTLED, RADICALS, UNICODE_NFC


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("一\r\n二\r三\n四", "一\n二\n三\n四"),
        ("一\r\r\n二", "一\n\n二"),  # CR, then CRLF
        ("一\x85二\u2028三\u2029四\x0b五", "一\n二\n三\n四\n五"),
        ("一\n\x0c二\x0c三", "一\n二\n三"),  # a form feed beside a line end adds no blank line
    ],
)
def test_line_ends(raw: str, clean: str) -> None:
    assert LINE_ENDS.apply(raw) == clean


def test_control_characters() -> None:
    assert CONTROL_CHARACTERS.apply("信\x00\x00访\x07\x7f\x9f\ufffc\ufdd0\uffff") == "信访"
    assert CONTROL_CHARACTERS.apply("信\t访\n") == "信\t访\n"  # tabs and line feeds are text
    assert (
        CONTROL_CHARACTERS.apply("信\ufffd访") == "信\ufffd访"
    )  # a replacement character says that something was lost


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("信\u200b访\ufeff维\u00ad稳\u2060", "信访维稳"),
        ("\u202b信访\u202c\u200e\u2067", "信访"),
        ("信\u200d访\u200c", "信访"),  # joiners beside Han join nothing
        ("葛\U000e0100城", "葛城"),  # a variant of a character counts as the character
        ("一、回顾\n\u200b\n今年以来", "一、回顾\n\n今年以来"),
        ("\ufeff\n信访", "\n信访"),
        ("👨\u200d👩\u200d👧 ❤\ufe0f", "👨\u200d👩\u200d👧 ❤\ufe0f"),  # emoji stay whole
        ("می\u200cخواهم", "می\u200cخواهم"),  # Persian needs its joiner
    ],
)
def test_invisible_characters(raw: str, clean: str) -> None:
    assert INVISIBLE_CHARACTERS.apply(raw) == clean


def test_a_line_of_nothing_visible_in_the_middle_of_a_sentence() -> None:
    above = "在财政收支压力加大情况下，民生投入继续增加，一般公共预算支出占国内生产总值比例继"
    assert INVISIBLE_CHARACTERS.apply(f"{above}\n\u200b\n续超过百分之四。") == f"{above}续超过百分之四。"
    assert INVISIBLE_CHARACTERS.apply(f"{above}\n\u200b\n二、任务") == f"{above}\n\n二、任务"


def test_private_use() -> None:
    assert PRIVATE_USE.apply("任务\ue5e5\ue0c6，\uf0b7信访") == "任务，信访"
    # GB 18030-2000 gave FE56 (old GBK: U+E81B) the code U+3447; later standards gave U+E864 the code U+9FBB
    assert PRIVATE_USE.apply("\ue81b\ue864") == "\u3447\u9fbb"
    assert bytes.fromhex("fe56").decode("gb18030") == "\u3447"
    assert unknown_private_use("\ue5e5\ue81b\uf0b7信") == "\ue5e5"  # U+F0B7 is a bullet of a symbol font


def test_nfc_by_hand() -> None:
    assert UNICODE_NFC.apply("e\u0301te\u0301 信访") == "été 信访"
    assert [edit.start for edit in UNICODE_NFC.edits("e\u0301te\u0301")] == [0, 3]
    assert UNICODE_NFC.apply("\uf90a融，\uf9e4论") == "金融，理论"
    assert UNICODE_NFC.apply("\u1112\u1161\u11ab") == "한"
    assert UNICODE_NFC.edits("信访") == []


@given(st.text(max_size=60))
def test_nfc_as_the_standard_library_does_it(text: str) -> None:
    assert UNICODE_NFC.apply(text) == unicodedata.normalize("NFC", text)


def test_every_character_that_nfc_may_touch_is_looked_at() -> None:
    for code in range(0x80, sys.maxunicode + 1):
        if 0xD800 <= code < 0xE000:
            continue
        char = chr(code)
        attaches = unicodedata.combining(char) or unicodedata.category(char) == "Mc"
        if attaches or unicodedata.normalize("NFC", char) != char:
            assert _UNSETTLED.fullmatch(char), f"U+{code:04X}"


def test_radicals() -> None:
    assert RADICALS.apply("⼀、⼯作，⼈⺠，⻓⻩⻢⻋⻔⻬⻮⻰⻳") == "一、工作，人民，长黄马车门齐齿龙龟"
    assert RADICALS.apply("一、工作") == "一、工作"
    found = RADICALS.apply("".join(map(chr, range(0x2F00, 0x2FD6))))
    assert len(found) == 214 and all("\u4e00" <= char <= "\u9fff" for char in found)


def test_radicals_agree_with_their_unicode_names() -> None:
    # 29 radicals of the supplement are named as simplified forms; each stands for a simplified character that
    # GB 2312 can write, which a slip in the table would hardly do.
    names = {chr(code): unicodedata.name(chr(code), "") for code in range(0x2E80, 0x2EF4)}
    simplified = [char for char, name in names.items() if "SIMPLIFIED" in name and "J-SIMPLIFIED" not in name]
    assert len(simplified) >= 25
    for char in simplified:
        assert len(RADICALS.apply(char).encode("gbk")) == 2, names[char]
