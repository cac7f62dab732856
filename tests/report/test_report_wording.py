"""The sentences of the report: the same in both languages, and all of them used."""

from __future__ import annotations

import re
import string
from importlib import resources

import pytest

from textkit.cleaning.rules import DEFAULT_RULES
from textkit.errors import UnknownNameError
from textkit.report.wording import LANGUAGES, wording


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_say_the_same() -> None:
    zh, en = (wording(lang).texts for lang in LANGUAGES)
    assert list(zh) == list(en)
    optional = {"unit", "stop"}  # Chinese needs a measure word where English has none
    for key in zh:
        assert fields(zh[key]) ^ fields(en[key]) <= optional, key
        assert zh[key].strip()
        assert en[key].strip(), key


def test_no_sentence_is_unused() -> None:
    here = resources.files("textkit.report")
    sources = "".join(f.read_text("utf-8") for f in here.iterdir() if f.name.endswith((".py", ".j2")))
    used = set(re.findall(r"""["']([a-z0-9_]+)["']""", sources))
    built = ("rule_", "flag_", "cleaning_", "unit_")  # put together from a name
    unused = [key for key in wording("zh").texts if key not in used and not key.startswith(built)]
    unused = [key for key in unused if not key.endswith("_alt")]
    assert unused == []


def test_every_cleaning_rule_has_a_name() -> None:
    for lang in LANGUAGES:
        missing = [rule.name for rule in DEFAULT_RULES if f"rule_{rule.name}" not in wording(lang).texts]
        assert missing == []


def test_numbers_get_separators_and_names_do_not() -> None:
    assert wording("en")("topics_short", n=1234, needed=30) == (
        "The text is too short for topics: 1,234 paragraphs are long enough, at least 30 are needed."
    )
    assert wording("zh")("caution_one_group", by="{year}") == "{year} 只有一个取值，无从比较。"


def test_an_unknown_language() -> None:
    with pytest.raises(UnknownNameError) as error:
        wording("cn")
    assert str(error.value) == "unknown lang 'cn'; did you mean 'en'? Available: 'zh', 'en'."
