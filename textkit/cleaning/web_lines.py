"""Lines of web pages around a text: navigation, lists of links, notices of copyright, templates at the end."""

from __future__ import annotations

import re
from collections.abc import Callable

from textkit.cleaning.edits import Edit, Rule
from textkit.cleaning.lines import Line, any_of, is_ended, is_numbered, lines, removed

# ---- navigation: short lines made of the words on buttons and links

_BETWEEN = r"[\s|｜/】\]【\[）)（(·、，,>»›]"
_PAGER = re.compile(
    r"(?=.*(?:上一|下一|首页|[尾末]页|\[\d|共\s?\d))"
    rf"(?:{any_of('上一页 下一页 上一篇 下一篇 首页 尾页 末页 返回首页 返回列表 返回目录')}"
    r"|共\s?\d{1,3}\s?页|\d{1,3}|[\s|,，\[\]【】.…])++"
)
_NEIGHBOUR = re.compile(r"[【\[（(]?[上下前后]一[篇页条则章](?:文章)?[】\]）)]?\s?(?:[:：].{0,120})?")
_PLACE = any_of(
    "您现在的位置 您现在位置 您的位置 您的当前位置 您当前的位置 您当前位置 您所在的位置 您现在所在的位置 "
    "您当前所在位置 你现在的位置 "
    "你的位置 你当前的位置 你所在的位置 当前位置 现在位置 现在的位置 所在位置 当前所在位置 当前栏目 所在栏目 目前位置"
)
_CRUMBS = re.compile(
    rf"{_PLACE}\s?(?:是|[:：>»›])[^。！？；]{{0,120}}|(?:网站)?[首主]页\s?[>»›→/|-].{{0,120}}|(?:网站)?首页(?:\s{{1,3}}[^\s。，；]{{2,8}}){{2,5}}"
    r"|(?=.*(?:首页|正文|范文|讲话|公文|文库|栏目|新闻|资讯|频道))[^。！？，；>»›]{1,16}(?:\s?[>»›]{1,2}\s?[^。！？，；>»›]{1,40}){2,6}"
)
_BUTTON_WORDS = any_of(
    "打印 收藏 分享 关闭 复制 举报 纠错 点赞 转发 保存 朗读 推荐 评论 投稿 下载 我要纠错 我要评论 我要投稿 "
    "加入收藏 设为首页 "
    "打印本页 打印此页 打印本文 打印文章 关闭窗口 关闭本页 关闭页面 收藏本文 收藏此文 收藏本页 分享本文 复制链接 "
    "复制全文 复制正文 "
    "一键复制 推荐此文 下载本文 下载全文 发表评论 网友评论 阅读模式 保护视力色 返回顶部 返回首页 返回列表 "
    "返回上一页 返回目录 "
    "立即下载 免费下载 下载文档 付费下载 开通会员 开通VIP 返回栏目 回到顶部 回到首页 注册 登录 登陆 会员 会员中心 "
    "会员登录 充值 退出 我的收藏 繁体 简体 无障碍阅读 "
    "手机版 电脑版"
)
_BUTTON = re.compile(_BUTTON_WORDS)
_BUTTONS = re.compile(rf"(?:{_BUTTON_WORDS}|{_BETWEEN})++")
_ALONE = re.compile(any_of("推荐 评论 投稿 下载 保存 朗读 会员 注册 充值 退出 复制 转发 举报 登录 登陆"))
_FONT = re.compile(
    r"[【\[（(]?\s?(?:字体|字号)(?:大小)?\s?[:：]?\s?[【\[（(]?\s?(?:特大|超大)?\s?大[^\w]{0,4}中[^\w]{0,4}小[^\w]{0,4}(?P<rest>.{0,40})"
    r"|[【\[（(]?\s?大[^\w、，]{1,4}中[^\w、，]{1,4}小[^\w]{0,4}(?P<more>.{0,40})"
)
_SHARE = re.compile(
    r"(?:分享|转发|推荐|收藏)(?:本文|此文|文章)?[到至给]\s?[:：]?[^。！？，；]{0,60}"
    rf"|(?:{any_of('微信 微博 QQ空间 QQ好友 QQ 朋友圈 豆瓣 人人网 腾讯微博 新浪微博 微信好友')}|{_BETWEEN}){{2,}}+"
)
_SCAN = re.compile(
    rf"(?=.*{any_of('二维码 关注 手机 微信 浏览 识别 当前页 本页 分享 打开')})"
    r"(?:微信|手机|请用微信|用微信|打开微信|请)?[\s，,“]{0,2}(?:扫一扫|扫描|扫码|长按)[^。！？]{0,40}[。！]?"
)
_COMMENTS = re.compile(
    r"(?:网友|发表|最新|全部|暂无|还没有|查看全部|我要|用户)评论.{0,30}|共有?\s?\d{1,6}\s?条?评论.{0,20}"
)
_UNFOLD_WORDS = any_of(
    "正文 正文： 正文: 展开全文 展开全部 展开更多 收起全文 阅读全文 查看全文 阅读原文 查看原文 查看更多 全文阅读"
)
_UNFOLD = re.compile(rf"{_UNFOLD_WORDS}[>»›+\s]{{0,3}}|返回(?:搜狐|网易|新浪|腾讯)[，,].{{0,16}}")
_BADGES = re.compile(r"点\s?赞(?:\s?[(（]?\d{1,6}[)）]?)?|顶一下|踩一下|赞\s?[(（]?\d{1,6}[)）]?|[|=~#]{4,}|-{6,}")
_FINISHED = re.compile(
    r"[-—=*#\s（(【\[]*(?:本文|全文|正文|文章)(?:到此)?(?:结束|完毕|完)[^。！？]{0,12}[-—=*#\s）)】\]]*|[（(]\s?完\s?[）)]"
    r"|(?:共有?|已有)\s?\d{1,8}\s?人(?:次)?(?:阅读|浏览|下载|收藏|点赞|看过).{0,10}"
)
_CHANNEL = re.compile(
    r"[▲△↑☝👆]?\s?点击(?:上方|下方|上面|下面)?[“\"]?蓝色?字[^。！？]{0,30}|[-—\s]*END[-—\s]*|[↓▼▽↑▲△👇👆⬇]{1,10}"
    r"|.{0,12}(?:点个|点亮|点击)[“\"]?(?:在看|好看)[”\"]?[^。！？]{0,20}"
)
_GOODS_WORDS = any_of(
    "Word WORD word DOC doc PDF 精品 优秀 最新 实用 可编辑 可修改 欢迎下载 学习资料 范文 文档 参考 资料 整理 分享 "
    "使用 打印"
)
_GOODS = re.compile(rf"(?:{_GOODS_WORDS}|[\s\-—_·|、，,！!.。版])++")
_SITES = any_of("范文网 文秘网 公文网 文库 文档网 范文吧 老秘网 作文网 文书网 笔杆子 写作网 资料网 文案网 秘书网")
_SITE = re.compile(rf"[^。！？，；\s]{{1,10}}{_SITES}")
_PATTERNS = (
    _PAGER, _NEIGHBOUR, _CRUMBS, _SHARE, _SCAN, _COMMENTS, _UNFOLD, _BADGES, _CHANNEL, _FINISHED, _SITE
)  # fmt: skip
_NAVIGATION_LENGTH = 150

# ---- notices: who owns the page, and whom to tell

_OWNER = re.compile(
    r"(?:Copyright|COPYRIGHT|copyright|©|版权所有).{0,160}|.{0,60}(?:All Rights? Reserved|版权所有|保留所有权利).{0,60}"
    r"|.{0,40}[\u4e00-\u9fff]ICP[备证].{0,60}|.{0,12}公网安备\s?\d.{0,40}"
    r"|(?:技术支持|网站标识码|网站地图|联系我们|关于我们|隐私声明|法律声明|免责条款)(?:[:：|].{0,100}|\s.{0,60})"
    r"|(?:未经|非经)[^。]{0,30}(?:许可|授权|同意|允许)[^。]{0,20}(?:转载|复制|镜像)[^。]{0,30}。?|转载(?:请|须|需|时)(?:注明|标明|保留).{0,80}",
    re.IGNORECASE,
)
_STATEMENT = re.compile(r"[【\[（(]?(?:版权|免责|郑重|特别|本站|重要)?(?:声明|说明|提示|提醒|申明)[】\]）)]?\s?[:：]")
_OURS = re.compile("本站|本网|本文|本资料|本文档|原作者|该文|此文|网络|互联网|用户|会员|转载")
_RIGHTS = re.compile("侵权|侵犯|版权|不代表本[站网]|著作权|转载")
_REMEDY = re.compile("删除|联系|无关|告知|举报|立场|观点|认领|通知我|负责|权利人|归原|归作者|所有")
_SPEECH = re.compile("我们要|各级|同志们|加强|推进|全[市县区省国]|工作")
_SALES = re.compile(r"(?=.*(?:代写|代笔|定制))(?=.*(?:联系|微信|QQ|点击|老师|VX|vx)).{0,120}|.{0,12}👉.{0,60}")
_CONTACT = re.compile(r"(?:加|添加)?(?:微信|QQ|VX|vx)(?:号|群)?\s?[:：]\s?[A-Za-z0-9_-]{5,20}.{0,30}")
_HINT = re.compile(
    r"温馨提示[:：]?|温馨提示[:：](?=.*(?:下载|会员|本文|文档|注册|登录|浏览器)).{0,240}"
    r"|(?:只有|仅)?(?:正式)?会员(?:才能|可以|不仅可以|专享).{0,60}|(?:已|已经|尚未|没有)注册[:：].{0,24}|本词条由.{0,80}"
    r"|[（(]?(?:本文|本资料|文章|以上内容|资料|材料)(?:内容)?(?:来源于|来自|选自|摘自|转载自|整理自|收集于)(?:互联网|网络)[^。]{0,40}。?[）)]?"
)
_NOTICE_LENGTH = 400


def _is_buttons(line: str) -> bool:
    words = _BUTTON.findall(line)
    if not words or not _BUTTONS.fullmatch(line):
        return False
    return len(words) > 1 or len(line) > len(words[0]) or not _ALONE.fullmatch(line)


def _is_font(line: str) -> bool:
    found = _FONT.fullmatch(line)
    rest = (found["rest"] or found["more"] or "").strip() if found else None
    return rest is not None and (rest == "" or _BUTTONS.fullmatch(rest) is not None)


def _is_goods(line: str) -> bool:
    return (
        len(line) <= 40
        and _GOODS.fullmatch(line) is not None
        and re.search("下载|文档|范文|资料|编辑|word|WORD|Word", line) is not None
    )


def _is_notice(line: str) -> bool:
    if _STATEMENT.match(line) and _RIGHTS.search(line):
        return _OURS.search(line) is not None
    return (
        len(line) <= 300
        and _OURS.search(line) is not None
        and _RIGHTS.search(line) is not None
        and _REMEDY.search(line) is not None
        and re.search("如有|若有|如涉|如果|涉及|来源于|来自|不代表|归原|归作者|侵权", line) is not None
        and not _SPEECH.search(line)
    )


_SHORT_CHECKS: tuple[Callable[[str], bool], ...] = (
    _is_buttons,
    _is_font,
    _is_goods,
    lambda line: any(pattern.fullmatch(line) for pattern in _PATTERNS),
)
_LONG_CHECKS: tuple[Callable[[str], bool], ...] = (
    _is_notice,
    lambda line: any(pattern.fullmatch(line) for pattern in (_OWNER, _SALES, _CONTACT, _HINT)),
)


def _is_web(line: str) -> bool:
    if len(line) <= _NAVIGATION_LENGTH and any(check(line) for check in _SHORT_CHECKS):
        return True
    return len(line) <= _NOTICE_LENGTH and any(check(line) for check in _LONG_CHECKS)


# ---- lists of links to other texts

_WHICH = any_of(
    "相关 延伸 拓展 扩展 热门 热点 精彩 精品 最新 更多 本类 栏目 随机 编辑 小编 站长 今日 本周 本月 好文 同类 关联 "
    "其他 其它 阅读 猜你"
)
_WHAT = any_of(
    "阅读 文章 推荐 精心推荐 范文 链接 新闻 资讯 内容 搜索 热词 热词搜索 标签 专题 资料 文档 喜欢 精彩 精彩内容 "
    "精彩文章 精彩推荐 排行 "
    "点击 更新 下载 图文 讲话 讲话稿 公文 文库 相关"
)
_WHOLE = any_of(
    "推荐访问 推荐阅读 推荐文章 推荐范文 推荐内容 推荐专题 猜你喜欢 往期推荐 往期回顾 往期精选 往期文章 猜你还喜欢 "
    "猜你感兴趣 你可能喜欢 您可能喜欢 "
    "你可能还喜欢 您可能还喜欢 "
    "你可能也喜欢 您可能也喜欢 你可能感兴趣 您可能感兴趣 您可能感兴趣的文章 你可能感兴趣的文章 您可能关注的文档 "
    "您可能需要 为您推荐 为你推荐 "
    "大家都在看 大家还在看 大家还看 标签 本文标签 文章标签 关键词 关键字 本文关键词 文章关键词 TAG TAGS TAG标签 "
    "Tag Tags tag tags 友情链接 "
    "热门TAG 排行榜 热词搜索 相关热词搜索 参考范文 文章导航 内容导航"
)
_HEAD = re.compile(
    rf"[【\[<《◆■●▲★☆>»\s]{{0,4}}(?:{_WHOLE}|{_WHICH}{_WHAT}|看[过了](?:本文|此文|该文|这篇).{{0,10}}还[看喜].{{0,4}})"
    r"[】\]>》\s]{0,4}(?:[:：]\s?(?P<items>.*)|[>»›]{0,3})"
)
_SURE = re.compile(r"[【\[<《◆■●▲★☆>»\s]{0,4}推荐访问|[^:：]{0,8}热词搜索")
_TITLE_ENDS = any_of(
    "讲话 讲话稿 发言 发言稿 致辞 范文 总结 报告 心得 体会 方案 计划 材料 演讲稿 主持词 意见 汇报 模板 大全"
)
_TITLE = re.compile(rf".{{0,60}}(?:{_TITLE_ENDS}|[\d一二三四五六七八九十]篇)[】\])）\d字篇]{{0,6}}")
_BULLET = re.compile(r"[·•◆■●▲★☆▪\-*>»]\s?|\d{1,2}\s?[.、]\s?|\[[^\]]{1,8}\]|《")
_CHAPTER = re.compile(r"[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]")
_ITEM = 60  # characters of a title in such a list, at most
_LIST = 20  # lines below a heading in the middle of a text, at most


def _link_lists(all_lines: list[Line], found: set[int]) -> set[int]:
    """Return the lines of lists of links: a heading such as 推荐访问 or 相关阅读, and what it heads."""
    tail = _tail(all_lines, found)
    listed: set[int] = set()
    for i, line in enumerate(all_lines):
        head = _HEAD.fullmatch(line.text) if 0 < len(line.text) <= _NOTICE_LENGTH else None
        if head is None:
            continue
        items = (head["items"] or "").strip()
        below = _below(all_lines, i) if i < tail else []
        if i >= tail and (_SURE.match(line.text) or not is_ended(items)):
            listed.update(range(i, len(all_lines)))  # nothing but links follows
            break
        if _SURE.match(line.text) or (items == "" and len(below) >= 2):
            listed.update([i, *below])
    return {i for i in listed if all_lines[i].text}


def _tail(all_lines: list[Line], found: set[int]) -> int:
    """Return the number of the first line behind the last one of the text itself."""
    for i in range(len(all_lines) - 1, -1, -1):
        line = all_lines[i].text
        if not line or i in found or _HEAD.fullmatch(line[:_NOTICE_LENGTH]):
            continue
        numbered = is_numbered(line) and not _BULLET.match(line) and not _TITLE.fullmatch(line)
        if is_ended(line) or len(line) > _ITEM or numbered:
            return i + 1
    return 0


def _below(all_lines: list[Line], i: int) -> list[int]:
    """Return the lines right below a heading in the middle of a text that look like titles of other texts."""
    below: list[int] = []
    for j in range(i + 1, min(i + 1 + _LIST, len(all_lines))):
        line = all_lines[j].text
        if not line:
            if below:
                break
            continue
        titled = _BULLET.match(line) or _TITLE.fullmatch(line)
        if is_ended(line) or len(line) > _ITEM or not titled or _CHAPTER.match(line):
            break
        below.append(j)
    return below


# ---- the licence template of Wikisource

_LICENCE = re.compile(r"本作品(?:是|来自|在|为|属于|由|之|的|已|采用|出自)")
_PUBLIC = re.compile(r"Public domain|公有领域|公有領域|著作权法|著作權法|维基文库|維基文庫|CC BY")
_BADGE = re.compile(r"Public domain|public domain|false|true|公有领域|公有領域")
_LICENCE_LENGTH = 2500


def _licence(all_lines: list[Line]) -> set[int]:
    """Return the licence template with which Wikisource ends a text, or what is left of one."""
    badges: set[int] = set()
    filled = [i for i, line in enumerate(all_lines) if line.text]
    length = 0
    public = False
    for n, i in enumerate(reversed(filled)):
        line = all_lines[i].text
        length += len(line)
        if length > _LICENCE_LENGTH:
            break
        public = public or _PUBLIC.search(line) is not None
        if len(badges) == n and _BADGE.fullmatch(line):
            badges.add(i)
        if public and _LICENCE.match(line):
            return set(filled[len(filled) - n - 1 :])
    return badges if any(all_lines[i].text.lower() == "public domain" for i in badges) else set()


def _find_web_lines(text: str) -> list[Edit]:
    all_lines = lines(text)
    found = {i for i, line in enumerate(all_lines) if line.text and _is_web(line.text)}
    return removed(all_lines, found | _link_lists(all_lines, found) | _licence(all_lines))


WEB_LINES = Rule(
    "web_lines",
    "lines of the web page around a text are removed: navigation (上一篇, 下一页, 打印, 分享), lists of links "
    "(推荐访问, 相关阅读), notices of copyright, licence templates at the end",
    _find_web_lines,
)
