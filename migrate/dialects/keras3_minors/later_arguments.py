"""Arguments that a configuration has, and an older reader does not know.

Keras writes every argument into a configuration, also those that a later release added, and older releases stop at the
first that they do not know (``Unrecognized keyword arguments passed to Dense: {'quantization_config': None}``). An
argument that has the value it means when it is absent can be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.version import Version

from migrate.dialects.keras3_minors.rule import Config, archive_rule
from migrate.findings import Rule, Severity
from migrate.formats.layer_config import OPERATIONS, to_snake_case

_LAYERS, _INITIALIZERS, _METRICS = "keras.layers", "keras.initializers", "keras.metrics"
ADDED: Mapping[str, Mapping[str, tuple[str, Any]]] = {
    _LAYERS: {
        "gptq_unpacked_column_size": ("3.12", None),
        "lora_alpha": ("3.10", None),
        "oov_method": ("3.10", "floormod"),
        "output_padding": ("3.10", None),
        "quantization_config": ("3.13", None),
        "renorm": ("3.14", False),
        "renorm_clipping": ("3.14", None),
        "salt": ("3.10", None),
        "sliding_window": ("3.15", None),
        "use_gate": ("3.14", False),
        "optional": ("3.9", False),
        "ragged": ("3.9", False),
        "antialias": ("3.9", False),
    },
    _INITIALIZERS: {"input_axes": ("3.15", None), "output_axes": ("3.15", None)},
    _METRICS: {"ignore_class": ("3.14", None)},
}
"""Module to arguments that constructors got after 3.0: the first minor that knows each, and its default (found by
comparing the signatures of all public classes)."""
ACTIVATIONS = {
    "module": "keras.quantizers",
    "class_name": "AbsMaxQuantizer",
    "config": {"value_range": [-127, 127], "epsilon": 1e-07, "output_dtype": "int8"},
    "registered_name": None,
}
"""How an int8 layer quantizes what goes in."""
_QUANTIZED = {
    "module": "keras.quantizers",
    "config": {"weight_quantizer": None, "activation_quantizer": ACTIVATIONS},
    "registered_name": None,
}
_INT8 = {**_QUANTIZED, "class_name": "Int8QuantizationConfig"}
_INT4 = {**_QUANTIZED, "class_name": "Int4QuantizationConfig"}
"""What ``quantize("int8")`` and, up to 3.13, ``quantize("int4")`` mean without a word; the policy of the layer says the
rest. From 3.14 on int4 has a ``block_size`` and leaves activations as they are, which is not the same."""
OF_CLASS: Mapping[str, Mapping[str, tuple[str, Any]]] = {
    "Dense": {"quantization_config": ("3.13", _INT8)},
    "EinsumDense": {"quantization_config": ("3.13", _INT8)},
    "GroupedQueryAttention": {"seed": ("3.7", None)},
    "MultiHeadAttention": {"seed": ("3.4", None)},
    "RandomContrast": {"value_range": ("3.8", [0, 255])},
    "RandomFlip": {"data_format": ("3.6", "channels_last")},
    "Resizing": {
        "fill_mode": ("3.3", "constant"),
        "fill_value": ("3.3", 0.0),
        "pad_to_aspect_ratio": ("3.3", False),
    },
    "ZeroPadding1D": {"data_format": ("3.5", "channels_last")},
}
"""The same for arguments that other classes of the module have had since 3.0, or that have a second silent value."""
PACKED: Mapping[str, Mapping[str, tuple[str, Any]]] = {
    name: {"quantization_config": ("3.13", _INT4)} for name in ("Dense", "EinsumDense", "Embedding")
}
"""The same for a third silent value."""
NAMELESS = frozenset(
    {"BitwiseAnd", "BitwiseOr", "BitwiseXor", "Det", "Inv", "Solve", "StopGradient", "Trunc"}
)
"""Operations without arguments that took no name in 3.9."""
_OWN = "keras_migrate>"
"""How layers of this project's ``custom_objects.py`` are registered."""


@archive_rule(
    Rule(
        "RDR102",
        "later-argument",
        "The configuration has an argument that an older release does not know.",
        Severity.ERROR,
        before='{"class_name": "Dense", "config": {"units": 2, "quantization_config": null}}',
        after='{"class_name": "Dense", "config": {"units": 2}}',
        why="Every minor release of Keras 3 adds arguments and writes them all: 3.13 `quantization_config` to each "
        "Dense, 3.14 `renorm` to each BatchNormalization, 3.15 `input_axes` to each default initializer. Of 44 "
        "everyday archives of 3.15, 4 load in 3.9. Arguments without effect are dropped; those with an effect stay, "
        "and the reader rejects them.",
        references=("keras-team/keras#21681",),
    ),
    readers="",
)
def later_argument(config: Config, oldest: Version) -> Config:
    """Leave out arguments that have no effect and that the oldest reader lacks."""
    changed: Config = portable_config(config, oldest)
    return changed


def portable_config(value: Any, oldest: Version, bases: frozenset[str] = frozenset()) -> Any:
    """A JSON configuration without later arguments that have no effect.

    Args:
        value: any part of a configuration.
        oldest: the reader that it is for.
        bases: names of the layers of the model around it, without their numbers. An operation that would be
            named like one of them when it is loaded keeps its name: every release refuses two of one name.
    """
    if isinstance(value, list):
        return [portable_config(item, oldest, bases) for item in value]
    if not isinstance(value, Mapping):
        return value
    if isinstance(value.get("layers"), list):
        bases = frozenset(_layer_bases(value["layers"]))
    result = {key: portable_config(item, oldest, bases) for key, item in value.items()}
    module, config = result.get("module"), result.get("config")
    if str(result.get("registered_name")).startswith(_OWN):
        module = _LAYERS  # a layer of Keras with one thing changed, which writes the arguments of its base
    if isinstance(module, str) and isinstance(config, Mapping):
        class_name = str(result.get("class_name"))
        if not (module.startswith(OPERATIONS) and to_snake_case(class_name) in bases):
            result["config"] = _without_later(module, class_name, dict(config), oldest)
    return result


def _layer_bases(entries: list[Any]) -> Iterator[str]:
    """Names of the layers among a model's entries, ``concatenate_1`` as ``concatenate``."""
    for entry in entries:
        if isinstance(entry, Mapping) and not str(entry.get("module")).startswith(OPERATIONS):
            yield re.sub(r"_\d+$", "", str(entry.get("name")))


def _without_later(module: str, class_name: str, config: Config, oldest: Version) -> Config:
    if module.startswith(OPERATIONS):
        # Operations with arguments of their own took no name then; the graph names them beside the object.
        named = len(config) == 1 and class_name not in NAMELESS
        return {key: value for key, value in config.items() if key != "name" or named}
    tables = [ADDED.get(module, {})]
    if module == _LAYERS:
        tables += [OF_CLASS.get(class_name, {}), PACKED.get(class_name, {})]
    if config.get("renorm") is False and oldest < Version(ADDED[_LAYERS]["renorm"][0]):
        config.pop("renorm_momentum", None)
    if config.get("lora_alpha") is not None and config["lora_alpha"] == config.get("lora_rank"):
        # The factor is their quotient, which releases before the argument did not have.
        tables.append({"lora_alpha": (ADDED[_LAYERS]["lora_alpha"][0], config["lora_alpha"])})

    def says_nothing(key: str, value: Any) -> bool:
        return any(
            key in added and meaning(value) == added[key][1] and oldest < Version(added[key][0])
            for added in tables
        )

    return {key: value for key, value in config.items() if not says_nothing(key, value)}


def meaning(value: Any) -> Any:
    """A value without the numbers by which Keras tells objects that several layers share."""
    if isinstance(value, Mapping):
        return {key: meaning(item) for key, item in value.items() if key != "shared_object_id"}
    return [meaning(item) for item in value] if isinstance(value, list) else value
