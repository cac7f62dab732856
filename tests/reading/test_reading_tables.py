"""Tables as documents: delimiters, bad rows by number, types of facts, and round trips."""

from __future__ import annotations

import csv
import datetime
import io
import json
import math

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textkit.errors import ReadError
from textkit.reading.facts import column
from textkit.reading.formats import find_reader
from textkit.reading.source import Result, Settings, Source, attempt


def run(name: str, data: bytes | str, **arguments: object) -> Result:
    suffix = "." + name.split(".")[1]
    reader = find_reader(suffix)
    assert reader is not None
    raw = data.encode() if isinstance(data, str) else data
    return attempt(reader, Source(name, suffix, raw), Settings(**arguments))  # type: ignore[arg-type]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_delimiter_and_encoding_are_found(delimiter: str, encoding: str) -> None:
    rows = [["编号", "正文", "年"], ["1", "稳定，压倒一切；要抓紧, 抓实", "2019"], ["2", "发展是硬道理", "2020"]]
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    piece = run("a.csv", stream.getvalue().encode(encoding), text_column="正文").pieces[0]
    assert piece.texts == [rows[1][1], rows[2][1]]
    assert piece.facts is not None
    assert piece.facts.to_dict("list") == {"编号": [1, 2], "年": [2019, 2020]}


def test_excels_own_first_line_is_understood() -> None:
    assert run("a.csv", "sep=;\r\n编号;正文\r\n1;一，二\r\n", text_column="正文").pieces[0].texts == ["一，二"]


def test_line_ends_and_delimiters_inside_quotes_belong_to_the_text() -> None:
    piece = run("a.csv", 'id,text\r\n1,"第一行\r\n第二行, 他说""好"""\r\n2,完\r\n').pieces[0]
    assert piece.texts == ['第一行\r\n第二行, 他说"好"', "完"]
    assert piece.keys == ["2", "4"]  # the lines in which the rows begin


def test_without_text_column_the_table_lists_its_columns() -> None:
    with pytest.raises(ReadError) as caught:
        run("a.csv", "编号,标题\n1,甲\n")
    assert str(caught.value) == (
        "which column holds the text? Its columns are '编号', '标题'; give text_column= the name of one"
    )
    with pytest.raises(ReadError) as caught:
        run("a.csv", "编号,标题\n1,甲\n", text_column="标提")
    assert str(caught.value) == (
        "no column '标提'; did you mean '标题'? Its columns are '编号', '标题'; "
        "give text_column= the one that holds the text"
    )


@pytest.mark.parametrize("name", ["text", "Content", "正文", "内容", "全文"])
def test_one_usual_name_is_enough_and_said(name: str) -> None:
    result = run("a.csv", f"id,{name}\n1,甲\n")
    assert result.pieces[0].texts == ["甲"]
    assert result.notes == [("a.csv", ("column", repr(name)))]


def test_rows_of_the_wrong_width_are_reported_by_line() -> None:
    result = run("a.csv", "id,text,year\n1,甲,2019\n2,乙,2020,多,了\n3,丙\n\n4\n5,丁,2021,\n")
    assert result.pieces[0].texts == ["甲", "丙", "丁"]
    assert result.problems == [
        ("a.csv", "line 3: 5 cells, but the table has 3 columns; check the quotes"),
        ("a.csv", "line 6: no 'text'"),
    ]
    assert result.pieces[0].facts is not None
    assert result.pieces[0].facts["year"].tolist()[:1] == [2019.0]
    assert math.isnan(result.pieces[0].facts["year"].tolist()[1])


def test_quotes_that_do_not_pair_up_are_said() -> None:
    result = run("a.csv", 'id,text\n1,"他说"好"了"\n2,乙\n')
    assert [kind for _, (kind, _) in result.notes] == ["column", "table"] or "table" in str(result.notes)
    assert "line 2" in str(result.notes)
    assert result.pieces[0].texts[-1] == "乙"


def test_cells_beyond_the_usual_csv_limit_are_read_and_the_limit_is_put_back() -> None:
    before = csv.field_size_limit()
    text = "长" * 400_000
    assert run("a.csv", f"id,text\n1,{text}\n").pieces[0].texts == [text]
    assert csv.field_size_limit() == before


def test_empty_cells_are_empty_documents_and_said() -> None:
    result = run("a.csv", "id,text\n1,\n2,乙\n")
    assert result.pieces[0].texts == ["", "乙"]
    assert ("a.csv", ("empty", "1 of 2 lines have no text")) in result.notes


def test_equal_column_names_are_told_apart() -> None:
    result = run("a.csv", "text,年,年,\n甲,1,2,3\n")
    assert result.pieces[0].facts is not None
    assert list(result.pieces[0].facts.columns) == ["年", "年.3", "column4"]
    assert ("a.csv", ("table", "two columns '年'; the second is now '年.3'")) in result.notes


def test_names_come_from_a_column_and_must_be_unique() -> None:
    assert run("a.csv", "id,text\n07,甲\n,乙\n", doc_column="id").pieces[0].keys == ["07", "line 3"]
    with pytest.raises(ReadError) as caught:
        run("a.csv", "id,text\n1,甲\n2,乙\n1,丙\n", doc_column="id")
    assert str(caught.value) == (
        "doc_column 'id' has '1' in lines 2, 4; names must be unique: choose another column or leave out doc_column="
    )
    with pytest.raises(ReadError, match="give doc_column= the one that names the documents"):
        run("a.csv", "id,text\n1,甲\n", doc_column="no")


def test_bad_lines_of_jsonl_are_reported_by_number_and_good_ones_kept() -> None:
    lines = ['{"id":1,"text":"一"}', '{"id":2,"text":"二"', "null", "[]", '{"id":3}', '{"text":null}', '{"text":5}', ""]
    lines += ['{"text":"\\ud83d"}', '{"text":"\\ud83d\\ude00"}', "[" * 100_000]
    result = run("a.jsonl", "\n".join(lines), text_column="text")
    assert result.pieces[0].texts == ["一", "😀"]
    assert result.pieces[0].keys == ["1", "10"]
    reasons = [reason for _, reason in result.problems]
    assert [reason.split(":")[0] for reason in reasons] == [f"line {n}" for n in (2, 3, 4, 5, 6, 7, 9, 11)]
    assert reasons[1:7] == [
        "line 3: an object was expected, found null",
        "line 4: an object was expected, found a list",
        "line 5: no 'text'",
        "line 6: 'text' is missing",
        "line 7: 'text' is a number, not a text",
        "line 9: half a character (a lone surrogate, U+D83D) at position 0",
    ]


def test_a_line_separator_inside_a_json_string_is_no_line_end() -> None:
    assert run("a.jsonl", '{"text":"甲\u2028乙"}\r\n{"text":"丙"}').pieces[0].texts == ["甲\u2028乙", "丙"]


@pytest.mark.parametrize(
    "content, texts",
    [
        ('[{"text":"甲"},{"text":"乙"}]', ["甲", "乙"]),
        ('{"text":"甲"}', ["甲"]),
        ('{"version":1,"data":[{"text":"甲"}]}', ["甲"]),
        ('{"text":"甲"}\n{"text":"乙"}\n', ["甲", "乙"]),
    ],
)
def test_forms_of_json(content: str, texts: list[str]) -> None:
    assert run("a.json", content).pieces[0].texts == texts


@pytest.mark.parametrize(
    "content, message",
    [
        ('[{"text":"甲"', "not valid JSON"),
        ('"甲"', "a list of objects was expected, found a text"),
        ("[1, 2]", "no columns (row 1: an object was expected, found a number)"),
        ('[{"text":1}]', "no row with a text in 'text' (row 1: 'text' is a number, not a text)"),
        ("[" * 200_000, "nested too deeply"),
        ("", "not valid JSON"),
    ],
)
def test_bad_json_says_what_was_expected(content: str, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        run("a.json", content)
    assert message in str(caught.value)


def test_nested_facts_become_json_and_mixed_ones_text() -> None:
    result = run("a.json", '[{"text":"甲","tags":["一","二"],"x":1},{"text":"乙","tags":{"a":1},"x":"b"}]')
    assert result.pieces[0].facts is not None
    assert result.pieces[0].facts.to_dict("list") == {"tags": ['["一", "二"]', '{"a": 1}'], "x": ["1", "b"]}


def workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_workbooks() -> None:
    data = workbook(
        first=[
            ["正文", "年", "日期", "率"],
            ["甲", 2019, datetime.date(2019, 5, 1), 0.5],
            [None, 1],
            [None],
            [12.0, 2],
        ],
        notes=[["备注"], ["无"]],
    )
    result = run("a.xlsx", data)
    piece = result.pieces[0]
    assert piece.texts == ["甲"]
    assert piece.facts is not None
    assert piece.facts.to_dict("list") == {"年": [2019], "日期": ["2019-05-01"], "率": [0.5]}
    assert result.problems == [("a.xlsx", "row 3: no '正文'"), ("a.xlsx", "row 5: '正文' is a number, not a text")]
    assert ("a.xlsx", ("table", "sheets passed over: 'notes'; read: 'first'")) in result.notes


def test_all_sheets_with_the_text_column_are_read() -> None:
    data = workbook(a=[["t", "y"], ["甲", 1]], b=[["t"], ["乙"]], c=[["other"], ["丙"]])
    piece = run("a.xlsx", data, text_column="t").pieces[0]
    assert piece.texts == ["甲", "乙"]
    assert piece.facts is not None
    assert piece.facts["sheet"].tolist() == ["a", "b"]


def test_an_empty_workbook_and_no_workbook() -> None:
    with pytest.raises(ReadError, match="a workbook without any cell"):
        run("a.xlsx", workbook(a=[]))
    with pytest.raises(ReadError) as caught:
        run("a.xlsx", "各位代表")
    assert str(caught.value) == (
        "not an Excel workbook (.xlsx): it looks like plain text; give it the suffix .csv or .txt"
    )


def parquet(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()


def test_parquet_keeps_types() -> None:
    table = pa.table(
        {
            "text": pa.array(["甲", None, "丙"]).dictionary_encode(),
            "year": pa.array([1, 2, 3], pa.int32()),
            "when": pa.array([datetime.date(2020, 1, 2)] * 3),
            "tags": [["a"], [], None],
            "flag": [True, False, True],
        }
    )
    result = run("a.parquet", parquet(table))
    assert result.pieces[0].texts == ["甲", "丙"]
    assert result.problems == [("a.parquet", "row 2: 'text' is missing")]
    assert result.pieces[0].facts is not None
    first = result.pieces[0].facts.iloc[0].to_dict()
    assert first == {"year": 1, "when": "2020-01-02", "tags": '["a"]', "flag": True}


def test_parquet_damaged_or_textkits_own() -> None:
    data = parquet(pa.table({"text": ["甲"]}))
    with pytest.raises(ReadError, match="^damaged, or not a parquet file"):
        run("a.parquet", data[:-20])
    own = parquet(pa.table({"text": ["甲"]}).replace_schema_metadata({b"textkit": b"{}"}))
    with pytest.raises(ReadError, match=r"load it with Corpus\.load"):
        run("a.parquet", own)


@pytest.mark.parametrize(
    "values, expected",
    [
        (["1", "2"], [1, 2]),
        (["1", "2.5"], [1.0, 2.5]),
        (["007", "12"], ["007", "12"]),
        (["1", "两"], ["1", "两"]),
        (["2015-03-01"], ["2015-03-01"]),
        (["-3", "+4"], [-3, 4]),
        (["1" * 30], [1e30 / 9 * 1.0]),
        (["true"], ["true"]),
    ],
)
def test_text_becomes_numbers_only_when_all_of_it_is(values: list[str], expected: list[object]) -> None:
    got = column(values, typed=False).tolist()
    assert got == (pytest.approx(expected) if isinstance(expected[0], float) else expected)


def test_an_all_empty_column_is_missing() -> None:
    assert column(["", ""], typed=False).isna().all()
    assert column([None, math.nan], typed=True).isna().all()


printable = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), min_size=1, max_size=30
)
rows_of_two = st.lists(st.tuples(printable, printable), min_size=1, max_size=8)


@settings(max_examples=200, deadline=None)
@given(rows_of_two)
def test_csv_comes_back_as_it_was_written(rows: list[tuple[str, str]]) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerows([("fact", "text"), *rows])
    piece = run("a.csv", b"\xef\xbb\xbf" + stream.getvalue().encode(), text_column="text").pieces[0]
    assert piece.texts == [text for _, text in rows]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.fixed_dictionaries({"text": printable, "fact": printable}), min_size=1, max_size=8))
def test_jsonl_comes_back_as_it_was_written(rows: list[dict[str, str]]) -> None:
    data = "\n".join(json.dumps(row, ensure_ascii=len(row["text"]) % 2 == 0) for row in rows)
    piece = run("a.jsonl", b"\xef\xbb\xbf" + data.encode(), text_column="text").pieces[0]
    assert piece.texts == [row["text"] for row in rows]
    assert piece.facts is not None
    assert piece.facts["fact"].tolist() == [row["fact"] for row in rows]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(printable, st.integers(-(2**40), 2**40)), min_size=1, max_size=8))
def test_parquet_comes_back_as_it_was_written(rows: list[tuple[str, int]]) -> None:
    frame = pd.DataFrame(rows, columns=["text", "n"])
    piece = run("a.parquet", parquet(pa.Table.from_pandas(frame)), text_column="text").pieces[0]
    assert piece.texts == [text for text, _ in rows]
    assert piece.facts is not None
    assert piece.facts["n"].tolist() == [n for _, n in rows]
