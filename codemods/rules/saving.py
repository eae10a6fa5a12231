"""Saving and loading of models and weights (family ``SAV``)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, DropArgument, Edit, RenameAttribute, ReplaceExpression
from codemods.rules._evidence import MODEL, owner, text, trust
from codemods.rules._saving_rules import (
    SAV001,
    SAV002,
    SAV003,
    SAV004,
    SAV005,
    SAV006,
    SAV008,
    SAV009,
    SAV010,
    SAV012,
    SAV013,
)
from codemods.rules.api import Found, visit
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Context

_FILES = (".keras", ".h5", ".hdf5", ".hdf", ".he5")
_LOADERS = frozenset({"keras.models.load_model", "keras.saving.load_model"})


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
        if ctx.name(call.func) in _LOADERS:
            node, value = _path(call, ctx)
            if node is not None and value is not None:
                found.setdefault(value, []).append(node)
    return found


def _drops(call: ast.Call, ctx: Context, *names: str) -> tuple[Edit, ...]:
    keywords = ctx.arguments(call).keywords
    return tuple(DropArgument(call, name) for name in names if name in keywords)


@visit(SAV001, SAV002, SAV009, methods={"save"})
def save(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """``model.save(path, ...)``."""
    model = owner(call)
    if model is None or (fix := trust(ctx, model, MODEL)) is None:
        return
    node, path = _path(call, ctx)
    yield from _saved(call, ctx, node, path, fix, method=True)


@visit(SAV001, SAV002, SAV009, calls={"keras.models.save_model", "keras.saving.save_model"})
def save_model(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """``keras.models.save_model(model, path, ...)``."""
    node, path = _path(call, ctx, 1)
    yield from _saved(call, ctx, node, path, Fix.SAFE, method=False)


def _saved(
    call: ast.Call, ctx: Context, node: ast.expr | None, path: str | None, fix: Fix, *, method: bool
) -> Iterator[Found]:
    args = ctx.arguments(call)
    chosen = ctx.literal(args.get("save_format")) if "save_format" in args.keywords else None
    for name in ("save_traces", "options", "signatures"):
        if name in args.keywords:
            neutral = name == "save_traces" or ctx.literal(args.get(name), ...) is None
            edits = (DropArgument(call, name),) if neutral else ()
            found_fix = fix if neutral else Fix.MANUAL
            yield Found(SAV009, call, hint=SAV009.manual, edits=edits, argument=name, fix=found_fix)
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
            yield Found(SAV002, call, edits=(edit,), argument="save_format", fix=fix)
        else:
            yield Found(SAV002, call, hint=SAV002.manual, argument="save_format", fix=Fix.MANUAL)


def _folder(
    call: ast.Call, ctx: Context, node: ast.expr | None, path: str, *, method: bool
) -> Iterator[Found]:
    drops = _drops(call, ctx, "save_format", "overwrite", "include_optimizer")
    again = _loaded(ctx).get(path, [])
    if again and node is not None and not path.endswith("/"):
        new = f"{path}.keras"
        edits: tuple[Edit, ...] = (
            text(ctx, node, new),
            *_drops(call, ctx, "save_format"),
            *(text(ctx, other, new) for other in again),
        )
        yield Found(SAV001, call, message=f"{path!r} is saved and loaded as a folder", edits=edits)
    elif method and isinstance(call.func, ast.Attribute):
        yield Found(SAV001, call, edits=(RenameAttribute(call.func, "export"), *drops))
    else:
        yield Found(SAV001, call, hint=SAV001.manual, fix=Fix.MANUAL)


_SAVERS = frozenset({"save_weights", "ModelCheckpoint"})


_WEIGHTS = (".h5", ".hdf5")


def weights_name(path: str) -> str | None:
    """The name that Keras 3 accepts for a file of weights; None when it is fine."""
    if path.endswith(".weights.h5"):
        return None
    for extension in (".hdf5", ".h5", ".ckpt", ".tf", ".keras"):
        if path.endswith(extension):
            return path[: -len(extension)] + ".weights.h5"
    return path + ".weights.h5" if path and not path.endswith("/") else None


def _saves_weights(call: ast.Call, ctx: Context) -> ast.expr | None:
    """The path of a call that writes weights."""
    if ctx.name(call.func) == "keras.callbacks.ModelCheckpoint":
        args = ctx.arguments(call, "filepath", "monitor", "verbose", "save_best_only", "save_weights_only")
        return args.get("filepath") if ctx.literal(args.get("save_weights_only")) is True else None
    if isinstance(call.func, ast.Attribute) and call.func.attr == "save_weights":
        return ctx.arguments(call, "filepath").get("filepath")
    return None


@visit(SAV003, module=True)
def weights_files(tree: ast.Module, ctx: Context) -> Iterator[Found]:
    """Literal names of files of weights, those written and those read again."""
    del tree
    index = ctx.module.index
    if "save_weights" not in index.attributes and "ModelCheckpoint" not in ctx.source_file.text:
        return
    written: set[str] = set()
    built: set[str] = set()
    reads: list[tuple[ast.Call, ast.expr, str]] = []
    reads_built: list[tuple[ast.Call, ast.expr, tuple[Edit, ...]]] = []
    for call, _ in ctx.module.index.calls:
        node = _saves_weights(call, ctx)
        model = owner(call)
        checkpoint = ctx.name(call.func) == "keras.callbacks.ModelCheckpoint"
        if node is not None:
            fix = Fix.SAFE if checkpoint else trust(ctx, model, MODEL, unknown=Fix.UNSAFE) if model else None
            if fix is None:
                continue
            path = ctx.literal(node)
            if not isinstance(path, str):
                built.add(ctx.source(node))
                yield from _computed(call, node, ctx)
            elif new := weights_name(path):
                written.add(path)
                message = f"{path!r} must be {new!r}"
                edit = text(ctx, node, new)
                yield Found(SAV003, call, message=message, edits=(edit,), argument="filepath", fix=fix)
        elif isinstance(call.func, ast.Attribute) and call.func.attr == "load_weights":
            read = ctx.arguments(call, "filepath").get("filepath")
            path = ctx.literal(read)
            if read is not None and isinstance(path, str):
                reads.append((call, read, path))
            elif read is not None and (edits := _ending(read, ctx)):
                reads_built.append((call, read, edits))
    for call, read, path in reads:
        new = weights_name(path)
        if path in written and new is not None:
            yield Found(
                SAV003, call, message=f"{path!r} is written as {new!r}", edits=(text(ctx, read, new),)
            )
    for call, read, edits in reads_built:
        if ctx.source(read) in built:
            message = f"{ctx.source(read)} is written with another ending"
            yield Found(SAV003, call, message=message, edits=edits, fix=Fix.UNSAFE)


@visit(SAV013, calls={"keras.callbacks.ModelCheckpoint"})
def model_files(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """``ModelCheckpoint("model.h5")`` that writes whole models."""
    args = ctx.arguments(call, "filepath", "monitor", "verbose", "save_best_only", "save_weights_only")
    path, only = ctx.literal(args.get("filepath")), ctx.literal(args.get("save_weights_only"), False)
    if isinstance(path, str) and only is False and not path.endswith(".keras"):
        yield Found(SAV013, call, symbol="keras.callbacks.ModelCheckpoint", argument="filepath")


def _computed(call: ast.Call, node: ast.expr, ctx: Context) -> Iterator[Found]:
    """Paths that are put together: only the end of the text can be seen."""
    if edits := _ending(node, ctx):
        text = f"{ctx.source(node)} must end in .weights.h5"
        yield Found(SAV003, call, message=text, edits=edits, argument="filepath", fix=Fix.UNSAFE)
    elif ".weights.h5" not in ctx.source(node) and not isinstance(node, ast.Name | ast.Attribute):
        yield Found(SAV003, call, hint=SAV003.manual, argument="filepath", fix=Fix.MANUAL)


def _ending(node: ast.expr, ctx: Context) -> tuple[Edit, ...]:
    """The edit of the literal that a path ends with, when that shows an extension that must change."""
    last: ast.expr | None = node
    while last is not None and not isinstance(last, (ast.Constant, ast.JoinedStr)):
        match last:
            case ast.BinOp(op=ast.Add(), right=right):
                last = right
            case ast.BinOp(op=ast.Mod(), left=left):
                last = left
            case ast.Call(func=ast.Attribute(attr="format", value=value)):
                last = value
            case ast.Call(args=[*_, final]) if ctx.name(last.func) == "os.path.join":
                last = final
            case _:
                last = None
    if isinstance(last, ast.JoinedStr):
        whole = ctx.source(last)
        for extension in _WEIGHTS:
            for quote in ("'", '"'):
                if whole.endswith(extension + quote) and not whole.endswith(f".weights{extension}{quote}"):
                    changed = whole[: -len(extension) - 1] + f".weights.h5{quote}"
                    return (ReplaceExpression(last, Code(changed)),)
        return ()
    value = ctx.literal(last)
    if (
        isinstance(value, str)
        and last is not None
        and value.endswith(_WEIGHTS)
        and (new := weights_name(value))
    ):
        return (text(ctx, last, new),)
    return ()


_FULL = {
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
}


@visit(SAV012, methods={"compile"})
def short_losses(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """``compile(loss="mse")`` in a file that has to do with ``.h5``."""
    model = owner(call)
    loss = ctx.arguments(call, "optimizer", "loss").get("loss")
    value = ctx.literal(loss)
    if model is None or loss is None or not isinstance(value, str) or value not in _FULL:
        return
    if ".h5" not in ctx.source_file.text and ".hdf5" not in ctx.source_file.text:
        return
    fix = trust(ctx, model, MODEL)
    if fix is not None and not isinstance(loss, ast.JoinedStr):
        message = f"{value!r} is {_FULL[value]!r}"
        yield Found(
            SAV012, call, message=message, edits=(text(ctx, loss, _FULL[value]),), argument="loss", fix=fix
        )


@visit(SAV004, SAV005, calls=_LOADERS)
def load_model(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """``load_model("folder")`` and ``load_model("old.h5")``."""
    _, path = _path(call, ctx)
    if path is None:
        return
    if _is_folder(path):
        yield Found(SAV004, call, message=f"load_model({path!r}) reads a SavedModel folder")
    elif not path.endswith(".keras") and "compile" not in ctx.arguments(call).keywords:
        yield Found(SAV005, call, message=f"load_model({path!r}) may fail on the stored loss")


_GONE = {
    "keras.models.model_from_yaml": "keras.models.model_from_json",
    "keras.models.model_from_config": "keras.Sequential.from_config or keras.Model.from_config, as class_name says",
    "keras.experimental.export_saved_model": "model.export(path)",
    "keras.experimental.load_from_saved_model": "keras.layers.TFSMLayer, or convert the folder",
    "keras.experimental.export": "model.export(path)",
}


@visit(SAV006, references=frozenset(_GONE))
def gone(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Found]:
    """Functions for saving that left."""
    if isinstance(node, ast.expr) and (name := ctx.name(node)):
        yield Found(SAV006, node, message=f"{name} is gone", hint=f"use {_GONE[name]}", symbol=name)


@visit(SAV006, methods={"to_yaml"})
def to_yaml(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """``model.to_yaml()``."""
    model = owner(call)
    if model is not None and trust(ctx, model, MODEL) is not None:
        yield Found(SAV006, call, message="models have no to_yaml", hint="use model.to_json()")


@visit(SAV008, SAV010, methods={"save_weights", "load_weights"})
def weights_arguments(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """``save_format=``, ``options=`` and ``by_name=``."""
    model = owner(call)
    if model is None or (fix := trust(ctx, model, MODEL, unknown=Fix.UNSAFE)) is None:
        return
    keywords = ctx.arguments(call).keywords
    for name in ("save_format", "options"):
        if name in keywords:
            yield Found(SAV008, call, edits=(DropArgument(call, name),), argument=name, fix=fix)
    if "by_name" in keywords and not ctx.at_least("3.9"):
        yield Found(SAV010, call, argument="by_name")
