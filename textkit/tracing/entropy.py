"""Entropy and divergence: how they come from the counts of the words of a text, or of two."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textkit.errors import unknown
from textkit.matrix import DocumentTermMatrix
from textkit.selection import By, groups
from textkit.tracing.case import Case, Explained
from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import Formula, Literal, Symbol, Total, formula, log, log_share, smallest
from textkit.tracing.wording import Words, same

N, V, H, C = (Symbol(letter) for letter in "NVHC")
F, M = Symbol("f"), Symbol("m", "f")
SHANNON = "Shannon, C. E. (1948). A mathematical theory of communication. Bell System Technical Journal 27, 379–423."
MILLER = (
    "Miller, G. A. (1955). Note on the bias of information estimates. In H. Quastler (ed.), Information Theory in "
    "Psychology: Problems and Methods, 95–100. Free Press."
)
CHAO = (
    "Chao, A., & Shen, T.-J. (2003). Nonparametric estimation of Shannon’s index of diversity when there are unseen "
    "species in sample. Environmental and Ecological Statistics 10(4), 429–443."
)
KULLBACK = (
    "Kullback, S., & Leibler, R. A. (1951). On information and sufficiency. "
    "Annals of Mathematical Statistics 22(1), 79–86."
)
_SHOWN = 10
_NAN = Literal(Decimal("NaN"))


class _Text(NamedTuple):
    """The counts of the types of a text, and how many types there are of each count."""

    derivation: Derivation
    counts: NDArray[np.int64]
    sizes: NDArray[np.int64]  # counts that occur, the largest first
    types: NDArray[np.int64]  # types that have this count


def explain(case: Case) -> Explained:
    """Explain a row of `textkit.entropy`; by default the measure that the table was asked for."""
    record = case.record("group")
    column = case.chosen_column(str(case.settings["measure"]), COLUMNS)
    dtm = case.sources.matrix()
    label = str(record["group"])
    name, explainer = COLUMNS[column]
    derivation = Derivation(Words(f"“{label}”的{name.zh}", f"{name.en} of “{label}”"))
    counts = _counts(dtm, _rows(dtm, case.settings["by"], record["group"]))
    _most(derivation, dtm, counts)
    present = counts[counts > 0]
    sizes, types = np.unique(present, return_counts=True)
    text = _Text(derivation, counts, sizes[::-1], types[::-1].astype(np.int64))
    derivation.given(N, int(present.sum()), Words("总词数", "tokens"))
    derivation.given(V, len(present), Words("词型数", "types"))
    explainer(text)
    if case.settings.get("ci"):
        derivation.note(
            f"ci_low、ci_high 来自自助法：重抽 {case.settings['n_replicates']:,} 次，没有可以代入的公式。",
            f"ci_low and ci_high come from {case.settings['n_replicates']:,} resamples (bootstrap): there is no "
            "formula to put numbers into.",
        )
    derivation.note(
        "文本越短，未出现的稀有词越多，熵越小：长度不同的文本请用 chao_shen 或等长的样本比较。",
        "Rare words are missing from a short text, so its entropy is too small: compare texts of unequal length by "
        "chao_shen or by samples of one length.",
    )
    return Explained(derivation, column, record, [])


def _rows(dtm: DocumentTermMatrix, by: By | None, group: Any) -> NDArray[np.intp]:
    """Return the documents of a group."""
    if by is None:
        return np.arange(len(dtm))
    if by == "doc" and "doc" not in dtm._docs.columns:
        if str(group) not in dtm.names:
            raise unknown("document", group, dtm.names)
        return np.array([dtm.names.index(str(group))])
    codes, values = groups(dtm._docs, by)
    names = [str(value) for value in values]
    if str(group) not in names:
        raise unknown(f"value of {by!r}", group, names)
    return np.flatnonzero(codes == names.index(str(group)))


def _counts(dtm: DocumentTermMatrix, rows: NDArray[np.intp]) -> NDArray[np.int64]:
    return np.asarray(dtm.matrix[rows].sum(axis=0)).ravel().astype(np.int64)


def _most(derivation: Derivation, dtm: DocumentTermMatrix, counts: NDArray[np.int64]) -> None:
    order = np.argsort(-counts, kind="stable")[: min(_SHOWN, int((counts > 0).sum()))]
    derivation.grid(
        Words("最常见的词", "The commonest words"),
        (Words("词", "term"), same("f")),
        [(dtm.vocabulary[int(place)], int(counts[place])) for place in order],
        int((counts > 0).sum()),
    )


def _over_counts(text: _Text, body: Formula) -> Formula:
    """Return a sum over the types: those of one count are alike, and are taken together."""
    return Total("f", M * body, {F: text.sizes, M: text.types})


_ALIKE = Words(
    "m_f 为恰好出现 f 次的词型数：次数相同的词合并计算。",
    "m_f is the number of types that occur f times: words of one count are taken together.",
)


def _entropy(text: _Text, column: str | None = "entropy") -> Symbol:
    total: Formula = -_over_counts(text, log_share(F / N, F / N, 2)) if len(text.sizes) else _NAN
    name = Words("熵：−Σ p·log₂ p，p = f ÷ N（比特）", "entropy: −Σ p log₂ p with p = f ÷ N (bits)")
    text.derivation.cite(SHANNON)
    return text.derivation.step(name, H, total, column=column, remark=_ALIKE)


def _miller_madow(text: _Text) -> None:
    h = _entropy(text)
    name = Words("米勒–马多校正：加上 (V − 1) ÷ 2N 奈特", "Miller–Madow correction: (V − 1) ÷ 2N nats are added")
    text.derivation.step(name, Symbol("H", "MM"), h + (V - 1) / (2 * N * log(2)), column="miller_madow")
    text.derivation.cite(MILLER)


def _coverage(text: _Text) -> Symbol:
    once = int(text.types[text.sizes == 1].sum())
    single = text.derivation.given(Symbol("V", "1"), once, Words("只出现一次的词型数", "types that occur once"))
    name = Words("覆盖率：已见词型占全部用词的估计份额", "coverage: estimated share of all usage that has been seen")
    return text.derivation.step(name, C, 1 - single / N, column="coverage")


def _chao_shen(text: _Text) -> None:
    derivation = text.derivation
    _coverage(text)
    total: Formula = _NAN
    if len(text.sizes) and derivation[C] > 0:
        q = smallest(C * F / N, 1)
        total = -_over_counts(text, log_share(q, q, 2) / (1 - (1 - q) ** N))
    else:
        derivation.note(
            "每个词型都只出现一次时，覆盖率为 0，Chao–Shen 估计不存在（NaN）。",
            "Where every type occurs once, coverage is 0 and the Chao–Shen estimate does not exist (NaN).",
        )
    name = Words(
        "Chao–Shen 估计：−Σ q·log₂ q ÷ (1 − (1 − q)^N)，q = C·f ÷ N",
        "Chao–Shen estimate: −Σ q log₂ q ÷ (1 − (1 − q)^N) with q = C f ÷ N",
    )
    derivation.step(name, Symbol("H", "CS"), total, column="chao_shen", remark=_ALIKE)
    derivation.cite(CHAO)


def _normalised(text: _Text) -> None:
    h = _entropy(text)
    value: Formula = h / log(V, 2)
    if text.derivation[V] <= 1:
        value = Literal(Decimal(0)) if text.derivation[V] == 1 else _NAN
    name = Words("规范化：除以最大可能的熵 log₂ V", "normalised: divided by the largest possible entropy, log₂ V")
    text.derivation.step(name, Symbol("H", "norm"), value, column="normalised")


def _perplexity(text: _Text) -> None:
    h = _entropy(text)
    name = Words("困惑度：2 的 H 次方", "perplexity: 2 to the power of H")
    text.derivation.step(name, Symbol("PP"), formula(2) ** h, column="perplexity")


def _entropy_only(text: _Text) -> None:
    _entropy(text)


def _coverage_only(text: _Text) -> None:
    _coverage(text)


COLUMNS: dict[str, tuple[Words, Callable[[_Text], None]]] = {
    "entropy": (Words("熵", "Entropy"), _entropy_only),
    "miller_madow": (Words("熵（米勒–马多校正）", "Entropy (Miller–Madow)"), _miller_madow),
    "chao_shen": (Words("熵（Chao–Shen 估计）", "Entropy (Chao–Shen)"), _chao_shen),
    "normalised": (Words("规范化的熵", "Normalised entropy"), _normalised),
    "perplexity": (Words("困惑度", "Perplexity"), _perplexity),
    "coverage": (Words("覆盖率", "Coverage"), _coverage_only),
}
"""Name and explainer of every number of `textkit.entropy`."""

# ---------------------------------------------------------------------------------------------------------------
# Divergence


DIVERGENCE_COLUMNS = ("divergence", "missing_share")


def explain_divergence(case: Case) -> Explained:
    """Explain a row of `textkit.kl_divergence`."""
    record = case.record("p", "q")
    column = case.chosen_column("divergence", DIVERGENCE_COLUMNS)
    dtm = case.sources.matrix()
    names = str(record["p"]), str(record["q"])
    derivation = Derivation(
        Words(f"KL 散度：“{names[0]}”对“{names[1]}”", f"KL divergence of “{names[0]}” from “{names[1]}”")
    )
    f, g = (_counts(dtm, _rows(dtm, case.settings["by"], record[side])) for side in ("p", "q"))
    order = np.argsort(-f, kind="stable")[: min(_SHOWN, int((f > 0).sum()))]
    derivation.grid(
        Words("最常见的词", "The commonest words"),
        (Words("词", "term"), *(same(f"“{name}”") for name in names)),
        [(dtm.vocabulary[int(place)], int(f[place]), int(g[place])) for place in order],
        int((f > 0).sum()),
    )
    sizes = [
        derivation.given(Symbol("N", side), int(counts.sum()), Words(f"“{name}”的总词数", f"tokens of “{name}”"))
        for side, counts, name in (("p", f, names[0]), ("q", g, names[1]))
    ]
    if column == "missing_share":
        missing = int(f[g == 0].sum())
        lost = derivation.given(
            Symbol("n", "missing"), missing, Words("q 所没有的词的次数", "tokens of p whose terms q lacks")
        )
        name = Words("q 所没有的词占 p 的份额", "share of p whose terms q lacks")
        derivation.step(name, Symbol("share"), lost / sizes[0], column=column)
        return Explained(derivation, column, record, [])
    _divergence(derivation, f, g, sizes, float(case.settings["smoothing"]))
    if case.settings.get("ci"):
        derivation.note(
            "表中的区间来自自助法，没有可以代入的公式。",
            "The interval in the table comes from resamples (bootstrap): there is no formula to put numbers into.",
        )
    return Explained(derivation, column, record, [])


def _divergence(
    derivation: Derivation, f: NDArray[np.int64], g: NDArray[np.int64], sizes: list[Symbol], smoothing: float
) -> None:
    first, second, same_pair = Symbol("f", "p"), Symbol("f", "q"), Symbol("m", "w")
    p, q = first / sizes[0], second / sizes[1]
    if smoothing:
        a = derivation.given(Symbol("a"), smoothing, Words("每个次数加上的数", "added to each count"))
        v = derivation.given(V, len(f), Words("矩阵中的全部词型数", "types of the whole matrix"))
        p, q = (first + a) / (sizes[0] + a * v), (second + a) / (sizes[1] + a * v)
        there = np.ones(len(f), dtype=np.bool_)
        derivation.note("数值取决于加上的数（smoothing）。", "The number depends on what is added (smoothing).")
    else:
        there = f > 0
    pairs, times = np.unique(np.stack([f[there], g[there]]), axis=1, return_counts=True)
    order = np.argsort(-pairs[0], kind="stable")
    rows = {first: pairs[0][order], second: pairs[1][order], same_pair: times[order]}
    value: Formula = Total("w", same_pair * log_share(p, p / q, 2), rows)
    if not f.sum() or not g.sum():
        value = _NAN
    elif not smoothing and ((f > 0) & (g == 0)).any():
        value = Literal(Decimal("Infinity"))
        derivation.note(
            "p 中有 q 所没有的词：没有平滑时散度为无穷大。",
            "p has terms that q lacks: without smoothing the divergence is infinite.",
        )
    derivation.step(
        Words("散度：Σ p·log₂(p ÷ q)（比特）", "divergence: Σ p log₂(p ÷ q) (bits)"),
        Symbol("KLD"),
        value,
        column="divergence",
        remark=Words(
            "m_w 为在 p 与 q 中次数都相同的词型数，合并计算。",
            "m_w is the number of types with the same counts in p and q, which are taken together.",
        ),
    )
    derivation.cite(KULLBACK)
    derivation.note(
        "不是距离：p 对 q 与 q 对 p 的散度不同。",
        "Not a distance: the divergence of p from q is not that of q from p.",
    )
