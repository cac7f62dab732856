"""Stop words: what each list holds, where it comes from, and what happens without it."""

from __future__ import annotations

import importlib.util
import re
from importlib.metadata import metadata
from pathlib import Path

import pytest

from textkit import lexicons
from textkit.errors import ArgumentError, ReadError, TextkitError, UnknownNameError
from textkit.lexicons import COLUMNS, LISTS, REFUSED, read_stopwords, stopword_lists, stopwords

FOLDER = Path(lexicons.__file__).parent
# Words by which official documents differ: no list of function words may delete them.
CONTENT = [
    "问题",
    "加强",
    "安全",
    "发展",
    "改革",
    "建设",
    "推进",
    "落实",
    "群众",
    "服务",
    "管理",
    "通过",
    "进行",
    "全面",
]


def installed(name: str) -> bool:
    package = LISTS[name].package
    return package is None or importlib.util.find_spec(package) is not None


@pytest.mark.parametrize("name", sorted(LISTS))
def test_the_docstring_tells_sizes(name: str) -> None:
    if not installed(name):
        pytest.skip(f"{LISTS[name].package} is not installed")
    words = stopwords(name)
    assert isinstance(words, frozenset)
    assert all(word and word == word.strip() for word in words)
    row = next(line for line in str(stopwords.__doc__).splitlines() if f'``"{name}"``' in line)
    assert re.findall(r'"``\s+(\d+) ', row) == [str(len(words))]


@pytest.mark.parametrize("name", ["textkit", "hit", "cn", "scu", "iso"])
def test_function_words_are_in_and_content_is_not(name: str) -> None:
    if not installed(name):
        pytest.skip(f"{LISTS[name].package} is not installed")
    words = stopwords(name)
    assert {"我们", "因为", "但是", "了"} <= words
    if name == "textkit":
        assert words.isdisjoint(CONTENT)
    assert words.isdisjoint(["问题", "加强", "安全"])  # what the Baidu list deletes


def test_our_own_lists_say_where_they_come_from() -> None:
    for path in sorted(FOLDER.glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert [line.split(":")[0] for line in lines[:3] if ":" in line] == ["# Source", "# Licence"]
        words = [line for line in lines if not line.startswith("# ")]
        assert len(words) == len(set(words)), path
        assert not any(word != word.strip() or not word for word in words), path
        assert words != []
        assert path.name in {entry.path for entry in LISTS.values()}


def test_there_is_no_default_and_no_baidu() -> None:
    with pytest.raises(TypeError):
        stopwords()  # type: ignore[call-arg]
    with pytest.raises(UnknownNameError) as caught:
        stopwords("baidu")
    assert str(caught.value) == (
        "unknown stop-word list 'baidu': it is refused, because it deletes content words of official prose (问题, "
        "加强, 安全), and its makers named no licence. If you have a right to a copy, put it into a file, one word a "
        "line: read_stopwords('baidu.txt'). Available: 'cn', 'en', 'hit', 'iso', 'scu', 'textkit'."
    )
    for name in REFUSED:
        with pytest.raises(UnknownNameError, match=f"unknown stop-word list '{name}': it is refused, because "):
            stopwords(name)
    assert set(REFUSED).isdisjoint(LISTS)
    with pytest.raises(UnknownNameError) as caught:
        stopwords("zh")
    assert str(caught.value) == (
        "unknown stop-word list 'zh'. Available: 'cn', 'en', 'hit', 'iso', 'scu', 'textkit'. A list of your own is a "
        "file with one word a line: read_stopwords(path). (The Baidu list is left out: it deletes content words of "
        "official prose such as 问题, 加强 and 安全.)"
    )
    with pytest.raises(UnknownNameError, match="did you mean 'textkit'?"):
        stopwords("textkits")


@pytest.mark.parametrize(("name", "package"), [("hit", "pystopwords"), ("iso", "stopwordsiso")])
def test_a_list_whose_package_is_missing(name: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lexicons._named.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    message = (
        f"stopwords('{name}') comes with the package {package}, which is not installed. Install it: pip install "
        f"{package}; or give the path of a file, or use stopwords('textkit')."
    )
    with pytest.raises(TextkitError, match=f"^{re.escape(message)}$"):
        stopwords(name)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "停用词 list"
    path.write_bytes("\ufeff# my words\r\n的\r\n  了 \n\n#\n的\nof course\n".encode())
    assert stopwords(path) == frozenset({"的", "了", "#", "of course"})
    assert stopwords(str(path)) == stopwords(path)


def test_files_that_are_no_list(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"

    def refused(data: bytes, message: str) -> None:
        path.write_bytes(data)
        with pytest.raises(ReadError, match=f"^{re.escape(message)}$"):
            stopwords(path)

    refused(
        "的\n了\n".encode("gb18030"),
        f"{path} is not UTF-8: byte 0 is 0xb5. Try read_stopwords(path, encoding='gb18030'), or save it as UTF-8.",
    )
    refused(b"\n# only a comment\n", f"{path} holds no words. Put one word on a line.")
    refused(
        ("的\n" + "这是一整篇文章。" * 20).encode(),
        f"{path} is not a word list: line 2 has 160 characters. Put one word on a line.",
    )
    path.unlink()
    with pytest.raises(ReadError, match=r"there is no file .*words\.txt\. Lists by name: 'cn', 'en',"):
        stopwords(path)
    with pytest.raises(ReadError, match="cannot be read: Is a directory"):
        stopwords(tmp_path)
    with pytest.raises(ArgumentError, match="got a list. A collection of words needs no list"):
        stopwords(["的"])  # type: ignore[arg-type]


def test_other_encodings(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes("的\n了\n".encode("gb18030"))
    assert read_stopwords(path, encoding="gb18030") == {"的", "了"}
    path.write_bytes("的\n了\n".encode("utf-16"))
    assert read_stopwords(path, encoding="utf-16") == {"的", "了"}
    with pytest.raises(
        ArgumentError, match="encoding must be the name of a text encoding such as 'gb18030', got 'gbx'"
    ):
        read_stopwords(path, encoding="gbx")
    path.write_bytes(b"\x81")
    with pytest.raises(
        ReadError, match=r"is not gb18030: byte 0 is 0x81. Try read_stopwords\(path, encoding='utf-8'\)"
    ):
        read_stopwords(path, encoding="gb18030")


def test_every_list_names_its_source_and_licence() -> None:
    table = stopword_lists()
    assert list(table.columns) == COLUMNS
    assert table["name"].tolist() == sorted(LISTS)
    assert (table[["language", "licence", "source"]] != "").all(axis=None)
    assert table["licence"].str.startswith("MIT").all()
    assert table.attrs["textkit"]["refused"] == REFUSED
    for row in table.itertuples():
        assert row.n == len(stopwords(row.name))


@pytest.mark.parametrize("name", ["pystopwords", "stopwordsiso"])
def test_the_packages_state_the_licence_that_we_quote(name: str) -> None:
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    facts = metadata(name)
    assert "MIT" in f"{facts['License']} {facts['License-Expression']}"


def test_why_baidu_is_refused() -> None:
    found = importlib.util.find_spec("pystopwords")
    if found is None or not found.submodule_search_locations:
        pytest.skip("pystopwords is not installed")
    copy = Path(found.submodule_search_locations[0]) / "data" / "stopwords.zh.baidu.txt"
    assert {"问题", "加强", "安全"} <= read_stopwords(copy)  # a user's own copy is read like any other file


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("hit", "goto456/hit_stopwords.txt"),
        ("cn", "goto456/cn_stopwords.txt"),
        ("scu", "goto456/scu_stopwords.txt"),
        ("iso", "stopwords-iso/stopwords-zh.txt"),
    ],
)
def test_the_packages_hold_the_published_lists(name: str, file: str, shared: Path) -> None:
    if not installed(name):
        pytest.skip(f"{LISTS[name].package} is not installed")
    assert stopwords(name) == stopwords(shared / "data" / "stopwords" / file)
