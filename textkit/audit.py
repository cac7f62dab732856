"""Cleaning a corpus with an audit trail: clean, cleaning_report, show_edits."""

from __future__ import annotations

import unicodedata
import warnings
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from textkit.cleaning.audit import EDIT_COLUMNS, Block, Change, alignment_of, blocks_of, clean_text, restore
from textkit.cleaning.characters import unknown_private_use
from textkit.cleaning.edits import Rule
from textkit.cleaning.rules import DEFAULT_RULES, chosen
from textkit.corpus import Corpus
from textkit.errors import ArgumentError, TextkitWarning, check_int, check_type
from textkit.markup import esc
from textkit.progress import track
from textkit.provenance import stamp

REPORT_COLUMNS = ["rule", "doc", "edits", "removed", "inserted", "example"]

_SUSPICIOUS = 0.3  # a rule that removes more than this share of a document deserves a look
_SMALLEST = 20  # characters; below that shares say nothing
_EXAMPLE = 40
_KINDS = {
    "doc": "str",
    "rule": "str",
    "step": "int64",
    "start": "int64",
    "stop": "int64",
    "removed": "str",
    "inserted": "str",
    "at": "int64",
}


def clean(
    corpus: Corpus, rules: Iterable[Rule | str] | Rule | str = DEFAULT_RULES, *, progress: bool | None = None
) -> Corpus:
    r"""Repair texts once, before analysis, and write down every edit.

    The rules are applied in order, again and again until none finds anything, so cleaning twice changes nothing more.
    Masked names (``XXX``, ``xx``, ``***``, ``××``) are never changed.

    Parameters
    ----------
    corpus : Corpus
        Texts as they were read. A corpus that was cleaned before keeps its edits; places still lead back to the text
        as it was read. A corpus made by ``split`` is refused: clean first, then split.
    rules : rules or names of rules, optional
        Which repairs, in which order; default `DEFAULT_RULES`, see ``DEFAULT_RULES.names`` and the ``description`` of
        each. ``DEFAULT_RULES.without("punctuation")`` leaves one out, ``["line_ends", "blanks"]`` names some, and
        `Rule` objects of your own may stand among them.
    progress : bool, optional
        Show a progress bar; by default where somebody can see it.

    Returns
    -------
    Corpus
        The same documents and facts with cleaned texts and ``edits``: ``doc, rule, step, start, stop, removed,
        inserted, at``. ``start`` and ``stop`` are characters of the original; ``step`` numbers the rules as they
        took their turn on that document, ``at`` is the place in the text before that step.

    Raises
    ------
    ArgumentError
        If a rule is unknown or given twice, if a rule of your own gives edits that overlap or leave the text, or if
        the corpus was made by ``split``.

    Warns
    -----
    TextkitWarning
        If a rule removed more than 30 % of a document; if private-use characters of unknown meaning were removed;
        if the rules do not settle.

    See Also
    --------
    cleaning_report : what each rule changed
    show_edits : the changes of a document in their places

    Examples
    --------
    >>> corpus = Corpus(
    ...     ["全区会议上的讲话【精选推荐】\r\n\r\n同志们:\r\n去年XXX镇化解积案３３件,成效明显。 当前隐藏内容免费查看"]
    ... )
    >>> cleaned = clean(corpus)
    >>> print(cleaned.texts[0])
    全区会议上的讲话
    <BLANKLINE>
    同志们：
    去年XXX镇化解积案33件，成效明显。
    >>> cleaned.edits["rule"].value_counts().to_dict()
    {'line_ends': 3, 'punctuation': 2, 'letters_digits': 1, 'inserts': 1, 'titles': 1}
    >>> place = cleaned.texts[0].index("33件")
    >>> start, stop = cleaned.to_original("doc1", place, place + 3)
    >>> corpus.texts[0][start:stop]
    '３３件'
    """
    check_type("corpus", corpus, Corpus, hint="Make one with read(folder).")
    if _is_split(corpus):
        raise ArgumentError(
            "corpus was made by split; its edits belong to the whole documents. Clean first, then split: "
            "clean(corpus).split(...)."
        )
    using = chosen(rules)
    before = _by_doc(corpus)
    texts: list[str] = []
    rows: list[tuple[str, str, int, int, int, str, str, int]] = []
    notes = _Notes(private="private_use" in using.names)
    for name, text in track(corpus, "cleaning", total=len(corpus), show=progress):
        earlier = before.get(name)
        alignment = None
        step = 0
        if earlier is not None:
            rows += earlier.itertuples(index=False, name=None)
            alignment = alignment_of(earlier)
            step = int(earlier["step"].max())
        new, changes, unsettled = clean_text(text, using, alignment=alignment, step=step)
        rows += [(name, *change) for change in changes]
        texts.append(new)
        notes.look(name, text, changes, unsettled)
    notes.warn()
    edits = pd.DataFrame(rows, columns=EDIT_COLUMNS).astype(_KINDS)
    return Corpus(texts, corpus.docs, edits, corpus.errors)


def cleaning_report(corpus: Corpus) -> pd.DataFrame:
    """Say what each rule changed in each document.

    Parameters
    ----------
    corpus : Corpus
        A corpus made by `clean`.

    Returns
    -------
    DataFrame
        One row a rule and document: ``rule``, ``doc``, ``edits`` (how many), ``removed`` and ``inserted`` (characters),
        ``example`` (the longest removal, shortened; line ends shown as ⏎, other invisible characters by their code).
        Rows in the order of `DEFAULT_RULES`, rules of your own behind them by name, then in the order of documents.

    Raises
    ------
    ArgumentError
        If the corpus was never cleaned.

    Examples
    --------
    >>> cleaning_report(clean(Corpus(["稳定,和谐!", "平安。"])))
              rule   doc  edits  removed  inserted example
    0  punctuation  doc1      2        2         2   , → ，
    """
    edits = _edits_of(corpus)
    parents = corpus.docs["parent"].astype(str) if _is_split(corpus) else corpus.names
    names = {name: place for place, name in enumerate(dict.fromkeys(parents))}
    edits = edits[edits["doc"].isin(list(names))]
    order = {name: place for place, name in enumerate(DEFAULT_RULES.names)}
    rows = []
    for (rule, doc), group in edits.groupby(["rule", "doc"], sort=True):
        sizes = group["removed"].str.len()
        longest = int(sizes.to_numpy().argmax())
        rows.append(
            {
                "rule": str(rule),
                "doc": str(doc),
                "edits": len(group),
                "removed": int(sizes.sum()),
                "inserted": int(group["inserted"].str.len().sum()),
                "example": _example(str(group["removed"].iloc[longest]), str(group["inserted"].iloc[longest])),
            }
        )
    rows.sort(key=lambda row: (order.get(str(row["rule"]), len(order)), row["rule"], names[str(row["doc"])]))
    table = pd.DataFrame(rows, columns=REPORT_COLUMNS)
    return stamp(table, "cleaning_report", inputs={"corpus": corpus.fingerprint})


def original_text(corpus: Corpus, doc: str) -> str:
    """Return the text of a document as it was read, rebuilt from the cleaned text and the edits.

    Parameters
    ----------
    corpus : Corpus
        A corpus, cleaned or not, but not split.
    doc : str
        Name of the document.

    Returns
    -------
    str
        The original, character by character.

    Examples
    --------
    >>> original_text(clean(Corpus(["稳定,和谐!"])), "doc1")
    '稳定,和谐!'
    """
    check_type("corpus", corpus, Corpus)
    text = corpus.text(doc)
    if _is_split(corpus):
        raise ArgumentError("corpus was made by split; ask the corpus it was split from for the original text.")
    mine = _by_doc(corpus).get(doc)
    return text if mine is None else restore(text, mine)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document with its changes: pieces are ``("kept" | "removed" | "inserted", text)``."""

    start: int
    pieces: tuple[tuple[str, str], ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class EditView:
    """The edits of one document in their places; prints as a plain diff and shows as HTML in a notebook."""

    doc: str
    passages: tuple[Passage, ...]
    n_edits: int
    shown: int

    def __str__(self) -> str:
        lines = [
            f"@{passage.start}  {''.join(_plain(*piece) for piece in passage.pieces)}   ({', '.join(passage.rules)})"
            for passage in self.passages[: self.shown]
        ]
        return "\n".join([self._title(), *lines, *self._rest()])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td style="text-align:right">{passage.start}</td><td style="text-align:left">'
            f"{''.join(_html(kind, text) for kind, text in passage.pieces)}</td>"
            f'<td style="text-align:left">{esc(", ".join(passage.rules))}</td></tr>'
            for passage in self.passages[: self.shown]
        )
        head = "<tr><th>place</th><th>change</th><th>rules</th></tr>"
        rest = "".join(f"<p>{esc(line)}</p>" for line in self._rest())
        return f"<p>{esc(self._title())}</p><table><thead>{head}</thead><tbody>{rows}</tbody></table>{rest}"

    def _title(self) -> str:
        return f"{self.doc}: {_counted(self.n_edits, 'edit')} in {_counted(len(self.passages), 'place')}"

    def _rest(self) -> list[str]:
        more = len(self.passages) - self.shown
        if more <= 0:
            return []
        return [f"… and {_counted(more, 'more place')}; show_edits(corpus, doc, n={len(self.passages)}) shows all."]


def show_edits(corpus: Corpus, doc: str, *, n: int = 60, width: int = 12) -> EditView:
    """Show what cleaning changed in a document, in its places: the net effect of all rules.

    Parameters
    ----------
    corpus : Corpus
        A corpus made by `clean`, not split.
    doc : str
        Name of the document.
    n : int
        Places to show.
    width : int
        Characters of context on either side; changes closer together than twice as many stand in one place.

    Returns
    -------
    EditView
        Prints as a plain diff, ``[-removed-]{+inserted+}``; in a notebook removals are red and struck through,
        insertions blue and underlined. The number of a place counts characters of the original. Line ends are shown
        as ⏎, blanks that changed as ␣, invisible characters by their code.

    Raises
    ------
    UnknownNameError
        If there is no such document.
    ArgumentError
        If the corpus was never cleaned, or was split.

    Examples
    --------
    >>> show_edits(clean(Corpus(["同志们:今年的形势总体稳定,任务艰巨。"])), "doc1", width=3)
    doc1: 2 edits in 2 places
    @3  同志们[-:-]{+：+}今年的…   (punctuation)
    @13  …体稳定[-,-]{+，+}任务艰…   (punctuation)
    """
    check_int("n", n, minimum=1)
    check_int("width", width, minimum=0)
    _edits_of(corpus)
    old = original_text(corpus, doc)
    new = corpus.text(doc)
    mine = _by_doc(corpus).get(doc)
    passages = [] if mine is None else _passages(mine, old, new, width)
    return EditView(doc, tuple(passages), 0 if mine is None else len(mine), n)


def _passages(edits: pd.DataFrame, old: str, new: str, width: int) -> list[Passage]:
    blocks = [
        block for block in blocks_of(edits) if old[block.old_start : block.old_stop] != new[block.start : block.stop]
    ]
    groups: list[list[Block]] = []
    for block in blocks:
        if groups and block.old_start - groups[-1][-1].old_stop <= 2 * width:
            groups[-1].append(block)
        else:
            groups.append([block])
    places = edits[["start", "stop", "rule"]].sort_values(["start", "stop"], kind="stable")
    starts, stops, rules = (places[name].tolist() for name in ("start", "stop", "rule"))
    found: list[Passage] = []
    last = 0
    for group in groups:
        while last < len(starts) and stops[last] < group[0].old_start:
            last += 1
        inside = range(last, bisect_right(starts, group[-1].old_stop))
        names = dict.fromkeys(rules[i] for i in inside if stops[i] >= group[0].old_start)
        found.append(Passage(group[0].old_start, _pieces(group, old, new, width), tuple(names)))
    return found


def _pieces(group: list[Block], old: str, new: str, width: int) -> tuple[tuple[str, str], ...]:
    first = max(0, group[0].old_start - width)
    pieces = [("kept", ("…" if first else "") + old[first : group[0].old_start])]
    for block, following in zip(group, [*group[1:], None], strict=True):
        pieces += [("removed", old[block.old_start : block.old_stop]), ("inserted", new[block.start : block.stop])]
        stop = following.old_start if following else min(len(old), block.old_stop + width)
        pieces.append(("kept", old[block.old_stop : stop] + ("…" if following is None and stop < len(old) else "")))
    return tuple((kind, text) for kind, text in pieces if text)


def _plain(kind: str, text: str) -> str:
    if kind == "kept":
        return _visible(text)
    marks = ("[-", "-]") if kind == "removed" else ("{+", "+}")
    return f"{marks[0]}{_shown(text)}{marks[1]}"


def _html(kind: str, text: str) -> str:
    if kind == "kept":
        return esc(_visible(text))
    tag, colour = ("del", "#b3261e") if kind == "removed" else ("ins", "#0b57a4")
    return f'<{tag} style="color:{colour};text-decoration-thickness:2px">{esc(_shown(text))}</{tag}>'


def _shown(text: str, limit: int = 160) -> str:
    if len(text) <= limit:
        return _visible(text, blanks=True)
    first, last = text[: limit // 2], text[-limit // 2 :]
    return f"{_visible(first, blanks=True)} …{len(text) - limit:,} characters… {_visible(last, blanks=True)}"


def _visible(text: str, *, blanks: bool = False) -> str:
    """Show line ends, and characters that cannot be seen, by signs that can."""
    return "".join(_sign(char, blanks=blanks) for char in text)


def _sign(char: str, *, blanks: bool) -> str:
    if char == "\n":
        return "⏎"
    if char == " ":
        return "␣" if blanks else " "
    if char == "\u3000" and not blanks:
        return char
    return f"‹U+{ord(char):04X}›" if unicodedata.category(char)[0] in "CZ" else char


def _example(removed: str, inserted: str) -> str:
    before = removed if len(removed) <= _EXAMPLE else removed[:_EXAMPLE] + "…"
    after = inserted if len(inserted) <= _EXAMPLE else inserted[:_EXAMPLE] + "…"
    return f"{_visible(before, blanks=True)} → {_visible(after, blanks=True)}".strip()


class _Notes:
    """What a careful reader should know about a cleaning; said once for all documents."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._unknown: Counter[str] = Counter()
        self._heavy: list[str] = []
        self._restless: list[str] = []

    def look(self, name: str, text: str, changes: list[Change], unsettled: list[str]) -> None:
        """Note what is unusual about one document."""
        if self._private:
            self._unknown.update(unknown_private_use(text))
        if unsettled:
            self._restless.append(f"{name!r} ({', '.join(unsettled)})")
        lost: Counter[str] = Counter()
        for change in changes:
            lost[change.rule] += _solid(change.removed) - _solid(change.inserted)
        size = _solid(text)
        for rule, n in lost.items():
            if size >= _SMALLEST and n > _SUSPICIOUS * size:
                self._heavy.append(f"{rule!r} removed {n / size:.0%} of {name!r}")

    def warn(self) -> None:
        """Warn about what was noted."""
        if self._heavy:
            shown = "; ".join(self._heavy[:5]) + (f"; and {len(self._heavy) - 5} more" if len(self._heavy) > 5 else "")
            _warn(
                f"cleaning took much away: {shown}. Look with show_edits(corpus, doc), and leave a rule out with "
                "rules=DEFAULT_RULES.without(name)."
            )
        if self._unknown:
            codes = ", ".join(f"U+{ord(char):04X} ({n})" for char, n in self._unknown.most_common(5))
            _warn(
                f"private-use characters were removed whose meaning is lost: {codes}. They may have stood for rare "
                'characters; their places are in corpus.edits under the rule "private_use".'
            )
        if self._restless:
            _warn(f"rules still found something to change after many rounds: {'; '.join(self._restless[:5])}.")


def _warn(message: str) -> None:
    warnings.warn(message, TextkitWarning, stacklevel=4)


def _solid(text: str) -> int:
    """Count the characters other than blanks and line ends."""
    return sum(map(len, text.split()))


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _by_doc(corpus: Corpus) -> dict[str, pd.DataFrame]:
    edits = corpus.edits
    if edits is None:
        return {}
    return {str(name): table for name, table in edits.groupby("doc", sort=False)}


def _edits_of(corpus: Corpus) -> pd.DataFrame:
    check_type("corpus", corpus, Corpus)
    edits = corpus.edits
    if edits is None:
        raise ArgumentError("corpus was never cleaned; make a cleaned one with clean(corpus).")
    return edits


def _is_split(corpus: Corpus) -> bool:
    return {"parent", "start"} <= set(corpus.docs.columns)  # the columns that Corpus.split adds
