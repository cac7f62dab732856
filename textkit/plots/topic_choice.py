"""Draw the table of `textkit.choose_topics`: four measures against the number of topics."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from textkit import drawing
from textkit.drawing import GREY, PALETTE, Lang, Panels
from textkit.errors import check_choice

_COLUMNS = (
    "n_topics",
    "seed",
    "heldout_micro",
    "heldout_se",
    "npmi_mean",
    "exclusivity_mean",
    "stability",
    "residual_dispersion",
)
_WORDS = {
    "zh": {
        "heldout_micro": "留出词的对数似然（每词）",
        "npmi_mean": "连贯性（NPMI）",
        "exclusivity_mean": "独有性（FREX）",
        "stability": "稳定性（换种子后相似度）",
        "residual_dispersion": "残差离散度",
        "n_topics": "主题数 K",
        "se": "最优 − 1 个标准误",
        "one": "模型成立时为 1",
    },
    "en": {
        "heldout_micro": "Held-out log-likelihood a token",
        "npmi_mean": "Coherence (NPMI)",
        "exclusivity_mean": "Exclusivity (FREX)",
        "stability": "Stability over seeds",
        "residual_dispersion": "Residual dispersion",
        "n_topics": "Number of topics K",
        "se": "best − 1 standard error",
        "one": "1 if the model is true",
    },
}


def plot_topic_choice(
    table: pd.DataFrame,
    *,
    ax: Axes | Iterable[Axes] | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Panels:
    """Draw held-out likelihood, coherence, exclusivity and stability against the number of topics.

    Parameters
    ----------
    table : DataFrame
        From `textkit.choose_topics`: the columns ``n_topics, seed, heldout_micro, heldout_se, npmi_mean,
        exclusivity_mean, stability, residual_dispersion`` are used.
    ax : sequence of four Axes, optional
        Without it a new figure, 6.3 inches wide.
    lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    array of Axes, shape (4,)

    Raises
    ------
    EmptyError
        If the table has no rows.

    Notes
    -----
    Each dot is a fit, the line joins the means of the seeds. The dashed line is one standard error below the best fit:
    what lies above it foretells about as well. With one seed there is no stability; then the fourth panel shows the
    residual dispersion. The plot chooses nothing: the rule stands in the help of `textkit.choose_topics`.

    Examples
    --------
    >>> table = pd.DataFrame({"n_topics": [5, 10], "seed": 0, "heldout_micro": [-6.2, -6.1], "heldout_se": 0.02,
    ...     "npmi_mean": [0.1, 0.08], "exclusivity_mean": [8.0, 8.4], "stability": np.nan, "residual_dispersion": 1.4})
    >>> [panel.get_title(loc="left") for panel in plot_topic_choice(table)]
    ['留出词的对数似然（每词）', '连贯性（NPMI）', '独有性（FREX）', '残差离散度']
    """
    rows = drawing.checked(table, _COLUMNS, made_by="choose_topics(dtm, grid)")
    check_choice("lang", lang, drawing.LANGUAGES)
    shown = drawing.six_digits(rows[list(_COLUMNS)])
    last = "stability" if shown["stability"].notna().any() else "residual_dispersion"
    names = ["heldout_micro", "npmi_mean", "exclusivity_mean", last]
    words = _WORDS[lang]
    texts = [*words.values(), title or ""]
    with drawing.sheets(ax, count=4, columns=2, height=4.3 + (0.25 if title else 0), texts=texts) as axes:
        for panel, name in zip(axes, names, strict=True):
            _draw(panel, shown, name, words)
        for panel in axes[2:]:
            panel.set_xlabel(words["n_topics"])
        _draw_limits(axes, shown, last, words)
        if title is not None:
            drawing.figure_of(axes[0]).suptitle(title, x=0.01, ha="left", fontsize=10, parse_math=False)
    drawing.remember(axes, shown, "plot_topic_choice", lang=lang, title=title)
    return axes


def _draw(panel: Axes, shown: pd.DataFrame, name: str, words: dict[str, str]) -> None:
    values = shown[name].replace([np.inf, -np.inf], np.nan)
    known = values.notna().to_numpy()
    sizes = shown["n_topics"].to_numpy(dtype=float)
    mean = values.groupby(shown["n_topics"]).mean()
    panel.plot(mean.index.to_numpy(dtype=float), mean.to_numpy(dtype=float), color=PALETTE[0], linewidth=1.4, zorder=2)
    panel.scatter(
        sizes[known],
        values.to_numpy(dtype=float)[known],
        s=16,
        facecolor="white",
        edgecolor=PALETTE[0],
        linewidth=0.9,
        zorder=3,
    )
    grid = sorted(set(sizes.tolist()))
    room = (grid[-1] - grid[0]) or 1.0
    ticks: list[float] = []
    for size in reversed(grid):  # ticks where there are fits, as far as their numbers do not run together
        if not ticks or ticks[-1] - size >= room * 0.055:
            ticks.append(size)
    drawing.name_ticks(panel.xaxis, ticks, [f"{size:.0f}" for size in ticks])
    panel.set_xlim(grid[0] - room * 0.06, grid[-1] + room * 0.06)
    panel.yaxis.set_major_locator(MaxNLocator(5))
    drawing.plain_numbers(panel.yaxis)
    panel.yaxis.grid(visible=True)
    panel.set_title(words[name], loc="left", fontsize=9, parse_math=False)


def _draw_limits(axes: Panels, shown: pd.DataFrame, last: str, words: dict[str, str]) -> None:
    likelihood = shown["heldout_micro"].to_numpy(dtype=float)
    finite = np.flatnonzero(np.isfinite(likelihood))
    if len(finite):
        best = finite[int(np.argmax(likelihood[finite]))]
        level = likelihood[best] - float(shown["heldout_se"].iloc[best])
        if np.isfinite(level):
            _line(axes[0], level, words["se"])
    if last == "residual_dispersion" and shown[last].notna().any():
        _line(axes[3], 1.0, words["one"])


def _line(panel: Axes, level: float, text: str) -> None:
    panel.axhline(level, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    low, high = panel.get_ylim()
    pad = 0.12 * (high - low)
    panel.set_ylim(min(low, level - pad), max(high, level + pad))
    panel.annotate(
        text,
        (1, level),
        xycoords=panel.get_yaxis_transform(),
        xytext=(-2, -2),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=drawing.SMALL,
        color=GREY,
        parse_math=False,
        zorder=4,
        bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.3},
    )
