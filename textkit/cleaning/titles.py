"""Titles: repeated ones, tags such as 【精选推荐】 behind them, labels such as 篇一： in front of them."""

from __future__ import annotations

import re
import unicodedata

from textkit.cleaning.edits import Edit, Rule
from textkit.cleaning.lines import Line, any_of, head, is_ended, is_numbered, lines, removed

_TAG_WORDS = any_of(
    "精选推荐 推荐阅读 推荐文档 范文推荐 优秀范文 精选范文 最新范文 全文完整 完整文档 完整版 完整版本 精选 推荐 "
    "优秀 精品 精华 荐读 热门 最新 完整 全文 原文 "
    "范文 范本 范例 例文 优秀范例 模板 通用 通用版 汇总 合集 集锦 集合 大全 收藏 可编辑 可下载 免费 下载 参考 样本 "
    "样板 标准版 打印版 优选 甄选 实用 "
    "实用版 热 荐 精 转 转载 原创 首发 独家 必备 优质 经典 多篇 几篇 阅读 文档 Word word WORD doc docx DOC DOCX "
    "PDF pdf PPT"
)
_TAG = re.compile(r"[\s_-]{0,3}[【\[（(〔]([^【\[（(〔】\]）)〕\n]{1,20})[】\]）)〕]\Z")
_TAG_FILL = re.compile(r"共?(?:\d{1,3}|[一二三四五六七八九十]{1,3})篇|(?:19|20)\d\d年?|[\s,，、·]|版本?\Z")
_WORDS = re.compile(rf"{_TAG_WORDS}++")
_SITE = re.compile(
    rf"\s?[-_|｜—–]{{1,2}}\s?[^\s\-_|｜—–，。]{{0,8}}"
    rf"{any_of('网 文库 文秘 范文 网站 资料库 论坛 道客巴巴 豆丁 知乎 百科 搜狐 新浪 网易 腾讯新闻 图书馆')}\Z"
)
_FILE = re.compile(r"\.(?:docx?|DOCX?|wps|pdf|PDF|txt|TXT|rtf|html?)\Z")
_FRONT = re.compile(rf"[【\[]{_TAG_WORDS}++[】\]]\s?|(?:文章|本文)?(?:标题|题目|题名)\s?[:：]\s?(?=\S)")

_ORDINAL = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_PART = re.compile(
    rf"(?:[【\[（(]\s?(?:篇|范文|例文|讲话稿?|发言稿?)\s?{_ORDINAL}\s?[】\]）)]\s?[:：]?"
    r"|[【\[（(]\s?第\s?\d{1,2}\s?篇\s?[】\]）)]\s?[:：]?|第\s?\d{1,2}\s?篇\s?[:：]"
    rf"|(?:篇|范文|例文)\s?{_ORDINAL}\s?[:：])\s?"
)
# 第一篇 also numbers the parts of a plan or report: then the title behind it is not one of a speech.
_PART_WRITTEN = re.compile(
    r"(?:第[一二三四五六七八九十]{1,3}篇\s?[:：]|[【\[（(]第[一二三四五六七八九十]{1,3}篇[】\]）)]\s?[:：]?)\s?"
    rf"(?=.{{0,60}}{any_of('讲话 发言 讲话稿 发言稿 致辞 总结 报告 范文 心得体会 演讲稿 材料 方案')}[】）)]?\Z)"
)

_LONGEST = 80
_SHORTEST = 4
_LOOSE_LENGTH = 8  # characters from which titles that differ only in the year are copies


def _find_titles(text: str) -> list[Edit]:
    all_lines = lines(text)
    top = [i for i in head(all_lines) if _is_title(all_lines[i].text)]
    dropped = _repeated(all_lines, top)
    edits = removed(all_lines, dropped)
    for i in top:
        if i not in dropped:
            edits += _tags(text, all_lines[i])
    return sorted(edits)


def _is_title(line: str) -> bool:
    return _SHORTEST <= len(line) <= _LONGEST and not is_ended(line) and not is_numbered(line)


def _untagged(title: str) -> str:
    """Return a title without the tags, names of websites and file endings around it."""
    front = _FRONT.match(title)
    if front and front.end() < len(title):
        title = title[front.end() :]
    while True:
        found = _TAG.search(title)
        if found is None or not _WORDS.fullmatch(_TAG_FILL.sub("", found[1]) or _only_parts(found[1])):
            found = _SITE.search(title) or _FILE.search(title)
        if found is None or found.start() < _SHORTEST:
            return title.strip()
        title = title[: found.start()]


def _is_plain(title: str) -> bool:
    return _untagged(title) == title and not (title[0] == "《" and title[-1] == "》")


def _only_parts(tag: str) -> str:
    """Return a word that counts as a tag if the tag says only how many texts there are, such as 5篇."""
    return "精选" if "篇" in tag else ""


def _core(title: str) -> str:
    """Return what two copies of a title share: no tags, blanks or punctuation, one width, one case."""
    plain = unicodedata.normalize("NFKC", _untagged(title)).casefold()
    return "".join(char for char in plain if char.isalnum() or char in "*×")


_LOOSE = re.compile(
    r"(?:19|20)\d{6}|(?:19|20)\d\d年?度?|最新|精选|优秀|关于|范文|推荐|通用|全文|[\d一二三四五六七八九十]{1,2}篇"
)


def _key(core: str) -> str:
    """Return what titles are compared by: long ones without the year and the praise that websites add."""
    loose = _LOOSE.sub("", core)
    return loose if len(loose) >= _LOOSE_LENGTH else core


def _repeated(all_lines: list[Line], top: list[int]) -> set[int]:
    """Return the copies of each title but one: the first of the longest without a tag, or else the first."""
    cores = {i: _core(all_lines[i].text) for i in top}
    copies: dict[str, list[int]] = {}
    for i in top:
        copies.setdefault(_key(cores[i]), []).append(i)
    dropped: set[int] = set()
    for key, places in copies.items():
        if len(key) >= _SHORTEST and len(places) > 1:
            plain = [i for i in places if _is_plain(all_lines[i].text)]
            kept = max(plain or places[:1], key=lambda i: (len(cores[i]), -i))
            dropped.update(i for i in places if i != kept)
    return dropped


def _tags(text: str, line: Line) -> list[Edit]:
    start = text.index(line.text, line.start)
    kept = _untagged(line.text)
    first = start + line.text.find(kept)
    around = [Edit(start, first), Edit(first + len(kept), start + len(line.text))]
    return [edit for edit in around if edit.start < edit.stop]


def _find_part_labels(text: str) -> list[Edit]:
    edits: list[Edit] = []
    all_lines = lines(text)
    for i, line in enumerate(all_lines):
        if not 0 < len(line.text) <= _LONGEST or is_ended(line.text):
            continue
        label = _PART.match(line.text) or _PART_WRITTEN.match(line.text)
        if label is not None and label.end() == len(line.text):
            edits += removed(all_lines, [i])
        elif label is not None:
            start = text.index(line.text, line.start)
            edits.append(Edit(start, start + label.end()))
    return edits


TITLES = Rule(
    "titles",
    "of a title repeated above the text one is kept, if possible one without a tag; tags such as 【精选推荐】, "
    "names of "
    "websites and file endings behind a title are removed",
    _find_titles,
)
PART_LABELS = Rule(
    "part_labels",
    "labels with which websites number texts on one page (篇一：, 【第1篇】) are removed; the title behind them stays",
    _find_part_labels,
)
