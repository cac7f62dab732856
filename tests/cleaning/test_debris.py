"""What websites put around and into texts, and sentences of speakers that must not be taken for it."""

from __future__ import annotations

import pytest

from textkit.cleaning.audit import clean_text
from textkit.cleaning.rules import DEFAULT_RULES

TITLE = "县委书记在全县安全生产工作会议上的讲话"
BODY = [
    "同志们：",
    "今天召开全县安全生产工作会议，主要任务是总结工作、部署任务。下面，我讲两点意见，供大家参考。",
    "一、认清形势，增强责任感",
    "去年以来，全县安全生产形势总体平稳。群众来信来源广泛，反映问题的时间集中在年底。",
    "二、突出重点，狠抓落实",
    "（一）加强排查。要把推荐优秀网格员同考核结合起来，点击率不是目的，群众满意才是标准。",
    "（二）加强宣传。要用好微信公众号，引导群众关注安全、参与安全，XXX镇和***村要带头。",
    "谢谢大家！",
]
SPEECH = "\n".join([TITLE, *BODY]) + "\n"


def cleaned(text: str) -> str:
    return clean_text(text, DEFAULT_RULES)[0]


def removing_rules(text: str) -> set[str]:
    return {
        change.rule
        for change in clean_text(text, DEFAULT_RULES)[1]
        if len(change.removed.split()) and len(change.removed) > len(change.inserted)
    }


def test_the_speech_itself_is_left_alone() -> None:
    assert clean_text(SPEECH, DEFAULT_RULES)[:2] == (SPEECH, [])


TOP = [
    "发布时间：2023-03-05 10:15:06 来源：网络 作者：佚名 浏览次数：1234 字体：大 中 小",
    "时间:2022-09-18 15:35:03 公文范文 来源:网友投稿",
    "时间：2023年3月5日 ｜ 来源：本站 ｜ 点击：233次",
    "来源：第一范文网",
    "（来源：网络）",
    "来源：https://www.example.com/a/b/c.html?id=123456789",
    "2025-01-21 17:13:23",
    "作者：admin",
    "【字体：大 中 小】【打印】【关闭】",
    "您现在的位置：首页 > 公文写作 > 讲话稿 > 正文",
    "首页>范文>讲话稿",
    "正文",
    "三味园范文网",
    "【发布时间：2021年05月21日】",
    "浏览次数：加载中...",
    "下面是小编为大家整理的" + TITLE + "【精选推荐】,供大家参考。",
    "以下是小编收集整理的讲话稿，仅供参考，欢迎大家阅读。",
    "这是第一范文网为大家整理的讲话稿，希望能够对大家有所帮助！",
    "在日常生活中，大家都写过讲话稿吧？你知道讲话稿怎么写吗？下面是小编帮大家整理的讲话稿，希望对大家有所帮助。",
    "【导语】安全生产是头等大事。以下是小编整理的讲话稿，欢迎阅读！",
    "本文由公文网小编收集整理，仅供参考。",
    "以下是" + TITLE + "，仅供参考！",
    "首页 公文范文 讲话稿 正文",
    "文档大小：35KB 下载次数：23次 上传时间：2021-03-04",
    "《" + TITLE + "》",
    TITLE + "【精选推荐】",
    TITLE + "(完整版)(范文)",
    TITLE + "（精选3篇）",
    TITLE + "_第一范文网",
    TITLE + ".docx",
    "2023年" + TITLE + "（全文）",
    "【精品】" + TITLE,
    "标题：" + TITLE,
]


@pytest.mark.parametrize("line", TOP)
def test_lines_above_a_speech(line: str) -> None:
    assert cleaned(f"{line}\n{SPEECH}") == SPEECH
    assert cleaned(f"{line}\n\n{SPEECH}") == SPEECH
    assert cleaned(SPEECH.replace(f"{TITLE}\n", f"{TITLE}\n{line}\n")) == SPEECH


BELOW = [
    "推荐访问:全区 信访 工作会议上 区委书记xxx在会议上的讲话 全县工作会议讲话",
    "上一篇：县长在会议上的讲话",
    "下一篇：没有了",
    "上一篇 下一篇",
    "[1] [2] 下一页",
    "责任编辑：张三",
    "（责任编辑：admin）",
    "编辑：张三 审核：李四",
    "标签：安全 讲话 县委书记",
    "分享到：微信 微博 QQ空间",
    "打印本页 关闭窗口",
    "扫一扫在手机打开当前页",
    "阅读全文",
    "Copyright © 2010-2023 www.example.com All Rights Reserved 京ICP备12345678号",
    "版权声明：本站部分内容来源于网络，如有侵权请联系删除。",
    "声明：本文仅代表作者个人观点，与本网无关，转载请联系原作者。",
    "本文系本站编辑转载，文章版权归原作者所有，如涉及版权问题，请与本站联系，本站将在第一时间删除内容！",
    "未经许可，不得转载",
    "转载请注明出处！",
    "本文来自第一范文网 www.example.com",
    "【www.example.com--工作总结】",
    "更多精彩内容请关注微信公众号：公文宝库",
    "更多讲话稿范文敬请关注第一范文网讲话稿频道。",
    "关注公众号公文宝库，回复666免费领取资料",
    "（全文共2345字）",
    "（未完，全文共827字，当前显示253字）",
    "预览结束,免费获取全文或定制代笔此类文章!",
    "请点击👉 abcd777 👈联系老师",
    "点击下载全文",
    "Word版下载",
    "精品文档 欢迎下载",
    "以上就是小编为大家整理的全部内容，希望对大家有所帮助。",
    "本页是最新发布的讲话稿的详细范文参考文章，看完如果觉得有帮助请记得(CTRL+D)收藏本页。",
    "温馨提示：本文已经过编辑，下载后可自行修改。",
    "（本文来源于网络，仅供参考）",
    "-- 1 --",
    "------本文结束，感谢阅读------",
    "（完）",
    "已有233人阅读",
    "第 1 页 共 1 页",
    "相关阅读：\n\n县长在会议上的讲话\n2023年安全生产工作总结\n安全生产月活动方案（精选5篇）",
    "【延伸阅读】\n·县长在会议上的讲话\n·安全生产月活动方案",
    "拓展阅读\n1.县长在会议上的讲话\n2.安全生产月活动方案",
    "猜你喜欢：\n县长在会议上的讲话",
]


@pytest.mark.parametrize("line", BELOW)
def test_lines_below_a_speech(line: str) -> None:
    assert cleaned(f"{SPEECH}\n{line}\n") == SPEECH
    assert cleaned(f"{SPEECH}{line}") == SPEECH


INSERTS = [
    " 当前隐藏内容免费查看",
    "当前隐藏内容免费查看",
    "（此处隐藏内容，登录后可见）",
    "（此处省略200字）",
    "【点击下载全文】",
    " 点击下载全文 ",
    "【www.example.com】",
    "[来源:学科网]",
    "&nbsp;&nbsp;",
    "\u200b",
    " 第 1 页 共 3 页 ",
]


@pytest.mark.parametrize("insert", INSERTS)
def test_inserts_between_sentences_and_at_the_end_of_paragraphs(insert: str) -> None:
    assert cleaned(SPEECH.replace("总体平稳。", f"总体平稳。{insert}", 1)) == SPEECH
    assert cleaned(SPEECH.replace("部署任务。", f"部署任务。{insert}\n", 1)) == SPEECH.replace(
        "部署任务。", "部署任务。\n"
    )


def test_everything_at_once() -> None:
    page = "\r\n".join([TOP[9], TOP[8], TITLE + "【精选推荐】", TOP[1], TOP[15], TITLE + "【精选推荐】", ""])
    body = SPEECH.replace("总体平稳。", "总体平稳。 当前隐藏内容免费查看").replace("\n", "\r\n\r\n")
    tail = "\r\n".join(["责任编辑：张三", "相关阅读：", "县长在会议上的讲话", "下一篇：没有了", BELOW[0]])
    assert cleaned(page + body + tail) == SPEECH.replace("\n", "\n\n")[:-1]


def test_several_speeches_on_one_page_keep_their_titles() -> None:
    page = (
        f"【篇一】{SPEECH}\n【篇二】县长的讲话\n" + "\n".join(BODY) + "\n第3篇：局长的讲话\n" + "\n".join(BODY) + "\n"
    )
    expected = f"{SPEECH}\n县长的讲话\n" + "\n".join(BODY) + "\n局长的讲话\n" + "\n".join(BODY) + "\n"
    assert cleaned(page) == expected


def test_the_licence_template_of_wikisource() -> None:
    template = [
        "",
        "",
        "本作品是中华人民共和国的",
        "法律",
        "、",
        "法规",
        "，属于",
        "公有领域",
        "。",
        "",
        "Public domain",
        "false",
    ]
    assert cleaned(SPEECH + "\n".join(template)) == SPEECH
    assert cleaned(SPEECH + "\n\nPublic domain\nPublic domain\nfalse\nfalse") == SPEECH
    assert cleaned(SPEECH + "false\n") == SPEECH + "false\n"


STAYS = [
    "下面，我给大家分享三点体会，供大家参考。",
    "下面，我就今年的工作讲几点意见，供同志们参考。",
    "以上是我的几点想法，仅供参考。",
    "希望以上意见对大家有所帮助，也请同志们批评指正。",
    "县融媒体中心小编为大家整理了惠民政策，受到群众欢迎。",
    "一是推荐访问制度要落实，干部要走访群众。",
    "税收来源：一是工业，二是服务业。",
    "数据来源：国家统计局。",
    "资料来源：县统计局年报",
    "时间安排：3月底前完成摸底，4月底前完成整改。",
    "时间：2023年3月5日上午9:00\n地点：县委三楼会议室",
    "时间：2023-03-05 09:00\n地点：县委三楼会议室\n主持人：XXX",
    "要畅通诉求渠道，群众可关注公众号“信访直通车”查看办理进度。",
    "更多群众通过网站关注和参与基层治理。",
    "更多企业关注我区网络建设。",
    "要打造“点击下载、一键办理”的服务平台。",
    "请大家会后认真学习，转发各村组传达。",
    "加强版权保护，严厉打击侵权盗版，依法查处转载违规行为。",
    "下一篇文章要写在田野上。",
    "第一篇章，是改革开放的篇章。",
    "【第三篇】数字中国关键能力逐步强化",
    "标签化管理要防止，不能给群众贴标签。",
    "【重点任务】加强组织领导",
    "附件：1.责任清单",
    "二、相关链接机制建设",
    "三、打印、复印管理",
    "分享发展成果",
    "打好“首页首屏”宣传战。",
    "会议要求，各单位要认真阅读全文，领会精神。",
    "相关范文要规范，讲话要短。",
    "声明：我县从未收取任何费用。",
    "关于转载责任的说明",
    "全文共分三个部分。",
    "全文共3000字，用时一小时。",
    "免费查看档案是群众的权利。",
    "大中小企业融通发展",
    "（三）扫一扫、点一点，让数据多跑路",
    "来源于群众，服务于群众",
    "编辑：要突出政治性。",
    "让我们一起来看看成绩单吧。",
    "欢迎大家批评指正。",
    "请予审议",
    "主办单位：县委宣传部",
    "责任单位：县应急局",
    "我们要删除有害信息，保护用户版权。",
    "返回基层，返回群众",
    "共 3 页材料，请同志们会后审阅。",
    "下面是我要强调的几项工作，报告中已有安排，供大家参考。",
    "以上报告，请予审议。",
    "已有233人脱贫。",
    "赞",
    "让我们为他们点个赞！",
    "XXX",
    "******",
    "×××同志",
    "作者：张三",
    "（2023年3月5日）",
    "县安委会办公室\n2023年3月5日",
    "——在全县安全生产工作会议上",
]


@pytest.mark.parametrize("sentence", STAYS)
def test_what_speakers_say_stays(sentence: str) -> None:
    before = "会后，各单位要抓好落实，确保各项任务落地见效。\n"
    assert removing_rules(f"{SPEECH}{sentence}\n{before}") == set()  # in the middle
    assert removing_rules(f"{SPEECH}{before}{sentence}\n") == set()  # at the end
    assert removing_rules(f"{TITLE}\n{sentence}\n" + "\n".join(BODY) + "\n") == set()  # at the top
    if "\n" not in sentence:
        assert removing_rules(f"{SPEECH}一是提高认识。{sentence}二是抓好落实。\n") == set()  # inside a paragraph


def test_masks_survive_in_everything_that_is_kept() -> None:
    raw = (
        "区委书记XXX的讲话【推荐】\n时间:2022-09-18 15:35:03 来源:网友投稿\n同志们:\n"
        "xx主任、X副书记、***和××同志,按照******部署 当前隐藏内容免费查看\n"
    )
    assert cleaned(raw) == "区委书记XXX的讲话\n同志们：\nxx主任、X副书记、***和××同志，按照******部署\n"


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (["讲话稿甲乙丙【推荐】", "讲话稿甲乙丙", "讲话稿甲乙丙"], "讲话稿甲乙丙"),
        (["区委书记XXX在会议上的讲话", "区委书记xxx 在会议上的讲话"], "区委书记XXX在会议上的讲话"),
        (["2023年全区信访工作会议讲话", "全区信访工作会议讲话"], "2023年全区信访工作会议讲话"),
        (["全区信访工作会议讲话（试行）"], "全区信访工作会议讲话（试行）"),
        (["全区信访工作会议讲话（征求意见稿）"], "全区信访工作会议讲话（征求意见稿）"),
        (["全区信访工作会议讲话（2021版）"], "全区信访工作会议讲话（2021版）"),
    ],
)
def test_one_title_is_kept(lines: list[str], kept: str) -> None:
    assert cleaned("\n".join([*lines, *BODY]) + "\n") == "\n".join([kept, *BODY]) + "\n"


def test_titles_that_differ_stay() -> None:
    text = "\n".join(["政府工作报告", "2023年政府工作报告", "——在第一次会议上", *BODY]) + "\n"
    assert cleaned(text) == text
