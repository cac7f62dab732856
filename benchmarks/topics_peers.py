"""LDA by Gibbs sampling: textkit and tomotopy on the same paragraphs, scored by the same lines on the same words.

The peer's side needs numpy, scipy and tomotopy only. `prepare` (textkit's side) writes the counts: a tenth of the
paragraphs is put aside and its tokens are halved; topics come from the others, shares from one half with the topics
fixed, the score from the other half (document completion).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, load_npz, save_npz

Result = dict[str, Any]
PARAGRAPHS, TOPICS = 20_000, 50
SWEEPS = {"ours": 200, "peer": 300}  # with the mean of several draws fewer sweeps reach the same perplexity
ALPHA, ETA = 0.1, 0.01  # where both sides begin; both then find an alpha for each topic every ten sweeps
_CHARACTERS = 110  # of a paragraph, at least: what there is then makes 20,000 of them
_PASSES = 100  # of the fixed point that finds shares


def prepare(folder: Path) -> None:
    """Write train, seen and scored counts (rows by the same terms) of 20,000 paragraphs."""
    import textkit as tk
    from benchmarks.corpora import texts
    from textkit.boundaries import sentence_spans

    documents: list[str] = []
    for text in dict.fromkeys(texts()[1]):
        part = ""
        for a, b in sentence_spans(text):
            part += text[a:b]
            if len(part) >= _CHARACTERS:
                documents.append(part)
                part = ""
    rng = np.random.default_rng(11)
    # the bundled reports alone are too few: then paragraphs come more than once
    drawn = rng.choice(len(documents), size=PARAGRAPHS, replace=len(documents) < PARAGRAPHS)
    words = tk.tokenize(tk.Corpus([documents[i] for i in drawn.tolist()]), progress=False)
    dtm = tk.count(words.keep(tk.is_word).drop(tk.stopwords("iso"))).trim(min_docs=5)
    counts = csr_matrix(dtm.matrix).astype(np.int64)
    counts = counts[np.asarray(counts.sum(axis=1)).ravel() > 1]
    test = np.zeros(counts.shape[0], dtype=bool)
    test[rng.choice(counts.shape[0], size=counts.shape[0] // 10, replace=False)] = True
    train, held = counts[~test], counts[test].sorted_indices()
    known = np.asarray(train.sum(axis=0)).ravel() > 0
    train, held = train[:, known], held[:, known].sorted_indices()
    halves = [
        rng.multivariate_hypergeometric(held.data[a:b], int(held.data[a:b].sum()) // 2)
        for a, b in zip(held.indptr[:-1], held.indptr[1:], strict=True)
    ]
    seen, scored = held.copy(), held.copy()
    seen.data = np.concatenate(halves)
    scored.data = held.data - seen.data
    for name, matrix in (("train", train), ("seen", seen), ("scored", scored)):
        matrix.eliminate_zeros()
        save_npz(folder / f"lda_{name}.npz", matrix)


def perplexity(folder: Path, topic_term: Any, alpha: Any) -> float:
    """Score topics (K, V), float64, with the Dirichlet prior of the shares alpha (K,).

    Shares of the halves that may be seen: the fixed point of EM, ``theta_dk`` in proportion to
    ``alpha_k + sum_w c_dw theta_dk b_kw / sum_j theta_dj b_jw``; then ``exp(-sum c ln(theta_d b_w) / sum c)``.
    """
    seen, scored = load_npz(folder / "lda_seen.npz"), load_npz(folder / "lda_scored.npz")
    terms = np.ascontiguousarray(np.asarray(topic_term, dtype=np.float64).T)
    terms /= terms.sum(axis=0)
    prior = np.asarray(alpha, dtype=np.float64)
    rows = np.repeat(np.arange(seen.shape[0]), np.diff(seen.indptr))
    there = terms[seen.indices]
    theta = np.full((seen.shape[0], len(prior)), 1.0 / len(prior))
    for _ in range(_PASSES):
        amount = seen.data / np.einsum("nk,nk->n", theta[rows], there)
        spread = csr_matrix((amount, np.arange(len(rows)), seen.indptr), shape=(seen.shape[0], len(rows)))
        theta *= spread @ there
        theta += prior
        theta /= theta.sum(axis=1, keepdims=True)
    rows = np.repeat(np.arange(scored.shape[0]), np.diff(scored.indptr))
    chance = np.einsum("nk,nk->n", theta[rows], terms[scored.indices])
    return float(np.exp(-(scored.data @ np.log(chance)) / scored.data.sum()))


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def lda_ours(folder: Path, sweeps: int = SWEEPS["ours"], threads: int | None = None) -> Result:
    """Fit with textkit.GibbsLDA: from counts to topics, the compiled functions being on disk."""
    import textkit as tk

    train = load_npz(folder / "lda_train.npz")
    dtm = tk.DocumentTermMatrix(train, [f"w{i}" for i in range(train.shape[1])])
    options: dict[str, Any] = {"alpha": ALPHA, "eta": ETA, "evaluate_every": sweeps}
    tk.fit_topics(dtm[list(range(100))], 5, tk.GibbsLDA(**{**options, "n_iterations": 20}), progress=False)
    method = tk.GibbsLDA(**options, n_iterations=sweeps)
    began = time.process_time()
    seconds, model = timed(lambda: tk.fit_topics(dtm, TOPICS, method, progress=False))
    cpu = time.process_time() - began
    return _result(folder, seconds, cpu, model.topic_term, model.parameters["alpha"], sweeps)


def lda_peer(folder: Path, sweeps: int = SWEEPS["peer"], workers: int = 2) -> Result:
    """Fit with tomotopy.LDAModel: from lists of words to topics, both cores, which is its fastest."""
    import tomotopy as tp

    train = load_npz(folder / "lda_train.npz")
    names = np.array([f"w{i}" for i in range(train.shape[1])], dtype=object)
    documents = [
        np.repeat(names[train.indices[a:b]], train.data[a:b]).tolist()
        for a, b in zip(train.indptr[:-1], train.indptr[1:], strict=True)
    ]

    def fit() -> Any:
        model = tp.LDAModel(k=TOPICS, alpha=ALPHA, eta=ETA, seed=1)
        for words in documents:
            model.add_doc(words)
        model.train(sweeps, workers=workers)
        return model

    began = time.process_time()
    seconds, model = timed(fit)
    cpu = time.process_time() - began
    terms = np.full((TOPICS, len(names)), 1e-12)
    place = [int(word[1:]) for word in model.used_vocabs]
    terms[:, place] = [model.get_topic_word_dist(k) for k in range(TOPICS)]
    terms /= terms.sum(axis=1, keepdims=True)
    return _result(folder, seconds, cpu, terms, model.alpha, sweeps)


def _result(folder: Path, seconds: float, cpu: float, topic_term: Any, alpha: Any, sweeps: int) -> Result:
    found = perplexity(folder, topic_term, alpha)
    train = load_npz(folder / "lda_train.npz")
    size = f"{train.shape[0]:,} paragraphs, {int(train.sum()):,} tokens, {train.shape[1]:,} terms"
    note = f"held-out perplexity {found:,.1f} after {sweeps} sweeps, {cpu:.1f} s of processor ({size})"
    return {"seconds": seconds, "check": "", "note": note, "perplexity": found}
