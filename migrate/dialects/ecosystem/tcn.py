"""Temporal convolutions of keras-tcn as a layer (``tcn/tcn.py`` of 3.2 to 3.5).

Before 3.2 the blocks were others (``relu`` inside of each, whatever the activation); their files lack
``use_weight_norm``. 2.8 and older made stock layers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from migrate.capsule.model import Array, Layer, TensorRef
from migrate.dialects.foreign import Around, Foreign, graph_adapter, refusal
from migrate.dialects.graph_rewrites import Fragment
from migrate.dialects.shapes import Shape
from migrate.findings import Fix, Rule, Severity

_ALL = {"start": None, "stop": None, "step": None}
_NORMS = {"BatchNormalization": "use_batch_norm", "LayerNormalization": "use_layer_norm"}


def _shape(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    filters = _filters(layer.config)[-1]
    return (*inputs[0][:2], filters) if layer.config.get("return_sequences") else (inputs[0][0], filters)


def _filters(config: Mapping[str, Any]) -> list[int]:
    """Filters of each block of a stack."""
    stored = config["nb_filters"]
    return [int(n) for n in stored] if isinstance(stored, list) else [int(stored)] * len(config["dilations"])


@graph_adapter(
    Rule(
        "ECO190",
        "temporal-convolution",
        "A temporal convolution of keras-tcn is a stack of residual blocks of dilated convolutions.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "TCN", "config": {"nb_filters": 64, "kernel_size": 3, "dilations": [1, 2, 4], …}}',
        after="Conv1D, normalization, Activation, SpatialDropout1D and Add layers, one block behind the other",
        why="All parts are stock layers, which the package kept inside a single one. Weight normalization inside "
        "the blocks is refused.",
        references=("https://github.com/philipperemy/keras-tcn",),
    ),
    Foreign(
        "keras-tcn",
        "tcn",
        "TCN",
        keys=frozenset({"nb_filters", "dilations", "nb_stacks", "use_skip_connections", "use_weight_norm"}),
        shape=_shape,
    ),
)
def temporal(layer: Layer, around: Around) -> Fragment:
    """The blocks.

    Raises:
        MigrationError: ``ECO090`` for weight normalization, states, and arrays that have other names.
    """
    config, fragment = layer.config, Fragment(layer)
    if config.get("use_weight_norm") or config.get("return_state"):
        raise refusal(
            layer, "weight normalization and states inside it have not been compared with the package"
        )
    x = fragment.input()
    if config.get("go_backwards"):
        x = fragment.operation("reversed", "reverse", x, axis=[1])
    ends: list[TensorRef] = []
    blocks = [
        pair
        for _ in range(int(config["nb_stacks"]))
        for pair in zip(_filters(config), config["dilations"], strict=True)
    ]
    for number, (filters, dilation) in enumerate(blocks):
        name = f"residual_block_{number}"
        end = _convolved(fragment, name, x, filters, int(dilation))
        ends.append(end)
        if number < len(blocks) - 1 or not config.get("use_skip_connections"):
            x = _joined(fragment, name, x, end, filters)  # behind the last block, skips take its place
    if config.get("use_skip_connections"):
        x = fragment.add("Add", "skips", ends) if len(ends) > 1 else ends[0]
    if config.get("return_sequences"):
        fragment.add("Activation", "sequence", x, {"activation": "linear"})
        return fragment
    at = -1
    if config["padding"] == "same":
        shape = around(0)
        if shape is None or shape[1] is None:
            raise refusal(layer, "it returns the middle step of sequences of unknown length")
        at = shape[1] // 2
    index = [_ALL, at, _ALL]
    fragment.add("SlicingOpLambda", "step", x, {"function": "__operators__.getitem"}, slice_spec=index)
    return fragment


def _convolved(fragment: Fragment, name: str, x: TensorRef, filters: int, dilation: int) -> TensorRef:
    """The two convolutions of a block: what is added to the skips."""
    config = fragment.owner.config
    activation = {"activation": config["activation"]}
    norm = next((cls for cls, key in _NORMS.items() if config.get(key)), None)
    end = x
    for number in range(2):
        part = f"conv1D_{number}"
        settings = _convolution(filters, int(config["kernel_size"]), dilation, config["padding"])
        arrays = _arrays(fragment.owner, f"{name}/{part}")
        end = fragment.add("Conv1D", f"{name}_{part}", end, settings, arrays)
        if norm is not None:
            arrays = _arrays(fragment.owner, f"{name}/norm_{number}")
            end = fragment.add(norm, f"{name}_norm_{number}", end, {"axis": -1, "epsilon": 1e-3}, arrays)
        end = fragment.add("Activation", f"{name}_act_{number}", end, activation)
        rate = {"rate": float(config.get("dropout_rate") or 0.0)}
        end = fragment.add("SpatialDropout1D", f"{name}_dropout_{number}", end, rate)
    return fragment.add("Activation", f"{name}_end", end, activation)


def _joined(fragment: Fragment, name: str, x: TensorRef, end: TensorRef, filters: int) -> TensorRef:
    """What goes to the next block: the input, brought to the number of filters, and the convolutions."""
    part = f"{name}/matching_conv1D"
    if any(role.startswith(f"{part}/") for role in fragment.owner.weights):
        settings = _convolution(filters, 1, 1, "same")
        x = fragment.add("Conv1D", f"{name}_matching_conv1D", x, settings, _arrays(fragment.owner, part))
    total = fragment.add("Add", f"{name}_sum", [x, end])
    return fragment.add(
        "Activation", f"{name}_out", total, {"activation": fragment.owner.config["activation"]}
    )


def _convolution(filters: int, size: int, dilation: int, padding: str) -> dict[str, Any]:
    return {
        "filters": filters,
        "kernel_size": [size],
        "strides": [1],
        "dilation_rate": [dilation],
        "padding": padding,
        "activation": "linear",
        "use_bias": True,
    }


def _arrays(layer: Layer, scope: str) -> dict[str, Array]:
    """The arrays of one part, by their own names."""
    found = {
        role.rpartition("/")[2]: array
        for role, array in layer.weights.items()
        if role.startswith(f"{scope}/")
    }
    if not found:
        raise refusal(layer, f"the file names no arrays of {scope}")
    return found
