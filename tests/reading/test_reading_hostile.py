"""Hostile files, built here: each is refused in less than a second, in little memory, as one row of errors."""

from __future__ import annotations

import io
import random
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from textkit.errors import ReadError
from textkit.reading import limits, read
from textkit.reading.formats import find_reader
from textkit.reading.source import Result, Settings, Source, attempt

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def run(suffix: str, data: bytes) -> Result:
    reader = find_reader(suffix)
    assert reader is not None
    return attempt(reader, Source(f"a{suffix}", suffix, data), Settings())


@contextmanager
def bounded(seconds: float = 1.0, megabytes: int = 300) -> Iterator[None]:
    tracemalloc.start()
    start = time.process_time()
    try:
        yield
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert time.process_time() - start < 4 * seconds  # tracing and a shared machine cost up to four times
    assert peak < megabytes * limits.MB


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method, compresslevel=9) as container:
        for name, data in members.items():
            container.writestr(name, data)
    return stream.getvalue()


def document(body: str, prolog: str = "") -> bytes:
    return zipped({"word/document.xml": f"{prolog}<w:document {W}><w:body>{body}</w:body></w:document>".encode()})


def billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "ha"}">' for i in range(12))
    return document("<w:p><w:r><w:t>&a11;</w:t></w:r></w:p>", f"<!DOCTYPE w [{entities}]>")


def external_entity() -> bytes:
    body = "<w:p><w:r><w:t>&x;</w:t></w:r></w:p>"
    return document(body, '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]>')


def hidden_in_utf16() -> bytes:
    xml = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE w [<!ENTITY x "y">]><w:document {W}/>'
    return zipped({"word/document.xml": xml.encode("utf-16")})


def huge_document() -> bytes:
    return document("<w:p><w:r><w:t>信访</w:t></w:r></w:p>" * 1_500_000)


def zeros(size: int) -> bytes:
    return zipped({"a.txt": bytes(size)})


def one_text_node() -> bytes:
    return document("<w:p><w:r><w:t>" + "A" * (40 * limits.MB) + "</w:t></w:r></w:p>")


def deep_xml() -> bytes:
    return document("<w:sdt>" * 100_000)


def nested_zip() -> bytes:
    return zipped({"inner.zip": zipped({"a.txt": b"abc"})})


def many_members() -> bytes:
    return zipped({f"{i}.txt": b"" for i in range(limits.MAX_MEMBERS + 1)})


def many_entries_for_one_member() -> bytes:
    """The directory names the same bytes 100,000 times (without it the file is small)."""
    data = zipped({"a.txt": b"abc"})
    start, end = data.index(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    entries = data[start:end] * 100_000
    tail = bytearray(data[end:])
    tail[8:12] = (65535).to_bytes(2, "little") * 2
    tail[12:16] = len(entries).to_bytes(4, "little")
    return data[:start] + entries + bytes(tail)


def encrypted() -> bytes:
    data = bytearray(zipped({"a.txt": b"abc"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def lying_header() -> bytes:
    """The directory says 10 bytes; there are 30 MB."""
    data = bytearray(zipped({"a.txt": bytes(30 * limits.MB)}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    return bytes(data)


def workbook(sheet: str, strings: str = "") -> bytes:
    return zipped(
        {
            "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": b"",
            "xl/workbook.xml": f'<workbook {SHEET}><sheets><sheet name="a" sheetId="1"/></sheets></workbook>'.encode(),
            "xl/sharedStrings.xml": f"<sst {SHEET}>{strings}</sst>".encode(),
            "xl/worksheets/sheet1.xml": f"<worksheet {SHEET}><sheetData>{sheet}</sheetData></worksheet>".encode(),
        }
    )


def vast_sheet() -> bytes:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return workbook(cells)


def one_string_everywhere() -> bytes:
    cells = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(1, 60_000))
    noise = random.Random(1).randbytes(30_000).hex()
    return workbook(cells, f"<si><t>{noise}</t></si>")


BOMBS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "billion laughs": (".docx", billion_laughs, "declares a document type (DTD), which Word never writes; refused"),
    "external entity": (".docx", external_entity, "declares a document type (DTD), which Word never writes; refused"),
    "a DTD in UTF-16": (".docx", hidden_in_utf16, "declares a document type (DTD), which Word never writes; refused"),
    "a document of 50 MB": (".docx", huge_document, "'word/document.xml' inside"),
    "one text node of 40 MB": (".docx", one_text_node, "times its stored size, as only a decompression bomb does"),
    "deep XML": (".docx", deep_xml, "damaged, or not a docx file"),
    "100 MB of zeros": (".zip", lambda: zeros(100 * limits.MB), "more than 200 times its stored size"),
    "5 MB of zeros": (".zip", lambda: zeros(5 * limits.MB), "more than 200 times its stored size"),
    "a ZIP in a ZIP": (".zip", nested_zip, "a ZIP inside a ZIP; unpack the outer one first"),
    "too many members": (".zip", many_members, "more than 10,000 files inside; unpack it and read the folder"),
    "too many entries": (".zip", many_entries_for_one_member, "more than 10,000 files inside"),
    "encrypted": (".zip", encrypted, "'a.txt' inside is encrypted; unpack it with its password and read the files"),
    "lying header": (".zip", lying_header, "damaged inside the ZIP"),
    "bzip2": (
        ".zip",
        lambda: zipped({"a.txt": b"abc" * 99}, zipfile.ZIP_BZIP2),
        "'a.txt' inside is compressed in an unusual way; pack it again as an ordinary ZIP",
    ),
    "a vast sheet": (".xlsx", vast_sheet, "a sheet of 1,048,576 rows by 16,384 columns"),
    "one string in every cell": (".xlsx", one_string_everywhere, "bytes of text in one sheet, more than"),
    "a row of many commas": (".csv", lambda: b"," * 5_000_000, "more than 16,384 columns in its first row"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_quickly(name: str) -> None:
    suffix, build, message = BOMBS[name]
    data = build()
    with bounded():
        try:
            result = run(suffix, data)
            reason = result.problems[0][1]
            assert result.pieces == []
        except ReadError as error:
            reason = str(error)
    assert message in reason


def test_an_honest_zip_below_the_caps_is_read() -> None:
    rng = random.Random(2)
    words = "今天召开全镇工作会议主要任务是总结去年的工作"
    text = "".join(rng.choices(words, k=300_000))
    result = run(".zip", zipped({"a.txt": text.encode(), "b.txt": b"x" * 100_000}))
    assert [piece.texts[0] for piece in result.pieces] == [text, "x" * 100_000]


def test_the_total_is_counted_over_all_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_TOTAL_BYTES", 2 * limits.MB)
    data = zipped({f"{i}.txt": random.Random(i).randbytes(300_000).hex().encode() for i in range(5)})
    result = run(".zip", data)
    assert len(result.pieces) == 3
    assert all("more than 2 MB when inflated" in reason for _, reason in result.problems)


def test_members_with_paths_outside_are_names_only(tmp_path: Path) -> None:
    data = zipped({"../../outside.txt": "甲".encode(), "/etc/absolute.txt": "乙".encode()})
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.zip").write_bytes(data)
    corpus = read(tmp_path / "in")
    assert sorted(corpus.docs["file"]) == ["a.zip/etc/absolute.txt", "a.zip/outside.txt"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.zip", "in"]  # nothing was extracted


def test_too_large_a_file_is_refused_before_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 1000)
    (tmp_path / "a.txt").write_bytes(b"x" * 1001)
    with pytest.raises(ReadError) as caught:
        read(tmp_path / "a.txt")
    assert str(caught.value) == "a.txt: 1,001 bytes, more than the 1,000 that textkit reads; split it."


def small_files() -> dict[str, bytes]:
    parquet = io.BytesIO()
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"text": ["甲乙丙"] * 20}), parquet)
    return {
        ".txt": "各位代表：现在报告工作。".encode("gb18030") * 5,
        ".docx": document("<w:tbl><w:tr><w:tc><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc></w:tr></w:tbl>" * 5),
        ".zip": zipped({"a.txt": "甲".encode() * 50, "b.csv": b"text\n1"}),
        ".xlsx": workbook('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', "<si><t>text</t></si>"),
        ".csv": 'id,text\n1,"甲,乙"\n2,丙\n'.encode(),
        ".json": '[{"text":"甲","a":[1,2]},{"text":"乙"}]'.encode(),
        ".jsonl": '{"text":"甲"}\n{"text":"乙"}\n'.encode(),
        ".parquet": parquet.getvalue(),
        ".html": "<html><div class=nav><a>首页</a></div><table><tr><td>甲<td>乙</table><p>丙".encode(),
    }


def mutated(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    kind = rng.randrange(4)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(changed)) if changed else 0
        if kind == 0 and changed:
            changed[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del changed[at : at + rng.randint(1, 20)]
        elif kind == 2:
            changed[at:at] = rng.randbytes(rng.randint(1, 10))
        else:
            piece = changed[at : at + 30]
            changed[rng.randrange(len(changed) + 1) : 0] = piece
    return bytes(changed)


@pytest.mark.parametrize("suffix", [".txt", ".docx", ".zip", ".xlsx", ".csv", ".json", ".jsonl", ".parquet", ".html"])
def test_mutated_files_give_texts_or_read_errors(suffix: str) -> None:
    data = small_files()[suffix]
    for seed in range(150):
        rng = random.Random(f"{suffix} {seed}")
        try:
            result = run(suffix, mutated(data, rng))
        except ReadError:
            continue
        for piece in result.pieces:
            for text in piece.texts:
                text.encode()


def test_mutated_xml_inside_a_sound_container() -> None:
    xml = zipfile.ZipFile(io.BytesIO(small_files()[".docx"])).read("word/document.xml")
    for seed in range(150):
        data = zipped({"word/document.xml": mutated(xml, random.Random(seed))})
        try:
            run(".docx", data)
        except ReadError as error:
            assert "docx" in str(error) or "DTD" in str(error)


def test_a_truncated_zip_member_is_one_row_and_the_others_are_read() -> None:
    data = bytearray(zipped({"a.txt": "甲".encode() * 500, "b.txt": "乙".encode()}))
    data[40:44] = b"\xff\xff\xff\xff"
    result = run(".zip", bytes(data))
    assert [piece.file for piece in result.pieces] == ["a.zip/b.txt"]
    assert result.problems[0][0] == "a.zip/a.txt"
    assert "damaged inside the ZIP" in result.problems[0][1]
