"""The font of the figures: one that has the Chinese characters, and the same one on every machine.

Nothing here changes the user's ``rcParams``: a font is added to matplotlib's register of fonts, and the
settings hold inside ``with style():`` only.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontPath, FontProperties, fontManager, get_font
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.path import Path as MplPath
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from numpy.typing import NDArray

from textkit.errors import FontError, check_float, check_type

FALLBACK = "DejaVu Sans"
"""The second family: it comes with matplotlib and has the signs that a Chinese font may lack."""

_VARIABLE = "TEXTKIT_FONT"
_SYSTEM = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
)
_PROBE = "语说网"  # a name proves nothing: the file must have simplified characters
_ENDINGS = (".otf", ".ttf", ".ttc", ".otc", ".woff", ".woff2")
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class _Face:
    """One face of one font file."""

    path: Path
    index: int
    family: str

    @property
    def font_path(self) -> FontPath:
        """What matplotlib's own functions take."""
        return FontPath(str(self.path), self.index)


def font_family(font: str | os.PathLike[str] | None = None) -> str:
    """Name the font family of the figures, after adding its file to matplotlib's register.

    The first that is there: ``font``; the environment variable ``TEXTKIT_FONT``; Noto Sans SC from the package
    ``pylopdf-fonts-zh-cn``; a Chinese font of the system, looked for by its usual names and tested for glyphs.
    What comes with the package goes before the system's fonts: otherwise each machine draws another figure.

    Parameters
    ----------
    font : str or path, optional
        A font file (.otf, .ttf, .ttc; of a .ttc the first face) or the name of an installed family.

    Returns
    -------
    str
        The family, for ``rcParams["font.family"]`` or a text's ``fontfamily=``.

    Raises
    ------
    FontError
        If the file or family does not exist or cannot be loaded, or if no Chinese font is found.

    Notes
    -----
    ``rcParams`` stay as they are. Of a variable font matplotlib draws the default weight, which is often the
    thinnest: prefer static files.

    Examples
    --------
    >>> font_family()
    'Noto Sans SC'
    """
    return _face(font).family


def font_path(font: str | os.PathLike[str] | None = None) -> Path:
    """Return the file of the font that `font_family` chooses.

    >>> font_path().name
    'NotoSansSC-Regular.otf'
    """
    return _face(font).path


def font_hash(font: str | os.PathLike[str] | None = None) -> str:
    """Return the SHA-256 of the font file: another version of a font is another picture.

    >>> len(font_hash())
    64
    """
    return _file_hash(_face(font).path)


@contextmanager
def style(*, font: str | os.PathLike[str] | None = None, size: float = 9.0) -> Iterator[list[str]]:
    """Hold textkit's settings for drawing and saving; leave with the user's ``rcParams`` as they were.

    The settings start from matplotlib's defaults, not from the user's: the same call gives the same figure
    whatever stands in a ``matplotlibrc``.

    Parameters
    ----------
    font : str or path, optional
        See `font_family`.
    size : float, points
        Size of labels; ticks are one point smaller, titles one larger. At the default nothing is below 8 points.

    Yields
    ------
    list of str
        The font families, first the Chinese one.

    Examples
    --------
    >>> before = mpl.rcParams["font.family"]
    >>> with style() as families:
    ...     families
    ['Noto Sans SC', 'DejaVu Sans']
    >>> mpl.rcParams["font.family"] == before
    True
    """
    size = check_float("size", size, minimum=1)
    families = family_list(font)
    with mpl.rc_context():
        matplotlib.style.use("default")
        mpl.rcParams.update(
            {
                "font.family": families,
                "font.size": size,
                "axes.unicode_minus": True,
                "text.parse_math": False,  # a term such as a$b_$c is text
                "svg.fonttype": "path",  # needs no font where it is read
                "svg.hashsalt": "textkit",
                "pdf.fonttype": 3,  # type 42 with CFF outlines makes readers complain
                "figure.dpi": 150,
                "axes.titlesize": size + 1,
                "axes.titlelocation": "left",
                "axes.labelsize": size,
                "axes.linewidth": 0.6,
                "axes.edgecolor": "#555555",
                "axes.labelcolor": "#222222",
                "text.color": "#222222",
                "axes.axisbelow": True,
                "axes.spines.top": False,
                "axes.spines.right": False,
                "xtick.labelsize": size - 1,
                "ytick.labelsize": size - 1,
                "xtick.color": "#555555",
                "ytick.color": "#555555",
                "xtick.labelcolor": "#222222",
                "ytick.labelcolor": "#222222",
                "xtick.major.width": 0.6,
                "ytick.major.width": 0.6,
                "xtick.major.size": 2.5,
                "ytick.major.size": 2.5,
                "grid.color": "#dddddd",
                "grid.linewidth": 0.5,
                "lines.linewidth": 1.4,
                "legend.fontsize": size - 1,
                "legend.frameon": False,
                "hatch.linewidth": 0.5,
            }
        )
        yield families


def apply_font(ax: Axes, *, font: str | os.PathLike[str] | None = None) -> Axes:
    """Give every text of an existing ``ax`` the font of the figures, and return the ax.

    A text takes its font when it is made: the title and ticks of an ax made outside `style` would show boxes
    instead of Chinese characters.

    >>> import matplotlib.pyplot as plt
    >>> apply_font(plt.figure().add_subplot()).title.get_fontfamily()
    ['Noto Sans SC', 'DejaVu Sans']
    >>> plt.close()
    """
    check_type("ax", ax, Axes)
    families = family_list(font)
    ax.tick_params(which="both", labelfontfamily=families)  # also for ticks that are made later
    for text in ax.findobj(Text):
        assert isinstance(text, Text)
        text.set_fontfamily(families)
    return ax


def missing_glyphs(text: str | Iterable[str], *, font: str | os.PathLike[str] | None = None) -> list[str]:
    """Return the characters that the figures' fonts cannot draw, in order of first appearance.

    >>> missing_glyphs(["网格", "a$b"])
    []
    """
    charmaps = (_charmap(_face(font)), _charmap(_face(FALLBACK)))
    found: dict[str, None] = {}
    for char in dict.fromkeys(text if isinstance(text, str) else "".join(text)):
        if char != "\n" and not any(ord(char) in charmap for charmap in charmaps):
            found[char] = None
    return list(found)


def check_glyphs(text: str | Iterable[str], *, font: str | os.PathLike[str] | None = None) -> None:
    """Raise a `FontError` naming the characters that the figures' fonts cannot draw.

    Parameters
    ----------
    text : str or iterable of str
        What is about to be drawn.
    font : str or path, optional
        See `font_family`.

    Raises
    ------
    FontError
        With each missing character, its code point and a text that has it: a box in a figure would say
        nothing at all.

    Examples
    --------
    >>> check_glyphs(["网格化", "−3 ℃"])
    """
    texts = [text] if isinstance(text, str) else list(text)
    missing = missing_glyphs(texts, font=font)
    if not missing:
        return
    named = [
        f"{char + ' ' if char.isprintable() else ''}(U+{ord(char):04X}, in {next(t for t in texts if char in t)!r})"
        for char in missing[:_SHOWN]
    ]
    more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
    raise FontError(
        f"no glyph for {', '.join(named)}{more} in {' or '.join(family_list(font))}. Drop these terms from the table, "
        f"or name a font file that has the characters in the environment variable {_VARIABLE}."
    )


def outline(text: str) -> MplPath:
    """Return the outline of one line of text at 100 points, baseline at zero; a dollar sign is a character."""
    return _outline(text, tuple(family_list(None)))


def outline_box(text: str) -> tuple[float, float, float, float]:
    """Return left, bottom, right and top of an `outline`: of its control points, which never lie inside the ink."""
    return _outline_box(text, tuple(family_list(None)))


def text_width(text: str, size: float) -> float:
    """Return the width of one line of text in points.

    >>> round(text_width("网格", 8))
    16
    """
    return _width(text, tuple(family_list(None))) * size / 100


def raster(text: str, size: float) -> NDArray[np.uint8]:
    """Return the ink of one line of text as pixels, shape (height, width), at 72 dots an inch."""
    drawn = get_font([_face(None).font_path, _face(FALLBACK).font_path])
    drawn.set_size(size, 72)
    drawn.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    drawn.draw_glyphs_to_bitmap(antialiased=True)
    return np.array(drawn.get_image(), dtype=np.uint8)


@functools.lru_cache(maxsize=8192)
def _outline(text: str, families: tuple[str, ...]) -> MplPath:
    vertices, codes = text_to_path.get_text_path(FontProperties(family=list(families)), text, ismath=False)
    return MplPath(np.asarray(vertices, dtype=float).reshape(-1, 2), np.asarray(codes, dtype=np.uint8), readonly=True)


@functools.lru_cache(maxsize=8192)
def _outline_box(text: str, families: tuple[str, ...]) -> tuple[float, float, float, float]:
    path = _outline(text, families)
    points = np.asarray(path.vertices, dtype=float)[np.asarray(path.codes) != MplPath.CLOSEPOLY]
    if not len(points):
        return 0.0, 0.0, 0.0, 0.0
    (left, bottom), (right, top) = points.min(axis=0), points.max(axis=0)
    return float(left), float(bottom), float(right), float(top)


@functools.lru_cache(maxsize=8192)
def _width(text: str, families: tuple[str, ...]) -> float:
    prop = FontProperties(family=list(families), size=100)
    return float(text_to_path.get_text_width_height_descent(text, prop, ismath=False)[0])


def family_list(font: str | os.PathLike[str] | None = None) -> list[str]:
    """Return the families of the figures, in the order in which a glyph is looked for."""
    return list(dict.fromkeys((font_family(font), FALLBACK)))


def _face(font: str | os.PathLike[str] | None) -> _Face:
    """Find and register the face for a request: an argument, else the environment, else the default."""
    if font is not None:
        return _requested(os.fspath(font), "font")
    wanted = os.environ.get(_VARIABLE)
    return _requested(wanted, _VARIABLE) if wanted else _default()


@functools.lru_cache(maxsize=64)
def _requested(wanted: str, origin: str) -> _Face:
    path = Path(wanted).expanduser()
    if path.is_file() or path.suffix.lower() in _ENDINGS:
        return _from_file(path, origin)
    face = _default() if wanted == "Noto Sans SC" else _installed(wanted)
    if face is None:
        raise FontError(
            f"{origin} names the font {wanted!r}, which is neither a file nor an installed family. Give the path of "
            "an .otf, .ttf or .ttc file, or leave it out to use Noto Sans SC."
        )
    return face


@functools.lru_cache(maxsize=1)
def _default() -> _Face:
    try:
        package = importlib.import_module("pylopdf_fonts_zh_cn")
    except ImportError:
        pass
    else:
        return _from_file(Path(package.sans_path()), "pylopdf-fonts-zh-cn")
    for family in _SYSTEM:
        face = _installed(family)
        if face is not None and all(ord(char) in _charmap(face) for char in _PROBE):
            return face
    raise FontError(
        "no Chinese font was found. Install the package pylopdf-fonts-zh-cn (it is among textkit's requirements), "
        f"or name a font file in the environment variable {_VARIABLE}."
    )


def _from_file(path: Path, origin: str) -> _Face:
    """Load a font file and put it at the front of matplotlib's register, once."""
    if not path.is_file():
        raise FontError(f"{origin} names the font file {path}, which does not exist. Check the path.")
    try:
        family = FT2Font(path).family_name
        known = len(fontManager.ttflist)
        fontManager.addfont(path)
    except (RuntimeError, OSError, ValueError) as error:
        raise FontError(
            f"{origin} names {path.name}, which matplotlib cannot load ({error}). Give an .otf, .ttf or .ttc file; "
            "web fonts (.woff, .woff2) have to be converted."
        ) from error
    # A system font of the same name would win a draw by standing first, and figures would differ by machine.
    register = fontManager.ttflist
    register[:] = register[known:] + register[:known]
    return _Face(path, 0, family)


def _installed(family: str) -> _Face | None:
    try:
        found = fontManager.findfont(FontProperties(family=[family]), fallback_to_default=False)
    except ValueError:
        return None
    index = int(getattr(found, "face_index", 0))
    return _Face(Path(str(found)), index, FT2Font(str(found), face_index=index).family_name)


@functools.lru_cache(maxsize=64)
def _charmap(face: _Face) -> frozenset[int]:
    return frozenset(FT2Font(face.path, face_index=face.index).get_charmap())


@functools.lru_cache(maxsize=64)
def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
