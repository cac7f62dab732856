from __future__ import annotations

import csv
import datetime
import hashlib
import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from textkit import figures, provenance
from textkit.errors import ArgumentError, FontError, ReadError, UnknownNameError, WriteError
from textkit.figures import read_provenance, save_figure, verify
from textkit.plots.frequency import plot_frequency
from textkit.plots.tfidf import plot_tfidf

ALL = ("png", "svg", "pdf")


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for name in ("TEXTKIT_FIGURES", "TEXTKIT_SOURCE", "TEXTKIT_REBUILD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def table():
    made = pd.DataFrame(
        {"group": "all", "term": ["工作", "网格"], "count": [20, 10], "rate": [2e5 / 3, 1e5 / 3]}, columns=None
    )
    return provenance.stamp(made, "frequency", inputs={"dtm": "ab" * 32}, by="年份", words=["/home/me/words.txt"])


@pytest.fixture
def saved(table, tmp_path):
    files = save_figure(plot_frequency(table, title="词频"), "词频", folder=tmp_path / "figures", formats=ALL)
    return dict(zip((*ALL, "csv"), files, strict=True))


def rows(folder, **options):
    found = verify(folder, **options)
    return {row.file: (row.status, row.what) for row in found.itertuples()}


# Saving ---------------------------------------------------------------------------------------------------------------


def test_writes_pictures_numbers_and_manifest(saved, table):
    assert [path.name for path in saved.values()] == ["词频.png", "词频.svg", "词频.pdf", "词频.csv"]
    # 66666.67 and 33333.33 with six digits
    assert saved["csv"].read_bytes() == "group,term,count,rate\nall,工作,20,66666.7\nall,网格,10,33333.3\n".encode()
    with Image.open(saved["png"]) as image:
        assert image.width == pytest.approx(6.3 * 200, abs=1)
    manifest = json.loads((saved["png"].parent / "manifest.json").read_text("utf-8"))
    entry = manifest["figures"]["词频"]
    assert {name: facts["sha256"] for name, facts in entry["files"].items()} == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in saved.values()
    }
    assert set(entry["files"]["词频.png"]) == {"sha256", "pixels_sha256"}
    assert entry["source"] is None


@pytest.mark.parametrize("kind", ALL)
def test_provenance_comes_back_from_every_format(saved, kind):
    note = read_provenance(saved[kind])
    assert note == read_provenance(saved["png"])
    (plot,) = note["plots"]
    assert (note["schema"], note["name"]) == ("textkit-figure/1", "词频")
    assert plot["function"] == "plot_frequency"
    assert plot["settings"]["title"] == "词频" and plot["settings"]["n"] == 20
    assert plot["table"]["function"] == "frequency"
    assert plot["table"]["settings"]["by"] == "年份"
    assert plot["table"]["inputs"] == {"dtm": "ab" * 32}
    assert plot["data"] == {"file": "词频.csv", "sha256": hashlib.sha256(saved["csv"].read_bytes()).hexdigest()}
    assert note["versions"] == provenance.versions()
    assert note["font"]["family"] == "Noto Sans SC" and len(note["font"]["sha256"]) == 64


def test_png_keeps_it_in_an_international_text_chunk(saved):
    data = saved["png"].read_bytes()
    assert b"iTXttextkit\x00" in data and b"tIME" not in data and b"Software" not in data


def test_nothing_tells_when_or_where(saved):
    today = datetime.date.today()
    traces = {"/home", str(saved["png"].parent), "CreationDate", "matplotlib.org", "dc:date", today.isoformat()}
    traces |= {today.strftime("%Y%m%d")}
    for path in saved.values():
        text = path.read_bytes().decode("latin-1")
        if path.suffix != ".csv":
            text += json.dumps(read_provenance(path))
        assert not [trace for trace in traces if trace in text], path.name
    assert read_provenance(saved["png"])["plots"][0]["table"]["settings"]["words"] == ["words.txt"]


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ("/home/me/data/words.txt", "words.txt"),
        (r"C:\Users\me\words.txt", "words.txt"),
        ("Jieba(lexicon='/home/me/words.txt', hmm=True)", "Jieba(lexicon='words.txt', hmm=True)"),
        (r"Jieba(lexicon=WindowsPath('C:/Users/me/words.txt'))", "Jieba(lexicon=WindowsPath('words.txt'))"),
        ("和/或/与", "和/或/与"),
        ("/", "/"),
        ("data/words.txt", "data/words.txt"),
        ([float("inf"), {"a": "/x/y/z"}], ["inf", {"a": "z"}]),
    ],
)
def test_paths_are_cut_to_the_file_name(value, clean):
    assert figures._without_traces(value) == clean


def test_formulas_in_the_csv_are_text():
    risky = ["=1+1", "+x", "-x", "@x", "\tx", "\rx", "\nx", "＝1", "x=1", "5"]
    data = figures._csv(pd.DataFrame({"=term": risky, "n": [-1.5, 0, np.nan, np.inf, -0.0, 1e-9, 1234567.8, 1, 2, 3]}))
    head, *back = csv.reader(io.StringIO(data.decode(), newline=""))
    assert head == ["'=term", "n"]
    assert [row[0] for row in back] == [*("'" + text for text in risky[:8]), "x=1", "5"]
    assert [row[1] for row in back] == ["-1.5", "0", "", "inf", "0", "1e-09", "1.23457e+06", "1", "2", "3"]
    assert b"\r\n" not in data


def test_other_values_of_a_table():
    data = figures._csv(
        pd.DataFrame({"a": [True, None, pd.NA], "b": ['x"y', "a,b", "行\n二"]}, index=pd.Index(list("xyz"), name="doc"))
    )
    assert data.decode() == 'doc,a,b\nx,True,"x""y"\ny,,"a,b"\nz,,"行\n二"\n'


def test_bytes_are_equal_in_another_process_with_another_hash_seed(tmp_path):
    script = (
        "import sys; import pandas as pd; from textkit.figures import save_figure\n"
        "from textkit.plots.frequency import plot_frequency\n"
        "from textkit.plots.wordcloud import plot_wordcloud\n"
        "t = pd.DataFrame({'group': 'all', 'term': list('甲乙丙'), 'count': [3, 2, 1], 'rate': [3., 2., 1.]})\n"
        "t.attrs['textkit'] = {'settings': {'words': sorted(set('甲乙丙'))}}\n"
        "save_figure(plot_frequency(t), 'bars', folder=sys.argv[1], formats=('png', 'svg', 'pdf'))\n"
        "save_figure(plot_wordcloud(t, layout='cloud'), 'cloud', folder=sys.argv[1], formats=('png', 'svg'))\n"
    )
    places = [("1", "UTC", "C.UTF-8"), ("4711", "Asia/Shanghai", "C")]
    runs = []
    for seed, zone, language in places:
        folder = tmp_path / seed
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language, "MPLBACKEND": "Agg"}
        runs.append(subprocess.Popen([sys.executable, "-c", script, str(folder)], env=environment))
    assert [run.wait() for run in runs] == [0, 0]
    first, second = ({p.name: p.read_bytes() for p in (tmp_path / seed).iterdir()} for seed, _, _ in places)
    assert len(first) == 9 and first == second


def test_saving_again_changes_nothing(saved, table):
    before = {path.name: path.read_bytes() for path in saved["png"].parent.iterdir()}
    ax = plot_frequency(table, title="词频")
    ax.figure.savefig(saved["png"].parent.parent / "other.png", bbox_inches="tight", dpi=72)  # as a notebook does
    save_figure(ax, "词频", folder=saved["png"].parent, formats=ALL)
    assert {path.name: path.read_bytes() for path in saved["png"].parent.iterdir()} == before


def test_a_figure_and_its_axes_are_the_same_thing(table, tmp_path):
    top = pd.DataFrame({"doc": ["a", "b"], "rank": [1, 1], "term": ["网格", "信访"], "weight": [0.5, 0.6]})
    axes = plot_tfidf(top)
    for thing, name in ((axes, "array"), (axes[0].figure, "figure"), (axes[1], "one")):
        files = save_figure(thing, name, folder=tmp_path)
        assert files[-1].read_text("utf-8") == "doc,rank,term,weight\na,1,网格,0.5\nb,1,信访,0.6\n"


def test_two_plots_on_one_figure_give_two_tables(table, tmp_path):
    _, axes = plt.subplots(1, 2)
    plot_frequency(table, ax=axes[0])
    plot_frequency(table, n=1, ax=axes[1])
    files = save_figure(axes[0], "both", folder=tmp_path)
    assert [path.name for path in files] == ["both.png", "both-1.csv", "both-2.csv"]
    assert [plot["settings"]["n"] for plot in read_provenance(files[0])["plots"]] == [20, 1]
    assert set(rows(tmp_path).values()) == {("ok", "")}
    with pytest.raises(ArgumentError, match="both-1.csv belongs to the figure 'both' already. Choose another name"):
        save_figure(plot_frequency(table), "both-1", folder=tmp_path)


def test_a_picture_drawn_by_hand_needs_its_table(tmp_path):
    figure, ax = plt.subplots()
    ax.plot([1, 2])
    with pytest.raises(ArgumentError) as error:
        save_figure(figure, "line", folder=tmp_path)
    assert str(error.value) == (
        "the plotted numbers are not known, because no plot_ function of textkit drew this figure. Give them as table=."
    )
    files = save_figure(figure, "line", table=pd.DataFrame({"y": [1, 2]}), folder=tmp_path, notes="手画")
    note = read_provenance(files[0])
    assert note["plots"][0]["function"] == "" and note["notes"] == "手画"
    assert files[1].read_text() == "y\n1\n2\n"


def test_inputs_are_hashed_and_named_by_file_name(table, tmp_path):
    file = tmp_path / "data" / "讲话.txt"
    file.parent.mkdir()
    file.write_text("网格", encoding="utf-8")
    digest = hashlib.sha256("网格".encode()).hexdigest()

    class Thing:
        fingerprint = "cd" * 32

    def inputs(given):
        return read_provenance(save_figure(plot_frequency(table), "x", inputs=given, folder=tmp_path / "f")[0])[
            "inputs"
        ]

    assert inputs([file, Thing()]) == {"讲话.txt": digest, "Thing": "cd" * 32}
    assert inputs({"speech": str(file), "corpus": Thing()}) == {"speech: 讲话.txt": digest, "corpus": "cd" * 32}
    assert inputs(file) == {"讲话.txt": digest}
    assert inputs(Thing()) == {"Thing": "cd" * 32}
    with pytest.raises(ReadError, match="inputs names the file .*nowhere.txt, which cannot be read"):
        inputs([tmp_path / "nowhere.txt"])
    with pytest.raises(ArgumentError, match="inputs must hold files, or objects with a fingerprint .*, got a int"):
        inputs([3])
    other = tmp_path / "讲话.txt"
    other.write_text("信访", encoding="utf-8")
    with pytest.raises(ArgumentError, match="inputs has two different '讲话.txt'. Give them names"):
        inputs([file, other])


def test_the_seed_is_found_where_it_stands():
    assert figures._seed({"random_state": 7}, {}) == 7
    assert figures._seed({"method": "LDA(alpha=0.1, random_state=11)"}, {"random_state": 3}) == 11
    assert figures._seed({}, {"random_state": 3}) == 3
    assert figures._seed({"n": 1}, {}) is None


def test_the_lock_file_of_the_project_is_recorded(table, tmp_path, monkeypatch):
    (tmp_path / "requirements.lock").write_text("numpy==1\n")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    note = read_provenance(save_figure(plot_frequency(table), "x")[0])
    assert note["lock"] == hashlib.sha256(b"numpy==1\n").hexdigest()
    assert (tmp_path / "notebooks" / "figures" / "x.png").is_file()


@pytest.mark.parametrize("name", ["", "a/b", "..", ".x", "a\\b", "x\n", "x.png", "manifest", "con:", "x" * 201, "词."])
def test_names_that_are_no_names(table, tmp_path, name):
    with pytest.raises(ArgumentError, match="name must"):
        save_figure(plot_frequency(table), name, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_arguments_are_checked(table, tmp_path):
    ax = plot_frequency(table)
    with pytest.raises(UnknownNameError, match="unknown formats 'jpg'"):
        save_figure(ax, "x", formats=("jpg",), folder=tmp_path)
    with pytest.raises(ArgumentError, match=r"formats must be a sequence such as \('png', 'svg'\), got 'png'"):
        save_figure(ax, "x", formats="png", folder=tmp_path)
    with pytest.raises(ArgumentError, match="formats must name at least one"):
        save_figure(ax, "x", formats=(), folder=tmp_path)
    with pytest.raises(ArgumentError, match="dpi must be a whole number from 20 to 2400, got 5"):
        save_figure(ax, "x", dpi=5, folder=tmp_path)
    with pytest.raises(ArgumentError, match="figure must be a Axes, got a str. Give what a plot_ function returned"):
        save_figure("x", "x", folder=tmp_path)
    with pytest.raises(ArgumentError, match="figure holds axes of several figures"):
        save_figure([ax, plot_frequency(table)], "x", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_text_without_a_glyph_stops_the_saving(table, tmp_path):
    ax = plot_frequency(table)
    ax.set_xlabel("起飞🚀")
    with pytest.raises(FontError, match=r"the figure was not saved: Glyph 128640 .*missing from font"):
        save_figure(ax, "x", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written(table, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(WriteError, match="cannot write into .*Choose a folder you may write to"):
        save_figure(plot_frequency(table), "x", folder=tmp_path / "file")


def test_a_full_disk_leaves_the_old_files_whole(saved, table, monkeypatch):
    folder = saved["png"].parent
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(WriteError, match="No space left on device. Nothing was left half-written"):
        save_figure(plot_frequency(table, n=1), "词频", folder=folder, formats=ALL)
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_threads_do_not_lose_each_others_entries(table, tmp_path):
    axes = [plot_frequency(table) for _ in range(4)]
    # matplotlib draws in one thread at a time; the manifest is what they share
    pictures = [figures._render(ax.figure, "png", 50, "x", {}) for ax in axes]
    assert len(set(pictures)) == 1

    def write(i):
        with figures._locked(tmp_path):
            manifest = figures._read_manifest(tmp_path, missing_ok=True)
            manifest["figures"][f"f{i}"] = {"files": {}, "provenance": {}, "source": None}
            (tmp_path / "manifest.json").write_text(json.dumps(manifest))

    threads = [threading.Thread(target=write, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(figures._read_manifest(tmp_path, missing_ok=False)["figures"]) == 8


# Reading --------------------------------------------------------------------------------------------------------------


def test_files_without_provenance(tmp_path):
    ax = plt.figure().add_subplot()
    for kind in ALL:
        file = tmp_path / f"plain.{kind}"
        ax.figure.savefig(file)
        with pytest.raises(ReadError) as error:
            read_provenance(file)
        assert str(error.value) == (
            f"plain.{kind} holds no provenance of textkit. Was it saved with save_figure, and not edited since?"
        )
        file.write_bytes(file.read_bytes()[:20] + b"\x00garbage")
        with pytest.raises(ReadError, match=f"plain.{kind} (cannot be read|holds no provenance)"):
            read_provenance(file)
    with pytest.raises(ReadError, match="there is no file"):
        read_provenance(tmp_path / "none.png")


def test_an_svg_with_entities_is_not_read(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text('{"schema": "textkit-figure/1"}')
    file = tmp_path / "evil.svg"
    file.write_text(
        f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        '<svg xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description>&x;</dc:description></svg>'
    )
    with pytest.raises(ReadError, match="evil.svg defines entities, which no figure of textkit does. It was not read."):
        read_provenance(file)
    file.write_bytes(file.read_text().encode("utf-16"))  # where the word ENTITY cannot be seen in the bytes
    with pytest.raises(ReadError, match="evil.svg"):
        read_provenance(file)


@pytest.mark.parametrize("text", ["[1]", "{", '{"schema": 3}', "__import__('os')", "[" * 100_000])
def test_only_json_of_ours_counts(tmp_path, text):
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("textkit", text)
    Image.new("RGB", (1, 1)).save(tmp_path / "x.png", pnginfo=info)
    with pytest.raises(ReadError, match=r"x.png holds no provenance of textkit"):
        read_provenance(tmp_path / "x.png")


# Verifying ------------------------------------------------------------------------------------------------------------


def test_untouched_files_are_ok(saved):
    found = verify(saved["png"].parent)
    assert found["file"].tolist() == ["词频.csv", "词频.pdf", "词频.png", "词频.svg"]
    assert set(found["status"]) == {"ok"} and set(found["what"]) == set(found["detail"]) == {""}
    assert found.attrs["textkit"]["function"] == "verify"


def test_tampering_is_found(saved):
    folder = saved["png"].parent
    saved["csv"].write_text("term,count\n", encoding="utf-8")
    saved["pdf"].unlink()
    saved["svg"].write_text(saved["svg"].read_text("utf-8").replace("#0072b2", "#ff0000"), encoding="utf-8")
    with Image.open(saved["png"]) as image:
        image.load()
    (folder / "notes.txt").write_text("x")
    assert rows(folder) == {
        "notes.txt": ("unlisted", ""),
        "词频.csv": ("changed", "data"),
        "词频.pdf": ("missing", ""),
        "词频.png": ("ok", ""),
        "词频.svg": ("changed", "bytes"),
    }


def repainted(path, note=None, paint=None):
    """Save a PNG again with another compressor, provenance or picture."""
    from PIL.PngImagePlugin import PngInfo

    with Image.open(path) as image:
        text, pixels = image.info["textkit"], image.copy()
    info = PngInfo()
    info.add_itxt("textkit", text if note is None else json.dumps(note))
    if paint:
        pixels.putpixel((3, 3), paint)
    pixels.save(path, pnginfo=info, compress_level=1)


def test_what_changed_in_a_picture(saved):
    folder, png = saved["png"].parent, saved["png"]
    repainted(png)
    found = verify(folder).set_index("file").loc["词频.png"]
    assert tuple(found) == ("changed", "bytes", "same pixels, other bytes (another compressor)")
    repainted(png, paint=(255, 0, 0, 255))
    assert verify(folder).set_index("file").loc["词频.png", "detail"] == "the picture differs"
    note = read_provenance(png)
    note["plots"][0]["settings"]["n"] = 3
    note["versions"]["numpy"] = "0.1"
    repainted(png, note)
    found = verify(folder).set_index("file").loc["词频.png"]
    assert (found["status"], found["what"]) == ("changed", "parameters")
    assert found["detail"].startswith(
        "manifest.json and file disagree: parameters (plots.0.settings.n: 20 -> 3); versions"
    )
    png.write_bytes(b"no picture")
    assert rows(folder)["词频.png"] == ("changed", "bytes")


def test_an_edited_manifest_does_not_agree_with_the_files(saved):
    path = saved["png"].parent / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["figures"]["词频"]["provenance"]["inputs"] = {"speech.txt": "00"}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert rows(path.parent)["词频.png"] == ("changed", "data")
    assert rows(path.parent)["词频.csv"] == ("ok", "")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "textkit-manifest/1", "figures": {"a": {}}}', "x" * 9])
def test_a_damaged_manifest(tmp_path, table, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ReadError, match="manifest.json is damaged or not textkit's"):
        verify(tmp_path)
    with pytest.raises(ReadError, match="Move it away and save the figures again"):
        save_figure(plot_frequency(table), "x", folder=tmp_path)
    assert (tmp_path / "manifest.json").read_text() == text


def test_no_manifest(tmp_path):
    with pytest.raises(ReadError, match=r"there is no manifest.json in .*Only folders that save_figure wrote into"):
        verify(tmp_path)


@pytest.mark.parametrize("file", ["../secret.csv", "/etc/passwd", "a\\b.png", ".hidden"])
def test_a_manifest_cannot_point_out_of_its_folder(saved, file):
    path = saved["png"].parent / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["figures"]["词频"]["files"][file] = {"sha256": "00"}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ArgumentError, match="which is not a plain file name. The folder was not verified"):
        verify(path.parent)


# Rebuilding -----------------------------------------------------------------------------------------------------------

SCRIPT = """
import pathlib
import pandas as pd
from textkit.figures import save_figure
from textkit.plots.frequency import plot_frequency

data = pathlib.Path(__file__).with_name("data.txt")
counts = [int(x) for x in data.read_text().split()]
rates = [float(count) for count in counts]
table = pd.DataFrame({"group": "all", "term": list("甲乙丙")[:len(counts)], "count": counts, "rate": rates})
display(table)
save_figure(plot_frequency(table, n=N), "bars", inputs=[data], folder="../figures")
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one notebook source, run once from its folder."""
    root = tmp_path / "project"
    (root / "notebooks").mkdir(parents=True)
    (root / "pyproject.toml").write_text("")
    (root / "notebooks" / "data.txt").write_text("3 2 1")
    source = root / "notebooks" / "01.py"
    source.write_text(SCRIPT.replace("N)", "2)"), encoding="utf-8")
    monkeypatch.chdir(root / "notebooks")
    monkeypatch.setenv("TEXTKIT_SOURCE", str(source))
    exec(compile(source.read_text("utf-8"), str(source), "exec"), {"__file__": str(source), "display": print})
    monkeypatch.delenv("TEXTKIT_SOURCE")
    monkeypatch.chdir(tmp_path)
    return root


def test_rebuilding_gives_the_same_files_and_writes_none(project):
    folder = project / "figures"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    manifest = json.loads(before["manifest.json"])
    assert manifest["figures"]["bars"]["source"] == {"file": "notebooks/01.py", "folder": "notebooks"}
    assert rows(folder, rebuild=True) == {"bars.csv": ("ok", ""), "bars.png": ("ok", "")}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_rebuilding_says_what_changed(project, table):
    folder, source = project / "figures", project / "notebooks" / "01.py"
    (project / "notebooks" / "data.txt").write_text("5 2 1")
    found = verify(folder, rebuild=True).set_index("file")
    assert found["what"].to_dict() == {"bars.csv": "data", "bars.png": "data"}
    assert found.loc["bars.png", "detail"].startswith("rebuilt: data (inputs.data.txt: ")

    (project / "notebooks" / "data.txt").write_text("3 2 1")
    source.write_text(SCRIPT.replace("N)", "1)"), encoding="utf-8")
    found = verify(folder, rebuild=True).set_index("file")
    assert found["what"].to_dict() == {"bars.csv": "parameters", "bars.png": "parameters"}
    assert found.loc["bars.png", "detail"].startswith("rebuilt: parameters (plots.0.settings.n: 2 -> 1); data (")


def test_rebuilding_under_other_versions_and_with_other_bytes(project):
    folder, source = project / "figures", project / "notebooks" / "01.py"
    code = SCRIPT.replace("N)", "2)")
    source.write_text(
        "from textkit import provenance\nprovenance.versions = lambda: {'numpy': '9'}\n" + code, encoding="utf-8"
    )
    # the numbers are the same, so the CSV is
    assert rows(folder, rebuild=True) == {"bars.csv": ("ok", ""), "bars.png": ("changed", "versions")}
    source.write_text(
        code.replace("plot_frequency(table, n=2)", "paint(plot_frequency(table, n=2))").replace(
            "data =", "def paint(ax):\n    ax.patches[0].set_color('red')\n    return ax\n\ndata ="
        ),
        encoding="utf-8",
    )
    found = verify(folder, rebuild=True).set_index("file").loc["bars.png"]
    assert tuple(found) == ("changed", "bytes", "rebuilt: the picture differs")


def test_sources_that_fail_are_gone_or_make_other_figures(project, table):
    folder, source = project / "figures", project / "notebooks" / "01.py"
    source.write_text("raise RuntimeError('no data today')")
    found = verify(folder, rebuild=True).set_index("file").loc["bars.png"]
    assert tuple(found) == ("failed", "", "the source notebooks/01.py stopped: RuntimeError: no data today")
    source.write_text(SCRIPT.replace("N)", "2)").replace('"bars"', '"balken"'), encoding="utf-8")
    assert rows(folder, rebuild=True) == {
        "balken.csv": ("unlisted", ""), "balken.png": ("unlisted", ""),
        "bars.csv": ("missing", ""), "bars.png": ("missing", ""),
    }  # fmt: skip
    source.unlink()
    found = verify(folder, rebuild=True).set_index("file").loc["bars.png"]
    assert tuple(found) == ("failed", "", "the source notebooks/01.py is not there")
    save_figure(plot_frequency(table), "byhand", folder=folder)
    found = verify(folder, rebuild=True).set_index("file").loc["byhand.png"]
    assert tuple(found) == ("ok", "", "no source recorded: not rebuilt")


@pytest.mark.parametrize("file", ["../outside.py", "/outside.py", "link.py"])
def test_code_outside_the_project_is_never_run(project, file):
    outside = project.parent / "outside.py"
    outside.write_text("open('ran', 'w')")
    (project / "link.py").symlink_to(outside)
    path = project / "figures" / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["figures"]["bars"]["source"]["file"] = file
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ArgumentError, match="which is outside the project. Nothing was run."):
        verify(path.parent, rebuild=True)
    assert not list(project.parent.rglob("ran"))


def test_a_source_must_be_a_script_of_the_project(project, table, monkeypatch):
    folder = project / "figures"
    for wrong in ("nowhere.py", str(project / "pyproject.toml"), sys.executable):
        with pytest.raises(ArgumentError, match="source must be a .py file inside the project project, got"):
            save_figure(plot_frequency(table), "x", folder=folder, source=wrong)
    save_figure(plot_frequency(table), "x", folder=folder, source="notebooks/01.py")
    elsewhere = project.parent / "other" / "report" / "figures"
    # set for a whole run, it says nothing about figures that go elsewhere
    monkeypatch.setenv("TEXTKIT_SOURCE", str(project / "notebooks" / "01.py"))
    save_figure(plot_frequency(table), "x", folder=elsewhere)
    assert json.loads((elsewhere / "manifest.json").read_text("utf-8"))["figures"]["x"]["source"] is None


def test_the_environment_names_the_default_folder(table, tmp_path, monkeypatch):
    monkeypatch.setenv("TEXTKIT_FIGURES", str(tmp_path / "env"))
    assert save_figure(plot_frequency(table), "x")[0] == tmp_path / "env" / "x.png"
    assert save_figure(plot_frequency(table), "x", folder=tmp_path / "own")[0] == tmp_path / "own" / "x.png"
    # while figures are made again, other folders of the project are safe as well
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "pyproject.toml").write_text("")
    monkeypatch.setenv("TEXTKIT_REBUILD", str(tmp_path / "project" / "figures"))
    own = tmp_path / "project" / "own"
    assert save_figure(plot_frequency(table), "x", folder=own)[0] == tmp_path / "env" / "other" / "own" / "x.png"
    assert save_figure(plot_frequency(table), "x", folder=own.parent / "figures")[0] == tmp_path / "env" / "x.png"
    assert save_figure(plot_frequency(table), "x", folder=tmp_path / "own")[0] == tmp_path / "own" / "x.png"
