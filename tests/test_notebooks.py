"""Notebooks: the .ipynb twins equal their sources, hold no outputs, and are built for teaching."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))
from notebook_twins import sources, twin  # noqa: E402

SOURCES = sources(ROOT / "notebooks")


def test_every_number_has_its_lesson() -> None:
    assert [s.name[:2] for s in SOURCES] == [f"{i:02}" for i in range(1, 17)]


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.stem)
def test_the_twin_is_up_to_date(source: Path) -> None:
    assert source.with_suffix(".ipynb").read_text(encoding="utf-8") == twin(source), (
        "run python tools/notebook_twins.py"
    )


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.stem)
def test_shape_of_a_lesson(source: Path) -> None:
    cells = json.loads(twin(source))["cells"]
    code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    prose = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
    assert all(not c.get("outputs") for c in cells)
    assert prose[0].startswith("# "), "a title first"
    assert "?" in prose[0] or "？" in prose[0], "the question comes first"
    assert any("Exercises" in p or "练习" in p for p in prose[-2:]), "exercises at the end"
    assert max(len(c.splitlines()) for c in code) <= 15, "small cells"
    assert not any(line.lstrip().startswith(("!", "%pip")) for c in code for line in c.splitlines())
