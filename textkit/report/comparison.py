"""compare(): a corpus in, its comparison out, as tables and, if asked for, as a report in a folder."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from textkit.corpus import Corpus
from textkit.errors import EmptyError, check_type
from textkit.markup import esc
from textkit.report import tables as found
from textkit.report.analysis import Analysis, Clock, analyse
from textkit.report.folder import check_target, staged, told
from textkit.report.manifest import Origin
from textkit.report.notes import collected
from textkit.report.preparing import prepare
from textkit.report.settings import STOPWORDS, Settings, chosen_stopwords
from textkit.report.write import write_report
from textkit.segment.protocol import Segmenter


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison:
    """What `compare` found.

    Parameters
    ----------
    tables : dict of str to DataFrame
        ``sizes``, ``frequency``, ``keyness``, ``passages``, ``similarity`` ...: those of the folder ``tables``.
    folder : Path or None
        Where the report is.
    files : tuple of str
        What was written there.
    seconds : dict of str to float
        How long each step took.
    """

    tables: dict[str, pd.DataFrame]
    folder: Path | None
    files: tuple[str, ...]
    seconds: dict[str, float]
    _analysis: Analysis = field(repr=False)

    @property
    def n_read(self) -> int:
        """Documents that were read."""
        return len(self._analysis.corpus)

    @property
    def n_not_read(self) -> int:
        """Files that were not."""
        return len(self.tables.get("not_read", ()))

    @property
    def n_tokens(self) -> int:
        """Words, numbers and stop words included."""
        return int(self.tables["sizes"]["tokens"].sum())

    @property
    def n_kept(self) -> int:
        """Words without numbers and stop words."""
        return int(self.tables["sizes"]["kept"].sum())

    def distinctive(self, n: int = 10) -> dict[str, list[str]]:
        """Return the ``n`` most distinctive words of each document or group; nothing if there is only one."""
        if "keyness" not in self.tables:
            return {}
        units = self._analysis.units
        return {
            units.label(name): [str(term) for term in found.distinctive(self.tables["keyness"], units, name, n)["term"]]
            for name in units.names
        }

    def __repr__(self) -> str:
        units = self._analysis.units
        what = f"{len(units)} groups by {units.by}" if units.grouped else f"{len(units)} documents"
        place = f"; in {self.folder}" if self.folder else ""
        return f"Comparison({what}, {self.n_tokens:,} words, {len(self.tables)} tables{place})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{esc(name)}</td><td>{esc('、'.join(terms))}</td></tr>"
            for name, terms in list(self.distinctive(8).items())[:30]
        )
        table = f"<table><thead><tr><th></th><th>distinctive words</th></tr></thead><tbody>{rows}</tbody></table>"
        return f"<p>{esc(repr(self))}</p>{table if rows else ''}<p>tables: {esc(', '.join(self.tables))}</p>"


def compare(
    corpus: Corpus,
    *,
    by: str | None = None,
    out: str | os.PathLike[str] | None = None,
    label: str | None = None,
    title: str = "",
    user_words: str | os.PathLike[str] | Iterable[str] = (),
    stopwords: str | Collection[str] | None = STOPWORDS,
    topics: int | None = None,
    lang: str = "zh",
    formats: Sequence[str] = ("html", "csv", "png"),
    segmenter: str | Segmenter = "jieba",
    random_state: int = 0,
    clean: bool = True,
    n_jobs: int = 1,
    force: bool = False,
    progress: bool | None = None,
) -> Comparison:
    """Compare the documents of a corpus, or groups of them, and write a report.

    Texts are cleaned, cut into words and counted; then come distinctive words with the passages behind them
    (`keyness`, `concordance`), frequencies, tf-idf, similarity, shared and unshared words, topics of the paragraphs,
    dispersion, and a trend if ``by`` is a number such as a year. Each step is the public function of that name, with
    its defaults.

    Parameters
    ----------
    corpus : Corpus
        From ``read(folder)``. One that was cleaned before is not cleaned again.
    by : str, optional
        Column of ``corpus.docs`` whose groups are compared; without it every document is compared with all others.
    out : path, optional
        Folder of the report: ``index.html`` (one file, no network), ``tables/*.csv``, ``figures/*``, ``manifest.json``.
        Without it nothing is written. It must be new, empty, or an older report of textkit.
    label : str, optional
        Column with the names to show; by default ``label_zh`` or ``label_en`` (by ``lang``) or ``label``, if there.
    title : str, optional
        Title of the report.
    user_words : path or list of str, optional
        Words that the segmenter must know, for ``segmenter="jieba"``.
    stopwords : str, collection of str, or None, default "textkit"
        Words that are neither listed nor compared; rates refer to all words nevertheless.
    topics : int, optional
        Number of topics, 0 for none; by default it grows with the number of paragraphs, from 3 to 12.
    lang : {"zh", "en"}
        Language of the report.
    formats : sequence of {"html", "csv", "png", "svg", "pdf"}
        What to write.
    segmenter : str or Segmenter
        See `tokenize`.
    random_state : int
        Seed of the topic model.
    clean : bool
        Whether to clean the texts first.
    n_jobs : int
        Processes for cutting into words (0: one a core).
    force : bool
        Replace an older report in ``out`` even if its files were changed by hand.
    progress : bool, optional
        Show bars; by default where somebody can see them.

    Returns
    -------
    Comparison
        ``tables`` (a dict of DataFrames), ``folder``, ``files``, ``seconds``, ``distinctive(n)``.

    Raises
    ------
    EmptyError
        There are no documents, or no words are left after filtering; the message says which filter took them.
    UnknownNameError
        A column, segmenter, stop-word list or format that does not exist.
    WriteError
        ``out`` holds something else, or cannot be written. Nothing is left half-written.

    Notes
    -----
    The same corpus, settings and versions give the same files, byte for byte. With one document or group there is
    nothing to compare: sizes, frequencies, topics and dispersion remain. p-values are per word and descriptive; see
    `keyness`.

    Examples
    --------
    >>> texts = ["网格 管理 网格 服务 网格", "信访 工作 信访 群众 信访"]
    >>> made = compare(Corpus(texts), segmenter="spaces", stopwords=None)
    >>> made
    Comparison(2 documents, 10 words, 13 tables)
    >>> made.distinctive(1)
    {'doc1': ['网格'], 'doc2': ['信访']}
    """
    check_type("corpus", corpus, Corpus, hint="Make one with read(folder) or Corpus([text, ...]).")
    settings = Settings(
        by=by,
        label=label,
        title=title,
        user_words=_user_words(user_words),
        stopwords=chosen_stopwords(stopwords),
        topics=topics,
        lang=lang,
        formats=(formats,) if isinstance(formats, str) else tuple(formats),
        segmenter=segmenter,
        random_state=random_state,
        clean=clean,
        n_jobs=n_jobs,
    )
    with collected() as notes:
        origin = Origin(_call(settings), corpus.fingerprint, warnings=notes)
        return compare_corpus(corpus, settings, origin, Clock(), out=out, force=force, progress=progress)


def compare_corpus(
    corpus: Corpus,
    settings: Settings,
    origin: Origin,
    clock: Clock,
    *,
    out: str | os.PathLike[str] | None,
    force: bool = False,
    progress: bool | None = None,
) -> Comparison:
    """Compare and write; `compare` and the command line meet here."""
    if not len(corpus):
        raise EmptyError("there are no documents to compare. Check the folder, and corpus.errors for what went wrong.")
    folder = _target(out)
    if folder is not None:
        check_target(folder, force=force)
    with nullcontext() if folder is None else staged(folder, force=force) as place:
        with clock.step("clean"):
            prepared = prepare(corpus, settings)
        analysis = analyse(prepared, settings, clock, progress=progress)
        files: tuple[str, ...] = ()
        if place is not None and folder is not None:
            with told(folder):
                files = write_report(place, analysis, settings, origin, clock, progress=progress)
    return Comparison(analysis.tables, folder, files, dict(clock.seconds), analysis)


def _target(out: str | os.PathLike[str] | None) -> Path | None:
    """Return where to write; while `textkit.verify` makes figures again, nothing may be replaced."""
    if out is None:
        return None
    if os.environ.get("TEXTKIT_REBUILD") and os.environ.get("TEXTKIT_FIGURES"):
        return Path(os.environ["TEXTKIT_FIGURES"]) / "other" / Path(out).name
    return Path(out)


def _user_words(words: str | os.PathLike[str] | Iterable[str]) -> tuple[str, ...] | Path:
    if isinstance(words, (str, os.PathLike)):
        return Path(words)
    found = tuple(words)
    for word in found:
        check_type("user_words", word, str, hint="Give a list of words, or the path of a file.")
    return found


def _call(settings: Settings) -> str:
    """Return the call that makes this report again, without what is as by default."""
    usual = Settings().described()
    asked: dict[str, Any] = {
        name: value for name, value in settings.described().items() if value != usual[name] and value != []
    }
    arguments = ", ".join(["corpus", *(f"{name}={value!r}" for name, value in asked.items())])
    return f"tk.compare({arguments})"
