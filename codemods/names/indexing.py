"""One walk over a syntax tree that fills an `codemods.names.scopes.Index`.

The walk is iterative (a generated file with a thousand chained operators costs no stack) and does no resolving: it
sorts what the resolver and the rules may ask for.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from codemods.names.scopes import Binding, Index, Scope
from codemods.names.trees import CHILDREN

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def index_module(tree: ast.Module) -> Index:
    """Walk a module once."""
    index = Index(tree)
    work: list[tuple[Scope, list[ast.AST]]] = [(index.module, list(reversed(tree.body)))]
    while work:
        scope, stack = work.pop()
        _walk(index, scope, stack, work)
    return index


def _bind(scope: Scope, binding: Binding) -> None:
    if scope.outer.get(binding.name) == "global":
        scope = scope.module
    scope.bindings.setdefault(binding.name, []).append(binding)


def _walk(index: Index, scope: Scope, stack: list[Any], work: list[tuple[Scope, list[ast.AST]]]) -> None:
    names, attributes, callee_of = index.names, index.attributes, index.callee_of
    calls, strings = index.calls, index.strings
    children = CHILDREN
    push, extend, pop = stack.append, stack.extend, stack.pop
    while stack:
        node = pop()
        cls = node.__class__
        if cls is ast.Name:
            if node.ctx.__class__ is ast.Load:
                names.setdefault(node.id, []).append((node, scope))
            elif node.ctx.__class__ is ast.Store:
                _bind(scope, Binding(node.id, "other", node, scope))
            else:  # ``del name`` mentions a name, and binds nothing
                names.setdefault(node.id, []).append((node, scope))
        elif cls is ast.Attribute:
            outer = node
            value: ast.expr = node
            while value.__class__ is ast.Attribute:
                attributes.setdefault(value.attr, []).append((value, scope))
                value = value.value
            if value.__class__ is ast.Name:
                names.setdefault(value.id, []).append((outer, scope))
            else:
                push(value)
        elif cls is ast.Call:
            callee_of[node.func] = node
            calls.append((node, scope))
            extend(node.keywords)
            extend(node.args)
            push(node.func)
        elif cls is ast.Constant:
            if node.value.__class__ is str:
                strings.append((node, scope))
        elif cls is ast.keyword:
            push(node.value)
        elif cls is ast.Expr:
            if node.value.__class__ is not ast.Constant:  # a lone literal is a docstring or a remark
                push(node.value)
        else:
            special = _SPECIAL.get(cls)
            if special is not None:
                special(index, scope, node, stack, work)
                continue
            for name in children[cls]:
                child = getattr(node, name)
                if child.__class__ is list:
                    extend(child)
                elif child is not None:
                    push(child)


def _targets(
    scope: Scope, target: ast.expr, value: ast.expr | None, node: ast.AST, stack: list[ast.AST]
) -> None:
    """Bind what an assignment target names, pairing unpacked targets with the elements of a display."""
    if isinstance(target, ast.Name):
        _bind(scope, Binding(target.id, "assign" if value is not None else "item", node, scope, value))
    elif isinstance(target, (ast.Tuple, ast.List)):
        values: list[ast.expr | None] = [None] * len(target.elts)
        if (
            isinstance(value, (ast.Tuple, ast.List))
            and len(value.elts) == len(target.elts)
            and not any(isinstance(item, ast.Starred) for item in (*target.elts, *value.elts))
        ):
            values = list(value.elts)
        for position, (item, part) in enumerate(zip(target.elts, values, strict=True)):
            if isinstance(item, ast.Name) and part is None:
                _bind(scope, Binding(item.id, "item", node, scope, value, index=position))
            else:
                _targets(scope, item, part, node, stack)
    elif isinstance(target, ast.Starred):
        _targets(scope, target.value, None, node, stack)
    else:
        if isinstance(target, ast.Attribute) and value is not None:
            scope.attributes.append((target, value))
        stack.append(target)


def _assign(index: Index, scope: Scope, node: ast.Assign, stack: list[ast.AST], work: object) -> None:
    for target in node.targets:
        _targets(scope, target, node.value, node, stack)
    stack.append(node.value)


def _ann_assign(index: Index, scope: Scope, node: ast.AnnAssign, stack: list[ast.AST], work: object) -> None:
    _annotation(index, scope, node.annotation, stack)
    if isinstance(node.target, ast.Name):
        _bind(scope, Binding(node.target.id, "assign", node, scope, node.value))
    else:
        _targets(scope, node.target, node.value, node, stack)
    if node.value is not None:
        stack.append(node.value)


def _aug_assign(index: Index, scope: Scope, node: ast.AugAssign, stack: list[ast.AST], work: object) -> None:
    if isinstance(node.target, ast.Name):
        index.names.setdefault(node.target.id, []).append((node.target, scope))
        _bind(scope, Binding(node.target.id, "other", node, scope))
    else:
        stack.append(node.target)
    stack.append(node.value)


def _named_expr(index: Index, scope: Scope, node: ast.NamedExpr, stack: list[ast.AST], work: object) -> None:
    home = scope
    while home.kind == "comprehension" and home.parent is not None:
        home = home.parent
    _bind(home, Binding(node.target.id, "assign", node, home, node.value))
    stack.append(node.value)


def _for(
    index: Index, scope: Scope, node: ast.For | ast.AsyncFor, stack: list[ast.AST], work: object
) -> None:
    _targets(scope, node.target, None, node, stack)
    for bound in _bound_names(node.target):
        scope.bindings[bound][-1].value = node.iter
    stack.extend(reversed(node.orelse))
    stack.extend(reversed(node.body))
    stack.append(node.iter)


def _bound_names(target: ast.expr) -> list[str]:
    return [target.id] if isinstance(target, ast.Name) else []


def _with(
    index: Index, scope: Scope, node: ast.With | ast.AsyncWith, stack: list[ast.AST], work: object
) -> None:
    stack.extend(reversed(node.body))
    for item in node.items:
        stack.append(item.context_expr)
        if item.optional_vars is not None:
            _targets(scope, item.optional_vars, item.context_expr, item.context_expr, stack)


def _handler(index: Index, scope: Scope, node: ast.ExceptHandler, stack: list[ast.AST], work: object) -> None:
    if node.name:
        _bind(scope, Binding(node.name, "other", node, scope))
    stack.extend(reversed(node.body))
    if node.type is not None:
        stack.append(node.type)


def _import(index: Index, scope: Scope, node: ast.Import, stack: list[ast.AST], work: object) -> None:
    index.imports.append((node, scope))
    for alias in node.names:
        if alias.asname:
            _bind(scope, Binding(alias.asname, "import", node, scope, path=alias.name))
        else:
            root = alias.name.partition(".")[0]
            _bind(scope, Binding(root, "import", node, scope, path=root))


def _import_from(
    index: Index, scope: Scope, node: ast.ImportFrom, stack: list[ast.AST], work: object
) -> None:
    index.imports.append((node, scope))
    module = "." * node.level + (node.module or "")
    for alias in node.names:
        if alias.name == "*":
            scope.stars.append((module, node))
        else:
            joint = "" if module.endswith(".") else "."
            path = f"{module}{joint}{alias.name}"
            _bind(scope, Binding(alias.asname or alias.name, "import", node, scope, path=path))


def _global(
    index: Index, scope: Scope, node: ast.Global | ast.Nonlocal, stack: list[ast.AST], work: object
) -> None:
    kind = "global" if isinstance(node, ast.Global) else "nonlocal"
    for name in node.names:
        scope.outer[name] = kind


def _annotation(index: Index, scope: Scope, node: ast.expr | None, stack: list[ast.AST]) -> None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        index.annotations.append((node, scope))
    elif node is not None:
        stack.append(node)


def _function(
    index: Index,
    scope: Scope,
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    stack: list[ast.AST],
    work: list[tuple[Scope, list[ast.AST]]],
) -> None:
    inner = Scope("function", node, scope)
    index.scope_of[node] = inner
    arguments = node.args
    stack.extend(arguments.defaults)
    stack.extend(default for default in arguments.kw_defaults if default is not None)
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    parameters += [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]
    for parameter in parameters:
        _bind(inner, Binding(parameter.arg, "parameter", parameter, inner, parameter.annotation))
        _annotation(index, scope, parameter.annotation, stack)
    if isinstance(node, ast.Lambda):
        inner.returns.append(node.body)
        work.append((inner, [node.body]))
        return
    index.functions.append((node, scope))
    stack.extend(node.decorator_list)
    _annotation(index, scope, node.returns, stack)
    _bind(scope, Binding(node.name, "function", node, scope))
    work.append((inner, list(reversed(node.body))))


def _return(index: Index, scope: Scope, node: ast.Return, stack: list[ast.AST], work: object) -> None:
    if node.value is not None:
        scope.returns.append(node.value)
        stack.append(node.value)


def _class(
    index: Index,
    scope: Scope,
    node: ast.ClassDef,
    stack: list[ast.AST],
    work: list[tuple[Scope, list[ast.AST]]],
) -> None:
    inner = Scope("class", node, scope)
    index.scope_of[node] = inner
    index.classes.append((node, scope))
    stack.extend(node.decorator_list)
    stack.extend(node.bases)
    stack.extend(node.keywords)
    _bind(scope, Binding(node.name, "class", node, scope))
    work.append((inner, list(reversed(node.body))))


def _comprehension(
    index: Index,
    scope: Scope,
    node: ast.ListComp,
    stack: list[ast.AST],
    work: list[tuple[Scope, list[ast.AST]]],
) -> None:
    inner = Scope("comprehension", node, scope)
    index.scope_of[node] = inner
    inside: list[ast.AST] = []
    for position, generator in enumerate(node.generators):
        _targets(inner, generator.target, None, generator.target, inside)
        for bound in _bound_names(generator.target):
            inner.bindings[bound][-1].value = generator.iter
        (stack if position == 0 else inside).append(generator.iter)
        inside.extend(generator.ifs)
    inside.extend([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
    work.append((inner, inside))


def _match_name(index: Index, scope: Scope, node: ast.AST, stack: list[ast.AST], work: object) -> None:
    name = getattr(node, "name", None) or getattr(node, "rest", None)
    if name:
        _bind(scope, Binding(name, "other", node, scope))
    for field in CHILDREN[node.__class__]:
        child = getattr(node, field)
        stack.extend(child if isinstance(child, list) else [child] if isinstance(child, ast.AST) else [])


_SPECIAL: dict[type[ast.AST], Callable[..., None]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _ann_assign,
    ast.AugAssign: _aug_assign,
    ast.NamedExpr: _named_expr,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.ExceptHandler: _handler,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Global: _global,
    ast.Nonlocal: _global,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.Lambda: _function,
    ast.Return: _return,
    ast.ClassDef: _class,
    ast.MatchAs: _match_name,
    ast.MatchStar: _match_name,
    ast.MatchMapping: _match_name,
    **dict.fromkeys(_COMPREHENSIONS, _comprehension),
}
