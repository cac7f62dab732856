"""Write a report into an empty folder: tables, figures, page, manifest."""

from __future__ import annotations

import base64
import io
import tempfile
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
from PIL import Image

from textkit.corpus import Corpus
from textkit.figures import save_figure
from textkit.progress import track
from textkit.provenance import versions
from textkit.report.analysis import Analysis, Clock
from textkit.report.blocks import Picture
from textkit.report.charts import Chart, plan_charts
from textkit.report.csvs import to_csv
from textkit.report.folder import MANIFEST, PAGE, hashes, to_json
from textkit.report.manifest import Origin, make_manifest
from textkit.report.notes import Note
from textkit.report.page import make_page
from textkit.report.settings import Settings
from textkit.report.sources import Sources
from textkit.report.wording import wording
from textkit.storage import write_bytes

INDEXED = ("similarity_matrix",)
"""Tables whose row names matter."""
DPI = 200
_IMAGES = ("png", "svg", "pdf")


def write_report(
    folder: Path,
    analysis: Analysis,
    settings: Settings,
    origin: Origin,
    clock: Clock,
    *,
    progress: bool | None = None,
) -> tuple[str, ...]:
    """Write everything that was asked for and return the names of the files."""
    with clock.step("tables"):
        if "csv" in settings.formats:
            for name, table in analysis.tables.items():
                write_bytes(folder / "tables" / f"{name}.csv", to_csv(table, index=name in INDEXED))
    pictures: dict[tuple[str, str], Picture] = {}
    missing: tuple[str, ...] = ()
    if {"html", *_IMAGES} & set(settings.formats):
        with clock.step("figures"):
            pictures, missing = _draw(folder, analysis, settings, progress)
    if missing:
        note = Note("caution_glyphs", {"chars": " ".join(missing[:30])})
        analysis = replace(analysis, notes=(*analysis.notes, note))
    with clock.step("page"):
        if "html" in settings.formats:
            write_bytes(folder / PAGE, _page(folder, analysis, settings, origin, pictures))
        outputs = hashes(folder)
        write_bytes(folder / MANIFEST, to_json(make_manifest(analysis, settings, origin, outputs, missing)))
    return (*outputs, MANIFEST)


def _draw(
    folder: Path, analysis: Analysis, settings: Settings, progress: bool | None
) -> tuple[dict[tuple[str, str], Picture], tuple[str, ...]]:
    """Draw all figures, save the formats asked for, and keep those of the page."""
    say = wording(settings.lang)
    asked = tuple(name for name in _IMAGES if name in settings.formats)
    plans = plan_charts(analysis, say)
    pictures: dict[tuple[str, str], Picture] = {}
    inputs = {"corpus": analysis.corpus}
    with tempfile.TemporaryDirectory(prefix="textkit-") as scratch:
        for chart in track(plans, "drawing", total=len(plans), show=progress):
            try:
                saved = _save(chart, folder / "figures", asked, inputs) if asked else []
                if "html" in settings.formats:
                    shown = saved if "png" in asked else _save(chart, Path(scratch), ("png",), inputs)
                    image = next(path for path in shown if path.suffix == ".png")
                    file = f"figures/{chart.name}.{asked[0]}" if asked else ""
                    pictures[chart.key, chart.unit] = _picture(image, chart, file)
            finally:
                plt.close(chart.figure)
    for hidden in (folder / "figures").glob(".*"):  # the lock of save_figure
        hidden.unlink()
    return pictures, plans.missing


def _save(chart: Chart, folder: Path, formats: tuple[str, ...], inputs: dict[str, Corpus]) -> list[Path]:
    # source="": a report is made again by its command, not by the notebook that may be running
    return save_figure(chart.figure, chart.name, inputs=inputs, folder=folder, formats=formats, dpi=DPI, source="")


def _picture(path: Path, chart: Chart, file: str) -> Picture:
    """Return a figure for the page; clouds, the largest files by far, with 64 colours and a quarter of the bytes."""
    with Image.open(path, formats=["PNG"]) as image:
        width, height = image.size
        png = path.read_bytes()
        if "cloud" in chart.key:
            stream = io.BytesIO()
            flat = image.convert("RGB").quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
            flat.save(stream, "PNG")
            png = stream.getvalue()
    data = base64.b64encode(png).decode("ascii")
    return Picture(data, chart.alt, width // 2, height // 2, chart.caption, file)


def _page(
    folder: Path,
    analysis: Analysis,
    settings: Settings,
    origin: Origin,
    pictures: dict[tuple[str, str], Picture],
) -> bytes:
    sources = Sources(
        analysis,
        settings,
        pictures,
        wording(settings.lang),
        origin.command,
        tuple(origin.warnings),
        versions(),
        origin.fingerprint,
        tuple(hashes(folder)),
    )
    return make_page(sources)
