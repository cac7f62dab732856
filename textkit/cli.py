"""The command line: ``textkit compare FOLDER``, ``textkit verify DIR``, ``textkit lab``.

Only the standard library is imported at the top, so that ``--help`` and ``--version`` answer at once.
"""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from textkit import __version__
from textkit.errors import ArgumentError, TextkitError, TextkitWarning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textkit.report import Comparison
    from textkit.report.check import Found

FORMATS = ("html", "csv", "png", "svg", "pdf")
LANGUAGES = ("zh", "en")
OK, DIFFERENT, FAILED, INTERRUPTED = 0, 1, 2, 130

_EPILOG = """\
examples:
  textkit compare speeches                      a report on the files of a folder, in speeches-textkit/
  textkit compare speeches --meta facts.csv --by year
                                                groups instead of single documents, with a trend
  textkit compare speeches --user-words words.txt --topics 6 --lang en --out report
  textkit verify speeches-textkit               are the files still what textkit wrote?
  textkit lab                                   the notebooks, in the browser

Documentation of each command: textkit COMMAND --help. With TEXTKIT_DEBUG=1 an error shows where it arose.
"""

_COMPARE = """\
Read the documents of a folder, clean them with an audit trail, cut them into words, compare them, and write a
report: index.html (one file, no network), tables/*.csv, figures/*, manifest.json.

The report goes to a folder of its own. An older report there is replaced at the very end; a folder that holds
anything else is refused; an interrupted run leaves nothing half-written.
"""

_COMPARE_EXAMPLES = """\
examples:
  textkit compare speeches
  textkit compare speeches --meta meta.csv --by level --lang en
  textkit compare reports --name-pattern "(?P<town>.+)_(?P<year>\\d{4})" --by year
  textkit compare speeches --user-words words.txt --stopwords iso --topics 0
  textkit compare speeches --format html,csv,svg,pdf --out report
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    0: done. 1: ``verify`` found differences. 2: an error, told in one message. 130: interrupted.
    """
    _speak_any_language()
    try:
        options = _parser().parse_args(argv)
        run: Callable[[argparse.Namespace], int] = options.run
        code = run(options)
        sys.stdout.flush()
    except SystemExit as stop:  # argparse: --help, --version, wrong usage
        return stop.code if isinstance(stop.code, int) else FAILED
    except KeyboardInterrupt:
        print("\ntextkit: interrupted; nothing half-written", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output (head, less) has gone: nobody left to tell
        _silence_stdout()
        return OK
    except (TextkitError, MemoryError) as error:
        return _failed(error)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="textkit",
        description="Text as data, Chinese first: compare documents, reproducibly.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"textkit {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_compare(commands)
    _add_verify(commands)
    _add_lab(commands)
    return parser


def _command(commands: Any, name: str, help_: str, description: str, epilog: str = "") -> argparse.ArgumentParser:
    added: argparse.ArgumentParser = commands.add_parser(
        name,
        help=help_,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    return added


def _add_compare(commands: Any) -> None:
    parser = _command(commands, "compare", "compare the documents of a folder", _COMPARE, _COMPARE_EXAMPLES)
    parser.set_defaults(run=_compare)
    parser.add_argument("folder", metavar="FOLDER", help="folder, file or zip with the documents")

    reading = parser.add_argument_group("reading")
    reading.add_argument("--meta", metavar="FILE", help="table with facts about the files (csv, tsv, xlsx ...)")
    reading.add_argument("--name-pattern", metavar="RE", help="regular expression with named groups for file names")
    reading.add_argument("--encoding", metavar="E", help="encoding of all files (default: found for each file)")
    reading.add_argument("--no-clean", action="store_true", help="take the texts as they are")

    words = parser.add_argument_group("words")
    words.add_argument("--segmenter", metavar="NAME", default="jieba", help="jieba, characters, spaces (default jieba)")
    words.add_argument(
        "--user-words", metavar="FILE", help="words that must be known: one a line, or in jieba's format"
    )
    words.add_argument(
        "--stopwords", metavar="NAME", default="textkit", help="name of a list, a file, or none (default textkit)"
    )

    comparing = parser.add_argument_group("comparing")
    comparing.add_argument("--by", metavar="COLUMN", help="compare the groups of this column, not single documents")
    comparing.add_argument(
        "--label", metavar="COLUMN", help="column with the names to show (default label_zh/label_en)"
    )
    comparing.add_argument(
        "--topics", metavar="K", type=_whole_number, help="number of topics; 0 for none (default: by length)"
    )
    comparing.add_argument(
        "--seed", metavar="N", type=_whole_number, default=0, help="seed of the topic model (default 0)"
    )

    writing = parser.add_argument_group("writing")
    writing.add_argument("--out", metavar="DIR", help="folder of the report (default: FOLDER-textkit, here)")
    writing.add_argument("--title", metavar="TEXT", help="title of the report (default: name of the folder)")
    writing.add_argument("--lang", choices=LANGUAGES, default="zh", help="language of the report (default zh)")
    writing.add_argument(
        "--format",
        metavar="LIST",
        type=_formats,
        default=("html", "csv", "png"),
        help="of html, csv, png, svg, pdf (default html,csv,png)",
    )
    writing.add_argument("--force", action="store_true", help="replace a report even if its files were edited")

    running = parser.add_argument_group("running")
    running.add_argument("--jobs", metavar="N", type=_whole_number, default=1, help="processes for cutting (0: all)")
    running.add_argument("--timings", action="store_true", help="print the seconds of each step")
    running.add_argument("--quiet", action="store_true", help="print nothing but errors")


def _add_verify(commands: Any) -> None:
    parser = _command(
        commands,
        "verify",
        "check a report or a folder of figures against its manifest",
        "Hash the files of a report or of a folder of figures again and compare them with the manifest.\n"
        "With --rebuild, make them again and say which of data, parameters, versions or bytes differ.\n"
        "Exit code 0: all as written; 1: something differs.",
        "examples:\n  textkit verify speeches-textkit\n  textkit verify figures --rebuild\n"
        "  textkit verify speeches-textkit --rebuild --source data/speeches\n",
    )
    parser.set_defaults(run=_verify)
    parser.add_argument("dir", metavar="DIR", help="folder of a report, or of figures")
    parser.add_argument("--rebuild", action="store_true", help="make figures or report again and compare")
    parser.add_argument(
        "--source", metavar="FOLDER", help="texts of the report to rebuild (default: found by name, beside it or here)"
    )


def _add_lab(commands: Any) -> None:
    parser = _command(
        commands,
        "lab",
        "open JupyterLab on the notebooks",
        "Start JupyterLab on this computer only (127.0.0.1, with a token), on the notebooks or on a folder.",
        "examples:\n  textkit lab\n  textkit lab my_notebooks --port 9000\n",
    )
    parser.set_defaults(run=_lab)
    parser.add_argument("folder", metavar="FOLDER", nargs="?", help="folder to open (default: notebooks/, or here)")
    parser.add_argument("--port", metavar="N", type=_whole_number, default=0, help="port (default: a free one)")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")


def _whole_number(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a whole number, got {text!r}") from None
    if value < 0:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 0, got {value}")
    return value


def _formats(text: str) -> tuple[str, ...]:
    asked = [part.strip().lower() for part in text.split(",") if part.strip()]
    wrong = [part for part in asked if part not in FORMATS]
    if wrong or not asked:
        given = f"got {wrong[0]!r}" if wrong else "got nothing"
        raise argparse.ArgumentTypeError(f"expected some of {','.join(FORMATS)}, {given}")
    return tuple(name for name in FORMATS if name in asked)


def _compare(options: argparse.Namespace) -> int:
    began = perf_counter()
    from textkit.report.analysis import Clock
    from textkit.report.run import Request, report_name, run, shell_word

    clock = Clock({"libraries": perf_counter() - began})
    source = Path(options.folder)
    out = Path(options.out) if options.out else Path(f"{report_name(source)}-textkit")
    request = Request(
        source=source,
        meta=None if options.meta is None else Path(options.meta),
        name_pattern=options.name_pattern,
        encoding=options.encoding,
        user_words=None if options.user_words is None else Path(options.user_words),
    )
    with _notes_to_stderr(quiet=options.quiet):
        made = run(
            request,
            out=out,
            by=options.by,
            label=options.label,
            title=options.title or report_name(source),
            stopwords=options.stopwords,
            topics=options.topics,
            lang=options.lang,
            formats=options.format,
            segmenter=options.segmenter,
            random_state=options.seed,
            clean=not options.no_clean,
            n_jobs=options.jobs,
            force=options.force,
            progress=False if options.quiet else None,
            clock=clock,
        )
    if not options.quiet:
        _say(summary(made, out, shell_word(str(out))))
    if options.timings:
        _say(timings(made), file=sys.stderr if options.quiet else sys.stdout)
    return OK


def summary(made: Comparison, out: Path, typed: str) -> str:
    """Return the lines printed at the end: where the report is, and what a first look should see.

    ``typed`` is the folder as one types it in a shell.
    """
    first = "index.html" if "index.html" in made.files else ""
    shown = made.distinctive(1)
    names = [f"{unit}: {terms[0]}" if terms else f"{unit}: -" for unit, terms in list(shown.items())[:6]]
    more = f" … and {len(shown) - 6} more" if len(shown) > 6 else ""
    return "\n".join(
        [
            f"report      {out / first}",
            f"documents   {made.n_read:,} read, {made.n_not_read:,} not read",
            f"words       {made.n_tokens:,} ({made.n_kept:,} without stop words and numbers)",
            f"distinctive {'; '.join(names)}{more}" if shown else "distinctive - (nothing to compare with)",
            f"files       {len(made.files)} in {out}; check them later with: textkit verify {typed}",
        ]
    )


def timings(made: Comparison) -> str:
    """Return the seconds of each step, the longest ones marked by a bar."""
    total = sum(made.seconds.values())
    longest = max(made.seconds.values(), default=0.0)
    lines = [
        f"{name:<12}{seconds:7.2f} s  {'#' * round(30 * seconds / longest) if longest else ''}".rstrip()
        for name, seconds in made.seconds.items()
    ]
    return "\n".join([*lines, f"{'total':<12}{total:7.2f} s"])


def _verify(options: argparse.Namespace) -> int:
    from textkit.report.check import check_folder

    folder = Path(options.dir)
    found = check_folder(folder, rebuild=options.rebuild)
    if options.rebuild and not found.problems:
        found = _rebuilt(folder, None if options.source is None else Path(options.source)) or found
    for problem in found.problems:
        _say(problem)
    if found.problems:
        n = len(found.problems)
        what = f"{n} difference{'s' if n > 1 else ''}" if options.rebuild else f"{n} of {found.n_files} files differ"
        _say(f"{what} from what textkit wrote in {options.dir}")
        return DIFFERENT
    how = "rebuilt and equal" if options.rebuild else "as written"
    _say(f"{found.n_files} files in {options.dir}: all {how}")
    return OK


def _rebuilt(folder: Path, source: Path | None) -> Found | None:
    """Make a report again in a folder that nobody sees and compare; ``None`` if the folder holds figures only."""
    from tempfile import TemporaryDirectory

    from textkit.report.folder import read_manifest
    from textkit.report.rebuild import OPTIONS_WITH_FILES, differences, located, recorded_command

    old = read_manifest(folder)
    if old is None:
        return None
    arguments = recorded_command(old, folder)
    near = [folder.resolve().parent, Path.cwd()]
    texts = source or located(arguments[0], near, folder=folder, option="--source")
    recorded = arguments[0]
    near = [texts if texts.is_dir() else texts.parent, texts.resolve().parent, *near]
    for place, word in enumerate(arguments[:-1]):
        if word in OPTIONS_WITH_FILES:
            arguments[place + 1] = str(located(arguments[place + 1], near, folder=folder, option="--source"))
    with TemporaryDirectory(prefix="textkit-") as hidden:
        again = Path(hidden) / "report"
        arguments[0] = str(_under_its_name(texts, Path(hidden) / "texts", recorded))
        options = _parser().parse_args(["compare", *arguments, "--out", str(again), "--quiet"])
        options.title = old.get("settings", {}).get("title") or options.title
        options.run(options)
        return differences(old, read_manifest(again) or {})


def _under_its_name(texts: Path, place: Path, name: str) -> Path:
    """Return the texts as a path that ends in the name they had: a report shows that name."""
    if texts.name == name:
        return texts
    place.mkdir()
    try:
        (place / name).symlink_to(texts.resolve())
    except OSError:  # Windows, without the right to make links: the page differs by the name
        return texts
    return place / name


def _lab(options: argparse.Namespace) -> int:
    folder = Path(options.folder) if options.folder else _notebooks()
    if not folder.is_dir():
        raise ArgumentError(f"there is no folder {str(folder)!r}. Name one: textkit lab FOLDER.")
    try:
        from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]
    except ImportError:
        raise TextkitError("JupyterLab is not installed. Install it with: pip install jupyterlab") from None
    port = _free_port(options.port)
    token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(24)
    _say(f"JupyterLab on {folder}: http://127.0.0.1:{port}/lab?token={token}\nStop it with Ctrl-C.")
    sys.stdout.flush()
    # In this process, because arguments of a process can be seen by other users; as arguments, because they
    # outrank a personal configuration that might open the server to the network or drop the token.
    LabApp.launch_instance(lab_arguments(folder, port, token, browser=not options.no_browser))
    return OK


def lab_arguments(folder: Path, port: int, token: str, *, browser: bool = True) -> list[str]:
    """Return the arguments for JupyterLab: this computer only, always with a token."""
    arguments = [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder.resolve()}",
        "--ServerApp.allow_remote_access=False",
        "--ServerApp.allow_origin=",
        "--ServerApp.disable_check_xsrf=False",
        f"--IdentityProvider.token={token}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        f"--ServerApp.open_browser={browser}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # in a container there is often no other user
        arguments.append("--ServerApp.allow_root=True")
    return arguments


def _notebooks() -> Path:
    """Return the notebooks beside the package (a checkout) or under the current folder, else the current folder."""
    beside = Path(__file__).resolve().parents[1] / "notebooks"
    for folder in (Path("notebooks"), beside):
        if folder.is_dir() and any(folder.glob("*.ipynb")):
            return folder
    return Path()


def _free_port(wanted: int) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":  # a port that was used a second ago is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except (OSError, OverflowError):
            raise ArgumentError(f"port {wanted} is not free. Name another one, or leave --port out.") from None
        return int(probe.getsockname()[1])


@contextmanager
def _notes_to_stderr(*, quiet: bool) -> Iterator[None]:
    """Print textkit's own warnings as one line each instead of Python's two with a source line."""
    shown: set[str] = set()
    usual = warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *rest: Any, **named: Any) -> None:
        if not issubclass(category, TextkitWarning):
            usual(message, category, *rest, **named)
        elif not quiet and str(message) not in shown:
            shown.add(str(message))
            _say(f"note: {message}", file=sys.stderr)

    with warnings.catch_warnings():
        warnings.simplefilter("always", TextkitWarning)
        warnings.showwarning = show
        yield


def _failed(error: BaseException) -> int:
    if os.environ.get("TEXTKIT_DEBUG") == "1":
        traceback.print_exception(error)
    message = str(error) or type(error).__name__
    if isinstance(error, MemoryError):
        message = "there is not enough memory for this. Compare fewer documents at a time."
    _say(f"textkit: {message}", file=sys.stderr)
    return FAILED


def printable(text: str) -> str:
    r"""Make control characters visible: a file name or a word must not steer the terminal.

    >>> printable("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode() for char in text
    )


def _say(text: str, *, file: Any = None) -> None:
    print(printable(text), file=file or sys.stdout)


def _speak_any_language() -> None:
    """Never fail at printing a name that the terminal's encoding does not have."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _silence_stdout() -> None:
    """Send what is still in the buffer nowhere, or Python complains at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
