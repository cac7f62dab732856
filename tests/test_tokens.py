"""Tokens: layout, filters, joins, splits, and laws that hold for any text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit import tokenization
from textkit.corpus import Corpus
from textkit.errors import ArgumentError, TextkitError, UnknownNameError
from textkit.kinds import is_word
from textkit.matrix import count
from textkit.tokenization import tokenize
from textkit.tokens import Tokens
from textkit.vocabulary import Vocabulary

#            0    5    10
TWO_LINES = ["网格 化 管理，XXX 同志", "加强 网格 化\n加强"]
texts = st.lists(st.text(alphabet="甲乙丙 \n，X*1a", max_size=25), max_size=5)


@dataclass(frozen=True)
class SpansOnly:
    """A segmenter as a user would write one: two characters a word."""

    step: int = 2

    def spans(self, text: str) -> list[tuple[int, int]]:
        return [(i, min(i + self.step, len(text))) for i in range(0, len(text), self.step)]


@dataclass(frozen=True)
class Bad:
    result: tuple[tuple[int, int], ...]

    def spans(self, text: str) -> list[tuple[int, int]]:
        return list(self.result)


@pytest.fixture
def words() -> Tokens:
    docs = pd.DataFrame({"town": ["甲", "甲"]}, index=["a", "b"])
    return tokenize(Corpus(TWO_LINES, docs), "spaces")


def surfaces(tokens: Tokens) -> list[str]:
    return [tokens.corpus.texts[d][a:b] for d, a, b in zip(tokens.doc_ids, tokens.start, tokens.stop, strict=True)]


def test_layout_by_hand(words: Tokens) -> None:
    assert words.words("a") == ["网格", "化", "管理，", "XXX", "同志"]
    assert words.vocabulary.terms == ("网格", "化", "管理，", "XXX", "同志", "加强")
    assert words.ids.tolist() == [0, 1, 2, 3, 4, 5, 0, 1, 5]
    assert words.start.tolist() == [0, 3, 5, 8, 12, 0, 3, 6, 8]
    assert words.stop.tolist() == [2, 4, 8, 11, 14, 2, 5, 7, 10]
    assert words.position.tolist() == [0, 1, 2, 3, 4, 0, 1, 2, 3]
    assert words.offsets.tolist() == [0, 5, 9]
    assert words.lengths.tolist() == [5, 4]
    assert words.term_counts.tolist() == [2, 2, 1, 1, 1, 2]
    assert [a.dtype for a in (words.ids, words.start, words.stop, words.position)] == [np.int32] * 4
    assert not words.ids.flags.writeable


def test_filters_keep_positions(words: Tokens) -> None:
    kept = words.drop(["化"])
    assert kept.words("b") == ["加强", "网格", "加强"]
    assert kept.position.tolist() == [0, 2, 3, 4, 0, 1, 3]
    assert kept.vocabulary.terms == ("网格", "管理，", "XXX", "同志", "加强")
    assert words.keep(is_word).words("a") == ["网格", "化", "管理，", "同志"], "a mask is no word"
    assert words.keep("没有").lengths.tolist() == [0, 0]


def test_map_merges_terms_and_keeps_places(words: Tokens) -> None:
    mapped = words.map(lambda t: {"化": "网格"}.get(t, t))
    assert mapped.vocabulary.terms == ("网格", "管理，", "XXX", "同志", "加强")
    assert surfaces(mapped) == surfaces(words)


def test_join_takes_the_longest_phrase_and_only_neighbours(words: Tokens) -> None:
    joined = words.join(["网格 化", ("网格", "化", "管理，")])
    assert joined.words("a") == ["网格化管理，", "XXX", "同志"]
    assert joined.words("b") == ["加强", "网格化", "加强"]
    assert surfaces(joined)[0] == "网格 化 管理，"
    gap = words.drop(["化"]).join([("网格", "管理，")])
    assert gap.words("a") == ["网格", "管理，", "XXX", "同志"], "what was dropped stays between them"


def test_ngrams_cross_neither_documents_nor_gaps(words: Tokens) -> None:
    grams = words.drop("XXX").ngrams(2)
    assert grams.words("a") == ["网格_化", "化_管理，"]
    assert grams.words("b") == ["加强_网格", "网格_化", "化_加强"]
    assert surfaces(grams)[0] == "网格 化"
    assert len(words.ngrams(9)) == 0
    assert words.ngrams(1) is words


def test_split_moves_tokens_into_pieces(words: Tokens) -> None:
    parts = words.split("paragraph")
    assert parts.corpus.names == ["a#1", "b#1", "b#2"]
    assert parts.words("b#2") == ["加强"]
    assert surfaces(parts) == surfaces(words)
    assert parts.split("sentence").lengths.tolist() == [5, 3, 1]


def test_merge_joins_documents_and_leaves_a_gap(words: Tokens) -> None:
    one = words.merge("town")
    assert one.corpus.names == ["甲"]
    assert surfaces(one) == surfaces(words)
    assert one.ngrams(2).lengths.tolist() == [4 + 3], "no bigram across the seam"


def test_subset_keeps_the_vocabulary(words: Tokens) -> None:
    b = words["b"]
    assert b.vocabulary is words.vocabulary
    assert b.words(0) == words.words("b")
    assert words[["b", "a"]].words(1) == words.words("a")


def test_frames(words: Tokens) -> None:
    frame = words.to_frame()
    assert list(frame.columns) == ["doc", "position", "start", "stop", "term", "tag"]
    assert frame["term"].tolist() == words.words("a") + words.words("b")
    assert frame["tag"].isna().all()
    arrow = words.to_arrow().to_pydict()
    assert arrow == {"doc": ["a", "b"], "words": [words.words("a"), words.words("b")]}


def test_saving(words: Tokens, tmp_path: Path) -> None:
    back = Tokens.load(words.save(tmp_path / "t.parquet"))
    assert back.fingerprint == words.fingerprint
    assert back.segmenter == "Spaces()"
    pd.testing.assert_frame_equal(back.to_frame(), words.to_frame())


@given(texts)
def test_what_follows_from_the_rest_is_what_would_have_been_given(values: list[str]) -> None:
    made = tokenize(Corpus(values), "spaces")
    stop = [a + len(made.vocabulary.terms[i]) for a, i in zip(made.start.tolist(), made.ids.tolist(), strict=True)]
    position = [place for n in made.lengths.tolist() for place in range(n)]
    given_all = Tokens(
        made.ids, made.start, np.array(stop, dtype=np.int64), np.array(position, dtype=np.int64), made.offsets,
        made.vocabulary, made.corpus,
    )  # fmt: skip
    assert (made.stop.tolist(), made.position.tolist()) == (stop, position)
    assert made.fingerprint == given_all.fingerprint
    assert not made.stop.flags.writeable and not made.position.flags.writeable


@given(texts)
def test_every_token_leads_back_to_its_characters(values: list[str]) -> None:
    for segmenter in ("spaces", "characters", SpansOnly()):
        tokens = tokenize(Corpus(values), segmenter)
        assert surfaces(tokens) == [tokens.vocabulary[i] for i in tokens.ids]
        for d, text in enumerate(values):
            a, b = tokens.offsets[d], tokens.offsets[d + 1]
            edges = np.stack([tokens.start[a:b], tokens.stop[a:b]], axis=1).ravel()
            assert (np.diff(edges) >= 0).all()
            assert tokens.position[a:b].tolist() == list(range(b - a))
            assert "".join("".join(surfaces(tokens)[a:b]).split()) == "".join(text.split())


@given(texts, st.sampled_from(["甲", "*", ["X", "XX"], "[乙a]"]))
def test_counting_laws(values: list[str], pattern: object) -> None:
    tokens = tokenize(Corpus(values), "characters")
    dtm = count(tokens)
    assert dtm.matrix.sum() == len(tokens)
    assert dtm.lengths.tolist() == tokens.lengths.tolist()
    first = count(tokens.drop(pattern))  # type: ignore[arg-type]
    then = dtm.drop(pattern)  # type: ignore[arg-type]
    assert first.vocabulary.terms == then.vocabulary.terms
    assert (first.matrix != then.matrix).nnz == 0


@given(texts)
def test_splitting_loses_no_token(values: list[str]) -> None:
    tokens = tokenize(Corpus(values), "characters")
    for unit in ("paragraph", "sentence"):
        parts = tokens.split(unit)
        assert surfaces(parts) == surfaces(tokens)
        assert parts.position.tolist() == tokens.position.tolist()


@given(texts)
def test_the_fast_and_the_general_way_agree(values: list[str]) -> None:
    @dataclass(frozen=True)
    class Slow:
        def spans(self, text: str) -> list[tuple[int, int]]:
            return [(i, i + 1) for i in range(len(text))]

    fast, slow = tokenize(Corpus(values), "characters"), tokenize(Corpus(values), Slow())
    pd.testing.assert_frame_equal(fast.to_frame(), slow.to_frame())


@given(st.lists(st.text(alphabet="网格管理 \n\r\t。X×*1a._", max_size=8), max_size=6))
@pytest.mark.parametrize("segmenter", ["jieba", "spaces", "characters"])
def test_texts_cut_together_are_texts_cut_alone(segmenter: str, values: list[str]) -> None:
    together = tokenize(Corpus(values), segmenter)
    for row, value in enumerate(values):
        alone = tokenize(Corpus([value]), segmenter)
        assert together.words(row) == alone.words(0)
        assert together[[row]].start.tolist() == alone.start.tolist()


@pytest.mark.parametrize("segmenter", ["jieba", "characters", "spaces"])
@pytest.mark.parametrize("size", [7, 50, 1_000])
def test_a_huge_text_is_cut_in_pieces_without_changing_a_word(
    segmenter: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "网格化管理。XXX同志强调\r\n加强  信访工作，GDP增长3.6%。。\n没有句号的一长串文字说的是社会治理创新" * 3
    whole = tokenize(Corpus([text]), segmenter).to_frame()
    monkeypatch.setattr(tokenization, "_PIECE", size)
    pd.testing.assert_frame_equal(tokenize(Corpus([text]), segmenter).to_frame(), whole)


def test_workers_do_not_change_the_result() -> None:
    corpus = Corpus(["网格化管理，XXX同志强调 " * 150_000, "", "信访工作 " * 500_000, "加强"])
    one, two = tokenize(corpus, "spaces"), tokenize(corpus, "spaces", n_jobs=2)
    assert len(list(corpus.texts)) == 4
    assert one.fingerprint == two.fingerprint


def test_a_segmenter_with_part_of_speech() -> None:
    @dataclass(frozen=True)
    class Tagged:
        tagger: str | None = "mine"

        def spans(self, text: str) -> list[tuple[int, int]]:
            return [(i, i + 1) for i in range(len(text))]

        def tagged(self, text: str) -> list[tuple[int, int, str]]:
            return [(i, i + 1, "n" if c == "甲" else "v") for i, c in enumerate(text)]

    tokens = tokenize(Corpus(["甲乙XX甲"]), Tagged())
    assert tokens.to_frame()["tag"].tolist() == ["n", "v", "mask", "n"]
    assert tokens.keep_tags("n").words(0) == ["甲", "甲"]


def test_messages(words: Tokens) -> None:
    with pytest.raises(UnknownNameError, match="unknown segmenter 'jeiba'; did you mean 'jieba'?"):
        tokenize(Corpus(["甲"]), "jeiba")
    with pytest.raises(ArgumentError, match=r"^corpus must be a Corpus, got a str. Make one with read"):
        tokenize("甲")  # type: ignore[arg-type]
    for spans in [((0, 0),), ((1, 1),), ((0, 2), (1, 2)), ((0, 9),), ((-1, 1),)]:
        with pytest.raises(ArgumentError, match=r"gave the span .* must be in order, not overlap"):
            tokenize(Corpus(["甲乙"]), Bad(spans))
    with pytest.raises(ArgumentError, match=r"^function must return a non-empty str, but gave '' for '网格'.$"):
        words.map(lambda t: "")
    with pytest.raises(ArgumentError, match=r"^these tokens have no part of speech."):
        words.keep_tags("n")
    with pytest.raises(ArgumentError, match=r"^a phrase needs at least two words, got '网格'."):
        words.join(["网格"])
    with pytest.raises(ArgumentError, match=r"^phrases must be a list of phrases"):
        words.join("网格 化")
    with pytest.raises(ArgumentError, match=r"^n must be a whole number of at least 1, got 0.$"):
        words.ngrams(0)
    with pytest.raises(ArgumentError, match=r"^offsets must rise from 0 to 1"):
        one = np.array([0])
        Tokens(one, one, one + 1, one, np.array([0, 2]), Vocabulary(["甲"]), Corpus(["甲"]))
    with pytest.raises(ArgumentError, match=r"^ids must lie in \[0, 1\)"):
        Tokens(one + 5, one, one + 1, one, np.array([0, 1]), Vocabulary(["甲"]), Corpus(["甲"]))


def test_a_wrong_fast_path_is_noticed() -> None:
    @dataclass(frozen=True)
    class Liar:
        def spans(self, text: str) -> list[tuple[int, int]]:
            return [(0, len(text))]

        def cut(self, text: str) -> list[str]:
            return [text[:-1]]

    with pytest.raises(TextkitError, match="put together, are not the text"):
        tokenize(Corpus(["甲乙"]), Liar())


def test_empty_things() -> None:
    none = tokenize(Corpus([]), "characters")
    assert (len(none), len(none.vocabulary), none.offsets.tolist()) == (0, 0, [0])
    blank = tokenize(Corpus(["", "  "]), "spaces")
    assert blank.lengths.tolist() == [0, 0]
    assert blank.split("sentence").lengths.tolist() == []
    assert blank.ngrams(2).lengths.tolist() == [0, 0]
    assert count(blank).shape == (2, 0)


def test_html_is_escaped() -> None:
    page = tokenize(Corpus(["<script> <b>"], pd.DataFrame(index=["<u>"])), "spaces")._repr_html_()
    assert "<script>" not in page
    assert "<u>" not in page
