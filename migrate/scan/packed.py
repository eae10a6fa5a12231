"""Scans compressed files and archives; formats that Python cannot unpack are reported as not examined."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from migrate.formats.limits import FREE_BYTES, MAX_MEMBERS
from migrate.scan.content import Content
from migrate.scan.rules import found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from migrate.findings import Finding

    Look = Callable[[Content, str], Iterator[Finding]]

_COMPRESSED: dict[bytes, Callable[[BinaryIO], gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile]] = {
    b"\x1f\x8b": lambda raw: gzip.GzipFile(fileobj=raw),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ": lzma.LZMAFile,
}
_TRIED: dict[bytes, Callable[[], Any]] = {
    **{bytes([(window << 4) | 8]): zlib.decompressobj for window in range(8)},
    b"]\0": partial(lzma.LZMADecompressor, lzma.FORMAT_ALONE),
}
"""First bytes of a zlib stream and of a bare LZMA stream; joblib writes both, and other files may start like them."""
_TRIED_BYTES = 4096
_FOREIGN: tuple[tuple[int, bytes, str], ...] = (
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!\x1a\x07", "a rar archive"),
    (0, b"\x28\xb5\x2f\xfd", "a zstandard file"),
    *((0, bytes([0x50 + kind]) + b"\x2a\x4d\x18", "a zstandard or lz4 file") for kind in range(16)),
    (0, b"\x04\x22\x4d\x18", "an lz4 file"),
    (0, b"\x02\x21\x4c\x18", "an lz4 file"),
    (0, b"\x1f\x9d", "a compressed file (.Z)"),
    (0, b"\x1f\xa0", "a compressed file (.Z)"),
    (0, b"LZIP", "an lzip file"),
    (0, b"\x89LZO\0", "an lzop file"),
    (0, b"\xff\x06\0\0sNaPpY", "a snappy file"),
    (0, b"070701", "a cpio archive"),
    (0, b"070702", "a cpio archive"),
    (0, b"070707", "a cpio archive"),
    (0, b"\xc7\x71", "a cpio archive"),
    (0, b"\xed\xab\xee\xdb", "an rpm package"),
    (0, b"xar!", "a xar archive"),
    (2, b"-lh", "an lha archive"),
    (7, b"**ACE**", "an ace archive"),
    (0, b"MSWIM\0\0\0", "a Windows image"),
    (0x8001, b"CD001", "a disc image"),
    (0, b"MSCF", "a cabinet archive"),
    (0, b"!<arch>\n", "an ar archive"),
    (0, b"hsqs", "a squashfs image"),
    (4, b"TFL3", "a TensorFlow Lite model"),
    (0, b"GGUF", "a GGUF model"),
)
_FOREIGN_SUFFIXES = {".onnx": "an ONNX model", ".cpb": "a SavedModel in chunks"}
_PROGRAMS: tuple[tuple[bytes, str], ...] = (
    (b"\x7fELF", "a program or library (ELF)"),
    (b"MZ", "a program or library (Windows)"),
    (b"\xcf\xfa\xed\xfe", "a program or library (macOS)"),
    (b"\xce\xfa\xed\xfe", "a program or library (macOS)"),
    (b"\xca\xfe\xba\xbe", "a program (macOS or Java)"),
    (b"\0asm", "a program (WebAssembly)"),
    (b"dex\n", "a program (Android)"),
    (b"#!", "a script"),
)
_CODE_SUFFIXES = frozenset(
    [
        ".py",
        ".pyc",
        ".pyd",
        ".so",
        ".dll",
        ".dylib",
        ".exe",
        ".sh",
        ".bat",
        ".cmd",
        ".ps1",
        ".jar",
        ".js",
        ".vbs",
    ]
)
PACK_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError, MemoryError, tarfile.TarError)
MAX_NESTING = 4


def is_compressed(head: bytes) -> bool:
    """Whether Python itself can unpack content with these first bytes, which holds exactly one stream."""
    return head.startswith(tuple(_COMPRESSED)) or _stream(head) is not None


def _stream(head: bytes) -> Any:
    """A new decompressor for a stream without a marker: text starts like one, but continues differently."""
    make = next((make for start, make in _TRIED.items() if head.startswith(start)), None)
    if make is None:
        return None
    try:
        make().decompress(head[:_TRIED_BYTES], _TRIED_BYTES)
    except (zlib.error, lzma.LZMAError, MemoryError):
        return None
    return make()


def unpacked(content: Content, limit: int) -> bytes:
    """The content of a compressed file; uncompressed content is returned unchanged.

    Raises:
        ValueError: it expands beyond the limit; also OSError, EOFError, zlib.error, lzma.LZMAError for damaged content.
    """
    opener = next((opener for magic, opener in _COMPRESSED.items() if content.head.startswith(magic)), None)
    with content.open() as raw:
        if opener is not None:
            data = opener(raw).read(limit + 1)
        elif (stream := _stream(content.head)) is not None:
            data = stream.decompress(raw.read(), limit + 1)
            if not stream.eof and len(data) <= limit:
                raise ValueError("it breaks off")
        else:
            data = raw.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"expands beyond {limit:,} bytes")
    return data


def scan_compressed(content: Content, place: str, look: Look) -> Iterator[Finding]:
    """Findings of the one file inside."""
    try:
        data = unpacked(content, max(FREE_BYTES, 2 * content.size))
    except PACK_ERRORS as error:
        yield found("SEC014", f"cannot be unpacked: {error}", place)
        return
    yield from look(Content.of_bytes(content.name.rpartition(".")[0], data), f"{place}!")


def is_tar(content: Content) -> bool:
    """Whether it is a tar archive: its first header has the checksum that it states, or its name says so."""
    if content.suffix == ".tar":
        return True
    try:
        tarfile.TarInfo.frombuf(content.head[:512], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def scan_tar(content: Content, place: str, look: Look) -> Iterator[Finding]:
    """Findings of an archive's names, links and members; nothing is written anywhere."""
    try:
        with content.open() as raw, tarfile.open(fileobj=raw, mode="r:") as archive:
            spent = 0
            for number, member in enumerate(archive):
                at = f"{place}!{member.name[:200]}"
                if number >= MAX_MEMBERS:
                    yield found("SEC004", f"more than {MAX_MEMBERS:,} members", place)
                    return
                if member.name.startswith(("/", "\\", "~")) or ".." in member.name.replace("\\", "/").split(
                    "/"
                ):
                    yield found("SEC006", "the member's name leaves the archive", at)
                if member.issym() or member.islnk():
                    yield found("SEC006", f"the member is a link to {member.linkname[:100]!r}", at)
                elif member.isdev() or member.isfifo():
                    yield found("SEC006", "the member is a device", at)
                elif member.isfile():
                    spent += member.size
                    if spent > max(FREE_BYTES, 2 * content.size):
                        yield found("SEC004", "the members are longer than the archive", place)
                        return
                    stream = archive.extractfile(member)
                    if stream is not None:
                        yield from look(Content.of_bytes(member.name, stream.read()), at)
    except PACK_ERRORS as error:
        yield found("SEC014", f"the archive cannot be read to its end: {error}", place)


def foreign(content: Content) -> str | None:
    """The name of an archive or model format that the scan cannot open."""
    if content.suffix in _FOREIGN_SUFFIXES:  # without a marker of their format
        return _FOREIGN_SUFFIXES[content.suffix]
    head = content.head
    return next((what for at, magic, what in _FOREIGN if head[at : at + len(magic)] == magic), None)


def program(head: bytes) -> str | None:
    """The kind of a program, by its first bytes."""
    return next((what for magic, what in _PROGRAMS if head.startswith(magic)), None)


def is_code(content: Content) -> bool:
    """Whether a member of a model is a program by its first bytes or its name: no framework adds one."""
    return program(content.head) is not None or content.suffix in _CODE_SUFFIXES
