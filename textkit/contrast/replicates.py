"""Bootstrap intervals of an effect: documents drawn again within each group, all words at once.

A resample is a row of counts, how often each document was drawn; times the matrix it is the count of every word. Words
are worked on in blocks with all replicates of a block in memory, so that quantiles are exact and memory is bounded
whatever the number of words. Cost: replicates times nonzero cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.sparse import csr_array

from textkit.contrast.kernels import MEASURES, Pair, Result
from textkit.contrast.sides import Side
from textkit.errors import ArgumentError, check_choice, check_int
from textkit.measures import Floats
from textkit.measures.resampling import bca_interval, few_units, percentile_interval, resamples
from textkit.progress import track

INTERVALS = ("bootstrap", "bca")
"""What ``ci`` can be: the percentile interval, or the bias-corrected and accelerated one."""

_CELLS = 4_000_000  # values of a block: words times replicates (or documents left out)
_KEPT = 20_000_000  # drawn documents kept between blocks; more are drawn anew, the same each time
_DRAWN = 100  # replicates drawn at a time


class Drawing(NamedTuple):
    """How to resample."""

    ci: str
    n_replicates: int
    random_state: int
    unit: str


def checked_drawing(ci: str | None, n_replicates: int, random_state: int, unit: str) -> Drawing | None:
    """Return how to resample, or None where the measure's own interval is wanted."""
    check_int("n_replicates", n_replicates, minimum=100)
    check_int("random_state", random_state, minimum=0)
    if ci is None:
        return None
    return Drawing(check_choice("ci", ci, INTERVALS), n_replicates, random_state, unit)


def drawing_note(first: Side, second: Side, drawing: Drawing) -> str | None:
    """Raise if a side cannot be resampled; return a warning if it has too few documents to be believed."""
    sizes = [side.n_docs for side in (first, second) if side.n_docs]
    if min(sizes) < 2:
        raise ArgumentError(
            f"ci={drawing.ci!r} draws {drawing.unit}s again and again, but the target has {first.n_docs} and the "
            f"reference {second.n_docs} with tokens: at least 2 are needed. Give the tokens and a smaller unit "
            '(unit="paragraph"), or leave ci out.'
        )
    return few_units(min(sizes), drawing.unit)


def bootstrap(pair: Pair, result: Result, measure: str, confidence: float, drawing: Drawing) -> Result:
    """Return the result with the interval of a bootstrap over documents; score and p stay those of the measure."""
    if result.again is None:
        raise ArgumentError(
            f"ci={drawing.ci!r} is not there for measure={measure!r}, whose interval is already one over documents. "
            "Leave ci out."
        )
    kind = MEASURES[measure].resampled
    sides = [_resampled(side, pair.places, kind) for side in (pair.first, pair.second)]
    seeds = np.random.SeedSequence(drawing.random_state).spawn(2)
    drawn = [_Drawn(side, drawing.n_replicates, seed) for side, seed in zip(sides, seeds, strict=True)]
    n = len(pair.places)
    low, high = np.empty(n), np.empty(n)
    left_out = sum(len(side.lengths) for side in sides) if drawing.ci == "bca" else 0
    step = max(_CELLS // max(drawing.n_replicates, left_out), 1)
    for first in track(range(0, n, step), "bootstrap"):
        which = slice(first, min(first + step, n))
        a, b = (part.sums(which) for part in drawn)
        with np.errstate(divide="ignore", invalid="ignore"):
            values = result.again(a, b, drawn[0].sizes, drawn[1].sizes, which)
        values = np.ascontiguousarray(np.broadcast_to(values, (which.stop - which.start, drawing.n_replicates)))
        if drawing.ci == "bca":
            influence = _influence(sides, result, which)
            low[which], high[which] = bca_interval(values.T, result.effect[which], influence, confidence)
        else:
            low[which], high[which] = percentile_interval(values.T, confidence)
    return result._replace(low=low, high=high)


def resampled_counts(
    sides: tuple[Side, Side], places: NDArray[np.intp], n_replicates: int, random_state: int
) -> Iterator[tuple[Floats, Floats]]:
    """Yield the counts of some words in blocks of resamples of both sides, each replicates x words.

    For what needs all words of a resample at once. A frequency list is the same in all of them.
    """
    block = max(1, min(_DRAWN, _CELLS // max(len(places), 1)))
    parts = [_resampled(side, places, "count") for side in sides]
    seeds = np.random.SeedSequence(random_state).spawn(2)
    draws = [
        resamples(max(len(part.lengths), 1), n_replicates, Generator(np.random.PCG64(seed)), block=block)
        for part, seed in zip(parts, seeds, strict=True)
    ]
    for first, second in zip(*draws, strict=True):
        a, b = (
            np.ascontiguousarray((part.matrix @ np.ascontiguousarray(drawn.T, dtype=np.float64)).T)
            if len(part.lengths)
            else np.broadcast_to(part.fixed, (len(drawn), len(part.fixed)))
            for part, drawn in ((parts[0], first), (parts[1], second))
        )
        yield a, b


class _Resampled(NamedTuple):
    """What is added up over the documents of a side: words by documents, and the size of each document."""

    matrix: csr_array  # tested words x documents; no documents for a frequency list
    lengths: Floats
    fixed: Floats  # the sums themselves
    size: float


def _resampled(side: Side, places: NDArray[np.intp], kind: str) -> _Resampled:
    cells, lengths = side.cells, side.lengths
    if kind == "presence":
        cells, lengths = np.ones(len(cells)), np.ones(len(lengths))
    elif kind == "rate":
        cells, lengths = cells / side.lengths[side.doc], np.ones(len(lengths))
    shape = (len(side.count), len(side.lengths))
    if not side.n_docs:
        return _Resampled(csr_array((len(places), 0)), lengths, side.count[places], side.size)
    whole = csr_array((cells, (side.term, side.doc)), shape=shape)[places]
    return _Resampled(whole, lengths, np.asarray(whole.sum(axis=1)).ravel(), float(lengths.sum()))


class _Drawn:
    """The resamples of one side: the sums of any block of words in each of them, and the size of each."""

    def __init__(self, side: _Resampled, n_replicates: int, seed: np.random.SeedSequence) -> None:
        self._side, self._n, self._seed = side, n_replicates, seed
        m = len(side.lengths)
        self._blocks: list[Floats] | None = None
        if not m:
            self.sizes = np.array([side.size])
        else:
            blocks = list(self._draw()) if m * n_replicates <= _KEPT else None
            self._blocks = blocks
            self.sizes = np.concatenate([side.lengths @ block for block in (blocks or self._draw())])

    def sums(self, which: slice) -> Floats:
        """Return words x replicates; a frequency list is the same in all of them."""
        if not len(self._side.lengths):
            return np.asarray(self._side.fixed[which, None])
        rows = self._side.matrix[which]
        out = np.empty((rows.shape[0], self._n))
        done = 0
        for block in self._blocks if self._blocks is not None else self._draw():
            out[:, done : done + block.shape[1]] = rows @ block
            done += block.shape[1]
        return out

    def _draw(self) -> Iterator[Floats]:
        """Yield how often each document was drawn, documents x replicates of a block."""
        rng = Generator(np.random.PCG64(self._seed))
        for block in resamples(len(self._side.lengths), self._n, rng, block=_DRAWN):
            yield np.ascontiguousarray(block.T, dtype=np.float64)


def _influence(sides: list[_Resampled], result: Result, which: slice) -> Floats:
    """Return the values with one document left out, so scaled that both groups can be judged together.

    For two groups the acceleration is that of ``l_gi / m_g``, l the empirical influence of document i of group g
    (Davison & Hinkley 1997, section 5.3); what comes out is centred in each group.
    """
    assert result.again is not None
    parts = []
    totals = [side.fixed[which, None] for side in sides]
    for place, side in enumerate(sides):
        m = len(side.lengths)
        if not m:
            continue
        sums, sizes = list(totals), [np.array([each.size]) for each in sides]
        sums[place] = totals[place] - side.matrix[which].toarray()
        sizes[place] = side.size - side.lengths
        with np.errstate(divide="ignore", invalid="ignore"):
            values = result.again(sums[0], sums[1], sizes[0], sizes[1], which)
        parts.append((m - 1) / m * (values - values.mean(axis=1, keepdims=True)))
    return np.concatenate(parts, axis=1).T
