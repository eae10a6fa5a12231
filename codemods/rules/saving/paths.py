"""The names of the files that models and weights are written to (family ``SAV``)."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Edit
from codemods.rules._evidence import LOADERS, MODEL, owner, text, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from codemods.rules.saving.endings import last_text, only_value, with_ending, without_suffix
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

SAV003 = SourceRule(
    code="SAV003",
    name="weights-file-name",
    summary="Weights files end in .weights.h5.",
    severity=Severity.ERROR,
    why="save_weights and ModelCheckpoint(save_weights_only=True) reject other names. A path that is assembled is "
    "rewritten with --unsafe if it ends in a literal. load_weights of the same literal path follows, in the same "
    "file and in the project's other files, and so do other mentions of it, with --unsafe if their use is unknown; "
    "a path that is only loaded is not changed, because Keras 3 reads old .h5 weights.",
    references=(GUIDE, "keras-team/keras-io#1844"),
    manual="make the path end in .weights.h5, and load it by that name",
    proofs=(Proof(), Proof("proof_2"), Proof("proof_3", unsafe=True)),
)
SAV013 = SourceRule(
    code="SAV013",
    name="checkpoint-of-models",
    summary="Before Keras 3.8, a ModelCheckpoint writes whole models only as .keras.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    destination="<3.8",
    why="Measured: 3.2 to 3.7 raise `The filepath provided must end in .keras`; 3.8 and later also accept .h5.",
    references=("keras-team/keras-io#1844", GUIDE),
    manual="make the path end in .keras, and load the model from there; or require keras>=3.8",
)
SAV014 = SourceRule(
    code="SAV014",
    name="temporary-h5",
    summary="A model in a temporary .h5 file that is read back should be a .keras file.",
    severity=Severity.WARNING,
    fix=Fix.UNSAFE,
    why="Keras 3 reads .h5 only for compatibility: operations between layers (`Unknown layer: 'NotEqual'`), short "
    "names of losses, and strings in a configuration that are named like a Keras function (`mode='add'`) do not "
    "survive it. Nobody else reads a temporary file, so its format can be changed.",
    references=(GUIDE,),
    proofs=(Proof(unsafe=True),),
)


_WEIGHTS = (".h5", ".hdf5")


def weights_name(path: str) -> str | None:
    """The name that Keras 3 accepts for a file of weights; None when it is fine."""
    if path.endswith(".weights.h5"):
        return None
    for extension in (".hdf5", ".h5", ".ckpt", ".tf", ".keras", ".weights"):
        if path.endswith(extension):
            return path[: -len(extension)] + ".weights.h5"
    return path + ".weights.h5" if path and not path.endswith("/") else None


def saves_weights(call: ast.Call, ctx: Context, *, checkpoint: bool) -> ast.expr | None:
    """The path of a call that writes weights."""
    if checkpoint:
        args = ctx.arguments(call, "filepath", "monitor", "verbose", "save_best_only", "save_weights_only")
        return args.get("filepath") if ctx.literal(args.get("save_weights_only")) is True else None
    if getattr(call.func, "attr", "") == "save_weights":
        return ctx.arguments(call, "filepath").get("filepath")
    return None


@visit(SAV003, module=True)
def weights_files(tree: ast.Module, ctx: Context) -> Iterator[Match]:
    """Literal names of files of weights, those written and those read again."""
    del tree
    checkpoints = "ModelCheckpoint" in ctx.source_file.text
    if not checkpoints and ctx.module.index.attributes.keys().isdisjoint({"save_weights", "load_weights"}):
        return
    written: set[str] = set()
    saved: set[ast.expr] = set()
    built: set[str] = set()
    reads: list[tuple[ast.Call, ast.expr, str]] = []
    reads_built: list[tuple[ast.Call, ast.expr, tuple[Edit, ...]]] = []
    for call, _ in ctx.module.index.calls:
        checkpoint = checkpoints and ctx.name(call.func) == "keras.callbacks.ModelCheckpoint"
        if not checkpoint and getattr(call.func, "attr", "") not in {"load_weights", "save_weights"}:
            continue
        node = saves_weights(call, ctx, checkpoint=checkpoint)
        model = owner(call)
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
                saved.add(node)
                message = f"{path!r} must be {new!r}"
                edit = text(ctx, node, new)
                yield Match(SAV003, call, message=message, edits=(edit,), argument="filepath", fix=fix)
        elif getattr(call.func, "attr", "") == "load_weights":
            read = ctx.arguments(call, "filepath").get("filepath")
            path = ctx.literal(read)
            if read is not None and isinstance(path, str):
                reads.append((call, read, path))
            elif read is not None and (edits := _ending(read, ctx)):
                reads_built.append((call, read, edits))
    for call, read, path in reads:
        new = weights_name(path)
        if new is not None and (path in written or written_elsewhere(path, new, ctx)):
            yield Match(
                SAV003, call, message=f"{path!r} is written as {new!r}", edits=(text(ctx, read, new),)
            )
    told = {read for _, read, _ in reads}
    for node, _ in ctx.module.index.strings:
        if node not in told and node not in saved:
            yield from _mentioned(node, written, ctx)
    for call, read, edits in reads_built:
        if ctx.source(read) in built:
            message = f"{ctx.source(read)} is written with a different suffix"
            yield Match(SAV003, call, message=message, edits=edits, fix=Fix.UNSAFE)


_ASKS = frozenset({"os.path.exists", "os.path.isfile", "os.remove", "os.unlink", "os.path.getsize"})
"""Functions that are given the name of a file that was written."""


def _mentioned(node: ast.Constant, written: set[str], ctx: Context) -> Iterator[Match]:
    """``os.path.exists("w.h5")``, and ``restore("w.h5")``: the file has another name once it is written again."""
    path = node.value
    new = weights_name(path) if isinstance(path, str) and path.endswith(_WEIGHTS) else None
    if not isinstance(path, str) or new is None:
        return
    outer = ctx.parent(node)
    if isinstance(outer, ast.JoinedStr):
        return
    if path in written or written_elsewhere(path, new, ctx):
        asks = isinstance(outer, ast.Call) and ctx.name(outer.func) in _ASKS
        yield Match(
            SAV003,
            node,
            f"{path!r} is written as {new!r}",
            edits=(text(ctx, node, new),),
            fix=Fix.SAFE if asks else Fix.UNSAFE,
        )


def written_elsewhere(path: str, new: str, ctx: Context) -> bool:
    """Whether another file of the project writes weights to a path, under its old name or its new one."""
    if ctx.module.repository is None:
        return False
    names = "|".join(re.escape(posixpath.normpath(name)) for name in (path, new))
    given = rf"""\(\s*(?:filepath\s*=\s*)?["'](?:\./)?(?:{names})["']"""
    only = r"[^()]*\bsave_weights_only\s*=\s*True"
    pattern = rf"\bsave_weights\s*{given}|\bModelCheckpoint\s*{given}{only}"
    return ctx.module.repository.mentions(pattern, "save_weights", "ModelCheckpoint")


@visit(SAV013, calls={"keras.callbacks.ModelCheckpoint"})
def model_files(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``ModelCheckpoint("model.h5")`` that writes whole models."""
    args = ctx.arguments(call, "filepath", "monitor", "verbose", "save_best_only", "save_weights_only")
    path, only = ctx.literal(args.get("filepath")), args.get("save_weights_only")
    if only is not None and ctx.literal(only, ...) is not False:
        return  # weights, or one cannot know
    if isinstance(path, str) and not path.endswith(".keras"):
        yield Match(SAV013, call, symbol="keras.callbacks.ModelCheckpoint", argument="filepath")


def _computed(call: ast.Call, node: ast.expr, ctx: Context) -> Iterator[Match]:
    """Paths that are put together: only the end of the text can be seen."""
    if isinstance(node, ast.Name):
        function = ctx.function(call) or ctx.module.tree
        given = only_value(function, node.id, ctx, _READ_MODELS)
        node = given if given is not None else node
    if edits := _ending(node, ctx):
        text = f"{ctx.source(node)} must end in .weights.h5"
        yield Match(SAV003, call, message=text, edits=edits, argument="filepath", fix=Fix.UNSAFE)
    elif ".weights.h5" not in ctx.source(node) and not isinstance(node, ast.Name | ast.Attribute):
        yield Match(SAV003, call, hint=SAV003.manual, argument="filepath", fix=Fix.MANUAL)


def _ending(node: ast.expr, ctx: Context) -> tuple[Edit, ...]:
    """The edit of the literal that a path ends with, when that shows an extension that must change."""
    return () if ".weights.h5" in ctx.source(node) else with_ending(node, ctx, _WEIGHTS, ".weights.h5")


_TEMPORARY = re.compile(
    r"\b(tempfile|mktemp|mkdtemp|gettempdir|tmp_?path|tmp_?dir\w*|temp_?dir\w*)\b", re.IGNORECASE
)
READ = frozenset({"File", "open", "copy", "move"})
_READ_WEIGHTS = READ | {"save_weights", "load_weights", "ModelCheckpoint"}
"""What else may be done with a file that has to stay one of HDF5."""
_READ_MODELS = READ | {"save", "save_model", "load_model"}
"""What else may be done with a file of weights whose name must not change."""


@visit(SAV014, module=True)
def temporary_files(tree: ast.Module, ctx: Context) -> Iterator[Match]:
    """``model.save(path)`` and ``load_model(path)`` with ``path = os.path.join(tempfile.mkdtemp(), "m.h5")``."""
    del tree
    if "load_model" not in ctx.source_file.text or _TEMPORARY.search(ctx.source_file.text) is None:
        return
    read: set[tuple[ast.AST, str]] = set()
    for call, _ in ctx.module.index.calls:
        function = ctx.function(call) if ctx.name(call.func) in LOADERS else None
        path = ctx.arguments(call, "filepath").get("filepath")
        if function is not None and isinstance(path, ast.Name):
            read.add((function, path.id))
    for call, _ in ctx.module.index.calls:
        saved = _saved_to(call, ctx) if read else None
        function = ctx.function(call) if saved is not None else None
        if saved is None or function is None or (function, saved.id) not in read:
            continue
        given = only_value(function, saved.id, ctx, _READ_WEIGHTS)
        if given is None:
            continue
        edits = with_ending(given, ctx, _WEIGHTS, ".keras") if _TEMPORARY.search(ctx.source(given)) else ()
        if not edits and _TEMPORARY.search(ctx.source(function)):
            edits = _with_extension(given, ctx)
        if edits:
            yield Match(SAV014, given, edits=edits, symbol="keras.Model.save", argument="filepath")


def _with_extension(node: ast.expr, ctx: Context) -> tuple[Edit, ...]:
    """The edit that makes a .keras file of the folder that a path names, in a folder made for it."""
    joined = isinstance(node, ast.Call) and ctx.name(node.func) == "os.path.join"
    last = last_text(node, ctx) if joined else None
    value = ctx.literal(last)
    if last is None or not isinstance(value, str) or not value or "." in value or value.endswith("/"):
        return ()
    return (text(ctx, last, f"{value}.keras"),)


def folder_that_is_computed(call: ast.Call, node: ast.expr, ctx: Context) -> bool:
    """Whether the path of a call that saves a model is put together and ends without an extension.

    Not where it is renamed with what reads it (SAV014).
    """
    function = ctx.function(call)
    around = function or ctx.module.tree
    given = only_value(around, node.id, ctx, frozenset()) if isinstance(node, ast.Name) else node
    if not without_suffix(given, ctx):
        return False
    renamed = (
        function is not None
        and isinstance(node, ast.Name)
        and _TEMPORARY.search(ctx.source(function)) is not None
        and bool(_with_extension(given, ctx) if given is not None else ())
        and any(
            ctx.name(other.func) in LOADERS and ctx.function(other) is function
            for other, _ in ctx.module.index.calls
        )
    )
    return not renamed


def _saved_to(call: ast.Call, ctx: Context) -> ast.Name | None:
    """The name of the path of a call that writes a whole model."""
    model = owner(call)
    args = ctx.arguments(call, "filepath")
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "save" or model is None:
        return None
    path = args.get("filepath")
    if "save_format" in args.keywords or trust(ctx, model, MODEL, unknown=Fix.UNSAFE) is None:
        return None
    return path if isinstance(path, ast.Name) else None
