"""From a clean corpus to the tables of a report. Nothing is drawn and nothing is written here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import pandas as pd

from textkit.corpus import Corpus
from textkit.progress import track
from textkit.provenance import stamp
from textkit.report import counting, limits, tables
from textkit.report.counting import Counts
from textkit.report.notes import Note
from textkit.report.preparing import Prepared
from textkit.report.settings import Settings
from textkit.report.units import Units, listed, longest, make_units
from textkit.tokenization import tokenize


@dataclass(slots=True)
class Clock:
    """Seconds of each step, in order; never written to a file, because two runs must give the same bytes."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the time of the block to a step."""
        began = perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - began


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that a report shows, before it is drawn."""

    corpus: Corpus
    counts: Counts
    units: Units
    tables: dict[str, pd.DataFrame]
    notes: tuple[Note, ...]
    facts: dict[str, Any]


def analyse(prepared: Prepared, settings: Settings, clock: Clock, *, progress: bool | None = None) -> Analysis:
    """Run every step of a comparison."""
    corpus = prepared.corpus
    with clock.step("segment"):
        tokens = tokenize(corpus, prepared.segmenter, n_jobs=settings.n_jobs, progress=progress)
    with clock.step("count"):
        counts = counting.count_words(tokens, settings.stopwords)
        units, notes = make_units(corpus, counts.lengths, settings)
        found = {"documents": documents(corpus), **prepared.tables, "sizes": counting.sizes(corpus, counts)}
    facts: dict[str, Any] = {"paragraphs": 0, "topics": "", **prepared.facts}
    work = _Work(counts, units, settings, facts, found)
    for name in track(_STEPS, "comparing", show=progress):
        with clock.step(name):
            _STEPS[name](work)
    return Analysis(corpus, counts, units, found, (*notes, *_cautions(counts, units, found)), facts)


class _Work:
    """What the steps share: they read the counts and add their tables."""

    def __init__(
        self,
        counts: Counts,
        units: Units,
        settings: Settings,
        facts: dict[str, Any],
        found: dict[str, pd.DataFrame],
    ) -> None:
        self.counts, self.units, self.settings, self.facts, self.found = counts, units, settings, facts, found
        self.running = counting.matrix(counts.running, units)
        self.dtm = counting.matrix(counts.content, units)
        self.by_unit = counting.by_unit(self.dtm, units)
        facts["min_count"] = tables.min_count(self.running)

    @property
    def comparable(self) -> bool:
        return len(self.units) > 1


def _frequency(work: _Work) -> None:
    total, each = tables.frequencies(work.running, work.units, work.counts.listed)
    work.found |= {"frequency": total, "frequency_by_unit": each}


def _keyness(work: _Work) -> None:
    if work.comparable:
        least = work.facts["min_count"]
        work.found["keyness"] = tables.distinctive_terms(work.running, work.units, work.counts.listed, least)
        robust = tables.robust_terms(work.running, work.units, work.counts.listed)
        if robust is not None:
            work.found["keyness_robust"] = robust


def _passages(work: _Work) -> None:
    if work.comparable:
        work.found["passages"] = tables.passages(work.counts.tokens, work.units, work.found["keyness"])


def _vocabulary(work: _Work) -> None:
    if work.comparable:
        work.found["tfidf"] = tables.weighted_terms(work.by_unit, 20)
        work.found["vocabulary"] = tables.vocabulary(work.by_unit, work.units)
        work.found["overlap"] = tables.overlap(work.found["vocabulary"])


def _similarity(work: _Work) -> None:
    if not work.comparable:
        return
    names = work.units.longest(limits.PAIRS)
    pairs, square = tables.similarities(work.by_unit[list(names)])
    work.found |= {"similarity": pairs, "similarity_matrix": square}
    docs = work.units.documents
    if work.units.grouped and len(docs) > len(work.units):
        chosen = longest(docs, work.counts.lengths, limits.PAIRS)
        pairs, _ = tables.similarities(work.dtm[[doc for doc in work.dtm.names if doc in set(chosen)]])
        work.found["similarity_of_documents"] = pairs


def _dispersion(work: _Work) -> None:
    n = limits.TRACK_TERMS
    if len(work.units.documents) * n > limits.TRACKS:
        n //= 2
    if work.comparable:
        terms = tables.leading_terms(work.found["keyness"], work.units, n)
    else:
        terms = work.found["frequency"]["term"].head(n).tolist()
    if terms:
        work.found["dispersion"] = tables.dispersion(work.counts, work.units, terms)


def _trend(work: _Work) -> None:
    if work.units.ordered and len(work.units) > 2:
        terms = tables.leading_terms(work.found["keyness"], work.units, limits.TREND_TERMS)
        if terms:
            work.found["trend"] = tables.trends(work.running, work.units, terms)


def _topics(work: _Work) -> None:
    if work.settings.topics == 0:
        work.facts["topics"] = "off"
        return
    try:
        model, pieces = tables.fit(work.counts, work.units, work.settings.topics, work.settings.random_state)
    except tables.TooShortError as short:
        work.facts |= {"topics": "short", "paragraphs": short.n}
        return
    work.found |= tables.topics(model, pieces, work.units)
    work.facts |= {
        "topics": "fitted",
        "n_topics": model.n_topics,
        "paragraphs": len(pieces.corpus),
        "topic_method": repr(model.method),
        "topic_vocabulary": len(model.vocabulary),
    }


_STEPS = {
    "frequency": _frequency,
    "keyness": _keyness,
    "passages": _passages,
    "vocabulary": _vocabulary,
    "similarity": _similarity,
    "dispersion": _dispersion,
    "trend": _trend,
    "topics": _topics,
}


def documents(corpus: Corpus) -> pd.DataFrame:
    """Return the facts about the documents, with the SHA-256 of each text as it is compared, in UTF-8."""
    facts = corpus.docs.rename(columns={"doc": "doc (fact)"}).reset_index()
    facts["sha256"] = [hashlib.sha256(text.encode()).hexdigest() for text in corpus.texts]
    return stamp(facts, "compare", inputs={"corpus": corpus.fingerprint}, part="documents")


def _cautions(counts: Counts, units: Units, found: dict[str, pd.DataFrame]) -> list[Note]:
    """Return what the numbers themselves do not say."""
    if len(units) < 2:
        return []
    notes = [_unit_of_sampling(units)]
    short = [name for name in units.names if units.lengths[name] < limits.FEW_WORDS]
    if short:
        names = listed([units.label(name) for name in short], {})
        notes.append(Note("caution_short", {"names": names, "limit": limits.FEW_WORDS}))
    sizes = [units.lengths[name] for name in units.names]
    if max(sizes) >= limits.UNEQUAL * min(sizes):
        notes.append(Note("caution_unequal", {"times": round(max(sizes) / min(sizes))}))
    tested = found["keyness"]["term"].nunique()
    if tested:
        notes.append(Note("caution_many", {"n": int(tested)}))
    return notes


def _unit_of_sampling(units: Units) -> Note:
    if units.grouped:
        return Note("caution_groups", {})
    return Note("caution_tokens", {"n": len(units)})
