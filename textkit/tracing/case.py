"""What is to be explained: a row of a table, the settings that travel with it, and what it was made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, check_int, check_type, listing, unknown
from textkit.matrix import DocumentTermMatrix, count
from textkit.tokens import Tokens
from textkit.tracing.derivation import Derivation
from textkit.tracing.passages import Places
from textkit.weights import bm25, proportions, tfidf

Source = Tokens | DocumentTermMatrix

OTHER_SOURCES: dict[str, tuple[str, tuple[type, ...]]] = {
    "agreement": ("codings", (pd.DataFrame,)),
    "readability": ("texts", (Tokens, Corpus)),
    "readability_formulas": ("features", (pd.DataFrame,)),
}
"""Functions whose tables are not made from tokens or a matrix: the argument, and what it may be."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What an explainer returns: the calculation, the main column, the numbers of the table, and where the hits are."""

    derivation: Derivation
    column: str
    in_table: Any  # the row: column to number
    places: list[Places] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One call of `textkit.trace`."""

    table: Any
    row: Any
    column: str | None
    function: str
    settings: Mapping[str, Any]
    about: Mapping[str, Any]
    sources: Sources

    def record(self, *keys: str, swap: bool = False) -> pd.Series[Any]:
        """Return the row: by its place, or by the values of its key columns (``swap``: in either order)."""
        table: pd.DataFrame = self.table
        row = self.row
        if not len(table):
            raise ArgumentError("the table has no rows, so there is no number to explain.")
        if isinstance(row, int) and not isinstance(row, bool):
            place = check_int("row", row, minimum=-len(table), maximum=len(table) - 1)
            return table.iloc[place]
        wanted = (row,) if len(keys) == 1 and not isinstance(row, (tuple, list)) else tuple(row or ())
        if len(wanted) != len(keys):
            raise ArgumentError(
                f"row must be {_form(keys)} or the place of the row in the table, got {row!r}. "
                f"The table has the columns {listing(map(str, table.columns), 20)}."
            )
        if swap and not _has(table, keys, wanted) and _has(table, keys, wanted[::-1]):
            wanted = wanted[::-1]
        left = table
        for key, value in zip(keys, wanted, strict=True):
            found = left[left[key] == value]
            if not len(found):
                where = f" ({', '.join(map(repr, wanted[: keys.index(key)]))})" if keys.index(key) else ""
                raise unknown(f"{key} of the table{where}", value, left[key].unique().tolist())
            left = found
        return left.iloc[0]

    def chosen_column(self, default: str, allowed: Iterable[str]) -> str:
        """Return the column to be explained."""
        names = list(allowed)
        if self.column is None:
            return default
        if self.column not in names:
            raise unknown("column to trace", self.column, names)
        return self.column


def _has(table: pd.DataFrame, keys: Sequence[str], wanted: Sequence[Any]) -> bool:
    kept = pd.Series(True, index=table.index)
    for key, value in zip(keys, wanted, strict=True):
        kept &= table[key] == value
    return bool(kept.any())


def _form(keys: Sequence[str]) -> str:
    return f"a {keys[0]}" if len(keys) == 1 else f"({', '.join(keys)})"


@dataclass(slots=True)
class Sources:
    """What the table was made from, checked against the hashes that the table carries."""

    given: Mapping[str, Any]
    inputs: Mapping[str, str]
    function: str
    weighting: str = "count"
    _cache: dict[str, list[DocumentTermMatrix]] = field(default_factory=dict)

    @property
    def main(self) -> str:
        """The argument that a source without a name stands for."""
        if self.function in OTHER_SOURCES:
            return OTHER_SOURCES[self.function][0]
        return next(iter(self.inputs), "dtm")

    @property
    def tokens(self) -> Tokens | None:
        """The tokens, if they were given."""
        found = self.given.get("tokens")
        if found is None:
            found = next((item for item in self.given.values() if isinstance(item, Tokens)), None)
        return found if isinstance(found, Tokens) else None

    def __contains__(self, argument: str) -> bool:
        return argument in self.given

    def matrix(self, argument: str | None = None) -> DocumentTermMatrix:
        """Return the matrix of an argument, made of the tokens if need be, or say that it is needed."""
        return self._made(argument or self.main)[-1]

    def counts(self, argument: str | None = None) -> DocumentTermMatrix:
        """Return the counts from which the matrix of an argument was weighted."""
        made = self._made(argument or self.main)
        if made[0].weighting != "count":
            raise ArgumentError(
                f"the weights ({made[0].weighting}) cannot be traced without the counts. "
                "Give source=dtm, the matrix that count(tokens) made, or the tokens."
            )
        return made[0]

    def words(self) -> Tokens:
        """Return the tokens from which the table was made, or say that they are needed."""
        found = self.given.get("tokens", self.given.get(self.main))
        if found is None:
            raise self.missing("tokens")
        if not isinstance(found, Tokens):
            raise ArgumentError(f"{self.function} needs source=tokens to be traced, got a {type(found).__name__}.")
        self._compare("tokens", [found])
        return found

    def missing(self, argument: str, why: str = "") -> ArgumentError:
        """Return the error for something that is needed and was not given."""
        what = f"source={argument}" if argument == self.main else f"source={{{argument!r}: {argument}, ...}}"
        reason = why or "the table does not hold all the counts behind this number"
        return ArgumentError(f"{reason}. Give {what}: what {self.function} was given as {argument}.")

    def _made(self, argument: str) -> list[DocumentTermMatrix]:
        """Return the matrix that was given or counted and, last, its weighted form; checked, and kept."""
        if argument not in self._cache:
            self._cache[argument] = self._make(argument)
        return self._cache[argument]

    def _make(self, argument: str) -> list[DocumentTermMatrix]:
        found = self.given.get(argument)
        if found is None and argument == self.main:
            found = self.given.get("tokens")
        if found is None:
            raise self.missing(argument)
        steps = [count(found)] if isinstance(found, Tokens) else [found]
        if steps[0].weighting == "count" and self.weighting != "count" and argument == self.main:
            steps.append(weighted(steps[0], self.weighting, self.given.get("collection")))
        self._compare(argument, [found, *steps])
        return steps

    def _compare(self, argument: str, found: Sequence[Source]) -> None:
        wanted = self.inputs.get(argument)
        if wanted is None or any(item.fingerprint == wanted for item in found):
            return
        here = f"{found[-1]!r} with {found[-1].fingerprint[:12]}"
        hint = ""
        if argument == "dtm" and isinstance(self.given.get(argument, self.given.get("tokens")), Tokens):
            hint = (
                " If the matrix was trimmed, merged or weighted in another way after count(tokens), give "
                'source={"dtm": dtm, "tokens": tokens}.'
            )
        raise self.another(argument, here, hint)

    def another(self, argument: str, here: str, hint: str = "") -> ArgumentError:
        """Return the error for a source that is not the one."""
        return ArgumentError(
            f"source is not what the table was made from: {self.function} was given a {argument} with the hash "
            f"{self.inputs[argument][:12]}, but this is {here}. Give the very {argument}, or make the table "
            f"anew.{hint}"
        )


def sources(source: Any, inputs: Mapping[str, str], function: str, weighting: str) -> Sources:
    """Check what was given as source, and give it the names of the arguments it stands for."""
    main = next(iter(inputs), "dtm")
    if function in OTHER_SOURCES:
        main, kinds = OTHER_SOURCES[function]
        if isinstance(source, Mapping) and set(source) == {main}:
            source = source[main]
        if source is not None:
            check_type("source", source, kinds, hint=f"Give what {function} was given as {main}.")
        return Sources({} if source is None else {main: source}, inputs, function, weighting)
    if source is None:
        given: dict[str, Source] = {}
    elif isinstance(source, Mapping):
        allowed = list(dict.fromkeys([*inputs, "tokens", "collection"]))
        given = {}
        for name, item in source.items():
            if name not in allowed:
                raise unknown("name in source", name, allowed)
            check_type(f"source[{name!r}]", item, (Tokens, DocumentTermMatrix))
            given[str(name)] = item
    else:
        check_type(
            "source", source, (Tokens, DocumentTermMatrix),
            hint='Give what the table was made from, or a dict such as {"dtm": dtm, "tokens": tokens}.',
        )  # fmt: skip
        given = {main: source}
    return Sources(given, inputs, function, weighting)


def weighted(
    dtm: DocumentTermMatrix, weighting: str, collection: Tokens | DocumentTermMatrix | None = None
) -> DocumentTermMatrix:
    """Weight counts in the way that a weighting names."""
    kind, _, rest = weighting.partition(":")
    if kind == "proportion":
        return proportions(dtm)
    if kind == "tfidf":
        code, *options = rest.split(":")
        named = {option.rstrip("0123456789.e+-"): option.lstrip("abcdefghijklmnopqrstuvwxyz") for option in options}
        base = float(named["log"]) if "log" in named else None
        slope = float(named.get("slope", 0.2))
        others = count(collection) if isinstance(collection, Tokens) else collection
        return tfidf(dtm, code, log_base=base, slope=slope, collection=others)
    if kind == "bm25":
        variant, _, settings = rest.rstrip(")").partition("(")
        values = {name: float(value) for name, _, value in (item.partition("=") for item in settings.split(", "))}
        return bm25(dtm, variant=variant, **values)
    raise ArgumentError(f"no way is known to make weights {weighting!r} of counts. Give the weighted matrix as source.")
