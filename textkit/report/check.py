"""Is a report, or a folder of figures, still what textkit wrote?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textkit.errors import ReadError
from textkit.figures import verify
from textkit.report.folder import JOURNAL, MANIFEST, file_hash, hashes, is_ours, read_manifest


@dataclass(frozen=True, slots=True)
class Found:
    """How many files were looked at, and what is wrong with some of them, one sentence each."""

    n_files: int
    problems: tuple[str, ...]


def check_folder(folder: Path, *, rebuild: bool = False) -> Found:
    """Hash the files of a report or of a folder of figures again.

    ``rebuild`` draws figures again from their tables; a report is made again by the command line, which knows how its
    texts are read.

    Raises
    ------
    ReadError
        The folder is neither.
    """
    if not folder.is_dir():
        raise ReadError(f"there is no folder {str(folder)!r}. Name the folder of a report, or of figures.")
    manifest = read_manifest(folder)
    if manifest is None:
        return _figures(folder, rebuild=rebuild)
    return _report(folder, manifest["outputs"])


def _report(folder: Path, outputs: dict[str, str]) -> Found:
    problems = []
    if (folder / JOURNAL).is_file():
        problems.append(f"{JOURNAL}: an update of this report was cut short; run the command again")
    for path, known in sorted(outputs.items()):
        if not is_ours(path):
            problems.append(f"{path}: the manifest names a file that no report has")
        elif not (folder / path).is_file():
            problems.append(f"{path}: missing")
        elif file_hash(folder / path) != known:
            problems.append(f"{path}: changed")
    listed = set(outputs)
    problems += [f"{path}: not from textkit" for path in hashes(folder) if path not in listed]
    return Found(len(outputs), tuple(problems))


def _figures(folder: Path, *, rebuild: bool) -> Found:
    if not (folder / MANIFEST).is_file():
        raise ReadError(f"{folder} has no {MANIFEST}: it is neither a report nor a folder of figures of textkit.")
    table = verify(folder, rebuild=rebuild)
    wrong: list[dict[str, str]] = table[table["status"] != "ok"].to_dict("records")  # type: ignore[assignment]
    problems = tuple(
        f"{row['file']}: {row['status']}{' in ' + row['what'] if row['what'] else ''} ({row['detail']})"
        for row in wrong
    )
    return Found(len(table), problems)
