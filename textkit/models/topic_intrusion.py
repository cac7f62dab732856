"""Do people see the topics? Tasks in which a coder has to find what does not belong, and their scores."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from textkit.corpus import Corpus
from textkit.errors import (
    ArgumentError,
    EmptyError,
    ReadError,
    check_choice,
    check_columns,
    check_float,
    check_int,
    check_path,
    check_type,
    listing,
    unknown,
)
from textkit.measures import agreement
from textkit.measures.effect_sizes import wilson_interval
from textkit.measures.resampling import percentile_interval, resamples
from textkit.models.topic_stability import top_lists
from textkit.models.topics import Floats, TopicModel, check_model, significant
from textkit.provenance import plain, sha256, stamp
from textkit.storage import write_bytes
from textkit.tokens import Tokens

SHEET_COLUMNS = ["item", "text", "options", "answer", "seal"]
CODER = "coder"
"""The column of a table that holds the sheets of several coders."""
KEY_COLUMNS = ["item", "unit", "options", "intruder", "topics", "shares"]
SCORE_COLUMNS = [
    "unit",
    "n_items",
    "n_coders",
    "n_answers",
    "n_correct",
    "precision",
    "ci_low",
    "ci_high",
    "chance",
    "log_odds",
    "alpha",
    "agreement",
]
_KINDS = ("words", "topics")
_BETWEEN = " / "
_LABEL_TERMS = 8
_TEXT = 400
_MARK = "\ufeff"  # so that spreadsheets read Chinese


@dataclass(frozen=True, slots=True, eq=False)
class IntrusionTask:
    """A task for coders: the sheet they fill in, and the key, which they must not see.

    Parameters
    ----------
    kind : {"words", "topics"}
    sheet : DataFrame
        ``item`` (from 1), ``text`` (the passage, empty in a word task), ``options`` (numbered), ``answer`` (empty: the
        coder writes a number), ``seal``.
    key : DataFrame
        ``item``, ``unit`` (the topic, or the document), ``options`` (list of what was shown), ``intruder`` (number of
        the option that does not belong), ``topics`` (the topic each option comes from), ``shares`` (its probability in
        the topic, or its share in the document).
    seal : str
        SHA-256 of the key with its salt. It stands on every row of the sheet, so that anybody can check afterwards that
        the key was not made after the answers.
    salt : str
        A random text that keeps the key from being guessed from its seal.
    settings : dict
        How the task was made.
    """

    kind: str
    sheet: pd.DataFrame
    key: pd.DataFrame
    seal: str
    salt: str
    settings: dict[str, Any]

    def save(self, folder: str | os.PathLike[str], name: str = "intrusion") -> tuple[Path, Path]:
        """Write ``name_sheet.csv`` for the coders and ``name_key.json`` to be locked away; return both paths.

        A key that is there already and is another one is never overwritten: the answers to it would be lost.
        """
        place = check_path("folder", folder)
        sheet, key = place / f"{name}_sheet.csv", place / f"{name}_key.json"
        if key.exists() and read_intrusion_key(key).seal != self.seal:
            raise ArgumentError(f"{key} holds the key of another task. Choose another name, or delete it yourself.")
        buffer = io.StringIO()
        self.sheet.to_csv(buffer, index=False, lineterminator="\n")
        write_bytes(sheet, (_MARK + buffer.getvalue()).encode())
        write_bytes(key, json.dumps(self._note(), ensure_ascii=False, indent=1).encode())
        return sheet, key

    def questions(self, items: Sequence[int] | None = None) -> str:
        """Return the items as text to print, each option on a line of its own with its number; the key is not in it.

        Parameters
        ----------
        items : sequence of int, optional
            Numbers of the items to show; default all.

        Returns
        -------
        str
            For each item ``[item]``, the passage (in a topic task) and the options.

        Raises
        ------
        UnknownNameError
            There is no such item.

        Examples
        --------
        >>> path, docs = pd.DataFrame({"iteration": [1], "value": [0.0]}), pd.DataFrame(index=["a", "b"])
        >>> beta = [[0.4, 0.3, 0.28, 0.01, 0.01, 0.0], [0.01, 0.01, 0.0, 0.4, 0.3, 0.28]]
        >>> names = ["经济", "增长", "收入", "文化", "音乐", "戏剧"]
        >>> model = TopicModel(beta, [[1, 0], [0, 1]], names, docs, [5] * 6, [15, 15], path)
        >>> print(intrusion_task(model, n=3).questions([2]))
        [2]
          1  文化
          2  收入
          3  戏剧
          4  音乐
        """
        known = self.sheet["item"].tolist()
        wanted = known if items is None else list(items)
        for item in wanted:
            if item not in known:
                raise unknown("item", item, known)
        texts = dict(zip(known, self.sheet["text"], strict=True))
        options = dict(zip(known, self.key["options"], strict=True))
        return "\n\n".join(_question(item, texts[item], options[item]) for item in wanted)

    def answer(self, choices: Mapping[int, int | str], *, coder: str) -> pd.DataFrame:
        """Fill in the sheet for one coder, for `score_intrusion`: a notebook is all that is needed.

        Parameters
        ----------
        choices : mapping of int to int or str
            Item → number of the option that does not belong, or its text. An item that is left out is not answered.
        coder : str
            Who answers.

        Returns
        -------
        DataFrame
            ``coder, item, text, options, answer, seal``, one row an item; ``answer`` is the number of the option as
            text, empty where there is none. The sheets of several coders are put together with ``pandas.concat``.

        Raises
        ------
        ArgumentError
            An answer is not one of the options.
        UnknownNameError
            There is no such item.

        Examples
        --------
        >>> path, docs = pd.DataFrame({"iteration": [1], "value": [0.0]}), pd.DataFrame(index=["a", "b"])
        >>> beta = [[0.4, 0.3, 0.28, 0.01, 0.01, 0.0], [0.01, 0.01, 0.0, 0.4, 0.3, 0.28]]
        >>> names = ["经济", "增长", "收入", "文化", "音乐", "戏剧"]
        >>> model = TopicModel(beta, [[1, 0], [0, 1]], names, docs, [5] * 6, [15, 15], path)
        >>> task = intrusion_task(model, n=3)
        >>> sheet = task.answer({1: "戏剧", 2: 2}, coder="甲")
        >>> sheet[["coder", "item", "answer"]]
          coder  item answer
        0     甲     1      4
        1     甲     2      2
        >>> other = task.answer({1: 1}, coder="乙")
        >>> score_intrusion(pd.concat([sheet, other]), task)["n_answers"].tolist()
        [3, 2, 1]
        """
        check_type("coder", coder, str)
        if not coder.strip():
            raise ArgumentError("coder must be a name, got an empty text.")
        check_type("choices", choices, Mapping, hint='For example {1: "文化", 2: 4}.')
        known = self.sheet["item"].tolist()
        given = dict.fromkeys(known, "")
        for item, choice in choices.items():
            if item not in given:
                raise unknown("item", item, known)
            code = _code(coder, int(item), choice, self.key["options"].iloc[known.index(item)])
            given[item] = "" if code < 0 else str(code + 1)
        sheet = self.sheet.assign(answer=pd.Series(list(given.values()), index=self.sheet.index, dtype=object))
        sheet.insert(0, CODER, coder)
        return stamp(sheet, "IntrusionTask.answer", inputs={"key": self.seal}, coder=coder, kind=self.kind)

    def to_html(self) -> str:
        """Return the sheet as a table for a notebook; everything is escaped, and the key is not in it."""
        from textkit.markup import esc

        rows = "".join(
            f"<tr><td>{row.item}</td><td>{esc(row.text)}</td><td>{esc(row.options)}</td><td></td></tr>"
            for row in self.sheet.itertuples()
        )
        head = "".join(f"<th>{name}</th>" for name in SHEET_COLUMNS[:4])
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table><p>seal {esc(self.seal)}</p>"

    def _repr_html_(self) -> str:
        return self.to_html()

    def __repr__(self) -> str:
        return f"IntrusionTask({self.kind}, {len(self.sheet)} items, seal {self.seal[:12]})"

    def _note(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "seal": self.seal,
            "salt": self.salt,
            "settings": self.settings,
            "key": plain(self.key.to_dict("records")),
        }


def intrusion_task(
    model: TopicModel,
    *,
    kind: str = "words",
    corpus: Corpus | Tokens | None = None,
    n: int = 5,
    n_docs: int = 30,
    topics: Sequence[int] | None = None,
    random_state: int = 0,
) -> IntrusionTask:
    """Make a task that shows whether people see the topics that a model has found.

    - ``"words"``: for each topic its n most probable terms and one intruder, in random order. The intruder is one of
      the ten most probable terms of another topic and stands in the lower half of this one. Whoever sees what the terms
      have in common finds it.
    - ``"topics"``: for each of ``n_docs`` documents, drawn at random, its passage and four topics, as their eight most
      probable terms: the three with the largest shares in the document and one of those with the smallest shares.

    Parameters
    ----------
    model : TopicModel
    kind : {"words", "topics"}, default "words"
    corpus : Corpus or Tokens, optional
        The texts; needed for ``"topics"``. It must have the documents of the model under the same names.
    n : int, default 5
        Terms of the topic in a word task, at least 2.
    n_docs : int, default 30
        Items of a topic task (all documents with shares if there are fewer).
    topics : sequence of int, optional
        Topics to ask about in a word task (from 1); default all.
    random_state : int, default 0
        Seed of everything drawn, the order of the items included. For another model the same seed gives another key.

    Returns
    -------
    IntrusionTask
        ``.sheet`` and ``.key``; ``.save(folder)`` writes them as two files. Give every coder a copy of the sheet.

    Raises
    ------
    ArgumentError
        Fewer than two topics (word task) or four (topic task), texts are missing, or a word task finds no intruder.
    EmptyError
        No document has shares.

    Notes
    -----
    Coders must not see the key, the model or each other's answers. The seal on the sheet is a hash of the key: publish
    it with the sheet. Whoever has the model and the seed can make the key again: keep the seed with the key.

    References
    ----------
    Chang et al. (2009).

    Examples
    --------
    >>> path, docs = pd.DataFrame({"iteration": [1], "value": [0.0]}), pd.DataFrame(index=["a", "b"])
    >>> beta = [[0.4, 0.3, 0.28, 0.01, 0.01, 0.0], [0.01, 0.01, 0.0, 0.4, 0.3, 0.28]]
    >>> names = ["经济", "增长", "收入", "文化", "音乐", "戏剧"]
    >>> model = TopicModel(beta, [[1, 0], [0, 1]], names, docs, [5] * 6, [15, 15], path)
    >>> task = intrusion_task(model, n=3)
    >>> task.sheet["options"].tolist()
    ['1 经济 / 2 收入 / 3 增长 / 4 戏剧', '1 文化 / 2 收入 / 3 戏剧 / 4 音乐']
    >>> task.key["intruder"].tolist()
    [4, 2]
    """
    check_model(model)
    check_choice("kind", kind, _KINDS)
    check_int("n", n, minimum=2)
    check_int("n_docs", n_docs, minimum=1)
    rng = _generator(model, check_int("random_state", random_state, minimum=0))
    if kind == "words":
        items = _word_items(model, n, _chosen(model, topics), rng)
        texts = [""] * len(items)
    else:
        if topics is not None:
            raise ArgumentError('topics chooses topics of a word task; kind="topics" asks about documents.')
        items, texts = _topic_items(model, corpus, n_docs, rng)
    order = rng.permutation(len(items))
    key = pd.DataFrame([items[int(i)] for i in order], columns=KEY_COLUMNS[1:])
    key.insert(0, "item", np.arange(1, len(items) + 1))
    salt = rng.bytes(16).hex()
    seal = _seal(kind, salt, key)
    sheet = pd.DataFrame(
        {
            "item": key["item"],
            "text": pd.Series([texts[int(i)] for i in order], dtype=object),
            "options": pd.Series([_numbered(options) for options in key["options"]], dtype=object),
            "answer": pd.Series([""] * len(items), dtype=object),
            "seal": seal,
        },
        columns=SHEET_COLUMNS,
    )
    asked = None if topics is None else [int(k) for k in topics]
    settings = {"kind": kind, "n": n, "n_docs": n_docs, "topics": asked, "random_state": random_state}
    settings["model"] = model.fingerprint
    stamp(sheet, "intrusion_task", inputs={"model": model.fingerprint}, kind=kind, n=n, n_docs=n_docs)
    return IntrusionTask(kind, sheet, key, seal, salt, settings)


def read_intrusion_key(path: str | os.PathLike[str]) -> IntrusionTask:
    """Read the key that `IntrusionTask.save` wrote, and check that it is the one that was sealed.

    Parameters
    ----------
    path : path
        ``…_key.json``.

    Returns
    -------
    IntrusionTask
        The sheet is made again, empty; the passages are not kept with the key.

    Raises
    ------
    ReadError
        The file is not a key, or was changed after it was sealed.
    """
    place = check_path("path", path)
    try:
        note = json.loads(place.read_text(encoding="utf-8"))
        key = pd.DataFrame(note["key"], columns=KEY_COLUMNS)
        kind, seal, salt = str(note["kind"]), str(note["seal"]), str(note["salt"])
        settings = dict(note["settings"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReadError(f"{place} is not the key of an intrusion task ({error}). Give the file …_key.json.") from error
    if _seal(kind, salt, key) != seal:
        raise ReadError(f"{place} was changed after it was sealed: its rows do not have the hash {seal[:12]}….")
    sheet = pd.DataFrame(
        {
            "item": key["item"],
            "text": "",
            "options": [_numbered(options) for options in key["options"]],
            "answer": "",
            "seal": seal,
        },
        columns=SHEET_COLUMNS,
    )
    return IntrusionTask(kind, sheet, key, seal, salt, settings)


def score_intrusion(
    answers: Mapping[str, pd.DataFrame | str | os.PathLike[str]] | pd.DataFrame,
    task: IntrusionTask | str | os.PathLike[str],
    *,
    ci: str = "wilson",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    r"""Score the sheets that coders filled in.

    - Model precision: the share of answers that name the intruder, ``Σ 1(answer = intruder) / n``; guessing gives
      ``chance = 1 / options``.
    - Topic log odds (topic task): the mean of ``ln theta_d,intruder - ln theta_d,chosen``: 0 if all find it, below 0
      otherwise, the more the larger the share of the topic that was taken for the intruder.
    - Agreement of the coders on the option: Krippendorff's nominal alpha and the share of pairs that agree.

    Parameters
    ----------
    answers : mapping of str to DataFrame or path, or DataFrame
        Coder → filled-in sheet (the CSV, or a table with ``item``, ``answer``, ``seal``); or all sheets in one table
        with the column ``coder`` as well, as `IntrusionTask.answer` makes them. An answer is the number of the option
        or its text; an empty one does not count.
    task : IntrusionTask or path
        The task, or the file ``…_key.json``.
    ci : {"wilson", "bootstrap"}, default "wilson"
        ``"wilson"``: the interval of a share (Wilson 1927), answers taken as independent. ``"bootstrap"``: items are
        drawn with replacement, with all their answers; for ``"all"`` only. With several coders the answers to one item
        are alike, and this is the one to report.
    n_replicates, confidence, random_state : int, float, int

    Returns
    -------
    DataFrame
        ``unit`` (``"all"``, then each topic of a word task, or each document of a topic task), ``n_items``,
        ``n_coders``, ``n_answers``, ``n_correct``, ``precision``, ``ci_low``, ``ci_high``, ``chance``, ``log_odds``
        (NaN in a word task), ``alpha`` and ``agreement`` (only for ``"all"``; NaN with one coder).

    Raises
    ------
    ArgumentError
        A sheet has another seal (it belongs to another task), or an answer is not one of the options.
    EmptyError
        Nobody answered anything.

    Notes
    -----
    A precision near ``chance`` means that people do not see the topic. Alpha can be low although all answer rightly in
    most items; print precision and agreement together. Precisions of tasks with other numbers of options must not be
    compared.

    References
    ----------
    Chang et al. (2009); Wilson (1927); Krippendorff (2011).

    Examples
    --------
    >>> path, docs = pd.DataFrame({"iteration": [1], "value": [0.0]}), pd.DataFrame(index=["a", "b"])
    >>> beta = [[0.4, 0.3, 0.28, 0.01, 0.01, 0.0], [0.01, 0.01, 0.0, 0.4, 0.3, 0.28]]
    >>> names = ["经济", "增长", "收入", "文化", "音乐", "戏剧"]
    >>> model = TopicModel(beta, [[1, 0], [0, 1]], names, docs, [5] * 6, [15, 15], path)
    >>> task = intrusion_task(model, n=3)
    >>> sheets = {"甲": task.sheet.assign(answer=["戏剧", "2"]), "乙": task.sheet.assign(answer=[1, 2])}
    >>> score_intrusion(sheets, task)[["unit", "n_answers", "n_correct", "precision", "ci_low"]].round(2)
      unit  n_answers  n_correct  precision  ci_low
    0  all          4          3       0.75    0.30
    1    1          2          1       0.50    0.09
    2    2          2          2       1.00    0.34
    """
    whole = task if isinstance(task, IntrusionTask) else read_intrusion_key(task)
    sheets = _by_coder(answers)
    check_choice("ci", ci, ("wilson", "bootstrap"))
    check_int("n_replicates", n_replicates, minimum=1)
    check_float("confidence", confidence, minimum=0, maximum=1, open_minimum=True)
    check_int("random_state", random_state, minimum=0)
    codes = np.stack([_codes(name, sheet, whole) for name, sheet in sheets.items()], axis=1) if sheets else None
    if codes is None or not (codes >= 0).any():
        raise EmptyError("there is no answer. Give the sheets that the coders filled in.")
    right = whole.key["intruder"].to_numpy(dtype=np.int64)[:, None] - 1
    given = codes >= 0
    correct = given & (codes == right)
    odds = _log_odds(whole, codes) if whole.kind == "topics" else np.full(codes.shape, np.nan)
    chance = np.array([1 / len(options) for options in whole.key["options"]])
    units = whole.key["unit"].tolist()
    rows: list[dict[str, Any]] = []
    for unit in ["all", *sorted(set(units), key=_by_kind)]:
        mine = np.array([unit == "all" or name == unit for name in units])
        rows.append(_row(unit, given[mine], correct[mine], odds[mine], chance[mine], confidence))
    if ci == "bootstrap":
        rows[0] |= _bootstrapped(given, correct, n_replicates, confidence, random_state)
        for row in rows[1:]:
            row |= {"ci_low": np.nan, "ci_high": np.nan}
    rows[0] |= _agreement(codes, max(len(options) for options in whole.key["options"]))
    table = pd.DataFrame(rows, columns=SCORE_COLUMNS)
    settings = {"ci": ci, "n_replicates": n_replicates, "confidence": confidence, "random_state": random_state}
    return stamp(
        table,
        "score_intrusion",
        inputs={"key": whole.seal, "answers": sha256("answers", *map(str, sheets), codes.tobytes())},
        kind=whole.kind,
        **settings,
    )


def _generator(model: TopicModel, seed: int) -> Generator:
    """Return the source of chance: from the seed alone the intruders of all models would stand in the same places."""
    words = sha256("intrusion", *(term for terms in top_lists(model, 10) for term in terms))
    return np.random.default_rng([seed, int(words[:16], 16)])


def _word_items(model: TopicModel, n: int, chosen: list[int], rng: Generator) -> list[tuple[Any, ...]]:
    if model.n_topics < 2:
        raise ArgumentError("word intrusion needs at least two topics: an intruder comes from another one.")
    beta = significant(model.topic_term)
    tops = top_lists(model, max(n, 10))
    items = []
    for k in chosen:
        own = tops[k][:n]
        if len(own) < 2:
            raise ArgumentError(f"topic {k + 1} has only {len(own)} terms. Leave it out with topics=[...].")
        intruder, source = _intruder(model, beta, tops, k, rng)
        options = [*own, intruder]
        order = rng.permutation(len(options))
        places = model.vocabulary.ids(options)
        items.append(
            (
                k + 1,
                [options[int(i)] for i in order],
                int(np.flatnonzero(order == len(own))[0]) + 1,
                [source + 1 if int(i) == len(own) else k + 1 for i in order],
                [float(f"{model.topic_term[k, places[int(i)]]:.9g}") for i in order],
            )
        )
    return items


def _intruder(model: TopicModel, beta: Floats, tops: list[list[str]], k: int, rng: Generator) -> tuple[str, int]:
    """Draw a term that is rare in topic k and one of the first ten of another; terms nearest the front come first."""
    rare = beta[k] <= np.median(beta[k])
    found = [
        (word, j)
        for j in range(model.n_topics)
        if j != k
        for word in tops[j][:10]
        if word not in tops[k] and rare[model.vocabulary.id(word)]
    ]
    if not found:
        raise ArgumentError(
            f"topic {k + 1} has no intruder: all top terms of the other topics are frequent in it too. "
            "Leave it out with topics=[...]; people could not tell it from the others."
        )
    word, j = found[int(rng.integers(len(found)))]
    return word, j


def _topic_items(
    model: TopicModel, corpus: Corpus | Tokens | None, n_docs: int, rng: Generator
) -> tuple[list[tuple[Any, ...]], list[str]]:
    if corpus is None:
        raise ArgumentError('kind="topics" shows the documents: give the texts, corpus=corpus (a Corpus or Tokens).')
    check_type("corpus", corpus, (Corpus, Tokens))
    texts = corpus if isinstance(corpus, Corpus) else corpus.corpus
    if model.n_topics < 4:
        raise ArgumentError(f"topic intrusion shows four topics, but the model has {model.n_topics}.")
    known = {name: row for row, name in enumerate(texts.names)}
    placed = np.flatnonzero(model.placed)
    if not len(placed):
        raise EmptyError("no document of the model has shares.")
    missing = [model.names[int(row)] for row in placed if model.names[int(row)] not in known]
    if missing:
        raise ArgumentError(
            f"corpus lacks documents of the model: {listing(missing, 3)}. Give the corpus, split in the same way, that "
            "the model was fitted to."
        )
    rows = np.sort(rng.choice(placed, size=min(n_docs, len(placed)), replace=False))
    labels = [" ".join(terms) for terms in top_lists(model, _LABEL_TERMS)]
    shares = significant(model.doc_topic)
    items = []
    for row in rows:
        order = np.argsort(-shares[row], kind="stable")
        low = order[max(3, len(order) // 2) :]
        chosen = np.array([*order[:3], low[int(rng.integers(len(low)))]])
        shuffled = rng.permutation(4)
        topics = chosen[shuffled]
        items.append(
            (
                model.names[int(row)],
                [labels[int(k)] for k in topics],
                int(np.flatnonzero(shuffled == 3)[0]) + 1,
                [int(k) + 1 for k in topics],
                [float(f"{model.doc_topic[row, int(k)]:.9g}") for k in topics],
            )
        )
    return items, [_passage(texts.texts[known[model.names[int(row)]]]) for row in rows]


def _passage(text: str) -> str:
    whole = " ".join(text.split())
    return whole if len(whole) <= _TEXT else whole[:_TEXT] + "…"


def _chosen(model: TopicModel, topics: Sequence[int] | None) -> list[int]:
    if topics is None:
        return list(range(model.n_topics))
    found = [check_int("topics", k, minimum=1, maximum=model.n_topics) - 1 for k in topics]
    if not found or len(set(found)) < len(found):
        raise ArgumentError(f"topics must be different numbers, at least one, got {list(topics)!r}.")
    return found


def _question(item: int, text: str, options: Sequence[str]) -> str:
    head = f"[{item}] {text}".rstrip()
    return "\n".join([head, *(f"  {i}  {option}" for i, option in enumerate(options, start=1))])


def _numbered(options: Sequence[str]) -> str:
    return _BETWEEN.join(f"{i} {option}" for i, option in enumerate(options, start=1))


def _seal(kind: str, salt: str, key: pd.DataFrame) -> str:
    rows = json.dumps(plain(key[KEY_COLUMNS].to_dict("records")), ensure_ascii=False, sort_keys=True)
    return sha256("intrusion", kind, salt, rows)


def _by_coder(answers: object) -> dict[str, Any]:
    """Return the sheet of each coder."""
    check_type(
        "answers",
        answers,
        (Mapping, pd.DataFrame),
        hint='For example {"coder A": "sheet_A.csv"}, or task.answer({1: 4}, coder="coder A").',
    )
    if isinstance(answers, pd.DataFrame):
        check_columns("answers", answers, (CODER, "item", "answer", "seal"), made_by="IntrusionTask.answer")
        if answers[CODER].isna().any():
            raise ArgumentError(f"answers has {int(answers[CODER].isna().sum()):,} rows without a coder. Fill them in.")
        return {str(name): sheet for name, sheet in answers.groupby(CODER, sort=False)}
    assert isinstance(answers, Mapping)
    return dict(answers)


def _codes(coder: str, sheet: pd.DataFrame | str | os.PathLike[str], task: IntrusionTask) -> NDArray[np.int64]:
    """Return the option that a coder chose for each item of the key, from 0; -1 for none."""
    table = sheet if isinstance(sheet, pd.DataFrame) else _read_sheet(sheet)
    check_columns(f"the sheet of {coder!r}", table, ("item", "answer", "seal"))
    seals = set(table["seal"].astype(str))
    if seals != {task.seal}:
        raise ArgumentError(
            f"the sheet of {coder!r} does not carry the seal of this key ({task.seal[:12]}…): it belongs to another "
            "task, or the key was made anew."
        )
    found = np.full(len(task.key), -1, dtype=np.int64)
    place = {int(item): row for row, item in enumerate(task.key["item"])}
    seen: set[int] = set()
    for item, answer in zip(table["item"].tolist(), table["answer"].tolist(), strict=True):
        number = int(item)
        if number not in place:
            raise unknown("item", number, place)
        if number in seen:
            raise ArgumentError(f"the sheet of {coder!r} has item {number} twice.")
        seen.add(number)
        found[place[number]] = _code(coder, number, answer, task.key["options"].iloc[place[number]])
    return found


def _code(coder: str, item: int, answer: Any, options: Sequence[str]) -> int:
    if answer is None or (isinstance(answer, float) and np.isnan(answer)):
        return -1
    text = str(int(answer)) if isinstance(answer, float) and answer.is_integer() else str(answer).strip()
    if not text:
        return -1
    if text in options:
        return options.index(text)
    # a number that is also one of the words was taken as the word
    if text.isdecimal() and 1 <= int(text) <= len(options):
        return int(text) - 1
    raise ArgumentError(
        f"the sheet of {coder!r} answers item {item} with {text!r}, which is neither a number from 1 to {len(options)} "
        f"nor one of {listing(options)}."
    )


def _read_sheet(path: str | os.PathLike[str]) -> pd.DataFrame:
    place = check_path("answers", path)
    try:
        return pd.read_csv(place, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise ReadError(f"{place} could not be read as a CSV sheet in UTF-8 ({error}).") from error


def _log_odds(task: IntrusionTask, codes: NDArray[np.int64]) -> Floats:
    """Return ln share of the intruder less ln share of what was chosen; NaN without an answer."""
    odds = np.full(codes.shape, np.nan)
    for row, (shares, intruder) in enumerate(zip(task.key["shares"], task.key["intruder"], strict=True)):
        logs = np.log(np.maximum(np.asarray(shares, dtype=np.float64), 1e-12))
        given = codes[row] >= 0
        odds[row, given] = logs[int(intruder) - 1] - logs[codes[row, given]]
    return odds


def _row(
    unit: object,
    given: NDArray[np.bool_],
    correct: NDArray[np.bool_],
    odds: Floats,
    chance: Floats,
    confidence: float,
) -> dict[str, Any]:
    n, k = int(given.sum()), int(correct.sum())
    low, high = wilson_interval(k, n, confidence) if n else (np.nan, np.nan)
    known = odds[~np.isnan(odds)]
    return {
        "unit": unit,
        "n_items": len(given),
        "n_coders": int(given.any(axis=0).sum()),
        "n_answers": n,
        "n_correct": k,
        "precision": k / n if n else np.nan,
        "ci_low": float(low),
        "ci_high": float(high),
        "chance": float(chance.mean()),
        "log_odds": float(known.mean()) + 0.0 if len(known) else np.nan,
        "alpha": np.nan,
        "agreement": np.nan,
    }


def _bootstrapped(
    given: NDArray[np.bool_], correct: NDArray[np.bool_], n_replicates: int, confidence: float, random_state: int
) -> dict[str, float]:
    n, k = given.sum(axis=1).astype(np.float64), correct.sum(axis=1).astype(np.float64)
    rng = np.random.default_rng(random_state)
    with np.errstate(invalid="ignore"):
        found = [(times @ k) / (times @ n) for times in resamples(len(n), n_replicates, rng)]
    low, high = percentile_interval(np.concatenate(found), confidence)
    return {"ci_low": float(low), "ci_high": float(high)}


def _agreement(codes: NDArray[np.int64], n_options: int) -> dict[str, float]:
    """Agreement on the number of the option: options stand in random order, so that a number means nothing else."""
    counts = np.stack([(codes == option).sum(axis=1) for option in range(n_options)], axis=1)
    if not (counts.sum(axis=1) >= 2).any():
        return {"alpha": np.nan, "agreement": np.nan}
    alpha = agreement.krippendorff_alpha(counts, np.arange(n_options))
    return {
        "alpha": float(alpha[0]),
        "agreement": float(agreement.many_coders(counts, "none", n_options).value[0]),
    }


def _by_kind(unit: Any) -> tuple[int, Any]:
    return (0, unit) if isinstance(unit, (int, np.integer)) else (1, str(unit))
