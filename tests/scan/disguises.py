"""Hostile files in disguise: each form beside its plain one, so that what differs is the disguise alone.

A builder makes a file in a folder of its own. Nothing but the marker beside it is ever written when one fires.
"""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tests.scan.exploits import (
    archive,
    field,
    graph,
    h5_model,
    lambda_h5,
    layer,
    model_of,
    node,
    saved_model,
    sequential,
    text_constant,
)

Builder = Callable[[Path], Path]


def text_value(value: str) -> bytes:
    return field(2, value.encode())


def user_block(folder: Path, size: int) -> Path:
    """A Lambda behind a user block: HDF5 looks for its signature at every power of two."""
    plain = lambda_h5(folder / "plain.h5", folder / "marker").read_bytes()
    path = folder / "block.h5"
    with h5py.File(path, "w", userblock_size=size) as file, h5py.File(io.BytesIO(plain)) as source:
        for key, value in source.attrs.items():
            file.attrs[key] = value
        source.copy("model_weights", file)
    return path


def function_layer(class_name: str, **config: Any) -> Builder:
    """A layer that calls a function of TensorFlow by its name."""

    def build(folder: Path) -> Path:
        return h5_model(folder / "m.h5", sequential(layer(class_name, {"name": "op", **config})))

    return build


def referenced(**entry: Any) -> Builder:
    """An archive in which a Lambda's function is a reference by module and name."""

    def build(folder: Path) -> Path:
        config = {"name": "calls", "function": {"config": {}, **entry}, "arguments": {}}
        return archive(folder / "m.keras", model_of("legacy", layer("Lambda", config)))

    return build


def compiled(**entry: Any) -> Builder:
    """An archive that is compiled with a function by module and name."""

    def build(folder: Path) -> Path:
        model = model_of("legacy")
        model["compile_config"] = {"optimizer": "sgd", "loss": {"class_name": "function", **entry}}
        return archive(folder / "m.keras", model)

    return build


def meta(*parts: bytes) -> Builder:
    """A SavedModel whose meta graph consists of these encoded fields."""

    def build(folder: Path) -> Path:
        made = folder / "m"
        made.mkdir()
        (made / "saved_model.pb").write_bytes(field(1, 1) + field(2, b"".join(parts)))
        return made

    return build


def graph_of(*nodes: bytes, functions: dict[str, list[bytes]] | None = None) -> Builder:
    return lambda folder: saved_model(folder / "m", graph(*nodes, functions=functions))


def function_with(name: str, argument: str, *nodes: bytes) -> bytes:
    """A ``FunctionDef`` of one argument."""
    return field(1, field(1, name.encode()) + field(2, field(1, argument.encode()))) + b"".join(
        field(3, one) for one in nodes
    )


def called_with(path: str) -> Builder:
    """A function restores from its argument; the graph calls it with a constant."""
    body = function_with("restores", "name", node("r", "RestoreV2", "name"))
    caller = node("call", "StatefulPartitionedCall", "path", f=field(10, field(1, b"restores")))
    whole = field(1, text_constant("path", path)) + field(1, caller) + field(2, field(1, body))
    return meta(field(2, whole))


def captured(path: str) -> Builder:
    """The same, and nobody calls it: loading binds the argument to a constant."""
    body = function_with("restores", "name", node("r", "RestoreV2", "name"))
    objects = field(1, field(9, field(1, b"path")))
    objects += field(2, field(1, b"restores") + field(2, field(2, b"\0")))
    return meta(field(2, field(1, text_constant("path", path)) + field(2, field(1, body))), field(7, objects))


def beside(name: str, content: bytes) -> Builder:
    """A harmless SavedModel with a file in it."""

    def build(folder: Path) -> Path:
        made = saved_model(folder / "m", graph(node("x", "Placeholder")))
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_bytes(content)
        return made

    return build


def member(name: str, content: bytes) -> Builder:
    """A harmless archive with a member in it."""
    return lambda folder: archive(folder / "m.keras", sequential(), **{name: content})


def file(name: str, content: bytes | str) -> Builder:
    def build(folder: Path) -> Path:
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder / name

    return build


def made(name: str, content: Callable[[Path], bytes]) -> Builder:
    """A file whose content knows the folder, for its marker."""
    return lambda folder: file(name, content(folder))(folder)


def npy(header: str, content: bytes, major: int = 1) -> bytes:
    """An array as numpy reads it, with a header of one's own."""
    packed = header.encode("latin-1")
    return (
        b"\x93NUMPY"
        + bytes([major, 0])
        + struct.pack("<H" if major == 1 else "<I", len(packed))
        + packed
        + content
    )


def tar(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as opened:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        opened.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def old_tar(name: str, content: bytes) -> bytes:
    """A tar archive as it was before POSIX: without a mark, told by the sum of its header alone."""
    data = bytearray(tar(name, content))
    data[257:265] = bytes(8)
    data[148:156] = b"        "
    data[148:156] = f"{sum(data[:512]):06o}\0 ".encode()
    return bytes(data)


def small_window(content: bytes) -> bytes:
    """A stream of zlib that does not begin as most do."""
    stream = zlib.compressobj(wbits=10)
    return stream.compress(content) + stream.flush()


def behind_array(pickled: bytes) -> bytes:
    """A pickle of joblib: its reader takes eight bytes out of the stream as an array, and goes on behind them.

    To who follows the operations alone, the array begins a text that holds what comes after it.
    """
    array = b"T" + (3 + len(pickled)).to_bytes(4, "little") + b"~~~"
    wrapper = b"\x80\x02cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(X\x05\0\0\0shapeK\x08\x85ub"
    return wrapper + array + pickled + b"0."


def zipped(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        opened.writestr(name, content)
    return stream.getvalue()


def model_bytes(folder: Path) -> bytes:
    return lambda_h5(folder / "inner.h5", folder / "marker").read_bytes()


def linked(folder: Path, block: int) -> bytes:
    path = folder / f"weights-{block}.h5"
    with h5py.File(path, "w", userblock_size=block) as opened:
        opened["layers"] = h5py.ExternalLink(str(folder / "other.h5"), "/secret")
    return path.read_bytes()


def with_attribute(folder: Path, content: bytes) -> Path:
    path = h5_model(folder / "m.h5", sequential())
    with h5py.File(path, "a") as opened:
        opened.attrs["words"] = np.void(content)
    return path
