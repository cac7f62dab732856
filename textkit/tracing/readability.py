"""Readability: how a feature of a text comes from its sentences, characters and words."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, unknown
from textkit.kinds import is_word
from textkit.lexicons.levels import level_list
from textkit.plots.readability import NAMES
from textkit.stats.readability import EXTRA, FEATURES, WINDOW, Measured, Over, is_han, measured
from textkit.tokens import Tokens
from textkit.tracing.case import Case, Explained
from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import Formula, Literal, Symbol, Total, log_share, root
from textkit.tracing.wording import Words, same

VALUE = Symbol("value")
_SHOWN, _CHARACTERS = 5, 24  # sentences shown, and characters of each
_NAN = Literal(Decimal("NaN"))

_SUMS: dict[str, tuple[str, Words]] = {
    "han": ("H", Words("汉字数", "Han characters")),
    "letters": ("L", Words("全部文字的字符数", "letters of any script")),
    "sentences": ("S", Words("句数", "sentences")),
    "clauses": ("C", Words("分句数", "clauses")),
    "words": ("W", Words("词数（含数字）", "words and numbers")),
    "han_words": ("W", Words("全由汉字写成的词数", "words written in Han characters only")),
    "clause_means": ("M", Words("各句的“汉字数 ÷ 分句数”之和", "sum over sentences of characters ÷ clauses")),
    "word_chars": ("K", Words("这些词的字数", "characters of these words")),
    "strokes": ("K", Words("笔画总数", "strokes in all")),
    "strokes_known": ("H", Words("知道笔画数的汉字数", "Han characters with a known number of strokes")),
    "uncommon": ("U", Words("2500 常用字以外的汉字数", "Han characters outside the 2,500 common ones")),
    "nonstandard": (
        "U",
        Words("通用规范汉字一级字表以外的汉字数", "Han characters beyond level 1 of the standard list"),
    ),
    "ungraded": ("U", Words("等级词表以外的词数", "words outside the graded list")),
    "nonbasic": ("U", Words("基础等级以外的词数", "words beyond the basic levels")),
    "rare": ("U", Words("本语料库中的罕用词数", "words that are rare in this corpus")),
    "long": ("U", Words("四字及以上的词数", "words of four or more characters")),
    "complex": ("U", Words("罕用或四字及以上的词数", "words that are rare or have four or more characters")),
    "function": ("F", Words("虚词数", "function words")),
    "content": ("F", Words("实词数", "content words")),
    "linking": ("F", Words("副词与连词数", "adverbs and conjunctions")),
    "linking_shares": (
        "M",
        Words("各句的副词连词比例之和", "sum over sentences of the share of adverbs, conjunctions"),
    ),
    "spoken_sentences": ("S", Words("有词的句数", "sentences that have words")),
    "nouns": ("F", Words("名词数", "nouns")),
    "verbs": ("V", Words("动词数", "verbs")),
    "types": ("V", Words("词型数", "types")),
    "function_types": ("V", Words("虚词的词型数", "types of function words")),
    "basic_types": ("V", Words("基础词的词型数", "types of basic words")),
    "passages": ("P", Words("300 至 500 字的片段数", "passages of 300 to 500 characters")),
    "passage_han": ("H", Words("这些片段的汉字数", "Han characters of these passages")),
    "passage_means": ("M", Words("各片段的平均句长之和", "sum over passages of the characters a sentence")),
    "passage_common": ("M", Words("各片段的常用字比例之和", "sum over passages of the share of common characters")),
}
"""The letter and the name of what features are made of."""

_MORE = {
    "han_characters": Words("汉字数", "Han characters"), "han_share": Words("汉字比例", "share of Han characters"),
    "sentences": Words("句数", "sentences"), "clauses": Words("分句数", "clauses"), "words": Words("词数", "words"),
    "word_types": Words("词型数", "word types"), "function_word_types": Words("虚词词型数", "types of function words"),
    "basic_word_types": Words("基础词词型数", "types of basic words"),
    "function_word_count": Words("虚词数", "function words"),
    "passage_chars": Words("片段字数", "characters a passage"),
    "passage_chars_per_sentence": Words("片段句长", "characters a sentence, by passage"),
    "passage_common_chars": Words("片段常用字比例", "share of common characters, by passage"),
    "adverbs_conjunctions_by_sentence": Words("副词连词比例（按句平均）", "adverbs, conjunctions (by sentence)"),
}  # fmt: skip


class _Text(NamedTuple):
    """One document with what was measured in it."""

    derivation: Derivation
    found: Measured
    source: Tokens | Corpus
    row: int


def feature_name(feature: str) -> Words:
    """Return what a feature is called."""
    if feature in _MORE:
        return _MORE[feature]
    return Words(NAMES["zh"].get(feature, feature), NAMES["en"].get(feature, feature))


def explain(case: Case) -> Explained:
    """Explain a row of `textkit.readability`: the value of a feature, or its z-score."""
    record = case.record("doc", "feature")
    doc, feature = str(record["doc"]), str(record["feature"])
    column = case.chosen_column("value", ["value", "z"])
    name = feature_name(feature)
    derivation = Derivation(Words(f"“{doc}”的可读性特征：{name.zh}", f"Readability of “{doc}”: {name.en}"))
    if np.isnan(float(record["value"])):
        note = str(record["note"])
        derivation.step(Words("没有值（NaN）", "there is no value (NaN)"), VALUE, _NAN, column="value")
        derivation.note(f"表中说明的原因：“{note}”。", f"The reason in the table: “{note}”.")
    else:
        _value(case, derivation, doc, feature)
    if column == "z":
        _z(case, derivation, feature)
    if case.settings.get("ci") and np.isfinite(float(record["ci_low"])):
        derivation.note(
            f"区间来自 {case.settings['n_replicates']:,} 次重抽，没有可以代入的公式。",
            f"The interval comes from {case.settings['n_replicates']:,} resamples: there is no formula to put "
            "numbers into.",
        )
    derivation.note(
        "只比较同一语料库中用同一分词方法得到的值。",
        "Compare only values of one corpus, cut into words in one way.",
    )
    return Explained(derivation, column, record, [])


def _value(case: Case, derivation: Derivation, doc: str, feature: str) -> None:
    if feature in EXTRA:
        raise ArgumentError(
            f"{feature} was given by you as extra=, so there is nothing that could be worked out. Trace another "
            "feature."
        )
    needs = FEATURES[feature].needs
    if feature.startswith(("chars_level_", "words_level_")) or feature == "jia_char_count":
        raise ArgumentError(f"{feature} rests on a list of yours, of which the table holds only the name.")
    source, row = _source(case, doc)
    settings = case.settings
    found = measured(
        source, row, words=_words(case, feature, needs), basic_levels=settings["basic_levels"],
        rare_rank=settings["rare_rank"], sentence_marks=settings["sentence_marks"],
        clause_marks=settings["clause_marks"],
    )  # fmt: skip
    text = _Text(derivation, found, source, row)
    kind = FEATURES[feature].value
    if isinstance(kind, Over):
        _sentences(text, [kind.over, kind.under])
        over, under = (_given(text, one, prime=place == 1) for place, one in enumerate((kind.over, kind.under)))
        derivation.step(Words("两者之比", "one over the other"), VALUE, over / under, column="value")
    elif feature == "sentence_length_sd":
        _spread(text)
    elif feature == "char_entropy":
        _entropy(text)
    elif feature in ("ttr", "mattr"):
        _diversity(text, feature)
    else:
        kept = str(getattr(kind, "name", ""))
        _sentences(text, [kept])
        if kept in found.sentences:
            number = Symbol(_SUMS[kept][0], "s")
            body: Formula = Total("s", number, {number: found.sentences[kept]})
        else:
            body = _given(text, kept)
        derivation.step(feature_name(feature), VALUE, body, column="value")


def _source(case: Case, doc: str) -> tuple[Tokens | Corpus, int]:
    given = case.sources.given.get("texts")
    if given is None:
        raise case.sources.missing("texts", "the table does not hold the sentences")
    if given.fingerprint != case.sources.inputs["texts"]:
        raise case.sources.another("texts", f"{given!r} with {given.fingerprint[:12]}")
    names = (given.corpus if isinstance(given, Tokens) else given).names
    if doc not in names:
        raise unknown("document", doc, names)
    return given, names.index(doc)


def _words(case: Case, feature: str, needs: tuple[str, ...]) -> str | None:
    """Return the graded list of words, if the feature needs one and it is one that comes with the package."""
    if "level list of words" not in needs:
        return None
    named = str(case.settings["words"])
    known = level_list("hsk2010", kind="word")
    if named != f"{known.name} ({known.source})":
        raise ArgumentError(f"{feature} rests on the list {named!r}, of which the table holds only the name.")
    return "hsk2010"


def _given(text: _Text, name: str, *, prime: bool = False) -> Symbol:
    letter, meaning = _SUMS[name]
    symbol = Symbol(letter, above="'" if prime and Symbol(letter) in text.derivation.values else "")
    return text.derivation.given(symbol, float(text.found.sums[name][0]), meaning)


def _sentences(text: _Text, names: list[str]) -> None:
    """Show the first sentences with what is counted in each."""
    shown = [name for name in dict.fromkeys(names) if name in text.found.sentences and name != "sentences"]
    corpus = text.source.corpus if isinstance(text.source, Tokens) else text.source
    whole = corpus.texts[text.row]
    rows = []
    for place, (start, stop) in enumerate(text.found.spans[:_SHOWN]):
        sentence = " ".join(whole[start:stop].split())
        short = sentence if len(sentence) <= _CHARACTERS else sentence[:_CHARACTERS] + "…"
        rows.append((short, *(float(text.found.sentences[name][place]) for name in shown)))
    text.derivation.grid(
        Words("开头的句子", "The first sentences"),
        (Words("句子", "sentence"), *(_SUMS[name][1] for name in shown)),
        rows,
        len(text.found.spans),
    )


def _spread(text: _Text) -> None:
    derivation = text.derivation
    _sentences(text, ["han"])
    n = _given(text, "sentences")
    one = Symbol("h", "s")
    mean = derivation.step(
        Words("平均句长", "mean length of a sentence"),
        Symbol("h", "mean"),
        Total("s", one, {one: text.found.sentences["han"]}) / n,
    )
    spread = Total("s", (one - mean) ** 2, {one: text.found.sentences["han"]})
    name = Words("句长的标准差（除以句数减一）", "standard deviation of the lengths (n − 1)")
    derivation.step(name, VALUE, root(spread / (n - 1)), column="value", slack=1e-9)


def _entropy(text: _Text) -> None:
    derivation = text.derivation
    corpus = text.source.corpus if isinstance(text.source, Tokens) else text.source
    counted = Counter(char for char in corpus.texts[text.row] if is_han(char))
    derivation.grid(
        Words("最常见的汉字", "The commonest Han characters"),
        (Words("字", "character"), same("f")),
        sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN],
        len(counted),
    )
    n = _given(text, "han")
    sizes, types = np.unique(np.array(list(counted.values())), return_counts=True)
    f, m = Symbol("f"), Symbol("m", "f")
    derivation.step(
        Words("字熵：−Σ p·log₂ p，p = f ÷ H（比特）", "entropy: −Σ p log₂ p with p = f ÷ H (bits)"),
        VALUE,
        -Total("f", m * log_share(f / n, f / n, 2), {f: sizes[::-1], m: types[::-1]}),
        column="value",
        remark=Words("m_f 为恰好出现 f 次的字数。", "m_f is the number of characters that occur f times."),
    )


def _diversity(text: _Text, feature: str) -> None:
    derivation, tokens = text.derivation, text.source
    assert isinstance(tokens, Tokens)  # without words there is no value
    terms = tokens.vocabulary.terms
    ids = [number for number in tokens.ids[tokens.offsets[text.row] : tokens.offsets[text.row + 1]].tolist()
           if is_word(terms[number])]  # fmt: skip
    w = min(WINDOW, len(ids))
    n = derivation.given(Symbol("N"), len(ids), Words("词数", "words"))
    if feature == "ttr" or len(ids) <= w:
        v = derivation.given(Symbol("V"), len(set(ids)), Words("词型数", "types"))
        derivation.step(Words("词型数 ÷ 词数", "types ÷ words"), VALUE, v / n, column="value")
        if feature == "mattr":
            derivation.note(
                f"文本不足 {WINDOW} 词：只有一个窗口。", f"The text has fewer than {WINDOW} words: there is one window."
            )
        return
    size = derivation.given(Symbol("w"), w, Words("窗口的词数", "words of a window"))
    one = Symbol("V", "i")
    total = Total("i", one / size, {one: _window_types(ids, w)})
    name = Words("各窗口“词型数 ÷ 词数”的平均", "mean over all windows of types ÷ words")
    derivation.step(name, VALUE, total / (n - size + 1), column="value")


def _window_types(ids: list[int], size: int) -> NDArray[np.int64]:
    inside = Counter(ids[:size])
    found = [len(inside)]
    for place in range(size, len(ids)):
        inside[ids[place]] += 1
        gone = ids[place - size]
        inside[gone] -= 1
        if not inside[gone]:
            del inside[gone]
        found.append(len(inside))
    return np.array(found)


def _z(case: Case, derivation: Derivation, feature: str) -> None:
    """Work out how far the value is from the mean of all texts of the table."""
    rows = case.table[case.table["feature"] == feature]
    values: NDArray[Any] = rows["value"].to_numpy(dtype=np.float64)
    known = values[np.isfinite(values)]
    x = Symbol("x", "d")
    n = derivation.given(Symbol("n"), len(known), Words("有值的文本数", "texts that have a value"))
    mean = derivation.step(
        Words("全部文本的平均", "mean of all texts"), Symbol("x", "mean"), Total("d", x, {x: known}) / n
    )
    sd = derivation.step(
        Words("标准差", "standard deviation"), Symbol("sd"), root(Total("d", (x - mean) ** 2, {x: known}) / (n - 1))
    )
    missing = len(known) < 3 or np.ptp(known) == 0 or derivation[VALUE].is_nan()
    derivation.step(
        Words("z 值：离平均多少个标准差", "z-score: how many standard deviations from the mean"),
        Symbol("z"),
        _NAN if missing else (VALUE - mean) / sd,
        column="z",
    )
    if missing and not derivation[VALUE].is_nan():
        derivation.note(
            "少于三个不同的值时没有 z 值（NaN）。", "With fewer than three values, or equal ones, there is no z (NaN)."
        )
