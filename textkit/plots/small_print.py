"""What plots say in small type under a picture: what the intervals are, and what they do not know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Annotation

from textkit import drawing, fonts
from textkit.drawing import GREY, Lang, Panels

CONDITIONAL: dict[Lang, str] = {
    "zh": "以估计出的主题为前提：主题本身也不确定，区间因此偏窄。",
    "en": "Conditional on the estimated topics: intervals are too narrow where the topics themselves are uncertain.",
}
"""What stands under every picture of effects …"""
REFITTED: dict[Lang, str] = {
    "zh": "重新拟合主题得到：区间计入了主题本身的不确定性。",
    "en": "Over refits of the topics: intervals count how uncertain the topics themselves are.",
}
"""… but those over refits of the topics."""

_LINE = drawing.SMALL * 1.3


def conditional(table: pd.DataFrame, lang: Lang) -> str:
    """Return in a language what the intervals of effects take for granted, always one sentence.

    In English it is that of the table (``attrs["textkit"]["note"]``) if it has one.

    >>> conditional(pd.DataFrame(), "en").split(":")[0]
    'Conditional on the estimated topics'
    """
    note = table.attrs.get("textkit")
    said = note.get("note") if isinstance(note, dict) else None
    if lang == "en" and said:
        return str(said)
    return (REFITTED if drawing.settings_of(table).get("uncertainty") == "refit" else CONDITIONAL)[lang]


def level_of(table: pd.DataFrame) -> float:
    """Return the confidence of the intervals of a table in percent; 95 if the table does not say."""
    confidence = drawing.settings_of(table).get("confidence")
    return 100 * confidence if isinstance(confidence, float) else 95.0


def confidence_text(table: pd.DataFrame, lang: Lang, shape: Literal["line", "band"]) -> str:
    """Say what the lines or bands of a picture are."""
    level = level_of(table)
    if lang == "zh":
        return f"{'横线' if shape == 'line' else '色带'}：{level:g}% 区间"
    return f"{'Lines' if shape == 'line' else 'Bands'}: {level:g}% intervals"


def height_of(sentences: Sequence[str]) -> float:
    """Return the height in inches that sentences will take under a figure of the usual width, at most."""
    return sum(_LINE * (1 + len(text) // 110) for text in sentences if text) / 72 + 0.06


def write_below(ax: Axes, sentences: Sequence[str]) -> Annotation:
    """Write sentences under everything else that belongs to an ax, a line each, longer ones in several."""
    settle(ax)
    room = drawing.size_in_points(ax)[0]
    return ax.annotate(
        _lines(sentences, room),
        (0, 0),
        xycoords=("axes fraction", ax.xaxis.label),
        xytext=(0, -5),
        textcoords="offset points",
        va="top",
        fontsize=drawing.SMALL,
        color=GREY,
        linespacing=1.3,
        parse_math=False,
        annotation_clip=False,
    )


def settle(ax: Axes) -> None:
    """Let the layout decide how large an ax is, with the right font also in texts that were there before."""
    fonts.apply_font(ax)
    drawing.lay_out(ax)


def write_below_all(axes: Panels, sentences: Sequence[str]) -> None:
    """Write sentences under a figure of several panels, at its left edge."""
    if not any(sentences):
        return
    figure = drawing.figure_of(axes[0])
    text = figure.supxlabel(
        _lines(sentences, drawing.WIDTH * 72 * 0.97),
        x=0.01,
        ha="left",
        fontsize=drawing.SMALL,
        color=GREY,
        linespacing=1.3,
    )
    text.set_parse_math(False)


def _lines(sentences: Sequence[str], room: float) -> str:
    return "\n".join(drawing.fit(text, room, lines=6) for text in sentences if text)
