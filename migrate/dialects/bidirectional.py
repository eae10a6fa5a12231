"""A Bidirectional layer as its two recurrent layers and a merge: the same numbers, without the wrapper's behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from migrate.capsule.model import Layer, Model, Node, TensorRef
from migrate.dialects.graph_rewrites import named, rewire, unique_name
from migrate.dialects.masks import with_mask

STATES: Mapping[str, int] = {"LSTM": 2, "GRU": 1, "SimpleRNN": 1}
"""Class to its number of states."""
_MERGES: Mapping[str, str] = {"concat": "Concatenate", "sum": "Add", "ave": "Average", "mul": "Multiply"}


def two_layers(
    model: Model, owner: Layer, makers: frozenset[TensorRef], *, zero_masked: bool, flip: Layer
) -> Model:
    """The Functional model with a Bidirectional layer that is called once split into its parts.

    Args:
        model: Functional.
        owner: the Bidirectional layer; its only call has one tensor and no keyword arguments.
        makers: the sources of its mask (:func:`migrate.dialects.masks.mask_makers`), empty for none.
        zero_masked: return zeros for masked steps, as Bidirectional does since tf.keras.
        flip: an operation of the current dialect that reverses the time axis; its name and argument are set here.
    """
    name, node = owner.name, owner.nodes[0]
    merge_mode = owner.config.get("merge_mode", "concat")
    taken = {layer.name for layer in model.layers}

    def fresh(suffix: str) -> str:
        chosen = unique_name(f"{name}_{suffix}", taken)
        taken.add(chosen)
        return chosen

    directions: list[Layer] = []
    for attribute in ("forward_layer", "backward_layer"):
        child = owner.children[attribute]
        child_name = fresh(child.name)
        config: dict[str, Any] = {k: v for k, v in child.config.items() if k != "batch_input_shape"}
        if owner.config.get("trainable") is False:
            config["trainable"] = False
        if zero_masked and config.get("return_sequences"):
            config["zero_output_for_mask"] = True
        config["name"] = child_name
        directions.append(replace(named(child, child_name), config=config, nodes=(node,)))
    forward, backward = directions
    parts = [*directions]
    second = TensorRef(backward.name)
    if backward.config.get("return_sequences"):
        turned = replace(flip, name=fresh("reversed"), nodes=(Node((second,), flip.nodes[0].kwargs),))
        parts.append(turned)
        second = TensorRef(turned.name)
    else:
        makers = frozenset()
    sizes = [int(layer.config["units"]) for layer in directions]
    if merge_mode is None:
        parts += with_mask(model, owner, second, sizes[1], makers) if makers else [_same(owner, second)]
    else:
        merged = Layer(
            _MERGES[merge_mode], fresh("merged"), {}, (Node(([TensorRef(forward.name), second],)),)
        )
        if makers:
            features = sum(sizes) if merge_mode == "concat" else sizes[0]
            parts += [merged, *with_mask(model, owner, TensorRef(merged.name), features, makers)]
        else:
            parts.append(replace(merged, name=name))
    layers: list[Layer] = []
    for layer in model.layers:
        layers += parts if layer.name == name else [layer]
    return _moved_outputs(replace(model, layers=tuple(layers)), owner, forward, backward, parts)


def _same(owner: Layer, source: TensorRef) -> Layer:
    return Layer("Activation", owner.name, {"activation": "linear"}, (Node((source,)),))


def _moved_outputs(model: Model, owner: Layer, forward: Layer, backward: Layer, parts: list[Layer]) -> Model:
    """Redirect references to the wrapper's outputs to the layers that have them now."""
    states = STATES[forward.class_name] if forward.config.get("return_state") else 0
    sequences = 1 if owner.config.get("merge_mode", "concat") is not None else 2
    own = {part.name for part in parts}

    def moved(ref: TensorRef) -> TensorRef:
        if ref.layer != owner.name:
            return ref
        if ref.tensor >= sequences:
            position = ref.tensor - sequences
            if position < states:
                return TensorRef(forward.name, 0, 1 + position)
            return TensorRef(backward.name, 0, 1 + position - states)
        if sequences == 2 and ref.tensor == 0:
            return TensorRef(forward.name)
        return TensorRef(owner.name)

    others = rewire(replace(model, layers=tuple(la for la in model.layers if la.name not in own)), moved)
    done = {layer.name: layer for layer in others.layers}
    return replace(others, layers=tuple(done.get(layer.name, layer) for layer in model.layers))
