"""Rebuild textkit/reading/character_frequencies.txt: how common each character is in written Chinese.

The reading of files whose encoding is not stated weighs what each candidate encoding would give: real text is
made of common characters, a wrong decoding of rare ones. Run this in an environment of its own, because OpenCC
is needed here only:

    python -m venv .venv-build
    .venv-build/bin/pip install jieba==0.42.1 opencc==1.4.2 setuptools
    .venv-build/bin/python tools/build_character_frequencies.py

Sources: word frequencies of jieba's dictionary (MIT licence), each word also in its traditional forms of the
mainland, Taiwan and Hong Kong standard as OpenCC writes them (Apache-2.0 licence); punctuation, which no
dictionary counts, by hand.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import jieba
import opencc

TARGET = Path(__file__).resolve().parents[1] / "textkit" / "reading" / "character_frequencies.txt"
STEP = 4  # logarithms are kept in quarters
RAREST = 1e-6  # rarer ones get the floor of unlisted characters

# Marks per 1,000 characters of running text, by hand from ordinary printed matter.
MARKS = {
    "，": 55, "。": 28, "、": 25, "：": 5, "；": 5, "“”": 5, "（）": 3, "《》": 2, "？！": 2, "「」": 4, "\u3000": 8,
    "‘’": 0.3, "『』": 0.3, "…—": 1, "·‧": 0.3, "【】": 0.3, "〈〉〔〕": 0.1, "〇○": 0.2, "％．－～／＋": 0.1,
    "０１２３４５６７８９": 0.2, "①②③④⑤⑥⑦⑧⑨⑩": 0.03, "■□●◆★△▲※→": 0.02, "×÷°±℃㎡％‰": 0.02, "–―〖〗［］": 0.02,
    "ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ": 0.01, "﹑﹐﹔﹕︰﹗﹖": 0.01, "ⅠⅡⅢⅣⅤ": 0.005, "\u00a0": 0.2,
    "é": 0.003, "嘅咗啲喺嚟冇佢哋嗰咁唔嘢": 0.03,
}  # fmt: skip


def words() -> Iterator[tuple[str, int]]:
    path = Path(jieba.__file__).with_name("dict.txt")
    for line in path.read_text(encoding="utf-8").splitlines():
        word, count, *_ = line.split(" ")
        yield word, int(count)


def share(weighted: list[tuple[str, int]]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for word, count in weighted:
        for character in word:
            counts[character] += count
    total = sum(counts.values())
    return {character: count / total for character, count in counts.items() if ord(character) > 127}


def main() -> None:
    known = list(words())
    shares = [share(known)]
    for form in ("s2t", "s2tw", "s2hk"):
        convert = opencc.OpenCC(form).convert
        shares.append(share([(convert(word), count) for word, count in known]))
    best: dict[str, float] = {}
    for table in shares:
        for character, value in table.items():
            best[character] = max(best.get(character, 0.0), value)
    for characters, per_thousand in MARKS.items():
        for character in characters:
            best[character] = max(best.get(character, 0.0), per_thousand / 1000)
    groups: dict[int, list[str]] = {}
    for character, value in best.items():
        if value >= RAREST:
            groups.setdefault(round(-math.log(value) * STEP), []).append(character)
    lines = [
        "# Characters of written Chinese by how common they are; made by tools/build_character_frequencies.py.",
        "# Sources: word frequencies of jieba's dictionary (MIT), traditional forms by OpenCC (Apache-2.0);",
        "# punctuation and symbols by hand.",
        f"# Each line: minus the natural logarithm of the share, times {STEP}; a tab; the characters.",
    ]
    for level in sorted(groups):
        shown = "".join(sorted(groups[level])).replace("\u3000", "").replace("\u00a0", "")
        blanks = "".join(f"\\u{ord(c):04x}" for c in sorted(groups[level]) if c in "\u3000\u00a0")
        lines.append(f"{level}\t{blanks}{shown}")
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{sum(map(len, groups.values())):,} characters, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
