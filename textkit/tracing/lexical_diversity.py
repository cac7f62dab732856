"""Lexical diversity: how an index comes from the words of one text, in their order where it matters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import comb
from typing import Any, NamedTuple

import numpy as np

from textkit.errors import ArgumentError, TextkitError
from textkit.kinds import is_number, is_word
from textkit.selection import groups
from textkit.tokenization import tokenize
from textkit.tokens import Tokens
from textkit.tracing.case import Case, Explained
from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import (
    Choose,
    Counted,
    Formula,
    Literal,
    Relation,
    Such,
    Symbol,
    Total,
    formula,
    largest,
    log,
    root,
)
from textkit.tracing.wording import Words, same
from textkit.tracing.worked import ARITHMETIC

N, V, S2 = Symbol("N"), Symbol("V"), Symbol("S", "2")
VALUE = Symbol("value")
_SHOWN = 12
_HDD, _SIZES = 42, range(35, 51)
SOURCES = {
    "ttr": "Johnson, W. (1944). Studies in language behavior: I. A program of research. "
    "Psychological Monographs 56(2), 1–15.",
    "guiraud": "Guiraud, P. (1954). Les caractères statistiques du vocabulaire. PUF.",
    "cttr": "Carroll, J. B. (1964). Language and Thought. Prentice-Hall.",
    "herdan_c": "Herdan, G. (1960). Type-Token Mathematics. Mouton.",
    "maas_a2": "Maas, H.-D. (1972). Über den Zusammenhang zwischen Wortschatzumfang und Länge eines Textes. "
    "Zeitschrift für Literaturwissenschaft und Linguistik 2(8), 73–96.",
    "dugast_u": "Dugast, D. (1978). Sur quoi se fonde la notion d’étendue théorique "
    "du vocabulaire? Le français moderne 46, 25–32.",
    "summer_s": "Tweedie, F. J., & Baayen, R. H. (1998). How variable may a constant be? Measures of "
    "lexical richness in perspective. Computers and the Humanities 32(5), 323–352.",
    "yule_k": "Yule, G. U. (1944). The Statistical Study of Literary Vocabulary. Cambridge UP.",
    "simpson_d": "Simpson, E. H. (1949). Measurement of diversity. Nature 163, 688.",
    "herdan_vm": "Herdan, G. (1955). A new derivation and interpretation of Yule’s ‘Characteristic’ K. "
    "Zeitschrift für angewandte Mathematik und Physik 6(4), 332–339.",
    "mattr": "Covington, M. A., & McFall, J. D. (2010). Cutting the Gordian knot: the moving-average type–token ratio. "
    "Journal of Quantitative Linguistics 17(2), 94–100.",
    "mtld": "McCarthy, P. M., & Jarvis, S. (2010). MTLD, vocd-D, and HD-D: a validation study of sophisticated "
    "approaches to lexical diversity assessment. Behavior Research Methods 42(2), 381–392.",
    "mtld_w": "Vidal, K., & Jarvis, S. (2020). Effects of English-medium instruction on Spanish students’ "
    "proficiency and lexical diversity in English. Language Teaching Research 24(5), 568–587.",
    "hdd": "McCarthy, P. M., & Jarvis, S. (2007). vocd: a theoretical and empirical "
    "evaluation. Language Testing 24(4), 459–488.",
    "vocd_d": "Malvern, D., Richards, B., Chipere, N., & Durán, P. (2004). Lexical Diversity and Language "
    "Development: Quantification and Assessment. Palgrave Macmillan.",
}
_SAME_SOURCE = {
    "maas_a": "maas_a2",
    "yule_i": "yule_k",
    "msttr": "ttr",
    "mtld_forward": "mtld",
    "mtld_backward": "mtld",
}


@dataclass(frozen=True, slots=True)
class _Text:
    """The words of one text that count, in order, and the settings."""

    derivation: Derivation
    words: list[str]
    settings: Any

    @property
    def counts(self) -> Counter[str]:
        """How often each type occurs."""
        return Counter(self.words)


def explain(case: Case) -> Explained:
    """Explain a row of `textkit.lexical_diversity`: (document or group, measure)."""
    record = case.record("group", "measure")
    group, measure = record["group"], str(record["measure"])
    name, explainer = _MEASURES[measure]
    derivation = Derivation(Words(f"“{group}”的词汇丰富度：{name.zh}", f"Lexical diversity of “{group}”: {name.en}"))
    words = _words(case, group)
    text = _Text(derivation, words, case.settings)
    if (len(words), len(set(words))) != (int(record["n_tokens"]), int(record["n_types"])):
        raise TextkitError(
            f"{group!r} has {len(words):,} tokens and {len(set(words)):,} types in the source, but "
            f"{int(record['n_tokens']):,} and {int(record['n_types']):,} in the table."
        )
    unit = Words("字", "characters") if case.settings["level"] == "character" else Words("词", "tokens")
    derivation.given(
        N, len(words), Words(f"总{unit.zh}数（标点与遮蔽符不计）", f"{unit.en} (no punctuation, no masks)")
    )
    derivation.given(V, len(set(words)), Words("不同的词数（词型）", "different ones (types)"))
    if not words:
        derivation.step(Words("没有词", "no words"), VALUE, Literal(Decimal("NaN")), column="value")
    else:
        explainer(text)
    _notes(case, derivation, measure, str(record["flag"]))
    derivation.cite(SOURCES[_SAME_SOURCE.get(measure, measure)])
    return Explained(derivation, case.chosen_column("value", ["value"]), record, [])


def _words(case: Case, group: Any) -> list[str]:
    """Return the words of a text as `lexical_diversity` counts them."""
    settings = case.settings
    tokens: Tokens = case.sources.words()
    by = settings["by"]
    if settings["level"] == "character":
        tokens = tokenize(tokens.corpus, "characters", progress=False)
    keep = is_word if not str(settings["left_out"]).endswith("numbers") else _word_without_digits
    tokens = tokens.keep(keep)
    if by == "doc":
        rows = [tokens.corpus.names.index(str(group))]
        others = tokens.lengths
    else:
        codes, values = groups(tokens.corpus._docs, by)
        rows = np.flatnonzero(codes == values.index(group)).tolist()
        others = np.bincount(codes[codes >= 0], weights=tokens.lengths[codes >= 0])
    words = [word for row in rows for word in tokens.words(int(row))]
    truncate = settings["truncate"]
    if truncate == "shortest":
        truncate = int(min(length for length in others if length > 0))
    return words if truncate is None else words[: int(truncate)]


def _word_without_digits(term: str) -> bool:
    return is_word(term) and not is_number(term)


def _notes(case: Case, derivation: Derivation, measure: str, flag: str) -> None:
    dependent = ("ttr", "guiraud", "cttr", "herdan_c", "maas_a2", "maas_a", "dugast_u", "summer_s", "yule_i")
    if measure in dependent:
        derivation.note(
            "这个指标随文本长度变化：长短不同的文本不可比较（请用 MATTR、MTLD 或 HD-D）。",
            "This index changes with the length of the text: do not compare texts "
            "of unequal length (use MATTR, MTLD, HD-D).",
        )
    if measure in ("maas_a", "maas_a2", "yule_k", "simpson_d", "herdan_vm"):
        derivation.note("数值越小，词汇越丰富。", "Lower values mean more diverse.")
    derivation.note(
        "怎样算一个词取决于分词：只能比较用同样设置分词的文本。",
        "What a word is depends on the segmenter: compare only texts that were cut with the same settings.",
    )
    said = {
        "too_short": ("文本太短，这个指标不可用。", "The text is too short for this index."),
        "short": (
            "文本偏短（不到 100 词），MTLD 不稳定。",
            "The text is short (below 100 tokens): the MTLD is not steady.",
        ),
        "window": (
            "文本比窗口短：就是普通的类符形符比。",
            "The text is shorter than the window: this is its plain TTR.",
        ),
        "all_unique": ("没有一个词重复，指标无从衡量。", "No word is repeated, so the index has nothing to measure."),
    }
    if flag in said:
        derivation.note(*said[flag])
    if case.settings.get("ci") is not None:
        derivation.note(
            "ci_low、ci_high 来自自助法（bootstrap），没有可以代入的公式。",
            "ci_low and ci_high come from a bootstrap: there is no formula to put numbers into.",
        )


def _final(text: _Text, name: Words, value: Formula, remark: Words | None = None) -> None:
    text.derivation.step(name, VALUE, value, column="value", remark=remark)


# ---------------------------------------------------------------------------------------------------------------
# Indices of N, V and the spectrum


def _plain(
    name: Words, value: Formula, *, defined: Callable[[int, int], bool] | None = None
) -> Callable[[_Text], None]:
    def explain(text: _Text) -> None:
        n, v = len(text.words), len(text.counts)
        known = defined is None or defined(n, v)
        _final(text, name, value if known else Literal(Decimal("NaN")))

    return explain


def _spectrum(text: _Text) -> Symbol:
    """Show how many types occur how often, and work out the sum of their squares."""
    spectrum = sorted(Counter(text.counts.values()).items())
    text.derivation.grid(
        Words("频数谱：出现 i 次的词型有 Vᵢ 个", "Spectrum: Vᵢ types occur i times"),
        (same("i"), same("Vᵢ")),
        spectrum[:_SHOWN],
        len(spectrum),
    )
    i, types = Symbol("i"), Symbol("V", "i")
    rows = {i: [pair[0] for pair in spectrum], types: [pair[1] for pair in spectrum]}
    name = Words("各词型次数的平方和", "squared counts of the types, summed")
    return text.derivation.step(name, S2, Total("i", i**2 * types, rows))


def _with_spectrum(name: Words, value: Formula, *, fewest: int = 1) -> Callable[[_Text], None]:
    def explain(text: _Text) -> None:
        _spectrum(text)
        _final(text, name, value if len(text.words) >= fewest else Literal(Decimal("NaN")))

    return explain


# ---------------------------------------------------------------------------------------------------------------
# Windows


def _windows(*, sliding: bool) -> Callable[[_Text], None]:
    def explain(text: _Text) -> None:
        size = int(text.settings["window"])
        n = len(text.words)
        starts = range(0, n - size + 1, 1 if sliding else size)
        if not len(starts):
            _final(text, Words("文本比窗口短：类符形符比本身", "shorter than the window: the plain TTR"), V / N)
            return
        types = Counter(_types(text.words, size, sliding=sliding)).items()
        derivation = text.derivation
        w = derivation.given(Symbol("w"), size, Words("窗口长度", "length of a window"))
        m = derivation.given(
            Symbol("m"),
            len(starts),
            Words(
                "滑动窗口的个数" if sliding else "不重叠窗口的个数",
                "sliding windows" if sliding else "consecutive windows",
            ),
        )
        each, times = Symbol("V", "j"), Symbol("k", "j")
        order = sorted(types, key=lambda pair: -pair[1])
        derivation.grid(
            Words("窗口中不同的词数，及有几个这样的窗口", "Types of a window, and how many windows have so many"),
            (same("Vⱼ"), same("kⱼ")),
            order[:_SHOWN],
            len(order),
        )
        rows = {times: [pair[1] for pair in order], each: [pair[0] for pair in order]}
        name = Words(
            "各窗口类符形符比的平均（词数相同的窗口合并）", "mean TTR of the windows (those with equal types together)"
        )
        _final(text, name, 1 / m * Total("j", times * (each / w), rows))

    return explain


def _types(words: Sequence[str], size: int, *, sliding: bool) -> list[int]:
    if not sliding:
        return [len(set(words[i : i + size])) for i in range(0, len(words) - size + 1, size)]
    inside = Counter(words[:size])
    found = [len(inside)]
    for old, new in zip(words, words[size:], strict=False):
        inside[new] += 1
        inside[old] -= 1
        if not inside[old]:
            del inside[old]
        found.append(len(inside))
    return found


# ---------------------------------------------------------------------------------------------------------------
# MTLD


class _Run(NamedTuple):
    """A stretch of the text: where it begins and ends, its types, and whether it is a whole factor."""

    begin: int
    end: int
    types: int
    full: bool


def _factors(words: Sequence[str], threshold: float) -> list[_Run]:
    runs, begin = [], 0
    seen: set[str] = set()
    for i, word in enumerate(words):
        seen.add(word)
        if len(seen) / (i - begin + 1) <= threshold:
            runs.append(_Run(begin, i + 1, len(seen), True))
            begin, seen = i + 1, set()
    if begin < len(words):
        runs.append(_Run(begin, len(words), len(seen), False))
    return runs


def _direction(text: _Text, symbol: Symbol, *, backwards: bool, column: str | None) -> Symbol:
    derivation = text.derivation
    threshold = float(text.settings["threshold"])
    runs = _factors(text.words[::-1] if backwards else text.words, threshold)
    mark = "'" if backwards else ""
    way = Words("从后往前", "backwards") if backwards else Words("从前往后", "forwards")
    yes, no = Words("完整", "full"), Words("余段", "rest")
    derivation.grid(
        Words(
            f"因子（{way.zh}）：每当类符形符比降到 {threshold:g} 就切一刀",
            f"Factors ({way.en}): a cut wherever the TTR has fallen to {threshold:g}",
        ),
        (Words("词", "words"), Words("词数", "tokens"), Words("词型", "types"), same("TTR"), same("")),
        [
            (
                f"{run.begin + 1}–{run.end}",
                run.end - run.begin,
                run.types,
                run.types / (run.end - run.begin),
                yes if run.full else no,
            )
            for run in (runs if len(runs) <= _SHOWN else [*runs[: _SHOWN - 1], runs[-1]])
        ],
        len(runs),
    )
    limit = Symbol("tau")
    if limit not in derivation.values:
        derivation.given(limit, threshold, Words("阈值", "threshold"))
    full = derivation.given(
        Symbol("F", above=mark),
        sum(run.full for run in runs),
        Words(f"完整的因子数（{way.zh}）", f"full factors ({way.en})"),
    )
    factors: Formula = formula(full)
    if runs and not runs[-1].full:
        rest = runs[-1]
        types = derivation.given(Symbol("V", "r", mark), rest.types, Words("余段的词型数", "types of the rest"))
        size = derivation.given(
            Symbol("N", "r", mark), rest.end - rest.begin, Words("余段的词数", "tokens of the rest")
        )
        factors = full + (1 - types / size) / (1 - limit)
    total = derivation.step(
        Words(f"因子数（{way.zh}，余段按比例折算）", f"factors ({way.en}, the rest as a fraction)"),
        Symbol("K", above=mark),
        factors,
    )
    value: Formula = N / total
    if derivation[total] == 0:
        value = formula(N) if text.settings["all_unique"] == "one_factor" else Literal(Decimal("NaN"))
    name = Words(f"平均因子长度（{way.zh}）", f"mean length of a factor ({way.en})")
    return derivation.step(name, symbol, value, column=column)


def _mtld(text: _Text) -> None:
    forward = _direction(text, Symbol("M"), backwards=False, column=None)
    backward = _direction(text, Symbol("M", above="'"), backwards=True, column=None)
    _final(text, Words("两个方向的平均", "mean of the two directions"), (forward + backward) / 2)


def _mtld_w(text: _Text) -> None:
    threshold = float(text.settings["threshold"])
    words, n = text.words, len(text.words)
    factors = tokens = 0
    for begin in range(n):
        seen: set[str] = set()
        for step in range(n):
            seen.add(words[(begin + step) % n])
            if len(seen) / (step + 1) <= threshold:
                factors, tokens = factors + 1, tokens + step + 1
                break
    derivation = text.derivation
    derivation.given(Symbol("tau"), threshold, Words("阈值", "threshold"))
    k = derivation.given(
        Symbol("F"),
        factors,
        Words("从每个词开始（首尾相接）能切出的因子数", "factors that begin at each word, the text being a ring"),
    )
    total = derivation.given(Symbol("L"), tokens, Words("这些因子的总长", "their length together"))
    value: Formula = total / k if factors else Literal(Decimal("NaN"))
    _final(text, Words("平均因子长度", "mean length of a factor"), value)


# ---------------------------------------------------------------------------------------------------------------
# HD-D and vocd-D


def _hdd(text: _Text) -> None:
    derivation = text.derivation
    if len(text.words) < _HDD:
        _final(text, Words("不到 42 词，没有定义", "below 42 tokens it does not exist"), Literal(Decimal("NaN")))
        return
    spectrum = sorted(Counter(text.counts.values()).items())
    f, types = Symbol("f"), Symbol("V", "f")
    draws = derivation.given(Symbol("m"), _HDD, Words("抽取的词数", "tokens that are drawn"))
    body = types * (1 - Choose(N - f, draws) / Choose(N, draws))
    rows = {f: [pair[0] for pair in spectrum], types: [pair[1] for pair in spectrum]}
    expected = derivation.step(
        Words(
            "随机抽 42 个词，预期有多少词型（出现 f 次的词型有 V_f 个，各按抽到的概率计）",
            "types expected among 42 random tokens (V_f types occur f times, each with its chance to be drawn)",
        ),
        Symbol("E"),
        Total("f", body, rows),
    )
    _final(text, Words("除以 42", "over 42"), expected / draws)


def _vocd(text: _Text) -> None:
    derivation = text.derivation
    if text.settings["vocd"] == "sampled":
        raise ArgumentError(
            'vocd="sampled" draws at random, so its D has no formula to be traced. Make the table with vocd="exact".'
        )
    n = len(text.words)
    if n < _SIZES[-1]:
        _final(text, Words("不到 50 词，没有定义", "below 50 tokens it does not exist"), Literal(Decimal("NaN")))
        return
    ratios = [_expected_ratio(text.counts.values(), n, size) for size in _SIZES]
    if all(ratio == 1 for ratio in ratios):
        _final(text, Words("没有词重复，D 无限大", "no word is repeated: D is infinite"), Literal(Decimal("Infinity")))
        return
    d = _fitted(ratios)
    derivation.grid(
        Words("随机抽 n 个词的预期类符形符比，与曲线的值", "TTR expected of n random tokens, and the curve"),
        (same("n"), same("TTR"), Words("曲线", "curve")),
        [(size, ratio, _curve(d, size)) for size, ratio in zip(_SIZES, ratios, strict=True)],
    )
    own, size = Symbol("D"), Symbol("n")
    curve = own / size * (root(1 + 2 * size / own) - 1)
    target = Total("n", (curve - Symbol("TTR", "n")) ** 2, {size: [], Symbol("TTR", "n"): []})
    _final(
        text,
        Words(
            "使曲线最接近这 16 个比值（差的平方和最小）的 D",
            "the D whose curve is nearest to these 16 ratios (least squares)",
        ),
        Counted(Such(own, Relation(target, "=", Symbol("min"))), d),
        remark=Words("用二分法求解。", "Solved by halving."),
    )


def _expected_ratio(counts: Any, n: int, size: int) -> Decimal:
    everything = Decimal(comb(n, size))
    total = Decimal(0)
    for f, types in Counter(counts).items():
        missed = ARITHMETIC.divide(Decimal(comb(n - f, size) if n - f >= size else 0), everything)
        total = ARITHMETIC.add(total, types * (1 - missed))
    return ARITHMETIC.divide(total, Decimal(size))


def _curve(d: Decimal, size: int) -> Decimal:
    inner = ARITHMETIC.sqrt(ARITHMETIC.add(Decimal(1), ARITHMETIC.divide(Decimal(2 * size), d)))
    return ARITHMETIC.multiply(ARITHMETIC.divide(d, Decimal(size)), inner - 1)


def _fitted(ratios: list[Decimal]) -> Decimal:
    low, high = Decimal(-7), Decimal(16)
    for _ in range(80):
        middle = (low + high) / 2
        d = ARITHMETIC.exp(middle)
        slope = Decimal(0)
        for size, ratio in zip(_SIZES, ratios, strict=True):
            x = ARITHMETIC.sqrt(1 + ARITHMETIC.divide(Decimal(2 * size), d))
            curve = ARITHMETIC.divide(Decimal(2), x + 1)
            change = ARITHMETIC.divide(curve * curve * size, 2 * d * d * x)
            slope = ARITHMETIC.add(slope, (curve - ratio) * change)
        low, high = (middle, high) if slope < 0 else (low, middle)
    return ARITHMETIC.exp((low + high) / 2)


_MEASURES: dict[str, tuple[Words, Callable[[_Text], None]]] = {
    "ttr": (Words("类符形符比 TTR", "type–token ratio"), _plain(Words("词型数 ÷ 词数", "types ÷ tokens"), V / N)),
    "guiraud": (
        Words("Guiraud R", "Guiraud's R"),
        _plain(Words("词型数 ÷ 词数的平方根", "types over the root of tokens"), V / root(N)),
    ),
    "cttr": (
        Words("Carroll CTTR", "Carroll's CTTR"),
        _plain(Words("词型数 ÷ 两倍词数的平方根", "types over the root of 2N"), V / root(2 * N)),
    ),
    "herdan_c": (
        Words("Herdan C", "Herdan's C"),
        _plain(Words("两个对数之比", "ratio of the logarithms"), log(V) / log(N), defined=lambda n, v: n > 1),
    ),
    "maas_a2": (
        Words("Maas a²", "Maas' a²"),
        _plain(
            Words("对数之差 ÷ 对数的平方", "difference of the logarithms over a square"),
            (log(N) - log(V)) / log(N) ** 2,
            defined=lambda n, v: n > 1,
        ),
    ),
    "maas_a": (
        Words("Maas a（以 10 为底）", "Maas' a (base 10)"),
        _plain(
            Words("上式以 10 为底，再开方", "root of the same to base 10"),
            root(largest((log(N, 10) - log(V, 10)) / log(N, 10) ** 2, 0)),
            defined=lambda n, v: n > 1,
        ),
    ),
    "dugast_u": (
        Words("Dugast U", "Dugast's U"),
        _plain(
            Words("对数的平方 ÷ 对数之差", "square of the logarithm over the difference"),
            log(N, 10) ** 2 / (log(N, 10) - log(V, 10)),
            defined=lambda n, v: n > 1,
        ),
    ),
    "summer_s": (
        Words("Summer S", "Summer's S"),
        _plain(
            Words("对数的对数之比", "ratio of the logarithms of logarithms"),
            log(log(V)) / log(log(N)),
            defined=lambda n, v: v > 1,
        ),
    ),
    "yule_k": (
        Words("Yule K", "Yule's K"),
        _with_spectrum(
            Words("Yule K：重复率的一万倍", "Yule's K: ten thousand times the rate of repetition"),
            10_000 * (S2 - N) / N**2,
        ),
    ),
    "yule_i": (Words("Yule I", "Yule's I"), _with_spectrum(Words("Yule I", "Yule's I"), V**2 / (S2 - V))),
    "simpson_d": (
        Words("Simpson D", "Simpson's D"),
        _with_spectrum(
            Words("任取两个词，是同一个词的概率", "chance that two tokens are of one type"),
            (S2 - N) / (N * (N - 1)),
            fewest=2,
        ),
    ),
    "herdan_vm": (
        Words("Herdan Vₘ", "Herdan's Vm"),
        _with_spectrum(Words("Herdan Vₘ", "Herdan's Vm"), root(largest(S2 / N**2 - 1 / V, 0))),
    ),
    "msttr": (Words("分段平均类符形符比 MSTTR", "mean segmental TTR"), _windows(sliding=False)),
    "mattr": (Words("移动平均类符形符比 MATTR", "moving-average TTR"), _windows(sliding=True)),
    "mtld": (same("MTLD"), _mtld),
    "mtld_forward": (Words("MTLD（从前往后）", "MTLD, forwards"), lambda text: _single(text, backwards=False)),
    "mtld_backward": (Words("MTLD（从后往前）", "MTLD, backwards"), lambda text: _single(text, backwards=True)),
    "mtld_w": (Words("环形 MTLD-W", "MTLD-W (wrapped)"), _mtld_w),
    "hdd": (same("HD-D"), _hdd),
    "vocd_d": (same("vocd-D"), _vocd),
}
"""Name and explainer of every measure of `textkit.lexical_diversity`."""


def _single(text: _Text, *, backwards: bool) -> None:
    _direction(text, VALUE, backwards=backwards, column="value")
