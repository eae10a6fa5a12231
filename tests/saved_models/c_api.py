"""TensorFlow's C API by ctypes: what a server in another language does with a SavedModel.

Usage: ``python c_api.py FOLDER SIGNATURE IN.npz OUT.npz [SIGNATURE …]``. The library is the one that the pip package
ships; it is opened by this program alone, so that no Python of TensorFlow has a part in the call. Signatures of the
functions: tensorflow/c/c_api.h.
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from migrate.formats.saved_model.reader import read_saved_model

Array = npt.NDArray[Any]
_TYPES = {"float32": 1, "float64": 2, "int32": 3, "uint8": 4, "int64": 9, "bool": 10}
"""``TF_DataType`` of tensors whose memory is plain numbers."""
_STRING, _STRING_BYTES = 7, 24
"""``TF_STRING``, and the size of one ``TF_TString`` (tensorflow/c/tf_tstring.h, tsl/platform/ctstring_internal.h)."""


class _Output(ctypes.Structure):
    _fields_ = (("oper", ctypes.c_void_p), ("index", ctypes.c_int))


_DEALLOCATOR = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)
_KEEP = _DEALLOCATOR(lambda data, length, argument: None)


def open_library() -> ctypes.CDLL:
    """The shared library of the installed package, found without importing it."""
    found = importlib.util.find_spec("tensorflow")
    assert found is not None
    assert found.origin is not None
    folder = Path(found.origin).parent
    ctypes.CDLL(str(next(folder.glob("libtensorflow_framework.so*"))), mode=ctypes.RTLD_GLOBAL)
    library = ctypes.CDLL(str(next(folder.glob("libtensorflow_cc.so*"))))
    for name in (
        "TF_NewGraph",
        "TF_NewStatus",
        "TF_NewSessionOptions",
        "TF_LoadSessionFromSavedModel",
        "TF_GraphOperationByName",
        "TF_NewTensor",
        "TF_AllocateTensor",
        "TF_TensorData",
        "TF_StringGetDataPointer",
    ):
        getattr(library, name).restype = ctypes.c_void_p
    for name in ("TF_Message", "TF_Version"):
        getattr(library, name).restype = ctypes.c_char_p
    library.TF_TensorByteSize.restype = library.TF_StringGetSize.restype = ctypes.c_size_t
    library.TF_Dim.restype = ctypes.c_int64
    return library


class CSession:
    """A SavedModel in a session of the C API."""

    def __init__(self, folder: Path) -> None:
        self._c = open_library()
        self._status = ctypes.c_void_p(self._c.TF_NewStatus())
        self._graph = ctypes.c_void_p(self._c.TF_NewGraph())
        tags = (ctypes.c_char_p * 1)(b"serve")
        self._session = ctypes.c_void_p(
            self._c.TF_LoadSessionFromSavedModel(
                ctypes.c_void_p(self._c.TF_NewSessionOptions()),
                None,
                str(folder).encode(),
                tags,
                1,
                self._graph,
                None,
                self._status,
            )
        )
        self._check()

    def _check(self) -> None:
        if self._c.TF_GetCode(self._status):
            raise RuntimeError(self._c.TF_Message(self._status).decode())

    def _output(self, name: str) -> _Output:
        operation, _, index = name.partition(":")
        found = self._c.TF_GraphOperationByName(self._graph, operation.encode())
        if not found:
            raise KeyError(name)
        return _Output(found, int(index or 0))

    def run(self, feeds: Mapping[str, Array], fetches: list[str]) -> list[Array]:
        """Values of the tensors ``fetches`` (``operation:0``), fed by name."""
        held = [np.ascontiguousarray(array) for array in feeds.values()]
        given = (ctypes.c_void_p * len(held))(*(self._tensor(array) for array in held))
        results = (ctypes.c_void_p * len(fetches))()
        self._c.TF_SessionRun(
            self._session,
            None,
            (_Output * len(feeds))(*map(self._output, feeds)),
            given,
            len(feeds),
            (_Output * len(fetches))(*map(self._output, fetches)),
            results,
            len(fetches),
            None,
            0,
            None,
            self._status,
        )
        self._check()
        return [self._array(ctypes.c_void_p(result)) for result in results]

    def _tensor(self, array: Array) -> int:
        if array.dtype.kind in "US":
            return self._strings(array)
        dims = (ctypes.c_int64 * array.ndim)(*array.shape)
        tensor: int = self._c.TF_NewTensor(
            _TYPES[array.dtype.name],
            dims,
            array.ndim,
            ctypes.c_void_p(array.ctypes.data),
            ctypes.c_size_t(array.nbytes),
            _KEEP,
            None,
        )
        return tensor

    def _strings(self, array: Array) -> int:
        """A tensor of strings: each is copied into a ``TF_TString`` of the library's own memory."""
        items = array if array.dtype.kind == "S" else np.char.encode(array, "utf-8")
        dims = (ctypes.c_int64 * array.ndim)(*array.shape)
        size = ctypes.c_size_t(array.size * _STRING_BYTES)
        tensor: int = self._c.TF_AllocateTensor(_STRING, dims, array.ndim, size)
        start = self._c.TF_TensorData(ctypes.c_void_p(tensor))
        for position, item in enumerate(np.ravel(items).tolist()):
            place = ctypes.c_void_p(start + position * _STRING_BYTES)
            self._c.TF_StringInit(place)
            self._c.TF_StringCopy(place, item, ctypes.c_size_t(len(item)))
        return tensor

    def _text(self, tensor: ctypes.c_void_p, count: int) -> list[bytes]:
        start = self._c.TF_TensorData(tensor)
        places = [ctypes.c_void_p(start + position * _STRING_BYTES) for position in range(count)]
        return [
            ctypes.string_at(self._c.TF_StringGetDataPointer(place), self._c.TF_StringGetSize(place))
            for place in places
        ]

    def _array(self, tensor: ctypes.c_void_p) -> Array:
        kinds = {number: name for name, number in _TYPES.items()}
        number = self._c.TF_TensorType(tensor)
        shape = [self._c.TF_Dim(tensor, axis) for axis in range(self._c.TF_NumDims(tensor))]
        if number == _STRING:
            return np.array(self._text(tensor, int(np.prod(shape))), dtype=np.bytes_).reshape(shape)
        data = ctypes.string_at(self._c.TF_TensorData(tensor), self._c.TF_TensorByteSize(tensor))
        return np.frombuffer(data, kinds[number]).reshape(shape).copy()


def main(folder: str, *calls: str) -> None:
    """Call signatures of one folder: for each a name, a file of arrays by key, and a file to write."""
    signatures = {s.name: s for s in read_saved_model(Path(folder)).serving.signatures}
    session = CSession(Path(folder))
    for name, given, out in zip(calls[::3], calls[1::3], calls[2::3], strict=True):
        arrays = np.load(given)
        feeds = {t.tensor: arrays[t.key] for t in signatures[name].inputs}
        outputs = signatures[name].outputs
        results = session.run(feeds, [t.tensor for t in outputs])
        np.savez(out, **{t.key: array for t, array in zip(outputs, results, strict=True)})


if __name__ == "__main__":
    main(*sys.argv[1:])
