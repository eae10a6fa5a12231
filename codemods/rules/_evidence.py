"""How sure a rule can be that an object is what its method suggests."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from codemods.edits import Code, Edit, InsertStatement, ReplaceExpression, ReplaceString
from codemods.names.trees import walk
from codemods.names.uses import root_name
from codemods.names.values import Definition
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Context

MODEL = "keras.Model"
LAYER = "keras.layers.Layer"
METRIC = "keras.metrics.Metric"
OPTIMIZER = "keras.optimizers.Optimizer"
LOSS = "keras.losses.Loss"
LOADERS = frozenset({"keras.models.load_model", "keras.saving.load_model"})


def trust(ctx: Context, node: ast.expr, *classes: str, unknown: Fix | None = None) -> Fix | None:
    """Safe when an object is certainly of a class, unsafe when probably.

    Args:
        ctx: the file.
        node: the object.
        classes: any of them will do.
        unknown: the answer when nothing is known of the object. None also when it is known to be something
            else.
    """
    receiver = ctx.receiver(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super":
        cls = ctx.class_of(node)
        return Fix.SAFE if cls is not None and not set(classes).isdisjoint(ctx.bases(cls)) else None
    if receiver is None:
        return None if ctx.name(node) is not None or _foreign(ctx, node) else unknown
    if not any(ctx.isa(receiver, cls) for cls in classes):
        return None
    return Fix.SAFE if receiver.certain else Fix.UNSAFE


def overrides(ctx: Context, call: ast.Call) -> bool:
    """Whether the class of an object defines the method that is called, with parameters of its own.

    A method that hands on ``*args`` or ``**kwargs`` takes what Keras takes.
    """
    receiver = ctx.receiver(call.func.value) if isinstance(call.func, ast.Attribute) else None
    if receiver is None or receiver.definition is None or not isinstance(call.func, ast.Attribute):
        return False
    found = _method(receiver.definition, call.func.attr, 4)
    return found is not None and found.args.vararg is None and found.args.kwarg is None


def inherited(cls: ast.ClassDef, ctx: Context, name: str) -> ast.FunctionDef | None:
    """The definition of a method in a class or in the classes of the repository that it derives from."""
    return _method(Definition(ctx.module, cls), name, 4)


def above(cls: ast.ClassDef, ctx: Context, name: str) -> bool:
    """Whether a class of the repository that a class derives from defines a method."""
    scope = ctx.module.index.scope_of[cls].parent or ctx.module.index.module
    parents = (ctx.module.value(base, scope) for base in cls.bases)
    return any(isinstance(p, Definition) and _method(p, name, 4) is not None for p in parents)


def _method(definition: Definition, name: str, depth: int) -> ast.FunctionDef | None:
    """The definition of a method in a class of the repository or in the classes of it that it derives from."""
    cls, module = definition.node, definition.module
    if not isinstance(cls, ast.ClassDef):
        return None
    found = method_of(cls, name)
    scope = module.index.scope_of[cls].parent or module.index.module
    for base in cls.bases if found is None and depth else ():
        above = module.value(base, scope)
        if found is None and isinstance(above, Definition):
            found = _method(above, name, depth - 1)
    return found


def uses_estimators(ctx: Context) -> bool:
    """Whether a file imports a package whose objects look like models, or what makes models look like those."""
    return any(
        path.partition(".")[0] in _ESTIMATORS | {"scikeras"} or "scikit_learn" in path
        for statement, _ in ctx.module.index.imports
        for path in (getattr(statement, "module", None) or "", *(alias.name for alias in statement.names))
    )


def _foreign(ctx: Context, node: ast.expr) -> bool:
    """Whether an object is a module the file imports, or what a function of another package returned."""
    cls = ctx.class_of(node)
    if isinstance(node, ast.Attribute) and cls is not None and ctx.source(node.value) == "self":
        return any(_estimator(ctx, value) for value in ctx.assigned(cls, node.attr))
    while isinstance(node, ast.Attribute):
        node = node.value
    if isinstance(node, ast.Call):
        return ctx.name(node.func) is not None or _foreign(ctx, node.func)
    if not isinstance(node, ast.Name):
        return False
    home = ctx.scope(node).find(node.id)
    made = [binding.value for binding in home.bindings[node.id]] if home is not None else []
    if made and all(isinstance(value, ast.Call) and _estimator(ctx, value) for value in made):
        return True
    return any(
        node.id == (alias.asname or alias.name.partition(".")[0])
        for statement, _ in ctx.module.index.imports
        for alias in statement.names
    )


_ESTIMATORS = frozenset({"catboost", "cuml", "imblearn", "lightgbm", "sklearn", "statsmodels", "xgboost"})
"""Packages whose objects have ``fit`` and ``predict`` as well."""


def _estimator(ctx: Context, call: ast.Call) -> bool:
    """Whether a call makes an object of a package whose objects look like models."""
    root = root_name(call.func)
    home = ctx.scope(call).find(root.id) if root is not None else None
    bindings = home.bindings[root.id] if home is not None and root is not None else []
    return any(found.path.partition(".")[0] in _ESTIMATORS for found in bindings)


def text(ctx: Context, node: ast.expr, value: str) -> Edit:
    """Another value for a string literal; one that is put together of several is written anew."""
    literal = ctx.source(node)
    plain = len(literal) > 1 and literal[-1] in "\"'" and literal.count(literal[-1]) in {2, 6}
    return ReplaceString(node, value) if plain else ReplaceExpression(node, Code(repr(value)))


def owner(call: ast.Call) -> ast.expr | None:
    """``model`` of ``model.fit(...)``."""
    return call.func.value if isinstance(call.func, ast.Attribute) else None


def called_on(call: ast.Call) -> ast.expr:
    """The same for what a hook of ``methods`` is given, which is always a method."""
    assert isinstance(call.func, ast.Attribute)
    return call.func.value


def same_call(call: ast.Call, method: str, suffix: str = "") -> Code:
    """The call with all its arguments under another method name, and something behind it."""
    holes: dict[str, ast.expr] = {"owner_": call.func.value} if isinstance(call.func, ast.Attribute) else {}
    parts: list[str] = []
    for index, value in enumerate(call.args):
        star = "*" if isinstance(value, ast.Starred) else ""
        holes[f"argument_{index}"] = value.value if isinstance(value, ast.Starred) else value
        parts.append(f"{star}argument_{index}")
    for index, keyword in enumerate(call.keywords):
        holes[f"keyword_{index}"] = keyword.value
        parts.append(f"{keyword.arg}=keyword_{index}" if keyword.arg else f"**keyword_{index}")
    return Code(f"owner_.{method}({', '.join(parts)}){suffix}", holes)


def super_init(node: ast.AST) -> bool:
    """Whether a node is ``super().__init__`` or ``super(X, self).__init__``."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "__init__"
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "super"
    )


def top_statement(tree: ast.Module, node: ast.AST) -> ast.stmt:
    """The statement of a module that a node stands in: what is defined before it can be used there."""
    line = int(getattr(node, "lineno", 0))
    return next(s for s in tree.body if _first_line(s) <= line <= (s.end_lineno or s.lineno))


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min((statement.lineno, *(decorator.lineno for decorator in decorators)))


def method_of(cls: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    """The definition of a method in the body of a class."""
    for statement in cls.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == name:
            return statement
    return None


def defined_once(
    ctx: Context, node: ast.expr, name: str, text: str, places: Iterable[ast.expr]
) -> tuple[Edit, ...]:
    """The edit that defines a class or function of a rule, for the first of all places of a file that use it.

    Args:
        ctx: the file.
        node: the place that is edited.
        name: what is defined; nothing is where the file has it already.
        text: the definition.
        places: all places that use it, ``node`` among them.
    """
    tree = ctx.module.tree
    known = any(getattr(statement, "name", "") == name for statement in tree.body)
    if known or node is not min(places, key=lambda place: (place.lineno, place.col_offset)):
        return ()
    return (InsertStatement(top_statement(tree, node), Code(text)),)


def given_once(node: ast.expr | None, ctx: Context) -> ast.expr | None:
    """What a name is given by an assignment, where nothing else binds it; None for any other expression."""
    home = ctx.scope(node).find(node.id) if isinstance(node, ast.Name) else None
    bindings = home.bindings[node.id] if home is not None and isinstance(node, ast.Name) else []
    return bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None


def held_attribute(call: ast.Call, ctx: Context) -> tuple[ast.ClassDef, str] | None:
    """The layer or model, and its attribute, that what a call makes is assigned to: ``self.factor = K.ones(3)``."""
    statement, cls = ctx.parent(call), ctx.class_of(call)
    if cls is None or not isinstance(statement, ast.Assign) or not {LAYER, MODEL} & set(ctx.bases(cls)):
        return None
    target = statement.targets[0] if len(statement.targets) == 1 else None
    if not isinstance(target, ast.Attribute) or ctx.source(target.value) != "self":
        return None
    return cls, target.attr


_STATIC = frozenset({"shape", "dtype", "name", "ndim", "_keras_shape", "get_shape"})
"""What is known of a symbolic tensor before it has values."""
_ASK_STATIC = frozenset(
    (
        "keras.backend.int_shape",
        "keras.backend.is_keras_tensor",
        "keras.backend.ndim",
        MODEL,
        "keras.models.Model",
    )
)
"""Functions that take a symbolic tensor wherever they are called."""


def captured_tensor(function: ast.AST, ctx: Context) -> ast.expr | None:
    """The first symbolic tensor that a function reads and was not given."""
    nodes = (node for node in walk(function) if isinstance(node, (ast.Name, ast.Attribute)))
    return next((node for node in nodes if _reaches(node, function, ctx)), None)


def _reaches(node: ast.Name | ast.Attribute, function: ast.AST, ctx: Context) -> bool:
    """Whether a function reads a symbolic tensor that it was not given, for more than what is known of it before."""
    if not isinstance(node.ctx, ast.Load) or not ctx.symbolic(node):
        return False
    outer = ctx.parent(node)
    if isinstance(outer, ast.Attribute) and outer.attr in _STATIC:
        return False
    if isinstance(outer, ast.Call) and outer.func is not node and ctx.name(outer.func) in _ASK_STATIC:
        return False
    if isinstance(node, ast.Attribute):
        return ctx.source(node.value) == "self"
    home = ctx.scope(node).find(node.id)
    while home is not None:
        if home.node is function:
            return False
        home = home.parent
    return True
