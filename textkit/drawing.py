"""What all plots share: checked tables, a sheet to draw on, colours, labels, and a memory of what was drawn."""

from __future__ import annotations

import itertools
import math
import weakref
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import QuadMesh
from matplotlib.colors import Colormap, Normalize, to_hex, to_rgb
from matplotlib.figure import Figure, SubFigure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from textkit import fonts
from textkit.errors import ArgumentError, EmptyError, check_columns, check_type, listing
from textkit.provenance import plain

Lang = Literal["zh", "en"]
LANGUAGES = ("zh", "en")
Labels = Mapping[Any, str] | pd.Series

WIDTH = 6.3
"""Width of a figure in inches: the text block of an A4 page."""
SMALL = 8.0
"""The smallest type in points."""
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
"""Okabe and Ito (2008) without yellow, which is too pale on paper."""
FILLS = (*PALETTE[:6], "#999999")
"""The same for areas: black would shout."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""Colour never stands alone: each group has its own mark too."""
INK, GREY, PALE = "#222222", "#666666", "#e9e9e9"

Panels = NDArray[np.object_]
_NO_START, _NO_END = "，。、；：！？）》」』”’%", "（《「『“‘"
_COLUMNS_FOR = {1: 1, 2: 2, 4: 2}  # else three panels side by side


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one plot drew: the function, its settings, and the very numbers."""

    function: str
    settings: dict[str, Any]
    table: pd.DataFrame


class SteadyLayout(ConstrainedLayoutEngine):
    """Constrained layout that begins from the same state at every draw.

    The plain engine begins where its last run ended, so that a figure shown before it is saved is not quite the
    figure saved at once, and their bytes differ.
    """

    def __init__(self) -> None:
        super().__init__()
        self._start: weakref.WeakKeyDictionary[Axes, Bbox] = weakref.WeakKeyDictionary()

    def execute(self, fig: Figure) -> None:
        """Put all axes back to where they were made, then lay out."""
        for ax in fig.get_axes():
            if ax.get_in_layout():
                ax._set_position(self._start.setdefault(ax, ax.get_position(original=True).frozen()))  # type: ignore[attr-defined]
        super().execute(fig)


_DRAWN: weakref.WeakKeyDictionary[Axes, list[Drawn]] = weakref.WeakKeyDictionary()


def remember(axes: Axes | Iterable[Axes], table: pd.DataFrame, function: str, **settings: Any) -> None:
    """Note what was drawn, so that `textkit.save_figure` can write the numbers beside the picture."""
    drawn = Drawn(function, {key: plain(value) for key, value in settings.items()}, table)
    for ax in [axes] if isinstance(axes, Axes) else axes:
        _DRAWN.setdefault(ax, []).append(drawn)


def recall(axes: Iterable[Axes]) -> list[Drawn]:
    """Return what was drawn on the axes, each thing once, in order."""
    found: dict[int, Drawn] = {}
    for ax in axes:
        for drawn in _DRAWN.get(ax, []):
            found.setdefault(id(drawn), drawn)
    return list(found.values())


def checked(table: Any, columns: Sequence[str], *, made_by: str) -> pd.DataFrame:
    """Return the table with a fresh index if it has the columns and at least one row, else raise."""
    check_type("table", table, pd.DataFrame, hint=f"Make one with {made_by}.")
    check_columns("table", table, columns, made_by=made_by)
    if not len(table):
        raise EmptyError(f"table has no rows, so there is nothing to draw. Check what went into {made_by}.")
    rows: pd.DataFrame = table.reset_index(drop=True)
    return rows


def six_digits(table: pd.DataFrame) -> pd.DataFrame:
    """Round every float to six significant digits: what is drawn is exactly what the CSV says."""
    result = table.copy()
    for column in result.columns[[kind.kind == "f" for kind in result.dtypes]]:
        result[column] = [float(f"{value:.6g}") for value in result[column]]
    result.attrs = dict(table.attrs)
    return result


def order_of(values: Iterable[Hashable]) -> list[Any]:
    """Return the distinct values in order of first appearance."""
    return list(dict.fromkeys(values))


def names_for(values: Sequence[Any], labels: Labels | None) -> list[str]:
    """Return what to print for each value: its label if there is one, else the value itself."""
    known = {} if labels is None else dict(labels.items())
    return [str(known.get(value, value)) for value in values]


def used(labels: Labels | None, values: Sequence[Any]) -> dict[str, str] | None:
    """Return the labels that were used, for the record."""
    if labels is None:
        return None
    known = dict(labels.items())
    return {str(value): str(known[value]) for value in values if value in known}


def checked_labels(labels: Labels | None) -> Labels | None:
    """Return the labels if they are a mapping or a Series, else raise."""
    if labels is not None:
        check_type("labels", labels, (Mapping, pd.Series), hint='For example {"doc1": "甲市"} or corpus.docs["name"].')
    return labels


def check_few(what: str, values: Sequence[object], limit: int, *, hint: str) -> None:
    """Raise when there are more groups than can be told apart."""
    if len(values) > limit:
        raise ArgumentError(
            f"table has {len(values)} {what} ({listing(values, 4)}); this plot tells at most {limit} apart. {hint}"
        )


@contextmanager
def sheet(ax: Axes | None, *, height: float, width: float = WIDTH, texts: Iterable[str] = ()) -> Iterator[Axes]:
    """Give an ax to draw on, inside the style: the user's own, or one on a new figure.

    All texts are checked for glyphs first; if drawing fails, no half-drawn figure stays open.
    """
    if ax is not None:
        check_type("ax", ax, Axes, hint="Leave it out to get a new figure.")
    with sheets(None if ax is None else [ax], count=1, columns=1, height=height, width=width, texts=texts) as axes:
        yield axes[0]


@contextmanager
def sheets(
    axes: Axes | Iterable[Axes] | None,
    *,
    count: int,
    columns: int,
    height: float,
    width: float = WIDTH,
    texts: Iterable[str] = (),
    sharex: bool = False,
) -> Iterator[Panels]:
    """Give ``count`` axes to draw on, row by row, as an array; ``height`` is that of the whole figure in inches."""
    own = None if axes is None else _own_axes(axes, count)
    fonts.check_glyphs(texts)
    start_backend()
    with fonts.style():
        if own is not None:
            yield own
            for ax in own:
                fonts.apply_font(ax)
            return
        figure = plt.figure(figsize=(width, height), layout=SteadyLayout())
        try:
            grid = figure.add_gridspec(math.ceil(count / columns), columns)
            made = np.empty(count, dtype=object)
            for i in range(count):
                made[i] = figure.add_subplot(grid[divmod(i, columns)], sharex=made[0] if sharex and i else None)
            yield made
            for ax in made:  # ticks made after the style has ended need the font too
                fonts.apply_font(ax)
        except BaseException:
            plt.close(figure)
            raise


def start_backend() -> None:
    """Let the backend start now, if it has not: inside the style its own settings would be undone with the style's.

    In a notebook the first figure switches interactive mode on; without that no later figure would be shown.
    """
    plt.draw_if_interactive()  # type: ignore[no-untyped-call]


def _own_axes(axes: Axes | Iterable[Axes], count: int) -> Panels:
    given = [axes] if isinstance(axes, Axes) else list(np.ravel(np.asarray(axes, dtype=object)))
    for ax in given:
        check_type("ax", ax, Axes, hint="Leave it out to get a new figure.")
    if len(given) != count:
        raise ArgumentError(
            f"ax must hold {count} axes, one a panel, got {len(given)}. Leave it out to get a new figure."
        )
    own = np.empty(count, dtype=object)
    own[:] = given
    return own


def figure_of(ax: Axes) -> Figure | SubFigure:
    """Return the figure or subfigure an ax is on."""
    figure = ax.get_figure()
    if figure is None:
        raise ArgumentError("ax was taken off its figure. Give an ax that is on a figure.")
    return figure


def whole_figure(ax: Axes) -> Figure:
    """Return the whole figure an ax is on."""
    figure_of(ax)
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    return figure


def size_in_points(ax: Axes) -> tuple[float, float]:
    """Return width and height of an ax in points."""
    dots = whole_figure(ax).dpi
    box = ax.get_window_extent()
    return box.width * 72 / dots, box.height * 72 / dots


def plain_numbers(axis: Axis) -> None:
    """Write the ticks of an axis as plain numbers with thousands separators, never as 1e6."""
    axis.set_major_formatter(_PlainNumbers(lambda value, _: number(value)))


def lay_out(ax: Axes) -> None:
    """Find where everything will stand, in the font in which it will stand there."""
    fonts.apply_font(ax)
    whole_figure(ax).draw_without_rendering()


class _PlainNumbers(FuncFormatter):
    """Three digits, and more only where ticks stand so close that three would name another place."""

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        return tick_numbers(values)


def tick_numbers(values: Sequence[float]) -> list[str]:
    """Write the numbers of an axis so that none is off by more than a twentieth of the room between two ticks.

    >>> tick_numbers([0, 0.25, 0.5]), tick_numbers([-6.1, -6.075, -6.05]), tick_numbers([1000.5, 1001.0])
    (['0', '0.25', '0.5'], ['−6.100', '−6.075', '−6.050'], ['1,000.5', '1,001.0'])
    """
    texts = [number(value) for value in values]
    if not np.isfinite(values).all():
        return texts
    room = float(np.diff(np.unique(values)).min(initial=math.inf)) / 20
    if all(abs(float(t.replace(",", "").replace("−", "-")) - v) <= room for t, v in zip(texts, values, strict=True)):
        return texts
    decimals = next(n for n in range(16) if n == 15 or all(abs(round(value, n) - value) <= room for value in values))
    return [f"{value:,.{decimals}f}".replace("-", "−") for value in values]


def set_title(ax: Axes, title: str | None, *, pad: float = 6.0) -> None:
    """Write the title, if there is one, above whatever takes ``pad`` points."""
    if title is not None:
        ax.set_title(title, loc="left", pad=pad, parse_math=False)


def name_ticks(axis: Axis, places: Sequence[float] | NDArray[np.float64], names: Sequence[str], **text: Any) -> None:
    """Put names at places of an axis, as plain text."""
    axis.set_ticks(list(places), labels=list(names), parse_math=False, **text)


def fit(text: str, points: float, *, size: float = SMALL, lines: int = 1) -> str:
    r"""Break a name into lines of at most ``points``, about equally long; end it with … if it does not fit.

    >>> fit("区综治信访维稳工作会议", 50, size=10)
    '区综治信…'
    >>> fit("区综治信访维稳工作会议", 90, size=10, lines=2)
    '区综治信访维\n稳工作会议'
    """
    whole = " ".join(text.split())
    broken = _broken(whole, points, size, lines)
    if len(broken) < 2 or broken[-1].endswith("…"):
        return "\n".join(broken)
    while True:
        points -= size / 4
        narrower = _broken(whole, points, size, len(broken))
        if narrower[-1].endswith("…"):
            return "\n".join(broken)
        broken = narrower


def _broken(text: str, points: float, size: float, lines: int) -> list[str]:
    done: list[str] = []
    while text:
        if fonts.text_width(text, size) <= points:
            return [*done, text]
        last = len(done) == lines - 1
        cut = _cut(text, "…" if last else "", points, size)
        if last:
            return [*done, text[:cut] + "…"]
        cut = _better(text, cut)
        done.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return done


def _better(text: str, cut: int) -> int:
    """Move a line break to where it may stand: at a space between Latin words, not inside brackets' edges."""
    space = text.rfind(" ", 1, cut + 1)
    if text[cut - 1].isascii() and text[cut].isascii() and space > 0:
        return space
    while cut > 1 and (text[cut] in _NO_START or text[cut - 1] in _NO_END):
        cut -= 1
    return cut


def _cut(text: str, end: str, points: float, size: float) -> int:
    """Return how many characters fit, with the end after them; at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if fonts.text_width(text[:middle] + end, size) <= points:
            low = middle
        else:
            high = middle - 1
    return low


def number(value: float) -> str:
    """Write a number for a label: thousands with commas, small ones with three digits.

    >>> number(12345.6), number(12.345), number(0.01234), number(0)
    ('12,346', '12.3', '0.0123', '0')
    """
    if not math.isfinite(value):
        return "–" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    text = f"{value:,.0f}" if abs(value) >= 100 or value == 0 else f"{value:.3g}"
    return text.replace("-", "−")


def key_above(ax: Axes, handles: Sequence[Line2D | Artist], names: Sequence[str], *, width: float) -> float:
    """Put a legend above an ax, in as many columns as fit ``width`` points; return the height it takes in points."""
    columns = _columns_that_fit([fonts.text_width(name, SMALL) + 28 for name in names], width)
    ax.legend(
        handles=list(handles),
        labels=list(names),
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=columns,
        borderaxespad=0.2,
        borderpad=0.2,
        handlelength=1.4,
        handletextpad=0.4,
        columnspacing=1.2,
        prop={"size": SMALL, "family": fonts.family_list()},
    )
    for text in ax.get_legend().get_texts():  # type: ignore[union-attr]
        text.set_parse_math(False)
    return math.ceil(len(names) / columns) * SMALL * 1.6 + 6


def _columns_that_fit(widths: Sequence[float], room: float) -> int:
    """Return the largest number of columns that fits; matplotlib fills a legend column by column."""
    for columns in range(len(widths), 1, -1):
        rows, longer = divmod(len(widths), columns)
        lengths = [rows + 1] * longer + [rows] * (columns - longer)
        starts = np.cumsum([0, *lengths])
        if sum(max(widths[a:b]) for a, b in itertools.pairwise(starts)) <= room:
            return columns
    return 1


def cells(ax: Axes, values: NDArray[np.float64], colours: Colormap, norm: Normalize) -> QuadMesh:
    """Draw a matrix as cells around whole numbers, first row on top; missing values stay white.

    Cells are shapes, not an image: they stay sharp in SVG and PDF at any size.
    """
    rows, columns = values.shape
    few = rows * columns <= 400
    mesh = ax.pcolormesh(
        np.arange(columns + 1) - 0.5,
        np.arange(rows + 1) - 0.5,
        np.ma.masked_invalid(values),
        cmap=colours,
        norm=norm,
        edgecolors="white" if few else "face",
        linewidth=0.8 if few else 0.1,
    )
    ax.set_ylim(rows - 0.5, -0.5)
    return mesh


def leading(rows: pd.DataFrame, by: str, n: int) -> pd.DataFrame:
    """Return the first ``n`` ranks of each group that have a weight, groups in order of first appearance."""
    known = rows[rows["weight"].notna()]
    blocks = [known[known[by] == group].sort_values("rank", kind="stable").head(n) for group in order_of(known[by])]
    shown: pd.DataFrame = pd.concat(blocks).reset_index(drop=True) if blocks else known
    shown.attrs = dict(rows.attrs)
    return shown


def bar_panels(
    blocks: Sequence[pd.DataFrame],
    titles: Sequence[str],
    *,
    value: str,
    label: str,
    axes: Axes | Iterable[Axes] | None,
    title: str | None,
) -> Panels:
    """Draw one panel of horizontal bars a block, its first row on top; bars of all panels have one size and scale."""
    count, rows = len(blocks), max(len(block) for block in blocks)
    columns = _COLUMNS_FOR.get(count, 3)
    lines = math.ceil(count / columns)
    texts = [*titles, title or "", *(str(term) for block in blocks for term in block["term"])]
    height = lines * (0.62 + 0.17 * rows) + (0.25 if title else 0)
    with sheets(axes, count=count, columns=columns, height=height, texts=texts, sharex=True) as made:
        for i, (ax, block, name) in enumerate(zip(made, blocks, titles, strict=True)):
            places = np.arange(len(block), dtype=float)
            ax.barh(places, block[value].to_numpy(dtype=float), height=0.68, color=PALETTE[0])
            name_ticks(ax.yaxis, places, [str(term) for term in block["term"]])
            ax.set_ylim(rows - 0.4, -0.6)
            ax.tick_params(axis="y", length=0)
            ax.spines["left"].set_visible(False)
            ax.xaxis.grid(visible=True)
            ax.xaxis.set_major_locator(MaxNLocator(3))
            plain_numbers(ax.xaxis)
            short = fit(name, size_in_points(ax)[0] * 0.95, size=9, lines=3)
            ax.set_title(short, loc="left", fontsize=9, linespacing=1.2, parse_math=False)
            if i + columns >= count:
                ax.set_xlabel(label)
            else:
                ax.tick_params(axis="x", labelbottom=False)
        if title is not None:
            figure_of(made[0]).suptitle(title, x=0.01, ha="left", fontsize=10, parse_math=False)
    return made


def ink(colour: Any) -> str:
    """Darken a colour until small type in it reads on white: a contrast of 4 to 1.

    >>> ink("#000000"), ink("#56B4E9")
    ('#000000', '#4085ac')
    """
    red, green, blue = to_rgb(colour)
    while 1.05 / (_luminance(red, green, blue) + 0.05) < 4:
        red, green, blue = red * 0.98, green * 0.98, blue * 0.98
    return to_hex((red, green, blue))


def on(colour: Any) -> str:
    """Return white or dark, whichever reads better on a colour."""
    light = _luminance(*to_rgb(colour))
    return "white" if 1.05 / (light + 0.05) > (light + 0.05) / 0.06 else INK


def _luminance(*channels: float) -> float:
    """Relative luminance of an sRGB colour (WCAG 2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def settings_of(table: pd.DataFrame) -> dict[str, Any]:
    """Return the settings of the function that made the table, or nothing if they got lost."""
    note = table.attrs.get("textkit")
    settings = note.get("settings") if isinstance(note, dict) else None
    return dict(settings) if isinstance(settings, dict) else {}
