"""Build the townhall corpus: raw and clean texts, facts, answer key and checksums, byte for byte the same each time.

    python data/townhall/build.py            # rebuild in place
    python data/townhall/build.py FOLDER     # build somewhere else, to compare

The texts are written by hand in ``manuscript/`` (one file a town, one line a paragraph, the topic in front).
Numbers stand in ``manuscript/facts.csv``; a paragraph names them in braces and the builder does the arithmetic.
Passages that are borrowed are marked ``[[s1:source]]`` and ``[[b1:copy]]``. This file adds the noise of a page
copied from the web and writes down everything that was planted. It needs nothing but Python.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TOWNS = ("青石镇", "柳河镇", "云岭镇", "东浦镇")
TOWNS_EN = {"青石镇": "Qingshi", "柳河镇": "Liuhe", "云岭镇": "Yunling", "东浦镇": "Dongpu"}
YEARS = (2018, 2019, 2020, 2021, 2022, 2023)

# ---------------------------------------------------------------- what is planted on purpose

THEMES = {
    "青石镇": ("care of the elderly", ["养老", "老人", "食堂", "床位", "护理"]),
    "柳河镇": ("flood control and water works", ["防汛", "堤防", "泵站", "水位", "河长"]),
    "云岭镇": ("tea and tourism", ["茶", "民宿", "游客", "古道"]),
    "东浦镇": ("the industrial park", ["园区", "企业", "职工", "厂房"]),
}
# Occurrences of the characters in the clean texts of each year, 2018 to 2023.
# The builder refuses to build from a manuscript that has other counts.
TRENDS = {
    "网格": ("rising", [2, 7, 10, 14, 16, 19]),
    "网格化": ("rising", [0, 1, 2, 3, 5, 7]),
    "数字化": ("rising", [0, 1, 2, 4, 6, 8]),
    "招商": ("falling", [12, 10, 7, 5, 3, 2]),
    "疫情": ("peak 2020 to 2022", [0, 0, 10, 7, 7, 1]),
    "脱贫": ("replaced by 乡村振兴", [8, 9, 10, 4, 2, 1]),
    "乡村振兴": ("replaces 脱贫", [0, 0, 1, 4, 4, 4]),
}
COMPANY = {"安全": {"东浦镇": "安全生产", "柳河镇": "安全度汛", "青石镇": "食品安全", "云岭镇": "行车安全"}}
# Mayors have letters for names, so that nobody can be meant. One town changes its mayor.
MAYORS = {
    "甲": ("青石镇", (2018, 2023), "figures", "many figures in digits"),
    "乙": ("柳河镇", (2018, 2023), "short", "short sentences"),
    "丙": ("云岭镇", (2018, 2020), "enumerating", "一是 … 二是 … 三是 …; numbers in Chinese numerals"),
    "丁": ("云岭镇", (2021, 2023), "personal", "我们 and small stories; no enumerations"),
    "戊": ("东浦镇", (2018, 2023), "exhorting", "必须, 务必, 坚决"),
}
BORROWED = {
    "1": ("light edits", "names of place and numbers changed"),
    "2": ("verbatim", "three sentences, nothing changed; new text goes on behind them"),
    "3": ("substitution", "words of the mountains replaced by words of the factory"),
    "4": ("reordered", "the first clause group moved to the front, the rest unchanged"),
    "5": ("own text", "the same town repeats itself a year later, verbatim"),
    "6": ("padded", "every clause kept, words inserted"),
    "7": ("second hand", "a copy of the copy: 青石镇_2020 -> 柳河镇_2021 -> 云岭镇_2022"),
}
SECOND_HAND = {"7": "b1"}  # the source of this copy is itself a copy
TOPICS = {
    "标题": "heading", "称呼": "salutation", "概况": "overview", "养老": "elderly care", "防汛": "flood control",
    "茶旅": "tea and tourism", "园区": "industrial park", "产业": "farm products", "招商": "investment",
    "网格": "grid governance", "疫情": "epidemic", "数字": "digital services", "脱贫": "poverty relief",
    "振兴": "rural revitalisation", "环境": "environment", "教育": "schools", "作风": "way of working",
    "问题": "shortcomings", "打算": "plans",
}  # fmt: skip
USER_WORDS = [*TOWNS, "老年食堂", "网格员", "网格化", "河长制", "云岭红", "盐茶古道", "日间照料"]

# ---------------------------------------------------------------- the texts


@dataclass(frozen=True)
class Mark:
    """Characters ``[start, stop)`` of a text or paragraph, and what stands there."""

    start: int
    stop: int
    what: str

    def moved(self, by: int) -> Mark:
        return Mark(self.start + by, self.stop + by, self.what)


@dataclass
class Paragraph:
    """One paragraph of clean text; its marks count from its own beginning."""

    topic: str
    text: str
    numbers: list[Mark]
    passages: list[Mark]


@dataclass
class Report:
    """One finished report. Indents and single blank lines are layout, not noise: cleaning leaves them."""

    town: str
    year: int
    paragraphs: list[Paragraph] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.town}_{self.year}"

    @property
    def title(self) -> str:
        return self.paragraphs[0].text

    @property
    def lines(self) -> list[str]:
        layout = LAYOUT.get(self.name)
        indent = "　　" if layout == "indented" else ""
        lines = [(indent if place > 1 else "") + p.text for place, p in enumerate(self.paragraphs)]
        return [line for text in lines for line in (text, "")][:-1] if layout == "spaced" else lines

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def starts(self) -> Iterator[tuple[int, Paragraph]]:
        """Give each paragraph with the place in the text where it begins."""
        place = 0
        for paragraph in self.paragraphs:
            place = self.text.index(paragraph.text, place)
            yield place, paragraph
            place += len(paragraph.text)

    def marks(self, kind: str) -> list[Mark]:
        """Give the marks of a kind, numbers or passages, with their places in the text."""
        return [mark.moved(start) for start, paragraph in self.starts() for mark in getattr(paragraph, kind)]


Facts = dict[tuple[str, str], dict[int, float]]


def read_facts() -> tuple[Facts, list[dict[str, str]]]:
    rows = list(csv.DictReader((HERE / "manuscript" / "facts.csv").read_text(encoding="utf-8").splitlines()))
    facts = {(row["town"], row["fact"]): {year: float(row[str(year)]) for year in (2017, *YEARS)} for row in rows}
    return facts, rows


def number(value: float) -> str:
    """Write a whole number without a point; a river level keeps its two places."""
    return str(int(value)) if value == int(value) else f"{value:.2f}".rstrip("0")


def change(new: float, old: float) -> str:
    percent = abs(new / old - 1) * 100
    return ("增长" if new >= old else "下降") + f"{percent:.1f}%"


def filled(slot: str, town: str, year: int, facts: Facts) -> str:
    """Give the words for one slot.

    ``{人口}`` is the value, ``{人口增}`` its change in percent, ``{人口差}`` its difference from the year before,
    ``{人口前}`` the value of the year before, ``{老人占人口}`` a share.
    """
    if "占" in slot:
        part, whole = slot.split("占")
        return f"{facts[town, part][year] / facts[town, whole][year] * 100:.1f}%"
    if (town, slot) in facts:
        return number(facts[town, slot][year])
    series = facts[town, slot[:-1]]
    ways: dict[str, Callable[[], str]] = {
        "增": lambda: change(series[year], series[year - 1]),
        "差": lambda: number(abs(series[year] - series[year - 1])),
        "前": lambda: number(series[year - 1]),
    }
    return ways[slot[-1]]()


_MARKUP = re.compile(r"\{(?P<slot>[^}]+)\}|\[\[(?P<open>[sb]\d):|(?P<close>\]\])")


def paragraph(topic: str, source: str, town: str, year: int, facts: Facts) -> Paragraph:
    """Fill the slots, take out the marks, and note where everything came to stand."""
    made = Paragraph(topic, "", [], [])
    last, opened = 0, ("", 0)
    for found in _MARKUP.finditer(source):
        made.text += source[last : found.start()]
        last, here = found.end(), len(made.text)
        if found["slot"]:
            made.text += filled(found["slot"], town, year, facts)
            made.numbers.append(Mark(here, len(made.text), found["slot"]))
        elif found["open"]:
            opened = (found["open"], here)
        else:
            made.passages.append(Mark(opened[1], here, opened[0]))
    made.text += source[last:]
    return made


def read_manuscript(town: str, facts: Facts) -> list[Report]:
    reports: list[Report] = []
    for line in (HERE / "manuscript" / f"{town}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            reports.append(Report(town, int(line[2:])))
        elif line.startswith("@"):
            topic, text = line[1:].split(" ", 1)
            reports[-1].paragraphs.append(paragraph(topic, text, town, reports[-1].year, facts))
    return reports


# ---------------------------------------------------------------- noise

HAN = r"[\u4e00-\u9fff]"
MASK = re.compile(r"[XＸ]+|x+|\*{2,}|×{2,}")
HALF = str.maketrans("，；：！？", ",;:!?")
FULL = {ord(half): ord(half) + 0xFEE0 for half in "0123456789.%"}
COMPATIBLE = {"年": "\uf98e", "老": "\uf934", "里": "\uf9e9", "立": "\uf9f7", "行": "\ufa08"}
Log = dict[str, dict[str, Any]]


def chosen(places: list[int], n: int, *salt: object) -> list[int]:
    """Choose n places in an order that looks random and is the same on every machine."""
    key = "|".join(map(str, salt))
    ranked = sorted(places, key=lambda place: hashlib.sha256(f"{key}|{place}".encode()).digest())
    return sorted(ranked[:n])


def shown(text: str) -> str:
    """Write invisible characters so that a reader of the key can see them."""
    hidden = re.compile("[\u0000-\u001f\u200b-\u200f\u3000\uf900-\ufaff]")
    return hidden.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


@dataclass
class Page:
    """A report on its way to becoming a raw page: body lines, and a log of what was done to it."""

    report: Report
    lines: list[str]
    log: Log = field(default_factory=dict)
    front: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)

    def note(self, kind: str, literals: Iterable[str]) -> None:
        found = [shown(literal) for literal in literals]
        self.log[kind] = {"count": len(found), "literals": list(dict.fromkeys(found))}

    @property
    def first(self) -> int:
        """Number of the line behind title and salutation."""
        return 4 if LAYOUT.get(self.report.name) == "spaced" else 2

    def replace(self, kind: str, pattern: str, n: int, change: Callable[[str], str]) -> None:
        """Change n of the places where the pattern stands behind title and salutation."""
        body = "\n".join(self.lines[self.first :])
        found = list(re.finditer(pattern, body))
        picked = chosen(list(range(len(found))), n, self.report.name, kind)
        if len(picked) < n:
            raise SystemExit(f"{self.report.name}: only {len(picked)} places for {n} x {kind}")
        pieces, last, literals = [], 0, []
        for match in (found[place] for place in picked):
            new = change(match[0])
            pieces += [body[last : match.start()], new]
            last = match.end()
            literals.append((body[match.start() - 1 : match.start()] + new + body[last : last + 1]).strip())
        self.lines[self.first :] = ("".join(pieces) + body[last:]).split("\n")
        self.note(kind, literals)


def half_width_punctuation(page: Page, n: int) -> None:
    page.replace("half_width_punctuation", rf"(?<={HAN})[，；：！？](?={HAN})", n, lambda mark: mark.translate(HALF))


def full_width_digits(page: Page, n: int) -> None:
    page.replace("full_width_digits", r"[0-9]+(?:\.[0-9]+)?%?", n, lambda run: run.translate(FULL))


def zero_width(page: Page, n: int) -> None:
    """Hide a zero-width space inside the town's own words: a search for the word misses it until it is cleaned."""
    word = "|".join(word for word in THEMES[page.report.town][1] if len(word) > 1)
    page.replace("zero_width", rf"(?:{word})", n, lambda found: found[0] + "\u200b" + found[1:])


def bidi_marks(page: Page, n: int) -> None:
    page.replace("bidi_marks", rf"(?<={HAN})，(?={HAN})", n, lambda mark: "\u200e" + mark)


def control_characters(page: Page, n: int) -> None:
    page.replace("control_characters", rf"(?<={HAN})。(?={HAN})", n, lambda mark: mark + "\x08")


def compatibility_characters(page: Page, n: int) -> None:
    page.replace("compatibility_characters", "[年老里立行]", n, lambda char: COMPATIBLE[char])


def free_view(page: Page, n: int) -> None:
    """Put the line of a document shop behind n paragraphs."""
    inserts = [" 当前隐藏内容免费查看", " 点击免费查看全文"][:n]
    long = [i for i, line in enumerate(page.lines) if len(line) > 60]
    for place, insert in zip(chosen(long, n, page.report.name, "free_view"), inserts, strict=True):
        page.lines[place] += insert
    page.note("free_view", [insert.strip() for insert in inserts])


def page_numbers(page: Page, n: int, style: str) -> None:
    """Put page numbers between paragraphs, as a converted PDF has them."""
    forms = {"dash": "— {i} —", "of": "第{i}页 共{n}页", "hyphen": "- {i} -"}
    every = len(page.lines) // n
    literals: list[str] = []
    for i in range(n, 0, -1):
        literal = forms[style].format(i=i, n=n)
        page.lines.insert(len(page.lines) if i == n else i * every, literal)
        literals.insert(0, literal)
    page.note("page_numbers", literals)


def pages(page: Page, n: int) -> None:
    """Cut the lines into n pages, whatever paragraph that cuts: a number at each foot, the title at each next head."""
    size = len(page.lines) // n
    for i in range(n - 1, 0, -1):
        page.lines[i * size : i * size] = [f"— {i} —", page.report.title]
    page.lines.append(f"— {n} —")
    page.note("page_numbers", [f"— {i} —" for i in range(1, n + 1)])
    page.note("running_header", [page.report.title] * (n - 1))


def columns(text: str) -> int:
    """Width on a screen or a page: a Chinese character is as wide as two Latin ones."""
    return sum(1 if char.isascii() else 2 for char in text)


def hard_wrap(page: Page, width: int) -> None:
    """Break lines that are wider than so many columns, as an old editor does.

    Never inside a number or a mask, never so that a mark begins a line, and never just behind the end of a
    sentence: there nobody could tell the break from the end of the paragraph.
    """
    forbidden = re.compile(r"[0-9A-Za-zＸ.%*×]{2}|.[，。；：、！？”）》%]|[。！？；：].")
    lines: list[str] = []
    for whole in page.lines:
        line = whole
        while columns(line) > width:
            cut = max(place for place in range(len(line)) if columns(line[:place]) <= width)
            while forbidden.match(line[cut - 1 : cut + 1]):
                cut -= 1
            lines.append(line[:cut])
            line = line[cut:]
        lines.append(line)
    page.log["hard_wrapped_lines"] = {"count": len(lines) - len(page.lines), "columns": width}
    page.lines = lines


def trailing_spaces(page: Page, n: int) -> None:
    filled_lines = [i for i in range(page.first, len(page.lines)) if page.lines[i]]
    for place in chosen(filled_lines, n, page.report.name, "trailing"):
        page.lines[place] += "  "
    page.note("trailing_spaces", ["  "] * n)


def blank_lines(page: Page, n: int) -> None:
    """Widen n of the single empty lines to three."""
    empty = [i for i, line in enumerate(page.lines) if not line]
    for place in reversed(chosen(empty, n, page.report.name, "blank")):
        page.lines[place:place] = ["", ""]
    page.note("blank_lines", ["\n\n\n\n"] * n)


def repeated_title(page: Page, n: int) -> None:
    page.front += [page.report.title] * n
    page.note("repeated_title", [page.report.title] * n)


def timestamp_source(page: Page, style: int) -> None:
    """A web page's line of date and source. Reports are read out in the January after their year."""
    r = page.report
    day = 8 + (r.year * 7 + TOWNS.index(r.town) * 5) % 20
    forms = [
        f"时间:{r.year + 1}-01-{day:02d} 09:1{day % 10}:03 公文范文 来源:网友投稿",
        f"发布时间：{r.year + 1}-01-{day:02d} 15:4{day % 10}　来源：{r.town}党政办公室　浏览次数：{day * 37}",
        f"来源：{r.town}人民政府　　作者：佚名　　发布日期：{r.year + 1}年1月{day}日",
    ]
    page.front.append(forms[style])
    page.note("timestamp_source", [forms[style]])


def editor_line(page: Page, style: int) -> None:
    title = page.report.title
    if style:
        line = "责任编辑：小周"
        page.back.append(line)
    else:
        line = f"下面是小编为大家整理的{title},供大家参考。"
        page.front.append(line)
    page.note("editor_line", [line])


def link_list(page: Page, _: int) -> None:
    town, title = page.report.town, page.report.title
    line = f"推荐访问:{town} 政府 工作报告 {title} 乡镇{page.report.year}年工作总结范文 镇长在人代会上的报告"
    page.back.append(line)
    page.note("link_list", [line])


Step = tuple[Callable[..., None], Any] | tuple[Callable[..., None], Any, Any]

# How the paragraphs of a file are set; the others stand line by line.
LAYOUT = {
    **dict.fromkeys(
        ["青石镇_2019", "柳河镇_2018", "云岭镇_2020", "云岭镇_2022", "东浦镇_2021", "东浦镇_2023"], "indented"
    ),
    **dict.fromkeys(["青石镇_2021", "柳河镇_2022", "云岭镇_2019", "东浦镇_2022"], "spaced"),
}
# Every kind of noise in the field's list occurs somewhere, no two files are alike, and one file (云岭镇_2023)
# has none, so that a reader sees that cleaning leaves good text alone.
NOISE: dict[str, list[Step]] = {
    "青石镇_2018": [
        (half_width_punctuation, 14), (repeated_title, 1), (timestamp_source, 1), (editor_line, 0), (link_list, 0),
    ],
    "青石镇_2019": [(full_width_digits, 9), (page_numbers, 3, "dash")],
    "青石镇_2020": [(zero_width, 4), (free_view, 1), (timestamp_source, 0)],
    "青石镇_2021": [(half_width_punctuation, 6), (trailing_spaces, 4), (blank_lines, 2)],
    "青石镇_2022": [(hard_wrap, 72)],
    "青石镇_2023": [(free_view, 1), (repeated_title, 2), (link_list, 0)],
    "柳河镇_2018": [(half_width_punctuation, 10), (control_characters, 3)],
    "柳河镇_2019": [(half_width_punctuation, 8), (timestamp_source, 2), (editor_line, 1)],
    "柳河镇_2020": [(page_numbers, 4, "of"), (hard_wrap, 60)],
    "柳河镇_2021": [(bidi_marks, 4), (repeated_title, 1), (editor_line, 0)],
    "柳河镇_2022": [(full_width_digits, 7), (blank_lines, 3)],
    "柳河镇_2023": [(free_view, 2), (timestamp_source, 1), (link_list, 0)],
    "云岭镇_2018": [(compatibility_characters, 5), (repeated_title, 1), (timestamp_source, 2), (editor_line, 0)],
    "云岭镇_2019": [(half_width_punctuation, 20)],
    "云岭镇_2020": [(zero_width, 3), (page_numbers, 3, "hyphen")],
    "云岭镇_2021": [(half_width_punctuation, 9), (trailing_spaces, 3)],
    "云岭镇_2022": [(hard_wrap, 80), (pages, 4)],
    "云岭镇_2023": [],
    "东浦镇_2018": [(full_width_digits, 11), (repeated_title, 1)],
    "东浦镇_2019": [(free_view, 2), (timestamp_source, 0), (link_list, 0)],
    "东浦镇_2020": [(half_width_punctuation, 24), (repeated_title, 3)],
    "东浦镇_2021": [(page_numbers, 4, "dash")],
    "东浦镇_2022": [(zero_width, 3), (bidi_marks, 2), (blank_lines, 2)],
    "东浦镇_2023": [
        (half_width_punctuation, 12), (full_width_digits, 6), (zero_width, 2), (free_view, 1), (page_numbers, 3, "of"),
        (repeated_title, 2), (timestamp_source, 0), (editor_line, 0), (link_list, 0),
    ],
}  # fmt: skip
ENCODING = {"柳河镇_2019": "gb18030", "东浦镇_2018": "utf-8-sig"}
CRLF = {"云岭镇_2021"}


def raw_page(report: Report) -> tuple[bytes, Log]:
    """Return the bytes of the noisy file and the log of its noise."""
    page = Page(report, report.lines)
    for step, *arguments in NOISE[report.name]:
        step(page, *arguments)
    text = "\n".join([*page.front, *page.lines, *page.back]) + "\n"
    encoding = ENCODING.get(report.name, "utf-8")
    log: Log = {}
    if encoding != "utf-8":
        log["encoding"] = {"count": 1, "literals": [encoding]}
    if report.name in CRLF:
        log["crlf"] = {"count": text.count("\n"), "literals": ["\\r\\n"]}
        text = text.replace("\n", "\r\n")
    return text.encode(encoding), {**page.log, **log}


# ---------------------------------------------------------------- the answer key


def sentences(text: str) -> int:
    """Count sentences: each end mark ends one, a line without one (a heading) is one."""
    return sum(len(re.findall(r"[^。！？…]+(?:[。！？…]+[”’）]*)?", line)) for line in text.splitlines())


def per_year(reports: list[Report], word: str) -> dict[str, int]:
    return {str(year): sum(r.text.count(word) for r in reports if r.year == year) for year in YEARS}


def per_town(reports: list[Report], word: str) -> dict[str, int]:
    return {town: sum(r.text.count(word) for r in reports if r.town == town) for town in TOWNS}


def mayor_of(report: Report) -> str:
    terms = [(m, first, last) for m, (town, (first, last), *_) in MAYORS.items() if town == report.town]
    return next(mayor for mayor, first, last in terms if first <= report.year <= last)


def rate(texts: list[str], pattern: str) -> float:
    """Matches per 10,000 characters."""
    return round(sum(len(re.findall(pattern, text)) for text in texts) / sum(map(len, texts)) * 10_000, 1)


STYLE_MARKS = {
    "numbers": r"[0-9]+(?:\.[0-9]+)?",
    "enumerations": "[一二三四]是",
    "我们": "我们",
    "必须|务必|坚决": "必须|务必|坚决",
}


def style_table(reports: list[Report]) -> dict[str, Any]:
    """Measure on the texts of each mayor what the style is said to be."""
    table = {}
    for mayor, (town, years, style, what) in MAYORS.items():
        texts = [r.text for r in reports if mayor_of(r) == mayor]
        per_sentence = sum(map(len, texts)) / sum(map(sentences, texts))
        table[mayor] = {
            "town": town,
            "years": list(years),
            "style": style,
            "what": what,
            "characters_per_sentence": round(per_sentence, 1),
            "per_10000_characters": {name: rate(texts, pattern) for name, pattern in STYLE_MARKS.items()},
        }
    return table


def borrowed_table(reports: list[Report]) -> list[dict[str, Any]]:
    where = {mark.what: (report, mark) for report in reports for mark in report.marks("passages")}
    table = []
    for no, (disguise, what) in BORROWED.items():
        ends = {"source": where[SECOND_HAND.get(no, f"s{no}")], "copy": where[f"b{no}"]}
        passages = [report.text[mark.start : mark.stop] for report, mark in ends.values()]
        places = {end: {"doc": r.name, "start": m.start, "stop": m.stop} for end, (r, m) in ends.items()}
        shared = shared_characters(*passages)
        table.append({"id": int(no), "disguise": disguise, "what": what, **places, "characters_shared": shared})
    return table


def shared_characters(a: str, b: str) -> int:
    """Length of the longest common subsequence of the two passages."""
    row = [0] * (len(b) + 1)
    for x in a:
        previous = 0
        for j, y in enumerate(b, start=1):
            previous, row[j] = row[j], previous + 1 if x == y else max(row[j], row[j - 1])
    return row[-1]


def document_entry(report: Report, noise: Log) -> dict[str, Any]:
    return {
        "title": report.title,
        "n_characters": len(report.text),
        "n_paragraphs": len(report.paragraphs),
        "n_sentences": sentences(report.text),
        "masks": MASK.findall(report.text),
        "paragraphs": [[p.topic, start, start + len(p.text)] for start, p in report.starts()],
        "numbers": [[m.what, m.start, m.stop, report.text[m.start : m.stop]] for m in report.marks("numbers")],
        "layout": LAYOUT.get(report.name, "plain"),
        "noise": noise,
    }


def answer_key(reports: list[Report], noise: dict[str, Log], facts: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "about": "Answer key of the townhall corpus. Everything in it is invented: towns, people, numbers, events. "
        "start and stop are characters of the clean text, counted from 0, stop not included. "
        "Counts are occurrences of the characters, before any segmentation. "
        "paragraphs: [topic, start, stop]. numbers: [slot of facts, start, stop, what stands there].",
        "themes": {
            town: {"theme": theme, "occurrences": {word: per_town(reports, word) for word in words}}
            for town, (theme, words) in THEMES.items()
        },
        "trends": {
            "characters": {str(year): sum(len(r.text) for r in reports if r.year == year) for year in YEARS},
            "occurrences": {w: {"course": course, **per_year(reports, w)} for w, (course, _) in TRENDS.items()},
        },
        "company": {
            word: {phrase: per_town(reports, phrase) for phrase in phrases.values()}
            for word, phrases in COMPANY.items()
        },
        "styles": style_table(reports),
        "borrowed": borrowed_table(reports),
        "user_words": USER_WORDS,
        "topics": TOPICS,
        "facts": [{k: float(v) if k.isdigit() else v for k, v in row.items()} for row in facts],
        "documents": {report.name: document_entry(report, noise[report.name]) for report in reports},
    }


def check_plan(reports: list[Report]) -> list[str]:
    """Say where the texts do not hold what the plan at the top of this file promises."""
    wrong = []
    for word, (_, planned) in TRENDS.items():
        found = list(per_year(reports, word).values())
        if found != planned:
            wrong.append(f"{word}: planned {planned}, found {found}")
    for town, (_, words) in THEMES.items():
        for word in words:
            counts = per_town(reports, word)
            if any(3 * n > counts[town] for other, n in counts.items() if other != town):
                wrong.append(f"{word} should be at least three times as frequent in {town}: {counts}")
    wrong += [f"{r.name} has {len(r.text)} characters" for r in reports if not 500 <= len(r.text) <= 1000]
    keys = sorted(mark.what for r in reports for mark in r.marks("passages"))
    expected = sorted({f"s{n}" for n in BORROWED if n not in SECOND_HAND} | {f"b{n}" for n in BORROWED})
    return wrong if keys == expected else [*wrong, f"marked passages are {keys}, expected {expected}"]


# ---------------------------------------------------------------- writing


def compact(value: Any, depth: int = 0) -> str:
    """Write JSON with short things on one line: a key that can be reviewed line by line."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + depth <= 150 or not isinstance(value, dict | list) or not value:
        return flat
    pad = " " * (depth + 1)
    if isinstance(value, dict):
        items = [f"{pad}{json.dumps(k, ensure_ascii=False)}: {compact(v, depth + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(items) + "\n" + " " * depth + "}"
    return "[\n" + ",\n".join(pad + compact(v, depth + 1) for v in value) + "\n" + " " * depth + "]"


def meta_table(reports: list[Report], facts: Facts) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["file", "town", "year", "town_en", "population", "revenue", "income", "mayor", "style"])
    for r in reports:
        numbers = [number(facts[r.town, fact][r.year]) for fact in ("人口", "预算", "人均")]
        mayor = mayor_of(r)
        writer.writerow([f"{r.name}.txt", r.town, r.year, TOWNS_EN[r.town], *numbers, mayor, MAYORS[mayor][2]])
    return out.getvalue()


def row(*cells: object) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def head(left: Iterable[str], right: Iterable[object]) -> list[str]:
    """Head of a table whose first columns hold words and whose last ones hold numbers."""
    words, numbers = list(left), list(right)
    return [row(*words, *numbers), "|" + "---|" * len(words) + "---:|" * len(numbers)]


def themes_page(themes: dict[str, Any]) -> list[str]:
    lines = head(["town", "theme", "word"], TOWNS)
    for town, entry in themes.items():
        lines += [row(town, entry["theme"], word, *n.values()) for word, n in entry["occurrences"].items()]
    return lines


def trends_page(trends: dict[str, Any]) -> list[str]:
    lines = head(["word", "course"], YEARS)
    lines += [row(word, *entry.values()) for word, entry in trends["occurrences"].items()]
    return [*lines, row("*characters*", "of all texts", *(f"{n:,}" for n in trends["characters"].values()))]


def styles_page(styles: dict[str, Any]) -> list[str]:
    lines = head(["mayor", "town, years", "style"], ["characters a sentence", *STYLE_MARKS])
    for mayor, entry in styles.items():
        where = f"{entry['town']} {entry['years'][0]}–{entry['years'][1]}"
        rates = entry["per_10000_characters"].values()
        lines.append(row(mayor, where, entry["what"], entry["characters_per_sentence"], *rates))
    return [line.replace("必须|务必|坚决", "必须 务必 坚决") for line in lines]


def borrowed_page(borrowed: list[dict[str, Any]]) -> list[str]:
    lines = head(["no.", "from", "to", "disguise"], ["shared"])
    for entry in borrowed:
        ends = [f"{p['doc']} {p['start']}–{p['stop']}" for p in (entry["source"], entry["copy"])]
        lines.append(row(entry["id"], *ends, f"{entry['disguise']}: {entry['what']}", entry["characters_shared"]))
    return lines


def files_page(documents: dict[str, Any]) -> list[str]:
    lines = head(["file", "layout", "masks", "noise (how often)"], ["characters", "paragraphs", "sentences"])
    for name, entry in documents.items():
        noise = ", ".join(f"{kind.replace('_', ' ')} ({n['count']})" for kind, n in entry["noise"].items())
        masks = " ".join(f"`{mask}`" for mask in entry["masks"])
        sizes = (entry[size] for size in ("n_characters", "n_paragraphs", "n_sentences"))
        lines.append(row(name, entry["layout"], masks, noise or "none", *sizes))
    return lines


def readme(key: dict[str, Any]) -> str:
    """Write the answer key for people."""
    company = [row(phrase, *counts.values()) for phrase, counts in key["company"]["安全"].items()]
    sections = {
        "Each town has its theme": [
            "Occurrences of the characters in the six reports of each town.", "", *themes_page(key["themes"])
        ],
        "Words come and go": ["Occurrences in the four reports of each year.", "", *trends_page(key["trends"])],
        "One word, four companies": [*head(["phrase with 安全"], TOWNS), *company],
        "Five mayors, five styles": [
            "云岭镇 changes its mayor in 2021. Rates per 10,000 characters.", "", *styles_page(key["styles"])
        ],
        "Borrowed passages": [
            "Characters of the clean texts, from 0; `shared` is the longest common subsequence.", "",
            *borrowed_page(key["borrowed"]),
        ],
        "Topics of the paragraphs": [
            "Every paragraph has one; where it stands is in `answer_key.json` under `documents`.", "",
            ", ".join(f"{zh} ({en})" for zh, en in key["topics"].items()) + ".",
        ],
        "Noise and size of each file": [
            "Indents (　　) and single blank lines are layout, not noise: they stand in `clean/` too.", "",
            *files_page(key["documents"]),
        ],
        "Words that a segmenter may not know": [", ".join(key["user_words"]) + "."],
    }  # fmt: skip
    opening = [
        "# townhall: what is planted in it",
        "",
        "Twenty-four short reports of four imaginary towns over six years, **written for teaching**.",
        "Towns, people, numbers and events are invented. This page gives the answers; `answer_key.json` has them",
        "all, with exact places. `raw/` is as found on the web, `clean/` as it should be after `textkit.clean`,",
        "`meta.csv` has the facts. Written by `build.py`: change `manuscript/` and run it again.",
    ]
    return (
        "\n".join([*opening, *(s for title, body in sections.items() for s in ("", f"## {title}", "", *body))]) + "\n"
    )


def checksums(files: dict[str, bytes]) -> bytes:
    """Write what ``sha256sum -c SHA256SUMS`` reads."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


def build(folder: Path) -> list[str]:
    """Write everything into the folder and return the names of the files."""
    facts, rows = read_facts()
    reports = [report for town in TOWNS for report in read_manuscript(town, facts)]
    wrong = check_plan(reports)
    if wrong:
        raise SystemExit("The manuscript does not hold what the plan promises:\n  " + "\n  ".join(wrong))
    pages = {r.name: raw_page(r) for r in reports}
    key = answer_key(reports, {name: log for name, (_, log) in pages.items()}, rows)
    files = {
        **{f"raw/{name}.txt": page for name, (page, _) in pages.items()},
        **{f"clean/{r.name}.txt": r.text.encode() for r in reports},
        "meta.csv": meta_table(reports, facts).encode(),
        "answer_key.json": (compact(key) + "\n").encode(),
        "README.md": readme(key).encode(),
    }
    sources = {f"manuscript/{path.name}": path.read_bytes() for path in (HERE / "manuscript").iterdir()}
    files["SHA256SUMS"] = checksums({**sources, **files})
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return list(files)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    print(f"{len(build(target))} files in {target}")
