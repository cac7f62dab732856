"""Web pages: what a reader sees, without the furniture, and never an empty page."""

from __future__ import annotations

import pytest

from textkit.errors import ReadError
from textkit.reading.html import page_text, read_html
from textkit.reading.source import Settings, Source

SPEECH = "各位代表：现在，我代表镇人民政府，向大会报告工作，请予审议，并请列席会议的同志提出意见。"


def lines(markup: str) -> list[str]:
    return page_text(markup)[0].split("\n")


@pytest.mark.parametrize(
    "markup, expected",
    [
        ("<p>甲</p><p>乙</p>", ["甲", "乙"]),
        ("<p>甲<p>乙<br>丙<div>丁", ["甲", "乙", "丙", "丁"]),
        ("<p>甲<b>乙</b><a href='#'>丙</a></p>", ["甲乙丙"]),
        ("<ul><li>甲<li>乙</ul>", ["甲", "乙"]),
        ("<table><tr><th>年份<th>产量<tr><td>2019<td>600</table>", ["年份\t产量", "2019\t600"]),
        ("<pre>甲\n  乙</pre>", ["甲", "  乙".strip()]),
        ("<p>一、总体\n   要求</p>", ["一、总体要求"]),
        ("<p>GDP\n growth 好</p>", ["GDP growth 好"]),
        ("<p>&nbsp;&lt;甲&gt; &amp; &#20057;</p>", ["\xa0<甲> & 乙"]),
        ("<p>\u3000\u3000甲</p>", ["\u3000\u3000甲"]),
        ("<title>题</title><style>p{}</style><script>x()</script><p>甲<noscript>请开启</noscript></p>", ["甲"]),
        ("<p style='display: none'>藏</p><p hidden>藏</p><p>甲<!-- 注 --></p>", ["甲"]),
        ("<select><option>一月</select><button>搜</button><textarea>写</textarea><p>甲", ["甲"]),
        ("没有标签", ["没有标签"]),
        ("", [""]),
    ],
)
def test_blocks_are_lines(markup: str, expected: list[str]) -> None:
    assert lines(markup) == expected


@pytest.mark.parametrize(
    "furniture",
    [
        "<nav>首页 政务公开</nav>",
        "<div class='nav'><a href='/'>首页</a> &gt; <a>政务公开</a></div>",
        "<div class='top-nav main'><a>首页</a></div>",
        "<ul id='breadCrumb'><li>当前：讲话</ul>",
        "<div role='navigation'>首页</div>",
        "<footer>主办：镇政府办公室</footer>",
        "<div class='foot'>技术支持</div>",
        "<p>（责任编辑：小编）</p>",
        "<div>上一篇：无 下一篇：讲话二</div>",
        "<div>版权所有 ICP备00000000号</div>",
        "<p>您当前的位置：首页 > 讲话</p>",
        "<p>【打印本页】</p>",
    ],
)
def test_furniture_is_left_out_and_handed_back(furniture: str) -> None:
    text, left_out = page_text(f"{furniture}<h1>工作报告</h1><p>{SPEECH}</p>")
    assert text == f"工作报告\n{SPEECH}"
    assert len(left_out) == 1 or furniture.startswith("<div class='nav'>")


def test_a_long_text_in_an_element_with_such_a_name_stays() -> None:
    markup = f"<div class='bottom'>{'<p>' + SPEECH}{('<p>' + SPEECH) * 10}</div>"
    assert page_text(markup)[1] == []
    assert page_text(markup)[0].count(SPEECH) == 11


def test_a_list_of_links_goes_however_long() -> None:
    links = "".join(f"<li><a href='{i}'>关于印发第{i}号文件的通知及其附件和说明</a>" for i in range(60))
    text, left_out = page_text(f"<ul class='related'>{links}</ul><p>{SPEECH}</p>")
    assert text == SPEECH
    assert len(left_out) == 60


def test_a_page_that_would_be_empty_is_kept_whole() -> None:
    markup = "<html><body><div class='nav'><p>镇长致辞</p><p>欢迎来到清河镇，这里山清水秀。</p></div></body></html>"
    assert page_text(markup) == ("镇长致辞\n欢迎来到清河镇，这里山清水秀。", [])


def test_sentences_about_editing_or_copyright_are_no_furniture() -> None:
    text = "要加强版权所有者权益保护，责任编辑要签字。"
    assert lines(f"<p>{text}</p><p>{SPEECH}</p>") == [text, SPEECH]


def test_the_declared_encoding_may_lie() -> None:
    page = f"<html><head><meta charset='gb2312'></head><body><p>{SPEECH}</p></body></html>"
    result = read_html(Source("a.html", ".html", page.encode("utf-8")), Settings())
    assert result.pieces[0].texts == [SPEECH]
    assert result.pieces[0].encoding == "utf-8"
    result = read_html(Source("a.html", ".html", page.replace("gb2312", "utf-8").encode("gb18030")), Settings())
    assert result.pieces[0].texts == [SPEECH]
    assert result.pieces[0].encoding == "gb18030"


def test_what_was_left_out_is_reported() -> None:
    page = f"<nav>首页</nav><p>{SPEECH}</p>".encode()
    assert read_html(Source("a.html", ".html", page), Settings()).notes == [
        ("a.html", ("furniture", "2 characters, beginning “首页”"))
    ]


def test_deep_but_real_nesting_is_read() -> None:
    assert lines("<div>" * 1500 + "甲" + "</div>" * 1500) == ["甲"]
    assert lines("<p>甲" * 5000)[-1] == "甲"  # paragraphs without end tags do not nest


@pytest.mark.parametrize(
    "markup, message",
    [
        ("<div>" * 200_000, "elements nested more than 2,000 deep; no real page is"),
        ("<b>" * 200_000 + "x", "elements nested more than 2,000 deep; no real page is"),
        (
            "<div " + " ".join(f"a{i}=1" for i in range(100_000)) + ">甲",
            "an element with more than 2,000 attributes; no real page has one",
        ),
    ],
)
def test_pages_that_would_take_minutes_are_refused(markup: str, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        page_text(markup)
    assert str(caught.value) == message


def test_an_embedded_picture_is_no_attack_and_scripts_do_not_nest() -> None:
    picture = f"<img src='data:image/png;base64,{'QUJD ' * 20_000}'>"
    script = "<script>" + "document.write('<div>');" * 5000 + "</script><!-- " + "<div>" * 5000 + " -->"
    assert lines(f"{picture}{script}<p>甲</p>") == ["甲"]
