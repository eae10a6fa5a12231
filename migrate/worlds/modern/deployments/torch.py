"""PyTorch: describe the held model for `migrate.torch_source`, and run a source that was written from that.

The source is written by the process that gave the order, from records: a worker that a hostile file took over must not
write Python that its user will run.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import keras
import msgspec
import numpy as np

from migrate.capsule.model import Array
from migrate.capsule.store import save_arrays
from migrate.torch_source.graph import ARRAY, TENSOR, Call, Graph, Layer, Tensor
from migrate.worlds.contracts.models import ArraysFile
from migrate.worlds.contracts.modern import Deployed, TraceTorch
from migrate.worlds.guest.framework_types import LiveLayer, LiveModel
from migrate.worlds.guest.runner import cases_of, to_numpy, write_arrays
from migrate.worlds.guest.variables import roles_of
from migrate.worlds.modern.deployments.runtime import Runtime

_WRAPPED = ("layer", "forward_layer", "backward_layer")


def describe(model: LiveModel, scratch: Path) -> Deployed:
    """Write the records of a Functional or Sequential model, and its arrays."""
    describer = _Describer()
    graph = describer.model(model, model.name)
    (scratch / "torch.json").write_bytes(msgspec.json.encode(graph, enc_hook=_plain))
    save_arrays(scratch / "torch.safetensors", describer.arrays)
    return Deployed(graph=str(scratch / "torch.json"), arrays=str(scratch / "torch.safetensors"))


def start(file: str, names: Sequence[str]) -> Runtime:
    """A function from arrays to outputs, with the ``load`` of a written folder."""
    torch = importlib.import_module("torch")
    module = _imported(Path(file) / "model.py").load(file)

    def call(arrays: Sequence[Array]) -> list[Array]:
        with torch.inference_mode():
            results = module(*(torch.from_numpy(np.array(array)) for array in arrays))
        return [r.numpy() for r in (results if isinstance(results, tuple) else (results,))]

    return call


def layers(asked: TraceTorch, dtypes: Sequence[str], scratch: Path) -> ArraysFile:
    """Output of each layer, as ``layer/output``, of a traced source for the first case of the probes."""
    torch = importlib.import_module("torch")
    source = _imported(asked.source)
    module = source.load(str(asked.file))
    given = cases_of(asked.probes)[0]
    with torch.inference_mode():
        module(*(torch.from_numpy(np.array(a, dtype=d)) for a, d in zip(given, dtypes, strict=True)))
    return write_arrays(scratch / asked.out, {name: tensor.numpy() for name, tensor in source.TRACE.items()})


def _imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"written_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Describer:
    def __init__(self) -> None:
        self.arrays: dict[str, Array] = {}
        self._owners: dict[int, str] = {}

    def model(self, model: LiveModel, path: str) -> Graph:
        functional = getattr(model, "_functional", None) or model
        numbers: dict[int, int] = {}
        tensors: list[Tensor] = []
        calls: list[Call] = []
        layers: dict[str, Layer] = {}

        def leaf(value: object) -> object:
            if id(value) in numbers:
                return {TENSOR: numbers[id(value)]}
            if isinstance(value, keras.Variable | np.ndarray) or hasattr(value, "numpy"):
                key = f"{path}|constant/{len(self.arrays)}"
                self.arrays[key] = to_numpy(value)
                return {ARRAY: key}
            return value

        for depth in sorted(functional._nodes_by_depth, reverse=True):
            for node in functional._nodes_by_depth[depth]:
                operation = node.operation
                args, kwargs = (
                    keras.tree.map_structure(leaf, part)
                    for part in (list(node.arguments.args), dict(node.arguments.kwargs))
                )
                outputs = []
                for tensor in node.outputs:
                    numbers[id(tensor)] = len(tensors)
                    outputs.append(len(tensors))
                    tensors.append(Tensor(tuple(tensor.shape), str(tensor.dtype)))
                calls.append(Call(operation.name, args, kwargs, outputs))
                if operation.name not in layers:
                    layers[operation.name] = self.layer(operation, f"{path}/{operation.name}")
        return Graph(
            type(model).__name__,
            model.name,
            [numbers[id(t)] for t in functional._inputs],
            [numbers[id(t)] for t in functional._outputs],
            tensors,
            calls,
            layers,
        )

    def layer(self, live: LiveLayer, path: str) -> Layer:
        """The record of a layer or operation."""
        kind = type(live)
        if not isinstance(live, keras.layers.Layer):
            config = {k: v for k, v in live.get_config().items() if k != "name"}
            return Layer(kind.__name__, kind.__module__, config)
        shared = self._owners.setdefault(id(live), path) != path
        dtype = live.compute_dtype or "float32"
        if isinstance(live, keras.Model):
            return Layer(
                kind.__name__, kind.__module__, {}, dtype, model=self.model(live, path), shared=shared
            )
        weights = {}
        for role, variable in roles_of(live):
            weights[role] = f"{path}|{role}"
            self.arrays[weights[role]] = to_numpy(variable)
        children = {
            name: self.layer(getattr(live, name), f"{path}/{name}")
            for name in _WRAPPED
            if isinstance(getattr(live, name, None), keras.layers.Layer)
        }
        rank = {"rank": live.rank} if isinstance(getattr(live, "rank", None), int) else {}
        config = {**live.get_config(), **rank}
        return Layer(kind.__name__, kind.__module__, config, dtype, weights, children, None, shared)


def _plain(value: object) -> object:
    """What a configuration may hold beside JSON."""
    item = getattr(value, "tolist", None)
    return item() if item is not None else str(value)
