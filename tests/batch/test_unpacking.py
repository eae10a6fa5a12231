"""Archives of models that are small and unpack to no end: of bytes, or of folders."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from migrate.batch.unpacking import MAX_DEPTH, carries_models, unpack
from migrate.findings import MigrationError

HEAD = b"\x89HDF\r\n\x1a\n".ljust(512, b"\0")
LARGE = 1 << 40


def old_sparse(path: Path) -> None:
    """A member of type ``S``, as GNU tar wrote it before pax: a map of pieces and the size with its holes."""
    header = bytearray(512)
    fields = {
        0: b"model.h5", 100: b"0000644\0", 108: b"0000000\0", 116: b"0000000\0", 124: b"%011o\0" % 512,
        136: b"%011o\0" % 0, 148: b" " * 8, 156: b"S", 257: b"ustar  \0", 386: b"%011o\0" % 0,
        398: b"%011o\0" % 512, 483: b"\x80" + LARGE.to_bytes(11, "big"),
    }  # fmt: skip
    for at, data in fields.items():
        header[at : at + len(data)] = data
    header[148:156] = b"%06o\0 " % sum(header)
    path.write_bytes(bytes(header) + HEAD + bytes(1024))


def pax_sparse(path: Path) -> None:
    """The same as GNU tar writes it since 1.20: the map stands in front of the content."""
    data = b"1\n0\n512\n".ljust(512, b"\0") + HEAD
    info = tarfile.TarInfo("GNUSparseFile.0/model.h5")
    info.size = len(data)
    sizes = {"major": "1", "minor": "0", "name": "model.h5", "realsize": str(LARGE)}
    info.pax_headers = {f"GNU.sparse.{name}": value for name, value in sizes.items()}
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(data))


def deep_tar(path: Path) -> None:
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("/".join(["d"] * 1500) + "/model.h5"))


def deep_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("d/" * 1500 + "model.h5", b"x")


ATTACKS = {make.__name__: make for make in (old_sparse, pax_sparse, deep_tar, deep_zip)}


@pytest.mark.parametrize("attack", list(ATTACKS))
def test_what_unpacks_to_no_end_is_refused_before_it_is_written(attack: str, tmp_path: Path) -> None:
    archive = tmp_path / ("a.zip" if "zip" in attack else "a.tar")
    ATTACKS[attack](archive)
    assert archive.stat().st_size < 64 << 10
    assert carries_models(archive)
    with pytest.raises(MigrationError) as caught:
        unpack(archive, tmp_path / "unpacked")
    assert caught.value.code == "SEC004"
    assert list(tmp_path.iterdir()) == [archive]


def test_what_is_that_deep_and_no_deeper_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("d/" * MAX_DEPTH + "model.h5", b"x")
    unpack(tmp_path / "a.zip", tmp_path / "unpacked")
    assert (tmp_path / "unpacked" / ("d/" * MAX_DEPTH) / "model.h5").read_bytes() == b"x"


def test_a_zip_of_teachable_machine_carries_a_model(tmp_path: Path) -> None:
    teachable = Path(__file__).parents[1] / "formats" / "javascript" / "teachable"
    names = ["model.json", "weights.bin", "metadata.json"]
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for name in names:
            archive.write(teachable / name, name)
    assert carries_models(tmp_path / "export.zip")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.write(teachable / "model.json", "model.json")
        archive.write(teachable / "weights.bin", "elsewhere/weights.bin")
    assert not carries_models(tmp_path / "other.zip")
