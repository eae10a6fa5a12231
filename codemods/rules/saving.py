"""Saving and loading of models and weights (family ``SAV``)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, DropArgument, Edit, RenameAttribute, ReplaceExpression
from codemods.rules._evidence import LOADERS, MODEL, owner, text, trust
from codemods.rules._saving_rules import (
    SAV001,
    SAV002,
    SAV004,
    SAV005,
    SAV006,
    SAV008,
    SAV009,
    SAV010,
    SAV012,
)
from codemods.rules.api import Match, visit
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Context

_FILES = (".keras", ".h5", ".hdf5", ".hdf", ".he5")


def _path(call: ast.Call, ctx: Context, index: int = 0) -> tuple[ast.expr | None, str | None]:
    """The path argument of a saving call and its value where it is a literal."""
    args = ctx.arguments(call, *("",) * index, "filepath")
    node = args.get("filepath")
    value = ctx.literal(node)
    return node, value if isinstance(value, str) else None


def _is_folder(path: str) -> bool:
    return not path.lower().endswith(_FILES)


def _loaded(ctx: Context) -> dict[str, list[ast.expr]]:
    """Literal paths that ``load_model`` is given in this file."""
    found: dict[str, list[ast.expr]] = {}
    for call, _ in ctx.module.index.calls:
        if ctx.name(call.func) in LOADERS:
            node, value = _path(call, ctx)
            if node is not None and value is not None:
                found.setdefault(value, []).append(node)
    return found


def _drops(call: ast.Call, ctx: Context, *names: str) -> tuple[Edit, ...]:
    keywords = ctx.arguments(call).keywords
    return tuple(DropArgument(call, name) for name in names if name in keywords)


@visit(SAV001, SAV002, SAV009, methods={"save"})
def save(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``model.save(path, ...)``."""
    model = owner(call)
    if model is None or (fix := trust(ctx, model, MODEL)) is None:
        return
    node, path = _path(call, ctx)
    yield from _saved(call, ctx, node, path, fix, method=True)


@visit(SAV001, SAV002, SAV009, calls={"keras.models.save_model", "keras.saving.save_model"})
def save_model(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``keras.models.save_model(model, path, ...)``."""
    node, path = _path(call, ctx, 1)
    yield from _saved(call, ctx, node, path, Fix.SAFE, method=False)


def _saved(
    call: ast.Call, ctx: Context, node: ast.expr | None, path: str | None, fix: Fix, *, method: bool
) -> Iterator[Match]:
    args = ctx.arguments(call)
    chosen = ctx.literal(args.get("save_format")) if "save_format" in args.keywords else None
    for name in ("save_traces", "options", "signatures"):
        if name in args.keywords:
            neutral = name == "save_traces" or ctx.literal(args.get(name), ...) is None
            edits = (DropArgument(call, name),) if neutral else ()
            found_fix = fix if neutral else Fix.MANUAL
            yield Match(SAV009, call, hint=SAV009.manual, edits=edits, argument=name, fix=found_fix)
            if not neutral:
                return
    folder = path is not None and _is_folder(path)
    if (
        folder
        and chosen in {None, "tf"}
        and "save_format" in (args.keywords if chosen is None else {"save_format"})
    ) or (folder and chosen is None):
        yield from _folder(call, ctx, node, path or "", method=method)
    elif "save_format" in args.keywords:
        fits = {
            "h5": path is not None and not folder and not path.endswith(".keras"),
            "keras": path is not None and path.endswith(".keras"),
        }
        if chosen is not None and fits.get(chosen):
            edit = DropArgument(call, "save_format")
            yield Match(SAV002, call, edits=(edit,), argument="save_format", fix=fix)
        else:
            yield Match(SAV002, call, hint=SAV002.manual, argument="save_format", fix=Fix.MANUAL)


def _folder(
    call: ast.Call, ctx: Context, node: ast.expr | None, path: str, *, method: bool
) -> Iterator[Match]:
    drops = _drops(call, ctx, "save_format", "overwrite", "include_optimizer")
    again = _loaded(ctx).get(path, [])
    if again and node is not None and not path.endswith("/"):
        new = f"{path}.keras"
        edits: tuple[Edit, ...] = (
            text(ctx, node, new),
            *_drops(call, ctx, "save_format"),
            *(text(ctx, other, new) for other in again),
        )
        yield Match(SAV001, call, message=f"{path!r} is saved and loaded as a folder", edits=edits)
    elif method and isinstance(call.func, ast.Attribute):
        yield Match(SAV001, call, edits=(RenameAttribute(call.func, "export"), *drops))
    else:
        yield Match(SAV001, call, hint=SAV001.manual, fix=Fix.MANUAL)


_HDF5 = re.compile(r"\.(?:h5|hdf5|hdf|he5)\b")
_FULL = {
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
}


@visit(SAV012, methods={"compile"})
def short_losses(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``compile(loss="mse")`` in a file that writes a whole model as ``.h5``."""
    model = owner(call)
    loss = ctx.arguments(call, "optimizer", "loss").get("loss")
    value = ctx.literal(loss)
    if model is None or loss is None or not isinstance(value, str) or value not in _FULL:
        return
    if not any(_writes_hdf5(other, ctx) for other, _ in ctx.module.index.calls):
        return
    fix = trust(ctx, model, MODEL)
    if fix is not None and not isinstance(loss, ast.JoinedStr):
        message = f"{value!r} is {_FULL[value]!r}"
        yield Match(
            SAV012, call, message=message, edits=(text(ctx, loss, _FULL[value]),), argument="loss", fix=fix
        )


def _writes_hdf5(call: ast.Call, ctx: Context) -> bool:
    """Whether a call writes a whole model to a path that shows an ending of HDF5."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name not in {"save", "save_model", "ModelCheckpoint"}:
        return False
    args = ctx.arguments(call, *(("", "filepath") if name == "save_model" else ("filepath",)))
    path = args.get("filepath")
    if path is None or ctx.literal(args.get("save_weights_only"), False) is True:
        return False
    if isinstance(path, ast.Name):
        values = [b.value for s in ctx.module.index.scope_of.values() for b in s.bindings.get(path.id, ())]
    else:
        values = [path]
    return any(value is not None and _HDF5.search(ctx.source(value)) for value in values)


@visit(SAV004, SAV005, calls=LOADERS)
def load_model(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``load_model("folder")`` and ``load_model("old.h5")``."""
    _, path = _path(call, ctx)
    if path is None:
        return
    if _is_folder(path):
        yield Match(SAV004, call, message=f"load_model({path!r}) reads a SavedModel folder")
    elif not path.endswith(".keras") and "compile" not in ctx.arguments(call).keywords:
        yield Match(SAV005, call, message=f"load_model({path!r}) may fail on the stored loss")


_GONE = {
    "keras.models.model_from_yaml": "keras.models.model_from_json",
    "keras.models.model_from_config": "keras.Sequential.from_config or keras.Model.from_config, as class_name says",
    "keras.experimental.export_saved_model": "model.export(path)",
    "keras.experimental.load_from_saved_model": "keras.layers.TFSMLayer, or convert the folder",
    "keras.experimental.export": "model.export(path)",
}


@visit(SAV006, references=frozenset(_GONE))
def gone(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """Functions for saving that left."""
    if isinstance(node, ast.expr) and (name := ctx.name(node)):
        call = ctx.callee(node)
        code = _copied(call, ctx) if call is not None and name == "keras.models.model_from_config" else None
        if call is not None and code is not None:
            message = f"{name} is gone; the class of the model has from_config"
            yield Match(SAV006, call, message, edits=(ReplaceExpression(call, code),), symbol=name)
            return
        yield Match(SAV006, node, message=f"{name} is gone", hint=f"use {_GONE[name]}", symbol=name)


def _copied(call: ast.Call, ctx: Context) -> Code | None:
    """``model_from_config({"class_name": m.__class__.__name__, "config": m.get_config()})``: a model like another."""
    args = ctx.arguments(call, "config", "custom_objects")
    config, objects = args.get("config"), args.get("custom_objects")
    if args.opaque or config is None:
        return None
    display = config
    if isinstance(config, ast.Name):
        home = ctx.scope(config).find(config.id)
        value = home.bindings[config.id][0].value if home is not None else None
        if value is None or _values(config, ctx) != 1:
            return None
        display = value
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


@visit(SAV006, methods={"to_yaml"})
def to_yaml(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``model.to_yaml()``."""
    model = owner(call)
    if model is not None and trust(ctx, model, MODEL) is not None:
        yield Match(SAV006, call, message="models have no to_yaml", hint="use model.to_json()")


@visit(SAV008, SAV010, methods={"save_weights", "load_weights"})
def weights_arguments(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``save_format=``, ``options=`` and ``by_name=``."""
    model = owner(call)
    if model is None or (fix := trust(ctx, model, MODEL, unknown=Fix.UNSAFE)) is None:
        return
    keywords = ctx.arguments(call).keywords
    for name in ("save_format", "options"):
        if name in keywords:
            yield Match(SAV008, call, edits=(DropArgument(call, name),), argument=name, fix=fix)
    if "by_name" in keywords and not ctx.at_least("3.9"):
        yield Match(SAV010, call, argument="by_name")
