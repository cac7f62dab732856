"""The audit trail: composing edits, mapping places back, restoring the original."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from textkit.cleaning.audit import (
    EDIT_COLUMNS,
    Alignment,
    Block,
    alignment_of,
    blocks_of,
    clean_text,
    restore,
    to_original,
)
from textkit.cleaning.edits import Edit, Rule, apply
from textkit.cleaning.rules import DEFAULT_RULES

# Characters that some rule cares about, and some that none does.
ALPHABET = (
    "一二区信访稳定的、，。：；！？（）()【】《》“”\"',.;:!?-— \t\u3000\u00a0\n\r\x0b\u2028\u200b\ufeff\u00adXx*×Ｘ"
    "Abc019０９％．～&;<>br/p篇第页共"
)
texts = st.text(alphabet=ALPHABET, max_size=120)
lines_of_pages = st.lists(
    st.sampled_from(
        [
            "全区信访工作会议上的讲话",
            "全区信访工作会议上的讲话【精选推荐】",
            "时间:2022-09-18 15:35:03 公文范文 来源:网友投稿",
            "下面是小编为大家整理的讲话稿，供大家参考。",
            "同志们:",
            "一、提高认识,落实责任",
            "去年XXX镇化解积案33件,成效明显 当前隐藏内容免费查看",
            "",
            "　　各级各部门要按照***部署,坚持问题导向,",
            "- 3 -",
            "推荐访问:全区 信访 讲话",
            "相关阅读：",
            "上一篇：讲话稿",
            "篇一：讲话",
            "《",
            "》的规定",
            "&nbsp;&nbsp;党群干群<br/>关系",
        ]
    ),
    max_size=16,
).map("\n".join)


def frame(changes: list[tuple[object, ...]], name: str = "d") -> pd.DataFrame:
    return pd.DataFrame([(name, *change) for change in changes], columns=EDIT_COLUMNS)


def test_by_hand() -> None:
    # step 1 deletes "b" (place 1) and "ef" (4 to 6), step 2 turns "cd" (now 1 to 3) into "X"
    # abcdefg -> acdg -> aXg ; blocks: "bcd" -> "X" is one block only where they overlap: they touch, so they stay apart
    alignment = Alignment().then([Edit(1, 2), Edit(4, 6)]).then([Edit(1, 3, "X")])
    assert alignment.blocks == (Block(1, 2, 1, 1), Block(2, 4, 1, 2), Block(4, 6, 2, 2))
    assert alignment.span(0, 1) == (0, 1)  # a
    assert alignment.span(1, 2) == (2, 4)  # X was cd; b and ef, removed beside it, stay outside
    assert alignment.span(2, 3) == (6, 7)  # g
    assert alignment.span(0, 3) == (0, 7)  # what was removed inside a span belongs to it
    assert alignment.span(1, 1) == (1, 1)  # an empty span stays empty


def test_an_edit_inside_an_insertion_merges() -> None:
    # "&nbsp;" becomes a blank, the blank is removed: one block of six characters that became nothing
    alignment = Alignment().then([Edit(1, 7, " ")]).then([Edit(1, 2)])
    assert alignment.blocks == (Block(1, 7, 1, 1),)
    assert alignment.span(0, 2) == (0, 8)


def test_an_edit_across_an_earlier_deletion_takes_it_in() -> None:
    # abcd: c is removed (abd), then bd becomes Y: bcd is Y
    alignment = Alignment().then([Edit(2, 3)]).then([Edit(1, 3, "Y")])
    assert alignment.blocks == (Block(1, 4, 1, 2),)
    assert alignment.span(1, 2) == (1, 4)


def test_replacements_of_the_same_length_keep_every_character_in_place() -> None:
    alignment = Alignment().then([Edit(2, 6, "2023")])
    assert alignment.blocks == ()
    assert alignment.span(3, 4) == (3, 4)


def test_two_insertions_at_one_place_meet() -> None:
    alignment = Alignment().then([Edit(1, 1, "x")]).then([Edit(1, 2)])
    assert alignment.blocks == (Block(1, 1, 1, 1),)


def brute(text: str, steps: list[list[Edit]]) -> list[tuple[int, int] | None]:
    """Map each character of the result by carrying a list of origins along; None where a step inserted it."""
    origins: list[tuple[int, int] | None] = [(i, i + 1) for i in range(len(text))]
    for edits in steps:
        fresh: list[tuple[int, int] | None] = []
        place = 0
        for start, stop, inserted in edits:
            fresh += origins[place:start]
            fresh += origins[start:stop] if len(inserted) == stop - start else [None] * len(inserted)
            place = stop
        origins = fresh + origins[place:]
    return origins


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[list[Edit]]]:
    text = draw(st.text(alphabet="abcdefgh", max_size=30))
    steps: list[list[Edit]] = []
    current = text
    for _ in range(draw(st.integers(0, 5))):
        cuts = sorted(draw(st.lists(st.integers(0, len(current)), max_size=8)))
        pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
        edits = [Edit(a, b, draw(st.text(alphabet="XYZ", max_size=3))) for a, b in pairs]
        steps.append(edits)
        current = apply(current, edits)
    return text, steps


@given(edited())
def test_untouched_characters_lead_back_to_themselves(case: tuple[str, list[list[Edit]]]) -> None:
    text, steps = case
    alignment = Alignment()
    for edits in steps:
        alignment = alignment.then(edits)
    for place, origin in enumerate(brute(text, steps)):
        start, stop = alignment.span(place, place + 1)
        assert 0 <= start <= stop <= len(text)
        if origin is not None:
            assert start <= origin[0] and origin[1] <= stop


@given(edited())
def test_mapping_is_monotone_and_inside_the_text(case: tuple[str, list[list[Edit]]]) -> None:
    text, steps = case
    alignment = Alignment()
    current = text
    for edits in steps:
        alignment = alignment.then(edits)
        current = apply(current, edits)
    starts = [alignment.start(i) for i in range(len(current))]
    stops = [alignment.stop(i) for i in range(len(current) + 1)]
    assert starts == sorted(starts) and stops == sorted(stops)
    assert alignment.span(0, len(current))[1] <= len(text)


@given(st.one_of(texts, lines_of_pages))
def test_cleaning_can_be_undone_exactly(text: str) -> None:
    new, changes, _ = clean_text(text, DEFAULT_RULES)
    assert restore(new, frame(changes)) == text
    for change in changes:
        assert 0 <= change.start <= change.stop <= len(text)
        assert change.removed != change.inserted


@given(st.one_of(texts, lines_of_pages))
def test_cleaning_settles_and_is_idempotent(text: str) -> None:
    new, _, restless = clean_text(text, DEFAULT_RULES)
    assert restless == []
    assert clean_text(new, DEFAULT_RULES)[:2] == (new, [])


@given(st.one_of(texts, lines_of_pages), st.sampled_from(list(DEFAULT_RULES)))
def test_each_rule_alone_settles(text: str, rule: Rule) -> None:
    new, changes, restless = clean_text(text, [rule])
    assert restless == []
    assert rule.edits(new) == []
    assert restore(new, frame(changes)) == text


@given(st.one_of(texts, lines_of_pages))
def test_kept_characters_lead_back_to_the_same_characters(text: str) -> None:
    new, changes, _ = clean_text(text, DEFAULT_RULES)
    alignment = alignment_of(frame(changes))
    for place, char in enumerate(new):
        start, stop = alignment.span(place, place + 1)
        assert 0 <= start <= stop <= len(text)
        if "\u4e00" <= char <= "\u9fff":  # no rule makes Han of anything in this alphabet
            assert char in text[start:stop]


@given(st.one_of(texts, lines_of_pages))
def test_net_blocks_rebuild_both_texts(text: str) -> None:
    new, changes, _ = clean_text(text, DEFAULT_RULES)
    old_place = new_place = 0
    for block in blocks_of(frame(changes)):
        assert text[old_place : block.old_start] == new[new_place : block.start]
        old_place, new_place = block.old_stop, block.stop
    assert text[old_place:] == new[new_place:]


def test_cleaning_in_two_goes_still_leads_to_the_true_original() -> None:
    text = "稳定,\u200b和谐 工作!\r\n"
    middle, first, _ = clean_text(text, DEFAULT_RULES.only("line_ends", "invisible_characters"))
    start = alignment_of(frame(first))
    new, second, _ = clean_text(middle, DEFAULT_RULES, alignment=start, step=max(change.step for change in first))
    both = frame([*first, *second])
    assert new == "稳定，和谐工作！\n"
    assert restore(new, both) == text
    place = new.index("工作")
    start_, stop_ = to_original(both, place, place + 2)
    assert text[start_:stop_] == "工作"
    assert both["step"].is_monotonic_increasing
    assert [text[a:b] for a, b in zip(both["start"], both["stop"], strict=True)] == both["removed"].tolist()
