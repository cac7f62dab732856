"""The rules as a whole: choosing them, order, linear time."""

from __future__ import annotations

import time

import pytest

from textkit.cleaning.edits import Edit, Rule
from textkit.cleaning.rules import DEFAULT_RULES, Rules, chosen
from textkit.errors import ArgumentError, UnknownNameError


def test_names_and_descriptions() -> None:
    assert len(set(DEFAULT_RULES.names)) == len(DEFAULT_RULES) == 22
    assert all(rule.description and rule.description[-1] != "." for rule in DEFAULT_RULES)
    assert repr(DEFAULT_RULES.only("blanks", "line_ends")) == "Rules(line_ends, blanks)"  # in the order of application


def test_without() -> None:
    rest = DEFAULT_RULES.without("titles", "blanks")
    assert isinstance(rest, Rules) and len(rest) == 20 and "titles" not in rest.names
    with pytest.raises(
        UnknownNameError, match=r"^unknown rule 'title'; did you mean 'titles'\? Available: 'line_ends', "
    ):
        DEFAULT_RULES.without("title")
    with pytest.raises(UnknownNameError, match="did you mean 'blanks'"):
        DEFAULT_RULES.only("blank")


def test_rules_are_chosen_by_name_or_given() -> None:
    mine = Rule("mine", "", lambda text: [])
    assert chosen(["blanks", mine]).names == ["blanks", "mine"]
    assert chosen("blanks").names == ["blanks"]
    assert chosen(mine).names == ["mine"]
    assert chosen([]) == ()


def test_rules_that_do_not_exist_or_come_twice() -> None:
    with pytest.raises(UnknownNameError, match=r"^unknown rule 'punctuaton'; did you mean 'punctuation'\?"):
        chosen(["punctuaton"])
    with pytest.raises(UnknownNameError, match=r"^unknown rule 3\."):
        chosen([3])  # type: ignore[list-item]
    with pytest.raises(ArgumentError, match=r"^rules must be rules or names of rules, got 3\.$"):
        chosen(3)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"^rules has 'blanks' twice; give each rule once\.$"):
        chosen(["blanks", "blanks"])


# What a regular expression that backtracks would choke on: long runs of what a rule looks for, without its end.
HOSTILE = [
    *(
        " ",
        "\u3000",
        "(",
        '"',
        "&amp;",
        "<p ",
        "【",
        "《\n",
        "a@",
        "http://",
        "甲,",
        "甲 乙",
        "\n",
        "。　　",
        "更多",
        "点击",
    ),
    *(
        "本文由",
        "（全文",
        "隐藏内容",
        "来源:",
        "1\n",
        "- 1 -\n",
        "第1页共",
        "首页>",
        "【打印】",
        "大 中 小",
        "下一页 ",
        "小编",
    ),
    *(
        "下面是小编为大家整理的",
        "供大家参考，",
        "欢迎阅读，",
        "精选推荐",
        "版权",
        "本站侵权删除，",
        "e\u0301",
        "２．",
        "推荐访问:",
    ),
    *(
        "相关阅读\n",
        "讲话\n",
        "……",
        "甲.\n",
        "X",
        "*",
        "篇一：\n",
        "Public domain\n",
        "甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲，\n",
    ),
]


@pytest.mark.parametrize("rule", DEFAULT_RULES, ids=lambda rule: rule.name)
def test_time_grows_with_the_length_only(rule: Rule) -> None:
    short = 1_000
    for piece in HOSTILE:
        text = piece * (short // len(piece))
        rule.edits(text)
        started = time.perf_counter()
        rule.edits(text * 30)
        took = time.perf_counter() - started
        # quadratic growth would be 900 times the time of a thousand characters; a second is 50 times what it takes
        assert took < 1.0, (piece, took)


@pytest.mark.slow
def test_a_million_characters_in_one_line_and_in_many() -> None:
    text = "各地区要结合实际,进一步完善工作机制 ,强化责任落实（XXX镇）。" * 32_000
    started = time.perf_counter()
    for rule in DEFAULT_RULES:
        edits: list[Edit] = rule.edits(text)
        assert len(edits) <= len(text)
    for rule in DEFAULT_RULES:
        rule.edits(text.replace("。", "。\n"))
    assert time.perf_counter() - started < 60
