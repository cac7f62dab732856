"""manifest.json: what went in, how, and what came out, without time, host, user or place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from textkit.provenance import versions
from textkit.report.analysis import Analysis
from textkit.report.folder import SCHEMA
from textkit.report.settings import Settings


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the corpus of a report comes from, as far as it can be told without naming a place on a computer."""

    command: str
    fingerprint: str
    """SHA-256 over names and texts as they were read."""
    files: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each file, by its name inside the folder."""
    warnings: Sequence[str] = ()
    """Warnings so far; more come while the report is made."""


def make_manifest(
    analysis: Analysis, settings: Settings, origin: Origin, outputs: Mapping[str, str], missing: tuple[str, ...]
) -> dict[str, Any]:
    """Return the manifest as plain JSON values."""
    sizes, counts = analysis.tables["sizes"], analysis.counts
    not_read = analysis.tables.get("not_read")
    return {
        "schema": SCHEMA,
        "command": origin.command,
        "settings": settings.described() | {"segmenter": counts.tokens.segmenter},
        "inputs": {
            "fingerprint": origin.fingerprint,
            "files": dict(origin.files),
            "documents": [str(name) for name in sizes["doc"]],
        },
        "not_read": [] if not_read is None else not_read[["file", "reason"]].astype(str).to_dict("records"),
        "cleaning": {"state": analysis.facts["cleaning"], **analysis.facts.get("edits", {})},
        "sizes": {
            "documents": len(sizes),
            "characters": int(sizes["characters"].sum()),
            "tokens": int(sizes["tokens"].sum()),
            "counted": int(sizes["kept"].sum()),
        },
        "compared": list(analysis.units.names),
        "topics": {key: value for key, value in analysis.facts.items() if "topic" in key or key == "paragraphs"},
        "warnings": list(origin.warnings),
        "missing_glyphs": list(missing),
        "versions": versions(),
        "outputs": dict(outputs),
    }
