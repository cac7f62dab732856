"""Every segmenter of the table, and the two that need no dictionary: the contract and what each does."""

from __future__ import annotations

import pickle
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textkit.errors import ArgumentError, UnknownNameError
from textkit.segment import SEGMENTERS, as_segmenter
from textkit.segment.jieba import Jieba
from textkit.segment.longest import LongestMatch
from textkit.segment.protocol import Partitioner, Segmenter
from textkit.segment.simple import Characters, Spaces

AWKWARD = [
    "",
    " ",
    "\r\n\r",
    "网格化管理，3.6%的F-16在2022-09-18。",
    "龘靐㐀𠀀\uf900\u9fd6",
    "a\ud800b\udc00",
    "\x00\ufeff网\u200b格",
    "👩‍🌾🇨🇳👍🏽é",
    "XXX同志***",
    "　全角　空格\t",
    "AT&T和C++_a.b-c#1",
]
ALL = [*SEGMENTERS, Jieba(hmm=False), Jieba(engine="python"), LongestMatch(["网格化", "管理"])]


@pytest.mark.parametrize("segmenter", ALL, ids=str)
def test_contract(segmenter: str | Segmenter) -> None:
    """Spans are ordered, disjoint, in bounds and not empty; cut gives back the text; twice the same; pickles."""
    cutter = as_segmenter(segmenter)
    assert isinstance(cutter, Partitioner)
    for text in AWKWARD:
        spans = cutter.spans(text)
        last = 0
        for start, stop in spans:
            assert last <= start < stop <= len(text), (text, spans)
            last = stop
        words = cutter.cut(text)
        assert "".join(words) == text
        assert "" not in words
        assert [w for w in words if not w.isspace()] == [text[a:b] for a, b in spans if not text[a:b].isspace()]
    again = pickle.loads(pickle.dumps(cutter))
    assert again == cutter
    assert repr(again) == repr(cutter)
    assert hash(again) == hash(cutter)
    assert again.cut("网格化管理") == cutter.cut("网格化管理")


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec=None), max_size=40))
def test_any_text_can_be_cut(text: str) -> None:
    for name in SEGMENTERS:
        cutter = as_segmenter(name)
        assert isinstance(cutter, Partitioner)
        assert "".join(cutter.cut(text)) == text


def test_a_name_gives_one_object_a_process() -> None:
    assert as_segmenter("jieba") is as_segmenter("jieba")


def test_unknown_name() -> None:
    with pytest.raises(UnknownNameError) as caught:
        as_segmenter("jeiba")
    assert str(caught.value) == (
        "unknown segmenter 'jeiba'; did you mean 'jieba'? Available: 'jieba', 'characters', 'spaces'. "
        "One with settings is an object: Jieba(words=[...]), LongestMatch(words)."
    )


def test_what_is_no_segmenter() -> None:
    with pytest.raises(ArgumentError, match=re.escape("got the class Jieba. Call it: Jieba().")):
        as_segmenter(Jieba)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=re.escape("an object with a method spans(text)")):
        as_segmenter(3)  # type: ignore[arg-type]


def test_characters_are_those_a_reader_sees() -> None:
    # 网 and 格; a with two accents; a farmer of three code points; a flag of two; thumbs up with its skin tone;
    # a rare form of 葛 by variation selector; two lone surrogates; a line end of two characters
    text = "网格á̈👩‍🌾🇨🇳👍🏽葛\U000e0100\ud800\udc00x\r\n"
    assert Characters().cut(text) == [
        *("网", "格", "á̈", "👩‍🌾", "🇨🇳", "👍🏽", "葛\U000e0100", "\ud800", "\udc00", "x", "\r\n")
    ]
    assert Characters().spans("网e\u0301") == [(0, 1), (1, 3)]
    assert Characters().cut("\u0301网\u200d") == ["\u0301", "网", "\u200d"]


def test_spaces_are_any_blanks() -> None:
    assert Spaces().spans("a\u3000b  c\n") == [(0, 1), (2, 3), (5, 6)]
    assert Spaces().cut("a\u3000b  c\n") == ["a", "\u3000", "b", "  ", "c", "\n"]


# --- LongestMatch -------------------------------------------------------------------------------------------------


def test_longest_match_takes_the_longest_and_goes_on_behind_it() -> None:
    # 社会管理 beats 社会; 管理员 would overlap and is not seen; 员 is left single.
    assert LongestMatch(["社会", "社会管理", "管理员"]).cut("社会管理员") == ["社会管理", "员"]
    # 社会管 is on the way to 社会管理 but no word: back to 社会.
    assert LongestMatch(["社会", "社会管理"]).cut("社会管人") == ["社会", "管", "人"]


def test_longest_match_keeps_runs_of_letters_and_digits() -> None:
    cutter = LongestMatch(["GDP", "G基站", "5G基站", "6亿"])
    assert cutter.cut("GDPR") == ["GDPR"]  # the word GDP would end inside a run
    assert cutter.cut("GDP增") == ["GDP", "增"]
    assert cutter.cut("15G基站") == ["15G", "基", "站"]  # 5G基站 would begin inside a run
    assert cutter.cut("5G基站3.6亿10%1,000人Ünïон５Ｇ") == [*("5G基站", "3.6", "亿", "10%", "1,000", "人", "Ünïон５Ｇ")]
    assert cutter.cut("1.2a，3.") == ["1", ".", "2a", "，", "3", "."]


def test_longest_match_is_what_trying_every_length_gives() -> None:
    words = ["甲", "甲乙", "甲乙丙", "乙丙丁", "丙丁", "丁丁丁"]

    def slow(text: str) -> list[str]:
        out = []
        while text:
            width = max((len(w) for w in words if text.startswith(w)), default=1)
            out.append(text[:width])
            text = text[width:]
        return out

    cutter = LongestMatch(words)

    @settings(max_examples=300, deadline=None)
    @given(st.text("甲乙丙丁戊", max_size=30))
    def check(text: str) -> None:
        assert cutter.cut(text) == slow(text)

    check()


def test_longest_match_names_its_words() -> None:
    assert repr(LongestMatch({"乙", "甲"})) == "LongestMatch(words=('乙', '甲'))"
    assert LongestMatch(["甲", "乙", "甲"]) == LongestMatch(("乙", "甲"))
    many = repr(LongestMatch(map(str, range(100))))
    assert re.fullmatch(r"LongestMatch\(words=<100 words, sha256 [0-9a-f]{16}>\)", many)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("网格", "words must be a list of words, got one string. Put it in a list: ['网格']."),
        ([], 'words is empty. Give at least one word, or use the segmenter "characters".'),
        (["网格", ""], "words must be non-empty strings, but item 2 is ''."),
        ([3], "words must be non-empty strings, but item 1 is 3."),
    ],
)
def test_longest_match_refuses(words: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=f"^{re.escape(message)}$"):
        LongestMatch(words)  # type: ignore[arg-type]
