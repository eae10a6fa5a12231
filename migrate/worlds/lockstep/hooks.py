"""Hooks on a Keras: calls of layers, losses, training steps, optimizers, and what makes or freezes layers.

The same for tf-keras and Keras 3, which is handed in. Layers are told in both worlds by class and by how many of it the
program had made before; those that a framework makes inside of its own layers are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import tensorflow as tf

from migrate.capsule.model import Array
from migrate.worlds.guest.framework_types import LiveLayer, LiveModel, Nested, Optimizer, Variable
from migrate.worlds.guest.runner import flatten, to_numpy
from migrate.worlds.guest.variables import roles_of
from migrate.worlds.lockstep.loops import Loops
from migrate.worlds.lockstep.recorder import Finished, Recorder
from migrate.worlds.lockstep.sites import Sites

Batches = dict[str, Array]
"""``STEP/NUMBER`` → array of a batch; ``weights/STEP/KEY`` → weight before a step."""


class Hooks:
    """Installs itself over a Keras.

    Args:
        keras: tf-keras or Keras 3.
        recorder: is told.
        sites: of the program.
        given: what the reference run kept; None in the reference run itself.
    """

    def __init__(
        self, keras: ModuleType, recorder: Recorder, sites: Sites, given: Mapping[str, Array] | None
    ) -> None:
        self._keras = keras
        self._recorder = recorder
        self._sites = sites
        self._given = given
        self.kept: Batches = {}
        self._made: Counter[str] = Counter()
        self._layers: dict[int, tuple[LiveLayer, str, str]] = {}
        """Identity → layer, key, line that made it; the layer is held so that its identity stays its own."""
        self._lines: dict[str, str] = {}
        """What made a loss or metric, compiled a model, or froze a layer, by what it is about."""
        self._wrapped: set[int] = set()
        self._unready = False
        """Whether a loop of the program trained layers that had no weights before."""
        self.own = Loops(sites, self._ready, self._begin, lambda: self._end(None))

    def install(self) -> None:
        """Put the hooks in place; the process is not used for anything else afterwards."""
        keras = self._keras
        self._on_init(keras.layers.Layer, self._layer_made)
        self._on_init(keras.losses.Loss, self._object_made)
        self._on_init(keras.metrics.Metric, self._object_made)
        self._on_call(keras.layers.Layer, self._layer_called)
        self._on_call(keras.losses.Loss, self._loss_called)
        self._on_trainable(keras.layers.Layer)
        for name in ("compile", "fit", "train_on_batch", "fit_generator"):
            if hasattr(keras.Model, name):
                self._around(keras.Model, name)
        self._on_apply()
        self.own.install()

    # What is made

    def _on_init(self, owner: Any, told: Callable[[LiveLayer], None]) -> None:
        original = owner.__init__

        def init(made: LiveLayer, *arguments: object, **keywords: object) -> None:
            original(made, *arguments, **keywords)
            told(made)

        owner.__init__ = init

    def _layer_made(self, made: LiveLayer) -> None:
        if id(made) in self._layers or isinstance(made, self._keras.metrics.Metric):
            return  # a metric of tf-keras is a layer
        if type(made).__name__ == "InputLayer":
            return
        site = self._sites.maker(made, 3)
        if site:
            kind = type(made).__name__
            self._layers[id(made)] = (made, f"{kind} {self._made[kind] + 1}", site)
            self._made[kind] += 1

    def _object_made(self, made: object) -> None:
        site = self._sites.maker(made, 3)
        if site:
            self._lines.setdefault(f"{_family(self._keras, made)} {getattr(made, 'name', '')}", site)
            self._lines[f"object {id(made)}"] = site

    def _on_trainable(self, owner: Any) -> None:
        """The line that says whether a layer is trained, also where it says what was so before."""
        original = owner.__setattr__

        def assign(layer: LiveLayer, name: str, value: object) -> None:
            if name == "trainable" and id(layer) in self._layers:
                site = self._sites.here(2)
                for inner in layer._flatten_layers() if site else ():  # a model hands it on to its layers
                    if id(inner) in self._layers:
                        self._lines[f"trainable {self._layers[id(inner)][1]}"] = site
            original(layer, name, value)

        owner.__setattr__ = assign

    # What is called

    def _on_call(self, owner: Any, told: Callable[[LiveLayer, Nested], None]) -> None:
        original = owner.__call__

        def call(made: LiveLayer, *arguments: object, **keywords: object) -> Nested:
            output: Nested = original(made, *arguments, **keywords)
            if self._recorder.inside:
                told(made, output)
            return output

        owner.__call__ = call

    def _layer_called(self, layer: LiveLayer, output: Nested) -> None:
        known = self._layers.get(id(layer))
        if known is None:
            return
        for number, tensor in enumerate(flatten(output)):
            if _is_value(tensor):
                self._recorder.array("layer", f"{known[1]} output {number}", to_numpy(tensor), known[2])

    def _loss_called(self, loss: object, output: Nested) -> None:
        if _is_value(output) and not _is_container(loss):
            site = self._lines.get(f"object {id(loss)}") or self._lines.get("compile", "")
            self._recorder.array("loss", "loss", to_numpy(output), site)

    def value(self, name: str, value: object, site: str) -> None:
        """A variable of the program, or what a function of it returned."""
        if _is_value(value):
            self._recorder.array("value", name, to_numpy(value), site)

    # Steps

    def _around(self, owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def method(model: LiveModel, *arguments: object, **keywords: object) -> object:
            if name == "compile":
                self._lines["compile"] = self._sites.here(2)
                if self._sites.here(2):
                    keywords["run_eagerly"] = True
                    keywords.pop("jit_compile", None)
            else:
                self._wrap_step(model)
            result: object = original(model, *arguments, **keywords)
            return result

        setattr(owner, name, method)

    def _wrap_step(self, model: LiveModel) -> None:
        if id(model) in self._wrapped:
            return
        self._wrapped.add(id(model))
        original = model.train_step

        def train_step(data: Nested) -> object:
            self.own.leave()
            if not getattr(model, "built", True):
                model(data[0] if isinstance(data, tuple | list) else data, training=False)
            self._begin()
            taken = self._batch(data)
            try:
                logs: object = original(taken)
            finally:
                self._recorder.inside = False
            self._end(logs)
            return logs

        object.__setattr__(model, "train_step", train_step)

    def _ready(self) -> bool:
        """Whether a loop can begin a step: weights that are made on its way cannot be those of the reference."""
        recorder = self._recorder
        if recorder.step == 0 and not self._unready:
            self._unready = not all(getattr(layer, "built", True) for layer, _, _ in self._layers.values())
        return not (recorder.inside or self._unready)

    def _begin(self) -> None:
        recorder = self._recorder
        recorder.step += 1
        self._weights(assign=True)
        if recorder.step == 1:
            for layer, key, site in list(self._layers.values()):
                if getattr(layer, "weights", None):
                    line = self._lines.get(f"trainable {key}", site)
                    recorder.fact("trainable", key, len(layer.trainable_weights), line)
        recorder.inside = True

    def _batch(self, data: Nested) -> Nested:
        """The batch of the reference run in place of the program's own; in the reference run, kept."""
        flat = tf.nest.flatten(data)
        step = self._recorder.step
        if self._given is None:
            for number, tensor in enumerate(flat):
                if tensor is not None:
                    self.kept[f"batch/{step}/{number}"] = to_numpy(tensor)
            return data
        held = [self._given.get(f"batch/{step}/{number}") for number in range(len(flat))]
        shapes = [None if t is None else tuple(t.shape) for t in flat]
        if [None if a is None else a.shape for a in held] != shapes:
            told = [list(s) for s in shapes if s is not None]
            self._recorder.fact("batch", "batch", told, self._sites.here(2))
            return data
        new = [
            None if a is None else tf.cast(tf.constant(a), t.dtype) for a, t in zip(held, flat, strict=True)
        ]
        packed: Nested = tf.nest.pack_sequence_as(data, new)
        return packed

    def _end(self, logs: object) -> None:
        recorder = self._recorder
        recorder.inside = False
        self._weights(assign=False)
        if isinstance(logs, Mapping):
            names = sorted(str(name) for name in logs)
            recorder.fact("metrics", "metrics", names, self._lines.get("compile", ""))
            for name in names:
                site = self._lines.get(f"metric {name}") or self._lines.get("compile", "")
                recorder.array("metric", name, np.asarray(to_numpy(logs[name]), dtype=np.float64), site)
        if recorder.step >= recorder.steps:
            raise Finished

    def _weights(self, *, assign: bool) -> None:
        """Before a step the weights of the reference run are taken; after it those that there are get recorded."""
        step = self._recorder.step
        for key, (variable, site) in self._variables().items():
            if not assign:
                self._recorder.array("weight", key, to_numpy(variable), site)
            elif self._given is None:
                self.kept[f"weights/{step}/{key}"] = to_numpy(variable)
            else:
                value = self._given.get(f"weights/{step}/{key}")
                if value is not None and value.shape == tuple(variable.shape):
                    variable.assign(value)

    def _variables(self) -> dict[str, tuple[Variable, str]]:
        """Weights of the program's layers: key → variable and the line that made its layer, the innermost of them."""
        found: dict[int, tuple[str, Variable, str]] = {}
        # What comes later wins: models first, then layers from those of many weights to those of few.
        by_size = sorted(
            self._layers.values(),
            key=lambda entry: (not hasattr(entry[0], "layers"), -len(getattr(entry[0], "weights", ()))),
        )
        for layer, key, site in by_size:
            for role, variable in roles_of(layer) if hasattr(layer, "weights") else ():
                found[id(variable)] = (f"{key} {role}", variable, site)
        return {key: (variable, site) for key, variable, site in found.values()}

    def _on_apply(self) -> None:
        """Gradients as an optimizer takes them."""
        owner = self._keras.optimizers.Optimizer
        name = "apply" if hasattr(owner, "apply") else "apply_gradients"
        original = getattr(owner, name)

        def apply(optimizer: Optimizer, gradients: Iterable[Any], *arguments: Any, **keywords: Any) -> object:
            pairs = list(gradients)
            if self._recorder.inside:
                variables = arguments[0] if arguments else keywords.get("trainable_variables")
                if variables is None:
                    variables = getattr(optimizer, "_trainable_variables", ())
                named = (
                    pairs if name == "apply_gradients" else list(zip(pairs, variables or (), strict=False))
                )
                self._gradients(named)
            result: object = original(optimizer, pairs, *arguments, **keywords)
            self.own.applied()
            return result

        setattr(owner, name, apply)

    def _gradients(self, pairs: Iterable[tuple[object, object]]) -> None:
        known = {id(variable): (key, site) for key, (variable, site) in self._variables().items()}
        for gradient, variable in pairs:
            if gradient is not None and id(variable) in known:
                key, site = known[id(variable)]
                self._recorder.array("gradient", key, to_numpy(tf.convert_to_tensor(gradient)), site)


def _is_value(value: object) -> bool:
    return isinstance(value, tf.Tensor) and hasattr(value, "numpy")


def _is_container(loss: object) -> bool:
    """Whether a loss stands for those of a compiled model."""
    return type(loss).__name__ in ("CompileLoss", "LossesContainer")


def _family(keras: ModuleType, made: object) -> str:
    return "metric" if isinstance(made, keras.metrics.Metric) else "loss"
