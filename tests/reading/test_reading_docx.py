"""Word documents: reading order, what is kept and what is left out, and against python-docx."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest

from textkit.errors import ReadError
from textkit.reading.docx import read_docx
from textkit.reading.source import Result, Settings, Source, attempt

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STRICT = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'
MORE = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def p(*inner: str) -> str:
    return "<w:p>" + "".join(part if part.startswith("<") else r(part) for part in inner) + "</w:p>"


def r(text: str, properties: str = "") -> str:
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'


def pack(body: str, *, namespace: str = W, **parts: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as container:
        main = (
            f'<?xml version="1.0" encoding="UTF-8"?><w:document {namespace} {MORE}><w:body>{body}</w:body></w:document>'
        )
        container.writestr("word/document.xml", main)
        for name, content in parts.items():
            container.writestr(f"word/{name}.xml", f"<w:{name} {namespace}>{content}</w:{name}>")
    return stream.getvalue()


def run(data: bytes) -> Result:
    return attempt(read_docx, Source("a.docx", ".docx", data), Settings())


def text(body: str, **parts: str) -> str:
    return run(pack(body, **parts)).pieces[0].texts[0]


def test_paragraphs_are_lines_and_empty_ones_stay() -> None:
    assert text(p("甲") + p() + p("乙", "丙")) == "甲\n\n乙丙"


def test_tables_stand_where_they_are_one_line_a_row() -> None:
    def cell(*paragraphs: str) -> str:
        return "<w:tc><w:tcPr/>" + "".join(map(p, paragraphs)) + p() + "</w:tc>"

    row = "<w:tr>" + cell("镇") + cell("人口", "（人）") + "</w:tr><w:tr>" + cell("清河") + cell("12000") + "</w:tr>"
    inner = "<w:tr><w:tc><w:tbl><w:tr>" + cell("内") + cell("表") + "</w:tr></w:tbl>" + p() + "</w:tc></w:tr>"
    assert text(p("前") + f"<w:tbl>{row}</w:tbl>" + p("后")) == "前\n镇\t人口\n（人）\n清河\t12000\n后"
    assert text(f"<w:tbl>{inner}</w:tbl>") == "内\t表"


def test_insertions_stay_and_deletions_go() -> None:
    body = p(
        "修",
        f"<w:ins>{r('订')}</w:ins>",
        "<w:del><w:r><w:delText>旧</w:delText></w:r></w:del>",
        f"<w:moveFrom>{r('旧处')}</w:moveFrom>",
        f"<w:moveTo>{r('新处')}</w:moveTo>",
    )
    assert text(body) == "修订新处"


def test_notes_stand_below_the_paragraph_and_endnotes_at_the_end() -> None:
    body = (
        p("甲", '<w:r><w:footnoteReference w:id="2"/></w:r>', "乙")
        + p("丙", '<w:r><w:endnoteReference w:id="1"/></w:r>')
        + p("丁")
    )
    footnotes = (
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        f'<w:footnote w:id="2">{p("<w:r><w:footnoteRef/></w:r>", " 注一")}{p("注二")}</w:footnote>'
        f'<w:footnote w:id="3">{p("没有引用")}</w:footnote>'
    )
    endnotes = f'<w:endnote w:id="1">{p("尾注")}</w:endnote>'
    assert text(body, footnotes=footnotes, endnotes=endnotes) == "甲乙\n注一\n注二\n丙\n丁\n尾注"


def test_a_text_box_is_read_once_below_its_paragraph() -> None:
    box = "<w:txbxContent>" + p("框一") + p("框二") + "</w:txbxContent>"
    alternative = (
        f"<w:r><mc:AlternateContent><mc:Choice><wps:txbx>{box}</wps:txbx></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert text(p("前", alternative, "后") + p("末")) == "前后\n框一\n框二\n末"
    only_old = f"<w:r><w:pict><v:textbox>{box}</v:textbox></w:pict></w:r>"
    assert text(p("前", only_old)) == "前\n框一\n框二"


def test_signs_fields_hidden_text_ruby_and_formulas() -> None:
    assert text(p("甲", "<w:r><w:tab/></w:r>", "乙", "<w:r><w:br/></w:r>", "丙")) == "甲\t乙\n丙"
    tabs = '<w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr>'
    assert text(p(tabs, "甲")) == "甲"
    field = "<w:r><w:instrText>PAGE</w:instrText></w:r><w:hyperlink>" + r("链接") + "</w:hyperlink>"
    assert text(p("<w:r/>" + field)) == "链接"
    assert text(p(r("看", "<w:rPr><w:b/></w:rPr>"), r("不见", "<w:rPr><w:vanish/></w:rPr>"), "见")) == "看见"
    assert text(p(r("又见", '<w:rPr><w:vanish w:val="0"/></w:rPr>'))) == "又见"
    ruby = f"<w:r><w:ruby><w:rt>{r('xìn')}</w:rt><w:rubyBase>{r('信')}</w:rubyBase></w:ruby></w:r>"
    assert text(p(ruby, "访")) == "信访"
    assert text(p("和", "<m:oMath><m:r><m:t>x+y</m:t></m:r></m:oMath>")) == "和x+y"
    assert text(p("<w:r><w:sym w:font='Wingdings' w:char='F0FC'/><w:sym w:char='2713'/></w:r>", "好")) == "✓好"


def test_the_strict_variant_is_read_too() -> None:
    assert run(pack(p("严格"), namespace=STRICT)).pieces[0].texts == ["严格"]


def test_the_main_part_may_have_another_name() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as container:
        container.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
            'Id="r1" Type="http://x/officeDocument" Target="/word/document2.xml"/></Relationships>',
        )
        container.writestr("word/document2.xml", f"<w:document {W}><w:body>{p('另名')}</w:body></w:document>")
    assert run(stream.getvalue()).pieces[0].texts == ["另名"]


def test_against_python_docx() -> None:
    document = docx.Document()
    lines = [f"第{i}段：今天召开全镇工作会议。" for i in range(30)]
    for line in lines[:15]:
        document.add_paragraph(line)
    table = document.add_table(rows=2, cols=2)
    for i, word in enumerate(["年份", "产量", "2019", "600"]):
        table.cell(i // 2, i % 2).text = word
    for line in lines[15:]:
        document.add_paragraph(line)
    stream = io.BytesIO()
    document.save(stream)
    assert run(stream.getvalue()).pieces[0].texts[0].split("\n") == [
        *lines[:15],
        "年份\t产量",
        "2019\t600",
        *lines[15:],
    ]


def test_an_empty_document_is_kept_and_said() -> None:
    result = run(pack(p()))
    assert result.pieces[0].texts == [""]
    assert result.notes == [("a.docx", ("empty", "no text"))]


@pytest.mark.parametrize(
    "data, message",
    [
        (b"", "it is empty (0 bytes), not a Word document"),
        ("各位代表".encode(), "not a Word document (.docx): it looks like plain text; give it the suffix .txt"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
            (
                "not a Word document (.docx): it begins like an old Office document (.doc, .xls), or one with a "
                "password; open it in Word, remove the password if it has one, and save it as .docx"
            ),
        ),
        (pack(p("甲"))[:200], "not a complete ZIP container (File is not a zip file); copy or download it again"),
    ],
)
def test_what_is_no_word_document_is_named(data: bytes, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        run(data)
    assert str(caught.value) == message


def test_a_zip_of_something_else_is_no_word_document() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as container:
        container.writestr("a.txt", "甲")
    with pytest.raises(ReadError, match=r"it has no word/document\.xml inside"):
        run(stream.getvalue())


def test_broken_xml_is_damaged() -> None:
    with pytest.raises(ReadError, match="^damaged, or not a docx file .*mismatch"):
        run(pack("<w:p><w:r></w:p>"))
