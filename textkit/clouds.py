"""Where the words of a cloud go: on rectangles, or ink by ink with the wordcloud library; all of them, or an error."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from textkit import drawing, fonts
from textkit.errors import ArgumentError, check_type, listing

_PAD = 1.5  # points of white around a word
_GRID = 1.5  # points a cell of the occupancy grid
_SHRINK = 0.97
_NOWHERE = np.iinfo(np.int64).max
_HEIGHT = 4.0  # inches
_GROW = (1.0, 1.3, 1.7, 2.1)  # a new figure may become taller before a cloud is refused
_LARGEST = 90.0  # points: above that a cloud of three words would be a poster

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its size and the top left corner of its ink, in points; y grows downwards."""

    text: str
    size: float
    x: float
    y: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the ink."""
        width, height = extent(self.text)
        return self.x, self.y, self.x + width * self.size, self.y + height * self.size


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a region and the middle of its place."""

    text: str
    x: float
    y: float


Place = Callable[[Sequence[str], NDArray[np.float64]], list[Word]]
"""Puts words of given sizes on a canvas, in order, and stops at the first that finds no room."""


def extent(text: str) -> tuple[float, float]:
    """Return width and height of the ink of a text at one point."""
    left, bottom, right, top = fonts.outline_box(text)
    return (right - left) / 100, (top - bottom) / 100


def arrange(
    texts: Sequence[str],
    weights: NDArray[np.float64],
    place: Place,
    *,
    area: float,
    width: float,
    smallest: float,
) -> list[Word]:
    """Place all words with the largest type that has room: size goes with the root of the weight, area with the weight.

    Returns fewer words than asked if even the smallest type finds no room for all.
    """
    relative = np.sqrt(weights / weights.max())
    extents = np.array([extent(text) for text in texts])
    ink = float((relative**2 * extents[:, 0] * extents[:, 1]).sum())
    largest = min((area / ink) ** 0.5, 0.9 * width / float((relative * extents[:, 0]).max()), _LARGEST)
    steps = max(0, int(np.ceil(np.log(smallest / largest) / np.log(_SHRINK))))

    def placed(step: int) -> list[Word]:
        top = max(largest * _SHRINK**step, smallest)
        return place(texts, np.maximum(top * relative, smallest).round(3))

    best = placed(0)
    if len(best) == len(texts) or steps == 0:
        return best
    best = placed(steps)
    low, high = 0, steps  # no room at low, room at high: look for the border between
    while len(best) == len(texts) and high - low > 1:
        middle = (low + high) // 2
        words = placed(middle)
        if len(words) == len(texts):
            best, high = words, middle
        else:
            low = middle
    return best


class Boxes:
    """Rectangles that never overlap, each as near to the middle of its region as the earlier ones leave room.

    No chance is involved and all arithmetic is on whole numbers: ties are the same ties on every machine, and go to
    the upper left. No word lies inside another character.
    """

    def __init__(self, width: float, height: float, region: Flags | None = None) -> None:
        whole = np.ones((int(height / _GRID), int(width / _GRID)), dtype=bool) if region is None else region
        rows, columns = np.nonzero(whole)
        self.corner = (int(rows.min()), int(columns.min()))
        self.closed = ~whole[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        self.middle = tuple(round(2 * float(at.mean())) + 1 - 2 * int(at.min()) for at in (rows, columns))

    def place(self, texts: Sequence[str], sizes: NDArray[np.float64]) -> list[Word]:
        """Place the words in order; stop at the first without room."""
        taken = self.closed.copy()
        sums = np.zeros((taken.shape[0] + 1, taken.shape[1] + 1), dtype=np.int32)
        _sum_up(taken, sums, 0)
        words = []
        for text, size in zip(texts, sizes, strict=True):
            wide, high = extent(text)
            columns, rows = (int(np.ceil((side * size + 2 * _PAD) / _GRID)) for side in (wide, high))
            if rows > taken.shape[0] or columns > taken.shape[1]:
                break
            inside = sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns] + sums[:-rows, :-columns]
            far = np.where(inside == 0, self._distance(rows, columns), _NOWHERE)
            row, column = divmod(int(far.argmin()), far.shape[1])
            if far[row, column] == _NOWHERE:
                break
            taken[row : row + rows, column : column + columns] = True
            _sum_up(taken, sums, row)
            # the grid rounds up: share what is left over on both sides
            x = (self.corner[1] + column + columns / 2) * _GRID - wide * size / 2
            y = (self.corner[0] + row + rows / 2) * _GRID - high * size / 2
            words.append(Word(text, float(size), x, y))
        return words

    def _distance(self, rows: int, columns: int) -> NDArray[np.int64]:
        """Return how far from the middle a box at each cell would be: an ellipse with the shape of the region."""
        height, width = self.closed.shape
        down = 2 * np.arange(height - rows + 1) + rows - self.middle[0]
        across = 2 * np.arange(width - columns + 1) + columns - self.middle[1]
        return np.asarray((down * width)[:, None] ** 2 + (across * height)[None, :] ** 2, dtype=np.int64)


class Ink:
    """Words wherever their ink finds room, at random: the classic look, by the wordcloud library's occupancy map."""

    def __init__(self, width: float, height: float, random_state: int) -> None:
        self.shape = (int(height), int(width))
        self.random_state = random_state

    def place(self, texts: Sequence[str], sizes: NDArray[np.float64]) -> list[Word]:
        """Place the words in order; stop at the first without room."""
        from wordcloud.wordcloud import IntegralOccupancyMap

        chance = random.Random(self.random_state)  # noqa: S311  (a picture, not a secret)
        taken = IntegralOccupancyMap(*self.shape, None)
        ink = np.zeros(self.shape, dtype=bool)  # the map sums up the whole picture, not the new word alone
        words = []
        for text, size in zip(texts, sizes, strict=True):
            pixels = fonts.raster(text, float(size))
            rows, columns = pixels.shape
            spot = taken.sample_position(rows + 2, columns + 2, chance)
            if spot is None:
                break
            row, column = spot[0] + 1, spot[1] + 1
            ink[row : row + rows, column : column + columns] |= pixels > 0
            taken.update(ink, row, column)
            wide, high = extent(text)
            words.append(Word(text, float(size), column + (columns - wide * size) / 2, row + (rows - high * size) / 2))
        return words


def sectors(width: float, height: float, count: int, *, gap: float = 4.0) -> list[Flags]:
    """Cut a canvas into regions around its centre, clockwise from the top left, with a gap between them."""
    rows, columns = int(height / _GRID), int(width / _GRID)
    y, x = np.mgrid[0:rows, 0:columns]
    across = (x + 0.5) / columns - 0.5
    down = (y + 0.5) / rows - 0.5
    # two groups: left and right; otherwise the first sector begins at nine o'clock
    start = -np.pi if count > 2 else np.pi / 2
    angle = np.mod(np.arctan2(down, across) - start, 2 * np.pi)
    which = np.minimum((angle / (2 * np.pi) * count).astype(int), count - 1)
    borders = np.zeros((rows, columns), dtype=bool)
    for i in range(count):
        edge = start + 2 * np.pi * i / count
        # distance in points from the ray, on its side of the centre
        ray = np.array([np.cos(edge) * width, np.sin(edge) * height])
        ray /= np.hypot(*ray)
        off = np.abs(across * width * ray[1] - down * height * ray[0])
        ahead = across * width * ray[0] + down * height * ray[1] > 0
        borders |= (off < gap) & ahead
    return [(which == i) & ~borders for i in range(count)]


def sector_names(width: float, height: float, regions: Sequence[Flags], names: Sequence[str]) -> list[Name]:
    """Put a name at the outer edge of each sector and take its place out of the sector."""
    found = []
    for region, name in zip(regions, names, strict=True):
        rows, columns = np.nonzero(region)
        left = columns.mean() * _GRID < width / 2
        up = rows.mean() * _GRID < height / 2
        lines = name.count("\n") + 1
        wide = max(fonts.text_width(line, drawing.SMALL + 1) for line in name.split("\n")) + 20
        high = lines * (drawing.SMALL + 1) * 1.35 + 8
        # the border row of the sector, and the end of it that is farthest from the middle
        edge = rows.min() if up else rows.max()
        along = columns[rows == edge]
        centre = (along.min() + along.max() + 1) / 2 * _GRID
        x = float(np.clip(centre - wide / 2, 0, width - wide))
        x = min(x, width / 2 - wide - 2) if left and wide < width / 2 else x
        y = 0.0 if up else height - high
        first, last = int(y / _GRID), int(np.ceil((y + high) / _GRID))
        region[first:last, int(x / _GRID) : int(np.ceil((x + wide) / _GRID))] = False
        found.append(Name(name, x + wide / 2, y + high / 2))
    return found


def arranged_on_growing_canvas(
    arranged: Callable[[float, float], list[Word]], texts: Sequence[str], ax: Axes | None, smallest: float
) -> tuple[list[Word], float, float]:
    """Return all words with the width and height of the canvas in points; a new figure may become taller."""
    sizes = [(drawing.WIDTH * 72, _HEIGHT * 72 * factor) for factor in _GROW]
    words: list[Word] = []
    if ax is not None:
        check_type("ax", ax, Axes, hint="Leave it out to get a new figure.")
    for width, height in sizes if ax is None else [drawing.size_in_points(ax)]:
        words = arranged(width, height)
        if len(words) == len(texts):
            return words, width, height
    placed = {word.text for word in words}
    missing = [text for text in texts if text not in placed]
    raise ArgumentError(
        f"only {len(words)} of {len(texts)} words find room at {smallest:g} points; without room: {listing(missing)}. "
        "Give a larger ax, a smaller n or a smaller min_size, or draw bars with plot_frequency."
    )


@contextmanager
def canvas(ax: Axes | None, width: float, height: float, *, caption: str, title: str | None) -> Iterator[Axes]:
    """Give an ax on which one unit is one point and y grows downwards: the user's own, or one on a new figure."""
    fonts.check_glyphs([caption, title or ""])
    figure = None
    drawing.start_backend()
    with fonts.style():
        try:
            if ax is None:
                above, below = (22.0 if title is not None else 4.0), 20.0
                whole = height + above + below
                figure = plt.figure(figsize=(drawing.WIDTH, whole / 72))
                ax = figure.add_axes((0, below / whole, 1, height / whole))
            ax.set_xlim(0, width)
            ax.set_ylim(height, 0)
            ax.set_aspect("equal")
            ax.set_axis_off()
            yield ax
            ax.annotate(
                caption,
                (0.5, 0),
                xycoords="axes fraction",
                xytext=(0, -4),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=drawing.SMALL,
                color=drawing.GREY,
                parse_math=False,
            )
            if title is not None:
                ax.set_title(title, loc="left", x=0.01, parse_math=False)
            fonts.apply_font(ax)
        except BaseException:
            if figure is not None:
                plt.close(figure)
            raise


def draw(ax: Axes, words: Sequence[Word], colours: Sequence[Any] | NDArray[np.float64]) -> None:
    """Draw each word as one filled outline, labelled with the word."""
    for word, colour in zip(words, colours, strict=True):
        left, _, _, top = fonts.outline_box(word.text)
        scale = word.size / 100
        move = Affine2D().scale(scale, -scale).translate(word.x - left * scale, word.y + top * scale)
        ax.add_artist(  # add_patch would measure each outline for limits that are set already
            PathPatch(move.transform_path(fonts.outline(word.text)), facecolor=colour, linewidth=0, label=word.text)
        )


def cropped(words: Sequence[Word], height: float) -> tuple[list[Word], float]:
    """Cut the unused room above and below the words."""
    top = min(word.box[1] for word in words) - 2
    bottom = max(word.box[3] for word in words) + 2
    return [replace(word, y=word.y - top) for word in words], min(bottom - top, height)


def _sum_up(taken: Flags, sums: NDArray[np.int32], first: int) -> None:
    """Bring the table of sums up to date from a row on."""
    np.cumsum(np.cumsum(taken[first:], axis=1, dtype=np.int32), axis=0, out=sums[first + 1 :, 1:])
    sums[first + 1 :, 1:] += sums[first, 1:]
