"""How many lines of real text the fast engine cuts exactly as jieba.lcut does, and how much faster it is.

    TEXTKIT_SHARED=<folder that holds data/> python benchmarks/segment_parity.py [FOLDER ...]

Every line of every UTF-8 file under the folders is cut by both, with the model and without it.
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from textkit.segment.jieba import Jieba


class Parity(NamedTuple):
    """What one comparison found."""

    hmm: bool
    files: int
    lines: int
    equal: int
    characters: int
    seconds_textkit: float
    seconds_jieba: float
    different: list[str]

    @property
    def share(self) -> float:
        return self.equal / self.lines if self.lines else 1.0

    @property
    def ratio(self) -> float:
        return self.seconds_jieba / self.seconds_textkit if self.seconds_textkit else float("nan")


def texts(folders: list[Path]) -> Iterator[tuple[Path, list[str]]]:
    """Yield the lines of every file that is UTF-8 text, line ends included."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if not path.is_file():
                continue
            data = path.read_bytes()
            try:
                text = data.decode("utf-8")
            except UnicodeDecodeError:
                continue
            if "\0" not in text:
                yield path, text.splitlines(keepends=True)


def compare(folders: list[Path], *, hmm: bool = True, jieba: Any = None) -> Parity:
    """Cut every line with both and compare the lists of words."""
    published = published_jieba() if jieba is None else jieba
    cutter = Jieba(hmm=hmm)
    cutter.cut("热身")
    published.lcut("热身")
    files = lines = equal = characters = 0
    ours = theirs = 0.0
    different: list[str] = []
    for path, content in texts(folders):
        files += 1
        start = time.perf_counter()
        got = [cutter.cut(line) for line in content]
        middle = time.perf_counter()
        wanted = [published.lcut(line, HMM=hmm) for line in content]
        ours += middle - start
        theirs += time.perf_counter() - middle
        lines += len(content)
        characters += sum(map(len, content))
        for line, one, other in zip(content, got, wanted, strict=True):
            if one == other:
                equal += 1
            else:
                different.append(f"{path.name}: {line.strip()[:80]!r}")
    return Parity(hmm, files, lines, equal, characters, ours, theirs, different)


def published_jieba() -> Any:
    """Import jieba as anybody would, without its noise."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(60)
    return jieba


def main(arguments: list[str]) -> int:
    folders = [Path(name) for name in arguments]
    if not folders:
        if not os.environ.get("TEXTKIT_SHARED"):
            print("Name folders of texts, or set TEXTKIT_SHARED to the folder that holds data/.")
            return 2
        folders = [Path(os.environ["TEXTKIT_SHARED"]) / "data"]
    worst = 1.0
    for hmm in (True, False):
        found = compare(folders, hmm=hmm)
        worst = min(worst, found.share)
        print(
            f"hmm={found.hmm}: {found.equal:,} of {found.lines:,} lines equal ({100 * found.share:.4f} %), "
            f"{found.files} files, {found.characters:,} characters; "
            f"textkit {found.seconds_textkit:.2f} s, jieba {found.seconds_jieba:.2f} s, ratio {found.ratio:.1f}"
        )
        for line in found.different[:10]:
            print("  different:", line)
    return 0 if worst == 1.0 else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
