"""compare(): what is in the report, that it says the truth, and that hostile texts stay text."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, TextkitError, TextkitWarning, UnknownNameError, WriteError
from textkit.report import Comparison, compare
from textkit.report import write as writing
from textkit.report.charts import Plans
from textkit.report.check import check_folder
from textkit.report.folder import MANIFEST

THEMES = {
    "茶山镇": ["茶园", "采茶", "民宿", "游客", "茶农", "山路"],
    "河口镇": ["园区", "企业", "车间", "招商", "职工", "产值"],
    "石桥镇": ["食堂", "老人", "养老", "助餐", "志愿者", "慰问"],
}
COMMON = ["全镇", "干部", "群众", "工作", "服务", "增长", "落实", "建设"]


def report_of(theme: list[str], n: int, salt: int) -> str:
    """An invented report: paragraphs with words of one theme among those that all reports share."""
    paragraphs = []
    for i in range(n):
        own = [theme[(i * k + salt) % len(theme)] for k in (1, 2, 3)]
        shared = [COMMON[(i * k + salt) % len(COMMON)] for k in (1, 3, 5, 7)]
        paragraphs.append(
            f"{shared[0]}{own[0]}，{shared[1]}抓好{own[1]}{i + 1}处。"
            f"{shared[2]}推进{own[0]}，{own[2]}与{shared[3]}并重；XXX同志强调{own[1]}。"
        )
    return "\n".join(paragraphs)


def corpus_of(n: int = 14) -> Corpus:
    texts = [report_of(theme, n, salt) for salt, theme in enumerate(THEMES.values())]
    return Corpus(texts, pd.DataFrame({"place": ["山", "河", "山"], "year": [2019, 2020, 2021]}, index=list(THEMES)))


@pytest.fixture
def no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most of what is tested here does not depend on the figures, which take most of the time."""
    monkeypatch.setattr(writing, "plan_charts", lambda *_: Plans((), ()))


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Comparison, Path]]:
    out = tmp_path_factory.mktemp("report") / "out"
    yield compare(corpus_of(), out=out, title="三镇", formats=("html", "csv", "png", "svg"), topics=3), out


def page_of(out: Path) -> LexborHTMLParser:
    return LexborHTMLParser((out / "index.html").read_bytes())


def section(page: LexborHTMLParser, name: str) -> str:
    node = page.css_first(f"section#{name}")
    assert node is not None
    return " ".join(node.text(separator=" ").split())


# -- the whole report ---------------------------------------------------------------------------------------------


def test_every_part_is_there_and_verified(full: tuple[Comparison, Path]) -> None:
    made, out = full
    assert sorted(path.name for path in out.iterdir()) == ["figures", "index.html", MANIFEST, "tables"]
    assert check_folder(out).problems == ()
    tables = {path.stem for path in (out / "tables").iterdir()}
    assert tables == set(made.tables)
    assert tables >= {"documents", "cleaning", "sizes", "frequency", "keyness", "passages", "tfidf", "similarity"}
    assert tables >= {"vocabulary", "overlap", "dispersion", "topic_terms", "topic_shares", "topic_docs"}
    figures = {path.stem for path in (out / "figures").glob("*.png")}
    assert figures == {path.stem for path in (out / "figures").glob("*.svg")}
    assert figures >= {"keyness_01", "cloud_03", "frequency", "tfidf", "similarity", "dendrogram", "comparison_cloud"}
    assert figures >= {"dispersion", "topic_terms", "topic_shares"}
    assert (out / "index.html").stat().st_size < 5_000_000
    assert not list(out.rglob(".*"))


def test_the_numbers_of_the_page_are_those_of_the_tables(full: tuple[Comparison, Path]) -> None:
    made, out = full
    page = page_of(out)
    sizes = made.tables["sizes"].set_index("doc")
    for doc in THEMES:
        assert f"{doc} {sizes.at[doc, 'characters']:,}" in section(page, "sizes")
        assert made.distinctive(1)[doc][0] in THEMES[doc]
        assert made.distinctive(1)[doc][0] in section(page, "glance")
    assert f"{made.n_tokens:,} 词" in page.css_first("header").text()
    assert sizes["masks"].tolist() == [14, 14, 14]  # one XXX a paragraph, counted and kept out of the words
    assert "XXX" not in set(made.tables["frequency"]["term"])


def test_each_passage_is_in_the_text_where_it_says(full: tuple[Comparison, Path]) -> None:
    made, out = full
    page = section(page_of(out), "distinctive")
    passages = made.tables["passages"]
    assert set(passages["unit"]) == set(THEMES)
    texts = dict(corpus_of())
    for row in passages.to_dict("records"):
        assert texts[row["doc"]][row["original_start"] : row["original_stop"]] == row["term"] == row["node"]
        assert f"{row['node']}" in page
    first = passages.iloc[0]
    assert f"原文第 {first['original_start'] + 1:,} 字" in page


def test_the_page_needs_nothing_but_itself(full: tuple[Comparison, Path]) -> None:
    page = page_of(full[1])
    policy = page.css_first('meta[http-equiv="Content-Security-Policy"]').attributes["content"]
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline'")
    assert not page.css("script, link, iframe, object, embed, base, form")
    for node in page.css("*"):
        for name, value in node.attributes.items():
            assert not name.startswith("on")
            if name in ("src", "href", "srcset", "action"):
                assert (value or "").startswith(("data:image/png;base64,", "#"))
    assert "url(" not in page.css_first("style").text()
    assert "@import" not in page.css_first("style").text()


def test_figures_have_texts_for_those_who_cannot_see_them(full: tuple[Comparison, Path]) -> None:
    images = page_of(full[1]).css("img")
    assert len(images) >= 12
    for image in images:
        assert len(image.attributes["alt"] or "") > 10
        data = base64.b64decode((image.attributes["src"] or "").split(",")[1])
        with Image.open(io.BytesIO(data)) as picture:
            assert picture.format == "PNG"


def test_headings_captions_and_scopes(full: tuple[Comparison, Path]) -> None:
    page = page_of(full[1])
    assert len(page.css("h1")) == 1
    assert page.css_first("html").attributes["lang"] == "zh-Hans"
    levels = [int(node.tag[1]) for node in page.css("h1, h2, h3, h4")]
    assert all(b - a <= 1 for a, b in pairwise(levels) if a > 1)
    for table in page.css("table"):
        assert (table.css_first("caption").text() or "").strip()
        assert table.css('th[scope="col"]')
    targets = {(link.attributes["href"] or "")[1:] for link in page.css("nav a")}
    assert targets == {node.attributes["id"] for node in page.css("main > section")}
    ids = [node.attributes["id"] for node in page.css("[id]")]
    assert len(ids) == len(set(ids))


def test_the_manifest_says_what_went_in_and_out_and_nothing_private(full: tuple[Comparison, Path]) -> None:
    made, out = full
    text = (out / MANIFEST).read_text(encoding="utf-8")
    manifest = json.loads(text)
    assert manifest["command"] == "tk.compare(corpus, formats=['html', 'csv', 'png', 'svg'], title='三镇', topics=3)"
    assert manifest["inputs"]["fingerprint"] == corpus_of().fingerprint
    assert manifest["inputs"]["documents"] == list(THEMES)
    assert manifest["settings"]["random_state"] == 0
    assert manifest["settings"]["segmenter"].startswith("Jieba(")
    assert set(manifest["outputs"]) | {MANIFEST} == set(made.files)
    for path, digest in manifest["outputs"].items():
        assert hashlib.sha256((out / path).read_bytes()).hexdigest() == digest
    assert str(out.parent) not in text
    assert str(Path.home()) + os.sep not in text
    assert not re.search(r"20\d\d-\d\d-\d\d", text)


def test_repr_and_html_of_the_result(full: tuple[Comparison, Path]) -> None:
    made, out = full
    assert re.fullmatch(rf"Comparison\(3 documents, [\d,]+ words, \d+ tables; in {re.escape(str(out))}\)", repr(made))
    assert "<script" not in made._repr_html_()
    assert made.distinctive(2)["河口镇"][0] in made._repr_html_()
    assert made.n_not_read == 0
    assert set(made.seconds) >= {"segment", "keyness", "figures", "page"}


# -- groups, languages, few documents -----------------------------------------------------------------------------


@pytest.mark.usefixtures("no_charts")
def test_groups_in_english(tmp_path: Path) -> None:
    made = compare(corpus_of(), by="place", out=tmp_path / "out", lang="en", formats=("html",), topics=0)
    page = page_of(tmp_path / "out")
    assert page.css_first("html").attributes["lang"] == "en"
    assert list(made.distinctive(1)) == ["山", "河"]
    assert "2 groups by place" in page.css_first("header").text()
    assert "Topics were switched off." in section(page, "topics")
    assert "1/2" in section(page, "distinctive")  # in one of the two documents of the group
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"index.html", MANIFEST}
    assert "tables/" not in page.css_first("main").text()


@pytest.mark.usefixtures("no_charts")
def test_numbers_as_groups_have_a_trend() -> None:
    made = compare(corpus_of(), by="year", topics=0)
    assert made.tables["trend"]["group"].unique().tolist() == [2019, 2020, 2021]
    assert "trend" not in compare(corpus_of(), by="place", topics=0).tables


@pytest.mark.usefixtures("no_charts")
def test_one_document_is_described_but_not_compared(tmp_path: Path) -> None:
    made = compare(corpus_of()["茶山镇"], out=tmp_path / "out", formats=("html", "csv"))
    assert "keyness" not in made.tables
    assert "similarity" not in made.tables
    assert made.distinctive(3) == {}
    page = page_of(tmp_path / "out")
    assert "只有一篇，没有可比的对象，故不计算特征词。" in section(page, "distinctive")
    assert "14 个够长的段落，拟合主题至少需要 30 个" in section(page, "topics")
    assert len(made.tables["frequency"])


@pytest.mark.usefixtures("no_charts")
def test_groups_with_three_documents_each_are_tested_by_document() -> None:
    texts = [report_of(theme, 4, salt) for salt in range(5) for theme in list(THEMES.values())[:2]]
    docs = pd.DataFrame({"town": ["茶山", "河口"] * 5}, index=[f"d{i}" for i in range(10)])
    made = compare(Corpus(texts, docs), by="town", topics=0)
    robust = made.tables["keyness_robust"]
    assert set(robust["unit"]) == {"茶山", "河口"}
    sure = robust[(robust["unit"] == "河口") & (robust["ci_low"] > 0)]["term"]
    assert len(sure)
    assert set(sure) <= set(THEMES["河口镇"])


@pytest.mark.usefixtures("no_charts")
def test_many_documents_are_shown_in_part_and_said(tmp_path: Path) -> None:
    texts = [report_of(theme, 2, salt) for salt in range(12) for theme in THEMES.values()]
    made = compare(Corpus(texts), out=tmp_path / "out", formats=("html", "csv"), topics=0)
    page = page_of(tmp_path / "out")
    assert len(page.css("section#distinctive h3")) == 30
    assert "共 36 篇，此处只列词次最多的 30 篇。" in section(page, "distinctive")
    assert made.tables["keyness"]["unit"].nunique() == 36
    assert "最接近与最远的各 5 对，共 630 对。" in section(page, "similarity")


@pytest.mark.usefixtures("no_charts")
def test_empty_documents_and_files_that_were_not_read_are_listed(tmp_path: Path) -> None:
    base = corpus_of()
    errors = pd.DataFrame({"file": ["bad<b>.pdf"], "reason": ["this format is not read yet"]})
    corpus = Corpus([*base.texts, "", "……！"], None, None, errors)
    made = compare(corpus, out=tmp_path / "out", formats=("html", "csv"), topics=0)
    page = page_of(tmp_path / "out")
    assert "读入 5 份文档，1 个文件未能读入。" in section(page, "read")
    assert "bad<b>.pdf this format is not read yet" in section(page, "read")
    assert "下列文档没有任何词：doc4, doc5。" in section(page, "glance")
    assert made.n_not_read == 1
    assert list(made.distinctive(1)) == ["doc1", "doc2", "doc3"]
    assert json.loads((tmp_path / "out" / MANIFEST).read_bytes())["not_read"] == [
        {"file": "bad<b>.pdf", "reason": "this format is not read yet"}
    ]


@pytest.mark.usefixtures("no_charts")
def test_cleaning_is_told(tmp_path: Path) -> None:
    corpus = Corpus(["讲话\r\n稳定,和谐!\r\n推进网格化工作。", "发展，发展！\n加强管理工作。"])
    made = compare(corpus, out=tmp_path / "a", formats=("html",), topics=0)
    assert "半角标点转全角 2 1 2 2" in section(page_of(tmp_path / "a"), "cleaning")
    assert made.tables["cleaning"]["edits"].sum() > 0
    compare(corpus, out=tmp_path / "b", formats=("html",), topics=0, clean=False)
    assert "未作清洗，文本保持原样。" in section(page_of(tmp_path / "b"), "cleaning")
    from textkit.audit import clean

    compare(clean(corpus), out=tmp_path / "c", formats=("html",), topics=0)
    assert "文本在比较之前已经清洗过，此处不再重复。" in section(page_of(tmp_path / "c"), "cleaning")


@pytest.mark.usefixtures("no_charts")
def test_warnings_are_shown_and_kept(tmp_path: Path) -> None:
    corpus = Corpus(["网格工作" * 30, "信访工作" * 30])
    with pytest.warns(TextkitWarning):
        compare(corpus, out=tmp_path / "out", formats=("html",), topics=0, user_words=["网 格"])
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_bytes())
    assert any("网 格" in text for text in manifest["warnings"])
    assert "网 格" in section(page_of(tmp_path / "out"), "read")


def test_characters_without_a_glyph_are_left_out_of_figures_and_said(tmp_path: Path) -> None:
    texts = ["\U00030000工作 茶园 茶园 \U00030000工作 全镇", "园区 企业 园区 企业 全镇"]
    corpus = Corpus(texts, pd.DataFrame(index=["报告😀", "b"]))
    made = compare(
        corpus, out=tmp_path / "out", formats=("html",), topics=0, segmenter="spaces", stopwords=None, clean=False
    )
    page = page_of(tmp_path / "out")
    assert "\U00030000" in section(page, "glance")
    assert "字体中没有下列字符" in section(page, "glance")
    assert "\U00030000工作" in set(made.tables["keyness"]["term"])


# -- hostile texts ------------------------------------------------------------------------------------------------

PAYLOADS = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "<img/src=x/onerror=alert(1)>",
    '"onmouseover="alert(1)',
    "'onload='alert(1)",
    "javascript:alert(1)",
    "</title><svg/onload=alert(1)>",
    "{{7*7}}{%print(1)%}",
    "<!--",
    "]]><b>",
    "&lt;b&gt;&#60;",
    "\u202eevil",
    '=HYPERLINK("http://x")',
    "$\\frac{1}{2}$",
    "%(x)s{0}{n}",
]


def test_hostile_texts_stay_text(tmp_path: Path, no_charts: None) -> None:
    texts = [" ".join([payload] * 4 + ["全镇", "工作"]) for payload in PAYLOADS]
    docs = pd.DataFrame(
        {
            "label": [f"{payload} {i}" for i, payload in enumerate(PAYLOADS)],
            "</td><script>": PAYLOADS,
            "file": PAYLOADS,
        },
        index=[f"{payload}/{i}" for i, payload in enumerate(PAYLOADS)],
    )
    errors = pd.DataFrame({"file": PAYLOADS, "reason": PAYLOADS})
    corpus = Corpus(texts, docs, None, errors)
    compare(
        corpus,
        out=tmp_path / "out",
        title=PAYLOADS[1],
        segmenter="spaces",
        stopwords=None,
        formats=("html", "csv"),
        clean=False,
    )
    raw = (tmp_path / "out" / "index.html").read_bytes()
    page = LexborHTMLParser(raw)
    assert not page.css("script, iframe, object, embed, form, link, svg, td b")
    assert len(page.css("style")) == 1
    for node in page.css("*"):
        for name, value in node.attributes.items():
            assert not name.startswith("on"), name
            assert "javascript:" not in (value or "") or name not in ("href", "src", "style")
            if name in ("href", "src"):
                assert (value or "").startswith(("#", "data:image/png;base64,"))
            if name == "style":
                assert re.fullmatch(r"width:\d+%", value or "")
    text = page.css_first("main").text()
    assert "{{7*7}}{%print(1)%}" in text
    assert "49" not in section(page, "glance").split("{{7*7}}")[1][:12]
    assert "\u202e" not in raw.decode()
    for path in (tmp_path / "out" / "tables").iterdir():
        cells = pd.read_csv(path, dtype=str, keep_default_na=False)
        for name in cells.columns:
            texts_ = [value for value in cells[name] if not re.fullmatch(r"-?[\d.e+-]+|-?inf", value)]
            assert not [value for value in texts_ if value.startswith(("=", "+", "-", "@", "\t", "\r"))], path.name


def test_hostile_names_in_figures(tmp_path: Path) -> None:
    texts = [f"{word} 全镇 工作 " * 5 for word in ("$\\frac{1}$", "a$b_$c", "<b>")]
    docs = pd.DataFrame({"g": ["../../x", "$y^$", "<script>"]}, index=["$a$", "b/../c", "\x1b[31m"])
    made = compare(
        Corpus(texts, docs),
        by="g",
        out=tmp_path / "out",
        segmenter="spaces",
        stopwords=None,
        clean=False,
        formats=("html", "png"),
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
    assert all(re.fullmatch(r"[a-z_0-9/]+\.(png|csv|json|html)", name) for name in made.files)


# -- refusals -----------------------------------------------------------------------------------------------------


def message(corpus: Corpus, **settings: object) -> str:
    with pytest.raises(TextkitError) as error:
        compare(corpus, **settings)  # type: ignore[arg-type]
    return str(error.value)


def test_nothing_to_compare() -> None:
    assert message(Corpus([])) == (
        "there are no documents to compare. Check the folder, and corpus.errors for what went wrong."
    )
    assert message(Corpus(["", " \n"])) == "the 2 documents hold no text. Check that these are the right files."


def test_all_words_filtered_away_says_by_what() -> None:
    assert message(Corpus(["的 了 XXX ， 2019"]), segmenter="spaces", clean=False) == (
        "no words are left to compare: of 5 tokens 2 were punctuation, symbols or masked names, 1 were numbers, "
        "2 were stop words (the list 'textkit'). Use --stopwords none (or stopwords=None), or check that these are the "
        "right files."
    )
    with pytest.raises(EmptyError, match=r"2 were stop words \(3 words given\)"):
        compare(Corpus(["甲 乙"]), segmenter="spaces", stopwords=["甲", "乙", "丙"], clean=False)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"by": "yaer"}, "unknown column (by) 'yaer'; did you mean 'year'? Available: 'doc', 'place', 'year'."),
        (
            {"segmenter": "jeiba"},
            (
                "unknown segmenter 'jeiba'; did you mean 'jieba'? Available: 'jieba', 'characters', 'spaces'. "
                "One with settings is an object: Jieba(words=[...]), LongestMatch(words)."
            ),
        ),
        ({"lang": "cn"}, "unknown lang 'cn'; did you mean 'en'? Available: 'zh', 'en'."),
        (
            {"formats": ("html", "docx")},
            "unknown formats 'docx'. Available: 'html', 'csv', 'png', 'svg', 'pdf'.",
        ),
        ({"formats": ()}, "formats must name at least one of html, csv, png, svg, pdf, got none."),
        ({"topics": -1}, "topics must be a whole number of at least 0, got -1."),
        ({"random_state": -1}, "random_state must be a whole number from 0 to 4294967295, got -1."),
        (
            {"segmenter": "spaces", "user_words": ["网格化"]},
            (
                "user_words go with the segmenter 'jieba', got 'spaces'. Leave one of them out, or give the words to "
                "the segmenter itself, such as LongestMatch(words)."
            ),
        ),
    ],
)
def test_arguments_that_cannot_be_used(settings: dict[str, object], expected: str) -> None:
    assert message(corpus_of(2), **settings) == expected


def test_the_corpus_must_be_one() -> None:
    with pytest.raises(ArgumentError) as error:
        compare(["text"])  # type: ignore[arg-type]
    assert str(error.value) == (
        "corpus must be a Corpus, got a list. Make one with read(folder) or Corpus([text, ...])."
    )


def test_an_unknown_stop_list() -> None:
    with pytest.raises(UnknownNameError, match="unknown stop-word list 'baidu'"):
        compare(corpus_of(2), stopwords="baidu")


def test_a_refused_folder_is_refused_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    monkeypatch.setattr("textkit.report.comparison.analyse", lambda *_, **__: pytest.fail("work was begun"))
    with pytest.raises(WriteError, match="did not write"):
        compare(corpus_of(2), out=tmp_path)


@pytest.mark.usefixtures("no_charts")
def test_interrupted_in_the_middle_the_older_report_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    compare(corpus_of(2), out=out, formats=("html", "csv"), topics=0)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    real, calls = writing.write_bytes, 0

    def interrupted(path: Path, data: bytes) -> Path:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise KeyboardInterrupt
        return real(path, data)

    monkeypatch.setattr(writing, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        compare(corpus_of(3), out=out, formats=("html", "csv"), topics=0)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert list(tmp_path.iterdir()) == [out]
    monkeypatch.undo()


@pytest.mark.usefixtures("no_charts")
def test_disk_full_while_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "write_bytes", full)
    with pytest.raises(WriteError) as error:
        compare(corpus_of(2), out=tmp_path / "out", topics=0)
    assert str(error.value) == (
        f"cannot write the report {tmp_path / 'out'}: No space left on device. Nothing was left half-written. "
        "Free some space, or name a folder on another disk with --out (or out=)."
    )
    assert list(tmp_path.iterdir()) == []


# -- same bytes ---------------------------------------------------------------------------------------------------

SCRIPT = """
import sys, warnings
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import test_report_compare as t
t.compare(t.corpus_of(), by="place", out=sys.argv[2], topics=3, formats=("html", "csv", "png", "svg", "pdf"), n_jobs=2)
"""


@pytest.mark.slow
def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    runs = {"0": "1", "999": "2"}
    found = []
    for seed, threads in runs.items():
        out = tmp_path / seed / "out"
        subprocess.run(
            [sys.executable, "-c", SCRIPT, str(Path(__file__).parent), str(out)],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "OMP_NUM_THREADS": threads,
                "OPENBLAS_NUM_THREADS": threads,
                "MPLBACKEND": "Agg",
            },
            check=True,
        )
        found.append({p.relative_to(out): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()})
    assert found[0].keys() == found[1].keys()
    assert [str(name) for name in found[0] if found[0][name] != found[1][name]] == []


def test_no_warning_escapes(tmp_path: Path, no_charts: None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compare(corpus_of(), out=tmp_path / "out", topics=3)
