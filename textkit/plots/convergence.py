"""Draw the paths of fits, ``model.trace``: how the bound or likelihood rose, and how little it still moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

from textkit import drawing, fonts
from textkit.drawing import GREY, PALETTE, Labels, Lang, Panels
from textkit.errors import EmptyError, check_choice, check_float, check_int
from textkit.plots import line_panels, small_print

_COLUMNS = ("iteration", "value")
_DASHES = ((), (4, 1.5), (1.2, 1.2), (6, 1.5, 1.2, 1.5), (3, 1, 1, 1, 1, 1), (8, 2), (2, 3))
_WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "run": "第 {} 次",
        "named": "{}：{}",
        "value": "目标值（界、似然或损失）",
        "change": "每步相对变化",
        "iteration": "迭代",
        "back": "空心点：与总方向相反的步。",
        "tol": "虚线：{}。",
    },
    "en": {
        "run": "run {}",
        "named": "{}: {}",
        "value": "Objective (bound, likelihood or loss)",
        "change": "Relative change a step",
        "iteration": "Iteration",
        "back": "Hollow dots: steps against the general direction. ",
        "tol": "Dashed: {}.",
    },
}


def plot_convergence(
    table: pd.DataFrame | Mapping[str, pd.DataFrame] | Sequence[pd.DataFrame],
    *,
    skip: int = 0,
    tol: float | None = None,
    labels: Labels | None = None,
    ax: Axes | Iterable[Axes] | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Panels:
    """Draw the path of a fit, or the paths of several starts: the value, and its relative change.

    Parameters
    ----------
    table : DataFrame, or a mapping or list of them
        ``model.trace``: the columns ``iteration, value`` are used. Several are named by their keys, or numbered:
        ``{seed: model.trace for seed, model in fits.items()}``; at most seven.
    skip : int
        Iterations to leave out of the first panel, which hide the others where a fit starts far away.
    tol : float, optional
        Where to draw a line in the second panel: the tolerance of the method.
    labels : mapping or Series, optional
        A name for a path, by its key or number.
    ax : sequence of two Axes, optional
        Without it a new figure, 6.3 inches wide.
    lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    array of Axes, shape (2,)

    Raises
    ------
    EmptyError
        If a table has no rows, or none with a finite value.
    ArgumentError
        If there are more than seven paths, or not two axes.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    The change is ``|v_t - v_(t-1)| / |v_(t-1)|`` between iterations that the table has, on a log scale; steps without
    change are left out. Only paths of one method on one matrix with one number of topics may be compared, and a higher
    bound does not make topics more sensible.

    Examples
    --------
    >>> path = pd.DataFrame({"iteration": [1, 2, 3], "value": [-100.0, -80.0, -79.2]})
    >>> [round(float(y), 6) for y in plot_convergence(path)[1].lines[0].get_ydata()]
    [0.2, 0.01]
    """
    check_choice("lang", lang, drawing.LANGUAGES)
    skip = check_int("skip", skip, minimum=0)
    if tol is not None:
        check_float("tol", tol, minimum=0)
    labels = drawing.checked_labels(labels)
    words = _WORDS[lang]
    paths = _paths(table)
    drawing.check_few("paths", list(paths), len(PALETTE), hint="Draw two figures.")
    known = {} if labels is None else dict(labels.items())
    numbered = not isinstance(table, Mapping)
    names = [str(known.get(key, words["run"].format(key) if numbered else key)) for key in paths]
    shown = drawing.six_digits(pd.concat([_changes(path, key) for key, path in paths.items()], ignore_index=True))
    parts = [shown[shown["run"] == key] for key in paths]
    back = bool(shown["back"].any())
    below = (words["back"] if back else "") + (words["tol"].format(_small(tol)) if tol else "")
    texts = [*names, *words.values(), below, title or ""]
    height = 4.0 + small_print.height_of([below]) * bool(below) + 0.25 * (title is not None)
    with drawing.sheets(ax, count=2, columns=1, height=height, texts=texts, sharex=True) as axes:
        for k, part in enumerate(parts):
            _draw(axes, part, k, skip)
        for panel, name in zip(axes, ("value", "change"), strict=True):
            panel.set_title(words[name], loc="left", fontsize=9, parse_math=False)
            panel.yaxis.grid(visible=True)
        _scales(axes, shown, tol)
        axes[1].set_xlabel(words["iteration"])
        if ax is None:  # one above the other
            axes[0].tick_params(axis="x", labelbottom=False)
        else:
            axes[0].set_xlabel(words["iteration"])
        if below:
            small_print.write_below_all(axes, [below])
        if title is not None:
            drawing.figure_of(axes[0]).suptitle(title, x=0.01, ha="left", fontsize=10, parse_math=False)
        if len(parts) > 1:
            ends = [words["named"].format(name, _last(part)) for name, part in zip(names, parts, strict=True)]
            lines = [(line.get_xdata(), line.get_ydata()) for line in axes[0].lines]
            fonts.apply_font(axes[1])  # before the layout looks at its texts
            line_panels.name_ends(
                axes[0],
                [
                    (name, np.asarray(x, dtype=float), np.asarray(y, dtype=float))
                    for name, (x, y) in zip(ends, lines, strict=True)
                ],
            )
    drawing.remember(
        axes,
        shown.drop(columns="back"),
        "plot_convergence",
        skip=skip,
        tol=tol,
        labels=drawing.used(labels, list(paths)),
        lang=lang,
        title=title,
    )
    return axes


def _paths(table: object) -> dict[object, pd.DataFrame]:
    """Return the paths by name; one alone is number 1."""
    many: dict[object, object] = {}
    if isinstance(table, Mapping):
        many = dict(table.items())
    elif isinstance(table, Sequence) and any(isinstance(one, pd.DataFrame) for one in table):
        many = dict(enumerate(table, start=1))
    else:
        many = {1: table}
    if not many:
        raise EmptyError("table has no path, so there is nothing to draw. Give model.trace, or several of them.")
    found = {}
    for key, one in many.items():
        rows = drawing.checked(one, _COLUMNS, made_by="model.trace")
        kept = rows[np.isfinite(rows["value"].to_numpy(dtype=float))].sort_values("iteration", kind="stable")
        if not len(kept):
            raise EmptyError("table has no finite value, so there is nothing to draw. The method keeps no path.")
        found[key] = kept
    return found


def _changes(path: pd.DataFrame, key: object) -> pd.DataFrame:
    """Return iteration, value, relative change and whether a step goes against the way from the first to the last."""
    value = path["value"].to_numpy(dtype=float)
    steps = np.diff(value, prepend=np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.abs(steps) / np.abs(np.append(np.nan, value[:-1]))
    back = np.sign(steps) * np.sign(value[-1] - value[0]) < 0
    return pd.DataFrame(
        {"run": key, "iteration": path["iteration"].to_numpy(), "value": value, "change": change, "back": back}
    )


def _draw(axes: Panels, part: pd.DataFrame, k: int, skip: int) -> None:
    colour, dash = PALETTE[k], (0, _DASHES[k]) if _DASHES[k] else "-"
    at = part["iteration"].to_numpy(dtype=float)
    value, change = part["value"].to_numpy(dtype=float), part["change"].to_numpy(dtype=float)
    late = at > skip if (at > skip).any() else np.ones(len(at), dtype=bool)
    dot = "o" if late.sum() == 1 else None
    axes[0].plot(at[late], value[late], color=colour, linestyle=dash, linewidth=1.4, marker=dot, markersize=4)
    there = np.isfinite(change) & (change > 0)
    axes[1].plot(at[there], change[there], color=colour, linestyle=dash, linewidth=1.2)
    back = there & part["back"].to_numpy(dtype=bool)
    axes[1].scatter(at[back], change[back], s=14, facecolor="white", edgecolor=colour, linewidth=0.9, zorder=3)


def _scales(axes: Panels, shown: pd.DataFrame, tol: float | None) -> None:
    axes[0].yaxis.set_major_locator(MaxNLocator(6))
    drawing.plain_numbers(axes[0].yaxis)
    change = shown["change"].to_numpy(dtype=float)
    if (np.isfinite(change) & (change > 0)).any():
        axes[1].set_yscale("log")
        axes[1].yaxis.set_major_locator(LogLocator(numticks=7))
        axes[1].yaxis.set_major_formatter(FuncFormatter(lambda value, _: _small(value)))
        axes[1].minorticks_off()
    else:
        axes[1].set_yticks([])
    if tol:
        axes[1].axhline(tol, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    for panel in axes:
        panel.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10], integer=True))
        drawing.plain_numbers(panel.xaxis)


def _last(part: pd.DataFrame) -> str:
    """Write the last value so that starts can be told apart: six digits."""
    value = float(part["value"].iloc[-1])
    decimals = max(0, 5 - int(np.floor(np.log10(abs(value))))) if value else 0
    return f"{value:,.{min(decimals, 6)}f}".replace("-", "−")


def _small(value: float) -> str:
    """Write a small number shortly.

    >>> _small(1e-05), _small(0.001)
    ('1e−5', '0.001')
    """
    if value >= 1e-4 or value <= 0:
        return f"{value:g}"
    digits, power = f"{value:.4e}".split("e")
    return f"{float(digits):g}e−{abs(int(power))}"
