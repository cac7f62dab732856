"""The folder of a report: nothing foreign is touched, nothing stays half-written, and a killed run can be repeated."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from textkit.errors import ReadError, WriteError
from textkit.report import folder as room
from textkit.report.check import check_folder
from textkit.report.folder import MANIFEST, check_target, hashes, is_ours, staged, to_json


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / MANIFEST).write_bytes(to_json({"schema": room.SCHEMA, "command": "c", "outputs": hashes(folder)}))


def make(out: Path, files: dict[str, str], *, force: bool = False) -> None:
    with staged(out, force=force) as folder:
        write(folder, files)


def content(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def left_beside(out: Path) -> list[str]:
    return sorted(path.name for path in out.parent.iterdir() if path != out)


def test_a_new_report_is_one_rename(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "报告 😀"
    make(out, {"index.html": "a", "tables/x.csv": "1"})
    assert content(out) == {"index.html": "a", "tables/x.csv": "1"}
    assert left_beside(out) == []
    assert check_folder(out).problems == ()


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    make(tmp_path / "out", {"index.html": "a"})
    (tmp_path / "empty").mkdir()
    make(tmp_path / "empty", {"index.html": "a"})
    assert content(tmp_path / "empty") == {"index.html": "a"}


def test_an_older_report_is_replaced_and_foreign_files_stay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(out, {"index.html": "old", "tables/gone.csv": "1", "tables/kept.csv": "2"})
    (out / "my notes.txt").write_text("mine")
    (out / "figures").mkdir()
    (out / "figures" / "mine.png").write_text("mine too")
    make(out, {"index.html": "new", "tables/kept.csv": "3"})
    assert content(out) == {
        "figures/mine.png": "mine too",
        "index.html": "new",
        "my notes.txt": "mine",
        "tables/kept.csv": "3",
    }
    assert check_folder(out).problems == ("figures/mine.png: not from textkit", "my notes.txt: not from textkit")


def test_something_else_is_refused_before_any_work(tmp_path: Path) -> None:
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter1.docx").write_text("years of work")
    with pytest.raises(WriteError) as error, staged(out):
        pytest.fail("work was begun")
    assert str(error.value) == (
        f"{out} holds files that textkit did not write ('chapter1.docx'), and no report. "
        "Name another folder with --out (or out=)."
    )
    assert content(out) == {"chapter1.docx": "years of work"}


def test_a_manifest_of_another_program_is_something_else(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"manifest_version": 3, "name": "an extension"}')
    with pytest.raises(WriteError, match="did not write"):
        check_target(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"schema": "textkit-report/1"}', "[" * 100_000])
def test_a_damaged_manifest_is_no_report(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(WriteError, match="did not write"):
        check_target(tmp_path)


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("x")
    with pytest.raises(WriteError) as error:
        make(out, {"index.html": "a"})
    assert str(error.value) == (
        f"{out} is a file, not a folder, so no report can be written there. Name another folder with --out (or out=)."
    )


def test_a_file_in_place_of_a_parent(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    out = tmp_path / "file" / "out"
    with pytest.raises(WriteError) as error:
        make(out, {"index.html": "a"})
    assert str(error.value).startswith(f"cannot write the report {out}: ")
    assert str(error.value).endswith("Name a folder where you may write with --out (or out=).")


def test_edits_are_not_lost_unless_forced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(out, {"index.html": "old"})
    (out / "index.html").write_text("old, with my remarks")
    with pytest.raises(WriteError) as error:
        make(out, {"index.html": "new"})
    assert str(error.value) == (
        f"{out} is an older report, but 'index.html' changed since textkit wrote it. Name another folder with --out "
        "(or out=). Or replace the changed files too: --force (or force=True)."
    )
    assert content(out) == {"index.html": "old, with my remarks"}
    make(out, {"index.html": "new"}, force=True)
    assert content(out) == {"index.html": "new"}


def test_a_foreign_file_under_one_of_our_names_is_not_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(out, {"index.html": "old"})
    (out / "tables").mkdir()
    (out / "tables" / "sizes.csv").write_text("mine")
    with pytest.raises(WriteError) as error:
        make(out, {"index.html": "new", "tables/sizes.csv": "1"})
    assert str(error.value) == (
        f"{out} is an older report, but 'tables/sizes.csv' did not come from textkit and would be replaced. Move it "
        "away, name another folder with --out (or out=), or use --force (or force=True)."
    )
    assert content(out) == {"index.html": "old", "tables/sizes.csv": "mine"}


def test_a_link_in_place_of_our_folder_is_refused(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    make(out, {"index.html": "old"})
    elsewhere.mkdir()
    (out / "tables").symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(WriteError, match="is a link to another folder"):
        make(out, {"index.html": "new", "tables/x.csv": "1"})
    assert list(elsewhere.iterdir()) == []


def test_a_manifest_cannot_make_us_delete_elsewhere(tmp_path: Path) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("precious")
    out = tmp_path / "out"
    make(out, {"index.html": "old"})
    manifest = json.loads((out / MANIFEST).read_bytes())
    digest = room.file_hash(victim)
    manifest["outputs"] |= {"../victim.txt": digest, str(victim): digest, "tables/../../victim.txt": digest}
    (out / MANIFEST).write_bytes(to_json(manifest))
    make(out, {"index.html": "new"})
    assert victim.read_text() == "precious"


@given(st.text(alphabet="ab/.\\ :", max_size=12))
def test_only_plain_paths_inside_are_ours(path: str) -> None:
    inside = Path("/report")
    for prefix in ("", "tables/", "figures/"):
        if is_ours(prefix + path):
            assert os.path.normpath(inside / (prefix + path)).startswith("/report/")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("boom"), MemoryError()])
def test_an_interrupted_run_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    out = tmp_path / "out"
    make(out, {"index.html": "old"})
    with pytest.raises(type(error)), staged(out) as folder:
        (folder / "index.html").write_text("half")
        raise error
    assert content(out) == {"index.html": "old"}
    assert left_beside(out) == []
    make(out, {"index.html": "new"})
    assert content(out) == {"index.html": "new"}


def test_killed_at_every_rename_the_run_can_be_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = {"index.html": "old", "tables/a.csv": "1", "tables/b.csv": "2"}
    new = {"index.html": "new", "tables/b.csv": "3", "tables/c.csv": "4"}
    real = Path.replace
    for stop in range(12):
        out = tmp_path / f"out{stop}"
        make(out, old)
        calls = 0

        def dying(self: Path, target: Path, stop: int = stop) -> Path:
            nonlocal calls
            calls += 1
            if calls > stop:
                raise KeyboardInterrupt  # as by a signal between two renames
            return real(self, target)

        monkeypatch.setattr(Path, "replace", dying)
        finished = True
        try:
            make(out, new)
        except KeyboardInterrupt:
            finished = False
        monkeypatch.setattr(Path, "replace", real)
        for name, text in content(out).items():
            if not name.startswith("."):
                assert text in (old.get(name), new.get(name)), "never half a file"
        make(out, {**new, "index.html": "newest"})  # a later report, with other files, is not refused
        assert content(out) == {**new, "index.html": "newest"}
        if finished:
            break
    assert finished
    assert stop >= 4


def test_an_update_cut_short_is_told_by_verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    make(out, {"index.html": "old", "tables/a.csv": "1"})
    real = Path.replace
    monkeypatch.setattr(
        Path,
        "replace",
        lambda self, to: real(self, to) if to.name != MANIFEST else (_ for _ in ()).throw(KeyboardInterrupt),
    )
    with pytest.raises(KeyboardInterrupt):
        make(out, {"index.html": "new", "tables/a.csv": "1"})
    monkeypatch.setattr(Path, "replace", real)
    assert check_folder(out).problems == (
        ".textkit-update.json: an update of this report was cut short; run the command again",
        "index.html: changed",
    )


def test_disk_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(WriteError) as error:
        make(out, {"index.html": "a"})
    assert str(error.value) == (
        f"cannot write the report {out}: {os.strerror(errno.ENOSPC)}. Nothing was left half-written. "
        "Free some space, or name a folder on another disk with --out (or out=)."
    )
    assert left_beside(out) == []


def test_what_a_killed_run_left_is_swept_but_not_what_a_living_one_uses(tmp_path: Path) -> None:
    out = tmp_path / "out"
    dead, alive, other = (tmp_path / f"{room._prefix(out)}{name}" for name in ("dead", "alive", "other"))
    for folder in (dead, alive, other):
        folder.mkdir()
        (folder / "half.csv").write_text("x")
    (dead / ".lock").touch()
    with FileLock(alive / ".lock"):
        make(out, {"index.html": "a"})
        assert left_beside(out) == sorted([alive.name, other.name])  # `other` has no lock of ours: not ours to remove


def test_verify_names_what_differs(tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(out, {"index.html": "a", "tables/a.csv": "1", "tables/b.csv": "2"})
    (out / "index.html").write_text("b")
    (out / "tables" / "a.csv").unlink()
    found = check_folder(out)
    assert (found.n_files, found.problems) == (3, ("index.html: changed", "tables/a.csv: missing"))


def test_verify_of_something_else(tmp_path: Path) -> None:
    with pytest.raises(ReadError) as error:
        check_folder(tmp_path / "no")
    assert str(error.value) == f"there is no folder '{tmp_path / 'no'}'. Name the folder of a report, or of figures."
    with pytest.raises(ReadError) as error:
        check_folder(tmp_path)
    assert str(error.value) == (
        f"{tmp_path} has no manifest.json: it is neither a report nor a folder of figures of textkit."
    )


def test_a_long_odd_name_is_no_problem(tmp_path: Path) -> None:
    out = tmp_path / ("长" * 80 + "[a]*?")
    make(out, {"index.html": "a"})
    make(out, {"index.html": "b"})
    assert content(out) == {"index.html": "b"}


def test_an_interrupt_just_after_the_hidden_folder_was_made_leaves_nothing(tmp_path, monkeypatch):
    make = Path.mkdir

    def interrupted(self, *arguments, **options):
        make(self, *arguments, **options)
        if self.name.startswith(".textkit-"):
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, "mkdir", interrupted)
    with pytest.raises(KeyboardInterrupt), staged(tmp_path / "out"):
        raise AssertionError
    assert list(tmp_path.iterdir()) == []
