"""The townhall corpus: rebuilt byte for byte, and its answer key is true of its texts."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import runpy
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from textkit.audit import clean
from textkit.boundaries import paragraph_spans, sentence_spans
from textkit.corpus import Corpus
from textkit.kinds import MASK

FOLDER = Path(__file__).parents[2] / "data" / "townhall"
YEARS = [str(year) for year in range(2018, 2024)]
HAN = r"[\u4e00-\u9fff]"


@pytest.fixture(scope="module")
def key() -> dict[str, Any]:
    return json.loads((FOLDER / "answer_key.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def clean_texts() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in (FOLDER / "clean").glob("*.txt")}


@pytest.fixture(scope="module")
def raw_texts() -> dict[str, str]:
    encodings = {"柳河镇_2019": "gb18030", "东浦镇_2018": "utf-8-sig"}
    return {
        path.stem: path.read_bytes().decode(encodings.get(path.stem, "utf-8"))
        for path in (FOLDER / "raw").glob("*.txt")
    }


@pytest.fixture(scope="module")
def facts() -> dict[tuple[str, str], dict[int, float]]:
    rows = csv.DictReader((FOLDER / "manuscript" / "facts.csv").read_text(encoding="utf-8").splitlines())
    return {(r["town"], r["fact"]): {year: float(r[str(year)]) for year in range(2017, 2024)} for r in rows}


def test_the_builder_writes_the_same_bytes_again(tmp_path: Path) -> None:
    build: Callable[[Path], list[str]] = runpy.run_path(str(FOLDER / "build.py"))["build"]
    names = build(tmp_path)
    assert len(names) == 24 + 24 + 4
    assert [name for name in names if (tmp_path / name).read_bytes() != (FOLDER / name).read_bytes()] == []


def test_no_file_lies_there_that_the_builder_does_not_know() -> None:
    lines = (FOLDER / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    known = {line.split("  ", 1)[1] for line in lines} | {"SHA256SUMS", "SOURCE.md", "build.py"}
    found = {p.relative_to(FOLDER).as_posix() for p in FOLDER.rglob("*") if p.is_file() and p.suffix != ".pyc"}
    assert found == known


@pytest.mark.parametrize("folder", ["townhall", "speeches"])
def test_checksums(folder: str) -> None:
    place = FOLDER.parent / folder
    for line in (place / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        assert hashlib.sha256((place / name).read_bytes()).hexdigest() == digest, name


def test_the_builder_refuses_a_manuscript_that_breaks_the_plan() -> None:
    names = runpy.run_path(str(FOLDER / "build.py"))
    facts, _ = names["read_facts"]()
    reports = [report for town in names["TOWNS"] for report in names["read_manuscript"](town, facts)]
    assert names["check_plan"](reports) == []
    reports[0].paragraphs[-1].text += "招商。"
    assert names["check_plan"](reports) == ["招商: planned [12, 10, 7, 5, 3, 2], found [13, 10, 7, 5, 3, 2]"]


def test_clean_texts_are_clean(clean_texts: dict[str, str]) -> None:
    assert len(clean_texts) == 24
    for name, text in clean_texts.items():
        assert text == unicodedata.normalize("NFC", text), name
        assert text.endswith("\n"), name
        assert "\n\n\n" not in text, name
        assert not re.search(rf"(?<={HAN})[,;:!?](?={HAN})", text), name
        assert not re.search(r"[０-９．％Ａ-ＷＹＺａ-ｚ]|[\u0000-\u0009\u000b-\u001f]", text), name
        assert not re.search(r"[\u00a0\u200b-\u200f\ufeff]|(?<![\n\u3000])\u3000|[ \u3000]\n", text), name
        assert not re.search(r"免费查看|推荐访问|小编|责任编辑|来源|第\d页", text), name
        assert text.count(text.split("\n", 1)[0]) == 1, name
        assert 500 <= len(text) <= 900, name


def test_raw_texts_hold_every_literal_of_the_key(key: dict[str, Any], raw_texts: dict[str, str]) -> None:
    shown = re.compile(r"<U\+([0-9A-F]{4})>")
    for name, entry in key["documents"].items():
        for kind, item in entry["noise"].items():
            if kind in ("encoding", "crlf", "hard_wrapped_lines"):
                continue
            literals = [shown.sub(lambda found: chr(int(found[1], 16)), literal) for literal in item["literals"]]
            assert all(literal in raw_texts[name] for literal in literals), (name, kind)


def test_raw_counts_of_the_noise_that_can_be_counted(key: dict[str, Any], raw_texts: dict[str, str]) -> None:
    def noise(name: str, kind: str) -> int:
        return int(key["documents"][name]["noise"].get(kind, {"count": 0})["count"])

    for name, text in raw_texts.items():
        title = key["documents"][name]["title"]
        titles = sum(line.strip("\r\u3000 ") == title for line in text.split("\n"))
        assert titles == 1 + noise(name, "repeated_title") + noise(name, "running_header"), name
        assert text.count("\u200b") == noise(name, "zero_width"), name
        assert text.count("\u200e") == noise(name, "bidi_marks"), name
        assert text.count("\x08") == noise(name, "control_characters"), name
        assert len(re.findall("[\uf900-\ufaff]", text)) == noise(name, "compatibility_characters"), name
        assert len(re.findall(rf"(?<={HAN})[,;:!?](?={HAN})", text)) >= noise(name, "half_width_punctuation"), name
        assert len(re.findall("[０-９]+(?:．[０-９]+)?％?", text)) == noise(name, "full_width_digits"), name
        assert text.count("免费查看") == noise(name, "free_view"), name
        assert text.count("推荐访问") == noise(name, "link_list"), name
        assert text.count("\r\n") == noise(name, "crlf"), name
        assert text.count("\n\n\n\n") == noise(name, "blank_lines"), name
        assert len(re.findall(r"(?m)^(?:— \d —|- \d -|第\d页 共\d页)$", text)) == noise(name, "page_numbers"), name


def test_layout_of_the_clean_files(key: dict[str, Any], clean_texts: dict[str, str]) -> None:
    for name, entry in key["documents"].items():
        lines = clean_texts[name].rstrip("\n").split("\n")
        n = entry["n_paragraphs"]
        assert sum(line.startswith("\u3000\u3000") for line in lines) == (n - 2 if entry["layout"] == "indented" else 0)
        assert sum(not line for line in lines) == (n - 1 if entry["layout"] == "spaced" else 0)


def test_clean_makes_the_clean_texts_of_the_raw_ones(raw_texts: dict[str, str], clean_texts: dict[str, str]) -> None:
    names = sorted(raw_texts)
    cleaned = clean(Corpus([raw_texts[name] for name in names], pd.DataFrame(index=names)))
    for name, text in cleaned:
        assert text == clean_texts[name], name


def test_clean_leaves_the_clean_texts_alone(clean_texts: dict[str, str]) -> None:
    edits = clean(Corpus(list(clean_texts.values()))).edits
    assert edits is not None
    assert len(edits) == 0


def test_the_audit_of_cleaning_counts_what_was_planted(key: dict[str, Any], raw_texts: dict[str, str]) -> None:
    """Where one rule answers for one kind of noise, its edits are as many as were planted."""
    rules = {
        "control_characters": ["control_characters"],
        "invisible_characters": ["zero_width", "bidi_marks"],
        "unicode_nfc": ["compatibility_characters"],
        "line_ends": ["crlf"],
        "line_end_blanks": ["trailing_spaces"],
        "blank_lines": ["blank_lines"],
        "inserts": ["free_view"],
    }
    names = sorted(raw_texts)
    edits = clean(Corpus([raw_texts[name] for name in names], pd.DataFrame(index=names))).edits
    assert edits is not None
    for rule, kinds in rules.items():
        for name in names:
            noise = key["documents"][name]["noise"]
            planted = sum(noise[kind]["count"] for kind in kinds if kind in noise)
            assert ((edits["doc"] == name) & (edits["rule"] == rule)).sum() == planted, (rule, name)


def test_one_raw_file_has_no_noise(raw_texts: dict[str, str], clean_texts: dict[str, str]) -> None:
    assert [name for name in raw_texts if raw_texts[name] == clean_texts[name]] == ["云岭镇_2023"]


def test_encodings_of_the_raw_files() -> None:
    assert (FOLDER / "raw" / "东浦镇_2018.txt").read_bytes().startswith(b"\xef\xbb\xbf")
    with pytest.raises(UnicodeDecodeError):
        (FOLDER / "raw" / "柳河镇_2019.txt").read_text(encoding="utf-8")


def test_paragraphs_and_sentences_of_the_key(key: dict[str, Any], clean_texts: dict[str, str]) -> None:
    for name, entry in key["documents"].items():
        text = clean_texts[name]
        assert [span[1:] for span in entry["paragraphs"]] == [list(span) for span in paragraph_spans(text)], name
        assert entry["n_paragraphs"] == len(entry["paragraphs"]), name
        assert entry["n_sentences"] == len(sentence_spans(text)), name
        assert entry["n_characters"] == len(text), name
        assert text.startswith(entry["title"] + "\n"), name
        assert {topic for topic, *_ in entry["paragraphs"]} <= set(key["topics"]), name


def test_masks_of_the_key(key: dict[str, Any], clean_texts: dict[str, str]) -> None:
    found = {name: MASK.findall(text) for name, text in clean_texts.items()}
    assert found == {name: entry["masks"] for name, entry in key["documents"].items()}
    assert {mask for masks in found.values() for mask in masks} == {
        "XX",
        "XXX",
        "xx",
        "xxx",
        "Ｘ",
        "ＸＸ",
        "**",
        "***",
        "××",
    }


def test_trends_of_the_key(key: dict[str, Any], clean_texts: dict[str, str]) -> None:
    for word, entry in key["trends"]["occurrences"].items():
        counts = [sum(t.count(word) for name, t in clean_texts.items() if name.endswith(year)) for year in YEARS]
        assert counts == [entry[year] for year in YEARS], word
        if entry["course"] in ("rising", "falling"):
            assert counts == sorted(counts, reverse=entry["course"] == "falling"), word
            assert len(set(counts)) == 6, word
    epidemic = key["trends"]["occurrences"]["疫情"]
    assert epidemic["2018"] == epidemic["2019"] == 0
    assert min(epidemic[year] for year in ("2020", "2021", "2022")) > 5 * epidemic["2023"]


def test_themes_of_the_key(key: dict[str, Any], clean_texts: dict[str, str]) -> None:
    for town, entry in key["themes"].items():
        for word, counts in entry["occurrences"].items():
            found = {t: sum(x.count(word) for n, x in clean_texts.items() if n.startswith(t)) for t in key["themes"]}
            assert found == counts, word
            assert all(3 * n <= counts[town] for other, n in counts.items() if other != town), word


def test_each_style_stands_out(key: dict[str, Any]) -> None:
    styles = key["styles"]

    def highest(mark: str) -> str:
        return max(styles, key=lambda mayor: styles[mayor]["per_10000_characters"][mark])

    assert highest("numbers") == "甲"
    assert min(styles, key=lambda mayor: styles[mayor]["characters_per_sentence"]) == "乙"
    assert highest("enumerations") == "丙"
    assert highest("我们") == "丁"
    assert highest("必须|务必|坚决") == "戊"


def test_borrowed_passages_of_the_key(key: dict[str, Any], clean_texts: dict[str, str]) -> None:
    for entry in key["borrowed"]:
        source, copy = (clean_texts[p["doc"]][p["start"] : p["stop"]] for p in (entry["source"], entry["copy"]))
        assert source.endswith("。"), entry["id"]
        assert copy.endswith("。"), entry["id"]
        if entry["disguise"] in ("verbatim", "own text"):
            assert source == copy, entry["id"]
        if entry["disguise"] == "reordered":
            assert sorted(re.split("[，。]", source)) == sorted(re.split("[，。]", copy))
        assert entry["characters_shared"] >= 0.7 * len(source), entry["id"]
        assert entry["source"]["doc"][-4:] < entry["copy"]["doc"][-4:], entry["id"]


def test_no_other_passage_is_borrowed(key: dict[str, Any], clean_texts: dict[str, str]) -> None:
    """No run of 20 characters stands in two reports, except in planted passages and the opening, which is formal."""
    skipped = {name: [] for name in clean_texts}
    for passage in (entry[end] for entry in key["borrowed"] for end in ("source", "copy")):
        skipped[passage["doc"]].append((passage["start"], passage["stop"]))
    for name, entry in key["documents"].items():
        skipped[name] += [(a, b) for topic, a, b in entry["paragraphs"] if topic in ("标题", "称呼", "概况")]
    seen: dict[str, str] = {}
    for name, text in sorted(clean_texts.items()):
        for start in range(len(text) - 19):
            if any(a - 20 < start < b for a, b in skipped[name]):
                continue
            run = text[start : start + 20]
            assert seen.setdefault(run, name) == name, (run, name, seen[run])


def test_numbers_follow_from_the_facts(
    key: dict[str, Any], clean_texts: dict[str, str], facts: dict[tuple[str, str], dict[int, float]]
) -> None:
    """Another route to every number: from the facts and the name of the slot."""
    checked = 0
    for name, entry in key["documents"].items():
        town, year = name[:3], int(name[-4:])
        for slot, start, stop, words in entry["numbers"]:
            assert clean_texts[name][start:stop] == words
            if (town, slot) in facts:
                assert float(words) == facts[town, slot][year]
            elif slot.endswith("增"):
                old, new = (facts[town, slot[:-1]][y] for y in (year - 1, year))
                sign = {"增长": 1, "下降": -1}[words[:2]]
                assert sign * float(words[2:-1]) == pytest.approx(100 * (new - old) / old, abs=0.0501)
            elif slot.endswith("差"):
                assert float(words) == abs(facts[town, slot[:-1]][year] - facts[town, slot[:-1]][year - 1])
            elif slot.endswith("前"):
                assert float(words) == facts[town, slot[:-1]][year - 1]
            else:
                part, whole = slot.split("占")
                share = 100 * facts[town, part][year] / facts[town, whole][year]
                assert float(words[:-1]) == pytest.approx(share, abs=0.0501)
            checked += 1
    assert checked > 200


def test_meta_agrees_with_the_facts(facts: dict[tuple[str, str], dict[int, float]], key: dict[str, Any]) -> None:
    rows = list(csv.DictReader((FOLDER / "meta.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["file"].removesuffix(".txt") for row in rows] == list(key["documents"])
    for row in rows:
        year = int(row["year"])
        assert row["file"] == f"{row['town']}_{year}.txt"
        for column, fact in {"population": "人口", "revenue": "预算", "income": "人均"}.items():
            assert float(row[column]) == facts[row["town"], fact][year]
        assert key["styles"][row["mayor"]]["style"] == row["style"]
