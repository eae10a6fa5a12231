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
        "TF_TensorData",
    ):
        getattr(library, name).restype = ctypes.c_void_p
    for name in ("TF_Message", "TF_Version"):
        getattr(library, name).restype = ctypes.c_char_p
    library.TF_TensorByteSize.restype = ctypes.c_size_t
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

    def _array(self, tensor: ctypes.c_void_p) -> Array:
        kinds = {number: name for name, number in _TYPES.items()}
        dtype = kinds[self._c.TF_TensorType(tensor)]
        shape = [self._c.TF_Dim(tensor, axis) for axis in range(self._c.TF_NumDims(tensor))]
        data = ctypes.string_at(self._c.TF_TensorData(tensor), self._c.TF_TensorByteSize(tensor))
        return np.frombuffer(data, dtype).reshape(shape).copy()


def main(folder: str, *calls: str) -> None:
    """Call signatures of one folder: for each a name, a file of arrays by key, and a file to write."""
    signatures = {s.name: s for s in read_saved_model(Path(folder)).serving.signatures}
    session = CSession(Path(folder))
    for name, given, out in zip(calls[::3], calls[1::3], calls[2::3], strict=True):
        arrays = np.load(given)
        feeds = {t.tensor: arrays[t.key] for t in signatures[name].inputs}
        outputs = [t for t in signatures[name].outputs if t.dtype in _TYPES]
        results = session.run(feeds, [t.tensor for t in outputs])
        np.savez(out, **{t.key: array for t, array in zip(outputs, results, strict=True)})


if __name__ == "__main__":
    main(*sys.argv[1:])
