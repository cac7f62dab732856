"""concordance: every hit, its very characters, orders, and how it is shown."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, TextkitWarning
from textkit.stats.concordance import COLUMNS, concordance, display_width, show_concordance
from textkit.tokenization import tokenize

CORPUS = Corpus(["加强 社会 管理 创新\n社会 治理", "网格化 管理 GDP gdp", ""], pd.DataFrame(index=["甲", "乙", "空"]))
WORDS = tokenize(CORPUS, "spaces")


class TestWords:
    def test_by_hand(self) -> None:
        table = concordance(WORDS, "管理", width=3)
        assert list(table.columns) == COLUMNS
        assert table.to_numpy().tolist() == [
            ["甲", 6, 8, "社会 ", "管理", " 创新"],
            ["乙", 4, 6, "格化 ", "管理", " GD"],
        ]
        assert table.attrs["textkit"]["n_hits"] == table.attrs["textkit"]["n_text_hits"] == 2
        assert table.attrs["textkit"]["inputs"] == {"tokens": WORDS.fingerprint}

    def test_line_breaks_are_shown_one_for_one(self) -> None:
        table = concordance(WORDS, "创新", width=4)
        assert table["right"].tolist() == ["⏎社会 "]
        corpus = Corpus(["a\r\nb 词 c\u2028d"])
        table = concordance(corpus, "词", match="text", width=10)
        assert table[["left", "right"]].to_numpy().tolist() == [["a⏎⏎b ", " c⏎d"]]

    def test_a_text_with_nul(self) -> None:
        table = concordance(Corpus(["a\0b\n词\0"]), "词", match="text")
        assert table[["left", "right"]].to_numpy().tolist() == [["a\0b⏎", "\0"]]

    @pytest.mark.parametrize(
        ("pattern", "nodes"),
        [
            ("社会 管理", ["社会 管理"]),
            ("社会 *理", ["社会 管理", "社会 治理"]),
            ("*理", ["管理", "治理", "管理"]),
            (re.compile("^.理$"), ["管理", "治理", "管理"]),
            (["创新", "治理", "没有"], ["创新", "治理"]),
            (lambda term: len(term) == 3, ["网格化", "GDP", "gdp"]),
            ("管理 社会", []),
            ("没有", []),
        ],
    )
    def test_patterns(self, pattern: object, nodes: list[str]) -> None:
        table = concordance(WORDS, pattern)  # type: ignore[arg-type]
        assert table["node"].tolist() == nodes

    def test_a_phrase_stops_at_what_was_dropped_and_at_the_end_of_a_document(self) -> None:
        assert len(concordance(WORDS.drop(["管理"]), "社会 创新")) == 0
        assert len(concordance(WORDS, "治理 网格化")) == 0
        twice = tokenize(Corpus(["a a a"]), "spaces")
        assert concordance(twice, "a a")["start"].tolist() == [0, 2]

    def test_case(self) -> None:
        assert concordance(WORDS, "GDP")["node"].tolist() == ["GDP"]
        for pattern in ("gdp", "g?p", ["gDp"], re.compile("^gd")):
            assert concordance(WORDS, pattern, ignore_case=True)["node"].tolist() == ["GDP", "gdp"]
        assert concordance(WORDS, "gdp", ignore_case=True).attrs["textkit"]["n_text_hits"] == 2

    def test_masks_are_given_as_a_list(self) -> None:
        words = tokenize(Corpus(["***同志 ***"]), "characters")
        assert concordance(words, ["***"])["start"].tolist() == [0, 6]

    def test_segmentation_cannot_hide_a_hit(self) -> None:
        with pytest.warns(TextkitWarning) as caught:
            table = concordance(WORDS, "网格")
        assert str(caught[0].message) == (
            "'网格' is nowhere a word of its own, but its characters occur 1 times. "
            'See them with match="text", or teach the segmenter the word.'
        )
        assert caught[0].filename == __file__
        assert len(table) == 0
        assert table.attrs["textkit"]["n_text_hits"] == 1
        found = concordance(WORDS, "网格", match="text")
        assert found[["doc", "start", "stop"]].to_numpy().tolist() == [["乙", 0, 2]]

    def test_a_phrase_is_counted_with_and_without_blanks(self) -> None:
        words = tokenize(Corpus(["社会 管理 社会管理"]), "spaces")
        about = concordance(words, "社会 管理").attrs["textkit"]
        assert (about["n_hits"], about["n_text_hits"]) == (1, 2)
        assert concordance(words, "社会*").attrs["textkit"]["n_text_hits"] is None

    def test_settings_are_recorded(self) -> None:
        about = concordance(WORDS, re.compile("理"), width=5, sort="left", n=2).attrs["textkit"]
        assert about["settings"] == {
            "pattern": "regex:理", "width": 5, "match": "word", "sort": "left", "ignore_case": False, "n": 2,
        }  # fmt: skip
        assert about["n_hits"] == 3


class TestText:
    def test_regular_expressions_and_collections(self) -> None:
        found = concordance(CORPUS, re.compile("[社治]."), match="text", width=0)
        assert found["node"].tolist() == ["社会", "社会", "治理"]
        assert found["left"].tolist() == ["", "", ""]
        longest = concordance(CORPUS, ["网格", "网格化"], match="text")
        assert longest["node"].tolist() == ["网格化"]
        assert concordance(CORPUS, "Gdp", match="text", ignore_case=True)["start"].tolist() == [7, 11]
        assert concordance(Corpus(["a.b.c"]), ".", match="text")["start"].tolist() == [1, 3]

    def test_empty_matches_are_passed_over(self) -> None:
        assert concordance(CORPUS, re.compile("治*"), match="text")["node"].tolist() == ["治"]

    def test_corpus_is_the_input(self) -> None:
        about = concordance(CORPUS, "管理", match="text").attrs["textkit"]
        assert about["inputs"] == {"corpus": CORPUS.fingerprint}
        assert about["n_text_hits"] is None

    @given(st.lists(st.text("甲乙\n ", max_size=12), min_size=1, max_size=4), st.text("甲乙", min_size=1, max_size=2))
    def test_finds_all_and_quotes_exactly(self, texts: list[str], word: str) -> None:
        corpus = Corpus(texts)
        table = concordance(corpus, word, match="text", width=3)
        assert len(table) == sum(text.count(word) for text in texts)
        for doc, start, stop, left, node, right in table.itertuples(index=False):
            text = corpus.text(doc)
            assert text[start:stop] == node == word
            assert text[max(start - 3, 0) : start].replace("\n", "⏎") == left
            assert text[stop : stop + 3].replace("\n", "⏎") == right

    @given(st.lists(st.text("甲乙丙 ", max_size=12), min_size=1, max_size=4))
    def test_words_are_text_where_every_character_is_a_word(self, texts: list[str]) -> None:
        corpus = Corpus(texts)
        words = tokenize(corpus, "characters")
        in_words, in_text = concordance(words, "甲"), concordance(corpus, "甲", match="text")
        pd.testing.assert_frame_equal(in_words, in_text, check_flags=False)


class TestOrder:
    WORDS = tokenize(Corpus(["b 词 z", "a 词 y", "ab 词 x", "ba 词"]), "spaces")

    def test_by_context(self) -> None:
        table = concordance(self.WORDS, "词", sort="right")
        assert table["right"].tolist() == ["", " x", " y", " z"]
        # backwards from the node: " a", " ab", " b", " ba"
        table = concordance(self.WORDS, "词", sort="left")
        assert table["left"].tolist() == ["a ", "ba ", "b ", "ab "]

    def test_first_lines(self) -> None:
        assert concordance(self.WORDS, "词", n=2)["doc"].tolist() == ["doc1", "doc2"]
        table = concordance(self.WORDS, "词", sort="right", n=2)
        assert table["doc"].tolist() == ["doc4", "doc3"]
        assert table.index.tolist() == [0, 1]
        assert table.attrs["textkit"]["n_hits"] == 4

    def test_ties_stay_in_the_order_of_the_texts(self) -> None:
        words = tokenize(Corpus(["x 词 y", "x 词 y"]), "spaces")
        for sort in ("left", "right"):
            assert concordance(words, "词", sort=sort)["doc"].tolist() == ["doc1", "doc2"]


class TestShow:
    def test_nodes_stand_under_each_other(self) -> None:
        lines = str(show_concordance(concordance(WORDS, "*理", width=4))).splitlines()
        assert lines[-1] == "3 lines"
        assert {display_width(line[: line.index("理")]) for line in lines[:-1]} == {15}

    def test_exactly(self) -> None:
        table = concordance(tokenize(Corpus(["a 词 b", "推进 词 落实"]), "spaces"), "词", width=3)
        assert str(show_concordance(table)) == "doc1     a   词   b\ndoc2  推进   词   落实\n2 lines"

    def test_note(self) -> None:
        words = tokenize(Corpus(["词 词 词语"]), "spaces")
        table = concordance(words, "词", n=1)
        assert str(show_concordance(table)).splitlines()[-1] == (
            '1 line of 2; the characters occur 3 times, inside or across words too: match="text"'
        )
        assert str(show_concordance(concordance(words, "词"), n=1)).splitlines()[-1].startswith("1 line of 2;")
        assert str(show_concordance(table.iloc[:0].copy())).startswith("0 lines")

    def test_html_is_escaped(self) -> None:
        corpus = Corpus(["<script>x</script> & <b>"], pd.DataFrame(index=["<i>"]))
        html = show_concordance(concordance(corpus, "x", match="text"))._repr_html_()
        assert "<script>" not in html
        assert "&lt;script&gt;" in html
        assert "&lt;i&gt;" in html
        assert "<b>x</b>" in html

    def test_control_characters_do_not_move_the_cursor(self) -> None:
        shown = str(show_concordance(concordance(Corpus(["a\t\x1b[31m词\x07"]), "词", match="text")))
        assert "\x1b" not in shown
        assert "\t" not in shown

    def test_other_tables_are_refused(self) -> None:
        with pytest.raises(ArgumentError) as caught:
            show_concordance(pd.DataFrame({"doc": []}))
        assert str(caught.value) == (
            "table lacks the columns 'start', 'stop', 'left', 'node', 'right'; it has 'doc'. "
            "Make the table with concordance(tokens, pattern)."
        )

    @given(st.text())
    def test_width_of_a_terminal(self, text: str) -> None:
        wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
        hidden = sum(unicodedata.category(c) in ("Mn", "Me", "Cf") for c in text)
        width = display_width(text)
        if hidden == 0:
            assert width == len(text) + wide
        assert display_width("网格") == 4
        assert display_width("e\u0301") == 1


class TestMessages:
    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"width": -1}, "width must be a whole number of at least 0, got -1."),
            ({"n": 0}, "n must be a whole number of at least 1, got 0."),
            ({"match": "words"}, "unknown match 'words'; did you mean 'word'? Available: 'word', 'text'."),
            ({"sort": "lft"}, "unknown sort 'lft'; did you mean 'left'? Available: 'position', 'left', 'right'."),
        ],
    )
    def test_settings(self, settings: dict[str, object], message: str) -> None:
        with pytest.raises(ArgumentError) as caught:
            concordance(WORDS, "管理", **settings)  # type: ignore[arg-type]
        assert str(caught.value) == message

    def test_input(self) -> None:
        with pytest.raises(ArgumentError) as caught:
            concordance(CORPUS, "管理")
        assert str(caught.value) == (
            'a Corpus has no words yet. Give tokens (tokenize(corpus)), or use match="text" to search characters.'
        )
        with pytest.raises(ArgumentError, match=r"^tokens must be a Tokens or Corpus, got a str\."):
            concordance("管理", "管理")  # type: ignore[arg-type]

    def test_pattern(self) -> None:
        for match in ("word", "text"):
            with pytest.raises(ArgumentError, match=r"^pattern must not be empty, got ''\.$"):
                concordance(WORDS, "", match=match)
        with pytest.raises(ArgumentError, match=r"^pattern must not be empty, got \['a', ''\]\.$"):
            concordance(WORDS, ["a", ""], match="text")
        with pytest.raises(ArgumentError, match="a collection of strings, got a function"):
            concordance(WORDS, lambda term: True, match="text")
        with pytest.raises(ArgumentError, match="^pattern must be compiled from a str, got one compiled from bytes"):
            concordance(WORDS, re.compile(b"a"), match="text")  # type: ignore[arg-type]


def test_empty_corpus() -> None:
    empty = Corpus([])
    assert len(concordance(tokenize(empty, "spaces"), "a")) == 0
    assert len(concordance(empty, "a", match="text")) == 0
    table = concordance(empty, "a", match="text")
    assert list(table.columns) == COLUMNS
    assert table["start"].dtype == np.int64
