"""From bytes to text: which encoding, how sure, and what did not fit.

In this order: a byte-order mark; strict UTF-8; UTF-8 with a few damaged bytes; lines in different encodings; a
contest between GB18030, Big5-HKSCS and UTF-16 without a mark, judged by how common the decoded characters are in
written Chinese; the encoding a web page declares; charset-normalizer for everything else.
"""

from __future__ import annotations

import codecs
import math
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from textkit.errors import ArgumentError, ReadError, nearest
from textkit.reading.limits import MAX_UNDECODABLE, MB
from textkit.reading.source import Note

SMALL_MARGIN = 1.5  # in the tests every wrong guess for text of eight characters or more was below
_SURE = 6.0  # of one or two characters more is asked: this much over all of them
_SAMPLE = 64 * 1024
_SHORT = 128  # bytes; a longer text of Chinese in another encoding is never valid UTF-8
_MIXED_LIMIT = 16 * MB  # looking at every line of larger files costs more than it finds

# Natural logarithms of a character's share of the text, for those that the table does not list.
_HAN, _OTHER, _NO_TEXT = -14.0, -17.0, -20.0

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the mark of UTF-16-LE, so it must come first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_CONTEST = ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
_CHINESE = {"gb18030", "gbk", "gb2312", "hz", "big5", "big5hkscs", "cp950", "utf_8", "utf_16", "ascii"}
_HZ = re.compile(rb"~\{[\x21-\x7e]{2,}~\}")
_UTF7 = re.compile(rb"\+[A-Za-z0-9+/]{3,}")
_WIDE = re.compile(r"[\u0800-\U0010ffff]")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_HALF = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")  # surrogates, which UTF-8 must not hold but some programs write
_SINGLE = re.compile("[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]")
# Where Windows' Big5 (cp950) and Python's big5hkscs read the same bytes differently and Windows is right.
_WINDOWS_BIG5 = frozenset("‧﹑¯～⊕⊙∕﹨￥￠￡▓€")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the codec that gave it, by how much it won (NaN: there was no contest), and findings."""

    text: str
    encoding: str
    margin: float = math.nan
    notes: tuple[Note, ...] = ()


def decode(data: bytes, encoding: str | None = None, *, declared: str | None = None) -> Decoded:
    """Decode bytes of unknown (or given) encoding; `ReadError` if too much of it is no text in any encoding.

    ``encoding`` is believed and decoded strictly; ``declared`` (what a web page says of itself, often wrongly) is
    asked only when the bytes are neither UTF-8 nor likely Chinese.
    """
    if encoding is not None:
        return _given(data, check_encoding(encoding))
    for mark, name in _MARKS:
        if data.startswith(mark) and not (name == "utf-32" and not _strict(data, name)):
            return _tolerant(data, name, math.nan)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _half_characters(data) or _not_utf8(data, declared, error.start)
    return _utf8(data, text)


def check_encoding(name: str) -> str:
    """Return the name of a text codec that Python has, else raise with the nearest one."""
    try:
        info = codecs.lookup(name)
        if getattr(info, "_is_text_encoding", True):
            return name
    except (LookupError, TypeError, ValueError):
        pass
    known = ["utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312", "hz", "big5", "big5hkscs", "cp950"]
    known += ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "shift_jis", "euc_kr"]
    close = nearest(name, known)
    hint = f"; did you mean {close!r}?" if close else "."
    raise ArgumentError(f"encoding must be the name of a text encoding, got {name!r}{hint} Known: {', '.join(known)}.")


@cache
def character_scores() -> npt.NDArray[np.float32]:
    """Return log shares for code points 0 to 65,535 and, last, for everything beyond; 0 for ASCII (not weighed)."""
    scores = np.full(65_537, _OTHER, dtype=np.float32)
    scores[0x3400:0xA000] = _HAN
    scores[65_536] = _HAN  # rare Han and emoji
    scores[0x80:0xA0] = _NO_TEXT
    scores[0xD800:0xF900] = _NO_TEXT  # surrogates and private use
    scores[0xFFF0:0x10000] = _NO_TEXT
    source = Path(__file__).with_name("character_frequencies.txt").read_text(encoding="utf-8")
    for line in source.splitlines():
        if line.startswith("#"):
            continue
        level, characters = line.split("\t")
        blanks = re.findall(r"\\u([0-9a-f]{4})", characters)
        for character in [chr(int(code, 16)) for code in blanks] + list(re.sub(r"\\u[0-9a-f]{4}", "", characters)):
            scores[min(ord(character), 65_536)] = max(-int(level) / 4, _HAN)
    scores[:0x80] = 0.0
    scores[:0x20] = _NO_TEXT
    scores[0x7F] = _NO_TEXT
    scores[[9, 10, 11, 12, 13, 26, 27]] = 0.0
    scores.flags.writeable = False
    return scores


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """Return the code points as an array."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def rate(text: str) -> tuple[float, int]:
    """Return the mean log share of the characters that count (not ASCII, or no text) and how many they are.

    About -6.6 for Chinese prose of any period, below -12 for the same bytes decoded wrongly. A text in which
    nothing counts gets 0.
    """
    values = character_scores()[np.minimum(code_points(text), 65_536)]
    n = int(np.count_nonzero(values))
    return (float(values.sum(dtype=np.float64)) / n if n else 0.0), n


def plausible(score: float, n: int) -> bool:
    """Say whether ``n`` characters with this mean look like Chinese: few characters may stray further."""
    return score > -8.6 - 6.0 / math.sqrt(max(n, 1))


def _given(data: bytes, name: str) -> Decoded:
    try:
        text = data.decode(name)
    except (UnicodeDecodeError, UnicodeError) as error:
        start = getattr(error, "start", 0)
        better = ""
        for other in ("utf-8", "gb18030", "big5hkscs"):
            if codecs.lookup(other).name != codecs.lookup(name).name and _strict(data, other):
                better = f"; {other} decodes all of it"
                break
        shown = f"byte 0x{data[start]:02X} " if start < len(data) else ""
        raise ReadError(
            f"{shown}at byte offset {start} cannot be decoded as {name}{better}; "
            "leave out encoding= to have it detected, or give the right one"
        ) from None
    return Decoded(text.removeprefix("\ufeff"), name)


def _utf8(data: bytes, text: str) -> Decoded:
    if b"\0" in data:
        wide = _wide_ascii(data, text)
        if wide is not None:
            return wide
    if len(data) <= _SHORT and not _WIDE.search(text):
        short = _short(data, text)
        if short is not None:
            return short
    if text.isascii():
        return _seven_bit(data, text)
    return Decoded(text.removeprefix("\ufeff"), "utf-8")


def _short(data: bytes, text: str) -> Decoded | None:
    """A few Chinese characters whose bytes happen to be valid UTF-8: letters and signs without sense."""
    own = rate(text)[0] if not text.isascii() else -math.inf
    for score, name, n in _contest(data):
        if name.startswith("utf-16"):
            sure = n >= 4 and score > (-8.0 if n < 8 else -8.8) and _strict(data, name)
        else:  # two or three characters in GB18030 can look like Greek, Cyrillic or accented letters
            sure = len(data) <= 16 and not re.search(r"[ -~]", text) and score - own > 3.0 and plausible(score, n)
            sure = sure and n > 0 and not text.isascii()
        if sure:
            return _tolerant(data, name, 0.0)
    return None


def _wide_ascii(data: bytes, text: str) -> Decoded | None:
    """UTF-16 and UTF-32 of mostly ASCII text are valid UTF-8 with many NULs."""
    if data.count(0) * 10 < len(data):
        return None
    for name in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        if _strict(data, name):
            other = data.decode(name)
            score, n = rate(other)
            if (n == 0 or plausible(score, n)) and "\0" not in other:
                return Decoded(other.removeprefix("\ufeff"), name)
    return None


def _seven_bit(data: bytes, text: str) -> Decoded:
    """Pure ASCII may be Chinese in disguise: HZ (mail and news of the 1990s) or UTF-7."""
    for name, pattern in (("hz", _HZ), ("utf-7", _UTF7)):
        if not pattern.search(data) or not _strict(data, name):
            continue
        other = data.decode(name)
        score, n = rate(other)
        if n >= 2 and plausible(score, n):
            return Decoded(other, name, math.nan, (("disguised", name),))
    return Decoded(text, "ascii")


def _not_utf8(data: bytes, declared: str | None, wrong_at: int) -> Decoded:
    if b"\0" in data[:_SAMPLE]:
        for name in ("utf-32-le", "utf-32-be"):
            if len(data) % 4 == 0 and _strict(data, name) and plausible(*rate(data[: 4 * _SAMPLE].decode(name))):
                return Decoded(data.decode(name), name)
    mixed_or_damaged = _partly_utf8(data, wrong_at)
    if mixed_or_damaged is not None:
        return mixed_or_damaged
    ranking = _contest(data)
    score, name, n = ranking[0]
    margin = score - ranking[1][0]
    if plausible(score, n):
        return _tolerant(data, name, margin, n)
    return _elsewhere(data, declared, name, margin)


def _half_characters(data: bytes) -> Decoded | None:
    """Decode UTF-8 whose only fault is halves of characters: pairs (CESU-8) are put together, single ones left out."""
    if _HALF.search(data) is None:
        return None
    try:
        halves = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    single = [found.start() for found in _SINGLE.finditer(halves)]
    text = _SINGLE.sub("", halves).encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    if not plausible(*rate(text)):
        return None
    notes: list[Note] = []
    if single:
        first = len(halves[: single[0]].encode("utf-8", "surrogatepass"))
        n = len(single)
        what = "1 half character (a lone surrogate)" if n == 1 else f"{n:,} half characters (lone surrogates)"
        places = f"{what}, the first at byte offset {first}"
        if n > max(1, MAX_UNDECODABLE * len(text)):
            raise ReadError(f"{places}, too many to be left out; export the text again")
        notes.append(("damaged", places))
    if len(halves) - len(single) > len(text):
        notes.append(("halves", f"{len(halves) - len(single) - len(text):,}"))
    return Decoded(text.removeprefix("\ufeff"), "utf-8", math.nan, tuple(notes))


def _partly_utf8(data: bytes, wrong_at: int) -> Decoded | None:
    """Decode UTF-8 in which a few bytes are damaged, or in which some lines are in another encoding."""
    whole = len(data) <= _MIXED_LIMIT
    lines = (data if whole else data[max(0, wrong_at - _SAMPLE) : wrong_at + _SAMPLE]).split(b"\n")
    broken = [i for i, line in enumerate(lines) if not line.isascii() and not _strict(line, "utf-8")]
    strange = set(broken)
    sound = b"\n".join(line for i, line in enumerate(lines) if i not in strange and not line.isascii())
    wide, narrow, _ = _counts(sound)
    bad = 0
    for i in broken:
        mine = _counts(lines[i])
        if mine[2] > 1 and mine[2] * 5 > mine[0] + mine[1]:  # a line that is not UTF-8 at all
            return _mixed(lines, strange, sound) if whole and wide >= 4 else None
        wide, narrow, bad = wide + mine[0], narrow + mine[1], bad + mine[2]
    if wide >= 5 * bad or narrow > 20 * bad:
        return _tolerant(data, "utf-8", math.nan)
    cut = bad == 1 and wide >= 2 and _ends_inside(data, "utf-8")  # three characters and half of a fourth
    return _tolerant(data, "utf-8", math.nan) if cut and plausible(*rate(data.decode("utf-8", "ignore"))) else None


def _counts(line: bytes) -> tuple[int, int, int]:
    """Count what UTF-8 makes of a line: characters from U+0800, others beyond ASCII, undecodable places."""
    points = code_points(line.decode("utf-8", "replace"))
    wrong = int(np.count_nonzero(points == 0xFFFD)) - line.count(b"\xef\xbf\xbd")
    wide = int(np.count_nonzero(points >= 0x800)) - wrong
    return wide, int(np.count_nonzero(points >= 0x80)) - wide - wrong, wrong


def _mixed(lines: list[bytes], strange: set[int], sound: bytes) -> Decoded | None:
    """Decode lines of UTF-8 among lines of another encoding, if that is what the file holds."""
    own = rate(sound.decode("utf-8"))
    rest = b"\n".join(lines[i] for i in sorted(strange))
    score, name, n = _contest(rest)[0]
    if not plausible(*own) or not plausible(score, n) or name.startswith("utf-16") or not _strict(rest, name):
        return None
    if rate(sound.decode(name, "replace"))[0] > own[0] - 0.5:
        return None  # all of it is fine in one encoding; a few short lines happen to be valid UTF-8 too
    text = "\n".join(line.decode(name if i in strange else "utf-8") for i, line in enumerate(lines))
    first = min(strange) + 1
    detail = f"{len(strange)} of {len(lines)} lines are {name} (the first is line {first}), the others UTF-8"
    return Decoded(text.removeprefix("\ufeff"), f"mixed: utf-8, {name}", math.nan, (("mixed", detail),))


def _contest(data: bytes) -> list[tuple[float, str, int]]:
    """Rank the Chinese encodings: (mean log share, codec, characters weighed), best first."""
    first = _NOT_ASCII.search(data)
    starts = [first.start() if first else 0]
    if len(data) > 4 * _SAMPLE:  # the beginning may be another language: look in the middle as well
        line = data.find(b"\n", len(data) // 2) + 1
        second = _NOT_ASCII.search(data, line) if line else None
        if second:
            starts.append(second.start())
    ranked = []
    for name in _CONTEST:
        total, weighed = 0.0, 0
        for start in starts:
            begin = start & ~1 if name.startswith("utf-16") else start
            decoder = codecs.getincrementaldecoder(name)("replace")
            score, n = rate(decoder.decode(data[begin : begin + _SAMPLE]))
            total, weighed = total + score * n, weighed + n
            if decoder.getstate()[0] and begin + _SAMPLE >= len(data):  # the file ends inside a character
                total, weighed = total + _HAN, weighed + 1
        ranked.append((total / weighed if weighed else _OTHER, name, weighed))
    return sorted(ranked, key=lambda row: -row[0])


def _elsewhere(data: bytes, declared: str | None, name: str, margin: float) -> Decoded:
    """Not likely Chinese: believe the page's own declaration, else ask charset-normalizer."""
    if declared is not None:
        try:
            codec = codecs.lookup(declared).name
        except LookupError:
            codec = ""
        if codec and _strict(data, codec):
            return Decoded(data.decode(codec).removeprefix("\ufeff"), codec)
    from charset_normalizer import from_bytes

    best = from_bytes(data[: 4 * _SAMPLE]).best()
    if best is not None and best.encoding not in _CHINESE and _strict(data, best.encoding):
        detail = f"{best.encoding}, by charset-normalizer: not UTF-8 and not likely Chinese"
        return Decoded(data.decode(best.encoding), best.encoding, math.nan, (("encoding", detail),))
    found = _tolerant(data, name, margin)
    detail = f"{found.encoding}, though the characters are unusual for Chinese"
    return Decoded(found.text, found.encoding, margin, (*found.notes, ("encoding", detail)))


def _tolerant(data: bytes, name: str, margin: float, weighed: int = 100) -> Decoded:
    """Decode; leave out and report damaged bytes while they are few, else raise with the offset of the first."""
    notes: list[Note] = []
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        start = error.start
        text = data.decode(name, "ignore")
        replaced = data.decode(name, "replace")
        bad = max(1, replaced.count("\ufffd") - text.count("\ufffd"))
        tail = len(data) - start if bad == 1 and start >= len(data) - 4 else 0
        if bad > max(1, MAX_UNDECODABLE * len(text)):
            raise ReadError(
                f"not text in any encoding textkit knows: as {name} (the nearest) {bad:,} places cannot be decoded, "
                f"the first at byte offset {start}; give encoding= if you know it"
            ) from None
        if tail:
            notes.append(
                ("damaged", f"the file ends inside a character ({tail} bytes from byte offset {start}, {name})")
            )
        else:
            places = "1 place" if bad == 1 else f"{bad:,} places"
            notes.append(("damaged", f"{places} not valid {name}, the first at byte offset {start}"))
    if name == "big5hkscs":
        text, name = _big5_variant(data, text)
    if margin < max(SMALL_MARGIN, _SURE / weighed):
        notes.append(("encoding", f"{name}, ahead of the next by only {margin:.2f}"))
    return Decoded(text.removeprefix("\ufeff"), name, margin, tuple(notes))


def _big5_variant(data: bytes, text: str) -> tuple[str, str]:
    """Windows wrote most Big5 files: take its reading of the dozen marks on which the codecs disagree."""
    windows = data.decode("cp950", "ignore")
    if len(windows) == len(text) and windows != text:
        changed = {other for mine, other in zip(text, windows, strict=True) if mine != other}
        if changed <= _WINDOWS_BIG5:
            return windows, "cp950"
    return text, "big5hkscs"


def _strict(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except (UnicodeError, LookupError):
        return False
    return True


def _ends_inside(data: bytes, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)("replace")
    decoder.decode(data)
    return bool(decoder.getstate()[0])
