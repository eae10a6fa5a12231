"""Which places are Keras code: where a ``tf`` operation would better be one of ``keras.ops``."""

from __future__ import annotations

import ast

from codemods.names.objects import takes_symbol
from codemods.names.resolver import Module
from codemods.names.scopes import Scope
from codemods.names.values import TENSOR, Definition, Receiver, Symbol, ancestry

_METHODS = frozenset(
    (
        "__call__",
        "build",
        "call",
        "compute_loss",
        "compute_mask",
        "compute_metrics",
        "compute_output_shape",
        "get_initial_state",
        "result",
        "update_state",
    )
)
_BASES = frozenset(
    {
        "keras.layers.Layer",
        "keras.Model",
        "keras.losses.Loss",
        "keras.metrics.Metric",
        "keras.regularizers.Regularizer",
        "keras.constraints.Constraint",
        "keras.initializers.Initializer",
    }
)
_TAKERS = frozenset({"loss", "metrics", "weighted_metrics", "activation", "recurrent_activation", "function"})
_WRAPPERS = frozenset({"keras.layers.Lambda", "keras.layers.Activation"})

_OF_DATASETS = frozenset({"filter", "flat_map", "interleave", "map", "reduce", "scan"})


class Regions:
    """The Keras code of one file."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._known: dict[Scope, str] = {}
        self._given: dict[str, str] | None = None
        self._piped: set[ast.AST | str] | None = None
        self._calls: dict[ast.AST, dict[str, set[str]]] | None = None

    def reason(self, node: ast.expr, scope: Scope) -> str:
        """Why ``node`` is Keras code; empty when nothing says so."""
        why = self._within(scope)
        if why:
            return why
        value = self._module.value(node, scope)
        return value.evidence if isinstance(value, Receiver) and value.cls == TENSOR else ""

    def _in_pipeline(self, scope: Scope) -> bool:
        """Whether a function is handed to a dataset, which runs it as TensorFlow's, whatever computes the rest."""
        if self._piped is None:
            self._piped = set()
            for call, place in self._module.index.calls:
                if not isinstance(call.func, ast.Attribute) or call.func.attr not in _OF_DATASETS:
                    continue
                if not isinstance(self._module.value(call.func.value, place), Symbol):
                    given = [*call.args, *(keyword.value for keyword in call.keywords)]
                    self._piped |= {part.id if isinstance(part, ast.Name) else part for part in given}
        return scope.node in self._piped or getattr(scope.node, "name", None) in self._piped

    def _function(self, scope: Scope) -> str:
        if scope not in self._known:
            self._known[scope] = ""
            self._known[scope] = self._reason(scope)
        return self._known[scope]

    def _reason(self, scope: Scope) -> str:
        node = scope.node
        name = getattr(node, "name", "lambda")
        if scope.parent is not None and scope.parent.kind == "class":
            assert isinstance(scope.parent.node, ast.ClassDef)
            return self._method(scope.parent.node, name)
        arguments = getattr(node, "args", None)
        if isinstance(arguments, ast.arguments):
            parameters = {argument.arg for argument in arguments.args}
            if {"y_true", "y_pred"} <= parameters:
                return f"{name} takes y_true and y_pred"
        if isinstance(node, ast.Lambda):
            return self._lambda(node)
        return self._functions_given().get(name, "") or self._helps(scope, name)

    def _helps(self, scope: Scope, name: str) -> str:
        """Whether Keras code calls a function of the module, in this file or in another one of the repository."""
        module = self._module
        if scope.parent is not module.index.module or not isinstance(scope.node, ast.FunctionDef):
            return ""
        why = self.calls_from_keras(name, module.name, scope.node)
        return why or (
            module.repository.feeds_keras(module.name, name) if module.repository is not None else ""
        )

    def calls_from_keras(self, name: str, home: str, function: ast.FunctionDef | None = None) -> str:
        """Why a function that the module ``home`` defines is called by Keras code of this file; else empty."""
        for call, place in self._module.index.calls_of(name):
            value = self._module.value(call.func, place)
            if not isinstance(value, Definition) or getattr(value.node, "name", "") != name:
                continue
            if value.node is not function and getattr(value.module, "name", "") != home:
                continue
            if takes_symbol(self._module, call, place) or self._within(place):
                return f"called at line {call.lineno} of {self._module.name or 'the file'} by Keras code"
        return ""

    def _within(self, scope: Scope) -> str:
        """Why a scope, or one around it, is Keras code; empty when it is not."""
        current: Scope | None = scope
        while current is not None:
            if current.kind == "function" and self._in_pipeline(current):
                return ""
            why = self._function(current) if current.kind == "function" else ""
            if why:
                return why
            current = current.parent
        return ""

    def _method(self, owner: ast.ClassDef, name: str) -> str:
        bases = {n for base in self._module.bases(owner) for n in (ancestry(base) or (base,))}
        shared = bases & _BASES
        if not shared:
            return ""
        if name in _METHODS or name in self._helpers(owner):
            return f"{name} of {owner.name}, a {min(shared)}"
        return ""

    def _helpers(self, owner: ast.ClassDef) -> set[str]:
        """Methods that the methods Keras calls call in turn."""
        calls = self._calls_of(owner)
        reached = set(_METHODS & calls.keys())
        work = list(reached)
        while work:
            for callee in calls.get(work.pop(), ()):
                if callee not in reached:
                    reached.add(callee)
                    work.append(callee)
        return reached

    def _calls_of(self, owner: ast.ClassDef) -> dict[str, set[str]]:
        """For each method of a class the methods of the same object that it calls."""
        if self._calls is None:
            self._calls = {}
            for call, scope in self._module.index.calls:
                function = call.func
                if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
                    method: Scope | None = scope
                    while method is not None and (method.parent is None or method.parent.kind != "class"):
                        method = method.parent
                    if method is not None and function.value.id in {"self", "cls"}:
                        assert method.parent is not None
                        methods = self._calls.setdefault(method.parent.node, {})
                        methods.setdefault(getattr(method.node, "name", ""), set()).add(function.attr)
        known = self._calls.get(owner, {})
        for name in self._module.index.scope_of[owner].bindings:
            known.setdefault(name, set())
        return known

    def _lambda(self, node: ast.Lambda) -> str:
        for call, scope in self._module.index.calls:
            if node in call.args or any(keyword.value is node for keyword in call.keywords):
                value = self._module.value(call.func, scope)
                if isinstance(value, Symbol) and value.name in _WRAPPERS:
                    return f"function of a {value.name.rpartition('.')[2]} layer"
        return ""

    def _functions_given(self) -> dict[str, str]:
        """Names of functions that are handed to ``compile``, to a ``Lambda`` layer or as an activation."""
        if self._given is None:
            self._given = {}
            for call, scope in self._module.index.calls:
                value = self._module.value(call.func, scope) if _short_chain(call.func) else None
                known = value.name if isinstance(value, Symbol) else ""
                compiles = isinstance(call.func, ast.Attribute) and call.func.attr == "compile"
                if known in _WRAPPERS and call.args:
                    self._give(call.args[0], f"given to {known}")
                own = isinstance(value, Definition) and value.module is self._module
                if own and isinstance(call.func, ast.Name) and takes_symbol(self._module, call, scope):
                    self._given[call.func.id] = f"given a symbolic tensor at line {call.lineno}"
                for keyword in call.keywords:
                    if keyword.arg in _TAKERS and (compiles or known.startswith("keras.")):
                        self._give(keyword.value, f"given as {keyword.arg}")
        return self._given

    def _give(self, node: ast.expr, why: str) -> None:
        assert self._given is not None
        for part in node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]:
            if isinstance(part, ast.Name):
                self._given[part.id] = why


def _short_chain(node: ast.expr) -> bool:
    return isinstance(node, (ast.Name, ast.Attribute))
