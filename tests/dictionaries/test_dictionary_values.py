"""Dictionary: what it holds, what it refuses and in which words, and that nothing in it can be changed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.dictionaries import Dictionary, Entry
from textkit.dictionaries.entries import escaped, shape_of
from textkit.dictionaries.scanning import Trie, code_points, narrowed, winners
from textkit.errors import ArgumentError, UnknownNameError

MOOD = {"情感": {"积极": ["好", "高兴*"], "消极": {"坏": 2.0}, "心情": 0.5}, "治理": ("社会 管理", ("网格", 3))}


def test_what_it_holds() -> None:
    mood = Dictionary(MOOD, name="mood", source="made up", licence="MIT")
    assert mood.entries == (
        Entry("情感", "心情", 0.5),  # categories come before those inside them
        Entry("情感/积极", "好", 1.0),
        Entry("情感/积极", "高兴*", 1.0),
        Entry("情感/消极", "坏", 2.0),
        Entry("治理", "社会 管理", 1.0),
        Entry("治理", "网格", 3.0),
    )
    assert mood.categories == ("情感", "情感/积极", "情感/消极", "治理")
    assert (len(mood), mood.depth, mood.words) == (6, 2, ("心情", "好", "坏", "网格"))
    assert list(mood) == list(mood.entries)
    assert (mood.name, mood.source, mood.licence) == ("mood", "made up", "MIT")
    assert repr(mood) == "Dictionary(6 entries in 4 categories; mood)"
    assert repr(Dictionary({"a": ["b"]})) == "Dictionary(1 entry in 1 category)"


def test_paths_and_nesting_mean_the_same() -> None:
    flat = Dictionary({"情感/积极": ["好"], "治理": ["网格"], "情感/消极": ["坏"]})
    nested = Dictionary({"情感": {"积极": ["好"], "消极": ["坏"]}, "治理": ["网格"]})
    assert flat.entries == nested.entries and flat.fingerprint == nested.fingerprint
    assert Dictionary({"a": {"好": np.float64(2), "坏": np.int64(3)}}).entries[1].weight == 3.0
    assert Dictionary({"a": {"x", "y", "b"}}).entries == Dictionary({"a": ["b", "x", "y"]}).entries  # sets are sorted


def test_a_branch() -> None:
    mood = Dictionary(MOOD, name="mood")
    assert [row.entry for row in mood["情感"]] == ["心情", "好", "高兴*", "坏"]
    assert mood["情感/积极"].categories == ("情感", "情感/积极")
    assert mood["治理"].name == "mood"
    with pytest.raises(UnknownNameError, match="unknown category '治'; did you mean '治理'"):
        mood["治"]


def test_tables() -> None:
    mood = Dictionary(MOOD)
    assert list(mood.to_frame().columns) == ["category", "entry", "weight"]
    assert Dictionary.from_frame(mood.to_frame()).entries == mood.entries
    assert Dictionary.from_frame(pd.DataFrame({"category": ["a"], "entry": ["b"]})).entries[0].weight == 1
    with pytest.raises(ArgumentError, match="frame lacks the columns 'entry'; it has 'category'"):
        Dictionary.from_frame(pd.DataFrame({"category": ["a"]}))
    with pytest.raises(ArgumentError, match=r"row 1: entry nan in category 'a' is of type float, not text"):
        Dictionary.from_frame(pd.DataFrame({"category": ["a", "a"], "entry": ["b", np.nan]}))


def test_nothing_can_be_changed() -> None:
    given_mapping = {"a": ["好"]}
    dictionary = Dictionary(given_mapping)
    before = dictionary.fingerprint
    given_mapping["a"].append("坏")
    frame = dictionary.to_frame()
    frame.loc[0, "entry"] = "坏"
    assert (dictionary.fingerprint, len(dictionary)) == (before, 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        dictionary.name = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        dictionary.entries[0] = Entry("a", "b")  # type: ignore[index]


def test_the_fingerprint_tells_dictionaries_apart() -> None:
    made = [{"a": ["b"]}, {"b": ["a"]}, {"a": {"b": 2}}, {"a": ["b", "c"]}, {"a/b": ["b"]}]
    assert len({Dictionary(categories).fingerprint for categories in made}) == 5
    assert Dictionary(made[0], name="x").fingerprint == Dictionary(made[0]).fingerprint


def test_html_is_escaped() -> None:
    shown = Dictionary({"<b>": ["<script>", ("&", 2)]}, name="<i>", source="<u>", licence='"MIT"')._repr_html_()
    assert "<script>" not in shown and "&lt;script&gt;" in shown and "&amp; (2)" in shown
    assert "<i>" not in shown and "<u>" not in shown and "Licence: &quot;MIT&quot;" in shown


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("", "is empty. Delete it."),
        ("  ", "is empty. Delete it."),
        ("好 ", "begins or ends with a blank. Delete the blank."),
        ("\u3000好", "begins or ends with a blank. Delete the blank."),
        ("好\n坏", "can never match: it has the control character U+000A. Delete it."),
        ("好\x07", "can never match: it has the control character U+0007. Delete it."),
        ("好\u2028坏", "can never match: it has the control character U+2028. Delete it."),
        ("好\u200b", "can never match: it has the invisible character U+200B (ZERO WIDTH SPACE). Delete it."),
        (
            "好\ud83d",
            (
                "can never match: it has half a character (a lone surrogate, U+D83D). "
                "Read it again with the right encoding."
            ),
        ),
        ("*", "has a word of nothing but wildcards, which matches any word. Add a letter; [*] is the sign itself."),
        (
            "管理 ??",
            "has a word of nothing but wildcards, which matches any word. Add a letter; [*] is the sign itself.",
        ),
        ("a[b", "has a [ without its ]. Write [[] for the sign itself."),
        ("a[z-b]", "can never match: a range runs backwards, as in [z-a]. Write it as [a-z]."),
        (3, "is of type int, not text. Write it in quotes."),
        (None, "is of type NoneType, not text. Write it in quotes."),
        ("长" * 501, "has 501 characters; an entry may have 500. Is it a sentence of a text?"),
    ],
)
def test_entries_that_cannot_be_used(entry: object, problem: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        Dictionary({"积极": [entry]})
    shown = repr(entry) if len(repr(entry)) <= 60 else repr(entry)[:57] + "..."
    assert str(caught.value) == f"entry {shown} in category '积极' {problem}"


@pytest.mark.parametrize(
    ("categories", "message"),
    [
        ({"a": ["好", "好"]}, "entry '好' in category 'a' stands twice in this category. Delete one."),
        ({"a": ["x y", "x  y"]}, "entry 'x  y' in category 'a' stands twice in this category. Delete one."),
        ({"a": {"好": True}}, "entry '好' in category 'a' has the weight True, which is no number. Write a number, or leave it out."),  # noqa: E501
        ({"a": {"好": float("nan")}}, "entry '好' in category 'a' has the weight nan. Write a finite number."),
        ({"a": {"b": 10**400}}, "entry 'b' in category 'a' has a weight too large for a number. Write a smaller one."),
        ({"a": [("好", "2")]}, "entry '好' in category 'a' has the weight '2', which is no number. Write a number, or leave it out."),  # noqa: E501
        ({"a/": ["好"]}, "entry '好' in category 'a/' has a category without a name. Write 'name' or 'name/name'."),
        ({"": ["好"]}, "entry '好' in category '' has a category without a name. Write 'name' or 'name/name'."),
        ({"a /b": ["好"]}, "entry '好' in category 'a /b' has a category with a blank at an end. Delete the blank."),
        ({3: ["好"]}, "entry '好' in category 3 has a category of type int, not text. Write it in quotes."),
        ({"a\x00": ["好"]}, "entry '好' in category 'a\\x00' has a category that has the control character U+0000. Delete it."),  # noqa: E501
        ({"a": []}, "category 'a' has no entries. Add some, or leave it out."),
        ({"a": {"b": {}}}, "category 'a/b' has no entries. Add some, or leave it out."),
        ({"a": "好"}, "category 'a' must hold a list or a mapping of entries, got '好'. Put a single entry in a list."),
        ({"a": None}, "category 'a' must hold a list or a mapping of entries, got None. Put a single entry in a list."),
    ],
)  # fmt: skip
def test_categories_that_cannot_be_used(categories: dict, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        Dictionary(categories)
    assert str(caught.value) == message


def test_other_messages() -> None:
    with pytest.raises(ArgumentError, match=r"^entry '好' stands outside any category. Give a mapping from categories"):
        Dictionary({"好": 1.0})
    with pytest.raises(ArgumentError, match=r"^categories must be a Mapping, got a list. Give a mapping"):
        Dictionary(["好"])  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"^categories has no entries. Give a mapping"):
        Dictionary({})
    with pytest.raises(ArgumentError, match=r"name must be a str, got a int"):
        Dictionary({"a": ["b"]}, name=3)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="name has half a character"):
        Dictionary({"a": ["b"]}, name="\ud800")
    deep: dict = {"好": 1}
    for _ in range(60):
        deep = {"a": deep}
    with pytest.raises(ArgumentError, match="more than 50 deep"):
        Dictionary(deep)
    with pytest.raises(ArgumentError) as caught:
        Dictionary({"a": ["", " b", "c ", "d\n", "好"]})
    assert str(caught.value).endswith("Delete the blank. And 1 more.")


@given(st.text(min_size=1, max_size=8))
def test_an_escaped_text_means_itself(text: str) -> None:
    if text.split() == [text]:
        assert shape_of(escaped(text)).literal == text


# --- the search ------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.text("ab甲", min_size=1, max_size=5), min_size=1, max_size=8, unique=True), st.text("ab甲", max_size=30)
)
def test_the_trie_finds_what_find_finds(strings: list[str], text: str) -> None:
    found = Trie([code_points(string).tolist() for string in strings]).scan(code_points(text))
    got = sorted(zip(found.first.tolist(), found.length.tolist(), found.string.tolist(), strict=True))
    slow = [
        (place, len(string), i)
        for i, string in enumerate(strings)
        for place in range(len(text))
        if text.startswith(string, place)
    ]
    assert got == sorted(slow)


@given(st.text("a甲 \t\n，", max_size=20))
def test_narrowed_texts_lead_back(text: str) -> None:
    points, places = narrowed(text)
    shown = "".join(map(chr, points.tolist()))
    assert all(char == " " or text[place] == char for char, place in zip(shown, places.tolist(), strict=True))
    assert [char for char in shown if char != " "] == [char for char in text if char not in " \t"]
    for place, char in enumerate(shown):
        if char == " ":
            assert shown[place - 1] == shown[place + 1] == "a"


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 5)), max_size=12, unique=True))
def test_winners_cover_without_overlap(spans: list[tuple[int, int]]) -> None:
    ordered = sorted(((a, a + n) for a, n in spans), key=lambda span: (span[0], -span[1]))
    first, stop = np.array(ordered, dtype=np.int64).reshape(-1, 2).T
    winner = winners(first, stop)
    kept = [span for i, span in enumerate(ordered) if winner[i] == i]
    free, slow = 0, []
    for span in ordered:
        if span[0] >= free:
            slow.append(span)
            free = span[1]
    assert kept == slow
    for i, span in enumerate(ordered):
        best = ordered[int(winner[i])]
        assert best in kept and best[0] < span[1] and span[0] < best[1]
