"""User words from lists, jieba files and tables: what is read, what is refused, what is only worth a warning."""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from textkit.errors import ArgumentError, ReadError, TextkitWarning
from textkit.segment.jieba import Jieba
from textkit.segment.lexicon import check_lexicon, read_lexicon

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def write(content: str | bytes, name: str = "words.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def problems(source: Any) -> list[tuple[int, str, str]]:
    table = check_lexicon(source)
    return list(zip(table["line"].tolist(), table["word"].tolist(), table["problem"].tolist(), strict=True))


def rows(source: Any) -> list[tuple[Any, ...]]:
    table = read_lexicon(source)
    assert list(table.columns) == ["word", "freq", "tag"]
    return [tuple(None if v != v else v for v in row) for row in table.itertuples(index=False, name=None)]


ALL_THREE = [("网格化管理", 500.0, "n"), ("低保户", None, "n"), ("一网通办", 30.0, None), ("放管服", None, None)]


# --- the same words in every form ---------------------------------------------------------------------------------


def test_jieba_format(make: Make) -> None:
    path = make("网格化管理 500 n\n\n低保户 n\r\n一网通办\t30\n  放管服  \n")
    assert rows(path) == ALL_THREE
    assert problems(path) == [(4, "", "separator")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "word,freq,tag\n网格化管理,500,n\n低保户,,n\n一网通办,30,\n放管服,,\n"),
        ("b.csv", "词性,来源,词语,词频\nn,甲,网格化管理,500\nn,甲,低保户,\n,乙,一网通办,30\n,,放管服,\n"),
        ("c.csv", "网格化管理,500,n\n低保户,,n\n一网通办,30\n放管服\n"),
        ("d.tsv", "Word\tFreq\tTag\n网格化管理\t500\tn\n低保户\t\tn\n一网通办\t30\t\n放管服\n"),
    ],
)
def test_tables(make: Make, name: str, text: str) -> None:
    assert rows(make(text, name)) == ALL_THREE
    assert problems(make(text, name)) == []


def test_xlsx(tmp_path: Path) -> None:
    path = tmp_path / "words.xlsx"
    pd.DataFrame(
        {"词": [w for w, _, _ in ALL_THREE], "词频": [500, None, 30, None], "词性": ["n", "n", None, None]}
    ).to_excel(path, index=False)
    assert rows(path) == ALL_THREE


def test_frames_lists_and_mappings() -> None:
    frame = pd.DataFrame(
        {"tag": ["n", "n", None, None], "word": [w for w, _, _ in ALL_THREE], "freq": [500, None, 30, None]}
    )
    assert rows(frame) == ALL_THREE
    assert rows(frame.astype({"freq": "Int64"})) == ALL_THREE
    assert rows(read_lexicon(frame)) == ALL_THREE  # what it returns can be given again
    assert rows([("网格化管理", 500, "n"), ("低保户", None, "n"), ["一网通办", np.int64(30)], "放管服"]) == ALL_THREE
    assert rows({"网格化管理": 500, "放管服": None}) == [("网格化管理", 500.0, None), ("放管服", None, None)]
    assert rows(w for w in ["放管服"]) == [("放管服", None, None)]
    assert rows([]) == []


def test_the_table_says_where_it_comes_from(make: Make) -> None:
    path = make("网格化管理\n")
    for table, name in ((read_lexicon(path), "read_lexicon"), (check_lexicon(path), "check_lexicon")):
        note = table.attrs["textkit"]
        assert note["function"] == name
        assert note["inputs"] == {"source": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert check_lexicon(path).dtypes.astype(str).tolist() == ["int64", "str", "str", "str", "str"]
    assert len(check_lexicon(path)) == 0


# --- words that cannot work ---------------------------------------------------------------------------------------

DOUBTFUL = [
    ("网格化 管理", "blank", "contains U+0020 (SPACE)"),
    ("管理　", "blank", "contains U+3000 (IDEOGRAPHIC SPACE)"),
    ("管\xa0理", "blank", "contains U+00A0 (NO-BREAK SPACE)"),
    ("网\u200b格", "hidden character", "contains U+200B (ZERO WIDTH SPACE)"),
    ("\ufeff网格", "hidden character", "contains U+FEFF (ZERO WIDTH NO-BREAK SPACE)"),
    ("５Ｇ", "splits", "contains U+FF15 (FULLWIDTH DIGIT FIVE)"),
    ("3·15", "splits", "contains U+00B7 (MIDDLE DOT)"),
    ("十四五，规划", "splits", "contains U+FF0C (FULLWIDTH COMMA)"),
    ("㐀㐁", "splits", "contains U+3400 (CJK UNIFIED IDEOGRAPH-3400)"),
    ("XXX同志", "mask", "contains the mask 'XXX'"),
    ("的", "one character", "a single character is always a word"),
]


@pytest.mark.parametrize(("word", "problem", "detail"), DOUBTFUL)
def test_each_problem(word: str, problem: str, detail: str) -> None:
    table = check_lexicon(["网格化管理", word])
    assert table[["line", "word", "problem", "detail"]].to_numpy().tolist() == [[2, word, problem, detail]]
    if problem not in ("one character", "mask"):
        with pytest.warns(TextkitWarning, match="problems"):
            cutter = Jieba(words=[word])
        assert word not in cutter.cut(f"有{word}和{word}")  # it really never comes out as one word


def test_a_light_word_is_found_by_trying() -> None:
    # 经济 48,718 * 发展 68,664 / 60,101,967 = 55.7: 55 is too light, 56 will do
    table = check_lexicon([("经济发展", 55)])
    assert table[["line", "word", "problem", "detail"]].to_numpy().tolist() == [
        [1, "经济发展", "outweighed", "is cut as 经济/发展"]
    ]
    assert table.loc[0, "advice"] == "Leave the frequency out to have it worked out, or add the whole phrase."
    assert problems([("经济发展", 56)]) == []
    assert problems(["经济发展"]) == []
    assert problems([("经济发展", 0)]) == []  # to be deleted: it should fall apart


def test_duplicates() -> None:
    table = check_lexicon([("低保户", 5_000), "放管服", ("低保户", 9_000)])
    assert table[["line", "word", "problem", "detail"]].to_numpy().tolist() == [
        [3, "低保户", "duplicate", "stands in line 1 too"]
    ]
    with pytest.warns(TextkitWarning, match="duplicate"):
        assert rows([("低保户", 5_000), "放管服", ("低保户", 9_000)]) == [
            ("低保户", 9_000.0, None),
            ("放管服", None, None),
        ]


def test_a_frequency_beyond_the_dictionary() -> None:
    assert problems([("低保户", 60_101_968)]) == [(1, "低保户", "large frequency")]
    assert problems([("低保户", 60_101_967)]) == []


def test_the_warning_counts_and_shows_the_first() -> None:
    message = (
        "words has problems (2 blank, 1 duplicate, 1 mask): line 1 '网格 化': contains U+0020 (SPACE). jieba cuts at "
        "blanks. Delete it, or join the parts afterwards: tokens.join(phrases). line 3 '放管服': stands in line 2 too. "
        "Keep one; the last one counts. line 4 '低 保': contains U+0020 (SPACE). jieba cuts at blanks. Delete it, or "
        "join the parts afterwards: tokens.join(phrases). And 1 more. check_lexicon(...) lists all."
    )
    with pytest.warns(TextkitWarning, match=f"^{re.escape(message)}$") as caught:
        Jieba(words=["网格 化", "放管服", "放管服", "低 保", "XX局"])
    assert caught[0].filename == __file__


def test_harmless_things_give_no_warning(make: Make) -> None:
    path = make("\ufeff网格化管理\t500\n的\n")
    assert problems(path) == [(1, "", "byte order mark"), (1, "", "separator"), (2, "的", "one character")]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert rows(path) == [("网格化管理", 500.0, None), ("的", None, None)]


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "line", "problem", "detail"),
    [
        ([("低保户", -1)], 1, "frequency", "the frequency is -1"),
        (["放管服", ("低保户", 1.5)], 2, "frequency", "the frequency is 1.5"),
        ([("低保户", True)], 1, "frequency", "the frequency is True"),
        ([("低保户", "五")], 1, "frequency", "the frequency is '五'"),
        ([("低保户", 10**12 + 1)], 1, "frequency", "the frequency is 1000000000001"),
        ([("社会", "管理")], 1, "frequency", "the frequency is '管理'"),
        ([("低保户", 5, "n x")], 1, "tag", "the part of speech is 'n x'"),
        ([2024], 1, "not text", "the word is 2024, a int"),
        (["放管服", ""], 2, "no word", "there is no word"),
        ([("　", 3)], 1, "no word", "there is no word"),
        (pd.DataFrame({"text": ["a"]}), 0, "columns", "the table has no column 'word', only 'text'"),
        (pd.DataFrame({"word": ["放管服", None], "freq": [1, 2]}), 2, "no word", "there is no word"),
    ],
)
def test_refused(source: Any, line: int, problem: str, detail: str) -> None:
    table = check_lexicon(source)
    assert table.loc[0, ["line", "problem", "detail"]].tolist() == [line, problem, detail]
    place = f"line {line}" if line else "the heading"
    for call in (lambda: read_lexicon(source), lambda: Jieba(lexicon=source)):
        with pytest.raises(ArgumentError) as caught:
            call()
        assert place in str(caught.value)
        assert detail in str(caught.value)
        assert str(caught.value).endswith("Nothing was loaded.")


@pytest.mark.parametrize(
    ("text", "line", "detail"),
    [
        ("放管服\n低保户 -3\n", 2, "the frequency is '-3'"),
        ("低保户 0.5\n", 1, "the frequency is '0.5'"),
        ("低保户 ５００ \n", 1, "the frequency is '５００'"),
        ("低保户 99999999999999999999999\n", 1, "the frequency is '99999999999999999999999'"),
    ],
)
def test_refused_lines_of_a_file(make: Make, text: str, line: int, detail: str) -> None:
    path = make(text)
    with pytest.raises(ArgumentError, match=re.escape(f"lexicon (words.txt) has problems (1 frequency): line {line} ")):
        Jieba(lexicon=path)
    assert check_lexicon(path).loc[0, ["line", "detail"]].tolist() == [line, detail]


@pytest.mark.parametrize(
    ("data", "line", "detail"),
    [
        ("放管服\r\n低保户\r\n".encode("gb18030"), 1, "byte 0 (0xb7) is not UTF-8; it may be GB18030 (GBK)"),
        ("ok\nok\n低保".encode("gb18030"), 3, "byte 6 (0xb5) is not UTF-8; it may be GB18030 (GBK)"),
        ("低保".encode("utf-16"), 1, "byte 0 (0xff) is not UTF-8; it looks like UTF-16"),
        (b"ok\n\xff\xff", 2, "byte 3 (0xff) is not UTF-8"),
    ],
)
@pytest.mark.parametrize("name", ["words.txt", "words.csv"])
def test_only_utf8(make: Make, data: bytes, line: int, detail: str, name: str) -> None:
    path = make(data, name)
    table = check_lexicon(path)
    assert table[["line", "problem", "detail"]].to_numpy().tolist() == [[line, "encoding", detail]]
    assert table.loc[0, "advice"] == "Save the file as UTF-8 (Excel: 'CSV UTF-8')."
    with pytest.raises(ArgumentError, match=re.escape(f"line {line}: {detail}. Save the file as UTF-8")):
        Jieba(lexicon=path)


def test_files_that_cannot_be_read(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        ReadError, match=r"^lexicon: there is no file .*nowhere\.txt\. To give words directly, put them"
    ):
        Jieba(lexicon=tmp_path / "nowhere.txt")
    with pytest.raises(ReadError, match="cannot be read: Is a directory"):
        Jieba(lexicon=tmp_path)
    with pytest.raises(ReadError, match=r"words\.xlsx cannot be read as an xlsx table"):
        check_lexicon(make(b"no workbook", "words.xlsx"))
    with pytest.raises(ReadError, match=r"words\.csv cannot be read as a table: line 1: field larger than field limit"):
        check_lexicon(make('"' + "a" * 200_000, "words.csv"))
    monkeypatch.setattr("textkit.segment.lexicon._MAX_BYTES", 5)
    with pytest.raises(ReadError, match=r"has 6 bytes; a word list may have 5. Is it a corpus\?"):
        Jieba(lexicon=make("abcdef"))


@pytest.mark.shared
def test_word_lists_from_elsewhere(shared: Path) -> None:
    """THUOCL separates by tabs, and some of its document counts are too low for jieba to keep the word."""
    table = check_lexicon(shared / "data" / "lexicons" / "thuocl" / "THUOCL_law.txt")
    assert set(table["problem"]) <= {"separator", "outweighed", "splits", "duplicate", "one character", "blank", "mask"}
    assert (table["problem"] == "outweighed").sum() > 10
    assert len(read_lexicon(shared / "data" / "lexicons" / "thuocl" / "THUOCL_law.txt")) == 9_896
