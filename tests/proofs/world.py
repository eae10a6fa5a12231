"""One warm process that runs programs and answers with their ``result``.

Started as ``python world.py legacy`` (tf-keras under every name of Keras) or ``python world.py modern`` (Keras 3), the
latter with another backend when one is named: ``python world.py modern jax``.
Reads one JSON request a line, ``{"id": …, "code": …}``, and answers ``{"id": …, "result": …}`` or
``{"id": …, "raised": "TypeError: …"}`` in the same order.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import io
import json
import os
import sys
import tempfile
import warnings
from collections.abc import Mapping
from types import ModuleType
from typing import Any


class _Alias(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers ``import keras…`` with the module of tf-keras of the same path, and nothing where there is none."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        if name != "keras" and not name.startswith("keras."):
            return None
        try:
            importlib.import_module(f"tf_{name}")
        except ImportError:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return importlib.import_module(f"tf_{spec.name}")

    def exec_module(self, module: ModuleType) -> None:
        """The module is there already."""


def encode(value: Any) -> Any:
    """A result as JSON: arrays and tensors become nested lists of numbers."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    import numpy as np

    array = np.asarray(value)
    if array.dtype.kind in "SU":
        return array.astype(str).tolist()
    if array.dtype.kind not in "biufcOV":
        array = array.astype("float64")
    return array.tolist()


def _numbers(tensor: Any, dtype: Any) -> Any:
    found = tensor.detach().cpu().numpy()
    return found if dtype is None else found.astype(dtype)


def main() -> None:
    world = sys.argv[1]
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    backend = sys.argv[2] if len(sys.argv) > 2 else "tensorflow"
    os.environ["KERAS_BACKEND"] = backend
    # The parent's tests may have set it; the modern world must not inherit it.
    os.environ.pop("TF_USE_LEGACY_KERAS", None)
    if world == "legacy":
        os.environ["TF_USE_LEGACY_KERAS"] = "1"
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    import numpy as np

    if backend == "tensorflow":
        import tensorflow as tf

        tf.get_logger().setLevel("ERROR")
    elif backend == "torch":
        import torch

        # The programs look at outputs with np.array, which PyTorch refuses while a gradient may be wanted.
        torch.Tensor.__array__ = lambda self, dtype=None, copy=None: _numbers(self, dtype)
    if world == "legacy":
        import tf_keras as keras

        sys.meta_path.insert(0, _Alias())
        sys.modules["keras"] = keras
    else:
        import keras
    for line in sys.stdin:
        request = json.loads(line)
        keras.backend.clear_session()
        keras.utils.set_random_seed(0)
        namespace: dict[str, Any] = {"np": np, "os": os, "__name__": "__proof__"}
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(compile(request["code"], "<proof>", "exec"), namespace)
                    answer = {"id": request["id"], "result": encode(namespace["result"])}
            except BaseException as error:  # noqa: BLE001 - whatever a program does is its answer
                answer = {"id": request["id"], "raised": f"{type(error).__name__}: {error}"[:600]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
