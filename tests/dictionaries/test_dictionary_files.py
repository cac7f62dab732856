"""Reading dictionaries in each format, writing them, and what is said when a file is faulty."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkit.dictionaries import Dictionary, read_dictionary, write_dictionary
from textkit.errors import ArgumentError, ReadError, TextkitWarning, UnknownNameError

LIWC = (
    "%\n1\tfunct\n\t2\tpronoun\n\t\t3\tpersonal\n\t4\tnegate\n9\t积极\n%\n"
    "我\t2 3\n不*\t4\nkind of\t9\n:?)\t9\n好\t9\t4\n"
)


def flat(dictionary: Dictionary) -> list[tuple[str, str]]:
    return [(row.category, row.entry) for row in dictionary]


@pytest.fixture
def write(tmp_path: Path):
    def _write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _write


class TestFormats:
    def test_liwc(self, write) -> None:
        dictionary = read_dictionary(write("mood.dic", LIWC))
        assert dictionary.name == "mood"
        assert flat(dictionary) == [
            ("funct/pronoun", "我"),
            ("funct/pronoun/personal", "我"),
            ("funct/negate", "不*"),
            ("funct/negate", "好"),
            ("积极", "kind of"),
            ("积极", ":[?])"),  # only the star is a wildcard there
            ("积极", "好"),
        ]

    def test_liwc_without_tabs_and_with_windows_lines(self, write) -> None:
        text = "\r\n%\r\n1 积极\r\n2 消极\r\n%\r\n好 1\r\nkind of 1 2\r\n\r\n"
        assert flat(read_dictionary(write("a.txt", text))) == [("积极", "好"), ("积极", "kind of"), ("消极", "kind of")]

    def test_liwc_conditions(self, write) -> None:
        path = write("a.dic", "%\n1\ta\n2\tb\n%\nlike\t(02 134)125/464\t1\nkind\t<of>131/125\t2\n")
        with pytest.warns(TextkitWarning) as caught:
            assert flat(read_dictionary(path)) == [("a", "like"), ("b", "kind")]
        assert str(caught[0].message) == "conditions in categories are not known and were left out: lines 5, 6."

    def test_json(self, write) -> None:
        text = '{"情感": {"积极": ["好", ["很好", 2]], "消极": {"坏": 2}, "心情": 1}}'
        dictionary = read_dictionary(write("a.json", text))
        assert dictionary.entries == Dictionary(json.loads(text)).entries
        assert dictionary.name == "a"

    def test_toml(self, write) -> None:
        text = '["情感"]\n"积极" = ["好"]\n["情感"."消极"]\n"坏" = 2.0\n'
        assert [tuple(row) for row in read_dictionary(write("a.toml", text))] == [
            ("情感/积极", "好", 1.0),
            ("情感/消极", "坏", 2.0),
        ]

    @pytest.mark.parametrize("heading", ["category,entry,weight", "类别,词,权重", " Category ,WORD,Score"])
    def test_tables(self, write, heading: str) -> None:
        text = f'{heading}\n积极,好,2\n\n积极,"a ""b"", c",\n消极,坏\n'
        expected = [("积极", "好", 2.0), ("积极", 'a "b", c', 1.0), ("消极", "坏", 1.0)]
        assert [tuple(row) for row in read_dictionary(write("a.csv", text))] == expected
        tabs = "entry\tcategory\n好\t积极\n"
        assert flat(read_dictionary(write("a.tsv", tabs))) == [("积极", "好")]
        assert flat(read_dictionary(write("table.data", tabs), format="tsv")) == [("积极", "好")]

    def test_jieba(self, write) -> None:
        path = write("a.txt", "网格化 500 n\n云计算 n\nC* 3 nz\n社会 管理 5 n\n")
        assert flat(read_dictionary(path)) == [("n", "网格化"), ("n", "云计算"), ("n", "社会 管理"), ("nz", "C[*]")]
        words = write("b.txt", "网格化 500\n云计算\n")
        assert flat(read_dictionary(words, category="治理/词")) == [("治理/词", "网格化"), ("治理/词", "云计算")]

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
    def test_marks_are_believed(self, write, encoding: str) -> None:
        assert flat(read_dictionary(write("a.json", '{"积极": ["好"]}'.encode(encoding)))) == [("积极", "好")]

    def test_named_encodings(self, write) -> None:
        path = write("a.json", '{"积极": ["好"]}'.encode("gb18030"))
        with pytest.raises(ReadError) as caught:
            read_dictionary(path)
        assert str(caught.value) == f"{path} is not utf-8: line 1, byte 2. Try encoding='gb18030'."
        assert flat(read_dictionary(path, encoding="gb18030")) == [("积极", "好")]
        with pytest.raises(ArgumentError, match="encoding must be the name of a text encoding, got 'gbx'"):
            read_dictionary(path, encoding="gbx")


FAULTS = [
    ("a.dic", "好\t1\n", "a .dic file begins with a line of %, the categories, and a second line of %. Are both"),
    ("a.dic", "%\n%\n好\t1\n", "there are no categories between the two lines of %."),
    ("a.dic", "%\n1\ta\n%\n好\t2\n", "line 4: '好' is in category 2, which the heading does not have."),
    ("a.dic", "%\n1\ta\n%\n\n好\n", "line 5: '好' has no category. Write its number behind a tab."),
    ("a.dic", "%\n1\ta\n%\n好\tx\n", "line 4: 'x' is no number of a category. Put a tab behind the entry."),
    ("a.dic", "%\na\n%\n好\t1\n", "line 2: 'a' is no category. Write a number, a tab and a name."),
    (
        "a.dic",
        "%\n1\ta\n1\tb\n%\n好\t1\n",
        "line 3: the number 1 is there already. Give each category a number and a name of its own.",
    ),
    (
        "a.dic",
        "%\n1\ta\n%\n好\t1\n坏\t1\n好\t1\n",
        "line 6: entry '好' in category 'a' stands twice in this category (first in line 4). Delete one.",
    ),
    ("a.json", '{"a": ["b"],}', "line 1, column 1"),
    ("a.json", '["b"]', "the file must hold an object of categories, got a list."),
    ("a.json", '{"a": ["b"], "a": ["c"]}', "the name 'a' stands twice in one object. Keep one."),
    ("a.json", '{"a": {"b": NaN}}', "NaN is no number. Write a finite weight."),
    ("a.json", '{"a": ["b "]}', "entry 'b ' in category 'a' begins or ends with a blank. Delete the blank."),
    ("a.json", '{"format": "textkit dictionary 1"}', "the file must hold an object of categories."),
    ("a.json", '{"a": ["\\ud83d"]}', "entry '\\ud83d' in category 'a' can never match: it has half a character"),
    ("a.toml", "情感 = 1", "this is no TOML: "),
    ("a.csv", "word,freq\n好,1\n", "the heading 'word', 'freq' lacks 'category'. Name the columns category, entry and"),
    ("a.csv", "category,entry,weight\na,b,1,5\na,c,x\n", "line 3: the weight 'x' of 'c' is no number. Write 1.5, not"),
    ("a.csv", "category,entry\na,b\n,c\n", "line 3: entry 'c' in category '' has a category without a name."),
    ("a.csv", 'category,entry\na,"b"c\n', "line 2: ',' expected after '\"'. Check the quotation marks."),
    ("a.csv", "", "categories has no entries."),
    ("a.txt", "好 3 a\n坏 3\n", "line 2: '坏' has no part of speech to be its category. Put all words in one: cat"),
    ("a.yaml", "a: [b]", "YAML is not read. Write the same as JSON or TOML; the structure stays as it is."),
    ("a.doc", "a: [b]", "the suffix '.doc' does not tell the format. Known: .dic (liwc), .json (json),"),
]  # fmt: skip


HINTS = [
    ("a.toml", "情感 = 1", ' Names in Chinese need quotes: ["情感"].'),
    ("a.toml", "[情感]", ' Names in Chinese need quotes: ["情感"].'),
    ("a.toml", 'a = ["b"]\na = ["c"]', " A name stands twice; join the two."),
    ("a.toml", '[a]\nb = ["c"]\n[a]\nd = ["e"]', " A name stands twice; join the two."),
    ("a.csv", "category;entry\na;b\n", " (类别, 词, 权重). Save it with commas."),
    ("a.csv", "category\tentry\na\tb\n", " (类别, 词, 权重). Read it with format='tsv'."),
    ("a.tsv", "category,entry\na,b\n", " (类别, 词, 权重). Read it with format='csv'."),
]


@pytest.mark.parametrize(("name", "text", "message"), HINTS)
def test_faults_end_with_what_to_do(write, name: str, text: str, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_dictionary(write(name, text))
    assert str(caught.value).endswith(message)


@pytest.mark.parametrize(("name", "text", "message"), FAULTS)
def test_faults(write, name: str, text: str, message: str) -> None:
    path = write(name, text)
    with pytest.raises(ReadError) as caught:
        read_dictionary(path)
    assert str(caught.value).startswith(f"{path}: {message}")


def test_other_faults(write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ReadError, match=r"there is no file .*none\.json\."):
        read_dictionary(tmp_path / "none.json")
    with pytest.raises(ReadError, match="cannot be read: Is a directory"):
        read_dictionary(tmp_path, format="json")
    with pytest.raises(UnknownNameError, match="unknown format 'jsn'; did you mean 'json'?"):
        read_dictionary(write("a.json", "{}"), format="jsn")
    with pytest.raises(
        ArgumentError, match=r"category= is for lists of words \(format='jieba'\); a file of json names"
    ):
        read_dictionary(write("a.json", "{}"), category="a")
    for deep in ("[" * 100_000, '{"a":' * 100_000):
        with pytest.raises(ReadError, match="too deep|no JSON"):
            read_dictionary(write("deep.json", deep))
    monkeypatch.setattr("textkit.dictionaries.files._MAX_BYTES", 5)
    with pytest.raises(ReadError, match="has 10 bytes; a dictionary may have 5"):
        read_dictionary(write("big.json", '{"a": [1]}'))


def test_names_are_never_evaluated(write) -> None:
    path = write("a.csv", "category,entry\n__import__('os').abort(),${x}\n")
    assert flat(read_dictionary(path)) == [("__import__('os').abort()", "${x}")]


class TestWriting:
    def test_messages(self, tmp_path: Path) -> None:
        dictionary = Dictionary({"a": ["b"]})
        with pytest.raises(ArgumentError, match="path must end in .json, .csv or .tsv, got 'x.toml'. Or name one"):
            write_dictionary(dictionary, tmp_path / "x.toml")
        with pytest.raises(
            ArgumentError, match="dictionary must be a Dictionary, got a dict. Make one with Dictionary"
        ):
            write_dictionary({"a": ["b"]}, tmp_path / "x.json")  # type: ignore[arg-type]
        with pytest.raises(UnknownNameError, match="unknown format 'toml'"):
            write_dictionary(dictionary, tmp_path / "x.toml", format="toml")

    def test_spreadsheets_read_it(self, tmp_path: Path) -> None:
        path = write_dictionary(Dictionary({"积极": {"好": 2}}), tmp_path / "x.csv")
        assert path.read_bytes() == "\ufeffcategory,entry,weight\n积极,好,2.0\n".encode()


letters = st.text("ab甲乙*?[]\"',;\t/\\ =-", min_size=1, max_size=6)


@st.composite
def dictionaries(draw: st.DrawFn) -> Dictionary:
    from textkit.dictionaries.entries import Row, checked

    rows = []
    for category, entry, weight in draw(
        st.lists(
            st.tuples(st.lists(letters, min_size=1, max_size=3).map("/".join), letters, st.floats(-1e300, 1e300)),
            min_size=1,
            max_size=12,
        )
    ):
        try:
            checked([*rows, Row(category, entry, weight)])
        except ArgumentError:
            continue
        rows.append(Row(category, entry, weight))
    return Dictionary.from_rows(rows or [Row("a", "b")], source=draw(letters))


@given(dictionaries(), st.sampled_from(["json", "csv", "tsv"]))
def test_what_is_written_is_read_back(tmp_path_factory, dictionary: Dictionary, kind: str) -> None:
    path = write_dictionary(dictionary, tmp_path_factory.getbasetemp() / f"law.{kind}")
    again = read_dictionary(path)
    assert again.entries == dictionary.entries and again.fingerprint == dictionary.fingerprint
    assert again.categories == dictionary.categories
    if kind == "json":
        assert again.source == dictionary.source


@given(st.binary(max_size=60), st.sampled_from(["liwc", "json", "toml", "csv", "tsv", "jieba"]))
def test_any_bytes_give_a_dictionary_or_a_read_error(tmp_path_factory, data: bytes, kind: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.dat"
    path.write_bytes(data)
    try:
        assert len(read_dictionary(path, format=kind)) > 0
    except ReadError as error:
        assert str(path) in str(error)
