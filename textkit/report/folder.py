"""The folder of a report: nothing foreign is touched, everything is built beside it and moved in at the end.

While a report is made, its files grow in a hidden sibling folder. A new report is then one rename. Into an older
report the files are moved one by one, each move atomic, behind a journal that tells the next run which of the files
are textkit's own should this one be killed half-way.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

from filelock import FileLock, Timeout

from textkit.errors import ReadError, WriteError, listing
from textkit.storage import write_bytes

SCHEMA = "textkit-report/1"
MANIFEST = "manifest.json"
JOURNAL = ".textkit-update.json"
FOLDERS = ("tables", "figures")
PAGE = "index.html"

_LOCK = ".lock"
_WAIT = 60.0  # seconds for another run to move its files in


@contextmanager
def staged(out: Path, *, force: bool = False) -> Iterator[Path]:
    """Yield an empty folder to write a report into; on leaving it becomes ``out``, on an error it vanishes.

    Raises
    ------
    WriteError
        ``out`` holds something that is not a report of textkit, or one that was edited, or cannot be written.
    """
    out = Path(os.path.realpath(out))
    check_target(out, force=force)
    # named before it is made, so that an interrupt between the two leaves nothing behind
    folder = out.parent / f"{_prefix(out)}{secrets.token_hex(16)}"
    held = FileLock(folder / _LOCK)
    try:
        with told(out):
            out.parent.mkdir(parents=True, exist_ok=True)
            _sweep(out)
            folder.mkdir(mode=0o700)
            held.acquire(timeout=0)
        yield folder
        with told(out):
            _publish(folder, out, held, force=force)
    finally:
        held.release(force=True)
        shutil.rmtree(folder, ignore_errors=True)


def check_target(out: Path, *, force: bool = False) -> None:
    """Raise unless ``out`` is new, empty, or an unedited report of textkit."""
    if not out.exists():
        return
    remedy = "Name another folder with --out (or out=)."
    if not out.is_dir():
        raise WriteError(f"{out} is a file, not a folder, so no report can be written there. {remedy}")
    with told(out):
        present = [path.name for path in out.iterdir()]
    if not present:
        return
    if read_manifest(out) is None:
        raise WriteError(
            f"{out} holds files that textkit did not write ({listing(sorted(present), 3)}), and no report. {remedy}"
        )
    for name in FOLDERS:
        if (out / name).is_symlink():
            raise WriteError(f"{out / name} is a link to another folder. Remove the link, or: {remedy}")
    edited = [] if force else sorted(_edited(out))
    if edited:
        raise WriteError(
            f"{out} is an older report, but {listing(edited, 3)} changed since textkit wrote it. {remedy} "
            "Or replace the changed files too: --force (or force=True)."
        )


def read_manifest(out: Path) -> dict[str, Any] | None:
    """Return the manifest of a report, or ``None`` if the folder is none; an update cut short counts as one."""
    return _read_json(out / MANIFEST) or _read_json(out / JOURNAL)


def owned(out: Path) -> dict[str, set[str]]:
    """Return path and possible SHA-256s of each file that textkit wrote into ``out``, by manifest and journal."""
    found: dict[str, set[str]] = {}
    for note in (_read_json(out / MANIFEST), _read_json(out / JOURNAL)):
        for path, known in (note or {}).get("outputs", {}).items():
            if is_ours(path):
                found.setdefault(path, set()).update(known if isinstance(known, list) else [str(known)])
    return found


def is_ours(path: str) -> bool:
    """Say whether a manifest may name this path: it is data from a file, and must not lead out of the folder.

    >>> [is_ours(p) for p in ["tables/sizes.csv", "index.html", "../x", "/etc/passwd", "notes.txt", "tables/../../x"]]
    [True, True, False, False, False, False]
    """
    parts = PurePosixPath(path).parts
    if "\\" in path or ".." in parts or path != "/".join(parts):
        return False
    return path == PAGE or (len(parts) >= 2 and parts[0] in FOLDERS)


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hashes(folder: Path) -> dict[str, str]:
    """Return path and SHA-256 of every file under a folder but its manifest, in the order of paths."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {path: file_hash(folder / path) for path in files if path not in (MANIFEST, JOURNAL, _LOCK)}


def to_json(value: Any) -> bytes:
    """Dump JSON with sorted keys: equal values, equal bytes."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1)
    return (text + "\n").encode("utf-8", "backslashreplace")


def _edited(out: Path) -> Iterator[str]:
    for path, known in owned(out).items():
        if (out / path).is_file() and file_hash(out / path) not in known:
            yield path


def _publish(folder: Path, out: Path, held: FileLock, *, force: bool) -> None:
    lock = FileLock(out.parent / f"{_prefix(out)}lock")
    try:
        with lock.acquire(timeout=_WAIT):
            if out.exists() and any(out.iterdir()):
                _merge(folder, out, force=force)
            else:
                folder.chmod(0o777 & ~_umask())
                if out.exists():
                    out.rmdir()  # Windows does not rename onto an empty folder
                held.release()
                (folder / _LOCK).unlink(missing_ok=True)
                folder.rename(out)
    except Timeout:
        raise WriteError(f"another run of textkit is writing {out}. Wait for it, or name another folder.") from None
    finally:
        with suppress(OSError):
            Path(lock.lock_file).unlink(missing_ok=True)


def _merge(folder: Path, out: Path, *, force: bool) -> None:
    """Move a new report into the folder of an older one."""
    check_target(out, force=force)  # again: it took a while to come here
    before = owned(out)
    new = hashes(folder)
    foreign = [path for path in new if (out / path).exists() and path not in before]
    if foreign and not force:
        raise WriteError(
            f"{out} is an older report, but {listing(foreign, 3)} did not come from textkit and would be replaced. "
            "Move it away, name another folder with --out (or out=), or use --force (or force=True)."
        )
    known = {path: sorted({*before.get(path, ()), *([new[path]] if path in new else [])}) for path in [*before, *new]}
    write_bytes(out / JOURNAL, to_json({"schema": SCHEMA, "outputs": known}))
    for path in [*new, MANIFEST]:
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).replace(out / path)
    for path in sorted(set(before) - set(new)):
        stale = out / path
        if stale.is_file() and (force or file_hash(stale) in before[path]):
            stale.unlink()
    for name in FOLDERS:
        with suppress(OSError):  # not there, or something of the user's is in it
            (out / name).rmdir()
    (out / JOURNAL).unlink()


def _sweep(out: Path) -> None:
    """Remove what killed runs left beside ``out``; a folder whose lock is held belongs to a living run."""
    for orphan in out.parent.glob(f"{_glob(_prefix(out))}*"):
        if not (orphan / _LOCK).is_file() or orphan.is_symlink():
            continue
        try:
            with FileLock(orphan / _LOCK).acquire(timeout=0):
                pass
        except (Timeout, OSError):
            continue
        shutil.rmtree(orphan, ignore_errors=True)


def _prefix(out: Path) -> str:
    """Return how the hidden names beside ``out`` begin; a hash, because names may be long or odd."""
    return f".textkit-{hashlib.sha256(os.fsencode(out.name)).hexdigest()[:12]}-"


def _glob(text: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in text)


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        note = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    good = isinstance(note, dict) and note.get("schema") == SCHEMA and isinstance(note.get("outputs"), dict)
    return note if good else None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def told(out: Path) -> Iterator[None]:
    """Turn an error of the system into one that says what to do."""
    try:
        yield
    except (WriteError, ReadError):
        raise
    except OSError as error:
        if error.errno == errno.ENOSPC:
            remedy = "Free some space, or name a folder on another disk with --out (or out=)."
        else:
            remedy = "Name a folder where you may write with --out (or out=)."
        raise WriteError(
            f"cannot write the report {out}: {error.strerror or error}. Nothing was left half-written. {remedy}"
        ) from error
