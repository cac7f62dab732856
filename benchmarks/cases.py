"""The cases: what we do, what the named peer does, and a digest of the result that must be the same."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.corpora import ROOT, short_documents, texts

Result = dict[str, Any]


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    peer: str
    goal: str
    reached: Callable[[Result], bool]
    repeats: int = 0
    inputs: bool = False
    """Measured on the files that `benchmarks.inputs` writes."""
    own_environment: bool = False
    """The peer is a function of `benchmarks.peers`."""
    extra_corpora: bool = False
    """Measured on a corpus that only TEXTKIT_SHARED has."""
    peer_python: tuple[int, int] = (3, 11)
    """The oldest Python that the peer runs on."""


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def visible(term: str) -> bool:
    """Blanks are no tokens of ours, and masks are one token of ours and several of jieba's: left out of the check."""
    from textkit.kinds import MASK

    return not term.isspace() and MASK.search(term) is None and not set(term) & set("*＊xXｘＸ×○〇●■□")


# -- text to matrix ----------------------------------------------------------------------------------------------


def _totals(matrix: Any, terms: Any) -> str:
    import numpy as np

    sums = np.asarray(matrix.sum(axis=0)).ravel()
    return digest(sorted([t, int(n)] for t, n in zip(terms, sums, strict=True) if visible(t)))


def matrix_ours(n: int) -> Result:
    documents = short_documents(n)
    import textkit as tk

    corpus = tk.Corpus(documents)
    tk.tokenize(tk.Corpus(["预热"]))
    seconds, dtm = timed(lambda: tk.count(tk.tokenize(corpus, progress=False)))
    return {"seconds": seconds, "check": _totals(dtm.matrix, dtm.vocabulary), "note": f"{dtm!r}"}


def matrix_peer(n: int) -> Result:
    documents = short_documents(n)
    import warnings

    warnings.simplefilter("ignore")
    import jieba
    from sklearn.feature_extraction.text import CountVectorizer

    jieba.setLogLevel(60)
    jieba.lcut("预热")
    vectorizer = CountVectorizer(tokenizer=jieba.lcut, token_pattern=None, lowercase=False)
    seconds, matrix = timed(lambda: vectorizer.fit_transform(documents))
    return {"seconds": seconds, "check": _totals(matrix, vectorizer.get_feature_names_out())}


def million_ours() -> Result:
    return {**matrix_ours(1_000_000), "check": "memory only"}


def million_peer() -> Result:
    documents = short_documents(1_000_000)
    import rjieba
    from sklearn.feature_extraction.text import CountVectorizer

    cutter = rjieba.Jieba()

    def work() -> Any:
        lists = [cutter.cut(text) for text in documents]
        return CountVectorizer(analyzer=lambda tokens: tokens).fit_transform(lists)

    seconds, _ = timed(work)
    return {"seconds": seconds, "check": "memory only"}


# -- segmentation ------------------------------------------------------------------------------------------------


def parity_ours() -> Result:
    import warnings

    warnings.simplefilter("ignore")
    import jieba

    from textkit.segment.jieba import Jieba

    jieba.setLogLevel(60)
    lines = [line for text in _every_text() for line in text.splitlines()]
    fast = Jieba()
    seconds, cut = timed(lambda: [fast.cut(line) for line in lines])
    peer_seconds, reference = timed(lambda: [jieba.lcut(line) for line in lines])
    same = sum(a == b for a, b in zip(cut, reference, strict=True))
    share = f"{same:,} of {len(lines):,} lines equal ({100 * same / len(lines):.4f} %)"
    note = f"{share}; cutting alone {peer_seconds / seconds:.1f} x jieba.lcut"
    return {"seconds": seconds, "check": "", "note": note, "ok": same == len(lines)}


def _every_text() -> list[str]:
    """All texts of the extra corpora that are UTF-8, of whatever kind, or the bundled ones."""
    shared = os.environ.get("TEXTKIT_SHARED")
    if not shared:
        return texts()[1]
    found = []
    for file in sorted((Path(shared) / "data").rglob("*")):
        if file.is_file() and file.suffix in {".txt", ".utf8", ".jsonl", ".csv", ".json", ".md", ".conllu"}:
            try:
                found.append(file.read_text(encoding="utf-8"))
            except UnicodeDecodeError:
                continue
    return found


# -- ten million tokens ------------------------------------------------------------------------------------------

_TEN = 10_000_000


def _ten_million() -> Any:
    """Return Tokens of two documents of five million words each."""
    import numpy as np

    import textkit as tk
    from textkit.corpus import Corpus
    from textkit.tokens import Tokens

    base = tk.tokenize(Corpus(["\n".join(texts()[1])]), progress=False)
    half = _TEN // 2
    width = len(base.corpus.texts[0])
    times = -(-half // len(base))

    def tiled(values: Any, step: int) -> Any:
        return (np.concatenate([values + k * step for k in range(times)]))[:half].astype(np.int32)

    ids, start, stop = tiled(base.ids, 0), tiled(base.start, width), tiled(base.stop, width)
    position = np.arange(half, dtype=np.int32)
    text = (base.corpus.texts[0] * times)[: int(stop[-1])]
    both = [np.concatenate([column, column]) for column in (ids, start, stop, position)]
    return Tokens(*both, np.array([0, half, 2 * half]), base.vocabulary, Corpus([text, text]))


def _halves() -> tuple[Any, list[str], list[str]]:
    """Return ten million tokens in random order in two documents, as Tokens and as lists of words for the peer."""
    import numpy as np

    from textkit.tokens import Tokens

    tokens = _ten_million()
    ids = tokens.ids[np.random.default_rng(1).permutation(len(tokens))]
    mixed = Tokens(ids, tokens.start, tokens.stop, tokens.position, tokens.offsets, tokens.vocabulary, tokens.corpus)
    terms = tokens.vocabulary.terms
    cut = int(tokens.offsets[1])
    return mixed, [terms[i] for i in ids[:cut].tolist()], [terms[i] for i in ids[cut:].tolist()]


def _keyness_digest(rows: Any) -> str:
    """Terms with their counts, and the sum of all |G2| to six digits (each alone differs in the last bits)."""
    listed = sorted([term, int(a), int(b), abs(float(g2))] for term, a, b, g2 in rows)
    return digest([[row[:3] for row in listed], f"{sum(row[3] for row in listed):.6g}"])


def keyness_ours() -> Result:
    import textkit as tk

    tokens, _, _ = _halves()
    first, _ = timed(lambda: tk.keyness(tk.count(tokens), "doc1", measure="g2"))
    seconds, table = timed(lambda: tk.keyness(tk.count(tokens), "doc1", measure="g2"))
    columns = (table[name] for name in ("term", "n_target", "n_reference", "score"))
    note = f"from tokens to counts to the sorted table with G2, intervals, p and q; the very first call {first:.3f} s"
    return {"seconds": seconds, "check": _keyness_digest(zip(*columns, strict=True)), "note": note}


def keyness_peer() -> Result:
    from collections import Counter
    from math import log

    _, first, second = _halves()

    def cell(observed: float, expected: float) -> float:
        return observed * log(observed / expected) if observed else 0.0

    def work() -> list[tuple[str, int, int, float]]:
        x, y = Counter(first), Counter(second)
        c, d = len(first), len(second)
        rows = []
        for term in x.keys() | y.keys():
            a, b = x[term], y[term]
            share = (a + b) / (c + d)
            cells = (
                cell(a, c * share) + cell(b, d * share) + cell(c - a, c * (1 - share)) + cell(d - b, d * (1 - share))
            )
            rows.append((term, a, b, 2 * cells if a / c >= b / d else -2 * cells))
        return sorted(rows, key=lambda row: -row[3])

    seconds, rows = timed(work)
    return {"seconds": seconds, "check": _keyness_digest(rows)}


def frequency_ours() -> Result:
    import textkit as tk

    tokens, _, _ = _halves()
    first, _ = timed(lambda: tk.frequency(tk.count(tokens)))
    seconds, table = timed(lambda: tk.frequency(tk.count(tokens)))
    rows = sorted([t, int(n)] for t, n in zip(table["term"], table["count"], strict=True))
    return {"seconds": seconds, "check": digest(rows), "note": f"the very first call {first:.3f} s"}


def frequency_peer() -> Result:
    from collections import Counter

    _, first, second = _halves()
    words = first + second
    seconds, counts = timed(lambda: Counter(words).most_common())
    return {"seconds": seconds, "check": digest(sorted([t, n] for t, n in counts))}


def concordance_ours() -> Result:
    import textkit as tk

    tokens = _ten_million()
    first, _ = timed(lambda: tk.concordance(tokens, "发展", width=20))
    seconds, table = timed(lambda: tk.concordance(tokens, "发展", width=20))
    note = f"{len(table):,} lines of 20 + 20 characters; the very first call also hashes all texts: {first:.3f} s"
    return {"seconds": seconds, "check": len(table), "note": note}


def concordance_peer() -> Result:
    from nltk.text import ConcordanceIndex

    tokens = _ten_million()
    terms = tokens.vocabulary.terms
    words = [terms[i] for i in tokens.ids.tolist()]

    def work() -> int:
        index = ConcordanceIndex(words)
        return len(index.find_concordance("发展", width=44))

    seconds, n = timed(work)
    return {"seconds": seconds, "check": n}


# -- statistics on the prepared inputs; their peers are in benchmarks/peers.py -------------------------------------


def _stream() -> Any:
    import textkit as tk
    from benchmarks.inputs import FOLDER

    return tk.Tokens.load(FOLDER / "stream.parquet")


def collocations_ours() -> Result:
    """Documents follow each other without a gap for the peer, so ours are one document too."""
    import numpy as np

    import textkit as tk

    apart = _stream()
    joined = tk.Corpus(["".join(apart.corpus.texts)])
    shift = np.repeat(np.cumsum([0, *map(len, apart.corpus.texts)])[:-1], apart.lengths).astype(np.int32)
    tokens = tk.Tokens(
        apart.ids, apart.start + shift, apart.stop + shift, None, np.array([0, len(apart)]), apart.vocabulary, joined
    )
    first = timed(lambda: tk.collocations(tokens, 2, within="document", min_count=5, measure="g2"))[0]
    began = time.process_time()
    seconds, table = timed(lambda: tk.collocations(tokens, 2, within="document", min_count=5, measure="g2"))
    cpu = time.process_time() - began
    rows = sorted([*row[0].split(" "), row[1]] for row in zip(table["ngram"], table["count"].tolist(), strict=True))
    return {
        "seconds": seconds,
        "check": digest(rows),
        "note": f"{len(rows):,} bigrams, {cpu:.2f} s of processor; the very first call {first:.2f} s",
    }


def bigrams_ours() -> Result:
    """As quanteda's textstat_collocations(size = 2) at its default count: every bigram that occurs twice."""
    import textkit as tk

    apart = _stream()
    tokens = apart[list(range(94))]
    began = time.process_time()
    seconds, table = timed(lambda: tk.collocations(tokens, 2, within="document", min_count=2, measure="lambda_z"))
    cpu = time.process_time() - began
    note = f"{len(tokens):,} tokens, {len(table):,} bigrams with lambda and z, {cpu:.2f} s of processor"
    return {"seconds": seconds, "check": "", "note": note}


def collocates_ours() -> Result:
    import warnings

    import textkit as tk
    from benchmarks.peers import NODE

    warnings.simplefilter("ignore", tk.TextkitWarning)  # windows overlap: some rows have no four cells
    tokens = _stream()
    first, _ = timed(lambda: tk.collocates(tokens, NODE, window=5, min_count=5))
    seconds, table = timed(lambda: tk.collocates(tokens, NODE, window=5, min_count=5))
    kept = table[table["collocate"] != NODE]
    rows = sorted([word, n] for word, n in zip(kept["collocate"], kept["f_xy"].tolist(), strict=True))
    note = f"{len(rows):,} collocates, all measures; the very first call, which counts all words, {first:.3f} s"
    return {"seconds": seconds, "check": digest(rows), "note": note}


def dispersion_ours(*, dp_only: bool = False) -> Result:
    import math

    import textkit as tk
    from benchmarks.peers import dispersion_check

    tokens = _stream()
    first, _ = timed(lambda: tk.dispersion(tokens))
    seconds, table = timed(lambda: tk.dispersion(tokens))
    check = f"{len(table)} {math.fsum(table['dp']):.6f}"
    if not dp_only:
        check = dispersion_check(*(table[name] for name in ("dp", "kld", "juilland_d", "rosengren_s", "d_a", "arf")))
    return {
        "seconds": seconds,
        "check": check,
        "note": f"all measures and ARF, sorted; the very first call also hashes all texts: {first:.3f} s",
    }


def _paragraph_model() -> tuple[Any, Any]:
    """Return the paragraphs as Tokens and the twenty word lists as a model."""
    import numpy as np
    import pandas as pd

    import textkit as tk
    from benchmarks.inputs import FOLDER

    made = json.loads((FOLDER / "paragraphs.json").read_text(encoding="utf-8"))
    words = tk.tokenize(tk.Corpus([" ".join(document) for document in made["documents"]]), "spaces", progress=False)
    terms = [term for topic in made["topics"] for term in topic]
    weights = np.zeros((len(made["topics"]), len(terms)))
    for k, topic in enumerate(made["topics"]):
        weights[k, k * 10 : k * 10 + len(topic)] = np.arange(len(topic), 0, -1)
    weights /= weights.sum(axis=1, keepdims=True)
    trace = pd.DataFrame({"iteration": [1], "value": [0.0]})
    shares = np.full((1, len(weights)), 1 / len(weights))
    docs = pd.DataFrame(index=pd.Index(["none"], name="doc"))
    return words, tk.TopicModel(weights, shares, terms, docs, [1] * len(terms), [1], trace)


def coherence_ours(measure: str) -> Result:
    import textkit as tk

    words, model = _paragraph_model()
    source = tk.count(words) if measure == "npmi" else words
    tk.topic_coherence(model, source, measure=measure, n=10)
    seconds, table = timed(lambda: tk.topic_coherence(model, source, measure=measure, n=10))
    return {"seconds": seconds, "check": "", "note": f"mean {table['coherence'].mean():.4f}"}


def near_duplicates_ours() -> Result:
    import textkit as tk
    from benchmarks.inputs import FOLDER

    made = json.loads((FOLDER / "near.json").read_text(encoding="utf-8"))
    corpus = tk.Corpus(made["documents"])
    tk.near_duplicates(corpus[list(range(100))], threshold=0.6)  # compile
    seconds, table = timed(lambda: tk.near_duplicates(corpus, threshold=0.6, shingle=5, progress=False))
    row = {name: i for i, name in enumerate(corpus.names)}
    found = {(row[a], row[b]) for a, b in zip(table["doc_a"], table["doc_b"], strict=True)}
    found |= {(b, a) for a, b in found}
    recall = sum((a, b) in found for a, b in made["planted"]) / len(made["planted"])
    return {"seconds": seconds, "check": "", "note": f"{len(table):,} pairs, {recall:.3f} of the planted ones"}


def nearest_ours() -> Result:
    from scipy.sparse import load_npz

    import textkit as tk
    from benchmarks.inputs import FOLDER

    matrix = load_npz(FOLDER / "matrix.npz")
    terms = [f"t{i}" for i in range(matrix.shape[1])]
    dtm = tk.DocumentTermMatrix(matrix, terms, weighting="tfidf:ntc")
    tk.nearest(dtm[list(range(50))])  # compile
    seconds, table = timed(lambda: tk.nearest(dtm, 10, min_value=0.0, progress=False))
    return {"seconds": seconds, "check": f"{table['value'].sum():.4f}", "note": f"{len(table):,} rows"}


def bootstrap_ours() -> Result:
    import numpy as np

    import textkit as tk

    rng = np.random.default_rng(4)
    share = 1 / np.arange(1, 20_001)
    counts = rng.poisson(2_000 * share / share.sum(), (100, 20_000))
    dtm = tk.DocumentTermMatrix(counts, [f"w{i}" for i in range(20_000)])
    seconds, table = timed(
        lambda: tk.keyness(dtm, list(range(50)), measure="robust", ci="bootstrap", min_count=1, min_range=1)
    )
    return {"seconds": seconds, "check": "", "note": f"{len(table):,} words, 2,000 replicates"}


# -- start-up and the command ------------------------------------------------------------------------------------


def _process(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return time.perf_counter() - began


def import_ours() -> Result:
    empty = min(_process("pass") for _ in range(5))
    return {"seconds": min(_process("import textkit") for _ in range(5)) - empty, "check": ""}


def import_peer() -> Result:
    empty = min(_process("pass") for _ in range(5))
    return {"seconds": min(_process("import pandas") for _ in range(5)) - empty, "check": ""}


def cold_ours() -> Result:
    code = "from textkit.segment.jieba import Jieba; print(Jieba().cut('网格化管理'))"
    return {"seconds": min(_process(code) for _ in range(3)), "check": ""}


def cold_peer() -> Result:
    code = "import warnings; warnings.simplefilter('ignore'); import jieba; print(jieba.lcut('网格化管理'))"
    return {"seconds": min(_process(code) for _ in range(3)), "check": ""}


def compare_ours() -> Result:
    import tempfile

    shared = os.environ.get("TEXTKIT_SHARED")
    folder = Path(shared) / "data" / "speeches" if shared else ROOT / "data" / "townhall" / "clean"
    meta = folder / "meta.csv" if shared else ROOT / "data" / "townhall" / "meta.csv"
    with tempfile.TemporaryDirectory() as out:
        began = time.perf_counter()
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "textkit",
                "compare",
                str(folder),
                "--meta",
                str(meta),
                "--out",
                f"{out}/report",
                "--timings",
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        seconds = time.perf_counter() - began
    steps = " ".join((done.stdout + done.stderr).split())
    at = steps.find("timings")
    return {"seconds": seconds, "check": "", "note": steps[at:][:400] if at >= 0 else ""}


CASES = [
    Case(
        "matrix",
        "text to tokens to matrix, 100,000 short documents",
        "CountVectorizer(tokenizer=jieba.lcut)",
        "≥ 8 x",
        lambda r: r["ratio"] >= 8,
    ),
    Case(
        "million",
        "peak memory, 1,000,000 short documents",
        "CountVectorizer on token lists",
        "≤ 1/3 of the memory",
        lambda r: r["memory"] <= 1 / 3,
        1,
    ),
    Case("parity", "lines cut exactly as jieba.lcut, all texts", "", "100 %", lambda r: bool(r["equal"]), 1),
    Case("keyness", "keyness, 10 million tokens", "Counter, G2, sorted", "≥ 15 x", lambda r: r["ratio"] >= 15),
    Case("frequency", "frequency list, 10 million tokens", "collections.Counter", "≥ 15 x", lambda r: r["ratio"] >= 15),
    Case(
        "concordance",
        "all hits of a word as lines, 10 million tokens",
        "nltk ConcordanceIndex",
        "≥ 15 x",
        lambda r: r["ratio"] >= 15,
    ),
    Case(
        "collocations",
        "bigrams of 5 and more, six measures, 10 million tokens",
        "nltk",
        "≥ 15 x",
        lambda r: r["ratio"] >= 15,
        1,
        inputs=True,
        own_environment=True,
    ),
    Case(
        "collocations_gensim",
        "the same",
        "gensim Phrases (NPMI only)",
        "faster",
        lambda r: r["ratio"] > 1,
        1,
        inputs=True,
        own_environment=True,
    ),
    Case(
        "bigrams",
        "bigrams of 2 and more with lambda, 9.4 million tokens",
        "",
        "≤ 7 s",
        lambda r: r["ours_s"] <= 7,
        inputs=True,
    ),
    Case(
        "collocates",
        "collocates of a word, window 5, 10 million tokens",
        "plain Python",
        "≥ 15 x",
        lambda r: r["ratio"] >= 15,
        inputs=True,
        own_environment=True,
    ),
    Case(
        "collocates_pycorpdiff",
        "the same",
        "pycorpdiff (counts only)",
        "faster",
        lambda r: r["ratio"] > 1,
        inputs=True,
        own_environment=True,
    ),
    Case(
        "dispersion",
        "dispersion of all words, 10 million tokens, 100 documents",
        "plain Python, eight measures",
        "≥ 15 x",
        lambda r: r["ratio"] >= 15,
        inputs=True,
        own_environment=True,
    ),
    Case(
        "dispersion_pycorpdiff",
        "the same",
        "pycorpdiff (DP only)",
        "faster",
        lambda r: r["ratio"] > 1,
        1,
        inputs=True,
        own_environment=True,
    ),
    Case(
        "npmi",
        "coherence NPMI, 20 topics, 18,000 documents",
        "gensim",
        "≥ 20 x",
        lambda r: r["ratio"] >= 20,
        inputs=True,
        own_environment=True,
    ),
    Case(
        "cv",
        "coherence C_v, 20 topics, 18,000 documents",
        "gensim",
        "≥ 20 x",
        lambda r: r["ratio"] >= 20,
        inputs=True,
        own_environment=True,
    ),
    Case(
        "near_duplicates",
        "near duplicates among 20,000 documents, checked",
        "datasketch",
        "≥ 8 x",
        lambda r: r["ratio"] >= 8,
        inputs=True,
        own_environment=True,
    ),
    Case(
        "nearest",
        "cosine, ten nearest of 10,000 documents",
        "scikit-learn, dense",
        "≤ 1.5 GB",
        lambda r: r["ours_mb"] <= 1_500,
        inputs=True,
        own_environment=True,
    ),
    Case(
        "bootstrap",
        "keyness, 2,000 replicates, 100 documents x 20,000 words",
        "",
        "≤ 20 s",
        lambda r: r["ours_s"] <= 20,
    ),
    Case(
        "stm",
        "STM, 5,000 documents (poliblog5k), K = 20, to the bound of R stm",
        "",
        "≤ 6 s",
        lambda r: r["ours_s"] <= 6,
        inputs=True,
        extra_corpora=True,
    ),
    Case(
        "stm_passes",
        "the same, spectral start and three passes",
        "structural-topic-model",
        "≥ 3 x",
        lambda r: r["ratio"] >= 3,
        1,
        inputs=True,
        own_environment=True,
        extra_corpora=True,
        peer_python=(3, 12),
    ),
    Case(
        "estep",
        "E-step of 1,000 of these documents, K = 50, one thread",
        "",
        "≤ 0.3 s",
        lambda r: r["ours_s"] <= 0.3,
        inputs=True,
        extra_corpora=True,
    ),
    Case(
        "lda",
        "LDA, 18,000 Chinese paragraphs, K = 50, to the perplexity of the peer",
        "tomotopy, 300 sweeps, two workers",
        "no higher, in no more time",
        lambda r: r["perplexity"] <= 1 and r["ratio"] >= 1,
        inputs=True,
        own_environment=True,
    ),
    Case(
        "large_stm",
        "STM, 200,000 documents x 100 words, K = 50, three passes",
        "",
        "≤ 4 GB",
        lambda r: r["ours_mb"] <= 4096,
        1,
    ),
    Case(
        "large_gibbs",
        "LDA by Gibbs sampling on the same, twenty sweeps",
        "",
        "≤ 4 GB",
        lambda r: r["ours_mb"] <= 4096,
        1,
    ),
    Case("import", "`import textkit`", "import pandas", "≤ 0.1 s", lambda r: r["ours_s"] <= 0.1),
    Case("cold", "first cut after a cold start", "jieba", "≤ half", lambda r: r["ratio"] >= 2),
    Case("compare", "`textkit compare`, five speeches, cold", "", "≤ 15 s", lambda r: r["ours_s"] <= 15),
]


def main() -> None:
    """Run one side of one case and print what it measured as JSON."""
    from benchmarks import topics, topics_peers
    from benchmarks.inputs import FOLDER

    name, side = sys.argv[1:3]
    functions: dict[str, Callable[[], Result]] = {
        "matrix.ours": lambda: matrix_ours(100_000),
        "matrix.peer": lambda: matrix_peer(100_000),
        "million.ours": million_ours,
        "million.peer": million_peer,
        "parity.ours": parity_ours,
        "keyness.ours": keyness_ours,
        "keyness.peer": keyness_peer,
        "frequency.ours": frequency_ours,
        "collocations.ours": collocations_ours,
        "collocations_gensim.ours": collocations_ours,
        "bigrams.ours": bigrams_ours,
        "collocates.ours": collocates_ours,
        "collocates_pycorpdiff.ours": collocates_ours,
        "dispersion.ours": dispersion_ours,
        "dispersion_pycorpdiff.ours": lambda: dispersion_ours(dp_only=True),
        "npmi.ours": lambda: coherence_ours("npmi"),
        "cv.ours": lambda: coherence_ours("c_v"),
        "near_duplicates.ours": near_duplicates_ours,
        "nearest.ours": nearest_ours,
        "bootstrap.ours": bootstrap_ours,
        "frequency.peer": frequency_peer,
        "concordance.ours": concordance_ours,
        "concordance.peer": concordance_peer,
        "import.ours": import_ours,
        "import.peer": import_peer,
        "cold.ours": cold_ours,
        "cold.peer": cold_peer,
        "compare.ours": compare_ours,
        "stm.ours": topics.stm_ours,
        "stm_passes.ours": topics.stm_passes_ours,
        "estep.ours": topics.estep_ours,
        "lda.ours": lambda: topics_peers.lda_ours(FOLDER),
        "large_stm.ours": lambda: topics.large_ours("stm"),
        "large_gibbs.ours": lambda: topics.large_ours("gibbs"),
    }
    result = functions[f"{name}.{side}"]()
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
