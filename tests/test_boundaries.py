"""Paragraph and sentence spans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.boundaries import paragraph_spans, sentence_spans


def pieces(text: str, spans: list[tuple[int, int]]) -> list[str]:
    return [text[a:b] for a, b in spans]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("他说：“好！”然后走了。", ["他说：“好！”", "然后走了。"]),
        ("增长3.6%。见http://a.cn/x。", ["增长3.6%。", "见http://a.cn/x。"]),
        ("什么？！真的……是的", ["什么？！", "真的……", "是的"]),
        ("One. Two (three). Four", ["One.", "Two (three).", "Four"]),
        ("一、总体要求\n加强管理。", ["一、总体要求", "加强管理。"]),
        ("", []),
        ("  \n\n ", []),
        ("。", ["。"]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert pieces(text, sentence_spans(text)) == sentences


def test_every_kind_of_line_end_parts_paragraphs() -> None:
    text = "一\r\n二\r三\u2028四\u2029五\u0085六"
    assert pieces(text, paragraph_spans(text)) == list("一二三四五六")


@given(st.text(alphabet="甲乙。！？…”A.3 \n\u3000", max_size=60))
def test_spans_are_ordered_disjoint_and_lose_only_blanks(text: str) -> None:
    for spans in (paragraph_spans(text), sentence_spans(text)):
        flat = [edge for span in spans for edge in span]
        assert flat == sorted(flat)
        assert all(a < b for a, b in spans)
        kept = "".join(pieces(text, spans))
        assert "".join(kept.split()) == "".join(text.split())
