"""The command line: what it prints, what it refuses, and what it leaves behind."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
import types
from pathlib import Path

import pytest

from textkit import __version__
from textkit.cli import lab_arguments, main, printable
from textkit.report import write as writing
from textkit.report.charts import Plans


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TEXTKIT_DEBUG", raising=False)
    monkeypatch.setattr(writing, "plan_charts", lambda *_: Plans((), ()))


def speeches(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    for i, name in enumerate(names):
        own = ["茶园和民宿", "园区和企业", "食堂与老人"][i % 3]
        (folder / name).write_text(f"全镇干部抓好{own}。\n推进{own}建设，落实{own}工作。\n" * 5, encoding="utf-8")
    return folder


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    code = main(argv)
    out, err = capsys.readouterr()
    return code, out, err


def test_help_and_version_load_no_numpy() -> None:
    code = (
        "import sys; from textkit.cli import main; codes = [main([a]) for a in ('--version', '--help')];"
        "codes += [main([c, '--help']) for c in ('compare', 'verify', 'lab')];"
        "assert codes == [0] * 5, codes; bad = {'numpy', 'pandas', 'matplotlib', 'jieba'} & set(sys.modules);"
        "assert not bad, bad"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"textkit {__version__}\n")
    for word in ("compare", "verify", "lab", "examples:", "--user-words FILE", "--by COLUMN", "manifest.json"):
        assert word in done.stdout


def test_the_module_can_be_run() -> None:
    done = subprocess.run([sys.executable, "-m", "textkit", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"textkit {__version__}\n"


def test_compare_says_where_the_report_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    speeches(tmp_path / "my speeches 讲话😀", "甲 一.txt", "乙.txt")
    code, out, err = run(capsys, "compare", "my speeches 讲话😀", "--timings")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "report      my speeches 讲话😀-textkit/index.html"
    assert lines[1] == "documents   2 read, 0 not read"
    assert lines[2].startswith("words       ")
    assert lines[3] == "distinctive 乙: 企业; 甲 一: 民宿" or lines[3].startswith("distinctive ")
    assert lines[4].endswith("check them later with: textkit verify 'my speeches 讲话😀-textkit'")
    assert lines[5].startswith("libraries ")
    assert lines[-1].startswith("total ")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["my speeches 讲话😀", "my speeches 讲话😀-textkit"]
    assert run(capsys, "verify", "my speeches 讲话😀-textkit")[0] == 0


def test_the_manifest_repeats_the_command_without_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = speeches(tmp_path / "deep" / "讲话", "a.txt", "b.txt", "c.txt")
    (tmp_path / "deep" / "facts.csv").write_text("file,year\na.txt,2019\nb.txt,2020\nc.txt,2020\n", encoding="utf-8")
    (tmp_path / "deep" / "words.txt").write_text("民宿建设\n", encoding="utf-8")
    argv = ["compare", str(folder), "--meta", "deep/facts.csv", "--by", "year", "--user-words", "deep/words.txt"]
    argv += ["--topics", "0", "--lang", "en", "--format", "csv,html", "--out", "out", "--seed", "3", "--quiet"]
    assert run(capsys, *argv) == (0, "", "")
    text = (tmp_path / "out" / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    assert manifest["command"] == (
        "textkit compare 讲话 --meta facts.csv --user-words words.txt --by year --lang en --seed 3 --topics 0 "
        "--format html,csv"
    )
    assert set(manifest["inputs"]["files"]) == {"a.txt", "b.txt", "c.txt", "facts.csv", "words.txt"}
    assert str(tmp_path) not in text
    assert str(tmp_path) not in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_running_again_replaces_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    speeches(tmp_path / "s", "a.txt", "b.txt")
    assert run(capsys, "compare", "s", "--quiet")[0] == 0
    first = (tmp_path / "s-textkit" / "manifest.json").read_bytes()
    assert run(capsys, "compare", "s", "--quiet")[0] == 0
    assert (tmp_path / "s-textkit" / "manifest.json").read_bytes() == first


def test_name_pattern_makes_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    speeches(tmp_path / "s", "茶山_2019.txt", "茶山_2020.txt", "河口_2019.txt")
    argv = ["compare", "s", "--name-pattern", r"(?P<town>[^_]+)_(?P<year>\d{4})", "--by", "town", "--format", "csv"]
    code, out, _ = run(capsys, *argv)
    assert code == 0
    assert "index.html" not in out
    assert out.startswith("report      s-textkit\n")


def failure(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    code, out, err = run(capsys, *argv)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    return err


def test_paths_that_are_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    speeches(tmp_path / "s", "a.txt")
    assert failure(capsys, "compare", "no such") == (
        "textkit: there is no folder or file 'no such'. Check the spelling, or give the full path.\n"
    )
    assert failure(capsys, "compare", "s", "--meta", "no.csv") == (
        "textkit: --meta names 'no.csv', which is not a file. Check the spelling.\n"
    )
    assert failure(capsys, "compare", "s", "--user-words", "no.txt") == (
        "textkit: --user-words names 'no.txt', which is not a file. Check the spelling.\n"
    )
    assert failure(capsys, "verify", "no") == (
        "textkit: there is no folder 'no'. Name the folder of a report, or of figures.\n"
    )
    assert failure(capsys, "lab", "no") == "textkit: there is no folder 'no'. Name one: textkit lab FOLDER.\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s"]


def test_names_that_do_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    speeches(tmp_path / "s", "a.txt", "b.txt")
    assert failure(capsys, "compare", "s", "--by", "fiel").startswith(
        "textkit: unknown column (by) 'fiel'; did you mean 'file'? Available: "
    )
    assert failure(capsys, "compare", "s", "--segmenter", "jeiba").startswith(
        "textkit: unknown segmenter 'jeiba'; did you mean 'jieba'?"
    )
    assert failure(capsys, "compare", "s", "--stopwords", "baidu").startswith("textkit: unknown stop-word list 'baidu'")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s"]


def test_an_empty_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s").mkdir()
    err = failure(capsys, "compare", "s")
    assert err.startswith("textkit: ")
    assert err.count("\n") == 1


def test_files_that_cannot_be_read_are_told_and_the_rest_is_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = speeches(tmp_path / "s", "a.txt", "b.txt")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 broken")
    code, out, err = run(capsys, "compare", "s")
    assert code == 0
    assert "documents   2 read, 1 not read" in out
    assert err.startswith("note: ")
    assert "broken.docx" in err
    page = (tmp_path / "s-textkit" / "index.html").read_text(encoding="utf-8")
    assert "broken.docx" in page


def test_something_else_in_the_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    speeches(tmp_path / "s", "a.txt", "b.txt")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_text("x")
    assert failure(capsys, "compare", "s", "--out", "out") == (
        "textkit: out holds files that textkit did not write ('thesis.docx'), and no report. "
        "Name another folder with --out (or out=).\n"
    )


def test_edited_reports_need_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    speeches(tmp_path / "s", "a.txt", "b.txt")
    assert run(capsys, "compare", "s", "--quiet")[0] == 0
    (tmp_path / "s-textkit" / "index.html").write_text("edited")
    assert "'index.html' changed since textkit wrote it" in failure(capsys, "compare", "s")
    code, out, _ = run(capsys, "verify", "s-textkit")
    assert (code, out.splitlines()[0]) == (1, "index.html: changed")
    assert out.splitlines()[1].startswith("1 of ")
    assert run(capsys, "compare", "s", "--quiet", "--force")[0] == 0
    assert run(capsys, "verify", "s-textkit")[0] == 0


def test_a_report_is_made_again_and_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    speeches(tmp_path / "s", "a.txt", "b.txt")
    (tmp_path / "facts.csv").write_text("file,year\na.txt,2019\nb.txt,2020\n")
    options = ["--topics", "0", "--meta", "facts.csv", "--title", "两篇"]
    assert run(capsys, "compare", "s", "--quiet", *options)[0] == 0
    before = sorted(path.name for path in tmp_path.iterdir())
    code, out, err = run(capsys, "verify", "s-textkit", "--rebuild")
    assert (code, err) == (0, "")
    assert out.endswith("files in s-textkit: all rebuilt and equal\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == before

    (tmp_path / "s").rename(tmp_path / "moved")
    assert "was made from 's', which is not in" in failure(capsys, "verify", "s-textkit", "--rebuild")
    assert run(capsys, "verify", "s-textkit", "--rebuild", "--source", "moved")[0] == 0

    with (tmp_path / "moved" / "a.txt").open("a") as file:
        file.write("新的一句话。")
    manifest = json.loads((tmp_path / "s-textkit" / "manifest.json").read_text())
    manifest["versions"]["numpy"] = "1.0"
    (tmp_path / "s-textkit" / "manifest.json").write_text(json.dumps(manifest))
    code, out, _ = run(capsys, "verify", "s-textkit", "--rebuild", "--source", "moved")
    lines = out.splitlines()
    assert code == 1
    assert lines[0] == "data: a.txt changed"
    assert lines[1].startswith("versions: numpy was 1.0, is ")
    assert "bytes: index.html differs" in lines
    assert lines[-1] == f"{len(lines) - 1} differences from what textkit wrote in s-textkit"


def test_a_manifest_cannot_lead_out_of_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    speeches(tmp_path / "s", "a.txt", "b.txt")
    assert run(capsys, "compare", "s", "--quiet", "--topics", "0")[0] == 0
    path = tmp_path / "s-textkit" / "manifest.json"
    manifest = json.loads(path.read_text())
    for command, told in (
        ("textkit compare ../s", "the place '../s', where only a name may stand"),
        ("textkit compare s --meta /etc/passwd", "the place '/etc/passwd', where only a name may stand"),
        ("textkit lab s", "was made in Python, not by the command"),
    ):
        path.write_text(json.dumps(manifest | {"command": command}))
        assert told in failure(capsys, "verify", "s-textkit", "--rebuild")


def test_interrupted(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    speeches(tmp_path / "s", "a.txt", "b.txt")

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "make_page", interrupt)
    code, out, err = run(capsys, "compare", "s")
    assert (code, out, err) == (130, "", "\ntextkit: interrupted; nothing half-written\n")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s"]


def test_a_closed_pipe_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speeches(tmp_path / "s", "a.txt", "b.txt")

    def closed(*_: object, **__: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("textkit.cli._say", closed)
    assert main(["compare", "s"]) == 0


def test_debug_shows_where_it_arose(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTKIT_DEBUG", "1")
    code, _, err = run(capsys, "compare", "no such")
    assert code == 2
    assert "Traceback" in err
    assert err.splitlines()[-1] == (
        "textkit: there is no folder or file 'no such'. Check the spelling, or give the full path."
    )


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["compare"], "the following arguments are required: FOLDER"),
        (["compare", "s", "--topics", "-1"], "argument --topics: expected a whole number of at least 0, got -1"),
        (["compare", "s", "--topics", "x"], "argument --topics: expected a whole number, got 'x'"),
        (["compare", "s", "--format", "docx"], "argument --format: expected some of html,csv,png,svg,pdf, got 'docx'"),
        (["compare", "s", "--format", ","], "argument --format: expected some of html,csv,png,svg,pdf, got nothing"),
        (["compare", "s", "--lang", "de"], "argument --lang: invalid choice: 'de'"),
        (["compare", "s", "--stop", "cn"], "unrecognized arguments: --stop cn"),
        (["compar", "s"], "invalid choice: 'compar'"),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_wrong_usage(capsys: pytest.CaptureFixture[str], argv: list[str], expected: str) -> None:
    code, out, err = run(capsys, *argv)
    assert (code, out) == (2, "")
    assert expected in err


def test_control_characters_never_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printable("a\x1b]0;x\x07b\u202ec\n词😀") == "a\\x1b]0;x\\x07b\\u202ec\n词😀"
    speeches(tmp_path / "s\x1b[31m", "a\x1b[2J.txt", "b.txt")
    _, out, err = run(capsys, "compare", "s\x1b[31m", "--no-clean")
    assert "\x1b" not in out + err


# -- lab ----------------------------------------------------------------------------------------------------------


def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    calls: list[list[str]] = []
    module = types.ModuleType("jupyterlab.labapp")
    module.LabApp = types.SimpleNamespace(launch_instance=calls.append)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", module)
    monkeypatch.delenv("JUPYTER_TOKEN", raising=False)
    return calls


def test_lab_is_local_and_has_a_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = started(monkeypatch)
    (tmp_path / "nb").mkdir()
    codes = [run(capsys, "lab", "nb", "--no-browser") for _ in range(2)]
    assert [code for code, _, _ in codes] == [0, 0]
    tokens = set()
    for arguments, (_, out, _) in zip(calls, codes, strict=True):
        given = dict(argument.split("=", 1) for argument in arguments)
        assert given["--ServerApp.ip"] == "127.0.0.1"
        assert given["--ServerApp.root_dir"] == str(tmp_path / "nb")
        assert given["--ServerApp.allow_remote_access"] == "False"
        assert given["--ServerApp.open_browser"] == "False"
        token = given["--IdentityProvider.token"]
        assert len(token) == 48
        assert f"http://127.0.0.1:{given['--ServerApp.port']}/lab?token={token}" in out
        tokens.add(token)
    assert len(tokens) == 2


def test_lab_takes_the_notebooks_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = started(monkeypatch)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01.ipynb").write_text("{}")
    assert main(["lab"]) == 0
    assert f"--ServerApp.root_dir={tmp_path / 'notebooks'}" in calls[0]


def test_lab_without_jupyterlab(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    assert failure(capsys, "lab", ".") == (
        "textkit: JupyterLab is not installed. Install it with: pip install jupyterlab\n"
    )


def test_a_port_in_use(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    started(monkeypatch)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert failure(capsys, "lab", ".", "--port", str(port)) == (
            f"textkit: port {port} is not free. Name another one, or leave --port out.\n"
        )
    assert "is not free" in failure(capsys, "lab", ".", "--port", "99999")


def test_nothing_ever_opens_the_server_to_the_network() -> None:
    arguments = lab_arguments(Path(), 8888, "t")
    assert not [a for a in arguments if "0.0.0.0" in a or a.endswith(("token=", "ip=*"))]


def test_a_folder_one_may_not_write_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    speeches(tmp_path / "s", "a.txt", "b.txt")

    def refused(*_: object, **__: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pathlib.Path.mkdir", refused)
    assert failure(capsys, "compare", "s", "--out", "locked") == (
        f"textkit: cannot write the report {tmp_path / 'locked'}: Permission denied. Nothing was left half-written. "
        "Name a folder where you may write with --out (or out=).\n"
    )


@pytest.mark.machine
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_no_permission_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    speeches(tmp_path / "s", "a.txt", "b.txt")
    (tmp_path / "locked").mkdir(mode=0o500)
    assert failure(capsys, "compare", "s", "--out", "locked/out").endswith(
        "Nothing was left half-written. Name a folder where you may write with --out (or out=).\n"
    )


@pytest.mark.shared
@pytest.mark.slow
def test_the_five_speeches(shared: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = shared / "data" / "speeches"
    code, out, _ = run(capsys, "compare", str(folder), "--meta", str(folder / "meta.csv"), "--lang", "en")
    assert code == 0
    assert "documents   5 read, 0 not read" in out
    manifest = json.loads((tmp_path / "speeches-textkit" / "manifest.json").read_bytes())
    assert manifest["sizes"]["documents"] == 5
    assert "meta.csv" in manifest["inputs"]["files"]
