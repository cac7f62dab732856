"""The first sections: a summary, what was read, what cleaning did, how long the documents are."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from textkit.report import limits, tables
from textkit.report.blocks import (
    Block,
    Column,
    Edit,
    Edits,
    Notes,
    Section,
    Table,
    TableView,
    Text,
    decimal,
    percent,
    shortened,
    whole,
)
from textkit.report.sources import Sources, cut, records


def head(src: Sources) -> list[str]:
    """Return the line of sizes under the title."""
    units, sizes = src.analysis.units, src.analysis.tables["sizes"]
    facts = [
        src.say("n_documents", n=len(src.analysis.corpus)),
        src.say("n_characters", n=int(sizes["characters"].sum())),
        src.say("n_tokens", n=int(sizes["tokens"].sum())),
    ]
    if units.grouped:
        facts.append(src.say("n_groups", by=units.by, n=len(units)))
    return facts


def glance(src: Sources) -> Section:
    """Sum up the comparison in a table and three sentences."""
    say, found = src.say, src.analysis
    blocks: list[Block] = [Table(_glance_table(src))]
    sentences = []
    if "similarity" in found.tables:
        pairs = found.tables["similarity"].dropna(subset=["value"])
        if len(pairs) > 1:
            sentences.append(
                say("glance_closest", pair=_pair(src, pairs.iloc[0]), value=decimal(pairs["value"].iloc[0]))
            )
            sentences.append(
                say("glance_farthest", pair=_pair(src, pairs.iloc[-1]), value=decimal(pairs["value"].iloc[-1]))
            )
    if "overlap" in found.tables:
        sentences.append(_shared_sentence(src))
    if sentences:
        blocks.append(Text((" " if say.lang == "en" else "").join(sentences)))
    notes = tuple(say(note.key, **({"unit": src.unit} | dict(note.values))) for note in found.notes)
    if notes:
        blocks.append(Notes(say("notes"), notes))
    return Section("glance", say("glance"), blocks)


def _glance_table(src: Sources) -> TableView:
    say, found = src.say, src.analysis
    units = found.units
    names = units.longest(limits.SECTIONS)
    totals = _unit_totals(src)
    rows = []
    for name in names:
        top: list[Any] = []
        if "keyness" in found.tables:
            top = tables.distinctive(found.tables["keyness"], units, name, 6)["term"].tolist()
        docs = (whole(len(units.members[name])),) if units.grouped else ()
        rows.append((units.label(name), *docs, whole(totals[name]), say.listed(top) or "–"))
    docs_column = (Column(say("documents"), "n"),) if units.grouped else ()
    more = ""
    if len(names) < len(units):
        more = say("distinctive_few", n=len(units), unit=src.unit, shown=len(names))
    return TableView(
        say("glance_caption", unit=src.unit),
        (
            Column(found.units.by or say("name")),
            *docs_column,
            Column(say("tokens"), "n"),
            Column(say("glance_words"), "w"),
        ),
        tuple(rows),
        more,
    )


def _unit_totals(src: Sources) -> dict[str, int]:
    sizes = src.analysis.tables["sizes"].set_index("doc")["tokens"]
    units = src.analysis.units
    return {name: int(sum(sizes[doc] for doc in units.members[name])) for name in units.names}


def _shared_sentence(src: Sources) -> str:
    by_units = {row["units"]: row for row in records(src.analysis.tables["overlap"])}
    none = {"n_terms": 0, "token_share": 0.0}
    shared, only = by_units.get(len(src.analysis.units), none), by_units.get(1, none)
    key = "glance_shared_groups" if src.analysis.units.grouped else "glance_shared"
    return src.say(key, n=int(shared["n_terms"]), share=percent(shared["token_share"]), m=int(only["n_terms"]))


def _pair(src: Sources, row: Any) -> str:
    units = src.analysis.units
    first, second = units.label(row["doc_a"]), units.label(row["doc_b"])
    return f"{first}{src.say('pair_joiner')}{second}"


def read(src: Sources) -> Section:
    """Say what was read and what was not."""
    say, found = src.say, src.analysis
    errors = found.tables.get("not_read")
    n, bad = len(found.corpus), 0 if errors is None else len(errors)
    blocks: list[Block] = [Text(say("read_lead", n=n, bad=bad) if bad else say("read_lead_all", n=n))]
    blocks.append(Table(_documents_table(src)))
    if "encoding_margin" in found.corpus.docs.columns:
        blocks.append(Text(say("encoding_margin"), small=True))
    if errors is not None and bad:
        rows = tuple((str(row.file), str(row.reason)) for row in errors.head(limits.TABLE_ROWS).itertuples())
        columns = (Column(say("file"), "path"), Column(say("reason"), "w"))
        blocks.append(Table(TableView(say("not_read_caption"), columns, rows, cut(src, rows, errors, "not_read"))))
    if src.warnings:
        blocks.append(Notes(say("warnings"), src.warnings))
    return Section("read", say("read"), blocks)


def _documents_table(src: Sources) -> TableView:
    say = src.say
    table = src.analysis.tables["documents"]
    labels = src.analysis.units.labels
    fixed = {"file": "file", "format": "format", "encoding": "encoding", "encoding_margin": "margin"}
    hidden = {"doc", "n_chars", "sha256", "label", "label_zh", "label_en", *fixed}
    facts = [name for name in table.columns if name not in hidden][:8]
    shown = [name for name in fixed if name in table.columns]
    columns = [Column(say("name"))]
    columns += [Column(say(fixed[name]), {"file": "path", "encoding_margin": "n"}.get(name, "")) for name in shown]
    columns += [Column(str(name)) for name in facts]
    first = table.head(limits.TABLE_ROWS)
    rows = tuple(
        (labels.get(str(row["doc"]), str(row["doc"])), *(_cell(row[name]) for name in (*shown, *facts)))
        for _, row in first.iterrows()
    )
    return TableView(say("read_caption"), tuple(columns), rows, cut(src, rows, table, "documents"))


def _cell(value: Any) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return shortened(str(value), 120)


def cleaning(src: Sources) -> Section:
    """Say what cleaning changed."""
    say, found = src.say, src.analysis
    report = found.tables.get("cleaning")
    state = found.facts["cleaning"]
    blocks: list[Block] = []
    if state != "done":
        blocks.append(Text(say(f"cleaning_{state}")))
    if report is None or not len(report):
        if state == "done":
            blocks.append(Text(say("cleaning_nothing")))
        return Section("cleaning", say("cleaning"), blocks)
    if state == "done":
        blocks.append(Text(say("cleaning_lead", **found.facts["edits"])))
    columns = (
        Column(say("rule")),
        Column(say("edits"), "n"),
        Column(say("documents"), "n"),
        Column(say("removed"), "n"),
        Column(say("inserted"), "n"),
    )
    totals = report.groupby("rule", sort=False).agg(
        {"edits": "sum", "doc": "nunique", "removed": "sum", "inserted": "sum"}
    )
    rows = tuple(
        (_rule(src, str(rule)), *(whole(row[name]) for name in ("edits", "doc", "removed", "inserted")))
        for rule, row in totals.iterrows()
    )
    blocks.append(Table(TableView(say("cleaning_caption"), columns, rows, src.full("cleaning"))))
    labels = found.units.labels
    examples = tuple(
        Edit(**{**example, "rule": _rule(src, example["rule"]), "doc": labels.get(example["doc"], example["doc"])})
        for example in found.facts["edit_examples"]
    )
    if examples:
        blocks.append(Edits(say("cleaning_examples"), examples))
    return Section("cleaning", say("cleaning"), blocks)


def _rule(src: Sources, name: str) -> str:
    """Return the name of a cleaning rule in the language of the report; one of the user's own as it is."""
    return src.say(f"rule_{name}") if f"rule_{name}" in src.say.texts else name


def sizes(src: Sources) -> Section:
    """Show how long the documents are."""
    say, table = src.say, src.analysis.tables["sizes"]
    names = ["characters", "paragraphs", "sentences", "tokens", "types", "kept", "kept_types", "masks", "numbers"]
    labels = src.analysis.units.labels
    rows = tuple(
        (labels.get(str(row["doc"]), str(row["doc"])), *(whole(row[name]) for name in names))
        for _, row in table.head(limits.TABLE_ROWS).iterrows()
    )
    columns = (Column(say("name")), *(Column(say(name), "n") for name in names))
    total = (say("total"), *("" if "types" in name else whole(table[name].sum()) for name in names))
    view = TableView(say("sizes_caption"), columns, rows, cut(src, rows, table, "sizes"), total)
    return Section("sizes", say("sizes"), [Table(view), Text(say("sizes_note"), small=True)])
