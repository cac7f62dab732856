"""The extra test corpora: every case of encodings, formats and bad input does what its list says."""

from __future__ import annotations

import json
import re
import unicodedata
import warnings
from pathlib import Path
from typing import Any

import pytest

from textkit.corpus import Corpus
from textkit.errors import ReadError, TextkitError
from textkit.reading import read

pytestmark = pytest.mark.shared

FOLDED = {"mixed_eol.txt", "cr_only.txt", "nel_ls_ps.txt"}
CLEANED = {  # equal only after textkit.clean; here only the part that reading answers for
    "zero_width.txt",
    "spaces_zoo.txt",
    "kangxi_radicals_from_pdf.txt",
    "compat_ideographs.txt",
    "fullwidth_latin_digits.txt",
    "halfwidth_punct.txt",
}
SPOKEN = {  # what a warning must say
    "hz_gb2312.txt": "plain ASCII that makes Chinese",
    "utf7.txt": "plain ASCII that makes Chinese",
    "pua_wps.txt": "private-use characters",
    "mojibake_utf8_as_gbk.txt": "garbled text (mojibake)",
    "mojibake_gbk_as_latin1.txt": "garbled text (mojibake)",
    "utf8_cut_in_a_character.txt": "the file ends inside a character (2 bytes from byte offset 1998, utf-8)",
    "utf8_with_one_bad_byte.txt": "1 place not valid utf-8, the first at byte offset 1422",
    "utf8_then_gbk_lines.txt": "more than one encoding in one file",
    "nul_bytes.txt": "NUL characters",
}


def quietly(path: Path, **arguments: Any) -> tuple[Corpus, str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        corpus = read(path, **arguments)
    return corpus, "\n".join(str(item.message) for item in caught)


def folded(text: str) -> str:
    return re.sub("\r\n|[\r\u2028]", "\n", text)


def test_encodings(shared: Path) -> None:
    folder = shared / "data" / "encodings" / "generated"
    for case in json.loads((folder / "cases.json").read_text(encoding="utf-8")):
        name = case["file"]
        corpus, said = quietly(folder / name)
        assert (SPOKEN[name] in said) if name in SPOKEN else said == "", name
        if case["truth"] is None or name in CLEANED:
            continue
        truth = (folder / case["truth"]).read_bytes().decode()
        got = corpus.texts[0]
        if name in FOLDED:
            assert folded(got) == truth, name
        elif name == "nul_bytes.txt":
            assert got.replace("\0", "") == truth
        elif name == "pua_wps.txt":
            assert "".join(c for c in got if unicodedata.category(c) != "Co") == truth
        elif name == "mojibake_gbk_as_latin1.txt":
            assert quietly(folder / name, repair=True)[0].texts[0] == truth
        else:
            assert got == truth, name


def test_given_encodings(shared: Path) -> None:
    folder = shared / "data" / "encodings" / "generated"
    for name, encoding in (("short_gbk_8_bytes.txt", "gbk"), ("short_big5.txt", "big5")):
        truth = (folder / f"{name}.truth.utf8").read_text(encoding="utf-8")
        assert quietly(folder / name, encoding=encoding)[0].texts[0] == truth


def test_a_real_gbk_file(shared: Path) -> None:
    folder = shared / "data" / "encodings" / "real_icwb2"
    got, said = quietly(folder / "pku_test.txt")
    assert folded(got.texts[0]) == folded((folder / "pku_test.utf8").read_bytes().decode())
    assert got.docs["encoding"].tolist() == ["gb18030"]
    assert said == ""


def test_generated_formats(shared: Path) -> None:
    folder = shared / "data" / "formats" / "generated"
    truth = [line.strip() for line in (folder / "truth.txt").read_text(encoding="utf-8").split("\n") if line.strip()]
    page, said = quietly(folder / "page_gb2312.html")
    assert [line.strip() for line in page.texts[0].split("\n") if line.strip()] == truth
    assert "page feet" in said
    for name, format_name in (
        ("unicode_escapes.rtf", "RTF"),
        ("two_chapters_manifest_reversed.epub", "EPUB"),
        ("page_numbers_running_head.pdf", "PDF"),
    ):
        with pytest.raises(ReadError, match=f"{format_name} is not supported yet"):
            read(folder / name)


def test_real_word_documents(shared: Path) -> None:
    folder = shared / "data" / "formats" / "real"
    reports = shared / "data" / "corpora" / "city_gwr_2024" / "txt"
    for path in sorted(folder.glob("city_*.docx")):
        text = quietly(path)[0].texts[0]
        truth = (reports / f"{path.stem.removeprefix('city_')}.txt").read_text(encoding="utf-8")
        assert re.sub(r"\s", "", text) == re.sub(r"\s", "", truth), path.name
    text = quietly(folder / "tw_nationalday_2017.docx")[0].texts[0]
    assert "更好的台灣\n大會主席蘇嘉全院長" in text


def test_real_big5(shared: Path) -> None:
    folder = shared / "data" / "formats" / "real"
    for path in sorted(folder.glob("*.big5.txt")):
        corpus, said = quietly(path)
        assert corpus.docs["encoding"].tolist()[0] in ("big5hkscs", "cp950")
        assert "同胞" in corpus.texts[0]
        assert said == ""


def test_bad_input(shared: Path) -> None:
    folder = shared / "data" / "badinput" / "files"
    cases = json.loads((folder.parent / "manifest.json").read_text(encoding="utf-8"))
    for case in cases:
        path = folder / case["path"]
        try:
            corpus, said = quietly(path)
        except TextkitError as error:
            assert case["klass"] in ("wrong type", "broken", "table"), case
            assert path.name in str(error)
            continue
        assert case["klass"] not in ("wrong type", "broken"), case
        if case["klass"] == "empty":
            assert corpus.texts == ("",)
            assert "empty documents were kept" in said


def test_bad_input_in_a_batch(shared: Path) -> None:
    folder = shared / "data" / "badinput" / "files"
    corpus, said = quietly(folder)
    assert corpus.errors is not None
    assert set(corpus.errors["file"]) == {
        "image_named.txt", "text_named.pdf", "rtf_named.doc", "truncated.docx", "bad_xml.docx", "empty.pdf",
        "encrypted_hint.pdf", "no_opf.epub",
    }  # fmt: skip
    assert all(name in said for name in corpus.errors["file"])
    assert corpus.text("good").count("\n") == 2
    assert corpus.text("table_textbox_footnote") == "正文一\n表格单元\n修订插入\n正文二"
    assert corpus.text("lying_charset") == "各位代表：现在，我代表市人民政府，向大会报告工作，请予审议。"
    page = corpus.text("nav_boilerplate")
    assert "各位代表：现在" in page and "一、总体要求" in page
    assert not any(word in page for word in ("首页", "责任编辑", "上一篇", "ICP备"))
    assert corpus.text("emoji").encode().decode() == corpus.text("emoji")


def test_bad_tables(shared: Path) -> None:
    folder = shared / "data" / "badinput" / "files"
    corpus, _ = quietly(folder / "bad_line.jsonl", text_column="text")
    assert corpus.texts == ("一",)
    assert corpus.errors is not None
    assert [reason.split(":")[0] for reason in corpus.errors["reason"]] == [f"line {n}" for n in range(2, 8)]
    with pytest.raises(ReadError, match="which column holds the text. Its columns are '编号', '标题'"):
        read(folder / "no_text_column.csv")
    assert quietly(folder / "semicolon_bom.csv", text_column="正文")[0].texts == ("稳定，压倒一切",)


def test_whole_corpora(shared: Path) -> None:
    data = shared / "data"
    speeches, said = quietly(data / "speeches", meta="meta.csv")
    assert speeches.names[0] == "district_plenary"
    assert (len(speeches), said) == (5, "")
    cities, said = quietly(
        data / "corpora" / "city_gwr_2024" / "txt", meta=data / "corpora" / "city_gwr_2024" / "meta.csv"
    )
    assert (len(cities), said) == (71, "")
    assert (cities.docs["n_chars"] == cities.docs["chars"]).all()
    classes, said = quietly(data / "topics" / "four_class_gbk" / "originals_gbk.zip")
    assert set(classes.docs["encoding"]) <= {"gb18030", "utf-8-sig", "utf-8", "ascii"}
    assert len(classes) > 3000
    assert any("/体育/" in file for file in classes.docs["file"])
    policy, said = quietly(data / "corpora" / "digital_policy_documents" / "central.jsonl", text_column="content")
    assert (len(policy), said) == (166, "")
