"""Fail when the run-time dependency tree holds a licence that is not permissive.

MPL-2.0 (certifi, tqdm, pathspec and the like) is file-level copyleft: unmodified use is fine, so it is allowed by name.
"""

from __future__ import annotations

import importlib.metadata
import re
import sys

from packaging.requirements import Requirement

ROOT = "textkit-zh"
REFUSED = re.compile(
    r"\b(A?GPL|LGPL|GNU (Affero |Lesser |Library )?General Public|SSPL|EUPL|CC-BY-NC|Commercial)", re.I
)
PERMISSIVE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla Public|Unlicense|0BSD|HPND|CMU|Zlib|OFL|"
    r"Open Font|Public Domain|CNRI|Matplotlib",
    re.I,
)


def canonical(name: str) -> str:
    """Return the name of a distribution as the index spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def runtime_tree(root: str) -> dict[str, importlib.metadata.Distribution]:
    """Return every installed distribution that the root needs at run time."""
    found: dict[str, importlib.metadata.Distribution] = {}
    todo: list[tuple[str, frozenset[str]]] = [(canonical(root), frozenset())]
    while todo:
        name, extras = todo.pop()
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        known = name in found
        found[name] = distribution
        if known and not extras:
            continue
        for text in distribution.requires or []:
            need = Requirement(text)
            wanted = need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in (extras or {""}))
            child = canonical(need.name)
            if wanted and (child not in found or need.extras):
                todo.append((child, frozenset(need.extras)))
    return found


def licence(distribution: importlib.metadata.Distribution) -> str:
    """Return what a distribution says of its licence, from the shortest trustworthy field."""
    meta = distribution.metadata
    if meta.get("License-Expression"):
        return str(meta["License-Expression"])
    classifiers = [c.split(" :: ")[-1] for c in meta.get_all("Classifier", []) if c.startswith("License ::")]
    named = [c for c in classifiers if c != "OSI Approved"]
    if named:
        return "; ".join(named)
    return (meta.get("License") or "unknown").strip().splitlines()[0][:80]


def main() -> int:
    """Print the problems and return the exit code."""
    tree = runtime_tree(ROOT)
    rows = {name: licence(distribution) for name, distribution in sorted(tree.items())}
    bad = {}
    for name, text in rows.items():
        # "A or B" lets the user choose; one permissive choice is enough
        choices = re.split(r"\bOR\b", text)
        if not any(PERMISSIVE.search(choice) and not REFUSED.search(choice) for choice in choices):
            bad[name] = text
    for name, text in bad.items():
        print(f"not permissive, or unknown: {name}: {text}")
    print(f"licences: {len(rows)} distributions in the run-time tree, {len(bad)} refused")
    return 1 if bad or len(rows) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
