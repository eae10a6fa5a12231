"""Imports of a rewritten file: how a symbol is spelled at a place, what is added, moved and taken away.

Bindings are considered as they will be *after* the rewrite: ``from tensorflow.keras import layers`` counts as
``keras.layers`` when its alias is going to be moved there. New imports go beside the import that brought the
old name, in the same block, so a lazy import inside a function stays lazy.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from codemods.edits import (
    Code,
    DropArgument,
    Edit,
    ReplaceExpression,
    ReplaceReference,
    ReplaceStatement,
    SetArgument,
)
from codemods.rules.api import Target
from codemods.scopes import Binding, Scope

if TYPE_CHECKING:
    import libcst as cst

    from codemods.context import Context

MANAGED = {
    "keras": "",
    "tf": "import tensorflow as tf",
    "tf_keras": "import tf_keras",
    "numpy": "import numpy as np",
    "os": "import os",
    "math": "import math",
    "functools": "import functools",
}
"""Roots that may be written in `Code`, and the import that brings them; ``keras`` depends on the target."""
_FROM = frozenset({"ops", "random", "tree"})
"""Modules of Keras that are reached by ``from keras import …``, as everyone does."""
_BUILTINS = frozenset(dir(builtins))


def managed(dotted: str) -> bool:
    """Whether a dotted name in a template is a reference whose import is looked after."""
    return dotted.partition(".")[0] in MANAGED


class Imports:
    """The imports of one file during one rewrite."""

    def __init__(self, context: Context, edits: Sequence[Edit]) -> None:
        self.context = context
        self._module = context.module
        self._moves: dict[ast.alias, str] = {}
        for edit in edits:
            if isinstance(edit, ReplaceReference) and isinstance(edit.node, ast.alias):
                self._moves[edit.node] = self.real(edit.to)
        self._values: dict[ast.expr, str] = {
            edit.node: self.real(edit.to)
            for edit in edits
            if isinstance(edit, ReplaceReference) and isinstance(edit.node, ast.expr)
        }
        for edit in edits:
            if isinstance(edit, ReplaceStatement) and isinstance(edit.node, ast.Assign):
                self._values[edit.node.value] = _imported_by(edit.code)
        self._spelled: dict[tuple[str, ast.AST], str] = {}
        self._added: dict[ast.stmt | None, dict[str, str]] = {}
        """By the import statement they go beside: lines to add, and the path each binds."""
        self._used: set[str] = set()
        self._gone = _removed_names(edits)
        self._taken = {n for scope in self._module.index.scope_of.values() for n in scope.bindings}
        self._taken |= _BUILTINS | self._module.index.names.keys()
        for edit in edits:
            self._prepare(edit)
        self._dropped = self._unused()

    def real(self, path: str) -> str:
        """The import path of a reference: ``keras.ops`` is ``tensorflow.keras.ops`` for ``--target tf.keras``."""
        head, _, rest = path.partition(".")
        if head == "keras":
            head = {Target.TF_KERAS_3: "tensorflow.keras", Target.TF_KERAS_2: "tf_keras"}.get(
                self.context.target, "keras"
            )
        elif head == "tf":
            head = "tensorflow"
        return f"{head}.{rest}" if rest else head

    def _prepare(self, edit: Edit) -> None:
        from codemods.templates import references

        if isinstance(edit, ReplaceReference) and isinstance(edit.node, ast.expr):
            self.spell(edit.to, edit.node)
        for field in ("code", "value"):
            code = getattr(edit, field, None)
            if isinstance(code, Code) or (isinstance(code, str) and not hasattr(edit, "value")):
                place: Any = (
                    getattr(edit, "node", None)
                    or getattr(edit, "anchor", None)
                    or getattr(edit, "call", None)
                )
                for reference in references(code):
                    self.spell(reference, place)

    # Spelling

    def spell(self, to: str, place: ast.AST) -> str:
        """How a symbol is written at a place; its import is added when there is none."""
        key = (to, place)
        if key not in self._spelled:
            self._spelled[key] = self._spell(self.real(to), to, place)
        return self._spelled[key]

    def _spell(self, path: str, to: str, place: ast.AST) -> str:
        scope = self.context.scope(place)
        root = _root(place)
        best = ""
        own = to.split(".")[1:2] in [[name] for name in _FROM]
        for name, after in self._visible(scope, getattr(place, "lineno", 0)):
            if own and after == self.real("keras") and name not in self._taken:
                continue  # a bare ``import keras`` that this rewrite adds is no reason to write ``keras.ops.…``
            if path == after or path.startswith(after + "."):
                if name == root and not best.startswith(root + "\0"):
                    best = f"{name}\0{after}"
                    break
                if len(after) > len(best.partition("\0")[2]):
                    best = f"{name}\0{after}"
        if best:
            name, _, after = best.partition("\0")
            self._used.add(name)
            return name + path[len(after) :]
        return self._import(path, to, place, scope, root)

    def _visible(self, scope: Scope, line: int) -> Iterator[tuple[str, str]]:
        """Names that can be used in a scope, with the path each stands for after the rewrite."""
        seen: set[str] = set()
        current: Scope | None = scope
        while current is not None:
            if current is scope or current.kind != "class":
                for name, bindings in current.bindings.items():
                    if name not in seen:
                        seen.add(name)
                        after = self.after([b for b in bindings if b.kind == "import" or b.line < line])
                        if after and scope.find(name) is current:
                            yield name, after
            current = current.parent
        for lines in self._added.values():
            for text, path in lines.items():
                yield text.rpartition(" ")[2], path

    def after(self, bindings: list[Binding]) -> str:
        """The path that a name's bindings stand for after the rewrite; empty when they differ or are no imports."""
        paths = {self._after(binding) for binding in bindings}
        return paths.pop() if len(paths) == 1 else ""

    def _after(self, binding: Binding) -> str:
        if binding.kind == "assign":
            return self._after_assignment(binding)
        if binding.kind != "import" or self.context.guarded(binding.node):
            return ""
        for alias in getattr(binding.node, "names", ()):
            bound = alias.asname or alias.name
            if isinstance(binding.node, ast.Import) and not alias.asname and "." in alias.name:
                continue  # binds its root, whatever it imports
            if bound == binding.name and alias in self._moves:
                path = self._moves[alias]
                if alias.asname is None and isinstance(binding.node, ast.ImportFrom):
                    same = path.rpartition(".")[2] == binding.name
                    return path if same or self._keeps(alias) else ""
                return path
        return "" if binding.path.startswith(".") else binding.path

    def _after_assignment(self, binding: Binding) -> str:
        """``layers = tf.keras.layers``: an alias whose value is rewritten."""
        moved = self._values.get(binding.value) if binding.value is not None else None
        return moved or ""

    def _keeps(self, alias: ast.alias) -> bool:
        """Whether a moved alias keeps its old name (``import new as old``) because something still uses it."""
        return bool(self._remaining(alias.asname or alias.name))

    def _import(self, path: str, to: str, place: ast.AST, scope: Scope, root: str) -> str:
        anchor = self._anchor(scope, root)
        head, _, rest = to.partition(".")
        if head != "keras":
            line = MANAGED[head]
            bound, base = line.rpartition(" ")[2], self.real(head)
        else:
            base, _, last = path.rpartition(".")
            first = rest.partition(".")[0]
            namespace = self.real("keras")
            if isinstance(place, ast.Name) and rest and first not in _FROM and self._free(last):
                return self._add(anchor, f"from {base} import {last}", path, last)
            if first in _FROM and self._free(first):
                line, base, bound = f"from {namespace} import {first}", f"{namespace}.{first}", first
            elif "." in namespace:
                parent, _, name = namespace.rpartition(".")
                line, base, bound = f"from {parent} import {name}", namespace, name
            else:
                line, base, bound = f"import {namespace}", namespace, namespace
        if not self._free(bound):
            bound = self._fresh(bound)
            line = f"{line.partition(' as ')[0]} as {bound}"
        return self._add(anchor, line, base, bound) + path[len(base) :]

    def _add(self, anchor: ast.stmt | None, line: str, path: str, bound: str) -> str:
        self._added.setdefault(anchor, {})[line] = path
        return bound

    def _free(self, name: str) -> bool:
        """Whether a name may be bound: unused, or bound by nothing but imports that leave."""
        if name not in self._taken:
            return True
        scopes = [s for s in self._module.index.scope_of.values() if name in s.bindings]
        if name in _BUILTINS and not scopes:
            return False
        for scope in scopes:
            for binding in scope.bindings[name]:
                if binding.kind not in {"import", "assign"} or not self._leaves(binding):
                    return False
        return bool(scopes)

    def _leaves(self, binding: Binding) -> bool:
        if binding.kind == "assign":
            return binding.value is not None and binding.value in self._values
        alias = next((a for a in binding.node.names if (a.asname or a.name) == binding.name), None)  # type: ignore[attr-defined]
        return alias is not None and not self._remaining(binding.name) and alias in self._moves

    def _fresh(self, name: str) -> str:
        number = 3
        while f"{name}{number}" in self._taken:
            number += 1
        return f"{name}{number}"

    def _anchor(self, scope: Scope, root: str) -> ast.stmt | None:
        """The import statement beside which a new import belongs: the one that brought the old name."""
        home = scope.find(root) if root else None
        if home is not None:
            for binding in home.bindings[root]:
                if binding.kind == "import" and not self.context.guarded(binding.node):
                    assert isinstance(binding.node, ast.stmt)
                    return binding.node
        module = self._module.index.module
        for statement, where in self._module.index.imports:
            if where is module and statement in self._module.tree.body and _about_keras(statement):
                return statement
        return None

    # What is taken away

    def _remaining(self, name: str) -> list[ast.Name]:
        """Uses of a name that no edit takes away."""
        left: list[ast.Name] = []
        for node, _ in self._module.index.names.get(name, ()):
            inner = _root_name(node)
            if inner is not None and inner not in self._gone:
                left.append(inner)
        return left

    def _unused(self) -> set[ast.alias]:
        if self.context.path.name == "__init__.py":
            return set()
        dropped: set[ast.alias] = set()
        exported = _exported(self._module.tree)
        mentioned = " ".join(str(n.value) for n, _ in self._module.index.annotations)
        for statement, _ in self._module.index.imports:
            for alias in statement.names:
                name = (alias.asname or alias.name).partition(".")[0]
                uses = self._module.index.names.get(name, ())
                if (
                    alias.name == "*"
                    or not uses
                    or name in exported
                    or name in self._used
                    or name in mentioned
                ):
                    continue
                if not self._remaining(name) and not self.context.guarded(statement):
                    dropped.add(alias)
        return dropped

    # What becomes of the statements

    def touched(self) -> Iterator[ast.stmt]:
        """Import statements that change or get a neighbour."""
        for statement, _ in self._module.index.imports:
            if statement in self._added or any(
                a in self._moves or a in self._dropped for a in statement.names
            ):
                yield statement

    def rewritten(
        self, statement: ast.Import | ast.ImportFrom, node: cst.Import | cst.ImportFrom
    ) -> list[Any] | None:
        """The lines that stand in place of an import statement; None when it stays."""
        import libcst as cst

        added = [f"{line}\n" for line in self._added.get(statement, ())]
        kept: list[tuple[int, ast.alias]] = []
        moved: list[tuple[int, ast.alias, str]] = []
        for position, alias in enumerate(statement.names):
            if alias in self._dropped:
                continue
            path = self._moves.get(alias)
            if path is None:
                kept.append((position, alias))
            else:
                moved.append((position, alias, path))
        if len(kept) == len(statement.names) and not added:
            return None
        if isinstance(statement, ast.ImportFrom) and isinstance(node, cst.ImportFrom):
            lines = self._from_lines(statement, node, kept, moved)
        else:
            assert isinstance(node, cst.Import)
            lines = self._import_lines(node, kept, moved)
        new: list[Any] = [cst.parse_module(line).body[0] for line in dict.fromkeys(added)]
        present = {cst.Module([line]).code.strip() for line in lines}
        new = [line for line in new if cst.Module([line]).code.strip() not in present]
        return [*lines, *new]

    def _from_lines(
        self,
        statement: ast.ImportFrom,
        node: cst.ImportFrom,
        kept: list[tuple[int, ast.alias]],
        moved: list[tuple[int, ast.alias, str]],
    ) -> list[Any]:
        import libcst as cst

        lines: list[Any] = []
        if kept and isinstance(node.names, cst.ImportStar):
            return [cst.SimpleStatementLine([node])]
        if kept and not isinstance(node.names, cst.ImportStar):
            names = _joined([node.names[position] for position, _ in kept], node.names)
            lines.append(cst.SimpleStatementLine([node.with_changes(names=names)]))
        groups: dict[str, list[tuple[int, str, str | None]]] = {}
        for position, alias, path in moved:
            if alias.name == "*":
                line = node.with_changes(module=_dotted(path.removesuffix(".*")), relative=())
                lines.append(cst.SimpleStatementLine([line]))
                continue
            base, _, last = path.rpartition(".")
            asname = alias.asname
            if asname is None and last != alias.name and (self._keeps(alias) or not self._used_as(last)):
                asname = alias.name
            if asname == last:
                asname = None
            groups.setdefault(base, []).append((position, last, asname))
        for base, members in groups.items():
            if not base:
                for _, last, asname in members:
                    text = f"import {last} as {asname}\n" if asname else f"import {last}\n"
                    lines.append(cst.parse_module(text).body[0])
                continue
            assert not isinstance(node.names, cst.ImportStar)
            made = []
            for position, last, asname in members:
                old = node.names[position]
                as_ = cst.AsName(cst.Name(asname)) if asname else None
                same = old.asname is not None and asname is not None
                made.append(old.with_changes(name=cst.Name(last), asname=old.asname if same else as_))
            names = _joined(_distinct(made), node.names)
            whole = node.with_changes(module=_dotted(base), relative=(), names=names)
            if kept or len(groups) > 1:
                whole = whole.with_changes(lpar=None, rpar=None, names=_plain(names))
            lines.append(cst.SimpleStatementLine([whole]))
        return lines

    def _used_as(self, name: str) -> bool:
        return name in self._used or any(
            spelled.partition(".")[0] == name for spelled in self._spelled.values()
        )

    def _import_lines(
        self, node: cst.Import, kept: list[tuple[int, ast.alias]], moved: list[tuple[int, ast.alias, str]]
    ) -> list[Any]:
        import libcst as cst

        lines: list[Any] = []
        if kept:
            names = _joined([node.names[position] for position, _ in kept], node.names)
            lines.append(cst.SimpleStatementLine([node.with_changes(names=names)]))
        for position, alias, path in moved:
            old = node.names[position]
            root = alias.name.partition(".")[0]
            parent, _, last = path.rpartition(".")
            if alias.asname is None and "." in alias.name:
                # ``import a.b`` binds ``a``; its uses are spelled anew.
                if self._remaining(root):
                    lines.append(cst.parse_module(f"import {root}\n").body[0])
                if last != path or path == root:
                    continue
            elif alias.asname is None and last != alias.name:
                lines.append(cst.parse_module(f"import {path} as {alias.name}\n").body[0])
                continue
            elif alias.asname in {None, last} and parent:
                lines.append(cst.parse_module(f"from {parent} import {last}\n").body[0])
                continue
            asname = old.asname if alias.asname != path else None
            new = old.with_changes(name=_dotted(path), asname=asname, comma=cst.MaybeSentinel.DEFAULT)
            lines.append(cst.SimpleStatementLine([node.with_changes(names=[new])]))
        return lines

    def place(self, module: cst.Module) -> cst.Module:
        """Put the imports that belong beside no other one at the head of the module."""
        import libcst as cst

        lines = self._added.get(None)
        if not lines:
            return module
        body = list(module.body)
        at = 0
        for position, statement in enumerate(body):
            if not isinstance(statement, cst.SimpleStatementLine):
                break
            small = statement.body[0]
            if isinstance(small, (cst.Import, cst.ImportFrom)):
                at = position + 1
            elif not (position == 0 and isinstance(small, cst.Expr)):
                break
            elif isinstance(small.value, (cst.SimpleString, cst.ConcatenatedString)):
                at = position + 1
        new: list[Any] = [cst.parse_module(f"{line}\n").body[0] for line in lines]
        if at == 1 and body and _is_docstring(body[0]):
            new[0] = new[0].with_changes(leading_lines=[cst.EmptyLine(indent=False)])
        return module.with_changes(body=[*body[:at], *new, *body[at:]])


def _imported_by(code: Code | str) -> str:
    """The module that a lone ``import module [as name]`` binds; empty for other code."""
    words = code.split() if isinstance(code, str) else []
    return words[1] if words[:1] == ["import"] and len(words) in {2, 4} else ""


def _is_docstring(statement: cst.BaseStatement | cst.BaseSmallStatement) -> bool:
    import libcst as cst

    return isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], cst.Expr)


def _dotted(path: str) -> Any:
    import libcst as cst

    return cst.parse_expression(path)


def _joined(aliases: Sequence[Any], old: Sequence[Any]) -> list[Any]:
    """Aliases with commas between them and the old end of the list."""
    import libcst as cst

    last = old[-1].comma
    space = next((a.comma for a in old if isinstance(a.comma, cst.Comma)), None)
    between = (
        space if space is not None and len(old) > 1 else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    )
    result = []
    for position, alias in enumerate(aliases):
        if position == len(aliases) - 1:
            result.append(alias.with_changes(comma=last))
        elif isinstance(alias.comma, cst.Comma) and alias is not old[-1]:
            result.append(alias)
        else:
            result.append(alias.with_changes(comma=between))
    return result


def _plain(aliases: Sequence[Any]) -> list[Any]:
    import libcst as cst

    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    return [
        alias.with_changes(comma=comma if position < len(aliases) - 1 else cst.MaybeSentinel.DEFAULT)
        for position, alias in enumerate(aliases)
    ]


def _distinct(aliases: Iterable[Any]) -> list[Any]:
    seen: dict[tuple[str, str], Any] = {}
    for alias in aliases:
        asname = alias.asname.name.value if alias.asname is not None else ""
        seen.setdefault((alias.name.value, asname), alias)
    return list(seen.values())


def _names(node: ast.AST) -> list[ast.Name]:
    return [n for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]


def _root_name(node: ast.AST) -> ast.Name | None:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def _root(place: ast.AST) -> str:
    """The first name of the reference that stands (or is called) at a place."""
    while isinstance(place, (ast.Attribute, ast.Call, ast.Subscript)):
        place = place.func if isinstance(place, ast.Call) else place.value
    return place.id if isinstance(place, ast.Name) else ""


def _about_keras(statement: ast.Import | ast.ImportFrom) -> bool:
    module = getattr(statement, "module", None) or ""
    paths = [module] if module else [alias.name for alias in statement.names]
    return any(path.partition(".")[0] in {"tensorflow", "keras", "tf_keras"} for path in paths)


def _exported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, (ast.Assign, ast.AugAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets):
                names |= {
                    n.value
                    for n in ast.walk(statement)
                    if isinstance(n, ast.Constant) and isinstance(n.value, str)
                }
    return names


def _removed_names(edits: Sequence[Edit]) -> set[ast.Name]:
    """Name nodes that are gone after the edits."""
    gone: set[ast.Name] = set()
    for edit in edits:
        holes: Iterable[ast.AST] = ()
        regions: list[ast.AST] = []
        match edit:
            case ReplaceReference(node=node) if isinstance(node, ast.expr):
                regions = [node]
            case ReplaceExpression(node=node, code=code):
                regions = [node]
                holes = code.holes.values() if isinstance(code, Code) else ()
            case ReplaceStatement(node=statement, code=code):
                regions = [statement]
                holes = code.holes.values() if isinstance(code, Code) else ()
            case DropArgument(call=call, argument=argument):
                regions = [k.value for k in call.keywords if k.arg == argument]
                if isinstance(argument, int):
                    regions = [call.args[argument]]
            case SetArgument(call=call, name=name, value=code):
                regions = [k.value for k in call.keywords if k.arg == name]
                holes = code.holes.values() if isinstance(code, Code) else ()
        kept = {n for hole in holes for n in _names(hole)}
        gone.update(n for region in regions for n in _names(region) if n not in kept)
    return gone
