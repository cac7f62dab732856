"""Figures that can be cited: the picture, the plotted numbers, and how both came about, in every file.

A folder of figures has a ``manifest.json``: for each figure its files with their SHA-256, the provenance and the
source that made it. `verify` compares it with what is there, or with what the sources make today.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np
import pandas as pd
from filelock import FileLock, Timeout
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import iTXt

from textkit import drawing, fonts, provenance
from textkit.drawing import Drawn
from textkit.errors import (
    ArgumentError,
    FontError,
    ReadError,
    TextkitError,
    WriteError,
    check_choice,
    check_int,
    check_path,
    check_type,
    listing,
)
from textkit.storage import write_bytes

SCHEMA = "textkit-figure/1"
MANIFEST = "manifest.json"
FORMATS = ("png", "svg", "pdf")

_MANIFEST_SCHEMA = "textkit-manifest/1"
_LOCK = ".manifest.lock"
_FOLDER = "figures"
_MADE_FOR = "TEXTKIT_REBUILD"  # set by verify: the folder whose figures are being made again, elsewhere
_ROOT_SIGNS = ("pyproject.toml", "requirements.lock", ".git")
_PATIENCE = 60  # seconds to wait for another process that writes into the same folder
_LONGEST = 1800  # seconds that one source may run
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # also the full-width signs, which spreadsheets take for the others
_SHOWN = 3


def save_figure(
    figure: Figure | SubFigure | Axes | Sequence[Axes],
    name: str,
    *,
    table: pd.DataFrame | None = None,
    inputs: Mapping[str, Any] | Sequence[Any] | None = None,
    folder: str | os.PathLike[str] = _FOLDER,
    formats: Sequence[str] = ("png",),
    dpi: int = 200,
    notes: str | None = None,
    source: str | os.PathLike[str] | None = None,
) -> list[Path]:
    """Save a figure with its numbers and its provenance, the same bytes from run to run.

    Writes ``name.png`` (``.svg``, ``.pdf``), ``name.csv`` with the numbers as drawn, and an entry in
    ``manifest.json``; each file appears whole or not at all.

    Parameters
    ----------
    figure : Figure, Axes or sequence of Axes
        What a ``plot_`` function returned, or the figure it is on.
    name : str
        File name without ending; Chinese is fine.
    table : DataFrame, optional
        The plotted numbers. The ``plot_`` functions remember theirs; a picture drawn by hand needs it.
    inputs : mapping or sequence, optional
        What the figure was made from: files (hashed, named by their file name only), and objects with a
        ``fingerprint`` such as a Corpus. What the table knows of its own inputs is recorded anyway.
    folder : path
        Where to write. The environment variable ``TEXTKIT_FIGURES`` replaces the default ``figures``.
    formats : sequence of {"png", "svg", "pdf"}
        Which pictures to write.
    dpi : int
        Dots an inch of the PNG.
    notes : str, optional
        A remark to keep with the figure.
    source : path, optional
        The ``.py`` file (a script or notebook source) that made the figure, inside the project, so that `verify` can
        run it again. Without it the environment variable ``TEXTKIT_SOURCE``.

    Returns
    -------
    list of Path
        The files written: pictures, then tables (``name-1.csv``, ``name-2.csv`` if several tables were drawn).

    Raises
    ------
    ArgumentError
        If the plotted numbers are not known, or an argument cannot be used.
    FontError
        If a text of the figure has a character without a glyph.
    WriteError
        If a file cannot be written.

    Notes
    -----
    In the CSV floats have six significant digits, line ends are LF, the encoding is UTF-8, and a text that a
    spreadsheet would take for a formula begins with an apostrophe. The provenance holds function and settings of
    table and plot, hashes of inputs, data, font and lock file, seed and versions; it holds no time, host, user or
    path. Bytes are equal for the same lock file on the same platform; across versions of matplotlib only the
    numbers are.

    Examples
    --------
    >>> from textkit.plots.frequency import plot_frequency
    >>> table = pd.DataFrame({"group": "all", "term": ["工作"], "count": [8], "rate": [8e5]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = save_figure(plot_frequency(table), "词频", folder=folder)
    ...     [file.name for file in files], read_provenance(files[0])["plots"][0]["function"]
    (['词频.png', '词频.csv'], 'plot_frequency')
    """
    name = _checked_name(name)
    kinds = _checked_formats(formats)
    dpi = check_int("dpi", dpi, minimum=20, maximum=2400)
    whole, axes = _whole(figure)
    drawn = _drawn(axes, table)
    target = _target(folder)
    tables = {_table_name(name, i, len(drawn)): _csv(item.table) for i, item in enumerate(drawn)}
    note = _provenance(name, drawn, tables, _hashed_inputs(inputs), dpi, notes)
    pictures = {f"{name}.{kind}": _render(whole, kind, dpi, name, note) for kind in kinds}
    contents = {**pictures, **tables}
    entry = {
        "files": {file: _facts(file, data) for file, data in contents.items()},
        "provenance": note,
        "source": _source_note(source, Path(folder)),
    }
    with _locked(target):
        manifest = _read_manifest(target, missing_ok=True)
        _check_ownership(manifest, name, contents)
        written = [write_bytes(target / file, data) for file, data in contents.items()]
        manifest["figures"][name] = entry
        write_bytes(target / MANIFEST, _json(manifest, indent=1).encode())
    return written


def read_provenance(file: str | os.PathLike[str]) -> dict[str, Any]:
    """Read how a saved figure came about.

    Parameters
    ----------
    file : path
        A .png, .svg or .pdf that `save_figure` wrote.

    Returns
    -------
    dict
        ``schema``; ``name``; ``plots``, a list with the plot's ``function``, ``settings`` and ``seed``, the ``table``
        it drew (``function, settings, inputs``) and the ``data`` (``file, sha256``); ``inputs``; ``versions``;
        ``font``; ``lock``; ``dpi``; ``notes``.

    Raises
    ------
    ReadError
        If the file does not exist, cannot be read or holds no provenance.

    Notes
    -----
    The file is read as data: nothing in it is run, and entities of an SVG are not resolved.

    Examples
    --------
    >>> read_provenance("figure.gif")
    Traceback (most recent call last):
    textkit.errors.ReadError: figure.gif is not a .png, .svg or .pdf file: provenance is kept in these only.
    """
    path = check_path("file", file)
    readers = {".png": _text_of_png, ".svg": _text_of_svg, ".pdf": _text_of_pdf}
    if path.suffix.lower() not in readers:
        raise ReadError(f"{path.name} is not a .png, .svg or .pdf file: provenance is kept in these only.")
    if not path.is_file():
        raise ReadError(f"there is no file {path}.")
    text = readers[path.suffix.lower()](path)
    try:
        note = json.loads(text) if text else None
    except (ValueError, RecursionError):
        note = None
    if not isinstance(note, dict) or not str(note.get("schema", "")).startswith("textkit-figure/"):
        raise ReadError(
            f"{path.name} holds no provenance of textkit. Was it saved with save_figure, and not edited since?"
        )
    return note


def verify(folder: str | os.PathLike[str] = _FOLDER, *, rebuild: bool = False) -> pd.DataFrame:
    r"""Compare a folder of figures with its manifest, or with what its sources make today.

    Parameters
    ----------
    folder : path
        A folder that `save_figure` wrote into.
    rebuild : bool
        Run each recorded source again, with figures going to a temporary folder, and compare. This runs the
        project's own code: only ``.py`` files inside the project (the nearest folder upwards with a
        ``pyproject.toml``, ``requirements.lock`` or ``.git``) are run, but do not verify a project you do not trust.

    Returns
    -------
    DataFrame
        One row a file, in order of the name:

        - ``file``: its name
        - ``status``: ``"ok"``, ``"missing"`` (listed, but not there or no longer made), ``"changed"``,
          ``"unlisted"`` (there, but not in the manifest) or ``"failed"`` (its source stopped with an error)
        - ``what``: what changed first, of ``"data"`` (inputs or numbers), ``"parameters"``, ``"versions"`` (of
          libraries, font or lock file), ``"bytes"`` (everything recorded is equal, the file is not); else ``""``
        - ``detail``: all differences in words

    Raises
    ------
    ReadError
        If the folder has no manifest, or a damaged one.
    ArgumentError
        If the manifest names a source or file outside the project or folder.

    Examples
    --------
    >>> from textkit.plots.frequency import plot_frequency
    >>> table = pd.DataFrame({"group": "all", "term": ["工作"], "count": [8], "rate": [8e5]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     png, csv = save_figure(plot_frequency(table), "terms", folder=folder)
    ...     _ = csv.write_text("term,count\n", encoding="utf-8")
    ...     verify(folder)[["file", "status", "what"]].values.tolist()
    [['terms.csv', 'changed', 'data'], ['terms.png', 'ok', '']]
    """
    root = check_path("folder", folder)
    manifest = _read_manifest(root, missing_ok=False)
    rows = _compare_with_disk(root, manifest)
    if rebuild:
        with tempfile.TemporaryDirectory(prefix="textkit-verify-") as temporary:
            failures = _run_sources(root, manifest, Path(temporary))
            rebuilt = _read_manifest(Path(temporary), missing_ok=True)
            rows.update(_compare_with_rebuilt(manifest, rebuilt, failures, rows))
    ordered = [(file, *rows[file]) for file in sorted(rows)]
    table = pd.DataFrame(ordered, columns=["file", "status", "what", "detail"], dtype=object)
    return provenance.stamp(table, "verify", rebuild=rebuild)


# What was drawn -------------------------------------------------------------------------------------------------------


def _whole(figure: Any) -> tuple[Figure, list[Axes]]:
    """Return the whole figure, and the axes meant."""
    if isinstance(figure, (Figure, SubFigure)):
        whole = figure.get_figure(root=True)
        assert isinstance(whole, Figure)
        return whole, list(figure.axes)
    given = [figure] if isinstance(figure, Axes) else list(np.ravel(np.asarray(figure, dtype=object)))
    hint = "Give what a plot_ function returned."
    if not given:
        raise ArgumentError(f"figure holds no axes. {hint}")
    for ax in given:
        check_type("figure", ax, Axes, hint=hint)
    wholes = [drawing.whole_figure(ax) for ax in given]
    if any(whole is not wholes[0] for whole in wholes):
        raise ArgumentError("figure holds axes of several figures; save each figure by itself.")
    return wholes[0], list(wholes[0].axes)


def _drawn(axes: list[Axes], table: pd.DataFrame | None) -> list[Drawn]:
    known = drawing.recall(axes)
    if table is not None:
        check_type("table", table, pd.DataFrame)
        plots = {item.function for item in known}
        return [
            Drawn(next(iter(plots)) if len(plots) == 1 else "", known[0].settings if len(known) == 1 else {}, table)
        ]
    if not known:
        raise ArgumentError(
            "the plotted numbers are not known, because no plot_ function of textkit drew this figure. "
            "Give them as table=."
        )
    return known


def _checked_name(name: str) -> str:
    check_type("name", name, str)
    wrong = (
        not name
        or name != name.strip()
        or name.startswith((".", "-"))
        or name.endswith(".")
        or re.search(r'[<>:"/\\|?*\x00-\x1f]', name)
        or len(name.encode("utf-8", "replace")) > 200
        or not name.isprintable()
    )
    if wrong or name.lower() in {MANIFEST, Path(MANIFEST).stem}:
        raise ArgumentError(f"name must be a plain file name without ending and folders, got {name!r}.")
    if name.lower().endswith(tuple(f".{kind}" for kind in (*FORMATS, "csv"))):
        raise ArgumentError(f"name must have no ending, got {name!r}. Say which files to write with formats=.")
    return name


def _checked_formats(formats: Sequence[str]) -> list[str]:
    if isinstance(formats, str):
        raise ArgumentError(f"formats must be a sequence such as ('png', 'svg'), got {formats!r}.")
    kinds = [check_choice("formats", kind, FORMATS) for kind in dict.fromkeys(formats)]
    if not kinds:
        raise ArgumentError(f"formats must name at least one of {listing(FORMATS)}.")
    return kinds


def _table_name(name: str, i: int, count: int) -> str:
    return f"{name}.csv" if count == 1 else f"{name}-{i + 1}.csv"


def _csv(table: pd.DataFrame) -> bytes:
    """Write the numbers: six digits, LF, UTF-8, and nothing that a spreadsheet would run."""
    plain = table if isinstance(table.index, pd.RangeIndex) else table.reset_index()
    columns = [[_cell(str(plain.columns[i])), *map(_cell, plain.iloc[:, i])] for i in range(plain.shape[1])]
    lines = (",".join(_quoted(cell) for cell in row) for row in zip(*columns, strict=True))
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(char in cell for char in ',"\r\n') else cell


def _cell(value: Any) -> str:
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (float, np.floating)):
        if math.isnan(value):
            return ""
        text = f"{float(value):.6g}"
        return "0" if text == "-0" else text
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    text = str(value)
    return "'" + text if text.startswith(_FORMULA) else text


# Provenance -----------------------------------------------------------------------------------------------------------


def _provenance(
    name: str, drawn: list[Drawn], tables: dict[str, bytes], inputs: dict[str, str], dpi: int, notes: str | None
) -> dict[str, Any]:
    if notes is not None:
        check_type("notes", notes, str)
    plots = []
    for item, (file, data) in zip(drawn, tables.items(), strict=True):
        made = item.table.attrs.get("textkit")
        made = made if isinstance(made, dict) else {}
        settings = made.get("settings", {})
        plots.append(
            {
                "function": item.function,
                "settings": item.settings,
                "seed": _seed(settings, item.settings),
                "table": {
                    "function": made.get("function"),
                    "settings": settings,
                    "inputs": made.get("inputs", {}),
                },
                "data": {"file": file, "sha256": hashlib.sha256(data).hexdigest()},
            }
        )
    note = {
        "schema": SCHEMA,
        "name": name,
        "plots": plots,
        "inputs": inputs,
        "versions": _versions(),
        "font": {"family": fonts.font_family(), "sha256": fonts.font_hash()},
        "lock": _lock_hash(),
        "dpi": dpi,
        "notes": notes,
    }
    clean: dict[str, Any] = _without_traces(provenance.plain(note))
    return clean


def _seed(*settings: dict[str, Any]) -> int | None:
    """Find the seed among the settings: an argument of its own, or inside the repr of a method."""
    for each in settings:
        found = re.search(r"\brandom_state(?:=|\": ?)(\d+)", f"{json.dumps(each)} {each.get('method', '')}")
        if found:
            return int(found.group(1))
    return None


@functools.cache
def _versions() -> dict[str, str]:
    return provenance.versions()


def _hashed_inputs(inputs: Mapping[str, Any] | Sequence[Any] | None) -> dict[str, str]:
    """Name and hash what the figure was made from."""
    if inputs is None:
        return {}
    if isinstance(inputs, (str, os.PathLike)) or hasattr(inputs, "fingerprint"):
        inputs = [inputs]
    named = inputs.items() if isinstance(inputs, Mapping) else [(None, item) for item in inputs]
    found: dict[str, str] = {}
    for given, item in named:
        if isinstance(item, (str, os.PathLike)):
            path = Path(item)
            try:
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
            except OSError as error:
                raise ReadError(
                    f"inputs names the file {path}, which cannot be read ({error.strerror or error}). Check the path."
                ) from error
            name = path.name if given is None else f"{given}: {path.name}"
        elif isinstance(getattr(item, "fingerprint", None), str):
            digest = item.fingerprint
            name = type(item).__name__ if given is None else str(given)
        else:
            raise ArgumentError(
                f"inputs must hold files, or objects with a fingerprint such as a Corpus, got a {type(item).__name__}."
            )
        if found.setdefault(name, digest) != digest:
            raise ArgumentError(f"inputs has two different {name!r}. Give them names: inputs={{'a': …, 'b': …}}.")
    return found


def _lock_hash() -> str | None:
    """Hash the lock file of the project that runs, if there is one."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        lock = folder / "requirements.lock"
        if lock.is_file():
            return hashlib.sha256(lock.read_bytes()).hexdigest()
    return None


_QUOTED_PATH = re.compile(r"""(?P<quote>['"])(?:/|[A-Za-z]:[\\/])[^'"]*?(?P<name>[^'"/\\]+)(?P=quote)""")


def _without_traces(value: Any) -> Any:
    """Leave only the file name of absolute paths, which differ by machine and tell who worked there."""
    if isinstance(value, dict):
        return {key: _without_traces(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_traces(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if not isinstance(value, str):
        return value
    for flavour in (PurePosixPath, PureWindowsPath):
        path = flavour(value)
        if path.is_absolute() and len(path.parts) > 2:
            return path.name
    return _QUOTED_PATH.sub(lambda found: f"{found['quote']}{found['name']}{found['quote']}", value)


def _json(value: Any, *, indent: int | None = None) -> str:
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=indent, separators=separators, allow_nan=False)
    return text + ("\n" if indent is not None else "")


# Pictures -------------------------------------------------------------------------------------------------------------


def _render(figure: Figure, kind: str, dpi: int, name: str, note: dict[str, Any]) -> bytes:
    text = _json(note)
    # without the None matplotlib writes the time or its own version, and no two files are equal
    metadata: dict[str, Any] = {
        "png": {"Title": name, "Software": None, "textkit": iTXt(text, "", "")},
        "svg": {"Title": name, "Description": text, "Date": None, "Creator": None},
        "pdf": {
            "Title": name,
            "Subject": text,
            "CreationDate": None,
            "ModDate": None,
            "Creator": None,
            "Producer": None,
        },
    }[kind]
    buffer = io.BytesIO()
    with fonts.style(), warnings.catch_warnings():
        warnings.filterwarnings("error", message=r"Glyph \d+", category=UserWarning)
        try:
            figure.savefig(buffer, format=kind, dpi=dpi, metadata=metadata)
        except UserWarning as warning:
            raise FontError(
                f"the figure was not saved: {str(warning).rstrip('.')}. Change that text, or name a font file that has "
                "the character in the environment variable TEXTKIT_FONT and draw again."
            ) from None
    return buffer.getvalue()


def _facts(file: str, data: bytes) -> dict[str, str]:
    facts = {"sha256": hashlib.sha256(data).hexdigest()}
    if file.endswith(".png"):
        facts["pixels_sha256"] = _pixels(data)
    return facts


def _pixels(data: bytes) -> str:
    """Hash the decoded picture: another compressor may write other bytes for the same one."""
    with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
        return provenance.sha256(f"{image.width}x{image.height}", image.convert("RGBA").tobytes())


def _text_of_png(path: Path) -> str | None:
    try:
        with Image.open(path, formats=["PNG"]) as image:
            text = image.info.get("textkit")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise ReadError(f"{path.name} cannot be read as PNG ({error}).") from error
    return text if isinstance(text, str) else None


def _text_of_svg(path: Path) -> str | None:
    from lxml import etree

    data = path.read_bytes()
    if b"<!ENTITY" in data:
        raise ReadError(f"{path.name} defines entities, which no figure of textkit does. It was not read.")
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ReadError(f"{path.name} cannot be read as SVG ({error}).") from error
    found = root.find(".//{http://purl.org/dc/elements/1.1/}description")
    return None if found is None else found.text


def _text_of_pdf(path: Path) -> str | None:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        metadata = PdfReader(path).metadata
        return None if metadata is None or metadata.subject is None else str(metadata.subject)
    except (PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ReadError(f"{path.name} cannot be read as PDF ({error}).") from error


# The manifest ---------------------------------------------------------------------------------------------------------


def _target(folder: str | os.PathLike[str]) -> Path:
    """Return where to write: the folder, unless the environment sends figures elsewhere."""
    elsewhere = os.environ.get("TEXTKIT_FIGURES")
    if not elsewhere:
        return Path(folder)
    made_for = os.environ.get(_MADE_FOR)
    if os.fspath(folder) == _FOLDER or (made_for and Path(folder).resolve() == Path(made_for)):
        return Path(elsewhere)
    # while verify rebuilds, nothing else of the project may be overwritten either
    if made_for and Path(folder).resolve().is_relative_to(_project(Path(made_for))):
        return Path(elsewhere) / "other" / Path(folder).name
    return Path(folder)


class _locked:  # noqa: N801  (reads as a verb where it is used)
    """Hold the lock of a folder, made if it is not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock: Any = None

    def __enter__(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.lock = FileLock(self.folder / _LOCK, timeout=_PATIENCE)
            self.lock.acquire()
        except Timeout as error:
            raise WriteError(
                f"another process has been writing into {self.folder} for more than {_PATIENCE} seconds. Wait for it, "
                f"or remove {_LOCK} there if none runs."
            ) from error
        except OSError as error:
            raise WriteError(
                f"cannot write into {self.folder}: {error.strerror or error}. Choose a folder you may write to."
            ) from error

    def __exit__(self, *_: object) -> None:
        self.lock.release()


def _read_manifest(folder: Path, *, missing_ok: bool) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        if missing_ok:
            return {"schema": _MANIFEST_SCHEMA, "figures": {}}
        raise ReadError(
            f"there is no {MANIFEST} in {folder}. Only folders that save_figure wrote into can be verified."
        )
    try:
        manifest = json.loads(path.read_bytes())
        if manifest["schema"] != _MANIFEST_SCHEMA:
            raise ValueError(f"schema {manifest['schema']!r}")
        for entry in manifest["figures"].values():
            if not all(isinstance(facts["sha256"], str) for facts in entry["files"].values()):
                raise ValueError("no sha256")
            if not isinstance(entry["provenance"], dict):
                raise ValueError("no provenance")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ReadError(
            f"{path} is damaged or not textkit's ({error}). Move it away and save the figures again."
        ) from error
    for entry in manifest["figures"].values():
        for file in entry["files"]:
            if PurePosixPath(file).name != file or PureWindowsPath(file).name != file or file.startswith("."):
                raise ArgumentError(
                    f"{path} lists {file!r}, which is not a plain file name. The folder was not verified."
                )
    clean: dict[str, Any] = manifest
    return clean


def _check_ownership(manifest: dict[str, Any], name: str, files: Iterable[str]) -> None:
    """Refuse to write a file that belongs to another figure of the folder."""
    for other, entry in manifest["figures"].items():
        both = sorted(set(files) & set(entry["files"])) if other != name else []
        if both:
            raise ArgumentError(
                f"{both[0]} belongs to the figure {other!r} already. Choose another name than {name!r}."
            )


def _project(folder: Path) -> Path:
    """Return the project that a folder belongs to: the nearest one upwards that looks like one."""
    resolved = folder.resolve()
    for candidate in (resolved, *resolved.parents):
        if any((candidate / sign).exists() for sign in _ROOT_SIGNS):
            return candidate
    return resolved.parent


def _source_note(source: str | os.PathLike[str] | None, folder: Path) -> dict[str, str] | None:
    """Note the source and the folder it ran in, both relative to the project."""
    given = source if source is not None else os.environ.get("TEXTKIT_SOURCE")
    if not given:
        return None
    root = _project(folder)
    candidates = [Path(given)] if Path(given).is_absolute() else [Path.cwd() / given, root / given]
    path = next((candidate.resolve() for candidate in candidates if candidate.is_file()), None)
    where = Path.cwd().resolve()
    if path is None or path.suffix != ".py" or not path.is_relative_to(root):
        if source is None:  # the environment speaks for a whole run, also for figures that go elsewhere
            return None
        raise ArgumentError(f"source must be a .py file inside the project {root.name}, got {os.fspath(given)!r}.")
    run_in = where.relative_to(root).as_posix() if where.is_relative_to(root) else "."
    return {"file": path.relative_to(root).as_posix(), "folder": run_in}


# Verification ---------------------------------------------------------------------------------------------------------

_Row = tuple[str, str, str]


def _compare_with_disk(root: Path, manifest: dict[str, Any]) -> dict[str, _Row]:
    rows: dict[str, _Row] = {}
    for entry in manifest["figures"].values():
        for file, facts in entry["files"].items():
            rows[file] = _compare_file(root / file, facts, entry["provenance"])
    for path in root.iterdir():
        if path.is_file() and not path.name.startswith(".") and path.name != MANIFEST:
            rows.setdefault(path.name, ("unlisted", "", f"not in {MANIFEST}"))
    return rows


def _compare_file(path: Path, facts: dict[str, str], note: dict[str, Any]) -> _Row:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return "missing", "", f"listed in {MANIFEST}, but not there"
    except OSError as error:
        return "missing", "", f"cannot be read: {error.strerror or error}"
    same = hashlib.sha256(data).hexdigest() == facts["sha256"]
    if path.suffix == ".csv":
        told = {plot["data"]["file"]: plot["data"]["sha256"] for plot in note.get("plots", [])}
        if same and told.get(path.name, facts["sha256"]) == facts["sha256"]:
            return "ok", "", ""
        return "changed", "data", "the numbers are not those that were plotted"
    try:
        inside = read_provenance(path)
    except TextkitError as error:
        return "changed", "bytes", str(error)
    differences = _differences(note, inside)
    if differences:
        return "changed", next(iter(differences)), _told(differences, f"{MANIFEST} and file disagree")
    if same:
        return "ok", "", ""
    return "changed", "bytes", _picture_difference(facts, data)


def _picture_difference(facts: dict[str, str], data: bytes) -> str:
    if "pixels_sha256" not in facts:
        return "provenance equal, file not"
    try:
        equal = _pixels(data) == facts["pixels_sha256"]
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return "the picture cannot be decoded"
    return "same pixels, other bytes (another compressor)" if equal else "the picture differs"


def _run_sources(root: Path, manifest: dict[str, Any], temporary: Path) -> dict[str, str]:
    """Run each source once with figures going to a temporary folder; return what went wrong, by source file."""
    project = _project(root)
    sources = {
        _source_key(entry["source"]): entry["source"] for entry in manifest["figures"].values() if entry["source"]
    }
    checked = {key: (_inside(project, note["file"]), _inside(project, note["folder"])) for key, note in sources.items()}
    failures = {}
    for key, (path, where) in sorted(checked.items()):
        if path.suffix != ".py" or not path.is_file():
            failures[key] = f"the source {sources[key]['file']} is not there"
            continue
        environment = os.environ | {
            "TEXTKIT_FIGURES": str(temporary),
            _MADE_FOR: str(root.resolve()),
            "TEXTKIT_SOURCE": str(path),
            "MPLBACKEND": "Agg",
            "TEXTKIT_PROGRESS": "0",
        }
        # a notebook's source may call display(), which exists in notebooks only
        start = (
            "import builtins, runpy, sys; sys.argv = sys.argv[1:]; "
            "builtins.display = lambda *a, **k: None; runpy.run_path(sys.argv[0], run_name='__main__')"
        )
        try:
            done = subprocess.run(
                [sys.executable, "-c", start, str(path)],
                cwd=where,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired:
            failures[key] = f"the source {sources[key]['file']} ran longer than {_LONGEST} seconds"
            continue
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines() or [f"exit code {done.returncode}"]
            failures[key] = f"the source {sources[key]['file']} stopped: {said[-1]}"
    return failures


def _source_key(note: dict[str, str]) -> str:
    return f"{note['file']} in {note['folder']}"


def _inside(project: Path, relative: str) -> Path:
    """Return a path of the manifest if it lies inside the project, links followed; else refuse."""
    path = (project / relative).resolve()
    if not path.is_relative_to(project):
        raise ArgumentError(f"{MANIFEST} names {relative!r}, which is outside the project. Nothing was run.")
    return path


def _compare_with_rebuilt(
    manifest: dict[str, Any], rebuilt: dict[str, Any], failures: dict[str, str], rows: dict[str, _Row]
) -> dict[str, _Row]:
    result: dict[str, _Row] = {}
    for name, entry in manifest["figures"].items():
        again = rebuilt["figures"].get(name)
        failure = failures.get(_source_key(entry["source"])) if entry["source"] else None
        for file, facts in entry["files"].items():
            status, what, detail = rows[file]
            if not entry["source"]:
                result[file] = (status, what, "; ".join(filter(None, [detail, "no source recorded: not rebuilt"])))
            elif failure is not None:
                result[file] = ("failed", "", failure)
            elif again is None or file not in again["files"]:
                result[file] = ("missing", "", f"{entry['source']['file']} no longer makes it")
            elif again["files"][file]["sha256"] != facts["sha256"]:
                result[file] = _rebuilt_difference(file, facts, entry, again)
            elif status != "ok":
                result[file] = (status, what, f"{detail}; rebuilding gives the listed file again")
    for entry in rebuilt["figures"].values():
        for file in entry["files"]:
            if file not in rows:
                result[file] = ("unlisted", "", f"made by its source, but not in {MANIFEST}")
    return result


def _rebuilt_difference(file: str, facts: dict[str, str], entry: dict[str, Any], again: dict[str, Any]) -> _Row:
    differences = _differences(entry["provenance"], again["provenance"])
    if differences:
        return "changed", next(iter(differences)), _told(differences, "rebuilt")
    pixels = again["files"][file].get("pixels_sha256")
    if pixels is None:
        return "changed", "bytes", "rebuilt: provenance equal, file not"
    equal = pixels == facts.get("pixels_sha256")
    return "changed", "bytes", f"rebuilt: {'same pixels, other bytes' if equal else 'the picture differs'}"


def _differences(old: dict[str, Any], new: dict[str, Any]) -> dict[str, list[str]]:
    """Return the differences of two provenances by kind, causes before effects."""
    before, after = dict(_leaves(old)), dict(_leaves(new))
    kinds: dict[str, list[str]] = {"inputs": [], "parameters": [], "versions": [], "numbers": []}
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) == after.get(key):
            continue
        kind = _kind(key)
        text = f"{key}: {_short(before.get(key))} -> {_short(after.get(key))}"
        kinds[kind].append(text)
    found: dict[str, list[str]] = {}
    for kind, texts in kinds.items():
        if texts:
            found.setdefault({"inputs": "data", "numbers": "data"}.get(kind, kind), []).extend(texts)
    return found


def _kind(key: str) -> str:
    if re.match(r"(inputs\b|plots\.\d+\.table\.inputs\b)", key):
        return "inputs"
    if re.match(r"plots\.\d+\.data\b", key):
        return "numbers"
    return "versions" if re.match(r"(versions|font|lock|schema)\b", key) else "parameters"


def _leaves(value: Any, key: str = "") -> Iterable[tuple[str, Any]]:
    if isinstance(value, (dict, list)) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for name, item in items:
            yield from _leaves(item, f"{key}.{name}" if key else str(name))
    else:
        yield key, value


def _short(value: Any) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 24 else text[:20] + "…"


def _told(differences: dict[str, list[str]], prefix: str) -> str:
    parts = []
    for kind, texts in differences.items():
        more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
        parts.append(f"{kind} ({', '.join(texts[:_SHOWN])}{more})")
    return f"{prefix}: {'; '.join(parts)}"
