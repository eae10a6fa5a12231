"""``tf.saved_model.save`` of models and of modules that hold layers (family ``SAV``)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, ReplaceExpression, ReplaceStatement
from codemods.names.trees import walk
from codemods.rules._evidence import LAYER, MODEL, method_of, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

SAV007 = SourceRule(
    code="SAV007",
    name="tf-saved-model-of-keras",
    summary="A Keras model is exported with model.export.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    why="tf.saved_model.save still works, but names and dtypes of the signature differ from those of Keras 2. "
    "export writes the endpoint `serve`, the signature `serving_default` and the inputs in their own dtypes.",
    references=("keras-team/keras#19458",),
    proofs=(Proof(unsafe=True, expect="same"),),
)
SAV011 = SourceRule(
    code="SAV011",
    name="export-archive",
    summary="A tf.Module that contains Keras layers is exported with an ExportArchive.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    why="tf.Module does not find Keras 3 layers: its `variables` lack their weights. An ExportArchive tracks layers "
    "of any backend and writes the same endpoints; each is also a signature.",
    references=("keras-team/keras#19458", GUIDE),
    manual="archive = keras.export.ExportArchive(); archive.track(layer); archive.add_endpoint(name, function, "
    "input_signature=[...]); archive.write_out(path)",
    proofs=(Proof(unsafe=True, expect="same"),),
)


@visit(SAV007, SAV011, calls={"tf.saved_model.save"})
def saved_models(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``tf.saved_model.save(obj, path, signatures)``."""
    args = ctx.arguments(call, "obj", "export_dir", "signatures")
    held, path = args.get("obj"), args.get("export_dir")
    if args.opaque or held is None or path is None or "options" in args.keywords:
        return
    if trust(ctx, held, MODEL) is not None:
        if "signatures" in args:
            yield Match(SAV007, call, hint=SAV011.manual, fix=Fix.MANUAL)
        else:
            code = Code("model.export(path)", {"model": held, "path": path})
            yield Match(SAV007, call, edits=(ReplaceExpression(call, code),))
        return
    cls = _module_class(held, ctx)
    if cls is None:
        return
    layers = _layers(cls, ctx)
    statement = ctx.parent(call)
    if not layers:
        return
    endpoints = _endpoints(cls, ctx)
    wanted = _wanted(args.get("signatures"), held, endpoints, ctx)
    if not isinstance(statement, ast.Expr) or wanted is None or not isinstance(held, ast.Name):
        yield Match(SAV011, call, hint=SAV011.manual, fix=Fix.MANUAL)
        return
    lines = ["archive = keras.export.ExportArchive()"]
    lines += [f"archive.track(module.{name})" for name in layers]
    lines += [
        f"archive.add_endpoint({name!r}, module.{method}, input_signature={endpoints[method]})"
        for name, method in wanted
    ]
    lines.append("archive.write_out(path)")
    edit = ReplaceStatement(statement, Code("\n".join(lines), {"module": held, "path": path}))
    yield Match(SAV011, call, edits=(edit,))


def _module_class(held: ast.expr, ctx: Context) -> ast.ClassDef | None:
    """The class of the file that an object is made of, when it derives from ``tf.Module``."""
    receiver = ctx.receiver(held)
    definition = receiver.definition if receiver is not None else None
    if definition is None or not isinstance(definition.node, ast.ClassDef):
        return None
    names = {ctx.name(base) for base in definition.node.bases}
    return definition.node if "tf.Module" in names else None


def _layers(cls: ast.ClassDef, ctx: Context) -> list[str]:
    """Attributes that ``__init__`` sets to Keras layers or models."""
    init = method_of(cls, "__init__")
    found: list[str] = []
    for node in walk(init) if init is not None else ():
        if isinstance(node, ast.Assign) and ctx.isa(ctx.receiver(node.value), LAYER):
            found += [
                target.attr
                for target in node.targets
                if isinstance(target, ast.Attribute) and ctx.source(target.value) == "self"
            ]
    return list(dict.fromkeys(found))


def _endpoints(cls: ast.ClassDef, ctx: Context) -> dict[str, str]:
    """Methods that are tf.functions with an input signature, and the text of that signature."""
    found: dict[str, str] = {}
    for method in cls.body:
        if not isinstance(method, ast.FunctionDef):
            continue
        for decorator in method.decorator_list:
            if isinstance(decorator, ast.Call) and ctx.name(decorator.func) == "tf.function":
                for keyword in decorator.keywords:
                    if keyword.arg == "input_signature":
                        found[method.name] = ctx.source(keyword.value)
    return found


def _wanted(
    signatures: ast.expr | None, held: ast.expr, endpoints: dict[str, str], ctx: Context
) -> list[tuple[str, str]] | None:
    """Names of endpoints and the methods behind them: the signatures, then the methods under their own names."""
    found: list[tuple[str, str]] = []
    pairs: list[tuple[str, ast.expr]] = []
    if isinstance(signatures, ast.Dict):
        for key, value in zip(signatures.keys, signatures.values, strict=True):
            name = ctx.literal(key) if key is not None else None
            if not isinstance(name, str):
                return None
            pairs.append((name, value))
    elif signatures is None and len(endpoints) == 1:
        # TensorFlow takes a single function with a signature as the default one
        found.append(("serving_default", next(iter(endpoints))))
    elif signatures is not None:
        pairs.append(("serving_default", signatures))
    for name, value in pairs:
        if not isinstance(value, ast.Attribute) or ctx.source(value.value) != ctx.source(held):
            return None
        if value.attr not in endpoints:
            return None
        found.append((name, value.attr))
    found += [(method, method) for method in endpoints if method not in {name for name, _ in found}]
    return found or None
