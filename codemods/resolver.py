"""Resolve expressions of one file: names through imports, scopes and assignments; objects by evidence."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.canonical import PACKAGES, canonical
from codemods.indexing import index_module
from codemods.scopes import Binding, Index, Scope
from codemods.trees import walk
from codemods.values import (
    FACTORIES,
    HISTORY,
    INPUTS,
    MODEL_ALSO,
    MODEL_FACTORIES,
    MODEL_ONLY,
    TENSOR,
    Definition,
    Elements,
    Part,
    Receiver,
    Symbol,
    Value,
    ancestry,
    instance,
    tensor,
)

if TYPE_CHECKING:
    from codemods.values import Lookup

_BUILTINS = frozenset(dir(builtins))
_DEPTH = 24
"""How many steps a value is followed before it counts as unknown."""
_BUILDING = frozenset(
    {"call", "__call__", "train_step", "test_step", "predict_step", "update_state", "result"}
)
"""Methods that see real tensors: a layer called in one of these gives no symbolic tensor."""


class Module:
    """A parsed file that can say what its expressions stand for.

    Args:
        tree: the syntax tree.
        name: dotted module name inside the repository, empty for a lone script.
        package: the package that relative imports start from.
        repository: the other files; None for a snippet.
    """

    def __init__(
        self, tree: ast.Module, name: str = "", package: str = "", repository: Lookup | None = None
    ) -> None:
        self.tree = tree
        self.name = name
        self.package = package
        self.repository = repository
        self.index: Index = index_module(tree)
        self._values: dict[ast.expr, Value | None] = {}
        self._busy: set[object] = set()
        self._used_as: dict[tuple[Scope, str], set[str]] | None = None
        self._scopes: dict[ast.expr, Scope] | None = None

    def close(self) -> None:
        """Break the reference cycles, so that a file that was dealt with leaves memory at once."""
        for scope in self.index.scope_of.values():
            scope.bindings.clear()
            scope.attributes.clear()
            scope.parent = None
        self.index.scope_of.clear()
        self._values.clear()
        self._used_as = self._scopes = None

    # Names

    def path_of(self, path: str) -> str:
        """An import path made absolute."""
        if not path.startswith("."):
            return path
        level = len(path) - len(path.lstrip("."))
        parts = self.package.split(".") if self.package else []
        parts = parts[: len(parts) - (level - 1)] if level > 1 else parts
        return ".".join(part for part in (*parts, path[level:]) if part)

    def imported(self, path: str, direct: bool = True) -> Value | None:
        """What an import path stands for: a symbol of a known package, or something of the repository."""
        absolute = self.path_of(path)
        head = absolute.partition(".")[0]
        if head in PACKAGES and not path.startswith("."):
            known = canonical(absolute)
            return Symbol(known.name, known.origin, direct)
        if self.repository is not None:
            found = self.repository.lookup(absolute)
            if found is None and self.repository.has(absolute):
                return Part(absolute, self.repository)
            return found
        return None

    def value(self, node: ast.expr, scope: Scope) -> Value | None:
        """What an expression stands for, or None when that is unknown."""
        if node in self._values:
            return self._values[node]
        if node in self._busy or len(self._busy) > _DEPTH:
            return None
        self._busy.add(node)
        try:
            found = self._value(node, scope)
        finally:
            self._busy.discard(node)
        if not self._busy or found is not None:
            self._values[node] = found
        return found

    def _value(self, node: ast.expr, scope: Scope) -> Value | None:
        match node:
            case ast.Name():
                return self._name(node.id, scope, node.lineno)
            case ast.Attribute():
                return self._attribute(node, scope)
            case ast.Call():
                return self._call(node, scope)
            case ast.Tuple() | ast.List():
                return Elements(tuple(node.elts), self, scope)
            case ast.NamedExpr():
                return self.value(node.value, scope)
            case ast.IfExp():
                return _agree(self.value(part, scope) for part in (node.body, node.orelse))
            case ast.Subscript():
                return self._subscript(node, scope)
            case ast.BinOp():
                sides = (self.value(node.left, scope), self.value(node.right, scope))
                return next((s for s in sides if isinstance(s, Receiver) and s.cls == TENSOR), None)
            case ast.UnaryOp():
                inner = self.value(node.operand, scope)
                return inner if isinstance(inner, Receiver) and inner.cls == TENSOR else None
            case ast.Await() | ast.Starred():
                return self.value(node.value, scope)
            case _:
                return None

    def _name(self, name: str, scope: Scope, line: int) -> Value | None:
        home = scope.find(name)
        if home is None:
            return self._star(name, scope)
        bindings = home.bindings[name]
        if len(bindings) == 1:
            return self._binding(bindings[0])
        if home is scope or (scope.kind == "comprehension" and scope.parent is home):
            before = [found for found in bindings if found.line < line]
            if home.kind == "function" or not all(found.kind == "import" for found in bindings):
                chosen = before[-1] if before else bindings[0]
                latest = [found for found in before if found.line == chosen.line] or [chosen]
                if chosen.kind != "import":
                    return self._binding(latest[-1])
        return _agree(self._binding(found) for found in bindings)

    def _star(self, name: str, scope: Scope) -> Value | None:
        """A name that only ``from … import *`` can have brought."""
        stars = scope.module.stars
        if not stars or (name in _BUILTINS):
            return None
        for path, _ in reversed(stars):
            absolute = self.path_of(path)
            if absolute.partition(".")[0] in PACKAGES and not path.startswith("."):
                from codemods.catalogue import load

                known = canonical(f"{absolute}.{name}")
                if known.name.startswith("keras.") and load().symbol(known.name) is not None:
                    return Symbol(known.name, known.origin)
            elif self.repository is not None:
                found = self.repository.lookup(f"{absolute}.{name}")
                if found is not None:
                    return found
        return None

    def _binding(self, binding: Binding) -> Value | None:
        if binding in self._busy or len(self._busy) > _DEPTH:
            return None
        self._busy.add(binding)
        try:
            return self._bound(binding)
        finally:
            self._busy.discard(binding)

    def _bound(self, binding: Binding) -> Value | None:
        node = binding.node
        if binding.kind == "import":
            return self.imported(binding.path)
        if binding.kind == "assign":
            if isinstance(node, ast.AnnAssign):
                annotated = self._annotated(node.annotation, binding.scope)
                if annotated is not None or node.value is None:
                    return annotated
            assert binding.value is not None
            return self.value(binding.value, binding.scope)
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            return Definition(self, node)
        if binding.kind == "parameter":
            return self._parameter(binding)
        if binding.kind == "item" and binding.value is not None:
            return self._item(binding)
        return None

    def _item(self, binding: Binding) -> Value | None:
        """An element: of an unpacked tuple, or of an iterable whose element class is known."""
        assert binding.value is not None
        if binding.index < 0 and isinstance(binding.value, ast.Attribute):
            if binding.value.attr == "layers":
                owner = self.value(binding.value.value, binding.scope)
                if isinstance(owner, Receiver) and "keras.Model" in owner.classes:
                    return instance("keras.layers.Layer", f"element of {ast.unparse(binding.value)}")
            return None
        value = self.value(binding.value, binding.scope)
        if isinstance(value, Elements):
            if 0 <= binding.index < len(value.items):
                item = value.items[binding.index]
                return value.module.value(item, value.scope)
            if binding.index < 0:
                return _agree(value.module.value(i, value.scope) for i in value.items)
        return None

    def scope_at(self, node: ast.expr) -> Scope:
        """The scope an expression stands in, found by a name in it; without a name no scope matters."""
        if self._scopes is None:
            self._scopes = {}
            for uses in self.index.names.values():
                for reference, scope in uses:  # the outermost attribute of a chain stands for all of it
                    current: ast.expr = reference
                    self._scopes[current] = scope
                    while isinstance(current, ast.Attribute):
                        current = current.value
                        self._scopes[current] = scope
        known = self._scopes
        for inner in walk(node):
            if inner in known:
                return known[inner]
        return self.index.module

    # Objects

    def _parameter(self, binding: Binding) -> Value | None:
        function = binding.scope.node
        arguments = getattr(function, "args", None)
        if isinstance(arguments, ast.arguments):
            first = [*arguments.posonlyargs, *arguments.args][:1]
            outer = binding.scope.parent
            if first and first[0] is binding.node and outer is not None and outer.kind == "class":
                assert isinstance(outer.node, ast.ClassDef)
                return self.object_of(Definition(self, outer.node), f"method of class {outer.node.name}")
        annotated = self._annotated(binding.value, binding.scope.parent or binding.scope)
        return annotated or self._used(binding)

    def _annotated(self, annotation: ast.expr | None, scope: Scope) -> Receiver | None:
        if annotation is None:
            return None
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                annotation = ast.parse(annotation.value, mode="eval").body
            except SyntaxError:
                return None
        if isinstance(annotation, ast.Subscript):
            wrapper = annotation.value
            if getattr(wrapper, "attr", getattr(wrapper, "id", "")) != "Optional":
                return None
            annotation = annotation.slice
        if isinstance(annotation, ast.BinOp):
            annotation = annotation.left
        value = self.value(annotation, scope)
        return self._instance_of(value, f"annotated as {ast.unparse(annotation)}")

    def _instance_of(self, value: Value | None, evidence: str) -> Receiver | None:
        if isinstance(value, Symbol):
            return instance(value.name, evidence)
        if isinstance(value, Definition) and isinstance(value.node, ast.ClassDef):
            return self.object_of(value, evidence)
        return None

    def _used(self, binding: Binding) -> Receiver | None:
        """A parameter that is used as a model."""
        if self._used_as is None:
            self._used_as = {}
            for attribute in MODEL_ONLY | MODEL_ALSO:
                for node, scope in self.index.attributes.get(attribute, ()):
                    if isinstance(node.value, ast.Name):
                        home = scope.find(node.value.id)
                        if home is not None:
                            self._used_as.setdefault((home, node.value.id), set()).add(attribute)
        members = self._used_as.get((binding.scope, binding.name), set())
        unique = sorted(members & MODEL_ONLY)
        if unique:
            return instance("keras.Model", f"parameter whose .{unique[0]} is used")
        if {"compile", "fit"} <= members or len(members & MODEL_ALSO) > 2:
            shown = ", ".join(f".{member}" for member in sorted(members))
            return instance("keras.Model", f"parameter whose {shown} are used", certain=False)
        return None

    def object_of(self, definition: Definition, evidence: str) -> Receiver | None:
        """An object of a class of the repository; None when the class derives from nothing known."""
        assert isinstance(definition.node, ast.ClassDef)
        bases = definition.module.bases(definition.node)
        classes = tuple(dict.fromkeys(name for base in bases for name in (ancestry(base) or (base,))))
        name = definition.node.name
        return Receiver(classes[0] if classes else name, classes, evidence, True, definition)

    def bases(self, node: ast.ClassDef) -> tuple[str, ...]:
        """Canonical names of everything a class derives from that is not of the repository."""
        return tuple(dict.fromkeys(self._bases(node)))

    def _bases(self, node: ast.ClassDef) -> Iterator[str]:
        if node in self._busy:
            return
        self._busy.add(node)
        try:
            scope = self.index.scope_of[node].parent or self.index.module
            for base in node.bases:
                value = self.value(base, scope)
                if isinstance(value, Symbol):
                    yield value.name
                elif isinstance(value, Definition) and isinstance(value.node, ast.ClassDef):
                    yield from value.module._bases(value.node)
        finally:
            self._busy.discard(node)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Value | None:
        owner = self.value(node.value, scope)
        if isinstance(owner, Symbol):
            if owner.name.startswith(("keras.", "tf.")) or "." not in owner.name:
                return self._below(owner, node.attr)
            return Symbol(f"{owner.name}.{node.attr}", owner.origin, owner.direct)
        if isinstance(owner, Receiver):
            return self._member(owner, node)
        if isinstance(owner, Part):
            return self.imported(f"{owner.dotted}.{node.attr}", direct=False)
        return None

    def _below(self, owner: Symbol, attribute: str) -> Symbol:
        raw = {"tf": "tensorflow"}.get(owner.name, owner.name)
        if owner.name == "tf" or owner.name.startswith("tf."):
            raw = "tensorflow" + owner.name[2:]
        known = canonical(f"{raw}.{attribute}")
        origin = (
            owner.origin if known.name.partition(".")[0] == owner.name.partition(".")[0] else known.origin
        )
        return Symbol(known.name, origin, owner.direct)

    def _member(self, owner: Receiver, node: ast.Attribute) -> Value | None:
        """An attribute of an object: what its class stored there, or what Keras has there."""
        attribute = node.attr
        if owner.definition is not None:
            stored = self._stored(owner.definition, attribute)
            if stored is not None:
                return stored
        evidence = f"{ast.unparse(node)} of {owner.cls}"
        if attribute == "model" and "keras.callbacks.Callback" in owner.classes:
            return instance("keras.Model", evidence, owner.certain)
        if "keras.Model" in owner.classes and attribute == "optimizer":
            return instance("keras.optimizers.Optimizer", evidence, owner.certain)
        if "keras.layers.Layer" in owner.classes and attribute in {"input", "output"}:
            return tensor(evidence)
        if owner.cls == HISTORY and attribute == "history":
            return Receiver("keras.callbacks.History.history", ("keras.callbacks.History.history",), evidence)
        return None

    def _stored(self, definition: Definition, attribute: str, depth: int = 4) -> Value | None:
        """What ``self.attribute = …`` or the class body stores, in the class or its bases in the repository."""
        module, node = definition.module, definition.node
        assert isinstance(node, ast.ClassDef)
        inner = module.index.scope_of[node]
        values: list[Value | None] = []
        for statement in node.body:
            scope = module.index.scope_of.get(statement)
            for target, value in scope.attributes if scope is not None else ():
                own = target.attr == attribute and isinstance(target.value, ast.Name)
                if own and _first_parameter(statement) == target.value.id and not _is_none(value):  # type: ignore[attr-defined]
                    values.append(module.value(value, scope))  # type: ignore[arg-type]
        if not values and attribute in inner.bindings:
            values = [module._binding(found) for found in inner.bindings[attribute]]
        if values:
            return _agree(values)
        if depth:
            for base in node.bases:
                above = module.value(base, inner.parent or module.index.module)
                if isinstance(above, Definition) and isinstance(above.node, ast.ClassDef):
                    found = self._stored(above, attribute, depth - 1)
                    if found is not None:
                        return found
        return None

    def _call(self, node: ast.Call, scope: Scope) -> Value | None:
        callee = self.value(node.func, scope)
        line = node.lineno
        if isinstance(callee, Symbol):
            return self._made(callee.name, node, scope)
        if isinstance(callee, Definition):
            if isinstance(callee.node, ast.ClassDef):
                return self.object_of(callee, f"{callee.node.name}() at line {line}")
            return self._returned(callee, line)
        if isinstance(callee, Receiver) and "keras.layers.Layer" in callee.classes:
            return self._applied(callee, node, scope)
        if callee is None and isinstance(node.func, ast.Attribute):
            owner = self.value(node.func.value, scope)
            if isinstance(owner, Receiver):
                return _method_result(owner, node.func.attr, line)
        return None

    def _made(self, name: str, node: ast.Call, scope: Scope) -> Value | None:
        """What calling a symbol of a package gives."""
        line = node.lineno
        short = name.rpartition(".")[2]
        if name in INPUTS:
            return tensor(f"{short}() at line {line}")
        if name in MODEL_FACTORIES or (name.startswith("keras.applications.") and short[:1].isupper()):
            return instance("keras.Model", f"{short}() at line {line}")
        if name in FACTORIES:
            return instance(FACTORIES[name], f"{short}() at line {line}")
        if name == "importlib.import_module" or short == "LazyLoader":
            wanted = node.args[-1] if node.args else None
            if isinstance(wanted, ast.Constant) and isinstance(wanted.value, str):
                return self.imported(wanted.value, direct=False)
            return None
        if name.startswith("keras.layers.") and short[:1].islower() and self._symbolic(node, scope):
            return tensor(f"{short}() at line {line}")
        if name.startswith("keras."):
            made = instance(name, f"{short}() at line {line}")
            if made is not None:
                return made
        if name.startswith(("tf.", "keras.backend.", "keras.activations.")) and self._symbolic(node, scope):
            return tensor(f"{short}() of a symbolic tensor at line {line}")
        return None

    def _symbolic(self, node: ast.Call, scope: Scope) -> bool:
        inputs = [*node.args, *(keyword.value for keyword in node.keywords)]
        for given in inputs:
            for part in given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]:
                value = self.value(part, scope)
                if isinstance(value, Receiver) and value.cls == TENSOR:
                    return True
        return False

    def _applied(self, layer: Receiver, node: ast.Call, scope: Scope) -> Receiver | None:
        """A layer that is called: symbolic when its input is, or when it is built and called in one breath."""
        short = layer.cls.rpartition(".")[2]
        if self._symbolic(node, scope):
            return tensor(f"{short} called at line {node.lineno}")
        function = scope
        while function.kind == "comprehension" and function.parent is not None:
            function = function.parent
        inside = getattr(function.node, "name", "") in _BUILDING and function.parent is not None
        if isinstance(node.func, ast.Call) and not inside:
            return tensor(f"{short} built and called at line {node.lineno}")
        return None

    def _returned(self, definition: Definition, line: int) -> Value | None:
        """What a function of the repository returns, when its returns agree."""
        scope = definition.module.index.scope_of.get(definition.node)
        if scope is None or definition in self._busy:
            return None
        values = [definition.module.value(r, scope) for r in scope.returns if not _is_none(r)]
        found = _agree(values) if values else None
        if isinstance(found, Receiver):
            name = getattr(definition.node, "name", "lambda")
            return Receiver(
                found.cls,
                found.classes,
                f"{name}() at line {line} returns it",
                found.certain,
                found.definition,
            )
        return found

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Value | None:
        value = self.value(node.value, scope)
        if isinstance(value, Receiver) and value.cls == TENSOR:
            return value
        if isinstance(node.value, ast.Attribute) and node.value.attr == "layers" and value is None:
            owner = self.value(node.value.value, scope)
            if isinstance(owner, Receiver) and "keras.Model" in owner.classes:
                return instance("keras.layers.Layer", f"element of {ast.unparse(node.value)}")
        if isinstance(value, Elements) and isinstance(node.slice, ast.Constant):
            position = node.slice.value
            if isinstance(position, int) and -len(value.items) <= position < len(value.items):
                item = value.items[position]
                return value.module.value(item, value.scope)
        return None


def _method_result(owner: Receiver, method: str, line: int) -> Receiver | None:
    if "keras.Model" in owner.classes:
        if method in {"fit", "fit_generator"}:
            return Receiver(HISTORY, (HISTORY,), f".{method}() at line {line}", owner.certain)
        if method == "get_layer":
            return instance("keras.layers.Layer", f".get_layer() at line {line}", owner.certain)
    return None


def _first_parameter(function: ast.AST) -> str:
    arguments = getattr(function, "args", None)
    first = [*arguments.posonlyargs, *arguments.args][:1] if isinstance(arguments, ast.arguments) else []
    return first[0].arg if first else ""


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _agree(values: Iterator[Value | None] | list[Value | None]) -> Value | None:
    """The one thing that several bindings stand for; None when they differ or one is unknown."""
    found = list(values)
    first = found[0] if found else None
    if first is None or any(type(item) is not type(first) for item in found):
        return None
    if isinstance(first, Symbol):
        same = all(isinstance(item, Symbol) and item.name == first.name for item in found)
        return first if same else None
    if isinstance(first, Receiver):
        shared = [c for c in first.classes if all(isinstance(i, Receiver) and c in i.classes for i in found)]
        if len(found) == 1:
            return first
        certain = all(isinstance(item, Receiver) and item.certain for item in found)
        return Receiver(shared[0], tuple(shared), first.evidence, certain) if shared else None
    return first if len(found) == 1 else None
