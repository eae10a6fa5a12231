"""Saving and loading of models and weights (family ``SAV``)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import DropArgument, Edit, RenameAttribute
from codemods.rules._evidence import LOADERS, MODEL, called_on, text, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from codemods.rules.saving.paths import folder_that_is_computed
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

SAV001 = SourceRule(
    code="SAV001",
    name="save-directory",
    summary="save writes a file; use export to write a SavedModel folder.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="A path without a suffix meant a SavedModel. For serving, export writes one (without the training state); "
    "to continue with Keras, use the native format `.keras`. If the same file loads the folder with load_model, "
    "both places get the suffix `.keras`; otherwise save becomes export.",
    references=("keras-team/keras#19458", GUIDE),
    manual="model.export(path) for serving, model.save(path + '.keras') to load it with Keras again",
    proofs=(Proof(unsafe=True), Proof("proof_2", unsafe=True)),
)
SAV002 = SourceRule(
    code="SAV002",
    name="save-format",
    summary="The suffix selects the format: save_format was removed.",
    severity=Severity.ERROR,
    why="`save_format='tf'` raises, `'h5'` is tolerated in some releases only. If the suffix says the same, the "
    "argument is dropped.",
    references=(GUIDE,),
    manual="give the path the suffix of the format: .keras or .h5; for a SavedModel call model.export(path)",
    proofs=(Proof(),),
)
SAV004 = SourceRule(
    code="SAV004",
    name="load-savedmodel",
    summary="load_model does not read SavedModel folders.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Keras 3 loads `.keras` and `.h5` files. A SavedModel can be used for inference through TFSMLayer.",
    references=(GUIDE,),
    manual="convert the folder with `keras-migrate`, or use keras.layers.TFSMLayer(path, "
    "call_endpoint='serving_default') for inference",
)
SAV005 = SourceRule(
    code="SAV005",
    name="load-compiled-h5",
    summary="A legacy .h5 that was saved compiled may fail to load because of its loss.",
    severity=Severity.WARNING,
    fix=Fix.MANUAL,
    why="Losses and metrics stored by short names fail with `Could not deserialize 'keras.metrics.mse'`.",
    references=(GUIDE,),
    manual="pass compile=False and compile again, or convert the file with `keras-migrate`",
)
SAV008 = SourceRule(
    code="SAV008",
    name="weights-arguments",
    summary="save_weights and load_weights have no save_format and no options.",
    severity=Severity.ERROR,
    why="There is a single format for weights; TensorFlow checkpoints are written by tf.train.Checkpoint.",
    references=(GUIDE,),
    manual="load by layer name with by_name=True from Keras 3.9 on",
    proofs=(Proof(),),
)
SAV009 = SourceRule(
    code="SAV009",
    name="save-argument-removed",
    summary="save has no signatures, options and save_traces.",
    severity=Severity.ERROR,
    why="They belonged to SavedModels, which model.export and keras.export.ExportArchive write. options configure "
    "how one is written, and mean nothing for a .keras file: they are dropped with --unsafe.",
    references=(GUIDE,),
    manual="write signatures with keras.export.ExportArchive: track(model), add_endpoint(name, fn, input_signature), "
    "write_out(path)",
    proofs=(Proof(),),
)
SAV010 = SourceRule(
    code="SAV010",
    name="load-by-name",
    summary="load_weights(by_name=True) reads .h5 files from Keras 3.9 on.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    destination="<3.9",
    why="Releases before 3.9 raise.",
    references=(GUIDE,),
    manual="require keras>=3.9",
)
SAV012 = SourceRule(
    code="SAV012",
    name="short-loss-in-h5",
    summary="A compiled .h5 cannot be loaded again if its loss has a short name.",
    severity=Severity.ERROR,
    why="Keras 3 writes the loss by its given name and reads it back as a class: `Could not deserialize "
    "'keras.metrics.mse'`. The full name is the same loss and can be loaded. Metrics with short names are not "
    "affected.",
    references=(GUIDE,),
    proofs=(Proof(),),
)


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


@visit(SAV001, SAV002, SAV009, methods={"save"}, of={MODEL})
def save(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``model.save(path, ...)``."""
    model = called_on(call)
    if (fix := trust(ctx, model, MODEL)) is None:
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
            edits = (DropArgument(call, name),) if neutral or name == "options" else ()
            found_fix = fix if neutral else Fix.UNSAFE if edits else Fix.MANUAL
            yield Match(SAV009, call, hint=SAV009.manual, edits=edits, argument=name, fix=found_fix)
            if not edits:
                return
    if path is None and node is not None and "save_format" not in args.keywords:
        if folder_that_is_computed(call, node, ctx):
            yield Match(SAV001, call, hint=SAV001.manual, argument="filepath", fix=Fix.MANUAL)
        return
    folder = path is not None and _is_folder(path)
    if folder and chosen in {None, "tf"}:
        yield from _folder(call, ctx, node, path or "", method=method)
    elif "save_format" in args.keywords:
        fits: dict[object, bool] = {
            "h5": path is not None and not folder and not path.endswith(".keras"),
            "keras": path is not None and path.endswith(".keras"),
        }
        if fits.get(chosen):
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


@visit(SAV012, methods={"compile"}, of={MODEL})
def short_losses(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``compile(loss="mse")`` in a file that writes a whole model as ``.h5``."""
    model = called_on(call)
    loss = ctx.arguments(call, "optimizer", "loss").get("loss")
    value = ctx.literal(loss)
    if loss is None or not isinstance(value, str) or value not in _FULL:
        return
    if not any(_writes_hdf5(other, ctx) for other, _ in ctx.module.index.calls):
        return
    fix = trust(ctx, model, MODEL)
    if fix is not None:
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
    if ctx.literal(args.get("save_weights_only"), False) is True:
        return False
    if isinstance(path, ast.Name):
        values = [b.value for s in ctx.module.index.scope_of.values() for b in s.bindings.get(path.id, ())]
    else:
        values = [path]
    return any(value is not None and _HDF5.search(ctx.source(value)) for value in values)


@visit(SAV004, SAV005, calls=LOADERS)
def load_model(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``load_model("folder")`` and ``load_model("old.h5")``."""
    node, path = _path(call, ctx)
    if path is None:
        if node is not None and folder_that_is_computed(call, node, ctx) and not _saved_here(node, ctx):
            yield Match(SAV004, call, "load_model reads no folder, and the path shows no .keras or .h5")
        return
    if _is_folder(path):
        yield Match(SAV004, call, message=f"load_model({path!r}) reads a SavedModel folder")
    elif not path.endswith(".keras") and "compile" not in ctx.arguments(call).keywords:
        yield Match(SAV005, call, message=f"load_model({path!r}) may fail on the stored loss")


def _saved_here(node: ast.expr, ctx: Context) -> bool:
    """Whether the file saves to the path that it loads: what is said of saving holds for both."""
    saves = (call for call, _ in ctx.module.index.calls if getattr(call.func, "attr", "") == "save")
    return any(ctx.source(path) == ctx.source(node) for call in saves for path in call.args[:1])


@visit(SAV008, SAV010, methods={"save_weights", "load_weights"}, of={MODEL})
def weights_arguments(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``save_format=``, ``options=`` and ``by_name=``."""
    model = called_on(call)
    if (fix := trust(ctx, model, MODEL, unknown=Fix.UNSAFE)) is None:
        return
    keywords = ctx.arguments(call).keywords
    for name in ("save_format", "options"):
        if name in keywords:
            yield Match(SAV008, call, edits=(DropArgument(call, name),), argument=name, fix=fix)
    if "by_name" in keywords:
        yield Match(SAV010, call, argument="by_name")
