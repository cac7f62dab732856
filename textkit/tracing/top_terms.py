"""Weights: how the tf-idf, BM25 or proportion of a term in a document comes from its counts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textkit.errors import ArgumentError, unknown
from textkit.matrix import DocumentTermMatrix, count
from textkit.selection import groups
from textkit.tokens import Tokens
from textkit.tracing import bm25
from textkit.tracing.case import Case, Explained
from textkit.tracing.derivation import Derivation
from textkit.tracing.formula import Formula, Literal, Number, Symbol, Total, changed, largest, log, root
from textkit.tracing.passages import places_of
from textkit.tracing.wording import Words, same

TF, DF, N, TYPES = Symbol("tf"), Symbol("df"), Symbol("N"), Symbol("T")
LENGTH, LARGEST, MEAN = Symbol("L"), Symbol("tf", "max"), Symbol("tf", "mean")
SALTON = (
    "Salton, G., & Buckley, C. (1988). Term-weighting approaches in automatic text retrieval. "
    "Information Processing & Management 24(5), 513–523."
)
MANNING = (
    "Manning, C. D., Raghavan, P., & Schütze, H. (2008). Introduction to "
    "Information Retrieval. Cambridge University Press. (Fig. 6.15)"
)
SINGHAL = "Singhal, A., Buckley, C., & Mitra, M. (1996). Pivoted document length normalization. SIGIR ’96, 21–29."
SPARCK = (
    "Sparck Jones, K. (1972). A statistical interpretation of term specificity and its application in retrieval. "
    "Journal of Documentation 28(1), 11–21."
)
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class _Cell:
    """Counts around one cell of the matrix."""

    case: Case
    derivation: Derivation
    counts: DocumentTermMatrix
    weighted: DocumentTermMatrix
    row: int
    term: str

    @property
    def in_row(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Terms of the document and their counts."""
        m = self.counts.matrix
        part = slice(m.indptr[self.row], m.indptr[self.row + 1])
        there = m.data[part] > 0
        return m.indices[part][there], m.data[part][there]


def explain(case: Case) -> Explained:
    """Explain a row of `textkit.top_terms`."""
    record = case.record("doc", "term")
    doc, term = str(record["doc"]), str(record["term"])
    weighted, counts = case.sources.matrix(), case.sources.counts()
    by = case.settings.get("by")
    title = _title(weighted.weighting, term, doc)
    if by is not None:
        return _group(case, record, weighted, doc, term, title)
    derivation = Derivation(title)
    row = weighted.names.index(doc)
    cell = _Cell(case, derivation, counts, weighted, row, term)
    _weight(cell, "weight")
    return Explained(derivation, case.chosen_column("weight", ["weight"]), record, _places(case, doc, term))


def explain_cell(case: Case) -> Explained:
    """Explain a cell of a weighted matrix."""
    table: DocumentTermMatrix = case.table
    row = case.row
    if not isinstance(row, (tuple, list)) or len(row) != 2:
        raise ArgumentError(f"row must be (document, term) of the matrix, got {row!r}.")
    doc, term = str(row[0]), str(row[1])
    if doc not in table.names:
        raise unknown("document", doc, table.names)
    place = table.vocabulary.id(term)
    counts = case.sources.counts()
    weighted = case.sources.matrix()
    derivation = Derivation(_title(weighted.weighting, term, doc))
    at = table.names.index(doc)
    _weight(_Cell(case, derivation, counts, weighted, at, term), "weight")
    value = float(table.matrix[at, place])
    case.chosen_column("weight", ["weight"])
    return Explained(derivation, "weight", {"weight": value}, _places(case, doc, term))


def _places(case: Case, doc: str, term: str) -> Any:
    tokens = case.sources.tokens
    if tokens is None or doc not in tokens.corpus.names:
        return None
    return [places_of(tokens, [term], doc, np.array([tokens.corpus.names.index(doc)]))]


def _title(weighting: str, term: str, doc: str) -> Words:
    kind = {"tfidf": "tf-idf", "bm25": "BM25"}.get(weighting.partition(":")[0])
    if kind is None:
        return Words(f"“{term}”在“{doc}”中的比例", f"Share of “{term}” in “{doc}”")
    return Words(f"“{term}”在“{doc}”中的 {kind} 权重", f"{kind} weight of “{term}” in “{doc}”")


def _weight(cell: _Cell, column: str | None, into: Symbol | None = None) -> Symbol:
    """Work out the weight of one cell by the scheme of the matrix."""
    kind, _, rest = cell.weighted.weighting.partition(":")
    symbol = into or Symbol("w")
    place = cell.counts.vocabulary.ids([cell.term])[0]
    value = int(cell.counts.matrix[cell.row, place]) if place >= 0 else 0
    doc = cell.counts.names[cell.row]
    cell.derivation.given(
        TF, value, Words(f"“{cell.term}”在“{doc}”中的次数", f"occurrences of “{cell.term}” in “{doc}”")
    )
    if value == 0:
        name = Words("这个词不在文档中，权重为 0", "the term is not in the document: its weight is 0")
        return cell.derivation.step(name, symbol, Literal(Decimal(0)), column=column)
    if kind == "proportion":
        length = cell.derivation.given(LENGTH, _length(cell), Words("文档的总词数", "tokens of the document"))
        return cell.derivation.step(
            Words("比例：次数 ÷ 总词数", "share: count ÷ length"), symbol, TF / length, column=column
        )
    if kind == "tfidf":
        return _tfidf(cell, rest, symbol, column)
    return _bm25(cell, rest, symbol, column)


def _length(cell: _Cell) -> int:
    return int(cell.in_row[1].sum())


# ---------------------------------------------------------------------------------------------------------------
# tf-idf


def _tfidf(cell: _Cell, rest: str, symbol: Symbol, column: str | None) -> Symbol:
    code, *options = rest.split(":")
    base: Number | None = next((float(item[3:]) for item in options if item.startswith("log")), None)
    slope = next((float(item[5:]) for item in options if item.startswith("slope")), 0.2)
    derivation = cell.derivation
    local = _local(cell, code[0], base)
    everywhere = _global(cell, code[1], base)
    derivation.cite(SALTON, MANNING)
    if code[1] != "n":
        derivation.cite(SPARCK)
    if code[2] == "n":
        return derivation.step(
            Words("权重：词频部分 × 文档频率部分", "weight: term-frequency part × document-frequency part"),
            symbol,
            local * everywhere,
            column=column,
        )
    raw = derivation.step(
        Words("尚未规范化的权重", "weight before normalisation"), Symbol("w", "0"), local * everywhere
    )
    norm = _cosine_norm(cell, code, base) if code[2] == "c" else _pivoted_norm(cell, slope)
    derivation.note(
        "权重取决于整个文档集：换一批文档，同一篇文档的权重也会变，不可跨集比较。",
        "Weights depend on the whole collection: with other documents around it the same document has other weights.",
    )
    return derivation.step(
        Words("权重：除以文档的规范化因子", "weight: divided by the norm of the document"),
        symbol,
        raw / norm,
        column=column,
    )


def _local(cell: _Cell, letter: str, base: Number | None) -> Symbol:
    derivation = cell.derivation
    symbol = Symbol("W", "tf")
    formula, name = _local_formula(letter, base)
    if letter in "am":
        derivation.given(
            LARGEST, int(cell.in_row[1].max()), Words("该文档中最大的词频", "largest count in the document")
        )
    if letter == "L":
        derivation.given(LENGTH, _length(cell), Words("文档的总词数", "tokens of the document"))
        derivation.given(TYPES, len(cell.in_row[1]), Words("文档的词型数", "types of the document"))
        derivation.step(Words("平均每个词型的次数", "mean count of a type"), MEAN, LENGTH / TYPES)
    if letter == "p":
        derivation.given(LENGTH, _length(cell), Words("文档的总词数", "tokens of the document"))
    return derivation.step(name + f"（{letter}）", symbol, formula)


def _local_formula(letter: str, base: Number | None) -> tuple[Formula, Words]:
    table: dict[str, tuple[Formula, Words]] = {
        "n": (TF, Words("词频部分：次数本身", "term-frequency part: the count itself")),
        "l": (1 + log(TF, base), Words("词频部分：1 + 次数的对数", "term-frequency part: 1 + log of the count")),
        "b": (Literal(Decimal(1)), Words("词频部分：出现即为 1", "term-frequency part: 1 if it is there")),
        "a": (
            Literal(Decimal("0.5")) + 0.5 * TF / LARGEST,
            Words("词频部分：以最大词频折算", "term-frequency part: relative to the largest count"),
        ),
        "L": (
            (1 + log(TF, base)) / (1 + log(MEAN, base)),
            Words("词频部分：与平均词频相比的对数", "term-frequency part: log, relative to the mean count"),
        ),
        "p": (TF / LENGTH, Words("词频部分：占全文的比例", "term-frequency part: share of the document")),
        "m": (TF / LARGEST, Words("词频部分：与最大词频之比", "term-frequency part: share of the largest count")),
    }
    return table[letter]


def _collection(cell: _Cell) -> DocumentTermMatrix:
    found = cell.case.sources.given.get("collection")
    if isinstance(found, Tokens):
        found = count(found)
    return cell.counts if found is None else found.align(cell.counts.vocabulary)


def _global(cell: _Cell, letter: str, base: Number | None) -> Symbol:
    derivation, symbol = cell.derivation, Symbol("W", "idf")
    if letter == "n":
        return derivation.step(
            Words("文档频率部分：不用（n）", "document-frequency part: none (n)"), symbol, Literal(Decimal(1))
        )
    others = _collection(cell)
    place = cell.counts.vocabulary.ids([cell.term])[0]
    derivation.given(
        DF, int(others.doc_counts[place]), Words(f"有“{cell.term}”的文档数", f"documents that have “{cell.term}”")
    )
    if letter == "x":
        most = Symbol("df", "max")
        derivation.given(most, int(others.doc_counts.max()), Words("最大的文档频率", "largest document frequency"))
    else:
        derivation.given(N, len(others), Words("文档总数", "documents in all"))
    formula = _idf(letter, base)
    if derivation[DF] == 0:
        formula = Literal(Decimal(0))
    return derivation.step(
        Words(
            f"文档频率部分：越少的文档有它，权重越大（{letter}）",
            f"document-frequency part: the fewer documents have it, the larger ({letter})",
        ),
        symbol,
        formula,
    )


def _idf(letter: str, base: Number | None, df: Symbol = DF) -> Formula:
    table: dict[str, Formula] = {
        "n": Literal(Decimal(1)),
        "t": log(N / df, base),
        "p": log(largest((N - df) / df, 1), base),
        "s": log((1 + N) / (1 + df), base) + 1,
        "u": log(N / df, base) + 1,
        "x": log(Symbol("df", "max") / df, base),
    }
    return table[letter]


def _cosine_norm(cell: _Cell, code: str, base: Number | None) -> Symbol:
    """Work out the length of the vector of the document: over all its terms, by the same scheme."""
    derivation = cell.derivation
    terms, counts = cell.in_row
    df = _collection(cell).doc_counts[terms]
    one = Symbol("tf", "t")
    each = Symbol("df", "t")
    body = _renamed(_local_formula(code[0], base)[0], {TF: one})
    factor = _renamed(_idf(code[1], base), {DF: each})
    order = np.argsort(-counts, kind="stable")
    order = order[np.argsort(terms[order] != cell.counts.vocabulary.ids([cell.term])[0], kind="stable")]
    known = df[order] > 0  # a term that the collection lacks has weight 0
    rows = {one: counts[order][known], each: df[order][known]}
    product = factor if code[0] == "b" else body if code[1] == "n" else body * factor
    if code[0] == "b" and code[1] == "n":
        product = one / one
    derivation.grid(
        Words("文档中的词：次数与文档频率", "Terms of the document: counts and document frequencies"),
        (Words("词", "term"), same("tfₜ"), same("dfₜ")),
        [(cell.counts.vocabulary[int(terms[i])], int(counts[i]), int(df[i])) for i in order[:_SHOWN]],
        len(terms),
    )
    norm = derivation.step(
        Words(
            "文档向量的长度：全部词的权重平方和的平方根（余弦规范化 c）",
            "length of the document's vector: root of the sum of the squared weights of all its terms (cosine, c)",
        ),
        Symbol("W", "norm"),
        root(Total("t", product**2, rows)),
        remark=Words(f"共 {len(terms):,} 个词，t 为词", f"over {len(terms):,} terms t"),
    )
    if derivation[norm] == 0:
        return derivation.step(
            Words("长度为 0 时不除", "a length of 0 divides nothing"), Symbol("W", "norm", "'"), Literal(Decimal(1))
        )
    return norm


def _renamed(part: Formula, names: dict[Symbol, Symbol]) -> Formula:
    """Return a formula with other symbols in it."""
    return names.get(part, part) if isinstance(part, Symbol) else changed(part, lambda item: _renamed(item, names))


def _pivoted_norm(cell: _Cell, slope: float) -> Symbol:
    derivation = cell.derivation
    m = cell.counts.matrix
    rows = np.repeat(np.arange(len(cell.counts)), np.diff(m.indptr))
    types = np.bincount(rows[m.data > 0], minlength=len(cell.counts))
    filled = types[types > 0]
    s = derivation.given(Symbol("s"), slope, Words("斜率 slope", "slope"))
    own = derivation.given(TYPES, int(types[cell.row]), Words("该文档的词型数", "types of the document"))
    mean = derivation.step(
        Words("各文档词型数的平均", "mean number of types of the documents"),
        Symbol("T", "mean"),
        1 / Literal(Decimal(len(filled))) * Total("d", Symbol("T", "d"), {Symbol("T", "d"): filled}),
    )
    derivation.cite(SINGHAL)
    return derivation.step(
        Words("枢轴规范化因子（u）", "pivoted norm (u)"), Symbol("W", "norm"), (1 - s) * mean + s * own
    )


# ---------------------------------------------------------------------------------------------------------------
# BM25


def _bm25(cell: _Cell, rest: str, symbol: Symbol, column: str | None) -> Symbol:
    variant, _, options = rest.rstrip(")").partition("(")
    values = {name: float(value) for name, _, value in (item.partition("=") for item in options.split(", "))}
    derivation = cell.derivation
    place = cell.counts.vocabulary.ids([cell.term])[0]
    derivation.given(
        DF, int(cell.counts.doc_counts[place]), Words(f"有“{cell.term}”的文档数", "documents that have it")
    )
    bm25.enter(derivation, variant, values, len(cell.counts), _length(cell), int(cell.counts.lengths.sum()))
    everywhere = derivation.step(
        Words("文档频率部分", "document-frequency part"), Symbol("W", "idf"), bm25.document_part(variant, DF)
    )
    local = derivation.step(
        Words(
            "词频部分：随次数饱和，随文档长度打折", "term-frequency part: saturates, and is held back in long documents"
        ),
        Symbol("W", "tf"),
        bm25.term_part(variant, TF),
    )
    return derivation.step(
        Words("权重：两部分之积", "weight: product of the two parts"), symbol, local * everywhere, column=column
    )


# ---------------------------------------------------------------------------------------------------------------
# Groups of documents


def _group(case: Case, record: Any, weighted: DocumentTermMatrix, group: str, term: str, title: Words) -> Explained:
    codes, values = groups(weighted._docs, case.settings["by"])
    rows = np.flatnonzero(codes == [str(value) for value in values].index(group))
    place = weighted.vocabulary.id(term)
    weights = weighted.matrix[rows][:, [place]].toarray().ravel().astype(np.float64)
    derivation = Derivation(title)
    names = weighted.names
    order = np.argsort(-weights, kind="stable")
    derivation.grid(
        Words("该词在这一组各文档中的权重", "Weights of the term in the documents of the group"),
        (Words("文档", "document"), Words("权重", "weight")),
        [(names[int(rows[i])], float(weights[i])) for i in order[:_SHOWN]],
        len(rows),
    )
    one = Symbol("w", "d")
    total = Total("d", one, {one: weights[order]})
    if weighted.weighting == "count":
        name = Words("一组的次数：各文档之和", "count in the group: sum over its documents")
        derivation.step(name, Symbol("w"), total, column="weight")
    else:
        m = derivation.given(Symbol("m"), len(rows), Words("这一组的文档数", "documents of the group"))
        name = Words("一组的权重：各文档的平均", "weight in the group: mean over its documents")
        derivation.step(name, Symbol("w"), 1 / m * total, column="weight")
        derivation.note(
            "每篇文档的权重如何得来，请用 trace(加权矩阵, (文档, 词), source=计数矩阵)。",
            "For the weight in one document: trace(weighted, (document, term), source=counts).",
        )
    tokens = case.sources.tokens
    places = None
    if tokens is not None and set(names) <= set(tokens.corpus.names):
        docs = np.array([tokens.corpus.names.index(names[int(row)]) for row in rows])
        places = [places_of(tokens, [term], group, docs)]
    return Explained(derivation, case.chosen_column("weight", ["weight"]), record, places)
