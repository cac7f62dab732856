"""Corpus: the texts, one row of facts for each, and what cleaning and reading have to report."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from textkit.boundaries import Span, paragraph_spans, sentence_spans
from textkit.cleaning.audit import EDIT_COLUMNS, alignment_of
from textkit.errors import ArgumentError, check_int, check_type, listing, unknown
from textkit.markup import esc
from textkit.provenance import sha256
from textkit.selection import By, Which, checked_docs, default_names, groups, merged_facts, rows
from textkit.storage import facts_table, frame_from_json, frame_to_json, load_table, save_table

Unit = str | Callable[[str], Iterable[Span]]
"""How to split a text: ``"paragraph"``, ``"sentence"`` or a function from a text to ``(start, stop)`` spans."""

_UNITS: dict[str, Callable[[str], list[Span]]] = {"paragraph": paragraph_spans, "sentence": sentence_spans}


@dataclass(frozen=True, slots=True, eq=False, repr=False, init=False)
class Corpus:
    """Documents as text, with a table of facts about them.

    Parameters
    ----------
    texts : sequence of str, length D
        The documents. Lone surrogates are refused: they can be neither stored nor counted.
    docs : DataFrame, D rows, optional
        Facts about each document; its index holds unique names. Without it they are ``doc1``, ``doc2`` ….
    edits : DataFrame, optional
        What cleaning changed: ``doc, rule, step, start, stop, removed, inserted`` (see `textkit.clean`).
    errors : DataFrame, optional
        What could not be read: ``file, reason``.

    Examples
    --------
    >>> corpus = Corpus(["网格化管理。", "信访工作。"], pd.DataFrame({"year": [2019, 2020]}, index=["a", "b"]))
    >>> corpus
    Corpus(2 documents, 11 characters; facts: year)
    >>> corpus["b"].texts
    ('信访工作。',)
    """

    texts: tuple[str, ...]
    _docs: pd.DataFrame
    _edits: pd.DataFrame | None
    _errors: pd.DataFrame | None
    _cache: dict[str, Any] = field(repr=False)

    def __init__(
        self,
        texts: Sequence[str],
        docs: pd.DataFrame | None = None,
        edits: pd.DataFrame | None = None,
        errors: pd.DataFrame | None = None,
    ) -> None:
        stored = _as_texts(texts)
        frame = _checked_docs(docs, len(stored))
        for row, text in enumerate(stored):
            _check_text(frame.index, row, text)
        object.__setattr__(self, "texts", stored)
        object.__setattr__(self, "_docs", frame)
        object.__setattr__(self, "_edits", _checked_edits(edits))
        object.__setattr__(self, "_errors", None if errors is None else errors.reset_index(drop=True))
        object.__setattr__(self, "_cache", {})

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, text: str = "text", doc: str | None = None) -> Corpus:
        """Make a corpus from a table: ``text`` names the column of texts, ``doc`` the one of names (else the index).

        >>> Corpus.from_frame(pd.DataFrame({"id": ["x", "y"], "text": ["甲", "乙"]}), doc="id").names
        ['x', 'y']
        """
        check_type("frame", frame, pd.DataFrame)
        for name in (text, doc):
            if name is not None and name not in frame.columns:
                raise unknown("column", name, list(frame.columns))
        names = frame[doc].astype(str) if doc is not None else frame.index.astype(str)
        facts = frame.drop(columns=[text] + ([doc] if doc is not None else []))
        facts.index = pd.Index(names, name="doc")
        values = [("" if item is None or item is pd.NA or item != item else item) for item in frame[text]]
        return cls(values, facts)

    @property
    def docs(self) -> pd.DataFrame:
        """Facts about the documents: D rows, index ``doc``; a copy."""
        return self._docs.copy()

    @property
    def edits(self) -> pd.DataFrame | None:
        """What cleaning changed, one row an edit, or ``None`` if the texts were never cleaned; a copy."""
        return None if self._edits is None else self._edits.copy()

    @property
    def errors(self) -> pd.DataFrame | None:
        """Files that could not be read and why, or ``None``; a copy."""
        return None if self._errors is None else self._errors.copy()

    @property
    def names(self) -> list[str]:
        """Names of the documents, in order."""
        return [str(name) for name in self._docs.index.tolist()]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of names and texts: what provenance records as the input."""
        if "fingerprint" not in self._cache:
            self._cache["fingerprint"] = sha256(
                "corpus", *(part for pair in zip(self.names, self.texts, strict=True) for part in pair)
            )
        return str(self._cache["fingerprint"])

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Iterate over ``(name, text)``."""
        return zip(self.names, self.texts, strict=True)

    def __getitem__(self, which: Which) -> Corpus:
        """Return the chosen documents; see `textkit.selection.rows` for what can choose."""
        chosen = rows(self._docs, which)
        if len(np.unique(chosen)) != len(chosen):
            raise ArgumentError("a document was chosen twice; names must stay unique.")
        return Corpus([self.texts[i] for i in chosen], self._docs.iloc[chosen], self._edits, self._errors)

    def text(self, doc: str) -> str:
        """Return the text of one document by name."""
        return self.texts[int(rows(self._docs, doc)[0])]

    def map(self, function: Callable[[str], str]) -> Corpus:
        """Return a corpus whose texts are ``function(text)``. For repairs use `textkit.clean`, which keeps an audit.

        The result has no edits, because offsets no longer lead back to the original.
        """
        changed = [function(text) for text in self.texts]
        for name, text in zip(self.names, changed, strict=True):
            if not isinstance(text, str):
                raise ArgumentError(f"function must return a str, but gave a {type(text).__name__} for {name!r}.")
        return Corpus(changed, self._docs, None, self._errors)

    def split(self, by: Unit) -> Corpus:
        """Return one document for each paragraph, sentence or span; columns ``parent`` and ``start`` lead back.

        A document without any such piece (an empty one) has no part in the result.

        >>> Corpus(["一。二。"]).split("sentence").docs
                parent  start
        doc
        doc1#1    doc1      0
        doc1#2    doc1      2
        """
        find = _unit(by)
        texts: list[str] = []
        parents: list[int] = []
        starts: list[int] = []
        names: list[str] = []
        for row, (name, text) in enumerate(self):
            for number, (start, stop) in enumerate(_checked_spans(find(text), name, len(text)), start=1):
                texts.append(text[start:stop])
                parents.append(row)
                starts.append(start)
                names.append(f"{name}#{number}")
        docs = self._docs.iloc[parents].drop(columns=["parent", "start"], errors="ignore")
        origin, base = self._origins()
        docs["parent"] = [origin[row] for row in parents]
        docs["start"] = [base[row] + start for row, start in zip(parents, starts, strict=True)]
        docs.index = pd.Index(names, name="doc", dtype="str")
        return Corpus(texts, docs, self._edits, self._errors)

    def merge(self, by: By, *, separator: str = "\n") -> Corpus:
        """Return one document for each value of a column, texts joined in order; facts that agree are kept.

        Documents whose value is missing are left out; the result has no edits.
        """
        codes, values = groups(self._docs, by)
        joined = [separator.join(self.texts[i] for i in np.flatnonzero(codes == g)) for g in range(len(values))]
        return Corpus(joined, merged_facts(self._docs, codes, values, by), None, self._errors)

    def sample(self, n: int, *, random_state: int = 0) -> Corpus:
        """Return ``n`` documents drawn without replacement, in their original order."""
        check_int("n", n, minimum=0, maximum=len(self))
        chosen = np.random.default_rng(random_state).choice(len(self), size=n, replace=False)
        return self[np.sort(chosen)]

    def to_original(self, doc: str, start: int, stop: int) -> Span:
        """Map characters ``[start, stop)`` of a document to the text as it was read, before `textkit.clean`.

        For a part made by `split` the span refers to the original of its parent.
        """
        row = int(rows(self._docs, doc)[0])
        length = len(self.texts[row])
        check_int("start", start, minimum=0, maximum=length)
        check_int("stop", stop, minimum=start, maximum=length)
        origin, base = self._origins()
        span = (start + base[row], stop + base[row])
        if self._edits is None:
            return span
        alignments = self._cache.setdefault("alignments", {})
        if origin[row] not in alignments:  # concordances ask for thousands of spans
            alignments[origin[row]] = alignment_of(self._edits[self._edits["doc"] == origin[row]])
        found: Span = alignments[origin[row]].span(*span)
        return found

    def to_frame(self) -> pd.DataFrame:
        """Return the facts with one more column, ``text``."""
        return self._docs.assign(text=list(self.texts))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the corpus to one Parquet file (texts, facts, edits, errors)."""
        table = facts_table(self._docs.assign(__text__=pd.array(list(self.texts), dtype="string")))
        return save_table(path, table, "Corpus", self._extras())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Corpus:
        """Read a corpus written by `save`."""
        table, note = load_table(path, "Corpus")
        frame = table.to_pandas()
        texts = frame.pop("__text__").tolist()
        return cls(texts, frame, frame_from_json(note["edits"]), frame_from_json(note["errors"]))

    def __repr__(self) -> str:
        facts = [str(name) for name in self._docs.columns]
        about = f"; facts: {', '.join(facts[:6])}{', …' if len(facts) > 6 else ''}" if facts else ""
        cleaned = f"; {len(self._edits):,} edits" if self._edits is not None else ""
        failed = f"; {len(self._errors)} not read" if self._errors is not None and len(self._errors) else ""
        size = sum(map(len, self.texts))
        return f"Corpus({_plural(len(self), 'document')}, {size:,} characters{about}{cleaned}{failed})"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{esc(name)}</th>" for name in ("doc", *self._docs.columns, "characters", "begins"))
        body = "".join(
            "<tr>"
            + "".join(
                f"<td>{esc(value)}</td>" for value in (name, *facts, f"{len(text):,}", text[:40].replace("\n", " "))
            )
            + "</tr>"
            for name, facts, text in zip(
                self.names[:10], self._docs.head(10).itertuples(index=False), self.texts[:10], strict=True
            )
        )
        more = f"<p>… and {len(self) - 10:,} more</p>" if len(self) > 10 else ""
        return f"<p>{esc(repr(self))}</p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"

    def _origins(self) -> tuple[list[str], list[int]]:
        if "parent" in self._docs.columns and "start" in self._docs.columns:
            return [str(name) for name in self._docs["parent"]], [int(start) for start in self._docs["start"]]
        return self.names, [0] * len(self)

    def _extras(self) -> dict[str, Any]:
        return {"edits": frame_to_json(self._edits), "errors": frame_to_json(self._errors)}


def _as_texts(texts: object) -> tuple[str, ...]:
    """Refuse what can be iterated over but would give something else than the texts in their order."""
    if isinstance(texts, str):
        raise ArgumentError("texts must be a sequence of strings, got one string. Put it in a list: [text].")
    if isinstance(texts, (Mapping, pd.DataFrame, Set, bytes)) or not isinstance(texts, Iterable):
        hint = "Put the texts in a list: [text, ...]."
        if isinstance(texts, pd.DataFrame):
            hint = 'Use Corpus.from_frame(table, text="the column with the texts").'
        elif isinstance(texts, Mapping):
            hint = "Use Corpus(list(texts.values()), pandas.DataFrame(index=list(texts)))."
        raise ArgumentError(f"texts must be a sequence of strings, got a {type(texts).__name__}. {hint}")
    return tuple(texts)


def _unit(by: Unit) -> Callable[[str], Iterable[Span]]:
    if callable(by):
        return by
    if by not in _UNITS:
        raise unknown("unit (by)", by, list(_UNITS), hint="Or give a function from a text to (start, stop) spans.")
    return _UNITS[by]


def _checked_spans(spans: Iterable[Span], name: str, length: int) -> Iterator[Span]:
    last = 0
    for start, stop in spans:
        if not last <= start <= stop <= length:
            raise ArgumentError(
                f"the split of {name!r} gave the span ({start}, {stop}), which is out of order or bounds."
            )
        last = stop
        yield start, stop


def _checked_docs(docs: pd.DataFrame | None, n: int) -> pd.DataFrame:
    if docs is None:
        docs = pd.DataFrame(index=default_names(n))
    check_type("docs", docs, pd.DataFrame)
    if len(docs) != n:
        raise ArgumentError(f"docs has {len(docs)} rows, but there are {n} texts; they must match one to one.")
    return checked_docs(docs)


def _checked_edits(edits: pd.DataFrame | None) -> pd.DataFrame | None:
    if edits is None:
        return None
    if list(edits.columns) != EDIT_COLUMNS:
        raise ArgumentError(f"edits must have the columns {listing(EDIT_COLUMNS)}, got {listing(edits.columns)}.")
    return edits.reset_index(drop=True)


def _check_text(names: pd.Index[str], row: int, text: object) -> None:
    if not isinstance(text, str):
        name = names[row]
        raise ArgumentError(f"the text of {name!r} must be a str, got a {type(text).__name__}.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        name = names[row]
        raise ArgumentError(
            f"the text of {name!r} has half a character (a lone surrogate, U+{ord(text[error.start]):04X}) at "
            f"position {error.start}. Read the file again with the right encoding, or drop it with "
            'text.encode("utf-8", "ignore").decode().'
        ) from None


def _plural(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
