"""Bundled data: found, verified, loaded; and what was planted in them comes out of plain counts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textkit import datasets
from textkit.corpus import Corpus
from textkit.datasets import available, data_folder, load, load_matrix
from textkit.errors import ReadError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix

TOWN_FACTS = ["town", "year", "town_en", "population", "revenue", "income", "mayor", "style"]
SPEECH_FACTS = ["label_zh", "label_en", "level", "occasion", "date"]
PARAGRAPH = ["doc", "paragraph", "section", "n_characters", "n_tokens"]
SPEECHES = ["district_plenary", "district_survey", "district_innovation", "district_petitions", "city_responsibility"]


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEXTKIT_SPEECHES", raising=False)


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data where the module looks for them in an installed wheel."""
    package = tmp_path / "textkit"
    shutil.copytree(data_folder("townhall").parent, package / "_data", ignore=shutil.ignore_patterns("texts"))
    monkeypatch.setattr(datasets, "__file__", str(package / "datasets.py"))
    return package / "_data"


def test_available() -> None:
    table = available()
    assert list(table.columns) == ["name", "documents", "kind", "what", "licence"]
    assert table[["name", "documents", "kind"]].to_numpy().tolist() == [
        ["speeches", 5, "counts"],
        ["townhall", 24, "texts"],
    ]
    assert table.attrs["textkit"]["function"] == "available"


def test_every_dataset_says_where_it_comes_from() -> None:
    for name in available()["name"]:
        source = (data_folder(name) / "SOURCE.md").read_text(encoding="utf-8")
        for heading in ("**What.**", "**Origin.**", "**Licence.**", "**How made.**", "**Known faults.**"):
            assert heading in source, (name, heading)


def test_townhall_clean() -> None:
    corpus = load("townhall")
    assert len(corpus) == 24
    assert corpus.names[:2] == ["青石镇_2018", "青石镇_2019"]
    assert list(corpus.docs.columns) == TOWN_FACTS
    assert corpus.docs["year"].tolist() == [*range(2018, 2024)] * 4
    folder = data_folder("townhall")
    for name, text in corpus:
        assert text == (folder / "clean" / f"{name}.txt").read_bytes().decode()


def test_townhall_raw_is_decoded_and_otherwise_as_found() -> None:
    corpus = load("townhall", raw=True)
    assert corpus.names == load("townhall").names
    assert list(corpus.docs.columns) == TOWN_FACTS
    raw = data_folder("townhall") / "raw"
    assert corpus.text("柳河镇_2019") == (raw / "柳河镇_2019.txt").read_bytes().decode("gb18030")
    assert corpus.text("东浦镇_2018") == (raw / "东浦镇_2018.txt").read_bytes().decode("utf-8-sig")
    assert corpus.text("青石镇_2018").count("青石镇2018年政府工作报告") == 4  # two titles, editor's line, link list


def test_townhall_matrix() -> None:
    dtm = load_matrix("townhall")
    key = json.loads((data_folder("townhall") / "answer_key.json").read_text(encoding="utf-8"))
    assert list(dtm.docs.columns) == [*PARAGRAPH, *TOWN_FACTS]
    assert dtm.docs["doc"].value_counts(sort=False).to_dict() == {
        name: entry["n_paragraphs"] for name, entry in key["documents"].items()
    }
    assert dtm.docs["n_tokens"].tolist() == dtm.lengths.tolist()
    assert dtm.docs.loc[dtm.docs["doc"] == "柳河镇_2021", "section"].tolist() == [0] * 3 + [1] * 3 + [2] * 2 + [3] * 7
    merged = dtm.merge("doc")
    assert sorted(merged.names) == sorted(key["documents"])
    assert merged.docs["town"].nunique() == 4


def test_speeches_matrix() -> None:
    dtm = load_matrix("speeches")
    assert list(dtm.docs.columns) == [*PARAGRAPH, *SPEECH_FACTS]
    assert dtm.docs["doc"].drop_duplicates().tolist() == SPEECHES
    assert dtm.names[0] == "district_plenary#1"
    assert dtm.docs["n_tokens"].tolist() == dtm.lengths.tolist()
    assert dtm.docs["n_characters"].min() >= 50
    assert dtm.matrix.data.min() >= 1
    assert list(dtm.vocabulary.terms) == sorted(dtm.vocabulary.terms)


def test_speeches_merge_to_five_documents() -> None:
    dtm = load_matrix("speeches")
    merged = dtm.merge("doc")
    facts = pd.read_csv(data_folder("speeches") / "docs.csv").set_index("doc")
    assert sorted(merged.names) == sorted(SPEECHES)
    assert merged.docs["label_zh"].to_dict() == facts["label_zh"].to_dict()
    assert dict(zip(merged.names, merged.lengths.tolist(), strict=True)) == facts["n_tokens"].to_dict()
    assert merged.docs["n_docs"].to_dict() == facts["n_paragraphs"].to_dict()


def test_counts_hold_no_order_of_words() -> None:
    counts = pd.read_csv(data_folder("speeches") / "counts.csv", keep_default_na=False)
    assert list(counts.columns) == ["doc", "paragraph", "term", "count"]
    for _, rows in counts.groupby(["doc", "paragraph"], sort=False):
        terms = rows["term"].tolist()
        assert terms == sorted(set(terms))


def test_speeches_without_texts(copied: Path) -> None:
    with pytest.raises(ReadError) as problem:
        load("speeches")
    folder = copied / "speeches" / "texts"
    assert str(problem.value) == (
        "the texts of 'speeches' may not be redistributed, so textkit has only their word counts: use "
        "load_matrix('speeches'). If you have the texts, put the .txt files into that folder or name theirs in the "
        f"environment variable TEXTKIT_SPEECHES; there is no folder {folder}."
    )


def test_speeches_with_too_few_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTKIT_SPEECHES", str(tmp_path))
    (tmp_path / "001_5cb6546a7972d676.txt").write_text("同志们：", encoding="utf-8")
    with pytest.raises(ReadError, match=r"lacks '000_775318d66b686c72\.txt', '002_54eeb09ac7f7adf3\.txt'"):
        load("speeches")


def test_other_texts_than_those_counted_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = pd.read_csv(data_folder("speeches") / "docs.csv")["file"]
    for number, file in enumerate(files):
        (tmp_path / file).write_text(
            f"第{number}篇网格化管理的讲话，没有什么特别的内容，只是用来试一试。", encoding="utf-8"
        )
    monkeypatch.setenv("TEXTKIT_SPEECHES", str(tmp_path))
    with pytest.warns(TextkitWarning, match="not the text from which the counts of load_matrix"):
        corpus = load("speeches", raw=True)
    assert corpus.names == SPEECHES
    assert corpus.text("district_survey").startswith("第1篇")


@pytest.mark.shared
def test_speeches_with_texts(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTKIT_SPEECHES", str(shared / "data" / "speeches"))
    corpus = load("speeches", raw=True)
    assert corpus.names == SPEECHES
    assert list(corpus.docs.columns) == SPEECH_FACTS
    assert corpus.docs.loc["district_innovation", "date"] == 2020
    cleaned = load("speeches")
    assert cleaned.edits is not None
    assert sum(map(len, cleaned.texts)) < sum(map(len, corpus.texts))


def test_unknown_name() -> None:
    for function in (load, load_matrix, data_folder):
        with pytest.raises(UnknownNameError) as problem:
            function("townhal")
        assert str(problem.value) == (
            "unknown dataset 'townhal'; did you mean 'townhall'? Available: 'speeches', 'townhall'."
        )


def test_found_in_an_installed_wheel(copied: Path) -> None:
    assert data_folder("townhall") == copied / "townhall"
    assert load("townhall").text("青石镇_2018").startswith("青石镇2018年政府工作报告\n")


def test_installation_without_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "__file__", str(tmp_path / "textkit" / "datasets.py"))
    with pytest.raises(ReadError) as problem:
        load("townhall")
    assert str(problem.value) == "the data of 'townhall' are not part of this installation. Install textkit-zh again."


def test_damaged_file(copied: Path) -> None:
    file = copied / "townhall" / "clean" / "青石镇_2018.txt"
    file.write_text(file.read_text(encoding="utf-8").replace("31260", "31261"), encoding="utf-8")
    with pytest.raises(ReadError) as problem:
        load("townhall")
    assert str(problem.value) == (
        f"the bundled file {file} is damaged: its SHA-256 is not the one in SHA256SUMS. Install textkit-zh again, or "
        "restore the file from the repository."
    )
    assert len(load("townhall", raw=True)) == 24  # the other form is whole


def test_missing_file(copied: Path) -> None:
    (copied / "speeches" / "counts.csv").unlink()
    with pytest.raises(ReadError, match="is missing. Install textkit-zh again"):
        load_matrix("speeches")


def test_paragraphs_too_short_to_be_shared_are_joined() -> None:
    # 2 + 4 characters, then 8, then 3 at the end; at least 6 wanted: 一、甲 joins the next, 完了。 the one before
    corpus = Corpus(["一、甲\n乙丙丁。\n戊己庚辛壬癸子。\n完了。"])
    facts = datasets.paragraph_counts(corpus, shortest=6).docs
    assert facts["n_characters"].tolist() == [len("一、甲\n乙丙丁。"), len("戊己庚辛壬癸子。\n完了。")]
    assert facts["section"].tolist() == [1, 1]
    assert datasets.paragraph_counts(corpus, shortest=1).docs["n_characters"].tolist() == [3, 4, 8, 3]
    assert datasets.paragraph_counts(Corpus(["甲\n乙"]), shortest=6).docs["n_characters"].tolist() == [3]
    assert len(datasets.paragraph_counts(Corpus([""]), shortest=6)) == 0


@pytest.mark.parametrize("town", ["青石镇", "柳河镇", "云岭镇", "东浦镇"])
def test_plain_counts_find_the_theme_of_each_town(town: str) -> None:
    """Of each theme's words that jieba cuts out, more than half lie in the town's report."""
    towns = load_matrix("townhall").merge("town")
    key = json.loads((data_folder("townhall") / "answer_key.json").read_text(encoding="utf-8"))
    known = [word for word in key["themes"][town]["occurrences"] if word in towns.vocabulary]
    counts = towns.keep(known).to_frame()
    assert len(known) >= 3
    assert (counts.idxmax() == town).all()
    assert (counts.loc[town] / counts.sum() > 0.5).all()


def test_plain_counts_follow_the_years() -> None:
    years = load_matrix("townhall").merge("year").to_frame()
    rate = years.div(years.sum(axis=1), axis=0)
    assert np.all(np.diff(rate["数字化"]) > 0)
    assert np.all(np.diff(rate["招商"]) < 0)
    assert rate["疫情"].idxmax() == "2020"
    assert rate.loc[["2018", "2019"], "疫情"].tolist() == [0, 0]


def test_the_matrix_survives_saving(tmp_path: Path) -> None:
    dtm = load_matrix("speeches")
    again = DocumentTermMatrix.load(dtm.save(tmp_path / "speeches.parquet"))
    assert again.fingerprint == dtm.fingerprint
    pd.testing.assert_frame_equal(again.docs, dtm.docs)
