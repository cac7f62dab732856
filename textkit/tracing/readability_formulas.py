"""Formulas of Chinese readability: the published coefficients with the features of a text put in."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from textkit.errors import ArgumentError, check_columns, unknown
from textkit.stats.readability import COLUMNS, FORMULAS
from textkit.tracing.case import Case, Explained
from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import Formula, Literal, Symbol
from textkit.tracing.readability import feature_name
from textkit.tracing.wording import Words


def _number(text: str) -> Formula:
    return Literal(Decimal(text))


def _sum(constant: str, *terms: tuple[str, str]) -> Formula:
    """Return a constant and features with their coefficients, as the paper writes them."""
    total = _number(constant)
    for coefficient, feature in terms:
        part = _number(coefficient.lstrip("-")) * SYMBOLS[feature]
        total = total - part if coefficient.startswith("-") else total + part
    return total


_LEVELS = [*(f"chars_level_{k}" for k in range(1, 6)), *(f"words_level_{k}" for k in range(1, 6))]
SYMBOLS = {
    "complete_sentences": Symbol("F"), "nonbasic_words": Symbol("B", above="'"), "strokes_per_char": Symbol("K"),
    "chars_per_sentence": Symbol("S"), "words_per_sentence": Symbol("W"), "passage_chars": Symbol("L"),
    "passage_chars_per_sentence": Symbol("S"), "passage_common_chars": Symbol("C"), "jia_char_count": Symbol("J"),
    "function_word_count": Symbol("F"), "function_word_types": Symbol("F"), "basic_word_types": Symbol("B"),
    "word_types": Symbol("V"), "clauses": Symbol("C"), "chars_per_clause": Symbol("R", "1"),
    "adverbs_conjunctions_by_sentence": Symbol("R", "2"), "complex_words": Symbol("X"),
    **{f"chars_level_{k}": Symbol("c", str(k)) for k in range(1, 6)},
    **{f"words_level_{k}": Symbol("w", str(k)) for k in range(1, 6)},
}  # fmt: skip
"""The letter of each feature that a formula uses."""


def _guo(scale: str) -> Formula:
    chars, words = ("0.148", "0.182", "0.137", "0.215", "0.283"), ("0.132", "0.185", "0.249", "0.246", "0.188")
    levels = []
    for kind, weights in (("chars", chars), ("words", words)):
        parts = [_number(weight) * SYMBOLS[f"{kind}_level_{k}"] for k, weight in enumerate(weights, start=1)]
        total: Formula = parts[0]
        for part in parts[1:]:
            total = total + part
        levels.append(total if scale == "1" else _number(scale) * total)
    sentences = _number("0.123") * SYMBOLS["chars_per_sentence"]
    return _number("-11.946") + _number("0.198") * levels[0] + sentences + _number("0.811") * levels[1]


_HALF = _number("0.5")
_BASIC = 1 - SYMBOLS["nonbasic_words"]
_BEYOND = 1 - SYMBOLS["words_level_1"] - SYMBOLS["words_level_2"]
_JING = ("passage_chars", "passage_chars_per_sentence", "passage_common_chars")
TREES: dict[str, Formula] = {
    "yang_1971": (
        _sum("14.95961", ("1.11506", "complete_sentences"))
        + _number("39.07746") * _BASIC
        - _number("2.48491") * SYMBOLS["strokes_per_char"]
    ),
    "sun_1992": _sum(
        "-11.848", ("2.135", "strokes_per_char"), ("0.15", "chars_per_sentence"), ("7.117", "nonbasic_words"),
        ("0.164", "words_per_sentence"),
    ),
    "jing_1995_grade": _sum("17.52547988", *zip(("0.00242523", "0.04414527", "-18.33435443"), _JING, strict=True)),
    "jing_1995_semester": _sum("34.53858379", *zip(("0.00491625", "0.08996394", "-36.73710603"), _JING, strict=True)),
    "guo_2010": _guo("1"),
    "guo_2010_percent": _guo("100"),
    "zuo_2014": (
        _sum("23.646", ("0.485", "jia_char_count"))
        - _number("125.931") * _BEYOND
        - _number("0.647") * SYMBOLS["function_word_count"]
    ),
    "wang_2008": _sum(
        "72.749", ("-7.515", "function_word_types"), ("0.802", "basic_word_types"), ("-0.462", "word_types"),
        ("2.446", "clauses"),
    ),
    "xu_2021_r1": SYMBOLS["chars_per_clause"],
    "xu_2021_r2": SYMBOLS["adverbs_conjunctions_by_sentence"],
    "xu_2021_r3": _HALF * (SYMBOLS["chars_per_clause"] + SYMBOLS["adverbs_conjunctions_by_sentence"]),
    "fog": _number("0.4") * (SYMBOLS["words_per_sentence"] + 100 * SYMBOLS["complex_words"]),
}  # fmt: skip
"""Every formula of `textkit.readability_formulas`."""


def explain(case: Case) -> Explained:
    """Explain a row of `textkit.readability_formulas`: the number of a formula for a text."""
    record = case.record("doc", "formula")
    doc, formula = str(record["doc"]), str(record["formula"])
    if formula not in TREES:
        raise unknown("formula to trace:", formula, TREES)
    author = f"{record['author']}（{record['year']}）"
    derivation = Derivation(
        Words(f"“{doc}”的可读性公式：{author}", f"Readability of “{doc}” by the formula of “{record['author']}” "
              f"({record['year']})")
    )  # fmt: skip
    name = Words("公式的值", "value of the formula")
    value = Symbol("value")
    if np.isnan(float(record["value"])):
        derivation.step(name, value, Literal(Decimal("NaN")), column="value")
        note = str(record["note"])
        derivation.note(f"表中说明的原因：“{note}”。", f"The reason in the table: “{note}”.")
    else:
        features = _features(case, doc)
        for feature in FORMULAS[formula].features:
            derivation.given(SYMBOLS[feature], float(features[feature]), feature_name(feature))
        derivation.step(name, value, TREES[formula], column="value")
    about = f"{record['direction']}; {record['range']}; {record['provenance']}"
    derivation.note(f"表中的说明：“{about}”。", f"What the table says of it: “{about}”.")
    derivation.note(
        "不同公式的数不可相互比较，也不可平均。", "Numbers of different formulas must not be compared, nor averaged."
    )
    derivation.note(
        "每个特征如何得来，请用 trace(readability(...), (文档, 特征), source=tokens)。",
        "For how a feature comes about: trace(readability(...), (document, feature), source=tokens).",
    )
    return Explained(derivation, case.chosen_column("value", ["value"]), record, [])


def _features(case: Case, doc: str) -> pd.Series[float]:
    """Return the features of the text, checked against what the table was made from."""
    given: pd.DataFrame | None = case.sources.given.get("features")
    if given is None:
        raise case.sources.missing("features", "the table does not hold the features")
    check_columns("source", given, COLUMNS, made_by="readability(tokens)")
    made = given.attrs.get("textkit", {})
    if made.get("inputs") != dict(case.sources.inputs) or made.get("settings") != case.settings.get("features"):
        raise ArgumentError(
            "source is not the table of features that readability_formulas was given. Give the very table, or make the "
            "formulas anew."
        )
    rows = given[given["doc"] == doc]
    if not len(rows):
        raise unknown("document", doc, given["doc"].unique().tolist())
    found: pd.Series[float] = rows.set_index("feature")["value"]
    return found
