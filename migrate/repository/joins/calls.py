"""What a call does with a path that it is given: the functions of Keras, TensorFlow and Python that are known."""

from __future__ import annotations

import ast
from enum import StrEnum

from codemods.context import Context
from codemods.rules._evidence import LOADERS, MODEL, trust
from migrate.findings import Fix

_SAVERS = frozenset({"keras.models.save_model", "keras.saving.save_model"})
_CHECKPOINT = "keras.callbacks.ModelCheckpoint"
PATHS = frozenset(
    ("join", "joinpath", "Path", "PurePath", "str", "fspath", "abspath", "realpath", "normpath", "expanduser")
) | {"resource_filename"}
"""Functions that give a path which ends as their last argument does."""
ASKS = frozenset(
    (
        "exists",
        "isfile",
        "isdir",
        "is_file",
        "is_dir",
        "getsize",
        "basename",
        "dirname",
        "stat",
        "getmtime",
        "len",
    )
)
TELLS = frozenset(
    ("print", "debug", "info", "warning", "warn", "error", "exception", "critical", "log", "write")
)
_READERS = ("h5py.File", "tf.saved_model.load", "tf.compat.v1.saved_model.load", "tf.saved_model.loader.load")


class Use(StrEnum):
    """What is done with a path."""

    LOAD = "loads a whole model"
    SAVE = "saves a whole model"
    CHECKPOINT = "checkpoints whole models"
    WEIGHTS = "loads or saves weights"
    READ = "reads the old file by other means"
    MENTION = "checks whether it exists, or prints it"
    UNKNOWN = "is not understood"


def use_of(call: ast.Call, node: ast.AST, keyword: str | None, context: Context) -> Use | None:
    """What a call does with an argument; None for one that nothing here knows."""
    name = context.name(call.func) or _imported_name(call.func, context)
    last = last_name(call.func)
    path = keyword == "filepath" if keyword else bool(call.args) and call.args[0] is node
    if name in LOADERS:
        return Use.LOAD if path else None
    if name in _SAVERS:
        second = keyword == "filepath" if keyword else len(call.args) > 1 and call.args[1] is node
        return Use.SAVE if second else None
    if name == _CHECKPOINT:
        only = context.arguments(call).keywords.get("save_weights_only")
        if not path or (only is not None and not isinstance(context.literal(only.value), bool)):
            return None
        return Use.WEIGHTS if only is not None and context.literal(only.value) else Use.CHECKPOINT
    if name in _READERS:
        mode = context.arguments(call, "name", "mode").get("mode")
        return Use.READ if mode is None or context.literal(mode) == "r" else None
    if isinstance(call.func, ast.Name) and last == "open":
        mode = context.arguments(call, "file", "mode").get("mode")
        return Use.READ if mode is None or str(context.literal(mode)) in {"r", "rb"} else None
    if last in ASKS or last in TELLS:
        return Use.MENTION
    if isinstance(call.func, ast.Attribute) and path:
        if last in {"load_weights", "save_weights"}:
            return Use.WEIGHTS
        if last == "save" and trust(context, call.func.value, MODEL, unknown=Fix.UNSAFE) is not None:
            return Use.SAVE
    return None


def _imported_name(node: ast.expr, context: Context) -> str:
    """The dotted name of a function of a package that the resolver does not know; empty for what is none."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    for statement, _ in context.module.index.imports:
        module = f"{statement.module}." if isinstance(statement, ast.ImportFrom) and statement.module else ""
        for alias in statement.names:
            if (alias.asname or alias.name) == node.id:
                return ".".join([f"{module}{alias.name}", *reversed(parts)])
    return ""


def destination_of(call: ast.Call, context: Context) -> str:
    """The attribute that an option of ``argparse`` becomes."""
    given = context.arguments(call).keywords.get("dest")
    if given is not None:
        return str(context.literal(given.value) or "")
    names = [text for argument in call.args if isinstance(text := context.literal(argument), str)]
    longest = next((name for name in names if name.startswith("--")), names[0] if names else "")
    return longest.lstrip("-").replace("-", "_")


def last_name(node: ast.expr) -> str:
    """The last part of a dotted name; empty for what is none."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
