"""Choosing documents: names, places, masks and functions are resolved to row numbers here, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from textkit.errors import ArgumentError, check_type, listing, unknown

Which = str | int | slice | Sequence[Any] | NDArray[Any] | pd.Series | Callable[[pd.DataFrame], Any]
"""What selects documents: a name, a list of names, row numbers, a slice, a boolean mask, or a function of ``docs``."""


def rows(docs: pd.DataFrame, which: Which) -> NDArray[np.intp]:
    """Return the row numbers of the chosen documents, in the order asked for.

    >>> docs = pd.DataFrame({"year": [2019, 2020]}, index=pd.Index(["a", "b"], name="doc"))
    >>> rows(docs, "b"), rows(docs, docs["year"] < 2020), rows(docs, lambda d: d["year"] == 2020)
    (array([1]), array([0]), array([1]))
    """
    if callable(which):
        return rows(docs, which(docs))
    if isinstance(which, str):
        return np.array([_row(docs, which)], dtype=np.intp)
    if isinstance(which, slice):
        return np.arange(len(docs), dtype=np.intp)[which]
    if isinstance(which, (int, np.integer)) and not isinstance(which, bool):
        return np.array([_place(docs, int(which))], dtype=np.intp)
    if isinstance(which, pd.Series) and which.dtype == bool and which.index.equals(docs.index):
        return np.flatnonzero(which.to_numpy())
    if isinstance(which, (str, bytes)) or not hasattr(which, "__iter__"):
        raise ArgumentError(
            f"documents are chosen by name, list of names, row numbers, slice, mask or function, got {which!r}."
        )
    items: list[Any] = list(which)  # type: ignore[arg-type]
    if items and all(isinstance(item, (bool, np.bool_)) for item in items):
        if len(items) != len(docs):
            raise ArgumentError(f"the mask has {len(items)} entries, but there are {len(docs)} documents.")
        return np.flatnonzero(np.array(items, dtype=bool))
    return np.array(
        [_row(docs, item) if isinstance(item, str) else _place(docs, item) for item in items], dtype=np.intp
    )


def checked_docs(docs: pd.DataFrame) -> pd.DataFrame:
    """Return a copy of the facts with names and columns as text, each of them unique and all of it storable."""
    check_type("docs", docs, pd.DataFrame)
    frame = docs.copy()
    try:
        if docs.index.name != "doc" or docs.index.dtype != "str":
            frame.index = pd.Index([str(name) for name in docs.index.tolist()], name="doc", dtype="str")
        frame.columns = pd.Index([str(name) for name in docs.columns.tolist()], dtype="str")
        for place, kind in enumerate(frame.dtypes):
            for value in frame.iloc[:, place] if kind == np.dtype(object) else ():
                if isinstance(value, str):
                    value.encode()
    except UnicodeEncodeError as error:
        raise ArgumentError(
            f"docs has half a character (a lone surrogate) in {error.object!r}. Read the table again with the right "
            "encoding, or correct the value."
        ) from None
    # pandas would keep a table of a million names in memory only to say that they differ
    if pc.count_distinct(pa.array(frame.index), mode="all").as_py() != len(frame):
        twice = frame.index[frame.index.duplicated()].unique()
        raise ArgumentError(f"document names must be unique, but {listing(twice)} occur more than once.")
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()].unique()
        raise ArgumentError(f"docs must have distinct columns, but {listing(twice)} occur more than once. Rename them.")
    return frame


def with_facts(docs: pd.DataFrame, facts: Mapping[str, Any]) -> pd.DataFrame:
    """Return the facts with further columns, each a value a document in order, or a Series with the names.

    >>> docs = pd.DataFrame(index=pd.Index(["a", "b"], name="doc"))
    >>> with_facts(docs, {"n": [1, 2], "late": pd.Series({"b": True, "a": False})})["late"].tolist()
    [False, True]
    """
    frame = docs.copy()
    for name, values in facts.items():
        if isinstance(values, pd.Series):
            missing = docs.index.difference(values.index)
            if len(missing) or not values.index.is_unique:
                what = f"has no value for {listing(missing)}" if len(missing) else "names a document more than once"
                raise ArgumentError(
                    f"{name}: the Series {what}. Give a value for each name of a document, or an array in their order."
                )
            frame[name] = values.loc[docs.index].array
            continue
        if not isinstance(values, str) and hasattr(values, "__len__") and len(values) != len(docs):
            raise ArgumentError(f"{name} has {len(values):,} values for {len(docs):,} documents.")
        frame[name] = values
    return frame


def default_names(n: int) -> pd.Index[Any]:
    """Return the names ``doc1``, ``doc2`` … as an index, without a Python string for each."""
    numbers = pa.array(np.arange(1, n + 1)).cast(pa.large_string())
    joined = pc.binary_join_element_wise(pa.scalar("doc", pa.large_string()), numbers, pa.scalar("", pa.large_string()))
    names: pd.Index[Any] = pd.Index(pd.array(joined, dtype="str"), name="doc")
    return names


def column(docs: pd.DataFrame, by: str, *, argument: str = "by") -> pd.Series[Any]:
    """Return a column of ``docs``, or ``doc`` itself, or raise with the nearest name."""
    if by == "doc" and "doc" not in docs.columns:
        return pd.Series(docs.index, index=docs.index, name="doc")
    if not isinstance(by, str) or by not in docs.columns:
        raise unknown(f"column ({argument})", by, ["doc", *map(str, docs.columns)])
    return docs[by]


By = str | Sequence[str]
"""What makes groups of documents: a column of ``docs``, or several of them, each combination a group of its own."""

_BETWEEN = " / "


def groups(docs: pd.DataFrame, by: By) -> tuple[NDArray[np.intp], list[Any]]:
    """Return the group number of each document (-1 where the value is missing) and the values of the groups.

    Values stand in the order of the categories where the column is a categorical, else in sorted order: never in the
    order in which documents happen to stand, which must not change a result. Of several columns each combination that
    occurs is a group, the first column changing slowest, called ``"甲 / 2019"``; a document that lacks one of the
    values is in no group.

    >>> docs = pd.DataFrame({"town": ["乙", "甲", "乙"], "year": [2020, 2019, 2019]})
    >>> groups(docs, "town"), groups(docs, ["town", "year"])
    ((array([0, 1, 0]), ['乙', '甲']), (array([1, 2, 0]), ['乙 / 2019', '乙 / 2020', '甲 / 2019']))
    >>> groups(docs.assign(town=pd.Categorical(docs["town"], ["甲", "乙"])), "town")
    (array([1, 0, 1]), ['甲', '乙'])
    """
    if isinstance(by, (list, tuple)):
        return _crossed(docs, by)
    values = column(docs, by)  # type: ignore[arg-type]  # anything else than a name is refused there
    try:
        codes, uniques = pd.factorize(values, sort=True)
    except TypeError:
        codes, uniques = pd.factorize(values.astype(str), sort=True)
    return codes.astype(np.intp), _whole(list(uniques))


def _crossed(docs: pd.DataFrame, by: Sequence[str]) -> tuple[NDArray[np.intp], list[Any]]:
    """Return the groups that the values of several columns make together."""
    if not by or len(set(map(str, by))) < len(by):
        raise ArgumentError(f"by must name columns of docs, each once, got {list(by)!r}.")
    if len(by) == 1:
        return groups(docs, by[0])
    each = [groups(docs, name) for name in by]
    numbers = np.stack([codes for codes, _ in each], axis=1)
    known = (numbers >= 0).all(axis=1)
    used, place = np.unique(numbers[known], axis=0, return_inverse=True)
    codes = np.full(len(docs), -1, dtype=np.intp)
    codes[known] = place.ravel()
    names = [
        _BETWEEN.join(str(values[number]) for number, (_, values) in zip(row, each, strict=True))
        for row in used.tolist()
    ]
    twice = pd.Index(names)[pd.Index(names).duplicated()].unique()
    if len(twice):
        raise ArgumentError(
            f"several groups of by={list(by)!r} would be called {listing(twice)}. Rename the values, or make one "
            "column of them yourself."
        )
    return codes, names


def _whole(values: list[Any]) -> list[Any]:
    """Return years as years: pandas keeps whole numbers as 2019.0 as soon as one of the column is missing."""
    whole = all(isinstance(value, float) and value.is_integer() for value in values)
    return [int(value) for value in values] if whole else values


def merged_facts(docs: pd.DataFrame, codes: NDArray[np.intp], values: list[Any], by: By) -> pd.DataFrame:
    """Return one row a group: ``by``, ``n_docs`` and every column whose value is the same in the whole group."""
    if not isinstance(by, str) and len(by) == 1:
        by = by[0]
    grouped = docs[codes >= 0].groupby(codes[codes >= 0], sort=True)
    # of several columns each is the same in the whole group, and so is kept as it is
    facts: dict[str, Any] = {by: values} if isinstance(by, str) and by != "doc" else {}
    facts["n_docs"] = grouped.size().to_numpy()
    for name in docs.columns:
        if name in (by, "n_docs"):
            continue
        constant = grouped[name].nunique(dropna=False) == 1
        if bool(constant.all()):
            facts[str(name)] = grouped[name].first().to_numpy()
    return pd.DataFrame(facts, index=pd.Index([str(value) for value in values], name="doc", dtype="str"))


def _row(docs: pd.DataFrame, name: str) -> int:
    try:
        return int(docs.index.get_loc(name))  # type: ignore[arg-type]
    except KeyError:
        raise unknown("document", name, list(docs.index)) from None


def _place(docs: pd.DataFrame, place: Any) -> int:
    if not isinstance(place, (int, np.integer)) or isinstance(place, bool):
        raise ArgumentError(f"documents are chosen by name or row number, got {place!r}.")
    if not -len(docs) <= place < len(docs):
        raise ArgumentError(f"there is no document number {place}; there are {len(docs)}, counted from 0.")
    return int(place) % len(docs)
