"""The data in a built wheel: they are there, they load from there, and no text that may not be shared is among them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the project in which somebody has put a speech into ``texts``, unpacked."""
    place = tmp_path_factory.mktemp("wheel")
    copy = place / "project"
    skipped = shutil.ignore_patterns("__pycache__", "texts")
    for folder in ("textkit", "data"):
        shutil.copytree(PROJECT / folder, copy / folder, ignore=skipped)
    for path in PROJECT.iterdir():
        if path.is_file() and path.suffix in (".toml", ".md", ""):
            shutil.copy(path, copy / path.name)
    (copy / "data" / "speeches" / "texts").mkdir()
    (copy / "data" / "speeches" / "texts" / "secret.txt").write_text("同志们：", encoding="utf-8")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    (wheel,) = place.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place / "site")
    return place / "site"


def test_the_wheel_has_the_data_and_no_speech(unpacked: Path) -> None:
    def files(folder: Path) -> set[str]:
        return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc"}

    tracked = {name for name in files(PROJECT / "data") if not name.startswith("speeches/texts/")}
    assert files(unpacked / "textkit" / "_data") == tracked
    assert not list(unpacked.rglob("secret.txt"))


def test_the_wheel_loads_its_own_data(unpacked: Path, tmp_path: Path) -> None:
    script = (
        "import textkit.datasets as d; print(d.data_folder('townhall')); print(len(d.load('townhall')), "
        "len(d.load_matrix('speeches').merge('doc')))"
    )
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, check=True, capture_output=True, encoding="utf-8"
    )
    assert done.stdout.splitlines() == [str(unpacked / "textkit" / "_data" / "townhall"), "24 5"]
