"""Rules of the project that a machine can check: names, start-up cost, the lock file, addresses and paths."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import textkit as tk

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {
    "cli.py": {"socket"},  # `textkit lab` asks the system for a free port on 127.0.0.1
    "engine_python.py": {"marshal"},  # jieba's dictionary cache: private folder, owner and checksum checked first
}
HEAVY = [
    "numpy",
    "scipy",
    "pandas",
    "sklearn",
    "matplotlib",
    "jieba",
    "rjieba",
    "pyarrow",
    "wordcloud",
    "tqdm",
    "lxml",
]


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def tracked(*patterns: str) -> list[Path]:
    done = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:  # not a checkout (a source archive): look at the folder itself
        return [p for p in ROOT.rglob("*") if p.is_file() and not {".venv", ".git", "build"} & set(p.parts)]
    return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]


def test_importing_loads_nothing_heavy() -> None:
    code = f"import textkit, sys; print([m for m in {HEAVY} if m in sys.modules])"
    assert python(code).strip() == "[]"


def test_help_and_version_load_nothing_heavy() -> None:
    for option in ("--help", "--version", "compare --help"):
        code = (
            "import sys\nfrom textkit.cli import main\ntry:\n    main(" + repr(option.split()) + ")\n"
            "except SystemExit as stop:\n    assert not stop.code\n"
            f"print([m for m in {HEAVY} if m in sys.modules])"
        )
        assert python(code).strip().splitlines()[-1] == "[]"


def test_every_public_name_exists_is_documented_and_is_no_module() -> None:
    assert tk.__all__ == sorted(tk.__all__)
    for name in tk.__all__:
        thing = getattr(tk, name)
        assert not isinstance(thing, type(tk)), f"{name} is hidden by a module of the same name"
        assert (getattr(thing, "__doc__", "") or "").strip(), f"{name} has no docstring"


def test_names_survive_importing_the_modules_first() -> None:
    code = (
        "import pkgutil, importlib, textkit\n"
        "for m in pkgutil.walk_packages(textkit.__path__, 'textkit.'):\n"
        "    if not m.name.endswith('__main__'): importlib.import_module(m.name)\n"
        "print([n for n in textkit.__all__ if type(getattr(textkit, n)) is type(textkit)])"
    )
    assert python(code).strip() == "[]"


def test_the_stub_is_sorted_and_complete() -> None:
    stub = ast.parse((ROOT / "textkit" / "__init__.pyi").read_text(encoding="utf-8"))
    names = [alias.asname for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert sorted(n for n in names if n) == sorted(tk.__all__)


@pytest.mark.parametrize("lock", ["requirements.lock", "benchmarks/peers.lock"])
def test_no_address_in_the_lock_file(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|file:", text)
    pins = re.findall(r"^[a-z0-9._-]+==", text, re.MULTILINE)
    assert len(pins) > 15
    assert text.count("--hash=sha256:") > len(pins)


def test_no_path_of_a_machine_and_no_open_server() -> None:
    forbidden = re.compile(
        rb"(?<![\w.])/(?:root|(?:home|Users)/(?!me/|x/)\w+|work)/[\w.]|ip=0\.0\.0\.0|token=['\"]{2}|NotebookApp\.token=''"
    )
    found = {}
    for path in tracked():
        if path.suffix in {".png", ".parquet", ".gz", ".otf", ".zip"} or path == Path(__file__):
            continue
        hit = forbidden.search(path.read_bytes())
        if hit:
            found[path.name] = hit.group()
    assert found == {}


def test_nothing_unsafe_in_the_package() -> None:
    """No pickle, no eval, no shell, no network in the library."""
    banned_modules = {
        "pickle",
        "shelve",
        "marshal",
        "socket",
        "urllib.request",
        "requests",
        "httpx",
        "ftplib",
        "dill",
        "joblib",
    }
    for path in (ROOT / "textkit").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not banned_modules & {alias.name for alias in node.names} - ALLOWED.get(path.name, set()), path
            if isinstance(node, ast.ImportFrom):
                assert node.module not in banned_modules, path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec"}, path
            if isinstance(node, ast.keyword) and node.arg == "shell":
                raise AssertionError(path)
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert isinstance(node.value, ast.Constant) and node.value.value is False, path


def test_no_attic() -> None:
    names = {p.name for p in (ROOT / "textkit").rglob("*.py")}
    assert not names & {"utils.py", "helpers.py", "common.py", "base.py", "config.py"}


def test_the_list_of_functions_is_current() -> None:
    done = subprocess.run(
        [sys.executable, "tools/function_list.py", "--check"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stdout.strip()) == (0, "docs/functions.md is up to date"), done.stdout + done.stderr
