"""Encodings: seven of them at every length, damage at every place, and everything that only looks like Chinese."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textkit.errors import ArgumentError, ReadError
from textkit.reading.encodings import SMALL_MARGIN, check_encoding, decode, plausible, rate

# Written for these tests: an imaginary town's report, in both scripts.
SIMPLIFIED = (
    "各位同志：今天召开全镇工作会议，主要任务是总结去年的工作，研究今年的安排。刚才，几位村主任作了发言，讲得都很好，我完全同意。"
    "下面，我再强调三点意见。一、认清形势，增强责任感。过去一年，我们修好了十二公里乡村道路，新建两座桥梁，粮食产量比上年增长6.5%，"
    "群众的收入有了明显提高。但是也要看到，河道治理、垃圾处理、老人看病等问题还没有解决，大家意见比较多。二、突出重点，抓好落实。"
    "要把夏季防汛放在首位，三月底以前检查全部水库和堤坝，发现隐患立即整改；要办好学校食堂，让孩子们吃上热饭；要引导年轻人回乡创业，"
    "支持茶叶、竹器、蜂蜜等特色产业发展。三、转变作风，联系群众。干部要经常到农户家里坐一坐，听一听他们怎么想、盼什么、怨什么，"
    "不要只坐在办公室里打电话。谁的片区出了问题，就由谁负责到底！同志们，春天已经来了，播种的季节不等人。让我们鼓足干劲，"
    "把清河镇建设得更加美丽富饶。谢谢大家！"
)
TRADITIONAL = (
    "各位鄉親：今天召開全鎮工作會議，主要任務是總結去年的工作，研究今年的安排。剛才，幾位村長作了發言，講得都很好，我完全同意。"
    "下面，我再強調三點意見。一、認清形勢，增強責任感。過去一年，我們修好了十二公里鄉村道路，新建兩座橋樑，糧食產量比上年增長6.5%，"
    "民眾的收入有了明顯提高。但是也要看到，河道治理、垃圾處理、老人看病等問題還沒有解決，大家意見比較多。二、突出重點，認真執行。"
    "要把夏季防汛放在首位，三月底以前檢查全部水庫和堤壩，發現隱患立即改善；要辦好學校食堂，讓孩子們吃上熱飯；要引導年輕人返鄉創業，"
    "支持茶葉、竹器、蜂蜜等特色產業發展。三、轉變作風，聯繫民眾。幹部要經常到農戶家裡坐一坐，聽一聽他們怎麼想、盼什麼、怨什麼，"
    "不要只坐在辦公室裡打電話。誰的片區出了問題，就由誰負責到底！各位鄉親，春天已經來了，播種的季節不等人。讓我們鼓足幹勁，"
    "把清河鎮建設得更加美麗富饒。謝謝大家！"
)
ENCODINGS = {
    "utf-8": SIMPLIFIED,
    "utf-8-sig": TRADITIONAL,
    "gb18030": SIMPLIFIED,
    "big5hkscs": TRADITIONAL,
    "utf-16-le": SIMPLIFIED,
    "utf-16-be": TRADITIONAL,
    "utf-16": SIMPLIFIED,
}
OTHERS = {
    "cp1251": "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью.",
    "cp1252": "Tous les êtres humains naissent libres et égaux en dignité et en droits. Été, forêt, façade, naïveté.",
    "cp932": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。" * 3,
    "cp949": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을" * 3,
}


def samples(text: str, length: int, n: int) -> list[str]:
    rng = random.Random(f"{length} of {text[:4]}")
    starts = [rng.randrange(len(text) - length) for _ in range(n)]
    return [text[start : start + length] for start in starts]


@pytest.mark.parametrize("length, wanted", [(8, 0.99), (20, 0.995), (50, 1.0), (200, 1.0)])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_short_pieces_are_decoded_exactly(encoding: str, length: int, wanted: float) -> None:
    pieces = samples(ENCODINGS[encoding], length, 200)
    right = sum(decode(piece.encode(encoding)).text == piece for piece in pieces)
    assert right >= wanted * len(pieces)


@pytest.mark.parametrize(
    "text, encoding", [("信访维稳", "gb18030"), ("國家政策", "big5hkscs"), ("经济发展", "utf-16-le")]
)
def test_four_characters_are_enough_for_common_words(text: str, encoding: str) -> None:
    found = decode(text.encode(encoding))
    assert (found.text, found.encoding) == (text, encoding)


@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs", "utf-16-le", "utf-16-be"])
def test_what_wins_says_by_how_much(encoding: str) -> None:
    text = TRADITIONAL[:100]
    found = decode(text.encode(encoding))
    assert found.encoding == encoding
    assert found.margin > SMALL_MARGIN
    assert found.notes == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_nothing_competes_with_a_mark_or_valid_utf8(encoding: str) -> None:
    found = decode(SIMPLIFIED.encode(encoding))
    assert (found.text, found.encoding) == (SIMPLIFIED, encoding)
    assert math.isnan(found.margin)


def test_utf32_mark_is_not_taken_for_utf16() -> None:
    found = decode(b"\xff\xfe\x00\x00" + SIMPLIFIED.encode("utf-32-le"))
    assert (found.text, found.encoding) == (SIMPLIFIED, "utf-32")
    # the same two bytes, then a text that begins with a NUL: no UTF-32, because its length is no multiple of four
    assert decode(b"\xff\xfe\x00\x00" + "信访".encode("utf-16-le") + "a".encode("utf-16-le")).encoding == "utf-16"


def test_gb18030_mark_is_removed() -> None:
    assert decode("\ufeff信访".encode("gb18030")).text == "信访"


def test_ascii_says_so() -> None:
    assert decode(b"Report 2024\n").encoding == "ascii"
    assert decode(b"").encoding == "ascii"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["Report 2024, no Chinese.", "Report 2024 信访", SIMPLIFIED])
def test_wide_encodings_without_mark(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize("encoding", OTHERS)
def test_other_languages_are_not_read_as_chinese(encoding: str) -> None:
    found = decode(OTHERS[encoding].encode(encoding))
    if encoding != "cp1252":  # its Western neighbours give the same text but for a few accents
        assert found.text == OTHERS[encoding]
    assert found.text.isascii() is False
    assert rate(found.text)[0] < -9
    assert [kind for kind, _ in found.notes] == ["encoding"]
    assert "charset-normalizer" in found.notes[0][1]


def test_a_page_may_declare_what_is_not_chinese() -> None:
    data = "Київ і Львів — міста України, де живуть люди".encode("cp1251")
    assert decode(data, declared="windows-1251").encoding == "cp1251"
    assert decode(data, declared="no-such-codec").text  # a wrong declaration is no error


def test_a_declaration_loses_against_the_bytes() -> None:
    assert decode(SIMPLIFIED.encode("utf-8"), declared="gb2312").encoding == "utf-8"
    assert decode(SIMPLIFIED.encode("gb18030"), declared="iso-8859-1").encoding == "gb18030"


def test_hz_and_utf7_are_recognised_and_ascii_is_left_alone() -> None:
    text = SIMPLIFIED.replace("％", "")[:60]
    for encoding in ("hz", "utf-7"):
        found = decode(text.encode(encoding))
        assert (found.text, found.encoding) == (text, encoding)
        assert found.notes == (("disguised", encoding),)
    for plain in (b"C++ and 1+1-1 +abcd-", b"~{not hz}~ a tilde", b"a+b/c+dddd"):
        assert decode(plain).encoding == "ascii"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs"])
def test_a_text_cut_inside_a_character_keeps_its_encoding(encoding: str) -> None:
    source = ENCODINGS[encoding][:22].encode(encoding)
    for stop in range(12, min(len(source), 64) + 1):
        found = decode(source[:stop])
        whole = source[:stop].decode(encoding, "ignore")
        assert found.text == whole, stop
        if whole.encode(encoding) != source[:stop]:
            assert found.notes[0][0] == "damaged"
            assert f"from byte offset {len(whole.encode(encoding))}" in found.notes[0][1]


def test_one_bad_byte_in_utf8_stays_utf8_and_is_named() -> None:
    data = SIMPLIFIED[:50].encode() + b"\xff" + SIMPLIFIED[50:].encode()
    found = decode(data)
    assert found.text == SIMPLIFIED
    assert found.encoding == "utf-8"
    offset = len(SIMPLIFIED[:50].encode())
    assert found.notes == (("damaged", f"1 place not valid utf-8, the first at byte offset {offset}"),)


def test_one_bad_byte_in_gb18030_is_named() -> None:
    data = SIMPLIFIED[:50].encode("gb18030") + b"\xff" + SIMPLIFIED[50:].encode("gb18030")
    found = decode(data)
    assert found.text == SIMPLIFIED
    assert found.notes == (("damaged", "1 place not valid gb18030, the first at byte offset 100"),)


@pytest.mark.parametrize("other", ["gb18030", "big5hkscs"])
def test_lines_in_two_encodings_are_decoded_each_by_its_own(other: str) -> None:
    lines = TRADITIONAL.replace("。", "。\n").split("\n")
    data = b"\n".join(line.encode(other if i % 3 == 1 else "utf-8") for i, line in enumerate(lines))
    found = decode(data)
    assert found.text == "\n".join(lines)
    assert found.encoding == f"mixed: utf-8, {other}"
    assert found.notes[0][0] == "mixed"
    assert "the first is line 2" in found.notes[0][1]


def test_gb18030_lines_that_happen_to_be_valid_utf8_are_no_mixture() -> None:
    text = "一\n" + SIMPLIFIED.replace("。", "。\n") + "\n一\n"  # 一 alone is valid UTF-8: a Cyrillic letter
    found = decode(text.encode("gb18030"))
    assert (found.text, found.encoding) == (text, "gb18030")


def test_windows_big5_keeps_its_marks() -> None:
    text = TRADITIONAL[:60] + "歐巴馬‧約翰～"
    assert decode(text.encode("cp950")).text == text
    hong_kong = TRADITIONAL[:60] + "嘅咗啲喺嚟冇"
    assert decode(hong_kong.encode("big5hkscs")).text == hong_kong


def test_a_given_encoding_is_believed_and_checked() -> None:
    assert decode("信访".encode("gbk"), "gbk").encoding == "gbk"
    with pytest.raises(ReadError) as caught:
        decode(b"abc" + "信访维稳".encode("gbk"), "utf-8")
    assert str(caught.value) == (
        "byte 0xD0 at byte offset 3 cannot be decoded as utf-8; gb18030 decodes all of it; "
        "leave out encoding= to have it detected, or give the right one"
    )


def test_a_given_encoding_loses_its_mark() -> None:
    assert decode(b"\xef\xbb\xbf\xe4\xb8\xad", "utf-8").text == "中"


@pytest.mark.parametrize("name, hint", [("gkb", "did you mean 'gbk'?"), ("hex", "got 'hex'"), ("utf9", "utf-8")])
def test_an_unknown_encoding_suggests_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(ArgumentError, match="encoding must be the name of a text encoding") as caught:
        check_encoding(name)
    assert hint in str(caught.value)


def test_noise_is_refused_with_an_offset() -> None:
    noise = random.Random(1).randbytes(4000)
    from textkit.reading.source import Settings, Source
    from textkit.reading.text import read_text

    with pytest.raises(ReadError, match=r"not a text: |not text in any encoding"):
        read_text(Source("a.txt", ".txt", noise), Settings())


def test_the_score_of_prose_is_far_from_that_of_wrong_decodings() -> None:
    for text, encoding in ((SIMPLIFIED, "gb18030"), (TRADITIONAL, "big5hkscs")):
        assert plausible(*rate(text))
        wrong = text.encode(encoding).decode("utf-16-le", "replace")
        assert rate(wrong)[0] < rate(text)[0] - 6
    assert rate("plain ascii, nothing to weigh") == (0.0, 0)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_valid_utf8_with_a_mark_always_comes_back(text: str) -> None:
    assert decode(b"\xef\xbb\xbf" + text.encode()).text == text.removeprefix("\ufeff")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_text_or_a_read_error(data: bytes) -> None:
    try:
        found = decode(data)
    except ReadError:
        return
    found.text.encode()  # no lone surrogates
