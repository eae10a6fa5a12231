"""Which names of a file may lead to a symbol of a package: only these need be resolved."""

from __future__ import annotations

import ast

from codemods.names.injected import handed_over
from codemods.names.resolver import Module
from codemods.names.scopes import Binding, Index
from codemods.names.values import Definition, Receiver, Symbol

_ALIASES = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.IfExp, ast.Tuple)
_NO_ALIASES = (
    ast.BinOp,
    ast.BoolOp,
    ast.Compare,
    ast.Constant,
    ast.Dict,
    ast.DictComp,
    ast.JoinedStr,
    ast.UnaryOp,
)
_HAND_OVER = ("importlib.import_module", "LazyLoader")
"""Functions that give a module."""


def interesting_names(module: Module) -> frozenset[str]:
    """The names of a file that may lead to a symbol of a package, found once."""
    if module.interesting is None:
        module.interesting = _interesting(module.index, module)
    return module.interesting


def _interesting(index: Index, module: Module) -> frozenset[str]:
    """Names that may lead to a symbol: imported ones, their aliases, and with a star import all free ones."""
    bound: set[str] = set()
    found: set[str] = set()
    aliases: dict[str, list[str]] = {}
    for scope in index.scope_of.values():
        for name, bindings in scope.bindings.items():
            bound.add(name)
            for binding in bindings:
                if binding.kind == "import":
                    if name not in found and module.imported(binding.path) is not None:
                        found.add(name)
                elif isinstance(binding.value, _ALIASES):
                    if name not in found and handed_over(binding):
                        found.add(name)
                    for root in _roots(binding.value):
                        aliases.setdefault(root, []).append(name)
    if index.module.stars:
        found |= index.names.keys() - bound
    work = list(found)
    while work:
        new = set(aliases.get(work.pop(), ())) - found
        found |= new
        work += new
    return frozenset(found)


def _roots(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Tuple):
        return [root for item in node.elts for root in _roots(item)]
    if isinstance(node, ast.IfExp):
        return [*_roots(node.body), *_roots(node.orelse)]
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return [node.id] if isinstance(node, ast.Name) else []


def gives_object(module: Module, binding: Binding) -> bool:
    """Whether a binding certainly gives its name an object, and no symbol of a package: the form says so.

    What a layer or a function of a package makes need not be found out for that, which is most of the work.
    """
    value = binding.value
    if binding.kind != "assign" or value is None or isinstance(value, _NO_ALIASES):
        return binding.kind == "assign" and value is not None
    if not isinstance(value, ast.Call) or handed_over(binding):
        return False
    callee = module.value(value.func, binding.scope)
    if isinstance(callee, Symbol):
        return not callee.name.endswith(_HAND_OVER)
    return isinstance(callee, Receiver) or (
        isinstance(callee, Definition) and isinstance(callee.node, ast.ClassDef)
    )
