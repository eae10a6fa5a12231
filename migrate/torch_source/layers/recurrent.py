"""LSTM, GRU and SimpleRNN, alone and in both directions.

Gates: Keras' LSTM has i, f, c, o, which PyTorch calls i, f, g, o; Keras' GRU has z, r, h, PyTorch r, z, n. Biases of
the two products are one array in Keras, but for a GRU with ``reset_after``, which has two rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from migrate.capsule.model import Array
from migrate.torch_source.activations import function_named
from migrate.torch_source.piece import Arrays, Operand, Piece, Use, call

_STOCK = {"LSTM": "nn.LSTM", "GRU": "nn.GRU", "SimpleRNN": "nn.RNN"}
_STEP = {"LSTM": "StepLSTM", "GRU": "StepGRU", "SimpleRNN": "StepRNN"}
_STATES = {"LSTM": 2, "GRU": 1, "SimpleRNN": 1}


@dataclass(frozen=True, slots=True)
class _Cell:
    """One direction: its class, configuration and arrays in PyTorch's order."""

    kind: str
    config: Mapping[str, Any]
    arrays: Mapping[str, Array]
    stock: bool
    functions: tuple[str, str]

    @property
    def inputs(self) -> int:
        """Size of a step."""
        return int(self.arrays["weight_ih_l0"].shape[1])

    def helpers(self, *, stock: bool) -> tuple[str, ...]:
        """What the source must hold for the module."""
        if stock:
            return ()
        return ("Recurrent", _STEP[self.kind], *(["linear"] if "" in self.functions else []))

    def made(self, *, stock: bool, zero_output: bool, both: bool = False) -> str:
        """The expression that makes the module."""
        units = self.config["units"]
        if stock:
            plain = {"nonlinearity": '"relu"' if self.functions[0] == "F.relu" else None}
            extra = plain if self.kind == "SimpleRNN" else {}
            return call(
                _STOCK[self.kind], self.inputs, units, batch_first=True, bidirectional=both or None, **extra
            )
        activation, recurrent = (name or "linear" for name in self.functions)
        return call(
            _STEP[self.kind],
            self.inputs,
            units,
            activation=None if activation == "torch.tanh" else activation,
            recurrent_activation=None if recurrent == "torch.sigmoid" else recurrent,
            zero_output=True if zero_output else None,
            reset_after=False if self.kind == "GRU" and not self.config["reset_after"] else None,
        )


def recurrent(use: Use) -> Piece:
    """One direction."""
    cell = _cell(use, use.layer.class_name, use.config, use.weights)
    x, states, mask = _given(use)
    stock = cell.stock and mask is None
    zero_output = bool(use.config.get("zero_output_for_mask"))
    backwards = use.config["go_backwards"]
    text = _called(use.attribute, cell, x, states, mask, stock=stock, backwards=backwards)
    made = cell.made(stock=stock, zero_output=zero_output)
    helpers = cell.helpers(stock=stock)
    whole = use.config["return_sequences"]
    if not use.config["return_state"]:
        expression = f"{text}[0]" if whole else f"{text}[0][:, -1]"
        return Piece(expression, modules={"": made}, arrays=cell.arrays, helpers=helpers)
    count = _STATES[cell.kind]
    names = [f"{{{number + 1}}}" for number in range(count)]
    kept = ", ".join(names) if count > 1 else names[0]
    into = f"({kept})" if count > 1 or stock else f"({kept},)"
    statements = [f"{{0}}, {into if not (stock and count == 1) else kept} = {text}"]
    if stock:
        statements += [f"{name} = {name}[-1]" for name in names]
    if not whole:
        statements.append("{0} = {0}[:, -1]")
    return Piece(statements=tuple(statements), modules={"": made}, arrays=cell.arrays, helpers=helpers)


def bidirectional(use: Use) -> Piece:
    """Both directions: one stock module where PyTorch has it, else two."""
    layers = use.layer.children["forward_layer"], use.layer.children["backward_layer"]
    parts = [
        {role.partition("/")[2]: a for role, a in use.weights.items() if role.startswith(f"{name}/")}
        for name in ("forward_layer", "backward_layer")
    ]
    cells = [
        _cell(use, layer.class_name, layer.config, part) for layer, part in zip(layers, parts, strict=True)
    ]
    x, states, mask = _given(use)
    if states is not None or any(cell.config["return_state"] for cell in cells):
        raise use.refused("states of a Bidirectional layer")
    if not cells[1].config["go_backwards"] or cells[0].config["go_backwards"]:
        raise use.refused("its layers do not run forward and backward")
    if {cell.kind for cell in cells} - _STOCK.keys() or len({c.config["units"] for c in cells}) > 1:
        raise use.refused("its two layers differ")
    whole, units = cells[0].config["return_sequences"], cells[0].config["units"]
    alike = cells[0].functions == cells[1].functions and cells[0].kind == cells[1].kind
    if mask is None and all(cell.stock for cell in cells) and alike and use.config["merge_mode"] == "concat":
        return _both_at_once(use, cells, x, whole=whole, units=units)
    attributes = [f"{use.attribute}_forward", f"{use.attribute}_backward"]
    stock = mask is None and all(cell.stock for cell in cells)
    texts = [
        _called(attribute, cell, x, None, mask, stock=stock, backwards=cell.config["go_backwards"])
        + ("[0]" if whole else "[0][:, -1]")
        for attribute, cell in zip(attributes, cells, strict=True)
    ]
    if whole:
        texts[1] += ".flip(1)"
    merged = _merged(use, texts)
    return Piece(
        merged,
        modules={
            side: cell.made(stock=stock, zero_output=bool(whole))
            for side, cell in zip(("forward", "backward"), cells, strict=True)
        },
        arrays={
            f"{side}.{name}": array
            for side, cell in zip(("forward", "backward"), cells, strict=True)
            for name, array in cell.arrays.items()
        },
        helpers=tuple(name for cell in cells for name in cell.helpers(stock=stock)),
    )


def _both_at_once(use: Use, cells: list[_Cell], x: Operand, *, whole: bool, units: int) -> Piece:
    arrays = {**cells[0].arrays, **{f"{name}_reverse": a for name, a in cells[1].arrays.items()}}
    made = cells[0].made(stock=True, zero_output=False, both=True)
    text = f"{use.attribute}({x.plain})[0]"
    if whole:
        return Piece(text, modules={"": made}, arrays=arrays)
    # The backward half has seen all steps at the first one.
    ends = f"{{0}} = torch.cat([{{0}}[:, -1, :{units}], {{0}}[:, 0, {units}:]], dim=1)"
    return Piece(statements=(f"{{0}} = {text}", ends), modules={"": made}, arrays=arrays)


def _merged(use: Use, texts: list[str]) -> str:
    forms = {
        "concat": "torch.cat([{}, {}], dim=-1)",
        "sum": "{} + {}",
        "ave": "({} + {}) / 2",
        "mul": "{} * {}",
    }
    mode = use.config["merge_mode"]
    if mode not in forms:
        raise use.refused("both directions as separate outputs")
    return forms[mode].format(*texts)


def _called(
    attribute: str,
    cell: _Cell,
    x: Operand,
    states: list[str] | None,
    mask: str | None,
    *,
    stock: bool,
    backwards: bool,
) -> str:
    text = f"{x.plain}.flip(1)" if backwards else x.plain
    arguments = [text]
    if states is not None:
        given = [f"{state}.unsqueeze(0)" for state in states] if stock else states
        arguments.append(given[0] if stock and len(given) == 1 else f"[{', '.join(given)}]")
        if stock and len(given) > 1:
            arguments[-1] = f"({', '.join(given)})"
    if mask is not None:
        arguments.append(f"mask={mask}.flip(1)" if backwards else f"mask={mask}")
    return f"{attribute}({', '.join(arguments)})"


def _given(use: Use) -> tuple[Operand, list[str] | None, str | None]:
    """Sequence, initial states and mask of a call."""
    given = list(use.args[0]) if len(use.args) == 1 and isinstance(use.args[0], list) else list(use.args)
    initial = use.kwargs.get("initial_state")
    states = [*given[1:], *(initial if isinstance(initial, list) else [initial] if initial else [])]
    flat = [one for state in states for one in (state if isinstance(state, list) else [state])]
    operands = [one for one in flat if isinstance(one, Operand)]
    if len(operands) != len(flat) or not isinstance(given[0], Operand):
        raise use.refused("its arguments are not tensors")
    mask = use.kwargs.get("mask")
    if mask is not None and not isinstance(mask, Operand):
        mask = mask[0] if isinstance(mask, list) and isinstance(mask[0], Operand) else None
        if mask is None:
            raise use.refused("its mask is not a tensor")
    return given[0], [one.plain for one in operands] or None, None if mask is None else mask.plain


def _cell(use: Use, kind: str, config: Mapping[str, Any], weights: Arrays) -> _Cell:
    if kind not in _STOCK:
        raise use.refused(f"it wraps a {kind}")
    if config.get("stateful"):
        raise use.refused("it is stateful: it keeps its states between calls")
    activation = function_named(config["activation"], use)
    inner = function_named(config["recurrent_activation"], use) if kind != "SimpleRNN" else "torch.sigmoid"
    kernel, between = weights["kernel"], weights["recurrent_kernel"]
    bias = weights.get("bias", np.zeros(kernel.shape[1], kernel.dtype))
    rows = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])
    arrays = {
        "weight_ih_l0": kernel.T,
        "weight_hh_l0": between.T,
        "bias_ih_l0": rows[0],
        "bias_hh_l0": rows[1],
    }
    stock = (activation, inner) == ("torch.tanh", "torch.sigmoid")
    if kind == "SimpleRNN":
        stock = activation in ("torch.tanh", "F.relu")
    if kind == "GRU":
        stock = stock and config["reset_after"]
        arrays = {name: _reset_first(array) for name, array in arrays.items()}
    return _Cell(kind, config, arrays, stock, (activation, inner))


def _reset_first(array: Array) -> Array:
    """z, r, h along the first axis as r, z, n."""
    update, reset, new = np.split(array, 3)
    return np.concatenate([reset, update, new])


LAYERS = {**dict.fromkeys(_STOCK, recurrent), "Bidirectional": bidirectional}
