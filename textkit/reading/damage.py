"""Text that was damaged before it was saved: mojibake, lost characters, NULs, private-use characters.

Mojibake is text that some program once decoded with the wrong encoding and saved again. Its lines consist of rare
characters; encoding them back and decoding them rightly gives common ones. That is the whole test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from textkit.reading.encodings import character_scores, code_points, plausible, rate
from textkit.reading.source import Note

_CHUNK = 1 << 20
_LOOKED_AT = 4_000  # characters of a line that are enough to tell what happened to it
_TRIED = 500  # suspicious lines that are tried when nothing is to be repaired
_FEW = 4  # characters below which a line says too little
_GAIN = 16.0  # by how much the log share of a whole line must improve

# What a Windows program makes of the bytes 0x80 to 0x9F when it takes text for Western European.
_WESTERN = {
    ord(bytes([byte]).decode("cp1252")): byte
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_WESTERN_POINTS = np.array(sorted(_WESTERN), dtype=np.uint32)
Pair = tuple[str, str]
_PAIRS: tuple[Pair, ...] = (
    ("gb18030", "utf-8"),
    ("latin-1", "utf-8"),
    ("latin-1", "gb18030"),
    ("latin-1", "big5hkscs"),
    ("big5hkscs", "utf-8"),
    ("gb18030", "big5hkscs"),
    ("big5hkscs", "gb18030"),
)
"""(decoded as, really was), the likeliest first."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The text, repaired or not, and what was found."""

    text: str
    notes: tuple[Note, ...]


def check(text: str, *, repair: bool = False) -> Checked:
    """Look for damage; with ``repair``, put mojibake right line by line. Everything found is noted."""
    notes: list[Note] = []
    suspicious: list[tuple[int, int]] = []
    nul = lost = 0
    private: Counter[int] = Counter()
    first_private = -1
    table = character_scores()
    for start, stop in _chunks(text):
        points = code_points(text[start:stop])
        nul += int(np.count_nonzero(points == 0))
        lost += int(np.count_nonzero(points == 0xFFFD))
        own = (points >= 0xE000) & (points <= 0xF8FF)
        if own.any():
            private.update(points[own].tolist())
            first_private = first_private if first_private >= 0 else start + int(np.argmax(own))
        values = table[np.minimum(points, 65_536)]
        suspicious += [(start + a, start + b) for a, b in _rare_lines(points, values)]
    if suspicious:
        text, note = _mojibake(text, _joined(text, suspicious), repair=repair)
        notes += [note] if note else []
    if "锟斤拷" in text:
        notes.append(("lost", f"{text.count('锟斤拷')} x 锟斤拷, what remains of UTF-8 that was read as GBK"))
    if lost:
        notes.append(
            ("lost", f"{lost:,} replacement characters (U+FFFD), the first at character {text.find(chr(0xFFFD))}")
        )
    if private:
        codes = ", ".join(f"U+{code:04X}" for code in sorted(private)[:_FEW])
        notes.append(("private", f"{private.total():,} ({codes}), the first at character {first_private}"))
    if nul:
        notes.append(("nul", f"{nul:,}, the first at character {text.find(chr(0))}"))
    return Checked(text, tuple(notes))


def _chunks(text: str) -> Iterator[tuple[int, int]]:
    """Cut at line ends, so that memory for the arrays stays bounded."""
    start = 0
    while start < len(text):
        stop = min(start + _CHUNK, len(text))
        if stop < len(text):
            stop = text.rfind("\n", start, stop) + 1 or stop
        yield start, stop
        start = stop


def _rare_lines(points: np.ndarray, values: np.ndarray) -> list[tuple[int, int]]:
    """Return the spans of lines whose characters are too rare for Chinese."""
    ends = np.flatnonzero((points == 10) | (points == 13))
    starts = np.concatenate(([0], ends + 1))
    stops = np.concatenate((ends, [len(points)]))
    sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    counts = np.concatenate(([0], np.cumsum(values != 0)))
    total = sums[stops] - sums[starts]
    n = counts[stops] - counts[starts]
    rare = (n >= 1) & (total < -9.5 * n)
    return list(zip(starts[rare].tolist(), stops[rare].tolist(), strict=True))


def _joined(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Put together pieces of one line that a chunk's end cut apart."""
    whole: list[tuple[int, int]] = []
    for start, stop in spans:
        if whole and whole[-1][1] == start and text[start - 1] not in "\r\n":
            whole[-1] = (whole[-1][0], stop)
        else:
            whole.append((start, stop))
    return whole


def _mojibake(text: str, spans: list[tuple[int, int]], *, repair: bool) -> tuple[str, Note | None]:
    kinds: Counter[Pair] = Counter()
    first = -1
    for start, stop in spans[:_TRIED]:
        pair = _what_happened(text[start : min(stop, start + _LOOKED_AT)])
        if pair is not None:
            kinds[pair] += 1
            first = first if first >= 0 else start
    if not kinds:
        return text, None
    named = "; ".join(f"{really} text that was decoded as {wrongly}" for (wrongly, really), _ in kinds.most_common())
    lines = "1 line" if kinds.total() == 1 else f"{kinds.total():,} lines"
    more = " or more" if len(spans) > _TRIED else ""
    where = f"{named} ({lines}{more}, the first at character {first})"
    if not repair:
        return text, ("mojibake", f"{where}; read it again with repair=True to put it right")
    mended, lost = _mended(text, spans, [pair for pair, _ in kinds.most_common()])
    left = f"; {lost:,} places were beyond repair and stand as U+FFFD" if lost else ""
    return mended, ("mojibake", f"{where}, repaired{left}")


def _mended(text: str, spans: list[tuple[int, int]], found: list[Pair]) -> tuple[str, int]:
    """Undo what was found, in every line for which it helps; a line of one or two characters may be among them."""
    parts: list[str] = []
    done = lost = 0
    for start, stop in spans:
        line = text[start:stop]
        head = line[:_LOOKED_AT]
        pair = _what_happened(head) or next((pair for pair in found if _helps(head, pair)), None)
        if pair is not None:
            parts += [text[done:start], _undo(line, pair)]
            lost += parts[-1].count("\ufffd")
            done = stop
    return "".join([*parts, text[done:]]), lost


def _what_happened(line: str) -> Pair | None:
    """Return the pair of encodings whose undoing gives plausible Chinese, the best one, or None."""
    before, weighed = rate(line)
    if weighed < _FEW:
        return None
    best: tuple[float, Pair] | None = None
    for pair in _PAIRS:
        mended = _undo(line, pair)
        lost = mended.count("\ufffd")
        score, n = rate(mended.replace("\ufffd", ""))
        if not _fits(line, pair) or n == 0 or lost * 2 > n or not plausible(score, n):
            continue
        if score - before < 2.0 or (score - before) * min(n, weighed) < _GAIN:
            continue
        worth = score - lost / n
        if best is None or worth > best[0]:
            best = (worth, pair)
    return best[1] if best else None


def _helps(line: str, pair: Pair) -> bool:
    """Say whether a damage known from other lines explains this short one without loss."""
    mended = _undo(line, pair)
    return _fits(line, pair) and "\ufffd" not in mended and rate(mended)[0] - rate(line)[0] > 2.0


def _fits(line: str, pair: Pair) -> bool:
    """Say whether the line is made of what a wrong decoding gives: Western letters, or East Asian characters."""
    points = code_points(line)
    foreign = points[points >= 0x80]
    if len(np.unique(foreign)) < min(_FEW, len(foreign)):  # a rule drawn with one sign
        return False
    western = np.isin(foreign, _WESTERN_POINTS) | (foreign < 0x100)
    share = float(np.mean(western if pair[0] == "latin-1" else (foreign >= 0x3400) & (foreign < 0xFB00)))
    return share > 0.8


def _undo(line: str, pair: Pair) -> str:
    """Encode as it was wrongly decoded, decode as it really was; what is lost becomes U+FFFD."""
    wrongly, really = pair
    if wrongly == "latin-1":
        line = line.translate(_WESTERN)
    return line.replace("\ufffd", "").encode(wrongly, "ignore").decode(really, "replace")
