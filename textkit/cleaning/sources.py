"""Lines that say where and when a page was published: 时间、来源、作者、浏览次数、字体 …"""

from __future__ import annotations

import re

from textkit.cleaning.edits import Edit, Rule
from textkit.cleaning.lines import Line, head, lines, removed

_STAMP = (
    r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?"
    r"(?:\s?[（(]?(?:星期|周)[一二三四五六日天][)）]?)?(?:[T\s]\s?\d{1,2}[:：]\d\d(?:[:：]\d\d)?)?"
)
_PRECISE = re.compile(r"(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}[T\s]\s?\d{1,2}[:：]\d\d(?:[:：]\d\d)?\Z")
_TIMED = re.compile(rf"{_STAMP}(?:\s.{{0,16}})?\Z")
_SHORT = re.compile(r"[^。！？!?；;]{0,40}\Z|(?:https?://|www\.)[!-~]{1,150}\Z")
_NAMES = re.compile(r"(?:[\u4e00-\u9fff·xX×*]{1,5}(?:[\s、/]+|\Z)){0,4}\Z")
_COUNT = re.compile(
    r"[(（\[【]?\s?(?:[\d,，.]{0,12}\s?[万千]?\+?\s?[次人条字个篇]?|加载中.{0,6}|\.{3}|-+)\s?[)）\]】]?\Z"
)
_FONT = re.compile(r"[\[【（(\s|]*(?:[大中小特默认\s|\[\]【】()（）/·]|A\+|A-|T\||[TA+\-]){1,40}\Z")

# What may stand behind each key, how surely the field is page furniture, and what the key looks like.
_SURE, _LIKELY, _WEAK = 3, 2, 1
_KEYS: list[tuple[str, int, re.Pattern[str]]] = [
    (r"(?:文档|文件)(?:大小|格式|类型|页数|编号|语言)", _SURE, _SHORT),
    (r"(?:发布|发表|更新|上传|录入|添加|创建|编辑|整理|入库|修改|公开)(?:时间|日期)|时间日期", _SURE, _TIMED),
    (
        r"(?:浏览|点击|阅读|访问|查看|围观|下载)(?:次数|数量|量|数|率)?|人气|热度|点赞数?|评论数?|(?:文章)?字数",
        _SURE,
        _COUNT,
    ),
    (r"(?:文章|正文)?(?:字体|字号)(?:大小)?", _SURE, _FONT),
    (r"责任编辑|责编|上传(?:者|人|用户)|投稿(?:人|者)?|录入(?:者|人)?|(?:网络|网站|文字|页面)编辑", _SURE, _SHORT),
    (r"(?:文章|信息|稿件|新闻|内容|本文|材料)?来源(?:于)?|稿源|来源网站|文章出处|转载自", _LIKELY, _SHORT),
    (
        r"发布(?:人|者|机构|单位)|(?:所属)?栏目|(?:所属|文章)?分类|(?:所属)?类别|(?:分享|转发)到?",
        _LIKELY,
        _SHORT,
    ),
    (r"[初复终一二三]审|审核|校对|编辑|编审|监制|供稿|通讯员|监审", _WEAK, _NAMES),
    (r"时间|日期|上线时间", _WEAK, _TIMED),
    (r"(?:文章|本文|原文)?作者|撰稿(?:人)?|记者|文\s?/|整理(?:人|者)?", _WEAK, _SHORT),
]
_KEY = re.compile(
    r"(?<![^\s\[\]【】（）()|｜丨/·•,，;；])(?:" + "|".join(f"({key})" for key, _, _ in _KEYS) + r")\s?[:：]"
)
_LABEL = re.compile(r"[\s\[\]【】（）()|｜丨/·•]*[^。！？!?；;，,:：]{0,16}\Z")
_TRIM = " \t\u00a0\u3000[]【】（）()|｜丨/·•,，;；"

_NOBODY = re.compile(
    r"(?:admin\w*|佚名|匿名|未知|网友\w{0,4}|网络\w{0,4}|互联网|本站\w{0,4}|原创|转载|小编|管理员|会员\w{0,6}|不详)\Z",
    re.IGNORECASE,
)
_LONGEST = 200


def _find_source_lines(text: str) -> list[Edit]:
    if ":" not in text and "：" not in text and "-" not in text:
        return []
    all_lines = lines(text)
    marks = {i: _sureness(line.text) for i, line in enumerate(all_lines) if 2 < len(line.text) <= _LONGEST}
    found = {i for i, mark in marks.items() if mark >= _SURE}
    top = head(all_lines)
    edge = {i for i in top if marks.get(i, 0) >= _LIKELY} | _tail(all_lines, marks, found)
    found |= {i for i in edge if not _begins_minutes(all_lines, i)}
    found |= {
        i
        for i in top
        if marks.get(i, 0) == _WEAK and _beside(all_lines, i, found) and not _begins_minutes(all_lines, i)
    }
    return removed(all_lines, found)


def fields(line: str) -> list[tuple[int, str, str]]:
    """Cut a line into ``(number of the key, key, value)``; an empty list if it does not consist of fields."""
    keys = list(_KEY.finditer(line))
    if not keys:
        return []
    front = line[: keys[0].start()].strip(_TRIM)
    if front and not (_TIMED.match(front) or _LABEL.match(front)):
        return []
    stops = [*(key.start() for key in keys[1:]), len(line)]
    found = [
        (int(key.lastindex or 1) - 1, key[0].rstrip(":： "), line[key.end() : stop].strip(_TRIM))
        for key, stop in zip(keys, stops, strict=True)
    ]
    return found if all(_KEYS[number][2].match(value) for number, _, value in found) else []


def _sureness(line: str) -> int:
    """Say how surely a line is page furniture: 0 not, 1 beside other such lines, 2 at an edge, 3 anywhere."""
    bare = line.strip(_TRIM)
    if _PRECISE.match(bare):
        return _LIKELY
    found = fields(line)
    if not found:
        return 0
    stamped = any(_PRECISE.match(value) or re.match(_STAMP, value) for _, _, value in found) or bool(
        re.match(_STAMP, line.strip(_TRIM))
    )
    best = 0
    for number, key, value in found:
        sure = _KEYS[number][1]
        if not value and sure == _SURE and len(found) == 1 and "编" not in key:
            sure = _LIKELY
        if sure == _LIKELY and (len(found) > 1 or stamped or _NOBODY.match(value)):
            sure = _SURE
        if sure == _WEAK and (_NOBODY.match(value) or re.search(r"\d[:：]\d\d[:：]\d\d", value)):
            sure = _LIKELY
        best = max(best, sure)
    front = line[: line.find(found[0][1])].strip(_TRIM)
    return min(best, _LIKELY) if front and not re.match(_STAMP, front) else best


def _tail(all_lines: list[Line], marks: dict[int, int], found: set[int]) -> set[int]:
    """Return the furniture below the last line of the text itself."""
    tail: set[int] = set()
    for i in range(len(all_lines) - 1, -1, -1):
        if not all_lines[i].text or i in found:
            continue
        if marks.get(i, 0) < _WEAK or (marks[i] == _WEAK and _PERSON.match(all_lines[i].text)):
            break
        tail.add(i)
    return tail


_PERSON = re.compile(r"(?:文章|本文|原文)?作者|时间|日期|记者")


def _beside(all_lines: list[Line], i: int, found: set[int]) -> bool:
    """Say whether the nearest filled line above or below is furniture for sure."""
    for step in (-1, 1):
        j = i + step
        while 0 <= j < len(all_lines) and not all_lines[j].text:
            j += step
        if j in found:
            return True
    return False


_MINUTES = re.compile(
    r"(?:会议)?(?:地点|议题|主持(?:人)?|参加(?:人员)?|出席|列席|与会|主题|对象|记录)(?:人|人员)?[:：]"
)


def _begins_minutes(all_lines: list[Line], i: int) -> bool:
    """Say whether 时间 is followed by 地点 or 主持人: then it is the head of minutes or of a notice."""
    near = [line.text for line in all_lines[max(0, i - 3) : i + 4] if line.text]
    return any(_MINUTES.match(text) or re.search(r"\s(?:地点|主持人)[:：]", text) for text in near)


SOURCE_LINES = Rule(
    "source_lines",
    "lines that consist of publishing details (时间 with 来源, 发布时间, 浏览次数, 字体, 责任编辑 …) are removed, "
    "a lone 来源 or "
    "stamp only above or below the text; the head of minutes (时间, 地点, 主持人) stays",
    _find_source_lines,
)
