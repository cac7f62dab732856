"""read(): folders, names, facts, errors and what is said about them."""

from __future__ import annotations

import os
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, ReadError, TextkitWarning, UnknownNameError
from textkit.reading import read
from textkit.reading.formats import READERS, TABLES, UNSUPPORTED, find_reader
from textkit.reading.source import Settings, Source, attempt
from textkit.reading.tables import LOADERS

Make = Callable[[dict[str, str | bytes]], Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def build(files: dict[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / "corpus" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path / "corpus"

    return build


def said(call: Callable[[], Corpus]) -> tuple[Corpus, list[str]]:
    """Return the corpus and the words of every warning; each must point at the caller."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        corpus = call()
    assert all(item.category is TextkitWarning and item.filename == __file__ for item in caught)
    return corpus, [str(item.message) for item in caught]


def test_a_folder_in_natural_order_with_its_subfolders(make: Make) -> None:
    folder = make({"10.txt": "十", "9.txt": "九", "b/2.md": "二", "b/10.txt": "又十", "a/1.html": "<p>一"})
    corpus, messages = said(lambda: read(folder))
    assert corpus.docs["file"].tolist() == ["9.txt", "10.txt", "a/1.html", "b/2.md", "b/10.txt"]
    assert corpus.names == ["9", "10", "1", "2", "b/10"]
    assert corpus.texts == ("九", "十", "一", "二", "又十")
    assert list(corpus.docs.columns) == ["file", "format", "encoding", "encoding_margin", "n_chars"]
    assert corpus.docs["format"].tolist() == ["txt", "txt", "html", "md", "txt"]
    assert corpus.docs["n_chars"].tolist() == [1, 1, 1, 1, 2]
    assert corpus.errors is not None
    assert list(corpus.errors.columns) == ["file", "reason"]
    assert len(corpus.errors) == 0
    assert messages == []


def test_names_are_short_and_grow_only_where_two_are_equal(make: Make) -> None:
    folder = make({"a/1.txt": "", "b/1.txt": "", "c/2.txt": "", "d.txt": "", "d.md": ""})
    corpus, _ = said(lambda: read(folder))
    assert corpus.names == ["a/1", "b/1", "2", "d.md", "d.txt"]


def test_junk_is_silent_and_the_rest_of_what_was_passed_over_is_said(make: Make) -> None:
    folder = make(
        {
            "甲.txt": "甲",
            ".DS_Store": b"\0",
            "~$lock.docx": b"x",
            "Thumbs.db": b"x",
            "__MACOSX/._甲.txt": b"x",
            ".git/config": "x",
            ".hidden.txt": "x",
            "photo.png": b"\x89PNG",
            "table.csv": "id,text\n1,a\n",
            "noext": "x",
        }
    )
    corpus, messages = said(lambda: read(folder))
    assert corpus.names == ["甲"]
    assert messages == [
        (
            "passed over: 1 hidden file: '.hidden.txt'; 1 no suffix: 'noext'; 1 .png: 'photo.png'; 1 table: "
            "'table.csv' (give text_column= to read their rows as documents, or meta= to use one for facts)."
        )
    ]


def test_tables_in_a_folder_are_documents_when_asked_for(make: Make) -> None:
    folder = make({"x.csv": "id,正文\n7,甲\n8,乙\n", "y.jsonl": '{"正文":"丙","id":9}', "z.txt": "丁"})
    corpus, messages = said(lambda: read(folder, text_column="正文"))
    assert corpus.names == ["x#2", "x#3", "y#1", "z"]
    assert corpus.texts == ("甲", "乙", "丙", "丁")
    assert corpus.docs["id"].tolist()[:3] == [7, 8, 9]
    assert messages == []
    named, _ = said(lambda: read(folder, text_column="正文", doc_column="id"))
    assert named.names == ["7", "8", "9", "z"]


def test_equal_names_from_two_tables_get_their_files(make: Make) -> None:
    folder = make({"x.csv": "id,t\n1,甲\n", "y.csv": "id,t\n1,乙\n2,丙\n"})
    corpus, _ = said(lambda: read(folder, text_column="t", doc_column="id"))
    assert corpus.names == ["x#1", "y#1", "2"]


def test_names_with_spaces_chinese_and_emoji(make: Make) -> None:
    folder = make({"工作 报告 😀.txt": "甲", "a b/ü.txt": "乙"})
    corpus, _ = said(lambda: read(str(folder)))
    assert corpus.names == ["ü", "工作 报告 😀"]
    assert read(folder / "工作 报告 😀.txt").docs["file"].tolist() == ["工作 报告 😀.txt"]


@pytest.mark.skipif(os.name != "posix", reason="names of undecodable bytes exist on POSIX systems only")
def test_names_in_an_old_encoding_are_decoded(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode("工作报告".encode("gbk") + b".txt")).write_text("甲")
    except OSError:
        pytest.skip("this file system refuses such names")
    corpus = read(tmp_path)
    assert corpus.names == ["工作报告"]
    corpus.save(tmp_path / "saved.parquet")


def test_a_list_of_files_and_folders(make: Make) -> None:
    folder = make({"a/1.txt": "一", "b/2.txt": "二", "b/3.txt": "三"})
    corpus, messages = said(lambda: read([folder / "b" / "3.txt", str(folder / "b"), folder / "a" / "1.txt"]))
    assert corpus.docs["file"].tolist() == ["b/3.txt", "b/2.txt", "a/1.txt"]
    assert messages == ["passed over: 1 given twice: 'b/3.txt'."]


def test_one_bad_file_never_stops_the_rest(make: Make) -> None:
    folder = make({"a.txt": "甲", "b.pdf": b"%PDF-1.4", "c.docx": b"PK\x03\x04oops", "d.txt": b"\x89PNG\r\n"})
    corpus, messages = said(lambda: read(folder))
    assert corpus.names == ["a"]
    assert corpus.errors is not None
    assert corpus.errors.to_dict("records") == [
        {
            "file": "b.pdf",
            "reason": UNSUPPORTED[".pdf"],
        },
        {
            "file": "c.docx",
            "reason": "not a complete ZIP container (File is not a zip file); copy or download it again",
        },
        {
            "file": "d.txt",
            "reason": "not a text: it begins like a PNG picture; give the file the suffix of what it is",
        },
    ]
    assert len(messages) == 1
    assert messages[0].startswith("not read, 3 problems in 3 of 4 files (see corpus.errors): 'b.pdf' (PDF is not")
    assert repr(corpus).endswith("; 3 not read)")


def test_on_error_raise_names_file_offset_and_remedy(make: Make) -> None:
    folder = make({"a.txt": "甲", "b.txt": "信访".encode("gbk")})
    with pytest.raises(ReadError) as caught:
        read(folder, encoding="utf-8", on_error="raise")
    assert str(caught.value) == (
        "b.txt: byte 0xD0 at byte offset 0 cannot be decoded as utf-8; gb18030 decodes all of it; "
        "leave out encoding= to have it detected, or give the right one."
    )
    with pytest.raises(ReadError, match=r"^x\.jsonl: line 2: not valid JSON"):
        read(make({"x.jsonl": '{"text":"a"}\n{'}) / "x.jsonl", on_error="raise", text_column="text")
    with pytest.raises(UnknownNameError, match="did you mean 'raise'"):
        read(folder, on_error="rise")


def test_nothing_readable_gives_all_reasons(make: Make) -> None:
    folder = make({"a.pdf": b"%PDF-1", "b.rtf": b"{\\rtf1}"})
    with pytest.raises(ReadError) as caught:
        read(folder)
    assert str(caught.value).startswith(
        f"none of the 2 files of {str(folder)!r} could be read: a.pdf: PDF is not supported"
    )
    with pytest.raises(ReadError, match=r"^b\.rtf: RTF is not supported yet; open it in Word"):
        read(folder / "b.rtf")


def test_an_empty_folder_says_what_was_looked_for(make: Make, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(EmptyError) as caught:
        read(tmp_path / "empty")
    assert str(caught.value) == (
        f"there is nothing to read in {str(tmp_path / 'empty')!r}: textkit looks for .csv, .docm, .docx, .htm, .html, "
        ".json, .jsonl, .markdown, .md, .ndjson, .parquet, .tab, .text, .tsv, .txt, .xhtml, .xlsm, .xlsx, .zip."
    )
    with pytest.raises(EmptyError, match=r"It holds 1 table: 'x\.csv' \(give text_column="):
        read(make({"x.csv": "a,b\n"}))


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \n\n\t", b"\xff\xfe"])
def test_empty_files_are_kept_and_said(make: Make, content: bytes) -> None:
    folder = make({"a.txt": content})
    corpus, messages = said(lambda: read(folder))
    assert corpus.texts[0].strip() == ""
    assert messages == ["empty documents were kept: 'a.txt' (no text)."]


def test_a_missing_path_suggests_the_nearest_name(make: Make) -> None:
    folder = make({"report.txt": "甲"})
    with pytest.raises(ReadError) as caught:
        read(folder / "reports.txt")
    assert (
        str(caught.value) == f"there is no file or folder {str(folder / 'reports.txt')!r}; did you mean 'report.txt'?"
    )
    with pytest.raises(ReadError, match=r"\(the folder 'corpsu' is missing\); did you mean 'corpus'\?"):
        read(folder.parent / "corpsu" / "report.txt")
    with pytest.raises(ReadError, match=r"for a pattern, give the list: sorted\(pathlib"):
        read(folder / "*.txt")
    with pytest.raises(ReadError, match="is an address; textkit reads files: download it first"):
        read("https://example.org/a.txt")
    corpus, messages = said(lambda: read([folder / "report.txt", folder / "reprot.txt"]))
    assert len(corpus) == 1
    assert "did you mean 'report.txt'" in messages[0]


@pytest.mark.parametrize("path", [[], 3, None, b"a.txt", "", "a\0b", [Path(), 3]])
def test_what_is_no_path_is_an_argument_error(path: object) -> None:
    with pytest.raises(ArgumentError, match="^path must be a file, a folder or a list of them"):
        read(path)  # type: ignore[arg-type]


def test_an_unknown_suffix_given_by_name_is_an_error(make: Make) -> None:
    folder = make({"a.xyz": "甲", "b": "乙"})
    with pytest.raises(ReadError, match=r"^a\.xyz: a \.xyz file, which is not read; known are \.csv, \.docm"):
        read(folder / "a.xyz")
    with pytest.raises(ReadError, match=r"^b: a file without suffix; if it is a text, give it the suffix \.txt"):
        read(folder / "b")


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("a.doc", b"{\\rtf1 x}", "not a DOC file but RTF by its content: RTF is not supported yet"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "DOC, the old Word format, is not supported yet"),
        ("a.doc", b"PK\x03\x04", "not a DOC file but a ZIP container by its content"),
        ("a.doc", b"<html>", "not a DOC file but a web page by its content; give it the suffix .html"),
        ("a.pdf", b"", "it is empty (0 bytes), not a PDF file"),
        ("a.pdf", "各位".encode(), "not a PDF file by its content; if it is plain text, give it the suffix .txt"),
        ("a.epub", b"PK\x03\x04", "EPUB is not supported yet; convert it to .docx, .html or .txt"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "XLS, the old Excel format, is not supported; save it as .xlsx or .csv"),
        ("a.wps", b"x", "WPS is not supported; open it in Word, WPS or LibreOffice"),
    ],
)
def test_formats_that_wait_are_named_with_what_to_do(make: Make, name: str, content: bytes, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(make({name: content}) / name)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{name}: ")


# ---- facts -------------------------------------------------------------------------------------------------------


def test_groups_of_the_file_name_become_facts(make: Make) -> None:
    folder = make({"东镇_2019.txt": "甲", "西镇_2020.txt": "乙"})
    corpus, messages = said(lambda: read(folder, name_pattern=r"(?P<town>\D+)_(?P<year>\d{4})"))
    assert corpus.docs[["town", "year"]].to_dict("list") == {"town": ["东镇", "西镇"], "year": [2019, 2020]}
    assert corpus.docs["year"].dtype == "int64"
    assert messages == []


def test_a_pattern_with_a_slash_sees_the_folders_and_misses_are_said(make: Make) -> None:
    folder = make({"东/2019.txt": "甲", "x.txt": "乙"})
    corpus, messages = said(lambda: read(folder, name_pattern=r"(?P<town>.)/(?P<year>\d+)"))
    assert corpus.docs.loc["2019", ["town", "year"]].tolist() == ["东", 2019]
    assert corpus.docs.loc["x", ["town", "year"]].isna().all()
    assert messages == ["name_pattern does not match these file names; their facts are missing: 'x.txt' (no match)."]


@pytest.mark.parametrize(
    "pattern, message", [("(", "not a regular expression"), (r"\d+", "has no named group"), (3, "must be")]
)
def test_bad_patterns(make: Make, pattern: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        read(make({"a.txt": "甲"}), name_pattern=pattern)


@pytest.mark.parametrize(
    "table",
    [
        "file,year,label\na.txt,2019,东\nb.txt,2020,西\n",
        "file,year,label\nb,2020,西\na,2019,东\n",
        "年,文件名,year,label\n1,./a.txt,2019,东\n2,b.txt,2020,西\n",
        "label;year;FileName\n东;2019;A.txt\n西;2020;b.doc\n".replace("A", "a"),
    ],
)
def test_a_metadata_table_is_matched_on_file_names(make: Make, table: str) -> None:
    folder = make({"a.txt": "甲", "b.txt": "乙", "meta.csv": table})
    corpus, messages = said(lambda: read(folder, meta="meta.csv"))
    assert corpus.names == ["a", "b"]
    assert corpus.docs["year"].tolist() == [2019, 2020]
    assert corpus.docs["label"].tolist() == ["东", "西"]
    assert messages == []


def test_the_metadata_table_is_never_a_document(make: Make) -> None:
    folder = make({"a.txt": "甲", "meta.csv": "file,text\na.txt,不是\n", "x.csv": "text\n乙\n"})
    corpus, _ = said(lambda: read(folder, meta=folder / "meta.csv", text_column="text"))
    assert corpus.texts == ("甲", "乙")


def test_meta_may_be_a_frame_with_or_without_an_index(make: Make) -> None:
    folder = make({"a.txt": "甲", "b.txt": "乙"})
    frame = pd.DataFrame({"file": ["a.txt", "b.txt"], "year": [1, 2]})
    assert read(folder, meta=frame).docs["year"].tolist() == [1, 2]
    assert read(folder, meta=frame.set_index("file")).docs["year"].tolist() == [1, 2]


def test_a_column_doc_names_the_documents(make: Make) -> None:
    folder = make({"0.txt": "甲", "1.txt": "乙", "m.csv": "file,doc,year\n0.txt,plenary,1\n1.txt,survey,2\n"})
    corpus, messages = said(lambda: read(folder, meta="m.csv"))
    assert corpus.names == ["plenary", "survey"]
    assert "doc" not in corpus.docs.columns
    assert messages == []
    twice = make({"m.csv": "file,doc,year\n0.txt,plenary,1\n1.txt,plenary,2\n"})
    corpus, messages = said(lambda: read(twice, meta="m.csv"))
    assert corpus.names == ["0", "1"]
    assert messages == [
        (
            "the metadata table and the files do not fit everywhere: 'm.csv' (its column 'doc' is not used for names: "
            "some are missing or occur twice)."
        )
    ]


def test_what_does_not_fit_is_named(make: Make) -> None:
    folder = make({"a.txt": "甲", "b.txt": "乙", "m.csv": "file,year\na.txt,2019\nc.txt,2020\n"})
    corpus, messages = said(lambda: read(folder, meta="m.csv"))
    assert corpus.docs["year"].tolist()[0] == 2019
    assert corpus.docs["year"].isna().tolist() == [False, True]
    assert messages == [
        (
            "the metadata table and the files do not fit everywhere: 'm.csv' (no row for 1 documents: 'b.txt'; their "
            "facts are missing); 'm.csv' (no document for 1 rows: 'c.txt')."
        )
    ]


def test_without_a_usual_name_the_column_that_fits_is_taken_and_said(make: Make) -> None:
    folder = make({"1979.txt": "甲", "1981.txt": "乙", "m.csv": "year,title\n1979,一\n1981,二\n"})
    corpus, messages = said(lambda: read(folder, meta="m.csv"))
    assert corpus.docs[["year", "title"]].to_dict("list") == {"year": [1979, 1981], "title": ["一", "二"]}
    assert messages[0].endswith("'m.csv' (matched by the column 'year', which names most files).")


def test_numbers_match_files_with_leading_zeros(make: Make) -> None:
    folder = make({"09.txt": "甲", "10.txt": "乙", "m.csv": "file,x\n9,1\n10,2\n"})
    assert read(folder, meta="m.csv").docs["x"].tolist() == [1, 2]


def test_the_wrong_table_is_an_error_that_shows_both_sides(make: Make) -> None:
    folder = make({"a.txt": "甲", "m.csv": "city,file\n三亚,三亚.txt\n"})
    with pytest.raises(ReadError) as caught:
        read(folder, meta="m.csv")
    assert str(caught.value) == (
        "the metadata table m.csv names none of the files: the column 'file' holds '三亚.txt', the files are 'a.txt'. "
        "Its columns are 'city', 'file'; expected one with the names of the files, called 'file' (or filename, name, "
        "文件, 文件名, doc), with or without suffix."
    )
    with pytest.raises(ReadError, match=r"describes 'a\.txt' twice, in rows 1 and 2; keep one"):
        read(folder, meta=pd.DataFrame({"file": ["a.txt", "a"], "x": [1, 2]}))
    with pytest.raises(ReadError, match="the metadata table was not found: there is no file or folder"):
        read(folder, meta="n.csv")
    with pytest.raises(ReadError, match=r"the metadata table 'a\.txt' cannot be read: not a table by its suffix"):
        read(folder, meta=folder / "a.txt")
    with pytest.raises(ArgumentError, match="meta must be a path or a DataFrame, got a int"):
        read(folder, meta=3)  # type: ignore[arg-type]
    bad = make({"bad.xlsx": "no"})
    with pytest.raises(ReadError, match=r"the metadata table 'bad\.xlsx' cannot be read: not an Excel workbook"):
        read(bad, meta="bad.xlsx")


def test_facts_of_the_same_name_never_hide_what_read_says(make: Make) -> None:
    folder = make({"a.jsonl": '{"text":"甲","file":"x","format":"y"}'})
    corpus, _ = said(
        lambda: read(folder, text_column="text", meta=pd.DataFrame({"file": ["a.jsonl"], "encoding": ["z"]}))
    )
    assert corpus.docs.loc["a#1", ["file", "format", "file_", "format_", "encoding_"]].tolist() == [
        "a.jsonl",
        "jsonl",
        "x",
        "y",
        "z",
    ]


def test_decomposed_names_match_composed_ones(make: Make) -> None:
    folder = make({"e\u0301.txt": "甲", "m.csv": "file,x\n\u00e9.txt,1\n"})
    assert read(folder, meta="m.csv").docs["x"].tolist() == [1]


def test_an_argument_without_effect_is_said(make: Make) -> None:
    folder = make({"a.txt": "甲"})
    _, messages = said(lambda: read(folder, text_column="text"))
    assert messages == ["an argument had no effect: 'text_column' (no table was read)."]


@pytest.mark.parametrize("arguments", [{"text_column": 3}, {"doc_column": ["a"]}, {"repair": "yes"}, {"encoding": 3}])
def test_arguments_of_the_wrong_kind(make: Make, arguments: dict[str, object]) -> None:
    with pytest.raises(ArgumentError, match=f"^{next(iter(arguments))} must be"):
        read(make({"a.txt": "甲"}), **arguments)  # type: ignore[arg-type]


# ---- encodings, damage -------------------------------------------------------------------------------------------


def test_encoding_and_margin_stand_in_docs(make: Make) -> None:
    text = "各位同志：今天召开全镇工作会议。"
    folder = make({"a.txt": text, "b.txt": text.encode("gb18030"), "c.txt": text.encode("utf-16-le")})
    docs = read(folder).docs
    assert docs["encoding"].tolist() == ["utf-8", "gb18030", "utf-16-le"]
    assert docs["encoding_margin"].isna().tolist() == [True, False, False]
    assert (docs["encoding_margin"].dropna() > 3).all()
    for name, row in docs.iterrows():
        assert (folder / row["file"]).read_text(encoding=row["encoding"]) == text, name


def test_a_close_contest_is_said(make: Make) -> None:
    folder = make({"a.txt": b"\xb0\xa7"})  # one character: GB18030 and Big5 both have one for it
    _, messages = said(lambda: read(folder))
    assert messages[0].startswith("encoding guessed with little to go by; look at the text and give encoding= if it is")
    assert "'a.txt' (" in messages[0]


def test_mojibake_is_named_with_its_file_and_repaired_on_request(make: Make) -> None:
    text = "各位同志：今天召开全镇工作会议，主要任务是总结去年的工作。"
    folder = make({"good.txt": text, "bad.txt": text.encode().decode("latin-1")})
    corpus, messages = said(lambda: read(folder))
    assert corpus.text("bad") != text
    assert messages == [
        (
            "garbled text (mojibake): 'bad.txt' (utf-8 text that was decoded as latin-1 (1 line, the first at "
            "character 0); read it again with repair=True to put it right)."
        )
    ]
    corpus, messages = said(lambda: read(folder, repair=True))
    assert corpus.text("bad") == text
    assert messages[0].endswith("(1 line, the first at character 0), repaired).")


def test_nul_bytes_are_read_with_a_warning_and_many_are_no_text(make: Make) -> None:
    folder = make({"a.txt": "信访\0工作" * 3, "b.txt": b"\0" * 500})
    corpus, messages = said(lambda: read(folder))
    assert corpus.text("a") == "信访\0工作" * 3
    assert any(message.startswith("NUL characters") for message in messages)
    assert corpus.errors is not None
    assert corpus.errors["reason"][0].startswith("not a text: 500 of its first 500 characters are control characters")


def test_line_ends_stay_as_they_are(make: Make) -> None:
    text = "一\r\n二\r三\n四\u2028五\x0b六"
    assert read(make({"a.txt": text})).texts == (text,)


def test_reading_is_the_same_twice_and_survives_saving(make: Make, tmp_path: Path) -> None:
    folder = make({"a.txt": "甲", "b.pdf": b"%PDF-", "m.csv": "file,x,y\na.txt,1,\n", "c.txt": "乙"})
    first, one = said(lambda: read(folder, meta="m.csv"))
    second, two = said(lambda: read(folder, meta="m.csv"))
    assert first.fingerprint == second.fingerprint
    assert one == two
    pd.testing.assert_frame_equal(first.docs, second.docs)
    first.save(tmp_path / "saved.parquet")
    loaded = Corpus.load(tmp_path / "saved.parquet")
    assert loaded.texts == first.texts
    assert loaded.errors is not None
    assert loaded.errors["file"].tolist() == ["b.pdf"]


# ---- zip ---------------------------------------------------------------------------------------------------------


def test_a_zip_is_a_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in {
            "十/10.txt": "十".encode("gb18030") * 9,
            "十/9.txt": "九".encode(),
            "__MACOSX/._9.txt": b"x",
            ".DS_Store": b"x",
            "t.csv": "text\n表\n".encode(),
            "p.pdf": b"%PDF-",
            "x.exe": b"MZ",
        }.items():
            container.writestr(name, content)
    corpus, messages = said(lambda: read(tmp_path / "all.zip"))
    assert corpus.names == ["9", "10"]
    assert corpus.docs["file"].tolist() == ["all.zip/十/9.txt", "all.zip/十/10.txt"]
    assert corpus.docs["format"].tolist() == ["txt", "txt"]
    assert corpus.errors is not None
    assert corpus.errors["file"].tolist() == ["all.zip/p.pdf"]
    assert "1 .exe: 'all.zip/x.exe'; " in messages[-1] or "1 table: 'all.zip/t.csv'" in messages[-1]
    with_table, _ = said(lambda: read(tmp_path, text_column="text"))
    assert "表" in with_table.texts


def test_old_zip_names_are_decoded(tmp_path: Path) -> None:
    name = "工作报告.txt".encode("gbk")
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as container:
        container.writestr("x" * len(name), "甲")
    data = (tmp_path / "old.zip").read_bytes().replace(b"x" * len(name), name)
    (tmp_path / "old.zip").write_bytes(data)
    assert read(tmp_path / "old.zip").names == ["工作报告"]


def test_an_empty_zip_is_empty(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w"):
        pass
    with pytest.raises(EmptyError, match="there is nothing to read in"):
        read(tmp_path / "a.zip")


# ---- the file system ---------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_links_are_followed_without_loops(make: Make) -> None:
    folder = make({"a/1.txt": "一"})
    (folder / "a" / "loop").symlink_to(folder)
    (folder / "b").symlink_to(folder / "a")
    (folder / "gone.txt").symlink_to(folder / "no.txt")
    corpus, messages = said(lambda: read(folder))
    assert corpus.docs["file"].tolist() == ["a/1.txt"]
    assert "'gone.txt' (a link that leads nowhere; copy the file itself into the folder)" in messages[0]
    assert messages[1] == "passed over: 2 a link to a folder that was read already: 'a/loop', 'b'."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_and_devices_are_never_opened(make: Make) -> None:
    folder = make({"a.txt": "甲"})
    os.mkfifo(folder / "pipe.txt")
    corpus, messages = said(lambda: read(folder))
    assert corpus.names == ["a"]
    assert messages == ["passed over: 1 not a regular file: 'pipe.txt'."]
    with pytest.raises(ReadError, match=r"pipe\.txt: not a regular file \(a device, pipe or socket\)"):
        read(folder / "pipe.txt")


def test_no_permission_is_a_row(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make({"a.txt": "甲", "b.txt": "乙", "c/d.txt": "丙"})
    opened, listed = Path.open, os.scandir

    def no_file(self: Path, *args: object, **kwargs: object) -> object:
        if self.name == "b.txt":
            raise PermissionError(13, "Permission denied")
        return opened(self, *args, **kwargs)  # type: ignore[arg-type]

    def no_folder(path: Path) -> object:
        if Path(path).name == "c":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(Path, "open", no_file)
    monkeypatch.setattr(os, "scandir", no_folder)
    corpus, _ = said(lambda: read(folder))
    assert corpus.names == ["a"]
    assert corpus.errors is not None
    assert corpus.errors.to_dict("records") == [
        {"file": "c", "reason": "no permission to look into this folder; change its rights or copy it"},
        {"file": "b.txt", "reason": "no permission to read it; change its rights or copy it"},
    ]


def test_a_disk_that_fails_is_a_row(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make({"a.txt": "甲", "b.txt": "乙"})
    opened = Path.open

    def failing(self: Path, *args: object, **kwargs: object) -> object:
        if self.name == "b.txt":
            raise OSError(5, "Input/output error")
        return opened(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", failing)
    corpus, _ = said(lambda: read(folder))
    assert corpus.errors is not None
    assert corpus.errors["reason"].tolist() == ["the system cannot read it (Input/output error)"]


def test_ctrl_c_is_not_swallowed(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("textkit.reading.text.read_text", interrupted)
    with pytest.raises(KeyboardInterrupt):
        read(make({"a.txt": "甲"}))


@pytest.mark.parametrize(
    "error", [KeyError("x"), AttributeError(), TypeError("y"), MemoryError(), BaseException("panic")]
)
def test_whatever_a_library_throws_becomes_a_row(
    make: Make, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def failing(*_: object) -> None:
        raise error

    monkeypatch.setattr("textkit.reading.html.read_html", failing)
    corpus, _ = said(lambda: read(make({"a.txt": "甲", "b.html": "x"})))
    assert corpus.names == ["a"]
    assert corpus.errors is not None
    assert corpus.errors["file"].tolist() == ["b.html"]


def test_one_line_of_many_characters(tmp_path: Path) -> None:
    line = "我们要坚持和加强各项工作，" * 1_000_000
    (tmp_path / "a.txt").write_text(line, encoding="gb18030")
    assert read(tmp_path / "a.txt").texts == (line,)


def test_two_members_of_one_name_stay_apart(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as container, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        container.writestr("x.txt", "甲")
        container.writestr("x.txt", "乙")
    corpus, messages = said(lambda: read(tmp_path / "a.zip"))
    assert corpus.texts == ("甲", "乙")
    assert corpus.names == ["a.zip/x.txt", "a.zip/x.txt (2)"]
    assert messages == ["duplicated document names: 'a.zip/x.txt' (the second is now 'a.zip/x.txt (2)')."]


@pytest.mark.slow
def test_two_hundred_megabytes_in_one_line(tmp_path: Path) -> None:
    piece = "我们要坚持和加强各项工作，" * 100_000
    n = 200 * 2**20 // len(piece.encode()) + 1
    with (tmp_path / "a.txt").open("w", encoding="utf-8") as stream:
        for _ in range(n):
            stream.write(piece)
    corpus = read(tmp_path / "a.txt")
    (tmp_path / "a.txt").unlink()
    assert corpus.docs["n_chars"].tolist() == [n * len(piece)]
    assert corpus.texts[0].endswith(piece)


# ---- the table of formats ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", READERS)
def test_every_format_has_a_reader_that_takes_anything(suffix: str) -> None:
    reader = find_reader(suffix)
    assert reader is not None
    for data in (b"", b"\0", b"<", b"PK\x03\x04", "各位代表".encode(), "各位代表".encode("gbk")):
        try:
            result = attempt(reader, Source(f"a{suffix}", suffix, data), Settings())
        except ReadError as error:
            assert str(error)
            continue
        for made in result.pieces:
            assert made.file == f"a{suffix}"
            assert made.format == suffix[1:]
            assert all(isinstance(text, str) for text in made.texts)


def test_the_tables_of_formats_agree() -> None:
    assert set(READERS) > TABLES
    assert set(LOADERS) == TABLES
    assert not set(READERS) & set(UNSUPPORTED)
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in [*READERS, *UNSUPPORTED])
    assert find_reader(".TXT") is find_reader(".txt")
    assert find_reader(".no") is None
