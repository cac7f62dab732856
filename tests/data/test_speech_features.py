"""The features of the speeches are what the script beside them makes of the texts."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "data" / "speeches"


@pytest.mark.shared
def test_features_are_rebuilt_byte_for_byte(shared: Path, tmp_path: Path) -> None:
    build = runpy.run_path(str(FOLDER / "build_features.py"))["build"]
    names = build(shared / "data" / "speeches", tmp_path)
    assert names == ["counts.csv", "docs.csv", "paragraphs.csv", "SHA256SUMS"]
    for name in names:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_no_text_lies_beside_the_features() -> None:
    found = {path.name for path in FOLDER.iterdir()} - {"texts", "__pycache__"}
    assert found == {"SHA256SUMS", "SOURCE.md", "build_features.py", "counts.csv", "docs.csv", "paragraphs.csv"}
