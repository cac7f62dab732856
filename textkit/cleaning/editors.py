"""Sentences of a website's editor around a text: 下面是小编为大家整理的…，供大家参考。"""

from __future__ import annotations

import re

from textkit.cleaning.edits import Edit, Rule
from textkit.cleaning.lines import Line, any_of, head, lines, removed

_SENTENCE = re.compile(r"[^。！？!?\n]+(?:[。！？!?]+[”’」』）)】》\"']*|(?=\n)|\Z)")
_IN = "[^。！？!?]"  # inside a sentence

_DO = any_of("整理 收集 搜集 汇集 汇总 编辑 分享 准备 带来 推荐 精选 提供 搜索 撰写 编写 收录 介绍")
_YOU = any_of("大家 您 你 各位 广大网友 网友 朋友们")
_KIND = any_of("范文 讲话稿 发言稿 演讲稿 致辞 公文 模板 文章 资料 文档 文稿 稿件 例文 作文 心得体会 《")
_SITE = rf"[\u4e00-\u9fff]{{2,8}}{any_of('范文 文秘 公文 文库 文档 留学 学习 教育 资料 写作 秘书')}网(?:的?编辑)?"
_EDITOR = rf"(?:小编|本站|本网|本文库|{_SITE})"
_OPEN = re.compile(any_of("以下 下面 下边 这里 这是 这就是 这篇 本文 此文 如下 接下来 今天 上面 以上 那么 一起来"))
_CLOSE = re.compile(
    rf"[仅以可]?[供给]{_YOU}?{_IN}{{0,8}}{any_of('参考 借鉴 参阅 阅读 学习 欣赏 下载')}"
    rf"|欢迎{_YOU}?{_IN}{{0,10}}{any_of('阅读 参考 借鉴 收藏 浏览 分享 下载 查看')}"
    rf"|希望{_IN}{{0,24}}{any_of('帮助 帮到 喜欢 有用 借鉴 启发')}"
    rf"|{any_of('看看 来看 阅读 看一下 了解一下')}吧?\Z|敬请关注|仅供参考"
)
_BY_EDITOR = re.compile(rf"{_EDITOR}{_IN}{{0,30}}{_DO}|{_DO}{_IN}{{0,6}}{_EDITOR}")
_FOR_YOU = re.compile(
    rf"(?:以下|下面|下边|这|本文)就?[是为]由?(?:我们?|笔者|本人|老师)?[为给帮]{_YOU}"
    r"[^。！？!?几]{0,8}(?:整理|收集|搜集|推荐)"
    rf"(?!{_IN}{{0,12}}(?:[几一二三四五六七八九十\d]点|体会|意见|建议))"
    rf"{_IN}{{0,120}}{_KIND}"
)
# Without naming an editor this is one only above a text.
_PRESENTS = re.compile(
    rf"(?:以下|下面)(?:就?是|为)[^。！？!?我]{{4,160}}{any_of('讲话 发言 致辞 报告 总结 范文 材料 稿')}"
    r"[^。！？!?我]{0,60}[。！？!?]?"
)
_MORE = re.compile(
    rf"更多[^。！？!?，,]{{0,32}}(?:{_KIND}|相关内容|精彩){_IN}{{0,18}}"
    rf"{any_of('关注 访问 点击 查看 浏览 收藏 进入 尽在')}{_IN}{{0,40}}"
)
_MORE_PEOPLE = re.compile(any_of("群众 企业 干部 职工 项目 资金 人才"))
_CLOSING = re.compile(
    rf"(?:以上|上述|上面)[就便]?(?:是|内容|为)?{_IN}{{0,60}}(?:小编|本站|本网|本文){_IN}{{0,60}}(?:{_DO}|内容)"
    rf"|希望(?:本文|这篇|文章|范文|小编|(?:以上|上述|这些)[^。！？!?，,]{{0,12}}"
    rf"{any_of('内容 文章 范文 资料 稿 模板 篇')})"
    rf"{_IN}{{0,60}}{any_of('帮助 帮到 喜欢 借鉴 启发')}"
    rf"|本页是最新发布的|{_IN}{{0,40}}(?:收藏本页|CTRL\s?\+\s?D)|感觉(?:写的|写得)?(?:不错|很有用处)"
)
_ALONE = re.compile(
    rf"(?:欢迎{_YOU}?(?:{any_of('阅读 参考 借鉴 收藏 下载 浏览 分享 学习')}|[与和及、，])++"
    rf"|仅?供{_YOU}?(?:{any_of('参考 学习 借鉴 阅读')}|[与和及、，])++(?:使用)?"
    rf"|希望能?对{_YOU}有所?(?:帮助|启发))[。！!~～]{{0,3}}"
)
_LEAD = re.compile(r"[【\[]?(?:导语|导读|摘要|简介|内容提要|内容简介|引导语|前言)[】\]]?[:：】\]]")
_GENERIC = re.compile(
    any_of(
        "范文 讲话稿 发言稿 演讲稿 主持词 文稿 稿子 写作 怎么写 如何写 写好 撰写 应用文 文章 作文 心得体会 "
        "工作总结 文书 公文 小编 "
        "参考 模板 作用 场合"
    )
)
_SPEAKER = re.compile("同志们|各位(?:代表|领导|委员|同仁|来宾)|我们?[市县区]|今天(?:的|，|,|我们|召开)")
_TRIGGER = re.compile(
    rf"小编|本站|本网|范文|[为给帮]{_YOU}|供(?:参考|{_YOU})|仅供|更多|收藏本页|欢迎"
    r"|希望(?:以上|本文|这篇|上述|这些|文章)|本页是|感觉|CTRL|网(?:编辑|为)"
)

_LONGEST = 260  # characters of a sentence of the editor
_INTRODUCTION = 450  # and of an introduction above a text


def is_editorial(sentence: str) -> bool:
    """Say whether a sentence is a website's editor speaking.

    >>> is_editorial("下面是小编为大家整理的信访工作讲话，供大家参考。")
    True
    >>> is_editorial("下面，我给大家分享三点体会，供大家参考。")
    False
    """
    plain = sentence.strip(" \t\u3000\u00a0。！？!?~～”’」』）)】》\"'")
    if len(plain) > _LONGEST:
        return False
    if _BY_EDITOR.search(plain) and (_OPEN.match(plain) or _CLOSE.search(plain)):
        return True
    if _FOR_YOU.search(plain) and _CLOSE.search(plain):
        return True
    if _MORE.match(plain) and not _MORE_PEOPLE.search(plain):
        return True
    return _CLOSING.match(plain) is not None


def _find_editor_lines(text: str) -> list[Edit]:
    if not _TRIGGER.search(text):
        return []
    all_lines = lines(text)
    top = _top(all_lines)
    edits: list[Edit] = []
    for i, line in enumerate(all_lines):
        if not line.text or not _TRIGGER.search(line.text):
            continue
        sentences = list(_SENTENCE.finditer(text, line.start, line.stop))
        ours = [found for found in sentences if is_editorial(found[0][_opening(found[0]) :])]
        presented = i in top and len(sentences) == 1 and _is_presented(line.text)
        if presented or _ALONE.fullmatch(line.text) or _is_whole(line, sentences, ours, at_top=i in top):
            edits += removed(all_lines, [i])
        else:
            edits += [Edit(found.start() + _opening(found[0]), found.end()) for found in ours]
    return edits


def _is_presented(line: str) -> bool:
    return _PRESENTS.match(line) is not None and _CLOSE.search(line) is not None


def _opening(sentence: str) -> int:
    """Return where 下面是 … begins if only a blank or bracket parts it from a title without a full stop, else 0."""
    found = re.search(r"(?<=[\s】》）)\]])(?:以下|下面|下边|本文|以上)", sentence)
    return found.start() if found else 0


def _is_whole(line: Line, sentences: list[re.Match[str]], ours: list[re.Match[str]], *, at_top: bool) -> bool:
    """Say whether a line is all the editor's, or at the top holds only general talk about such texts before it."""
    if not ours:
        return False
    rest = [found[0].strip() for found in sentences if found not in ours and found[0].strip()]
    if all(_ALONE.fullmatch(sentence) for sentence in rest):
        return all(_opening(found[0]) == 0 for found in ours)
    return (
        at_top
        and len(line.text) <= _INTRODUCTION
        and (sentences[-1] in ours or _ALONE.fullmatch(sentences[-1][0].strip()) is not None)
        and (_GENERIC.search("".join(rest)) is not None or _LEAD.match(line.text) is not None)
        and not _SPEAKER.search("".join(rest))
    )


def _top(all_lines: list[Line]) -> set[int]:
    """Return the lines where a website introduces a text: the titles and up to two more, if others follow."""
    titles = head(all_lines)
    last = titles[-1] if titles else -1
    below = [i for i, line in enumerate(all_lines) if line.text and i > last][:4]
    return set(titles) | set(below[: max(0, len(below) - 2)])


EDITOR_LINES = Rule(
    "editor_lines",
    "sentences in which a website's editor presents a text (下面是小编为大家整理的…，供大家参考) are removed, with "
    "their "
    "introduction at the top; what a speaker says about reference or recommendation stays",
    _find_editor_lines,
)
