"""What a crude conversion from HTML leaves behind."""

from __future__ import annotations

import pytest

from textkit.cleaning.html_leftovers import HTML_ENTITIES, HTML_TAGS


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("信访&nbsp;工作&ldquo;三到位&rdquo;&hellip;", "信访\u00a0工作“三到位”…"),
        ("信访&#12288;工作&#x4fe1;", "信访\u3000工作信"),
        ("信访&nbsp 工作", "信访\u00a0 工作"),
        ("&amp;amp;nbsp;", "\u00a0"),  # escaped twice over
        ("R&amp;D", "R&amp;D"),  # decoding in front of a letter could make another entity
        ("增速&lt;5%，&gt;3%", "增速<5%，>3%"),
        ("标签&lt;br&gt;", "标签&lt;br>"),  # text about a tag must not become one
        ("&times;&times;同志", "××同志"),
        ("AT&T；&foo;；&#0;；&#xD800;", "AT&T；&foo;；&#0;；&#xD800;"),
    ],
)
def test_entities(raw: str, clean: str) -> None:
    assert HTML_ENTITIES.apply(raw) == clean


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("<p>同志们：</p>\n<p>今天</p>", "同志们：\n今天"),
        ("一是加强领导<br/>二是<b>落实</b>责任", "一是加强领导\n二是落实责任"),
        ('<span style="color:red">信访</span><!-- 广告 -->', "信访"),
        ("<o:p></o:p>信访", "信访"),
        ("a < b，x<y，<信访>，<XXX>", "a < b，x<y，<信访>，<XXX>"),
    ],
)
def test_tags(raw: str, clean: str) -> None:
    assert HTML_TAGS.apply(raw) == clean
