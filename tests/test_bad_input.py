"""Bad input, end to end: each case gives a clear `TextkitError` or a reported row; nothing is lost or half-written.

The cases are those that happen to people: an empty folder, a picture named .txt, the wrong table, a misspelt column,
everything filtered away, one document, a file of one line, a full disk, Ctrl-C. Each goes through the public API, and
through the command line where a command would meet it.
"""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import textkit as tk
from textkit import cli
from textkit.errors import (
    ArgumentError,
    EmptyError,
    FontError,
    ReadError,
    TextkitError,
    TextkitWarning,
    UnknownNameError,
    WriteError,
)

ROOT = Path(__file__).resolve().parents[1]
ONE = "同志们：加强网格化管理，做好信访工作。\n信访工作要重视群众诉求。"
TWO = "大家好：推进数字政府建设，优化营商环境。\n经济增长百分之五。"
quiet = pytest.mark.filterwarnings("ignore::textkit.errors.TextkitWarning")


# --- what the tests stand on ------------------------------------------------------------------------------------


def fill(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write files below a folder and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def noise(n: int, seed: int = 1) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, n, dtype=np.uint8).tobytes()


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too, with its bytes."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def command(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """Run the command line; return the exit code and what stands on standard error."""
    code = cli.main([str(argument) for argument in arguments])
    told = capsys.readouterr()
    assert "Traceback" not in told.err + told.out
    return code, told.err


@pytest.fixture
def speeches(tmp_path: Path) -> Path:
    return fill(tmp_path / "in", {"a.txt": ONE, "b.txt": TWO})


@pytest.fixture
def corpus() -> tk.Corpus:
    return tk.Corpus([ONE, TWO], pd.DataFrame({"year": [2019, 2020]}, index=["a", "b"]))


@pytest.fixture
def dtm(corpus: tk.Corpus) -> tk.DocumentTermMatrix:
    return tk.count(tk.tokenize(corpus).keep(tk.is_word))


def refused(kind: type[TextkitError], call: Callable[[], Any], *parts: str) -> None:
    """The call raises this kind of error, and its message has all the parts: what is wrong, and what to do."""
    with pytest.raises(kind) as caught:
        call()
    message = str(caught.value)
    assert isinstance(caught.value, TextkitError)
    assert not [part for part in parts if part not in message], message


# --- an empty folder, an empty file -----------------------------------------------------------------------------


@pytest.mark.parametrize("inside", [{}, {"deep/er/.keep": ""}, {"program.exe": b"MZ"}], ids=["bare", "deep", "other"])
def test_an_empty_folder(inside: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    folder = fill(tmp_path / "in", inside)
    refused(
        EmptyError, lambda: tk.read(folder), "there is nothing to read in", folder.name, "textkit looks for", ".txt"
    )
    code, told = command(capsys, "compare", folder, "--out", tmp_path / "out")
    assert (code, told.count("\n")) == (cli.FAILED, 1)
    assert "there is nothing to read in" in told
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_not_there(speeches: Path, capsys: pytest.CaptureFixture[str]) -> None:
    near = speeches.with_name("inn")
    refused(ReadError, lambda: tk.read(near), "there is no file or folder", "did you mean 'in'?")
    code, told = command(capsys, "compare", near)
    assert code == cli.FAILED
    assert "there is no folder or file" in told


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n\t\n"], ids=["0 bytes", "only a mark", "blanks"])
def test_empty_files_only(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = fill(tmp_path / "in", {"a.txt": content})
    with pytest.warns(TextkitWarning, match=r"empty documents were kept: 'a.txt'"):
        corpus = tk.read(folder)
    tokens = tk.tokenize(tk.clean(corpus))
    dtm = tk.count(tokens)
    assert (len(corpus), tokens.lengths.tolist(), dtm.shape) == (1, [0], (1, 0))
    assert tk.frequency(dtm).empty
    refused(EmptyError, lambda: tk.keyness(dtm, "a"), "reference")
    refused(EmptyError, lambda: tk.fit_topics(dtm, 2), "dtm has no terms")
    refused(EmptyError, lambda: tk.plot_frequency(tk.frequency(dtm)), "table has no rows", "frequency(dtm)")
    refused(EmptyError, lambda: tk.compare(corpus), "hold no text", "Check that these are the right files")
    code, told = command(capsys, "compare", folder, "--out", tmp_path / "out")
    assert code == cli.FAILED
    assert "hold no text" in told
    assert not (tmp_path / "out").exists()


@quiet
def test_an_empty_file_among_others_is_kept_and_told(tmp_path: Path) -> None:
    corpus = tk.read(fill(tmp_path / "in", {"a.txt": ONE, "b.txt": "", "c.txt": TWO}))
    dtm = tk.count(tk.tokenize(tk.clean(corpus)))
    assert corpus.names == ["a", "b", "c"]
    assert dtm.lengths.tolist()[1] == 0
    made = tk.compare(corpus, out=tmp_path / "out", formats=("html",), topics=0, lang="en")
    sizes = made.tables["sizes"].set_index("doc")
    assert sizes["tokens"].gt(0).tolist() == [True, False, True], "it is listed"
    assert sorted(set(made.tables["keyness"]["unit"])) == ["a", "c"], "and takes no part"
    assert "These documents have no words at all: b." in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


# --- a file that is not text ------------------------------------------------------------------------------------

NOT_TEXT: dict[str, tuple[str, bytes, str]] = {
    "picture": ("a.txt", b"\x89PNG\r\n\x1a\n" + noise(2000), "it begins like a PNG picture"),
    "program": ("a.txt", b"\x7fELF\x02\x01\x01" + bytes(2000), "it begins like a program"),
    "word": ("a.txt", b"PK\x03\x04" + noise(2000), "it begins like a ZIP container (perhaps .docx"),
    "pdf": ("a.txt", b"%PDF-1.7\n" + noise(2000), "it begins like a PDF"),
    "noise": ("a.txt", noise(4000), "not text in any encoding textkit knows"),
    "squeezed": ("a.txt", zlib.compress(noise(4000)), "not text in any encoding textkit knows"),
    "no docx": (
        "a.docx",
        ONE.encode(),
        "not a Word document (.docx): it looks like plain text; give it the suffix .txt",
    ),
    "no xlsx": ("a.xlsx", ONE.encode(), "not an Excel workbook (.xlsx)"),
    "no zip": ("a.zip", noise(500), "not a"),
    "old word": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "doc"),
    "a pdf": ("a.pdf", b"%PDF-1.7\n" + noise(2000), "PDF"),
}


@pytest.mark.parametrize("case", NOT_TEXT)
@quiet
def test_a_file_that_is_not_text(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, content, reason = NOT_TEXT[case]
    alone = fill(tmp_path / "alone", {name: content})
    refused(ReadError, lambda: tk.read(alone / name), name, reason)

    folder = fill(tmp_path / "in", {name: content, "b.txt": ONE, "c.txt": TWO})
    table = {"text_column": "text"} if name.endswith("xlsx") else {}
    with pytest.warns(TextkitWarning, match=rf"not read, 1 file \(see corpus.errors\): '{name}'"):
        corpus = tk.read(folder, **table)
    assert corpus.names == ["b", "c"], "one bad file never stops the rest"
    assert corpus.errors["file"].tolist() == [name]
    assert reason in corpus.errors["reason"][0]
    refused(ReadError, lambda: tk.read(folder, on_error="raise", **table), name, reason)
    if not table:
        code, _ = command(
            capsys, "compare", folder, "--out", tmp_path / "out", "--format", "csv", "--topics", 0, "--quiet"
        )
        assert code == cli.OK
        made = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
        assert name in json.dumps(made, ensure_ascii=False), "the report tells what was not read"


def test_nothing_but_files_that_are_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = fill(tmp_path / "in", {"a.txt": noise(4000), "b.txt": b"\x7fELF" + bytes(99)})
    refused(ReadError, lambda: tk.read(folder), "none of the 2 files", "a.txt: not text", "b.txt: not a text")
    code, told = command(capsys, "compare", folder, "--out", tmp_path / "out")
    assert code == cli.FAILED
    assert "none of the 2 files" in told
    assert not (tmp_path / "out").exists()


# --- a wrong metadata table -------------------------------------------------------------------------------------

WRONG_META: dict[str, tuple[str, str | bytes, list[str]]] = {
    "no names": ("m.csv", "x,y\n1,2\n", ["names none of the files", "'x', 'y'", "called 'file'"]),
    "other files": ("m.csv", "file,year\nz.txt,2020\n", ["names none of the files", "'z.txt'", "'a.txt', 'b.txt'"]),
    "a file twice": ("m.csv", "file,year\na.txt,1\na.txt,2\n", ["describes 'a.txt' twice, in rows 1 and 2"]),
    "empty": ("m.csv", "", ["m.csv", "it is empty; a table needs a row of column names"]),
    "only a head": ("m.csv", "file,year\n", ["it has no rows"]),
    "ragged": ("m.csv", "file,year\na.txt,1,2,3\n", ["line 2: 4 cells, but the table has 2 columns"]),
    "no table": ("m.txt", "file,year\n", ["not a table by its suffix", ".csv", ".xlsx"]),
    "no workbook": ("m.xlsx", "file,year\n", ["not an Excel workbook"]),
    "noise": ("m.csv", noise(3000), ["m.csv", "not text"]),
}


@pytest.mark.parametrize("case", WRONG_META)
def test_a_wrong_metadata_table(case: str, speeches: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, content, parts = WRONG_META[case]
    meta = fill(tmp_path / "meta", {name: content}) / name
    refused(ReadError, lambda: tk.read(speeches, meta=meta), "the metadata table", *parts)
    code, told = command(capsys, "compare", speeches, "--meta", meta, "--out", tmp_path / "out")
    assert code == cli.FAILED
    assert parts[0] in told
    assert not (tmp_path / "out").exists()


def test_a_metadata_table_that_is_missing_or_fits_in_part(
    speeches: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    half = fill(tmp_path, {"half.csv": "file,year\na.txt,2020\nz.txt,2021\n"}) / "half.csv"
    with pytest.warns(TextkitWarning, match=r"no row for 1 documents?: 'b.txt'"):
        corpus = tk.read(speeches, meta=half)
    assert corpus.docs["year"].isna().tolist() == [False, True], "what is not known is missing, never invented"
    refused(ReadError, lambda: tk.read(speeches, meta=tmp_path / "halv.csv"), "halv.csv", "did you mean 'half.csv'?")
    refused(ArgumentError, lambda: tk.read(speeches, meta=3), "meta must be a path or a DataFrame, got a int")
    code, told = command(capsys, "compare", speeches, "--meta", tmp_path / "no.csv", "--out", tmp_path / "out")
    assert code == cli.FAILED
    assert "no.csv" in told


# --- an unknown column, an unknown segmenter --------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda c, t, d: c.merge("yaer"),
        lambda c, t, d: t.merge("yaer"),
        lambda c, t, d: d.merge("yaer"),
        lambda c, t, d: tk.frequency(d, by="yaer"),
        lambda c, t, d: tk.keyness(d, 2019, by="yaer"),
        lambda c, t, d: tk.trend(d, "*", by="yaer"),
        lambda c, t, d: tk.top_terms(d, by="yaer"),
        lambda c, t, d: tk.topic_shares(tk.fit_topics(d, 1), by="yaer"),
        lambda c, t, d: tk.compare(c, by="yaer"),
    ],
)
def test_an_unknown_column(call: Callable[..., Any], corpus: tk.Corpus, dtm: tk.DocumentTermMatrix) -> None:
    refused(UnknownNameError, lambda: call(corpus, tk.tokenize(corpus), dtm), "'yaer'", "did you mean 'year'?", "'doc'")


def test_an_unknown_column_of_a_file(speeches: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = fill(tmp_path, {"t.csv": "id,body\n1,网格管理\n"}) / "t.csv"
    refused(
        ReadError, lambda: tk.read(table, text_column="boddy"), "t.csv", "no column 'boddy'", "did you mean 'body'?"
    )
    refused(ReadError, lambda: tk.read(table, text_column="body", doc_column="idd"), "no column 'idd'", "'id'")
    refused(
        UnknownNameError, lambda: tk.Corpus.from_frame(pd.DataFrame({"txt": [""]})), "'text'", "did you mean 'txt'?"
    )
    code, told = command(capsys, "compare", speeches, "--by", "formatt", "--out", tmp_path / "out")
    assert code == cli.FAILED
    assert "did you mean 'format'?" in told
    assert not (tmp_path / "out").exists()


def test_an_unknown_segmenter(corpus: tk.Corpus, speeches: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for call in (lambda: tk.tokenize(corpus, "jeiba"), lambda: tk.compare(corpus, segmenter="jeiba")):
        refused(UnknownNameError, call, "unknown segmenter 'jeiba'", "did you mean 'jieba'?", "'characters', 'spaces'")
    refused(ArgumentError, lambda: tk.tokenize(corpus, None), "an object with a method spans(text)", "got a NoneType")
    refused(ArgumentError, lambda: tk.tokenize(corpus, tk.Jieba), "got the class Jieba. Call it: Jieba().")
    refused(ArgumentError, lambda: tk.tokenize(corpus, str.split), "an object with a method spans(text)")
    code, told = command(capsys, "compare", speeches, "--segmenter", "jeiba", "--out", speeches.parent / "out")
    assert code == cli.FAILED
    assert "did you mean 'jieba'?" in told
    assert [path.name for path in speeches.parent.iterdir()] == ["in"]


# --- all words filtered away, one document only -----------------------------------------------------------------


def test_all_words_filtered_away(corpus: tk.Corpus, dtm: tk.DocumentTermMatrix) -> None:
    tokens = tk.tokenize(corpus)
    nothing = tokens.drop("*")
    empty = tk.count(nothing)
    assert (len(nothing), empty.shape) == (0, (2, 0))
    assert nothing.corpus.texts == corpus.texts, "the texts are still there"
    for table in (tk.frequency(empty), tk.top_terms(empty), tk.frequency(empty, by="year")):
        assert table.empty
        assert len(table.columns)
    refused(EmptyError, lambda: tk.keyness(empty, "a"), "target", "no tokens")
    refused(EmptyError, lambda: tk.fit_topics(empty, 2), "dtm has no terms. Loosen the filters before count")
    refused(EmptyError, lambda: tk.occurrences(nothing, "网格"), "'网格'", 'match="text"')
    refused(EmptyError, lambda: tk.trend(empty, "*", by="year"), "matches none of the 0 terms")
    for plot in (tk.plot_frequency, tk.plot_wordcloud):
        refused(EmptyError, lambda plot=plot: plot(tk.frequency(empty)), "table has no rows")
    with pytest.warns(TextkitWarning, match="2 documents are empty"):
        assert tk.similarity(empty)["value"].isna().all(), "unlike zero, which would be a finding"
    refused(
        EmptyError,
        lambda: dtm.trim(min_count=99),
        "removes all",
        "min_count alone leaves 0",
        "Loosen the strictest bound",
    )


def test_stop_words_that_take_everything(
    corpus: tk.Corpus, dtm: tk.DocumentTermMatrix, speeches: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = ["no words are left to compare", "were punctuation", "were stop words", "--stopwords none"]
    refused(EmptyError, lambda: tk.compare(corpus, stopwords=list(dtm.vocabulary)), *parts)
    words = fill(speeches.parent / "words", {"all.txt": "\n".join(dtm.vocabulary)}) / "all.txt"
    out = speeches.parent / "out"
    code, told = command(capsys, "compare", speeches, "--stopwords", words, "--out", out)
    assert code == cli.FAILED
    assert not [part for part in parts if part not in told]
    assert not out.exists()


@quiet
def test_one_document_only(speeches: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (speeches / "b.txt").unlink()
    corpus = tk.read(speeches)
    dtm = tk.count(tk.tokenize(corpus))
    refused(EmptyError, lambda: tk.keyness(dtm, "a"), "There is no other document to compare with")
    refused(EmptyError, lambda: tk.plot_similarity(tk.similarity_matrix(dtm)), "at least two are needed")
    refused(EmptyError, lambda: tk.plot_dendrogram(tk.similarity_matrix(dtm)), "at least two are needed")
    assert tk.similarity(dtm).empty
    assert tk.similarity_matrix(dtm).to_numpy().tolist() == [[1.0]]
    assert tk.fit_topics(dtm, 2).doc_topic.shape == (1, 2)
    out = speeches.parent / "out"
    code, _ = command(capsys, "compare", speeches, "--out", out, "--format", "csv,html")
    assert code == cli.OK
    assert (out / "tables" / "frequency.csv").is_file()
    assert not (out / "tables" / "keyness.csv").exists(), "no comparison is made up"
    assert tk.compare(corpus).tables.keys() >= {"sizes", "frequency"}


@quiet
@pytest.mark.parametrize("n", [2, 6])
def test_documents_that_are_all_the_same(n: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing tells them apart: no weight, no distinctive word; the report says so and is complete."""
    folder = fill(tmp_path / "in", {f"{i}.txt": ONE for i in range(n)})
    code, told = command(capsys, "compare", folder, "--out", tmp_path / "out", "--format", "csv,html,png")
    assert code == cli.OK, told
    found = pd.read_csv(tmp_path / "out" / "tables" / "similarity.csv")
    assert found["value"].round(12).tolist() == [1.0] * (n * (n - 1) // 2)
    keyness = pd.read_csv(tmp_path / "out" / "tables" / "keyness.csv")
    assert keyness["score"].abs().max() < 1e-9
    assert not (tmp_path / "out" / "figures" / "tfidf.png").exists(), "there is nothing to draw"


# --- duplicated names, odd names --------------------------------------------------------------------------------


def test_duplicated_names(tmp_path: Path) -> None:
    twice = pd.DataFrame(index=["x", "x", "y"])
    message = "document names must be unique, but 'x' occur more than once"
    refused(ArgumentError, lambda: tk.Corpus(["", "", ""], twice), message)
    refused(ArgumentError, lambda: tk.Corpus(["", ""], pd.DataFrame(index=[1, "1"])), "but '1' occur more than once")
    refused(ArgumentError, lambda: tk.DocumentTermMatrix([[1], [2], [3]], ["甲"], twice), message)
    table = pd.DataFrame({"id": ["x", "x"], "text": [ONE, TWO]})
    refused(ArgumentError, lambda: tk.Corpus.from_frame(table, doc="id"), message)
    columns = pd.DataFrame([[1, 2]], columns=["year", "year"])
    refused(
        ArgumentError, lambda: tk.Corpus([ONE], columns), "distinct columns, but 'year' occur more than once. Rename"
    )
    refused(ArgumentError, lambda: tk.DocumentTermMatrix([[1]], ["甲"], columns), "distinct columns")
    refused(ArgumentError, lambda: tk.Vocabulary(["甲", "乙", "甲"]), "'甲' stands there more than once")
    rows = fill(tmp_path, {"t.jsonl": '{"id":"x","t":"甲"}\n{"id":"x","t":"乙"}\n'}) / "t.jsonl"
    refused(
        ReadError, lambda: tk.read(rows, text_column="t", doc_column="id"), "'x' in lines 1, 2", "choose another column"
    )


def test_files_of_one_name_are_all_kept(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in", {"a.txt": ONE, "sub/a.txt": TWO, "sub/a.md": "甲", "b.txt": "乙"})
    corpus = tk.read(folder)
    assert corpus.names == ["a", "b", "sub/a.md", "sub/a.txt"]
    assert dict(corpus)["sub/a.txt"] == TWO


NAMES = ["会议 讲话.txt", "讲话😀（终稿）.txt", "a b  c.txt", "-rf.txt", "'引号\".txt", "&<b>.txt", "%s {x} $HOME.txt"]


@quiet
def test_names_with_spaces_chinese_and_emoji(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {name: f"{ONE}{'甲乙丙丁戊己庚'[i]}镇网格" for i, name in enumerate(NAMES)}
    folder = fill(tmp_path / "我的 讲话 😀", files)
    corpus = tk.read(folder)
    assert sorted(corpus.docs["file"]) == sorted(NAMES)
    assert sorted(corpus.names) == sorted(name.removesuffix(".txt") for name in NAMES)
    out = tmp_path / "输出 😀 & <b>"
    code, _ = command(capsys, "compare", folder, "--out", out, "--format", "csv,html", "--topics", 0)
    assert code == cli.OK
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "讲话😀（终稿）" in page
    assert "<b>." not in page and "&amp;&lt;b&gt;" in page, "names are text, not markup"
    assert cli.main(["verify", str(out)]) == cli.OK
    axes = tk.plot_frequency(tk.frequency(tk.count(tk.tokenize(corpus))))
    files_written = tk.save_figure(axes, "词频 😀", folder=tmp_path / "图 😀")
    assert [path.name for path in files_written] == ["词频 😀.png", "词频 😀.csv"]
    saved = corpus.save(tmp_path / "语料 😀.parquet")
    assert tk.Corpus.load(saved).fingerprint == corpus.fingerprint


# --- one line of many megabytes ---------------------------------------------------------------------------------

_HUGE = """
import resource, sys, warnings
warnings.simplefilter("ignore")
import textkit as tk
import textkit.audit, textkit.matrix, textkit.reading, textkit.tokenization
tk.tokenize(tk.clean(tk.Corpus(["热身"])))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
dtm = tk.count(tk.tokenize(tk.clean(tk.read(sys.argv[1]), progress=False)))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(int(dtm.matrix.sum()), (after - before) * 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux counts it")
def test_six_megabytes_in_one_line(tmp_path: Path) -> None:
    sentence = ONE.replace("\n", "") + TWO.replace("\n", "")
    n = 6_000_000 // len(sentence.encode())
    path = fill(tmp_path, {"line.txt": sentence * n}) / "line.txt"
    began = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-c", _HUGE, str(path)], capture_output=True, text=True, check=True, cwd=tmp_path, env=_env()
    )
    seconds = time.perf_counter() - began
    n_tokens, grown = map(int, ran.stdout.split())
    assert n_tokens == n * len(tk.tokenize(tk.Corpus([sentence])))
    assert grown < 80 * n * len(sentence), "some tens of bytes a character, not a Python string a word"
    assert seconds < 120, "linear time: two seconds a megabyte and more would be something else"


def test_one_line_is_cut_as_many_lines_are() -> None:
    sentences = [ONE.replace("\n", ""), TWO.replace("\n", "")] * 300
    line = tk.count(tk.tokenize(tk.Corpus(["".join(sentences)])))
    lines = tk.count(tk.tokenize(tk.Corpus(["\n".join(sentences)])))
    assert line.align(lines.vocabulary).matrix.toarray().tolist() == lines.matrix.toarray().tolist()


# --- half characters and NUL ------------------------------------------------------------------------------------


def test_lone_surrogates(corpus: tk.Corpus, dtm: tk.DocumentTermMatrix, tmp_path: Path) -> None:
    refused(
        ArgumentError,
        lambda: tk.Corpus(["网\ud800格"]),
        "'doc1'",
        "half a character (a lone surrogate, U+D800) at position 1",
    )
    refused(ArgumentError, lambda: corpus.map(lambda text: text + "\udfff"), "'a'", "U+DFFF", "Read the file again")
    refused(ArgumentError, lambda: tk.tokenize(corpus).map(lambda term: "\ud800"), "half a one (a lone surrogate)")
    name = pd.DataFrame(index=pd.Index(["\ud800"], dtype=object))
    refused(ArgumentError, lambda: tk.Corpus([""], name), "docs has half a character (a lone surrogate) in '\\ud800'")
    fact = pd.DataFrame({"town": pd.Series(["\ud83d"], dtype=object)})
    refused(ArgumentError, lambda: tk.Corpus([""], fact), "docs has half a character", "correct the value")
    axes = tk.plot_frequency(tk.frequency(dtm))
    refused(ArgumentError, lambda: tk.save_figure(axes, "图\ud800", folder=tmp_path), "name must be a plain file name")
    refused(FontError, lambda: tk.plot_frequency(tk.frequency(dtm), title="\ud800"), "U+D800")
    for call in (lambda: tk.read("\ud800"), lambda: tk.verify("\ud800"), lambda: corpus.save("\ud800")):
        refused(ArgumentError, call, "\\ud800")
    assert not list(tmp_path.iterdir())


def test_lone_surrogates_in_files(tmp_path: Path) -> None:
    half, pair = b"\xed\xa0\x80", "😀".encode("utf-16-be")
    cesu = b"".join(chr(int.from_bytes(pair[i : i + 2])).encode("utf-8", "surrogatepass") for i in (0, 2))
    folder = fill(
        tmp_path,
        {
            "damaged.txt": ONE.encode() + half + TWO.encode(),
            "joined.txt": ONE.encode() + cesu,
            "row.jsonl": b'{"text": "\\ud800"}\n{"text": "\xe7\xbd\x91"}\n',
            "ruin.txt": "网格".encode() + half * 50,
        },
    )
    with pytest.warns(
        TextkitWarning, match=r"left out: 'damaged.txt' \(1 half character \(a lone surrogate\), the first"
    ):
        damaged = tk.read(folder / "damaged.txt")
    assert (damaged.texts, damaged.docs["encoding"].iloc[0]) == ((ONE + TWO,), "utf-8")
    with pytest.warns(TextkitWarning, match=r"written as two halves \(CESU-8\) were put together: 'joined.txt' \(1\)"):
        assert tk.read(folder / "joined.txt").texts == (ONE + "😀",)
    with pytest.warns(TextkitWarning, match="line 1: half a character"):
        rows = tk.read(folder / "row.jsonl", text_column="text")
    assert (rows.texts, len(rows.errors)) == (("网",), 1)
    refused(
        ReadError, lambda: tk.read(folder / "ruin.txt"), "50 half characters", "byte offset 6", "export the text again"
    )


@quiet
def test_nul_bytes(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in", {"a.txt": ONE.replace("网格", "网\0格"), "b.txt": TWO})
    with pytest.warns(TextkitWarning, match=r"NUL characters.*textkit.clean removes them\): 'a.txt' \(1, the first"):
        corpus = tk.read(folder)
    assert tk.clean(corpus).texts == tk.clean(tk.Corpus([ONE, TWO])).texts
    assert tk.Corpus.load(corpus.save(tmp_path / "c.parquet")).texts == corpus.texts, "nothing is cut off at a NUL"
    words = tk.tokenize(corpus)
    assert words.words("a").count("\0") == 1
    assert "\0" not in words.keep(tk.is_word).vocabulary
    refused(FontError, lambda: tk.plot_frequency(tk.frequency(tk.count(words[:1])), n=99), "U+0000")
    tk.compare(corpus, out=tmp_path / "out", clean=False, topics=0)
    assert b"\0" not in (tmp_path / "out" / "index.html").read_bytes()
    many = fill(tmp_path / "many", {"a.txt": "网\0格\0" * 99}) / "a.txt"
    refused(ReadError, lambda: tk.read(many), "a.txt", "control characters", "encoding=")
    refused(ArgumentError, lambda: tk.read("a\0b"), "path must be", "a\\x00b")


# --- where nothing can be written -------------------------------------------------------------------------------

Saver = Callable[[Path], Any]


def savers(corpus: tk.Corpus) -> dict[str, Saver]:
    """Everything that writes, given a place."""
    tokens = tk.tokenize(corpus)
    dtm = tk.count(tokens)
    axes = tk.plot_frequency(tk.frequency(dtm))
    return {
        "corpus": lambda place: corpus.save(place / "x.parquet"),
        "tokens": lambda place: tokens.save(place / "x.parquet"),
        "matrix": lambda place: dtm.save(place / "x.parquet"),
        "model": lambda place: tk.fit_topics(dtm, 1).save(place / "x.parquet"),
        "figure": lambda place: tk.save_figure(axes, "x", folder=place, formats=("png", "svg", "pdf")),
        "report": lambda place: tk.compare(corpus, out=place, formats=("csv",), topics=0),
    }


def nowhere(tmp_path: Path) -> Iterator[Path]:
    """Places below which nobody can write, not even the superuser."""
    yield fill(tmp_path, {"file": "mine"}) / "file" / "x"
    if Path("/proc/self").is_dir():
        yield Path("/proc/nowhere/x")


@quiet
def test_no_write_permission(corpus: tk.Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for place in nowhere(tmp_path):
        for save in savers(corpus).values():
            refused(
                WriteError, lambda save=save, place=place: save(place), "cannot write", str(place.parent.name), "folder"
            )
        folder = fill(tmp_path / "in", {"a.txt": ONE, "b.txt": TWO})
        code, told = command(capsys, "compare", folder, "--out", place, "--format", "csv", "--topics", 0)
        assert code == cli.FAILED
        assert "cannot write the report" in told and "--out" in told
    assert (tmp_path / "file").read_text() == "mine"
    assert snapshot(tmp_path).keys() == {"file", "in/a.txt", "in/b.txt"}


@quiet
@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EDQUOT])
def test_the_system_says_no_at_the_first_write(
    number: int, corpus: tk.Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    calls = savers(corpus)

    def no(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(tempfile, "mkstemp", no)
    monkeypatch.setattr(tempfile, "mkdtemp", no)
    for name, save in calls.items():
        refused(WriteError, lambda save=save, name=name: save(tmp_path / name), "cannot write", os.strerror(number))
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_a_folder_or_a_device_in_place_of_a_file(corpus: tk.Corpus, tmp_path: Path) -> None:
    refused(WriteError, lambda: corpus.save(tmp_path), "it is a folder. Give the name of a file.")
    pipe = tmp_path / "pipe"
    if hasattr(os, "mkfifo"):
        os.mkfifo(pipe)
        refused(WriteError, lambda: corpus.save(pipe), "it is a device or pipe")
        assert pipe.is_fifo(), "a device is not replaced by a file of its name"
    report = fill(tmp_path / "mine", {"thesis.docx": b"years of work"})
    refused(WriteError, lambda: tk.compare(corpus, out=report), "holds files that textkit did not write", "thesis.docx")
    assert snapshot(report) == {"thesis.docx": b"years of work"}


def test_no_read_permission(speeches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def locked(self: Path, *arguments: Any, **options: Any) -> Any:
        if self.name == "a.txt":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opened(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", locked)
    with pytest.warns(TextkitWarning, match=r"'a.txt' \(no permission to read it"):
        corpus = tk.read(speeches)
    assert corpus.names == ["b"]
    refused(ReadError, lambda: tk.read(speeches / "a.txt"), "a.txt: no permission to read it; change its rights")


# --- a full disk ------------------------------------------------------------------------------------------------


class FullDisk:
    """The n-th write of bytes finds no room: half of them arrive, then the system says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        self.writes, self.room = 0, room
        original = Path.write_bytes

        def write(path: Path, data: bytes) -> int:
            self.writes += 1
            if self.writes == self.room:
                original(path, bytes(data)[: len(data) // 2])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return original(path, data)

        monkeypatch.setattr(Path, "write_bytes", write)


@quiet
def test_the_disk_is_full_at_any_write_of_a_report(
    corpus: tk.Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    make = {"formats": ("csv", "html"), "topics": 0, "lang": "en"}
    monkeypatch.setattr("textkit.report.write.plan_charts", lambda *_: type("None", (list,), {"missing": ()})())
    with monkeypatch.context() as room:
        writes = FullDisk(room, 10**9)
        tk.compare(corpus, out=out, **make)
    before = snapshot(tmp_path)
    other = corpus.map(lambda text: text + "又及：网格员工作。")
    for n in range(1, writes.writes + 1):
        with monkeypatch.context() as room:
            FullDisk(room, n)
            refused(
                WriteError,
                lambda: tk.compare(other, out=out, **make),
                "cannot write",
                "No space left on device",
                "Nothing was left half-written",
            )
        assert snapshot(tmp_path) == before, f"the older report stands as it was when write {n} fails"
    tk.compare(other, out=out, **make)
    assert snapshot(tmp_path) != before
    assert cli.main(["verify", str(out)]) == cli.OK


@quiet
def test_the_disk_is_full_while_a_figure_is_saved(
    dtm: tk.DocumentTermMatrix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(n: int) -> list[Path]:
        return tk.save_figure(tk.plot_frequency(tk.frequency(dtm), n=n), "x", folder=tmp_path, formats=("png", "svg"))

    save(3)
    before = snapshot(tmp_path)
    for n in range(1, 5):  # png, svg, csv, manifest
        with monkeypatch.context() as room:
            FullDisk(room, n)
            refused(WriteError, lambda: save(2), "cannot write", "No space left on device", "free some space")
        after = snapshot(tmp_path)
        assert after.keys() == before.keys(), "no temporary file is left"
        for name, data in after.items():  # each file is an old one or a whole new one
            assert data == before[name] or name in {"x.png", "x.svg", "x.csv"}
        save(3)
        assert snapshot(tmp_path) == before


_SMALL_DISK = """
import resource, signal, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
import textkit as tk
corpus = tk.Corpus(["".join(chr(0x4E00 + (7 * i * i + d) % 20000) for i in range(20000)) for d in range(3)])
tokens = tk.tokenize(corpus, "characters")
place = Path(sys.argv[1])
for name, thing in {"c": corpus, "t": tokens, "d": tk.count(tokens)}.items():
    thing.save(place / name)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))  # as if the disk were full
for name, thing in {"c": corpus, "t": tokens, "d": tk.count(tokens)}.items():
    for target in (place / name, place / f"{name}2"):
        try:
            thing.save(target)
        except tk.TextkitError as error:
            print(type(error).__name__, "free some space" in str(error))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs a limit on the size of files")
def test_a_real_limit_while_saving_leaves_the_old_file(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _SMALL_DISK, str(tmp_path)], capture_output=True, text=True, check=True, env=_env()
    )
    assert ran.stdout.splitlines() == ["WriteError True"] * 6, ran.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c", "d", "t"], "neither new files nor temporary ones"
    assert len(tk.Corpus.load(tmp_path / "c")) == len(tk.Tokens.load(tmp_path / "t").corpus) == 3


# --- Ctrl-C -----------------------------------------------------------------------------------------------------


class Interrupting:
    """A segmenter at work when the user presses Ctrl-C."""

    def spans(self, text: str) -> list[tuple[int, int]]:
        raise KeyboardInterrupt


def test_ctrl_c_is_never_swallowed(
    corpus: tk.Corpus, speeches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupt is not an error to be reported as a row; it stops everything and leaves nothing."""

    def press(*_: object, **__: object) -> Any:
        raise KeyboardInterrupt

    rule = tk.Rule("press", "Ctrl-C while cleaning", press)
    before = snapshot(tmp_path)
    calls: list[Callable[[], Any]] = [
        lambda: tk.tokenize(corpus, Interrupting()),
        lambda: tk.clean(corpus, [rule]),
        lambda: corpus.map(press),
        lambda: tk.tokenize(corpus, "characters").map(press),
        lambda: tk.compare(corpus, segmenter=Interrupting(), out=tmp_path / "out"),
    ]
    with monkeypatch.context() as change:
        change.setattr("textkit.reading.read_bytes", press)
        with pytest.raises(KeyboardInterrupt):
            tk.read(speeches)
    for call in calls:
        with pytest.raises(KeyboardInterrupt):
            call()
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    "step",
    [
        "textkit.reading.gather",
        "textkit.report.write.plan_charts",
        "textkit.report.write.hashes",
        "textkit.report.folder._publish",
    ],
)
def test_ctrl_c_at_each_step_of_a_report(
    step: str, speeches: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = speeches.parent / "out"
    arguments = ["compare", speeches, "--out", out, "--format", "csv,html", "--topics", 0, "--quiet"]
    before = snapshot(speeches.parent)

    def press(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as change:
        change.setattr(step, press)
        code, told = command(capsys, *arguments)
    assert (code, told) == (cli.INTERRUPTED, "\ntextkit: interrupted; nothing half-written\n")
    assert snapshot(speeches.parent) == before
    assert [path.name for path in speeches.parent.iterdir()] == ["in"], "no empty or hidden folder is left either"


def _hears_ctrl_c() -> None:
    """A shell lets what it runs in the background ignore the signal; the test must not depend on that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _running(script: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a script that prints a line when it is ready; only then can it be interrupted as a user would."""
    process = subprocess.Popen(
        [sys.executable, str(script), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=_env(), start_new_session=True, preexec_fn=_hears_ctrl_c,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


# the signal waits until the command has begun: before that it is Python that is interrupted
_COMMAND = """
import signal, sys
from textkit import cli
begin = cli._parser
def listening():
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    return begin()
cli._parser = listening
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
print("ready", flush=True)
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT to a process")
def test_a_real_ctrl_c_while_the_command_runs(tmp_path: Path) -> None:
    """At three moments: while loading, while working (the hidden folder is there), and over an older report."""
    script = fill(tmp_path, {"command.py": _COMMAND}) / "command.py"
    folder = fill(tmp_path / "in", {f"{i}.txt": (ONE + TWO) * 20 for i in range(6)})
    out = tmp_path / "out"
    arguments = ["compare", str(folder), "--out", str(out), "--topics", "3"]

    def pressed(moment: Callable[[], bool]) -> None:
        process = _running(script, *arguments)
        while not moment() and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=300)
        assert process.returncode == cli.INTERRUPTED, told
        assert "Traceback" not in told
        assert told.endswith("textkit: interrupted; nothing half-written\n")

    pressed(lambda: True)
    assert not out.exists()
    pressed(lambda: any(tmp_path.glob(".textkit-*")))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["command.py", "in"], "nothing half-written"

    older = tk.compare(tk.read(folder), out=out, formats=("csv",), topics=0)
    before = snapshot(out)
    pressed(lambda: any(tmp_path.glob(".textkit-*")))
    assert snapshot(out) == before, "the older report is whole"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["command.py", "in", "out"]
    assert len(older.files) == len(before)


_CUT = """
import os, sys, time
import textkit as tk

class Slow:
    def spans(self, text):
        open(f"{sys.argv[1]}/{os.getpid()}", "w").close()
        time.sleep(900)
        return []

if __name__ == "__main__":
    corpus = tk.Corpus(["网" * 4_000_000] * 3)
    tk.tokenize
    try:
        print("ready", flush=True)
        tk.tokenize(corpus, Slow(), n_jobs=2)
    except KeyboardInterrupt:
        print("stopped", flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT to a group of processes")
@pytest.mark.parametrize("workers_at_work", [0, 1, 2])
def test_a_real_ctrl_c_while_several_processes_cut(workers_at_work: int, tmp_path: Path) -> None:
    """While they start, while one of them works, and while all of them do; the work itself would take an hour."""
    script, at_work = fill(tmp_path, {"cut.py": _CUT}) / "cut.py", tmp_path / "at_work"
    at_work.mkdir()
    process = _running(script, str(at_work))
    while len(list(at_work.iterdir())) < workers_at_work and process.poll() is None:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
    rest, told = process.communicate(timeout=300)
    assert rest == "stopped\n", told
    assert told == "", "one process speaks, the workers are silent"


# --- processes that cannot work ---------------------------------------------------------------------------------


class Dying:
    """A segmenter whose process the system ends, as it does when memory runs out."""

    def spans(self, text: str) -> list[tuple[int, int]]:
        os._exit(9)


def test_a_worker_that_dies_or_cannot_begin() -> None:
    corpus = tk.Corpus(["网" * 4_000_000] * 2)

    class Local:
        def spans(self, text: str) -> list[tuple[int, int]]:
            return []

    refused(
        ArgumentError, lambda: tk.tokenize(corpus, Local(), n_jobs=2), "cannot be sent to other processes", "n_jobs=1"
    )
    refused(TextkitError, lambda: tk.tokenize(corpus, Dying(), n_jobs=2), "a worker process stopped", "or n_jobs=1.")


_UNGUARDED = """
import textkit as tk
tk.tokenize(tk.Corpus(["网" * 4_000_000] * 2), "spaces", n_jobs=2)
"""


def test_a_script_without_a_main_guard_is_told_so(tmp_path: Path) -> None:
    script = fill(tmp_path, {"study.py": _UNGUARDED}) / "study.py"
    ran = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, env=_env(), timeout=120
    )
    assert ran.returncode == 1
    last = ran.stderr.rstrip().splitlines()[-1]
    assert re.match(r"textkit.errors.TextkitError: a worker process stopped", last)
    assert "put the call under if __name__ == '__main__':" in last


def _env() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "TEXTKIT_PROGRESS": "0"}
