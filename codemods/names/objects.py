"""Objects by evidence: what calls make, what attributes hold, what parameters are used as.

All functions take the module an expression stands in; they answer None when nothing is known for sure enough.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from codemods.names.docstrings import documented_classes
from codemods.names.scopes import Binding, Scope
from codemods.names.values import (
    FACTORIES,
    HISTORY,
    INPUTS,
    MODEL_ALSO,
    MODEL_FACTORIES,
    MODEL_ONLY,
    TENSOR,
    Definition,
    Elements,
    Following,
    Names,
    Receiver,
    Symbol,
    Value,
    agree,
    ancestry,
    instance,
    tensor,
)

_BUILDING = frozenset(
    {"call", "__call__", "train_step", "test_step", "predict_step", "update_state", "result"}
)
"""Methods that see real tensors: a layer called in one of these gives no symbolic tensor."""


def item_of(module: Names, binding: Binding) -> Value | None:
    """An element: of an unpacked tuple, or of an iterable whose element class is known."""
    assert binding.value is not None
    if binding.index < 0 and isinstance(binding.value, ast.Attribute):
        if binding.value.attr == "layers":
            owner = module.value(binding.value.value, binding.scope)
            if isinstance(owner, Receiver) and "keras.Model" in owner.classes:
                return instance("keras.layers.Layer", f"element of {ast.unparse(binding.value)}")
        return None
    value = module.value(binding.value, binding.scope)
    if isinstance(value, Elements):
        if 0 <= binding.index < len(value.items):
            item = value.items[binding.index]
            return value.module.value(item, value.scope)
        if binding.index < 0:
            return agree(value.module.value(i, value.scope) for i in value.items)
    return None


def parameter_value(module: Names, binding: Binding) -> Value | None:
    """``self`` of a method, what the annotation says, or what the parameter is used as."""
    function = binding.scope.node
    arguments = getattr(function, "args", None)
    if isinstance(arguments, ast.arguments):
        first = [*arguments.posonlyargs, *arguments.args][:1]
        outer = binding.scope.parent
        bound = not any(
            getattr(node, "id", "") == "staticmethod" for node in getattr(function, "decorator_list", ())
        )
        if bound and first and first[0] is binding.node and outer is not None and outer.kind == "class":
            assert isinstance(outer.node, ast.ClassDef)
            return object_of(module, Definition(module, outer.node), f"method of class {outer.node.name}")
    found = annotated(module, binding.value, binding.scope.parent or binding.scope)
    return found or documented(module, binding) or used_as_model(module, binding)


def annotated(module: Names, annotation: ast.expr | None, scope: Scope) -> Receiver | None:
    """An object of the class that an annotation names."""
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
    value = module.value(annotation, scope)
    return (
        instance_of(module, value, f"annotated as {ast.unparse(annotation)}") if value is not None else None
    )


def documented(module: Names, binding: Binding) -> Receiver | None:
    """An object of the class of Keras that the docstring of a function names for a parameter; less than certain."""
    for name in documented_classes(binding.scope.node, binding.name):
        said = annotated(module, ast.Constant(name), binding.scope.parent or binding.scope)
        if said is not None and said.cls.startswith("keras."):
            return replace(said, evidence=f"documented as {name}", certain=False)
    return None


def instance_of(module: Names, value: Value | None, evidence: str) -> Receiver | None:
    """An object of a class symbol or definition."""
    if isinstance(value, Symbol):
        return instance(value.name, evidence)
    if isinstance(value, Definition) and isinstance(value.node, ast.ClassDef):
        return object_of(module, value, evidence)
    return None


def used_as_model(module: Names, binding: Binding) -> Receiver | None:
    """A parameter that is used as a model."""
    if module.used_as is None:
        module.used_as = {}
        for attribute in MODEL_ONLY | MODEL_ALSO:
            for node, scope in module.index.attributes.get(attribute, ()):
                if isinstance(node.value, ast.Name):
                    home = scope.find(node.value.id)
                    if home is not None:
                        module.used_as.setdefault((home, node.value.id), set()).add(attribute)
    members = module.used_as.get((binding.scope, binding.name), set())
    unique = sorted(members & MODEL_ONLY)
    if unique:
        return instance("keras.Model", f"parameter whose .{unique[0]} is used")
    if {"compile", "fit"} <= members or len(members & MODEL_ALSO) > 2:
        shown = ", ".join(f".{member}" for member in sorted(members))
        return instance("keras.Model", f"parameter whose {shown} are used", certain=False)
    return None


def object_of(module: Names, definition: Definition, evidence: str) -> Receiver | None:
    """An object of a class of the repository; None when the class derives from nothing known."""
    assert isinstance(definition.node, ast.ClassDef)
    bases = definition.module.bases(definition.node)
    classes = tuple(dict.fromkeys(name for base in bases for name in (ancestry(base) or (base,))))
    name = definition.node.name
    return Receiver(classes[0] if classes else name, classes, evidence, True, definition)


def member_of(module: Names, owner: Receiver, node: ast.Attribute) -> Value | None:
    """An attribute of an object: what its class stored there, or what Keras has there."""
    attribute = node.attr
    if owner.definition is not None:
        stored = stored_in(module, owner.definition, attribute)
        if stored is not None:
            return stored

    def evidence() -> str:
        return f"{ast.unparse(node)} of {owner.cls}"

    if attribute == "model" and "keras.callbacks.Callback" in owner.classes:
        return instance("keras.Model", evidence(), owner.certain)
    if "keras.Model" in owner.classes and attribute == "optimizer":
        return instance("keras.optimizers.Optimizer", evidence(), owner.certain)
    if "keras.layers.Layer" in owner.classes and attribute in {"input", "output"}:
        return tensor(evidence())
    if owner.cls == HISTORY and attribute == "history":
        return Receiver("keras.callbacks.History.history", ("keras.callbacks.History.history",), evidence())
    return None


def _stored(module: Names, node: ast.ClassDef) -> dict[str, list[tuple[ast.expr, Scope]]]:
    """By attribute: what the methods of a class store in it, ``None`` aside, with the scopes of the methods."""
    if node not in module.stores:
        found = module.stores[node] = {}
        for statement in node.body:
            scope = module.index.scope_of.get(statement)
            first = _first_parameter(statement)
            if scope is None:
                continue
            for target, value in scope.attributes:
                if isinstance(target.value, ast.Name) and target.value.id == first and not _is_none(value):
                    found.setdefault(target.attr, []).append((value, scope))
    return module.stores[node]


def stored_in(module: Names, definition: Definition, attribute: str, depth: int = 4) -> Value | None:
    """What ``module.attribute = …`` or the class body stores, in the class or its bases in the repository."""
    module, node = definition.module, definition.node
    assert isinstance(node, ast.ClassDef)
    inner = module.index.scope_of[node]
    values = [module.value(value, scope) for value, scope in _stored(module, node).get(attribute, ())]
    if not values and attribute in inner.bindings:
        values = [module.bound_value(found) for found in inner.bindings[attribute]]
    if values:
        return agree(values)
    if depth:
        for base in node.bases:
            above = module.value(base, inner.parent or module.index.module)
            if isinstance(above, Definition) and isinstance(above.node, ast.ClassDef):
                found = stored_in(module, above, attribute, depth - 1)
                if found is not None:
                    return found
    return None


def result_of(module: Names, node: ast.Call, scope: Scope) -> Value | None:
    """What a call gives."""
    callee = module.value(node.func, scope)
    line = node.lineno
    if isinstance(callee, Symbol):
        return made_by(module, callee.name, node, scope)
    if isinstance(callee, Definition):
        if isinstance(callee.node, ast.ClassDef):
            return object_of(module, callee, f"{callee.node.name}() at line {line}")
        return returned_by(module, callee, line)
    if isinstance(callee, Receiver) and "keras.layers.Layer" in callee.classes:
        return applied(module, callee, node, scope)
    if callee is None and isinstance(node.func, ast.Attribute):
        owner = module.value(node.func.value, scope)
        if isinstance(owner, Receiver):
            return _method_result(owner, node.func.attr, line)
        if isinstance(owner, Definition) and node.func.attr == "from_config":
            return instance_of(module, owner, f"from_config() at line {line}")
    return None


def made_by(module: Names, name: str, node: ast.Call, scope: Scope) -> Value | None:
    """What calling a symbol of a package gives."""
    line = node.lineno
    short = name.rpartition(".")[2]
    if name in INPUTS or name == "keras.backend.placeholder":
        return tensor(f"{short}() at line {line}")
    if name in MODEL_FACTORIES or (name.startswith("keras.applications.") and short[:1].isupper()):
        return instance("keras.Model", f"{short}() at line {line}")
    if name in FACTORIES:
        return instance(FACTORIES[name], f"{short}() at line {line}")
    if name == "importlib.import_module" or short == "LazyLoader":
        wanted = node.args[-1] if node.args else None
        if isinstance(wanted, ast.Constant) and isinstance(wanted.value, str):
            return module.imported(wanted.value, direct=False)
        return None
    if name.startswith("keras.layers.") and short[:1].islower() and takes_symbol(module, node, scope):
        return tensor(f"{short}() at line {line}")
    if name.startswith("keras."):
        made = instance(name.removesuffix(".from_config"), f"{short}() at line {line}")
        if made is not None:
            return made
    computes = name.startswith(("tf.", "keras.backend.", "keras.activations.")) and name not in _NO_TENSORS
    if computes and takes_symbol(module, node, scope):
        return tensor(f"{short}() of a symbolic tensor at line {line}")
    return None


_NO_TENSORS = frozenset(
    (
        *("keras.backend.dtype", "keras.backend.eval", "keras.backend.function", "keras.backend.int_shape"),
        *("keras.backend.is_keras_tensor", "keras.backend.is_sparse", "keras.backend.ndim", "tf.is_tensor"),
    )
)
"""Functions that are given symbolic tensors and return something else."""


def takes_symbol(module: Names, node: ast.Call, scope: Scope) -> bool:
    """Whether a call has a symbolic tensor among its arguments."""
    inputs = [*node.args, *(keyword.value for keyword in node.keywords)]
    for given in inputs:
        for part in given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]:
            value = module.value(part, scope)
            if isinstance(value, Receiver) and value.cls == TENSOR:
                return True
    return False


def applied(module: Names, layer: Receiver, node: ast.Call, scope: Scope) -> Receiver | None:
    """A layer that is called: symbolic when its input is, or when it is built and called in one breath."""
    short = layer.cls.rpartition(".")[2]
    if takes_symbol(module, node, scope):
        return tensor(f"{short} called at line {node.lineno}")
    function = scope
    while function.kind == "comprehension" and function.parent is not None:
        function = function.parent
    inside = getattr(function.node, "name", "") in _BUILDING and function.parent is not None
    if isinstance(node.func, ast.Call) and not inside:
        return tensor(f"{short} built and called at line {node.lineno}")
    return None


def returned_by(module: Names, definition: Definition, line: int) -> Value | None:
    """What a function of the repository returns, when its returns agree."""
    scope = definition.module.index.scope_of.get(definition.node)
    if scope is None or definition in module.busy:
        Following.cut += 1
        return None
    values = [definition.module.value(r, scope) for r in scope.returns if not _is_none(r)]
    found = agree(values) if values else None
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


def element_of(module: Names, node: ast.Subscript, scope: Scope) -> Value | None:
    """One element of a tensor, of ``model.layers`` or of a display."""
    value = module.value(node.value, scope)
    if isinstance(value, Receiver) and value.cls == TENSOR:
        return value
    if isinstance(node.value, ast.Attribute) and node.value.attr == "layers" and value is None:
        owner = module.value(node.value.value, scope)
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
