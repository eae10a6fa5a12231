"""Names of Keras 1: classes and arguments, and what Keras 2 called them.

Source: ``get_config`` of every layer of Keras 1.0.0 to 1.2.2, and ``keras/legacy/interfaces.py`` of 2.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrate.capsule.model import Layer
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.findings import Fix, Rule, Severity

CLASSES: Mapping[str, str] = {
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "Deconvolution2D": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
    "TimeDistributedDense": "Dense",
}


def _each(names: Mapping[str, str], *classes: str) -> dict[str, Mapping[str, str]]:
    return dict.fromkeys(classes, names)


_WEIGHTED = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
}
_DENSE = {**_WEIGHTED, "output_dim": "units"}
_CONVOLUTION = {
    **_WEIGHTED,
    "nb_filter": "filters",
    "border_mode": "padding",
    "subsample": "strides",
    "dim_ordering": "data_format",
    "subsample_length": "strides",
    "filter_length": "kernel_size",
    "atrous_rate": "dilation_rate",
}
_RECURRENT = {
    **_WEIGHTED,
    "output_dim": "units",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "U_regularizer": "recurrent_regularizer",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
}
_POOL = {"border_mode": "padding", "dim_ordering": "data_format"}
ARGUMENTS: Mapping[str, Mapping[str, str]] = {
    **_each(_DENSE, "Dense", "MaxoutDense", "Highway"),
    **_each(_CONVOLUTION, "Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose"),
    **_each(_CONVOLUTION, "LocallyConnected1D", "LocallyConnected2D"),
    "SeparableConv2D": {
        **_CONVOLUTION,
        "init": "depthwise_initializer",
        "depthwise_init": "depthwise_initializer",
        "pointwise_init": "pointwise_initializer",
    },
    **_each(_RECURRENT, "LSTM", "GRU", "SimpleRNN"),
    "ConvLSTM2D": {**_CONVOLUTION, **_RECURRENT, "nb_filter": "filters"},
    **_each({**_POOL, "pool_length": "pool_size", "stride": "strides"}, "MaxPooling1D", "AveragePooling1D"),
    **_each(_POOL, "MaxPooling2D", "AveragePooling2D", "MaxPooling3D", "AveragePooling3D"),
    **_each(
        {"dim_ordering": "data_format"},
        "GlobalMaxPooling2D",
        "GlobalAveragePooling2D",
        "GlobalMaxPooling3D",
        "GlobalAveragePooling3D",
        "UpSampling2D",
        "UpSampling3D",
        "ZeroPadding2D",
        "ZeroPadding3D",
        "Cropping2D",
        "Cropping3D",
    ),
    "UpSampling1D": {"length": "size"},
    "Embedding": {
        "init": "embeddings_initializer",
        "W_regularizer": "embeddings_regularizer",
        "W_constraint": "embeddings_constraint",
    },
    "BatchNormalization": {"gamma_init": "gamma_initializer", "beta_init": "beta_initializer"},
    **_each({"p": "rate"}, "Dropout", "GaussianDropout"),
    **_each({"p": "rate"}, "SpatialDropout1D"),
    **_each({"p": "rate", "dim_ordering": "data_format"}, "SpatialDropout2D", "SpatialDropout3D"),
    "GaussianNoise": {"sigma": "stddev"},
    "PReLU": {"init": "alpha_initializer"},
}
"""Class (of Keras 2, and those that Keras 2 dropped) to the new name of each argument."""
WITHOUT_MEANING = frozenset(
    {"input_dtype", "batch_input_shape", "input_shape", "input_dim", "input_length", "consume_less"}
)
"""Arguments that described the input or chose an implementation; an InputLayer holds the shape (CFG008)."""
_KEPT: Mapping[str, frozenset[str]] = {"Embedding": frozenset({"input_dim", "input_length"})}
_DATA_FORMAT = {"th": "channels_first", "tf": "channels_last"}
_INITIALIZERS = {"zero": "zeros", "one": "ones", "uniform": "random_uniform", "normal": "random_normal"}


@layer_rule(
    Rule(
        "CFG101",
        "keras1-class",
        "A class has its Keras 1 name.",
        Severity.ERROR,
        applies_to="<2",
        before='{"class_name": "AtrousConvolution2D", "config": {"nb_filter": 8, "atrous_rate": [2, 2], …}}',
        after='{"class_name": "Conv2D", "config": {"filters": 8, "dilation_rate": [2, 2], …}}',
        why="Keras 2 renamed the convolutions, made dilation an argument, and let Dense work on sequences, so that "
        "TimeDistributedDense was no longer needed.",
        references=("https://github.com/keras-team/keras/wiki/Keras-2.0-release-notes",),
    ),
    Step.KERAS_1,
    *CLASSES,
)
def keras1_class(layer: Layer, era: Era) -> Layer:
    """Use the name of Keras 2."""
    return layer.renamed_class(CLASSES[layer.class_name])


@layer_rule(
    Rule(
        "CFG121",
        "lost-regularisation",
        "A layer has a regularisation that no later Keras has.",
        Severity.WARNING,
        Fix.MANUAL,
        applies_to="<2",
        before='{"class_name": "Embedding", "config": {"dropout": 0.2, …}}',
        after='{"class_name": "Embedding", "config": {…}}',
        why="Dropping whole words inside an Embedding, and the EigenvalueRegularizer, act only in training. The "
        "model computes the same without them; continued training does not regularise as before. A SpatialDropout1D "
        "after the Embedding is the closest equivalent.",
    ),
    Step.KERAS_1,
)
def lost_regularisation(layer: Layer, era: Era) -> Layer:
    """Leave out what has no successor, and say so."""
    drop = [
        key
        for key, value in layer.config.items()
        if isinstance(value, Mapping) and value.get("name") == "EigenvalueRegularizer"
    ]
    if layer.class_name == "Embedding" and layer.config.get("dropout"):
        drop.append("dropout")
    return layer.with_config(drop=tuple(drop)) if drop else layer


@layer_rule(
    Rule(
        "CFG102",
        "keras1-arguments",
        "A configuration uses the argument names of Keras 1.",
        Severity.ERROR,
        applies_to="<2",
        before='{"class_name": "Convolution2D", "config": {"nb_filter": 8, "nb_row": 3, "nb_col": 3, '
        '"border_mode": "same", '
        '"subsample": [1, 1], "dim_ordering": "tf", "init": "glorot_uniform", "bias": true}}',
        after='{"class_name": "Conv2D", "config": {"filters": 8, "kernel_size": [3, 3], "padding": "same", '
        '"strides": [1, 1], "data_format": "channels_last", "kernel_initializer": "glorot_uniform", "use_bias": true}}',
        why="Keras 2 renamed nearly every argument. Keras 3 fails with `Conv2D.__init__() missing 2 required "
        "positional arguments: 'filters' and 'kernel_size'`. Dropout inside an Embedding, which Keras 2 removed, "
        "acted only in training and is left out.",
        references=("https://github.com/keras-team/keras/wiki/Keras-2.0-release-notes",),
    ),
    Step.KERAS_1,
)
def keras1_arguments(layer: Layer, era: Era) -> Layer:
    """Rename arguments and put their values into the form of Keras 2."""
    if layer.model is not None:
        return layer
    config: dict[str, Any] = {}
    names = ARGUMENTS.get(layer.class_name, {})
    kept = _KEPT.get(layer.class_name, frozenset())
    for key, value in layer.config.items():
        if layer.class_name == "InputLayer":
            config["dtype" if key == "input_dtype" else key] = value
        elif key not in WITHOUT_MEANING or key in kept:
            config[names.get(key, key)] = value
    config = _in_the_form_of_keras2(layer.class_name, config)
    if config == dict(layer.config):
        return layer
    return Layer(
        layer.class_name,
        layer.name,
        config,
        layer.nodes,
        layer.weights,
        layer.children,
        None,
        layer.registered_name,
    )


def _in_the_form_of_keras2(class_name: str, config: dict[str, Any]) -> dict[str, Any]:
    for parts in (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3")):
        if all(part in config for part in parts):
            config["kernel_size"] = [config.pop(part) for part in parts]
    if "data_format" in config:
        config["data_format"] = _DATA_FORMAT.get(config["data_format"], config["data_format"])
    if "forget_bias_init" in config:
        config["unit_forget_bias"] = config.pop("forget_bias_init") == "one"
    for key, value in config.items():
        if key.endswith("_initializer") and isinstance(value, str):
            config[key] = _INITIALIZERS.get(value, value)
        elif key.endswith(("_regularizer", "_constraint")):
            config[key] = _object(value)
    if class_name in ("LSTM", "GRU", "SimpleRNN", "ConvLSTM2D"):
        config.setdefault("use_bias", True)
    if class_name == "GRU":
        config["reset_after"] = False
    if class_name == "Embedding" and not config.get("dropout"):
        config.pop("dropout", None)
    if class_name == "ActivityRegularization":
        config = {key: 0.0 if value is None else value for key, value in config.items()}
    if class_name in ("ZeroPadding1D", "ZeroPadding2D") and "padding" in config:
        config["padding"] = _padding(config["padding"])
    return config


def _padding(value: Any) -> Any:
    """Sides by name, or four numbers in a row, become pairs."""
    if isinstance(value, Mapping):
        left, right = value.get("left_pad", 0), value.get("right_pad", 0)
        if "top_pad" in value or "bottom_pad" in value:
            return [[value.get("top_pad", 0), value.get("bottom_pad", 0)], [left, right]]
        return [left, right]
    if isinstance(value, list) and len(value) == 4:
        return [value[:2], value[2:]]
    return value


def _object(value: Any) -> Any:
    """A regularizer or constraint ``{"name": "MaxNorm", "m": 2}`` as Keras 2 writes it."""
    if not isinstance(value, Mapping) or "name" not in value or "class_name" in value:
        return value
    arguments = {key: item for key, item in value.items() if key != "name"}
    match str(value["name"]).lower():
        case "weightregularizer" | "activityregularizer" | "l1l2regularizer" | "l1l2":
            return {
                "class_name": "L1L2",
                "config": {"l1": arguments.get("l1", 0.0), "l2": arguments.get("l2", 0.0)},
            }
        case "maxnorm":
            return {"class_name": "MaxNorm", "config": _renamed(arguments, {"m": "max_value"})}
        case "minmaxnorm":
            names = {"low": "min_value", "high": "max_value"}
            return {"class_name": "MinMaxNorm", "config": _renamed(arguments, names)}
        case "nonneg":
            return {"class_name": "NonNeg", "config": {}}
        case "unitnorm":
            return {"class_name": "UnitNorm", "config": arguments}
        case _:
            return value


def _renamed(arguments: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(key, key): value for key, value in arguments.items()}
