"""Which layers compute something different in training, by class: from ``call`` in tf.keras 2.15 and Keras 3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from migrate.capsule.model import Layer, Model, map_layer
from migrate.formats.stock import is_stock_class

RATES: Mapping[str, tuple[str, ...]] = {
    "Dropout": ("rate",),
    "SpatialDropout1D": ("rate",),
    "SpatialDropout2D": ("rate",),
    "SpatialDropout3D": ("rate",),
    "AlphaDropout": ("rate",),
    "GaussianDropout": ("rate",),
    "GaussianNoise": ("stddev",),
    "Attention": ("dropout",),
    "AdditiveAttention": ("dropout",),
    "MultiHeadAttention": ("dropout",),
    "MultiHeadAttentionKeras2": ("dropout",),
    **{
        name: ("dropout", "recurrent_dropout")
        for base in ("LSTM", "GRU", "SimpleRNN")
        for name in (base, f"{base}Cell")
    },
    **{f"ConvLSTM{n}D": ("dropout", "recurrent_dropout") for n in (1, 2, 3)},
}
"""Class to the arguments that set its randomness in training. At 0 it computes the same in both modes."""
BATCH_STATISTICS = frozenset({"BatchNormalization", "SyncBatchNormalization"})
"""Classes that normalise by the batch in training, and by moving statistics if they are frozen."""
_OTHERS = frozenset({"SpectralNormalization"})
_OPERATIONS = frozenset({"Op"})
FIXED_MODE = "FixedMode"
"""The layer in ``custom_objects.py`` whose calls name the mode."""


def dependent_parts(layer: Layer, trainable: bool = True) -> Iterator[tuple[Layer, bool]]:
    """The layers at and below one that depend on the mode, each with whether its weights are trained.

    A user's layer is included, because its behaviour is unknown.
    """
    trainable = trainable and layer.config.get("trainable") is not False
    if layer.registered_name == f"keras_migrate>{FIXED_MODE}" and all(
        node.kwargs.get("mode") is not None for node in layer.nodes
    ):
        return
    if _depends(layer):
        yield layer, trainable
    for child in layer.children.values():
        yield from dependent_parts(child, trainable)
    if layer.model is not None:
        yield from parts_of(layer.model, trainable)


def parts_of(model: Model, trainable: bool = True) -> Iterator[tuple[Layer, bool]]:
    """The same for a model's layers."""
    for layer in model.layers:
        yield from dependent_parts(layer, trainable and model.trainable)


def _depends(layer: Layer) -> bool:
    name = layer.class_name
    if name in RATES:
        return draws_at_random(layer)
    if layer.registered_name is not None:
        return not layer.registered_name.startswith("keras_migrate>")
    if layer.model is not None or name in _OPERATIONS:
        return False
    return (
        name in BATCH_STATISTICS or name in _OTHERS or name.startswith("Random") or not is_stock_class(name)
    )


def draws_at_random(layer: Layer) -> bool:
    """Whether a layer of :data:`RATES` has a rate above 0."""
    return any(layer.config.get(argument) for argument in RATES.get(layer.class_name, ()))


def draws_in_training(model: Model) -> bool:
    """Whether a training step of a Keras 3 model depends on random numbers: calls that fix inference use none."""
    return any(_draws(layer) for layer in model.layers)


def _draws(layer: Layer) -> bool:
    modes = {node.kwargs.get("mode") for node in layer.nodes}
    if layer.class_name == FIXED_MODE and modes == {False}:
        return False
    if draws_at_random(layer) or layer.class_name.startswith("Random"):
        return True
    inner = layer.model is not None and draws_in_training(layer.model)
    return inner or any(_draws(child) for child in layer.children.values())


def silenced(layer: Layer) -> Layer:
    """The layer with every rate at and below it set to 0; the same object if there is none."""

    def change(path: tuple[str, ...], part: Layer) -> Layer:
        rates = {a: 0.0 for a in RATES.get(part.class_name, ()) if part.config.get(a)}
        return replace(part, config={**part.config, **rates}) if rates else part

    return map_layer(layer, change, ())
