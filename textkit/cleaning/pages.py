"""Page numbers, and the running headers beside them, in text that came from pages."""

from __future__ import annotations

import re
from collections import Counter

from textkit.cleaning.edits import Edit, Rule
from textkit.cleaning.lines import BLANK, BLANK_CHARS, NUMERAL, Line, is_ended, lines, removed, runs_on

_DASH = "-—－–─―~～·•"
_NUMBER = re.compile(
    rf"[{_DASH}]{{1,3}}\s?\d{{1,4}}\s?[{_DASH}]{{1,3}}"
    rf"|第\s?(?:\d{{1,4}}|[{NUMERAL}]{{1,4}})\s?页\s?(?:[,，/、|]?\s?[(（]?共\s?(?:\d{{1,4}}|[{NUMERAL}]{{1,4}})\s?页[)）]?)?"
    rf"|共\s?\d{{1,4}}\s?页\s?[,，/、|]?\s?第\s?\d{{1,4}}\s?页|PAGE(?:\s?\\\*\s?MERGEFORMAT)?\s?\d{{0,4}}|[Pp](?:age|AGE)\s?\d{{1,4}}(?:\s?(?:of|OF|/)\s?\d{{1,4}})?"
)
_BARE = re.compile(r"\d{1,4}")
_OF = re.compile(r"(\d{1,4})\s?/\s?(\d{1,4})")
_PAGE_OF = re.compile(
    rf"[(（\[【]?第[{BLANK}]?\d{{1,4}}[{BLANK}]?页[{BLANK}]?[,，/、|]?[{BLANK}]?共[{BLANK}]?\d{{1,4}}[{BLANK}]?页[)）\]】]?"
)

_PAGE = 250  # a page holds at least so many characters; numbers that stand closer are something else
_HEADER = 40  # and a running header at most so many


def _find_page_numbers(text: str) -> list[Edit]:
    all_lines = lines(text)
    numbers = _number_lines(all_lines)
    edits: list[Edit] = []
    for group in _groups(all_lines, sorted(numbers | _headers(all_lines, numbers))):
        before = _next_filled(all_lines, group[0], -1)
        after = _next_filled(all_lines, group[-1], 1)
        if before is not None and after is not None and _is_cut(text, all_lines[before], all_lines[after]):
            edits.append(Edit(all_lines[before].stop, all_lines[after].start))
        else:
            edits += removed(all_lines, group)
    return sorted(edits + _inserts(text))


def _groups(all_lines: list[Line], places: list[int]) -> list[list[int]]:
    """Put together the lines that have only blank lines between them."""
    groups: list[list[int]] = []
    for i in places:
        if groups and _next_filled(all_lines, groups[-1][-1], 1) == i:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def _is_cut(text: str, before: Line, after: Line) -> bool:
    return text[after.start] not in BLANK_CHARS and runs_on(before.text, after.text)


def _number_lines(all_lines: list[Line]) -> set[int]:
    short = [(i, line) for i, line in enumerate(all_lines) if 0 < len(line.text) <= 20]
    found = {i for i, line in short if _NUMBER.fullmatch(line.text)}
    bare = [(i, line.start, int(line.text)) for i, line in short if _BARE.fullmatch(line.text)]
    parted = [
        (i, line.start, int(of[1]))
        for i, line in short
        if (of := _OF.fullmatch(line.text)) and int(of[1]) <= int(of[2])
    ]
    return found | _counting(bare) | _counting(parted)


def _counting(candidates: list[tuple[int, int, int]]) -> set[int]:
    """Return the lines of three or more numbers that count up, on average a page apart; one may be missing."""
    found: set[int] = set()
    chain: list[tuple[int, int, int]] = []
    for candidate in candidates:
        if chain and not 1 <= candidate[2] - chain[-1][2] <= 2:
            found |= _pages(chain)
            chain = []
        chain.append(candidate)
    return found | _pages(chain)


def _pages(chain: list[tuple[int, int, int]]) -> set[int]:
    if len(chain) < 3 or chain[-1][1] - chain[0][1] < _PAGE * (chain[-1][2] - chain[0][2]):
        return set()
    return {i for i, _, _ in chain}


def _headers(all_lines: list[Line], numbers: set[int]) -> set[int]:
    """Return the lines beside page numbers that come three times or more, but for the first at the top."""
    beside: list[int] = []
    for i in sorted(numbers):
        for near in (_next_filled(all_lines, i, -1), _next_filled(all_lines, i, 1)):
            if near is not None and near not in numbers:
                beside.append(near)
    counts = Counter(all_lines[i].text for i in set(beside))
    repeated = {text for text, n in counts.items() if n >= 3 and len(text) <= _HEADER and not is_ended(text)}
    if not repeated:
        return set()
    places = [i for i in sorted(set(beside)) if all_lines[i].text in repeated]
    first = next((i for i, line in enumerate(all_lines) if line.text), None)
    return {i for i in places if i != first}


def _next_filled(all_lines: list[Line], i: int, step: int) -> int | None:
    i += step
    while 0 <= i < len(all_lines):
        if all_lines[i].text:
            return i
        i += step
    return None


def _inserts(text: str) -> list[Edit]:
    """Find 第3页 共12页 inside a line, set apart by blanks, ends of sentences or ends of lines."""
    edits: list[Edit] = []
    for found in _PAGE_OF.finditer(text):
        start, stop = found.span()
        while start and text[start - 1] in BLANK_CHARS:
            start -= 1
        while stop < len(text) and text[stop] in BLANK_CHARS:
            stop += 1
        before, after = text[start - 1 : start], text[stop : stop + 1]
        whole_line = before in ("", "\n") and after in ("", "\n")
        open_left = before in ("", *"\n。！？；!?") or start < found.start()
        open_right = after in ("", "\n") or stop > found.end()
        if open_left and open_right and not whole_line:
            edits.append(Edit(max(start, edits[-1].stop if edits else 0), stop))
    return edits


PAGE_NUMBERS = Rule(
    "page_numbers",
    "lines with page numbers (- 3 -, 第3页 共12页, 3/12, or bare numbers that count up) are removed with the running "
    "headers beside them; a sentence that a page number cut in two is joined",
    _find_page_numbers,
)
