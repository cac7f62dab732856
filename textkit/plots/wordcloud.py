"""Draw a table of weighted terms as a word cloud: outlines, every word placed, the same picture every time."""

from __future__ import annotations

from typing import Any, Literal, SupportsIndex

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from textkit import clouds, drawing, fonts
from textkit.drawing import Lang
from textkit.errors import ArgumentError, EmptyError, check_choice, check_float, check_int, listing

_WORDS = {
    "zh": "面积与{}成正比；最大：{} {}，最小：{} {}",
    "en": "Area goes with {}; largest: {} {}, smallest: {} {}",
}
_RAISED = {"zh": "；再小的词按 {:g} 磅画", "en": "; smaller ones drawn at {:g} points"}
_NAMES = {
    "zh": {"count": "频次", "rate": "频率", "weight": "权重", "probability": "概率", "score": "得分"},
    "en": {"count": "frequency", "rate": "rate"},
}


def plot_wordcloud(
    table: pd.DataFrame,
    *,
    n: int = 100,
    weight: str = "count",
    layout: Literal["boxes", "cloud"] = "boxes",
    min_size: float = 8.0,
    random_state: SupportsIndex = 0,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw terms with their area in proportion to a weight.

    Parameters
    ----------
    table : DataFrame
        One row a term: the columns ``term`` and ``weight`` are used. From `textkit.frequency`,
        `textkit.top_terms` (``weight="weight"``) and the like.
    n : int
        Terms to show: those with the largest weight.
    weight : str
        The column that gives the area. It must be positive; other rows are passed over.
    layout : {"boxes", "cloud"}
        ``"boxes"``: rectangles from the middle outwards, without chance, no word inside a character.
        ``"cloud"``: at random by the ink, with the occupancy map of the wordcloud library.
    min_size : float, points
        The smallest type. Words that should be smaller are drawn at this size.
    random_state : int
        Seed of ``layout="cloud"``; ``"boxes"`` does not use it.
    ax : Axes, optional
        Where to draw; without it a new figure, 6.3 inches wide and as tall as the words need.
    lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes
        Its patches are the words, labelled with them.

    Raises
    ------
    EmptyError
        If no row has a positive weight.
    ArgumentError
        If a term stands in several rows, or if not all words find room: none is dropped silently.
    FontError
        If a term has a character that the font lacks.

    Notes
    -----
    A cloud shows what there is a lot of, not how much: lengths of words mislead the eye, and no interval can be
    drawn. For numbers use `textkit.plot_frequency`.

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["工作", "网格", "信访"], "count": [9, 4, 1]})
    >>> [patch.get_label() for patch in plot_wordcloud(table).patches]
    ['工作', '网格', '信访']
    """
    rows = drawing.checked(table, ("term",), made_by="frequency(dtm)")
    n = check_int("n", n, minimum=1)
    check_choice("weight", weight, [str(name) for name in rows.select_dtypes("number").columns])
    check_choice("layout", layout, ("boxes", "cloud"))
    check_choice("lang", lang, drawing.LANGUAGES)
    min_size = check_float("min_size", min_size, minimum=1)
    random_state = check_int("random_state", random_state, minimum=0)
    shown = drawing.six_digits(_heaviest(rows, weight, n))
    texts = [str(term) for term in shown["term"]]
    weights = shown[weight].to_numpy(dtype=float)
    fonts.check_glyphs(texts)

    def arranged(width: float, height: float) -> list[clouds.Word]:
        place = (
            clouds.Boxes(width, height).place if layout == "boxes" else clouds.Ink(width, height, random_state).place
        )
        fill = 0.62 if layout == "boxes" else 0.55
        return clouds.arrange(texts, weights, place, area=fill * width * height, width=width, smallest=min_size)

    words, width, height = clouds.arranged_on_growing_canvas(arranged, texts, ax, min_size)
    if ax is None:
        words, height = clouds.cropped(words, height)
    name = _NAMES[lang].get(weight, weight)
    ends = (texts[0], drawing.number(weights[0]), texts[-1], drawing.number(weights[-1]))
    relative = np.sqrt(weights / weights.max())
    raised = bool((words[0].size * relative < min_size - 0.01).any())
    caption = _WORDS[lang].format(name, *ends) + (_RAISED[lang].format(min_size) if raised else "")
    with clouds.canvas(ax, width, height, caption=caption, title=title) as ax:
        # small words darkest: they need the contrast; colour says the same as size
        clouds.draw(ax, words, mpl.colormaps["viridis"](0.05 + 0.5 * relative))
    settings: dict[str, Any] = {"n": n, "weight": weight, "layout": layout, "min_size": min_size}
    if layout == "cloud":
        settings["random_state"] = random_state
    drawing.remember(ax, shown, "plot_wordcloud", **settings, lang=lang, title=title)
    return ax


def _heaviest(rows: pd.DataFrame, weight: str, n: int) -> pd.DataFrame:
    positive = rows[np.isfinite(rows[weight].to_numpy(dtype=float)) & (rows[weight] > 0)]
    if not len(positive):
        raise EmptyError(f"table has no row with a positive {weight}, so there is nothing to draw.")
    twice = positive["term"][positive["term"].duplicated()]
    if len(twice):
        raise ArgumentError(
            f"{listing(drawing.order_of(twice), 3)} stand in several rows; a cloud needs one row a term. "
            'Choose one group (table[table["group"] == ...]), or draw plot_comparison_cloud.'
        )
    shown = positive.sort_values([weight, "term"], ascending=[False, True], kind="stable").head(n)
    result: pd.DataFrame = shown.reset_index(drop=True)
    return result
