"""Draw the table of `textkit.readability`: z-scores of the features of each text as a heat map."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from textkit import drawing
from textkit.drawing import Labels, Lang
from textkit.errors import EmptyError, check_choice, check_int, unknown
from textkit.fonts import apply_font

_COLUMNS = ("doc", "feature", "value", "z")
DEFAULT = (
    "chars_per_sentence", "words_per_sentence", "clauses_per_sentence", "chars_per_clause", "chars_per_word",
    "strokes_per_char", "uncommon_chars", "ungraded_words", "rare_words", "long_words", "adverbs_conjunctions",
    "function_words", "noun_verb_ratio", "char_entropy", "mattr",
)  # fmt: skip
"""Features drawn unless others are asked for."""
_LIMIT = 2.5  # colours end here: one odd text should not pale all others
NAMES = {
    "zh": {
        "chars_per_sentence": "句长（字）", "words_per_sentence": "句长（词）", "clauses_per_sentence": "每句分句数",
        "chars_per_clause": "分句长（字）", "chars_per_clause_by_sentence": "分句长（按句平均）",
        "chars_per_word": "词长（字）", "strokes_per_char": "平均笔画数", "uncommon_chars": "非常用字比例",
        "nonstandard_chars": "一级字表外比例", "ungraded_words": "等级词表外比例", "nonbasic_words": "非基础词比例",
        "rare_words": "罕用词比例", "long_words": "四字及以上词比例", "complex_words": "复杂词比例",
        "adverbs_conjunctions": "副词连词比例", "function_words": "虚词比例", "content_words": "实词比例",
        "noun_verb_ratio": "名动比", "char_entropy": "字熵", "mattr": "MATTR", "ttr": "TTR",
        "sentence_length_sd": "句长标准差", "dependency_distance": "依存距离", "complete_sentences": "完整句比例",
        "z": "z 值（本语料库内）",
    },
    "en": {
        "chars_per_sentence": "Characters a sentence", "words_per_sentence": "Words a sentence",
        "clauses_per_sentence": "Clauses a sentence", "chars_per_clause": "Characters a clause",
        "chars_per_clause_by_sentence": "Characters a clause (by sentence)", "chars_per_word": "Characters a word",
        "strokes_per_char": "Strokes a character", "uncommon_chars": "Uncommon characters",
        "nonstandard_chars": "Characters beyond level 1", "ungraded_words": "Ungraded words",
        "nonbasic_words": "Non-basic words", "rare_words": "Rare words", "long_words": "Words of 4+ characters",
        "complex_words": "Complex words", "adverbs_conjunctions": "Adverbs, conjunctions",
        "function_words": "Function words", "content_words": "Content words", "noun_verb_ratio": "Nouns a verb",
        "char_entropy": "Character entropy", "mattr": "MATTR", "ttr": "TTR",
        "sentence_length_sd": "Spread of sentence lengths", "dependency_distance": "Dependency distance",
        "complete_sentences": "Complete sentences", "z": "z-score within this corpus",
    },
}  # fmt: skip


def plot_readability(
    table: pd.DataFrame,
    *,
    features: list[str] | tuple[str, ...] | None = None,
    n: int | None = None,
    labels: Labels | None = None,
    ax: Axes | None = None,
    lang: Lang = "zh",
    title: str | None = None,
) -> Axes:
    """Draw how the texts of a corpus differ in what makes reading hard: z-scores as a heat map.

    Parameters
    ----------
    table : DataFrame
        From `textkit.readability`: the columns ``doc, feature, value, z`` are used.
    features : list of str, optional
        Features to show, in this order; by default a choice of those that have values.
    n : int, optional
        Texts to show, in the order of the table; without it all.
    labels : mapping or Series, optional
        What to print for a text.
    ax, lang, title
        As in `textkit.plot_frequency`.

    Returns
    -------
    Axes

    Raises
    ------
    EmptyError
        If no feature has a z-score: they need three texts.
    UnknownNameError
        If a feature is not in the table.
    FontError
        If a name has a character that the font lacks.

    Notes
    -----
    Red is above the mean of the corpus, blue below; most features rise with difficulty, but not all (function words,
    MATTR): the plot shows differences, not a verdict. Colours end at 2.5. Missing values are white.

    Examples
    --------
    >>> table = pd.DataFrame({"doc": list("abc"), "feature": "chars_per_sentence", "value": [20.0, 25.0, 30.0],
    ...     "z": [-1.0, 0.0, 1.0]})
    >>> [label.get_text() for label in plot_readability(table, lang="en").get_xticklabels()]
    ['Characters a sentence']
    """
    rows = drawing.checked(table, _COLUMNS, made_by="readability(tokens)")
    n = None if n is None else check_int("n", n, minimum=1)
    check_choice("lang", lang, drawing.LANGUAGES)
    labels = drawing.checked_labels(labels)
    docs: list[Any] = drawing.order_of(rows["doc"])[:n]
    known = drawing.order_of(rows["feature"])
    for name in features or ():
        if name not in known:
            raise unknown("feature", name, known)
    with_z = set(rows.loc[rows["z"].notna(), "feature"])
    chosen = list(features) if features else [name for name in DEFAULT if name in with_z]
    if not with_z & set(chosen):
        raise EmptyError("table has no z-scores to draw: they need at least three texts that differ.")
    part = rows[rows["doc"].isin(docs) & rows["feature"].isin(chosen)]
    shown = drawing.six_digits(part[[*_COLUMNS]])
    shown.attrs = dict(table.attrs)
    z = part.pivot(index="doc", columns="feature", values="z").reindex(index=docs, columns=chosen).to_numpy(dtype=float)
    words = NAMES[lang]
    names = drawing.names_for(docs, labels)
    heads = [words.get(name, name) for name in chosen]
    with drawing.sheet(ax, height=1.9 + 0.2 * len(docs), texts=[*names, *heads, words["z"], title or ""]) as ax:
        colours = mpl.colormaps["RdBu_r"]
        image = drawing.cells(ax, z, colours, Normalize(-_LIMIT, _LIMIT))
        ax.set_xlim(-0.5, len(chosen) - 0.5)
        room = drawing.size_in_points(ax)[0]
        drawing.name_ticks(ax.yaxis, list(range(len(docs))), [drawing.fit(name, room * 0.4) for name in names])
        drawing.name_ticks(ax.xaxis, list(range(len(heads))), heads, rotation=45, ha="right", rotation_mode="anchor")
        ax.tick_params(length=0)
        for spine in ax.spines.values():
            spine.set_visible(False)
        bar = drawing.figure_of(ax).colorbar(image, ax=ax, shrink=0.8, aspect=18, pad=0.03, extend=_ends(z))
        bar.outline.set_visible(False)
        bar.set_label(words["z"])
        drawing.plain_numbers(bar.ax.yaxis)
        apply_font(bar.ax)
        drawing.set_title(ax, title)
    drawing.remember(
        ax,
        shown,
        "plot_readability",
        features=chosen,
        n=n,
        labels=drawing.used(labels, docs),
        lang=lang,
        title=title,
    )
    return ax


def _ends(z: np.ndarray[Any, np.dtype[np.float64]]) -> str:
    """Say at which end of the scale values go on."""
    low, high = bool((z < -_LIMIT).any()), bool((z > _LIMIT).any())
    return {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}[low, high]
