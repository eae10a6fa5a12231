"""What later releases write otherwise: names of classes, operations that do nothing, single tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packaging.version import Version

from migrate.dialects.keras3_minors.archives import GRAPHS, history, inside, name_of
from migrate.dialects.keras3_minors.rule import Config, archive_rule, is_of_keras, map_objects
from migrate.findings import Rule, Severity

_ENDS = ("input_layers", "output_layers")
_BARE = Version("3.5")
"""The oldest release that takes a single tensor without a list around it."""


@archive_rule(
    Rule(
        "RDR103",
        "orthogonal-renamed",
        "The initializer is called Orthogonal, which releases before 3.6 do not know.",
        Severity.ERROR,
        applies_to=">=3.6.dev0",
        before='{"module": "keras.initializers", "class_name": "Orthogonal"}',
        after='{"module": "keras.initializers", "class_name": "OrthogonalInitializer"}',
        why="It is the default of every recurrent layer. Released versions accept the longer name.",
    ),
    readers="<3.6",
)
def orthogonal_renamed(config: Config, oldest: Version) -> Config:
    """Use the name that releases before 3.6 know."""
    return _orthogonal_as(config, "Orthogonal", "OrthogonalInitializer")


@archive_rule(
    Rule(
        "RDR112",
        "orthogonal-by-its-short-name",
        "The initializer is called OrthogonalInitializer, which 3.16 rejects.",
        Severity.ERROR,
        applies_to="<3.7",
        before='{"module": "keras.initializers", "class_name": "OrthogonalInitializer"}',
        after='{"module": "keras.initializers", "class_name": "Orthogonal"}',
        why="It is the default of every recurrent layer. Releases up to 3.6 write the long name, and 3.16 says that "
        "it `is not a KerasSaveable subclass`.",
    ),
    readers=">=3.16.dev0",
)
def orthogonal_by_its_short_name(config: Config, oldest: Version) -> Config:
    """Use the name that releases from 3.6 on write."""
    return _orthogonal_as(config, "OrthogonalInitializer", "Orthogonal")


def _orthogonal_as(config: Config, old: str, new: str) -> Config:
    def renamed(entry: Config) -> Config:
        return {**entry, "class_name": new} if is_orthogonal(entry, old) else entry

    changed: Config = map_objects(config, renamed)
    return changed


def is_orthogonal(entry: Config, *names: str) -> bool:
    """Whether an object is Keras' orthogonal initializer, under one of these names."""
    return entry.get("class_name") in names and entry.get("module") == "keras.initializers"


@archive_rule(
    Rule(
        "RDR104",
        "conversion-of-mask",
        "An operation of the graph converts a tensor to a tensor.",
        Severity.ERROR,
        before='{"class_name": "ConvertToTensor", "config": {"dtype": null, "sparse": null, "ragged": null}}',
        after="what read its output reads its input",
        why="From 3.13 on, a mask on its way to a pooling layer passes such an operation, which does nothing. Up to "
        "3.6 the class is missing, up to 3.9 it does not accept `ragged`: the model does not load.",
    ),
    readers="",
)
def conversion_of_mask(config: Config, oldest: Version) -> Config:
    """Take conversions out of every graph."""
    changed: Config = map_objects(config, _without_conversions)
    return changed


def _without_conversions(entry: Config) -> Config:
    layers = inside(entry).get("layers")
    if not isinstance(layers, list):
        return entry
    sources = {name_of(one): one["inbound_nodes"][0]["args"][0] for one in layers if _is_conversion(one)}
    if not sources:
        return entry

    def rewired(value: Any) -> Any:
        found = history(value)
        if found is not None:
            return rewired(sources[found[0]]) if found[0] in sources else value
        if isinstance(value, Mapping):
            return {key: rewired(item) for key, item in value.items()}
        return [rewired(item) for item in value] if isinstance(value, list) else value

    kept = [
        {**one, "inbound_nodes": rewired(one.get("inbound_nodes", []))}
        for one in layers
        if name_of(one) not in sources
    ]
    return {**entry, "config": {**inside(entry), "layers": kept}}


def _is_conversion(entry: Any) -> bool:
    """Whether an operation only says what it is given: one call, of one tensor, no dtype."""
    if not isinstance(entry, Mapping) or not is_of_keras(entry, "ConvertToTensor"):
        return False
    nodes = entry.get("inbound_nodes") or []
    plain = all(value is None for key, value in inside(entry).items() if key != "name")
    args = nodes[0].get("args", []) if len(nodes) == 1 else []
    return plain and len(args) == 1 and history(args[0]) is not None


@archive_rule(
    Rule(
        "RDR105",
        "single-tensor-in-list",
        "A Functional model stores its only input or output in a list.",
        Severity.SILENT,
        applies_to="<3.10",
        before='{"output_layers": [["dense", 0, 0]]}',
        after='{"output_layers": ["dense", 0, 0]}',
        why="Up to 3.9 the list has no meaning; from 3.10 on it is the structure of the model's output. A "
        "Sequential model that contains such a model silently returns the shape (1, batch, …) in place of (batch, "
        "…).",
    ),
    readers=">=3.10",
)
def single_tensor_in_list(config: Config, oldest: Version) -> Config:
    """Say a single tensor as later releases do."""
    if oldest < _BARE:
        return config
    changed: Config = map_objects(config, _with_bare_ends)
    return changed


@archive_rule(
    Rule(
        "RDR106",
        "single-tensor-bare",
        "A Functional model stores its only input or output without a list.",
        Severity.ERROR,
        applies_to=">=3.5",
        before='{"output_layers": ["dense", 0, 0]}',
        after='{"output_layers": [["dense", 0, 0]]}',
        why="Releases before 3.5 treat the parts of the tensor as tensors (`get_tensor() takes 3 positional "
        "arguments`). From 3.10 on the list has a meaning, so one archive cannot serve both.",
    ),
    readers="<3.5",
)
def single_tensor_bare(config: Config, oldest: Version) -> Config:
    """Put a list around a single tensor."""

    def listed(entry: Config) -> Config:
        inner = inside(entry)
        ends = {key: [inner[key]] for key in _ENDS if _is_tensor(inner.get(key))}
        return {**entry, "config": {**inner, **ends}} if entry["class_name"] in GRAPHS and ends else entry

    changed: Config = map_objects(config, listed)
    return changed


def _with_bare_ends(entry: Config) -> Config:
    inner = inside(entry)
    ends = {
        key: inner[key][0]
        for key in _ENDS
        if isinstance(inner.get(key), list) and len(inner[key]) == 1 and _is_tensor(inner[key][0])
    }
    return {**entry, "config": {**inner, **ends}} if entry["class_name"] in GRAPHS and ends else entry


def has_single_end(entry: Config) -> bool:
    """Whether a Functional model has one input or one output that stands alone, or alone in a list."""
    ends = [inside(entry).get(key) for key in _ENDS] if entry.get("class_name") in GRAPHS else []
    return any(
        _is_tensor(end) or (isinstance(end, list) and len(end) == 1 and _is_tensor(end[0])) for end in ends
    )


def _is_tensor(value: Any) -> bool:
    """Whether a value is ``[layer, node, tensor]``."""
    return isinstance(value, list) and len(value) == 3 and isinstance(value[0], str)


@archive_rule(
    Rule(
        "RDR107",
        "rms-scaling",
        "A LayerNormalization says that it does not scale by the root mean square.",
        Severity.ERROR,
        applies_to="<3.11",
        before='{"class_name": "LayerNormalization", "config": {"rms_scaling": false}}',
        after='{"class_name": "LayerNormalization", "config": {}}',
        why="3.11 removed the argument; RMSNormalization has been a separate layer since 3.9.",
    ),
    readers=">=3.11",
)
def rms_scaling(config: Config, oldest: Version) -> Config:
    """Leave the argument out where it is false."""

    def without(entry: Config) -> Config:
        if not is_of_keras(entry, "LayerNormalization") or inside(entry).get("rms_scaling") is not False:
            return entry
        kept = {key: value for key, value in inside(entry).items() if key != "rms_scaling"}
        return {**entry, "config": kept}

    changed: Config = map_objects(config, without)
    return changed


@archive_rule(
    Rule(
        "RDR117",
        "value-range-of-rotation",
        "A RandomRotation stores a value range that has no effect.",
        Severity.ERROR,
        applies_to="<3.6",
        before='{"class_name": "RandomRotation", "config": {"factor": 0.1, "value_range": [0, 255]}}',
        after='{"class_name": "RandomRotation", "config": {"factor": 0.1}}',
        why="Up to 3.5 the layer stores the argument and never reads it; 3.6 removed it, and rejects every "
        "augmentation pipeline that has it.",
    ),
    readers=">=3.6.dev0",
)
def value_range_of_rotation(config: Config, oldest: Version) -> Config:
    """Leave the argument out, whatever its value."""

    def without(entry: Config) -> Config:
        if not is_of_keras(entry, "RandomRotation"):
            return entry
        kept = {key: value for key, value in inside(entry).items() if key != "value_range"}
        return {**entry, "config": kept}

    changed: Config = map_objects(config, without)
    return changed


@archive_rule(
    Rule(
        "RDR113",
        "packed-size-of-einsum",
        "An EinsumDense says that its kernel is not packed.",
        Severity.ERROR,
        applies_to=">=3.12.dev0,<3.16.dev0",
        before='{"class_name": "EinsumDense", "config": {"gptq_unpacked_column_size": null}}',
        after='{"class_name": "EinsumDense", "config": {}}',
        why="3.12 to 3.15 write the argument into every EinsumDense, and 3.16 no longer has it.",
    ),
    readers=">=3.16.dev0",
)
def packed_size_of_einsum(config: Config, oldest: Version) -> Config:
    """Leave the argument out where it says nothing."""
    key = "gptq_unpacked_column_size"

    def without(entry: Config) -> Config:
        inner = inside(entry)
        if not is_of_keras(entry, "EinsumDense") or key not in inner or inner[key] is not None:
            return entry
        return {**entry, "config": {name: value for name, value in inner.items() if name != key}}

    changed: Config = map_objects(config, without)
    return changed


@archive_rule(
    Rule(
        "RDR114",
        "axis-of-flip-in-list",
        "A Flip in the graph stores its only axis in a list.",
        Severity.ERROR,
        before='{"class_name": "Flip", "config": {"axis": [1]}}',
        after='{"class_name": "Flip", "config": {"axis": 1}}',
        why="On TensorFlow, releases up to 3.13 wrap the list in another one: the model loads but does not run "
        "(`Shape must be rank 1 but is rank 2`). Every release accepts the number, on every backend.",
    ),
    readers="",
)
def axis_of_flip_in_list(config: Config, oldest: Version) -> Config:
    """Say a single axis as a number."""

    def plain(entry: Config) -> Config:
        axis = inside(entry).get("axis")
        if not is_of_keras(entry, "Flip") or not isinstance(axis, list) or len(axis) != 1:
            return entry
        return {**entry, "config": {**inside(entry), "axis": axis[0]}}

    changed: Config = map_objects(config, plain)
    return changed
