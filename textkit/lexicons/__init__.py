"""Stop words: word lists with a name, a source and a licence; never an anonymous default."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from textkit.errors import ArgumentError, ReadError, TextkitError, unknown

_MAX_BYTES = 8_000_000
_MAX_LENGTH = 100  # characters; a longer line is a sentence, and the file not a word list
_COMMENT = "# "  # a comment has a blank behind the sign; "#" alone can be a stop word
_LINE_END = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class _List:
    """Where a list lies: in a package (``None``: textkit itself), under a path there, in JSON under a key."""

    package: str | None
    path: str
    key: str | None = None


LISTS = {
    "cn": _List("pystopwords", "data/stopwords.zh.cn.txt"),
    "en": _List(None, "en.txt"),
    "hit": _List("pystopwords", "data/stopwords.zh.hit.txt"),
    "iso": _List("stopwordsiso", "stopwords-iso.json", "zh"),
    "scu": _List("pystopwords", "data/stopwords.zh.scu.txt"),
    "textkit": _List(None, "zh.txt"),
}
_HINT = (
    "A list of your own is the path of a UTF-8 file, one word a line. (The Baidu list is left out: it deletes content "
    "words of official prose such as 问题, 加强 and 安全.)"
)


def stopwords(name: str | os.PathLike[str]) -> frozenset[str]:
    """Return a list of stop words by its name, or read one from a file.

    ============= ======= ==================================================================== ===============
    name          words   source                                                               licence
    ============= ======= ==================================================================== ===============
    ``"textkit"`` 614     function words of modern Chinese, closed classes; composed here      MIT
    ``"hit"``     749     Harbin Institute of Technology (哈工大), with much punctuation       MIT (pystopwords)
    ``"cn"``      746     the widespread 中文停用词表, author unknown                          MIT (pystopwords)
    ``"scu"``     860     Sichuan University (四川大学机器智能实验室), without 的 and 和       MIT (pystopwords)
    ``"iso"``     794     Stopwords ISO, Chinese, merged from several lists                    MIT (stopwordsiso)
    ``"en"``      284     function words of English, lower case; composed here                 MIT
    ============= ======= ==================================================================== ===============

    The lists differ a lot, and what is dropped changes every share, rank and score afterwards: say which one
    was used. ``"hit"``, ``"cn"`` and ``"scu"`` come with the package pystopwords, ``"iso"`` with stopwordsiso; the
    licence is the one these packages state. The Baidu list is left out on purpose: it deletes content words of
    official prose (问题, 加强, 安全).

    Parameters
    ----------
    name : str or path
        A name from the table, or the path of a UTF-8 file with one word a line. Outer blanks and empty lines are
        skipped, and so are lines that begin with ``#`` and a blank.

    Returns
    -------
    frozenset of str
        In no order; use ``sorted`` to show it.

    Raises
    ------
    UnknownNameError
        There is no list of that name, and no such file.
    TextkitError
        The package that holds the list is not installed.
    ReadError
        The file cannot be read, is not UTF-8, or is not a word list.

    Examples
    --------
    >>> "的" in stopwords("textkit"), "问题" in stopwords("textkit")
    (True, False)
    >>> tuple(sorted(stopwords("en")))[:3]
    ('a', 'about', 'above')
    """
    if isinstance(name, str) and name in LISTS:
        return _named(name)
    if not isinstance(name, (str, os.PathLike)):
        raise ArgumentError(
            f"name must be one of {', '.join(map(repr, LISTS))} or a path, got a {type(name).__name__}. "
            "A collection of words needs no list: tokens.drop(['的', '了'])."
        )
    path = Path(name)
    if isinstance(name, str) and not _looks_like_path(name):
        raise unknown("stop-word list", name, LISTS, hint=_HINT)
    return _words(_read(path), path)


def _looks_like_path(name: str) -> bool:
    return bool(Path(name).suffix) or "/" in name or os.sep in name or Path(name).is_file()


@functools.cache
def _named(name: str) -> frozenset[str]:
    place = LISTS[name]
    path = _folder(place.package, name) / place.path
    text = _read(path)
    if place.key is None:
        return _words(text, path)
    try:
        return frozenset(json.loads(text)[place.key])
    except (ValueError, KeyError, TypeError) as error:
        raise TextkitError(
            f"{path} does not hold the list {name!r} ({error}). Install {place.package} again."
        ) from error


def _folder(package: str | None, name: str) -> Path:
    """Return the folder of a package without importing it."""
    if package is None:
        return Path(__file__).parent
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise TextkitError(
            f"stopwords({name!r}) comes with the package {package}, which is not installed. "
            f"Install it: pip install {package}; or give the path of a file, or use stopwords('textkit')."
        )
    return Path(found.submodule_search_locations[0])


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ReadError(
                f"{path} has more than {_MAX_BYTES:,} bytes; a list of stop words is short. Is it a corpus?"
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise ReadError(f"there is no file {path}. Lists by name: {', '.join(map(repr, LISTS))}.") from None
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {error.strerror or error}. Give the path of a file.") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadError(
            f"{path} is not UTF-8: byte {error.start:,} is 0x{data[error.start]:02x}. Save it as UTF-8 and try again."
        ) from None


def _words(text: str, path: Path) -> frozenset[str]:
    words = set()
    for number, line in enumerate(_LINE_END.split(text), 1):
        word = line.strip()
        if not word or line.startswith(_COMMENT):
            continue
        if len(word) > _MAX_LENGTH:
            raise ReadError(
                f"{path} is not a word list: line {number} has {len(word):,} characters. Put one word on a line."
            )
        words.add(word)
    if not words:
        raise ReadError(f"{path} holds no words. Put one word on a line.")
    return frozenset(words)
