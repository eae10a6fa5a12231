"""Arguments that Keras 3 rejects, and when leaving them out changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from migrate.capsule.model import Layer
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.findings import MigrationError, Rule, Severity

Harmless = Callable[[Any], bool]
_RNN = (
    "LSTM",
    "GRU",
    "SimpleRNN",
    "RNN",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "Bidirectional",
    "ConvRNN2D",
)
_TRANSPOSED = ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
_DEPTHWISE = ("DepthwiseConv1D", "DepthwiseConv2D")
_SEPARABLE = ("SeparableConv1D", "SeparableConv2D")


def _always(value: Any) -> bool:
    return True


def _falsy(value: Any) -> bool:
    return not value


def _none(value: Any) -> bool:
    return value is None


def _one(value: Any) -> bool:
    return value in (None, 1)


_KERNEL_ARGUMENTS = {
    "kernel_initializer": _always,
    "kernel_regularizer": _always,
    "kernel_constraint": _always,
}
REJECTED: Mapping[str, Mapping[str, Harmless]] = {
    # A depthwise convolution has as many groups as channels by definition.
    **dict.fromkeys(_DEPTHWISE, {"groups": _always, "filters": _always, **_KERNEL_ARGUMENTS}),
    **dict.fromkeys(_SEPARABLE, {"groups": _always, **_KERNEL_ARGUMENTS}),
    **dict.fromkeys(_TRANSPOSED, {"groups": _one}),
    **dict.fromkeys(_RNN, {"time_major": _falsy, "num_constants": _falsy, "implementation": _always}),
    "MultiHeadAttention": dict.fromkeys(
        ("query_shape", "key_shape", "value_shape", "softmax_robust_masking"), _always
    ),
    "Attention": {"rng_type": _always},
    "AdditiveAttention": {"rng_type": _always},
    "BatchNormalization": {
        "virtual_batch_size": _none,
        "fused": _always,
        "adjustment": _none,
        "mode": _falsy,
    },
    "Softmax": {"robust_masking": _always},
    **dict.fromkeys(("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"), {"noise_shape": _none}),
    "Embedding": {"input_length": _always, "batch_input_shape": _always},
    **dict.fromkeys(("StringLookup", "IntegerLookup", "TextVectorization"), {"vocabulary_size": _always}),
}
EVERYWHERE: Mapping[str, Harmless] = {
    "rng_type": _always,
    "batch_input_shape": _always,
    "input_dtype": _always,
    "build_input_shape": _always,
}
_SPATIAL_DROPOUT = frozenset({"SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"})


@layer_rule(
    Rule(
        "CFG040",
        "rejected-argument",
        "The configuration has an argument that Keras 3 does not accept.",
        Severity.ERROR,
        before='{"class_name": "DepthwiseConv2D", "config": {"groups": 1, "kernel_size": [3, 3]}}',
        after='{"class_name": "DepthwiseConv2D", "config": {"kernel_size": [3, 3]}}',
        why="Keras 2 wrote arguments of base classes, and later ones of its own implementation, to every "
        "configuration. Keras 3 fails at the first unknown one. They are dropped if their value has no effect.",
        references=("keras-team/keras#19151", "keras-team/keras#19441"),
    ),
    Step.KERAS_3,
)
def rejected_argument(layer: Layer, era: Era) -> Layer:
    """Leave out arguments whose value has no effect.

    Raises:
        MigrationError: ``CFG041`` when the value does have an effect that no other rule expressed.
    """
    if layer.class_name == "InputLayer":
        return layer  # CFG043
    drop = rejected(layer, (layer.class_name,))
    return layer.with_config(drop=tuple(drop)) if drop else layer


def rejected(layer: Layer, classes: Iterable[str]) -> list[str]:
    """The arguments of a layer that classes of Keras 3 do not take, and whose values have no effect.

    Args:
        layer: of one of these classes, or of an author's class that is derived from them.
        classes: of Keras.

    Raises:
        MigrationError: ``CFG041`` when the value does have an effect that no other rule expressed.
    """
    table = {**EVERYWHERE}
    for name in classes:
        table |= REJECTED.get(name, {})
    drop = [key for key in layer.config if key in table]
    for key in drop:
        if not table[key](layer.config[key]):
            raise MigrationError(
                "CFG041",
                f"{layer.class_name} {layer.name!r} has {key}={layer.config[key]!r}, which Keras 3 cannot express",
                "Replace the layer in the source, or keep the model as a SavedModel.",
                place=layer.name,
            )
    return drop


@layer_rule(
    Rule(
        "CFG042",
        "spatial-dropout-trainable",
        "A SpatialDropout layer is stored with `trainable`.",
        Severity.ERROR,
        before='{"class_name": "SpatialDropout2D", "config": {"rate": 0.2, "trainable": true}}',
        after='{"class_name": "SpatialDropout2D", "config": {"rate": 0.2}}',
        why="Every Keras 2 file with this layer fails: `SpatialDropout2D.__init__() got an unexpected keyword "
        "argument 'trainable'`. The layer has nothing to train.",
    ),
    Step.KERAS_3,
    *_SPATIAL_DROPOUT,
)
def spatial_dropout_trainable(layer: Layer, era: Era) -> Layer:
    """Leave out ``trainable`` of a layer without variables."""
    return layer.with_config(drop=("trainable",)) if "trainable" in layer.config else layer


@layer_rule(
    Rule(
        "CFG043",
        "input-batch-shape",
        "An input is described by `batch_input_shape`, `sparse` and `ragged`.",
        Severity.ERROR,
        before='{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 3], "ragged": false}}',
        after='{"class_name": "InputLayer", "config": {"batch_shape": [null, 3]}}',
        why="Keras 3 renamed the argument; ragged tensors exist only on the TensorFlow backend.",
        references=("tensorflow/tensorflow#64685",),
    ),
    Step.KERAS_3,
    "InputLayer",
)
def input_batch_shape(layer: Layer, era: Era) -> Layer:
    """Use ``batch_shape``.

    Raises:
        MigrationError: ``CFG044`` for ragged inputs and inputs of a declared type specification.
    """
    if layer.config.get("ragged") or layer.config.get("type_spec"):
        raise MigrationError(
            "CFG044",
            f"input {layer.name!r} expects ragged tensors, which Keras 3 models cannot be saved with",
            "Feed dense, padded tensors (with a mask) and rebuild the input, or keep the SavedModel.",
            place=layer.name,
        )
    config = {k: v for k, v in layer.config.items() if k in ("dtype", "sparse") and v}
    shape = layer.config.get("batch_input_shape", layer.config.get("batch_shape"))
    if shape is None and layer.config.get("input_shape") is not None:
        shape = [None, *layer.config["input_shape"]]
    return Layer(
        layer.class_name,
        layer.name,
        {**config, "batch_shape": shape},
        layer.nodes,
        layer.weights,
        layer.children,
    )
