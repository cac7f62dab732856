"""How far coders agree on the units they coded: coefficients, categories, and what is taken for what."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from textkit.errors import (
    ArgumentError,
    EmptyError,
    TextkitWarning,
    check_choice,
    check_float,
    check_int,
    check_type,
    listing,
    unknown,
)
from textkit.measures import agreement as formulas
from textkit.measures.effect_sizes import normal_interval
from textkit.measures.resampling import FEW_UNITS, percentile_interval, resamples
from textkit.progress import track
from textkit.provenance import sha256, stamp

COLUMNS = ["coefficient", "value", "se", "ci_low", "ci_high", "n_units", "n_pairable", "n_coders"]
CATEGORY_COLUMNS = ["category", "count", "share", "agreement", "expected", "alpha", "ci_low", "ci_high"]
CONFUSION_COLUMNS = ["coder_a", "coder_b", "value_a", "value_b", "agree", "count", "share", "units"]

MEASURES = ("percent", "krippendorff", "cohen", "cohen_linear", "cohen_quadratic", "scott", "fleiss", "gwet")
_TWO_CODERS = ("cohen", "cohen_linear", "cohen_quadratic", "scott")
_CHANCE = {"percent": "none", "scott": "fleiss", "fleiss": "fleiss", "gwet": "gwet"}
_WEIGHTS = {"cohen": "identity", "cohen_linear": "linear", "cohen_quadratic": "quadratic"}
_INTERVALS = ("bootstrap", "bootstrap_pairs", "normal")
_LONG = ("unit", "coder", "value")
_HINT = "Give a long table with the columns unit, coder, value, or one with a row for each unit and a column a coder."
_NAMED = 5  # units named in the confusion list


@dataclass(frozen=True, slots=True)
class Codings:
    """Codings as places in the list of categories, units by coders, -1 where a coder gave no value."""

    units: list[Any]
    coders: list[Any]
    codes: NDArray[np.intp]
    categories: list[Any]
    numbers: NDArray[np.float64]

    @property
    def counts(self) -> NDArray[np.float64]:
        """How many coders gave each category to each unit."""
        q = len(self.categories)
        rows, columns = np.nonzero(self.codes >= 0)
        flat = rows * q + self.codes[rows, columns]
        return np.bincount(flat, minlength=len(self.units) * q).reshape(len(self.units), q).astype(np.float64)


def agreement(
    codings: pd.DataFrame,
    *,
    measure: str | Sequence[str] = "krippendorff",
    level: str = "nominal",
    categories: Sequence[Hashable] | None = None,
    ci: str | None = "bootstrap",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    """Measure how far coders agree, beyond what guessing would give.

    ================== =========================================================================== ==============
    measure            coefficient                                                                 coders
    ================== =========================================================================== ==============
    "percent"          share of pairs of values of a unit that are equal; always the first row     any
    "krippendorff"     alpha = 1 - D_o / D_e (Krippendorff 2011), at the given ``level``           any, gaps
    "cohen"            kappa = (p_o - p_e) / (1 - p_e), each coder with own margins (Cohen 1960)   two
    "cohen_linear"     kappa weighted by 1 - |i - j| / (q - 1) (Cohen 1968)                        two
    "cohen_quadratic"  kappa weighted by 1 - (i - j)² / (q - 1)²                                   two
    "scott"            pi, p_e from the common margins (Scott 1955)                                two
    "fleiss"           kappa of many coders (Fleiss 1971)                                          any
    "gwet"             AC1, p_e = sum pi (1 - pi) / (q - 1) (Gwet 2008)                            any
    ================== =========================================================================== ==============

    Parameters
    ----------
    codings : DataFrame
        Long: the columns ``unit``, ``coder``, ``value``, one row a decision. Or wide: a row for each unit (its name in
        the index), a column for each coder. NaN, None: the coder gave no value. Values are numbers or strings.
    measure : str, sequence of str, or "all"
        ``"all"``: every one that this number of coders and this ``level`` allow.
    level : {"nominal", "ordinal", "interval", "ratio"}
        What the values mean, for alpha: names, an order, distances, or distances from a true zero.
    categories : sequence, optional
        All categories in their order: needed where strings have an order (``"ordinal"``, weighted kappa), and where
        AC1 shall know of categories that nobody used. Default: the values that occur, sorted; for an ordered
        categorical column its categories.
    ci : {"bootstrap", "bootstrap_pairs", "normal"} or None
        ``"bootstrap"``: units are drawn with replacement, percentile interval. ``"bootstrap_pairs"``: Krippendorff's
        own, which draws pairs of values from the coincidences and holds ``D_e`` fixed; alpha only, NaN for the others.
        ``"normal"``: value ± z se. None: no interval.
    n_replicates : int, default 2000
    confidence : float, default 0.95
    random_state : int, default 0

    Returns
    -------
    DataFrame
        ``coefficient`` (a name from above), ``value``, ``se``, ``ci_low``, ``ci_high``, ``n_units`` (with two values or
        more: the others can neither agree nor disagree, and are left out), ``n_pairable`` (values in these units),
        ``n_coders``. One row a coefficient, in the order of the table above.
        ``se``: of the Cohen kappas by Fleiss, Cohen & Everitt (1969); of alpha the standard deviation of the
        replicates, NaN without them; else by the delta method, units taken for a sample.

    Raises
    ------
    ArgumentError
        A coder coded a unit twice, values are of mixed kinds, the level needs numbers or an order that is not known, or
        the measure is for two coders.
    EmptyError
        No unit has two values.

    Warns
    -----
    TextkitWarning
        Fewer than ten units for an interval; all values equal; values that differ in blanks or case only.

    Notes
    -----
    If all values are equal there is nothing to agree about: alpha and the kappas are NaN, not 1. Where one category
    holds nearly all values, alpha and kappa can be low although percent agreement is high; AC1 is then high, since it
    takes chance to be rare there. None of them is "right": print percent agreement and the table of
    `agreement_categories` too. In weighted kappas ``i`` and ``j`` are places in the list of categories. Coefficients
    with different formulas must not be compared with each other, nor those of different numbers of categories. With
    gaps in the data Fleiss' kappa and AC1 use the units with two values or more.

    Examples
    --------
    >>> import pandas as pd
    >>> wide = pd.DataFrame({"甲": list("aabbcc"), "乙": list("aabbca")})
    >>> table = agreement(wide, measure=["krippendorff", "cohen"], ci=None)
    >>> table[["coefficient", "value", "n_units", "n_pairable", "n_coders"]].round(4)
        coefficient   value  n_units  n_pairable  n_coders
    0       percent  0.8333        6          12         2
    1  krippendorff  0.7660        6          12         2
    2         cohen  0.7500        6          12         2
    """
    check_choice("level", level, formulas.LEVELS)
    confidence = check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    n_replicates = check_int("n_replicates", n_replicates, minimum=1)
    if ci is not None:
        check_choice("ci", ci, _INTERVALS)
    coded = read_codings(codings, categories)
    names = _measures(measure, level, coded)
    _check_level(names, level, coded, ordered=categories is not None or _ordered(codings) is not None)
    counts = coded.counts
    n_units, n_pairable = _pairable(counts)
    if len(coded.categories) < 2 or (counts[counts.sum(axis=1) > 1].sum(axis=0) > 0).sum() < 2:
        warnings.warn(
            "all values are equal: there is nothing to agree about, and no coefficient corrected for chance exists "
            "(NaN). Code units that differ.",
            TextkitWarning,
            stacklevel=2,
        )
    _warn_few(n_units, ci)
    values, se = _estimates(names, level, coded, counts)
    if ci == "bootstrap":
        drawn = _bootstrap(names, level, coded, counts, n_replicates, random_state)
    elif ci == "bootstrap_pairs":
        drawn = np.full((n_replicates, len(names)), np.nan)
        if "krippendorff" in names:
            rng = np.random.default_rng(random_state)
            drawn[:, names.index("krippendorff")] = formulas.krippendorff_pairs(
                counts, coded.numbers, level, n_replicates, rng
            )
    else:
        drawn = np.empty((0, len(names)))
    if "krippendorff" in names and len(drawn) > 1:
        place = names.index("krippendorff")
        known = drawn[~np.isnan(drawn[:, place]), place]
        se[place] = known.std(ddof=1) if len(known) > 1 else np.nan
    if ci == "normal":
        low, high = normal_interval(values, se, confidence)
    elif ci is None:
        low = high = np.full(len(names), np.nan)
    else:
        low, high = percentile_interval(drawn, confidence)
        low, high = np.where(np.isnan(values), np.nan, low), np.where(np.isnan(values), np.nan, high)
    table = pd.DataFrame(
        {
            "coefficient": pd.array(names, dtype="str"), "value": values, "se": se, "ci_low": low, "ci_high": high,
            "n_units": n_units, "n_pairable": n_pairable, "n_coders": len(coded.coders),
        },
        columns=COLUMNS,
    )  # fmt: skip
    stamp(
        table, "agreement", inputs={"codings": codings_fingerprint(coded)}, measure=names, level=level,
        categories=coded.categories, ci=ci, n_replicates=n_replicates, confidence=confidence, random_state=random_state,
    )  # fmt: skip
    table.attrs["textkit"]["unit"] = "unit"
    return table


def agreement_categories(
    codings: pd.DataFrame,
    *,
    categories: Sequence[Hashable] | None = None,
    ci: str | None = "bootstrap",
    n_replicates: int = 2000,
    confidence: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    """Say how far coders agree on each category: which ones the codebook must define better.

    ``agreement = o_kk / n_k``: if one coder gave a unit the category k, the chance that another one did too.
    ``expected = (n_k - 1) / (n - 1)``; ``alpha = (agreement - expected) / (1 - expected)``, which is Krippendorff's
    nominal alpha of "k or something else".

    Parameters
    ----------
    codings, categories
        As in `agreement`.
    ci : {"bootstrap"} or None
        Units are drawn with replacement; percentile interval of ``alpha``.
    n_replicates, confidence, random_state
        As in `agreement`.

    Returns
    -------
    DataFrame
        ``category``, ``count`` (values in units with two or more), ``share`` (of all such values), ``agreement``,
        ``expected``, ``alpha``, ``ci_low``, ``ci_high`` (of alpha). In the order of the categories. NaN for a category
        that nobody used, and alpha NaN for the only one used.

    Examples
    --------
    >>> import pandas as pd
    >>> wide = pd.DataFrame({"甲": list("aabbcc"), "乙": list("aabbca")})
    >>> agreement_categories(wide, ci=None)[["category", "count", "agreement", "expected", "alpha"]].round(4)
      category  count  agreement  expected   alpha
    0        a      5     0.8000    0.3636  0.6857
    1        b      4     1.0000    0.2727  1.0000
    2        c      3     0.6667    0.1818  0.5926
    """
    confidence = check_float("confidence", confidence, minimum=0.5, maximum=0.9999)
    n_replicates = check_int("n_replicates", n_replicates, minimum=1)
    if ci is not None:
        check_choice("ci", ci, ("bootstrap",))
    coded = read_codings(codings, categories)
    counts = coded.counts
    n_units, _ = _pairable(counts)
    found = formulas.category_agreement(counts)
    low = high = np.full(len(coded.categories), np.nan)
    if ci == "bootstrap":
        _warn_few(n_units, ci)
        counts = counts[counts.sum(axis=1) > 1]
        drawn = [
            formulas.category_agreement(counts, times).alpha
            for times in _times(len(counts), n_replicates, random_state)
        ]
        low, high = percentile_interval(np.concatenate(drawn), confidence)
    table = pd.DataFrame(
        {
            "category": coded.categories,
            "count": found.n_values[0].astype(np.int64),
            "share": found.n_values[0] / found.n_values[0].sum(),
            "agreement": found.agreement[0], "expected": found.expected[0], "alpha": found.alpha[0],
            "ci_low": low, "ci_high": high,
        },
        columns=CATEGORY_COLUMNS,
    )  # fmt: skip
    return stamp(
        table, "agreement_categories", inputs={"codings": codings_fingerprint(coded)},
        categories=coded.categories, ci=ci, n_replicates=n_replicates, confidence=confidence, random_state=random_state,
    )  # fmt: skip


def confusion(
    codings: pd.DataFrame, *, categories: Sequence[Hashable] | None = None, n: int | None = None
) -> pd.DataFrame:
    """List what one coder called what another called something else, with the units to look at.

    Parameters
    ----------
    codings, categories
        As in `agreement`.
    n : int, optional
        Only the first ``n`` rows.

    Returns
    -------
    DataFrame
        ``coder_a``, ``coder_b`` (each pair of coders once, in the order of the table), ``value_a``, ``value_b``,
        ``agree`` (bool), ``count`` (units), ``share`` (of the units that both coded), ``units`` (the names of the first
        five, joined with ``"; "``). Disagreements first, the most frequent on top; then agreements. Combinations
        that do not occur have no row. Read the passages of the units named before you change the codebook.

    Examples
    --------
    >>> import pandas as pd
    >>> wide = pd.DataFrame({"甲": list("aabbcc"), "乙": list("aabbca")}, index=[f"s{i}" for i in range(1, 7)])
    >>> confusion(wide, n=2)
      coder_a coder_b value_a value_b  agree  count     share   units
    0       甲       乙       c       a  False      1  0.166667      s6
    1       甲       乙       a       a   True      2  0.333333  s1; s2
    """
    if n is not None:
        n = check_int("n", n, minimum=1)
    coded = read_codings(codings, categories)
    q = len(coded.categories)
    rows: list[tuple[Any, ...]] = []
    for a, b in itertools.combinations(range(len(coded.coders)), 2):
        first, second = coded.codes[:, a], coded.codes[:, b]
        both = np.flatnonzero((first >= 0) & (second >= 0))
        pairs, where = np.unique(first[both] * q + second[both], return_inverse=True)
        for place, pair in enumerate(pairs.tolist()):
            members = both[where == place]
            i, j = divmod(pair, q)
            names = "; ".join(str(coded.units[row]) for row in members[:_NAMED])
            rows.append((i == j, -len(members), a, b, i, j, len(members) / len(both), names))
    rows.sort(key=lambda row: row[:6])
    table = pd.DataFrame(
        {
            "coder_a": [str(coded.coders[row[2]]) for row in rows],
            "coder_b": [str(coded.coders[row[3]]) for row in rows],
            "value_a": [coded.categories[row[4]] for row in rows],
            "value_b": [coded.categories[row[5]] for row in rows],
            "agree": np.array([row[0] for row in rows], dtype=np.bool_),
            "count": np.array([-row[1] for row in rows], dtype=np.int64),
            "share": np.array([row[6] for row in rows], dtype=np.float64),
            "units": pd.array([row[7] for row in rows], dtype="str"),
        },
        columns=CONFUSION_COLUMNS,
    ).iloc[:n]
    return stamp(table, "confusion", inputs={"codings": codings_fingerprint(coded)}, categories=coded.categories, n=n)


# ---------------------------------------------------------------------------------------------------------------
# Numbers


def _estimates(
    names: list[str], level: str, coded: Codings, counts: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the coefficients and those standard errors that have a formula."""
    q = len(coded.categories)
    values, errors = np.full(len(names), np.nan), np.full(len(names), np.nan)
    for place, name in enumerate(names):
        if name == "krippendorff":
            values[place] = formulas.krippendorff_alpha(counts, coded.numbers, level)[0]
        elif name in _WEIGHTS:
            first, second = _both(coded)
            cells = np.bincount(first * q + second, minlength=q * q).reshape(q, q)
            kappa = formulas.cohen_kappa(cells, formulas.agreement_weights(q, _WEIGHTS[name]))
            values[place], errors[place] = kappa.value, kappa.se
        else:
            found = formulas.many_coders(counts, _CHANCE[name], q)
            values[place], errors[place] = found.value[0], found.se
    return values, errors


def _bootstrap(
    names: list[str], level: str, coded: Codings, counts: NDArray[np.float64], n_replicates: int, random_state: int
) -> NDArray[np.float64]:
    """Return replicates by coefficients; all coefficients see the same resamples."""
    q = len(coded.categories)
    counts = counts[counts.sum(axis=1) > 1]
    blocks = []
    for times in _times(len(counts), n_replicates, random_state):
        block = np.empty((len(times), len(names)))
        for place, name in enumerate(names):
            if name == "krippendorff":
                block[:, place] = formulas.krippendorff_alpha(counts, coded.numbers, level, times)
            elif name in _WEIGHTS:
                weights = formulas.agreement_weights(q, _WEIGHTS[name])
                block[:, place] = formulas.cohen_resampled(*_both(coded), weights, times)
            else:
                block[:, place] = formulas.many_coders(counts, _CHANCE[name], q, times).value
        blocks.append(block)
    return np.concatenate(blocks)


def _times(n_units: int, n_replicates: int, random_state: int) -> Iterable[NDArray[np.int64]]:
    rng = np.random.default_rng(random_state)
    size = max(1, min(100, 20_000_000 // max(n_units, 1)))  # fixed by the data, so results never depend on memory
    return track(
        resamples(n_units, n_replicates, rng, block=size), "bootstrap of units", total=-(-n_replicates // size)
    )


def _both(coded: Codings) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    first, second = coded.codes[:, 0], coded.codes[:, 1]
    both = (first >= 0) & (second >= 0)
    return first[both], second[both]


def _pairable(counts: NDArray[np.float64]) -> tuple[int, int]:
    sizes = counts.sum(axis=1)
    n_units, n_pairable = int((sizes > 1).sum()), int(sizes[sizes > 1].sum())
    if not n_units:
        raise EmptyError(
            "no unit has values of two coders, so agreement cannot be measured. Let two coders code the same units."
        )
    return n_units, n_pairable


def _warn_few(n_units: int, ci: str | None) -> None:
    if ci is not None and n_units < FEW_UNITS:
        warnings.warn(
            f"{n_units} units with two values are too few for an interval to be believed: with so few it is too short "
            "and misses the truth more often than it says. Code more units twice.",
            TextkitWarning,
            stacklevel=3,
        )


# ---------------------------------------------------------------------------------------------------------------
# Reading the table


def read_codings(codings: pd.DataFrame, categories: Sequence[Hashable] | None) -> Codings:
    """Read a long or wide table of codings."""
    check_type("codings", codings, pd.DataFrame, hint=_HINT)
    present = [str(column) for column in codings.columns]
    if set(_LONG) <= set(present):
        units, coders, cells = _from_long(codings)
    elif len(set(_LONG) & set(present)) > 1 or "unit" in present:
        missing = [name for name in _LONG if name not in present]
        raise ArgumentError(
            f"codings has {listing([name for name in _LONG if name in present])} but lacks {listing(missing)}. "
            f'{_HINT} A wide table has its units in the index: codings.set_index("unit").'
        )
    else:
        units, coders, cells = _from_wide(codings)
    if len(coders) < 2:
        raise ArgumentError(f"codings has {len(coders)} coder; agreement needs two or more. {_HINT}")
    flat = cells.ravel()
    there = np.flatnonzero(~pd.isna(flat))
    given = [_plain(value) for value in flat[there].tolist()]
    order = list(categories) if categories is not None else _ordered(codings)
    labels, numbers = _labels(given, order)
    place = {label: i for i, label in enumerate(labels)}
    codes = np.full(len(flat), -1, dtype=np.intp)
    codes[there] = [place[value] for value in given]
    return Codings(units, coders, codes.reshape(cells.shape), labels, numbers)


def _from_long(codings: pd.DataFrame) -> tuple[list[Any], list[Any], NDArray[np.object_]]:
    units, distinct_units = pd.factorize(codings["unit"])
    coders, distinct_coders = pd.factorize(codings["coder"])
    for name, codes in (("unit", units), ("coder", coders)):
        if (codes < 0).any():
            raise ArgumentError(
                f"codings has {int((codes < 0).sum())} rows without a {name}. Fill it in, or drop them."
            )
    unit_names, coder_names = distinct_units.tolist(), distinct_coders.tolist()
    flat = units * len(coder_names) + coders
    if len(np.unique(flat)) < len(flat):
        twice = int(flat[pd.Series(flat).duplicated().to_numpy()][0])
        i, j = divmod(twice, len(coder_names))
        raise ArgumentError(
            f"coder {coder_names[j]!r} has more than one value for unit {unit_names[i]!r}. Keep one row for each unit "
            "and coder; a unit coded twice by the same person is a second coder (such as '甲 (2nd time)')."
        )
    cells = np.full(len(unit_names) * len(coder_names), None, dtype=object)
    cells[flat] = codings["value"].astype(object).to_numpy()
    return unit_names, coder_names, cells.reshape(len(unit_names), len(coder_names))


def _from_wide(codings: pd.DataFrame) -> tuple[list[Any], list[Any], NDArray[np.object_]]:
    for what, index in (("unit", codings.index), ("coder", codings.columns)):
        if not index.is_unique:
            twice = index[index.duplicated()].unique().tolist()
            raise ArgumentError(f"codings must have one row a unit and one column a coder, but the {what} "
                                f"{listing(twice, 3)} occurs more than once.")  # fmt: skip
    cells = np.empty(codings.shape, dtype=object)
    for place in range(codings.shape[1]):
        cells[:, place] = codings.iloc[:, place].astype(object).to_numpy()
    return codings.index.tolist(), codings.columns.tolist(), cells


def _plain(value: Any) -> Any:
    """Return numbers of numpy as those of Python, truth values as 0 and 1, and 2.0 (a column with gaps) as 2."""
    value = value.item() if isinstance(value, np.generic) else value
    whole = isinstance(value, bool) or (isinstance(value, float) and value.is_integer())
    return int(value) if whole else value


def _ordered(codings: pd.DataFrame) -> list[Any] | None:
    """Return the categories of the ordered categorical columns that hold the values, if they all agree."""
    names = ["value"] if "value" in codings.columns else list(codings.columns)
    kinds = [codings[name].dtype for name in names]
    orders = {
        tuple(kind.categories) if isinstance(kind, pd.CategoricalDtype) and kind.ordered else None for kind in kinds
    }
    order = orders.pop() if len(orders) == 1 else None
    return [_plain(value) for value in order] if order is not None else None


def _labels(given: list[Any], order: list[Any] | None) -> tuple[list[Any], NDArray[np.float64]]:
    """Return the categories in order and their numbers (NaN for strings)."""
    if order is not None:
        order = [_plain(value) for value in order]
        if len(set(order)) < len(order):
            raise ArgumentError("categories must be distinct. List each category once, in its order.")
    used = set(given)
    numeric = [isinstance(value, (int, float)) for value in used]
    if used and not all(numeric) and not all(isinstance(value, str) for value in used):
        kinds = sorted({type(value).__name__ for value in used})
        raise ArgumentError(
            f"the values must be all numbers or all strings, got {', '.join(kinds)}. Convert them first, for example "
            "with codings.astype(str)."
        )
    if any(isinstance(value, float) and not np.isfinite(value) for value in used):
        raise ArgumentError("the values must be finite; infinity is no category. Write NaN where a value is missing.")
    if order is None:
        labels = sorted(used)
    else:
        strange = sorted(used - set(order), key=repr)
        if strange:
            raise unknown("value", strange[0], order, hint="Add it to categories, or correct the coding.")
        labels = order
    alike: dict[str, str] = {}
    for label in labels:
        if isinstance(label, str):
            other = alike.setdefault("".join(label.split()).casefold(), label)
            if other != label:
                warnings.warn(
                    f"the values {other!r} and {label!r} differ only in blanks or case; they count as different.",
                    TextkitWarning,
                    stacklevel=4,
                )
    is_number = all(isinstance(label, (int, float)) for label in labels)
    numbers = np.array(labels, dtype=np.float64) if is_number else np.full(len(labels), np.nan)
    return labels, numbers


def _measures(measure: str | Sequence[str], level: str, coded: Codings) -> list[str]:
    two = len(coded.coders) == 2
    if measure == "all":
        usable = [name for name in MEASURES if two or name not in _TWO_CODERS]
        return [name for name in usable if level != "nominal" or not name.startswith("cohen_")]
    wanted = [measure] if isinstance(measure, str) else list(measure)
    for name in wanted:
        check_choice("measure", name, (*MEASURES, "all"))
        if name in _TWO_CODERS and not two:
            raise ArgumentError(
                f"measure={name!r} is defined for two coders, but codings has {len(coded.coders)}. Use 'krippendorff', "
                "'fleiss' or 'gwet', or give the columns of two coders."
            )
    return [name for name in MEASURES if name in wanted or name == "percent"]


def _check_level(names: list[str], level: str, coded: Codings, *, ordered: bool) -> None:
    numeric = not np.isnan(coded.numbers).any()
    if level in ("interval", "ratio") and not numeric:
        raise ArgumentError(
            f"level={level!r} needs numbers, but the values are strings such as {coded.categories[0]!r}. "
            "Use level='ordinal' with categories=[...] in their order, or level='nominal'."
        )
    if level == "ratio" and (coded.numbers < 0).any():
        raise ArgumentError("level='ratio' needs values from 0 up, with a true zero. Use level='interval'.")
    needs = level == "ordinal" or any(name in ("cohen_linear", "cohen_quadratic") for name in names)
    if needs and not numeric and not ordered:
        what = "level='ordinal'" if level == "ordinal" else "a weighted kappa"
        raise ArgumentError(
            f"{what} needs the order of the categories {listing(coded.categories)}. Give it: categories=[...]."
        )


def codings_fingerprint(coded: Codings) -> str:
    """Return the hash of units, coders, categories and values."""
    names = [repr(list(map(str, part))) for part in (coded.units, coded.coders)]
    return sha256("codings", *names, repr(coded.categories), np.ascontiguousarray(coded.codes, dtype=np.int64))
