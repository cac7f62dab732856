"""Stop words: word lists with a name, a source and a licence; never an anonymous default."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textkit.errors import ArgumentError, ReadError, TextkitError, UnknownNameError, check_path, listing, unknown

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["name", "n", "language", "licence", "source", "note"]

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
    language: str = "zh"
    licence: str = "MIT"
    source: str = "composed for textkit from closed word classes"
    note: str = ""


_PACKAGED = "MIT, as the package pystopwords states; its makers named no licence"
LISTS = {
    "cn": _List(
        "pystopwords", "data/stopwords.zh.cn.txt", licence=_PACKAGED,
        source="the widespread 中文停用词表, author unknown",
    ),
    "en": _List(None, "en.txt", language="en", note="lower case"),
    "hit": _List(
        "pystopwords", "data/stopwords.zh.hit.txt", licence=_PACKAGED,
        source="Harbin Institute of Technology (哈工大停用词表)", note="with much punctuation",
    ),
    "iso": _List(
        "stopwordsiso", "stopwords-iso.json", "zh", licence="MIT, as the package stopwordsiso and Stopwords ISO state",
        source="Stopwords ISO (Gene Diaz), merged from several lists", note="one of the merged lists is Baidu's",
    ),
    "scu": _List(
        "pystopwords", "data/stopwords.zh.scu.txt", licence=_PACKAGED,
        source="Machine Intelligence Laboratory, Sichuan University (四川大学机器智能实验室停用词库)",
        note="without 的 and 和",
    ),
    "textkit": _List(None, "zh.txt", note="function words only; no numerals, no content words of official prose"),
}  # fmt: skip

REFUSED = {
    "all": "it is the union of lists of which some are refused",
    "baidu": "it deletes content words of official prose (问题, 加强, 安全), and its makers named no licence",
    "ict": "where it comes from can no longer be seen, and its makers named no licence",
    "marimo": "the copy in pystopwords has lost the word classes of the original, by which one should choose",
}
"""Lists that are known, and lie in pystopwords, but are not offered, and why."""

_HINT = (
    "A list of your own is a file with one word a line: read_stopwords(path). (The Baidu list is left out: it deletes "
    "content words of official prose such as 问题, 加强 and 安全.)"
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
    licence is the one these packages state, and textkit ships no copy. `stopword_lists` shows all of it as a table.

    **Refused**: ``"baidu"`` deletes content words of official prose (问题, 加强, 安全); of it and of
    ``"ict"`` no licence is known. If you have a right to a copy, read it from a file: ``read_stopwords("baidu.txt")``.

    Parameters
    ----------
    name : str or path
        A name from the table, or the path of a file, which `read_stopwords` reads.

    Returns
    -------
    frozenset of str
        In no order; use ``sorted`` to show it.

    Raises
    ------
    UnknownNameError
        There is no list of that name, or it is refused, and no such file.
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
        if name in REFUSED:
            raise UnknownNameError(
                f"unknown stop-word list {name!r}: it is refused, because {REFUSED[name]}. If you have a right to a "
                f"copy, put it into a file, one word a line: read_stopwords('{name}.txt'). Available: {listing(LISTS)}."
            )
        raise unknown("stop-word list", name, LISTS, hint=_HINT)
    return read_stopwords(path)


def read_stopwords(path: str | os.PathLike[str], *, encoding: str = "utf-8") -> frozenset[str]:
    r"""Read a list of stop words of your own: one word a line.

    Parameters
    ----------
    path : path
        Outer blanks and empty lines are skipped, and so are lines that begin with ``#`` and a blank.
    encoding : str, default "utf-8"
        Many lists on the web are ``"gb18030"``. Nothing is guessed.

    Returns
    -------
    frozenset of str
        For ``tokens.drop(...)``.

    Raises
    ------
    ReadError
        The file cannot be read, is in another encoding, or is not a word list.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "mine.txt"
    >>> _ = path.write_text("# my words\n的\n了\n", encoding="utf-8")
    >>> sorted(read_stopwords(path))
    ['了', '的']
    """
    file = check_path("path", path)
    return _words(_read(file, encoding), file)


def stopword_lists() -> pd.DataFrame:
    """Show the stop-word lists that `stopwords` offers, with their source and licence.

    Returns
    -------
    DataFrame
        ``name``, ``n`` (words), ``language``, ``licence``, ``source``, ``note``; by name.
        ``attrs["textkit"]["refused"]`` says which known lists are not offered, and why.

    Examples
    --------
    >>> stopword_lists()[["name", "n", "language"]]
          name    n language
    0       cn  746       zh
    1       en  284       en
    2      hit  749       zh
    3      iso  794       zh
    4      scu  860       zh
    5  textkit  614       zh
    """
    import pandas as pd

    from textkit.provenance import stamp

    rows = [
        (name, len(_named(name)), entry.language, entry.licence, entry.source, entry.note)
        for name, entry in sorted(LISTS.items())
    ]
    table = stamp(pd.DataFrame(rows, columns=COLUMNS), "stopword_lists")
    table.attrs["textkit"]["refused"] = dict(REFUSED)
    return table


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


def _read(path: Path, encoding: str = "utf-8") -> str:
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
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        name = "UTF-8" if encoding == "utf-8" else encoding
        other = "gb18030" if encoding == "utf-8" else "utf-8"
        raise ReadError(
            f"{path} is not {name}: byte {error.start:,} is 0x{data[error.start]:02x}. "
            f"Try read_stopwords(path, encoding={other!r}), or save it as UTF-8."
        ) from None
    except (LookupError, UnicodeError):
        raise ArgumentError(
            f"encoding must be the name of a text encoding such as 'gb18030', got {encoding!r}."
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
