"""Lines of a text, and of what kind a line is: heading, salutation, body; shared by the rules on lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from textkit.cleaning.edits import Edit

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3007\U00020000-\U0003ffff"
BLANK = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
BLANK_CHARS = frozenset(" \t\u00a0\u1680\u202f\u205f\u3000") | frozenset(map(chr, range(0x2000, 0x200B)))
NUMERAL = "一二三四五六七八九十百零〇两"

_LONG = 60  # characters from which a line is a paragraph rather than a title or a label
_HEAD = 15  # titles and page furniture stand within so many lines of the top

_FRAGMENT = 12  # characters of a line that is more than a title or a label, at least
_HEADING = 30  # characters of a numbered heading, at most

_OPEN_END = re.compile(f"[{HAN}，、“《（,0-9A-Za-z]\\Z")
_OPEN_START = re.compile(f"[{HAN}，、。；”》）,0-9A-Za-z]")
_NUMBERED = re.compile(
    rf"(?:[{NUMERAL}]{{1,4}}[、.．]|[（(][{NUMERAL}]{{1,4}}[)）]|第[{NUMERAL}\d]{{1,5}}[章节条编篇款项，,、]|第[{NUMERAL}\d]{{1,3}}部分"
    rf"|\d{{1,3}}(?:[、)）]|[.．](?!\d))|[（(]\d{{1,3}}[)）]|\d{{1,2}}(?:[.．]\d{{1,2}}){{1,4}}(?=\s|[{HAN}])(?![亿万千百个元吨米公倍岁年月日小分度平毫厘克升人家项次名户])|[①-⑳⑴-⒇]"
    rf"|[{NUMERAL}]{{1,2}}(?:是|要|[）)])|[·•●■◆◇▲△○★☆□◻※▪‧*]|[-—–─]{{1,2}}|附件|附表|附录|目\s*录|[A-Za-z][.、)）])"
)
_LEADER = re.compile(r"\.{4,}|…{3,}|·{4,}|-{6,}")
_ENDED = re.compile(r"[。！？!?…；;][”’」』）)》】\"']*\Z")
_SALUTATION = re.compile(
    r"[^。！？!?；;]{1,60}[:：]\Z|(?:同志们|各位代表|各位领导|各位来宾|朋友们|女士们)[^。]{0,30}[!！:：,，]\Z"
)


def any_of(words: str) -> str:
    """Return a pattern that matches any of the words, the longest first.

    >>> any_of("上一页 页")
    '(?:上一页|页)'
    """
    return "(?:" + "|".join(sorted(words.split(), key=len, reverse=True)) + ")"


class Line(NamedTuple):
    """A line ``[start, stop)`` with its line end up to ``end``, and its text without outer blanks."""

    start: int
    stop: int
    end: int
    text: str


def lines(text: str) -> list[Line]:
    r"""Cut a text into lines.

    >>> [(line.start, line.stop, line.end, line.text) for line in lines(" 甲\n\n乙")]
    [(0, 2, 3, '甲'), (3, 3, 4, ''), (4, 5, 5, '乙')]
    """
    found: list[Line] = []
    place = 0
    for piece in text.split("\n"):
        stop = place + len(piece)
        found.append(Line(place, stop, min(stop + 1, len(text)), piece.strip()))
        place = stop + 1
    return found


def removed(all_lines: list[Line], which: Iterable[int]) -> list[Edit]:
    """Return the edits that take whole lines out, with their line ends."""
    return [
        Edit(all_lines[i].start, all_lines[i].end) for i in sorted(set(which)) if all_lines[i].end > all_lines[i].start
    ]


def is_numbered(line: str) -> bool:
    """Say whether a line begins like a heading or an item of a list: 一、（一）1. 第一章, a bullet or a dash."""
    return _NUMBERED.match(line) is not None


def is_contents(line: str) -> bool:
    """Say whether a line belongs to a table of contents: dots lead to a page number."""
    return _LEADER.search(line) is not None


def is_ended(line: str) -> bool:
    """Say whether a line ends where a sentence ends."""
    return _ENDED.search(line[-12:]) is not None


def is_salutation(line: str) -> bool:
    """Say whether a line addresses the audience, or ends with a colon like one that does."""
    return len(line) <= _LONG and _SALUTATION.match(line) is not None


def is_body(line: str) -> bool:
    """Say whether a line belongs to the text itself rather than to its title or to page furniture."""
    return len(line) >= _LONG or is_ended(line) or is_salutation(line) or is_numbered(line)


def runs_on(before: str, after: str) -> bool:
    """Say whether a sentence runs on from one line to another, whatever stood between them.

    >>> [runs_on("要按照统一部署，切实提高基层", after) for after in ("治理的能力水平。", "二、落实责任。")]
    [True, False]
    """
    return (
        len(before) >= _FRAGMENT
        and _OPEN_END.search(before[-1:]) is not None
        and not is_salutation(before)
        and not is_contents(before)
        and not (is_numbered(before) and len(before) <= _HEADING)
        and _OPEN_START.match(after) is not None
        and not is_numbered(after)
        and not is_salutation(after)
        and (len(after) >= _FRAGMENT or is_ended(after))
    )


def head(all_lines: list[Line]) -> list[int]:
    """Return the numbers of the lines above the text itself: title, author, page furniture."""
    found: list[int] = []
    for i, line in enumerate(all_lines):
        if not line.text:
            continue
        subtitle = line.text[0] in "-—–─" and len(line.text) < _LONG and not is_ended(line.text)
        if (is_body(line.text) and not subtitle) or len(found) == _HEAD:
            break
        found.append(i)
    return found
