"""SAV: members and functions of models that wrote their configuration in another way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, ReplaceExpression
from codemods.rules._evidence import MODEL, called_on, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Severity

if TYPE_CHECKING:
    from codemods.context import Context

SAV006 = SourceRule(
    code="SAV006",
    name="saving-function-removed",
    summary="A function for saving or loading was removed.",
    severity=Severity.ERROR,
    why="YAML was removed because loading it can run code. model_from_config requires more than a class name and a "
    "configuration in Keras 3 (`Could not locate class 'Functional'`); if the configuration visibly comes from "
    "another model, the class of that model creates the copy.",
    references=(GUIDE,),
    manual="use to_json and model_from_json",
    proofs=(Proof(),),
)


_GONE = {
    "keras.models.model_from_yaml": "keras.models.model_from_json",
    "keras.models.model_from_config": "keras.Sequential.from_config or keras.Model.from_config, depending on "
    "class_name",
    "keras.experimental.export_saved_model": "model.export(path)",
    "keras.experimental.load_from_saved_model": "keras.layers.TFSMLayer, or convert the folder",
    "keras.experimental.export": "model.export(path)",
}


@visit(SAV006, references=frozenset(_GONE))
def gone(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """Functions for saving that left."""
    if isinstance(node, ast.expr) and (name := ctx.name(node)):
        call = ctx.callee(node) if name == "keras.models.model_from_config" else None
        if call is not None and (code := _copied(call, ctx)) is not None:
            message = f"{name} was removed; the class of the model has from_config"
            yield Match(SAV006, call, message, edits=(ReplaceExpression(call, code),), symbol=name)
            return
        yield Match(SAV006, node, message=f"{name} is gone", hint=f"use {_GONE[name]}", symbol=name)


def _copied(call: ast.Call, ctx: Context) -> Code | None:
    """``model_from_config({"class_name": m.__class__.__name__, "config": m.get_config()})``: a model like another."""
    args = ctx.arguments(call, "config", "custom_objects")
    config, objects = args.get("config"), args.get("custom_objects")
    if args.opaque:
        return None
    display = config
    if isinstance(config, ast.Name):
        home = ctx.scope(config).find(config.id)
        display = home.bindings[config.id][0].value if home is not None else None
        if _values(config, ctx) != 1:
            return None
    parts = _parts(display, ctx) if isinstance(display, ast.Dict) else {}
    named, made = parts.get("class_name"), parts.get("config")
    if named is None or not isinstance(made, ast.Call) or not isinstance(made.func, ast.Attribute):
        return None
    model = made.func.value
    if not isinstance(model, ast.Name) or _values(model, ctx) != 1:
        return None
    names = {f"{model.id}.__class__.__name__", f"type({model.id}).__name__"}
    if made.func.attr != "get_config" or made.args or ctx.source(named) not in names:
        return None
    holes = {"objects": objects} if objects is not None else {}
    text = f"{model.id}.__class__.from_config({{config}}{', custom_objects=objects' if holes else ''})"
    if isinstance(config, ast.Name):
        return Code(text.format(config=f'{config.id}["config"]'), holes)
    return Code(text.format(config="config_"), {**holes, "config_": made})


def _values(name: ast.Name, ctx: Context) -> int:
    """How often a name gets a value where it is bound."""
    home = ctx.scope(name).find(name.id)
    return len(home.bindings[name.id]) if home is not None else 0


def _parts(display: ast.Dict, ctx: Context) -> dict[str, ast.expr]:
    """The values of a dict display by those of its keys that are literals."""
    return {
        str(ctx.literal(key)): value
        for key, value in zip(display.keys, display.values, strict=True)
        if key is not None
    }


@visit(SAV006, methods={"to_yaml"}, of={MODEL})
def to_yaml(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``model.to_yaml()``."""
    model = called_on(call)
    if trust(ctx, model, MODEL) is not None:
        yield Match(SAV006, call, message="models have no to_yaml", hint="use model.to_json()")
