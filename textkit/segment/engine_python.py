"""jieba itself, in a private copy of the library: its own dictionary, its own list of deleted words, its own cache.

jieba keeps deleted words in a set of the whole process, prints while it loads, and reads its dictionary from a file
in the shared temporary folder that anybody may have put there. None of this is wanted here, and nothing that is done
here may change how the reader's own ``jieba.cut`` works.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import marshal
import os
import stat
import sys
import tempfile
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from textkit.errors import TextkitError, TextkitWarning
from textkit.segment.dictionary import jieba_folder
from textkit.segment.lexicon import Entry

_PRIVATE = "_textkit_jieba"
_LOCK = threading.RLock()  # guards loading, and the deleted words of the private copy while it cuts
_DIGEST = hashlib.sha256().digest_size


class PythonEngine:
    """jieba with user words; `cut` gives what ``jieba.lcut`` gives with the same words added."""

    __slots__ = ("_deleted", "_hmm", "_library", "_tagger", "_tokenizer")

    def __init__(self, entries: Sequence[Entry], *, hmm: bool) -> None:
        self._hmm = hmm
        self._tagger: Any = None
        with _LOCK:
            self._library = _library()
            self._tokenizer = _tokenizer(self._library)
            self._deleted: set[str] = set()
            self._library.finalseg.Force_Split_Words = self._deleted
            # Words to be deleted come last, so that working out the frequencies of the others never meets them.
            for word, freq, tag in sorted(entries, key=lambda entry: entry.freq == 0):
                self._tokenizer.add_word(word, freq, tag)

    def cut(self, text: str) -> list[str]:
        """Return the words; put together they are the text."""
        with _LOCK:
            self._library.finalseg.Force_Split_Words = self._deleted
            words: list[str] = self._tokenizer.lcut(text, HMM=self._hmm)
        return words

    def tag(self, text: str) -> list[tuple[str, str]]:
        """Return words with their part of speech; posseg cuts unknown stretches in its own way."""
        with _LOCK:
            if self._tagger is None:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    posseg = importlib.import_module(f"{_PRIVATE}.posseg")
                self._tagger = posseg.POSTokenizer(self._tokenizer)
        return [(pair.word, pair.flag) for pair in self._tagger.lcut(text, HMM=self._hmm)]

    def frequency(self, word: str) -> int:
        """Return the frequency that the word has in the dictionary, 0 if it has none."""
        return int(self._tokenizer.FREQ.get(word, 0))

    @property
    def total(self) -> int:
        """The sum of all frequencies."""
        return int(self._tokenizer.total)


def _library() -> ModuleType:
    """Load a second copy of jieba under a private name: its module-level sets and loggers are then ours alone."""
    loaded = sys.modules.get(_PRIVATE)
    if loaded is not None:
        return loaded
    folder = jieba_folder()
    spec = importlib.util.spec_from_file_location(
        _PRIVATE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise TextkitError(f"the package jieba in {folder} cannot be loaded. Install it again: pip install jieba")
    module = importlib.util.module_from_spec(spec)
    sys.modules[_PRIVATE] = module
    try:
        with warnings.catch_warnings():  # escape sequences and pkg_resources: jieba's, not the reader's concern
            warnings.simplefilter("ignore")
            spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[_PRIVATE]
        raise
    module.default_logger.handlers.clear()  # the logger of the copy; the one of jieba is left alone
    module.default_logger.propagate = False
    module.default_logger.setLevel(100)
    return module


def _tokenizer(library: ModuleType) -> Any:
    """Make a Tokenizer whose dictionary comes from the cache or from jieba's file, without jieba's own cache."""
    source = jieba_folder() / "dict.txt"
    made = library.Tokenizer()
    made.FREQ, made.total = _cached_dictionary(library, source)
    made.initialized = True
    return made


def _cached_dictionary(library: ModuleType, source: Path) -> tuple[dict[str, int], int]:
    data = source.read_bytes()
    folder = _private_folder()
    # The version of Python and of the format stand in the name: marshal is not the same in all.
    version = f"{sys.implementation.cache_tag}-{marshal.version}"
    name = f"jieba-{hashlib.sha256(data).hexdigest()[:16]}-{version}.cache"
    if folder is not None:
        found = _load(folder / name)
        if found is not None:
            return found
    with source.open("rb") as lines:
        frequencies, total = library.Tokenizer.gen_pfdict(lines)
    if folder is not None:
        _store(folder, name, marshal.dumps((frequencies, total)))
    return frequencies, total


def cache_folder() -> Path:
    """Return where the caches of this user belong; nothing is made there yet."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    if named and Path(named).is_absolute():
        return Path(named) / "textkit" / "jieba"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "textkit" / "jieba"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "textkit" / "jieba"
    return Path.home() / ".cache" / "textkit" / "jieba"


def _private_folder() -> Path | None:
    """Return a cache folder that only this user can write to, or nothing if there can be none.

    What lies in the cache decides how texts are cut and is unmarshalled, so a folder that somebody else
    owns, may write to or could put another in the place of is not used at all.
    """
    try:
        folder = cache_folder()
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        reason = _exposed(folder.parent, 0o022) or _exposed(folder, 0o077)
    except (OSError, RuntimeError):  # no home, no permission, a read-only disk: work without a cache
        return None
    if not reason:
        return folder
    warnings.warn(
        f"the cache folder {folder} is not used, because {reason}; jieba loads more slowly. Delete it, or make it "
        "private (mode 0700), or set XDG_CACHE_HOME to a folder of your own.",
        TextkitWarning,
        stacklevel=2,
    )
    return None


def _exposed(folder: Path, forbidden: int) -> str:
    """Say in what way others could change what lies in a folder, or nothing."""
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode):
        return f"{folder.name} is not a folder"
    if hasattr(os, "getuid") and facts.st_uid != os.getuid():
        return f"{folder.name} belongs to another user"
    if os.name == "posix" and facts.st_mode & forbidden:
        return f"{folder.name} is open to other users (mode {stat.S_IMODE(facts.st_mode):04o})"
    return ""


def _load(path: Path) -> tuple[dict[str, int], int] | None:
    """Read a cache file that is ours and whole, else nothing."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(file.fileno())
            if hasattr(os, "getuid") and (facts.st_uid != os.getuid() or facts.st_mode & 0o022):
                return None
            data = file.read()
    except OSError:
        return None
    digest, payload = data[:_DIGEST], data[_DIGEST:]
    if hashlib.sha256(payload).digest() != digest:  # torn or damaged: marshal must not see it
        return None
    frequencies, total = marshal.loads(payload)  # noqa: S302  (written by this user into a private folder)
    return frequencies, total


def _store(folder: Path, name: str, payload: bytes) -> None:
    """Write the cache whole or not at all; a cache that cannot be written is no reason to stop."""
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")  # made with mode 0600
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(payload).digest() + payload)
        Path(temporary).replace(folder / name)
    except OSError:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
