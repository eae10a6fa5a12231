"""TRN: batches and arguments that are dictionaries by the names of inputs and outputs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, ReplaceExpression
from codemods.rules._evidence import MODEL, called_on, overrides, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from codemods.rules.training._batches import batch_of, fed_to_fit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

NAMED = SourceRule(
    code="TRN044",
    name="dictionary-of-inputs-or-targets",
    summary="Unnamed inputs are no longer called input_1, and targets of a single output cannot be a dictionary.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="Keras 2 called unnamed inputs `input_1`, `input_2`, …, and the input of a Sequential after its first "
    'layer, `dense_1_input`. Keras 3 uses other names: `Missing data for input "input_layer"`. Targets by output '
    "name are accepted if a model has several outputs; with one output, the dictionary itself reaches the loss: "
    "`Expected float32, but got predictions of type 'str'`. A dictionary with one entry is replaced by its value, "
    'which Keras 2 accepts as well. If there are several, `keras.Input(..., name="input_1")` restores the old name.',
    references=(GUIDE,),
    manual='give the inputs their old names: keras.Input(..., name="input_1")',
    proofs=(Proof(unsafe=True), Proof("proof_2", unsafe=True)),
)
_OWN_NAME = re.compile(r"input_\d+|\w+_input")
"""What Keras 2 called an input that was given no name."""
_PARAMETERS = {
    "fit": ("x", "y"),
    "evaluate": ("x", "y"),
    "predict": ("x",),
    "train_on_batch": ("x", "y"),
    "test_on_batch": ("x", "y"),
    "predict_on_batch": ("x",),
}


@visit(NAMED, nodes=(ast.Yield,))
def yielded_dictionaries(node: ast.Yield, ctx: Context) -> Iterator[Match]:
    """``yield {"input_1": x}, {"predictions": y}`` of a generator for ``fit``."""
    batch = batch_of(node, ctx)
    if not isinstance(batch, (ast.Tuple, ast.List)) or len(batch.elts) not in {2, 3}:
        return
    found = [*_inputs(batch.elts[0], ctx), *_targets(batch.elts[1], ctx)]
    if found and fed_to_fit(node, ctx):
        yield from found


@visit(NAMED, methods=frozenset(_PARAMETERS), of={MODEL})
def given_dictionaries(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``model.fit({"input_1": x}, {"predictions": y})``, and the pair of ``validation_data``."""
    assert isinstance(call.func, ast.Attribute)
    args = ctx.arguments(call, *_PARAMETERS[call.func.attr])
    validation = args.get("validation_data")
    pair = validation.elts if isinstance(validation, (ast.Tuple, ast.List)) else []
    inputs = [args.get("x"), *pair[:1]]
    targets = [args.get("y") if "y" in _PARAMETERS[call.func.attr] else None, *pair[1:2]]
    found = [match for node in inputs for match in _inputs(node, ctx)]
    found += [match for node in targets for match in _targets(node, ctx)]
    if found and not overrides(ctx, call) and trust(ctx, called_on(call), MODEL) is not None:
        yield from found


def _inputs(node: ast.expr | None, ctx: Context) -> Iterator[Match]:
    """A dictionary of inputs by names that Keras 2 gave and Keras 3 does not."""
    names = _names(node)
    own = [name for name in names if _OWN_NAME.fullmatch(name) and not _given_as_name(name, ctx)]
    if not isinstance(node, ast.Dict) or not own:
        return
    if len(names) == 1 and not _read_by(names[0], ctx):
        yield _unwrapped(node, f"Keras 3 calls no input {names[0]}, and accepts the array of a single one")
    elif len(names) == 1 or own[0].startswith("input_"):
        yield Match(NAMED, node, f"Keras 3 calls no input {own[0]} unless its Input says so", fix=Fix.MANUAL)


def _targets(node: ast.expr | None, ctx: Context) -> Iterator[Match]:
    """A dictionary of the targets of one output, for a model that gives no dictionary itself."""
    names = _names(node)
    if not isinstance(node, ast.Dict) or len(names) != 1 or _returned_by_name(names[0], ctx):
        return
    if _read_by(names[0], ctx):
        text = f"Keras 3 accepts no dictionary for the targets of a single output, here {names[0]}"
        hint = "pass fit only the array, and change what reads the dictionary"
        yield Match(NAMED, node, text, hint=hint, fix=Fix.MANUAL)
    else:
        yield _unwrapped(node, "Keras 3 accepts the targets of a single output as an array, not by name")


def _unwrapped(node: ast.Dict, text: str) -> Match:
    return Match(
        NAMED, node, text, edits=(ReplaceExpression(node, Code("value", {"value": node.values[0]})),)
    )


def _names(node: ast.expr | None) -> list[str]:
    """The keys of a display of a dictionary; none where one is no text."""
    keys = node.keys if isinstance(node, ast.Dict) else []
    names = [
        key.value
        for key in keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value
    ]
    return names if len(names) == len(keys) else []


def _given_as_name(name: str, ctx: Context) -> bool:
    """Whether the project gives anything this name."""
    return _mentioned(rf"name\s*=\s*['\"]{re.escape(name)}['\"]", name, ctx)


def _read_by(name: str, ctx: Context) -> bool:
    """Whether the project takes something of this name out of a dictionary, perhaps out of the batch."""
    return _mentioned(rf"(?:\[\s*|get\(\s*|pop\(\s*)['\"]{re.escape(name)}['\"]", name, ctx)


def _returned_by_name(name: str, ctx: Context) -> bool:
    """Whether the project makes a model, or a ``call``, that gives a dictionary with this name."""
    key = rf"\{{\s*['\"]{re.escape(name)}['\"]"
    return _mentioned(rf"(?:\boutputs\s*=\s*|\bModel\([^()]*,\s*|\breturn\s+){key}", name, ctx)


def _mentioned(pattern: str, word: str, ctx: Context) -> bool:
    repository = ctx.module.repository
    if re.search(pattern, ctx.source_file.text) is not None:
        return True
    return repository is not None and repository.mentions(pattern, word)
