"""Web pages: what a reader sees of the text, one line a block, without the furniture around it.

Left out always: scripts, styles, the page title, form controls, hidden elements. Left out and reported: navigation,
page feet, share bars and link lists (by element, by ``class`` or ``id``, and only when short or made of links), and
the short lines that content systems add around an article (责任编辑, 上一篇, ICP备, 版权所有 …). A page that would
be almost empty without them is kept whole.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from textkit.errors import ReadError
from textkit.reading.damage import check
from textkit.reading.limits import MAX_HTML_DEPTH, MAX_MEMBER_BYTES, MB
from textkit.reading.source import Note, Result, Settings, Source, one_document
from textkit.reading.text import decoded

_MAX_ATTRIBUTES = 2_000
_LONG_TAG = 32 * 1024

_SKIPPED = frozenset({
    "script", "style", "head", "title", "template", "noscript", "svg", "math", "iframe", "object", "select",
    "button", "input", "textarea", "canvas", "audio", "video", "map", "datalist",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre",
    "section", "summary", "table", "tbody", "tfoot", "thead", "caption", "tr", "ul",
})  # fmt: skip
_FURNITURE_TAGS = frozenset({"nav", "footer", "aside", "menu"})
_FURNITURE_NAMES = frozenset({
    "nav", "navbar", "navigation", "navi", "menu", "submenu", "breadcrumb", "breadcrumbs", "crumb", "crumbs",
    "foot", "footer", "copyright", "sidebar", "aside", "share", "sharebar", "toolbar", "pager", "pagination",
    "pagenav", "related", "recommend", "friendlink", "friendlinks", "links", "bottom", "topbar", "login",
    "search", "advert", "ads", "daohang", "mianbaoxie", "dibu", "banquan", "fenxiang", "weizhi",
})  # fmt: skip
_FURNITURE_ROLES = frozenset({"navigation", "contentinfo", "search", "complementary"})
_SHORT = 400  # characters up to which an element with such a name is furniture even without links

_FURNITURE_LINE = re.compile(
    r"[（(【\[]?\s*(?:责任编辑|责编|編輯|编辑|审核|校对)\s*[：:].{0,20}$"
    r"|(?:上|下)一(?:篇|条|页|則|篇文章)\s*(?:[：:]|$)"
    r"|.{0,30}(?:ICP\s*(?:备|證|证)|公网安备|網安備).{0,60}$"
    r"|(?:版权所有|版權所有|Copyright\b|©).{0,80}$"
    r"|(?:您|你|当前|现在|目前).{0,8}位置\s*[：:].{0,60}$"
    r"|【?(?:打印|关闭|返回顶部|打印本页|关闭窗口|关闭本页|分享到|扫一扫|网站地图|设为首页|加入收藏)[】：:\s].{0,60}$"
    r"|【?(?:打印本页|关闭窗口|关闭本页|返回顶部)】?$",
    re.IGNORECASE,
)
_LONG_LINE = 120

_EAST_ASIAN = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_BREAK = re.compile(rf"(?<=[{_EAST_ASIAN}])[ \t]*[\r\n][ \t\r\n]*(?=[{_EAST_ASIAN}])")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9._:-]+)""", re.IGNORECASE)
_TAG = re.compile(r"<!--|-->|<(/?)([a-zA-Z][a-zA-Z0-9:-]*)")
_NOT_NESTING = frozenset({
    "p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot", "option", "optgroup", "colgroup",
    "rp", "rt", "br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "param", "source",
    "track", "wbr", "html", "body", "head",
})  # fmt: skip
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "noscript", "iframe"})


def read_html(source: Source, settings: Settings) -> Result:
    """Read one page as one document."""
    if len(source.data) > MAX_MEMBER_BYTES:
        raise ReadError(f"a web page of more than {MAX_MEMBER_BYTES // MB} MB; save its text as .txt")
    charset = _CHARSET.search(source.data[:4096])
    declared = charset.group(1).decode("ascii", "replace") if charset else None
    found = decoded(source, settings, declared=declared)
    text, left_out = page_text(found.text)
    checked = check(text, repair=settings.repair)
    notes: list[Note] = [*found.notes, *checked.notes]
    if left_out:
        size = sum(map(len, left_out))
        notes.append(("furniture", f"{size:,} characters, beginning “{' '.join(left_out)[:30]}”"))
    if not checked.text.strip():
        notes.append(("empty", "no text"))
    piece = one_document(source, checked.text, encoding=found.encoding, margin=found.margin)
    return Result([piece], notes=[(source.file, note) for note in notes])


def page_text(markup: str) -> tuple[str, list[str]]:
    r"""Return the text of a page and the lines that were left out as furniture.

    >>> page_text('<title>x</title><div class="nav"><a>首页</a></div><p>各位代表：<br>现在报告<b>工作</b>。</p>')
    ('各位代表：\n现在报告工作。', ['首页'])
    """
    _refuse_hostile(markup)
    page = _Page()
    root = LexborHTMLParser(markup).root
    if root is not None:
        _walk(root, page)
    page.end_line()
    if page.size() < 40 and sum(map(len, page.left_out)) > page.size():
        whole = _Page(furniture=False)
        if root is not None:
            _walk(root, whole)
        whole.end_line()
        return "\n".join(whole.lines), []
    return "\n".join(page.lines), page.left_out


@dataclass(slots=True)
class _Page:
    """Lines so far, the line being put together, and how much of each is link text."""

    furniture: bool = True
    lines: list[str] = field(default_factory=list)
    linked: list[int] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    link_size: int = 0

    def add(self, text: str, *, link: bool) -> None:
        self.parts.append(text)
        self.link_size += len(text.strip()) if link else 0

    def end_line(self) -> None:
        line = re.sub(r" {2,}", " ", "".join(self.parts)).strip(" \t\r\n\f")
        if line:
            if self.furniture and len(line) <= _LONG_LINE and _FURNITURE_LINE.match(line):
                self.left_out.append(line)
            else:
                self.lines.append(line)
                self.linked.append(self.link_size)
        self.parts.clear()
        self.link_size = 0

    def size(self) -> int:
        return sum(map(len, self.lines))

    def judge(self, start: int) -> None:
        """Leave out the lines since ``start``, which stand in an element named like furniture, if they look so."""
        size = sum(map(len, self.lines[start:]))
        if self.furniture and (size <= _SHORT or sum(self.linked[start:]) > 0.4 * size):
            self.left_out += self.lines[start:]
            del self.lines[start:], self.linked[start:]


def _walk(root: LexborNode, page: _Page) -> None:
    """Go through the tree without recursion, which a deeply nested page would exhaust."""
    node: LexborNode | None = root
    open_furniture: list[tuple[int, int]] = []  # (identity of the element, first line inside)
    links = preformatted = 0
    while node is not None:
        tag = node.tag or ""
        child = None
        if tag == "-text":
            text = node.text_content or ""
            page.add(text if preformatted else _BLANKS.sub(" ", _BREAK.sub("", text)), link=links > 0)
            if preformatted and "\n" in text:
                _split_preformatted(page)
        elif tag == "br":
            page.end_line()
        elif tag in ("td", "th") and "".join(page.parts).strip():
            page.add("\t", link=False)
        elif tag in _BLOCKS:
            page.end_line()
        if tag and not tag.startswith("-") and tag not in _SKIPPED and not _hidden(node):
            child = node.first_child
            if child is not None:
                links += tag == "a"
                preformatted += tag == "pre"
                if _named_furniture(node, tag):
                    page.end_line()
                    open_furniture.append((node.mem_id, len(page.lines)))
                node = child
                continue
        while node.mem_id != root.mem_id and node.next is None:
            parent = node.parent
            if parent is None:
                return
            links -= parent.tag == "a"
            preformatted -= parent.tag == "pre"
            _close(parent, page, open_furniture)
            node = parent
        if node.mem_id == root.mem_id:
            return
        node = node.next


def _close(node: LexborNode, page: _Page, open_furniture: list[tuple[int, int]]) -> None:
    if (node.tag or "") in _BLOCKS:
        page.end_line()
    if open_furniture and open_furniture[-1][0] == node.mem_id:
        page.end_line()
        page.judge(open_furniture.pop()[1])


def _split_preformatted(page: _Page) -> None:
    text = page.parts.pop()
    *lines, last = text.split("\n")
    for line in lines:
        page.add(line, link=False)
        page.end_line()
    page.add(last, link=False)


def _hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return "hidden" in attributes or "display:none" in style or "visibility:hidden" in style


def _named_furniture(node: LexborNode, tag: str) -> bool:
    if tag in _FURNITURE_TAGS:
        return True
    if tag in ("body", "html", "a", "p", "h1", "h2", "h3"):
        return False
    attributes = node.attributes
    if (attributes.get("role") or "") in _FURNITURE_ROLES:
        return True
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return any(name.lower() in _FURNITURE_NAMES for name in re.split(r"[^A-Za-z]+|(?<=[a-z])(?=[A-Z])", names))


def _refuse_hostile(markup: str) -> None:
    """Refuse what costs the parser quadratic time: very deep nesting, elements with thousands of attributes."""
    depth = 0
    opened: Counter[str] = Counter()
    raw = ""
    for found in _TAG.finditer(markup):
        mark = found.group(0)
        if mark in ("<!--", "-->"):
            raw = "-->" if mark == "<!--" and not raw else "" if mark == "-->" and raw == "-->" else raw
            continue
        closing, name = found.group(1), found.group(2).lower()
        if raw:
            raw = "" if closing and name == raw else raw
            continue
        if closing:
            if opened[name]:
                opened[name] -= 1
                depth -= 1
            continue
        if name in _RAW:
            raw = name
        elif name not in _NOT_NESTING:
            opened[name] += 1
            depth += 1
            if depth > MAX_HTML_DEPTH:
                raise ReadError(f"elements nested more than {MAX_HTML_DEPTH:,} deep; no real page is")
        end = markup.find(">", found.end())
        if (end if end >= 0 else len(markup)) - found.end() > _LONG_TAG:
            words = re.sub(r"\"[^\"]*\"|'[^']*'", "", markup[found.end() : end if end >= 0 else len(markup)])
            if len(words.split()) > _MAX_ATTRIBUTES:
                raise ReadError(f"an element with more than {_MAX_ATTRIBUTES:,} attributes; no real page has one")
