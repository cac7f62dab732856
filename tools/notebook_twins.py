"""Write the .ipynb twin of each py:percent notebook, without outputs and byte for byte reproducible.

The .py file is the source; run this after editing it. ``--check`` only says whether the twins are up to date.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

import jupytext
import nbformat

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def sources(folder: Path = FOLDER) -> list[Path]:
    """Return the py:percent notebooks in order."""
    return sorted(folder.glob("[0-9][0-9]_*.py"))


def notebook(source: Path) -> nbformat.NotebookNode:
    """Return the notebook of a source, with cell ids that depend on nothing but place and text."""
    made = jupytext.read(source)
    for place, cell in enumerate(made.cells):
        cell["id"] = hashlib.sha256(f"{place}:{cell.source}".encode()).hexdigest()[:12]
        cell["metadata"] = {}
        if cell.cell_type == "code":
            cell["outputs"], cell["execution_count"] = [], None
    made["metadata"] = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    made["nbformat"], made["nbformat_minor"] = 4, 5
    nbformat.validate(made)
    return made


def twin(source: Path) -> str:
    """Return the text of the .ipynb twin."""
    return str(nbformat.writes(notebook(source))).rstrip("\n") + "\n"


def main() -> int:
    """Write or check all twins."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a twin is out of date")
    options = parser.parse_args()
    stale = 0
    for source in sources():
        target, text = source.with_suffix(".ipynb"), twin(source)
        if target.exists() and target.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if options.check:
            print(f"out of date: {target.name}; run: python tools/notebook_twins.py")
        else:
            target.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {target.name}")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
