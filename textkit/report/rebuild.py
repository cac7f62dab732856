"""Make a report again from its manifest and its texts, and say what differs: data, parameters, versions or bytes."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from textkit.errors import ArgumentError, ReadError
from textkit.report.check import Found

OPTIONS_WITH_FILES = ("--meta", "--user-words")


def recorded_command(manifest: Mapping[str, Any], folder: Path) -> list[str]:
    """Return the arguments behind ``textkit compare`` that a manifest records.

    It is data from a file: the names in it must be names, not places on this computer.
    """
    words = shlex.split(str(manifest.get("command", "")))
    if words[:2] != ["textkit", "compare"] or len(words) < 3:
        raise ArgumentError(
            f"the report {folder} was made in Python, not by the command, so it does not say how its texts were read. "
            "Run the program that made it again, into another folder, and compare the two."
        )
    arguments = words[2:]
    names = [arguments[0], *(arguments[i + 1] for i, word in enumerate(arguments[:-1]) if word in OPTIONS_WITH_FILES)]
    for name in names:
        if PurePath(name).name != name:
            raise ArgumentError(f"the manifest of {folder} names the place {name!r}, where only a name may stand.")
    return arguments


def located(name: str, near: list[Path], *, folder: Path, option: str) -> Path:
    """Return the first of some folders' entries of that name."""
    for place in near:
        if (place / name).exists():
            return place / name
    looked = ", ".join(str(place) for place in dict.fromkeys(near))
    raise ReadError(f"{folder} was made from {name!r}, which is not in {looked}. Name it with {option}.")


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Found:
    """Compare the manifest of a report with that of the report made again.

    The order is that of causes: other data or parameters or versions explain other bytes.

    >>> old = {"inputs": {"files": {"a.txt": "1"}}, "outputs": {"index.html": "5"}, "versions": {"numpy": "2.3"}}
    >>> new = {"inputs": {"files": {"a.txt": "2"}}, "outputs": {"index.html": "6"}, "versions": {"numpy": "2.4"}}
    >>> for problem in differences(old, new).problems:
    ...     print(problem)
    data: a.txt changed
    versions: numpy was 2.3, is 2.4
    bytes: index.html differs
    """
    problems = []
    for kind, was, now in (
        ("data", old.get("inputs", {}).get("files", {}), new.get("inputs", {}).get("files", {})),
        ("parameters", old.get("settings", {}), new.get("settings", {})),
        ("versions", old.get("versions", {}), new.get("versions", {})),
        ("bytes", old.get("outputs", {}), new.get("outputs", {})),
    ):
        for name in sorted(set(was) | set(now)):
            if was.get(name) != now.get(name):
                problems.append(f"{kind}: {_told(kind, name, was, now)}")
    return Found(len(old.get("outputs", {})), tuple(problems))


def _told(kind: str, name: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if kind in ("data", "bytes"):
        gone, new, other = ("is gone", "is new", "changed" if kind == "data" else "differs")
        return f"{name} {gone if name not in now else new if name not in was else other}"
    return f"{name} was {was.get(name, 'not there')}, is {now.get(name, 'not there')}"
