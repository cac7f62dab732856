"""Which terms are typical of each of several groups of documents."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from textkit import measures
from textkit.contrast.kernels import (
    MEASURES,
    Options,
    automatic,
    check_documents,
    fallback_note,
    few_documents_note,
    pair_of,
)
from textkit.contrast.replicates import bootstrap, checked_drawing, drawing_note
from textkit.contrast.rows import COLUMNS as OF_ONE
from textkit.contrast.rows import family, ordered, prior_options
from textkit.contrast.sides import Side, Source, side_of, source_of, with_value
from textkit.errors import EmptyError, TextkitWarning, check_choice, check_float
from textkit.matrix import DocumentTermMatrix
from textkit.progress import track
from textkit.provenance import stamp
from textkit.selection import By, groups
from textkit.tokens import Tokens

COLUMNS = ["group", *OF_ONE]


def keyness_groups(
    dtm: DocumentTermMatrix | Tokens,
    *,
    by: By,
    measure: str = "auto",
    adjust: str = "bh",
    min_count: int | None = None,
    min_range: int | None = None,
    prior: str | DocumentTermMatrix = "pooled",
    alpha0: float | None = None,
    unit: str = "document",
    confidence: float = 0.95,
    ci: str | None = None,
    n_replicates: int = 2000,
    random_state: int = 0,
) -> pd.DataFrame:
    """Compare each group of documents with all the others.

    The table of `textkit.keyness` once for each value of a column, target the group, reference all documents with
    another value; the same formulas and options. What differs from calling it in a loop:

    - ``q_value`` allows for **all** tests of the table together.
    - ``fightin_words`` has **one prior** for all groups: proportional to all groups together (or to the background
      corpus), by default of 1 % of the smallest side of any of the comparisons.
    - ``auto`` chooses one measure for all groups: ``robust`` only if every group has 3 documents and all have 8.

    Parameters
    ----------
    dtm : DocumentTermMatrix or Tokens
    by : str
        Column of ``dtm.docs``; documents without a value take no part.
    measure, adjust, min_count, min_range, prior, alpha0, unit, confidence, ci, n_replicates, random_state
        As in `textkit.keyness`.

    Returns
    -------
    DataFrame
        ``group`` (in sorted order), then the columns of `textkit.keyness`: ``term``, ``n_target``, ``n_reference``,
        ``rate_target``, ``rate_reference``, ``score``, ``effect``, ``ci_low``, ``ci_high``, ``p_value``, ``q_value``,
        ``range_target``, ``range_reference``, ``dp_target``, ``flag``. Within a group sorted by falling score, count,
        code points. For a picture choose one group: ``plot_keyness(table[table["group"] == "x"])``.

    Raises
    ------
    EmptyError
        Fewer than two groups with tokens, or no term left in any of them.
    ArgumentError, UnknownNameError
        As `textkit.keyness`.

    Warns
    -----
    TextkitWarning
        As `textkit.keyness`; groups without tokens, which are left out.

    Notes
    -----
    The comparisons share their documents, so their tests are not independent; ``adjust="by"`` allows for any
    dependence. The reference of a group holds the other groups by their size: a long one weighs more.

    Examples
    --------
    >>> docs = pd.DataFrame({"town": ["甲", "甲", "乙"]}, index=["a", "b", "c"])
    >>> dtm = DocumentTermMatrix([[5, 1], [4, 2], [1, 9]], ["网格", "信访"], docs)
    >>> keyness_groups(dtm, by="town", measure="g2")[["group", "term", "n_target", "n_reference", "score"]].round(1)
      group term  n_target  n_reference  score
    0     乙   信访         9            3   10.3
    1     乙   网格         1            9  -10.3
    2     甲   网格         9            1   10.3
    3     甲   信访         3            9  -10.3
    """
    source = source_of(dtm, unit, "keyness_groups")
    check_choice("measure", measure, ["auto", *MEASURES])
    check_choice("adjust", adjust, measures.ADJUSTMENTS)
    check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    if alpha0 is not None:
        check_float("alpha0", alpha0, minimum=0, open_minimum=True)
    drawing = checked_drawing(ci, n_replicates, random_state, unit)
    notes: list[str | None] = []
    sides = _sides(source, by, notes)
    used, why = automatic([(first, second) for _, first, second in sides], unit) if measure == "auto" else (measure, "")
    families = [family(first, second, used, min_count, min_range) for _, first, second in sides]
    if measure == "auto" and used == "robust" and not any(tested.any() for tested in families):
        used, why = "g2", "no term occurs often enough, in enough documents, for a test with documents as the sample"
        families = [family(first, second, used, min_count, min_range) for _, first, second in sides]
    if not any(tested.any() for tested in families):
        raise EmptyError(
            f"no term of {source.dtm.shape[1]:,} passes min_count={min_count} and min_range={min_range} with "
            f"measure={used!r} in any of {len(sides)} groups. Lower them."
        )
    for _, first, second in sides:
        check_documents(first, second, used)
    smallest = min((min(first.n_docs, second.n_docs), place) for place, (_, first, second) in enumerate(sides))[1]
    notes += [fallback_note(why, unit) if why else None, few_documents_note(*sides[0][1:], used)]
    if drawing is not None:
        notes.append(drawing_note(*sides[smallest][1:], drawing))
    for note in notes:
        if note is not None:
            warnings.warn(note, TextkitWarning, stacklevel=2)
    options = _options(source, sides, used, prior, alpha0, confidence)
    names, pairs, results = [], [], []
    for (name, first, second), tested in track(zip(sides, families, strict=True), "groups", total=len(sides)):
        if tested.any():
            pair = pair_of(first, second, tested)
            result = MEASURES[used].kernel(pair, options)
            names.append(name)
            pairs.append(pair)
            results.append(result if drawing is None else bootstrap(pair, result, used, confidence, drawing))
    q = measures.adjust_p(np.concatenate([result.p for result in results]), adjust)
    ends = np.cumsum([len(result.p) for result in results])[:-1]
    vocabulary = source.dtm.vocabulary
    parts = [
        ordered(vocabulary, pair, result, values)
        for pair, result, values in zip(pairs, results, np.split(q, ends), strict=True)
    ]
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "group", np.repeat(np.arange(len(names)), [len(part) for part in parts]))
    table["group"] = pd.Series([names[place] for place in table["group"]], index=table.index)
    settings: dict[str, Any] = {
        "by": by, "unit": unit, "measure": used,
        "why": why or ("documents are the sample" if measure == "auto" else "asked for"), "adjust": adjust,
        "min_count": min_count, "min_range": min_range, "prior": prior if isinstance(prior, str) else "background",
        "alpha0": alpha0, "confidence": confidence, "ci": ci, "n_replicates": n_replicates,
        "random_state": random_state, "target": "each group", "reference": "all other groups",
    }  # fmt: skip
    inputs = dict(source.inputs)
    if isinstance(prior, DocumentTermMatrix):
        inputs["prior"] = prior.fingerprint
    stamp(table, "keyness_groups", inputs=inputs, **settings)
    table.attrs["textkit"] |= {"unit": "token" if MEASURES[used].unit == "token" else unit}
    if used == "fightin_words":
        table.attrs["textkit"] |= options.of_prior
    return table


def _sides(source: Source, by: By, notes: list[str | None]) -> list[tuple[Any, Side, Side]]:
    """Return each group with tokens and the rest."""
    codes, values = groups(source.docs, by)
    missing: list[str] = []
    known = with_value(codes, by, missing)
    notes += [note.replace("are in neither group", "take no part").replace("is in neither group", "takes no part")
              for note in missing]  # fmt: skip
    sizes = np.bincount(codes[known], weights=_lengths(source)[known], minlength=len(values))
    full = [place for place in range(len(values)) if sizes[place] > 0]
    if len(full) < len(values):
        n = len(values) - len(full)
        notes.append(f"{n:,} group{' has' if n == 1 else 's have'} no tokens and take{'s' if n == 1 else ''} no part.")
    if len(full) < 2:
        raise EmptyError(
            f"by={by!r} makes {len(full)} group{'' if len(full) == 1 else 's'} with tokens, and at least two are "
            "needed to compare."
        )
    made = []
    for place in full:
        first, second = (source.units(known[(codes[known] == place) == mine]) for mine in (True, False))
        made.append((values[place], side_of(source.dtm, first, "target"), side_of(source.dtm, second, "reference")))
    return made


def _lengths(source: Source) -> np.ndarray[Any, Any]:
    """Return the number of tokens of each document."""
    lengths = source.dtm.lengths
    if source.parents is None:
        return np.asarray(lengths)
    return np.bincount(source.parents, weights=lengths, minlength=len(source.docs))


def _options(
    source: Source,
    sides: list[tuple[Any, Side, Side]],
    measure: str,
    prior: str | DocumentTermMatrix,
    alpha0: float | None,
    confidence: float,
) -> Options:
    if not isinstance(prior, DocumentTermMatrix):
        check_choice("prior", prior, ("pooled", "flat"))
    if measure != "fightin_words":
        return Options(confidence)
    _, first, second = sides[0]
    smaller = min(min(one.size, other.size) for _, one, other in sides)
    return prior_options(source.dtm.vocabulary, first.count + second.count, smaller, prior, alpha0, confidence)
