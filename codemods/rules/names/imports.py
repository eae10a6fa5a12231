"""IMP: namespaces and imports. Where a name lives in the destination, and how the file reaches it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.edits import Code, ReplaceQuoted, ReplaceReference, ReplaceStatement
from codemods.names.canonical import canonical, root_of
from codemods.names.uses import imported_path
from codemods.names.values import Symbol
from codemods.rules.api import EVERYWHERE, GUIDE, Backend, Match, Proof, SourceRule, Target, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context
    from codemods.names.scopes import Scope

NAMESPACE = SourceRule(
    code="IMP001",
    name="namespace",
    summary="The name is imported from a different package than the target.",
    severity=Severity.WARNING,
    fix=Fix.SAFE,
    targets=EVERYWHERE,
    why=(
        "Keras 3 is a separate package: `import keras`. Since TensorFlow 2.16, `tf.keras` is the same Keras 3 plus "
        "173 names of Keras 2, so code runs either way, but only `import keras` lets you choose the backend."
    ),
    references=(GUIDE,),
    proofs=(Proof(), Proof("proof_2")),
)
MOVED = SourceRule(
    code="IMP002",
    name="moved-name",
    summary="The name moved to another public module, or was reached through a private one.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    targets=EVERYWHERE,
    why=(
        "Modules such as `keras.layers.core`, `keras.utils.np_utils`, `keras.engine` and everything below "
        "`tensorflow.python.keras` were removed; the symbols are in the public modules."
    ),
    references=("keras-team/keras#18467",),
    proofs=(Proof(expect="raises"),),
)
ONLY_TENSORFLOW = SourceRule(
    code="IMP003",
    name="tf-keras-only",
    summary="The name exists in Keras 3 only under `tf.keras`, and works only with the TensorFlow backend.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    targets=frozenset({Target.KERAS}),
    why=(
        "173 names of Keras 2 (most of `keras.backend`, `ImageDataGenerator`, `Tokenizer`, …) were removed from "
        "`keras` and kept in `tf.keras` for old code. The reference keeps working there; replace it by the modern "
        "equivalent if you need another backend. With the TensorFlow backend, kept names run and are a note; with "
        "`--backend any`, `jax` or `torch` they remain to be replaced."
    ),
    references=(GUIDE, "keras-team/keras#18467"),
    manual="replace the use by its modern counterpart; under `tf.keras` it needs TensorFlow",
    proofs=(Proof(),),
)


@visit(NAMESPACE, MOVED, ONLY_TENSORFLOW, packages=("keras",))
def references(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """Each reference to Keras: move it where the destination has it."""
    if isinstance(node, ast.alias):
        yield from _alias(node, ctx)
        return
    scope = ctx.scope(node)
    current: ast.expr = node
    while True:
        value = ctx.module.value(current, scope)
        if not isinstance(value, Symbol) or not value.direct:
            return
        raw = _raw(current, scope)
        place = destination(value.name, raw, ctx.target) if raw else None
        if place is not None:
            break
        if not isinstance(current, ast.Attribute):
            return
        current = current.value
        above = ctx.module.value(current, scope)
        if isinstance(above, Symbol) and _is_module(above.name):
            return  # the module lives on, the name in it does not: moving the reference would not help
    renamed = _renamed(current, scope, place, ctx)
    if not isinstance(current, ast.Attribute) and not renamed:
        return
    alias = _module_alias(current, ctx)
    if alias is not None:
        yield Match(
            NAMESPACE,
            current,
            message=f"{raw} becomes an import of {real('keras', ctx.target)}",
            edits=(ReplaceStatement(alias, _import_as(_bound(alias), ctx.target)),),
            symbol=value.name,
        )
        return
    if renamed or _after(current, scope, ctx.target) != real(place, ctx.target):
        yield Match(
            _rule(place, raw),
            current,
            message=f"{raw} becomes {real(place, ctx.target)}",
            edits=(ReplaceReference(current, place),),
            symbol=value.name,
        )
    elif place.startswith("tf."):
        # It works: what is left is that it needs TensorFlow.
        yield Match(ONLY_TENSORFLOW, current, symbol=value.name, fix=Fix.MANUAL, severity=kept_severity(ctx))


@visit(NAMESPACE, module=True)
def quoted_annotations(tree: ast.Module, ctx: Context) -> Iterator[Match]:
    """Annotations written as strings: the references in them move like all others."""
    del tree
    for node, scope in ctx.module.index.annotations:
        text = str(node.value).strip()
        try:
            expression = ast.parse(text, mode="eval").body
        except SyntaxError:
            continue
        new = _respelled(text, expression, scope, ctx)
        if new is not None:
            yield Match(
                NAMESPACE, node, edits=(ReplaceQuoted(node, Code(new)),), message=f"{text!r} is moved"
            )


def kept_severity(ctx: Context) -> Severity:
    """How much it matters that a name stays below ``tf.keras``: it runs with the TensorFlow backend."""
    return Severity.INFO if ctx.backend is Backend.TENSORFLOW else Severity.WARNING


def _respelled(text: str, expression: ast.expr, scope: Scope, ctx: Context) -> str | None:
    """The text with its references moved; None when all of them stay."""
    changes: list[tuple[int, int, str]] = []
    work: list[ast.expr] = [expression]
    while work:
        node = work.pop()
        if not isinstance(node, (ast.Attribute, ast.Name)):
            work.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
            continue
        value = ctx.module.value(node, scope)
        if isinstance(value, Symbol):
            raw = _raw(node, scope)
            place = destination(value.name, raw, ctx.target) if raw else None
            if place is not None and _after(node, scope, ctx.target) != real(place, ctx.target):
                changes.append((node.col_offset, node.end_col_offset or 0, place))
    if not changes or not text.isascii() or "\n" in text:
        return None
    for start, end, place in sorted(changes, reverse=True):
        text = text[:start] + place + text[end:]
    return text


def _is_module(name: str) -> bool:
    known = load().symbol(name)
    return name == "keras" or (known is not None and known.kind == "module")


def _alias(node: ast.alias, ctx: Context) -> Iterator[Match]:
    statement = ctx.parent(node)
    module = getattr(statement, "module", None)
    star = node.name == "*"
    raw = module if star and module else imported_path(statement, node)
    name = canonical(raw).name
    place = destination(name, raw, ctx.target)
    if isinstance(statement, ast.Import) and node.asname is None and place is None:
        place = "keras"  # what the statement binds; what is used of it is looked at where it is used
    if place is None:
        return
    if real(place, ctx.target) != raw:
        to = f"{place}.*" if star else place
        yield Match(
            _rule(place, raw),
            node,
            message=f"{raw} becomes {real(place, ctx.target)}",
            edits=(ReplaceReference(node, to),),
            symbol=name,
        )
    elif place.startswith("tf."):
        yield Match(ONLY_TENSORFLOW, node, symbol=name, fix=Fix.MANUAL, severity=kept_severity(ctx))


def _rule(place: str, raw: str) -> SourceRule:
    if place.startswith("tf."):
        return ONLY_TENSORFLOW
    return NAMESPACE if root_of(raw)[1] == place.removeprefix("keras") else MOVED


@lru_cache(maxsize=8192)
def destination(name: str, raw: str, target: Target) -> str | None:
    """Where a symbol lives on, as a managed reference; the way it was written is kept when that exists."""
    catalogue = load()
    written = "keras" + root_of(raw)[1]
    place = catalogue.destination(name, target)
    if place is not None:
        same = catalogue.exists(written, target) if target is not Target.TF_KERAS_2 else written == name
        return written if same else place
    if target is Target.KERAS:
        kept = catalogue.destination(name, "tf.keras")
        if kept is not None:
            return "tf." + kept
    return None


def real(place: str, target: Target) -> str:
    """The import path of a managed reference."""
    head, _, rest = place.partition(".")
    if head == "tf":
        return f"tensorflow.{rest}"
    root = {Target.KERAS: "keras", Target.TF_KERAS_3: "tensorflow.keras", Target.TF_KERAS_2: "tf_keras"}[
        target
    ]
    return f"{root}.{rest}" if rest else root


def _raw(node: ast.expr, scope: Scope) -> str:
    """The path a reference has through the import of its root, before the rewrite."""
    return _path(node, scope, None)


def _after(node: ast.expr, scope: Scope, target: Target) -> str:
    """The path it will have when only the imports are rewritten."""
    return _path(node, scope, target)


def _path(node: ast.expr, scope: Scope, target: Target | None, depth: int = 5) -> str:
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or not depth:
        return ""
    home = scope.find(node.id)
    if home is None:
        for star, _ in scope.module.stars:
            found = canonical(f"{star}.{node.id}").name
            if load().symbol(found) is not None:
                place = destination(canonical(star).name, star, target) if target is not None else None
                path = f"{real(place, target) if place and target else star}.{node.id}"
                return ".".join([path, *reversed(attributes)])
        return ""
    paths = set()
    for binding in home.bindings[node.id]:
        if isinstance(binding.value, ast.Constant):
            continue
        if binding.kind == "assign" and binding.value is not None:
            paths.add(_path(binding.value, home, target, depth - 1))
        elif binding.kind == "import":
            path = binding.path
            if target is not None:
                place = destination(canonical(path).name, path, target)
                path = real(place, target) if place is not None else path
            paths.add(path)
    if len(paths) != 1:
        return ""
    path = paths.pop()
    return ".".join([path, *reversed(attributes)]) if path else ""


def _module_alias(node: ast.expr, ctx: Context) -> ast.Assign | None:
    """``keras = tf.keras``: an assignment that an import says better."""
    if ctx.target is Target.TF_KERAS_3 or ctx.name(node) != "keras":
        return None
    statement = ctx.parent(node)
    if not isinstance(statement, ast.Assign):
        return None
    single = len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name)
    return statement if single else None


def _import_as(name: str, target: Target) -> str:
    root = real("keras", target)
    return f"import {root}" if root == name else f"import {root} as {name}"


def _bound(statement: ast.Assign) -> str:
    target = statement.targets[0]
    assert isinstance(target, ast.Name)
    return target.id


def _renamed(node: ast.expr, scope: Scope, place: str, ctx: Context) -> bool:
    """Whether a plain name, imported as it is, has another name in the destination."""
    if not isinstance(node, ast.Name) or place.rpartition(".")[2] == node.id or ctx.exported(node.id):
        return False
    home = scope.find(node.id)
    if home is None:
        return False
    return any(
        alias.name == node.id
        for binding in home.bindings[node.id]
        if isinstance(binding.node, ast.ImportFrom)
        for alias in binding.node.names
    )
