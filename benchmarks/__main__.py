"""``make bench``: run every case in fresh processes, three times, and write RESULTS.md."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.cases import CASES, Case
from benchmarks.corpora import texts
from benchmarks.inputs import FOLDER, prepare

HERE = Path(__file__).resolve().parent
PEERS = HERE.parent / ".venv-peers" / "bin" / "python"
PACKAGES = ["numpy", "scipy", "pandas", "scikit-learn", "jieba", "rjieba", "nltk", "matplotlib"]


def once(case: Case, side: str) -> dict[str, Any]:
    """Run one side of a case in a process of its own and return what it measured."""
    name = case.name
    command = [sys.executable, "-m", "benchmarks.cases", name, side]
    if side == "peer" and case.own_environment:
        command = [str(PEERS), "-m", "benchmarks.peers", name, str(FOLDER)]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "TEXTKIT_PROGRESS": "0"}
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=environment,
        cwd=HERE.parent,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{name} ({side}) failed:\n{done.stderr[-3000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def median(rows: list[dict[str, Any]], key: str) -> float:
    return statistics.median(row[key] for row in rows)


def measure(case: Case, repeats: int) -> dict[str, Any]:
    """Alternate the two sides so that noise of the machine falls on both."""
    ours: list[dict[str, Any]] = []
    peer: list[dict[str, Any]] = []
    for _ in range(case.repeats or repeats):
        ours.append(once(case, "ours"))
        if case.peer:
            peer.append(once(case, "peer"))
    result: dict[str, Any] = {
        "ours_s": median(ours, "seconds"),
        "ours_mb": median(ours, "peak_mb"),
        "note": ours[-1].get("note", ""),
    }
    if peer:
        result |= {"peer_s": median(peer, "seconds"), "peer_mb": median(peer, "peak_mb")}
        result["ratio"] = result["peer_s"] / result["ours_s"]
        if "perplexity" in ours[0]:
            result["perplexity"] = median(ours, "perplexity") / median(peer, "perplexity")
        result["memory"] = result["ours_mb"] / result["peer_mb"]
        result["note"] = "; ".join(part for part in (result["note"], _told_by(case, peer[-1])) if part)
        # a peer that computes something else on the same input gives an empty check
        result["equal"] = not peer[-1]["check"] or ours[-1]["check"] == peer[-1]["check"]
    else:
        result["equal"] = ours[-1].get("ok", True)
    return result


def _told_by(case: Case, row: dict[str, Any]) -> str:
    return f"{case.peer}: {row['note']}" if row.get("note") else ""


def missing(case: Case) -> str:
    """Say what a case needs that is not here, if anything."""
    if case.extra_corpora and not os.environ.get("TEXTKIT_SHARED"):
        return "needs the extra test corpora"
    if case.own_environment and peer_python() < case.peer_python:
        wanted = ".".join(map(str, case.peer_python))
        return f"the peer needs Python {wanted}: make bench PEERS_PYTHON=python{wanted}"
    return ""


def peer_python() -> tuple[int, int]:
    code = "import sys; print(*sys.version_info[:2])"
    told = subprocess.run([str(PEERS), "-c", code], capture_output=True, text=True, check=True).stdout
    major, minor = map(int, told.split())
    return major, minor


def verdict(case: Case, row: dict[str, Any]) -> str:
    if not row["equal"]:
        return "RESULTS DIFFER"
    return "yes" if case.reached(row) else "no"


def line(case: Case, row: dict[str, Any]) -> str:
    peer = f"{row['peer_s']:.3f}" if "peer_s" in row else "–"
    ratio = f"{row['ratio']:.1f} x" if "ratio" in row else "–"
    memory = f"{row['ours_mb']:.0f} / {row['peer_mb']:.0f}" if "peer_mb" in row else f"{row['ours_mb']:.0f}"
    cells = [case.title, case.peer or "–", f"{row['ours_s']:.3f}", peer, ratio, memory, case.goal, verdict(case, row)]
    return "| " + " | ".join(cells) + " |"


def peer_versions() -> list[str]:
    """Return the versions of the peers that have an environment of their own."""
    if not PEERS.is_file():
        return []
    code = (
        "import importlib.metadata as m\n"
        "there = {d.name for d in m.distributions()}\n"
        "for p in 'gensim datasketch pycorpdiff tomotopy structural-topic-model'.split():\n"
        "    if p in there: print(p, m.version(p))"
    )
    return subprocess.run([str(PEERS), "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()


def main() -> int:
    """Measure the chosen cases and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="cases to run; default: all")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    chosen = [c for c in CASES if not options.names or c.name in options.names]
    if any(case.inputs for case in chosen):
        prepare()
    if any(case.own_environment for case in chosen) and not PEERS.is_file():
        raise SystemExit("the peers are not installed; run: make bench")
    left_out = {case.title: why for case in chosen if (why := missing(case))}
    chosen = [case for case in chosen if case.title not in left_out]
    rows = {}
    for case in chosen:
        rows[case.name] = row = measure(case, options.repeats)
        print(line(case, row), flush=True)
    name, found = texts()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    versions = ", ".join([*(f"{p} {importlib.metadata.version(p)}" for p in PACKAGES), *peer_versions()])
    notes = [f"- **{c.title}**: {rows[c.name]['note']}" for c in chosen if rows[c.name]["note"]]
    notes += [f"- **{title}**: not run, {why}" for title, why in left_out.items()]
    report = [
        "# Benchmarks",
        "",
        "Made by `make bench`. Each side of each case runs in a process of its own, the two sides in turn; seconds are",
        f"medians of {options.repeats} run(s) (shared machine: trust ratios, not seconds). One BLAS thread.",
        "Both sides give the same results, or the row says so. Memory: peak of the whole process in MB, ours / peer.",
        "",
        f"Machine: {machine}; {versions}.",
        f"Text: {name}, {sum(map(len, found)):,} characters.",
        "",
        "| job | peer | ours s | peer s | ratio | peak MB | goal | reached |",
        "| --- | --- | ---: | ---: | ---: | ---: | --- | --- |",
        *[line(c, rows[c.name]) for c in chosen],
        "",
        *(["## Notes", "", *notes, ""] if notes else []),
    ]
    if not options.names:
        (HERE / "RESULTS.md").write_text("\n".join(report), encoding="utf-8")
    return 0 if all(verdict(c, rows[c.name]) != "RESULTS DIFFER" for c in chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
