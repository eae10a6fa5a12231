"""Write a graph as the source of one ``nn.Module`` for each model in it, and the state that belongs to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from migrate.capsule.model import Array
from migrate.findings import MigrationError
from migrate.torch_source.graph import Call, Graph, Layer, tensors_in, with_leaves
from migrate.torch_source.helpers import TEXTS
from migrate.torch_source.layers import write
from migrate.torch_source.layers.elementwise import UNCHANGED
from migrate.torch_source.names import Names, attributes, class_name, identifier
from migrate.torch_source.piece import Operand, Piece, Use


@dataclass(frozen=True, slots=True)
class Source:
    """A written model.

    Attributes:
        text: of ``model.py``.
        traced: the same with the output of each layer written down as it is made, for a comparison layer by layer.
        state: of ``model.safetensors``.
    """

    text: str
    traced: str
    state: Mapping[str, Array]


def write_source(graph: Graph, arrays: Mapping[str, Array]) -> Source:
    """The source of a model.

    Args:
        graph: of the whole model.
        arrays: by the keys that the graph names.

    Raises:
        MigrationError: ``EXP028`` with the first layer that has no form.
    """
    file = _File(arrays)
    top = file.model(graph, "")
    return Source(file.text(graph, top, traced=False), file.text(graph, top, traced=True), file.state)


@dataclass(slots=True)
class _Class:
    """One written class."""

    name: str
    made: list[str]
    lines: list[tuple[str, str]]
    """Statements of ``forward``, and what a traced source notes after each: nothing, or the output of a layer, of which
    the first call counts."""
    parameters: list[str]
    result: str
    notes: list[str]
    borders: list[str]


@dataclass(slots=True)
class _File:
    arrays: Mapping[str, Array]
    state: dict[str, Array] = field(default_factory=dict)
    classes: list[_Class] = field(default_factory=list)
    helpers: set[str] = field(default_factory=set)
    names: Names = field(default_factory=lambda: Names(frozenset(TEXTS)))

    def model(self, graph: Graph, prefix: str) -> _Class:
        """Write one model's class, those inside it first; its state stands below ``prefix``."""
        writer = _Writer(self, graph, prefix)
        for position, call in enumerate(graph.calls):
            writer.call(position, call)
        operands = [writer.operands[number] for number in graph.outputs]
        texts = [operand.plain for operand in operands]
        written = _Class(
            self.names.name((prefix,), class_name(graph.name)),
            writer.made,
            writer.lines,
            [writer.operands[number].text for number in graph.inputs],
            texts[0] if len(texts) == 1 else f"({', '.join(texts)})",
            writer.notes,
            [_border(graph, number) for number in (*graph.inputs, *graph.outputs)],
        )
        self.classes.append(written)
        return written

    def text(self, graph: Graph, top: _Class, *, traced: bool) -> str:
        """All of the file."""
        helpers = [TEXTS[name].strip() for name in TEXTS if name in self.helpers]
        classes = [_class_text(one, traced=traced and one is top) for one in self.classes]
        body = "\n\n\n".join([*helpers, *classes, _load(top)])
        return "\n".join([*_head(graph, top, body), *(["TRACE = {}"] if traced else []), "", body, ""])


@dataclass(slots=True)
class _Writer:
    file: _File
    graph: Graph
    prefix: str
    made: list[str] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    operands: dict[int, Operand] = field(default_factory=dict)
    attributes: Names = field(default_factory=attributes)
    variables: Names = field(default_factory=Names)
    modules: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def call(self, position: int, call: Call) -> None:
        """Add one call: its module where it is the first, and its statement."""
        layer = self.graph.layers[call.layer]
        if layer.class_name == "InputLayer":
            for number in call.outputs:
                self._bind(number, self.variables.name(number, call.layer))
            return
        use = self._use(call, layer)
        if layer.shared:
            raise use.refused("it is called both inside and outside a nested model")
        if layer.dtype != "float32":
            raise use.refused(f"it computes in {layer.dtype}")
        piece = self._nested(use, layer, call) if layer.model is not None else write(use)
        self._define(use, piece)
        names = self._variables(position, call)
        if piece.expression and piece.expression in {one.text for one in self.operands.values()}:
            names[0] = piece.expression  # the tensor as it is: no statement, and no name of its own
            if layer.class_name in UNCHANGED:
                self.notes.append(
                    f"{call.layer} ({layer.class_name}) has an effect only in training and was left out."
                )
        statements = [text.format(*names) for text in piece.statements]
        if piece.expression and names[0] != piece.expression:
            left = ", ".join(names)
            statements.append(f"{left} = {piece.expression}")
        for number, name in zip(call.outputs, names, strict=True):
            self._bind(number, name, channels_first=piece.channels_first)
        plain = [self.operands[number].plain for number in call.outputs]
        noted = "; ".join(
            f"TRACE.setdefault({f'{call.layer}/{n}'!r}, {text})" for n, text in enumerate(plain)
        )
        quiet = [(text, "") for text in statements[:-1]]
        self.lines += [*quiet, (statements[-1] if statements else "", "" if layer.is_operation else noted)]

    def _use(self, call: Call, layer: Layer) -> Use:
        arrays = self.file.arrays
        args = with_leaves(call.args, self.operands.__getitem__, arrays.__getitem__)
        kwargs = with_leaves(call.kwargs, self.operands.__getitem__, arrays.__getitem__)
        use = Use(
            layer,
            call.layer,
            args,
            {name: value for name, value in kwargs.items() if value is not None},
            [self.graph.tensors[number].shape for number in call.outputs],
            f"self.{self.attributes.name(call.layer, call.layer)}",
            {role: arrays[key] for role, key in layer.weights.items()},
        )
        for config in (layer.config, *(child.config for child in layer.children.values())):
            if not holds_words(config):
                raise use.refused("its configuration contains a string that is not a word")
        return use

    def _define(self, use: Use, piece: Piece) -> None:
        """The modules of a layer, where it is called for the first time; a further call must need the same."""
        self.file.helpers |= set(piece.helpers)
        if use.name in self.modules:
            if self.modules[use.name] != piece.modules:
                raise use.refused("its calls need modules that differ")
            return
        self.modules[use.name] = piece.modules
        own = use.attribute.removeprefix("self.")
        for suffix, made in piece.modules.items():
            self.made.append(f"self.{own}{'_' if suffix else ''}{suffix} = {made}")
        for key, array in piece.arrays.items():
            first, _, rest = key.partition(".")
            place = (
                f"{own}_{first}{'.' if rest else ''}{rest}"
                if first in piece.modules and first
                else (f"{own}.{key}" if key else own)
            )
            dtype = array.dtype if array.dtype == np.int64 else np.dtype(np.float32)
            self.file.state[self.prefix + place] = np.ascontiguousarray(array, dtype=dtype).reshape(
                array.shape
            )

    def _nested(self, use: Use, layer: Layer, call: Call) -> Piece:
        """A model inside this one: a class of its own."""
        assert layer.model is not None
        given = [self.operands[number] for number in tensors_in(call.args)]
        if use.kwargs or len(given) != len(layer.model.inputs):
            raise use.refused("the nested model is called with a mask or other arguments")
        own = use.attribute.removeprefix("self.")
        if use.name in self.modules:
            made = self.modules[use.name]
        else:
            made = {"": f"{self.file.model(layer.model, f'{self.prefix}{own}.').name}()"}
        return Piece(f"{use.attribute}({', '.join(one.plain for one in given)})", modules=made)

    def _variables(self, position: int, call: Call) -> list[str]:
        """``x`` for what the next statement alone takes, else names after the layer, ``mask`` for a mask."""
        (first, *more) = call.outputs
        users = [at for at, one in enumerate(self.graph.calls) if first in tensors_in([one.args, one.kwargs])]
        last = position + 1 == len(self.graph.calls) and self.graph.outputs == [first]
        if not more and (last or (users == [position + 1] and first not in self.graph.outputs)):
            return ["x"]
        is_mask = self.graph.tensors[first].dtype == "bool"
        name = self.variables.name(first, "mask" if is_mask else call.layer)
        return [name, *(self.variables.name(n, f"{call.layer}_state") for n in more)]

    def _bind(self, number: int, text: str, *, channels_first: bool = False) -> None:
        tensor = self.graph.tensors[number]
        self.operands[number] = Operand(text, tensor.shape, tensor.dtype, channels_first)


def holds_words(value: Any) -> bool:
    """Whether each text in a configuration, names aside, is a word: nothing that could call a thing in a source.

    What a configuration says is a file's own word, and numbers of it are written into the source as they are.
    """
    if isinstance(value, str):
        return re.fullmatch(r"[\w.>:-]*", value) is not None
    if isinstance(value, Mapping):
        return all(holds_words(part) for key, part in value.items() if key != "name")
    return all(map(holds_words, value)) if isinstance(value, list | tuple) else True


def _head(graph: Graph, top: _Class, body: str) -> list[str]:
    """Docstring and imports, those alone that the body uses."""
    lines = {
        "torch.": "import torch",
        "F.": "import torch.nn.functional as F",
        "load_file(": "from safetensors.torch import load_file",
        "nn.": "from torch import nn",
    }
    used = [line for mark, line in lines.items() if re.search(rf"(?<![\w.]){re.escape(mark)}", body)]
    return [f'"""{_title(graph, top)}"""', "", "from pathlib import Path", "", *used, ""]


def _border(graph: Graph, number: int) -> str:
    tensor = graph.tensors[number]
    sizes = ", ".join("?" if size is None else str(size) for size in tensor.shape)
    return _harmless(f"({sizes}) {tensor.dtype}")


def _title(graph: Graph, top: _Class) -> str:
    """Docstring of the file."""
    count = len(graph.inputs)
    lines = [
        f"{identifier(graph.name)}, converted from Keras; `load()` returns the model with its weights.",
        "",
        "Inputs and outputs have the same axes as in Keras: images are (batch, height, width, channels). Where a "
        "PyTorch",
        "layer needs the channels on the second axis, `permute` moves them there, and back where it matters.",
        "",
        *(f"Input {name}: {border}" for name, border in zip(top.parameters, top.borders, strict=False)),
        *(f"Output {n}: {border}" for n, border in enumerate(top.borders[count:])),
    ]
    notes = [_harmless(note) for note in top.notes]
    return "\n".join([*lines, *(["", *notes] if notes else []), ""])


def _harmless(text: str) -> str:
    """A text of a file's names, harmless inside a docstring."""
    return "".join(c if c.isalnum() or c in " _-./(),?" else "_" for c in text)


def _class_text(written: _Class, *, traced: bool) -> str:
    arguments = ", ".join(["self", *written.parameters])
    lines = [f"class {written.name}(nn.Module):"]
    if written.made:
        lines += ["    def __init__(self):", "        super().__init__()"]
        lines += [f"        {line}" for line in written.made] + [""]
    lines.append(f"    def forward({arguments}):")
    for statement, noted in written.lines:
        lines += [f"        {statement}"] if statement else []
        lines += [f"        {noted}"] if noted and traced else []
    lines.append(f"        return {written.result}")
    return "\n".join(lines)


def _load(top: _Class) -> str:
    return f'''def load(folder=Path(__file__).parent):
    """The model with its weights, ready for inference; `train()` for training on."""
    model = {top.name}()
    model.load_state_dict(load_file(Path(folder) / "model.safetensors"))
    return model.eval()'''


def check_outputs(graph: Graph) -> None:
    """Refuse what the border of a module cannot be: a tensor of text, or sparse ones.

    Raises:
        MigrationError: ``EXP028``.
    """
    for number in (*graph.inputs, *graph.outputs):
        if graph.tensors[number].dtype in ("string", "bfloat16", "float16", "complex64"):
            raise MigrationError(
                "EXP028",
                f"an input or output of the model has the dtype {graph.tensors[number].dtype}",
                "The .keras and the SavedModel are not affected. docs/pytorch.md lists what the source expresses.",
            )
