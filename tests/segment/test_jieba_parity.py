"""The fast engine and the private jieba against jieba as published: the same words on every text."""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path
from typing import Any

import pytest

from textkit.segment.dictionary import Dictionary, jieba_folder
from textkit.segment.engine_python import PythonEngine
from textkit.segment.engine_rust import _SIGN_WORDS, RustEngine
from textkit.segment.lexicon import INSIDE, Entry

LATIN = [*"abcXYZzqQTCB", "AT", "GDP", "WES", "iPhone", "style", "4S", "IP"]
DIGITS = [*"0123456789", "2024", "3.6", "10%", "09"]
SIGNS = [*".-_%+#&" * 3, *"，。 \t\r\n/@*()（）:￥·", "\r\n", "++", "#", "AT&T", "C++", "XXX", "　", "\x00", "\ufeff"]
TRADITIONAL = [*"國龍門書學體點灣會發華萬與為這個們來時說對麼關於臺灣"]
OUTSIDE = [
    chr(c)
    for c in (
        *range(0x3400, 0x3410),
        *range(0x20000, 0x20010),
        *(0xF900, 0xFA0E, 0x2F800, 0x9FD6, 0x9FFF, 0x2A700, 0x30000, 0xD800, 0xDC00, 0x3007, 0x4DC0, 0xE000, 0x1F33E),
    )
]
RARE = [chr(c) for c in range(0x4E00, 0x9FD6)]

USER = [
    Entry("网格化管理"),
    Entry("低保", 500, "n"),
    Entry("5G"),
    Entry("5G基站"),
    Entry("T恤", 10),
    Entry("中国", 3),
    Entry("的", 1),
    Entry("e-mail"),
    Entry("A.B", 50),
    Entry("GDP", None, "eng"),
    Entry("3.15晚会"),
    Entry("社会 管理"),
    Entry("龘靐"),
    Entry("㐀㐁", 100),
    Entry("C++", 1_000_000),
    Entry("-", 5),
    Entry("a", 100_000),
    Entry("人民", 99_999_999),
    Entry("国龘"),
]
DELETED = [
    *(Entry(word, 0) for word in ("中国", "今天天气", "的", "5G", "AT&T", "管理", "一个")),
    Entry("网格化"),
    Entry("国家", 7),
]


class Strings:
    """Random strings of Han (common, rare, both scripts, outside jieba's range), Latin, digits and signs."""

    def __init__(self, seed: int, words: list[str], extra: list[str]) -> None:
        self.random = random.Random(seed)
        common = [word for word in words if len(word) == 1]
        self.extra = extra
        self.mixtures = [
            [LATIN, LATIN, LATIN, DIGITS, DIGITS, DIGITS, SIGNS, SIGNS, SIGNS, common],
            [words, words, words, words, common, common, LATIN, DIGITS, SIGNS, TRADITIONAL],
            [common, common, common, RARE, RARE, TRADITIONAL, TRADITIONAL, OUTSIDE, DIGITS, SIGNS],
            [words, words, common, RARE, OUTSIDE, LATIN, DIGITS, SIGNS, SIGNS, TRADITIONAL],
        ]

    def next(self) -> str:
        pick = self.random.choice
        mixture = pick(self.mixtures)
        parts = []
        for _ in range(pick([1, 2, 3, 4, 5, 6, 8, 10, 14])):
            pool = self.extra if self.extra and self.random.random() < 0.15 else pick(mixture)
            parts.append(pick(pool))
        return "".join(parts)


@pytest.fixture(scope="module")
def words() -> list[str]:
    return list(Dictionary().frequencies)


def fuzz(reference: Any, words: list[str], entries: list[Entry], *, hmm: bool, n: int, seed: int) -> list[Any]:
    """Return the first strings that the fast engine cuts differently from jieba."""
    engine, jieba = RustEngine(entries, hmm=hmm), reference(entries)
    extra = [part for entry in entries for part in (entry.word, entry.word[:-1], *entry.word) if part]
    strings = Strings(seed, words, extra)
    different = []
    for _ in range(n):
        text = strings.next()
        wanted, got = jieba.lcut(text, HMM=hmm), engine.cut(text)
        if wanted != got:
            different.append((text, wanted, got))
    return different[:5]


# Together 60,000 random strings, and some.
@pytest.mark.parametrize("hmm", [True, False])
def test_fuzz_without_user_words(reference: Any, words: list[str], hmm: bool) -> None:
    assert fuzz(reference, words, [], hmm=hmm, n=40_000 if hmm else 20_000, seed=20_240_918) == []


@pytest.mark.parametrize("hmm", [True, False])
@pytest.mark.parametrize("which", ["user", "deleted", "both"])
def test_fuzz_with_user_words(reference: Any, words: list[str], which: str, hmm: bool) -> None:
    known = {entry.word for entry in USER}
    both = USER + [entry for entry in DELETED if entry.word not in known]
    entries = {"user": USER, "deleted": DELETED, "both": both}[which]
    assert fuzz(reference, words, entries, hmm=hmm, n=4_000, seed=7) == []


def test_fuzz_with_random_lexicons(reference: Any, words: list[str]) -> None:
    for seed in range(6):
        strings = Strings(seed, words, [])
        pick = strings.random.choice
        made: dict[str, Entry] = {}
        for _ in range(pick([1, 3, 10, 40])):
            word = pick([pick(words), strings.next(), pick(LATIN) + pick(SIGNS) + pick(DIGITS)])
            if word.strip():
                made[word] = Entry(word, pick([None, None, None, 0, 1, 3, 50, 1000, 10**6, 10**8]))
        assert fuzz(reference, words, list(made.values()), hmm=seed % 2 == 0, n=500, seed=seed) == []


@pytest.mark.parametrize(
    ("letters", "length", "entries"),
    [
        ("a1.-_中", 5, []),
        ("a1.-_%+#&中", 4, []),
        ("C+#1中T", 4, []),
        ("a1.-中", 5, [Entry("a-1"), Entry("1a中"), Entry("aa", 3), Entry("a.", 9), Entry("中a")]),
    ],
)
def test_every_short_string_of_letters_and_signs(reference: Any, letters: str, length: int, entries: Any) -> None:
    engine, jieba = RustEngine(entries, hmm=True), reference(entries)
    for chars in itertools.product(letters, repeat=length):
        text = "".join(chars)
        assert engine.cut(text) == jieba.lcut(text), text


@pytest.mark.parametrize("hmm", [True, False])
def test_the_private_jieba_is_jieba(reference: Any, words: list[str], hmm: bool) -> None:
    engine, jieba = PythonEngine(USER + DELETED[1:2], hmm=hmm), reference(USER + DELETED[1:2])
    strings = Strings(3, words, [entry.word for entry in USER + DELETED])
    for _ in range(2_000):
        text = strings.next()
        assert engine.cut(text) == jieba.lcut(text, HMM=hmm), text
    assert engine.total == jieba.total
    assert all(engine.frequency(entry.word) == jieba.FREQ[entry.word] for entry in USER)


def test_worked_out_frequencies_are_those_of_jieba(reference: Any, words: list[str]) -> None:
    """suggest_freq is worked out without loading jieba, from its formula: max(int(p * total) + 1, freq(word))."""
    strings = Strings(11, words, [])
    texts = [strings.next() for _ in range(500)] + ["中国", "CALL", "网格", "AT", "人民币汇率", "\ud800", "γ射线"]
    entries = [Entry(word) for word in dict.fromkeys(texts) if word.strip()] + [Entry("人民", 3)]
    jieba, engine = reference(entries), RustEngine(entries, hmm=True)
    assert engine.frequencies == {entry.word: jieba.FREQ[entry.word] for entry in entries}


def test_worked_out_frequencies_by_hand() -> None:
    book = Dictionary()
    # 318,825 (的) * 217,830 (一) / 60,101,967 = 1,155.5: one more than the whole part
    assert book.suggest("的一", ["的", "一"]) == 1_156
    # 网 7,209 * 格 4,237 / total = 0.5, but the dictionary has the word with 104
    assert book.suggest("网格", ["网", "格"]) == 104
    # in the dictionary as one piece: freq / total * total + 1
    assert book.suggest("中国", ["中国"]) == 129_471
    # the beginning of AT&T counts 0, so the product is 0; then 0 + 1
    assert book.suggest("AT", ["AT"]) == 1


def test_the_dictionary_has_these_words_of_ascii_only() -> None:
    """The fast engine leaves blocks with such words to jieba; it has to know all of them."""
    book = Dictionary()
    signed = [w for w in book.frequencies if len(w) > 1 and (w.isascii() or re.search(r"[+#&._%-]", w))]
    assert sorted(signed) == sorted(_SIGN_WORDS)
    assert len(book.frequencies) == 349_045
    assert book.total == 60_101_967
    assert [w for w in book.frequencies if not re.fullmatch(f"[{INSIDE}]+", w)] == ["γ射线"]


def test_both_libraries_have_the_same_words() -> None:
    import rjieba

    assert [word for word in Dictionary().frequencies if not rjieba.has_word(word)] == []


def test_a_huge_block_is_cut_in_linear_time() -> None:
    text = "a-1" * 50_000 + "网格化" * 50_000
    assert "".join(RustEngine([], hmm=True).cut(text)) == text


def test_jieba_is_loaded_only_when_needed() -> None:
    engine = RustEngine([], hmm=True)
    engine.cut("2022-09-18的F-16，v1.2.3，www.gov.cn/a_b，3.6%，龘靐㐀𠀀。")
    assert engine._exact is None
    engine.cut("C++-11")
    assert engine._exact is not None


def test_the_published_lists_agree_word_by_word(reference: Any) -> None:
    """Every word of the dictionary alone, and every pair of neighbours in it: ties are broken alike."""
    jieba, engine = reference(), RustEngine([], hmm=True)
    lines = (jieba_folder() / "dict.txt").read_text(encoding="utf-8").split()[::3]
    for first, second in itertools.pairwise(lines[::25]):
        assert engine.cut(first + second) == jieba.lcut(first + second)


@pytest.mark.shared
def test_real_texts_line_by_line(reference: Any, shared: Path) -> None:
    """Every fifth line, and every line with a place to repair; benchmarks/segment_parity.py takes all."""
    jieba, engine = reference(), RustEngine([], hmm=True)
    n = 0
    for path in sorted((shared / "data").rglob("*.txt")):
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        for place, line in enumerate(text.splitlines(keepends=True)):
            if place % 5 == 0 or engine._search(line) is not None:
                n += 1
                assert engine.cut(line) == jieba.lcut(line), f"{path.name}: {line!r}"
    assert n > 1_000
