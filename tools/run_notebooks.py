"""Run all notebooks from their sources and keep the executed copies in build/notebooks (with outputs).

Figures go to figures/ by the code of the notebooks. A failing cell is shown with its source and what it printed.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

sys.path.insert(0, str(Path(__file__).resolve().parent))
from notebook_twins import notebook, sources

ROOT = Path(__file__).resolve().parents[1]


def run(source: Path, out: Path) -> tuple[Path, float, str]:
    """Execute one notebook; return its source, the seconds it took and the error, if any."""
    began = time.perf_counter()
    made = notebook(source)
    client = NotebookClient(
        made,
        timeout=600,
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(source.parent)}},
    )
    error = ""
    environment = {**os.environ, "TEXTKIT_SOURCE": source.relative_to(ROOT).as_posix(), "TEXTKIT_PROGRESS": "0"}
    try:
        client.execute(env=environment)
    except CellExecutionError as failed:
        error = str(failed)
    out.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, out / source.with_suffix(".ipynb").name)
    return source, time.perf_counter() - began, error


def main() -> int:
    """Run the chosen notebooks, two at a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="beginnings of file names, such as 03; default: all")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    chosen = [s for s in sources() if not options.names or s.name.startswith(tuple(options.names))]
    if not chosen:
        print(f"no notebook begins with {options.names}")
        return 2
    failed = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for source, seconds, error in pool.map(lambda s: run(s, ROOT / "build" / "notebooks"), chosen):
            print(f"{'FAILED' if error else 'ok':6} {source.name}  {seconds:.1f} s", flush=True)
            if error:
                failed += 1
                print(error)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
