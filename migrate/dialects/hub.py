"""``hub.KerasLayer`` whose module is available (``tensorflow_hub/keras_layer.py`` of 0.16): it stays one layer here.

A file names the module by its handle and contains no graph. Both worlds read the module: tf-keras calls its function,
Keras 3 gets layers that the function's graph is lifted to (`migrate.worlds.modern.hub`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from migrate.capsule.model import Layer, Model, map_layers
from migrate.findings import MigrationError
from migrate.formats.artifact import LayerWeights

CLASS = "HubModule"
REGISTERED = f"tensorflow_hub>{CLASS}"
_HANDLE = "handle"
_KEPT = ("name", "trainable", "batch_input_shape")
_UNDERSTOOD = {*_KEPT, _HANDLE, "dtype", "output_shape", "load_options"}


def names_module(class_name: str, config: Mapping[str, object]) -> bool:
    """Whether a layer is a ``hub.KerasLayer``, which names a module by its handle."""
    return class_name == "KerasLayer" and _HANDLE in config


def place_modules(
    model: Model, modules: Mapping[str, str], weights: Iterable[LayerWeights], defined: Collection[str]
) -> Model:
    """The model with each ``KerasLayer`` of an available module under the name that both worlds know.

    Args:
        model: as stored in the file.
        modules: handle to the folder of its SavedModel.
        weights: of the file; if they contain a layer's variables, they replace those of the module.
        defined: classes that the author's code defines, which are not touched.

    Raises:
        MigrationError: ``ECO091`` for a missing module, ``ECO090`` for a call that is not understood.
    """
    held = {saved.layer[-1] for saved in weights if saved.arrays and saved.layer}

    def placed(path: tuple[str, ...], layer: Layer) -> Layer:
        if not names_module(layer.class_name, layer.config) or "KerasLayer" in defined:
            return layer
        handle = str(layer.config[_HANDLE])
        if handle not in modules:
            raise _missing(layer, handle)
        odd = {key for key in layer.config.keys() - _UNDERSTOOD if layer.config[key]}
        if odd:
            raise MigrationError(
                "ECO090",
                f"layer {layer.name!r} (KerasLayer) cannot be expressed: it calls its module with {sorted(odd)}",
                "Export the model as a SavedModel in its own framework and migrate that, with --lift for layers.",
                place=layer.name,
            )
        config = {key: layer.config[key] for key in _KEPT if key in layer.config}
        config |= {"module": modules[handle], "tracked": layer.name in held}
        return replace(layer, class_name=CLASS, registered_name=REGISTERED, config=config)

    return map_layers(model, placed)


def _missing(layer: Layer, handle: str) -> MigrationError:
    return MigrationError(
        "ECO091",
        f"layer {layer.name!r} is a KerasLayer of TensorFlow Hub: the file names the module {handle} but does not "
        "contain it",
        f"Supply the folder of the module with --hub-module {handle}=FOLDER. Or export the model as a SavedModel in "
        "its own framework and migrate that: its graph contains the module.",
        place=layer.name,
    )
