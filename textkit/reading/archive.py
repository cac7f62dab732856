"""ZIP containers: members are inflated in memory, counted while inflating, and never written to disk."""

from __future__ import annotations

import contextlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from textkit.errors import ReadError
from textkit.reading import limits
from textkit.reading.encodings import decode
from textkit.reading.files import is_junk, natural_key
from textkit.reading.formats import TABLES, UNSUPPORTED, find_reader
from textkit.reading.source import Result, Settings, Source, attempt

_BLOCK = 1 << 18
_ENTRY = b"PK\x01\x02"
_END = b"PK\x05\x06"


class Container:
    """An opened ZIP with a budget that all its members share."""

    def __init__(self, data: bytes) -> None:
        self._left = limits.MAX_TOTAL_BYTES
        if _count_entries(data) > limits.MAX_MEMBERS:
            raise ReadError(f"more than {limits.MAX_MEMBERS:,} files inside; unpack it and read the folder")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except zipfile.BadZipFile as error:
            raise ReadError(f"not a complete ZIP container ({error}); copy or download it again") from error
        if len(self._zip.infolist()) > limits.MAX_MEMBERS:
            raise ReadError(f"more than {limits.MAX_MEMBERS:,} files inside; unpack it and read the folder")

    def members(self) -> list[zipfile.ZipInfo]:
        """Return the files (not the folders), in the order in which they are stored."""
        return [info for info in self._zip.infolist() if not info.is_dir()]

    def has(self, name: str) -> bool:
        """Say whether there is a member of this name."""
        return name in self._zip.NameToInfo

    def read(self, member: str | zipfile.ZipInfo) -> bytes:
        """Inflate one member, or raise as soon as it goes beyond a cap."""
        return b"".join(self.blocks(member))

    def blocks(self, member: str | zipfile.ZipInfo) -> Iterator[bytes]:
        """Inflate one member piece by piece."""
        info = self._zip.getinfo(member) if isinstance(member, str) else member
        name = info.filename
        if info.flag_bits & 0x1:
            raise ReadError(f"{name!r} inside is encrypted; unpack it with its password and read the files")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ReadError(f"{name!r} inside is compressed in an unusual way; pack it again as an ordinary ZIP")
        size = 0
        with self._zip.open(info) as stream:
            while block := stream.read(_BLOCK):
                size += len(block)
                self._left -= len(block)
                _check_size(name, size, info.compress_size)
                if self._left < 0:
                    total = limits.MAX_TOTAL_BYTES // limits.MB
                    raise ReadError(f"more than {total} MB when inflated; unpack it and read the folder")
                yield block

    def inflate_all(self) -> None:
        """Inflate everything once and keep nothing: for libraries that open the container by themselves."""
        for info in self.members():
            for _ in self.blocks(info):
                pass


def _check_size(name: str, size: int, stored: int) -> None:
    if size > limits.MAX_MEMBER_BYTES:
        raise ReadError(f"{name!r} inside is more than {limits.MAX_MEMBER_BYTES // limits.MB} MB when inflated")
    if size > limits.FREE_BYTES + limits.MAX_RATIO * stored:
        raise ReadError(
            f"{name!r} inside inflates to more than {limits.MAX_RATIO} times its stored size, as only a decompression "
            "bomb does; unpack it yourself if you trust it"
        )


def _count_entries(data: bytes) -> int:
    """Count entries of the directory at the end without building objects for them."""
    end = data.rfind(_END)
    if end < 0:
        return 0
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    start = 0 if size == 0xFFFFFFFF else max(0, end - size)
    return data.count(_ENTRY, start, end)


def read_zip(source: Source, settings: Settings) -> Result:
    """Read every document inside; what is no document is reported."""
    if source.depth:
        raise ReadError("a ZIP inside a ZIP; unpack the outer one first")
    container = Container(source.data)
    result = Result()
    inside = replace(settings, explicit=False)
    named = sorted(((_name(info), info) for info in container.members()), key=lambda pair: natural_key(pair[0]))
    for name, info in named:
        path = PurePosixPath(name)
        if any(is_junk(part) for part in path.parts):
            continue
        file = f"{source.file}/{name}"
        suffix = path.suffix.lower()
        reader = find_reader(suffix)
        if reader is None and suffix not in UNSUPPORTED:
            result.notes.append((file, ("passed", suffix or "no suffix")))
            continue
        if suffix in TABLES and settings.text_column is None:
            result.notes.append((file, ("passed", "table")))
            continue
        try:
            if reader is None:
                raise ReadError(UNSUPPORTED[suffix])
            member = Source(file, suffix, _inflate(container, info), depth=source.depth + 1)
            part = attempt(reader, member, inside)
        except ReadError as error:
            result.problems.append((file, str(error)))
            continue
        result.pieces.extend(part.pieces)
        result.problems.extend(part.problems)
        result.notes.extend(part.notes)
    return result


def _inflate(container: Container, info: zipfile.ZipInfo) -> bytes:
    try:
        return container.read(info)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise ReadError(f"damaged inside the ZIP ({error}); pack or download it again") from error


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; old Windows tools wrote GBK or Big5 without saying so."""
    name = info.filename
    if not info.flag_bits & 0x800 and not name.isascii():
        with contextlib.suppress(UnicodeEncodeError, ReadError):
            name = decode(info.orig_filename.encode("cp437")).text
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts)
