"""Saving and loading as Parquet, without pickle: one table, the rest as JSON in its metadata, written atomically."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textkit.errors import ArgumentError, ReadError, WriteError, check_path

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_KEY = b"textkit"


def write_atomically(path: Path, write: Callable[[Path], None]) -> Path:
    """Call ``write`` with a temporary name in the same folder, then rename: a reader never sees half a file."""
    if path.exists() and not path.is_file():  # a rename would put a file in the place of a device
        what = "a folder" if path.is_dir() else "a device or pipe"
        raise WriteError(f"cannot write {path}: it is {what}. Give the name of a file.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".tmp")
    except OSError as error:
        raise WriteError(
            f"cannot write {path}: {error.strerror or error}. Choose a folder you may write to."
        ) from error
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise WriteError(
            f"cannot write {path}: {error.strerror or error}. Nothing was left half-written; free some space or "
            "choose another folder and run again."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return path


def write_bytes(path: Path, data: bytes) -> Path:
    """Write bytes atomically."""
    return write_atomically(path, lambda temporary: _ignore(temporary.write_bytes(data)))


def facts_table(docs: pd.DataFrame) -> pa.Table:
    """Return a table of facts as Arrow; a column of mixed or odd values is an error that says what to do."""
    import pyarrow as pa

    try:
        return pa.Table.from_pandas(docs)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise ArgumentError(
            f"docs has a column that Parquet cannot hold: {error}. Convert it to str first: docs[column].astype(str)."
        ) from error


def save_table(path: str | os.PathLike[str], table: pa.Table, kind: str, extra: dict[str, Any]) -> Path:
    """Write an Arrow table with its kind and JSON extras in the metadata."""
    import pyarrow.parquet as pq

    target = check_path("path", path)
    note = json.dumps({"kind": kind, "version": 1, **extra}, ensure_ascii=False, sort_keys=True)
    stored = table.replace_schema_metadata({**(table.schema.metadata or {}), _KEY: note.encode()})
    return write_atomically(target, lambda temporary: pq.write_table(stored, temporary, compression="zstd"))


def load_table(path: str | os.PathLike[str], kind: str) -> tuple[pa.Table, dict[str, Any]]:
    """Read what `save_table` wrote; anything else is a `ReadError` that says what was expected."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = check_path("path", path)
    if not path.is_file():
        raise ReadError(f"there is no file {path}. Save one with .save(path) first.")
    try:
        table = pq.read_table(path)
        note = json.loads((table.schema.metadata or {})[_KEY])
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise ReadError(
            f"{path} was not saved by textkit, or is damaged ({error}). Expected a saved {kind}."
        ) from error
    if note.get("kind") != kind:
        raise ReadError(f"{path} holds a saved {note.get('kind')}, not a {kind}.")
    return table, note


def frame_to_json(frame: pd.DataFrame | None) -> str | None:
    """Dump a small frame (edits, errors) as JSON text."""
    return None if frame is None else str(frame.to_json(orient="split", force_ascii=False, index=False))


def frame_from_json(text: str | None) -> pd.DataFrame | None:
    """Read what `frame_to_json` wrote."""
    import pandas as pd

    if text is None:
        return None
    raw = json.loads(text)
    return pd.DataFrame(raw["data"], columns=raw["columns"])


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _ignore(_: object) -> None:
    return None
