"""Atomic writing: whole files or none."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from textkit.errors import WriteError
from textkit.storage import write_atomically, write_bytes


def test_a_failing_writer_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    target = write_bytes(tmp_path / "a.txt", b"old")

    def full_disk(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(WriteError, match="No space left on device. Nothing was left half-written; free some space"):
        write_atomically(target, full_disk)
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    def interrupted(path: Path) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a.txt", interrupted)
    assert os.listdir(tmp_path) == []


def test_folders_are_made_and_permissions_are_ordinary(tmp_path: Path) -> None:
    path = write_bytes(tmp_path / "新 文件夹" / "a.txt", "文".encode())
    assert path.read_text(encoding="utf-8") == "文"
    assert path.stat().st_mode & 0o444 == 0o444 & ~_umask()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(WriteError, match=r"^cannot write .*Choose a folder you may write to.$"):
        write_bytes(tmp_path / "file" / "a.txt", b"")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
