from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib.font_manager import FontProperties, findfont, fontManager
from matplotlib.text import Text

from textkit import fonts
from textkit.errors import ArgumentError, FontError


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.delenv("TEXTKIT_FONT", raising=False)
    yield
    for cached in (fonts._requested, fonts._default):
        cached.cache_clear()


def test_the_font_comes_with_the_package_and_wins_over_a_system_font_of_the_same_name(tmp_path):
    system = tmp_path / "NotoSansSC-old.otf"
    system.write_bytes(fonts.font_path().read_bytes())
    fontManager.addfont(system)
    fontManager.ttflist.insert(0, fontManager.ttflist.pop())
    try:
        fonts._default.cache_clear()
        assert fonts.font_family() == "Noto Sans SC"
        assert Path(findfont(FontProperties(family=["Noto Sans SC"]))) == fonts.font_path().resolve()
        assert "pylopdf_fonts_zh_cn" in str(fonts.font_path())
    finally:
        fontManager.ttflist[:] = [entry for entry in fontManager.ttflist if entry.fname != str(system)]


def test_registering_touches_no_setting():
    before = dict(mpl.rcParams)
    fonts._default.cache_clear()
    fonts.font_family()
    assert dict(mpl.rcParams) == before


def test_argument_before_environment_before_default(monkeypatch):
    serif = fonts.font_path().with_name("NotoSerifSC-Regular.otf")
    monkeypatch.setenv("TEXTKIT_FONT", str(serif))
    assert fonts.font_family() == "Noto Serif SC"
    assert fonts.font_family("DejaVu Sans Mono") == "DejaVu Sans Mono"
    assert fonts.font_hash() == hashlib.sha256(serif.read_bytes()).hexdigest()
    with fonts.style() as families:
        assert families == mpl.rcParams["font.family"] == ["Noto Serif SC", "DejaVu Sans"]
    monkeypatch.setenv("TEXTKIT_FONT", "Noto Sans SC")  # by name, also where it is not installed
    assert fonts.font_path().name == "NotoSansSC-Regular.otf"


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("No Such Family", "TEXTKIT_FONT names the font 'No Such Family', which is neither a file nor an installed"),
        (
            "nowhere/font.otf",
            "TEXTKIT_FONT names the font file nowhere/font.otf, which does not exist. Check the path.",
        ),
    ],
)
def test_a_font_that_was_asked_for_and_is_not_there_is_an_error(monkeypatch, wanted, message):
    monkeypatch.setenv("TEXTKIT_FONT", wanted)
    with pytest.raises(FontError) as error:
        fonts.font_family()
    assert message in str(error.value)


def test_a_file_that_is_no_font(tmp_path):
    for name in ("bad.otf", "web.woff2"):
        file = tmp_path / name
        file.write_bytes(b"this is not a font")
        with pytest.raises(FontError, match=rf"font names {name}, which matplotlib cannot load .* web fonts"):
            fonts.font_family(file)


def test_without_the_package_a_system_font_is_tested_for_glyphs(monkeypatch):
    monkeypatch.setitem(sys.modules, "pylopdf_fonts_zh_cn", None)
    monkeypatch.setattr(fonts, "_SYSTEM", ("No Such Family", "DejaVu Sans"))  # the second has no Chinese
    fonts._default.cache_clear()
    with pytest.raises(FontError) as error:
        fonts.font_family()
    assert str(error.value) == (
        "no Chinese font was found. Install the package pylopdf-fonts-zh-cn (it is among textkit's requirements), "
        "or name a font file in the environment variable TEXTKIT_FONT."
    )
    monkeypatch.setattr(fonts, "_SYSTEM", ("DejaVu Sans", "Noto Sans SC"))  # registered by the other tests
    assert fonts.font_family() == "Noto Sans SC"


def test_style_starts_from_defaults_and_leaves_no_trace():
    with mpl.rc_context({"axes.grid": True, "text.usetex": True, "font.size": 40, "savefig.bbox": "tight"}):
        before = dict(mpl.rcParams)
        with fonts.style(size=10):
            inside = {key: mpl.rcParams[key] for key in ("axes.grid", "text.usetex", "savefig.bbox", "font.size")}
            assert inside == {"axes.grid": False, "text.usetex": False, "savefig.bbox": None, "font.size": 10}
            assert mpl.rcParams["svg.hashsalt"] == "textkit"
            assert mpl.rcParams["pdf.fonttype"] == 3
        assert dict(mpl.rcParams) == before
        with pytest.raises(ZeroDivisionError), fonts.style():
            _ = 1 / 0
        assert dict(mpl.rcParams) == before
    with pytest.raises(ArgumentError, match="size must be a finite number"), fonts.style(size=float("nan")):
        pass


def test_an_existing_ax_gets_the_font_for_old_and_new_texts():
    figure, ax = plt.subplots()
    ax.set_title("标题")
    ax.set_xlabel("横轴")
    ax.plot([0, 1], label="图例")
    ax.legend()
    assert fonts.apply_font(ax) is ax
    ax.set_xticks(range(30), [f"词{i}" for i in range(30)])  # more ticks than there were
    figure.canvas.draw()  # a missing glyph would be a warning, and that an error
    assert {tuple(text.get_fontfamily()) for text in ax.findobj(Text)} == {("Noto Sans SC", "DejaVu Sans")}
    with pytest.raises(ArgumentError, match="ax must be a Axes, got a Figure"):
        fonts.apply_font(figure)


def test_glyphs_of_both_fonts_count():
    fonts.check_glyphs("网格化 −3 ℃ ①②③ ×10³ 鎔 😀\n")  # 😀 is in DejaVu Sans
    assert fonts.missing_glyphs(["起飞🚀", "🚀", "𠮷"]) == ["🚀", "𠮷"]  # rare characters of Extension B
    with pytest.raises(FontError) as error:
        fonts.check_glyphs(["一", "x\ue000", "🚀"])
    assert str(error.value) == (
        "no glyph for (U+E000, in 'x\\ue000'), 🚀 (U+1F680, in '🚀') in Noto Sans SC or DejaVu Sans. Drop these terms "
        "from the table, or name a font file that has the characters in the environment variable TEXTKIT_FONT."
    )
    many = "".join(chr(0xE000 + i) for i in range(12))
    with pytest.raises(FontError, match="and 2 more in Noto Sans SC or"):
        fonts.check_glyphs(many)


def test_widths_and_rasters():
    assert fonts.text_width("网格网格", 10) == pytest.approx(40, abs=1)
    assert fonts.text_width("a$b_$c", 10) > fonts.text_width("abc", 10)  # no mathematics
    pixels = fonts.raster("网", 40)
    assert pixels.shape[0] in range(34, 42) and pixels.max() == 255
    assert fonts.outline_box(" ") == (0.0, 0.0, 0.0, 0.0)
