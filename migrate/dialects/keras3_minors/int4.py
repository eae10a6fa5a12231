"""int4 layers for releases that pack weights otherwise, or know no int4: the same numbers in bytes or in floats.

Up to 3.13 what goes into a quantized kernel is quantized to int8, so that an int8 layer whose weights are small
computes the same, to the last bit. From 3.14 on the weights alone are quantized, in blocks that have a scale and a zero
each: the kernel is what they stand for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from packaging.version import Version

from migrate.dialects.keras3_minors.archives import inside
from migrate.dialects.keras3_minors.int4_weights import (
    Weights,
    of_dense,
    of_einsum_as_float,
    of_einsum_as_int8,
    of_embedding,
)
from migrate.dialects.keras3_minors.later_arguments import ACTIVATIONS, meaning
from migrate.dialects.keras3_minors.packing import Packing, has_int4, is_int4, packing_of
from migrate.dialects.keras3_minors.stored_layers import Config, with_layers
from migrate.dialects.keras3_minors.versions import Reader
from migrate.findings import Rule, Severity

INT4_AS_INT8 = Rule(
    "RDR115",
    "int4-as-int8",
    "A layer stores two int4 weights in each byte, which a reader pairs differently or does not support.",
    Severity.ERROR,
    applies_to=">=3.11.dev0",
    before="mode: int4; kernel: (⌈inputs / 2⌉, units)",
    after="mode: int8; kernel: (inputs, units)",
    why="int4 came with 3.11, for Embedding with 3.12, and 3.14 changed which two weights share a byte. Up to 3.13, "
    "an int8 layer with the same weights and scales computes the same, and every release reads it; it takes twice "
    "the space.",
)
INT4_AS_FLOAT = Rule(
    "RDR116",
    "int4-as-float",
    "A layer stores int4 weights and does not quantize its inputs, which earlier releases cannot do.",
    Severity.ERROR,
    applies_to=">=3.13.dev0",
    before="mode: int4/128; kernel, bias, kernel_scale, kernel_zero, g_idx",
    after="float32; kernel: (kernel - kernel_zero[g_idx]) × kernel_scale[g_idx], bias",
    why="From 3.14 on, int4 multiplies its inputs by the values of the weights, in blocks of 128 that have a scale "
    "and a zero each. No earlier release has such a layer: the kernel is written as floats, at eight times the "
    "space. Releases from 3.14 on get their own archive, unchanged.",
)
_MODES = {True: INT4_AS_INT8, False: INT4_AS_FLOAT}


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A model whose int4 layers every release reads.

    Attributes:
        config: of the model.
        weights: by group in the file of weights, what becomes of its variables.
        codes: of the rules that did it.
    """

    config: Config
    weights: Mapping[str, Weights]
    codes: Sequence[str]


def unpack_int4(model: Config, writer: Version, readers: Sequence[Reader]) -> Unpacked | None:
    """A model without int4, where one of the readers needs that.

    Args:
        model: its configuration.
        writer: the Keras that wrote it.
        readers: releases that are to load it.

    Returns:
        None where no reader needs it, and where a layer is none whose weights are known: all of them, or none.
    """
    weights: dict[str, Weights] = {}
    codes: set[str] = set()
    needed: set[str] = set()

    def change(entry: Config, group: str) -> Config:
        policy = inside(entry).get("dtype")
        if not isinstance(policy, dict) or not is_int4(policy):
            return entry
        name = str(entry.get("class_name"))
        mine = packing_of(writer, name)
        if any(packing_of(one.version, name) is not mine for one in readers):
            needed.add(group)
        other = _other(entry, mine)
        if other is None:
            return entry
        weights[group] = other.weights
        codes.add(_MODES[other.to_int8].code)
        return {**entry, "config": _arguments(inside(entry), to_int8=other.to_int8)}

    changed = with_layers(model, change)
    return None if not needed or has_int4(changed) else Unpacked(changed, weights, sorted(codes))


class _Other(NamedTuple):
    """The layer in the place of another: whether it is int8, else a layer without quantization; and its weights."""

    to_int8: bool
    weights: Weights


def _other(entry: Config, packing: Packing) -> _Other | None:
    """What stands for an int4 layer; None for a class or a configuration whose weights are not known."""
    scheme = _scheme(inside(entry), packing)
    if entry.get("module") != "keras.layers" or entry.get("registered_name") or scheme is None:
        return None
    to_int8 = scheme.quantizes_inputs
    weights: Weights | None = None
    match entry.get("class_name"):
        case "Dense":
            weights = of_dense(entry, packing, to_int8=to_int8)
        case "Embedding":  # ids are not quantized, whatever is said of inputs
            to_int8 = not scheme.in_blocks
            weights = of_embedding(entry, to_int8=to_int8)
        case "EinsumDense" if packing is Packing.BY_INPUTS and to_int8:
            weights = of_einsum_as_int8(entry)
        case "EinsumDense" if packing is Packing.BY_UNITS and not to_int8:
            weights = of_einsum_as_float(entry)
    return None if weights is None else _Other(to_int8, weights)


class _Scheme(NamedTuple):
    """How an int4 layer computes."""

    in_blocks: bool
    quantizes_inputs: bool


def _scheme(config: Mapping[str, object], packing: Packing) -> _Scheme | None:
    """How a layer with these arguments computes in the release that wrote it; None for quantizers of the user's own."""
    policy, quantization = config["dtype"], config.get("quantization_config")
    assert isinstance(policy, dict)
    if (policy["class_name"] == "Int4DTypePolicy") is not (packing is Packing.BY_UNITS):
        return None
    block = str(inside(policy).get("mode")).partition("/")[2]
    in_blocks = block not in ("", "-1")
    if quantization is None:
        return _Scheme(in_blocks, packing is Packing.BY_INPUTS)
    if not isinstance(quantization, dict) or quantization.get("class_name") != "Int4QuantizationConfig":
        return None
    arguments = inside(quantization)
    if in_blocks and str(arguments.get("block_size")) != block:
        return None
    activation = meaning(arguments.get("activation_quantizer"))
    return _Scheme(in_blocks, activation is not None) if activation in (None, ACTIVATIONS) else None


def _arguments(config: Mapping[str, object], *, to_int8: bool) -> Config:
    policy = config["dtype"]
    assert isinstance(policy, dict)
    source = inside(policy).get("source_name")
    plain = {"class_name": "DTypePolicy", "config": {"name": source}, "module": "keras"}
    int8 = {"class_name": "QuantizedDTypePolicy", "config": {"mode": "int8", "source_name": source}}
    without = {"quantization_config": None} if "quantization_config" in config else {}
    return {**config, **without, "dtype": {**policy, **(int8 if to_int8 else plain)}}
