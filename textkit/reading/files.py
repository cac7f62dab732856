"""Which files are meant: folders are walked in natural order, what is no document is passed over and said."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from textkit.errors import ArgumentError, ReadError, nearest
from textkit.reading.encodings import decode

_JUNK = frozenset({".ds_store", "thumbs.db", "desktop.ini", "__macosx", "__pycache__", ".git", ".ipynb_checkpoints"})


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read: where it is, what it is called in the corpus, whether the user named this very file."""

    path: Path
    file: str
    explicit: bool


@dataclass(slots=True)
class Gathered:
    """Files in order, what was passed over (file, why), what cannot be read (file, reason)."""

    files: list[Found] = field(default_factory=list)
    passed: list[tuple[str, str]] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


def natural_key(file: str) -> tuple[tuple[tuple[int, int, str], ...], ...]:
    """Sort numbers by value: ``report2`` before ``report10``.

    >>> sorted(["b/10.txt", "b/9.txt", "a.txt"], key=natural_key)
    ['a.txt', 'b/9.txt', 'b/10.txt']
    """
    return tuple(tuple(_chunk(text) for text in re.split(r"(\d+)", part) if text) for part in file.split("/"))


def _chunk(text: str) -> tuple[int, int, str]:
    if not text.isdecimal():
        return (1, 0, text)
    digits = text.lstrip("0")
    return (0, len(digits), digits)


def is_junk(name: str) -> bool:
    """Say whether a file or folder is left behind by a system or an editor: never worth a word."""
    return name.lower() in _JUNK or name.startswith(("~$", "._"))


def gather(path: object) -> Gathered:
    """Find the files behind a path, a folder or a list of both."""
    given = _as_list(path)
    alone = not isinstance(path, (list, tuple))
    gathered = Gathered()
    present: list[Path] = []
    for item in given:
        if os.path.lexists(item):
            present.append(item)
        elif alone:
            raise ReadError(f"{missing(item)}.".replace("?.", "?"))
        else:
            gathered.problems.append((display(str(item)), missing(item)))
    root = _common_root(present)
    seen: set[str] = set()
    for item in present:
        found = _walk(item, gathered, root) if item.is_dir() else [Found(item, _relative(item, root), explicit=True)]
        for each in found:
            real = os.path.realpath(each.path)
            if real in seen and not alone:
                gathered.passed.append((each.file, "given twice"))
                continue
            seen.add(real)
            gathered.files.append(each)
    return gathered


def missing(path: Path) -> str:
    """Word the error for a path that does not exist, with the nearest name beside it."""
    shown = display(str(path))
    folder = path.parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    wanted = path.parts[len(folder.parts)] if len(path.parts) > len(folder.parts) else path.name
    try:
        names = [display(entry.name) for entry in os.scandir(folder)]
    except OSError:
        names = []
    close = nearest(wanted, names)
    hint = f"did you mean {close!r}?" if close else "check the spelling and the folder you are in"
    if any(sign in path.name for sign in "*?"):
        hint = "for a pattern, give the list: sorted(pathlib.Path(folder).glob(pattern))"
    where = "" if folder == path.parent else f" (the folder {display(wanted)!r} is missing)"
    return f"there is no file or folder {shown!r}{where}; {hint}"


def display(name: str) -> str:
    """Return a file name as text; names in an old encoding are decoded instead of carrying half characters."""
    try:
        name.encode()
    except UnicodeEncodeError:
        try:
            return decode(os.fsencode(name)).text
        except ReadError:
            return os.fsencode(name).decode("utf-8", "replace")
    return name


def read_bytes(path: Path, limit: int, *, head: int | None = None) -> bytes:
    """Read a regular file of at most ``limit`` bytes (or only its head)."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ReadError("not a regular file (a device, pipe or socket)")
        if status.st_size > limit and head is None:
            raise ReadError(f"{status.st_size:,} bytes, more than the {limit:,} that textkit reads; split it")
        with path.open("rb") as stream:
            data = stream.read(limit + 1 if head is None else head)
    except PermissionError:
        raise ReadError("no permission to read it; change its rights or copy it") from None
    except OSError as error:
        raise ReadError(f"the system cannot read it ({error.strerror or error})") from error
    if len(data) > limit:
        raise ReadError(f"more than the {limit:,} bytes that textkit reads; split it")
    return data


def _as_list(path: object) -> Sequence[Path]:
    items: Iterable[object] = path if isinstance(path, (list, tuple)) else [path]
    paths: list[Path] = []
    for item in items:
        if not isinstance(item, (str, os.PathLike)) or isinstance(item, bytes) or not _can_be(item):
            raise ArgumentError(f"path must be a file, a folder or a list of them (str or Path), got {item!r}.")
        text = os.fspath(item)
        if re.match(r"[a-z]{2,}://", text):
            raise ReadError(f"{text!r} is an address; textkit reads files: download it first.")
        try:
            paths.append(Path(text).expanduser())
        except RuntimeError:
            raise ReadError(f"{text!r} begins with ~ but names no home folder; give the full path.") from None
    if not paths:
        raise ArgumentError("path must be a file, a folder or a list of them, got an empty list.")
    return paths


def _can_be(path: str | os.PathLike[str]) -> bool:
    """Say whether a file could have this name at all."""
    text = os.fspath(path)
    try:
        return isinstance(text, str) and bool(text) and b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:  # half a character
        return False


def _common_root(paths: Sequence[Path]) -> Path | None:
    roots = [_absolute(path if path.is_dir() else path.parent) for path in paths]
    try:
        return Path(os.path.commonpath(roots)) if roots else None
    except ValueError:  # different drives
        return None


def _relative(path: Path, root: Path | None) -> str:
    absolute = _absolute(path)
    shown = absolute.relative_to(root) if root is not None else absolute
    return display(shown.as_posix())


def _absolute(path: Path) -> Path:
    """Make a path absolute without following links: a file is called as the user sees it."""
    return Path(os.path.normpath(path.absolute()))


def _walk(top: Path, gathered: Gathered, root: Path | None) -> Iterator[Found]:
    """Yield the files below a folder in natural order; links are followed, but no folder is entered twice."""
    entered: set[tuple[int, int]] = set()
    waiting: list[Path] = [top]
    while waiting:
        path = waiting.pop()
        name = display(path.name)
        file = _relative(path, root)
        if path != top and is_junk(name):
            continue
        if path != top and name.startswith("."):
            gathered.passed.append((file, "hidden"))
        elif path.is_dir():
            waiting += reversed(_entries(path, file, gathered, entered))
        elif path.is_file():
            yield Found(path, file, explicit=False)
        elif path.is_symlink():
            gathered.problems.append((file, "a link that leads nowhere; copy the file itself into the folder"))
        else:
            gathered.passed.append((file, "not a regular file"))


def _entries(folder: Path, file: str, gathered: Gathered, entered: set[tuple[int, int]]) -> list[Path]:
    try:
        status = folder.stat()
        identity = (status.st_dev, status.st_ino)
        if identity in entered and identity != (0, 0):
            gathered.passed.append((file, "a link to a folder that was read already"))
            return []
        entered.add(identity)
        names = sorted((entry.name for entry in os.scandir(folder)), key=lambda name: (natural_key(name), name))
    except PermissionError:
        gathered.problems.append((file, "no permission to look into this folder; change its rights or copy it"))
        return []
    except OSError as error:
        gathered.problems.append((file, f"the system cannot list this folder ({error.strerror or error})"))
        return []
    return [folder / name for name in names]
