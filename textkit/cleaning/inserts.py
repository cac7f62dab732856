"""Phrases that websites put into texts: 当前隐藏内容免费查看, 点击下载全文, advertisements for accounts."""

from __future__ import annotations

import re

from textkit.cleaning.edits import Edit, Rule
from textkit.cleaning.lines import BLANK_CHARS, any_of

_GOODS = any_of(
    "范文 资料 文档 材料 模板 公文 全文 原文 干货 讲话稿 发言稿 精彩 文章 完整版 Word WORD word 文库 福利 代写 代笔"
)
_ADDRESS = (
    r"(?:(?:https?://|www\.)[A-Za-z0-9./_?=&%#~:-]{3,120}"
    r"|[A-Za-z0-9-]{2,30}\.(?:com|cn|net|org|cc|vip|top)(?:\.cn)?(?:/[A-Za-z0-9./_?=&%#~-]{0,80})?)"
)
_SEE = any_of("查看 阅读 可见 显示 解锁 购买 登录")

# Unmistakable: removed wherever they stand.
_HIDDEN = (
    r"[（(【\[]?(?:当前|此处|以下|本文|该|部分|此)?[处为有]?隐藏的?内容[，,]?\s?[^\n。！？，,\s]{0,10}"
    rf"{_SEE}(?:后可见|全文)?[）)】\]]?"
    r"|(?:剩余|余下|其余|更多)(?:内容|部分|全文)[，,]?\s?(?:请)?(?:免费|付费|登录|会员|注册|下载)"
    rf"[^\n。！？，,\s]{{0,8}}{_SEE}"
)
_BRACKETED = (
    r"【\s?[^】\n]{0,24}(?:https?://|www\.)[^】\n]{3,80}】|\[\s?[^\]\n]{0,24}(?:https?://|www\.)[^\]\n]{3,80}\]"
    r"|[（(]\s?(?:此处|以下|中间|以上|下文|上文|后面|下面)(?:内容)?(?:省略|略去|从略)[^）)\n]{0,16}[）)]"
    r"|[（(]\s?(?:未完)?[，,]?\s?(?:全文|本文|正文|全篇|文章)(?:大约|共计|共|约){1,2}\s?\d{2,6}余?\s?字[^）)\n]{0,24}[）)]"
    r"|[（(\[【]\s?(?:点击|单击|轻触|长按)[^）)\]】\n]{0,24}(?:下载|查看|展开|关注|识别|阅读)[^）)\]】\n]{0,16}[）)\]】]"
    r"|[（(]本[章文]完[）)]|\[来源[:：][^\]\n]{1,30}\]"
)
_TAKEN = (
    r"(?:本文|此文|文章|内容|资料|全文)(?:来自|来源于|来源|转自|转载自|出自|摘自)[:：]?\s?[^\n。！？，,\s]{0,16}?"
    rf"\s?[（(]?{_ADDRESS}[）)]?(?:\s?转载请[^\n。！？，,]{{0,16}})?"
    r"|转载请(?:注明|标明|保留)(?:出处|来源|原文地址|作者)?[^\n。！？，,；;\s]{0,20}"
)
_HEADER = (
    r"(?:时间|日期)[:：]\s?(?:19|20)\d\d-\d{1,2}-\d{1,2}\s\d{1,2}:\d\d:\d\d[^\n。！？:：]{0,16}"
    r"来源[:：]\s?[^\n。！？，,\s]{1,12}"
)
_ENDING = (
    r"推荐访问[:：][^\n。！？]{0,300}(?![^\n])|本[章文]未完[，,]?\s?请?点击[^\n。！？，,]{0,16}"
    r"|预览已?结束[，,]?[^\n。！？]{0,30}"
)
_ANYWHERE = "|".join((_HIDDEN, _BRACKETED, _TAKEN, _HEADER, _ENDING))

# Sentences of an advertisement: removed where blanks, line ends or ends of sentences set them apart.
_FREE = rf"免费(?:查看|阅读|获取|下载|领取){any_of('全文 原文 完整版 全部内容 本文 更多 文档')}?"
_CLICK = (
    rf"请?(?:点击|单击){any_of('此处 这里 下方 上方 下面 以下 右侧 链接 按钮 图片 标题')}?(?:链接|按钮)?"
    rf"{any_of('即可 可以 可 进行 免费 立即 直接 马上')}{{0,3}}"
    rf"{any_of('下载 查看 阅读 展开 浏览 复制 获取 进入 加载')}{any_of('全部 剩余 更多 完整 最新 本文 该 此')}?"
    rf"(?:{_GOODS}|{any_of('更多 附件 详情 内容 全部 剩余 下一页 原图 大图')})?(?:内容)?"
)
_FOLLOW = (
    rf"{any_of('请 敬请 欢迎 长按 扫码 扫描 微信')}{{0,3}}(?:关注|搜索|添加|识别)"
    r"(?:我们的?|本站|本)?(?:官方)?(?:微信|抖音|头条)?"
    rf"{any_of('公众号 订阅号 二维码 小程序')}[^\n。！？]{{0,30}}{any_of('获取 领取 下载 免费 回复 更多 查看 阅读')}"
    rf"[^\n。！？]{{0,16}}{_GOODS}[^\n。！？]{{0,10}}"
    r"|(?:关注|搜索|添加)(?:微信)?公众号[:：]?[^\n。！？，,\s]{1,20}[，,]?(?:回复|免费)[^\n。！？]{0,30}"
    rf"|更多[^\n。！？，,\s]{{0,12}}{_GOODS}[^\n。！？，,]{{0,8}}"
    rf"{any_of('尽在 请访问 请登录 请关注 访问 关注')}[^\n。！？]{{1,30}}"
)
_PREPARED = (
    r"(?:本文|此文|文章|以上内容|本篇|资料)(?:由|是由|经)[^\n。！？，,\s]{1,24}"
    rf"{any_of('收集 整理 搜集 编辑 提供 首发 发布 原创 上传 分享 转载')}[^\n。！？\s]{{0,16}}"
)
_DOWNLOAD = (
    r"(?:Word|WORD|word|DOC|doc|PDF|pdf|完整|高清|电子|可编辑)(?:版|文档|版本|文件){0,2}(?:免费|立即|点击)?下载(?:地址|链接)?"
    rf"(?:[:：]\s?{_ADDRESS})?|(?:下载|打印|收藏)(?:本文|全文|此文|文档|Word|word)(?:文档|版)?"
    rf"|(?:文章|本文|原文|资料|全文)?(?:链接|地址|网址|出处|来源)[:：]\s?{_ADDRESS}"
)
_CONTACT = (
    r"请?(?:点击|联系|添加|加)[^\n。！？]{0,8}(?:微信|VX|vx|QQ|客服|老师)(?:号|群)?[:：]?\s?[A-Za-z0-9_-]{5,20}"
    r"[^\n。！？]{0,12}"
)
_APART = "|".join((_FREE, _CLICK, _FOLLOW, _PREPARED, _DOWNLOAD, _CONTACT))

_FIND = re.compile(rf"({_ANYWHERE})|({_APART})")
_STOP = re.compile("[。！!…~～.]{0,3}")
_LEFT = "。！？!?；;…：:”’」』）)】》\"'"
_RIGHT = "。！？!?；;，,“‘「『（(【《\"'"
# A text without any of these holds none of the phrases; looking for them first is faster.
_TRIGGER = re.compile(
    any_of(
        "隐藏 剩余内容 剩余部分 剩余全文 余下 其余内容 其余部分 其余全文 更多 www http 转载 省略 略去 从略 全文 "
        "本文 正文 全篇 文章 "
        "点击 单击 轻触 长按 本章 预览 推荐访问 免费 公众号 订阅号 小程序 二维码 此文 内容 本篇 资料 下载 打印 "
        "收藏 微信 VX vx QQ 客服 "
        "来源 链接 地址 网址 出处 老师"
    )
)


def _find_inserts(text: str) -> list[Edit]:
    if not _TRIGGER.search(text):
        return []
    edits: list[Edit] = []
    for found in _FIND.finditer(text):
        edit = _bounded(text, found.start(), found.end(), anywhere=found[1] is not None)
        if edit is not None:
            last = edits[-1].stop if edits else 0
            edits.append(Edit(max(edit.start, last), edit.stop))
    return edits


def _bounded(text: str, start: int, stop: int, *, anywhere: bool) -> Edit | None:
    """Return the edit for an insert with the blanks around it, or nothing if it is part of a sentence."""
    left, right = start, stop
    while left and text[left - 1] in BLANK_CHARS:
        left -= 1
    before = text[left - 1 : left]
    stops = _STOP.match(text, stop)
    own_stop = stops is not None and stops.end() > stop and before in ("", *"\n。！？!?；;…")
    if own_stop and stops is not None:
        right = stops.end()
    while right < len(text) and text[right] in BLANK_CHARS:
        right += 1
    after = text[right : right + 1]
    open_left = before in ("", "\n") or before in _LEFT or left < start
    open_right = after in ("", "\n") or own_stop or after in _RIGHT or right > stop
    if not (anywhere or (open_left and open_right)):
        return None
    if before in ("", "\n"):
        return Edit(left, min(right + 1, len(text))) if after in ("", "\n") else Edit(start, right)
    return Edit(left, right)


INSERTS = Rule(
    "inserts",
    "phrases that websites put into or below texts (当前隐藏内容免费查看, 点击下载全文, 关注公众号…领取资料, "
    "本文由…整理, "
    "转载请注明…) are removed where they are set apart; sentences that merely speak of clicking or following stay",
    _find_inserts,
)
