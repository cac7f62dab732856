"""Full and half width: letters, digits, punctuation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.cleaning.widths import LETTERS_DIGITS, PUNCTUATION
from textkit.kinds import MASK


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("２０２３年ＧＤＰ增长６．５％，ａｐｐ", "2023年GDP增长6.5%，app"),
        ("（一）“两会”，。；：！？", "（一）“两会”，。；：！？"),  # punctuation keeps its width
        ("ＸＸ书记、ｘｘ镇、Ｘ同志", "ＸＸ书记、ｘｘ镇、Ｘ同志"),  # masks are not touched
        ("Ｘ１号、ＡＢＸ", "X1号、ABX"),
        ("．％", "．％"),  # only inside numbers
    ],
)
def test_letters_and_digits(raw: str, clean: str) -> None:
    assert LETTERS_DIGITS.apply(raw) == clean


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("同志们:今天,我讲三点;好吗?好!", "同志们：今天，我讲三点；好吗？好！"),
        ("集体(国有)企业(2015)35号", "集体（国有）企业（2015）35号"),
        ("(一)加强领导\n(1)落实", "（一）加强领导\n（1）落实"),
        ("（国有)和(集体）", "（国有）和（集体）"),  # a pair of two widths
        ("占20%;城镇增长6.3%,达1.5万元,10家企业,APEC,会议", "占20%；城镇增长6.3%，达1.5万元，10家企业，APEC，会议"),
        ("他说\"稳定是硬任务\"、'三不'政策", "他说“稳定是硬任务”、‘三不’政策"),
        ("必须落实好稳定是第一责任的要求.\n", "必须落实好稳定是第一责任的要求。\n"),
        ("稳定,\n和谐", "稳定，\n和谐"),
        ("有什么用??!", "有什么用？？！"),
        ("XXX:同志,***:好", "XXX：同志，***：好"),
        ("详见http://a.cn/?x=1,谢谢", "详见http://a.cn/?x=1，谢谢"),
        ("比例达到100%!\n", "比例达到100%！\n"),
    ],
)
def test_punctuation_becomes_full_width(raw: str, clean: str) -> None:
    assert PUNCTUATION.apply(raw) == clean


@pytest.mark.parametrize(
    "text",
    [
        "增长3.6%，上午10:30，共1,000人，比例为3:2",
        "http://a.cn/?x=1&y=(2) 和 a.b@c.cn",
        "Hello, world! Is it (really) so? Yes: it is.",
        "This is a report (2024), see 信访 for more; thanks.",
        "函数f(x)的值在3,000和f(2)之间",
        "1)加强 2)落实",
        "一. 总体要求",
        "他叫马克.吐温",
        "时间是2022-09-18 15:35:03",
        'a 5" disk',
        "C:\\信访",
        "3.",
        "",
        "***",
    ],
)
def test_punctuation_that_stays(text: str) -> None:
    assert PUNCTUATION.apply(text) == text


@given(st.text(alphabet="信访,;:!?()\"'.a1 \nX*×ｘＸ９（）", max_size=60))
def test_widths_change_neither_han_nor_masks_nor_the_length(text: str) -> None:
    for rule in (LETTERS_DIGITS, PUNCTUATION):
        new = rule.apply(text)
        assert len(new) == len(text)
        assert [char for char in new if char in "信访"] == [char for char in text if char in "信访"]
        for found in MASK.finditer(text):
            assert new[found.start() : found.end()] == found[0]
