"""Both sides of a keyness table: counts from the table or, document by document, from what it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit.contrast.outside import LIST, MATRIX
from textkit.errors import TextkitError
from textkit.matrix import DocumentTermMatrix, count
from textkit.measures import Floats
from textkit.tokens import Tokens
from textkit.tracing.case import Case
from textkit.tracing.passages import Places, places_of
from textkit.tracing.wording import Words, shown

_NAMED = 3  # documents named in a label


@dataclass(frozen=True, slots=True)
class Side:
    """One side: its tokens, and its documents that have any, each with its size and the count of the term."""

    label: Words
    count: int
    size: int
    names: list[str] | None = None  # None: the documents are not known
    counts: Floats | None = None
    lengths: Floats | None = None

    @property
    def n_docs(self) -> int:
        """Number of documents that have tokens."""
        return 0 if self.names is None else len(self.names)


def both_sides(case: Case, record: pd.Series[Any]) -> tuple[Side, Side]:
    """Return the target and the reference, checked against the counts of the row."""
    given = units_of(case)
    sides = []
    for name, zh in (("target", "目标"), ("reference", "参照")):
        n = int(record[f"n_{name}"])
        label = _label(case.settings.get(name), name, zh)
        rows = case.settings.get(f"{name}_rows")
        dtm, chosen = _matrix(case, given, name, rows)
        if dtm is None or chosen is None:
            sides.append(Side(label, n, _size(case, record, name)))
            continue
        part = dtm[chosen]
        lengths = part.lengths.astype(np.float64)
        filled = lengths > 0
        place = part.vocabulary.ids([str(record["term"])])[0]
        counts = part.matrix[:, [place]].toarray().ravel().astype(np.float64) if place >= 0 else np.zeros(len(part))
        if int(counts.sum()) != n:
            raise TextkitError(
                f"{record['term']!r} stands {shown(counts.sum())} times in the {name} of the source, but n_{name} of "
                f"the table is {n:,}. Make the table anew."
            )
        names = [item for item, there in zip(part.names, filled, strict=True) if there]
        sides.append(Side(label, n, int(lengths.sum()), names, counts[filled], lengths[filled]))
    return sides[0], sides[1]


def units_of(case: Case) -> tuple[DocumentTermMatrix, NDArray[np.intp] | None] | None:
    """Return the matrix of the units that were compared, and the row of the document of each; None without source."""
    if not case.sources.given:
        return None
    if "dtm" in case.sources.inputs:
        return case.sources.matrix("dtm"), None
    tokens = case.sources.words()
    pieces = tokens.split(str(case.settings["unit"]))
    parents = pd.Index(tokens.corpus.names).get_indexer(pd.Index(pieces.docs["parent"]))
    return count(pieces), parents.astype(np.intp)


def side_places(case: Case, term: str) -> list[Places] | None:
    """Return where the term stands in the documents of both sides, if the tokens were given."""
    tokens = case.sources.tokens
    if tokens is None:
        return None
    rows = [case.settings.get(f"{name}_rows") for name in ("target", "reference")]
    places = []
    for name, chosen in zip(("target", "reference"), rows, strict=True):
        docs = _token_rows(case, tokens, chosen)
        if docs is not None:
            places.append(places_of(tokens, [term], name, docs))
    return places


def _token_rows(case: Case, tokens: Tokens, rows: str | None) -> NDArray[np.intp] | None:
    """Return the rows of the tokens' documents: by number if the matrix was counted from them, else by name."""
    if rows is None:
        return None
    chosen = row_numbers(rows)
    if "dtm" not in case.sources.inputs:
        return chosen
    names = case.sources.matrix("dtm").names
    found = pd.Index(tokens.corpus.names).get_indexer(pd.Index([names[int(row)] for row in chosen]))
    return found[found >= 0].astype(np.intp)


def row_numbers(text: str) -> NDArray[np.intp]:
    """Read rows as the settings of a table write them.

    >>> row_numbers("0-2,7").tolist()
    [0, 1, 2, 7]
    """
    parts = [piece.partition("-") for piece in text.split(",") if piece]
    runs = [np.arange(int(first), int(last or first) + 1) for first, _, last in parts]
    return np.concatenate(runs or [np.empty(0, np.intp)]).astype(np.intp)


def _matrix(
    case: Case, given: tuple[DocumentTermMatrix, NDArray[np.intp] | None] | None, name: str, rows: str | None
) -> tuple[DocumentTermMatrix | None, NDArray[np.intp] | None]:
    if rows is None:  # a reference from outside: documents only if its matrix was given
        if name in case.sources:
            other = case.sources.matrix(name)
            return other, np.arange(len(other))
        return None, None
    if given is None:
        return None, None
    dtm, parents = given
    chosen = row_numbers(rows)
    return dtm, chosen if parents is None else np.flatnonzero(np.isin(parents, chosen))


def _size(case: Case, record: pd.Series[Any], name: str) -> int:
    """Return the tokens of a side from count and rate of the term, or of the commonest one."""
    if case.settings.get(f"{name}_rows") is None and case.settings.get("reference_size") is not None:
        return round(float(case.settings["reference_size"]))
    counts = case.table[f"n_{name}"]
    row = record if record[f"n_{name}"] > 0 else case.table.loc[counts.idxmax()]
    if row[f"n_{name}"] <= 0:
        raise case.sources.missing(
            case.sources.main, f"no term of the table occurs in the {name}, so its size is unknown"
        )
    return round(1e6 * float(row[f"n_{name}"]) / float(row[f"rate_{name}"]))


def _label(value: Any, name: str, zh: str) -> Words:
    if value is None:
        return Words("参照（其余文档）", "reference (all others)")
    if value in (LIST, MATRIX):
        kind = Words("外部频率表", "frequency list from outside")
        if value == MATRIX:
            kind = Words("外部语料", "corpus from outside")
        return Words(f"{zh}（{kind.zh}）", f"{name} ({kind.en})")
    items = [str(item) for item in value] if isinstance(value, (list, tuple)) else [str(value)]
    short = "、".join(items[:_NAMED]), ", ".join(items[:_NAMED])
    if len(items) > _NAMED:
        short = f"{short[0]}等 {len(items)} 项", f"{short[1]} and {len(items) - _NAMED} more"
    return Words(f"{zh}（{short[0]}）", f"{name} ({short[1]})")
