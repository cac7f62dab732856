"""Page numbers and running headers."""

from __future__ import annotations

import pytest

from textkit.cleaning.pages import PAGE_NUMBERS

PAGE = "各级各部门要认真落实会议精神，切实把各项工作抓紧抓实抓出成效。\n" * 9  # about 280 characters


@pytest.mark.parametrize(
    "line",
    ["- 3 -", "—3—", "－ 12 －", "第 3 页 共 12 页", "第3页", "第三页", "第3页/共12页", "共12页 第3页", "Page 3 of 12"],
)
def test_a_line_with_a_page_number_goes(line: str) -> None:
    assert PAGE_NUMBERS.apply(f"一是落实责任。\n{line}\n二是狠抓落实。\n") == "一是落实责任。\n二是狠抓落实。\n"


@pytest.mark.parametrize("line", ["2023", "3", "3、落实", "第3页的数字要核实", "-3-4", "3/4", "— —", "第三页，共三条"])
def test_a_line_that_only_looks_like_one_stays(line: str) -> None:
    text = f"一是落实责任。\n{line}\n二是狠抓落实。\n"
    assert PAGE_NUMBERS.apply(text) == text


def test_a_sentence_cut_by_a_page_number_is_joined() -> None:
    raw = "要按照统一部署，切实提高基层\n\n- 3 -\n\n治理的能力和水平。\n二是落实责任。\n"
    assert PAGE_NUMBERS.apply(raw) == "要按照统一部署，切实提高基层治理的能力和水平。\n二是落实责任。\n"


@pytest.mark.parametrize(
    "after", ["二、落实责任，抓好整改工作。", "　　各级各部门要抓好落实工作。", "同志们：", "（一）抓好整改工作落实。"]
)
def test_a_new_paragraph_behind_a_page_number_stays_apart(after: str) -> None:
    raw = f"要按照统一部署，切实提高基层治理水平\n- 3 -\n{after}\n"
    assert PAGE_NUMBERS.apply(raw) == f"要按照统一部署，切实提高基层治理水平\n{after}\n"


def test_bare_numbers_count_as_pages_when_they_count_up_a_page_apart() -> None:
    raw = PAGE + "1\n" + PAGE + "2\n" + PAGE * 2 + "4\n" + PAGE
    assert PAGE_NUMBERS.apply(raw) == PAGE * 5
    rows = "甲\n1\n乙\n2\n丙\n3\n"  # the rows of a table are closer together
    assert PAGE_NUMBERS.apply(rows) == rows
    assert PAGE_NUMBERS.apply(PAGE + "1/3\n" + PAGE + "2/3\n" + PAGE + "3/3\n") == PAGE * 3


def test_running_headers_go_with_their_page_numbers_but_the_title_stays() -> None:
    title = "全区信访工作要点\n"
    raw = title + PAGE + "- 1 -\n" + title + PAGE + "- 2 -\n" + title + PAGE + "- 3 -\n" + title + PAGE
    assert PAGE_NUMBERS.apply(raw) == title + PAGE * 4


def test_a_page_number_inside_a_line() -> None:
    assert PAGE_NUMBERS.apply("落实责任。 第 3 页 共 12 页\n二是") == "落实责任。\n二是"
    assert PAGE_NUMBERS.apply("见材料第3页共12页的表格。") == "见材料第3页共12页的表格。"
