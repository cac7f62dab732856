"""Write docs/functions.md: every public name by family, with its first line and its columns. ``--check`` compares."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from pathlib import Path

import textkit as tk

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "functions.md"
FAMILIES = [
    ("Texts", ("textkit.corpus", "textkit.reading", "textkit.datasets")),
    ("Cleaning", ("textkit.audit", "textkit.cleaning")),
    ("Words", ("textkit.tokens", "textkit.tokenization", "textkit.segment", "textkit.kinds", "textkit.vocabulary")),
    ("Word lists and dictionaries", ("textkit.lexicons", "textkit.dictionaries", "textkit.stats.lookup")),
    ("Counts and weights", ("textkit.matrix", "textkit.weights", "textkit.stats.top_terms", "textkit.stats.frequency")),
    ("Statistics", ("textkit.stats",)),
    ("Topic models", ("textkit.models",)),
    ("Pictures", ("textkit.plots", "textkit.figures")),
    ("How a number comes about", ("textkit.tracing",)),
    ("Reports", ("textkit.report",)),
    ("Errors", ("textkit.errors",)),
]

HEAD = ["| name | what it does | columns of the table |", "| --- | --- | --- |"]


def family(module: str) -> str:
    """Return the family of a module: the longest prefix that is listed."""
    found = [(len(prefix), name) for name, prefixes in FAMILIES for prefix in prefixes if module.startswith(prefix)]
    if not found:
        raise SystemExit(f"{module} belongs to no family; add it to FAMILIES in {Path(__file__).name}")
    return max(found)[1]


def row(name: str) -> tuple[str, str]:
    """Return the family of a public name and its line of the table."""
    value = getattr(tk, name)
    module = getattr(value, "__module__", "")
    if not module.startswith("textkit"):  # a constant: find the module that the stub names
        stub = (ROOT / "textkit" / "__init__.pyi").read_text(encoding="utf-8")
        module = "textkit" + str(re.search(rf"from (\S+) import {name} as", stub).group(1))  # type: ignore[union-attr]
    text = inspect.getdoc(value) if callable(value) else ""
    first = (text or "Constant.").splitlines()[0].replace("|", "\\|").replace("``", "`")
    columns = getattr(importlib.import_module(module), "COLUMNS", None) if name == module.rsplit(".", 1)[-1] else None
    shown = ", ".join(f"`{column}`" for column in columns) if isinstance(columns, (list, tuple)) else ""
    return family(module), f"| `{name}` | {first} | {shown} |"


def page() -> str:
    """Return the page."""
    rows: dict[str, list[str]] = {name: [] for name, _ in FAMILIES}
    for name in sorted(tk.__all__, key=str.casefold):
        where, text = row(name)
        rows[where].append(text)
    parts = [
        "# Everything that textkit offers",
        "",
        "Made by `python tools/function_list.py`. `help(tk.keyness)` shows the whole of one: the formula, all",
        "arguments, columns, edge cases, when the number must not be compared, source, example.",
    ]
    for name, lines in rows.items():
        if lines:
            parts += ["", f"## {name}", "", *HEAD, *lines]
    return "\n".join(parts) + "\n"


def main() -> int:
    """Write the page, or say whether it is up to date."""
    made = page()
    if "--check" in sys.argv[1:]:
        same = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == made
        print("docs/functions.md is up to date" if same else "run: python tools/function_list.py")
        return 0 if same else 1
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
