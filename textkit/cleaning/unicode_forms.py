"""One spelling for each character: Unicode NFC, and radicals from PDF copies as the characters they stand for."""

from __future__ import annotations

import re
import unicodedata

from textkit.cleaning.edits import Edit, Rule

# Characters that NFC may change or attach to the one before; everything else keeps its form (a test looks at all).
_TOUCHED = (
    "\u0300-\u1fff\u2000\u2001\u20d0-\u20ff\u2126\u212a\u212b\u2329\u232a\u2adc\u2cef-\u2cf1\u2d7f\u2de0-\u2dff\u302a-\u302f"
    "\u3099\u309a\ua66f-\uabff\ud7b0-\ud7ff\uf900-\ufaff\ufb1d-\ufb4f\ufe20-\ufe2f\U00010000-\U0001ffff\U0002f800-\U0002fa1f"
    "\U000e0000-\U000fffff"
)
_UNSETTLED = re.compile(f"[^{_TOUCHED}]?[{_TOUCHED}]+")

# Kangxi radicals (U+2F00 to U+2FD5) have compatibility decompositions; of the supplement (U+2E80 to U+2EF3) only two
# have. The others are listed here by code point: radical, character.
_SUPPLEMENT = (
    "2E81 5382 2E82 4E5B 2E83 4E5A 2E84 4E59 2E85 4EBB 2E86 5182 2E87 20628 2E88 5200 2E89 5202 2E8A 535C 2E8B 353E "
    "2E8C 5C0F 2E8D 5C0F 2E8E 5140 2E8F 5C23 2E90 5C22 2E91 5C22 2E92 5DF3 2E93 5E7A 2E94 5F51 2E95 5F50 2E96 5FC4 "
    "2E97 38FA 2E98 624C 2E99 6535 2E9B 65E1 2E9C 65E5 2E9D 6708 2E9E 6B7A 2E9F 6BCD 2EA0 6C11 2EA1 6C35 2EA2 6C3A "
    "2EA3 706C 2EA4 722B 2EA5 722B 2EA6 4E2C 2EA7 725B 2EA8 72AD 2EA9 738B 2EAA 758B 2EAB 76EE 2EAC 793A 2EAD 793B "
    "2EAE 7AF9 2EAF 7CF9 2EB0 7E9F 2EB1 7F53 2EB2 7F52 2EB3 34C1 2EB4 34C1 2EB5 7F51 2EB6 7F8A 2EB7 7F8A 2EB8 7F8A "
    "2EB9 8002 2EBA 8080 2EBB 807F 2EBC 8089 2EBD 81FC 2EBE 8279 2EBF 8279 2EC0 8279 2EC1 864E 2EC2 8864 2EC3 897F "
    "2EC4 897F 2EC5 89C1 2EC6 89D2 2EC7 89D2 2EC8 8BA0 2EC9 8D1D 2ECA 8DB3 2ECB 8F66 2ECC 8FB6 2ECD 8FB6 2ECE 8FB6 "
    "2ECF 9091 2ED0 9485 2ED1 9577 2ED2 9578 2ED3 957F 2ED4 95E8 2ED5 961C 2ED6 961D 2ED7 96E8 2ED8 9752 2ED9 97E6 "
    "2EDA 9875 2EDB 98CE 2EDC 98DE 2EDD 98DF 2EDE 98DF 2EDF 98E0 2EE0 9963 2EE1 9996 2EE2 9A6C 2EE3 9AA8 2EE4 9B3C "
    "2EE5 9C7C 2EE6 9E1F 2EE7 5364 2EE8 9EA6 2EE9 9EC4 2EEA 9EFE 2EEB 6589 2EEC 9F50 2EED 6B6F 2EEE 9F7F 2EEF 7ADC "
    "2EF0 9F99 2EF1 9F9C 2EF2 4E80 2EF3 9F9F"
)
_RADICALS = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)} | {
    chr(int(radical, 16)): chr(int(character, 16)) for radical, character in re.findall(r"(2E\w\w) (\w+)", _SUPPLEMENT)
}
_RADICAL = re.compile("[\u2e80-\u2ef3\u2f00-\u2fd5]+")


def _find_decomposed(text: str) -> list[Edit]:
    if unicodedata.is_normalized("NFC", text):
        return []
    edits: list[Edit] = []
    for found in _UNSETTLED.finditer(text):
        if not unicodedata.is_normalized("NFC", found[0]):
            edits.extend(_pieces(found[0], found.start()))
    return edits


def _pieces(run: str, offset: int) -> list[Edit]:
    """Cut a run in front of each character that cannot attach to the one before, and normalise the pieces."""
    edits: list[Edit] = []
    start = 0
    for stop in range(1, len(run) + 1):
        if stop < len(run) and _attaches(run[stop]):
            continue
        settled = unicodedata.normalize("NFC", run[start:stop])
        if settled != run[start:stop]:
            edits.append(Edit(offset + start, offset + stop, settled))
        start = stop
    return edits


def _attaches(char: str) -> bool:
    return unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff"


def _find_radicals(text: str) -> list[Edit]:
    return [
        Edit(found.start(), found.end(), "".join(_RADICALS.get(char, char) for char in found[0]))
        for found in _RADICAL.finditer(text)
    ]


UNICODE_NFC = Rule(
    "unicode_nfc",
    "characters take their composed form (Unicode NFC); compatibility ideographs become unified ones",
    _find_decomposed,
)
RADICALS = Rule(
    "radicals",
    "Kangxi and CJK radicals, which PDF copies have in place of characters, become those characters",
    _find_radicals,
)
