"""What a reader gets: both languages, hostile words, LaTeX that is well-formed, HTML without anything live in it."""

from __future__ import annotations

import html.parser
import re

import numpy as np
import pandas as pd
import pytest

from textkit.corpus import Corpus
from textkit.matrix import DocumentTermMatrix, count
from textkit.stats.agreement import agreement
from textkit.stats.collocates import collocates
from textkit.stats.dispersion import dispersion
from textkit.stats.effect_sizes import effect_sizes
from textkit.stats.entropy import entropy, kl_divergence
from textkit.stats.keyness import keyness
from textkit.stats.keyness_groups import keyness_groups
from textkit.stats.lexical_diversity import lexical_diversity
from textkit.stats.rank_turbulence import rank_turbulence
from textkit.stats.readability import readability, readability_formulas
from textkit.stats.similarity import similarity
from textkit.stats.top_terms import top_terms
from textkit.tokens import Tokens
from textkit.tracing.result import PASSAGE_COLUMNS, STEP_COLUMNS, Trace
from textkit.tracing.trace import trace
from textkit.tracing.wording import shown
from textkit.vocabulary import Vocabulary
from textkit.weights import bm25_scores, tfidf

pytestmark = pytest.mark.filterwarnings("ignore::textkit.errors.TextkitWarning")

HOSTILE = [
    "<script>alert(1)</script>",
    "$x$",
    "a_b",
    "50%",
    r"\input{x}",
    "{",
    "}",
    "&amp;",
    '"on"',
    "网格",
    "#1",
    "~^",
]


def tokens() -> Tokens:
    """Cut at blanks only, so that a word can hold any character."""
    texts = [" ".join(HOSTILE * 2), " ".join(HOSTILE[::-1]), "网格 管理 " * 6, "<script>alert(1)</script> 网格"]
    corpus = Corpus(texts, pd.DataFrame(index=["<b>", "d_2%", "$d$", "}{"]))
    hits = [list(re.finditer(r"\S+", text)) for text in texts]
    flat = [hit for row in hits for hit in row]
    terms = list(dict.fromkeys(hit.group() for hit in flat))
    ids = np.array([terms.index(hit.group()) for hit in flat])
    start, stop = (np.array([hit.span()[end] for hit in flat]) for end in (0, 1))
    offsets = np.concatenate(([0], np.cumsum([len(row) for row in hits])))
    return Tokens(ids, start, stop, None, offsets, Vocabulary(terms), corpus)


def traces() -> list[Trace]:
    words = tokens()
    dtm = count(words)
    found = []
    table = keyness(dtm, "<b>", measure="g2")
    found += [trace(table, term, source=words) for term in HOSTILE]
    robust = keyness(dtm, [0, 1], measure="welch")
    found.append(trace(robust, 0, source=words))
    fisher = keyness(dtm, "<b>", measure="fisher")
    found.append(trace(fisher, "a_b", source=words))
    weighted = tfidf(dtm)
    found.append(trace(top_terms(weighted), ("<b>", "$x$"), source=words))
    found.append(trace(similarity(weighted), ("<b>", "d_2%"), source=words))
    found.append(trace(collocates(words, ["网格"], window=2), 0, source=words, column="g2"))
    found.append(trace(dispersion(words), "<script>alert(1)</script>", source=words))
    found.append(trace(lexical_diversity(words, measure="mtld"), ("<b>", "mtld"), source=words))
    own = count(words)
    groups = DocumentTermMatrix(own.matrix, own.vocabulary, pd.DataFrame({"g": ["$", "$", "&", "&"]}, index=own.names))
    found.append(trace(keyness_groups(groups, by="g", measure="fightin_words"), ("&", "$x$"), source=groups))
    sizes = effect_sizes(dtm, "<b>")
    found += [trace(sizes, "{", source=words, column=name) for name in ("ell", "phi", "kld", "haldane_odds_ratio")]
    found.append(trace(effect_sizes(dtm, [0, 1], {"a_b": 3, "#": 9}, reference_size=99), "a_b", source=words))
    found.append(trace(rank_turbulence(dtm, "<b>"), "50%", source=words, column="contribution"))
    found += [trace(entropy(words), "<b>", source=words, column=name) for name in ("chao_shen", "miller_madow")]
    found.append(trace(kl_divergence(dtm, smoothing=0.5), ("}{", "$d$"), source=dtm))
    found.append(trace(bm25_scores(dtm, ["{", "$x$", "网格", "none"], variant="plus"), "<b>", source=words))
    wide = pd.DataFrame({"$a": ["&", "%", "&", "_"], "<b>": ["&", "_", "&", "_"], "c#": ["%", "_", "&", None]})
    for coders in (wide, wide[["$a", "<b>"]]):
        table = agreement(coders, measure="all", ci="normal")
        found += [trace(table, place, source=coders) for place in range(len(table))]
    ranks = pd.DataFrame({"$a": [1, 2, 4, 4], "<b>": [1, 2, 4, 2]})
    found.append(trace(agreement(ranks, level="ratio"), "krippendorff", source=ranks))
    corpus = Corpus(["网格员<b>来了，$x_1$很好。50%的人#满意！" * 12, "山高水长。" * 30, "天地玄黄，宇宙洪荒。" * 12])
    features = readability(corpus)
    for feature in ("chars_per_sentence", "char_entropy", "sentence_length_sd", "words", "strokes_per_char"):
        found.append(trace(features, ("doc1", feature), source=corpus, column="z" if "strokes" in feature else None))
    numbers = readability_formulas(features)
    found += [trace(numbers, ("doc1", name), source=features) for name in ("xu_2021_r1", "sun_1992")]
    return found


TRACES: list[Trace] = []


def all_traces() -> list[Trace]:
    if not TRACES:
        TRACES.extend(traces())
    return TRACES


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_numbers_are_in_the_texts(lang):
    for found in all_traces():
        text = found.text(lang)
        for step in found.steps:
            assert shown(step.value) in text
            assert step.name.of(lang) in text
        for quantity in found.quantities:
            assert shown(quantity.value) in text
        assert found.column in text
        assert found.title.of(lang).replace("\n", " ") in text
        for citation in found.citations:
            assert citation.split(" ")[0] in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_both_languages_say_as_much(lang):
    """No sentence is left in the other language."""
    for found in all_traces():
        spoken = [
            found.title,
            *found.notes,
            *(q.meaning for q in found.quantities),
            *(step.name for step in found.steps),
        ]
        spoken += [step.remark for step in found.steps if step.remark is not None]
        spoken += [grid.caption for grid in found.grids]
        for words in spoken:
            assert words.zh and words.en
            own = re.sub(r"“[^”]*”|\([^)]*\)|（[^）]*）", "", words.en)
            for name in ("网格", "管理"):
                own = own.replace(name, "")
            assert not re.search(r"[一-鿿。，；：]", own), words.en


# ---------------------------------------------------------------------------------------------------------------
# HTML


class Page(html.parser.HTMLParser):
    """Collects the elements and checks that each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


ALLOWED = {
    "div", "style", "h3", "h4", "p", "b", "br", "span", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "code",
    "math", "mrow", "mi", "mn", "mo", "mfrac", "msup", "msub", "msubsup", "msqrt", "munder", "mtable", "mtr", "mtd",
    "mspace",
}  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_html_is_closed_and_holds_nothing_live(lang):
    for found in all_traces():
        page = Page()
        page.feed(found.html(lang))
        assert not page.open
        assert page.tags <= ALLOWED
        assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href")]
        assert "<script>alert" not in found.html(lang)
        assert "http" not in found.html(lang)


def test_html_escapes_words_and_keeps_mathjax_out():
    found = all_traces()[0]
    text = found.html("en")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert 'class="textkit-trace tex2jax_ignore mathjax_ignore" lang="en"' in text
    assert found._repr_html_() == found.html("zh")


# ---------------------------------------------------------------------------------------------------------------
# LaTeX


def check_latex(text: str) -> None:
    """Raise unless braces, brackets, environments and math are balanced and no word of the corpus is a command."""
    body = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    plain = re.sub(r"\\[\\{}$&#_%,]", "", body)
    depth = 0
    for char in plain:
        depth += (char == "{") - (char == "}")
        assert depth >= 0, "a brace is closed that was not opened"
    assert depth == 0, "a brace is left open"
    assert plain.count("$") % 2 == 0
    assert "%" not in plain
    assert "#" not in plain
    environments: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+\*?)\}", body):
        if kind == "begin":
            environments.append(name)
        else:
            assert environments.pop() == name
    assert not environments
    assert len(re.findall(r"\\left[^a-z]", body)) == len(re.findall(r"\\right[^a-z]", body))
    math = re.findall(r"\\begin\{align\*\}(.*?)\\end\{align\*\}", body, re.DOTALL)
    math += re.findall(
        r"(?<!\\)\$(.*?)(?<!\\)\$", re.sub(r"\\begin\{align\*\}.*?\\end\{align\*\}", "", body, flags=re.DOTALL)
    )
    for part in math:
        assert not re.search(r"[㐀-鿿　-〿＀-￯]", part), f"Chinese in math: {part}"
    outside = re.sub(r"\\begin\{(align\*|tabular)\}.*?\\end\{\1\}", "", plain, flags=re.DOTALL)
    assert "&" not in outside
    assert "_" not in re.sub(r"\$.*?\$", "", outside)
    known = set(re.findall(r"\\([a-zA-Z]+)", plain))
    assert known <= {
        "begin", "end", "frac", "ln", "log", "sqrt", "sum", "prod", "left", "right", "max", "min", "operatorname",
        "times", "infty", "mathrm", "ge", "le", "approx", "chi", "alpha", "delta", "omega", "rho", "mu", "sigma",
        "tau", "Delta", "par", "medskip", "smallskip", "noindent", "textbf", "texttt", "rightarrow", "hline", "item",
        "textbackslash", "textasciicircum", "textasciitilde", "textless", "textgreater", "textbar", "textquotedbl",
        "textquotesingle", "textasciigrave", "textsuperscript", "textsubscript", "div", "ensuremath",
        "cdots", "binom", "lambda", "phi", "pi", "kappa", "Sigma", "surd", "ne",
    }, known  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_latex_is_well_formed(lang):
    for found in all_traces():
        check_latex(found.latex(lang))


@pytest.mark.parametrize(
    "bad",
    ["{", "a}", "$x", "50%", r"\begin{a}", r"\begin{align*}网\end{align*}", r"\left(", "a & b", "a_b", r"\input{x}"],
)
def test_the_checker_sees_what_is_wrong(bad):
    with pytest.raises(AssertionError):
        check_latex(bad)


# ---------------------------------------------------------------------------------------------------------------
# The object itself


def test_frame_and_repr():
    table = keyness(DocumentTermMatrix([[8, 2], [2, 8]], ["网格", "信访"]), "doc1", measure="g2")
    found = trace(table, "网格")
    frame = found.to_frame("en")
    assert frame.columns.tolist() == STEP_COLUMNS
    score = frame[frame["column"] == "score"].iloc[0]
    assert score["formula"] == "s·G²"
    assert score["numbers"] == "1 × 7.70979"
    assert score["value"] == pytest.approx(float(table.iloc[0]["score"]), abs=1e-12)
    assert repr(found) == "Trace(“网格”的关键词性：对数似然比 G²（四格）: score = 7.70979; 15 steps)"
    assert str(found) == found.text("zh")
    assert found.passages.columns.tolist() == PASSAGE_COLUMNS
    assert found.n_passages is None
    assert "source=tokens" in found.text("en")


def test_passages_lead_to_the_texts():
    words = tokens()
    table = keyness(count(words), "<b>", measure="g2")
    found = trace(table, "网格", source=words, n=5, width=3)
    # 2 in "<b>"; in the others 1 + 6 + 1: the first five are shared out between the two sides
    assert found.n_passages == 10
    assert found.passages["group"].tolist() == ["target", "target", "reference", "reference", "reference"]
    for row in found.passages.itertuples():
        text = words.corpus.texts[words.corpus.names.index(row.doc)]
        assert text[row.start : row.stop] == row.node == "网格"
        assert len(row.left) <= 3 and len(row.right) <= 3
    assert "共 10 处，这里显示 5 处。" in found.text("zh")
    assert "10 in all, 5 of them shown." in found.text("en")
    none = trace(table, "网格", source=words, n=0)
    assert len(none.passages) == 0
    assert none.n_passages == 10


def test_passages_of_a_trimmed_matrix_by_name():
    words = tokens()
    trimmed = count(words).trim(min_count=3)[["d_2%", "$d$", "<b>"]]
    table = keyness(trimmed, "<b>", measure="g2")
    found = trace(table, "网格", source={"dtm": trimmed, "tokens": words})
    assert found.n_passages == 9  # 2 in the target, 1 + 6 in the two others that are compared


def test_lines_break_without_losing_anything():
    words = tokens()
    found = trace(keyness(count(words), "<b>", measure="g2"), "网格", source=words)
    for lang in ("zh", "en"):
        assert max(map(len, found.text(lang).splitlines())) < 200
        flat = re.sub(r"\s+", "", found.text(lang))
        for note in found.notes:
            assert re.sub(r"\s+", "", note.of(lang)) in flat


def test_the_number_explained_stands_first():
    found = trace(
        keyness(DocumentTermMatrix([[8, 2], [2, 8]], ["网格", "信访"]), "doc1", measure="g2"), 0, column="effect"
    )
    assert found.value == 2.0
    assert found.text("en").splitlines()[2] == "effect = 2"
