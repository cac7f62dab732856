"""The sections on frequency, similarity, vocabulary, topics, clouds, dispersion and trend."""

from __future__ import annotations

import math

import pandas as pd

from textkit.report import limits
from textkit.report.blocks import (
    Block,
    Column,
    Heading,
    Pictures,
    Quote,
    Section,
    Subheading,
    Table,
    TableView,
    Text,
    Word,
    Words,
    decimal,
    percent,
    shortened,
    whole,
)
from textkit.report.sources import Sources, records


def frequency(src: Sources) -> Section:
    """Show the most frequent words, and the heaviest by tf-idf."""
    say, found = src.say, src.analysis
    blocks: list[Block] = [Text(say("frequency_lead"))]
    if len(found.units) > limits.LINES:
        blocks.append(Text(say("frequency_all", unit=src.unit, limit=limits.LINES), small=True))
    blocks += src.picture("frequency")
    if "tfidf" in found.tables and len(found.tables["tfidf"]):
        blocks += [Heading(say("tfidf")), Text(say("tfidf_lead", unit=src.unit))]
        if len(found.units) > limits.CLOUDS:
            few = say("tfidf_few", n=len(found.units), unit=src.unit, shown=limits.CLOUDS)
            blocks.append(Text(few, small=True))
        blocks += src.picture("tfidf")
    return Section("frequency", say("frequency"), blocks)


def similarity(src: Sources) -> Section:
    """Show how alike the units are."""
    say, found = src.say, src.analysis
    if "similarity" not in found.tables:
        return Section("similarity", say("similarity"), [Text(say("similarity_skipped", unit=src.unit))])
    blocks: list[Block] = [Text(say("similarity_lead"))]
    if len(found.units) > limits.PAIRS:
        blocks.append(Text(say("similarity_many", n=len(found.units), unit=src.unit, shown=limits.PAIRS), small=True))
    blocks += [*src.picture("similarity"), *src.picture("dendrogram")]
    blocks.append(Table(_pairs_table(src, found.tables["similarity"], "similarity")))
    if "similarity_of_documents" in found.tables:
        blocks.append(Heading(say("similarity_documents")))
        blocks.append(Table(_pairs_table(src, found.tables["similarity_of_documents"], "similarity_of_documents")))
    return Section("similarity", say("similarity"), blocks)


def _pairs_table(src: Sources, table: pd.DataFrame, name: str) -> TableView:
    say = src.say
    pairs = table.dropna(subset=["value"])
    n = 10
    chosen = pairs if len(pairs) <= 2 * n else pd.concat([pairs.head(n // 2), pairs.tail(n // 2)])
    documents = name == "similarity_of_documents"
    units = src.analysis.units

    def label(name: str) -> str:
        return units.labels.get(name, name) if documents else units.label(name)

    rows = tuple(
        (
            f"{label(row['doc_a'])}{say('pair_joiner')}{label(row['doc_b'])}",
            f"{100 * max(0.0, row['value']):.0f}",
            decimal(row["value"], 3),
        )
        for row in records(chosen)
    )
    columns = (Column(say("pair")), Column("", "bar"), Column(say("value"), "n"))
    more = say("similarity_rows", n=n // 2, total=len(pairs)) if len(chosen) < len(pairs) else ""
    return TableView(say("similarity_caption"), columns, rows, f"{more} {src.full(name)}".strip())


def vocabulary(src: Sources) -> Section | None:
    """Show which words are shared and which are not."""
    say, found = src.say, src.analysis
    if "vocabulary" not in found.tables:
        return None
    table, overlap, units = found.tables["vocabulary"], found.tables["overlap"], found.units
    rows = tuple(
        (
            whole(row["units"]),
            whole(row["n_terms"]),
            percent(row["term_share"]),
            f"{100 * row['token_share']:.0f}",
            percent(row["token_share"]),
        )
        for row in records(overlap.head(limits.TABLE_ROWS))
    )
    columns = (
        Column(say("n_units_have", unit=src.unit)),
        Column(say("n_terms"), "n"),
        Column(say("term_share"), "n"),
        Column("", "bar"),
        Column(say("token_share"), "n"),
    )
    caption = say("overlap_caption", unit=src.unit)
    blocks: list[Block] = [
        Text(say("vocabulary_lead", unit=src.unit)),
        Table(TableView(caption, columns, rows, src.full("vocabulary"))),
    ]
    shared = table[table["units"] == len(units)].head(limits.SHARED_WORDS)
    if len(shared):
        blocks += [Heading(say("shared_words", unit=src.unit)), _chips(shared)]
    blocks.append(Heading(say("only_words", unit=src.unit)))
    for name in units.longest(limits.SECTIONS):
        mine = table[(table["only_in"] == name) & (table["units"] == 1)].head(limits.UNSHARED_WORDS)
        blocks.append(Subheading(say("only_in", name=units.label(name))))
        blocks.append(_chips(mine) if len(mine) else Text(say("none")))
    return Section("vocabulary", say("vocabulary"), blocks)


def _chips(rows: pd.DataFrame) -> Words:
    return Words(tuple(Word(str(term), whole(n)) for term, n in zip(rows["term"], rows["count"], strict=True)))


def topics(src: Sources) -> Section:
    """Show the topics of the paragraphs, or say why there are none."""
    say, found = src.say, src.analysis
    title, facts = say("topics"), found.facts
    if facts["topics"] == "off":
        return Section("topics", title, [Text(say("topics_off"))])
    if facts["topics"] == "short":
        return Section(
            "topics", title, [Text(say("topics_short", n=facts["paragraphs"], needed=limits.TOPIC_PARAGRAPHS))]
        )
    lead = say(
        "topics_lead",
        k=facts["n_topics"],
        method=facts["topic_method"].split("(")[0],
        n=facts["paragraphs"],
        v=facts["topic_vocabulary"],
    )
    blocks: list[Block] = [Text(lead), *src.picture("topic_terms"), *src.picture("topic_shares")]
    blocks.append(Table(_topic_table(src)))
    blocks.append(Heading(say("topic_passages")))
    docs = found.tables["topic_docs"]
    for topic in docs["topic"].unique():
        blocks.append(Subheading(say("topic_n", n=int(topic))))
        for row in docs[docs["topic"] == topic].itertuples():
            parent = found.units.labels.get(str(row.parent), str(row.parent))
            share = say("topic_share_of", share=percent(row.share))
            blocks.append(Quote(shortened(str(row.text), limits.PASSAGE_LENGTH), f"{parent} · {share}"))
    return Section("topics", title, blocks)


def _topic_table(src: Sources) -> TableView:
    say, found = src.say, src.analysis
    units = found.units
    terms: dict[int, list[str]] = {}
    for row in records(found.tables["topic_terms"]):
        terms.setdefault(int(row["topic"]), []).append(str(row["term"]))
    coherence = {int(row["topic"]): row["coherence"] for row in records(found.tables["topic_coherence"])}
    shares = {(int(row["topic"]), str(row["group"])): row["share"] for row in records(found.tables["topic_shares"])}
    names = units.names if len(units) <= limits.LINES else ()  # of more units the chart shows the shares
    rows = tuple(
        (
            say("topic_n", n=topic),
            say.listed(words),
            decimal(coherence[topic]),
            *(percent(shares.get((topic, name), math.nan)) for name in names),
        )
        for topic, words in terms.items()
    )
    columns = (
        Column(say("topic")),
        Column(say("term"), "w"),
        Column(say("coherence"), "n"),
        *(Column(units.label(name), "n") for name in names),
    )
    return TableView(say("topics_caption", unit=src.unit), columns, rows, src.full("topic_shares"))


def clouds(src: Sources) -> Section | None:
    """Show the word clouds."""
    say, units = src.say, src.analysis.units
    blocks: list[Block] = [Text(say("clouds_lead"))]
    names = units.longest(limits.CLOUDS)
    if len(names) < len(units):
        blocks.append(Text(say("clouds_few", n=len(units), unit=src.unit, shown=len(names)), small=True))
    comparison = src.picture("comparison_cloud")
    if comparison:
        blocks += [Heading(say("comparison_cloud", unit=src.unit)), *comparison]
    clouds = tuple(src.pictures["cloud", name] for name in names if ("cloud", name) in src.pictures)
    if clouds:
        blocks.append(Pictures(clouds))
    return Section("clouds", say("clouds"), blocks) if len(blocks) > 1 else None


def dispersion(src: Sources) -> Section | None:
    """Show where the most distinctive words stand."""
    picture = src.picture("dispersion")
    n_hits = len(src.analysis.tables.get("dispersion", ()))
    if n_hits > limits.TICKS:
        return Section("dispersion", src.say("dispersion"), [Text(src.say("dispersion_dense", n=n_hits))])
    if not picture:
        return None
    blocks: list[Block] = [Text(src.say("dispersion_lead"))]
    n, shown = len(src.analysis.units.documents), src.analysis.tables["dispersion"]["doc"].nunique()
    if shown < n:
        blocks.append(Text(src.say("dispersion_few", n=n, shown=int(shown)), small=True))
    return Section("dispersion", src.say("dispersion"), [*blocks, *picture])


def trend(src: Sources) -> Section | None:
    """Show rates over ordered groups."""
    picture = src.picture("trend")
    if not picture:
        return None
    lead = src.say("trend_lead", by=src.analysis.units.by)
    return Section("trend", src.say("trend"), [Text(lead), *picture])
