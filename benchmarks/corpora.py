"""Real Chinese text to measure on: the extra test corpora where they are, else the bundled reports."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]


def texts() -> tuple[str, list[str]]:
    """Return a name for the collection and its texts."""
    shared = os.environ.get("TEXTKIT_SHARED")
    if not shared:
        files = sorted((ROOT / "data" / "townhall" / "clean").glob("*.txt"))
        return "townhall (24 invented reports)", [f.read_text(encoding="utf-8") for f in files]
    folder = Path(shared) / "data" / "corpora"
    found = [f.read_text(encoding="utf-8", errors="replace") for f in sorted(folder.rglob("*.txt"))]
    for file in sorted(folder.rglob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found.append(max((v for v in row.values() if isinstance(v, str)), key=len))
    return "government reports and policy documents", found


def sentences() -> list[str]:
    """Return all sentences of the texts."""
    from textkit.boundaries import sentence_spans

    return [text[a:b] for text in texts()[1] for a, b in sentence_spans(text)]


def short_documents(n: int, seed: int = 7) -> list[str]:
    """Draw ``n`` sentences with replacement."""
    pool = sentences()
    return [pool[i] for i in np.random.default_rng(seed).integers(0, len(pool), size=n)]
