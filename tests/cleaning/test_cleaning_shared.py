"""Cleaning on real texts: damaged encodings, scraped speeches, reports and policy documents."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from textkit.cleaning.audit import Change, clean_text
from textkit.cleaning.rules import DEFAULT_RULES
from textkit.kinds import MASK

pytestmark = pytest.mark.shared

DEBRIS = {"page_numbers", "editor_lines", "source_lines", "web_lines", "inserts", "part_labels", "titles"}


def read(path: Path) -> str:
    return path.read_bytes().decode()


def cleaned(text: str) -> tuple[str, list[Change]]:
    new, changes, restless = clean_text(text, DEFAULT_RULES)
    assert restless == []
    assert clean_text(new, DEFAULT_RULES)[1] == []
    return new, changes


@pytest.mark.parametrize(
    "name",
    [
        *("mixed_eol", "cr_only", "nel_ls_ps", "zero_width", "spaces_zoo", "kangxi_radicals_from_pdf", "nul_bytes"),
        *("compat_ideographs", "fullwidth_latin_digits", "halfwidth_punct", "pua_wps", "utf8"),
    ],
)
def test_encoding_cases_equal_their_truth(shared: Path, name: str) -> None:
    folder = shared / "data" / "encodings" / "generated"
    cases = {case["file"]: case for case in json.loads(read(folder / "cases.json"))}
    case = cases[f"{name}.txt"]
    assert cleaned(read(folder / case["file"]))[0] == read(folder / case["truth"])


def test_no_encoding_case_crashes(shared: Path) -> None:
    folder = shared / "data" / "encodings" / "generated"
    for path in sorted(folder.glob("*.txt")):
        cleaned(path.read_bytes().decode("utf-8", "replace"))


# lines with text in the file and after cleaning: five lines of debris go, and one cut paragraph is joined
PARAGRAPHS = {"000": (20, 20), "001": (17, 17), "002": (29, 29), "003": (30, 24), "004": (7, 7)}


def speeches(shared: Path) -> dict[str, str]:
    return {path.name[:3]: read(path) for path in sorted((shared / "data" / "speeches").glob("0*.txt"))}


def filled(text: str) -> int:
    return sum(bool(line.strip()) for line in text.split("\n"))


def test_speeches_keep_their_paragraphs_and_lose_their_debris(shared: Path) -> None:
    for name, text in speeches(shared).items():
        new, changes = cleaned(text)
        assert (filled(text), filled(new)) == PARAGRAPHS[name], name
        taken = [change for change in changes if change.rule in DEBRIS]
        assert len(taken) == (6 if name == "003" else 0), name
        assert not re.search("小编|网友投稿|免费查看|推荐访问|精选推荐|15:35", new)
        assert new.count("同志们：") >= 1


def test_the_scraped_speech_loses_exactly_its_debris(shared: Path) -> None:
    text = speeches(shared)["003"]
    new, changes = cleaned(text)
    assert Counter(change.rule for change in changes if change.rule in DEBRIS) == {
        "titles": 2,
        "source_lines": 1,
        "editor_lines": 1,
        "inserts": 1,
        "web_lines": 1,
    }
    assert new.split("\n")[:3] == ["区委书记XXX在全区信访维稳工作会议上的讲话", "", "同志们："]
    assert "诚挚的问候！\n" in new and new.rstrip().endswith("做出新的更大贡献！")
    assert "切实提高基层治理的能力水平。" in new  # a page break had cut the sentence
    # every Han character of the speech is still there, in order: the file from 同志们 to 贡献, without the insert
    body = text[text.index("同志们:") : text.rindex("推荐访问")].replace("当前隐藏内容免费查看", "")
    assert re.findall("[一-鿿]", new[new.index("同志们：") :]) == re.findall("[一-鿿]", body)


def test_speeches_without_debris_keep_every_han_character_and_number(shared: Path) -> None:
    for name, text in speeches(shared).items():
        if name != "003":
            new, _ = cleaned(text)
            assert re.findall("[一-鿿0-9]", new) == re.findall("[一-鿿0-9]", text), name


def test_masks_of_the_speeches_survive(shared: Path) -> None:
    for name, text in speeches(shared).items():
        new, changes = cleaned(text)
        taken = "\n".join(change.removed for change in changes if change.rule in DEBRIS)
        expected = Counter(MASK.findall(text))
        expected.subtract(MASK.findall(taken))
        assert Counter(MASK.findall(new)) == +expected, name


def test_half_width_punctuation_of_the_speeches(shared: Path) -> None:
    new, _ = cleaned(speeches(shared)["003"])
    assert re.findall(r"[一-鿿][,;:!?()]|[,;:!?()][一-鿿]", new) == []
    assert "预警短信3.6万条" in new and "（鲁公发（2015）35号）" in new


def test_city_reports_lose_nothing(shared: Path) -> None:
    for path in sorted((shared / "data" / "corpora" / "city_gwr_2024" / "txt").glob("*.txt")):
        text = read(path)
        new, changes = cleaned(text)
        assert not [change for change in changes if change.rule in DEBRIS | {"broken_lines"}], path.name
        assert re.findall("[一-鿿]", new) == re.findall("[一-鿿]", text), path.name


@pytest.mark.parametrize(("corpus", "files", "rows"), [("state_council_gwr", 22, 18), ("cpc_congress_reports", 12, 30)])
def test_wikisource_reports_lose_their_licence_only(shared: Path, corpus: str, files: int, rows: int) -> None:
    paths = sorted((shared / "data" / "corpora" / corpus / "txt_raw").glob("*.txt"))
    assert len(paths) == files
    for path in paths:
        text = read(path)
        new, changes = cleaned(text)
        taken = [change for change in changes if change.rule in DEBRIS]
        assert {change.rule for change in taken} == {"web_lines"} and len(taken) == rows, path.name
        assert "公有领域" not in new and "Public domain" not in new
        kept = text[: taken[0].start]
        assert re.findall("[一-鿿]", new) == re.findall("[一-鿿]", kept), path.name
        assert not re.search("《\n|\n》|“\n+[^一二三四五六七八九十（]|\n”", new), path.name


def test_policy_documents_lose_page_numbers_only(shared: Path) -> None:
    taken: Counter[str] = Counter()
    with (shared / "data" / "corpora" / "digital_policy_documents" / "central.jsonl").open(encoding="utf-8") as file:
        for line in file:
            text = json.loads(line)["content"]
            new, changes = cleaned(text)
            taken.update(change.rule for change in changes if change.rule in DEBRIS)
            headers = sum(len(re.findall("[一-鿿]", c.removed)) for c in changes if c.rule in DEBRIS)
            assert len(re.findall("[一-鿿]", new)) == len(re.findall("[一-鿿]", text)) - headers
            assert headers <= 210
    assert set(taken) == {"page_numbers"}
    assert taken["page_numbers"] > 230
