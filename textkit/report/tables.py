"""The tables of a report, one function each; statistics come from `textkit.stats` and `textkit.models`."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from textkit.errors import EmptyError, TextkitError
from textkit.matrix import DocumentTermMatrix, count
from textkit.models.topic_coherence import topic_coherence
from textkit.models.topic_docs import topic_docs
from textkit.models.topic_shares import topic_shares
from textkit.models.topic_terms import topic_terms
from textkit.models.topics import TopicModel, fit_topics
from textkit.provenance import stamp
from textkit.report import limits
from textkit.report.counting import Counts
from textkit.report.units import Units
from textkit.stats.concordance import concordance
from textkit.stats.frequency import frequency
from textkit.stats.keyness import keyness
from textkit.stats.occurrences import occurrences
from textkit.stats.similarity import similarity, similarity_matrix
from textkit.stats.top_terms import top_terms
from textkit.stats.trend import trend
from textkit.tokens import Tokens
from textkit.weights import tfidf

Table = pd.DataFrame
METHOD = "nmf"
"""Topics that share fewer words: of a few hundred paragraphs they read better than those of LDA, and are quicker."""


def min_count(running: DocumentTermMatrix) -> int:
    """Return how often a word must occur to be compared: less in small corpora, once if no word is repeated."""
    usual = 3 if int(running.lengths.sum()) < limits.LARGE else 5
    return usual if int(running.term_counts.max()) >= usual else 1


def frequencies(running: DocumentTermMatrix, units: Units, listed: frozenset[str]) -> tuple[Table, Table]:
    """Return the frequencies of the listed words over all and by unit; rates refer to all words."""
    total = _only(frequency(running), listed)
    each = _only(frequency(running, by="unit"), listed)
    if len(units) > limits.SECTIONS:
        each = _rows(each, each.groupby("group", sort=False).cumcount() < limits.ROWS)
    return total, _in_order(each, "group", units)


def distinctive_terms(running: DocumentTermMatrix, units: Units, listed: frozenset[str], least: int) -> Table:
    """Compare each unit with all the others: the table of `textkit.keyness` with the unit in front."""
    names = units.longest(limits.PAIRS)
    made = {name: keyness(running, list(units.members[name]), measure="g2", min_count=least) for name in names}
    return _stacked(made, listed, n=limits.ROWS // 2 if len(units) > limits.SECTIONS else None)


def robust_terms(running: DocumentTermMatrix, units: Units, listed: frozenset[str]) -> Table | None:
    """Do the same with documents as the sample, for each group that has three or more, as the rest must have."""
    total = len(units.documents)
    made = {}
    for name in units.names if units.grouped and total >= limits.ALL_DOCUMENTS else ():
        size = len(units.members[name])
        if min(size, total - size) >= limits.SAMPLE:
            with suppress(EmptyError):  # no word stands in enough documents
                made[name] = keyness(running, list(units.members[name]), measure="robust")
    return _stacked(made, listed) if made else None


def _stacked(made: dict[str, Table], listed: frozenset[str], n: int | None = None) -> Table:
    """Put the tables of all units into one; ``n`` keeps that many rows at each end of each."""
    parts = [_both_ends(_only(table, listed), n).assign(unit=name) for name, table in made.items()]
    joined = pd.concat(parts, ignore_index=True)
    note = next(iter(made.values())).attrs["textkit"]
    settings = {key: value for key, value in note["settings"].items() if not key.endswith("_rows")}
    settings |= {"target": "each unit", "reference": "all other units"}
    ordered = joined[["unit", *[name for name in joined.columns if name != "unit"]]]
    return stamp(ordered, "keyness", inputs=note["inputs"], **settings)


def distinctive(keyness_table: Table, units: Units, name: str, n: int) -> Table:
    """Return the words that a unit uses more than the rest, best first.

    A word of one document does not speak for a group of many: it must stand in a tenth of them, and in two at least.
    """
    rows = keyness_table[(keyness_table["unit"] == name) & (keyness_table["effect"] > 0)]
    return rows[(rows["n_target"] > 1) & (rows["range_target"] >= least_documents(units, name))].head(n)


def least_documents(units: Units, name: str) -> int:
    """Return in how many documents of a unit a word must stand to be listed for it."""
    size = len(units.members[name])
    return 1 if size < limits.SAMPLE else max(2, math.ceil(size / 10))


def passages(tokens: Tokens, units: Units, keyness_table: Table) -> Table:
    """Return lines of the text for the most distinctive words of each unit, spread over the unit."""
    parts = []
    for name in units.longest(limits.SECTIONS):
        mine = tokens[list(units.members[name])]
        for term in distinctive(keyness_table, units, name, limits.PASSAGE_TERMS)["term"]:
            lines = concordance(mine, [term], width=limits.WIDTH)
            parts.append(_spread(lines, limits.PASSAGES).assign(unit=name, term=term))
    names = ["unit", "term", "doc", "start", "stop", "left", "node", "right"]
    joined = pd.concat(parts, ignore_index=True)[names] if parts else pd.DataFrame(columns=names)
    origin = [
        tokens.corpus.to_original(doc, int(start), int(stop))
        for doc, start, stop in zip(joined["doc"], joined["start"], joined["stop"], strict=True)
    ]
    joined["original_start"] = [start for start, _ in origin]
    joined["original_stop"] = [stop for _, stop in origin]
    return stamp(joined, "concordance", inputs={"tokens": tokens.fingerprint}, width=limits.WIDTH)


def weighted_terms(by_unit: DocumentTermMatrix, n: int) -> Table:
    """Return the words of each unit with the largest tf-idf weight."""
    return top_terms(tfidf(by_unit), n)


def similarities(by_unit: DocumentTermMatrix) -> tuple[Table, Table]:
    """Return the cosine of each pair, and the same as a square."""
    return similarity(by_unit), similarity_matrix(by_unit)


def vocabulary(by_unit: DocumentTermMatrix, units: Units) -> Table:
    """Return each word with the number of units that have it; ``only_in`` names the unit of an unshared one."""
    held = by_unit.matrix.tocsc()
    n_units = np.diff(held.indptr)
    owner = np.array(units.names, dtype=object)[held.indices[np.minimum(held.indptr[:-1], held.nnz - 1)]]
    table = pd.DataFrame(
        {
            "term": np.array(by_unit.vocabulary.terms, dtype=object),
            "count": by_unit.term_counts,
            "units": n_units,
            "only_in": np.where(n_units == 1, owner, ""),
        }
    ).sort_values(["units", "count", "term"], ascending=[False, False, True], kind="stable", ignore_index=True)
    return stamp(table, "compare", inputs={"dtm": by_unit.fingerprint}, part="vocabulary")


def overlap(vocabulary_table: Table) -> Table:
    """Count the words by the number of units that have them."""
    grouped = vocabulary_table.groupby("units")["count"].agg(["size", "sum"]).sort_index(ascending=False).reset_index()
    grouped.columns = pd.Index(["units", "n_terms", "n_tokens"])
    grouped["term_share"] = grouped["n_terms"] / grouped["n_terms"].sum()
    grouped["token_share"] = grouped["n_tokens"] / grouped["n_tokens"].sum()
    return stamp(grouped, "compare", inputs=vocabulary_table.attrs["textkit"]["inputs"], part="overlap")


def dispersion(counts: Counts, units: Units, terms: list[str]) -> Table:
    """Return where words stand in the documents; of many documents only in those with the most of them."""
    table = occurrences(counts.tokens[list(units.documents)], {term: [term] for term in terms})
    room = max(1, limits.TRACKS // len(terms))
    docs = table["doc"].value_counts(sort=False).sort_values(ascending=False, kind="stable").index[:room]
    return _rows(table, table["doc"].isin(docs))


def leading_terms(keyness_table: Table, units: Units, n: int) -> list[str]:
    """Return distinctive words of all units: first the best of each, by their score, then the second ones."""
    found = [distinctive(keyness_table, units, name, n) for name in units.names]
    best = pd.concat([rows.assign(place=range(len(rows))) for rows in found])
    ordered = best.sort_values(["place", "score"], ascending=[True, False], kind="stable")
    return [str(term) for term in ordered["term"].drop_duplicates().head(n)]


def trends(running: DocumentTermMatrix, units: Units, terms: list[str]) -> Table:
    """Return the rates of words over the ordered groups."""
    return trend(running, terms, by=str(units.by))


class TooShortError(TextkitError):
    """There are too few paragraphs for a topic model."""

    def __init__(self, n: int) -> None:
        super().__init__(f"{n} paragraphs are long enough for topics")
        self.n = n


def fit(counts: Counts, units: Units, n_topics: int | None, seed: int) -> tuple[TopicModel, Tokens]:
    """Fit topics on the paragraphs; by default their number follows from the number of paragraphs."""
    taking_part = [name for name in counts.content.corpus.names if name in units.unit_of]
    pieces = counts.content[taking_part].split("paragraph")
    pieces = pieces[np.flatnonzero(pieces.lengths >= limits.TOPIC_WORDS)]
    n = len(pieces.corpus)
    if n < limits.TOPIC_PARAGRAPHS:
        raise TooShortError(n)
    unit = [units.unit_of[parent] for parent in pieces.docs["parent"]]
    dtm = count(pieces)
    docs = dtm.docs.assign(unit=unit)
    dtm = DocumentTermMatrix(dtm.matrix, dtm.vocabulary, docs).trim(min_count=2, min_docs=2, max_docs=0.5)
    dtm = dtm[np.flatnonzero(dtm.lengths > 0)]
    wanted = n_topics if n_topics else default_topics(n)
    return fit_topics(dtm, wanted, METHOD, random_state=seed), pieces


def default_topics(n_paragraphs: int) -> int:
    """Return a sensible number of topics: it grows with the root of the number of paragraphs, from 3 to 12.

    >>> [default_topics(n) for n in (30, 150, 1000)]
    [3, 7, 12]
    """
    return int(np.clip(round(n_paragraphs**0.5 / 1.75), 3, 12))


def topics(model: TopicModel, pieces: Tokens, units: Units) -> dict[str, Table]:
    """Return the tables about a topic model: words, coherence, shares, and the paragraphs to read."""
    docs = topic_docs(model, limits.TOPIC_PASSAGES)
    facts, texts = pieces.docs, dict(pieces.corpus)
    parents, starts = (
        dict(zip(facts.index, facts["parent"], strict=True)),
        dict(zip(facts.index, facts["start"], strict=True)),
    )
    docs["parent"] = [parents[doc] for doc in docs["doc"]]
    docs["start"] = [starts[doc] for doc in docs["doc"]]
    docs["text"] = [texts[doc] for doc in docs["doc"]]
    return {
        "topic_terms": topic_terms(model, limits.TOPIC_TERMS),
        "topic_coherence": topic_coherence(model, pieces),
        "topic_shares": _in_order(topic_shares(model, by="unit", weight="tokens"), "group", units),
        "topic_docs": docs,
    }


def _only(table: Table, listed: frozenset[str]) -> Table:
    """Return the rows of listed words; attrs stay."""
    return _rows(table, table["term"].isin(listed))


def _both_ends(table: Table, n: int | None) -> Table:
    return table if n is None or len(table) <= 2 * n else pd.concat([table.head(n), table.tail(n)])


def _rows(table: Table, chosen: pd.Series) -> Table:
    """Return the chosen rows; attrs stay."""
    kept = table[chosen].reset_index(drop=True)
    kept.attrs = table.attrs
    return kept


def _in_order(table: Table, name: str, units: Units) -> Table:
    """Return the rows in the order of the units."""
    place = {unit: i for i, unit in enumerate(units.names)}
    order = np.argsort([place[str(value)] for value in table[name]], kind="stable")
    sorted_ = table.iloc[order].reset_index(drop=True)
    sorted_.attrs = table.attrs
    return sorted_


def _spread(lines: Table, n: int) -> Table:
    """Return ``n`` rows from beginning to end: of many passages not only the first ones."""
    if len(lines) <= n:
        return lines
    places: Any = np.linspace(0, len(lines) - 1, n).round().astype(int)
    return lines.iloc[np.unique(places)]
