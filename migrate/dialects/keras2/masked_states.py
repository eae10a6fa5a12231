"""What a recurrent layer gave for masked steps before Keras 2.3: a state; today it is the output of the step before.

Source: ``rnn`` of ``keras/backend/tensorflow_backend.py`` of 2.0.8 to 2.2.4 and of tf.keras 1.12, which calls itself
2.1.6 (``tf.where(mask, output, states[0])``), and of 2.3.1 and tf.keras 1.13 and later (the step before, zeros before
the first one). In an unrolled layer they always were the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from migrate.capsule.model import Layer, Model, Node, TensorRef, structure_refs, walk_layer
from migrate.dialects.graph_rewrites import named, rewire, to_functional
from migrate.dialects.keras2.stacked_states import given_states
from migrate.dialects.made_layers import precision
from migrate.dialects.masks import MaskOperations, makes_mask, mask_makers, mask_matters, masked_identity
from migrate.dialects.rule import Era, Step, covers, era_semantics, model_rule
from migrate.findings import MigrationError, Rule, Severity

_SINGLE = frozenset({"LSTM", "GRU", "SimpleRNN"})
_UNITS = frozenset({"LSTMCell", "GRUCell", "SimpleRNNCell"})

_TF_KERAS = "<2.2"
"""Releases of tf.keras, by the Keras that they call themselves, which gave a state, too: up to TensorFlow 1.12."""
_OF_EITHER_CELL = "==2.1.6"
"""What tf.keras 1.10 calls itself, whose first state is the last cell's, and 1.12, where it is the first cell's."""

MASKED_INITIAL_STATE = era_semantics(
    Rule(
        "SIL054",
        "masked-initial-state",
        "A recurrent layer with initial states returned the first of them for masked steps at the beginning.",
        Severity.SILENT,
        applies_to="<2.3",
        before="LSTM(3, return_sequences=True)(Embedding(9, 4, mask_zero=True)(ids), initial_state=[h, c])",
        after="where(a step before was not masked, the layer's output, h)",
        why="Before its first unmasked step, a layer of stand-alone Keras up to 2.2 returned its initial state; 2.3 "
        "and tf.keras return zeros. Sequences that are padded on the left, or are entirely padding, differ: by up "
        "to 3.9 times the largest output in Keras 2.2.4.",
    )
)
MASKED_CELLS = era_semantics(
    Rule(
        "SIL055",
        "masked-cells",
        "A stack of cells returned the first cell's state for masked steps.",
        Severity.SILENT,
        applies_to=">=2.1.6,<2.3",
        before="RNN([GRUCell(3), LSTMCell(3)])(Embedding(9, 4, mask_zero=True)(ids))",
        after="where(mask, RNN(LSTMCell(3)) of RNN(GRUCell(3)), RNN(GRUCell(3)))",
        why="Keras 2.2.3 to 2.2.5 put `states[0]` in the place of a masked output, which is the state of the first "
        "cell in these releases, of the last one before, and the output of the previous step from 2.3 on: tf-keras "
        "is off by the whole output. The cells become layers, which compute the same for other steps. tf.keras in "
        "TensorFlow 1.12 behaved like these releases and in 1.10 like the earlier ones; files of both say 2.1.6 and "
        "are refused.",
    )
)


@model_rule(MASKED_CELLS, Step.KERAS_2)
def masked_cells(model: Model, era: Era) -> Model:
    """Take a stack of cells that sees a mask apart.

    Raises:
        MigrationError: ``SIL056`` for a stack whose states are given, kept or that reads backwards, and where the file
            does not say of which cell the state was.
    """
    if era.tf_keras:
        return _rewritten(model, era, _is_stack, _of_either_cell) if covers(_OF_EITHER_CELL, era) else model
    return model if covers("<2.2.3", era) else _rewritten(model, era, _is_stack, _cells_apart)


@model_rule(MASKED_INITIAL_STATE, Step.KERAS_2)
def masked_initial_state(model: Model, era: Era) -> Model:
    """Put the initial state in the place of masked steps at the beginning.

    Raises:
        MigrationError: ``SIL056`` for a stateful layer, whose state no other layer can read.
    """
    return _rewritten(model, era, _may_begin_with_state, _with_initial_state)


def _rewritten(model: Model, era: Era, concerns: Any, change: Any) -> Model:
    if (era.tf_keras and not covers(_TF_KERAS, era)) or not any(makes_mask(layer) for layer in model.layers):
        return model
    for layer in model.layers:
        if concerns(layer):
            graph = to_functional(model)
            makers = [mask_makers(graph, next(structure_refs(n.args))) for n in graph.layer(layer.name).nodes]
            if any(m is None or m for m in makers):
                if len(makers) != 1 or makers[0] is None:
                    raise _refusal(layer.name, "is shared, or gets its mask from a nested model")
                model = change(graph, graph.layer(layer.name), makers[0])
        elif any(concerns(part) for path, part in walk_layer(layer, ()) if part is not layer):
            _refuse_hidden(model, layer.name)
    return model


def _refuse_hidden(model: Model, name: str) -> None:
    graph = to_functional(model)
    for node in graph.layer(name).nodes:
        if any(makers is None or makers for makers in (mask_makers(graph, ref) for ref in node.refs())):
            raise _refusal(name, "is inside another layer")


def _is_stack(layer: Layer) -> bool:
    cell = layer.children.get("cell")
    return layer.class_name == "RNN" and cell is not None and cell.class_name == "StackedRNNCells"


def _may_begin_with_state(layer: Layer) -> bool:
    single = layer.class_name in _SINGLE or (layer.class_name == "RNN" and not _is_stack(layer))
    begins = bool(layer.config.get("stateful")) or any(map(given_states, layer.nodes))
    return single and begins and not layer.config.get("unroll")


def _with_initial_state(model: Model, owner: Layer, makers: frozenset[TensorRef]) -> Model:
    """The layer under another name, and operations that choose between its output and the first state."""
    states = given_states(owner.nodes[0])
    if not states:
        raise _refusal(
            owner.name,
            "keeps its states between calls, which it returned for the masked steps at the beginning",
        )
    operations = MaskOperations(model, owner.name)
    inner = named(owner, operations.fresh("steps"))
    mask = operations.mask(makers)
    output, state = TensorRef(inner.name), states[0]
    if owner.config.get("return_sequences"):
        if owner.config.get("go_backwards"):
            mask = operations.add("turned", "reverse", mask, axis=[1])
        counted = operations.add("counted", "cast", mask, dtype="float32")
        begun = operations.add("begun", "math.cumsum", counted, axis=1)
        begun = operations.add("is_begun", "math.greater", begun, y=0.0)
        begun = operations.add("by_step", "expand_dims", begun, axis=-1)
        state = operations.add("first", "expand_dims", state, axis=1)
    else:
        begun = operations.add("is_begun", "math.reduce_any", mask, axis=1, keepdims=True)
    chosen = operations.add("chosen", "where", begun, x=output, y=state)
    return _replaced(model, owner, [inner], operations, chosen, makers)


def _of_either_cell(model: Model, owner: Layer, makers: frozenset[TensorRef]) -> Model:
    if owner.config.get("unroll") or len(owner.children["cell"].children) == 1:
        return model
    raise _refusal(
        owner.name,
        "contains several cells, and the file does not say which one's state it returned",
        "If no sequence is padded, load the model in TensorFlow 1.15 and save it again.",
    )


def _cells_apart(model: Model, owner: Layer, makers: frozenset[TensorRef]) -> Model:
    """A layer of the first cell, one of the others, and operations that choose between their outputs."""
    cells = list(owner.children["cell"].children.values())
    config = {k: v for k, v in owner.config.items() if k not in ("batch_input_shape", "name")}
    if config.get("stateful") or config.get("go_backwards") or given_states(owner.nodes[0]):
        raise _refusal(owner.name, "has initial states, keeps its states or reads backwards")
    if config.get("unroll"):
        return model
    if config.get("return_state") or any(cell.class_name not in _UNITS for cell in cells):
        raise _refusal(owner.name, "returns states, or has custom cells")
    if len(cells) == 1:
        return model
    operations = MaskOperations(model, owner.name)
    first = Layer(
        "RNN",
        operations.fresh("first_cell"),
        {**config, "return_sequences": True},
        owner.nodes,
        children={"cell": cells[0]},
    )
    stack = owner.children["cell"]
    rest = (
        cells[1]
        if len(cells) == 2
        else replace(stack, children={f"cells/{i}": cell for i, cell in enumerate(cells[1:])})
    )
    second = Layer(
        "RNN",
        operations.fresh("other_cells"),
        config,
        (Node((TensorRef(first.name),)),),
        children={"cell": rest},
    )
    mask = operations.mask(makers)
    held, output = TensorRef(first.name), TensorRef(second.name)
    if config.get("return_sequences"):
        mask = operations.add("by_step", "expand_dims", mask, axis=-1)
    else:
        # tf.gather takes no negative index on a CPU
        counted = operations.add("counted", "cast", mask, dtype="float32")
        counted = operations.add("mask_turned", "reverse", counted, axis=[1])
        last = operations.add("last", "gather", counted, indices=[0], axis=1)
        mask = operations.add("is_last", "math.greater", last, y=0.0)
        held = operations.add("held_turned", "reverse", held, axis=[1])
        held = operations.add("held", "gather", held, indices=0, axis=1)
    chosen = operations.add("chosen", "where", mask, x=output, y=held)
    return _replaced(model, owner, [first, second], operations, chosen, makers)


def _replaced(
    model: Model,
    owner: Layer,
    inner: list[Layer],
    operations: MaskOperations,
    chosen: TensorRef,
    makers: frozenset[TensorRef],
) -> Model:
    """The model with the parts in the owner's place; states are taken from the last inner layer."""
    parts = [*inner, *operations.parts]
    if owner.config.get("return_sequences") and mask_matters(model, owner.name):
        again = MaskOperations(replace(model, layers=(*model.layers, *parts)), owner.name)
        mask = again.mask(makers)
        parts += [*again.parts, masked_identity(owner.name, chosen, _units(owner), mask, precision(owner))]
    else:
        last = parts.pop()
        parts.append(named(last, owner.name))

    def moved(ref: TensorRef) -> TensorRef:
        return TensorRef(inner[-1].name, 0, ref.tensor) if ref.layer == owner.name and ref.tensor else ref

    place = [layer.name for layer in model.layers].index(owner.name)
    others = tuple(layer for layer in model.layers if layer.name != owner.name)
    rest = rewire(replace(model, layers=others), moved)
    return replace(rest, layers=(*rest.layers[:place], *parts, *rest.layers[place:]))


def _units(owner: Layer) -> int | None:
    cell = owner.children.get("cell", owner)
    inner = list(cell.children.values())
    units = (inner[-1] if inner else cell).config.get("units")
    return int(units) if units is not None else None


def _refusal(
    name: str,
    reason: str,
    hint: str = "Load the model in Keras 2.3.1 and save it again, if its sequences are not padded at the start.",
) -> MigrationError:
    return MigrationError(
        "SIL056",
        f"the recurrent layer in {name!r} has masked steps and {reason}: Keras 3 layers cannot reproduce its output "
        "for them",
        hint,
        place=name,
    )
