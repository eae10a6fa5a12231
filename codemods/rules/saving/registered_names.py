"""SAV: activations, constraints, … of a project that are given by the bare name under which they were registered."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.edits import Code, Edit, ReplaceExpression
from codemods.rules._evidence import LAYER, defined_once
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_NAME = "registered_object"
_HELPER = f'''\
def {_NAME}(name):
    """The object that is registered under a name, which keras looks up no more; else the name as it is."""
    found = keras.saving.get_registered_object(name) if isinstance(name, str) else None
    if found is None:
        return name
    return found() if isinstance(found, type) else found
'''

BARE_NAME = SourceRule(
    code="SAV019",
    name="bare-name-of-a-registered-object",
    summary="A project's activation, initializer, … is no longer looked up by its bare name.",
    severity=Severity.ERROR,
    why="In Keras 2, `get` of keras.activations, initializers, constraints and regularizers searched the custom "
    "objects first. In Keras 3 it knows only its own names: `Could not interpret activation function identifier: "
    "twice`. If a project registers an object under a name that Keras 3 also has, Keras' own is silently used. The "
    "helper searches where Keras 2 did, and instantiates a class as Keras 2 did.",
    references=(
        GUIDE,
        "https://keras.io/api/saving/serialization_utils/",
    ),
    manual="pass the object itself instead of its name",
    proofs=(Proof(), Proof("proof_2", unsafe=True, changes=True), Proof("proof_3")),
)
_ROLES = ("activation", "constraint", "initializer", "regularizer")
_GETTERS = frozenset(f"keras.{role}s.get" for role in _ROLES)
_TAKERS = {f"keras.{role}s.get": role for role in _ROLES} | {"keras.layers.Activation": "activation"}
"""What takes such a name as its first argument, and its role."""
_SHORT = {
    "activation": {""},
    "constraint": {""},
    "initializer": {"normal", "one", "uniform", "zero"},
    "regularizer": {"l1", "l1l2", "l2", "orthogonal"},
}
"""Names that a role has beside those of its classes and functions."""
_WRITES = r"get_custom_objects\(\)\s*(?:\[|\.update)|custom_object_scope|CustomObjectScope"
"""What a project writes that registers objects under bare names."""
_WORDS = ("get_custom_objects", "custom_object_scope", "CustomObjectScope")
"""Of which one occurs where `_WRITES` is found."""


@lru_cache(maxsize=4)
def _known(role: str) -> frozenset[str]:
    """The names that some Keras has for a role, in small letters and without what parts their words."""
    catalogue = load()
    prefix = f"{role}s."
    names = {*catalogue.symbols, *catalogue.modern, *catalogue.paths}
    return (
        frozenset(_flat(name.rpartition(".")[2]) for name in names if name.startswith(prefix)) | _SHORT[role]
    )


def _flat(name: str) -> str:
    return name.replace("_", "").lower()


def _role(argument: str) -> str:
    """The role of what an argument takes: ``kernel_constraint`` takes a constraint."""
    role = argument.rpartition("_")[2]
    return role if role in _ROLES else ""


@visit(BARE_NAME, module=True)
def bare_names(tree: ast.Module, ctx: Context) -> Iterator[Match]:
    """``Dense(3, activation="own")``, ``Activation("own")``, ``activations.get("own")``."""
    del tree
    for literal, name, role in _bare_names(ctx):
        message = f"{name!r} is not a Keras {role}: it is no longer looked up by its name"
        yield Match(BARE_NAME, literal, message, edits=_edits(literal, ctx), argument=role)


@visit(BARE_NAME, calls=_GETTERS)
def looked_up(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``activations.get(name)`` in a project that registers objects under bare names."""
    given = _looked_up(call, ctx)
    if given is not None:
        text = f"{ctx.source(call.func)} no longer finds the project's registered objects by name"
        yield Match(BARE_NAME, given, text, edits=_edits(given, ctx), fix=Fix.UNSAFE)


def _bare_names(ctx: Context) -> Iterator[tuple[ast.expr, str, str]]:
    """The literals with a name that no Keras knows and that Keras 2 looked up, with the name and its role."""
    for call, scope in ctx.module.index.calls:
        for keyword in call.keywords:
            role = _role(keyword.arg or "")
            name = _identifier(keyword.value) if role else ""
            if name and _flat(name) not in _known(role):
                ctx.remember(call, scope)
                stock = (ctx.name(call.func) or "").startswith("keras.layers.")
                if stock or (ctx.isa(ctx.receiver(call), LAYER) and _registers(ctx)):
                    yield keyword.value, name, role
        name = _identifier(call.args[0]) if call.args else ""
        role = _TAKERS.get(ctx.name(call.func) or "", "") if name else ""
        if role and _flat(name) not in _known(role):
            yield call.args[0], name, role


def _identifier(node: ast.expr) -> str:
    """The identifier in a literal; empty for everything else."""
    text = node.value if isinstance(node, ast.Constant) else None
    return text if isinstance(text, str) and text.isidentifier() else ""


def _looked_up(call: ast.Call, ctx: Context) -> ast.expr | None:
    """What is given to a ``get`` that would have looked among the objects of the project."""
    given = call.args[0] if len(call.args) == 1 and not call.keywords else None
    if isinstance(given, (ast.Constant, ast.Starred, ast.Lambda)):
        return None
    if isinstance(given, ast.Call) and isinstance(given.func, ast.Name) and given.func.id == _NAME:
        return None
    return given if _registers(ctx) else None


def _registers(ctx: Context) -> bool:
    """Whether the project registers objects under bare names."""
    repository = ctx.module.repository
    if repository is not None and repository.mentions(_WRITES, *_WORDS):
        return True
    return re.search(_WRITES, ctx.source_file.text) is not None


def _places(ctx: Context) -> Iterator[ast.expr]:
    """Everything in a file that the rule changes."""
    yield from (literal for literal, _, _ in _bare_names(ctx))
    for call, scope in ctx.module.index.calls:
        ctx.remember(call, scope)
        if ctx.name(call.func) in _GETTERS and (given := _looked_up(call, ctx)) is not None:
            yield given


def _edits(node: ast.expr, ctx: Context) -> tuple[Edit, ...]:
    edit = ReplaceExpression(node, Code(f"{_NAME}(name)", {"name": node}))
    return (*defined_once(ctx, node, _NAME, _HELPER, _places(ctx)), edit)
