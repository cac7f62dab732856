"""What other programs do with the prepared inputs; runs in an environment of its own (benchmarks/peers.lock).

Nothing of textkit is imported here: numpy, the standard library and the peers. The inputs are files written by
``benchmarks.inputs``.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.topics_peers import lda_peer

Result = dict[str, Any]
NODE = "发展"


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def stream(folder: Path) -> tuple[list[str], np.ndarray]:
    """Return the words of the running text, and where its hundred documents begin and end."""
    data = np.load(folder / "stream.npz")
    terms = json.loads((folder / "stream.json").read_text(encoding="utf-8"))
    return [terms[i] for i in data["ids"].tolist()], data["offsets"]


def collocations_nltk(folder: Path) -> Result:
    """Bigrams of five occurrences and more with the measures that both know; documents follow without a gap."""
    from nltk.collocations import BigramAssocMeasures, BigramCollocationFinder

    words, _ = stream(folder)

    def work() -> Any:
        finder = BigramCollocationFinder.from_words(words)
        finder.apply_freq_filter(5)
        known = BigramAssocMeasures
        for measure in (known.pmi, known.student_t, known.chi_sq, known.dice, known.jaccard):
            finder.score_ngrams(measure)
        return finder.ngram_fd, finder.score_ngrams(known.likelihood_ratio)

    seconds, (counts, scored) = timed(work)
    rows = sorted([a, b, counts[a, b]] for (a, b), _ in scored)
    return {"seconds": seconds, "check": digest(rows), "note": f"{len(rows):,} bigrams"}


def collocations_gensim(folder: Path) -> Result:
    """gensim's Phrases finds those above a threshold of NPMI; it scores nothing else."""
    from gensim.models.phrases import Phrases

    words, offsets = stream(folder)
    sentences = [words[a:b] for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]

    def work() -> Any:
        model = Phrases(sentences, min_count=5, threshold=-1.0, scoring="npmi", delimiter="\x1f", max_vocab_size=10**9)
        return model.export_phrases()

    seconds, found = timed(work)
    return {"seconds": seconds, "check": "", "note": f"{len(found):,} bigrams with NPMI"}


def collocates_python(folder: Path) -> Result:
    """Each word within five words of a hit: left, right, documents, and the usual measures of association."""
    words, offsets = stream(folder)
    bounds = list(zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True))
    frequency = Counter(words)  # ours keeps these counts too
    n_node, n = frequency[NODE], len(words)

    def work() -> list[tuple[Any, ...]]:
        left: Counter[str] = Counter()
        right: Counter[str] = Counter()
        documents: Counter[str] = Counter()
        positions = 0
        for a, b in bounds:
            here: set[str] = set()
            for i in range(a, b):
                if words[i] == NODE:
                    before, after = words[max(a, i - 5) : i], words[i + 1 : min(b, i + 6)]
                    left.update(before)
                    right.update(after)
                    here.update(before, after)
                    positions += len(before) + len(after)
            documents.update(here)
        rows = []
        for word in left.keys() | right.keys():
            o = left[word] + right[word]
            if o < 5:
                continue
            f = frequency[word]
            e = positions * f / (n - n_node)
            pmi = math.log2(o / e)
            rows.append((
                word, o, f, e, 14 + math.log2(2 * o / (n_node + f)), pmi, pmi / -math.log2(o / n), math.log2(o * o / e),
                math.log2(o**3 / e), (o - e) / math.sqrt(o), (o - e) / math.sqrt(e), 2 * o / (n_node + f),
                o / (n_node + f - o), min(o / n_node, o / f), documents[word], left[word], right[word],
            ))  # fmt: skip
        return sorted(rows, key=lambda row: (-row[4], row[0]))

    seconds, found = timed(work)
    rows = sorted([row[0], row[1]] for row in found if row[0] != NODE)
    return {"seconds": seconds, "check": digest(rows), "note": f"{len(rows):,} collocates"}


def collocates_pycorpdiff(folder: Path) -> Result:
    from pycorpdiff.collocation.cooccurrence import collocate_counts

    words, offsets = stream(folder)
    documents = [words[a:b] for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]
    seconds, (found, _) = timed(lambda: collocate_counts(documents, NODE, window=5))
    rows = sorted([w, n] for w, n in found.items() if n >= 5 and w != NODE)
    return {"seconds": seconds, "check": digest(rows), "note": f"{len(rows):,} collocates"}


def dispersion_python(folder: Path) -> Result:
    """Every word over a hundred documents: range, DP, KLD, D, D2, S, D_A, ARF; parts without the word cost nothing."""
    words, offsets = stream(folder)
    bounds = list(zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True))
    n, parts = len(words), len(bounds)

    def work() -> list[tuple[Any, ...]]:
        places: dict[str, list[int]] = {}
        for i, word in enumerate(words):
            places.setdefault(word, []).append(i)
        inside: dict[str, list[tuple[int, int]]] = {}
        for k, (a, b) in enumerate(bounds):
            for word, v in Counter(words[a:b]).items():
                inside.setdefault(word, []).append((k, v))
        sizes = [b - a for a, b in bounds]
        rows = []
        for word, found in inside.items():
            f = sum(v for _, v in found)
            dp = kld = root = 0.0
            rates = []
            for k, v in found:
                share, p = sizes[k] / n, v / f
                dp += abs(p - share) - share
                kld += p * math.log2(p / share)
                root += math.sqrt(v * share)
                rates.append(v / sizes[k])
            mean = sum(rates) / parts
            square = sum((p - mean) ** 2 for p in rates) + (parts - len(rates)) * mean**2
            sd = math.sqrt(square / parts)
            total = sum(rates)
            spread = -sum(p / total * math.log(p / total) for p in rates) / math.log(parts)
            rates.sort()
            first = parts - len(rates)  # the parts without the word come first in the order of rates
            pairs = sum((2 * (first + r + 1) - parts - 1) * p for r, p in enumerate(rates))
            where = places[word]
            gap = n / f
            arf = sum(min(b - a, gap) for a, b in itertools.pairwise(where))
            arf = (arf + min(where[0] + n - where[-1], gap)) / gap
            rows.append((
                word, f, len(found), (dp + 1) / 2, kld, 1 - sd / mean / math.sqrt(parts - 1), spread, root * root / f,
                1 - pairs / (parts * (parts - 1) / 2) / (2 * mean), sd, arf,
            ))  # fmt: skip
        return sorted(rows, key=lambda row: (row[3], row[0]))

    seconds, rows = timed(work)
    return {"seconds": seconds, "check": dispersion_check(*([row[i] for row in rows] for i in (3, 4, 5, 7, 8, 10)))}


def dispersion_check(*columns: Any) -> str:
    return " ".join(f"{math.fsum(column):.5g}" for column in columns)


def dispersion_pycorpdiff(folder: Path) -> Result:
    """pycorpdiff begins with a dense table of documents by words; counting is timed too, as it is for the others."""
    import pandas as pd
    from pycorpdiff.keyness.dispersion import dispersion_dp

    words, offsets = stream(folder)
    bounds = list(zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True))

    def work() -> Any:
        table = pd.DataFrame([Counter(words[a:b]) for a, b in bounds]).fillna(0)
        return dispersion_dp(table)

    seconds, dp = timed(work)
    return {"seconds": seconds, "check": f"{len(dp)} {math.fsum(dp):.6f}"}


def coherence(folder: Path, measure: str) -> Result:
    from gensim.corpora import Dictionary
    from gensim.models.coherencemodel import CoherenceModel

    made = json.loads((folder / "paragraphs.json").read_text(encoding="utf-8"))
    documents, topics = made["documents"], made["topics"]
    dictionary = Dictionary(documents)

    def work() -> Any:
        model = CoherenceModel(
            topics=topics, texts=documents, dictionary=dictionary, coherence=measure, topn=10, processes=1
        )
        return model.get_coherence_per_topic()

    seconds, values = timed(work)
    return {"seconds": seconds, "check": "", "note": f"mean {sum(values) / len(values):.4f}"}


def near_duplicates_datasketch(folder: Path) -> Result:
    """MinHash in bulk, bands, and every candidate checked on its sets, as ours are."""
    from datasketch import MinHash, MinHashLSH

    made = json.loads((folder / "near.json").read_text(encoding="utf-8"))
    documents, planted = made["documents"], made["planted"]

    def work() -> set[tuple[int, int]]:
        sets = [{text[i : i + 5] for i in range(len(text) - 4)} for text in documents]
        hashes = MinHash.bulk([[s.encode() for s in items] for items in sets], num_perm=128)
        index = MinHashLSH(threshold=0.6, num_perm=128)
        found = set()
        for i, one in enumerate(hashes):
            for j in index.query(one):
                shared = len(sets[i] & sets[j])
                if shared >= 0.6 * (len(sets[i]) + len(sets[j]) - shared):
                    found.add((j, i))
            index.insert(i, one)
        return found

    seconds, found = timed(work)
    recall = sum((a, b) in found for a, b in planted) / len(planted)
    return {"seconds": seconds, "check": "", "note": f"{len(found):,} pairs, {recall:.3f} of the planted ones"}


def nearest_sklearn(folder: Path) -> Result:
    """Cosine of all pairs as a dense matrix, then the ten best of each row."""
    from scipy.sparse import load_npz
    from sklearn.metrics.pairwise import cosine_similarity

    matrix = load_npz(folder / "matrix.npz")

    def work() -> Any:
        values = cosine_similarity(matrix)
        np.fill_diagonal(values, -1.0)
        best = np.argpartition(-values, 10, axis=1)[:, :10]
        return np.take_along_axis(values, best, axis=1)

    seconds, best = timed(work)
    return {"seconds": seconds, "check": f"{np.sort(best, axis=1).sum():.4f}"}


def stm_structural(folder: Path) -> Result:
    """Spectral start and three passes; the start alone and each pass take about ten seconds."""
    from scipy.sparse import load_npz
    from stm import StructuralTopicModel

    counts, x = load_npz(folder / "poliblog.npz"), np.load(folder / "poliblog_x.npy")
    model = StructuralTopicModel(20, max_iter=3, tol=0)
    seconds, _ = timed(lambda: model.fit(counts, prevalence=x[:, 1:]))  # it adds the column of ones itself
    bound = model.bound_[-1]
    return {"seconds": seconds, "check": f"{bound:.2e}", "note": f"bound {bound:,.0f} after {len(model.bound_)} passes"}


PEERS: dict[str, Callable[[Path], Result]] = {
    "collocations": collocations_nltk,
    "collocations_gensim": collocations_gensim,
    "collocates": collocates_python,
    "collocates_pycorpdiff": collocates_pycorpdiff,
    "dispersion": dispersion_python,
    "dispersion_pycorpdiff": dispersion_pycorpdiff,
    "npmi": lambda folder: coherence(folder, "c_npmi"),
    "cv": lambda folder: coherence(folder, "c_v"),
    "near_duplicates": near_duplicates_datasketch,
    "nearest": nearest_sklearn,
    "stm_passes": stm_structural,
    "lda": lda_peer,
}


if __name__ == "__main__":
    result = PEERS[sys.argv[1]](Path(sys.argv[2]))
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result))
