"""Bundled data: what there is, and loading it as a corpus or as a matrix."""

from __future__ import annotations

import hashlib
import os
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from textkit.audit import clean
from textkit.boundaries import Span, paragraph_spans
from textkit.corpus import Corpus
from textkit.errors import ReadError, TextkitWarning, check_type, listing, unknown
from textkit.matrix import DocumentTermMatrix, count
from textkit.provenance import stamp
from textkit.reading import read
from textkit.tokenization import tokenize

_VARIABLE = "TEXTKIT_SPEECHES"
_SUMS = "SHA256SUMS"
# A paragraph of the features is at least so long: from a bag of fewer words its sentence could be guessed.
_SHORTEST = 50
_HEADING = re.compile(r"第?[一二三四五六七八九十]+[、，]")


@dataclass(frozen=True, slots=True)
class _Dataset:
    """One line of `available`."""

    documents: int
    kind: str
    what: str
    licence: str


_DATASETS = {
    "speeches": _Dataset(
        5,
        "counts",
        "five speeches of Chinese local leaders on governance and petitions: word counts of each paragraph",
        "counts are facts; the texts are not included",
    ),
    "townhall": _Dataset(
        24,
        "texts",
        "invented reports of four towns over six years, raw and clean, with an answer key",
        "MIT",
    ),
}


def available() -> pd.DataFrame:
    """List the bundled datasets.

    Returns
    -------
    DataFrame
        ``name, documents, kind, what, licence``, one row a dataset, by name. ``kind`` is ``"texts"`` (the texts are
        there: `load` and `load_matrix`) or ``"counts"`` (only word counts are: `load_matrix`).

    Examples
    --------
    >>> available()[["name", "documents", "kind"]]
           name  documents    kind
    0  speeches          5  counts
    1  townhall         24   texts
    """
    rows = [(name, d.documents, d.kind, d.what, d.licence) for name, d in sorted(_DATASETS.items())]
    return stamp(pd.DataFrame(rows, columns=["name", "documents", "kind", "what", "licence"]), "available")


def data_folder(name: str) -> Path:
    """Return the folder of a bundled dataset: its files, ``SOURCE.md`` and ``SHA256SUMS``.

    Parameters
    ----------
    name : str
        A name from `available`.

    Returns
    -------
    pathlib.Path
        For instance to try `textkit.read` on the raw files: ``read(data_folder("townhall") / "raw")``.

    Raises
    ------
    UnknownNameError
        There is no such dataset.
    ReadError
        The installation lacks its data.

    Examples
    --------
    >>> sorted(path.name for path in data_folder("townhall").iterdir() if path.suffix == ".csv")
    ['meta.csv']
    """
    check_type("name", name, str)
    if name not in _DATASETS:
        raise unknown("dataset", name, sorted(_DATASETS))
    package = Path(__file__).resolve().parent
    # An installed wheel has the data inside the package, a checkout beside it.
    for base in (package / "_data", package.parent / "data"):
        if (base / name / _SUMS).is_file():
            return base / name
    raise ReadError(f"the data of {name!r} are not part of this installation. Install textkit-zh again.")


def load(name: str, *, raw: bool = False) -> Corpus:
    """Load a bundled corpus.

    Parameters
    ----------
    name : str
        ``"townhall"``, or ``"speeches"`` if you have the texts: in the folder ``texts`` of
        `data_folder("speeches") <data_folder>` or in the folder named by the environment variable
        ``TEXTKIT_SPEECHES``.
    raw : bool
        The texts as found, with their noise, instead of clean ones.

    Returns
    -------
    Corpus
        ``townhall``: 24 documents named ``青石镇_2018`` …; facts ``town, year, town_en, population, revenue,
        income, mayor, style``; the clean texts are those of the answer key, without edits.
        ``speeches``: 5 documents; facts ``label_zh, label_en, level, occasion, date``; the clean texts are
        `textkit.clean` of the raw ones and have edits.

    Raises
    ------
    UnknownNameError
        There is no such dataset.
    ReadError
        A file is missing or damaged (its checksum is another one), or the texts of the speeches are not there.

    Warns
    -----
    TextkitWarning
        A speech is not the text from which the bundled counts were made.

    Examples
    --------
    >>> load("townhall")["柳河镇_2020"].docs["mayor"].tolist()
    ['乙']
    """
    folder = data_folder(name)
    if name == "speeches":
        corpus = _speeches(folder)
        return corpus if raw else clean(corpus)
    meta = _table(folder, "meta.csv")
    texts = folder / ("raw" if raw else "clean")
    _verify(folder, [f"{texts.name}/{file}" for file in meta["file"]])
    return _in_order(read(texts), meta.set_index(pd.Index(meta["file"].str.removesuffix(".txt"))))


def load_matrix(name: str) -> DocumentTermMatrix:
    """Load the counts of a bundled corpus: one row a paragraph, cut by jieba, nothing filtered.

    ``.merge("doc")`` gives the documents. Rows of `speeches` are paragraphs of at least 50 characters: a shorter
    one, such as a heading, counts with the next. Rows of `townhall` are all paragraphs, headings too.

    Parameters
    ----------
    name : str
        A name from `available`.

    Returns
    -------
    DocumentTermMatrix
        Facts ``doc, paragraph, section, n_characters, n_tokens`` and those of the document. ``doc`` is the
        document; ``paragraph`` counts from 1; ``section`` is the number of the main heading (一、 … or 第一，…)
        above, 0 before the first; the lengths are those of the clean text, punctuation included.

    Raises
    ------
    UnknownNameError
        There is no such dataset.
    ReadError
        A file is missing or damaged (its checksum is another one).

    Examples
    --------
    >>> load_matrix("speeches").merge("doc").names
    ['city_responsibility', 'district_innovation', 'district_petitions', 'district_plenary', 'district_survey']
    """
    folder = data_folder(name)
    if name != "speeches":
        return paragraph_counts(load(name), shortest=1)
    facts, parts, counts = (_table(folder, f"{table}.csv") for table in ("docs", "paragraphs", "counts"))
    names = parts["doc"] + "#" + parts["paragraph"].astype(str)
    terms = sorted(set(counts["term"]))
    rows = pd.Index(names).get_indexer(pd.Index(counts["doc"] + "#" + counts["paragraph"].astype(str)))
    columns = pd.Index(terms).get_indexer(pd.Index(counts["term"]))
    matrix = csr_array((counts["count"].to_numpy(np.int64), (rows, columns)), shape=(len(parts), len(terms)))
    known = parts.join(facts.set_index("doc")[_SPEECH_FACTS], on="doc").set_axis(names)
    return DocumentTermMatrix(matrix, terms, known)


def paragraph_counts(corpus: Corpus, *, shortest: int) -> DocumentTermMatrix:
    """Count the words of each paragraph; one with fewer characters than ``shortest`` counts with the next."""
    tokens = tokenize(corpus).split(lambda text: _joined(paragraph_spans(text), shortest))
    dtm = count(tokens)
    facts = dtm.docs
    documents = facts["parent"].to_numpy()  # an array, for pandas confuses a column "doc" with the index of that name
    begins = pd.Series([_HEADING.match(text) is not None for text in tokens.corpus.texts])
    new = {
        "doc": documents,
        "paragraph": begins.groupby(documents).cumcount().to_numpy() + 1,
        "section": begins.astype(np.int64).groupby(documents).cumsum().to_numpy(),
        "n_characters": np.array([len(text) for text in tokens.corpus.texts], dtype=np.int64),
        "n_tokens": dtm.lengths,
    }
    known = facts.drop(columns=["parent", "start"])
    docs = pd.concat([pd.DataFrame(new, index=facts.index), known], axis=1)
    return DocumentTermMatrix(dtm.matrix, dtm.vocabulary, docs)


_SPEECH_FACTS = ["label_zh", "label_en", "level", "occasion", "date"]


def _joined(spans: list[Span], shortest: int) -> list[Span]:
    """Join each span that is too short with the next one, the last with the one before."""
    joined: list[Span] = []
    begin: int | None = None
    for start, stop in spans:
        begin = start if begin is None else begin
        if stop - begin >= shortest:
            joined.append((begin, stop))
            begin = None
    if begin is not None:
        first = joined.pop()[0] if joined else begin
        joined.append((first, spans[-1][1]))
    return joined


def _speeches(folder: Path) -> Corpus:
    """Read the texts of the speeches where the reader has put them."""
    facts = _table(folder, "docs.csv")
    named = os.environ.get(_VARIABLE)
    texts = Path(named) if named else folder / "texts"
    missing = [file for file in facts["file"] if not (texts / file).is_file()]
    if missing:
        absent = f"the folder {texts} lacks {listing(missing)}" if texts.is_dir() else f"there is no folder {texts}"
        raise ReadError(
            "the texts of 'speeches' may not be redistributed, so textkit has only their word counts: use "
            f"load_matrix('speeches'). If you have the texts, put the .txt files into that folder or name theirs in "
            f"the environment variable {_VARIABLE}; {absent}."
        )
    paths = [texts / file for file in facts["file"]]
    other = [p.name for p, known in zip(paths, facts["sha256"], strict=True) if _sha256(p) != known]
    if other:
        warnings.warn(
            f"{listing(other)} in {texts}: not the text from which the counts of load_matrix('speeches') were made.",
            TextkitWarning,
            stacklevel=3,
        )
    facts.index = pd.Index(facts["file"].str.removesuffix(".txt"))
    corpus = _in_order(read([str(path) for path in paths]), facts[["doc", *_SPEECH_FACTS]])
    docs = corpus.docs.set_index("doc")
    return Corpus(corpus.texts, docs)


def _in_order(corpus: Corpus, facts: pd.DataFrame) -> Corpus:
    """Bring the documents into the order of their facts, and take these instead of the reader's."""
    chosen = corpus[[str(name) for name in facts.index]]
    return Corpus(chosen.texts, facts.drop(columns="file", errors="ignore"))


def _table(folder: Path, name: str) -> pd.DataFrame:
    """Read a bundled table; nothing but an empty cell is missing (a term may be ``NA`` or ``null``)."""
    _verify(folder, [name])
    return pd.read_csv(folder / name, keep_default_na=False, na_values={"date": [""]}, encoding="utf-8")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _verify(folder: Path, names: Iterable[str]) -> None:
    """Compare files with their checksums before anything is counted from them."""
    lines = (folder / _SUMS).read_text(encoding="utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    for name in names:
        if not (folder / name).is_file():
            raise ReadError(f"the bundled file {folder / name} is missing. Install textkit-zh again.")
        if _sha256(folder / name) != sums.get(name):
            raise ReadError(
                f"the bundled file {folder / name} is damaged: its SHA-256 is not the one in {_SUMS}. "
                "Install textkit-zh again, or restore the file from the repository."
            )
