"""The public face of cleaning: clean, cleaning_report, show_edits, original_text."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from textkit.audit import REPORT_COLUMNS, clean, cleaning_report, original_text, show_edits
from textkit.cleaning.audit import EDIT_COLUMNS
from textkit.cleaning.edits import Edit, Rule
from textkit.cleaning.rules import DEFAULT_RULES
from textkit.corpus import Corpus
from textkit.errors import ArgumentError, TextkitWarning, UnknownNameError

RAW = {
    "a": "全区会议上的讲话【精选推荐】\r\n\r\n同志们:\r\n"
    "去年XXX镇化解积案３３件,成效明显。 当前隐藏内容免费查看\r\n推荐访问:讲话",
    "b": "稳定,和谐!",
    "c": "平安。",
}


@pytest.fixture
def corpus() -> Corpus:
    return Corpus(list(RAW.values()), pd.DataFrame({"year": [2019, 2020, 2021]}, index=list(RAW)))


def test_clean_by_hand(corpus: Corpus) -> None:
    done = clean(corpus)
    assert done.texts == ("全区会议上的讲话\n\n同志们：\n去年XXX镇化解积案33件，成效明显。\n", "稳定，和谐！", "平安。")
    assert done.docs["year"].tolist() == [2019, 2020, 2021]
    edits = done.edits
    assert edits is not None
    assert list(edits.columns) == EDIT_COLUMNS
    assert [str(kind) for kind in edits.dtypes] == ["str", "str", "int64", "int64", "int64", "str", "str", "int64"]
    mine = edits[edits["doc"] == "b"]
    assert mine[["rule", "step", "start", "stop", "removed", "inserted", "at"]].values.tolist() == [
        ["punctuation", 1, 2, 3, ",", "，", 2],
        ["punctuation", 1, 5, 6, "!", "！", 5],
    ]
    assert corpus.edits is None  # the corpus that was given is left alone


def test_places_lead_back_to_the_text_as_it_was_read(corpus: Corpus) -> None:
    done = clean(corpus)
    for name, text in done:
        for found in re.finditer("[一-鿿]+", text):
            start, stop = done.to_original(name, *found.span())
            assert RAW[name][start:stop] == found[0]
    text = done.text("a")
    start, stop = done.to_original("a", text.index("33件"), text.index("33件") + 3)
    assert RAW["a"][start:stop] == "３３件"


def test_parts_of_a_cleaned_corpus_lead_back_too(corpus: Corpus) -> None:
    parts = clean(corpus).split("paragraph")
    start, stop = parts.to_original("a#3", 2, 5)
    assert parts.text("a#3")[2:5] == "XXX" == RAW["a"][start:stop]


def test_cleaning_twice_adds_nothing(corpus: Corpus) -> None:
    once = clean(corpus)
    twice = clean(once)
    assert twice.texts == once.texts
    assert once.edits is not None and twice.edits is not None
    pd.testing.assert_frame_equal(twice.edits, once.edits)


def test_cleaning_in_two_goes_still_knows_the_original(corpus: Corpus) -> None:
    done = clean(clean(corpus, ["line_ends", "letters_digits"]))
    assert done.texts == clean(corpus).texts
    assert all(original_text(done, name) == RAW[name] for name in RAW)
    start, stop = done.to_original("a", done.text("a").index("成效"), done.text("a").index("成效") + 2)
    assert RAW["a"][start:stop] == "成效"


def test_edits_survive_saving_and_choosing(corpus: Corpus, tmp_path: Path) -> None:
    done = clean(corpus)
    loaded = Corpus.load(done.save(tmp_path / "corpus.parquet"))
    assert [original_text(loaded, name) for name in RAW] == list(RAW.values())
    assert clean(loaded[["b"]]).texts == ("稳定，和谐！",)
    assert cleaning_report(loaded[["b"]])["doc"].tolist() == ["b"]


def test_rules_can_be_chosen_left_out_and_added(corpus: Corpus) -> None:
    assert clean(corpus, "line_ends").text("a").count("\r") == 0
    assert "讲话【精选推荐】" in clean(corpus, DEFAULT_RULES.without("titles")).text("a")
    assert clean(corpus, []).texts == corpus.texts
    mine = Rule("peace", "平安 becomes 平安中国", lambda text: [Edit(2, 2, "中国")] if text == "平安。" else [])
    done = clean(corpus, ["line_ends", mine])
    assert done.text("c") == "平安中国。"
    assert original_text(done, "c") == "平安。"
    assert cleaning_report(done)["rule"].tolist() == ["line_ends", "peace"]


def test_an_empty_corpus_and_empty_documents() -> None:
    assert clean(Corpus([])).texts == ()
    done = clean(Corpus(["", " \n"]))
    assert done.texts == ("", "")
    assert original_text(done, "doc2") == " \n"
    nothing = cleaning_report(clean(Corpus([""])))
    assert list(nothing.columns) == REPORT_COLUMNS and len(nothing) == 0


def test_what_clean_refuses(corpus: Corpus) -> None:
    with pytest.raises(UnknownNameError, match=r"^unknown rule 'punctuaton'; did you mean 'punctuation'\?"):
        clean(corpus, ["punctuaton"])
    with pytest.raises(ArgumentError) as caught:
        clean(corpus.split("paragraph"))
    assert str(caught.value) == (
        "corpus was made by split; its edits belong to the whole documents. Clean first, then split: "
        "clean(corpus).split(...)."
    )
    with pytest.raises(ArgumentError, match=r"^corpus must be a Corpus, got a list\. Make one with read\(folder\)\.$"):
        clean(["甲"])  # type: ignore[arg-type]


def test_a_rule_that_takes_much_away_is_said() -> None:
    corpus = Corpus(["一二三四五六七八九十" * 3 + "甲"], pd.DataFrame(index=["x"]))
    rule = Rule("heavy", "", lambda text: [Edit(0, 20)] if len(text) > 20 else [])
    with pytest.warns(TextkitWarning) as caught:
        clean(corpus, [rule])
    assert [str(note.message) for note in caught] == [
        (
            "cleaning took much away: 'heavy' removed 65% of 'x'. Look with show_edits(corpus, doc), and leave a rule "
            "out with rules=DEFAULT_RULES.without(name)."
        )
    ]
    assert caught[0].filename == __file__


def test_private_use_characters_are_said() -> None:
    corpus = Corpus(["任务\ue5e5\ue0c6，\uf0b7信访\ue81b"])
    with pytest.warns(
        TextkitWarning, match=r"whose meaning is lost: U\+E5E5 \(1\), U\+E0C6 \(1\)\. They may have stood"
    ):
        assert clean(corpus).texts == ("任务，信访\u3447",)
    clean(corpus, ["blanks"])  # not asked to remove them: nothing to say


def test_a_rule_that_never_settles_is_said() -> None:
    rule = Rule("more", "", lambda text: [Edit(0, 0, "x")])
    with pytest.warns(
        TextkitWarning, match=r"^rules still found something to change after many rounds: 'doc1' \(more\)\.$"
    ):
        done = clean(Corpus(["甲"]), [rule])
    assert original_text(done, "doc1") == "甲"


def test_report_by_hand(corpus: Corpus) -> None:
    report = cleaning_report(clean(corpus))
    assert list(report.columns) == REPORT_COLUMNS
    assert report[["rule", "doc", "edits", "removed", "inserted"]].values.tolist() == [
        ["line_ends", "a", 4, 8, 4],  # the rules stand in the order in which they are applied
        ["letters_digits", "a", 1, 2, 2],
        ["web_lines", "a", 1, 7, 0],
        ["inserts", "a", 1, 11, 0],
        ["titles", "a", 1, 6, 0],
        ["punctuation", "a", 2, 2, 2],
        ["punctuation", "b", 2, 2, 2],
    ]
    assert report.set_index(["rule", "doc"])["example"].to_dict()[("inserts", "a")] == "␣当前隐藏内容免费查看 →"
    assert report.set_index(["rule", "doc"])["example"].to_dict()[("line_ends", "a")] == "‹U+000D›⏎ → ⏎"
    assert report.attrs["textkit"]["function"] == "cleaning_report"


def test_report_needs_a_cleaned_corpus(corpus: Corpus) -> None:
    for call in (cleaning_report, lambda given: show_edits(given, "a")):
        with pytest.raises(
            ArgumentError, match=r"^corpus was never cleaned; make a cleaned one with clean\(corpus\)\.$"
        ):
            call(corpus)


def test_show_edits_as_text(corpus: Corpus) -> None:
    title, first, second = str(show_edits(clean(corpus), "a", width=4)).split("\n")
    assert title == "a: 10 edits in 2 places"
    assert first == (
        "@8  …上的讲话[-【精选推荐】-][-‹U+000D›⏎-]{+⏎+}[-‹U+000D›⏎-]{+⏎+}同志们[-:-]{+：+}[-‹U+000D›⏎-]{+⏎+}去年XX…"
        "   (titles, line_ends, punctuation)"
    )
    assert second == (
        "@34  …化解积案[-３３-]{+33+}件[-,-]{+，+}成效明显。[-␣当前隐藏内容免费查看-][-‹U+000D›⏎-]{+⏎+}"
        "[-推荐访问:讲话-]   (letters_digits, punctuation, inserts, line_ends, web_lines)"
    )


def test_show_edits_as_html_escapes_everything() -> None:
    done = clean(Corpus(["<script>alert(1)</script>信访,工作"], pd.DataFrame(index=["<b>x</b>"])))
    html = show_edits(done, "<b>x</b>")._repr_html_()
    assert "<script>" not in html and "<b>" not in html
    assert (
        "(1)&lt;/script&gt;信访" not in html
        and "/script&gt;信访" in html
        and "&lt;b&gt;x&lt;/b&gt;: 1 edit in 1 place" in html
    )
    assert '<del style="color:#b3261e;text-decoration-thickness:2px">,</del>' in html
    assert '<ins style="color:#0b57a4;text-decoration-thickness:2px">，</ins>' in html


def test_show_edits_says_how_many_it_left_out() -> None:
    done = clean(Corpus(["信访工作,要抓好落实见成效。" * 5]))
    view = show_edits(done, "doc1", n=2, width=3)
    assert str(view).split("\n")[-1] == "… and 3 more places; show_edits(corpus, doc, n=5) shows all."
    assert len(str(view).split("\n")) == 4
    assert "3 more places" in view._repr_html_()


def test_show_edits_shortens_what_is_long() -> None:
    rule = Rule("cut", "", lambda text: [Edit(5, len(text) - 5)] if len(text) > 50 else [])
    with pytest.warns(TextkitWarning):
        done = clean(Corpus(["甲" * 1000]), [rule])
    assert "…830 characters…" in str(show_edits(done, "doc1"))


def test_show_edits_of_a_document_that_needed_none(corpus: Corpus) -> None:
    assert str(show_edits(clean(corpus), "c")) == "c: 0 edits in 0 places"
    with pytest.raises(UnknownNameError, match="unknown document 'z'"):
        show_edits(clean(corpus), "z")


@pytest.mark.shared
def test_the_speeches(shared: Path) -> None:
    paths = sorted((shared / "data" / "speeches").glob("0*.txt"))
    raw = [path.read_bytes().decode() for path in paths]
    done = clean(Corpus(raw))
    assert [original_text(done, name) for name in done.names] == raw
    report = cleaning_report(done).groupby("rule")["edits"].sum().to_dict()
    assert {rule: report[rule] for rule in ("titles", "source_lines", "editor_lines", "inserts", "web_lines")} == {
        "titles": 2,
        "source_lines": 1,
        "editor_lines": 1,
        "inserts": 1,
        "web_lines": 1,
    }
    assert "网友投稿" in str(show_edits(done, "doc4"))
