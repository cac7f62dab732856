"""The section of the distinctive words, each with the passages behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from textkit.report import limits, tables
from textkit.report.blocks import (
    Block,
    Column,
    Heading,
    Line,
    Passages,
    Section,
    Subheading,
    Table,
    TableView,
    Text,
    WordLines,
    decimal,
    ratio,
    whole,
)
from textkit.report.sources import Sources, records


def distinctive(src: Sources) -> Section:
    """Show for each unit the words that set it apart, and passages."""
    say, found = src.say, src.analysis
    title = say("distinctive")
    if "keyness" not in found.tables:
        return Section("distinctive", title, [Text(say("distinctive_skipped", unit=src.unit))])
    units = found.units
    blocks: list[Block] = [Text(say("distinctive_lead", unit=src.unit))]
    if units.grouped and any(tables.least_documents(units, name) > 1 for name in units.names):
        blocks.append(Text(say("distinctive_documents")))
    if "keyness_robust" in found.tables:
        blocks.append(Text(say("distinctive_robust")))
    names = units.longest(limits.SECTIONS)
    if len(names) < len(units):
        blocks.append(Text(say("distinctive_few", n=len(units), unit=src.unit, shown=len(names))))
    for place, name in enumerate(names):
        blocks += _of_unit(src, name, place)
    return Section("distinctive", title, blocks)


def _of_unit(src: Sources, name: str, place: int) -> Iterator[Block]:
    say, found = src.say, src.analysis
    label = found.units.label(name)
    yield Heading(label, f"unit-{place + 1}")
    rows = tables.distinctive(found.tables["keyness"], found.units, name, limits.TOP_TERMS)
    if not len(rows):
        yield Text(say("distinctive_none"))
        return
    yield Table(_keyness_table(src, name, rows))
    yield from src.picture("keyness", name)
    words = tuple(_word_lines(src, name, str(term)) for term in rows["term"].head(limits.PASSAGE_TERMS))
    yield Subheading(say("passages", name=label))
    yield Passages(words)


def _keyness_table(src: Sources, name: str, rows: pd.DataFrame) -> TableView:
    say, units = src.say, src.analysis.units
    robust = _robust_terms(src, name)
    best = float(rows["score"].max())
    cells = []
    for row in records(rows):
        docs = (f"{whole(row['range_target'])}/{len(units.members[name])}",) if units.grouped else ()
        sure = (("✓" if row["term"] in robust else ""),) if robust is not None else ()
        cells.append(
            (
                row["term"],
                f"{100 * row['score'] / best:.0f}",
                decimal(row["score"], 1),
                whole(row["n_target"]),
                whole(row["rate_target"]),
                whole(row["n_reference"]),
                whole(row["rate_reference"]),
                ratio(row["effect"]),
                f"{ratio(row['ci_low'])} – {ratio(row['ci_high'])}",
                *docs,
                *sure,
                _flags(src, str(row["flag"])),
            )
        )
    per = say("per_million")
    columns = [
        Column(say("term")),
        Column("", "bar"),
        Column(say("g2"), "n"),
        Column(say("here"), "n"),
        Column(per, "n"),
        Column(say("elsewhere"), "n"),
        Column(per, "n"),
        Column(say("ratio"), "n"),
        Column(say("interval"), "n"),
    ]
    if units.grouped:
        columns.append(Column(say("in_documents"), "n"))
    if robust is not None:
        columns.append(Column(say("robust"), "n"))
    columns.append(Column(say("flag"), "f"))
    caption = say("distinctive_caption", name=units.label(name))
    return TableView(caption, tuple(columns), tuple(cells), src.full("keyness"))


def _robust_terms(src: Sources, name: str) -> set[str] | None:
    table = src.analysis.tables.get("keyness_robust")
    if table is None or not (table["unit"] == name).any():
        return None
    mine = table[(table["unit"] == name) & (table["ci_low"] > 0)]
    return set(mine["term"].astype(str))


def _flags(src: Sources, flags: str) -> str:
    known = {"concentrated", "rare", "zero_adjusted"}
    parts = [src.say(f"flag_{flag}") if flag in known else flag for flag in flags.split("|") if flag and flag != "nan"]
    return ("；" if src.say.lang == "zh" else "; ").join(parts)


def _word_lines(src: Sources, name: str, term: str) -> WordLines:
    table = src.analysis.tables["passages"]
    rows = table[(table["unit"] == name) & (table["term"] == term)]
    grouped = src.analysis.units.grouped
    lines = []
    for row in records(rows):
        where = src.say("characters_at", start=int(row["original_start"]) + 1)
        document = src.analysis.units.labels.get(str(row["doc"]), str(row["doc"]))
        lines.append(
            Line(
                str(row["left"]).replace("\n", " ").strip("\u3000"),
                str(row["node"]),
                str(row["right"]).replace("\n", " ").strip("\u3000"),
                f"{document} · {where}" if grouped else where,
            )
        )
    return WordLines(term, tuple(lines))
