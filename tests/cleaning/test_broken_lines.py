"""Lines that end inside a sentence."""

from __future__ import annotations

import textwrap

import pytest

from textkit.cleaning.broken_lines import BROKEN_LINES

PARAGRAPHS = (
    (
        "近年来，各级各部门认真贯彻落实决策部署，创造性推进智能化建设，涌现出了一大批技术先进、管理科学、运行可靠的单位，"
        "为推动行业技术进步、装备提升、管理创新、效益改善做出了重要贡献。"
    ),
    (
        "为充分发挥典型的示范引领带动作用，推动建设迈向更高水平，有关部门组织各地区，从全国范围征集遴选了一批典型案例，"
        "供各地区学习借鉴，切实提高治理能力和水平。"
    ),
    (
        "各地区要结合实际，进一步完善工作机制，强化责任落实，加强督促检查，及时总结经验，推动各项任务落地见效，"
        "让人民群众有更多获得感、幸福感、安全感。"
    ),
)


def wrapped(width: int, indent: str = "") -> str:
    pieces = ["一、总体要求", *PARAGRAPHS[:2], "（一）基本原则", PARAGRAPHS[2], "（二）主要目标", *PARAGRAPHS[1:]]
    lines = [
        textwrap.wrap(indent + piece if len(piece) > 20 else piece, width, drop_whitespace=False) for piece in pieces
    ]
    return "\n".join(line for group in lines for line in group) + "\n"


@pytest.mark.parametrize("width", [20, 26, 35])
@pytest.mark.parametrize("indent", ["", "　　"])
def test_a_hard_wrapped_text_gets_its_paragraphs_back(width: int, indent: str) -> None:
    first, second, third = (indent + paragraph for paragraph in PARAGRAPHS)
    expected = "\n".join(["一、总体要求", first, second, "（一）基本原则", third, "（二）主要目标", second, third])
    assert BROKEN_LINES.apply(wrapped(width, indent)) == expected + "\n"


def test_paragraphs_of_the_usual_kind_stay() -> None:
    text = "\n".join(["一、总体要求", *PARAGRAPHS, "二、主要任务", *PARAGRAPHS]) + "\n"
    assert BROKEN_LINES.edits(text) == []


def test_english_words_are_not_glued() -> None:
    text = "\n".join(
        textwrap.wrap("The people, who live in the town, came to the meeting early, and sat down. " * 12, 60)
    )
    joined = BROKEN_LINES.apply(text)
    assert "townc" not in joined and joined.replace("\n", " ") == text.replace("\n", " ")
    assert joined.count("\n") < 4


@pytest.mark.parametrize(
    "text",
    [
        "床前明月光\n疑是地上霜\n举头望明月\n低头思故乡\n" * 3,  # verse
        "红军不怕远征难，万水千山只等闲。\n五岭逶迤腾细浪，乌蒙磅礴走泥丸。\n" * 6,
        "北京市海淀区信息技术有限责任公司甲\n上海市浦东新区信息技术有限公司乙\n" * 8,  # a list without punctuation
        "1.加强领导，落实责任，抓好工作，确保实效\n2.加强宣传，引导群众，形成合力，推动工作\n" * 6,
        "前言 ................................ 2\n一、总体要求，主要目标 .................. 3\n" * 6,  # contents
        "综治责任追究，将严肃追究相关单位和责任人的综治责任\n二、切实强化底线意识，维护社会和谐稳定。\n",
    ],
)
def test_what_stays(text: str) -> None:
    assert BROKEN_LINES.edits(text) == []


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("通过的《\n规定\n》，提出了任务。\n", "通过的《规定》，提出了任务。\n"),
        ("毛主席指出：“\n群众是英雄。\n”这是真理。\n", "毛主席指出：“群众是英雄。”这是真理。\n"),
        ("件的终端产品。“\n二、申请许可的终端\n", "件的终端产品。“\n二、申请许可的终端\n"),  # an item is no rest
        ("认真落实\n，抓好工作。\n", "认真落实，抓好工作。\n"),
        (
            "细颗粒物（PM\n2.5\n）年均浓度下降。\n",
            "细颗粒物（PM\n2.5）年均浓度下降。\n",
        ),  # no other line shows the layout
    ],
)
def test_brackets_and_marks(raw: str, clean: str) -> None:
    assert BROKEN_LINES.apply(raw) == clean


def test_links_on_lines_of_their_own_where_blank_lines_part_the_paragraphs() -> None:
    long = "各地区各部门要认真贯彻落实会议精神，扎实做好各项工作，推动高质量发展。"
    raw = (
        f"{long}\n\n这场伟大的革命，彻底摧毁了以叛徒、内奸、工贼为代表的一伙人，揭露了\n某某某\n为首的集团，大大地加强了团结。\n\n"
        + f"{long}\n\n" * 6
    )
    assert BROKEN_LINES.apply(raw) == raw.replace("揭露了\n某某某\n为首", "揭露了某某某为首")


LONG = (
    "各地区各部门要认真贯彻落实会议精神，扎实做好各项工作。要加强组织领导，明确责任分工，强化督促检查，"
    "确保各项任务落到实处、取得实效"
)


def test_a_paragraph_cut_by_a_page_break() -> None:
    others = f"{LONG}。\n\n" * 4
    raw = f"{others}{LONG}，切实提高基层\n\n治理的能力水平。\n\n{others}"
    assert BROKEN_LINES.apply(raw) == f"{others}{LONG}，切实提高基层治理的能力水平。\n\n{others}"


@pytest.mark.parametrize(
    "after", ["二、抓好落实。", "谢谢大家！", "同志们，任务艰巨。", "各级要抓好落实。要加强检查。", "　　要抓好落实。"]
)
def test_a_paragraph_without_its_stop_is_not_glued_to_the_next(after: str) -> None:
    others = f"{LONG}。\n\n" * 4
    raw = f"{others}{LONG}\n\n{after}\n\n{others}"
    assert BROKEN_LINES.edits(raw) == []
