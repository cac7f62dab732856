"""Mojibake and other damage that happened before a file was saved."""

from __future__ import annotations

import pytest

from textkit.reading.damage import check

TEXT = "各位同志：今天召开全镇工作会议，\n主要任务是总结去年的工作，研究今年的安排。\n一\n谢谢大家！"
HAN = "各位同志今天召开全镇工作会议\n主要任务是总结去年的工作研究今年的安排"
TRADITIONAL = "各位鄉親：今天召開全鎮工作會議，\n主要任務是總結去年的工作，研究今年的安排。"


@pytest.mark.parametrize(
    "text, really, wrongly",
    [
        (TEXT, "utf-8", "latin-1"),
        (TEXT, "utf-8", "cp1252"),
        (TEXT, "gb18030", "latin-1"),
        (TEXT, "gb18030", "cp1252"),
        (TRADITIONAL, "big5hkscs", "latin-1"),
        (TRADITIONAL, "big5hkscs", "gb18030"),
        (HAN, "utf-8", "gb18030"),
    ],
)
def test_what_happened_is_named_and_undone_only_on_request(text: str, really: str, wrongly: str) -> None:
    garbled = "\n".join(wrong_decoding(line.encode(really), wrongly) for line in text.split("\n"))
    named = "latin-1" if wrongly == "cp1252" else wrongly
    left = check(garbled)
    assert left.text == garbled
    assert left.notes[0][0] == "mojibake"
    assert left.notes[0][1].startswith(f"{really} text that was decoded as {named} (")
    assert left.notes[0][1].endswith("the first at character 0); read it again with repair=True to put it right")
    mended = check(garbled, repair=True)
    assert mended.text.replace("\ufffd", "") == text or mended.text.count("\ufffd") > 0
    if wrongly != "gb18030":
        assert mended.text == text
        assert mended.notes[0][1].endswith(", repaired")


def wrong_decoding(data: bytes, wrongly: str) -> str:
    if wrongly != "cp1252":
        return data.decode(wrongly, "replace")
    return "".join(bytes([b]).decode("cp1252") if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(b) for b in data)


def test_one_garbled_line_among_good_ones_is_found_and_only_it_is_changed() -> None:
    bad = "信访工作要抓紧抓实".encode().decode("latin-1")
    text = f"{TEXT}\n{bad}\n{TEXT}"
    assert (
        check(text)
        .notes[0][1]
        .startswith(f"utf-8 text that was decoded as latin-1 (1 line, the first at character {len(TEXT) + 1})")
    )
    assert check(text, repair=True).text == f"{TEXT}\n信访工作要抓紧抓实\n{TEXT}"


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TRADITIONAL,
        "",
        "plain ASCII",
        "日本国民は、正当に選挙された国会における代表者を通じて行動し",
        "대한민국의 주권은 국민에게 있고 모든 권력은 국민으로부터 나온다",
        "Все люди рождаются свободными и равными в своем достоинстве",
        "Été, forêt, façade, naïveté, Straße, søster, niño",
        "饕餮饔飧魑魅魍魉耄耋氤氲龃龉蹀躞",
        "氕氘氚锂铍钠钾铷铯钫镧系锕系",
        "──────\n﹏﹏﹏﹏﹏﹏﹏﹏\n══════",
        "😀😀👍🏻👨‍👩‍👧‍👦🇨🇳",
        "nǐ hǎo xìnfǎng lǎoshī ê̄ 信访",
        "𠮷𬭎㐂䶮𪚥",
    ],
)
def test_unusual_but_sound_text_is_not_suspected(text: str) -> None:
    checked = check(text, repair=True)
    assert checked.text == text
    assert checked.notes == ()


def test_lost_private_and_nul_characters_are_counted_and_placed() -> None:
    notes = dict(check("信访\ufffd工作\0\0，\ue5e5\ue0c6。").notes)
    assert notes["lost"] == "1 replacement characters (U+FFFD), the first at character 2"
    assert notes["private"] == "2 (U+E0C6, U+E5E5), the first at character 8"
    assert notes["nul"] == "2, the first at character 5"


def test_the_well_known_remains_of_lost_characters_are_named() -> None:
    assert check("这里有锟斤拷锟斤拷几个字").notes == (
        ("lost", "2 x 锟斤拷, what remains of UTF-8 that was read as GBK"),
    )


def test_damage_far_into_a_long_line_is_found() -> None:
    good = TEXT.replace("\n", "") * 30_000  # more than a million characters in one line
    garbled = "信访工作要抓紧抓实，不能松懈".encode().decode("latin-1")
    text = f"{good}\n{garbled}"
    notes = check(text).notes
    assert len(notes) == 1
    assert f"the first at character {len(good) + 1})" in notes[0][1]
    assert check(text, repair=True).text == f"{good}\n信访工作要抓紧抓实，不能松懈"


def test_a_garbled_line_longer_than_the_chunks_it_is_looked_at_in_is_mended_whole() -> None:
    text = "信访工作要抓紧抓实，不能松懈。" * 40_000
    garbled = text.encode().decode("latin-1")
    assert check(garbled, repair=True).text == text
