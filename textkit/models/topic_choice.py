"""How many topics: the same measures for every number of topics and every seed, side by side."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaln

from textkit.errors import ArgumentError, TextkitWarning, check_choice, check_float, check_int, check_type
from textkit.matrix import DocumentTermMatrix
from textkit.measures import topics as formulas
from textkit.measures.resampling import few_units, percentile_interval, resamples
from textkit.models.heldout import Split, score_heldout, split_heldout
from textkit.models.topic_coherence import topic_coherence
from textkit.models.topic_runs import Job, Run, check_seeds, run_jobs, tell_warnings
from textkit.models.topic_stability import MEASURES, bound, mean_similarity
from textkit.models.topic_terms import topic_exclusivity
from textkit.models.topics import Floats, TopicMethod, TopicModel, _check_words, ranking
from textkit.progress import track
from textkit.provenance import stamp
from textkit.tokens import Tokens

COLUMNS = [
    "n_topics",
    "seed",
    "heldout_micro",
    "heldout_se",
    "difference",
    "ci_low",
    "ci_high",
    "npmi_mean",
    "umass_mean",
    "exclusivity_mean",
    "stability",
    "residual_dispersion",
    "bound",
    "lbound",
    "iterations",
    "seconds",
    "diversity",
    "n_junk",
]
RULE = (
    "Rule, not applied here: (1) keep the rows whose heldout_micro lies within one heldout_se of the best; "
    "(2) of these keep the rows that no other one beats in both npmi_mean and exclusivity_mean; "
    "(3) prefer the more stable ones, and of equals the smaller n_topics; "
    "(4) read the topics of those that are left, with their documents, and choose."
)
_DIVERSITY = 25  # top terms whose distinct share is the diversity
_BACKGROUND = 0.9  # cosine with the words of the corpus from which a topic is junk
_GRID = (5, 10, 15, 20, 30, 40, 60)


class _Scored(NamedTuple):
    """What one fit foretells of each test document: sums of log probabilities and tokens (n,)."""

    logs: Floats
    tokens: Floats


def choose_topics(
    dtm: DocumentTermMatrix,
    grid: Sequence[int] = _GRID,
    seeds: int | Sequence[int] = 3,
    method: str | TopicMethod = "lda",
    *,
    heldout: float = 0.1,
    reference: Tokens | DocumentTermMatrix | None = None,
    n: int = 10,
    frex_weight: float = 0.7,
    measure: str = "cosine",
    folder: str | os.PathLike[str] | None = None,
    n_jobs: int | None = None,
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
    progress: bool | None = None,
) -> pd.DataFrame:
    r"""Measure models with different numbers of topics and seeds on the same documents, to help in choosing.

    A share of the documents is put aside once. Every model is fitted to the others; then, for each:

    - ``heldout_micro = Σ_d l_d / Σ_d n_d``, ``l_d = Σ_w c_dw ln(theta_d · b_w)``: half of the tokens of each test
      document show its topics (see `fold_in`), the other half (c) is foretold. Natural log a token; perplexity is
      ``exp(-heldout_micro)``. ``heldout_se`` treats documents as the sample (ratio estimator).
    - ``difference``: ``heldout_micro`` less that of the best row, over the same documents, with the percentile interval
      of a bootstrap of documents. The best row has 0 and no interval: compare pairs, never two bare means.
    - ``npmi_mean``, ``umass_mean``: mean coherence of the top n terms, see `topic_coherence`.
    - ``exclusivity_mean``: mean over topics of the summed FREX of the top n terms, see `topic_exclusivity`.
    - ``stability``: mean similarity of the topics, matched one to one, with those of the other seeds of the same number
      of topics; NaN with one seed.
    - ``residual_dispersion`` (Taddy 2012): ``Σ_dw (x - mq)² / (mq(1 - q)) / df``; above 1 suggests more topics. NaN
      where there are more parameters than cells to judge by, infinite where a word occurs that the model gives no
      chance (NMF does).
    - ``bound``: the best value of the trace (for NMF minus the loss); ``lbound = bound + ln K!``, for the topics can be
      numbered in K! ways.
    - ``diversity``: distinct terms among the top 25 of all topics, over ``25 K``.
    - ``n_junk``: topics whose top terms meet no more often than by chance (npmi at most 0), or whose terms are those of
      the corpus at large (cosine with the corpus above .9).

    Rule, stated and not applied: (1) keep the rows whose ``heldout_micro`` lies within one ``heldout_se`` of the best;
    (2) of these keep the rows that no other one beats in both coherence and exclusivity; (3) prefer the more stable
    ones, and of equals the smaller number of topics; (4) read the topics of those that are left, and choose.

    Parameters
    ----------
    dtm : DocumentTermMatrix
        Counts.
    grid : sequence of int, default (5, 10, 15, 20, 30, 40, 60)
        Numbers of topics.
    seeds : int or sequence of int, default 3
        Seeds for each number of topics; 3 stands for 0, 1, 2. One is enough for a method that does not depend on
        chance, such as ``"stm"`` with its spectral start.
    method : str or object, default "lda"
        As in `fit_topics`.
    heldout : float from 0 to 0.9, default 0.1
        Share of the documents to put aside.
    reference : Tokens or DocumentTermMatrix, optional
        Where ``npmi_mean`` looks for its terms (sliding windows of ten words, with tokens); default: the documents of
        the fit, each one window. ``umass_mean`` always uses these.
    n, frex_weight : int and float, default 10 and 0.7
        Top terms for coherence and exclusivity, and the weight of exclusivity in FREX.
    measure : {"cosine", "hellinger", "rbo"}, default "cosine"
        Similarity for ``stability``; see `align_topics`.
    folder : path, optional
        Keep every fit there as soon as it is done; a call with the same folder goes on where the last one stopped, also
        with a longer grid.
    n_jobs : int, optional
        Processes; by default as many as there are processors. Nothing but ``seconds`` depends on it.
    n_replicates, confidence, random_state : int, float, int
        Of the bootstrap; ``random_state`` also draws the test documents and halves their tokens.
    progress : bool, optional
        Show a bar; by default where somebody can see it.

    Returns
    -------
    DataFrame
        ``n_topics, seed, heldout_micro, heldout_se, difference, ci_low, ci_high, npmi_mean, umass_mean,
        exclusivity_mean, stability, residual_dispersion, bound, lbound, iterations, seconds, diversity, n_junk``;
        one row a fit, by number of topics, then as the seeds were given. ``attrs["textkit"]`` holds ``rule`` and in
        ``settings`` the number of test documents, of tokens foretold, and of tokens left out as unknown.

    Raises
    ------
    ArgumentError
        A number of topics does not fit the training documents, or another argument lies outside its range.
    EmptyError
        Fewer than three documents have two tokens.

    Warns
    -----
    TextkitWarning
        Fewer than ten test documents; what fits warned of; the work was interrupted (the table is about what is done).

    Notes
    -----
    All measures but ``heldout_micro`` are about the training documents. Nothing here says that topics mean anything:
    for that see `intrusion_task`. Rows of other corpora, vocabularies, splits or methods must not be compared
    (``bound`` not even between values of alpha). ``seconds`` depends on the machine.

    References
    ----------
    Wallach et al. (2009); Mimno et al. (2011); Taddy (2012); Roberts, Stewart & Tingley (2019); Dieng, Ruiz & Blei
    (2020) for the diversity.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> counts = np.vstack([rng.multinomial(40, p, 15) for p in ([.4, .4, .1, .1], [.1, .1, .4, .4])])
    >>> dtm = DocumentTermMatrix(counts, ["经济", "增长", "文化", "音乐"])
    >>> table = choose_topics(dtm, [1, 2], seeds=1, heldout=0.4, n=2, n_jobs=1)
    >>> table[["n_topics", "seed", "heldout_micro"]].round(1)
       n_topics  seed  heldout_micro
    0         1     0           -1.4
    1         2     0           -1.2
    """
    _check_words(dtm)
    sizes, kept_seeds = _checked_grid(grid), check_seeds(seeds)
    if reference is not None:
        check_type("reference", reference, (Tokens, DocumentTermMatrix))
    check_int("n", n, minimum=2)
    check_float("frex_weight", frex_weight, minimum=0, maximum=1)
    check_choice("measure", measure, MEASURES)
    check_int("n_replicates", n_replicates, minimum=1)
    check_float("confidence", confidence, minimum=0, maximum=1, open_minimum=True)
    split = split_heldout(dtm, share=heldout, random_state=random_state)
    text = few_units(len(split.test), "test document")
    if text is not None:
        warnings.warn(text, TextkitWarning, stacklevel=2)
    largest = int(np.count_nonzero(split.train.term_counts))
    if sizes[-1] > largest:
        raise ArgumentError(
            f"grid goes up to {sizes[-1]:,} topics, but the training documents have only {largest:,} terms. "
            "Leave out the larger numbers."
        )
    jobs = [Job(k, seed) for k in sizes for seed in kept_seeds]
    runs = run_jobs(split.train, jobs, method, folder=folder, n_jobs=n_jobs, progress=progress)
    tell_warnings(runs)
    rows, scores = [], []
    for run in track(runs, "measuring", total=len(runs), show=progress):
        scored, row = _measured(run, split, reference, n, frex_weight)
        rows.append(row)
        scores.append(scored)
    table = pd.DataFrame(rows)
    table["stability"] = _stability(runs, measure)
    compared = _differences(scores, n_replicates, confidence, random_state)
    for name, values in zip(("difference", "ci_low", "ci_high"), compared, strict=True):
        table[name] = values
    settings = {
        "grid": sizes,
        "seeds": kept_seeds,
        "method": runs[0].model.method if len(runs) == 1 else method,
        "heldout": heldout,
        "n": n,
        "frex_weight": frex_weight,
        "measure": measure,
        "reference": "the documents of the fit" if reference is None else type(reference).__name__,
        "n_replicates": n_replicates,
        "confidence": confidence,
        "random_state": random_state,
        "n_test_docs": len(split.test),
        "n_foretold": int(split.scored.sum()),
        "n_removed": split.n_removed,
    }
    inputs = {"dtm": dtm.fingerprint} | ({} if reference is None else {"reference": reference.fingerprint})
    stamped = stamp(table[COLUMNS], "choose_topics", inputs=inputs, **settings)
    stamped.attrs["textkit"] |= {"unit": "document", "rule": RULE}
    return stamped


def _checked_grid(grid: Sequence[int]) -> list[int]:
    if isinstance(grid, str) or not isinstance(grid, (list, tuple, range, np.ndarray)) or not len(grid):
        raise ArgumentError(f"grid must be a list of numbers of topics such as [5, 10, 20], got {grid!r}.")
    return sorted({check_int("grid", k, minimum=1) for k in grid})


def _measured(
    run: Run, split: Split, reference: Tokens | DocumentTermMatrix | None, n: int, frex_weight: float
) -> tuple[_Scored, dict[str, float]]:
    model, train = run.model, split.train
    found = score_heldout(model, split)
    tokens = np.asarray(split.scored.sum(axis=1), dtype=np.float64).ravel()
    logs = np.where(tokens > 0, np.nan_to_num(found.per_document, nan=0.0, neginf=-np.inf) * tokens, 0.0)
    npmi = _coherence(model, train if reference is None else reference, "npmi", n)
    umass = _coherence(model, train, "umass", n)
    best = bound(model)
    dispersion = formulas.residual_dispersion(train.matrix, model.doc_topic, model.topic_term)
    row: dict[str, float] = {
        "n_topics": run.job.n_topics,
        "seed": run.job.seed,
        "heldout_micro": found.micro,
        "heldout_se": formulas.ratio_with_se(logs, tokens).se,
        "npmi_mean": _mean(npmi),
        "umass_mean": _mean(umass),
        # a single topic has no other to be told from
        "exclusivity_mean": (
            float(topic_exclusivity(model, n, frex_weight=frex_weight)["exclusivity"].mean())
            if model.n_topics > 1
            else np.nan
        ),
        "residual_dispersion": dispersion.dispersion,
        "bound": best,
        "lbound": best + float(gammaln(run.job.n_topics + 1)),
        "iterations": int(model._trace["iteration"].max()) if len(model._trace) else 0,
        "seconds": run.seconds,
        "diversity": _diversity(model),
        "n_junk": _n_junk(model, npmi),
    }
    return _Scored(logs, tokens), row


def _coherence(model: TopicModel, reference: Tokens | DocumentTermMatrix, measure: str, n: int) -> Floats:
    with warnings.catch_warnings():
        # said once for every fit it would drown everything else; n_junk and the coherence show it
        warnings.filterwarnings("ignore", message=".*do not occur in reference.*", category=TextkitWarning)
        table = topic_coherence(model, reference, measure=measure, n=n)
    return np.asarray(table["coherence"].to_numpy(dtype=np.float64))


def _diversity(model: TopicModel) -> float:
    top = ranking(model.topic_term, model.term_counts, model.vocabulary.terms, _DIVERSITY)
    return len(np.unique(top)) / top.size


def _n_junk(model: TopicModel, npmi: Floats) -> int:
    corpus = model.term_counts.astype(np.float64)[None]
    like_corpus = formulas.cosines(model.topic_term, corpus)[:, 0] > _BACKGROUND
    with np.errstate(invalid="ignore"):
        return int(np.count_nonzero((npmi <= 0) | like_corpus))


def _stability(runs: Sequence[Run], measure: str) -> list[float]:
    found: dict[Job, float] = {}
    for k in dict.fromkeys(run.job.n_topics for run in runs):
        same = [run for run in runs if run.job.n_topics == k]
        models = [run.model for run in same]
        values = mean_similarity(models, measure) if k > 1 else np.full(len(same), np.nan)
        found |= {run.job: float(value) for run, value in zip(same, values, strict=True)}
    return [found[run.job] for run in runs]


def _differences(
    scores: Sequence[_Scored], n_replicates: int, confidence: float, random_state: int
) -> tuple[Floats, Floats, Floats]:
    """Return the difference of each fit to the best one, with the ends of its interval; documents are the units."""
    logs = np.stack([item.logs for item in scores])
    tokens = scores[0].tokens
    total = tokens.sum()
    if not total > 0:
        nothing = np.full(len(scores), np.nan)
        return nothing, nothing, nothing
    means = logs.sum(axis=1) / total
    best = int(np.argmax(np.round(means, 12)))
    with np.errstate(invalid="ignore"):
        apart = logs - logs[best]
        replicates = []
        rng = np.random.default_rng(random_state)
        for times in resamples(len(tokens), n_replicates, rng):
            drawn = times.astype(np.float64)
            replicates.append((drawn @ apart.T) / (drawn @ tokens)[:, None])
        low, high = percentile_interval(np.vstack(replicates), confidence)
        difference: Floats = means - means[best]
    low[best] = high[best] = np.nan
    return difference, np.asarray(low), np.asarray(high)


def _mean(values: NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
