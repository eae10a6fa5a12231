"""BKD: modules that ``keras.backend`` imported for itself and handed on."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from codemods.edits import Edit, ReplaceReference, ReplaceStatement
from codemods.rules.api import EVERYWHERE, GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

IMPORTED = SourceRule(
    code="BKD006",
    name="backend-import",
    summary="keras.backend no longer gives access to the modules that it imports.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    targets=EVERYWHERE,
    why="Stand-alone Keras filled keras.backend with all of `tensorflow_backend.py`, TensorFlow itself included: "
    "`K.tf.image`, `K.control_flow_ops.while_loop`. The modules are imported by their own names instead.",
    references=(GUIDE, "https://github.com/keras-team/keras/blob/2.2.4/keras/backend/tensorflow_backend.py"),
    proofs=(Proof(expect="raises"),),
)
_MODULES: Mapping[str, str] = {"np": "numpy", "os": "os", "tf": "tf"}
_FUNCTIONS: Mapping[str, str] = {
    "control_flow_ops.cond": "tf.compat.v1.cond",
    "control_flow_ops.while_loop": "tf.compat.v1.while_loop",
    "ctc.ctc_beam_search_decoder": "tf.compat.v1.nn.ctc_beam_search_decoder",
    "ctc.ctc_greedy_decoder": "tf.nn.ctc_greedy_decoder",
    "ctc.ctc_loss": "tf.compat.v1.nn.ctc_loss",
    "functional_ops.foldl": "tf.compat.v1.foldl",
    "functional_ops.foldr": "tf.compat.v1.foldr",
    "functional_ops.map_fn": "tf.compat.v1.map_fn",
    "functional_ops.scan": "tf.compat.v1.scan",
    "tensor_array_ops.TensorArray": "tf.TensorArray",
}
"""Public names of what the private modules of TensorFlow had."""
_BACKEND = "keras.backend."
_BELOW = tuple(
    f"tf.{module}"
    for module in (
        *("app", "compat", "compat.v1", "contrib", "contrib.layers", "contrib.rnn", "data", "debugging"),
        *("distributions", "flags", "gfile", "image", "initializers", "io", "layers", "linalg", "logging"),
        *("losses", "math", "metrics", "nn", "nn.rnn_cell", "random", "sparse", "strings", "summary"),
        *("test", "train"),
    )
)
"""Modules of TensorFlow 1 and 2 whose names are reached through the backend."""


@visit(
    IMPORTED,
    references=tuple(f"{_BACKEND}{name}" for name in (*_MODULES, *_FUNCTIONS)),
    prefixes=tuple(f"{_BACKEND}{name}." for name in (*_MODULES, *_BELOW)),
)
def imported_modules(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``K.tf.image.resize_bilinear``."""
    name = ctx.name(node)
    if name is None or not isinstance(node, ast.Attribute):
        return
    rest = name.removeprefix(_BACKEND)
    module, _, below = rest.partition(".")
    place = _FUNCTIONS.get(rest) or f"{_MODULES[module]}.{below}".rstrip(".")
    outer = ctx.parent(node)
    if isinstance(outer, ast.Attribute) and ctx.name(outer) is not None:
        return  # the longer name is visited itself
    target = outer.targets[0] if isinstance(outer, ast.Assign) and len(outer.targets) == 1 else None
    edit: Edit = ReplaceReference(node, place)
    if isinstance(outer, ast.Assign) and isinstance(target, ast.Name) and not below:
        edit = ReplaceStatement(outer, _import(module, target.id))  # ``tf = K.tf``
    yield Match(IMPORTED, node, f"K.{rest} is {place}", edits=(edit,), symbol=name)


def _import(module: str, name: str) -> str:
    path = "tensorflow" if module == "tf" else _MODULES[module]
    return f"import {path}" if path == name else f"import {path} as {name}"
