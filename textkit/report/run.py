"""The command ``textkit compare``: read the files, compare, and note the command and the hashes of what was read."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textkit.corpus import Corpus
from textkit.errors import ReadError
from textkit.report.analysis import Clock
from textkit.report.comparison import Comparison, compare_corpus
from textkit.report.folder import check_target, file_hash
from textkit.report.manifest import Origin
from textkit.report.notes import collected
from textkit.report.settings import STOPWORDS, Settings, chosen_stopwords


@dataclass(frozen=True, slots=True)
class Request:
    """What to read."""

    source: Path
    meta: Path | None = None
    name_pattern: str | None = None
    encoding: str | None = None
    user_words: Path | None = None


def run(
    request: Request, *, out: Path, force: bool = False, progress: bool | None = None, clock: Clock, **asked: Any
) -> Comparison:
    """Read and compare; ``asked`` are fields of `Settings`."""
    settings = Settings(
        **{
            **asked,
            "user_words": request.user_words or (),
            "stopwords": chosen_stopwords(asked.get("stopwords", STOPWORDS)),
        }
    )
    _check_paths(request)
    check_target(out, force=force)
    with clock.step("libraries"):
        from textkit.reading import read
    with collected(request.source) as notes:
        with clock.step("read"):
            corpus = read(
                request.source,
                meta=request.meta,
                name_pattern=request.name_pattern,
                encoding=request.encoding,
                progress=progress,
            )
        origin = Origin(command(request, settings), corpus.fingerprint, input_hashes(request, corpus), notes)
        return compare_corpus(corpus, settings, origin, clock, out=out, force=force, progress=progress)


def command(request: Request, settings: Settings) -> str:
    """Return the command that makes the report again, with names of files but not their places."""
    usual, chosen = Settings().described(), settings.described()
    words = ["textkit", "compare", request.source.name or report_name(request.source)]
    for option, path in (("--meta", request.meta), ("--user-words", request.user_words)):
        words += [option, path.name] if path is not None else []
    for option, value in (("--name-pattern", request.name_pattern), ("--encoding", request.encoding)):
        words += [option, value] if value is not None else []
    words += [] if settings.clean else ["--no-clean"]
    options = {
        "by": "--by",
        "label": "--label",
        "lang": "--lang",
        "random_state": "--seed",
        "segmenter": "--segmenter",
        "stopwords": "--stopwords",
        "topics": "--topics",
    }
    for name, option in options.items():
        if chosen[name] != usual[name]:
            words += [option, "none" if chosen[name] is None else str(chosen[name])]
    if chosen["formats"] != usual["formats"]:
        words += ["--format", ",".join(chosen["formats"])]
    if settings.title not in ("", report_name(request.source)):
        words += ["--title", settings.title]
    return " ".join(map(shell_word, words))


def shell_word(text: str) -> str:
    """Quote a word for a shell only where it must be: names in Chinese need no quotes.

    >>> shell_word("讲话"), shell_word("my speeches")
    ('讲话', "'my speeches'")
    """
    return text if re.fullmatch(r"[\w@%+=:,./-]+", text) else shlex.quote(text)


def input_hashes(request: Request, corpus: Corpus) -> dict[str, str]:
    """Return the SHA-256 of each file that was used, by its place inside the folder or by its name."""
    found: dict[str, str] = {}
    docs = corpus.docs
    names = sorted(set(docs["file"].astype(str))) if "file" in docs.columns else []
    root = request.source if request.source.is_dir() else request.source.parent
    for name in [*names, *([] if request.source.is_dir() else [request.source.name])]:
        path = root / name
        if path.is_file():
            found[name] = file_hash(path)
    for extra in (request.meta, request.user_words):
        if extra is not None:
            found[extra.name] = file_hash(extra)
    return found


def report_name(source: Path) -> str:
    """Return the name of a folder (also of ``.`` and ``..``), or of a file without its ending.

    >>> report_name(Path("data/speeches/"))
    'speeches'
    """
    name = source.name if source.name not in ("", "..") else source.resolve().name
    return (Path(name).stem if source.is_file() else name) or "report"


def _check_paths(request: Request) -> None:
    """Say at once, and not after a minute of work, that a file is not there."""
    if not request.source.exists():
        raise ReadError(
            f"there is no folder or file {str(request.source)!r}. Check the spelling, or give the full path."
        )
    for option, path in (("--meta", request.meta), ("--user-words", request.user_words)):
        if path is not None and not path.is_file():
            raise ReadError(f"{option} names {str(path)!r}, which is not a file. Check the spelling.")
