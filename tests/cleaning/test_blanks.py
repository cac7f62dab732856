"""Blanks, line ends that became blanks, blank lines."""

from __future__ import annotations

import pytest

from textkit.cleaning.blanks import BLANK_LINES, BLANKS, LINE_END_BLANKS, PARAGRAPH_BREAKS


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("现在，\u00a0我代表、\u2009市政府。\u3000请予", "现在，我代表、市政府。请予"),
        ("盲 目求纯，重\u3000大课题", "盲目求纯，重大课题"),
        ("习\u3000近\u3000平", "习近平"),
        ("科 技 部", "科技部"),
        ("一、\u20092023年，\u00a010家", "一、2023年，10家"),
        ("《 规定 》（ 试行 ）", "《规定》（试行）"),
        ("增长\u00a06.5 %", "增长 6.5 %"),  # exotic blanks become plain
        ("GDP\u2003growth", "GDP growth"),
    ],
)
def test_blanks_that_go(raw: str, clean: str) -> None:
    assert BLANKS.apply(raw) == clean


@pytest.mark.parametrize(
    "text",
    [
        "　　同志们：",  # an indent
        "2024 年 GDP 增长 5%",
        "第一章 总则",
        "第十二条　各级政府",
        "姓名\t单位\t职务",
        "姓名      单位      职务",  # a table set with blanks
        "王小明 李四 张三丰 赵六",  # a list of names
        "XXX 同志和 *** 同志",
        "He said “hello” to us — twice",
    ],
)
def test_blanks_that_stay(text: str) -> None:
    assert BLANKS.apply(text) == text


def test_a_segmented_text_keeps_its_segmentation() -> None:
    text = "迈向 充满 希望 的 新 世纪 ， 实现 社会 稳定"
    assert "充满 希望" in BLANKS.apply(text)
    assert BLANKS.apply("迈 向 充 满 希 望 的 新 世 纪") == "迈向充满希望的新世纪"  # letter-spaced, not segmented


def test_blanks_at_line_ends() -> None:
    assert LINE_END_BLANKS.apply("同志们：\u00a0 \n \u3000\n今天 好\t") == "同志们：\n\n今天 好"


def test_lost_paragraph_breaks_at_indents() -> None:
    assert PARAGRAPH_BREAKS.apply("工作。\u3000\u3000二、任务") == "工作。\n\u3000\u3000二、任务"
    assert PARAGRAPH_BREAKS.apply("工作。\u3000二、任务，\u3000\u3000好") == "工作。\u3000二、任务，\u3000\u3000好"


def test_a_text_run_together_into_one_line() -> None:
    paragraph = "我们要坚持稳中求进，" * 12 + "扎实做好各项工作。"
    flat = " ".join(["各位代表：", *[paragraph] * 6])
    assert PARAGRAPH_BREAKS.apply(flat) == flat.replace(" ", "\n")
    noisy = "，\u00a0".join(["各级各部门要狠抓落实"] * 100) + "。"  # blanks behind every comma are only blanks
    assert PARAGRAPH_BREAKS.apply(noisy) == noisy


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("\n\n一\n\n\n\n二\n三\n\n\n", "一\n\n二\n三\n"),
        ("一\n\n二\n", "一\n\n二\n"),
        ("\n\n", ""),
        ("", ""),
    ],
)
def test_blank_lines(raw: str, clean: str) -> None:
    assert BLANK_LINES.apply(raw) == clean
