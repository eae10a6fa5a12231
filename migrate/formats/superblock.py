"""Where an HDF5 file begins, and when those bytes are only a part of a zip archive.

HDF5 looks for its signature at 0, 512, 1024, 2048 and so on. Keras stores the weights of an archive without
compression, so that by chance, in one archive of a few hundred, they begin at such a place: the archive is then a
readable HDF5 file, too. Both readers see the same bytes there, so it is the archive that it says it is.

Source: HDF5 file format specification, "Disk format: level 0A"; zip: APPNOTE.TXT 4.3.7 (local file header).
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
WEIGHTS = "model.weights.h5"
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")


def superblock_offset(stream: BinaryIO, size: int) -> int | None:
    """Where the signature stands: at 0, or behind a user block of 512 times a power of two, however long it is; None
    where it does not.

    Args:
        stream: the file, or a member of an archive.
        size: its length in bytes.
    """
    offset = 0
    while offset + len(HDF5_SIGNATURE) <= size:
        stream.seek(offset)
        if stream.read(len(HDF5_SIGNATURE)) == HDF5_SIGNATURE:
            return offset
        offset = max(512, offset * 2)
    return None


def is_hdf5(path: Path, head: bytes) -> bool:
    """Whether a file is HDF5 by itself, and not an archive that holds such a file at a telling place.

    Args:
        path: the file.
        head: its first bytes.
    """
    if head.startswith(HDF5_SIGNATURE):
        return True
    with path.open("rb") as stream:
        offset = superblock_offset(stream, path.stat().st_size)
    return offset is not None and not (head.startswith(b"PK\x03\x04") and _are_weights(path, offset))


def _are_weights(path: Path, offset: int) -> bool:
    """Whether the weights of a zip archive, stored and not encrypted, begin exactly there."""
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
            for info in archive.infolist():
                stored = info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 0x1
                if info.filename != WEIGHTS or not stored:
                    continue
                raw.seek(info.header_offset)
                header = _LOCAL_HEADER.unpack(raw.read(_LOCAL_HEADER.size))
                if info.header_offset + _LOCAL_HEADER.size + header[9] + header[10] == offset:
                    return True
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, zlib.error, NotImplementedError):
        return False  # damaged: then what HDF5 reads is all there is
    return False
